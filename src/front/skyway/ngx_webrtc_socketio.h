
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The signalling server of skyway-js: sessions of Socket.IO 2 over Engine.IO
 * 3.  A session lives at the worker of its handshake; its id tells which one,
 * so that any worker knows where a request or a WebSocket belongs.
 *
 * What carries packets is a carrier: one HTTP request, or one WebSocket.  It
 * is in memory of the one who makes it, and his again when answer() or close()
 * is called, which may be from within any call of this file.
 */


#ifndef _NGX_WEBRTC_SOCKETIO_H_INCLUDED_
#define _NGX_WEBRTC_SOCKETIO_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/skyway/ngx_webrtc_room.h>
#include <front/skyway/ngx_webrtc_skyway.h>


/* 24 bytes in base64: seat, term, 128 random bits */
#define NGX_WEBRTC_SOCKETIO_SID  32


typedef struct ngx_webrtc_socketio_session_s  ngx_webrtc_socketio_session_t;
typedef struct ngx_webrtc_socketio_carrier_s  ngx_webrtc_socketio_carrier_t;


typedef enum {
    NGX_WEBRTC_SOCKETIO_TEXT = 0,       /* a payload */
    NGX_WEBRTC_SOCKETIO_BINARY,         /* a binary payload */
    NGX_WEBRTC_SOCKETIO_HTML,           /* "ok" */
    NGX_WEBRTC_SOCKETIO_JSON,           /* an error */
    NGX_WEBRTC_SOCKETIO_TYPES
} ngx_webrtc_socketio_type_e;


typedef struct {
    void                    (*answer)(ngx_webrtc_socketio_carrier_t *carrier,
                                ngx_uint_t status,
                                ngx_webrtc_socketio_type_e type,
                                const ngx_str_t *body);

    /* a message of a WebSocket is "head" and "data" */
    void                    (*frame)(ngx_webrtc_socketio_carrier_t *carrier,
                                ngx_uint_t binary, u_char head,
                                const ngx_str_t *data);
    /* the one at the other end of a WebSocket shall say alive() */
    void                    (*ping)(ngx_webrtc_socketio_carrier_t *carrier);
    void                    (*close)(ngx_webrtc_socketio_carrier_t *carrier);
} ngx_webrtc_socketio_handlers_t;


struct ngx_webrtc_socketio_carrier_s {
    const ngx_webrtc_socketio_handlers_t  *handlers;
    void                            *data;
    ngx_webrtc_socketio_session_t   *session;   /* NULL: not attached */
    unsigned                         websocket:1;
    unsigned                         b64:1;     /* takes no binary */
};


/* a handshake: its query (empty: it has none), and limits */

typedef struct {
    ngx_str_t                 key;
    ngx_str_t                 token;
    ngx_str_t                 id;
    ngx_str_t                 credential;   /* JSON */
    ngx_str_t                 origin;       /* of the page */
    size_t                    send_queue;   /* bytes for a slow client */
    size_t                    message_size; /* with its attachments */
    ngx_uint_t                rate;         /* messages a second; 0: any */
    ngx_uint_t                burst;
} ngx_webrtc_socketio_query_t;


/* a session in a room */

typedef struct ngx_webrtc_socketio_member_s  ngx_webrtc_socketio_member_t;


/*
 * Between a session and the home of a room (ngx_webrtc_room.h), wherever that
 * is.  join(): NULL: there is none.  What comes back is said by room_input(),
 * never from within a call.  send(): NGX_ERROR: the link is broken.
 */

typedef struct {
    void                     *data;
    void                   *(*join)(void *data,
                                ngx_webrtc_socketio_member_t *member,
                                const ngx_webrtc_room_join_t *join);
    ngx_int_t               (*send)(void *link, const u_char *pos,
                                size_t len);
    void                    (*leave)(void *link);
} ngx_webrtc_socketio_glue_t;


/* before any session; without it there are no rooms */
void ngx_webrtc_socketio_set_glue(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_socketio_glue_t *glue);

/* a request or a WebSocket without a session id */
void ngx_webrtc_socketio_open(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_socketio_carrier_t *carrier,
    const ngx_webrtc_socketio_query_t *query, ngx_webrtc_usec_t now);

/* with one: a GET, a POST with its body (changed), a WebSocket */
void ngx_webrtc_socketio_poll(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_socketio_carrier_t *carrier, const ngx_str_t *sid,
    ngx_webrtc_usec_t now);
void ngx_webrtc_socketio_post(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_socketio_carrier_t *carrier, const ngx_str_t *sid,
    ngx_uint_t binary, u_char *pos, size_t len, ngx_webrtc_usec_t now);
void ngx_webrtc_socketio_attach(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_socketio_carrier_t *carrier, const ngx_str_t *sid,
    ngx_webrtc_usec_t now);

/* a message of an attached WebSocket (changed) */
void ngx_webrtc_socketio_input(ngx_webrtc_socketio_carrier_t *carrier,
    ngx_uint_t binary, u_char *pos, size_t len, ngx_webrtc_usec_t now);
/* the client has answered a ping of its WebSocket */
void ngx_webrtc_socketio_alive(ngx_webrtc_socketio_carrier_t *carrier,
    ngx_webrtc_usec_t now);
/*
 * The client has gone away from an attached carrier.  A session that is in
 * rooms waits for it; whoever knows that it does not come back says so before
 * with the end of Socket.IO, "41".
 */
void ngx_webrtc_socketio_gone(ngx_webrtc_socketio_carrier_t *carrier,
    ngx_webrtc_usec_t now);

void ngx_webrtc_socketio_room_input(ngx_webrtc_socketio_member_t *member,
    u_char *pos, size_t len);
/* the home has gone; the link is no more */
void ngx_webrtc_socketio_room_closed(ngx_webrtc_socketio_member_t *member);


/* whose session it is; NGX_ERROR: it is no session id */
ngx_int_t ngx_webrtc_socketio_sid_parse(const ngx_str_t *sid,
    ngx_uint_t *seat, uint64_t *term);

/* errors in Engine.IO's own form, with status 400 */

#define NGX_WEBRTC_SOCKETIO_TRANSPORT  0
#define NGX_WEBRTC_SOCKETIO_UNKNOWN    1    /* session id */
#define NGX_WEBRTC_SOCKETIO_METHOD     2
#define NGX_WEBRTC_SOCKETIO_REQUEST    3

const ngx_str_t *ngx_webrtc_socketio_error(ngx_uint_t code);


#endif /* _NGX_WEBRTC_SOCKETIO_H_INCLUDED_ */
