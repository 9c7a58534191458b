
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Whether somebody speaks, from the audio levels in the packets (RFC 6464).
 * A state lasts for some time at least, so whoever sends nonsense changes it
 * no faster than one who speaks.
 */


#ifndef _NGX_WEBRTC_SPEECH_H_INCLUDED_
#define _NGX_WEBRTC_SPEECH_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* speech has pauses; a longer one lets it begin anew */
#define NGX_WEBRTC_SPEECH_GAP   (500 * NGX_WEBRTC_MSEC)


typedef enum {
    NGX_WEBRTC_SPEECH_NONE = 0,     /* nothing loud for the hold time */
    NGX_WEBRTC_SPEECH_BEGUN,        /* the first loud packet has come */
    NGX_WEBRTC_SPEECH_LASTING       /* for the activation time */
} ngx_webrtc_speech_e;


typedef struct {
    ngx_uint_t                level;    /* -dBov: this and less is loud */
    ngx_webrtc_usec_t         activation;
    ngx_webrtc_usec_t         hold;
} ngx_webrtc_speech_conf_t;


typedef struct {
    ngx_webrtc_speech_e       state;
    ngx_webrtc_usec_t         begun;
    ngx_webrtc_usec_t         last;     /* loud packet */
} ngx_webrtc_speech_t;


/* all zero is one who has not spoken yet */

/* the level of a packet in -dBov */
void ngx_webrtc_speech_input(ngx_webrtc_speech_t *speech,
    const ngx_webrtc_speech_conf_t *conf, ngx_uint_t level,
    ngx_webrtc_usec_t now);
void ngx_webrtc_speech_tick(ngx_webrtc_speech_t *speech,
    const ngx_webrtc_speech_conf_t *conf, ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_speech_expires(const ngx_webrtc_speech_t *speech,
    const ngx_webrtc_speech_conf_t *conf);


#endif /* _NGX_WEBRTC_SPEECH_H_INCLUDED_ */
