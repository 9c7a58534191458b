
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <core/ngx_webrtc_hash.h>


typedef struct {
    int                     value;
    char                    key[16];
    ngx_webrtc_hash_node_t  node;
} test_item_t;


static ngx_pool_t  *test_pool;


static int
test_setup(void **state)
{
    (void) state;

    test_pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, NULL);

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
hash_finds_what_was_added(void **state)
{
    test_item_t              item;
    ngx_webrtc_hash_t        hash;
    ngx_webrtc_hash_node_t  *node;

    (void) state;

    assert_int_equal(ngx_webrtc_hash_init(&hash, test_pool, 4, 1), NGX_OK);

    strcpy(item.key, "ufrag");
    ngx_webrtc_hash_add(&hash, &item.node, item.key, 5);

    node = ngx_webrtc_hash_find(&hash, "ufrag", 5);

    assert_ptr_equal(node, &item.node);
    assert_ptr_equal(ngx_webrtc_hash_data(node, test_item_t, node), &item);
    assert_int_equal(hash.count, 1);
}


static void
hash_prefetch_tells_where_a_key_would_be(void **state)
{
    test_item_t               item;
    ngx_webrtc_hash_t         hash;
    ngx_webrtc_hash_node_t  **bucket;

    (void) state;

    assert_int_equal(ngx_webrtc_hash_init(&hash, test_pool, 4, 1), NGX_OK);

    bucket = ngx_webrtc_hash_prefetch(&hash, "ufrag", 5);

    assert_null(*bucket);

    strcpy(item.key, "ufrag");
    ngx_webrtc_hash_add(&hash, &item.node, item.key, 5);

    assert_ptr_equal(*bucket, &item.node);
}


static void
hash_compares_whole_keys(void **state)
{
    test_item_t        item;
    ngx_webrtc_hash_t  hash;

    (void) state;

    assert_int_equal(ngx_webrtc_hash_init(&hash, test_pool, 4, 1), NGX_OK);

    strcpy(item.key, "ufrag");
    ngx_webrtc_hash_add(&hash, &item.node, item.key, 5);

    assert_null(ngx_webrtc_hash_find(&hash, "ufra", 4));
    assert_null(ngx_webrtc_hash_find(&hash, "ufrag2", 6));
    assert_null(ngx_webrtc_hash_find(&hash, "UFRAG", 5));
    assert_null(ngx_webrtc_hash_find(&hash, "", 0));
}


static void
hash_keys_may_hold_zero_bytes(void **state)
{
    test_item_t        a, b;
    ngx_webrtc_hash_t  hash;

    (void) state;

    assert_int_equal(ngx_webrtc_hash_init(&hash, test_pool, 4, 1), NGX_OK);

    ngx_webrtc_hash_add(&hash, &a.node, "a\0b", 3);
    ngx_webrtc_hash_add(&hash, &b.node, "a\0c", 3);

    assert_ptr_equal(ngx_webrtc_hash_find(&hash, "a\0b", 3), &a.node);
    assert_ptr_equal(ngx_webrtc_hash_find(&hash, "a\0c", 3), &b.node);
}


static void
hash_holds_more_than_it_has_buckets_and_removes_any(void **state)
{
    int                i, n;
    char               key[16];
    test_item_t       *items;
    ngx_webrtc_hash_t  hash;

    (void) state;

    n = 1000;

    assert_int_equal(ngx_webrtc_hash_init(&hash, test_pool, 16, 77), NGX_OK);

    items = ngx_pcalloc(test_pool, n * sizeof(test_item_t));
    assert_non_null(items);

    for (i = 0; i < n; i++) {
        items[i].value = i;
        snprintf(items[i].key, sizeof(items[i].key), "key%d", i);
        ngx_webrtc_hash_add(&hash, &items[i].node, items[i].key,
                            strlen(items[i].key));
    }

    assert_int_equal(hash.count, n);

    /* every third: heads, middles and tails of the chains */

    for (i = 0; i < n; i += 3) {
        ngx_webrtc_hash_remove(&hash, &items[i].node);
    }

    for (i = 0; i < n; i++) {
        snprintf(key, sizeof(key), "key%d", i);

        if (i % 3 == 0) {
            assert_null(ngx_webrtc_hash_find(&hash, key, strlen(key)));

        } else {
            assert_ptr_equal(ngx_webrtc_hash_find(&hash, key, strlen(key)),
                             &items[i].node);
        }
    }

    assert_int_equal(hash.count, n - (n + 2) / 3);
}


static void
hash_removing_an_absent_node_changes_nothing(void **state)
{
    test_item_t        a, b;
    ngx_webrtc_hash_t  hash;

    (void) state;

    assert_int_equal(ngx_webrtc_hash_init(&hash, test_pool, 4, 1), NGX_OK);

    ngx_webrtc_hash_add(&hash, &a.node, "a", 1);
    ngx_webrtc_hash_add(&hash, &b.node, "b", 1);

    ngx_webrtc_hash_remove(&hash, &a.node);
    ngx_webrtc_hash_remove(&hash, &a.node);

    assert_int_equal(hash.count, 1);
    assert_ptr_equal(ngx_webrtc_hash_find(&hash, "b", 1), &b.node);
}


static void
hash_size_becomes_a_power_of_two(void **state)
{
    ngx_webrtc_hash_t  hash;

    (void) state;

    assert_int_equal(ngx_webrtc_hash_init(&hash, test_pool, 0, 1), NGX_OK);
    assert_int_equal(hash.mask, 15);

    assert_int_equal(ngx_webrtc_hash_init(&hash, test_pool, 17, 1), NGX_OK);
    assert_int_equal(hash.mask, 31);
}


static void
hash_seed_decides_where_a_key_lands(void **state)
{
    int       i, same;
    char      key[16];
    uint32_t  first;

    (void) state;

    /* keys that share one bucket of 256 under a seed part under another */

    same = 0;
    first = ngx_webrtc_hash_key(2, "key0", 4) & 0xff;

    for (i = 1; i < 100000; i++) {
        snprintf(key, sizeof(key), "key%d", i);

        if ((ngx_webrtc_hash_key(1, key, strlen(key)) & 0xff)
            != (ngx_webrtc_hash_key(1, "key0", 4) & 0xff))
        {
            continue;
        }

        if ((ngx_webrtc_hash_key(2, key, strlen(key)) & 0xff) == first) {
            same++;
        }
    }

    assert_true(same < 20);
}


static void
hash_spreads_neighbouring_addresses(void **state)
{
    u_char      key[20];
    uint32_t    i, h;
    ngx_uint_t  load[256], worst;

    (void) state;

    memset(key, 0, sizeof(key));
    memset(load, 0, sizeof(load));

    for (i = 0; i < 25600; i++) {
        key[16] = (u_char) i;
        key[17] = (u_char) (i >> 8);
        h = ngx_webrtc_hash_key(99, key, sizeof(key));
        load[h & 0xff]++;
    }

    worst = 0;

    for (i = 0; i < 256; i++) {
        worst = ngx_max(worst, load[i]);
    }

    /* 100 on the average */

    assert_true(worst < 200);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(hash_finds_what_was_added),
        cmocka_unit_test(hash_prefetch_tells_where_a_key_would_be),
        cmocka_unit_test(hash_compares_whole_keys),
        cmocka_unit_test(hash_keys_may_hold_zero_bytes),
        cmocka_unit_test(hash_holds_more_than_it_has_buckets_and_removes_any),
        cmocka_unit_test(hash_removing_an_absent_node_changes_nothing),
        cmocka_unit_test(hash_size_becomes_a_power_of_two),
        cmocka_unit_test(hash_seed_decides_where_a_key_lands),
        cmocka_unit_test(hash_spreads_neighbouring_addresses)
    };

    return cmocka_run_group_tests(tests, test_setup, test_teardown);
}
