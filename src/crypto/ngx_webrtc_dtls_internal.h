
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the files of DTLS share */


#ifndef _NGX_WEBRTC_DTLS_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_DTLS_INTERNAL_H_INCLUDED_


#include <crypto/ngx_webrtc_dtls.h>
#include <crypto/ngx_webrtc_dtls_bio.h>

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
    SSL                         *ssl;
    ngx_webrtc_dtls_ctx_t       *ctx;
    ngx_webrtc_dtls_role_e       role;
    ngx_webrtc_dtls_state_e      state;
    const char                  *reason;

    ngx_webrtc_dtls_io_t         io;

    ngx_webrtc_fingerprint_t     fp[NGX_WEBRTC_DTLS_FINGERPRINTS_MAX];
    ngx_uint_t                   nfp;

    ngx_webrtc_dtls_handler_pt   handler;
    void                        *data;

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

/* after a call of OpenSSL that did not succeed; may end the session */
void ngx_webrtc_dtls_ssl_error(ngx_webrtc_dtls_t *dtls, int rc);


#endif /* _NGX_WEBRTC_DTLS_INTERNAL_H_INCLUDED_ */
