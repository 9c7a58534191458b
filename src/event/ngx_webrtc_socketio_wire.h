
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Requests and WebSockets of Socket.IO on their way to the worker of their
 * session, which may be this one.  What is said over the wire begins with one
 * of the letters below.
 */


#ifndef _NGX_WEBRTC_SOCKETIO_WIRE_H_INCLUDED_
#define _NGX_WEBRTC_SOCKETIO_WIRE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_wire.h>
#include <front/skyway/ngx_webrtc_socketio.h>


/* both ways: a message of a WebSocket */
#define NGX_WEBRTC_SOCKETIO_WIRE_TEXT    'T'
#define NGX_WEBRTC_SOCKETIO_WIRE_BINARY  'B'

/* to the session: the body of a POST, a pong of a WebSocket */
#define NGX_WEBRTC_SOCKETIO_WIRE_BODY    'D'
#define NGX_WEBRTC_SOCKETIO_WIRE_PONG    'P'

/* from the session: an answer, status (2) and type (1); a ping is wanted */
#define NGX_WEBRTC_SOCKETIO_WIRE_ANSWER  'A'
#define NGX_WEBRTC_SOCKETIO_WIRE_PING    'P'

#define NGX_WEBRTC_SOCKETIO_WIRE_HEAD    4


typedef enum {
    NGX_WEBRTC_SOCKETIO_OPEN = 0,
    NGX_WEBRTC_SOCKETIO_POLL,
    NGX_WEBRTC_SOCKETIO_POST,
    NGX_WEBRTC_SOCKETIO_ATTACH
} ngx_webrtc_socketio_request_e;


typedef struct {
    ngx_webrtc_socketio_request_e  kind;
    ngx_str_t                      sid;         /* all but OPEN */
    ngx_webrtc_socketio_query_t    query;       /* OPEN */
    unsigned                       websocket:1;
    unsigned                       b64:1;
    unsigned                       binary:1;    /* the body of a POST */
} ngx_webrtc_socketio_request_t;


/* for the worker, when it has a SkyWay front-end */
void ngx_webrtc_socketio_wire_init(ngx_webrtc_skyway_t *skyway);

/*
 * NGX_OK; NGX_DECLINED: there is no such session; NGX_ERROR: that worker
 * cannot be reached.
 */
ngx_int_t ngx_webrtc_socketio_wire_open(
    const ngx_webrtc_socketio_request_t *request,
    const ngx_webrtc_wire_handlers_t *handlers, void *data,
    ngx_webrtc_wire_t **wire);


#endif /* _NGX_WEBRTC_SOCKETIO_WIRE_H_INCLUDED_ */
