
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Signalling over data channels, message by message, on the hub and a media
 * engine without media.  It tests these together:
 *
 *     ngx_webrtc_sora_connect_data.c
 *     ngx_webrtc_sora_data.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/client_channels.h"

#include <front/sora/ngx_webrtc_sora_session.h>


#define IGNORE   ",\"ignore_disconnect_websocket\":true"


static void
the_offer_lists_labels_and_what_they_are(void **state)
{
    json_t    *offer, *list, *item;
    client_t  *a;

    (void) state;

    sora_start();

    a = sora_join(CONNECT IGNORE ",\"data_channels\":["
                  "{\"label\":\"#chat\",\"direction\":\"sendrecv\"},"
                  "{\"label\":\"#a-1\",\"direction\":\"sendonly\","
                  "\"compress\":true,\"ordered\":false,\"protocol\":\"p\","
                  "\"max_retransmits\":3,"
                  "\"header\":[{\"type\":\"sender_connection_id\"}]}]}");

    offer = sora_last(a, "offer");

    assert_true(json_is_true(json_object_get(offer,
                                             "data_channel_signaling")));
    assert_true(json_is_true(json_object_get(offer,
                                          "ignore_disconnect_websocket")));
    assert_null(json_object_get(offer, "rpc_methods"));

    list = json_object_get(offer, "data_channels");
    assert_int_equal(json_array_size(list), 6);

    item = json_array_get(list, 0);
    assert_key(item, "label", "signaling");
    assert_key(item, "direction", "sendrecv");
    assert_true(json_is_false(json_object_get(item, "compress")));
    assert_int_equal(json_object_size(item), 3);

    item = json_array_get(list, 1);
    assert_key(item, "label", "notify");
    assert_key(item, "direction", "recvonly");
    assert_key(json_array_get(list, 2), "label", "push");
    assert_key(json_array_get(list, 3), "label", "stats");

    item = json_array_get(list, 5);
    assert_key(item, "label", "#a-1");
    assert_key(item, "direction", "sendonly");
    assert_true(json_is_true(json_object_get(item, "compress")));
    assert_int_equal(json_object_size(item), 4);

    item = json_array_get(json_object_get(item, "header"), 0);
    assert_key(item, "type", "sender_connection_id");
    assert_int_equal(sora_int(item, "length"), 26);

    sora_answer(a);
    sora_connect(a);
    open_channels(a);

    assert_int_equal(fake_line(peer_of(a), "#a-1")->conf.ordered, 0);
    assert_int_equal(fake_line(peer_of(a), "#a-1")->conf.max_retransmits, 3);
    assert_string_equal(fake_line(peer_of(a), "#a-1")->protocol, "p");
    assert_int_equal(fake_line(peer_of(a), "#chat")->conf.ordered, 1);
    assert_int_equal(fake_line(peer_of(a), "#chat")->conf.max_retransmits,
                     -1);

    sora_stop();
}


static void
who_is_told_of_nothing_has_channels_all_the_same(void **state)
{
    client_t                     *a;
    const char                   *text;
    ngx_webrtc_sora_admission_t   admission;

    (void) state;

    sora_start();

    ngx_memzero(&admission, sizeof(ngx_webrtc_sora_admission_t));
    ngx_str_set(&admission.authz,
                "{\"allowed\":true,\"signaling_notify\":false}");

    text = CONNECT IGNORE "}";

    a = sora_open();
    assert_int_equal(ngx_webrtc_sora_admit(a->session, &admission,
                                           (u_char *) text, strlen(text),
                                           sora.now),
                     NGX_OK);
    sora_answer(a);
    sora_connect(a);
    open_channels(a);

    assert_null(json_object_get(a->types, "notify"));
    assert_non_null(json_object_get(a->types, "switched"));

    sora_stop();
}


static void
what_a_client_does_not_say_is_the_default(void **state)
{
    client_t  *a;

    (void) state;

    sora_start();

    sora.sora->conf.data_channel_signaling = 1;
    sora.sora->conf.ignore_disconnect_websocket = 1;
    sora.sora->conf.data_compress = 1;

    a = sora_join("{\"type\":\"connect\",\"channel_id\":\"sora\","
                  "\"role\":\"recvonly\"}");

    assert_true(json_is_true(json_object_get(sora_last(a, "offer"),
                                             "data_channel_signaling")));
    assert_non_null(strstr(a->last, "{\"label\":\"push\",\"direction\":"
                                    "\"recvonly\",\"compress\":true}"));
    assert_true(json_is_true(json_object_get(sora_last(a, "offer"),
                                          "ignore_disconnect_websocket")));

    a = sora_join("{\"type\":\"connect\",\"channel_id\":\"sora\","
                  "\"role\":\"recvonly\",\"data_channel_signaling\":false}");

    assert_true(json_is_false(json_object_get(sora_last(a, "offer"),
                                              "data_channel_signaling")));
    assert_true(json_is_false(json_object_get(sora_last(a, "offer"),
                                          "ignore_disconnect_websocket")));
    assert_null(strstr(a->sdp, "m=application"));

    sora_stop();
}


static void
wrong_data_channels_are_refused_with_a_reason(void **state)
{
    char         text[1024];
    client_t    *a;
    ngx_uint_t   i;

    static const char *const  bad[][2] = {
        { "{}", "INVALID-DATA-CHANNELS" },
        { "[1]", "INVALID-DATA-CHANNELS" },
        { "[{}]", "INVALID-DATA-CHANNEL-LABEL" },
        { "[{\"label\":\"chat\"}]", "INVALID-DATA-CHANNEL-LABEL" },
        { "[{\"label\":\"#c\"}]", "INVALID-DATA-CHANNEL-LABEL" },
        { "[{\"label\":\"#-c\"}]", "INVALID-DATA-CHANNEL-LABEL" },
        { "[{\"label\":\"#c_\"}]", "INVALID-DATA-CHANNEL-LABEL" },
        { "[{\"label\":\"#a\\u00e4\"}]", "INVALID-DATA-CHANNEL-LABEL" },
        { "[{\"label\":\"#aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}]",
          "INVALID-DATA-CHANNEL-LABEL" },
        { "[{\"label\":\"#ab\"}]", "INVALID-DATA-CHANNEL-DIRECTION" },
        { "[{\"label\":\"#ab\",\"direction\":\"both\"}]",
          "INVALID-DATA-CHANNEL-DIRECTION" },
        { "[{\"label\":\"#ab\",\"direction\":\"sendrecv\",\"ordered\":1}]",
          "INVALID-DATA-CHANNEL-ORDERED" },
        { "[{\"label\":\"#ab\",\"direction\":\"sendrecv\","
          "\"compress\":\"yes\"}]", "INVALID-DATA-CHANNEL-COMPRESS" },
        { "[{\"label\":\"#ab\",\"direction\":\"sendrecv\","
          "\"max_retransmits\":-1}]",
          "INVALID-DATA-CHANNEL-MAX-RETRANSMITS" },
        { "[{\"label\":\"#ab\",\"direction\":\"sendrecv\","
          "\"max_packet_life_time\":65536}]",
          "INVALID-DATA-CHANNEL-MAX-PACKET-LIFE-TIME" },
        { "[{\"label\":\"#ab\",\"direction\":\"sendrecv\","
          "\"max_retransmits\":0,\"max_packet_life_time\":0}]",
          "MAX-PACKET-LIFE-TIME-AND-MAX-RETRANSMITS" },
        { "[{\"label\":\"#ab\",\"direction\":\"sendrecv\","
          "\"protocol\":{}}]", "INVALID-DATA-CHANNEL-PROTOCOL" },
        { "[{\"label\":\"#ab\",\"direction\":\"sendrecv\",\"header\":{}}]",
          "INVALID-DATA-CHANNEL-HEADER" },
        { "[{\"label\":\"#ab\",\"direction\":\"sendrecv\","
          "\"header\":[{\"type\":\"time\"}]}]",
          "INVALID-DATA-CHANNEL-HEADER" },
        { "[{\"label\":\"#ab\",\"direction\":\"sendrecv\"},"
          "{\"label\":\"#ab\",\"direction\":\"sendrecv\"}]",
          "DUPLICATED-DATA-CHANNEL-LABEL" },
        { "[1,2,3,4,5]", "TOO-MANY-DATA-CHANNELS" }
    };

    (void) state;

    sora_start();

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        snprintf(text, sizeof(text), CONNECT ",\"data_channels\":%s}",
                 bad[i][0]);

        a = sora_open();
        assert_int_equal(sora_say(a, text), NGX_DONE);
        assert_closed(a, 4490, bad[i][1]);
    }

    a = sora_open();
    assert_int_equal(sora_say(a, "{\"type\":\"connect\",\"channel_id\":\"s\","
                              "\"role\":\"sendonly\",\"data_channels\":["
                              "{\"label\":\"#ab\","
                              "\"direction\":\"sendrecv\"}]}"), NGX_DONE);
    assert_closed(a, 4490, "DATA-CHANNELS-WITHOUT-DATA-CHANNEL-SIGNALING");

    a = sora_open();
    assert_int_equal(sora_say(a, "{\"type\":\"connect\",\"channel_id\":\"s\","
                              "\"role\":\"sendonly\","
                              "\"data_channel_signaling\":1}"), NGX_DONE);
    assert_closed(a, 4490, "INVALID-DATA-CHANNEL-SIGNALING");

    sora_stop();
}


static void
switched_comes_when_every_channel_is_open(void **state)
{
    client_t           *a;
    ngx_webrtc_peer_t  *peer;

    (void) state;

    sora_start();

    a = sora_join(CONNECT IGNORE "}");
    sora_answer(a);
    sora_connect(a);

    assert_key(sora_last(a, "notify"), "event_type", "connection.created");
    assert_null(json_object_get(a->types, "switched"));

    peer = peer_of(a);

    fake_data(peer, NGX_WEBRTC_DATA_READY, 0, sora.now);
    fake_data(peer, NGX_WEBRTC_DATA_OPEN, 0, sora.now);
    fake_data(peer, NGX_WEBRTC_DATA_OPEN, 1, sora.now);
    fake_data(peer, NGX_WEBRTC_DATA_OPEN, 2, sora.now);
    assert_null(json_object_get(a->types, "switched"));

    fake_data(peer, NGX_WEBRTC_DATA_OPEN, 3, sora.now);
    assert_true(json_is_true(json_object_get(sora_last(a, "switched"),
                                          "ignore_disconnect_websocket")));
    assert_heard(a, "stats", "{\"type\":\"req-stats\"}");

    sora_stop();
}


static void
after_it_messages_go_over_channels(void **state)
{
    client_t    *a, *b;
    ngx_uint_t   sent;

    (void) state;

    sora_start();

    a = switched(CONNECT "}");
    sent = a->sent;

    b = sora_arrive("sendonly", "sora");

    assert_heard_part(a, "signaling", "{\"type\":\"re-offer\",\"sdp\":\"v=0");
    assert_heard_part(a, "notify",
                      "\"event_type\":\"connection.created\"");
    assert_heard_part(a, "notify", b->id);
    assert_int_equal(fake_line(peer_of(a), "notify")->binary, 0);

    ngx_webrtc_hub_push(sora_connection(a),
                        &(ngx_str_t) ngx_string("{\"type\":\"push\"}"),
                        sora.now);
    assert_heard(a, "push", "{\"type\":\"push\"}");

    assert_int_equal(a->sent, sent);

    /* pings go on on both */

    sora.now += SEC(5);
    ngx_webrtc_sora_tick(sora.sora, sora.now);

    assert_int_equal(a->sent, sent + 1);
    assert_non_null(strstr(a->last, "\"ping\""));
    assert_int_equal(fake_line(peer_of(a), "stats")->sent, 2);

    sora_stop();
}


static void
what_a_client_says_over_channels_is_heard(void **state)
{
    char      *sdp, *text;
    json_t    *json;
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = switched(CONNECT "}");
    b = sora_arrive("sendonly", "sora");

    /* the re-answer to what came over the channel */

    json = json_loads(heard(peer_of(a), "signaling"), 0, NULL);
    sdp = answer_write(json_string_value(json_object_get(json, "sdp")),
                       NULL);
    json_decref(json);

    json = json_pack("{s:s, s:s}", "type", "re-answer", "sdp", sdp);
    text = json_dumps(json, JSON_COMPACT);

    assert_int_equal(fake_subs(peer_of(a)), 0);
    dc_say(a, "signaling", text);
    assert_int_equal(fake_subs(peer_of(a)), 2);

    free(text);
    free(sdp);
    json_decref(json);

    dc_say(a, "signaling", "{\"type\":\"candidate\",\"candidate\":\"x\"}");
    dc_say(a, "signaling", "{\"type\":\"unheard-of\"}");
    dc_say(a, "notify", "whatever");
    dc_say(a, "push", "whatever");

    dc_say(a, "stats", "{\"type\":\"stats\",\"reports\":[{\"n\":1.50}]}");
    assert_string_equal(sora.stats, "[{\"n\":1.50}]");

    dc_say(a, "stats", "not even JSON");
    assert_false(a->closed);

    (void) b;
    dc_say(a, "signaling", "no JSON");
    assert_closed(a, 4490, "INVALID-JSON");

    sora_stop();
}


static void
a_client_that_has_not_read_switched_yet_is_waited_for(void **state)
{
    client_t    *a, *b;
    ngx_uint_t   sent;

    (void) state;

    sora_start();

    a = sora_join(CONNECT "}");
    sora_answer(a);
    sora_connect(a);

    /* an offer that comes while the channels are opened is held back */

    b = sora_arrive("sendonly", "sora");
    assert_null(json_object_get(a->types, "re-offer"));

    open_channels(a);
    sent = a->sent;

    sora_say(b, "{\"type\":\"disconnect\"}");

    assert_int_equal(a->sent, sent);
    assert_heard(a, "signaling", "");
    assert_heard(a, "notify", "");

    /* a sign of it */

    dc_say(a, "stats", "{\"type\":\"stats\",\"reports\":[]}");

    assert_heard_part(a, "signaling", "\"re-offer\"");
    assert_heard_part(a, "notify", "connection.destroyed");
    assert_int_equal(a->sent, sent);

    /* or a second */

    a = sora_join(CONNECT "}");
    sora_answer(a);
    sora_connect(a);
    open_channels(a);

    b = sora_arrive("sendonly", "sora");
    assert_heard(a, "notify", "");

    assert_true(ngx_webrtc_sora_expires(sora.sora) == sora.now + SEC(1));
    sora.now += SEC(1);
    ngx_webrtc_sora_tick(sora.sora, sora.now);

    assert_heard_part(a, "notify", b->id);
    assert_heard_part(a, "signaling", "\"re-offer\"");

    sora_stop();
}


static void
a_client_without_channels_gets_what_was_held_back(void **state)
{
    client_t  *a;

    (void) state;

    sora_start();

    a = sora_join(CONNECT "}");
    sora_answer(a);
    sora_connect(a);

    (void) sora_arrive("sendonly", "sora");
    assert_null(json_object_get(a->types, "re-offer"));

    sora.now += SEC(1);
    ngx_webrtc_sora_tick(sora.sora, sora.now);
    assert_non_null(json_object_get(a->types, "re-offer"));
    assert_null(json_object_get(a->types, "switched"));

    sora_stop();
}


static void
the_websocket_ends_a_client_that_does_not_ignore_it(void **state)
{
    client_t                   *a;
    ngx_webrtc_peer_t          *peer;
    ngx_webrtc_sora_session_t  *session;

    (void) state;

    sora_start();

    a = switched(CONNECT "}");
    peer = peer_of(a);

    session = a->session;
    a->session = NULL;
    ngx_webrtc_sora_closed(session, sora.now);

    assert_int_equal(peer->lines[0].closed, 1);
    assert_string_equal(heard(peer, "signaling"), "");
    assert_null(ngx_webrtc_hub_channel(sora.hub,
                                       &(ngx_str_t) ngx_string("sora")));

    /* and one that ignores it, but has not switched */

    a = sora_join(CONNECT IGNORE "}");
    sora_answer(a);
    sora_connect(a);

    session = a->session;
    a->session = NULL;
    ngx_webrtc_sora_closed(session, sora.now);

    assert_null(ngx_webrtc_hub_channel(sora.hub,
                                       &(ngx_str_t) ngx_string("sora")));

    sora_stop();
}


static client_t *
detached(void)
{
    client_t                   *client;
    ngx_webrtc_sora_session_t  *session;

    client = sora_join(CONNECT IGNORE "}");

    sora_answer(client);
    sora_connect(client);
    open_channels(client);

    /* it closes the WebSocket when it reads "switched" */

    session = client->session;
    client->session = NULL;
    ngx_webrtc_sora_closed(session, sora.now);

    return client;
}


static void
a_client_that_ignores_it_lives_on_by_its_channels(void **state)
{
    client_t           *a, *b;
    ngx_uint_t          i;
    ngx_webrtc_peer_t  *peer;

    (void) state;

    sora_start();

    a = detached();
    peer = peer_of(a);

    b = sora_arrive("sendonly", "sora");
    assert_heard_part(a, "notify", b->id);
    assert_heard_part(a, "signaling", "\"re-offer\"");
    sora_say(b, "{\"type\":\"disconnect\"}");

    /* its statistics say that it lives */

    for (i = 0; i < 20; i++) {
        sora.now += SEC(5);
        ngx_webrtc_sora_tick(sora.sora, sora.now);
        dc_say(a, "stats", "{\"type\":\"stats\",\"reports\":[]}");
    }

    assert_int_equal(fake_line(peer, "stats")->sent, 21);

    for (i = 0; i < 12; i++) {
        assert_int_equal(peer->lines[0].closed, 0);
        sora.now += SEC(5);
        ngx_webrtc_sora_tick(sora.sora, sora.now);
    }

    assert_int_equal(peer->lines[0].closed, 1);
    assert_string_equal(heard(peer, "signaling"),
                        "{\"type\":\"close\",\"code\":4490,"
                        "\"reason\":\"TIMEOUT\"}");

    sora_stop();
}


static void
an_end_by_the_server_is_told_over_the_channel(void **state)
{
    client_t           *a;
    ngx_webrtc_peer_t  *peer;

    (void) state;

    sora_start();

    a = detached();
    peer = peer_of(a);

    ngx_webrtc_hub_leave(sora_connection(a), NGX_WEBRTC_CLOSE_API, NULL,
                         sora.now);

    assert_string_equal(heard(peer, "signaling"),
                        "{\"type\":\"close\",\"code\":1000,"
                        "\"reason\":\"DISCONNECTED-API\"}");
    assert_int_equal(peer->lines[3].closed, 1);

    /* with the WebSocket there, over both */

    a = switched(CONNECT "}");
    peer = peer_of(a);

    ngx_webrtc_hub_leave(sora_connection(a), NGX_WEBRTC_CLOSE_API, NULL,
                         sora.now);

    assert_non_null(strstr(heard(peer, "signaling"), "DISCONNECTED-API"));
    assert_closed(a, 1000, "DISCONNECTED-API");
    assert_null(json_object_get(a->types, "close"));

    /* the end of the worker */

    a = detached();
    peer = peer_of(a);
    ngx_webrtc_hub_shutdown(sora.hub, sora.now);
    assert_string_equal(heard(peer, "signaling"),
                        "{\"type\":\"close\",\"code\":1012,"
                        "\"reason\":\"SERVICE-RESTART\"}");

    /* and that of the worker that has its media */

    a = detached();
    assert_string_equal(fake_line(peer_of(a), "signaling")->last,
                        "{\"type\":\"close\",\"code\":1012,"
                        "\"reason\":\"SERVICE-RESTART\"}");

    sora_stop();
}


static void
a_disconnect_over_the_channel_closes_all_of_them(void **state)
{
    ngx_uint_t          i;
    client_t           *a;
    ngx_webrtc_peer_t  *peer;

    (void) state;

    sora_start();

    a = detached();
    peer = peer_of(a);

    dc_say(a, "signaling", "{\"type\":\"disconnect\","
                           "\"reason\":\"NO-ERROR\"}");

    for (i = 0; i < 4; i++) {
        assert_int_equal(peer->lines[i].closed, 1);
    }

    assert_null(strstr(heard(peer, "signaling"), "close"));

    a = switched(CONNECT "}");
    peer = peer_of(a);

    dc_say(a, "signaling", "{\"type\":\"disconnect\"}");
    assert_int_equal(peer->lines[0].closed, 1);
    assert_closed(a, 1000, "TYPE-DISCONNECT");

    sora_stop();
}


static void
who_does_not_read_is_closed_wherever_it_is_noticed(void **state)
{
    client_t           *a, *b;
    ngx_webrtc_peer_t  *peer;

    (void) state;

    sora_start();

    /* by an event, by a push, by a request for statistics */

    a = switched(CONNECT "}");
    peer_of(a)->data_rc = NGX_AGAIN;
    b = sora_arrive("sendonly", "sora");
    assert_closed(a, 4490, "DATA-CHANNEL-BUFFER-FULL");
    sora_say(b, "{\"type\":\"disconnect\"}");

    a = switched(CONNECT "}");
    peer_of(a)->data_rc = NGX_AGAIN;
    ngx_webrtc_hub_push(sora_connection(a),
                        &(ngx_str_t) ngx_string("{\"type\":\"push\"}"),
                        sora.now);
    assert_closed(a, 4490, "DATA-CHANNEL-BUFFER-FULL");

    a = switched(CONNECT "}");
    peer_of(a)->data_rc = NGX_AGAIN;
    sora.now += SEC(5);
    ngx_webrtc_sora_tick(sora.sora, sora.now);
    assert_closed(a, 4490, "DATA-CHANNEL-BUFFER-FULL");

    /* by what was held back, when the WebSocket closes */

    a = sora_join(CONNECT IGNORE "}");
    sora_answer(a);
    sora_connect(a);
    open_channels(a);
    b = sora_arrive("sendonly", "sora");

    peer = peer_of(a);
    peer->data_rc = NGX_AGAIN;
    ngx_webrtc_sora_closed(a->session, sora.now);
    a->session = NULL;
    assert_int_equal(peer->lines[0].closed, 1);

    sora_stop();
}


static void
an_offer_is_held_back_from_who_wants_no_notify_too(void **state)
{
    client_t                    *a;
    ngx_webrtc_sora_admission_t  admission;

    static const char  connect[] = CONNECT "}";

    (void) state;

    sora_start();

    ngx_memzero(&admission, sizeof(ngx_webrtc_sora_admission_t));
    ngx_str_set(&admission.authz,
                "{\"allowed\":true,\"signaling_notify\":false}");

    a = sora_open();
    assert_int_equal(ngx_webrtc_sora_admit(a->session, &admission,
                                           (const u_char *) connect,
                                           sizeof(connect) - 1, sora.now),
                     NGX_OK);
    sora_answer(a);
    sora_connect(a);
    assert_null(json_object_get(a->types, "notify"));

    (void) sora_arrive("sendonly", "sora");
    assert_null(json_object_get(a->types, "re-offer"));

    open_channels(a);
    dc_say(a, "stats", "{\"type\":\"stats\",\"reports\":[]}");
    assert_heard_part(a, "signaling", "\"re-offer\"");
    assert_heard(a, "notify", "");

    sora_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_offer_lists_labels_and_what_they_are),
        cmocka_unit_test(who_is_told_of_nothing_has_channels_all_the_same),
        cmocka_unit_test(what_a_client_does_not_say_is_the_default),
        cmocka_unit_test(wrong_data_channels_are_refused_with_a_reason),
        cmocka_unit_test(switched_comes_when_every_channel_is_open),
        cmocka_unit_test(after_it_messages_go_over_channels),
        cmocka_unit_test(what_a_client_says_over_channels_is_heard),
        cmocka_unit_test(
            a_client_that_has_not_read_switched_yet_is_waited_for),
        cmocka_unit_test(a_client_without_channels_gets_what_was_held_back),
        cmocka_unit_test(the_websocket_ends_a_client_that_does_not_ignore_it),
        cmocka_unit_test(a_client_that_ignores_it_lives_on_by_its_channels),
        cmocka_unit_test(an_end_by_the_server_is_told_over_the_channel),
        cmocka_unit_test(a_disconnect_over_the_channel_closes_all_of_them),
        cmocka_unit_test(who_does_not_read_is_closed_wherever_it_is_noticed),
        cmocka_unit_test(an_offer_is_held_back_from_who_wants_no_notify_too)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
