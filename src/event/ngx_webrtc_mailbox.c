
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_mailbox.h>
#include <event/ngx_webrtc_mailbox_event.h>
#include <event/ngx_webrtc_seat.h>
#include <event/ngx_webrtc_worker.h>


/* messages and bytes of one turn of the event loop */
#define NGX_WEBRTC_MAIL_TURN    128
#define NGX_WEBRTC_MAIL_BYTES   (256 * 1024)

/* until the next attempt to send what waits, ms */
#define NGX_WEBRTC_MAIL_RETRY   2


/* waits in the sender's memory, which it owns */

typedef struct {
    ngx_queue_t               queue;
    ngx_webrtc_mail_head_t    head;
} ngx_webrtc_mail_item_t;


/* what waits for one seat, in order */

typedef struct {
    ngx_queue_t               items;
    size_t                    size;
    uint64_t                  term;
} ngx_webrtc_mail_backlog_t;


typedef struct {
    ngx_webrtc_zone_t           *zone;
    ngx_webrtc_owner_t          *self;
    ngx_connection_t            *connection;
    u_char                      *buf;

    ngx_event_t                  retry;
    ngx_uint_t                   waiting;   /* seats with a backlog */
    ngx_webrtc_mail_backlog_t   *backlogs;  /* of each seat */

    ngx_webrtc_mail_handler_pt   handlers[NGX_WEBRTC_MAIL_COUNT];
} ngx_webrtc_mailbox_t;


static ngx_int_t ngx_webrtc_mailbox_put(ngx_webrtc_owner_t *to,
    ngx_webrtc_mail_head_t *head, const void *a, size_t alen, const void *b,
    size_t blen);
static ngx_int_t ngx_webrtc_mailbox_wait(ngx_webrtc_owner_t *to,
    ngx_webrtc_mail_head_t *head, const void *a, size_t alen, const void *b,
    size_t blen);
static void ngx_webrtc_mailbox_retry_handler(ngx_event_t *ev);
static void ngx_webrtc_mailbox_retry(ngx_uint_t seat);
static void ngx_webrtc_mailbox_forget(ngx_webrtc_mail_backlog_t *backlog);
static void ngx_webrtc_mailbox_read_handler(ngx_event_t *rev);
static void ngx_webrtc_mailbox_empty_handler(ngx_event_t *wev);
static ngx_int_t ngx_webrtc_mailbox_read(void);


/* of this process */
static ngx_webrtc_mailbox_t  ngx_webrtc_mailbox;


void
ngx_webrtc_mailbox_handler(ngx_webrtc_mail_e type,
    ngx_webrtc_mail_handler_pt handler)
{
    ngx_webrtc_mailbox.handlers[type] = handler;
}


ngx_int_t
ngx_webrtc_mailbox_init(ngx_cycle_t *cycle, ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *self)
{
    ngx_uint_t             i;
    ngx_webrtc_mailbox_t  *box;

    box = &ngx_webrtc_mailbox;

    box->backlogs = ngx_alloc(NGX_WEBRTC_SEATS_MAX
                              * sizeof(ngx_webrtc_mail_backlog_t),
                              cycle->log);
    if (box->backlogs == NULL) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_WEBRTC_SEATS_MAX; i++) {
        ngx_queue_init(&box->backlogs[i].items);
        box->backlogs[i].size = 0;
    }

    box->zone = zone;
    box->self = self;

    box->retry.handler = ngx_webrtc_mailbox_retry_handler;
    box->retry.log = cycle->log;
    box->retry.data = box;
    box->retry.cancelable = 1;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_mailbox_open(ngx_cycle_t *cycle)
{
    ngx_socket_t           fd;
    ngx_connection_t      *c;
    ngx_webrtc_seat_t     *seat;
    ngx_webrtc_mailbox_t  *box;

    box = &ngx_webrtc_mailbox;

    fd = ngx_webrtc_seat_eventfd(box->self->seat);

    if (fd == (ngx_socket_t) -1) {
        return NGX_ERROR;
    }

    seat = &box->zone->sh->seats[box->self->seat];

    box->buf = ngx_alloc(seat->mail.size, cycle->log);
    if (box->buf == NULL) {
        return NGX_ERROR;
    }

    c = ngx_get_connection(fd, cycle->log);
    if (c == NULL) {
        return NGX_ERROR;
    }

    box->connection = c;

    c->data = box;
    c->log = cycle->log;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);
    c->read->handler = ngx_webrtc_mailbox_read_handler;
    c->read->log = cycle->log;
    c->write->handler = ngx_webrtc_mailbox_empty_handler;
    c->write->log = cycle->log;

    /* so that we are told when the worker begins to quit */

    c->idle = 1;

    if (ngx_add_event(c->read, NGX_READ_EVENT, NGX_CLEAR_EVENT) != NGX_OK) {
        ngx_webrtc_mailbox_close();
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
ngx_webrtc_mailbox_close(void)
{
    ngx_uint_t             i;
    ngx_connection_t      *c;
    ngx_webrtc_mailbox_t  *box;

    box = &ngx_webrtc_mailbox;

    for (i = 0; box->backlogs && i < NGX_WEBRTC_SEATS_MAX; i++) {
        ngx_webrtc_mailbox_forget(&box->backlogs[i]);
    }

    if (box->retry.timer_set) {
        ngx_del_timer(&box->retry);
    }

    c = box->connection;

    if (c == NULL) {
        return;
    }

    box->connection = NULL;

    /*
     * Others have the eventfd open, it would go on reporting to us; and it
     * is not ours to be closed.
     */

    if (c->read->active) {
        (void) ngx_del_event(c->read, NGX_READ_EVENT, 0);
    }

    if (c->read->posted) {
        ngx_delete_posted_event(c->read);
    }

    c->idle = 0;
    c->read->closed = 1;
    c->write->closed = 1;
    c->fd = (ngx_socket_t) -1;

    ngx_free_connection(c);
}


ngx_int_t
ngx_webrtc_mailbox_send(ngx_webrtc_owner_t *to, ngx_webrtc_mail_e type,
    uint64_t id, const void *a, size_t alen, const void *b, size_t blen)
{
    ngx_int_t                   rc;
    ngx_webrtc_mailbox_t       *box;
    ngx_webrtc_mail_head_t      head;
    ngx_webrtc_mail_backlog_t  *backlog;

    box = &ngx_webrtc_mailbox;

    if (box->zone == NULL || to->seat >= box->zone->sh->nseats) {
        return NGX_DECLINED;
    }

    if (alen + blen > box->zone->conf->mailbox_size) {
        return NGX_ERROR;
    }

    ngx_memzero(&head, sizeof(ngx_webrtc_mail_head_t));

    head.len = (uint32_t) (alen + blen);
    head.type = type;
    head.seat = box->self->seat;
    head.term = box->self->term;
    head.id = id;

    backlog = &box->backlogs[to->seat];

    if (!ngx_queue_empty(&backlog->items) && backlog->term != to->term) {
        ngx_webrtc_mailbox_forget(backlog);
    }

    rc = NGX_AGAIN;

    if (ngx_queue_empty(&backlog->items)) {
        rc = ngx_webrtc_mailbox_put(to, &head, a, alen, b, blen);
    }

    if (rc == NGX_AGAIN) {
        rc = ngx_webrtc_mailbox_wait(to, &head, a, alen, b, blen);
    }

    ngx_log_debug4(NGX_LOG_DEBUG_EVENT, ngx_cycle->log, 0,
                   "webrtc mail type:%ui seat:%ui len:%uz rc:%i",
                   (ngx_uint_t) type, to->seat, alen + blen, rc);

    return rc;
}


ngx_uint_t
ngx_webrtc_mailbox_is_late(const ngx_webrtc_owner_t *to)
{
    ngx_webrtc_mailbox_t  *box;

    box = &ngx_webrtc_mailbox;

    return box->zone != NULL
           && to->seat < box->zone->sh->nseats
           && !ngx_queue_empty(&box->backlogs[to->seat].items);
}


static ngx_int_t
ngx_webrtc_mailbox_put(ngx_webrtc_owner_t *to, ngx_webrtc_mail_head_t *head,
    const void *a, size_t alen, const void *b, size_t blen)
{
    ngx_int_t           rc;
    ngx_webrtc_seat_t  *seat;
    ngx_webrtc_zone_t  *zone;

    zone = ngx_webrtc_mailbox.zone;

    ngx_webrtc_zone_lock(zone);

    seat = ngx_webrtc_zone_seat(zone, to);

    if (seat) {
        rc = ngx_webrtc_mail_ring_write(&seat->mail, head, a, alen, b, blen);

    } else {
        rc = NGX_DECLINED;
    }

    ngx_webrtc_zone_unlock(zone);

    if (rc == NGX_DONE) {
        ngx_webrtc_seat_wake(to->seat);
        rc = NGX_OK;
    }

    return rc;
}


static ngx_int_t
ngx_webrtc_mailbox_wait(ngx_webrtc_owner_t *to, ngx_webrtc_mail_head_t *head,
    const void *a, size_t alen, const void *b, size_t blen)
{
    u_char                     *p;
    size_t                      size;
    ngx_webrtc_mailbox_t       *box;
    ngx_webrtc_mail_item_t     *item;
    ngx_webrtc_mail_backlog_t  *backlog;

    box = &ngx_webrtc_mailbox;
    backlog = &box->backlogs[to->seat];

    size = sizeof(ngx_webrtc_mail_item_t) + head->len;

    if (backlog->size + size > box->zone->conf->mailbox_backlog) {
        return NGX_BUSY;
    }

    item = ngx_alloc(size, ngx_cycle->log);
    if (item == NULL) {
        return NGX_ERROR;
    }

    item->head = *head;
    p = (u_char *) item + sizeof(ngx_webrtc_mail_item_t);

    if (alen) {
        p = ngx_cpymem(p, a, alen);
    }

    if (blen) {
        ngx_memcpy(p, b, blen);
    }

    if (ngx_queue_empty(&backlog->items)) {
        box->waiting++;
        backlog->term = to->term;
    }

    ngx_queue_insert_tail(&backlog->items, &item->queue);
    backlog->size += size;

    if (!box->retry.timer_set) {
        ngx_add_timer(&box->retry, NGX_WEBRTC_MAIL_RETRY);
    }

    return NGX_OK;
}


static void
ngx_webrtc_mailbox_retry_handler(ngx_event_t *ev)
{
    ngx_uint_t             i;
    ngx_webrtc_mailbox_t  *box;

    box = ev->data;

    for (i = 0; i < NGX_WEBRTC_SEATS_MAX && box->waiting; i++) {
        if (!ngx_queue_empty(&box->backlogs[i].items)) {
            ngx_webrtc_mailbox_retry(i);
        }
    }

    if (box->waiting && !ev->timer_set) {
        ngx_add_timer(ev, NGX_WEBRTC_MAIL_RETRY);
    }
}


static void
ngx_webrtc_mailbox_retry(ngx_uint_t seat)
{
    ngx_int_t                   rc;
    ngx_queue_t                *q;
    ngx_webrtc_owner_t          to;
    ngx_webrtc_mail_item_t     *item;
    ngx_webrtc_mail_backlog_t  *backlog;

    backlog = &ngx_webrtc_mailbox.backlogs[seat];

    to.seat = seat;
    to.term = backlog->term;

    do {
        q = ngx_queue_head(&backlog->items);
        item = ngx_queue_data(q, ngx_webrtc_mail_item_t, queue);

        rc = ngx_webrtc_mailbox_put(&to, &item->head, item + 1,
                                    item->head.len, NULL, 0);

        if (rc == NGX_AGAIN) {
            return;
        }

        if (rc != NGX_OK) {

            /* it has gone, everybody is told so */

            ngx_webrtc_mailbox_forget(backlog);
            return;
        }

        ngx_queue_remove(q);
        backlog->size -= sizeof(ngx_webrtc_mail_item_t) + item->head.len;
        ngx_free(item);

    } while (!ngx_queue_empty(&backlog->items));

    ngx_webrtc_mailbox.waiting--;
}


static void
ngx_webrtc_mailbox_forget(ngx_webrtc_mail_backlog_t *backlog)
{
    ngx_queue_t  *q;

    if (ngx_queue_empty(&backlog->items)) {
        return;
    }

    while (!ngx_queue_empty(&backlog->items)) {
        q = ngx_queue_head(&backlog->items);
        ngx_queue_remove(q);
        ngx_free(ngx_queue_data(q, ngx_webrtc_mail_item_t, queue));
    }

    backlog->size = 0;
    ngx_webrtc_mailbox.waiting--;
}


static void
ngx_webrtc_mailbox_empty_handler(ngx_event_t *wev)
{
    return;
}


static void
ngx_webrtc_mailbox_read_handler(ngx_event_t *rev)
{
    ssize_t            n;
    uint64_t           count;
    ngx_connection_t  *c;

    c = rev->data;

    if (c->close) {
        c->close = 0;
        ngx_webrtc_worker_quit(c->error);
        return;
    }

    do {
        n = read(c->fd, &count, sizeof(uint64_t));
    } while (n == -1 && ngx_errno == NGX_EINTR);

    if (n == -1 && ngx_errno != NGX_EAGAIN) {
        ngx_log_error(NGX_LOG_ALERT, c->log, ngx_errno,
                      "eventfd read() failed");
    }

    ngx_webrtc_mailbox_poll();

    /* or there is something in the trunks that we read */

    ngx_webrtc_worker_touch();
}


void
ngx_webrtc_mailbox_poll(void)
{
    ngx_event_t  *rev;

    if (ngx_webrtc_mailbox_read() == NGX_AGAIN
        && ngx_webrtc_mailbox.connection)
    {
        /* the rest after other events had their turn */

        rev = ngx_webrtc_mailbox.connection->read;
        ngx_post_event(rev, &ngx_posted_next_events);
    }
}


static ngx_int_t
ngx_webrtc_mailbox_read(void)
{
    size_t                   size;
    u_char                  *body;
    ngx_int_t                rc;
    ngx_uint_t               n;
    ngx_webrtc_mail_t        mail;
    ngx_webrtc_seat_t       *seat;
    ngx_webrtc_mailbox_t    *box;
    ngx_webrtc_mail_head_t   head;

    box = &ngx_webrtc_mailbox;

    size = 0;

    for (n = 0;
         n < NGX_WEBRTC_MAIL_TURN && size < NGX_WEBRTC_MAIL_BYTES;
         n++)
    {
        /* a handler may have given up the seat */

        if (box->connection == NULL) {
            return NGX_OK;
        }

        seat = &box->zone->sh->seats[box->self->seat];
        rc = ngx_webrtc_mail_ring_read(&seat->mail, &head, &body, box->buf);

        if (rc == NGX_AGAIN) {
            return NGX_OK;
        }

        if (rc == NGX_ERROR) {
            ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0,
                          "webrtc mailbox of seat %ui was damaged",
                          box->self->seat);
            return NGX_OK;
        }

        mail.type = head.type;
        mail.from.seat = (ngx_uint_t) head.seat;
        mail.from.term = head.term;
        mail.id = head.id;
        mail.data = body;
        mail.len = head.len;

        size += head.len;

        if (head.type < NGX_WEBRTC_MAIL_COUNT && box->handlers[head.type]) {
            box->handlers[head.type](&mail);
        }

        if (box->connection == NULL) {
            return NGX_OK;
        }

        ngx_webrtc_mail_ring_next(&seat->mail, &head);
    }

    return NGX_AGAIN;
}
