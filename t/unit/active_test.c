
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What a worker must not let wait, and what may: the time that
 * ngx_webrtc_engine_active() tells.
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/client.h"

#include <peer/ngx_webrtc_sctp.h>


static void
set_ups_and_media_are_active(void **state)
{
    world_t             world;
    client_t           *pub, *sub, *late;
    ngx_webrtc_usec_t   active;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    client_send_video(pub, 1, 1);
    world_turn(&world);
    assert_int_equal(ngx_webrtc_engine_active(world.engine), world.now);

    world_run(&world, 100);
    client_send_video(pub, 2, 0);
    world_turn(&world);
    assert_int_equal(ngx_webrtc_engine_active(world.engine), world.now);

    /* a check that is the first of somebody, then all until DTLS is up */

    world_run(&world, 5000);
    active = ngx_webrtc_engine_active(world.engine);
    assert_true(active + MSEC(4000) < world.now);

    late = client_create(&world, 0);
    client_check(late, 1);
    assert_int_equal(ngx_webrtc_engine_active(world.engine), world.now);

    world.now += MSEC(1);
    client_check(late, 1);
    assert_int_equal(ngx_webrtc_engine_active(world.engine), world.now);

    client_connect(late);
    assert_true(ngx_webrtc_engine_active(world.engine) + MSEC(200)
                > world.now);

    world_cleanup(&world);
}


static void
consent_and_reports_are_not(void **state)
{
    u_char             *p, buf[256];
    world_t             world;
    client_t           *pub, *sub;
    ngx_webrtc_usec_t   active;

    (void) state;

    (void) two_clients(&world, &pub, &sub);

    client_send_video(pub, 1, 1);
    world_run(&world, 500);

    active = ngx_webrtc_engine_active(world.engine);

    /* checks of both are among this */

    world_run(&world, 5000);

    p = ngx_webrtc_rtcp_write_rr(buf, buf + 200, 77, NULL, 0);
    client_send_rtcp(sub, buf, p);
    client_check(sub, 1);
    world_run(&world, 10);

    assert_int_equal(ngx_webrtc_engine_active(world.engine), active);

    /* nor is what nobody is known to have sent */

    memset(buf, 0x80, sizeof(buf));
    client_input(sub, buf, sizeof(buf));
    assert_int_equal(ngx_webrtc_engine_active(world.engine), active);

    world_cleanup(&world);
}


static void
heartbeats_are_told_from_messages(void **state)
{
    u_char  packet[32];

    (void) state;

    memset(packet, 0, sizeof(packet));

    /* DATA, INIT, SACK, and the two in question */

    assert_false(ngx_webrtc_sctp_is_heartbeat(packet, packet + 32));

    packet[12] = 1;
    assert_false(ngx_webrtc_sctp_is_heartbeat(packet, packet + 32));

    packet[12] = 3;
    assert_false(ngx_webrtc_sctp_is_heartbeat(packet, packet + 32));

    packet[12] = 4;
    assert_true(ngx_webrtc_sctp_is_heartbeat(packet, packet + 32));
    assert_false(ngx_webrtc_sctp_is_heartbeat(packet, packet + 12));

    packet[12] = 5;
    assert_true(ngx_webrtc_sctp_is_heartbeat(packet, packet + 13));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(set_ups_and_media_are_active),
        cmocka_unit_test(consent_and_reports_are_not),
        cmocka_unit_test(heartbeats_are_told_from_messages)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
