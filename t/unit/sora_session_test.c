
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Clients of Sora signalling, message by message, on the hub and a media
 * engine without media.  It tests these together:
 *
 *     ngx_webrtc_sora.c
 *     ngx_webrtc_sora_notify.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/client_sora.h"


static void
the_offer_has_every_key_that_some_client_needs(void **state)
{
    json_t    *offer, *json;
    client_t  *a;

    (void) state;

    sora_start();

    a = sora_join("{\"type\":\"connect\",\"role\":\"sendrecv\","
                  "\"channel_id\":\"room \\\"1\\\"\",\"client_id\":\"cl\","
                  "\"simulcast\":true,"
                  "\"audio\":{\"bit_rate\":48},"
                  "\"video\":{\"codec_type\":\"VP8\",\"bit_rate\":700}}");

    offer = sora_last(a, "offer");

    assert_key(offer, "version", "2025.2.0");
    assert_key(offer, "channel_id", "room \"1\"");
    assert_key(offer, "client_id", "cl");
    assert_int_equal(strlen(sora_str(offer, "session_id")), 26);
    assert_int_equal(strlen(sora_str(offer, "connection_id")), 26);
    assert_key(offer, "bundle_id", sora_str(offer, "connection_id"));
    assert_key(offer, "audio_codec_type", "OPUS");
    assert_key(offer, "video_codec_type", "VP8");

    assert_true(json_is_true(json_object_get(offer, "multistream")));
    assert_true(json_is_true(json_object_get(offer, "simulcast")));
    assert_true(json_is_false(json_object_get(offer,
                                              "simulcast_multicodec")));
    assert_true(json_is_false(json_object_get(offer, "spotlight")));
    assert_true(json_is_false(json_object_get(offer,
                                              "data_channel_signaling")));
    assert_true(json_is_false(json_object_get(offer,
                                          "ignore_disconnect_websocket")));
    assert_null(json_object_get(offer, "data_channels"));
    assert_int_equal(sora_int(offer, "audio_bit_rate"), 48);
    assert_int_equal(sora_int(offer, "video_bit_rate"), 700);

    json = json_object_get(offer, "config");
    assert_true(json_is_array(json_object_get(json, "iceServers")));
    assert_key(json, "iceTransportPolicy", "all");

    json = json_object_get(offer, "mid");
    assert_memory_equal(sora_str(json, "audio"), "audio_", 6);
    assert_memory_equal(sora_str(json, "video"), "video_", 6);

    assert_non_null(strstr(sora_str(offer, "sdp"), "v=0\r\n"));
    assert_int_equal(a->described, 1);

    /* a viewer has no media of its own */

    a = sora_join("{\"type\":\"connect\",\"role\":\"recvonly\","
                  "\"channel_id\":\"empty\",\"audio\":false}");
    offer = sora_last(a, "offer");

    assert_null(json_object_get(offer, "mid"));
    assert_true(json_is_false(json_object_get(offer, "audio")));
    assert_null(json_object_get(offer, "audio_codec_type"));

    sora_stop();
}


static void
created_tells_all_and_lists_the_others_to_the_newcomer(void **state)
{
    json_t    *notify, *data;
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = sora_join("{\"type\":\"connect\",\"role\":\"sendrecv\","
                  "\"channel_id\":\"sora\",\"signaling_notify_metadata\":"
                  "{\"n\":1.50}}");
    sora_answer(a);
    sora_connect(a);

    notify = sora_last(a, "notify");

    assert_key(notify, "event_type", "connection.created");
    assert_key(notify, "timestamp", "2017-07-14T02:56:40.000000Z");
    assert_key(notify, "role", "sendrecv");
    assert_key(notify, "connection_id", a->id);
    assert_key(notify, "client_id", a->id);
    assert_key(notify, "bundle_id", a->id);
    assert_int_equal(strlen(sora_str(notify, "session_id")), 26);
    assert_true(json_is_true(json_object_get(notify, "audio")));
    assert_true(json_is_true(json_object_get(notify, "video")));
    assert_non_null(strstr(a->last, "\"authn_metadata\":{\"n\":1.50},"
                                    "\"metadata\":{\"n\":1.50},"));
    assert_int_equal(json_array_size(json_object_get(notify, "data")), 0);
    assert_true(json_is_array(json_object_get(notify, "data")));
    assert_int_equal(sora_int(notify, "minutes"), 0);
    assert_int_equal(sora_int(notify, "channel_connections"), 1);
    assert_int_equal(sora_int(notify, "channel_sendrecv_connections"), 1);
    assert_int_equal(sora_int(notify, "channel_sendonly_connections"), 0);
    assert_int_equal(sora_int(notify, "channel_recvonly_connections"), 0);
    assert_key(notify, "turn_transport_type", "udp");

    b = sora_arrive("recvonly", "sora");

    notify = sora_last(b, "notify");
    data = json_object_get(notify, "data");

    assert_null(json_object_get(notify, "authn_metadata"));
    assert_null(json_object_get(notify, "metadata"));
    assert_int_equal(json_array_size(data), 1);
    assert_key(json_array_get(data, 0), "connection_id", a->id);
    assert_key(json_array_get(data, 0), "client_id", a->id);
    assert_key(json_array_get(data, 0), "bundle_id", a->id);
    assert_non_null(strstr(b->last, "\"authn_metadata\":{\"n\":1.50},"
                                    "\"metadata\":{\"n\":1.50}}]"));

    notify = sora_last(a, "notify");
    assert_key(notify, "connection_id", b->id);
    assert_null(json_object_get(notify, "data"));
    assert_int_equal(sora_int(notify, "channel_connections"), 2);
    assert_int_equal(sora_int(notify, "channel_recvonly_connections"), 1);

    sora_stop();
}


static void
updated_tells_the_minutes(void **state)
{
    json_t    *notify;
    client_t  *a;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");

    sora.now += SEC(61);
    ngx_webrtc_hub_tick(sora.hub, sora.now);

    notify = sora_last(a, "notify");
    assert_key(notify, "event_type", "connection.updated");
    assert_int_equal(sora_int(notify, "minutes"), 1);
    assert_null(json_object_get(notify, "data"));

    sora_stop();
}


static void
re_offers_are_answered_by_either_name(void **state)
{
    json_t    *offer;
    client_t  *a, *b, *c;

    (void) state;

    sora_start();

    a = sora_arrive("recvonly", "sora");
    b = sora_arrive("sendonly", "sora");

    offer = sora_last(a, "re-offer");
    assert_int_equal(json_object_size(offer), 2);
    assert_non_null(strstr(sora_str(offer, "sdp"), "a=sendonly"));
    assert_non_null(strstr(sora_str(offer, "sdp"), b->id));

    assert_int_equal(sora_answer_as(a, "re-answer"), NGX_OK);
    assert_int_equal(fake_media.subs, 2);

    c = sora_arrive("sendonly", "sora");
    assert_int_equal(sora_answer_as(a, "update"), NGX_OK);
    assert_int_equal(fake_media.subs, 4);

    (void) c;

    sora_stop();
}


static void
a_disconnect_is_a_normal_close_and_is_told(void **state)
{
    json_t    *notify;
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    b = sora_arrive("sendrecv", "sora");
    (void) sora_answer_as(a, "re-answer");

    assert_int_equal(sora_say(b, "{\"type\":\"disconnect\","
                                 "\"reason\":\"NO-ERROR\"}"),
                     NGX_DONE);
    assert_closed(b, 1000, "TYPE-DISCONNECT");

    notify = sora_last(a, "notify");
    assert_key(notify, "event_type", "connection.destroyed");
    assert_key(notify, "connection_id", b->id);
    assert_int_equal(sora_int(notify, "channel_connections"), 1);
    assert_non_null(sora_last(a, "re-offer"));

    sora_stop();
}


static void
a_pipe_that_breaks_is_a_leave_and_is_not_used_again(void **state)
{
    ngx_uint_t   n;
    client_t    *a, *b;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    b = sora_arrive("sendrecv", "sora");

    n = b->sent;
    ngx_webrtc_sora_closed(b->session, sora.now);
    b->session = NULL;

    assert_int_equal(b->sent, n);
    assert_false(b->closed);
    assert_key(sora_last(a, "notify"), "event_type", "connection.destroyed");

    /* before a connect there is nothing to leave */

    b = sora_open();
    ngx_webrtc_sora_closed(b->session, sora.now);
    b->session = NULL;

    sora_stop();
}


static void
a_pipe_may_break_while_it_is_written_to(void **state)
{
    client_t  *a, *b, *c;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    b = sora_arrive("sendrecv", "sora");

    /* on the notify of c, and on its own offer */

    a->breaks = 1;
    c = sora_arrive("sendrecv", "sora");

    assert_null(a->session);
    assert_key(sora_last(b, "notify"), "event_type", "connection.destroyed");
    assert_key(sora_last(c, "notify"), "event_type", "connection.destroyed");

    a = sora_open();
    a->breaks = 1;
    assert_int_equal(sora_say(a, "{\"type\":\"connect\","
                                 "\"role\":\"sendrecv\","
                                 "\"channel_id\":\"sora\"}"),
                     NGX_DONE);

    assert_int_equal(ngx_webrtc_hub_connections(sora.hub), 2);

    sora_stop();
}


static void
pings_ask_for_stats_that_pass_untouched(void **state)
{
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = sora_join("{\"type\":\"connect\",\"role\":\"sendrecv\","
                  "\"channel_id\":\"sora\"}");
    assert_int_equal(ngx_webrtc_sora_expires(sora.sora), NGX_WEBRTC_NEVER);

    sora_answer(a);
    sora_connect(a);
    assert_int_equal(ngx_webrtc_sora_expires(sora.sora), sora.now + SEC(5));

    sora.now += SEC(3);
    b = sora_arrive("sendrecv", "sora");

    sora.now += SEC(2);
    ngx_webrtc_sora_tick(sora.sora, sora.now);
    assert_string_equal(a->last, "{\"type\":\"ping\",\"stats\":true}");
    assert_string_not_equal(b->last, a->last);
    assert_int_equal(ngx_webrtc_sora_expires(sora.sora), sora.now + SEC(3));

    assert_int_equal(sora_say(a, "{\"type\":\"pong\",\"stats\": "
                                 "[{\"t\":154.96000000000404 }] }"),
                     NGX_OK);
    assert_string_equal(sora.stats, "[{\"t\":154.96000000000404 }]");
    assert_int_equal(sora.stats_wall, sora.now + SEC(1500000000));

    /* a pong without, or with something else */

    sora.stats[0] = '\0';
    assert_int_equal(sora_say(a, "{\"type\":\"pong\"}"), NGX_OK);
    assert_int_equal(sora_say(a, "{\"type\":\"pong\",\"stats\":{}}"), NGX_OK);
    assert_string_equal(sora.stats, "");

    sora_stop();
}


static void
a_silent_client_is_dropped(void **state)
{
    ngx_uint_t   i;
    client_t    *a, *b;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    b = sora_arrive("sendrecv", "sora");
    (void) sora_answer_as(a, "re-answer");

    for (i = 0; i < 13; i++) {
        sora.now += SEC(5);
        ngx_webrtc_sora_tick(sora.sora, sora.now);

        if (b->session) {
            assert_int_equal(sora_say(b, "{\"type\":\"pong\"}"), NGX_OK);
        }

        if (b->waiting) {
            (void) sora_answer_as(b, "re-answer");
        }
    }

    assert_closed(a, 4490, "TIMEOUT");
    assert_false(b->closed);

    /* it was not the client that slept: it gets another minute */

    sora.now += SEC(300);
    ngx_webrtc_sora_tick(sora.sora, sora.now);
    assert_false(b->closed);

    sora_stop();
}


static void
pings_that_are_due_within_a_moment_go_out_together(void **state)
{
    client_t  *a, *b, *c;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    sora.now += SEC(1) / 10;
    b = sora_arrive("sendrecv", "sora");
    sora.now += SEC(1) / 10;
    c = sora_arrive("sendrecv", "sora");

    sora.now += SEC(5) - SEC(1) / 5;
    ngx_webrtc_sora_tick(sora.sora, sora.now);

    assert_non_null(strstr(a->last, "\"ping\""));
    assert_non_null(strstr(b->last, "\"ping\""));
    assert_null(strstr(c->last, "\"ping\""));
    assert_int_equal(ngx_webrtc_sora_expires(sora.sora),
                     sora.now + SEC(1) / 5);

    /* and from then on always */

    sora.now += SEC(1) / 5;
    ngx_webrtc_sora_tick(sora.sora, sora.now);
    assert_non_null(strstr(c->last, "\"ping\""));
    assert_int_equal(ngx_webrtc_sora_expires(sora.sora),
                     sora.now + SEC(5) - SEC(1) / 5);

    sora_stop();
}


static void
an_answer_that_is_no_answer_ends_with_a_reason(void **state)
{
    ngx_uint_t   i;
    client_t    *a;

    static const char *const  cases[][2] = {
        { "{\"type\":\"answer\"}", "MISSING-SDP" },
        { "{\"type\":\"answer\",\"sdp\":5}", "MISSING-SDP" },
        { "{\"type\":\"answer\",\"sdp\":null}", "MISSING-SDP" },
        { "{\"type\":\"answer\",\"sdp\":[\"v=0\"]}", "MISSING-SDP" },
        { "{\"type\":\"answer\",\"sdp\":\"\\u0000\"}", "INVALID-JSON" },
        { "{\"type\":\"answer\",\"sdp\":\"\\ud800\"}", "INVALID-JSON" },
        { "{\"type\":\"answer\",\"sdp\":\"\xed\xa0\x80\"}", "INVALID-JSON" },
        { "{\"type\":\"answer\",\"sdp\":\"\"}}", "INVALID-JSON" },
        { "{\"type\":\"answer\",\"sdp\":\"\",\"a\":[1,]}",
          "INVALID-JSON" },
        { "{\"type\":\"answer\",\"sdp\":\"\"}", "INVALID-ANSWER-SDP: " },
        { "{\"type\":\"answer\",\"sdp\":\"hello\"}",
          "INVALID-ANSWER-SDP: " },
        { "{\"type\":\"answer\",\"sdp\":\"\",\"sdp\":\"\"}",
          "INVALID-JSON" },
        { "{\"type\":\"answer\"", "INVALID-JSON" },
        { "{\"sdp\":\"hello\"}", "INVALID-MESSAGE" },
        { "{\"type\":1}", "INVALID-MESSAGE" },
        { "[]", "INVALID-JSON" },
        { "\"pong\"", "INVALID-JSON" },
        { "", "INVALID-JSON" },
        { "{\"type\":\"candidate\"}", "INVALID-CANDIDATE" },
        { "{\"type\":\"candidate\",\"candidate\":5}", "INVALID-CANDIDATE" },
        { "{\"type\":\"connect\",\"role\":\"sendrecv\","
          "\"channel_id\":\"sora\"}", "DUPLICATED-CONNECT" },
    };

    (void) state;

    sora_start();

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        a = sora_join("{\"type\":\"connect\",\"role\":\"sendrecv\","
                      "\"channel_id\":\"sora\"}");

        assert_int_equal(sora_say(a, cases[i][0]), NGX_DONE);
        assert_int_equal(a->code, 4490);

        if (strncmp(a->reason, cases[i][1], strlen(cases[i][1])) != 0) {
            print_error("%s: %s\n", cases[i][0], a->reason);
        }

        assert_memory_equal(a->reason, cases[i][1], strlen(cases[i][1]));
        assert_true(strlen(a->reason) <= 123);
    }

    sora_stop();
}


static void
what_nobody_waits_for_does_no_harm(void **state)
{
    ngx_uint_t   i;
    client_t    *a;

    static const char *const  texts[] = {
        "{\"type\":\"answer\",\"sdp\":\"v=0\\r\\n\"}",
        "{\"type\":\"re-answer\",\"sdp\":\"\"}",
        "{\"type\":\"update\",\"sdp\":\"x\"}",
        "{\"type\":\"hello\"}",
        "{\"type\":\"notify\"}",
        "{\"type\":\"\"}",
        "{\"type\":\"candidate\",\"candidate\":\"\"}",
        "{\"type\":\"candidate\",\"candidate\":\"candidate:1 1 udp 1 "
            "x.local 9 typ host\",\"sdpMid\":null,\"sdpMLineIndex\":0,"
            "\"usernameFragment\":null}",
        "{\"type\":\"candidate\",\"candidate\":\"nonsense\"}",
    };

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        assert_int_equal(sora_say(a, texts[i]), NGX_OK);
    }

    assert_false(a->closed);

    sora_stop();
}


static void
a_first_message_other_than_connect_is_refused(void **state)
{
    client_t  *a;

    (void) state;

    sora_start();

    a = sora_open();
    assert_int_equal(sora_say(a, "{\"type\":\"answer\",\"sdp\":\"v=0\"}"),
                     NGX_DONE);
    assert_closed(a, 4490, "CONNECT-EXPECTED");

    a = sora_open();
    assert_int_equal(sora_say(a, "{\"type\":\"connect\",\"role\":\"up\","
                                 "\"channel_id\":\"sora\"}"),
                     NGX_DONE);
    assert_closed(a, 4490, "INVALID-ROLE");

    a = sora_open();
    assert_int_equal(sora_say(a, "{\"type\":\"connect\","
                                 "\"role\":\"sendonly\",\"audio\":false,"
                                 "\"video\":false,"
                                 "\"channel_id\":\"sora\"}"),
                     NGX_DONE);
    assert_closed(a, 4490, "NO-MEDIA");
    assert_int_equal(a->sent, 0);

    sora_stop();
}


static void
faults_of_the_transport_and_the_end_of_the_worker_are_told(void **state)
{
    client_t                  *a, *b;
    ngx_webrtc_connection_t   *connection;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    b = sora_arrive("sendrecv", "sora");

    connection = sora_connection(a);
    fake_event(connection->peer, NGX_WEBRTC_PEER_FAILED, "CONSENT-EXPIRED",
               sora.now);
    assert_closed(a, 4490, "CONSENT-EXPIRED");

    connection = sora_connection(b);
    fake_event(connection->peer, NGX_WEBRTC_PEER_CLOSED, NULL, sora.now);
    assert_closed(b, 1000, "TYPE-DISCONNECT");

    a = sora_arrive("sendrecv", "sora");
    sora_stop();
    assert_closed(a, 1012, "SERVICE-RESTART");
}


static void
the_channel_that_is_full_refuses(void **state)
{
    client_t  *a;

    (void) state;

    sora_start();

    (void) sora_arrive("sendrecv", "sora");
    (void) sora_arrive("recvonly", "sora");
    (void) sora_arrive("sendonly", "sora");

    a = sora_open();
    assert_int_equal(sora_say(a, "{\"type\":\"connect\","
                                 "\"role\":\"recvonly\","
                                 "\"channel_id\":\"sora\"}"),
                     NGX_DONE);
    assert_closed(a, 4490, "CHANNEL-FULL");

    sora_stop();
}


static void
the_bundle_of_the_newcomer_is_not_in_its_list(void **state)
{
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = sora_join("{\"type\":\"connect\",\"role\":\"sendrecv\","
                  "\"channel_id\":\"sora\",\"bundle_id\":\"desk\"}");
    sora_answer(a);
    sora_connect(a);

    b = sora_join("{\"type\":\"connect\",\"role\":\"sendrecv\","
                  "\"channel_id\":\"sora\",\"bundle_id\":\"desk\"}");
    sora_answer(b);
    sora_connect(b);

    assert_int_equal(json_array_size(json_object_get(sora_last(b, "notify"),
                                                     "data")),
                     0);
    assert_key(sora_last(a, "notify"), "connection_id", a->id);

    sora_stop();
}


static void
sessions_end_with_the_front_end(void **state)
{
    (void) state;

    sora_start();

    (void) sora_open();

    sora_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_offer_has_every_key_that_some_client_needs),
        cmocka_unit_test(
            created_tells_all_and_lists_the_others_to_the_newcomer),
        cmocka_unit_test(updated_tells_the_minutes),
        cmocka_unit_test(re_offers_are_answered_by_either_name),
        cmocka_unit_test(a_disconnect_is_a_normal_close_and_is_told),
        cmocka_unit_test(a_pipe_that_breaks_is_a_leave_and_is_not_used_again),
        cmocka_unit_test(a_pipe_may_break_while_it_is_written_to),
        cmocka_unit_test(pings_ask_for_stats_that_pass_untouched),
        cmocka_unit_test(pings_that_are_due_within_a_moment_go_out_together),
        cmocka_unit_test(a_silent_client_is_dropped),
        cmocka_unit_test(an_answer_that_is_no_answer_ends_with_a_reason),
        cmocka_unit_test(what_nobody_waits_for_does_no_harm),
        cmocka_unit_test(a_first_message_other_than_connect_is_refused),
        cmocka_unit_test(
            faults_of_the_transport_and_the_end_of_the_worker_are_told),
        cmocka_unit_test(the_channel_that_is_full_refuses),
        cmocka_unit_test(the_bundle_of_the_newcomer_is_not_in_its_list),
        cmocka_unit_test(sessions_end_with_the_front_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
