
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Ports: what comes in from programs, and which links it is for.  RTP of one
 * format is one source, however many links it goes to.
 */


#include <hub/ngx_webrtc_gateway_internal.h>
#include <proto/ngx_webrtc_codec.h>
#include <proto/ngx_webrtc_rtcp.h>
#include <proto/ngx_webrtc_rtp.h>


static ngx_uint_t ngx_webrtc_port_rtp(ngx_webrtc_port_t *port, u_char *pos,
    size_t len, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_port_rtcp(ngx_webrtc_port_t *port, u_char *pos,
    size_t len, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_port_data(ngx_webrtc_port_t *port,
    const u_char *pos, size_t len, ngx_webrtc_usec_t now);
static ngx_webrtc_inlet_t *ngx_webrtc_inlet_create(ngx_webrtc_port_t *port,
    const ngx_webrtc_format_t *format, uint32_t bit_rate,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_inlet_rtcp(ngx_webrtc_plain_t *plain,
    const u_char *pos, size_t len, void *data, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_inlet_told(ngx_webrtc_inlet_t *inlet,
    ngx_webrtc_medium_t *medium);


ngx_webrtc_port_t *
ngx_webrtc_port_create(ngx_webrtc_gateway_t *gateway, ngx_webrtc_port_e kind,
    void *socket)
{
    ngx_webrtc_port_t  *port;

    port = ngx_calloc(sizeof(ngx_webrtc_port_t), gateway->log);
    if (port == NULL) {
        return NULL;
    }

    port->gateway = gateway;
    port->kind = kind;
    port->socket = socket;

    ngx_queue_init(&port->feeds);
    ngx_queue_init(&port->inlets);

    gateway->nports++;

    return port;
}


void
ngx_webrtc_port_destroy(ngx_webrtc_port_t *port)
{
    port->gateway->nports--;

    ngx_free(port);
}


void *
ngx_webrtc_port_socket(ngx_webrtc_port_t *port)
{
    return port->socket;
}


const ngx_webrtc_port_stats_t *
ngx_webrtc_port_stats(ngx_webrtc_port_t *port)
{
    return &port->stats;
}


ngx_int_t
ngx_webrtc_port_format(ngx_webrtc_port_t *port, ngx_uint_t *codec,
    ngx_uint_t *pt)
{
    ngx_queue_t         *q;
    ngx_webrtc_inlet_t  *inlet;

    for (q = ngx_queue_head(&port->inlets);
         q != ngx_queue_sentinel(&port->inlets);
         q = ngx_queue_next(q))
    {
        inlet = ngx_queue_data(q, ngx_webrtc_inlet_t, queue);

        if (inlet->format.pt != NGX_WEBRTC_PORT_ANY_TYPE) {
            *codec = inlet->format.codec;
            *pt = inlet->format.pt;

            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


void
ngx_webrtc_port_input(ngx_webrtc_port_t *port, u_char *pos, size_t len,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t  taken;

    port->stats.received++;

    switch (port->kind) {

    case NGX_WEBRTC_PORT_DATA:
        taken = ngx_webrtc_port_data(port, pos, len, now);
        break;

    case NGX_WEBRTC_PORT_RTCP:
        taken = ngx_webrtc_port_rtcp(port, pos, len, now);
        break;

    default:
        taken = ngx_webrtc_port_rtp(port, pos, len, now);
        break;
    }

    if (!taken) {
        port->stats.dropped++;
    }
}


static ngx_uint_t
ngx_webrtc_port_rtp(ngx_webrtc_port_t *port, u_char *pos, size_t len,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t           taken, type;
    ngx_queue_t         *q;
    ngx_webrtc_inlet_t  *inlet;

    taken = 0;
    type = 0;

    for (q = ngx_queue_head(&port->inlets);
         q != ngx_queue_sentinel(&port->inlets);
         q = ngx_queue_next(q))
    {
        inlet = ngx_queue_data(q, ngx_webrtc_inlet_t, queue);

        switch (ngx_webrtc_plain_input(inlet->plain, pos, len, now)) {

        case NGX_WEBRTC_PLAIN_TAKEN:
            taken = 1;
            break;

        case NGX_WEBRTC_PLAIN_TYPE:
            type = 1;
            break;

        case NGX_WEBRTC_PLAIN_BAD:
            return 0;
        }
    }

    if (!taken && type) {
        port->stats.wrong_type++;
        return 1;
    }

    return taken;
}


static ngx_uint_t
ngx_webrtc_port_rtcp(ngx_webrtc_port_t *port, u_char *pos, size_t len,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t            taken;
    ngx_queue_t          *q;
    ngx_webrtc_feed_t    *feed;
    ngx_webrtc_medium_t  *medium;

    if (!ngx_webrtc_rtp_is_rtcp(pos, pos + len)
        || ngx_webrtc_rtcp_check(pos, pos + len) != NGX_OK)
    {
        return 0;
    }

    taken = 0;

    for (q = ngx_queue_head(&port->feeds);
         q != ngx_queue_sentinel(&port->feeds);
         q = ngx_queue_next(q))
    {
        feed = ngx_queue_data(q, ngx_webrtc_feed_t, queue);
        medium = feed->medium;

        ngx_webrtc_link_media_rtcp(medium, pos, len, now);
        taken = 1;
    }

    return taken;
}


static ngx_uint_t
ngx_webrtc_port_data(ngx_webrtc_port_t *port, const u_char *pos, size_t len,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t          taken;
    ngx_queue_t        *q;
    ngx_webrtc_feed_t  *feed;

    taken = 0;

    if (len == 0) {
        return 0;
    }

    for (q = ngx_queue_head(&port->feeds);
         q != ngx_queue_sentinel(&port->feeds);
         q = ngx_queue_next(q))
    {
        feed = ngx_queue_data(q, ngx_webrtc_feed_t, queue);

        if (ngx_webrtc_link_datagram(feed->link, pos, len, now) == NGX_OK) {
            taken = 1;
        }
    }

    return taken;
}


void
ngx_webrtc_feed_set(ngx_webrtc_feed_t *feed, ngx_webrtc_port_t *port)
{
    if (feed->port == port) {
        return;
    }

    if (feed->port) {
        ngx_queue_remove(&feed->queue);
    }

    feed->port = port;

    if (port) {
        ngx_queue_insert_tail(&port->feeds, &feed->queue);
    }
}


ngx_webrtc_inlet_t *
ngx_webrtc_inlet_get(ngx_webrtc_medium_t *medium, ngx_webrtc_usec_t now)
{
    ngx_queue_t               *q;
    ngx_webrtc_port_t         *port;
    ngx_webrtc_inlet_t        *inlet;
    ngx_webrtc_format_t        format;
    const ngx_webrtc_codec_t  *codec;

    port = medium->feed.port;

    codec = ngx_webrtc_codec_info(medium->conf->codec);
    if (codec == NULL) {
        return NULL;
    }

    ngx_memzero(&format, sizeof(ngx_webrtc_format_t));

    /* the clock of RTP, which is not always the rate of the samples */

    format.codec = medium->conf->codec;
    format.clock_rate = codec->clock_rate;
    format.pt = (u_char) medium->conf->pt;

    for (q = ngx_queue_head(&port->inlets);
         q != ngx_queue_sentinel(&port->inlets);
         q = ngx_queue_next(q))
    {
        inlet = ngx_queue_data(q, ngx_webrtc_inlet_t, queue);

        if (inlet->format.codec == format.codec
            && inlet->format.pt == format.pt)
        {
            goto found;
        }
    }

    inlet = ngx_webrtc_inlet_create(port, &format, medium->conf->bit_rate,
                                    now);
    if (inlet == NULL) {
        return NULL;
    }

found:

    ngx_queue_insert_tail(&inlet->media, &medium->queue);

    return inlet;
}


static ngx_webrtc_inlet_t *
ngx_webrtc_inlet_create(ngx_webrtc_port_t *port,
    const ngx_webrtc_format_t *format, uint32_t bit_rate,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_inlet_t       *inlet;
    ngx_webrtc_plain_conf_t   conf;

    inlet = ngx_calloc(sizeof(ngx_webrtc_inlet_t), port->gateway->log);
    if (inlet == NULL) {
        return NULL;
    }

    ngx_memzero(&conf, sizeof(ngx_webrtc_plain_conf_t));

    conf.format = *format;
    conf.bit_rate = bit_rate * 1000ULL;
    conf.cname = port->gateway->name;
    conf.handler = ngx_webrtc_inlet_rtcp;
    conf.data = inlet;

    inlet->plain = ngx_webrtc_plain_create(port->gateway->engine, &conf, now);

    if (inlet->plain == NULL) {
        ngx_free(inlet);
        return NULL;
    }

    inlet->port = port;
    inlet->format = *format;

    ngx_queue_init(&inlet->media);
    ngx_queue_insert_tail(&port->inlets, &inlet->queue);

    return inlet;
}


void
ngx_webrtc_inlet_release(ngx_webrtc_medium_t *medium)
{
    ngx_webrtc_inlet_t  *inlet;

    inlet = medium->inlet;

    if (inlet == NULL) {
        return;
    }

    medium->inlet = NULL;
    ngx_queue_remove(&medium->queue);

    if (ngx_queue_empty(&inlet->media)) {
        ngx_queue_remove(&inlet->queue);
        ngx_webrtc_plain_destroy(inlet->plain);
        ngx_free(inlet);
    }
}


/* what receivers ask for goes to where each link's program wants its RTCP */

static void
ngx_webrtc_inlet_rtcp(ngx_webrtc_plain_t *plain, const u_char *pos,
    size_t len, void *data, ngx_webrtc_usec_t now)
{
    ngx_webrtc_inlet_t *inlet = data;

    ngx_queue_t          *q;
    ngx_webrtc_medium_t  *medium;

    (void) plain;
    (void) now;

    for (q = ngx_queue_head(&inlet->media);
         q != ngx_queue_sentinel(&inlet->media);
         q = ngx_queue_next(q))
    {
        medium = ngx_queue_data(q, ngx_webrtc_medium_t, queue);

        if (!ngx_webrtc_inlet_told(inlet, medium)) {
            ngx_webrtc_gateway_send(inlet->port->gateway,
                                    medium->rtcp_feed.port,
                                    &medium->conf->rtcp_redirect, pos, len);
        }
    }
}


/* links of one program may have the same address */

static ngx_uint_t
ngx_webrtc_inlet_told(ngx_webrtc_inlet_t *inlet, ngx_webrtc_medium_t *medium)
{
    ngx_queue_t          *q;
    ngx_webrtc_medium_t  *other;

    for (q = ngx_queue_head(&inlet->media);
         q != &medium->queue;
         q = ngx_queue_next(q))
    {
        other = ngx_queue_data(q, ngx_webrtc_medium_t, queue);

        if (ngx_webrtc_addr_equal(&other->conf->rtcp_redirect,
                                  &medium->conf->rtcp_redirect))
        {
            return 1;
        }
    }

    return 0;
}
