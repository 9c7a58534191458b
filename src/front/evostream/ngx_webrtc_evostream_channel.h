
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What a viewer says over its data channel "emsCommandChannel": JSON in one
 * message, {"type":...,"payload":...}.
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_CHANNEL_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_CHANNEL_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


#define NGX_WEBRTC_EVOSTREAM_LABEL      "emsCommandChannel"

/* longer ones are not looked at; what is answered fits */
#define NGX_WEBRTC_EVOSTREAM_SAID_MAX   4096
#define NGX_WEBRTC_EVOSTREAM_REPLY_MAX  8192


typedef enum {
    NGX_WEBRTC_EVOSTREAM_SAID_NONE = 0, /* nothing is to be done */
    NGX_WEBRTC_EVOSTREAM_SAID_STOP,
    NGX_WEBRTC_EVOSTREAM_SAID_PAUSE,
    NGX_WEBRTC_EVOSTREAM_SAID_RESUME,
    NGX_WEBRTC_EVOSTREAM_SAID_HEARTBEAT /* the reply must not be sent so often
                                           that two who answer each other go
                                           on for ever */
} ngx_webrtc_evostream_said_e;


/*
 * "reply" becomes what is to be answered, written to "buf", or empty.  What
 * is not understood is ignored.
 */
ngx_webrtc_evostream_said_e ngx_webrtc_evostream_channel(u_char *pos,
    u_char *last, u_char buf[NGX_WEBRTC_EVOSTREAM_REPLY_MAX],
    ngx_str_t *reply);


#endif /* _NGX_WEBRTC_EVOSTREAM_CHANNEL_H_INCLUDED_ */
