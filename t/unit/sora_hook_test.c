
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* The bodies of the session and the event webhook. */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/client_sora.h"

#include <hub/ngx_webrtc_filter.h>
#include <hub/ngx_webrtc_spotlight.h>
#include <front/sora/ngx_webrtc_sora_hook.h>


#define ID       "0RNTMZSXJX4K52H4HMS85BB85M"

#define CONNECT  "{\"type\":\"connect\",\"channel_id\":\"room\","             \
                 "\"role\":\"sendrecv\""


static const ngx_webrtc_sora_node_t  node = {
    ngx_string("2025.2.0"),
    ngx_string("a \"label\""),
    ngx_string("node")
};


/* the last webhook, and what sessions remember */

static json_t                          *hook;
static ngx_uint_t                       hooks;
static ngx_webrtc_sora_hook_session_t   memory;


static json_t *
load(ngx_webrtc_sora_text_t *text)
{
    json_t        *json;
    json_error_t   error;

    assert_false(text->failed);

    json = json_loadb((char *) text->start, text->len, 0, &error);

    if (json == NULL) {
        print_error("%s\n%.*s\n", error.text, (int) text->len, text->start);
    }

    assert_non_null(json);

    ngx_webrtc_sora_text_free(text);

    return json;
}


static void
on_event(void *data, const ngx_webrtc_event_t *event)
{
    ngx_webrtc_sora_text_t  text;

    (void) data;

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    if (ngx_webrtc_sora_hook_event(&text, &node, (u_char *) ID, sora.hub,
                                   event)
        != NGX_OK)
    {
        return;
    }

    json_decref(hook);
    hook = load(&text);
    hooks++;

    if (event->type == NGX_WEBRTC_EVENT_DESTROYED) {
        ngx_webrtc_sora_hook_remember(&memory, sora.hub, event);
    }
}


static void
on_session(void *data, ngx_webrtc_channel_t *channel, ngx_uint_t begins,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_sora_text_t  text;

    (void) data;

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    ngx_webrtc_sora_hook_session(&text, &node, (u_char *) ID,
                                 ngx_webrtc_channel_session(channel),
                                 begins ? NULL : &memory,
                                 ngx_webrtc_hub_wall(sora.hub, now));
    json_decref(hook);
    hook = load(&text);
    hooks++;
}


static void
start(ngx_uint_t sessions)
{
    sora_start();

    sora.hub->glue.event = on_event;
    sora.hub->glue.session = sessions ? on_session : NULL;

    hook = NULL;
    hooks = 0;
}


static void
stop(void)
{
    sora_stop();

    ngx_webrtc_sora_hook_session_free(&memory);

    json_decref(hook);
    hook = NULL;
}


static client_t *
admit(const char *text, const char *answer)
{
    client_t                     *client;
    ngx_webrtc_sora_admission_t   admission;

    ngx_memzero(&admission, sizeof(ngx_webrtc_sora_admission_t));

    ngx_memcpy(admission.connection_id, "ABCDEFGHJKMNPQRSTVWXYZ0000",
               NGX_WEBRTC_ID_LEN);
    admission.authz.data = (u_char *) answer;
    admission.authz.len = strlen(answer);

    client = sora_open();
    assert_int_equal(ngx_webrtc_sora_admit(client->session, &admission,
                                           (u_char *) text, strlen(text),
                                           sora.now),
                     NGX_OK);
    return client;
}


static const char *
text_of(const char *key)
{
    return json_string_value(json_object_get(hook, key));
}


static json_t *
data_of(const char *key)
{
    return json_object_get(json_object_get(hook, "data"), key);
}


static void
a_connection_that_comes_and_goes(void **state)
{
    client_t  *client;

    (void) state;

    start(0);

    client = admit(CONNECT ",\"client_id\":\"me\","
                   "\"video\":{\"codec_type\":\"H264\",\"bit_rate\":700,"
                   "\"h264_params\":{\"profile_level_id\":\"42e01f\"}}}",
                   "{\"allowed\":true,\"event_metadata\":{\"n\":1.50}}");
    sora_answer(client);
    sora_connect(client);

    assert_int_equal(hooks, 1);
    assert_string_equal(text_of("id"), ID);
    assert_string_equal(text_of("type"), "connection.created");
    assert_string_equal(text_of("timestamp"), "2017-07-14T02:56:40.000000Z");
    assert_string_equal(text_of("version"), "2025.2.0");
    assert_string_equal(text_of("label"), "a \"label\"");
    assert_string_equal(text_of("node_name"), "node");
    assert_string_equal(text_of("role"), "sendrecv");
    assert_string_equal(text_of("channel_id"), "room");
    assert_string_equal(text_of("client_id"), "me");
    assert_string_equal(text_of("connection_id"),
                        "ABCDEFGHJKMNPQRSTVWXYZ0000");
    assert_int_equal(strlen(text_of("session_id")), NGX_WEBRTC_ID_LEN);
    assert_true(json_is_object(json_object_get(hook, "event_metadata")));

    assert_int_equal(json_integer_value(data_of("channel_connections")), 1);
    assert_int_equal(json_integer_value(data_of("minutes")), 0);
    assert_int_equal(json_integer_value(data_of("video_bit_rate")), 700);
    assert_non_null(data_of("video_h264_params"));
    assert_int_equal(json_integer_value(data_of("created_time")), 1500001000);
    assert_null(data_of("destroyed_time"));

    sora.now += SEC(90);
    ngx_webrtc_hub_tick(sora.hub, sora.now);
    assert_string_equal(text_of("type"), "connection.updated");
    assert_int_equal(json_integer_value(data_of("minutes")), 1);

    sora_say(client, "{\"type\":\"disconnect\",\"reason\":\"NO-ERROR\"}");

    assert_int_equal(hooks, 3);
    assert_string_equal(text_of("type"), "connection.destroyed");
    assert_int_equal(json_integer_value(data_of("channel_connections")), 0);
    assert_int_equal(json_integer_value(data_of("created_time")), 1500001000);
    assert_int_equal(json_integer_value(data_of("destroyed_time")),
                     1500001090);
    assert_string_equal(json_string_value(data_of("type_disconnect_reason")),
                        "NO-ERROR");
    assert_null(data_of("reason"));

    stop();
}


static void
the_reason_of_an_operation_is_told(void **state)
{
    client_t                  *client;
    ngx_str_t                  target;
    const char                *body;
    ngx_webrtc_sora_call_t     call;
    ngx_webrtc_sora_answer_t   answer;

    (void) state;

    start(0);

    client = sora_arrive("sendrecv", "room");
    assert_non_null(client->session);

    ngx_str_set(&target, "Sora_20151104.DisconnectChannel");

    body = "{\"channel_id\":\"room\",\"reason\":{\"why\":\"late\"}}";

    assert_int_equal(ngx_webrtc_sora_api_parse(&target, (u_char *) body,
                                               strlen(body), &call, &answer),
                     NGX_OK);
    ngx_webrtc_sora_api_execute(sora.sora, &call, sora.now, &answer);
    ngx_webrtc_sora_call_free(&call);
    ngx_webrtc_sora_answer_free(&answer);

    assert_string_equal(text_of("type"), "connection.destroyed");
    assert_string_equal(json_string_value(json_object_get(
                            data_of("disconnect_api_reason"), "why")),
                        "late");
    assert_string_equal(json_string_value(json_object_get(data_of("reason"),
                                                          "why")),
                        "late");
    assert_null(data_of("type_disconnect_reason"));

    stop();
}


static void
a_connection_that_never_came_up_has_failed(void **state)
{
    client_t  *client;

    (void) state;

    start(0);

    client = sora_join(CONNECT "}");
    sora_say(client, "{\"type\":\"answer\",\"sdp\":\"nonsense\"}");

    assert_int_equal(hooks, 1);
    assert_string_equal(text_of("type"), "connection.failed");
    assert_non_null(strstr(json_string_value(data_of("message")),
                           "INVALID-ANSWER-SDP"));
    assert_int_equal(json_integer_value(data_of("channel_connections")), 0);

    stop();
}


static void
a_session_tells_of_all_its_connections_at_its_end(void **state)
{
    json_t                *connections;
    client_t              *a, *b;
    ngx_str_t              answer;
    ngx_webrtc_channel_t  *channel;

    (void) state;

    start(1);

    a = sora_join(CONNECT "}");

    assert_string_equal(text_of("type"), "session.created");
    assert_string_equal(text_of("channel_id"), "room");
    assert_int_equal(json_integer_value(json_object_get(hook,
                                                        "created_time")),
                     1500001000);
    assert_null(json_object_get(hook, "connections"));

    ngx_str_set(&answer, "room");
    channel = ngx_webrtc_hub_channel(sora.hub, &answer);

    ngx_str_set(&answer, "{\"session_metadata\":{\"n\":1.50}}");
    ngx_webrtc_sora_hook_answer(&memory, channel, &answer, sora.now, NULL);
    ngx_str_set(&answer, "nonsense");
    ngx_webrtc_sora_hook_answer(&memory, channel, &answer, sora.now, NULL);

    sora_answer(a);
    sora_connect(a);
    b = sora_join(CONNECT "}");
    sora_answer(b);
    sora_connect(b);

    sora.now += SEC(5);

    sora_say(a, "{\"type\":\"disconnect\"}");
    sora_say(b, "{\"type\":\"disconnect\"}");

    assert_string_equal(text_of("type"), "session.destroyed");
    assert_int_equal(json_integer_value(json_object_get(hook,
                                                        "destroyed_time")),
                     1500001005);
    assert_int_equal(json_integer_value(json_object_get(hook,
                                                        "max_connections")),
                     2);
    assert_int_equal(json_integer_value(json_object_get(hook,
                                                      "total_connections")),
                     2);
    assert_non_null(json_object_get(json_object_get(hook, "session_metadata"),
                                    "n"));

    connections = json_object_get(hook, "connections");
    assert_int_equal(json_array_size(connections), 2);
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(connections, 1),
                            "connection_destroyed_timestamp")),
                        "2017-07-14T02:56:45.000000Z");

    stop();
}


static void
the_spotlight_is_told_of_and_its_number_set(void **state)
{
    client_t              *a;
    ngx_str_t              answer;
    ngx_webrtc_channel_t  *channel;

    (void) state;

    start(0);

    a = sora_join(CONNECT ",\"spotlight\":true}");
    sora_answer(a);
    sora_connect(a);

    ngx_str_set(&answer, "room");
    channel = ngx_webrtc_hub_channel(sora.hub, &answer);

    ngx_str_set(&answer, "{\"spotlight_number\":9}");
    ngx_webrtc_sora_hook_answer(&memory, channel, &answer, sora.now, NULL);
    assert_int_not_equal(ngx_webrtc_spotlight_number(channel), 9);

    ngx_str_set(&answer, "{\"forwarding_filters\":[{}]}");
    ngx_webrtc_sora_hook_answer(&memory, channel, &answer, sora.now, NULL);
    assert_null(ngx_webrtc_hub_next_filter(channel, NULL, NULL));

    ngx_str_set(&answer, "{\"forwarding_filters\":[{\"rules\":[]}]}");
    ngx_webrtc_sora_hook_answer(&memory, channel, &answer, sora.now, NULL);
    assert_non_null(ngx_webrtc_hub_next_filter(channel, NULL, NULL));

    ngx_str_set(&answer, "{\"spotlight_number\":2}");
    ngx_webrtc_sora_hook_answer(&memory, channel, &answer, sora.now, NULL);
    assert_int_equal(ngx_webrtc_spotlight_number(channel), 2);

    ngx_webrtc_spotlight_unfocus(sora_connection(a), sora.now);
    assert_null(ngx_webrtc_spotlight_focus(sora_connection(a), 1, sora.now));

    assert_string_equal(text_of("type"), "spotlight.focused");
    assert_string_equal(text_of("channel_id"), "room");
    assert_true(json_is_true(json_object_get(hook, "fixed")));
    assert_int_equal(json_integer_value(json_object_get(hook,
                                                        "spotlight_number")),
                     2);
    assert_null(json_object_get(hook, "data"));

    assert_null(ngx_webrtc_spotlight_unfocus(sora_connection(a), sora.now));
    assert_string_equal(text_of("type"), "spotlight.unfocused");
    assert_null(json_object_get(hook, "fixed"));

    stop();
}


static void
what_is_left_of_a_dead_worker(void **state)
{
    json_t                        *json;
    ngx_webrtc_sora_text_t         text;
    ngx_webrtc_connection_info_t   info;

    (void) state;

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));
    ngx_memzero(&info, sizeof(ngx_webrtc_connection_info_t));

    ngx_str_set(&info.channel_id, "room");
    ngx_str_set(&info.client_id, "me");
    ngx_memcpy(info.connection_id, ID, NGX_WEBRTC_ID_LEN);
    ngx_memcpy(info.session_id, ID, NGX_WEBRTC_ID_LEN);
    info.created_time = SEC(1500000000);

    ngx_webrtc_sora_hook_lost(&text, &node, (u_char *) ID, &info, 0,
                              SEC(1500000120));
    json = load(&text);
    assert_string_equal(json_string_value(json_object_get(json, "type")),
                        "connection.destroyed");
    assert_int_equal(json_integer_value(json_object_get(
                         json_object_get(json, "data"), "minutes")), 2);
    json_decref(json);

    ngx_webrtc_sora_hook_lost(&text, &node, (u_char *) ID, &info, 1,
                              SEC(1500000120));
    json = load(&text);
    assert_string_equal(json_string_value(json_object_get(json, "type")),
                        "session.destroyed");
    json_decref(json);

    ngx_webrtc_sora_hook_vanished(&text, &node, (u_char *) ID,
                                  SEC(1500000120));
    json = load(&text);
    assert_int_equal(json_object_size(json), 6);
    assert_string_equal(json_string_value(json_object_get(json, "type")),
                        "session.vanished");
    json_decref(json);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_connection_that_comes_and_goes),
        cmocka_unit_test(the_reason_of_an_operation_is_told),
        cmocka_unit_test(a_connection_that_never_came_up_has_failed),
        cmocka_unit_test(a_session_tells_of_all_its_connections_at_its_end),
        cmocka_unit_test(the_spotlight_is_told_of_and_its_number_set),
        cmocka_unit_test(what_is_left_of_a_dead_worker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
