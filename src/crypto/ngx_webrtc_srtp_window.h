
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Replay protection of one SRTP stream, and its roll-over counter
 * (RFC 3711, sections 3.3.1 and 3.3.2).  An index is the roll-over counter
 * and the sequence number, 48 bits.
 */


#ifndef _NGX_WEBRTC_SRTP_WINDOW_H_INCLUDED_
#define _NGX_WEBRTC_SRTP_WINDOW_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* a packet that is behind the newest by so many is too late */
#define NGX_WEBRTC_SRTP_WINDOW          1024


typedef struct {
    uint64_t                    highest;
    uint64_t                    seen[NGX_WEBRTC_SRTP_WINDOW / 64];
} ngx_webrtc_srtp_window_t;


/* its first packet, whose roll-over counter is zero */
void ngx_webrtc_srtp_window_init(ngx_webrtc_srtp_window_t *window,
    uint64_t index);

/* the index that the sequence number stands for most likely */
uint64_t ngx_webrtc_srtp_window_guess(const ngx_webrtc_srtp_window_t *window,
    uint16_t seq);

/* NGX_OK: new; NGX_DECLINED: it has been there, or is too old */
ngx_int_t ngx_webrtc_srtp_window_check(
    const ngx_webrtc_srtp_window_t *window, uint64_t index);

/* of an authentic packet that is new */
void ngx_webrtc_srtp_window_add(ngx_webrtc_srtp_window_t *window,
    uint64_t index);


#endif /* _NGX_WEBRTC_SRTP_WINDOW_H_INCLUDED_ */
