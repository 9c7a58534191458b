
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* a way with a bottleneck: a rate, a queue before it, a delay and losses */


#ifndef _NGX_WEBRTC_LINK_H_INCLUDED_
#define _NGX_WEBRTC_LINK_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef struct {
    uint64_t                   bit_rate;    /* 0: no limit */
    ngx_webrtc_usec_t          delay;
    ngx_webrtc_usec_t          queue;       /* longest wait; 0: 300 ms */
    ngx_uint_t                 loss;        /* per mille */
    uint32_t                   seed;
    ngx_webrtc_usec_t          free;        /* when all that is in it is out */
    ngx_uint_t                 dropped;
} link_t;


/* when a datagram that is sent now arrives; 0: never */

static inline ngx_webrtc_usec_t
link_send(link_t *link, size_t size, ngx_webrtc_usec_t now)
{
    ngx_webrtc_usec_t  queue;

    link->seed = link->seed * 1664525 + 1013904223;

    if ((link->seed >> 8) % 1000 < link->loss) {
        link->dropped++;
        return 0;
    }

    if (link->bit_rate == 0) {
        return now + link->delay;
    }

    queue = link->queue ? link->queue : 300 * NGX_WEBRTC_MSEC;

    if (link->free > now + queue) {
        link->dropped++;
        return 0;
    }

    link->free = ngx_max(link->free, now)
                 + size * 8 * NGX_WEBRTC_SEC / link->bit_rate;

    return link->free + link->delay;
}


#endif /* _NGX_WEBRTC_LINK_H_INCLUDED_ */
