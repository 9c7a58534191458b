
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

#include <front/sora/ngx_webrtc_sora_text.h>


#define assert_text(text, want)                                              \
    assert_int_equal((text)->len, strlen(want));                             \
    assert_memory_equal((text)->start, want, strlen(want));                  \
    ngx_webrtc_sora_text_reset(text)


static void
commas_are_put_between_and_nowhere_else(void **state)
{
    ngx_str_t                value = ngx_string("v");
    ngx_webrtc_sora_text_t   text;

    (void) state;

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    ngx_webrtc_sora_text_cstr(&text, "{");
    ngx_webrtc_sora_text_key_str(&text, "a", &value);
    ngx_webrtc_sora_text_key_uint(&text, "b", 18446744073709551615ULL);
    ngx_webrtc_sora_text_key(&text, "c");
    ngx_webrtc_sora_text_cstr(&text, "[");
    ngx_webrtc_sora_text_item(&text);
    ngx_webrtc_sora_text_cstr(&text, "{");
    ngx_webrtc_sora_text_key_bool(&text, "d", 1);
    ngx_webrtc_sora_text_cstr(&text, "}");
    ngx_webrtc_sora_text_item(&text);
    ngx_webrtc_sora_text_bool(&text, 0);
    ngx_webrtc_sora_text_cstr(&text, "]");
    ngx_webrtc_sora_text_key_cstr(&text, "e", "");
    ngx_webrtc_sora_text_key_bytes(&text, "f", (u_char *) "xyz", 2);
    ngx_webrtc_sora_text_cstr(&text, "}");

    assert_text(&text, "{\"a\":\"v\",\"b\":18446744073709551615,"
                       "\"c\":[{\"d\":true},false],\"e\":\"\",\"f\":\"xy\"}");

    ngx_webrtc_sora_text_free(&text);
}


static void
strings_are_escaped_and_utf8_is_left_alone(void **state)
{
    ngx_webrtc_sora_text_t  text;

    (void) state;

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    ngx_webrtc_sora_text_string(&text,
                                (u_char *) "a\"b\\c\r\n\t\x01\x1f\x7fé", 13);

    assert_text(&text,
                "\"a\\\"b\\\\c\\r\\n\\u0009\\u0001\\u001f\x7fé\"");

    ngx_webrtc_sora_text_string(&text, (u_char *) "", 0);
    assert_text(&text, "\"\"");

    ngx_webrtc_sora_text_free(&text);
}


/* in a string that is longer than what is looked at, or written, at once */

static void
every_byte_is_escaped_as_it_must_wherever_it_stands(void **state)
{
    size_t                   at, n;
    u_char                   string[1040], want[1060], *p;
    ngx_uint_t               ch;
    ngx_webrtc_sora_text_t   text;

    (void) state;

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    for (ch = 0; ch < 256; ch++) {

        for (at = 500; at < 520; at++) {

            memset(string, '~', sizeof(string));
            string[at] = (u_char) ch;

            p = want;
            *p++ = '"';
            memset(p, '~', at);
            p += at;

            if (ch == '\r' || ch == '\n' || ch == '"' || ch == '\\') {
                *p++ = '\\';
                *p++ = (u_char) (ch == '\r' ? 'r' : ch == '\n' ? 'n' : ch);

            } else if (ch < 0x20) {
                p += sprintf((char *) p, "\\u%04x", (unsigned) ch);

            } else {
                *p++ = (u_char) ch;
            }

            n = sizeof(string) - at - 1;
            memset(p, '~', n);
            p += n;
            *p++ = '"';

            ngx_webrtc_sora_text_reset(&text);
            ngx_webrtc_sora_text_string(&text, string, sizeof(string));

            assert_int_equal(text.len, p - want);
            assert_memory_equal(text.start, want, text.len);
        }
    }

    ngx_webrtc_sora_text_free(&text);
}


static void
times_are_utc_with_three_or_six_digits(void **state)
{
    ngx_uint_t               i;
    ngx_webrtc_sora_text_t   text;

    static const struct {
        uint64_t     wall;
        ngx_uint_t   digits;
        const char  *want;
    } times[] = {
        { 0, 6, "\"1970-01-01T00:00:00.000000Z\"" },
        { 1586417492056487ULL, 3, "\"2020-04-09T07:31:32.056Z\"" },
        { 1642469139980509ULL, 6, "\"2022-01-18T01:25:39.980509Z\"" },
        { 1709164800000000ULL, 3, "\"2024-02-29T00:00:00.000Z\"" },
        { 1709251199999999ULL, 6, "\"2024-02-29T23:59:59.999999Z\"" },
        { 1767225599000001ULL, 6, "\"2025-12-31T23:59:59.000001Z\"" },
        { 951782400000000ULL, 3, "\"2000-02-29T00:00:00.000Z\"" },
        { 4107542400000000ULL, 3, "\"2100-03-01T00:00:00.000Z\"" },
    };

    (void) state;

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
        ngx_webrtc_sora_text_time(&text, times[i].wall, times[i].digits);
        assert_text(&text, times[i].want);
    }

    ngx_webrtc_sora_text_free(&text);
}


static void
a_text_grows_as_it_must(void **state)
{
    ngx_uint_t               i;
    ngx_webrtc_sora_text_t   text;

    (void) state;

    ngx_memzero(&text, sizeof(ngx_webrtc_sora_text_t));

    for (i = 0; i < 100000; i++) {
        ngx_webrtc_sora_text_bytes(&text, "0123456789", 10);
    }

    assert_int_equal(text.len, 1000000);
    assert_memory_equal(text.start + 999990, "0123456789", 10);
    assert_false(text.failed);

    ngx_webrtc_sora_text_free(&text);
    assert_null(text.start);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(commas_are_put_between_and_nowhere_else),
        cmocka_unit_test(strings_are_escaped_and_utf8_is_left_alone),
        cmocka_unit_test(every_byte_is_escaped_as_it_must_wherever_it_stands),
        cmocka_unit_test(times_are_utc_with_three_or_six_digits),
        cmocka_unit_test(a_text_grows_as_it_must),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
