
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

#include <media/ngx_webrtc_speech.h>


#define LOUD   20
#define QUIET  90


static const ngx_webrtc_speech_conf_t  speech_conf = {
    45, MSEC(1000), MSEC(2000)
};


/* a packet every 20 ms until "last", not included; the state at the end */

static ngx_webrtc_speech_e
speak(ngx_webrtc_speech_t *speech, ngx_uint_t level, ngx_uint_t first,
    ngx_uint_t last)
{
    ngx_uint_t  t;

    for (t = first; t < last; t += 20) {
        ngx_webrtc_speech_tick(speech, &speech_conf, MSEC(t));
        ngx_webrtc_speech_input(speech, &speech_conf, level, MSEC(t));
    }

    return speech->state;
}


static void
speech_begins_at_once_and_lasts_after_the_activation_time(void **state)
{
    ngx_webrtc_speech_t  speech;

    (void) state;

    ngx_memzero(&speech, sizeof(ngx_webrtc_speech_t));

    assert_int_equal(speak(&speech, QUIET, 10000, 11000),
                     NGX_WEBRTC_SPEECH_NONE);
    assert_true(ngx_webrtc_speech_expires(&speech, &speech_conf)
                == NGX_WEBRTC_NEVER);

    assert_int_equal(speak(&speech, LOUD, 11000, 11020),
                     NGX_WEBRTC_SPEECH_BEGUN);
    assert_int_equal(speak(&speech, LOUD, 11020, 12000),
                     NGX_WEBRTC_SPEECH_BEGUN);
    assert_int_equal(speak(&speech, LOUD, 12000, 12020),
                     NGX_WEBRTC_SPEECH_LASTING);

    /* silence is silence after the hold time */

    assert_int_equal(speak(&speech, QUIET, 12020, 14000),
                     NGX_WEBRTC_SPEECH_LASTING);
    assert_int_equal(speak(&speech, QUIET, 14000, 14020),
                     NGX_WEBRTC_SPEECH_NONE);
}


static void
the_threshold_itself_is_loud(void **state)
{
    ngx_webrtc_speech_t  speech;

    (void) state;

    ngx_memzero(&speech, sizeof(ngx_webrtc_speech_t));

    assert_int_equal(speak(&speech, 46, 10000, 12000),
                     NGX_WEBRTC_SPEECH_NONE);
    assert_int_equal(speak(&speech, 45, 12000, 12020),
                     NGX_WEBRTC_SPEECH_BEGUN);
}


static void
speech_has_pauses_but_clicks_are_no_speech(void **state)
{
    ngx_uint_t           t;
    ngx_webrtc_speech_t  speech;

    (void) state;

    ngx_memzero(&speech, sizeof(ngx_webrtc_speech_t));

    /* words of 200 ms, pauses of 400 ms */

    for (t = 10000; t < 11200; t += 600) {
        (void) speak(&speech, LOUD, t, t + 200);
        (void) speak(&speech, QUIET, t + 200, t + 600);
    }

    assert_int_equal(speak(&speech, LOUD, 11200, 11220),
                     NGX_WEBRTC_SPEECH_LASTING);

    /* a click every second */

    ngx_memzero(&speech, sizeof(ngx_webrtc_speech_t));

    for (t = 20000; t < 30000; t += 1000) {
        (void) speak(&speech, LOUD, t, t + 20);
        assert_int_equal(speak(&speech, QUIET, t + 20, t + 1000),
                         NGX_WEBRTC_SPEECH_BEGUN);
    }
}


static void
without_packets_speech_ends_too(void **state)
{
    ngx_webrtc_speech_t  speech;

    (void) state;

    ngx_memzero(&speech, sizeof(ngx_webrtc_speech_t));

    (void) speak(&speech, LOUD, 10000, 11100);

    assert_true(ngx_webrtc_speech_expires(&speech, &speech_conf)
                == MSEC(13080));

    ngx_webrtc_speech_tick(&speech, &speech_conf, MSEC(13079));
    assert_int_equal(speech.state, NGX_WEBRTC_SPEECH_LASTING);

    ngx_webrtc_speech_tick(&speech, &speech_conf, MSEC(13080));
    assert_int_equal(speech.state, NGX_WEBRTC_SPEECH_NONE);
}


/* in the engine */

typedef struct {
    ngx_uint_t           told[3];
    ngx_uint_t           all;
    ngx_webrtc_speech_e  last;
    ngx_webrtc_usec_t    when;
    client_t            *doomed;
} listener_t;


static void
hear(ngx_webrtc_source_t *source, ngx_webrtc_speech_e speech, void *data,
    ngx_webrtc_usec_t now)
{
    listener_t  *listener;

    (void) source;

    listener = data;

    listener->told[speech]++;
    listener->all++;
    listener->last = speech;
    listener->when = now;

    if (listener->doomed) {
        ngx_webrtc_peer_destroy(listener->doomed->peer, NULL);
        listener->doomed->peer = NULL;
    }
}


static void
publish(client_t *client, listener_t *listener)
{
    ngx_webrtc_ext_map_t       map;
    ngx_webrtc_source_conf_t   conf;

    ngx_memzero(&map, sizeof(ngx_webrtc_ext_map_t));
    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_AUDIO_LEVEL, 2);
    ngx_webrtc_peer_set_extensions(client->peer, &map);

    ngx_memzero(&conf, sizeof(ngx_webrtc_source_conf_t));

    ngx_str_set(&conf.mid, "audio_0");
    conf.format.codec = NGX_WEBRTC_CODEC_OPUS;
    conf.format.clock_rate = 48000;
    conf.format.pt = 109;
    conf.ssrc = 1000;
    conf.speech_handler = hear;
    conf.data = listener;

    assert_non_null(ngx_webrtc_source_create(client->peer, &conf));
}


static void
send_level(client_t *client, uint16_t seq, u_char level)
{
    size_t            n;
    u_char            buf[256];
    ngx_webrtc_rtp_t  rtp;

    memset(buf, 0xcd, sizeof(buf));
    memset(&rtp, 0, sizeof(rtp));

    rtp.pt = 109;
    rtp.seq = seq;
    rtp.ssrc = 1000;

    ngx_webrtc_rtp_write(buf, &rtp);

    buf[0] |= 0x10;
    memcpy(buf + 12, "\xbe\xde\x00\x01\x20\x00\x00\x00", 8);
    buf[17] = level;

    n = ngx_webrtc_srtp_protect(client->out, buf, 20, 100, 0);
    client_input(client, buf, n);
}


static void
start(world_t *world, client_t **client, listener_t *listener)
{
    world_init(world);
    memset(listener, 0, sizeof(listener_t));

    *client = client_create(world, 0);
    client_connect(*client);
    publish(*client, listener);
}


static void
the_handler_hears_each_change_once_and_soon(void **state)
{
    world_t            world;
    client_t          *client;
    uint16_t           seq;
    listener_t         listener;
    ngx_webrtc_usec_t  begun;

    (void) state;

    start(&world, &client, &listener);

    for (seq = 0; seq < 50; seq++) {
        send_level(client, seq, QUIET);
        world_run(&world, 20);
    }

    assert_int_equal(listener.all, 0);

    begun = world.now;

    /* the highest bit tells of voice and is not part of the level */

    for ( /* void */ ; seq < 125; seq++) {
        send_level(client, seq, LOUD | 0x80);
        world_run(&world, 20);

        if (seq == 50) {
            assert_int_equal(listener.told[NGX_WEBRTC_SPEECH_BEGUN], 1);
            assert_in_range(listener.when - begun, 0, MSEC(2));
        }
    }

    assert_int_equal(listener.all, 2);
    assert_int_equal(listener.last, NGX_WEBRTC_SPEECH_LASTING);
    assert_in_range(listener.when - begun, MSEC(1000), MSEC(1002));

    /* and then nothing comes any more */

    begun = world.now - MSEC(20);
    world_run(&world, 3000);

    assert_int_equal(listener.all, 3);
    assert_int_equal(listener.last, NGX_WEBRTC_SPEECH_NONE);
    assert_in_range(listener.when - begun, MSEC(2000), MSEC(2002));

    world_cleanup(&world);
}


static void
levels_that_flutter_are_told_at_a_bounded_rate(void **state)
{
    world_t      world;
    client_t    *client;
    uint16_t     seq;
    listener_t   listener;

    (void) state;

    start(&world, &client, &listener);

    /* 20 seconds, 200 packets in each */

    for (seq = 0; seq < 4000; seq++) {
        send_level(client, seq, (seq & 1) ? 0 : 127);
        world_run(&world, 5);
    }

    assert_int_equal(listener.all, 2);
    assert_int_equal(listener.last, NGX_WEBRTC_SPEECH_LASTING);

    world_cleanup(&world);
}


static void
the_handler_may_end_the_peer(void **state)
{
    world_t      world;
    client_t    *client;
    listener_t   listener;

    (void) state;

    start(&world, &client, &listener);
    listener.doomed = client;

    send_level(client, 1, 0);
    world_run(&world, 10);

    assert_int_equal(listener.all, 1);
    assert_null(client->peer);

    world_cleanup(&world);
}


static void
levels_without_a_handler_cost_nothing(void **state)
{
    world_t               world;
    client_t             *client;
    ngx_webrtc_ext_map_t  map;

    (void) state;

    world_init(&world);

    client = client_create(&world, 0);
    client_connect(client);
    (void) client_publish_audio(client, 1000);

    ngx_memzero(&map, sizeof(ngx_webrtc_ext_map_t));
    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_AUDIO_LEVEL, 2);
    ngx_webrtc_peer_set_extensions(client->peer, &map);

    send_level(client, 1, 0);
    world_run(&world, 5000);

    world_cleanup(&world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
                    speech_begins_at_once_and_lasts_after_the_activation_time),
        cmocka_unit_test(the_threshold_itself_is_loud),
        cmocka_unit_test(speech_has_pauses_but_clicks_are_no_speech),
        cmocka_unit_test(without_packets_speech_ends_too),
        cmocka_unit_test(the_handler_hears_each_change_once_and_soon),
        cmocka_unit_test(levels_that_flutter_are_told_at_a_bounded_rate),
        cmocka_unit_test(the_handler_may_end_the_peer),
        cmocka_unit_test(levels_without_a_handler_cost_nothing)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
