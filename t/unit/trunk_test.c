
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <core/ngx_webrtc_trunk.h>


#define TEST_SIZE      NGX_WEBRTC_TRUNK_SIZE_MIN

/* one after another, each until so many of its records were read */
#define TEST_WRITERS   20
#define TEST_WHOLE     500

/* records, far more than it gets to write */
#define TEST_LIFE      100000000ULL


static ngx_webrtc_trunk_t         *test_trunk;
static ngx_webrtc_trunk_reader_t   test_reader;


static int
test_setup(void **state)
{
    (void) state;

    test_trunk = mmap(NULL, TEST_SIZE, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(test_trunk != MAP_FAILED);

    ngx_webrtc_trunk_start(test_trunk, TEST_SIZE);
    ngx_webrtc_trunk_attach(&test_reader, test_trunk, 3);

    return 0;
}


static int
test_teardown(void **state)
{
    (void) state;

    return munmap(test_trunk, TEST_SIZE);
}


/* each byte tells the number of the record */

static void
test_write(uint64_t n, size_t len)
{
    u_char  *p;

    p = ngx_webrtc_trunk_reserve(test_trunk, len);

    memset(p, (int) (n % 251), len);
    memcpy(p, &n, sizeof(n));

    ngx_webrtc_trunk_commit(test_trunk, len);
}


/* 0: there was none that was whole */

static uint64_t
test_read(ngx_webrtc_trunk_reader_t *reader, size_t *length)
{
    size_t         len;
    u_char         buf[NGX_WEBRTC_TRUNK_RECORD_MAX];
    uint64_t       n;
    const u_char  *p;

    p = ngx_webrtc_trunk_next(reader, &len);

    if (p == NULL) {
        return 0;
    }

    assert_true(len <= sizeof(buf));
    memcpy(buf, p, len);

    if (ngx_webrtc_trunk_done(reader) != NGX_OK) {
        return 0;
    }

    assert_true(len >= sizeof(n));
    memcpy(&n, buf, sizeof(n));

    /* all bytes behind the number are the same */

    assert_true(len == sizeof(n) || buf[sizeof(n)] == n % 251);
    assert_true(len <= sizeof(n) + 1
                || memcmp(buf + sizeof(n), buf + sizeof(n) + 1,
                          len - sizeof(n) - 1) == 0);

    if (length) {
        *length = len;
    }

    return n;
}


static void
records_come_in_order(void **state)
{
    size_t  len;

    (void) state;

    assert_int_equal(test_read(&test_reader, NULL), 0);

    test_write(1, 8);
    test_write(2, 1001);
    test_write(3, NGX_WEBRTC_TRUNK_RECORD_MAX);

    assert_int_equal(test_read(&test_reader, &len), 1);
    assert_int_equal(len, 8);
    assert_int_equal(test_read(&test_reader, &len), 2);
    assert_int_equal(len, 1001);
    assert_int_equal(test_read(&test_reader, &len), 3);
    assert_int_equal(len, NGX_WEBRTC_TRUNK_RECORD_MAX);
    assert_int_equal(test_read(&test_reader, NULL), 0);
    assert_int_equal(test_reader.missed, 0);
}


static void
room_that_is_not_used_is_nothing(void **state)
{
    size_t   len;
    u_char  *p;

    (void) state;

    p = ngx_webrtc_trunk_reserve(test_trunk, 2000);
    memset(p, 0xff, 2000);

    assert_int_equal(test_read(&test_reader, NULL), 0);

    /* less of it is used than there was room for */

    p = ngx_webrtc_trunk_reserve(test_trunk, 2000);
    memset(p, 0, 2000);
    p[0] = 9;
    ngx_webrtc_trunk_commit(test_trunk, 8);

    test_write(10, 100);

    assert_int_equal(test_read(&test_reader, &len), 9);
    assert_int_equal(len, 8);
    assert_int_equal(test_read(&test_reader, NULL), 10);
}


static void
a_trunk_goes_round(void **state)
{
    uint64_t  n;

    (void) state;

    for (n = 1; n < 5000; n++) {
        test_write(n, 8 + n * 37 % 2000);
        assert_int_equal(test_read(&test_reader, NULL), n);
    }

    assert_int_equal(test_reader.missed, 0);
}


static void
a_reader_that_is_overtaken_goes_on_with_the_newest(void **state)
{
    uint64_t  n, missed;

    (void) state;

    /* as much as fits is kept */

    for (n = 1; n <= 50; n++) {
        test_write(n, 1000);
    }

    assert_int_equal(test_read(&test_reader, NULL), 1);
    assert_int_equal(test_reader.missed, 0);

    for ( /* void */ ; n <= 100; n++) {
        test_write(n, 1000);
    }

    assert_int_equal(test_read(&test_reader, NULL), 0);

    missed = test_reader.missed;
    assert_true(missed >= 99 * 1000 && missed <= 99 * 1008 + 1008);

    assert_int_equal(test_read(&test_reader, NULL), 0);
    assert_int_equal(test_reader.missed, missed);

    test_write(101, 1000);
    assert_int_equal(test_read(&test_reader, NULL), 101);
    assert_int_equal(test_reader.missed, missed);
}


static void
a_record_that_is_overwritten_while_it_is_read_is_not_whole(void **state)
{
    size_t         len;
    uint64_t       n;
    const u_char  *p;

    (void) state;

    test_write(1, 1000);

    p = ngx_webrtc_trunk_next(&test_reader, &len);
    assert_non_null(p);
    assert_int_equal(p[0], 1);

    for (n = 2; n <= 100; n++) {
        test_write(n, 1000);
    }

    assert_int_equal(ngx_webrtc_trunk_done(&test_reader), NGX_DECLINED);
    assert_true(test_reader.missed > 0);

    test_write(n, 1000);
    assert_int_equal(test_read(&test_reader, NULL), n);
}


static void
a_record_that_is_about_to_be_overwritten_is_not_whole(void **state)
{
    size_t                     len;
    uint64_t                   n;
    ngx_webrtc_trunk_reader_t  before, after;

    (void) state;

    for (n = 1; n < 100; n++) {
        test_write(n, 2040);

        before = test_reader;
        assert_non_null(ngx_webrtc_trunk_next(&before, &len));
        after = before;

        assert_int_equal(ngx_webrtc_trunk_done(&before), NGX_OK);

        (void) ngx_webrtc_trunk_reserve(test_trunk, 2040);

        if (ngx_webrtc_trunk_done(&after) != NGX_OK) {
            break;
        }
    }

    assert_true(n > 20 && n < 32);
}


static void
nonsense_is_no_record(void **state)
{
    size_t     len;
    u_char    *p;
    uint64_t   n, at;

    (void) state;

    /* the end of the memory, and any length where there is none */

    for (n = 0; n < 2000; n++) {
        p = ngx_webrtc_trunk_reserve(test_trunk, 64);

        for (len = 0; len < 64; len += 8) {
            at = (n % 3) ? n * 8 : 0 - n;
            memcpy(p + len, &at, sizeof(at));
        }

        ngx_webrtc_trunk_commit(test_trunk, 64);

        test_reader.position += n % 8 * 8;

        while (ngx_webrtc_trunk_next(&test_reader, &len)) {
            assert_true(len <= NGX_WEBRTC_TRUNK_RECORD_MAX);
            (void) ngx_webrtc_trunk_done(&test_reader);
        }
    }

    assert_true(test_reader.missed > 0);

    /* a position that never was one */

    n = test_reader.missed;

    test_reader.position += 1000000;
    assert_int_equal(test_read(&test_reader, NULL), 0);
    assert_true(test_reader.missed > n);

    test_write(7, 16);
    assert_int_equal(test_read(&test_reader, NULL), 7);
}


static void
who_sleeps_is_woken_once(void **state)
{
    ngx_webrtc_trunk_reader_t  first, last;

    (void) state;

    ngx_webrtc_trunk_attach(&first, test_trunk, 0);
    ngx_webrtc_trunk_attach(&last, test_trunk, NGX_WEBRTC_TRUNK_READERS - 1);

    /* nothing was written */

    assert_int_equal(ngx_webrtc_trunk_sleeper(test_trunk, 0), -1);

    test_write(1, 8);
    test_write(2, 8);

    assert_int_equal(ngx_webrtc_trunk_sleeper(test_trunk, 0), 0);
    assert_int_equal(ngx_webrtc_trunk_sleeper(test_trunk, 1), 3);
    assert_int_equal(ngx_webrtc_trunk_sleeper(test_trunk, 4),
                     NGX_WEBRTC_TRUNK_READERS - 1);
    assert_int_equal(ngx_webrtc_trunk_sleeper(test_trunk, 0), -1);

    /* one reads all, one a part of it */

    assert_int_equal(test_read(&first, NULL), 1);
    assert_int_equal(test_read(&first, NULL), 2);
    assert_int_equal(test_read(&first, NULL), 0);
    assert_int_equal(test_read(&last, NULL), 1);

    assert_int_equal(ngx_webrtc_trunk_sleeper(test_trunk, 0), -1);

    test_write(3, 8);

    assert_int_equal(ngx_webrtc_trunk_sleeper(test_trunk, 0), 0);
    assert_int_equal(ngx_webrtc_trunk_sleeper(test_trunk, 1), -1);

    ngx_webrtc_trunk_detach(&first);
    ngx_webrtc_trunk_detach(&last);

    test_write(4, 8);
    assert_int_equal(ngx_webrtc_trunk_sleeper(test_trunk, 0), -1);
}


static void
who_has_read_what_there_is_is_not_woken(void **state)
{
    (void) state;

    test_write(1, 8);

    /* it was faster than the end of the batch */

    assert_int_equal(test_read(&test_reader, NULL), 1);
    assert_int_equal(ngx_webrtc_trunk_sleeper(test_trunk, 0), -1);
    assert_int_equal(test_read(&test_reader, NULL), 0);
    assert_int_equal(ngx_webrtc_trunk_sleeper(test_trunk, 0), -1);

    test_write(2, 8);
    assert_int_equal(ngx_webrtc_trunk_sleeper(test_trunk, 0), 3);
}


static void
what_the_last_writer_has_left_is_not_read(void **state)
{
    size_t    len;
    u_char   *p;
    uint64_t  n;

    (void) state;

    for (n = 1; n <= 100; n++) {
        test_write(n, 1000);
    }

    test_write(n, 1000);
    test_read(&test_reader, NULL);
    test_write(n + 1, 1000);

    assert_non_null(ngx_webrtc_trunk_next(&test_reader, &len));

    /* it dies */

    p = ngx_webrtc_trunk_reserve(test_trunk, 2000);
    memset(p, 0xff, 2000);

    ngx_webrtc_trunk_start(test_trunk, TEST_SIZE);

    assert_int_equal(ngx_webrtc_trunk_done(&test_reader), NGX_DECLINED);
    assert_int_equal(test_read(&test_reader, NULL), 0);

    for (n = 1; n <= 200; n++) {
        test_write(n, 1000);
        assert_int_equal(test_read(&test_reader, NULL), n);
    }
}


/* writes as fast as it can until it is killed */

static pid_t
test_writer(uint64_t n)
{
    pid_t     pid;
    uint64_t  last;

    pid = fork();
    assert_true(pid != -1);

    if (pid) {
        return pid;
    }

    ngx_webrtc_trunk_start(test_trunk, TEST_SIZE);

    for (last = n + TEST_LIFE; n < last; n++) {
        test_write(n, 8 + n * 37 % 2000);
    }

    _exit(0);
}


static void
readers_see_only_what_is_whole(void **state)
{
    pid_t       pid;
    uint64_t    n, last, begun;
    ngx_uint_t  i, whole;

    (void) state;

    last = 0;

    for (i = 0; i < TEST_WRITERS; i++) {
        begun = 1 + i * TEST_LIFE;
        pid = test_writer(begun);

        for (whole = 0; whole < TEST_WHOLE; /* void */ ) {
            n = test_read(&test_reader, NULL);

            if (n) {
                assert_true(n > last);
                last = n;
                whole += (n >= begun);

            } else if (waitpid(pid, NULL, WNOHANG) == pid) {
                break;
            }
        }

        assert_int_equal(whole, TEST_WHOLE);

        /* wherever it is */

        (void) kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
#define test(name)                                                           \
        cmocka_unit_test_setup_teardown(name, test_setup, test_teardown)

        test(records_come_in_order),
        test(room_that_is_not_used_is_nothing),
        test(a_trunk_goes_round),
        test(a_reader_that_is_overtaken_goes_on_with_the_newest),
        test(a_record_that_is_overwritten_while_it_is_read_is_not_whole),
        test(a_record_that_is_about_to_be_overwritten_is_not_whole),
        test(nonsense_is_no_record),
        test(who_sleeps_is_woken_once),
        test(who_has_read_what_there_is_is_not_woken),
        test(what_the_last_writer_has_left_is_not_read),
        test(readers_see_only_what_is_whole)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
