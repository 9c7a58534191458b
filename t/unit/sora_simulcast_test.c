
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Simulcast and pausing, from the connect message and the API to what clients
 * are sent.  It tests these together:
 *
 *     ngx_webrtc_sora_connect_simulcast.c
 *     ngx_webrtc_sora_pause.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/client_sora.h"

#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_operation.h>


#define CONNECT  "{\"type\":\"connect\",\"channel_id\":\"sora\","             \
                 "\"role\":\"sendrecv\""

#define INVALID_AUTH  "INVALID-AUTH-WEBHOOK-ANSWER"


static ngx_webrtc_sora_connect_t  connected;


/* NULL, and "connected" is to be freed; or the reason */

static const char *
parse(const char *text, const char *authz)
{
    ngx_str_t    answer;
    const char  *reason;

    answer.data = (u_char *) authz;
    answer.len = authz ? strlen(authz) : 0;

    reason = NULL;

    return ngx_webrtc_sora_connect_parse(&connected, (u_char *) text,
                                         strlen(text), &answer, &reason)
           == NGX_OK ? NULL : reason;
}


/* parsed and freed; what remains are numbers */

static const ngx_webrtc_simulcast_t *
parsed(const char *text, const char *authz)
{
    const char  *reason;

    static ngx_webrtc_simulcast_t  simulcast;

    reason = parse(text, authz);

    if (reason) {
        fail_msg("%s: %s", text, reason);
    }

    simulcast = connected.join.simulcast;
    ngx_webrtc_sora_connect_free(&connected);

    return &simulcast;
}


static void
api(const char *target, const char *body, ngx_uint_t status,
    const char *want)
{
    ngx_str_t                 value;
    ngx_webrtc_sora_call_t    call;
    ngx_webrtc_sora_answer_t  answer;

    value.data = (u_char *) target;
    value.len = strlen(target);

    if (ngx_webrtc_sora_api_parse(&value, (u_char *) body, strlen(body),
                                  &call, &answer)
        == NGX_OK)
    {
        ngx_webrtc_sora_api_execute(sora.sora, &call, sora.now, &answer);
        ngx_webrtc_sora_call_free(&call);
    }

    if (answer.status != status
        || (want && (answer.body.len != strlen(want)
                     || memcmp(answer.body.data, want, answer.body.len)
                        != 0)))
    {
        fail_msg("%s %s: %u %.*s, not %u %s", target, body,
                 (unsigned) answer.status, (int) answer.body.len,
                 answer.body.data, (unsigned) status, want ? want : "");
    }

    ngx_webrtc_sora_answer_free(&answer);
}


/* the request names receiver and sender; the answer is its echo or an error */

static void
ask(const char *operation, const client_t *receiver, const client_t *sender,
    const char *rid, const char *error)
{
    char         body[512], want[768];
    const char  *recv, *send;

    recv = strstr(operation, "Simulcast") ? "receiver" : "recv";
    send = strstr(operation, "Simulcast") ? "sender" : "send";

    snprintf(body, sizeof(body),
             "{\"channel_id\":\"sora\",\"%s_connection_id\":\"%s\"", recv,
             receiver->id);

    if (sender) {
        snprintf(body + strlen(body), sizeof(body) - strlen(body),
                 ",\"%s_connection_id\":\"%s\"", send, sender->id);
    }

    if (rid) {
        snprintf(body + strlen(body), sizeof(body) - strlen(body),
                 ",\"rid\":\"%s\"", rid);
    }

    strcat(body, "}");

    snprintf(want, sizeof(want),
             error ? "{\"error_type\":\"%2$s\",\"error_reason\":%1$s}"
                   : "%s", body, error);

    api(operation, body, error ? 400 : 200, want);
}


static ngx_webrtc_subscription_t *
video_of(client_t *receiver, client_t *sender)
{
    ngx_webrtc_reception_t  *reception;

    reception = ngx_webrtc_exchange_video(sora_connection(receiver),
                                          sora_connection(sender));
    assert_non_null(reception);
    assert_non_null(reception->sub);

    return reception->sub;
}


#define assert_layer(receiver, sender, want)                                 \
    assert_int_equal(video_of(receiver, sender)->conf.layer, want)


static client_t *
arrive(const char *role, const char *keys)
{
    char       text[512];
    client_t  *client;

    snprintf(text, sizeof(text), "{\"type\":\"connect\",\"role\":\"%s\","
             "\"channel_id\":\"sora\"%s}", role, keys);

    client = sora_join(text);

    sora_answer(client);
    sora_connect(client);

    return client;
}


static void
the_rid_to_receive_is_read(void **state)
{
    const ngx_webrtc_simulcast_t  *simulcast;

    (void) state;

    simulcast = parsed(CONNECT "}", NULL);
    assert_false(simulcast->has_layer);
    assert_int_equal(simulcast->refused, 0);

    simulcast = parsed(CONNECT ",\"simulcast_rid\":\"r1\"}", NULL);
    assert_true(simulcast->has_layer);
    assert_int_equal(simulcast->layer, 1);

    simulcast = parsed(CONNECT ",\"simulcast_request_rid\":\"none\"}", NULL);
    assert_true(simulcast->has_layer);
    assert_int_equal(simulcast->layer, NGX_WEBRTC_LAYER_NONE);

    /* of the two the newer */

    simulcast = parsed(CONNECT ",\"simulcast_request_rid\":\"r2\","
                       "\"simulcast_rid\":\"r0\"}", NULL);
    assert_int_equal(simulcast->layer, 2);

    assert_string_equal(parse(CONNECT ",\"simulcast_rid\":\"none\"}", NULL),
                        "INVALID-SIMULCAST-RID");
    assert_string_equal(parse(CONNECT ",\"simulcast_request_rid\":\"r3\"}",
                              NULL),
                        "INVALID-SIMULCAST-REQUEST-RID");
    assert_string_equal(parse(CONNECT ",\"simulcast\":{\"rid\":\"r0\"}}",
                              NULL),
                        "INVALID-SIMULCAST");
    assert_string_equal(parse(CONNECT ",\"simulcast_multicodec\":3}", NULL),
                        "INVALID-SIMULCAST-MULTICODEC");
    (void) parsed(CONNECT ",\"simulcast_multicodec\":true}", NULL);
}


static void
the_rids_of_the_rpc_are_what_the_server_granted(void **state)
{
    (void) state;

    /* a client cannot grant them to itself */

    assert_int_equal(parsed(CONNECT ",\"simulcast_rpc_rids\":[]}",
                            NULL)->refused, 0);
    assert_int_equal(parsed(CONNECT ",\"simulcast_rpc_rids\":[]}",
                            "{\"allowed\":true}")->refused, 0);

    assert_int_equal(parsed(CONNECT "}", "{\"simulcast_rpc_rids\":"
                            "[\"none\",\"r1\"]}")->refused & 0xf, 0xa);
    assert_int_equal(parsed(CONNECT "}", "{\"simulcast_rpc_rids\":[]}")
                     ->refused & 0xf, 0xf);

    assert_string_equal(parse(CONNECT "}",
                              "{\"simulcast_rpc_rids\":[\"r3\"]}"),
                        INVALID_AUTH);
    assert_string_equal(parse(CONNECT "}",
                              "{\"simulcast_rpc_rids\":\"r0\"}"),
                        INVALID_AUTH);
    assert_string_equal(parse(CONNECT "}", "{\"simulcast_rpc_rids\":[1]}"),
                        INVALID_AUTH);
}


static void
encodings_are_what_the_server_says(void **state)
{
    ngx_uint_t               i;
    ngx_webrtc_simulcast_t  *simulcast;

    static const char *const  bad[] = {
        "{}", "[]", "[1]", "[{}]", "[{\"rid\":\"r1\"}]",
        "[{\"rid\":\"r0\"},{\"rid\":\"r0\"}]",
        "[{\"rid\":\"r0\"},{\"rid\":\"r2\"}]",
        "[{\"rid\":\"r0\",\"active\":1}]",
        "[{\"rid\":\"r0\",\"maxBitrate\":\"1\"}]",
        "[{\"rid\":\"r0\",\"maxBitrate\":0}]",
        "[{\"rid\":\"r0\",\"scaleResolutionDownBy\":0.5}]",
        "[{\"rid\":\"r0\"},{\"rid\":\"r1\"},{\"rid\":\"r2\"},"
        "{\"rid\":\"r3\"}]",
        NULL
    };

    (void) state;

    assert_null(parse(CONNECT ",\"simulcast_encodings\":[]}",
        "{\"simulcast_encodings\":["
        "{\"rid\":\"r0\",\"active\":true,\"scaleResolutionDownBy\":2.2,"
        "\"codec\":{\"mimeType\":\"video/VP8\"},\"maxBitrate\":100000},"
        "{\"rid\":\"r1\",\"adaptivePtime\":false},"
        "{\"rid\":\"r2\",\"active\":false}]}"));

    simulcast = &connected.join.simulcast;

    assert_int_equal(simulcast->nlayers, 3);
    assert_int_equal(simulcast->inactive, 0x4);
    assert_string_equal((char *) simulcast->encodings.data,
        "[{\"rid\":\"r0\",\"active\":true,\"scaleResolutionDownBy\":2.2,"
        "\"maxBitrate\":100000},{\"rid\":\"r1\",\"adaptivePtime\":false},"
        "{\"rid\":\"r2\",\"active\":false}]");

    ngx_webrtc_sora_connect_free(&connected);

    for (i = 0; bad[i]; i++) {
        char  authz[256];

        snprintf(authz, sizeof(authz), "{\"simulcast_encodings\":%s}",
                 bad[i]);

        assert_string_equal(parse(CONNECT "}", authz), INVALID_AUTH);
    }
}


static void
encodings_that_are_too_long_are_refused(void **state)
{
    char  *authz;

    (void) state;

    authz = malloc(8192);

    sprintf(authz, "{\"simulcast_encodings\":[{\"rid\":\"r0\",\"x\":\"%4096s"
            "\"}]}", "");

    assert_string_equal(parse(CONNECT "}", authz), INVALID_AUTH);

    free(authz);
}


static void
the_offer_has_an_encoding_for_each_rid(void **state)
{
    char      *text;
    json_t    *offer;
    client_t  *a;

    (void) state;

    sora_start();

    a = sora_join(CONNECT ",\"simulcast\":true,"
                  "\"simulcast_multicodec\":true}");
    offer = sora_last(a, "offer");

    assert_true(json_is_true(json_object_get(offer, "simulcast")));
    assert_true(json_is_false(json_object_get(offer,
                                              "simulcast_multicodec")));
    assert_non_null(strstr(sora_str(offer, "sdp"),
                           "a=simulcast:recv r0;r1;r2\r\n"));
    assert_int_equal(sora_int(offer, "video_bit_rate"), 3000);

    text = json_dumps(json_object_get(offer, "encodings"), JSON_COMPACT);
    assert_string_equal(text,
        "[{\"rid\":\"r0\",\"active\":true,\"scaleResolutionDownBy\":4,"
        "\"scalabilityMode\":\"L1T1\"},"
        "{\"rid\":\"r1\",\"active\":true,\"scaleResolutionDownBy\":2,"
        "\"scalabilityMode\":\"L1T1\"},"
        "{\"rid\":\"r2\",\"active\":true,\"scaleResolutionDownBy\":1,"
        "\"scalabilityMode\":\"L1T1\"}]");
    free(text);

    /* nobody else has them */

    a = sora_join("{\"type\":\"connect\",\"role\":\"recvonly\","
                  "\"channel_id\":\"x\",\"simulcast\":true}");
    offer = sora_last(a, "offer");
    assert_true(json_is_true(json_object_get(offer, "simulcast")));
    assert_null(json_object_get(offer, "encodings"));

    a = sora_join(CONNECT ",\"simulcast\":true,\"video\":false}");
    assert_null(json_object_get(sora_last(a, "offer"), "encodings"));

    a = sora_join(CONNECT "}");
    offer = sora_last(a, "offer");
    assert_true(json_is_false(json_object_get(offer, "simulcast")));
    assert_null(json_object_get(offer, "encodings"));
    assert_null(strstr(sora_str(offer, "sdp"), "simulcast"));

    sora_stop();
}


static void
a_switch_is_a_notify_with_every_key(void **state)
{
    json_t    *notify;
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = arrive("sendonly", ",\"simulcast\":true");
    b = arrive("recvonly", ",\"simulcast_rid\":\"r2\"");

    fake_layer(video_of(b, a), NGX_WEBRTC_LAYER_NONE, 1, 1, sora.now);
    ngx_webrtc_hub_tick(sora.hub, sora.now);

    notify = sora_last(b, "notify");

    assert_key(notify, "event_type", "simulcast.switched");
    assert_key(notify, "timestamp", "2017-07-14T02:56:40.000000Z");
    assert_key(notify, "sender_connection_id", a->id);
    assert_key(notify, "priority", "higher");
    assert_key(notify, "trigger", "sender");
    assert_key(notify, "request_rid", "r2");
    assert_key(notify, "current_rid", "r1");
    assert_key(notify, "previous_rid", "none");
    assert_non_null(strstr(b->last, "\"rpc_rids\":[\"none\",\"r0\",\"r1\","
                                    "\"r2\"],\"auto_rids\":[\"r0\",\"r1\","
                                    "\"r2\"],"));

    /* the sender heard of its own connection last, and of b's */

    assert_key(sora_last(a, "notify"), "event_type", "connection.created");

    ask("Sora_20201005.RequestRtpStream", b, a, "r0", NULL);
    fake_layer(video_of(b, a), 1, 0, 0, sora.now);
    ngx_webrtc_hub_tick(sora.hub, sora.now);

    notify = sora_last(b, "notify");
    assert_key(notify, "priority", "lower");
    assert_key(notify, "trigger", "receiver");
    assert_key(notify, "request_rid", "r0");

    /* who asked for nothing */

    b = arrive("recvonly", "");
    fake_layer(video_of(b, a), NGX_WEBRTC_LAYER_NONE, 0, 0, sora.now);
    ngx_webrtc_hub_tick(sora.hub, sora.now);

    notify = sora_last(b, "notify");
    assert_true(json_is_null(json_object_get(notify, "request_rid")));

    sora_stop();
}


static void
a_rid_is_requested_and_reset(void **state)
{
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = arrive("sendonly", ",\"simulcast\":true");
    b = arrive("recvonly", ",\"simulcast_rid\":\"r1\"");

    ask("Sora_20201005.RequestRtpStream", b, NULL, "r2", NULL);
    assert_layer(b, a, 2);

    ask("Sora_20201005.RequestRtpStream", b, a, "r0", NULL);
    ask("Sora_20201005.RequestRtpStream", b, a, "r0", NULL);
    assert_layer(b, a, 0);

    ask("Sora_20201005.ResetRtpStream", b, a, NULL, NULL);
    assert_layer(b, a, 2);
    ask("Sora_20201005.ResetRtpStream", b, NULL, NULL, NULL);
    ask("Sora_20201005.ResetRtpStream", b, NULL, NULL, NULL);
    assert_layer(b, a, 1);

    ask("Sora_20251217.RequestSimulcastRid", b, a, "none", NULL);
    assert_layer(b, a, NGX_WEBRTC_LAYER_NONE);
    ask("Sora_20251217.RequestSimulcastRid", b, NULL, "r0", NULL);
    assert_layer(b, a, NGX_WEBRTC_LAYER_NONE);
    ask("Sora_20251217.RequestSimulcastRid", b, a, "r2", NULL);
    assert_layer(b, a, 2);

    ask("Sora_20201005.RequestRtpStream", b, b, "r0", "SAME-CONNECTION");
    ask("Sora_20201005.RequestRtpStream", a, b, "r0", "NOT-A-RECEIVER");
    ask("Sora_20201005.ResetRtpStream", a, NULL, NULL, "NOT-A-RECEIVER");

    sora_stop();
}


static void
what_is_not_there_is_named(void **state)
{
    client_t  *a, *b;

    static client_t  nobody = { .id = "0123456789ABCDEFGHJKMNPQRS" };

    (void) state;

    sora_start();

    a = arrive("sendonly", "");
    b = arrive("recvonly", "");

    ask("Sora_20201005.RequestRtpStream", &nobody, a, "r0",
        "CONNECTION-NOT-FOUND");
    ask("Sora_20201005.RequestRtpStream", b, &nobody, "r0",
        "CONNECTION-NOT-FOUND");
    ask("Sora_20201005.ResetRtpStream", b, &nobody, NULL,
        "CONNECTION-NOT-FOUND");
    ask("Sora_20251217.RequestSimulcastRid", &nobody, NULL, "none",
        "CONNECTION-NOT-FOUND");
    ask("Sora_20200401.PauseRtpStream", b, &nobody, NULL,
        "CONNECTION-NOT-FOUND");
    ask("Sora_20200401.ResumeRtpStream", &nobody, a, NULL,
        "CONNECTION-NOT-FOUND");

    api("Sora_20201005.RequestRtpStream", "{\"channel_id\":\"x\","
        "\"recv_connection_id\":\"y\",\"rid\":\"r0\"}", 400,
        "{\"error_type\":\"CHANNEL-NOT-FOUND\",\"error_reason\":"
        "{\"channel_id\":\"x\",\"recv_connection_id\":\"y\","
        "\"rid\":\"r0\"}}");
    api("Sora_20200401.PauseRtpStream", "{\"channel_id\":\"x\","
        "\"recv_connection_id\":\"y\",\"send_connection_id\":\"z\"}", 400,
        "{\"error_type\":\"CHANNEL-NOT-FOUND\",\"error_reason\":"
        "{\"channel_id\":\"x\",\"recv_connection_id\":\"y\","
        "\"send_connection_id\":\"z\"}}");

    /* the schema */

    api("Sora_20201005.RequestRtpStream", "{\"channel_id\":\"sora\","
        "\"recv_connection_id\":\"y\",\"rid\":\"none\"}", 400, NULL);
    api("Sora_20200401.PauseRtpStream", "{\"channel_id\":\"sora\","
        "\"recv_connection_id\":\"y\"}", 400, NULL);

    sora_stop();
}


static void
what_is_paused_is_listed(void **state)
{
    char       want[512];
    client_t  *a, *b;

    (void) state;

    sora_start();

    a = arrive("sendonly", "");
    b = arrive("recvonly", "");

    api("Sora_20200401.ListPauseRtpStreams", "{\"channel_id\":\"sora\"}",
        200, "[]");
    api("Sora_20200401.ListPauseRtpStreams", "{\"channel_id\":\"x\"}", 400,
        "{\"error_type\":\"CHANNEL-NOT-FOUND\",\"error_reason\":"
        "{\"channel_id\":\"x\"}}");

    ask("Sora_20200401.PauseRtpStream", b, a, NULL, NULL);
    ask("Sora_20200401.PauseRtpStream", b, a, NULL, NULL);
    assert_int_equal(video_of(b, a)->conf.paused, 1);

    snprintf(want, sizeof(want), "[{\"channel_id\":\"sora\","
             "\"recv_connection_id\":\"%s\",\"role\":\"recvonly\","
             "\"send_connection_id\":\"%s\"}]", b->id, a->id);

    api("Sora_20200401.ListPauseRtpStreams", "{\"channel_id\":\"sora\"}",
        200, want);

    ask("Sora_20200401.ResumeRtpStream", b, a, NULL, NULL);
    ask("Sora_20200401.ResumeRtpStream", b, a, NULL, NULL);
    assert_int_equal(video_of(b, a)->conf.paused, 0);

    api("Sora_20200401.ListPauseRtpStreams", "{\"channel_id\":\"sora\"}",
        200, "[]");

    ask("Sora_20200401.PauseRtpStream", a, b, NULL, "NOT-A-RECEIVER");
    ask("Sora_20200401.PauseRtpStream", b, b, NULL, "SAME-CONNECTION");

    sora_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_rid_to_receive_is_read),
        cmocka_unit_test(the_rids_of_the_rpc_are_what_the_server_granted),
        cmocka_unit_test(encodings_are_what_the_server_says),
        cmocka_unit_test(encodings_that_are_too_long_are_refused),
        cmocka_unit_test(the_offer_has_an_encoding_for_each_rid),
        cmocka_unit_test(a_switch_is_a_notify_with_every_key),
        cmocka_unit_test(a_rid_is_requested_and_reset),
        cmocka_unit_test(what_is_not_there_is_named),
        cmocka_unit_test(what_is_paused_is_listed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
