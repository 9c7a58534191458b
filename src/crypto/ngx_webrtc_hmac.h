
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_WEBRTC_HMAC_H_INCLUDED_
#define _NGX_WEBRTC_HMAC_H_INCLUDED_


#include <core/ngx_webrtc_core.h>

#include <openssl/sha.h>


#define NGX_WEBRTC_SHA1_LEN         20
#define NGX_WEBRTC_SHA256_LEN       32


/* HMAC-SHA1 after the padded key has gone in, RFC 2104, section 4 */

typedef struct {
    SHA_CTX     inner;
    SHA_CTX     outer;
} ngx_webrtc_hmac_key_t;


/* to be wiped with ngx_webrtc_secret_clear() */
void ngx_webrtc_hmac_key_init(ngx_webrtc_hmac_key_t *hmac, const void *key,
    size_t key_len);
/* of the data and what follows it; "mac" takes NGX_WEBRTC_SHA1_LEN bytes */
void ngx_webrtc_hmac_key_sum(const ngx_webrtc_hmac_key_t *hmac, u_char *mac,
    const void *data, size_t len, const void *tail, size_t tail_len);

/* RFC 2104; "mac" takes NGX_WEBRTC_SHA1_LEN or NGX_WEBRTC_SHA256_LEN bytes */

void ngx_webrtc_hmac_sha1(u_char *mac, const void *key, size_t key_len,
    const void *data, size_t len);
ngx_int_t ngx_webrtc_hmac_sha256(u_char *mac, const void *key, size_t key_len,
    const void *data, size_t len);

ngx_int_t ngx_webrtc_sha1(u_char *digest, const void *data, size_t len);

/* non-zero when equal; the time depends on "len" alone */
ngx_uint_t ngx_webrtc_secret_equal(const void *a, const void *b, size_t len);

/* wipes a key; the compiler cannot leave it out */
void ngx_webrtc_secret_clear(void *secret, size_t len);


#endif /* _NGX_WEBRTC_HMAC_H_INCLUDED_ */
