
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The front-end of the SkyWay WebRTC Gateway in one worker: the broker, where
 * peers are known by their ids, and the peers that programs drive over REST.
 *
 * A peer is known in a realm (the API key).  Wherever it is connected, it is
 * an endpoint of that worker and a registration that all workers see.  There
 * are three kinds ("dialects"): browsers with skyway-js over socket.io,
 * browsers with PeerJS over a WebSocket, and REST.  What one tells another is
 * a message; its payload is JSON in the dialect of the one who sent it, and
 * the receiver's side translates (ngx_webrtc_skyway_bridge.h).  A REST peer
 * speaks the dialect of skyway-js.
 */


#ifndef _NGX_WEBRTC_SKYWAY_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_acl.h>
#include <core/ngx_webrtc_addr.h>
#include <hub/ngx_webrtc_gateway.h>
#include <hub/ngx_webrtc_hub.h>


#define NGX_WEBRTC_SKYWAY_KEY_MAX    64
#define NGX_WEBRTC_SKYWAY_ID_MAX     128    /* of a peer */
#define NGX_WEBRTC_SKYWAY_TOKEN_MAX  64

/* "da-" and a UUID */
#define NGX_WEBRTC_SKYWAY_OBJECT_ID  39


typedef struct ngx_webrtc_skyway_s           ngx_webrtc_skyway_t;
typedef struct ngx_webrtc_skyway_endpoint_s  ngx_webrtc_skyway_endpoint_t;


typedef enum {
    NGX_WEBRTC_SKYWAY_SOCKETIO = 0,
    NGX_WEBRTC_SKYWAY_PEERJS,
    NGX_WEBRTC_SKYWAY_REST
} ngx_webrtc_skyway_dialect_e;


typedef enum {
    NGX_WEBRTC_SKYWAY_OFFER = 0,
    NGX_WEBRTC_SKYWAY_ANSWER,
    NGX_WEBRTC_SKYWAY_CANDIDATE,
    NGX_WEBRTC_SKYWAY_LEAVE,            /* src has gone for good */
    NGX_WEBRTC_SKYWAY_FORCE_CLOSE,      /* one connection */
    NGX_WEBRTC_SKYWAY_EXPIRE,           /* dst was not to be found: comes
                                           back with src and dst exchanged */
    NGX_WEBRTC_SKYWAY_INSIDE,           /* REST to REST, during a call */
    NGX_WEBRTC_SKYWAY_RESUME            /* skyway-js, from the old session of
                                           a client to its new one; no JSON */
} ngx_webrtc_skyway_message_e;


typedef struct {
    ngx_webrtc_skyway_message_e  type;
    ngx_webrtc_skyway_dialect_e  dialect;   /* of the payload */
    ngx_str_t                    key;
    ngx_str_t                    src;
    ngx_str_t                    dst;
    ngx_str_t                    payload;   /* a JSON object; empty: none */
} ngx_webrtc_skyway_message_t;


typedef struct {
    ngx_str_t                    key;
    ngx_str_t                    id;
    ngx_str_t                    token;
    ngx_webrtc_skyway_dialect_e  dialect;
} ngx_webrtc_skyway_registration_t;


/* called while the table is locked: copy and return */
typedef ngx_int_t (*ngx_webrtc_skyway_list_pt)(void *data,
    const ngx_webrtc_skyway_registration_t *registration);


/* what the front-end asks of the glue around it */

typedef struct {
    void                     *data;

    /*
     * The registry.  claim(): NGX_OK; NGX_DONE: it was another endpoint's,
     * here or elsewhere, with the same token, which hears that it was
     * replaced, but not from within claim(); NGX_DECLINED: the id lives under
     * another token; NGX_BUSY: there are too many.  release(): only if it is
     * still that endpoint's; the token is not looked at.  find():
     * NGX_DECLINED.
     */
    ngx_int_t               (*claim)(void *data,
                                const ngx_webrtc_skyway_registration_t *reg,
                                uint64_t endpoint);
    void                    (*release)(void *data,
                                const ngx_webrtc_skyway_registration_t *reg,
                                uint64_t endpoint);
    ngx_int_t               (*find)(void *data, const ngx_str_t *key,
                                const ngx_str_t *id,
                                ngx_webrtc_skyway_dialect_e *dialect);
    void                    (*list)(void *data, const ngx_str_t *key,
                                ngx_webrtc_skyway_list_pt handler,
                                void *handler_data);

    /*
     * To the endpoint with that key and id, wherever it is; never delivered
     * from within send().  NGX_DECLINED: there is none.
     */
    ngx_int_t               (*send)(void *data,
                                const ngx_webrtc_skyway_message_t *message);

    /*
     * Plain UDP ports, found by their ids of OBJECT_ID bytes.  open(): a new
     * one, "id" is written; NGX_BUSY: none is free.  acquire(): for a link of
     * this worker, wherever the port was made; NULL: unknown or of another
     * kind.  Each acquire() needs a release(); with the last one the port is
     * closed and forgotten.  remove(): NGX_DECLINED: unknown, NGX_BUSY: in
     * use.
     */
    ngx_int_t               (*port_open)(void *data, ngx_webrtc_port_e kind,
                                u_char *id, ngx_webrtc_addr_t *addr);
    ngx_webrtc_port_t      *(*port_acquire)(void *data,
                                ngx_webrtc_port_e kind, const ngx_str_t *id);
    void                    (*port_release)(void *data,
                                ngx_webrtc_port_t *port);
    ngx_int_t               (*port_remove)(void *data,
                                ngx_webrtc_port_e kind, const ngx_str_t *id);

    /*
     * Whether what a program names as its address may be sent to: by the
     * access list, and it is no port of ours.
     */
    ngx_uint_t              (*may_redirect)(void *data,
                                const ngx_webrtc_addr_t *addr);

    /* who we are, for ids by which others find us: a seat and its term */
    ngx_uint_t                seat;
    uint64_t                  term;
} ngx_webrtc_skyway_glue_t;


typedef struct {
    ngx_str_t                 name;
    ngx_str_t                 secret;       /* empty: no authentication */
    ngx_str_t                 domain;       /* empty: any */
} ngx_webrtc_skyway_key_t;


typedef struct {
    const ngx_webrtc_skyway_key_t  *keys;   /* none: any key is accepted */
    ngx_uint_t                nkeys;
    ngx_uint_t                max_peers;    /* REST, of this worker */
    ngx_uint_t                max_connections;      /* of one REST peer */
    ngx_uint_t                max_events;   /* in the queue of one object */
    ngx_uint_t                max_waiting;  /* messages of one peer to those
                                               who are not there yet */
    size_t                    waiting_buffer;   /* bytes of all of them */
    ngx_webrtc_usec_t         poll_timeout;         /* 29 s */
    ngx_webrtc_usec_t         poll_grace;           /* 200 ms */
    ngx_webrtc_usec_t         linger;       /* a closed object's CLOSE */
    ngx_webrtc_usec_t         idle;         /* of a REST peer, then its id is
                                               free to be taken; 0: never */
    ngx_webrtc_usec_t         expire_timeout;       /* 5 s */
    ngx_webrtc_usec_t         alive_timeout;        /* without a message */
    ngx_webrtc_usec_t         ping_timeout;         /* not even a pong */
    const ngx_webrtc_acl_t   *redirect_allow;       /* NULL: nowhere */
    ngx_uint_t                max_room_members;
    ngx_uint_t                max_rooms;    /* of one browser */
    size_t                    room_log;     /* bytes of one room's */
    unsigned                  has_ice_servers:1;    /* full ICE is possible */
    unsigned                  unpack:1;     /* serialization to browsers */
    unsigned                  discovery:1;  /* GET .../peers of PeerJS */
} ngx_webrtc_skyway_conf_t;


/*
 * An endpoint, in memory of the one who makes it.  The handlers may be called
 * from the loop at any time between add() and remove(), but never from within
 * a call of this file.
 */

typedef struct {
    void                    (*message)(
                                ngx_webrtc_skyway_endpoint_t *endpoint,
                                const ngx_webrtc_skyway_message_t *message,
                                ngx_webrtc_usec_t now);
    /* the same client is back elsewhere; removed when this is called */
    void                    (*replaced)(
                                ngx_webrtc_skyway_endpoint_t *endpoint,
                                ngx_webrtc_usec_t now);
} ngx_webrtc_skyway_endpoint_handlers_t;


struct ngx_webrtc_skyway_endpoint_s {
    const ngx_webrtc_skyway_endpoint_handlers_t  *handlers;
    void                     *data;
    ngx_webrtc_skyway_dialect_e  dialect;
    ngx_str_t                 key;          /* outlive the endpoint */
    ngx_str_t                 id;
    ngx_str_t                 token;
    uint64_t                  number;       /* of the table; 0: not added */
    unsigned                  resumed:1;    /* took another one's place */
};


/* hub and gateway must outlive it; NULL: no memory */
ngx_webrtc_skyway_t *ngx_webrtc_skyway_create(
    const ngx_webrtc_skyway_conf_t *conf,
    const ngx_webrtc_skyway_glue_t *glue, ngx_webrtc_hub_t *hub,
    ngx_webrtc_gateway_t *gateway, ngx_log_t *log);
/* everybody hears CLOSE or is disconnected */
void ngx_webrtc_skyway_shutdown(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_usec_t now);
void ngx_webrtc_skyway_destroy(ngx_webrtc_skyway_t *skyway);

void ngx_webrtc_skyway_tick(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_skyway_expires(ngx_webrtc_skyway_t *skyway);
/* peers of any kind that a graceful quit has to wait for */
ngx_uint_t ngx_webrtc_skyway_busy(ngx_webrtc_skyway_t *skyway);


/* not empty, not too long, no control characters */
ngx_uint_t ngx_webrtc_skyway_is_id(const ngx_str_t *id);

/*
 * See claim(); NGX_OK: it is in the table and in the registry.  NGX_ERROR:
 * the id is none; or key or token is too long.
 */
ngx_int_t ngx_webrtc_skyway_endpoint_add(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_endpoint_t *endpoint, ngx_webrtc_usec_t now);
void ngx_webrtc_skyway_endpoint_remove(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_endpoint_t *endpoint);
/*
 * On behalf of "src".  What is for somebody who is not there (yet) waits for
 * expire_timeout, in order; then src hears EXPIRE.
 */
void ngx_webrtc_skyway_send(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_endpoint_t *src, ngx_webrtc_skyway_message_e type,
    const ngx_str_t *dst, const ngx_str_t *payload, ngx_webrtc_usec_t now);

/* for the glue: a message has come for an endpoint of this worker */
void ngx_webrtc_skyway_deliver(ngx_webrtc_skyway_t *skyway, uint64_t endpoint,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now);
void ngx_webrtc_skyway_replaced(ngx_webrtc_skyway_t *skyway,
    uint64_t endpoint, ngx_webrtc_usec_t now);
/* another worker has died, and with it those who were there */
void ngx_webrtc_skyway_gone(ngx_webrtc_skyway_t *skyway, uint64_t term,
    ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_SKYWAY_H_INCLUDED_ */
