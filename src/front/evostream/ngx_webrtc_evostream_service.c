
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_str.h>
#include <core/ngx_webrtc_text.h>
#include <front/evostream/ngx_webrtc_evostream_service_internal.h>


#define NGX_WEBRTC_EVOSTREAM_BUCKETS    64

/* "[" host "]:65535" */
#define NGX_WEBRTC_EVOSTREAM_AUTHORITY  (NGX_WEBRTC_EVOSTREAM_HOST_MAX + 8)


static ngx_int_t ngx_webrtc_evostream_service_init(
    ngx_webrtc_evostream_service_t *service,
    const ngx_webrtc_evostream_service_conf_t *conf,
    const ngx_webrtc_evostream_config_t *config);
static ngx_int_t ngx_webrtc_evostream_service_host(
    ngx_webrtc_evostream_service_t *service);
static void ngx_webrtc_evostream_service_open(
    ngx_webrtc_evostream_service_t *service, ngx_webrtc_usec_t now);
static void ngx_webrtc_evostream_service_gone(
    ngx_webrtc_evostream_service_t *service,
    ngx_webrtc_evostream_socket_t *socket, ngx_webrtc_usec_t now);
static void ngx_webrtc_evostream_service_tell(
    ngx_webrtc_evostream_service_t *service,
    ngx_webrtc_evostream_socket_t *socket);
static ngx_uint_t ngx_webrtc_evostream_service_is_joined(
    const ngx_webrtc_evostream_service_t *service);
static void ngx_webrtc_evostream_service_renew(
    ngx_webrtc_evostream_service_t *service);
static ngx_webrtc_usec_t ngx_webrtc_evostream_service_random(
    ngx_webrtc_evostream_service_t *service, ngx_webrtc_usec_t low,
    ngx_webrtc_usec_t high);
static ngx_webrtc_usec_t ngx_webrtc_evostream_service_back_off(
    ngx_webrtc_evostream_service_t *service);


ngx_webrtc_evostream_service_t *
ngx_webrtc_evostream_service_create(
    const ngx_webrtc_evostream_service_conf_t *conf,
    const ngx_webrtc_evostream_config_t *config, ngx_log_t *log,
    ngx_webrtc_usec_t now)
{
    ngx_pool_t                      *pool;
    ngx_webrtc_evostream_service_t  *service;

    pool = ngx_create_pool(4096, log);
    if (pool == NULL) {
        return NULL;
    }

    service = ngx_pcalloc(pool, sizeof(ngx_webrtc_evostream_service_t));
    if (service == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    service->pool = pool;
    service->log = log;
    service->next = now;
    service->refresh = NGX_WEBRTC_NEVER;
    service->end = NGX_WEBRTC_NEVER;
    service->retry = config->keep_alive;

    ngx_queue_init(&service->sockets);

    if (ngx_webrtc_evostream_service_init(service, conf, config) != NGX_OK) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    return service;
}


static ngx_int_t
ngx_webrtc_evostream_service_init(ngx_webrtc_evostream_service_t *service,
    const ngx_webrtc_evostream_service_conf_t *conf,
    const ngx_webrtc_evostream_config_t *config)
{
    uint32_t                        seed;
    ngx_pool_t                     *pool;
    ngx_webrtc_evostream_config_t  *own;

    pool = service->pool;
    service->conf = *conf;

    own = &service->config;
    *own = *config;

    ngx_str_null(&own->vars);
    ngx_str_null(&own->fault);

    if (ngx_webrtc_str_copy(pool, &service->conf.instance, &conf->instance)
        != NGX_OK
        || ngx_webrtc_str_copy(pool, &own->ers, &config->ers) != NGX_OK
        || ngx_webrtc_str_copy(pool, &own->ersip, &config->ersip) != NGX_OK
        || ngx_webrtc_str_copy(pool, &own->roomid, &config->roomid) != NGX_OK
        || ngx_webrtc_str_copy(pool, &own->token, &config->token) != NGX_OK
        || ngx_webrtc_evostream_service_host(service) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (conf->glue->random(conf->data, (u_char *) &seed, sizeof(uint32_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webrtc_hash_init(&service->viewers, pool,
                                NGX_WEBRTC_EVOSTREAM_BUCKETS, seed);
}


/* of the Host header: an IPv6 address has brackets there */

static ngx_int_t
ngx_webrtc_evostream_service_host(ngx_webrtc_evostream_service_t *service)
{
    u_char             *p;
    ngx_str_t          *host;
    ngx_uint_t          v6;
    ngx_webrtc_text_t   text;

    host = &service->config.ers;

    if (host->len == 0) {
        host = &service->config.ersip;
    }

    p = ngx_pnalloc(service->pool, NGX_WEBRTC_EVOSTREAM_AUTHORITY);
    if (p == NULL) {
        return NGX_ERROR;
    }

    v6 = host->len
         && host->data[0] != '['
         && memchr(host->data, ':', host->len) != NULL;

    ngx_webrtc_text_init(&text, p, p + NGX_WEBRTC_EVOSTREAM_AUTHORITY);

    ngx_webrtc_text_cstr(&text, v6 ? "[" : "");
    ngx_webrtc_text_str(&text, host);
    ngx_webrtc_text_cstr(&text, v6 ? "]:" : ":");
    ngx_webrtc_text_uint(&text, service->config.ersport);

    service->host.data = p;
    service->host.len = ngx_webrtc_text_len(&text);

    return text.overflow ? NGX_ERROR : NGX_OK;
}


void
ngx_webrtc_evostream_service_destroy(ngx_webrtc_evostream_service_t *service,
    ngx_uint_t viewers)
{
    ngx_queue_t                    *q;
    ngx_webrtc_evostream_socket_t  *socket;

    while (!ngx_queue_empty(&service->sockets)) {
        q = ngx_queue_head(&service->sockets);
        socket = ngx_queue_data(q, ngx_webrtc_evostream_socket_t, queue);

        ngx_webrtc_evostream_socket_remove(socket, viewers);
    }

    ngx_destroy_pool(service->pool);
}


void
ngx_webrtc_evostream_service_quit(ngx_webrtc_evostream_service_t *service,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                    *q, *v, *next;
    ngx_webrtc_evostream_socket_t  *socket;
    ngx_webrtc_evostream_viewer_t  *viewer;

    if (service->quit) {
        return;
    }

    service->quit = 1;
    service->retry = 0;
    service->front = NULL;
    service->next = NGX_WEBRTC_NEVER;
    service->end = now + service->conf.settle;

    for (q = ngx_queue_head(&service->sockets);
         q != ngx_queue_sentinel(&service->sockets);
         q = ngx_queue_next(q))
    {
        socket = ngx_queue_data(q, ngx_webrtc_evostream_socket_t, queue);

        for (v = ngx_queue_head(&socket->viewers);
             v != ngx_queue_sentinel(&socket->viewers);
             v = next)
        {
            next = ngx_queue_next(v);
            viewer = ngx_queue_data(v, ngx_webrtc_evostream_viewer_t, queue);

            if (viewer->playing) {
                ngx_webrtc_evostream_viewer_drop(viewer, 0);
            }
        }
    }

    ngx_webrtc_evostream_service_settle(service, now);
}


ngx_uint_t
ngx_webrtc_evostream_service_is_busy(
    const ngx_webrtc_evostream_service_t *service)
{
    return !ngx_queue_empty(&service->sockets);
}


const ngx_webrtc_evostream_config_t *
ngx_webrtc_evostream_service_status(
    const ngx_webrtc_evostream_service_t *service)
{
    return &service->config;
}


void
ngx_webrtc_evostream_service_tick(ngx_webrtc_evostream_service_t *service,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                    *q;
    ngx_webrtc_evostream_socket_t  *socket;

    for (q = ngx_queue_head(&service->sockets);
         q != ngx_queue_sentinel(&service->sockets);
         q = ngx_queue_next(q))
    {
        socket = ngx_queue_data(q, ngx_webrtc_evostream_socket_t, queue);

        if (socket->client
            && !socket->over
            && ngx_webrtc_ers_client_expires(socket->client) <= now)
        {
            ngx_webrtc_ers_client_tick(socket->client, now);
            ngx_webrtc_evostream_socket_flush(socket);
        }
    }

    /* credentials of TURN servers grow old, so do we ask for new ones */

    if (service->refresh <= now
        && service->front
        && service->viewers.count == 0)
    {
        service->front->over = 1;
    }

    ngx_webrtc_evostream_service_settle(service, now);
}


ngx_webrtc_usec_t
ngx_webrtc_evostream_service_expires(
    const ngx_webrtc_evostream_service_t *service)
{
    ngx_queue_t                    *q;
    ngx_webrtc_usec_t               t, expires;
    ngx_webrtc_evostream_socket_t  *socket;

    expires = service->front ? NGX_WEBRTC_NEVER : service->next;

    if (service->quit && !ngx_queue_empty(&service->sockets)) {
        expires = service->end;
    }

    if (service->front && service->viewers.count == 0) {
        expires = service->refresh;
    }

    for (q = ngx_queue_head(&service->sockets);
         q != ngx_queue_sentinel(&service->sockets);
         q = ngx_queue_next(q))
    {
        socket = ngx_queue_data(q, ngx_webrtc_evostream_socket_t, queue);

        if (socket->client) {
            t = ngx_webrtc_ers_client_expires(socket->client);
            expires = ngx_min(expires, t);
        }
    }

    return expires;
}


void
ngx_webrtc_evostream_service_settle(ngx_webrtc_evostream_service_t *service,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                    *q, *next;
    ngx_webrtc_evostream_socket_t  *socket;

    for (q = ngx_queue_head(&service->sockets);
         q != ngx_queue_sentinel(&service->sockets);
         q = next)
    {
        next = ngx_queue_next(q);
        socket = ngx_queue_data(q, ngx_webrtc_evostream_socket_t, queue);

        if (socket != service->front
            && (ngx_queue_empty(&socket->viewers) || now >= service->end))
        {
            socket->over = 1;
        }

        if (!socket->over) {
            continue;
        }

        if (socket == service->front) {
            service->front = NULL;
            ngx_webrtc_evostream_service_gone(service, socket, now);
        }

        ngx_webrtc_evostream_socket_remove(socket, 0);
    }

    if (service->front == NULL && service->next <= now) {
        ngx_webrtc_evostream_service_open(service, now);
    }

    ngx_webrtc_evostream_service_renew(service);
}


/* a new front */

static void
ngx_webrtc_evostream_service_open(ngx_webrtc_evostream_service_t *service,
    ngx_webrtc_usec_t now)
{
    service->next = NGX_WEBRTC_NEVER;
    service->config.attempts++;
    service->changed = 1;

    service->front = ngx_webrtc_evostream_socket_create(service);

    if (service->front == NULL) {
        service->failures++;
        service->next = now + ngx_webrtc_evostream_service_back_off(service);
    }
}


void
ngx_webrtc_evostream_service_joined(ngx_webrtc_evostream_service_t *service,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_usec_t  low, high;

    /* 20 to 23 hours by default */

    low = service->conf.refresh;
    high = low + low / 20 * 3;

    service->joined = now;
    service->refresh = now + ngx_webrtc_evostream_service_random(service, low,
                                                                 high);
    service->told = NULL;
    service->changed = 1;
    ngx_str_null(&service->config.fault);

    if (!service->known) {
        service->known = 1;
        service->conf.glue->tell(service->conf.data,
                                 NGX_WEBRTC_EVOSTREAM_TOLD_JOINED, NULL, 0);
    }
}


/* the front has gone; without a reason because that is what we wanted */

static void
ngx_webrtc_evostream_service_gone(ngx_webrtc_evostream_service_t *service,
    ngx_webrtc_evostream_socket_t *socket, ngx_webrtc_usec_t now)
{
    const char  *reason;

    service->refresh = NGX_WEBRTC_NEVER;
    reason = socket->reason;

    if (reason == NULL) {
        service->next = now;
        return;
    }

    if (socket->joined
        && now - service->joined >= service->conf.retry_max)
    {
        service->failures = 0;
    }

    service->config.fault.data = (u_char *) reason;
    service->config.fault.len = ngx_strlen(reason);
    service->changed = 1;

    ngx_webrtc_evostream_service_tell(service, socket);

    if (service->retry) {
        service->failures++;
        service->next = now + ngx_webrtc_evostream_service_back_off(service);
    }
}


static void
ngx_webrtc_evostream_service_tell(ngx_webrtc_evostream_service_t *service,
    ngx_webrtc_evostream_socket_t *socket)
{
    ngx_uint_t                   joined;
    const char                  *told;
    ngx_webrtc_evostream_told_e  what;

    told = service->told;
    service->told = socket->reason;

    /* a front that joins again for the next viewer loses nothing */

    socket->joined = 0;
    joined = ngx_webrtc_evostream_service_is_joined(service);

    if (socket->refused) {
        what = NGX_WEBRTC_EVOSTREAM_TOLD_REFUSED;

    } else if (service->known && !joined) {
        what = NGX_WEBRTC_EVOSTREAM_TOLD_LOST;
        told = NULL;

    } else {
        what = NGX_WEBRTC_EVOSTREAM_TOLD_FAILED;
    }

    if (!joined) {
        service->known = 0;
    }

    if (told && ngx_strcmp(told, socket->reason) == 0) {
        return;
    }

    service->conf.glue->tell(service->conf.data, what, socket->reason,
                             !service->retry);
}


static ngx_uint_t
ngx_webrtc_evostream_service_is_joined(
    const ngx_webrtc_evostream_service_t *service)
{
    ngx_queue_t                    *q;
    ngx_webrtc_evostream_socket_t  *socket;

    for (q = ngx_queue_head(&service->sockets);
         q != ngx_queue_sentinel(&service->sockets);
         q = ngx_queue_next(q))
    {
        socket = ngx_queue_data(q, ngx_webrtc_evostream_socket_t, queue);

        if (socket->joined) {
            return 1;
        }
    }

    return 0;
}


static void
ngx_webrtc_evostream_service_renew(ngx_webrtc_evostream_service_t *service)
{
    ngx_webrtc_evostream_state_e  state;

    if (ngx_webrtc_evostream_service_is_joined(service)) {
        state = NGX_WEBRTC_EVOSTREAM_JOINED;

    } else if (service->front) {
        state = NGX_WEBRTC_EVOSTREAM_CONNECTING;

    } else if (service->next != NGX_WEBRTC_NEVER) {
        state = NGX_WEBRTC_EVOSTREAM_WAITING;

    } else {
        state = NGX_WEBRTC_EVOSTREAM_ENDED;
    }

    if (state != service->config.state) {
        service->config.state = state;
        service->changed = 1;
    }

    /* what has quit is another one's */

    if (service->changed && !service->quit) {
        service->conf.glue->changed(service->conf.data);
    }

    service->changed = 0;
}


/* from "low" to "high", evenly */

static ngx_webrtc_usec_t
ngx_webrtc_evostream_service_random(ngx_webrtc_evostream_service_t *service,
    ngx_webrtc_usec_t low, ngx_webrtc_usec_t high)
{
    uint64_t  n;

    if (high <= low
        || service->conf.glue->random(service->conf.data, (u_char *) &n,
                                      sizeof(uint64_t))
           != NGX_OK)
    {
        return low;
    }

    return low + n % (high - low + 1);
}


static ngx_webrtc_usec_t
ngx_webrtc_evostream_service_back_off(ngx_webrtc_evostream_service_t *service)
{
    ngx_uint_t         i;
    ngx_webrtc_usec_t  high, max;

    high = service->conf.retry_min;
    max = service->conf.retry_max;

    for (i = 0; i < service->failures && high < max; i++) {
        high *= 2;
    }

    return ngx_webrtc_evostream_service_random(service,
                                               service->conf.retry_min,
                                               ngx_min(high, max));
}
