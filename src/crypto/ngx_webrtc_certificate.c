
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_certificate.h>
#include <core/ngx_webrtc_text.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>


#define NGX_WEBRTC_CERTIFICATE_SERIAL_BITS  127
#define NGX_WEBRTC_CERTIFICATE_DAY          86400


struct ngx_webrtc_certificate_s {
    X509               *x509;
    EVP_PKEY           *pkey;
    ngx_str_t           fingerprint;
    u_char              text[NGX_WEBRTC_FINGERPRINT_TEXT];
};


static ngx_int_t ngx_webrtc_certificate_serial(X509 *x509);
static ngx_int_t ngx_webrtc_certificate_fill(X509 *x509, EVP_PKEY *pkey,
    time_t now, ngx_uint_t days);
static ngx_int_t ngx_webrtc_certificate_text(ngx_webrtc_certificate_t *cert);


ngx_webrtc_certificate_t *
ngx_webrtc_certificate_create(time_t now, ngx_uint_t days)
{
    ngx_webrtc_certificate_t  *cert;

    cert = calloc(1, sizeof(ngx_webrtc_certificate_t));
    if (cert == NULL) {
        return NULL;
    }

    cert->pkey = EVP_EC_gen("P-256");
    cert->x509 = X509_new();

    if (cert->pkey == NULL
        || cert->x509 == NULL
        || ngx_webrtc_certificate_fill(cert->x509, cert->pkey, now, days)
           != NGX_OK
        || X509_sign(cert->x509, cert->pkey, EVP_sha256()) == 0
        || ngx_webrtc_certificate_text(cert) != NGX_OK)
    {
        ERR_clear_error();
        ngx_webrtc_certificate_destroy(cert);
        return NULL;
    }

    return cert;
}


static ngx_int_t
ngx_webrtc_certificate_fill(X509 *x509, EVP_PKEY *pkey, time_t now,
    ngx_uint_t days)
{
    X509_NAME  *name;

    /* some peers' clocks are late, hence the day before */

    if (X509_set_version(x509, X509_VERSION_3) != 1
        || ngx_webrtc_certificate_serial(x509) != NGX_OK
        || X509_time_adj_ex(X509_getm_notBefore(x509), -1, 0, &now) == NULL
        || X509_time_adj_ex(X509_getm_notAfter(x509), (int) days, 0, &now)
           == NULL
        || X509_set_pubkey(x509, pkey) != 1)
    {
        return NGX_ERROR;
    }

    name = X509_get_subject_name(x509);

    if (X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                                   (const u_char *) "WebRTC SFU", -1, -1, 0)
        != 1
        || X509_set_issuer_name(x509, name) != 1)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_certificate_serial(X509 *x509)
{
    BIGNUM     *bn;
    ngx_int_t   rc;

    bn = BN_new();
    if (bn == NULL) {
        return NGX_ERROR;
    }

    /* the top bit is set, so the serial is never 0 */

    rc = (BN_rand(bn, NGX_WEBRTC_CERTIFICATE_SERIAL_BITS, BN_RAND_TOP_ONE,
                  BN_RAND_BOTTOM_ANY)
          && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x509)))
         ? NGX_OK : NGX_ERROR;

    BN_free(bn);

    return rc;
}


static ngx_int_t
ngx_webrtc_certificate_text(ngx_webrtc_certificate_t *cert)
{
    int                        len;
    u_char                    *der;
    ngx_int_t                  rc;
    ngx_webrtc_text_t          text;
    ngx_webrtc_fingerprint_t   fp;

    der = NULL;

    len = i2d_X509(cert->x509, &der);
    if (len < 0) {
        return NGX_ERROR;
    }

    rc = ngx_webrtc_fingerprint_compute(NGX_WEBRTC_FINGERPRINT_SHA256, der,
                                        len, &fp);
    OPENSSL_free(der);

    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, cert->text, cert->text + sizeof(cert->text));
    ngx_webrtc_text_hex(&text, fp.data, fp.len, ':');

    cert->fingerprint.data = cert->text;
    cert->fingerprint.len = ngx_webrtc_text_len(&text);

    return text.overflow ? NGX_ERROR : NGX_OK;
}


void
ngx_webrtc_certificate_destroy(ngx_webrtc_certificate_t *cert)
{
    X509_free(cert->x509);
    EVP_PKEY_free(cert->pkey);
    free(cert);
}


const ngx_str_t *
ngx_webrtc_certificate_fingerprint(const ngx_webrtc_certificate_t *cert)
{
    return &cert->fingerprint;
}


ngx_int_t
ngx_webrtc_certificate_install(const ngx_webrtc_certificate_t *cert,
    void *ssl_ctx)
{
    if (SSL_CTX_use_certificate(ssl_ctx, cert->x509) != 1
        || SSL_CTX_use_PrivateKey(ssl_ctx, cert->pkey) != 1)
    {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}
