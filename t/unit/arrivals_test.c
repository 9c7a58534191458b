
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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(arrivals_report_every_number_once),
        cmocka_unit_test(arrivals_survive_a_jump)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
