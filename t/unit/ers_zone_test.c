
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* viewers' tokens of the rendezvous server, in the shared zone */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "zone_fixture.h"


#define TEST_LIFE  15000


static ngx_int_t
test_take(const char *token, const char *address, ngx_uint_t *place)
{
    ngx_str_t  word, who;

    word.data = (u_char *) token;
    word.len = ngx_strlen(token);

    who.data = (u_char *) address;
    who.len = ngx_strlen(address);

    return ngx_webrtc_ers_zone_take(&test_zone, &word, &who, TEST_LIFE,
                                    place);
}


static void
test_one_client(void **state)
{
    ngx_uint_t  place, other;

    (void) state;

    place = 0;
    other = 0;

    assert_int_equal(test_take("a", "192.0.2.1", &place), NGX_OK);
    assert_int_equal(test_take("a", "192.0.2.2", &other), NGX_DECLINED);
    assert_int_equal(test_take("a", "192.0.2.1", &place), NGX_OK);
    assert_int_equal(test_take("b", "192.0.2.2", &other), NGX_OK);
    assert_int_not_equal(place, other);

    /* it has left, but was the first one */

    ngx_current_msec += 59000;
    assert_int_equal(test_take("a", "192.0.2.2", &other), NGX_DECLINED);

    /* the other one is there all the time */

    assert_int_equal(test_take("b", "192.0.2.2", &other), NGX_OK);
    ngx_current_msec += 2000;
    assert_int_equal(test_take("b", "192.0.2.1", &place), NGX_DECLINED);

    assert_int_equal(test_take("a", "192.0.2.2", &place), NGX_OK);
    assert_int_equal(test_take("a", "192.0.2.1", &place), NGX_DECLINED);
}


static void
test_full(void **state)
{
    ngx_uint_t           i, place;
    static const char   *tokens[] = { "a", "b", "c" };

    (void) state;

    for (i = 0; i < TEST_TOKENS; i++) {
        place = 0;
        assert_int_equal(test_take(tokens[i], "192.0.2.1", &place), NGX_OK);
        assert_int_equal(place, i);
    }

    place = 0;
    assert_int_equal(test_take("d", "192.0.2.1", &place), NGX_BUSY);

    /* those that are there have their places, wherever they are looked for */

    for (i = 0; i < TEST_TOKENS; i++) {
        place = 1000;
        assert_int_equal(test_take(tokens[i], "192.0.2.1", &place), NGX_OK);
        assert_int_equal(place, i);
    }

    ngx_current_msec += 60001;

    place = 2;
    assert_int_equal(test_take("d", "192.0.2.1", &place), NGX_OK);
    assert_int_equal(place, 2);
    assert_int_equal(test_take("c", "192.0.2.2", &place), NGX_OK);
    assert_int_not_equal(place, 2);
}


/* tokens are secrets, and a zone may be looked at */

static void
test_secret(void **state)
{
    u_char     *p;
    ngx_uint_t  place;

    (void) state;

    place = 0;
    assert_int_equal(test_take("a token in clear", "192.0.2.1", &place),
                     NGX_OK);

    for (p = (u_char *) test_pool; p < test_pool->end - 16; p++) {
        assert_int_not_equal(ngx_memcmp(p, "a token in clear", 16), 0);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(test_one_client, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(test_full, test_setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(test_secret, test_setup,
                                        test_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
