
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <media/ngx_webrtc_arrivals.h>
#include <media/ngx_webrtc_bandwidth.h>


#define SIZE  1000


static ngx_webrtc_bandwidth_t   *bandwidth;
static ngx_webrtc_departures_t  *departures;
static ngx_webrtc_arrivals_t     arrivals;
static ngx_webrtc_usec_t         now;


static void
start(void)
{
    bandwidth = ngx_webrtc_bandwidth_create(0, NULL);
    assert_non_null(bandwidth);

    departures = ngx_webrtc_bandwidth_departures(bandwidth, NULL);
    assert_non_null(departures);
    assert_ptr_equal(ngx_webrtc_bandwidth_departures(bandwidth, NULL),
                     departures);

    ngx_webrtc_arrivals_init(&arrivals);
    now = 1000 * NGX_WEBRTC_SEC;
}


static void
tell(u_char *pos, u_char *last)
{
    ngx_webrtc_rtcp_t  rtcp;

    if (ngx_webrtc_rtcp_next(&pos, last, &rtcp) == NGX_OK) {
        ngx_webrtc_bandwidth_feedback(bandwidth, &rtcp, 40000, now);
    }
}


/* a packet each "msec"; all arrive, and are told of each 100 ms */

static void
flow(ngx_uint_t n, ngx_uint_t msec, int64_t clock)
{
    u_char      *p, buf[1400];
    uint16_t     seq;

    while (n--) {
        now += msec * NGX_WEBRTC_MSEC;

        seq = ngx_webrtc_departures_add(departures, SIZE, now);
        ngx_webrtc_arrivals_add(&arrivals, seq,
                                (ngx_webrtc_usec_t) ((int64_t) now + clock));

        if (n % (100 / msec) == 0) {
            p = ngx_webrtc_arrivals_write(&arrivals, buf, buf + sizeof(buf),
                                          1, 2, now);
            assert_non_null(p);
            tell(buf, p);
        }
    }
}


static void
feedback_makes_it_grow_with_what_is_sent(void **state)
{
    (void) state;

    start();

    /* 1.6 Mbit/s */

    flow(4000, 5, 20000);
    assert_in_range(bandwidth->estimate.meter.bit_rate, 1500000, 1700000);
    assert_in_range(bandwidth->estimate.bit_rate, 2000000, 2500000);

    /* the receiver's clock is set */

    flow(4000, 5, 500 * (int64_t) NGX_WEBRTC_SEC);
    assert_in_range(bandwidth->estimate.bit_rate, 2000000, 2500000);

    flow(4000, 5, -300 * (int64_t) NGX_WEBRTC_SEC);
    assert_in_range(bandwidth->estimate.bit_rate, 2000000, 2500000);

    ngx_webrtc_bandwidth_destroy(bandwidth);
}


static void
feedback_that_cannot_be_is_ignored(void **state)
{
    size_t       len;
    u_char      *p, buf[1400], copy[1400];
    uint32_t     seed;
    uint64_t     before;
    ngx_uint_t   i, k;

    (void) state;

    start();
    flow(400, 5, 20000);

    before = bandwidth->estimate.bit_rate;

    /* numbers that were never sent, and more of them than there can be */

    for (i = 0; i < 100; i++) {
        ngx_webrtc_arrivals_add(&arrivals, (uint16_t) (5000 + i), now);
    }

    p = ngx_webrtc_arrivals_write(&arrivals, buf, buf + sizeof(buf), 1, 2,
                                  now);
    tell(buf, p);

    ngx_webrtc_put16(buf + 14, 65535);
    ngx_webrtc_put16(buf + 20, 0x1fff);
    tell(buf, p);

    assert_int_equal(bandwidth->estimate.bit_rate, before);

    /* garbage of all kinds */

    len = p - buf;
    seed = 1;

    for (i = 0; i < 20000; i++) {
        (void) ngx_webrtc_departures_add(departures, SIZE, now);
        memcpy(copy, buf, len);

        for (k = 0; k < 6; k++) {
            seed = seed * 1664525 + 1013904223;
            copy[12 + (seed >> 8) % (len - 12)] = (u_char) (seed >> 24);
        }

        tell(copy, copy + len);
        now += 1000;

        assert_in_range(bandwidth->estimate.bit_rate, 30000, 1000000000);
    }

    ngx_webrtc_bandwidth_destroy(bandwidth);
}


static void
reports_count_until_there_is_feedback(void **state)
{
    u_char             *p, buf[64];
    uint32_t            ssrc;
    uint64_t            sent, before;
    ngx_uint_t          i;
    ngx_webrtc_rtcp_t   rtcp;

    (void) state;

    start();
    sent = 0;

    for (i = 0; i < 20; i++) {
        now += NGX_WEBRTC_SEC;
        sent += 100000;
        ngx_webrtc_bandwidth_report(bandwidth, 100, 0, sent, now);
    }

    assert_true(bandwidth->estimate.bit_rate > 1500000);

    ssrc = 5;
    p = ngx_webrtc_rtcp_write_remb(buf, buf + sizeof(buf), 1, 750000, &ssrc,
                                   1);
    tell(buf, p);                               /* it is no feedback */

    p = buf;
    assert_int_equal(ngx_webrtc_rtcp_next(&p, buf + 24, &rtcp), NGX_OK);
    ngx_webrtc_bandwidth_remb(bandwidth, &rtcp);

    now += NGX_WEBRTC_SEC;
    sent += 100000;
    ngx_webrtc_bandwidth_report(bandwidth, 100, 0, sent, now);
    assert_int_equal(bandwidth->estimate.bit_rate, 750000);

    flow(400, 5, 0);
    before = bandwidth->estimate.bit_rate;

    for (i = 0; i < 20; i++) {
        now += NGX_WEBRTC_SEC;
        sent += 100000;
        ngx_webrtc_bandwidth_report(bandwidth, 100, 50, sent, now);
    }

    assert_int_equal(bandwidth->estimate.bit_rate, before);

    ngx_webrtc_bandwidth_destroy(bandwidth);
}


static void
feedback_that_ends_brings_it_down(void **state)
{
    uint64_t    before;
    ngx_uint_t  i;

    (void) state;

    start();
    flow(400, 5, 0);
    before = bandwidth->estimate.bit_rate;

    /* nothing sent, nothing missed */

    for (i = 0; i < 10; i++) {
        now += NGX_WEBRTC_SEC;
        ngx_webrtc_bandwidth_check(bandwidth, now);
    }

    assert_int_equal(bandwidth->estimate.bit_rate, before);

    for (i = 0; i < 3; i++) {
        (void) ngx_webrtc_departures_add(departures, SIZE, now);
        now += NGX_WEBRTC_SEC;
        ngx_webrtc_bandwidth_check(bandwidth, now);
    }

    assert_int_equal(bandwidth->estimate.bit_rate, before / 2);

    ngx_webrtc_bandwidth_destroy(bandwidth);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(feedback_makes_it_grow_with_what_is_sent),
        cmocka_unit_test(feedback_that_cannot_be_is_ignored),
        cmocka_unit_test(reports_count_until_there_is_feedback),
        cmocka_unit_test(feedback_that_ends_brings_it_down)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
