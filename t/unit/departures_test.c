
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
what_was_sent_is_told_once(void **state)
{
    uint16_t               seq;
    ngx_webrtc_departed_t  departed;

    (void) state;

    ngx_webrtc_departures_init(&list);

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

    ngx_webrtc_departures_init(&list);

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

    ngx_webrtc_departures_init(&list);

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

    ngx_webrtc_departures_init(&list);

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


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sent_is_told_once),
        cmocka_unit_test(lost_one_may_turn_up),
        cmocka_unit_test(what_was_never_sent_or_is_forgotten_is_declined),
        cmocka_unit_test(numbers_and_times_go_round)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
