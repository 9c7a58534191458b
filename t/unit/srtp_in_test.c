
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

#include "hostile.h"
#include "srtp_peer.h"


typedef struct {
    ngx_webrtc_srtp_keys_t   keys;
    ngx_webrtc_srtp_in_t    *in;
    srtp_t                   peer;
} fixture_t;


static ngx_webrtc_srtp_in_t  *victim;


static void
begin(fixture_t *f, ngx_uint_t profile)
{
    draw_keys(&f->keys, profile);
    f->in = ngx_webrtc_srtp_in_create(&f->keys);
    f->peer = peer_create(&f->keys, 1);
    assert_non_null(f->in);
}


static void
end(fixture_t *f)
{
    srtp_dealloc(f->peer);
    ngx_webrtc_srtp_in_destroy(f->in);
}


static size_t
sealed_rtp(fixture_t *f, u_char *pkt, uint32_t ssrc, uint16_t seq)
{
    int     n;
    size_t  header_len;

    n = (int) draw_rtp(pkt, ssrc, seq, &header_len);
    assert_int_equal(srtp_protect(f->peer, pkt, &n), srtp_err_status_ok);

    return n;
}


static size_t
sealed_rtcp(fixture_t *f, u_char *pkt, uint32_t ssrc)
{
    int  n;

    n = (int) draw_rtcp(pkt, ssrc);
    assert_int_equal(srtp_protect_rtcp(f->peer, pkt, &n), srtp_err_status_ok);

    return n;
}


static void
packets_of_libsrtp_are_read(void **state)
{
    int         n;
    u_char      pkt[2048], plain[2048];
    size_t      len, plain_len, header_len;
    fixture_t   f;
    ngx_uint_t  i, j;

    (void) state;

    for (i = 0; i < 2; i++) {
        begin(&f, profiles[i]);

        for (j = 0; j < 1000; j++) {
            plain_len = draw_rtp(pkt, (uint32_t) (j % 5),
                                 (uint16_t) (65500 + j / 5), &header_len);
            memcpy(plain, pkt, plain_len);

            n = (int) plain_len;
            assert_int_equal(srtp_protect(f.peer, pkt, &n),
                             srtp_err_status_ok);

            len = n;
            assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &len),
                             NGX_OK);
            assert_int_equal(len, plain_len);
            assert_memory_equal(pkt, plain, plain_len);

            plain_len = draw_rtcp(pkt, (uint32_t) (j % 5));
            memcpy(plain, pkt, plain_len);

            n = (int) plain_len;
            assert_int_equal(srtp_protect_rtcp(f.peer, pkt, &n),
                             srtp_err_status_ok);

            len = n;
            assert_int_equal(ngx_webrtc_srtp_unprotect_rtcp(f.in, pkt, &len),
                             NGX_OK);
            assert_int_equal(len, plain_len);
            assert_memory_equal(pkt, plain, plain_len);
        }

        end(&f);
    }
}


static void
both_ends_of_ours_understand_each_other(void **state)
{
    u_char                   pkt[2048], plain[2048];
    size_t                   len, plain_len, header_len;
    ngx_uint_t               i, j;
    ngx_webrtc_srtp_in_t    *in;
    ngx_webrtc_srtp_out_t   *out;
    ngx_webrtc_srtp_keys_t   keys, mirror;

    (void) state;

    for (i = 0; i < 2; i++) {
        draw_keys(&keys, profiles[i]);

        mirror.profile = keys.profile;
        memcpy(mirror.remote_key, keys.local_key, 16);
        memcpy(mirror.remote_salt, keys.local_salt, 14);

        out = ngx_webrtc_srtp_out_create(&keys);
        in = ngx_webrtc_srtp_in_create(&mirror);
        assert_non_null(in);
        assert_non_null(out);

        for (j = 0; j < 200; j++) {
            plain_len = draw_rtp(pkt, 9, (uint16_t) j, &header_len);
            memcpy(plain, pkt, plain_len);
            len = ngx_webrtc_srtp_protect(out, pkt, header_len, plain_len, 0);
            assert_int_equal(ngx_webrtc_srtp_unprotect(in, pkt, &len),
                             NGX_OK);
            assert_int_equal(len, plain_len);
            assert_memory_equal(pkt, plain, plain_len);

            plain_len = draw_rtcp(pkt, 9);
            memcpy(plain, pkt, plain_len);
            len = ngx_webrtc_srtp_protect_rtcp(out, pkt, plain_len);
            assert_int_equal(ngx_webrtc_srtp_unprotect_rtcp(in, pkt, &len),
                             NGX_OK);
            assert_int_equal(len, plain_len);
            assert_memory_equal(pkt, plain, plain_len);
        }

        ngx_webrtc_srtp_in_destroy(in);
        ngx_webrtc_srtp_out_destroy(out);
    }
}


static ngx_int_t
libsrtp_unprotect(srtp_t peer, u_char *pkt, size_t *len)
{
    int                n;
    srtp_err_status_t  status;

    n = (int) *len;
    status = srtp_unprotect(peer, pkt, &n);
    *len = n;

    switch (status) {

    case srtp_err_status_ok:
        return NGX_OK;

    case srtp_err_status_replay_fail:
    case srtp_err_status_replay_old:
        return NGX_DECLINED;

    default:
        return NGX_ERROR;
    }
}


/*
 * The next packet of a sender whose packets are lost, late and repeated; with
 * too many lost in a row both lose track of it.
 */

static uint64_t
draw_index(uint64_t index)
{
    uint64_t  back;

    switch (draw(40)) {

    case 0:
        return index + draw(draw(20) ? 20000 : 40000);

    case 1:
    case 2:
        return index + draw(2000);

    case 3:
    case 4:
    case 5:
    case 6:
        back = draw(4) ? draw(20) : draw(1100);
        return (index > back) ? index - back : index;

    case 7:
        back = draw(0x10000);
        return (index > back && draw(10) == 0) ? index - back : index;

    default:
        return index + 1;
    }
}


static void
verdicts_are_those_of_libsrtp(void **state)
{
    u_char                   pkt[2048], copy[2048];
    size_t                   len, n, header_len;
    srtp_t                   peer;
    uint64_t                 index;
    ngx_int_t                rc;
    ngx_uint_t               i, j, seen[3];
    ngx_webrtc_srtp_in_t    *in;
    ngx_webrtc_srtp_out_t   *out;
    ngx_webrtc_srtp_keys_t   keys, mirror;

    (void) state;

    memset(seen, 0, sizeof(seen));

    for (i = 0; i < 60; i++) {
        draw_keys(&keys, profiles[i % 2]);

        mirror.profile = keys.profile;
        memcpy(mirror.remote_key, keys.local_key, 16);
        memcpy(mirror.remote_salt, keys.local_salt, 14);

        out = ngx_webrtc_srtp_out_create(&keys);
        in = ngx_webrtc_srtp_in_create(&mirror);
        peer = peer_create(&keys, 0);
        assert_non_null(out);
        assert_non_null(in);

        index = draw(0x10000);

        for (j = 0; j < 3000; j++) {
            len = draw_rtp(pkt, 7, (uint16_t) index, &header_len);
            len = ngx_webrtc_srtp_protect(out, pkt, header_len, len,
                                          (uint32_t) (index >> 16));

            if (draw(30) == 0) {
                pkt[header_len + draw((unsigned) (len - header_len))] ^= 1;
            }

            memcpy(copy, pkt, len);
            n = len;

            rc = ngx_webrtc_srtp_unprotect(in, pkt, &len);
            assert_int_equal(rc, libsrtp_unprotect(peer, copy, &n));

            if (rc == NGX_OK) {
                assert_int_equal(len, n);
                assert_memory_equal(pkt, copy, n);
            }

            seen[(rc == NGX_OK) ? 0 : (rc == NGX_DECLINED) ? 1 : 2]++;

            index = draw_index(index);
        }

        srtp_dealloc(peer);
        ngx_webrtc_srtp_in_destroy(in);
        ngx_webrtc_srtp_out_destroy(out);
    }

    assert_true(seen[0] > 50000);
    assert_true(seen[1] > 20000);
    assert_true(seen[2] > 10000);
}


static void
a_replayed_packet_is_declined(void **state)
{
    u_char      pkt[2048], copy[2048];
    size_t      len, n;
    fixture_t   f;
    ngx_uint_t  i;

    (void) state;

    for (i = 0; i < 2; i++) {
        begin(&f, profiles[i]);

        len = sealed_rtp(&f, pkt, 7, 100);
        memcpy(copy, pkt, len);

        n = len;
        assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &n), NGX_OK);

        memcpy(pkt, copy, len);
        n = len;
        assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &n),
                         NGX_DECLINED);

        len = sealed_rtcp(&f, pkt, 7);
        memcpy(copy, pkt, len);

        n = len;
        assert_int_equal(ngx_webrtc_srtp_unprotect_rtcp(f.in, pkt, &n),
                         NGX_OK);

        memcpy(pkt, copy, len);
        n = len;
        assert_int_equal(ngx_webrtc_srtp_unprotect_rtcp(f.in, pkt, &n),
                         NGX_DECLINED);

        end(&f);
    }
}


static void
late_packets_pass_within_the_window(void **state)
{
    u_char      late[2048], old[2048], pkt[2048];
    size_t      late_len, old_len, len;
    fixture_t   f;
    ngx_uint_t  i, seq;

    (void) state;

    for (i = 0; i < 2; i++) {
        begin(&f, profiles[i]);

        len = sealed_rtp(&f, pkt, 7, 0);
        assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &len), NGX_OK);

        old_len = sealed_rtp(&f, old, 7, 1);

        for (seq = 2; seq < 1500; seq++) {
            len = sealed_rtp(&f, pkt, 7, (uint16_t) seq);

            if (seq == 900) {
                memcpy(late, pkt, len);
                late_len = len;
                continue;
            }

            assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &len),
                             NGX_OK);
        }

        assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, late, &late_len),
                         NGX_OK);
        assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, old, &old_len),
                         NGX_DECLINED);

        end(&f);
    }
}


/* what is lost need not be sealed: libsrtp counts its roll-overs by itself */

static void
losses_around_a_roll_over_do_not_matter(void **state)
{
    u_char      pkt[2048];
    size_t      len;
    uint32_t    seed, seq;
    fixture_t   f;
    ngx_uint_t  i;

    (void) state;

    for (i = 0; i < 2; i++) {
        begin(&f, profiles[i]);

        seed = 1;

        /* three in five are, and all for 20000 numbers around the second */

        for (seq = 60000; seq < 4 * 65536; seq++) {
            seed = seed * 1664525 + 1013904223;

            if ((seed >> 16) % 5 < 3
                || (seq > 2 * 65536 - 10000 && seq < 2 * 65536 + 10000)
                || (seq % 65536 > 1000 && seq % 65536 < 64536 && seq % 200))
            {
                continue;
            }

            len = sealed_rtp(&f, pkt, 7, (uint16_t) seq);
            assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &len),
                             NGX_OK);
        }

        /* ahead by as much as can be told from behind */

        seq += 32000;
        len = sealed_rtp(&f, pkt, 7, (uint16_t) seq);
        assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &len), NGX_OK);

        end(&f);
    }
}


static void
rtcp_out_of_order_passes_once_within_its_window(void **state)
{
    u_char      pkts[200][512], pkt[512];
    size_t      lens[200], len;
    fixture_t   f;
    ngx_uint_t  i, j;

    (void) state;

    for (i = 0; i < 2; i++) {
        begin(&f, profiles[i]);

        for (j = 0; j < 200; j++) {
            lens[j] = sealed_rtcp(&f, pkts[j], 7);
        }

#define receive(n)                                                           \
        (memcpy(pkt, pkts[n], lens[n]), len = lens[n],                       \
         ngx_webrtc_srtp_unprotect_rtcp(f.in, pkt, &len))

        assert_int_equal(receive(10), NGX_OK);
        assert_int_equal(receive(9), NGX_OK);
        assert_int_equal(receive(9), NGX_DECLINED);
        assert_int_equal(receive(10), NGX_DECLINED);

        assert_int_equal(receive(73), NGX_OK);
        assert_int_equal(receive(10), NGX_DECLINED);
        assert_int_equal(receive(11), NGX_OK);
        assert_int_equal(receive(11), NGX_DECLINED);

        assert_int_equal(receive(137), NGX_OK);
        assert_int_equal(receive(73), NGX_DECLINED);
        assert_int_equal(receive(74), NGX_OK);

        assert_int_equal(receive(199), NGX_OK);
        assert_int_equal(receive(137), NGX_DECLINED);
        assert_int_equal(receive(136), NGX_OK);
        assert_int_equal(receive(0), NGX_DECLINED);

#undef receive

        end(&f);
    }
}


static void
bad_tags_in_thousands_leave_no_trace(void **state)
{
    u_char      pkt[2048];
    size_t      len;
    fixture_t   f;
    ngx_uint_t  i, j;

    (void) state;

    for (i = 0; i < 2; i++) {
        begin(&f, profiles[i]);

        /* each with an SSRC of its own, far over the limit of streams */

        for (j = 0; j < 5000; j++) {
            len = sealed_rtp(&f, pkt, 7, 1);
            (void) ngx_webrtc_put32(pkt + 8, (uint32_t) (1000 + j));
            assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &len),
                             NGX_ERROR);

            len = sealed_rtcp(&f, pkt, 7);
            pkt[draw(2) ? 8 : len - 1] ^= 0x40;
            (void) ngx_webrtc_put32(pkt + 4, (uint32_t) (1000 + j));
            assert_int_equal(ngx_webrtc_srtp_unprotect_rtcp(f.in, pkt, &len),
                             NGX_ERROR);
        }

        len = sealed_rtp(&f, pkt, 7, 2);
        assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &len), NGX_OK);

        len = sealed_rtcp(&f, pkt, 7);
        assert_int_equal(ngx_webrtc_srtp_unprotect_rtcp(f.in, pkt, &len),
                         NGX_OK);

        end(&f);
    }
}


static void
streams_over_the_limit_are_declined_until_one_ends(void **state)
{
    u_char      pkt[2048];
    size_t      len;
    uint32_t    ssrc;
    fixture_t   f;
    ngx_uint_t  i;

    (void) state;

    for (i = 0; i < 2; i++) {
        begin(&f, profiles[i]);

        for (ssrc = 0; ssrc < NGX_WEBRTC_SRTP_STREAMS_MAX + 20; ssrc++) {
            len = sealed_rtp(&f, pkt, ssrc, 1);
            assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &len),
                             (ssrc < NGX_WEBRTC_SRTP_STREAMS_MAX)
                             ? NGX_OK : NGX_DECLINED);
        }

        for (ssrc = 0; ssrc < NGX_WEBRTC_SRTCP_STREAMS_MAX + 20; ssrc++) {
            len = sealed_rtcp(&f, pkt, ssrc);
            assert_int_equal(ngx_webrtc_srtp_unprotect_rtcp(f.in, pkt, &len),
                             (ssrc < NGX_WEBRTC_SRTCP_STREAMS_MAX)
                             ? NGX_OK : NGX_DECLINED);
        }

        ngx_webrtc_srtp_in_remove(f.in, 0x7fffffff);
        ngx_webrtc_srtp_in_remove(f.in, 3);

        len = sealed_rtp(&f, pkt, 5000, 1);
        assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &len), NGX_OK);
        len = sealed_rtcp(&f, pkt, 5000);
        assert_int_equal(ngx_webrtc_srtp_unprotect_rtcp(f.in, pkt, &len),
                         NGX_OK);

        len = sealed_rtp(&f, pkt, 3, 2);
        assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &len),
                         NGX_DECLINED);
        len = sealed_rtp(&f, pkt, 63, 2);
        assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &len), NGX_OK);

        end(&f);
    }
}


/* a removed stream is forgotten, not just no longer counted */

static void
a_removed_stream_starts_anew(void **state)
{
    u_char      pkt[2048], copy[2048];
    size_t      len, n;
    fixture_t   f;

    (void) state;

    begin(&f, GCM);

    len = sealed_rtp(&f, pkt, 0x01020304, 1);
    memcpy(copy, pkt, len);

    n = len;
    assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, pkt, &n), NGX_OK);

    ngx_webrtc_srtp_in_remove(f.in, 0x01020304);

    n = len;
    assert_int_equal(ngx_webrtc_srtp_unprotect(f.in, copy, &n), NGX_OK);

    end(&f);
}


static void
rtcp_without_encryption_is_refused(void **state)
{
    u_char     pkt[2048];
    size_t     len;
    fixture_t  f;

    (void) state;

    begin(&f, GCM);

    len = sealed_rtcp(&f, pkt, 7);
    pkt[len - 4] &= 0x7f;
    assert_int_equal(ngx_webrtc_srtp_unprotect_rtcp(f.in, pkt, &len),
                     NGX_ERROR);

    end(&f);
}


static void
receive_both(u_char *pos, u_char *last)
{
    u_char  *copy;
    size_t   len;

    /* both write into the packet, so each gets its own */

    len = last - pos;
    copy = malloc(len ? len : 1);
    assert_non_null(copy);

    if (len) {
        memcpy(copy, pos, len);
    }

    assert_int_not_equal(ngx_webrtc_srtp_unprotect_rtcp(victim, copy, &len),
                         NGX_OK);
    free(copy);

    len = last - pos;
    assert_int_not_equal(ngx_webrtc_srtp_unprotect(victim, pos, &len),
                         NGX_OK);
}


static void
truncated_flipped_and_random_packets_never_pass(void **state)
{
    u_char      pkt[2048];
    size_t      len;
    fixture_t   f;
    ngx_uint_t  i;

    (void) state;

    for (i = 0; i < 2; i++) {
        begin(&f, profiles[i]);
        victim = f.in;

        do {
            len = sealed_rtp(&f, pkt, 7, 1);
        } while (len > 120);

        hostile_all(pkt, len - 1, receive_both);

        do {
            len = sealed_rtcp(&f, pkt, 7);
        } while (len > 120);

        hostile_all(pkt, len - 1, receive_both);
        hostile_random(64, 20, receive_both);

        end(&f);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(packets_of_libsrtp_are_read),
        cmocka_unit_test(both_ends_of_ours_understand_each_other),
        cmocka_unit_test(verdicts_are_those_of_libsrtp),
        cmocka_unit_test(a_replayed_packet_is_declined),
        cmocka_unit_test(late_packets_pass_within_the_window),
        cmocka_unit_test(losses_around_a_roll_over_do_not_matter),
        cmocka_unit_test(rtcp_out_of_order_passes_once_within_its_window),
        cmocka_unit_test(bad_tags_in_thousands_leave_no_trace),
        cmocka_unit_test(streams_over_the_limit_are_declined_until_one_ends),
        cmocka_unit_test(a_removed_stream_starts_anew),
        cmocka_unit_test(rtcp_without_encryption_is_refused),
        cmocka_unit_test(truncated_flipped_and_random_packets_never_pass),
    };

    return cmocka_run_group_tests(tests, srtp_setup, srtp_teardown);
}
