
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_rtcp_twcc.h>

#include "hostile.h"


#define MS  NGX_WEBRTC_MSEC


static ngx_webrtc_twcc_head_t  head = { 0xa, 0xb, 0, 7 };


static ngx_int_t
parse(u_char *pos, u_char *last, ngx_webrtc_twcc_t *twcc)
{
    ngx_webrtc_rtcp_t     rtcp;
    ngx_webrtc_rtcp_fb_t  fb;

    if (ngx_webrtc_rtcp_next(&pos, last, &rtcp) != NGX_OK
        || rtcp.kind != NGX_WEBRTC_RTCP_TWCC
        || ngx_webrtc_rtcp_parse_fb(&rtcp, &fb) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webrtc_twcc_init(twcc, &fb);
}


/* writes all items, in as many feedbacks as it takes; compares each one */

static ngx_uint_t
check(const ngx_webrtc_twcc_item_t *items, ngx_uint_t n, uint16_t base,
    size_t size)
{
    u_char                   *buf, *p;
    int64_t                   tick;
    ngx_uint_t                i, written, feedbacks;
    ngx_webrtc_twcc_t         twcc;
    ngx_webrtc_twcc_status_t  status;

    buf = malloc(size);
    feedbacks = 0;

    while (n) {
        head.base_seq = base;

        p = ngx_webrtc_rtcp_write_twcc(buf, buf + size, &head, items, n,
                                       &written);
        assert_non_null(p);
        assert_true(written > 0 && written <= n);
        assert_int_equal((p - buf) % 4, 0);

        assert_int_equal(parse(buf, p, &twcc), NGX_OK);
        assert_int_equal(twcc.base_seq, base);
        assert_int_equal(twcc.fb_count, 7);

        tick = twcc.reference * (int64_t) 256;
        i = 0;

        while (ngx_webrtc_twcc_next(&twcc, &status) == NGX_OK) {
            assert_int_equal(status.seq, base);
            base++;

            if (!status.received) {
                assert_int_not_equal(status.seq, items[i].seq);
                continue;
            }

            tick += status.delta;
            assert_int_equal(status.seq, items[i].seq);
            assert_int_equal(tick, (int64_t) (items[i].arrival / 250));
            i++;
        }

        assert_int_equal(i, written);
        assert_int_equal(base, (uint16_t) (items[written - 1].seq + 1));

        items += written;
        n -= written;
        feedbacks++;
    }

    free(buf);

    return feedbacks;
}


static void
a_vector_of_two_bit_symbols_is_read(void **state)
{
    ngx_uint_t                i;
    ngx_webrtc_twcc_t         twcc;
    ngx_webrtc_twcc_status_t  status;

    /* small, large, lost, small, lost; reference time -1 */

    u_char  fb[] = "\xaf\xcd\x00\x06\x00\x00\x00\x01\x00\x00\x00\x02"
                   "\xff\xfe\x00\x05\xff\xff\xff\x2a"
                   "\xd8\x40" "\x04\xff\xfc\x08" "\x00\x02";

    static const int  expect[5][2] = {
        { 1, 4 }, { 1, -4 }, { 0, 0 }, { 1, 8 }, { 0, 0 }
    };

    (void) state;

    assert_int_equal(parse(fb, fb + sizeof(fb) - 1, &twcc), NGX_OK);
    assert_int_equal(twcc.reference, -1);
    assert_int_equal(twcc.count, 5);
    assert_int_equal(twcc.fb_count, 42);

    for (i = 0; i < 5; i++) {
        assert_int_equal(ngx_webrtc_twcc_next(&twcc, &status), NGX_OK);
        assert_int_equal(status.seq, (uint16_t) (0xfffe + i));
        assert_int_equal(status.received, expect[i][0]);
        assert_int_equal(status.delta, expect[i][1]);
    }

    assert_int_equal(ngx_webrtc_twcc_next(&twcc, &status), NGX_DONE);
}


static void
runs_and_one_bit_vectors_are_read(void **state)
{
    ngx_uint_t                i, received;
    ngx_webrtc_twcc_t         twcc;
    ngx_webrtc_twcc_status_t  status;

    /* a run of 3 small, a run of 20 lost, a vector of 14 with 2 small */

    u_char  fb[] = "\xaf\xcd\x00\x07\x00\x00\x00\x01\x00\x00\x00\x02"
                   "\x00\x00\x00\x25\x00\x00\x01\x00"
                   "\x20\x03\x00\x14\xa0\x01" "\x01\x02\x03\x04\x05" "\x01";

    (void) state;

    assert_int_equal(parse(fb, fb + sizeof(fb) - 1, &twcc), NGX_OK);

    for (i = 0, received = 0; i < 37; i++) {
        assert_int_equal(ngx_webrtc_twcc_next(&twcc, &status), NGX_OK);

        if (status.received) {
            received++;
            assert_true(i < 3 || i == 23 || i == 36);
            assert_int_equal(status.delta, received);
        }
    }

    assert_int_equal(received, 5);
    assert_int_equal(ngx_webrtc_twcc_next(&twcc, &status), NGX_DONE);
}


static void
what_does_not_add_up_is_an_error(void **state)
{
    ngx_webrtc_twcc_t  twcc;

    u_char  fb[] = "\x8f\xcd\x00\x05\x00\x00\x00\x01\x00\x00\x00\x02"
                   "\x00\x00\x00\x02\x00\x00\x01\x00"
                   "\x20\x02" "\x01\x02";

    (void) state;

    assert_int_equal(parse(fb, fb + 24, &twcc), NGX_OK);

    /* two small and no room for the third's delta */

    fb[15] = 3;
    fb[21] = 3;
    assert_int_equal(parse(fb, fb + 24, &twcc), NGX_ERROR);

    /* the reserved symbol */

    fb[15] = 2;
    fb[20] = 0x60;
    fb[21] = 2;
    assert_int_equal(parse(fb, fb + 24, &twcc), NGX_ERROR);

    fb[20] = 0xf0;
    assert_int_equal(parse(fb, fb + 24, &twcc), NGX_ERROR);

    /* a run of nothing; chunks that end before the statuses do */

    fb[20] = 0;
    fb[21] = 0;
    assert_int_equal(parse(fb, fb + 24, &twcc), NGX_ERROR);

    fb[21] = 1;
    fb[22] = 0;
    assert_int_equal(parse(fb, fb + 24, &twcc), NGX_OK);
    fb[15] = 200;
    assert_int_equal(parse(fb, fb + 24, &twcc), NGX_ERROR);
}


static void
a_steady_stream_takes_one_run(void **state)
{
    u_char                  buf[256], *p;
    ngx_uint_t              i, written;
    ngx_webrtc_twcc_item_t  items[100];

    (void) state;

    for (i = 0; i < 100; i++) {
        items[i].seq = (uint16_t) (65500 + i);
        items[i].arrival = 5 * NGX_WEBRTC_SEC + i * MS;
    }

    assert_int_equal(check(items, 100, 65500, 1200), 1);

    head.base_seq = 65500;
    p = ngx_webrtc_rtcp_write_twcc(buf, buf + 256, &head, items, 100,
                                   &written);

    /* 20 of header, one chunk, 100 deltas, 2 of padding */

    assert_int_equal(p - buf, 124);
    assert_int_equal(ngx_webrtc_get16(buf + 20), 0x2000 | 100);
}


static void
losses_before_and_between_are_reported(void **state)
{
    ngx_webrtc_twcc_item_t  items[] = {
        { 100 * MS, 3 }, { 101 * MS, 4 }, { 103 * MS, 9 },
        { 103 * MS, 30 }, { 200 * MS, 31 }, { 200 * MS, 9000 },
        { 201 * MS, 20000 }
    };

    (void) state;

    assert_int_equal(check(items, 7, 3, 1200), 1);
    assert_int_equal(check(items, 7, 0, 1200), 1);
    assert_int_equal(check(items, 7, 65000, 1200), 1);
}


static void
a_packet_that_overtook_others_has_a_negative_delta(void **state)
{
    ngx_webrtc_twcc_item_t  items[] = {
        { 1000 * MS, 1 }, { 900 * MS, 2 }, { 1000 * MS, 3 },
        { 999 * MS, 4 }, { 1064 * MS, 5 }, { 1065 * MS, 6 }
    };

    (void) state;

    assert_int_equal(check(items, 6, 1, 1200), 1);
}


static void
a_pause_beyond_the_range_starts_another_feedback(void **state)
{
    ngx_webrtc_twcc_item_t  items[] = {
        { 1000 * MS, 1 }, { 9191 * MS, 2 }, { 17384 * MS, 3 },
        { 1000 * MS, 4 }
    };

    (void) state;

    assert_int_equal(check(items, 4, 1, 1200), 3);
}


static void
a_small_buffer_takes_part_of_the_list(void **state)
{
    size_t                  size;
    unsigned                rnd;
    ngx_uint_t              i;
    ngx_webrtc_twcc_item_t  items[300];

    (void) state;

    rnd = 1;
    items[0].seq = 64000;
    items[0].arrival = 77777777;

    for (i = 1; i < 300; i++) {
        rnd = rnd * 1664525 + 1013904223;
        items[i].seq = (uint16_t) (items[i - 1].seq + 1
                                   + ((rnd >> 28) == 0 ? rnd >> 25 : 0)
                                   + ((rnd >> 20 & 7) == 0));
        items[i].arrival = items[i - 1].arrival + (rnd >> 16)
                           - ((rnd & 0xc00) ? 0 : 5000);
    }

    for (size = 64; size < 400; size++) {
        assert_true(check(items, 300, 63990, size) > 1);
    }

    assert_int_equal(check(items, 300, 63990, 1500), 1);
}


static void
an_item_before_the_base_or_no_room_writes_nothing(void **state)
{
    u_char                  buf[64];
    ngx_uint_t              written;
    ngx_webrtc_twcc_item_t  item = { 1000, 10 };

    (void) state;

    head.base_seq = 11;
    assert_null(ngx_webrtc_rtcp_write_twcc(buf, buf + 64, &head, &item, 1,
                                           &written));
    assert_int_equal(written, 0);

    head.base_seq = 10;
    assert_null(ngx_webrtc_rtcp_write_twcc(buf, buf + 23, &head, &item, 1,
                                           &written));
    assert_null(ngx_webrtc_rtcp_write_twcc(buf, buf + 64, &head, &item, 0,
                                           &written));
    assert_ptr_equal(ngx_webrtc_rtcp_write_twcc(buf, buf + 24, &head, &item,
                                                1, &written),
                     buf + 24);
    assert_int_equal(written, 1);
}


static void
touch(u_char *pos, u_char *last)
{
    ngx_webrtc_twcc_t         twcc;
    ngx_webrtc_rtcp_fb_t      fb;
    ngx_webrtc_twcc_status_t  status;

    fb.pos = pos;
    fb.last = last;

    if (ngx_webrtc_twcc_init(&twcc, &fb) == NGX_OK) {
        while (ngx_webrtc_twcc_next(&twcc, &status) == NGX_OK) {
            assert_true(twcc.delta <= last);
        }
    }
}


static void
damaged_feedback_is_read_within_its_bounds(void **state)
{
    u_char  fci[] = "\x00\x00\x00\x25\x00\x00\x01\x00"
                    "\x20\x03\x00\x14\xa0\x01\xd8\x40"
                    "\x01\x02\x03\x04\x05\x06\x07\x08";

    (void) state;

    hostile_all(fci, sizeof(fci) - 1, touch);
    hostile_random(64, 100, touch);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_vector_of_two_bit_symbols_is_read),
        cmocka_unit_test(runs_and_one_bit_vectors_are_read),
        cmocka_unit_test(what_does_not_add_up_is_an_error),
        cmocka_unit_test(a_steady_stream_takes_one_run),
        cmocka_unit_test(losses_before_and_between_are_reported),
        cmocka_unit_test(a_packet_that_overtook_others_has_a_negative_delta),
        cmocka_unit_test(a_pause_beyond_the_range_starts_another_feedback),
        cmocka_unit_test(a_small_buffer_takes_part_of_the_list),
        cmocka_unit_test(an_item_before_the_base_or_no_room_writes_nothing),
        cmocka_unit_test(damaged_feedback_is_read_within_its_bounds),
    };

    return cmocka_run_group_tests_name("rtcp_twcc", tests, NULL, NULL);
}
