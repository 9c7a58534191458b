
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* The life of a session, and that of a connection with a time limit. */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/member.h"
#include <hub/ngx_webrtc_session.h>


static ngx_uint_t  begun;
static ngx_uint_t  ended;
static ngx_uint_t  kept;
static ngx_uint_t  told[NGX_WEBRTC_EVENTS];


static void
on_session(void *data, ngx_webrtc_channel_t *channel, ngx_uint_t begins,
    ngx_webrtc_usec_t now)
{
    (void) data;
    (void) now;

    assert_int_equal(ngx_webrtc_channel_session(channel)->channel_id.len, 4);

    if (begins) {
        assert_null(ngx_webrtc_session_data(channel));
        ngx_webrtc_session_set_data(channel, &begun);
        begun++;

    } else {
        assert_ptr_equal(ngx_webrtc_session_data(channel), &begun);
        ended++;
    }
}


static void
on_keep(void *data, const ngx_str_t *channel_id, ngx_webrtc_usec_t time)
{
    (void) data;
    (void) channel_id;

    assert_int_equal(time, SEC(5));
    kept++;
}


static void
on_event(void *data, const ngx_webrtc_event_t *event)
{
    (void) data;

    told[event->type]++;
}


static void
start(ngx_webrtc_usec_t keep)
{
    world_start(NULL);

    begun = 0;
    ended = 0;
    kept = 0;
    ngx_memzero(told, sizeof(told));

    world.hub->conf.session_keep = keep;
    world.hub->glue.session = on_session;
    world.hub->glue.channel_keep = on_keep;
    world.hub->glue.event = on_event;
}


static void
session_of(member_t *member, u_char *id)
{
    ngx_memcpy(id, ngx_webrtc_connection_info(member->connection)->session_id,
               NGX_WEBRTC_ID_LEN);
}


static void
tick(ngx_webrtc_usec_t time)
{
    world.now += time;
    ngx_webrtc_hub_tick(world.hub, world.now);
}


static void
a_session_begins_with_the_first_and_ends_with_the_last(void **state)
{
    member_t                         *a, *b;
    const ngx_webrtc_session_info_t  *session;

    (void) state;

    start(0);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    b = member_arrive("b", NGX_WEBRTC_RECVONLY);
    assert_true(sdp_count(b, "m=video") > 0);
    assert_int_equal(begun, 1);

    session = ngx_webrtc_channel_session(
                               ngx_webrtc_connection_channel(a->connection));
    assert_int_equal(session->total, 2);
    assert_int_equal(session->max, 2);

    member_leave(a);
    assert_int_equal(ended, 0);
    assert_int_equal(session->max, 2);

    member_leave(b);
    assert_int_equal(ended, 1);
    assert_int_equal(kept, 0);

    world_stop();
    assert_int_equal(ended, 1);
}


static void
a_session_is_kept_for_those_who_come_back(void **state)
{
    u_char     first[NGX_WEBRTC_ID_LEN], second[NGX_WEBRTC_ID_LEN];
    member_t  *a;

    (void) state;

    start(SEC(5));

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    session_of(a, first);
    member_leave(a);

    assert_int_equal(kept, 1);
    assert_int_equal(world.empty, 0);
    assert_int_equal(ngx_webrtc_hub_expires(world.hub), world.now + SEC(5));

    tick(SEC(4));

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    session_of(a, second);
    assert_memory_equal(first, second, NGX_WEBRTC_ID_LEN);
    assert_int_equal(begun, 1);
    assert_int_equal(ended, 0);

    tick(SEC(4));
    assert_int_equal(ended, 0);

    member_leave(a);
    tick(SEC(5));
    assert_int_equal(ended, 1);
    assert_int_equal(world.empty, 1);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    session_of(a, second);
    assert_memory_not_equal(first, second, NGX_WEBRTC_ID_LEN);
    assert_int_equal(begun, 2);

    world_stop();
    assert_int_equal(ended, 2);
}


static void
sessions_that_are_kept_end_with_the_hub(void **state)
{
    (void) state;

    start(SEC(5));

    member_leave(member_arrive("a", NGX_WEBRTC_SENDRECV));
    assert_int_equal(ended, 0);

    world_stop();
    assert_int_equal(ended, 1);
}


static void
a_worker_that_goes_keeps_none(void **state)
{
    member_t  *a;

    (void) state;

    start(SEC(5));

    member_leave(member_arrive("a", NGX_WEBRTC_SENDRECV));
    assert_int_equal(ended, 0);

    ngx_webrtc_session_keep_none(world.hub, world.now);
    assert_int_equal(ended, 1);
    assert_int_equal(world.empty, 1);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    member_leave(a);
    assert_int_equal(ended, 2);

    world_stop();
}


static void
each_event_is_told_once(void **state)
{
    member_t  *a, *b, *c;

    (void) state;

    start(0);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    b = member_arrive("b", NGX_WEBRTC_SENDRECV);
    c = member_join("c", NGX_WEBRTC_SENDRECV);

    assert_int_equal(told[NGX_WEBRTC_EVENT_CREATED], 2);

    member_leave(c);
    assert_int_equal(told[NGX_WEBRTC_EVENT_CLOSED], 1);
    assert_int_equal(told[NGX_WEBRTC_EVENT_DESTROYED], 0);

    member_leave(b);
    member_leave(a);
    assert_int_equal(told[NGX_WEBRTC_EVENT_CLOSED], 1);
    assert_int_equal(told[NGX_WEBRTC_EVENT_DESTROYED], 2);

    world_stop();
}


static void
a_lifetime_ends_a_connection(void **state)
{
    member_t           *a, *b;
    ngx_webrtc_join_t   join;

    (void) state;

    start(0);

    a = member_new("a");
    member_join_init(&join, a, NGX_WEBRTC_SENDRECV);
    join.lifetime = SEC(10);

    assert_null(member_enter(a, &join));
    b = member_arrive("b", NGX_WEBRTC_SENDRECV);

    tick(SEC(9));
    assert_non_null(a->connection);

    tick(SEC(1));
    assert_null(a->connection);
    assert_int_equal(a->cause, NGX_WEBRTC_CLOSE_LIFETIME);
    assert_non_null(b->connection);

    world_stop();
}


static void
the_detail_of_an_end_is_kept(void **state)
{
    member_t  *a;

    static const ngx_str_t  detail = ngx_string("{\"why\":1}");
    static const ngx_str_t  late = ngx_string("{\"why\":2}");

    (void) state;

    start(0);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    assert_int_equal(ngx_webrtc_connection_detail(a->connection)->len, 0);

    ngx_webrtc_connection_set_detail(a->connection, &detail);

    ngx_webrtc_hub_begin(world.hub);
    ngx_webrtc_hub_leave(a->connection, NGX_WEBRTC_CLOSE_API, NULL,
                         world.now);
    ngx_webrtc_connection_set_detail(a->connection, &late);
    assert_memory_equal(ngx_webrtc_connection_detail(a->connection)->data,
                        detail.data, detail.len);
    ngx_webrtc_hub_end(world.hub);

    world_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
            a_session_begins_with_the_first_and_ends_with_the_last),
        cmocka_unit_test(a_session_is_kept_for_those_who_come_back),
        cmocka_unit_test(sessions_that_are_kept_end_with_the_hub),
        cmocka_unit_test(a_worker_that_goes_keeps_none),
        cmocka_unit_test(each_event_is_told_once),
        cmocka_unit_test(a_lifetime_ends_a_connection),
        cmocka_unit_test(the_detail_of_an_end_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
