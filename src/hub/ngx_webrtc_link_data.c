
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The channel of a data link, or the one beside audio and video that is there
 * only to be closed.
 */


#include <hub/ngx_webrtc_gateway_internal.h>


/* a browser may open others, which are closed again */
#define NGX_WEBRTC_LINK_CHANNELS    4


static void ngx_webrtc_link_data_handler(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_event_t *event, void *data, ngx_webrtc_usec_t now);
static void ngx_webrtc_link_data_message(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now);
static void ngx_webrtc_link_data_ready(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_link_data_opened(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_link_data_is_wanted(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_channel_conf_t *channel);
static void ngx_webrtc_link_data_adopt(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_channel_conf_t *channel);
static void ngx_webrtc_link_data_open(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_link_data_closed(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_link_data_failed(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now);


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
            && !link->left)
        {
            ngx_webrtc_link_data_message(link, event, now);
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


static void
ngx_webrtc_link_data_message(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_event_t  told;

    if (link->conf.is_data) {
        ngx_webrtc_link_message(link, event, now);
        return;
    }

    if (!link->conf.commands) {
        return;
    }

    ngx_memzero(&told, sizeof(ngx_webrtc_link_event_t));

    told.type = NGX_WEBRTC_LINK_COMMAND;
    told.reason = "";
    told.text.data = event->data;
    told.text.len = event->len;

    ngx_webrtc_link_tell_event(link, &told, now);
}


/* the association is up */

static void
ngx_webrtc_link_data_ready(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now)
{
    ngx_int_t                        rc;
    ngx_webrtc_link_data_t          *data;
    ngx_webrtc_data_channel_conf_t   conf;

    data = &link->conf.data;

    if (link->left || link->conf.commands
        || (!link->caller && !data->negotiated))
    {
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
    if (event->channel
        && (link->has_stream || link->left
            || !ngx_webrtc_link_data_is_wanted(link, event->channel)))
    {
        /* there is one already, or it comes too late, or is another one */

        ngx_webrtc_data_close(link->peer, event->stream, now);
        return;
    }

    if (link->left) {

        /* the goodbye that was said ends it too */

        return;
    }

    if (event->channel) {
        link->has_stream = 1;
        link->stream = event->stream;

        ngx_webrtc_link_data_adopt(link, event->channel);
    }

    ngx_webrtc_link_data_open(link, now);
}


static ngx_uint_t
ngx_webrtc_link_data_is_wanted(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_channel_conf_t *channel)
{
    return !link->conf.commands
           || ngx_webrtc_str_equal(&channel->label, &link->conf.data.label);
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
        ngx_webrtc_link_message_open(link);
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

    if (link->conf.commands) {

        /* it may be opened again */

        link->has_stream = 0;
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
