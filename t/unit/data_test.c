
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Data channels between the engine and a client over a virtual network.  It
 * tests these together:
 *
 *     ngx_webrtc_data.c
 *     ngx_webrtc_data_channel.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/client_data.h"


static void
a_channel_opens_and_carries_messages_both_ways(void **state)
{
    data_t    data;
    world_t   world;
    uint16_t  stream;

    ngx_webrtc_data_channel_conf_t  conf;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_connect(&data);

    conf = data_reliable("signaling");

    assert_int_equal(ngx_webrtc_data_open(data.client->peer, &conf, &stream,
                                          world.now), NGX_OK);
    assert_int_equal(stream, 1);

    world_run(&world, 10);
    assert_string_equal(data.theirs.journal, "open:signaling/:0:0:0:1");
    assert_string_equal(data.ours.journal, "open:1");

    assert_int_equal(data_send(&data, stream, "hello"), NGX_OK);
    assert_int_equal(ngx_webrtc_data_send(data.client->peer, stream, 1,
                                          (u_char *) "\0\1\2", 3, world.now),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_data_send(data.client->peer, stream, 0, NULL,
                                          0, world.now), NGX_OK);
    assert_int_equal(ngx_webrtc_data_send(data.client->peer, stream, 1, NULL,
                                          0, world.now), NGX_OK);

    assert_true(data_client_send(&data, 1, 51, "hi", 2));
    assert_true(data_client_send(&data, 1, 53, "\0\0\0\0\0", 5));
    assert_true(data_client_send(&data, 1, 56, "\0", 1));
    assert_true(data_client_send(&data, 1, 57, "\0", 1));

    world_run(&world, 10);

    assert_string_equal(data.theirs.journal, "open:signaling/:0:0:0:1 "
                        "text:1:hello binary:1:3 text:1: binary:1:0");
    assert_string_equal(data.ours.journal, "open:1 "
                        "text:1:hi binary:1:5 text:1: binary:1:0");

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
the_peer_opens_channels_too(void **state)
{
    data_t   data;
    world_t  world;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_connect(&data);

    /* unordered, 3 retransmits, a protocol */

    assert_true(data_client_send(&data, 4, NGX_WEBRTC_PPID_DCEP,
                                 "\3\x81\1\0\0\0\0\3\0\5\0\2#chatp2", 19));
    world_run(&world, 10);

    assert_string_equal(data.ours.journal, "open:#chat/p2:0:3:-1:4");
    assert_string_equal(data.theirs.journal, "ack:4");

    data_client_open(&data, 0, "");
    world_run(&world, 10);

    assert_true(data_client_send(&data, 0, 51, "one", 3));
    assert_int_equal(data_send(&data, 4, "two"), NGX_OK);
    world_run(&world, 10);

    assert_string_equal(data.ours.journal, "open:#chat/p2:0:3:-1:4 "
                        "open:/:1:-1:-1:0 text:0:one");
    assert_string_equal(data.theirs.journal, "ack:4 ack:0 text:4:two");

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
a_channel_that_both_know_needs_no_word(void **state)
{
    data_t   data;
    world_t  world;

    ngx_webrtc_data_channel_conf_t  conf;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_connect(&data);

    conf = data_reliable("");
    conf.ordered = 0;
    conf.max_retransmits = 2;

    assert_int_equal(ngx_webrtc_data_join(data.client->peer, &conf, 7),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_data_join(data.client->peer, &conf, 7),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_data_join(data.client->peer, &conf, 64),
                     NGX_DECLINED);

    assert_int_equal(data_send(&data, 7, "one"), NGX_OK);
    assert_true(data_client_send(&data, 7, 51, "two", 3));
    world_run(&world, 10);

    assert_string_equal(data.theirs.journal, "text:7:one");
    assert_string_equal(data.ours.journal, "text:7:two");

    ngx_webrtc_data_close(data.client->peer, 7, world.now);
    world_run(&world, 10);

    assert_string_equal(data.ours.journal, "text:7:two closed:7");
    assert_string_equal(data.theirs.journal, "text:7:one reset:7");

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
a_dtls_client_has_the_even_ids(void **state)
{
    data_t    data;
    world_t   world;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_begin(&data);

    data.client->passive = 1;
    client_answer(data.client, 0);
    client_connect(data.client);
    world_run(&world, 1000);
    assert_string_equal(data.ours.journal, "ready");

    assert_int_equal(data_open(&data, "a"), 0);
    assert_int_equal(data_open(&data, "b"), 2);

    /* the other ones are for the peer */

    data_client_open(&data, 4, "no");
    data_client_open(&data, 1, "yes");
    world_run(&world, 10);
    assert_string_equal(data.ours.journal, "open:yes/:1:-1:-1:1");

    data_cleanup(&data);
    world_cleanup(&world);
}


/* as it is when only a later answer has an application section */

static void
data_may_begin_late_and_only_once(void **state)
{
    data_t     data;
    world_t    world;
    client_t  *client;

    (void) state;

    world_init(&world);
    data_init(&data, &world);

    client = client_create(&world, 0);
    client->record = data_client_record;
    client->turn = data_client_turn;
    client->extra = &data;
    data.client = client;

    client_connect(client);

    /* the client's INIT finds nobody, and nobody minds */

    world_run(&world, 3000);
    assert_string_equal(data.theirs.journal, "");

    assert_int_equal(ngx_webrtc_data_start(client->peer, &data.conf,
                                           data_handler, &data, world.now),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_data_start(client->peer, &data.conf,
                                           data_handler, NULL, world.now),
                     NGX_OK);
    world_run(&world, 100);

    assert_string_equal(data.ours.journal, "ready");
    assert_string_equal(data.theirs.journal, "up");

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
nothing_is_possible_before_it_is_ready(void **state)
{
    data_t    data;
    world_t   world;
    uint16_t  stream;

    ngx_webrtc_data_channel_conf_t  conf;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_begin(&data);

    conf = data_reliable("a");

    assert_int_equal(ngx_webrtc_data_open(data.client->peer, &conf, &stream,
                                          world.now), NGX_DECLINED);
    assert_int_equal(data_send(&data, 1, "x"), NGX_DECLINED);
    assert_int_equal(ngx_webrtc_data_buffered(data.client->peer), 0);
    ngx_webrtc_data_close(data.client->peer, 1, world.now);

    client_connect(data.client);
    world_run(&world, 100);
    assert_string_equal(data.ours.journal, "ready");

    assert_int_equal(data_send(&data, 1, "x"), NGX_DECLINED);
    assert_int_equal(data_send(&data, 65535, "x"), NGX_DECLINED);
    ngx_webrtc_data_close(data.client->peer, 1, world.now);
    ngx_webrtc_data_close(data.client->peer, 65535, world.now);

    conf.max_retransmits = 1;
    conf.max_packet_life_time = 1;
    assert_int_equal(ngx_webrtc_data_open(data.client->peer, &conf, &stream,
                                          world.now), NGX_DECLINED);

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
what_is_sent_from_outside_leaves_with_the_next_tick(void **state)
{
    data_t      data;
    world_t     world;
    uint16_t    stream;
    ngx_uint_t  datagrams;

    (void) state;

    world_init(&world);
    world.seat = 0;
    data_init(&data, &world);
    data_connect(&data);

    stream = data_open(&data, "a");
    world_run(&world, 3000);

    assert_true(ngx_webrtc_engine_expires(world.engine) > world.now);
    datagrams = world.datagrams;

    assert_int_equal(data_send(&data, stream, "now"), NGX_OK);

    assert_true(ngx_webrtc_outbox_empty(&world.out));
    assert_true(ngx_webrtc_engine_expires(world.engine) == 0);

    world_turn(&world);
    assert_int_equal(world.datagrams, datagrams + 1);
    assert_true(ngx_webrtc_engine_expires(world.engine) > world.now);

    world_run(&world, 1);
    assert_string_equal(data.theirs.journal, "text:1:now");

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
echo(data_t *data, const ngx_webrtc_data_event_t *event)
{
    if (event->type == NGX_WEBRTC_DATA_MESSAGE) {
        assert_int_equal(ngx_webrtc_data_send(data->client->peer,
                                              event->stream, event->binary,
                                              event->data, event->len,
                                              data->world->now), NGX_OK);
    }
}


static void
large_messages_go_both_ways(void **state)
{
    size_t    i;
    data_t    data;
    u_char   *big;
    world_t   world;
    uint16_t  stream;
    uint32_t  sum;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_connect(&data);
    data.react = echo;

    big = malloc(DATA_MESSAGE_MAX);
    for (i = 0; i < DATA_MESSAGE_MAX; i++) {
        big[i] = (u_char) (i * 7 + i / 251);
    }

    stream = data_open(&data, "big");

    assert_true(data_client_send(&data, stream, 53, big, DATA_MESSAGE_MAX));
    world_run(&world, 5000);

    assert_int_equal(data.ours.messages, 1);
    assert_int_equal(data.theirs.messages, 1);

    sum = data_sum(0, big, DATA_MESSAGE_MAX);
    assert_int_equal(data.ours.sum, sum);
    assert_int_equal(data.theirs.sum, sum);
    assert_in_range(data.max_packet, 1100, NGX_WEBRTC_DTLS_DATA_MAX);

    assert_int_equal(ngx_webrtc_data_buffered(data.client->peer), 0);

    /* one byte too many for the peer */

    assert_int_equal(ngx_webrtc_data_send(data.client->peer, stream, 1, big,
                                          DATA_MESSAGE_MAX + 1, world.now),
                     NGX_DECLINED);

    free(big);
    data_cleanup(&data);
    world_cleanup(&world);
}


static void
put_number(u_char *p, uint32_t n)
{
    memcpy(p, "num:", 4);
    ngx_webrtc_put32(p + 4, n);
}


static void
loss_and_reordering_do_not_show_on_reliable_channels(void **state)
{
    data_t      data;
    u_char      buf[3000];
    world_t     world;
    uint16_t    stream;
    uint32_t    n;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_connect(&data);
    data.react = echo;

    stream = data_open(&data, "numbers");

    world.loss = 10;
    world.reordering = 10;
    memset(buf, 'x', sizeof(buf));

    for (n = 0; n < 1000; n++) {
        put_number(buf, n);

        assert_true(data_client_send(&data, stream, 53, buf,
                                     8 + n * 37 % (sizeof(buf) - 8)));
        world_run(&world, 20);
    }

    world.loss = 0;
    world_run(&world, 20000);

    assert_int_equal(data.ours.numbers, 1000);
    assert_int_equal(data.theirs.numbers, 1000);
    assert_true(data.ours.bytes == data.theirs.bytes);
    assert_int_equal(data.ours.sum, data.theirs.sum);

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
unreliable_channels_lose_messages_and_do_not_wait(void **state)
{
    data_t      data;
    u_char      buf[200];
    world_t     world;
    uint16_t    retransmits, lived;
    uint32_t    n;

    ngx_webrtc_data_channel_conf_t  conf;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_connect(&data);

    conf = data_reliable("rtx");
    conf.ordered = 0;
    conf.max_retransmits = 0;
    assert_int_equal(ngx_webrtc_data_open(data.client->peer, &conf,
                                          &retransmits, world.now), NGX_OK);

    conf = data_reliable("life");
    conf.max_packet_life_time = 100;
    assert_int_equal(ngx_webrtc_data_open(data.client->peer, &conf, &lived,
                                          world.now), NGX_OK);
    world_run(&world, 10);

    assert_string_equal(data.theirs.journal,
                        "open:rtx/:1:1:0:1 open:life/:0:2:100:3");

    memset(buf, 'x', sizeof(buf));
    world.loss = 20;

    for (n = 0; n < 500; n++) {
        put_number(buf, n);
        assert_int_equal(ngx_webrtc_data_send(data.client->peer, retransmits,
                                              1, buf, sizeof(buf),
                                              world.now), NGX_OK);
        world_run(&world, 20);
    }

    /* what is lost is not waited for, what is behind it comes at once */

    assert_in_range(data.theirs.messages, 350, 450);

    for (n = 0; n < 500; n++) {
        put_number(buf, n);
        assert_int_equal(ngx_webrtc_data_send(data.client->peer, lived, 1,
                                              buf, sizeof(buf), world.now),
                         NGX_OK);
        world_run(&world, 20);
    }

    world.loss = 0;
    world_run(&world, 10000);

    assert_in_range(data.theirs.messages, 700, 999);
    assert_int_equal(ngx_webrtc_data_buffered(data.client->peer), 0);

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
unordered_messages_overtake_lost_ones(void **state)
{
    data_t      data;
    u_char      buf[100];
    world_t     world;
    uint16_t    stream;
    uint32_t    n;

    ngx_webrtc_data_channel_conf_t  conf;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_connect(&data);

    conf = data_reliable("unordered");
    conf.ordered = 0;
    assert_int_equal(ngx_webrtc_data_open(data.client->peer, &conf, &stream,
                                          world.now), NGX_OK);
    world_run(&world, 10);

    memset(buf, 'x', sizeof(buf));
    world.loss = 20;

    for (n = 0; n < 300; n++) {
        put_number(buf, n);
        assert_int_equal(ngx_webrtc_data_send(data.client->peer, stream, 1,
                                              buf, sizeof(buf), world.now),
                         NGX_OK);
        world_run(&world, 5);
    }

    world.loss = 0;
    world_run(&world, 10000);

    assert_int_equal(data.theirs.messages, 300);
    assert_in_range(data.theirs.numbers, 100, 290);

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
channels_are_closed_by_either_side(void **state)
{
    data_t      data;
    world_t     world;
    uint16_t    stream;
    ngx_uint_t  i;

    ngx_webrtc_data_channel_conf_t  conf;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_connect(&data);

    conf = data_reliable("x");

    for (i = 0; i < 3; i++) {

        assert_int_equal(data_open(&data, "x"), 1);

        /* what was sent before goes first */

        assert_int_equal(data_send(&data, 1, "bye"), NGX_OK);
        ngx_webrtc_data_close(data.client->peer, 1, world.now);
        ngx_webrtc_data_close(data.client->peer, 1, world.now);

        assert_int_equal(data_send(&data, 1, "no"), NGX_DECLINED);
        assert_int_equal(ngx_webrtc_data_open(data.client->peer, &conf,
                                              &stream, world.now), NGX_OK);
        assert_int_equal(stream, 3);

        world_run(&world, 50);
        assert_string_equal(data.theirs.journal,
                            "text:1:bye open:x/:0:0:0:3 reset:1");
        assert_string_equal(data.ours.journal, "open:3 closed:1");

        /* the other way round */

        data.ours.journal[0] = '\0';
        data.theirs.journal[0] = '\0';

        assert_true(data_client_send(&data, 3, 51, "ciao", 4));
        assert_int_equal(ngx_webrtc_sctp_reset(data.sctp, 3, world.now),
                         NGX_OK);

        /* behind the acknowledgement of what it has sent */

        world_run(&world, 300);

        assert_string_equal(data.ours.journal, "text:3:ciao closed:3");
        assert_string_equal(data.theirs.journal, "reset:3");
        assert_int_equal(data_send(&data, 3, "no"), NGX_DECLINED);
    }

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
an_id_is_not_used_again_before_both_have_closed(void **state)
{
    data_t      data;
    world_t     world;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_connect(&data);
    data.lazy = 1;

    assert_int_equal(data_open(&data, "a"), 1);
    ngx_webrtc_data_close(data.client->peer, 1, world.now);
    world_run(&world, 100);

    assert_string_equal(data.ours.journal, "");
    assert_int_equal(data_open(&data, "b"), 3);

    assert_int_equal(ngx_webrtc_sctp_reset(data.sctp, 1, world.now), NGX_OK);
    world_run(&world, 100);
    assert_string_equal(data.ours.journal, "closed:1");
    assert_int_equal(data_open(&data, "c"), 1);

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
channels_are_bounded(void **state)
{
    data_t      data;
    world_t     world;
    uint16_t    stream;
    ngx_uint_t  i;

    ngx_webrtc_data_channel_conf_t  conf;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data.conf.max_channels = 8;
    data_connect(&data);

    assert_int_equal(data.nstreams, 16);

    for (i = 0; i < 5; i++) {
        assert_int_equal(data_open(&data, "a"), 2 * i + 1);
    }

    for (i = 0; i < 4; i++) {
        data_client_open(&data, (uint16_t) (2 * i), "b");
    }

    world_run(&world, 20);

    assert_string_equal(data.ours.journal, "open:b/:1:-1:-1:0 "
                        "open:b/:1:-1:-1:2 open:b/:1:-1:-1:4");
    assert_string_equal(data.theirs.journal, "ack:0 ack:2 ack:4 reset:6");

    conf = data_reliable("c");
    assert_int_equal(ngx_webrtc_data_open(data.client->peer, &conf, &stream,
                                          world.now), NGX_DECLINED);

    ngx_webrtc_data_close(data.client->peer, 5, world.now);
    world_run(&world, 20);
    assert_int_equal(ngx_webrtc_data_open(data.client->peer, &conf, &stream,
                                          world.now), NGX_OK);
    assert_int_equal(stream, 5);

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
open_that_is_not_allowed_is_refused(void **state)
{
    data_t      data;
    world_t     world;
    ngx_uint_t  i;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_connect(&data);

    assert_int_equal(data_open(&data, "ours"), 1);
    data_client_open(&data, 0, "theirs");
    world_run(&world, 10);
    data.ours.journal[0] = '\0';
    data.theirs.journal[0] = '\0';

    /* ids in use, of the wrong parity, and not negotiated */

    data_client_open(&data, 0, "again");
    data_client_open(&data, 1, "again");
    data_client_open(&data, 3, "odd");
    world_run(&world, 10);
    assert_string_equal(data.ours.journal, "");
    assert_string_equal(data.theirs.journal, "");

    /* lies about lengths, unknown types, empty and stray ones */

    assert_true(data_client_send(&data, 2, NGX_WEBRTC_PPID_DCEP,
                                 "\3\0\0\0\0\0\0\0\xff\xff\0\0lie", 15));
    assert_true(data_client_send(&data, 4, NGX_WEBRTC_PPID_DCEP,
                                 "\3\7\0\0\0\0\0\0\0\0\0\0", 12));
    assert_true(data_client_send(&data, 6, NGX_WEBRTC_PPID_DCEP, "\xee", 1));
    assert_true(data_client_send(&data, 8, NGX_WEBRTC_PPID_DCEP, "\2", 1));
    world_run(&world, 20);
    assert_string_equal(data.ours.journal, "");

    for (i = 0; i < 64; i++) {
        assert_true(data_client_send(&data, (uint16_t) i, 99, "x", 1));
    }

    assert_true(data_client_send(&data, 12, 51, "to nobody", 9));
    world_run(&world, 20);
    assert_string_equal(data.ours.journal, "");

    /* it lives, and what was refused can be asked for again */

    data_client_open(&data, 2, "well");
    assert_true(data_client_send(&data, 1, 51, "alive", 5));
    world_run(&world, 20);
    assert_string_equal(data.ours.journal,
                        "open:well/:1:-1:-1:2 text:1:alive");

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
thousands_of_opens_cost_the_peer_only(void **state)
{
    data_t      data, other;
    world_t     world;
    uint32_t    i;

    (void) state;

    world_init(&world);
    data_init(&other, &world);
    data_connect(&other);
    data_init(&data, &world);
    data_connect(&data);

    for (i = 0; i < 65000; i++) {
        (void) data_client_send(&data, (uint16_t) (i % 64),
                                NGX_WEBRTC_PPID_DCEP,
                                "\3\0\0\0\0\0\0\0\0\1\0\0a", 13);

        if (i % 64 == 0) {
            data.ours.journal[0] = '\0';
            data.theirs.journal[0] = '\0';
            world_run(&world, 1);
        }
    }

    world_run(&world, 1000);

    assert_int_equal(data_open(&other, "fine"), 1);
    assert_null(strstr(data.ours.journal, "failed"));

    data_cleanup(&data);
    data_cleanup(&other);
    world_cleanup(&world);
}


static void
parts_of_the_deprecated_kind_close_the_channel(void **state)
{
    data_t   data;
    world_t  world;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_connect(&data);

    assert_int_equal(data_open(&data, "a"), 1);
    assert_int_equal(data_open(&data, "b"), 3);

    assert_true(data_client_send(&data, 1, 52, "part", 4));
    world_run(&world, 20);
    assert_true(data_client_send(&data, 3, 54, "part", 4));
    world_run(&world, 20);
    assert_string_equal(data.ours.journal, "closed:1 closed:3");

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
a_message_over_the_limit_ends_the_association_only(void **state)
{
    u_char               *big;
    data_t                data, other;
    world_t               world;
    client_t             *client;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_init(&world);
    data_init(&other, &world);
    data_connect(&other);
    data_init(&data, &world);
    data.conf.max_receive = 10000;
    data_connect(&data);

    client = data.client;
    source = client_publish(client, 1000);
    (void) client_subscribe(other.client, source, 5000);

    assert_int_equal(data_open(&data, "a"), 1);
    assert_int_equal(data_open(&other, "a"), 1);

    big = calloc(1, DATA_MESSAGE_MAX);

    assert_true(data_client_send(&data, 1, 53, big, 10000));
    world_run(&world, 20);
    assert_string_equal(data.ours.journal, "binary:1:10000");

    data.ours.journal[0] = '\0';
    assert_true(data_client_send(&data, 1, 53, big, DATA_MESSAGE_MAX));
    world_run(&world, 100);

    assert_string_equal(data.ours.journal, "failed:SCTP-MESSAGE-TOO-LONG");
    assert_string_equal(data.theirs.journal, "lost:SCTP-ABORTED");
    assert_int_equal(data_send(&data, 1, "x"), NGX_DECLINED);
    assert_int_equal(client->ended, 0);

    /* media and the others do not notice */

    client_send_video(client, 100, 1);
    assert_int_equal(data_send(&other, 1, "fine"), NGX_OK);
    world_run(&world, 20);
    assert_int_equal(other.client->nrtp, 1);
    assert_string_equal(other.theirs.journal, "text:1:fine");

    free(big);
    data_cleanup(&data);
    data_cleanup(&other);
    world_cleanup(&world);
}


static void
a_peer_that_takes_nothing_fills_its_own_buffer_only(void **state)
{
    data_t      data, other;
    u_char      buf[10000];
    world_t     world;
    ngx_int_t   rc;
    ngx_uint_t  n;

    (void) state;

    world_init(&world);
    data_init(&other, &world);
    data_connect(&other);
    data_init(&data, &world);
    data.sctp_conf.max_message = 16384;
    data_connect(&data);

    assert_int_equal(data_open(&data, "a"), 1);
    assert_int_equal(data_open(&other, "a"), 1);

    memset(buf, 'x', sizeof(buf));
    data.deaf = 1;
    rc = NGX_OK;

    for (n = 0; n < 1000 && rc == NGX_OK; n++) {
        rc = ngx_webrtc_data_send(data.client->peer, 1, 1, buf, sizeof(buf),
                                  world.now);
        world_run(&world, 5);
    }

    assert_int_equal(rc, NGX_AGAIN);
    assert_in_range(n, 100, 110);
    assert_in_range(ngx_webrtc_data_buffered(data.client->peer), 1030000,
                    1048576);

    /* others do not notice */

    for (n = 0; n < 30; n++) {
        assert_int_equal(data_send(&other, 1, "flows"), NGX_OK);
        world_run(&world, 1000);
        assert_int_equal(other.theirs.messages, n + 1);
    }

    assert_string_equal(data.ours.journal, "");

    data.deaf = 0;
    world_run(&world, 60000);

    assert_string_equal(data.ours.journal, "drained");
    assert_in_range(data.theirs.messages, 100, 108);
    assert_int_equal(ngx_webrtc_data_buffered(data.client->peer), 0);

    data_cleanup(&data);
    data_cleanup(&other);
    world_cleanup(&world);
}


static void
an_association_may_be_aborted_or_fall_silent(void **state)
{
    data_t   data, other;
    world_t  world;

    (void) state;

    world_init(&world);
    data_init(&other, &world);
    data_connect(&other);
    data_init(&data, &world);
    data_connect(&data);

    assert_int_equal(data_open(&data, "a"), 1);
    assert_int_equal(data_open(&other, "a"), 1);

    ngx_webrtc_sctp_destroy(data.sctp);
    data.sctp = NULL;
    data.sctp_conf.output = NULL;
    world_run(&world, 10);
    assert_string_equal(data.ours.journal, "failed:SCTP-ABORTED");

    /* this one does not say anything any more */

    other.mute = 1;
    assert_int_equal(data_send(&other, 1, "hello?"), NGX_OK);
    world_run(&world, 10000);
    assert_string_equal(other.ours.journal, "");
    world_run(&world, 80000);
    assert_string_equal(other.ours.journal, "failed:SCTP-GIVEN-UP");

    assert_int_equal(data.client->ended, 0);
    assert_int_equal(other.client->ended, 0);

    data_cleanup(&data);
    data_cleanup(&other);
    world_cleanup(&world);
}


static void
a_peer_without_sctp_is_given_up(void **state)
{
    data_t   data;
    world_t  world;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data.sctp_conf.output = NULL;
    data_begin(&data);
    client_connect(data.client);

    world_run(&world, 60000);
    assert_string_equal(data.ours.journal, "failed:SCTP-INIT-TIMEOUT");
    assert_int_equal(data.client->ended, 0);

    data_cleanup(&data);
    world_cleanup(&world);
}


static void
destroy_on_message(data_t *data, const ngx_webrtc_data_event_t *event)
{
    client_t  *client;

    if (event->type == NGX_WEBRTC_DATA_MESSAGE) {
        client = data->client;
        ngx_webrtc_peer_destroy(client->peer, &data->world->out);
        client->peer = NULL;
        client->ended = 1;
    }
}


static void
a_handler_may_destroy_its_peer(void **state)
{
    data_t   data;
    world_t  world;

    (void) state;

    world_init(&world);
    data_init(&data, &world);
    data_connect(&data);
    data.react = destroy_on_message;

    assert_int_equal(data_open(&data, "a"), 1);

    assert_true(data_client_send(&data, 1, 51, "1", 1));
    assert_true(data_client_send(&data, 1, 51, "2", 1));
    assert_true(data_client_send(&data, 1, 51, "3", 1));

    world_run(&world, 10);
    assert_string_equal(data.ours.journal, "text:1:1");

    world_run(&world, 1000);

    data_cleanup(&data);
    world_cleanup(&world);
}


/* what one says goes to all others, who are more than the outbox can take */

typedef struct {
    data_t      data[24];
    ngx_uint_t  n;
} crowd_t;


static crowd_t  crowd;


static void
tell_all(data_t *data, const ngx_webrtc_data_event_t *event)
{
    ngx_uint_t  i;

    if (event->type != NGX_WEBRTC_DATA_MESSAGE) {
        return;
    }

    for (i = 0; i < crowd.n; i++) {
        if (&crowd.data[i] != data) {
            (void) ngx_webrtc_data_send(crowd.data[i].client->peer, 1, 1,
                                        event->data, event->len,
                                        data->world->now);
        }
    }
}


static void
a_crowd_hears_all_though_the_outbox_is_small(void **state)
{
    u_char      buf[5000];
    world_t     world;
    uint32_t    n;
    ngx_uint_t  i;

    (void) state;

    world_init(&world);

    crowd.n = 24;

    for (i = 0; i < crowd.n; i++) {
        data_init(&crowd.data[i], &world);
        data_connect(&crowd.data[i]);
        assert_int_equal(data_open(&crowd.data[i], "#all"), 1);
        crowd.data[i].react = tell_all;
    }

    assert_int_equal(ngx_webrtc_outbox_init(&world.out, world.pool, 16 * 1024,
                                            16), NGX_OK);
    memset(buf, 'x', sizeof(buf));

    for (n = 0; n < 100; n++) {
        put_number(buf, n);
        assert_true(data_client_send(&crowd.data[n % crowd.n], 1, 53, buf,
                                     sizeof(buf)));
        world_run(&world, 20);
    }

    world_run(&world, 20000);

    for (i = 0; i < crowd.n; i++) {
        assert_int_equal(crowd.data[i].theirs.messages,
                         100 - crowd.data[i].ours.messages);
    }

    for (i = 0; i < crowd.n; i++) {
        data_cleanup(&crowd.data[i]);
    }

    world_cleanup(&world);
}


/* as a worker does that goes: everybody hears it before the time moves */

static void
what_is_due_to_all_takes_as_many_ticks_as_it_needs(void **state)
{
    world_t     world;
    ngx_uint_t  i, n, datagrams;

    (void) state;

    world_init(&world);
    world.seat = 0;

    crowd.n = 24;

    for (i = 0; i < crowd.n; i++) {
        data_init(&crowd.data[i], &world);
        data_connect(&crowd.data[i]);
        assert_int_equal(data_open(&crowd.data[i], "#all"), 1);
    }

    world_run(&world, 3000);

    assert_int_equal(ngx_webrtc_outbox_init(&world.out, world.pool, 128 * 1024,
                                            8), NGX_OK);
    datagrams = world.datagrams;

    for (i = 0; i < crowd.n; i++) {
        assert_int_equal(data_send(&crowd.data[i], 1, "bye"), NGX_OK);
    }

    n = 0;

    do {
        ngx_webrtc_engine_tick(world.engine, world.now, &world.out);
        world_send(&world);
        n++;

    } while (ngx_webrtc_engine_expires(world.engine) <= world.now);

    assert_in_range(n, 3, crowd.n);
    assert_int_equal(world.datagrams, datagrams + crowd.n);

    world_run(&world, 1);

    for (i = 0; i < crowd.n; i++) {
        assert_string_equal(crowd.data[i].theirs.journal, "text:1:bye");
        data_cleanup(&crowd.data[i]);
    }

    world_cleanup(&world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_channel_opens_and_carries_messages_both_ways),
        cmocka_unit_test(the_peer_opens_channels_too),
        cmocka_unit_test(a_channel_that_both_know_needs_no_word),
        cmocka_unit_test(a_dtls_client_has_the_even_ids),
        cmocka_unit_test(data_may_begin_late_and_only_once),
        cmocka_unit_test(nothing_is_possible_before_it_is_ready),
        cmocka_unit_test(what_is_sent_from_outside_leaves_with_the_next_tick),
        cmocka_unit_test(large_messages_go_both_ways),
        cmocka_unit_test(loss_and_reordering_do_not_show_on_reliable_channels),
        cmocka_unit_test(unreliable_channels_lose_messages_and_do_not_wait),
        cmocka_unit_test(unordered_messages_overtake_lost_ones),
        cmocka_unit_test(channels_are_closed_by_either_side),
        cmocka_unit_test(an_id_is_not_used_again_before_both_have_closed),
        cmocka_unit_test(channels_are_bounded),
        cmocka_unit_test(open_that_is_not_allowed_is_refused),
        cmocka_unit_test(thousands_of_opens_cost_the_peer_only),
        cmocka_unit_test(parts_of_the_deprecated_kind_close_the_channel),
        cmocka_unit_test(a_message_over_the_limit_ends_the_association_only),
        cmocka_unit_test(a_peer_that_takes_nothing_fills_its_own_buffer_only),
        cmocka_unit_test(an_association_may_be_aborted_or_fall_silent),
        cmocka_unit_test(a_peer_without_sctp_is_given_up),
        cmocka_unit_test(a_handler_may_destroy_its_peer),
        cmocka_unit_test(a_crowd_hears_all_though_the_outbox_is_small),
        cmocka_unit_test(what_is_due_to_all_takes_as_many_ticks_as_it_needs)
    };

    return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
