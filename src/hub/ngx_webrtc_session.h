
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A session is the life of a channel: from its first member until it has been
 * empty for a while.  It has an id of its own and is told of apart from its
 * members.
 */


#ifndef _NGX_WEBRTC_SESSION_H_INCLUDED_
#define _NGX_WEBRTC_SESSION_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_hub.h>


typedef struct {
    ngx_str_t                 channel_id;
    u_char                    session_id[NGX_WEBRTC_ID_LEN];
    uint64_t                  created_time;     /* us since 1970 */
    ngx_uint_t                total;    /* connections that came up */
    ngx_uint_t                max;      /* at a time */
    unsigned                  spotlight:1;
} ngx_webrtc_session_info_t;


const ngx_webrtc_session_info_t *ngx_webrtc_channel_session(
    ngx_webrtc_channel_t *channel);
ngx_webrtc_channel_t *ngx_webrtc_connection_channel(
    ngx_webrtc_connection_t *connection);

/* the channel, also one without members that is kept; NULL: none */
ngx_webrtc_channel_t *ngx_webrtc_hub_session(ngx_webrtc_hub_t *hub,
    const ngx_str_t *channel_id);
/* of a channel without members, which would be kept else */
void ngx_webrtc_hub_end_session(ngx_webrtc_hub_t *hub,
    const ngx_str_t *channel_id, ngx_webrtc_usec_t now);

/* from now on none is kept without members: the worker is about to go */
void ngx_webrtc_session_keep_none(ngx_webrtc_hub_t *hub,
    ngx_webrtc_usec_t now);

/* a place for what the glue keeps with a session; NULL at its start */
void *ngx_webrtc_session_data(ngx_webrtc_channel_t *channel);
void ngx_webrtc_session_set_data(ngx_webrtc_channel_t *channel, void *data);


/* datagrams of its media, until now or until its end */
void ngx_webrtc_connection_bytes(ngx_webrtc_connection_t *connection,
    uint64_t *received, uint64_t *sent);

/*
 * What webhooks tell of the end of a connection, to be set before leave().
 * JSON text, opaque, copied; dropped without memory.
 */
void ngx_webrtc_connection_set_detail(ngx_webrtc_connection_t *connection,
    const ngx_str_t *detail);
/* empty: none */
const ngx_str_t *ngx_webrtc_connection_detail(
    ngx_webrtc_connection_t *connection);


#endif /* _NGX_WEBRTC_SESSION_H_INCLUDED_ */
