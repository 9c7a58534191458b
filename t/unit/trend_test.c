
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <media/ngx_webrtc_trend.h>


static ngx_webrtc_trend_t  trend;
static ngx_webrtc_usec_t   sent;
static int64_t             arrival;
static uint32_t            seed;


/*
 * Packets each 20 ms; each takes "more" us longer than the one before, give
 * or take "jitter" us.  Returns how many times a queue was seen to grow.
 */

static ngx_uint_t
feed(ngx_uint_t n, int64_t more, int64_t jitter)
{
    int64_t     off;
    ngx_uint_t  overs;

    overs = 0;

    while (n--) {
        sent += 20 * NGX_WEBRTC_MSEC;
        arrival += 20 * (int64_t) NGX_WEBRTC_MSEC + more;

        seed = seed * 1664525 + 1013904223;
        off = jitter ? (int64_t) ((seed >> 8) % (2 * jitter)) - jitter : 0;

        ngx_webrtc_trend_input(&trend, sent, arrival + off);

        overs += (trend.usage == NGX_WEBRTC_TREND_OVER);
    }

    return overs;
}


static void
start(void)
{
    ngx_webrtc_trend_init(&trend);

    sent = 1000 * NGX_WEBRTC_SEC;
    arrival = -5000;
    seed = 1;

    assert_int_equal(feed(100, 0, 0), 0);
}


static void
growing_queue_is_seen_within_half_a_second(void **state)
{
    (void) state;

    start();

    assert_true(feed(25, 5000, 0) > 0);
    assert_int_equal(trend.usage, NGX_WEBRTC_TREND_OVER);
}


static void
queue_that_drains_is_told_apart(void **state)
{
    (void) state;

    start();

    (void) feed(25, 5000, 0);
    (void) feed(25, -5000, 0);
    assert_int_equal(trend.usage, NGX_WEBRTC_TREND_UNDER);

    (void) feed(200, 0, 0);
    assert_int_equal(trend.usage, NGX_WEBRTC_TREND_NORMAL);
}


static void
jitter_and_a_clock_that_drifts_are_not_congestion(void **state)
{
    (void) state;

    start();
    assert_true(feed(3000, 0, 8000) < 30);

    start();
    assert_int_equal(feed(3000, 2, 0), 0);      /* 100 ppm */
}


static void
burst_counts_as_one(void **state)
{
    ngx_uint_t  i, k;

    (void) state;

    start();

    /* 20 packets together every 40 ms, which take 15 ms to come through */

    for (i = 0; i < 200; i++) {
        sent += 40 * NGX_WEBRTC_MSEC;
        arrival += 40 * (int64_t) NGX_WEBRTC_MSEC;

        for (k = 0; k < 20; k++) {
            ngx_webrtc_trend_input(&trend, sent + k * 10,
                                   arrival + (int64_t) k * 750);
            assert_true(trend.usage != NGX_WEBRTC_TREND_OVER);
        }
    }
}


static void
reordered_packets_are_passed_over(void **state)
{
    ngx_uint_t  i;

    (void) state;

    start();

    for (i = 0; i < 200; i++) {
        (void) feed(1, 0, 0);
        ngx_webrtc_trend_input(&trend, sent - 50 * NGX_WEBRTC_MSEC,
                               arrival + 3000);
        assert_int_equal(trend.usage, NGX_WEBRTC_TREND_NORMAL);
    }
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growing_queue_is_seen_within_half_a_second),
        cmocka_unit_test(queue_that_drains_is_told_apart),
        cmocka_unit_test(jitter_and_a_clock_that_drifts_are_not_congestion),
        cmocka_unit_test(burst_counts_as_one),
        cmocka_unit_test(reordered_packets_are_passed_over)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
