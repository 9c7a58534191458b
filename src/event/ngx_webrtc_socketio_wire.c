
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_cursor.h>
#include <event/ngx_webrtc_room_wire.h>
#include <event/ngx_webrtc_socketio_wire.h>
#include <event/ngx_webrtc_worker.h>


/* kind, flags, four numbers */
#define NGX_WEBRTC_SOCKETIO_HELLO    18

#define NGX_WEBRTC_SOCKETIO_STRINGS  6


/* at the worker of the session: the carrier of a wire */

typedef struct {
    ngx_webrtc_socketio_carrier_t  carrier;
    ngx_webrtc_wire_t             *wire;
    ngx_str_t                      sid;     /* of a POST */
    u_char                         buf[NGX_WEBRTC_SOCKETIO_SID];
    unsigned                       binary:1;
} ngx_webrtc_socketio_link_t;


static void ngx_webrtc_socketio_wire_strings(
    ngx_webrtc_socketio_request_t *request, ngx_str_t **strings);
static ngx_int_t ngx_webrtc_socketio_wire_read(u_char *pos, size_t len,
    ngx_webrtc_socketio_request_t *request);
static void ngx_webrtc_socketio_wire_accept(ngx_webrtc_wire_t *wire,
    u_char *hello, size_t len);
static void ngx_webrtc_socketio_wire_message(ngx_webrtc_wire_t *wire,
    void *data, u_char *pos, size_t len);
static void ngx_webrtc_socketio_wire_closed(ngx_webrtc_wire_t *wire,
    void *data);
static void ngx_webrtc_socketio_wire_answer(
    ngx_webrtc_socketio_carrier_t *carrier, ngx_uint_t status,
    ngx_webrtc_socketio_type_e type, const ngx_str_t *body);
static void ngx_webrtc_socketio_wire_frame(
    ngx_webrtc_socketio_carrier_t *carrier, ngx_uint_t binary, u_char head,
    const ngx_str_t *data);
static void ngx_webrtc_socketio_wire_ping(
    ngx_webrtc_socketio_carrier_t *carrier);
static void ngx_webrtc_socketio_wire_close(
    ngx_webrtc_socketio_carrier_t *carrier);


static const ngx_webrtc_wire_handlers_t  ngx_webrtc_socketio_wire_handlers = {
    ngx_webrtc_socketio_wire_message,
    ngx_webrtc_socketio_wire_closed
};

static const ngx_webrtc_socketio_handlers_t  ngx_webrtc_socketio_carriers = {
    ngx_webrtc_socketio_wire_answer,
    ngx_webrtc_socketio_wire_frame,
    ngx_webrtc_socketio_wire_ping,
    ngx_webrtc_socketio_wire_close
};


void
ngx_webrtc_socketio_wire_init(ngx_webrtc_skyway_t *skyway)
{
    ngx_webrtc_wire_service(NGX_WEBRTC_WIRE_SOCKETIO,
                            ngx_webrtc_socketio_wire_accept);

    ngx_webrtc_room_wire_init(skyway);
}


ngx_int_t
ngx_webrtc_socketio_wire_open(const ngx_webrtc_socketio_request_t *request,
    const ngx_webrtc_wire_handlers_t *handlers, void *data,
    ngx_webrtc_wire_t **wire)
{
    size_t                          len;
    u_char                         *hello, *p;
    ngx_uint_t                      i;
    ngx_str_t                      *strings[NGX_WEBRTC_SOCKETIO_STRINGS];
    ngx_webrtc_owner_t              owner;
    ngx_webrtc_socketio_request_t   copy;

    copy = *request;

    ngx_webrtc_socketio_wire_strings(&copy, strings);

    if (copy.kind == NGX_WEBRTC_SOCKETIO_OPEN) {
        owner = ngx_webrtc_worker()->self;

    } else if (ngx_webrtc_socketio_sid_parse(&copy.sid, &owner.seat,
                                             &owner.term)
               != NGX_OK)
    {
        return NGX_DECLINED;
    }

    len = NGX_WEBRTC_SOCKETIO_HELLO;

    for (i = 0; i < NGX_WEBRTC_SOCKETIO_STRINGS; i++) {
        len += 4 + strings[i]->len;
    }

    hello = ngx_alloc(len, ngx_cycle->log);
    if (hello == NULL) {
        return NGX_ERROR;
    }

    p = hello;

    *p++ = (u_char) copy.kind;
    *p++ = (u_char) (copy.websocket | (copy.b64 << 1) | (copy.binary << 2));
    p = ngx_webrtc_put32(p, copy.query.send_queue);
    p = ngx_webrtc_put32(p, copy.query.message_size);
    p = ngx_webrtc_put32(p, copy.query.rate);
    p = ngx_webrtc_put32(p, copy.query.burst);

    for (i = 0; i < NGX_WEBRTC_SOCKETIO_STRINGS; i++) {
        p = ngx_webrtc_put32(p, strings[i]->len);

        if (strings[i]->len) {
            p = ngx_cpymem(p, strings[i]->data, strings[i]->len);
        }
    }

    *wire = ngx_webrtc_wire_open(&owner, NGX_WEBRTC_WIRE_SOCKETIO, hello, len,
                                 handlers, data);
    ngx_free(hello);

    if (*wire) {
        return NGX_OK;
    }

    return (copy.kind == NGX_WEBRTC_SOCKETIO_OPEN) ? NGX_ERROR : NGX_DECLINED;
}


static void
ngx_webrtc_socketio_wire_strings(ngx_webrtc_socketio_request_t *request,
    ngx_str_t **strings)
{
    strings[0] = &request->sid;
    strings[1] = &request->query.key;
    strings[2] = &request->query.token;
    strings[3] = &request->query.id;
    strings[4] = &request->query.credential;
    strings[5] = &request->query.origin;
}


static ngx_int_t
ngx_webrtc_socketio_wire_read(u_char *pos, size_t len,
    ngx_webrtc_socketio_request_t *request)
{
    u_char      *last;
    ngx_uint_t   i;
    ngx_str_t   *strings[NGX_WEBRTC_SOCKETIO_STRINGS];

    last = pos + len;

    if (len < NGX_WEBRTC_SOCKETIO_HELLO
        || pos[0] > NGX_WEBRTC_SOCKETIO_ATTACH)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_socketio_wire_strings(request, strings);

    request->kind = pos[0];
    request->websocket = pos[1] & 1;
    request->b64 = (pos[1] >> 1) & 1;
    request->binary = (pos[1] >> 2) & 1;
    request->query.send_queue = ngx_webrtc_get32(pos + 2);
    request->query.message_size = ngx_webrtc_get32(pos + 6);
    request->query.rate = ngx_webrtc_get32(pos + 10);
    request->query.burst = ngx_webrtc_get32(pos + 14);

    pos += NGX_WEBRTC_SOCKETIO_HELLO;

    for (i = 0; i < NGX_WEBRTC_SOCKETIO_STRINGS; i++) {

        if (last - pos < 4) {
            return NGX_ERROR;
        }

        strings[i]->len = ngx_webrtc_get32(pos);
        strings[i]->data = pos + 4;

        pos += 4;

        if (strings[i]->len > (size_t) (last - pos)) {
            return NGX_ERROR;
        }

        pos += strings[i]->len;
    }

    return NGX_OK;
}


static void
ngx_webrtc_socketio_wire_accept(ngx_webrtc_wire_t *wire, u_char *hello,
    size_t len)
{
    ngx_webrtc_skyway_t            *skyway;
    ngx_webrtc_socketio_link_t     *link;
    ngx_webrtc_socketio_request_t   request;

    skyway = ngx_webrtc_worker()->skyway;

    if (skyway == NULL
        || ngx_webrtc_socketio_wire_read(hello, len, &request) != NGX_OK)
    {
        return;
    }

    link = ngx_calloc(sizeof(ngx_webrtc_socketio_link_t), ngx_cycle->log);
    if (link == NULL) {
        return;
    }

    link->carrier.handlers = &ngx_webrtc_socketio_carriers;
    link->carrier.data = link;
    link->carrier.websocket = request.websocket;
    link->carrier.b64 = request.b64;
    link->wire = wire;

    ngx_webrtc_wire_set_handlers(wire, &ngx_webrtc_socketio_wire_handlers,
                                 link);

    switch (request.kind) {

    case NGX_WEBRTC_SOCKETIO_OPEN:
        ngx_webrtc_socketio_open(skyway, &link->carrier, &request.query,
                                 ngx_webrtc_now());
        break;

    case NGX_WEBRTC_SOCKETIO_POLL:
        ngx_webrtc_socketio_poll(skyway, &link->carrier, &request.sid,
                                 ngx_webrtc_now());
        break;

    case NGX_WEBRTC_SOCKETIO_ATTACH:
        ngx_webrtc_socketio_attach(skyway, &link->carrier, &request.sid,
                                   ngx_webrtc_now());
        break;

    default: /* NGX_WEBRTC_SOCKETIO_POST: its body follows */

        link->binary = request.binary;
        link->sid.data = link->buf;
        link->sid.len = ngx_min(request.sid.len, NGX_WEBRTC_SOCKETIO_SID);
        ngx_memcpy(link->buf, request.sid.data, link->sid.len);
        break;
    }

    ngx_webrtc_worker_touch();
}


static void
ngx_webrtc_socketio_wire_message(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len)
{
    ngx_webrtc_socketio_link_t *link = data;

    ngx_webrtc_worker_t  *worker;

    worker = ngx_webrtc_worker();

    if (len == 0 || worker->skyway == NULL) {
        return;
    }

    switch (*pos) {

    case NGX_WEBRTC_SOCKETIO_WIRE_TEXT:
    case NGX_WEBRTC_SOCKETIO_WIRE_BINARY:
        ngx_webrtc_socketio_input(&link->carrier,
                                  *pos == NGX_WEBRTC_SOCKETIO_WIRE_BINARY,
                                  pos + 1, len - 1, ngx_webrtc_now());
        break;

    case NGX_WEBRTC_SOCKETIO_WIRE_PONG:
        ngx_webrtc_socketio_alive(&link->carrier, ngx_webrtc_now());
        break;

    case NGX_WEBRTC_SOCKETIO_WIRE_BODY:
        ngx_webrtc_socketio_post(worker->skyway, &link->carrier, &link->sid,
                                 link->binary, pos + 1, len - 1,
                                 ngx_webrtc_now());
        break;
    }

    ngx_webrtc_worker_touch();
}


static void
ngx_webrtc_socketio_wire_closed(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_webrtc_socketio_link_t *link = data;

    if (ngx_webrtc_worker()->skyway) {
        ngx_webrtc_socketio_gone(&link->carrier, ngx_webrtc_now());
        ngx_webrtc_worker_touch();
    }

    ngx_free(link);
}


static void
ngx_webrtc_socketio_wire_answer(ngx_webrtc_socketio_carrier_t *carrier,
    ngx_uint_t status, ngx_webrtc_socketio_type_e type, const ngx_str_t *body)
{
    u_char                       head[NGX_WEBRTC_SOCKETIO_WIRE_HEAD];
    ngx_webrtc_socketio_link_t  *link;

    link = carrier->data;

    head[0] = NGX_WEBRTC_SOCKETIO_WIRE_ANSWER;
    head[1] = (u_char) (status >> 8);
    head[2] = (u_char) status;
    head[3] = (u_char) type;

    (void) ngx_webrtc_wire_send(link->wire, head, sizeof(head), body->data,
                                body->len);

    ngx_webrtc_socketio_wire_close(carrier);
}


/* a wire that is broken hears so by itself */

static void
ngx_webrtc_socketio_wire_frame(ngx_webrtc_socketio_carrier_t *carrier,
    ngx_uint_t binary, u_char head, const ngx_str_t *data)
{
    u_char                       buf[2];
    ngx_webrtc_socketio_link_t  *link;

    link = carrier->data;

    buf[0] = binary ? NGX_WEBRTC_SOCKETIO_WIRE_BINARY
                    : NGX_WEBRTC_SOCKETIO_WIRE_TEXT;
    buf[1] = head;

    (void) ngx_webrtc_wire_send(link->wire, buf, sizeof(buf), data->data,
                                data->len);
}


static void
ngx_webrtc_socketio_wire_ping(ngx_webrtc_socketio_carrier_t *carrier)
{
    u_char                       head;
    ngx_webrtc_socketio_link_t  *link;

    link = carrier->data;
    head = NGX_WEBRTC_SOCKETIO_WIRE_PING;

    (void) ngx_webrtc_wire_send(link->wire, &head, 1, NULL, 0);
}


static void
ngx_webrtc_socketio_wire_close(ngx_webrtc_socketio_carrier_t *carrier)
{
    ngx_webrtc_socketio_link_t  *link;

    link = carrier->data;

    ngx_webrtc_wire_close(link->wire);
    ngx_free(link);
}
