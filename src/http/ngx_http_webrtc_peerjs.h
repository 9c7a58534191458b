
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_HTTP_WEBRTC_PEERJS_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_PEERJS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


/* the WebSocket; returns what a content handler returns */
ngx_int_t ngx_http_webrtc_peerjs_socket(ngx_http_request_t *r);


#endif /* _NGX_HTTP_WEBRTC_PEERJS_H_INCLUDED_ */
