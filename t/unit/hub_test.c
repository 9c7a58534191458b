
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The hub as a front-end sees it.  It tests these together:
 *
 *     ngx_webrtc_channel.c
 *     ngx_webrtc_connection.c
 *     ngx_webrtc_event.c
 *     ngx_webrtc_exchange.c
 *     ngx_webrtc_exchange_answer.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/member.h"


static void
a_lone_member_is_offered_its_own_media(void **state)
{
    member_t  *a;
    ngx_str_t  audio, video;

    (void) state;

    world_start(NULL);

    a = member_join("a", NGX_WEBRTC_SENDRECV);
    assert_journal("a:offer");

    assert_int_equal(sdp_count(a, "\nm="), 2);
    assert_int_equal(sdp_count(a, "a=recvonly"), 2);
    assert_true(strstr(a->sdp, "m=audio") < strstr(a->sdp, "m=video"));

    ngx_webrtc_connection_mids(a->connection, &audio, &video);
    assert_memory_equal(audio.data, "audio_", 6);
    assert_memory_equal(video.data, "video_", 6);

    assert_false(ngx_webrtc_connection_is_live(a->connection));

    member_answer(a);
    assert_int_equal(fake_media.sources, 2);
    assert_int_equal(a->connection->peer->bit_rate, 500000);
    assert_true(a->connection->peer->active);

    world.now += SEC(2);
    member_connect(a);
    assert_journal("a:created(a,1)");

    assert_true(ngx_webrtc_connection_is_live(a->connection));
    assert_int_equal(ngx_webrtc_connection_setup_time(a->connection),
                     SEC(2));

    world_stop();
}


static void
tracks_come_before_the_news_of_their_owner_and_go_before_it(void **state)
{
    member_t  *a, *b;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    journal_clear();

    b = member_join("b", NGX_WEBRTC_SENDRECV);

    /* what is published already is in the first offer */

    assert_int_equal(sdp_count(b, "\nm="), 4);
    assert_int_equal(sdp_count(b, "a=sendonly"), 2);

    member_answer(b);
    assert_journal("b:offer");
    assert_int_equal(fake_subs(b->connection->peer), 2);

    member_connect(b);
    assert_journal("a:again a:created(b,2) b:created(b,2)");

    assert_int_equal(sdp_count(a, "a=sendonly"), 2);
    assert_int_equal(fake_subs(a->connection->peer), 0);

    member_answer(a);
    assert_int_equal(fake_subs(a->connection->peer), 2);
    assert_journal("");

    member_leave(b);
    assert_journal("b:closed a:again a:destroyed(b,1)");
    assert_int_equal(fake_subs(a->connection->peer), 0);
    assert_int_equal(sdp_count(a, "a=sendonly"), 0);

    member_answer(a);
    assert_journal("");

    world_stop();
}


static void
one_negotiation_at_a_time_and_then_one_for_all_changes(void **state)
{
    member_t  *a, *b, *c, *d;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_RECVONLY);

    b = member_join("b", NGX_WEBRTC_SENDONLY);
    c = member_join("c", NGX_WEBRTC_SENDONLY);
    d = member_join("d", NGX_WEBRTC_SENDONLY);

    member_answer(b);
    member_answer(c);
    member_answer(d);
    journal_clear();

    member_connect(b);
    member_connect(c);
    member_connect(d);
    member_leave(c);

    assert_journal("a:again a:created(b,2) b:created(b,2)"
                   " a:created(c,3) b:created(c,3) c:created(c,3)"
                   " a:created(d,4) b:created(d,4) c:created(d,4)"
                   " d:created(d,4)"
                   " c:closed a:destroyed(c,3) b:destroyed(c,3)"
                   " d:destroyed(c,3)");

    member_answer(a);
    assert_journal("a:again");
    assert_int_equal(fake_subs(a->connection->peer), 2);

    member_answer(a);
    assert_journal("");
    assert_int_equal(fake_subs(a->connection->peer), 4);

    (void) b;
    (void) d;

    world_stop();
}


static void
who_is_connecting_gets_what_came_meanwhile_when_it_has_connected(
    void **state)
{
    member_t  *a, *b;

    (void) state;

    world_start(NULL);

    a = member_join("a", NGX_WEBRTC_SENDRECV);
    a->waiting = 0;
    b = member_arrive("b", NGX_WEBRTC_SENDRECV);

    member_answer(a);
    journal_clear();
    member_connect(a);

    assert_journal("a:again b:again a:created(a,2) b:created(a,2)");

    settle();
    assert_int_equal(fake_subs(a->connection->peer), 2);
    assert_int_equal(fake_subs(b->connection->peer), 2);

    world_stop();
}


static void
sections_are_used_again_over_20_joins_and_leaves(void **state)
{
    char        name[8];
    member_t   *a, *b;
    ngx_uint_t  i;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);

    for (i = 0; i < 20; i++) {
        snprintf(name, sizeof(name), "b%u", (unsigned) i);

        b = member_arrive(name, NGX_WEBRTC_SENDRECV);
        assert_int_equal(fake_subs(a->connection->peer), 2);

        member_leave(b);
        settle();
        assert_int_equal(fake_subs(a->connection->peer), 0);
    }

    assert_int_equal(sdp_count(a, "\nm="), 4);

    world_stop();
}


static void
members_of_a_bundle_neither_see_nor_hear_each_other(void **state)
{
    member_t          *a, *b;
    ngx_webrtc_join_t  join;

    (void) state;

    world_start(NULL);

    a = member_new("a");
    member_join_init(&join, a, NGX_WEBRTC_SENDRECV);
    ngx_str_set(&join.info.bundle_id, "desk");
    assert_null(member_enter(a, &join));
    member_answer(a);
    member_connect(a);

    b = member_new("b");
    member_join_init(&join, b, NGX_WEBRTC_SENDRECV);
    ngx_str_set(&join.info.bundle_id, "desk");
    assert_null(member_enter(b, &join));
    assert_int_equal(sdp_count(b, "\nm="), 2);
    member_answer(b);
    journal_clear();
    member_connect(b);

    assert_journal("b:created(b,2)");

    (void) member_arrive("c", NGX_WEBRTC_SENDRECV);
    assert_int_equal(fake_subs(a->connection->peer), 2);
    assert_int_equal(fake_subs(b->connection->peer), 2);

    journal_clear();
    member_leave(b);
    assert_journal("b:closed c:again c:destroyed(b,2)");

    world_stop();
}


static void
a_viewer_of_an_empty_channel_has_inactive_sections(void **state)
{
    member_t  *a;

    (void) state;

    world_start(NULL);

    a = member_join("a", NGX_WEBRTC_RECVONLY);

    assert_int_equal(sdp_count(a, "\nm="), 2);
    assert_int_equal(sdp_count(a, "a=inactive"), 2);

    member_answer(a);
    member_connect(a);

    /* and they are used for those who come */

    (void) member_arrive("b", NGX_WEBRTC_SENDONLY);
    assert_int_equal(sdp_count(a, "\nm="), 2);
    assert_int_equal(fake_subs(a->connection->peer), 2);

    world_stop();
}


static void
a_kind_that_is_off_is_neither_sent_nor_received(void **state)
{
    member_t          *a, *b;
    ngx_webrtc_join_t  join;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);

    b = member_new("b");
    member_join_init(&join, b, NGX_WEBRTC_SENDRECV);
    join.info.video = 0;
    assert_null(member_enter(b, &join));
    assert_int_equal(sdp_count(b, "\nm=video"), 0);
    assert_int_equal(sdp_count(b, "\nm=audio"), 2);

    member_answer(b);
    member_connect(b);
    settle();

    assert_int_equal(fake_subs(a->connection->peer), 1);
    assert_int_equal(fake_subs(b->connection->peer), 1);

    world_stop();
}


static void
without_any_media_there_is_nothing_to_join_with(void **state)
{
    member_t          *a;
    ngx_webrtc_join_t  join;

    (void) state;

    world_start(NULL);

    a = member_new("a");
    member_join_init(&join, a, NGX_WEBRTC_SENDRECV);
    join.info.audio = 0;
    join.info.video = 0;

    assert_string_equal(member_enter(a, &join), "NO-MEDIA");
    assert_int_equal(world.rows, 0);
    assert_int_equal(world.empty, 1);
    assert_int_equal(ngx_webrtc_hub_connections(world.hub), 0);

    world_stop();
}


static void
a_rejected_section_is_not_subscribed_and_the_call_goes_on(void **state)
{
    char       rejected[64];
    member_t  *a, *b;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_RECVONLY);
    b = member_join("b", NGX_WEBRTC_SENDONLY);
    member_answer(b);
    member_connect(b);

    snprintf(rejected, sizeof(rejected), " %.*s ",
             (int) strcspn(strstr(a->sdp, "a=mid:video_") + 6, "\r"),
             strstr(a->sdp, "a=mid:video_") + 6);

    assert_int_equal(member_answer_but(a, rejected), NGX_OK);
    assert_int_equal(fake_subs(a->connection->peer), 1);

    member_leave(b);
    settle();

    (void) member_arrive("c", NGX_WEBRTC_SENDONLY);
    assert_int_equal(fake_subs(a->connection->peer), 2);

    world_stop();
}


static void
a_sender_whose_codec_is_rejected_sends_the_rest(void **state)
{
    char       rejected[64];
    member_t  *a, *b;

    (void) state;

    world_start(NULL);

    a = member_join("a", NGX_WEBRTC_SENDRECV);

    snprintf(rejected, sizeof(rejected), " %.*s ",
             (int) strcspn(strstr(a->sdp, "a=mid:video_") + 6, "\r"),
             strstr(a->sdp, "a=mid:video_") + 6);

    assert_int_equal(member_answer_but(a, rejected), NGX_OK);
    assert_int_equal(fake_media.sources, 1);
    member_connect(a);

    b = member_join("b", NGX_WEBRTC_RECVONLY);
    assert_int_equal(sdp_count(b, "a=sendonly"), 1);
    assert_int_equal(sdp_count(b, "\nm=audio"), 1);

    world_stop();
}


static void
limits_refuse_with_a_reason_and_leave_nothing_behind(void **state)
{
    member_t               *a;
    ngx_webrtc_join_t       join;
    ngx_webrtc_hub_conf_t   conf;

    (void) state;

    ngx_memzero(&conf, sizeof(ngx_webrtc_hub_conf_t));
    conf.max_connections = 2;
    conf.max_sections = 16;
    conf.video_bit_rate = 500;
    conf.answer_timeout = SEC(30);

    world_start(&conf);

    (void) member_arrive("a", NGX_WEBRTC_SENDRECV);
    (void) member_arrive("b", NGX_WEBRTC_SENDRECV);
    journal_clear();

    a = member_new("c");
    member_join_init(&join, a, NGX_WEBRTC_SENDRECV);
    assert_string_equal(member_enter(a, &join), "CHANNEL-FULL");

    /* another channel is not full, but the zone and the engine may be */

    ngx_str_set(&join.info.channel_id, "other");

    world.rows_max = 2;
    assert_string_equal(member_enter(a, &join), "ZONE-FULL");
    world.rows_max = 0;

    fake_media.max_peers = 2;
    assert_string_equal(member_enter(a, &join), "TOO-MANY-CONNECTIONS");
    fake_media.max_peers = 0;

    assert_int_equal(world.empty, 2);
    assert_int_equal(ngx_webrtc_hub_connections(world.hub), 2);
    assert_int_equal(world.counted[NGX_WEBRTC_EVENT_DESTROYED], 0);
    assert_journal("");

    assert_null(member_enter(a, &join));

    world_stop();
}


static void
a_receiver_without_room_gets_tracks_when_there_is_some(void **state)
{
    member_t               *a, *b;
    ngx_webrtc_hub_conf_t   conf;

    (void) state;

    ngx_memzero(&conf, sizeof(ngx_webrtc_hub_conf_t));
    conf.max_sections = 4;
    conf.video_bit_rate = 500;
    conf.answer_timeout = SEC(30);

    world_start(&conf);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    b = member_arrive("b", NGX_WEBRTC_SENDONLY);
    (void) member_arrive("c", NGX_WEBRTC_SENDONLY);

    assert_int_equal(fake_subs(a->connection->peer), 2);

    member_leave(b);
    settle();

    assert_int_equal(fake_subs(a->connection->peer), 2);
    assert_int_equal(sdp_count(a, "\nm="), 4);

    world_stop();
}


static void
who_does_not_answer_in_time_is_closed(void **state)
{
    member_t  *a, *b;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    b = member_join("b", NGX_WEBRTC_SENDRECV);
    journal_clear();

    world.now += SEC(29);
    ngx_webrtc_hub_tick(world.hub, world.now);
    assert_journal("");

    assert_int_equal(ngx_webrtc_hub_expires(world.hub), world.now + SEC(1));

    world.now += SEC(1);
    ngx_webrtc_hub_tick(world.hub, world.now);

    /* nobody had been told of it */

    assert_journal("b:closed");
    assert_int_equal(b->cause, NGX_WEBRTC_CLOSE_FAULT);
    assert_string_equal(b->reason, "ANSWER-TIMEOUT");
    assert_int_equal(world.failed, 1);

    /* the same for a repeated offer */

    b = member_join("b", NGX_WEBRTC_SENDRECV);
    member_answer(b);
    member_connect(b);
    journal_clear();

    world.now += SEC(30);
    ngx_webrtc_hub_tick(world.hub, world.now);
    assert_journal("a:closed b:again b:destroyed(a,1)");
    assert_string_equal(a->reason, "ANSWER-TIMEOUT");

    world_stop();
}


static void
the_end_of_a_peer_is_the_end_of_its_member(void **state)
{
    member_t  *a, *b, *c;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    b = member_arrive("b", NGX_WEBRTC_SENDRECV);
    c = member_join("c", NGX_WEBRTC_SENDRECV);
    journal_clear();

    fake_event(b->connection->peer, NGX_WEBRTC_PEER_FAILED,
               "CONSENT-EXPIRED", world.now);
    assert_journal("b:closed a:again a:destroyed(b,1)");
    assert_int_equal(b->cause, NGX_WEBRTC_CLOSE_FAULT);
    assert_string_equal(b->reason, "CONSENT-EXPIRED");

    fake_event(c->connection->peer, NGX_WEBRTC_PEER_CLOSED, NULL, world.now);
    assert_journal("c:closed");
    assert_int_equal(c->cause, NGX_WEBRTC_CLOSE_CLIENT);

    (void) a;

    world_stop();
}


static void
a_peer_that_fails_while_it_is_answered_is_gone(void **state)
{
    member_t  *a;

    (void) state;

    world_start(NULL);

    a = member_join("a", NGX_WEBRTC_SENDRECV);

    fake_media.fail = "DTLS-FAILED";
    (void) member_answer_but(a, NULL);

    assert_null(a->connection);
    assert_string_equal(a->reason, "DTLS-FAILED");

    world_stop();
}


static void
a_bad_answer_is_told_to_its_owner_and_changes_nothing(void **state)
{
    member_t   *a;
    ngx_str_t   sdp = ngx_string("hello");
    const char *reason;

    (void) state;

    world_start(NULL);

    a = member_join("a", NGX_WEBRTC_SENDRECV);

    reason = NULL;
    assert_int_equal(ngx_webrtc_hub_answer(a->connection, &sdp, world.now,
                                           &reason),
                     NGX_ERROR);
    assert_non_null(reason);
    assert_non_null(a->connection);

    /* the offer still waits */

    member_answer(a);

    assert_int_equal(member_answer_but(a, NULL), NGX_DECLINED);

    /* another certificate than the one that was seen */

    a = member_join("b", NGX_WEBRTC_SENDRECV);
    fake_media.decline = 1;
    assert_int_equal(member_answer_but(a, NULL), NGX_ERROR);
    assert_string_equal(a->reason, "FINGERPRINT-MISMATCH");

    world_stop();
}


static void
a_minute_of_each_member_is_told_to_all(void **state)
{
    member_t  *a;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    world.now += SEC(20);
    (void) member_arrive("b", NGX_WEBRTC_RECVONLY);
    journal_clear();

    world.now += SEC(40);
    ngx_webrtc_hub_tick(world.hub, world.now);
    assert_journal("a:updated(a,2) b:updated(a,2)");

    world.now += SEC(20);
    ngx_webrtc_hub_tick(world.hub, world.now);
    assert_journal("a:updated(b,2) b:updated(b,2)");

    assert_int_equal(world.counted[NGX_WEBRTC_EVENT_UPDATED], 2);
    assert_int_equal(ngx_webrtc_hub_expires(world.hub), world.now + SEC(40));

    /* a worker that slept does not make up for every minute */

    world.now += SEC(600);
    ngx_webrtc_hub_tick(world.hub, world.now);
    assert_int_equal(world.counted[NGX_WEBRTC_EVENT_UPDATED], 4);

    assert_int_equal(ngx_webrtc_connection_duration(a->connection, world.now),
                     SEC(680));

    world_stop();
}


static void
a_session_is_as_long_as_its_channel_has_members(void **state)
{
    u_char     session[NGX_WEBRTC_ID_LEN];
    member_t  *a, *b;

    (void) state;

    world_start(NULL);

    a = member_join("a", NGX_WEBRTC_SENDRECV);
    b = member_join("b", NGX_WEBRTC_SENDRECV);

    ngx_memcpy(session, ngx_webrtc_connection_info(a->connection)->session_id,
               NGX_WEBRTC_ID_LEN);
    assert_memory_equal(session,
                        ngx_webrtc_connection_info(b->connection)->session_id,
                        NGX_WEBRTC_ID_LEN);

    member_leave(a);
    assert_int_equal(world.empty, 0);
    member_leave(b);
    assert_int_equal(world.empty, 1);

    a = member_join("a", NGX_WEBRTC_SENDRECV);
    assert_memory_not_equal(session,
                        ngx_webrtc_connection_info(a->connection)->session_id,
                        NGX_WEBRTC_ID_LEN);

    world_stop();
}


static void
what_is_not_given_is_filled_in(void **state)
{
    member_t                            *a;
    ngx_str_t                            id, channel;
    ngx_webrtc_join_t                    join;
    const ngx_webrtc_connection_info_t  *info;

    (void) state;

    world_start(NULL);

    a = member_new("a");
    member_join_init(&join, a, NGX_WEBRTC_SENDRECV);
    ngx_str_null(&join.info.client_id);
    join.info.video_bit_rate = 50000;
    assert_null(member_enter(a, &join));

    info = ngx_webrtc_connection_info(a->connection);

    id.len = NGX_WEBRTC_ID_LEN;
    id.data = (u_char *) info->connection_id;

    assert_int_equal(info->client_id.len, NGX_WEBRTC_ID_LEN);
    assert_memory_equal(info->client_id.data, id.data, id.len);
    assert_memory_equal(info->bundle_id.data, id.data, id.len);
    assert_int_equal(info->audio_codec, NGX_WEBRTC_CODEC_OPUS);
    assert_int_equal(info->video_codec, NGX_WEBRTC_CODEC_VP9);
    assert_int_equal(info->video_bit_rate, 15000);
    assert_int_equal(info->created_time, world.now + SEC(1500000000));
    assert_null(ngx_webrtc_connection_metadata(a->connection));

    ngx_str_set(&channel, "sora");
    assert_ptr_equal(ngx_webrtc_hub_find(world.hub, &channel, &id),
                     a->connection);

    ngx_str_set(&channel, "other");
    assert_null(ngx_webrtc_hub_find(world.hub, &channel, &id));
    assert_null(ngx_webrtc_hub_channel(world.hub, &channel));

    world_stop();
}


static void
who_begins_to_send_later_is_published_then(void **state)
{
    char       *text, *p;
    member_t   *a, *b;
    ngx_str_t   sdp;
    const char *reason;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_RECVONLY);
    b = member_join("b", NGX_WEBRTC_SENDRECV);

    /* it has no camera yet */

    text = answer_write(b->sdp, NULL);
    p = strstr(strstr(text, "m=video"), "a=sendonly");
    memcpy(p, "a=inactive", 10);

    sdp.data = (u_char *) text;
    sdp.len = strlen(text);
    b->waiting = 0;
    assert_int_equal(ngx_webrtc_hub_answer(b->connection, &sdp, world.now,
                                           &reason),
                     NGX_OK);
    free(text);

    assert_int_equal(world.sends, 0);

    member_connect(b);
    settle();
    assert_int_equal(fake_subs(a->connection->peer), 1);
    assert_int_equal(world.sends, 1);

    /* the next offer is for another reason */

    (void) member_arrive("c", NGX_WEBRTC_SENDONLY);
    assert_int_equal(world.sends, 3);
    assert_int_equal(fake_subs(a->connection->peer), 4);
    assert_int_equal(fake_subs(b->connection->peer), 2);

    world_stop();
}


/* answers an offer without taking anything of what others send */

static void
member_refuse_all(member_t *member)
{
    char        *text, *p;
    ngx_str_t    sdp;
    const char  *reason;

    text = answer_write(member->sdp, NULL);

    while ((p = strstr(text, "a=recvonly")) != NULL) {
        memcpy(p, "a=inactive", 10);
    }

    sdp.data = (u_char *) text;
    sdp.len = strlen(text);
    member->waiting = 0;

    assert_int_equal(ngx_webrtc_hub_answer(member->connection, &sdp,
                                           world.now, &reason),
                     NGX_OK);
    free(text);
}


/*
 * Another subscription under the SSRC of one that has ended would protect
 * other packets with the numbers that were used before.
 */

static void
who_receives_again_goes_on_with_the_same_subscriptions(void **state)
{
    uint32_t                    ssrcs[2];
    member_t                   *a, *c;
    ngx_uint_t                  i;
    ngx_webrtc_subscription_t  *subs[2];

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_RECVONLY);
    (void) member_arrive("b", NGX_WEBRTC_SENDONLY);

    for (i = 0; i < 2; i++) {
        subs[i] = fake_sub(a->connection->peer, i);
        ssrcs[i] = subs[i]->conf.ssrc;
        assert_false(subs[i]->conf.paused);
    }

    c = member_join("c", NGX_WEBRTC_SENDONLY);
    member_answer(c);
    member_connect(c);
    member_refuse_all(a);

    assert_int_equal(fake_subs(a->connection->peer), 2);

    for (i = 0; i < 2; i++) {
        assert_ptr_equal(fake_sub(a->connection->peer, i), subs[i]);
        assert_true(subs[i]->conf.paused);
    }

    (void) member_arrive("d", NGX_WEBRTC_SENDONLY);

    assert_int_equal(fake_subs(a->connection->peer), 6);

    for (i = 0; i < 2; i++) {
        assert_ptr_equal(fake_sub(a->connection->peer, i), subs[i]);
        assert_int_equal(subs[i]->conf.ssrc, ssrcs[i]);
        assert_false(subs[i]->conf.paused);
    }

    world_stop();
}


/* what each of the connected members must receive by now */

static ngx_uint_t
tracks_for(const member_t *member)
{
    ngx_uint_t       i, n;
    const member_t  *other;

    if (member->connection->info.role == NGX_WEBRTC_SENDONLY) {
        return 0;
    }

    n = 0;

    for (i = 0; i < world.nmembers; i++) {
        other = &world.members[i];

        if (other != member
            && other->connection
            && other->connection->live
            && other->connection->info.role != NGX_WEBRTC_RECVONLY)
        {
            n += 2;
        }
    }

    return n;
}


static void
step(member_t *member, uint32_t random)
{
    ngx_webrtc_join_t  join;

    if (member->connection == NULL) {
        member->waiting = 0;
        member_join_init(&join, member, random % NGX_WEBRTC_ROLES);
        assert_null(member_enter(member, &join));
        return;
    }

    if (random % 8 == 7) {
        member_leave(member);
        return;
    }

    if (member->waiting) {
        member_answer(member);
        return;
    }

    if (!member->connection->live) {
        member_connect(member);
    }
}


static void
however_it_goes_everybody_ends_up_with_everything(void **state)
{
    char        name[8];
    uint32_t    random;
    member_t   *member;
    ngx_uint_t  i, round;

    (void) state;

    world_start(NULL);

    random = 20261120;

    for (i = 0; i < 12; i++) {
        snprintf(name, sizeof(name), "m%u", (unsigned) i);
        (void) member_new(name);
    }

    for (round = 0; round < 40; round++) {

        for (i = 0; i < 200; i++) {
            random = random * 1664525 + 1013904223;
            step(&world.members[(random >> 8) % 12], random >> 16);
            journal_clear();
        }

        settle();

        for (i = 0; i < 12; i++) {
            member = &world.members[i];

            if (member->connection && !member->connection->live) {
                member_connect(member);
            }
        }

        settle();
        journal_clear();

        for (i = 0; i < 12; i++) {
            member = &world.members[i];

            if (member->connection) {
                assert_false(member->connection->starved);
                assert_int_equal(fake_subs(member->connection->peer),
                                 tracks_for(member));
            }
        }
    }

    world_stop();
}


/* handlers that say verbs */

static void
end_the_other(member_t *member, const ngx_webrtc_event_t *event)
{
    member_t  *other;

    other = member->data;

    if (event->type == NGX_WEBRTC_EVENT_CREATED && other->connection) {
        ngx_webrtc_hub_leave(other->connection, NGX_WEBRTC_CLOSE_API, NULL,
                             world.now);
        assert_non_null(other->connection);
    }
}


static void
a_handler_may_end_others_and_itself(void **state)
{
    member_t  *a, *b, *c;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    b = member_arrive("b", NGX_WEBRTC_SENDRECV);
    c = member_join("c", NGX_WEBRTC_SENDRECV);
    member_answer(c);
    journal_clear();

    a->react = end_the_other;
    a->data = b;

    member_connect(c);

    assert_journal("a:again b:again a:created(c,3) c:created(c,3)"
                   " b:closed c:again a:destroyed(b,2) c:destroyed(b,2)");

    a->data = a;
    settle();
    b = member_join("d", NGX_WEBRTC_SENDRECV);
    member_answer(b);
    journal_clear();
    member_connect(b);

    assert_journal("a:again c:again a:created(d,3) c:created(d,3)"
                   " d:created(d,3) a:closed d:again"
                   " c:destroyed(a,2) d:destroyed(a,2)");

    world_stop();
}


static void
answer_at_once(member_t *member, const ngx_webrtc_event_t *event)
{
    if (event->type == NGX_WEBRTC_EVENT_OFFER) {
        member_answer(member);
    }
}


static void
a_handler_may_answer_at_once(void **state)
{
    member_t  *a, *b;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    a->react = answer_at_once;

    b = member_arrive("b", NGX_WEBRTC_SENDRECV);
    assert_int_equal(fake_subs(a->connection->peer), 2);

    member_leave(b);
    assert_int_equal(fake_subs(a->connection->peer), 0);
    assert_false(a->connection->negotiation.outstanding);

    world_stop();
}


static void
leave_at_once(member_t *member, const ngx_webrtc_event_t *event)
{
    if (event->type == NGX_WEBRTC_EVENT_OFFER) {
        member_leave(member);
    }
}


static void
a_member_that_leaves_on_its_offer_was_never_there(void **state)
{
    member_t          *a;
    ngx_webrtc_join_t  join;

    (void) state;

    world_start(NULL);

    a = member_new("a");
    a->react = leave_at_once;
    member_join_init(&join, a, NGX_WEBRTC_SENDRECV);

    (void) member_enter(a, &join);

    assert_null(a->connection);
    assert_journal("a:offer a:closed");
    assert_int_equal(ngx_webrtc_hub_connections(world.hub), 0);
    assert_int_equal(world.empty, 1);

    world_stop();
}


static void
many_who_leave_together_cost_the_others_one_offer(void **state)
{
    char        name[8];
    member_t   *a;
    ngx_uint_t  i;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_RECVONLY);

    for (i = 0; i < 10; i++) {
        snprintf(name, sizeof(name), "b%u", (unsigned) i);
        (void) member_arrive(name, NGX_WEBRTC_SENDONLY);
    }

    assert_int_equal(fake_subs(a->connection->peer), 20);
    journal_clear();

    ngx_webrtc_hub_begin(world.hub);

    for (i = 1; i < world.nmembers; i++) {
        member_leave(&world.members[i]);
    }

    assert_journal("");
    ngx_webrtc_hub_end(world.hub);

    assert_non_null(strstr(world.journal, "a:again"));
    assert_null(strstr(strstr(world.journal, "a:again") + 1, "a:again"));
    assert_int_equal(fake_subs(a->connection->peer), 0);

    world_stop();
}


static void
leaving_twice_is_leaving_once(void **state)
{
    member_t  *a, *b;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    b = member_arrive("b", NGX_WEBRTC_SENDRECV);
    journal_clear();

    ngx_webrtc_hub_begin(world.hub);
    member_leave(b);
    member_leave(b);
    ngx_webrtc_hub_end(world.hub);

    assert_journal("b:closed a:again a:destroyed(b,1)");
    assert_int_equal(world.counted[NGX_WEBRTC_EVENT_DESTROYED], 1);

    (void) a;

    world_stop();
}


static void
the_hub_ends_with_everybody_told(void **state)
{
    member_t  *a;

    (void) state;

    world_start(NULL);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    (void) member_arrive("b", NGX_WEBRTC_SENDRECV);

    world_stop();

    assert_int_equal(a->cause, NGX_WEBRTC_CLOSE_SHUTDOWN);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_lone_member_is_offered_its_own_media),
        cmocka_unit_test(
            tracks_come_before_the_news_of_their_owner_and_go_before_it),
        cmocka_unit_test(
            one_negotiation_at_a_time_and_then_one_for_all_changes),
        cmocka_unit_test(
            who_is_connecting_gets_what_came_meanwhile_when_it_has_connected),
        cmocka_unit_test(sections_are_used_again_over_20_joins_and_leaves),
        cmocka_unit_test(
            members_of_a_bundle_neither_see_nor_hear_each_other),
        cmocka_unit_test(a_viewer_of_an_empty_channel_has_inactive_sections),
        cmocka_unit_test(a_kind_that_is_off_is_neither_sent_nor_received),
        cmocka_unit_test(without_any_media_there_is_nothing_to_join_with),
        cmocka_unit_test(
            a_rejected_section_is_not_subscribed_and_the_call_goes_on),
        cmocka_unit_test(a_sender_whose_codec_is_rejected_sends_the_rest),
        cmocka_unit_test(
            limits_refuse_with_a_reason_and_leave_nothing_behind),
        cmocka_unit_test(
            a_receiver_without_room_gets_tracks_when_there_is_some),
        cmocka_unit_test(who_does_not_answer_in_time_is_closed),
        cmocka_unit_test(the_end_of_a_peer_is_the_end_of_its_member),
        cmocka_unit_test(a_peer_that_fails_while_it_is_answered_is_gone),
        cmocka_unit_test(
            a_bad_answer_is_told_to_its_owner_and_changes_nothing),
        cmocka_unit_test(a_minute_of_each_member_is_told_to_all),
        cmocka_unit_test(a_session_is_as_long_as_its_channel_has_members),
        cmocka_unit_test(what_is_not_given_is_filled_in),
        cmocka_unit_test(who_begins_to_send_later_is_published_then),
        cmocka_unit_test(
                      who_receives_again_goes_on_with_the_same_subscriptions),
        cmocka_unit_test(however_it_goes_everybody_ends_up_with_everything),
        cmocka_unit_test(a_handler_may_end_others_and_itself),
        cmocka_unit_test(a_handler_may_answer_at_once),
        cmocka_unit_test(a_member_that_leaves_on_its_offer_was_never_there),
        cmocka_unit_test(many_who_leave_together_cost_the_others_one_offer),
        cmocka_unit_test(leaving_twice_is_leaving_once),
        cmocka_unit_test(the_hub_ends_with_everybody_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
