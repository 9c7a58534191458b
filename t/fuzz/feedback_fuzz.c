
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What a receiver may tell of the way to it, true or not.  Each step of the
 * input is a byte of packets that leave, a byte of time that passes (in 4 ms)
 * and a byte of length before so much RTCP.
 */


#include <media/ngx_webrtc_bandwidth.h>


static void
hear(ngx_webrtc_bandwidth_t *bandwidth, const uint8_t *data, size_t size,
    ngx_webrtc_usec_t now)
{
    u_char             *pos, *copy;
    ngx_webrtc_rtcp_t   rtcp;

    copy = malloc(size ? size : 1);
    if (copy == NULL) {
        return;
    }

    memcpy(copy, data, size);
    pos = copy;

    while (ngx_webrtc_rtcp_next(&pos, copy + size, &rtcp) == NGX_OK) {
        ngx_webrtc_bandwidth_feedback(bandwidth, &rtcp, size * 1000, now);
        ngx_webrtc_bandwidth_remb(bandwidth, &rtcp);
    }

    free(copy);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                    i, len;
    uint64_t                  sent;
    ngx_webrtc_usec_t         now;
    ngx_webrtc_bandwidth_t   *bandwidth;
    ngx_webrtc_departures_t  *departures;

    bandwidth = ngx_webrtc_bandwidth_create(0, NULL);
    if (bandwidth == NULL) {
        return 0;
    }

    departures = ngx_webrtc_bandwidth_departures(bandwidth, NULL);
    now = 1000 * NGX_WEBRTC_SEC;
    sent = 0;

    while (departures && size >= 3) {

        for (i = 0; i < data[0]; i++) {
            (void) ngx_webrtc_departures_add(departures, 1200, now);
            sent += 1200;
            now += 100;
        }

        now += data[1] * 4 * NGX_WEBRTC_MSEC;

        len = data[2];
        len = ngx_min(len, size - 3);

        hear(bandwidth, data + 3, len, now);

        ngx_webrtc_bandwidth_report(bandwidth, data[0],
                                    ngx_min(data[0], data[1]), sent, now);
        ngx_webrtc_bandwidth_check(bandwidth, now);

        if (bandwidth->estimate.bit_rate < NGX_WEBRTC_ESTIMATE_MIN
            || bandwidth->estimate.bit_rate > NGX_WEBRTC_ESTIMATE_MAX)
        {
            abort();
        }

        data += 3 + len;
        size -= 3 + len;
    }

    ngx_webrtc_bandwidth_destroy(bandwidth);

    return 0;
}
