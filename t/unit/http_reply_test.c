
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Two files together:
 *
 *     ngx_webrtc_http_reply.c
 *     ngx_webrtc_http_reply_head.c
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_http_reply.h>

#include "hostile.h"


#define SIZE  1024


static u_char                   buf[SIZE];
static ngx_webrtc_http_reply_t  reply;


/* whole, then one byte after the other: both must end alike */

static ngx_int_t
parse(const char *text, size_t len, size_t *taken)
{
    ngx_int_t      rc, again;
    const u_char  *pos, *last;

    last = (u_char *) text + len;
    pos = (u_char *) text;

    ngx_webrtc_http_reply_init(&reply, buf, SIZE);
    rc = ngx_webrtc_http_reply_parse(&reply, &pos, last);
    *taken = pos - (u_char *) text;

    ngx_webrtc_http_reply_init(&reply, buf, SIZE);
    again = NGX_AGAIN;

    for (pos = (u_char *) text; pos < last && again == NGX_AGAIN; ) {
        again = ngx_webrtc_http_reply_parse(&reply, &pos, pos + 1);
    }

    assert_int_equal(again, rc);

    if (rc == NGX_OK) {
        assert_int_equal(pos - (u_char *) text, *taken);
    }

    return rc;
}


#define whole(text, body_text)                                               \
    do {                                                                     \
        size_t  n;                                                           \
                                                                             \
        assert_int_equal(parse(text "+rest", sizeof(text "+rest") - 1, &n),  \
                         NGX_OK);                                            \
        assert_int_equal(n, sizeof(text) - 1);                               \
        assert_int_equal(reply.body.len, sizeof(body_text) - 1);             \
        assert_memory_equal(reply.body.data, body_text,                      \
                            sizeof(body_text) - 1);                          \
    } while (0)

#define broken(text)                                                         \
    do {                                                                     \
        size_t  n;                                                           \
                                                                             \
        assert_int_equal(parse(text, sizeof(text) - 1, &n), NGX_ERROR);      \
    } while (0)


static void
a_body_is_counted(void **state)
{
    ngx_str_t  value;

    (void) state;

    whole("HTTP/1.1 200 OK\r\n"
          "Content-Type: text/plain\r\n"
          "content-length:  5 \r\n"
          "X-Empty:\r\n"
          "\r\n"
          "hello",
          "hello");

    assert_int_equal(reply.status, 200);
    assert_false(reply.closes);

    assert_int_equal(ngx_webrtc_http_reply_header(&reply, "content-type",
                                                  &value),
                     NGX_OK);
    assert_int_equal(value.len, 10);
    assert_memory_equal(value.data, "text/plain", 10);

    assert_int_equal(ngx_webrtc_http_reply_header(&reply, "x-empty", &value),
                     NGX_OK);
    assert_int_equal(value.len, 0);

    assert_int_equal(ngx_webrtc_http_reply_header(&reply, "x-other", &value),
                     NGX_DECLINED);

    whole("HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", "");
    assert_int_equal(reply.status, 404);

    /* lines may end without CR; the same length twice is one length */

    whole("HTTP/1.1 200 OK\nContent-Length: 2\nContent-Length: 2\n\nab",
          "ab");
}


static void
a_body_comes_in_chunks(void **state)
{
    (void) state;

    whole("HTTP/1.1 200 OK\r\n"
          "Transfer-Encoding: Chunked\r\n"
          "\r\n"
          "4\r\nhell\r\n"
          "00A;name=\"value\"\r\no, there, \r\n"
          "1 \nx\n"
          "0\r\n\r\n",
          "hello, there, x");

    whole("HTTP/1.1 200 OK\r\n"
          "Transfer-Encoding: chunked\r\n"
          "\r\n"
          "1\r\n1\r\n"
          "0;last\r\n"
          "Trailer: one\r\n"
          "Trailer: two\r\n"
          "\r\n",
          "1");
}


static void
a_body_ends_with_the_connection(void **state)
{
    size_t  n;

    (void) state;

    assert_int_equal(parse("HTTP/1.1 200 OK\r\n\r\nabc", 22, &n), NGX_AGAIN);
    assert_int_equal(ngx_webrtc_http_reply_eof(&reply), NGX_OK);
    assert_int_equal(reply.body.len, 3);
    assert_true(reply.closes);

    assert_int_equal(parse("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabc",
                           41, &n),
                     NGX_AGAIN);
    assert_int_equal(ngx_webrtc_http_reply_eof(&reply), NGX_ERROR);

    assert_int_equal(parse("HTTP/1.1 200 OK\r\n", 17, &n), NGX_AGAIN);
    assert_int_equal(ngx_webrtc_http_reply_eof(&reply), NGX_ERROR);
}


static void
an_upgrade_has_no_body(void **state)
{
    (void) state;

    whole("HTTP/1.1 101 Switching Protocols\r\n"
          "Upgrade: WebSocket\r\n"
          "Connection: keep-alive, Upgrade\r\n"
          "\r\n",
          "");

    assert_int_equal(reply.status, 101);
    assert_true(ngx_webrtc_http_reply_has(&reply, "upgrade", "websocket"));
    assert_true(ngx_webrtc_http_reply_has(&reply, "connection", "upgrade"));
    assert_false(ngx_webrtc_http_reply_has(&reply, "connection", "close"));
    assert_false(ngx_webrtc_http_reply_has(&reply, "connection", "alive"));

    whole("HTTP/1.1 204 No Content\r\n\r\n", "");
}


static void
it_is_known_whether_the_connection_stays(void **state)
{
    (void) state;

    whole("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"
          "Connection: x , Close\r\n\r\n", "");
    assert_true(reply.closes);

    whole("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "");
    assert_true(reply.closes);

    whole("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n"
          "Connection: Keep-Alive\r\n\r\n", "");
    assert_false(reply.closes);
}


static void
interim_replies_are_skipped(void **state)
{
    size_t         n;
    ngx_int_t      rc;
    const u_char  *pos;

    static const char  interim[] = "HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n";

    (void) state;

    whole("HTTP/1.1 100 Continue\r\n\r\n"
          "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "x");

    /* but not for ever */

    ngx_webrtc_http_reply_init(&reply, buf, SIZE);

    for (n = 0; n < 1000; n++) {
        pos = (u_char *) interim;
        rc = ngx_webrtc_http_reply_parse(&reply, &pos,
                                         pos + sizeof(interim) - 1);

        if (rc != NGX_AGAIN) {
            break;
        }
    }

    assert_int_equal(rc, NGX_ERROR);
}


static void
what_is_no_reply_is_refused(void **state)
{
    (void) state;

    broken("\r\n");
    broken("SSH-2.0-OpenSSH_9.2\r\n\r\n");
    broken("HTTP/2 200\r\n\r\n");
    broken("HTTP/1.1 20\r\n\r\n");
    broken("HTTP/1.1 2000\r\n\r\n");
    broken("HTTP/1.1 099 OK\r\n\r\n");
    broken("HTTP/1.1 abc\r\n\r\n");
    broken("HTTP/1.1 2 0\r\n\r\n");

    broken("HTTP/1.1 200 OK\r\nName\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\n: value\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\nName : value\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\nName: a\r\n b\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\nName: a\rb\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\nName: a\0b\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\n\r\r\n");

    broken("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n"
           "\r\n");
    broken("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n"
           "Transfer-Encoding: chunked\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n");
    broken("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
}


#define CHUNKED  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


static void
chunks_that_lie_are_refused(void **state)
{
    (void) state;

    broken(CHUNKED "\r\n");
    broken(CHUNKED "x\r\n");
    broken(CHUNKED "-1\r\n");
    broken(CHUNKED "1_\r\n");
    broken(CHUNKED "1\r\nab");
    broken(CHUNKED "1\r\na\r\r");
    broken(CHUNKED "1000000000000000\r\n");
    broken(CHUNKED "ffffffffffffffff\r\n");
}


static void
what_does_not_fit_is_refused(void **state)
{
    char    text[40000];
    size_t  n, len;

    (void) state;

    broken("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\nContent-Length: 999999999999999\r\n\r\n");
    broken("HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999\r\n\r\n");
    broken(CHUNKED "400\r\n");

    /* a head, a body, a chunk's extension, trailers without an end */

    memset(text, 'x', sizeof(text));
    assert_int_equal(parse(text, sizeof(text), &n), NGX_ERROR);

    len = sizeof("HTTP/1.1 200 OK\r\n\r\n") - 1;
    memcpy(text, "HTTP/1.1 200 OK\r\n\r\n", len);
    assert_int_equal(parse(text, SIZE, &n), NGX_AGAIN);
    assert_int_equal(parse(text, SIZE + 1, &n), NGX_ERROR);

    len = sizeof(CHUNKED "1;") - 1;
    memcpy(text, CHUNKED "1;", len);
    assert_int_equal(parse(text, sizeof(text), &n), NGX_ERROR);

    len = sizeof(CHUNKED "0\r\n") - 1;
    memcpy(text, CHUNKED "0\r\n", len);
    assert_int_equal(parse(text, sizeof(text), &n), NGX_ERROR);
}


static void
touch(unsigned char *pos, unsigned char *last)
{
    u_char                   *room;
    ngx_int_t                 rc;
    ngx_str_t                 value;
    const u_char             *p;
    ngx_webrtc_http_reply_t   r;

    room = malloc(128);
    assert_non_null(room);

    ngx_webrtc_http_reply_init(&r, room, 128);

    p = pos;
    rc = ngx_webrtc_http_reply_parse(&r, &p, last);
    assert_true(p <= last);

    if (rc == NGX_AGAIN) {
        rc = ngx_webrtc_http_reply_eof(&r);
    }

    if (rc == NGX_OK) {
        assert_true(r.body.data + r.body.len <= room + 128);
        (void) ngx_webrtc_http_reply_header(&r, "a", &value);
        (void) ngx_webrtc_http_reply_has(&r, "a", "b");
    }

    free(room);
}


static void
damaged_replies_are_read_within_their_bounds(void **state)
{
    static const char  counted[] =
        "HTTP/1.1 200 OK\r\nA: c, b\r\nContent-Length: 5\r\n\r\nhello";
    static const char  chunked[] =
        CHUNKED "3;x\r\nabc\r\n1\r\nd\r\n0\r\nA: b\r\n\r\n";

    (void) state;

    hostile_all((u_char *) counted, sizeof(counted) - 1, touch);
    hostile_all((u_char *) chunked, sizeof(chunked) - 1, touch);
    hostile_random(64, 100, touch);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_body_is_counted),
        cmocka_unit_test(a_body_comes_in_chunks),
        cmocka_unit_test(a_body_ends_with_the_connection),
        cmocka_unit_test(an_upgrade_has_no_body),
        cmocka_unit_test(it_is_known_whether_the_connection_stays),
        cmocka_unit_test(interim_replies_are_skipped),
        cmocka_unit_test(what_is_no_reply_is_refused),
        cmocka_unit_test(chunks_that_lie_are_refused),
        cmocka_unit_test(what_does_not_fit_is_refused),
        cmocka_unit_test(damaged_replies_are_read_within_their_bounds),
    };

    return cmocka_run_group_tests_name("http_reply", tests, NULL, NULL);
}
