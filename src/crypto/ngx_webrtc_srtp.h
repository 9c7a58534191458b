
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * SRTP and SRTCP (RFC 3711, RFC 7714) of one transport, over libipsec-mb or
 * contexts of OpenSSL that keep their key schedule.
 */


#ifndef _NGX_WEBRTC_SRTP_H_INCLUDED_
#define _NGX_WEBRTC_SRTP_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* DTLS-SRTP protection profiles, by their numbers (RFC 5764, RFC 7714) */

#define NGX_WEBRTC_SRTP_AES128_CM_SHA1_80   0x0001
#define NGX_WEBRTC_SRTP_AEAD_AES_128_GCM    0x0007

#define NGX_WEBRTC_SRTP_KEY_LEN             16
#define NGX_WEBRTC_SRTP_SALT_LEN            14  /* GCM uses 12 of them */

/* by how much protect() and protect_rtcp() may lengthen a packet */

#define NGX_WEBRTC_SRTP_TAG_MAX             16
#define NGX_WEBRTC_SRTCP_TAG_MAX            20

/*
 * SSRCs that one peer may send with at a time; others are declined.  RTCP has
 * more: some browsers have an SSRC of its own for each stream they receive.
 */

#define NGX_WEBRTC_SRTP_STREAMS_MAX         64
#define NGX_WEBRTC_SRTCP_STREAMS_MAX        1024


/* "local" protects what we send, "remote" what the peer sends */

typedef struct {
    ngx_uint_t          profile;
    u_char              local_key[NGX_WEBRTC_SRTP_KEY_LEN];
    u_char              local_salt[NGX_WEBRTC_SRTP_SALT_LEN];
    u_char              remote_key[NGX_WEBRTC_SRTP_KEY_LEN];
    u_char              remote_salt[NGX_WEBRTC_SRTP_SALT_LEN];
} ngx_webrtc_srtp_keys_t;


/* each belongs to the transport that created it */

typedef struct ngx_webrtc_srtp_in_s   ngx_webrtc_srtp_in_t;
typedef struct ngx_webrtc_srtp_out_s  ngx_webrtc_srtp_out_t;


/* once per process, before there are keys, and when all are gone */
ngx_int_t ngx_webrtc_srtp_init(void);
void ngx_webrtc_srtp_cleanup(void);


/*
 * From "remote" and "local" of the keys; NULL on failure.  pair() makes both
 * or none.
 */
ngx_webrtc_srtp_in_t *ngx_webrtc_srtp_in_create(
    const ngx_webrtc_srtp_keys_t *keys);
void ngx_webrtc_srtp_in_destroy(ngx_webrtc_srtp_in_t *in);

ngx_webrtc_srtp_out_t *ngx_webrtc_srtp_out_create(
    const ngx_webrtc_srtp_keys_t *keys);
void ngx_webrtc_srtp_out_destroy(ngx_webrtc_srtp_out_t *out);

ngx_int_t ngx_webrtc_srtp_pair_create(const ngx_webrtc_srtp_keys_t *keys,
    ngx_webrtc_srtp_in_t **in, ngx_webrtc_srtp_out_t **out);


/*
 * In place; "*len" becomes that of the plain packet.
 * NGX_OK; NGX_DECLINED: a replay, too old, or an SSRC over the limit;
 * NGX_ERROR: malformed or not authentic.  Unless NGX_OK, the content of
 * "pkt" is undefined.  A packet that is not authentic leaves no state.
 */
ngx_int_t ngx_webrtc_srtp_unprotect(ngx_webrtc_srtp_in_t *in, u_char *pkt,
    size_t *len);
ngx_int_t ngx_webrtc_srtp_unprotect_rtcp(ngx_webrtc_srtp_in_t *in,
    u_char *pkt, size_t *len);

/*
 * Once a second or so: gives back what RTCP takes while there is hardly any;
 * it comes again with the next packet.
 */
void ngx_webrtc_srtp_in_rest(ngx_webrtc_srtp_in_t *in);
void ngx_webrtc_srtp_out_rest(ngx_webrtc_srtp_out_t *out);

/* the stream has ended for good: its place in the limit is free again */
void ngx_webrtc_srtp_in_remove(ngx_webrtc_srtp_in_t *in, uint32_t ssrc);


/*
 * Encrypts the payload behind "header_len" (fixed header, CSRCs and extension)
 * in place and appends the tag, for which the caller left
 * NGX_WEBRTC_SRTP_TAG_MAX bytes; "len" is that of the whole plain packet.
 * "roc" is how often the sequence number of this SSRC has rolled over.
 * Returns the new length, 0 on failure.
 *
 * Two different packets must never go out with the same SSRC, roc and
 * sequence number: with GCM that gives the key away.  What is sent again is
 * either identical or has a number of its own (RTX).
 */
size_t ngx_webrtc_srtp_protect(ngx_webrtc_srtp_out_t *out, u_char *pkt,
    size_t header_len, size_t len, uint32_t roc);

/*
 * The same, but perhaps not before finish(): packets cost less together.
 * Until then they stay where they are, and "out" is there.
 */
size_t ngx_webrtc_srtp_protect_later(ngx_webrtc_srtp_out_t *out, u_char *pkt,
    size_t header_len, size_t len, uint32_t roc);
void ngx_webrtc_srtp_finish(void);

/* protect() will follow, when memory has had the time to answer */
void ngx_webrtc_srtp_prefetch(const ngx_webrtc_srtp_out_t *out);
/* unprotect_rtcp() will; in stages 2, 1 and 0 */
void ngx_webrtc_srtp_in_prefetch(const ngx_webrtc_srtp_in_t *in,
    ngx_uint_t stage);

/* a compound packet; needs NGX_WEBRTC_SRTCP_TAG_MAX bytes behind it */
size_t ngx_webrtc_srtp_protect_rtcp(ngx_webrtc_srtp_out_t *out, u_char *pkt,
    size_t len);

/* the bytes that protect() will append */
size_t ngx_webrtc_srtp_tag_len(const ngx_webrtc_srtp_out_t *out);


#endif /* _NGX_WEBRTC_SRTP_H_INCLUDED_ */
