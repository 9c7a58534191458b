
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <media/ngx_webrtc_rate.h>


#define MSEC(n)  ((ngx_webrtc_usec_t) (n) * NGX_WEBRTC_MSEC)


static void
rate_follows_within_a_second(void **state)
{
    ngx_uint_t          ms;
    ngx_webrtc_rate_t   rate;

    (void) state;

    memset(&rate, 0, sizeof(rate));
    assert_int_equal(ngx_webrtc_rate_get(&rate, MSEC(5000)), 0);

    for (ms = 5000; ms < 8000; ms += 10) {
        ngx_webrtc_rate_add(&rate, 1250, MSEC(ms));

        if (ms >= 5300) {
            assert_in_range(ngx_webrtc_rate_get(&rate, MSEC(ms)), 990000,
                            1050000);
        }
    }

    /* a tenth from now on */

    for ( /* void */ ; ms < 9200; ms += 10) {
        ngx_webrtc_rate_add(&rate, 125, MSEC(ms));
    }

    assert_in_range(ngx_webrtc_rate_get(&rate, MSEC(ms)), 99000, 105000);

    /* nothing more */

    assert_in_range(ngx_webrtc_rate_get(&rate, MSEC(ms + 500)), 40000, 65000);
    assert_int_equal(ngx_webrtc_rate_get(&rate, MSEC(ms + 1100)), 0);
}


static void
rate_begins_anew_after_silence(void **state)
{
    ngx_uint_t          i;
    ngx_webrtc_rate_t   rate;

    (void) state;

    memset(&rate, 0, sizeof(rate));

    for (i = 0; i < 50; i++) {
        ngx_webrtc_rate_add(&rate, 1250, MSEC(1000 + i * 10));
    }

    for (i = 0; i < 50; i++) {
        ngx_webrtc_rate_add(&rate, 2500, MSEC(60003 + i * 10));
    }

    assert_in_range(ngx_webrtc_rate_get(&rate, MSEC(60503)), 1990000,
                    2010000);

    /* the first packet of all is not a flood */

    memset(&rate, 0, sizeof(rate));
    ngx_webrtc_rate_add(&rate, 1250, MSEC(1000));
    assert_int_equal(ngx_webrtc_rate_get(&rate, MSEC(1000)), 100000);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(rate_follows_within_a_second),
        cmocka_unit_test(rate_begins_anew_after_silence)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
