
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Janus: its HTTP API (signal_janus.c) and the videoroom plugin
 * (signal_janus_room.c).  One session for everybody, a handle for each peer
 * connection: who publishes has one, who subscribes has one.
 */


#ifndef _SIGNAL_JANUS_H_INCLUDED_
#define _SIGNAL_JANUS_H_INCLUDED_


#include <proto/ngx_webrtc_json.h>

#include "load.h"


typedef struct janus_s         janus_t;
typedef struct janus_member_s  janus_member_t;
typedef struct janus_handle_s  janus_handle_t;

/* an answer to a request, not to what the request has begun */
typedef void (*janus_reply_pt)(janus_t *janus, janus_handle_t *handle,
    const json_t *reply);


typedef enum {
    JANUS_ROOM_NEW = 0,
    JANUS_ROOM_CREATING,
    JANUS_ROOM_READY
} janus_room_state_e;

typedef struct {
    janus_room_state_e   state;
    uint64_t            *feeds;         /* 0: has left */
    ngx_uint_t           nfeeds;
    ngx_uint_t           size;          /* of the array */
} janus_room_t;


/* of a member, who frees it */

struct janus_handle_s {
    ngx_queue_t          queue;         /* janus_t.handles */
    janus_member_t      *member;
    load_client_t       *client;
    uint64_t             id;            /* 0: not attached */
    ngx_uint_t           way;           /* LOAD_SEND or LOAD_RECEIVE */
    ngx_uint_t           replies;       /* that are to come */
    ngx_uint_t           nfeeds;        /* of the room's, that we know */
    unsigned             joined:1;
    unsigned             busy:1;        /* an offer is on its way */
    unsigned             used:1;
    unsigned             detached:1;
};

/* the session of load_member_t; made in join(), freed after leave() */

struct janus_member_s {
    ngx_queue_t          queue;         /* janus_t.members */
    janus_t             *janus;
    load_member_t       *member;
    janus_handle_t       handles[2];
    unsigned             failed:1;
    unsigned             leaving:1;
};

struct janus_s {
    load_t              *load;
    load_url_t           url;
    load_http_t         *http;
    load_http_t         *poll;
    uint64_t             session;       /* 0: not created */
    uint64_t             transactions;
    ngx_queue_t          members;
    ngx_queue_t          handles;
    ngx_queue_t          calls;
    janus_room_t        *rooms;
    unsigned             broken:1;
};


/*
 * Posts a request to the handle, or to Janus when it is NULL or not attached
 * yet; the reference to "body" is taken.  No reply, and one that tells of an
 * error, fail the member.  "handler" may be NULL.
 */
void janus_request(janus_t *janus, janus_handle_t *handle, json_t *body,
    janus_reply_pt handler);

/* a request of the plugin; "sdp" NULL: without one */
void janus_message(janus_handle_t *handle, json_t *body, const char *type,
    const ngx_str_t *sdp, janus_reply_pt handler);

void janus_failed(janus_member_t *jm, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

const char *janus_string(const json_t *object, const char *key);


/* the handle is attached */
void janus_room_enter(janus_handle_t *handle);
/* an event of the handle */
void janus_room_event(janus_handle_t *handle, const json_t *event);
/* the publisher goes */
void janus_room_leave(janus_handle_t *handle);


#endif /* _SIGNAL_JANUS_H_INCLUDED_ */
