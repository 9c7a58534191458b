
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The signalling host of skyway-js: Socket.IO, and the requests that go along
 * with it.
 */


#ifndef _NGX_HTTP_WEBRTC_SOCKETIO_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_SOCKETIO_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_socketio_wire.h>
#include <http/ngx_http_webrtc_body.h>
#include <http/ngx_http_webrtc_websocket.h>


/* one request, or one WebSocket; in r->pool */

typedef struct {
    ngx_http_webrtc_ctx_t          ctx;
    ngx_http_webrtc_websocket_t    socket;
    ngx_http_webrtc_body_t         body;
    ngx_http_request_t            *request;
    ngx_webrtc_socketio_request_t  wanted;
    ngx_webrtc_wire_t             *wire;    /* NULL: it is closed */
} ngx_http_webrtc_socketio_t;


/* content handler */
ngx_int_t ngx_http_webrtc_socketio_handler(ngx_http_request_t *r);

/* ngx_http_webrtc_socketio_answer.c */

/* headers for the page that asks; NGX_ERROR: no memory */
ngx_int_t ngx_http_webrtc_socketio_cors(ngx_http_request_t *r);
/* returns what a content handler returns; the body is copied */
ngx_int_t ngx_http_webrtc_socketio_answer(ngx_http_request_t *r,
    ngx_uint_t status, const char *type, const u_char *body, size_t len);
ngx_int_t ngx_http_webrtc_socketio_error(ngx_http_request_t *r,
    ngx_uint_t code);
ngx_int_t ngx_http_webrtc_socketio_preflight(ngx_http_request_t *r);

/* ngx_http_webrtc_socketio_list.c */

/* NGX_DECLINED: it is none of these requests */
ngx_int_t ngx_http_webrtc_socketio_list(ngx_http_request_t *r);


#endif /* _NGX_HTTP_WEBRTC_SOCKETIO_H_INCLUDED_ */
