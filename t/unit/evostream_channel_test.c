
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

#include <front/evostream/ngx_webrtc_evostream_channel.h>


#define NONE       NGX_WEBRTC_EVOSTREAM_SAID_NONE
#define STOP       NGX_WEBRTC_EVOSTREAM_SAID_STOP
#define PAUSE      NGX_WEBRTC_EVOSTREAM_SAID_PAUSE
#define RESUME     NGX_WEBRTC_EVOSTREAM_SAID_RESUME
#define HEARTBEAT  NGX_WEBRTC_EVOSTREAM_SAID_HEARTBEAT


static char  reply_text[NGX_WEBRTC_EVOSTREAM_REPLY_MAX + 1];


static ngx_webrtc_evostream_said_e
said(const char *text, size_t len)
{
    u_char                       *copy, *buf;
    ngx_str_t                     reply;
    ngx_webrtc_evostream_said_e   command;

    copy = malloc(len ? len : 1);
    buf = malloc(NGX_WEBRTC_EVOSTREAM_REPLY_MAX);

    memcpy(copy, text, len);

    command = ngx_webrtc_evostream_channel(copy, copy + len, buf, &reply);

    snprintf(reply_text, sizeof(reply_text), "%.*s", (int) reply.len,
             reply.len ? (char *) reply.data : "");

    free(copy);
    free(buf);

    return command;
}


#define assert_said(text, command, answer)                                   \
    assert_int_equal(said(text, strlen(text)), command);                     \
    assert_string_equal(reply_text, answer)


static void
a_request_for_mp4_hears_that_there_is_none(void **state)
{
    (void) state;

    assert_said("{\"type\":\"fmp4Request\",\"payload\":{\"name\":\"sora\","
                "\"fullMp4\":false}}", NONE,
                "{\"type\":\"fmp4Response\",\"payload\":{\"name\":\"sora\","
                "\"fullMp4\":false,\"description\":"
                "\"Requested stream could not be sent!\","
                "\"status\":\"FAIL\"}}");

    assert_said("{\"payload\":{\"useSrtp\":true},\"type\":\"fmp4Request\"}",
                NONE,
                "{\"type\":\"fmp4Response\",\"payload\":{\"useSrtp\":true,"
                "\"description\":\"Missing name field!\","
                "\"status\":\"FAIL\"}}");

    assert_said("{\"type\":\"fmp4Request\",\"payload\":\"sora\"}", NONE,
                "{\"type\":\"fmp4Response\",\"payload\":{"
                "\"description\":\"Missing name field!\","
                "\"status\":\"FAIL\"}}");

    /* what it says about itself is not believed */

    assert_said("{\"type\":\"fmp4Request\",\"payload\":{\"name\":7,"
                "\"status\":\"SUCCESS\",\"description\":\"x\"}}", NONE,
                "{\"type\":\"fmp4Response\",\"payload\":{\"name\":7,"
                "\"status\":\"FAIL\","
                "\"description\":\"Missing name field!\"}}");
}


static void
commands_are_understood_in_any_case(void **state)
{
    (void) state;

    assert_said("{\"type\":\"command\",\"payload\":{\"command\":\"stop\","
                "\"argument\":\"\"}}", STOP, "");
    assert_said("{\"type\":\"command\",\"payload\":{\"command\":\"pause\"}}",
                PAUSE, "");
    assert_said("{\"type\":\"Command\",\"payload\":{\"command\":\"Resume\"}}",
                RESUME, "");
    assert_said("{\"type\":\"command\",\"payload\":{\"command\":\"ping\"}}",
                NONE, "{\"type\":\"command\",\"payload\":"
                      "{\"command\":\"pong\"}}");
    assert_said("{\"type\":\"heartbeat\",\"payload\":\"\"}", HEARTBEAT,
                "{\"type\":\"heartbeat\",\"payload\":\"\"}");
}


static void
anything_else_is_ignored(void **state)
{
    char    text[NGX_WEBRTC_EVOSTREAM_SAID_MAX + 100];
    size_t  n;

    (void) state;

    assert_said("", NONE, "");
    assert_said("hello", NONE, "");
    assert_said("[\"type\"]", NONE, "");
    assert_said("{\"type\":7}", NONE, "");
    assert_said("{\"type\":\"metadata\"}", NONE, "");
    assert_said("{\"type\":\"command\"}", NONE, "");
    assert_said("{\"type\":\"command\",\"payload\":{\"command\":{}}}", NONE,
                "");
    assert_said("{\"type\":\"command\",\"payload\":{\"command\":\"pong\"}}",
                NONE, "");
    assert_said("{\"type\":\"command\",\"payload\":{\"command\":\"stopp\"}}",
                NONE, "");
    assert_int_equal(said("{\"type\":\"heartbeat\"}\0", 21), NONE);

    /* one that is too long, and one that would be when it is answered */

    memset(text, ' ', sizeof(text));
    memcpy(text, "{\"type\":\"heartbeat\"}", 20);
    assert_int_equal(said(text, NGX_WEBRTC_EVOSTREAM_SAID_MAX), HEARTBEAT);
    assert_int_equal(said(text, NGX_WEBRTC_EVOSTREAM_SAID_MAX + 1), NONE);

    n = sprintf(text, "{\"type\":\"fmp4Request\",\"payload\":{\"name\":\"a\","
                      "\"x\":[1");

    while (n < 4000) {
        n += sprintf(text + n, ",1e15");
    }

    n += sprintf(text + n, "]}}");

    assert_said(text, NONE, "{\"type\":\"fmp4Response\",\"payload\":{"
                "\"description\":\"Requested stream could not be sent!\","
                "\"status\":\"FAIL\"}}");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_request_for_mp4_hears_that_there_is_none),
        cmocka_unit_test(commands_are_understood_in_any_case),
        cmocka_unit_test(anything_else_is_ignored),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
