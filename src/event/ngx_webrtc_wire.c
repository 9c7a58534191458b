
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <crypto/ngx_webrtc_random.h>
#include <event/ngx_webrtc_relay_mail.h>
#include <event/ngx_webrtc_seat.h>
#include <event/ngx_webrtc_wire.h>


#define NGX_WEBRTC_WIRE_BUCKETS  4096


/* a wire is known by the worker that opened it and its number there */

typedef struct {
    uint64_t                           seat;
    uint64_t                           term;
    uint64_t                           id;
} ngx_webrtc_wire_key_t;


/* one end; on one worker there may be both */

struct ngx_webrtc_wire_s {
    ngx_webrtc_relay_t                *relay;
    ngx_webrtc_owner_t                 other;
    uint64_t                           id;      /* of the one who opened */
    const ngx_webrtc_wire_handlers_t  *handlers;    /* NULL: not accepted */
    void                              *data;

    /* of the end that was opened */
    ngx_webrtc_hash_node_t             node;
    ngx_webrtc_wire_key_t              key;
    ngx_queue_t                        queue;

    ngx_queue_t                        broken_queue;

    unsigned                           accepted:1;
    unsigned                           broken:1;    /* to be ended */
    unsigned                           last:1;      /* not by shutdown() */
};


static ngx_webrtc_wire_t *ngx_webrtc_wire_accepted(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);
static void ngx_webrtc_wire_set_key(ngx_webrtc_wire_key_t *key,
    ngx_webrtc_mail_t *mail);
static void ngx_webrtc_wire_end(ngx_webrtc_wire_t *wire);
static void ngx_webrtc_wire_tell(ngx_webrtc_wire_t *wire);
static void ngx_webrtc_wire_free(ngx_webrtc_wire_t *wire);


static ngx_webrtc_wire_accept_pt
    ngx_webrtc_wire_services[NGX_WEBRTC_WIRE_SERVICES];


ngx_int_t
ngx_webrtc_wire_init(ngx_webrtc_relay_t *relay, ngx_pool_t *pool)
{
    ngx_queue_init(&relay->accepted);
    ngx_queue_init(&relay->broken_wires);

    return ngx_webrtc_hash_init(&relay->wire_hash, pool,
                                NGX_WEBRTC_WIRE_BUCKETS,
                                ngx_webrtc_random_uint32());
}


void
ngx_webrtc_wire_service(ngx_webrtc_wire_service_e service,
    ngx_webrtc_wire_accept_pt accept)
{
    ngx_webrtc_wire_services[service] = accept;
}


ngx_webrtc_wire_t *
ngx_webrtc_wire_open(const ngx_webrtc_owner_t *to,
    ngx_webrtc_wire_service_e service, const void *hello, size_t len,
    const ngx_webrtc_wire_handlers_t *handlers, void *data)
{
    u_char                    head;
    ngx_int_t                 rc;
    ngx_webrtc_wire_t        *wire;
    ngx_webrtc_relay_t       *relay;
    ngx_webrtc_worker_t      *worker;
    ngx_webrtc_relay_body_t   body;

    worker = ngx_webrtc_worker();
    relay = worker->relay;

    /* without a seat nothing would come back */

    if (relay == NULL || relay->shutdown || worker->zone == NULL
        || worker->self.seat == NGX_WEBRTC_SEAT_NONE)
    {
        return NULL;
    }

    wire = ngx_calloc(sizeof(ngx_webrtc_wire_t), relay->log);
    if (wire == NULL) {
        return NULL;
    }

    wire->relay = relay;
    wire->other = *to;
    wire->handlers = handlers;
    wire->data = data;

    wire->id = ngx_webrtc_slots_add(&relay->wires, wire);

    if (wire->id == 0) {
        ngx_free(wire);
        return NULL;
    }

    head = (u_char) service;

    body.head = &head;
    body.head_len = 1;
    body.data = hello;
    body.len = len;

    rc = ngx_webrtc_relay_send(relay, &wire->other, NGX_WEBRTC_MAIL_WIRE_OPEN,
                               wire->id, &body);

    ngx_log_debug4(NGX_LOG_DEBUG_EVENT, ngx_cycle->log, 0,
                   "webrtc wire open id:%uL service:%d seat:%ui rc:%i",
                   wire->id, service, to->seat, rc);

    if (rc != NGX_OK) {
        ngx_webrtc_wire_free(wire);
        return NULL;
    }

    return wire;
}


void
ngx_webrtc_wire_set_handlers(ngx_webrtc_wire_t *wire,
    const ngx_webrtc_wire_handlers_t *handlers, void *data)
{
    wire->handlers = handlers;
    wire->data = data;
}


void
ngx_webrtc_wire_set_last(ngx_webrtc_wire_t *wire)
{
    wire->last = 1;
}


ngx_int_t
ngx_webrtc_wire_send(ngx_webrtc_wire_t *wire, const void *head,
    size_t head_len, const void *data, size_t len)
{
    ngx_webrtc_mail_e        type;
    ngx_webrtc_relay_body_t  body;

    if (wire->broken) {
        return NGX_ERROR;
    }

    type = wire->accepted ? NGX_WEBRTC_MAIL_WIRE_OUTPUT
                          : NGX_WEBRTC_MAIL_WIRE_INPUT;

    body.head = head;
    body.head_len = head_len;
    body.data = data;
    body.len = len;

    if (ngx_webrtc_relay_send(wire->relay, &wire->other, type, wire->id, &body)
        == NGX_OK)
    {
        return NGX_OK;
    }

    /* what came after this message would come without it */

    ngx_webrtc_wire_break(wire);

    return NGX_ERROR;
}


void
ngx_webrtc_wire_break(ngx_webrtc_wire_t *wire)
{
    if (wire->broken) {
        return;
    }

    wire->broken = 1;

    ngx_queue_insert_tail(&wire->relay->broken_wires, &wire->broken_queue);
    ngx_webrtc_relay_post(wire->relay);
}


void
ngx_webrtc_wire_close(ngx_webrtc_wire_t *wire)
{
    ngx_webrtc_wire_tell(wire);
    ngx_webrtc_wire_free(wire);
}


ngx_uint_t
ngx_webrtc_wire_is_local(const ngx_webrtc_wire_t *wire)
{
    return ngx_webrtc_relay_is_self(wire->relay, &wire->other);
}


ngx_uint_t
ngx_webrtc_wire_is_late(const ngx_webrtc_wire_t *wire)
{
    return ngx_webrtc_mailbox_is_late(&wire->other);
}


/* to the end that is opened */

void
ngx_webrtc_wire_open_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_uint_t          service;
    ngx_webrtc_wire_t  *wire;

    if (mail->len == 0) {
        return;
    }

    service = *mail->data++;
    mail->len--;

    wire = ngx_calloc(sizeof(ngx_webrtc_wire_t), relay->log);

    if (wire == NULL) {
        ngx_webrtc_relay_note(relay, &mail->from, NGX_WEBRTC_MAIL_WIRE_CLOSE,
                              mail->id, NULL, 0);
        return;
    }

    wire->relay = relay;
    wire->other = mail->from;
    wire->id = mail->id;
    wire->accepted = 1;

    ngx_webrtc_wire_set_key(&wire->key, mail);

    ngx_webrtc_hash_add(&relay->wire_hash, &wire->node, &wire->key,
                        sizeof(ngx_webrtc_wire_key_t));
    ngx_queue_insert_tail(&relay->accepted, &wire->queue);

    if (service < NGX_WEBRTC_WIRE_SERVICES
        && ngx_webrtc_wire_services[service]
        && !relay->shutdown)
    {
        ngx_webrtc_wire_services[service](wire, mail->data, mail->len);
    }

    /* it may have been closed at once */

    wire = ngx_webrtc_wire_accepted(relay, mail);

    if (wire && wire->handlers == NULL) {
        ngx_webrtc_wire_close(wire);
    }
}


void
ngx_webrtc_wire_input_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_wire_t  *wire;

    wire = ngx_webrtc_wire_accepted(relay, mail);

    if (wire) {
        wire->handlers->message(wire, wire->data, mail->data, mail->len);
    }
}


void
ngx_webrtc_wire_end_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_wire_t  *wire;

    wire = ngx_webrtc_wire_accepted(relay, mail);

    if (wire) {
        ngx_webrtc_wire_end(wire);
    }
}


/* to the end that has opened it */

void
ngx_webrtc_wire_output_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_wire_t  *wire;

    wire = ngx_webrtc_slots_find(&relay->wires, mail->id);

    if (wire) {
        wire->handlers->message(wire, wire->data, mail->data, mail->len);
    }
}


void
ngx_webrtc_wire_close_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_wire_t  *wire;

    wire = ngx_webrtc_slots_find(&relay->wires, mail->id);

    if (wire) {
        ngx_webrtc_wire_end(wire);
    }
}


/*
 * The worker at the other end has died.  Handlers may close other wires, so
 * the walk through a list begins anew after each.
 */

void
ngx_webrtc_wire_gone(ngx_webrtc_relay_t *relay, ngx_webrtc_owner_t *owner)
{
    uint32_t            index;
    ngx_queue_t        *q;
    ngx_webrtc_wire_t  *wire;

    index = 0;

    while ((wire = ngx_webrtc_slots_next(&relay->wires, &index)) != NULL) {

        if (ngx_webrtc_owner_equal(&wire->other, owner)) {
            ngx_webrtc_wire_end(wire);
        }
    }

    q = ngx_queue_head(&relay->accepted);

    while (q != ngx_queue_sentinel(&relay->accepted)) {

        wire = ngx_queue_data(q, ngx_webrtc_wire_t, queue);
        q = ngx_queue_next(q);

        if (ngx_webrtc_owner_equal(&wire->other, owner)) {
            ngx_webrtc_wire_end(wire);
            q = ngx_queue_head(&relay->accepted);
        }
    }
}


/* those whose owner did not close them when a message was refused */

void
ngx_webrtc_wire_end_broken(ngx_webrtc_relay_t *relay)
{
    ngx_queue_t        *q;
    ngx_webrtc_wire_t  *wire;

    while (!ngx_queue_empty(&relay->broken_wires)) {
        q = ngx_queue_head(&relay->broken_wires);
        wire = ngx_queue_data(q, ngx_webrtc_wire_t, broken_queue);

        ngx_webrtc_wire_tell(wire);
        ngx_webrtc_wire_end(wire);
    }
}


void
ngx_webrtc_wire_shutdown(ngx_webrtc_relay_t *relay)
{
    uint32_t            index;
    ngx_queue_t        *q;
    ngx_webrtc_wire_t  *wire;

    index = 0;

    while ((wire = ngx_webrtc_slots_next(&relay->wires, &index)) != NULL) {

        if (!wire->last) {
            ngx_webrtc_wire_tell(wire);
            ngx_webrtc_wire_end(wire);
        }
    }

    q = ngx_queue_head(&relay->accepted);

    while (q != ngx_queue_sentinel(&relay->accepted)) {

        wire = ngx_queue_data(q, ngx_webrtc_wire_t, queue);
        q = ngx_queue_next(q);

        if (!wire->last) {
            ngx_webrtc_wire_tell(wire);
            ngx_webrtc_wire_end(wire);
            q = ngx_queue_head(&relay->accepted);
        }
    }
}


static ngx_webrtc_wire_t *
ngx_webrtc_wire_accepted(ngx_webrtc_relay_t *relay, ngx_webrtc_mail_t *mail)
{
    ngx_webrtc_wire_key_t    key;
    ngx_webrtc_hash_node_t  *node;

    ngx_webrtc_wire_set_key(&key, mail);

    node = ngx_webrtc_hash_find(&relay->wire_hash, &key,
                                sizeof(ngx_webrtc_wire_key_t));
    if (node == NULL) {
        return NULL;
    }

    return ngx_webrtc_hash_data(node, ngx_webrtc_wire_t, node);
}


static void
ngx_webrtc_wire_set_key(ngx_webrtc_wire_key_t *key, ngx_webrtc_mail_t *mail)
{
    key->seat = mail->from.seat;
    key->term = mail->from.term;
    key->id = mail->id;
}


/* the other end knows already; the handler may do anything but close() it */

static void
ngx_webrtc_wire_end(ngx_webrtc_wire_t *wire)
{
    void                              *data;
    const ngx_webrtc_wire_handlers_t  *handlers;

    data = wire->data;
    handlers = wire->handlers;

    if (handlers) {
        handlers->closed(wire, data);
    }

    ngx_webrtc_wire_free(wire);
}


static void
ngx_webrtc_wire_tell(ngx_webrtc_wire_t *wire)
{
    ngx_webrtc_relay_note(wire->relay, &wire->other,
                          wire->accepted ? NGX_WEBRTC_MAIL_WIRE_CLOSE
                                         : NGX_WEBRTC_MAIL_WIRE_END,
                          wire->id, NULL, 0);
}


static void
ngx_webrtc_wire_free(ngx_webrtc_wire_t *wire)
{
    if (wire->broken) {
        ngx_queue_remove(&wire->broken_queue);
    }

    if (wire->accepted) {
        ngx_webrtc_hash_remove(&wire->relay->wire_hash, &wire->node);
        ngx_queue_remove(&wire->queue);

    } else {
        ngx_webrtc_slots_remove(&wire->relay->wires, wire->id);
    }

    ngx_free(wire);
}
