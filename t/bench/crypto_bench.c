
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The cost of the crypto room, best of five runs, in CPU time.  By hand:
 *
 *   gcc -std=gnu99 -O2 -DNGX_WEBRTC_STANDALONE -Isrc -o build/crypto_bench \
 *       t/bench/crypto_bench.c src/core/ngx_*.c src/crypto/ngx_*.c \
 *       -lsrtp2 -lssl -lcrypto && build/crypto_bench
 */


#include <stdio.h>
#include <time.h>
#include <malloc.h>

#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_cursor.h>
#include <crypto/ngx_webrtc_dtls.h>


#define PACKETS  200000
#define RUNS     5


static ngx_webrtc_dtls_ctx_t     *ctx;
static ngx_webrtc_fingerprint_t   fp;


static double
cpu(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}


static void
keys_fill(ngx_webrtc_srtp_keys_t *keys, ngx_uint_t profile, ngx_uint_t n)
{
    memset(keys, (int) n, sizeof(ngx_webrtc_srtp_keys_t));
    keys->profile = profile;
}


static void
protect(const char *name, ngx_uint_t profile, ngx_uint_t nkeys, size_t len)
{
    double                   start, best, rtcp;
    u_char                   pkt[1500];
    ngx_uint_t               i, run;
    struct mallinfo2         before, after;
    ngx_webrtc_srtp_out_t  **out;
    ngx_webrtc_srtp_keys_t   keys;

    out = malloc(nkeys * sizeof(*out));
    memset(pkt, 0, sizeof(pkt));
    before = mallinfo2();

    for (i = 0; i < nkeys; i++) {
        keys_fill(&keys, profile, i);
        out[i] = ngx_webrtc_srtp_out_create(&keys);
    }

    after = mallinfo2();
    best = 1e9;
    rtcp = 1e9;

    for (run = 0; run < RUNS; run++) {
        start = cpu();

        for (i = 0; i < PACKETS; i++) {
            (void) ngx_webrtc_put16(pkt + 2, (uint32_t) i);
            (void) ngx_webrtc_srtp_protect(out[i % nkeys], pkt, 20, len, 0);
        }

        best = ngx_min(best, (cpu() - start) / PACKETS);
        start = cpu();

        for (i = 0; i < PACKETS; i++) {
            (void) ngx_webrtc_srtp_protect_rtcp(out[i % nkeys], pkt, 100);
        }

        rtcp = ngx_min(rtcp, (cpu() - start) / PACKETS);
    }

    printf("protect %s, %4zu keys, %4zu bytes: %.3f us; RTCP %.3f us; "
           "%zu bytes per key\n", name, (size_t) nkeys, len, best, rtcp,
           (size_t) (after.uordblks - before.uordblks) / nkeys);

    for (i = 0; i < nkeys; i++) {
        ngx_webrtc_srtp_out_destroy(out[i]);
    }

    free(out);
}


static void
unprotect(const char *name, ngx_uint_t profile, size_t len)
{
    size_t                   n;
    double                   start, best;
    u_char                  *pkts, *p;
    ngx_uint_t               i, run;
    ngx_webrtc_srtp_in_t    *in;
    ngx_webrtc_srtp_out_t   *out;
    ngx_webrtc_srtp_keys_t   keys;

    keys_fill(&keys, profile, 0);
    pkts = malloc(30000 * 1300);
    best = 1e9;

    for (run = 0; run < RUNS; run++) {
        in = ngx_webrtc_srtp_in_create(&keys);
        out = ngx_webrtc_srtp_out_create(&keys);

        for (i = 0; i < 30000; i++) {
            p = pkts + i * 1300;
            memset(p, 0, len);
            p[0] = 0x80;
            (void) ngx_webrtc_put16(p + 2, (uint32_t) i);
            (void) ngx_webrtc_srtp_protect(out, p, 12, len, 0);
        }

        start = cpu();

        for (i = 0; i < 30000; i++) {
            n = len + ngx_webrtc_srtp_tag_len(out);
            if (ngx_webrtc_srtp_unprotect(in, pkts + i * 1300, &n) != NGX_OK) {
                abort();
            }
        }

        best = ngx_min(best, (cpu() - start) / 30000);

        ngx_webrtc_srtp_in_destroy(in);
        ngx_webrtc_srtp_out_destroy(out);
    }

    printf("unprotect %s, %4zu bytes: %.3f us\n", name, len, best);

    free(pkts);
}


/* moves everything between two ends; returns the CPU time of the server */

static double
handshake(ngx_webrtc_dtls_t *client, ngx_webrtc_dtls_t *server)
{
    double              t, spent;
    u_char              buf[2048];
    size_t              n;
    ngx_uint_t          i;
    ngx_webrtc_dtls_t  *from, *to;

    spent = 0;
    (void) ngx_webrtc_dtls_start(server, 1);
    (void) ngx_webrtc_dtls_start(client, 1);

    for (i = 0; i < 6; i++) {
        from = (i % 2) ? server : client;
        to = (i % 2) ? client : server;

        while ((n = ngx_webrtc_dtls_output(from, buf, sizeof(buf)))) {
            t = cpu();
            (void) ngx_webrtc_dtls_input(to, buf, buf + n, 1);

            if (to == server) {
                spent += cpu() - t;
            }
        }
    }

    if (ngx_webrtc_dtls_state(server) != NGX_WEBRTC_DTLS_CONNECTED
        || ngx_webrtc_dtls_state(client) != NGX_WEBRTC_DTLS_CONNECTED)
    {
        abort();
    }

    return spent;
}


static void
handshakes(void)
{
    double              spent, t;
    size_t              bytes;
    ngx_uint_t          i;
    ngx_webrtc_dtls_t  *ends[400];
    struct mallinfo2    before, after;

    spent = 0;
    before = mallinfo2();

    for (i = 0; i < 400; i += 2) {
        t = cpu();
        ends[i] = ngx_webrtc_dtls_create(ctx, NGX_WEBRTC_DTLS_SERVER);
        spent += cpu() - t;

        ends[i + 1] = ngx_webrtc_dtls_create(ctx, NGX_WEBRTC_DTLS_CLIENT);
        (void) ngx_webrtc_dtls_set_fingerprints(ends[i], &fp, 1);
        (void) ngx_webrtc_dtls_set_fingerprints(ends[i + 1], &fp, 1);
        spent += handshake(ends[i + 1], ends[i]);
    }

    after = mallinfo2();
    bytes = (after.uordblks - before.uordblks) / 400;

    printf("DTLS handshake, server side: %.0f us; %zu bytes per session\n",
           spent / 200, bytes);

    for (i = 0; i < 400; i++) {
        ngx_webrtc_dtls_destroy(ends[i]);
    }
}


int
main(void)
{
    ngx_str_t                  hash = ngx_string("sha-256");
    ngx_webrtc_certificate_t  *cert;

    if (ngx_webrtc_srtp_init() != NGX_OK) {
        return 1;
    }

    cert = ngx_webrtc_certificate_create(time(NULL), 30);
    ctx = ngx_webrtc_dtls_ctx_create(cert);
    (void) ngx_webrtc_fingerprint_parse(&hash,
                             ngx_webrtc_certificate_fingerprint(cert), &fp);

    protect("GCM", NGX_WEBRTC_SRTP_AEAD_AES_128_GCM, 100, 1200);
    protect("GCM", NGX_WEBRTC_SRTP_AEAD_AES_128_GCM, 1000, 1200);
    protect("GCM", NGX_WEBRTC_SRTP_AEAD_AES_128_GCM, 100, 200);
    protect("CM ", NGX_WEBRTC_SRTP_AES128_CM_SHA1_80, 100, 1200);
    protect("CM ", NGX_WEBRTC_SRTP_AES128_CM_SHA1_80, 1000, 1200);
    protect("CM ", NGX_WEBRTC_SRTP_AES128_CM_SHA1_80, 100, 200);

    unprotect("GCM", NGX_WEBRTC_SRTP_AEAD_AES_128_GCM, 1200);
    unprotect("CM ", NGX_WEBRTC_SRTP_AES128_CM_SHA1_80, 1200);

    handshakes();

    ngx_webrtc_dtls_ctx_destroy(ctx);
    ngx_webrtc_certificate_destroy(cert);
    ngx_webrtc_srtp_cleanup();

    return 0;
}
