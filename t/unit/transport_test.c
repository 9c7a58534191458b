
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
close_notify_from_another_path_is_ignored(void **state)
{
    world_t    world;
    uint16_t   port;
    client_t  *client;

    (void) state;

    world_init(&world);

    client = client_create(&world, 0);
    client_connect(client);

    /* a path that was checked, but is not the one in use */

    port = client->path.remote.port;
    client->path.remote.port = 40000;
    client_check(client, 0);
    world_turn(&world);

    ngx_webrtc_dtls_close(client->dtls);
    client_flush(client);
    world_run(&world, 5);
    assert_int_equal(client->ended, 0);

    /* and one that is nobody's */

    client->path.remote.port = 40001;
    client_input(client, (u_char *) "\x15\xfe\xfd\0\1\0\0\0\0\0\0\0\2\1\0",
                 15);
    world_run(&world, 5);
    assert_int_equal(client->ended, 0);

    client->path.remote.port = port;
    world_run(&world, 5000);
    assert_int_equal(client->ended, 0);

    world_cleanup(&world);
}


static void
new_address_carries_media_both_ways_and_keeps_consent(void **state)
{
    world_t               world;
    uint64_t              seq;
    client_t             *pub, *sub;
    ngx_uint_t            i;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    client_send_video(pub, 1, 1);
    world_run(&world, 5);

    /* more changes than paths are kept, within the consent of the first */

    for (seq = 2, i = 0; i < 20; i++) {
        pub->path.remote.port = (uint16_t) (40000 + i);
        sub->path.remote.port = (uint16_t) (50000 + i);

        /* before its check a new address is nobody's */

        client_send_video(pub, seq, 0);
        world_run(&world, 1);
        assert_int_equal(sub->nrtp, seq - 1);

        client_check(pub, 1);
        client_check(sub, 1);
        client_send_video(pub, seq++, 0);
        world_run(&world, 2000);
        assert_int_equal(sub->nrtp, seq - 1);
    }

    pub->pli = 0;
    client_send_pli(sub);
    world_run(&world, 5);
    assert_int_equal(pub->pli, 1);

    assert_int_equal(pub->ended + sub->ended, 0);

    /* the old ones have no say: consent ends with the last */

    pub->silent = 1;
    world_run(&world, 31000);
    assert_string_equal(pub->reason, "ICE-CONSENT-EXPIRED");

    world_cleanup(&world);
}


static void
an_address_that_another_peer_proves_is_its_own(void **state)
{
    world_t               world;
    client_t             *pub, *old, *sub;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    old = client_create(&world, 0);
    sub = client_create(&world, 0);
    client_connect(pub);
    client_connect(old);
    client_connect(sub);

    source = client_publish(pub, 1000);
    (void) client_subscribe(old, source, 4000);
    (void) client_subscribe(sub, source, 5000);

    client_send_video(pub, 1, 1);
    world_run(&world, 1);
    assert_int_equal(old->nrtp, 1);
    assert_int_equal(sub->nrtp, 1);

    /* its owner has not been heard for a while: a NAT gave it to another */

    old->silent = 1;
    world_run(&world, 7000);

    sub->path.remote = old->path.remote;
    old->path.remote.port = 60000;
    client_check(sub, 1);

    client_send_video(pub, 2, 0);
    world_run(&world, 1000);
    assert_int_equal(old->nrtp, 1);
    assert_int_equal(sub->nrtp, 2);

    old->silent = 0;
    client_check(old, 1);
    client_send_video(pub, 3, 0);
    world_run(&world, 1000);
    assert_int_equal(sub->nrtp, 3);
    assert_true(old->nrtp >= 2);

    client_destroy(old);
    client_send_video(pub, 4, 0);
    world_run(&world, 10);
    assert_int_equal(sub->nrtp, 4);

    world_cleanup(&world);
}


static void
datagrams_from_port_zero_leave_no_trace(void **state)
{
    world_t      world;
    uint16_t     port;
    client_t    *client, *other;
    ngx_uint_t   i;

    (void) state;

    world_init(&world);

    client = client_create(&world, 0);
    other = client_create(&world, 0);
    client_connect(client);
    client_connect(other);

    /* no address to answer to, but with a valid signature */

    port = client->path.remote.port;

    for (i = 0; i < 5; i++) {
        client->path.remote.port = 0;
        client_check(client, 1);

        client->path.remote.port = (uint16_t) (40000 + i);
        client_check(client, 0);
        world_turn(&world);
    }

    client->path.remote.port = port;
    client_destroy(client);

    /* whatever is looked up, the peer is not there */

    port = other->path.remote.port;

    for (i = 0; i < 1000; i++) {
        other->path.remote.port = (uint16_t) (30000 + i);
        client_input(other, (u_char *) "\x80\0", 2);
    }

    other->path.remote.port = port;
    world_run(&world, 3000);
    assert_int_equal(other->ended, 0);

    world_cleanup(&world);
}


static void
passive_client_is_called_once(void **state)
{
    world_t               world;
    client_t             *pub, *sub;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);

    pub = client_create(&world, 0);
    sub = client_create(&world, 0);
    sub->passive = 1;
    client_answer(sub, 0);

    client_connect(pub);
    client_connect(sub);

    source = client_publish(pub, 1000);
    (void) client_subscribe(sub, source, 5000);

    /* each offer of the call is answered with the same transport */

    client_answer(sub, 0);
    world_run(&world, 100);
    client_answer(sub, 0);

    client_send_video(pub, 1, 1);
    world_run(&world, 35000);

    assert_int_equal(sub->ended, 0);
    assert_int_equal(sub->connected, 1);
    assert_int_equal(sub->nrtp, 1);

    world_cleanup(&world);
}


static void
answers_do_not_restart_a_handshake_that_is_under_way(void **state)
{
    world_t      world;
    client_t    *client;
    ngx_uint_t   i;

    (void) state;

    world_init(&world);
    world.loss = 20;

    client = client_create(&world, 0);
    client->passive = 1;

    for (i = 0; i < 200 && !client->connected; i++) {
        client_answer(client, 0);
        world_run(&world, 100);
    }

    assert_int_equal(client->connected, 1);
    assert_int_equal(client->ended, 0);

    world_cleanup(&world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(close_notify_from_another_path_is_ignored),
        cmocka_unit_test(
                        new_address_carries_media_both_ways_and_keeps_consent),
        cmocka_unit_test(an_address_that_another_peer_proves_is_its_own),
        cmocka_unit_test(datagrams_from_port_zero_leave_no_trace),
        cmocka_unit_test(passive_client_is_called_once),
        cmocka_unit_test(answers_do_not_restart_a_handshake_that_is_under_way)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
