
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* where the media of a new member go */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "zone_fixture.h"

#include <event/ngx_webrtc_spread_choose.c>


#define HOME  TEST_SELF

#define seat(n)  (&test_zone.sh->seats[n])


static int
setup(void **state)
{
    ngx_uint_t  i;

    if (test_setup(state) != 0) {
        return -1;
    }

    test_conf.max_connections = 100;
    test_conf.spread = 1000;

    for (i = 0; i < 3; i++) {
        seat(i)->spreads = 1;
    }

    return 0;
}


static void
packets(ngx_uint_t a, ngx_uint_t b, ngx_uint_t c)
{
    seat(0)->packets = a;
    seat(1)->packets = b;
    seat(2)->packets = c;
}


/* the seat, or that of the home */

static ngx_uint_t
chosen(void)
{
    ngx_webrtc_owner_t  to;

    if (ngx_webrtc_spread_choose(&test_zone, &test_owners[HOME], &to)
        != NGX_OK)
    {
        return HOME;
    }

    assert_int_equal(to.term, test_owners[to.seat].term);
    assert_int_not_equal(to.seat, HOME);

    return to.seat;
}


static void
below_the_threshold_all_stay_at_home(void **state)
{
    (void) state;

    packets(999, 0, 0);
    assert_int_equal(chosen(), HOME);

    packets(1000, 500, 400);
    assert_int_equal(chosen(), 2);

    packets(1000, 400, 500);
    assert_int_equal(chosen(), 1);

    /* the others have more to do */

    packets(1000, 1001, 1500);
    assert_int_equal(chosen(), HOME);

    packets(1000, 1000, 1000);
    assert_int_equal(chosen(), HOME);
}


static void
who_is_under_way_counts(void **state)
{
    ngx_uint_t  i, n[3];

    (void) state;

    ngx_memzero(n, sizeof(n));

    packets(10000, 0, 0);
    seat(HOME)->transports = 100;

    test_conf.max_connections = 1000;

    for (i = 0; i < 300; i++) {
        n[chosen()]++;
    }

    assert_int_equal(n[1], n[2]);
    assert_int_equal(seat(1)->transports, n[1]);
    assert_int_equal(seat(1)->packets, 100 * n[1]);

    /* now these have as much to do as the home */

    assert_int_equal(n[1], 100);
    assert_int_equal(n[HOME], 100);
}


static void
without_a_threshold_the_fewest_clients_count(void **state)
{
    (void) state;

    test_conf.spread = 0;
    packets(0, 5000, 6000);

    /* elsewhere first */

    assert_int_equal(chosen(), 1);
    assert_int_equal(chosen(), 2);
    assert_int_equal(chosen(), HOME);

    seat(HOME)->transports++;

    assert_int_equal(chosen(), 1);
    assert_int_equal(chosen(), 2);
    assert_int_equal(chosen(), HOME);
}


static void
not_everybody_is_asked(void **state)
{
    (void) state;

    packets(5000, 10, 20);
    assert_int_equal(chosen(), 1);
    packets(5000, 10, 20);

    seat(1)->quitting = 1;
    assert_int_equal(chosen(), 2);
    packets(5000, 10, 20);
    seat(1)->quitting = 0;

    seat(1)->generation = 2;
    assert_int_equal(chosen(), 2);
    packets(5000, 10, 20);
    seat(1)->generation = 1;

    seat(1)->spreads = 0;
    assert_int_equal(chosen(), 2);
    packets(5000, 10, 20);
    seat(1)->spreads = 1;

    seat(1)->port = 0;
    assert_int_equal(chosen(), 2);
    packets(5000, 10, 20);
    seat(1)->port = 1001;

    seat(1)->transports = 100;
    assert_int_equal(chosen(), 2);
    packets(5000, 10, 20);
    seat(1)->transports = 0;

    assert_int_equal(chosen(), 1);
}


static void
the_dead_are_not_asked_again(void **state)
{
    (void) state;

    packets(5000, 10, 20);
    test_dead[1] = 1;

    assert_int_equal(chosen(), 2);
    assert_int_equal(seat(1)->dead, 1);

    packets(5000, 10, 20);
    test_dead[2] = 1;

    assert_int_equal(chosen(), HOME);
    assert_int_equal(seat(2)->dead, 1);
}


static void
a_home_that_quits_places_nobody(void **state)
{
    (void) state;

    packets(5000, 10, 20);
    seat(HOME)->quitting = 1;

    assert_int_equal(chosen(), HOME);
}


static void
a_home_that_is_full_lets_others_take_them(void **state)
{
    (void) state;

    packets(1000, 2000, 3000);
    assert_int_equal(chosen(), HOME);

    seat(HOME)->transports = 100;
    assert_int_equal(chosen(), 1);

    seat(1)->transports = 100;
    seat(2)->transports = 100;
    assert_int_equal(chosen(), HOME);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(below_the_threshold_all_stay_at_home,
                                        setup, test_teardown),
        cmocka_unit_test_setup_teardown(who_is_under_way_counts, setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(
                                 without_a_threshold_the_fewest_clients_count,
                                 setup, test_teardown),
        cmocka_unit_test_setup_teardown(not_everybody_is_asked, setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(the_dead_are_not_asked_again, setup,
                                        test_teardown),
        cmocka_unit_test_setup_teardown(a_home_that_quits_places_nobody,
                                        setup, test_teardown),
        cmocka_unit_test_setup_teardown(
                                    a_home_that_is_full_lets_others_take_them,
                                    setup, test_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
