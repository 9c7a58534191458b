
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/ngx_webrtc_cursor.h>


static const u_char  test_bytes[] = {
    0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10
};


static void
cursor_reads_big_endian(void **state)
{
    (void) state;

    assert_int_equal(ngx_webrtc_get16(test_bytes), 0xfedc);
    assert_int_equal(ngx_webrtc_get24(test_bytes), 0xfedcba);
    assert_int_equal(ngx_webrtc_get32(test_bytes), 0xfedcba98);
    assert_true(ngx_webrtc_get64(test_bytes) == 0xfedcba9876543210ULL);
}


static void
cursor_reads_at_any_alignment(void **state)
{
    u_char  buf[9];

    (void) state;

    memcpy(buf + 1, test_bytes, 8);

    assert_int_equal(ngx_webrtc_get16(buf + 1), 0xfedc);
    assert_int_equal(ngx_webrtc_get32(buf + 1), 0xfedcba98);
    assert_true(ngx_webrtc_get64(buf + 1) == 0xfedcba9876543210ULL);
}


static void
cursor_writes_big_endian_and_returns_the_next_byte(void **state)
{
    u_char  buf[9];

    (void) state;

    assert_ptr_equal(ngx_webrtc_put16(buf, 0xfedc), buf + 2);
    assert_memory_equal(buf, test_bytes, 2);

    assert_ptr_equal(ngx_webrtc_put24(buf, 0xfedcba), buf + 3);
    assert_memory_equal(buf, test_bytes, 3);

    assert_ptr_equal(ngx_webrtc_put32(buf, 0xfedcba98), buf + 4);
    assert_memory_equal(buf, test_bytes, 4);

    assert_ptr_equal(ngx_webrtc_put64(buf + 1, 0xfedcba9876543210ULL),
                     buf + 9);
    assert_memory_equal(buf + 1, test_bytes, 8);
}


static void
cursor_writes_the_low_bits_of_what_is_too_big(void **state)
{
    u_char  buf[3];

    (void) state;

    ngx_webrtc_put16(buf, 0x12fedc);
    assert_memory_equal(buf, test_bytes, 2);

    ngx_webrtc_put24(buf, 0x12fedcba);
    assert_memory_equal(buf, test_bytes, 3);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(cursor_reads_big_endian),
        cmocka_unit_test(cursor_reads_at_any_alignment),
        cmocka_unit_test(cursor_writes_big_endian_and_returns_the_next_byte),
        cmocka_unit_test(cursor_writes_the_low_bits_of_what_is_too_big)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
