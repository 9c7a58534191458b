
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The insides of the Socket.IO front-end, for its own files only.
 */


#ifndef _NGX_WEBRTC_SOCKETIO_SESSION_H_INCLUDED_
#define _NGX_WEBRTC_SOCKETIO_SESSION_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_hash.h>
#include <proto/ngx_webrtc_engine_io.h>
#include <proto/ngx_webrtc_json.h>
#include <proto/ngx_webrtc_socket_io.h>
#include <front/skyway/ngx_webrtc_room_internal.h>
#include <front/skyway/ngx_webrtc_skyway_internal.h>
#include <front/skyway/ngx_webrtc_socketio.h>


/* of this worker: skyway->parts[NGX_WEBRTC_SKYWAY_SOCKETIO] */

typedef struct {
    ngx_webrtc_skyway_t        *skyway;
    ngx_webrtc_socketio_glue_t  glue;
    ngx_pool_t                 *pool;       /* of the hash */
    ngx_webrtc_hash_t           hash;       /* by session id */
    ngx_queue_t                 sessions;   /* the longest silent one first */
    ngx_queue_t                 probes;     /* sessions that are upgraded */
    ngx_queue_t                 guests;     /* with a credential that ends */
    ngx_queue_t                 returning;  /* OPEN waits for the old one */
    ngx_queue_t                 ended;      /* to be freed */
    ngx_uint_t                  nstrays;
    ngx_uint_t                  nlost;      /* sessions without a client */
    ngx_webrtc_usec_t           check;      /* of the guests, the next time */
    ngx_webrtc_usec_t           alive;      /* a silent client */
    ngx_webrtc_rooms_t          rooms;      /* whose home is here */
} ngx_webrtc_socketio_t;


/* what waits for a carrier; the data follows the struct */

typedef struct {
    ngx_queue_t                    queue;
    ngx_webrtc_engine_io_packet_t  packet;
} ngx_webrtc_socketio_packet_t;


/*
 * Freed by the tick that comes after its end, so that whoever ends it in the
 * middle of something need not look.
 */

struct ngx_webrtc_socketio_session_s {
    ngx_queue_t                     queue;      /* of sessions, or ended */
    ngx_queue_t                     probing;    /* if it has a probe */
    ngx_queue_t                     guest;      /* if "until" is set */
    ngx_queue_t                     returning;  /* if "returns" is set */
    ngx_webrtc_hash_node_t          node;
    ngx_webrtc_socketio_t          *socketio;
    ngx_webrtc_skyway_endpoint_t    endpoint;
    u_char                          sid[NGX_WEBRTC_SOCKETIO_SID];

    ngx_webrtc_socketio_carrier_t  *poll;       /* a GET that waits */
    ngx_webrtc_socketio_carrier_t  *socket;     /* it is the transport */
    ngx_webrtc_socketio_carrier_t  *probe;      /* it wants to be */
    ngx_webrtc_usec_t               release;    /* of the poll, for it */
    ngx_webrtc_usec_t               probed;

    ngx_queue_t                     packets;
    size_t                          queued;     /* bytes of them */
    size_t                          send_queue;
    size_t                          message_size;
    ngx_uint_t                      rate;
    ngx_uint_t                      burst;
    uint64_t                        excess;     /* messages x 1000000 */
    ngx_webrtc_usec_t               filled;

    ngx_queue_t                     members;    /* rooms it is in */
    ngx_uint_t                      nmembers;

    ngx_webrtc_usec_t               heard;
    ngx_webrtc_usec_t               until;      /* its credential is valid;
                                                   0: for ever */
    ngx_webrtc_usec_t               returns;    /* OPEN at the latest; 0: it
                                                   was said */
    const ngx_webrtc_skyway_key_t  *key;        /* NULL: any */

    /* a binary event whose attachments are on their way; NULL: none */
    ngx_str_t                       event;
    ngx_str_t        attachments[NGX_WEBRTC_SOCKET_IO_ATTACHMENTS];
    ngx_uint_t                      nattachments;
    ngx_uint_t                      nexpected;
    size_t                          attached;   /* bytes */

    unsigned                        asked:1;    /* whether it is there */
    unsigned                        lost:1;     /* it has no client */
    unsigned                        replaced:1; /* what it hears goes on to
                                                   the new one */
    unsigned                        closing:1;
    unsigned                        ended:1;
    unsigned                        upgraded:1;
    unsigned                        warned:1;   /* AUTH_EXPIRES_IN */
    unsigned                        stray:1;    /* nobody's any more */
};


/* an event of the client: an object, and the text of it */

typedef struct {
    json_t                         *json;
    ngx_str_t                       text;
    ngx_webrtc_usec_t               now;
    ngx_webrtc_skyway_message_e     type;   /* if it is for a peer */
} ngx_webrtc_socketio_said_t;


struct ngx_webrtc_socketio_member_s {
    ngx_queue_t                     queue;
    ngx_webrtc_socketio_session_t  *session;
    void                           *link;
    ngx_str_t                       name;
    unsigned                        sfu:1;
    unsigned                        open:1;     /* something was heard */
};


/* ngx_webrtc_socketio.c */

/* at once, whatever waits to be sent */
void ngx_webrtc_socketio_end(ngx_webrtc_socketio_session_t *session);
/* says goodbye first */
void ngx_webrtc_socketio_close(ngx_webrtc_socketio_session_t *session);
/* it is no peer any more, but its client has still something to fetch */
void ngx_webrtc_socketio_stray(ngx_webrtc_socketio_session_t *session);

/* ngx_webrtc_socketio_output.c */

/* a copy; when there are too many bytes the session ends */
void ngx_webrtc_socketio_send(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_engine_io_packet_t *packet);
/* what waits goes with the carrier that there is */
void ngx_webrtc_socketio_flush(ngx_webrtc_socketio_session_t *session);
/* one packet over a WebSocket */
void ngx_webrtc_socketio_frame(ngx_webrtc_socketio_carrier_t *carrier,
    const ngx_webrtc_engine_io_packet_t *packet, ngx_log_t *log);

/* ngx_webrtc_socketio_transport.c */

void ngx_webrtc_socketio_answer(ngx_webrtc_socketio_carrier_t *carrier,
    ngx_uint_t status, ngx_webrtc_socketio_type_e type,
    const ngx_str_t *body);
/* the client has to come back by itself, if at all */
void ngx_webrtc_socketio_detach(ngx_webrtc_socketio_session_t *session);
/* a sign of life */
void ngx_webrtc_socketio_heard(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_usec_t now);
/* whether the client is there */
void ngx_webrtc_socketio_ask(ngx_webrtc_socketio_session_t *session);
void ngx_webrtc_socketio_probes(ngx_webrtc_socketio_t *socketio,
    ngx_webrtc_usec_t now);
void ngx_webrtc_socketio_probe_done(ngx_webrtc_socketio_session_t *session);

/* ngx_webrtc_socketio_enter.c */

/* whom it is, and whether it may come in */
void ngx_webrtc_socketio_enter(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_query_t *query, ngx_webrtc_usec_t now);
void ngx_webrtc_socketio_opened(ngx_webrtc_socketio_session_t *session);
void ngx_webrtc_socketio_update(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said);
void ngx_webrtc_socketio_guests(ngx_webrtc_socketio_t *socketio,
    ngx_webrtc_usec_t now);

/* ngx_webrtc_socketio_event.c */

extern const ngx_webrtc_skyway_endpoint_handlers_t
    ngx_webrtc_socketio_handlers;

void ngx_webrtc_socketio_message(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_engine_io_packet_t *packet, ngx_webrtc_usec_t now);
void ngx_webrtc_socketio_forget(ngx_webrtc_socketio_session_t *session);
/* nothing falls due any more but its silence */
void ngx_webrtc_socketio_leave_queues(ngx_webrtc_socketio_session_t *session);
/* name and JSON of an event */
void ngx_webrtc_socketio_emit(ngx_webrtc_socketio_session_t *session,
    const char *name, const json_t *argument);
/* the JSON of an event that somebody else has written */
void ngx_webrtc_socketio_emit_text(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *text, const ngx_str_t *attachments, ngx_uint_t n);
void ngx_webrtc_socketio_fail(ngx_webrtc_socketio_session_t *session,
    const char *type, const char *message);

/* ngx_webrtc_socketio_room.c */

void ngx_webrtc_socketio_room_join(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said);
/* another session of the client was in it */
void ngx_webrtc_socketio_room_resume(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *name, ngx_uint_t sfu);
void ngx_webrtc_socketio_room_leave(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said);
void ngx_webrtc_socketio_room_users(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said);
void ngx_webrtc_socketio_room_logs(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said);
void ngx_webrtc_socketio_room_data(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said);
void ngx_webrtc_socketio_room_offer(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said);
void ngx_webrtc_socketio_room_answer(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said);
void ngx_webrtc_socketio_room_leave_all(
    ngx_webrtc_socketio_session_t *session);

/* ngx_webrtc_socketio_resume.c */

/* its carriers are no longer its own */
void ngx_webrtc_socketio_part_with(ngx_webrtc_socketio_session_t *session);
/* its client has gone without a word */
void ngx_webrtc_socketio_lost(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_usec_t now);
/* its client is back in another session */
void ngx_webrtc_socketio_hand_over(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_usec_t now);
void ngx_webrtc_socketio_hand_packet(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_engine_io_packet_t *packet);
/* its client was in another session */
void ngx_webrtc_socketio_return(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_usec_t now);
void ngx_webrtc_socketio_take(ngx_webrtc_socketio_session_t *session,
    const ngx_str_t *payload);
void ngx_webrtc_socketio_returned(ngx_webrtc_socketio_session_t *session);
void ngx_webrtc_socketio_returning(ngx_webrtc_socketio_t *socketio,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_socketio_returning_expires(
    ngx_webrtc_socketio_t *socketio);


extern const ngx_webrtc_skyway_part_t  ngx_webrtc_socketio_part;


#endif /* _NGX_WEBRTC_SOCKETIO_SESSION_H_INCLUDED_ */
