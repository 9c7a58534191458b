
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/ngx_webrtc_text.h>


#define assert_text(text, str)                                               \
    assert_false((text)->overflow);                                          \
    assert_int_equal(ngx_webrtc_text_len(text), sizeof(str) - 1);            \
    assert_memory_equal((text)->start, str, sizeof(str) - 1)


static void
text_appends_strings_of_every_kind(void **state)
{
    u_char             buf[32];
    ngx_str_t          str = ngx_string("two ");
    ngx_webrtc_text_t  text;

    (void) state;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_text_cstr(&text, "one ");
    ngx_webrtc_text_str(&text, &str);
    ngx_webrtc_text_bytes(&text, "three!", 5);

    assert_text(&text, "one two three");
}


static void
text_fills_to_the_last_byte(void **state)
{
    u_char             buf[4];
    ngx_webrtc_text_t  text;

    (void) state;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_text_cstr(&text, "abcd");
    assert_text(&text, "abcd");

    ngx_webrtc_text_cstr(&text, "");
    assert_false(text.overflow);

    ngx_webrtc_text_cstr(&text, "e");
    assert_true(text.overflow);
}


static void
text_that_does_not_fit_is_not_cut(void **state)
{
    u_char             buf[4];
    ngx_webrtc_text_t  text;

    (void) state;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_text_cstr(&text, "ab");
    ngx_webrtc_text_cstr(&text, "cde");

    assert_true(text.overflow);
    assert_int_equal(ngx_webrtc_text_len(&text), 2);

    /* once lost, always lost */

    ngx_webrtc_text_cstr(&text, "c");
    assert_true(text.overflow);
}


static void
text_accepts_an_empty_string_without_data(void **state)
{
    u_char             buf[4];
    ngx_str_t          str = ngx_null_string;
    ngx_webrtc_text_t  text;

    (void) state;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_text_str(&text, &str);

    assert_text(&text, "");
}


static void
text_writes_numbers(void **state)
{
    u_char             buf[64];
    ngx_webrtc_text_t  text;

    (void) state;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_text_uint(&text, 0);
    ngx_webrtc_text_cstr(&text, " ");
    ngx_webrtc_text_uint(&text, 10);
    ngx_webrtc_text_cstr(&text, " ");
    ngx_webrtc_text_uint(&text, UINT64_MAX);

    assert_text(&text, "0 10 18446744073709551615");
}


static void
text_pads_numbers_with_zeros_and_never_cuts_them(void **state)
{
    u_char             buf[64];
    ngx_webrtc_text_t  text;

    (void) state;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_text_fixed(&text, 7, 3);
    ngx_webrtc_text_cstr(&text, " ");
    ngx_webrtc_text_fixed(&text, 0, 2);
    ngx_webrtc_text_cstr(&text, " ");
    ngx_webrtc_text_fixed(&text, 1234, 2);
    ngx_webrtc_text_cstr(&text, " ");
    ngx_webrtc_text_fixed(&text, UINT64_MAX, 24);

    assert_text(&text, "007 00 1234 000018446744073709551615");
}


static void
text_writes_hex_in_both_forms(void **state)
{
    u_char             buf[64];
    ngx_webrtc_text_t  text;

    static const u_char  data[] = { 0x00, 0xab, 0xff };

    (void) state;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_text_hex(&text, data, 3, 0);
    ngx_webrtc_text_cstr(&text, " ");
    ngx_webrtc_text_hex(&text, data, 3, ':');
    ngx_webrtc_text_cstr(&text, " ");
    ngx_webrtc_text_hex(&text, data, 1, ':');
    ngx_webrtc_text_hex(&text, data, 0, ':');

    assert_text(&text, "00abff 00:AB:FF 00");
}


static void
text_hex_stops_at_the_end(void **state)
{
    u_char             buf[5];
    ngx_webrtc_text_t  text;

    (void) state;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_webrtc_text_hex(&text, (u_char *) "\1\2\3", 3, 0);

    assert_true(text.overflow);
}


static void
text_writes_base64(void **state)
{
    u_char             buf[24];
    ngx_uint_t         i;
    ngx_webrtc_text_t  text;

    static const char *const  pairs[][2] = {       /* RFC 4648, section 10 */
        { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" },
        { "foobar", "Zm9vYmFy" }, { "\xfb\xff\xbf", "+/+/" }
    };

    (void) state;

    for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
        ngx_webrtc_text_base64(&text, (u_char *) pairs[i][0],
                               strlen(pairs[i][0]));

        assert_false(text.overflow);
        assert_int_equal(ngx_webrtc_text_len(&text), strlen(pairs[i][1]));
        assert_memory_equal(buf, pairs[i][1], strlen(pairs[i][1]));
    }

    ngx_webrtc_text_init(&text, buf, buf + 7);
    ngx_webrtc_text_base64(&text, (u_char *) "foobar", 6);
    assert_true(text.overflow);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(text_appends_strings_of_every_kind),
        cmocka_unit_test(text_fills_to_the_last_byte),
        cmocka_unit_test(text_that_does_not_fit_is_not_cut),
        cmocka_unit_test(text_accepts_an_empty_string_without_data),
        cmocka_unit_test(text_writes_numbers),
        cmocka_unit_test(text_pads_numbers_with_zeros_and_never_cuts_them),
        cmocka_unit_test(text_writes_hex_in_both_forms),
        cmocka_unit_test(text_hex_stops_at_the_end),
        cmocka_unit_test(text_writes_base64)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
