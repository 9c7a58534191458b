
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_random.h>


static void
bytes_format_most_significant_bit_first(void **state)
{
    u_char  id[NGX_WEBRTC_ID_LEN];
    u_char  zero[16] = { 0 };
    u_char  ones[16] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    u_char  first[16] = { 0x08, 0x86, 0x42, 0x98, 0xe8, 0x4a, 0x96, 0xc6,
                          0xb9, 0xf0, 0x8c, 0xa7, 0x4a, 0xda, 0xf8, 0x01 };

    (void) state;

    ngx_webrtc_id_format(id, zero);
    assert_memory_equal(id, "00000000000000000000000000", 26);

    ngx_webrtc_id_format(id, ones);
    assert_memory_equal(id, "ZZZZZZZZZZZZZZZZZZZZZZZZZW", 26);

    /* 00001 00010 00011 00100 00101 ...: every value of the alphabet once */

    ngx_webrtc_id_format(id, first);
    assert_memory_equal(id, "123456789ABCDEFGHJKMNPQRV0", 24);

    /* the last character carries three bits */

    assert_int_equal(id[25], '4');
}


static void
an_id_is_a_uuid_of_version_4(void **state)
{
    size_t       j;
    u_char       id[NGX_WEBRTC_ID_LEN], bytes[17];
    uint64_t     acc;
    ngx_uint_t   i, bits, n;
    const char  *alphabet, *p;

    (void) state;

    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    for (i = 0; i < 1000; i++) {
        assert_int_equal(ngx_webrtc_id_generate(id), NGX_OK);

        acc = 0;
        bits = 0;
        n = 0;

        for (j = 0; j < NGX_WEBRTC_ID_LEN; j++) {
            p = memchr(alphabet, id[j], 32);
            assert_non_null(p);

            acc = (acc << 5) | (uint64_t) (p - alphabet);
            bits += 5;

            if (bits >= 8) {
                bits -= 8;
                bytes[n++] = (u_char) (acc >> bits);
            }
        }

        assert_int_equal(bytes[6] >> 4, 4);
        assert_int_equal(bytes[8] >> 6, 2);
        assert_non_null(memchr("048CGMRW", id[25], 8));
    }
}


static void
ids_differ(void **state)
{
    u_char  a[NGX_WEBRTC_ID_LEN], b[NGX_WEBRTC_ID_LEN];

    (void) state;

    assert_int_equal(ngx_webrtc_id_generate(a), NGX_OK);
    assert_int_equal(ngx_webrtc_id_generate(b), NGX_OK);
    assert_memory_not_equal(a, b, NGX_WEBRTC_ID_LEN);
}


static void
ice_strings_use_every_ice_char_and_no_other(void **state)
{
    size_t      i;
    u_char      buf[4096];
    ngx_uint_t  n, count[256] = { 0 };

    (void) state;

    assert_int_equal(ngx_webrtc_random_ice(buf, sizeof(buf)), NGX_OK);

    for (i = 0; i < sizeof(buf); i++) {
        count[buf[i]]++;
    }

    n = 0;

    for (i = 0; i < 256; i++) {
        if (count[i] == 0) {
            continue;
        }

        n++;
        assert_true((i >= 'a' && i <= 'z') || (i >= 'A' && i <= 'Z')
                    || (i >= '0' && i <= '9') || i == '+' || i == '/');
    }

    assert_int_equal(n, 64);
}


static void
an_ice_string_does_not_pass_its_end(void **state)
{
    u_char  buf[NGX_WEBRTC_ICE_UFRAG_LEN + 1];

    (void) state;

    buf[NGX_WEBRTC_ICE_UFRAG_LEN] = 0x7f;

    assert_int_equal(ngx_webrtc_random_ice(buf, NGX_WEBRTC_ICE_UFRAG_LEN),
                     NGX_OK);
    assert_int_equal(buf[NGX_WEBRTC_ICE_UFRAG_LEN], 0x7f);
}


static void
numbers_differ(void **state)
{
    uint32_t  a, b, c;

    (void) state;

    a = ngx_webrtc_random_uint32();
    b = ngx_webrtc_random_uint32();
    c = ngx_webrtc_random_uint32();

    assert_false(a == b && b == c);
}


static int
compare(const void *one, const void *two)
{
    return memcmp(one, two, 8);
}


/* across many blocks, and with pieces of a size that does not divide one */

static void
no_byte_that_is_made_ahead_is_given_twice(void **state)
{
    u_char      pieces[2000][8], piece[61];
    ngx_uint_t  i;

    (void) state;

    ngx_webrtc_random_ahead();

    for (i = 0; i < 2000; i++) {
        assert_int_equal(ngx_webrtc_random_bytes(piece, 1 + i % 61), NGX_OK);
        assert_int_equal(ngx_webrtc_random_bytes(pieces[i], 8), NGX_OK);
    }

    qsort(pieces, 2000, 8, compare);

    for (i = 1; i < 2000; i++) {
        assert_memory_not_equal(pieces[i - 1], pieces[i], 8);
    }
}


static void
a_block_that_is_begun_anew_has_other_bytes(void **state)
{
    u_char  before[16], after[16];

    (void) state;

    ngx_webrtc_random_ahead();
    assert_int_equal(ngx_webrtc_random_bytes(before, 16), NGX_OK);

    ngx_webrtc_random_ahead();
    assert_int_equal(ngx_webrtc_random_bytes(after, 16), NGX_OK);

    assert_memory_not_equal(before, after, 16);
}


/* a key or a password that is longer than what is kept */

static void
many_bytes_at_once_do_not_come_from_the_block(void **state)
{
    size_t  i, n;
    u_char  bytes[4096];

    (void) state;

    ngx_webrtc_random_ahead();

    memset(bytes, 0, sizeof(bytes));
    assert_int_equal(ngx_webrtc_random_bytes(bytes, sizeof(bytes)), NGX_OK);

    for (i = 0, n = 0; i < sizeof(bytes); i++) {
        n += (bytes[i] == 0);
    }

    assert_true(n < 64);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(bytes_format_most_significant_bit_first),
        cmocka_unit_test(an_id_is_a_uuid_of_version_4),
        cmocka_unit_test(ids_differ),
        cmocka_unit_test(ice_strings_use_every_ice_char_and_no_other),
        cmocka_unit_test(an_ice_string_does_not_pass_its_end),
        cmocka_unit_test(numbers_differ),
        cmocka_unit_test(no_byte_that_is_made_ahead_is_given_twice),
        cmocka_unit_test(a_block_that_is_begun_anew_has_other_bytes),
        cmocka_unit_test(many_bytes_at_once_do_not_come_from_the_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
