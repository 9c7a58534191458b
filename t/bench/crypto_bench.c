
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The cost of the crypto room, best of five runs, in CPU time, and that of
 * libsrtp2 beside it.
 *
 *     make bench-programs && build/bench/crypto_bench
 */


#include <stdio.h>
#include <time.h>
#include <malloc.h>

#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_cursor.h>
#include <crypto/ngx_webrtc_dtls.h>
#include <crypto/ngx_webrtc_srtp.h>

#include <srtp2/srtp.h>


#define PACKETS  200000
#define RUNS     5

/* messages of an outbox */
#define SLICE    256


typedef struct {
    const char    *name;
    void        *(*create)(const ngx_webrtc_srtp_keys_t *keys);
    void         (*protect)(void *out, u_char *pkt, size_t len);
    void         (*destroy)(void *out);
} library_t;


static ngx_webrtc_dtls_ctx_t     *ctx;
static ngx_webrtc_fingerprint_t   fp;


static double
cpu(void)
{
    struct timespec  ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);

    return ts.tv_sec * 1e6 + ts.tv_nsec / 1e3;
}


static const char *
profile_name(ngx_uint_t profile)
{
    return profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM ? "GCM" : "CM ";
}


static void
keys_fill(ngx_webrtc_srtp_keys_t *keys, ngx_uint_t profile, ngx_uint_t n)
{
    memset(keys, (int) n, sizeof(ngx_webrtc_srtp_keys_t));
    keys->profile = profile;
}


static void *
own_create(const ngx_webrtc_srtp_keys_t *keys)
{
    return ngx_webrtc_srtp_out_create(keys);
}


static void
own_protect(void *out, u_char *pkt, size_t len)
{
    (void) ngx_webrtc_srtp_protect_later(out, pkt, 12, len, 0);
}


static void
own_destroy(void *out)
{
    ngx_webrtc_srtp_out_destroy(out);
}


static void *
libsrtp_create(const ngx_webrtc_srtp_keys_t *keys)
{
    u_char          key[NGX_WEBRTC_SRTP_KEY_LEN + NGX_WEBRTC_SRTP_SALT_LEN];
    srtp_t          srtp;
    srtp_policy_t   policy;

    memset(&policy, 0, sizeof(policy));

    if (keys->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM) {
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtp);
        srtp_crypto_policy_set_aes_gcm_128_16_auth(&policy.rtcp);

    } else {
        srtp_crypto_policy_set_rtp_default(&policy.rtp);
        srtp_crypto_policy_set_rtcp_default(&policy.rtcp);
    }

    memcpy(key, keys->local_key, NGX_WEBRTC_SRTP_KEY_LEN);
    memcpy(key + NGX_WEBRTC_SRTP_KEY_LEN, keys->local_salt,
           NGX_WEBRTC_SRTP_SALT_LEN);

    policy.ssrc.type = ssrc_any_outbound;
    policy.key = key;
    policy.allow_repeat_tx = 1;

    if (srtp_create(&srtp, &policy) != srtp_err_status_ok) {
        abort();
    }

    return srtp;
}


static void
libsrtp_protect(void *srtp, u_char *pkt, size_t len)
{
    int  n;

    n = (int) len;

    if (srtp_protect(srtp, pkt, &n) != srtp_err_status_ok) {
        abort();
    }
}


static void
libsrtp_destroy(void *srtp)
{
    (void) srtp_dealloc(srtp);
}


static const library_t  libsrtp = {
    "libsrtp2", libsrtp_create, libsrtp_protect, libsrtp_destroy
};

static const library_t  openssl = {
    "OpenSSL", own_create, own_protect, own_destroy
};

#if (NGX_WEBRTC_HAVE_IPSEC_MB)
static const library_t  ipsec_mb = {
    "libipsec-mb", own_create, own_protect, own_destroy
};
#endif


/* as the fan-out does it: the packets of a slice, then the next slice */

static void
slices(const library_t *lib, void **outs, ngx_uint_t nkeys, u_char *pkts,
    size_t len)
{
    u_char      *p;
    ngx_uint_t   i;

    for (i = 0; i < PACKETS; i++) {
        p = pkts + i % SLICE * 1300;

        memset(p, 0, 20);
        p[0] = 0x80;
        (void) ngx_webrtc_put16(p + 2, (uint32_t) (i / nkeys));

        lib->protect(outs[i % nkeys], p, len);

        if (i % SLICE == SLICE - 1) {
            ngx_webrtc_srtp_finish();
        }
    }

    ngx_webrtc_srtp_finish();
}


static void
protect(const library_t *lib, ngx_uint_t profile, ngx_uint_t nkeys, size_t len)
{
    void                    **outs;
    double                    start, best;
    u_char                   *pkts;
    ngx_uint_t                i, run;
    struct mallinfo2          before, after;
    ngx_webrtc_srtp_keys_t    keys;

    outs = malloc(nkeys * sizeof(void *));
    pkts = calloc(SLICE, 1300);
    best = 1e9;

    for (run = 0; run < RUNS; run++) {
        before = mallinfo2();

        for (i = 0; i < nkeys; i++) {
            keys_fill(&keys, profile, i);
            outs[i] = lib->create(&keys);
        }

        after = mallinfo2();
        start = cpu();
        slices(lib, outs, nkeys, pkts, len);
        best = ngx_min(best, (cpu() - start) / PACKETS);

        for (i = 0; i < nkeys; i++) {
            lib->destroy(outs[i]);
        }
    }

    printf("protect by %-11s %s, %4zu keys, %4zu bytes: %6.3f us; "
           "%5zu bytes per key\n", lib->name, profile_name(profile),
           (size_t) nkeys, len, best,
           (size_t) (after.uordblks + after.hblkhd - before.uordblks
                     - before.hblkhd) / nkeys);

    free(pkts);
    free(outs);
}


/* a library at a time: what our own is made on is the process' */

static void
compare(const library_t *lib)
{
    ngx_uint_t  i;

    static const ngx_uint_t  keys[] = { 50, 500, 1000, 5000 };

    for (i = 0; i < 4; i++) {
        protect(lib, NGX_WEBRTC_SRTP_AEAD_AES_128_GCM, keys[i], 1200);
    }

    for (i = 0; i < 4; i++) {
        protect(lib, NGX_WEBRTC_SRTP_AES128_CM_SHA1_80, keys[i], 1200);
    }

    protect(lib, NGX_WEBRTC_SRTP_AEAD_AES_128_GCM, 50, 200);
    protect(lib, NGX_WEBRTC_SRTP_AES128_CM_SHA1_80, 50, 200);
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

    if (srtp_init() != srtp_err_status_ok) {
        return 1;
    }

    cert = ngx_webrtc_certificate_create(time(NULL), 30);
    ctx = ngx_webrtc_dtls_ctx_create(cert);
    (void) ngx_webrtc_fingerprint_parse(&hash,
                             ngx_webrtc_certificate_fingerprint(cert), &fp);

    compare(&libsrtp);
    compare(&openssl);

    if (ngx_webrtc_srtp_init() != NGX_OK) {
        return 1;
    }

#if (NGX_WEBRTC_HAVE_IPSEC_MB)
    compare(&ipsec_mb);
#endif

    unprotect("GCM", NGX_WEBRTC_SRTP_AEAD_AES_128_GCM, 1200);
    unprotect("CM ", NGX_WEBRTC_SRTP_AES128_CM_SHA1_80, 1200);

    handshakes();

    ngx_webrtc_dtls_ctx_destroy(ctx);
    ngx_webrtc_certificate_destroy(cert);
    ngx_webrtc_srtp_cleanup();
    (void) srtp_shutdown();

    return 0;
}
