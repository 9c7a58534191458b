
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The extended metadata and pushes, from the API to what members are sent.
 * It tests these together:
 *
 *     ngx_webrtc_metadata.c
 *     ngx_webrtc_sora_metadata.c
 *     ngx_webrtc_sora_push.c
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

#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_operation.h>


#define NOTE(name)   "Sora_20201124." name "SignalingNotifyMetadata"
#define NOTE1(name)  NOTE(name) "Item"

#define ONE          "{\"channel_id\":\"sora\",\"connection_id\":\"%s\""


static void
metadata_is_kept_item_by_item(void **state)
{
    client_t  *a;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");

    call_sora(NOTE("Get"), ONE "}", a, 200, "{}");

    call_sora(NOTE("Put"), ONE ",\"metadata\":{\"abc\":10}}", a, 200,
              "{\"abc\":10}");
    call_sora(NOTE("Get"), ONE "}", a, 200, "{\"abc\":10}");

    call_sora(NOTE1("Put"), ONE ",\"key\":\"x\",\"value\":[null,1.5]}", a, 200,
              "{\"abc\":10,\"x\":[null,1.5]}");
    call_sora(NOTE1("Put"), ONE ",\"key\":\"abc\",\"value\":null}", a, 200,
              "{\"abc\":null,\"x\":[null,1.5]}");

    call_sora(NOTE1("Delete"), ONE ",\"key\":\"abc\"}", a, 200,
              "{\"x\":[null,1.5]}");
    call_sora(NOTE1("Delete"), ONE ",\"key\":\"abc\"}", a, 200,
              "{\"x\":[null,1.5]}");

    /* what there was before */

    call_sora(NOTE("Delete"), ONE "}", a, 200, "{\"x\":[null,1.5]}");
    call_sora(NOTE("Delete"), ONE "}", a, 200, "{}");

    sora_stop();
}


static void
metadata_is_listed_of_live_members(void **state)
{
    client_t  *a;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");

    sora_join("{\"type\":\"connect\",\"role\":\"sendrecv\","
              "\"channel_id\":\"sora\"}");

    call_sora(NOTE("Put"), ONE ",\"metadata\":{\"abc\":10}}", a, 200,
              "{\"abc\":10}");
    call_sora(NOTE("List"), "{\"channel_id\":\"sora\"}", a, 200,
              "[{\"client_id\":\"%s\",\"connection_id\":\"%s\","
              "\"metadata\":{\"abc\":10}}]");

    sora_stop();
}


static void
metadata_has_a_limit_and_keeps_what_it_was(void **state)
{
    char      *big;
    json_t    *metadata, *value;
    client_t  *a;

    const char  *reason;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");

    call_sora(NOTE("Put"), ONE ",\"metadata\":{\"abc\":10}}", a, 200,
              "{\"abc\":10}");

    big = malloc(NGX_WEBRTC_SORA_METADATA_MAX + 1);
    memset(big, 'x', NGX_WEBRTC_SORA_METADATA_MAX);
    big[NGX_WEBRTC_SORA_METADATA_MAX] = '\0';

    value = json_string(big);
    metadata = json_pack("{s:O}", "big", value);

    assert_null(ngx_webrtc_sora_set_metadata(sora.sora, sora_connection(a),
                                             metadata, 1, sora.now,
                                             &reason));
    assert_string_equal(reason, "METADATA-TOO-LARGE");

    assert_null(ngx_webrtc_sora_set_metadata_item(sora.sora,
                                                  sora_connection(a), "big",
                                                  value, 1, sora.now,
                                                  &reason));
    assert_string_equal(reason, "METADATA-TOO-LARGE");

    call_sora(NOTE("Get"), ONE "}", a, 200, "{\"abc\":10}");
    assert_null(json_object_get(a->types, "push"));

    json_decref(value);
    json_decref(metadata);
    free(big);

    sora_stop();
}


static void
changes_are_pushed_to_everybody_if_asked_for(void **state)
{
    char       want[256];
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    b = sora_arrive("recvonly", "sora");

#define pushed(text)                                                         \
    snprintf(want, sizeof(want), "{\"type\":\"push\",\"data\":{" text "}}",  \
             a->id);                                                         \
    assert_string_equal(a->last, want);                                      \
    assert_string_equal(b->last, want)

    call_sora(NOTE1("Put"),
              ONE ",\"key\":\"abc\",\"value\":\"efg\",\"push\":true}", a, 200,
              "{\"abc\":\"efg\"}");
    pushed("\"action\":\"PutMetadataItem\",\"connection_id\":\"%s\","
           "\"type\":\"signaling_notify_metadata_ext\",\"key\":\"abc\","
           "\"value\":\"efg\"");

    call_sora(NOTE1("Delete"), ONE ",\"key\":\"abc\",\"push\":true}", a, 200,
              "{}");
    pushed("\"action\":\"DeleteMetadataItem\",\"connection_id\":\"%s\","
           "\"type\":\"signaling_notify_metadata_ext\",\"key\":\"abc\"");

    call_sora(NOTE("Put"), ONE ",\"metadata\":{\"n\":1},\"push\":true}", a,
              200, "{\"n\":1}");
    pushed("\"action\":\"PutMetadata\",\"connection_id\":\"%s\","
           "\"type\":\"signaling_notify_metadata_ext\","
           "\"metadata\":{\"n\":1}");

    call_sora(NOTE("Delete"), ONE ",\"push\":true}", a, 200, "{\"n\":1}");
    pushed("\"action\":\"DeleteMetadata\",\"connection_id\":\"%s\","
           "\"type\":\"signaling_notify_metadata_ext\"");

    call_sora(NOTE("Put"), ONE ",\"metadata\":{\"n\":2},\"push\":false}", a,
              200, "{\"n\":2}");
    pushed("\"action\":\"DeleteMetadata\",\"connection_id\":\"%s\","
           "\"type\":\"signaling_notify_metadata_ext\"");

    sora_stop();
}


static void
pushes_reach_those_who_are_named(void **state)
{
    client_t  *a, *b, *c;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    b = sora_arrive("recvonly", "sora");
    c = sora_arrive("recvonly", "other");

#define got(client, n)                                                       \
    assert_string_equal((client)->last,                                      \
                        "{\"type\":\"push\",\"data\":{\"n\":" #n "}}")

    call_sora("Sora_20160711.PushChannel",
              "{\"channel_id\":\"sora\",\"data\":{\"n\":1}}", NULL, 200,
              "{\"channel_id\":\"sora\"}");
    got(a, 1);
    got(b, 1);

    call_sora("Sora_20160711.PushConnection", ONE ",\"data\":{\"n\":2}}", b,
              200, "{\"channel_id\":\"sora\",\"connection_id\":\"%s\"}");
    got(a, 1);
    got(b, 2);

    call_sora("Sora_20160711.PushClient",
              "{\"channel_id\":\"sora\",\"client_id\":\"%s\","
              "\"data\":{\"n\":3}}",
              a, 200, "{\"channel_id\":\"sora\",\"client_id\":\"%s\"}");
    got(a, 3);
    got(b, 2);

    call_sora("Sora_20201120.PushChannelByRole",
              "{\"channel_id\":\"sora\",\"role\":\"recvonly\","
              "\"data\":{\"n\":4}}",
              NULL, 200, "{\"channel_id\":\"sora\",\"role\":\"recvonly\"}");
    got(a, 3);
    got(b, 4);

    assert_null(json_object_get(c->types, "push"));

    /* a notify is written anew where a push was */

    c = sora_arrive("recvonly", "sora");
    assert_key(sora_last(a, "notify"), "connection_id", c->id);
    assert_key(sora_last(b, "notify"), "connection_id", c->id);

    sora_stop();
}


static void
nobody_to_push_to_is_an_error(void **state)
{
    client_t  *a;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");

    call_sora("Sora_20160711.PushChannel",
              "{\"channel_id\":\"none\",\"data\":{}}", NULL, 400,
              "{\"error_type\":\"CHANNEL-NOT-FOUND\",\"error_reason\":"
              "{\"channel_id\":\"none\"}}");
    call_sora("Sora_20160711.PushClient",
              "{\"channel_id\":\"sora\",\"client_id\":\"x\","
              "\"data\":{}}", NULL,
              400, "{\"error_type\":\"CLIENT-NOT-FOUND\",\"error_reason\":"
                   "{\"channel_id\":\"sora\",\"client_id\":\"x\"}}");
    call_sora("Sora_20160711.PushConnection",
              "{\"channel_id\":\"sora\",\"connection_id\":\"x\",\"data\":{}}",
              NULL, 400,
              "{\"error_type\":\"CONNECTION-NOT-FOUND\",\"error_reason\":"
              "{\"channel_id\":\"sora\",\"connection_id\":\"x\"}}");
    call_sora("Sora_20201120.PushChannelByRole",
              "{\"channel_id\":\"sora\",\"role\":\"sendonly\","
              "\"data\":{}}", NULL,
              200, "{\"channel_id\":\"sora\",\"role\":\"sendonly\"}");

    call_sora(NOTE("Get"), "{\"channel_id\":\"sora\",\"connection_id\":\"x\"}",
              NULL, 400,
              "{\"error_type\":\"CONNECTION-NOT-FOUND\",\"error_reason\":"
              "{\"channel_id\":\"sora\",\"connection_id\":\"x\"}}");

    assert_null(json_object_get(a->types, "push"));

    sora_stop();
}


static void
a_member_that_breaks_while_it_is_pushed_to_ends(void **state)
{
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    b = sora_arrive("recvonly", "sora");

    a->breaks = 1;

    call_sora("Sora_20160711.PushChannel",
              "{\"channel_id\":\"sora\",\"data\":{\"n\":1}}", NULL, 200,
              "{\"channel_id\":\"sora\"}");

    assert_null(a->session);
    assert_key(sora_last(b, "notify"), "event_type", "connection.destroyed");

    sora_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(metadata_is_kept_item_by_item),
        cmocka_unit_test(metadata_is_listed_of_live_members),
        cmocka_unit_test(metadata_has_a_limit_and_keeps_what_it_was),
        cmocka_unit_test(changes_are_pushed_to_everybody_if_asked_for),
        cmocka_unit_test(pushes_reach_those_who_are_named),
        cmocka_unit_test(nobody_to_push_to_is_an_error),
        cmocka_unit_test(a_member_that_breaks_while_it_is_pushed_to_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
