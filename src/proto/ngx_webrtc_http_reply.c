
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_http_reply.h>
#include <proto/ngx_webrtc_http_reply_head.h>


/* of sizes and extensions of chunks, trailers and interim replies */
#define NGX_WEBRTC_HTTP_REPLY_EXTRA  16384


typedef enum {
    NGX_WEBRTC_HTTP_REPLY_HEAD = 0,
    NGX_WEBRTC_HTTP_REPLY_COUNTED,      /* "rest" bytes of the body */
    NGX_WEBRTC_HTTP_REPLY_TO_END,       /* of the connection */
    NGX_WEBRTC_HTTP_REPLY_SIZE,         /* of a chunk */
    NGX_WEBRTC_HTTP_REPLY_EXTENSION,
    NGX_WEBRTC_HTTP_REPLY_CHUNK,        /* "rest" bytes of it */
    NGX_WEBRTC_HTTP_REPLY_CHUNK_END,
    NGX_WEBRTC_HTTP_REPLY_TRAILER,
    NGX_WEBRTC_HTTP_REPLY_DONE
} ngx_webrtc_http_reply_state_e;


static ngx_int_t ngx_webrtc_http_reply_byte(ngx_webrtc_http_reply_t *reply,
    u_char ch);
static ngx_int_t ngx_webrtc_http_reply_head_byte(
    ngx_webrtc_http_reply_t *reply, u_char ch);
static ngx_int_t ngx_webrtc_http_reply_body(ngx_webrtc_http_reply_t *reply);
static ngx_int_t ngx_webrtc_http_reply_keep(ngx_webrtc_http_reply_t *reply,
    const u_char **pos, const u_char *last);
static ngx_int_t ngx_webrtc_http_reply_size_byte(
    ngx_webrtc_http_reply_t *reply, u_char ch);
static ngx_int_t ngx_webrtc_http_reply_size_end(
    ngx_webrtc_http_reply_t *reply);
static void ngx_webrtc_http_reply_done(ngx_webrtc_http_reply_t *reply);


void
ngx_webrtc_http_reply_init(ngx_webrtc_http_reply_t *reply, u_char *buf,
    size_t size)
{
    ngx_memzero(reply, sizeof(ngx_webrtc_http_reply_t));

    reply->start = buf;
    reply->pos = buf;
    reply->last = buf + size;
}


ngx_int_t
ngx_webrtc_http_reply_parse(ngx_webrtc_http_reply_t *reply,
    const u_char **pos, const u_char *last)
{
    ngx_int_t  rc;

    while (reply->state != NGX_WEBRTC_HTTP_REPLY_DONE) {

        if (*pos == last) {
            return NGX_AGAIN;
        }

        switch (reply->state) {

        case NGX_WEBRTC_HTTP_REPLY_COUNTED:
        case NGX_WEBRTC_HTTP_REPLY_TO_END:
        case NGX_WEBRTC_HTTP_REPLY_CHUNK:
            rc = ngx_webrtc_http_reply_keep(reply, pos, last);
            break;

        default:
            rc = ngx_webrtc_http_reply_byte(reply, *(*pos)++);
            break;
        }

        if (rc != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_http_reply_eof(ngx_webrtc_http_reply_t *reply)
{
    if (reply->state == NGX_WEBRTC_HTTP_REPLY_TO_END) {
        ngx_webrtc_http_reply_done(reply);
    }

    return (reply->state == NGX_WEBRTC_HTTP_REPLY_DONE) ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_webrtc_http_reply_byte(ngx_webrtc_http_reply_t *reply, u_char ch)
{
    if (reply->state == NGX_WEBRTC_HTTP_REPLY_HEAD) {
        return ngx_webrtc_http_reply_head_byte(reply, ch);
    }

    if (reply->extra++ == NGX_WEBRTC_HTTP_REPLY_EXTRA) {
        return NGX_ERROR;
    }

    switch (reply->state) {

    case NGX_WEBRTC_HTTP_REPLY_SIZE:
        return ngx_webrtc_http_reply_size_byte(reply, ch);

    case NGX_WEBRTC_HTTP_REPLY_EXTENSION:
        return (ch == '\n') ? ngx_webrtc_http_reply_size_end(reply) : NGX_OK;

    case NGX_WEBRTC_HTTP_REPLY_CHUNK_END:

        if (ch == '\n') {
            reply->state = NGX_WEBRTC_HTTP_REPLY_SIZE;
            reply->line = 0;
            return NGX_OK;
        }

        return (ch == '\r' && reply->line++ == 0) ? NGX_OK : NGX_ERROR;

    default: /* NGX_WEBRTC_HTTP_REPLY_TRAILER */

        if (ch == '\n') {

            if (reply->line == 0) {
                ngx_webrtc_http_reply_done(reply);
            }

            reply->line = 0;

        } else if (ch != '\r') {
            reply->line++;
        }

        return NGX_OK;
    }
}


static ngx_int_t
ngx_webrtc_http_reply_head_byte(ngx_webrtc_http_reply_t *reply, u_char ch)
{
    if (reply->pos == reply->last) {
        return NGX_ERROR;
    }

    *reply->pos++ = ch;

    if (ch == '\n') {

        if (reply->line == 0) {
            return ngx_webrtc_http_reply_body(reply);
        }

        reply->line = 0;

    } else if (ch != '\r') {
        reply->line++;
    }

    return NGX_OK;
}


/* the head is there: what follows? */

static ngx_int_t
ngx_webrtc_http_reply_body(ngx_webrtc_http_reply_t *reply)
{
    ngx_webrtc_http_reply_framing_t  framing;

    if (ngx_webrtc_http_reply_head(reply, &framing) != NGX_OK) {
        return NGX_ERROR;
    }

    if (reply->status < 200 && reply->status != 101) {

        reply->extra += reply->pos - reply->start;
        reply->pos = reply->start;

        return (reply->extra > NGX_WEBRTC_HTTP_REPLY_EXTRA) ? NGX_ERROR
                                                            : NGX_OK;
    }

    reply->body.data = reply->pos;

    if (reply->status == 101
        || reply->status == 204
        || reply->status == 304
        || (framing.counted && framing.length == 0))
    {
        ngx_webrtc_http_reply_done(reply);
        return NGX_OK;
    }

    if (framing.chunked) {
        reply->state = NGX_WEBRTC_HTTP_REPLY_SIZE;
        return NGX_OK;
    }

    if (!framing.counted) {
        reply->state = NGX_WEBRTC_HTTP_REPLY_TO_END;
        reply->closes = 1;
        return NGX_OK;
    }

    if (framing.length > (uint64_t) (reply->last - reply->pos)) {
        return NGX_ERROR;
    }

    reply->state = NGX_WEBRTC_HTTP_REPLY_COUNTED;
    reply->rest = framing.length;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_http_reply_keep(ngx_webrtc_http_reply_t *reply,
    const u_char **pos, const u_char *last)
{
    size_t  n;

    n = last - *pos;

    if (reply->state != NGX_WEBRTC_HTTP_REPLY_TO_END && n > reply->rest) {
        n = reply->rest;
    }

    if (n > (size_t) (reply->last - reply->pos)) {
        return NGX_ERROR;
    }

    reply->pos = ngx_cpymem(reply->pos, *pos, n);
    *pos += n;

    if (reply->state == NGX_WEBRTC_HTTP_REPLY_TO_END) {
        return NGX_OK;
    }

    reply->rest -= n;

    if (reply->rest == 0) {

        if (reply->state == NGX_WEBRTC_HTTP_REPLY_CHUNK) {
            reply->state = NGX_WEBRTC_HTTP_REPLY_CHUNK_END;
            reply->line = 0;

        } else {
            ngx_webrtc_http_reply_done(reply);
        }
    }

    return NGX_OK;
}


/* 1*HEXDIG [BWS ";" ...] */

static ngx_int_t
ngx_webrtc_http_reply_size_byte(ngx_webrtc_http_reply_t *reply, u_char ch)
{
    u_char  hex;

    hex = ch | 0x20;

    if (ch >= '0' && ch <= '9') {
        ch -= '0';

    } else if (hex >= 'a' && hex <= 'f') {
        ch = hex - 'a' + 10;

    } else if (reply->line == 0) {
        return NGX_ERROR;

    } else if (ch == '\n') {
        return ngx_webrtc_http_reply_size_end(reply);

    } else if (ch == ';' || ch == ' ' || ch == '\t' || ch == '\r') {
        reply->state = NGX_WEBRTC_HTTP_REPLY_EXTENSION;
        return NGX_OK;

    } else {
        return NGX_ERROR;
    }

    if (reply->line == NGX_WEBRTC_HTTP_REPLY_DIGITS) {
        return NGX_ERROR;
    }

    if (reply->line++ == 0) {
        reply->rest = 0;
    }

    reply->rest = reply->rest * 16 + ch;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_http_reply_size_end(ngx_webrtc_http_reply_t *reply)
{
    reply->line = 0;

    if (reply->rest == 0) {
        reply->state = NGX_WEBRTC_HTTP_REPLY_TRAILER;
        return NGX_OK;
    }

    if (reply->rest > (uint64_t) (reply->last - reply->pos)) {
        return NGX_ERROR;
    }

    reply->state = NGX_WEBRTC_HTTP_REPLY_CHUNK;

    return NGX_OK;
}


static void
ngx_webrtc_http_reply_done(ngx_webrtc_http_reply_t *reply)
{
    reply->state = NGX_WEBRTC_HTTP_REPLY_DONE;
    reply->body.len = reply->pos - reply->body.data;
}
