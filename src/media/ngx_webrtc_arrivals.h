
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * When the packets of a publisher arrived, by transport-wide sequence number,
 * until they are told to it in feedback.
 */


#ifndef _NGX_WEBRTC_ARRIVALS_H_INCLUDED_
#define _NGX_WEBRTC_ARRIVALS_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_rtcp_twcc.h>


#define NGX_WEBRTC_ARRIVALS_MAX         256
#define NGX_WEBRTC_ARRIVALS_INTERVAL    (50 * NGX_WEBRTC_MSEC)


typedef struct {
    uint64_t                  highest;  /* extended; 0: none yet */
    uint64_t                  base;     /* the next one to report on */
    ngx_webrtc_usec_t         due;
    ngx_uint_t                count;
    uint8_t                   fb_count;
    uint8_t                   overflow; /* some are not in the list */
    /* in ascending order of their extended number */
    uint64_t                  seqs[NGX_WEBRTC_ARRIVALS_MAX];
    ngx_webrtc_twcc_item_t    items[NGX_WEBRTC_ARRIVALS_MAX];
} ngx_webrtc_arrivals_t;


void ngx_webrtc_arrivals_init(ngx_webrtc_arrivals_t *arrivals);
void ngx_webrtc_arrivals_add(ngx_webrtc_arrivals_t *arrivals, uint16_t seq,
    ngx_webrtc_usec_t now);

/* one feedback packet on what has come, or NULL: nothing (more) to tell */
u_char *ngx_webrtc_arrivals_write(ngx_webrtc_arrivals_t *arrivals, u_char *p,
    u_char *last, uint32_t sender, uint32_t media, ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_ARRIVALS_H_INCLUDED_ */
