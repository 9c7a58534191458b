
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* The auth webhook: its question, its answer, what that does to a connect. */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <front/sora/ngx_webrtc_sora_auth.h>


#define CONNECT  "{\"type\":\"connect\",\"channel_id\":\"sora\","             \
                 "\"role\":\"sendrecv\""


static ngx_webrtc_sora_connect_t  connect_message;


/* NULL: the connect message was taken */

static const char *
let_in(const char *text, const char *answer)
{
    ngx_int_t    rc;
    ngx_str_t    authz;
    const char  *reason;

    authz.data = (u_char *) answer;
    authz.len = strlen(answer);

    rc = ngx_webrtc_sora_connect_parse(&connect_message, (u_char *) text,
                                       strlen(text), &authz, &reason);

    return (rc == NGX_OK) ? NULL : reason;
}


static void
done(void)
{
    ngx_webrtc_sora_connect_free(&connect_message);
}


static void
assert_str(ngx_str_t str, const char *text)
{
    assert_int_equal(str.len, strlen(text));
    assert_memory_equal(str.data, text, str.len);
}


static void
filters_of_the_webhook_go_over_those_of_the_client_by_either_name(
    void **state)
{
    (void) state;

    assert_null(let_in(CONNECT ",\"forwarding_filters\":[]}",
                       "{\"allowed\":true,\"forwarding_filter\":{}}"));
    assert_null(json_object_get(connect_message.json,
                                "forwarding_filters"));
    assert_non_null(json_object_get(connect_message.json,
                                    "forwarding_filter"));
    done();

    assert_null(let_in(CONNECT ",\"forwarding_filter\":{}}",
                       "{\"allowed\":true,\"forwarding_filter\":null}"));
    assert_non_null(json_object_get(connect_message.json,
                                    "forwarding_filter"));
    done();
}


static void
what_the_webhook_says_goes_over_what_the_client_said(void **state)
{
    const ngx_webrtc_connection_info_t  *info;

    (void) state;

    assert_null(let_in(CONNECT ",\"client_id\":\"me\",\"bundle_id\":\"b\","
                       "\"audio\":{\"bit_rate\":20},"
                       "\"video\":{\"codec_type\":\"VP8\",\"bit_rate\":500}}",
                       "{\"allowed\":true,\"client_id\":\"you\","
                       "\"bundle_id\":null,"
                       "\"video_codec_type\":\"H264\","
                       "\"video_h264_params\":"
                       "{\"profile_level_id\":\"42e01f\"},"
                       "\"audio\":true,"
                       "\"audio_opus_params\":{\"stereo\":true}}"));

    info = &connect_message.join.info;

    assert_str(info->client_id, "you");
    assert_str(info->bundle_id, "b");
    assert_int_equal(info->video_codec, NGX_WEBRTC_CODEC_H264);
    assert_int_equal(info->video_bit_rate, 500);
    assert_int_equal(info->audio_bit_rate, 20);
    assert_int_equal(connect_message.join.opus.stereo, 1);

    done();
}


static void
media_can_be_taken_away_and_given(void **state)
{
    (void) state;

    assert_null(let_in(CONNECT ",\"video\":{\"codec_type\":\"VP8\"}}",
                       "{\"allowed\":true,\"video\":false,"
                       "\"video_bit_rate\":300}"));
    assert_int_equal(connect_message.join.info.video, 0);
    done();

    assert_null(let_in(CONNECT ",\"video\":false}",
                       "{\"allowed\":true,\"video\":true,"
                       "\"video_bit_rate\":300}"));
    assert_int_equal(connect_message.join.info.video, 1);
    assert_int_equal(connect_message.join.info.video_bit_rate, 300);
    done();
}


static void
what_is_the_servers_alone_is_not_read_from_the_client(void **state)
{
    (void) state;

    assert_null(let_in(CONNECT ",\"connection_lifetime\":3,"
                       "\"signaling_notify\":false,"
                       "\"event_metadata\":{\"a\":1},"
                       "\"metadata\":{\"secret\":1},"
                       "\"signaling_notify_metadata\":\"from the client\"}",
                       "{\"allowed\":true}"));

    assert_int_equal(connect_message.join.lifetime, 0);
    assert_int_equal(connect_message.silent, 0);
    assert_int_equal(connect_message.join.event_metadata.len, 0);
    assert_int_equal(connect_message.metadata.len, 0);
    assert_int_equal(connect_message.join.authz_metadata.len, 0);
    assert_str(connect_message.join.metadata, "\"from the client\"");
    done();

    assert_null(let_in(CONNECT "}",
                       "{\"allowed\":true,\"connection_lifetime\":3,"
                       "\"signaling_notify\":false,"
                       "\"event_metadata\":{\"a\":1.50},"
                       "\"metadata\":[1e2],"
                       "\"signaling_notify_metadata\":\"from the server\"}"));

    assert_int_equal(connect_message.join.lifetime, 3 * NGX_WEBRTC_SEC);
    assert_int_equal(connect_message.silent, 1);
    assert_str(connect_message.join.event_metadata, "{\"a\":1.50}");
    assert_str(connect_message.metadata, "[1e2]");
    assert_str(connect_message.join.authz_metadata, "\"from the server\"");
    assert_int_equal(connect_message.join.has_metadata, 0);
    done();
}


static void
an_answer_that_breaks_a_rule_is_refused(void **state)
{
    (void) state;

    assert_string_equal(let_in(CONNECT "}", "{\"allowed\":true,"
                               "\"connection_lifetime\":0}"),
                        "INVALID-AUTH-WEBHOOK-ANSWER");
    assert_string_equal(let_in(CONNECT "}", "{\"allowed\":true,"),
                        "INVALID-AUTH-WEBHOOK-ANSWER");
    assert_string_equal(let_in(CONNECT "}", "{\"allowed\":true,"
                               "\"video_codec_type\":\"VP7\"}"),
                        "INVALID-VIDEO-CODEC-TYPE");
}


static void
the_request_tells_what_the_client_wants(void **state)
{
    size_t                         i;
    json_t                        *json, *client;
    const char                    *reason, *message;
    ngx_webrtc_sora_text_t         text;
    ngx_webrtc_sora_node_t         node;
    ngx_webrtc_sora_auth_facts_t   facts;

    static const struct {
        const char  *raw;
        const char  *type;
        const char  *version;
        const char  *commit;
    } clients[] = {
        { "Sora JavaScript SDK 2026.1.0", "Sora JavaScript SDK", "2026.1.0",
          NULL },
        { "Momo 2025.1.3 (6ba0ac0a)", "Momo", "2025.1.3", "6ba0ac0a" },
        { "mine", "mine", NULL, NULL },
        { "", "", NULL, NULL },
        { "mine 1 (", "mine", "1", NULL }
    };

    (void) state;

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));
    ngx_memzero(&facts, sizeof(ngx_webrtc_sora_auth_facts_t));

    ngx_str_set(&node.version, "2025.2.0");
    ngx_str_set(&node.label, "label");
    ngx_str_set(&node.node_name, "node");

    facts.node = &node;
    facts.wall = 1500000000 * NGX_WEBRTC_SEC;
    ngx_memcpy(facts.id, "0RNTMZSXJX4K52H4HMS85BB85M", NGX_WEBRTC_ID_LEN);
    ngx_memcpy(facts.connection_id, facts.id, NGX_WEBRTC_ID_LEN);
    facts.counts.all = 1;
    facts.counts.roles[NGX_WEBRTC_RECVONLY] = 1;

    for (i = 0; i < sizeof(clients) / sizeof(clients[0]); i++) {

        char  buf[512];

        snprintf(buf, sizeof(buf), CONNECT ",\"spotlight\":3,"
                 "\"metadata\":{\"n\":1.50},\"sora_client\":\"%s\"}",
                 clients[i].raw);

        ngx_webrtc_sora_text_reset(&text);
        assert_int_equal(ngx_webrtc_sora_auth_request(&text, &facts,
                                                      (u_char *) buf,
                                                      strlen(buf), &reason),
                         NGX_OK);

        json = json_loadb((char *) text.start, text.len, 0, NULL);
        assert_non_null(json);

        assert_null(json_object_get(json, "type"));
        assert_null(json_object_get(json, "client_id"));
        assert_null(json_object_get(json, "session_id"));
        assert_true(json_is_true(json_object_get(json, "spotlight")));
        assert_true(json_is_false(json_object_get(json, "simulcast")));
        assert_int_equal(json_integer_value(json_object_get(json,
                                           "channel_recvonly_connections")),
                         1);
        assert_non_null(json_object_get(json, "auth_metadata"));

        client = json_object_get(json, "sora_client");
        assert_string_equal(json_string_value(json_object_get(client,
                                                              "type")),
                            clients[i].type);

        message = json_string_value(json_object_get(client, "version"));
        assert_true(!message == !clients[i].version);

        if (message) {
            assert_string_equal(message, clients[i].version);
        }

        message = json_string_value(json_object_get(client, "commit_short"));
        assert_true(!message == !clients[i].commit);

        json_decref(json);
    }

    message = "{\"type\":\"connect\"}";
    ngx_webrtc_sora_text_reset(&text);
    assert_int_equal(ngx_webrtc_sora_auth_request(&text, &facts,
                                                  (u_char *) message,
                                                  strlen(message), &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "MISSING-ROLE");

    ngx_webrtc_sora_text_free(&text);
}


static void
only_true_lets_in(void **state)
{
    size_t       i;
    u_char       buf[NGX_WEBRTC_SORA_REASON_LEN];
    ngx_str_t    body, reason;
    char         text[512], longest[400];

    static const struct {
        ngx_uint_t   status;
        const char  *body;
        ngx_int_t    rc;
        const char  *reason;
    } answers[] = {
        { 200, "{\"allowed\":true}", NGX_OK, NULL },
        { 200, " {\"allowed\":true} ", NGX_OK, NULL },
        { 201, "{\"allowed\":true}", NGX_ERROR, "AUTH-WEBHOOK-FAILED" },
        { 0, "{\"allowed\":true}", NGX_ERROR, "AUTH-WEBHOOK-FAILED" },
        { 200, "", NGX_ERROR, "AUTH-WEBHOOK-FAILED" },
        { 200, "[]", NGX_ERROR, "AUTH-WEBHOOK-FAILED" },
        { 200, "{\"allowed\":1}", NGX_ERROR, "AUTH-WEBHOOK-FAILED" },
        { 200, "{\"allowed\":null}", NGX_ERROR, "AUTH-WEBHOOK-FAILED" },
        { 200, "{\"allowed\":true,\"allowed\":true}", NGX_ERROR,
          "AUTH-WEBHOOK-FAILED" },
        { 200, "{\"allowed\":false}", NGX_DECLINED, "AUTH-WEBHOOK-DENIED" },
        { 200, "{\"allowed\":false,\"reason\":\"\"}", NGX_DECLINED,
          "AUTH-WEBHOOK-DENIED" },
        { 200, "{\"allowed\":false,\"reason\":7}", NGX_DECLINED,
          "AUTH-WEBHOOK-DENIED" },
        { 200, "{\"allowed\":false,\"reason\":\"NO\"}", NGX_DECLINED, "NO" },
        { 200, "{\"allowed\":false,\"reason\":\"a\\nb\"}", NGX_DECLINED,
          "a b" },
    };

    (void) state;

    for (i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        body.data = (u_char *) answers[i].body;
        body.len = strlen(answers[i].body);

        assert_int_equal(ngx_webrtc_sora_auth_answer(answers[i].status, &body,
                                                     buf, &reason),
                         answers[i].rc);

        if (answers[i].reason) {
            assert_str(reason, answers[i].reason);
        }
    }

    /* two bytes each: 61 of them fit into 123 */

    for (i = 0; i < 100; i++) {
        memcpy(longest + 2 * i, "\xc3\xa9", 3);
    }

    snprintf(text, sizeof(text), "{\"allowed\":false,\"reason\":\"%s\"}",
             longest);
    body.data = (u_char *) text;
    body.len = strlen(text);

    assert_int_equal(ngx_webrtc_sora_auth_answer(200, &body, buf, &reason),
                     NGX_DECLINED);
    assert_int_equal(reason.len, 122);
    assert_memory_equal(reason.data, longest, 122);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_the_webhook_says_goes_over_what_the_client_said),
        cmocka_unit_test(
            filters_of_the_webhook_go_over_those_of_the_client_by_either_name),
        cmocka_unit_test(media_can_be_taken_away_and_given),
        cmocka_unit_test(
            what_is_the_servers_alone_is_not_read_from_the_client),
        cmocka_unit_test(an_answer_that_breaks_a_rule_is_refused),
        cmocka_unit_test(the_request_tells_what_the_client_wants),
        cmocka_unit_test(only_true_lets_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
