
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Rooms of skyway-js.  A room has a home worker, where the list of its members
 * and its log are, and its media if it is an SFU room: then it is a channel of
 * the hub.  Its members are sessions (ngx_webrtc_socketio.h) of any worker.
 *
 * Messages between a session and the home:
 *
 *     verb (1)  number of parts (1)  { length (4)  bytes }
 *
 * The first part is text, further ones are attachments.  To the session the
 * verbs are EVENT, with the JSON of an event, and CLOSE.
 */


#ifndef _NGX_WEBRTC_ROOM_H_INCLUDED_
#define _NGX_WEBRTC_ROOM_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_socket_io.h>
#include <front/skyway/ngx_webrtc_skyway.h>


#define NGX_WEBRTC_ROOM_EVENT   'E'
#define NGX_WEBRTC_ROOM_CLOSE   'C'     /* the home has closed it, for good */
#define NGX_WEBRTC_ROOM_USERS   'U'     /* the type that was asked for */
#define NGX_WEBRTC_ROOM_LOGS    'L'
#define NGX_WEBRTC_ROOM_DATA    'D'     /* JSON of the data */
#define NGX_WEBRTC_ROOM_OFFER   'O'
#define NGX_WEBRTC_ROOM_ANSWER  'A'     /* SDP */

#define NGX_WEBRTC_ROOM_PARTS   (1 + NGX_WEBRTC_SOCKET_IO_ATTACHMENTS)

/* bytes: with key and kind it is the name of a channel */
#define NGX_WEBRTC_ROOM_NAME_MAX  180


typedef struct ngx_webrtc_room_member_s  ngx_webrtc_room_member_t;


typedef struct {
    ngx_str_t                 key;
    ngx_str_t                 name;         /* of the room */
    ngx_str_t                 id;           /* of the peer */
    unsigned                  sfu:1;
    unsigned                  resume:1;     /* it was there before, here or at
                                               a home that has gone: nobody is
                                               told */
} ngx_webrtc_room_join_t;


typedef struct {
    u_char                    verb;
    ngx_uint_t                n;
    ngx_str_t                 parts[NGX_WEBRTC_ROOM_PARTS];
} ngx_webrtc_room_message_t;


/* the link to a session; after close() the member is no more */

typedef struct {
    void                    (*send)(void *link, const u_char *pos,
                                size_t len);
    void                    (*close)(void *link);
} ngx_webrtc_room_handlers_t;


/* the row of the room in the zone lives that long from now on, us */

typedef struct {
    void                     *data;
    void                    (*keep)(void *data, const ngx_str_t *channel_id,
                                ngx_webrtc_usec_t time);
} ngx_webrtc_room_glue_t;


void ngx_webrtc_room_set_glue(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_room_glue_t *glue);

/* the name of the room's row in the zone; "buf" has NAME_MAX bytes */
ngx_int_t ngx_webrtc_room_channel(const ngx_webrtc_room_join_t *join,
    u_char *buf, ngx_str_t *channel_id);

/* NULL: the room is full, or no memory, or an SFU room that has gone */
ngx_webrtc_room_member_t *ngx_webrtc_room_join(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_room_join_t *join,
    const ngx_webrtc_room_handlers_t *handlers, void *link,
    ngx_webrtc_usec_t now);
/* a message of the session */
void ngx_webrtc_room_input(ngx_webrtc_room_member_t *member, u_char *pos,
    size_t len, ngx_webrtc_usec_t now);
/* the session has gone; nothing is said to the link any more */
void ngx_webrtc_room_leave(ngx_webrtc_room_member_t *member,
    ngx_webrtc_usec_t now);


/* strings point into the bytes */
ngx_int_t ngx_webrtc_room_parse(u_char *pos, u_char *last,
    ngx_webrtc_room_message_t *message);
size_t ngx_webrtc_room_len(const ngx_webrtc_room_message_t *message);
u_char *ngx_webrtc_room_write(u_char *p,
    const ngx_webrtc_room_message_t *message);


#endif /* _NGX_WEBRTC_ROOM_H_INCLUDED_ */
