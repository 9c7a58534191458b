
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <core/ngx_webrtc_cursor.h>
#include <http/ngx_http_webrtc_answer.h>
#include <http/ngx_http_webrtc_header.h>
#include <http/ngx_http_webrtc_socketio.h>


/* of the WebSocket, when the session has ended */
#define NGX_HTTP_WEBRTC_CLOSE_NORMAL  1000


static ngx_int_t ngx_http_webrtc_socketio_read(
    ngx_http_webrtc_socketio_t *socketio, ngx_uint_t *code);
static ngx_int_t ngx_http_webrtc_socketio_query(
    ngx_http_webrtc_socketio_t *socketio);
static ngx_int_t ngx_http_webrtc_socketio_credential(ngx_http_request_t *r,
    ngx_str_t *value);
static ngx_int_t ngx_http_webrtc_socketio_run(
    ngx_http_webrtc_socketio_t *socketio);
static ngx_int_t ngx_http_webrtc_socketio_ask(
    ngx_http_webrtc_socketio_t *socketio);
static ngx_int_t ngx_http_webrtc_socketio_post(
    ngx_http_webrtc_socketio_t *socketio);
static void ngx_http_webrtc_socketio_body(ngx_http_request_t *r, void *data,
    ngx_uint_t status);
static ngx_int_t ngx_http_webrtc_socketio_upgrade(
    ngx_http_webrtc_socketio_t *socketio);
static void ngx_http_webrtc_socketio_message(ngx_webrtc_wire_t *wire,
    void *data, u_char *pos, size_t len);
static void ngx_http_webrtc_socketio_respond(
    ngx_http_webrtc_socketio_t *socketio, u_char *pos, size_t len);
static void ngx_http_webrtc_socketio_finalize(
    ngx_http_webrtc_socketio_t *socketio, ngx_int_t rc);
static void ngx_http_webrtc_socketio_closed(ngx_webrtc_wire_t *wire,
    void *data);
static void ngx_http_webrtc_socketio_text(void *data, u_char *text,
    size_t len);
static void ngx_http_webrtc_socketio_binary(void *data, u_char *pos,
    size_t len);
static void ngx_http_webrtc_socketio_pong(void *data);
static void ngx_http_webrtc_socketio_ended(void *data);
static void ngx_http_webrtc_socketio_say(ngx_http_webrtc_socketio_t *socketio,
    u_char head, u_char *pos, size_t len);
static void ngx_http_webrtc_socketio_cleanup(void *data);


static const ngx_webrtc_wire_handlers_t  ngx_http_webrtc_socketio_wire = {
    ngx_http_webrtc_socketio_message,
    ngx_http_webrtc_socketio_closed
};

static const ngx_http_webrtc_websocket_handlers_t
    ngx_http_webrtc_socketio_socket = {
    ngx_http_webrtc_socketio_text,
    ngx_http_webrtc_socketio_ended,
    NULL,
    ngx_http_webrtc_socketio_binary,
    ngx_http_webrtc_socketio_pong
};


ngx_int_t
ngx_http_webrtc_socketio_handler(ngx_http_request_t *r)
{
    ngx_int_t                    rc;
    ngx_uint_t                   code;
    ngx_http_webrtc_socketio_t  *socketio;

    if (r->method != NGX_HTTP_POST) {
        rc = ngx_http_discard_request_body(r);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    if (r->method == NGX_HTTP_OPTIONS) {
        return ngx_http_webrtc_socketio_preflight(r);
    }

    rc = ngx_http_webrtc_socketio_list(r);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    socketio = ngx_pcalloc(r->pool, sizeof(ngx_http_webrtc_socketio_t));
    if (socketio == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    socketio->request = r;

    ngx_http_set_ctx(r, &socketio->ctx, ngx_http_webrtc_module);

    rc = ngx_http_webrtc_socketio_read(socketio, &code);

    if (rc == NGX_OK) {
        return ngx_http_webrtc_socketio_run(socketio);
    }

    if (rc != NGX_DECLINED) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    if (r->method == NGX_HTTP_POST) {
        rc = ngx_http_discard_request_body(r);
        if (rc != NGX_OK) {
            return rc;
        }
    }

    return ngx_http_webrtc_socketio_error(r, code);
}


/* what is wanted; NGX_DECLINED: "code" says why not */

static ngx_int_t
ngx_http_webrtc_socketio_read(ngx_http_webrtc_socketio_t *socketio,
    ngx_uint_t *code)
{
    ngx_str_t                       eio, transport, b64, type;
    ngx_http_request_t             *r;
    ngx_webrtc_socketio_request_t  *wanted;

    r = socketio->request;
    wanted = &socketio->wanted;

    if (ngx_http_webrtc_arg(r, "EIO", &eio) != NGX_OK
        || ngx_http_webrtc_arg(r, "transport", &transport) != NGX_OK
        || ngx_http_webrtc_arg(r, "sid", &wanted->sid) != NGX_OK
        || ngx_http_webrtc_arg(r, "b64", &b64) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (transport.len == 9
        && ngx_strncmp(transport.data, "websocket", 9) == 0)
    {
        wanted->websocket = 1;

    } else if (transport.len != 7
               || ngx_strncmp(transport.data, "polling", 7) != 0)
    {
        *code = NGX_WEBRTC_SOCKETIO_TRANSPORT;
        return NGX_DECLINED;
    }

    *code = NGX_WEBRTC_SOCKETIO_REQUEST;

    /* no other protocol than 3 is spoken here */

    if (eio.len && (eio.len != 1 || eio.data[0] != '3')) {
        return NGX_DECLINED;
    }

    wanted->b64 = b64.len != 0;

    if (wanted->sid.len == 0) {

        wanted->kind = NGX_WEBRTC_SOCKETIO_OPEN;

        if (r->method != NGX_HTTP_GET) {
            *code = NGX_WEBRTC_SOCKETIO_METHOD;
            return NGX_DECLINED;
        }

        return ngx_http_webrtc_socketio_query(socketio);
    }

    if (r->method == NGX_HTTP_GET) {
        wanted->kind = wanted->websocket ? NGX_WEBRTC_SOCKETIO_ATTACH
                                         : NGX_WEBRTC_SOCKETIO_POLL;
        return NGX_OK;
    }

    if (r->method != NGX_HTTP_POST || wanted->websocket) {
        return NGX_DECLINED;
    }

    wanted->kind = NGX_WEBRTC_SOCKETIO_POST;

    wanted->binary = ngx_http_webrtc_header_value(r, "content-type", &type)
                     == NGX_OK
                     && type.len == sizeof("application/octet-stream") - 1
                     && ngx_strncasecmp(type.data,
                                        (u_char *) "application/octet-stream",
                                        type.len)
                        == 0;

    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_socketio_query(ngx_http_webrtc_socketio_t *socketio)
{
    ngx_http_request_t           *r;
    ngx_http_webrtc_loc_conf_t   *wlcf;
    ngx_webrtc_socketio_query_t  *query;

    r = socketio->request;
    query = &socketio->wanted.query;

    wlcf = ngx_http_get_module_loc_conf(r, ngx_http_webrtc_module);

    query->send_queue = wlcf->send_queue;
    query->message_size = wlcf->message_size;
    query->rate = wlcf->rate;
    query->burst = wlcf->burst;

    (void) ngx_http_webrtc_header_value(r, "origin", &query->origin);

    if (ngx_http_webrtc_arg(r, "apiKey", &query->key) != NGX_OK
        || ngx_http_webrtc_arg(r, "token", &query->token) != NGX_OK
        || ngx_http_webrtc_arg(r, "peerId", &query->id) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_http_webrtc_socketio_credential(r, &query->credential);
}


/* after an update the client escapes it twice */

static ngx_int_t
ngx_http_webrtc_socketio_credential(ngx_http_request_t *r, ngx_str_t *value)
{
    u_char  *dst, *src;

    if (ngx_http_webrtc_arg(r, "credential", value) != NGX_OK) {
        return NGX_ERROR;
    }

    if (value->len && value->data[0] == '%') {
        dst = value->data;
        src = value->data;

        ngx_unescape_uri(&dst, &src, value->len, 0);

        value->len = dst - value->data;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_socketio_run(ngx_http_webrtc_socketio_t *socketio)
{
    if (socketio->wanted.websocket) {
        return ngx_http_webrtc_socketio_upgrade(socketio);
    }

    if (socketio->wanted.kind == NGX_WEBRTC_SOCKETIO_POST) {
        return ngx_http_webrtc_socketio_post(socketio);
    }

    return ngx_http_webrtc_socketio_ask(socketio);
}


/* the answer comes over the wire, now or much later */

static ngx_int_t
ngx_http_webrtc_socketio_ask(ngx_http_webrtc_socketio_t *socketio)
{
    ngx_int_t            rc;
    ngx_http_cleanup_t  *cln;
    ngx_http_request_t  *r;

    r = socketio->request;

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    rc = ngx_webrtc_socketio_wire_open(&socketio->wanted,
                                       &ngx_http_webrtc_socketio_wire,
                                       socketio, &socketio->wire);
    if (rc == NGX_DECLINED) {
        return ngx_http_webrtc_socketio_error(r, NGX_WEBRTC_SOCKETIO_UNKNOWN);
    }

    if (rc != NGX_OK) {
        return NGX_HTTP_SERVICE_UNAVAILABLE;
    }

    cln->handler = ngx_http_webrtc_socketio_cleanup;
    cln->data = socketio;

    r->main->count++;
    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;
    r->connection->log->action = "waiting for a session";

    return NGX_DONE;
}


static ngx_int_t
ngx_http_webrtc_socketio_post(ngx_http_webrtc_socketio_t *socketio)
{
    ngx_http_webrtc_loc_conf_t  *wlcf;

    wlcf = ngx_http_get_module_loc_conf(socketio->request,
                                        ngx_http_webrtc_module);

    socketio->body.handler = ngx_http_webrtc_socketio_body;
    socketio->body.data = socketio;
    socketio->body.max = wlcf->message_size;

    return ngx_http_webrtc_body_read(socketio->request, &socketio->body);
}


static void
ngx_http_webrtc_socketio_body(ngx_http_request_t *r, void *data,
    ngx_uint_t status)
{
    ngx_http_webrtc_socketio_t *socketio = data;

    u_char            head;
    ngx_int_t         rc;
    const ngx_str_t  *text;

    if (status != NGX_HTTP_OK) {
        text = ngx_webrtc_socketio_error(NGX_WEBRTC_SOCKETIO_REQUEST);
        rc = ngx_http_webrtc_socketio_answer(r, status, "application/json",
                                             text->data, text->len);
        ngx_http_finalize_request(r, rc);
        return;
    }

    rc = ngx_http_webrtc_socketio_ask(socketio);

    if (rc != NGX_DONE) {
        ngx_http_finalize_request(r, rc);
        return;
    }

    /* reading the body has counted once already */
    r->main->count--;

    head = NGX_WEBRTC_SOCKETIO_WIRE_BODY;

    if (ngx_webrtc_wire_send(socketio->wire, &head, 1,
                             socketio->body.text.data,
                             socketio->body.text.len)
        != NGX_OK)
    {
        ngx_http_finalize_request(r, NGX_HTTP_SERVICE_UNAVAILABLE);
    }
}


static ngx_int_t
ngx_http_webrtc_socketio_upgrade(ngx_http_webrtc_socketio_t *socketio)
{
    ngx_int_t            rc;
    ngx_http_request_t  *r;

    static const ngx_str_t  reason = ngx_string("SESSION-UNKNOWN");

    r = socketio->request;

    rc = ngx_http_webrtc_upgrade(r);
    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_http_webrtc_websocket_start(r, &socketio->socket,
                                        &ngx_http_webrtc_socketio_socket,
                                        socketio)
        != NGX_DONE)
    {
        return NGX_ERROR;
    }

    rc = ngx_webrtc_socketio_wire_open(&socketio->wanted,
                                       &ngx_http_webrtc_socketio_wire,
                                       socketio, &socketio->wire);

    ngx_http_webrtc_websocket_established(&socketio->socket);

    if (rc != NGX_OK) {
        socketio->wire = NULL;
        ngx_http_webrtc_websocket_close(&socketio->socket,
                                        NGX_HTTP_WEBRTC_CLOSE_NORMAL,
                                        &reason);
    }

    return NGX_DONE;
}


static void
ngx_http_webrtc_socketio_message(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len)
{
    ngx_http_webrtc_socketio_t *socketio = data;

    if (len == 0) {
        return;
    }

    if (*pos == NGX_WEBRTC_SOCKETIO_WIRE_ANSWER) {
        ngx_http_webrtc_socketio_respond(socketio, pos, len);
        return;
    }

    if (!socketio->wanted.websocket) {
        return;
    }

    switch (*pos) {

    case NGX_WEBRTC_SOCKETIO_WIRE_TEXT:
        ngx_http_webrtc_websocket_text(&socketio->socket, pos + 1, len - 1);
        break;

    case NGX_WEBRTC_SOCKETIO_WIRE_BINARY:
        ngx_http_webrtc_websocket_send(&socketio->socket,
                                       NGX_WEBRTC_WEBSOCKET_BINARY, pos + 1,
                                       len - 1);
        break;

    case NGX_WEBRTC_SOCKETIO_WIRE_PING:
        ngx_http_webrtc_websocket_ping(&socketio->socket);
        break;
    }
}


static void
ngx_http_webrtc_socketio_respond(ngx_http_webrtc_socketio_t *socketio,
    u_char *pos, size_t len)
{
    ngx_uint_t  status, type;

    static const char  *types[] = {
        "text/plain; charset=UTF-8",
        "application/octet-stream",
        "text/html",
        "application/json"
    };

    if (socketio->wanted.websocket || len < NGX_WEBRTC_SOCKETIO_WIRE_HEAD
        || pos[3] >= NGX_WEBRTC_SOCKETIO_TYPES)
    {
        return;
    }

    status = ngx_webrtc_get16(pos + 1);
    type = pos[3];

    pos += NGX_WEBRTC_SOCKETIO_WIRE_HEAD;
    len -= NGX_WEBRTC_SOCKETIO_WIRE_HEAD;

    ngx_http_webrtc_socketio_finalize(socketio,
                       ngx_http_webrtc_socketio_answer(socketio->request,
                                                       status, types[type],
                                                       pos, len));
}


static void
ngx_http_webrtc_socketio_finalize(ngx_http_webrtc_socketio_t *socketio,
    ngx_int_t rc)
{
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = socketio->request;
    c = r->connection;

    /* the request takes the wire along */

    ngx_http_webrtc_socketio_cleanup(socketio);

    ngx_http_set_log_request(c->log, r);

    ngx_http_finalize_request(r, rc);
    ngx_http_run_posted_requests(c);
}


static void
ngx_http_webrtc_socketio_closed(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_http_webrtc_socketio_t *socketio = data;

    static const ngx_str_t  reason = ngx_string("SESSION-ENDED");

    socketio->wire = NULL;

    if (socketio->wanted.websocket) {
        ngx_http_webrtc_websocket_close(&socketio->socket,
                                        NGX_HTTP_WEBRTC_CLOSE_NORMAL,
                                        &reason);
        return;
    }

    /* its worker has gone, and the session with it */

    ngx_http_webrtc_socketio_finalize(socketio,
                  ngx_http_webrtc_socketio_error(socketio->request,
                                                 NGX_WEBRTC_SOCKETIO_UNKNOWN));
}


static void
ngx_http_webrtc_socketio_text(void *data, u_char *text, size_t len)
{
    ngx_http_webrtc_socketio_say(data, NGX_WEBRTC_SOCKETIO_WIRE_TEXT, text,
                                 len);
}


static void
ngx_http_webrtc_socketio_binary(void *data, u_char *pos, size_t len)
{
    ngx_http_webrtc_socketio_say(data, NGX_WEBRTC_SOCKETIO_WIRE_BINARY, pos,
                                 len);
}


static void
ngx_http_webrtc_socketio_pong(void *data)
{
    ngx_http_webrtc_socketio_say(data, NGX_WEBRTC_SOCKETIO_WIRE_PONG, NULL,
                                 0);
}


/*
 * Only who leaves the page is known not to come back: scripts close a socket
 * also because they have heard nothing for a while.
 */

static void
ngx_http_webrtc_socketio_ended(void *data)
{
    ngx_http_webrtc_socketio_t *socketio = data;

    if (socketio->socket.away) {
        ngx_http_webrtc_socketio_say(socketio, NGX_WEBRTC_SOCKETIO_WIRE_TEXT,
                                     (u_char *) "41", 2);
    }

    ngx_http_webrtc_socketio_cleanup(socketio);
}


static void
ngx_http_webrtc_socketio_say(ngx_http_webrtc_socketio_t *socketio,
    u_char head, u_char *pos, size_t len)
{
    static const ngx_str_t  reason = ngx_string("SERVICE-RESTART");

    if (socketio->wire
        && ngx_webrtc_wire_send(socketio->wire, &head, 1, pos, len) != NGX_OK)
    {
        ngx_http_webrtc_websocket_close(&socketio->socket,
                                        NGX_HTTP_WEBRTC_CLOSE_RESTART,
                                        &reason);
    }
}


/* the client has gone, or has its answer */

static void
ngx_http_webrtc_socketio_cleanup(void *data)
{
    ngx_http_webrtc_socketio_t *socketio = data;

    ngx_webrtc_wire_t  *wire;

    wire = socketio->wire;

    if (wire) {
        socketio->wire = NULL;
        ngx_webrtc_wire_close(wire);
    }
}
