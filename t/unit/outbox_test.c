
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <core/ngx_webrtc_outbox.h>


static ngx_pool_t         *test_pool;
static ngx_webrtc_path_t   test_path;


static int
test_setup(void **state)
{
    (void) state;

    test_pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, NULL);

    ngx_webrtc_addr_set_v4(&test_path.remote, "\300\0\2\1", 1000);
    ngx_webrtc_addr_set_v4(&test_path.local, "\300\0\2\2", 10000);

    return test_pool ? 0 : -1;
}


static int
test_teardown(void **state)
{
    (void) state;

    ngx_destroy_pool(test_pool);

    return 0;
}


static void
outbox_starts_empty(void **state)
{
    ngx_webrtc_outbox_t  out;

    (void) state;

    assert_int_equal(ngx_webrtc_outbox_init(&out, test_pool, 100, 4), NGX_OK);
    assert_true(ngx_webrtc_outbox_empty(&out));
    assert_int_equal(out.dropped, 0);
}


static void
outbox_keeps_messages_in_order_one_after_another(void **state)
{
    ngx_webrtc_outbox_t  out;

    (void) state;

    assert_int_equal(ngx_webrtc_outbox_init(&out, test_pool, 100, 4), NGX_OK);

    assert_int_equal(ngx_webrtc_outbox_add(&out, &test_path, "first", 5),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_outbox_add(&out, &test_path, "second", 6),
                     NGX_OK);

    assert_false(ngx_webrtc_outbox_empty(&out));
    assert_int_equal(out.nmessages, 2);
    assert_int_equal(out.messages[0].len, 5);
    assert_memory_equal(out.messages[0].data, "first", 5);
    assert_ptr_equal(out.messages[1].data, out.messages[0].data + 5);
    assert_memory_equal(out.messages[1].data, "second", 6);
    assert_memory_equal(&out.messages[1].path, &test_path,
                        sizeof(ngx_webrtc_path_t));
}


static void
outbox_reserve_without_commit_is_nothing(void **state)
{
    u_char               *p;
    ngx_webrtc_outbox_t   out;

    (void) state;

    assert_int_equal(ngx_webrtc_outbox_init(&out, test_pool, 100, 4), NGX_OK);

    p = ngx_webrtc_outbox_reserve(&out, 50);
    assert_non_null(p);
    assert_true(ngx_webrtc_outbox_empty(&out));
    assert_ptr_equal(ngx_webrtc_outbox_reserve(&out, 100), p);
}


static void
outbox_commit_may_be_shorter_than_the_reserve(void **state)
{
    u_char               *p;
    ngx_webrtc_outbox_t   out;

    (void) state;

    assert_int_equal(ngx_webrtc_outbox_init(&out, test_pool, 100, 4), NGX_OK);

    p = ngx_webrtc_outbox_reserve(&out, 100);
    assert_non_null(p);
    ngx_memset(p, 'x', 10);
    ngx_webrtc_outbox_commit(&out, &test_path, 10, 0);

    assert_ptr_equal(ngx_webrtc_outbox_reserve(&out, 90), p + 10);
    assert_null(ngx_webrtc_outbox_reserve(&out, 91));
}


static void
outbox_without_room_declines_and_counts(void **state)
{
    ngx_webrtc_outbox_t  out;

    (void) state;

    assert_int_equal(ngx_webrtc_outbox_init(&out, test_pool, 10, 4), NGX_OK);

    assert_int_equal(ngx_webrtc_outbox_add(&out, &test_path, "12345678", 8),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_outbox_add(&out, &test_path, "123", 3),
                     NGX_DECLINED);
    assert_int_equal(out.dropped, 1);

    /* a smaller one still fits */

    assert_int_equal(ngx_webrtc_outbox_add(&out, &test_path, "12", 2),
                     NGX_OK);
    assert_int_equal(out.nmessages, 2);
}


static void
outbox_without_messages_left_declines_and_counts(void **state)
{
    ngx_webrtc_outbox_t  out;

    (void) state;

    assert_int_equal(ngx_webrtc_outbox_init(&out, test_pool, 100, 1), NGX_OK);

    assert_int_equal(ngx_webrtc_outbox_add(&out, &test_path, "1", 1), NGX_OK);
    assert_int_equal(ngx_webrtc_outbox_add(&out, &test_path, "2", 1),
                     NGX_DECLINED);
    assert_int_equal(out.dropped, 1);
}


static void
outbox_segment_of_a_single_datagram_is_none(void **state)
{
    ngx_webrtc_outbox_t  out;

    (void) state;

    assert_int_equal(ngx_webrtc_outbox_init(&out, test_pool, 5000, 4),
                     NGX_OK);

    assert_non_null(ngx_webrtc_outbox_reserve(&out, 3000));
    ngx_webrtc_outbox_commit(&out, &test_path, 1200, 1200);
    ngx_webrtc_outbox_commit(&out, &test_path, 2500, 1200);

    assert_int_equal(out.messages[0].segment, 0);
    assert_int_equal(out.messages[1].segment, 1200);
}


static void
put(ngx_webrtc_outbox_t *out, const ngx_webrtc_path_t *path, size_t len)
{
    u_char  *p;

    p = ngx_webrtc_outbox_reserve(out, len);
    assert_non_null(p);
    memset(p, 'x', len);
    ngx_webrtc_outbox_append(out, path, len);
}


static void
datagrams_of_one_size_and_way_become_one_message(void **state)
{
    ngx_uint_t           i;
    ngx_webrtc_path_t    other;
    ngx_webrtc_outbox_t  out;

    (void) state;

    assert_int_equal(ngx_webrtc_outbox_init(&out, test_pool, 200000, 100),
                     NGX_OK);

    other = test_path;
    other.remote.port = 1001;

    put(&out, &test_path, 100);
    put(&out, &test_path, 100);
    put(&out, &test_path, 60);
    assert_int_equal(out.nmessages, 1);
    assert_int_equal(out.messages[0].len, 260);
    assert_int_equal(out.messages[0].segment, 100);

    /* a short one ends a run, a longer one or another way begins one */

    put(&out, &test_path, 60);
    put(&out, &test_path, 61);
    put(&out, &other, 61);
    assert_int_equal(out.nmessages, 4);
    assert_int_equal(out.messages[1].segment, 0);
    assert_int_equal(out.messages[3].segment, 0);

    /* what is sent is not touched, nor what was added in between */

    out.head = 4;
    put(&out, &other, 61);
    assert_int_equal(out.nmessages, 5);
    assert_int_equal(out.messages[3].len, 61);

    /* the limits of the kernel */

    for (i = 0; i < NGX_WEBRTC_SEGMENTS_MAX; i++) {
        put(&out, &other, 61);
    }

    assert_int_equal(out.nmessages, 6);
    assert_int_equal(out.messages[4].len, 61 * NGX_WEBRTC_SEGMENTS_MAX);
    assert_int_equal(out.messages[5].len, 61);

    for (i = 0; i < 60; i++) {
        put(&out, &test_path, 1200);
    }

    assert_int_equal(out.nmessages, 8);
    assert_int_equal(out.messages[6].len, 1200 * 54);
    assert_true(out.messages[6].len <= NGX_WEBRTC_MESSAGE_MAX);
}


static void
outbox_reset_makes_room_and_keeps_the_count_of_drops(void **state)
{
    ngx_webrtc_outbox_t  out;

    (void) state;

    assert_int_equal(ngx_webrtc_outbox_init(&out, test_pool, 4, 1), NGX_OK);

    assert_int_equal(ngx_webrtc_outbox_add(&out, &test_path, "1234", 4),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_outbox_add(&out, &test_path, "1", 1),
                     NGX_DECLINED);

    out.head = 1;
    assert_true(ngx_webrtc_outbox_empty(&out));

    ngx_webrtc_outbox_reset(&out);

    assert_true(ngx_webrtc_outbox_empty(&out));
    assert_int_equal(out.dropped, 1);
    assert_int_equal(ngx_webrtc_outbox_add(&out, &test_path, "abcd", 4),
                     NGX_OK);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(outbox_starts_empty),
        cmocka_unit_test(outbox_keeps_messages_in_order_one_after_another),
        cmocka_unit_test(outbox_reserve_without_commit_is_nothing),
        cmocka_unit_test(outbox_commit_may_be_shorter_than_the_reserve),
        cmocka_unit_test(outbox_without_room_declines_and_counts),
        cmocka_unit_test(outbox_without_messages_left_declines_and_counts),
        cmocka_unit_test(outbox_segment_of_a_single_datagram_is_none),
        cmocka_unit_test(datagrams_of_one_size_and_way_become_one_message),
        cmocka_unit_test(outbox_reset_makes_room_and_keeps_the_count_of_drops)
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
