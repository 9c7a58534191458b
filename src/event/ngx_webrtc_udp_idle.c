
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Where nobody sends anything, many clients still send reports and checks,
 * one after the other, and to be woken for each costs more than the answer.
 * So a worker that is idle takes its sockets out of epoll and reads them once
 * in "webrtc_idle_delay", for as long as it finds something there.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_udp_internal.h>
#include <event/ngx_webrtc_worker.h>


/*
 * The worker is idle when so long nothing came that somebody waits for.
 * Speakers who are silent still send a packet every 400 ms (RFC 7587, DTX).
 */
#define NGX_WEBRTC_UDP_QUIET      NGX_WEBRTC_SEC

/* what a long datagram takes of a receive buffer */
#define NGX_WEBRTC_UDP_TRUE_SIZE  2304


static ngx_uint_t ngx_webrtc_udp_is_idle(ngx_webrtc_udp_socket_t *socket,
    ngx_uint_t count);
static void ngx_webrtc_udp_rest(ngx_webrtc_udp_socket_t *socket);
static void ngx_webrtc_udp_wake(ngx_webrtc_udp_socket_t *socket);


void
ngx_webrtc_udp_idle_init(ngx_webrtc_udp_socket_t *socket)
{
    int        size;
    socklen_t  len;

    len = sizeof(int);

    if (getsockopt(socket->connection->fd, SOL_SOCKET, SO_RCVBUF, &size, &len)
        == -1)
    {
        size = 0;
    }

    /* half of it */

    socket->many = (ngx_uint_t) size / (2 * NGX_WEBRTC_UDP_TRUE_SIZE);
}


/* the datagrams that an event has told of were read, "count" of them */

void
ngx_webrtc_udp_idle(ngx_webrtc_udp_socket_t *socket, ngx_uint_t count)
{
    ngx_webrtc_udp_t   *udp;
    ngx_webrtc_usec_t   now, last;

    udp = socket->udp;

    if (udp->idle_delay == 0) {
        return;
    }

    now = ngx_webrtc_now();
    last = socket->read;
    socket->read = now;

    /* what comes rarely is cheaper to wait for */

    if (last + udp->idle_delay * NGX_WEBRTC_MSEC > now
        && ngx_webrtc_udp_is_idle(socket, count))
    {
        ngx_webrtc_udp_rest(socket);
    }
}


static ngx_uint_t
ngx_webrtc_udp_is_idle(ngx_webrtc_udp_socket_t *socket, ngx_uint_t count)
{
    ngx_webrtc_usec_t     now, active;
    ngx_webrtc_worker_t  *worker;

    now = ngx_webrtc_now();

    if (count > socket->many || count >= NGX_WEBRTC_UDP_TURN) {

        /* of so many some would be lost, whatever they are */

        socket->crowded = now;
    }

    worker = ngx_webrtc_worker();

    if (worker->engine == NULL || socket->udp->blocked) {
        return 0;
    }

    active = ngx_webrtc_engine_active(worker->engine);
    active = ngx_max(active, socket->crowded);

    return active + NGX_WEBRTC_UDP_QUIET <= now;
}


static void
ngx_webrtc_udp_rest(ngx_webrtc_udp_socket_t *socket)
{
    ngx_event_t       *rev;
    ngx_webrtc_udp_t  *udp;

    udp = socket->udp;
    rev = socket->connection->read;

    if (ngx_del_event(rev, NGX_READ_EVENT, 0) != NGX_OK) {
        return;
    }

    ngx_log_debug1(NGX_LOG_DEBUG_EVENT, udp->log, 0,
                   "webrtc udp rests port:%ui", (ngx_uint_t) udp->port);

    socket->rests = 1;

    if (!udp->idle.timer_set) {
        ngx_add_timer(&udp->idle, udp->idle_delay);
    }
}


static void
ngx_webrtc_udp_wake(ngx_webrtc_udp_socket_t *socket)
{
    ngx_event_t       *rev;
    ngx_webrtc_udp_t  *udp;

    udp = socket->udp;
    rev = socket->connection->read;

    /* what is there by now is an event at once */

    if (ngx_add_event(rev, NGX_READ_EVENT, NGX_CLEAR_EVENT) != NGX_OK) {
        return;
    }

    ngx_log_debug1(NGX_LOG_DEBUG_EVENT, udp->log, 0,
                   "webrtc udp wakes port:%ui", (ngx_uint_t) udp->port);

    socket->rests = 0;
}


void
ngx_webrtc_udp_idle_handler(ngx_event_t *ev)
{
    ngx_uint_t                i, n, count;
    ngx_webrtc_udp_t         *udp;
    ngx_webrtc_udp_socket_t  *socket;

    udp = ev->data;
    n = 0;

    for (i = 0; i < udp->nsockets; i++) {
        socket = &udp->sockets[i];

        if (!socket->rests) {
            continue;
        }

        count = ngx_webrtc_udp_read_turn(socket);

        if (count == 0 || !ngx_webrtc_udp_is_idle(socket, count)) {
            ngx_webrtc_udp_wake(socket);
        }

        n += socket->rests;
    }

    if (n) {
        ngx_add_timer(ev, udp->idle_delay);
    }
}


ngx_msec_t
ngx_webrtc_udp_idle_left(ngx_webrtc_udp_t *udp)
{
    ngx_msec_int_t  left;

    if (!udp->idle.timer_set) {
        return 0;
    }

    left = (ngx_msec_int_t) (udp->idle.timer.key - ngx_current_msec);

    return ngx_max(left, 0);
}
