
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the files of DTLS share */


#ifndef _NGX_WEBRTC_DTLS_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_DTLS_INTERNAL_H_INCLUDED_


#include <crypto/ngx_webrtc_dtls.h>
#include <crypto/ngx_webrtc_dtls_bio.h>
#include <crypto/ngx_webrtc_dtls_cipher.h>

#include <sys/types.h>

#include <openssl/err.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>


struct ngx_webrtc_dtls_ctx_s {
    SSL_CTX                     *ssl_ctx;
    void                        *bio_method;
    ngx_uint_t                   own_timer;
};


struct ngx_webrtc_dtls_s {
    SSL                         *ssl;       /* NULL: released */
    ngx_webrtc_dtls_ctx_t       *ctx;
    ngx_webrtc_dtls_role_e       role;
    ngx_webrtc_dtls_state_e      state;
    const char                  *reason;

    ngx_webrtc_dtls_io_t         io;

    ngx_webrtc_fingerprint_t    *fp;        /* until it is released */
    ngx_uint_t                   nfp;

    ngx_webrtc_dtls_handler_pt   handler;
    void                        *data;

    /* in place of "ssl" */
    ngx_webrtc_dtls_cipher_t     cipher;
    u_char                      *der;       /* the peer's certificate */
    size_t                       der_len;
    u_char                      *flight;    /* our last one, as queued */
    size_t                       flight_len;

    ngx_webrtc_usec_t            limit;     /* of the whole handshake */
    ngx_webrtc_usec_t            deadline;  /* of the next retransmission */
    ngx_webrtc_usec_t            timeout;

    unsigned                     in_use:1;  /* application data was sent */
    unsigned                     lean:1;    /* OpenSSL's buffers are freed */
};


/* whether a certificate has one of the fingerprints; NGX_DECLINED: not */
ngx_int_t ngx_webrtc_dtls_match(const ngx_webrtc_fingerprint_t *fp,
    ngx_uint_t n, X509 *x509);

/* application data, and what else comes after the handshake */
void ngx_webrtc_dtls_read(ngx_webrtc_dtls_t *dtls);

/* OpenSSL's own, between records */
void ngx_webrtc_dtls_free_buffers(ngx_webrtc_dtls_t *dtls);
void ngx_webrtc_dtls_need_buffers(ngx_webrtc_dtls_t *dtls);

/* a session without "ssl" */

/* what was put into the queue since there were "queued" bytes in it */
void ngx_webrtc_dtls_own_keep(ngx_webrtc_dtls_t *dtls, size_t queued);
void ngx_webrtc_dtls_own_input(ngx_webrtc_dtls_t *dtls, u_char *pos,
    u_char *last);
/* NGX_AGAIN: the queue is full */
ngx_int_t ngx_webrtc_dtls_own_write(ngx_webrtc_dtls_t *dtls, ngx_uint_t type,
    const u_char *pos, size_t len);
void ngx_webrtc_dtls_own_shutdown(ngx_webrtc_dtls_t *dtls);
void ngx_webrtc_dtls_own_cleanup(ngx_webrtc_dtls_t *dtls);

void ngx_webrtc_dtls_fail(ngx_webrtc_dtls_t *dtls, const char *reason);

/* after a call of OpenSSL that did not succeed; may end the session */
void ngx_webrtc_dtls_ssl_error(ngx_webrtc_dtls_t *dtls, int rc);


#endif /* _NGX_WEBRTC_DTLS_INTERNAL_H_INCLUDED_ */
