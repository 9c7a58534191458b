
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_fingerprint.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>


typedef struct {
    ngx_str_t           name;
    size_t              len;
    const EVP_MD     *(*md)(void);
} ngx_webrtc_fingerprint_hash_t;


/* the index is NGX_WEBRTC_FINGERPRINT_... - 1 */

static const ngx_webrtc_fingerprint_hash_t  ngx_webrtc_fingerprint_hashes[] = {
    { ngx_string("sha-256"), 32, EVP_sha256 },
    { ngx_string("sha-384"), 48, EVP_sha384 },
    { ngx_string("sha-512"), 64, EVP_sha512 },
};

#define NGX_WEBRTC_FINGERPRINT_HASHES                                        \
    (sizeof(ngx_webrtc_fingerprint_hashes)                                   \
     / sizeof(ngx_webrtc_fingerprint_hash_t))


static ngx_uint_t
ngx_webrtc_fingerprint_find(const ngx_str_t *name)
{
    size_t      i;
    u_char      ch;
    ngx_uint_t  n;

    const ngx_webrtc_fingerprint_hash_t  *hash;

    for (n = 0; n < NGX_WEBRTC_FINGERPRINT_HASHES; n++) {
        hash = &ngx_webrtc_fingerprint_hashes[n];

        if (hash->name.len != name->len) {
            continue;
        }

        for (i = 0; i < name->len; i++) {
            ch = name->data[i];

            if (ch >= 'A' && ch <= 'Z') {
                ch |= 0x20;
            }

            if (ch != hash->name.data[i]) {
                break;
            }
        }

        if (i == name->len) {
            return n + 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_webrtc_fingerprint_hex(u_char ch)
{
    if (ch >= '0' && ch <= '9') {
        return ch - '0';
    }

    ch |= 0x20;

    if (ch >= 'a' && ch <= 'f') {
        return ch - 'a' + 10;
    }

    return NGX_ERROR;
}


ngx_int_t
ngx_webrtc_fingerprint_parse(const ngx_str_t *hash, const ngx_str_t *value,
    ngx_webrtc_fingerprint_t *fp)
{
    size_t      i;
    u_char     *p;
    ngx_int_t   high, low;
    ngx_uint_t  n;

    n = ngx_webrtc_fingerprint_find(hash);
    if (n == 0) {
        return NGX_DECLINED;
    }

    fp->hash = n;
    fp->len = ngx_webrtc_fingerprint_hashes[n - 1].len;

    if (value->len != (size_t) fp->len * 3 - 1) {
        return NGX_ERROR;
    }

    p = value->data;

    for (i = 0; i < fp->len; i++) {

        if (i && *p++ != ':') {
            return NGX_ERROR;
        }

        high = ngx_webrtc_fingerprint_hex(p[0]);
        low = ngx_webrtc_fingerprint_hex(p[1]);

        if (high == NGX_ERROR || low == NGX_ERROR) {
            return NGX_ERROR;
        }

        fp->data[i] = (u_char) ((high << 4) | low);
        p += 2;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_fingerprint_compute(ngx_uint_t hash, const u_char *der, size_t len,
    ngx_webrtc_fingerprint_t *fp)
{
    const ngx_webrtc_fingerprint_hash_t  *h;

    if (hash == 0 || hash > NGX_WEBRTC_FINGERPRINT_HASHES) {
        return NGX_ERROR;
    }

    h = &ngx_webrtc_fingerprint_hashes[hash - 1];

    fp->hash = hash;
    fp->len = h->len;

    if (EVP_Digest(der, len, fp->data, NULL, h->md(), NULL) != 1) {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_uint_t
ngx_webrtc_fingerprint_match(const ngx_webrtc_fingerprint_t *fp, ngx_uint_t n,
    const u_char *der, size_t len)
{
    ngx_uint_t                i, strongest;
    ngx_webrtc_fingerprint_t  shown;

    strongest = 0;

    for (i = 0; i < n; i++) {
        strongest = ngx_max(strongest, fp[i].hash);
    }

    if (ngx_webrtc_fingerprint_compute(strongest, der, len, &shown)
        != NGX_OK)
    {
        return 0;
    }

    for (i = 0; i < n; i++) {
        if (fp[i].hash == strongest
            && CRYPTO_memcmp(fp[i].data, shown.data, shown.len) == 0)
        {
            return 1;
        }
    }

    return 0;
}
