
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <media/ngx_webrtc_arrivals.h>


#define MSEC(n)  ((n) * NGX_WEBRTC_MSEC)


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


static void
arrivals_begin_anew_after_a_jump_back(void **state)
{
    u_char                 *p, buf[1200];
    ngx_uint_t              i, received;
    ngx_webrtc_arrivals_t   arrivals;

    (void) state;

    ngx_webrtc_arrivals_init(&arrivals);

    for (i = 0; i < 10; i++) {
        ngx_webrtc_arrivals_add(&arrivals, (uint16_t) (40000 + i), MSEC(100));
    }

    received = 0;
    p = ngx_webrtc_arrivals_write(&arrivals, buf, buf + sizeof(buf), 1, 2,
                                  MSEC(200));
    assert_int_equal(feedback_counts(buf, p, &received), 10);

    /* late ones were told as lost; a sender that counts anew is not late */

    ngx_webrtc_arrivals_add(&arrivals, 39999, MSEC(300));
    assert_true(arrivals.due == NGX_WEBRTC_NEVER);

    for (i = 0; i < 10; i++) {
        ngx_webrtc_arrivals_add(&arrivals, (uint16_t) (10000 + i), MSEC(400));
    }

    received = 0;
    p = ngx_webrtc_arrivals_write(&arrivals, buf, buf + sizeof(buf), 1, 2,
                                  MSEC(500));
    assert_non_null(p);
    assert_int_equal(feedback_counts(buf, p, &received), 10);
    assert_int_equal(received, 10);
    assert_int_equal(arrivals.count, 0);
}


static void
arrivals_that_overflow_are_not_told_as_lost(void **state)
{
    u_char                 *p, buf[1200];
    ngx_uint_t              i, all, received;
    ngx_webrtc_arrivals_t   arrivals;

    (void) state;

    ngx_webrtc_arrivals_init(&arrivals);

    all = 0;
    received = 0;

    /* a worker that was held up reads all of it in one turn */

    for (i = 0; i < 500; i++) {
        ngx_webrtc_arrivals_add(&arrivals, (uint16_t) i, MSEC(100));
    }

    for (i = 500; i < 600; i++) {
        while ((p = ngx_webrtc_arrivals_write(&arrivals, buf,
                                              buf + sizeof(buf), 1, 2,
                                              MSEC(200))))
        {
            all += feedback_counts(buf, p, &received);
        }

        ngx_webrtc_arrivals_add(&arrivals, (uint16_t) i, MSEC(200));
    }

    assert_int_equal(all, received);
    assert_true(received > 300);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(arrivals_report_every_number_once),
        cmocka_unit_test(arrivals_survive_a_jump),
        cmocka_unit_test(arrivals_begin_anew_after_a_jump_back),
        cmocka_unit_test(arrivals_that_overflow_are_not_told_as_lost)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
