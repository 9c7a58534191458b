
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <media/ngx_webrtc_key_frame.h>


#define MSEC(n)  ((n) * NGX_WEBRTC_MSEC)


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


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(key_frames_are_asked_for_once_per_interval),
        cmocka_unit_test(key_frame_request_is_repeated_until_one_comes)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
