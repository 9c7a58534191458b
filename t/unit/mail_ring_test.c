
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* not in the library of pure files, though it needs no nginx */
#include <event/ngx_webrtc_mail_ring.c>


#define TEST_SIZE  256


static u_char                  test_memory[TEST_SIZE];
static u_char                  test_buf[TEST_SIZE];
static ngx_webrtc_mail_ring_t  test_ring;


static int
test_setup(void **state)
{
    (void) state;

    ngx_webrtc_mail_ring_init(&test_ring, test_memory, TEST_SIZE + 5);

    test_ring.size = TEST_SIZE;

    return 0;
}


static ngx_int_t
test_write(uint32_t type, const char *a, const char *b)
{
    ngx_webrtc_mail_head_t  head;

    ngx_memzero(&head, sizeof(head));

    head.len = (uint32_t) (strlen(a) + strlen(b));
    head.type = type;
    head.seat = 3;
    head.term = 7;
    head.id = type * 100ULL;

    return ngx_webrtc_mail_ring_write(&test_ring, &head, a, strlen(a), b,
                                      strlen(b));
}


static void
test_read(uint32_t type, const char *text)
{
    u_char                  *body;
    ngx_webrtc_mail_head_t   head;

    assert_int_equal(ngx_webrtc_mail_ring_read(&test_ring, &head, &body,
                                               test_buf),
                     NGX_OK);
    assert_int_equal(head.type, type);
    assert_int_equal(head.seat, 3);
    assert_int_equal(head.term, 7);
    assert_int_equal(head.id, type * 100ULL);
    assert_int_equal(head.len, strlen(text));
    assert_memory_equal(body, text, strlen(text));

    ngx_webrtc_mail_ring_next(&test_ring, &head);
}


static void
test_is_empty(void)
{
    u_char                  *body;
    ngx_webrtc_mail_head_t   head;

    assert_true(ngx_webrtc_mail_ring_empty(&test_ring));
    assert_int_equal(ngx_webrtc_mail_ring_read(&test_ring, &head, &body,
                                               test_buf),
                     NGX_AGAIN);
}


static void
mail_comes_out_in_order(void **state)
{
    (void) state;

    test_is_empty();

    assert_int_equal(test_write(1, "one", ""), NGX_DONE);
    assert_int_equal(test_write(2, "t", "wo"), NGX_OK);
    assert_int_equal(test_write(3, "", ""), NGX_OK);

    test_read(1, "one");
    test_read(2, "two");
    test_read(3, "");

    test_is_empty();
}


static void
only_the_first_message_wakes_the_reader(void **state)
{
    (void) state;

    assert_int_equal(test_write(1, "a", ""), NGX_DONE);
    assert_int_equal(test_write(2, "b", ""), NGX_OK);

    test_read(1, "a");

    assert_int_equal(test_write(3, "c", ""), NGX_OK);

    test_read(2, "b");
    test_read(3, "c");

    assert_int_equal(test_write(4, "d", ""), NGX_DONE);
}


static void
a_full_ring_takes_mail_again_when_read(void **state)
{
    ngx_uint_t  n;

    (void) state;

    for (n = 0; test_write((uint32_t) n, "12345678", "") != NGX_AGAIN; n++) {
        assert_true(n < TEST_SIZE);
    }

    assert_int_equal(n, TEST_SIZE / (sizeof(ngx_webrtc_mail_head_t) + 8));

    test_read(0, "12345678");

    assert_int_equal(test_write((uint32_t) n, "12345678", ""), NGX_OK);
    assert_int_equal(test_write(99, "12345678", ""), NGX_AGAIN);
}


static void
mail_larger_than_the_ring_is_an_error(void **state)
{
    char    text[TEST_SIZE + 1];
    size_t  max;

    (void) state;

    ngx_memset(text, 'x', sizeof(text));

    max = ngx_webrtc_mail_ring_max(&test_ring);

    text[max] = '\0';
    assert_int_equal(test_write(1, text, ""), NGX_DONE);
    test_read(1, text);

    text[max] = 'x';
    text[max + 1] = '\0';
    assert_int_equal(test_write(1, text, ""), NGX_ERROR);
}


static void
mail_around_the_end_is_whole(void **state)
{
    char      text[128];
    uint32_t  i, len, writes;

    (void) state;

    writes = 0;

    for (i = 0; i < 2000; i++) {
        len = (i * 37) % 100;

        ngx_memset(text, 'a' + (int) (i % 26), len);
        text[len] = '\0';

        if (i % 2) {
            assert_int_equal(test_write(i, text, ""), NGX_DONE);

        } else {
            assert_int_equal(test_write(i, "", text), NGX_DONE);
        }

        test_read(i, text);
        writes++;
    }

    assert_true(test_ring.tail > 10 * TEST_SIZE);
    test_is_empty();
}


static void
a_damaged_ring_is_emptied(void **state)
{
    u_char                  *body;
    ngx_webrtc_mail_head_t   head;

    (void) state;

    /* a length that leads beyond what was written */

    assert_int_equal(test_write(1, "a", ""), NGX_DONE);
    ngx_memset(test_memory, 0xff, 4);

    assert_int_equal(ngx_webrtc_mail_ring_read(&test_ring, &head, &body,
                                               test_buf),
                     NGX_ERROR);
    test_is_empty();

    /* positions that cannot be */

    test_ring.tail = test_ring.head + TEST_SIZE + 8;

    assert_int_equal(ngx_webrtc_mail_ring_read(&test_ring, &head, &body,
                                               test_buf),
                     NGX_ERROR);
    test_is_empty();

    assert_int_equal(test_write(2, "b", ""), NGX_DONE);
    test_read(2, "b");
}


static void
a_new_owner_starts_with_an_empty_ring(void **state)
{
    (void) state;

    assert_int_equal(test_write(1, "a", ""), NGX_DONE);
    assert_int_equal(test_write(2, "b", ""), NGX_OK);

    ngx_webrtc_mail_ring_reset(&test_ring);

    test_is_empty();

    assert_int_equal(test_write(3, "c", ""), NGX_DONE);
    test_read(3, "c");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(mail_comes_out_in_order, test_setup),
        cmocka_unit_test_setup(only_the_first_message_wakes_the_reader,
                               test_setup),
        cmocka_unit_test_setup(a_full_ring_takes_mail_again_when_read,
                               test_setup),
        cmocka_unit_test_setup(mail_larger_than_the_ring_is_an_error,
                               test_setup),
        cmocka_unit_test_setup(mail_around_the_end_is_whole, test_setup),
        cmocka_unit_test_setup(a_damaged_ring_is_emptied, test_setup),
        cmocka_unit_test_setup(a_new_owner_starts_with_an_empty_ring,
                               test_setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
