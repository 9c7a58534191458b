
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_hmac.h>


/* RFC 4231, test case 2 */

static void
sha256_matches_rfc_4231(void **state)
{
    u_char  mac[NGX_WEBRTC_SHA256_LEN];

    static const u_char  expected[] = {
        0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e,
        0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7,
        0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
        0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43
    };

    (void) state;

    assert_int_equal(ngx_webrtc_hmac_sha256(mac, "Jefe", 4,
                                          "what do ya want for nothing?", 28),
                     NGX_OK);
    assert_memory_equal(mac, expected, sizeof(expected));
}


/* RFC 2202, HMAC-SHA-1 test case 6 */

static void
a_key_longer_than_a_block_is_hashed_first(void **state)
{
    u_char                 key[80], mac[NGX_WEBRTC_SHA1_LEN];
    const char            *text;
    ngx_webrtc_hmac_key_t  hmac;

    static const u_char  expected[] = {
        0xaa, 0x4a, 0xe5, 0xe1, 0x52, 0x72, 0xd0, 0x0e, 0x95, 0x70,
        0x56, 0x37, 0xce, 0x8a, 0x3b, 0x55, 0xed, 0x40, 0x21, 0x12
    };

    (void) state;

    text = "Test Using Larger Than Block-Size Key - Hash Key First";
    ngx_memset(key, 0xaa, sizeof(key));

    ngx_webrtc_hmac_sha1(mac, key, sizeof(key), text, strlen(text));
    assert_memory_equal(mac, expected, sizeof(expected));

    /* in two parts, and twice: the key is as it was */

    ngx_webrtc_hmac_key_init(&hmac, key, sizeof(key));

    ngx_webrtc_hmac_key_sum(&hmac, mac, text, 3, text + 3, strlen(text) - 3);
    assert_memory_equal(mac, expected, sizeof(expected));

    ngx_webrtc_hmac_key_sum(&hmac, mac, text, strlen(text), NULL, 0);
    assert_memory_equal(mac, expected, sizeof(expected));
}


/* RFC 2202, HMAC-SHA-1 test case 2 */

static void
sha1_matches_rfc_2202(void **state)
{
    u_char  mac[NGX_WEBRTC_SHA1_LEN];

    static const u_char  expected[] = {
        0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2, 0x74,
        0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c, 0x25, 0x9a, 0x7c, 0x79
    };

    (void) state;

    ngx_webrtc_hmac_sha1(mac, "Jefe", 4, "what do ya want for nothing?", 28);
    assert_memory_equal(mac, expected, sizeof(expected));
}


static void
an_empty_key_and_message_have_a_mac(void **state)
{
    u_char  mac[NGX_WEBRTC_SHA256_LEN];

    static const u_char  expected[] = { 0xb6, 0x13, 0x67, 0x9a };

    (void) state;

    assert_int_equal(ngx_webrtc_hmac_sha256(mac, NULL, 0, "", 0), NGX_OK);
    assert_memory_equal(mac, expected, sizeof(expected));
}


static void
secrets_compare_over_their_whole_length(void **state)
{
    (void) state;

    assert_true(ngx_webrtc_secret_equal("secret", "secret", 6));
    assert_false(ngx_webrtc_secret_equal("secret", "secreT", 6));
    assert_false(ngx_webrtc_secret_equal("Secret", "secret", 6));
    assert_true(ngx_webrtc_secret_equal("secret", "secreT", 5));
}


static void
a_cleared_secret_is_gone(void **state)
{
    u_char  secret[8] = "secret!", zero[8] = { 0 };

    (void) state;

    ngx_webrtc_secret_clear(secret, sizeof(secret));
    assert_memory_equal(secret, zero, sizeof(secret));
}


static void
a_digest_matches_rfc_3174(void **state)
{
    u_char  digest[NGX_WEBRTC_SHA1_LEN];

    static const u_char  expected[] = {
        0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e,
        0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d
    };

    (void) state;

    assert_int_equal(ngx_webrtc_sha1(digest, "abc", 3), NGX_OK);
    assert_memory_equal(digest, expected, sizeof(expected));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(sha256_matches_rfc_4231),
        cmocka_unit_test(sha1_matches_rfc_2202),
        cmocka_unit_test(a_key_longer_than_a_block_is_hashed_first),
        cmocka_unit_test(an_empty_key_and_message_have_a_mac),
        cmocka_unit_test(secrets_compare_over_their_whole_length),
        cmocka_unit_test(a_cleared_secret_is_gone),
        cmocka_unit_test(a_digest_matches_rfc_3174),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
