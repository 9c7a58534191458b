
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <proto/ngx_webrtc_zlib.h>


/* every input in a block of its exact size */

static ngx_int_t
inflate_copy(ngx_webrtc_zlib_t *zlib, const u_char *data, size_t len,
    size_t max, ngx_str_t *out)
{
    u_char     *copy;
    ngx_int_t   rc;

    copy = malloc(len ? len : 1);
    memcpy(copy, data, len);

    rc = ngx_webrtc_zlib_inflate(zlib, copy, len, max, out);

    free(copy);

    return rc;
}


static u_char *
noise(size_t len)
{
    size_t     i;
    u_char    *data;
    uint32_t   seed;

    data = malloc(len);
    seed = 1;

    for (i = 0; i < len; i++) {
        seed = seed * 1664525 + 1013904223;
        data[i] = seed >> 24;
    }

    return data;
}


static void
what_was_deflated_is_inflated(void **state)
{
    size_t              i;
    u_char             *data;
    ngx_str_t           packed, plain;
    ngx_webrtc_zlib_t  *zlib;

    static const size_t  sizes[] = { 0, 1, 100, 4095, 4096, 4097, 300000 };

    (void) state;

    zlib = ngx_webrtc_zlib_create(NULL);

    for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        data = noise(sizes[i] + 1);

        assert_int_equal(ngx_webrtc_zlib_deflate(zlib, data, sizes[i],
                                                 &packed), NGX_OK);

        /* RFC 1950: deflate with a 32 kbyte window, a check of the header */

        assert_int_equal(packed.data[0], 0x78);
        assert_int_equal((packed.data[0] * 256 + packed.data[1]) % 31, 0);

        assert_int_equal(inflate_copy(zlib, packed.data, packed.len,
                                      sizes[i], &plain), NGX_OK);
        assert_int_equal(plain.len, sizes[i]);
        assert_memory_equal(plain.data, data, sizes[i]);

        free(data);
    }

    ngx_webrtc_zlib_destroy(zlib);
}


static void
a_message_that_comes_again_is_the_same(void **state)
{
    u_char              first[256];
    ngx_str_t           packed, plain;
    ngx_webrtc_zlib_t  *zlib;

    (void) state;

    zlib = ngx_webrtc_zlib_create(NULL);

    assert_int_equal(ngx_webrtc_zlib_deflate(zlib, (u_char *) "abcabc", 6,
                                             &packed), NGX_OK);
    memcpy(first, packed.data, packed.len);

    assert_int_equal(ngx_webrtc_zlib_deflate(zlib, (u_char *) "abcabc", 6,
                                             &packed), NGX_OK);
    assert_memory_equal(first, packed.data, packed.len);

    /* of the same length, and the beginning of the one before */

    assert_int_equal(ngx_webrtc_zlib_deflate(zlib, (u_char *) "abcabd", 6,
                                             &packed), NGX_OK);
    assert_int_equal(inflate_copy(zlib, packed.data, packed.len, 6, &plain),
                     NGX_OK);
    assert_memory_equal(plain.data, "abcabd", 6);

    assert_int_equal(ngx_webrtc_zlib_deflate(zlib, (u_char *) "abc", 3,
                                             &packed), NGX_OK);
    assert_int_equal(inflate_copy(zlib, packed.data, packed.len, 6, &plain),
                     NGX_OK);
    assert_int_equal(plain.len, 3);

    ngx_webrtc_zlib_destroy(zlib);
}


static void
a_bomb_is_seen_at_the_limit(void **state)
{
    u_char             *data, *bomb;
    ngx_str_t           packed, plain;
    ngx_webrtc_zlib_t  *zlib;

    (void) state;

    zlib = ngx_webrtc_zlib_create(NULL);

    data = calloc(1, 8000000);

    assert_int_equal(ngx_webrtc_zlib_deflate(zlib, data, 8000000, &packed),
                     NGX_OK);
    assert_true(packed.len < 10000);

    bomb = malloc(packed.len);
    memcpy(bomb, packed.data, packed.len);

    assert_int_equal(inflate_copy(zlib, bomb, packed.len, 1000000, &plain),
                     NGX_ABORT);
    assert_int_equal(inflate_copy(zlib, bomb, packed.len, 7999999, &plain),
                     NGX_ABORT);
    assert_int_equal(inflate_copy(zlib, bomb, packed.len, 8000000, &plain),
                     NGX_OK);
    assert_int_equal(plain.len, 8000000);

    free(bomb);
    free(data);

    ngx_webrtc_zlib_destroy(zlib);
}


static void
what_is_not_one_whole_stream_is_refused(void **state)
{
    size_t              len;
    u_char              data[256];
    ngx_str_t           packed, plain;
    ngx_webrtc_zlib_t  *zlib;

    (void) state;

    zlib = ngx_webrtc_zlib_create(NULL);

    assert_int_equal(ngx_webrtc_zlib_deflate(zlib,
                                             (u_char *) "some plain text", 15,
                                             &packed), NGX_OK);
    memcpy(data, packed.data, packed.len);

    for (len = 0; len < packed.len; len++) {
        assert_int_equal(inflate_copy(zlib, data, len, 1000, &plain),
                         NGX_DECLINED);
    }

    data[packed.len] = 0;
    assert_int_equal(inflate_copy(zlib, data, packed.len + 1, 1000, &plain),
                     NGX_DECLINED);

    /* of the checksum, of the body, of the header */

    data[packed.len - 1] ^= 1;
    assert_int_equal(inflate_copy(zlib, data, packed.len, 1000, &plain),
                     NGX_DECLINED);
    data[packed.len - 1] ^= 1;

    data[3] ^= 0x55;
    assert_int_equal(inflate_copy(zlib, data, packed.len, 1000, &plain),
                     NGX_DECLINED);
    data[3] ^= 0x55;

    data[0] ^= 1;
    assert_int_equal(inflate_copy(zlib, data, packed.len, 1000, &plain),
                     NGX_DECLINED);
    data[0] ^= 1;

    assert_int_equal(inflate_copy(zlib, (u_char *) "{\"type\":\"x\"}", 12,
                                  1000, &plain), NGX_DECLINED);

    /* nothing of it stays behind */

    assert_int_equal(inflate_copy(zlib, data, packed.len, 15, &plain),
                     NGX_OK);
    assert_memory_equal(plain.data, "some plain text", 15);

    ngx_webrtc_zlib_destroy(zlib);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_was_deflated_is_inflated),
        cmocka_unit_test(a_message_that_comes_again_is_the_same),
        cmocka_unit_test(a_bomb_is_seen_at_the_limit),
        cmocka_unit_test(what_is_not_one_whole_stream_is_refused)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
