
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* bits per second over the last second */


#ifndef _NGX_WEBRTC_RATE_H_INCLUDED_
#define _NGX_WEBRTC_RATE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


#define NGX_WEBRTC_RATE_SLOTS       10
#define NGX_WEBRTC_RATE_SLOT        (100 * NGX_WEBRTC_MSEC)


/* all zero is an empty one */

typedef struct {
    ngx_webrtc_usec_t         began;    /* first of a busy time */
    uint64_t                  slot;     /* number of the newest */
    uint64_t                  sum;
    uint32_t                  bytes[NGX_WEBRTC_RATE_SLOTS];
} ngx_webrtc_rate_t;


void ngx_webrtc_rate_add(ngx_webrtc_rate_t *rate, size_t bytes,
    ngx_webrtc_usec_t now);
uint64_t ngx_webrtc_rate_get(ngx_webrtc_rate_t *rate, ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_RATE_H_INCLUDED_ */
