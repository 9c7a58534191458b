
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_hmac.h>
#include <crypto/ngx_webrtc_srtp_cipher.h>
#include <crypto/ngx_webrtc_srtp_mb.h>
#include <core/ngx_webrtc_cursor.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>


struct ngx_webrtc_srtp_cipher_s {
    ngx_webrtc_srtp_mb_t   *mb;     /* NULL: "evp" does it */
    EVP_CIPHER_CTX         *evp;
    u_char                  salt[NGX_WEBRTC_SRTP_SALT_LEN];

    ngx_webrtc_hmac_key_t   hmac;
};


/* packets in a second or so for which a cipher is kept */
#define NGX_WEBRTC_SRTP_RTCP_BUSY   4


static ngx_int_t ngx_webrtc_srtp_session_derive(ngx_uint_t profile,
    const u_char *key, const u_char *salt, ngx_webrtc_srtp_label_e label,
    u_char *session, u_char *auth, u_char *session_salt);
static ngx_int_t ngx_webrtc_srtp_cipher_set(ngx_webrtc_srtp_cipher_t *cipher,
    ngx_uint_t profile, const u_char *key, const u_char *salt,
    const u_char *auth, ngx_webrtc_srtp_direction_e direction);
static ngx_int_t ngx_webrtc_srtp_evp_init(ngx_webrtc_srtp_cipher_t *cipher,
    const EVP_CIPHER *evp, const u_char *key,
    ngx_webrtc_srtp_direction_e direction);
static void ngx_webrtc_srtp_gcm_iv(const ngx_webrtc_srtp_cipher_t *cipher,
    uint32_t ssrc, uint64_t index, u_char *iv);
static void ngx_webrtc_srtp_ctr_iv(const ngx_webrtc_srtp_cipher_t *cipher,
    uint32_t ssrc, uint64_t index, u_char *iv);
static ngx_int_t ngx_webrtc_srtp_gcm_start(ngx_webrtc_srtp_cipher_t *cipher,
    const u_char *iv, const u_char *aad, size_t aad_len, const u_char *tail);


/* of the process, one for each profile: keyed anew for each packet */

static ngx_webrtc_srtp_cipher_t  *ngx_webrtc_srtp_rtcp_gcm;
static ngx_webrtc_srtp_cipher_t  *ngx_webrtc_srtp_rtcp_cm;


ngx_webrtc_srtp_cipher_t *
ngx_webrtc_srtp_cipher_create(ngx_uint_t profile, const u_char *key,
    const u_char *salt, ngx_webrtc_srtp_label_e label,
    ngx_webrtc_srtp_direction_e direction)
{
    u_char  session[NGX_WEBRTC_SRTP_KEY_LEN];
    u_char  session_salt[NGX_WEBRTC_SRTP_SALT_LEN];
    u_char  auth[NGX_WEBRTC_SRTP_AUTH_LEN];

    ngx_webrtc_srtp_cipher_t  *cipher;

    if (ngx_webrtc_srtp_session_derive(profile, key, salt, label, session,
                                       auth, session_salt)
        != NGX_OK)
    {
        return NULL;
    }

    cipher = ngx_webrtc_srtp_cipher_session(profile, session, session_salt,
                                            auth, direction);

#if (NGX_WEBRTC_HAVE_IPSEC_MB)

    if (cipher && profile == NGX_WEBRTC_SRTP_AES128_CM_SHA1_80
        && label == NGX_WEBRTC_SRTP_LABEL_RTP
        && direction == NGX_WEBRTC_SRTP_SEAL)
    {
        /* for many packets together, see ngx_webrtc_srtp_cm_later() */

        cipher->mb = ngx_webrtc_srtp_mb_create(session, auth);
    }

#endif

    OPENSSL_cleanse(session, sizeof(session));
    OPENSSL_cleanse(auth, sizeof(auth));

    return cipher;
}


static ngx_int_t
ngx_webrtc_srtp_session_derive(ngx_uint_t profile, const u_char *key,
    const u_char *salt, ngx_webrtc_srtp_label_e label, u_char *session,
    u_char *auth, u_char *session_salt)
{
    u_char  master[NGX_WEBRTC_SRTP_SALT_LEN];

    ngx_memcpy(master, salt, sizeof(master));

    if (profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM) {
        /* RFC 7714, section 11: 96 bits of salt, zeros up to 112 */
        master[12] = master[13] = 0;
    }

    if (ngx_webrtc_srtp_derive(key, master, label, session,
                               NGX_WEBRTC_SRTP_KEY_LEN)
        != NGX_OK
        || ngx_webrtc_srtp_derive(key, master, label + 1, auth,
                                  NGX_WEBRTC_SRTP_AUTH_LEN)
           != NGX_OK
        || ngx_webrtc_srtp_derive(key, master, label + 2, session_salt,
                                  NGX_WEBRTC_SRTP_SALT_LEN)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_srtp_rtcp_init(ngx_webrtc_srtp_rtcp_t *rtcp, ngx_uint_t profile,
    const u_char *key, const u_char *salt)
{
    rtcp->cipher = NULL;
    rtcp->uses = 0;

    if (profile != NGX_WEBRTC_SRTP_AEAD_AES_128_GCM
        && profile != NGX_WEBRTC_SRTP_AES128_CM_SHA1_80)
    {
        return NGX_ERROR;
    }

    return ngx_webrtc_srtp_session_derive(profile, key, salt,
                                          NGX_WEBRTC_SRTP_LABEL_RTCP,
                                          rtcp->key, rtcp->auth, rtcp->salt);
}


void
ngx_webrtc_srtp_rtcp_cleanup(ngx_webrtc_srtp_rtcp_t *rtcp)
{
    ngx_webrtc_srtp_cipher_destroy(rtcp->cipher);
    OPENSSL_cleanse(rtcp, sizeof(ngx_webrtc_srtp_rtcp_t));
}


ngx_webrtc_srtp_cipher_t *
ngx_webrtc_srtp_rtcp_cipher(ngx_webrtc_srtp_rtcp_t *rtcp, ngx_uint_t profile,
    ngx_webrtc_srtp_direction_e direction)
{
    ngx_webrtc_srtp_cipher_t  *cipher, **shared;

    rtcp->uses++;

    if (rtcp->cipher) {
        return rtcp->cipher;
    }

    /* the first one since the last rest, and mostly the only one */

    shared = (profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM)
             ? &ngx_webrtc_srtp_rtcp_gcm : &ngx_webrtc_srtp_rtcp_cm;

    cipher = *shared;

    if (cipher && rtcp->uses == 1) {
        return (ngx_webrtc_srtp_cipher_set(cipher, profile, rtcp->key,
                                           rtcp->salt, rtcp->auth, direction)
                == NGX_OK)
               ? cipher : NULL;
    }

    cipher = ngx_webrtc_srtp_cipher_session(profile, rtcp->key, rtcp->salt,
                                            rtcp->auth, direction);

    if (rtcp->uses == 1) {
        *shared = cipher;

    } else {
        rtcp->cipher = cipher;
    }

    return cipher;
}


void
ngx_webrtc_srtp_rtcp_forget(void)
{
    ngx_webrtc_srtp_cipher_destroy(ngx_webrtc_srtp_rtcp_gcm);
    ngx_webrtc_srtp_rtcp_gcm = NULL;

    ngx_webrtc_srtp_cipher_destroy(ngx_webrtc_srtp_rtcp_cm);
    ngx_webrtc_srtp_rtcp_cm = NULL;
}


void
ngx_webrtc_srtp_rtcp_rest(ngx_webrtc_srtp_rtcp_t *rtcp)
{
    if (rtcp->cipher && rtcp->uses < NGX_WEBRTC_SRTP_RTCP_BUSY) {
        ngx_webrtc_srtp_cipher_destroy(rtcp->cipher);
        rtcp->cipher = NULL;
    }

    rtcp->uses = 0;
}


ngx_webrtc_srtp_cipher_t *
ngx_webrtc_srtp_cipher_session(ngx_uint_t profile, const u_char *key,
    const u_char *salt, const u_char *auth,
    ngx_webrtc_srtp_direction_e direction)
{
    ngx_webrtc_srtp_cipher_t  *cipher;

    cipher = calloc(1, sizeof(ngx_webrtc_srtp_cipher_t));
    if (cipher == NULL) {
        return NULL;
    }

    if (ngx_webrtc_srtp_cipher_set(cipher, profile, key, salt, auth,
                                   direction)
        != NGX_OK)
    {
        ngx_webrtc_srtp_cipher_destroy(cipher);
        return NULL;
    }

    return cipher;
}


/* a new cipher, or one that had another key of the same profile */

static ngx_int_t
ngx_webrtc_srtp_cipher_set(ngx_webrtc_srtp_cipher_t *cipher,
    ngx_uint_t profile, const u_char *key, const u_char *salt,
    const u_char *auth, ngx_webrtc_srtp_direction_e direction)
{
    ngx_memcpy(cipher->salt, salt, NGX_WEBRTC_SRTP_SALT_LEN);

    switch (profile) {

    case NGX_WEBRTC_SRTP_AEAD_AES_128_GCM:

#if (NGX_WEBRTC_HAVE_IPSEC_MB)

        if (cipher->mb) {
            ngx_webrtc_srtp_mb_set(cipher->mb, key);
            return NGX_OK;
        }

        if (cipher->evp == NULL) {
            cipher->mb = ngx_webrtc_srtp_mb_create(key, NULL);

            if (cipher->mb) {
                return NGX_OK;
            }
        }

#endif

        return ngx_webrtc_srtp_evp_init(cipher, EVP_aes_128_gcm(), key,
                                        direction);

    case NGX_WEBRTC_SRTP_AES128_CM_SHA1_80:
        ngx_webrtc_hmac_key_init(&cipher->hmac, auth,
                                 NGX_WEBRTC_SRTP_AUTH_LEN);

        return ngx_webrtc_srtp_evp_init(cipher, EVP_aes_128_ctr(), key,
                                        direction);

    default:
        return NGX_ERROR;
    }
}


static ngx_int_t
ngx_webrtc_srtp_evp_init(ngx_webrtc_srtp_cipher_t *cipher,
    const EVP_CIPHER *evp, const u_char *key,
    ngx_webrtc_srtp_direction_e direction)
{
    if (cipher->evp) {

        /* NULL leaves the algorithm as it is, and need not look for it */

        evp = NULL;

    } else {
        cipher->evp = EVP_CIPHER_CTX_new();
    }

    if (cipher->evp == NULL
        || EVP_CipherInit_ex(cipher->evp, evp, NULL, key, NULL,
                             direction == NGX_WEBRTC_SRTP_SEAL)
           != 1)
    {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}


const void *
ngx_webrtc_srtp_cipher_key(const ngx_webrtc_srtp_cipher_t *cipher)
{
    return cipher->mb ? (const void *) cipher->mb
                      : (const void *) cipher->evp;
}


void
ngx_webrtc_srtp_cipher_destroy(ngx_webrtc_srtp_cipher_t *cipher)
{
    if (cipher == NULL) {
        return;
    }

#if (NGX_WEBRTC_HAVE_IPSEC_MB)
    ngx_webrtc_srtp_mb_destroy(cipher->mb);
#endif

    EVP_CIPHER_CTX_free(cipher->evp);
    OPENSSL_cleanse(cipher, sizeof(ngx_webrtc_srtp_cipher_t));
    free(cipher);
}


static void
ngx_webrtc_srtp_gcm_iv(const ngx_webrtc_srtp_cipher_t *cipher, uint32_t ssrc,
    uint64_t index, u_char *iv)
{
    uint32_t  low, word;
    uint64_t  high, salt;

    /* two bytes of zeros, four of the SSRC, six of the index */

    (void) ngx_webrtc_put64((u_char *) &high,
                            ((uint64_t) ssrc << 16)
                            | ((index >> 32) & 0xffff));
    (void) ngx_webrtc_put32((u_char *) &low, (uint32_t) index);

    ngx_memcpy(&salt, cipher->salt, 8);
    ngx_memcpy(&word, cipher->salt + 8, 4);

    high ^= salt;
    low ^= word;

    ngx_memcpy(iv, &high, 8);
    ngx_memcpy(iv + 8, &low, 4);
}


static ngx_int_t
ngx_webrtc_srtp_gcm_start(ngx_webrtc_srtp_cipher_t *cipher, const u_char *iv,
    const u_char *aad, size_t aad_len, const u_char *tail)
{
    int  n;

    /* -1 leaves the direction, NULL the key schedule as they are */

    if (EVP_CipherInit_ex(cipher->evp, NULL, NULL, NULL, iv, -1) != 1
        || EVP_CipherUpdate(cipher->evp, NULL, &n, aad, (int) aad_len) != 1)
    {
        return NGX_ERROR;
    }

    if (tail && EVP_CipherUpdate(cipher->evp, NULL, &n, tail, 4) != 1) {
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_srtp_gcm_seal(ngx_webrtc_srtp_cipher_t *cipher, uint32_t ssrc,
    uint64_t index, const u_char *aad, size_t aad_len, const u_char *tail,
    u_char *data, size_t len, u_char *tag)
{
    int     n;
    u_char  iv[NGX_WEBRTC_SRTP_GCM_IV];

    ngx_webrtc_srtp_gcm_iv(cipher, ssrc, index, iv);

#if (NGX_WEBRTC_HAVE_IPSEC_MB)

    if (cipher->mb) {
        ngx_webrtc_srtp_mb_seal(cipher->mb, iv, aad, aad_len, tail, data, len,
                                tag);
        return NGX_OK;
    }

#endif

    if (ngx_webrtc_srtp_gcm_start(cipher, iv, aad, aad_len, tail) == NGX_OK
        && EVP_CipherUpdate(cipher->evp, data, &n, data, (int) len) == 1
        && EVP_CipherFinal_ex(cipher->evp, data, &n) == 1
        && EVP_CIPHER_CTX_ctrl(cipher->evp, EVP_CTRL_AEAD_GET_TAG,
                               NGX_WEBRTC_SRTP_GCM_TAG, tag)
           == 1)
    {
        return NGX_OK;
    }

    ERR_clear_error();

    return NGX_ERROR;
}


ngx_int_t
ngx_webrtc_srtp_gcm_open(ngx_webrtc_srtp_cipher_t *cipher, uint32_t ssrc,
    uint64_t index, const u_char *aad, size_t aad_len, const u_char *tail,
    u_char *data, size_t len, u_char *tag)
{
    int     n;
    u_char  iv[NGX_WEBRTC_SRTP_GCM_IV];

    ngx_webrtc_srtp_gcm_iv(cipher, ssrc, index, iv);

#if (NGX_WEBRTC_HAVE_IPSEC_MB)

    if (cipher->mb) {
        return ngx_webrtc_srtp_mb_open(cipher->mb, iv, aad, aad_len, tail,
                                       data, len, tag);
    }

#endif

    if (ngx_webrtc_srtp_gcm_start(cipher, iv, aad, aad_len, tail) == NGX_OK
        && EVP_CIPHER_CTX_ctrl(cipher->evp, EVP_CTRL_AEAD_SET_TAG,
                               NGX_WEBRTC_SRTP_GCM_TAG, tag)
           == 1
        && EVP_CipherUpdate(cipher->evp, data, &n, data, (int) len) == 1
        && EVP_CipherFinal_ex(cipher->evp, data, &n) == 1)
    {
        return NGX_OK;
    }

    ERR_clear_error();

    return NGX_ERROR;
}


static void
ngx_webrtc_srtp_ctr_iv(const ngx_webrtc_srtp_cipher_t *cipher, uint32_t ssrc,
    uint64_t index, u_char *iv)
{
    u_char      *p;
    ngx_uint_t   i;

    p = ngx_webrtc_put32(iv, 0);
    p = ngx_webrtc_put32(p, ssrc);
    p = ngx_webrtc_put16(p, (uint32_t) (index >> 32) & 0xffff);
    p = ngx_webrtc_put32(p, (uint32_t) index);
    (void) ngx_webrtc_put16(p, 0);

    for (i = 0; i < NGX_WEBRTC_SRTP_SALT_LEN; i++) {
        iv[i] ^= cipher->salt[i];
    }
}


ngx_int_t
ngx_webrtc_srtp_ctr(ngx_webrtc_srtp_cipher_t *cipher, uint32_t ssrc,
    uint64_t index, u_char *data, size_t len)
{
    int     n;
    u_char  iv[NGX_WEBRTC_SRTP_CTR_IV];

    ngx_webrtc_srtp_ctr_iv(cipher, ssrc, index, iv);

    if (EVP_CipherInit_ex(cipher->evp, NULL, NULL, NULL, iv, -1) != 1
        || EVP_CipherUpdate(cipher->evp, data, &n, data, (int) len) != 1)
    {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}


#if (NGX_WEBRTC_HAVE_IPSEC_MB)

ngx_int_t
ngx_webrtc_srtp_cm_later(ngx_webrtc_srtp_cipher_t *cipher, uint32_t ssrc,
    uint64_t index, u_char *pkt, size_t header_len, size_t len)
{
    u_char  iv[NGX_WEBRTC_SRTP_CTR_IV];

    if (cipher->mb == NULL || len == header_len) {
        return NGX_DECLINED;
    }

    ngx_webrtc_srtp_ctr_iv(cipher, ssrc, index, iv);

    (void) ngx_webrtc_put32(pkt + len, (uint32_t) (index >> 16));
    ngx_webrtc_srtp_mb_add(cipher->mb, iv, pkt, header_len, len);

    return NGX_OK;
}

#endif


void
ngx_webrtc_srtp_mac(ngx_webrtc_srtp_cipher_t *cipher, const u_char *data,
    size_t len, const u_char *tail, u_char *tag)
{
    u_char  digest[NGX_WEBRTC_SHA1_LEN];

    ngx_webrtc_hmac_key_sum(&cipher->hmac, digest, data, len, tail, 4);

    ngx_memcpy(tag, digest, NGX_WEBRTC_SRTP_SHA1_TAG);
}


ngx_int_t
ngx_webrtc_srtp_derive(const u_char *key, const u_char *salt,
    ngx_uint_t label, u_char *out, size_t len)
{
    int              n, rc;
    u_char           iv[16];
    EVP_CIPHER_CTX  *evp;

    ngx_memcpy(iv, salt, NGX_WEBRTC_SRTP_SALT_LEN);
    iv[7] ^= (u_char) label;
    iv[14] = iv[15] = 0;

    evp = EVP_CIPHER_CTX_new();
    if (evp == NULL) {
        ERR_clear_error();
        return NGX_ERROR;
    }

    ngx_memzero(out, len);

    rc = (EVP_EncryptInit_ex(evp, EVP_aes_128_ctr(), NULL, key, iv) == 1
          && EVP_EncryptUpdate(evp, out, &n, out, (int) len) == 1);

    EVP_CIPHER_CTX_free(evp);

    if (!rc) {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}
