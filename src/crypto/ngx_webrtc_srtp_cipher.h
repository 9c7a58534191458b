
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The session keys of one direction of SRTP or SRTCP, and the two transforms
 * over them; the framing is in the srtp_in and srtp_out files.
 *
 * "index" is the 48-bit packet index: roc and sequence number for SRTP, the
 * 31-bit SRTCP index.
 */


#ifndef _NGX_WEBRTC_SRTP_CIPHER_H_INCLUDED_
#define _NGX_WEBRTC_SRTP_CIPHER_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_srtp.h>


#define NGX_WEBRTC_SRTP_HEADER_LEN      12
#define NGX_WEBRTC_SRTCP_HEADER_LEN     8

#define NGX_WEBRTC_SRTP_GCM_TAG         16
#define NGX_WEBRTC_SRTP_GCM_IV          12
#define NGX_WEBRTC_SRTP_CTR_IV          16
#define NGX_WEBRTC_SRTP_SHA1_TAG        10
#define NGX_WEBRTC_SRTP_AUTH_LEN        20

/* "encrypted", in front of the SRTCP index */
#define NGX_WEBRTC_SRTCP_E              0x80000000


/* the first of the three key derivation labels (RFC 3711, 4.3.2) */

typedef enum {
    NGX_WEBRTC_SRTP_LABEL_RTP = 0,
    NGX_WEBRTC_SRTP_LABEL_RTCP = 3
} ngx_webrtc_srtp_label_e;


typedef enum {
    NGX_WEBRTC_SRTP_OPEN = 0,
    NGX_WEBRTC_SRTP_SEAL
} ngx_webrtc_srtp_direction_e;


typedef struct ngx_webrtc_srtp_cipher_s  ngx_webrtc_srtp_cipher_t;


/* from the master key and salt; NULL on failure */
ngx_webrtc_srtp_cipher_t *ngx_webrtc_srtp_cipher_create(ngx_uint_t profile,
    const u_char *key, const u_char *salt, ngx_webrtc_srtp_label_e label,
    ngx_webrtc_srtp_direction_e direction);

/* the same from session keys; "auth" is of no meaning to GCM */
ngx_webrtc_srtp_cipher_t *ngx_webrtc_srtp_cipher_session(ngx_uint_t profile,
    const u_char *key, const u_char *salt, const u_char *auth,
    ngx_webrtc_srtp_direction_e direction);

/* where the next packet needs memory, about that much */
#define NGX_WEBRTC_SRTP_KEY_SIZE        1088
const void *ngx_webrtc_srtp_cipher_key(
    const ngx_webrtc_srtp_cipher_t *cipher);

void ngx_webrtc_srtp_cipher_destroy(ngx_webrtc_srtp_cipher_t *cipher);


/* session keys of RTCP, which take 1 kB more while there is a cipher */

typedef struct {
    ngx_webrtc_srtp_cipher_t   *cipher;     /* NULL: a shared one does */
    ngx_uint_t                  uses;       /* since the last rest() */
    u_char                      key[NGX_WEBRTC_SRTP_KEY_LEN];
    u_char                      salt[NGX_WEBRTC_SRTP_SALT_LEN];
    u_char                      auth[NGX_WEBRTC_SRTP_AUTH_LEN];
} ngx_webrtc_srtp_rtcp_t;


ngx_int_t ngx_webrtc_srtp_rtcp_init(ngx_webrtc_srtp_rtcp_t *rtcp,
    ngx_uint_t profile, const u_char *key, const u_char *salt);
void ngx_webrtc_srtp_rtcp_cleanup(ngx_webrtc_srtp_rtcp_t *rtcp);

/* for one packet, always with the same arguments; NULL on failure */
ngx_webrtc_srtp_cipher_t *ngx_webrtc_srtp_rtcp_cipher(
    ngx_webrtc_srtp_rtcp_t *rtcp, ngx_uint_t profile,
    ngx_webrtc_srtp_direction_e direction);
void ngx_webrtc_srtp_rtcp_rest(ngx_webrtc_srtp_rtcp_t *rtcp);
/* frees what all share */
void ngx_webrtc_srtp_rtcp_forget(void);

/*
 * AEAD_AES_128_GCM in place; "tail" is NULL or 4 more bytes to authenticate.
 * open() returns NGX_ERROR when the tag is wrong.
 */
ngx_int_t ngx_webrtc_srtp_gcm_seal(ngx_webrtc_srtp_cipher_t *cipher,
    uint32_t ssrc, uint64_t index, const u_char *aad, size_t aad_len,
    const u_char *tail, u_char *data, size_t len, u_char *tag);
ngx_int_t ngx_webrtc_srtp_gcm_open(ngx_webrtc_srtp_cipher_t *cipher,
    uint32_t ssrc, uint64_t index, const u_char *aad, size_t aad_len,
    const u_char *tail, u_char *data, size_t len, u_char *tag);

/* AES_CM_128 in place, the same for both directions */
ngx_int_t ngx_webrtc_srtp_ctr(ngx_webrtc_srtp_cipher_t *cipher, uint32_t ssrc,
    uint64_t index, u_char *data, size_t len);

#if (NGX_WEBRTC_HAVE_IPSEC_MB)

/*
 * A whole packet of AES_CM_128_HMAC_SHA1_80, done with the next
 * ngx_webrtc_srtp_mb_finish().  NGX_DECLINED: not this one.
 */
ngx_int_t ngx_webrtc_srtp_cm_later(ngx_webrtc_srtp_cipher_t *cipher,
    uint32_t ssrc, uint64_t index, u_char *pkt, size_t header_len,
    size_t len);

#endif

/* HMAC_SHA1_80 of the data and 4 bytes of "tail" */
void ngx_webrtc_srtp_mac(ngx_webrtc_srtp_cipher_t *cipher, const u_char *data,
    size_t len, const u_char *tail, u_char *tag);

/* RFC 3711, 4.3 with a key derivation rate of 0; "salt" has 14 bytes */
ngx_int_t ngx_webrtc_srtp_derive(const u_char *key, const u_char *salt,
    ngx_uint_t label, u_char *out, size_t len);


#endif /* _NGX_WEBRTC_SRTP_CIPHER_H_INCLUDED_ */
