
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_engine_io.h>

#include "hostile.h"


#define TEXT    NGX_WEBRTC_ENGINE_IO_TEXT
#define BINARY  NGX_WEBRTC_ENGINE_IO_BINARY


/* the base64 of a packet is decoded where it stands */
static u_char  buf[256];


static ngx_int_t
parse(const char *text, size_t len, ngx_uint_t binary,
    ngx_webrtc_engine_io_packet_t *packet)
{
    memcpy(buf, text, len);

    return ngx_webrtc_engine_io_parse(buf, buf + len, binary, packet);
}


static void
expect(const ngx_webrtc_engine_io_packet_t *packet,
    ngx_webrtc_engine_io_e type, ngx_uint_t binary, const char *data,
    size_t len)
{
    assert_int_equal(packet->type, type);
    assert_int_equal(packet->binary, binary);
    assert_int_equal(packet->data.len, len);
    assert_memory_equal(packet->data.data, data, len);
}


static void
packets_are_read(void **state)
{
    ngx_webrtc_engine_io_packet_t  packet;

    (void) state;

    assert_int_equal(parse("2probe", 6, 0, &packet), NGX_OK);
    expect(&packet, NGX_WEBRTC_ENGINE_IO_PING, 0, "probe", 5);

    assert_int_equal(parse("5", 1, 0, &packet), NGX_OK);
    expect(&packet, NGX_WEBRTC_ENGINE_IO_UPGRADE, 0, "", 0);

    assert_int_equal(parse("\4\1\0\377", 4, 1, &packet), NGX_OK);
    expect(&packet, NGX_WEBRTC_ENGINE_IO_MESSAGE, 1, "\1\0\377", 3);

    assert_int_equal(parse("b4AQD/", 6, 0, &packet), NGX_OK);
    expect(&packet, NGX_WEBRTC_ENGINE_IO_MESSAGE, 1, "\1\0\377", 3);

    assert_int_equal(parse("b4AQ==", 6, 0, &packet), NGX_OK);
    expect(&packet, NGX_WEBRTC_ENGINE_IO_MESSAGE, 1, "\1", 1);

    assert_int_equal(parse("b4AQA=", 6, 0, &packet), NGX_OK);
    expect(&packet, NGX_WEBRTC_ENGINE_IO_MESSAGE, 1, "\1\0", 2);

    assert_int_equal(parse("b4", 2, 0, &packet), NGX_OK);
    expect(&packet, NGX_WEBRTC_ENGINE_IO_MESSAGE, 1, "", 0);
}


static void
what_is_no_packet_is_refused(void **state)
{
    ngx_webrtc_engine_io_packet_t  packet;

    (void) state;

    assert_int_equal(parse("", 0, 0, &packet), NGX_ERROR);
    assert_int_equal(parse("7", 1, 0, &packet), NGX_ERROR);
    assert_int_equal(parse("x", 1, 0, &packet), NGX_ERROR);
    assert_int_equal(parse("4", 1, 1, &packet), NGX_ERROR);
    assert_int_equal(parse("\7", 1, 1, &packet), NGX_ERROR);
    assert_int_equal(parse("b", 1, 0, &packet), NGX_ERROR);
    assert_int_equal(parse("b9AQD/", 6, 0, &packet), NGX_ERROR);
    assert_int_equal(parse("b4AQD", 5, 0, &packet), NGX_ERROR);
    assert_int_equal(parse("b4A=D/", 6, 0, &packet), NGX_ERROR);
    assert_int_equal(parse("b4A-D_", 6, 0, &packet), NGX_ERROR);
}


static void
a_length_counts_what_javascript_counts(void **state)
{
    u_char                         *p, *last;
    ngx_webrtc_engine_io_packet_t   packet;

    /* as recorded: the string "漢😀" has the length 3 */

    static u_char  payload[] = "4:4\xe6\xbc\xa2\xf0\x9f\x98\x80" "2:40" "1:2"
                               "6:b4AQD/";

    (void) state;

    p = payload;
    last = payload + sizeof(payload) - 1;

    assert_int_equal(ngx_webrtc_engine_io_next(&p, last, TEXT, &packet),
                     NGX_OK);
    expect(&packet, NGX_WEBRTC_ENGINE_IO_MESSAGE, 0,
           "\xe6\xbc\xa2\xf0\x9f\x98\x80", 7);

    assert_int_equal(ngx_webrtc_engine_io_next(&p, last, TEXT, &packet),
                     NGX_OK);
    expect(&packet, NGX_WEBRTC_ENGINE_IO_MESSAGE, 0, "0", 1);

    assert_int_equal(ngx_webrtc_engine_io_next(&p, last, TEXT, &packet),
                     NGX_OK);
    expect(&packet, NGX_WEBRTC_ENGINE_IO_PING, 0, "", 0);

    assert_int_equal(ngx_webrtc_engine_io_next(&p, last, TEXT, &packet),
                     NGX_OK);
    expect(&packet, NGX_WEBRTC_ENGINE_IO_MESSAGE, 1, "\1\0\377", 3);

    assert_int_equal(ngx_webrtc_engine_io_next(&p, last, TEXT, &packet),
                     NGX_DONE);
}


static ngx_int_t
first(const char *text, size_t len, ngx_webrtc_engine_io_form_e form)
{
    u_char                         *p;
    ngx_webrtc_engine_io_packet_t   packet;

    memcpy(buf, text, len);
    p = buf;

    return ngx_webrtc_engine_io_next(&p, buf + len, form, &packet);
}


static void
a_length_that_lies_is_refused(void **state)
{
    (void) state;

    assert_int_equal(first("0:", 2, TEXT), NGX_ERROR);
    assert_int_equal(first("1:", 2, TEXT), NGX_ERROR);
    assert_int_equal(first("3:40", 4, TEXT), NGX_ERROR);
    assert_int_equal(first(":40", 3, TEXT), NGX_ERROR);
    assert_int_equal(first("-1:40", 5, TEXT), NGX_ERROR);
    assert_int_equal(first("40", 2, TEXT), NGX_ERROR);
    assert_int_equal(first("9999999999:40", 13, TEXT), NGX_ERROR);

    /* half of a pair */
    assert_int_equal(first("2:4\xf0\x9f\x98\x80", 7, TEXT), NGX_ERROR);
    /* not UTF-8 */
    assert_int_equal(first("2:4\xff", 4, TEXT), NGX_ERROR);

    assert_int_equal(first("\2\1\xff" "4", 4, BINARY), NGX_ERROR);
    assert_int_equal(first("\0\2\xff" "4", 4, BINARY), NGX_ERROR);
    assert_int_equal(first("\0\xff" "4", 3, BINARY), NGX_ERROR);
    assert_int_equal(first("\0\0\xff" "4", 4, BINARY), NGX_ERROR);
    assert_int_equal(first("\0\1", 2, BINARY), NGX_ERROR);
    assert_int_equal(first("\0\11\11\11\11\11\11\11\11\11\11\xff" "4", 13,
                           BINARY), NGX_ERROR);
}


static void
utf8_is_checked(void **state)
{
    ngx_uint_t  i;

    static const struct {
        const char  *text;
        ngx_int_t    units;
    } cases[] = {
        { "", 0 },
        { "abc", 3 },
        { "\xc3\xa9", 1 },
        { "\xed\x9f\xbf", 1 },
        { "\xf4\x8f\xbf\xbf", 2 },
        { "\xc0\x80", NGX_ERROR },
        { "\xe0\x80\x80", NGX_ERROR },
        { "\xed\xa0\x80", NGX_ERROR },
        { "\xf0\x80\x80\x80", NGX_ERROR },
        { "\xf4\x90\x80\x80", NGX_ERROR },
        { "\xf5\x80\x80\x80", NGX_ERROR },
        { "\x80", NGX_ERROR },
        { "\xe6\xbc", NGX_ERROR },
        { "\xe6\xbc" "a", NGX_ERROR }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const u_char  *text = (const u_char *) cases[i].text;

        assert_int_equal(ngx_webrtc_engine_io_units(text,
                                        text + strlen(cases[i].text)),
                         cases[i].units);
    }
}


static void
what_is_written_is_read_again(void **state)
{
    u_char                         *p, *last, out[2048];
    size_t                          n, len;
    ngx_uint_t                      form, binary;
    ngx_webrtc_engine_io_packet_t   packet, again;

    static u_char  data[1001];

    (void) state;

    memset(data, 'x', sizeof(data));

    for (form = TEXT; form <= BINARY; form++) {
        for (binary = 0; binary < 2; binary++) {
            for (n = 0; n < sizeof(data); n++) {

                packet.type = NGX_WEBRTC_ENGINE_IO_MESSAGE;
                packet.binary = binary ? 1 : 0;
                packet.data.data = data;
                packet.data.len = n;

                len = ngx_webrtc_engine_io_len(&packet, form);
                last = ngx_webrtc_engine_io_write(out, &packet, form);
                assert_int_equal(last - out, len);

                p = out;
                assert_int_equal(ngx_webrtc_engine_io_next(&p, last, form,
                                                           &again), NGX_OK);
                assert_ptr_equal(p, last);
                expect(&again, packet.type, binary, (char *) data, n);
            }
        }
    }
}


static void
text_that_is_none_is_not_written(void **state)
{
    ngx_webrtc_engine_io_packet_t  packet;

    (void) state;

    packet.type = NGX_WEBRTC_ENGINE_IO_MESSAGE;
    packet.binary = 0;
    packet.data.data = (u_char *) "\xff";
    packet.data.len = 1;

    assert_int_equal(ngx_webrtc_engine_io_len(&packet, TEXT), 0);
}


static void
touch_all(unsigned char *pos, unsigned char *last,
    ngx_webrtc_engine_io_form_e form)
{
    volatile u_char                 sum;
    size_t                          i;
    ngx_webrtc_engine_io_packet_t   packet;

    sum = 0;

    while (ngx_webrtc_engine_io_next(&pos, last, form, &packet) == NGX_OK) {
        for (i = 0; i < packet.data.len; i++) {
            sum += packet.data.data[i];
        }
    }
}


static void
touch_text(unsigned char *pos, unsigned char *last)
{
    touch_all(pos, last, TEXT);
}


static void
touch_binary(unsigned char *pos, unsigned char *last)
{
    touch_all(pos, last, BINARY);
}


static void
damaged_payloads_are_read_within_their_bounds(void **state)
{
    static const u_char  text[] =
        "4:4\xe6\xbc\xa2\xf0\x9f\x98\x80" "2:40" "1:2" "6:b4AQD/";
    static const u_char  binary[] = "\0\3\xff" "42[" "\1\1\0\xff\4abcdefghi";

    (void) state;

    hostile_all(text, sizeof(text) - 1, touch_text);
    hostile_all(binary, sizeof(binary) - 1, touch_binary);
    hostile_random(32, 1000, touch_text);
    hostile_random(32, 1000, touch_binary);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(packets_are_read),
        cmocka_unit_test(what_is_no_packet_is_refused),
        cmocka_unit_test(a_length_counts_what_javascript_counts),
        cmocka_unit_test(a_length_that_lies_is_refused),
        cmocka_unit_test(utf8_is_checked),
        cmocka_unit_test(what_is_written_is_read_again),
        cmocka_unit_test(text_that_is_none_is_not_written),
        cmocka_unit_test(damaged_payloads_are_read_within_their_bounds),
    };

    return cmocka_run_group_tests_name("engine_io", tests, NULL, NULL);
}
