
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_rtcp.h>
#include <proto/ngx_webrtc_rtcp_twcc.h>

#include "hostile.h"


/* SR with one block, SDES, NACK, PLI, FIR, REMB, TWCC, BYE with a reason */

static u_char  compound[] =
    "\x81\xc8\x00\x0c" "\x00\x00\x00\x01"
        "\x83\xaa\x7e\x80\x80\x00\x00\x00" "\x00\x00\x10\x00"
        "\x00\x00\x00\x64" "\x00\x00\x27\x10"
        "\x00\x00\x00\x02" "\x40\xff\xff\xfe" "\x00\x01\x12\x34"
        "\x00\x00\x00\x07" "\x7e\x80\x80\x00" "\x00\x01\x00\x00"
    "\x81\xca\x00\x03" "\x00\x00\x00\x01" "\x01\x02" "ab" "\x00\x00\x00\x00"
    "\x81\xcd\x00\x04" "\x00\x00\x00\x01" "\x00\x00\x00\x02"
        "\xff\xff\x80\x01" "\x00\x64\x00\x00"
    "\x81\xce\x00\x02" "\x00\x00\x00\x01" "\x00\x00\x00\x02"
    "\x84\xce\x00\x04" "\x00\x00\x00\x01" "\x00\x00\x00\x00"
        "\x00\x00\x00\x02" "\x2a\x00\x00\x00"
    "\x8f\xce\x00\x06" "\x00\x00\x00\x01" "\x00\x00\x00\x00" "REMB"
        "\x02\x0b\xd0\x90" "\x00\x00\x00\x02" "\x00\x00\x00\x03"
    "\x8f\xcd\x00\x06" "\x00\x00\x00\x01" "\x00\x00\x00\x02"
        "\xff\xfe\x00\x05" "\x00\x00\x10\x2a"
        "\xd8\x40" "\x04\xff\xfc" "\x00\x00\x00"
    "\x81\xcb\x00\x02" "\x00\x00\x00\x01" "\x03" "bye";


static ngx_int_t
find(u_char kind, ngx_webrtc_rtcp_t *rtcp)
{
    u_char     *pos, *last;
    ngx_int_t   rc;

    pos = compound;
    last = compound + sizeof(compound) - 1;

    for ( ;; ) {
        rc = ngx_webrtc_rtcp_next(&pos, last, rtcp);

        if (rc != NGX_OK || rtcp->kind == kind) {
            return rc;
        }
    }
}


static void
a_compound_is_walked_to_its_end(void **state)
{
    u_char             *pos, *last;
    ngx_uint_t          i;
    ngx_webrtc_rtcp_t   rtcp;

    static const u_char  kinds[] = {
        NGX_WEBRTC_RTCP_SR, NGX_WEBRTC_RTCP_SDES, NGX_WEBRTC_RTCP_NACK,
        NGX_WEBRTC_RTCP_PLI, NGX_WEBRTC_RTCP_FIR, NGX_WEBRTC_RTCP_REMB,
        NGX_WEBRTC_RTCP_TWCC, NGX_WEBRTC_RTCP_BYE
    };

    (void) state;

    pos = compound;
    last = compound + sizeof(compound) - 1;

    for (i = 0; i < sizeof(kinds); i++) {
        assert_int_equal(ngx_webrtc_rtcp_next(&pos, last, &rtcp), NGX_OK);
        assert_int_equal(rtcp.kind, kinds[i]);
    }

    assert_int_equal(ngx_webrtc_rtcp_next(&pos, last, &rtcp), NGX_DONE);
    assert_int_equal(ngx_webrtc_rtcp_check(compound, last), NGX_OK);
    assert_int_equal(ngx_webrtc_rtcp_sender(compound, last), 1);
    assert_int_equal(ngx_webrtc_rtcp_sender(compound, compound + 7), 0);
}


static void
a_length_beyond_the_end_is_an_error(void **state)
{
    u_char             *pos;
    ngx_webrtc_rtcp_t   rtcp;

    u_char              pli[] = "\x81\xce\x00\x03\x00\x00\x00\x01"
                                "\x00\x00\x00\x02";

    (void) state;

    pos = pli;
    assert_int_equal(ngx_webrtc_rtcp_next(&pos, pli + 12, &rtcp), NGX_ERROR);

    pli[3] = 2;
    assert_int_equal(ngx_webrtc_rtcp_check(pli, pli + 12), NGX_OK);
    assert_int_equal(ngx_webrtc_rtcp_check(pli, pli + 11), NGX_ERROR);

    /* the rest is no packet */

    pli[3] = 1;
    assert_int_equal(ngx_webrtc_rtcp_check(pli, pli + 12), NGX_ERROR);

    pli[3] = 2;
    pli[0] = 0x41;
    assert_int_equal(ngx_webrtc_rtcp_check(pli, pli + 12), NGX_ERROR);
    assert_int_equal(ngx_webrtc_rtcp_check(pli, pli), NGX_ERROR);
}


static void
only_the_last_packet_may_be_padded(void **state)
{
    u_char             *pos;
    ngx_webrtc_rtcp_t   rtcp;

    u_char              two[] =
        "\xa0\xc9\x00\x02\x00\x00\x00\x01\x00\x00\x00\x04"
        "\xa0\xc9\x00\x02\x00\x00\x00\x01\x00\x00\x00\x04";

    (void) state;

    assert_int_equal(ngx_webrtc_rtcp_check(two, two + 24), NGX_ERROR);

    two[0] = 0x80;
    assert_int_equal(ngx_webrtc_rtcp_check(two, two + 24), NGX_OK);

    pos = two + 12;
    assert_int_equal(ngx_webrtc_rtcp_next(&pos, two + 24, &rtcp), NGX_OK);
    assert_ptr_equal(rtcp.last, two + 20);

    two[23] = 9;
    assert_int_equal(ngx_webrtc_rtcp_check(two, two + 24), NGX_ERROR);
    two[23] = 0;
    assert_int_equal(ngx_webrtc_rtcp_check(two, two + 24), NGX_ERROR);
}


static void
a_sender_report_is_read(void **state)
{
    ngx_webrtc_rtcp_t         rtcp;
    ngx_webrtc_rtcp_block_t   block;
    ngx_webrtc_rtcp_report_t  report;

    (void) state;

    assert_int_equal(find(NGX_WEBRTC_RTCP_SR, &rtcp), NGX_OK);
    assert_int_equal(ngx_webrtc_rtcp_parse_report(&rtcp, &report), NGX_OK);

    assert_int_equal(report.ssrc, 1);
    assert_int_equal(report.ntp, 0x83aa7e8080000000);
    assert_int_equal(report.ntp, ngx_webrtc_ntp(500000));
    assert_int_equal(report.timestamp, 0x1000);
    assert_int_equal(report.packets, 100);
    assert_int_equal(report.octets, 10000);
    assert_int_equal(report.nblocks, 1);

    ngx_webrtc_rtcp_parse_block(&report, 0, &block);

    assert_int_equal(block.ssrc, 2);
    assert_int_equal(block.fraction, 64);
    assert_int_equal(block.lost, -2);
    assert_int_equal(block.highest, 0x11234);
    assert_int_equal(block.jitter, 7);
    assert_int_equal(block.lsr, ngx_webrtc_ntp_middle(report.ntp));
    assert_int_equal(block.dlsr, 65536);

    rtcp.count = 2;
    assert_int_equal(ngx_webrtc_rtcp_parse_report(&rtcp, &report),
                     NGX_ERROR);
}


static void
reports_read_back_as_written(void **state)
{
    u_char                     buf[2048], *pos, *last;
    ngx_uint_t                 i;
    ngx_webrtc_rtcp_t          rtcp;
    ngx_webrtc_rtcp_block_t    blocks[31], block;
    ngx_webrtc_rtcp_report_t   report, back;

    (void) state;

    ngx_memzero(blocks, sizeof(blocks));
    ngx_memzero(&report, sizeof(report));

    for (i = 0; i < 31; i++) {
        blocks[i].ssrc = (uint32_t) i;
        blocks[i].lost = -1;
        blocks[i].fraction = 255;
    }

    blocks[0].lost = 0x1000000;
    blocks[1].lost = -0x1000000;

    report.ssrc = 9;
    report.ntp = 1ULL << 63;
    report.octets = 3;

    last = ngx_webrtc_rtcp_write_sr(buf, buf + sizeof(buf), &report, blocks,
                                    2);
    assert_non_null(last);
    last = ngx_webrtc_rtcp_write_rr(last, buf + sizeof(buf), 10, blocks, 31);
    assert_non_null(last);

    pos = buf;
    assert_int_equal(ngx_webrtc_rtcp_next(&pos, last, &rtcp), NGX_OK);
    assert_int_equal(ngx_webrtc_rtcp_parse_report(&rtcp, &back), NGX_OK);
    assert_int_equal(back.ssrc, 9);
    assert_int_equal(back.ntp, 1ULL << 63);
    assert_int_equal(back.octets, 3);
    assert_int_equal(back.nblocks, 2);

    ngx_webrtc_rtcp_parse_block(&back, 0, &block);
    assert_int_equal(block.lost, 0x7fffff);
    ngx_webrtc_rtcp_parse_block(&back, 1, &block);
    assert_int_equal(block.lost, -0x800000);

    assert_int_equal(ngx_webrtc_rtcp_next(&pos, last, &rtcp), NGX_OK);
    assert_int_equal(rtcp.kind, NGX_WEBRTC_RTCP_RR);
    assert_int_equal(ngx_webrtc_rtcp_parse_report(&rtcp, &back), NGX_OK);
    assert_int_equal(back.ssrc, 10);
    assert_int_equal(back.ntp, 0);
    assert_int_equal(back.nblocks, 31);
    ngx_webrtc_rtcp_parse_block(&back, 30, &block);
    assert_int_equal(block.ssrc, 30);
    assert_int_equal(block.lost, -1);

    assert_null(ngx_webrtc_rtcp_write_rr(buf, buf + 2048, 1, blocks, 32));
    assert_null(ngx_webrtc_rtcp_write_rr(buf, buf + 31, 1, blocks, 1));
    assert_null(ngx_webrtc_rtcp_write_sr(buf, buf + 27, &report, NULL, 0));
}


static void
a_cname_of_any_length_ends_with_a_zero(void **state)
{
    u_char              name[256], buf[300], *p, *pos;
    ngx_str_t           cname;
    ngx_webrtc_rtcp_t   rtcp;

    (void) state;

    ngx_memset(name, 'x', sizeof(name));
    cname.data = name;

    for (cname.len = 0; cname.len < 256; cname.len++) {
        ngx_memset(buf, 0xff, sizeof(buf));

        p = ngx_webrtc_rtcp_write_sdes(buf, buf + sizeof(buf), 5, &cname);
        assert_non_null(p);

        pos = buf;
        assert_int_equal(ngx_webrtc_rtcp_next(&pos, p, &rtcp), NGX_OK);
        assert_int_equal(rtcp.kind, NGX_WEBRTC_RTCP_SDES);
        assert_ptr_equal(pos, p);
        assert_int_equal(buf[9], cname.len);
        assert_int_equal(buf[10 + cname.len], 0);
        assert_int_equal(p[-1], 0);
    }

    assert_null(ngx_webrtc_rtcp_write_sdes(buf, buf + sizeof(buf), 5,
                                           &cname));
}


static void
a_goodbye_names_its_sources(void **state)
{
    u_char                 buf[16], *p, *pos;
    uint32_t               ssrcs[2] = { 7, 8 };
    ngx_webrtc_rtcp_t      rtcp;
    ngx_webrtc_rtcp_bye_t  bye;

    (void) state;

    assert_int_equal(find(NGX_WEBRTC_RTCP_BYE, &rtcp), NGX_OK);
    assert_int_equal(ngx_webrtc_rtcp_parse_bye(&rtcp, &bye), NGX_OK);
    assert_int_equal(bye.nssrcs, 1);
    assert_int_equal(ngx_webrtc_rtcp_ssrc(bye.ssrcs, 0), 1);
    assert_int_equal(bye.reason.len, 3);
    assert_memory_equal(bye.reason.data, "bye", 3);

    rtcp.pos[4] = 4;
    assert_int_equal(ngx_webrtc_rtcp_parse_bye(&rtcp, &bye), NGX_ERROR);
    rtcp.pos[4] = 3;

    p = ngx_webrtc_rtcp_write_bye(buf, buf + 16, ssrcs, 2);
    assert_ptr_equal(p, buf + 12);

    pos = buf;
    assert_int_equal(ngx_webrtc_rtcp_next(&pos, p, &rtcp), NGX_OK);
    assert_int_equal(ngx_webrtc_rtcp_parse_bye(&rtcp, &bye), NGX_OK);
    assert_int_equal(bye.nssrcs, 2);
    assert_int_equal(bye.reason.len, 0);
    assert_int_equal(ngx_webrtc_rtcp_ssrc(bye.ssrcs, 1), 8);
}


static void
a_nack_lists_every_number_across_the_wrap(void **state)
{
    uint16_t                seq;
    ngx_uint_t              i;
    ngx_webrtc_rtcp_t       rtcp;
    ngx_webrtc_rtcp_fb_t    fb;
    ngx_webrtc_rtcp_nack_t  nack;

    static const uint16_t   seqs[] = { 65535, 0, 15, 100 };

    (void) state;

    assert_int_equal(find(NGX_WEBRTC_RTCP_NACK, &rtcp), NGX_OK);
    assert_int_equal(ngx_webrtc_rtcp_parse_fb(&rtcp, &fb), NGX_OK);
    assert_int_equal(fb.sender, 1);
    assert_int_equal(fb.media, 2);

    ngx_webrtc_rtcp_nack_init(&nack, &fb);

    for (i = 0; i < 4; i++) {
        assert_int_equal(ngx_webrtc_rtcp_nack_next(&nack, &seq), NGX_OK);
        assert_int_equal(seq, seqs[i]);
    }

    assert_int_equal(ngx_webrtc_rtcp_nack_next(&nack, &seq), NGX_DONE);
}


static void
a_nack_packs_neighbours_and_says_what_did_not_fit(void **state)
{
    u_char                  buf[32], *p, *pos;
    uint16_t                seq;
    ngx_uint_t              i, written;
    ngx_webrtc_rtcp_t       rtcp;
    ngx_webrtc_rtcp_fb_t    fb;
    ngx_webrtc_rtcp_nack_t  nack;

    static const uint16_t   seqs[] = {
        65530, 65531, 10, 11, 27, 28, 400, 300
    };

    (void) state;

    p = ngx_webrtc_rtcp_write_nack(buf, buf + 32, 1, 2, seqs, 8, &written);

    /* 65530..10, 11..27, 28, 400, 300 are five */

    assert_ptr_equal(p, buf + 32);
    assert_int_equal(written, 8);

    pos = buf;
    assert_int_equal(ngx_webrtc_rtcp_next(&pos, p, &rtcp), NGX_OK);
    assert_int_equal(rtcp.kind, NGX_WEBRTC_RTCP_NACK);
    assert_int_equal(ngx_webrtc_rtcp_parse_fb(&rtcp, &fb), NGX_OK);
    ngx_webrtc_rtcp_nack_init(&nack, &fb);

    for (i = 0; i < 8; i++) {
        assert_int_equal(ngx_webrtc_rtcp_nack_next(&nack, &seq), NGX_OK);
        assert_int_equal(seq, seqs[i]);
    }

    p = ngx_webrtc_rtcp_write_nack(buf, buf + 23, 1, 2, seqs, 8, &written);
    assert_ptr_equal(p, buf + 20);
    assert_int_equal(written, 5);

    assert_null(ngx_webrtc_rtcp_write_nack(buf, buf + 15, 1, 2, seqs, 8,
                                           &written));
    assert_int_equal(written, 0);
    assert_null(ngx_webrtc_rtcp_write_nack(buf, buf + 32, 1, 2, seqs, 0,
                                           &written));
}


static void
key_frame_requests_read_back_as_written(void **state)
{
    u_char                buf[64], *p, *pos;
    uint8_t               seq;
    uint32_t              ssrc;
    ngx_webrtc_rtcp_t     rtcp;
    ngx_webrtc_rtcp_fb_t  fb;

    (void) state;

    p = ngx_webrtc_rtcp_write_pli(buf, buf + 64, 1, 2);
    p = ngx_webrtc_rtcp_write_fir(p, buf + 64, 1, 2, 42);
    assert_ptr_equal(p, buf + 32);

    pos = buf;
    assert_int_equal(ngx_webrtc_rtcp_next(&pos, p, &rtcp), NGX_OK);
    assert_int_equal(rtcp.kind, NGX_WEBRTC_RTCP_PLI);
    assert_int_equal(ngx_webrtc_rtcp_parse_fb(&rtcp, &fb), NGX_OK);
    assert_int_equal(fb.media, 2);

    assert_int_equal(ngx_webrtc_rtcp_next(&pos, p, &rtcp), NGX_OK);
    assert_int_equal(rtcp.kind, NGX_WEBRTC_RTCP_FIR);
    assert_int_equal(ngx_webrtc_rtcp_parse_fb(&rtcp, &fb), NGX_OK);
    assert_int_equal(ngx_webrtc_rtcp_fir_next(&fb, &ssrc, &seq), NGX_OK);
    assert_int_equal(ssrc, 2);
    assert_int_equal(seq, 42);
    assert_int_equal(ngx_webrtc_rtcp_fir_next(&fb, &ssrc, &seq), NGX_DONE);
}


static void
remb_keeps_18_bits_of_the_rate(void **state)
{
    u_char                  buf[64], *p, *pos;
    uint32_t                ssrcs[2] = { 5, 6 };
    ngx_uint_t              i;
    ngx_webrtc_rtcp_t       rtcp;
    ngx_webrtc_rtcp_fb_t    fb;
    ngx_webrtc_rtcp_remb_t  remb;

    static const uint64_t   rates[] = {
        0, 1, 0x3ffff, 0x40000, 2500000, 0xffffc00000000000
    };

    (void) state;

    for (i = 0; i < 6; i++) {
        p = ngx_webrtc_rtcp_write_remb(buf, buf + 64, 1, rates[i], ssrcs, 2);
        assert_ptr_equal(p, buf + 28);

        pos = buf;
        assert_int_equal(ngx_webrtc_rtcp_next(&pos, p, &rtcp), NGX_OK);
        assert_int_equal(rtcp.kind, NGX_WEBRTC_RTCP_REMB);
        assert_int_equal(ngx_webrtc_rtcp_parse_fb(&rtcp, &fb), NGX_OK);
        assert_int_equal(ngx_webrtc_rtcp_parse_remb(&fb, &remb), NGX_OK);
        assert_int_equal(remb.bitrate, rates[i]);
        assert_int_equal(remb.nssrcs, 2);
        assert_int_equal(ngx_webrtc_rtcp_ssrc(remb.ssrcs, 1), 6);
    }

    assert_int_equal(find(NGX_WEBRTC_RTCP_REMB, &rtcp), NGX_OK);
    assert_int_equal(ngx_webrtc_rtcp_parse_fb(&rtcp, &fb), NGX_OK);
    assert_int_equal(ngx_webrtc_rtcp_parse_remb(&fb, &remb), NGX_OK);
    assert_int_equal(remb.bitrate, 250000 * 4);

    fb.pos[4] = 3;
    assert_int_equal(ngx_webrtc_rtcp_parse_remb(&fb, &remb), NGX_ERROR);
    fb.pos[4] = 2;
}


static void
touch(u_char *pos, u_char *last)
{
    u_char                    sum;
    uint8_t                   nr;
    size_t                    i;
    uint16_t                  seq;
    uint32_t                  ssrc;
    ngx_webrtc_rtcp_t         rtcp;
    ngx_webrtc_twcc_t         twcc;
    ngx_webrtc_rtcp_fb_t      fb;
    ngx_webrtc_rtcp_bye_t     bye;
    ngx_webrtc_rtcp_nack_t    nack;
    ngx_webrtc_rtcp_remb_t    remb;
    ngx_webrtc_rtcp_block_t   block;
    ngx_webrtc_twcc_status_t  status;
    ngx_webrtc_rtcp_report_t  report;

    sum = 0;

    while (ngx_webrtc_rtcp_next(&pos, last, &rtcp) == NGX_OK) {

        if (ngx_webrtc_rtcp_parse_report(&rtcp, &report) == NGX_OK) {
            for (i = 0; i < report.nblocks; i++) {
                ngx_webrtc_rtcp_parse_block(&report, i, &block);
            }
        }

        if (ngx_webrtc_rtcp_parse_bye(&rtcp, &bye) == NGX_OK) {
            for (i = 0; i < bye.nssrcs; i++) {
                sum ^= (u_char) ngx_webrtc_rtcp_ssrc(bye.ssrcs, i);
            }

            for (i = 0; i < bye.reason.len; i++) {
                sum ^= bye.reason.data[i];
            }
        }

        if (ngx_webrtc_rtcp_parse_fb(&rtcp, &fb) != NGX_OK) {
            continue;
        }

        ngx_webrtc_rtcp_nack_init(&nack, &fb);
        while (ngx_webrtc_rtcp_nack_next(&nack, &seq) == NGX_OK) { sum++; }

        if (ngx_webrtc_rtcp_parse_remb(&fb, &remb) == NGX_OK) {
            for (i = 0; i < remb.nssrcs; i++) {
                sum ^= (u_char) ngx_webrtc_rtcp_ssrc(remb.ssrcs, i);
            }
        }

        if (ngx_webrtc_twcc_init(&twcc, &fb) == NGX_OK) {
            while (ngx_webrtc_twcc_next(&twcc, &status) == NGX_OK) { sum++; }
        }

        while (ngx_webrtc_rtcp_fir_next(&fb, &ssrc, &nr) == NGX_OK) {
            sum++;
        }
    }

    (void) sum;
}


static void
damaged_compounds_are_read_within_their_bounds(void **state)
{
    (void) state;

    hostile_all(compound, sizeof(compound) - 1, touch);
    hostile_random(96, 50, touch);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_compound_is_walked_to_its_end),
        cmocka_unit_test(a_length_beyond_the_end_is_an_error),
        cmocka_unit_test(only_the_last_packet_may_be_padded),
        cmocka_unit_test(a_sender_report_is_read),
        cmocka_unit_test(reports_read_back_as_written),
        cmocka_unit_test(a_cname_of_any_length_ends_with_a_zero),
        cmocka_unit_test(a_goodbye_names_its_sources),
        cmocka_unit_test(a_nack_lists_every_number_across_the_wrap),
        cmocka_unit_test(a_nack_packs_neighbours_and_says_what_did_not_fit),
        cmocka_unit_test(key_frame_requests_read_back_as_written),
        cmocka_unit_test(remb_keeps_18_bits_of_the_rate),
        cmocka_unit_test(damaged_compounds_are_read_within_their_bounds),
    };

    return cmocka_run_group_tests_name("rtcp", tests, NULL, NULL);
}
