
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* What the two files of WebSockets share. */


#ifndef _NGX_HTTP_WEBRTC_WEBSOCKET_WRITE_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_WEBSOCKET_WRITE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <http/ngx_http_webrtc_websocket.h>


/* a record of TLS */
#define NGX_HTTP_WEBRTC_BUFFER          16384

/* buffers read or written before others get their turn */
#define NGX_HTTP_WEBRTC_TURN            8


/* ngx_http_webrtc_websocket_write.c */

/* of write events: sends what there is, and ends what is finished */
void ngx_http_webrtc_websocket_write(ngx_http_request_t *r);
/* NGX_OK: all is sent; NGX_AGAIN: not all; NGX_ERROR: the client has gone */
ngx_int_t ngx_http_webrtc_websocket_flush(ngx_http_webrtc_websocket_t *socket);

/* ngx_http_webrtc_websocket.c */

void ngx_http_webrtc_websocket_end(ngx_http_webrtc_websocket_t *socket,
    ngx_uint_t code, const u_char *reason, size_t len);
/* the request is gone at once */
void ngx_http_webrtc_websocket_abort(ngx_http_webrtc_websocket_t *socket);


#endif /* _NGX_HTTP_WEBRTC_WEBSOCKET_WRITE_H_INCLUDED_ */
