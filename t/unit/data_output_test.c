
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * How the records of data channels leave the engine: what one turn of the
 * loop has for a peer together, and no more at a time than the outbox takes.
 * It tests these together:
 *
 *     ngx_webrtc_data.c
 *     ngx_webrtc_engine.c
 *     ngx_webrtc_transport.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/client_data.h"


/* to whom messages of one turn go: more than a slice of media has */
#define RECEIVERS  20


typedef struct {
    world_t                    world;
    data_t                     sender;
    data_t                     receiver;
    uint16_t                   from;
} relay_t;


static data_t   *receiver;
static uint16_t  stream;


static void
pass(data_t *data, const ngx_webrtc_data_event_t *event)
{
    if (event->type == NGX_WEBRTC_DATA_MESSAGE) {
        assert_int_equal(ngx_webrtc_data_send(receiver->client->peer, stream,
                                              event->binary, event->data,
                                              event->len, data->world->now),
                         NGX_OK);
    }
}


static void
relay_init(relay_t *relay)
{
    world_init(&relay->world);

    data_init(&relay->sender, &relay->world);
    data_connect(&relay->sender);
    relay->from = data_open(&relay->sender, "a");

    data_init(&relay->receiver, &relay->world);
    data_connect(&relay->receiver);

    receiver = &relay->receiver;
    stream = data_open(receiver, "a");

    relay->sender.react = pass;
}


static void
relay_cleanup(relay_t *relay)
{
    data_cleanup(&relay->sender);
    data_cleanup(&relay->receiver);
    world_cleanup(&relay->world);
}


/* what the client has sent is read, and nothing else is done */

static void
relay_read(relay_t *relay, ngx_uint_t n, size_t len)
{
    u_char      buf[2048];
    ngx_uint_t  i;

    memset(buf, 'x', sizeof(buf));

    for (i = 0; i < n; i++) {
        assert_true(data_client_send(&relay->sender, relay->from, 53, buf,
                                     len));
    }

    client_flush(relay->sender.client);
}


static void
messages_of_one_turn_leave_as_one_run(void **state)
{
    relay_t               relay;
    ngx_uint_t            i;
    ngx_webrtc_outbox_t  *out;

    (void) state;

    relay_init(&relay);

    out = &relay.world.out;

    relay_read(&relay, 8, 100);

    assert_true(ngx_webrtc_outbox_empty(out));
    assert_true(ngx_webrtc_engine_pending(relay.world.engine));

    assert_int_equal(ngx_webrtc_engine_output(relay.world.engine,
                                              relay.world.now, out), NGX_OK);
    assert_false(ngx_webrtc_engine_pending(relay.world.engine));

    /* acknowledgements to the one, messages to the other */

    assert_int_equal(out->nmessages, 2);

    for (i = 0; i < 2; i++) {
        assert_true(out->messages[i].segment > 0);
    }

    world_send(&relay.world);
    world_run(&relay.world, 10);

    assert_int_equal(relay.receiver.theirs.messages, 8);
    assert_int_equal(relay.receiver.theirs.bytes, 8 * 100);

    relay_cleanup(&relay);
}


static void
a_small_outbox_takes_them_by_and_by(void **state)
{
    relay_t               relay;
    ngx_int_t             rc;
    ngx_uint_t            n;
    ngx_webrtc_outbox_t   saved, small;

    (void) state;

    relay_init(&relay);

    assert_int_equal(ngx_webrtc_outbox_init(&small, relay.world.pool, 2000,
                                            1), NGX_OK);

    relay_read(&relay, 8, 1000);

    n = 0;

    do {
        rc = ngx_webrtc_engine_output(relay.world.engine, relay.world.now,
                                      &small);

        assert_int_equal(rc == NGX_AGAIN,
                         ngx_webrtc_engine_pending(relay.world.engine));

        saved = relay.world.out;
        relay.world.out = small;
        world_send(&relay.world);
        small = relay.world.out;
        relay.world.out = saved;

        n++;

    } while (rc == NGX_AGAIN);

    assert_true(n > 8);

    world_run(&relay.world, 10);
    assert_int_equal(relay.receiver.theirs.messages, 8);

    relay_cleanup(&relay);
}


/* as when a worker says goodbye to many and has no time to wait */

static void
what_a_tick_has_no_room_for_is_due_at_once(void **state)
{
    char                  text[1001];
    relay_t               relay;
    world_t              *world;
    ngx_uint_t            i, n, datagrams;
    ngx_webrtc_outbox_t   saved;

    (void) state;

    relay_init(&relay);

    world = &relay.world;
    datagrams = world->datagrams;
    receiver->mute = 1;

    /* longer ones cannot follow in the same message */

    for (n = 100; n <= 1000; n += 300) {
        memset(text, 'x', n);
        text[n] = '\0';
        assert_int_equal(data_send(receiver, stream, text), NGX_OK);
    }

    saved = world->out;
    assert_int_equal(ngx_webrtc_outbox_init(&world->out, world->pool,
                                            16 * 1024, 3), NGX_OK);

    for (i = 0; i < 2; i++) {
        assert_true(ngx_webrtc_engine_expires(world->engine) <= world->now);
        ngx_webrtc_engine_tick(world->engine, world->now, &world->out);
        world_send(world);
    }

    assert_int_equal(world->datagrams - datagrams, 4);
    assert_true(ngx_webrtc_engine_expires(world->engine) > world->now);

    world->out = saved;
    relay_cleanup(&relay);
}


static void
a_peer_may_go_with_records_that_wait(void **state)
{
    relay_t  relay;

    (void) state;

    relay_init(&relay);

    relay_read(&relay, 4, 100);
    assert_true(ngx_webrtc_engine_pending(relay.world.engine));

    ngx_webrtc_peer_destroy(relay.receiver.client->peer, &relay.world.out);
    relay.receiver.client->peer = NULL;

    /* they had been sent by then */

    world_send(&relay.world);
    world_run(&relay.world, 10);
    assert_int_equal(relay.receiver.theirs.messages, 4);

    relay_cleanup(&relay);
}


static struct {
    data_t    to[RECEIVERS];
    uint16_t  streams[RECEIVERS];
} all;


static void
pass_to_all(data_t *data, const ngx_webrtc_data_event_t *event)
{
    ngx_uint_t  i;

    for (i = 0; i < RECEIVERS && event->type == NGX_WEBRTC_DATA_MESSAGE; i++) {
        assert_int_equal(ngx_webrtc_data_send(all.to[i].client->peer,
                                              all.streams[i], event->binary,
                                              event->data, event->len,
                                              data->world->now),
                         NGX_OK);
    }
}


/* more comes with each turn of the loop, which sends what goes at once */

static void
messages_to_many_do_not_hold_media_up(void **state)
{
    relay_t      relay;
    world_t     *world;
    uint64_t     seq;
    client_t    *pub, *sub;
    ngx_uint_t   i;

    (void) state;

    relay_init(&relay);
    relay.sender.react = pass_to_all;

    world = &relay.world;

    for (i = 0; i < RECEIVERS; i++) {
        data_init(&all.to[i], world);
        data_connect(&all.to[i]);
        all.streams[i] = data_open(&all.to[i], "a");
    }

    pub = client_create(world, 0);
    client_connect(pub);

    sub = client_create(world, 0);
    client_connect(sub);
    (void) client_subscribe(sub, client_publish(pub, 1000), 5000);

    for (seq = 1; seq <= 10; seq++) {
        client_send_video(pub, seq, seq == 1);
        relay_read(&relay, 1, 100);

        (void) ngx_webrtc_engine_output(world->engine, world->now,
                                        &world->out);
        world_send(world);

        assert_int_equal(sub->nrtp, seq);
    }

    world_run(world, 100);

    for (i = 0; i < RECEIVERS; i++) {
        assert_int_equal(all.to[i].theirs.messages, 10);
        data_cleanup(&all.to[i]);
    }

    relay_cleanup(&relay);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(messages_of_one_turn_leave_as_one_run),
        cmocka_unit_test(a_small_outbox_takes_them_by_and_by),
        cmocka_unit_test(what_a_tick_has_no_room_for_is_due_at_once),
        cmocka_unit_test(a_peer_may_go_with_records_that_wait),
        cmocka_unit_test(messages_to_many_do_not_hold_media_up)
    };

    return cmocka_run_group_tests_name("data_output", tests, NULL, NULL);
}
