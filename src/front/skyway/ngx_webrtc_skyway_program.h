
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What programs have at their home worker: peers and their connections.  An
 * object that was closed lingers, so that its events can be fetched.
 */


#ifndef _NGX_WEBRTC_SKYWAY_PROGRAM_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_PROGRAM_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_hash.h>
#include <core/ngx_webrtc_timer.h>
#include <front/skyway/ngx_webrtc_skyway_events.h>
#include <front/skyway/ngx_webrtc_skyway_internal.h>
#include <front/skyway/ngx_webrtc_skyway_route.h>


/* of a connection between peers, "dc_..." in skyway-js */
#define NGX_WEBRTC_SKYWAY_NAME_MAX  128

#define NGX_WEBRTC_SKYWAY_METADATA_MAX  16384


typedef struct ngx_webrtc_skyway_peer_s        ngx_webrtc_skyway_peer_t;
typedef struct ngx_webrtc_skyway_connection_s  ngx_webrtc_skyway_connection_t;


/* the part of the front-end that serves programs */

struct ngx_webrtc_skyway_api_s {
    ngx_webrtc_skyway_t      *skyway;
    ngx_pool_t               *pool;
    ngx_webrtc_hash_t         tokens;       /* of peers */
    ngx_webrtc_hash_t         ids;          /* of connections */
    ngx_webrtc_timers_t       timers;       /* of credentials */
    ngx_webrtc_skyway_polls_t polls;
    ngx_queue_t               peers;        /* that are open */
    ngx_queue_t               lingering;    /* the oldest first */
    ngx_uint_t                npeers;
    ngx_uint_t                nlingering;
    ngx_uint_t                nmedia;       /* media connections */
    ngx_webrtc_usec_t         watch;        /* when they are looked at */
    ngx_webrtc_usec_t         now;          /* of the last tick or call */
};


/* what peers and connections have in common; the first of their members */

typedef struct {
    ngx_webrtc_skyway_api_t  *api;
    ngx_webrtc_skyway_events_t  events;
    ngx_webrtc_hash_node_t    node;
    ngx_queue_t               lingering;
    ngx_webrtc_usec_t         until;
    unsigned                  is_peer:1;
    unsigned                  closed:1;     /* it lingers */
    unsigned                  deleted:1;    /* by its program */
} ngx_webrtc_skyway_object_t;


/* its own from POST /peers until it has lingered long enough */

struct ngx_webrtc_skyway_peer_s {
    ngx_webrtc_skyway_object_t    object;
    ngx_webrtc_skyway_endpoint_t  endpoint;
    ngx_queue_t               queue;
    ngx_queue_t               connections;  /* that are open */
    ngx_uint_t                nconnections;
    ngx_webrtc_timer_t        timer;
    ngx_webrtc_usec_t         expires;      /* of the credential */
    ngx_webrtc_usec_t         used;         /* the last request */
    unsigned                  turn:1;
    unsigned                  warned:1;     /* EXPIRESIN was sent */
    u_char                    token[NGX_WEBRTC_SKYWAY_OBJECT_ID];
    u_char                    key[NGX_WEBRTC_SKYWAY_KEY_MAX];
    u_char                    id[NGX_WEBRTC_SKYWAY_ID_MAX];
};


/* a port that feeds a link, and the id under which its program knows it */

typedef struct {
    ngx_webrtc_port_t        *port;         /* NULL: none */
    uint64_t                  wrong;        /* RTP of another payload type,
                                               when it was taken */
    u_char                    id[NGX_WEBRTC_SKYWAY_OBJECT_ID];
} ngx_webrtc_skyway_feed_t;


typedef enum {
    NGX_WEBRTC_SKYWAY_FEED_DATA = 0,
    NGX_WEBRTC_SKYWAY_FEED_VIDEO,
    NGX_WEBRTC_SKYWAY_FEED_VIDEO_RTCP,
    NGX_WEBRTC_SKYWAY_FEED_AUDIO,
    NGX_WEBRTC_SKYWAY_FEED_AUDIO_RTCP,
    NGX_WEBRTC_SKYWAY_FEEDS
} ngx_webrtc_skyway_feed_e;


typedef enum {
    NGX_WEBRTC_SKYWAY_BINARY = 0,
    NGX_WEBRTC_SKYWAY_BINARY_UTF8,
    NGX_WEBRTC_SKYWAY_JSON,
    NGX_WEBRTC_SKYWAY_NONE
} ngx_webrtc_skyway_serialization_e;


/*
 * The peer's from its birth until it is closed, then its own until it has
 * lingered long enough.  Strings are in its pool.
 */

struct ngx_webrtc_skyway_connection_s {
    ngx_webrtc_skyway_object_t    object;
    ngx_webrtc_skyway_peer_t     *peer;     /* NULL: closed */
    ngx_pool_t               *pool;
    ngx_queue_t               queue;
    ngx_webrtc_link_t        *link;         /* NULL: none any more */
    ngx_webrtc_skyway_feed_t  feeds[NGX_WEBRTC_SKYWAY_FEEDS];
    ngx_str_t                 name;
    ngx_str_t                 remote;
    ngx_str_t                 metadata;     /* as statuses tell it */
    ngx_str_t                 label;
    ngx_webrtc_skyway_dialect_e  dialect;   /* of the remote */
    ngx_webrtc_skyway_serialization_e  serialization;
    ngx_webrtc_inside_t       inside;       /* of the remote's side */
    uint64_t                  term;         /* of its worker; 0: unknown */
    unsigned                  is_data:1;
    unsigned                  is_caller:1;
    unsigned                  is_inside:1;  /* the remote is a REST peer */
    unsigned                  is_known:1;   /* dialect and is_inside */
    unsigned                  answered:1;
    unsigned                  reliable:1;
    unsigned                  blamed:1;     /* for a wrong payload type */
    u_char                    id[NGX_WEBRTC_SKYWAY_OBJECT_ID];
};


/* ngx_webrtc_skyway_program.c */

/* takes over the reference to "event" */
void ngx_webrtc_skyway_object_event(ngx_webrtc_skyway_object_t *object,
    json_t *event, ngx_uint_t last, ngx_webrtc_usec_t now);
void ngx_webrtc_skyway_object_linger(ngx_webrtc_skyway_object_t *object,
    ngx_webrtc_usec_t now);
/* whoever polls it is told that it has gone */
void ngx_webrtc_skyway_object_destroy(ngx_webrtc_skyway_object_t *object);
ngx_int_t ngx_webrtc_skyway_object_poll(ngx_webrtc_skyway_object_t *object,
    ngx_webrtc_skyway_turn_t *turn);


/* ngx_webrtc_skyway_peer.c */

/*
 * The peer of a call with "id" and "token".  NULL: the answer is there.
 * A peer that was closed is found only by "lingering" calls.
 */
ngx_webrtc_skyway_peer_t *ngx_webrtc_skyway_peer_find(
    ngx_webrtc_skyway_api_t *api, ngx_webrtc_skyway_turn_t *turn,
    ngx_uint_t lingering);
void ngx_webrtc_skyway_peer_event(ngx_webrtc_skyway_peer_t *peer,
    const char *event, json_t *more, ngx_webrtc_usec_t now);
/* "error" may be NULL */
void ngx_webrtc_skyway_peer_close(ngx_webrtc_skyway_peer_t *peer,
    const char *error, ngx_webrtc_usec_t now);
/* a credential is about to expire, or has */
void ngx_webrtc_skyway_peer_expire(ngx_webrtc_skyway_peer_t *peer,
    ngx_webrtc_usec_t now);
/* nobody asks for it any more */
ngx_uint_t ngx_webrtc_skyway_peer_is_idle(ngx_webrtc_skyway_peer_t *peer,
    ngx_webrtc_usec_t now);


/* ngx_webrtc_skyway_connection.c */

ngx_webrtc_skyway_connection_t *ngx_webrtc_skyway_connection_create(
    ngx_webrtc_skyway_peer_t *peer, ngx_uint_t is_data,
    const ngx_str_t *remote, const ngx_str_t *name);
/* by a program, to "target_id"; NULL: the answer is there */
ngx_webrtc_skyway_connection_t *ngx_webrtc_skyway_connection_start(
    ngx_webrtc_skyway_api_t *api, ngx_webrtc_skyway_turn_t *turn,
    ngx_uint_t is_data);
/* as it was made, before anybody knows of it */
void ngx_webrtc_skyway_connection_discard(
    ngx_webrtc_skyway_connection_t *connection, ngx_webrtc_usec_t now);
/* that of an OBJECT_HOME call; NULL: the answer is there */
ngx_webrtc_skyway_connection_t *ngx_webrtc_skyway_connection_find(
    ngx_webrtc_skyway_api_t *api, ngx_webrtc_skyway_turn_t *turn);
/* "error" may be NULL; "tell": the remote hears it */
void ngx_webrtc_skyway_connection_close(
    ngx_webrtc_skyway_connection_t *connection, const char *error,
    ngx_uint_t tell, ngx_webrtc_usec_t now);
ngx_int_t ngx_webrtc_skyway_connection_link(
    ngx_webrtc_skyway_connection_t *connection,
    const ngx_webrtc_link_conf_t *conf, ngx_webrtc_usec_t now);
void ngx_webrtc_skyway_connection_event(
    ngx_webrtc_skyway_connection_t *connection, const char *event,
    const char *error, ngx_webrtc_usec_t now);
/* says so if its program feeds it with what it has not declared */
void ngx_webrtc_skyway_connection_watch(
    ngx_webrtc_skyway_connection_t *connection, ngx_webrtc_usec_t now);
/* any JSON, as a string; NGX_ERROR: too long, or no memory */
ngx_int_t ngx_webrtc_skyway_connection_metadata(
    ngx_webrtc_skyway_connection_t *connection, const json_t *metadata);
ngx_webrtc_packing_e ngx_webrtc_skyway_packing(
    const ngx_webrtc_skyway_connection_t *connection);
/* with nothing to send and nowhere to */
void ngx_webrtc_skyway_link_conf(
    const ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_link_conf_t *conf);


/* ngx_webrtc_skyway_feed.c */

/*
 * Ports.  acquire() with an id of the body: NGX_DECLINED: the answer is there.
 * The feeds in "feeds" are new ones until commit() makes them the
 * connection's, or they are released.
 */
ngx_int_t ngx_webrtc_skyway_feed_acquire(ngx_webrtc_skyway_turn_t *turn,
    ngx_webrtc_skyway_api_t *api, ngx_webrtc_skyway_feed_t *feed,
    ngx_webrtc_port_e kind, const json_t *params, const char *key);
/* its id, if there is a port */
void ngx_webrtc_skyway_feed_name(const ngx_webrtc_skyway_feed_t *feed,
    json_t *object, const char *key);
void ngx_webrtc_skyway_feeds_release(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_skyway_feed_t *feeds);
void ngx_webrtc_skyway_feeds_commit(
    ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_skyway_feed_t *feeds);

/* NGX_OK, also if there is none: port 0; NGX_DECLINED: the answer is there */
ngx_int_t ngx_webrtc_skyway_redirect_read(ngx_webrtc_skyway_turn_t *turn,
    ngx_webrtc_skyway_api_t *api, const json_t *params, const char *field,
    ngx_webrtc_addr_t *addr);


/* ngx_webrtc_skyway_data.c */

/* in any case; what is unknown is BINARY */
ngx_webrtc_skyway_serialization_e ngx_webrtc_skyway_serialization(
    const ngx_str_t *word);


/* ngx_webrtc_skyway_constraints.c */

/*
 * Of a call or an answer.  NGX_OK: conf and feeds are filled in;
 * NGX_DECLINED: the answer is there, and there are no feeds.
 */
ngx_int_t ngx_webrtc_skyway_constraints_read(ngx_webrtc_skyway_turn_t *turn,
    ngx_webrtc_skyway_api_t *api, ngx_webrtc_link_conf_t *conf,
    ngx_webrtc_skyway_feed_t *feeds);


/* ngx_webrtc_skyway_incoming.c */

/* an offer; "connection" is the one it names, if there is one */
void ngx_webrtc_skyway_incoming(ngx_webrtc_skyway_peer_t *peer,
    ngx_webrtc_skyway_connection_t *connection,
    const ngx_webrtc_skyway_message_t *message, json_t *payload,
    ngx_webrtc_usec_t now);


/* ngx_webrtc_skyway_signal.c: between peers */

extern const ngx_webrtc_skyway_endpoint_handlers_t
    ngx_webrtc_skyway_program_handlers;

/* whom it is going to talk to, if that is known yet */
void ngx_webrtc_skyway_signal_look(ngx_webrtc_skyway_connection_t *connection);
/*
 * NGX_ERROR with "reason": there is nothing to send.  offer() takes over the
 * reference to "payload".
 */
ngx_int_t ngx_webrtc_skyway_signal_offer(
    ngx_webrtc_skyway_connection_t *connection, json_t *payload,
    ngx_webrtc_usec_t now, const char **reason);
ngx_int_t ngx_webrtc_skyway_signal_answer(
    ngx_webrtc_skyway_connection_t *connection, ngx_webrtc_usec_t now,
    const char **reason);
/* takes over the reference to "payload" */
void ngx_webrtc_skyway_signal_send(ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_skyway_message_e type, json_t *payload,
    ngx_webrtc_usec_t now);
void ngx_webrtc_skyway_signal_inside(
    ngx_webrtc_skyway_connection_t *connection, ngx_webrtc_usec_t now);
/* the worker of its remote, perhaps, has died */
void ngx_webrtc_skyway_signal_gone(ngx_webrtc_skyway_connection_t *connection,
    uint64_t term, ngx_webrtc_usec_t now);


/* ngx_webrtc_skyway_inside.c */

json_t *ngx_webrtc_skyway_inside_write(
    const ngx_webrtc_skyway_connection_t *connection);
/* NGX_ERROR: it is not what we write */
ngx_int_t ngx_webrtc_skyway_inside_read(const json_t *json,
    ngx_webrtc_skyway_connection_t *connection);


#endif /* _NGX_WEBRTC_SKYWAY_PROGRAM_H_INCLUDED_ */
