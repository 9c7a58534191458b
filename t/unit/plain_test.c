
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* plain RTP as a source: a program that sends, a browser that gets it */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/client.h"

#include <media/ngx_webrtc_media.h>
#include <media/ngx_webrtc_plain.h>


#define PROGRAM_SSRC  7000


/* a program as GStreamer is one, with what it is told by RTCP */

typedef struct {
    world_t                    world;
    client_t                  *browser;
    ngx_webrtc_subscription_t *sub;
    ngx_webrtc_plain_t        *plain;

    uint32_t                   ssrc;
    uint16_t                   seq;
    uint32_t                   offset;      /* of its timestamps */
    uint64_t                   sent;        /* packets, all told */

    ngx_uint_t                 compounds;
    ngx_uint_t                 rr;
    ngx_uint_t                 pli;
    uint64_t                   remb;
    uint32_t                   pli_ssrc;
    ngx_webrtc_rtcp_block_t    block;       /* ours, about it */
    ngx_webrtc_rtcp_block_t    passed;      /* the browser's */

    /* the line that the browser sees */
    ngx_uint_t                 holes;
    ngx_uint_t                 next;
    uint32_t                   timestamp;
    int32_t                    drift;       /* of timestamps, at worst */
    ngx_webrtc_usec_t          seen;
} scene_t;


static scene_t  scene;


static void
scene_rtcp(ngx_webrtc_plain_t *plain, const u_char *pos, size_t len,
    void *data, ngx_webrtc_usec_t now)
{
    u_char                   *p, *last, buf[2048];
    ngx_uint_t                i;
    ngx_webrtc_rtcp_t         rtcp;
    ngx_webrtc_rtcp_fb_t      fb;
    ngx_webrtc_rtcp_remb_t    remb;
    ngx_webrtc_rtcp_block_t   block;
    ngx_webrtc_rtcp_report_t  report;

    (void) now;

    assert_ptr_equal(plain, scene.plain);
    assert_ptr_equal(data, &scene);

    memcpy(buf, pos, len);
    p = buf;
    last = buf + len;

    assert_int_equal(ngx_webrtc_rtcp_check(p, last), NGX_OK);
    assert_int_equal(buf[1], 201);              /* a report is the first */

    scene.compounds++;

    while (ngx_webrtc_rtcp_next(&p, last, &rtcp) == NGX_OK) {

        switch (rtcp.kind) {

        case NGX_WEBRTC_RTCP_RR:
            assert_int_equal(ngx_webrtc_rtcp_parse_report(&rtcp, &report),
                             NGX_OK);
            scene.rr++;

            for (i = 0; i < report.nblocks; i++) {
                ngx_webrtc_rtcp_parse_block(&report, i, &block);

                if (rtcp.start == buf) {
                    scene.block = block;

                } else {
                    scene.passed = block;
                }
            }

            break;

        case NGX_WEBRTC_RTCP_PLI:
            assert_int_equal(ngx_webrtc_rtcp_parse_fb(&rtcp, &fb), NGX_OK);
            scene.pli++;
            scene.pli_ssrc = fb.media;
            break;

        case NGX_WEBRTC_RTCP_REMB:
            assert_int_equal(ngx_webrtc_rtcp_parse_fb(&rtcp, &fb), NGX_OK);
            assert_int_equal(ngx_webrtc_rtcp_parse_remb(&fb, &remb), NGX_OK);
            scene.remb = remb.bitrate;
            break;

        default:
            break;
        }
    }
}


/* originals only; timestamps have to go with the clock */

static void
scene_watch(client_t *client, const ngx_webrtc_rtp_t *rtp, ngx_uint_t rtx)
{
    int32_t            drift;
    ngx_webrtc_usec_t  passed;

    if (rtx) {
        return;
    }

    if (scene.seen) {
        scene.holes += (rtp->seq != (uint16_t) scene.next);

        passed = client->world->now - scene.seen;
        drift = (int32_t) (rtp->timestamp - scene.timestamp)
                - (int32_t) (passed * 90 / 1000);
        drift = (drift < 0) ? -drift : drift;
        scene.drift = ngx_max(scene.drift, drift);
    }

    scene.next = rtp->seq + 1;
    scene.timestamp = rtp->timestamp;
    scene.seen = client->world->now;
}


static ngx_webrtc_plain_t *
scene_plain(ngx_webrtc_codec_e codec, uint64_t bit_rate,
    ngx_webrtc_plain_rtcp_pt handler)
{
    ngx_webrtc_plain_t       *plain;
    ngx_webrtc_plain_conf_t   conf;

    memset(&conf, 0, sizeof(conf));

    conf.format.codec = codec;
    conf.format.clock_rate = ngx_webrtc_codec_info(codec)->clock_rate;
    conf.format.pt = 100;
    conf.bit_rate = bit_rate;
    ngx_str_set(&conf.cname, "nginx");
    conf.handler = handler;
    conf.data = &scene;

    plain = ngx_webrtc_plain_create(scene.world.engine, &conf,
                                    scene.world.now);
    assert_non_null(plain);

    return plain;
}


static void
scene_begin(uint64_t bit_rate, ngx_webrtc_plain_rtcp_pt handler)
{
    memset(&scene, 0, sizeof(scene));
    world_init(&scene.world);

    scene.plain = scene_plain(NGX_WEBRTC_CODEC_VP8, bit_rate, handler);
    scene.ssrc = PROGRAM_SSRC;
    scene.seq = 65500;
    scene.offset = 0xfffff000;

    scene.browser = client_create(&scene.world, 0);
    client_connect(scene.browser);
    scene.browser->watch = scene_watch;
    scene.sub = client_subscribe(scene.browser,
                                 ngx_webrtc_plain_source(scene.plain), 5000);
}


static void
scene_start(uint64_t bit_rate)
{
    scene_begin(bit_rate, scene_rtcp);
}


static void
scene_end(void)
{
    ngx_webrtc_plain_destroy(scene.plain);
    assert_int_equal(scene.world.engine->nplain, 0);
    assert_true(ngx_queue_empty(&scene.browser->peer->subscriptions));

    world_cleanup(&scene.world);
}


static uint32_t
scene_timestamp(void)
{
    return scene.offset + (uint32_t) (scene.world.now * 90 / 1000);
}


static ngx_webrtc_plain_e
scene_send_as(uint32_t ssrc, uint16_t seq, uint32_t timestamp,
    ngx_uint_t key)
{
    u_char            *p, buf[1100];
    ngx_webrtc_rtp_t   rtp;

    memset(&rtp, 0, sizeof(rtp));
    memset(buf, 0xab, sizeof(buf));

    rtp.pt = 100;
    rtp.marker = 1;
    rtp.seq = seq;
    rtp.ssrc = ssrc;
    rtp.timestamp = timestamp;

    p = ngx_webrtc_rtp_write(buf, &rtp);

    p[0] = 0x10;                                /* S */
    p[1] = key ? 0x10 : 0x11;                   /* P */
    p[2] = 0x02;
    p[3] = 0x00;

    if (key) {
        memcpy(p + 4, "\x9d\x01\x2a\x40\x01\xf0\x00", 7);
    }

    ngx_webrtc_put64(p + 20, ++scene.sent);

    return ngx_webrtc_plain_input(scene.plain, buf, 1012, scene.world.now);
}


static void
scene_send(ngx_uint_t key)
{
    assert_int_equal(scene_send_as(scene.ssrc, scene.seq++, scene_timestamp(),
                                   key),
                     NGX_WEBRTC_PLAIN_TAKEN);
}


/* 50 packets a second */

static void
scene_run(ngx_uint_t packets, ngx_uint_t key)
{
    while (packets--) {
        scene_send(key);
        world_run(&scene.world, 20);
        key = 0;
    }
}


static int64_t
scene_ntp_usec(uint64_t ntp)
{
    return (int64_t) ((ntp >> 32) * NGX_WEBRTC_SEC
                      + (((ntp & 0xffffffff) * NGX_WEBRTC_SEC) >> 32))
           - 2208988800 * (int64_t) NGX_WEBRTC_SEC
           - scene.world.engine->wall_offset;
}


/* how far what the browser is told of time is off, in ms */

static int64_t
scene_report_off(void)
{
    int64_t                    usec, off;
    ngx_webrtc_rtcp_report_t  *sr;

    sr = &scene.browser->last_sr;

    usec = scene_ntp_usec(sr->ntp) - (int64_t) scene.seen;
    off = (int32_t) (sr->timestamp - scene.timestamp);

    return off / 90 - usec / 1000;
}


static void
a_browser_gets_what_a_program_sends(void **state)
{
    (void) state;

    scene_start(0);

    /* the encoder runs already */

    scene_run(3, 0);
    assert_int_equal(scene.browser->nrtp, 0);
    assert_int_equal(scene.pli, 1);
    assert_int_equal(scene.pli_ssrc, PROGRAM_SSRC);

    scene_run(100, 1);

    assert_int_equal(scene.browser->nrtp, 100);
    assert_int_equal(scene.holes, 0);
    assert_true(scene.drift < 90 * 3);
    assert_int_equal(scene.pli, 1);
    assert_int_equal(ngx_webrtc_get64(scene.browser->last_payload + 20), 103);
    assert_int_equal(scene.browser->last_payload_len, 1000);

    scene_end();
}


static void
losses_on_the_way_to_the_browser_are_repaired(void **state)
{
    ngx_uint_t  i, seq, got;

    (void) state;

    scene_start(0);
    scene_run(1, 1);

    scene.world.loss = 10;

    for (i = 0; i < 30; i++) {
        scene_run(10, 0);
        client_nack_missing(scene.browser);
        world_run(&scene.world, 20);
    }

    scene.world.loss = 0;
    scene_run(1, 0);

    for (i = 0; i < 5; i++) {
        client_nack_missing(scene.browser);
        world_run(&scene.world, 120);
    }

    got = 0;

    for (seq = 0; seq < 65536; seq++) {
        got += scene.browser->got[seq];
    }

    assert_int_equal(got, 302);
    assert_true(scene.browser->nrtx > 10);

    /* what never came from the program is not asked for */

    scene.seq += 5;
    scene_run(20, 0);
    assert_int_equal(scene.pli, 0);

    scene_end();
}


static void
a_key_frame_is_asked_of_the_program(void **state)
{
    ngx_uint_t  i;

    (void) state;

    scene_start(0);
    scene_run(50, 1);
    assert_int_equal(scene.pli, 0);

    for (i = 0; i < 20; i++) {
        client_send_pli(scene.browser);
        world_run(&scene.world, 10);
    }

    assert_int_equal(scene.pli, 1);
    assert_int_equal(scene.pli_ssrc, PROGRAM_SSRC);

    /* it may not have heard */

    scene_run(50, 0);
    assert_in_range(scene.pli, 2, 3);

    i = scene.pli;
    scene_run(100, 1);
    assert_int_equal(scene.pli, i);

    scene_end();
}


static void
nobody_is_asked_without_a_handler(void **state)
{
    (void) state;

    scene_begin(0, NULL);

    scene_run(100, 0);
    assert_int_equal(scene.compounds, 0);

    scene_run(10, 1);
    assert_int_equal(scene.browser->nrtp, 10);

    scene_end();
}


/* GStreamer was stopped and started again */

static void
a_new_ssrc_goes_on_in_the_same_line(void **state)
{
    ngx_uint_t  i;

    (void) state;

    scene_start(0);
    scene_run(100, 1);

    for (i = 1; i < 8; i++) {
        world_run(&scene.world, 700);

        scene.ssrc = PROGRAM_SSRC + i;
        scene.seq = (uint16_t) (i * 20000);
        scene.offset = i * 0x31415926;

        /* what is no key frame is of no use yet */

        if (i & 1) {
            scene_run(2, 0);
            assert_int_equal(scene.pli_ssrc, PROGRAM_SSRC + i);
        }

        scene_run(100, 1);
    }

    assert_int_equal(scene.browser->nrtp, 800);
    assert_int_equal(scene.holes, 0);
    assert_true(scene.drift < 90 * 5);
    assert_int_equal(ngx_webrtc_get64(scene.browser->last_payload + 20),
                     scene.sent);
    assert_int_equal(scene.block.ssrc, PROGRAM_SSRC + 7);
    assert_int_equal(scene.block.lost, 0);

    scene_end();
}


static void
a_jump_of_its_numbers_is_a_new_run(void **state)
{
    (void) state;

    scene_start(0);
    scene_run(100, 1);

    /* ffmpeg was started again with the same SSRC */

    scene.seq -= 20000;
    scene.offset += 0x55667788;
    scene_run(100, 1);

    assert_int_equal(scene.browser->nrtp, 200);

    scene.seq += 20000;
    scene_run(100, 1);

    /* only the timestamps: no picture is lost for it */

    scene.offset -= 0x55667788;
    scene_run(100, 0);

    assert_int_equal(scene.browser->nrtp, 400);
    assert_int_equal(scene.holes, 0);
    assert_true(scene.drift < 90 * 5);

    scene_end();
}


static void
one_late_packet_is_no_new_run(void **state)
{
    (void) state;

    scene_start(0);
    scene_run(100, 1);

    assert_int_equal(scene_send_as(scene.ssrc, scene.seq - 5000,
                                   scene_timestamp() - 5 * 90000, 0),
                     NGX_WEBRTC_PLAIN_BAD);
    scene_run(100, 0);

    /* a duplicate, and one that was overtaken */

    (void) scene_send_as(scene.ssrc, scene.seq - 1, scene_timestamp(), 0);
    scene.seq++;
    scene_send(0);
    (void) scene_send_as(scene.ssrc, scene.seq - 2, scene_timestamp(), 0);
    world_run(&scene.world, 20);

    assert_int_equal(scene.browser->nrtp, 202);
    assert_int_equal(scene.pli, 0);

    scene_end();
}


static void
the_last_of_two_senders_is_heard(void **state)
{
    ngx_uint_t  i;

    (void) state;

    scene_start(0);
    scene_run(50, 1);

    for (i = 0; i < 100; i++) {
        assert_int_equal(scene_send_as(99, (uint16_t) i, scene_timestamp(),
                                       i == 0),
                         NGX_WEBRTC_PLAIN_TAKEN);
        assert_int_equal(scene_send_as(scene.ssrc, scene.seq++,
                                       scene_timestamp(), 0),
                         NGX_WEBRTC_PLAIN_BAD);
        world_run(&scene.world, 20);
    }

    assert_int_equal(scene.browser->nrtp, 150);
    assert_int_equal(scene.holes, 0);

    /* it has gone */

    world_run(&scene.world, 1100);
    scene_run(50, 1);
    assert_int_equal(scene.browser->nrtp, 200);

    scene_end();
}


static void
what_is_not_rtp_is_refused(void **state)
{
    u_char            *p, buf[2048];
    size_t             len;
    ngx_uint_t         i;
    ngx_webrtc_rtp_t   rtp;

    (void) state;

    scene_start(0);
    scene_run(10, 1);

    memset(buf, 0, sizeof(buf));
    memset(&rtp, 0, sizeof(rtp));

    assert_int_equal(ngx_webrtc_plain_input(scene.plain, buf, 0,
                                            scene.world.now),
                     NGX_WEBRTC_PLAIN_BAD);
    memcpy(buf, "hello", 5);
    assert_int_equal(ngx_webrtc_plain_input(scene.plain, buf, 5,
                                            scene.world.now),
                     NGX_WEBRTC_PLAIN_BAD);

    /* RTCP on the RTP port */

    p = ngx_webrtc_rtcp_write_pli(buf, buf + 100, 1, 2);
    assert_int_equal(ngx_webrtc_plain_input(scene.plain, buf, p - buf,
                                            scene.world.now),
                     NGX_WEBRTC_PLAIN_BAD);

    rtp.pt = 100;
    rtp.ssrc = PROGRAM_SSRC;
    rtp.seq = scene.seq;
    (void) ngx_webrtc_rtp_write(buf, &rtp);

    for (len = 0; len < 12; len++) {
        assert_int_equal(ngx_webrtc_plain_input(scene.plain, buf, len,
                                                scene.world.now),
                         NGX_WEBRTC_PLAIN_BAD);
    }

    /* jumbo, CSRCs and an extension beyond the end, padding that lies */

    for (i = 1500; i < sizeof(buf); i += 100) {
        assert_int_equal(ngx_webrtc_plain_input(scene.plain, buf, i,
                                                scene.world.now),
                         NGX_WEBRTC_PLAIN_BAD);
    }

    buf[0] = 0x8f;
    assert_int_equal(ngx_webrtc_plain_input(scene.plain, buf, 40,
                                            scene.world.now),
                     NGX_WEBRTC_PLAIN_BAD);

    buf[0] = 0x90;
    buf[14] = 0xff;
    assert_int_equal(ngx_webrtc_plain_input(scene.plain, buf, 100,
                                            scene.world.now),
                     NGX_WEBRTC_PLAIN_BAD);

    buf[0] = 0xa0;
    buf[99] = 200;
    assert_int_equal(ngx_webrtc_plain_input(scene.plain, buf, 100,
                                            scene.world.now),
                     NGX_WEBRTC_PLAIN_BAD);

    /* another payload type is told apart: users mistake it often */

    buf[0] = 0x80;
    buf[1] = 96;
    assert_int_equal(ngx_webrtc_plain_input(scene.plain, buf, 100,
                                            scene.world.now),
                     NGX_WEBRTC_PLAIN_TYPE);

    scene_run(10, 0);
    assert_int_equal(scene.browser->nrtp, 20);
    assert_int_equal(scene.holes, 0);

    scene_end();
}


/* CSRCs and extensions of the program are its own; an SSRC may be 0 */

static void
the_browser_gets_the_payload_only(void **state)
{
    u_char  buf[256];

    static const u_char  head[] = {
        0xb1, 0xe4, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0,
        0, 0, 0, 9,                             /* a CSRC */
        0xbe, 0xde, 0, 1, 0x10, 0x55, 0, 0,     /* an extension */
        0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00,
        0, 0, 3                                 /* padding */
    };

    (void) state;

    scene_start(0);

    memcpy(buf, head, sizeof(head));
    assert_int_equal(ngx_webrtc_plain_input(scene.plain, buf, sizeof(head),
                                            scene.world.now),
                     NGX_WEBRTC_PLAIN_TAKEN);
    world_run(&scene.world, 10);

    assert_int_equal(scene.browser->nrtp, 1);
    assert_int_equal(scene.browser->last_payload_len, 11);
    assert_memory_equal(scene.browser->last_payload, head + 24, 11);

    /* nothing is in it but a place for a number */

    assert_int_equal(scene.browser->last_ext_len, 8);
    assert_memory_equal(scene.browser->last_ext, "\xbe\xde\0\1\0\0\0\0", 8);

    /* and the program can be told of it */

    client_send_pli(scene.browser);
    world_run(&scene.world, 1200);
    assert_true(scene.pli > 0);
    assert_int_equal(scene.block.highest, 1);

    scene_end();
}


static void
the_browser_is_told_the_time_without_a_report_of_the_program(void **state)
{
    ngx_uint_t  i;

    (void) state;

    scene_start(0);
    scene_run(150, 1);

    assert_in_range(scene.browser->sr, 2, 4);
    assert_true(scene_report_off() < 5 && scene_report_off() > -5);

    /* its clock is slower than ours by half a per mille */

    for (i = 0; i < 3000; i++) {
        scene.offset -= (i & 1);
        scene_run(1, 0);
    }

    assert_true(scene.browser->sr > 50);
    assert_true(scene_report_off() < 5 && scene_report_off() > -5);

    /* it had a break, and its timestamps too */

    world_run(&scene.world, 5000);
    scene.offset -= 5 * 90000;
    scene_run(200, 0);
    assert_true(scene_report_off() < 5 && scene_report_off() > -5);

    scene_end();
}


static void
scene_report(uint32_t ssrc, int64_t ntp_off, int32_t timestamp_off)
{
    u_char                    *p, buf[256];
    ngx_webrtc_rtcp_report_t   report;

    memset(&report, 0, sizeof(report));

    report.ssrc = ssrc;
    report.ntp = ngx_webrtc_ntp(1600000000000000LL + scene.world.now
                                + ntp_off);
    report.timestamp = scene_timestamp() + timestamp_off;

    p = ngx_webrtc_rtcp_write_sr(buf, buf + sizeof(buf), &report, NULL, 0);
    assert_int_equal(ngx_webrtc_plain_rtcp(scene.plain, buf, p - buf,
                                           scene.world.now), NGX_OK);
}


static void
reports_of_the_program_are_used(void **state)
{
    ngx_uint_t  i;

    (void) state;

    scene_start(0);

    /* before there is anything */

    scene_report(PROGRAM_SSRC, 0, 0);
    scene_run(50, 1);

    /*
     * What is sent now was captured 80 ms ago: the sound that comes with it
     * may be younger, and only the program knows.
     */

    scene_report(PROGRAM_SSRC, 0, 80 * 90);
    scene_report(PROGRAM_SSRC + 5, 0, 0);       /* of another stream */

    for (i = 0; i < 4; i++) {
        scene_run(50, 0);
        scene_report(PROGRAM_SSRC, 0, 80 * 90);
    }

    scene_run(100, 0);

    assert_in_range(scene_report_off(), 75, 85);

    /* the round trip that it reckons with is to us */

    assert_true(scene.block.lsr != 0);
    assert_true(scene.block.dlsr > 65536);

    /* another run: it has not reported yet */

    scene.ssrc = 8;
    scene.offset += 12345678;
    scene_run(200, 1);
    assert_true(scene_report_off() < 5 && scene_report_off() > -5);
    assert_int_equal(scene.block.lsr, 0);

    scene_report(8, 60000000, -20 * 90);
    scene_run(100, 0);
    assert_true(scene_report_off() < -15 && scene_report_off() > -25);

    scene_end();
}


static void
what_is_no_rtcp_is_said(void **state)
{
    u_char  buf[64];

    (void) state;

    scene_start(0);
    scene_run(1, 1);

    memset(buf, 0x55, sizeof(buf));

    assert_int_equal(ngx_webrtc_plain_rtcp(scene.plain, buf, 0,
                                           scene.world.now), NGX_DECLINED);
    assert_int_equal(ngx_webrtc_plain_rtcp(scene.plain, buf, 5,
                                           scene.world.now), NGX_DECLINED);
    assert_int_equal(ngx_webrtc_plain_rtcp(scene.plain, buf, 64,
                                           scene.world.now), NGX_DECLINED);

    (void) ngx_webrtc_rtcp_write_pli(buf, buf + 64, 1, 2);
    assert_int_equal(ngx_webrtc_plain_rtcp(scene.plain, buf, 11,
                                           scene.world.now), NGX_DECLINED);

    scene_end();
}


static void
the_program_is_told_what_was_received(void **state)
{
    (void) state;

    scene_start(1234000);
    scene_run(100, 1);

    assert_in_range(scene.rr, 1, 3);
    assert_int_equal(scene.remb, 1234000);
    assert_int_equal(scene.block.ssrc, PROGRAM_SSRC);
    assert_int_equal(scene.block.lost, 0);

    /* 65500 and some, after the roll-over */

    assert_in_range(scene.block.highest, 65536, 65600);

    scene.seq += 25;
    scene_run(75, 0);

    assert_int_equal(scene.block.lost, 25);

    /* who sends nothing is told nothing */

    world_run(&scene.world, 3000);
    scene.compounds = 0;
    world_run(&scene.world, 60000);
    assert_int_equal(scene.compounds, 0);

    scene_run(100, 0);
    assert_true(scene.compounds > 0);
    assert_int_equal(scene.pli, 0);

    scene_end();
}


static void
scene_browser_reports(uint16_t highest, int32_t lost)
{
    u_char                   *p, buf[256];
    ngx_webrtc_rtcp_block_t   block;

    memset(&block, 0, sizeof(block));

    block.ssrc = 5000;
    block.highest = highest;
    block.lost = lost;
    block.fraction = 25;
    block.jitter = 77;
    block.lsr = 5;

    p = ngx_webrtc_rtcp_write_rr(buf, buf + 200, 1, &block, 1);
    client_send_rtcp(scene.browser, buf, p);
    world_run(&scene.world, 120);
}


static void
the_program_is_told_what_the_browser_reports(void **state)
{
    (void) state;

    scene_start(0);
    scene_run(100, 1);

    scene_browser_reports(scene.browser->highest - 9, 7);

    assert_int_equal(scene.passed.ssrc, PROGRAM_SSRC);
    assert_int_equal((uint16_t) scene.passed.highest,
                     (uint16_t) (scene.seq - 10));
    assert_int_equal(scene.passed.lost, 7);
    assert_int_equal(scene.passed.fraction, 25);
    assert_int_equal(scene.passed.jitter, 77);
    assert_int_equal(scene.passed.lsr, 0);

    /* what was lost of the last program is not this one's fault */

    scene.ssrc = 9;
    scene.seq = 100;
    scene_run(100, 1);

    scene_browser_reports(scene.browser->highest, 8);
    assert_int_equal(scene.passed.ssrc, 9);
    assert_int_equal(scene.passed.highest, 199);
    assert_int_equal(scene.passed.lost, 1);

    /* nor is it heard of what came before it */

    scene.passed.ssrc = 0;
    scene_browser_reports(scene.browser->highest - 120, 9);
    assert_int_equal(scene.passed.ssrc, 0);

    scene_end();
}


static void
many_reports_are_not_many_more(void **state)
{
    u_char                   *p, buf[256];
    ngx_uint_t                i;
    ngx_webrtc_rtcp_block_t   block;

    (void) state;

    scene_start(0);
    scene_run(100, 1);

    memset(&block, 0, sizeof(block));
    block.ssrc = 5000;
    block.highest = scene.browser->highest;

    scene.rr = 0;
    scene.compounds = 0;

    for (i = 0; i < 1000; i++) {
        p = ngx_webrtc_rtcp_write_rr(buf, buf + 200, 1, &block, 1);
        client_send_rtcp(scene.browser, buf, p);
        world_run(&scene.world, 1);
    }

    assert_in_range(scene.compounds, 5, 12);
    assert_in_range(scene.rr, 40, 110);

    scene_end();
}


static void
sound_is_told_the_time_too(void **state)
{
    u_char               buf[172];
    ngx_uint_t           i;
    ngx_webrtc_rtp_t     rtp;
    ngx_webrtc_plain_t  *plain;

    (void) state;

    scene_start(0);
    ngx_webrtc_plain_destroy(scene.plain);

    plain = scene_plain(NGX_WEBRTC_CODEC_OPUS, 0, scene_rtcp);
    scene.plain = plain;

    client_subscribe_audio(scene.browser, ngx_webrtc_plain_source(plain),
                           6000);
    scene.browser->watch = NULL;

    for (i = 0; i < 100; i++) {
        memset(&rtp, 0, sizeof(rtp));
        memset(buf, 0, sizeof(buf));
        rtp.pt = 100;
        rtp.seq = (uint16_t) i;
        rtp.ssrc = (i < 50) ? 3 : 4;
        rtp.timestamp = rtp.ssrc * 1000000 + (uint32_t) i * 960;
        ngx_webrtc_rtp_write(buf, &rtp);

        assert_int_equal(ngx_webrtc_plain_input(plain, buf, sizeof(buf),
                                                scene.world.now),
                         NGX_WEBRTC_PLAIN_TAKEN);
        world_run(&scene.world, 20);
    }

    assert_int_equal(scene.browser->naudio, 100);
    assert_true(scene.browser->sr > 0);
    assert_int_equal(scene.browser->last_sr.ssrc, 6000);

    ngx_webrtc_plain_destroy(plain);
    assert_int_equal(scene.world.engine->nplain, 0);

    world_cleanup(&scene.world);
}


static void
scene_forwarded(const ngx_webrtc_addr_t *addr, u_char *pos, size_t len)
{
    ngx_webrtc_rtp_t          rtp;
    ngx_webrtc_rtcp_t         rtcp;
    ngx_webrtc_rtcp_report_t  report;

    if (addr->port == 4001) {
        assert_int_equal(ngx_webrtc_rtcp_next(&pos, pos + len, &rtcp),
                         NGX_OK);
        assert_int_equal(ngx_webrtc_rtcp_parse_report(&rtcp, &report),
                         NGX_OK);
        scene.browser->sr++;
        scene.browser->last_sr = report;
        return;
    }

    assert_int_equal(addr->port, 4000);
    assert_int_equal(ngx_webrtc_rtp_parse(pos, pos + len, &rtp), NGX_OK);
    assert_int_equal(rtp.pt, 102);
    assert_int_equal(rtp.ssrc, PROGRAM_SSRC);
    assert_int_equal(rtp.extension, 0);
    assert_int_equal(rtp.payload_len, 1000);

    scene_watch(scene.browser, &rtp, 0);
    scene.browser->naudio++;
}


/* two programs without a browser */

static void
another_program_gets_it_too(void **state)
{
    ngx_webrtc_forward_t       *forward;
    ngx_webrtc_forward_conf_t   conf;

    (void) state;

    scene_start(0);
    ngx_webrtc_subscription_destroy(scene.sub);
    scene.world.plain = scene_forwarded;

    memset(&conf, 0, sizeof(conf));
    ngx_webrtc_addr_set_v4(&conf.rtp, "\x0a\0\0\7", 4000);
    ngx_webrtc_addr_set_v4(&conf.rtcp, "\x0a\0\0\7", 4001);
    ngx_str_set(&conf.cname, "program");
    conf.pt = 102;
    conf.bare = 1;

    forward = ngx_webrtc_forward_create(ngx_webrtc_plain_source(scene.plain),
                                        &conf, scene.world.now);
    assert_non_null(forward);

    scene_run(3, 0);
    assert_int_equal(scene.pli, 1);

    scene_run(100, 1);
    assert_int_equal(scene.browser->naudio, 100);
    assert_int_equal((uint16_t) scene.next, scene.seq);
    assert_true(scene.browser->sr > 0);
    assert_true(scene_report_off() < 5 && scene_report_off() > -5);

    /* the receiver goes on where it was */

    scene.ssrc = 8;
    scene.seq = 1;
    scene.offset = 99;
    scene_run(100, 1);

    assert_int_equal(scene.browser->naudio, 200);
    assert_int_equal(scene.holes, 0);
    assert_true(scene.drift < 90 * 5);

    scene_end();
}


static void
what_a_receiver_wants_is_read(void **state)
{
    u_char                    *p, *pli, buf[512];
    uint32_t                   ssrc;
    ngx_uint_t                 i;
    ngx_webrtc_rtcp_block_t    blocks[2];
    ngx_webrtc_plain_wants_t   wants;

    (void) state;

    memset(blocks, 0, sizeof(blocks));
    blocks[0].ssrc = 7;
    blocks[0].fraction = 3;
    blocks[1].ssrc = 8;
    blocks[1].fraction = 9;
    ssrc = 8;

    p = ngx_webrtc_rtcp_write_rr(buf, buf + 512, 1, blocks, 2);
    p = ngx_webrtc_rtcp_write_remb(p, buf + 512, 1, 640000, &ssrc, 1);

    assert_int_equal(ngx_webrtc_plain_read(buf, p - buf, &wants), NGX_OK);
    assert_int_equal(wants.nblocks, 2);
    assert_int_equal(wants.block.ssrc, 8);
    assert_int_equal(wants.bit_rate, 640000);
    assert_int_equal(wants.key_frame, 0);

    for (i = 0; i < 2; i++) {
        pli = i ? ngx_webrtc_rtcp_write_pli(p, buf + 512, 1, 8)
                : ngx_webrtc_rtcp_write_fir(p, buf + 512, 1, 8, 1);

        assert_int_equal(ngx_webrtc_plain_read(buf, pli - buf, &wants),
                         NGX_OK);
        assert_int_equal(wants.key_frame, 1);

        /* of reduced size */

        assert_int_equal(ngx_webrtc_plain_read(p, pli - p, &wants), NGX_OK);
        assert_int_equal(wants.key_frame, 1);
        assert_int_equal(wants.nblocks, 0);
    }

    assert_int_equal(ngx_webrtc_plain_read(buf, 0, &wants), NGX_DECLINED);
    assert_int_equal(ngx_webrtc_plain_read(buf, p - buf - 1, &wants),
                     NGX_DECLINED);
    assert_int_equal(wants.nblocks, 0);

    memset(buf, 0x80, sizeof(buf));
    assert_int_equal(ngx_webrtc_plain_read(buf, 20, &wants), NGX_DECLINED);
}


static void
there_is_room_for_two_per_peer(void **state)
{
    ngx_uint_t                i;
    ngx_webrtc_plain_t       *plains[128];
    ngx_webrtc_plain_conf_t   conf;

    (void) state;

    memset(&scene, 0, sizeof(scene));
    world_init(&scene.world);

    for (i = 0; i < 128; i++) {
        plains[i] = scene_plain(NGX_WEBRTC_CODEC_VP8, 0, scene_rtcp);
    }

    memset(&conf, 0, sizeof(conf));
    conf.format.codec = NGX_WEBRTC_CODEC_VP8;

    assert_null(ngx_webrtc_plain_create(scene.world.engine, &conf,
                                    scene.world.now));
    assert_int_equal(ngx_webrtc_engine_peers(scene.world.engine), 0);

    /* and nobody else has less for it */

    for (i = 0; i < 64; i++) {
        assert_non_null(client_create(&scene.world, 0));
    }

    /* they never time out */

    for (i = 0; i < 64; i++) {
        scene.world.clients[i]->silent = 1;
    }

    world_run(&scene.world, 31000);
    assert_int_equal(scene.world.clients[0]->ended, 1);
    assert_int_equal(scene.world.engine->nplain, 128);

    for (i = 0; i < 128; i++) {
        ngx_webrtc_plain_destroy(plains[i]);
    }

    /* a codec that we do not know */

    conf.format.codec = NGX_WEBRTC_CODEC_MAX;
    assert_null(ngx_webrtc_plain_create(scene.world.engine, &conf,
                                    scene.world.now));
    assert_int_equal(scene.world.engine->nplain, 0);

    world_cleanup(&scene.world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_browser_gets_what_a_program_sends),
        cmocka_unit_test(losses_on_the_way_to_the_browser_are_repaired),
        cmocka_unit_test(a_key_frame_is_asked_of_the_program),
        cmocka_unit_test(nobody_is_asked_without_a_handler),
        cmocka_unit_test(a_new_ssrc_goes_on_in_the_same_line),
        cmocka_unit_test(a_jump_of_its_numbers_is_a_new_run),
        cmocka_unit_test(one_late_packet_is_no_new_run),
        cmocka_unit_test(the_last_of_two_senders_is_heard),
        cmocka_unit_test(what_is_not_rtp_is_refused),
        cmocka_unit_test(the_browser_gets_the_payload_only),
        cmocka_unit_test(
               the_browser_is_told_the_time_without_a_report_of_the_program),
        cmocka_unit_test(reports_of_the_program_are_used),
        cmocka_unit_test(what_is_no_rtcp_is_said),
        cmocka_unit_test(the_program_is_told_what_was_received),
        cmocka_unit_test(the_program_is_told_what_the_browser_reports),
        cmocka_unit_test(many_reports_are_not_many_more),
        cmocka_unit_test(sound_is_told_the_time_too),
        cmocka_unit_test(another_program_gets_it_too),
        cmocka_unit_test(what_a_receiver_wants_is_read),
        cmocka_unit_test(there_is_room_for_two_per_peer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
