
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <hub/ngx_webrtc_token.h>


static ngx_str_t
test_str(const char *text)
{
    ngx_str_t  str;

    str.data = (u_char *) text;
    str.len = strlen(text);

    return str;
}


static void
uuids_have_their_form(void **state)
{
    u_char      a[NGX_WEBRTC_UUID_LEN + 1], b[NGX_WEBRTC_UUID_LEN + 1];
    ngx_uint_t  i;

    (void) state;

    a[NGX_WEBRTC_UUID_LEN] = 'x';

    assert_int_equal(ngx_webrtc_token_uuid(a), NGX_OK);
    assert_int_equal(ngx_webrtc_token_uuid(b), NGX_OK);

    assert_memory_not_equal(a, b, NGX_WEBRTC_UUID_LEN);
    assert_int_equal(a[NGX_WEBRTC_UUID_LEN], 'x');

    for (i = 0; i < NGX_WEBRTC_UUID_LEN; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            assert_int_equal(a[i], '-');

        } else {
            assert_non_null(memchr("0123456789abcdef", a[i], 16));
        }
    }

    assert_int_equal(a[14], '4');
    assert_non_null(memchr("89ab", a[19], 4));
}


static void
uuids_show_their_bytes(void **state)
{
    u_char      text[NGX_WEBRTC_UUID_LEN], bytes[16];
    ngx_uint_t  i;

    (void) state;

    for (i = 0; i < 16; i++) {
        bytes[i] = i * 0x11;
    }

    ngx_webrtc_token_uuid_format(text, bytes);

    assert_memory_equal(text, "00112233-4455-6677-8899-aabbccddeeff",
                        NGX_WEBRTC_UUID_LEN);
}


static void
random_bytes_differ(void **state)
{
    u_char  a[16], b[16];

    (void) state;

    assert_int_equal(ngx_webrtc_token_random(a, sizeof(a)), NGX_OK);
    assert_int_equal(ngx_webrtc_token_random(b, sizeof(b)), NGX_OK);
    assert_memory_not_equal(a, b, sizeof(a));
}


/* RFC 4231, test case 2 */

static void
a_text_is_signed(void **state)
{
    u_char     mac[NGX_WEBRTC_SIGNATURE_LEN];
    ngx_str_t  secret, data;

    static const u_char  expected[] = {
        0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e,
        0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7,
        0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
        0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43
    };

    (void) state;

    secret = test_str("Jefe");
    data = test_str("what do ya want for nothing?");

    assert_int_equal(ngx_webrtc_token_sign(&secret, &data, mac), NGX_OK);
    assert_memory_equal(mac, expected, sizeof(mac));
}


/* of another program: HMAC-SHA1 of "1700086400" under "north" */

static void
a_text_is_signed_for_turn(void **state)
{
    u_char     mac[NGX_WEBRTC_SHORT_SIGNATURE_LEN];
    ngx_str_t  secret, data;

    static const u_char  wanted[] =
        "\x2b\xe4\x65\x80\x58\xf7\x40\xbb\xc1\xed"
        "\x60\x15\x1d\xf8\xdf\x80\xc8\x32\x05\xe0";

    (void) state;

    secret = test_str("north");
    data = test_str("1700086400");

    ngx_webrtc_token_sign_short(&secret, &data, mac);
    assert_memory_equal(mac, wanted, sizeof(mac));
}


static void
words_are_compared_whole(void **state)
{
    ngx_str_t  a, b, none;

    (void) state;

    ngx_str_null(&none);

    a = test_str("token");
    b = test_str("token");
    assert_true(ngx_webrtc_token_equal(&a, &b));

    b = test_str("tokem");
    assert_false(ngx_webrtc_token_equal(&a, &b));

    b = test_str("toke");
    assert_false(ngx_webrtc_token_equal(&a, &b));

    assert_false(ngx_webrtc_token_equal(&a, &none));
    assert_true(ngx_webrtc_token_equal(&none, &none));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(uuids_have_their_form),
        cmocka_unit_test(uuids_show_their_bytes),
        cmocka_unit_test(random_bytes_differ),
        cmocka_unit_test(a_text_is_signed),
        cmocka_unit_test(a_text_is_signed_for_turn),
        cmocka_unit_test(words_are_compared_whole)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
