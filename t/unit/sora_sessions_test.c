
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/client_sora.h"
#include "lib/call_sora.h"


static json_t *
get_session(const char *body)
{
    json_t                    *json;
    ngx_webrtc_sora_answer_t   answer;

    call_sora_execute("Sora_20231220.GetSession", body, NULL, &answer);

    assert_int_equal(answer.status, 200);

    json = json_loadb((char *) answer.body.data, answer.body.len, 0, NULL);
    assert_non_null(json);

    ngx_webrtc_sora_answer_free(&answer);

    return json;
}


static void
a_session_is_shown_with_its_connections(void **state)
{
    json_t    *session, *connections;
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    b = sora_arrive("recvonly", "sora");

    ngx_webrtc_hub_leave(sora_connection(b), NGX_WEBRTC_CLOSE_CLIENT, NULL,
                         sora.now);

    session = get_session("{\"channel_id\":\"sora\"}");

    assert_key(session, "channel_id", "sora");
    assert_key(session, "session_id",
               sora_str(sora_last(a, "offer"), "session_id"));
    assert_key(session, "created_timestamp", "2017-07-14T02:56:40.000000Z");
    assert_int_equal(sora_int(session, "created_time"), 1500001000);
    assert_int_equal(sora_int(session, "max_connections"), 2);
    assert_int_equal(sora_int(session, "total_connections"), 2);
    assert_true(json_is_true(json_object_get(session, "multistream")));
    assert_true(json_is_false(json_object_get(session, "spotlight")));

    connections = json_object_get(session, "connections");
    assert_int_equal(json_array_size(connections), 1);
    assert_key(json_array_get(connections, 0), "connection_id", a->id);

    json_decref(session);

    sora_stop();
}


static void
a_session_is_ended_with_all_its_connections(void **state)
{
    char       body[256], want[256];
    client_t  *a, *b, *c;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    b = sora_arrive("recvonly", "sora");
    c = sora_arrive("recvonly", "other");

    call_sora("Sora_20230628.TerminateSession",
              "{\"channel_id\":\"sora\",\"session_id\":\"x\"}", NULL, 400,
              "{\"error_type\":\"SESSION-NOT-FOUND\",\"error_reason\":"
              "{\"channel_id\":\"sora\",\"session_id\":\"x\"}}");

    assert_false(a->closed);

    snprintf(body, sizeof(body),
             "{\"channel_id\":\"sora\",\"session_id\":\"%s\"}",
             sora_str(sora_last(a, "offer"), "session_id"));
    snprintf(want, sizeof(want), "{\"session_id\":\"%s\"}",
             sora_str(sora_last(a, "offer"), "session_id"));

    call_sora("Sora_20230628.TerminateSession", body, NULL, 200, want);

    assert_closed(a, 1000, "DISCONNECTED-API");
    assert_closed(b, 1000, "DISCONNECTED-API");
    assert_false(c->closed);

    call_sora("Sora_20230628.TerminateSession", "{\"channel_id\":\"sora\"}",
              NULL, 400,
              "{\"error_type\":\"CHANNEL-NOT-FOUND\",\"error_reason\":"
              "{\"channel_id\":\"sora\"}}");

    sora_stop();
}


static void
a_terminated_session_is_not_kept(void **state)
{
    char       id[NGX_WEBRTC_ID_LEN + 1], want[256];
    json_t    *json;
    client_t  *a;

    (void) state;

    sora_start();
    sora.hub->conf.session_keep = SEC(10);

    a = sora_arrive("sendrecv", "sora");
    strcpy(id, sora_str(sora_last(a, "offer"), "session_id"));

    ngx_webrtc_hub_leave(sora_connection(a), NGX_WEBRTC_CLOSE_CLIENT, NULL,
                         sora.now);

    a = sora_arrive("sendrecv", "sora");
    assert_key(sora_last(a, "offer"), "session_id", id);

    snprintf(want, sizeof(want), "{\"session_id\":\"%s\"}", id);

    ngx_webrtc_hub_leave(sora_connection(a), NGX_WEBRTC_CLOSE_CLIENT, NULL,
                         sora.now);

    json = get_session("{\"channel_id\":\"sora\"}");
    assert_key(json, "session_id", id);
    json_decref(json);

    call_sora("Sora_20230628.TerminateSession", "{\"channel_id\":\"sora\"}",
              NULL, 200, want);
    call_sora("Sora_20230628.TerminateSession", "{\"channel_id\":\"sora\"}",
              NULL, 400,
              "{\"error_type\":\"CHANNEL-NOT-FOUND\",\"error_reason\":"
              "{\"channel_id\":\"sora\"}}");

    a = sora_arrive("sendrecv", "sora");
    assert_string_not_equal(sora_str(sora_last(a, "offer"), "session_id"),
                            id);

    sora_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_session_is_shown_with_its_connections),
        cmocka_unit_test(a_session_is_ended_with_all_its_connections),
        cmocka_unit_test(a_terminated_session_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
