
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* a connection of a service, and the client of the ERS on it */


#include <core/ngx_webrtc_core.h>
#include <front/evostream/ngx_webrtc_evostream_service_internal.h>


static void ngx_webrtc_evostream_socket_client(
    ngx_webrtc_evostream_socket_t *socket, ngx_webrtc_usec_t now);
static void ngx_webrtc_evostream_socket_handler(
    ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_ers_client_event_t *event, void *data,
    ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_evostream_socket_random(void *data, u_char *buf,
    size_t len);
static void ngx_webrtc_evostream_socket_end(
    ngx_webrtc_evostream_socket_t *socket, const char *reason);


ngx_webrtc_evostream_socket_t *
ngx_webrtc_evostream_socket_create(ngx_webrtc_evostream_service_t *service)
{
    ngx_webrtc_evostream_socket_t  *socket;

    socket = ngx_calloc(sizeof(ngx_webrtc_evostream_socket_t), service->log);
    if (socket == NULL) {
        return NULL;
    }

    socket->service = service;
    ngx_queue_init(&socket->viewers);

    socket->connection = service->conf.glue->connect(service->conf.data,
                                                     socket);
    if (socket->connection == NULL) {
        ngx_free(socket);
        return NULL;
    }

    ngx_queue_insert_tail(&service->sockets, &socket->queue);

    return socket;
}


void
ngx_webrtc_evostream_socket_remove(ngx_webrtc_evostream_socket_t *socket,
    ngx_uint_t viewers)
{
    ngx_queue_t                     *q;
    ngx_webrtc_evostream_viewer_t   *viewer;
    ngx_webrtc_evostream_service_t  *service;

    service = socket->service;

    while (!ngx_queue_empty(&socket->viewers)) {
        q = ngx_queue_head(&socket->viewers);
        viewer = ngx_queue_data(q, ngx_webrtc_evostream_viewer_t, queue);

        ngx_webrtc_evostream_viewer_drop(viewer, viewers);
    }

    if (socket->client && socket->reason == NULL) {
        ngx_webrtc_ers_client_leave(socket->client);
    }

    if (socket->connection) {
        service->conf.glue->close(socket->connection);
    }

    if (socket->client) {
        ngx_webrtc_ers_client_destroy(socket->client);
    }

    if (service->front == socket) {
        service->front = NULL;
    }

    ngx_queue_remove(&socket->queue);
    ngx_free(socket);
}


void *
ngx_webrtc_evostream_socket_data(const ngx_webrtc_evostream_socket_t *socket)
{
    return socket->service->conf.data;
}


void
ngx_webrtc_evostream_socket_connected(ngx_webrtc_evostream_socket_t *socket,
    ngx_webrtc_usec_t now)
{
    if (socket->client) {
        ngx_webrtc_ers_client_reconnected(socket->client, now);

    } else {
        ngx_webrtc_evostream_socket_client(socket, now);
    }

    ngx_webrtc_evostream_socket_flush(socket);
    ngx_webrtc_evostream_service_settle(socket->service, now);
}


static void
ngx_webrtc_evostream_socket_client(ngx_webrtc_evostream_socket_t *socket,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_ers_client_conf_t     conf;
    ngx_webrtc_evostream_service_t  *service;

    service = socket->service;

    ngx_memzero(&conf, sizeof(ngx_webrtc_ers_client_conf_t));

    conf.host = service->host;
    conf.room = service->config.roomid;
    conf.token = service->config.token;
    conf.instance = service->conf.instance;
    conf.message_size = service->conf.message_size;
    conf.send_queue = service->conf.send_queue;
    conf.join_timeout = service->conf.join_timeout;
    conf.silence = service->conf.silence;
    conf.wall = service->conf.glue->wall(service->conf.data);
    conf.random = ngx_webrtc_evostream_socket_random;
    conf.sha1 = service->conf.glue->sha1;

    socket->client = ngx_webrtc_ers_client_create(&conf,
                                      ngx_webrtc_evostream_socket_handler,
                                      socket, now);

    if (socket->client == NULL) {
        ngx_webrtc_evostream_socket_end(socket, "no memory");
    }
}


void
ngx_webrtc_evostream_socket_input(ngx_webrtc_evostream_socket_t *socket,
    u_char *pos, size_t len, ngx_webrtc_usec_t now)
{
    if (socket->client && !socket->over) {
        ngx_webrtc_ers_client_input(socket->client, pos, len, now);
    }

    ngx_webrtc_evostream_socket_flush(socket);
    ngx_webrtc_evostream_service_settle(socket->service, now);
}


size_t
ngx_webrtc_evostream_socket_output(ngx_webrtc_evostream_socket_t *socket,
    u_char *buf, size_t size)
{
    return socket->client ? ngx_webrtc_ers_client_output(socket->client, buf,
                                                         size)
                          : 0;
}


void
ngx_webrtc_evostream_socket_closed(ngx_webrtc_evostream_socket_t *socket,
    const char *reason, ngx_webrtc_usec_t now)
{
    void  *connection;

    connection = socket->connection;
    socket->connection = NULL;

    if (reason == NULL && socket->client) {
        ngx_webrtc_ers_client_eof(socket->client, now);
    }

    if (socket->again && !socket->over) {
        socket->connection = connection;
        ngx_webrtc_evostream_socket_flush(socket);

    } else {
        ngx_webrtc_evostream_socket_end(socket, reason ? reason
                                                       : "connection closed");
    }

    ngx_webrtc_evostream_service_settle(socket->service, now);
}


void
ngx_webrtc_evostream_socket_flush(ngx_webrtc_evostream_socket_t *socket)
{
    if (socket->connection == NULL || socket->over) {
        return;
    }

    if (socket->again) {
        socket->again = 0;
        socket->service->conf.glue->again(socket->connection);

    } else {
        socket->service->conf.glue->flush(socket->connection);
    }
}


/* the first reason is the one that counts */

static void
ngx_webrtc_evostream_socket_end(ngx_webrtc_evostream_socket_t *socket,
    const char *reason)
{
    socket->over = 1;

    if (socket->reason == NULL) {
        socket->reason = reason;
    }
}


static void
ngx_webrtc_evostream_socket_handler(ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_ers_client_event_t *event, void *data,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_evostream_socket_t *socket = data;

    ngx_webrtc_evostream_service_t  *service;

    (void) client;

    service = socket->service;

    if (socket->over) {
        return;
    }

    switch (event->type) {

    case NGX_WEBRTC_ERS_JOINED:
        if (!socket->joined) {
            socket->joined = 1;
            ngx_webrtc_evostream_service_joined(service, now);
        }

        break;

    case NGX_WEBRTC_ERS_VIEWER:
        ngx_webrtc_evostream_viewer_come(socket, event);
        break;

    case NGX_WEBRTC_ERS_MESSAGE:
        ngx_webrtc_evostream_viewer_message(socket, event);
        break;

    case NGX_WEBRTC_ERS_REMOVE:
        ngx_webrtc_evostream_viewer_left(socket, event);
        break;

    case NGX_WEBRTC_ERS_INVALID_ROOM:
        service->retry = 0;

        /* fall through */

    case NGX_WEBRTC_ERS_TAKEN:
    case NGX_WEBRTC_ERS_INVALID_TOKEN:
        socket->refused = 1;

        /* fall through */

    case NGX_WEBRTC_ERS_BROKEN:
        ngx_webrtc_evostream_socket_end(socket, event->reason);
        break;

    case NGX_WEBRTC_ERS_RECONNECT:
        socket->again = 1;
        break;
    }
}


static ngx_int_t
ngx_webrtc_evostream_socket_random(void *data, u_char *buf, size_t len)
{
    ngx_webrtc_evostream_socket_t *socket = data;

    ngx_webrtc_evostream_service_conf_t  *conf;

    conf = &socket->service->conf;

    return conf->glue->random(conf->data, buf, len);
}
