
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_WEBRTC_CERTIFICATE_H_INCLUDED_
#define _NGX_WEBRTC_CERTIFICATE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_fingerprint.h>


/* the private key and the certificate; belongs to whoever created it */

typedef struct ngx_webrtc_certificate_s  ngx_webrtc_certificate_t;


/*
 * A self-signed ECDSA P-256 certificate with a random serial, valid from a
 * day before "now" (seconds since 1970) for "days".  The master makes one and
 * the workers inherit it.  NULL on failure.
 */
ngx_webrtc_certificate_t *ngx_webrtc_certificate_create(time_t now,
    ngx_uint_t days);
void ngx_webrtc_certificate_destroy(ngx_webrtc_certificate_t *cert);

/*
 * The sha-256 fingerprint as SDP has it, NGX_WEBRTC_FINGERPRINT_TEXT
 * characters that live as long as the certificate; the name of the hash
 * ("sha-256") is not in it.
 */
const ngx_str_t *ngx_webrtc_certificate_fingerprint(
    const ngx_webrtc_certificate_t *cert);

/* for the dtls file: "ssl_ctx" is an SSL_CTX */
ngx_int_t ngx_webrtc_certificate_install(const ngx_webrtc_certificate_t *cert,
    void *ssl_ctx);


#endif /* _NGX_WEBRTC_CERTIFICATE_H_INCLUDED_ */
