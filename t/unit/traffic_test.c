
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/member.h"

#include <hub/ngx_webrtc_traffic.h>


static ngx_uint_t  surveyed;


static void
survey_handler(void *data, const ngx_webrtc_connection_info_t *info)
{
    assert_ptr_equal(data, &world);
    assert_int_equal(info->traffic.bit_rate, 500);

    surveyed++;
}


static void
a_survey_comes_round_in_four_calls(void **state)
{
    char        name[8];
    ngx_uint_t  i, round;

    (void) state;

    world_start(NULL);

    for (i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "m%u", (unsigned) i);
        (void) member_arrive(name, NGX_WEBRTC_SENDONLY);
    }

    /* who has not connected yet is in no listing */

    (void) member_join("late", NGX_WEBRTC_SENDONLY);

    for (round = 1; round < 4; round++) {
        for (i = 0; i < 4; i++) {
            ngx_webrtc_hub_survey(world.hub, survey_handler, &world);
        }

        assert_int_equal(surveyed, 20 * round);
    }

    world_stop();
}


static void
a_key_frame_is_asked_of_who_sends_video(void **state)
{
    member_t  *a, *b;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    b = member_arrive("b", NGX_WEBRTC_RECVONLY);

    assert_int_equal(ngx_webrtc_connection_want_key_frame(a->connection,
                                                          world.now), NGX_OK);
    assert_int_equal(a->connection->tracks[NGX_WEBRTC_VIDEO].source->wanted,
                     1);
    assert_int_equal(ngx_webrtc_connection_want_key_frame(b->connection,
                                                          world.now),
                     NGX_DECLINED);

    assert_int_equal(ngx_webrtc_connection_measure(a->connection)->bit_rate,
                     500);
    assert_int_equal(sdp_count(a, "m=video"), 1);

    member_leave(b);
    settle();

    world_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_survey_comes_round_in_four_calls),
        cmocka_unit_test(a_key_frame_is_asked_of_who_sends_video),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
