
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * RTP packets (RFC 3550 5.1).  Nothing is copied: pointers lead into the
 * packet.  A packet whose version is not 2 is NGX_DECLINED, a packet that
 * ends before its header says so is NGX_ERROR.
 */


#ifndef _NGX_WEBRTC_RTP_H_INCLUDED_
#define _NGX_WEBRTC_RTP_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


#define NGX_WEBRTC_RTP_HEADER_LEN   12


typedef struct {
    u_char             *start;
    u_char             *ext;            /* after profile and length */
    u_char             *payload;
    size_t              payload_len;    /* without the padding */
    uint32_t            timestamp;
    uint32_t            ssrc;
    uint16_t            seq;
    uint16_t            header_len;     /* with CSRCs and extension */
    uint16_t            ext_len;        /* bytes */
    uint16_t            ext_profile;
    uint8_t             pt;
    uint8_t             csrc_count;
    uint8_t             padding;        /* bytes; parse_header(): 0 */
    unsigned            marker:1;
    unsigned            extension:1;    /* the X bit */
    unsigned            padded:1;       /* the P bit */
} ngx_webrtc_rtp_t;


/* the whole of a plain packet */
ngx_int_t ngx_webrtc_rtp_parse(u_char *pos, u_char *last,
    ngx_webrtc_rtp_t *rtp);

/*
 * The part that SRTP leaves readable: the last byte is not looked at, so
 * the payload includes padding and the authentication tag.
 */
ngx_int_t ngx_webrtc_rtp_parse_header(u_char *pos, u_char *last,
    ngx_webrtc_rtp_t *rtp);

/*
 * The fixed header from marker, pt, seq, timestamp, ssrc, extension and
 * padded; never CSRCs.  Writes 12 bytes and returns the end of them.
 */
u_char *ngx_webrtc_rtp_write(u_char *p, const ngx_webrtc_rtp_t *rtp);


/* RFC 5761 4: payload types 64 to 95 with the marker bit are RTCP's 192-223 */

static ngx_inline ngx_uint_t
ngx_webrtc_rtp_is_rtcp(const u_char *pos, const u_char *last)
{
    return last - pos >= 2
           && (pos[1] & 0x7f) >= 64
           && (pos[1] & 0x7f) <= 95;
}


#endif /* _NGX_WEBRTC_RTP_H_INCLUDED_ */
