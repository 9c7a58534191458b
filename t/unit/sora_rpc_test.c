
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Calls over the data channel "rpc", on the hub and a media engine without
 * media.  It tests these together:
 *
 *     ngx_webrtc_sora_rpc.c
 *     ngx_webrtc_sora_rpc_rid.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/client_channels.h"

#include <front/sora/ngx_webrtc_sora_rpc.h>
#include <front/sora/ngx_webrtc_sora_session.h>


#define METADATA       "2025.2.0/PutSignalingNotifyMetadata"
#define METADATA_ITEM  "2025.2.0/PutSignalingNotifyMetadataItem"


static client_t *
caller(void)
{
    sora.sora->conf.rpc_methods
        = ngx_webrtc_sora_rpc_method(&(ngx_str_t) ngx_string(METADATA))
          | ngx_webrtc_sora_rpc_method(&(ngx_str_t)
                                       ngx_string(METADATA_ITEM));

    return switched(CONNECT "}");
}


static void
rpc_answers_as_json_rpc_says(void **state)
{
    client_t    *a;
    ngx_uint_t   i;

    static const char *const  calls[][2] = {
        { "nonsense",
          "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32700,"
          "\"message\":\"Parse error\"}}" },
        { "[]",
          "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,"
          "\"message\":\"Invalid Request\"}}" },
        { "{\"id\":7,\"method\":\"x\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32600,"
          "\"message\":\"Invalid Request\"}}" },
        { "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"x\"}",
          "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32600,"
          "\"message\":\"Invalid Request\"}}" },
        { "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":1}",
          "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"error\":{\"code\":-32600,"
          "\"message\":\"Invalid Request\"}}" },
        { "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"method\":\"x\","
          "\"params\":{}}",
          "{\"jsonrpc\":\"2.0\",\"id\":\"a\",\"error\":{\"code\":-32601,"
          "\"message\":\"Method not found\"}}" },
        { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" METADATA "\","
          "\"params\":[]}",
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,"
          "\"message\":\"Invalid params\","
          "\"data\":\"params must be an object\"}}" },
        { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" METADATA "\","
          "\"params\":{\"metadata\":1}}",
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,"
          "\"message\":\"Invalid params\","
          "\"data\":\"metadata must be an object\"}}" },
        { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" METADATA "\","
          "\"params\":{\"metadata\":{},\"push\":1}}",
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,"
          "\"message\":\"Invalid params\","
          "\"data\":\"push must be a boolean\"}}" },
        { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" METADATA_ITEM "\","
          "\"params\":{\"key\":\"\"}}",
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,"
          "\"message\":\"Invalid params\","
          "\"data\":\"key must be a string of 1 to 255 bytes\"}}" },
        { "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" METADATA_ITEM "\","
          "\"params\":{\"key\":\"k\"}}",
          "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32602,"
          "\"message\":\"Invalid params\","
          "\"data\":\"value is missing\"}}" },
        { "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"" METADATA "\","
          "\"params\":{\"metadata\":{\"a\":1}}}",
          "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"result\":{\"a\":1}}" },
        { "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"" METADATA_ITEM
          "\",\"params\":{\"key\":\"b\",\"value\":[2]}}",
          "{\"jsonrpc\":\"2.0\",\"id\":null,\"result\":"
          "{\"a\":1,\"b\":[2]}}" },
    };

    (void) state;

    sora_start();

    a = caller();

    for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        dc_say(a, "rpc", calls[i][0]);
        assert_heard(a, "rpc", calls[i][1]);
    }

    sora_stop();
}


static void
rpc_notifications_act_and_are_not_answered(void **state)
{
    client_t    *a;
    ngx_uint_t   sent;

    (void) state;

    sora_start();

    a = caller();

    assert_string_equal(json_string_value(json_array_get(
                            json_object_get(sora_last(a, "offer"),
                                            "rpc_methods"), 1)),
                        METADATA_ITEM);

    sent = fake_line(peer_of(a), "rpc")->sent;

    dc_say(a, "rpc", "{\"jsonrpc\":\"2.0\",\"method\":\"" METADATA "\","
           "\"params\":{\"metadata\":{\"n\":1},\"push\":true}}");
    dc_say(a, "rpc", "{\"jsonrpc\":\"2.0\",\"method\":\"no\"}");

    assert_int_equal(fake_line(peer_of(a), "rpc")->sent, sent);
    assert_heard_part(a, "push", "\"metadata\":{\"n\":1}");

    sora_stop();
}


static void
rpc_is_there_only_for_what_was_granted(void **state)
{
    client_t  *a;

    (void) state;

    sora_start();

    a = switched(CONNECT "}");
    assert_null(fake_line(peer_of(a), "rpc"));
    assert_null(json_object_get(sora_last(a, "offer"), "rpc_methods"));

    /* the client's own wish is none */

    a = switched(CONNECT ",\"rpc_methods\":[\"" METADATA "\"]}");
    assert_null(fake_line(peer_of(a), "rpc"));

    sora.sora->conf.rpc_methods
        = ngx_webrtc_sora_rpc_method(&(ngx_str_t) ngx_string(METADATA));

    a = switched(CONNECT "}");

    dc_say(a, "rpc", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\""
           METADATA_ITEM "\",\"params\":{\"key\":\"b\",\"value\":2}}");
    assert_heard_part(a, "rpc", "-32601");

    sora_stop();
}


#define SIMULCAST_RID   "2025.2.0/RequestSimulcastRid"
#define SPOTLIGHT_RID   "2025.2.0/RequestSpotlightRid"
#define SPOTLIGHT_RESET "2025.2.0/ResetSpotlightRid"


static void
grant(const char *name)
{
    ngx_str_t  method;

    method.data = (u_char *) name;
    method.len = strlen(name);

    sora.sora->conf.rpc_methods |= ngx_webrtc_sora_rpc_method(&method);
}


/* the data of the error, or the rid of the result */

static const char *
rpc_call(client_t *client, const char *method, const char *params)
{
    char         text[1024];
    json_t      *json, *error;

    static char  result[512];

    snprintf(text, sizeof(text), "{\"jsonrpc\":\"2.0\",\"id\":1,"
             "\"method\":\"%s\",\"params\":%s}", method, params);

    dc_say(client, "rpc", text);

    json = json_loads(heard(peer_of(client), "rpc"), 0, NULL);
    error = json_object_get(json, "error");

    if (error) {
        snprintf(result, sizeof(result), "%s", sora_str(error, "data"));

    } else {
        error = json_object_get(json, "result");

        assert_key(error, "channel_id", "sora");

        snprintf(result, sizeof(result), "%s",
                 json_string_value(json_object_get(error, "rid"))
                 ? sora_str(error, "rid") : "done");
    }

    json_decref(json);

    return result;
}


static ngx_int_t
layer_of(client_t *client)
{
    ngx_queue_t                *q;
    ngx_int_t                   layer;
    ngx_webrtc_peer_t          *peer;
    ngx_webrtc_subscription_t  *sub;

    layer = -9;
    peer = peer_of(client);

    for (q = ngx_queue_head(&peer->subs);
         q != ngx_queue_sentinel(&peer->subs);
         q = ngx_queue_next(q))
    {
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, by_peer);

        if (sub->source->conf.format.codec != NGX_WEBRTC_CODEC_OPUS) {
            layer = sub->conf.layer;
        }
    }

    return layer;
}


static void
rpc_asks_for_rids(void **state)
{
    char       params[256];
    client_t  *a, *b;

    (void) state;

    sora_start();

    grant(SIMULCAST_RID);
    grant(SPOTLIGHT_RID);
    grant(SPOTLIGHT_RESET);

    a = sora_join("{\"type\":\"connect\",\"channel_id\":\"sora\","
                  "\"role\":\"sendonly\",\"simulcast\":true}");
    sora_answer(a);
    sora_connect(a);

    b = switched(CONNECT "}");

    assert_int_equal(layer_of(b), NGX_WEBRTC_LAYER_AUTO);
    assert_string_equal(rpc_call(b, SIMULCAST_RID, "{\"rid\":\"r1\"}"),
                        "r1");
    assert_int_equal(layer_of(b), 1);

    snprintf(params, sizeof(params), "{\"rid\":\"none\","
             "\"sender_connection_id\":\"%s\","
             "\"receiver_connection_id\":\"%s\"}", a->id, b->id);
    assert_string_equal(rpc_call(b, SIMULCAST_RID, params), "none");
    assert_int_equal(layer_of(b), NGX_WEBRTC_LAYER_NONE);

    snprintf(params, sizeof(params), "{\"rid\":\"r0\","
             "\"recv_connection_id\":\"%s\"}", a->id);
    assert_string_equal(rpc_call(b, SIMULCAST_RID, params),
                        "the receiver must be the caller");

    assert_string_equal(rpc_call(b, SIMULCAST_RID, "{}"), "rid is missing");
    assert_string_equal(rpc_call(b, SIMULCAST_RID, "{\"rid\":\"r3\"}"),
                        "rid must be none, r0, r1 or r2");
    assert_string_equal(rpc_call(b, SIMULCAST_RID, "{\"rid\":\"r0\","
                                 "\"sender_connection_id\":\"x\"}"),
                        "sender_connection_id must be a connection_id");
    assert_string_equal(rpc_call(b, SIMULCAST_RID, "{\"rid\":\"r0\","
                "\"sender_connection_id\":\"01234567890123456789012345\"}"),
                        "CONNECTION-NOT-FOUND");

    assert_string_equal(rpc_call(b, SPOTLIGHT_RID, "{}"),
                        "spotlight_focus_rid or spotlight_unfocus_rid"
                        " is missing");
    assert_string_equal(rpc_call(b, SPOTLIGHT_RID,
                                 "{\"spotlight_focus_rid\":\"r2\","
                                 "\"spotlight_unfocus_rid\":\"none\"}"),
                        "NO-SPOTLIGHT");
    assert_string_equal(rpc_call(b, SPOTLIGHT_RESET, "{}"), "NO-SPOTLIGHT");

    sora_stop();
}


static void
rpc_asks_for_rids_of_the_spotlight(void **state)
{
    client_t  *a, *b;

    (void) state;

    sora_start();

    grant(SPOTLIGHT_RID);
    grant(SPOTLIGHT_RESET);

    a = sora_join("{\"type\":\"connect\",\"channel_id\":\"sora\","
                  "\"role\":\"sendonly\",\"simulcast\":true,"
                  "\"spotlight\":true}");
    sora_answer(a);
    sora_connect(a);

    b = switched(CONNECT ",\"spotlight\":true}");

    assert_int_equal(layer_of(b), 0);

    assert_string_equal(rpc_call(b, SPOTLIGHT_RID,
                                 "{\"spotlight_focus_rid\":\"r2\","
                                 "\"spotlight_unfocus_rid\":\"r1\"}"),
                        "done");
    assert_int_equal(layer_of(b), 1);

    assert_string_equal(rpc_call(b, SPOTLIGHT_RESET, "{}"), "done");
    assert_int_equal(layer_of(b), 0);

    sora_stop();
}


static void
who_is_being_closed_can_call_nothing(void **state)
{
    char       text[512];
    client_t  *a, *b;

    (void) state;

    sora_start();

    grant(SIMULCAST_RID);
    grant(METADATA);

    a = sora_join("{\"type\":\"connect\",\"channel_id\":\"sora\","
                  "\"role\":\"sendonly\",\"simulcast\":true}");
    sora_answer(a);
    sora_connect(a);

    b = sora_join(CONNECT "}");
    sora_answer(b);
    sora_connect(b);
    open_channels(b);

    /* by its first word it gets what was held back, and does not take it */

    ngx_webrtc_hub_push(sora_connection(b),
                        &(ngx_str_t) ngx_string("{\"type\":\"push\"}"),
                        sora.now);
    peer_of(b)->data_rc = NGX_AGAIN;

    snprintf(text, sizeof(text), "{\"jsonrpc\":\"2.0\",\"id\":1,"
             "\"method\":\"" SIMULCAST_RID "\",\"params\":{"
             "\"rid\":\"r1\",\"sender_connection_id\":\"%s\"}}", a->id);
    dc_say(b, "rpc", text);
    assert_closed(b, 4490, "DATA-CHANNEL-BUFFER-FULL");

    /* nothing that was asked of the other one outlives it */

    sora.now += SEC(3);
    ngx_webrtc_hub_tick(sora.hub, sora.now);
    sora_say(a, "{\"type\":\"disconnect\"}");

    /* and without others there is no channel any more to push to */

    b = sora_join(CONNECT "}");
    sora_answer(b);
    sora_connect(b);
    open_channels(b);

    ngx_webrtc_hub_push(sora_connection(b),
                        &(ngx_str_t) ngx_string("{\"type\":\"push\"}"),
                        sora.now);
    peer_of(b)->data_rc = NGX_AGAIN;

    dc_say(b, "rpc", "{\"jsonrpc\":\"2.0\",\"method\":\"" METADATA "\","
           "\"params\":{\"metadata\":{},\"push\":true}}");
    assert_closed(b, 4490, "DATA-CHANNEL-BUFFER-FULL");

    sora_stop();
}


static void
the_auth_webhook_grants_methods(void **state)
{
    json_t  *authz;

    (void) state;

    authz = json_pack("{s:[s,s,i]}", "rpc_methods", METADATA_ITEM,
                      "2025.2.0/Unknown", 1);

    assert_int_equal(ngx_webrtc_sora_rpc_grants(authz),
                     ngx_webrtc_sora_rpc_method(&(ngx_str_t)
                                             ngx_string(METADATA_ITEM)));
    json_decref(authz);

    authz = json_pack("{s:s}", "rpc_methods", METADATA);
    assert_int_equal(ngx_webrtc_sora_rpc_grants(authz), 0);
    json_decref(authz);

    assert_int_equal(ngx_webrtc_sora_rpc_grants(NULL), 0);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(rpc_answers_as_json_rpc_says),
        cmocka_unit_test(rpc_notifications_act_and_are_not_answered),
        cmocka_unit_test(rpc_is_there_only_for_what_was_granted),
        cmocka_unit_test(rpc_asks_for_rids),
        cmocka_unit_test(rpc_asks_for_rids_of_the_spotlight),
        cmocka_unit_test(who_is_being_closed_can_call_nothing),
        cmocka_unit_test(the_auth_webhook_grants_methods)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
