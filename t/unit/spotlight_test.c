
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The spotlight of a channel in virtual time.  It tests these together:
 *
 *     ngx_webrtc_reception.c
 *     ngx_webrtc_spotlight.c
 *     ngx_webrtc_spotlight_rid.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/member.h"

#include <hub/ngx_webrtc_pause.h>
#include <hub/ngx_webrtc_simulcast.h>
#include <hub/ngx_webrtc_spotlight.h>


/* "number" 0: none is named */

static const char *
enter(const char *name, ngx_uint_t number, ngx_uint_t spotlight)
{
    member_t           *member;
    ngx_webrtc_join_t   join;

    member = member_new(name);
    member_join_init(&join, member, NGX_WEBRTC_SENDRECV);

    join.info.spotlight = spotlight;
    join.spotlight_number = number;

    return member_enter(member, &join);
}


static member_t *
arrive_as(const char *name, ngx_uint_t number, ngx_webrtc_role_e role)
{
    member_t           *member;
    ngx_webrtc_join_t   join;

    member = member_new(name);
    member_join_init(&join, member, role);

    join.info.spotlight = 1;
    join.spotlight_number = number;

    assert_null(member_enter(member, &join));

    member_answer(member);
    member_connect(member);
    settle();
    journal_clear();

    return member;
}


static member_t *
arrive(const char *name, ngx_uint_t number)
{
    return arrive_as(name, number, NGX_WEBRTC_SENDRECV);
}


/* what its media says */

static void
speech(member_t *member, ngx_webrtc_speech_e what)
{
    ngx_webrtc_source_t  *source;

    source = member->connection->tracks[NGX_WEBRTC_AUDIO].source;

    source->conf.speech_handler(source, what, source->conf.data, world.now);
}


static void
speak(member_t *member)
{
    speech(member, NGX_WEBRTC_SPEECH_BEGUN);
    world.now += SEC(1);
    speech(member, NGX_WEBRTC_SPEECH_LASTING);
}


static void
hush(member_t *member)
{
    world.now += SEC(2);
    speech(member, NGX_WEBRTC_SPEECH_NONE);
}


/* what one gets of another: "1a" is layer 1 and audio, "-" is nothing */

static const char *
view(member_t *receiver, member_t *sender)
{
    char                    *p;
    ngx_queue_t             *q, *head;
    ngx_webrtc_reception_t  *reception;

    static char  text[8];

    p = text;
    head = &receiver->connection->receptions;

    for (q = ngx_queue_last(head); q != head; q = ngx_queue_prev(q)) {
        reception = ngx_queue_data(q, ngx_webrtc_reception_t, by_receiver);

        if (reception->track->connection != sender->connection) {
            continue;
        }

        if (reception->section->kind == NGX_WEBRTC_SDP_AUDIO) {
            if (!reception->sub->conf.paused) {
                *p++ = 'a';
            }

        } else if (reception->sub->conf.paused) {
            *p++ = 'p';

        } else {
            *p++ = "-012"[reception->sub->conf.layer + 1];
        }
    }

    *p = '\0';

    return text;
}


#define focused(member)                                                      \
    ngx_webrtc_spotlight_is_focused((member)->connection)

#define focus(member, fixed)                                                 \
    ngx_webrtc_spotlight_focus((member)->connection, fixed, world.now)

#define unfocus(member)                                                      \
    ngx_webrtc_spotlight_unfocus((member)->connection, world.now)


static void
tick(void)
{
    ngx_webrtc_hub_tick(world.hub, world.now);
}


static void
a_speaker_is_heard_at_once_and_focused_after_a_while(void **state)
{
    member_t  *a, *b, *c;

    (void) state;

    world_start(NULL);

    a = arrive("a", 2);
    b = arrive("b", 0);
    c = arrive("c", 2);

    assert_string_equal(view(b, a), "0");
    assert_string_equal(view(a, b), "0");

    speech(a, NGX_WEBRTC_SPEECH_BEGUN);
    assert_string_equal(view(b, a), "0a");
    assert_string_equal(view(a, b), "0");
    assert_journal("");

    world.now += SEC(1);
    speech(a, NGX_WEBRTC_SPEECH_LASTING);
    assert_string_equal(view(b, a), "1a");
    assert_string_equal(view(c, a), "1a");
    assert_string_equal(view(c, b), "0");
    assert_journal("a:focused(a,3) b:focused(a,3) c:focused(a,3)");

    /* it stays in the light until somebody needs it */

    hush(a);
    world.now += SEC(1000);
    assert_string_equal(view(b, a), "1a");

    /* who comes later sees the same */

    b = arrive("d", 0);
    assert_string_equal(view(b, a), "1a");
    assert_string_equal(view(b, c), "0");

    world_stop();
}


static void
a_word_is_heard_but_not_focused(void **state)
{
    member_t  *a, *b;

    (void) state;

    world_start(NULL);

    a = arrive("a", 1);
    b = arrive("b", 0);

    speech(a, NGX_WEBRTC_SPEECH_BEGUN);
    assert_string_equal(view(b, a), "0a");

    hush(a);
    assert_string_equal(view(b, a), "0");
    assert_journal("");

    world_stop();
}


static void
a_new_speaker_replaces_who_was_silent_for_longest(void **state)
{
    member_t  *a, *b, *c, *d;

    (void) state;

    world_start(NULL);

    a = arrive("a", 2);
    b = arrive("b", 0);
    c = arrive("c", 0);
    d = arrive("d", 0);

    speak(a);
    speak(b);
    hush(b);
    hush(a);
    journal_clear();

    world.now += SEC(10);
    speak(c);

    assert_true(focused(a));
    assert_false(focused(b));
    assert_true(focused(c));
    assert_string_equal(view(d, b), "0");
    assert_journal("a:unfocused(b,4) b:unfocused(b,4) c:unfocused(b,4)"
                   " d:unfocused(b,4)"
                   " a:focused(c,4) b:focused(c,4) c:focused(c,4)"
                   " d:focused(c,4)");

    world.now += SEC(10);
    speak(d);
    assert_false(focused(a));
    assert_true(focused(c));
    assert_true(focused(d));

    world_stop();
}


static void
who_speaks_is_not_replaced_and_others_wait(void **state)
{
    member_t  *a, *b, *c, *d;

    (void) state;

    world_start(NULL);

    a = arrive("a", 1);
    b = arrive("b", 0);
    c = arrive("c", 0);
    d = arrive("d", 0);

    speak(a);
    speak(b);
    speak(c);

    assert_true(focused(a));

    /* they are heard all the same */

    assert_string_equal(view(d, b), "0a");
    assert_string_equal(view(d, c), "0a");

    /* who waited and fell silent is not waiting any more */

    hush(b);
    hush(a);
    assert_true(focused(c));
    assert_false(focused(a));

    world_stop();
}


static void
the_places_of_those_who_leave_are_free(void **state)
{
    member_t  *a, *b, *c;

    (void) state;

    world_start(NULL);

    a = arrive("a", 1);
    b = arrive("b", 0);
    c = arrive("c", 0);

    speak(a);
    speak(b);
    speak(c);
    assert_false(focused(b));

    member_leave(a);
    assert_true(focused(b));

    member_leave(c);
    member_leave(b);

    world_stop();
}


/* everybody claims to be as loud as can be, and to pause for breath */

static void
the_rate_of_replacements_is_bounded(void **state)
{
    char        name[8];
    size_t      len;
    member_t   *members[20];
    ngx_uint_t  i, t, n;

    (void) state;

    world_start(NULL);

    for (i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "m%u", (unsigned) i);
        members[i] = arrive(name, i ? 0 : 2);
    }

    n = 0;

    for (t = 0; t < 10000; t += 10) {
        world.now += 10 * NGX_WEBRTC_MSEC;

        for (i = 0; i < 20; i++) {
            speech(members[i], (t / 10 + i) % 3);
        }

        tick();

        for (len = 0; strstr(world.journal + len, "m0:focused"); n++) {
            len = strstr(world.journal + len, "m0:focused") - world.journal
                  + 1;
        }

        journal_clear();
    }

    /* two free places and one change in a second */

    assert_in_range(n, 3, 13);

    world_stop();
}


static void
a_replacement_that_was_held_up_takes_place_later(void **state)
{
    member_t           *a, *b, *c;
    ngx_webrtc_usec_t   when;

    (void) state;

    world_start(NULL);

    a = arrive("a", 1);
    b = arrive("b", 0);
    c = arrive("c", 0);

    speak(a);
    hush(a);
    speak(b);
    when = world.now;
    assert_true(focused(b));

    speech(b, NGX_WEBRTC_SPEECH_NONE);
    speech(c, NGX_WEBRTC_SPEECH_LASTING);
    assert_true(focused(b));

    assert_true(ngx_webrtc_hub_expires(world.hub) == when + SEC(1));

    world.now = when + SEC(1) - 1;
    tick();
    assert_true(focused(b));

    world.now++;
    tick();
    assert_true(focused(c));

    world_stop();
}


static void
fixed_members_stay_and_are_never_replaced(void **state)
{
    member_t  *a, *b, *c;

    (void) state;

    world_start(NULL);

    a = arrive("a", 1);
    b = arrive("b", 0);
    c = arrive("c", 0);

    assert_null(focus(a, 1));
    assert_journal("a:focused(a,3) b:focused(a,3) c:focused(a,3)");
    assert_true(ngx_webrtc_spotlight_is_fixed(a->connection));

    /* again: nothing new */

    assert_null(focus(a, 1));
    assert_null(focus(a, 0));
    assert_journal("");
    assert_true(ngx_webrtc_spotlight_is_fixed(a->connection));

    world.now += SEC(100);
    speak(b);
    assert_false(focused(b));

    assert_string_equal(focus(c, 0), "SPOTLIGHT-FULL");
    assert_string_equal(focus(c, 1), "SPOTLIGHT-FULL");

    /* and then the next who speaks has the place */

    assert_null(unfocus(a));
    assert_false(ngx_webrtc_spotlight_is_fixed(a->connection));
    assert_true(focused(b));

    assert_null(unfocus(a));
    assert_null(unfocus(c));

    world_stop();
}


static void
focus_by_hand_takes_the_place_of_the_quietest(void **state)
{
    member_t  *a, *b, *c;

    (void) state;

    world_start(NULL);

    a = arrive("a", 2);
    b = arrive("b", 0);
    c = arrive("c", 0);

    speak(a);
    speak(b);
    hush(a);

    assert_null(focus(c, 0));
    assert_false(focused(a));
    assert_true(focused(b));
    assert_string_equal(view(a, c), "1a");

    /* even if all of them speak: the one who is focused for longest */

    speech(c, NGX_WEBRTC_SPEECH_BEGUN);
    assert_null(focus(a, 1));
    assert_false(focused(b));
    assert_true(focused(c));

    /* who was focused and becomes fixed is told of again */

    journal_clear();
    assert_null(focus(c, 1));
    assert_journal("a:focused(c,3) b:focused(c,3) c:focused(c,3)");

    world_stop();
}


static void
who_was_unfocused_must_begin_anew(void **state)
{
    member_t  *a, *b;

    (void) state;

    world_start(NULL);

    a = arrive("a", 1);
    b = arrive("b", 0);

    speak(a);
    journal_clear();

    assert_null(unfocus(a));
    assert_string_equal(view(b, a), "0");
    assert_journal("a:unfocused(a,2) b:unfocused(a,2)");

    hush(a);
    speech(a, NGX_WEBRTC_SPEECH_BEGUN);
    assert_string_equal(view(b, a), "0a");

    world.now += SEC(1);
    speech(a, NGX_WEBRTC_SPEECH_LASTING);
    assert_string_equal(view(b, a), "1a");

    /* also if it is in the middle of its first word */

    hush(a);
    speech(a, NGX_WEBRTC_SPEECH_BEGUN);
    assert_null(unfocus(a));

    world.now += SEC(1);
    speech(a, NGX_WEBRTC_SPEECH_LASTING);
    assert_string_equal(view(b, a), "0");

    hush(a);
    speak(a);
    assert_string_equal(view(b, a), "1a");

    /* who is focused by hand is heard all the same */

    assert_null(unfocus(a));
    assert_null(focus(a, 0));
    assert_string_equal(view(b, a), "1a");

    world_stop();
}


static void
a_lower_number_unfocuses_the_quietest_but_not_the_fixed(void **state)
{
    member_t             *a, *b, *c;
    ngx_webrtc_channel_t *channel;

    (void) state;

    world_start(NULL);

    a = arrive("a", 3);
    b = arrive("b", 0);
    c = arrive("c", 0);
    channel = a->connection->channel;

    assert_null(focus(a, 1));
    speak(b);
    hush(b);
    speak(c);
    hush(c);

    assert_null(ngx_webrtc_spotlight_set_number(channel, 2, world.now));
    assert_true(focused(a));
    assert_false(focused(b));
    assert_true(focused(c));

    assert_null(ngx_webrtc_spotlight_set_number(channel, 1, world.now));
    assert_true(focused(a));
    assert_false(focused(c));

    assert_null(focus(a, 1));
    assert_null(ngx_webrtc_spotlight_set_number(channel, 2, world.now));
    assert_null(focus(b, 1));
    assert_null(ngx_webrtc_spotlight_set_number(channel, 1, world.now));
    assert_true(focused(a));
    assert_true(focused(b));
    assert_int_equal(ngx_webrtc_spotlight_number(channel), 1);

    /* a higher one lets in those who wait */

    speak(c);
    assert_false(focused(c));
    assert_null(ngx_webrtc_spotlight_set_number(channel, 3, world.now));
    assert_true(focused(c));

    /* newcomers must know it */

    assert_string_equal(enter("d", 2, 1), "SPOTLIGHT-NUMBER-MISMATCH");
    assert_null(enter("e", 3, 1));
    assert_null(enter("f", 0, 1));

    world_stop();
}


static void
a_channel_has_a_spotlight_or_not(void **state)
{
    member_t  *a;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    assert_string_equal(enter("b", 0, 1), "SPOTLIGHT-MISMATCH");

    assert_null(a->connection->tracks[NGX_WEBRTC_AUDIO].source->conf
                .speech_handler);
    assert_string_equal(focus(a, 0), "NO-SPOTLIGHT");
    assert_string_equal(unfocus(a), "NO-SPOTLIGHT");
    assert_string_equal(ngx_webrtc_spotlight_set_number(
                            a->connection->channel, 1, world.now),
                        "NO-SPOTLIGHT");
    assert_string_equal(ngx_webrtc_spotlight_reset(a->connection, NULL,
                                                   world.now),
                        "NO-SPOTLIGHT");

    /* the next session is another one */

    member_leave(a);

    a = arrive("c", 0);
    assert_int_equal(ngx_webrtc_spotlight_number(a->connection->channel), 5);
    assert_string_equal(enter("d", 0, 0), "SPOTLIGHT-MISMATCH");
    assert_string_equal(enter("e", 4, 1), "SPOTLIGHT-NUMBER-MISMATCH");

    world_stop();
}


static void
a_session_that_is_kept_keeps_its_spotlight(void **state)
{
    member_t               *a;
    ngx_webrtc_hub_conf_t   conf;

    (void) state;

    ngx_memzero(&conf, sizeof(ngx_webrtc_hub_conf_t));

    conf.max_connections = 10;
    conf.max_sections = 16;
    conf.answer_timeout = SEC(30);
    conf.session_keep = SEC(60);

    world_start(&conf);

    a = arrive("a", 3);
    speak(a);
    member_leave(a);

    world.now += SEC(59);
    assert_string_equal(enter("b", 0, 0), "SPOTLIGHT-MISMATCH");
    assert_string_equal(enter("c", 2, 1), "SPOTLIGHT-NUMBER-MISMATCH");

    a = arrive("d", 0);
    assert_int_equal(ngx_webrtc_spotlight_number(a->connection->channel), 3);
    member_leave(a);

    world.now += SEC(60);
    tick();
    assert_null(enter("e", 0, 0));

    world_stop();
}


static void
who_sends_nothing_or_is_not_there_yet_is_not_focused(void **state)
{
    member_t           *a, *b;
    ngx_webrtc_join_t   join;

    (void) state;

    world_start(NULL);

    a = arrive_as("a", 1, NGX_WEBRTC_RECVONLY);
    assert_string_equal(focus(a, 0), "NOT-A-SENDER");

    a->connection->info.role = NGX_WEBRTC_SENDONLY;
    a->connection->info.audio = 0;
    a->connection->info.video = 0;
    assert_string_equal(focus(a, 0), "NOT-A-SENDER");
    a->connection->info.role = NGX_WEBRTC_RECVONLY;
    a->connection->info.audio = 1;
    a->connection->info.video = 1;

    b = member_new("b");
    member_join_init(&join, b, NGX_WEBRTC_SENDRECV);
    join.info.spotlight = 1;
    assert_null(member_enter(b, &join));
    assert_string_equal(focus(b, 0), "CONNECTION-NOT-FOUND");

    member_answer(b);
    member_connect(b);
    settle();
    assert_null(focus(b, 0));
    assert_string_equal(view(a, b), "1a");

    world_stop();
}


static ngx_str_t
id(member_t *member)
{
    ngx_str_t  str;

    str.len = NGX_WEBRTC_ID_LEN;
    str.data = member->connection->info.connection_id;

    return str;
}


static void
rids_are_chosen_per_receiver_and_per_sender(void **state)
{
    member_t                     *a, *b, *c;
    ngx_str_t                     sender;
    ngx_webrtc_join_t             join;
    ngx_webrtc_spotlight_rids_t   rids;

    (void) state;

    world_start(NULL);

    a = arrive("a", 5);
    b = arrive("b", 0);

    c = member_new("c");
    member_join_init(&join, c, NGX_WEBRTC_RECVONLY);
    join.info.spotlight = 1;
    join.has_focus_rid = 1;
    join.has_unfocus_rid = 1;
    join.spotlight_rids.focus = 2;
    join.spotlight_rids.unfocus = NGX_WEBRTC_LAYER_NONE;
    assert_null(member_enter(c, &join));
    member_answer(c);
    member_connect(c);
    settle();

    speak(a);
    assert_string_equal(view(b, a), "1a");
    assert_string_equal(view(c, a), "2a");
    assert_string_equal(view(c, b), "-");

    rids.focus = 0;
    rids.unfocus = 1;
    assert_null(ngx_webrtc_spotlight_request(c->connection, NULL, &rids,
                                             world.now));
    assert_string_equal(view(c, a), "0a");
    assert_string_equal(view(c, b), "1");
    assert_string_equal(view(b, a), "1a");

    /* of one sender goes before of all */

    sender = id(b);
    rids.unfocus = 2;
    assert_null(ngx_webrtc_spotlight_request(c->connection, &sender, &rids,
                                             world.now));
    assert_string_equal(view(c, b), "2");

    rids.unfocus = 0;
    assert_null(ngx_webrtc_spotlight_request(c->connection, NULL, &rids,
                                             world.now));
    assert_string_equal(view(c, b), "2");

    assert_null(ngx_webrtc_spotlight_reset(c->connection, &sender,
                                           world.now));
    assert_string_equal(view(c, b), "0");

    rids.unfocus = 2;
    assert_null(ngx_webrtc_spotlight_request(c->connection, &sender, &rids,
                                             world.now));
    assert_null(ngx_webrtc_spotlight_reset(c->connection, NULL, world.now));
    assert_string_equal(view(c, a), "2a");
    assert_string_equal(view(c, b), "-");

    world_stop();
}


static void
requests_and_pauses_go_before_the_spotlight(void **state)
{
    member_t   *a, *b;
    ngx_str_t   sender;

    (void) state;

    world_start(NULL);

    a = arrive("a", 5);
    b = arrive("b", 0);
    sender = id(a);

    assert_null(ngx_webrtc_simulcast_request(b->connection, &sender, 2,
                                             world.now));
    assert_string_equal(view(b, a), "2");

    speak(a);
    assert_string_equal(view(b, a), "2a");

    assert_null(ngx_webrtc_simulcast_reset(b->connection, &sender,
                                           world.now));
    assert_string_equal(view(b, a), "1a");

    assert_null(ngx_webrtc_pause_set(b->connection, &sender, 1, world.now));
    assert_string_equal(view(b, a), "pa");

    assert_null(unfocus(a));
    assert_null(ngx_webrtc_pause_set(b->connection, &sender, 0, world.now));
    assert_string_equal(view(b, a), "0");

    world_stop();
}


static void
requests_that_make_no_sense_are_refused(void **state)
{
    member_t                     *a, *b, *c;
    ngx_str_t                     sender;
    ngx_webrtc_spotlight_rids_t   rids = { 1, 0 };

    (void) state;

    world_start(NULL);

    a = arrive("a", 5);
    b = arrive_as("b", 0, NGX_WEBRTC_RECVONLY);
    c = arrive_as("c", 0, NGX_WEBRTC_SENDONLY);

    ngx_str_set(&sender, "nobody");
    assert_string_equal(ngx_webrtc_spotlight_check(a->connection, &sender),
                        "CONNECTION-NOT-FOUND");

    sender = id(a);
    assert_string_equal(ngx_webrtc_spotlight_request(a->connection, &sender,
                                                     &rids, world.now),
                        "SAME-CONNECTION");

    sender = id(b);
    assert_string_equal(ngx_webrtc_spotlight_reset(a->connection, &sender,
                                                   world.now),
                        "NOT-A-SENDER");

    sender = id(a);
    assert_string_equal(ngx_webrtc_spotlight_request(c->connection, &sender,
                                                     &rids, world.now),
                        "NOT-A-RECEIVER");
    assert_null(ngx_webrtc_spotlight_check(b->connection, &sender));

    world_stop();
}


/* they leave one after the other, and the spotlight does not follow them */

static void
the_end_of_all_tells_nothing_of_the_spotlight(void **state)
{
    member_t    *members[4];
    ngx_uint_t   i;

    (void) state;

    world_start(NULL);

    members[0] = arrive("a", 1);
    members[1] = arrive("b", 0);
    members[2] = arrive("c", 0);
    members[3] = arrive("d", 0);

    for (i = 0; i < 4; i++) {
        speak(members[i]);
    }

    journal_clear();

    ngx_webrtc_hub_begin(world.hub);

    for (i = 0; i < 3; i++) {
        member_leave(members[i]);
    }

    ngx_webrtc_hub_end(world.hub);

    assert_null(strstr(world.journal, "focused(b,"));
    assert_null(strstr(world.journal, "focused(c,"));
    assert_non_null(strstr(world.journal, "d:focused(d,1)"));
    assert_true(focused(members[3]));

    world_stop();
}


/* the last word counts, and nobody hears what was taken back */

static void
react(member_t *member, const ngx_webrtc_event_t *event)
{
    if (event->type == NGX_WEBRTC_EVENT_FOCUSED) {
        member->react = NULL;

        ngx_webrtc_hub_begin(world.hub);

        assert_null(unfocus(member));
        assert_null(focus(member, 0));
        assert_null(unfocus(member));
        assert_null(focus(member, 0));

        ngx_webrtc_hub_end(world.hub);
    }
}


static void
changes_within_one_change_are_told_as_one(void **state)
{
    member_t  *a;

    (void) state;

    world_start(NULL);

    a = arrive("a", 5);

    a->react = react;
    assert_null(focus(a, 0));
    assert_true(focused(a));
    assert_journal("a:focused(a,1)");

    world_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
                        a_speaker_is_heard_at_once_and_focused_after_a_while),
        cmocka_unit_test(a_word_is_heard_but_not_focused),
        cmocka_unit_test(a_new_speaker_replaces_who_was_silent_for_longest),
        cmocka_unit_test(who_speaks_is_not_replaced_and_others_wait),
        cmocka_unit_test(the_places_of_those_who_leave_are_free),
        cmocka_unit_test(the_rate_of_replacements_is_bounded),
        cmocka_unit_test(a_replacement_that_was_held_up_takes_place_later),
        cmocka_unit_test(fixed_members_stay_and_are_never_replaced),
        cmocka_unit_test(focus_by_hand_takes_the_place_of_the_quietest),
        cmocka_unit_test(who_was_unfocused_must_begin_anew),
        cmocka_unit_test(
                     a_lower_number_unfocuses_the_quietest_but_not_the_fixed),
        cmocka_unit_test(a_channel_has_a_spotlight_or_not),
        cmocka_unit_test(a_session_that_is_kept_keeps_its_spotlight),
        cmocka_unit_test(who_sends_nothing_or_is_not_there_yet_is_not_focused),
        cmocka_unit_test(rids_are_chosen_per_receiver_and_per_sender),
        cmocka_unit_test(requests_and_pauses_go_before_the_spotlight),
        cmocka_unit_test(requests_that_make_no_sense_are_refused),
        cmocka_unit_test(the_end_of_all_tells_nothing_of_the_spotlight),
        cmocka_unit_test(changes_within_one_change_are_told_as_one)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
