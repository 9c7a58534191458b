
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_HTTP_WEBRTC_ERS_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_ERS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* content handler */
ngx_int_t ngx_http_webrtc_ers_handler(ngx_http_request_t *r);

/* a WebSocket; "sid" is of socket.io, NULL: it speaks plain JSON */
ngx_int_t ngx_http_webrtc_ers_socket(ngx_http_request_t *r,
    const ngx_str_t *sid);


#endif /* _NGX_HTTP_WEBRTC_ERS_H_INCLUDED_ */
