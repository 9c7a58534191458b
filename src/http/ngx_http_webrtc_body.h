
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Request bodies in memory, up to a limit, for APIs that answer a body which
 * is too large or too slow in their own words.
 */


#ifndef _NGX_HTTP_WEBRTC_BODY_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_BODY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <http/ngx_http_webrtc_module.h>


/*
 * "status" is NGX_HTTP_OK, or 413 or 408; the handler answers and finalizes
 * the request.
 */
typedef void (*ngx_http_webrtc_body_handler_pt)(ngx_http_request_t *r,
    void *data, ngx_uint_t status);


/* of the caller, as long as the request */

struct ngx_http_webrtc_body_s {
    ngx_http_webrtc_body_handler_pt   handler;
    void                             *data;
    off_t                             max;      /* 0: any */
    ngx_str_t                         text;
    size_t                            size;
};


/* the context must be set; returns what a content handler returns */
ngx_int_t ngx_http_webrtc_body_read(ngx_http_request_t *r,
    ngx_http_webrtc_body_t *body);


#endif /* _NGX_HTTP_WEBRTC_BODY_H_INCLUDED_ */
