
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <media/ngx_webrtc_estimate.h>

#include "lib/link.h"


#define FLIGHT   8192
#define FEEDBACK 100                            /* ms */
#define SIZE     1000


/* a sender that follows its estimate, and what comes back from the receiver */

typedef struct {
    ngx_webrtc_estimate_t  estimate;
    link_t                 link;
    ngx_webrtc_usec_t      now;
    uint64_t               cap;                 /* of the sender; 0: none */
    uint64_t               frame;               /* bytes not yet sent */
    uint64_t               paced;
    uint64_t               offered;             /* bytes, all times */

    ngx_uint_t             next;
    ngx_uint_t             told;
    ngx_webrtc_usec_t      sent[FLIGHT];
    ngx_webrtc_usec_t      arrival[FLIGHT];     /* 0: lost */
} flow_t;


static void
flow_init(flow_t *flow, uint64_t bit_rate)
{
    memset(flow, 0, sizeof(flow_t));

    ngx_webrtc_estimate_init(&flow->estimate, 0);

    flow->now = 100 * NGX_WEBRTC_SEC;
    flow->link.bit_rate = bit_rate;
    flow->link.delay = 20 * NGX_WEBRTC_MSEC;
    flow->link.seed = 7;
}


static void
flow_feedback(flow_t *flow)
{
    ngx_uint_t  i, end;

    /* up to the last one that has come, and its report takes a while too */

    for (end = flow->next; end > flow->told; end--) {
        i = (end - 1) % FLIGHT;

        if (flow->arrival[i]
            && flow->arrival[i] + flow->link.delay <= flow->now)
        {
            break;
        }
    }

    if (end == flow->told) {
        return;
    }

    for ( /* void */ ; flow->told < end; flow->told++) {
        i = flow->told % FLIGHT;

        if (flow->arrival[i]) {
            ngx_webrtc_estimate_arrived(&flow->estimate, flow->sent[i],
                                        (int64_t) flow->arrival[i] - 77777777,
                                        SIZE);
        } else {
            ngx_webrtc_estimate_lost(&flow->estimate);
        }
    }

    ngx_webrtc_estimate_update(&flow->estimate, 2 * flow->link.delay,
                               flow->now);
}


/* frames at 25 a second, each spread over less than half of its time */

static void
flow_run(flow_t *flow, ngx_uint_t msec)
{
    uint64_t  rate;

    while (msec--) {
        flow->now += NGX_WEBRTC_MSEC;

        rate = flow->estimate.bit_rate;

        if (flow->cap) {
            rate = ngx_min(rate, flow->cap);
        }

        if (flow->now % (40 * NGX_WEBRTC_MSEC) == 0) {
            flow->frame += rate / 25 / 8;
            flow->paced = ngx_min(flow->paced, SIZE);
        }

        flow->paced += rate * 5 / 2 / 8000;

        while (flow->frame >= SIZE && flow->paced >= SIZE) {
            flow->frame -= SIZE;
            flow->paced -= SIZE;
            flow->offered += SIZE;

            flow->sent[flow->next % FLIGHT] = flow->now;
            flow->arrival[flow->next % FLIGHT] = link_send(&flow->link, SIZE,
                                                           flow->now);
            flow->next++;
        }

        if (flow->now % (FEEDBACK * NGX_WEBRTC_MSEC) == 0) {
            flow_feedback(flow);
        }
    }
}


/* mean of the estimate over a time, in per cent of the link's rate */

static ngx_uint_t
flow_mean(flow_t *flow, ngx_uint_t msec)
{
    uint64_t    sum;
    ngx_uint_t  i;

    sum = 0;

    for (i = 0; i < msec / 100; i++) {
        flow_run(flow, 100);
        sum += flow->estimate.bit_rate;
    }

    return (ngx_uint_t) (sum / i * 100 / flow->link.bit_rate);
}


static void
settles_near_the_rate_of_the_link(void **state)
{
    flow_t      flow;
    ngx_uint_t  i;

    static const uint64_t  rates[] = { 300000, 1000000, 5000000 };

    (void) state;

    for (i = 0; i < 3; i++) {
        flow_init(&flow, rates[i]);
        flow_run(&flow, 40000);

        assert_in_range(flow_mean(&flow, 20000), 80, 105);
        assert_true(flow.link.dropped < 50);
    }
}


static void
falls_within_a_second_of_a_drop_and_recovers(void **state)
{
    flow_t  flow;

    (void) state;

    flow_init(&flow, 2000000);
    flow_run(&flow, 40000);

    flow.link.bit_rate = 500000;
    flow_run(&flow, 1000);
    assert_in_range(flow.estimate.bit_rate, 300000, 500000);

    flow_run(&flow, 1500);
    assert_true(flow.link.free < flow.now + 100 * NGX_WEBRTC_MSEC);
    assert_in_range(flow_mean(&flow, 10000), 75, 105);

    flow.link.bit_rate = 2000000;
    flow_run(&flow, 20000);
    assert_in_range(flow_mean(&flow, 10000), 75, 105);
}


static void
queue_too_short_to_show_delays_brings_it_down_by_losses(void **state)
{
    flow_t  flow;

    (void) state;

    flow_init(&flow, 4000000);
    flow.link.queue = 20 * NGX_WEBRTC_MSEC;
    flow_run(&flow, 30000);

    flow.link.bit_rate = 500000;
    flow_run(&flow, 3000);
    assert_in_range(flow_mean(&flow, 10000), 50, 115);
}


static void
few_losses_do_not_bring_it_down(void **state)
{
    flow_t      flow;
    ngx_uint_t  loss;

    (void) state;

    for (loss = 5; loss <= 20; loss += 5) {
        flow_init(&flow, 2000000);
        flow.link.loss = loss;
        flow_run(&flow, 60000);

        assert_in_range(flow_mean(&flow, 10000), 75, 105);
    }

    /* held, but not more */

    flow_init(&flow, 2000000);
    flow.link.loss = 50;
    flow_run(&flow, 60000);
    assert_true(flow.estimate.bit_rate > 500000);

    flow_init(&flow, 2000000);
    flow.link.loss = 300;
    flow_run(&flow, 30000);
    assert_true(flow.estimate.bit_rate < 200000);
}


static void
little_that_is_sent_is_no_reason_to_grow_without_end(void **state)
{
    flow_t  flow;

    (void) state;

    flow_init(&flow, 10000000);
    flow.cap = 1000000;
    flow_run(&flow, 60000);
    assert_in_range(flow.estimate.bit_rate, 1200000, 1700000);

    /* and less of it no reason to fall */

    flow.cap = 200000;
    flow_run(&flow, 10000);
    assert_in_range(flow.estimate.bit_rate, 1200000, 1700000);
}


static void
probe_sets_it_at_once(void **state)
{
    flow_t  flow;

    (void) state;

    flow_init(&flow, 5000000);

    ngx_webrtc_estimate_probed(&flow.estimate, 2000000, 0);
    assert_int_equal(flow.estimate.bit_rate, 2000000);

    ngx_webrtc_estimate_probed(&flow.estimate, 500000, 0);
    assert_int_equal(flow.estimate.bit_rate, 2000000);

    /* one that was too much shows what there is */

    ngx_webrtc_estimate_probed(&flow.estimate, 1500000, 1);
    assert_int_equal(flow.estimate.bit_rate, 1500000);
}


static void
liar_does_not_get_more_than_its_bound(void **state)
{
    ngx_uint_t             i;
    ngx_webrtc_usec_t      now;
    ngx_webrtc_estimate_t  estimate;

    (void) state;

    ngx_webrtc_estimate_init(&estimate, 2000000);

    now = 100 * NGX_WEBRTC_SEC;

    /* 800 kbit/s that arrive at once, long ago, backwards, in the future */

    for (i = 0; i < 100000; i++) {
        now += 10 * NGX_WEBRTC_MSEC;

        ngx_webrtc_estimate_arrived(&estimate, now,
                                    (i % 7 == 3) ? -(int64_t) now * 50
                                    : (i % 5 == 1) ? (int64_t) now * 100
                                    : (int64_t) (i / 1000), SIZE);

        if (i % 10 == 0) {
            ngx_webrtc_estimate_update(&estimate, 0, now);
        }

        assert_in_range(estimate.bit_rate, 30000, 2000000);
    }
}


static void
reports_serve_where_there_is_no_feedback(void **state)
{
    ngx_uint_t             i;
    ngx_webrtc_usec_t      now;
    ngx_webrtc_estimate_t  estimate;

    (void) state;

    ngx_webrtc_estimate_init(&estimate, 0);

    now = 100 * NGX_WEBRTC_SEC;

    for (i = 0; i < 20; i++, now += NGX_WEBRTC_SEC) {
        ngx_webrtc_estimate_report(&estimate, 0, 800000, 0, now);
    }

    assert_in_range(estimate.bit_rate, 2000000, 3500000);

    /* a REMB far above what is sent is no news, one near it is a limit */

    ngx_webrtc_estimate_report(&estimate, 5, 800000, 1200000, now);
    assert_in_range(estimate.bit_rate, 2000000, 3500000);

    ngx_webrtc_estimate_report(&estimate, 5, 800000, 700000, now);
    assert_int_equal(estimate.bit_rate, 700000);

    for (i = 0; i < 4; i++, now += NGX_WEBRTC_SEC) {
        ngx_webrtc_estimate_report(&estimate, 64, 700000, 0, now);
    }

    assert_in_range(estimate.bit_rate, 400000, 550000);
}


static void
silence_halves_it(void **state)
{
    flow_t    flow;
    uint64_t  before;

    (void) state;

    flow_init(&flow, 5000000);
    flow_run(&flow, 5000);

    before = flow.estimate.bit_rate;
    ngx_webrtc_estimate_silent(&flow.estimate, flow.now);
    assert_int_equal(flow.estimate.bit_rate, before / 2);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settles_near_the_rate_of_the_link),
        cmocka_unit_test(falls_within_a_second_of_a_drop_and_recovers),
        cmocka_unit_test(
               queue_too_short_to_show_delays_brings_it_down_by_losses),
        cmocka_unit_test(few_losses_do_not_bring_it_down),
        cmocka_unit_test(
                    little_that_is_sent_is_no_reason_to_grow_without_end),
        cmocka_unit_test(probe_sets_it_at_once),
        cmocka_unit_test(liar_does_not_get_more_than_its_bound),
        cmocka_unit_test(reports_serve_where_there_is_no_feedback),
        cmocka_unit_test(silence_halves_it)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
