
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <crypto/ngx_webrtc_srtp_window.h>


static void
numbers_are_guessed_to_the_nearer_side(void **state)
{
    ngx_webrtc_srtp_window_t  window;

    (void) state;

    ngx_webrtc_srtp_window_init(&window, 0x2fff0);

    assert_int_equal(ngx_webrtc_srtp_window_guess(&window, 0xfff1), 0x2fff1);
    assert_int_equal(ngx_webrtc_srtp_window_guess(&window, 0xff00), 0x2ff00);
    assert_int_equal(ngx_webrtc_srtp_window_guess(&window, 0x0001), 0x30001);
    assert_int_equal(ngx_webrtc_srtp_window_guess(&window, 0x7fef), 0x37fef);
    assert_int_equal(ngx_webrtc_srtp_window_guess(&window, 0x7ff0), 0x27ff0);

    ngx_webrtc_srtp_window_init(&window, 0x30005);

    assert_int_equal(ngx_webrtc_srtp_window_guess(&window, 0xffff), 0x2ffff);
    assert_int_equal(ngx_webrtc_srtp_window_guess(&window, 0x8005), 0x38005);
    assert_int_equal(ngx_webrtc_srtp_window_guess(&window, 0x8006), 0x28006);
}


static void
before_the_first_turn_there_is_nothing(void **state)
{
    ngx_webrtc_srtp_window_t  window;

    (void) state;

    ngx_webrtc_srtp_window_init(&window, 5);

    assert_int_equal(ngx_webrtc_srtp_window_guess(&window, 0xffff), 0xffff);
    assert_int_equal(ngx_webrtc_srtp_window_guess(&window, 0), 0);

    ngx_webrtc_srtp_window_init(&window, 0x8001);

    assert_int_equal(ngx_webrtc_srtp_window_guess(&window, 0), 0x10000);
    assert_int_equal(ngx_webrtc_srtp_window_guess(&window, 1), 1);
}


static void
each_index_passes_once(void **state)
{
    uint64_t                  index, i;
    ngx_webrtc_srtp_window_t  window;

    (void) state;

    ngx_webrtc_srtp_window_init(&window, 100000);

    assert_int_equal(ngx_webrtc_srtp_window_check(&window, 100000),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_srtp_window_check(&window, 100000 - 1023),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_srtp_window_check(&window, 100000 - 1024),
                     NGX_DECLINED);

    /* every third one, for longer than the window; then the others */

    for (index = 100003; index < 106000; index += 3) {
        assert_int_equal(ngx_webrtc_srtp_window_check(&window, index),
                         NGX_OK);
        ngx_webrtc_srtp_window_add(&window, index);
        assert_int_equal(ngx_webrtc_srtp_window_check(&window, index),
                         NGX_DECLINED);
    }

    for (i = index - 3 - 1023; i < index; i++) {

        if ((i - 100000) % 3) {
            assert_int_equal(ngx_webrtc_srtp_window_check(&window, i),
                             NGX_OK);
            ngx_webrtc_srtp_window_add(&window, i);
        }

        assert_int_equal(ngx_webrtc_srtp_window_check(&window, i),
                         NGX_DECLINED);
    }
}


static void
a_long_jump_forgets_what_was_before(void **state)
{
    uint64_t                  i;
    ngx_webrtc_srtp_window_t  window;

    (void) state;

    ngx_webrtc_srtp_window_init(&window, 70000);

    for (i = 70001; i < 72000; i++) {
        ngx_webrtc_srtp_window_add(&window, i);
    }

    ngx_webrtc_srtp_window_add(&window, 71999 + 1024);

    for (i = 72000; i < 71999 + 1024; i++) {
        assert_int_equal(ngx_webrtc_srtp_window_check(&window, i), NGX_OK);
    }

    assert_int_equal(ngx_webrtc_srtp_window_check(&window, 71999),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_srtp_window_check(&window, 71999 + 1024),
                     NGX_DECLINED);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(numbers_are_guessed_to_the_nearer_side),
        cmocka_unit_test(before_the_first_turn_there_is_nothing),
        cmocka_unit_test(each_index_passes_once),
        cmocka_unit_test(a_long_jump_forgets_what_was_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
