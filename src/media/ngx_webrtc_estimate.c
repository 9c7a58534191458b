
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_estimate.h>


/* section 5.5: a decrease leaves this share of what arrives */
#define NGX_WEBRTC_ESTIMATE_BETA        0.85

/* so long after a decrease what arrives is not of the time before it */
#define NGX_WEBRTC_ESTIMATE_SETTLED     NGX_WEBRTC_SEC

/* growth per second while the link's rate is unknown */
#define NGX_WEBRTC_ESTIMATE_GROWTH      0.08

/* growth near it: a packet in the time in which the way responds */
#define NGX_WEBRTC_ESTIMATE_PACKET      (1200 * 8)
#define NGX_WEBRTC_ESTIMATE_RESPONSE    (100 * NGX_WEBRTC_MSEC)
#define NGX_WEBRTC_ESTIMATE_ROUND_TRIP  (100 * NGX_WEBRTC_MSEC)

/* section 6: losses below the first are none, above the second congestion */
#define NGX_WEBRTC_ESTIMATE_LOSS_LOW    0.02
#define NGX_WEBRTC_ESTIMATE_LOSS_HIGH   0.10
#define NGX_WEBRTC_ESTIMATE_LOSS_SURE   0.20
#define NGX_WEBRTC_ESTIMATE_LOSS_TIME   (500 * NGX_WEBRTC_MSEC)
#define NGX_WEBRTC_ESTIMATE_LOSS_MIN    40

#define NGX_WEBRTC_ESTIMATE_INTERVAL    (250 * (int64_t) NGX_WEBRTC_MSEC)


static void ngx_webrtc_estimate_meter(ngx_webrtc_estimate_meter_t *meter,
    ngx_webrtc_usec_t sent, int64_t arrival, size_t size);
static void ngx_webrtc_estimate_losses(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_estimate_lossy(ngx_webrtc_estimate_t *estimate,
    double loss, uint64_t arrives);
static void ngx_webrtc_estimate_decrease(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_estimate_increase(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t round_trip, double elapsed);
static ngx_uint_t ngx_webrtc_estimate_near(ngx_webrtc_estimate_t *estimate);
static void ngx_webrtc_estimate_set(ngx_webrtc_estimate_t *estimate,
    double bit_rate);


void
ngx_webrtc_estimate_init(ngx_webrtc_estimate_t *estimate, uint64_t max)
{
    ngx_memzero(estimate, sizeof(ngx_webrtc_estimate_t));

    estimate->max = max ? ngx_min(max, NGX_WEBRTC_ESTIMATE_MAX)
                        : NGX_WEBRTC_ESTIMATE_MAX;

    ngx_webrtc_trend_init(&estimate->trend);
    ngx_webrtc_estimate_set(estimate, NGX_WEBRTC_ESTIMATE_START);
}


void
ngx_webrtc_estimate_arrived(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t sent, int64_t arrival, size_t size)
{
    estimate->arrived++;

    ngx_webrtc_trend_input(&estimate->trend, sent, arrival);
    ngx_webrtc_estimate_meter(&estimate->meter, sent, arrival, size);
}


void
ngx_webrtc_estimate_arrived_probe(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t sent, int64_t arrival, size_t size)
{
    estimate->arrived++;

    ngx_webrtc_trend_restart(&estimate->trend);
    ngx_webrtc_estimate_meter(&estimate->meter, sent, arrival, size);
}


static void
ngx_webrtc_estimate_meter(ngx_webrtc_estimate_meter_t *meter,
    ngx_webrtc_usec_t sent, int64_t arrival, size_t size)
{
    int64_t  elapsed, took;

    if (!meter->started) {
        meter->started = 1;
        meter->sent = sent;
        meter->arrival = arrival;
        return;
    }

    meter->bytes += size;

    elapsed = arrival - meter->arrival;

    if (elapsed < NGX_WEBRTC_ESTIMATE_INTERVAL) {
        return;
    }

    /* what is told to have come faster than it was sent had been waiting */

    took = (int64_t) (sent - meter->sent);
    elapsed = ngx_max(elapsed, took);

    meter->bit_rate = (meter->bytes + meter->prior_bytes) * 8 * 1000000
                      / (uint64_t) (elapsed + meter->prior_time);

    meter->prior_bytes = meter->bytes;
    meter->prior_time = elapsed;
    meter->bytes = 0;
    meter->sent = sent;
    meter->arrival = arrival;
}


void
ngx_webrtc_estimate_lost(ngx_webrtc_estimate_t *estimate)
{
    estimate->lost++;
}


/* one that was told as lost had only been late */

void
ngx_webrtc_estimate_found(ngx_webrtc_estimate_t *estimate)
{
    if (estimate->lost) {
        estimate->lost--;
    }
}


void
ngx_webrtc_estimate_restart(ngx_webrtc_estimate_t *estimate)
{
    ngx_webrtc_trend_init(&estimate->trend);
    ngx_memzero(&estimate->meter, sizeof(ngx_webrtc_estimate_meter_t));

    estimate->arrived = 0;
    estimate->lost = 0;
}


void
ngx_webrtc_estimate_update(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t round_trip, ngx_webrtc_usec_t now)
{
    double  elapsed;

    if (round_trip == 0) {
        round_trip = NGX_WEBRTC_ESTIMATE_ROUND_TRIP;
    }

    elapsed = estimate->updated ? (double) (now - estimate->updated) / 1000000
                                : 0;
    estimate->updated = now;
    estimate->over_used = 0;

    ngx_webrtc_estimate_losses(estimate, now);

    switch (estimate->trend.usage) {

    case NGX_WEBRTC_TREND_OVER:
        estimate->over_used = 1;

        /* the effect of a decrease is not seen earlier than this */

        if (estimate->decreased + round_trip + NGX_WEBRTC_ESTIMATE_RESPONSE
            <= now)
        {
            ngx_webrtc_estimate_decrease(estimate, now);
        }

        return;

    case NGX_WEBRTC_TREND_UNDER:
        return;

    default:
        if (estimate->hold) {
            return;
        }

        /* what comes through without a queue is there */

        if (estimate->decreased + NGX_WEBRTC_ESTIMATE_SETTLED <= now
            && estimate->meter.bit_rate > estimate->bit_rate)
        {
            ngx_webrtc_estimate_set(estimate,
                                    (double) estimate->meter.bit_rate);
        }

        ngx_webrtc_estimate_increase(estimate, round_trip,
                                     ngx_min(elapsed, 1));
        return;
    }
}


static void
ngx_webrtc_estimate_losses(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t now)
{
    double      loss;
    ngx_uint_t  n;

    n = estimate->arrived + estimate->lost;

    if (estimate->loss_start + NGX_WEBRTC_ESTIMATE_LOSS_TIME > now
        || n < NGX_WEBRTC_ESTIMATE_LOSS_MIN)
    {
        return;
    }

    loss = (double) estimate->lost / (double) n;

    estimate->loss_start = now;
    estimate->arrived = 0;
    estimate->lost = 0;

    ngx_webrtc_estimate_lossy(estimate, loss, estimate->meter.bit_rate);
}


static void
ngx_webrtc_estimate_lossy(ngx_webrtc_estimate_t *estimate, double loss,
    uint64_t arrives)
{
    double  bit_rate;

    estimate->hold = (loss > NGX_WEBRTC_ESTIMATE_LOSS_LOW);

    if (loss <= NGX_WEBRTC_ESTIMATE_LOSS_HIGH) {
        estimate->lossy = 0;
        return;
    }

    /* one time may be chance where there are always some */

    if (loss <= NGX_WEBRTC_ESTIMATE_LOSS_SURE && !estimate->lossy) {
        estimate->lossy = 1;
        return;
    }

    bit_rate = (double) estimate->bit_rate * (1 - 0.5 * loss);

    /* a short queue shows no delays: what comes through is what there is */

    if (arrives) {
        bit_rate = ngx_min(bit_rate, (double) arrives);
        bit_rate = ngx_max(bit_rate,
                           NGX_WEBRTC_ESTIMATE_BETA * (double) arrives);
    }

    if (bit_rate < (double) estimate->bit_rate) {
        ngx_webrtc_estimate_set(estimate, bit_rate);
    }
}


static void
ngx_webrtc_estimate_decrease(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t now)
{
    double  arrives, off, bit_rate;

    estimate->decreased = now;

    arrives = (double) estimate->meter.bit_rate;

    if (arrives == 0) {
        arrives = (double) estimate->bit_rate;
    }

    bit_rate = NGX_WEBRTC_ESTIMATE_BETA * arrives;

    if (bit_rate < (double) estimate->bit_rate) {
        ngx_webrtc_estimate_set(estimate, bit_rate);
    }

    if (estimate->link == 0 || !ngx_webrtc_estimate_near(estimate)) {
        estimate->link = arrives;
        estimate->deviation = 0.01;
        return;
    }

    off = (arrives - estimate->link) / estimate->link;

    estimate->deviation = 0.95 * estimate->deviation + 0.05 * off * off;
    estimate->deviation = ngx_max(0.0025, ngx_min(estimate->deviation, 0.04));
    estimate->link += 0.05 * (arrives - estimate->link);
}


static void
ngx_webrtc_estimate_increase(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t round_trip, double elapsed)
{
    double  bit_rate, limit, response;

    /* more than is being sent is a guess that grows worse */

    limit = 1.5 * (double) estimate->meter.bit_rate + 10000;
    bit_rate = (double) estimate->bit_rate;

    if (estimate->meter.bit_rate == 0 || bit_rate >= limit) {
        return;
    }

    if (ngx_webrtc_estimate_near(estimate)) {
        response = 2 * (double) (round_trip + NGX_WEBRTC_ESTIMATE_RESPONSE)
                   / 1000000;
        bit_rate += elapsed * NGX_WEBRTC_ESTIMATE_PACKET / response;

    } else {
        bit_rate += elapsed * NGX_WEBRTC_ESTIMATE_GROWTH * bit_rate + 100;

        if ((double) estimate->meter.bit_rate > estimate->link) {
            estimate->link = 0;
        }
    }

    ngx_webrtc_estimate_set(estimate, ngx_min(bit_rate, limit));
}


/* within three standard deviations of the link's rate as far as it is known */

static ngx_uint_t
ngx_webrtc_estimate_near(ngx_webrtc_estimate_t *estimate)
{
    double  off;

    if (estimate->link == 0) {
        return 0;
    }

    off = ((double) estimate->meter.bit_rate - estimate->link)
          / estimate->link;

    return off * off <= 9 * estimate->deviation;
}


void
ngx_webrtc_estimate_probed(ngx_webrtc_estimate_t *estimate, uint64_t bit_rate,
    ngx_uint_t full)
{
    if (full) {

        /* it was short: what has been coming through all the time is sure */

        bit_rate = ngx_max(bit_rate, ngx_min(estimate->meter.bit_rate,
                                             estimate->bit_rate));

    } else if (bit_rate < estimate->bit_rate) {
        return;
    }

    ngx_webrtc_estimate_set(estimate, (double) bit_rate);
}


void
ngx_webrtc_estimate_silent(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t now)
{
    estimate->updated = now;

    ngx_webrtc_estimate_restart(estimate);
    ngx_webrtc_estimate_set(estimate, (double) estimate->bit_rate / 2);
}


void
ngx_webrtc_estimate_report(ngx_webrtc_estimate_t *estimate,
    ngx_uint_t fraction, uint64_t sent, uint64_t remb, ngx_webrtc_usec_t now)
{
    double  loss, elapsed;

    loss = (double) fraction / 256;
    elapsed = estimate->updated ? (double) (now - estimate->updated) / 1000000
                                : 0;
    estimate->updated = now;

    ngx_webrtc_estimate_lossy(estimate, loss,
                              (uint64_t) ((double) sent * (1 - loss)));

    if (!estimate->hold) {
        ngx_webrtc_estimate_set(estimate, (double) estimate->bit_rate
                                          * (1 + NGX_WEBRTC_ESTIMATE_GROWTH
                                             * ngx_min(elapsed, 1)));
    }

    /*
     * A receiver never allows much more than it gets: its limit means
     * something only when it is near to that.
     */

    if (remb && remb < estimate->bit_rate && remb < sent + sent / 4) {
        ngx_webrtc_estimate_set(estimate, (double) remb);
    }
}


static void
ngx_webrtc_estimate_set(ngx_webrtc_estimate_t *estimate, double bit_rate)
{
    bit_rate = ngx_max(bit_rate, NGX_WEBRTC_ESTIMATE_MIN);

    estimate->bit_rate = (uint64_t) ngx_min(bit_rate, (double) estimate->max);
}
