
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The spotlight as clients and the API see it.  It tests these together:
 *
 *     ngx_webrtc_sora_connect_spotlight.c
 *     ngx_webrtc_sora_spotlight.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/client_sora.h"

#include <hub/ngx_webrtc_spotlight.h>


#define CONNECT  "{\"type\":\"connect\",\"channel_id\":\"sora\","            \
                 "\"role\":\"sendrecv\""

#define FOCUS(name)  "Sora_20200807." name
#define RID(name)    "Sora_20211215." name

#define ONE          "{\"channel_id\":\"sora\",\"connection_id\":\"%s\"}"
#define CHANNEL      "{\"channel_id\":\"sora\""


static client_t *
arrive(const char *keys)
{
    char       text[512];
    client_t  *client;

    snprintf(text, sizeof(text), CONNECT "%s}", keys);

    client = sora_join(text);

    sora_answer(client);
    sora_connect(client);

    return client;
}


/* "%s" in body and text is the id of the client */

static void
api(const char *target, const char *body, const client_t *client,
    ngx_uint_t status, const char *text)
{
    char                      json[1024], want[1024];
    ngx_int_t                 rc;
    ngx_str_t                 value;
    ngx_webrtc_sora_call_t    call;
    ngx_webrtc_sora_answer_t  answer;

    snprintf(json, sizeof(json), body, client->id, client->id);
    snprintf(want, sizeof(want), text, client->id, client->id);

    value.data = (u_char *) target;
    value.len = strlen(target);

    rc = ngx_webrtc_sora_api_parse(&value, (u_char *) json, strlen(json),
                                   &call, &answer);

    if (rc == NGX_OK) {
        ngx_webrtc_sora_api_execute(sora.sora, &call, sora.now, &answer);
        ngx_webrtc_sora_call_free(&call);
    }

    if (answer.status != status
        || answer.body.len < strlen(want)
        || memcmp(answer.body.data, want, strlen(want)) != 0)
    {
        fail_msg("%s %s: %u %.*s, not %u %s", target, json,
                 (unsigned) answer.status, (int) answer.body.len,
                 answer.body.data, (unsigned) status, want);
    }

    ngx_webrtc_sora_answer_free(&answer);
}


static json_t *
notify(client_t *client)
{
    return json_object_get(client->types, "notify");
}


static const char *
heard(client_t *client, const char *key)
{
    const char  *value;

    value = json_string_value(json_object_get(notify(client), key));

    return value ? value : "";
}


static void
offers_and_refusals_tell_of_the_spotlight(void **state)
{
    client_t    *a, *b;
    ngx_uint_t   i;

    static const struct {
        const char  *keys;
        const char  *reason;
    } cases[] = {
        { "", "SPOTLIGHT-MISMATCH" },
        { ",\"spotlight\":false", "SPOTLIGHT-MISMATCH" },
        { ",\"spotlight\":true,\"spotlight_number\":4",
          "SPOTLIGHT-NUMBER-MISMATCH" },
        { ",\"spotlight\":true,\"spotlight_number\":9",
          "INVALID-SPOTLIGHT-NUMBER" },
        { ",\"spotlight\":\"yes\"", "INVALID-SPOTLIGHT" },
        { ",\"spotlight_focus_rid\":\"r1\"",
          "SPOTLIGHT-FOCUS-RID-WITHOUT-SPOTLIGHT" },
        { ",\"spotlight_unfocus_rid\":\"r1\"",
          "SPOTLIGHT-UNFOCUS-RID-WITHOUT-SPOTLIGHT" },
        { ",\"spotlight\":true,\"spotlight_focus_rid\":\"r3\"",
          "INVALID-SPOTLIGHT-FOCUS-RID" },
        { NULL, NULL }
    };

    (void) state;

    sora_start();

    a = arrive(",\"spotlight\":true,\"spotlight_number\":3");
    assert_true(json_is_true(json_object_get(json_object_get(a->types,
                                                             "offer"),
                                             "spotlight")));

    for (i = 0; cases[i].keys; i++) {
        char  text[512];

        snprintf(text, sizeof(text), CONNECT "%s}", cases[i].keys);

        b = sora_open();
        (void) sora_say(b, text);

        assert_true(b->closed);
        assert_int_equal(b->code, 4490);
        assert_string_equal(b->reason, cases[i].reason);
    }

    /* the number it is, and a number as it once was */

    (void) arrive(",\"spotlight\":true,\"spotlight_number\":3");
    (void) arrive(",\"spotlight\":1");

    sora_stop();
}


static void
members_hear_who_is_focused_and_newcomers_who_was(void **state)
{
    client_t  *a, *b, *c;
    json_t    *json;

    (void) state;

    sora_start();

    a = arrive(",\"spotlight\":true,\"client_id\":\"alice\"");
    b = arrive(",\"spotlight\":true,\"audio\":false");

    api(FOCUS("FocusSpotlightFixed"), ONE, a, 200, ONE);

    assert_string_equal(heard(b, "event_type"), "spotlight.focused");
    assert_string_equal(heard(b, "channel_id"), "sora");
    assert_string_equal(heard(b, "client_id"), "alice");
    assert_string_equal(heard(b, "connection_id"), a->id);
    assert_string_equal(heard(b, "bundle_id"), a->id);
    assert_int_equal(strlen(heard(b, "timestamp")), 27);

    json = notify(b);
    assert_true(json_is_true(json_object_get(json, "fixed")));
    assert_true(json_is_true(json_object_get(json, "audio")));
    assert_true(json_is_true(json_object_get(json, "video")));
    assert_int_equal(json_integer_value(json_object_get(json,
                                                        "spotlight_number")),
                     5);
    assert_string_equal(heard(a, "event_type"), "spotlight.focused");

    c = arrive(",\"spotlight\":true");
    assert_string_equal(heard(c, "event_type"), "spotlight.focused");
    assert_string_equal(heard(c, "connection_id"), a->id);

    api(FOCUS("UnfocusSpotlight"), ONE, a, 200, ONE);
    assert_string_equal(heard(c, "event_type"), "spotlight.unfocused");
    assert_true(json_is_false(json_object_get(notify(c), "fixed")));

    api(FOCUS("FocusSpotlight"), ONE, b, 200, ONE);
    assert_string_equal(heard(c, "event_type"), "spotlight.focused");
    assert_string_equal(heard(c, "connection_id"), b->id);
    assert_true(json_is_false(json_object_get(notify(c), "audio")));
    assert_true(json_is_false(json_object_get(notify(c), "fixed")));

    /* repeated: the same answer, and nobody hears of it */

    c->sent = 0;
    api(FOCUS("FocusSpotlight"), ONE, b, 200, ONE);
    api(FOCUS("UnfocusSpotlight"), ONE, a, 200, ONE);
    assert_int_equal(c->sent, 0);

    sora_stop();
}


static void
a_newcomer_may_be_gone_before_it_is_told(void **state)
{
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = arrive(",\"spotlight\":true");
    api(FOCUS("FocusSpotlight"), ONE, a, 200, ONE);

    b = sora_join(CONNECT ",\"spotlight\":true}");
    sora_answer(b);

    /* its pipe breaks at its own connection.created */

    b->breaks = 1;
    sora_connect(b);

    assert_null(b->session);
    assert_string_equal(heard(b, "event_type"), "connection.created");
    assert_string_equal(heard(a, "event_type"), "connection.destroyed");

    sora_stop();
}


static void
members_of_a_bundle_do_not_hear_of_each_other(void **state)
{
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = arrive(",\"spotlight\":true,\"bundle_id\":\"desk\"");
    b = arrive(",\"spotlight\":true,\"bundle_id\":\"desk\"");

    api(FOCUS("FocusSpotlight"), ONE, a, 200, ONE);
    assert_string_equal(heard(b, "event_type"), "connection.created");
    assert_string_equal(heard(a, "event_type"), "spotlight.focused");

    b = arrive(",\"spotlight\":true,\"bundle_id\":\"desk\"");
    assert_string_equal(heard(b, "event_type"), "connection.created");

    sora_stop();
}


static void
operations_have_their_errors(void **state)
{
    client_t  *a;

    (void) state;

    sora_start();

    a = arrive(",\"spotlight\":true");

    api(FOCUS("FocusSpotlight"),
        "{\"channel_id\":\"other\",\"connection_id\":\"%s\"}", a, 400,
        "{\"error_type\":\"CHANNEL-NOT-FOUND\",\"error_reason\":"
        "{\"channel_id\":\"other\",\"connection_id\":\"%s\"}}");
    api(FOCUS("FocusSpotlightFixed"),
        CHANNEL ",\"connection_id\":\"nobody\"}", a, 400,
        "{\"error_type\":\"CONNECTION-NOT-FOUND\",\"error_reason\":"
        "{\"channel_id\":\"sora\",\"connection_id\":\"nobody\"}}");
    api(FOCUS("UnfocusSpotlight"), CHANNEL "}", a, 400,
        "{\"error_type\":\"InvalidJSON\"");

    api(FOCUS("ChangeSpotlightNumber"), CHANNEL ",\"spotlight_number\":2}",
        a, 200, CHANNEL ",\"spotlight_number\":2}");
    api(FOCUS("ChangeSpotlightNumber"), CHANNEL ",\"spotlight_number\":0}",
        a, 400, "{\"error_type\":\"InvalidJSON\"");
    api(FOCUS("ChangeSpotlightNumber"), CHANNEL ",\"spotlight_number\":9}",
        a, 400, "{\"error_type\":\"InvalidJSON\"");
    api(FOCUS("ChangeSpotlightNumber"),
        "{\"channel_id\":\"other\",\"spotlight_number\":1}", a, 400,
        "{\"error_type\":\"CHANNEL-NOT-FOUND\",\"error_reason\":"
        "{\"channel_id\":\"other\"}}");

    (void) ngx_webrtc_sora_closed(a->session, sora.now);
    a->session = NULL;

    /* without a spotlight */

    a = arrive("");

    api(FOCUS("FocusSpotlight"), ONE, a, 400,
        "{\"error_type\":\"NO-SPOTLIGHT\",\"error_reason\":" ONE "}");
    api(FOCUS("UnfocusSpotlight"), ONE, a, 400,
        "{\"error_type\":\"NO-SPOTLIGHT\"");
    api(FOCUS("ChangeSpotlightNumber"), CHANNEL ",\"spotlight_number\":2}",
        a, 400, "{\"error_type\":\"NO-SPOTLIGHT\"");
    api(RID("ResetSpotlightRid"),
        CHANNEL ",\"recv_connection_id\":\"%s\"}", a, 400,
        "{\"error_type\":\"NO-SPOTLIGHT\"");

    sora_stop();
}


#define ITEM(id, focus, unfocus)                                             \
    "{\"recv_connection_id\":\"" id "\",\"spotlight_focus_rid\":\"" focus    \
    "\",\"spotlight_unfocus_rid\":\"" unfocus "\"}"


static void
rids_are_requested_one_by_one_and_in_a_batch(void **state)
{
    char                           text[512];
    client_t                      *a, *b;
    ngx_webrtc_spotlight_rids_t   *rids;

    static const char  batch[] = RID("BatchRequestSpotlightRid");

    (void) state;

    sora_start();

    a = arrive(",\"spotlight\":true,\"spotlight_focus_rid\":\"r2\","
               "\"spotlight_unfocus_rid\":\"none\"");
    b = arrive(",\"spotlight\":true");

    rids = &sora_connection(a)->spotlight.rids;
    assert_int_equal(rids->focus, 2);
    assert_int_equal(rids->unfocus, NGX_WEBRTC_LAYER_NONE);

    snprintf(text, sizeof(text), CHANNEL ",\"recv_connection_id\":\"%%s\","
             "\"send_connection_id\":\"%s\",\"spotlight_focus_rid\":\"r0\","
             "\"spotlight_unfocus_rid\":\"none\"}", b->id);
    api(RID("RequestSpotlightRid"), text, a, 200, text);

    api(RID("RequestSpotlightRid"), CHANNEL ",\"recv_connection_id\":\"%s\","
        "\"spotlight_focus_rid\":\"r4\",\"spotlight_unfocus_rid\":\"r0\"}",
        a, 400, "{\"error_type\":\"InvalidJSON\"");
    api(RID("RequestSpotlightRid"), CHANNEL ",\"recv_connection_id\":\"%s\","
        "\"spotlight_focus_rid\":\"r1\"}",
        a, 400, "{\"error_type\":\"InvalidJSON\"");

    api(RID("ResetSpotlightRid"), CHANNEL ",\"recv_connection_id\":\"%s\"}",
        a, 200, CHANNEL ",\"recv_connection_id\":\"%s\"}");

    /* nothing is done unless all of it can be */

    api(batch, CHANNEL ",\"item_list\":[" ITEM("%s", "r1", "r1") ","
        ITEM("nobody", "r1", "r1") "]}", a, 400,
        "{\"error_type\":\"CONNECTION-NOT-FOUND\"");
    api(batch, CHANNEL ",\"item_list\":[" ITEM("%s", "r1", "r1") ",1]}",
        a, 400, "{\"error_type\":\"InvalidJSON\"");
    api(batch, CHANNEL ",\"item_list\":[" ITEM("%s", "r1", "r1") ","
        ITEM("%s", "r1", "r9") "]}", a, 400,
        "{\"error_type\":\"InvalidJSON\"");
    api(batch, CHANNEL ",\"item_list\":{}}", a, 400,
        "{\"error_type\":\"InvalidJSON\"");

    assert_int_equal(rids->focus, 2);

    api(batch, CHANNEL ",\"item_list\":[" ITEM("%s", "r1", "r0") "]}", a,
        200, CHANNEL ",\"item_list\":[" ITEM("%s", "r1", "r0") "]}");
    assert_int_equal(rids->focus, 1);
    assert_int_equal(rids->unfocus, 0);

    api(batch, CHANNEL ",\"item_list\":[]}", a, 200,
        CHANNEL ",\"item_list\":[]}");
    api(batch, "{\"channel_id\":\"other\",\"item_list\":[]}", a, 400,
        "{\"error_type\":\"CHANNEL-NOT-FOUND\"");

    sora_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(offers_and_refusals_tell_of_the_spotlight),
        cmocka_unit_test(members_hear_who_is_focused_and_newcomers_who_was),
        cmocka_unit_test(a_newcomer_may_be_gone_before_it_is_told),
        cmocka_unit_test(members_of_a_bundle_do_not_hear_of_each_other),
        cmocka_unit_test(operations_have_their_errors),
        cmocka_unit_test(rids_are_requested_one_by_one_and_in_a_batch)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
