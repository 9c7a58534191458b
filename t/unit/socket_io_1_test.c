
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_socket_io_1.h>

#include "hostile.h"


#define parse(str, packet)                                                   \
    ngx_webrtc_socket_io_1_parse((u_char *) str,                             \
                                 (u_char *) str + sizeof(str) - 1, packet)

#define expect(str, text)                                                    \
    assert_int_equal((str).len, sizeof(text) - 1);                           \
    assert_memory_equal((str).data, text, sizeof(text) - 1)


static void
packets_are_read(void **state)
{
    ngx_webrtc_socket_io_1_packet_t  packet;

    (void) state;

    assert_int_equal(parse("0::", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_1_DISCONNECT);
    assert_int_equal(packet.id.len, 0);
    assert_int_equal(packet.endpoint.len, 0);
    assert_int_equal(packet.data.len, 0);
    assert_false(packet.ack);

    assert_int_equal(parse("1::/room?a=b", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_1_CONNECT);
    expect(packet.endpoint, "/room?a=b");

    assert_int_equal(parse("2::", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_1_HEARTBEAT);

    assert_int_equal(parse("3:1::a:b::c", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_1_MESSAGE);
    expect(packet.id, "1");
    expect(packet.data, "a:b::c");

    assert_int_equal(parse("4:::{\"a\":1}", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_1_JSON);

    assert_int_equal(parse("5:12+:/x:{\"name\":\"join\"}", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_1_EVENT);
    expect(packet.id, "12");
    assert_true(packet.ack);
    expect(packet.endpoint, "/x");
    expect(packet.data, "{\"name\":\"join\"}");

    assert_int_equal(parse("7:::1+0", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_1_ERROR);
    expect(packet.data, "1+0");

    assert_int_equal(parse("8::", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_1_NOOP);
}


static void
what_is_no_packet_is_refused(void **state)
{
    ngx_webrtc_socket_io_1_packet_t  packet;

    (void) state;

    assert_int_equal(parse("", &packet), NGX_ERROR);
    assert_int_equal(parse("2", &packet), NGX_ERROR);
    assert_int_equal(parse("2:", &packet), NGX_ERROR);
    assert_int_equal(parse("9::", &packet), NGX_ERROR);
    assert_int_equal(parse("a::", &packet), NGX_ERROR);
    assert_int_equal(parse("55::", &packet), NGX_ERROR);
    assert_int_equal(parse("5:a::x", &packet), NGX_ERROR);
    assert_int_equal(parse("5:1++::x", &packet), NGX_ERROR);
    assert_int_equal(parse("5:1+", &packet), NGX_ERROR);
    assert_int_equal(parse("5:+1::x", &packet), NGX_ERROR);
    assert_int_equal(parse("5:12345678901234567::x", &packet), NGX_ERROR);
    assert_int_equal(parse("{\"name\":\"join\"}", &packet), NGX_ERROR);
}


static ngx_int_t
ack(const char *text, ngx_str_t *id, ngx_str_t *args)
{
    ngx_str_t  data;

    data.data = (u_char *) text;
    data.len = strlen(text);

    return ngx_webrtc_socket_io_1_ack(&data, id, args);
}


static void
an_ack_tells_what_it_is_for(void **state)
{
    ngx_str_t                        id, args;
    ngx_webrtc_socket_io_1_packet_t  packet;

    (void) state;

    assert_int_equal(parse("6:::1+[null,{\"clients\":{}}]", &packet), NGX_OK);
    assert_int_equal(packet.type, NGX_WEBRTC_SOCKET_IO_1_ACK);
    assert_int_equal(ngx_webrtc_socket_io_1_ack(&packet.data, &id, &args),
                     NGX_OK);
    expect(id, "1");
    expect(args, "[null,{\"clients\":{}}]");

    assert_int_equal(ack("23", &id, &args), NGX_OK);
    expect(id, "23");
    assert_int_equal(args.len, 0);

    assert_int_equal(ack("23+", &id, &args), NGX_OK);
    assert_int_equal(args.len, 0);

    assert_int_equal(ack("", &id, &args), NGX_ERROR);
    assert_int_equal(ack("+[]", &id, &args), NGX_ERROR);
    assert_int_equal(ack("x", &id, &args), NGX_ERROR);
    assert_int_equal(ack("1[]", &id, &args), NGX_ERROR);
    assert_int_equal(ack("12345678901234567", &id, &args), NGX_ERROR);
}


/* what a packet is written as is what it was read from */

static void
written(const char *str)
{
    u_char                           buf[128];
    size_t                           len;
    ngx_webrtc_text_t                text;
    ngx_webrtc_socket_io_1_packet_t  packet;

    len = strlen(str);

    assert_int_equal(ngx_webrtc_socket_io_1_parse((u_char *) str,
                                                  (u_char *) str + len,
                                                  &packet),
                     NGX_OK);

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_socket_io_1_write(&text, &packet);

    assert_false(text.overflow);
    assert_int_equal(ngx_webrtc_text_len(&text), len);
    assert_memory_equal(buf, str, len);
}


static void
packets_are_written(void **state)
{
    u_char                           buf[8];
    ngx_webrtc_text_t                text;
    ngx_webrtc_socket_io_1_packet_t  packet;

    (void) state;

    written("0::");
    written("1::");
    written("1::/room");
    written("2::");
    written("5:::{\"name\":\"a\",\"args\":[]}");
    written("5:1+::{\"name\":\"a\",\"args\":[]}");
    written("5:1:/x:{}");
    written("6:::1+[null]");

    ngx_memzero(&packet, sizeof(ngx_webrtc_socket_io_1_packet_t));
    packet.type = NGX_WEBRTC_SOCKET_IO_1_EVENT;
    ngx_str_set(&packet.data, "{\"name\":\"too long\"}");

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_socket_io_1_write(&text, &packet);
    assert_true(text.overflow);
}


static void
touch(unsigned char *pos, unsigned char *last)
{
    ngx_str_t                        id, args;
    ngx_webrtc_socket_io_1_packet_t  packet;

    if (ngx_webrtc_socket_io_1_parse(pos, last, &packet) != NGX_OK) {
        return;
    }

    assert_ptr_equal(packet.data.data + packet.data.len, last);

    if (ngx_webrtc_socket_io_1_ack(&packet.data, &id, &args) == NGX_OK
        && args.len)
    {
        assert_ptr_equal(args.data + args.len, last);
    }
}


static void
damaged_packets_are_read_within_their_bounds(void **state)
{
    static const u_char  event[] = "5:12+:/x:{\"name\":\"join\"}";
    static const u_char  answer[] = "6:::12+[null,{\"clients\":{}}]";

    (void) state;

    hostile_all(event, sizeof(event) - 1, touch);
    hostile_all(answer, sizeof(answer) - 1, touch);
    hostile_random(24, 1000, touch);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(packets_are_read),
        cmocka_unit_test(what_is_no_packet_is_refused),
        cmocka_unit_test(an_ack_tells_what_it_is_for),
        cmocka_unit_test(packets_are_written),
        cmocka_unit_test(damaged_packets_are_read_within_their_bounds),
    };

    return cmocka_run_group_tests_name("socket_io_1", tests, NULL, NULL);
}
