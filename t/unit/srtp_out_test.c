
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_srtp.h>

#include "srtp_peer.h"


#define ENDS  6


static void
libsrtp_reads_every_rtp_packet(void **state)
{
    int                      n;
    u_char                   pkt[2048], plain[2048];
    size_t                   len, sealed, header_len;
    srtp_t                   peer;
    ngx_uint_t               i, j;
    ngx_webrtc_srtp_out_t   *out;
    ngx_webrtc_srtp_keys_t   keys;

    (void) state;

    for (i = 0; i < 2; i++) {
        draw_keys(&keys, profiles[i]);
        out = ngx_webrtc_srtp_out_create(&keys);
        peer = peer_create(&keys, 0);
        assert_non_null(out);

        for (j = 0; j < 2000; j++) {
            len = draw_rtp(pkt, (uint32_t) (7 + j % 5), (uint16_t) (j / 5),
                           &header_len);
            memcpy(plain, pkt, len);
            memset(pkt + len, 0xee, NGX_WEBRTC_SRTP_TAG_MAX + 1);

            sealed = ngx_webrtc_srtp_protect(out, pkt, header_len, len, 0);
            assert_int_equal(sealed, len + ngx_webrtc_srtp_tag_len(out));
            assert_int_equal(pkt[sealed], 0xee);
            assert_memory_equal(pkt, plain, header_len);

            n = (int) sealed;
            assert_int_equal(srtp_unprotect(peer, pkt, &n),
                             srtp_err_status_ok);
            assert_int_equal(n, len);
            assert_memory_equal(pkt, plain, len);
        }

        srtp_dealloc(peer);
        ngx_webrtc_srtp_out_destroy(out);
    }
}


/* as a fan-out does it: back to back, for several receivers, often many */

static void
packets_protected_together_are_those_of_one_by_one(void **state)
{
    u_char                  *p, *last, *buf, *one;
    size_t                   len, sealed, header_len;
    uint32_t                 roc;
    ngx_uint_t               i, j, k, n;
    ngx_webrtc_srtp_out_t   *outs[3];
    ngx_webrtc_srtp_keys_t   keys;

    (void) state;

    buf = malloc(700 * 1500);
    one = malloc(700 * 1500);

    for (i = 0; i < 2; i++) {

        for (k = 0; k < 3; k++) {
            draw_keys(&keys, profiles[i]);
            outs[k] = ngx_webrtc_srtp_out_create(&keys);
            assert_non_null(outs[k]);
        }

        for (n = 1; n <= 700; n = n * 3 - n / 3) {
            p = buf;
            last = one;

            for (j = 0; j < n; j++) {
                len = draw_rtp(p, 7 + j % 2, (uint16_t) j, &header_len);
                roc = draw(0x10000);

                memcpy(last, p, len);

                sealed = ngx_webrtc_srtp_protect(outs[j % 3], last,
                                                 header_len, len, roc);
                assert_true(sealed > len);
                assert_int_equal(ngx_webrtc_srtp_protect_later(outs[j % 3], p,
                                                               header_len,
                                                               len, roc),
                                 sealed);

                p += sealed;
                last += sealed;
            }

            ngx_webrtc_srtp_finish();

            assert_memory_equal(buf, one, p - buf);
        }

        /* and with nothing to do */

        ngx_webrtc_srtp_finish();

        for (k = 0; k < 3; k++) {
            ngx_webrtc_srtp_out_destroy(outs[k]);
        }
    }

    free(buf);
    free(one);
}


static void
the_callers_roc_carries_over_the_wrap(void **state)
{
    int                      n;
    u_char                   pkt[2048];
    size_t                   len, header_len;
    srtp_t                   peer;
    uint32_t                 index;
    ngx_uint_t               i;
    ngx_webrtc_srtp_out_t   *out;
    ngx_webrtc_srtp_keys_t   keys;

    (void) state;

    for (i = 0; i < 2; i++) {
        draw_keys(&keys, profiles[i]);
        out = ngx_webrtc_srtp_out_create(&keys);
        peer = peer_create(&keys, 0);
        assert_non_null(out);

        for (index = 0xff00; index < 0x38000; index += 1 + draw(300)) {
            len = draw_rtp(pkt, 7, (uint16_t) index, &header_len);
            len = ngx_webrtc_srtp_protect(out, pkt, header_len, len,
                                          index >> 16);

            n = (int) len;
            assert_int_equal(srtp_unprotect(peer, pkt, &n),
                             srtp_err_status_ok);
        }

        /* a packet from before the wrap goes out with the roc of then */

        len = draw_rtp(pkt, 7, 0xffff, &header_len);
        len = ngx_webrtc_srtp_protect(out, pkt, header_len, len, 1);
        n = (int) len;
        assert_int_equal(srtp_unprotect(peer, pkt, &n),
                         srtp_err_status_replay_old);

        srtp_dealloc(peer);
        ngx_webrtc_srtp_out_destroy(out);
    }
}


static void
libsrtp_reads_every_rtcp_packet_and_the_index_grows(void **state)
{
    int                      n;
    u_char                   pkt[2048], plain[2048], *tail;
    size_t                   len, sealed;
    srtp_t                   peer;
    ngx_uint_t               i, j;
    ngx_webrtc_srtp_out_t   *out;
    ngx_webrtc_srtp_keys_t   keys;

    (void) state;

    for (i = 0; i < 2; i++) {
        draw_keys(&keys, profiles[i]);
        out = ngx_webrtc_srtp_out_create(&keys);
        peer = peer_create(&keys, 0);
        assert_non_null(out);

        for (j = 1; j < 1000; j++) {
            len = draw_rtcp(pkt, (uint32_t) (7 + j % 3));
            memcpy(plain, pkt, len);
            memset(pkt + len, 0xee, NGX_WEBRTC_SRTCP_TAG_MAX + 1);

            sealed = ngx_webrtc_srtp_protect_rtcp(out, pkt, len);
            assert_true(sealed > len);
            assert_true(sealed <= len + NGX_WEBRTC_SRTCP_TAG_MAX);
            assert_int_equal(pkt[sealed], 0xee);

            tail = pkt + sealed - ((profiles[i] == GCM) ? 4 : 14);
            assert_int_equal(ngx_webrtc_get32(tail), 0x80000000 | j);

            n = (int) sealed;
            assert_int_equal(srtp_unprotect_rtcp(peer, pkt, &n),
                             srtp_err_status_ok);
            assert_int_equal(n, len);
            assert_memory_equal(pkt, plain, len);
        }

        srtp_dealloc(peer);
        ngx_webrtc_srtp_out_destroy(out);
    }
}


static void
impossible_lengths_are_refused(void **state)
{
    u_char                   pkt[2048];
    ngx_webrtc_srtp_out_t   *out;
    ngx_webrtc_srtp_keys_t   keys;

    (void) state;

    memset(pkt, 0, sizeof(pkt));
    draw_keys(&keys, GCM);
    out = ngx_webrtc_srtp_out_create(&keys);
    assert_non_null(out);

    assert_int_equal(ngx_webrtc_srtp_protect(out, pkt, 11, 20, 0), 0);
    assert_int_equal(ngx_webrtc_srtp_protect(out, pkt, 16, 12, 0), 0);
    assert_int_equal(ngx_webrtc_srtp_protect_rtcp(out, pkt, 7), 0);

    ngx_webrtc_srtp_out_destroy(out);
}


static void
a_pair_has_both_ends_or_none(void **state)
{
    ngx_webrtc_srtp_in_t    *in;
    ngx_webrtc_srtp_out_t   *out;
    ngx_webrtc_srtp_keys_t   keys;

    (void) state;

    draw_keys(&keys, CM);
    assert_int_equal(ngx_webrtc_srtp_pair_create(&keys, &in, &out), NGX_OK);
    assert_non_null(in);
    assert_non_null(out);
    ngx_webrtc_srtp_in_destroy(in);
    ngx_webrtc_srtp_out_destroy(out);

    keys.profile = 0x0008;
    assert_int_equal(ngx_webrtc_srtp_pair_create(&keys, &in, &out),
                     NGX_ERROR);
    assert_null(in);
    assert_null(out);
}


/* as an idle peer and a busy one have it, second by second */

static void
rtcp_goes_on_after_a_rest(void **state)
{
    u_char                   pkt[256], plain[64];
    size_t                   len;
    ngx_uint_t               i, j, k;
    ngx_webrtc_srtp_in_t    *in;
    ngx_webrtc_srtp_out_t   *out;
    ngx_webrtc_srtp_keys_t   keys;

    (void) state;

    for (i = 0; i < 2; i++) {
        draw_keys(&keys, profiles[i]);
        out = ngx_webrtc_srtp_out_create(&keys);

        memcpy(keys.remote_key, keys.local_key, NGX_WEBRTC_SRTP_KEY_LEN);
        memcpy(keys.remote_salt, keys.local_salt, NGX_WEBRTC_SRTP_SALT_LEN);
        in = ngx_webrtc_srtp_in_create(&keys);

        assert_non_null(in);
        assert_non_null(out);

        for (j = 0; j < 30; j++) {
            ngx_webrtc_srtp_in_rest(in);
            ngx_webrtc_srtp_out_rest(out);

            for (k = 0; k < j % 8; k++) {
                memset(plain, (int) (j * 8 + k), sizeof(plain));
                plain[0] = 0x80;
                plain[1] = 201;
                memset(plain + 4, 5, 4);
                memcpy(pkt, plain, sizeof(plain));

                len = ngx_webrtc_srtp_protect_rtcp(out, pkt, sizeof(plain));
                assert_true(len > sizeof(plain));

                assert_int_equal(ngx_webrtc_srtp_unprotect_rtcp(in, pkt,
                                                                &len),
                                 NGX_OK);
                assert_int_equal(len, sizeof(plain));
                assert_memory_equal(pkt, plain, sizeof(plain));
            }
        }

        ngx_webrtc_srtp_in_destroy(in);
        ngx_webrtc_srtp_out_destroy(out);
    }
}


/* what comes alone is done with one cipher for all, keyed for each packet */

static void
rtcp_of_many_who_send_rarely_is_not_mixed_up(void **state)
{
    u_char                   pkt[256], other[256], plain[64];
    size_t                   len, other_len;
    ngx_uint_t               i, j, k;
    ngx_webrtc_srtp_in_t    *in[ENDS];
    ngx_webrtc_srtp_out_t   *out[ENDS];
    ngx_webrtc_srtp_keys_t   keys;

    (void) state;

    for (i = 0; i < ENDS; i++) {
        draw_keys(&keys, profiles[i % 2]);
        out[i] = ngx_webrtc_srtp_out_create(&keys);

        memcpy(keys.remote_key, keys.local_key, NGX_WEBRTC_SRTP_KEY_LEN);
        memcpy(keys.remote_salt, keys.local_salt, NGX_WEBRTC_SRTP_SALT_LEN);
        in[i] = ngx_webrtc_srtp_in_create(&keys);

        assert_non_null(in[i]);
        assert_non_null(out[i]);
    }

    memset(plain, 7, sizeof(plain));
    plain[0] = 0x80;
    plain[1] = 201;

    for (j = 0; j < 20 * ENDS; j++) {
        i = draw(ENDS);
        k = (i + 2) % ENDS;

        memset(plain + 4, (int) i, 4);

        ngx_webrtc_srtp_out_rest(out[i]);
        ngx_webrtc_srtp_in_rest(in[i]);
        ngx_webrtc_srtp_in_rest(in[k]);

        memcpy(pkt, plain, sizeof(plain));
        len = ngx_webrtc_srtp_protect_rtcp(out[i], pkt, sizeof(plain));
        assert_true(len > sizeof(plain));

        /* another client of the same profile can do nothing with it */

        memcpy(other, pkt, len);
        other_len = len;
        assert_int_equal(ngx_webrtc_srtp_unprotect_rtcp(in[k], other,
                                                        &other_len),
                         NGX_ERROR);

        assert_int_equal(ngx_webrtc_srtp_unprotect_rtcp(in[i], pkt, &len),
                         NGX_OK);
        assert_int_equal(len, sizeof(plain));
        assert_memory_equal(pkt, plain, sizeof(plain));
    }

    for (i = 0; i < ENDS; i++) {
        ngx_webrtc_srtp_in_destroy(in[i]);
        ngx_webrtc_srtp_out_destroy(out[i]);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(libsrtp_reads_every_rtp_packet),
        cmocka_unit_test(packets_protected_together_are_those_of_one_by_one),
        cmocka_unit_test(the_callers_roc_carries_over_the_wrap),
        cmocka_unit_test(libsrtp_reads_every_rtcp_packet_and_the_index_grows),
        cmocka_unit_test(impossible_lengths_are_refused),
        cmocka_unit_test(a_pair_has_both_ends_or_none),
        cmocka_unit_test(rtcp_goes_on_after_a_rest),
        cmocka_unit_test(rtcp_of_many_who_send_rarely_is_not_mixed_up),
    };

    return cmocka_run_group_tests(tests, srtp_setup, srtp_teardown);
}
