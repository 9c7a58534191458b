
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the engine, and receivers whose way is narrow */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/client.h"


static ngx_uint_t  numbered;                    /* packets with a number */
static uint16_t    numbers[4096];


static void
note(client_t *client, const ngx_webrtc_rtp_t *rtp, ngx_uint_t rtx)
{
    (void) rtp;
    (void) rtx;

    numbers[numbered++ % 4096] = client->last_twcc;
}


static uint64_t
available(client_t *client)
{
    ngx_webrtc_peer_stats_t  stats;

    ngx_webrtc_peer_stats(client->peer, &stats);

    return stats.available;
}


static void
audio_video_and_repairs_share_their_numbers(void **state)
{
    u_char               *p, buf[64];
    world_t               world;
    uint16_t              seq;
    client_t             *pub, *sub;
    ngx_uint_t            i, n;
    ngx_webrtc_source_t  *audio, *video;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    sub = client_create(&world, 0);
    client_connect(pub);
    client_connect(sub);
    client_estimated(sub);

    assert_int_equal(available(sub), 0);

    video = client_publish(pub, 1000);
    audio = client_publish_audio(pub, 2000);
    (void) client_subscribe(sub, video, 5000);
    (void) client_subscribe_audio(sub, audio, 6000);

    assert_int_equal(available(sub), 600000);

    numbered = 0;
    sub->watch = note;

    for (i = 1; i <= 20; i++) {
        client_send_video(pub, i, i == 1);
        world_run(&world, 1);
        client_send_audio(pub, 2000, i);
        world_run(&world, 1);
    }

    /* audio took every second number */

    assert_int_equal(numbered, 20);
    assert_int_equal(sub->naudio, 20);

    for (i = 1; i < numbered; i++) {
        assert_int_equal((uint16_t) (numbers[i] - numbers[i - 1]), 2);
    }

    seq = (uint16_t) (sub->highest - 3);
    p = ngx_webrtc_rtcp_write_nack(buf, buf + 40, 1, 5000, &seq, 1, &n);
    client_send_rtcp(sub, buf, p);
    world_run(&world, 2);

    assert_int_equal(sub->nrtx, 1);
    assert_int_equal((uint16_t) (numbers[20] - numbers[19]), 2);

    world_cleanup(&world);
}


static void
what_may_be_resent_as_it_was_has_no_number(void **state)
{
    u_char                          *p, buf[64], first[256];
    size_t                           first_len;
    world_t                          world;
    uint16_t                         seq;
    client_t                        *pub, *sub;
    ngx_uint_t                       n;
    ngx_webrtc_source_t             *audio, *video;
    ngx_webrtc_subscription_conf_t   conf;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    sub = client_create(&world, 0);
    client_connect(pub);
    client_connect(sub);
    client_estimated(sub);

    video = client_publish(pub, 1000);
    audio = client_publish_audio(pub, 2000);

    memset(&conf, 0, sizeof(conf));

    conf.format.codec = NGX_WEBRTC_CODEC_VP8;
    conf.format.clock_rate = 90000;
    conf.format.pt = 120;
    conf.format.nack = 1;
    conf.format.twcc = 1;
    conf.ssrc = 5000;
    ngx_str_set(&conf.cname, "publisher");

    sub->media_ssrc = 5000;
    assert_non_null(ngx_webrtc_subscription_create(sub->peer, video, &conf,
                                                   world.now));

    client_send_video(pub, 1, 1);
    world_run(&world, 1);

    assert_int_equal(sub->nrtp, 1);
    assert_memory_equal(sub->last_ext, "\xbe\xde\0\1\0\0\0\0", 8);

    first_len = sub->last_ext_len;
    memcpy(first, sub->last_ext, first_len);

    /* the first copy of the second one gets lost */

    client_send_video(pub, 2, 0);
    ngx_webrtc_engine_output(world.engine, world.now, &world.out);
    ngx_webrtc_outbox_reset(&world.out);

    seq = (uint16_t) (sub->highest + 1);
    p = ngx_webrtc_rtcp_write_nack(buf, buf + 40, 1, 5000, &seq, 1, &n);
    client_send_rtcp(sub, buf, p);
    world_run(&world, 1);

    assert_int_equal(sub->nrtp, 2);
    assert_int_equal(sub->last_ext_len, first_len);
    assert_memory_equal(sub->last_ext, first, first_len);

    /* audio has numbers, so it is not resent, whoever asks */

    (void) client_subscribe_audio(sub, audio, 6000);
    client_send_audio(pub, 2000, 1);
    world_run(&world, 1);
    assert_int_equal(sub->naudio, 1);

    for (seq = 0; seq < 65535; seq++) {
        p = ngx_webrtc_rtcp_write_nack(buf, buf + 40, 1, 6000, &seq, 1, &n);
        client_send_rtcp(sub, buf, p);
    }

    world_run(&world, 1);
    assert_int_equal(sub->naudio, 1);
    assert_int_equal(sub->bad, 0);

    world_cleanup(&world);
}


static void
estimate_follows_the_way_to_each_receiver(void **state)
{
    link_t                narrow, wide;
    world_t               world;
    client_t             *pub, *a, *b;
    ngx_uint_t            i;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    a = client_create(&world, 0);
    b = client_create(&world, 0);
    client_connect(pub);
    client_connect(a);
    client_connect(b);

    memset(&narrow, 0, sizeof(narrow));
    narrow.bit_rate = 500000;
    narrow.delay = MSEC(20);
    narrow.queue = MSEC(500);
    wide = narrow;
    wide.bit_rate = 20000000;

    a->link = &narrow;
    b->link = &wide;

    client_estimated(a);
    client_estimated(b);

    source = client_publish(pub, 1000);
    (void) client_subscribe(a, source, 5000);
    (void) client_subscribe(b, source, 5100);

    /* 800 kbit/s to both */

    for (i = 1; i <= 3000; i++) {
        client_send_video(pub, i, i == 1);
        world_run(&world, 10);
    }

    assert_in_range(available(a), 300000, 550000);
    assert_in_range(available(b), 1000000, 1400000);
    assert_true(b->nrtp > 2990);

    world_cleanup(&world);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(audio_video_and_repairs_share_their_numbers),
        cmocka_unit_test(what_may_be_resent_as_it_was_has_no_number),
        cmocka_unit_test(estimate_follows_the_way_to_each_receiver)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
