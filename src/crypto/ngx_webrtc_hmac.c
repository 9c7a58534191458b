
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_hmac.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>


static ngx_int_t
ngx_webrtc_hmac(const EVP_MD *md, u_char *mac, const void *key,
    size_t key_len, const void *data, size_t len)
{
    /* OpenSSL takes a NULL key for "the key of before" */

    if (HMAC(md, key_len ? key : "", (int) key_len, data, len, mac, NULL)
        == NULL)
    {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_hmac_sha1(u_char *mac, const void *key, size_t key_len,
    const void *data, size_t len)
{
    return ngx_webrtc_hmac(EVP_sha1(), mac, key, key_len, data, len);
}


ngx_int_t
ngx_webrtc_hmac_sha256(u_char *mac, const void *key, size_t key_len,
    const void *data, size_t len)
{
    return ngx_webrtc_hmac(EVP_sha256(), mac, key, key_len, data, len);
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
