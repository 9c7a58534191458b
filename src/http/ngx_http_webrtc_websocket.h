
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A WebSocket in a request of nginx: the request lives until the close, so
 * that TLS, access checks, variables and the access log are nginx's own.
 */


#ifndef _NGX_HTTP_WEBRTC_WEBSOCKET_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_WEBSOCKET_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <proto/ngx_webrtc_websocket.h>
#include <http/ngx_http_webrtc_module.h>


/* close codes (RFC 6455, section 7.4.1) */

#define NGX_HTTP_WEBRTC_CLOSE_AWAY      1001
#define NGX_HTTP_WEBRTC_CLOSE_DATA      1003
#define NGX_HTTP_WEBRTC_CLOSE_NO_CODE   1005
#define NGX_HTTP_WEBRTC_CLOSE_ABNORMAL  1006
#define NGX_HTTP_WEBRTC_CLOSE_RESTART   1012


typedef struct {
    void                        (*message)(void *data, u_char *text,
                                    size_t len);
    /* once: whoever closed it, nothing more comes and nothing is sent */
    void                        (*closed)(void *data);
    /* anything came, a pong too; before message(); may be NULL */
    void                        (*heard)(void *data);

    /* these may be NULL: binary messages are refused, pongs ignored */
    void                        (*binary)(void *data, u_char *pos,
                                    size_t len);
    void                        (*pong)(void *data);
} ngx_http_webrtc_websocket_handlers_t;


/* in r->pool, so its owner need not free it */

struct ngx_http_webrtc_websocket_s {
    ngx_http_request_t           *request;
    ngx_http_webrtc_ctx_t        *ctx;
    ngx_http_webrtc_loc_conf_t   *conf;

    const ngx_http_webrtc_websocket_handlers_t  *handlers;
    void                         *data;

    ngx_webrtc_websocket_t        ws;

    u_char                       *start;    /* what is being sent */
    u_char                       *pos;
    u_char                       *last;

    ngx_msec_t                    silence;  /* when it is given up; 0: twice
                                               webrtc_pong_timeout */
    ngx_msec_t                    time;     /* of the last message */
    ngx_uint_t                    excess;   /* messages x 1000 */

    unsigned                      established:1;
    unsigned                      closing:1;    /* of either end */
    unsigned                      finished:1;   /* flush and end */
    unsigned                      told:1;       /* closed() */
    unsigned                      away:1;       /* the page was left */
};


/*
 * The opening handshake: NGX_OK: the 101 is on its way; else what a content
 * handler returns.
 */
ngx_int_t ngx_http_webrtc_upgrade(ngx_http_request_t *r);

/*
 * After the handshake.  NGX_DONE: the content handler returns it; NGX_ERROR:
 * no memory.
 */
ngx_int_t ngx_http_webrtc_websocket_start(ngx_http_request_t *r,
    ngx_http_webrtc_websocket_t *socket,
    const ngx_http_webrtc_websocket_handlers_t *handlers, void *data);

/*
 * Before this a client that says nothing is closed, also when nginx is short
 * of connections or this worker quits.
 */
void ngx_http_webrtc_websocket_established(
    ngx_http_webrtc_websocket_t *socket);

/*
 * The client said something that is being looked into: neither its silence, a
 * lack of connections nor the end of this worker closes it for now.  Whoever
 * looks into it has a timer.
 */
void ngx_http_webrtc_websocket_hold(ngx_http_webrtc_websocket_t *socket);

/* these never end the request themselves: an event does */

/* TEXT, BINARY or PING */
void ngx_http_webrtc_websocket_send(ngx_http_webrtc_websocket_t *socket,
    ngx_uint_t opcode, const u_char *data, size_t len);
void ngx_http_webrtc_websocket_text(ngx_http_webrtc_websocket_t *socket,
    const u_char *text, size_t len);
/* one that waits to be sent already is enough */
void ngx_http_webrtc_websocket_ping(ngx_http_webrtc_websocket_t *socket);
void ngx_http_webrtc_websocket_close(ngx_http_webrtc_websocket_t *socket,
    ngx_uint_t code, const ngx_str_t *reason);


#endif /* _NGX_HTTP_WEBRTC_WEBSOCKET_H_INCLUDED_ */
