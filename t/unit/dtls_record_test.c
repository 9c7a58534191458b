
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_cursor.h>
#include <crypto/ngx_webrtc_dtls_record.h>

#include "hostile.h"


/* two fragments of one message in two plain records, then an encrypted one */

static const u_char  good[] = {
    22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 14,
    1, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 2, 'a', 'b',
    22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 1, 0, 14,
    1, 0, 0, 4, 0, 0, 0, 0, 2, 0, 0, 2, 'c', 'd',
    20, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1, 1,
    22, 0xfe, 0xfd, 0, 1, 0, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff
};


static ngx_int_t
check_with(size_t offset, u_char value)
{
    u_char  buf[sizeof(good)];

    memcpy(buf, good, sizeof(good));
    buf[offset] = value;

    return ngx_webrtc_dtls_record_check(buf, buf + sizeof(buf));
}


static void
a_good_datagram_passes(void **state)
{
    (void) state;

    assert_int_equal(ngx_webrtc_dtls_record_check(good, good + sizeof(good)),
                     NGX_OK);
}


static void
foreign_types_and_versions_are_dropped(void **state)
{
    (void) state;

    assert_int_equal(check_with(0, 19), NGX_ERROR);
    assert_int_equal(check_with(0, 24), NGX_ERROR);
    assert_int_equal(check_with(1, 0x03), NGX_ERROR);
    assert_int_equal(check_with(2, 0xfc), NGX_ERROR);
}


static void
a_record_beyond_the_end_is_dropped(void **state)
{
    size_t  len;

    (void) state;

    for (len = 0; len < sizeof(good); len++) {

        /* the datagram may end where a record does */

        if (len == 27 || len == 54 || len == 68) {
            continue;
        }

        assert_int_equal(ngx_webrtc_dtls_record_check(good, good + len),
                         NGX_ERROR);
    }
}


static void
impossible_fragments_are_dropped(void **state)
{
    (void) state;

    /* a message of 2^24, of 65 kB, one shorter than its fragments */

    assert_int_equal(check_with(14, 0xff), NGX_ERROR);
    assert_int_equal(check_with(15, 0xff), NGX_ERROR);
    assert_int_equal(check_with(16, 1), NGX_ERROR);

    /* offset beyond the message, fragment beyond the record */

    assert_int_equal(check_with(21, 9), NGX_ERROR);
    assert_int_equal(check_with(24, 3), NGX_ERROR);

    /* a fragment shorter than its record leaves half a header behind */

    assert_int_equal(check_with(24, 1), NGX_ERROR);
}


static void
plain_data_and_odd_plain_records_are_dropped(void **state)
{
    u_char  alert[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40 };

    (void) state;

    assert_int_equal(check_with(0, 23), NGX_ERROR);
    assert_int_equal(check_with(0, 21), NGX_ERROR);
    assert_int_equal(check_with(0, 20), NGX_ERROR);

    assert_int_equal(ngx_webrtc_dtls_record_check(alert,
                                                  alert + sizeof(alert)),
                     NGX_OK);
}


static void
look(u_char *pos, u_char *last)
{
    (void) ngx_webrtc_dtls_record_check(pos, last);
}


static void
nothing_is_read_past_the_end(void **state)
{
    (void) state;

    hostile_all(good, sizeof(good), look);
    hostile_random(80, 200, look);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_good_datagram_passes),
        cmocka_unit_test(foreign_types_and_versions_are_dropped),
        cmocka_unit_test(a_record_beyond_the_end_is_dropped),
        cmocka_unit_test(impossible_fragments_are_dropped),
        cmocka_unit_test(plain_data_and_odd_plain_records_are_dropped),
        cmocka_unit_test(nothing_is_read_past_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
