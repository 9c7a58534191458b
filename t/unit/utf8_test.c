
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <core/ngx_webrtc_utf8.h>


/* in a block of its exact size */

static u_char *
copied(const char *str)
{
    u_char  *copy;

    copy = malloc(strlen(str) + (*str == '\0'));
    assert_non_null(copy);
    memcpy(copy, str, strlen(str));

    return copy;
}


static ngx_uint_t
is_text(const char *str)
{
    u_char     *copy;
    ngx_uint_t  rc;

    copy = copied(str);
    rc = ngx_webrtc_utf8_is_text(copy, copy + strlen(str));
    free(copy);

    return rc;
}


static ngx_uint_t
is_line(const char *str)
{
    u_char     *copy;
    ngx_uint_t  rc;

    copy = copied(str);
    rc = ngx_webrtc_utf8_is_line(copy, copy + strlen(str));
    free(copy);

    return rc;
}


static void
characters_are_read(void **state)
{
    uint32_t       code;
    ngx_uint_t     i;
    const u_char  *p, *last;

    static const u_char    text[] = "a\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80"
                                    "\xef\xbf\xbf\xf0\x90\x80\x80"
                                    "\xf4\x8f\xbf\xbf";
    static const uint32_t  codes[] = { 'a', 0x7f, 0x80, 0x7ff, 0x800, 0xffff,
                                       0x10000, 0x10ffff };

    (void) state;

    p = text;
    last = text + sizeof(text) - 1;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        assert_int_equal(ngx_webrtc_utf8_next(&p, last, &code), NGX_OK);
        assert_int_equal(code, codes[i]);
    }

    assert_ptr_equal(p, last);
    assert_int_equal(ngx_webrtc_utf8_next(&p, last, &code), NGX_ERROR);
}


static void
what_is_no_utf8_is_refused(void **state)
{
    u_char        *copy;
    uint32_t       code;
    ngx_uint_t     i;
    const u_char  *p;

    static const char  *wrong[] = {
        "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2x",
        "\xe0\x80\x80", "\xe0\x9f\xbf", "\xe3\x81", "\xed\xa0\x80",
        "\xed\xbf\xbf", "\xf0\x80\x80\x80", "\xf0\x9f\x98",
        "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff"
    };

    (void) state;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        copy = copied(wrong[i]);
        p = copy;

        assert_int_equal(ngx_webrtc_utf8_next(&p, copy + strlen(wrong[i]),
                                              &code),
                         NGX_ERROR);
        assert_ptr_equal(p, copy);

        free(copy);
    }
}


static void
text_has_no_control_characters(void **state)
{
    (void) state;

    assert_true(is_text(""));
    assert_true(is_text("{\"a\": 1}\r\n\t"));
    assert_true(is_text("\xe3\x81\x93\xf0\x9f\x98\x80"));

    assert_false(is_text("a\x01"));
    assert_false(is_text("\x1b[1m"));
    assert_false(is_text("\x7f"));
    assert_false(is_text("\xc2\x85"));
    assert_false(is_text("ok\xff"));

    assert_true(is_line(""));
    assert_true(is_line("\xe3\x81\x93 \xf0\x9f\x98\x80"));
    assert_false(is_line("a\n"));
    assert_false(is_line("\ta"));
    assert_false(is_line("\x7f"));
    assert_false(is_line("ok\xff"));
    assert_false(ngx_webrtc_utf8_is_text((u_char *) "a\0b",
                                         (u_char *) "a\0b" + 3));
}


static void
json_strings_are_escaped(void **state)
{
    size_t              room;
    u_char              buf[64];
    ngx_webrtc_text_t   text;

    static const char   in[] = "a\"\\\n\r\t\x01\0/\xff\xe3\x81\x93\xc3";
    static const char   expected[] = "a\\\"\\\\\\n\\r\\t\\u0001\\u0000/"
                                     "\xef\xbf\xbd\xe3\x81\x93\xef\xbf\xbd";

    (void) state;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_utf8_json(&text, (u_char *) in,
                         (u_char *) in + sizeof(in) - 1);

    assert_int_equal(text.overflow, 0);
    assert_int_equal(ngx_webrtc_text_len(&text), sizeof(expected) - 1);
    assert_memory_equal(buf, expected, sizeof(expected) - 1);

    for (room = 0; room < sizeof(expected) - 1; room++) {
        ngx_webrtc_text_init(&text, buf, buf + room);
        ngx_webrtc_utf8_json(&text, (u_char *) in,
                             (u_char *) in + sizeof(in) - 1);
        assert_int_equal(text.overflow, 1);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(characters_are_read),
        cmocka_unit_test(what_is_no_utf8_is_refused),
        cmocka_unit_test(text_has_no_control_characters),
        cmocka_unit_test(json_strings_are_escaped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
