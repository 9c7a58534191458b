
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_dtls_cipher.h>
#include <crypto/ngx_webrtc_dtls_record.h>
#include <crypto/ngx_webrtc_hmac.h>
#include <core/ngx_webrtc_cursor.h>

#include <sys/types.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/ssl.h>


#define NGX_WEBRTC_DTLS_EPOCH           1
#define NGX_WEBRTC_DTLS_SEQ_MAX         0xffffffffffffULL
#define NGX_WEBRTC_DTLS_WINDOW          64

#define NGX_WEBRTC_DTLS_NONCE_LEN       8
#define NGX_WEBRTC_DTLS_TAG_LEN         16

#define NGX_WEBRTC_DTLS_AAD_LEN         13


/*
 * A nonce is the salt and eight bytes (RFC 5288, section 3).  That of SRTP has
 * those of the SSRC and the index in their places, two more that are 0 here,
 * and is xored with a salt that is as long as all of it.
 */
#define ngx_webrtc_dtls_nonce_ssrc(nonce)   ((uint32_t) ((nonce) >> 48))
#define ngx_webrtc_dtls_nonce_index(nonce)  ((nonce) & 0xffffffffffffULL)

#define NGX_WEBRTC_DTLS_KEY_BLOCK                                            \
    (2 * (NGX_WEBRTC_DTLS_KEY_LEN + NGX_WEBRTC_DTLS_SALT_LEN))


static ngx_int_t ngx_webrtc_dtls_key_block(SSL *ssl, u_char *block);
static ngx_int_t ngx_webrtc_dtls_prf(const u_char *secret, size_t secret_len,
    u_char *seed, size_t seed_len, u_char *block);
static ngx_webrtc_srtp_cipher_t *ngx_webrtc_dtls_cipher_context(
    ngx_webrtc_dtls_cipher_t *cipher, ngx_webrtc_dtls_direction_e direction);
static void ngx_webrtc_dtls_cipher_aad(u_char *aad, const u_char *record,
    size_t len);
static ngx_uint_t ngx_webrtc_dtls_cipher_replayed(
    const ngx_webrtc_dtls_cipher_t *cipher, uint64_t seq);
static void ngx_webrtc_dtls_cipher_update(ngx_webrtc_dtls_cipher_t *cipher,
    uint64_t seq);


ngx_int_t
ngx_webrtc_dtls_cipher_init(ngx_webrtc_dtls_cipher_t *cipher, void *ssl,
    const ngx_webrtc_dtls_io_t *io)
{
    u_char      *p, block[NGX_WEBRTC_DTLS_KEY_BLOCK];
    uint32_t     id;
    ngx_uint_t   client, server;

    id = (uint32_t) SSL_CIPHER_get_id(SSL_get_current_cipher(ssl));

    if ((id != TLS1_CK_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
         && id != TLS1_CK_ECDHE_RSA_WITH_AES_128_GCM_SHA256)
        || SSL_version(ssl) != DTLS1_2_VERSION
        || !io->sealed
        || io->seq >> 48 != NGX_WEBRTC_DTLS_EPOCH)
    {
        return NGX_DECLINED;
    }

    if (ngx_webrtc_dtls_key_block(ssl, block) != NGX_OK) {
        ERR_clear_error();
        return NGX_ERROR;
    }

    ngx_memzero(cipher, sizeof(ngx_webrtc_dtls_cipher_t));

    /* RFC 5246, section 6.3; there are no MAC keys */

    client = SSL_is_server(ssl) ? NGX_WEBRTC_DTLS_OPEN : NGX_WEBRTC_DTLS_SEAL;
    server = !client;
    p = block;

    ngx_memcpy(cipher->keys[client], p, NGX_WEBRTC_DTLS_KEY_LEN);
    p += NGX_WEBRTC_DTLS_KEY_LEN;
    ngx_memcpy(cipher->keys[server], p, NGX_WEBRTC_DTLS_KEY_LEN);
    p += NGX_WEBRTC_DTLS_KEY_LEN;
    ngx_memcpy(cipher->salts[client], p, NGX_WEBRTC_DTLS_SALT_LEN);
    p += NGX_WEBRTC_DTLS_SALT_LEN;
    ngx_memcpy(cipher->salts[server], p, NGX_WEBRTC_DTLS_SALT_LEN);

    ngx_webrtc_secret_clear(block, sizeof(block));

    /*
     * OpenSSL counts its nonces on from a random one, no matter what the
     * number of the record is; a nonce that it has used must not come again.
     */

    cipher->seq = io->seq;
    cipher->nonce = io->nonce;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_dtls_key_block(SSL *ssl, u_char *block)
{
    size_t     len;
    u_char    *p;
    u_char     secret[SSL_MAX_MASTER_KEY_LENGTH];
    u_char     seed[32 + 2 * SSL3_RANDOM_SIZE];
    ngx_int_t  rc;

    static const char  label[] = "key expansion";

    len = SSL_SESSION_get_master_key(SSL_get_session(ssl), secret,
                                     sizeof(secret));
    if (len == 0) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(seed, label, sizeof(label) - 1);
    p += SSL_get_server_random(ssl, p, SSL3_RANDOM_SIZE);
    p += SSL_get_client_random(ssl, p, SSL3_RANDOM_SIZE);

    rc = ngx_webrtc_dtls_prf(secret, len, seed, p - seed, block);

    ngx_webrtc_secret_clear(secret, sizeof(secret));

    return rc;
}


/* RFC 5246, section 5, with SHA-256 */

static ngx_int_t
ngx_webrtc_dtls_prf(const u_char *secret, size_t secret_len, u_char *seed,
    size_t seed_len, u_char *block)
{
    int            rc;
    EVP_KDF       *kdf;
    OSSL_PARAM     params[4];
    EVP_KDF_CTX   *ctx;

    kdf = EVP_KDF_fetch(NULL, OSSL_KDF_NAME_TLS1_PRF, NULL);
    ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;

    EVP_KDF_free(kdf);

    if (ctx == NULL) {
        return NGX_ERROR;
    }

    params[0] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
                                                 SN_sha256, 0);
    params[1] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SECRET,
                                                  (void *) secret,
                                                  secret_len);
    params[2] = OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SEED, seed,
                                                  seed_len);
    params[3] = OSSL_PARAM_construct_end();

    rc = EVP_KDF_derive(ctx, block, NGX_WEBRTC_DTLS_KEY_BLOCK, params);

    EVP_KDF_CTX_free(ctx);

    return (rc == 1) ? NGX_OK : NGX_ERROR;
}


void
ngx_webrtc_dtls_cipher_cleanup(ngx_webrtc_dtls_cipher_t *cipher)
{
    ngx_webrtc_dtls_cipher_rest(cipher);
    ngx_webrtc_secret_clear(cipher, sizeof(ngx_webrtc_dtls_cipher_t));
}


void
ngx_webrtc_dtls_cipher_rest(ngx_webrtc_dtls_cipher_t *cipher)
{
    ngx_uint_t  i;

    for (i = 0; i < 2; i++) {
        ngx_webrtc_srtp_cipher_destroy(cipher->contexts[i]);
        cipher->contexts[i] = NULL;
    }
}


static ngx_webrtc_srtp_cipher_t *
ngx_webrtc_dtls_cipher_context(ngx_webrtc_dtls_cipher_t *cipher,
    ngx_webrtc_dtls_direction_e direction)
{
    u_char  salt[NGX_WEBRTC_SRTP_SALT_LEN];

    if (cipher->contexts[direction] == NULL) {
        ngx_memzero(salt, sizeof(salt));
        ngx_memcpy(salt, cipher->salts[direction], NGX_WEBRTC_DTLS_SALT_LEN);

        cipher->contexts[direction] = ngx_webrtc_srtp_cipher_session(
                                          NGX_WEBRTC_SRTP_AEAD_AES_128_GCM,
                                          cipher->keys[direction], salt, NULL,
                                          (direction == NGX_WEBRTC_DTLS_SEAL)
                                          ? NGX_WEBRTC_SRTP_SEAL
                                          : NGX_WEBRTC_SRTP_OPEN);
    }

    return cipher->contexts[direction];
}


/* the associated data of a record with "len" plain bytes */

static void
ngx_webrtc_dtls_cipher_aad(u_char *aad, const u_char *record, size_t len)
{
    u_char  *p;

    p = ngx_cpymem(aad, record + 3, 8);         /* epoch and number */
    p = ngx_cpymem(p, record, 3);               /* type and version */
    (void) ngx_webrtc_put16(p, (uint32_t) len);
}


ngx_int_t
ngx_webrtc_dtls_cipher_seal(ngx_webrtc_dtls_cipher_t *cipher, ngx_uint_t type,
    const u_char *data, size_t len, u_char *record)
{
    u_char                    *p;
    u_char                     aad[NGX_WEBRTC_DTLS_AAD_LEN];
    ngx_webrtc_srtp_cipher_t  *context;

    context = ngx_webrtc_dtls_cipher_context(cipher, NGX_WEBRTC_DTLS_SEAL);

    if (context == NULL
        || (cipher->seq & NGX_WEBRTC_DTLS_SEQ_MAX) == NGX_WEBRTC_DTLS_SEQ_MAX)
    {
        return NGX_ERROR;
    }

    cipher->seq++;
    cipher->nonce++;

    record[0] = (u_char) type;
    record[1] = 0xfe;
    record[2] = 0xfd;

    p = ngx_webrtc_put64(record + 3, cipher->seq);
    p = ngx_webrtc_put16(p, (uint32_t) len + NGX_WEBRTC_DTLS_NONCE_LEN
                            + NGX_WEBRTC_DTLS_TAG_LEN);
    p = ngx_webrtc_put64(p, cipher->nonce);

    ngx_memcpy(p, data, len);
    ngx_webrtc_dtls_cipher_aad(aad, record, len);

    return ngx_webrtc_srtp_gcm_seal(context,
                                    ngx_webrtc_dtls_nonce_ssrc(cipher->nonce),
                                    ngx_webrtc_dtls_nonce_index(cipher->nonce),
                                    aad, sizeof(aad), NULL, p, len, p + len);
}


ngx_int_t
ngx_webrtc_dtls_cipher_open(ngx_webrtc_dtls_cipher_t *cipher, u_char *record,
    size_t len, u_char **pos, u_char **last)
{
    u_char                    *p;
    u_char                     aad[NGX_WEBRTC_DTLS_AAD_LEN];
    uint64_t                   seq, nonce;
    ngx_webrtc_srtp_cipher_t  *context;

    if (len < NGX_WEBRTC_DTLS_OVERHEAD) {
        return NGX_ERROR;
    }

    seq = ngx_webrtc_get64(record + 3);

    if (seq >> 48 != NGX_WEBRTC_DTLS_EPOCH) {
        return NGX_DECLINED;
    }

    seq &= NGX_WEBRTC_DTLS_SEQ_MAX;

    if (ngx_webrtc_dtls_cipher_replayed(cipher, seq)) {
        return NGX_DECLINED;
    }

    context = ngx_webrtc_dtls_cipher_context(cipher, NGX_WEBRTC_DTLS_OPEN);
    if (context == NULL) {
        return NGX_ERROR;
    }

    p = record + NGX_WEBRTC_DTLS_RECORD_HDR;
    nonce = ngx_webrtc_get64(p);

    p += NGX_WEBRTC_DTLS_NONCE_LEN;
    len -= NGX_WEBRTC_DTLS_OVERHEAD;

    ngx_webrtc_dtls_cipher_aad(aad, record, len);

    if (ngx_webrtc_srtp_gcm_open(context, ngx_webrtc_dtls_nonce_ssrc(nonce),
                                 ngx_webrtc_dtls_nonce_index(nonce), aad,
                                 sizeof(aad), NULL, p, len, p + len)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_dtls_cipher_update(cipher, seq);

    *pos = p;
    *last = p + len;

    return NGX_OK;
}


/* RFC 6347, section 4.1.2.6 */

static ngx_uint_t
ngx_webrtc_dtls_cipher_replayed(const ngx_webrtc_dtls_cipher_t *cipher,
    uint64_t seq)
{
    if (seq > cipher->highest) {
        return 0;
    }

    if (cipher->highest - seq >= NGX_WEBRTC_DTLS_WINDOW) {
        return 1;
    }

    return (cipher->seen >> (cipher->highest - seq)) & 1;
}


static void
ngx_webrtc_dtls_cipher_update(ngx_webrtc_dtls_cipher_t *cipher, uint64_t seq)
{
    uint64_t  ahead;

    if (seq <= cipher->highest) {
        cipher->seen |= 1ULL << (cipher->highest - seq);
        return;
    }

    ahead = seq - cipher->highest;

    cipher->seen = (ahead < NGX_WEBRTC_DTLS_WINDOW)
                   ? (cipher->seen << ahead) | 1 : 1;
    cipher->highest = seq;
}
