
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <core/ngx_webrtc_timer.h>


#define N  500


static void
timers_come_out_in_order(void **state)
{
    uint32_t              seed;
    ngx_uint_t            i, n;
    ngx_pool_t           *pool;
    ngx_webrtc_usec_t     last;
    ngx_webrtc_timer_t   *timer;
    ngx_webrtc_timers_t   timers;
    static ngx_webrtc_timer_t  set[N];

    (void) state;

    pool = ngx_create_pool(4096, NULL);
    assert_int_equal(ngx_webrtc_timers_init(&timers, pool, N), NGX_OK);

    seed = 1;

    /* set, move each once, remove every fifth */

    for (i = 0; i < 2 * N; i++) {
        seed = seed * 1664525 + 1013904223;
        ngx_webrtc_timer_set(&timers, &set[i % N], seed % 1000);
    }

    for (i = 0; i < N; i += 5) {
        ngx_webrtc_timer_remove(&timers, &set[i]);
    }

    n = 0;
    last = 0;

    while ((timer = ngx_webrtc_timers_next(&timers, 499)) != NULL) {
        assert_true(timer->expires >= last && timer->expires <= 499);
        last = timer->expires;
        n++;
    }

    assert_true(ngx_webrtc_timers_expires(&timers) >= 500);
    assert_int_equal(n + timers.count, N - N / 5);

    ngx_destroy_pool(pool);
}


static void
never_unsets_a_timer(void **state)
{
    ngx_pool_t           *pool;
    ngx_webrtc_timer_t    timer;
    ngx_webrtc_timers_t   timers;

    (void) state;

    pool = ngx_create_pool(4096, NULL);
    assert_int_equal(ngx_webrtc_timers_init(&timers, pool, 1), NGX_OK);

    ngx_memzero(&timer, sizeof(timer));

    assert_true(ngx_webrtc_timers_expires(&timers) == NGX_WEBRTC_NEVER);
    ngx_webrtc_timer_set(&timers, &timer, 5);
    assert_true(ngx_webrtc_timers_expires(&timers) == 5);
    ngx_webrtc_timer_set(&timers, &timer, NGX_WEBRTC_NEVER);
    assert_true(ngx_webrtc_timers_expires(&timers) == NGX_WEBRTC_NEVER);
    assert_null(ngx_webrtc_timers_next(&timers, 100));

    ngx_destroy_pool(pool);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(timers_come_out_in_order),
        cmocka_unit_test(never_unsets_a_timer)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
