
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <media/ngx_webrtc_probe.h>

#include "lib/link.h"


#define SIZE  275


static ngx_webrtc_departures_t  list;


static void
begin(void)
{
    if (list.items) {
        ngx_webrtc_departures_cleanup(&list);
    }

    assert_int_equal(ngx_webrtc_departures_init(&list, NULL), NGX_OK);
}
static ngx_webrtc_probe_t       probe;
static ngx_webrtc_usec_t        now;


/*
 * A probe at "rate" through a link, with nothing else on it: what it took,
 * and what result() said.
 */

static ngx_int_t
run(link_t *link, uint64_t rate, uint64_t *result)
{
    size_t             n;
    ngx_int_t          rc;
    ngx_uint_t         i, count;
    ngx_webrtc_usec_t  arrivals[2000];

    begin();
    now = 5 * NGX_WEBRTC_SEC;
    count = 0;

    ngx_webrtc_probe_start(&probe, &list, rate, now);

    while (probe.state == NGX_WEBRTC_PROBE_SENDING) {
        assert_int_equal(ngx_webrtc_probe_result(&probe, result, now),
                         NGX_AGAIN);

        now = ngx_max(now, ngx_webrtc_probe_expires(&probe));
        n = ngx_webrtc_probe_padding(&probe, &list, now);

        for (n = n / SIZE; n; n--) {
            (void) ngx_webrtc_departures_add(&list, SIZE, now);
            arrivals[count++] = link_send(link, SIZE, now);
        }
    }

    for (i = 0; i < count; i++) {
        if (arrivals[i]) {
            ngx_webrtc_probe_arrived(&probe, probe.first + i, SIZE,
                                     (int64_t) arrivals[i] - 12345678);
        }
    }

    now += 400 * NGX_WEBRTC_MSEC;
    rc = ngx_webrtc_probe_result(&probe, result, now);

    if (rc == NGX_AGAIN) {
        now = ngx_webrtc_probe_expires(&probe);
        rc = ngx_webrtc_probe_result(&probe, result, now);
    }

    return rc;
}


static void
wide_link_lets_it_through(void **state)
{
    link_t    link;
    uint64_t  rate, result;

    (void) state;

    for (rate = 300000; rate < 20000000; rate *= 2) {
        memset(&link, 0, sizeof(link));
        link.bit_rate = 50000000;

        assert_int_equal(run(&link, rate, &result), NGX_OK);
        assert_in_range(result, rate * 85 / 100, rate * 105 / 100);
        assert_true(ngx_webrtc_probe_expires(&probe) == NGX_WEBRTC_NEVER);
    }
}


static void
narrow_link_shows_its_rate(void **state)
{
    link_t    link;
    uint64_t  result;

    (void) state;

    memset(&link, 0, sizeof(link));
    link.bit_rate = 600000;

    assert_int_equal(run(&link, 1200000, &result), NGX_DECLINED);
    assert_in_range(result, 480000, 610000);

    /* a queue that is too short loses what is too much */

    memset(&link, 0, sizeof(link));
    link.bit_rate = 600000;
    link.queue = 10 * NGX_WEBRTC_MSEC;

    assert_int_equal(run(&link, 1200000, &result), NGX_DECLINED);
    assert_in_range(result, 450000, 650000);
}


static void
dead_link_teaches_nothing(void **state)
{
    link_t    link;
    uint64_t  result;

    (void) state;

    memset(&link, 0, sizeof(link));
    link.loss = 1000;

    assert_int_equal(run(&link, 1200000, &result), NGX_DONE);
    assert_int_equal(ngx_webrtc_probe_result(&probe, &result, now), NGX_DONE);
}


static void
what_is_sent_anyway_is_a_part_of_it(void **state)
{
    ngx_uint_t  i, padding;

    (void) state;

    begin();
    now = 5 * NGX_WEBRTC_SEC;
    padding = 0;

    ngx_webrtc_probe_start(&probe, &list, 800000, now);

    for (i = 0; i < 12; i++) {
        (void) ngx_webrtc_departures_add(&list, 500, now);
        padding += ngx_webrtc_probe_padding(&probe, &list, now);
        now = probe.due;
    }

    assert_int_equal(padding, 0);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wide_link_lets_it_through),
        cmocka_unit_test(narrow_link_shows_its_rate),
        cmocka_unit_test(dead_link_teaches_nothing),
        cmocka_unit_test(what_is_sent_anyway_is_a_part_of_it)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
