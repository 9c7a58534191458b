
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <crypto/ngx_webrtc_random.h>
#include <front/skyway/ngx_webrtc_skyway_id.h>
#include <event/ngx_webrtc_port_internal.h>
#include <event/ngx_webrtc_worker.h>


/* numbers that others have, until we give up */
#define NGX_WEBRTC_PORT_TRIES   1000

/* how often it is looked for ports that nobody uses any more, ms */
#define NGX_WEBRTC_PORT_CHECK   1000

/* a worker that quits offers its ports so many times */
#define NGX_WEBRTC_PORT_OFFERS  5


static ngx_int_t ngx_webrtc_port_sockets_init_buffers(
    ngx_webrtc_port_sockets_t *ports);
static ngx_int_t ngx_webrtc_port_socket_number(ngx_webrtc_port_row_t *row,
    ngx_socket_t *fd);
static void ngx_webrtc_port_socket_destroy(ngx_webrtc_port_socket_t *socket);
static void ngx_webrtc_port_sockets_closing_handler(ngx_event_t *ev);
static void ngx_webrtc_port_sockets_check_handler(ngx_event_t *ev);


static ngx_webrtc_port_sockets_t  ngx_webrtc_these_port_sockets;

static const ngx_webrtc_skyway_id_e  ngx_webrtc_port_socket_ids[] = {
    [NGX_WEBRTC_PORT_DATA] = NGX_WEBRTC_SKYWAY_ID_DATA,
    [NGX_WEBRTC_PORT_VIDEO] = NGX_WEBRTC_SKYWAY_ID_VIDEO,
    [NGX_WEBRTC_PORT_AUDIO] = NGX_WEBRTC_SKYWAY_ID_AUDIO,
    [NGX_WEBRTC_PORT_RTCP] = NGX_WEBRTC_SKYWAY_ID_RTCP
};


ngx_webrtc_port_sockets_t *
ngx_webrtc_port_sockets(void)
{
    return &ngx_webrtc_these_port_sockets;
}


ngx_int_t
ngx_webrtc_port_sockets_open(ngx_cycle_t *cycle, ngx_webrtc_gateway_t *gateway)
{
    ngx_uint_t                  n;
    ngx_webrtc_worker_t        *worker;
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;
    worker = ngx_webrtc_worker();

    ngx_memzero(ports, sizeof(ngx_webrtc_port_sockets_t));

    ports->zone = worker->zone;
    ports->self = &worker->self;
    ports->conf = &ngx_webrtc_get_conf(cycle)->skyway;
    ports->media = ngx_webrtc_get_conf(cycle)->media;
    ports->log = cycle->log;

    ports->pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, cycle->log);
    if (ports->pool == NULL) {
        return NGX_ERROR;
    }

    n = ports->conf->last_port - ports->conf->first_port + 1;

    if (ngx_webrtc_hash_init(&ports->hash, ports->pool, n,
                             ngx_webrtc_random_uint32())
        != NGX_OK
        || ngx_webrtc_port_sockets_init_buffers(ports) != NGX_OK)
    {
        ngx_destroy_pool(ports->pool);
        return NGX_ERROR;
    }

    ngx_queue_init(&ports->sockets);
    ngx_queue_init(&ports->closed);

    ports->closing.handler = ngx_webrtc_port_sockets_closing_handler;
    ports->closing.log = cycle->log;

    ports->check.handler = ngx_webrtc_port_sockets_check_handler;
    ports->check.log = cycle->log;
    ports->check.data = ports;
    ports->check.cancelable = 1;

    ngx_webrtc_port_feed_init();

    ports->gateway = gateway;

    return NGX_OK;
}


/* pages that no datagram has reached are not there */

static ngx_int_t
ngx_webrtc_port_sockets_init_buffers(ngx_webrtc_port_sockets_t *ports)
{
    ngx_uint_t     i;
    struct iovec  *iov;

    for (i = 0; i < NGX_WEBRTC_PORT_BATCH; i++) {
        iov = &ports->iovs[i];

        iov->iov_len = NGX_WEBRTC_PORT_DATAGRAM;
        iov->iov_base = ngx_palloc(ports->pool, iov->iov_len);

        if (iov->iov_base == NULL) {
            return NGX_ERROR;
        }

        ports->messages[i].msg_hdr.msg_iov = iov;
        ports->messages[i].msg_hdr.msg_iovlen = 1;
    }

    ports->batch = ngx_palloc(ports->pool, NGX_WEBRTC_PORT_FEED);

    return ports->batch ? NGX_OK : NGX_ERROR;
}


void
ngx_webrtc_port_sockets_close(void)
{
    ngx_queue_t                *q;
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;

    if (ports->gateway == NULL) {
        return;
    }

    /* rows go with the seat, to those who still use them or to nobody */

    while (!ngx_queue_empty(&ports->sockets)) {
        q = ngx_queue_head(&ports->sockets);
        ngx_webrtc_port_socket_close(ngx_queue_data(q,
                                             ngx_webrtc_port_socket_t, queue));
    }

    ngx_webrtc_port_sockets_closing_handler(&ports->closing);

    if (ports->closing.posted) {
        ngx_delete_posted_event(&ports->closing);
    }

    if (ports->check.timer_set) {
        ngx_del_timer(&ports->check);
    }

    ngx_destroy_pool(ports->pool);

    ports->gateway = NULL;
}


void
ngx_webrtc_port_sockets_quit(void)
{
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;

    if (ports->gateway == NULL || ngx_queue_empty(&ports->sockets)) {
        return;
    }

    ports->offers = NGX_WEBRTC_PORT_OFFERS;

    if (ports->check.timer_set) {
        ngx_del_timer(&ports->check);
    }

    ports->check.cancelable = 0;
    ngx_add_timer(&ports->check, 1);
}


ngx_int_t
ngx_webrtc_port_socket_open(void *data, ngx_webrtc_port_e kind, u_char *id,
    ngx_webrtc_addr_t *addr)
{
    ngx_int_t                   rc;
    ngx_socket_t                fd;
    ngx_webrtc_port_row_t       row;
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;

    if (ports->gateway == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(&row, sizeof(ngx_webrtc_port_row_t));

    row.kind = kind;
    row.owner = *ports->self;

    if (ngx_webrtc_skyway_id_generate(row.id, ngx_webrtc_port_socket_ids[kind],
                                      row.owner.seat, row.owner.term)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = ngx_webrtc_port_socket_number(&row, &fd);

    if (rc == NGX_BUSY) {
        ngx_webrtc_port_udp_log(NGX_LOG_WARN, 0,
                                "all of \"webrtc_gateway_ports\" are in use");
    }

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_webrtc_port_socket_add(&row, fd) == NULL) {
        ngx_webrtc_port_row_free(ports->zone, &row);
        return NGX_ERROR;
    }

    ngx_memcpy(id, row.id, NGX_WEBRTC_SKYWAY_OBJECT_ID);

    ngx_webrtc_port_address(addr);
    addr->port = row.port;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_port_socket_number(ngx_webrtc_port_row_t *row, ngx_socket_t *fd)
{
    ngx_err_t                   err;
    ngx_uint_t                  n;
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;

    n = ports->conf->last_port - ports->conf->first_port + 1;
    n = ngx_min(n, NGX_WEBRTC_PORT_TRIES);

    while (n--) {

        if (ngx_webrtc_port_row_add(ports->zone, row) != NGX_OK) {
            return NGX_BUSY;
        }

        *fd = ngx_webrtc_port_udp_bind(row->port, 0, &err);

        if (*fd != (ngx_socket_t) -1) {
            return NGX_OK;
        }

        ngx_webrtc_port_row_free(ports->zone, row);

        if (err != NGX_EADDRINUSE && err != NGX_EACCES) {
            ngx_webrtc_port_udp_log(NGX_LOG_ERR, err,
                                    "a port could not be opened");
            return NGX_ERROR;
        }

        ports->stats.taken++;

        if (!ports->taken_logged) {
            ports->taken_logged = 1;

            ngx_log_error(NGX_LOG_NOTICE, ports->log, err,
                          "webrtc gateway: port %ui cannot be had, it is left "
                          "out; no others will be told",
                          (ngx_uint_t) row->port);
        }
    }

    return NGX_BUSY;
}


ngx_webrtc_port_socket_t *
ngx_webrtc_port_socket_add(const ngx_webrtc_port_row_t *row, ngx_socket_t fd)
{
    ngx_webrtc_port_socket_t   *socket;
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;

    socket = ngx_calloc(sizeof(ngx_webrtc_port_socket_t), ports->log);

    if (socket) {
        socket->port = ngx_webrtc_port_create(ports->gateway, row->kind,
                                              socket);
    }

    if (socket == NULL || socket->port == NULL) {

        if (fd != (ngx_socket_t) -1) {
            (void) ngx_close_socket(fd);
        }

        ngx_free(socket);
        return NULL;
    }

    socket->row = *row;
    socket->fed = 1;
    ngx_queue_init(&socket->feeds);

    if (fd != (ngx_socket_t) -1
        && ngx_webrtc_port_socket_connect(socket, fd) != NGX_OK)
    {
        ngx_webrtc_port_destroy(socket->port);
        ngx_free(socket);
        return NULL;
    }

    ngx_queue_insert_tail(&ports->sockets, &socket->queue);
    ngx_webrtc_hash_add(&ports->hash, &socket->node, socket->row.id,
                        NGX_WEBRTC_SKYWAY_OBJECT_ID);
    ports->stats.opened++;

    if (!ports->check.timer_set) {
        ngx_add_timer(&ports->check, NGX_WEBRTC_PORT_CHECK);
    }

    ngx_log_debug2(NGX_LOG_DEBUG_EVENT, ports->log, 0,
                   "webrtc port open:%ui fed:%d", (ngx_uint_t) row->port,
                   socket->fed);

    return socket;
}


ngx_int_t
ngx_webrtc_port_socket_connect(ngx_webrtc_port_socket_t *socket,
    ngx_socket_t fd)
{
    ngx_connection_t           *c;
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;

    /* or it would be told as an alert, each time */

    if (ngx_cycle->free_connection_n == 0) {
        ngx_webrtc_port_udp_log(NGX_LOG_WARN, 0,
                                "a port could not be opened, all "
                                "\"worker_connections\" are in use");
        goto failed;
    }

    c = ngx_get_connection(fd, ports->log);

    if (c == NULL) {
        goto failed;
    }

    c->data = socket;
    c->type = SOCK_DGRAM;
    c->log = ports->log;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);

    c->read->handler = ngx_webrtc_port_udp_read_handler;
    c->read->log = ports->log;
    c->write->handler = ngx_webrtc_port_udp_write_handler;
    c->write->log = ports->log;

    if (ngx_add_event(c->read, NGX_READ_EVENT, NGX_CLEAR_EVENT) != NGX_OK) {
        ngx_free_connection(c);
        c->fd = (ngx_socket_t) -1;
        goto failed;
    }

    socket->connection = c;
    socket->fed = 0;

    return NGX_OK;

failed:

    (void) ngx_close_socket(fd);

    return NGX_ERROR;
}


ngx_webrtc_port_socket_t *
ngx_webrtc_port_socket_find(ngx_webrtc_port_e kind, const u_char *id)
{
    ngx_webrtc_hash_node_t    *node;
    ngx_webrtc_port_socket_t  *socket;

    node = ngx_webrtc_hash_find(&ngx_webrtc_these_port_sockets.hash, id,
                                NGX_WEBRTC_SKYWAY_OBJECT_ID);
    if (node == NULL) {
        return NULL;
    }

    socket = ngx_webrtc_hash_data(node, ngx_webrtc_port_socket_t, node);

    return (socket->row.kind == kind) ? socket : NULL;
}


ngx_webrtc_port_t *
ngx_webrtc_port_socket_acquire(void *data, ngx_webrtc_port_e kind,
    const ngx_str_t *id)
{
    ngx_webrtc_port_row_t      row;
    ngx_webrtc_port_socket_t  *socket;

    if (ngx_webrtc_these_port_sockets.gateway == NULL
        || id->len != NGX_WEBRTC_SKYWAY_OBJECT_ID)
    {
        return NULL;
    }

    socket = ngx_webrtc_port_socket_find(kind, id->data);

    if (socket == NULL || socket->refs == 0) {
        ngx_memzero(&row, sizeof(ngx_webrtc_port_row_t));

        row.kind = kind;
        ngx_memcpy(row.id, id->data, NGX_WEBRTC_SKYWAY_OBJECT_ID);

        socket = ngx_webrtc_port_share(&row);

        if (socket == NULL) {
            return NULL;
        }
    }

    socket->refs++;

    return socket->port;
}


void
ngx_webrtc_port_socket_release(void *data, ngx_webrtc_port_t *port)
{
    ngx_int_t                   rc;
    ngx_webrtc_port_socket_t   *socket;
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;
    socket = ngx_webrtc_port_socket(port);

    if (--socket->refs) {
        return;
    }

    ngx_webrtc_port_row_release(ports->zone, &socket->row, ports->self);

    if (!socket->fed) {
        ngx_webrtc_port_socket_check(socket);
        return;
    }

    /* perhaps it has been inherited just now */

    rc = ngx_webrtc_port_row_check(ports->zone, &socket->row, ports->self);

    if (rc == NGX_OK) {
        ngx_webrtc_port_share_again(socket);

        if (!socket->fed) {
            return;
        }
    }

    socket->owned = (rc != NGX_DECLINED);
    ngx_webrtc_port_socket_close(socket);
}


ngx_int_t
ngx_webrtc_port_socket_remove(void *data, ngx_webrtc_port_e kind,
    const ngx_str_t *id)
{
    ngx_int_t                   rc;
    ngx_webrtc_port_row_t       row;
    ngx_webrtc_port_socket_t   *socket;
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;

    if (ports->gateway == NULL || id->len != NGX_WEBRTC_SKYWAY_OBJECT_ID) {
        return NGX_DECLINED;
    }

    ngx_memzero(&row, sizeof(ngx_webrtc_port_row_t));

    row.kind = kind;
    ngx_memcpy(row.id, id->data, NGX_WEBRTC_SKYWAY_OBJECT_ID);

    rc = ngx_webrtc_port_row_remove(ports->zone, &row);

    if (rc != NGX_OK) {
        return rc;
    }

    if (row.owner.term != ports->self->term) {
        ngx_webrtc_port_share_tell(&row.owner, &row);
        return NGX_OK;
    }

    socket = ngx_webrtc_port_socket_find(kind, row.id);

    if (socket) {
        ngx_webrtc_port_socket_check(socket);
    }

    return NGX_OK;
}


void
ngx_webrtc_port_socket_watchers(ngx_webrtc_port_closed_pt handler)
{
    ngx_webrtc_these_port_sockets.closed_handler = handler;
}


ngx_webrtc_port_t *
ngx_webrtc_port_socket_watch(ngx_webrtc_port_e kind, const ngx_str_t *id)
{
    ngx_webrtc_port_row_t       row;
    ngx_webrtc_port_socket_t   *socket;
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;

    if (ports->gateway == NULL || id->len != NGX_WEBRTC_SKYWAY_OBJECT_ID) {
        return NULL;
    }

    socket = ngx_webrtc_port_socket_find(kind, id->data);

    if (socket == NULL) {
        ngx_memzero(&row, sizeof(ngx_webrtc_port_row_t));

        row.kind = kind;
        ngx_memcpy(row.id, id->data, NGX_WEBRTC_SKYWAY_OBJECT_ID);

        ngx_webrtc_port_share_pull(&row);

        socket = ngx_webrtc_port_socket_find(kind, id->data);
    }

    if (socket == NULL || socket->fed
        || (socket->watchers == 0
            && ngx_webrtc_port_row_watch(ports->zone, &socket->row,
                                         ports->self, 1)
               != NGX_OK))
    {
        return NULL;
    }

    socket->watchers++;

    return socket->port;
}


void
ngx_webrtc_port_socket_unwatch(ngx_webrtc_port_t *port)
{
    ngx_webrtc_port_socket_t   *socket;
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;
    socket = ngx_webrtc_port_socket(port);

    if (--socket->watchers || socket->closing) {
        return;
    }

    (void) ngx_webrtc_port_row_watch(ports->zone, &socket->row, ports->self,
                                     0);

    /* a worker that quits could not give it away until now */

    if (ngx_exiting) {
        ngx_webrtc_port_sockets_quit();
    }
}


void
ngx_webrtc_port_socket_check(ngx_webrtc_port_socket_t *socket)
{
    ngx_int_t                   rc;
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;

    if (socket->fed || socket->refs || socket->closing) {
        return;
    }

    rc = ngx_webrtc_port_row_check(ports->zone, &socket->row, ports->self);

    if (rc == NGX_OK) {

        if (socket->watchers == 0
            && (!ngx_queue_empty(&socket->feeds) || ports->offers))
        {
            ngx_webrtc_port_share_offer(socket);
        }

        return;
    }

    socket->owned = (rc == NGX_DONE);
    ngx_webrtc_port_socket_close(socket);
}


void
ngx_webrtc_port_socket_close(ngx_webrtc_port_socket_t *socket)
{
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;

    socket->closing = 1;

    ngx_webrtc_hash_remove(&ports->hash, &socket->node);
    ngx_queue_remove(&socket->queue);
    ngx_queue_insert_tail(&ports->closed, &socket->queue);

    ngx_post_event(&ports->closing, &ngx_posted_events);
}


static void
ngx_webrtc_port_sockets_closing_handler(ngx_event_t *ev)
{
    ngx_queue_t                *q;
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;

    while (!ngx_queue_empty(&ports->closed)) {
        q = ngx_queue_head(&ports->closed);
        ngx_queue_remove(q);

        ngx_webrtc_port_socket_destroy(
                         ngx_queue_data(q, ngx_webrtc_port_socket_t, queue));
    }
}


static void
ngx_webrtc_port_socket_destroy(ngx_webrtc_port_socket_t *socket)
{
    ngx_webrtc_port_sockets_t  *ports;

    ports = &ngx_webrtc_these_port_sockets;
    ports->stats.closed++;

    ngx_log_debug2(NGX_LOG_DEBUG_EVENT, ports->log, 0,
                   "webrtc port close:%ui fed:%d",
                   (ngx_uint_t) socket->row.port, socket->fed);

    if (socket->watchers) {
        ports->closed_handler(socket->port);
    }

    ngx_webrtc_port_feed_close(socket);

    if (socket->connection) {
        ngx_close_connection(socket->connection);
    }

    ngx_webrtc_port_destroy(socket->port);

    /* now that others can have the number */

    if (socket->owned) {
        ngx_webrtc_port_row_free(ports->zone, &socket->row);
    }

    ngx_free(socket);
}


/* what a mail that was lost or a worker that died would have told */

static void
ngx_webrtc_port_sockets_check_handler(ngx_event_t *ev)
{
    ngx_uint_t                  offered;
    ngx_queue_t                *q, *next;
    ngx_webrtc_port_socket_t   *socket;
    ngx_webrtc_port_sockets_t  *ports;

    ports = ev->data;
    offered = 0;

    for (q = ngx_queue_head(&ports->sockets);
         q != ngx_queue_sentinel(&ports->sockets);
         q = next)
    {
        next = ngx_queue_next(q);
        socket = ngx_queue_data(q, ngx_webrtc_port_socket_t, queue);

        if (!socket->fed) {
            ngx_webrtc_port_socket_check(socket);
            offered |= (socket->refs == 0 && !socket->closing);

        } else if (socket->wire == NULL) {
            ngx_webrtc_port_share_again(socket);
        }
    }

    if (ports->offers) {
        ports->offers = offered ? ports->offers - 1 : 0;
    }

    ev->cancelable = (ports->offers == 0);

    if (ports->offers || !ngx_queue_empty(&ports->sockets)) {
        ngx_add_timer(ev, NGX_WEBRTC_PORT_CHECK);
    }
}
