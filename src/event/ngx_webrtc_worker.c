
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <sys/time.h>
#include <time.h>
#include <crypto/ngx_webrtc_random.h>
#include <hub/ngx_webrtc_session.h>
#include <event/ngx_webrtc_ers_worker.h>
#include <event/ngx_webrtc_evostream_worker.h>
#include <event/ngx_webrtc_hook.h>
#include <event/ngx_webrtc_mailbox_event.h>
#include <event/ngx_webrtc_port_socket.h>
#include <event/ngx_webrtc_relay.h>
#include <event/ngx_webrtc_seat.h>
#include <event/ngx_webrtc_skyway_worker.h>
#include <event/ngx_webrtc_spread.h>
#include <event/ngx_webrtc_viewing_session.h>
#include <event/ngx_webrtc_worker.h>
#include <event/ngx_webrtc_worker_media.h>


/* how often we look for dead workers and lost mail, ms */
#define NGX_WEBRTC_WORKER_CHECK  250

/* how often a worker that is held up looks whether it may go, ms */
#define NGX_WEBRTC_WORKER_HOLD   500


static void ngx_webrtc_worker_init_events(ngx_cycle_t *cycle);
static void ngx_webrtc_worker_stop(void);
static void ngx_webrtc_worker_stop_handler(ngx_event_t *ev);
static ngx_uint_t ngx_webrtc_worker_is_held(void);
static void ngx_webrtc_worker_flush_handler(ngx_event_t *ev);
static ngx_int_t ngx_webrtc_worker_send_slices(ngx_webrtc_worker_t *worker);
static void ngx_webrtc_worker_timer_handler(ngx_event_t *ev);
static void ngx_webrtc_worker_check_handler(ngx_event_t *ev);
static void ngx_webrtc_worker_arm(void);


/* of this process: what others see, and the events behind it */

static ngx_webrtc_worker_t  ngx_webrtc_this_worker;
static ngx_event_t          ngx_webrtc_worker_flush;
static ngx_event_t          ngx_webrtc_worker_timer;
static ngx_event_t          ngx_webrtc_worker_check;
static ngx_event_t          ngx_webrtc_worker_stopping;
static ngx_uint_t           ngx_webrtc_worker_quitting;

/* the time of this turn of the loop, and by what we know the turn */

static ngx_webrtc_usec_t    ngx_webrtc_now_value;
static ngx_msec_t           ngx_webrtc_now_turn;

/* when a slice went out that was not the last one; 0: the last one did */

static ngx_webrtc_usec_t    ngx_webrtc_worker_sliced;


ngx_webrtc_worker_t *
ngx_webrtc_worker(void)
{
    return &ngx_webrtc_this_worker;
}


ngx_webrtc_usec_t
ngx_webrtc_now_precise(void)
{
    struct timespec  ts;

    (void) clock_gettime(CLOCK_MONOTONIC, &ts);

    return (ngx_webrtc_usec_t) ts.tv_sec * NGX_WEBRTC_SEC
           + ts.tv_nsec / 1000;
}


int64_t
ngx_webrtc_worker_wall_offset(void)
{
    struct timeval  tv;

    ngx_gettimeofday(&tv);

    return (int64_t) tv.tv_sec * (int64_t) NGX_WEBRTC_SEC + tv.tv_usec
           - (int64_t) ngx_webrtc_now_precise();
}


void
ngx_webrtc_now_update(void)
{
    ngx_webrtc_now_turn = ngx_current_msec;
    ngx_webrtc_now_value = ngx_webrtc_now_precise();
}


ngx_webrtc_usec_t
ngx_webrtc_now(void)
{
    if (ngx_webrtc_now_turn != ngx_current_msec || ngx_webrtc_now_value == 0) {
        ngx_webrtc_now_update();
    }

    return ngx_webrtc_now_value;
}


ngx_int_t
ngx_webrtc_worker_init(ngx_cycle_t *cycle)
{
    ngx_int_t             rc;
    ngx_webrtc_conf_t    *wcf;
    ngx_webrtc_worker_t  *worker;

    if (ngx_process != NGX_PROCESS_WORKER && ngx_process != NGX_PROCESS_SINGLE)
    {
        return NGX_OK;
    }

    ngx_webrtc_random_ahead();

    worker = &ngx_webrtc_this_worker;
    wcf = ngx_webrtc_get_conf(cycle);

    worker->self.seat = NGX_WEBRTC_SEAT_NONE;

    if (wcf->media == NULL) {
        return NGX_OK;
    }

    worker->zone = wcf->zone;

    ngx_webrtc_worker_init_events(cycle);

    if (ngx_webrtc_mailbox_init(cycle, worker->zone, &worker->self) != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_hook_init(cycle, worker);

    /* perhaps we replace a worker that has died */

    ngx_webrtc_seats_check(worker->zone, cycle->log);

    rc = ngx_webrtc_seat_claim(worker->zone, &worker->self);

    if (rc == NGX_OK && ngx_webrtc_mailbox_open(cycle) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_relay_init(cycle);
    ngx_webrtc_ers_worker_open(cycle, worker);

    if (rc == NGX_OK
        && ngx_webrtc_seat_port(worker->zone, &worker->self)
        && ngx_webrtc_worker_open_media(cycle, worker) != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (worker->engine == NULL) {
        ngx_log_error(NGX_LOG_WARN, cycle->log, 0,
                      "webrtc: no media port is free for this worker, it %s "
                      "until one is", (rc == NGX_OK) ? "only relays"
                                                     : "refuses clients");
    }

    ngx_add_timer(&ngx_webrtc_worker_check, NGX_WEBRTC_WORKER_CHECK);

    ngx_log_debug3(NGX_LOG_DEBUG_EVENT, cycle->log, 0,
                   "webrtc worker seat:%i term:%uL media:%d",
                   (ngx_int_t) worker->self.seat, worker->self.term,
                   worker->engine != NULL);

    return NGX_OK;
}


static void
ngx_webrtc_worker_init_events(ngx_cycle_t *cycle)
{
    ngx_webrtc_worker_flush.handler = ngx_webrtc_worker_flush_handler;
    ngx_webrtc_worker_flush.log = cycle->log;

    ngx_webrtc_worker_timer.handler = ngx_webrtc_worker_timer_handler;
    ngx_webrtc_worker_timer.log = cycle->log;
    ngx_webrtc_worker_timer.data = &ngx_webrtc_this_worker;

    ngx_webrtc_worker_check.handler = ngx_webrtc_worker_check_handler;
    ngx_webrtc_worker_check.log = cycle->log;
    ngx_webrtc_worker_check.data = &ngx_webrtc_this_worker;
    ngx_webrtc_worker_check.cancelable = 1;

    ngx_webrtc_worker_stopping.handler = ngx_webrtc_worker_stop_handler;
    ngx_webrtc_worker_stopping.log = cycle->log;
}


void
ngx_webrtc_worker_exit(ngx_cycle_t *cycle)
{
    if (ngx_webrtc_this_worker.zone) {
        ngx_webrtc_worker_stop();
    }
}


/* ends everything that lives here; the seat is free and all others know */

static void
ngx_webrtc_worker_stop(void)
{
    ngx_webrtc_worker_t  *worker;

    worker = &ngx_webrtc_this_worker;

    if (worker->zone == NULL) {
        return;
    }

    ngx_webrtc_now_update();

    ngx_webrtc_ers_worker_close(worker);
    ngx_webrtc_skyway_worker_shutdown(worker);
    ngx_webrtc_evostream_worker_close(worker);
    ngx_webrtc_viewing_sessions_shutdown(worker);

    if (worker->relay) {
        ngx_webrtc_relay_shutdown();
    }

    ngx_webrtc_worker_close_media(worker);

    if (worker->relay) {
        ngx_webrtc_relay_close();
    }

    ngx_webrtc_mailbox_close();

    if (worker->self.seat != NGX_WEBRTC_SEAT_NONE) {
        ngx_webrtc_seat_release(worker->zone, &worker->self);
    }

    if (ngx_webrtc_worker_timer.timer_set) {
        ngx_del_timer(&ngx_webrtc_worker_timer);
    }

    if (ngx_webrtc_worker_check.timer_set) {
        ngx_del_timer(&ngx_webrtc_worker_check);
    }

    if (ngx_webrtc_worker_flush.posted) {
        ngx_delete_posted_event(&ngx_webrtc_worker_flush);
    }

    if (ngx_webrtc_worker_stopping.posted) {
        ngx_delete_posted_event(&ngx_webrtc_worker_stopping);
    }

    worker->zone = NULL;

    ngx_webrtc_hook_quit();
}


void
ngx_webrtc_worker_quit(ngx_uint_t now)
{
    ngx_webrtc_worker_t  *worker;

    worker = &ngx_webrtc_this_worker;

    if (worker->zone == NULL) {
        return;
    }

    ngx_log_debug1(NGX_LOG_DEBUG_EVENT, ngx_cycle->log, 0,
                   "webrtc worker quit now:%ui", now);

    if (now) {

        /* nginx is closing all connections, clients get to know it first */

        ngx_post_event(&ngx_webrtc_worker_stopping, &ngx_posted_events);
        return;
    }

    ngx_webrtc_worker_quitting = 1;

    ngx_webrtc_seat_quit(worker->zone, &worker->self);

    if (worker->hub) {
        ngx_webrtc_session_keep_none(worker->hub, ngx_webrtc_now());
    }

    ngx_webrtc_port_sockets_quit();
    ngx_webrtc_evostream_worker_quit(worker);
    ngx_webrtc_ers_worker_quit(worker);

    /* a client may be under way to a channel that we have not seen yet */

    ngx_webrtc_mailbox_poll();

    /* at once: nginx looks for timers before it looks at posted events */

    ngx_webrtc_worker_arm();
}


static void
ngx_webrtc_worker_stop_handler(ngx_event_t *ev)
{
    ngx_webrtc_worker_stop();
}


static ngx_uint_t
ngx_webrtc_worker_is_held(void)
{
    ngx_webrtc_worker_t  *worker;

    worker = &ngx_webrtc_this_worker;

    if (worker->hub && ngx_webrtc_hub_connections(worker->hub)) {
        return 1;
    }

    if (!ngx_webrtc_worker_quitting) {
        return 0;
    }

    return ngx_webrtc_seat_channels(worker->zone, &worker->self) > 0
           || (worker->skyway && ngx_webrtc_skyway_busy(worker->skyway) > 0)
           || ngx_webrtc_viewing_sessions_busy()
           || (worker->relay && ngx_webrtc_relay_busy() > 0)
           || ngx_webrtc_spread_busy() > 0
           || ngx_webrtc_evostream_worker_is_busy();
}


void
ngx_webrtc_worker_touch(void)
{
    if (ngx_webrtc_this_worker.zone && !ngx_webrtc_worker_flush.posted) {
        ngx_post_event(&ngx_webrtc_worker_flush, &ngx_posted_events);
    }
}


/* once per turn of the loop, after all that happened in it */

static void
ngx_webrtc_worker_flush_handler(ngx_event_t *ev)
{
    ngx_int_t             rc;
    ngx_webrtc_worker_t  *worker;

    worker = &ngx_webrtc_this_worker;

    if (worker->zone == NULL) {
        return;
    }

    rc = ngx_webrtc_spread_turn();

    if (ngx_webrtc_worker_send_slices(worker) == NGX_BUSY
        || rc == NGX_AGAIN)
    {
        /* the next slices after others had their turn */

        ngx_post_event(ev, &ngx_posted_next_events);
    }

    ngx_webrtc_worker_arm();
}


/*
 * One is enough in a turn where little else happens.  What takes longer, such
 * as the handshakes of many who come at once, has no more of the time than
 * the media that wait for it.
 */

static ngx_int_t
ngx_webrtc_worker_send_slices(ngx_webrtc_worker_t *worker)
{
    ngx_int_t          rc;
    ngx_webrtc_usec_t  until;

    until = 0;

    if (ngx_webrtc_worker_sliced) {
        ngx_webrtc_now_update();

        until = ngx_webrtc_now() + ngx_webrtc_now() - ngx_webrtc_worker_sliced;
    }

    for ( ;; ) {
        rc = ngx_webrtc_worker_send_media(worker);

        if (rc != NGX_BUSY) {
            ngx_webrtc_worker_sliced = 0;
            return rc;
        }

        ngx_webrtc_now_update();

        if (ngx_webrtc_now() >= until) {
            ngx_webrtc_worker_sliced = ngx_webrtc_now();
            return NGX_BUSY;
        }
    }
}


static void
ngx_webrtc_worker_timer_handler(ngx_event_t *ev)
{
    ngx_webrtc_worker_t  *worker;

    worker = &ngx_webrtc_this_worker;

    ngx_webrtc_now_update();
    ngx_webrtc_worker_tick_media(worker, ngx_webrtc_now());
    ngx_webrtc_ers_worker_tick(worker, ngx_webrtc_now());

    ngx_webrtc_worker_touch();
}


/*
 * The one timer of all protocols.  It holds up a worker that quits as long as
 * it must, and nothing else of ours does.
 */

static void
ngx_webrtc_worker_arm(void)
{
    ngx_uint_t            held;
    ngx_msec_t            delay, left;
    ngx_event_t          *ev;
    ngx_webrtc_usec_t     now, until, expires;

    ev = &ngx_webrtc_worker_timer;

    now = ngx_webrtc_now();
    held = ngx_webrtc_worker_is_held();
    expires = ngx_webrtc_worker_media_expires(&ngx_webrtc_this_worker);
    until = ngx_webrtc_ers_worker_expires(&ngx_webrtc_this_worker);
    expires = ngx_min(expires, until);

    ev->cancelable = !held;

    if (held
        && ngx_webrtc_worker_quitting
        && (expires == NGX_WEBRTC_NEVER
            || expires > now + NGX_WEBRTC_WORKER_HOLD * NGX_WEBRTC_MSEC))
    {
        expires = now + NGX_WEBRTC_WORKER_HOLD * NGX_WEBRTC_MSEC;
    }

    if (expires == NGX_WEBRTC_NEVER) {

        if (ev->timer_set) {
            ngx_del_timer(ev);
        }

        return;
    }

    /* never at once, so that one which stays due cannot spin */

    delay = 1;

    if (expires > now + NGX_WEBRTC_MSEC) {
        expires = ngx_min(expires - now, 3600 * NGX_WEBRTC_SEC);
        delay = (ngx_msec_t) ((expires + NGX_WEBRTC_MSEC - 1)
                              / NGX_WEBRTC_MSEC);
    }

    /* in an idle worker with the rest, but for what is waited for */

    if (expires != 0) {
        left = ngx_webrtc_worker_media_left();
        delay = ngx_max(delay, left);
    }

    if (ev->timer_set) {

        if (ev->timer.key == ngx_current_msec + delay) {
            return;
        }

        /* or nginx would keep a timer that is less than 300 ms too late */

        ngx_del_timer(ev);
    }

    ngx_add_timer(ev, delay);
}


static void
ngx_webrtc_worker_check_handler(ngx_event_t *ev)
{
    ngx_cycle_t          *cycle;
    ngx_webrtc_worker_t  *worker;

    worker = &ngx_webrtc_this_worker;
    cycle = (ngx_cycle_t *) ngx_cycle;

    ngx_add_timer(ev, NGX_WEBRTC_WORKER_CHECK);

    ngx_webrtc_seats_check(worker->zone, ev->log);
    ngx_webrtc_mailbox_poll();

    /* a letter may have ended us */

    if (worker->zone == NULL) {
        return;
    }

    ngx_webrtc_zone_reap(worker->zone, &worker->self);
    ngx_webrtc_worker_tell_media(worker);
    ngx_webrtc_spread_check();
    ngx_webrtc_evostream_worker_check(worker);

    if (worker->engine || ngx_webrtc_worker_quitting) {
        return;
    }

    if (worker->self.seat == NGX_WEBRTC_SEAT_NONE) {

        if (ngx_webrtc_seat_claim(worker->zone, &worker->self) != NGX_OK) {
            return;
        }

        if (ngx_webrtc_mailbox_open(cycle) != NGX_OK) {
            ngx_webrtc_seat_release(worker->zone, &worker->self);
            return;
        }
    }

    if (ngx_webrtc_seat_port(worker->zone, &worker->self) == 0
        && ngx_webrtc_seat_upgrade(worker->zone, &worker->self) != NGX_OK)
    {
        return;
    }

    if (ngx_webrtc_worker_open_media(cycle, worker) == NGX_OK) {
        ngx_log_error(NGX_LOG_NOTICE, ev->log, 0,
                      "webrtc: a media port is free, this worker takes "
                      "channels now");
        ngx_webrtc_worker_touch();
    }
}
