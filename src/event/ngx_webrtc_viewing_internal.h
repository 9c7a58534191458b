
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the files of viewers at their stream's worker share */


#ifndef _NGX_WEBRTC_VIEWING_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_VIEWING_INTERNAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <core/ngx_webrtc_hash.h>
#include <hub/ngx_webrtc_viewer.h>
#include <event/ngx_webrtc_evostream_rows.h>
#include <event/ngx_webrtc_viewing_session.h>
#include <event/ngx_webrtc_wire.h>


#define NGX_WEBRTC_VIEWING_CODEC  8     /* the name of one */


typedef struct {
    ngx_queue_t                    queue;
    ngx_webrtc_hash_node_t         node;        /* by the number of its row */
    ngx_pool_t                    *pool;
    ngx_webrtc_viewer_t           *viewer;
    ngx_webrtc_wire_t             *wire;        /* NULL: there is no signalling
                                                   for it any more */
    ngx_webrtc_port_t             *ports[2];    /* NULL: of a channel */
    ngx_webrtc_evostream_stream_t  row;
    ngx_webrtc_usec_t              pulse;       /* when it was last answered */
    u_char                         address[NGX_WEBRTC_ADDR_TEXT];
    u_char                         audio[NGX_WEBRTC_VIEWING_CODEC];
    u_char                         video[NGX_WEBRTC_VIEWING_CODEC];
    unsigned                       doomed:1;    /* by its row */
    unsigned                       refused:1;   /* an answer; it was logged */
} ngx_webrtc_viewing_session_t;


typedef struct {
    ngx_webrtc_worker_t           *worker;      /* NULL: not open */
    ngx_pool_t                    *pool;
    ngx_queue_t                    sessions;
    ngx_webrtc_hash_t              hash;
    ngx_uint_t                     turn;
    ngx_event_t                    check;
} ngx_webrtc_viewing_sessions_t;


/* of this process */
ngx_webrtc_viewing_sessions_t *ngx_webrtc_viewing_sessions(void);
/* it has a row and a wire */
void ngx_webrtc_viewing_sessions_add(ngx_webrtc_viewing_session_t *session);
void ngx_webrtc_viewing_sessions_remove(
    ngx_webrtc_viewing_session_t *session);
/* what its row tells is renewed */
void ngx_webrtc_viewing_session_row(ngx_webrtc_viewing_session_t *session);

void ngx_webrtc_viewing_session_accept(ngx_webrtc_wire_t *wire,
    u_char *hello, size_t len);
/* one of the letters of the wire, and why */
void ngx_webrtc_viewing_session_end(ngx_webrtc_viewing_session_t *session,
    u_char head, const char *reason);
/* its viewers see no more of it; they hear so before it goes */
void ngx_webrtc_viewing_session_port_closed(ngx_webrtc_port_t *port);


#endif /* _NGX_WEBRTC_VIEWING_INTERNAL_H_INCLUDED_ */
