
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The HTTP API, from the header's value and the body to the answer.  It tests
 * these together:
 *
 *     ngx_webrtc_sora_disconnect.c
 *     ngx_webrtc_sora_list.c
 *     ngx_webrtc_sora_operation.c
 *     ngx_webrtc_sora_routes.c
 *     ngx_webrtc_sora_schema.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/client_sora.h"


static ngx_webrtc_sora_call_t    call;
static ngx_webrtc_sora_answer_t  answer;


/* body NULL: empty */

static ngx_int_t
parse(const char *target, const char *body)
{
    size_t      len;
    u_char     *data;
    ngx_int_t   rc;
    ngx_str_t   value;

    ngx_webrtc_sora_answer_free(&answer);
    ngx_webrtc_sora_call_free(&call);

    value.data = (u_char *) target;
    value.len = target ? strlen(target) : 0;

    len = body ? strlen(body) : 0;
    data = malloc(len ? len : 1);
    memcpy(data, body ? body : "", len);

    rc = ngx_webrtc_sora_api_parse(&value, data, len, &call, &answer);

    free(data);

    return rc;
}


static void
done(void)
{
    ngx_webrtc_sora_answer_free(&answer);
    ngx_webrtc_sora_call_free(&call);
}


#define assert_answer(want, text)                                            \
    assert_int_equal(answer.status, want);                                   \
    assert_int_equal(answer.body.len, strlen(text));                         \
    assert_memory_equal(answer.body.data, text, strlen(text))


static void
refused(const char *target, const char *body, const char *want)
{
    assert_int_equal(parse(target, body), NGX_DECLINED);

    if (answer.body.len != strlen(want)
        || memcmp(answer.body.data, want, strlen(want)) != 0)
    {
        print_error("%s %s\n%.*s\n%s\n", target, body ? body : "",
                    (int) answer.body.len, answer.body.data, want);
    }

    assert_answer(400, want);
}


static void
targets_are_refused_step_by_step(void **state)
{
    (void) state;

    refused(NULL, NULL, "{\"type\":\"MissingHeaderName\"}");

    refused("", NULL, "{\"error_type\":\"MissingService\"}");
    refused("Sora", NULL, "{\"error_type\":\"MissingService\"}");
    refused("Sora_20201013", NULL, "{\"error_type\":\"MissingService\"}");
    refused("Sora_20201013.", NULL, "{\"error_type\":\"MissingService\"}");
    refused("_20201013.List", NULL, "{\"error_type\":\"MissingService\"}");
    refused("Sora_2020101.List", NULL, "{\"error_type\":\"MissingService\"}");
    refused("Sora_202010133.List", NULL,
            "{\"error_type\":\"MissingService\"}");
    refused("Sora_20201013.List-Connections", NULL,
            "{\"error_type\":\"MissingService\"}");
    refused("S\xc3\xb3ra_20201013.List", NULL,
            "{\"error_type\":\"MissingService\"}");

    refused("Swidden_20201013.ListConnections", NULL,
            "{\"error_type\":\"InvalidTarget\"}");
    refused("sora_20201013.ListConnections", NULL,
            "{\"error_type\":\"InvalidTarget\"}");

    refused("Sora_20201013.Nope", NULL, "{\"error_type\":\"MissingTarget\"}");
    refused("Sora_20990101.ListConnections", NULL,
            "{\"error_type\":\"MissingTarget\"}");

    refused("Sora_20201013.Nope", "{}",
            "{\"error_type\":\"SchemaNotFound\",\"error_reason\":"
            "{\"service\":\"Sora\",\"version\":\"20201013\","
            "\"operation\":\"Nope\"}}");

    refused("Sora_20201013.ListChannelConnections", NULL,
            "{\"error_type\":\"MissingTargetFunction\",\"error_reason\":"
            "{\"service\":\"Sora\",\"version\":\"20201013\","
            "\"operation\":\"ListChannelConnections\"}}");

    done();
}


static void
bodies_that_are_not_json_fail_to_parse(void **state)
{
    ngx_uint_t  i;

    static const char *const  bodies[] = {
        "{", " ", "channel_id=sora", "{}x", "{'channel_id':'a'}",
        "\xef\xbb\xbf{\"channel_id\":\"a\"}",
        "{\"channel_id\":\"a\",\"channel_id\":\"b\"}",
        "{\"channel_id\":\"a\",\"n\":NaN}",
        "{\"channel_id\":\"a\",\"n\":1e400}",
        "{\"channel_id\":\"\\ud800\"}",
        "{\"channel_id\":\"\xc0\xaf\"}",
    };

    (void) state;

    for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
        refused("Sora_20201013.ListChannelConnections", bodies[i],
                "{\"error_type\":\"InvalidJSON\","
                "\"error_reason\":[{\"invalid\":\"parse\"}]}");
    }

    done();
}


#define CHANNEL_KEY                                                          \
    "{\"type\":\"string\",\"minLength\":1,\"maxLength\":255}"


static void
keys_are_checked_by_their_schema(void **state)
{
    char  text[1024], name[300];

    (void) state;

    refused("Sora_20201013.ListChannelConnections", "{\"channel_id\":1}",
            "{\"error_type\":\"InvalidJSON\",\"error_reason\":"
            "[{\"invalid\":\"data\",\"schema\":" CHANNEL_KEY ","
            "\"error\":\"wrong_type\",\"data\":1,"
            "\"path\":[\"channel_id\"]}]}");

    refused("Sora_20201013.ListChannelConnections", "{\"channel_id\":null}",
            "{\"error_type\":\"InvalidJSON\",\"error_reason\":"
            "[{\"invalid\":\"data\",\"schema\":" CHANNEL_KEY ","
            "\"error\":\"wrong_type\",\"data\":null,"
            "\"path\":[\"channel_id\"]}]}");

    refused("Sora_20201013.ListChannelConnections", "{\"channel_id\":\"\"}",
            "{\"error_type\":\"InvalidJSON\",\"error_reason\":"
            "[{\"invalid\":\"data\",\"schema\":" CHANNEL_KEY ","
            "\"error\":\"wrong_length\",\"data\":\"\","
            "\"path\":[\"channel_id\"]}]}");

    refused("Sora_20151104.DisconnectConnection", "{\"channel_id\":\"s\"}",
            "{\"error_type\":\"InvalidJSON\",\"error_reason\":"
            "[{\"invalid\":\"data\",\"schema\":{\"type\":\"object\","
            "\"properties\":{\"channel_id\":" CHANNEL_KEY ","
            "\"connection_id\":" CHANNEL_KEY ","
            "\"reason\":{\"type\":\"object\"}},"
            "\"required\":[\"channel_id\",\"connection_id\"]},"
            "\"error\":\"missing_required_property\","
            "\"data\":{\"channel_id\":\"s\"},\"path\":[]}]}");

    refused("Sora_20201120.DisconnectChannelByRole",
            "{\"channel_id\":\"s\",\"role\":\"upstream\"}",
            "{\"error_type\":\"InvalidJSON\",\"error_reason\":"
            "[{\"invalid\":\"data\",\"schema\":{\"type\":\"string\","
            "\"enum\":[\"sendrecv\",\"sendonly\",\"recvonly\"]},"
            "\"error\":\"not_in_enum\",\"data\":\"upstream\","
            "\"path\":[\"role\"]}]}");

    refused("Sora_20201013.ListConnections", "{\"local\":\"yes\"}",
            "{\"error_type\":\"InvalidJSON\",\"error_reason\":"
            "[{\"invalid\":\"data\",\"schema\":{\"type\":\"boolean\"},"
            "\"error\":\"wrong_type\",\"data\":\"yes\","
            "\"path\":[\"local\"]}]}");

    refused("Sora_20151104.DisconnectChannel",
            "{\"channel_id\":\"s\",\"reason\":\"text\"}",
            "{\"error_type\":\"InvalidJSON\",\"error_reason\":"
            "[{\"invalid\":\"data\",\"schema\":{\"type\":\"object\"},"
            "\"error\":\"wrong_type\",\"data\":\"text\","
            "\"path\":[\"reason\"]}]}");

    refused("Sora_20201013.ListChannels", "[{}]",
            "{\"error_type\":\"InvalidJSON\",\"error_reason\":"
            "[{\"invalid\":\"data\",\"schema\":{\"type\":\"object\","
            "\"properties\":{}},\"error\":\"wrong_type\",\"data\":[{}],"
            "\"path\":[]}]}");

    memset(name, 'x', sizeof(name));

    snprintf(text, sizeof(text), "{\"channel_id\":\"%.*s\"}", 255, name);
    assert_int_equal(parse("Sora_20201013.ListChannelConnections", text),
                     NGX_OK);
    assert_int_equal(call.channel_id.len, 255);

    snprintf(text, sizeof(text), "{\"channel_id\":\"%.*s\"}", 256, name);
    assert_int_equal(parse("Sora_20201013.ListChannelConnections", text),
                     NGX_DECLINED);

    done();
}


static void
a_huge_value_is_not_repeated_in_its_error(void **state)
{
    char    *text;
    size_t   len;

    (void) state;

    len = 1000000;
    text = malloc(len + 1);
    memset(text, 'x', len);
    memcpy(text, "{\"channel_id\":[\"", 16);
    memcpy(text + len - 3, "\"]}", 4);

    assert_int_equal(parse("Sora_20201013.ListChannelConnections", text),
                     NGX_DECLINED);
    assert_true(answer.body.len < 300);

    free(text);
    done();
}


static void
operations_without_keys_take_nothing_or_anything(void **state)
{
    ngx_uint_t  i;

    static const struct {
        const char               *target;
        ngx_webrtc_sora_scope_e   scope;
    } routes[] = {
        { "Sora_20201013.ListConnections", NGX_WEBRTC_SORA_LIST_CONNECTIONS },
        { "Sora_20201013.ListChannels", NGX_WEBRTC_SORA_LIST_CHANNELS },
        { "Sora_20200225.GetAllRemoteStats", NGX_WEBRTC_SORA_REMOTE_STATS },
        { "Sora_20171010.GetStatsReport", NGX_WEBRTC_SORA_STATS_REPORT },
        { "Sora_20171010:GetStatsReport", NGX_WEBRTC_SORA_STATS_REPORT },
    };

    (void) state;

    for (i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        assert_int_equal(parse(routes[i].target, NULL), NGX_OK);
        assert_int_equal(parse(routes[i].target, "{}"), NGX_OK);
        assert_int_equal(parse(routes[i].target,
                               "{\"channel_id\":\"a\",\"more\":[1]}"),
                         NGX_OK);
        assert_int_equal(call.scope, routes[i].scope);

        /* a key that the operation does not have is not looked at */

        assert_int_equal(call.channel_id.len, 0);
        assert_non_null(call.args);
    }

    done();
}


static void
execute(const char *target, const char *body)
{
    assert_int_equal(parse(target, body), NGX_OK);
    assert_int_equal(call.scope, NGX_WEBRTC_SORA_HOME);

    ngx_webrtc_sora_api_execute(sora.sora, &call, sora.now, &answer);
}


static void
disconnect_channel_ends_everybody(void **state)
{
    client_t  *a, *b, *c;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "so\\\"ra");
    b = sora_arrive("recvonly", "so\\\"ra");
    c = sora_arrive("recvonly", "other");

    execute("Sora_20151104.DisconnectChannel",
            "{\"channel_id\":\"so\\\"ra\",\"reason\":{\"why\":1}}");
    assert_answer(200, "{\"channel_id\":\"so\\\"ra\"}");
    assert_closed(a, 1000, "DISCONNECTED-API");
    assert_closed(b, 1000, "DISCONNECTED-API");
    assert_false(c->closed);

    execute("Sora_20151104.DisconnectChannel",
            "{\"channel_id\":\"so\\\"ra\"}");
    assert_answer(400, "{\"error_type\":\"CHANNEL-NOT-FOUND\","
                       "\"error_reason\":{\"channel_id\":\"so\\\"ra\"}}");

    done();
    sora_stop();
}


static void
disconnect_client_ends_all_of_that_name(void **state)
{
    client_t  *a, *b, *c;

    (void) state;

    sora_start();

    a = sora_join("{\"type\":\"connect\",\"role\":\"sendrecv\","
                  "\"channel_id\":\"sora\",\"client_id\":\"x\"}");
    b = sora_join("{\"type\":\"connect\",\"role\":\"recvonly\","
                  "\"channel_id\":\"sora\",\"client_id\":\"x\"}");
    c = sora_join("{\"type\":\"connect\",\"role\":\"recvonly\","
                  "\"channel_id\":\"sora\",\"client_id\":\"xx\"}");

    execute("Sora_20151104.DisconnectClient",
            "{\"client_id\":\"x\",\"channel_id\":\"sora\"}");
    assert_answer(200, "{\"channel_id\":\"sora\",\"client_id\":\"x\"}");
    assert_true(a->closed);
    assert_true(b->closed);
    assert_false(c->closed);

    execute("Sora_20151104.DisconnectClient",
            "{\"client_id\":\"x\",\"channel_id\":\"sora\"}");
    assert_answer(400, "{\"error_type\":\"CLIENT-NOT-FOUND\","
                       "\"error_reason\":{\"channel_id\":\"sora\","
                       "\"client_id\":\"x\"}}");

    execute("Sora_20151104.DisconnectClient",
            "{\"client_id\":\"x\",\"channel_id\":\"none\"}");
    assert_int_equal(answer.status, 400);

    done();
    sora_stop();
}


static void
disconnect_connection_ends_one_once(void **state)
{
    char       body[256], want[512];
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    b = sora_arrive("sendrecv", "sora");

    /* of another channel */

    snprintf(body, sizeof(body),
             "{\"channel_id\":\"other\",\"connection_id\":\"%s\"}", a->id);
    execute("Sora_20151104.DisconnectConnection", body);
    assert_int_equal(answer.status, 400);
    assert_false(a->closed);

    snprintf(body, sizeof(body),
             "{\"channel_id\":\"sora\",\"connection_id\":\"%s\"}", a->id);
    execute("Sora_20151104.DisconnectConnection", body);
    assert_answer(200, body);
    assert_closed(a, 1000, "DISCONNECTED-API");
    assert_key(sora_last(b, "notify"), "event_type", "connection.destroyed");

    execute("Sora_20151104.DisconnectConnection", body);
    snprintf(want, sizeof(want), "{\"error_type\":\"CONNECTION-NOT-FOUND\","
             "\"error_reason\":%s}", body);
    assert_answer(400, want);

    done();
    sora_stop();
}


static void
disconnect_by_role_ends_that_role(void **state)
{
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = sora_arrive("sendonly", "sora");
    b = sora_arrive("recvonly", "sora");

    execute("Sora_20201120.DisconnectChannelByRole",
            "{\"channel_id\":\"sora\",\"role\":\"sendonly\",\"reason\":{}}");
    assert_answer(200, "{\"channel_id\":\"sora\",\"role\":\"sendonly\"}");
    assert_closed(a, 1000, "DISCONNECTED-API");
    assert_false(b->closed);

    /* nobody has it any more */

    execute("Sora_20201120.DisconnectChannelByRole",
            "{\"channel_id\":\"sora\",\"role\":\"sendonly\"}");
    assert_int_equal(answer.status, 200);

    execute("Sora_20201120.DisconnectChannelByRole",
            "{\"channel_id\":\"none\",\"role\":\"sendonly\"}");
    assert_answer(400, "{\"error_type\":\"CHANNEL-NOT-FOUND\","
                       "\"error_reason\":{\"channel_id\":\"none\","
                       "\"role\":\"sendonly\"}}");

    done();
    sora_stop();
}


static void
connection_info(ngx_webrtc_connection_info_t *info)
{
    ngx_memzero(info, sizeof(ngx_webrtc_connection_info_t));

    ngx_str_set(&info->channel_id, "sora");
    ngx_str_set(&info->client_id, "c\"l");
    ngx_str_set(&info->bundle_id, "b");
    ngx_memcpy(info->connection_id, "DV2Z3MSXC50M78Y11ETN3VZ360",
               NGX_WEBRTC_ID_LEN);
    info->created_time = 1642469139980509ULL;
    info->role = NGX_WEBRTC_SENDRECV;
    info->audio = 1;
    info->audio_codec = NGX_WEBRTC_CODEC_OPUS;
    info->video = 1;
    info->video_codec = NGX_WEBRTC_CODEC_VP9;
    info->video_bit_rate = 1000;
    ngx_str_set(&info->video_params, "{\"profile_id\":0}");
}


static void
connections_are_listed_with_all_their_fields(void **state)
{
    ngx_webrtc_sora_list_t        *list;
    ngx_webrtc_connection_info_t   info;

    (void) state;

    assert_int_equal(parse("Sora_20201013.ListConnections", NULL), NGX_OK);

    list = ngx_webrtc_sora_list_start(&call);
    ngx_webrtc_sora_list_finish(list, &answer);
    assert_answer(200, "[]");
    ngx_webrtc_sora_answer_free(&answer);

    list = ngx_webrtc_sora_list_start(&call);

    connection_info(&info);
    ngx_webrtc_sora_list_connection(list, &info);

    info.role = NGX_WEBRTC_RECVONLY;
    info.audio = 0;
    info.video = 0;
    ngx_webrtc_sora_list_connection(list, &info);

    info.audio = 1;
    info.audio_bit_rate = 64;
    info.video = 1;
    info.video_codec = NGX_WEBRTC_CODEC_VP8;
    ngx_str_null(&info.video_params);
    ngx_webrtc_sora_list_connection(list, &info);

    ngx_webrtc_sora_list_finish(list, &answer);

#define IDS                                                                  \
    "{\"channel_id\":\"sora\",\"client_id\":\"c\\\"l\","                     \
    "\"created_time\":1642469139980509,\"bundle_id\":\"b\","                 \
    "\"connection_id\":\"DV2Z3MSXC50M78Y11ETN3VZ360\","                      \
    "\"multistream\":true,"

    assert_answer(200, "[" IDS "\"role\":\"sendrecv\",\"simulcast\":false,"
                  "\"spotlight\":false,\"audio\":{\"codec_type\":\"OPUS\"},"
                  "\"video\":{\"codec_type\":\"VP9\",\"bit_rate\":1000,"
                  "\"vp9_params\":{\"profile_id\":0}}},"
                  IDS "\"role\":\"recvonly\",\"simulcast\":false,"
                  "\"spotlight\":false,\"audio\":false,\"video\":false},"
                  IDS "\"role\":\"recvonly\",\"simulcast\":false,"
                  "\"spotlight\":false,\"audio\":{\"codec_type\":\"OPUS\","
                  "\"bit_rate\":64},\"video\":{\"codec_type\":\"VP8\","
                  "\"bit_rate\":1000}}]");

    done();
}


static void
channels_are_listed(void **state)
{
    ngx_webrtc_sora_list_t        *list;
    ngx_webrtc_connection_info_t   one, two;

    (void) state;

    ngx_memzero(&one, sizeof(ngx_webrtc_connection_info_t));
    ngx_memzero(&two, sizeof(ngx_webrtc_connection_info_t));

    ngx_str_set(&one.channel_id, "one");
    ngx_str_set(&two.channel_id, "t\nwo");
    memcpy(one.session_id, "AAAAAAAAAAAAAAAAAAAAAAAAAA", NGX_WEBRTC_ID_LEN);
    memcpy(two.session_id, "BBBBBBBBBBBBBBBBBBBBBBBBBB", NGX_WEBRTC_ID_LEN);
    two.spotlight = 1;

    assert_int_equal(parse("Sora_20201013.ListChannels", "{}"), NGX_OK);

    list = ngx_webrtc_sora_list_start(&call);
    ngx_webrtc_sora_list_channel(list, &one);
    ngx_webrtc_sora_list_channel(list, &two);
    ngx_webrtc_sora_list_finish(list, &answer);

    assert_answer(200, "[{\"channel_id\":\"one\",\"multistream\":true,"
                  "\"spotlight\":false},{\"channel_id\":\"t\\nwo\","
                  "\"multistream\":true,\"spotlight\":true}]");

    assert_int_equal(parse("Sora_20231220.ListSessions", "{}"), NGX_OK);

    list = ngx_webrtc_sora_list_start(&call);
    ngx_webrtc_sora_list_channel(list, &two);
    ngx_webrtc_sora_list_finish(list, &answer);

    assert_answer(200, "[{\"channel_id\":\"t\\nwo\",\"session_id\":"
                  "\"BBBBBBBBBBBBBBBBBBBBBBBBBB\",\"multistream\":true,"
                  "\"spotlight\":true}]");

    done();
}


static void
remote_stats_are_shown_as_they_came(void **state)
{
    ngx_str_t                      none = ngx_null_string;
    ngx_str_t                      stats = ngx_string("[{\"a\": 1.50}]");
    ngx_webrtc_sora_list_t        *list;
    ngx_webrtc_connection_info_t   info;

    (void) state;

    connection_info(&info);

    assert_int_equal(parse("Sora_20200225.GetChannelRemoteStats",
                           "{\"channel_id\":\"sora\"}"),
                     NGX_OK);

    list = ngx_webrtc_sora_list_start(&call);
    ngx_webrtc_sora_list_stats(list, &info, &none, 0);
    ngx_webrtc_sora_list_stats(list, &info, &stats, 1586417492056487ULL);
    ngx_webrtc_sora_list_stats(list, &info, NULL, 0);
    ngx_webrtc_sora_list_finish(list, &answer);

    assert_answer(200, "[{\"channel_id\":\"sora\","
                  "\"connection_id\":\"DV2Z3MSXC50M78Y11ETN3VZ360\","
                  "\"remote_stats\":[{\"a\": 1.50}],"
                  "\"timestamp\":\"2020-04-09T07:31:32.056Z\"}]");

    /* the key has another name for one connection */

    assert_int_equal(parse("Sora_20200225.GetConnectionRemoteStats",
                           "{\"channel_id\":\"sora\",\"connection_id\":"
                           "\"DV2Z3MSXC50M78Y11ETN3VZ360\"}"),
                     NGX_OK);

    list = ngx_webrtc_sora_list_start(&call);
    ngx_webrtc_sora_list_stats(list, &info, &stats, 1586417492056487ULL);
    ngx_webrtc_sora_list_finish(list, &answer);

    assert_answer(200, "{\"channel_id\":\"sora\","
                  "\"connection_id\":\"DV2Z3MSXC50M78Y11ETN3VZ360\","
                  "\"stats\":[{\"a\": 1.50}],"
                  "\"timestamp\":\"2020-04-09T07:31:32.056Z\"}");
    ngx_webrtc_sora_answer_free(&answer);

    list = ngx_webrtc_sora_list_start(&call);
    ngx_webrtc_sora_list_stats(list, &info, &none, 0);
    ngx_webrtc_sora_list_finish(list, &answer);

    assert_answer(200, "{\"channel_id\":\"sora\","
                  "\"connection_id\":\"DV2Z3MSXC50M78Y11ETN3VZ360\","
                  "\"stats\":[]}");
    ngx_webrtc_sora_answer_free(&answer);

    list = ngx_webrtc_sora_list_start(&call);
    ngx_webrtc_sora_list_finish(list, &answer);

    assert_answer(400, "{\"error_type\":\"CONNECTION-NOT-FOUND\","
                  "\"error_reason\":{\"channel_id\":\"sora\","
                  "\"connection_id\":\"DV2Z3MSXC50M78Y11ETN3VZ360\"}}");

    done();
}


static void
fixed_answers_have_their_bodies(void **state)
{
    ngx_uint_t  i;

    static const struct {
        ngx_uint_t   status;
        const char  *body;
    } cases[] = {
        { 400, "{\"type\":\"UnexpectedMethod\"}" },
        { 408, "{\"error_type\":\"RequestTimeout\"}" },
        { 413, "{\"error_type\":\"PayloadTooLarge\"}" },
        { 500, "{\"error_type\":\"HandlerException\"}" },
        { 503, "{\"error_type\":\"ServiceUnavailable\"}" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ngx_webrtc_sora_api_status(cases[i].status, &answer);
        assert_answer(cases[i].status, cases[i].body);
        ngx_webrtc_sora_answer_free(&answer);
    }

    assert_int_equal(parse("Sora_20201013.ListChannels", NULL), NGX_OK);
    ngx_webrtc_sora_api_execute(NULL, &call, 0, &answer);
    assert_int_equal(answer.status, 500);

    done();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(targets_are_refused_step_by_step),
        cmocka_unit_test(bodies_that_are_not_json_fail_to_parse),
        cmocka_unit_test(keys_are_checked_by_their_schema),
        cmocka_unit_test(a_huge_value_is_not_repeated_in_its_error),
        cmocka_unit_test(operations_without_keys_take_nothing_or_anything),
        cmocka_unit_test(disconnect_channel_ends_everybody),
        cmocka_unit_test(disconnect_client_ends_all_of_that_name),
        cmocka_unit_test(disconnect_connection_ends_one_once),
        cmocka_unit_test(disconnect_by_role_ends_that_role),
        cmocka_unit_test(connections_are_listed_with_all_their_fields),
        cmocka_unit_test(channels_are_listed),
        cmocka_unit_test(remote_stats_are_shown_as_they_came),
        cmocka_unit_test(fixed_answers_have_their_bodies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
