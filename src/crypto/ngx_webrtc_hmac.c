
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * SHA-1's own functions are deprecated, but they alone allow to keep the two
 * keyed states of HMAC as plain structs: against EVP_MAC that saves 0.09 us
 * per packet and more than 1 kB per key.
 */

#ifndef OPENSSL_SUPPRESS_DEPRECATED
#define OPENSSL_SUPPRESS_DEPRECATED
#endif

#include <crypto/ngx_webrtc_hmac.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>


void
ngx_webrtc_hmac_key_init(ngx_webrtc_hmac_key_t *hmac, const void *key,
    size_t key_len)
{
    size_t         i;
    u_char         inner[SHA_CBLOCK], outer[SHA_CBLOCK];
    u_char         digest[NGX_WEBRTC_SHA1_LEN];
    const u_char  *p;

    p = key;

    if (key_len > SHA_CBLOCK) {
        SHA1(key, key_len, digest);
        p = digest;
        key_len = NGX_WEBRTC_SHA1_LEN;
    }

    ngx_memset(inner, 0x36, SHA_CBLOCK);
    ngx_memset(outer, 0x5c, SHA_CBLOCK);

    for (i = 0; i < key_len; i++) {
        inner[i] ^= p[i];
        outer[i] ^= p[i];
    }

    SHA1_Init(&hmac->inner);
    SHA1_Update(&hmac->inner, inner, SHA_CBLOCK);

    SHA1_Init(&hmac->outer);
    SHA1_Update(&hmac->outer, outer, SHA_CBLOCK);

    OPENSSL_cleanse(inner, SHA_CBLOCK);
    OPENSSL_cleanse(outer, SHA_CBLOCK);
}


void
ngx_webrtc_hmac_key_sum(const ngx_webrtc_hmac_key_t *hmac, u_char *mac,
    const void *data, size_t len, const void *tail, size_t tail_len)
{
    SHA_CTX  sha;

    sha = hmac->inner;

    SHA1_Update(&sha, data, len);
    SHA1_Update(&sha, tail, tail_len);
    SHA1_Final(mac, &sha);

    sha = hmac->outer;

    SHA1_Update(&sha, mac, NGX_WEBRTC_SHA1_LEN);
    SHA1_Final(mac, &sha);
}


void
ngx_webrtc_hmac_sha1(u_char *mac, const void *key, size_t key_len,
    const void *data, size_t len)
{
    ngx_webrtc_hmac_key_t  hmac;

    ngx_webrtc_hmac_key_init(&hmac, key, key_len);
    ngx_webrtc_hmac_key_sum(&hmac, mac, data, len, NULL, 0);

    OPENSSL_cleanse(&hmac, sizeof(ngx_webrtc_hmac_key_t));
}


ngx_int_t
ngx_webrtc_hmac_sha256(u_char *mac, const void *key, size_t key_len,
    const void *data, size_t len)
{
    /* OpenSSL takes a NULL key for "the key of before" */

    if (HMAC(EVP_sha256(), key_len ? key : "", (int) key_len, data, len, mac,
             NULL)
        == NULL)
    {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_sha1(u_char *digest, const void *data, size_t len)
{
    if (EVP_Digest(data, len, digest, NULL, EVP_sha1(), NULL) != 1) {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_uint_t
ngx_webrtc_secret_equal(const void *a, const void *b, size_t len)
{
    return CRYPTO_memcmp(a, b, len) == 0;
}


void
ngx_webrtc_secret_clear(void *secret, size_t len)
{
    OPENSSL_cleanse(secret, len);
}
