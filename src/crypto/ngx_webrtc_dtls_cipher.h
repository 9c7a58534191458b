
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The records of a session after its handshake: DTLS 1.2 (RFC 6347, section
 * 4.1) with AES_128_GCM (RFC 5288), the suite that browsers and we prefer,
 * under the keys that OpenSSL has agreed on.  It goes on where OpenSSL
 * stopped, and takes 100 bytes in place of 45 kB.
 */


#ifndef _NGX_WEBRTC_DTLS_CIPHER_H_INCLUDED_
#define _NGX_WEBRTC_DTLS_CIPHER_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_dtls_bio.h>
#include <crypto/ngx_webrtc_srtp_cipher.h>


#define NGX_WEBRTC_DTLS_KEY_LEN         16
#define NGX_WEBRTC_DTLS_SALT_LEN        4

/* by how much a record is longer than what is in it */
#define NGX_WEBRTC_DTLS_OVERHEAD        (13 + 8 + 16)


typedef enum {
    NGX_WEBRTC_DTLS_OPEN = 0,
    NGX_WEBRTC_DTLS_SEAL
} ngx_webrtc_dtls_direction_e;


typedef struct {
    u_char                     keys[2][NGX_WEBRTC_DTLS_KEY_LEN];
    u_char                     salts[2][NGX_WEBRTC_DTLS_SALT_LEN];
    ngx_webrtc_srtp_cipher_t  *contexts[2];     /* NULL: made when needed */

    /* of the last record that went out; the epoch is part of "seq" */
    uint64_t                   seq;
    uint64_t                   nonce;

    /* of those that came in; bit n of "seen" is the number "highest" - n */
    uint64_t                   highest;
    uint64_t                   seen;
} ngx_webrtc_dtls_cipher_t;


/*
 * From an SSL whose handshake is over and the numbers that it has used.
 * NGX_DECLINED: it has another suite; NGX_ERROR: no keys.
 */
ngx_int_t ngx_webrtc_dtls_cipher_init(ngx_webrtc_dtls_cipher_t *cipher,
    void *ssl, const ngx_webrtc_dtls_io_t *io);
void ngx_webrtc_dtls_cipher_cleanup(ngx_webrtc_dtls_cipher_t *cipher);

/* gives back what keys are expanded into until they are needed again */
void ngx_webrtc_dtls_cipher_rest(ngx_webrtc_dtls_cipher_t *cipher);

/*
 * Makes a record of "len" bytes, OVERHEAD bytes longer, at "record".
 * NGX_ERROR: all numbers are used up, or no memory.
 */
ngx_int_t ngx_webrtc_dtls_cipher_seal(ngx_webrtc_dtls_cipher_t *cipher,
    ngx_uint_t type, const u_char *data, size_t len, u_char *record);

/*
 * A whole record, in place; its plain text begins at *pos.  NGX_DECLINED: of
 * another epoch, or a replay; NGX_ERROR: malformed or not authentic.
 */
ngx_int_t ngx_webrtc_dtls_cipher_open(ngx_webrtc_dtls_cipher_t *cipher,
    u_char *record, size_t len, u_char **pos, u_char **last);


#endif /* _NGX_WEBRTC_DTLS_CIPHER_H_INCLUDED_ */
