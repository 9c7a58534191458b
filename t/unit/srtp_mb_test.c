
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
#include <crypto/ngx_webrtc_srtp_mb.h>

#include "srtp_peer.h"


/* without the library all of them use OpenSSL */

typedef struct {
    ngx_webrtc_srtp_cipher_t  *evp;
    ngx_webrtc_srtp_cipher_t  *seal;
    ngx_webrtc_srtp_cipher_t  *open;
} ciphers_t;


static void
draw_bytes(u_char *p, size_t len)
{
    while (len--) {
        *p++ = (u_char) draw(256);
    }
}


static ngx_webrtc_srtp_cipher_t *
cipher_create(const u_char *key, const u_char *salt,
    ngx_webrtc_srtp_direction_e direction)
{
    ngx_webrtc_srtp_cipher_t  *cipher;

    cipher = ngx_webrtc_srtp_cipher_session(NGX_WEBRTC_SRTP_AEAD_AES_128_GCM,
                                            key, salt, NULL, direction);
    assert_non_null(cipher);

    return cipher;
}


/* what is made before init() uses OpenSSL */

static void
ciphers_init(ciphers_t *c)
{
    u_char  key[16], salt[NGX_WEBRTC_SRTP_SALT_LEN];

    draw_bytes(key, sizeof(key));
    draw_bytes(salt, sizeof(salt));

#if (NGX_WEBRTC_HAVE_IPSEC_MB)
    assert_null(ngx_webrtc_srtp_mb_create(key, NULL));
#endif

    c->evp = cipher_create(key, salt, NGX_WEBRTC_SRTP_SEAL);

    assert_int_equal(ngx_webrtc_srtp_init(), NGX_OK);

    c->seal = cipher_create(key, salt, NGX_WEBRTC_SRTP_SEAL);
    c->open = cipher_create(key, salt, NGX_WEBRTC_SRTP_OPEN);
}


static void
ciphers_cleanup(ciphers_t *c)
{
    ngx_webrtc_srtp_cipher_destroy(c->evp);
    ngx_webrtc_srtp_cipher_destroy(c->seal);
    ngx_webrtc_srtp_cipher_destroy(c->open);

    ngx_webrtc_srtp_cleanup();
}


static void
gcm_is_that_of_openssl(void **state)
{
    u_char      plain[2048], a[2048], b[2048], tail_buf[4], *tail;
    size_t      len, aad_len;
    uint32_t    ssrc;
    uint64_t    index;
    ciphers_t   c;
    ngx_uint_t  i;

    (void) state;

    ciphers_init(&c);

    for (i = 0; i < 20000; i++) {
        len = (i < 1500) ? i : draw(1500);
        tail = (i % 3) ? NULL : tail_buf;
        aad_len = tail ? 8 : 12 + 4 * draw(20);
        ssrc = draw(0x1000000);
        index = ((uint64_t) draw(0x1000000) << 24) + draw(0x1000000);

        draw_bytes(plain, aad_len + len);
        draw_bytes(tail_buf, sizeof(tail_buf));
        memcpy(a, plain, aad_len + len);
        memcpy(b, plain, aad_len + len);
        memset(b + aad_len + len + 16, 0xee, 1);

        assert_int_equal(ngx_webrtc_srtp_gcm_seal(c.evp, ssrc, index, a,
                                                  aad_len, tail, a + aad_len,
                                                  len, a + aad_len + len),
                         NGX_OK);
        assert_int_equal(ngx_webrtc_srtp_gcm_seal(c.seal, ssrc, index, b,
                                                  aad_len, tail, b + aad_len,
                                                  len, b + aad_len + len),
                         NGX_OK);
        assert_memory_equal(a, b, aad_len + len + 16);
        assert_int_equal(b[aad_len + len + 16], 0xee);

        assert_int_equal(ngx_webrtc_srtp_gcm_open(c.open, ssrc, index, a,
                                                  aad_len, tail, a + aad_len,
                                                  len, a + aad_len + len),
                         NGX_OK);
        assert_memory_equal(a, plain, aad_len + len);
    }

    ciphers_cleanup(&c);
}


static void
a_flipped_bit_is_an_error(void **state)
{
    u_char      pkt[128], copy[128];
    size_t      i;
    ciphers_t   c;

    (void) state;

    ciphers_init(&c);

    draw_bytes(pkt, sizeof(pkt));

    assert_int_equal(ngx_webrtc_srtp_gcm_seal(c.seal, 7, 9, pkt, 12, NULL,
                                              pkt + 12, 100, pkt + 112),
                     NGX_OK);

    for (i = 0; i < sizeof(pkt) * 8; i++) {
        memcpy(copy, pkt, sizeof(pkt));
        copy[i / 8] ^= (u_char) (1 << (i % 8));

        assert_int_equal(ngx_webrtc_srtp_gcm_open(c.open, 7, 9, copy, 12,
                                                  NULL, copy + 12, 100,
                                                  copy + 112),
                         NGX_ERROR);
    }

    assert_int_equal(ngx_webrtc_srtp_gcm_open(c.open, 7, 9, pkt, 12, NULL,
                                              pkt + 12, 100, pkt + 112),
                     NGX_OK);

    ciphers_cleanup(&c);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(gcm_is_that_of_openssl),
        cmocka_unit_test(a_flipped_bit_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
