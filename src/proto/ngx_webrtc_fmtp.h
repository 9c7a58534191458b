
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Texts of a=fmtp from the parameters a user may choose: Opus (RFC 7587),
 * VP9 (RFC 9628), H264 (RFC 6184), H265 (RFC 7798), AV1 (RTP Payload Format
 * For AV1, section 7.2).
 */


#ifndef _NGX_WEBRTC_FMTP_H_INCLUDED_
#define _NGX_WEBRTC_FMTP_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_text.h>
#include <proto/ngx_webrtc_codec.h>


/* the longest text that the negotiation takes */

#define NGX_WEBRTC_FMTP_LEN     160

#define NGX_WEBRTC_FMTP_UNSET   (-1)


typedef struct {
    ngx_int_t           channels;           /* not written */
    ngx_int_t           maxplaybackrate;
    ngx_int_t           minptime;           /* unset: 10 */
    ngx_int_t           ptime;              /* not written */
    ngx_int_t           stereo;
    ngx_int_t           sprop_stereo;
    ngx_int_t           useinbandfec;       /* unset: 1 */
    ngx_int_t           usedtx;
    ngx_int_t           bit_rate;           /* kbit/s */
} ngx_webrtc_opus_params_t;


typedef struct {
    ngx_int_t           profile_id;         /* VP9, H265; AV1's profile */
    ngx_int_t           level_id;           /* H265; AV1's level-idx */
    ngx_int_t           tier;               /* H265, AV1 */
    ngx_str_t           profile_level_id;   /* H264; empty: 42e01f */
    ngx_str_t           tx_mode;            /* H265; empty: SRST */
} ngx_webrtc_video_params_t;


void ngx_webrtc_opus_params_init(ngx_webrtc_opus_params_t *params);
void ngx_webrtc_video_params_init(ngx_webrtc_video_params_t *params);

/* what a client is asked to send; NULL params: the defaults */
void ngx_webrtc_fmtp_opus(ngx_webrtc_text_t *text,
    const ngx_webrtc_opus_params_t *params);

/* what its receivers are offered: only what concerns a decoder */
void ngx_webrtc_fmtp_opus_remote(ngx_webrtc_text_t *text,
    const ngx_webrtc_opus_params_t *params);

/* writes nothing for VP8; the same for senders and receivers */
void ngx_webrtc_fmtp_video(ngx_webrtc_text_t *text, ngx_uint_t codec,
    const ngx_webrtc_video_params_t *params);


#endif /* _NGX_WEBRTC_FMTP_H_INCLUDED_ */
