
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <media/ngx_webrtc_nack.h>


#define MSEC(n)  ((n) * NGX_WEBRTC_MSEC)


static void
nack_waits_for_reordering_then_asks(void **state)
{
    uint16_t           seqs[8];
    ngx_uint_t         given_up;
    ngx_webrtc_nack_t  nack;

    (void) state;

    given_up = 0;
    ngx_webrtc_nack_init(&nack);
    assert_true(nack.due == NGX_WEBRTC_NEVER);

    assert_int_equal(ngx_webrtc_nack_gap(&nack, 10, 13, MSEC(100)), NGX_OK);

    assert_int_equal(ngx_webrtc_nack_request(&nack, seqs, 8, MSEC(101),
                                             &given_up), 0);

    /* 11 was only late */

    assert_int_equal(ngx_webrtc_nack_found(&nack, 11), 0);

    assert_int_equal(ngx_webrtc_nack_request(&nack, seqs, 8, MSEC(110),
                                             &given_up), 2);
    assert_int_equal(seqs[0] + seqs[1], 22);
    assert_int_equal(ngx_webrtc_nack_request(&nack, seqs, 8, MSEC(111),
                                             &given_up), 0);

    assert_int_equal(ngx_webrtc_nack_found(&nack, 10), 1);
    assert_int_equal(ngx_webrtc_nack_found(&nack, 12), 1);
    assert_true(nack.due == NGX_WEBRTC_NEVER);
    assert_int_equal(given_up, 0);
}


static void
nack_gives_up_after_some_tries(void **state)
{
    uint16_t           seqs[8];
    ngx_uint_t         i, asked, given_up;
    ngx_webrtc_nack_t  nack;

    (void) state;

    asked = 0;
    given_up = 0;
    ngx_webrtc_nack_init(&nack);

    assert_int_equal(ngx_webrtc_nack_gap(&nack, 5, 6, 0), NGX_OK);

    for (i = 0; i < 100; i++) {
        asked += ngx_webrtc_nack_request(&nack, seqs, 8, MSEC(50 * i),
                                         &given_up);
    }

    assert_int_equal(asked, NGX_WEBRTC_NACK_TRIES);
    assert_int_equal(given_up, 1);
    assert_int_equal(nack.lost, 1);
    assert_int_equal(nack.count, 0);
}


static void
nack_refuses_a_hole_that_is_too_large(void **state)
{
    ngx_webrtc_nack_t  nack;

    (void) state;

    ngx_webrtc_nack_init(&nack);

    assert_int_equal(ngx_webrtc_nack_gap(&nack, 100, 200, 0), NGX_OK);
    assert_int_equal(ngx_webrtc_nack_gap(&nack, 300, 500, 0), NGX_DECLINED);
    assert_int_equal(nack.count, 0);
    assert_int_equal(nack.lost, 300);
    assert_true(nack.due == NGX_WEBRTC_NEVER);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(nack_waits_for_reordering_then_asks),
        cmocka_unit_test(nack_gives_up_after_some_tries),
        cmocka_unit_test(nack_refuses_a_hole_that_is_too_large)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
