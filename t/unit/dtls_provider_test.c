
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_certificate.h>
#include <crypto/ngx_webrtc_dtls_provider.h>


#define RECENT  0x30200000L


static int
accept_any(X509_STORE_CTX *store, void *data)
{
    (void) data;

    X509_STORE_CTX_set_error(store, X509_V_OK);

    return 1;
}


static void
certify(SSL_CTX *ctx, EVP_PKEY *pkey, const EVP_MD *md)
{
    X509  *x509;

    x509 = X509_new();
    assert_non_null(pkey);
    assert_non_null(x509);

    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509), 1), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x509), 0));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x509), 3600));
    assert_int_equal(X509_set_pubkey(x509, pkey), 1);
    assert_true(X509_sign(x509, pkey, md) > 0);

    assert_int_equal(SSL_CTX_use_certificate(ctx, x509), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(ctx, pkey), 1);

    X509_free(x509);
    EVP_PKEY_free(pkey);
}


static SSL_CTX *
ctx_create(OSSL_LIB_CTX *libctx)
{
    SSL_CTX  *ctx;

    ctx = SSL_CTX_new_ex(libctx, NULL, TLS_method());
    assert_non_null(ctx);

    assert_int_equal(SSL_CTX_set_max_proto_version(ctx, TLS1_2_VERSION), 1);

    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       NULL);
    SSL_CTX_set_cert_verify_callback(ctx, accept_any, NULL);

    return ctx;
}


/* a client with this key at a server with our algorithms */

static void
handshake(EVP_PKEY *pkey, const EVP_MD *md)
{
    BIO                       *near, *far;
    SSL                       *client, *server;
    SSL_CTX                   *clients, *servers;
    ngx_uint_t                 i;
    ngx_webrtc_certificate_t  *cert;

    clients = ctx_create(NULL);
    servers = ctx_create(ngx_webrtc_dtls_provider());

    certify(clients, pkey, md);

    cert = ngx_webrtc_certificate_create(time(NULL), 30);
    assert_non_null(cert);
    assert_int_equal(ngx_webrtc_certificate_install(cert, servers), NGX_OK);

    client = SSL_new(clients);
    server = SSL_new(servers);
    assert_int_equal(BIO_new_bio_pair(&near, 0, &far, 0), 1);

    SSL_set_bio(client, near, near);
    SSL_set_bio(server, far, far);
    SSL_set_connect_state(client);
    SSL_set_accept_state(server);

    for (i = 0; i < 4; i++) {
        (void) SSL_do_handshake(client);
        (void) SSL_do_handshake(server);
    }

    assert_true(SSL_is_init_finished(client));
    assert_true(SSL_is_init_finished(server));

    SSL_free(client);
    SSL_free(server);
    SSL_CTX_free(clients);
    SSL_CTX_free(servers);
    ngx_webrtc_certificate_destroy(cert);
    ERR_clear_error();
}


/* the first test: what has been made stays */

static void
other_providers_are_not_passed_by(void **state)
{
    OSSL_PROVIDER  *other;

    (void) state;

    other = OSSL_PROVIDER_try_load(NULL, "base", 1);
    assert_non_null(other);
    assert_true(OSSL_PROVIDER_available(NULL, "default"));

    assert_null(ngx_webrtc_dtls_provider());

    assert_int_equal(OSSL_PROVIDER_unload(other), 1);
}


static void
it_is_made_where_openssl_is_slow_and_once(void **state)
{
    OSSL_LIB_CTX  *libctx;

    (void) state;

    libctx = ngx_webrtc_dtls_provider();

    assert_true((libctx != NULL) == (OpenSSL_version_num() < RECENT));
    assert_ptr_equal(ngx_webrtc_dtls_provider(), libctx);
    assert_int_equal(ERR_peek_error(), 0);
}


static void
certificates_of_all_usual_keys_are_read(void **state)
{
    (void) state;

    handshake(EVP_EC_gen("P-256"), EVP_sha256());
    handshake(EVP_EC_gen("P-384"), EVP_sha384());
    handshake(EVP_RSA_gen(2048), EVP_sha256());
    handshake(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), NULL);
}


static void
other_keys_are_not_looked_for(void **state)
{
    EVP_KEYMGMT   *keymgmt;
    OSSL_LIB_CTX  *libctx;

    (void) state;

    libctx = ngx_webrtc_dtls_provider();

    if (libctx == NULL) {
        skip();
    }

    keymgmt = EVP_KEYMGMT_fetch(libctx, "EC", NULL);
    assert_non_null(keymgmt);
    EVP_KEYMGMT_free(keymgmt);

    assert_null(EVP_KEYMGMT_fetch(libctx, "DSA", NULL));
    ERR_clear_error();

    /* and OpenSSL's own context is left as it was */

    keymgmt = EVP_KEYMGMT_fetch(NULL, "DSA", NULL);
    assert_non_null(keymgmt);
    EVP_KEYMGMT_free(keymgmt);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(other_providers_are_not_passed_by),
        cmocka_unit_test(it_is_made_where_openssl_is_slow_and_once),
        cmocka_unit_test(certificates_of_all_usual_keys_are_read),
        cmocka_unit_test(other_keys_are_not_looked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
