
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_dial_internal.h>


static ngx_int_t ngx_webrtc_dial_init(ngx_webrtc_dial_t *dial,
    const ngx_webrtc_dial_conf_t *conf);
static void ngx_webrtc_dial_event_handler(ngx_event_t *ev);
static void ngx_webrtc_dial_connect_handler(ngx_event_t *ev);
static const char *ngx_webrtc_dial_error(ngx_err_t err);
static void ngx_webrtc_dial_destroy(ngx_webrtc_dial_t *dial);


ngx_webrtc_dial_t *
ngx_webrtc_dial_open(const ngx_webrtc_dial_conf_t *conf,
    const ngx_webrtc_dial_handlers_t *handlers, void *data)
{
    ngx_pool_t         *pool;
    ngx_webrtc_dial_t  *dial;

    pool = ngx_create_pool(1024, ngx_cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    dial = ngx_pcalloc(pool, sizeof(ngx_webrtc_dial_t));
    if (dial == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    dial->pool = pool;
    dial->handlers = handlers;
    dial->data = data;

    if (ngx_webrtc_dial_init(dial, conf) != NGX_OK) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    ngx_post_event(&dial->event, &ngx_posted_events);

    return dial;
}


static ngx_int_t
ngx_webrtc_dial_init(ngx_webrtc_dial_t *dial,
    const ngx_webrtc_dial_conf_t *conf)
{
    u_char     *p;
    ngx_str_t   host;

    dial->conf = *conf;

    /* our user tells what went wrong, and how often */

    dial->log = *ngx_cycle->log;
    dial->log.handler = NULL;
    dial->log.action = NULL;

    if (!(dial->log.log_level & NGX_LOG_DEBUG_ALL)) {
        dial->log.log_level = NGX_LOG_ALERT;
    }

    host = ngx_webrtc_dial_bare(&conf->host);

    p = ngx_pnalloc(dial->pool, host.len + 1);
    dial->buffer = ngx_pnalloc(dial->pool, NGX_WEBRTC_DIAL_BUFFER);

    if (p == NULL || dial->buffer == NULL) {
        return NGX_ERROR;
    }

    (void) ngx_cpystrn(p, host.data, host.len + 1);

    dial->host.data = p;
    dial->host.len = host.len;

    dial->pos = dial->buffer;
    dial->last = dial->buffer;

    dial->event.handler = ngx_webrtc_dial_event_handler;
    dial->event.data = dial;
    dial->event.log = &dial->log;

    return NGX_OK;
}


static void
ngx_webrtc_dial_event_handler(ngx_event_t *ev)
{
    ngx_webrtc_dial_t  *dial;

    dial = ev->data;

    if (dial->naddrs) {
        ngx_webrtc_dial_connect(dial);

    } else if (dial->conf.tls && dial->conf.ssl == NULL) {
        ngx_webrtc_dial_fail(dial, "there is no TLS here");

    } else {
        ngx_webrtc_dial_find(dial);
    }
}


void
ngx_webrtc_dial_connect(ngx_webrtc_dial_t *dial)
{
    ngx_int_t               rc;
    ngx_addr_t             *addr;
    ngx_connection_t       *c;
    ngx_peer_connection_t  *peer;

    dial->reached = 0;

    addr = &dial->addrs[dial->tried++];
    peer = &dial->peer;

    ngx_memzero(peer, sizeof(ngx_peer_connection_t));

    peer->sockaddr = addr->sockaddr;
    peer->socklen = addr->socklen;
    peer->name = &dial->host;
    peer->get = ngx_event_get_peer;
    peer->log = &dial->log;
    peer->log_error = NGX_ERROR_INFO;
    peer->so_keepalive = 1;

    ngx_set_errno(0);

    rc = ngx_event_connect_peer(peer);

    if (rc != NGX_OK && rc != NGX_AGAIN) {
        ngx_webrtc_dial_next(dial, (rc == NGX_DECLINED)
                                   ? ngx_webrtc_dial_error(ngx_errno)
                                   : "no connection is free");
        return;
    }

    c = peer->connection;

    c->data = dial;
    c->log = &dial->log;
    c->sendfile = 0;
    c->pool = dial->pool;
    c->addr_text = dial->host;

    dial->log.connection = c->number;

    c->read->handler = ngx_webrtc_dial_connect_handler;
    c->write->handler = ngx_webrtc_dial_connect_handler;

    ngx_add_timer(c->write, dial->conf.connect_timeout);

    if (rc == NGX_OK) {
        ngx_webrtc_dial_connect_handler(c->write);
    }
}


static void
ngx_webrtc_dial_connect_handler(ngx_event_t *ev)
{
    int                 err;
    socklen_t           len;
    ngx_connection_t   *c;
    ngx_webrtc_dial_t  *dial;

    c = ev->data;
    dial = c->data;

    if (ev->timedout) {
        ngx_webrtc_dial_next(dial, "connection timed out");
        return;
    }

    if (c->close) {

        /* the worker must go */

        ngx_webrtc_dial_fail(dial, "nginx is stopping");
        return;
    }

    err = 0;
    len = sizeof(int);

    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, (void *) &err, &len) == -1) {
        err = ngx_socket_errno;
    }

    if (err) {
        ngx_webrtc_dial_next(dial, ngx_webrtc_dial_error(err));
        return;
    }

    if (!ev->write) {

        /* nothing is said yet that would be for us */

        return;
    }

    dial->reached = 1;

    if (dial->conf.tls) {
        ngx_webrtc_dial_tls(dial);

    } else {
        ngx_webrtc_dial_ready(dial);
    }
}


void
ngx_webrtc_dial_ready(ngx_webrtc_dial_t *dial)
{
    ngx_connection_t  *c;

    c = dial->peer.connection;

    if (c->write->timer_set) {
        ngx_del_timer(c->write);
    }

    (void) ngx_tcp_nodelay(c);

    c->read->handler = ngx_webrtc_dial_read_handler;
    c->write->handler = ngx_webrtc_dial_write_handler;

    dial->reason = NULL;
    dial->connected = 1;
    dial->busy = 1;

    dial->handlers->connected(dial->data);

    dial->busy = 0;

    if (dial->closed) {
        ngx_webrtc_dial_destroy(dial);
        return;
    }

    /* something may have come with the last of the handshake */

    if (dial->peer.connection == c) {
        ngx_post_event(c->read, &ngx_posted_events);
    }
}


void
ngx_webrtc_dial_next(ngx_webrtc_dial_t *dial, const char *reason)
{
    ngx_webrtc_dial_disconnect(dial, 0);

    /* of several addresses the first one that has answered says most */

    if (dial->reason == NULL || (dial->reached && !dial->answered)) {
        dial->reason = reason;
        dial->answered = dial->reached;
    }

    if (dial->tried < dial->naddrs) {
        ngx_webrtc_dial_connect(dial);
        return;
    }

    ngx_webrtc_dial_fail(dial, dial->reason);
}


void
ngx_webrtc_dial_fail(ngx_webrtc_dial_t *dial, const char *reason)
{
    ngx_log_debug2(NGX_LOG_DEBUG_EVENT, &dial->log, 0,
                   "webrtc dial host:%V failed:%s", &dial->host,
                   reason ? reason : "closed");

    ngx_webrtc_dial_disconnect(dial, 0);

    /* what is begun again there may be closed there as well */

    dial->busy = 1;

    dial->handlers->closed(dial->data, reason);

    dial->busy = 0;

    if (!dial->event.posted) {
        ngx_webrtc_dial_destroy(dial);
    }
}


void
ngx_webrtc_dial_again(ngx_webrtc_dial_t *dial)
{
    ngx_webrtc_dial_disconnect(dial, 0);

    dial->tried--;
    dial->pos = dial->last;

    ngx_post_event(&dial->event, &ngx_posted_events);
}


void
ngx_webrtc_dial_flush(ngx_webrtc_dial_t *dial)
{
    if (dial->connected && !dial->closed) {
        ngx_post_event(dial->peer.connection->write, &ngx_posted_events);
    }
}


void
ngx_webrtc_dial_close(ngx_webrtc_dial_t *dial)
{
    if (dial->closed) {
        return;
    }

    ngx_webrtc_dial_disconnect(dial, 1);

    dial->closed = 1;

    if (!dial->busy) {
        ngx_webrtc_dial_destroy(dial);
    }
}


void
ngx_webrtc_dial_disconnect(ngx_webrtc_dial_t *dial, ngx_uint_t goodbye)
{
    ngx_connection_t  *c;

    if (dial->resolving) {
        ngx_resolve_name_done(dial->resolving);
        dial->resolving = NULL;
    }

    if (dial->event.posted) {
        ngx_delete_posted_event(&dial->event);
    }

    c = dial->peer.connection;

    if (c == NULL) {
        return;
    }

    if (goodbye && dial->connected) {
        (void) ngx_webrtc_dial_send(dial);
    }

#if (NGX_SSL)

    if (c->ssl) {
        c->ssl->no_wait_shutdown = 1;
        c->timedout = !dial->connected || !goodbye;

        if (ngx_ssl_shutdown(c) == NGX_AGAIN) {

            /* the kernel is full: without a word then */

            c->timedout = 1;
            (void) ngx_ssl_shutdown(c);
        }
    }

#endif

    dial->connected = 0;
    dial->peer.connection = NULL;

    ngx_close_connection(c);
}


static void
ngx_webrtc_dial_destroy(ngx_webrtc_dial_t *dial)
{
    ngx_destroy_pool(dial->pool);
}


static const char *
ngx_webrtc_dial_error(ngx_err_t err)
{
    switch (err) {

    case NGX_ECONNREFUSED:
        return "connection refused";

    case NGX_ECONNRESET:
        return "connection reset";

    case NGX_ETIMEDOUT:
        return "connection timed out";

    case NGX_ENETDOWN:
    case NGX_ENETUNREACH:
        return "network is unreachable";

    case NGX_EHOSTDOWN:
    case NGX_EHOSTUNREACH:
        return "host is unreachable";

    default:
        return "connection failed";
    }
}
