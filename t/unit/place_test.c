
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* members whose peers the glue makes, elsewhere */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/member.h"

#include <hub/ngx_webrtc_place.h>


static ngx_uint_t         asked;
static ngx_int_t          answer;
static ngx_webrtc_peer_t  *made;
static ngx_webrtc_addr_t  there;


static ngx_int_t
place(void *data, ngx_webrtc_place_t *place)
{
    (void) data;

    asked++;

    if (answer != NGX_OK) {
        return answer;
    }

    place->peer = ngx_webrtc_peer_create(NULL, place->handler, place->data,
                                         world.now);
    place->candidates = &there;
    place->ncandidates = 1;

    made = place->peer;

    return NGX_OK;
}


static void
start(void)
{
    world_start(NULL);

    ngx_webrtc_addr_set_v4(&there, "\xc0\x00\x02\x01", 10007);

    world.hub->glue.place = place;
    asked = 0;
    answer = NGX_OK;
    made = NULL;
}


static void
its_offer_names_the_place_of_its_media(void **state)
{
    member_t  *a, *b;

    (void) state;

    start();

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);

    assert_int_equal(asked, 1);
    assert_ptr_equal(a->connection->peer, made);
    assert_non_null(strstr(a->sdp, " 192.0.2.1 10007 typ host"));
    assert_null(strstr(a->sdp, " 192.0.2.1 10000 typ host"));

    answer = NGX_DECLINED;

    b = member_arrive("b", NGX_WEBRTC_SENDRECV);

    assert_int_equal(asked, 2);
    assert_non_null(strstr(b->sdp, " 192.0.2.1 10000 typ host"));
    assert_null(strstr(b->sdp, " 192.0.2.1 10007 typ host"));

    /* the next offers too */

    assert_non_null(strstr(a->sdp, " 192.0.2.1 10007 typ host"));

    member_leave(b);

    assert_non_null(strstr(a->sdp, " 192.0.2.1 10007 typ host"));
    assert_int_equal(asked, 2);

    world_stop();
}


static void
it_ends_as_any_other(void **state)
{
    member_t  *a;

    (void) state;

    start();

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);

    made->handler(made, NGX_WEBRTC_PEER_FAILED, "WORKER-LOST", made->data,
                  world.now);

    assert_null(a->connection);
    assert_int_equal(a->cause, NGX_WEBRTC_CLOSE_FAULT);
    assert_string_equal(a->reason, "WORKER-LOST");

    world_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(its_offer_names_the_place_of_its_media),
        cmocka_unit_test(it_ends_as_any_other),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
