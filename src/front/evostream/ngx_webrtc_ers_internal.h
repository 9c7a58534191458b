
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* The insides of the rendezvous server, for its own files only. */


#ifndef _NGX_WEBRTC_ERS_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_ERS_INTERNAL_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_hash.h>
#include <core/ngx_webrtc_text.h>
#include <proto/ngx_webrtc_json.h>
#include <front/evostream/ngx_webrtc_ers.h>


/* of a WebSocket (RFC 6455, section 7.4.1) */
#define NGX_WEBRTC_ERS_CLOSE_NORMAL   1000
#define NGX_WEBRTC_ERS_CLOSE_AWAY     1001

/* what an acknowledgement is for: digits */
#define NGX_WEBRTC_ERS_ACK_MAX        20


/* how often rows of rooms and tokens are kept alive, and for how long */
#define NGX_WEBRTC_ERS_KEEP           (5 * NGX_WEBRTC_SEC)
#define NGX_WEBRTC_ERS_LIFE           (15 * NGX_WEBRTC_SEC)

/* of what one message is put together */
#define NGX_WEBRTC_ERS_PARTS          10


/* of this worker */

struct ngx_webrtc_ers_s {
    ngx_webrtc_ers_conf_t       conf;
    ngx_webrtc_ers_glue_t       glue;
    ngx_log_t                  *log;
    ngx_pool_t                 *pool;

    ngx_queue_t                 sessions;   /* by their next heartbeat */
    ngx_queue_t                 silent;     /* by when they were heard */
    ngx_queue_t                 strangers;  /* by when they must have joined */

    ngx_webrtc_hash_t           hash;       /* rooms, by their names */
    ngx_webrtc_hash_t           members;    /* by their ids */
    ngx_queue_t                 rooms;
    ngx_uint_t                  nrooms;
    ngx_webrtc_usec_t           keep;       /* the next time */
    ngx_webrtc_usec_t           lost;       /* the first one of the rooms */

    unsigned                    quitting:1;
};


/* of its socket: it lives until either end closes */

struct ngx_webrtc_ers_session_s {
    ngx_webrtc_ers_t           *ers;
    ngx_queue_t                 queue;
    ngx_queue_t                 silent;
    ngx_queue_t                 stranger;
    const ngx_webrtc_ers_pipe_t  *handlers;
    void                       *pipe;
    void                       *link;       /* to the home; NULL: none */
    ngx_webrtc_usec_t           next;       /* heartbeat */
    ngx_webrtc_usec_t           heard;
    ngx_webrtc_usec_t           deadline;   /* of a stranger */
    ngx_webrtc_ers_hello_t      hello;
    u_char                      id[NGX_WEBRTC_ERS_ID_LEN];
    u_char                      ack[NGX_WEBRTC_ERS_ACK_MAX];
    size_t                      ack_len;    /* 0: none is wanted */
    unsigned                    is_stranger:1;
    unsigned                    refused:1;
    unsigned                    broken:1;   /* the pipe has gone */
};


typedef struct ngx_webrtc_ers_room_s  ngx_webrtc_ers_room_t;


/* lives as long as a member; its name follows it */

struct ngx_webrtc_ers_room_s {
    ngx_queue_t                 queue;
    ngx_webrtc_hash_node_t      node;
    ngx_webrtc_ers_t           *ers;
    ngx_str_t                   name;
    ngx_str_t                   owner;      /* the media server, also when it
                                               is away; malloc()ed */
    ngx_queue_t                 servers;    /* its sockets, newest first */
    ngx_queue_t                 viewers;    /* in order of their coming */
    ngx_uint_t                  nviewers;
    ngx_webrtc_usec_t           lost;       /* until when it may come back
                                               unnoticed; NEVER: not lost */
};


/* the link's, until leave() or close(); its strings follow it */

struct ngx_webrtc_ers_member_s {
    ngx_queue_t                 queue;
    ngx_webrtc_hash_node_t      node;
    ngx_webrtc_ers_room_t      *room;
    const ngx_webrtc_ers_member_handlers_t  *handlers;
    void                       *link;
    ngx_str_t                   id;
    ngx_str_t                   address;
    ngx_str_t                   token;
    ngx_str_t                   profile;    /* "key":..., of a viewer */

    /* of a viewer */
    ngx_uint_t                  place;      /* of its token */
    ngx_webrtc_ers_member_t    *server;     /* who serves it; NULL: nobody */
    u_char                      last[NGX_WEBRTC_ERS_ID_LEN];
                                            /* who served it, is away */

    unsigned                    is_server:1;
    unsigned                    is_shared:1;    /* serves any number */
    unsigned                    is_ours:1;      /* has said its instance */
    unsigned                    is_used:1;      /* has had a viewer */
    unsigned                    orphan:1;   /* "last" counts */
    unsigned                    served:1;   /* not to be announced again */
    unsigned                    answered:1;
    unsigned                    leaving:1;
};


/* ngx_webrtc_ers_session.c */

/* closes the pipe and frees the session; code 0: the pipe is closed */
void ngx_webrtc_ers_end(ngx_webrtc_ers_session_t *session, ngx_uint_t code,
    const char *reason);
void ngx_webrtc_ers_sessions_tick(ngx_webrtc_ers_t *ers,
    ngx_webrtc_usec_t now);
/* texts for the client: the JSON of an event, of the arguments of an ack */
void ngx_webrtc_ers_say_event(ngx_webrtc_ers_session_t *session,
    const u_char *text, size_t len);
void ngx_webrtc_ers_say_ack(ngx_webrtc_ers_session_t *session,
    const u_char *text, size_t len);
void ngx_webrtc_ers_say_refusal(ngx_webrtc_ers_session_t *session,
    ngx_webrtc_ers_refusal_e refusal);
/* it is in a room, or is not any more */
void ngx_webrtc_ers_is_known(ngx_webrtc_ers_session_t *session);
void ngx_webrtc_ers_is_stranger(ngx_webrtc_ers_session_t *session,
    ngx_webrtc_usec_t now);

/* ngx_webrtc_ers_event.c */

/* "id" is for an acknowledgement; NGX_DECLINED: it is no event */
ngx_int_t ngx_webrtc_ers_event(ngx_webrtc_ers_session_t *session,
    u_char *pos, size_t len, const ngx_str_t *id, ngx_webrtc_usec_t now);
/* politely, from the room; nothing to do without one */
void ngx_webrtc_ers_event_leave(ngx_webrtc_ers_session_t *session);

/* ngx_webrtc_ers_greeting.c */

/* "stunservers", "turnservers" and "ersid" */
void ngx_webrtc_ers_greet(ngx_webrtc_ers_session_t *session, uint64_t wall);

/* ngx_webrtc_ers_room.c */

ngx_webrtc_ers_room_t *ngx_webrtc_ers_room_find(ngx_webrtc_ers_t *ers,
    const ngx_str_t *name);
ngx_webrtc_ers_room_t *ngx_webrtc_ers_room_create(ngx_webrtc_ers_t *ers,
    const ngx_str_t *name);
/* if nobody is there */
void ngx_webrtc_ers_room_release(ngx_webrtc_ers_room_t *room);
void ngx_webrtc_ers_rooms_tick(ngx_webrtc_ers_t *ers, ngx_webrtc_usec_t now);
void ngx_webrtc_ers_rooms_close(ngx_webrtc_ers_t *ers);

/* viewers who wait are announced, as long as somebody takes them */
void ngx_webrtc_ers_room_serve(ngx_webrtc_ers_room_t *room);
/* a viewer that has just come: all others have what they can have */
void ngx_webrtc_ers_room_welcome(ngx_webrtc_ers_member_t *viewer);
/*
 * The room has its media server again ("same"), or another one: what becomes
 * of the viewers of the one that has gone.  It is in no list yet.
 */
void ngx_webrtc_ers_room_adopt(ngx_webrtc_ers_room_t *room,
    ngx_webrtc_ers_member_t *server, ngx_uint_t same);
/* who takes the next viewer; NULL: nobody */
ngx_webrtc_ers_member_t *ngx_webrtc_ers_room_waiting(
    ngx_webrtc_ers_room_t *room);
/* the member is in no list of its room any more */
void ngx_webrtc_ers_room_server_left(ngx_webrtc_ers_room_t *room,
    ngx_webrtc_ers_member_t *server, ngx_webrtc_usec_t now);
void ngx_webrtc_ers_room_viewer_left(ngx_webrtc_ers_room_t *room,
    ngx_webrtc_ers_member_t *viewer);

/* ngx_webrtc_ers_member.c */

void ngx_webrtc_ers_member_free(ngx_webrtc_ers_member_t *member);
/* an event; n < PARTS */
void ngx_webrtc_ers_member_say(ngx_webrtc_ers_member_t *member,
    const ngx_str_t *parts, ngx_uint_t n);
void ngx_webrtc_ers_member_send(ngx_webrtc_ers_member_t *member, u_char verb,
    const ngx_str_t *parts, ngx_uint_t n);


#endif /* _NGX_WEBRTC_ERS_INTERNAL_H_INCLUDED_ */
