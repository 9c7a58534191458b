
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <core/ngx_webrtc_str.h>


static void
strings_are_equal_in_all_their_bytes(void **state)
{
    ngx_uint_t  i, k;

    static const ngx_str_t  strings[] = {
        ngx_null_string, ngx_string("a"), ngx_string("A"), ngx_string("ab"),
        ngx_string("a\0b"), ngx_string("a\0c")
    };

    static const ngx_str_t  empty = ngx_string("");

    (void) state;

    for (i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        for (k = 0; k < sizeof(strings) / sizeof(strings[0]); k++) {
            assert_int_equal(ngx_webrtc_str_equal(&strings[i], &strings[k]),
                             i == k);
        }
    }

    assert_int_equal(ngx_webrtc_str_equal(&strings[0], &empty), 1);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(strings_are_equal_in_all_their_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
