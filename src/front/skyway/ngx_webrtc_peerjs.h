
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The broker for browsers with PeerJS: JSON texts of a WebSocket come in and
 * go out through the client's pipe.
 */


#ifndef _NGX_WEBRTC_PEERJS_H_INCLUDED_
#define _NGX_WEBRTC_PEERJS_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/skyway/ngx_webrtc_skyway.h>


/* what GET of the path shows */
#define NGX_WEBRTC_PEERJS_INFO                                               \
    "{\"name\":\"PeerJS Server\",\"description\":\"A server side element to "\
    "broker connections between PeerJS clients.\","                          \
    "\"website\":\"https://peerjs.com/\"}"


/* of the closing of a socket (RFC 6455, section 7.4.1) */
#define NGX_WEBRTC_PEERJS_NORMAL   1000
#define NGX_WEBRTC_PEERJS_RESTART  1012


typedef struct ngx_webrtc_peerjs_client_s  ngx_webrtc_peerjs_client_t;


/*
 * How a client is reached.  None of these calls back.  NGX_ERROR: the pipe
 * has closed itself.  After that and after close() it is not used again, and
 * the client is gone.
 */

typedef struct {
    ngx_int_t               (*send)(void *pipe, const u_char *data,
                                size_t len);
    ngx_int_t               (*ping)(void *pipe);
    void                    (*close)(void *pipe, ngx_uint_t code,
                                const char *reason);
} ngx_webrtc_peerjs_pipe_t;


/* of the URL; empty: not there */

typedef struct {
    ngx_str_t                 key;
    ngx_str_t                 id;
    ngx_str_t                 token;
    ngx_str_t                 origin;   /* the header */
} ngx_webrtc_peerjs_hello_t;


/*
 * A new WebSocket.  NULL: "refusal" is the message to send before the close;
 * empty: it is closed already.  With an id that has the same token already,
 * it takes that one's place.  "wall" is seconds since 1970.
 */
ngx_webrtc_peerjs_client_t *ngx_webrtc_peerjs_open(
    ngx_webrtc_skyway_t *skyway, const ngx_webrtc_peerjs_hello_t *hello,
    const ngx_webrtc_peerjs_pipe_t *handlers, void *pipe, uint64_t wall,
    ngx_webrtc_usec_t now, ngx_str_t *refusal);

/* one text message; NGX_DONE: the pipe was closed, the client is gone */
ngx_int_t ngx_webrtc_peerjs_input(ngx_webrtc_peerjs_client_t *client,
    u_char *data, size_t len, ngx_webrtc_usec_t now);

/* anything came, a pong too */
void ngx_webrtc_peerjs_heard(ngx_webrtc_peerjs_client_t *client,
    ngx_webrtc_usec_t now);

/* the socket has gone; so is the client */
void ngx_webrtc_peerjs_closed(ngx_webrtc_peerjs_client_t *client);

/* GET {key}/id: NGX_WEBRTC_UUID_LEN characters, not terminated */
ngx_int_t ngx_webrtc_peerjs_id(u_char *id);

/*
 * GET {key}/peers: a JSON array, new.  NULL with NGX_DECLINED: it is not
 * allowed; with NGX_ERROR: no memory.
 */
char *ngx_webrtc_peerjs_peers(ngx_webrtc_skyway_t *skyway,
    const ngx_str_t *key, ngx_int_t *rc);


#endif /* _NGX_WEBRTC_PEERJS_H_INCLUDED_ */
