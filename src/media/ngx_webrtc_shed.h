
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What a worker leaves out that has too much to send: subscriptions to video,
 * from one key frame to another and by turns, so many that the others get all
 * in time.
 */


#ifndef _NGX_WEBRTC_SHED_H_INCLUDED_
#define _NGX_WEBRTC_SHED_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <media/ngx_webrtc_engine.h>
#include <media/ngx_webrtc_line.h>


/* of an engine */

typedef struct {
    uint32_t                  share;    /* of the subscriptions to a track */
    uint32_t                  step;     /* by which it grows next */
    uint32_t                  rest;     /* of the last track, at first */
    ngx_webrtc_usec_t         changed;
    ngx_webrtc_usec_t         waited;   /* what made it fall; 0: it grew */
    ngx_webrtc_usec_t         late;     /* something waited too long */
} ngx_webrtc_shed_t;


void ngx_webrtc_shed_init(ngx_webrtc_shed_t *shed);
void ngx_webrtc_shed_begin(ngx_webrtc_track_t *track);

/* it is served now; "again": goes on where a slice of the fan-out ended */
void ngx_webrtc_shed_late(ngx_webrtc_subscription_t *sub, ngx_uint_t again,
    ngx_webrtc_usec_t now);

/* a key frame begins: who gets it, and what follows */
void ngx_webrtc_shed_turn(ngx_webrtc_track_t *track, ngx_webrtc_usec_t now);

/* leaves its track */
void ngx_webrtc_shed_leave(ngx_webrtc_subscription_t *sub);


#endif /* _NGX_WEBRTC_SHED_H_INCLUDED_ */
