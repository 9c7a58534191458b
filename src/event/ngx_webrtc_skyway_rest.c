
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_registry.h>
#include <event/ngx_webrtc_seat.h>
#include <event/ngx_webrtc_skyway_rest.h>
#include <event/ngx_webrtc_wire.h>
#include <event/ngx_webrtc_worker.h>


/* in front of a request; method, path, arguments and body follow */

typedef struct {
    uint32_t                     method;    /* lengths */
    uint32_t                     path;
    uint32_t                     args;
    uint32_t                     known;
} ngx_webrtc_rest_hello_t;


/* in front of an answer's body */

typedef struct {
    uint16_t                     status;
    uint16_t                     is_event;  /* who wrote it has to say so */
} ngx_webrtc_rest_head_t;


/* of the requester, from request() to done() */

struct ngx_webrtc_rest_s {
    ngx_webrtc_wire_t           *wire;      /* NULL: it was closed */
    ngx_webrtc_rest_handler_pt   handler;
    void                        *data;
    const ngx_webrtc_skyway_route_t  *route;
    unsigned                     answered:1;
    unsigned                     is_event:1;
};


/* at the home, as long as the wire */

typedef struct {
    ngx_webrtc_skyway_poller_t   poller;
    ngx_webrtc_wire_t           *wire;
    const ngx_webrtc_skyway_route_t  *route;
} ngx_webrtc_rest_poll_t;


static ngx_int_t ngx_webrtc_rest_find(ngx_webrtc_worker_t *worker,
    ngx_webrtc_skyway_call_t *call, ngx_webrtc_owner_t *owner);
static ngx_uint_t ngx_webrtc_rest_is_there(ngx_webrtc_worker_t *worker,
    const ngx_webrtc_owner_t *owner);
static ngx_webrtc_wire_t *ngx_webrtc_rest_open(ngx_webrtc_rest_t *rest,
    const ngx_webrtc_skyway_request_t *request,
    const ngx_webrtc_skyway_call_t *call, const ngx_webrtc_owner_t *owner);
static void ngx_webrtc_rest_message_handler(ngx_webrtc_wire_t *wire,
    void *data, u_char *pos, size_t len);
static void ngx_webrtc_rest_closed_handler(ngx_webrtc_wire_t *wire,
    void *data);
static void ngx_webrtc_rest_accept(ngx_webrtc_wire_t *wire, u_char *hello,
    size_t len);
static ngx_int_t ngx_webrtc_rest_read(u_char *pos, size_t len,
    ngx_webrtc_skyway_request_t *request, ngx_uint_t *known);
static void ngx_webrtc_rest_execute(ngx_webrtc_wire_t *wire,
    const ngx_webrtc_skyway_request_t *request, ngx_uint_t known);
static void ngx_webrtc_rest_answer(ngx_webrtc_wire_t *wire,
    ngx_webrtc_skyway_answer_t *answer);
static void ngx_webrtc_rest_poll_handler(ngx_webrtc_skyway_poller_t *poller,
    ngx_webrtc_skyway_poll_e result, const ngx_str_t *text);
static void ngx_webrtc_rest_written_handler(ngx_webrtc_wire_t *wire,
    void *data, u_char *pos, size_t len);
static void ngx_webrtc_rest_gone_handler(ngx_webrtc_wire_t *wire,
    void *data);
static void ngx_webrtc_rest_poll_end(ngx_webrtc_rest_poll_t *poll,
    ngx_uint_t written);


static const ngx_webrtc_wire_handlers_t  ngx_webrtc_rest_handlers = {
    ngx_webrtc_rest_message_handler,
    ngx_webrtc_rest_closed_handler
};

static const ngx_webrtc_wire_handlers_t  ngx_webrtc_rest_poll_handlers = {
    ngx_webrtc_rest_written_handler,
    ngx_webrtc_rest_gone_handler
};


void
ngx_webrtc_rest_init(void)
{
    ngx_webrtc_wire_service(NGX_WEBRTC_WIRE_REST, ngx_webrtc_rest_accept);
}


ngx_webrtc_rest_t *
ngx_webrtc_rest_request(const ngx_webrtc_skyway_request_t *request,
    ngx_webrtc_rest_handler_pt handler, void *data,
    ngx_webrtc_skyway_answer_t *answer)
{
    ngx_int_t                  rc;
    ngx_webrtc_rest_t         *rest;
    ngx_webrtc_owner_t         owner;
    ngx_webrtc_worker_t       *worker;
    ngx_webrtc_skyway_call_t   call;

    rc = ngx_webrtc_skyway_api_parse(request, &call, answer);

    if (rc != NGX_OK) {

        if (rc == NGX_ERROR) {
            ngx_webrtc_skyway_api_status(NULL, 500, answer);
        }

        return NULL;
    }

    worker = ngx_webrtc_worker();
    rest = NULL;

    rc = (worker->zone && worker->self.seat != NGX_WEBRTC_SEAT_NONE)
         ? ngx_webrtc_rest_find(worker, &call, &owner) : 503;

    if (rc == NGX_OK) {
        rc = 503;

        rest = ngx_calloc(sizeof(ngx_webrtc_rest_t), ngx_cycle->log);

        if (rest) {
            rest->handler = handler;
            rest->data = data;
            rest->route = call.route;
            rest->wire = ngx_webrtc_rest_open(rest, request, &call, &owner);
        }

        if (rest && rest->wire == NULL) {
            ngx_free(rest);
            rest = NULL;

            /* with its worker the object has gone */

            if (call.has_home && !ngx_webrtc_rest_is_there(worker, &owner)) {
                rc = call.known ? 403 : 404;
            }
        }
    }

    if (rest == NULL) {
        ngx_webrtc_skyway_api_status(call.route, rc, answer);
    }

    ngx_webrtc_skyway_call_free(&call);

    return rest;
}


/* NGX_OK, or the status of the answer */

static ngx_int_t
ngx_webrtc_rest_find(ngx_webrtc_worker_t *worker,
    ngx_webrtc_skyway_call_t *call, ngx_webrtc_owner_t *owner)
{
    ngx_webrtc_registered_t  found;

    owner->seat = call->seat;
    owner->term = call->term;

    switch (call->scope) {

    case NGX_WEBRTC_SKYWAY_PLACE:

        if (call->id.len
            && ngx_webrtc_registry_find(worker->zone, &call->key, &call->id,
                                        &found)
               == NGX_OK
            && found.dialect == NGX_WEBRTC_SKYWAY_REST)
        {
            *owner = found.owner;
            return NGX_OK;
        }

        if (ngx_webrtc_registry_place(worker->zone, owner) != NGX_OK) {
            return 503;
        }

        return NGX_OK;

    case NGX_WEBRTC_SKYWAY_ANYWHERE:

        if (worker->skyway) {
            ngx_webrtc_registry_place_port(worker->zone, &worker->self,
                                           owner);
            return NGX_OK;
        }

        if (ngx_webrtc_registry_place(worker->zone, owner) != NGX_OK) {
            return 503;
        }

        return NGX_OK;

    case NGX_WEBRTC_SKYWAY_PEER_HOME:

        if (ngx_webrtc_registry_find_rest(worker->zone, &call->id, &found)
            == NGX_OK)
        {
            call->known = 1;
        }

        if (!call->has_home) {
            return call->known ? 403 : 404;
        }

        return NGX_OK;

    default: /* NGX_WEBRTC_SKYWAY_OBJECT_HOME */
        return call->has_home ? NGX_OK : 404;
    }
}


static ngx_uint_t
ngx_webrtc_rest_is_there(ngx_webrtc_worker_t *worker,
    const ngx_webrtc_owner_t *owner)
{
    ngx_uint_t             there;
    ngx_webrtc_zone_sh_t  *sh;

    sh = worker->zone->sh;

    ngx_webrtc_zone_lock(worker->zone);

    there = owner->seat < sh->nseats
            && sh->seats[owner->seat].pid
            && sh->seats[owner->seat].term == owner->term;

    ngx_webrtc_zone_unlock(worker->zone);

    return there;
}


static ngx_webrtc_wire_t *
ngx_webrtc_rest_open(ngx_webrtc_rest_t *rest,
    const ngx_webrtc_skyway_request_t *request,
    const ngx_webrtc_skyway_call_t *call, const ngx_webrtc_owner_t *owner)
{
    size_t                    len;
    u_char                   *p, *text;
    ngx_webrtc_wire_t        *wire;
    ngx_webrtc_rest_hello_t   hello;

    hello.method = (uint32_t) request->method.len;
    hello.path = (uint32_t) request->path.len;
    hello.args = (uint32_t) request->args.len;
    hello.known = call->known;

    len = sizeof(ngx_webrtc_rest_hello_t) + request->method.len
          + request->path.len + request->args.len + request->body.len;

    text = ngx_alloc(len, ngx_cycle->log);
    if (text == NULL) {
        return NULL;
    }

    p = ngx_cpymem(text, &hello, sizeof(ngx_webrtc_rest_hello_t));
    p = ngx_cpymem(p, request->method.data, request->method.len);
    p = ngx_cpymem(p, request->path.data, request->path.len);

    if (request->args.len) {
        p = ngx_cpymem(p, request->args.data, request->args.len);
    }

    if (request->body.len) {
        ngx_memcpy(p, request->body.data, request->body.len);
    }

    wire = ngx_webrtc_wire_open(owner, NGX_WEBRTC_WIRE_REST, text, len,
                                &ngx_webrtc_rest_handlers, rest);
    ngx_free(text);

    return wire;
}


void
ngx_webrtc_rest_done(ngx_webrtc_rest_t *rest, ngx_uint_t written)
{
    u_char  byte;

    if (rest->wire) {

        if (rest->is_event && written) {
            byte = 1;
            (void) ngx_webrtc_wire_send(rest->wire, &byte, 1, NULL, 0);
        }

        ngx_webrtc_wire_close(rest->wire);
    }

    ngx_free(rest);
}


static void
ngx_webrtc_rest_message_handler(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len)
{
    ngx_webrtc_rest_t *rest = data;

    ngx_webrtc_rest_head_t      head;
    ngx_webrtc_skyway_answer_t  answer;

    if (rest->answered || len < sizeof(ngx_webrtc_rest_head_t)) {
        return;
    }

    ngx_memcpy(&head, pos, sizeof(ngx_webrtc_rest_head_t));

    pos += sizeof(ngx_webrtc_rest_head_t);
    len -= sizeof(ngx_webrtc_rest_head_t);

    ngx_memzero(&answer, sizeof(ngx_webrtc_skyway_answer_t));

    answer.status = head.status;

    if (len) {
        /* malloc(), as answer_free() expects */
        answer.body.data = malloc(len);

        if (answer.body.data == NULL) {
            answer.status = 500;

        } else {
            ngx_memcpy(answer.body.data, pos, len);
            answer.body.len = len;
        }
    }

    rest->answered = 1;
    rest->is_event = head.is_event ? 1 : 0;

    rest->handler(rest->data, &answer);
}


static void
ngx_webrtc_rest_closed_handler(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_webrtc_rest_t *rest = data;

    ngx_webrtc_skyway_answer_t  answer;

    rest->wire = NULL;

    if (rest->answered) {
        return;
    }

    rest->answered = 1;

    ngx_webrtc_skyway_api_status(rest->route, 503, &answer);

    rest->handler(rest->data, &answer);
}


/* at the home */

static void
ngx_webrtc_rest_accept(ngx_webrtc_wire_t *wire, u_char *hello, size_t len)
{
    ngx_uint_t                   known;
    ngx_webrtc_skyway_request_t  request;

    if (ngx_webrtc_worker()->skyway == NULL
        || ngx_webrtc_rest_read(hello, len, &request, &known) != NGX_OK)
    {
        ngx_webrtc_wire_close(wire);
        return;
    }

    ngx_webrtc_rest_execute(wire, &request, known);
    ngx_webrtc_worker_touch();
}


static ngx_int_t
ngx_webrtc_rest_read(u_char *pos, size_t len,
    ngx_webrtc_skyway_request_t *request, ngx_uint_t *known)
{
    ngx_webrtc_rest_hello_t  hello;

    if (len < sizeof(ngx_webrtc_rest_hello_t)) {
        return NGX_ERROR;
    }

    ngx_memcpy(&hello, pos, sizeof(ngx_webrtc_rest_hello_t));

    pos += sizeof(ngx_webrtc_rest_hello_t);
    len -= sizeof(ngx_webrtc_rest_hello_t);

    if ((uint64_t) hello.method + hello.path + hello.args > len) {
        return NGX_ERROR;
    }

    request->method.data = pos;
    request->method.len = hello.method;
    pos += hello.method;

    request->path.data = pos;
    request->path.len = hello.path;
    pos += hello.path;

    request->args.data = pos;
    request->args.len = hello.args;
    pos += hello.args;

    request->body.data = pos;
    request->body.len = len - hello.method - hello.path - hello.args;

    /* it was looked at where the request came in */

    ngx_str_null(&request->accept);

    *known = hello.known;

    return NGX_OK;
}


static void
ngx_webrtc_rest_execute(ngx_webrtc_wire_t *wire,
    const ngx_webrtc_skyway_request_t *request, ngx_uint_t known)
{
    ngx_int_t                    rc;
    ngx_webrtc_rest_poll_t      *poll;
    ngx_webrtc_skyway_call_t     call;
    ngx_webrtc_skyway_answer_t   answer;

    rc = ngx_webrtc_skyway_api_parse(request, &call, &answer);

    if (rc != NGX_OK) {

        if (rc == NGX_ERROR) {
            ngx_webrtc_skyway_api_status(NULL, 500, &answer);
        }

        ngx_webrtc_rest_answer(wire, &answer);
        return;
    }

    call.known = known ? 1 : 0;

    poll = ngx_calloc(sizeof(ngx_webrtc_rest_poll_t), ngx_cycle->log);

    if (poll == NULL) {
        ngx_webrtc_skyway_api_status(call.route, 500, &answer);
        ngx_webrtc_skyway_call_free(&call);
        ngx_webrtc_rest_answer(wire, &answer);
        return;
    }

    poll->poller.handler = ngx_webrtc_rest_poll_handler;
    poll->wire = wire;
    poll->route = call.route;

    ngx_webrtc_wire_set_handlers(wire, &ngx_webrtc_rest_poll_handlers, poll);

    rc = ngx_webrtc_skyway_api_execute(ngx_webrtc_worker()->skyway, &call,
                                       &poll->poller, ngx_webrtc_now(),
                                       ngx_webrtc_now()
                                       + ngx_webrtc_worker_wall_offset(),
                                       &answer);

    ngx_webrtc_skyway_call_free(&call);

    if (rc == NGX_AGAIN) {
        return;
    }

    ngx_free(poll);

    ngx_webrtc_rest_answer(wire, &answer);
}


/* without it the other end hears that the wire was closed */

static void
ngx_webrtc_rest_answer(ngx_webrtc_wire_t *wire,
    ngx_webrtc_skyway_answer_t *answer)
{
    ngx_webrtc_rest_head_t  head;

    head.status = (uint16_t) answer->status;
    head.is_event = 0;

    (void) ngx_webrtc_wire_send(wire, &head, sizeof(ngx_webrtc_rest_head_t),
                                answer->body.data, answer->body.len);

    ngx_webrtc_skyway_answer_free(answer);
    ngx_webrtc_wire_close(wire);
}


static void
ngx_webrtc_rest_poll_handler(ngx_webrtc_skyway_poller_t *poller,
    ngx_webrtc_skyway_poll_e result, const ngx_str_t *text)
{
    ngx_webrtc_rest_head_t       head;
    ngx_webrtc_rest_poll_t      *poll;
    ngx_webrtc_skyway_answer_t   answer;

    poll = (ngx_webrtc_rest_poll_t *) poller;

    if (result != NGX_WEBRTC_SKYWAY_POLL_EVENT) {
        ngx_webrtc_skyway_api_status(poll->route,
                                     (result == NGX_WEBRTC_SKYWAY_POLL_GONE)
                                     ? 404 : 408,
                                     &answer);
        ngx_webrtc_rest_answer(poll->wire, &answer);
        ngx_free(poll);
        return;
    }

    head.status = 200;
    head.is_event = 1;

    if (ngx_webrtc_wire_send(poll->wire, &head,
                             sizeof(ngx_webrtc_rest_head_t), text->data,
                             text->len)
        != NGX_OK)
    {
        ngx_webrtc_wire_close(poll->wire);
        ngx_webrtc_rest_poll_end(poll, 0);
    }
}


static void
ngx_webrtc_rest_written_handler(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len)
{
    ngx_webrtc_rest_poll_t *poll = data;

    ngx_webrtc_wire_close(wire);
    ngx_webrtc_rest_poll_end(poll, 1);
}


static void
ngx_webrtc_rest_gone_handler(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_webrtc_rest_poll_end(data, 0);
}


static void
ngx_webrtc_rest_poll_end(ngx_webrtc_rest_poll_t *poll, ngx_uint_t written)
{
    ngx_webrtc_skyway_poller_done(&poll->poller, written, ngx_webrtc_now());
    ngx_free(poll);

    ngx_webrtc_worker_touch();
}
