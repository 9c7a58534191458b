
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include <media/ngx_webrtc_allocate.h>


#define AUTO   NGX_WEBRTC_LAYER_AUTO
#define STEP   (200 * NGX_WEBRTC_MSEC)
#define NITEMS 4


static ngx_webrtc_allocate_t       allocate;
static ngx_webrtc_allocate_way_t   way;
static ngx_webrtc_allocate_item_t  items[NITEMS];
static ngx_webrtc_usec_t           now;
static ngx_uint_t                  nitems, changes;


static void
start(uint64_t estimate, uint64_t base)
{
    ngx_webrtc_allocate_init(&allocate);
    memset(&way, 0, sizeof(way));

    way.estimate = estimate;
    way.base = base;
    now = 1000 * NGX_WEBRTC_SEC;
    nitems = 0;
}


static ngx_webrtc_allocate_item_t *
add(ngx_int_t wanted, uint64_t r0, uint64_t r1, uint64_t r2)
{
    ngx_webrtc_allocate_item_t  *item;

    item = &items[nitems++];

    ngx_webrtc_allocate_add(&allocate, item, wanted);
    item->rates[0] = r0;
    item->rates[1] = r1;
    item->rates[2] = r2;

    return item;
}


static void
run(ngx_uint_t msec)
{
    ngx_int_t   before[NITEMS];
    ngx_uint_t  i, k;

    for (i = 0; i < msec / 200; i++) {
        for (k = 0; k < nitems; k++) {
            before[k] = items[k].cap;
        }

        now += STEP;
        ngx_webrtc_allocate_review(&allocate, &way, now);

        for (k = 0; k < nitems; k++) {
            changes += (items[k].cap != before[k]);
        }
    }
}


static void
best_layer_that_fits_is_chosen(void **state)
{
    ngx_webrtc_allocate_item_t  *item;

    (void) state;

    start(100000, 40000);
    item = add(AUTO, 150000, 500000, 1500000);
    run(10000);
    assert_int_equal(item->cap, 0);

    start(700000, 40000);
    item = add(AUTO, 150000, 500000, 1500000);
    run(1000);
    assert_int_equal(item->cap, 1);

    /* with head room: 1.54 of 1.8 Mbit/s is too much, of 1.85 is not */

    way.estimate = 1800000;
    run(1000);
    assert_int_equal(item->cap, 1);

    way.estimate = 1850000;
    run(1000);
    assert_int_equal(item->cap, 2);

    /* without it once it is there */

    way.estimate = 1600000;
    run(10000);
    assert_int_equal(item->cap, 2);
}


static void
all_are_raised_evenly(void **state)
{
    (void) state;

    start(2000000, 100000);
    add(AUTO, 150000, 500000, 1500000);
    add(AUTO, 150000, 500000, 1500000);
    add(AUTO, 150000, 500000, 1500000);
    run(1000);

    assert_int_equal(items[0].cap, 1);
    assert_int_equal(items[1].cap, 1);
    assert_int_equal(items[2].cap, 1);

    way.estimate = 3500000;
    run(1000);
    assert_int_equal(items[0].cap + items[1].cap + items[2].cap, 4);
}


static void
shortage_is_answered_as_fast_as_it_is_bad(void **state)
{
    (void) state;

    start(2000000, 0);
    add(AUTO, 150000, 500000, 1500000);
    run(1000);
    assert_int_equal(items[0].cap, 2);

    /* a little, for a short time, and for long */

    way.estimate = 1400000;
    run(2000);
    way.estimate = 1600000;
    run(1000);
    assert_int_equal(items[0].cap, 2);

    way.estimate = 1400000;
    run(2000);
    assert_int_equal(items[0].cap, 2);
    run(2000);
    assert_int_equal(items[0].cap, 1);

    /* much, and two steps at once */

    way.estimate = 2000000;
    run(40000);
    assert_int_equal(items[0].cap, 2);

    way.estimate = 300000;
    run(800);
    assert_int_equal(items[0].cap, 0);
}


static void
step_up_that_goes_wrong_is_tried_more_seldom(void **state)
{
    ngx_uint_t  i;

    (void) state;

    start(1000000, 0);
    add(AUTO, 150000, 500000, 1500000);
    changes = 0;

    /* the estimate rises when little is sent, and falls when it is much */

    for (i = 0; i < 600; i++) {
        way.estimate = (items[0].cap == 2) ? 900000 : 2000000;
        run(200);
    }

    /* two minutes: 3 + 6 + 12 + 24 + 30 + 30 s, up and down */

    assert_in_range(changes, 6, 16);

    way.estimate = 2000000;
    run(60000);
    assert_int_equal(items[0].cap, 2);

    /* all is forgiven after a time that went well */

    assert_int_equal(allocate.hold, 3 * NGX_WEBRTC_SEC);
}


static void
probe_comes_before_a_step_up(void **state)
{
    (void) state;

    start(600000, 50000);
    way.probes = 1;
    add(AUTO, 150000, 500000, 1500000);

    run(1000);
    assert_int_equal(items[0].cap, 0);
    assert_in_range(allocate.probe, 700000, 750000);

    way.estimate = allocate.probe;
    way.probed = allocate.probe;
    run(200);
    assert_int_equal(items[0].cap, 1);
    assert_int_equal(allocate.probe, 0);

    /* the next one when the effect is known */

    run(1000);
    assert_in_range(allocate.probe, 2000000, 2100000);

    /* no more for a while when it shows that there is none */

    way.full = 1;
    run(200);
    way.full = 0;
    run(2800);
    assert_int_equal(allocate.probe, 0);
    run(400);
    assert_true(allocate.probe > 0);
    way.full = 1;
    run(200);
    way.full = 0;
    run(5800);
    assert_int_equal(allocate.probe, 0);
    run(400);
    assert_true(allocate.probe > 0);

    assert_int_equal(items[0].cap, 1);
}


static void
layer_asked_for_is_kept_until_shortage_lasts(void **state)
{
    (void) state;

    start(1000000, 0);
    add(2, 150000, 500000, 1500000);
    add(AUTO, 150000, 500000, 1500000);

    run(2000);
    assert_int_equal(items[0].cap, 2);
    assert_int_equal(items[1].cap, 0);

    run(3000);
    assert_int_equal(items[0].cap, 1);
    assert_int_equal(items[1].cap, 0);

    /* to say it once more makes no room for it */

    ngx_webrtc_allocate_want(&items[0], 2);
    assert_int_equal(items[0].cap, 1);

    way.estimate = 400000;
    run(5000);
    assert_int_equal(items[0].cap, 0);

    /* it is the first to get more */

    way.estimate = 800000;
    run(60000);
    assert_int_equal(items[0].cap, 1);
    assert_int_equal(items[1].cap, 0);

    way.estimate = 10000000;
    run(60000);
    assert_int_equal(items[0].cap, 2);
    assert_int_equal(items[1].cap, 2);

    /* and never gets more than that */

    ngx_webrtc_allocate_want(&items[0], 1);
    run(1000);
    assert_int_equal(items[0].cap, 1);

    ngx_webrtc_allocate_want(&items[0], AUTO);
    run(1000);
    assert_int_equal(items[0].cap, 2);
}


static void
layers_that_are_not_sent_are_passed_over(void **state)
{
    (void) state;

    start(2000000, 0);
    add(AUTO, 150000, 0, 1500000);
    add(AUTO, 0, 0, 0);
    run(1000);
    assert_int_equal(items[0].cap, 2);
    assert_int_equal(items[1].cap, 0);

    /* a layer that ends and comes back has to be earned again */

    way.probes = 1;
    items[0].rates[2] = 0;
    run(1000);
    items[0].rates[2] = 1500000;
    run(1000);
    assert_int_equal(items[0].cap, 0);
    assert_true(allocate.probe > 0);

    /* only the largest: it is what there is */

    start(100000, 0);
    add(AUTO, 0, 0, 1500000);
    run(5000);
    assert_int_equal(items[0].cap, 2);
}


static void
who_leaves_makes_room(void **state)
{
    (void) state;

    start(1000000, 0);
    add(AUTO, 150000, 500000, 1500000);
    add(AUTO, 150000, 500000, 1500000);
    run(1000);
    assert_int_equal(items[0].cap + items[1].cap, 1);

    ngx_webrtc_allocate_remove(&items[items[0].cap ? 0 : 1]);
    run(1000);
    assert_int_equal(items[0].cap, 1);
    assert_int_equal(items[1].cap, 1);
}


int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(best_layer_that_fits_is_chosen),
        cmocka_unit_test(all_are_raised_evenly),
        cmocka_unit_test(shortage_is_answered_as_fast_as_it_is_bad),
        cmocka_unit_test(step_up_that_goes_wrong_is_tried_more_seldom),
        cmocka_unit_test(probe_comes_before_a_step_up),
        cmocka_unit_test(layer_asked_for_is_kept_until_shortage_lasts),
        cmocka_unit_test(layers_that_are_not_sent_are_passed_over),
        cmocka_unit_test(who_leaves_makes_room)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
