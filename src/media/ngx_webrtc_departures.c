
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_seq.h>
#include <media/ngx_webrtc_departures.h>


static ngx_webrtc_departure_t *ngx_webrtc_departures_find(
    ngx_webrtc_departures_t *departures, uint16_t seq16, uint64_t *seq);


ngx_int_t
ngx_webrtc_departures_init(ngx_webrtc_departures_t *departures,
    ngx_log_t *log)
{
    ngx_memzero(departures, sizeof(ngx_webrtc_departures_t));

    departures->items = ngx_calloc(NGX_WEBRTC_DEPARTURES_MIN
                                   * sizeof(ngx_webrtc_departure_t), log);
    if (departures->items == NULL) {
        return NGX_ERROR;
    }

    departures->mask = NGX_WEBRTC_DEPARTURES_MIN - 1;
    departures->log = log;

    /* a whole turn is behind it, so that nothing goes below zero */

    departures->next = 0x10000;

    return NGX_OK;
}


void
ngx_webrtc_departures_cleanup(ngx_webrtc_departures_t *departures)
{
    ngx_free(departures->items);
}


void
ngx_webrtc_departures_review(ngx_webrtc_departures_t *departures)
{
    uint32_t                 mask;
    uint64_t                 seq;
    ngx_webrtc_departure_t  *items;

    if (!departures->tight
        || departures->mask == NGX_WEBRTC_DEPARTURES_MAX - 1)
    {
        return;
    }

    mask = departures->mask * 4 + 3;

    items = ngx_calloc((mask + 1) * sizeof(ngx_webrtc_departure_t),
                       departures->log);
    if (items == NULL) {
        return;
    }

    for (seq = departures->next - departures->mask - 1;
         seq != departures->next;
         seq++)
    {
        items[seq & mask] = departures->items[seq & departures->mask];
    }

    ngx_free(departures->items);

    departures->items = items;
    departures->mask = mask;
    departures->tight = 0;
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
        || departures->next - *seq > departures->mask + 1)
    {
        return NULL;
    }

    item = &departures->items[*seq & departures->mask];

    return item->size ? item : NULL;
}
