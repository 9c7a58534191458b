
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Layers and pausing between members of a channel.  It tests these together:
 *
 *     ngx_webrtc_pair.c
 *     ngx_webrtc_pause.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/member.h"

#include <hub/ngx_webrtc_pause.h>
#include <hub/ngx_webrtc_simulcast.h>


#define AUTO  NGX_WEBRTC_LAYER_AUTO
#define NONE  NGX_WEBRTC_LAYER_NONE


static member_t *
sender_join(const char *name, ngx_uint_t inactive)
{
    member_t           *member;
    ngx_webrtc_join_t   join;

    member = member_new(name);
    member_join_init(&join, member, NGX_WEBRTC_SENDONLY);

    join.info.simulcast = 1;
    join.simulcast.inactive = inactive;

    assert_null(member_enter(member, &join));

    return member;
}


static member_t *
sender_arrive(const char *name)
{
    member_t  *member;

    member = sender_join(name, 0);

    member_answer(member);
    member_connect(member);
    settle();

    return member;
}


/* the layer that it says at its connect */

static member_t *
receiver_arrive(const char *name, ngx_int_t layer)
{
    member_t           *member;
    ngx_webrtc_join_t   join;

    member = member_new(name);
    member_join_init(&join, member, NGX_WEBRTC_RECVONLY);

    join.simulcast.layer = layer;
    join.simulcast.has_layer = 1;

    assert_null(member_enter(member, &join));

    member_answer(member);
    member_connect(member);
    settle();

    return member;
}


static ngx_webrtc_subscription_t *
video_of(const member_t *receiver, const member_t *sender)
{
    ngx_webrtc_reception_t  *reception;

    reception = ngx_webrtc_exchange_video(receiver->connection,
                                          sender->connection);
    assert_non_null(reception);
    assert_non_null(reception->sub);

    return reception->sub;
}


static ngx_int_t
layer_of(const member_t *receiver, const member_t *sender)
{
    return video_of(receiver, sender)->conf.layer;
}


static const char *
request(const member_t *receiver, const member_t *sender, ngx_int_t layer)
{
    ngx_str_t  id;

    id.len = sender ? NGX_WEBRTC_ID_LEN : 0;
    id.data = sender ? sender->connection->info.connection_id : NULL;

    return ngx_webrtc_simulcast_request(receiver->connection, &id, layer,
                                        world.now);
}


static const char *
reset(const member_t *receiver, const member_t *sender)
{
    ngx_str_t  id;

    id.len = sender ? NGX_WEBRTC_ID_LEN : 0;
    id.data = sender ? sender->connection->info.connection_id : NULL;

    return ngx_webrtc_simulcast_reset(receiver->connection,
                                      sender ? &id : NULL, world.now);
}


static const char *
set_paused(const member_t *receiver, const member_t *sender,
    ngx_uint_t paused)
{
    ngx_str_t  id;

    id.len = NGX_WEBRTC_ID_LEN;
    id.data = sender->connection->info.connection_id;

    return ngx_webrtc_pause_set(receiver->connection, &id, paused, world.now);
}


static void
note_paused(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender, void *data)
{
    char    *text;
    size_t   len;

    text = data;
    len = strlen(text);

    snprintf(text + len, 64 - len, "%.*s<%.*s ",
             (int) receiver->info.client_id.len,
             receiver->info.client_id.data,
             (int) sender->info.client_id.len, sender->info.client_id.data);
}


/* "receiver<sender " for each */

static const char *
paused_list(void)
{
    ngx_str_t              id;
    ngx_webrtc_channel_t  *channel;

    static char  text[64];

    ngx_str_set(&id, "sora");
    text[0] = '\0';

    channel = ngx_webrtc_hub_channel(world.hub, &id);
    assert_non_null(channel);

    ngx_webrtc_pause_each(channel, note_paused, text);

    return text;
}


static void
a_sender_is_offered_three_layers_and_becomes_their_source(void **state)
{
    member_t             *a;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_start(NULL);

    a = sender_join("a", 0x4);

    assert_int_equal(sdp_count(a, "a=rid:r0 recv\r\na=rid:r1 recv\r\n"
                                  "a=rid:r2 recv\r\n"
                                  "a=simulcast:recv r0;r1;~r2\r\n"), 1);
    assert_int_equal(sdp_count(a, "b=TIAS:3000000\r\n"), 1);

    member_answer(a);
    member_connect(a);

    source = a->connection->tracks[NGX_WEBRTC_VIDEO].source;

    assert_int_equal(source->conf.nrids, 3);
    assert_int_equal(source->conf.ssrc, 0);
    assert_memory_equal(source->conf.rids[0].data, "r0", 2);
    assert_memory_equal(source->conf.rids[2].data, "r2", 2);

    source = a->connection->tracks[NGX_WEBRTC_AUDIO].source;
    assert_int_equal(source->conf.nrids, 0);

    /* one who receives only has nothing to offer layers for */

    a = member_new("b");

    {
        ngx_webrtc_join_t  join;

        member_join_init(&join, a, NGX_WEBRTC_RECVONLY);
        join.info.simulcast = 1;
        assert_null(member_enter(a, &join));
    }

    assert_int_equal(sdp_count(a, "simulcast"), 0);
    assert_int_equal(a->connection->info.video_bit_rate, 500);

    world_stop();
}


static void
a_client_that_takes_no_layers_is_a_plain_source(void **state)
{
    char                 *text, *p;
    member_t             *a, *b;
    ngx_str_t             sdp;
    const char           *reason;
    ngx_webrtc_source_t  *source;

    (void) state;

    world_start(NULL);

    b = receiver_arrive("b", AUTO);
    a = sender_join("a", 0);

    text = answer_write(a->sdp, NULL);

    while ((p = strstr(text, "a=rid:")) || (p = strstr(text, "a=simulcast"))) {
        memmove(p, strstr(p, "\r\n") + 2,
                strlen(strstr(p, "\r\n") + 2) + 1);
    }

    sdp.data = (u_char *) text;
    sdp.len = strlen(text);
    a->waiting = 0;

    assert_int_equal(ngx_webrtc_hub_answer(a->connection, &sdp, world.now,
                                           &reason),
                     NGX_OK);
    free(text);

    member_connect(a);
    settle();

    source = a->connection->tracks[NGX_WEBRTC_VIDEO].source;
    assert_int_equal(source->conf.nrids, 0);
    assert_null(video_of(b, a)->conf.handler);

    /* what is asked for it is done all the same: it has one layer */

    assert_null(request(b, a, NONE));
    assert_int_equal(layer_of(b, a), NONE);

    world_stop();
}


static void
one_sender_goes_before_all_and_all_before_the_connect(void **state)
{
    member_t  *a, *b, *r, *s;

    (void) state;

    world_start(NULL);

    a = sender_arrive("a");
    r = receiver_arrive("r", 2);
    s = member_arrive("s", NGX_WEBRTC_SENDRECV);

    assert_int_equal(layer_of(r, a), 2);
    assert_int_equal(layer_of(s, a), AUTO);

    assert_null(request(r, NULL, 1));
    assert_int_equal(layer_of(r, a), 1);

    assert_null(request(r, a, 0));
    assert_int_equal(layer_of(r, a), 0);
    assert_int_equal(layer_of(s, a), AUTO);

    /* one who comes later is among all */

    b = sender_arrive("b");

    assert_int_equal(layer_of(r, b), 1);
    assert_int_equal(layer_of(s, b), AUTO);

    assert_null(request(r, NULL, NONE));
    assert_int_equal(layer_of(r, b), NONE);
    assert_int_equal(layer_of(r, a), 0);

    /* and back */

    assert_null(reset(r, a));
    assert_int_equal(layer_of(r, a), NONE);
    assert_null(reset(r, a));

    assert_null(request(r, a, 0));
    assert_null(reset(r, NULL));
    assert_int_equal(layer_of(r, a), 2);
    assert_int_equal(layer_of(r, b), 2);
    assert_true(ngx_queue_empty(&r->connection->senders));
    assert_null(reset(r, NULL));

    world_stop();
}


static void
a_request_waits_for_the_video_it_is_for(void **state)
{
    member_t  *a, *r;

    (void) state;

    world_start(NULL);

    a = sender_join("a", 0);
    r = receiver_arrive("r", AUTO);

    /* it has not connected yet: there is no track */

    assert_null(request(r, a, 1));
    assert_null(set_paused(r, a, 1));

    member_connect(a);
    settle();

    assert_int_equal(layer_of(r, a), 1);
    assert_int_equal(video_of(r, a)->conf.paused, 1);

    assert_null(set_paused(r, a, 0));
    assert_int_equal(video_of(r, a)->conf.paused, 0);

    world_stop();
}


static void
what_makes_no_sense_is_refused_with_its_reason(void **state)
{
    member_t           *a, *b, *r, *v;
    ngx_str_t           id;
    ngx_webrtc_join_t   join;

    (void) state;

    world_start(NULL);

    a = sender_arrive("a");
    r = member_arrive("r", NGX_WEBRTC_SENDRECV);
    v = receiver_arrive("v", AUTO);

    assert_string_equal(request(r, r, 0), "SAME-CONNECTION");
    assert_string_equal(request(r, v, 0), "NOT-A-SENDER");
    assert_string_equal(request(a, r, 0), "NOT-A-RECEIVER");
    assert_string_equal(request(a, NULL, 0), "NOT-A-RECEIVER");
    assert_string_equal(reset(a, NULL), "NOT-A-RECEIVER");
    assert_string_equal(set_paused(r, v, 1), "NOT-A-SENDER");
    assert_string_equal(set_paused(r, v, 0), "NOT-A-SENDER");
    assert_string_equal(set_paused(v, v, 1), "SAME-CONNECTION");

    ngx_str_set(&id, "0123456789ABCDEFGHJKMNPQRS");
    assert_string_equal(ngx_webrtc_simulcast_request(r->connection, &id, 0,
                                                     world.now),
                        "CONNECTION-NOT-FOUND");
    assert_string_equal(ngx_webrtc_pause_set(r->connection, NULL, 1,
                                             world.now),
                        "CONNECTION-NOT-FOUND");

    /* sound only, and one of the same bundle */

    b = member_new("b");
    member_join_init(&join, b, NGX_WEBRTC_SENDRECV);
    join.info.video = 0;
    assert_null(member_enter(b, &join));

    assert_string_equal(request(r, b, 0), "NOT-A-SENDER");
    assert_string_equal(request(b, r, 0), "NOT-A-RECEIVER");

    b = member_new("c");
    member_join_init(&join, b, NGX_WEBRTC_SENDRECV);
    join.info.bundle_id = r->connection->info.bundle_id;
    assert_null(member_enter(b, &join));

    assert_string_equal(request(r, b, 0), "SAME-BUNDLE");

    world_stop();
}


static void
a_pause_lasts_until_it_is_ended_or_one_of_the_two_leaves(void **state)
{
    member_t  *a, *b, *r, *s;

    (void) state;

    world_start(NULL);

    a = sender_arrive("a");
    b = sender_arrive("b");
    r = receiver_arrive("r", AUTO);
    s = receiver_arrive("s", AUTO);

    assert_string_equal(paused_list(), "");

    assert_null(set_paused(r, a, 1));
    assert_null(set_paused(r, a, 1));
    assert_null(set_paused(r, b, 1));
    assert_null(set_paused(s, a, 1));

    assert_string_equal(paused_list(), "r<a r<b s<a ");
    assert_int_equal(video_of(r, a)->conf.paused, 1);
    assert_int_equal(video_of(s, b)->conf.paused, 0);

    assert_null(set_paused(r, a, 0));
    assert_null(set_paused(r, a, 0));
    assert_int_equal(video_of(r, a)->conf.paused, 0);
    assert_string_equal(paused_list(), "r<b s<a ");

    /* somebody comes and goes: offers are exchanged, it stays */

    member_leave(sender_arrive("c"));
    settle();
    assert_int_equal(video_of(r, b)->conf.paused, 1);

    member_leave(r);
    settle();
    assert_string_equal(paused_list(), "s<a ");
    assert_true(ngx_queue_empty(&b->connection->receivers));

    member_leave(a);
    settle();
    assert_string_equal(paused_list(), "");
    assert_true(ngx_queue_empty(&s->connection->senders));

    /* one that is there at the end is freed with its members */

    assert_null(set_paused(s, b, 1));

    world_stop();
}


static void
a_switch_is_told_to_its_receiver_alone_in_the_next_turn(void **state)
{
    member_t  *a, *r, *s;

    (void) state;

    world_start(NULL);

    a = sender_join("a", 0x4);
    member_answer(a);
    member_connect(a);

    r = receiver_arrive("r", 1);
    s = receiver_arrive("s", AUTO);
    journal_clear();

    assert_true(ngx_webrtc_hub_expires(world.hub) > world.now);

    fake_layer(video_of(r, a), NONE, 0, 1, world.now);

    /* the engine is at work: nobody may be called */

    assert_journal("");
    assert_int_equal(ngx_webrtc_hub_expires(world.hub), 0);

    ngx_webrtc_hub_tick(world.hub, world.now);

    assert_journal("r:switched(a,0)");
    assert_int_equal(r->change.previous, NONE);
    assert_int_equal(r->change.requested, 1);
    assert_int_equal(r->change.sent, 0x3);
    assert_true(r->change.by_sender);
    assert_true(ngx_webrtc_hub_expires(world.hub) > world.now);

    /* two in one turn are one, there and back is none */

    fake_layer(video_of(r, a), 0, 1, 0, world.now);
    fake_layer(video_of(r, a), 1, 2, 0, world.now);
    fake_layer(video_of(s, a), 0, 1, 0, world.now);
    fake_layer(video_of(s, a), 1, 0, 0, world.now);
    ngx_webrtc_hub_tick(world.hub, world.now);

    assert_journal("r:switched(a,2)");
    assert_int_equal(r->change.previous, 0);
    assert_false(r->change.by_sender);

    /* who has left by then is not told */

    fake_layer(video_of(r, a), 2, 1, 0, world.now);
    fake_layer(video_of(s, a), 0, 1, 0, world.now);
    member_leave(r);
    assert_journal("s:switched(a,1) r:closed a:destroyed(r,2)"
                   " s:destroyed(r,2)");

    fake_layer(video_of(s, a), 1, 0, 0, world.now);
    member_leave(a);
    journal_clear();
    ngx_webrtc_hub_tick(world.hub, world.now);
    assert_journal("");

    world_stop();
}


static void
leave_on_switch(member_t *member, const ngx_webrtc_event_t *event)
{
    if (event->type == NGX_WEBRTC_EVENT_SWITCHED) {
        member_leave(member);
    }
}


static void
a_verb_may_be_said_when_a_switch_is_heard(void **state)
{
    member_t  *a, *r;

    (void) state;

    world_start(NULL);

    a = sender_arrive("a");
    r = receiver_arrive("r", AUTO);
    r->react = leave_on_switch;

    fake_layer(video_of(r, a), NONE, 1, 1, world.now);
    ngx_webrtc_hub_tick(world.hub, world.now);

    assert_null(r->connection);

    world_stop();
}


static void
what_a_client_may_ask_for_is_known(void **state)
{
    member_t           *a, *b;
    ngx_webrtc_join_t   join;

    (void) state;

    world_start(NULL);

    a = receiver_arrive("a", AUTO);

    assert_true(ngx_webrtc_simulcast_may_request(a->connection, NONE));
    assert_true(ngx_webrtc_simulcast_may_request(a->connection, 2));

    b = member_new("b");
    member_join_init(&join, b, NGX_WEBRTC_RECVONLY);
    join.simulcast.refused = 0x9;
    assert_null(member_enter(b, &join));

    assert_false(ngx_webrtc_simulcast_may_request(b->connection, NONE));
    assert_true(ngx_webrtc_simulcast_may_request(b->connection, 0));
    assert_true(ngx_webrtc_simulcast_may_request(b->connection, 1));
    assert_false(ngx_webrtc_simulcast_may_request(b->connection, 2));

    world_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
            a_sender_is_offered_three_layers_and_becomes_their_source),
        cmocka_unit_test(a_client_that_takes_no_layers_is_a_plain_source),
        cmocka_unit_test(
            one_sender_goes_before_all_and_all_before_the_connect),
        cmocka_unit_test(a_request_waits_for_the_video_it_is_for),
        cmocka_unit_test(what_makes_no_sense_is_refused_with_its_reason),
        cmocka_unit_test(
            a_pause_lasts_until_it_is_ended_or_one_of_the_two_leaves),
        cmocka_unit_test(
            a_switch_is_told_to_its_receiver_alone_in_the_next_turn),
        cmocka_unit_test(a_verb_may_be_said_when_a_switch_is_heard),
        cmocka_unit_test(what_a_client_may_ask_for_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
