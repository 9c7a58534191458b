
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the small parts of the media room: ring, nack, arrivals, key frames */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <media/ngx_webrtc_arrivals.h>
#include <media/ngx_webrtc_key_frame.h>
#include <media/ngx_webrtc_nack.h>
#include <media/ngx_webrtc_ring.h>


#define MSEC(n)  ((n) * NGX_WEBRTC_MSEC)


static void
ring_finds_packets_until_they_give_way(void **state)
{
    uint64_t           seq;
    ngx_webrtc_ring_t  ring;

    (void) state;

    assert_int_equal(ngx_webrtc_ring_init(&ring, 16, NULL), NGX_OK);
    assert_null(ngx_webrtc_ring_find(&ring, 0));

    for (seq = 65530; seq < 65560; seq++) {
        ngx_webrtc_ring_next(&ring)->timestamp = (uint32_t) seq;
        ngx_webrtc_ring_add(&ring, seq);

        assert_non_null(ngx_webrtc_ring_find(&ring, seq));
        assert_null(ngx_webrtc_ring_find(&ring, seq + 1));
    }

    assert_null(ngx_webrtc_ring_find(&ring, 65543));

    for (seq = 65544; seq < 65560; seq++) {
        assert_int_equal(ngx_webrtc_ring_find(&ring, seq)->timestamp, seq);
    }

    ngx_webrtc_ring_cleanup(&ring);
}


static void
ring_keeps_order_of_arrival(void **state)
{
    ngx_uint_t         i;
    ngx_webrtc_ring_t  ring;
    const uint64_t     seqs[] = { 7, 9, 8, 10 };

    (void) state;

    assert_int_equal(ngx_webrtc_ring_init(&ring, 8, NULL), NGX_OK);

    for (i = 0; i < 4; i++) {
        ngx_webrtc_ring_add(&ring, seqs[i]);
    }

    for (i = 0; i < 4; i++) {
        assert_int_equal(ngx_webrtc_ring_get(&ring, i)->seq, seqs[i]);
        assert_ptr_equal(ngx_webrtc_ring_find(&ring, seqs[i]),
                         ngx_webrtc_ring_get(&ring, i));
    }

    ngx_webrtc_ring_cleanup(&ring);
}


static void
nack_waits_for_reordering_then_asks(void **state)
{
    uint16_t           seqs[8];
    ngx_uint_t         given_up;
    ngx_webrtc_nack_t  nack;

    (void) state;

    given_up = 0;
    ngx_webrtc_nack_init(&nack);
    assert_true(nack.due == NGX_WEBRTC_NEVER);

    assert_int_equal(ngx_webrtc_nack_gap(&nack, 10, 13, MSEC(100)), NGX_OK);

    assert_int_equal(ngx_webrtc_nack_request(&nack, seqs, 8, MSEC(101),
                                             &given_up), 0);

    /* 11 was only late */

    assert_int_equal(ngx_webrtc_nack_found(&nack, 11), 0);

    assert_int_equal(ngx_webrtc_nack_request(&nack, seqs, 8, MSEC(110),
                                             &given_up), 2);
    assert_int_equal(seqs[0] + seqs[1], 22);
    assert_int_equal(ngx_webrtc_nack_request(&nack, seqs, 8, MSEC(111),
                                             &given_up), 0);

    assert_int_equal(ngx_webrtc_nack_found(&nack, 10), 1);
    assert_int_equal(ngx_webrtc_nack_found(&nack, 12), 1);
    assert_true(nack.due == NGX_WEBRTC_NEVER);
    assert_int_equal(given_up, 0);
}


static void
nack_gives_up_after_some_tries(void **state)
{
    uint16_t           seqs[8];
    ngx_uint_t         i, asked, given_up;
    ngx_webrtc_nack_t  nack;

    (void) state;

    asked = 0;
    given_up = 0;
    ngx_webrtc_nack_init(&nack);

    assert_int_equal(ngx_webrtc_nack_gap(&nack, 5, 6, 0), NGX_OK);

    for (i = 0; i < 100; i++) {
        asked += ngx_webrtc_nack_request(&nack, seqs, 8, MSEC(50 * i),
                                         &given_up);
    }

    assert_int_equal(asked, NGX_WEBRTC_NACK_TRIES);
    assert_int_equal(given_up, 1);
    assert_int_equal(nack.lost, 1);
    assert_int_equal(nack.count, 0);
}


static void
nack_refuses_a_hole_that_is_too_large(void **state)
{
    ngx_webrtc_nack_t  nack;

    (void) state;

    ngx_webrtc_nack_init(&nack);

    assert_int_equal(ngx_webrtc_nack_gap(&nack, 100, 200, 0), NGX_OK);
    assert_int_equal(ngx_webrtc_nack_gap(&nack, 300, 500, 0), NGX_DECLINED);
    assert_int_equal(nack.count, 0);
    assert_int_equal(nack.lost, 300);
    assert_true(nack.due == NGX_WEBRTC_NEVER);
}


static void
key_frames_are_asked_for_once_per_interval(void **state)
{
    ngx_uint_t              i, n;
    ngx_webrtc_key_frame_t  kf;

    (void) state;

    n = 0;
    ngx_webrtc_key_frame_init(&kf, MSEC(500));

    /* 1000 requests a second for two seconds, every one of them answered */

    for (i = 1000; i < 3000; i++) {
        ngx_webrtc_key_frame_want(&kf, MSEC(i));

        if (ngx_webrtc_key_frame_request(&kf, MSEC(i))) {
            n++;
            ngx_webrtc_key_frame_found(&kf);
        }
    }

    assert_int_equal(n, 4);
}


static void
key_frame_request_is_repeated_until_one_comes(void **state)
{
    ngx_uint_t              i, n;
    ngx_webrtc_key_frame_t  kf;

    (void) state;

    n = 0;
    ngx_webrtc_key_frame_init(&kf, MSEC(500));
    ngx_webrtc_key_frame_want(&kf, MSEC(1000));

    for (i = 1000; i < 2200; i++) {
        n += ngx_webrtc_key_frame_request(&kf, MSEC(i));
    }

    assert_int_equal(n, 3);

    ngx_webrtc_key_frame_found(&kf);
    assert_true(kf.due == NGX_WEBRTC_NEVER);

    /* a track that never answers is left alone in the end */

    ngx_webrtc_key_frame_want(&kf, MSEC(5000));
    n = 0;

    for (i = 5000; i < 60000; i++) {
        n += ngx_webrtc_key_frame_request(&kf, MSEC(i));
    }

    assert_in_range(n, 5, 20);
    assert_true(kf.due == NGX_WEBRTC_NEVER);
}


static ngx_uint_t
feedback_counts(u_char *pos, u_char *last, ngx_uint_t *received)
{
    ngx_uint_t                 n;
    ngx_webrtc_rtcp_t          rtcp;
    ngx_webrtc_twcc_t          twcc;
    ngx_webrtc_rtcp_fb_t       fb;
    ngx_webrtc_twcc_status_t   status;

    assert_int_equal(ngx_webrtc_rtcp_next(&pos, last, &rtcp), NGX_OK);
    assert_int_equal(rtcp.kind, NGX_WEBRTC_RTCP_TWCC);
    assert_int_equal(ngx_webrtc_rtcp_parse_fb(&rtcp, &fb), NGX_OK);
    assert_int_equal(ngx_webrtc_twcc_init(&twcc, &fb), NGX_OK);

    n = 0;

    while (ngx_webrtc_twcc_next(&twcc, &status) == NGX_OK) {
        n++;
        *received += status.received;
    }

    return n;
}


static void
arrivals_report_every_number_once(void **state)
{
    u_char                 *p, buf[1200];
    ngx_uint_t              i, all, received;
    ngx_webrtc_usec_t       now;
    ngx_webrtc_arrivals_t   arrivals;

    (void) state;

    ngx_webrtc_arrivals_init(&arrivals);

    all = 0;
    received = 0;
    now = MSEC(10000);

    /* around the roll-over; every seventh is lost, pairs are swapped */

    for (i = 0; i < 1000; i++) {
        now += MSEC(2);

        if (i % 7 != 3) {
            ngx_webrtc_arrivals_add(&arrivals, (uint16_t) (65000 + (i ^ 1)),
                                    now);
        }

        if (arrivals.due <= now) {
            while ((p = ngx_webrtc_arrivals_write(&arrivals, buf,
                                                  buf + sizeof(buf), 1, 2,
                                                  now)))
            {
                all += feedback_counts(buf, p, &received);
            }

            assert_true(arrivals.due == NGX_WEBRTC_NEVER);
        }
    }

    assert_in_range(all, 900, 1000);
    assert_in_range(received, 750, 858);
}


static void
arrivals_survive_a_jump(void **state)
{
    u_char                 *p, buf[1200];
    ngx_uint_t              n, received;
    ngx_webrtc_arrivals_t   arrivals;

    (void) state;

    ngx_webrtc_arrivals_init(&arrivals);
    received = 0;

    ngx_webrtc_arrivals_add(&arrivals, 10, MSEC(100));
    ngx_webrtc_arrivals_add(&arrivals, 30000, MSEC(101));
    ngx_webrtc_arrivals_add(&arrivals, 30001, MSEC(102));

    for (n = 0; n < 10; n++) {
        p = ngx_webrtc_arrivals_write(&arrivals, buf, buf + sizeof(buf), 1, 2,
                                      MSEC(200));
        if (p == NULL) {
            break;
        }

        assert_true(feedback_counts(buf, p, &received) < 30000);
    }

    assert_true(n < 10);
    assert_int_equal(arrivals.count, 0);
    assert_true(received >= 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(ring_finds_packets_until_they_give_way),
        cmocka_unit_test(ring_keeps_order_of_arrival),
        cmocka_unit_test(nack_waits_for_reordering_then_asks),
        cmocka_unit_test(nack_gives_up_after_some_tries),
        cmocka_unit_test(nack_refuses_a_hole_that_is_too_large),
        cmocka_unit_test(key_frames_are_asked_for_once_per_interval),
        cmocka_unit_test(key_frame_request_is_repeated_until_one_comes),
        cmocka_unit_test(arrivals_report_every_number_once),
        cmocka_unit_test(arrivals_survive_a_jump)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
