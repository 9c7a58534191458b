
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The keys of RTP are made when the first packet comes, and the lists grow
 * with the streams: a peer that only watches needs neither.
 */


#include <crypto/ngx_webrtc_srtp.h>
#include <crypto/ngx_webrtc_srtp_cipher.h>
#include <crypto/ngx_webrtc_srtp_mb.h>
#include <crypto/ngx_webrtc_srtp_window.h>
#include <crypto/ngx_webrtc_hmac.h>
#include <core/ngx_webrtc_cursor.h>


#define NGX_WEBRTC_SRTP_PACKET_MAX      65535
#define NGX_WEBRTC_SRTCP_WINDOW         64


typedef struct {
    uint32_t                    ssrc;
    ngx_webrtc_srtp_window_t    window;
} ngx_webrtc_srtp_stream_t;


/* replay protection of RTCP: bit n of "seen" is the index "last" - n */

typedef struct {
    uint32_t                    ssrc;
    uint32_t                    last;
    uint64_t                    seen;
} ngx_webrtc_srtcp_stream_t;


struct ngx_webrtc_srtp_in_s {
    ngx_uint_t                  profile;

    ngx_webrtc_srtp_cipher_t   *rtp;        /* NULL: no packet yet */
    ngx_webrtc_srtp_stream_t   *streams;
    ngx_uint_t                  nstreams;
    ngx_uint_t                  recent;     /* where the last one was */

    ngx_webrtc_srtp_rtcp_t      rtcp;
    ngx_webrtc_srtcp_stream_t  *rtcp_streams;
    ngx_uint_t                  nrtcp_streams;

    /* master key and salt, wiped as soon as there is "rtp" */
    u_char                      key[NGX_WEBRTC_SRTP_KEY_LEN];
    u_char                      salt[NGX_WEBRTC_SRTP_SALT_LEN];
};


static ngx_int_t ngx_webrtc_srtp_in_start(ngx_webrtc_srtp_in_t *in);
static ngx_webrtc_srtp_stream_t *ngx_webrtc_srtp_in_find(
    ngx_webrtc_srtp_in_t *in, uint32_t ssrc);
static size_t ngx_webrtc_srtp_in_header(const u_char *pkt, size_t len);
static ngx_int_t ngx_webrtc_srtp_in_open(ngx_webrtc_srtp_in_t *in,
    u_char *pkt, size_t header_len, size_t len, uint64_t index);
static void *ngx_webrtc_srtp_in_grow(void *list, ngx_uint_t n, size_t size);
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
#if (NGX_WEBRTC_HAVE_IPSEC_MB)
    ngx_webrtc_srtp_mb_init();
#endif

    return NGX_OK;
}


void
ngx_webrtc_srtp_cleanup(void)
{
    ngx_webrtc_srtp_rtcp_forget();

#if (NGX_WEBRTC_HAVE_IPSEC_MB)
    ngx_webrtc_srtp_mb_cleanup();
#endif
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
    ngx_memcpy(in->salt, keys->remote_salt, NGX_WEBRTC_SRTP_SALT_LEN);

    if (ngx_webrtc_srtp_rtcp_init(&in->rtcp, keys->profile, keys->remote_key,
                                  keys->remote_salt)
        != NGX_OK)
    {
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

    ngx_webrtc_srtp_cipher_destroy(in->rtp);
    ngx_webrtc_srtp_rtcp_cleanup(&in->rtcp);

    ngx_webrtc_secret_clear(in->key, sizeof(in->key));
    ngx_webrtc_secret_clear(in->salt, sizeof(in->salt));

    free(in->streams);
    free(in->rtcp_streams);
    free(in);
}


static ngx_int_t
ngx_webrtc_srtp_in_start(ngx_webrtc_srtp_in_t *in)
{
    in->rtp = ngx_webrtc_srtp_cipher_create(in->profile, in->key, in->salt,
                                            NGX_WEBRTC_SRTP_LABEL_RTP,
                                            NGX_WEBRTC_SRTP_OPEN);
    if (in->rtp == NULL) {
        return NGX_ERROR;
    }

    ngx_webrtc_secret_clear(in->key, sizeof(in->key));
    ngx_webrtc_secret_clear(in->salt, sizeof(in->salt));

    return NGX_OK;
}


static ngx_webrtc_srtp_stream_t *
ngx_webrtc_srtp_in_find(ngx_webrtc_srtp_in_t *in, uint32_t ssrc)
{
    ngx_uint_t  i;

    if (in->recent < in->nstreams && in->streams[in->recent].ssrc == ssrc) {
        return &in->streams[in->recent];
    }

    for (i = 0; i < in->nstreams; i++) {
        if (in->streams[i].ssrc == ssrc) {
            in->recent = i;
            return &in->streams[i];
        }
    }

    return NULL;
}


ngx_int_t
ngx_webrtc_srtp_unprotect(ngx_webrtc_srtp_in_t *in, u_char *pkt, size_t *len)
{
    size_t                     n, header_len;
    uint16_t                   seq;
    uint32_t                   ssrc;
    uint64_t                   index;
    ngx_webrtc_srtp_stream_t  *stream;

    n = (in->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM)
        ? NGX_WEBRTC_SRTP_GCM_TAG : NGX_WEBRTC_SRTP_SHA1_TAG;

    if (*len < NGX_WEBRTC_SRTP_HEADER_LEN + n
        || *len > NGX_WEBRTC_SRTP_PACKET_MAX)
    {
        return NGX_ERROR;
    }

    n = *len - n;

    header_len = ngx_webrtc_srtp_in_header(pkt, n);

    if (header_len == 0
        || (in->rtp == NULL && ngx_webrtc_srtp_in_start(in) != NGX_OK))
    {
        return NGX_ERROR;
    }

    seq = ngx_webrtc_get16(pkt + 2);
    ssrc = ngx_webrtc_get32(pkt + 8);
    stream = ngx_webrtc_srtp_in_find(in, ssrc);

    if (stream == NULL) {
        if (in->nstreams == NGX_WEBRTC_SRTP_STREAMS_MAX) {
            return NGX_DECLINED;
        }

        index = seq;

    } else {
        index = ngx_webrtc_srtp_window_guess(&stream->window, seq);

        if (ngx_webrtc_srtp_window_check(&stream->window, index) != NGX_OK) {
            return NGX_DECLINED;
        }
    }

    if (ngx_webrtc_srtp_in_open(in, pkt, header_len, n, index) != NGX_OK) {
        return NGX_ERROR;
    }

    if (stream) {
        ngx_webrtc_srtp_window_add(&stream->window, index);

    } else {
        stream = ngx_webrtc_srtp_in_grow(in->streams, in->nstreams,
                                         sizeof(ngx_webrtc_srtp_stream_t));
        if (stream == NULL) {
            return NGX_ERROR;
        }

        in->streams = stream;
        stream += in->nstreams++;
        stream->ssrc = ssrc;
        ngx_webrtc_srtp_window_init(&stream->window, index);
    }

    *len = n;

    return NGX_OK;
}


/* of the header, CSRCs and extension, which are not encrypted; 0: too long */

static size_t
ngx_webrtc_srtp_in_header(const u_char *pkt, size_t len)
{
    size_t  n;

    n = NGX_WEBRTC_SRTP_HEADER_LEN + 4 * (pkt[0] & 0x0f);

    if (pkt[0] & 0x10) {

        if (n + 4 > len) {
            return 0;
        }

        n += 4 + 4 * (size_t) ngx_webrtc_get16(pkt + n + 2);
    }

    return (n > len) ? 0 : n;
}


/* "len" is without the tag */

static ngx_int_t
ngx_webrtc_srtp_in_open(ngx_webrtc_srtp_in_t *in, u_char *pkt,
    size_t header_len, size_t len, uint64_t index)
{
    u_char    mac[NGX_WEBRTC_SRTP_SHA1_TAG], tail[4];
    uint32_t  ssrc;

    ssrc = ngx_webrtc_get32(pkt + 8);

    if (in->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM) {
        return ngx_webrtc_srtp_gcm_open(in->rtp, ssrc, index, pkt, header_len,
                                        NULL, pkt + header_len,
                                        len - header_len, pkt + len);
    }

    (void) ngx_webrtc_put32(tail, (uint32_t) (index >> 16));
    ngx_webrtc_srtp_mac(in->rtp, pkt, len, tail, mac);

    if (!ngx_webrtc_secret_equal(mac, pkt + len, sizeof(mac))) {
        return NGX_ERROR;
    }

    return ngx_webrtc_srtp_ctr(in->rtp, ssrc, index, pkt + header_len,
                               len - header_len);
}


/* room for one more, in steps: 2, 4, 8 ...; NULL: no memory */

static void *
ngx_webrtc_srtp_in_grow(void *list, ngx_uint_t n, size_t size)
{
    if (n == 1 || (n & (n - 1))) {
        return list;
    }

    return realloc(list, (n ? 2 * n : 2) * size);
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
        if (in->nrtcp_streams == NGX_WEBRTC_SRTCP_STREAMS_MAX) {
            return NGX_DECLINED;
        }

    } else if (ngx_webrtc_srtcp_replayed(stream, index)) {
        return NGX_DECLINED;
    }

    if (ngx_webrtc_srtcp_open(in, pkt, n, tail, index, tag) != NGX_OK) {
        return NGX_ERROR;
    }

    if (stream) {
        ngx_webrtc_srtcp_update(stream, index);

    } else {
        stream = ngx_webrtc_srtp_in_grow(in->rtcp_streams, in->nrtcp_streams,
                                         sizeof(ngx_webrtc_srtcp_stream_t));
        if (stream == NULL) {
            return NGX_ERROR;
        }

        in->rtcp_streams = stream;
        stream += in->nrtcp_streams++;
        stream->ssrc = ssrc;
        stream->last = index;
        stream->seen = 1;
    }

    *len = n;

    return NGX_OK;
}


static ngx_webrtc_srtcp_stream_t *
ngx_webrtc_srtcp_find(ngx_webrtc_srtp_in_t *in, uint32_t ssrc)
{
    ngx_uint_t  i;

    for (i = 0; i < in->nrtcp_streams; i++) {
        if (in->rtcp_streams[i].ssrc == ssrc) {
            return &in->rtcp_streams[i];
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

    ngx_webrtc_srtp_cipher_t  *cipher;

    ssrc = ngx_webrtc_get32(pkt + 4);
    data = pkt + NGX_WEBRTC_SRTCP_HEADER_LEN;
    data_len = len - NGX_WEBRTC_SRTCP_HEADER_LEN;

    cipher = ngx_webrtc_srtp_rtcp_cipher(&in->rtcp, in->profile,
                                         NGX_WEBRTC_SRTP_OPEN);
    if (cipher == NULL) {
        return NGX_ERROR;
    }

    if (in->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM) {
        return ngx_webrtc_srtp_gcm_open(cipher, ssrc, index, pkt,
                                        NGX_WEBRTC_SRTCP_HEADER_LEN, tail,
                                        data, data_len, tag);
    }

    ngx_webrtc_srtp_mac(cipher, pkt, len, tail, mac);

    if (!ngx_webrtc_secret_equal(mac, tag, sizeof(mac))) {
        return NGX_ERROR;
    }

    return ngx_webrtc_srtp_ctr(cipher, ssrc, index, data, data_len);
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
ngx_webrtc_srtp_in_rest(ngx_webrtc_srtp_in_t *in)
{
    ngx_webrtc_srtp_rtcp_rest(&in->rtcp);
}


void
ngx_webrtc_srtp_in_remove(ngx_webrtc_srtp_in_t *in, uint32_t ssrc)
{
    ngx_webrtc_srtp_stream_t   *stream;
    ngx_webrtc_srtcp_stream_t  *rtcp_stream;

    stream = ngx_webrtc_srtp_in_find(in, ssrc);

    if (stream) {
        *stream = in->streams[--in->nstreams];
    }

    rtcp_stream = ngx_webrtc_srtcp_find(in, ssrc);

    if (rtcp_stream) {
        *rtcp_stream = in->rtcp_streams[--in->nrtcp_streams];
    }
}


void
ngx_webrtc_srtp_in_prefetch(const ngx_webrtc_srtp_in_t *in, ngx_uint_t stage)
{
    const void  *key;

    switch (stage) {

    case 2:
        ngx_webrtc_prefetch_range(in, offsetof(ngx_webrtc_srtp_in_t, key));
        break;

    case 1:
        ngx_webrtc_prefetch(in->rtcp.cipher);
        ngx_webrtc_prefetch(in->rtcp_streams);
        break;

    case 0:
        if (in->rtcp.cipher) {
            key = ngx_webrtc_srtp_cipher_key(in->rtcp.cipher);
            ngx_webrtc_prefetch_range(key, NGX_WEBRTC_SRTP_KEY_SIZE);
        }

        break;
    }
}
