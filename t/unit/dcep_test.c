
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_dcep.h>

#include "hostile.h"


#define parse(str, dcep)                                                     \
    ngx_webrtc_dcep_parse((u_char *) str, (u_char *) str + sizeof(str) - 1,  \
                          dcep)


static void
an_open_is_read(void **state)
{
    ngx_webrtc_dcep_t  dcep;

    (void) state;

    assert_int_equal(parse("\x03\x81\x01\x00\x00\x00\x00\x05\x00\x05\x00\x03"
                           "#chatabc", &dcep), NGX_OK);

    assert_int_equal(dcep.type, NGX_WEBRTC_DCEP_OPEN);
    assert_int_equal(dcep.reliability, NGX_WEBRTC_DCEP_REXMIT);
    assert_int_equal(dcep.parameter, 5);
    assert_int_equal(dcep.priority, 256);
    assert_int_equal(dcep.unordered, 1);
    assert_int_equal(dcep.label.len, 5);
    assert_memory_equal(dcep.label.data, "#chat", 5);
    assert_int_equal(dcep.protocol.len, 3);
    assert_memory_equal(dcep.protocol.data, "abc", 3);
}


static void
what_is_written_is_read_again(void **state)
{
    u_char             *last, buf[64];
    ngx_webrtc_dcep_t   dcep, again;

    (void) state;

    memset(&dcep, 0, sizeof(dcep));
    dcep.type = NGX_WEBRTC_DCEP_OPEN;
    dcep.reliability = NGX_WEBRTC_DCEP_TIMED;
    dcep.parameter = 0x01020304;
    dcep.priority = 512;
    ngx_str_set(&dcep.label, "stats");

    last = ngx_webrtc_dcep_write(buf, buf + sizeof(buf), &dcep);
    assert_ptr_equal(last, buf + NGX_WEBRTC_DCEP_OPEN_LEN + 5);

    assert_int_equal(ngx_webrtc_dcep_parse(buf, last, &again), NGX_OK);
    assert_int_equal(again.reliability, NGX_WEBRTC_DCEP_TIMED);
    assert_int_equal(again.parameter, 0x01020304);
    assert_int_equal(again.priority, 512);
    assert_int_equal(again.unordered, 0);
    assert_int_equal(again.label.len, 5);
    assert_memory_equal(again.label.data, "stats", 5);
    assert_int_equal(again.protocol.len, 0);

    dcep.type = NGX_WEBRTC_DCEP_ACK;

    last = ngx_webrtc_dcep_write(buf, buf + sizeof(buf), &dcep);
    assert_ptr_equal(last, buf + 1);
    assert_int_equal(ngx_webrtc_dcep_parse(buf, last, &again), NGX_OK);
    assert_int_equal(again.type, NGX_WEBRTC_DCEP_ACK);
}


static void
nothing_is_written_past_the_end(void **state)
{
    size_t              n;
    u_char              buf[32];
    ngx_webrtc_dcep_t   dcep;

    (void) state;

    memset(&dcep, 0, sizeof(dcep));
    dcep.type = NGX_WEBRTC_DCEP_OPEN;
    ngx_str_set(&dcep.label, "label");
    ngx_str_set(&dcep.protocol, "xy");

    for (n = 0; n < NGX_WEBRTC_DCEP_OPEN_LEN + 7; n++) {
        assert_null(ngx_webrtc_dcep_write(buf, buf + n, &dcep));
    }

    assert_non_null(ngx_webrtc_dcep_write(buf, buf + n, &dcep));

    dcep.label.len = UINT16_MAX + 1;
    assert_null(ngx_webrtc_dcep_write(buf, buf + sizeof(buf), &dcep));

    dcep.type = NGX_WEBRTC_DCEP_ACK;
    assert_null(ngx_webrtc_dcep_write(buf, buf, &dcep));
}


static void
lengths_beyond_the_end_are_refused(void **state)
{
    ngx_webrtc_dcep_t  dcep;

    (void) state;

    assert_int_equal(parse("", &dcep), NGX_ERROR);
    assert_int_equal(parse("\x02\x00", &dcep), NGX_ERROR);
    assert_int_equal(parse("\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
                           &dcep), NGX_ERROR);
    assert_int_equal(parse("\x03\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00"
                           "a", &dcep), NGX_ERROR);
    assert_int_equal(parse("\x03\x00\x00\x00\x00\x00\x00\x00\x00\x01\xff\xff"
                           "a", &dcep), NGX_ERROR);
    assert_int_equal(parse("\x03\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00"
                           "ab", &dcep), NGX_ERROR);
}


static void
what_we_do_not_know_is_declined(void **state)
{
    ngx_webrtc_dcep_t  dcep;

    (void) state;

    assert_int_equal(parse("\x01", &dcep), NGX_DECLINED);
    assert_int_equal(parse("\x00\x00", &dcep), NGX_DECLINED);
    assert_int_equal(parse("\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
                           &dcep), NGX_DECLINED);
    assert_int_equal(parse("\x03\xff\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
                           &dcep), NGX_DECLINED);
}


static void
touch(unsigned char *pos, unsigned char *last)
{
    ngx_webrtc_dcep_t  dcep;

    if (ngx_webrtc_dcep_parse(pos, last, &dcep) == NGX_OK
        && dcep.type == NGX_WEBRTC_DCEP_OPEN)
    {
        assert_ptr_equal(dcep.protocol.data + dcep.protocol.len, last);
    }
}


static void
damaged_messages_are_read_within_their_bounds(void **state)
{
    static const u_char  open[] =
        "\x03\x81\x01\x00\x00\x00\x00\x05\x00\x05\x00\x03#chatabc";

    (void) state;

    hostile_all(open, sizeof(open) - 1, touch);
    hostile_random(24, 1000, touch);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_open_is_read),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(nothing_is_written_past_the_end),
        cmocka_unit_test(lengths_beyond_the_end_are_refused),
        cmocka_unit_test(what_we_do_not_know_is_declined),
        cmocka_unit_test(damaged_messages_are_read_within_their_bounds),
    };

    return cmocka_run_group_tests_name("dcep", tests, NULL, NULL);
}
