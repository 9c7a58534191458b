
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_rtcp_twcc.h>
#include <media/ngx_webrtc_bandwidth.h>


/* feedback comes ten times a second */
#define NGX_WEBRTC_BANDWIDTH_SILENCE    (2 * NGX_WEBRTC_SEC)

/* a receiver's clock that is off by more than this has been set */
#define NGX_WEBRTC_BANDWIDTH_LEAP       (5 * (int64_t) NGX_WEBRTC_SEC)


static void ngx_webrtc_bandwidth_clock(ngx_webrtc_bandwidth_t *bandwidth,
    int32_t reference, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_bandwidth_status(
    ngx_webrtc_bandwidth_t *bandwidth, const ngx_webrtc_twcc_status_t *status,
    int64_t arrival, ngx_webrtc_usec_t now);


ngx_webrtc_bandwidth_t *
ngx_webrtc_bandwidth_create(uint64_t max, ngx_log_t *log)
{
    ngx_webrtc_bandwidth_t  *bandwidth;

    bandwidth = ngx_calloc(sizeof(ngx_webrtc_bandwidth_t), log);

    if (bandwidth) {
        ngx_webrtc_estimate_init(&bandwidth->estimate, max);
        ngx_webrtc_allocate_init(&bandwidth->allocate);
        bandwidth->review = NGX_WEBRTC_NEVER;
    }

    return bandwidth;
}


void
ngx_webrtc_bandwidth_destroy(ngx_webrtc_bandwidth_t *bandwidth)
{
    if (bandwidth->departures) {
        ngx_webrtc_departures_cleanup(bandwidth->departures);
        ngx_free(bandwidth->departures);
    }

    ngx_free(bandwidth);
}


ngx_webrtc_departures_t *
ngx_webrtc_bandwidth_departures(ngx_webrtc_bandwidth_t *bandwidth,
    ngx_log_t *log)
{
    ngx_webrtc_departures_t  *departures;

    if (bandwidth->departures) {
        return bandwidth->departures;
    }

    departures = ngx_alloc(sizeof(ngx_webrtc_departures_t), log);
    if (departures == NULL) {
        return NULL;
    }

    if (ngx_webrtc_departures_init(departures, log) != NGX_OK) {
        ngx_free(departures);
        return NULL;
    }

    bandwidth->departures = departures;

    return departures;
}


void
ngx_webrtc_bandwidth_feedback(ngx_webrtc_bandwidth_t *bandwidth,
    const ngx_webrtc_rtcp_t *rtcp, ngx_webrtc_usec_t round_trip,
    ngx_webrtc_usec_t now)
{
    int64_t                   arrival;
    ngx_uint_t                told;
    ngx_webrtc_twcc_t         twcc;
    ngx_webrtc_rtcp_fb_t      fb;
    ngx_webrtc_twcc_status_t  status;

    if (bandwidth->departures == NULL
        || ngx_webrtc_rtcp_parse_fb(rtcp, &fb) != NGX_OK
        || ngx_webrtc_twcc_init(&twcc, &fb) != NGX_OK
        || twcc.count > NGX_WEBRTC_DEPARTURES_MAX)
    {
        return;
    }

    ngx_webrtc_bandwidth_clock(bandwidth, twcc.reference, now);
    ngx_webrtc_departures_review(bandwidth->departures);

    told = 0;
    arrival = bandwidth->clock;

    while (ngx_webrtc_twcc_next(&twcc, &status) == NGX_OK) {
        arrival += (int64_t) status.delta * NGX_WEBRTC_TWCC_TICK;
        told |= ngx_webrtc_bandwidth_status(bandwidth, &status, arrival, now);
    }

    if (!told) {
        return;
    }

    bandwidth->heard = now;
    bandwidth->heard_bytes = bandwidth->departures->bytes;

    ngx_webrtc_estimate_update(&bandwidth->estimate, round_trip, now);
}


/* 24 bits of it are told, in 64 ms; a leap of it begins anew */

static void
ngx_webrtc_bandwidth_clock(ngx_webrtc_bandwidth_t *bandwidth,
    int32_t reference, ngx_webrtc_usec_t now)
{
    int32_t  diff;
    int64_t  off, elapsed;

    diff = (int32_t) ((uint32_t) (reference - bandwidth->reference) << 8)
           / 256;

    elapsed = (int64_t) diff * NGX_WEBRTC_TWCC_REFERENCE;
    off = elapsed - (int64_t) (now - bandwidth->heard);

    bandwidth->reference = reference;
    bandwidth->clock += elapsed;

    if (off > NGX_WEBRTC_BANDWIDTH_LEAP || off < -NGX_WEBRTC_BANDWIDTH_LEAP) {
        ngx_webrtc_estimate_restart(&bandwidth->estimate);
    }
}


/* whether it was news */

static ngx_uint_t
ngx_webrtc_bandwidth_status(ngx_webrtc_bandwidth_t *bandwidth,
    const ngx_webrtc_twcc_status_t *status, int64_t arrival,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_departed_t     departed;
    ngx_webrtc_estimate_t    *estimate;
    ngx_webrtc_departures_t  *departures;

    estimate = &bandwidth->estimate;
    departures = bandwidth->departures;

    if (!status->received) {
        if (ngx_webrtc_departures_lost(departures, status->seq) != NGX_OK) {
            return 0;
        }

        ngx_webrtc_estimate_lost(estimate);
        return 1;
    }

    if (ngx_webrtc_departures_arrived(departures, status->seq, now, &departed)
        != NGX_OK)
    {
        return 0;
    }

    if (departed.lost) {
        ngx_webrtc_estimate_found(estimate);
    }

    if (ngx_webrtc_probe_has(&bandwidth->probe, departed.seq)) {
        ngx_webrtc_estimate_arrived_probe(estimate, departed.sent, arrival,
                                          departed.size);
    } else {
        ngx_webrtc_estimate_arrived(estimate, departed.sent, arrival,
                                    departed.size);
    }

    ngx_webrtc_probe_arrived(&bandwidth->probe, departed.seq, departed.size,
                             arrival);

    return 1;
}


void
ngx_webrtc_bandwidth_remb(ngx_webrtc_bandwidth_t *bandwidth,
    const ngx_webrtc_rtcp_t *rtcp)
{
    ngx_webrtc_rtcp_fb_t    fb;
    ngx_webrtc_rtcp_remb_t  remb;

    if (ngx_webrtc_rtcp_parse_fb(rtcp, &fb) == NGX_OK
        && ngx_webrtc_rtcp_parse_remb(&fb, &remb) == NGX_OK)
    {
        bandwidth->remb = remb.bitrate;
    }
}


void
ngx_webrtc_bandwidth_report(ngx_webrtc_bandwidth_t *bandwidth,
    uint64_t expected, uint64_t lost, uint64_t sent, ngx_webrtc_usec_t now)
{
    uint64_t           bit_rate;
    ngx_webrtc_usec_t  elapsed;

    elapsed = now - bandwidth->reported;

    if (bandwidth->heard || elapsed < NGX_WEBRTC_SEC / 4) {
        return;
    }

    bit_rate = (sent - bandwidth->reported_bytes) * 8 * NGX_WEBRTC_SEC
               / elapsed;

    if (bandwidth->reported && expected) {
        ngx_webrtc_estimate_report(&bandwidth->estimate,
                                   (ngx_uint_t) (lost * 256 / expected),
                                   bit_rate, bandwidth->remb, now);
    }

    bandwidth->reported = now;
    bandwidth->reported_bytes = sent;
    bandwidth->remb = 0;
}


void
ngx_webrtc_bandwidth_check(ngx_webrtc_bandwidth_t *bandwidth,
    ngx_webrtc_usec_t now)
{
    if (bandwidth->heard == 0) {
        return;
    }

    if (bandwidth->heard_bytes == bandwidth->departures->bytes) {

        /* there is nothing to hear of */

        bandwidth->heard = now;
        return;
    }

    if (bandwidth->heard + NGX_WEBRTC_BANDWIDTH_SILENCE <= now) {
        ngx_webrtc_estimate_silent(&bandwidth->estimate, now);
        bandwidth->heard = now;
    }
}
