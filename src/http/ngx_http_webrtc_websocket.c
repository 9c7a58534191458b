
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_conf.h>
#include <front/sora/ngx_webrtc_sora.h>
#include <http/ngx_http_webrtc_websocket_write.h>


/* ms for the other end's close frame, and for ours to be sent */
#define NGX_HTTP_WEBRTC_CLOSE_TIMEOUT   3000

/* "4490 " and the longest reason */
#define NGX_HTTP_WEBRTC_REASON          (5 + NGX_WEBRTC_WEBSOCKET_REASON)


static void ngx_http_webrtc_websocket_watch(
    ngx_http_webrtc_websocket_t *socket);
static void ngx_http_webrtc_websocket_read(ngx_http_request_t *r);
static ngx_int_t ngx_http_webrtc_websocket_recv(
    ngx_http_webrtc_websocket_t *socket);
static ngx_int_t ngx_http_webrtc_websocket_input(
    ngx_http_webrtc_websocket_t *socket, u_char *pos, u_char *last);
static void ngx_http_webrtc_websocket_handler(ngx_webrtc_websocket_t *ws,
    const ngx_webrtc_websocket_message_t *message);
static ngx_int_t ngx_http_webrtc_websocket_rate(
    ngx_http_webrtc_websocket_t *socket);
static void ngx_http_webrtc_websocket_timeout(
    ngx_http_webrtc_websocket_t *socket);
static void ngx_http_webrtc_websocket_closed(
    ngx_http_webrtc_websocket_t *socket);
static void ngx_http_webrtc_websocket_reason(
    ngx_http_webrtc_websocket_t *socket, ngx_uint_t code,
    const u_char *reason, size_t len);
static void ngx_http_webrtc_websocket_cleanup(void *data);


static const ngx_str_t  ngx_http_webrtc_rate_reason =
    ngx_string("MESSAGE-RATE");
static const ngx_str_t  ngx_http_webrtc_queue_reason =
    ngx_string("SEND-QUEUE");
static const ngx_str_t  ngx_http_webrtc_binary_reason =
    ngx_string("TEXT-ONLY");
static const ngx_str_t  ngx_http_webrtc_timeout_reason =
    ngx_string("TIMEOUT");
static const ngx_str_t  ngx_http_webrtc_restart_reason =
    ngx_string("SERVICE-RESTART");


ngx_int_t
ngx_http_webrtc_websocket_start(ngx_http_request_t *r,
    ngx_http_webrtc_websocket_t *socket,
    const ngx_http_webrtc_websocket_handlers_t *handlers, void *data)
{
    ngx_connection_t          *c;
    ngx_http_cleanup_t        *cln;
    ngx_http_core_loc_conf_t  *clcf;

    c = r->connection;

    clcf = ngx_http_get_module_loc_conf(r, ngx_http_core_module);

    cln = ngx_http_cleanup_add(r, 0);
    if (cln == NULL) {
        return NGX_ERROR;
    }

    socket->request = r;
    socket->conf = ngx_http_get_module_loc_conf(r, ngx_http_webrtc_module);
    socket->ctx = ngx_http_get_module_ctx(r, ngx_http_webrtc_module);
    socket->ctx->socket = socket;
    socket->handlers = handlers;
    socket->data = data;
    socket->time = ngx_current_msec;

    ngx_webrtc_websocket_init(&socket->ws, socket->conf->message_size,
                              socket->conf->send_queue,
                              ngx_http_webrtc_websocket_handler, socket);

    cln->handler = ngx_http_webrtc_websocket_cleanup;
    cln->data = socket;

    if (clcf->tcp_nodelay && ngx_tcp_nodelay(c) != NGX_OK) {
        return NGX_ERROR;
    }

    r->main->count++;
    r->read_event_handler = ngx_http_webrtc_websocket_read;
    r->write_event_handler = ngx_http_webrtc_websocket_write;

    c->log->action = "waiting for signalling";

    /* a socket that is opened and dropped again is nothing to log */

    c->log_error = NGX_ERROR_IGNORE_ECONNRESET;

    c->idle = 1;
    ngx_reusable_connection(c, 1);

    ngx_add_timer(c->read, socket->conf->connect_timeout);

    /* bytes that came with the request, or meanwhile */

    ngx_post_event(c->read, &ngx_posted_events);

    return NGX_DONE;
}


void
ngx_http_webrtc_websocket_established(ngx_http_webrtc_websocket_t *socket)
{
    ngx_connection_t  *c;

    if (socket->established || socket->closing) {
        return;
    }

    socket->established = 1;

    c = socket->request->connection;

    c->log->action = "signalling";
    c->log_error = NGX_ERROR_INFO;

    c->idle = 0;
    ngx_reusable_connection(c, 0);

    ngx_http_webrtc_websocket_watch(socket);
}


void
ngx_http_webrtc_websocket_hold(ngx_http_webrtc_websocket_t *socket)
{
    ngx_connection_t  *c;

    c = socket->request->connection;

    c->idle = 0;
    ngx_reusable_connection(c, 0);

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }
}


/*
 * The home worker drops a client that does not answer its pings; this timer
 * is for a home worker that hangs.  It also keeps a worker that quits alive
 * as long as it has clients.
 */

static void
ngx_http_webrtc_websocket_watch(ngx_http_webrtc_websocket_t *socket)
{
    ngx_msec_t  timeout;

    timeout = socket->silence;

    if (timeout == 0) {
        timeout = ngx_webrtc_get_conf(ngx_cycle)->pong_timeout * 2;
    }

    ngx_add_timer(socket->request->connection->read, timeout);
}


void
ngx_http_webrtc_websocket_text(ngx_http_webrtc_websocket_t *socket,
    const u_char *text, size_t len)
{
    ngx_http_webrtc_websocket_send(socket, NGX_WEBRTC_WEBSOCKET_TEXT, text,
                                   len);
}


void
ngx_http_webrtc_websocket_send(ngx_http_webrtc_websocket_t *socket,
    ngx_uint_t opcode, const u_char *data, size_t len)
{
    ngx_int_t  rc;

    if (socket->closing) {
        return;
    }

    rc = ngx_webrtc_websocket_send(&socket->ws, opcode, data, len);

    if (rc == NGX_OK) {
        ngx_post_event(socket->request->connection->write,
                       &ngx_posted_events);
        return;
    }

    if (rc != NGX_DONE) {
        ngx_http_webrtc_websocket_close(socket, NGX_WEBRTC_SORA_REFUSED,
                                        &ngx_http_webrtc_queue_reason);
    }
}


void
ngx_http_webrtc_websocket_ping(ngx_http_webrtc_websocket_t *socket)
{
    /* the client of a queue that does not move answers no pings either */

    if (socket->closing || ngx_webrtc_websocket_pending(&socket->ws) > 0) {
        return;
    }

    if (ngx_webrtc_websocket_send(&socket->ws, NGX_WEBRTC_WEBSOCKET_PING,
                                  (u_char *) "", 0)
        == NGX_OK)
    {
        ngx_post_event(socket->request->connection->write,
                       &ngx_posted_events);
    }
}


void
ngx_http_webrtc_websocket_close(ngx_http_webrtc_websocket_t *socket,
    ngx_uint_t code, const ngx_str_t *reason)
{
    ngx_connection_t  *c;

    if (socket->closing) {
        return;
    }

    socket->closing = 1;

    c = socket->request->connection;

    c->log->action = "closing signalling";

    ngx_http_webrtc_websocket_end(socket, code, reason->data, reason->len);
    ngx_http_webrtc_websocket_closed(socket);

    if (ngx_webrtc_websocket_send_close(&socket->ws, code, reason->data,
                                        reason->len)
        == NGX_ERROR)
    {
        socket->finished = 1;
    }

    if (ngx_terminate && !socket->ws.busy) {
        /* no event will come any more */
        (void) ngx_http_webrtc_websocket_flush(socket);
        ngx_http_webrtc_websocket_abort(socket);
        ngx_http_run_posted_requests(c);
        return;
    }

    ngx_add_timer(c->read, NGX_HTTP_WEBRTC_CLOSE_TIMEOUT);
    ngx_post_event(c->write, &ngx_posted_events);
}


static void
ngx_http_webrtc_websocket_read(ngx_http_request_t *r)
{
    ngx_connection_t             *c;
    ngx_http_webrtc_ctx_t        *ctx;
    ngx_http_webrtc_websocket_t  *socket;

    c = r->connection;

    ctx = ngx_http_get_module_ctx(r, ngx_http_webrtc_module);
    socket = ctx->socket;

    if (c->read->timedout) {
        c->read->timedout = 0;
        ngx_http_webrtc_websocket_timeout(socket);
        return;
    }

    if (socket->finished) {
        return;
    }

    switch (ngx_http_webrtc_websocket_recv(socket)) {

    case NGX_OK:

        if (c->read->ready) {
            ngx_post_event(c->read, &ngx_posted_next_events);
        }

        break;

    case NGX_AGAIN:
        break;

    case NGX_DONE:
        socket->finished = 1;
        break;

    default: /* NGX_ERROR */
        ngx_http_webrtc_websocket_abort(socket);
        return;
    }

    if (ngx_handle_read_event(c->read, 0) != NGX_OK) {
        ngx_http_webrtc_websocket_abort(socket);
        return;
    }

    ngx_http_webrtc_websocket_write(r);
}


static ngx_int_t
ngx_http_webrtc_websocket_recv(ngx_http_webrtc_websocket_t *socket)
{
    ssize_t              n;
    ngx_buf_t           *b;
    ngx_int_t            rc;
    ngx_uint_t           i;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;
    u_char               buf[NGX_HTTP_WEBRTC_BUFFER];

    r = socket->request;
    c = r->connection;
    b = r->header_in;

    if (b->pos < b->last) {

        /* came in one piece with the request */

        r->request_length += b->last - b->pos;

        rc = ngx_http_webrtc_websocket_input(socket, b->pos, b->last);
        b->pos = b->last;

        if (rc != NGX_OK) {
            return rc;
        }
    }

    for (i = 0; i < NGX_HTTP_WEBRTC_TURN; i++) {

        n = c->recv(c, buf, NGX_HTTP_WEBRTC_BUFFER);

        if (n == NGX_AGAIN) {
            return NGX_AGAIN;
        }

        if (n == NGX_ERROR || n == 0) {
            return NGX_ERROR;
        }

        r->request_length += n;

        rc = ngx_http_webrtc_websocket_input(socket, buf, buf + n);

        if (rc != NGX_OK) {
            return rc;
        }

        if (!c->read->ready) {
            return NGX_AGAIN;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_websocket_input(ngx_http_webrtc_websocket_t *socket,
    u_char *pos, u_char *last)
{
    ngx_int_t  rc;

    rc = ngx_webrtc_websocket_input(&socket->ws, pos, last);

    if (rc == NGX_DONE && !socket->closing) {

        /* the client broke the protocol; wait until it has read that */

        socket->closing = 1;
        socket->request->lingering_close = 1;

        ngx_http_webrtc_websocket_closed(socket);

        ngx_add_timer(socket->request->connection->read,
                      NGX_HTTP_WEBRTC_CLOSE_TIMEOUT);
    }

    return rc;
}


static void
ngx_http_webrtc_websocket_handler(ngx_webrtc_websocket_t *ws,
    const ngx_webrtc_websocket_message_t *message)
{
    ngx_uint_t                    code;
    ngx_http_webrtc_websocket_t  *socket;

    socket = ws->data;

    if (socket->closing) {
        return;
    }

    if (message->opcode == NGX_WEBRTC_WEBSOCKET_CLOSE) {

        socket->closing = 1;

        code = message->code ? message->code : NGX_HTTP_WEBRTC_CLOSE_NO_CODE;
        socket->away = (code == NGX_HTTP_WEBRTC_CLOSE_AWAY);

        ngx_http_webrtc_websocket_reason(socket, code, message->data,
                                         message->len);
        ngx_http_webrtc_websocket_closed(socket);

        ngx_add_timer(socket->request->connection->read,
                      NGX_HTTP_WEBRTC_CLOSE_TIMEOUT);
        return;
    }

    if (ngx_http_webrtc_websocket_rate(socket) != NGX_OK) {
        ngx_http_webrtc_websocket_close(socket, NGX_WEBRTC_SORA_REFUSED,
                                        &ngx_http_webrtc_rate_reason);
        return;
    }

    if (socket->established) {
        ngx_http_webrtc_websocket_watch(socket);
    }

    if (socket->handlers->heard) {
        socket->handlers->heard(socket->data);
    }

    switch (message->opcode) {

    case NGX_WEBRTC_WEBSOCKET_TEXT:
        socket->handlers->message(socket->data, message->data, message->len);
        break;

    case NGX_WEBRTC_WEBSOCKET_BINARY:

        if (socket->handlers->binary) {
            socket->handlers->binary(socket->data, message->data,
                                     message->len);
            break;
        }

        ngx_http_webrtc_websocket_close(socket, NGX_HTTP_WEBRTC_CLOSE_DATA,
                                        &ngx_http_webrtc_binary_reason);
        break;

    case NGX_WEBRTC_WEBSOCKET_PONG:

        if (socket->handlers->pong) {
            socket->handlers->pong(socket->data);
        }

        break;

    default: /* NGX_WEBRTC_WEBSOCKET_PING */
        break;
    }
}


/* a leaky bucket, as in limit_req */

static ngx_int_t
ngx_http_webrtc_websocket_rate(ngx_http_webrtc_websocket_t *socket)
{
    ngx_int_t   excess;
    ngx_msec_t  elapsed;

    if (socket->conf->rate == 0) {
        return NGX_OK;
    }

    /* a minute empties every bucket */
    elapsed = ngx_min(ngx_current_msec - socket->time, 60000);

    excess = socket->excess - socket->conf->rate * elapsed;
    excess = ngx_max(excess, 0) + 1000;

    socket->excess = excess;
    socket->time = ngx_current_msec;

    return ((ngx_uint_t) excess > socket->conf->burst * 1000) ? NGX_BUSY
                                                              : NGX_OK;
}


static void
ngx_http_webrtc_websocket_timeout(ngx_http_webrtc_websocket_t *socket)
{
    if (socket->closing) {
        ngx_http_webrtc_websocket_abort(socket);
        return;
    }

    ngx_http_webrtc_websocket_close(socket, NGX_WEBRTC_SORA_REFUSED,
                                    &ngx_http_webrtc_timeout_reason);
}


static void
ngx_http_webrtc_websocket_closed(ngx_http_webrtc_websocket_t *socket)
{
    if (!socket->told) {
        socket->told = 1;
        socket->handlers->closed(socket->data);
    }
}


/* the first one counts; code 0: none yet */

static void
ngx_http_webrtc_websocket_reason(ngx_http_webrtc_websocket_t *socket,
    ngx_uint_t code, const u_char *reason, size_t len)
{
    u_char     *p;
    ngx_str_t  *value;

    value = &socket->ctx->close_reason;

    if (value->len || code == 0) {
        return;
    }

    p = ngx_pnalloc(socket->request->pool, NGX_HTTP_WEBRTC_REASON);
    if (p == NULL) {
        return;
    }

    len = ngx_min(len, NGX_WEBRTC_WEBSOCKET_REASON);

    value->data = p;

    p = ngx_sprintf(p, "%ui", code % 10000);

    if (len) {
        *p++ = ' ';
        p = ngx_cpymem(p, reason, len);
    }

    value->len = p - value->data;
}


/* a reason of ours: what a client says may not be fit for the log */

void
ngx_http_webrtc_websocket_end(ngx_http_webrtc_websocket_t *socket,
    ngx_uint_t code, const u_char *reason, size_t len)
{
    ngx_str_t  *value;

    value = &socket->ctx->close_reason;

    if (value->len) {
        return;
    }

    ngx_http_webrtc_websocket_reason(socket, code, reason, len);

    /* a fault, and not that somebody left */

    if (value->len && code > NGX_HTTP_WEBRTC_CLOSE_AWAY) {
        ngx_log_error(NGX_LOG_INFO, socket->request->connection->log, 0,
                      "webrtc signalling ended with \"%V\"", value);
    }
}


void
ngx_http_webrtc_websocket_abort(ngx_http_webrtc_websocket_t *socket)
{
    socket->request->connection->error = 1;

    ngx_http_finalize_request(socket->request,
                              NGX_HTTP_CLIENT_CLOSED_REQUEST);
}


static void
ngx_http_webrtc_websocket_cleanup(void *data)
{
    ngx_http_webrtc_websocket_t *socket = data;

    const ngx_str_t   *reason;
    ngx_connection_t  *c;

    c = socket->request->connection;

    if (c->close) {

        /* by nginx: the worker quits or lacks connections */

        if (!socket->closing) {
            socket->closing = 1;
            reason = &ngx_http_webrtc_restart_reason;

            ngx_http_webrtc_websocket_end(socket,
                                          NGX_HTTP_WEBRTC_CLOSE_RESTART,
                                          reason->data, reason->len);

            (void) ngx_webrtc_websocket_send_close(&socket->ws,
                                             NGX_HTTP_WEBRTC_CLOSE_RESTART,
                                             reason->data, reason->len);
        }

        (void) ngx_http_webrtc_websocket_flush(socket);
    }

    ngx_http_webrtc_websocket_reason(socket, NGX_HTTP_WEBRTC_CLOSE_ABNORMAL,
                                     NULL, 0);
    ngx_http_webrtc_websocket_closed(socket);

    ngx_webrtc_websocket_cleanup(&socket->ws);

    if (socket->start) {
        ngx_free(socket->start);
        socket->start = NULL;
    }
}
