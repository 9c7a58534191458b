
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Peers and the router on a virtual network and clock, ICE, DTLS and SRTP
 * included.  It tests these together:
 *
 *     ngx_webrtc_ice.c
 *     ngx_webrtc_peer.c
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
media_flows_from_publisher_to_subscriber(void **state)
{
    uint64_t              seq;
    world_t               world;
    client_t             *pub, *sub;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    /* before the key frame nothing may come out */

    client_send_video(pub, 65500, 0);
    world_run(&world, 10);
    assert_int_equal(sub->nrtp, 0);
    assert_int_equal(pub->pli, 1);

    for (seq = 65501; seq < 65700; seq++) {
        client_send_video(pub, seq, seq == 65501);
        world_run(&world, 5);
    }

    assert_int_equal(sub->nrtp, 199);
    assert_int_equal(sub->bad, 0);
    assert_int_equal((uint16_t) (sub->highest - sub->first_seq), 198);
    assert_int_equal(ngx_webrtc_get64(sub->last_payload + 20), 65699);
    assert_int_equal(sub->last_payload_len, 1000);
    assert_int_equal(pub->nack, 0);

    world_cleanup(&world);
}


static void
one_turn_makes_one_message_of_many_packets(void **state)
{
    uint64_t              seq;
    world_t               world;
    client_t             *pub, *sub;
    ngx_uint_t            messages;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    messages = world.messages;

    for (seq = 1; seq <= 40; seq++) {
        client_send_video(pub, seq, seq == 1);
    }

    world_turn(&world);

    assert_int_equal(sub->nrtp, 40);
    assert_int_equal(world.messages - messages, 1);

    world_cleanup(&world);
}


static void
lost_packets_are_repaired_both_ways(void **state)
{
    uint64_t                   seq;
    world_t                    world;
    client_t                  *pub, *sub;
    ngx_uint_t                 i, n, missing;
    ngx_webrtc_peer_stats_t    stats;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    client_send_video(pub, 100, 1);
    world_run(&world, 5);
    assert_int_equal(sub->nrtp, 1);

    world.loss = 10;

    for (seq = 101; seq < 1100; seq++) {
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

    n = 0;
    missing = 0;

    for (i = 0; i <= (uint16_t) (sub->highest - sub->first_seq); i++) {
        n++;
        missing += !sub->got[(uint16_t) (sub->first_seq + i)];
    }

    assert_in_range(n, 990, 1000);
    assert_int_equal(missing, 0);

    /* it was repaired, not just lucky */

    ngx_webrtc_peer_stats(pub->peer, &stats);
    assert_in_range(stats.in.retransmitted, 50, 200);
    ngx_webrtc_peer_stats(sub->peer, &stats);
    assert_in_range(stats.out.retransmitted, 50, 400);
    assert_true(sub->nrtx >= 50);

    world_cleanup(&world);
}


static void
repairs_that_are_asked_for_together_are_one_message(void **state)
{
    uint64_t     seq;
    world_t      world;
    client_t    *pub, *sub;
    ngx_uint_t   i, messages;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    for (seq = 1; seq <= 40; seq++) {
        client_send_video(pub, seq, seq == 1);
    }

    world_run(&world, 5);
    assert_int_equal(sub->nrtp, 40);

    for (i = 10; i < 20; i++) {
        sub->got[(uint16_t) (sub->first_seq + i)] = 0;
    }

    messages = world.messages;

    client_nack_missing(sub);
    world_send(&world);

    assert_int_equal(sub->nrtx, 10);
    assert_int_equal(world.messages - messages, 1);

    world_cleanup(&world);
}


static void
handshake_completes_under_heavy_loss(void **state)
{
    world_t      world;
    client_t    *client;
    ngx_uint_t   i;

    (void) state;

    world_init(&world);
    world.loss = 30;

    for (i = 0; i < 5; i++) {
        client = client_create(&world, 0);

        while (!client->connected && !client->ended) {
            world_run(&world, 100);
        }

        assert_int_equal(client->connected, 1);
    }

    world_cleanup(&world);
}


static void
wrong_fingerprint_connects_nobody(void **state)
{
    world_t    world;
    client_t  *client;

    (void) state;

    world_init(&world);

    client = client_create(&world, 1);
    world_run(&world, 2000);

    assert_int_equal(client->connected, 0);
    assert_int_equal(client->ended, 1);
    assert_true(strlen(client->reason) > 0);

    /* the client was told by an alert */

    assert_int_equal(ngx_webrtc_dtls_state(client->dtls),
                     NGX_WEBRTC_DTLS_FAILED);

    world_cleanup(&world);
}


static void
client_hello_before_ice_is_ignored(void **state)
{
    world_t    world;
    client_t  *client;

    (void) state;

    world_init(&world);

    client = client_create(&world, 0);
    client->silent = 1;

    client_start_dtls(client);
    world_run(&world, 1500);

    assert_int_equal(world.datagrams, 0);
    assert_true(ngx_webrtc_engine_stats(world.engine)->dropped_unknown >= 2);

    /* and does no harm */

    client->silent = 0;
    client_connect(client);

    world_cleanup(&world);
}


static void
wrong_password_learns_no_address(void **state)
{
    u_char                       *last, buf[512], name[64];
    world_t                       world;
    client_t                     *client;
    ngx_webrtc_peer_local_t       local;
    ngx_webrtc_stun_request_t     req;

    (void) state;

    world_init(&world);

    client = client_create(&world, 0);
    client->silent = 1;

    ngx_webrtc_peer_local(client->peer, &local);

    memset(&req, 0, sizeof(req));
    memcpy(name, local.ufrag.data, local.ufrag.len);
    memcpy(name + local.ufrag.len, ":clientufrag", 12);
    req.username.data = name;
    req.username.len = local.ufrag.len + 12;
    ngx_str_set(&req.password, "wrongwrongwrongwrongwron");
    req.priority = 1;
    req.controlling = 1;
    req.use_candidate = 1;

    last = ngx_webrtc_stun_write_request(buf, buf + sizeof(buf), &req);
    client_input(client, buf, last - buf);
    world_run(&world, 10);

    assert_int_equal(world.datagrams, 0);
    assert_int_equal(ngx_webrtc_engine_stats(world.engine)->dropped_stun, 1);

    client_start_dtls(client);
    world_run(&world, 1000);
    assert_int_equal(world.datagrams, 0);

    world_cleanup(&world);
}


static void
spoofed_sources_make_bounded_state(void **state)
{
    world_t      world;
    client_t    *client;
    uint16_t     port;
    ngx_uint_t   i;

    (void) state;

    world_init(&world);

    client = client_create(&world, 0);
    port = client->path.remote.port;

    for (i = 0; i < 1000; i++) {
        client->path.remote.port = (uint16_t) (30000 + i);
        client_check(client, 0);
        world_turn(&world);
    }

    client->path.remote.port = port;
    client_connect(client);

    world_cleanup(&world);
}


static void
an_address_in_use_cannot_be_taken(void **state)
{
    uint16_t              port;
    world_t               world;
    client_t             *pub, *sub, *thief;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    client_send_video(pub, 1, 1);
    world_run(&world, 5);
    assert_int_equal(sub->nrtp, 1);

    /* a member with valid credentials forges the address of another */

    thief = client_create(&world, 0);
    thief->silent = 1;
    port = thief->path.remote.port;

    thief->path.remote.port = sub->path.remote.port;
    client_check(thief, 1);
    thief->path.remote.port = port;

    client_send_video(pub, 2, 0);
    world_run(&world, 5);
    assert_int_equal(sub->nrtp, 2);

    /* it is free again when its owner has gone silent */

    sub->silent = 1;
    world_run(&world, 7000);

    sub->path.remote.port = 50000;
    thief->path.remote.port = 20001;
    thief->silent = 0;
    client_connect(thief);

    world_cleanup(&world);
}


static void
garbage_and_bad_tags_are_dropped(void **state)
{
    u_char                buf[200];
    world_t               world;
    client_t             *pub, *sub;
    ngx_uint_t            i, n;
    ngx_webrtc_rtp_t      rtp;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    client_send_video(pub, 1, 1);
    world_run(&world, 5);
    assert_int_equal(sub->nrtp, 1);

    memset(&rtp, 0, sizeof(rtp));
    rtp.pt = 96;
    rtp.ssrc = 1000;

    for (i = 0; i < 20000; i++) {
        n = i % sizeof(buf);
        assert_int_equal(ngx_webrtc_random_bytes(buf, sizeof(buf)), NGX_OK);

        if (i % 2 && n >= 12) {
            rtp.seq = (uint16_t) i;
            ngx_webrtc_rtp_write(buf, &rtp);
        }

        client_input(pub, buf, n);

        if (i % 1000 == 0) {
            world_run(&world, 1);
        }
    }

    world_run(&world, 10);
    assert_int_equal(sub->nrtp, 1);
    assert_int_equal(pub->ended, 0);
    assert_true(ngx_webrtc_engine_stats(world.engine)->dropped_srtp > 1000);

    client_send_video(pub, 2, 0);
    world_run(&world, 5);
    assert_int_equal(sub->nrtp, 2);

    world_cleanup(&world);
}


static void
consent_that_is_not_renewed_ends_the_peer(void **state)
{
    world_t    world;
    client_t  *client;

    (void) state;

    world_init(&world);

    client = client_create(&world, 0);
    client_connect(client);

    world_run(&world, 40000);
    assert_int_equal(client->ended, 0);

    client->silent = 1;
    world_run(&world, 25000);
    assert_int_equal(client->ended, 0);
    world_run(&world, 10000);
    assert_int_equal(client->ended, 1);
    assert_string_equal(client->reason, "ICE-CONSENT-EXPIRED");

    world_cleanup(&world);
}


static void
nobody_comes_ends_by_timeout(void **state)
{
    world_t    world;
    client_t  *client;

    (void) state;

    world_init(&world);

    client = client_create(&world, 0);
    client->silent = 1;

    world_run(&world, 31000);
    assert_int_equal(client->ended, 1);
    assert_string_equal(client->reason, "ICE-TIMEOUT");
    assert_true(ngx_webrtc_engine_expires(world.engine) == NGX_WEBRTC_NEVER);

    /* one that may wait, until it has to hurry */

    client = client_create(&world, 0);
    client->silent = 1;
    ngx_webrtc_peer_set_deadline(client->peer, NGX_WEBRTC_NEVER);

    world_run(&world, 40000);
    assert_int_equal(client->ended, 0);

    ngx_webrtc_peer_set_deadline(client->peer, world.now + MSEC(5000));

    world_run(&world, 4990);
    assert_int_equal(client->ended, 0);

    world_run(&world, 20);
    assert_int_equal(client->ended, 1);
    assert_string_equal(client->reason, "ICE-TIMEOUT");

    world_cleanup(&world);
}


static void
media_follows_a_new_address(void **state)
{
    world_t               world;
    client_t             *pub, *sub;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    client_send_video(pub, 1, 1);
    world_run(&world, 5);
    assert_int_equal(sub->nrtp, 1);

    sub->path.remote.port = 40000;
    client_check(sub, 1);
    client_send_video(pub, 2, 0);
    world_run(&world, 5);
    assert_int_equal(sub->nrtp, 2);

    world_cleanup(&world);
}


static void
key_frame_requests_are_throttled(void **state)
{
    world_t               world;
    client_t             *pub, *sub;
    ngx_uint_t            i;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    client_send_video(pub, 1, 1);
    world_run(&world, 600);
    pub->pli = 0;

    for (i = 0; i < 1000; i++) {
        client_send_pli(sub);
        world_run(&world, 1);
    }

    assert_in_range(pub->pli, 2, 3);

    world_cleanup(&world);
}


static void
nack_flood_is_not_amplified(void **state)
{
    u_char               *p, buf[1400];
    uint16_t              seqs[500];
    world_t               world;
    client_t             *pub, *sub;
    uint64_t              seq;
    ngx_uint_t            i, k, n, sent;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    for (seq = 1; seq <= 400; seq++) {
        client_send_video(pub, seq, seq == 1);
        world_run(&world, 1);
    }

    assert_int_equal(sub->nrtp, 400);

    for (i = 0; i < 500; i++) {
        seqs[i] = (uint16_t) (sub->highest - i);
    }

    for (k = 0; k < 100; k++) {
        for (n = 0; n < 400; n += sent) {
            p = ngx_webrtc_rtcp_write_nack(buf, buf + 1200, 1, 5000, seqs + n,
                                           400 - n, &sent);
            assert_non_null(p);
            client_send_rtcp(sub, buf, p);
        }
    }

    world_run(&world, 5);
    assert_in_range(sub->nrtx, 1, 256);

    world_cleanup(&world);
}


static void
reports_tell_loss_rate_and_cap(void **state)
{
    uint64_t                   seq;
    world_t                    world;
    client_t                  *pub, *sub;

    (void) state;

    (void) two_clients(&world, &pub, &sub);
    ngx_webrtc_peer_set_bit_rate(pub->peer, 1000000);

    for (seq = 1; seq < 500; seq++) {
        if (seq % 5) {
            client_send_video(pub, seq, seq == 1);
        }

        world_run(&world, 5);

        /* never repair what was not sent */

        memset(pub->sent_len, 0, sizeof(pub->sent_len));
    }

    assert_in_range(pub->remb, 990000, 1000000);
    assert_int_equal(pub->block.ssrc, 1000);
    assert_in_range(pub->block.fraction, 30, 70);
    assert_true(pub->block.highest >= 250);

    world_cleanup(&world);
}


static void
sender_reports_keep_the_publishers_time_line(void **state)
{
    u_char                    *p, buf[256];
    int64_t                    expected;
    uint64_t                   seq;
    world_t                    world;
    client_t                  *pub, *sub;
    ngx_webrtc_rtcp_report_t   report;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    memset(&report, 0, sizeof(report));
    report.ssrc = 1000;
    report.ntp = ngx_webrtc_ntp(world.now);
    report.timestamp = (uint32_t) (world.now * 90 / 1000);

    p = ngx_webrtc_rtcp_write_sr(buf, buf + 200, &report, NULL, 0);
    client_send_rtcp(pub, buf, p);

    for (seq = 1; seq < 600; seq++) {
        client_send_video(pub, seq, seq == 1);
        world_run(&world, 5);
    }

    assert_in_range(sub->sr, 2, 4);
    assert_int_equal(sub->last_sr.ssrc, 5000);

    /* the last packet's timestamp against that of the report's moment */

    expected = (int32_t) (sub->last_timestamp - sub->last_sr.timestamp);
    assert_in_range(expected + 100000, 100000 - 1000, 100000 + 90001);

    world_cleanup(&world);
}


static void
slow_subscriber_skips_and_others_do_not_notice(void **state)
{
    uint64_t              seq;
    world_t               world;
    client_t             *pub, *sub, *other;
    ngx_webrtc_source_t  *source;

    (void) state;

    source = two_clients(&world, &pub, &sub);

    other = client_create(&world, 0);
    client_connect(other);
    (void) client_subscribe(other, source, 7000);

    client_send_video(pub, 1, 1);
    world_run(&world, 5);

    /* nothing is sent for longer than the ring lasts */

    for (seq = 2; seq < 700; seq++) {
        client_send_video(pub, seq, 0);
    }

    world_run(&world, 5);
    assert_true(ngx_webrtc_engine_stats(world.engine)->overrun_srtp > 0);

    for (seq = 700; seq < 720; seq++) {
        client_send_video(pub, seq, seq == 700);
        world_run(&world, 5);
    }

    /* what follows the gap has no hole in its numbers */

    assert_int_equal(sub->nrtp, other->nrtp);
    assert_int_equal((uint16_t) (sub->highest - sub->first_seq + 1),
                     sub->nrtp);
    assert_int_equal(ngx_webrtc_get64(sub->last_payload + 20), 719);

    world_cleanup(&world);
}


static void
streams_end_in_any_order(void **state)
{
    world_t                     world;
    client_t                   *pub, *a, *b;
    ngx_webrtc_source_t        *source;
    ngx_webrtc_subscription_t  *sub;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    a = client_create(&world, 0);
    b = client_create(&world, 0);

    client_connect(pub);
    client_connect(a);
    client_connect(b);

    source = client_publish(pub, 1000);
    sub = client_subscribe(a, source, 5000);
    (void) client_subscribe(b, source, 6000);

    client_send_video(pub, 1, 1);
    ngx_webrtc_subscription_destroy(sub);
    world_run(&world, 5);
    assert_int_equal(a->nrtp, 0);
    assert_int_equal(b->nrtp, 1);

    client_send_video(pub, 2, 0);
    client_destroy(b);
    world_run(&world, 5);

    client_send_video(pub, 3, 0);
    ngx_webrtc_source_destroy(source);
    client_send_video(pub, 4, 0);
    world_run(&world, 5);

    assert_int_equal(ngx_webrtc_engine_peers(world.engine), 2);

    world_cleanup(&world);
}


static void
close_notify_ends_the_peer(void **state)
{
    world_t    world;
    client_t  *client;

    (void) state;

    world_init(&world);

    client = client_create(&world, 0);
    client_connect(client);

    ngx_webrtc_dtls_close(client->dtls);
    client_flush(client);
    world_run(&world, 5);

    assert_int_equal(client->ended, 1);
    assert_string_equal(client->reason, "DTLS-CLOSED");

    world_cleanup(&world);
}


static void
we_close_and_the_client_hears_it(void **state)
{
    world_t    world;
    client_t  *client;

    (void) state;

    world_init(&world);

    client = client_create(&world, 0);
    client_connect(client);

    ngx_webrtc_peer_close(client->peer, world.now);
    assert_true(ngx_webrtc_engine_expires(world.engine) <= world.now);

    world_run(&world, 5);

    assert_int_equal(client->ended, 1);
    assert_string_equal(client->reason, "DTLS-CLOSED");
    assert_int_equal(ngx_webrtc_dtls_state(client->dtls),
                     NGX_WEBRTC_DTLS_CLOSED);

    /* also one that nobody ever came to */

    client = client_create(&world, 0);
    client->silent = 1;

    ngx_webrtc_peer_close(client->peer, world.now);
    world_run(&world, 5);

    assert_int_equal(client->ended, 1);
    assert_true(ngx_webrtc_engine_expires(world.engine)
                == NGX_WEBRTC_NEVER);

    world_cleanup(&world);
}


/* what the handler of a peer that ends takes with it */

static client_t  *victims[2];


static void
ends_others(ngx_webrtc_peer_t *peer, ngx_webrtc_peer_event_e event,
    const char *reason, void *data, ngx_webrtc_usec_t now)
{
    client_t    *client = data;
    ngx_uint_t   i;

    (void) reason;
    (void) now;

    if (event == NGX_WEBRTC_PEER_CONNECTED) {
        client->connected++;

        if (client->ended == 0) {
            return;
        }
    }

    for (i = 0; i < 2; i++) {
        if (victims[i] && victims[i]->peer && victims[i]->peer != peer) {
            ngx_webrtc_peer_destroy(victims[i]->peer, NULL);
            victims[i]->peer = NULL;
        }
    }

    client->ended = 1;
    client->peer = NULL;
    ngx_webrtc_peer_destroy(peer, NULL);
}


static void
handlers_end_their_own_peer_and_others(void **state)
{
    world_t               world;
    client_t             *clients[4];
    ngx_uint_t            i, k;
    ngx_webrtc_source_t  *source;

    (void) state;

    /* by close_notify, by a timer, and as soon as it is connected */

    for (k = 0; k < 3; k++) {
        world_init(&world);

        for (i = 0; i < 4; i++) {
            clients[i] = client_create(&world, 0);
            client_connect(clients[i]);
        }

        source = client_publish(clients[0], 1000);

        for (i = 1; i < 4; i++) {
            (void) client_subscribe(clients[i], source, 5000);
        }

        clients[0]->peer->handler = ends_others;
        victims[0] = clients[1];
        victims[1] = clients[2];

        /* in the middle of things */

        client_send_video(clients[0], 1, 1);
        client_send_pli(clients[1]);

        for (i = 0; i < 3; i++) {
            clients[i]->silent = 1;
        }

        if (k == 0) {
            ngx_webrtc_dtls_close(clients[0]->dtls);
            client_flush(clients[0]);

        } else if (k == 1) {
            clients[0]->ended = 0;
            world_run(&world, 31000);

        } else {
            clients[0]->ended = 1;
            clients[0]->peer->connected = 0;
            ngx_webrtc_peer_tell(clients[0]->peer, world.now);
        }

        world_run(&world, 100);

        assert_null(clients[0]->peer);
        assert_int_equal(ngx_webrtc_engine_peers(world.engine), 1);
        assert_int_equal(clients[3]->ended, 0);

        world_cleanup(&world);
    }
}


static void
random_lives_leave_nothing_behind(void **state)
{
    world_t                    world;
    uint64_t                   seqs[10];
    client_t                  *clients[10];
    uint32_t                   random, ssrc;
    ngx_uint_t                 i, k, n;
    ngx_webrtc_source_t       *sources[10];

    (void) state;

    world_init(&world);
    world.loss = 3;

    memset(clients, 0, sizeof(clients));
    memset(sources, 0, sizeof(sources));
    memset(seqs, 0, sizeof(seqs));

    random = 1;
    ssrc = 10000;

    for (n = 0; n < 3000; n++) {
        random = random * 1664525 + 1013904223;

        i = (random >> 8) % 10;
        k = (random >> 16) % 10;

        switch ((random >> 24) % 16) {

        case 0:
            if (clients[i] == NULL && world.nclients < 60) {
                clients[i] = client_create(&world, 0);
                clients[i]->many = 1;
                seqs[i] = 65000;

            } else if (clients[i] && (random & 7) == 0) {
                client_destroy(clients[i]);
                clients[i] = NULL;
                sources[i] = NULL;
            }

            break;

        case 1:
            if (clients[i] && sources[i] == NULL) {
                sources[i] = client_publish(clients[i], ssrc += 2);
                seqs[i] = 65000;

            } else if (sources[i] && (random & 7) == 0) {
                ngx_webrtc_source_destroy(sources[i]);
                sources[i] = NULL;
            }

            break;

        case 2:
            if (clients[i] && sources[k]) {
                (void) client_subscribe(clients[i], sources[k], ssrc += 2);
            }

            break;

        case 3:
            world_run(&world, random % 50);
            break;

        case 4:
            if (clients[i] && clients[i]->in) {
                client_send_pli(clients[i]);
                client_nack_missing(clients[i]);
            }

            break;

        case 5:
            if (clients[i] && (random & 63) == 0) {
                clients[i]->path.remote.port += 100;
                client_check(clients[i], 1);
            }

            break;

        default:
            if (clients[i] && clients[i]->in && sources[i]) {
                client_send_video(clients[i], seqs[i]++, random % 32 == 0);

                if (random & 1) {
                    (void) ngx_webrtc_engine_output(world.engine, world.now,
                                                    &world.out);
                }
            }

            break;
        }

        if (world.out.nmessages > 64) {
            world_turn(&world);
        }
    }

    assert_true(ngx_webrtc_engine_stats(world.engine)->sent_srtp > 500);

    world_cleanup(&world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(media_flows_from_publisher_to_subscriber),
        cmocka_unit_test(one_turn_makes_one_message_of_many_packets),
        cmocka_unit_test(lost_packets_are_repaired_both_ways),
        cmocka_unit_test(repairs_that_are_asked_for_together_are_one_message),
        cmocka_unit_test(handshake_completes_under_heavy_loss),
        cmocka_unit_test(wrong_fingerprint_connects_nobody),
        cmocka_unit_test(client_hello_before_ice_is_ignored),
        cmocka_unit_test(wrong_password_learns_no_address),
        cmocka_unit_test(spoofed_sources_make_bounded_state),
        cmocka_unit_test(an_address_in_use_cannot_be_taken),
        cmocka_unit_test(garbage_and_bad_tags_are_dropped),
        cmocka_unit_test(consent_that_is_not_renewed_ends_the_peer),
        cmocka_unit_test(nobody_comes_ends_by_timeout),
        cmocka_unit_test(media_follows_a_new_address),
        cmocka_unit_test(key_frame_requests_are_throttled),
        cmocka_unit_test(nack_flood_is_not_amplified),
        cmocka_unit_test(reports_tell_loss_rate_and_cap),
        cmocka_unit_test(sender_reports_keep_the_publishers_time_line),
        cmocka_unit_test(slow_subscriber_skips_and_others_do_not_notice),
        cmocka_unit_test(streams_end_in_any_order),
        cmocka_unit_test(close_notify_ends_the_peer),
        cmocka_unit_test(we_close_and_the_client_hears_it),
        cmocka_unit_test(handlers_end_their_own_peer_and_others),
        cmocka_unit_test(random_lives_leave_nothing_behind)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
