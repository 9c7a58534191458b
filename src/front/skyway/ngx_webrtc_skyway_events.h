
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Long polling.  Every object has a queue of events from its creation on.  An
 * event goes, once, to every poller that waits at that moment; an answer holds
 * one event.  A poller that was answered is expected back: for a short grace
 * the next event waits for it, so that two threads which poll the same object
 * both see all events, and one that polls alone is never delayed.  An event
 * that reached nobody goes to the next who asks.
 */


#ifndef _NGX_WEBRTC_SKYWAY_EVENTS_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_EVENTS_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef struct ngx_webrtc_skyway_poller_s  ngx_webrtc_skyway_poller_t;


typedef enum {
    NGX_WEBRTC_SKYWAY_POLL_EVENT = 0,   /* done() must be called */
    NGX_WEBRTC_SKYWAY_POLL_TIMEOUT,
    NGX_WEBRTC_SKYWAY_POLL_GONE         /* the object is no more */
} ngx_webrtc_skyway_poll_e;


/* "text" is valid during the call */
typedef void (*ngx_webrtc_skyway_poller_pt)(
    ngx_webrtc_skyway_poller_t *poller, ngx_webrtc_skyway_poll_e result,
    const ngx_str_t *text);


/* of the caller, who sets the handler; all else is zero */

struct ngx_webrtc_skyway_poller_s {
    ngx_webrtc_skyway_poller_pt  handler;
    struct ngx_webrtc_skyway_events_s  *events;     /* while it polls */
    ngx_queue_t               queue;
    ngx_queue_t               deadlines;
    ngx_webrtc_usec_t         deadline;
    unsigned                  served:1;
};


/* all pollers of a worker */

typedef struct {
    ngx_uint_t                max_events;   /* in one queue */
    ngx_webrtc_usec_t         timeout;
    ngx_webrtc_usec_t         grace;
    ngx_log_t                *log;
    ngx_queue_t               deadlines;    /* of those who wait, in order */
    ngx_queue_t               held;         /* queues in their grace */
    uint64_t                  dropped;      /* events for which was no room */
} ngx_webrtc_skyway_polls_t;


/* of one object */

typedef struct ngx_webrtc_skyway_events_s {
    ngx_webrtc_skyway_polls_t  *polls;
    ngx_queue_t               events;
    ngx_queue_t               waiting;
    ngx_queue_t               served;       /* their answers are under way */
    ngx_queue_t               held;
    ngx_webrtc_usec_t         grace;        /* when it is over */
    ngx_uint_t                count;
    ngx_uint_t                expected;     /* back */
    unsigned                  is_held:1;
    unsigned                  sending:1;    /* the first event */
    unsigned                  telling:1;    /* ... to one after the other */
    unsigned                  written:1;    /* ... has reached somebody */
    unsigned                  ended:1;      /* the last event has */
} ngx_webrtc_skyway_events_t;


void ngx_webrtc_skyway_polls_init(ngx_webrtc_skyway_polls_t *polls,
    ngx_uint_t max_events, ngx_webrtc_usec_t timeout, ngx_webrtc_usec_t grace,
    ngx_log_t *log);
void ngx_webrtc_skyway_polls_tick(ngx_webrtc_skyway_polls_t *polls,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_skyway_polls_expires(
    ngx_webrtc_skyway_polls_t *polls);


void ngx_webrtc_skyway_events_init(ngx_webrtc_skyway_events_t *events,
    ngx_webrtc_skyway_polls_t *polls);
/* who polls is told that there is no more to come */
void ngx_webrtc_skyway_events_cleanup(ngx_webrtc_skyway_events_t *events);

/*
 * The text is copied.  When the queue is full the oldest event goes; nothing
 * follows the last one, which stays until somebody has it.
 */
void ngx_webrtc_skyway_events_push(ngx_webrtc_skyway_events_t *events,
    const ngx_str_t *text, ngx_uint_t last, ngx_webrtc_usec_t now);
/* NGX_DECLINED: the last event was delivered */
ngx_int_t ngx_webrtc_skyway_events_poll(ngx_webrtc_skyway_events_t *events,
    ngx_webrtc_skyway_poller_t *poller, ngx_webrtc_usec_t now);

/*
 * The answer was written, or the client has gone; at any time, whether it
 * was told something or not.
 */
void ngx_webrtc_skyway_poller_done(ngx_webrtc_skyway_poller_t *poller,
    ngx_uint_t written, ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_SKYWAY_EVENTS_H_INCLUDED_ */
