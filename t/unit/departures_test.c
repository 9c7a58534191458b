
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <media/ngx_webrtc_departures.h>


static ngx_webrtc_departures_t  list;


static void
begin(void)
{
    if (list.items) {
        ngx_webrtc_departures_cleanup(&list);
    }

    assert_int_equal(ngx_webrtc_departures_init(&list, NULL), NGX_OK);
}


static void
what_was_sent_is_told_once(void **state)
{
    uint16_t               seq;
    ngx_webrtc_departed_t  departed;

    (void) state;

    begin();

    (void) ngx_webrtc_departures_add(&list, 300, 1000);
    seq = ngx_webrtc_departures_add(&list, 1200, 2000);

    assert_int_equal(list.bytes, 1500);
    assert_int_equal(ngx_webrtc_departures_arrived(&list, seq, 9000,
                                                   &departed), NGX_OK);
    assert_int_equal(departed.seq, list.next - 1);
    assert_int_equal(departed.sent, 2000);
    assert_int_equal(departed.size, 1200);
    assert_int_equal(departed.lost, 0);

    assert_int_equal(ngx_webrtc_departures_arrived(&list, seq, 9000,
                                                   &departed), NGX_DECLINED);
    assert_int_equal(ngx_webrtc_departures_lost(&list, seq), NGX_DECLINED);
}


static void
lost_one_may_turn_up(void **state)
{
    uint16_t               seq;
    ngx_webrtc_departed_t  departed;

    (void) state;

    begin();

    seq = ngx_webrtc_departures_add(&list, 300, 1000);

    assert_int_equal(ngx_webrtc_departures_lost(&list, seq), NGX_OK);
    assert_int_equal(ngx_webrtc_departures_lost(&list, seq), NGX_DECLINED);
    assert_int_equal(ngx_webrtc_departures_arrived(&list, seq, 9000,
                                                   &departed), NGX_OK);
    assert_int_equal(departed.lost, 1);
}


static void
what_was_never_sent_or_is_forgotten_is_declined(void **state)
{
    uint16_t               seq;
    ngx_uint_t             i;
    ngx_webrtc_departed_t  departed;

    (void) state;

    begin();

    for (i = 0; i < 65536; i += 97) {
        assert_int_equal(ngx_webrtc_departures_arrived(&list, (uint16_t) i,
                                                       9000, &departed),
                         NGX_DECLINED);
        assert_int_equal(ngx_webrtc_departures_lost(&list, (uint16_t) i),
                         NGX_DECLINED);
    }

    seq = ngx_webrtc_departures_add(&list, 300, 1000);
    assert_int_equal(ngx_webrtc_departures_lost(&list, (uint16_t) (seq + 1)),
                     NGX_DECLINED);

    for (i = 0; i < NGX_WEBRTC_DEPARTURES_MAX; i++) {
        (void) ngx_webrtc_departures_add(&list, 500, 1000);
    }

    assert_int_equal(ngx_webrtc_departures_arrived(&list, seq, 9000,
                                                   &departed), NGX_DECLINED);
}


static void
numbers_and_times_go_round(void **state)
{
    uint16_t               seq;
    ngx_uint_t             i;
    ngx_webrtc_usec_t      now;
    ngx_webrtc_departed_t  departed;

    (void) state;

    begin();

    now = 0xffff0000;

    for (i = 0; i < 200000; i++, now += 1000) {
        seq = ngx_webrtc_departures_add(&list, 100, now);

        assert_int_equal(ngx_webrtc_departures_arrived(&list, seq,
                                                       now + 300000,
                                                       &departed), NGX_OK);
        assert_int_equal(departed.sent, now);
        assert_int_equal(departed.seq, 0x10000 + i);
    }
}


/* feedback every 100 ms on what was sent 100 ms ago */

static ngx_uint_t
forgotten(ngx_uint_t rate, ngx_uint_t seconds)
{
    ngx_uint_t             i, n, missed;
    ngx_webrtc_usec_t      now;
    ngx_webrtc_departed_t  departed;

    now = NGX_WEBRTC_SEC;
    missed = 0;
    n = rate / 10;

    for (i = 0; i < seconds * rate; i++, now += NGX_WEBRTC_SEC / rate) {
        (void) ngx_webrtc_departures_add(&list, 500, now);

        if (i >= 2 * n && i % n == 0) {
            ngx_webrtc_departures_review(&list);
        }

        if (i >= n
            && ngx_webrtc_departures_arrived(&list,
                                             (uint16_t) (list.next - n),
                                             now, &departed) != NGX_OK)
        {
            missed++;
        }
    }

    return missed;
}


static void
it_grows_with_what_is_sent(void **state)
{
    (void) state;

    begin();
    assert_int_equal(forgotten(50, 100), 0);
    assert_int_equal(list.mask + 1, NGX_WEBRTC_DEPARTURES_MIN);

    begin();
    assert_true(forgotten(1000, 10) <= 200);
    assert_int_equal(list.mask + 1, 4 * NGX_WEBRTC_DEPARTURES_MIN);

    begin();
    assert_true(forgotten(5000, 10) <= 2000);
    assert_int_equal(list.mask + 1, NGX_WEBRTC_DEPARTURES_MAX);

    /* what it knew it knows afterwards */

    assert_int_equal(forgotten(5000, 10), 0);
}


static void
it_does_not_grow_for_a_receiver_that_never_tells(void **state)
{
    ngx_uint_t  i;

    (void) state;

    begin();

    for (i = 0; i < 10000; i++) {
        (void) ngx_webrtc_departures_add(&list, 500, 1000 * i);
    }

    assert_int_equal(list.mask + 1, NGX_WEBRTC_DEPARTURES_MIN);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sent_is_told_once),
        cmocka_unit_test(it_grows_with_what_is_sent),
        cmocka_unit_test(it_does_not_grow_for_a_receiver_that_never_tells),
        cmocka_unit_test(lost_one_may_turn_up),
        cmocka_unit_test(what_was_never_sent_or_is_forgotten_is_declined),
        cmocka_unit_test(numbers_and_times_go_round)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
