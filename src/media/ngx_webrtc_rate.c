
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_rate.h>


static void ngx_webrtc_rate_advance(ngx_webrtc_rate_t *rate,
    ngx_webrtc_usec_t now);


void
ngx_webrtc_rate_add(ngx_webrtc_rate_t *rate, size_t bytes,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_rate_advance(rate, now);

    if (rate->sum == 0) {
        rate->began = now;
    }

    rate->bytes[rate->slot % NGX_WEBRTC_RATE_SLOTS] += (uint32_t) bytes;
    rate->sum += bytes;
}


uint64_t
ngx_webrtc_rate_get(ngx_webrtc_rate_t *rate, ngx_webrtc_usec_t now)
{
    ngx_webrtc_usec_t  start;

    ngx_webrtc_rate_advance(rate, now);

    if (rate->sum == 0) {
        return 0;
    }

    start = (rate->slot - (NGX_WEBRTC_RATE_SLOTS - 1)) * NGX_WEBRTC_RATE_SLOT;
    start = ngx_max(start, rate->began);

    /* a burst at the very beginning says nothing yet */

    return rate->sum * 8 * NGX_WEBRTC_SEC
           / ngx_max(now - start, NGX_WEBRTC_RATE_SLOT);
}


static void
ngx_webrtc_rate_advance(ngx_webrtc_rate_t *rate, ngx_webrtc_usec_t now)
{
    uint64_t  slot;

    slot = now / NGX_WEBRTC_RATE_SLOT;

    if (slot - rate->slot >= NGX_WEBRTC_RATE_SLOTS) {
        ngx_memzero(rate->bytes, sizeof(rate->bytes));
        rate->sum = 0;
        rate->slot = slot;
        return;
    }

    while (rate->slot != slot) {
        rate->slot++;
        rate->sum -= rate->bytes[rate->slot % NGX_WEBRTC_RATE_SLOTS];
        rate->bytes[rate->slot % NGX_WEBRTC_RATE_SLOTS] = 0;
    }
}
