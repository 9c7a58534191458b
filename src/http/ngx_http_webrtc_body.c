
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <http/ngx_http_webrtc_body.h>


#define NGX_HTTP_WEBRTC_BODY_FIRST  4096


static void ngx_http_webrtc_body_handler(ngx_http_request_t *r);
static void ngx_http_webrtc_body_event_handler(ngx_http_request_t *r);
static ngx_int_t ngx_http_webrtc_body_take(ngx_http_request_t *r,
    ngx_http_webrtc_body_t *body);
static ngx_int_t ngx_http_webrtc_body_grow(ngx_http_request_t *r,
    ngx_http_webrtc_body_t *body, size_t len);
static void ngx_http_webrtc_body_fail(ngx_http_request_t *r,
    ngx_http_webrtc_body_t *body, ngx_int_t rc);


ngx_int_t
ngx_http_webrtc_body_read(ngx_http_request_t *r, ngx_http_webrtc_body_t *body)
{
    ngx_int_t               rc;
    ngx_http_webrtc_ctx_t  *ctx;

    if (body->max && r->headers_in.content_length_n > body->max) {

        r->main->count++;
        ngx_http_webrtc_body_fail(r, body, NGX_HTTP_REQUEST_ENTITY_TOO_LARGE);

        return NGX_DONE;
    }

    ctx = ngx_http_get_module_ctx(r, ngx_http_webrtc_module);
    ctx->body = body;

    /* never into a file */
    r->request_body_no_buffering = 1;

    rc = ngx_http_read_client_request_body(r, ngx_http_webrtc_body_handler);

    if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
        return rc;
    }

    return NGX_DONE;
}


static void
ngx_http_webrtc_body_handler(ngx_http_request_t *r)
{
    r->read_event_handler = ngx_http_webrtc_body_event_handler;

    ngx_http_webrtc_body_event_handler(r);
}


/*
 * As long as something was taken there may be more: nginx reads until its
 * own buffer is full.
 */

static void
ngx_http_webrtc_body_event_handler(ngx_http_request_t *r)
{
    ngx_int_t                rc;
    ngx_http_webrtc_ctx_t   *ctx;
    ngx_http_webrtc_body_t  *body;

    ctx = ngx_http_get_module_ctx(r, ngx_http_webrtc_module);
    body = ctx->body;

    for ( ;; ) {

        rc = ngx_http_webrtc_body_take(r, body);

        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            ngx_http_webrtc_body_fail(r, body, rc);
            return;
        }

        if (!r->reading_body) {
            r->read_event_handler = ngx_http_block_reading;
            body->handler(r, body->data, NGX_HTTP_OK);
            return;
        }

        rc = ngx_http_read_unbuffered_request_body(r);

        if (rc >= NGX_HTTP_SPECIAL_RESPONSE) {
            ngx_http_webrtc_body_fail(r, body, rc);
            return;
        }

        if (rc == NGX_AGAIN && r->request_body->bufs == NULL) {
            return;
        }
    }
}


static ngx_int_t
ngx_http_webrtc_body_take(ngx_http_request_t *r, ngx_http_webrtc_body_t *body)
{
    size_t        n;
    ngx_buf_t    *b;
    ngx_chain_t  *cl, *ln;

    if (r->request_body == NULL) {
        return NGX_OK;
    }

    for (cl = r->request_body->bufs; cl; /* void */) {

        b = cl->buf;
        n = b->last - b->pos;

        if (n) {

            if (body->max && (off_t) (body->text.len + n) > body->max) {
                return NGX_HTTP_REQUEST_ENTITY_TOO_LARGE;
            }

            if (ngx_http_webrtc_body_grow(r, body, n) != NGX_OK) {
                return NGX_HTTP_INTERNAL_SERVER_ERROR;
            }

            ngx_memcpy(body->text.data + body->text.len, b->pos, n);
            body->text.len += n;
        }

        b->pos = b->last;

        ln = cl;
        cl = cl->next;
        ngx_free_chain(r->pool, ln);
    }

    r->request_body->bufs = NULL;

    return NGX_OK;
}


static ngx_int_t
ngx_http_webrtc_body_grow(ngx_http_request_t *r, ngx_http_webrtc_body_t *body,
    size_t len)
{
    size_t   size;
    u_char  *p;

    len += body->text.len;

    if (len <= body->size) {
        return NGX_OK;
    }

    if (r->headers_in.content_length_n >= (off_t) len) {
        size = (size_t) r->headers_in.content_length_n;

    } else {
        size = ngx_max(body->size * 2, NGX_HTTP_WEBRTC_BODY_FIRST);
        size = ngx_max(size, len);
    }

    p = ngx_pnalloc(r->pool, size);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if (body->text.data) {
        ngx_memcpy(p, body->text.data, body->text.len);
        ngx_pfree(r->pool, body->text.data);
    }

    body->text.data = p;
    body->size = size;

    return NGX_OK;
}


static void
ngx_http_webrtc_body_fail(ngx_http_request_t *r, ngx_http_webrtc_body_t *body,
    ngx_int_t rc)
{
    ngx_connection_t  *c;

    c = r->connection;

    if (rc == NGX_HTTP_REQUEST_ENTITY_TOO_LARGE) {
        ngx_log_error(NGX_LOG_INFO, c->log, 0,
                      "client intended to send too large body");

    } else if (rc == NGX_HTTP_REQUEST_TIME_OUT) {
        /* it is answered: not a connection to be reset */
        c->timedout = 0;
        c->read->timedout = 0;

    } else {
        ngx_http_finalize_request(r, rc);
        return;
    }

    /* what comes yet is not read for long */

    r->keepalive = 0;
    r->lingering_close = 1;
    r->reading_body = 0;
    r->expect_tested = 1;
    r->read_event_handler = ngx_http_block_reading;

    body->handler(r, body->data, rc);
}
