
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A fixed load through the media engine, without nginx and in virtual time,
 * for callgrind: "quick gcm|cm" dumps the instructions of each case, and
 * prints its name with what they are divided by: packets forwarded (names are
 * profile, subscribers, packets that come together), feedback messages, or
 * seconds of one subscriber.  callgrind is told to count within the engine.
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>
#include <gnu/libc-version.h>
#include <valgrind/callgrind.h>

#define SUBSCRIBERS     500
#define WORLD_CLIENTS   (SUBSCRIBERS + 1)
#define CLIENT_PACKETS  1

#if (NGX_WEBRTC_HAVE_IPSEC_MB)
#define NO_COMPAT_IMB_API_053
#include <intel-ipsec-mb.h>
#else
#define IMB_VERSION_STR  "none"
#endif

#include "lib/client.h"

#include <crypto/ngx_webrtc_dtls_internal.h>


#define PAYLOAD    1160
#define BURST_MAX  10

/* browsers check their consent this often, RFC 7675 */
#define CONSENT    MSEC(5000)

/* of the publisher's packets: abs-send-time and transport-wide number */
#define EXTENSION  12


typedef struct bench_case_s  bench_case_t;

struct bench_case_s {
    const char            *name;
    ngx_uint_t             subscribers;
    ngx_uint_t             burst;
    ngx_uint_t             turns;

    /* returns what the instructions are divided by */
    ngx_uint_t           (*run)(const bench_case_t *c);
};


typedef struct {
    size_t                 len;
    u_char                 data[1400];
} datagram_t;


typedef struct {
    world_t                world;
    client_t              *pub;
    client_t              *subs[SUBSCRIBERS];
    ngx_uint_t             nsubs;       /* that have subscribed */
    ngx_webrtc_source_t   *source;
    uint16_t               seq;
    datagram_t             burst[BURST_MAX];
} bench_t;


/* Valgrind imitates one of two processors, as far as the real one can do it */

#if defined(__x86_64__)
#define MACHINE     "x86_64"
#define has_avx2()  __builtin_cpu_supports("avx2")
#else
#define MACHINE     "not x86_64"
#define has_avx2()  0
#endif


static bench_t  bench;


static void
bench_publish(void)
{
    ngx_webrtc_ext_map_t      exts;
    ngx_webrtc_source_conf_t  conf;

    memset(&exts, 0, sizeof(exts));
    ngx_webrtc_ext_map_add(&exts, NGX_WEBRTC_EXT_ABS_SEND_TIME, 5);
    ngx_webrtc_ext_map_add(&exts, NGX_WEBRTC_EXT_TWCC, 6);
    ngx_webrtc_peer_set_extensions(bench.pub->peer, &exts);

    memset(&conf, 0, sizeof(conf));

    ngx_str_set(&conf.mid, "video_0");
    conf.format.codec = NGX_WEBRTC_CODEC_VP8;
    conf.format.clock_rate = 90000;
    conf.format.pt = 96;
    conf.format.rtx_pt = 97;
    conf.format.nack = 1;
    conf.format.pli = 1;
    conf.format.twcc = 1;
    conf.ssrc = 1000;
    conf.rtx_ssrc = 1001;

    bench.source = ngx_webrtc_source_create(bench.pub->peer, &conf);
    assert_non_null(bench.source);
}


/* one certificate serves all clients: making them is the client's work */

static void
bench_init(const char *profile)
{
    ngx_uint_t                 i;
    client_t                  *client;
    ngx_webrtc_dtls_ctx_t     *ctx;
    ngx_webrtc_certificate_t  *cert;

    world_init(&bench.world);

    cert = ngx_webrtc_certificate_create(time(NULL), 30);
    ctx = ngx_webrtc_dtls_ctx_create(cert);

    if (strcmp(profile, "cm") == 0) {
        assert_int_equal(SSL_CTX_set_tlsext_use_srtp(ctx->ssl_ctx,
                                                   "SRTP_AES128_CM_SHA1_80"),
                         0);
    }

    for (i = 0; i < WORLD_CLIENTS; i++) {
        client = client_create_with(&bench.world, cert, ctx, 0);
        client->borrowed = (i != 0);
        client->many = 1;

        if (i == 0) {
            bench.pub = client;

        } else {
            bench.subs[i - 1] = client;
        }
    }

    for (i = 0; i < WORLD_CLIENTS; i++) {
        client_connect(bench.world.clients[i]);
    }

    bench_publish();
}


static void
bench_subscribe(ngx_uint_t n)
{
    while (bench.nsubs < n) {
        client_estimated(bench.subs[bench.nsubs]);
        (void) client_subscribe(bench.subs[bench.nsubs], bench.source,
                                5000 + 2 * bench.nsubs);
        bench.nsubs++;
    }

    /* the key frame that they wait for may come at once */

    world_run(&bench.world, 1);
}


/* VP8, as a browser sends it */

static void
bench_packet(datagram_t *datagram, ngx_uint_t key)
{
    u_char            *p;
    size_t             header, len;
    ngx_webrtc_rtp_t   rtp;

    memset(&rtp, 0, sizeof(rtp));

    rtp.extension = 1;
    rtp.pt = 96;
    rtp.seq = ++bench.seq;
    rtp.ssrc = 1000;
    rtp.timestamp = (uint32_t) (bench.world.now * 90 / 1000);

    p = datagram->data;
    ngx_webrtc_rtp_write(p, &rtp);
    p += NGX_WEBRTC_RTP_HEADER_LEN;

    p = ngx_webrtc_put16(p, NGX_WEBRTC_EXT_ONE_BYTE);
    p = ngx_webrtc_put16(p, EXTENSION / 4 - 1);
    p = ngx_webrtc_put32(p, 0x52000000 | (bench.seq & 0xffff));
    *p++ = 0x61;
    p = ngx_webrtc_put16(p, bench.seq);
    *p++ = 0;

    header = p - datagram->data;

    memset(p, 0xab, PAYLOAD);
    memcpy(p, key ? "\x10\x10\x02\x00\x9d\x01\x2a\x40\x01\xf0\x00"
                  : "\x10\x11\x02\x00\x9d\x01\x2a\x40\x01\xf0\x00", 11);

    len = header + PAYLOAD;

    datagram->len = ngx_webrtc_srtp_protect(bench.pub->out, datagram->data,
                                            header, len, 0);
    assert_true(datagram->len > len);
}


/* what a worker does with the datagrams of one turn of its loop */

static void
bench_forward(ngx_uint_t n, ngx_uint_t deliver)
{
    ngx_int_t   rc;
    ngx_uint_t  i;
    world_t    *world;

    world = &bench.world;

    for (i = 0; i < n; i++) {
        ngx_webrtc_engine_input(world->engine, &bench.pub->path,
                                bench.burst[i].data, bench.burst[i].len,
                                world->now, &world->out);
    }

    do {
        rc = ngx_webrtc_engine_output(world->engine, world->now, &world->out);

        if (deliver) {
            world_send(world);

        } else {
            ngx_webrtc_outbox_reset(&world->out);
        }

    } while (rc == NGX_AGAIN);
}


static void
bench_turn(ngx_uint_t n, ngx_uint_t key, ngx_uint_t deliver)
{
    uint64_t                          before;
    ngx_uint_t                        i;
    const ngx_webrtc_engine_stats_t  *stats;

    bench.world.now += n * NGX_WEBRTC_MSEC;

    for (i = 0; i < n; i++) {
        bench_packet(&bench.burst[i], key && i == 0);
    }

    stats = ngx_webrtc_engine_stats(bench.world.engine);
    before = stats->sent_srtp;

    bench_forward(n, deliver);

    assert_int_equal(stats->sent_srtp - before, n * bench.nsubs);
}


/* a key frame first; everybody must get all of it */

static void
bench_deliver(ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < bench.nsubs; i++) {
        bench.subs[i]->nrtp = 0;
    }

    bench_turn(n, 1, 1);

    for (i = 0; i < bench.nsubs; i++) {
        assert_int_equal(bench.subs[i]->nrtp, n);
        assert_int_equal(bench.subs[i]->bad, 0);
    }
}


static ngx_uint_t
bench_forwarded(const bench_case_t *c)
{
    ngx_uint_t  i;

    bench_deliver(BURST_MAX);

    CALLGRIND_ZERO_STATS;

    for (i = 0; i < c->turns; i++) {
        bench_turn(c->burst, 0, 0);
    }

    CALLGRIND_DUMP_STATS_AT(c->name);

    bench_deliver(BURST_MAX);

    return c->turns * c->burst * c->subscribers;
}


/* transport-wide feedback; the first one is about what was not delivered */

static ngx_uint_t
bench_feedback(const bench_case_t *c)
{
    uint64_t                          before;
    ngx_uint_t                        i, k;
    const ngx_webrtc_engine_stats_t  *stats;

    stats = ngx_webrtc_engine_stats(bench.world.engine);
    before = 0;

    for (i = 0; i < c->turns; i++) {
        bench_deliver(c->burst);

        bench.world.now += MSEC(100);
        before = stats->received;

        CALLGRIND_ZERO_STATS;

        for (k = 0; k < c->subscribers; k++) {
            client_tell_arrivals(bench.subs[k]);
        }
    }

    CALLGRIND_DUMP_STATS_AT(c->name);

    assert_int_equal(stats->received - before, c->subscribers);

    return c->subscribers;
}


/* nobody sends media for some seconds */

static ngx_uint_t
bench_idle(const bench_case_t *c)
{
    ngx_uint_t  i, k;

    CALLGRIND_ZERO_STATS;

    for (i = 0; i < c->turns; i++) {
        bench.world.now += MSEC(100);

        for (k = 0; k < c->subscribers; k++) {
            if (bench.subs[k]->checked + CONSENT <= bench.world.now) {
                client_check(bench.subs[k], 1);
            }
        }

        world_turn(&bench.world);
    }

    CALLGRIND_DUMP_STATS_AT(c->name);

    for (k = 0; k < c->subscribers; k++) {
        assert_int_equal(bench.subs[k]->ended, 0);
    }

    return c->subscribers * c->turns / 10;
}


static const bench_case_t  bench_cases[] = {
    { "50-1", 50, 1, 200, bench_forwarded },
    { "50-10", 50, 10, 20, bench_forwarded },
    { "500-1", 500, 1, 20, bench_forwarded },
    { "500-10", 500, 10, 2, bench_forwarded },
    { "feedback", 500, 10, 3, bench_feedback },
    { "idle", 500, 0, 50, bench_idle },
    { NULL, 0, 0, 0, NULL }
};


/* what figures depend on, apart from our own code */

static void
bench_platform(void)
{
    printf("build: %s, gcc %d.%d, libipsec-mb %s\n", MACHINE, __GNUC__,
           __GNUC_MINOR__, IMB_VERSION_STR);

    printf("libraries: glibc %s, OpenSSL %d.%d, Valgrind %d.%d%s\n",
           gnu_get_libc_version(), OPENSSL_version_major(),
           OPENSSL_version_minor(), __VALGRIND_MAJOR__, __VALGRIND_MINOR__,
           has_avx2() ? " with AVX2" : "");
}


int
main(int argc, char **argv)
{
    ngx_uint_t           units;
    const bench_case_t  *c;

    if (argc != 2) {
        fprintf(stderr, "usage: quick gcm|cm\n");
        return 1;
    }

    bench_platform();
    bench_init(argv[1]);

    CALLGRIND_START_INSTRUMENTATION;

    for (c = bench_cases; c->name; c++) {
        bench_subscribe(c->subscribers);

        units = c->run(c);

        printf("case: %s-%s %lu\n", argv[1], c->name, (unsigned long) units);
    }

    CALLGRIND_STOP_INSTRUMENTATION;

    world_cleanup(&bench.world);

    return 0;
}
