
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_key_frame.h>


/* a muted or dead track is not asked for ever */
#define NGX_WEBRTC_KEY_FRAME_TRIES  10


void
ngx_webrtc_key_frame_init(ngx_webrtc_key_frame_t *kf,
    ngx_webrtc_usec_t interval)
{
    kf->interval = interval;
    kf->sent = 0;
    kf->due = NGX_WEBRTC_NEVER;
    kf->tries = 0;
}


void
ngx_webrtc_key_frame_want(ngx_webrtc_key_frame_t *kf, ngx_webrtc_usec_t now)
{
    kf->tries = 0;

    if (kf->due != NGX_WEBRTC_NEVER) {
        return;
    }

    kf->due = now;

    if (kf->sent && kf->sent + kf->interval > now) {
        kf->due = kf->sent + kf->interval;
    }
}


ngx_uint_t
ngx_webrtc_key_frame_request(ngx_webrtc_key_frame_t *kf,
    ngx_webrtc_usec_t now)
{
    if (kf->due > now) {
        return 0;
    }

    kf->sent = now;
    kf->due = (++kf->tries < NGX_WEBRTC_KEY_FRAME_TRIES)
              ? now + kf->interval : NGX_WEBRTC_NEVER;

    return 1;
}


void
ngx_webrtc_key_frame_found(ngx_webrtc_key_frame_t *kf)
{
    kf->due = NGX_WEBRTC_NEVER;
}
