
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/ngx_webrtc_cursor.h>
#include <proto/ngx_webrtc_rtp.h>

#include "hostile.h"


/* two CSRCs, an extension of one word, 4 bytes of payload, 4 of padding */

static u_char  full[] = {
    0xb2, 0xe0, 0x12, 0x34, 0x00, 0x00, 0x10, 0x00,
    0xde, 0xad, 0xbe, 0xef,
    0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02,
    0xbe, 0xde, 0x00, 0x01, 0x10, 0x41, 0x00, 0x00,
    'a', 'b', 'c', 'd',
    0x00, 0x00, 0x00, 0x04
};


static void
every_field_of_a_packet_is_read(void **state)
{
    ngx_webrtc_rtp_t  rtp;

    (void) state;

    assert_int_equal(ngx_webrtc_rtp_parse(full, full + sizeof(full), &rtp),
                     NGX_OK);

    assert_ptr_equal(rtp.start, full);
    assert_int_equal(rtp.marker, 1);
    assert_int_equal(rtp.pt, 0x60);
    assert_int_equal(rtp.seq, 0x1234);
    assert_int_equal(rtp.timestamp, 0x1000);
    assert_int_equal(rtp.ssrc, 0xdeadbeef);
    assert_int_equal(rtp.csrc_count, 2);
    assert_int_equal(rtp.extension, 1);
    assert_int_equal(rtp.ext_profile, 0xbede);
    assert_int_equal(rtp.ext_len, 4);
    assert_ptr_equal(rtp.ext, full + 24);
    assert_int_equal(rtp.header_len, 28);
    assert_ptr_equal(rtp.payload, full + 28);
    assert_int_equal(rtp.payload_len, 4);
    assert_int_equal(rtp.padding, 4);
}


static void
the_header_of_an_encrypted_packet_ignores_its_last_byte(void **state)
{
    u_char            buf[sizeof(full)];
    ngx_webrtc_rtp_t  rtp;

    (void) state;

    ngx_memcpy(buf, full, sizeof(full));
    buf[sizeof(buf) - 1] = 0xff;

    assert_int_equal(ngx_webrtc_rtp_parse(buf, buf + sizeof(buf), &rtp),
                     NGX_ERROR);
    assert_int_equal(ngx_webrtc_rtp_parse_header(buf, buf + sizeof(buf),
                                                 &rtp),
                     NGX_OK);
    assert_int_equal(rtp.payload_len, 8);
    assert_int_equal(rtp.padded, 1);
    assert_int_equal(rtp.padding, 0);
}


static void
padding_may_fill_the_payload_but_not_exceed_it(void **state)
{
    u_char            buf[sizeof(full)];
    ngx_webrtc_rtp_t  rtp;

    (void) state;

    ngx_memcpy(buf, full, sizeof(full));

    buf[sizeof(buf) - 1] = 8;
    assert_int_equal(ngx_webrtc_rtp_parse(buf, buf + sizeof(buf), &rtp),
                     NGX_OK);
    assert_int_equal(rtp.payload_len, 0);

    buf[sizeof(buf) - 1] = 9;
    assert_int_equal(ngx_webrtc_rtp_parse(buf, buf + sizeof(buf), &rtp),
                     NGX_ERROR);

    buf[sizeof(buf) - 1] = 0;
    assert_int_equal(ngx_webrtc_rtp_parse(buf, buf + sizeof(buf), &rtp),
                     NGX_ERROR);

    /* the P bit with nothing behind the header */

    assert_int_equal(ngx_webrtc_rtp_parse(buf, buf + 28, &rtp), NGX_ERROR);
}


static void
a_header_longer_than_the_packet_is_refused(void **state)
{
    size_t            len;
    u_char            buf[16] = { 0x80, 96 };
    ngx_webrtc_rtp_t  rtp;

    (void) state;

    for (len = 1; len < 28; len++) {
        assert_int_equal(ngx_webrtc_rtp_parse_header(full, full + len, &rtp),
                         NGX_ERROR);
    }

    assert_int_equal(ngx_webrtc_rtp_parse(buf, buf + 12, &rtp), NGX_OK);
    assert_int_equal(rtp.payload_len, 0);

    buf[0] = 0x8f;
    assert_int_equal(ngx_webrtc_rtp_parse(buf, buf + 16, &rtp), NGX_ERROR);
}


static void
another_version_is_not_ours(void **state)
{
    u_char            buf[12] = { 0x40, 96 };
    ngx_webrtc_rtp_t  rtp;

    (void) state;

    assert_int_equal(ngx_webrtc_rtp_parse(buf, buf + 12, &rtp),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_rtp_parse(buf, buf, &rtp), NGX_DECLINED);
}


static void
rtcp_is_told_by_the_second_byte(void **state)
{
    u_char      buf[2] = { 0x80, 0 };
    ngx_uint_t  n, rtcp;

    (void) state;

    for (n = 0; n < 256; n++) {
        buf[1] = (u_char) n;
        rtcp = ngx_webrtc_rtp_is_rtcp(buf, buf + 2);

        /* SR 200 to XR 207 are; payload type 111 with a marker is not */

        assert_int_equal(rtcp, (n >= 192 && n <= 223)
                               || (n >= 64 && n <= 95));
    }

    buf[1] = 200;
    assert_false(ngx_webrtc_rtp_is_rtcp(buf, buf + 1));
}


static void
a_written_header_reads_back(void **state)
{
    u_char            buf[12];
    ngx_webrtc_rtp_t  rtp, back;

    (void) state;

    ngx_memzero(&rtp, sizeof(rtp));
    rtp.marker = 1;
    rtp.pt = 111;
    rtp.seq = 65535;
    rtp.timestamp = 0xfffffffe;
    rtp.ssrc = 0x80000001;

    assert_ptr_equal(ngx_webrtc_rtp_write(buf, &rtp), buf + 12);
    assert_int_equal(ngx_webrtc_rtp_parse(buf, buf + 12, &back), NGX_OK);

    assert_int_equal(back.marker, 1);
    assert_int_equal(back.pt, 111);
    assert_int_equal(back.seq, 65535);
    assert_int_equal(back.timestamp, 0xfffffffe);
    assert_int_equal(back.ssrc, 0x80000001);
    assert_int_equal(back.csrc_count, 0);
    assert_int_equal(back.extension, 0);
}


static void
touch(u_char *pos, u_char *last)
{
    u_char            sum;
    size_t            i;
    ngx_webrtc_rtp_t  rtp;

    sum = (u_char) ngx_webrtc_rtp_is_rtcp(pos, last);

    if (ngx_webrtc_rtp_parse(pos, last, &rtp) == NGX_OK) {
        for (i = 0; i < rtp.ext_len; i++) {
            sum = (u_char) (sum + rtp.ext[i]);
        }

        for (i = 0; i < rtp.payload_len + rtp.padding; i++) {
            sum = (u_char) (sum + rtp.payload[i]);
        }

        assert_ptr_equal(rtp.payload + rtp.payload_len + rtp.padding, last);
    }

    (void) sum;
}


static void
damaged_packets_are_read_within_their_bounds(void **state)
{
    (void) state;

    hostile_all(full, sizeof(full), touch);
    hostile_random(64, 200, touch);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(every_field_of_a_packet_is_read),
        cmocka_unit_test(
            the_header_of_an_encrypted_packet_ignores_its_last_byte),
        cmocka_unit_test(padding_may_fill_the_payload_but_not_exceed_it),
        cmocka_unit_test(a_header_longer_than_the_packet_is_refused),
        cmocka_unit_test(another_version_is_not_ours),
        cmocka_unit_test(rtcp_is_told_by_the_second_byte),
        cmocka_unit_test(a_written_header_reads_back),
        cmocka_unit_test(damaged_packets_are_read_within_their_bounds),
    };

    return cmocka_run_group_tests_name("rtp", tests, NULL, NULL);
}
