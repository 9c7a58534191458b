
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Channels whose media are at several workers, each with an engine, on a
 * virtual network: seat 0 is the home.  It tests these together:
 *
 *     ngx_webrtc_distant.c
 *     ngx_webrtc_distant_data.c
 *     ngx_webrtc_distant_media.c
 *     ngx_webrtc_mirror.c
 *     ngx_webrtc_note.c
 *     ngx_webrtc_resident.c
 *     ngx_webrtc_resident_data.c
 *     ngx_webrtc_resident_media.c
 *     ngx_webrtc_trunks.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#define SEATS_MAX  3

#include "lib/client.h"

#include <media/ngx_webrtc_distant_internal.h>


static client_t *
client_at(world_t *world, ngx_uint_t seat)
{
    client_t  *client;

    world->seat = seat;

    client = client_create(world, 0);
    client_connect(client);

    return client;
}


/* video with its first key frame at "seq" */

static void
send_video(client_t *client, uint64_t seq, ngx_uint_t n)
{
    uint64_t  i;

    for (i = 0; i < n; i++) {
        client_send_video(client, seq + i, i == 0);
        world_run(client->world, 5);
    }
}


static uint64_t
missed(world_t *world, ngx_uint_t seat)
{
    return ngx_webrtc_engine_stats(world->seats.seats[seat].engine)
           ->missed_trunk_bytes;
}


static ngx_uint_t
peers(world_t *world, ngx_uint_t seat)
{
    return ngx_webrtc_engine_peers(world->seats.seats[seat].engine);
}


static void
media_flow_between_any_two_seats(void **state)
{
    world_t                   world;
    client_t                 *pub, *sub;
    ngx_uint_t                from, to;
    ngx_webrtc_source_t      *source;
    ngx_webrtc_peer_stats_t   stats;

    (void) state;

    for (from = 0; from < SEATS_MAX; from++) {
        for (to = 0; to < SEATS_MAX; to++) {

            world_init(&world);

            pub = client_at(&world, from);
            sub = client_at(&world, to);

            assert_int_equal(peers(&world, from), 1 + (from == to));

            source = client_publish(pub, 1000);
            (void) client_subscribe(sub, source, 5000);

            /* before the key frame nothing may come out */

            client_send_video(pub, 65500, 0);
            world_run(&world, 10);
            assert_int_equal(sub->nrtp, 0);
            assert_int_equal(pub->pli, 1);

            send_video(pub, 65501, 199);

            assert_int_equal(sub->nrtp, 199);
            assert_int_equal(sub->bad, 0);
            assert_int_equal((uint16_t) (sub->highest - sub->first_seq), 198);
            assert_int_equal(ngx_webrtc_get64(sub->last_payload + 20), 65699);
            assert_int_equal(sub->last_payload_len, 1000);
            assert_int_equal(pub->nack, 0);

            assert_int_equal(ngx_webrtc_source_ssrc(source), 1000);

            /* the numbers come home */

            world_run(&world, 2000);

            ngx_webrtc_peer_stats(pub->peer, &stats);
            assert_int_equal(stats.in.packets, 200);
            assert_int_equal(stats.in.key_frame_requests, 1);
            assert_int_equal(stats.remote.port, pub->path.remote.port);

            ngx_webrtc_peer_stats(sub->peer, &stats);
            assert_int_equal(stats.out.packets, 199);
            assert_int_equal(stats.out.bytes, 199000);
            assert_true(stats.sent_bytes > 199000);

            world_cleanup(&world);
        }
    }
}


static void
each_batch_wakes_each_reader_once(void **state)
{
    world_t               world;
    client_t             *pub, *subs[6];
    uint64_t              seq;
    ngx_uint_t            i, wakes[SEATS_MAX];
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);
    source = client_publish(pub, 1000);

    for (i = 0; i < 6; i++) {
        subs[i] = client_at(&world, i % 3);
        (void) client_subscribe(subs[i], source, 5000 + 10 * i);
    }

    world_run(&world, 10);

    for (i = 0; i < SEATS_MAX; i++) {
        wakes[i] = world.seats.seats[i].wakes;
    }

    for (seq = 1; seq <= 40; seq++) {
        client_send_video(pub, seq, seq == 1);
    }

    world_run(&world, 1);

    assert_int_equal(world.seats.seats[0].wakes, wakes[0] + 1);
    assert_int_equal(world.seats.seats[1].wakes, wakes[1]);
    assert_int_equal(world.seats.seats[2].wakes, wakes[2] + 1);

    for (i = 0; i < 6; i++) {
        assert_int_equal(subs[i]->nrtp, 40);
    }

    world_cleanup(&world);
}


static void
what_stays_at_a_seat_is_not_written(void **state)
{
    world_t                     world;
    client_t                   *pub, *near, *far;
    ngx_webrtc_source_t        *source;
    ngx_webrtc_subscription_t  *sub;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);
    near = client_at(&world, 1);
    far = client_at(&world, 2);

    source = client_publish(pub, 1000);
    (void) client_subscribe(near, source, 5000);

    send_video(pub, 1, 20);
    assert_int_equal(near->nrtp, 20);
    assert_int_equal(world.seats.seats[0].wakes, 0);
    assert_int_equal(world.seats.seats[2].wakes, 0);
    assert_false(ngx_webrtc_engine_wrote_trunk(world.seats.seats[1].engine));

    /* while somebody elsewhere gets it */

    sub = client_subscribe(far, source, 6000);
    world_run(&world, 1000);
    send_video(pub, 21, 20);

    assert_int_equal(far->nrtp, 20);
    assert_int_equal(world.seats.seats[2].wakes, 20);

    ngx_webrtc_subscription_destroy(sub);
    world_run(&world, 1000);
    send_video(pub, 41, 20);

    assert_int_equal(near->nrtp, 60);
    assert_int_equal(far->nrtp, 20);
    assert_int_equal(world.seats.seats[0].wakes, 0);
    assert_int_equal(world.seats.seats[2].wakes, 20);

    world_cleanup(&world);
}


static void
nacks_are_served_where_the_receiver_is(void **state)
{
    world_t               world;
    client_t             *pub, *sub;
    uint64_t              seq;
    ngx_uint_t            i, missing;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);
    sub = client_at(&world, 2);

    source = client_publish(pub, 1000);
    (void) client_subscribe(sub, source, 5000);

    client_send_video(pub, 100, 1);
    world_run(&world, 5);
    assert_int_equal(sub->nrtp, 1);

    world.loss = 10;

    for (seq = 101; seq < 600; seq++) {
        client_send_video(pub, seq, 0);
        world_run(&world, 5);

        if (seq % 10 == 0) {
            client_nack_missing(sub);
        }
    }

    world.loss = 0;

    for (i = 0; i < 20; i++) {
        world_run(&world, 50);
        client_nack_missing(sub);
    }

    missing = 0;

    for (i = 0; i <= (uint16_t) (sub->highest - sub->first_seq); i++) {
        missing += !sub->got[(uint16_t) (sub->first_seq + i)];
    }

    assert_in_range(i, 490, 500);
    assert_int_equal(missing, 0);
    assert_true(sub->nrtx >= 20);

    /* what the origin missed was asked for once, and repaired for all */

    assert_in_range(pub->nack, 20, 150);

    world_cleanup(&world);
}


static void
key_frame_requests_of_all_seats_are_merged(void **state)
{
    world_t               world;
    client_t             *pub, *subs[6];
    ngx_uint_t            i, pli;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);
    source = client_publish(pub, 1000);

    for (i = 0; i < 6; i++) {
        subs[i] = client_at(&world, i % 3);
        (void) client_subscribe(subs[i], source, 5000 + 10 * i);
    }

    world_run(&world, 1033);
    send_video(pub, 1, 10);
    world_run(&world, 2000);

    pli = pub->pli;

    for (i = 0; i < 6; i++) {
        assert_int_equal(subs[i]->nrtp, 10);
        client_send_pli(subs[i]);
    }

    world_run(&world, 400);
    assert_int_equal(pub->pli, pli + 1);

    /* it has come, and nobody asks again */

    send_video(pub, 11, 10);
    world_run(&world, 3000);
    assert_int_equal(pub->pli, pli + 1);

    world_cleanup(&world);
}


static void
the_home_may_want_a_key_frame_of_what_it_does_not_get(void **state)
{
    world_t               world;
    client_t             *pub, *sub;
    ngx_uint_t            pli;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);
    sub = client_at(&world, 2);
    source = client_publish(pub, 1000);
    (void) client_subscribe(sub, source, 5000);

    world_run(&world, 1000);
    send_video(pub, 1, 10);
    world_run(&world, 1000);

    pli = pub->pli;

    ngx_webrtc_source_want_key_frame(source, world.now);
    world_run(&world, 100);
    assert_int_equal(pub->pli, pli + 1);

    send_video(pub, 11, 10);
    world_run(&world, 6000);
    assert_int_equal(pub->pli, pli + 1);

    world_cleanup(&world);
}


static void
nothing_is_sent_while_it_is_paused(void **state)
{
    world_t                     world;
    client_t                   *pub, *sub;
    ngx_webrtc_source_t        *source;
    ngx_webrtc_subscription_t  *s;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);
    sub = client_at(&world, 2);
    source = client_publish(pub, 1000);
    s = client_subscribe(sub, source, 5000);

    world_run(&world, 10);
    assert_int_equal(ngx_webrtc_subscription_layer(s),
                     NGX_WEBRTC_LAYER_NONE);

    send_video(pub, 1, 10);
    assert_int_equal(sub->nrtp, 10);
    assert_int_equal(ngx_webrtc_subscription_layer(s), 0);

    ngx_webrtc_subscription_set_paused(s, 1, world.now);
    send_video(pub, 11, 10);
    assert_int_equal(sub->nrtp, 10);
    assert_int_equal(ngx_webrtc_subscription_layer(s),
                     NGX_WEBRTC_LAYER_NONE);

    ngx_webrtc_subscription_set_paused(s, 0, world.now);
    client_send_video(pub, 21, 0);
    world_run(&world, 10);
    assert_int_equal(sub->nrtp, 10);

    send_video(pub, 22, 10);
    assert_int_equal(sub->nrtp, 20);
    assert_int_equal((uint16_t) (sub->highest - sub->first_seq), 19);

    world_cleanup(&world);
}


static void
sources_end_with_all_that_was_made_of_them(void **state)
{
    world_t               world;
    client_t             *pub, *subs[4];
    ngx_uint_t            i, round;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);

    for (i = 0; i < 4; i++) {
        subs[i] = client_at(&world, i % 3);
    }

    for (round = 0; round < 3; round++) {
        source = client_publish(pub, 1000 + 10 * round);

        for (i = 0; i < 4; i++) {
            (void) client_subscribe(subs[i], source, 5000 + 10 * i + round);
        }

        world_run(&world, 10);
        send_video(pub, 1, 10);

        /* some is on its way */

        client_send_video(pub, 11, 0);
        ngx_webrtc_source_destroy(source);
        client_send_video(pub, 12, 0);
        world_run(&world, 100);

        for (i = 0; i < 4; i++) {
            assert_in_range(subs[i]->nrtp, 10 * (round + 1),
                            11 * (round + 1));
        }
    }

    /* one who goes takes his with him, and leaves what he gets */

    source = client_publish(pub, 2000);

    for (i = 0; i < 4; i++) {
        (void) client_subscribe(subs[i], source, 6000 + 10 * i);
    }

    client_destroy(subs[2]);
    send_video(pub, 1, 10);
    client_destroy(pub);
    world_run(&world, 100);

    assert_int_equal(peers(&world, 1), 1);
    assert_int_equal(peers(&world, 2), 0);
    assert_int_equal(
            ngx_webrtc_engine_residents(world.seats.seats[2].engine), 0);

    world_cleanup(&world);
}


static void
a_worker_that_dies_takes_its_peers_only(void **state)
{
    world_t               world;
    client_t             *pub, *far, *near;
    ngx_webrtc_source_t  *source, *other;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);
    near = client_at(&world, 0);
    far = client_at(&world, 2);

    source = client_publish(pub, 1000);
    (void) client_subscribe(near, source, 5000);
    (void) client_subscribe(far, source, 5000);
    send_video(pub, 1, 10);

    seats_break(seats_way(&world.seats, pub->peer), world.now, &world.out);

    assert_int_equal(pub->ended, 1);
    assert_string_equal(pub->reason, "WORKER-LOST");

    /* verbs are still possible */

    ngx_webrtc_source_want_key_frame(source, world.now);
    ngx_webrtc_peer_set_bit_rate(pub->peer, 1000);
    ngx_webrtc_source_destroy(source);
    world_run(&world, 100);

    assert_int_equal(near->ended, 0);
    assert_int_equal(far->ended, 0);
    assert_int_equal(near->nrtp, 10);
    assert_int_equal(far->nrtp, 10);

    other = client_publish(far, 3000);
    (void) client_subscribe(near, other, 7000);
    world_run(&world, 10);
    send_video(far, 1, 10);
    assert_int_equal(near->nrtp, 20);

    world_cleanup(&world);
}


static void
a_subscription_may_come_before_its_source(void **state)
{
    way_t                      *way;
    world_t                     world;
    client_t                   *pub, *sub, *other;
    ngx_webrtc_source_t        *source;
    ngx_webrtc_subscription_t  *s;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);
    sub = client_at(&world, 1);
    other = client_at(&world, 1);

    way = seats_way(&world.seats, pub->peer);
    way->held = 1;

    source = client_publish(pub, 1000);
    (void) client_subscribe(sub, source, 5000);
    s = client_subscribe(other, source, 6000);

    world_run(&world, 100);
    ngx_webrtc_subscription_set_paused(s, 1, world.now);
    world_run(&world, 100);

    way->held = 0;
    world_run(&world, 100);

    send_video(pub, 1, 10);
    assert_int_equal(sub->nrtp, 10);
    assert_int_equal(other->nrtp, 0);

    /* and one whose source has gone before it came */

    way->held = 1;

    source = client_publish(pub, 2000);
    (void) client_subscribe(sub, source, 7000);
    world_run(&world, 100);
    ngx_webrtc_source_destroy(source);
    world_run(&world, 100);

    way->held = 0;
    world_run(&world, 100);

    world_cleanup(&world);
}


/* what its receivers get has no hole that nobody can repair */

static void
a_worker_that_sleeps_too_long_goes_on_with_a_key_frame(void **state)
{
    world_t               world;
    client_t             *pub, *sub, *near;
    uint64_t              seq;
    ngx_uint_t            n, pli;
    ngx_webrtc_source_t  *video, *audio;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);
    sub = client_at(&world, 2);
    near = client_at(&world, 0);

    video = client_publish(pub, 1000);
    audio = client_publish_audio(pub, 2000);
    (void) client_subscribe(sub, video, 5000);
    (void) client_subscribe_audio(sub, audio, 6000);
    (void) client_subscribe(near, video, 7000);

    world_run(&world, 10);
    send_video(pub, 1, 10);
    client_send_audio(pub, 2000, 1);
    world_run(&world, 1000);

    assert_int_equal(sub->nrtp, 10);
    assert_int_equal(sub->naudio, 1);
    assert_int_equal(missed(&world, 2), 0);

    world.seats.seats[2].asleep = 1;
    pli = pub->pli;

    for (seq = 11; seq <= 400; seq++) {
        client_send_video(pub, seq, 0);
        client_send_audio(pub, 2000, seq - 9);
        world_run(&world, 1);
    }

    world.seats.seats[2].asleep = 0;
    world_run(&world, 10);

    client_send_video(pub, 401, 0);
    client_send_audio(pub, 2000, 401 - 9);
    world_run(&world, 400);

    assert_true(missed(&world, 2) > 100000);
    assert_int_equal(missed(&world, 0), 0);
    assert_int_equal(pub->pli, pli + 1);
    assert_int_equal(near->nrtp, 401);
    assert_int_equal(sub->nrtp, 10);
    assert_int_equal(sub->naudio, 2);

    n = sub->nrtp;
    send_video(pub, 402, 10);

    assert_int_equal(sub->nrtp, n + 10);
    assert_int_equal((uint16_t) (sub->highest - sub->first_seq), n + 9);
    assert_int_equal(sub->bad, 0);

    world_cleanup(&world);
}


/* what it did not see in time is not what it could not send in time */

static void
a_worker_that_stood_still_sends_all_that_has_come(void **state)
{
    world_t               world;
    client_t             *pub, *subs[4];
    uint64_t              seq;
    ngx_uint_t            i, pli;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);
    source = client_publish(pub, 1000);

    for (i = 0; i < 4; i++) {
        subs[i] = client_at(&world, 2);
        (void) client_subscribe(subs[i], source, 5000 + 10 * i);
    }

    world_run(&world, 10);
    send_video(pub, 1, 10);
    world_run(&world, 1000);

    pli = pub->pli;
    world.seats.seats[2].asleep = 1;

    for (seq = 11; seq <= 70; seq++) {
        client_send_video(pub, seq, 0);
        world_run(&world, 10);
    }

    world.seats.seats[2].asleep = 0;
    world_run(&world, 100);

    for (i = 0; i < 4; i++) {
        assert_int_equal(subs[i]->nrtp, 70);
    }

    assert_int_equal(missed(&world, 2), 0);
    assert_int_equal(pub->pli, pli);

    world_cleanup(&world);
}


/* with other bytes it would be a second packet under its SRTP index */

static void
a_number_goes_to_a_receiver_once(void **state)
{
    world_t               world;
    client_t             *pub, *sub;
    ngx_webrtc_track_t   *track;
    ngx_webrtc_packet_t   packet;
    ngx_webrtc_source_t  *source;
    ngx_webrtc_engine_t  *engine;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);
    sub = client_at(&world, 2);

    source = client_publish(pub, 1000);
    (void) client_subscribe(sub, source, 5000);

    world_run(&world, 10);
    send_video(pub, 1, 10);
    world_run(&world, 10);

    assert_int_equal(sub->nrtp, 10);

    engine = world.seats.seats[1].engine;
    track = ngx_webrtc_trunks_find(engine, source->id)->tracks;

    packet = *ngx_webrtc_ring_get(&track->ring, 5);
    packet.data[packet.len - 1] ^= 1;

    ngx_webrtc_mirror_export(track, &packet, 1);

    send_video(pub, 11, 1);
    world_run(&world, 10);

    assert_int_equal(sub->nrtp, 11);
    assert_int_equal(sub->bad, 0);

    world_cleanup(&world);
}


static void
peers_fail_with_the_reasons_of_their_residents(void **state)
{
    world_t    world;
    client_t  *liar, *silent, *closer, *other;

    (void) state;

    world_init(&world);
    world.seat = 2;

    liar = client_create(&world, 1);
    silent = client_create(&world, 0);
    silent->silent = 1;
    closer = client_create(&world, 0);
    client_connect(closer);

    other = client_at(&world, 1);

    world_run(&world, 31000);

    assert_int_equal(liar->connected, 0);
    assert_int_equal(liar->ended, 1);
    assert_string_equal(liar->reason, "wrong certificate fingerprint");

    assert_int_equal(silent->connected, 0);
    assert_int_equal(silent->ended, 1);
    assert_string_equal(silent->reason, "ICE-TIMEOUT");

    ngx_webrtc_dtls_close(closer->dtls);
    client_flush(closer);
    world_run(&world, 10);

    assert_int_equal(closer->ended, 1);
    assert_string_equal(closer->reason, "DTLS-CLOSED");

    /* we close, and the peer hears it */

    assert_int_equal(other->ended, 0);
    ngx_webrtc_peer_close(other->peer, world.now);
    world_run(&world, 10);

    assert_int_equal(other->ended, 1);
    assert_int_equal(ngx_webrtc_dtls_state(other->dtls),
                     NGX_WEBRTC_DTLS_CLOSED);

    world_cleanup(&world);
}


static void
there_is_no_more_than_there_may_be(void **state)
{
    way_t                      way;
    world_t                    world;
    ngx_uint_t                 i;
    ngx_webrtc_engine_t       *engine;
    ngx_webrtc_distant_way_t   end;

    (void) state;

    world_init(&world);

    memset(&way, 0, sizeof(way));
    way.seats = &world.seats;
    way.broken = 1;

    memset(&end, 0, sizeof(end));
    end.data = &way;
    end.send = seats_send_out;

    engine = world.seats.seats[2].engine;

    for (i = 0; i < WORLD_CLIENTS; i++) {
        world.seat = 2;
        (void) client_create(&world, 0);
    }

    world_run(&world, 1);

    assert_int_equal(peers(&world, 2), WORLD_CLIENTS);
    assert_null(ngx_webrtc_resident_create(engine, &end));
    assert_null(ngx_webrtc_distant_create(world.engine, 2, &end,
                                          client_handler, NULL));

    world_cleanup(&world);
}


/* messages cut short, and of nothing but noise */

static void
bad_messages_do_no_harm(void **state)
{
    size_t         n;
    way_t         *way;
    u_char        *copy;
    world_t        world;
    client_t      *pub, *sub;
    parcel_t      *parcel;
    ngx_uint_t     i, k;
    ngx_queue_t   *q;

    (void) state;

    world_init(&world);

    pub = client_at(&world, 1);
    sub = client_at(&world, 2);

    for (i = 0; i < 20; i++) {
        (void) client_subscribe(sub, client_publish(pub, 1000 + i), 5000 + i);
    }

    for (q = ngx_queue_head(&world.seats.parcels);
         q != ngx_queue_sentinel(&world.seats.parcels);
         q = ngx_queue_next(q))
    {
        parcel = ngx_queue_data(q, parcel_t, queue);
        way = parcel->way;

        for (n = 0; n < parcel->len; n++) {

            /* in a block of its own, so that reading past it is seen */

            copy = malloc(n + 1);
            memcpy(copy, parcel->data, n);

            ngx_webrtc_resident_input(way->resident, copy, n, world.now,
                                      &world.out);
            ngx_webrtc_distant_input(way->peer, copy, n, world.now,
                                     &world.out);
            free(copy);
        }
    }

    way = seats_way(&world.seats, sub->peer);

    for (i = 0; i < 20000; i++) {
        n = 1 + i % 64;
        copy = malloc(n);

        for (k = 0; k < n; k++) {
            world.seed = world.seed * 1664525 + 1013904223;
            copy[k] = (u_char) ((k % 4) ? 0 : world.seed >> 24);
        }

        copy[0] %= 32;

        ngx_webrtc_resident_input(way->resident, copy, n, world.now,
                                  &world.out);
        ngx_webrtc_distant_input(way->peer, copy, n, world.now, &world.out);
        free(copy);

        if (i % 100 == 0) {
            world_run(&world, 1);
        }
    }

    world_cleanup(&world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(media_flow_between_any_two_seats),
        cmocka_unit_test(each_batch_wakes_each_reader_once),
        cmocka_unit_test(what_stays_at_a_seat_is_not_written),
        cmocka_unit_test(nacks_are_served_where_the_receiver_is),
        cmocka_unit_test(key_frame_requests_of_all_seats_are_merged),
        cmocka_unit_test(
                       the_home_may_want_a_key_frame_of_what_it_does_not_get),
        cmocka_unit_test(nothing_is_sent_while_it_is_paused),
        cmocka_unit_test(sources_end_with_all_that_was_made_of_them),
        cmocka_unit_test(a_worker_that_dies_takes_its_peers_only),
        cmocka_unit_test(a_subscription_may_come_before_its_source),
        cmocka_unit_test(
                      a_worker_that_sleeps_too_long_goes_on_with_a_key_frame),
        cmocka_unit_test(a_worker_that_stood_still_sends_all_that_has_come),
        cmocka_unit_test(a_number_goes_to_a_receiver_once),
        cmocka_unit_test(peers_fail_with_the_reasons_of_their_residents),
        cmocka_unit_test(there_is_no_more_than_there_may_be),
        cmocka_unit_test(bad_messages_do_no_harm)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
