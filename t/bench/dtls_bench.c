
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The CPU time of the server's side of DTLS handshakes: "dtls_bench module N"
 * by the crypto room, "dtls_bench openssl N" by OpenSSL alone, with the same
 * settings and the same client.  Prints JSON.
 */


#include <stdio.h>
#include <time.h>

#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_dtls_internal.h>


#define FLIGHT_MAX  16384


typedef struct {
    ngx_webrtc_dtls_ctx_t     *ctx;
    ngx_webrtc_fingerprint_t   fp;
    SSL_CTX                   *ssl_ctx;
    double                     spent;
} bench_t;


static double
cpu(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}


static int
verify(X509_STORE_CTX *store, void *data)
{
    (void) data;

    X509_STORE_CTX_set_error(store, X509_V_OK);

    return 1;
}


static SSL_CTX *
ssl_ctx_create(const ngx_webrtc_certificate_t *cert)
{
    SSL_CTX  *ctx;

    ctx = SSL_CTX_new(DTLS_method());

    if (ctx == NULL
        || SSL_CTX_set_min_proto_version(ctx, DTLS1_2_VERSION) != 1
        || SSL_CTX_set_max_proto_version(ctx, DTLS1_2_VERSION) != 1
        || SSL_CTX_set1_groups_list(ctx, "X25519:P-256") != 1
        || SSL_CTX_set_tlsext_use_srtp(ctx, "SRTP_AEAD_AES_128_GCM") != 0
        || ngx_webrtc_certificate_install(cert, ctx) != NGX_OK)
    {
        return NULL;
    }

    (void) SSL_CTX_set_options(ctx, SSL_OP_NO_QUERY_MTU | SSL_OP_NO_TICKET);
    (void) SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);

    SSL_CTX_set_verify(ctx,
                       SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       NULL);
    SSL_CTX_set_cert_verify_callback(ctx, verify, NULL);

    return ctx;
}


static ngx_webrtc_dtls_t *
client_create(bench_t *bench)
{
    ngx_webrtc_dtls_t  *client;

    client = ngx_webrtc_dtls_create(bench->ctx, NGX_WEBRTC_DTLS_CLIENT);

    if (client == NULL
        || ngx_webrtc_dtls_set_fingerprints(client, &bench->fp, 1) != NGX_OK
        || ngx_webrtc_dtls_start(client, 1) != NGX_OK)
    {
        return NULL;
    }

    return client;
}


/* the server ends as a transport has it: with keys */

static ngx_int_t
handshake_module(bench_t *bench)
{
    double                   start;
    size_t                   n;
    u_char                   buf[NGX_WEBRTC_DTLS_MTU];
    ngx_int_t                rc;
    ngx_uint_t               i;
    ngx_webrtc_dtls_t       *client, *server;
    ngx_webrtc_srtp_keys_t   keys;

    client = client_create(bench);

    start = cpu();
    server = ngx_webrtc_dtls_create(bench->ctx, NGX_WEBRTC_DTLS_SERVER);
    (void) ngx_webrtc_dtls_set_fingerprints(server, &bench->fp, 1);
    (void) ngx_webrtc_dtls_start(server, 1);
    bench->spent += cpu() - start;

    for (i = 0; i < 3; i++) {
        while ((n = ngx_webrtc_dtls_output(client, buf, sizeof(buf))) > 0) {
            start = cpu();
            (void) ngx_webrtc_dtls_input(server, buf, buf + n, 1);
            bench->spent += cpu() - start;
        }

        for ( ;; ) {
            start = cpu();
            n = ngx_webrtc_dtls_output(server, buf, sizeof(buf));
            bench->spent += cpu() - start;

            if (n == 0) {
                break;
            }

            (void) ngx_webrtc_dtls_input(client, buf, buf + n, 1);
        }
    }

    start = cpu();
    rc = ngx_webrtc_dtls_export(server, &keys);
    ngx_webrtc_dtls_destroy(server);
    bench->spent += cpu() - start;

    ngx_webrtc_dtls_destroy(client);

    return rc;
}


static ngx_int_t
handshake_openssl(bench_t *bench)
{
    int                 rc;
    BIO                *in, *out;
    SSL                *ssl;
    double              start;
    size_t              n;
    u_char              buf[NGX_WEBRTC_DTLS_MTU], flight[FLIGHT_MAX];
    ngx_uint_t          i;
    ngx_webrtc_dtls_t  *client;

    client = client_create(bench);

    start = cpu();
    in = BIO_new(BIO_s_mem());
    out = BIO_new(BIO_s_mem());
    ssl = SSL_new(bench->ssl_ctx);

    BIO_set_mem_eof_return(in, -1);
    SSL_set_bio(ssl, in, out);
    SSL_set_mtu(ssl, NGX_WEBRTC_DTLS_MTU);
    SSL_set_accept_state(ssl);
    bench->spent += cpu() - start;

    for (i = 0; i < 3; i++) {
        while ((n = ngx_webrtc_dtls_output(client, buf, sizeof(buf))) > 0) {
            start = cpu();
            BIO_write(in, buf, (int) n);
            (void) SSL_do_handshake(ssl);
            bench->spent += cpu() - start;
        }

        start = cpu();
        rc = BIO_read(out, flight, sizeof(flight));
        bench->spent += cpu() - start;

        if (rc > 0) {
            (void) ngx_webrtc_dtls_input(client, flight, flight + rc, 1);
        }
    }

    rc = SSL_is_init_finished(ssl);

    start = cpu();
    (void) SSL_export_keying_material(ssl, buf, 56, "EXTRACTOR-dtls_srtp", 19,
                                      NULL, 0, 0);
    SSL_free(ssl);
    bench->spent += cpu() - start;

    ngx_webrtc_dtls_destroy(client);
    ERR_clear_error();

    return rc ? NGX_OK : NGX_ERROR;
}


int
main(int argc, char **argv)
{
    long                       i, n;
    bench_t                    bench;
    ngx_str_t                  hash = ngx_string("sha-256");
    ngx_uint_t                 module;
    ngx_webrtc_certificate_t  *cert;

    n = (argc == 3) ? atol(argv[2]) : 0;
    module = (argc == 3 && strcmp(argv[1], "module") == 0);

    if (n <= 0 || (!module && strcmp(argv[1], "openssl") != 0)) {
        fprintf(stderr, "usage: dtls_bench module|openssl <handshakes>\n");
        return 2;
    }

    memset(&bench, 0, sizeof(bench));

    cert = ngx_webrtc_certificate_create(time(NULL), 30);
    bench.ctx = ngx_webrtc_dtls_ctx_create(cert);
    bench.ssl_ctx = ssl_ctx_create(cert);

    if (bench.ctx == NULL || bench.ssl_ctx == NULL
        || ngx_webrtc_fingerprint_parse(&hash,
                     ngx_webrtc_certificate_fingerprint(cert), &bench.fp)
           != NGX_OK)
    {
        fprintf(stderr, "dtls_bench: OpenSSL does not take the settings\n");
        return 1;
    }

    for (i = 0; i < n; i++) {
        if ((module ? handshake_module(&bench) : handshake_openssl(&bench))
            != NGX_OK)
        {
            fprintf(stderr, "dtls_bench: a handshake has failed\n");
            return 1;
        }
    }

    printf("{\"handshakes\":%ld,\"cost\":%.1f}\n", n, bench.spent / n);

    SSL_CTX_free(bench.ssl_ctx);
    ngx_webrtc_dtls_ctx_destroy(bench.ctx);
    ngx_webrtc_certificate_destroy(cert);

    return 0;
}
