
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_trend.h>


/* packets of one burst say one thing together (section 5.2) */
#define NGX_WEBRTC_TREND_BURST      (5 * NGX_WEBRTC_MSEC)

/* weight of the past in the smoothed delay */
#define NGX_WEBRTC_TREND_SMOOTHING  0.9

/* slope to milliseconds, comparable with the threshold */
#define NGX_WEBRTC_TREND_GAIN       4.0
#define NGX_WEBRTC_TREND_WEIGHT     60

/* section 5.4: the threshold, in ms, and how it follows, per ms */
#define NGX_WEBRTC_TREND_START      12.5
#define NGX_WEBRTC_TREND_MIN        6.0
#define NGX_WEBRTC_TREND_MAX        600.0
#define NGX_WEBRTC_TREND_UP         0.0087
#define NGX_WEBRTC_TREND_DOWN       0.039
#define NGX_WEBRTC_TREND_OUTLIER    15.0

/* over it for this long, in ms, is no accident */
#define NGX_WEBRTC_TREND_PATIENCE   10.0


static ngx_uint_t ngx_webrtc_trend_same(const ngx_webrtc_trend_group_t *group,
    ngx_webrtc_usec_t sent, int64_t arrival);
static void ngx_webrtc_trend_sample(ngx_webrtc_trend_t *trend,
    double departure, double arrival);
static double ngx_webrtc_trend_slope(const ngx_webrtc_trend_t *trend);
static void ngx_webrtc_trend_detect(ngx_webrtc_trend_t *trend, double slope,
    double elapsed);
static void ngx_webrtc_trend_adapt(ngx_webrtc_trend_t *trend, double value,
    double elapsed);


void
ngx_webrtc_trend_init(ngx_webrtc_trend_t *trend)
{
    ngx_memzero(trend, sizeof(ngx_webrtc_trend_t));

    trend->threshold = NGX_WEBRTC_TREND_START;
}


void
ngx_webrtc_trend_restart(ngx_webrtc_trend_t *trend)
{
    double  threshold;

    threshold = trend->threshold;

    ngx_webrtc_trend_init(trend);

    trend->threshold = threshold;
}


void
ngx_webrtc_trend_input(ngx_webrtc_trend_t *trend, ngx_webrtc_usec_t sent,
    int64_t arrival)
{
    ngx_webrtc_trend_group_t  *group, *previous;

    group = &trend->group;
    previous = &trend->previous;

    if (group->count) {

        if (sent < group->first_sent) {

            /* reordered: says nothing about a queue */

            return;
        }

        if (ngx_webrtc_trend_same(group, sent, arrival)) {
            group->sent = ngx_max(group->sent, sent);
            group->arrival = ngx_max(group->arrival, arrival);
            group->count++;
            return;
        }

        if (previous->count) {
            ngx_webrtc_trend_sample(trend,
                    (double) (int64_t) (group->sent - previous->sent) / 1000,
                    (double) (group->arrival - previous->arrival) / 1000);
        }

        *previous = *group;
    }

    group->first_sent = sent;
    group->sent = sent;
    group->arrival = arrival;
    group->count = 1;
}


static ngx_uint_t
ngx_webrtc_trend_same(const ngx_webrtc_trend_group_t *group,
    ngx_webrtc_usec_t sent, int64_t arrival)
{
    int64_t  apart, later;

    if (sent - group->first_sent <= NGX_WEBRTC_TREND_BURST) {
        return 1;
    }

    /* what a pause of the network held back comes in one burst as well */

    apart = (int64_t) (sent - group->sent);
    later = arrival - group->arrival;

    return later < apart
           && later <= (int64_t) NGX_WEBRTC_TREND_BURST
           && sent - group->first_sent <= 20 * NGX_WEBRTC_TREND_BURST;
}


/* the times between two groups, in ms */

static void
ngx_webrtc_trend_sample(ngx_webrtc_trend_t *trend, double departure,
    double arrival)
{
    double      slope;
    ngx_uint_t  i;

    if (trend->samples == 0) {
        trend->start = trend->previous.arrival;
    }

    trend->delay += arrival - departure;
    trend->smoothed = NGX_WEBRTC_TREND_SMOOTHING * trend->smoothed
                      + (1 - NGX_WEBRTC_TREND_SMOOTHING) * trend->delay;

    i = trend->samples++ % NGX_WEBRTC_TREND_SAMPLES;

    trend->x[i] = (double) (trend->group.arrival - trend->start) / 1000;
    trend->y[i] = trend->smoothed;

    slope = (trend->samples >= NGX_WEBRTC_TREND_SAMPLES)
            ? ngx_webrtc_trend_slope(trend) : trend->slope;

    ngx_webrtc_trend_detect(trend, slope, departure);
}


/* of the line that is nearest to all samples */

static double
ngx_webrtc_trend_slope(const ngx_webrtc_trend_t *trend)
{
    double      x, y, dx, sxx, sxy;
    ngx_uint_t  i;

    x = 0;
    y = 0;

    for (i = 0; i < NGX_WEBRTC_TREND_SAMPLES; i++) {
        x += trend->x[i];
        y += trend->y[i];
    }

    x /= NGX_WEBRTC_TREND_SAMPLES;
    y /= NGX_WEBRTC_TREND_SAMPLES;

    sxx = 0;
    sxy = 0;

    for (i = 0; i < NGX_WEBRTC_TREND_SAMPLES; i++) {
        dx = trend->x[i] - x;
        sxx += dx * dx;
        sxy += dx * (trend->y[i] - y);
    }

    return (sxx > 0) ? sxy / sxx : 0;
}


static void
ngx_webrtc_trend_detect(ngx_webrtc_trend_t *trend, double slope,
    double elapsed)
{
    double      value;
    ngx_uint_t  weight;

    weight = ngx_min(trend->samples, NGX_WEBRTC_TREND_WEIGHT);
    value = (double) weight * slope * NGX_WEBRTC_TREND_GAIN;

    if (value > trend->threshold) {

        /* on average it was crossed half-way between the two groups */

        trend->over += trend->overs ? elapsed : elapsed / 2;
        trend->overs++;

        if (trend->over > NGX_WEBRTC_TREND_PATIENCE && trend->overs > 1
            && slope >= trend->slope)
        {
            trend->over = 0;
            trend->overs = 0;
            trend->usage = NGX_WEBRTC_TREND_OVER;
        }

    } else {
        trend->over = 0;
        trend->overs = 0;
        trend->usage = (value < -trend->threshold) ? NGX_WEBRTC_TREND_UNDER
                                                   : NGX_WEBRTC_TREND_NORMAL;
    }

    trend->slope = slope;

    ngx_webrtc_trend_adapt(trend, value, elapsed);
}


/*
 * The threshold follows the values, faster down than up: with a fixed one
 * flows that only look at losses would leave nothing for us.
 */

static void
ngx_webrtc_trend_adapt(ngx_webrtc_trend_t *trend, double value,
    double elapsed)
{
    double  k, size, threshold;

    size = (value < 0) ? -value : value;

    if (size > trend->threshold + NGX_WEBRTC_TREND_OUTLIER) {
        return;
    }

    k = (size < trend->threshold) ? NGX_WEBRTC_TREND_DOWN
                                  : NGX_WEBRTC_TREND_UP;

    elapsed = ngx_max(0, ngx_min(elapsed, 100));

    threshold = trend->threshold + k * (size - trend->threshold) * elapsed;

    trend->threshold = ngx_max(NGX_WEBRTC_TREND_MIN,
                               ngx_min(threshold, NGX_WEBRTC_TREND_MAX));
}
