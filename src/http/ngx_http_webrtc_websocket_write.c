
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the sending half of a WebSocket */


#include <http/ngx_http_webrtc_websocket_write.h>


static ngx_int_t ngx_http_webrtc_websocket_fill(
    ngx_http_webrtc_websocket_t *socket);
static void ngx_http_webrtc_websocket_blocked(
    ngx_http_webrtc_websocket_t *socket);
static void ngx_http_webrtc_websocket_finish(
    ngx_http_webrtc_websocket_t *socket);


void
ngx_http_webrtc_websocket_write(ngx_http_request_t *r)
{
    ngx_event_t                  *wev;
    ngx_http_webrtc_ctx_t        *ctx;
    ngx_http_webrtc_websocket_t  *socket;

    wev = r->connection->write;

    ctx = ngx_http_get_module_ctx(r, ngx_http_webrtc_module);
    socket = ctx->socket;

    if (wev->timedout) {
        ngx_log_error(NGX_LOG_INFO, r->connection->log, NGX_ETIMEDOUT,
                      "client timed out");
        ngx_http_webrtc_websocket_abort(socket);
        return;
    }

    switch (ngx_http_webrtc_websocket_flush(socket)) {

    case NGX_OK:
        break;

    case NGX_AGAIN:
        ngx_http_webrtc_websocket_blocked(socket);
        return;

    default: /* NGX_ERROR */
        ngx_http_webrtc_websocket_abort(socket);
        return;
    }

    if (wev->timer_set) {
        ngx_del_timer(wev);
    }

    if (socket->closing) {
        /* of a close that the framing made */
        ngx_http_webrtc_websocket_end(socket, socket->ws.close_code, NULL, 0);
    }

    if (socket->finished) {
        ngx_http_webrtc_websocket_finish(socket);
    }
}


ngx_int_t
ngx_http_webrtc_websocket_flush(ngx_http_webrtc_websocket_t *socket)
{
    ssize_t              n;
    ngx_int_t            rc;
    ngx_uint_t           i;
    ngx_connection_t    *c;
    ngx_http_request_t  *r;

    r = socket->request;
    c = r->connection;

    if (r->buffered || c->buffered) {

        /* the rest of the 101 */

        if (ngx_http_output_filter(r, NULL) == NGX_ERROR) {
            return NGX_ERROR;
        }

        if (r->buffered || c->buffered) {
            return NGX_AGAIN;
        }
    }

    for (i = 0; i < NGX_HTTP_WEBRTC_TURN; i++) {

        rc = ngx_http_webrtc_websocket_fill(socket);

        if (rc != NGX_OK) {
            return (rc == NGX_DONE) ? NGX_OK : NGX_ERROR;
        }

        n = c->send(c, socket->pos, socket->last - socket->pos);

        if (n == NGX_AGAIN || n == NGX_ERROR) {
            return n;
        }

        socket->pos += n;

        if (c->write->timer_set) {
            ngx_del_timer(c->write);
        }
    }

    ngx_post_event(c->write, &ngx_posted_next_events);

    return NGX_AGAIN;
}


/*
 * The buffer stays where it is until all of it is sent, as OpenSSL demands.
 * It is the queue itself unless that is large, or has been: what waits behind
 * the buffer is bounded apart from it.  NGX_DONE: nothing is to be sent.
 */

static ngx_int_t
ngx_http_webrtc_websocket_fill(ngx_http_webrtc_websocket_t *socket)
{
    size_t  n, size;

    if (socket->pos < socket->last) {
        return NGX_OK;
    }

    if (socket->start) {
        ngx_free(socket->start);
        socket->start = NULL;
        socket->pos = NULL;
        socket->last = NULL;
    }

    socket->start = ngx_webrtc_websocket_take(&socket->ws,
                                              NGX_HTTP_WEBRTC_BUFFER,
                                              &socket->pos, &socket->last);
    if (socket->start) {
        return NGX_OK;
    }

    size = ngx_min(ngx_webrtc_websocket_pending(&socket->ws),
                   NGX_HTTP_WEBRTC_BUFFER);

    if (size == 0) {
        return NGX_DONE;
    }

    socket->start = ngx_alloc(size, socket->request->connection->log);
    if (socket->start == NULL) {
        return NGX_ERROR;
    }

    n = ngx_webrtc_websocket_output(&socket->ws, socket->start, size);

    socket->pos = socket->start;
    socket->last = socket->start + n;

    return n ? NGX_OK : NGX_DONE;
}


static void
ngx_http_webrtc_websocket_blocked(ngx_http_webrtc_websocket_t *socket)
{
    ngx_event_t               *wev;
    ngx_http_core_loc_conf_t  *clcf;

    wev = socket->request->connection->write;

    clcf = ngx_http_get_module_loc_conf(socket->request,
                                        ngx_http_core_module);

    if (!wev->timer_set) {
        ngx_add_timer(wev, clcf->send_timeout);
    }

    if (ngx_handle_write_event(wev, 0) != NGX_OK) {
        ngx_http_webrtc_websocket_abort(socket);
    }
}


/* both ends have said it */

static void
ngx_http_webrtc_websocket_finish(ngx_http_webrtc_websocket_t *socket)
{
    ngx_connection_t  *c;

    c = socket->request->connection;

    if (c->read->timer_set) {
        ngx_del_timer(c->read);
    }

    ngx_http_finalize_request(socket->request, NGX_DONE);
}
