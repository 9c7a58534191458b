
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_seat.h>
#include <event/ngx_webrtc_spread_choose.h>


static ngx_webrtc_seat_t *ngx_webrtc_spread_least(ngx_webrtc_zone_t *zone,
    ngx_webrtc_seat_t *own);
static ngx_uint_t ngx_webrtc_spread_takes(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_seat_t *own, const ngx_webrtc_seat_t *seat);
static ngx_uint_t ngx_webrtc_spread_is_less(ngx_uint_t threshold,
    const ngx_webrtc_seat_t *own, const ngx_webrtc_seat_t *a,
    const ngx_webrtc_seat_t *b);


ngx_int_t
ngx_webrtc_spread_choose(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self, ngx_webrtc_owner_t *to)
{
    ngx_int_t           rc;
    ngx_uint_t          threshold;
    ngx_webrtc_seat_t  *own, *best;

    threshold = zone->conf->spread;

    if (zone->sh->seats[self->seat].packets < threshold) {
        return NGX_DECLINED;
    }

    rc = NGX_DECLINED;

    ngx_webrtc_zone_lock(zone);

    own = ngx_webrtc_zone_seat(zone, self);

    while (own && !own->quitting) {

        best = ngx_webrtc_spread_least(zone, own);

        if (best == NULL || best == own) {
            break;
        }

        to->seat = best - zone->sh->seats;
        to->term = best->term;

        if (ngx_webrtc_seat_is_dead(best)) {

            /* whoever checks the seats next tells everybody and frees it */

            ngx_webrtc_zone_clean(zone, to);
            best->dead = 1;

            continue;
        }

        /* until it tells more, it has as much to do as members have here */

        (void) ngx_atomic_fetch_add(&best->transports, 1);
        (void) ngx_atomic_fetch_add(&best->packets,
                                    own->packets
                                    / ngx_max(own->transports, 1));
        rc = NGX_OK;
        break;
    }

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


static ngx_webrtc_seat_t *
ngx_webrtc_spread_least(ngx_webrtc_zone_t *zone, ngx_webrtc_seat_t *own)
{
    ngx_uint_t          i;
    ngx_webrtc_seat_t  *seat, *best;

    best = NULL;

    for (i = 0; i < zone->sh->nseats; i++) {
        seat = &zone->sh->seats[i];

        if (!ngx_webrtc_spread_takes(zone, own, seat)) {
            continue;
        }

        if (best == NULL
            || ngx_webrtc_spread_is_less(zone->conf->spread, own, seat, best))
        {
            best = seat;
        }
    }

    return best;
}


/* of one generation: the same configuration, and both have all trunks */

static ngx_uint_t
ngx_webrtc_spread_takes(ngx_webrtc_zone_t *zone, const ngx_webrtc_seat_t *own,
    const ngx_webrtc_seat_t *seat)
{
    return seat->pid && !seat->dead && !seat->quitting
           && seat->port && seat->spreads
           && seat->generation == own->generation
           && seat->transports < zone->conf->max_connections;
}


static ngx_uint_t
ngx_webrtc_spread_is_less(ngx_uint_t threshold, const ngx_webrtc_seat_t *own,
    const ngx_webrtc_seat_t *a, const ngx_webrtc_seat_t *b)
{
    if (threshold && a->packets != b->packets) {
        return a->packets < b->packets;
    }

    if (a->transports != b->transports) {
        return a->transports < b->transports;
    }

    /* at home is cheapest; whoever always spreads wants them to be apart */

    return threshold ? a == own : b == own;
}
