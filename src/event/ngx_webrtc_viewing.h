
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Somebody views a stream of this server: a session of WebRTC at the worker
 * where the stream is, driven from the worker where the viewer's signalling
 * is, through a wire.  We make the offer.
 *
 * Names of streams:
 *
 *     channel_id                    the first sender of a Sora channel
 *     channel_id/connection_id      that one
 *     vi-UUID, au-UUID, both with   media ports of the gateway
 *     a "/" between them
 */


#ifndef _NGX_WEBRTC_VIEWING_H_INCLUDED_
#define _NGX_WEBRTC_VIEWING_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_worker.h>
#include <front/evostream/ngx_webrtc_ers_client.h>


typedef struct ngx_webrtc_viewing_s  ngx_webrtc_viewing_t;


typedef enum {
    NGX_WEBRTC_VIEWING_OFFER = 0,   /* "text" is SDP */
    NGX_WEBRTC_VIEWING_CANDIDATE,   /* "text" is "candidate:...", full ICE */
    NGX_WEBRTC_VIEWING_PLAYING,     /* connected: media flows */
    NGX_WEBRTC_VIEWING_MISSING,     /* there is no such stream, or not any
                                       more; it is over */
    NGX_WEBRTC_VIEWING_ENDED        /* "text" is a reason; it is over */
} ngx_webrtc_viewing_event_e;


typedef struct {
    ngx_webrtc_viewing_event_e  type;
    ngx_str_t                 text;
    ngx_str_t                 mid;          /* CANDIDATE */
} ngx_webrtc_viewing_event_t;


/*
 * From the event loop, never from within a call of this file.  After MISSING
 * or ENDED the viewing is gone.
 */
typedef void (*ngx_webrtc_viewing_handler_pt)(ngx_webrtc_viewing_t *viewing,
    const ngx_webrtc_viewing_event_t *event, void *data);


typedef struct {
    ngx_uint_t                config;       /* configId */
    ngx_str_t                 id;           /* of the viewer */
    ngx_str_t                 stream;
    const ngx_webrtc_ers_server_t  *servers;    /* for full ICE */
    ngx_uint_t                nservers;
} ngx_webrtc_viewing_conf_t;


/* copied; NULL: no memory, or no worker */
ngx_webrtc_viewing_t *ngx_webrtc_viewing_open(
    const ngx_webrtc_viewing_conf_t *conf,
    ngx_webrtc_viewing_handler_pt handler, void *data);
void ngx_webrtc_viewing_answer(ngx_webrtc_viewing_t *viewing,
    const ngx_str_t *sdp);
void ngx_webrtc_viewing_candidate(ngx_webrtc_viewing_t *viewing,
    const ngx_str_t *candidate, const ngx_str_t *mid);
void ngx_webrtc_viewing_pause(ngx_webrtc_viewing_t *viewing,
    ngx_uint_t paused);
/* the viewer has left, or shall leave: the session ends */
void ngx_webrtc_viewing_close(ngx_webrtc_viewing_t *viewing);
/*
 * Signalling has gone: a session that plays goes on by itself, another one
 * ends.  Of this worker's death the session hears the same.
 */
void ngx_webrtc_viewing_detach(ngx_webrtc_viewing_t *viewing);


#endif /* _NGX_WEBRTC_VIEWING_H_INCLUDED_ */
