
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_srtp.h>
#include <crypto/ngx_webrtc_srtp_cipher.h>
#include <crypto/ngx_webrtc_srtp_mb.h>
#include <crypto/ngx_webrtc_hmac.h>
#include <core/ngx_webrtc_cursor.h>


#define NGX_WEBRTC_SRTCP_INDEX_MAX      0x7fffffff


struct ngx_webrtc_srtp_out_s {
    ngx_webrtc_srtp_cipher_t   *rtp;        /* NULL: no packet yet */
    const void                 *key;        /* of "rtp" */
    ngx_uint_t                  profile;

    ngx_webrtc_srtp_rtcp_t      rtcp;

    /* one for all SSRCs: it only has to grow for each of them */
    uint32_t                    index;

    /* wiped as soon as there is "rtp" */
    u_char                      master[NGX_WEBRTC_SRTP_KEY_LEN];
    u_char                      salt[NGX_WEBRTC_SRTP_SALT_LEN];
};


static ngx_int_t ngx_webrtc_srtp_out_start(ngx_webrtc_srtp_out_t *out);


ngx_webrtc_srtp_out_t *
ngx_webrtc_srtp_out_create(const ngx_webrtc_srtp_keys_t *keys)
{
    ngx_webrtc_srtp_out_t  *out;

    out = calloc(1, sizeof(ngx_webrtc_srtp_out_t));
    if (out == NULL) {
        return NULL;
    }

    out->profile = keys->profile;

    ngx_memcpy(out->master, keys->local_key, NGX_WEBRTC_SRTP_KEY_LEN);
    ngx_memcpy(out->salt, keys->local_salt, NGX_WEBRTC_SRTP_SALT_LEN);

    if (ngx_webrtc_srtp_rtcp_init(&out->rtcp, keys->profile, keys->local_key,
                                  keys->local_salt)
        != NGX_OK)
    {
        ngx_webrtc_srtp_out_destroy(out);
        return NULL;
    }

    return out;
}


void
ngx_webrtc_srtp_out_destroy(ngx_webrtc_srtp_out_t *out)
{
    if (out == NULL) {
        return;
    }

    ngx_webrtc_srtp_cipher_destroy(out->rtp);
    ngx_webrtc_srtp_rtcp_cleanup(&out->rtcp);

    ngx_webrtc_secret_clear(out->master, sizeof(out->master));
    ngx_webrtc_secret_clear(out->salt, sizeof(out->salt));

    free(out);
}


static ngx_int_t
ngx_webrtc_srtp_out_start(ngx_webrtc_srtp_out_t *out)
{
    out->rtp = ngx_webrtc_srtp_cipher_create(out->profile, out->master,
                                             out->salt,
                                             NGX_WEBRTC_SRTP_LABEL_RTP,
                                             NGX_WEBRTC_SRTP_SEAL);
    if (out->rtp == NULL) {
        return NGX_ERROR;
    }

    out->key = ngx_webrtc_srtp_cipher_key(out->rtp);

    ngx_webrtc_secret_clear(out->master, sizeof(out->master));
    ngx_webrtc_secret_clear(out->salt, sizeof(out->salt));

    return NGX_OK;
}


void
ngx_webrtc_srtp_out_rest(ngx_webrtc_srtp_out_t *out)
{
    ngx_webrtc_srtp_rtcp_rest(&out->rtcp);
}


ngx_int_t
ngx_webrtc_srtp_pair_create(const ngx_webrtc_srtp_keys_t *keys,
    ngx_webrtc_srtp_in_t **in, ngx_webrtc_srtp_out_t **out)
{
    *in = ngx_webrtc_srtp_in_create(keys);
    *out = ngx_webrtc_srtp_out_create(keys);

    if (*in == NULL || *out == NULL) {
        ngx_webrtc_srtp_in_destroy(*in);
        ngx_webrtc_srtp_out_destroy(*out);
        *in = NULL;
        *out = NULL;
        return NGX_ERROR;
    }

    return NGX_OK;
}


size_t
ngx_webrtc_srtp_protect(ngx_webrtc_srtp_out_t *out, u_char *pkt,
    size_t header_len, size_t len, uint32_t roc)
{
    u_char    tail[4];
    uint32_t  ssrc;
    uint64_t  index;

    if (header_len < NGX_WEBRTC_SRTP_HEADER_LEN || len < header_len) {
        return 0;
    }

    if (out->rtp == NULL && ngx_webrtc_srtp_out_start(out) != NGX_OK) {
        return 0;
    }

    ssrc = ngx_webrtc_get32(pkt + 8);
    index = ((uint64_t) roc << 16) | ngx_webrtc_get16(pkt + 2);

    if (out->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM) {

        if (ngx_webrtc_srtp_gcm_seal(out->rtp, ssrc, index, pkt, header_len,
                                     NULL, pkt + header_len,
                                     len - header_len, pkt + len)
            != NGX_OK)
        {
            return 0;
        }

        return len + NGX_WEBRTC_SRTP_GCM_TAG;
    }

    if (ngx_webrtc_srtp_ctr(out->rtp, ssrc, index, pkt + header_len,
                            len - header_len)
        != NGX_OK)
    {
        return 0;
    }

    (void) ngx_webrtc_put32(tail, roc);
    ngx_webrtc_srtp_mac(out->rtp, pkt, len, tail, pkt + len);

    return len + NGX_WEBRTC_SRTP_SHA1_TAG;
}


size_t
ngx_webrtc_srtp_protect_later(ngx_webrtc_srtp_out_t *out, u_char *pkt,
    size_t header_len, size_t len, uint32_t roc)
{
#if (NGX_WEBRTC_HAVE_IPSEC_MB)

    uint32_t  ssrc;
    uint64_t  index;

    if (out->profile == NGX_WEBRTC_SRTP_AES128_CM_SHA1_80
        && out->rtp
        && header_len >= NGX_WEBRTC_SRTP_HEADER_LEN && len >= header_len)
    {
        ssrc = ngx_webrtc_get32(pkt + 8);
        index = ((uint64_t) roc << 16) | ngx_webrtc_get16(pkt + 2);

        if (ngx_webrtc_srtp_cm_later(out->rtp, ssrc, index, pkt, header_len,
                                     len)
            == NGX_OK)
        {
            return len + NGX_WEBRTC_SRTP_SHA1_TAG;
        }
    }

#endif

    return ngx_webrtc_srtp_protect(out, pkt, header_len, len, roc);
}


void
ngx_webrtc_srtp_prefetch(const ngx_webrtc_srtp_out_t *out)
{
    if (out->rtp) {
        ngx_webrtc_prefetch(out->rtp);
        ngx_webrtc_prefetch_range(out->key, NGX_WEBRTC_SRTP_KEY_SIZE);
    }
}


void
ngx_webrtc_srtp_finish(void)
{
#if (NGX_WEBRTC_HAVE_IPSEC_MB)
    ngx_webrtc_srtp_mb_finish();
#endif
}


size_t
ngx_webrtc_srtp_protect_rtcp(ngx_webrtc_srtp_out_t *out, u_char *pkt,
    size_t len)
{
    u_char    *data, tail[4];
    size_t     data_len;
    uint32_t   ssrc;

    ngx_webrtc_srtp_cipher_t  *cipher;

    /* a key that has used up its indices must not be used again */

    if (len < NGX_WEBRTC_SRTCP_HEADER_LEN
        || out->index == NGX_WEBRTC_SRTCP_INDEX_MAX)
    {
        return 0;
    }

    cipher = ngx_webrtc_srtp_rtcp_cipher(&out->rtcp, out->profile,
                                         NGX_WEBRTC_SRTP_SEAL);
    if (cipher == NULL) {
        return 0;
    }

    out->index++;

    ssrc = ngx_webrtc_get32(pkt + 4);
    data = pkt + NGX_WEBRTC_SRTCP_HEADER_LEN;
    data_len = len - NGX_WEBRTC_SRTCP_HEADER_LEN;

    (void) ngx_webrtc_put32(tail, NGX_WEBRTC_SRTCP_E | out->index);

    if (out->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM) {

        if (ngx_webrtc_srtp_gcm_seal(cipher, ssrc, out->index, pkt,
                                     NGX_WEBRTC_SRTCP_HEADER_LEN, tail, data,
                                     data_len, pkt + len)
            != NGX_OK)
        {
            return 0;
        }

        len += NGX_WEBRTC_SRTP_GCM_TAG;
        ngx_memcpy(pkt + len, tail, 4);

        return len + 4;
    }

    if (ngx_webrtc_srtp_ctr(cipher, ssrc, out->index, data, data_len)
        != NGX_OK)
    {
        return 0;
    }

    ngx_memcpy(pkt + len, tail, 4);
    ngx_webrtc_srtp_mac(cipher, pkt, len, tail, pkt + len + 4);

    return len + 4 + NGX_WEBRTC_SRTP_SHA1_TAG;
}


size_t
ngx_webrtc_srtp_tag_len(const ngx_webrtc_srtp_out_t *out)
{
    return (out->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM)
           ? NGX_WEBRTC_SRTP_GCM_TAG : NGX_WEBRTC_SRTP_SHA1_TAG;
}
