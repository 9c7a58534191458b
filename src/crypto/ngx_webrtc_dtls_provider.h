
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_WEBRTC_DTLS_PROVIDER_H_INCLUDED_
#define _NGX_WEBRTC_DTLS_PROVIDER_H_INCLUDED_


#include <core/ngx_webrtc_core.h>

#include <openssl/types.h>


/*
 * Where sessions of DTLS get their algorithms from: those of OpenSSL's default
 * provider, but of its kinds of keys only EC, RSA and those of RFC 8410, and
 * of its decoders only what reads them from a certificate.
 * Made by the first call and kept as long as the process.  NULL: OpenSSL's
 * own library context is as good, or is not to be passed by.
 */
OSSL_LIB_CTX *ngx_webrtc_dtls_provider(void);


#endif /* _NGX_WEBRTC_DTLS_PROVIDER_H_INCLUDED_ */
