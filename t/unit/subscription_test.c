
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


#define SUBSCRIBERS  16


static void
audio_that_piles_up_begins_with_a_number_that_can_be_decrypted(void **state)
{
    world_t               world;
    uint64_t              seq;
    client_t             *pub, *sub;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    sub = client_create(&world, 0);
    client_connect(pub);
    client_connect(sub);

    source = client_publish_audio(pub, 2000);
    (void) client_subscribe_audio(sub, source, 6000);

    /* more than the ring holds, before the first one was sent on */

    for (seq = 1; seq <= 100; seq++) {
        client_send_audio(pub, 2000, seq);
    }

    world_run(&world, 1);

    assert_int_equal(sub->bad, 0);
    assert_in_range(sub->naudio, 32, 64);

    world_cleanup(&world);
}


static void
key_frame_that_came_before_dtls_was_done_is_asked_for_again(void **state)
{
    world_t               world;
    uint64_t              seq;
    client_t             *pub, *sub;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    sub = client_create(&world, 0);
    sub->silent = 1;
    client_connect(pub);

    source = client_publish(pub, 1000);
    (void) client_subscribe(sub, source, 5000);

    for (seq = 1; seq <= 200; seq++) {
        client_send_video(pub, seq, pub->pli > 0);
        pub->pli = 0;
        world_run(&world, 10);
    }

    assert_int_equal(sub->nrtp, 0);

    sub->silent = 0;

    while (!sub->connected) {
        client_send_video(pub, seq++, 0);
        world_run(&world, 10);
    }

    for (seq = seq; seq <= 400; seq++) {
        client_send_video(pub, seq, pub->pli > 0);
        pub->pli = 0;
        world_run(&world, 10);
    }

    assert_true(sub->nrtp > 50);

    world_cleanup(&world);
}


static void
overrun_asks_for_a_key_frame_at_once(void **state)
{
    world_t               world;
    uint64_t              seq;
    client_t             *pub, *sub;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    client_send_video(pub, 1, 1);
    world_run(&world, 2000);
    pub->pli = 0;

    for (seq = 2; seq < 700; seq++) {
        client_send_video(pub, seq, 0);
    }

    world_run(&world, 2);
    assert_int_equal(pub->pli, 1);

    world_cleanup(&world);
}


static void
receiver_without_rtx_gets_the_same_packet_again(void **state)
{
    u_char                          *p, buf[1400];
    uint16_t                         seq;
    world_t                          world;
    client_t                        *pub, *sub;
    ngx_uint_t                       n;
    ngx_webrtc_source_t             *source;
    ngx_webrtc_subscription_conf_t   conf;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    sub = client_create(&world, 0);
    client_connect(pub);
    client_connect(sub);

    source = client_publish(pub, 1000);

    /* offered with it, answered without */

    memset(&conf, 0, sizeof(conf));

    conf.format.codec = NGX_WEBRTC_CODEC_VP8;
    conf.format.clock_rate = 90000;
    conf.format.pt = 120;
    conf.ssrc = 5000;
    conf.rtx_ssrc = 5001;
    ngx_str_set(&conf.cname, "publisher");

    sub->media_ssrc = 5000;
    sub->rtx_ssrc = 5001;

    assert_non_null(ngx_webrtc_subscription_create(sub->peer, source, &conf,
                                                   world.now));

    client_send_video(pub, 1, 1);
    world_run(&world, 1);
    world.loss = 100;
    client_send_video(pub, 2, 0);
    world.loss = 0;
    client_send_video(pub, 2, 0);

    ngx_webrtc_engine_output(world.engine, world.now, &world.out);
    ngx_webrtc_outbox_reset(&world.out);

    seq = (uint16_t) (sub->highest + 1);
    p = ngx_webrtc_rtcp_write_nack(buf, buf + 1200, 1, 5000, &seq, 1, &n);
    client_send_rtcp(sub, buf, p);
    world_run(&world, 1);

    assert_int_equal(sub->nrtx, 0);
    assert_int_equal(sub->nrtp, 2);
    assert_int_equal(sub->bad, 0);

    world_cleanup(&world);
}


/* sends what is in a small outbox, as a socket would that blocks again */

static ngx_int_t
slice(world_t *world, ngx_webrtc_outbox_t *small)
{
    ngx_int_t            rc;
    ngx_webrtc_outbox_t  saved;

    rc = ngx_webrtc_engine_output(world->engine, world->now, small);

    saved = world->out;
    world->out = *small;
    world_send(world);
    *small = world->out;
    world->out = saved;

    return rc;
}


static void
members_come_and_go_while_a_round_is_interrupted(void **state)
{
    world_t                     world;
    uint64_t                    seq;
    client_t                   *pub, *clients[SUBSCRIBERS];
    ngx_int_t                   rc;
    ngx_uint_t                  i, k, sent[SUBSCRIBERS];
    ngx_webrtc_outbox_t         small;
    ngx_webrtc_source_t        *source;
    ngx_webrtc_subscription_t  *subs[SUBSCRIBERS];

    (void) state;

    world_init(&world);
    assert_int_equal(ngx_webrtc_outbox_init(&small, world.pool, 3500, 4),
                     NGX_OK);

    pub = client_create(&world, 0);
    client_connect(pub);
    source = client_publish(pub, 1000);

    for (i = 0; i < SUBSCRIBERS; i++) {
        clients[i] = client_create(&world, 0);
        client_connect(clients[i]);
        subs[i] = client_subscribe(clients[i], source, (uint32_t) (5000 + i));
        sent[i] = 0;
    }

    /* all frames are key frames, so each one counts from the first */

    for (seq = 1, k = 0; seq <= 300; seq++) {
        client_send_video(pub, seq, 1);

        for (i = 0; i < SUBSCRIBERS; i++) {
            sent[i] += (subs[i] != NULL);
        }

        do {
            rc = slice(&world, &small);

            i = (k++ * 7) % SUBSCRIBERS;

            if (k % 3 == 0) {
                if (subs[i]) {
                    ngx_webrtc_subscription_destroy(subs[i]);
                    subs[i] = NULL;
                    sent[i] = clients[i]->nrtp;

                } else {
                    subs[i] = client_subscribe(clients[i], source,
                                               (uint32_t) (6000 + k));
                    sent[i] = clients[i]->nrtp;
                }
            }

            if (k % 5 == 0) {

                /* in the middle of the round */

                client_send_video(pub, ++seq, 1);

                for (i = 0; i < SUBSCRIBERS; i++) {
                    sent[i] += (subs[i] != NULL);
                }
            }

        } while (rc == NGX_AGAIN && seq < 400);

        while (slice(&world, &small) == NGX_AGAIN) { /* void */ }

        for (i = 0; i < SUBSCRIBERS; i++) {
            assert_int_equal(clients[i]->nrtp, sent[i]);
            assert_int_equal(clients[i]->bad, 0);
        }

        assert_false(ngx_webrtc_engine_pending(world.engine));
    }

    world_cleanup(&world);
}


/* so that others have their turn after as much time in either case */

static void
a_slice_is_few_large_messages_or_more_small_ones(void **state)
{
    world_t               world;
    uint64_t              seq;
    client_t             *pub, *sub;
    ngx_uint_t            i, small, large;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    client_connect(pub);
    source = client_publish(pub, 1000);

    for (i = 0; i < 2 * SUBSCRIBERS; i++) {
        sub = client_create(&world, 0);
        client_connect(sub);
        (void) client_subscribe(sub, source, (uint32_t) (5000 + i));
    }

    client_send_video(pub, 1, 1);

    assert_int_equal(ngx_webrtc_engine_output(world.engine, world.now,
                                              &world.out), NGX_AGAIN);
    small = world.out.nmessages;
    world_run(&world, 1);

    for (seq = 2; seq <= 11; seq++) {
        client_send_video(pub, seq, 0);
    }

    assert_int_equal(ngx_webrtc_engine_output(world.engine, world.now,
                                              &world.out), NGX_AGAIN);
    large = world.out.nmessages;
    world_run(&world, 1);

    assert_in_range(small, 8, 2 * SUBSCRIBERS - 1);
    assert_in_range(large, 1, small / 2);
    assert_int_equal(sub->nrtp, 11);

    world_cleanup(&world);
}


static void
a_busy_track_does_not_starve_another(void **state)
{
    world_t               world;
    uint64_t              seq;
    client_t             *busy, *quiet, *sub, *clients[4];
    ngx_uint_t            i;
    ngx_webrtc_outbox_t   small;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);
    assert_int_equal(ngx_webrtc_outbox_init(&small, world.pool, 4200, 4),
                     NGX_OK);

    busy = client_create(&world, 0);
    quiet = client_create(&world, 0);
    sub = client_create(&world, 0);
    client_connect(busy);
    client_connect(quiet);
    client_connect(sub);

    source = client_publish(busy, 1000);

    for (i = 0; i < 4; i++) {
        clients[i] = client_create(&world, 0);
        client_connect(clients[i]);
        (void) client_subscribe(clients[i], source, (uint32_t) (5000 + i));
    }

    source = client_publish(quiet, 2000);
    (void) client_subscribe(sub, source, 6000);

    client_send_video(busy, 1, 1);
    client_send_video(quiet, 1, 1);

    /* always one more than goes out */

    for (seq = 2; seq < 30 && sub->nrtp == 0; seq++) {
        client_send_video(busy, seq, 0);
        assert_int_equal(slice(&world, &small), NGX_AGAIN);
    }

    assert_int_equal(sub->nrtp, 1);
    assert_in_range(seq, 2, 12);

    world_cleanup(&world);
}


/* half of what is due goes out, each packet 5 ms after the one before */

static void
overload_is_shared_and_nothing_old_is_sent(void **state)
{
    world_t               world;
    uint64_t              seq, age;
    client_t             *pub, *subs[4];
    ngx_uint_t            i, least, most, had[4];
    ngx_webrtc_outbox_t   small;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);
    assert_int_equal(ngx_webrtc_outbox_init(&small, world.pool, 3500, 4),
                     NGX_OK);

    pub = client_create(&world, 0);
    client_connect(pub);
    source = client_publish(pub, 1000);

    for (i = 0; i < 4; i++) {
        subs[i] = client_create(&world, 0);
        client_connect(subs[i]);
        (void) client_subscribe(subs[i], source, (uint32_t) (5000 + i));
        had[i] = 0;
    }

    pub->pli = 1;

    for (seq = 1; seq <= 4000; seq++) {
        client_send_video(pub, seq, pub->pli > 0);
        pub->pli = 0;

        (void) slice(&world, &small);

        for (i = 0; i < 4; i++) {
            age = seq;

            if (subs[i]->nrtp) {
                age -= ngx_webrtc_get64(subs[i]->last_payload + 20);
            }

            /* 500 ms, and those that are ahead in the round */

            assert_true(subs[i]->nrtp == had[i] || age <= 104);
            had[i] = subs[i]->nrtp;
        }

        world.now += MSEC(5);
        ngx_webrtc_engine_tick(world.engine, world.now, &world.out);
        world_send(&world);
    }

    least = 4000;
    most = 0;

    for (i = 0; i < 4; i++) {
        assert_int_equal(subs[i]->bad, 0);

        least = ngx_min(least, subs[i]->nrtp);
        most = ngx_max(most, subs[i]->nrtp);
    }

    assert_true(least > 2000);

    /* by 40 turns, shed_test.c knows more */

    assert_true(most - least < least / 6);

    world_cleanup(&world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
               audio_that_piles_up_begins_with_a_number_that_can_be_decrypted),
        cmocka_unit_test(
                  key_frame_that_came_before_dtls_was_done_is_asked_for_again),
        cmocka_unit_test(overrun_asks_for_a_key_frame_at_once),
        cmocka_unit_test(receiver_without_rtx_gets_the_same_packet_again),
        cmocka_unit_test(members_come_and_go_while_a_round_is_interrupted),
        cmocka_unit_test(a_slice_is_few_large_messages_or_more_small_ones),
        cmocka_unit_test(a_busy_track_does_not_starve_another),
        cmocka_unit_test(overload_is_shared_and_nothing_old_is_sent)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
