
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_gateway_internal.h>


static ngx_int_t ngx_webrtc_gateway_init(ngx_webrtc_gateway_t *gateway);
static void ngx_webrtc_gateway_free(ngx_webrtc_link_t *link);


ngx_webrtc_gateway_t *
ngx_webrtc_gateway_create(const ngx_webrtc_gateway_conf_t *conf,
    const ngx_webrtc_gateway_glue_t *glue, ngx_webrtc_engine_t *engine,
    ngx_log_t *log)
{
    ngx_pool_t            *pool;
    ngx_webrtc_gateway_t  *gateway;

    pool = ngx_create_pool(1024, log);
    if (pool == NULL) {
        return NULL;
    }

    gateway = ngx_pcalloc(pool, sizeof(ngx_webrtc_gateway_t));
    if (gateway == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    gateway->conf = *conf;
    gateway->glue = *glue;
    gateway->engine = engine;
    gateway->log = log;
    gateway->pool = pool;

    ngx_queue_init(&gateway->links);
    ngx_queue_init(&gateway->partings);
    ngx_queue_init(&gateway->gone);

    if (ngx_webrtc_gateway_init(gateway) != NGX_OK) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    return gateway;
}


static ngx_int_t
ngx_webrtc_gateway_init(ngx_webrtc_gateway_t *gateway)
{
    u_char     *p;
    ngx_str_t  *fp;

    if (ngx_webrtc_timers_init(&gateway->timers, gateway->pool,
                               gateway->conf.max_links)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    gateway->name.len = NGX_WEBRTC_ID_LEN;
    gateway->name.data = ngx_pnalloc(gateway->pool, NGX_WEBRTC_ID_LEN);

    if (gateway->name.data == NULL
        || ngx_webrtc_id_generate(gateway->name.data) != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* as the SDP writes it */

    fp = &gateway->fingerprint;

    fp->len = sizeof("sha-256 ") - 1 + gateway->conf.fingerprint.len;

    fp->data = ngx_pnalloc(gateway->pool, fp->len);
    if (fp->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(fp->data, "sha-256 ", sizeof("sha-256 ") - 1);

    if (gateway->conf.fingerprint.len) {
        ngx_memcpy(p, gateway->conf.fingerprint.data,
                   gateway->conf.fingerprint.len);
    }

    return NGX_OK;
}


void
ngx_webrtc_gateway_destroy(ngx_webrtc_gateway_t *gateway)
{
    ngx_queue_t  *q;

    /* nobody waits for the end of a goodbye */

    while (!ngx_queue_empty(&gateway->partings)) {
        q = ngx_queue_head(&gateway->partings);
        ngx_webrtc_gateway_free(ngx_queue_data(q, ngx_webrtc_link_t, queue));
    }

    if (gateway->buffer.data) {
        ngx_free(gateway->buffer.data);
    }

    ngx_destroy_pool(gateway->pool);
}


void
ngx_webrtc_gateway_begin(ngx_webrtc_gateway_t *gateway)
{
    gateway->depth++;
}


void
ngx_webrtc_gateway_end(ngx_webrtc_gateway_t *gateway)
{
    ngx_queue_t  *q;

    if (--gateway->depth) {
        return;
    }

    while (!ngx_queue_empty(&gateway->gone)) {
        q = ngx_queue_head(&gateway->gone);
        ngx_webrtc_gateway_free(ngx_queue_data(q, ngx_webrtc_link_t, queue));
    }
}


static void
ngx_webrtc_gateway_free(ngx_webrtc_link_t *link)
{
    ngx_queue_remove(&link->queue);

    if (link->peer) {
        ngx_webrtc_peer_destroy(link->peer, NULL);
    }

    ngx_webrtc_link_agent_destroy(link);

    if (link->has_agreement) {
        ngx_webrtc_agreement_cleanup(&link->agreement);
    }

    ngx_destroy_pool(link->pool);
}


u_char *
ngx_webrtc_gateway_buffer(ngx_webrtc_gateway_t *gateway, size_t size)
{
    ngx_str_t  *buffer;

    buffer = &gateway->buffer;

    if (buffer->len < size) {

        if (buffer->data) {
            ngx_free(buffer->data);
        }

        buffer->len = 0;

        buffer->data = ngx_alloc(size, gateway->log);
        if (buffer->data == NULL) {
            return NULL;
        }

        buffer->len = size;
    }

    return buffer->data;
}


void
ngx_webrtc_gateway_send(ngx_webrtc_gateway_t *gateway,
    ngx_webrtc_port_t *port, const ngx_webrtc_addr_t *to, const u_char *pos,
    size_t len)
{
    if (to->port) {
        gateway->glue.send(gateway->glue.data, port, to, pos, len);
    }
}


ngx_uint_t
ngx_webrtc_gateway_links(ngx_webrtc_gateway_t *gateway)
{
    return gateway->nlinks;
}


void
ngx_webrtc_gateway_tick(ngx_webrtc_gateway_t *gateway, ngx_webrtc_usec_t now)
{
    ngx_queue_t         *q;
    ngx_webrtc_link_t   *link;
    ngx_webrtc_timer_t  *timer;

    ngx_webrtc_gateway_begin(gateway);

    while ((timer = ngx_webrtc_timers_next(&gateway->timers, now)) != NULL) {
        link = ngx_webrtc_timer_data(timer, ngx_webrtc_link_t, timer);
        ngx_webrtc_link_media_refresh(link, now);
    }

    while (!ngx_queue_empty(&gateway->partings)) {
        q = ngx_queue_head(&gateway->partings);
        link = ngx_queue_data(q, ngx_webrtc_link_t, queue);

        if (link->deadline > now) {
            break;
        }

        ngx_queue_remove(q);

        if (ngx_webrtc_link_parted(link, now) == NGX_DONE) {
            ngx_queue_insert_tail(&gateway->gone, q);

        } else {
            ngx_queue_insert_tail(&gateway->partings, q);
        }
    }

    ngx_webrtc_gateway_end(gateway);
}


ngx_webrtc_usec_t
ngx_webrtc_gateway_expires(ngx_webrtc_gateway_t *gateway)
{
    ngx_queue_t        *q;
    ngx_webrtc_link_t  *link;
    ngx_webrtc_usec_t   expires;

    expires = ngx_webrtc_timers_expires(&gateway->timers);

    if (ngx_queue_empty(&gateway->partings)) {
        return expires;
    }

    q = ngx_queue_head(&gateway->partings);
    link = ngx_queue_data(q, ngx_webrtc_link_t, queue);

    return ngx_min(expires, link->deadline);
}
