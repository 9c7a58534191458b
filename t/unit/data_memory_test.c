
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What a peer with a data channel holds, to the byte: AddressSanitizer counts
 * all that was allocated, in OpenSSL and usrsctp too.  It tests these
 * together:
 *
 *     ngx_webrtc_data.c
 *     ngx_webrtc_dtls.c
 *     ngx_webrtc_sctp.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/client_data.h"


/* Debian's GCC has no <sanitizer/allocator_interface.h> */
size_t __sanitizer_get_current_allocated_bytes(void);


/* of our end without what the front-end keeps */
#define QUIET_MAX   13312

/* cipher contexts and a queue, from a packet until some time after it */
#define BUSY_MAX    (QUIET_MAX + 6144)

/* what is in use at a moment differs a little */
#define SLACK       4096


/* the buffers of the client's end are not counted */

static size_t
held(data_t *data)
{
    ngx_webrtc_dtls_rest(data->client->dtls);

    return __sanitizer_get_current_allocated_bytes();
}


/* channels as a client of Sora has them, and one of its own */

static void
begin(data_t *data, world_t *world)
{
    world_init(world);
    data_init(data, world);
    data->conf.max_channels = 9;
    data_connect(data);

    (void) data_open(data, "signaling");
    (void) data_open(data, "notify");
    (void) data_open(data, "push");
    (void) data_open(data, "stats");
    (void) data_open(data, "#own");

    world_run(world, 3000);
}


static void
end(data_t *data, world_t *world)
{
    data_cleanup(data);
    world_cleanup(world);
}


/* what goes with the peer */

static size_t
of_peer(data_t *data)
{
    size_t  before;

    before = held(data);

    ngx_webrtc_peer_destroy(data->client->peer, &data->world->out);
    data->client->peer = NULL;

    return before - held(data);
}


static void
a_quiet_peer_holds_little(void **state)
{
    data_t   data;
    world_t  world;

    (void) state;

    begin(&data, &world);

    assert_true(of_peer(&data) < QUIET_MAX);

    end(&data, &world);
}


/* with a message on its way just now */

static void
use(data_t *data)
{
    assert_int_equal(data_send(data, 1, "hello"), NGX_OK);
    world_run(data->world, 20);
}


static void
a_peer_in_use_holds_a_little_more(void **state)
{
    data_t   data;
    world_t  world;

    (void) state;

    begin(&data, &world);
    use(&data);

    assert_true(of_peer(&data) < BUSY_MAX);

    end(&data, &world);
}


static void
what_a_message_needs_is_given_back(void **state)
{
    data_t      data;
    size_t      before;
    world_t     world;
    ngx_uint_t  i;

    (void) state;

    begin(&data, &world);

    before = held(&data);

    for (i = 0; i < 5; i++) {
        use(&data);
        assert_true(held(&data) > before + SLACK);

        world_run(&world, 1500);
        assert_int_equal(held(&data), before);
    }

    end(&data, &world);
}


static void
a_burst_leaves_nothing_behind(void **state)
{
    char        text[1001];
    data_t      data;
    size_t      before;
    world_t     world;
    ngx_uint_t  i, messages;

    (void) state;

    begin(&data, &world);
    use(&data);

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';

    before = held(&data);
    messages = data.theirs.messages;

    for (i = 0; i < 200; i++) {
        assert_int_equal(data_send(&data, 1, text), NGX_OK);
    }

    /* usrsctp alone has them all */

    assert_true(held(&data) > before + 200 * sizeof(text));

    for (i = 0; i < 1000 && data.theirs.messages < messages + 200; i++) {
        world_run(&world, 1);
    }

    /* before it is quiet, but everything was acknowledged */

    use(&data);
    assert_int_equal(data.theirs.messages, messages + 201);
    assert_true(held(&data) < before + SLACK);

    end(&data, &world);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_quiet_peer_holds_little),
        cmocka_unit_test(a_peer_in_use_holds_a_little_more),
        cmocka_unit_test(what_a_message_needs_is_given_back),
        cmocka_unit_test(a_burst_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
