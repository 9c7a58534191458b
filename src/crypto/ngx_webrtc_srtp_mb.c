
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


#define NGX_WEBRTC_SRTP_MB_BLOCK  64
#define NGX_WEBRTC_SRTP_MB_SHA1   20

/* the library truncates to this, RTP two bytes further */
#define NGX_WEBRTC_SRTP_MB_TAG    12


typedef struct {
    u_char                      keys[16 * (10 + 1)];
    u_char                      inner[NGX_WEBRTC_SRTP_MB_SHA1];
    u_char                      outer[NGX_WEBRTC_SRTP_MB_SHA1];
} ngx_webrtc_srtp_mb_cm_t;


/* allocated for the one or the other */

struct ngx_webrtc_srtp_mb_s {
    size_t                      size;
    union {
        struct gcm_key_data      gcm;
        ngx_webrtc_srtp_mb_cm_t  cm;
    } u  __attribute__((aligned(NGX_WEBRTC_SRTP_MB_BLOCK)));
};


/* of a packet that is worked on */

typedef struct {
    u_char                      iv[16];
    u_char                      tag[NGX_WEBRTC_SRTP_MB_TAG];
} ngx_webrtc_srtp_mb_item_t;


typedef struct {
    IMB_MGR                    *mgr;
    ngx_uint_t                  pending;
    ngx_uint_t                  next;
    ngx_webrtc_srtp_mb_item_t   items[IMB_MAX_JOBS];
} ngx_webrtc_srtp_mb_state_t;


static void ngx_webrtc_srtp_mb_cm_init(ngx_webrtc_srtp_mb_cm_t *cm,
    const u_char *key, const u_char *auth);
static const u_char *ngx_webrtc_srtp_mb_join(u_char *joined,
    const u_char *aad, size_t *len, const u_char *tail);
static void ngx_webrtc_srtp_mb_done(IMB_JOB *job);


/* the process has one: the library works on what all its keys have to do */

static ngx_webrtc_srtp_mb_state_t  ngx_webrtc_srtp_mb;


void
ngx_webrtc_srtp_mb_init(void)
{
    IMB_MGR  *mgr;

    if (ngx_webrtc_srtp_mb.mgr) {
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

    ngx_webrtc_srtp_mb.mgr = mgr;
}


void
ngx_webrtc_srtp_mb_cleanup(void)
{
    if (ngx_webrtc_srtp_mb.mgr) {
        free_mb_mgr(ngx_webrtc_srtp_mb.mgr);
        ngx_webrtc_srtp_mb.mgr = NULL;
    }
}


ngx_webrtc_srtp_mb_t *
ngx_webrtc_srtp_mb_create(const u_char *key, const u_char *auth)
{
    void                  *p;
    size_t                 size;
    ngx_webrtc_srtp_mb_t  *mb;

    if (ngx_webrtc_srtp_mb.mgr == NULL) {
        return NULL;
    }

    size = offsetof(ngx_webrtc_srtp_mb_t, u)
           + (auth ? sizeof(ngx_webrtc_srtp_mb_cm_t)
                   : sizeof(struct gcm_key_data));

    if (posix_memalign(&p, NGX_WEBRTC_SRTP_MB_BLOCK, size) != 0) {
        return NULL;
    }

    mb = p;
    ngx_memzero(mb, size);
    mb->size = size;

    if (auth == NULL) {
        IMB_AES128_GCM_PRE(ngx_webrtc_srtp_mb.mgr, key, &mb->u.gcm);

    } else {
        ngx_webrtc_srtp_mb_cm_init(&mb->u.cm, key, auth);
    }

    return mb;
}


static void
ngx_webrtc_srtp_mb_cm_init(ngx_webrtc_srtp_mb_cm_t *cm, const u_char *key,
    const u_char *auth)
{
    u_char      inner[NGX_WEBRTC_SRTP_MB_BLOCK];
    u_char      outer[NGX_WEBRTC_SRTP_MB_BLOCK];
    u_char      unused[sizeof(cm->keys)] __attribute__((aligned(16)));
    ngx_uint_t  i;

    /* of HMAC, RFC 2104, section 4 */

    ngx_memset(inner, 0x36, sizeof(inner));
    ngx_memset(outer, 0x5c, sizeof(outer));

    for (i = 0; i < NGX_WEBRTC_SRTP_AUTH_LEN; i++) {
        inner[i] ^= auth[i];
        outer[i] ^= auth[i];
    }

    IMB_SHA1_ONE_BLOCK(ngx_webrtc_srtp_mb.mgr, inner, cm->inner);
    IMB_SHA1_ONE_BLOCK(ngx_webrtc_srtp_mb.mgr, outer, cm->outer);

    IMB_AES_KEYEXP_128(ngx_webrtc_srtp_mb.mgr, key, cm->keys, unused);

    ngx_webrtc_secret_clear(inner, sizeof(inner));
    ngx_webrtc_secret_clear(outer, sizeof(outer));
    ngx_webrtc_secret_clear(unused, sizeof(unused));
}


void
ngx_webrtc_srtp_mb_destroy(ngx_webrtc_srtp_mb_t *mb)
{
    if (mb) {
        ngx_webrtc_secret_clear(mb, mb->size);
        free(mb);
    }
}


void
ngx_webrtc_srtp_mb_set(ngx_webrtc_srtp_mb_t *mb, const u_char *key)
{
    IMB_AES128_GCM_PRE(ngx_webrtc_srtp_mb.mgr, key, &mb->u.gcm);
}


void
ngx_webrtc_srtp_mb_seal(ngx_webrtc_srtp_mb_t *mb, const u_char *iv,
    const u_char *aad, size_t aad_len, const u_char *tail, u_char *data,
    size_t len, u_char *tag)
{
    u_char                   joined[NGX_WEBRTC_SRTP_MB_AAD];
    struct gcm_context_data  ctx;

    aad = ngx_webrtc_srtp_mb_join(joined, aad, &aad_len, tail);

    IMB_AES128_GCM_ENC(ngx_webrtc_srtp_mb.mgr, &mb->u.gcm, &ctx, data, data,
                       len, iv, aad, aad_len, tag, NGX_WEBRTC_SRTP_GCM_TAG);
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

    IMB_AES128_GCM_DEC(ngx_webrtc_srtp_mb.mgr, &mb->u.gcm, &ctx, data, data,
                       len, iv, aad, aad_len, seen, NGX_WEBRTC_SRTP_GCM_TAG);

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


void
ngx_webrtc_srtp_mb_add(ngx_webrtc_srtp_mb_t *mb, const u_char *iv,
    u_char *pkt, size_t header_len, size_t len)
{
    IMB_JOB                    *job;
    ngx_webrtc_srtp_mb_item_t  *item;

    /* there are never more at work than there are jobs */

    item = &ngx_webrtc_srtp_mb.items[ngx_webrtc_srtp_mb.next++
                                     % IMB_MAX_JOBS];

    ngx_memcpy(item->iv, iv, sizeof(item->iv));

    job = IMB_GET_NEXT_JOB(ngx_webrtc_srtp_mb.mgr);

    job->chain_order = IMB_ORDER_CIPHER_HASH;
    job->src = pkt;
    job->dst = pkt + header_len;
    job->user_data = pkt;

    job->cipher_mode = IMB_CIPHER_CNTR;
    job->cipher_direction = IMB_DIR_ENCRYPT;
    job->enc_keys = mb->u.cm.keys;
    job->dec_keys = mb->u.cm.keys;
    job->key_len_in_bytes = NGX_WEBRTC_SRTP_KEY_LEN;
    job->iv = item->iv;
    job->iv_len_in_bytes = sizeof(item->iv);
    job->cipher_start_src_offset_in_bytes = header_len;
    job->msg_len_to_cipher_in_bytes = len - header_len;

    job->hash_alg = IMB_AUTH_HMAC_SHA_1;
    job->u.HMAC._hashed_auth_key_xor_ipad = mb->u.cm.inner;
    job->u.HMAC._hashed_auth_key_xor_opad = mb->u.cm.outer;
    job->hash_start_src_offset_in_bytes = 0;
    job->msg_len_to_hash_in_bytes = len + 4;
    job->auth_tag_output = item->tag;
    job->auth_tag_output_len_in_bytes = NGX_WEBRTC_SRTP_MB_TAG;

    ngx_webrtc_srtp_mb.pending++;

    /* it may be another one that is done with this */

    job = IMB_SUBMIT_JOB(ngx_webrtc_srtp_mb.mgr);

    while (job) {
        ngx_webrtc_srtp_mb_done(job);
        job = IMB_GET_COMPLETED_JOB(ngx_webrtc_srtp_mb.mgr);
    }
}


void
ngx_webrtc_srtp_mb_finish(void)
{
    IMB_JOB  *job;

    while (ngx_webrtc_srtp_mb.pending) {
        job = IMB_FLUSH_JOB(ngx_webrtc_srtp_mb.mgr);

        if (job == NULL) {
            ngx_webrtc_srtp_mb.pending = 0;
            break;
        }

        ngx_webrtc_srtp_mb_done(job);
    }
}


static void
ngx_webrtc_srtp_mb_done(IMB_JOB *job)
{
    u_char  *pkt, *last;

    pkt = job->user_data;
    last = pkt + job->msg_len_to_hash_in_bytes - 4;

    ngx_webrtc_srtp_mb.pending--;

    if (job->status == IMB_STATUS_COMPLETED) {
        ngx_memcpy(last, job->auth_tag_output, NGX_WEBRTC_SRTP_SHA1_TAG);

    } else {

        /* a receiver drops it; nobody shall see what it was */

        ngx_memzero(pkt, last + NGX_WEBRTC_SRTP_SHA1_TAG - pkt);
    }
}

#endif
