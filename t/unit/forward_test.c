
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

#include "lib/layers.h"

#include <media/ngx_webrtc_media.h>


#define RTP_PORT   60003
#define RTCP_PORT  60004


typedef struct {
    world_t                    world;
    layers_t                   pub;
    client_t                   listener;    /* what receiver_watch() wants */
    receiver_t                 receiver;
    ngx_webrtc_forward_conf_t  conf;

    /* of the RTP port */
    ngx_uint_t                 packets;
    uint32_t                   ssrc;
    uint16_t                   seq;
    uint8_t                    pt;
    ngx_uint_t                 markers;
    ngx_uint_t                 extended;
    ngx_uint_t                 other_types;

    /* of the RTCP port */
    ngx_uint_t                 reports;
    ngx_webrtc_rtcp_report_t   report;
    ngx_uint_t                 byes;

    ngx_uint_t                 elsewhere;
} scene_t;


static scene_t  scene;


static void
scene_rtcp(u_char *pos, u_char *last)
{
    ngx_webrtc_rtcp_t      rtcp;
    ngx_webrtc_rtcp_bye_t  bye;

    assert_int_equal(ngx_webrtc_rtcp_check(pos, last), NGX_OK);

    assert_int_equal(ngx_webrtc_rtcp_next(&pos, last, &rtcp), NGX_OK);

    if (rtcp.kind == NGX_WEBRTC_RTCP_SR) {
        assert_int_equal(ngx_webrtc_rtcp_parse_report(&rtcp, &scene.report),
                         NGX_OK);
        scene.reports++;

    } else {
        assert_int_equal(rtcp.kind, NGX_WEBRTC_RTCP_RR);
    }

    assert_int_equal(ngx_webrtc_rtcp_next(&pos, last, &rtcp), NGX_OK);
    assert_int_equal(rtcp.kind, NGX_WEBRTC_RTCP_SDES);

    if (ngx_webrtc_rtcp_next(&pos, last, &rtcp) == NGX_OK) {
        assert_int_equal(rtcp.kind, NGX_WEBRTC_RTCP_BYE);
        assert_int_equal(ngx_webrtc_rtcp_parse_bye(&rtcp, &bye), NGX_OK);
        assert_int_equal(bye.nssrcs, 1);
        assert_int_equal(ngx_webrtc_rtcp_ssrc(bye.ssrcs, 0), scene.ssrc);
        scene.byes++;
    }
}


static void
scene_plain(const ngx_webrtc_addr_t *addr, u_char *pos, size_t len)
{
    ngx_webrtc_rtp_t  rtp;

    if (addr->port == RTCP_PORT) {
        scene_rtcp(pos, pos + len);
        return;
    }

    if (addr->port != RTP_PORT) {
        scene.elsewhere++;
        return;
    }

    assert_int_equal(ngx_webrtc_rtp_parse(pos, pos + len, &rtp), NGX_OK);

    if (scene.packets) {
        assert_int_equal(rtp.ssrc, scene.ssrc);
    }

    scene.packets++;
    scene.ssrc = rtp.ssrc;
    scene.seq = rtp.seq;
    scene.markers += rtp.marker;
    scene.extended += rtp.extension;
    scene.other_types += (scene.packets > 1 && scene.pt != rtp.pt);
    scene.pt = rtp.pt;

    if (scene.listener.watch) {
        scene.listener.watch(&scene.listener, &rtp, 0);
    }
}


static void
scene_init(void)
{
    memset(&scene, 0, sizeof(scene));
    world_init(&scene.world);

    scene.world.plain = scene_plain;

    ngx_webrtc_addr_set_v4(&scene.conf.rtp, "\x0a\0\0\7", RTP_PORT);
    ngx_webrtc_addr_set_v4(&scene.conf.rtcp, "\x0a\0\0\7", RTCP_PORT);
    ngx_str_set(&scene.conf.cname, "sender");
    scene.conf.pt = NGX_WEBRTC_FORWARD_SAME_PT;
}


static ngx_webrtc_forward_t *
scene_start(ngx_webrtc_codec_e codec)
{
    client_t              *client;
    ngx_webrtc_forward_t  *forward;

    scene_init();

    client = client_create(&scene.world, 0);
    client_connect(client);
    layers_publish(&scene.pub, client, codec);

    scene.listener.watch = receiver_watch;
    scene.listener.watch_data = &scene.receiver;
    scene.receiver.pub = &scene.pub;

    forward = ngx_webrtc_forward_create(scene.pub.source, &scene.conf,
                                        scene.world.now);
    assert_non_null(forward);

    return forward;
}


static void
a_source_goes_out_as_it_came_in(void **state)
{
    client_t              *client;
    ngx_uint_t             i;
    ngx_webrtc_source_t   *source;
    ngx_webrtc_forward_t  *forward;

    (void) state;

    scene_init();

    client = client_create(&scene.world, 0);
    client_connect(client);
    source = client_publish(client, 1000);

    forward = ngx_webrtc_forward_create(source, &scene.conf,
                                        scene.world.now);
    assert_non_null(forward);

    world_run(&scene.world, 20);

    /* nobody is there to be asked yet */

    client_send_video(client, 500, 0);
    world_run(&scene.world, 20);

    assert_int_equal(scene.packets, 0);
    assert_int_equal(client->pli, 1);

    for (i = 0; i < 100; i++) {
        client_send_video(client, 501 + i, i == 0);
        world_run(&scene.world, 10);
    }

    assert_int_equal(scene.packets, 100);
    assert_int_equal(scene.ssrc, 1000);
    assert_int_equal(scene.seq, 600);
    assert_int_equal(scene.pt, 96);
    assert_int_equal(client->pli, 1);
    assert_int_equal(ngx_webrtc_engine_stats(scene.world.engine)->forwarded,
                     100);

    ngx_webrtc_forward_destroy(forward);

    client_send_video(client, 601, 0);
    world_run(&scene.world, 10);
    assert_int_equal(scene.packets, 100);

    /* the numbers go on as if there had been no stop */

    forward = ngx_webrtc_forward_create(source, &scene.conf,
                                        scene.world.now);
    world_run(&scene.world, 600);
    assert_true(client->pli > 1);

    client_send_video(client, 602, 1);
    world_run(&scene.world, 10);
    assert_int_equal(scene.packets, 101);
    assert_int_equal(scene.seq, 602);
    assert_int_equal(scene.ssrc, 1000);

    assert_int_equal(scene.elsewhere, 0);

    /* it ends with its source */

    ngx_webrtc_source_destroy(source);
    world_cleanup(&scene.world);
}


/* as when the publisher's network was away for a while */

static void
a_key_frame_is_asked_for_again_when_packets_come_at_last(void **state)
{
    client_t             *client;
    ngx_uint_t            i, pli;
    ngx_webrtc_source_t  *source;

    (void) state;

    scene_init();

    client = client_create(&scene.world, 0);
    client_connect(client);
    source = client_publish(client, 1000);

    assert_non_null(ngx_webrtc_forward_create(source, &scene.conf,
                                              scene.world.now));

    world_run(&scene.world, 8000);
    pli = client->pli;

    for (i = 0; i < 100; i++) {
        client_send_video(client, 500 + i, client->pli > pli);
        world_run(&scene.world, 20);
    }

    assert_int_equal(client->pli, pli + 1);
    assert_true(scene.packets > 90);

    world_cleanup(&scene.world);
}


static void
sound_needs_no_key_frame(void **state)
{
    client_t              *client;
    ngx_uint_t             i;
    ngx_webrtc_source_t   *source;

    (void) state;

    scene_init();

    client = client_create(&scene.world, 0);
    client_connect(client);
    source = client_publish_audio(client, 2000);

    assert_non_null(ngx_webrtc_forward_create(source, &scene.conf,
                                              scene.world.now));

    for (i = 0; i < 10; i++) {
        client_send_audio(client, 2000, 65530 + i);
        world_run(&scene.world, 20);
    }

    assert_int_equal(scene.packets, 10);
    assert_int_equal(scene.seq, (uint16_t) 65539);
    assert_int_equal(scene.pt, 109);

    world_cleanup(&scene.world);
}


static void
the_highest_layer_that_there_is_makes_one_line(void **state)
{
    ngx_uint_t  i;

    static const ngx_webrtc_codec_e  codecs[] = {
        NGX_WEBRTC_CODEC_VP8, NGX_WEBRTC_CODEC_VP9,
        NGX_WEBRTC_CODEC_AV1, NGX_WEBRTC_CODEC_H264
    };

    (void) state;

    for (i = 0; i < 4; i++) {
        (void) scene_start(codecs[i]);

        layers_run(&scene.pub, 60);
        assert_int_equal(scene.receiver.layer, 2);

        /* it is not sent any more, then neither is the next one */

        scene.pub.layers[2].off = 1;
        layers_run(&scene.pub, 90);
        assert_int_equal(scene.receiver.layer, 1);

        scene.pub.layers[1].off = 1;
        layers_run(&scene.pub, 90);
        assert_int_equal(scene.receiver.layer, 0);

        scene.pub.layers[2].off = 0;
        layers_run(&scene.pub, 90);
        assert_int_equal(scene.receiver.layer, 2);

        assert_in_range(scene.receiver.switches, 3, 5);
        assert_true(scene.receiver.drift_max < 90 * 50);
        assert_true(scene.receiver.drift_min > -90 * 50);

        world_cleanup(&scene.world);
    }
}


/* as the samples of GStreamer want it: plain RTP with the number declared */

static void
payload_types_are_mapped_and_extensions_left_out(void **state)
{
    ngx_uint_t  i, bare;

    static const ngx_webrtc_codec_e  codecs[] = {
        NGX_WEBRTC_CODEC_VP8, NGX_WEBRTC_CODEC_VP9,
        NGX_WEBRTC_CODEC_AV1, NGX_WEBRTC_CODEC_H264
    };

    (void) state;

    for (i = 0; i < 8; i++) {
        bare = i / 4;

        (void) scene_start(codecs[i % 4]);
        ngx_webrtc_source_destroy(scene.pub.source);

        /* the counter of AV1 is in an extension: there is none to see */

        if (bare && codecs[i % 4] == NGX_WEBRTC_CODEC_AV1) {
            scene.listener.watch = NULL;
        }

        scene.conf.pt = 105;
        scene.conf.bare = bare;
        layers_publish(&scene.pub, scene.pub.client, codecs[i % 4]);
        (void) ngx_webrtc_forward_create(scene.pub.source, &scene.conf,
                                         scene.world.now);

        /* with repairs, and a change of layers that rewrites counters */

        layers_run(&scene.pub, 60);
        scene.pub.layers[2].off = 1;
        layers_run(&scene.pub, 90);
        scene.pub.layers[2].off = 0;
        layers_run(&scene.pub, 60);

        assert_int_equal(scene.pt, 105);
        assert_int_equal(scene.other_types, 0);
        assert_true(scene.packets > 300);
        assert_int_equal(scene.extended, bare ? 0 : scene.packets);

        world_cleanup(&scene.world);
    }
}


static void
it_can_be_sent_elsewhere(void **state)
{
    client_t              *client;
    ngx_uint_t             i;
    ngx_webrtc_source_t   *source;
    ngx_webrtc_forward_t  *forward;

    (void) state;

    scene_init();

    client = client_create(&scene.world, 0);
    client_connect(client);
    source = client_publish(client, 1000);

    /* nowhere yet: nobody needs a key frame */

    scene.conf.rtp.port = 0;
    forward = ngx_webrtc_forward_create(source, &scene.conf,
                                        scene.world.now);

    for (i = 0; i < 50; i++) {
        client_send_video(client, 500 + i, i == 0);
        world_run(&scene.world, 20);
    }

    assert_int_equal(scene.packets, 0);
    assert_int_equal(client->pli, 0);

    scene.conf.rtp.port = RTP_PORT;
    ngx_webrtc_forward_set(forward, &scene.conf, scene.world.now);
    world_run(&scene.world, 20);
    assert_int_equal(client->pli, 1);

    for (i = 50; i < 60; i++) {
        client_send_video(client, 500 + i, i == 50);
        world_run(&scene.world, 20);
    }

    assert_int_equal(scene.packets, 10);
    assert_int_equal(scene.seq, 559);

    /* only RTCP and the payload type: no picture is lost for it */

    scene.conf.rtcp.port = 0;
    scene.conf.pt = 33;
    ngx_webrtc_forward_set(forward, &scene.conf, scene.world.now);
    client_send_video(client, 560, 0);
    world_run(&scene.world, 600);

    assert_int_equal(scene.packets, 11);
    assert_int_equal(scene.pt, 33);
    assert_int_equal(client->pli, 1);

    /* to another address, and back, where the line goes on */

    scene.conf.rtp.port = RTP_PORT + 10;
    ngx_webrtc_forward_set(forward, &scene.conf, scene.world.now);
    world_run(&scene.world, 20);
    assert_int_equal(client->pli, 2);

    client_send_video(client, 561, 0);
    client_send_video(client, 562, 1);
    world_run(&scene.world, 20);
    assert_int_equal(scene.packets, 11);
    assert_int_equal(scene.elsewhere, 1);

    scene.conf.rtp.port = 0;
    ngx_webrtc_forward_set(forward, &scene.conf, scene.world.now);
    client_send_video(client, 563, 0);
    world_run(&scene.world, 20);

    scene.conf.rtp.port = RTP_PORT;
    ngx_webrtc_forward_set(forward, &scene.conf, scene.world.now);
    client_send_video(client, 564, 1);
    world_run(&scene.world, 20);

    assert_int_equal(scene.packets, 12);
    assert_int_equal(scene.seq, 562);
    assert_int_equal(scene.elsewhere, 1);

    world_cleanup(&scene.world);
}


static void
who_gets_it_is_told_of_its_end(void **state)
{
    u_char     *p, buf[1200];
    uint32_t    ssrcs[2] = { 1000, 1001 };
    client_t   *client;
    ngx_uint_t  i;

    (void) state;

    scene_init();

    client = client_create(&scene.world, 0);
    client_connect(client);

    assert_non_null(ngx_webrtc_forward_create(client_publish(client, 1000),
                                              &scene.conf,
                                              scene.world.now));

    /* there was nothing of it */

    p = ngx_webrtc_rtcp_write_bye(buf, buf + 1200, ssrcs, 2);
    client_send_rtcp(client, buf, p);
    world_run(&scene.world, 10);
    assert_int_equal(scene.byes, 0);

    for (i = 0; i < 10; i++) {
        client_send_video(client, 500 + i, i == 0);
        world_run(&scene.world, 20);
    }

    /* said a hundred times in one datagram */

    p = buf;

    for (i = 0; i < 60; i++) {
        p = ngx_webrtc_rtcp_write_bye(p, buf + 1200, ssrcs, 2);
        assert_non_null(p);
    }

    client_send_rtcp(client, buf, p);
    world_run(&scene.world, 10);
    assert_int_equal(scene.byes, 1);

    /* and it goes on after all, until its peer is gone */

    client_send_video(client, 510, 0);
    world_run(&scene.world, 20);
    assert_int_equal(scene.packets, 11);

    client_destroy(client);
    assert_int_equal(scene.byes, 2);

    world_cleanup(&scene.world);
}


static void
reports_tell_the_time_of_what_was_sent(void **state)
{
    int64_t  usec, off;

    (void) state;

    (void) scene_start(NGX_WEBRTC_CODEC_VP8);

    layers_run(&scene.pub, 150);

    assert_in_range(scene.reports, 2, 5);
    assert_int_equal(scene.report.ssrc, scene.ssrc);
    assert_in_range(scene.packets - scene.report.packets, 0, 150);

    /* the moment of the report, by the timestamps of the stream */

    usec = (int64_t) ((scene.report.ntp >> 32) * NGX_WEBRTC_SEC
                      + (((scene.report.ntp & 0xffffffff) * NGX_WEBRTC_SEC)
                         >> 32));
    usec -= scene.world.engine->wall_offset;
    usec -= 2208988800 * (int64_t) NGX_WEBRTC_SEC;      /* 1900 to 1970 */

    off = (int32_t) (scene.report.timestamp - scene.receiver.timestamp);
    off -= (usec - (int64_t) scene.receiver.sent * 1000) * 9 / 100;

    assert_true(off < 90 * 5 && off > -90 * 5);

    world_cleanup(&scene.world);
}


static void
without_a_port_there_are_no_reports(void **state)
{
    (void) state;

    scene_init();
    world_cleanup(&scene.world);

    (void) scene_start(NGX_WEBRTC_CODEC_VP8);
    ngx_webrtc_source_destroy(scene.pub.source);

    scene.conf.rtcp.port = 0;
    layers_publish(&scene.pub, scene.pub.client, NGX_WEBRTC_CODEC_VP8);
    (void) ngx_webrtc_forward_create(scene.pub.source, &scene.conf,
                                     scene.world.now);

    layers_run(&scene.pub, 100);

    assert_true(scene.packets > 0);
    assert_int_equal(scene.reports, 0);
    assert_int_equal(scene.elsewhere, 0);

    world_cleanup(&scene.world);
}


static void
losses_of_the_publisher_are_repaired_here_too(void **state)
{
    ngx_uint_t             i, got;
    client_t              *client;
    ngx_webrtc_source_t   *source;

    (void) state;

    scene_init();

    client = client_create(&scene.world, 0);
    client_connect(client);
    source = client_publish(client, 1000);

    assert_non_null(ngx_webrtc_forward_create(source, &scene.conf,
                                              scene.world.now));

    client_send_video(client, 500, 1);
    world_run(&scene.world, 10);

    scene.world.loss = 10;

    for (i = 1; i < 400; i++) {
        client_send_video(client, 500 + i, 0);
        world_run(&scene.world, 10);
    }

    scene.world.loss = 0;
    world_run(&scene.world, 500);

    got = scene.packets;
    assert_in_range(got, 395, 400);

    world_cleanup(&scene.world);
}


/* as a full socket makes it */

static void
it_goes_on_where_the_outbox_was_full(void **state)
{
    ngx_int_t             rc;
    ngx_pool_t           *pool;
    ngx_uint_t            i, n, rounds;
    client_t             *client;
    ngx_webrtc_source_t  *source;
    ngx_webrtc_outbox_t   out;

    (void) state;

    scene_init();
    scene.world.seat = 0;

    pool = ngx_create_pool(1024, NULL);
    assert_int_equal(ngx_webrtc_outbox_init(&out, pool, 4000, 2), NGX_OK);

    client = client_create(&scene.world, 0);
    client_connect(client);
    source = client_publish(client, 1000);

    assert_non_null(ngx_webrtc_forward_create(source, &scene.conf,
                                              scene.world.now));

    for (i = 0; i < 20; i++) {
        client_send_video(client, 500 + i, i == 0);
    }

    n = 0;
    rounds = 0;

    do {
        rc = ngx_webrtc_forwards_output(source, scene.world.now, &out);

        for (i = 0; i < out.nmessages; i++) {
            n += out.messages[i].segment
                 ? (out.messages[i].len + out.messages[i].segment - 1)
                   / out.messages[i].segment
                 : 1;
        }

        ngx_webrtc_outbox_reset(&out);
        rounds++;

    } while (rc == NGX_AGAIN);

    assert_int_equal(n, 20);
    assert_true(rounds > 1);

    /* what it is told of the end is of a stream that it has not seen */

    scene.world.plain = NULL;

    ngx_destroy_pool(pool);
    world_cleanup(&scene.world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_source_goes_out_as_it_came_in),
        cmocka_unit_test(
                    a_key_frame_is_asked_for_again_when_packets_come_at_last),
        cmocka_unit_test(sound_needs_no_key_frame),
        cmocka_unit_test(the_highest_layer_that_there_is_makes_one_line),
        cmocka_unit_test(payload_types_are_mapped_and_extensions_left_out),
        cmocka_unit_test(it_can_be_sent_elsewhere),
        cmocka_unit_test(who_gets_it_is_told_of_its_end),
        cmocka_unit_test(reports_tell_the_time_of_what_was_sent),
        cmocka_unit_test(without_a_port_there_are_no_reports),
        cmocka_unit_test(losses_of_the_publisher_are_repaired_here_too),
        cmocka_unit_test(it_goes_on_where_the_outbox_was_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
