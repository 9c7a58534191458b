
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The insides of rooms, for their own files only.
 */


#ifndef _NGX_WEBRTC_ROOM_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_ROOM_INTERNAL_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_hash.h>
#include <proto/ngx_webrtc_json.h>
#include <front/skyway/ngx_webrtc_room.h>
#include <front/skyway/ngx_webrtc_skyway_internal.h>


/* of this worker */

typedef struct {
    ngx_webrtc_skyway_t        *skyway;
    ngx_webrtc_room_glue_t      glue;
    ngx_webrtc_hash_t           hash;       /* by channel id */
    ngx_queue_t                 rooms;
    ngx_webrtc_usec_t           keep;       /* the next time */
} ngx_webrtc_rooms_t;


/* lives as long as a member; its strings follow it */

typedef struct {
    ngx_queue_t                 queue;
    ngx_webrtc_hash_node_t      node;
    ngx_webrtc_rooms_t         *rooms;
    ngx_str_t                   channel_id;
    ngx_str_t                   name;
    ngx_queue_t                 members;
    ngx_uint_t                  nmembers;
    ngx_queue_t                 logs;       /* the oldest first */
    size_t                      logged;     /* bytes of them */
    unsigned                    sfu:1;
} ngx_webrtc_room_t;


/* the link's, until leave() or close() */

struct ngx_webrtc_room_member_s {
    ngx_queue_t                 queue;
    ngx_webrtc_room_t          *room;
    ngx_str_t                   id;
    const ngx_webrtc_room_handlers_t  *handlers;
    void                       *link;
    ngx_webrtc_connection_t    *connection; /* of the hub; NULL: none */
    ngx_str_t                   offer;      /* not answered yet; empty: none */
};


/* ngx_webrtc_room.c */

ngx_int_t ngx_webrtc_rooms_init(ngx_webrtc_rooms_t *rooms,
    ngx_webrtc_skyway_t *skyway, ngx_pool_t *pool);
void ngx_webrtc_rooms_shutdown(ngx_webrtc_rooms_t *rooms,
    ngx_webrtc_usec_t now);
void ngx_webrtc_rooms_tick(ngx_webrtc_rooms_t *rooms, ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_rooms_expires(ngx_webrtc_rooms_t *rooms);
ngx_uint_t ngx_webrtc_rooms_busy(ngx_webrtc_rooms_t *rooms);

/* ngx_webrtc_room_input.c */

/* an event for one member, and for all */
void ngx_webrtc_room_tell(ngx_webrtc_room_member_t *member, const char *name,
    const json_t *argument);
json_t *ngx_webrtc_room_list(ngx_webrtc_room_t *room);
void ngx_webrtc_room_spread_json(ngx_webrtc_room_t *room,
    const char *name, const json_t *argument);
void ngx_webrtc_room_log(ngx_webrtc_room_t *room, const char *type,
    const json_t *argument, ngx_webrtc_usec_t now);
void ngx_webrtc_room_log_trim(ngx_webrtc_room_t *room, size_t max);

/* ngx_webrtc_room_sfu.c */

void ngx_webrtc_room_offer(ngx_webrtc_room_member_t *member,
    ngx_webrtc_usec_t now);
void ngx_webrtc_room_answer(ngx_webrtc_room_member_t *member, ngx_str_t *sdp,
    ngx_webrtc_usec_t now);
/* the link is a new one: what waits for an answer */
void ngx_webrtc_room_offer_again(ngx_webrtc_room_member_t *member);
/* out of the hub */
void ngx_webrtc_room_disconnect(ngx_webrtc_room_member_t *member,
    ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_ROOM_INTERNAL_H_INCLUDED_ */
