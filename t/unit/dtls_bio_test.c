
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/bio.h>

#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_dtls_bio.h>


static void                  *method;
static BIO                   *bio;
static ngx_webrtc_dtls_io_t   io;


static int
setup(void **state)
{
    (void) state;

    memset(&io, 0, sizeof(io));

    method = ngx_webrtc_dtls_bio_method_create();
    assert_non_null(method);

    bio = ngx_webrtc_dtls_bio_create(method, &io);
    assert_non_null(bio);

    return 0;
}


static int
teardown(void **state)
{
    (void) state;

    BIO_free(bio);
    ngx_webrtc_dtls_bio_method_destroy(method);
    ngx_webrtc_dtls_io_free(&io);

    return 0;
}


static void
datagrams_keep_their_boundaries_and_order(void **state)
{
    u_char  buf[64];

    (void) state;

    assert_int_equal(ngx_webrtc_dtls_io_get(&io, buf, sizeof(buf)), 0);

    assert_int_equal(BIO_write(bio, "one", 3), 3);
    assert_int_equal(BIO_write(bio, "three", 5), 5);

    assert_int_equal(ngx_webrtc_dtls_io_get(&io, buf, sizeof(buf)), 3);
    assert_memory_equal(buf, "one", 3);

    assert_int_equal(BIO_write(bio, "five", 4), 4);

    assert_int_equal(ngx_webrtc_dtls_io_get(&io, buf, sizeof(buf)), 5);
    assert_memory_equal(buf, "three", 5);
    assert_int_equal(ngx_webrtc_dtls_io_get(&io, buf, sizeof(buf)), 4);
    assert_memory_equal(buf, "five", 4);
    assert_int_equal(ngx_webrtc_dtls_io_get(&io, buf, sizeof(buf)), 0);
}


static void
a_datagram_too_long_for_the_buffer_is_skipped(void **state)
{
    u_char  buf[4];

    (void) state;

    assert_int_equal(BIO_write(bio, "three", 5), 5);
    assert_int_equal(BIO_write(bio, "one", 3), 3);

    assert_int_equal(ngx_webrtc_dtls_io_get(&io, buf, sizeof(buf)), 3);
    assert_memory_equal(buf, "one", 3);
}


static void
the_queue_is_bounded_and_wraps(void **state)
{
    u_char      data[1000], buf[1200];
    ngx_uint_t  i, n;

    (void) state;

    for (i = 0; i < 1000; i++) {
        memset(data, (int) i, sizeof(data));
        assert_int_equal(BIO_write(bio, data, sizeof(data)), sizeof(data));
    }

    assert_true(io.size <= NGX_WEBRTC_DTLS_QUEUE_MAX);

    for (n = 0; ngx_webrtc_dtls_io_get(&io, buf, sizeof(buf)); n++) {
        assert_int_equal(buf[0], (u_char) n);
    }

    assert_int_equal(n, NGX_WEBRTC_DTLS_QUEUE_MAX / 1002);

    /* now in and out by turns, with three left in it all the time */

    for (i = 0; i < 200; i++) {
        memset(data, (int) i, sizeof(data));
        assert_int_equal(BIO_write(bio, data, sizeof(data)), sizeof(data));

        if (i >= 3) {
            assert_int_equal(ngx_webrtc_dtls_io_get(&io, buf, sizeof(buf)),
                             1000);
            assert_int_equal(buf[0], (u_char) (i - 3));
            assert_int_equal(buf[999], (u_char) (i - 3));
        }
    }
}


static void
input_is_read_once_and_as_a_whole(void **state)
{
    u_char  in[] = "datagram", buf[4];

    (void) state;

    assert_int_equal(BIO_read(bio, buf, sizeof(buf)), -1);
    assert_true(BIO_should_retry(bio));

    io.pos = in;
    io.last = in + 8;

    assert_int_equal(BIO_read(bio, buf, sizeof(buf)), 4);
    assert_memory_equal(buf, "data", 4);

    /* the rest of a datagram is lost with it */

    assert_int_equal(BIO_read(bio, buf, sizeof(buf)), -1);
    assert_true(BIO_should_retry(bio));
}


int
main(void)
{
#define test(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)

    const struct CMUnitTest  tests[] = {
        test(datagrams_keep_their_boundaries_and_order),
        test(a_datagram_too_long_for_the_buffer_is_skipped),
        test(the_queue_is_bounded_and_wraps),
        test(input_is_read_once_and_as_a_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
