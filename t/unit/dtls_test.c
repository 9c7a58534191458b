
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include <openssl/err.h>
#include <openssl/srtp.h>
#include <openssl/ssl.h>

#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_cursor.h>
#include <crypto/ngx_webrtc_dtls.h>
#include <crypto/ngx_webrtc_dtls_bio.h>


#define CLIENT   0
#define SERVER   1

#define WIRE     64


typedef struct {
    ngx_webrtc_certificate_t  *cert;
    ngx_webrtc_dtls_ctx_t     *ctx;
    ngx_webrtc_dtls_t         *dtls;
    ngx_webrtc_fingerprint_t   fp;

    /* what came by the handler */
    u_char                     data[4096];
    size_t                     len;
    ngx_uint_t                 records;

    /* sent datagrams whose bit is set are lost on the way */
    uint64_t                   lose;
    ngx_uint_t                 sent;
    size_t                     longest;

    /* plain records already sent in its name */
    uint32_t                   forged;
} end_t;


typedef struct {
    u_char                     data[2048];
    size_t                     len;
    ngx_uint_t                 to;
} datagram_t;


static end_t              ends[2];
static ngx_webrtc_usec_t  now;


static void
receive(void *data, u_char *pos, u_char *last)
{
    end_t  *e;

    e = data;

    assert_true((size_t) (last - pos) <= sizeof(e->data));
    memcpy(e->data, pos, last - pos);
    e->len = last - pos;
    e->records++;
}


static void
end_create(ngx_uint_t n)
{
    end_t            *e;
    ngx_str_t         hash = ngx_string("sha-256");
    const ngx_str_t  *text;

    e = &ends[n];
    memset(e, 0, sizeof(end_t));

    e->cert = ngx_webrtc_certificate_create(time(NULL), 30);
    assert_non_null(e->cert);

    e->ctx = ngx_webrtc_dtls_ctx_create(e->cert);
    assert_non_null(e->ctx);

    text = ngx_webrtc_certificate_fingerprint(e->cert);
    assert_int_equal(ngx_webrtc_fingerprint_parse(&hash, text, &e->fp),
                     NGX_OK);

    e->dtls = ngx_webrtc_dtls_create(e->ctx,
                                     n == CLIENT ? NGX_WEBRTC_DTLS_CLIENT
                                                 : NGX_WEBRTC_DTLS_SERVER);
    assert_non_null(e->dtls);

    ngx_webrtc_dtls_set_handler(e->dtls, receive, e);
}


static int
setup(void **state)
{
    (void) state;

    now = 1000 * NGX_WEBRTC_SEC;

    end_create(CLIENT);
    end_create(SERVER);

    return 0;
}


static int
teardown(void **state)
{
    ngx_uint_t  n;

    (void) state;

    for (n = 0; n < 2; n++) {
        ngx_webrtc_dtls_destroy(ends[n].dtls);
        ngx_webrtc_dtls_ctx_destroy(ends[n].ctx);
        ngx_webrtc_certificate_destroy(ends[n].cert);
    }

    assert_int_equal(ERR_peek_error(), 0);

    return 0;
}


static void
trust(ngx_uint_t n)
{
    assert_int_equal(ngx_webrtc_dtls_set_fingerprints(ends[n].dtls,
                                                      &ends[!n].fp, 1),
                     NGX_OK);
}


/* counts on from the records that were sent in the end's name */

static void
renumber(end_t *e, u_char *pos, u_char *last)
{
    while (pos < last) {
        if (ngx_webrtc_get16(pos + 3) == 0) {
            (void) ngx_webrtc_put32(pos + 7,
                                    ngx_webrtc_get32(pos + 7) + e->forged);
        }

        pos += 13 + ngx_webrtc_get16(pos + 11);
    }
}


/* moves what both ends have to send until neither has any more */

static void
exchange(void)
{
    u_char       buf[2048];
    size_t       len;
    ngx_uint_t   n, head, tail;
    datagram_t  *wire;

    wire = malloc(WIRE * sizeof(datagram_t));
    assert_non_null(wire);

    head = 0;
    tail = 0;

    for ( ;; ) {
        for (n = 0; n < 2; n++) {
            while ((len = ngx_webrtc_dtls_output(ends[n].dtls, buf,
                                                 sizeof(buf))))
            {
                ends[n].longest = ngx_max(ends[n].longest, len);

                if (ends[n].lose & (1ULL << ends[n].sent++)) {
                    continue;
                }

                renumber(&ends[n], buf, buf + len);

                assert_true(tail < WIRE);
                memcpy(wire[tail].data, buf, len);
                wire[tail].len = len;
                wire[tail++].to = !n;
            }
        }

        if (head == tail) {
            break;
        }

        (void) ngx_webrtc_dtls_input(ends[wire[head].to].dtls,
                                     wire[head].data,
                                     wire[head].data + wire[head].len, now);
        head++;
    }

    free(wire);
}


/* lets time pass until both are settled; returns how long it took */

static ngx_webrtc_usec_t
settle(void)
{
    ngx_uint_t         i, n;
    ngx_webrtc_usec_t  start, next;

    start = now;
    exchange();

    for (i = 0; i < 100; i++) {
        next = ngx_webrtc_dtls_expires(ends[CLIENT].dtls);

        if (ngx_webrtc_dtls_expires(ends[SERVER].dtls) < next) {
            next = ngx_webrtc_dtls_expires(ends[SERVER].dtls);
        }

        if (next == NGX_WEBRTC_NEVER) {
            break;
        }

        assert_true(next > now);
        now = next;

        for (n = 0; n < 2; n++) {
            if (ngx_webrtc_dtls_expires(ends[n].dtls) <= now) {
                (void) ngx_webrtc_dtls_tick(ends[n].dtls, now);
            }
        }

        exchange();
    }

    return now - start;
}


static void
start(void)
{
    ngx_uint_t  n;

    for (n = 0; n < 2; n++) {
        assert_int_equal(ngx_webrtc_dtls_start(ends[n].dtls, now), NGX_OK);
    }
}


static void
assert_connected(void)
{
    ngx_uint_t  n;

    for (n = 0; n < 2; n++) {
        assert_string_equal(ngx_webrtc_dtls_reason(ends[n].dtls), "");
        assert_int_equal(ngx_webrtc_dtls_state(ends[n].dtls),
                         NGX_WEBRTC_DTLS_CONNECTED);
        assert_true(ngx_webrtc_dtls_expires(ends[n].dtls)
                    == NGX_WEBRTC_NEVER);
        assert_true(ends[n].longest <= NGX_WEBRTC_DTLS_MTU);
    }
}


static void
connect_both(void)
{
    trust(CLIENT);
    trust(SERVER);
    start();
    exchange();
    assert_connected();
}


static void
assert_no_keys(ngx_uint_t n)
{
    u_char                  data[1] = { 0 };
    ngx_webrtc_srtp_keys_t  keys;

    assert_int_equal(ngx_webrtc_dtls_export(ends[n].dtls, &keys),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_dtls_write(ends[n].dtls, data, data + 1),
                     NGX_DECLINED);
    assert_int_equal(ends[n].records, 0);
}


static void
both_ends_connect_and_derive_the_same_keys(void **state)
{
    ngx_webrtc_srtp_keys_t  c, s;

    (void) state;

    connect_both();

    assert_int_equal(ngx_webrtc_dtls_export(ends[CLIENT].dtls, &c), NGX_OK);
    assert_int_equal(ngx_webrtc_dtls_export(ends[SERVER].dtls, &s), NGX_OK);

    assert_int_equal(c.profile, NGX_WEBRTC_SRTP_AEAD_AES_128_GCM);
    assert_int_equal(s.profile, NGX_WEBRTC_SRTP_AEAD_AES_128_GCM);

    assert_memory_equal(c.local_key, s.remote_key, 16);
    assert_memory_equal(c.remote_key, s.local_key, 16);
    assert_memory_equal(c.local_salt, s.remote_salt, 14);
    assert_memory_equal(c.remote_salt, s.local_salt, 14);
    assert_memory_not_equal(c.local_key, c.remote_key, 16);
}


static void
the_loss_of_any_datagram_is_repaired_by_timers(void **state)
{
    uint64_t    i;
    ngx_uint_t  n;

    for (n = 0; n < 2; n++) {
        for (i = 0; i < 4; i++) {
            teardown(state);
            setup(state);

            trust(CLIENT);
            trust(SERVER);
            ends[n].lose = 1ULL << i;

            start();
            assert_true(settle() <= NGX_WEBRTC_SEC);
            assert_connected();
        }
    }
}


static void
heavy_loss_only_takes_longer(void **state)
{
    (void) state;

    trust(CLIENT);
    trust(SERVER);
    ends[CLIENT].lose = 0x2d;
    ends[SERVER].lose = 0x0b;

    start();
    assert_true(settle() < NGX_WEBRTC_DTLS_TIMEOUT);
    assert_connected();
}


static void
a_silent_peer_times_out(void **state)
{
    (void) state;

    trust(CLIENT);
    trust(SERVER);
    ends[CLIENT].lose = (uint64_t) -1;

    start();
    assert_true(settle() <= NGX_WEBRTC_DTLS_TIMEOUT);

    assert_int_equal(ngx_webrtc_dtls_state(ends[CLIENT].dtls),
                     NGX_WEBRTC_DTLS_FAILED);
    assert_int_equal(ngx_webrtc_dtls_state(ends[SERVER].dtls),
                     NGX_WEBRTC_DTLS_FAILED);
    assert_string_equal(ngx_webrtc_dtls_reason(ends[SERVER].dtls),
                        "handshake timed out");
    assert_true(ends[CLIENT].sent >= 8 && ends[CLIENT].sent < 30);
    assert_no_keys(CLIENT);
    assert_no_keys(SERVER);
}


static void
a_wrong_fingerprint_fails_both_ends(void **state)
{
    ngx_uint_t  n;

    for (n = 0; n < 2; n++) {
        teardown(state);
        setup(state);

        trust(!n);

        ends[!n].fp.data[31] ^= 1;
        trust(n);

        start();
        (void) settle();

        assert_int_equal(ngx_webrtc_dtls_state(ends[n].dtls),
                         NGX_WEBRTC_DTLS_FAILED);
        assert_string_equal(ngx_webrtc_dtls_reason(ends[n].dtls),
                            "wrong certificate fingerprint");
        assert_int_equal(ngx_webrtc_dtls_state(ends[!n].dtls),
                         NGX_WEBRTC_DTLS_FAILED);
        assert_non_null(strstr(ngx_webrtc_dtls_reason(ends[!n].dtls),
                               "bad certificate"));
        assert_no_keys(CLIENT);
        assert_no_keys(SERVER);
    }
}


static void
late_fingerprints_hold_the_session_back(void **state)
{
    u_char                  data[] = "early";
    ngx_webrtc_srtp_keys_t  keys;

    (void) state;

    trust(CLIENT);
    start();
    exchange();

    assert_int_equal(ngx_webrtc_dtls_state(ends[CLIENT].dtls),
                     NGX_WEBRTC_DTLS_CONNECTED);
    assert_int_equal(ngx_webrtc_dtls_state(ends[SERVER].dtls),
                     NGX_WEBRTC_DTLS_HANDSHAKING);
    assert_no_keys(SERVER);

    assert_int_equal(ngx_webrtc_dtls_write(ends[CLIENT].dtls, data, data + 5),
                     NGX_OK);
    exchange();
    assert_int_equal(ends[SERVER].records, 0);

    trust(SERVER);
    assert_connected();
    assert_int_equal(ngx_webrtc_dtls_export(ends[SERVER].dtls, &keys),
                     NGX_OK);

    assert_int_equal(ngx_webrtc_dtls_write(ends[CLIENT].dtls, data, data + 5),
                     NGX_OK);
    exchange();
    assert_int_equal(ends[SERVER].records, 1);
}


static void
late_fingerprints_that_do_not_match_fail_the_session(void **state)
{
    (void) state;

    trust(CLIENT);
    start();
    exchange();

    ends[CLIENT].fp.data[0] ^= 1;
    assert_int_equal(ngx_webrtc_dtls_set_fingerprints(ends[SERVER].dtls,
                                                      &ends[CLIENT].fp, 1),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_dtls_state(ends[SERVER].dtls),
                     NGX_WEBRTC_DTLS_FAILED);
    assert_no_keys(SERVER);

    exchange();
    assert_int_equal(ngx_webrtc_dtls_state(ends[CLIENT].dtls),
                     NGX_WEBRTC_DTLS_CLOSED);
}


static void
an_established_session_survives_other_fingerprints(void **state)
{
    (void) state;

    connect_both();

    ends[CLIENT].fp.data[0] ^= 1;
    assert_int_equal(ngx_webrtc_dtls_set_fingerprints(ends[SERVER].dtls,
                                                      &ends[CLIENT].fp, 1),
                     NGX_DECLINED);
    assert_connected();

    ends[CLIENT].fp.data[0] ^= 1;
    trust(SERVER);
    assert_connected();

    assert_int_equal(ngx_webrtc_dtls_set_fingerprints(ends[SERVER].dtls,
                                                      &ends[CLIENT].fp, 0),
                     NGX_ERROR);
    assert_int_equal(ngx_webrtc_dtls_set_fingerprints(
                         ends[SERVER].dtls, &ends[CLIENT].fp,
                         NGX_WEBRTC_DTLS_FINGERPRINTS_MAX + 1),
                     NGX_ERROR);
}


/* a ClientHello cut into handshake fragments of "size", a datagram each */

static void
send_fragments(u_char *hello, size_t len, size_t size, ngx_uint_t backwards)
{
    u_char      *body, *p, buf[256];
    size_t       total, offset, n;
    ngx_uint_t   i, count;

    assert_int_equal(hello[0], 22);
    assert_int_equal(hello[13], 1);

    total = ngx_webrtc_get24(hello + 14);
    body = hello + 25;
    assert_int_equal(len, 25 + total);

    count = (total + size - 1) / size;
    ends[CLIENT].forged = (uint32_t) count;

    for (i = 0; i < count; i++) {
        offset = (backwards ? count - 1 - i : i) * size;
        n = ngx_min(size, total - offset);

        /* type, version, epoch, the upper half of the sequence number */

        p = ngx_cpymem(buf, hello, 5);
        p = ngx_webrtc_put16(p, 0);
        p = ngx_webrtc_put32(p, (uint32_t) i);
        p = ngx_webrtc_put16(p, (uint32_t) (12 + n));

        p = ngx_cpymem(p, hello + 13, 6);
        p = ngx_webrtc_put24(p, (uint32_t) offset);
        p = ngx_webrtc_put24(p, (uint32_t) n);
        p = ngx_cpymem(p, body + offset, n);

        assert_int_equal(ngx_webrtc_dtls_input(ends[SERVER].dtls, buf, p,
                                               now),
                         NGX_OK);
    }
}


static void
a_client_hello_in_fragments_is_put_together(void **state)
{
    u_char      hello[2048];
    size_t      len;
    ngx_uint_t  i;

    static const size_t  sizes[] = { 100, 100, 1, 1 };

    for (i = 0; i < 4; i++) {
        teardown(state);
        setup(state);

        trust(CLIENT);
        trust(SERVER);
        start();

        len = ngx_webrtc_dtls_output(ends[CLIENT].dtls, hello, sizeof(hello));
        assert_true(len > 0);

        send_fragments(hello, len, sizes[i], i % 2);
        exchange();
        assert_connected();
    }
}


static void
application_data_passes_both_ways(void **state)
{
    u_char      data[NGX_WEBRTC_DTLS_DATA_MAX + 1];
    ngx_uint_t  n;

    (void) state;

    memset(data, 'x', sizeof(data));
    connect_both();

    for (n = 0; n < 2; n++) {
        assert_int_equal(ngx_webrtc_dtls_write(ends[n].dtls, data,
                                           data + NGX_WEBRTC_DTLS_DATA_MAX),
                         NGX_OK);
        exchange();
        assert_int_equal(ends[!n].records, 1);
        assert_int_equal(ends[!n].len, NGX_WEBRTC_DTLS_DATA_MAX);
        assert_memory_equal(ends[!n].data, data, ends[!n].len);
        assert_int_equal(ends[n].longest, NGX_WEBRTC_DTLS_MTU);

        assert_int_equal(ngx_webrtc_dtls_write(ends[n].dtls, data,
                                               data + sizeof(data)),
                         NGX_ERROR);
        assert_int_equal(ngx_webrtc_dtls_write(ends[n].dtls, data, data),
                         NGX_ERROR);
    }

    assert_connected();
}


static void
a_session_that_rested_goes_on(void **state)
{
    u_char      data[100];
    ngx_uint_t  i, n;

    (void) state;

    memset(data, 'x', sizeof(data));

    /* before the handshake there is nothing to give back */

    ngx_webrtc_dtls_rest(ends[SERVER].dtls);
    connect_both();

    for (i = 1; i <= 3; i++) {
        for (n = 0; n < 2; n++) {
            ngx_webrtc_dtls_rest(ends[CLIENT].dtls);
            ngx_webrtc_dtls_rest(ends[SERVER].dtls);

            assert_int_equal(ngx_webrtc_dtls_write(ends[n].dtls, data,
                                                   data + sizeof(data)),
                             NGX_OK);

            /* what has not left is kept */

            ngx_webrtc_dtls_rest(ends[n].dtls);
            exchange();
            assert_int_equal(ends[!n].records, i);
        }
    }

    assert_connected();
}


static void
a_full_queue_says_again_and_recovers(void **state)
{
    u_char      data[1000];
    ngx_int_t   rc;
    ngx_uint_t  i;

    (void) state;

    memset(data, 'x', sizeof(data));
    connect_both();

    for (i = 0; i < 100; i++) {
        rc = ngx_webrtc_dtls_write(ends[CLIENT].dtls, data,
                                   data + sizeof(data));
        if (rc != NGX_OK) {
            break;
        }
    }

    assert_int_equal(rc, NGX_AGAIN);
    assert_in_range(i, 20, 40);

    exchange();
    assert_int_equal(ends[SERVER].records, i);

    assert_int_equal(ngx_webrtc_dtls_write(ends[CLIENT].dtls, data,
                                           data + sizeof(data)),
                     NGX_OK);
}


static void
replayed_and_altered_records_are_dropped(void **state)
{
    u_char  data[] = "data", buf[2048], copy[2048];
    size_t  len;

    (void) state;

    connect_both();

    assert_int_equal(ngx_webrtc_dtls_write(ends[CLIENT].dtls, data, data + 4),
                     NGX_OK);
    len = ngx_webrtc_dtls_output(ends[CLIENT].dtls, buf, sizeof(buf));

    memcpy(copy, buf, len);
    copy[len - 1] ^= 1;
    assert_int_equal(ngx_webrtc_dtls_input(ends[SERVER].dtls, copy,
                                           copy + len, now), NGX_OK);
    assert_int_equal(ends[SERVER].records, 0);

    memcpy(copy, buf, len);
    assert_int_equal(ngx_webrtc_dtls_input(ends[SERVER].dtls, copy,
                                           copy + len, now), NGX_OK);
    assert_int_equal(ends[SERVER].records, 1);

    memcpy(copy, buf, len);
    assert_int_equal(ngx_webrtc_dtls_input(ends[SERVER].dtls, copy,
                                           copy + len, now), NGX_OK);
    assert_int_equal(ends[SERVER].records, 1);

    assert_connected();
}


static void
plain_application_data_is_dropped(void **state)
{
    u_char  plain[] = { 23, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 99, 0, 4,
                        'd', 'a', 't', 'a' };

    (void) state;

    trust(CLIENT);
    trust(SERVER);
    start();

    assert_int_equal(ngx_webrtc_dtls_input(ends[SERVER].dtls, plain,
                                           plain + sizeof(plain), now),
                     NGX_OK);
    exchange();
    assert_connected();

    assert_int_equal(ngx_webrtc_dtls_input(ends[SERVER].dtls, plain,
                                           plain + sizeof(plain), now),
                     NGX_OK);
    assert_int_equal(ends[SERVER].records, 0);
    assert_connected();
}


static void
forged_plain_messages_do_not_end_the_handshake(void **state)
{
    u_char  huge[] = { 22, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 13,
                       1, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0 };

    (void) state;

    trust(CLIENT);
    trust(SERVER);
    start();

    assert_int_equal(ngx_webrtc_dtls_input(ends[SERVER].dtls, huge,
                                           huge + sizeof(huge), now),
                     NGX_OK);
    exchange();
    assert_connected();
}


static void
close_notify_closes_the_other_end(void **state)
{
    u_char  data[] = "data";

    (void) state;

    connect_both();

    ngx_webrtc_dtls_close(ends[SERVER].dtls);
    assert_int_equal(ngx_webrtc_dtls_state(ends[SERVER].dtls),
                     NGX_WEBRTC_DTLS_CLOSED);
    exchange();
    assert_int_equal(ngx_webrtc_dtls_state(ends[CLIENT].dtls),
                     NGX_WEBRTC_DTLS_CLOSED);

    assert_int_equal(ngx_webrtc_dtls_write(ends[CLIENT].dtls, data, data + 4),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_dtls_input(ends[CLIENT].dtls, data, data + 4,
                                           now),
                     NGX_ERROR);
    assert_string_equal(ngx_webrtc_dtls_reason(ends[CLIENT].dtls), "");
}


/* an OpenSSL client of other habits, over the same kind of queue */

typedef struct {
    SSL_CTX               *ssl_ctx;
    SSL                   *ssl;
    ngx_webrtc_dtls_io_t   io;
    void                  *method;
} stranger_t;


static int
accept_any(X509_STORE_CTX *store, void *data)
{
    (void) store;
    (void) data;

    return 1;
}


static void
stranger_create(stranger_t *s, const char *srtp, int version)
{
    BIO  *bio;

    memset(s, 0, sizeof(stranger_t));

    s->ssl_ctx = SSL_CTX_new(DTLS_method());
    assert_non_null(s->ssl_ctx);

    SSL_CTX_set_security_level(s->ssl_ctx, 0);
    assert_int_equal(SSL_CTX_set_min_proto_version(s->ssl_ctx, version), 1);
    assert_int_equal(SSL_CTX_set_max_proto_version(s->ssl_ctx, version), 1);
    SSL_CTX_set_cert_verify_callback(s->ssl_ctx, accept_any, NULL);
    assert_int_equal(ngx_webrtc_certificate_install(ends[CLIENT].cert,
                                                    s->ssl_ctx),
                     NGX_OK);

    if (srtp) {
        assert_int_equal(SSL_CTX_set_tlsext_use_srtp(s->ssl_ctx, srtp), 0);
    }

    s->method = ngx_webrtc_dtls_bio_method_create();
    s->ssl = SSL_new(s->ssl_ctx);
    bio = ngx_webrtc_dtls_bio_create(s->method, &s->io);
    assert_non_null(bio);

    SSL_set_bio(s->ssl, bio, bio);
    SSL_set_options(s->ssl, SSL_OP_NO_QUERY_MTU);
    SSL_set_mtu(s->ssl, 1200);
    SSL_set_connect_state(s->ssl);
}


static void
stranger_talk(stranger_t *s)
{
    u_char      buf[2048];
    size_t      len;
    ngx_uint_t  i;

    assert_int_equal(ngx_webrtc_dtls_start(ends[SERVER].dtls, now), NGX_OK);
    (void) SSL_do_handshake(s->ssl);

    for (i = 0; i < 10; i++) {
        while ((len = ngx_webrtc_dtls_io_get(&s->io, buf, sizeof(buf)))) {
            (void) ngx_webrtc_dtls_input(ends[SERVER].dtls, buf, buf + len,
                                         now);
        }

        while ((len = ngx_webrtc_dtls_output(ends[SERVER].dtls, buf,
                                             sizeof(buf))))
        {
            s->io.pos = buf;
            s->io.last = buf + len;
            (void) SSL_do_handshake(s->ssl);
        }
    }

    ERR_clear_error();
}


static void
stranger_destroy(stranger_t *s)
{
    SSL_free(s->ssl);
    SSL_CTX_free(s->ssl_ctx);
    ngx_webrtc_dtls_bio_method_destroy(s->method);
    ngx_webrtc_dtls_io_free(&s->io);
}


static void
gcm_128_wins_although_browsers_list_it_last(void **state)
{
    stranger_t              s;
    ngx_webrtc_srtp_keys_t  keys;

    (void) state;

    trust(SERVER);
    stranger_create(&s, "SRTP_AES128_CM_SHA1_80:SRTP_AEAD_AES_256_GCM:"
                        "SRTP_AEAD_AES_128_GCM", DTLS1_2_VERSION);
    stranger_talk(&s);

    assert_int_equal(ngx_webrtc_dtls_state(ends[SERVER].dtls),
                     NGX_WEBRTC_DTLS_CONNECTED);
    assert_int_equal(ngx_webrtc_dtls_export(ends[SERVER].dtls, &keys),
                     NGX_OK);
    assert_int_equal(keys.profile, NGX_WEBRTC_SRTP_AEAD_AES_128_GCM);
    assert_int_equal(SSL_get_selected_srtp_profile(s.ssl)->id,
                     SRTP_AEAD_AES_128_GCM);
    assert_int_equal(SSL_get_negotiated_group(s.ssl), NID_X25519);

    stranger_destroy(&s);
}


static void
aes_cm_alone_is_enough(void **state)
{
    u_char                  material[60];
    stranger_t              s;
    ngx_webrtc_srtp_keys_t  keys;

    (void) state;

    trust(SERVER);
    stranger_create(&s, "SRTP_AES128_CM_SHA1_80", DTLS1_2_VERSION);
    stranger_talk(&s);

    assert_int_equal(ngx_webrtc_dtls_export(ends[SERVER].dtls, &keys),
                     NGX_OK);
    assert_int_equal(keys.profile, NGX_WEBRTC_SRTP_AES128_CM_SHA1_80);

    /* client key, server key, client salt, server salt */

    assert_int_equal(SSL_export_keying_material(s.ssl, material, 60,
                                                "EXTRACTOR-dtls_srtp", 19,
                                                NULL, 0, 0), 1);
    assert_memory_equal(keys.remote_key, material, 16);
    assert_memory_equal(keys.local_key, material + 16, 16);
    assert_memory_equal(keys.remote_salt, material + 32, 14);
    assert_memory_equal(keys.local_salt, material + 46, 14);

    stranger_destroy(&s);
}


static void
a_peer_without_a_common_srtp_profile_fails(void **state)
{
    stranger_t   s;
    ngx_uint_t   i;

    static const char  *offers[] = { NULL, "SRTP_AEAD_AES_256_GCM",
                                     "SRTP_AES128_CM_SHA1_32" };

    for (i = 0; i < 3; i++) {
        teardown(state);
        setup(state);

        trust(SERVER);
        stranger_create(&s, offers[i], DTLS1_2_VERSION);
        stranger_talk(&s);

        assert_int_equal(ngx_webrtc_dtls_state(ends[SERVER].dtls),
                         NGX_WEBRTC_DTLS_FAILED);
        assert_string_equal(ngx_webrtc_dtls_reason(ends[SERVER].dtls),
                            "no SRTP profile in common");
        assert_no_keys(SERVER);

        stranger_destroy(&s);
    }
}


static void
dtls_1_0_is_refused(void **state)
{
    stranger_t  s;

    (void) state;

    trust(SERVER);
    stranger_create(&s, "SRTP_AEAD_AES_128_GCM", DTLS1_VERSION);
    stranger_talk(&s);

    assert_int_equal(ngx_webrtc_dtls_state(ends[SERVER].dtls),
                     NGX_WEBRTC_DTLS_FAILED);
    assert_string_equal(ngx_webrtc_dtls_reason(ends[SERVER].dtls),
                        "unsupported protocol");
    assert_no_keys(SERVER);

    stranger_destroy(&s);
}


static void
renegotiation_is_refused(void **state)
{
    u_char      buf[2048];
    size_t      len;
    stranger_t  s;

    (void) state;

    trust(SERVER);
    stranger_create(&s, "SRTP_AEAD_AES_128_GCM", DTLS1_2_VERSION);
    stranger_talk(&s);
    assert_int_equal(SSL_is_init_finished(s.ssl), 1);

    (void) SSL_renegotiate(s.ssl);
    (void) SSL_do_handshake(s.ssl);

    len = ngx_webrtc_dtls_io_get(&s.io, buf, sizeof(buf));
    assert_true(len > 0);
    assert_int_equal(ngx_webrtc_dtls_input(ends[SERVER].dtls, buf, buf + len,
                                           now),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_dtls_state(ends[SERVER].dtls),
                     NGX_WEBRTC_DTLS_CONNECTED);

    /* the answer is an alert (no_renegotiation), not a ServerHello */

    len = ngx_webrtc_dtls_output(ends[SERVER].dtls, buf, sizeof(buf));
    assert_true(len > 0);
    assert_int_equal(buf[0], 21);

    ERR_clear_error();
    stranger_destroy(&s);
}


static void
noise_does_not_hinder_the_handshake(void **state)
{
    size_t      len, i;
    u_char      buf[256];
    unsigned    seed;
    ngx_uint_t  n;

    (void) state;

    trust(CLIENT);
    trust(SERVER);
    start();

    seed = 1;

    for (n = 0; n < 20000; n++) {
        for (i = 0; i < sizeof(buf); i++) {
            seed = seed * 1664525 + 1013904223;
            buf[i] = (u_char) (seed >> 24);
        }

        len = buf[0] % 120;
        buf[0] = (u_char) (20 + buf[1] % 4);
        buf[1] = 0xfe;
        buf[2] = 0xfd;
        buf[3] = 0;

        /* every epoch but the plain one: that noise OpenSSL believes */

        buf[4] = (u_char) (1 + buf[4] % 3);

        if (len >= 13) {
            (void) ngx_webrtc_put16(buf + 11, (uint32_t) (len - 13));
        }

        assert_int_equal(ngx_webrtc_dtls_input(ends[n % 2].dtls, buf,
                                               buf + len, now), NGX_OK);
    }

    exchange();
    assert_connected();
}


int
main(void)
{
#define test(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)

    const struct CMUnitTest  tests[] = {
        test(both_ends_connect_and_derive_the_same_keys),
        test(the_loss_of_any_datagram_is_repaired_by_timers),
        test(heavy_loss_only_takes_longer),
        test(a_silent_peer_times_out),
        test(a_wrong_fingerprint_fails_both_ends),
        test(late_fingerprints_hold_the_session_back),
        test(late_fingerprints_that_do_not_match_fail_the_session),
        test(an_established_session_survives_other_fingerprints),
        test(a_client_hello_in_fragments_is_put_together),
        test(application_data_passes_both_ways),
        test(a_session_that_rested_goes_on),
        test(a_full_queue_says_again_and_recovers),
        test(replayed_and_altered_records_are_dropped),
        test(plain_application_data_is_dropped),
        test(forged_plain_messages_do_not_end_the_handshake),
        test(close_notify_closes_the_other_end),
        test(gcm_128_wins_although_browsers_list_it_last),
        test(aes_cm_alone_is_enough),
        test(a_peer_without_a_common_srtp_profile_fails),
        test(dtls_1_0_is_refused),
        test(renegotiation_is_refused),
        test(noise_does_not_hinder_the_handshake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
