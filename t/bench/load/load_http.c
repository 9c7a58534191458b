
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_net.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>


typedef struct {
    ngx_queue_t                queue;
    load_http_handler_pt       handler;
    void                      *data;
    size_t                     len;
    size_t                     sent;
    char                       text[];
} load_http_request_t;


struct load_http_s {
    load_loop_t               *loop;
    load_later_t               later;
    load_event_t               event;
    load_url_t                 url;
    ngx_queue_t                requests;    /* the first one is under way */
    ngx_webrtc_http_reply_t    reply;
    u_char                    *buf;         /* of the reply */
    uint64_t                   arrival;     /* of the reply, ns */
    ngx_uint_t                 served;      /* on this connection */
    unsigned                   reading:1;   /* some of a reply is here */
    unsigned                   destroyed:1;
};


static void load_http_free(void *data);
static void load_http_event(load_event_t *ev, uint32_t events);
static void load_http_start(load_http_t *http);
static void load_http_write(load_http_t *http);
static void load_http_read(load_http_t *http);
static ssize_t load_http_receive(load_http_t *http, u_char *buf, size_t size);
static void load_http_input(load_http_t *http, const u_char *pos,
    const u_char *last);
static void load_http_done(load_http_t *http, const char *reason);
static void load_http_lost(load_http_t *http, const char *reason);


load_http_t *
load_http_create(load_loop_t *loop, const load_url_t *url)
{
    load_http_t  *http;

    http = calloc(1, sizeof(load_http_t));
    if (http == NULL) {
        return NULL;
    }

    http->buf = malloc(LOAD_HTTP_REPLY_MAX);
    if (http->buf == NULL) {
        free(http);
        return NULL;
    }

    http->loop = loop;
    http->url = *url;
    http->event.fd = -1;
    http->event.handler = load_http_event;
    http->event.data = http;
    ngx_queue_init(&http->requests);

    return http;
}


void
load_http_destroy(load_http_t *http)
{
    load_event_close(http->loop, &http->event);

    http->destroyed = 1;
    load_loop_later(http->loop, &http->later, load_http_free, http);
}


static void
load_http_free(void *data)
{
    ngx_queue_t  *q;
    load_http_t  *http;

    http = data;

    while (!ngx_queue_empty(&http->requests)) {
        q = ngx_queue_head(&http->requests);
        ngx_queue_remove(q);
        free(ngx_queue_data(q, load_http_request_t, queue));
    }

    free(http->buf);
    free(http);
}


ngx_int_t
load_http_request(load_http_t *http, const char *method,
    const ngx_str_t *path, const ngx_str_t *body,
    load_http_handler_pt handler, void *data)
{
    int                   n;
    size_t                size;
    ngx_uint_t            first;
    load_http_request_t  *request;

    if (path == NULL) {
        path = &http->url.path;
    }

    size = 256 + path->len + http->url.host.len + (body ? body->len : 0);

    request = malloc(sizeof(load_http_request_t) + size);
    if (request == NULL) {
        return NGX_ERROR;
    }

    n = snprintf(request->text, size, "%s %.*s HTTP/1.1\r\nHost: %.*s\r\n",
                 method, (int) path->len, path->data,
                 (int) http->url.host.len, http->url.host.data);

    if (body) {
        n += snprintf(request->text + n, size - (size_t) n,
                      "Content-Type: application/json\r\n"
                      "Content-Length: %zu\r\n\r\n", body->len);
        memcpy(request->text + n, body->data, body->len);
        n += (int) body->len;

    } else {
        n += snprintf(request->text + n, size - (size_t) n, "\r\n");
    }

    request->len = (size_t) n;
    request->sent = 0;
    request->handler = handler;
    request->data = data;

    first = ngx_queue_empty(&http->requests);
    ngx_queue_insert_tail(&http->requests, &request->queue);

    if (first) {
        load_http_start(http);
    }

    return NGX_OK;
}


/* the request at the head; a connection that cannot be made is told later */

static void
load_http_start(load_http_t *http)
{
    int  one;

    ngx_webrtc_http_reply_init(&http->reply, http->buf, LOAD_HTTP_REPLY_MAX);
    http->reading = 0;

    if (http->event.fd == -1) {
        http->served = 0;
        http->event.fd = load_tcp_connect(&http->url.addr);

        if (http->event.fd == -1) {
            load_http_done(http, strerror(errno));
            return;
        }

        one = 1;
        (void) setsockopt(http->event.fd, SOL_SOCKET, SO_TIMESTAMPNS, &one,
                          sizeof(int));
    }

    (void) load_event_set(http->loop, &http->event, EPOLLIN | EPOLLOUT);
}


static void
load_http_event(load_event_t *ev, uint32_t events)
{
    load_http_t  *http;

    http = ev->data;

    if (events & EPOLLOUT) {
        load_http_write(http);
    }

    if (http->event.fd != -1 && (events & (EPOLLIN | EPOLLERR | EPOLLHUP))) {
        load_http_read(http);
    }
}


static void
load_http_write(load_http_t *http)
{
    ssize_t               n;
    load_http_request_t  *request;

    if (ngx_queue_empty(&http->requests)) {
        (void) load_event_set(http->loop, &http->event, EPOLLIN);
        return;
    }

    request = ngx_queue_data(ngx_queue_head(&http->requests),
                             load_http_request_t, queue);

    while (request->sent < request->len) {
        n = send(http->event.fd, request->text + request->sent,
                 request->len - request->sent, MSG_NOSIGNAL);

        if (n == -1) {
            if (errno != EAGAIN) {
                load_http_lost(http, strerror(errno));
            }

            return;
        }

        request->sent += (size_t) n;
    }

    (void) load_event_set(http->loop, &http->event, EPOLLIN);
}


static void
load_http_read(load_http_t *http)
{
    u_char   buf[16384];
    ssize_t  n;

    n = load_http_receive(http, buf, sizeof(buf));

    if (n == -1) {
        if (errno != EAGAIN) {
            load_http_lost(http, strerror(errno));
        }

        return;
    }

    if (n == 0) {

        if (http->reading
            && ngx_webrtc_http_reply_eof(&http->reply) == NGX_OK)
        {
            load_event_close(http->loop, &http->event);
            load_http_done(http, NULL);
            return;
        }

        load_http_lost(http, "the connection was closed");
        return;
    }

    load_http_input(http, buf, buf + n);
}


/* the kernel knows when the bytes came; we may be late to read them */

static ssize_t
load_http_receive(load_http_t *http, u_char *buf, size_t size)
{
    ssize_t           n;
    struct iovec      iov;
    struct msghdr     msg;
    struct cmsghdr   *cmsg;
    struct timespec   ts, now;
    union {
        struct cmsghdr  align;
        char            buf[CMSG_SPACE(sizeof(struct timespec))];
    } control;

    ngx_memzero(&msg, sizeof(struct msghdr));

    iov.iov_base = buf;
    iov.iov_len = size;

    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    msg.msg_control = control.buf;
    msg.msg_controllen = sizeof(control.buf);

    n = recvmsg(http->event.fd, &msg, 0);
    if (n == -1) {
        return -1;
    }

    http->arrival = load_nsec();
    cmsg = CMSG_FIRSTHDR(&msg);

    if (cmsg && cmsg->cmsg_level == SOL_SOCKET
        && cmsg->cmsg_type == SCM_TIMESTAMPNS)
    {
        /* by the other clock */

        ngx_memcpy(&ts, CMSG_DATA(cmsg), sizeof(struct timespec));
        clock_gettime(CLOCK_REALTIME, &now);

        http->arrival -= (now.tv_sec - ts.tv_sec) * 1000000000
                         + now.tv_nsec - ts.tv_nsec;
    }

    return n;
}


uint64_t
load_http_arrival(const load_http_t *http)
{
    return http->arrival;
}


static void
load_http_input(load_http_t *http, const u_char *pos, const u_char *last)
{
    if (ngx_queue_empty(&http->requests)) {
        load_event_close(http->loop, &http->event);
        return;
    }

    http->reading = 1;

    switch (ngx_webrtc_http_reply_parse(&http->reply, &pos, last)) {

    case NGX_OK:
        http->served++;

        if (http->reply.closes || pos < last) {
            load_event_close(http->loop, &http->event);
        }

        load_http_done(http, NULL);
        break;

    case NGX_AGAIN:
        break;

    default:
        load_event_close(http->loop, &http->event);
        load_http_done(http, "a malformed reply");
    }
}


/* the next request goes out after the handler, which may have made it */

static void
load_http_done(load_http_t *http, const char *reason)
{
    ngx_queue_t          *q;
    load_http_request_t  *request;

    q = ngx_queue_head(&http->requests);
    request = ngx_queue_data(q, load_http_request_t, queue);

    request->handler(http, reason ? NULL : &http->reply, reason,
                     request->data);

    ngx_queue_remove(q);
    free(request);

    if (!ngx_queue_empty(&http->requests) && !http->destroyed) {
        load_http_start(http);
    }
}


/* a connection that was kept may have ended while our request was coming */

static void
load_http_lost(load_http_t *http, const char *reason)
{
    load_http_request_t  *request;

    load_event_close(http->loop, &http->event);

    if (ngx_queue_empty(&http->requests)) {
        return;
    }

    if (http->served && !http->reading) {
        request = ngx_queue_data(ngx_queue_head(&http->requests),
                                 load_http_request_t, queue);
        request->sent = 0;
        load_http_start(http);
        return;
    }

    load_http_done(http, reason);
}
