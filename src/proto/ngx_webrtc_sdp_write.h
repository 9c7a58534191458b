
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The lines of session descriptions as we write them.  Texts go in as they
 * are: who calls has made sure that they hold no line ends.
 */


#ifndef _NGX_WEBRTC_SDP_WRITE_H_INCLUDED_
#define _NGX_WEBRTC_SDP_WRITE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>
#include <core/ngx_webrtc_text.h>
#include <proto/ngx_webrtc_codec.h>
#include <proto/ngx_webrtc_rtp_ext.h>
#include <proto/ngx_webrtc_sdp.h>


/* more than each part ever takes, apart from the texts it is given */

#define NGX_WEBRTC_SDP_WRITE_SESSION    512
#define NGX_WEBRTC_SDP_WRITE_SECTION    2560
#define NGX_WEBRTC_SDP_WRITE_CANDIDATE  128


/* a payload type and what repairs it */

typedef struct {
    ngx_uint_t           codec;         /* ngx_webrtc_codec_e */
    uint8_t              pt;
    uint8_t              rtx_pt;        /* NO_PT: none */
    uint8_t              feedback;      /* NGX_WEBRTC_SDP_FB_* */
    ngx_str_t            fmtp;          /* empty: no line */
} ngx_webrtc_sdp_format_t;


/* what is sent on a section */

typedef struct {
    ngx_str_t            stream;        /* the cname as well */
    ngx_str_t            track;
    uint32_t             ssrc;
    uint32_t             rtx_ssrc;      /* 0: none */
} ngx_webrtc_sdp_stream_t;


/* from "v=0" to "t=0 0" */
void ngx_webrtc_sdp_write_session(ngx_webrtc_text_t *text, uint64_t id,
    uint64_t version);

/* "a=" name value; the colon belongs to the name */
void ngx_webrtc_sdp_write_line(ngx_webrtc_text_t *text, const char *name,
    const ngx_str_t *value);

/* "m=video" for a kind that is known */
const char *ngx_webrtc_sdp_write_kind(ngx_webrtc_sdp_kind_e kind);

/* the formats of an m-line and its c= line */
void ngx_webrtc_sdp_write_formats(ngx_webrtc_text_t *text,
    const ngx_webrtc_sdp_format_t *format);

/* b=AS and b=TIAS */
void ngx_webrtc_sdp_write_bit_rate(ngx_webrtc_text_t *text, uint32_t kbps);

void ngx_webrtc_sdp_write_direction(ngx_webrtc_text_t *text,
    ngx_uint_t direction);
void ngx_webrtc_sdp_write_setup(ngx_webrtc_text_t *text,
    ngx_webrtc_sdp_setup_e setup);
/* host candidates, the best first */
void ngx_webrtc_sdp_write_candidates(ngx_webrtc_text_t *text,
    const ngx_webrtc_addr_t *addrs, ngx_uint_t n);
void ngx_webrtc_sdp_write_extmap(ngx_webrtc_text_t *text, ngx_uint_t kind,
    ngx_uint_t id);
/* rtpmap, rtcp-fb and fmtp, and those of RTX */
void ngx_webrtc_sdp_write_format(ngx_webrtc_text_t *text,
    const ngx_webrtc_sdp_format_t *format);
/* msid, ssrc-group and ssrc */
void ngx_webrtc_sdp_write_stream(ngx_webrtc_text_t *text,
    const ngx_webrtc_sdp_stream_t *stream);
/* sctp-port and max-message-size */
void ngx_webrtc_sdp_write_sctp(ngx_webrtc_text_t *text, size_t max_message);


#endif /* _NGX_WEBRTC_SDP_WRITE_H_INCLUDED_ */
