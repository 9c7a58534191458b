
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_certificate.h>


#define NOW   1700000000
#define DAYS  30


static ngx_webrtc_certificate_t  *cert;
static SSL_CTX                   *ssl_ctx;
static X509                      *x509;


static int
setup(void **state)
{
    (void) state;

    cert = ngx_webrtc_certificate_create(NOW, DAYS);
    ssl_ctx = SSL_CTX_new(DTLS_method());

    assert_non_null(cert);
    assert_non_null(ssl_ctx);
    assert_int_equal(ngx_webrtc_certificate_install(cert, ssl_ctx), NGX_OK);

    x509 = SSL_CTX_get0_certificate(ssl_ctx);
    assert_non_null(x509);

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    SSL_CTX_free(ssl_ctx);
    ngx_webrtc_certificate_destroy(cert);

    return 0;
}


static void
key_and_certificate_belong_together(void **state)
{
    char       curve[32];
    EVP_PKEY  *pkey;

    (void) state;

    assert_int_equal(SSL_CTX_check_private_key(ssl_ctx), 1);

    pkey = X509_get0_pubkey(x509);

    assert_int_equal(X509_verify(x509, pkey), 1);
    assert_int_equal(EVP_PKEY_get_group_name(pkey, curve, sizeof(curve),
                                             NULL),
                     1);
    assert_string_equal(curve, "prime256v1");
}


static void
it_names_no_host(void **state)
{
    char        cn[64];
    X509_NAME  *name;

    (void) state;

    name = X509_get_subject_name(x509);

    assert_int_equal(X509_NAME_entry_count(name), 1);
    X509_NAME_get_text_by_NID(name, NID_commonName, cn, sizeof(cn));
    assert_string_equal(cn, "WebRTC SFU");
    assert_int_equal(X509_NAME_cmp(name, X509_get_issuer_name(x509)), 0);
}


static void
it_is_valid_from_the_day_before(void **state)
{
    (void) state;

    assert_int_equal(ASN1_TIME_cmp_time_t(X509_get0_notBefore(x509),
                                          NOW - 86400), 0);
    assert_int_equal(ASN1_TIME_cmp_time_t(X509_get0_notAfter(x509),
                                          NOW + DAYS * 86400), 0);
}


static void
the_fingerprint_is_that_of_the_certificate(void **state)
{
    int                        len;
    u_char                    *der;
    ngx_str_t                  hash = ngx_string("sha-256");
    const ngx_str_t           *text;
    ngx_webrtc_fingerprint_t   fp;

    (void) state;

    text = ngx_webrtc_certificate_fingerprint(cert);
    assert_int_equal(text->len, NGX_WEBRTC_FINGERPRINT_TEXT);
    assert_int_equal(ngx_webrtc_fingerprint_parse(&hash, text, &fp), NGX_OK);

    der = NULL;
    len = i2d_X509(x509, &der);
    assert_true(len > 0);
    assert_true(ngx_webrtc_fingerprint_match(&fp, 1, der, len));
    OPENSSL_free(der);
}


static void
two_certificates_share_nothing(void **state)
{
    SSL_CTX                   *ctx;
    const ngx_str_t           *a, *b;
    const ASN1_INTEGER        *serial;
    ngx_webrtc_certificate_t  *other;

    (void) state;

    other = ngx_webrtc_certificate_create(NOW, DAYS);
    assert_non_null(other);

    a = ngx_webrtc_certificate_fingerprint(cert);
    b = ngx_webrtc_certificate_fingerprint(other);
    assert_memory_not_equal(a->data, b->data, a->len);

    ctx = SSL_CTX_new(DTLS_method());
    assert_int_equal(ngx_webrtc_certificate_install(other, ctx), NGX_OK);

    serial = X509_get0_serialNumber(SSL_CTX_get0_certificate(ctx));
    assert_int_not_equal(ASN1_INTEGER_cmp(serial,
                                          X509_get0_serialNumber(x509)), 0);

    SSL_CTX_free(ctx);
    ngx_webrtc_certificate_destroy(other);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(key_and_certificate_belong_together),
        cmocka_unit_test(it_names_no_host),
        cmocka_unit_test(it_is_valid_from_the_day_before),
        cmocka_unit_test(the_fingerprint_is_that_of_the_certificate),
        cmocka_unit_test(two_certificates_share_nothing),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
