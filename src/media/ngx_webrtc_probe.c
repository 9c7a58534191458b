
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_probe.h>


/* long enough for the timers, short enough for the queues */
#define NGX_WEBRTC_PROBE_TIME           (60 * NGX_WEBRTC_MSEC)

/* and not less than this, or there is nothing to measure */
#define NGX_WEBRTC_PROBE_BYTES          4500
#define NGX_WEBRTC_PROBE_COUNT          5

#define NGX_WEBRTC_PROBE_TIMEOUT        NGX_WEBRTC_SEC


void
ngx_webrtc_probe_start(ngx_webrtc_probe_t *probe,
    const ngx_webrtc_departures_t *departures, uint64_t bit_rate,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_usec_t  time;

    ngx_memzero(probe, sizeof(ngx_webrtc_probe_t));

    time = NGX_WEBRTC_PROBE_BYTES * 8 * NGX_WEBRTC_SEC / bit_rate;
    time = ngx_max(time, NGX_WEBRTC_PROBE_TIME);

    probe->state = NGX_WEBRTC_PROBE_SENDING;
    probe->bit_rate = bit_rate;
    probe->start = now;
    probe->end = now + time;
    probe->due = now;
    probe->first = departures->next;
    probe->bytes = departures->bytes;
}


size_t
ngx_webrtc_probe_padding(ngx_webrtc_probe_t *probe,
    const ngx_webrtc_departures_t *departures, ngx_webrtc_usec_t now)
{
    uint64_t  wanted;

    if (probe->state != NGX_WEBRTC_PROBE_SENDING || probe->due > now) {
        return 0;
    }

    probe->sent = departures->bytes - probe->bytes;

    if (now >= probe->end) {
        probe->state = NGX_WEBRTC_PROBE_SENT;
        probe->last = departures->next;
        probe->end = now;
        probe->due = now + NGX_WEBRTC_PROBE_TIMEOUT;
        return 0;
    }

    probe->due = now + NGX_WEBRTC_PROBE_STEP;

    wanted = probe->bit_rate * (probe->due - probe->start)
             / (8 * NGX_WEBRTC_SEC);

    return (wanted > probe->sent) ? (size_t) (wanted - probe->sent) : 0;
}


void
ngx_webrtc_probe_arrived(ngx_webrtc_probe_t *probe, uint64_t seq, size_t size,
    int64_t arrival)
{
    if (probe->state == NGX_WEBRTC_PROBE_SENT && seq + 1 >= probe->last) {
        probe->complete = 1;
    }

    if (!ngx_webrtc_probe_has(probe, seq)) {
        return;
    }

    if (probe->count++ == 0) {
        probe->first_arrival = arrival;
        probe->last_arrival = arrival;
    }

    probe->first_arrival = ngx_min(probe->first_arrival, arrival);
    probe->last_arrival = ngx_max(probe->last_arrival, arrival);
    probe->arrived += size;
}


ngx_uint_t
ngx_webrtc_probe_has(const ngx_webrtc_probe_t *probe, uint64_t seq)
{
    switch (probe->state) {

    case NGX_WEBRTC_PROBE_NONE:
        return 0;

    case NGX_WEBRTC_PROBE_SENDING:
        return seq >= probe->first;

    default:
        return seq >= probe->first && seq < probe->last;
    }
}


ngx_int_t
ngx_webrtc_probe_result(ngx_webrtc_probe_t *probe, uint64_t *bit_rate,
    ngx_webrtc_usec_t now)
{
    uint64_t  sent, arrived;

    if (probe->state == NGX_WEBRTC_PROBE_NONE) {
        return NGX_DONE;
    }

    if (probe->state == NGX_WEBRTC_PROBE_SENDING
        || (!probe->complete && probe->due > now))
    {
        return NGX_AGAIN;
    }

    probe->state = NGX_WEBRTC_PROBE_NONE;

    if (probe->count < NGX_WEBRTC_PROBE_COUNT) {
        return NGX_DONE;
    }

    /* what came last stands for the step that it was sent in */

    sent = probe->sent * 8 * NGX_WEBRTC_SEC / (probe->end - probe->start);
    arrived = probe->arrived * 8 * NGX_WEBRTC_SEC
              / (uint64_t) (probe->last_arrival - probe->first_arrival
                            + (int64_t) NGX_WEBRTC_PROBE_STEP);

    /* what is sent anyway may have been more than was wanted */

    if (arrived >= ngx_min(sent, probe->bit_rate) * 9 / 10) {
        *bit_rate = ngx_min(sent, arrived);
        return NGX_OK;
    }

    /* full: leave a little, so that the queue which that made can go */

    *bit_rate = arrived - arrived / 20;

    return NGX_DECLINED;
}


ngx_webrtc_usec_t
ngx_webrtc_probe_expires(const ngx_webrtc_probe_t *probe)
{
    return (probe->state == NGX_WEBRTC_PROBE_NONE) ? NGX_WEBRTC_NEVER
                                                   : probe->due;
}
