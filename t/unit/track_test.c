
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


static void
jumps_in_sequence_are_new_beginnings(void **state)
{
    uint64_t     seq;
    world_t      world;
    client_t    *pub, *sub;
    ngx_uint_t   i, k, n;

    static const ngx_uint_t  jumps[] = { 1, 4000, 20000, 32768, 32767 };

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    seq = 10;
    n = 0;

    for (i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
        seq += jumps[i] - 1;
        pub->pli = 0;

        for (k = 0; k < 20; k++) {
            client_send_video(pub, seq++, k == 5);
            world_run(&world, 10);
        }

        /* the stream has gone on by the key frame at the latest */

        n += (i == 0) ? 15 : 0;
        assert_true(sub->nrtp >= n + (i ? 15 : 0));
        n = sub->nrtp;

        assert_int_equal(ngx_webrtc_get64(sub->last_payload + 20), seq - 1);
        assert_int_equal(sub->bad, 0);

        if (i) {
            assert_int_equal(pub->pli, 1);
        }

        world_run(&world, 600);
    }

    /* the subscriber saw one stream without holes */

    assert_int_equal((uint16_t) (sub->highest - sub->first_seq + 1), n);

    world_cleanup(&world);
}


static void
a_jump_back_is_dropped_and_the_stream_resumes(void **state)
{
    uint64_t     seq;
    world_t      world;
    client_t    *pub, *sub;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    for (seq = 40000; seq < 40010; seq++) {
        client_send_video(pub, seq, seq == 40000);
        world_run(&world, 1);
    }

    for (seq = 7232; seq < 7252; seq++) {
        client_send_video(pub, seq, 0);
        world_run(&world, 1);
    }

    assert_int_equal(sub->nrtp, 10);

    client_send_video(pub, 40010, 0);
    world_run(&world, 1);
    assert_int_equal(sub->nrtp, 11);
    assert_int_equal(sub->bad, 0);

    world_cleanup(&world);
}


static void
duplicates_are_sent_once(void **state)
{
    uint64_t     seq;
    world_t      world;
    client_t    *pub, *sub;
    ngx_uint_t   i;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    for (seq = 65500; seq < 65600; seq++) {
        client_send_video(pub, seq, seq == 65500);
        client_send_video(pub, seq, seq == 65500);
        world_run(&world, 1);

        /* as originals and as repairs */

        for (i = 0; i < 3 && seq > 65520; i++) {
            client_repair(pub, (uint16_t) (seq - i * 5));
            client_send_video(pub, seq - i * 5, 0);
        }

        world_run(&world, 1);
    }

    assert_int_equal(sub->nrtp, 100);
    assert_int_equal(sub->bad, 0);

    world_cleanup(&world);
}


static void
reordering_by_five_seconds_is_sent_or_dropped(void **state)
{
    u_char       late[1000];
    world_t      world;
    uint64_t     seq;
    client_t    *pub, *sub;
    ngx_uint_t   i, rate;

    (void) state;

    for (i = 0; i < 2; i++) {
        rate = i ? 300 : 30;

        (void) two_clients(&world, &pub, &sub);
        memset(late, 0x10, sizeof(late));
        pub->sent_len[100] = 0;

        for (seq = 50; seq < 100 + 5 * rate; seq++) {
            if (seq != 100) {
                client_send_video(pub, seq, seq == 50);
            }

            world_run(&world, 1000 / rate);
        }

        assert_int_equal(sub->nrtp, 49 + 5 * rate);

        client_send_video(pub, 100, 0);
        world_run(&world, 5);

        /* 150 packets behind it is welcome, 1500 packets behind it is not */

        assert_int_equal(sub->nrtp, (i ? 49 : 50) + 5 * rate);
        assert_int_equal(sub->bad, 0);

        client_send_video(pub, seq, 0);
        world_run(&world, 5);
        assert_int_equal(ngx_webrtc_get64(sub->last_payload + 20), seq);

        world_cleanup(&world);
    }
}


static void
no_index_is_used_for_two_payloads(void **state)
{
    uint64_t     seq;
    world_t      world;
    client_t    *pub, *sub;
    ngx_uint_t   n;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    client_send_video(pub, 1, 1);
    client_send_video(pub, 1000, 0);

    /* so many late ones that number 1000 leaves the ring early */

    for (seq = 489; seq < 1000; seq++) {
        client_send_video(pub, seq, 0);
        world_turn(&world);
    }

    client_send_video(pub, 1001, 0);
    world_run(&world, 1);

    n = sub->nrtp;
    assert_int_equal(n, 514);
    assert_int_equal(sub->bad, 0);

    memset(pub->sent[1000], 0x11, 1000);
    client_repair(pub, 1000);
    world_run(&world, 5);

    assert_int_equal(sub->nrtp, n);
    assert_int_equal(sub->bad, 0);

    world_cleanup(&world);
}


static void
strange_packets_of_the_publisher_are_dropped(void **state)
{
    u_char       payload[100];
    world_t      world;
    client_t    *pub, *sub;
    uint32_t     ssrc;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    client_send_video(pub, 1, 1);
    world_run(&world, 1);
    assert_int_equal(sub->nrtp, 1);

    memset(payload, 0x10, sizeof(payload));

    /* a wrong payload type, repairs too short or of nothing, SSRC 0 */

    client_send_rtp(pub, 98, 1000, 2, 0, payload, sizeof(payload));
    client_send_rtp(pub, 97, 1001, 1, 0, payload, 0);
    client_send_rtp(pub, 97, 1001, 2, 0, payload, 1);
    client_send_rtp(pub, 97, 1001, 3, 0, payload, 2);
    client_send_rtp(pub, 97, 1001, 4, 0, payload, sizeof(payload));
    client_send_rtp(pub, 96, 1001, 5, 0, payload, sizeof(payload));
    client_send_rtp(pub, 96, 0, 1, 0, payload, sizeof(payload));

    for (ssrc = 5000; ssrc < 5500; ssrc++) {
        client_send_rtp(pub, 96, ssrc, 1, 0, payload, sizeof(payload));
    }

    world_run(&world, 5);
    assert_int_equal(sub->nrtp, 1);
    assert_true(client_stats(pub)->dropped_rtp > 50);

    client_send_video(pub, 3, 0);
    world_run(&world, 1);
    assert_int_equal(sub->nrtp, 2);

    world_cleanup(&world);
}


static void
long_header_extensions_are_forwarded_and_others_are_not(void **state)
{
    u_char                *p, buf[400], mid[] = "video_0", descriptor[40];
    size_t                 n;
    world_t                world;
    client_t              *pub, *sub;
    ngx_webrtc_rtp_t       rtp;
    ngx_webrtc_ext_map_t   map;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    memset(&map, 0, sizeof(map));
    (void) ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_MID, 1);
    (void) ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_DEPENDENCY, 7);
    ngx_webrtc_peer_set_extensions(pub->peer, &map);

    memset(descriptor, 0xdd, sizeof(descriptor));
    memset(&rtp, 0, sizeof(rtp));

    rtp.pt = 96;
    rtp.seq = 1;
    rtp.ssrc = 1000;
    rtp.extension = 1;

    ngx_webrtc_rtp_write(buf, &rtp);

    /* two-byte form: 2 + 7 and 2 + 40 bytes, one of padding */

    p = buf + 12;
    p = ngx_webrtc_put16(p, 0x1000);
    p = ngx_webrtc_put16(p, 13);
    *p++ = 1;
    *p++ = 7;
    p = ngx_cpymem(p, mid, 7);
    *p++ = 7;
    *p++ = 40;
    p = ngx_cpymem(p, descriptor, 40);
    *p++ = 0;

    n = p - buf;
    p = ngx_cpymem(p, "\x10\x10\2\0\x9d\x01\x2a\x40\x01\xf0\0", 11);

    n = ngx_webrtc_srtp_protect(pub->out, buf, n, p - buf, 0);
    client_input(pub, buf, n);
    world_run(&world, 1);

    assert_int_equal(sub->nrtp, 1);
    assert_int_equal(sub->last_payload_len, 11);
    assert_int_equal(sub->last_ext_len, 4 + 44 + 4);
    assert_memory_equal(sub->last_ext, "\x10\0\0\x0c\7\x28\xdd", 7);

    world_cleanup(&world);
}


static void
audio_and_video_go_to_all_and_end_with_their_publisher(void **state)
{
    world_t               world;
    uint64_t              seq;
    client_t             *pub, *other, *subs[5];
    ngx_uint_t            i;
    ngx_webrtc_source_t  *audio, *video;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    client_connect(pub);

    audio = client_publish_audio(pub, 2000);
    video = client_publish(pub, 1000);

    for (i = 0; i < 5; i++) {
        subs[i] = client_create(&world, 0);
        client_connect(subs[i]);

        (void) client_subscribe(subs[i], video, 5000);
        (void) client_subscribe_audio(subs[i], audio, 6000);
    }

    for (seq = 1; seq <= 50; seq++) {
        client_send_video(pub, seq, seq == 1);
        client_send_audio(pub, 2000, seq);
        world_run(&world, 5);
    }

    for (i = 0; i < 5; i++) {
        assert_int_equal(subs[i]->nrtp, 50);
        assert_int_equal(subs[i]->naudio, 50);
        assert_int_equal(subs[i]->bad, 0);
    }

    /* with packets that nobody was sent yet */

    client_send_video(pub, 51, 0);
    client_send_audio(pub, 2000, 51);
    client_destroy(pub);

    assert_false(ngx_webrtc_engine_pending(world.engine));

    for (i = 0; i < 5; i++) {
        client_send_pli(subs[i]);
        client_nack_missing(subs[i]);
    }

    world_run(&world, 2000);

    other = client_create(&world, 0);
    client_connect(other);
    video = client_publish(other, 3000);
    (void) client_subscribe(subs[0], video, 7000);

    client_send_video(other, 1, 1);
    world_run(&world, 5);
    assert_int_equal(subs[0]->nrtp, 51);
    assert_int_equal(subs[1]->nrtp, 50);

    world_cleanup(&world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(jumps_in_sequence_are_new_beginnings),
        cmocka_unit_test(a_jump_back_is_dropped_and_the_stream_resumes),
        cmocka_unit_test(duplicates_are_sent_once),
        cmocka_unit_test(reordering_by_five_seconds_is_sent_or_dropped),
        cmocka_unit_test(no_index_is_used_for_two_payloads),
        cmocka_unit_test(strange_packets_of_the_publisher_are_dropped),
        cmocka_unit_test(
                     long_header_extensions_are_forwarded_and_others_are_not),
        cmocka_unit_test(
                      audio_and_video_go_to_all_and_end_with_their_publisher)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
