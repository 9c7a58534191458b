
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* peers whose ICE checks an agent elsewhere makes */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/client.h"


/* a client behind an agent; "passive": we are to be the DTLS client */

static client_t *
agent_client(world_t *world, uint32_t number, ngx_uint_t passive)
{
    client_t  *client;

    client = client_create(world, 0);
    client->silent = 1;

    if (passive) {
        client->passive = 1;
        client_answer(client, 0);
    }

    ngx_webrtc_addr_set_external(&client->path.remote, number);
    memset(&client->path.local, 0, sizeof(ngx_webrtc_addr_t));

    ngx_webrtc_peer_set_external(client->peer, &client->path.remote);

    return client;
}


static void
agent_connect(client_t *client)
{
    ngx_webrtc_peer_set_reachable(client->peer, 1, client->world->now);
    client_start_dtls(client);
    client_connect(client);
}


static void
nothing_is_sent_before_the_agent_has_a_way(void **state)
{
    world_t    world;
    client_t  *client;

    (void) state;

    world_init(&world);

    client = agent_client(&world, 1, 1);
    world_run(&world, 5000);
    assert_int_equal(world.datagrams, 0);

    agent_connect(client);
    assert_true(world.datagrams > 0);

    world_cleanup(&world);
}


static void
media_flows_between_agents_and_addresses(void **state)
{
    uint64_t              seq;
    world_t               world;
    client_t             *pub, *sub, *plain;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = agent_client(&world, 7, 0);
    sub = agent_client(&world, 8, 1);
    plain = client_create(&world, 0);

    agent_connect(pub);
    agent_connect(sub);
    client_connect(plain);

    source = client_publish(pub, 1000);
    (void) client_subscribe(sub, source, 4000);
    (void) client_subscribe(plain, source, 5000);

    for (seq = 1; seq <= 100; seq++) {
        client_send_video(pub, seq, seq == 1);
        world_run(&world, 5);
    }

    assert_int_equal(sub->nrtp, 100);
    assert_int_equal(plain->nrtp, 100);
    assert_int_equal(sub->bad + plain->bad, 0);

    /* no consent of ours is to be renewed */

    world_run(&world, 120000);
    assert_int_equal(pub->ended + sub->ended + plain->ended, 0);

    client_send_video(pub, 101, 0);
    world_run(&world, 5);
    assert_int_equal(sub->nrtp, 101);

    world_cleanup(&world);
}


static void
stun_is_not_for_those_behind_an_agent(void **state)
{
    world_t             world;
    client_t           *client;
    uint64_t            dropped;
    ngx_webrtc_path_t   path;

    (void) state;

    world_init(&world);

    client = agent_client(&world, 3, 0);
    path = client->path;

    /* with the right password, over a socket and from the agent itself */

    dropped = ngx_webrtc_engine_stats(world.engine)->dropped_stun;

    ngx_webrtc_addr_set_v4(&client->path.remote, "\x7f\0\0\1", 33333);
    client_check(client, 1);
    world_run(&world, 5);

    assert_int_equal(ngx_webrtc_engine_stats(world.engine)->dropped_stun,
                     dropped + 1);

    client->path = path;
    client_check(client, 1);
    world_run(&world, 5);

    assert_int_equal(client->responses, 0);
    assert_int_equal(world.datagrams, 0);

    agent_connect(client);

    world_cleanup(&world);
}


static void
an_agent_that_fails_fails_its_peer(void **state)
{
    world_t    world;
    client_t  *early, *late;

    (void) state;

    world_init(&world);

    early = agent_client(&world, 1, 0);
    late = agent_client(&world, 2, 0);
    agent_connect(late);

    ngx_webrtc_peer_set_reachable(early->peer, 0, world.now);
    assert_int_equal(early->ended, 0);
    world_run(&world, 5);
    assert_int_equal(early->ended, 1);
    assert_string_equal(early->reason, "ICE-FAILED");

    ngx_webrtc_peer_set_reachable(late->peer, 0, world.now);
    world_run(&world, 5);
    assert_int_equal(late->ended, 1);
    assert_string_equal(late->reason, "ICE-CONSENT-EXPIRED");

    /* the number is free again */

    client_destroy(late);
    late = agent_client(&world, 2, 0);
    agent_connect(late);

    world_cleanup(&world);
}


static void
an_agent_that_finds_nothing_ends_by_timeout(void **state)
{
    world_t    world;
    client_t  *client;

    (void) state;

    world_init(&world);

    client = agent_client(&world, 1, 0);
    world_run(&world, 31000);

    assert_int_equal(client->ended, 1);
    assert_string_equal(client->reason, "ICE-TIMEOUT");

    world_cleanup(&world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(nothing_is_sent_before_the_agent_has_a_way),
        cmocka_unit_test(media_flows_between_agents_and_addresses),
        cmocka_unit_test(stun_is_not_for_those_behind_an_agent),
        cmocka_unit_test(an_agent_that_fails_fails_its_peer),
        cmocka_unit_test(an_agent_that_finds_nothing_ends_by_timeout)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
