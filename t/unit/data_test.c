
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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_channel_opens_and_carries_messages_both_ways),
    };

    return cmocka_run_group_tests_name("data", tests, NULL, NULL);
}
