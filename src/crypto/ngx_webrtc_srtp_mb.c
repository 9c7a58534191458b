
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_hmac.h>
#include <crypto/ngx_webrtc_srtp_cipher.h>
#include <crypto/ngx_webrtc_srtp_mb.h>


#if (NGX_WEBRTC_HAVE_IPSEC_MB)

#include <intel-ipsec-mb.h>


/* of RTCP: header and index */
#define NGX_WEBRTC_SRTP_MB_AAD  (NGX_WEBRTC_SRTCP_HEADER_LEN + 4)


struct ngx_webrtc_srtp_mb_s {
    struct gcm_key_data         gcm;
};


static const u_char *ngx_webrtc_srtp_mb_join(u_char *joined,
    const u_char *aad, size_t *len, const u_char *tail);


/* the library's functions for this CPU; like libsrtp2, it has one state */
static IMB_MGR  *ngx_webrtc_srtp_mb_mgr;


void
ngx_webrtc_srtp_mb_init(void)
{
    IMB_MGR  *mgr;

    if (ngx_webrtc_srtp_mb_mgr) {
        return;
    }

    mgr = alloc_mb_mgr(0);
    if (mgr == NULL) {
        return;
    }

    init_mb_mgr_auto(mgr, NULL);

    /* what it does without these instructions is slow */

    if (imb_get_errno(mgr) != 0
        || (mgr->features & IMB_FEATURE_AESNI) == 0
        || (mgr->features & IMB_FEATURE_PCLMULQDQ) == 0)
    {
        free_mb_mgr(mgr);
        return;
    }

    ngx_webrtc_srtp_mb_mgr = mgr;
}


void
ngx_webrtc_srtp_mb_cleanup(void)
{
    if (ngx_webrtc_srtp_mb_mgr) {
        free_mb_mgr(ngx_webrtc_srtp_mb_mgr);
        ngx_webrtc_srtp_mb_mgr = NULL;
    }
}


ngx_webrtc_srtp_mb_t *
ngx_webrtc_srtp_mb_create(const u_char *key)
{
    void  *mb;

    if (ngx_webrtc_srtp_mb_mgr == NULL) {
        return NULL;
    }

    if (posix_memalign(&mb, 64, sizeof(ngx_webrtc_srtp_mb_t)) != 0) {
        return NULL;
    }

    ngx_memzero(mb, sizeof(ngx_webrtc_srtp_mb_t));

    IMB_AES128_GCM_PRE(ngx_webrtc_srtp_mb_mgr, key,
                       &((ngx_webrtc_srtp_mb_t *) mb)->gcm);

    return mb;
}


void
ngx_webrtc_srtp_mb_destroy(ngx_webrtc_srtp_mb_t *mb)
{
    if (mb) {
        ngx_webrtc_secret_clear(mb, sizeof(ngx_webrtc_srtp_mb_t));
        free(mb);
    }
}


void
ngx_webrtc_srtp_mb_seal(ngx_webrtc_srtp_mb_t *mb, const u_char *iv,
    const u_char *aad, size_t aad_len, const u_char *tail, u_char *data,
    size_t len, u_char *tag)
{
    u_char                   joined[NGX_WEBRTC_SRTP_MB_AAD];
    struct gcm_context_data  ctx;

    aad = ngx_webrtc_srtp_mb_join(joined, aad, &aad_len, tail);

    IMB_AES128_GCM_ENC(ngx_webrtc_srtp_mb_mgr, &mb->gcm, &ctx, data, data, len,
                       iv, aad, aad_len, tag, NGX_WEBRTC_SRTP_GCM_TAG);
}


ngx_int_t
ngx_webrtc_srtp_mb_open(ngx_webrtc_srtp_mb_t *mb, const u_char *iv,
    const u_char *aad, size_t aad_len, const u_char *tail, u_char *data,
    size_t len, const u_char *tag)
{
    u_char                   seen[NGX_WEBRTC_SRTP_GCM_TAG];
    u_char                   joined[NGX_WEBRTC_SRTP_MB_AAD];
    struct gcm_context_data  ctx;

    aad = ngx_webrtc_srtp_mb_join(joined, aad, &aad_len, tail);

    IMB_AES128_GCM_DEC(ngx_webrtc_srtp_mb_mgr, &mb->gcm, &ctx, data, data, len,
                       iv, aad, aad_len, seen, NGX_WEBRTC_SRTP_GCM_TAG);

    return ngx_webrtc_secret_equal(seen, tag, sizeof(seen)) ? NGX_OK
                                                            : NGX_ERROR;
}


/* the library wants it in one piece */

static const u_char *
ngx_webrtc_srtp_mb_join(u_char *joined, const u_char *aad, size_t *len,
    const u_char *tail)
{
    if (tail == NULL) {
        return aad;
    }

    ngx_memcpy(joined, aad, NGX_WEBRTC_SRTCP_HEADER_LEN);
    ngx_memcpy(joined + NGX_WEBRTC_SRTCP_HEADER_LEN, tail, 4);

    *len = NGX_WEBRTC_SRTP_MB_AAD;

    return joined;
}

#endif
