
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the operations on what one connection sends */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "lib/client_sora.h"


static ngx_webrtc_sora_answer_t  answer;


/* "%s" in the body is the client's connection_id; returns the status */

static ngx_uint_t
operate(const char *target, const char *body, client_t *client)
{
    char                     text[1024];
    ngx_int_t                rc;
    ngx_str_t                name;
    ngx_webrtc_sora_call_t   call;

    ngx_webrtc_sora_answer_free(&answer);

    name.data = (u_char *) target;
    name.len = strlen(target);

    snprintf(text, sizeof(text), body, client ? client->id : "");

    rc = ngx_webrtc_sora_api_parse(&name, (u_char *) text, strlen(text),
                                   &call, &answer);

    if (rc == NGX_DECLINED) {
        return answer.status;
    }

    assert_int_equal(rc, NGX_OK);
    assert_int_equal(call.scope, NGX_WEBRTC_SORA_HOME);

    ngx_webrtc_sora_api_execute(sora.sora, &call, sora.now, &answer);
    ngx_webrtc_sora_call_free(&call);

    return answer.status;
}


static void
assert_body(const char *want, client_t *client)
{
    char  text[1024];

    snprintf(text, sizeof(text), want, client->id);

    assert_int_equal(answer.body.len, strlen(text));
    assert_memory_equal(answer.body.data, text, answer.body.len);
}


#define CHANGE  "Sora_20190327.ChangeUpstreamVideoBitRate"


static void
the_bit_rate_of_a_sender_is_changed(void **state)
{
    client_t  *a;

    (void) state;

    sora_start();

    a = sora_arrive("sendonly", "sora");

    assert_int_equal(operate(CHANGE, "{\"channel_id\":\"sora\","
                             "\"connection_id\":\"%s\",\"bit_rate\":300}", a),
                     200);
    assert_body("{\"channel_id\":\"sora\",\"connection_id\":\"%s\","
                "\"bit_rate\":300}", a);

    assert_int_equal(sora_connection(a)->peer->bit_rate, 300000);
    assert_non_null(strstr(sora_str(sora_last(a, "re-offer"), "sdp"),
                           "b=TIAS:300000\r\n"));

    /* again, and the highest, which the server bounds */

    assert_int_equal(operate(CHANGE, "{\"channel_id\":\"sora\","
                             "\"connection_id\":\"%s\",\"bit_rate\":30000}",
                             a), 200);
    assert_body("{\"channel_id\":\"sora\",\"connection_id\":\"%s\","
                "\"bit_rate\":30000}", a);
    assert_int_equal(sora_connection(a)->peer->bit_rate, 15000000);

    ngx_webrtc_sora_answer_free(&answer);
    sora_stop();
}


static void
a_bit_rate_is_refused_with_a_reason(void **state)
{
    client_t    *a;
    ngx_uint_t   i;

    static const char *const  bad[] = {
        "{\"channel_id\":\"sora\",\"connection_id\":\"%s\"}",
        "{\"channel_id\":\"sora\",\"connection_id\":\"%s\",\"bit_rate\":0}",
        "{\"channel_id\":\"sora\",\"connection_id\":\"%s\","
        "\"bit_rate\":30001}",
        "{\"channel_id\":\"sora\",\"connection_id\":\"%s\","
        "\"bit_rate\":-1}",
        "{\"channel_id\":\"sora\",\"connection_id\":\"%s\","
        "\"bit_rate\":1.5}",
        "{\"channel_id\":\"sora\",\"connection_id\":\"%s\","
        "\"bit_rate\":\"300\"}",
        "{\"channel_id\":\"other\",\"connection_id\":\"%s\","
        "\"bit_rate\":300}",
        "{\"channel_id\":\"sora\",\"connection_id\":\"x%s\","
        "\"bit_rate\":300}",
    };

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(operate(CHANGE, bad[i], a), 400);
    }

    assert_int_equal(sora_connection(a)->peer->bit_rate, 500000);

    a = sora_arrive("recvonly", "sora");

    assert_int_equal(operate(CHANGE, "{\"channel_id\":\"sora\","
                             "\"connection_id\":\"%s\",\"bit_rate\":300}", a),
                     400);
    assert_body("{\"error_type\":\"NO-UPSTREAM-VIDEO\",\"error_reason\":"
                "{\"channel_id\":\"sora\",\"connection_id\":\"%s\"}}", a);

    ngx_webrtc_sora_answer_free(&answer);
    sora_stop();
}


static void
a_spotlight_has_no_bit_rate_of_its_own(void **state)
{
    client_t  *a;

    (void) state;

    sora_start();

    a = sora_arrive("sendrecv", "sora");
    sora_connection(a)->info.spotlight = 1;

    assert_int_equal(operate(CHANGE, "{\"channel_id\":\"sora\","
                             "\"connection_id\":\"%s\",\"bit_rate\":300}", a),
                     400);
    assert_body("{\"error_type\":\"SPOTLIGHT-NOT-SUPPORTED\","
                "\"error_reason\":{\"channel_id\":\"sora\","
                "\"connection_id\":\"%s\"}}", a);

    ngx_webrtc_sora_answer_free(&answer);
    sora_stop();
}


#define START  "Sora_20170814.StartForwardingRtp"
#define STOP   "Sora_20170814.StopForwardingRtp"

#define TO     "\"ip_address\":\"127.0.0.1\",\"audio_port\":60001,"        \
               "\"video_port\":60003}"


static void
forwarding_allowed(void)
{
    static ngx_webrtc_network_t  network;
    static ngx_webrtc_acl_t      acl = { &network, 1 };

    ngx_str_t  text;

    ngx_str_set(&text, "127.0.0.0/8");
    (void) ngx_webrtc_network_parse(&network, &text);

    sora_start();

    sora.hub->conf.forwarding_allow = &acl;
    sora.hub->conf.max_forwardings = 10;
    sora.hub->conf.v4 = 1;
}


static void
the_only_sender_needs_no_name(void **state)
{
    client_t  *a, *b;

    (void) state;

    forwarding_allowed();

    assert_int_equal(operate(START, "{\"channel_id\":\"sora\"," TO, NULL),
                     400);

    (void) sora_arrive("recvonly", "sora");

    assert_int_equal(operate(START, "{\"channel_id\":\"sora\"," TO, NULL),
                     400);
    assert_non_null(strstr((char *) answer.body.data, "NO-UPSTREAM-MEDIA"));

    a = sora_arrive("sendonly", "sora");

    assert_int_equal(operate(START, "{\"channel_id\":\"sora\"," TO, NULL),
                     200);
    assert_body("{\"sdp\":\"v=0\\r\\no=- 0 0 IN IP4 0.0.0.0\\r\\ns=-\\r\\n"
                "t=0 0\\r\\nm=audio 60001 RTP/SAVPF 109\\r\\n"
                "c=IN IP4 127.0.0.1\\r\\na=rtpmap:109 opus/48000/2\\r\\n"
                "a=fmtp:109 minptime=10;useinbandfec=1\\r\\n"
                "m=video 60003 RTP/SAVPF 98\\r\\nc=IN IP4 127.0.0.1\\r\\n"
                "a=rtpmap:98 VP9/90000\\r\\na=fmtp:98 profile-id=0\\r\\n\"}",
                a);
    assert_int_equal(fake_media.forwards, 2);

    b = sora_arrive("sendrecv", "sora");

    assert_int_equal(operate(START, "{\"channel_id\":\"sora\"," TO, NULL),
                     400);
    assert_body("{\"error_type\":\"CONNECTION-ID-REQUIRED\","
                "\"error_reason\":{\"channel_id\":\"sora\","
                "\"ip_address\":\"127.0.0.1\"}}", a);

    assert_int_equal(operate(START, "{\"channel_id\":\"sora\","
                             "\"connection_id\":\"%s\"," TO, b), 200);
    assert_int_equal(fake_media.forwards, 4);

    assert_int_equal(operate(STOP, "{\"channel_id\":\"sora\","
                             "\"connection_id\":\"%s\"}", b), 200);
    assert_body("{\"channel_id\":\"sora\",\"connection_id\":\"%s\"}", b);
    assert_int_equal(fake_media.forwards, 2);

    /* all of the channel, and once more */

    assert_int_equal(operate(STOP, "{\"channel_id\":\"sora\"}", NULL), 200);
    assert_body("{\"channel_id\":\"sora\"}", a);
    assert_int_equal(fake_media.forwards, 0);

    assert_int_equal(operate(STOP, "{\"channel_id\":\"sora\"}", NULL), 200);

    ngx_webrtc_sora_answer_free(&answer);
    sora_stop();
}


static void
a_forwarding_is_refused_with_a_reason(void **state)
{
    client_t    *a;
    ngx_uint_t   i;

    static const char *const  bad[] = {
        "{\"channel_id\":\"sora\"}",
        "{\"channel_id\":\"sora\",\"ip_address\":\"127.0.0.1\","
        "\"audio_port\":1}",
        "{\"channel_id\":\"sora\",\"ip_address\":\"127.0.0.1\","
        "\"audio_port\":0,\"video_port\":2}",
        "{\"channel_id\":\"sora\",\"ip_address\":\"127.0.0.1\","
        "\"audio_port\":1,\"video_port\":65536}",
        "{\"channel_id\":\"sora\",\"ip_address\":\"127.0.0.1\","
        "\"audio_port\":\"1\",\"video_port\":2}",
        "{\"channel_id\":\"sora\",\"ip_address\":\"example.com\","
        "\"audio_port\":1,\"video_port\":2}",
        "{\"channel_id\":\"sora\",\"ip_address\":\"127.0.0.1\\u0000\","
        "\"audio_port\":1,\"video_port\":2}",
        "{\"channel_id\":\"sora\",\"ip_address\":\"8.8.8.8\","
        "\"audio_port\":1,\"video_port\":2}",
        "{\"channel_id\":\"other\"," TO,
        "{\"channel_id\":\"sora\",\"connection_id\":\"x%s\"," TO,
    };

    (void) state;

    forwarding_allowed();

    a = sora_arrive("sendonly", "sora");

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(operate(START, bad[i], a), 400);
    }

    assert_int_equal(fake_media.forwards, 0);

    assert_int_equal(operate(STOP, "{\"channel_id\":\"other\"}", a), 400);
    assert_int_equal(operate(STOP, "{\"channel_id\":\"sora\","
                             "\"connection_id\":\"x%s\"}", a), 400);

    ngx_webrtc_sora_answer_free(&answer);
    sora_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_bit_rate_of_a_sender_is_changed),
        cmocka_unit_test(a_bit_rate_is_refused_with_a_reason),
        cmocka_unit_test(the_only_sender_needs_no_name),
        cmocka_unit_test(a_forwarding_is_refused_with_a_reason),
        cmocka_unit_test(a_spotlight_has_no_bit_rate_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
