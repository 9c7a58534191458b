
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Data channels of members, on a media engine without media.  It tests these
 * together:
 *
 *     ngx_webrtc_messaging.c
 *     ngx_webrtc_messaging_fanout.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/member.h"


#define INFLATED   10000


/* what a member asks for; "signaling" is always the first */

typedef struct {
    const char  *name;
    const char  *direction;
    unsigned     compress:1;
    unsigned     sender_id:1;
    unsigned     unreliable:1;
} want_t;


static const want_t  chat[] = { { "#chat", "sendrecv", 0, 0, 0 },
                                { NULL, NULL, 0, 0, 0 } };


static void
hub_start(void)
{
    ngx_webrtc_hub_conf_t  conf;

    ngx_memzero(&conf, sizeof(ngx_webrtc_hub_conf_t));

    conf.max_connections = 100;
    conf.max_sections = 64;
    conf.answer_timeout = SEC(30);
    conf.message_size = 65536;
    conf.inflated_size = INFLATED;
    conf.data_buffer = 1000000;
    conf.message_rate = 10;

    world_start(&conf);
}


static ngx_webrtc_peer_t *
peer_of(member_t *member)
{
    return member->connection->peer;
}


static ngx_uint_t
labels_fill(ngx_webrtc_label_t *labels, const want_t *wants)
{
    ngx_uint_t           n;
    ngx_webrtc_label_t  *label;

    ngx_memzero(labels, 8 * sizeof(ngx_webrtc_label_t));

    n = 0;

    label = &labels[n++];
    ngx_str_set(&label->name, "signaling");
    label->max_retransmits = -1;
    label->max_packet_life_time = -1;
    label->ordered = 1;
    label->sends = 1;
    label->receives = 1;

    for ( /* void */ ; wants->name; wants++) {
        label = &labels[n++];

        label->name.data = (u_char *) wants->name;
        label->name.len = strlen(wants->name);
        label->max_retransmits = wants->unreliable ? 0 : -1;
        label->max_packet_life_time = -1;
        label->compress = wants->compress;
        label->sender_id = wants->sender_id;
        label->sends = strcmp(wants->direction, "recvonly") != 0;
        label->receives = strcmp(wants->direction, "sendonly") != 0;
        label->forward = 1;
    }

    return n;
}


/* joined and answered, without media of its own */

static member_t *
chatter_join(const char *name, const want_t *wants)
{
    member_t            *member;
    ngx_webrtc_join_t    join;
    ngx_webrtc_label_t   labels[8];

    member = member_new(name);
    member_join_init(&join, member, NGX_WEBRTC_SENDONLY);

    join.info.audio = 0;
    join.info.video = 0;
    join.labels = labels;
    join.nlabels = labels_fill(labels, wants);

    assert_null(member_enter(member, &join));
    member_answer(member);

    return member;
}


static void
chatter_open(member_t *member)
{
    ngx_uint_t          i;
    ngx_webrtc_peer_t  *peer;

    peer = peer_of(member);

    fake_data(peer, NGX_WEBRTC_DATA_READY, 0, world.now);

    for (i = 0; i < peer->nlines; i++) {
        fake_data(peer, NGX_WEBRTC_DATA_OPEN, i, world.now);
    }
}


static member_t *
chatter(const char *name, const want_t *wants)
{
    member_t  *member;

    member = chatter_join(name, wants);

    member_connect(member);
    chatter_open(member);
    journal_clear();

    return member;
}


static void
says(member_t *member, ngx_uint_t line, const char *text)
{
    fake_message(peer_of(member), line, 0, text, strlen(text), world.now);
}


/* the last message on a label */

static const char *
heard(member_t *member, const char *label)
{
    const char  *data;

    data = fake_line(peer_of(member), label)->data;

    return data ? data : "";
}


static void
a_join_with_labels_offers_an_application_section_only(void **state)
{
    member_t  *a;

    (void) state;

    hub_start();

    a = chatter_join("a", chat);

    assert_int_equal(sdp_count(a, "\r\nm="), 1);
    assert_int_equal(sdp_count(a, "\r\nm=application 9 UDP/DTLS/SCTP"
                                  " webrtc-datachannel\r\n"), 1);
    assert_int_equal(sdp_count(a, "\r\na=max-message-size:65536\r\n"), 1);
    assert_int_equal(sdp_count(a, "\r\na=sctp-port:5000\r\n"), 1);

    /* what our answer says is what the engine is told */

    assert_int_equal(peer_of(a)->data_conf.remote_port, 5000);
    assert_int_equal(peer_of(a)->data_conf.max_send, 65536);
    assert_int_equal(peer_of(a)->data_conf.max_receive, 65536);
    assert_int_equal(peer_of(a)->data_conf.max_buffered, 1000000);

    world_stop();
}


static void
a_refused_section_leaves_a_member_without_channels(void **state)
{
    char                 mid[64];
    member_t            *a;
    const char          *p;
    ngx_webrtc_join_t    join;
    ngx_webrtc_label_t   labels[8];

    (void) state;

    hub_start();

    a = member_new("a");
    member_join_init(&join, a, NGX_WEBRTC_SENDRECV);
    join.labels = labels;
    join.nlabels = labels_fill(labels, chat);

    assert_null(member_enter(a, &join));

    p = strstr(a->sdp, "a=mid:data_") + 6;
    snprintf(mid, sizeof(mid), " %.*s ", (int) strcspn(p, "\r"), p);

    assert_int_equal(member_answer_but(a, mid), NGX_OK);
    member_connect(a);

    assert_null(peer_of(a)->data_handler);
    assert_journal("a:offer a:created(a,1)");

    world_stop();
}


static void
every_label_is_opened_and_the_last_ack_is_told(void **state)
{
    member_t           *a;
    fake_line_t        *line;
    ngx_webrtc_peer_t  *peer;

    static const want_t  wants[] = {
        { "#a", "sendrecv", 0, 0, 0 },
        { "#b", "recvonly", 1, 1, 1 },
        { NULL, NULL, 0, 0, 0 }
    };

    (void) state;

    hub_start();

    a = chatter_join("a", wants);
    peer = peer_of(a);

    member_connect(a);
    assert_journal("a:offer a:created(a,1)");
    assert_int_equal(peer->nlines, 0);

    fake_data(peer, NGX_WEBRTC_DATA_READY, 0, world.now);

    assert_int_equal(peer->nlines, 3);
    assert_string_equal(peer->lines[0].label, "signaling");
    assert_int_equal(peer->lines[0].conf.ordered, 1);
    assert_int_equal(peer->lines[0].conf.max_retransmits, -1);

    line = fake_line(peer, "#b");
    assert_int_equal(line->conf.ordered, 0);
    assert_int_equal(line->conf.max_retransmits, 0);
    assert_int_equal(line->conf.max_packet_life_time, -1);

    fake_data(peer, NGX_WEBRTC_DATA_OPEN, 2, world.now);
    fake_data(peer, NGX_WEBRTC_DATA_OPEN, 0, world.now);
    fake_data(peer, NGX_WEBRTC_DATA_OPEN, 0, world.now);
    fake_data(peer, NGX_WEBRTC_DATA_OPEN, 9, world.now);
    assert_journal("");

    fake_data(peer, NGX_WEBRTC_DATA_OPEN, 1, world.now);
    assert_journal("a:open");

    world_stop();
}


static void
what_is_not_forwarded_goes_to_the_front_end(void **state)
{
    member_t  *a;

    (void) state;

    hub_start();

    a = chatter("a", chat);

    says(a, 0, "hello");
    assert_journal("a:data0=hello");

    assert_int_equal(ngx_webrtc_hub_send(a->connection, 0,
                                         (u_char *) "{}", 2, world.now),
                     NGX_OK);
    assert_string_equal(heard(a, "signaling"), "{}");
    assert_int_equal(fake_line(peer_of(a), "signaling")->binary, 0);

    assert_int_equal(ngx_webrtc_hub_send(a->connection, 2, (u_char *) "{}",
                                         2, world.now), NGX_DECLINED);

    world_stop();
}


static void
a_message_reaches_those_who_want_it(void **state)
{
    member_t  *a, *b, *c, *d, *e;

    static const want_t  sendonly[] = { { "#chat", "sendonly", 0, 0, 0 },
                                        { NULL, NULL, 0, 0, 0 } };
    static const want_t  recvonly[] = { { "#chat", "recvonly", 0, 0, 0 },
                                        { NULL, NULL, 0, 0, 0 } };
    static const want_t  other[] = { { "#chat2", "sendrecv", 0, 0, 0 },
                                     { NULL, NULL, 0, 0, 0 } };

    (void) state;

    hub_start();

    a = chatter("a", chat);
    b = chatter("b", chat);
    c = chatter("c", sendonly);
    d = chatter("d", recvonly);
    e = chatter("e", other);

    says(a, 1, "from a");
    assert_string_equal(heard(a, "#chat"), "");
    assert_string_equal(heard(b, "#chat"), "from a");
    assert_string_equal(heard(c, "#chat"), "");
    assert_string_equal(heard(d, "#chat"), "from a");
    assert_string_equal(heard(e, "#chat2"), "");

    /* as it was sent */

    assert_int_equal(fake_line(peer_of(b), "#chat")->binary, 0);
    fake_message(peer_of(a), 1, 1, "\0\1\2", 3, world.now);
    assert_int_equal(fake_line(peer_of(b), "#chat")->binary, 1);
    assert_int_equal(fake_line(peer_of(b), "#chat")->len, 3);

    says(c, 1, "from c");
    assert_string_equal(heard(a, "#chat"), "from c");
    assert_string_equal(heard(d, "#chat"), "from c");

    /* who may not send is not heard */

    says(d, 1, "from d");
    assert_string_equal(heard(a, "#chat"), "from c");

    fake_message(peer_of(a), 1, 0, "", 0, world.now);
    assert_int_equal(fake_line(peer_of(b), "#chat")->len, 0);

    /* nothing of it is the front-end's */

    assert_journal("");

    world_stop();
}


static void
members_of_one_bundle_and_other_channels_hear_nothing(void **state)
{
    member_t            *a, *b, *c;
    ngx_webrtc_join_t    join;
    ngx_webrtc_label_t   labels[8];

    (void) state;

    hub_start();

    a = member_new("a");
    member_join_init(&join, a, NGX_WEBRTC_SENDRECV);
    join.labels = labels;
    join.nlabels = labels_fill(labels, chat);
    ngx_str_set(&join.info.bundle_id, "desk");
    assert_null(member_enter(a, &join));

    b = member_new("b");
    join.info.client_id.data = (u_char *) b->name;
    assert_null(member_enter(b, &join));

    c = member_new("c");
    join.info.client_id.data = (u_char *) c->name;
    ngx_str_set(&join.info.channel_id, "elsewhere");
    ngx_str_null(&join.info.bundle_id);
    assert_null(member_enter(c, &join));

    settle();
    member_connect(a);
    member_connect(b);
    member_connect(c);
    settle();
    chatter_open(a);
    chatter_open(b);
    chatter_open(c);

    says(a, 1, "psst");
    assert_string_equal(heard(b, "#chat"), "");
    assert_string_equal(heard(c, "#chat"), "");

    world_stop();
}


static void
who_is_not_open_yet_gets_nothing(void **state)
{
    member_t  *a, *b;

    (void) state;

    hub_start();

    a = chatter("a", chat);
    b = chatter_join("b", chat);

    says(a, 1, "early");
    member_connect(b);
    says(a, 1, "early");

    chatter_open(b);
    assert_string_equal(heard(b, "#chat"), "");

    says(a, 1, "now");
    assert_string_equal(heard(b, "#chat"), "now");

    world_stop();
}


/* the payload of a line that compresses */

static void
assert_packed(member_t *member, const char *head, const char *text)
{
    size_t              n;
    ngx_str_t           plain;
    fake_line_t        *line;
    ngx_webrtc_zlib_t  *zlib;

    zlib = ngx_webrtc_zlib_create(NULL);
    line = fake_line(peer_of(member), "#chat");
    n = head ? NGX_WEBRTC_ID_LEN : 0;

    assert_int_equal(line->binary, 1);
    assert_int_equal(ngx_webrtc_zlib_inflate(zlib, (u_char *) line->data,
                                             line->len, INFLATED, &plain),
                     NGX_OK);
    assert_int_equal(plain.len, n + strlen(text));

    if (head) {
        assert_memory_equal(plain.data, head, n);
    }

    assert_memory_equal(plain.data + n, text, strlen(text));

    ngx_webrtc_zlib_destroy(zlib);
}


static void
each_receiver_gets_its_form(void **state)
{
    char                id[NGX_WEBRTC_ID_LEN + 1];
    member_t           *a, *plain, *packed, *headed, *both, *sender;
    ngx_str_t           message;
    ngx_webrtc_zlib_t  *zlib;

    static const want_t  compress[] = { { "#chat", "sendrecv", 1, 0, 0 },
                                        { NULL, NULL, 0, 0, 0 } };
    static const want_t  header[] = { { "#chat", "sendrecv", 0, 1, 0 },
                                      { NULL, NULL, 0, 0, 0 } };
    static const want_t  two[] = { { "#chat", "sendrecv", 1, 1, 0 },
                                   { NULL, NULL, 0, 0, 0 } };

    (void) state;

    hub_start();

    a = chatter("a", chat);
    plain = chatter("plain", chat);
    packed = chatter("packed", compress);
    headed = chatter("headed", header);
    both = chatter("both", two);

    says(a, 1, "some text");

    snprintf(id, sizeof(id), "%.*s", NGX_WEBRTC_ID_LEN,
             a->connection->info.connection_id);

    assert_string_equal(heard(plain, "#chat"), "some text");
    assert_packed(packed, NULL, "some text");
    assert_memory_equal(heard(headed, "#chat"), id, NGX_WEBRTC_ID_LEN);
    assert_string_equal(heard(headed, "#chat") + NGX_WEBRTC_ID_LEN,
                        "some text");
    assert_int_equal(fake_line(peer_of(headed), "#chat")->binary, 0);
    assert_packed(both, id, "some text");

    /* from one that compresses, to all the others */

    zlib = ngx_webrtc_zlib_create(NULL);
    sender = packed;

    assert_int_equal(ngx_webrtc_zlib_deflate(zlib, (u_char *) "more", 4,
                                             &message), NGX_OK);
    fake_message(peer_of(sender), 1, 1, message.data, message.len,
                 world.now);

    ngx_webrtc_zlib_destroy(zlib);

    snprintf(id, sizeof(id), "%.*s", NGX_WEBRTC_ID_LEN,
             sender->connection->info.connection_id);

    assert_string_equal(heard(plain, "#chat"), "more");
    assert_int_equal(fake_line(peer_of(plain), "#chat")->binary, 1);
    assert_string_equal(heard(headed, "#chat") + NGX_WEBRTC_ID_LEN, "more");
    assert_packed(both, id, "more");
    assert_int_equal(fake_line(peer_of(sender), "#chat")->sent, 1);

    world_stop();
}


static void
bombs_and_rubbish_end_only_their_sender(void **state)
{
    u_char             *zeros;
    member_t           *a, *b, *c;
    ngx_str_t           bomb;
    ngx_webrtc_zlib_t  *zlib;

    static const want_t  compress[] = { { "#chat", "sendrecv", 1, 0, 0 },
                                        { NULL, NULL, 0, 0, 0 } };

    (void) state;

    hub_start();

    a = chatter("a", compress);
    b = chatter("b", compress);
    c = chatter("c", chat);

    zlib = ngx_webrtc_zlib_create(NULL);
    zeros = calloc(1, INFLATED + 1);

    assert_int_equal(ngx_webrtc_zlib_deflate(zlib, zeros, INFLATED, &bomb),
                     NGX_OK);
    fake_message(peer_of(a), 1, 1, bomb.data, bomb.len, world.now);
    assert_int_equal(fake_line(peer_of(c), "#chat")->len, INFLATED);

    assert_int_equal(ngx_webrtc_zlib_deflate(zlib, zeros, INFLATED + 1,
                                             &bomb), NGX_OK);
    fake_message(peer_of(a), 1, 1, bomb.data, bomb.len, world.now);

    assert_null(a->connection);
    assert_int_equal(a->cause, NGX_WEBRTC_CLOSE_FAULT);
    assert_string_equal(a->reason, "INFLATED-MESSAGE-TOO-LARGE");

    says(b, 1, "not compressed");

    assert_null(b->connection);
    assert_string_equal(b->reason, "INVALID-COMPRESSED-MESSAGE");

    assert_non_null(c->connection);
    assert_int_equal(fake_line(peer_of(c), "#chat")->sent, 1);

    ngx_webrtc_zlib_destroy(zlib);
    free(zeros);

    world_stop();
}


static void
who_does_not_read_is_closed_and_the_others_go_on(void **state)
{
    member_t  *a, *b, *c, *d;

    static const want_t  unreliable[] = { { "#chat", "sendrecv", 0, 0, 1 },
                                          { NULL, NULL, 0, 0, 0 } };

    (void) state;

    hub_start();

    a = chatter("a", chat);
    b = chatter("b", chat);
    c = chatter("c", unreliable);
    d = chatter("d", chat);
    settle();
    journal_clear();

    peer_of(b)->data_rc = NGX_AGAIN;
    peer_of(c)->data_rc = NGX_AGAIN;

    says(a, 1, "one");

    assert_null(b->connection);
    assert_int_equal(b->cause, NGX_WEBRTC_CLOSE_FAULT);
    assert_string_equal(b->reason, "DATA-CHANNEL-BUFFER-FULL");

    /* what may be lost is lost here */

    assert_non_null(c->connection);
    assert_string_equal(heard(d, "#chat"), "one");
    assert_journal("b:closed a:destroyed(b,3) c:destroyed(b,3)"
                   " d:destroyed(b,3)");

    peer_of(c)->data_rc = NGX_OK;
    says(a, 1, "two");
    assert_string_equal(heard(c, "#chat"), "two");

    /* a message that a receiver cannot take is not for it */

    peer_of(d)->data_rc = NGX_DECLINED;
    says(a, 1, "three");
    assert_non_null(d->connection);

    world_stop();
}


static void
a_flood_of_messages_ends_its_sender(void **state)
{
    member_t    *a, *b;
    ngx_uint_t   i;

    (void) state;

    hub_start();

    a = chatter("a", chat);
    b = chatter("b", chat);

    for (i = 0; i < 20; i++) {
        says(a, 1, "x");
    }

    assert_non_null(a->connection);

    /* ten a second for ever */

    for (i = 0; i < 100; i++) {
        world.now += SEC(1) / 10;
        says(a, 1, "x");
    }

    assert_non_null(a->connection);

    /* the label does not matter */

    says(a, 0, "x");

    assert_null(a->connection);
    assert_string_equal(a->reason, "MESSAGE-RATE");
    assert_int_equal(fake_line(peer_of(b), "#chat")->sent, 120);

    world_stop();
}


static ngx_webrtc_peer_t  *last_peer;


static void
say_goodbye(member_t *member, const ngx_webrtc_event_t *event)
{
    (void) member;

    if (event->type == NGX_WEBRTC_EVENT_CLOSED) {
        assert_int_equal(ngx_webrtc_hub_send(event->subject, 0,
                                             (u_char *) "bye", 3,
                                             event->now), NGX_OK);
    }
}


static void
the_last_word_is_said_before_the_channels_close(void **state)
{
    member_t  *a, *b;

    (void) state;

    hub_start();

    a = chatter("a", chat);
    b = chatter("b", chat);
    journal_clear();

    a->react = say_goodbye;
    last_peer = peer_of(a);

    ngx_webrtc_hub_leave(a->connection, NGX_WEBRTC_CLOSE_API, NULL,
                         world.now);

    assert_journal("a:closed b:destroyed(a,1)");
    assert_string_equal(last_peer->lines[0].data, "bye");
    assert_int_equal(last_peer->lines[0].closed, 1);
    assert_int_equal(last_peer->lines[1].closed, 1);

    /* it is of no channel, and hears nothing, but its transport is there */

    assert_int_equal(fake_media.peers, 2);
    assert_int_equal(world.rows, 1);

    says(b, 1, "x");
    assert_int_equal(last_peer->lines[1].sent, 0);

    fake_message(last_peer, 0, 0, "late", 4, world.now);
    fake_data(last_peer, NGX_WEBRTC_DATA_CLOSED, 0, world.now);
    fake_data(last_peer, NGX_WEBRTC_DATA_CLOSED, 1, world.now);
    assert_journal("");

    /* the channel ends without it */

    member_leave(b);
    assert_int_equal(world.empty, 1);

    /* the client closes */

    fake_event(last_peer, NGX_WEBRTC_PEER_CLOSED, NULL, world.now);
    assert_int_equal(fake_media.peers, 1);

    /* the other one never does */

    assert_true(ngx_webrtc_hub_expires(world.hub) == world.now + SEC(3));
    world.now += SEC(3);
    ngx_webrtc_hub_tick(world.hub, world.now);
    assert_int_equal(fake_media.peers, 0);
    assert_true(ngx_webrtc_hub_expires(world.hub) == NGX_WEBRTC_NEVER);

    world_stop();
}


static void
a_dead_transport_is_not_talked_to(void **state)
{
    member_t  *a, *b, *c;

    (void) state;

    hub_start();

    a = chatter("a", chat);
    b = chatter("b", chat);
    c = chatter("c", chat);

    fake_event(peer_of(a), NGX_WEBRTC_PEER_CLOSED, NULL, world.now);
    assert_int_equal(a->cause, NGX_WEBRTC_CLOSE_CLIENT);
    assert_int_equal(fake_media.peers, 2);

    fake_event(peer_of(b), NGX_WEBRTC_PEER_FAILED, "ICE-CONSENT-EXPIRED",
               world.now);
    assert_string_equal(b->reason, "ICE-CONSENT-EXPIRED");
    assert_int_equal(fake_media.peers, 1);

    fake_data(peer_of(c), NGX_WEBRTC_DATA_FAILED, 0, world.now);
    assert_int_equal(c->cause, NGX_WEBRTC_CLOSE_FAULT);
    assert_string_equal(c->reason, "SCTP-GIVEN-UP");
    assert_int_equal(fake_media.peers, 0);

    /* one that closes its end has left */

    a = chatter("d", chat);
    fake_media.by_peer = 1;
    fake_data(peer_of(a), NGX_WEBRTC_DATA_FAILED, 0, world.now);
    assert_int_equal(a->cause, NGX_WEBRTC_CLOSE_CLIENT);
    assert_null(a->reason);

    world_stop();
}


static void
an_association_that_fails_while_parting_ends_it(void **state)
{
    member_t  *a;

    (void) state;

    hub_start();

    a = chatter("a", chat);
    last_peer = peer_of(a);

    member_leave(a);
    assert_int_equal(fake_media.peers, 1);

    fake_data(last_peer, NGX_WEBRTC_DATA_FAILED, 0, world.now);
    assert_int_equal(fake_media.peers, 0);

    world_stop();
}


static void
a_client_may_give_up_a_label_but_not_signalling(void **state)
{
    member_t  *a, *b;

    (void) state;

    hub_start();

    a = chatter("a", chat);
    b = chatter("b", chat);

    fake_data(peer_of(b), NGX_WEBRTC_DATA_CLOSED, 1, world.now);
    says(a, 1, "x");
    assert_string_equal(heard(b, "#chat"), "");
    assert_non_null(b->connection);

    fake_data(peer_of(b), NGX_WEBRTC_DATA_CLOSED, 0, world.now);
    assert_null(b->connection);
    assert_int_equal(b->cause, NGX_WEBRTC_CLOSE_CLIENT);

    world_stop();
}


static void
channels_that_a_client_opens_are_closed(void **state)
{
    member_t                        *a;
    ngx_webrtc_data_event_t          event;
    ngx_webrtc_data_channel_conf_t   conf;

    (void) state;

    hub_start();

    a = chatter("a", chat);

    ngx_memzero(&event, sizeof(ngx_webrtc_data_event_t));
    ngx_memzero(&conf, sizeof(ngx_webrtc_data_channel_conf_t));

    event.type = NGX_WEBRTC_DATA_OPEN;
    event.stream = 8;
    event.channel = &conf;

    peer_of(a)->data_handler(peer_of(a), &event, peer_of(a)->data_data,
                             world.now);

    assert_int_equal(peer_of(a)->lines[4].closed, 1);
    assert_non_null(a->connection);

    event.type = NGX_WEBRTC_DATA_MESSAGE;
    event.channel = NULL;
    peer_of(a)->data_handler(peer_of(a), &event, peer_of(a)->data_data,
                             world.now);
    assert_journal("");

    world_stop();
}


static void
a_shutdown_is_told_before_the_hub_goes(void **state)
{
    member_t  *a;

    (void) state;

    hub_start();

    a = chatter("a", chat);
    a->react = say_goodbye;
    last_peer = peer_of(a);

    ngx_webrtc_hub_shutdown(world.hub, world.now);

    assert_int_equal(a->cause, NGX_WEBRTC_CLOSE_SHUTDOWN);
    assert_string_equal(last_peer->lines[0].data, "bye");
    assert_int_equal(ngx_webrtc_hub_connections(world.hub), 1);

    world_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
            a_join_with_labels_offers_an_application_section_only),
        cmocka_unit_test(a_refused_section_leaves_a_member_without_channels),
        cmocka_unit_test(every_label_is_opened_and_the_last_ack_is_told),
        cmocka_unit_test(what_is_not_forwarded_goes_to_the_front_end),
        cmocka_unit_test(a_message_reaches_those_who_want_it),
        cmocka_unit_test(
            members_of_one_bundle_and_other_channels_hear_nothing),
        cmocka_unit_test(who_is_not_open_yet_gets_nothing),
        cmocka_unit_test(each_receiver_gets_its_form),
        cmocka_unit_test(bombs_and_rubbish_end_only_their_sender),
        cmocka_unit_test(who_does_not_read_is_closed_and_the_others_go_on),
        cmocka_unit_test(a_flood_of_messages_ends_its_sender),
        cmocka_unit_test(the_last_word_is_said_before_the_channels_close),
        cmocka_unit_test(a_dead_transport_is_not_talked_to),
        cmocka_unit_test(an_association_that_fails_while_parting_ends_it),
        cmocka_unit_test(a_client_may_give_up_a_label_but_not_signalling),
        cmocka_unit_test(channels_that_a_client_opens_are_closed),
        cmocka_unit_test(a_shutdown_is_told_before_the_hub_goes)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
