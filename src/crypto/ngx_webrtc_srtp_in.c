
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * RTP is unprotected by libsrtp2, whose session is made when the first packet
 * comes: it takes some 30 kB, and a peer that only watches never needs it.
 * Its RTCP, which every peer sends, is done here with OpenSSL.
 */


#include <crypto/ngx_webrtc_srtp.h>
#include <crypto/ngx_webrtc_srtp_cipher.h>
#include <crypto/ngx_webrtc_srtp_mb.h>
#include <crypto/ngx_webrtc_hmac.h>
#include <core/ngx_webrtc_cursor.h>

#include <srtp2/srtp.h>


#define NGX_WEBRTC_SRTP_WINDOW          1024
#define NGX_WEBRTC_SRTP_PACKET_MAX      65535
#define NGX_WEBRTC_SRTCP_WINDOW         64


/* replay protection of RTCP: bit n of "seen" is the index "last" - n */

typedef struct {
    uint32_t                    ssrc;
    uint32_t                    last;
    uint64_t                    seen;
} ngx_webrtc_srtcp_stream_t;


struct ngx_webrtc_srtp_in_s {
    ngx_uint_t                  profile;

    /* master key and salt, wiped as soon as libsrtp2 has them */
    u_char                      key[NGX_WEBRTC_SRTP_KEY_LEN
                                    + NGX_WEBRTC_SRTP_SALT_LEN];

    srtp_t                      srtp;
    uint32_t                    ssrcs[NGX_WEBRTC_SRTP_STREAMS_MAX];
    ngx_uint_t                  nssrcs;
    ngx_uint_t                  recent;     /* where the last one was */

    ngx_webrtc_srtp_cipher_t   *rtcp;
    ngx_webrtc_srtcp_stream_t   streams[NGX_WEBRTC_SRTP_STREAMS_MAX];
    ngx_uint_t                  nstreams;
};


static ngx_int_t ngx_webrtc_srtp_in_start(ngx_webrtc_srtp_in_t *in);
static ngx_int_t ngx_webrtc_srtp_in_find(ngx_webrtc_srtp_in_t *in,
    uint32_t ssrc);
static ngx_webrtc_srtcp_stream_t *ngx_webrtc_srtcp_find(
    ngx_webrtc_srtp_in_t *in, uint32_t ssrc);
static ngx_int_t ngx_webrtc_srtcp_open(ngx_webrtc_srtp_in_t *in, u_char *pkt,
    size_t len, u_char *tail, uint32_t index, u_char *tag);
static ngx_uint_t ngx_webrtc_srtcp_replayed(
    const ngx_webrtc_srtcp_stream_t *stream, uint32_t index);
static void ngx_webrtc_srtcp_update(ngx_webrtc_srtcp_stream_t *stream,
    uint32_t index);


ngx_int_t
ngx_webrtc_srtp_init(void)
{
    if (srtp_init() != srtp_err_status_ok) {
        return NGX_ERROR;
    }

#if (NGX_WEBRTC_HAVE_IPSEC_MB)
    ngx_webrtc_srtp_mb_init();
#endif

    return NGX_OK;
}


void
ngx_webrtc_srtp_cleanup(void)
{
#if (NGX_WEBRTC_HAVE_IPSEC_MB)
    ngx_webrtc_srtp_mb_cleanup();
#endif

    (void) srtp_shutdown();
}


ngx_webrtc_srtp_in_t *
ngx_webrtc_srtp_in_create(const ngx_webrtc_srtp_keys_t *keys)
{
    ngx_webrtc_srtp_in_t  *in;

    in = calloc(1, sizeof(ngx_webrtc_srtp_in_t));
    if (in == NULL) {
        return NULL;
    }

    in->profile = keys->profile;

    ngx_memcpy(in->key, keys->remote_key, NGX_WEBRTC_SRTP_KEY_LEN);
    ngx_memcpy(in->key + NGX_WEBRTC_SRTP_KEY_LEN, keys->remote_salt,
               NGX_WEBRTC_SRTP_SALT_LEN);

    in->rtcp = ngx_webrtc_srtp_cipher_create(keys->profile, keys->remote_key,
                                             keys->remote_salt,
                                             NGX_WEBRTC_SRTP_LABEL_RTCP,
                                             NGX_WEBRTC_SRTP_OPEN);
    if (in->rtcp == NULL) {
        ngx_webrtc_srtp_in_destroy(in);
        return NULL;
    }

    return in;
}


void
ngx_webrtc_srtp_in_destroy(ngx_webrtc_srtp_in_t *in)
{
    if (in == NULL) {
        return;
    }

    if (in->srtp) {
        (void) srtp_dealloc(in->srtp);
    }

    ngx_webrtc_srtp_cipher_destroy(in->rtcp);
    ngx_webrtc_secret_clear(in->key, sizeof(in->key));
    free(in);
}


static ngx_int_t
ngx_webrtc_srtp_in_start(ngx_webrtc_srtp_in_t *in)
{
    srtp_policy_t   policy;
    srtp_profile_t  profile;

    profile = (in->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM)
              ? srtp_profile_aead_aes_128_gcm
              : srtp_profile_aes128_cm_sha1_80;

    ngx_memzero(&policy, sizeof(srtp_policy_t));

    if (srtp_crypto_policy_set_from_profile_for_rtp(&policy.rtp, profile)
        != srtp_err_status_ok
        || srtp_crypto_policy_set_from_profile_for_rtcp(&policy.rtcp, profile)
           != srtp_err_status_ok)
    {
        return NGX_ERROR;
    }

    policy.ssrc.type = ssrc_any_inbound;
    policy.key = in->key;
    policy.window_size = NGX_WEBRTC_SRTP_WINDOW;

    if (srtp_create(&in->srtp, &policy) != srtp_err_status_ok) {
        in->srtp = NULL;
        return NGX_ERROR;
    }

    ngx_webrtc_secret_clear(in->key, sizeof(in->key));

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_srtp_in_find(ngx_webrtc_srtp_in_t *in, uint32_t ssrc)
{
    ngx_uint_t  i;

    if (in->recent < in->nssrcs && in->ssrcs[in->recent] == ssrc) {
        return NGX_OK;
    }

    for (i = 0; i < in->nssrcs; i++) {
        if (in->ssrcs[i] == ssrc) {
            in->recent = i;
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_webrtc_srtp_unprotect(ngx_webrtc_srtp_in_t *in, u_char *pkt, size_t *len)
{
    int                n;
    uint32_t           ssrc;
    ngx_int_t          rc;
    srtp_err_status_t  status;

    if (*len < NGX_WEBRTC_SRTP_HEADER_LEN
        || *len > NGX_WEBRTC_SRTP_PACKET_MAX)
    {
        return NGX_ERROR;
    }

    if (in->srtp == NULL && ngx_webrtc_srtp_in_start(in) != NGX_OK) {
        return NGX_ERROR;
    }

    ssrc = ngx_webrtc_get32(pkt + 8);

    /* libsrtp2 makes a stream for every SSRC of an authentic packet */

    rc = ngx_webrtc_srtp_in_find(in, ssrc);

    if (rc != NGX_OK && in->nssrcs == NGX_WEBRTC_SRTP_STREAMS_MAX) {
        return NGX_DECLINED;
    }

    n = (int) *len;
    status = srtp_unprotect(in->srtp, pkt, &n);

    switch (status) {

    case srtp_err_status_ok:
        if (rc != NGX_OK) {
            in->ssrcs[in->nssrcs++] = ssrc;
        }

        *len = n;
        return NGX_OK;

    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
        return NGX_DECLINED;

    default:
        return NGX_ERROR;
    }
}


ngx_int_t
ngx_webrtc_srtp_unprotect_rtcp(ngx_webrtc_srtp_in_t *in, u_char *pkt,
    size_t *len)
{
    size_t                      n;
    u_char                     *tag, *tail;
    uint32_t                    ssrc, word, index;
    ngx_webrtc_srtcp_stream_t  *stream;

    n = 4 + ((in->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM)
             ? NGX_WEBRTC_SRTP_GCM_TAG : NGX_WEBRTC_SRTP_SHA1_TAG);

    if (*len < NGX_WEBRTC_SRTCP_HEADER_LEN + n
        || *len > NGX_WEBRTC_SRTP_PACKET_MAX)
    {
        return NGX_ERROR;
    }

    n = *len - n;

    /* the index goes before the tag of RFC 3711, after that of RFC 7714 */

    if (in->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM) {
        tag = pkt + n;
        tail = tag + NGX_WEBRTC_SRTP_GCM_TAG;

    } else {
        tail = pkt + n;
        tag = tail + 4;
    }

    word = ngx_webrtc_get32(tail);

    if ((pkt[0] >> 6) != 2 || !(word & NGX_WEBRTC_SRTCP_E)) {
        return NGX_ERROR;
    }

    index = word & ~NGX_WEBRTC_SRTCP_E;
    ssrc = ngx_webrtc_get32(pkt + 4);
    stream = ngx_webrtc_srtcp_find(in, ssrc);

    if (stream == NULL) {
        if (in->nstreams == NGX_WEBRTC_SRTP_STREAMS_MAX) {
            return NGX_DECLINED;
        }

    } else if (ngx_webrtc_srtcp_replayed(stream, index)) {
        return NGX_DECLINED;
    }

    if (ngx_webrtc_srtcp_open(in, pkt, n, tail, index, tag) != NGX_OK) {
        return NGX_ERROR;
    }

    if (stream == NULL) {
        stream = &in->streams[in->nstreams++];
        stream->ssrc = ssrc;
        stream->last = index;
        stream->seen = 1;

    } else {
        ngx_webrtc_srtcp_update(stream, index);
    }

    *len = n;

    return NGX_OK;
}


static ngx_webrtc_srtcp_stream_t *
ngx_webrtc_srtcp_find(ngx_webrtc_srtp_in_t *in, uint32_t ssrc)
{
    ngx_uint_t  i;

    for (i = 0; i < in->nstreams; i++) {
        if (in->streams[i].ssrc == ssrc) {
            return &in->streams[i];
        }
    }

    return NULL;
}


static ngx_int_t
ngx_webrtc_srtcp_open(ngx_webrtc_srtp_in_t *in, u_char *pkt, size_t len,
    u_char *tail, uint32_t index, u_char *tag)
{
    u_char    *data, mac[NGX_WEBRTC_SRTP_SHA1_TAG];
    size_t     data_len;
    uint32_t   ssrc;

    ssrc = ngx_webrtc_get32(pkt + 4);
    data = pkt + NGX_WEBRTC_SRTCP_HEADER_LEN;
    data_len = len - NGX_WEBRTC_SRTCP_HEADER_LEN;

    if (in->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM) {
        return ngx_webrtc_srtp_gcm_open(in->rtcp, ssrc, index, pkt,
                                        NGX_WEBRTC_SRTCP_HEADER_LEN, tail,
                                        data, data_len, tag);
    }

    ngx_webrtc_srtp_mac(in->rtcp, pkt, len, tail, mac);

    if (!ngx_webrtc_secret_equal(mac, tag, sizeof(mac))) {
        return NGX_ERROR;
    }

    return ngx_webrtc_srtp_ctr(in->rtcp, ssrc, index, data, data_len);
}


static ngx_uint_t
ngx_webrtc_srtcp_replayed(const ngx_webrtc_srtcp_stream_t *stream,
    uint32_t index)
{
    if (index > stream->last) {
        return 0;
    }

    if (stream->last - index >= NGX_WEBRTC_SRTCP_WINDOW) {
        return 1;
    }

    return (stream->seen >> (stream->last - index)) & 1;
}


static void
ngx_webrtc_srtcp_update(ngx_webrtc_srtcp_stream_t *stream, uint32_t index)
{
    uint32_t  ahead;

    if (index <= stream->last) {
        stream->seen |= 1ULL << (stream->last - index);
        return;
    }

    ahead = index - stream->last;

    stream->seen = (ahead < NGX_WEBRTC_SRTCP_WINDOW)
                   ? (stream->seen << ahead) | 1 : 1;
    stream->last = index;
}


void
ngx_webrtc_srtp_in_remove(ngx_webrtc_srtp_in_t *in, uint32_t ssrc)
{
    ngx_webrtc_srtcp_stream_t  *stream;

    if (ngx_webrtc_srtp_in_find(in, ssrc) == NGX_OK) {
        (void) srtp_remove_stream(in->srtp, htonl(ssrc));
        in->ssrcs[in->recent] = in->ssrcs[--in->nssrcs];
    }

    stream = ngx_webrtc_srtcp_find(in, ssrc);

    if (stream) {
        *stream = in->streams[--in->nstreams];
    }
}
