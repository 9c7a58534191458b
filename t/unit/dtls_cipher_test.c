
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Records alone; dtls_own_test.c has them against OpenSSL's.  All is done by
 * OpenSSL first, and then by libipsec-mb, if we have that.
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/err.h>

#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_cursor.h>
#include <crypto/ngx_webrtc_dtls_cipher.h>
#include <crypto/ngx_webrtc_srtp.h>


#define OVERHEAD  NGX_WEBRTC_DTLS_OVERHEAD


/* what "a" seals "b" opens, and the other way round */
static ngx_webrtc_dtls_cipher_t  a, b;


static int
setup(void **state)
{
    (void) state;

    memset(&a, 0, sizeof(a));
    memset(&b, 0, sizeof(b));

    memset(a.keys[NGX_WEBRTC_DTLS_SEAL], 1, NGX_WEBRTC_DTLS_KEY_LEN);
    memset(a.keys[NGX_WEBRTC_DTLS_OPEN], 2, NGX_WEBRTC_DTLS_KEY_LEN);
    memset(a.salts[NGX_WEBRTC_DTLS_SEAL], 3, NGX_WEBRTC_DTLS_SALT_LEN);
    memset(a.salts[NGX_WEBRTC_DTLS_OPEN], 4, NGX_WEBRTC_DTLS_SALT_LEN);

    memcpy(b.keys[0], a.keys[1], NGX_WEBRTC_DTLS_KEY_LEN);
    memcpy(b.keys[1], a.keys[0], NGX_WEBRTC_DTLS_KEY_LEN);
    memcpy(b.salts[0], a.salts[1], NGX_WEBRTC_DTLS_SALT_LEN);
    memcpy(b.salts[1], a.salts[0], NGX_WEBRTC_DTLS_SALT_LEN);

    a.seq = b.seq = 1ULL << 48;
    a.nonce = 0xffffffffffffffffULL;
    b.nonce = 77;

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    ngx_webrtc_dtls_cipher_cleanup(&a);
    ngx_webrtc_dtls_cipher_cleanup(&b);

    assert_int_equal(ERR_peek_error(), 0);

    return 0;
}


static void
what_one_seals_the_other_opens(void **state)
{
    size_t   len;
    u_char  *pos, *last;
    u_char   data[500], record[500 + OVERHEAD];

    (void) state;

    for (len = 0; len <= sizeof(data); len++) {
        memset(data, (int) len, sizeof(data));

        assert_int_equal(ngx_webrtc_dtls_cipher_seal(&a, 23, data, len,
                                                     record), NGX_OK);

        assert_int_equal(record[0], 23);
        assert_int_equal(ngx_webrtc_get16(record + 1), 0xfefd);
        assert_true(ngx_webrtc_get64(record + 3) == (1ULL << 48) + len + 1);
        assert_int_equal(ngx_webrtc_get16(record + 11), len + 24);
        assert_true(ngx_webrtc_get64(record + 13) == len);

        assert_int_equal(ngx_webrtc_dtls_cipher_open(&b, record,
                                                     len + OVERHEAD, &pos,
                                                     &last), NGX_OK);
        assert_int_equal(last - pos, len);
        assert_memory_equal(pos, data, len);

        /* its own records are not for itself */

        assert_int_equal(ngx_webrtc_dtls_cipher_seal(&b, 21, data, len,
                                                     record), NGX_OK);
        b.seen = 0;
        assert_int_equal(ngx_webrtc_dtls_cipher_open(&b, record,
                                                     len + OVERHEAD, &pos,
                                                     &last), NGX_ERROR);
        b.seen = 1;
    }
}


static void
any_other_bit_is_noticed(void **state)
{
    size_t   i;
    u_char  *pos, *last;
    u_char   record[4 + OVERHEAD], copy[4 + OVERHEAD];

    (void) state;

    assert_int_equal(ngx_webrtc_dtls_cipher_seal(&a, 23, (u_char *) "data", 4,
                                                 record), NGX_OK);

    for (i = 0; i < 8 * sizeof(record); i++) {

        /* the length is the caller's, who has found the record by it */

        if (i / 8 == 11 || i / 8 == 12) {
            continue;
        }

        memcpy(copy, record, sizeof(record));
        copy[i / 8] ^= 1 << (i % 8);

        assert_int_not_equal(ngx_webrtc_dtls_cipher_open(&b, copy,
                                                         sizeof(copy), &pos,
                                                         &last), NGX_OK);
    }

    assert_int_equal(ngx_webrtc_dtls_cipher_open(&b, record, sizeof(record),
                                                 &pos, &last), NGX_OK);
    assert_memory_equal(pos, "data", 4);
}


static void
short_records_and_other_epochs_are_not_opened(void **state)
{
    size_t   len;
    u_char  *pos, *last;
    u_char   record[4 + OVERHEAD];

    (void) state;

    assert_int_equal(ngx_webrtc_dtls_cipher_seal(&a, 23, (u_char *) "data", 4,
                                                 record), NGX_OK);

    for (len = 0; len < OVERHEAD; len++) {
        assert_int_equal(ngx_webrtc_dtls_cipher_open(&b, record, len, &pos,
                                                     &last), NGX_ERROR);
    }

    record[4] = 0;
    assert_int_equal(ngx_webrtc_dtls_cipher_open(&b, record, sizeof(record),
                                                 &pos, &last), NGX_DECLINED);
    record[4] = 2;
    assert_int_equal(ngx_webrtc_dtls_cipher_open(&b, record, sizeof(record),
                                                 &pos, &last), NGX_DECLINED);
}


static void
a_record_is_opened_once_while_the_window_knows_it(void **state)
{
    u_char      *pos, *last;
    u_char       records[100][4 + OVERHEAD], copy[4 + OVERHEAD];
    ngx_uint_t   i;

    (void) state;

    for (i = 0; i < 100; i++) {
        assert_int_equal(ngx_webrtc_dtls_cipher_seal(&a, 23,
                                                     (u_char *) "data", 4,
                                                     records[i]), NGX_OK);
    }

    memcpy(copy, records[50], sizeof(copy));
    assert_int_equal(ngx_webrtc_dtls_cipher_open(&b, copy, sizeof(copy),
                                                 &pos, &last), NGX_OK);

    memcpy(copy, records[99], sizeof(copy));
    assert_int_equal(ngx_webrtc_dtls_cipher_open(&b, copy, sizeof(copy),
                                                 &pos, &last), NGX_OK);

    for (i = 0; i < 100; i++) {
        memcpy(copy, records[i], sizeof(copy));

        assert_int_equal(ngx_webrtc_dtls_cipher_open(&b, copy, sizeof(copy),
                                                     &pos, &last),
                         i < 36 || i == 50 || i == 99 ? NGX_DECLINED
                                                      : NGX_OK);

        memcpy(copy, records[i], sizeof(copy));

        assert_int_equal(ngx_webrtc_dtls_cipher_open(&b, copy, sizeof(copy),
                                                     &pos, &last),
                         NGX_DECLINED);
    }
}


static void
a_cipher_that_rested_goes_on(void **state)
{
    u_char      *pos, *last;
    u_char       record[4 + OVERHEAD];
    ngx_uint_t   i;

    (void) state;

    for (i = 0; i < 3; i++) {
        assert_int_equal(ngx_webrtc_dtls_cipher_seal(&a, 23,
                                                     (u_char *) "data", 4,
                                                     record), NGX_OK);
        assert_int_equal(ngx_webrtc_dtls_cipher_open(&b, record,
                                                     sizeof(record), &pos,
                                                     &last), NGX_OK);
        assert_memory_equal(pos, "data", 4);

        ngx_webrtc_dtls_cipher_rest(&a);
        ngx_webrtc_dtls_cipher_rest(&b);
        assert_null(a.contexts[NGX_WEBRTC_DTLS_SEAL]);
    }
}


static void
it_ends_before_a_number_comes_again(void **state)
{
    u_char  record[4 + OVERHEAD];

    (void) state;

    a.seq = (1ULL << 48) + 0xfffffffffffeULL;

    assert_int_equal(ngx_webrtc_dtls_cipher_seal(&a, 23, (u_char *) "data", 4,
                                                 record), NGX_OK);
    assert_int_equal(ngx_webrtc_dtls_cipher_seal(&a, 23, (u_char *) "data", 4,
                                                 record), NGX_ERROR);
}


static int
begin(void **state)
{
    (void) state;

    return (ngx_webrtc_srtp_init() == NGX_OK) ? 0 : -1;
}


static int
finish(void **state)
{
    (void) state;

    ngx_webrtc_srtp_cleanup();

    return 0;
}


/* the contexts of "a" are made before there is another library */

static void
one_library_opens_what_the_other_seals(void **state)
{
    size_t   len;
    u_char  *pos, *last;
    u_char   data[500], record[500 + OVERHEAD];

    memset(data, 'd', sizeof(data));

    assert_int_equal(ngx_webrtc_dtls_cipher_seal(&a, 23, data, 1, record),
                     NGX_OK);
    (void) ngx_webrtc_dtls_cipher_open(&a, record, 1 + OVERHEAD, &pos, &last);

    assert_int_equal(begin(state), 0);

    for (len = 0; len <= sizeof(data); len++) {
        assert_int_equal(ngx_webrtc_dtls_cipher_seal(&a, 23, data, len,
                                                     record), NGX_OK);
        assert_int_equal(ngx_webrtc_dtls_cipher_open(&b, record,
                                                     len + OVERHEAD, &pos,
                                                     &last), NGX_OK);
        assert_int_equal(last - pos, len);
        assert_memory_equal(pos, data, len);

        assert_int_equal(ngx_webrtc_dtls_cipher_seal(&b, 23, data, len,
                                                     record), NGX_OK);
        assert_int_equal(ngx_webrtc_dtls_cipher_open(&a, record,
                                                     len + OVERHEAD, &pos,
                                                     &last), NGX_OK);
        assert_memory_equal(pos, data, len);
    }
}


int
main(void)
{
#define test(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)

    const struct CMUnitTest  tests[] = {
        test(what_one_seals_the_other_opens),
        test(any_other_bit_is_noticed),
        test(short_records_and_other_epochs_are_not_opened),
        test(a_record_is_opened_once_while_the_window_knows_it),
        test(a_cipher_that_rested_goes_on),
        test(it_ends_before_a_number_comes_again),
    };

    const struct CMUnitTest  both[] = {
        test(one_library_opens_what_the_other_seals),
    };

    return cmocka_run_group_tests_name("OpenSSL", tests, NULL, NULL)
           + cmocka_run_group_tests_name("both", both, NULL, finish)
           + cmocka_run_group_tests_name("libipsec-mb", tests, begin, finish);
}
