
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The one loop of the load tool: epoll, and timers with the precision of the
 * clock.  Nothing in it knows of WebRTC.
 */


#ifndef _LOAD_LOOP_H_INCLUDED_
#define _LOAD_LOOP_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_timer.h>

#include <sys/epoll.h>


#define LOAD_LOOP_EVENTS  256


typedef struct load_loop_s   load_loop_t;
typedef struct load_event_s  load_event_t;
typedef struct load_timer_s  load_timer_t;
typedef struct load_later_s  load_later_t;

typedef void (*load_event_handler_pt)(load_event_t *ev, uint32_t events);
typedef void (*load_timer_handler_pt)(load_timer_t *timer);
typedef void (*load_later_handler_pt)(void *data);


/* each lies in what they belong to; handler and data are set once */

struct load_event_s {
    int                       fd;           /* -1: none */
    uint32_t                  events;       /* asked for; 0: not in epoll */
    load_event_handler_pt     handler;
    void                     *data;
};

struct load_timer_s {
    ngx_webrtc_timer_t        node;
    load_timer_handler_pt     handler;
    void                     *data;
};

struct load_later_s {
    load_later_t             *next;
    load_later_handler_pt     handler;
    void                     *data;
};


struct load_loop_s {
    int                       epoll;
    ngx_uint_t                nevents;      /* of this turn */
    struct epoll_event        events[LOAD_LOOP_EVENTS];
    ngx_webrtc_timers_t       timers;
    load_later_t             *later;
    ngx_pool_t               *pool;
    ngx_webrtc_usec_t         now;          /* CLOCK_MONOTONIC, this turn's */
    unsigned                  stopped:1;
    unsigned                  awake:1;      /* nobody has to wake us */
};


/* at most "max" timers can be set at a time */
ngx_int_t load_loop_init(load_loop_t *loop, ngx_uint_t max);
void load_loop_cleanup(load_loop_t *loop);

/* until load_loop_stop() */
void load_loop_run(load_loop_t *loop);
void load_loop_stop(load_loop_t *loop);

/* "events" replaces what was asked for before; EPOLLIN and so on */
ngx_int_t load_event_set(load_loop_t *loop, load_event_t *ev,
    uint32_t events);
/* closes the descriptor; no handler is called any more */
void load_event_close(load_loop_t *loop, load_event_t *ev);

/* at loop->now + "delay" */
void load_timer_set(load_loop_t *loop, load_timer_t *timer,
    ngx_webrtc_usec_t delay);
/* at a time; NGX_WEBRTC_NEVER: not at all */
void load_timer_at(load_loop_t *loop, load_timer_t *timer,
    ngx_webrtc_usec_t expires);
void load_timer_remove(load_loop_t *loop, load_timer_t *timer);

/*
 * The handler is called at the end of this turn: what was destroyed by one of
 * its own handlers is freed there.
 */
void load_loop_later(load_loop_t *loop, load_later_t *later,
    load_later_handler_pt handler, void *data);

/* CLOCK_MONOTONIC now, not this turn's */
uint64_t load_nsec(void);


#endif /* _LOAD_LOOP_H_INCLUDED_ */
