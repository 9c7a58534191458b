
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The ends of the wires between a home and its members' media: a distant peer
 * at one, its resident at the other.  What finds no room in the mailbox of
 * the other worker waits here, each end's for itself, so that neither one
 * that is sent much nor all together leave no room for other mail.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_spread_internal.h>


/* until the next attempt to send what waits, ms */
#define NGX_WEBRTC_SPREAD_RETRY  2


/* the message follows */

typedef struct {
    ngx_queue_t               queue;
    size_t                    len;
} ngx_webrtc_spread_message_t;


/* a peer's, until that calls close(), or owns its resident */

typedef struct {
    ngx_queue_t               queue;
    ngx_webrtc_spread_t      *spread;
    ngx_webrtc_wire_t        *wire;         /* NULL: it was closed */
    ngx_webrtc_peer_t        *peer;         /* of either kind of end ... */
    ngx_webrtc_resident_t    *resident;     /* ... the other is NULL */

    ngx_queue_t               late;
    ngx_queue_t               messages;     /* that wait, in order */
    size_t                    waiting;      /* bytes */

    unsigned                  closing:1;    /* its owner has gone */
} ngx_webrtc_spread_end_t;


static void ngx_webrtc_spread_accept(ngx_webrtc_wire_t *wire, u_char *hello,
    size_t len);
static ngx_webrtc_spread_end_t *ngx_webrtc_spread_end_create(
    ngx_webrtc_spread_t *spread, ngx_webrtc_distant_way_t *way);
static void ngx_webrtc_spread_end_free(ngx_webrtc_spread_end_t *end);
static ngx_int_t ngx_webrtc_spread_end_send(void *data, const u_char *head,
    size_t head_len, const u_char *pos, size_t len);
static ngx_int_t ngx_webrtc_spread_end_wait(ngx_webrtc_spread_end_t *end,
    const u_char *head, size_t head_len, const u_char *pos, size_t len);
static void ngx_webrtc_spread_end_drain(ngx_webrtc_spread_end_t *end);
static void ngx_webrtc_spread_end_forget(ngx_webrtc_spread_end_t *end);
static void ngx_webrtc_spread_end_close(void *data);
static void ngx_webrtc_spread_message_handler(ngx_webrtc_wire_t *wire,
    void *data, u_char *pos, size_t len);
static void ngx_webrtc_spread_closed_handler(ngx_webrtc_wire_t *wire,
    void *data);
static void ngx_webrtc_spread_retry_handler(ngx_event_t *ev);


static const ngx_webrtc_wire_handlers_t  ngx_webrtc_spread_handlers = {
    ngx_webrtc_spread_message_handler,
    ngx_webrtc_spread_closed_handler
};


void
ngx_webrtc_spread_ends_init(ngx_webrtc_spread_t *spread)
{
    ngx_queue_init(&spread->ends);
    ngx_queue_init(&spread->late);

    spread->retry.handler = ngx_webrtc_spread_retry_handler;
    spread->retry.data = spread;
    spread->retry.log = ngx_cycle->log;
    spread->retry.cancelable = 1;

    ngx_webrtc_wire_service(NGX_WEBRTC_WIRE_MEDIA, ngx_webrtc_spread_accept);
}


void
ngx_webrtc_spread_ends_leave(ngx_webrtc_spread_t *spread,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t              *q;
    ngx_webrtc_spread_end_t  *end;

    for (q = ngx_queue_head(&spread->ends);
         q != ngx_queue_sentinel(&spread->ends);
         q = ngx_queue_next(q))
    {
        end = ngx_queue_data(q, ngx_webrtc_spread_end_t, queue);

        if (end->resident) {
            ngx_webrtc_resident_leave(end->resident, now);
        }
    }
}


void
ngx_webrtc_spread_ends_close(ngx_webrtc_spread_t *spread)
{
    ngx_queue_t              *q;
    ngx_webrtc_spread_end_t  *end;

    ngx_webrtc_wire_service(NGX_WEBRTC_WIRE_MEDIA, NULL);

    while (!ngx_queue_empty(&spread->ends)) {
        q = ngx_queue_head(&spread->ends);
        end = ngx_queue_data(q, ngx_webrtc_spread_end_t, queue);

        if (end->resident) {
            ngx_webrtc_resident_destroy(end->resident, spread->out);
        }

        if (end->wire) {
            ngx_webrtc_spread_end_drain(end);
            ngx_webrtc_wire_close(end->wire);
        }

        ngx_webrtc_spread_end_free(end);
    }

    if (spread->retry.timer_set) {
        ngx_del_timer(&spread->retry);
    }
}


ngx_webrtc_peer_t *
ngx_webrtc_spread_peer(ngx_webrtc_spread_t *spread,
    const ngx_webrtc_owner_t *to, ngx_webrtc_peer_handler_pt handler,
    void *data)
{
    ngx_webrtc_spread_end_t   *end;
    ngx_webrtc_distant_way_t   way;

    end = ngx_webrtc_spread_end_create(spread, &way);
    if (end == NULL) {
        return NULL;
    }

    end->wire = ngx_webrtc_wire_open(to, NGX_WEBRTC_WIRE_MEDIA, NULL, 0,
                                     &ngx_webrtc_spread_handlers, end);
    if (end->wire == NULL) {
        ngx_webrtc_spread_end_free(end);
        return NULL;
    }

    ngx_webrtc_wire_set_last(end->wire);

    end->peer = ngx_webrtc_distant_create(spread->worker->engine, to->seat,
                                          &way, handler, data);
    if (end->peer == NULL) {
        ngx_webrtc_wire_close(end->wire);
        ngx_webrtc_spread_end_free(end);
        return NULL;
    }

    return end->peer;
}


static void
ngx_webrtc_spread_accept(ngx_webrtc_wire_t *wire, u_char *hello, size_t len)
{
    ngx_webrtc_spread_t       *spread;
    ngx_webrtc_spread_end_t   *end;
    ngx_webrtc_distant_way_t   way;

    spread = ngx_webrtc_spread_get();

    end = ngx_webrtc_spread_end_create(spread, &way);
    if (end == NULL) {
        return;
    }

    end->wire = wire;
    ngx_webrtc_wire_set_last(wire);
    ngx_webrtc_wire_set_handlers(wire, &ngx_webrtc_spread_handlers, end);

    end->resident = ngx_webrtc_resident_create(spread->worker->engine, &way);

    if (end->resident == NULL) {
        ngx_webrtc_wire_set_handlers(wire, NULL, NULL);
        ngx_webrtc_spread_end_free(end);
    }

    ngx_webrtc_worker_touch();
}


static ngx_webrtc_spread_end_t *
ngx_webrtc_spread_end_create(ngx_webrtc_spread_t *spread,
    ngx_webrtc_distant_way_t *way)
{
    ngx_webrtc_spread_end_t  *end;

    end = ngx_calloc(sizeof(ngx_webrtc_spread_end_t), ngx_cycle->log);
    if (end == NULL) {
        return NULL;
    }

    end->spread = spread;

    ngx_queue_init(&end->messages);
    ngx_queue_insert_tail(&spread->ends, &end->queue);

    way->data = end;
    way->send = ngx_webrtc_spread_end_send;
    way->close = ngx_webrtc_spread_end_close;

    return end;
}


static void
ngx_webrtc_spread_end_free(ngx_webrtc_spread_end_t *end)
{
    ngx_webrtc_spread_end_forget(end);

    ngx_queue_remove(&end->queue);
    ngx_free(end);
}


static ngx_int_t
ngx_webrtc_spread_end_send(void *data, const u_char *head, size_t head_len,
    const u_char *pos, size_t len)
{
    ngx_webrtc_spread_end_t *end = data;

    if (end->wire == NULL) {
        return NGX_ERROR;
    }

    if (len == 0) {

        /* the head of a mail is bounded, its data are not */

        pos = head;
        len = head_len;
        head_len = 0;
    }

    if (ngx_queue_empty(&end->messages)
        && !ngx_webrtc_wire_is_late(end->wire))
    {
        return ngx_webrtc_wire_send(end->wire, head, head_len, pos, len);
    }

    if (ngx_webrtc_spread_end_wait(end, head, head_len, pos, len) == NGX_OK) {
        return NGX_OK;
    }

    ngx_webrtc_wire_break(end->wire);

    return NGX_ERROR;
}


static ngx_int_t
ngx_webrtc_spread_end_wait(ngx_webrtc_spread_end_t *end, const u_char *head,
    size_t head_len, const u_char *pos, size_t len)
{
    u_char                       *p;
    size_t                        size;
    ngx_webrtc_spread_t          *spread;
    ngx_webrtc_spread_message_t  *message;

    spread = end->spread;
    size = sizeof(ngx_webrtc_spread_message_t) + head_len + len;

    if (end->waiting + size > spread->conf->data_buffer
                              + spread->conf->mailbox_backlog)
    {
        return NGX_ERROR;
    }

    message = ngx_alloc(size, ngx_cycle->log);
    if (message == NULL) {
        return NGX_ERROR;
    }

    message->len = head_len + len;

    p = (u_char *) (message + 1);

    if (head_len) {
        p = ngx_cpymem(p, head, head_len);
    }

    if (len) {
        ngx_memcpy(p, pos, len);
    }

    if (ngx_queue_empty(&end->messages)) {
        ngx_queue_insert_tail(&spread->late, &end->late);
    }

    ngx_queue_insert_tail(&end->messages, &message->queue);
    end->waiting += size;

    if (!spread->retry.timer_set) {
        ngx_add_timer(&spread->retry, NGX_WEBRTC_SPREAD_RETRY);
    }

    return NGX_OK;
}


static void
ngx_webrtc_spread_end_drain(ngx_webrtc_spread_end_t *end)
{
    ngx_queue_t                  *q;
    ngx_webrtc_spread_message_t  *message;

    while (!ngx_queue_empty(&end->messages)
           && !ngx_webrtc_wire_is_late(end->wire))
    {
        q = ngx_queue_head(&end->messages);
        message = ngx_queue_data(q, ngx_webrtc_spread_message_t, queue);

        if (ngx_webrtc_wire_send(end->wire, NULL, 0, message + 1,
                                 message->len)
            != NGX_OK)
        {
            ngx_webrtc_spread_end_forget(end);
            return;
        }

        end->waiting -= sizeof(ngx_webrtc_spread_message_t) + message->len;

        ngx_queue_remove(q);
        ngx_free(message);

        if (ngx_queue_empty(&end->messages)) {
            ngx_queue_remove(&end->late);
        }
    }
}


static void
ngx_webrtc_spread_end_forget(ngx_webrtc_spread_end_t *end)
{
    ngx_queue_t  *q;

    if (ngx_queue_empty(&end->messages)) {
        return;
    }

    do {
        q = ngx_queue_head(&end->messages);
        ngx_queue_remove(q);
        ngx_free(ngx_queue_data(q, ngx_webrtc_spread_message_t, queue));

    } while (!ngx_queue_empty(&end->messages));

    ngx_queue_remove(&end->late);
    end->waiting = 0;
}


/* what waits still goes out */

static void
ngx_webrtc_spread_end_close(void *data)
{
    ngx_webrtc_spread_end_t *end = data;

    end->closing = 1;
    end->peer = NULL;

    if (end->wire) {

        if (!ngx_queue_empty(&end->messages)) {
            return;
        }

        ngx_webrtc_wire_close(end->wire);
    }

    ngx_webrtc_spread_end_free(end);
}


static void
ngx_webrtc_spread_message_handler(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len)
{
    ngx_webrtc_spread_end_t *end = data;

    ngx_webrtc_outbox_t  *out;

    out = end->spread->out;

    if (end->peer) {
        ngx_webrtc_distant_input(end->peer, pos, len, ngx_webrtc_now(), out);

    } else if (end->resident) {
        ngx_webrtc_resident_input(end->resident, pos, len, ngx_webrtc_now(),
                                  out);
    }
}


static void
ngx_webrtc_spread_closed_handler(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_webrtc_spread_end_t *end = data;

    end->wire = NULL;

    ngx_webrtc_spread_end_forget(end);

    if (end->peer) {

        /* its owner ends it, which frees the end */

        ngx_webrtc_distant_lost(end->peer, ngx_webrtc_now());
        return;
    }

    if (end->resident) {
        ngx_webrtc_resident_destroy(end->resident, end->spread->out);
    }

    ngx_webrtc_spread_end_free(end);
}


static void
ngx_webrtc_spread_retry_handler(ngx_event_t *ev)
{
    ngx_queue_t              *q, *next;
    ngx_webrtc_spread_t      *spread;
    ngx_webrtc_spread_end_t  *end;

    spread = ev->data;

    for (q = ngx_queue_head(&spread->late);
         q != ngx_queue_sentinel(&spread->late);
         q = next)
    {
        next = ngx_queue_next(q);
        end = ngx_queue_data(q, ngx_webrtc_spread_end_t, late);

        ngx_webrtc_spread_end_drain(end);

        if (end->closing && ngx_queue_empty(&end->messages)) {
            ngx_webrtc_wire_close(end->wire);
            ngx_webrtc_spread_end_free(end);
        }
    }

    if (!ngx_queue_empty(&spread->late)) {
        ngx_add_timer(ev, NGX_WEBRTC_SPREAD_RETRY);
    }
}
