
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_timer.h>


static void ngx_webrtc_timer_up(ngx_webrtc_timers_t *timers, ngx_uint_t i);
static void ngx_webrtc_timer_down(ngx_webrtc_timers_t *timers, ngx_uint_t i);


ngx_int_t
ngx_webrtc_timers_init(ngx_webrtc_timers_t *timers, ngx_pool_t *pool,
    ngx_uint_t max)
{
    timers->heap = ngx_palloc(pool, (max + 1) * sizeof(ngx_webrtc_timer_t *));
    if (timers->heap == NULL) {
        return NGX_ERROR;
    }

    timers->count = 0;
    timers->max = max;

    return NGX_OK;
}


void
ngx_webrtc_timer_set(ngx_webrtc_timers_t *timers, ngx_webrtc_timer_t *timer,
    ngx_webrtc_usec_t expires)
{
    ngx_webrtc_usec_t  old;

    if (expires == NGX_WEBRTC_NEVER) {
        ngx_webrtc_timer_remove(timers, timer);
        return;
    }

    if (timer->index == 0) {
        if (timers->count == timers->max) {
            return;
        }

        timer->expires = expires;
        timer->index = ++timers->count;
        timers->heap[timer->index] = timer;
        ngx_webrtc_timer_up(timers, timer->index);
        return;
    }

    old = timer->expires;
    timer->expires = expires;

    if (expires < old) {
        ngx_webrtc_timer_up(timers, timer->index);

    } else if (expires > old) {
        ngx_webrtc_timer_down(timers, timer->index);
    }
}


void
ngx_webrtc_timer_remove(ngx_webrtc_timers_t *timers, ngx_webrtc_timer_t *timer)
{
    ngx_uint_t           i;
    ngx_webrtc_timer_t  *last;

    i = timer->index;
    if (i == 0) {
        return;
    }

    timer->index = 0;

    last = timers->heap[timers->count--];
    if (last == timer) {
        return;
    }

    timers->heap[i] = last;
    last->index = i;

    ngx_webrtc_timer_up(timers, i);
    ngx_webrtc_timer_down(timers, last->index);
}


ngx_webrtc_timer_t *
ngx_webrtc_timers_next(ngx_webrtc_timers_t *timers, ngx_webrtc_usec_t now)
{
    ngx_webrtc_timer_t  *timer;

    if (timers->count == 0 || timers->heap[1]->expires > now) {
        return NULL;
    }

    timer = timers->heap[1];
    ngx_webrtc_timer_remove(timers, timer);

    return timer;
}


ngx_webrtc_usec_t
ngx_webrtc_timers_expires(ngx_webrtc_timers_t *timers)
{
    return timers->count ? timers->heap[1]->expires : NGX_WEBRTC_NEVER;
}


static void
ngx_webrtc_timer_up(ngx_webrtc_timers_t *timers, ngx_uint_t i)
{
    ngx_webrtc_timer_t  *timer;

    timer = timers->heap[i];

    while (i > 1 && timers->heap[i / 2]->expires > timer->expires) {
        timers->heap[i] = timers->heap[i / 2];
        timers->heap[i]->index = i;
        i /= 2;
    }

    timers->heap[i] = timer;
    timer->index = i;
}


static void
ngx_webrtc_timer_down(ngx_webrtc_timers_t *timers, ngx_uint_t i)
{
    ngx_uint_t           child;
    ngx_webrtc_timer_t  *timer;

    timer = timers->heap[i];

    for ( ;; ) {
        child = i * 2;

        if (child > timers->count) {
            break;
        }

        if (child < timers->count
            && timers->heap[child + 1]->expires < timers->heap[child]->expires)
        {
            child++;
        }

        if (timers->heap[child]->expires >= timer->expires) {
            break;
        }

        timers->heap[i] = timers->heap[child];
        timers->heap[i]->index = i;
        i = child;
    }

    timers->heap[i] = timer;
    timer->index = i;
}
