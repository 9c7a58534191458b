
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * RTP forwarding: what a connection sends goes out as plain RTP too, audio to
 * one port of a host and video to another.  It ends with the connection.
 */


#ifndef _NGX_WEBRTC_FORWARDING_H_INCLUDED_
#define _NGX_WEBRTC_FORWARDING_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_text.h>
#include <hub/ngx_webrtc_hub.h>


/* enough for the SDP of any connection */
#define NGX_WEBRTC_FORWARDING_SDP   2048


typedef struct {
    ngx_str_t                 ip_address;   /* a literal */
    uint16_t                  audio_port;
    uint16_t                  video_port;
} ngx_webrtc_forwarding_t;


/* it sends audio or video */
ngx_uint_t ngx_webrtc_connection_sends(ngx_webrtc_connection_t *connection);

/*
 * Replaces a destination that there was.  NGX_DECLINED: "reason" says why
 * not, and nothing has changed; NGX_ERROR: no memory.
 */
ngx_int_t ngx_webrtc_connection_forward(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_forwarding_t *to, ngx_webrtc_usec_t now,
    const char **reason);
/* NGX_DECLINED: it was not forwarded */
ngx_int_t ngx_webrtc_connection_stop_forwarding(
    ngx_webrtc_connection_t *connection);

/* what the receiver has to know of it; for one that is forwarded */
void ngx_webrtc_connection_forwarding_sdp(
    ngx_webrtc_connection_t *connection, ngx_webrtc_text_t *text);


#endif /* _NGX_WEBRTC_FORWARDING_H_INCLUDED_ */
