
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Key frame requests towards one publisher's track: those of all receivers
 * are merged, and at most one goes out per interval.
 */


#ifndef _NGX_WEBRTC_KEY_FRAME_H_INCLUDED_
#define _NGX_WEBRTC_KEY_FRAME_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef struct {
    ngx_webrtc_usec_t         interval;
    ngx_webrtc_usec_t         sent;     /* 0: never */
    ngx_webrtc_usec_t         due;      /* NEVER: none is wanted */
    ngx_uint_t                tries;
} ngx_webrtc_key_frame_t;


void ngx_webrtc_key_frame_init(ngx_webrtc_key_frame_t *kf,
    ngx_webrtc_usec_t interval);

/* somebody needs one */
void ngx_webrtc_key_frame_want(ngx_webrtc_key_frame_t *kf,
    ngx_webrtc_usec_t now);

/*
 * Whether to send a request now.  It is repeated until a key frame came, so
 * that a lost request does not leave a receiver dark.
 */
ngx_uint_t ngx_webrtc_key_frame_request(ngx_webrtc_key_frame_t *kf,
    ngx_webrtc_usec_t now);

/* one has begun to arrive */
void ngx_webrtc_key_frame_found(ngx_webrtc_key_frame_t *kf);


#endif /* _NGX_WEBRTC_KEY_FRAME_H_INCLUDED_ */
