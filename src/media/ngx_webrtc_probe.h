
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A short time in which more is sent than there is to say, to see whether
 * the way to a receiver carries it.  One at a time; all zero is none.
 */


#ifndef _NGX_WEBRTC_PROBE_H_INCLUDED_
#define _NGX_WEBRTC_PROBE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <media/ngx_webrtc_departures.h>


/* padding leaves this often while a probe is being sent */
#define NGX_WEBRTC_PROBE_STEP           (5 * NGX_WEBRTC_MSEC)


typedef enum {
    NGX_WEBRTC_PROBE_NONE = 0,
    NGX_WEBRTC_PROBE_SENDING,
    NGX_WEBRTC_PROBE_SENT               /* waits for what feedback says */
} ngx_webrtc_probe_e;


typedef struct {
    ngx_webrtc_probe_e        state;
    uint64_t                  bit_rate;     /* wanted */
    ngx_webrtc_usec_t         start;
    ngx_webrtc_usec_t         end;          /* of sending */
    ngx_webrtc_usec_t         due;
    uint64_t                  first;        /* numbers */
    uint64_t                  last;         /* the first after it */
    uint64_t                  bytes;        /* as of departures, before it */
    uint64_t                  sent;         /* bytes */

    uint64_t                  arrived;      /* bytes */
    int64_t                   first_arrival;
    int64_t                   last_arrival;
    ngx_uint_t                count;
    ngx_uint_t                complete;     /* unsigned:1 */
} ngx_webrtc_probe_t;


void ngx_webrtc_probe_start(ngx_webrtc_probe_t *probe,
    const ngx_webrtc_departures_t *departures, uint64_t bit_rate,
    ngx_webrtc_usec_t now);

/* bytes to send now so that the bit rate is kept; ends sending in time */
size_t ngx_webrtc_probe_padding(ngx_webrtc_probe_t *probe,
    const ngx_webrtc_departures_t *departures, ngx_webrtc_usec_t now);

/* of any packet; "arrival" by the receiver's clock, in microseconds */
void ngx_webrtc_probe_arrived(ngx_webrtc_probe_t *probe, uint64_t seq,
    size_t size, int64_t arrival);

/* whether this packet was sent while it lasted */
ngx_uint_t ngx_webrtc_probe_has(const ngx_webrtc_probe_t *probe,
    uint64_t seq);

/*
 * NGX_AGAIN: not known yet; NGX_DONE: nothing was learnt; NGX_OK: it came
 * through at *bit_rate; NGX_DECLINED: only as much as *bit_rate did.  The
 * probe is over then.
 */
ngx_int_t ngx_webrtc_probe_result(ngx_webrtc_probe_t *probe,
    uint64_t *bit_rate, ngx_webrtc_usec_t now);

/* when padding() or result() has something to do; NEVER without a probe */
ngx_webrtc_usec_t ngx_webrtc_probe_expires(const ngx_webrtc_probe_t *probe);


#endif /* _NGX_WEBRTC_PROBE_H_INCLUDED_ */
