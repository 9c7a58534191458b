
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


static uint16_t  seq;


/* one packet of a key frame; its number counts up whatever the SSRC */

static void
send_packet(client_t *client, uint32_t ssrc, u_char pt, const char *rid,
    const char *rrid)
{
    u_char            payload[40];
    ngx_webrtc_rtp_t  rtp;

    memset(payload, 0, sizeof(payload));
    memset(&rtp, 0, sizeof(rtp));

    payload[0] = 0x10;

    rtp.payload = payload;
    rtp.payload_len = sizeof(payload);
    rtp.pt = pt;
    rtp.ssrc = ssrc;
    rtp.seq = ++seq;

    layers_send_rtp(client, &rtp, 0, rid, rrid, NULL, 0);
    world_run(client->world, 1);
}


static uint64_t
packets_of(client_t *client)
{
    ngx_webrtc_peer_stats_t  stats;

    ngx_webrtc_peer_stats(client->peer, &stats);

    return stats.in.packets;
}


static void
start(world_t *world, layers_t *pub)
{
    client_t  *client;

    world_init(world);
    client = client_create(world, 0);
    client_connect(client);
    layers_publish(pub, client, NGX_WEBRTC_CODEC_VP8);

    seq = 100;
}


static void
layers_are_bound_by_their_rids(void **state)
{
    world_t    world;
    layers_t   pub;
    client_t  *client;

    (void) state;

    start(&world, &pub);
    client = pub.client;

    send_packet(client, 3000, 96, "r0", NULL);
    send_packet(client, 3200, 96, "r2", NULL);
    assert_int_equal(packets_of(client), 2);

    /* from here on the SSRC is enough */

    send_packet(client, 3000, 96, NULL, NULL);
    send_packet(client, 3200, 96, NULL, NULL);
    send_packet(client, 3100, 96, "r1", NULL);
    send_packet(client, 3100, 96, NULL, NULL);
    assert_int_equal(packets_of(client), 6);

    /* a layer is asked for a key frame by its own SSRC */

    assert_int_equal(client->pli, 0);
    ngx_webrtc_source_want_key_frame(pub.source, world.now);
    world_run(&world, 10);
    assert_int_equal(client->pli, 3);

    world_cleanup(&world);
}


static void
repair_streams_are_bound_by_the_repaired_rid(void **state)
{
    u_char             payload[42];
    world_t            world;
    layers_t           pub;
    ngx_webrtc_rtp_t   rtp;

    (void) state;

    start(&world, &pub);

    send_packet(pub.client, 3100, 96, "r1", NULL);
    seq++;
    send_packet(pub.client, 3100, 96, "r1", NULL);
    assert_int_equal(packets_of(pub.client), 2);

    memset(payload, 0, sizeof(payload));
    memset(&rtp, 0, sizeof(rtp));

    ngx_webrtc_put16(payload, seq - 1);

    rtp.payload = payload;
    rtp.payload_len = sizeof(payload);
    rtp.pt = 97;
    rtp.ssrc = 3101;
    rtp.seq = 1;

    /* by the rid of an original it is not */

    layers_send_rtp(pub.client, &rtp, 0, "r1", NULL, NULL, 0);
    world_run(&world, 1);
    assert_int_equal(packets_of(pub.client), 2);

    rtp.seq = 2;
    layers_send_rtp(pub.client, &rtp, 0, NULL, "r1", NULL, 0);
    world_run(&world, 1);
    assert_int_equal(packets_of(pub.client), 3);

    world_cleanup(&world);
}


static void
what_belongs_to_no_layer_is_ignored(void **state)
{
    world_t      world;
    layers_t     pub;
    uint64_t     dropped;
    uint32_t     ssrc;
    ngx_uint_t   i;
    client_t    *client;

    static const char *const  rids[] = {
        NULL, "r3", "r", "r00", "", "0123456789abcdef0123456789abcdef"
    };

    (void) state;

    start(&world, &pub);
    client = pub.client;

    send_packet(client, 3000, 96, "r0", NULL);

    dropped = ngx_webrtc_engine_stats(world.engine)->dropped_rtp;
    ssrc = 9000;

    for (i = 0; i < sizeof(rids) / sizeof(rids[0]); i++) {
        send_packet(client, ssrc++, 96, rids[i], NULL);
        send_packet(client, ssrc++, 97, NULL, rids[i]);
    }

    /* another SSRC for a rid that has one, and another payload type */

    send_packet(client, ssrc++, 96, "r0", NULL);
    send_packet(client, ssrc++, 99, "r1", NULL);

    assert_int_equal(packets_of(client), 1);
    assert_int_equal(ngx_webrtc_engine_stats(world.engine)->dropped_rtp,
                     dropped + ssrc - 9000);

    send_packet(client, 3100, 96, "r1", NULL);
    assert_int_equal(packets_of(client), 2);

    world_cleanup(&world);
}


static void
a_flood_of_ssrcs_leaves_the_layers_alone(void **state)
{
    world_t      world;
    layers_t     pub;
    uint32_t     ssrc;
    client_t    *client;

    (void) state;

    start(&world, &pub);
    client = pub.client;

    send_packet(client, 3000, 96, "r0", NULL);

    for (ssrc = 10000; ssrc < 11000; ssrc++) {
        send_packet(client, ssrc, 96, "rx", NULL);
    }

    send_packet(client, 3000, 96, "r0", NULL);
    assert_int_equal(packets_of(client), 2);

    world_cleanup(&world);
}


static void
streams_of_sources_that_end_are_given_back(void **state)
{
    world_t      world;
    layers_t     pub;
    client_t    *client;
    ngx_uint_t   i;

    (void) state;

    start(&world, &pub);
    client = pub.client;

    /* SRTP has places for 64 */

    for (i = 0; i < 100; i++) {
        send_packet(client, (uint32_t) (5000 + i * 10), 96, "r0", NULL);
        send_packet(client, (uint32_t) (5001 + i * 10), 96, "r1", NULL);
        send_packet(client, (uint32_t) (5002 + i * 10), 96, "r2", NULL);
        assert_int_equal(packets_of(client), 3);

        ngx_webrtc_source_destroy(pub.source);
        layers_publish(&pub, client, NGX_WEBRTC_CODEC_VP8);
    }

    world_cleanup(&world);
}


static void
sources_that_cannot_be_are_refused(void **state)
{
    world_t                    world;
    layers_t                   pub;
    ngx_webrtc_source_conf_t   conf;

    (void) state;

    start(&world, &pub);

    memset(&conf, 0, sizeof(conf));
    ngx_str_set(&conf.mid, "video_1");
    conf.format.codec = NGX_WEBRTC_CODEC_VP8;
    conf.format.clock_rate = 90000;

    conf.nrids = NGX_WEBRTC_LAYERS + 1;
    assert_null(ngx_webrtc_source_create(pub.client->peer, &conf));

    conf.nrids = 2;
    ngx_str_set(&conf.rids[0], "r0");
    assert_null(ngx_webrtc_source_create(pub.client->peer, &conf));

    ngx_str_set(&conf.rids[1], "0123456789abcdef0");
    assert_null(ngx_webrtc_source_create(pub.client->peer, &conf));

    ngx_str_set(&conf.rids[1], "0123456789abcdef");
    assert_non_null(ngx_webrtc_source_create(pub.client->peer, &conf));

    conf.format.codec = NGX_WEBRTC_CODEC_NONE;
    assert_null(ngx_webrtc_source_create(pub.client->peer, &conf));

    world_cleanup(&world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(layers_are_bound_by_their_rids),
        cmocka_unit_test(repair_streams_are_bound_by_the_repaired_rid),
        cmocka_unit_test(what_belongs_to_no_layer_is_ignored),
        cmocka_unit_test(a_flood_of_ssrcs_leaves_the_layers_alone),
        cmocka_unit_test(streams_of_sources_that_end_are_given_back),
        cmocka_unit_test(sources_that_cannot_be_are_refused)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
