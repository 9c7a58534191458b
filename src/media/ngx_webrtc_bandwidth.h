
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What one receiver's way carries: feedback and reports go in, the estimate
 * and probes come out.
 */


#ifndef _NGX_WEBRTC_BANDWIDTH_H_INCLUDED_
#define _NGX_WEBRTC_BANDWIDTH_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_rtcp.h>
#include <media/ngx_webrtc_allocate.h>
#include <media/ngx_webrtc_departures.h>
#include <media/ngx_webrtc_estimate.h>
#include <media/ngx_webrtc_probe.h>


/* belongs to its peer, with what it points to */

typedef struct {
    ngx_webrtc_estimate_t     estimate;
    ngx_webrtc_probe_t        probe;

    /* NULL until the receiver takes transport-wide numbers */
    ngx_webrtc_departures_t  *departures;

    /* the receiver's clock, as unwrapped from its feedback */
    int64_t                   clock;        /* us */
    int32_t                   reference;
    ngx_webrtc_usec_t         heard;        /* 0: no feedback yet */
    uint64_t                  heard_bytes;  /* sent until the last one */

    /* as of the last report */
    ngx_webrtc_usec_t         reported;
    uint64_t                  reported_bytes;
    uint64_t                  remb;         /* 0: none */

    ngx_webrtc_allocate_t     allocate;
    ngx_webrtc_usec_t         review;       /* of it; NEVER: is empty */
    uint64_t                  probed;       /* what the last probe has shown */
    ngx_webrtc_usec_t         probed_at;    /* 0: never */
    ngx_uint_t                full;         /* unsigned:1; it was too much */
} ngx_webrtc_bandwidth_t;


/* NULL: no memory; "max" as of ngx_webrtc_estimate_init() */
ngx_webrtc_bandwidth_t *ngx_webrtc_bandwidth_create(uint64_t max,
    ngx_log_t *log);
void ngx_webrtc_bandwidth_destroy(ngx_webrtc_bandwidth_t *bandwidth);

/* the list of what is sent, made when it is first needed; NULL: no memory */
ngx_webrtc_departures_t *ngx_webrtc_bandwidth_departures(
    ngx_webrtc_bandwidth_t *bandwidth, ngx_log_t *log);

/* transport-wide feedback; what is malformed or cannot be is ignored */
void ngx_webrtc_bandwidth_feedback(ngx_webrtc_bandwidth_t *bandwidth,
    const ngx_webrtc_rtcp_t *rtcp, ngx_webrtc_usec_t round_trip,
    ngx_webrtc_usec_t now);

void ngx_webrtc_bandwidth_remb(ngx_webrtc_bandwidth_t *bandwidth,
    const ngx_webrtc_rtcp_t *rtcp);

/*
 * A report on what was sent to the receiver, all its blocks together; "sent"
 * counts the bytes of all times.  Used where there is no feedback.
 */
void ngx_webrtc_bandwidth_report(ngx_webrtc_bandwidth_t *bandwidth,
    uint64_t expected, uint64_t lost, uint64_t sent, ngx_webrtc_usec_t now);

/* every second or so: notices that feedback does not come any more */
void ngx_webrtc_bandwidth_check(ngx_webrtc_bandwidth_t *bandwidth,
    ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_BANDWIDTH_H_INCLUDED_ */
