
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_glib.h>
#include <event/ngx_webrtc_worker.h>


/* room for descriptors at the beginning */
#define NGX_WEBRTC_GLIB_FDS   8

/* how often those are looked at that nginx had no connection for, ms */
#define NGX_WEBRTC_GLIB_POLL  20

/* until nothing is ready, but no more */
#define NGX_WEBRTC_GLIB_ROUNDS  8


/*
 * A descriptor of GLib that nginx polls.  The connection has a duplicate: so
 * it stays where it is when GLib closes its own, and the number is used anew,
 * without our knowing.
 */

typedef struct {
    ngx_queue_t               queue;
    ngx_webrtc_glib_t        *glib;
    int                       fd;           /* GLib's own */
    dev_t                     dev;          /* what it was when we saw it */
    ino_t                     ino;
    gushort                   events;       /* 0: it is no more */
    ngx_connection_t         *connection;
} ngx_webrtc_glib_watch_t;


/* belongs to the one who creates it; memory of its own */

struct ngx_webrtc_glib_s {
    GMainContext             *context;
    ngx_log_t                *log;
    ngx_event_t               event;        /* posted: a round; timer */
    ngx_uint_t                depth;        /* of enter() */

    gint                      priority;     /* of prepare() */
    GPollFD                  *fds;
    gint                      nfds;
    gint                      max_fds;

    ngx_queue_t               watches;
    time_t                    logged;
    unsigned                  blind:1;      /* not all are watched */
};


static void ngx_webrtc_glib_handler(ngx_event_t *ev);
static void ngx_webrtc_glib_fd_handler(ngx_event_t *ev);
static void ngx_webrtc_glib_arm(ngx_webrtc_glib_t *glib);
static ngx_int_t ngx_webrtc_glib_query(ngx_webrtc_glib_t *glib,
    gint *timeout);
static void ngx_webrtc_glib_watch_all(ngx_webrtc_glib_t *glib);
static ngx_webrtc_glib_watch_t *ngx_webrtc_glib_find(ngx_webrtc_glib_t *glib,
    int fd, struct stat *st);
static ngx_webrtc_glib_watch_t *ngx_webrtc_glib_watch(
    ngx_webrtc_glib_t *glib, int fd, struct stat *st);
static void ngx_webrtc_glib_log(ngx_webrtc_glib_t *glib, ngx_err_t err,
    const char *text);
static ngx_int_t ngx_webrtc_glib_poll(ngx_webrtc_glib_watch_t *watch);
static ngx_int_t ngx_webrtc_glib_poll_event(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t wanted);
static void ngx_webrtc_glib_unwatch(ngx_webrtc_glib_watch_t *watch);


ngx_webrtc_glib_t *
ngx_webrtc_glib_create(ngx_log_t *log)
{
    ngx_webrtc_glib_t  *glib;

    glib = ngx_calloc(sizeof(ngx_webrtc_glib_t), log);
    if (glib == NULL) {
        return NULL;
    }

    glib->context = g_main_context_new();
    glib->log = log;

    ngx_queue_init(&glib->watches);

    glib->event.handler = ngx_webrtc_glib_handler;
    glib->event.data = glib;
    glib->event.log = log;
    glib->event.cancelable = 1;

    return glib;
}


void
ngx_webrtc_glib_destroy(ngx_webrtc_glib_t *glib)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&glib->watches)) {
        q = ngx_queue_head(&glib->watches);
        ngx_webrtc_glib_unwatch(ngx_queue_data(q, ngx_webrtc_glib_watch_t,
                                               queue));
    }

    if (glib->event.posted) {
        ngx_delete_posted_event(&glib->event);
    }

    if (glib->event.timer_set) {
        ngx_del_timer(&glib->event);
    }

    g_main_context_unref(glib->context);

    if (glib->fds) {
        ngx_free(glib->fds);
    }

    ngx_free(glib);
}


GMainContext *
ngx_webrtc_glib_context(ngx_webrtc_glib_t *glib)
{
    return glib->context;
}


void
ngx_webrtc_glib_enter(ngx_webrtc_glib_t *glib)
{
    g_main_context_push_thread_default(glib->context);
    glib->depth++;
}


void
ngx_webrtc_glib_leave(ngx_webrtc_glib_t *glib)
{
    g_main_context_pop_thread_default(glib->context);
    glib->depth--;

    if (glib->depth == 0) {
        ngx_post_event(&glib->event, &ngx_posted_events);
    }
}


void
ngx_webrtc_glib_flush(ngx_webrtc_glib_t *glib)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_WEBRTC_GLIB_ROUNDS; i++) {
        if (!g_main_context_iteration(glib->context, FALSE)) {
            return;
        }
    }
}


/* one round */

static void
ngx_webrtc_glib_handler(ngx_event_t *ev)
{
    ngx_webrtc_glib_t  *glib;

    glib = ev->data;

    ngx_webrtc_now_update();

    g_main_context_push_thread_default(glib->context);
    glib->depth++;

    (void) g_poll(glib->fds, glib->nfds, 0);

    if (g_main_context_check(glib->context, glib->priority, glib->fds,
                             glib->nfds))
    {
        g_main_context_dispatch(glib->context);
    }

    ngx_webrtc_glib_arm(glib);

    glib->depth--;
    g_main_context_pop_thread_default(glib->context);
}


static void
ngx_webrtc_glib_fd_handler(ngx_event_t *ev)
{
    ngx_connection_t         *c;
    ngx_webrtc_glib_watch_t  *watch;

    c = ev->data;
    watch = c->data;

    if (c->close) {

        /* worker_shutdown_timeout */

        c->close = 0;
        ngx_webrtc_worker_quit(1);
        return;
    }

    ngx_post_event(&watch->glib->event, &ngx_posted_events);
}


/* what GLib waits for now */

static void
ngx_webrtc_glib_arm(ngx_webrtc_glib_t *glib)
{
    gint          timeout;
    ngx_event_t  *ev;

    ev = &glib->event;

    (void) g_main_context_prepare(glib->context, &glib->priority);

    if (ngx_webrtc_glib_query(glib, &timeout) == NGX_OK) {
        ngx_webrtc_glib_watch_all(glib);

    } else {
        glib->blind = 1;
    }

    if (glib->blind && (timeout < 0 || timeout > NGX_WEBRTC_GLIB_POLL)) {
        timeout = NGX_WEBRTC_GLIB_POLL;
    }

    if (timeout == 0) {

        /* there is more to do, after others had their turn */

        ngx_post_event(ev, &ngx_posted_next_events);
        timeout = -1;
    }

    if (ev->timer_set) {

        if (timeout >= 0
            && ev->timer.key == ngx_current_msec + (ngx_msec_t) timeout)
        {
            return;
        }

        /* or nginx would keep a timer that is less than 300 ms too late */

        ngx_del_timer(ev);
    }

    if (timeout > 0) {
        ngx_add_timer(ev, (ngx_msec_t) timeout);
    }
}


static ngx_int_t
ngx_webrtc_glib_query(ngx_webrtc_glib_t *glib, gint *timeout)
{
    gint      n, max;
    GPollFD  *fds;

    for ( ;; ) {
        n = g_main_context_query(glib->context, glib->priority, timeout,
                                 glib->fds, glib->max_fds);
        if (n <= glib->max_fds) {
            glib->nfds = n;
            return NGX_OK;
        }

        max = ngx_max(2 * n, NGX_WEBRTC_GLIB_FDS);

        fds = ngx_alloc(max * sizeof(GPollFD), glib->log);
        if (fds == NULL) {
            glib->nfds = glib->max_fds;
            return NGX_ERROR;
        }

        if (glib->fds) {
            ngx_free(glib->fds);
        }

        glib->fds = fds;
        glib->max_fds = max;
    }
}


static void
ngx_webrtc_glib_watch_all(ngx_webrtc_glib_t *glib)
{
    gint                      i;
    ngx_queue_t              *q, *next;
    struct stat               st;
    ngx_webrtc_glib_watch_t  *watch;

    glib->blind = 0;

    for (q = ngx_queue_head(&glib->watches);
         q != ngx_queue_sentinel(&glib->watches);
         q = ngx_queue_next(q))
    {
        watch = ngx_queue_data(q, ngx_webrtc_glib_watch_t, queue);
        watch->events = 0;
    }

    for (i = 0; i < glib->nfds; i++) {

        if ((glib->fds[i].events & (G_IO_IN|G_IO_PRI|G_IO_OUT)) == 0
            || fstat(glib->fds[i].fd, &st) == -1)
        {
            continue;
        }

        watch = ngx_webrtc_glib_find(glib, glib->fds[i].fd, &st);

        if (watch == NULL) {
            watch = ngx_webrtc_glib_watch(glib, glib->fds[i].fd, &st);
        }

        if (watch) {
            watch->events |= glib->fds[i].events;
        }
    }

    for (q = ngx_queue_head(&glib->watches);
         q != ngx_queue_sentinel(&glib->watches);
         q = next)
    {
        next = ngx_queue_next(q);
        watch = ngx_queue_data(q, ngx_webrtc_glib_watch_t, queue);

        if (watch->events == 0) {
            ngx_webrtc_glib_unwatch(watch);

        } else if (ngx_webrtc_glib_poll(watch) != NGX_OK) {
            glib->blind = 1;
        }
    }
}


static ngx_webrtc_glib_watch_t *
ngx_webrtc_glib_find(ngx_webrtc_glib_t *glib, int fd, struct stat *st)
{
    ngx_queue_t              *q;
    ngx_webrtc_glib_watch_t  *watch;

    for (q = ngx_queue_head(&glib->watches);
         q != ngx_queue_sentinel(&glib->watches);
         q = ngx_queue_next(q))
    {
        watch = ngx_queue_data(q, ngx_webrtc_glib_watch_t, queue);

        if (watch->fd == fd && watch->ino == st->st_ino
            && watch->dev == st->st_dev)
        {
            return watch;
        }
    }

    return NULL;
}


static ngx_webrtc_glib_watch_t *
ngx_webrtc_glib_watch(ngx_webrtc_glib_t *glib, int fd, struct stat *st)
{
    int                       copy;
    ngx_connection_t         *c;
    ngx_webrtc_glib_watch_t  *watch;

    watch = NULL;

    /* or it would be told as an alert, with each round */

    if (ngx_cycle->free_connection_n == 0) {
        ngx_webrtc_glib_log(glib, 0, "an ICE agent is slow, all "
                            "\"worker_connections\" are in use");
        goto failed;
    }

    watch = ngx_calloc(sizeof(ngx_webrtc_glib_watch_t), glib->log);
    if (watch == NULL) {
        goto failed;
    }

    copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

    if (copy == -1) {
        ngx_webrtc_glib_log(glib, ngx_errno, "an ICE agent is slow, dup() of "
                            "its descriptor failed");
        goto failed;
    }

    c = ngx_get_connection(copy, glib->log);

    if (c == NULL) {
        (void) ngx_close_socket(copy);
        goto failed;
    }

    c->data = watch;
    c->log = glib->log;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);

    c->read->handler = ngx_webrtc_glib_fd_handler;
    c->read->log = glib->log;
    c->write->handler = ngx_webrtc_glib_fd_handler;
    c->write->log = glib->log;

    watch->glib = glib;
    watch->fd = fd;
    watch->dev = st->st_dev;
    watch->ino = st->st_ino;
    watch->connection = c;

    ngx_queue_insert_tail(&glib->watches, &watch->queue);

    return watch;

failed:

    if (watch) {
        ngx_free(watch);
    }

    glib->blind = 1;

    return NULL;
}


/* at most one line a second: it is tried with each round */

static void
ngx_webrtc_glib_log(ngx_webrtc_glib_t *glib, ngx_err_t err, const char *text)
{
    if (glib->logged != ngx_time()) {
        glib->logged = ngx_time();
        ngx_log_error(NGX_LOG_WARN, glib->log, err, "webrtc: %s", text);
    }
}


static ngx_int_t
ngx_webrtc_glib_poll(ngx_webrtc_glib_watch_t *watch)
{
    ngx_connection_t  *c;

    c = watch->connection;

    if (ngx_webrtc_glib_poll_event(c->read, NGX_READ_EVENT,
                                   watch->events & (G_IO_IN|G_IO_PRI))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webrtc_glib_poll_event(c->write, NGX_WRITE_EVENT,
                                      watch->events & G_IO_OUT);
}


/* as GLib expects it: told again until it was read */

static ngx_int_t
ngx_webrtc_glib_poll_event(ngx_event_t *ev, ngx_int_t event,
    ngx_uint_t wanted)
{
    if (wanted && !ev->active) {
        return ngx_add_event(ev, event, NGX_LEVEL_EVENT);
    }

    if (!wanted && ev->active) {
        return ngx_del_event(ev, event, 0);
    }

    return NGX_OK;
}


static void
ngx_webrtc_glib_unwatch(ngx_webrtc_glib_watch_t *watch)
{
    /* said aloud: GLib may have the socket open */

    (void) ngx_webrtc_glib_poll_event(watch->connection->read,
                                      NGX_READ_EVENT, 0);
    (void) ngx_webrtc_glib_poll_event(watch->connection->write,
                                      NGX_WRITE_EVENT, 0);

    ngx_close_connection(watch->connection);

    ngx_queue_remove(&watch->queue);
    ngx_free(watch);
}
