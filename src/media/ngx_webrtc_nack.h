
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what is missing from a publisher's stream and when to ask for it again */


#ifndef _NGX_WEBRTC_NACK_H_INCLUDED_
#define _NGX_WEBRTC_NACK_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* a larger hole is not worth filling: a key frame is */
#define NGX_WEBRTC_NACK_MAX         256
#define NGX_WEBRTC_NACK_TRIES       8

/* reordering is given this long before the first request */
#define NGX_WEBRTC_NACK_DELAY       (5 * NGX_WEBRTC_MSEC)
#define NGX_WEBRTC_NACK_INTERVAL    (40 * NGX_WEBRTC_MSEC)


typedef struct {
    uint64_t                  seq;
    ngx_webrtc_usec_t         due;
    ngx_uint_t                tries;
} ngx_webrtc_nack_item_t;


typedef struct {
    ngx_uint_t                count;
    ngx_webrtc_usec_t         due;      /* the earliest; NEVER when empty */
    uint64_t                  lost;     /* given up */
    ngx_webrtc_nack_item_t    items[NGX_WEBRTC_NACK_MAX];
} ngx_webrtc_nack_t;


void ngx_webrtc_nack_init(ngx_webrtc_nack_t *nack);

/*
 * [first, last) did not come.  NGX_DECLINED: too much is missing, all is
 * given up; ask for a key frame.
 */
ngx_int_t ngx_webrtc_nack_gap(ngx_webrtc_nack_t *nack, uint64_t first,
    uint64_t last, ngx_webrtc_usec_t now);

/* it came after all; returns 1 if it had been asked for */
ngx_uint_t ngx_webrtc_nack_found(ngx_webrtc_nack_t *nack, uint64_t seq);

/*
 * Numbers to ask for now, at most "max"; *given_up is set when some were
 * asked for often enough.
 */
ngx_uint_t ngx_webrtc_nack_request(ngx_webrtc_nack_t *nack, uint16_t *seqs,
    ngx_uint_t max, ngx_webrtc_usec_t now, ngx_uint_t *given_up);


#endif /* _NGX_WEBRTC_NACK_H_INCLUDED_ */
