
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/skyway/ngx_webrtc_skyway_events.h>


typedef struct {
    ngx_queue_t               queue;
    size_t                    len;
    unsigned                  last:1;
} ngx_webrtc_skyway_queued_t;


#define ngx_webrtc_skyway_queued_text(event)  ((u_char *) ((event) + 1))


static void ngx_webrtc_skyway_events_trim(ngx_webrtc_skyway_events_t *events);
static void ngx_webrtc_skyway_events_remove(
    ngx_webrtc_skyway_events_t *events, ngx_webrtc_skyway_queued_t *event);
static void ngx_webrtc_skyway_events_deliver(
    ngx_webrtc_skyway_events_t *events, ngx_webrtc_usec_t now);
static void ngx_webrtc_skyway_events_send(ngx_webrtc_skyway_events_t *events,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_skyway_events_settle(
    ngx_webrtc_skyway_events_t *events, ngx_webrtc_usec_t now);
static void ngx_webrtc_skyway_events_dismiss(
    ngx_webrtc_skyway_events_t *events);
static void ngx_webrtc_skyway_events_hold(ngx_webrtc_skyway_events_t *events);
static void ngx_webrtc_skyway_events_unhold(
    ngx_webrtc_skyway_events_t *events);
static void ngx_webrtc_skyway_poller_leave(
    ngx_webrtc_skyway_poller_t *poller);


void
ngx_webrtc_skyway_polls_init(ngx_webrtc_skyway_polls_t *polls,
    ngx_uint_t max_events, ngx_webrtc_usec_t timeout, ngx_webrtc_usec_t grace,
    ngx_log_t *log)
{
    ngx_memzero(polls, sizeof(ngx_webrtc_skyway_polls_t));

    polls->max_events = max_events;
    polls->timeout = timeout;
    polls->grace = grace;
    polls->log = log;

    ngx_queue_init(&polls->deadlines);
    ngx_queue_init(&polls->held);
}


void
ngx_webrtc_skyway_polls_tick(ngx_webrtc_skyway_polls_t *polls,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                 *q;
    ngx_webrtc_skyway_events_t  *events;
    ngx_webrtc_skyway_poller_t  *poller;

    while (!ngx_queue_empty(&polls->held)) {
        q = ngx_queue_head(&polls->held);
        events = ngx_queue_data(q, ngx_webrtc_skyway_events_t, held);

        if (events->grace > now) {
            break;
        }

        ngx_webrtc_skyway_events_unhold(events);
        ngx_webrtc_skyway_events_deliver(events, now);
    }

    while (!ngx_queue_empty(&polls->deadlines)) {
        q = ngx_queue_head(&polls->deadlines);
        poller = ngx_queue_data(q, ngx_webrtc_skyway_poller_t, deadlines);

        if (poller->deadline > now) {
            break;
        }

        events = poller->events;
        events->expected++;
        events->grace = now + polls->grace;

        ngx_webrtc_skyway_poller_leave(poller);
        poller->handler(poller, NGX_WEBRTC_SKYWAY_POLL_TIMEOUT, NULL);
    }
}


ngx_webrtc_usec_t
ngx_webrtc_skyway_polls_expires(ngx_webrtc_skyway_polls_t *polls)
{
    ngx_queue_t                 *q;
    ngx_webrtc_usec_t            expires;
    ngx_webrtc_skyway_events_t  *events;
    ngx_webrtc_skyway_poller_t  *poller;

    expires = NGX_WEBRTC_NEVER;

    if (!ngx_queue_empty(&polls->held)) {
        q = ngx_queue_head(&polls->held);
        events = ngx_queue_data(q, ngx_webrtc_skyway_events_t, held);
        expires = events->grace;
    }

    if (!ngx_queue_empty(&polls->deadlines)) {
        q = ngx_queue_head(&polls->deadlines);
        poller = ngx_queue_data(q, ngx_webrtc_skyway_poller_t, deadlines);
        expires = ngx_min(expires, poller->deadline);
    }

    return expires;
}


void
ngx_webrtc_skyway_events_init(ngx_webrtc_skyway_events_t *events,
    ngx_webrtc_skyway_polls_t *polls)
{
    ngx_memzero(events, sizeof(ngx_webrtc_skyway_events_t));

    events->polls = polls;

    ngx_queue_init(&events->events);
    ngx_queue_init(&events->waiting);
    ngx_queue_init(&events->served);
}


void
ngx_webrtc_skyway_events_cleanup(ngx_webrtc_skyway_events_t *events)
{
    ngx_queue_t                 *q;
    ngx_webrtc_skyway_queued_t  *event;
    ngx_webrtc_skyway_poller_t  *poller;

    ngx_webrtc_skyway_events_unhold(events);

    while (!ngx_queue_empty(&events->served)) {
        q = ngx_queue_head(&events->served);
        poller = ngx_queue_data(q, ngx_webrtc_skyway_poller_t, queue);

        ngx_webrtc_skyway_poller_leave(poller);
    }

    ngx_webrtc_skyway_events_dismiss(events);

    while (!ngx_queue_empty(&events->events)) {
        q = ngx_queue_head(&events->events);
        event = ngx_queue_data(q, ngx_webrtc_skyway_queued_t, queue);

        ngx_webrtc_skyway_events_remove(events, event);
    }
}


void
ngx_webrtc_skyway_events_push(ngx_webrtc_skyway_events_t *events,
    const ngx_str_t *text, ngx_uint_t last, ngx_webrtc_usec_t now)
{
    ngx_webrtc_skyway_queued_t  *event;

    event = ngx_alloc(sizeof(ngx_webrtc_skyway_queued_t) + text->len,
                      events->polls->log);
    if (event == NULL) {
        events->polls->dropped++;
        return;
    }

    event->len = text->len;
    event->last = last ? 1 : 0;

    ngx_memcpy(ngx_webrtc_skyway_queued_text(event), text->data, text->len);

    if (events->count >= events->polls->max_events) {
        ngx_webrtc_skyway_events_trim(events);
    }

    ngx_queue_insert_tail(&events->events, &event->queue);
    events->count++;

    ngx_webrtc_skyway_events_deliver(events, now);
}


/* the one that is being sent is no longer ours to take away */

static void
ngx_webrtc_skyway_events_trim(ngx_webrtc_skyway_events_t *events)
{
    ngx_queue_t                 *q;
    ngx_webrtc_skyway_queued_t  *event;

    q = ngx_queue_head(&events->events);

    if (events->sending) {
        q = ngx_queue_next(q);
    }

    if (q == ngx_queue_sentinel(&events->events)) {
        return;
    }

    event = ngx_queue_data(q, ngx_webrtc_skyway_queued_t, queue);

    if (event->last) {
        return;
    }

    ngx_webrtc_skyway_events_remove(events, event);
    events->polls->dropped++;
}


static void
ngx_webrtc_skyway_events_remove(ngx_webrtc_skyway_events_t *events,
    ngx_webrtc_skyway_queued_t *event)
{
    ngx_queue_remove(&event->queue);
    events->count--;

    ngx_free(event);
}


ngx_int_t
ngx_webrtc_skyway_events_poll(ngx_webrtc_skyway_events_t *events,
    ngx_webrtc_skyway_poller_t *poller, ngx_webrtc_usec_t now)
{
    if (events->ended) {
        return NGX_DECLINED;
    }

    if (events->expected) {
        events->expected--;
    }

    poller->events = events;
    poller->served = 0;
    poller->deadline = now + events->polls->timeout;

    ngx_queue_insert_tail(&events->waiting, &poller->queue);
    ngx_queue_insert_tail(&events->polls->deadlines, &poller->deadlines);

    ngx_webrtc_skyway_events_deliver(events, now);

    return NGX_OK;
}


static void
ngx_webrtc_skyway_events_deliver(ngx_webrtc_skyway_events_t *events,
    ngx_webrtc_usec_t now)
{
    if (events->sending
        || ngx_queue_empty(&events->events)
        || ngx_queue_empty(&events->waiting))
    {
        ngx_webrtc_skyway_events_unhold(events);
        return;
    }

    if (events->expected && now < events->grace) {
        ngx_webrtc_skyway_events_hold(events);
        return;
    }

    ngx_webrtc_skyway_events_unhold(events);
    ngx_webrtc_skyway_events_send(events, now);
}


static void
ngx_webrtc_skyway_events_send(ngx_webrtc_skyway_events_t *events,
    ngx_webrtc_usec_t now)
{
    ngx_str_t                    text;
    ngx_queue_t                 *q;
    ngx_webrtc_skyway_queued_t  *event;
    ngx_webrtc_skyway_poller_t  *poller;

    q = ngx_queue_head(&events->events);
    event = ngx_queue_data(q, ngx_webrtc_skyway_queued_t, queue);

    text.data = ngx_webrtc_skyway_queued_text(event);
    text.len = event->len;

    events->sending = 1;
    events->telling = 1;
    events->written = 0;
    events->expected = 0;
    events->grace = now + events->polls->grace;

    while (!ngx_queue_empty(&events->waiting)) {
        q = ngx_queue_head(&events->waiting);
        poller = ngx_queue_data(q, ngx_webrtc_skyway_poller_t, queue);

        ngx_queue_remove(&poller->queue);
        ngx_queue_remove(&poller->deadlines);

        poller->served = 1;
        ngx_queue_insert_tail(&events->served, &poller->queue);
        events->expected++;

        poller->handler(poller, NGX_WEBRTC_SKYWAY_POLL_EVENT, &text);
    }

    events->telling = 0;

    ngx_webrtc_skyway_events_settle(events, now);
}


/* graces begin at different times and are equally long: near the tail */

static void
ngx_webrtc_skyway_events_hold(ngx_webrtc_skyway_events_t *events)
{
    ngx_queue_t                 *q;
    ngx_webrtc_skyway_polls_t   *polls;
    ngx_webrtc_skyway_events_t  *before;

    ngx_webrtc_skyway_events_unhold(events);

    polls = events->polls;

    for (q = ngx_queue_last(&polls->held);
         q != ngx_queue_sentinel(&polls->held);
         q = ngx_queue_prev(q))
    {
        before = ngx_queue_data(q, ngx_webrtc_skyway_events_t, held);

        if (before->grace <= events->grace) {
            break;
        }
    }

    ngx_queue_insert_head(q, &events->held);
    events->is_held = 1;
}


static void
ngx_webrtc_skyway_events_unhold(ngx_webrtc_skyway_events_t *events)
{
    if (events->is_held) {
        ngx_queue_remove(&events->held);
        events->is_held = 0;
    }
}


void
ngx_webrtc_skyway_poller_done(ngx_webrtc_skyway_poller_t *poller,
    ngx_uint_t written, ngx_webrtc_usec_t now)
{
    ngx_uint_t                   served;
    ngx_webrtc_skyway_events_t  *events;

    events = poller->events;

    if (events == NULL) {
        return;
    }

    served = poller->served;
    ngx_webrtc_skyway_poller_leave(poller);

    if (!served) {

        /* there may be nobody left to hold the next event for */

        ngx_webrtc_skyway_events_deliver(events, now);
        return;
    }

    if (written) {
        events->written = 1;

    } else if (events->expected) {
        events->expected--;
    }

    ngx_webrtc_skyway_events_settle(events, now);
}


/* what became of the event that is being sent, once all answers are known */

static void
ngx_webrtc_skyway_events_settle(ngx_webrtc_skyway_events_t *events,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                 *q;
    ngx_webrtc_skyway_queued_t  *event;

    if (events->telling || !ngx_queue_empty(&events->served)) {
        return;
    }

    events->sending = 0;

    if (events->written) {
        q = ngx_queue_head(&events->events);
        event = ngx_queue_data(q, ngx_webrtc_skyway_queued_t, queue);

        events->ended = event->last;
        ngx_webrtc_skyway_events_remove(events, event);
    }

    if (events->ended) {
        ngx_webrtc_skyway_events_dismiss(events);
        return;
    }

    ngx_webrtc_skyway_events_deliver(events, now);
}


static void
ngx_webrtc_skyway_events_dismiss(ngx_webrtc_skyway_events_t *events)
{
    ngx_queue_t                 *q;
    ngx_webrtc_skyway_poller_t  *poller;

    while (!ngx_queue_empty(&events->waiting)) {
        q = ngx_queue_head(&events->waiting);
        poller = ngx_queue_data(q, ngx_webrtc_skyway_poller_t, queue);

        ngx_webrtc_skyway_poller_leave(poller);
        poller->handler(poller, NGX_WEBRTC_SKYWAY_POLL_GONE, NULL);
    }
}


static void
ngx_webrtc_skyway_poller_leave(ngx_webrtc_skyway_poller_t *poller)
{
    ngx_queue_remove(&poller->queue);

    if (!poller->served) {
        ngx_queue_remove(&poller->deadlines);
    }

    poller->events = NULL;
    poller->served = 0;
}
