
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Transport-wide congestion control feedback
 * (draft-holmer-rmcat-transport-wide-cc-extensions-01, section 3.1).
 */


#ifndef _NGX_WEBRTC_RTCP_TWCC_H_INCLUDED_
#define _NGX_WEBRTC_RTCP_TWCC_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_rtcp.h>


/* deltas count in 250 us, the reference time in 64 ms */

#define NGX_WEBRTC_TWCC_TICK        250
#define NGX_WEBRTC_TWCC_REFERENCE   64000


/* a parsed feedback, and where its iteration is; init() checked all of it */

typedef struct {
    u_char             *chunk;
    u_char             *delta;
    u_char             *last;
    int32_t             reference;      /* 24 bits, signed, in 64 ms */
    uint16_t            base_seq;
    uint16_t            count;          /* of packet statuses */
    uint8_t             fb_count;
    /* private */
    uint32_t            left;
    uint16_t            seq;
    uint16_t            symbols;        /* left in the current chunk */
    uint16_t            bits;           /* the chunk's */
    uint8_t             shift;
    uint8_t             width;          /* 0: a run */
} ngx_webrtc_twcc_t;


typedef struct {
    int32_t             delta;          /* to the previous one received */
    uint16_t            seq;
    uint8_t             received;
} ngx_webrtc_twcc_status_t;


/* a packet that arrived */

typedef struct {
    ngx_webrtc_usec_t   arrival;
    uint16_t            seq;
} ngx_webrtc_twcc_item_t;


typedef struct {
    uint32_t            sender;
    uint32_t            media;
    uint16_t            base_seq;       /* the first to report on */
    uint8_t             fb_count;       /* one more in each feedback */
} ngx_webrtc_twcc_head_t;


/* "fb" is of ngx_webrtc_rtcp_parse_fb(); NGX_ERROR: malformed */
ngx_int_t ngx_webrtc_twcc_init(ngx_webrtc_twcc_t *twcc,
    const ngx_webrtc_rtcp_fb_t *fb);

/*
 * NGX_OK: one status; NGX_DONE: that was all.  The first delta counts from
 * the reference time.  A peer can claim 65535 statuses in 20 bytes: look at
 * "count" before walking them.
 */
ngx_int_t ngx_webrtc_twcc_next(ngx_webrtc_twcc_t *twcc,
    ngx_webrtc_twcc_status_t *status);

/*
 * Writes one feedback on "items", which arrived, in ascending order of seq;
 * the numbers missing since head->base_seq are reported as lost.  It ends
 * early where the space or the range of deltas ends; *written says how many
 * items it covers: go on with the next, and the number after the last as
 * base_seq.  NULL: not even one fits, or the first is not at or after
 * base_seq.
 */
u_char *ngx_webrtc_rtcp_write_twcc(u_char *p, u_char *last,
    const ngx_webrtc_twcc_head_t *head, const ngx_webrtc_twcc_item_t *items,
    ngx_uint_t n, ngx_uint_t *written);


#endif /* _NGX_WEBRTC_RTCP_TWCC_H_INCLUDED_ */
