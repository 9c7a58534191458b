
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* of the load tool */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../bench/load/load_histogram.c"
#include "../bench/load/load_meter.c"


static load_meter_t   meter;
static load_source_t  source;


static int
setup(void **state)
{
    (void) state;

    memset(&meter, 0, sizeof(load_meter_t));
    memset(&source, 0, sizeof(load_source_t));

    return 0;
}


static ngx_uint_t
add(uint64_t index, unsigned measured, ngx_uint_t repair)
{
    load_stamp_t  stamp;

    memset(&stamp, 0, sizeof(load_stamp_t));

    stamp.index = index;
    stamp.time = 1000;
    stamp.measured = measured;

    return load_meter_add(&meter, &source, &stamp, 1000 + index, repair);
}


static void
a_stamp_is_read_as_it_was_written(void **state)
{
    u_char        buf[LOAD_STAMP_LEN];
    load_stamp_t  in, out;

    (void) state;

    memset(&in, 0, sizeof(load_stamp_t));

    in.member = 0x12345678;
    in.index = 0x123456789abcdef0;
    in.time = 0xfedcba9876543210;
    in.kind = 1;
    in.measured = 1;
    in.key = 0;

    load_stamp_write(buf, &in);

    assert_int_equal(load_stamp_parse(buf, buf + sizeof(buf), &out), NGX_OK);
    assert_int_equal(out.member, in.member);
    assert_true(out.index == in.index);
    assert_true(out.time == in.time);
    assert_int_equal(out.kind, 1);
    assert_int_equal(out.measured, 1);
    assert_int_equal(out.key, 0);

    assert_int_equal(load_stamp_parse(buf, buf + sizeof(buf) - 1, &out),
                     NGX_DECLINED);
    buf[0] ^= 1;
    assert_int_equal(load_stamp_parse(buf, buf + sizeof(buf), &out),
                     NGX_DECLINED);
}


static void
packets_in_order_are_new(void **state)
{
    uint64_t  i;

    (void) state;

    for (i = 7; i < 3 * LOAD_SOURCE_WINDOW; i++) {
        assert_int_equal(load_source_add(&source, i), LOAD_PACKET_NEW);
    }
}


static void
an_overtaken_packet_is_late_once(void **state)
{
    (void) state;

    assert_int_equal(load_source_add(&source, 10), LOAD_PACKET_NEW);
    assert_int_equal(load_source_add(&source, 13), LOAD_PACKET_NEW);
    assert_int_equal(load_source_add(&source, 11), LOAD_PACKET_LATE);
    assert_int_equal(load_source_add(&source, 11), LOAD_PACKET_TWICE);
    assert_int_equal(load_source_add(&source, 13), LOAD_PACKET_TWICE);
    assert_int_equal(load_source_add(&source, 9), LOAD_PACKET_LATE);
    assert_int_equal(load_source_add(&source, 14), LOAD_PACKET_NEW);
}


static void
a_hole_wider_than_the_window_forgets_what_was(void **state)
{
    uint64_t  i, far;

    (void) state;

    for (i = 0; i < LOAD_SOURCE_WINDOW; i++) {
        (void) load_source_add(&source, i);
    }

    far = i + 2 * LOAD_SOURCE_WINDOW;

    assert_int_equal(load_source_add(&source, far), LOAD_PACKET_NEW);
    assert_int_equal(load_source_add(&source, i - 1), LOAD_PACKET_TWICE);

    for (i = far - 1; i > far - LOAD_SOURCE_WINDOW; i--) {
        assert_int_equal(load_source_add(&source, i), LOAD_PACKET_LATE);
        assert_int_equal(load_source_add(&source, i), LOAD_PACKET_TWICE);
    }
}


static void
only_packets_of_the_interval_count(void **state)
{
    (void) state;

    assert_int_equal(add(1, 0, 0), 0);
    assert_int_equal(add(2, 1, 0), 1);
    assert_int_equal(add(5, 1, 0), 1);
    assert_int_equal(add(5, 1, 0), 0);
    assert_int_equal(add(4, 1, 0), 1);
    assert_int_equal(add(3, 1, 1), 1);
    assert_int_equal(add(6, 0, 0), 0);

    assert_int_equal(meter.received, 4);
    assert_int_equal(meter.duplicates, 1);
    assert_int_equal(meter.reordered, 1);
    assert_int_equal(meter.repaired, 1);
    assert_int_equal(meter.latency.count, 4);
    assert_int_equal(meter.latency.max, 5);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(a_stamp_is_read_as_it_was_written, setup),
        cmocka_unit_test_setup(packets_in_order_are_new, setup),
        cmocka_unit_test_setup(an_overtaken_packet_is_late_once, setup),
        cmocka_unit_test_setup(a_hole_wider_than_the_window_forgets_what_was,
                               setup),
        cmocka_unit_test_setup(only_packets_of_the_interval_count, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
