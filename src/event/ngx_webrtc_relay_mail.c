
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_relay_mail.h>


/* a mail in a mailbox; small beside its ring, so that big texts get through */
#define NGX_WEBRTC_RELAY_CHUNK      16384

/* a text that is put together again: a data channel's, and what is added */
#define NGX_WEBRTC_RELAY_TEXT       (16 * 1024 * 1024 + 1024)

/* local mails handled in one turn of the event loop */
#define NGX_WEBRTC_RELAY_TURN       64

/* ms between two attempts to deliver a note */
#define NGX_WEBRTC_RELAY_RETRY      50


#define NGX_WEBRTC_CHUNK_FIRST      1
#define NGX_WEBRTC_CHUNK_LAST       2


/* a mail to this worker; the body follows the struct */

typedef struct {
    ngx_queue_t               queue;
    ngx_webrtc_owner_t        to;           /* of notes */
    ngx_webrtc_mail_t         mail;
} ngx_webrtc_relay_item_t;


/* a worker sends one text at a time, so it has one of these at most */

typedef struct {
    ngx_queue_t               queue;
    ngx_webrtc_owner_t        from;
    u_char                   *data;
    size_t                    len;
    size_t                    size;
} ngx_webrtc_relay_partial_t;


static void ngx_webrtc_relay_free_items(ngx_queue_t *items);
static ngx_int_t ngx_webrtc_relay_send_local(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_e type, uint64_t id,
    const ngx_webrtc_relay_body_t *body);
static ngx_webrtc_relay_item_t *ngx_webrtc_relay_item(
    ngx_webrtc_relay_t *relay, ngx_webrtc_mail_e type, uint64_t id,
    const ngx_webrtc_relay_body_t *body);
static void ngx_webrtc_relay_mail_handler(ngx_webrtc_mail_t *mail);
static ngx_webrtc_relay_partial_t *ngx_webrtc_relay_find_partial(
    ngx_webrtc_relay_t *relay, ngx_webrtc_owner_t *from);
static ngx_webrtc_relay_partial_t *ngx_webrtc_relay_add_partial(
    ngx_webrtc_relay_t *relay, ngx_webrtc_owner_t *from);
static ngx_int_t ngx_webrtc_relay_grow_partial(
    ngx_webrtc_relay_partial_t *partial, const u_char *data, size_t len,
    ngx_log_t *log);
static void ngx_webrtc_relay_free_partial(
    ngx_webrtc_relay_partial_t *partial);
static void ngx_webrtc_relay_event_handler(ngx_event_t *ev);
static void ngx_webrtc_relay_timer_handler(ngx_event_t *ev);


void
ngx_webrtc_relay_mail_init(ngx_webrtc_relay_t *relay)
{
    ngx_uint_t  i;

    ngx_queue_init(&relay->mails);
    ngx_queue_init(&relay->notes);
    ngx_queue_init(&relay->partials);

    relay->event.handler = ngx_webrtc_relay_event_handler;
    relay->event.data = relay;
    relay->event.log = relay->log;

    relay->timer.handler = ngx_webrtc_relay_timer_handler;
    relay->timer.data = relay;
    relay->timer.log = relay->log;
    relay->timer.cancelable = 1;

    for (i = 0; i < NGX_WEBRTC_MAIL_COUNT; i++) {
        ngx_webrtc_mailbox_handler(i, ngx_webrtc_relay_mail_handler);
    }
}


void
ngx_webrtc_relay_mail_shutdown(ngx_webrtc_relay_t *relay)
{
    if (relay->event.posted) {
        ngx_delete_posted_event(&relay->event);
    }

    if (relay->timer.timer_set) {
        ngx_del_timer(&relay->timer);
    }

    ngx_webrtc_relay_free_items(&relay->mails);
    ngx_webrtc_relay_free_items(&relay->notes);
}


static void
ngx_webrtc_relay_free_items(ngx_queue_t *items)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(items)) {

        q = ngx_queue_head(items);
        ngx_queue_remove(q);

        ngx_free(ngx_queue_data(q, ngx_webrtc_relay_item_t, queue));
    }
}


ngx_int_t
ngx_webrtc_relay_send(ngx_webrtc_relay_t *relay, ngx_webrtc_owner_t *to,
    ngx_webrtc_mail_e type, uint64_t id, const ngx_webrtc_relay_body_t *body)
{
    size_t         n, head_len;
    u_char         head[1 + 128];
    ngx_int_t      rc;
    const u_char  *p, *last;

    if (ngx_webrtc_relay_is_self(relay, to)) {
        return ngx_webrtc_relay_send_local(relay, type, id, body);
    }

    if (body->head_len > sizeof(head) - 1
        || body->len > NGX_WEBRTC_RELAY_TEXT)
    {
        return NGX_ERROR;
    }

    head[0] = NGX_WEBRTC_CHUNK_FIRST;
    head_len = 1;

    if (body->head_len) {
        ngx_memcpy(&head[1], body->head, body->head_len);
        head_len += body->head_len;
    }

    p = body->data;
    last = p + body->len;

    do {
        n = ngx_min((size_t) (last - p), NGX_WEBRTC_RELAY_CHUNK);

        if (p + n == last) {
            head[0] |= NGX_WEBRTC_CHUNK_LAST;
        }

        rc = ngx_webrtc_mailbox_send(to, type, id, head, head_len, p, n);

        if (rc != NGX_OK) {
            return rc;
        }

        p += n;

        head[0] = 0;
        head_len = 1;

    } while (p < last);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_relay_send_local(ngx_webrtc_relay_t *relay, ngx_webrtc_mail_e type,
    uint64_t id, const ngx_webrtc_relay_body_t *body)
{
    ngx_webrtc_relay_item_t  *item;

    item = ngx_webrtc_relay_item(relay, type, id, body);
    if (item == NULL) {
        return NGX_ERROR;
    }

    ngx_queue_insert_tail(&relay->mails, &item->queue);
    ngx_webrtc_relay_post(relay);

    return NGX_OK;
}


static ngx_webrtc_relay_item_t *
ngx_webrtc_relay_item(ngx_webrtc_relay_t *relay, ngx_webrtc_mail_e type,
    uint64_t id, const ngx_webrtc_relay_body_t *body)
{
    u_char                   *p;
    ngx_webrtc_relay_item_t  *item;

    item = ngx_alloc(sizeof(ngx_webrtc_relay_item_t) + body->head_len
                     + body->len, relay->log);
    if (item == NULL) {
        return NULL;
    }

    item->mail.type = type;
    item->mail.from = relay->worker->self;
    item->mail.id = id;
    item->mail.data = (u_char *) item + sizeof(ngx_webrtc_relay_item_t);
    item->mail.len = body->head_len + body->len;

    p = item->mail.data;

    if (body->head_len) {
        p = ngx_cpymem(p, body->head, body->head_len);
    }

    if (body->len) {
        ngx_memcpy(p, body->data, body->len);
    }

    return item;
}


void
ngx_webrtc_relay_note(ngx_webrtc_relay_t *relay, ngx_webrtc_owner_t *to,
    ngx_webrtc_mail_e type, uint64_t id, const void *data, size_t len)
{
    ngx_webrtc_relay_body_t   body;
    ngx_webrtc_relay_item_t  *item;

    ngx_memzero(&body, sizeof(ngx_webrtc_relay_body_t));

    body.data = data;
    body.len = len;

    if (ngx_webrtc_relay_send(relay, to, type, id, &body) != NGX_BUSY) {
        return;
    }

    item = ngx_webrtc_relay_item(relay, type, id, &body);
    if (item == NULL) {
        return;
    }

    item->to = *to;

    ngx_queue_insert_tail(&relay->notes, &item->queue);

    if (!relay->timer.timer_set) {
        ngx_add_timer(&relay->timer, NGX_WEBRTC_RELAY_RETRY);
    }
}


void
ngx_webrtc_relay_post(ngx_webrtc_relay_t *relay)
{
    if (!relay->shutdown) {
        ngx_post_event(&relay->event, &ngx_posted_events);
    }
}


/* from another worker */

static void
ngx_webrtc_relay_mail_handler(ngx_webrtc_mail_t *mail)
{
    ngx_uint_t                   flags;
    ngx_webrtc_relay_t          *relay;
    ngx_webrtc_relay_partial_t  *partial;

    relay = ngx_webrtc_worker()->relay;

    if (mail->type == NGX_WEBRTC_MAIL_GONE) {
        ngx_webrtc_relay_dispatch(relay, mail);
        ngx_webrtc_worker_touch();
        return;
    }

    if (mail->len == 0) {
        return;
    }

    flags = *mail->data++;
    mail->len--;

    partial = ngx_webrtc_relay_find_partial(relay, &mail->from);

    if (flags & NGX_WEBRTC_CHUNK_FIRST) {

        if (partial) {
            /* its sender gave up */
            ngx_webrtc_relay_free_partial(partial);
        }

        if (flags & NGX_WEBRTC_CHUNK_LAST) {
            ngx_webrtc_relay_dispatch(relay, mail);
            ngx_webrtc_worker_touch();
            return;
        }

        partial = ngx_webrtc_relay_add_partial(relay, &mail->from);
    }

    if (partial == NULL) {
        return;
    }

    if (ngx_webrtc_relay_grow_partial(partial, mail->data, mail->len,
                                      relay->log)
        != NGX_OK)
    {
        ngx_webrtc_relay_free_partial(partial);
        return;
    }

    if (flags & NGX_WEBRTC_CHUNK_LAST) {
        mail->data = partial->data;
        mail->len = partial->len;

        ngx_queue_remove(&partial->queue);
        ngx_queue_init(&partial->queue);

        ngx_webrtc_relay_dispatch(relay, mail);
        ngx_webrtc_relay_free_partial(partial);

        ngx_webrtc_worker_touch();
    }
}


static ngx_webrtc_relay_partial_t *
ngx_webrtc_relay_find_partial(ngx_webrtc_relay_t *relay,
    ngx_webrtc_owner_t *from)
{
    ngx_queue_t                 *q;
    ngx_webrtc_relay_partial_t  *partial;

    for (q = ngx_queue_head(&relay->partials);
         q != ngx_queue_sentinel(&relay->partials);
         q = ngx_queue_next(q))
    {
        partial = ngx_queue_data(q, ngx_webrtc_relay_partial_t, queue);

        if (ngx_webrtc_owner_equal(&partial->from, from)) {
            return partial;
        }
    }

    return NULL;
}


static ngx_webrtc_relay_partial_t *
ngx_webrtc_relay_add_partial(ngx_webrtc_relay_t *relay,
    ngx_webrtc_owner_t *from)
{
    ngx_webrtc_relay_partial_t  *partial;

    partial = ngx_calloc(sizeof(ngx_webrtc_relay_partial_t), relay->log);
    if (partial == NULL) {
        return NULL;
    }

    partial->from = *from;

    ngx_queue_insert_tail(&relay->partials, &partial->queue);

    return partial;
}


static ngx_int_t
ngx_webrtc_relay_grow_partial(ngx_webrtc_relay_partial_t *partial,
    const u_char *data, size_t len, ngx_log_t *log)
{
    u_char  *grown;
    size_t   size;

    if (partial->len + len > partial->size) {

        size = partial->size ? partial->size * 2
                             : 4 * NGX_WEBRTC_RELAY_CHUNK;
        size = ngx_max(size, partial->len + len);

        if (size > 2 * NGX_WEBRTC_RELAY_TEXT) {
            return NGX_ERROR;
        }

        grown = ngx_alloc(size, log);
        if (grown == NULL) {
            return NGX_ERROR;
        }

        if (partial->data) {
            ngx_memcpy(grown, partial->data, partial->len);
            ngx_free(partial->data);
        }

        partial->data = grown;
        partial->size = size;
    }

    ngx_memcpy(partial->data + partial->len, data, len);
    partial->len += len;

    return NGX_OK;
}


static void
ngx_webrtc_relay_free_partial(ngx_webrtc_relay_partial_t *partial)
{
    ngx_queue_remove(&partial->queue);

    if (partial->data) {
        ngx_free(partial->data);
    }

    ngx_free(partial);
}


void
ngx_webrtc_relay_mail_gone(ngx_webrtc_relay_t *relay,
    ngx_webrtc_owner_t *owner)
{
    ngx_webrtc_relay_partial_t  *partial;

    partial = ngx_webrtc_relay_find_partial(relay, owner);

    if (partial) {
        ngx_webrtc_relay_free_partial(partial);
    }
}


/* to this worker; what it does not reach waits for the next turn */

static void
ngx_webrtc_relay_event_handler(ngx_event_t *ev)
{
    ngx_uint_t                n;
    ngx_queue_t              *q;
    ngx_webrtc_relay_t       *relay;
    ngx_webrtc_relay_item_t  *item;

    relay = ev->data;

    ngx_webrtc_session_end_broken(relay);
    ngx_webrtc_wire_end_broken(relay);

    for (n = 0; n < NGX_WEBRTC_RELAY_TURN; n++) {

        if (ngx_queue_empty(&relay->mails)) {
            break;
        }

        q = ngx_queue_head(&relay->mails);
        ngx_queue_remove(q);

        item = ngx_queue_data(q, ngx_webrtc_relay_item_t, queue);

        ngx_webrtc_relay_dispatch(relay, &item->mail);

        ngx_free(item);
    }

    if (!ngx_queue_empty(&relay->mails) && !relay->event.posted) {
        ngx_post_event(&relay->event, &ngx_posted_next_events);
    }

    ngx_webrtc_worker_touch();
}


static void
ngx_webrtc_relay_timer_handler(ngx_event_t *ev)
{
    ngx_queue_t              *q, *next;
    ngx_webrtc_relay_t       *relay;
    ngx_webrtc_relay_body_t   body;
    ngx_webrtc_relay_item_t  *item;

    relay = ev->data;

    ngx_memzero(&body, sizeof(ngx_webrtc_relay_body_t));

    for (q = ngx_queue_head(&relay->notes);
         q != ngx_queue_sentinel(&relay->notes);
         q = next)
    {
        next = ngx_queue_next(q);
        item = ngx_queue_data(q, ngx_webrtc_relay_item_t, queue);

        body.data = item->mail.data;
        body.len = item->mail.len;

        if (ngx_webrtc_relay_send(relay, &item->to, item->mail.type,
                                  item->mail.id, &body)
            == NGX_BUSY)
        {
            continue;
        }

        ngx_queue_remove(q);
        ngx_free(item);
    }

    if (!ngx_queue_empty(&relay->notes)) {
        ngx_add_timer(ev, NGX_WEBRTC_RELAY_RETRY);
    }
}
