
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A datagram is a message and a message is a datagram: of a data link's
 * channel, or of the channel beside audio and video that is there only to be
 * closed.
 */


#include <hub/ngx_webrtc_gateway_internal.h>


/* a browser may open others, which are closed again */
#define NGX_WEBRTC_LINK_CHANNELS    4


static void ngx_webrtc_link_data_handler(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_event_t *event, void *data, ngx_webrtc_usec_t now);
static void ngx_webrtc_link_data_ready(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_link_data_opened(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now);
static void ngx_webrtc_link_data_adopt(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_channel_conf_t *channel);
static void ngx_webrtc_link_data_open(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_link_data_closed(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_link_data_failed(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_link_data_is_text(const u_char *pos, size_t len);
static const ngx_webrtc_addr_t *ngx_webrtc_link_data_redirect(
    ngx_webrtc_link_t *link);
static void ngx_webrtc_link_data_hold(ngx_webrtc_link_t *link,
    const u_char *pos, size_t len);
static void ngx_webrtc_link_data_free(ngx_webrtc_link_t *link,
    ngx_webrtc_held_t *held);


#define ngx_webrtc_held_size(len)  (sizeof(ngx_webrtc_held_t) + (len))


ngx_int_t
ngx_webrtc_link_data_start(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now)
{
    ngx_uint_t                    n;
    ngx_webrtc_data_conf_t        conf;
    ngx_webrtc_link_data_t       *data;
    ngx_webrtc_gateway_t         *gateway;
    ngx_webrtc_agreement_data_t  *agreed;

    gateway = link->gateway;
    agreed = &link->agreement.data;
    data = &link->conf.data;

    if (!agreed->accepted) {
        return NGX_OK;
    }

    n = NGX_WEBRTC_LINK_CHANNELS;

    if (data->negotiated && data->id > 0) {

        /* so many that its id is among them */

        n = ngx_max(n, (ngx_uint_t) data->id / 2 + 1);
    }

    ngx_memzero(&conf, sizeof(ngx_webrtc_data_conf_t));

    conf.remote_port = agreed->sctp_port;
    conf.max_send = agreed->max_message_size;
    conf.max_receive = gateway->conf.message_size;
    conf.max_buffered = gateway->conf.data_buffer;
    conf.max_channels = n;

    return ngx_webrtc_data_start(link->peer, &conf,
                                 ngx_webrtc_link_data_handler, link, now);
}


static void
ngx_webrtc_link_data_handler(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_event_t *event, void *data, ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_t *link = data;

    ngx_webrtc_gateway_t  *gateway;

    (void) peer;

    gateway = link->gateway;

    ngx_webrtc_gateway_begin(gateway);

    switch (event->type) {

    case NGX_WEBRTC_DATA_READY:
        ngx_webrtc_link_data_ready(link, now);
        break;

    case NGX_WEBRTC_DATA_OPEN:
        ngx_webrtc_link_data_opened(link, event, now);
        break;

    case NGX_WEBRTC_DATA_MESSAGE:

        if (link->has_stream && event->stream == link->stream
            && link->conf.is_data && !link->left)
        {
            link->stats.received++;
            ngx_webrtc_link_data_output(link, event->data, event->len);
        }

        break;

    case NGX_WEBRTC_DATA_CLOSED:

        if (link->has_stream && event->stream == link->stream) {
            ngx_webrtc_link_data_closed(link, now);
        }

        break;

    case NGX_WEBRTC_DATA_FAILED:
        ngx_webrtc_link_data_failed(link, event, now);
        break;

    default:
        break;
    }

    ngx_webrtc_gateway_end(gateway);
}


/* the association is up */

static void
ngx_webrtc_link_data_ready(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now)
{
    ngx_int_t                        rc;
    ngx_webrtc_link_data_t          *data;
    ngx_webrtc_data_channel_conf_t   conf;

    data = &link->conf.data;

    if (link->left || (!link->caller && !data->negotiated)) {
        return;
    }

    ngx_memzero(&conf, sizeof(ngx_webrtc_data_channel_conf_t));

    conf.max_retransmits = -1;
    conf.max_packet_life_time = -1;
    conf.ordered = 1;

    if (link->conf.is_data) {
        conf.label = data->label;
        conf.protocol = data->protocol;
        conf.max_retransmits = data->max_retransmits;
        conf.max_packet_life_time = data->max_packet_life_time;
        conf.ordered = data->ordered;
    }

    if (link->conf.is_data && data->negotiated) {
        link->stream = (uint16_t) data->id;
        rc = (data->id < 0) ? NGX_DECLINED
                            : ngx_webrtc_data_join(link->peer, &conf,
                                                   link->stream);
    } else {
        rc = ngx_webrtc_data_open(link->peer, &conf, &link->stream, now);
    }

    if (rc != NGX_OK) {

        if (link->conf.is_data) {
            ngx_webrtc_link_tell(link, NGX_WEBRTC_LINK_FAILED,
                                 "DATA-CHANNEL-REFUSED", now);
        }

        return;
    }

    link->has_stream = 1;
    data->id = link->stream;

    if (link->conf.is_data && data->negotiated) {
        ngx_webrtc_link_data_open(link, now);
    }
}


/* ours was acknowledged, or the browser has opened one */

static void
ngx_webrtc_link_data_opened(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now)
{
    if (event->channel && link->has_stream) {

        /* there is one already */

        ngx_webrtc_data_close(link->peer, event->stream, now);
        return;
    }

    if (event->channel) {
        link->has_stream = 1;
        link->stream = event->stream;

        ngx_webrtc_link_data_adopt(link, event->channel);

        if (link->left) {
            ngx_webrtc_data_close(link->peer, event->stream, now);
            return;
        }
    }

    ngx_webrtc_link_data_open(link, now);
}


static void
ngx_webrtc_link_data_adopt(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_channel_conf_t *channel)
{
    ngx_str_t                label, protocol;
    ngx_webrtc_link_data_t  *data;

    data = &link->conf.data;

    if (!link->conf.is_data) {
        return;
    }

    data->ordered = channel->ordered;
    data->max_retransmits = channel->max_retransmits;
    data->max_packet_life_time = channel->max_packet_life_time;
    data->id = link->stream;

    /* without memory they stay what they were */

    if (ngx_webrtc_str_copy(link->pool, &label, &channel->label) == NGX_OK
        && ngx_webrtc_str_copy(link->pool, &protocol, &channel->protocol)
           == NGX_OK)
    {
        data->label = label;
        data->protocol = protocol;
    }
}


static void
ngx_webrtc_link_data_open(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now)
{
    link->open = 1;

    if (link->conf.is_data) {
        ngx_webrtc_link_tell(link, NGX_WEBRTC_LINK_OPEN, "", now);
    }
}


static void
ngx_webrtc_link_data_closed(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now)
{
    link->open = 0;

    if (link->left) {

        /* the other half of the goodbye */

        link->closing = 1;
        ngx_webrtc_peer_close(link->peer, now);
        return;
    }

    ngx_webrtc_link_tell(link, NGX_WEBRTC_LINK_CLOSED, "", now);
}


/* media does not end with an association that failed by itself */

static void
ngx_webrtc_link_data_failed(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now)
{
    if (link->left || event->by_peer) {
        ngx_webrtc_link_data_closed(link, now);
        return;
    }

    link->open = 0;

    if (link->conf.is_data) {
        ngx_webrtc_link_tell(link, NGX_WEBRTC_LINK_FAILED, event->reason,
                             now);
    }
}


ngx_int_t
ngx_webrtc_link_data_input(ngx_webrtc_link_t *link, const u_char *pos,
    size_t len, ngx_webrtc_usec_t now)
{
    if (!link->open || link->ended) {
        return NGX_DECLINED;
    }

    if (link->inside) {
        link->stats.sent++;
        ngx_webrtc_link_data_output(link, pos, len);
        return NGX_OK;
    }

    if (!link->binary && !ngx_webrtc_link_data_is_text(pos, len)) {
        link->binary = 1;
    }

    if (ngx_webrtc_data_send(link->peer, link->stream, link->binary, pos, len,
                             now)
        != NGX_OK)
    {
        link->stats.dropped++;
        return NGX_DECLINED;
    }

    link->stats.sent++;

    return NGX_OK;
}


/*
 * UTF-8 without control characters but tab, line feed and carriage return.  A
 * browser gets it as a string; from the first datagram on that is something
 * else it gets all of them as bytes, so that the type changes once at most.
 */

static ngx_uint_t
ngx_webrtc_link_data_is_text(const u_char *pos, size_t len)
{
    u_char         c;
    uint32_t       code, min;
    ngx_uint_t     n;
    const u_char  *last;

    last = pos + len;

    while (pos < last) {
        c = *pos++;

        if (c < 0x80) {

            if (c == 0x7f
                || (c < 0x20 && c != '\t' && c != '\n' && c != '\r'))
            {
                return 0;
            }

            continue;
        }

        if (c < 0xc2 || c > 0xf4) {
            return 0;
        }

        n = 1 + (c >= 0xe0) + (c >= 0xf0);
        min = (n == 1) ? 0x80 : (n == 2) ? 0x800 : 0x10000;
        code = c & (0x3f >> n);

        if ((size_t) (last - pos) < n) {
            return 0;
        }

        for ( /* void */ ; n; n--) {
            c = *pos++;

            if ((c & 0xc0) != 0x80) {
                return 0;
            }

            code = (code << 6) | (c & 0x3f);
        }

        if (code < min || code > 0x10ffff
            || (code >= 0xd800 && code <= 0xdfff))
        {
            return 0;
        }
    }

    return 1;
}


void
ngx_webrtc_link_data_output(ngx_webrtc_link_t *link, const u_char *pos,
    size_t len)
{
    const ngx_webrtc_addr_t  *to;

    if (len > NGX_WEBRTC_LINK_DATAGRAM) {
        link->stats.dropped++;
        return;
    }

    to = ngx_webrtc_link_data_redirect(link);

    if (to->port == 0) {
        ngx_webrtc_link_data_hold(link, pos, len);
        return;
    }

    ngx_webrtc_gateway_send(link->gateway, link->feed.port, to, pos, len);
}


static const ngx_webrtc_addr_t *
ngx_webrtc_link_data_redirect(ngx_webrtc_link_t *link)
{
    return link->inside ? &link->other.redirect : &link->conf.data.redirect;
}


/* the oldest ones make room */

static void
ngx_webrtc_link_data_hold(ngx_webrtc_link_t *link, const u_char *pos,
    size_t len)
{
    size_t              max;
    ngx_queue_t        *q;
    ngx_webrtc_held_t  *held;

    max = link->gateway->conf.early_data;

    if (ngx_webrtc_held_size(len) > max) {
        link->stats.dropped++;
        return;
    }

    while (link->held_size + ngx_webrtc_held_size(len) > max) {
        q = ngx_queue_head(&link->held);

        ngx_webrtc_link_data_free(link,
                                  ngx_queue_data(q, ngx_webrtc_held_t,
                                                 queue));
        link->stats.dropped++;
    }

    held = ngx_alloc(ngx_webrtc_held_size(len), link->gateway->log);
    if (held == NULL) {
        link->stats.dropped++;
        return;
    }

    held->len = len;

    if (len) {
        ngx_memcpy(held->data, pos, len);
    }

    ngx_queue_insert_tail(&link->held, &held->queue);
    link->held_size += ngx_webrtc_held_size(len);
}


static void
ngx_webrtc_link_data_free(ngx_webrtc_link_t *link, ngx_webrtc_held_t *held)
{
    link->held_size -= ngx_webrtc_held_size(held->len);

    ngx_queue_remove(&held->queue);
    ngx_free(held);
}


void
ngx_webrtc_link_data_flush(ngx_webrtc_link_t *link)
{
    ngx_queue_t        *q;
    ngx_webrtc_held_t  *held;

    if (ngx_webrtc_link_data_redirect(link)->port == 0) {
        return;
    }

    while (!ngx_queue_empty(&link->held)) {
        q = ngx_queue_head(&link->held);
        held = ngx_queue_data(q, ngx_webrtc_held_t, queue);

        ngx_webrtc_link_data_output(link, held->data, held->len);
        ngx_webrtc_link_data_free(link, held);
    }
}


void
ngx_webrtc_link_data_cleanup(ngx_webrtc_link_t *link)
{
    ngx_queue_t  *q;

    ngx_webrtc_feed_set(&link->feed, NULL);

    while (!ngx_queue_empty(&link->held)) {
        q = ngx_queue_head(&link->held);

        ngx_webrtc_link_data_free(link,
                                  ngx_queue_data(q, ngx_webrtc_held_t,
                                                 queue));
    }
}
