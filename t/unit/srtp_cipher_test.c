
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_srtp_cipher.h>


/* RFC 3711, appendix B.3 */

static const u_char  b3_key[] = {
    0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01, 0x8b, 0xe0,
    0xd6, 0x4f, 0xa3, 0x2c, 0x06, 0xde, 0x41, 0x39
};

static const u_char  b3_salt[] = {
    0x0e, 0xc6, 0x75, 0xad, 0x49, 0x8a, 0xfe,
    0xeb, 0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6
};

/* RFC 7714, section 16: the session key and salt */

static const u_char  gcm_key[] = {
    0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
    0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f
};

static const u_char  gcm_salt[NGX_WEBRTC_SRTP_SALT_LEN] = "Quid pro quo";


static void
keys_derive_as_in_rfc_3711_b_3(void **state)
{
    u_char  out[94];

    static const u_char  key[] = {
        0xc6, 0x1e, 0x7a, 0x93, 0x74, 0x4f, 0x39, 0xee,
        0x10, 0x73, 0x4a, 0xfe, 0x3f, 0xf7, 0xa0, 0x87
    };

    static const u_char  salt[] = {
        0x30, 0xcb, 0xbc, 0x08, 0x86, 0x3d, 0x8c,
        0x85, 0xd4, 0x9d, 0xb3, 0x4a, 0x9a, 0xe1
    };

    static const u_char  auth[] = {
        0xce, 0xbe, 0x32, 0x1f, 0x6f, 0xf7, 0x71, 0x6b,
        0x6f, 0xd4, 0xab, 0x49, 0xaf, 0x25, 0x6a, 0x15,
        0x6d, 0x38, 0xba, 0xa4, 0x8f, 0x0a, 0x0a, 0xcf,
        0x3c, 0x34, 0xe2, 0x35, 0x9e, 0x6c, 0xdb, 0xce,
        0xe0, 0x49, 0x64, 0x6c, 0x43, 0xd9, 0x32, 0x7a,
        0xd1, 0x75, 0x57, 0x8e, 0xf7, 0x22, 0x70, 0x98,
        0x63, 0x71, 0xc1, 0x0c, 0x9a, 0x36, 0x9a, 0xc2,
        0xf9, 0x4a, 0x8c, 0x5f, 0xbc, 0xdd, 0xdc, 0x25,
        0x6d, 0x6e, 0x91, 0x9a, 0x48, 0xb6, 0x10, 0xef,
        0x17, 0xc2, 0x04, 0x1e, 0x47, 0x40, 0x35, 0x76,
        0x6b, 0x68, 0x64, 0x2c, 0x59, 0xbb, 0xfc, 0x2f,
        0x34, 0xdb, 0x60, 0xdb, 0xdf, 0xb2
    };

    (void) state;

    assert_int_equal(ngx_webrtc_srtp_derive(b3_key, b3_salt, 0, out, 16),
                     NGX_OK);
    assert_memory_equal(out, key, sizeof(key));

    assert_int_equal(ngx_webrtc_srtp_derive(b3_key, b3_salt, 2, out, 14),
                     NGX_OK);
    assert_memory_equal(out, salt, sizeof(salt));

    assert_int_equal(ngx_webrtc_srtp_derive(b3_key, b3_salt, 1, out, 94),
                     NGX_OK);
    assert_memory_equal(out, auth, sizeof(auth));
}


/* RFC 3711, appendix B.2: the key stream at SSRC 0, index 0 */

static void
counter_mode_matches_rfc_3711_b_2(void **state)
{
    u_char                     data[48] = { 0 };
    ngx_webrtc_srtp_cipher_t  *cipher;

    static const u_char  key[] = {
        0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
        0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c
    };

    static const u_char  salt[] = {
        0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6,
        0xf7, 0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd
    };

    static const u_char  auth[NGX_WEBRTC_SRTP_AUTH_LEN];

    static const u_char  stream[] = {
        0xe0, 0x3e, 0xad, 0x09, 0x35, 0xc9, 0x5e, 0x80,
        0xe1, 0x66, 0xb1, 0x6d, 0xd9, 0x2b, 0x4e, 0xb4,
        0xd2, 0x35, 0x13, 0x16, 0x2b, 0x02, 0xd0, 0xf7,
        0x2a, 0x43, 0xa2, 0xfe, 0x4a, 0x5f, 0x97, 0xab,
        0x41, 0xe9, 0x5b, 0x3b, 0xb0, 0xa2, 0xe8, 0xdd,
        0x47, 0x79, 0x01, 0xe4, 0xfc, 0xa8, 0x94, 0xc0
    };

    (void) state;

    cipher = ngx_webrtc_srtp_cipher_session(NGX_WEBRTC_SRTP_AES128_CM_SHA1_80,
                                            key, salt, auth,
                                            NGX_WEBRTC_SRTP_SEAL);
    assert_non_null(cipher);

    assert_int_equal(ngx_webrtc_srtp_ctr(cipher, 0, 0, data, sizeof(data)),
                     NGX_OK);
    assert_memory_equal(data, stream, sizeof(stream));

    ngx_webrtc_srtp_cipher_destroy(cipher);
}


/* RFC 2202, HMAC-SHA-1 test case 1, over a message cut in two */

static void
the_mac_is_hmac_sha1_80(void **state)
{
    u_char                     key[NGX_WEBRTC_SRTP_AUTH_LEN], tag[10];
    ngx_webrtc_srtp_cipher_t  *cipher;

    static const u_char  expected[] = {
        0xb6, 0x17, 0x31, 0x86, 0x55, 0x05, 0x72, 0x64, 0xe2, 0x8b
    };

    (void) state;

    memset(key, 0x0b, sizeof(key));

    cipher = ngx_webrtc_srtp_cipher_session(NGX_WEBRTC_SRTP_AES128_CM_SHA1_80,
                                            gcm_key, gcm_salt, key,
                                            NGX_WEBRTC_SRTP_SEAL);
    assert_non_null(cipher);

    /* twice: the keyed state must not wear off */

    ngx_webrtc_srtp_mac(cipher, (u_char *) "Hi T", 4, (u_char *) "here", tag);
    assert_memory_equal(tag, expected, sizeof(expected));

    ngx_webrtc_srtp_mac(cipher, (u_char *) "Hi T", 4, (u_char *) "here", tag);
    assert_memory_equal(tag, expected, sizeof(expected));

    ngx_webrtc_srtp_cipher_destroy(cipher);
}


/* RFC 7714, section 16.1 */

static const u_char  rtp_plain[] = {
    0x80, 0x40, 0xf1, 0x7b, 0x80, 0x41, 0xf8, 0xd3, 0x55, 0x01, 0xa0, 0xb2,
    0x47, 0x61, 0x6c, 0x6c, 0x69, 0x61, 0x20, 0x65, 0x73, 0x74, 0x20, 0x6f,
    0x6d, 0x6e, 0x69, 0x73, 0x20, 0x64, 0x69, 0x76, 0x69, 0x73, 0x61, 0x20,
    0x69, 0x6e, 0x20, 0x70, 0x61, 0x72, 0x74, 0x65, 0x73, 0x20, 0x74, 0x72,
    0x65, 0x73
};

static const u_char  rtp_sealed[] = {
    0x80, 0x40, 0xf1, 0x7b, 0x80, 0x41, 0xf8, 0xd3, 0x55, 0x01, 0xa0, 0xb2,
    0xf2, 0x4d, 0xe3, 0xa3, 0xfb, 0x34, 0xde, 0x6c, 0xac, 0xba, 0x86, 0x1c,
    0x9d, 0x7e, 0x4b, 0xca, 0xbe, 0x63, 0x3b, 0xd5, 0x0d, 0x29, 0x4e, 0x6f,
    0x42, 0xa5, 0xf4, 0x7a, 0x51, 0xc7, 0xd1, 0x9b, 0x36, 0xde, 0x3a, 0xdf,
    0x88, 0x33, 0x89, 0x9d, 0x7f, 0x27, 0xbe, 0xb1, 0x6a, 0x91, 0x52, 0xcf,
    0x76, 0x5e, 0xe4, 0x39, 0x0c, 0xce
};


static void
gcm_of_rtp_matches_rfc_7714_16_1(void **state)
{
    u_char                     buf[sizeof(rtp_sealed)];
    size_t                     len;
    ngx_webrtc_srtp_cipher_t  *seal, *open;

    (void) state;

    len = sizeof(rtp_plain);

    seal = ngx_webrtc_srtp_cipher_session(NGX_WEBRTC_SRTP_AEAD_AES_128_GCM,
                                          gcm_key, gcm_salt, NULL,
                                          NGX_WEBRTC_SRTP_SEAL);
    open = ngx_webrtc_srtp_cipher_session(NGX_WEBRTC_SRTP_AEAD_AES_128_GCM,
                                          gcm_key, gcm_salt, NULL,
                                          NGX_WEBRTC_SRTP_OPEN);
    assert_non_null(seal);
    assert_non_null(open);

    memcpy(buf, rtp_plain, len);

    assert_int_equal(ngx_webrtc_srtp_gcm_seal(seal, 0x5501a0b2, 0xf17b, buf,
                                              12, NULL, buf + 12, len - 12,
                                              buf + len),
                     NGX_OK);
    assert_memory_equal(buf, rtp_sealed, sizeof(rtp_sealed));

    assert_int_equal(ngx_webrtc_srtp_gcm_open(open, 0x5501a0b2, 0xf17b, buf,
                                              12, NULL, buf + 12, len - 12,
                                              buf + len),
                     NGX_OK);
    assert_memory_equal(buf, rtp_plain, len);

    memcpy(buf, rtp_sealed, sizeof(rtp_sealed));
    buf[20] ^= 1;

    assert_int_equal(ngx_webrtc_srtp_gcm_open(open, 0x5501a0b2, 0xf17b, buf,
                                              12, NULL, buf + 12, len - 12,
                                              buf + len),
                     NGX_ERROR);

    /* and the context works on after a failure */

    memcpy(buf, rtp_sealed, sizeof(rtp_sealed));

    assert_int_equal(ngx_webrtc_srtp_gcm_open(open, 0x5501a0b2, 0xf17b, buf,
                                              12, NULL, buf + 12, len - 12,
                                              buf + len),
                     NGX_OK);

    ngx_webrtc_srtp_cipher_destroy(seal);
    ngx_webrtc_srtp_cipher_destroy(open);
}


/* RFC 7714, section 17.1 */

static void
gcm_of_rtcp_matches_rfc_7714_17_1(void **state)
{
    u_char                     tag[16];
    ngx_webrtc_srtp_cipher_t  *seal;

    static u_char  pkt[] = {
        0x81, 0xc8, 0x00, 0x0d, 0x4d, 0x61, 0x72, 0x73,
        0x4e, 0x54, 0x50, 0x31, 0x4e, 0x54, 0x50, 0x32,
        0x52, 0x54, 0x50, 0x20, 0x00, 0x00, 0x04, 0x2a,
        0x00, 0x00, 0xe9, 0x30, 0x4c, 0x75, 0x6e, 0x61,
        0xde, 0xad, 0xbe, 0xef, 0xde, 0xad, 0xbe, 0xef,
        0xde, 0xad, 0xbe, 0xef, 0xde, 0xad, 0xbe, 0xef,
        0xde, 0xad, 0xbe, 0xef
    };

    static const u_char  sealed[] = {
        0x63, 0xe9, 0x48, 0x85, 0xdc, 0xda, 0xb6, 0x7c,
        0xa7, 0x27, 0xd7, 0x66, 0x2f, 0x6b, 0x7e, 0x99,
        0x7f, 0xf5, 0xc0, 0xf7, 0x6c, 0x06, 0xf3, 0x2d,
        0xc6, 0x76, 0xa5, 0xf1, 0x73, 0x0d, 0x6f, 0xda,
        0x4c, 0xe0, 0x9b, 0x46, 0x86, 0x30, 0x3d, 0xed,
        0x0b, 0xb9, 0x27, 0x5b
    };

    static const u_char  sealed_tag[] = {
        0xc8, 0x4a, 0xa4, 0x58, 0x96, 0xcf, 0x4d, 0x2f,
        0xc5, 0xab, 0xf8, 0x72, 0x45, 0xd9, 0xea, 0xde
    };

    (void) state;

    seal = ngx_webrtc_srtp_cipher_session(NGX_WEBRTC_SRTP_AEAD_AES_128_GCM,
                                          gcm_key, gcm_salt, NULL,
                                          NGX_WEBRTC_SRTP_SEAL);
    assert_non_null(seal);

    assert_int_equal(ngx_webrtc_srtp_gcm_seal(seal, 0x4d617273, 0x5d4, pkt, 8,
                                          (u_char *) "\x80\x00\x05\xd4",
                                          pkt + 8, sizeof(pkt) - 8, tag),
                     NGX_OK);
    assert_memory_equal(pkt + 8, sealed, sizeof(sealed));
    assert_memory_equal(tag, sealed_tag, sizeof(sealed_tag));

    ngx_webrtc_srtp_cipher_destroy(seal);
}


static void
an_unknown_profile_has_no_cipher(void **state)
{
    (void) state;

    assert_null(ngx_webrtc_srtp_cipher_create(0x0008, b3_key, b3_salt,
                                              NGX_WEBRTC_SRTP_LABEL_RTP,
                                              NGX_WEBRTC_SRTP_SEAL));
    assert_null(ngx_webrtc_srtp_cipher_create(0, b3_key, b3_salt,
                                              NGX_WEBRTC_SRTP_LABEL_RTP,
                                              NGX_WEBRTC_SRTP_SEAL));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(keys_derive_as_in_rfc_3711_b_3),
        cmocka_unit_test(counter_mode_matches_rfc_3711_b_2),
        cmocka_unit_test(the_mac_is_hmac_sha1_80),
        cmocka_unit_test(gcm_of_rtp_matches_rfc_7714_16_1),
        cmocka_unit_test(gcm_of_rtcp_matches_rfc_7714_17_1),
        cmocka_unit_test(an_unknown_profile_has_no_cipher),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
