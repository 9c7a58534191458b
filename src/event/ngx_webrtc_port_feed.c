
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A port whose links are at several workers: the one that has the socket
 * sends the others its datagrams over wires, many in a message, each behind
 * its length.  They answer with how many bytes have come; what is more than a
 * receive buffer under way is dropped, as a socket would.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_port_internal.h>
#include <event/ngx_webrtc_worker.h>


typedef struct {
    ngx_queue_t               queue;
    ngx_webrtc_port_socket_t  *socket;
    ngx_webrtc_wire_t        *wire;
    ngx_webrtc_owner_t        owner;        /* at the other end */
    uint64_t                  sent;
    uint64_t                  received;     /* as we were told */
} ngx_webrtc_port_feed_t;


/* the worker without the socket says which port it wants */

typedef struct {
    ngx_webrtc_owner_t        owner;
    uint32_t                  kind;
    u_char                    id[NGX_WEBRTC_SKYWAY_OBJECT_ID];
} ngx_webrtc_port_feed_hello_t;


static void ngx_webrtc_port_feed_message_handler(ngx_webrtc_wire_t *wire,
    void *data, u_char *pos, size_t len);
static void ngx_webrtc_port_feed_closed_handler(ngx_webrtc_wire_t *wire,
    void *data);
static void ngx_webrtc_port_feed_accept(ngx_webrtc_wire_t *wire,
    u_char *hello, size_t len);
static void ngx_webrtc_port_feed_received_handler(ngx_webrtc_wire_t *wire,
    void *data, u_char *pos, size_t len);
static void ngx_webrtc_port_feed_gone_handler(ngx_webrtc_wire_t *wire,
    void *data);
static void ngx_webrtc_port_feed_send(ngx_webrtc_port_feed_t *feed);


static const ngx_webrtc_wire_handlers_t  ngx_webrtc_port_feed_fed = {
    ngx_webrtc_port_feed_message_handler,
    ngx_webrtc_port_feed_closed_handler
};

static const ngx_webrtc_wire_handlers_t  ngx_webrtc_port_feed_feeder = {
    ngx_webrtc_port_feed_received_handler,
    ngx_webrtc_port_feed_gone_handler
};


void
ngx_webrtc_port_feed_init(void)
{
    ngx_webrtc_wire_service(NGX_WEBRTC_WIRE_FEED, ngx_webrtc_port_feed_accept);
}


ngx_int_t
ngx_webrtc_port_feed_open(ngx_webrtc_port_socket_t *socket)
{
    ngx_webrtc_port_feed_hello_t  hello;

    ngx_memzero(&hello, sizeof(ngx_webrtc_port_feed_hello_t));

    hello.owner = *ngx_webrtc_port_sockets()->self;
    hello.kind = socket->row.kind;
    ngx_memcpy(hello.id, socket->row.id, NGX_WEBRTC_SKYWAY_OBJECT_ID);

    socket->received = 0;
    socket->wire = ngx_webrtc_wire_open(&socket->row.owner,
                                        NGX_WEBRTC_WIRE_FEED, &hello,
                                        sizeof(ngx_webrtc_port_feed_hello_t),
                                        &ngx_webrtc_port_feed_fed, socket);

    return socket->wire ? NGX_OK : NGX_ERROR;
}


static void
ngx_webrtc_port_feed_message_handler(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len)
{
    ngx_webrtc_port_socket_t *socket = data;

    u_char    *last;
    uint32_t   n;

    ngx_webrtc_now_update();

    socket->received += len;
    last = pos + len;

    while ((size_t) (last - pos) >= sizeof(uint32_t) && !socket->closing) {

        ngx_memcpy(&n, pos, sizeof(uint32_t));
        pos += sizeof(uint32_t);

        if (n > (size_t) (last - pos)) {
            break;
        }

        ngx_webrtc_port_input(socket->port, pos, n, ngx_webrtc_now());
        pos += n;
    }

    /* without this answer it would be silent for ever */

    if (!socket->closing
        && ngx_webrtc_wire_send(wire, &socket->received, sizeof(uint64_t),
                                NULL, 0)
           != NGX_OK)
    {
        socket->wire = NULL;
        ngx_webrtc_wire_close(wire);
    }

    ngx_webrtc_worker_touch();
}


static void
ngx_webrtc_port_feed_closed_handler(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_webrtc_port_socket_t *socket = data;

    ngx_webrtc_port_row_t  row;

    socket->wire = NULL;

    if (!socket->fed || socket->closing) {
        return;
    }

    /* somebody has taken it over; else it is tried from time to time */

    row = socket->row;

    if (ngx_webrtc_port_row_find(ngx_webrtc_port_sockets()->zone, &row)
        != NGX_DECLINED
        && row.owner.term != socket->row.owner.term)
    {
        ngx_webrtc_port_share_again(socket);
    }
}


static void
ngx_webrtc_port_feed_accept(ngx_webrtc_wire_t *wire, u_char *hello, size_t len)
{
    ngx_webrtc_port_feed_t        *feed;
    ngx_webrtc_port_socket_t      *socket;
    ngx_webrtc_port_feed_hello_t   wanted;

    if (ngx_webrtc_port_sockets()->gateway == NULL
        || len != sizeof(ngx_webrtc_port_feed_hello_t))
    {
        return;
    }

    ngx_memcpy(&wanted, hello, sizeof(ngx_webrtc_port_feed_hello_t));

    socket = ngx_webrtc_port_socket_find(wanted.kind, wanted.id);

    if (socket == NULL || socket->fed) {
        return;
    }

    feed = ngx_calloc(sizeof(ngx_webrtc_port_feed_t), ngx_cycle->log);
    if (feed == NULL) {
        return;
    }

    feed->socket = socket;
    feed->wire = wire;
    feed->owner = wanted.owner;
    ngx_queue_insert_tail(&socket->feeds, &feed->queue);

    ngx_webrtc_wire_set_handlers(wire, &ngx_webrtc_port_feed_feeder, feed);
}


static void
ngx_webrtc_port_feed_received_handler(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len)
{
    ngx_webrtc_port_feed_t *feed = data;

    if (len == sizeof(uint64_t)) {
        ngx_memcpy(&feed->received, pos, sizeof(uint64_t));
    }
}


static void
ngx_webrtc_port_feed_gone_handler(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_webrtc_port_feed_t *feed = data;

    ngx_webrtc_port_socket_t  *socket;

    socket = feed->socket;

    ngx_queue_remove(&feed->queue);
    ngx_free(feed);

    /* was it the last one? */

    ngx_webrtc_port_socket_check(socket);
}


const ngx_webrtc_owner_t *
ngx_webrtc_port_feed_owner(ngx_webrtc_port_socket_t *socket)
{
    ngx_queue_t             *q;
    ngx_webrtc_port_feed_t  *feed;

    if (ngx_queue_empty(&socket->feeds)) {
        return NULL;
    }

    q = ngx_queue_head(&socket->feeds);
    feed = ngx_queue_data(q, ngx_webrtc_port_feed_t, queue);

    return &feed->owner;
}


void
ngx_webrtc_port_feed_put(ngx_webrtc_port_socket_t *socket, const u_char *pos,
    size_t len)
{
    u_char                     *p;
    uint32_t                    n;
    ngx_webrtc_port_sockets_t  *ports;

    ports = ngx_webrtc_port_sockets();

    if (ports->batch_len + sizeof(uint32_t) + len > NGX_WEBRTC_PORT_FEED) {
        ngx_webrtc_port_feed_flush(socket);
    }

    n = (uint32_t) len;

    p = ports->batch + ports->batch_len;
    p = ngx_cpymem(p, &n, sizeof(uint32_t));
    p = ngx_cpymem(p, pos, len);

    ports->batch_len = p - ports->batch;

    /* more would be cut into pieces on its way */

    if (ports->batch_len > NGX_WEBRTC_PORT_FEED_USUAL) {
        ngx_webrtc_port_feed_flush(socket);
    }
}


void
ngx_webrtc_port_feed_flush(ngx_webrtc_port_socket_t *socket)
{
    ngx_queue_t                *q, *next;
    ngx_webrtc_port_sockets_t  *ports;

    ports = ngx_webrtc_port_sockets();

    if (ports->batch_len == 0) {
        return;
    }

    for (q = ngx_queue_head(&socket->feeds);
         q != ngx_queue_sentinel(&socket->feeds);
         q = next)
    {
        next = ngx_queue_next(q);
        ngx_webrtc_port_feed_send(ngx_queue_data(q, ngx_webrtc_port_feed_t,
                                                 queue));
    }

    ports->batch_len = 0;
}


static void
ngx_webrtc_port_feed_send(ngx_webrtc_port_feed_t *feed)
{
    ngx_webrtc_port_sockets_t  *ports;

    ports = ngx_webrtc_port_sockets();

    if (feed->sent - feed->received > ports->conf->receive_buffer) {
        ports->stats.unfed++;
        return;
    }

    if (ngx_webrtc_wire_send(feed->wire, NULL, 0, ports->batch,
                             ports->batch_len)
        == NGX_OK)
    {
        feed->sent += ports->batch_len;
        ports->stats.fed++;
        return;
    }

    ports->stats.unfed++;

    ngx_webrtc_wire_close(feed->wire);

    ngx_queue_remove(&feed->queue);
    ngx_free(feed);
}


void
ngx_webrtc_port_feed_close(ngx_webrtc_port_socket_t *socket)
{
    ngx_queue_t             *q;
    ngx_webrtc_port_feed_t  *feed;

    if (socket->wire) {
        ngx_webrtc_wire_close(socket->wire);
        socket->wire = NULL;
    }

    while (!ngx_queue_empty(&socket->feeds)) {
        q = ngx_queue_head(&socket->feeds);
        feed = ngx_queue_data(q, ngx_webrtc_port_feed_t, queue);

        ngx_webrtc_wire_close(feed->wire);
        ngx_queue_remove(q);
        ngx_free(feed);
    }
}
