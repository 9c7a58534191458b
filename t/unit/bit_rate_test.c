
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what senders may use: set by an operation, or shared with others */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/member.h"

#include <hub/ngx_webrtc_bit_rate.h>


static void
sharing_start(ngx_uint_t sharing)
{
    ngx_webrtc_hub_conf_t  conf;

    ngx_memzero(&conf, sizeof(ngx_webrtc_hub_conf_t));

    conf.max_connections = 100;
    conf.max_sections = 64;
    conf.video_bit_rate = 600;
    conf.max_video_bit_rate = 15000;
    conf.answer_timeout = SEC(30);
    conf.bit_rate_sharing = sharing ? 1 : 0;

    world_start(&conf);
}


static uint64_t
cap(member_t *member)
{
    ngx_webrtc_peer_t  *peer;

    peer = member->connection->peer;

    assert_int_equal(peer->bit_rate,
                     ngx_webrtc_connection_bit_rate(member->connection)
                     * 1000);

    return peer->bit_rate / 1000;
}


static void
it_is_told_at_once_and_in_an_offer(void **state)
{
    member_t  *a;

    (void) state;

    sharing_start(0);

    a = member_arrive("a", NGX_WEBRTC_SENDONLY);
    assert_int_equal(cap(a), 600);
    journal_clear();

    assert_int_equal(ngx_webrtc_connection_set_bit_rate(a->connection, 300,
                                                        world.now),
                     NGX_OK);

    assert_int_equal(cap(a), 300);
    assert_journal("a:again");
    assert_int_equal(sdp_count(a, "b=AS:300\r\n"), 1);
    assert_int_equal(sdp_count(a, "b=TIAS:300000\r\n"), 1);

    /* the next one waits for the answer; the last word counts */

    (void) ngx_webrtc_connection_set_bit_rate(a->connection, 400, world.now);
    (void) ngx_webrtc_connection_set_bit_rate(a->connection, 30000,
                                              world.now);
    assert_journal("");
    assert_int_equal(cap(a), 15000);

    member_answer(a);
    assert_journal("a:again");
    assert_int_equal(sdp_count(a, "b=AS:15000\r\n"), 1);
    member_answer(a);

    /* nothing new: no offer */

    (void) ngx_webrtc_connection_set_bit_rate(a->connection, 15000,
                                              world.now);
    assert_journal("");

    world_stop();
}


static void
it_may_be_set_while_the_client_connects(void **state)
{
    member_t  *a;

    (void) state;

    sharing_start(0);

    a = member_join("a", NGX_WEBRTC_SENDRECV);
    assert_int_equal(ngx_webrtc_connection_set_bit_rate(a->connection, 300,
                                                        world.now),
                     NGX_OK);
    assert_journal("a:offer");

    member_answer(a);
    assert_int_equal(cap(a), 300);
    assert_journal("");

    member_connect(a);
    assert_journal("a:again a:created(a,1)");
    assert_int_equal(sdp_count(a, "b=AS:300\r\n"), 1);

    world_stop();
}


static void
who_sends_no_video_or_is_in_a_spotlight_has_none(void **state)
{
    member_t           *a, *b, *c;
    ngx_webrtc_join_t   join;

    (void) state;

    sharing_start(0);

    a = member_arrive("a", NGX_WEBRTC_RECVONLY);
    assert_int_equal(ngx_webrtc_connection_set_bit_rate(a->connection, 300,
                                                        world.now),
                     NGX_DECLINED);

    b = member_new("b");
    member_join_init(&join, b, NGX_WEBRTC_SENDRECV);
    join.info.video = 0;
    assert_null(member_enter(b, &join));
    assert_int_equal(ngx_webrtc_connection_set_bit_rate(b->connection, 300,
                                                        world.now),
                     NGX_DECLINED);

    c = member_new("c");
    member_join_init(&join, c, NGX_WEBRTC_SENDRECV);
    ngx_str_set(&join.info.channel_id, "stage");
    join.info.spotlight = 1;
    assert_null(member_enter(c, &join));
    assert_int_equal(ngx_webrtc_connection_set_bit_rate(c->connection, 300,
                                                        world.now),
                     NGX_ABORT);

    world_stop();
}


static void
it_is_not_shared_unless_told(void **state)
{
    member_t  *a;

    (void) state;

    sharing_start(0);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    (void) member_arrive("b", NGX_WEBRTC_SENDRECV);
    (void) member_arrive("c", NGX_WEBRTC_SENDRECV);

    assert_int_equal(cap(a), 600);

    world_stop();
}


static void
senders_share_as_they_come_and_go(void **state)
{
    char        name[8];
    member_t   *a, *b, *c, *viewer;
    ngx_uint_t  i;

    (void) state;

    sharing_start(1);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    b = member_arrive("b", NGX_WEBRTC_SENDRECV);
    viewer = member_arrive("viewer", NGX_WEBRTC_RECVONLY);

    assert_int_equal(cap(a), 600);
    assert_int_equal(cap(b), 600);

    journal_clear();
    c = member_arrive("c", NGX_WEBRTC_SENDRECV);

    assert_int_equal(cap(a), 400);
    assert_int_equal(cap(b), 400);
    assert_int_equal(cap(c), 400);

    /* the offer that tells of the newcomer tells this too */

    assert_journal("c:offer c:again a:again b:again viewer:again"
                   " a:created(c,4) b:created(c,4) viewer:created(c,4)"
                   " c:created(c,4)");
    assert_int_equal(sdp_count(a, "b=AS:400\r\n"), 1);
    assert_int_equal(sdp_count(viewer, "b="), 0);

    /* who was given one of its own keeps it, and still has a share */

    (void) ngx_webrtc_connection_set_bit_rate(b->connection, 2000, world.now);
    settle();
    assert_int_equal(cap(a), 400);

    member_leave(c);
    settle();

    assert_int_equal(cap(a), 600);
    assert_int_equal(cap(b), 2000);

    /* there is an end to it */

    for (i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "m%u", (unsigned) i);
        (void) member_arrive(name, NGX_WEBRTC_SENDRECV);
    }

    assert_int_equal(cap(a), 100);
    assert_int_equal(cap(b), 2000);

    world_stop();
}


static void
little_is_not_made_more(void **state)
{
    char                name[8];
    member_t           *a;
    ngx_uint_t          i;
    ngx_webrtc_join_t   join;

    (void) state;

    sharing_start(1);

    a = member_new("a");
    member_join_init(&join, a, NGX_WEBRTC_SENDRECV);
    join.info.video_bit_rate = 30;
    assert_null(member_enter(a, &join));
    member_answer(a);
    member_connect(a);

    for (i = 0; i < 5; i++) {
        snprintf(name, sizeof(name), "m%u", (unsigned) i);
        (void) member_arrive(name, NGX_WEBRTC_SENDRECV);
    }

    assert_int_equal(cap(a), 30);

    world_stop();
}


static void
who_begins_to_send_later_has_a_share_then(void **state)
{
    char        *text;
    member_t    *a, *b, *c;
    ngx_str_t    sdp;
    const char  *reason;

    (void) state;

    sharing_start(1);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    b = member_arrive("b", NGX_WEBRTC_SENDRECV);
    c = member_join("c", NGX_WEBRTC_SENDRECV);

    /* its own section of video is the first one */

    text = answer_write(c->sdp, NULL);
    memcpy(strstr(strstr(text, "m=video"), "a=sendonly"), "a=inactive", 10);

    sdp.data = (u_char *) text;
    sdp.len = strlen(text);
    c->waiting = 0;

    assert_int_equal(ngx_webrtc_hub_answer(c->connection, &sdp, world.now,
                                           &reason), NGX_OK);
    free(text);

    member_connect(c);
    settle();

    assert_null(c->connection->tracks[NGX_WEBRTC_VIDEO].source);
    assert_int_equal(cap(a), 600);

    /* the answer to the next offer, which tells of somebody else */

    (void) member_arrive("d", NGX_WEBRTC_SENDONLY);

    assert_non_null(c->connection->tracks[NGX_WEBRTC_VIDEO].source);
    assert_int_equal(cap(a), 400);
    assert_int_equal(cap(b), 400);
    assert_int_equal(cap(c), 400);

    world_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(who_begins_to_send_later_has_a_share_then),
        cmocka_unit_test(it_is_told_at_once_and_in_an_offer),
        cmocka_unit_test(it_may_be_set_while_the_client_connects),
        cmocka_unit_test(who_sends_no_video_or_is_in_a_spotlight_has_none),
        cmocka_unit_test(it_is_not_shared_unless_told),
        cmocka_unit_test(senders_share_as_they_come_and_go),
        cmocka_unit_test(little_is_not_made_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
