
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/ngx_webrtc_seq.h>


static void
seq16_diff_is_signed_across_the_wrap(void **state)
{
    (void) state;

    assert_int_equal(ngx_webrtc_seq16_diff(5, 3), 2);
    assert_int_equal(ngx_webrtc_seq16_diff(3, 5), -2);
    assert_int_equal(ngx_webrtc_seq16_diff(0, 65535), 1);
    assert_int_equal(ngx_webrtc_seq16_diff(65535, 0), -1);
    assert_int_equal(ngx_webrtc_seq16_diff(7, 7), 0);
    assert_int_equal(ngx_webrtc_seq16_diff(0x7fff, 0), 0x7fff);
    assert_int_equal(ngx_webrtc_seq16_diff(0x8000, 0), -0x8000);
}


static void
seq32_diff_is_signed_across_the_wrap(void **state)
{
    (void) state;

    assert_int_equal(ngx_webrtc_seq32_diff(1, 0xffffffff), 2);
    assert_int_equal(ngx_webrtc_seq32_diff(0xffffffff, 1), -2);
    assert_int_equal(ngx_webrtc_seq32_diff(0, 0), 0);
    assert_int_equal(ngx_webrtc_seq32_diff(0x7fffffff, 0), 0x7fffffff);
}


static void
seq16_extend_follows_a_stream_over_many_wraps(void **state)
{
    uint64_t  i, ext;

    (void) state;

    ext = 65530 + 0x10000;

    for (i = ext; i < ext + 5 * 0x10000; i++) {
        assert_true(ngx_webrtc_seq16_extend((uint16_t) i, i - 1) == i);
    }
}


static void
seq16_extend_puts_late_packets_behind(void **state)
{
    (void) state;

    /* reference 2 in the second cycle, 65534 belongs to the first */

    assert_true(ngx_webrtc_seq16_extend(65534, 0x10002) == 0xfffe);
    assert_true(ngx_webrtc_seq16_extend(1, 0x10002) == 0x10001);
    assert_true(ngx_webrtc_seq16_extend(3, 0x1ffff) == 0x20003);
}


static void
seq16_extend_stays_positive_when_the_first_packets_are_reordered(void **state)
{
    (void) state;

    /* the first that came was 0, the one before it arrives after it */

    assert_true(ngx_webrtc_seq16_extend(65535, 0 + 0x10000) == 0xffff);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(seq16_diff_is_signed_across_the_wrap),
        cmocka_unit_test(seq32_diff_is_signed_across_the_wrap),
        cmocka_unit_test(seq16_extend_follows_a_stream_over_many_wraps),
        cmocka_unit_test(seq16_extend_puts_late_packets_behind),
        cmocka_unit_test(
            seq16_extend_stays_positive_when_the_first_packets_are_reordered)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
