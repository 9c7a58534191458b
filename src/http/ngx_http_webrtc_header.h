
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_HTTP_WEBRTC_HEADER_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_HEADER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* a place among the headers of a request; all zero is the beginning */

typedef struct {
    ngx_list_part_t          *part;
    ngx_uint_t                i;
} ngx_http_webrtc_header_pos_t;


/* the next one of that name, which is in lower case; NULL: no more */
ngx_table_elt_t *ngx_http_webrtc_header_next(ngx_http_request_t *r,
    ngx_http_webrtc_header_pos_t *pos, const char *name);
/* of the only one; NGX_DECLINED: there is none, or more than one */
ngx_int_t ngx_http_webrtc_header_value(ngx_http_request_t *r,
    const char *name, ngx_str_t *value);
/* to the answer */
ngx_int_t ngx_http_webrtc_header_add(ngx_http_request_t *r, const char *name,
    const ngx_str_t *value);


#endif /* _NGX_HTTP_WEBRTC_HEADER_H_INCLUDED_ */
