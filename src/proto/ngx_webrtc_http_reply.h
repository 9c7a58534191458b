
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A reply of HTTP/1 (RFC 9112) as a client reads it, byte for byte as it
 * comes: the status line, headers, and a body by Content-Length, in chunks or
 * up to the end of the connection.  Head and body together must fit into the
 * caller's buffer.  Interim replies (100, 103) are skipped.
 */


#ifndef _NGX_WEBRTC_HTTP_REPLY_H_INCLUDED_
#define _NGX_WEBRTC_HTTP_REPLY_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef struct {
    ngx_uint_t          status;
    ngx_str_t           head;       /* lines of headers */
    ngx_str_t           body;

    u_char             *start;      /* of the buffer */
    u_char             *pos;
    u_char             *last;

    ngx_uint_t          state;
    uint64_t            rest;       /* of the body or of a chunk */
    size_t              line;       /* bytes in this line, but its end */
    size_t              extra;      /* bytes that are not kept */

    unsigned            http10:1;
    unsigned            closes:1;   /* the connection ends with this reply */
} ngx_webrtc_http_reply_t;


void ngx_webrtc_http_reply_init(ngx_webrtc_http_reply_t *reply, u_char *buf,
    size_t size);

/*
 * NGX_OK: the reply is complete, and what follows it is at *pos; NGX_AGAIN:
 * all was taken; NGX_ERROR: it is malformed, or too large.
 */
ngx_int_t ngx_webrtc_http_reply_parse(ngx_webrtc_http_reply_t *reply,
    const u_char **pos, const u_char *last);
/* the connection has ended.  NGX_ERROR: too early */
ngx_int_t ngx_webrtc_http_reply_eof(ngx_webrtc_http_reply_t *reply);

/*
 * Of a complete reply.  The name is in lower case; NGX_DECLINED: there is no
 * such header.
 */
ngx_int_t ngx_webrtc_http_reply_header(const ngx_webrtc_http_reply_t *reply,
    const char *name, ngx_str_t *value);
/* whether one of these headers lists the token, in any case of letters */
ngx_uint_t ngx_webrtc_http_reply_has(const ngx_webrtc_http_reply_t *reply,
    const char *name, const char *token);

/* one after another: *pos is NULL at first; NGX_DONE: there are no more */
ngx_int_t ngx_webrtc_http_reply_next(const ngx_webrtc_http_reply_t *reply,
    u_char **pos, ngx_str_t *name, ngx_str_t *value);


#endif /* _NGX_WEBRTC_HTTP_REPLY_H_INCLUDED_ */
