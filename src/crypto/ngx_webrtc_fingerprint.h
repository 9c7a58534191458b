
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Certificate fingerprints as SDP carries them:
 * "a=fingerprint:sha-256 AA:BB:.." (RFC 8122, section 5).
 */


#ifndef _NGX_WEBRTC_FINGERPRINT_H_INCLUDED_
#define _NGX_WEBRTC_FINGERPRINT_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* the hashes we accept, weakest first */

#define NGX_WEBRTC_FINGERPRINT_SHA256   1
#define NGX_WEBRTC_FINGERPRINT_SHA384   2
#define NGX_WEBRTC_FINGERPRINT_SHA512   3

#define NGX_WEBRTC_FINGERPRINT_LEN      64

/* of a sha-256, without a terminating zero */
#define NGX_WEBRTC_FINGERPRINT_TEXT     (32 * 3 - 1)


typedef struct {
    uint8_t             hash;
    uint8_t             len;
    u_char              data[NGX_WEBRTC_FINGERPRINT_LEN];
} ngx_webrtc_fingerprint_t;


/*
 * "hash" is the name ("sha-256", any case), "value" the hex pairs.
 * NGX_DECLINED: an unknown hash, or one too weak to trust (sha-1, md5);
 * NGX_ERROR: malformed.
 */
ngx_int_t ngx_webrtc_fingerprint_parse(const ngx_str_t *hash,
    const ngx_str_t *value, ngx_webrtc_fingerprint_t *fp);

/* the fingerprint of a DER certificate */
ngx_int_t ngx_webrtc_fingerprint_compute(ngx_uint_t hash, const u_char *der,
    size_t len, ngx_webrtc_fingerprint_t *fp);

/*
 * Whether a DER certificate is one of "n" fingerprints.  Only those with the
 * strongest hash among them count (RFC 8122, section 5.1).
 */
ngx_uint_t ngx_webrtc_fingerprint_match(const ngx_webrtc_fingerprint_t *fp,
    ngx_uint_t n, const u_char *der, size_t len);


#endif /* _NGX_WEBRTC_FINGERPRINT_H_INCLUDED_ */
