
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* sessions that were released, against OpenSSL and against each other */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <time.h>

#include <crypto/ngx_webrtc_dtls_internal.h>
#include <crypto/ngx_webrtc_dtls_record.h>
#include <core/ngx_webrtc_cursor.h>


#define CLIENT   0
#define SERVER   1

#define WIRE     128


typedef struct {
    ngx_webrtc_certificate_t  *cert;
    ngx_webrtc_dtls_ctx_t     *ctx;
    ngx_webrtc_dtls_t         *dtls;
    ngx_webrtc_fingerprint_t   fp;

    /* what came by the handler */
    u_char                     data[2048];
    size_t                     len;
    ngx_uint_t                 records;

    /* what it has sent: the last datagram, numbers and nonces of records */
    u_char                     sent[2048];
    size_t                     sent_len;
    ngx_uint_t                 nsent;
    uint64_t                   numbers[WIRE];
    uint64_t                   nonces[WIRE];
    ngx_uint_t                 nnumbers;

    ngx_uint_t                 lose;        /* so many that it sends after it
                                               is connected */
    ngx_uint_t                 release;     /* as soon as it is connected */
} end_t;


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
    end_t      *e;
    ngx_str_t   hash = ngx_string("sha-256");

    e = &ends[n];
    memset(e, 0, sizeof(end_t));

    e->cert = ngx_webrtc_certificate_create(time(NULL), 30);
    e->ctx = ngx_webrtc_dtls_ctx_create(e->cert);
    assert_non_null(e->ctx);

    assert_int_equal(ngx_webrtc_fingerprint_parse(&hash,
                                   ngx_webrtc_certificate_fingerprint(e->cert),
                                   &e->fp),
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
note(end_t *e, const u_char *pos, size_t len)
{
    const u_char  *last;

    e->nsent++;
    e->sent_len = len;
    memcpy(e->sent, pos, len);

    for (last = pos + len; pos < last; pos += 13 + ngx_webrtc_get16(pos + 11))
    {
        if (ngx_webrtc_get16(pos + 3) == 1) {
            assert_true(e->nnumbers < WIRE);
            e->numbers[e->nnumbers] = ngx_webrtc_get64(pos + 3);
            e->nonces[e->nnumbers++] = ngx_webrtc_get64(pos + 13);
        }
    }
}


/* until neither has anything to say */

static void
exchange(void)
{
    size_t      len;
    u_char      buf[2048];
    ngx_uint_t  n, quiet;

    for (quiet = 0, n = CLIENT; quiet < 2; n = !n) {
        quiet++;

        while ((len = ngx_webrtc_dtls_output(ends[n].dtls, buf, sizeof(buf))))
        {
            quiet = 0;
            note(&ends[n], buf, len);

            if (ends[n].lose
                && ngx_webrtc_dtls_state(ends[n].dtls)
                   == NGX_WEBRTC_DTLS_CONNECTED)
            {
                ends[n].lose--;
                continue;
            }

            (void) ngx_webrtc_dtls_input(ends[!n].dtls, buf, buf + len, now);

            if (ends[!n].release) {
                ngx_webrtc_dtls_release(ends[!n].dtls);
            }
        }
    }
}


static void
begin(void)
{
    ngx_uint_t  n;

    for (n = 0; n < 2; n++) {
        assert_int_equal(ngx_webrtc_dtls_set_fingerprints(ends[n].dtls,
                                                          &ends[!n].fp, 1),
                         NGX_OK);
        assert_int_equal(ngx_webrtc_dtls_start(ends[n].dtls, now), NGX_OK);
    }

    exchange();
}


static void
begin_with_losses(void)
{
    ngx_uint_t  i;

    begin();

    for (i = 0; i < 10; i++) {
        now += 3 * NGX_WEBRTC_SEC;
        (void) ngx_webrtc_dtls_tick(ends[CLIENT].dtls, now);
        exchange();
    }
}


static void
assert_states(ngx_webrtc_dtls_state_e state)
{
    assert_int_equal(ngx_webrtc_dtls_state(ends[CLIENT].dtls), state);
    assert_int_equal(ngx_webrtc_dtls_state(ends[SERVER].dtls), state);
}


/* "who" is a bit for each end */

static void
connect_and_release(void **state, ngx_uint_t who)
{
    ngx_uint_t  n;

    teardown(state);
    setup(state);

    for (n = 0; n < 2; n++) {
        ends[n].release = (who >> n) & 1;
    }

    begin();
    assert_states(NGX_WEBRTC_DTLS_CONNECTED);

    for (n = 0; n < 2; n++) {
        assert_int_equal(ends[n].dtls->ssl == NULL, ends[n].release);
    }
}


static void
say(ngx_uint_t n, u_char ch, size_t len)
{
    u_char      data[NGX_WEBRTC_DTLS_DATA_MAX];
    ngx_uint_t  records;

    memset(data, ch, len);
    records = ends[!n].records;

    assert_int_equal(ngx_webrtc_dtls_write(ends[n].dtls, data, data + len),
                     NGX_OK);
    exchange();

    assert_int_equal(ends[!n].records, records + 1);
    assert_int_equal(ends[!n].len, len);
    assert_memory_equal(ends[!n].data, data, len);
    assert_true(ends[n].sent_len <= NGX_WEBRTC_DTLS_MTU);
}


static void
data_pass_both_ways_whoever_was_released(void **state)
{
    size_t      len;
    ngx_uint_t  who;

    for (who = 1; who < 4; who++) {
        connect_and_release(state, who);

        for (len = 1; len <= NGX_WEBRTC_DTLS_DATA_MAX; len += 97) {
            say(CLIENT, (u_char) len, len);
            say(SERVER, (u_char) ~len, len);
        }

        say(CLIENT, 1, NGX_WEBRTC_DTLS_DATA_MAX);
        say(SERVER, 2, NGX_WEBRTC_DTLS_DATA_MAX);

        ngx_webrtc_dtls_rest(ends[CLIENT].dtls);
        ngx_webrtc_dtls_rest(ends[SERVER].dtls);

        say(SERVER, 3, 10);
        say(CLIENT, 4, 10);

        assert_states(NGX_WEBRTC_DTLS_CONNECTED);
    }
}


static void
no_number_or_nonce_comes_twice(void **state)
{
    end_t       *e;
    ngx_uint_t   i, k;

    (void) state;

    /* OpenSSL has sent both Finished several times before the release */

    ends[SERVER].lose = 3;
    begin_with_losses();
    assert_states(NGX_WEBRTC_DTLS_CONNECTED);

    ngx_webrtc_dtls_release(ends[CLIENT].dtls);
    ngx_webrtc_dtls_release(ends[SERVER].dtls);

    for (i = 0; i < 20; i++) {
        say(CLIENT, 1, 100);
        say(SERVER, 1, 100);
    }

    for (e = ends; e < ends + 2; e++) {
        assert_true(e->nnumbers > 20);

        for (i = 0; i < e->nnumbers; i++) {
            for (k = 0; k < i; k++) {
                assert_true(e->numbers[i] != e->numbers[k]);
                assert_true(e->nonces[i] != e->nonces[k]);
            }
        }
    }
}


static void
close_notify_is_said_and_understood(void **state)
{
    ngx_uint_t  who, n;

    for (who = 1; who < 4; who++) {
        for (n = 0; n < 2; n++) {
            connect_and_release(state, who);

            ngx_webrtc_dtls_close(ends[n].dtls);
            exchange();

            assert_states(NGX_WEBRTC_DTLS_CLOSED);
            assert_string_equal(ngx_webrtc_dtls_reason(ends[!n].dtls), "");
            assert_int_equal(ends[!n].sent[0], NGX_WEBRTC_DTLS_ALERT);
        }
    }
}


static void
a_fatal_alert_fails_the_session(void **state)
{
    u_char  warning[] = { 1, SSL_AD_USER_CANCELLED };
    u_char  fatal[] = { 2, SSL_AD_INTERNAL_ERROR };

    connect_and_release(state, 3);

    assert_int_equal(ngx_webrtc_dtls_own_write(ends[CLIENT].dtls,
                                               NGX_WEBRTC_DTLS_ALERT,
                                               warning, 2), NGX_OK);
    exchange();
    assert_states(NGX_WEBRTC_DTLS_CONNECTED);

    assert_int_equal(ngx_webrtc_dtls_own_write(ends[CLIENT].dtls,
                                               NGX_WEBRTC_DTLS_ALERT,
                                               fatal, 2), NGX_OK);
    exchange();
    assert_int_equal(ngx_webrtc_dtls_state(ends[SERVER].dtls),
                     NGX_WEBRTC_DTLS_FAILED);
    assert_string_equal(ngx_webrtc_dtls_reason(ends[SERVER].dtls),
                        "internal error");
}


static void
a_lost_last_flight_is_repeated(void **state)
{
    (void) state;

    ends[SERVER].release = 1;
    ends[SERVER].lose = 2;
    begin_with_losses();

    assert_int_equal(ends[SERVER].lose, 0);
    assert_null(ends[SERVER].dtls->ssl);
    assert_states(NGX_WEBRTC_DTLS_CONNECTED);

    say(CLIENT, 1, 100);
    say(SERVER, 1, 100);
}


static void
replayed_and_altered_records_are_dropped(void **state)
{
    size_t      i, len;
    u_char      buf[2048], copy[2048];
    ngx_uint_t  n;

    connect_and_release(state, 3);

    for (n = 0; n < 2; n++) {
        say(n, 7, 40);
        len = ends[n].sent_len;
        memcpy(copy, ends[n].sent, len);

        memcpy(buf, copy, len);
        assert_int_equal(ngx_webrtc_dtls_input(ends[!n].dtls, buf, buf + len,
                                               now), NGX_OK);
        assert_int_equal(ends[!n].records, 1);

        /* as if it was a new one */

        for (i = 3; i < len; i++) {
            memcpy(buf, copy, len);
            (void) ngx_webrtc_put32(buf + 7, 1000);

            assert_int_equal(ngx_webrtc_dtls_input(ends[!n].dtls, buf,
                                                   buf + len, now), NGX_OK);

            memcpy(buf, copy, len);
            buf[i] ^= 0x10;

            assert_int_equal(ngx_webrtc_dtls_input(ends[!n].dtls, buf,
                                                   buf + len, now), NGX_OK);
        }

        assert_int_equal(ends[!n].records, 1);

        say(n, 8, 40);
        say(!n, 8, 40);

        ends[!n].records = 0;
        ends[n].records = 0;
    }

    assert_states(NGX_WEBRTC_DTLS_CONNECTED);
}


static void
records_may_overtake_each_other(void **state)
{
    u_char      data[4] = { 1, 2, 3, 4 };
    u_char      held[70][256];
    size_t      len[70];
    ngx_uint_t  i;

    connect_and_release(state, 3);

    for (i = 0; i < 70; i++) {
        assert_int_equal(ngx_webrtc_dtls_write(ends[CLIENT].dtls, data,
                                               data + 4), NGX_OK);
        len[i] = ngx_webrtc_dtls_output(ends[CLIENT].dtls, held[i],
                                        sizeof(held[i]));
    }

    for (i = 70; i-- > 0; /* void */) {
        (void) ngx_webrtc_dtls_input(ends[SERVER].dtls, held[i],
                                     held[i] + len[i], now);
    }

    assert_int_equal(ends[SERVER].records, 64);
}


static void
plain_records_are_dropped(void **state)
{
    u_char      alert[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2,
                            2, 40 };
    u_char      notify[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2,
                             1, 0 };
    u_char      later[] = { 21, 0xfe, 0xfd, 0, 2, 0, 0, 0, 0, 0, 9, 0, 2,
                            1, 0 };
    ngx_uint_t  n;

    connect_and_release(state, 3);

    for (n = 0; n < 2; n++) {
        (void) ngx_webrtc_dtls_input(ends[n].dtls, alert,
                                     alert + sizeof(alert), now);
        (void) ngx_webrtc_dtls_input(ends[n].dtls, notify,
                                     notify + sizeof(notify), now);
        (void) ngx_webrtc_dtls_input(ends[n].dtls, later,
                                     later + sizeof(later), now);
    }

    assert_states(NGX_WEBRTC_DTLS_CONNECTED);
}


static void
noise_gets_no_answer(void **state)
{
    size_t      len, i;
    u_char      buf[256];
    unsigned    seed;
    ngx_uint_t  n, sent[2];

    connect_and_release(state, 3);

    sent[CLIENT] = ends[CLIENT].nsent;
    sent[SERVER] = ends[SERVER].nsent;
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
        buf[4] = 1;

        if (len >= 13) {
            (void) ngx_webrtc_put16(buf + 11, (uint32_t) (len - 13));
        }

        assert_int_equal(ngx_webrtc_dtls_input(ends[n % 2].dtls, buf,
                                               buf + len, now), NGX_OK);
    }

    exchange();

    assert_int_equal(ends[CLIENT].nsent, sent[CLIENT]);
    assert_int_equal(ends[SERVER].nsent, sent[SERVER]);
    assert_states(NGX_WEBRTC_DTLS_CONNECTED);
    say(CLIENT, 1, 1);
    say(SERVER, 1, 1);
}


static void
fingerprints_are_compared_after_the_release(void **state)
{
    ngx_webrtc_fingerprint_t  fps[2];
    ngx_webrtc_srtp_keys_t    keys;

    connect_and_release(state, 2);

    assert_int_equal(ngx_webrtc_dtls_set_fingerprints(ends[SERVER].dtls,
                                                      &ends[CLIENT].fp, 1),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_dtls_set_fingerprints(ends[SERVER].dtls,
                                                      &ends[SERVER].fp, 1),
                     NGX_DECLINED);

    fps[0] = ends[SERVER].fp;
    fps[1] = ends[CLIENT].fp;

    assert_int_equal(ngx_webrtc_dtls_set_fingerprints(ends[SERVER].dtls, fps,
                                                      2), NGX_OK);
    assert_int_equal(ngx_webrtc_dtls_set_fingerprints(ends[SERVER].dtls, fps,
                                                      0), NGX_ERROR);

    assert_int_equal(ngx_webrtc_dtls_export(ends[SERVER].dtls, &keys),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_dtls_export(ends[CLIENT].dtls, &keys),
                     NGX_OK);
    assert_states(NGX_WEBRTC_DTLS_CONNECTED);
}


static void
sessions_of_other_suites_keep_openssl(void **state)
{
    ngx_uint_t  i;

    static const char  *suites[] = { "ECDHE-ECDSA-CHACHA20-POLY1305",
                                     "ECDHE-ECDSA-AES256-GCM-SHA384" };

    for (i = 0; i < 2; i++) {
        teardown(state);
        setup(state);

        assert_int_equal(SSL_set_cipher_list(ends[CLIENT].dtls->ssl,
                                             suites[i]), 1);
        ends[CLIENT].release = 1;
        ends[SERVER].release = 1;
        begin();

        assert_states(NGX_WEBRTC_DTLS_CONNECTED);
        assert_non_null(ends[CLIENT].dtls->ssl);
        assert_non_null(ends[SERVER].dtls->ssl);

        say(CLIENT, 1, 100);
        say(SERVER, 1, 100);

        ngx_webrtc_dtls_close(ends[CLIENT].dtls);
        exchange();
        assert_states(NGX_WEBRTC_DTLS_CLOSED);
    }
}


static void
a_session_is_not_released_before_it_is_connected(void **state)
{
    (void) state;

    ngx_webrtc_dtls_release(ends[SERVER].dtls);
    assert_non_null(ends[SERVER].dtls->ssl);

    begin();
    assert_states(NGX_WEBRTC_DTLS_CONNECTED);
}


static void
renegotiation_is_refused(void **state)
{
    connect_and_release(state, 2);

    (void) SSL_clear_options(ends[CLIENT].dtls->ssl, SSL_OP_NO_RENEGOTIATION);
    (void) SSL_renegotiate(ends[CLIENT].dtls->ssl);
    (void) SSL_do_handshake(ends[CLIENT].dtls->ssl);
    ERR_clear_error();

    /* no_renegotiation, which ends it for the client */

    exchange();

    assert_int_equal(ends[SERVER].sent[0], NGX_WEBRTC_DTLS_ALERT);
    assert_int_equal(ngx_webrtc_dtls_state(ends[SERVER].dtls),
                     NGX_WEBRTC_DTLS_FAILED);
}


static void
a_full_queue_says_again_and_recovers(void **state)
{
    u_char      data[1000];
    ngx_int_t   rc;
    ngx_uint_t  n;

    connect_and_release(state, 3);
    memset(data, 1, sizeof(data));

    for (n = 0; n < 100; n++) {
        rc = ngx_webrtc_dtls_write(ends[CLIENT].dtls, data, data + 1000);

        if (rc != NGX_OK) {
            break;
        }
    }

    assert_int_equal(rc, NGX_AGAIN);
    exchange();

    assert_int_equal(ends[SERVER].records, n);
    say(CLIENT, 1, 1000);
}


int
main(void)
{
#define test(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)

    const struct CMUnitTest  tests[] = {
        test(data_pass_both_ways_whoever_was_released),
        test(no_number_or_nonce_comes_twice),
        test(close_notify_is_said_and_understood),
        test(a_fatal_alert_fails_the_session),
        test(a_lost_last_flight_is_repeated),
        test(replayed_and_altered_records_are_dropped),
        test(records_may_overtake_each_other),
        test(plain_records_are_dropped),
        test(noise_gets_no_answer),
        test(fingerprints_are_compared_after_the_release),
        test(sessions_of_other_suites_keep_openssl),
        test(a_session_is_not_released_before_it_is_connected),
        test(renegotiation_is_refused),
        test(a_full_queue_says_again_and_recovers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
