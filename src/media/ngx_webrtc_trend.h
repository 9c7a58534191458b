
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Whether packets take longer and longer to arrive: the over-use detector of
 * delay-based congestion control (draft-ietf-rmcat-gcc-02, section 5), with
 * the slope of a line through the recent delays as its filter.
 */


#ifndef _NGX_WEBRTC_TREND_H_INCLUDED_
#define _NGX_WEBRTC_TREND_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


#define NGX_WEBRTC_TREND_SAMPLES        20


typedef enum {
    NGX_WEBRTC_TREND_NORMAL = 0,
    NGX_WEBRTC_TREND_UNDER,             /* a queue is being drained */
    NGX_WEBRTC_TREND_OVER               /* a queue is growing */
} ngx_webrtc_trend_e;


/* packets that left in one burst */

typedef struct {
    ngx_webrtc_usec_t         first_sent;
    ngx_webrtc_usec_t         sent;     /* the last one */
    int64_t                   arrival;  /* likewise */
    ngx_uint_t                count;    /* 0: none yet */
} ngx_webrtc_trend_group_t;


typedef struct {
    ngx_webrtc_trend_e        usage;

    ngx_webrtc_trend_group_t  group;
    ngx_webrtc_trend_group_t  previous;

    /* milliseconds: since the first sample, smoothed delay */
    double                    x[NGX_WEBRTC_TREND_SAMPLES];
    double                    y[NGX_WEBRTC_TREND_SAMPLES];
    ngx_uint_t                samples;  /* ever */
    int64_t                   start;    /* arrival of the first */
    double                    delay;    /* accumulated */
    double                    smoothed;

    double                    slope;    /* the previous one */
    double                    threshold;
    double                    over;     /* ms above it */
    ngx_uint_t                overs;
} ngx_webrtc_trend_t;


void ngx_webrtc_trend_init(ngx_webrtc_trend_t *trend);

/* what comes next has nothing to do with what came before */
void ngx_webrtc_trend_restart(ngx_webrtc_trend_t *trend);

/* "arrival" is of the receiver's clock; both in microseconds */
void ngx_webrtc_trend_input(ngx_webrtc_trend_t *trend, ngx_webrtc_usec_t sent,
    int64_t arrival);


#endif /* _NGX_WEBRTC_TREND_H_INCLUDED_ */
