
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <http/ngx_http_webrtc_answer.h>


static ngx_int_t ngx_http_webrtc_answer_output(ngx_http_request_t *r,
    ngx_uint_t status, const char *type, ngx_str_t *body, off_t length);
static ngx_int_t ngx_http_webrtc_answer_keep(ngx_http_request_t *r,
    ngx_str_t *body);
static void ngx_http_webrtc_answer_release(void *data);


static size_t  ngx_http_webrtc_answer_bytes;


ngx_int_t
ngx_http_webrtc_answer_send(ngx_http_request_t *r, ngx_uint_t status,
    ngx_str_t *body)
{
    return ngx_http_webrtc_answer_body(r, status, "application/json", body);
}


ngx_int_t
ngx_http_webrtc_answer_body(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, ngx_str_t *body)
{
    if (ngx_http_webrtc_answer_keep(r, body) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    return ngx_http_webrtc_answer_output(r, status, type, body, body->len);
}


ngx_int_t
ngx_http_webrtc_answer_text(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, const u_char *text, size_t len)
{
    ngx_str_t  body;

    body.len = len;
    body.data = ngx_pnalloc(r->pool, len);

    if (body.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }

    ngx_memcpy(body.data, text, len);

    return ngx_http_webrtc_answer_output(r, status, type, &body, len);
}


ngx_int_t
ngx_http_webrtc_answer_chunked(ngx_http_request_t *r, const char *type,
    ngx_str_t *body)
{
    return ngx_http_webrtc_answer_output(r, NGX_HTTP_OK, type, body, -1);
}


static ngx_int_t
ngx_http_webrtc_answer_output(ngx_http_request_t *r, ngx_uint_t status,
    const char *type, ngx_str_t *body, off_t length)
{
    ngx_int_t     rc;
    ngx_buf_t    *b;
    ngx_chain_t   out;

    r->headers_out.status = status;
    r->headers_out.content_length_n = length;

    if (body->len) {
        r->headers_out.content_type.data = (u_char *) type;
        r->headers_out.content_type.len = ngx_strlen(type);
        r->headers_out.content_type_len = r->headers_out.content_type.len;
        r->headers_out.content_type_lowcase = NULL;
    }

    rc = ngx_http_send_header(r);

    if (rc == NGX_ERROR || rc > NGX_OK || r->header_only) {
        return rc;
    }

    if (body->len == 0) {
        return ngx_http_send_special(r, NGX_HTTP_LAST);
    }

    b = ngx_calloc_buf(r->pool);
    if (b == NULL) {
        return NGX_ERROR;
    }

    b->pos = body->data;
    b->last = body->data + body->len;
    b->memory = 1;
    b->last_buf = (r == r->main) ? 1 : 0;
    b->last_in_chain = 1;

    out.buf = b;
    out.next = NULL;

    return ngx_http_output_filter(r, &out);
}


size_t
ngx_http_webrtc_answer_held(void)
{
    return ngx_http_webrtc_answer_bytes;
}


/* as long as the request */

static ngx_int_t
ngx_http_webrtc_answer_keep(ngx_http_request_t *r, ngx_str_t *body)
{
    ngx_pool_cleanup_t  *cln;

    cln = ngx_pool_cleanup_add(r->pool, sizeof(ngx_str_t));

    if (cln == NULL) {
        free(body->data);
        ngx_str_null(body);
        return NGX_ERROR;
    }

    ngx_memcpy(cln->data, body, sizeof(ngx_str_t));
    cln->handler = ngx_http_webrtc_answer_release;

    ngx_http_webrtc_answer_bytes += body->len;

    return NGX_OK;
}


static void
ngx_http_webrtc_answer_release(void *data)
{
    ngx_str_t *body = data;

    ngx_http_webrtc_answer_bytes -= body->len;

    free(body->data);
}


ngx_int_t
ngx_http_webrtc_arg(ngx_http_request_t *r, const char *name, ngx_str_t *value)
{
    u_char     *dst, *src;
    ngx_str_t   arg;

    ngx_str_null(value);

    if (ngx_http_arg(r, (u_char *) name, ngx_strlen(name), &arg) != NGX_OK
        || arg.len == 0)
    {
        return NGX_OK;
    }

    value->data = ngx_pnalloc(r->pool, arg.len);
    if (value->data == NULL) {
        return NGX_ERROR;
    }

    dst = value->data;
    src = arg.data;

    ngx_unescape_uri(&dst, &src, arg.len, 0);

    value->len = dst - value->data;

    return NGX_OK;
}
