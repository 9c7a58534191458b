
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/client.h"

#include <media/ngx_webrtc_media.h>


static void
send_sender_report(client_t *client, uint32_t ssrc, uint64_t ntp)
{
    u_char                    *p, buf[256];
    ngx_webrtc_rtcp_report_t   report;

    memset(&report, 0, sizeof(report));
    report.ssrc = ssrc;
    report.ntp = ntp;
    report.timestamp = (uint32_t) (client->world->now * 90 / 1000);

    p = ngx_webrtc_rtcp_write_sr(buf, buf + 200, &report, NULL, 0);
    client_send_rtcp(client, buf, p);
}


static void
an_ssrc_that_is_not_known_yet_asks_for_nothing(void **state)
{
    world_t                    world;
    client_t                  *pub, *sub;
    ngx_webrtc_source_t       *source;
    ngx_webrtc_source_conf_t   conf;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    sub = client_create(&world, 0);
    client_connect(pub);
    client_connect(sub);

    /* an answer without a=ssrc */

    memset(&conf, 0, sizeof(conf));

    ngx_str_set(&conf.mid, "video_0");
    conf.format.codec = NGX_WEBRTC_CODEC_VP8;
    conf.format.clock_rate = 90000;
    conf.format.pt = 96;

    source = ngx_webrtc_source_create(pub->peer, &conf);
    assert_non_null(source);

    (void) client_subscribe(sub, source, 5000);

    world_run(&world, 1);

    assert_int_equal(pub->pli, 0);
    assert_true(ngx_webrtc_engine_expires(world.engine) > world.now);

    world_cleanup(&world);
}


static void
clock_that_leaps_moves_no_sender_report(void **state)
{
    int32_t               ahead;
    uint64_t              seq;
    world_t               world;
    client_t             *pub, *sub;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    send_sender_report(pub, 1000, ngx_webrtc_ntp(world.now));

    for (seq = 1; seq < 900; seq++) {
        client_send_video(pub, seq, seq == 1);
        world_run(&world, 5);

        if (seq == 300) {
            send_sender_report(pub, 1000, UINT64_MAX);
        }

        if (seq == 600) {
            send_sender_report(pub, 1000, 1);
        }

        if (sub->sr) {
            ahead = (int32_t) (sub->last_sr.timestamp - sub->last_timestamp);
            assert_in_range(ahead + 100000, 100000 - 90001, 100000 + 90001);
        }
    }

    assert_in_range(sub->sr, 3, 6);

    world_cleanup(&world);
}


static void
nothing_is_reported_while_nothing_is_sent(void **state)
{
    uint64_t    seq;
    world_t     world;
    client_t   *pub, *sub;
    ngx_uint_t  n;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    send_sender_report(pub, 1000, ngx_webrtc_ntp(world.now));

    for (seq = 1; seq < 400; seq++) {
        client_send_video(pub, seq, seq == 1);
        world_run(&world, 5);
    }

    assert_true(sub->sr > 0);

    /* the last packets are reported, then no more */

    world_run(&world, 1100);
    n = sub->sr;
    assert_int_equal(sub->last_sr.packets, sub->nrtp);

    world_run(&world, 5000);
    assert_int_equal(sub->sr, n);

    client_send_video(pub, seq, 1);
    world_run(&world, 1100);
    assert_int_equal(sub->sr, n + 1);

    world_cleanup(&world);
}


static void
a_report_without_a_clock_tells_no_time(void **state)
{
    uint64_t   seq;
    world_t    world;
    client_t  *pub, *sub;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    for (seq = 1; seq < 900; seq++) {

        if (seq % 100 == 50) {
            send_sender_report(pub, 1000, 0);
        }

        client_send_video(pub, seq, seq == 1);
        world_run(&world, 5);
    }

    assert_int_equal(sub->sr, 0);
    assert_int_equal(sub->nrtp, 899);

    world_cleanup(&world);
}


static void
audio_is_never_asked_for_a_key_frame(void **state)
{
    ngx_uint_t                 seq;
    world_t                    world;
    client_t                  *pub;
    ngx_webrtc_source_t       *source;
    ngx_webrtc_source_conf_t   conf;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    client_connect(pub);

    /* a client may answer with NACK for audio */

    memset(&conf, 0, sizeof(conf));

    ngx_str_set(&conf.mid, "audio_0");
    conf.format.codec = NGX_WEBRTC_CODEC_OPUS;
    conf.format.clock_rate = 48000;
    conf.format.pt = 109;
    conf.format.nack = 1;
    conf.ssrc = 2000;

    source = ngx_webrtc_source_create(pub->peer, &conf);
    assert_non_null(source);

    for (seq = 1; seq < 200; seq++) {
        if (seq != 50) {
            client_send_audio(pub, 2000, seq);
        }

        world_run(&world, 20);
    }

    assert_true(pub->nack > 0);
    assert_int_equal(pub->pli, 0);

    world_cleanup(&world);
}


static void
repaired_packets_were_lost_all_the_same(void **state)
{
    uint64_t              seq;
    world_t               world;
    client_t             *pub;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    client_connect(pub);
    (void) client_publish(pub, 1000);

    /* every fifth comes by RTX alone: a congested sender has to hear of it */

    for (seq = 1; seq < 500; seq++) {
        client_send_video(pub, seq, seq == 1);

        if (seq % 5 == 4) {
            seq++;
            memset(pub->sent[seq], 0x10, 100);
            pub->sent_len[seq] = 100;
        }

        world_run(&world, 5);
    }

    assert_true(pub->nack > 50);
    assert_in_range(pub->block.fraction, 40, 65);
    assert_in_range(pub->block.lost, 60, 100);

    world_cleanup(&world);
}


static void
a_jump_in_sequence_is_not_told_as_loss(void **state)
{
    uint64_t   seq;
    world_t    world;
    client_t  *pub;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    client_connect(pub);
    (void) client_publish(pub, 1000);

    for (seq = 1; seq < 700; seq++) {
        client_send_video(pub, (seq < 350) ? seq : seq + 20000, 0);
        world_run(&world, 5);
    }

    assert_int_equal(pub->block.lost, 0);
    assert_int_equal(pub->block.fraction, 0);
    assert_in_range(pub->block.highest, 20500, 20700);

    world_cleanup(&world);
}


static void
rtcp_that_lies_is_ignored(void **state)
{
    u_char               *p, buf[1400];
    world_t               world;
    client_t             *pub, *sub;
    ngx_uint_t            i, n;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    client_send_video(pub, 1, 1);
    world_run(&world, 5);

    /* whatever is inside, it is authentic */

    for (i = 0; i < 20000; i++) {
        n = 8 + i % 300;
        assert_int_equal(ngx_webrtc_random_bytes(buf, n), NGX_OK);

        buf[0] = 0x80 | (buf[0] & 0x3f);
        buf[1] = (u_char) (200 + buf[1] % 8);

        if (i % 2) {
            ngx_webrtc_put16(buf + 2, (uint32_t) (n / 4 - 1));
            n &= ~(ngx_uint_t) 3;
        }

        p = buf + n;

        if (i % 3 == 0 && n >= 12) {
            ngx_webrtc_put32(buf + 8, 5000);
        }

        client_send_rtcp((i % 4) ? sub : pub, buf, p);

        if (i % 500 == 0) {
            world_run(&world, 1);
        }
    }

    world_run(&world, 1000);
    assert_int_equal(pub->ended + sub->ended, 0);

    client_send_video(pub, 2, 0);
    world_run(&world, 5);
    assert_int_equal(sub->nrtp, 2);

    world_cleanup(&world);
}


/* those that were read together did not arrive together */

static void
feedback_has_the_times_at_which_packets_arrived(void **state)
{
    u_char                     buf[64], *p;
    world_t                    world;
    client_t                  *pub;
    ngx_uint_t                 i;
    ngx_webrtc_rtp_t           rtp;
    ngx_webrtc_arrivals_t     *arrivals;
    ngx_webrtc_ext_item_t      item;
    ngx_webrtc_source_conf_t   conf;

    (void) state;

    world_init(&world);
    world.seat = 0;

    pub = client_create(&world, 0);
    client_connect(pub);
    client_estimated(pub);

    memset(&conf, 0, sizeof(conf));

    ngx_str_set(&conf.mid, "video_0");
    conf.format.codec = NGX_WEBRTC_CODEC_VP8;
    conf.format.clock_rate = 90000;
    conf.format.pt = 96;
    conf.format.twcc = 1;
    conf.ssrc = 1000;

    assert_non_null(ngx_webrtc_source_create(pub->peer, &conf));
    arrivals = pub->peer->arrivals;

    memset(&rtp, 0, sizeof(rtp));
    rtp.pt = 96;
    rtp.ssrc = 1000;
    rtp.extension = 1;

    item.id = 6;
    item.len = 2;

    for (i = 0; i < 3; i++) {
        memset(buf, 0, sizeof(buf));
        item.data = (u_char *) (i == 0 ? "\0\1" : i == 1 ? "\0\2" : "\0\3");

        rtp.seq = (uint16_t) i;
        p = ngx_webrtc_rtp_write(buf, &rtp);
        p = ngx_webrtc_rtp_ext_write(p, buf + sizeof(buf), &item, 1);

        /* of the last one nothing is known */

        ngx_webrtc_engine_set_arrival(world.engine,
                                      i < 2 ? world.now - 9000 + 4000 * i
                                            : 0);
        ngx_webrtc_peer_rtp(pub->peer, buf, p + 10 - buf, world.now);
    }

    assert_int_equal(arrivals->count, 3);
    assert_true(arrivals->items[0].arrival == world.now - 9000);
    assert_true(arrivals->items[1].arrival == world.now - 5000);
    assert_true(arrivals->items[2].arrival == world.now);

    world_cleanup(&world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_ssrc_that_is_not_known_yet_asks_for_nothing),
        cmocka_unit_test(clock_that_leaps_moves_no_sender_report),
        cmocka_unit_test(nothing_is_reported_while_nothing_is_sent),
        cmocka_unit_test(a_report_without_a_clock_tells_no_time),
        cmocka_unit_test(audio_is_never_asked_for_a_key_frame),
        cmocka_unit_test(repaired_packets_were_lost_all_the_same),
        cmocka_unit_test(a_jump_in_sequence_is_not_told_as_loss),
        cmocka_unit_test(rtcp_that_lies_is_ignored),
        cmocka_unit_test(feedback_has_the_times_at_which_packets_arrived)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
