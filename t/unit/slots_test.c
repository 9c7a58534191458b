
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/ngx_webrtc_slots.h>


static void
an_id_finds_its_object_until_it_is_removed(void **state)
{
    int                 a, b;
    uint64_t            ia, ib;
    ngx_webrtc_slots_t  slots;

    (void) state;

    ngx_webrtc_slots_init(&slots, 100, NULL);

    ia = ngx_webrtc_slots_add(&slots, &a);
    ib = ngx_webrtc_slots_add(&slots, &b);

    assert_true(ia != 0 && ib != 0 && ia != ib);
    assert_ptr_equal(ngx_webrtc_slots_find(&slots, ia), &a);
    assert_ptr_equal(ngx_webrtc_slots_find(&slots, ib), &b);

    ngx_webrtc_slots_remove(&slots, ia);
    ngx_webrtc_slots_remove(&slots, ia);

    assert_null(ngx_webrtc_slots_find(&slots, ia));
    assert_ptr_equal(ngx_webrtc_slots_find(&slots, ib), &b);
    assert_int_equal(slots.count, 1);

    ngx_webrtc_slots_cleanup(&slots);
}


static void
a_late_id_does_not_find_the_next_tenant(void **state)
{
    int                 a, b;
    uint64_t            ia, ib;
    ngx_webrtc_slots_t  slots;

    (void) state;

    ngx_webrtc_slots_init(&slots, 1, NULL);

    ia = ngx_webrtc_slots_add(&slots, &a);
    ngx_webrtc_slots_remove(&slots, ia);
    ib = ngx_webrtc_slots_add(&slots, &b);

    assert_int_equal((uint32_t) ia, (uint32_t) ib);
    assert_null(ngx_webrtc_slots_find(&slots, ia));
    assert_ptr_equal(ngx_webrtc_slots_find(&slots, ib), &b);

    ngx_webrtc_slots_remove(&slots, ia);

    assert_ptr_equal(ngx_webrtc_slots_find(&slots, ib), &b);

    ngx_webrtc_slots_cleanup(&slots);
}


static void
the_table_grows_up_to_its_maximum(void **state)
{
    int                 n[200];
    uint64_t            ids[200];
    ngx_uint_t          i;
    ngx_webrtc_slots_t  slots;

    (void) state;

    ngx_webrtc_slots_init(&slots, 150, NULL);

    for (i = 0; i < 200; i++) {
        ids[i] = ngx_webrtc_slots_add(&slots, &n[i]);
        assert_int_equal(ids[i] != 0, i < 150);
    }

    for (i = 0; i < 150; i++) {
        assert_ptr_equal(ngx_webrtc_slots_find(&slots, ids[i]), &n[i]);
    }

    ngx_webrtc_slots_remove(&slots, ids[77]);

    assert_true(ngx_webrtc_slots_add(&slots, &n[0]) != 0);
    assert_true(ngx_webrtc_slots_add(&slots, &n[0]) == 0);

    ngx_webrtc_slots_cleanup(&slots);
}


static void
unknown_ids_find_nothing(void **state)
{
    ngx_webrtc_slots_t  slots;

    (void) state;

    ngx_webrtc_slots_init(&slots, 10, NULL);

    assert_null(ngx_webrtc_slots_find(&slots, 0));
    assert_null(ngx_webrtc_slots_find(&slots, UINT64_MAX));
    ngx_webrtc_slots_remove(&slots, 5);

    ngx_webrtc_slots_cleanup(&slots);
}


static void
a_walk_sees_every_object_even_when_it_removes_them(void **state)
{
    int                *p, n[5];
    uint32_t            index;
    uint64_t            ids[5];
    ngx_uint_t          i, seen;
    ngx_webrtc_slots_t  slots;

    (void) state;

    ngx_webrtc_slots_init(&slots, 10, NULL);

    for (i = 0; i < 5; i++) {
        ids[i] = ngx_webrtc_slots_add(&slots, &n[i]);
    }

    ngx_webrtc_slots_remove(&slots, ids[0]);
    ngx_webrtc_slots_remove(&slots, ids[3]);

    index = 0;
    seen = 0;

    while ((p = ngx_webrtc_slots_next(&slots, &index)) != NULL) {
        ngx_webrtc_slots_remove(&slots, ids[p - n]);
        seen++;
    }

    assert_int_equal(seen, 3);
    assert_int_equal(slots.count, 0);

    ngx_webrtc_slots_cleanup(&slots);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(an_id_finds_its_object_until_it_is_removed),
        cmocka_unit_test(a_late_id_does_not_find_the_next_tenant),
        cmocka_unit_test(the_table_grows_up_to_its_maximum),
        cmocka_unit_test(unknown_ids_find_nothing),
        cmocka_unit_test(a_walk_sees_every_object_even_when_it_removes_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
