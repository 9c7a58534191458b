
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* answers of the APIs: JSON text that a front-end has made */


#ifndef _NGX_HTTP_WEBRTC_ANSWER_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_ANSWER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/*
 * The body, malloc()ed, goes over to the request; empty: none.  Returns what
 * a content handler returns; headers beside its type and length are the
 * caller's.
 */
ngx_int_t ngx_http_webrtc_answer_send(ngx_http_request_t *r,
    ngx_uint_t status, ngx_str_t *body);

/* the same with a body of any type */
ngx_int_t ngx_http_webrtc_answer_body(ngx_http_request_t *r,
    ngx_uint_t status, const char *type, ngx_str_t *body);
/* ... that is short, and copied */
ngx_int_t ngx_http_webrtc_answer_text(ngx_http_request_t *r,
    ngx_uint_t status, const char *type, const u_char *text, size_t len);
/* 200 with a body in r->pool, whose length is not said */
ngx_int_t ngx_http_webrtc_answer_chunked(ngx_http_request_t *r,
    const char *type, ngx_str_t *body);

/*
 * An argument of the query, decoded in r->pool; empty: there is none.  A "+"
 * is a plus: ids may have one, and browsers escape what is none.
 */
ngx_int_t ngx_http_webrtc_arg(ngx_http_request_t *r, const char *name,
    ngx_str_t *value);

/* bytes of answers that clients of this worker have not read yet */
size_t ngx_http_webrtc_answer_held(void);


#endif /* _NGX_HTTP_WEBRTC_ANSWER_H_INCLUDED_ */
