
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_socket_io.h>

#include "hostile.h"


#define parse(str, packet)                                                   \
    ngx_webrtc_socket_io_parse((u_char *) str,                               \
                               (u_char *) str + sizeof(str) - 1, packet)

#define expect(str, text)                                                    \
    assert_int_equal((str).len, sizeof(text) - 1);                           \
    assert_memory_equal((str).data, text, sizeof(text) - 1)


static void
packets_are_read(void **state)
{
    ngx_webrtc_socket_io_packet_t  packet;

    (void) state;

    assert_int_equal(parse("0", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_CONNECT);
    assert_int_equal(packet.nsp.len, 0);

    assert_int_equal(parse("0/chat?a=b,", &packet), NGX_OK);
    expect(packet.nsp, "/chat?a=b");
    assert_int_equal(packet.data.len, 0);

    assert_int_equal(parse("1", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_DISCONNECT);

    assert_int_equal(parse("2[\"PING\",null]", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_EVENT);
    expect(packet.data, "[\"PING\",null]");
    assert_int_equal(packet.id.len, 0);

    assert_int_equal(parse("2/,13[\"x\"]", &packet), NGX_OK);
    assert_int_equal(packet.nsp.len, 0);
    expect(packet.id, "13");
    expect(packet.data, "[\"x\"]");

    assert_int_equal(parse("52-/a,7[\"x\",{}]", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_BINARY_EVENT);
    assert_int_equal(packet.attachments, 2);
    expect(packet.nsp, "/a");
    expect(packet.id, "7");
    expect(packet.data, "[\"x\",{}]");
}


static void
what_is_no_packet_is_refused(void **state)
{
    ngx_webrtc_socket_io_packet_t  packet;

    (void) state;

    assert_int_equal(parse("", &packet), NGX_ERROR);
    assert_int_equal(parse("7", &packet), NGX_ERROR);
    assert_int_equal(parse("a", &packet), NGX_ERROR);
    assert_int_equal(parse("2", &packet), NGX_ERROR);
    assert_int_equal(parse("2{}", &packet), NGX_ERROR);
    assert_int_equal(parse("2[\"x\"", &packet), NGX_ERROR);
    assert_int_equal(parse("1x", &packet), NGX_ERROR);
    assert_int_equal(parse("5[\"x\"]", &packet), NGX_ERROR);
    assert_int_equal(parse("5-[\"x\"]", &packet), NGX_ERROR);
    assert_int_equal(parse("50-[\"x\"]", &packet), NGX_ERROR);
    assert_int_equal(parse("511-[\"x\"]", &packet), NGX_ERROR);
    assert_int_equal(parse("51", &packet), NGX_ERROR);
    assert_int_equal(parse("212345678901234567[\"x\"]", &packet), NGX_ERROR);
}


static ngx_int_t
event(const char *text, ngx_str_t *name, ngx_str_t *argument)
{
    ngx_str_t  data;

    data.data = (u_char *) text;
    data.len = strlen(text);

    return ngx_webrtc_socket_io_event(&data, name, argument);
}


static void
an_event_has_a_name_and_an_argument(void **state)
{
    ngx_str_t  name, argument;

    (void) state;

    assert_int_equal(event("[\"PING\",null]", &name, &argument), NGX_OK);
    expect(name, "PING");
    expect(argument, "null");

    assert_int_equal(event("[ \"A\" , {\"b\":[1]} ]", &name, &argument),
                     NGX_OK);
    expect(name, "A");
    expect(argument, "{\"b\":[1]} ");

    assert_int_equal(event("[\"PING\"]", &name, &argument), NGX_OK);
    expect(name, "PING");
    assert_int_equal(argument.len, 0);

    assert_int_equal(event("[]", &name, &argument), NGX_ERROR);
    assert_int_equal(event("[1]", &name, &argument), NGX_ERROR);
    assert_int_equal(event("[\"a]", &name, &argument), NGX_ERROR);
    assert_int_equal(event("[\"a\",]", &name, &argument), NGX_ERROR);
    assert_int_equal(event("[\"a\"1]", &name, &argument), NGX_ERROR);
    assert_int_equal(event("[\"a\\\"\"]", &name, &argument), NGX_ERROR);
    assert_int_equal(event("[", &name, &argument), NGX_ERROR);
}


static ngx_int_t
check(const char *text, ngx_uint_t n)
{
    json_t      *json;
    ngx_int_t    rc;
    const char  *reason;

    json = ngx_webrtc_json_parse((u_char *) text,
                                 (u_char *) text + strlen(text), 1000,
                                 &reason);
    assert_non_null(json);

    rc = ngx_webrtc_socket_io_check(json, n);

    json_decref(json);

    return rc;
}


static void
a_placeholder_without_its_attachment_is_refused(void **state)
{
    (void) state;

    assert_int_equal(check("{\"a\":[1,{\"_placeholder\":true,\"num\":0}],"
                           "\"b\":{\"_placeholder\":true,\"num\":1}}", 2),
                     NGX_OK);
    assert_int_equal(check("{\"a\":{\"_placeholder\":false,\"num\":9}}", 1),
                     NGX_OK);

    assert_int_equal(check("{\"a\":{\"_placeholder\":true,\"num\":1}}", 1),
                     NGX_ERROR);
    assert_int_equal(check("[{\"_placeholder\":true,\"num\":-1}]", 1),
                     NGX_ERROR);
    assert_int_equal(check("[{\"_placeholder\":true,\"num\":0.5}]", 1),
                     NGX_ERROR);
    assert_int_equal(check("[{\"_placeholder\":true}]", 1), NGX_ERROR);
}


static void
touch(unsigned char *pos, unsigned char *last)
{
    ngx_str_t                       name, argument;
    ngx_webrtc_socket_io_packet_t   packet;

    if (ngx_webrtc_socket_io_parse(pos, last, &packet) != NGX_OK) {
        return;
    }

    assert_ptr_equal(packet.data.data + packet.data.len, last);

    if (ngx_webrtc_socket_io_event(&packet.data, &name, &argument) == NGX_OK
        && argument.len)
    {
        assert_ptr_equal(argument.data + argument.len, last - 1);
    }
}


static void
damaged_packets_are_read_within_their_bounds(void **state)
{
    static const u_char  text[] = "52-/a,7[\"x\",{\"a\":1}]";

    (void) state;

    hostile_all(text, sizeof(text) - 1, touch);
    hostile_random(24, 1000, touch);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(packets_are_read),
        cmocka_unit_test(what_is_no_packet_is_refused),
        cmocka_unit_test(an_event_has_a_name_and_an_argument),
        cmocka_unit_test(a_placeholder_without_its_attachment_is_refused),
        cmocka_unit_test(damaged_packets_are_read_within_their_bounds),
    };

    return cmocka_run_group_tests_name("socket_io", tests, NULL, NULL);
}
