
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what all sessions have in common, and the check of certificates */


#include <crypto/ngx_webrtc_dtls_internal.h>
#include <crypto/ngx_webrtc_dtls_provider.h>


#define NGX_WEBRTC_DTLS_CIPHERS                                              \
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"             \
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"             \
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384"

#define NGX_WEBRTC_DTLS_OPTIONS                                              \
    (SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION          \
     | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE)


static ngx_int_t ngx_webrtc_dtls_ctx_init(ngx_webrtc_dtls_ctx_t *ctx,
    const ngx_webrtc_certificate_t *cert);
static int ngx_webrtc_dtls_verify_handler(X509_STORE_CTX *store, void *data);


ngx_webrtc_dtls_ctx_t *
ngx_webrtc_dtls_ctx_create(const ngx_webrtc_certificate_t *cert)
{
    ngx_webrtc_dtls_ctx_t  *ctx;

    ctx = calloc(1, sizeof(ngx_webrtc_dtls_ctx_t));
    if (ctx == NULL) {
        return NULL;
    }

    if (ngx_webrtc_dtls_ctx_init(ctx, cert) != NGX_OK) {
        ERR_clear_error();
        ngx_webrtc_dtls_ctx_destroy(ctx);
        return NULL;
    }

    return ctx;
}


static ngx_int_t
ngx_webrtc_dtls_ctx_init(ngx_webrtc_dtls_ctx_t *ctx,
    const ngx_webrtc_certificate_t *cert)
{
    SSL_CTX  *ssl_ctx;

    ctx->bio_method = ngx_webrtc_dtls_bio_method_create();
    ctx->ssl_ctx = SSL_CTX_new_ex(ngx_webrtc_dtls_provider(), NULL,
                                  DTLS_method());

    if (ctx->bio_method == NULL || ctx->ssl_ctx == NULL) {
        return NGX_ERROR;
    }

    /* see ngx_webrtc_dtls_tick() */

    ctx->own_timer = (OpenSSL_version_num() < 0x30200000L);

    ssl_ctx = ctx->ssl_ctx;

    (void) SSL_CTX_set_options(ssl_ctx, NGX_WEBRTC_DTLS_OPTIONS);
    (void) SSL_CTX_set_session_cache_mode(ssl_ctx, SSL_SESS_CACHE_OFF);

    /* there is no chain to check, the fingerprint is all that counts */

    SSL_CTX_set_verify(ssl_ctx,
                       SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       NULL);
    SSL_CTX_set_cert_verify_callback(ssl_ctx, ngx_webrtc_dtls_verify_handler,
                                     NULL);

    /*
     * A server takes the first SRTP profile of its own list that the client
     * has as well, so browsers, which have GCM last, get it all the same.
     * SSL_CTX_set_tlsext_use_srtp() returns 0 on success.
     */

    if (SSL_CTX_set_min_proto_version(ssl_ctx, DTLS1_2_VERSION) != 1
        || SSL_CTX_set_max_proto_version(ssl_ctx, DTLS1_2_VERSION) != 1
        || SSL_CTX_set_cipher_list(ssl_ctx, NGX_WEBRTC_DTLS_CIPHERS) != 1
        || SSL_CTX_set1_groups_list(ssl_ctx, "X25519:P-256") != 1
        || SSL_CTX_set_tlsext_use_srtp(ssl_ctx, "SRTP_AEAD_AES_128_GCM:"
                                                "SRTP_AES128_CM_SHA1_80")
           != 0)
    {
        return NGX_ERROR;
    }

    return ngx_webrtc_certificate_install(cert, ssl_ctx);
}


void
ngx_webrtc_dtls_ctx_destroy(ngx_webrtc_dtls_ctx_t *ctx)
{
    SSL_CTX_free(ctx->ssl_ctx);
    ngx_webrtc_dtls_bio_method_destroy(ctx->bio_method);
    free(ctx);
}


/*
 * OpenSSL calls this with the peer's certificate in place of checking a
 * chain.  Without fingerprints yet any will do for now, connected() waits.
 */

static int
ngx_webrtc_dtls_verify_handler(X509_STORE_CTX *store, void *data)
{
    SSL                *ssl;
    X509               *x509;
    ngx_webrtc_dtls_t  *dtls;

    (void) data;

    ssl = X509_STORE_CTX_get_ex_data(store,
                                     SSL_get_ex_data_X509_STORE_CTX_idx());
    dtls = SSL_get_app_data(ssl);
    x509 = X509_STORE_CTX_get0_cert(store);

    if (SSL_get_selected_srtp_profile(ssl) == NULL) {
        dtls->reason = "no SRTP profile in common";

        /* makes it a handshake_failure alert */
        X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
        return 0;
    }

    if (dtls->nfp
        && ngx_webrtc_dtls_match(dtls->fp, dtls->nfp, x509) != NGX_OK)
    {
        dtls->reason = "wrong certificate fingerprint";

        /* a bad_certificate alert */
        X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
        return 0;
    }

    X509_STORE_CTX_set_error(store, X509_V_OK);

    return 1;
}


ngx_int_t
ngx_webrtc_dtls_match(const ngx_webrtc_fingerprint_t *fp, ngx_uint_t n,
    X509 *x509)
{
    int          len;
    u_char      *der;
    ngx_uint_t   match;

    der = NULL;

    len = i2d_X509(x509, &der);
    if (len < 0) {
        ERR_clear_error();
        return NGX_DECLINED;
    }

    match = ngx_webrtc_fingerprint_match(fp, n, der, len);

    OPENSSL_free(der);

    return match ? NGX_OK : NGX_DECLINED;
}
