
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <front/skyway/ngx_webrtc_skyway_bridge.h>


/* "expected" NULL: nothing comes out */

static void
test_bridge(ngx_webrtc_skyway_message_e type,
    ngx_webrtc_skyway_dialect_e from, const char *payload,
    ngx_webrtc_skyway_dialect_e to, const char *expected)
{
    char                         *text, *sorted;
    json_t                       *json, *wanted;
    ngx_webrtc_skyway_message_t   message;

    memset(&message, 0, sizeof(message));
    message.type = type;
    message.dialect = from;
    message.payload.data = (u_char *) payload;
    message.payload.len = strlen(payload);

    json = ngx_webrtc_skyway_bridge(&message, to);

    if (expected == NULL) {
        assert_null(json);
        return;
    }

    assert_non_null(json);

    wanted = json_loads(expected, 0, NULL);
    assert_non_null(wanted);

    text = json_dumps(json, JSON_SORT_KEYS);
    sorted = json_dumps(wanted, JSON_SORT_KEYS);
    assert_string_equal(text, sorted);

    free(text);
    free(sorted);
    json_decref(json);
    json_decref(wanted);
}


static void
a_data_offer_goes_to_peerjs(void **state)
{
    (void) state;

    test_bridge(NGX_WEBRTC_SKYWAY_OFFER, NGX_WEBRTC_SKYWAY_SOCKETIO,
                "{\"offer\":{\"type\":\"offer\",\"sdp\":\"v=0\"},"
                "\"dst\":\"b\",\"connectionId\":\"dc_1\","
                "\"connectionType\":\"data\",\"metadata\":{\"a\":[1,null]},"
                "\"label\":\"chat\",\"serialization\":\"none\","
                "\"dcInit\":{\"ordered\":true}}",
                NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\"},"
                "\"connectionId\":\"dc_1\",\"type\":\"data\","
                "\"metadata\":{\"a\":[1,null]},\"label\":\"chat\","
                "\"serialization\":\"raw\",\"reliable\":true}");
}


static void
where_programs_are_is_not_for_pages(void **state)
{
    ngx_uint_t  i;

    static const ngx_webrtc_skyway_dialect_e  pages[] = {
        NGX_WEBRTC_SKYWAY_SOCKETIO, NGX_WEBRTC_SKYWAY_PEERJS
    };

    (void) state;

    for (i = 0; i < 2; i++) {
        test_bridge(NGX_WEBRTC_SKYWAY_CANDIDATE, NGX_WEBRTC_SKYWAY_REST,
                    "{\"connectionId\":\"dc_1\",\"inside\":{\"data\":{}},"
                    "\"connectionType\":\"data\",\"candidate\":{}}",
                    pages[i],
                    pages[i] == NGX_WEBRTC_SKYWAY_PEERJS
                    ? "{\"connectionId\":\"dc_1\",\"type\":\"data\","
                      "\"candidate\":{}}"
                    : "{\"connectionId\":\"dc_1\","
                      "\"connectionType\":\"data\",\"candidate\":{}}");
    }
}


static void
a_data_offer_comes_from_peerjs(void **state)
{
    (void) state;

    test_bridge(NGX_WEBRTC_SKYWAY_OFFER, NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"sdp\":{\"type\":\"offer\",\"sdp\":\"v=0\"},"
                "\"type\":\"data\",\"connectionId\":\"dc_1\","
                "\"label\":\"dc_1\",\"reliable\":false,"
                "\"serialization\":\"raw\",\"browser\":\"chrome\"}",
                NGX_WEBRTC_SKYWAY_SOCKETIO,
                "{\"offer\":{\"type\":\"offer\",\"sdp\":\"v=0\"},"
                "\"connectionType\":\"data\",\"connectionId\":\"dc_1\","
                "\"label\":\"dc_1\",\"dcInit\":{\"ordered\":false},"
                "\"serialization\":\"none\",\"browser\":\"chrome\"}");

    test_bridge(NGX_WEBRTC_SKYWAY_OFFER, NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"sdp\":{},\"type\":\"data\",\"connectionId\":\"c\","
                "\"label\":\"l\",\"reliable\":true}",
                NGX_WEBRTC_SKYWAY_REST,
                "{\"offer\":{},\"connectionType\":\"data\","
                "\"connectionId\":\"c\",\"label\":\"l\","
                "\"dcInit\":{\"ordered\":true},"
                "\"serialization\":\"binary\"}");
}


static void
a_media_offer_has_no_options(void **state)
{
    (void) state;

    test_bridge(NGX_WEBRTC_SKYWAY_OFFER, NGX_WEBRTC_SKYWAY_REST,
                "{\"offer\":{},\"connectionType\":\"media\","
                "\"connectionId\":\"mc_1\",\"metadata\":\"text\"}",
                NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"sdp\":{},\"type\":\"media\",\"connectionId\":\"mc_1\","
                "\"metadata\":\"text\"}");

    test_bridge(NGX_WEBRTC_SKYWAY_OFFER, NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"sdp\":{},\"type\":\"media\",\"connectionId\":\"mc_1\"}",
                NGX_WEBRTC_SKYWAY_REST,
                "{\"offer\":{},\"connectionType\":\"media\","
                "\"connectionId\":\"mc_1\"}");
}


static void
answers_and_candidates_are_renamed(void **state)
{
    (void) state;

    test_bridge(NGX_WEBRTC_SKYWAY_ANSWER, NGX_WEBRTC_SKYWAY_SOCKETIO,
                "{\"answer\":{\"type\":\"answer\",\"sdp\":\"v\"},"
                "\"connectionId\":\"c\",\"connectionType\":\"data\"}",
                NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"sdp\":{\"type\":\"answer\",\"sdp\":\"v\"},"
                "\"connectionId\":\"c\",\"type\":\"data\"}");

    test_bridge(NGX_WEBRTC_SKYWAY_ANSWER, NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"sdp\":{\"type\":\"answer\",\"sdp\":\"v\"},"
                "\"connectionId\":\"c\",\"type\":\"media\"}",
                NGX_WEBRTC_SKYWAY_SOCKETIO,
                "{\"answer\":{\"type\":\"answer\",\"sdp\":\"v\"},"
                "\"connectionId\":\"c\",\"connectionType\":\"media\"}");

    test_bridge(NGX_WEBRTC_SKYWAY_CANDIDATE, NGX_WEBRTC_SKYWAY_SOCKETIO,
                "{\"candidate\":{\"candidate\":\"x\",\"sdpMid\":\"0\"},"
                "\"connectionId\":\"c\",\"connectionType\":\"data\"}",
                NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"candidate\":{\"candidate\":\"x\",\"sdpMid\":\"0\"},"
                "\"connectionId\":\"c\",\"type\":\"data\"}");

    test_bridge(NGX_WEBRTC_SKYWAY_CANDIDATE, NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"candidate\":{\"candidate\":\"x\"},"
                "\"connectionId\":\"c\",\"type\":\"data\"}",
                NGX_WEBRTC_SKYWAY_SOCKETIO,
                "{\"candidate\":{\"candidate\":\"x\"},"
                "\"connectionId\":\"c\",\"connectionType\":\"data\"}");
}


static void
test_word(const char *from, const char *to, ngx_uint_t to_peerjs)
{
    char  payload[256], expected[256];

    snprintf(payload, sizeof(payload),
             to_peerjs
             ? "{\"offer\":{},\"connectionType\":\"data\",\"label\":\"l\","
               "\"serialization\":%s}"
             : "{\"sdp\":{},\"type\":\"data\",\"label\":\"l\","
               "\"serialization\":%s}", from);

    snprintf(expected, sizeof(expected),
             to_peerjs
             ? "{\"sdp\":{},\"type\":\"data\",\"label\":\"l\","
               "\"reliable\":true,\"serialization\":\"%s\"}"
             : "{\"offer\":{},\"connectionType\":\"data\",\"label\":\"l\","
               "\"dcInit\":{\"ordered\":false},\"serialization\":\"%s\"}",
             to);

    test_bridge(NGX_WEBRTC_SKYWAY_OFFER,
                to_peerjs ? NGX_WEBRTC_SKYWAY_REST
                          : NGX_WEBRTC_SKYWAY_PEERJS, payload,
                to_peerjs ? NGX_WEBRTC_SKYWAY_PEERJS
                          : NGX_WEBRTC_SKYWAY_REST, expected);
}


/* PeerJS breaks when it gets a word that it does not know */

static void
words_are_those_of_the_receiver(void **state)
{
    (void) state;

    test_word("\"binary\"", "binary", 1);
    test_word("\"binary-utf8\"", "binary-utf8", 1);
    test_word("\"json\"", "json", 1);
    test_word("\"none\"", "raw", 1);
    test_word("null", "binary", 1);
    test_word("\"whatever\"", "raw", 1);
    test_word("7", "raw", 1);

    test_word("\"binary\"", "binary", 0);
    test_word("\"default\"", "binary", 0);
    test_word("\"binary-utf8\"", "binary-utf8", 0);
    test_word("\"json\"", "json", 0);
    test_word("\"raw\"", "none", 0);
    test_word("\"MsgPack\"", "none", 0);
}


static void
test_reliable(const char *init, const char *reliable)
{
    char  payload[256], expected[256];

    snprintf(payload, sizeof(payload),
             "{\"offer\":{},\"connectionType\":\"data\",\"label\":\"l\","
             "\"dcInit\":%s}", init);
    snprintf(expected, sizeof(expected),
             "{\"sdp\":{},\"type\":\"data\",\"label\":\"l\","
             "\"serialization\":\"binary\",\"reliable\":%s}", reliable);

    test_bridge(NGX_WEBRTC_SKYWAY_OFFER, NGX_WEBRTC_SKYWAY_REST, payload,
                NGX_WEBRTC_SKYWAY_PEERJS, expected);
}


static void
reliable_is_ordered_and_without_limit(void **state)
{
    (void) state;

    test_reliable("{}", "true");
    test_reliable("null", "true");
    test_reliable("7", "true");
    test_reliable("{\"ordered\":true}", "true");
    test_reliable("{\"ordered\":false}", "false");
    test_reliable("{\"ordered\":true,\"maxRetransmits\":0}", "false");
    test_reliable("{\"maxPacketLifeTime\":100}", "false");
    test_reliable("{\"maxRetransmits\":null}", "true");
}


static void
a_label_is_never_left_out(void **state)
{
    (void) state;

    test_bridge(NGX_WEBRTC_SKYWAY_OFFER, NGX_WEBRTC_SKYWAY_SOCKETIO,
                "{\"offer\":{},\"connectionType\":\"data\","
                "\"connectionId\":\"dc_1\"}",
                NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"sdp\":{},\"type\":\"data\",\"connectionId\":\"dc_1\","
                "\"label\":\"dc_1\",\"serialization\":\"binary\","
                "\"reliable\":true}");
}


static void
the_same_dialect_changes_nothing(void **state)
{
    (void) state;

    test_bridge(NGX_WEBRTC_SKYWAY_OFFER, NGX_WEBRTC_SKYWAY_SOCKETIO,
                "{\"src\":\"liar\",\"dst\":\"b\",\"offer\":{},"
                "\"connectionId\":\"c\",\"roomName\":\"r\"}",
                NGX_WEBRTC_SKYWAY_SOCKETIO,
                "{\"offer\":{},\"connectionId\":\"c\",\"roomName\":\"r\"}");

    test_bridge(NGX_WEBRTC_SKYWAY_FORCE_CLOSE, NGX_WEBRTC_SKYWAY_SOCKETIO,
                "{\"dst\":\"b\",\"connectionId\":\"c\"}",
                NGX_WEBRTC_SKYWAY_REST, "{\"connectionId\":\"c\"}");

    test_bridge(NGX_WEBRTC_SKYWAY_OFFER, NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"sdp\":{},\"type\":\"data\",\"serialization\":\"x\"}",
                NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"sdp\":{},\"type\":\"data\",\"serialization\":\"x\"}");
}


static void
what_has_no_words_is_dropped(void **state)
{
    ngx_uint_t  i;

    static const char  *bad[] = {
        "", "[]", "7", "\"text\"", "{", "{}", "{\"offer\":{}}",
        "{\"connectionType\":\"data\"}",
        "{\"offer\":{},\"connectionType\":\"media\",\"roomName\":\"r\"}"
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        test_bridge(NGX_WEBRTC_SKYWAY_OFFER, NGX_WEBRTC_SKYWAY_SOCKETIO,
                    bad[i], NGX_WEBRTC_SKYWAY_PEERJS, NULL);
    }

    test_bridge(NGX_WEBRTC_SKYWAY_FORCE_CLOSE, NGX_WEBRTC_SKYWAY_SOCKETIO,
                "{\"connectionId\":\"c\"}", NGX_WEBRTC_SKYWAY_PEERJS, NULL);
    test_bridge(NGX_WEBRTC_SKYWAY_ANSWER, NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"type\":\"data\"}", NGX_WEBRTC_SKYWAY_REST, NULL);
    test_bridge(NGX_WEBRTC_SKYWAY_CANDIDATE, NGX_WEBRTC_SKYWAY_PEERJS,
                "{\"candidate\":{}}", NGX_WEBRTC_SKYWAY_REST, NULL);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_data_offer_goes_to_peerjs),
        cmocka_unit_test(where_programs_are_is_not_for_pages),
        cmocka_unit_test(a_data_offer_comes_from_peerjs),
        cmocka_unit_test(a_media_offer_has_no_options),
        cmocka_unit_test(answers_and_candidates_are_renamed),
        cmocka_unit_test(words_are_those_of_the_receiver),
        cmocka_unit_test(reliable_is_ordered_and_without_limit),
        cmocka_unit_test(a_label_is_never_left_out),
        cmocka_unit_test(the_same_dialect_changes_nothing),
        cmocka_unit_test(what_has_no_words_is_dropped)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
