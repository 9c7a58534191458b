
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * RTCP: sender and receiver reports, SDES, BYE (RFC 3550 6), generic NACK
 * and PLI (RFC 4585 6), FIR (RFC 5104 4.3.1), REMB (draft-alvestrand-rmcat-
 * remb).  Transport-wide feedback is in ngx_webrtc_rtcp_twcc.h.  Compounds
 * may be of reduced size (RFC 5506): any packet may come first.
 *
 * Parsers return NGX_OK, NGX_ERROR (malformed) or NGX_DECLINED (another kind
 * of packet).  Writers return the end of what they wrote, or NULL when it
 * does not fit before "last".
 */


#ifndef _NGX_WEBRTC_RTCP_H_INCLUDED_
#define _NGX_WEBRTC_RTCP_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_cursor.h>


#define NGX_WEBRTC_RTCP_BLOCKS_MAX      31

/* seconds between 1900 and 1970 */
#define NGX_WEBRTC_NTP_EPOCH            2208988800ULL


typedef enum {
    NGX_WEBRTC_RTCP_OTHER = 0,
    NGX_WEBRTC_RTCP_SR,
    NGX_WEBRTC_RTCP_RR,
    NGX_WEBRTC_RTCP_SDES,
    NGX_WEBRTC_RTCP_BYE,
    NGX_WEBRTC_RTCP_APP,
    NGX_WEBRTC_RTCP_NACK,
    NGX_WEBRTC_RTCP_TWCC,
    NGX_WEBRTC_RTCP_PLI,
    NGX_WEBRTC_RTCP_FIR,
    NGX_WEBRTC_RTCP_REMB,
    NGX_WEBRTC_RTCP_XR
} ngx_webrtc_rtcp_e;


/* one packet of a compound */

typedef struct {
    u_char             *start;
    u_char             *pos;            /* after the 4-byte header */
    u_char             *last;           /* before the padding */
    uint8_t             pt;
    uint8_t             count;          /* RC, SC or FMT */
    uint8_t             kind;           /* ngx_webrtc_rtcp_e */
} ngx_webrtc_rtcp_t;


/* a report block */

typedef struct {
    uint32_t            ssrc;
    int32_t             lost;           /* cumulative, 24 bits, signed */
    uint32_t            highest;        /* extended sequence number */
    uint32_t            jitter;         /* in the units of timestamps */
    uint32_t            lsr;            /* middle 32 bits of SR's NTP time */
    uint32_t            dlsr;           /* in 1/65536 seconds */
    uint8_t             fraction;       /* lost / 256 */
} ngx_webrtc_rtcp_block_t;


/* SR, or RR with the sender's part zero */

typedef struct {
    uint64_t            ntp;            /* 32.32 fixed point seconds */
    u_char             *blocks;         /* nblocks of 24 bytes */
    uint32_t            ssrc;
    uint32_t            timestamp;
    uint32_t            packets;
    uint32_t            octets;
    ngx_uint_t          nblocks;
} ngx_webrtc_rtcp_report_t;


/* the common part of NACK, PLI, FIR, REMB, TWCC */

typedef struct {
    u_char             *pos;            /* feedback control information */
    u_char             *last;
    uint32_t            sender;
    uint32_t            media;
} ngx_webrtc_rtcp_fb_t;


typedef struct {
    u_char             *pos;
    u_char             *last;
    uint32_t            mask;           /* of the pid and its blp to come */
    uint16_t            pid;
} ngx_webrtc_rtcp_nack_t;


typedef struct {
    uint64_t            bitrate;        /* bits per second */
    u_char             *ssrcs;          /* nssrcs of 4 bytes */
    ngx_uint_t          nssrcs;
} ngx_webrtc_rtcp_remb_t;


typedef struct {
    u_char             *ssrcs;          /* nssrcs of 4 bytes */
    ngx_uint_t          nssrcs;
    ngx_str_t           reason;
} ngx_webrtc_rtcp_bye_t;


/*
 * Walks a compound.  Start with *pos at the first packet; NGX_OK: "rtcp" is
 * the next one and *pos is behind it; NGX_DONE: there is none.
 */
ngx_int_t ngx_webrtc_rtcp_next(u_char **pos, u_char *last,
    ngx_webrtc_rtcp_t *rtcp);

/* NGX_OK if next() would walk the whole compound without an error */
ngx_int_t ngx_webrtc_rtcp_check(u_char *pos, u_char *last);

/* the SSRC of who sends the packet (RTCP's first word), or 0 */
uint32_t ngx_webrtc_rtcp_sender(const u_char *pos, const u_char *last);

ngx_int_t ngx_webrtc_rtcp_parse_report(const ngx_webrtc_rtcp_t *rtcp,
    ngx_webrtc_rtcp_report_t *report);
/* i < report->nblocks */
void ngx_webrtc_rtcp_parse_block(const ngx_webrtc_rtcp_report_t *report,
    ngx_uint_t i, ngx_webrtc_rtcp_block_t *block);

ngx_int_t ngx_webrtc_rtcp_parse_bye(const ngx_webrtc_rtcp_t *rtcp,
    ngx_webrtc_rtcp_bye_t *bye);

ngx_int_t ngx_webrtc_rtcp_parse_fb(const ngx_webrtc_rtcp_t *rtcp,
    ngx_webrtc_rtcp_fb_t *fb);

/* each sequence number of a NACK: NGX_OK, then NGX_DONE */
void ngx_webrtc_rtcp_nack_init(ngx_webrtc_rtcp_nack_t *nack,
    const ngx_webrtc_rtcp_fb_t *fb);
ngx_int_t ngx_webrtc_rtcp_nack_next(ngx_webrtc_rtcp_nack_t *nack,
    uint16_t *seq);

/* each entry of a FIR, eating fb->pos: NGX_OK, then NGX_DONE */
ngx_int_t ngx_webrtc_rtcp_fir_next(ngx_webrtc_rtcp_fb_t *fb, uint32_t *ssrc,
    uint8_t *seq);

ngx_int_t ngx_webrtc_rtcp_parse_remb(const ngx_webrtc_rtcp_fb_t *fb,
    ngx_webrtc_rtcp_remb_t *remb);

/* of the lists in remb and bye */
#define ngx_webrtc_rtcp_ssrc(ssrcs, i)  ngx_webrtc_get32((ssrcs) + 4 * (i))


/* report->blocks and nblocks are not looked at; at most 31 blocks */
u_char *ngx_webrtc_rtcp_write_sr(u_char *p, u_char *last,
    const ngx_webrtc_rtcp_report_t *report,
    const ngx_webrtc_rtcp_block_t *blocks, ngx_uint_t n);
u_char *ngx_webrtc_rtcp_write_rr(u_char *p, u_char *last, uint32_t ssrc,
    const ngx_webrtc_rtcp_block_t *blocks, ngx_uint_t n);
/* one chunk with a CNAME of 255 bytes at most */
u_char *ngx_webrtc_rtcp_write_sdes(u_char *p, u_char *last, uint32_t ssrc,
    const ngx_str_t *cname);
u_char *ngx_webrtc_rtcp_write_bye(u_char *p, u_char *last,
    const uint32_t *ssrcs, ngx_uint_t n);

/*
 * "seqs" in ascending (serial) order pack best, any order is right.  Writes
 * as many as fit; *written says how many of "n" (NULL: none fits).
 */
u_char *ngx_webrtc_rtcp_write_nack(u_char *p, u_char *last, uint32_t sender,
    uint32_t media, const uint16_t *seqs, ngx_uint_t n, ngx_uint_t *written);
u_char *ngx_webrtc_rtcp_write_pli(u_char *p, u_char *last, uint32_t sender,
    uint32_t media);
u_char *ngx_webrtc_rtcp_write_fir(u_char *p, u_char *last, uint32_t sender,
    uint32_t media, uint8_t seq);
/* at most 255 SSRCs; the bit rate is rounded down to 18 significant bits */
u_char *ngx_webrtc_rtcp_write_remb(u_char *p, u_char *last, uint32_t sender,
    uint64_t bitrate, const uint32_t *ssrcs, ngx_uint_t n);


/* NTP time (32.32) of microseconds since 1970, and its middle 32 bits */

static ngx_inline uint64_t
ngx_webrtc_ntp(uint64_t usec)
{
    return ((usec / 1000000 + NGX_WEBRTC_NTP_EPOCH) << 32)
           | (((usec % 1000000) << 32) / 1000000);
}


#define ngx_webrtc_ntp_middle(ntp)      ((uint32_t) ((ntp) >> 16))


#endif /* _NGX_WEBRTC_RTCP_H_INCLUDED_ */
