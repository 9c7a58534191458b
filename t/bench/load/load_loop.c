
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_loop.h"

#include <time.h>
#include <unistd.h>


static void load_loop_wait(load_loop_t *loop);
static void load_loop_expire(load_loop_t *loop);
static void load_loop_end(load_loop_t *loop);


uint64_t
load_nsec(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);

    return (uint64_t) ts.tv_sec * 1000000000 + (uint64_t) ts.tv_nsec;
}


ngx_int_t
load_loop_init(load_loop_t *loop, ngx_uint_t max)
{
    ngx_memzero(loop, sizeof(load_loop_t));

    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll == -1) {
        return NGX_ERROR;
    }

    loop->pool = ngx_create_pool(4096, NULL);
    if (loop->pool == NULL) {
        return NGX_ERROR;
    }

    loop->now = load_nsec() / 1000;

    return ngx_webrtc_timers_init(&loop->timers, loop->pool, max);
}


void
load_loop_cleanup(load_loop_t *loop)
{
    load_loop_end(loop);

    if (loop->epoll != -1) {
        (void) close(loop->epoll);
    }

    if (loop->pool) {
        ngx_destroy_pool(loop->pool);
    }
}


void
load_loop_stop(load_loop_t *loop)
{
    loop->stopped = 1;
}


void
load_loop_run(load_loop_t *loop)
{
    ngx_uint_t           i;
    load_event_t        *ev;
    struct epoll_event  *event;

    loop->stopped = 0;

    while (!loop->stopped) {
        load_loop_wait(loop);
        load_loop_expire(loop);

        /* publishers must not wait for a turn of two thousand sockets */

        for (i = 0; i < loop->nevents && !loop->stopped; i++) {
            event = &loop->events[i];
            ev = event->data.ptr;

            if (ev) {
                ev->handler(ev, event->events);
            }

            load_loop_expire(loop);
        }

        loop->nevents = 0;
        load_loop_end(loop);
    }
}


static void
load_loop_end(load_loop_t *loop)
{
    load_later_t  *later;

    while (loop->later) {
        later = loop->later;
        loop->later = later->next;
        later->handler(later->data);
    }
}


void
load_loop_later(load_loop_t *loop, load_later_t *later,
    load_later_handler_pt handler, void *data)
{
    later->handler = handler;
    later->data = data;
    later->next = loop->later;
    loop->later = later;
}


static void
load_loop_wait(load_loop_t *loop)
{
    int                n;
    struct timespec    ts, *timeout;
    ngx_webrtc_usec_t  expires, now;

    expires = ngx_webrtc_timers_expires(&loop->timers);
    timeout = NULL;

    if (expires != NGX_WEBRTC_NEVER) {
        now = load_nsec() / 1000;
        expires = (expires > now) ? expires - now : 0;

        ts.tv_sec = (time_t) (expires / NGX_WEBRTC_SEC);
        ts.tv_nsec = (long) (expires % NGX_WEBRTC_SEC) * 1000;
        timeout = &ts;
    }

    if (loop->awake) {
        ngx_memzero(&ts, sizeof(struct timespec));
        timeout = &ts;
    }

    n = epoll_pwait2(loop->epoll, loop->events, LOAD_LOOP_EVENTS, timeout,
                     NULL);

    loop->nevents = (n > 0) ? (ngx_uint_t) n : 0;
}


static void
load_loop_expire(load_loop_t *loop)
{
    load_timer_t        *timer;
    ngx_webrtc_timer_t  *node;

    loop->now = load_nsec() / 1000;

    for ( ;; ) {
        node = ngx_webrtc_timers_next(&loop->timers, loop->now);

        if (node == NULL) {
            return;
        }

        timer = ngx_webrtc_timer_data(node, load_timer_t, node);
        timer->handler(timer);
    }
}


ngx_int_t
load_event_set(load_loop_t *loop, load_event_t *ev, uint32_t events)
{
    int                 op;
    struct epoll_event  event;

    if (ev->events == events) {
        return NGX_OK;
    }

    op = ev->events == 0 ? EPOLL_CTL_ADD
                         : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;

    event.events = events;
    event.data.ptr = ev;

    if (epoll_ctl(loop->epoll, op, ev->fd, &event) == -1) {
        return NGX_ERROR;
    }

    ev->events = events;

    return NGX_OK;
}


void
load_event_close(load_loop_t *loop, load_event_t *ev)
{
    ngx_uint_t  i;

    if (ev->fd == -1) {
        return;
    }

    /* what this turn still has for it */

    for (i = 0; i < loop->nevents; i++) {
        if (loop->events[i].data.ptr == ev) {
            loop->events[i].data.ptr = NULL;
        }
    }

    (void) load_event_set(loop, ev, 0);
    (void) close(ev->fd);

    ev->fd = -1;
}


void
load_timer_set(load_loop_t *loop, load_timer_t *timer,
    ngx_webrtc_usec_t delay)
{
    ngx_webrtc_timer_set(&loop->timers, &timer->node, loop->now + delay);
}


void
load_timer_at(load_loop_t *loop, load_timer_t *timer,
    ngx_webrtc_usec_t expires)
{
    ngx_webrtc_timer_set(&loop->timers, &timer->node, expires);
}


void
load_timer_remove(load_loop_t *loop, load_timer_t *timer)
{
    ngx_webrtc_timer_remove(&loop->timers, &timer->node);
}
