
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_gateway_internal.h>
#include <proto/ngx_webrtc_codec.h>


static ngx_webrtc_link_t *ngx_webrtc_link_new(ngx_webrtc_gateway_t *gateway,
    const ngx_webrtc_link_conf_t *conf);
static void ngx_webrtc_link_init_medium(ngx_webrtc_link_t *link,
    ngx_uint_t n);
static ngx_int_t ngx_webrtc_link_copy(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_conf_t *conf);
static void ngx_webrtc_link_copy_ends(ngx_webrtc_link_media_t *media,
    const ngx_webrtc_link_media_t *conf);
static ngx_int_t ngx_webrtc_link_copy_str(ngx_webrtc_link_t *link,
    ngx_str_t *dst, const ngx_str_t *src);
static ngx_webrtc_port_t *ngx_webrtc_link_port(ngx_webrtc_port_t *port,
    ngx_uint_t is_data);


ngx_webrtc_link_t *
ngx_webrtc_link_create(ngx_webrtc_gateway_t *gateway,
    const ngx_webrtc_link_conf_t *conf, ngx_webrtc_link_handler_pt handler,
    void *data, ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_t  *link;

    if (!conf->commands && gateway->nlinks == gateway->conf.max_links) {
        return NULL;
    }

    link = ngx_webrtc_link_new(gateway, conf);
    if (link == NULL) {
        return NULL;
    }

    link->handler = handler;
    link->data = data;

    ngx_queue_insert_tail(&gateway->links, &link->queue);

    if (!conf->commands) {
        gateway->nlinks++;
    }

    ngx_webrtc_link_apply(link, now);

    return link;
}


static ngx_webrtc_link_t *
ngx_webrtc_link_new(ngx_webrtc_gateway_t *gateway,
    const ngx_webrtc_link_conf_t *conf)
{
    ngx_pool_t         *pool;
    ngx_webrtc_link_t  *link;

    pool = ngx_create_pool(2048, gateway->log);
    if (pool == NULL) {
        return NULL;
    }

    link = ngx_pcalloc(pool, sizeof(ngx_webrtc_link_t));
    if (link == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    link->gateway = gateway;
    link->pool = pool;
    link->feed.link = link;

    ngx_queue_init(&link->held);

    ngx_webrtc_link_init_medium(link, NGX_WEBRTC_LINK_VIDEO);
    ngx_webrtc_link_init_medium(link, NGX_WEBRTC_LINK_AUDIO);

    link->conf.is_data = conf->is_data;
    link->conf.full_ice = conf->full_ice;
    link->conf.commands = conf->commands;
    link->conf.or_lite = conf->or_lite;

    link->name.len = NGX_WEBRTC_ID_LEN;
    link->name.data = ngx_pnalloc(pool, NGX_WEBRTC_ID_LEN);

    if (link->name.data == NULL
        || ngx_webrtc_id_generate(link->name.data) != NGX_OK
        || ngx_webrtc_link_agent_servers(link, conf) != NGX_OK
        || ngx_webrtc_link_copy(link, conf) != NGX_OK)
    {
        ngx_destroy_pool(pool);
        return NULL;
    }

    return link;
}


static void
ngx_webrtc_link_init_medium(ngx_webrtc_link_t *link, ngx_uint_t n)
{
    ngx_webrtc_medium_t  *medium;

    medium = &link->media[n];

    medium->link = link;
    medium->feed.link = link;
    medium->feed.medium = medium;
    medium->rtcp_feed.link = link;
    medium->rtcp_feed.medium = medium;

    if (n == NGX_WEBRTC_LINK_VIDEO) {
        medium->conf = &link->conf.video;
        medium->agreed = &link->agreement.video;
        medium->other = &link->other.video;

    } else {
        medium->conf = &link->conf.audio;
        medium->agreed = &link->agreement.audio;
        medium->other = &link->other.audio;
    }
}


void
ngx_webrtc_link_destroy(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now)
{
    ngx_webrtc_gateway_t  *gateway;

    if (link->left) {
        return;
    }

    gateway = link->gateway;

    ngx_webrtc_gateway_begin(gateway);

    link->left = 1;

    if (!link->conf.commands) {
        gateway->nlinks--;
    }

    ngx_queue_remove(&link->queue);

    ngx_webrtc_link_media_cleanup(&link->media[NGX_WEBRTC_LINK_VIDEO]);
    ngx_webrtc_link_media_cleanup(&link->media[NGX_WEBRTC_LINK_AUDIO]);
    ngx_webrtc_link_message_cleanup(link);

    ngx_webrtc_feed_set(&link->feed, NULL);

    if (ngx_webrtc_link_part(link, now) == NGX_DONE) {
        ngx_queue_insert_tail(&gateway->gone, &link->queue);

    } else {
        ngx_queue_insert_tail(&gateway->partings, &link->queue);
    }

    ngx_webrtc_gateway_end(gateway);
}


ngx_int_t
ngx_webrtc_link_configure(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_conf_t *conf, ngx_webrtc_usec_t now)
{
    ngx_webrtc_inside_t    before, after;
    ngx_webrtc_gateway_t  *gateway;

    gateway = link->gateway;

    ngx_webrtc_link_describe(link, &before);

    if (ngx_webrtc_link_copy(link, conf) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_gateway_begin(gateway);

    ngx_webrtc_link_apply(link, now);

    ngx_webrtc_link_describe(link, &after);

    if (link->inside
        && ngx_memcmp(&before, &after, sizeof(ngx_webrtc_inside_t)) != 0)
    {
        ngx_webrtc_link_tell(link, NGX_WEBRTC_LINK_NEWS, "", now);
    }

    ngx_webrtc_gateway_end(gateway);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_link_copy(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_conf_t *conf)
{
    ngx_str_t                label, protocol;
    ngx_webrtc_link_data_t  *data;

    data = &link->conf.data;

    if (link->agreed && link->conf.commands) {

        /* there may be more in the next offer */

        link->conf.video = conf->video;
        link->conf.audio = conf->audio;

        return NGX_OK;
    }

    if (link->agreed || link->inside) {
        ngx_webrtc_link_copy_ends(&link->conf.video, &conf->video);
        ngx_webrtc_link_copy_ends(&link->conf.audio, &conf->audio);

        data->feed = conf->data.feed;
        data->redirect = conf->data.redirect;

        return NGX_OK;
    }

    label = data->label;
    protocol = data->protocol;

    if (ngx_webrtc_link_copy_str(link, &label, &conf->data.label) != NGX_OK
        || ngx_webrtc_link_copy_str(link, &protocol, &conf->data.protocol)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    link->conf.video = conf->video;
    link->conf.audio = conf->audio;
    link->conf.data = conf->data;
    link->conf.hang_up = conf->hang_up;

    data->label = label;
    data->protocol = protocol;

    return NGX_OK;
}


static void
ngx_webrtc_link_copy_ends(ngx_webrtc_link_media_t *media,
    const ngx_webrtc_link_media_t *conf)
{
    media->feed = conf->feed;
    media->rtcp_feed = conf->rtcp_feed;
    media->source = conf->source;
    media->paused = conf->paused;
    media->redirect = conf->redirect;
    media->rtcp_redirect = conf->rtcp_redirect;
}


/* the pool does not grow by what stays as it is */

static ngx_int_t
ngx_webrtc_link_copy_str(ngx_webrtc_link_t *link, ngx_str_t *dst,
    const ngx_str_t *src)
{
    if (ngx_webrtc_str_equal(dst, src)) {
        return NGX_OK;
    }

    return ngx_webrtc_str_copy(link->pool, dst, src);
}


void
ngx_webrtc_link_apply(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now)
{
    ngx_uint_t                i;
    ngx_webrtc_port_t        *port;
    ngx_webrtc_medium_t      *medium;
    ngx_webrtc_link_media_t  *conf;

    if (link->conf.is_data) {
        port = ngx_webrtc_link_port(link->conf.data.feed, 1);

        ngx_webrtc_feed_set(&link->feed, port);
        ngx_webrtc_link_message_flush(link);
        return;
    }

    for (i = 0; i < NGX_WEBRTC_LINK_MEDIA; i++) {
        medium = &link->media[i];
        conf = medium->conf;

        port = conf->send ? ngx_webrtc_link_port(conf->feed, 0) : NULL;

        if (medium->feed.port != port) {
            ngx_webrtc_link_media_unfeed(medium);
            ngx_webrtc_feed_set(&medium->feed, port);
        }

        port = conf->rtcp_feed;

        if (port && port->kind != NGX_WEBRTC_PORT_RTCP) {
            port = NULL;
        }

        ngx_webrtc_feed_set(&medium->rtcp_feed, port);

        ngx_webrtc_link_media_apply(medium, now);
    }
}


static ngx_webrtc_port_t *
ngx_webrtc_link_port(ngx_webrtc_port_t *port, ngx_uint_t is_data)
{
    if (port == NULL
        || port->kind == NGX_WEBRTC_PORT_RTCP
        || (port->kind == NGX_WEBRTC_PORT_DATA) != is_data)
    {
        return NULL;
    }

    return port;
}


void
ngx_webrtc_link_tell(ngx_webrtc_link_t *link, ngx_webrtc_link_event_e type,
    const char *reason, ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_event_t  event;

    ngx_memzero(&event, sizeof(ngx_webrtc_link_event_t));

    event.type = type;
    event.reason = reason;

    ngx_webrtc_link_tell_event(link, &event, now);
}


void
ngx_webrtc_link_tell_event(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_event_t *event, ngx_webrtc_usec_t now)
{
    if (link->left || link->ended) {
        return;
    }

    if (event->type == NGX_WEBRTC_LINK_CLOSED
        || event->type == NGX_WEBRTC_LINK_FAILED)
    {
        link->ended = 1;
    }

    link->handler(link, event, link->data, now);
}


const ngx_webrtc_link_conf_t *
ngx_webrtc_link_conf(ngx_webrtc_link_t *link)
{
    return &link->conf;
}


const ngx_webrtc_link_stats_t *
ngx_webrtc_link_stats(ngx_webrtc_link_t *link)
{
    return &link->stats;
}


ngx_uint_t
ngx_webrtc_link_is_open(ngx_webrtc_link_t *link)
{
    if (link->ended) {
        return 0;
    }

    return link->conf.is_data ? link->open : link->ready;
}


size_t
ngx_webrtc_link_buffered(ngx_webrtc_link_t *link)
{
    if (link->inside) {
        return link->held_size;
    }

    return link->peer ? ngx_webrtc_data_buffered(link->peer) : 0;
}


ngx_int_t
ngx_webrtc_link_say(ngx_webrtc_link_t *link, const ngx_str_t *text,
    ngx_webrtc_usec_t now)
{
    return ngx_webrtc_link_datagram(link, text->data, text->len, now);
}


void
ngx_webrtc_link_traffic(ngx_webrtc_link_t *link,
    ngx_webrtc_link_traffic_t *traffic)
{
    ngx_webrtc_gateway_t     *gateway;
    ngx_webrtc_peer_stats_t   stats;

    gateway = link->gateway;

    ngx_memzero(traffic, sizeof(ngx_webrtc_link_traffic_t));

    if (link->peer == NULL) {
        return;
    }

    ngx_webrtc_peer_stats(link->peer, &stats);

    traffic->sent_bytes = stats.sent_bytes;
    traffic->received_bytes = stats.received_bytes;
    traffic->remote = stats.remote;

    if (link->agent) {
        (void) gateway->glue.agent_address(gateway->glue.data, link->agent,
                                           &traffic->remote);
    }
}


uint32_t
ngx_webrtc_link_ssrc(ngx_webrtc_link_t *link, ngx_uint_t video)
{
    ngx_webrtc_medium_t  *medium;

    medium = &link->media[video ? NGX_WEBRTC_LINK_VIDEO
                                : NGX_WEBRTC_LINK_AUDIO];

    return (medium->source && medium->agreed->receives)
           ? ngx_webrtc_source_ssrc(medium->source) : 0;
}


ngx_int_t
ngx_webrtc_link_want_key_frame(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now)
{
    if (link->inside) {
        return NGX_DECLINED;
    }

    ngx_webrtc_link_media_want_key_frame(&link->media[NGX_WEBRTC_LINK_VIDEO],
                                         now);

    return NGX_OK;
}


void
ngx_webrtc_link_key_frame_wanted(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_medium_t  *medium;

    medium = &link->media[NGX_WEBRTC_LINK_VIDEO];

    if (medium->inlet) {
        ngx_webrtc_source_want_key_frame(
                           ngx_webrtc_plain_source(medium->inlet->plain), now);
    }
}
