
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* of the load tool */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../bench/load/load_histogram.c"


static load_histogram_t  histogram;


static int
setup(void **state)
{
    (void) state;

    load_histogram_reset(&histogram);

    return 0;
}


static void
of_nothing_all_is_zero(void **state)
{
    (void) state;

    assert_int_equal(load_histogram_at(&histogram, 500000), 0);
    assert_int_equal(load_histogram_mean(&histogram), 0);
}


static void
one_value_is_every_percentile(void **state)
{
    (void) state;

    load_histogram_add(&histogram, 123456789);

    assert_int_equal(load_histogram_at(&histogram, 0), 123456789);
    assert_int_equal(load_histogram_at(&histogram, 500000), 123456789);
    assert_int_equal(load_histogram_at(&histogram, 1000000), 123456789);
    assert_int_equal(load_histogram_mean(&histogram), 123456789);
}


static void
small_values_are_exact(void **state)
{
    uint64_t  i;

    (void) state;

    for (i = 1; i <= 100; i++) {
        load_histogram_add(&histogram, i);
    }

    assert_int_equal(load_histogram_at(&histogram, 10000), 1);
    assert_int_equal(load_histogram_at(&histogram, 500000), 50);
    assert_int_equal(load_histogram_at(&histogram, 505000), 51);
    assert_int_equal(load_histogram_at(&histogram, 990000), 99);
    assert_int_equal(load_histogram_at(&histogram, 999000), 100);
    assert_int_equal(histogram.min, 1);
    assert_int_equal(histogram.max, 100);
}


/* a bucket's end is never below its values, and at most 1/64 above them */

static void
values_of_every_size_find_their_bucket(void **state)
{
    uint64_t    value, end;
    ngx_uint_t  bit, prior, index;

    (void) state;

    prior = 0;

    for (bit = 0; bit < LOAD_HISTOGRAM_MAX; bit++) {

        for (value = 1ULL << bit;
             value < 2ULL << bit;
             value += bit < 8 ? 1 : (1ULL << bit) / 101)
        {
            index = load_histogram_index(value);
            end = load_histogram_end(index);

            assert_true(index < LOAD_HISTOGRAM_BUCKETS);
            assert_true(index >= prior);
            assert_true(end >= value);
            assert_true(end - value <= value / 64);

            prior = index;
        }
    }
}


static void
too_large_values_are_the_largest(void **state)
{
    (void) state;

    load_histogram_add(&histogram, 1);
    load_histogram_add(&histogram, UINT64_MAX);

    assert_int_equal(load_histogram_at(&histogram, 500000), 1);
    assert_true(load_histogram_at(&histogram, 1000000)
                >= 1ULL << (LOAD_HISTOGRAM_MAX - 1));
    assert_true(histogram.max == UINT64_MAX);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(of_nothing_all_is_zero, setup),
        cmocka_unit_test_setup(one_value_is_every_percentile, setup),
        cmocka_unit_test_setup(small_values_are_exact, setup),
        cmocka_unit_test_setup(values_of_every_size_find_their_bucket, setup),
        cmocka_unit_test_setup(too_large_values_are_the_largest, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
