
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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_bit_rate_of_a_sender_is_changed),
        cmocka_unit_test(a_bit_rate_is_refused_with_a_reason),
        cmocka_unit_test(a_spotlight_has_no_bit_rate_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
