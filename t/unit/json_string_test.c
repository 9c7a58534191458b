
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_json.h>


/* the string in memory of its own size, so that nothing beside it is read */

static size_t
plain(const char *text, size_t len)
{
    size_t   n;
    u_char  *copy;

    copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy + 1, text, len);

    n = ngx_webrtc_json_plain(copy + 1, copy + 1 + len);

    free(copy);

    return n;
}


static void
each_byte_that_is_not_plain_ends_a_run_anywhere(void **state)
{
    char      text[24];
    size_t    at;
    unsigned  byte;

    (void) state;

    for (byte = 0; byte < 256; byte++) {

        for (at = 0; at < sizeof(text); at++) {
            memset(text, ' ', sizeof(text));
            text[at] = (char) byte;

            /* the byte behind it is one more or less */
            text[(at + 1) % sizeof(text)] = '#';

            assert_int_equal(plain(text, sizeof(text)),
                             (byte < 0x20 || byte >= 0x80 || byte == '"'
                              || byte == '\\') ? at : sizeof(text));
        }
    }

    assert_int_equal(plain("", 0), 0);
}


static void
the_first_of_several_ends_it(void **state)
{
    (void) state;

    assert_int_equal(plain("abc\"\x7f\x7f\x7f\"defghij", 15), 3);
    assert_int_equal(plain("v=0\r\no=- 1 1 IN", 15), 3);
    assert_int_equal(plain("12345678\\n123456", 16), 8);
    assert_int_equal(plain("1234567\xc3\xa9", 9), 7);
}


static void
assert_unescaped(const char *text, const char *want, size_t len)
{
    size_t      n;
    u_char     *buf, *copy;
    ngx_str_t   raw, value;

    n = strlen(text);

    copy = malloc(n);
    buf = malloc(n);
    assert_non_null(copy);
    assert_non_null(buf);

    memcpy(copy, text, n);

    raw.data = copy;
    raw.len = n;

    ngx_webrtc_json_unescape(&raw, buf, &value);

    assert_int_equal(value.len, len);
    assert_ptr_equal(value.data, buf);
    assert_memory_equal(value.data, want, len);

    free(buf);
    free(copy);
}


static void
a_string_is_read_as_it_was_meant(void **state)
{
    (void) state;

    assert_unescaped("\"\"", "", 0);
    assert_unescaped("\"v=0\\r\\no=-\\r\\n\"", "v=0\r\no=-\r\n", 10);
    assert_unescaped("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8);
    assert_unescaped("\"caf\xc3\xa9 au lait, \xe3\x81\x82\"",
                     "caf\xc3\xa9 au lait, \xe3\x81\x82", 18);
    assert_unescaped("\"\\u0041\\u007F\\u0080\\u07ff\"",
                     "A\x7f\xc2\x80\xdf\xbf", 6);
    assert_unescaped("\"\\u0800\\uFFFF\\uabCD\"",
                     "\xe0\xa0\x80\xef\xbf\xbf\xea\xaf\x8d", 9);
    assert_unescaped("\"\\ud800\\udc00\\ud83d\\ude00\\uDBFF\\uDFFF.\"",
                     "\xf0\x90\x80\x80\xf0\x9f\x98\x80\xf4\x8f\xbf\xbf.", 13);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(each_byte_that_is_not_plain_ends_a_run_anywhere),
        cmocka_unit_test(the_first_of_several_ends_it),
        cmocka_unit_test(a_string_is_read_as_it_was_meant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
