
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_seq.h>
#include <media/ngx_webrtc_departures.h>


static ngx_webrtc_departure_t *ngx_webrtc_departures_find(
    ngx_webrtc_departures_t *departures, uint16_t seq16, uint64_t *seq);


void
ngx_webrtc_departures_init(ngx_webrtc_departures_t *departures)
{
    ngx_memzero(departures, sizeof(ngx_webrtc_departures_t));

    /* a whole turn is behind it, so that nothing goes below zero */

    departures->next = 0x10000;
}


ngx_int_t
ngx_webrtc_departures_arrived(ngx_webrtc_departures_t *departures,
    uint16_t seq, ngx_webrtc_usec_t now, ngx_webrtc_departed_t *departed)
{
    ngx_webrtc_departure_t  *item;

    item = ngx_webrtc_departures_find(departures, seq, &departed->seq);
    if (item == NULL) {
        return NGX_DECLINED;
    }

    departed->sent = now - (uint32_t) ((uint32_t) now - item->sent);
    departed->size = item->size;
    departed->lost = item->lost;

    item->size = 0;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_departures_lost(ngx_webrtc_departures_t *departures, uint16_t seq)
{
    uint64_t                 ext;
    ngx_webrtc_departure_t  *item;

    item = ngx_webrtc_departures_find(departures, seq, &ext);
    if (item == NULL || item->lost) {
        return NGX_DECLINED;
    }

    item->lost = 1;

    return NGX_OK;
}


static ngx_webrtc_departure_t *
ngx_webrtc_departures_find(ngx_webrtc_departures_t *departures,
    uint16_t seq16, uint64_t *seq)
{
    ngx_webrtc_departure_t  *item;

    *seq = ngx_webrtc_seq16_extend(seq16, departures->next);

    if (*seq >= departures->next
        || departures->next - *seq > NGX_WEBRTC_DEPARTURES_MAX)
    {
        return NULL;
    }

    item = &departures->items[*seq % NGX_WEBRTC_DEPARTURES_MAX];

    return item->size ? item : NULL;
}
