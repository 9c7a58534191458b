
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <core/ngx_webrtc_cursor.h>
#include <media/ngx_webrtc_media.h>


#define CLOCK    90000

#define MSEC(n)  ((ngx_webrtc_usec_t) (n) * NGX_WEBRTC_MSEC)


static ngx_webrtc_track_t   tracks[2];
static ngx_webrtc_packet_t  packet;


/* a frame of one packet that came at this moment */

static ngx_webrtc_packet_t *
frame(uint64_t seq, uint32_t timestamp, ngx_uint_t ms)
{
    memset(&packet, 0, sizeof(packet));

    packet.seq = seq;
    packet.timestamp = timestamp;
    packet.arrived = MSEC(ms);
    packet.len = 100;
    packet.header_len = 12;

    return &packet;
}


static ngx_webrtc_packet_t *
frame_id(uint64_t seq, uint16_t id, uint8_t tl0picidx, ngx_uint_t wide)
{
    (void) frame(seq, (uint32_t) (seq * 3000), (ngx_uint_t) (seq * 33));

    packet.counted = 1;
    packet.counters.picture_id = id;
    packet.counters.tl0picidx = tl0picidx;
    packet.picture_id_pos = 14;
    packet.picture_id_long = (uint8_t) wide;
    packet.tl0picidx_pos = wide ? 16 : 15;

    if (wide) {
        ngx_webrtc_put16(packet.data + 14, 0x8000 | id);

    } else {
        packet.data[14] = (u_char) id;
    }

    packet.data[packet.tl0picidx_pos] = tl0picidx;

    return &packet;
}


static void
start(ngx_webrtc_line_t *line)
{
    memset(line, 0, sizeof(ngx_webrtc_line_t));
    memset(tracks, 0, sizeof(tracks));

    line->next_seq = 1000;
    line->span.timestamp_offset = 5000;
}


static void
the_first_span_has_the_random_beginning(void **state)
{
    ngx_webrtc_line_t  line;

    (void) state;

    start(&line);
    assert_null(ngx_webrtc_line_find(&line, 999));

    ngx_webrtc_line_start(&line, &tracks[0], frame(70000, 100, 0), CLOCK);
    assert_null(ngx_webrtc_line_find(&line, 1000));

    ngx_webrtc_line_sent(&line, &packet);

    assert_int_equal(line.next_seq, 1001);
    assert_int_equal(line.timestamp, 5100);
    assert_ptr_equal(ngx_webrtc_line_find(&line, 1000), &line.span);
    assert_null(ngx_webrtc_line_find(&line, 999));
    assert_null(ngx_webrtc_line_find(&line, 1001));
}


static void
two_spans_are_remembered(void **state)
{
    ngx_uint_t          i;
    ngx_webrtc_line_t   line;

    (void) state;

    start(&line);

    for (i = 0; i < 4; i++) {
        ngx_webrtc_line_start(&line, &tracks[i % 2],
                              frame(500 + i * 1000, 0, i * 1000), CLOCK);
        ngx_webrtc_line_sent(&line, &packet);
        ngx_webrtc_line_sent(&line, frame(501 + i * 1000, 0, i * 1000));
    }

    assert_int_equal(line.next_seq, 1008);
    assert_null(ngx_webrtc_line_find(&line, 1003));
    assert_ptr_equal(ngx_webrtc_line_find(&line, 1004), &line.previous);
    assert_ptr_equal(ngx_webrtc_line_find(&line, 1005), &line.previous);
    assert_ptr_equal(ngx_webrtc_line_find(&line, 1006), &line.span);

    assert_int_equal(1005 - line.previous.seq_offset, 2501);
    assert_ptr_equal(line.previous.track, &tracks[0]);
}


static void
timestamps_are_aligned_by_reports(void **state)
{
    ngx_webrtc_line_t  line;

    (void) state;

    start(&line);

    tracks[0].sr_ntp = 1;
    tracks[0].sr_time = MSEC(1000);
    tracks[0].sr_timestamp = 90000;

    /* a second later, where the other one's count is 7000000 */

    tracks[1].sr_ntp = 1;
    tracks[1].sr_time = MSEC(2000);
    tracks[1].sr_timestamp = 7000000;

    ngx_webrtc_line_start(&line, &tracks[0], frame(1, 90000, 1000), CLOCK);
    ngx_webrtc_line_sent(&line, &packet);
    assert_int_equal(line.timestamp, 95000);

    /* half a second after that, and 300 ms late */

    ngx_webrtc_line_start(&line, &tracks[1], frame(1, 7045000, 2800), CLOCK);
    ngx_webrtc_line_sent(&line, &packet);
    assert_int_equal(line.timestamp, 95000 + 135000);

    /* back, to what is older than the newest: right behind it */

    ngx_webrtc_line_start(&line, &tracks[0], frame(50, 224100, 2801), CLOCK);
    ngx_webrtc_line_sent(&line, &packet);
    assert_int_equal(line.timestamp, 95000 + 135000 + 1);

    /* and that is made good with the next change */

    ngx_webrtc_line_start(&line, &tracks[1], frame(60, 7090000, 3300), CLOCK);
    ngx_webrtc_line_sent(&line, &packet);
    assert_int_equal(line.timestamp, 95000 + 180000);
}


static void
timestamps_are_aligned_by_arrival_without_reports(void **state)
{
    ngx_webrtc_line_t  line;

    (void) state;

    start(&line);

    tracks[0].sr_ntp = 1;
    tracks[0].sr_timestamp = 12345;

    ngx_webrtc_line_start(&line, &tracks[0], frame(1, 0xfffffff0, 1000),
                          CLOCK);
    ngx_webrtc_line_sent(&line, &packet);

    ngx_webrtc_line_start(&line, &tracks[1], frame(1, 77, 1100), CLOCK);
    assert_int_equal(77 + line.span.timestamp_offset,
                     (uint32_t) (0xfffffff0 + 5000 + 9000));
    ngx_webrtc_line_sent(&line, &packet);

    /* reports that are hours away from what we see count for nothing */

    tracks[1].sr_ntp = 1;
    tracks[1].sr_time = MSEC(7200000);

    ngx_webrtc_line_start(&line, &tracks[0], frame(2, 9077, 1200), CLOCK);
    assert_int_equal(9077 + line.span.timestamp_offset,
                     (uint32_t) (0xfffffff0 + 5000 + 18000));
}


static void
a_pause_of_a_track_is_a_pause_of_the_line(void **state)
{
    ngx_webrtc_line_t  line;

    (void) state;

    start(&line);

    ngx_webrtc_line_start(&line, &tracks[0], frame(1, 1000, 0), CLOCK);
    ngx_webrtc_line_sent(&line, &packet);

    ngx_webrtc_line_start(&line, &tracks[0], frame(301, 901000, 10200),
                          CLOCK);
    ngx_webrtc_line_sent(&line, &packet);

    assert_int_equal(line.timestamp, 5000 + 901000);
    assert_int_equal(line.next_seq, 1002);
}


static void
counters_go_on_by_one(void **state)
{
    u_char              copy[200];
    ngx_uint_t          i;
    ngx_webrtc_line_t   line;

    (void) state;

    start(&line);

    ngx_webrtc_line_start(&line, &tracks[0], frame_id(1, 0x7fff, 255, 1),
                          CLOCK);
    memcpy(copy, packet.data, packet.len);
    assert_false(ngx_webrtc_span_needs_rewrite(&line.span, &packet));
    ngx_webrtc_span_rewrite(&line.span, &packet, copy, 0);
    assert_memory_equal(copy, packet.data, packet.len);
    ngx_webrtc_line_sent(&line, &packet);

    for (i = 0; i < 300; i++) {
        ngx_webrtc_line_start(&line, &tracks[i % 2 ? 0 : 1],
                              frame_id(2 + i, (uint16_t) (i * 777), 99, 1),
                              CLOCK);
        memcpy(copy, packet.data, packet.len);
        ngx_webrtc_span_rewrite(&line.span, &packet, copy, 0);

        assert_int_equal(ngx_webrtc_get16(copy + 14), 0x8000 | i);
        assert_int_equal(copy[16], i & 0xff);

        ngx_webrtc_line_sent(&line, &packet);
    }

    /* in its short form, and with a payload that RTX has moved */

    ngx_webrtc_line_start(&line, &tracks[1], frame_id(1000, 100, 5, 0),
                          CLOCK);
    memcpy(copy + 2, packet.data, packet.len);
    ngx_webrtc_span_rewrite(&line.span, &packet, copy, 2);

    assert_int_equal(copy[16], i & 0x7f);
    assert_int_equal(copy[17], i & 0xff);
}


static void
frame_numbers_go_on_by_one(void **state)
{
    u_char              copy[200];
    ngx_webrtc_line_t   line;

    (void) state;

    start(&line);

    (void) frame(1, 0, 0);
    packet.counted = 1;
    packet.counters.frame = 0xffff;
    packet.frame_pos = 20;

    ngx_webrtc_line_start(&line, &tracks[0], &packet, CLOCK);
    ngx_webrtc_line_sent(&line, &packet);

    packet.counters.frame = 5000;
    packet.seq = 9;
    packet.arrived = MSEC(33);

    ngx_webrtc_line_start(&line, &tracks[1], &packet, CLOCK);
    ngx_webrtc_line_sent(&line, &packet);

    /* it is in the header, which RTX leaves where it is */

    memcpy(copy, packet.data, packet.len);
    ngx_webrtc_span_rewrite(&line.span, &packet, copy, 2);
    assert_int_equal(ngx_webrtc_get16(copy + 20), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_first_span_has_the_random_beginning),
        cmocka_unit_test(two_spans_are_remembered),
        cmocka_unit_test(timestamps_are_aligned_by_reports),
        cmocka_unit_test(timestamps_are_aligned_by_arrival_without_reports),
        cmocka_unit_test(a_pause_of_a_track_is_a_pause_of_the_line),
        cmocka_unit_test(counters_go_on_by_one),
        cmocka_unit_test(frame_numbers_go_on_by_one)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
