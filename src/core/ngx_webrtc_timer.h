
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A binary heap of deadlines, so that a worker has one timer however many
 * peers it serves.  Nodes belong to the caller.
 */


#ifndef _NGX_WEBRTC_TIMER_H_INCLUDED_
#define _NGX_WEBRTC_TIMER_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef struct {
    ngx_webrtc_usec_t         expires;
    ngx_uint_t                index;    /* in the heap, from 1; 0: not set */
} ngx_webrtc_timer_t;


typedef struct {
    ngx_webrtc_timer_t      **heap;     /* from 1 */
    ngx_uint_t                count;
    ngx_uint_t                max;
} ngx_webrtc_timers_t;


/* at most "max" timers can be set at a time */
ngx_int_t ngx_webrtc_timers_init(ngx_webrtc_timers_t *timers,
    ngx_pool_t *pool, ngx_uint_t max);

/* sets or moves; NGX_WEBRTC_NEVER removes */
void ngx_webrtc_timer_set(ngx_webrtc_timers_t *timers,
    ngx_webrtc_timer_t *timer, ngx_webrtc_usec_t expires);
void ngx_webrtc_timer_remove(ngx_webrtc_timers_t *timers,
    ngx_webrtc_timer_t *timer);

/* the earliest one if its time has come, removed; else NULL */
ngx_webrtc_timer_t *ngx_webrtc_timers_next(ngx_webrtc_timers_t *timers,
    ngx_webrtc_usec_t now);

/* NGX_WEBRTC_NEVER: none is set */
ngx_webrtc_usec_t ngx_webrtc_timers_expires(ngx_webrtc_timers_t *timers);


#define ngx_webrtc_timer_data(timer, type, link)                             \
    ((type *) ((u_char *) (timer) - offsetof(type, link)))


#endif /* _NGX_WEBRTC_TIMER_H_INCLUDED_ */
