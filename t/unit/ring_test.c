
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <media/ngx_webrtc_ring.h>


static void
ring_finds_packets_until_they_give_way(void **state)
{
    uint64_t           seq;
    ngx_webrtc_ring_t  ring;

    (void) state;

    assert_int_equal(ngx_webrtc_ring_init(&ring, 16, NULL), NGX_OK);
    assert_null(ngx_webrtc_ring_find(&ring, 0));

    for (seq = 65530; seq < 65560; seq++) {
        ngx_webrtc_ring_next(&ring)->timestamp = (uint32_t) seq;
        ngx_webrtc_ring_add(&ring, seq);

        assert_non_null(ngx_webrtc_ring_find(&ring, seq));
        assert_null(ngx_webrtc_ring_find(&ring, seq + 1));
    }

    assert_null(ngx_webrtc_ring_find(&ring, 65543));

    for (seq = 65544; seq < 65560; seq++) {
        assert_int_equal(ngx_webrtc_ring_find(&ring, seq)->timestamp, seq);
    }

    ngx_webrtc_ring_cleanup(&ring);
}


static void
ring_keeps_order_of_arrival(void **state)
{
    ngx_uint_t         i;
    ngx_webrtc_ring_t  ring;
    const uint64_t     seqs[] = { 7, 9, 8, 10 };

    (void) state;

    assert_int_equal(ngx_webrtc_ring_init(&ring, 8, NULL), NGX_OK);

    for (i = 0; i < 4; i++) {
        ngx_webrtc_ring_add(&ring, seqs[i]);
    }

    for (i = 0; i < 4; i++) {
        assert_int_equal(ngx_webrtc_ring_get(&ring, i)->seq, seqs[i]);
        assert_ptr_equal(ngx_webrtc_ring_find(&ring, seqs[i]),
                         ngx_webrtc_ring_get(&ring, i));
    }

    ngx_webrtc_ring_cleanup(&ring);
}


static void
ring_remembers_numbers_that_gave_way_early(void **state)
{
    uint64_t           seq;
    ngx_webrtc_ring_t  ring;

    (void) state;

    assert_int_equal(ngx_webrtc_ring_init(&ring, 8, NULL), NGX_OK);

    /* the newest number came first, seven late ones and the next follow */

    ngx_webrtc_ring_add(&ring, 107);

    for (seq = 100; seq < 107; seq++) {
        ngx_webrtc_ring_add(&ring, seq);
    }

    assert_non_null(ngx_webrtc_ring_find(&ring, 107));

    ngx_webrtc_ring_add(&ring, 108);

    assert_null(ngx_webrtc_ring_find(&ring, 107));
    assert_true(ngx_webrtc_ring_has(&ring, 107));
    assert_false(ngx_webrtc_ring_has(&ring, 109));

    ngx_webrtc_ring_cleanup(&ring);
}


static void
ring_forgets_what_was_overwritten(void **state)
{
    uint64_t           seq;
    ngx_webrtc_ring_t  ring;

    (void) state;

    assert_int_equal(ngx_webrtc_ring_init(&ring, 8, NULL), NGX_OK);

    for (seq = 100; seq < 108; seq++) {
        ngx_webrtc_ring_next(&ring)->keyframe = 1;
        ngx_webrtc_ring_add(&ring, seq);
    }

    assert_non_null(ngx_webrtc_ring_find(&ring, 100));

    ngx_webrtc_ring_spoil(&ring);

    assert_null(ngx_webrtc_ring_find(&ring, 100));
    assert_int_equal(ngx_webrtc_ring_get(&ring, 0)->keyframe, 0);
    assert_non_null(ngx_webrtc_ring_find(&ring, 101));

    ngx_webrtc_ring_add(&ring, 108);

    assert_non_null(ngx_webrtc_ring_find(&ring, 108));

    ngx_webrtc_ring_cleanup(&ring);
}


static void
ring_tells_what_is_too_old(void **state)
{
    uint64_t           seq;
    ngx_webrtc_ring_t  ring;

    (void) state;

    assert_int_equal(ngx_webrtc_ring_init(&ring, 16, NULL), NGX_OK);

    assert_int_equal(ngx_webrtc_ring_late(&ring, 0, 100, 1000), 0);

    for (seq = 1; seq <= 10; seq++) {
        ngx_webrtc_ring_next(&ring)->arrived = 20 * seq;
        ngx_webrtc_ring_add(&ring, seq);
    }

    assert_int_equal(ngx_webrtc_ring_late(&ring, 0, 100, 120), 0);
    assert_int_equal(ngx_webrtc_ring_late(&ring, 0, 100, 121), 3);
    assert_int_equal(ngx_webrtc_ring_late(&ring, 1, 100, 121), 0);
    assert_int_equal(ngx_webrtc_ring_late(&ring, 0, 100, 1000), 10);
    assert_int_equal(ngx_webrtc_ring_late(&ring, 10, 100, 1000), 0);

    /* gone round: at least half of the ring */

    for ( /* void */ ; seq <= 20; seq++) {
        ngx_webrtc_ring_next(&ring)->arrived = 200;
        ngx_webrtc_ring_add(&ring, seq);
    }

    assert_int_equal(ngx_webrtc_ring_late(&ring, 0, 1000, 201), 12);
    assert_int_equal(ngx_webrtc_ring_late(&ring, 0, 100, 1000), 20);
    assert_int_equal(ngx_webrtc_ring_late(&ring, 4, 1000, 201), 0);

    ngx_webrtc_ring_cleanup(&ring);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(ring_finds_packets_until_they_give_way),
        cmocka_unit_test(ring_keeps_order_of_arrival),
        cmocka_unit_test(ring_remembers_numbers_that_gave_way_early),
        cmocka_unit_test(ring_forgets_what_was_overwritten),
        cmocka_unit_test(ring_tells_what_is_too_old)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
