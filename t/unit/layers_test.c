
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


typedef struct {
    world_t                     world;
    layers_t                    pub;
    client_t                   *client;
    receiver_t                  receiver;
    ngx_webrtc_subscription_t  *sub;

    ngx_uint_t                  told;
    ngx_webrtc_layer_change_t   change;     /* the last */
    ngx_uint_t                  ended;      /* by a handler */
} scene_t;


static scene_t  scene;


static void
scene_told(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_layer_change_t *change, void *data,
    ngx_webrtc_usec_t now)
{
    (void) now;

    assert_ptr_equal(data, &scene);
    assert_int_equal(ngx_webrtc_subscription_layer(sub), change->current);

    if (scene.told++) {
        assert_int_equal(change->previous, scene.change.current);

    } else {
        assert_int_equal(change->previous, NGX_WEBRTC_LAYER_NONE);
    }

    scene.change = *change;
}


/* a publisher of three layers and a receiver who wants this one of them */

static void
scene_start(ngx_webrtc_codec_e codec, ngx_int_t layer)
{
    client_t                        *client;
    ngx_webrtc_subscription_conf_t   conf;

    memset(&scene, 0, sizeof(scene));
    world_init(&scene.world);

    client = client_create(&scene.world, 0);
    client_connect(client);
    layers_publish(&scene.pub, client, codec);

    scene.client = client_create(&scene.world, 0);
    client_connect(scene.client);

    memset(&conf, 0, sizeof(conf));
    conf.layer = layer;
    conf.handler = scene_told;
    conf.data = &scene;

    scene.sub = receiver_subscribe(&scene.receiver, scene.client, &scene.pub,
                                   5000, &conf);
}


static void
scene_end(void)
{
    assert_int_equal(scene.client->bad, 0);

    world_cleanup(&scene.world);
}


static void
want(ngx_int_t layer)
{
    ngx_webrtc_subscription_set_layer(scene.sub, layer, scene.world.now);
}


#define assert_layer(n)                                                      \
    assert_int_equal(ngx_webrtc_subscription_layer(scene.sub), n);           \
    assert_int_equal(scene.receiver.layer, n)

#define assert_told(from, to, sender)                                        \
    assert_int_equal(scene.change.previous, from);                           \
    assert_int_equal(scene.change.current, to);                              \
    assert_int_equal(scene.change.by_sender, sender)


static void
each_codec_is_one_clean_line(void **state)
{
    ngx_uint_t  i, k, frames;

    static const ngx_webrtc_codec_e  codecs[] = {
        NGX_WEBRTC_CODEC_VP8, NGX_WEBRTC_CODEC_VP9,
        NGX_WEBRTC_CODEC_AV1, NGX_WEBRTC_CODEC_H264
    };

    static const ngx_int_t  layers[] = { 2, 0, 1, 2, 1, 0, 2 };

    (void) state;

    for (i = 0; i < 4; i++) {
        scene_start(codecs[i], 0);
        layers_run(&scene.pub, 45);

        assert_layer(0);
        frames = scene.receiver.frames;
        assert_in_range(frames, 44, 45);

        for (k = 0; k < sizeof(layers) / sizeof(layers[0]); k++) {
            want(layers[k]);
            layers_run(&scene.pub, 30);

            assert_layer(layers[k]);
            assert_int_equal(scene.told, k + 2);
            assert_int_equal(scene.change.by_sender, 0);

            /* not one frame is missing: the old one goes on until then */

            assert_in_range(scene.receiver.frames, frames + 29, frames + 31);
            frames = scene.receiver.frames;
        }

        assert_int_equal(scene.receiver.switches, k);

        /* in step with the publisher's clock, but for a frame at most */

        assert_in_range(scene.receiver.drift_max - scene.receiver.drift_min,
                        0, 3000);

        scene_end();
    }
}


static void
a_switch_waits_for_a_key_frame(void **state)
{
    ngx_uint_t  pli;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 0);
    layers_run(&scene.pub, 10);

    scene.pub.client->feedback = NULL;
    pli = scene.pub.client->pli;

    want(2);
    layers_run(&scene.pub, 10);

    assert_layer(0);
    assert_int_equal(scene.pub.client->pli, pli + 1);

    scene.pub.layers[2].wanted = 1;
    layers_run(&scene.pub, 1);
    assert_layer(2);
    assert_told(0, 2, 0);

    scene_end();
}


static void
requests_go_to_the_layer_that_is_meant(void **state)
{
    ngx_uint_t  i, pli[3];

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 0);
    layers_run(&scene.pub, 30);

    for (i = 0; i < 3; i++) {
        pli[i] = scene.pub.layers[i].pli;
    }

    /* the receiver has lost something of what it gets */

    client_send_pli(scene.client);
    layers_run(&scene.pub, 30);

    assert_int_equal(scene.pub.layers[0].pli, pli[0] + 1);
    assert_int_equal(scene.pub.layers[1].pli, pli[1]);
    assert_int_equal(scene.pub.layers[2].pli, pli[2]);

    want(2);
    layers_run(&scene.pub, 30);

    assert_int_equal(scene.pub.layers[0].pli, pli[0] + 1);
    assert_int_equal(scene.pub.layers[1].pli, pli[1]);
    assert_int_equal(scene.pub.layers[2].pli, pli[2] + 1);

    /* all of them */

    ngx_webrtc_source_want_key_frame(scene.pub.source, scene.world.now);
    layers_run(&scene.pub, 30);
    assert_int_equal(scene.pub.layers[0].pli, pli[0] + 2);
    assert_int_equal(scene.pub.layers[1].pli, pli[1] + 1);
    assert_int_equal(scene.pub.layers[2].pli, pli[2] + 2);

    scene_end();
}


static void
a_layer_that_is_not_sent_gives_the_next_lower_one(void **state)
{
    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 2);
    scene.pub.layers[2].off = 1;
    layers_run(&scene.pub, 30);
    assert_layer(1);
    assert_told(NGX_WEBRTC_LAYER_NONE, 1, 1);
    scene_end();

    /* none is lower: the lowest */

    scene_start(NGX_WEBRTC_CODEC_VP8, 0);
    scene.pub.layers[0].off = 1;
    layers_run(&scene.pub, 30);
    assert_layer(1);
    scene_end();
}


static void
a_layer_that_ends_does_not_freeze_the_receiver(void **state)
{
    ngx_uint_t  frames;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP9, 2);
    layers_run(&scene.pub, 60);
    assert_layer(2);

    frames = scene.receiver.frames;
    scene.pub.layers[2].off = 1;
    layers_run(&scene.pub, 60);

    assert_layer(1);
    assert_told(2, 1, 1);
    assert_in_range(scene.receiver.frames, frames + 40, frames + 48);

    scene.pub.layers[1].off = 1;
    layers_run(&scene.pub, 60);
    assert_layer(0);

    /* it comes back, with a key frame of its own */

    scene.pub.layers[2].off = 0;
    scene.pub.layers[2].wanted = 1;
    frames = scene.receiver.frames;
    layers_run(&scene.pub, 30);

    assert_layer(2);
    assert_told(0, 2, 1);
    assert_in_range(scene.receiver.frames, frames + 29, frames + 30);

    scene_end();
}


static void
silence_of_all_layers_changes_nothing(void **state)
{
    ngx_uint_t  i, told, pli;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 1);
    layers_run(&scene.pub, 30);
    assert_layer(1);
    told = scene.told;
    pli = scene.pub.client->pli;

    /* muted; then one frame a second, as of a screen that stands still */

    world_run(&scene.world, 10000);

    for (i = 0; i < 10; i++) {
        layers_run(&scene.pub, 1);
        world_run(&scene.world, 967);
    }

    layers_run(&scene.pub, 30);
    assert_layer(1);
    assert_int_equal(scene.told, told);
    assert_int_equal(scene.pub.client->pli, pli);

    scene_end();
}


static void
a_slow_layer_has_not_ended(void **state)
{
    ngx_uint_t  i, told;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 2);
    layers_run(&scene.pub, 30);
    assert_layer(2);
    told = scene.told;

    /* five frames a second beside thirty */

    scene.pub.layers[2].off = 1;

    for (i = 0; i < 30; i++) {
        layers_run(&scene.pub, 6);
        layers_send_frame(&scene.pub, 2);
    }

    assert_layer(2);
    assert_int_equal(scene.told, told);

    /* when all are slow, an end is still noticed */

    layers_run(&scene.pub, 45);
    assert_layer(1);

    for (i = 0; i < 10; i++) {
        if (i < 5) {
            layers_send_frame(&scene.pub, 1);
        }

        layers_send_frame(&scene.pub, 0);
        world_run(&scene.world, 1000);
    }

    assert_layer(0);

    scene_end();
}


static void
nothing_is_sent_while_it_is_paused(void **state)
{
    ngx_uint_t  i, packets, pli;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 1);
    layers_run(&scene.pub, 30);
    assert_layer(1);

    ngx_webrtc_subscription_set_paused(scene.sub, 1, scene.world.now);
    assert_int_equal(ngx_webrtc_subscription_layer(scene.sub),
                     NGX_WEBRTC_LAYER_NONE);

    /* told by the engine, not from within the verb */

    assert_int_equal(scene.told, 1);
    world_run(&scene.world, 1);
    assert_told(1, NGX_WEBRTC_LAYER_NONE, 0);

    packets = scene.receiver.packets;
    pli = scene.pub.client->pli;

    for (i = 0; i < 10; i++) {
        client_send_pli(scene.client);
        receiver_nack(scene.client, (uint16_t) (scene.receiver.seq - i));
        layers_run(&scene.pub, 10);
    }

    want(2);
    layers_run(&scene.pub, 10);

    assert_int_equal(scene.receiver.packets, packets);
    assert_int_equal(scene.receiver.rtx, 0);
    assert_int_equal(scene.pub.client->pli, pli);

    ngx_webrtc_subscription_set_paused(scene.sub, 0, scene.world.now);
    ngx_webrtc_subscription_set_paused(scene.sub, 0, scene.world.now);
    layers_run(&scene.pub, 30);
    assert_layer(2);
    assert_int_equal(scene.pub.client->pli, pli + 1);
    assert_told(NGX_WEBRTC_LAYER_NONE, 2, 0);

    /* LAYER_NONE is the same by another way */

    want(NGX_WEBRTC_LAYER_NONE);
    packets = scene.receiver.packets;
    layers_run(&scene.pub, 30);
    assert_int_equal(scene.receiver.packets, packets);

    want(0);
    layers_run(&scene.pub, 30);
    assert_layer(0);

    scene_end();
}


static void
a_subscription_may_begin_paused(void **state)
{
    receiver_t                       receiver;
    ngx_webrtc_subscription_t       *sub;
    ngx_webrtc_subscription_conf_t   conf;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 1);
    layers_run(&scene.pub, 30);
    ngx_webrtc_subscription_destroy(scene.sub);

    memset(&conf, 0, sizeof(conf));
    conf.layer = 2;
    conf.paused = 1;

    sub = receiver_subscribe(&receiver, scene.client, &scene.pub, 6000,
                             &conf);
    layers_run(&scene.pub, 30);
    assert_int_equal(receiver.packets, 0);

    ngx_webrtc_subscription_set_paused(sub, 0, scene.world.now);
    layers_run(&scene.pub, 30);
    assert_in_range(receiver.frames, 28, 30);
    assert_int_equal(receiver.layer, 2);

    /* so that world_cleanup() finds nothing of ours on the stack */

    ngx_webrtc_subscription_destroy(sub);
    scene.client->watch = NULL;
    scene_end();
}


static void
reports_stay_right_after_a_switch(void **state)
{
    int32_t     ahead;
    ngx_uint_t  i, k, n;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 0);
    layers_run(&scene.pub, 60);

    for (i = 0; i < 20; i++) {
        want((ngx_int_t) (i * 2 % 3));
        layers_run(&scene.pub, 30);
        assert_layer((ngx_int_t) (i * 2 % 3));

        n = scene.client->sr;

        for (k = 0; k < 60 && scene.client->sr == n; k++) {
            layers_run(&scene.pub, 1);
        }

        assert_true(scene.client->sr > n);

        /*
         * The moment of a frame by the report is when it was sent: the
         * report's clock is 1700000000 s ahead of the engine's.
         */

        ahead = (int32_t) (scene.client->last_sr.timestamp
                           - scene.receiver.timestamp);

        n = ((scene.client->last_sr.ntp >> 32) - 2208988800u - 1700000000u)
            * 1000
            + (((scene.client->last_sr.ntp & 0xffffffff) * 1000) >> 32);

        ahead -= (int32_t) (n - scene.receiver.sent) * 90;

        assert_in_range(ahead + 900, 0, 1800);
    }

    scene_end();
}


static void
timestamps_go_on_without_reports(void **state)
{
    ngx_uint_t  i, k;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 0);

    for (k = 0; k < 30; k++) {
        want((ngx_int_t) (k % 3));

        for (i = 0; i < 30; i++) {
            layers_send_frame(&scene.pub, 0);
            layers_send_frame(&scene.pub, 1);
            layers_send_frame(&scene.pub, 2);
            world_run(&scene.world, 33);
        }

        assert_layer((ngx_int_t) (k % 3));
    }

    assert_in_range(scene.receiver.drift_max - scene.receiver.drift_min,
                    0, 3000);
    scene_end();
}


static void
reports_that_lie_do_no_harm(void **state)
{
    u_char                    *p, buf[200];
    ngx_uint_t                 i, k;
    ngx_webrtc_rtcp_report_t   report;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 0);
    memset(&report, 0, sizeof(report));

    for (k = 0; k < 40; k++) {
        for (i = 0; i < 3; i++) {
            report.ssrc = scene.pub.layers[i].ssrc;
            report.ntp = (k * 3 + i + 1) * 0x1234567800000000ULL;
            report.timestamp = (uint32_t) (k * i * 0x7654321);

            p = ngx_webrtc_rtcp_write_sr(buf, buf + 150, &report, NULL, 0);
            client_send_rtcp(scene.pub.client, buf, p);
        }

        want((ngx_int_t) (k % 3));

        for (i = 0; i < 25; i++) {
            layers_send_frame(&scene.pub, 0);
            layers_send_frame(&scene.pub, 1);
            layers_send_frame(&scene.pub, 2);
            world_run(&scene.world, 33);
        }

        assert_layer((ngx_int_t) (k % 3));
    }

    /* the worst that passes for true is some seconds off */

    assert_in_range(scene.receiver.drift_max - scene.receiver.drift_min,
                    0, 40 * 450000);
    scene_end();
}


static void
packets_from_before_a_switch_are_sent_again(void **state)
{
    uint16_t    seq;
    ngx_uint_t  i, rtx;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 0);
    layers_run(&scene.pub, 30);
    want(2);
    layers_run(&scene.pub, 2);
    layers_run(&scene.pub, 2);
    assert_layer(2);

    /* around the switch; the receiver compares them */

    seq = (uint16_t) scene.receiver.seq;

    for (i = 0; i < 30; i++) {
        rtx = scene.receiver.rtx;
        assert_true(scene.receiver.got[(uint16_t) (seq - i)]);

        receiver_nack(scene.client, (uint16_t) (seq - i));
        world_run(&scene.world, 1);
        assert_int_equal(scene.receiver.rtx, rtx + 1);
    }

    scene_end();
}


/* SRTP drops what comes twice, so what comes is what had been lost */

static void
what_is_lost_around_switches_is_repaired(void **state)
{
    uint16_t    seq;
    ngx_uint_t  i, k, missing;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP9, 0);
    layers_run(&scene.pub, 30);
    assert_layer(0);
    scene.receiver.reordered = 1;

    for (k = 0; k < 40; k++) {
        scene.world.loss = 15;
        want((ngx_int_t) (k * 2 % 3));

        for (i = 0; i < 10; i++) {
            layers_run(&scene.pub, 2);
            client_nack_missing(scene.client);
        }

        scene.world.loss = 0;

        for (i = 0; i < 20; i++) {
            layers_run(&scene.pub, 1);
            client_nack_missing(scene.client);
        }

        missing = 0;

        for (seq = scene.client->first_seq;
             seq != scene.client->highest;
             seq++)
        {
            missing += !scene.client->got[seq];
        }

        /* nothing is missing that was sent in the last two spans */

        assert_int_equal(missing, 0);

        assert_int_equal(ngx_webrtc_subscription_layer(scene.sub), k * 2 % 3);
    }

    scene_end();
}


static void
a_thousand_switches(void **state)
{
    ngx_uint_t  i, frames;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 0);
    layers_run(&scene.pub, 30);
    frames = scene.receiver.frames;

    for (i = 1; i <= 1000; i++) {
        want((ngx_int_t) (i % 3));

        /* key frames as they are wanted, without our throttle */

        scene.pub.layers[i % 3].wanted = 1;
        layers_run(&scene.pub, 2);

        assert_layer((ngx_int_t) (i % 3));
    }

    assert_int_equal(scene.receiver.switches, 1000);
    assert_in_range(scene.receiver.frames, frames + 1998, frames + 2002);
    assert_in_range(scene.receiver.drift_max - scene.receiver.drift_min,
                    0, 3000);
    scene_end();
}


static void
receivers_of_one_source_are_independent(void **state)
{
    client_t                        *clients[6];
    ngx_uint_t                       i, k;
    static receiver_t                receivers[6];
    ngx_webrtc_subscription_t       *subs[6];
    ngx_webrtc_subscription_conf_t   conf;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_AV1, 0);

    memset(&conf, 0, sizeof(conf));

    for (i = 0; i < 6; i++) {
        clients[i] = client_create(&scene.world, 0);
        client_connect(clients[i]);

        conf.layer = (ngx_int_t) (i % 3);
        subs[i] = receiver_subscribe(&receivers[i], clients[i], &scene.pub,
                                     (uint32_t) (6000 + i * 10), &conf);
    }

    layers_run(&scene.pub, 30);

    for (k = 1; k < 20; k++) {
        for (i = 0; i < 6; i++) {
            assert_int_equal(receivers[i].layer, (i + k - 1) % 3);
            assert_int_equal(clients[i]->bad, 0);

            ngx_webrtc_subscription_set_layer(subs[i],
                                              (ngx_int_t) ((i + k) % 3),
                                              scene.world.now);
        }

        layers_run(&scene.pub, 30);
    }

    assert_int_equal(scene.receiver.switches, 0);
    assert_layer(0);

    /* gone in the middle of a switch, with the source and without */

    for (i = 0; i < 6; i++) {
        ngx_webrtc_subscription_set_layer(subs[i], (ngx_int_t) (i % 3),
                                          scene.world.now);
    }

    for (i = 0; i < 3; i++) {
        ngx_webrtc_subscription_destroy(subs[i]);
    }

    layers_send_frame(&scene.pub, 0);
    ngx_webrtc_source_destroy(scene.pub.source);
    world_run(&scene.world, 100);

    scene_end();
}


static void
end_everything(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_layer_change_t *change, void *data,
    ngx_webrtc_usec_t now)
{
    client_t  *client;

    (void) sub;
    (void) change;
    (void) now;

    client = data;

    ngx_webrtc_peer_destroy(client->peer, NULL);
    client->peer = NULL;
    client->ended = 1;
    scene.ended++;
}


static void
a_handler_may_end_everything(void **state)
{
    ngx_uint_t                       i;
    client_t                        *client;
    static receiver_t                receiver;
    ngx_webrtc_subscription_conf_t   conf;

    (void) state;

    /* the receiver, then the publisher */

    for (i = 0; i < 2; i++) {
        scene_start(NGX_WEBRTC_CODEC_VP8, 0);

        client = client_create(&scene.world, 0);
        client_connect(client);

        memset(&conf, 0, sizeof(conf));
        conf.handler = end_everything;
        conf.data = i ? scene.pub.client : client;

        (void) receiver_subscribe(&receiver, client, &scene.pub, 7000,
                                  &conf);
        layers_send_frame(&scene.pub, 0);
        world_run(&scene.world, 100);

        assert_int_equal(scene.ended, 1);
        scene_end();
    }
}


static void
rates_of_layers_are_measured(void **state)
{
    ngx_uint_t  i, rate;

    (void) state;

    scene_start(NGX_WEBRTC_CODEC_VP8, 0);
    scene.pub.layers[1].off = 1;
    layers_run(&scene.pub, 60);

    for (i = 0; i < 3; i++) {
        rate = 8 * 1000 / 33 * (i + 1) * (12 + 300 * (i + 1));
        rate = (i == 1) ? 0 : rate;

        assert_in_range(ngx_webrtc_track_bit_rate(
                                              &scene.pub.source->tracks[i],
                                              scene.world.now),
                        rate * 9 / 10, rate * 11 / 10);
    }

    scene_end();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_codec_is_one_clean_line),
        cmocka_unit_test(a_switch_waits_for_a_key_frame),
        cmocka_unit_test(requests_go_to_the_layer_that_is_meant),
        cmocka_unit_test(a_layer_that_is_not_sent_gives_the_next_lower_one),
        cmocka_unit_test(a_layer_that_ends_does_not_freeze_the_receiver),
        cmocka_unit_test(silence_of_all_layers_changes_nothing),
        cmocka_unit_test(a_slow_layer_has_not_ended),
        cmocka_unit_test(nothing_is_sent_while_it_is_paused),
        cmocka_unit_test(a_subscription_may_begin_paused),
        cmocka_unit_test(reports_stay_right_after_a_switch),
        cmocka_unit_test(timestamps_go_on_without_reports),
        cmocka_unit_test(reports_that_lie_do_no_harm),
        cmocka_unit_test(packets_from_before_a_switch_are_sent_again),
        cmocka_unit_test(what_is_lost_around_switches_is_repaired),
        cmocka_unit_test(a_thousand_switches),
        cmocka_unit_test(receivers_of_one_source_are_independent),
        cmocka_unit_test(a_handler_may_end_everything),
        cmocka_unit_test(rates_of_layers_are_measured)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
