
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Viewers of what this worker has: a connection of a channel, or media ports
 * of the gateway.  Each is a link that we offer, with what the stream has in
 * the codecs that it comes in, and with a data channel that the viewer may
 * open for commands, which mean nothing here.
 */


#ifndef _NGX_WEBRTC_VIEWER_H_INCLUDED_
#define _NGX_WEBRTC_VIEWER_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_gateway.h>
#include <hub/ngx_webrtc_hub.h>


typedef struct ngx_webrtc_viewers_s  ngx_webrtc_viewers_t;
typedef struct ngx_webrtc_viewer_s   ngx_webrtc_viewer_t;


typedef enum {
    NGX_WEBRTC_VIEWER_OFFER = 0,    /* "text"; again if the stream has got
                                       another track */
    NGX_WEBRTC_VIEWER_CANDIDATE,    /* "text" and "mid"; full ICE */
    NGX_WEBRTC_VIEWER_PLAYING,      /* connected */
    NGX_WEBRTC_VIEWER_COMMAND,      /* "text", valid during the call */
    NGX_WEBRTC_VIEWER_MISSING,      /* the stream has ended */
    NGX_WEBRTC_VIEWER_ENDED         /* "reason"; constant, upper case */
} ngx_webrtc_viewer_event_e;


typedef struct {
    ngx_webrtc_viewer_event_e  type;
    ngx_str_t                 text;
    ngx_str_t                 mid;
    const char               *reason;
} ngx_webrtc_viewer_event_t;


/*
 * Within tick() of viewers, or (CANDIDATE, PLAYING, COMMAND) of the engine or
 * from input(); may destroy the viewer unless it is PLAYING.  Nothing is told
 * after MISSING and ENDED.
 */
typedef void (*ngx_webrtc_viewer_handler_pt)(ngx_webrtc_viewer_t *viewer,
    const ngx_webrtc_viewer_event_t *event, void *data,
    ngx_webrtc_usec_t now);


typedef struct {
    ngx_webrtc_usec_t         answer_timeout;
    ngx_str_t                 label;        /* of the channel for commands */
} ngx_webrtc_viewers_conf_t;


/* of a channel if there is a channel_id, else of ports; copied */

typedef struct {
    ngx_str_t                 channel_id;
    ngx_str_t                 connection_id;    /* empty: the first sender */
    ngx_webrtc_port_t        *video;            /* NULL: none */
    ngx_webrtc_port_t        *audio;
    const ngx_webrtc_ice_server_t  *servers;    /* for full ICE */
    ngx_uint_t                nservers;
    unsigned                  full_ice:1;       /* if there is an agent for
                                                   it, else ICE-lite */
} ngx_webrtc_viewer_conf_t;


/* NULL: no memory; the conf's label is not copied */
ngx_webrtc_viewers_t *ngx_webrtc_viewers_create(
    const ngx_webrtc_viewers_conf_t *conf, ngx_webrtc_hub_t *hub,
    ngx_webrtc_gateway_t *gateway, ngx_log_t *log);
/* there must be none left */
void ngx_webrtc_viewers_destroy(ngx_webrtc_viewers_t *viewers);
void ngx_webrtc_viewers_tick(ngx_webrtc_viewers_t *viewers,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_viewers_expires(ngx_webrtc_viewers_t *viewers);
ngx_uint_t ngx_webrtc_viewers_count(ngx_webrtc_viewers_t *viewers);


/* its offer follows.  NGX_DECLINED: no such stream; NGX_ERROR: no memory */
ngx_int_t ngx_webrtc_viewer_create(ngx_webrtc_viewers_t *viewers,
    const ngx_webrtc_viewer_conf_t *conf,
    ngx_webrtc_viewer_handler_pt handler, void *data, ngx_webrtc_usec_t now,
    ngx_webrtc_viewer_t **viewer);
/* it is said goodbye to */
void ngx_webrtc_viewer_destroy(ngx_webrtc_viewer_t *viewer,
    ngx_webrtc_usec_t now);

/* NGX_ERROR: a constant "reason", it lives on */
ngx_int_t ngx_webrtc_viewer_answer(ngx_webrtc_viewer_t *viewer,
    ngx_str_t *sdp, ngx_webrtc_usec_t now, const char **reason);
/* "candidate:...", empty: no more; of use with full ICE */
void ngx_webrtc_viewer_candidate(ngx_webrtc_viewer_t *viewer,
    const ngx_str_t *candidate, const ngx_str_t *mid, ngx_webrtc_usec_t now);
/* it goes on with a key frame */
void ngx_webrtc_viewer_pause(ngx_webrtc_viewer_t *viewer, ngx_uint_t paused,
    ngx_webrtc_usec_t now);
/* over the channel for commands; other than NGX_OK: it was dropped */
ngx_int_t ngx_webrtc_viewer_say(ngx_webrtc_viewer_t *viewer,
    const ngx_str_t *text, ngx_webrtc_usec_t now);


/* what it gets */

typedef struct {
    ngx_webrtc_link_traffic_t  traffic;
    ngx_webrtc_codec_e        audio;        /* NONE */
    ngx_webrtc_codec_e        video;
    unsigned                  playing:1;
} ngx_webrtc_viewer_info_t;

void ngx_webrtc_viewer_info(ngx_webrtc_viewer_t *viewer,
    ngx_webrtc_viewer_info_t *info);


#endif /* _NGX_WEBRTC_VIEWER_H_INCLUDED_ */
