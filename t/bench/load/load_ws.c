
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The handshake of a WebSocket over a TCP connection of our own; the framing
 * is the module's.
 */


#include "load_net.h"

#include <crypto/ngx_webrtc_random.h>
#include <proto/ngx_webrtc_websocket.h>
#include <core/ngx_webrtc_text.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>


#define LOAD_WS_HEAD_MAX    4096


struct load_ws_s {
    load_loop_t               *loop;
    load_later_t               later;
    load_event_t               event;
    load_ws_handler_pt         handler;
    void                      *data;
    ngx_webrtc_websocket_t     ws;

    /* only until it is open */
    ngx_webrtc_http_reply_t    reply;
    u_char                    *head;        /* buffer of the reply */
    char                      *request;
    size_t                     len;
    size_t                     sent;

    /* of output(), not yet taken by the kernel */
    u_char                    *out;
    size_t                     out_len;
    size_t                     out_sent;

    unsigned                   open:1;
    unsigned                   closed:1;
};


static ngx_int_t load_ws_write_request(load_ws_t *ws, const load_url_t *url,
    const char *protocol);
static void load_ws_free(void *data);
static void load_ws_event(load_event_t *ev, uint32_t events);
static ngx_int_t load_ws_request(load_ws_t *ws);
static void load_ws_read(load_ws_t *ws);
static void load_ws_input(load_ws_t *ws, const u_char *pos,
    const u_char *last);
static void load_ws_flush(load_ws_t *ws);
static void load_ws_message(ngx_webrtc_websocket_t *websocket,
    const ngx_webrtc_websocket_message_t *message);
static ngx_int_t load_ws_random(void *data, u_char *buf, size_t len);
static void load_ws_end(load_ws_t *ws, const char *reason);


load_ws_t *
load_ws_create(load_loop_t *loop, const load_url_t *url,
    const char *protocol, load_ws_handler_pt handler, void *data)
{
    load_ws_t  *ws;

    ws = calloc(1, sizeof(load_ws_t));
    if (ws == NULL) {
        return NULL;
    }

    ws->loop = loop;
    ws->handler = handler;
    ws->data = data;
    ws->event.fd = -1;
    ws->event.handler = load_ws_event;
    ws->event.data = ws;
    ws->head = malloc(LOAD_WS_HEAD_MAX);

    ngx_webrtc_websocket_init_client(&ws->ws, LOAD_WS_MESSAGE_MAX,
                                     2 * LOAD_WS_MESSAGE_MAX, load_ws_random,
                                     load_ws_message, ws);

    if (ws->head == NULL || load_ws_write_request(ws, url, protocol) != NGX_OK)
    {
        load_ws_destroy(ws);
        return NULL;
    }

    ngx_webrtc_http_reply_init(&ws->reply, ws->head, LOAD_WS_HEAD_MAX);

    ws->event.fd = load_tcp_connect(&url->addr);

    if (ws->event.fd == -1
        || load_event_set(loop, &ws->event, EPOLLIN | EPOLLOUT) != NGX_OK)
    {
        load_ws_destroy(ws);
        return NULL;
    }

    return ws;
}


static ngx_int_t
load_ws_write_request(load_ws_t *ws, const load_url_t *url,
    const char *protocol)
{
    int                 n;
    u_char              nonce[16], key[32];
    ngx_webrtc_text_t   text;

    if (ngx_webrtc_random_bytes(nonce, sizeof(nonce)) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, key, key + sizeof(key));
    ngx_webrtc_text_base64(&text, nonce, sizeof(nonce));

    n = asprintf(&ws->request,
                 "GET %.*s HTTP/1.1\r\n"
                 "Host: %.*s\r\n"
                 "Upgrade: websocket\r\n"
                 "Connection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\n"
                 "%s%s%s"
                 "Sec-WebSocket-Key: %.*s\r\n\r\n",
                 (int) url->path.len, url->path.data,
                 (int) url->host.len, url->host.data,
                 protocol ? "Sec-WebSocket-Protocol: " : "",
                 protocol ? protocol : "", protocol ? "\r\n" : "",
                 (int) ngx_webrtc_text_len(&text), key);

    if (n == -1) {
        ws->request = NULL;
        return NGX_ERROR;
    }

    ws->len = (size_t) n;

    return NGX_OK;
}


void
load_ws_destroy(load_ws_t *ws)
{
    ws->closed = 1;
    load_event_close(ws->loop, &ws->event);
    load_loop_later(ws->loop, &ws->later, load_ws_free, ws);
}


static void
load_ws_free(void *data)
{
    load_ws_t  *ws;

    ws = data;

    ngx_webrtc_websocket_cleanup(&ws->ws);

    free(ws->request);
    free(ws->head);
    free(ws->out);
    free(ws);
}


ngx_int_t
load_ws_send_text(load_ws_t *ws, const char *text, size_t len)
{
    if (!ws->open || ws->closed
        || ngx_webrtc_websocket_send_text(&ws->ws, (const u_char *) text, len)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return load_event_set(ws->loop, &ws->event, EPOLLIN | EPOLLOUT);
}


static void
load_ws_event(load_event_t *ev, uint32_t events)
{
    load_ws_t  *ws;

    ws = ev->data;

    if (events & EPOLLOUT) {
        if (ws->open) {
            load_ws_flush(ws);

        } else if (load_ws_request(ws) != NGX_OK) {
            load_ws_end(ws, strerror(errno));
        }
    }

    if (!ws->closed && (events & (EPOLLIN | EPOLLERR | EPOLLHUP))) {
        load_ws_read(ws);
    }
}


static ngx_int_t
load_ws_request(load_ws_t *ws)
{
    ssize_t  n;

    while (ws->sent < ws->len) {
        n = send(ws->event.fd, ws->request + ws->sent, ws->len - ws->sent,
                 MSG_NOSIGNAL);

        if (n == -1) {
            return (errno == EAGAIN) ? NGX_OK : NGX_ERROR;
        }

        ws->sent += (size_t) n;
    }

    return load_event_set(ws->loop, &ws->event, EPOLLIN);
}


static void
load_ws_read(load_ws_t *ws)
{
    u_char   buf[65536];
    ssize_t  n;

    n = recv(ws->event.fd, buf, sizeof(buf), 0);

    if (n == -1) {
        if (errno != EAGAIN) {
            load_ws_end(ws, strerror(errno));
        }

        return;
    }

    if (n == 0) {
        load_ws_end(ws, "the connection was closed");
        return;
    }

    load_ws_input(ws, buf, buf + n);
}


static void
load_ws_input(load_ws_t *ws, const u_char *pos, const u_char *last)
{
    char       reason[64];
    ngx_int_t  rc;

    if (!ws->open) {
        rc = ngx_webrtc_http_reply_parse(&ws->reply, &pos, last);

        if (rc == NGX_AGAIN) {
            return;
        }

        if (rc != NGX_OK || ws->reply.status != 101) {
            snprintf(reason, sizeof(reason), "no WebSocket there, status %u",
                     (unsigned) ws->reply.status);
            load_ws_end(ws, rc == NGX_OK ? reason : "a malformed reply");
            return;
        }

        ws->open = 1;
        free(ws->head);
        free(ws->request);
        ws->head = NULL;
        ws->request = NULL;

        ws->handler(ws, LOAD_WS_OPEN, NULL, ws->data);
    }

    rc = (pos < last) ? ngx_webrtc_websocket_input(&ws->ws, pos, last)
                      : NGX_OK;

    if (ws->closed) {
        return;
    }

    if (rc == NGX_ERROR) {
        load_ws_end(ws, "out of memory");
        return;
    }

    load_ws_flush(ws);

    if (rc == NGX_DONE && !ws->closed) {
        load_ws_end(ws, NULL);
    }
}


static void
load_ws_flush(load_ws_t *ws)
{
    ssize_t  n;

    for ( ;; ) {

        if (ws->out_sent == ws->out_len) {
            ws->out_len = ngx_webrtc_websocket_pending(&ws->ws);
            ws->out_sent = 0;

            free(ws->out);
            ws->out = ws->out_len ? malloc(ws->out_len) : NULL;

            if (ws->out) {
                ws->out_len = ngx_webrtc_websocket_output(&ws->ws, ws->out,
                                                          ws->out_len);
            }

            if (ws->out == NULL || ws->out_len == 0) {
                ws->out_len = 0;
                (void) load_event_set(ws->loop, &ws->event, EPOLLIN);
                return;
            }
        }

        n = send(ws->event.fd, ws->out + ws->out_sent,
                 ws->out_len - ws->out_sent, MSG_NOSIGNAL);

        if (n == -1) {
            if (errno != EAGAIN) {
                load_ws_end(ws, strerror(errno));
                return;
            }

            (void) load_event_set(ws->loop, &ws->event, EPOLLIN | EPOLLOUT);
            return;
        }

        ws->out_sent += (size_t) n;
    }
}


static void
load_ws_message(ngx_webrtc_websocket_t *websocket,
    const ngx_webrtc_websocket_message_t *message)
{
    char        reason[LOAD_WS_HEAD_MAX];
    load_ws_t  *ws;
    ngx_str_t   text;

    ws = websocket->data;

    if (ws->closed) {
        return;
    }

    switch (message->opcode) {

    case NGX_WEBRTC_WEBSOCKET_TEXT:
    case NGX_WEBRTC_WEBSOCKET_BINARY:
        text.data = message->data;
        text.len = message->len;

        ws->handler(ws, message->opcode == NGX_WEBRTC_WEBSOCKET_TEXT
                        ? LOAD_WS_TEXT : LOAD_WS_BINARY, &text, ws->data);
        break;

    case NGX_WEBRTC_WEBSOCKET_CLOSE:
        snprintf(reason, sizeof(reason), "closed with %u %.*s",
                 (unsigned) message->code, (int) message->len,
                 message->len ? (char *) message->data : "");

        load_ws_end(ws, reason);
        break;
    }
}


static ngx_int_t
load_ws_random(void *data, u_char *buf, size_t len)
{
    (void) data;

    return ngx_webrtc_random_bytes(buf, len);
}


/*
 * The answer to a close frame is left out: the connection that it would go
 * over is closed in the next call.
 */

static void
load_ws_end(load_ws_t *ws, const char *reason)
{
    ngx_str_t  text;

    if (ws->closed) {
        return;
    }

    ws->closed = 1;
    load_event_close(ws->loop, &ws->event);

    text.data = (u_char *) (reason ? reason : "closed");
    text.len = strlen((char *) text.data);

    ws->handler(ws, LOAD_WS_CLOSED, &text, ws->data);
}
