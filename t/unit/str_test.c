
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


static void
a_copy_has_memory_of_its_own(void **state)
{
    ngx_str_t    copy;
    ngx_pool_t  *pool;

    static const ngx_str_t  text = ngx_string("a\0b");
    static const ngx_str_t  empty = ngx_string("");

    (void) state;

    pool = ngx_create_pool(1024, NULL);
    assert_non_null(pool);

    assert_int_equal(ngx_webrtc_str_copy(pool, &copy, &text), NGX_OK);
    assert_true(ngx_webrtc_str_equal(&copy, &text));
    assert_ptr_not_equal(copy.data, text.data);

    assert_int_equal(ngx_webrtc_str_copy(pool, &copy, &empty), NGX_OK);
    assert_int_equal(copy.len, 0);
    assert_null(copy.data);

    ngx_destroy_pool(pool);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(strings_are_equal_in_all_their_bytes),
        cmocka_unit_test(a_copy_has_memory_of_its_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
