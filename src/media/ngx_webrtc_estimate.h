
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The bit rate that the way to a receiver carries, estimated by its sender
 * (draft-ietf-rmcat-gcc-02): delays that grow and losses bring it down, all
 * else lets it grow, and a probe shows at once what it took.  Packets are
 * told as transport-wide feedback has them; where there is no such feedback,
 * receiver reports and REMB serve.
 *
 * It believes of the receiver's clock only what the sender's own confirms,
 * so that a lie harms nobody but the liar.
 */


#ifndef _NGX_WEBRTC_ESTIMATE_H_INCLUDED_
#define _NGX_WEBRTC_ESTIMATE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <media/ngx_webrtc_trend.h>


/* bits per second; an estimate is never outside of these */

#define NGX_WEBRTC_ESTIMATE_START       600000
#define NGX_WEBRTC_ESTIMATE_MIN         30000
#define NGX_WEBRTC_ESTIMATE_MAX         1000000000


/* what has arrived in an interval, and in the one before */

typedef struct {
    ngx_webrtc_usec_t         sent;     /* of the packet that began it */
    int64_t                   arrival;
    uint64_t                  bytes;    /* since then */
    uint64_t                  prior_bytes;
    int64_t                   prior_time;
    ngx_uint_t                started;  /* unsigned:1 */
    uint64_t                  bit_rate; /* 0: not known yet */
} ngx_webrtc_estimate_meter_t;


typedef struct {
    uint64_t                  bit_rate; /* the estimate */
    uint64_t                  max;

    ngx_webrtc_trend_t        trend;
    ngx_webrtc_estimate_meter_t  meter;

    /* what arrived when a queue grew: the link's rate, perhaps; 0: unknown */
    double                    link;
    double                    deviation;    /* relative, squared */

    ngx_webrtc_usec_t         updated;      /* 0: never */
    ngx_webrtc_usec_t         decreased;

    /* since the losses were last looked at */
    ngx_webrtc_usec_t         loss_start;
    ngx_uint_t                arrived;
    ngx_uint_t                lost;

    unsigned                  hold:1;       /* some are being lost */
    unsigned                  lossy:1;      /* many were, the last time */
    unsigned                  over_used:1;  /* now */
} ngx_webrtc_estimate_t;


void ngx_webrtc_estimate_init(ngx_webrtc_estimate_t *estimate, uint64_t max);

/*
 * One feedback: each packet that it tells of, in the order of their numbers,
 * then update().  "round_trip" may be 0: not known.
 */
void ngx_webrtc_estimate_arrived(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t sent, int64_t arrival, size_t size);
/* likewise, but of a probe, which may well make a queue */
void ngx_webrtc_estimate_arrived_probe(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t sent, int64_t arrival, size_t size);
void ngx_webrtc_estimate_lost(ngx_webrtc_estimate_t *estimate);
void ngx_webrtc_estimate_found(ngx_webrtc_estimate_t *estimate);
void ngx_webrtc_estimate_update(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t round_trip, ngx_webrtc_usec_t now);

/* the receiver's clock has jumped, or there was nothing for long */
void ngx_webrtc_estimate_restart(ngx_webrtc_estimate_t *estimate);

/* so much of a probe came through; "full": and not more */
void ngx_webrtc_estimate_probed(ngx_webrtc_estimate_t *estimate,
    uint64_t bit_rate, ngx_uint_t full);

/* no feedback where some was due */
void ngx_webrtc_estimate_silent(ngx_webrtc_estimate_t *estimate,
    ngx_webrtc_usec_t now);

/*
 * In place of feedback: a receiver's report with its fraction of losses (of
 * 256), the rate at which was sent, and what its REMB allows (0: none).
 */
void ngx_webrtc_estimate_report(ngx_webrtc_estimate_t *estimate,
    ngx_uint_t fraction, uint64_t sent, uint64_t remb, ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_ESTIMATE_H_INCLUDED_ */
