
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The media server's side of one connection to an EvoStream Rendezvous
 * Server: HTTP handshake and WebSocket on one TCP connection, socket.io 0.9
 * in it, then a room that viewers come to.  It is sans-IO: bytes and time go
 * in, bytes come out, what happens is told to the handler.
 */


#ifndef _NGX_WEBRTC_ERS_CLIENT_H_INCLUDED_
#define _NGX_WEBRTC_ERS_CLIENT_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_ice_url.h>
#include <proto/ngx_webrtc_json.h>


typedef struct ngx_webrtc_ers_client_s  ngx_webrtc_ers_client_t;


typedef enum {
    NGX_WEBRTC_ERS_JOINED = 0,      /* the room is ours */
    NGX_WEBRTC_ERS_VIEWER,          /* a viewer came; see below */
    NGX_WEBRTC_ERS_MESSAGE,         /* of a viewer; see below */
    NGX_WEBRTC_ERS_REMOVE,          /* the viewer "id" has left */
    NGX_WEBRTC_ERS_TAKEN,           /* by another media server */
    NGX_WEBRTC_ERS_INVALID_ROOM,
    NGX_WEBRTC_ERS_INVALID_TOKEN,
    NGX_WEBRTC_ERS_RECONNECT,       /* the ERS ends the connection after the
                                       handshake: close it, connect to the
                                       same address, say reconnected(); once
                                       at most */
    NGX_WEBRTC_ERS_BROKEN           /* see "reason"; of no use any more, as
                                       after the three refusals above */
} ngx_webrtc_ers_client_event_e;


typedef enum {
    NGX_WEBRTC_ERS_OFFER = 0,
    NGX_WEBRTC_ERS_ANSWER,
    NGX_WEBRTC_ERS_CANDIDATE,
    NGX_WEBRTC_ERS_COMMAND
} ngx_webrtc_ers_message_e;


/* valid during the call; what is not said is empty */

typedef struct {
    ngx_webrtc_ers_client_event_e  type;
    ngx_str_t                      id;      /* of the viewer */
    const char                    *reason;  /* of BROKEN and the refusals: a
                                               constant, for the log and for
                                               getConfigInfo */

    /* VIEWER */
    ngx_str_t                      stream;
    ngx_str_t                      transport;   /* "srtp" */
    ngx_str_t                      name;        /* of the viewer, to show */

    /* MESSAGE */
    ngx_webrtc_ers_message_e       message;
    ngx_str_t                      sid;     /* to be said in what we send */
    ngx_str_t                      sdp;     /* OFFER, ANSWER */
    ngx_str_t                      candidate;   /* "candidate:..."; empty: no
                                                   more will come */
    ngx_str_t                      mid;
    ngx_str_t                      command;
} ngx_webrtc_ers_client_event_t;


/*
 * Within input(), eof(), tick() or reconnected(); may say verbs, but not
 * destroy().  After BROKEN, a refusal or leave() nothing more is told.
 */
typedef void (*ngx_webrtc_ers_client_handler_pt)(
    ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_ers_client_event_t *event, void *data,
    ngx_webrtc_usec_t now);


/* copied */

typedef struct {
    ngx_str_t                 host;         /* of the Host header, with port */
    ngx_str_t                 room;
    ngx_str_t                 token;
    ngx_str_t                 instance;     /* the same for all sockets of
                                               this server: our own ERS lets
                                               it have the room again */
    size_t                    message_size;     /* of a message, at most */
    size_t                    send_queue;       /* bytes not yet sent */
    ngx_webrtc_usec_t         join_timeout; /* until JOINED or a refusal */
    ngx_webrtc_usec_t         silence;      /* nothing, not even a heartbeat:
                                               BROKEN */
    uint64_t                  wall;         /* us since 1970 at "now" */
    ngx_int_t               (*random)(void *data, u_char *buf, size_t len);
                                            /* "data" as of the handler */
    ngx_int_t               (*sha1)(u_char *digest, const void *data,
                                    size_t len);    /* ngx_webrtc_sha1() */
} ngx_webrtc_ers_client_conf_t;


/* what the ERS names; texts end with a zero */
typedef ngx_webrtc_ice_server_t  ngx_webrtc_ers_server_t;


/* the TCP connection (TLS) stands; NULL: no memory */
ngx_webrtc_ers_client_t *ngx_webrtc_ers_client_create(
    const ngx_webrtc_ers_client_conf_t *conf,
    ngx_webrtc_ers_client_handler_pt handler, void *data,
    ngx_webrtc_usec_t now);
void ngx_webrtc_ers_client_destroy(ngx_webrtc_ers_client_t *client);

void ngx_webrtc_ers_client_input(ngx_webrtc_ers_client_t *client,
    u_char *pos, size_t len, ngx_webrtc_usec_t now);
/* the ERS has closed the connection: BROKEN or RECONNECT is told */
void ngx_webrtc_ers_client_eof(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now);
/* another connection stands, after RECONNECT */
void ngx_webrtc_ers_client_reconnected(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now);
/* moves bytes for the ERS to the buffer and returns their number */
size_t ngx_webrtc_ers_client_output(ngx_webrtc_ers_client_t *client,
    u_char *buf, size_t size);
void ngx_webrtc_ers_client_tick(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_ers_client_expires(
    ngx_webrtc_ers_client_t *client);

/*
 * NGX_ERROR: it is broken or its queue is full, which breaks it: BROKEN is
 * told by the next tick(), for which expires() asks at once.
 */
ngx_int_t ngx_webrtc_ers_client_offer(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *sid, const ngx_str_t *sdp);
ngx_int_t ngx_webrtc_ers_client_answer(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *sid, const ngx_str_t *sdp);
ngx_int_t ngx_webrtc_ers_client_candidate(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *sid, const ngx_str_t *mid,
    const ngx_str_t *candidate);
/* "Unable to retrieve stream!" */
ngx_int_t ngx_webrtc_ers_client_text(ngx_webrtc_ers_client_t *client,
    const ngx_str_t *to, const ngx_str_t *text);
/* says goodbye: flush output(), then close */
void ngx_webrtc_ers_client_leave(ngx_webrtc_ers_client_t *client);

/* further viewers come on this socket; else each needs another one */
ngx_uint_t ngx_webrtc_ers_client_is_shared(
    const ngx_webrtc_ers_client_t *client);
/* valid until the next input(); their number */
ngx_uint_t ngx_webrtc_ers_client_servers(
    const ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_ers_server_t **servers);


#endif /* _NGX_WEBRTC_ERS_CLIENT_H_INCLUDED_ */
