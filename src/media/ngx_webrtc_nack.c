
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_nack.h>


static void ngx_webrtc_nack_schedule(ngx_webrtc_nack_t *nack);


void
ngx_webrtc_nack_init(ngx_webrtc_nack_t *nack)
{
    nack->count = 0;
    nack->lost = 0;
    nack->due = NGX_WEBRTC_NEVER;
}


ngx_int_t
ngx_webrtc_nack_gap(ngx_webrtc_nack_t *nack, uint64_t first, uint64_t last,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_nack_item_t  *item;

    if (last - first > NGX_WEBRTC_NACK_MAX - nack->count) {
        nack->lost += nack->count + (last - first);
        nack->count = 0;
        nack->due = NGX_WEBRTC_NEVER;
        return NGX_DECLINED;
    }

    while (first < last) {
        item = &nack->items[nack->count++];
        item->seq = first++;
        item->due = now + NGX_WEBRTC_NACK_DELAY;
        item->tries = 0;
    }

    nack->due = ngx_min(nack->due, now + NGX_WEBRTC_NACK_DELAY);

    return NGX_OK;
}


ngx_uint_t
ngx_webrtc_nack_found(ngx_webrtc_nack_t *nack, uint64_t seq)
{
    ngx_uint_t  i, asked;

    for (i = 0; i < nack->count; i++) {

        if (nack->items[i].seq == seq) {
            asked = (nack->items[i].tries != 0);
            nack->items[i] = nack->items[--nack->count];
            ngx_webrtc_nack_schedule(nack);
            return asked;
        }
    }

    return 0;
}


ngx_uint_t
ngx_webrtc_nack_request(ngx_webrtc_nack_t *nack, uint16_t *seqs,
    ngx_uint_t max, ngx_webrtc_usec_t now, ngx_uint_t *given_up)
{
    ngx_uint_t               i, n;
    ngx_webrtc_nack_item_t  *item;

    n = 0;

    for (i = 0; i < nack->count && n < max; /* void */ ) {
        item = &nack->items[i];

        if (item->due > now) {
            i++;
            continue;
        }

        if (item->tries == NGX_WEBRTC_NACK_TRIES) {
            *item = nack->items[--nack->count];
            nack->lost++;
            *given_up = 1;
            continue;
        }

        seqs[n++] = (uint16_t) item->seq;

        item->tries++;
        item->due = now + item->tries * NGX_WEBRTC_NACK_INTERVAL;
        i++;
    }

    ngx_webrtc_nack_schedule(nack);

    return n;
}


static void
ngx_webrtc_nack_schedule(ngx_webrtc_nack_t *nack)
{
    ngx_uint_t  i;

    nack->due = NGX_WEBRTC_NEVER;

    for (i = 0; i < nack->count; i++) {
        nack->due = ngx_min(nack->due, nack->items[i].due);
    }
}
