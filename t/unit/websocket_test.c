
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_websocket.h>


#define MESSAGES  64


/* what the handler saw, and what the client would receive */

typedef struct {
    ngx_uint_t  n;
    ngx_uint_t  opcodes[MESSAGES];
    ngx_uint_t  codes[MESSAGES];
    size_t      lens[MESSAGES];
    u_char      texts[MESSAGES][256];

    ngx_int_t   close_on_message;
} seen_t;


static u_char  out[65536];


static void
handler(ngx_webrtc_websocket_t *ws,
    const ngx_webrtc_websocket_message_t *message)
{
    seen_t  *seen;

    seen = ws->data;

    if (seen->n == MESSAGES) {
        return;
    }

    seen->opcodes[seen->n] = message->opcode;
    seen->codes[seen->n] = message->code;
    seen->lens[seen->n] = message->len;

    if (message->len) {
        memcpy(seen->texts[seen->n], message->data,
               ngx_min(message->len, 256));
    }

    seen->n++;

    if (seen->close_on_message) {
        assert_int_equal(ngx_webrtc_websocket_send_close(ws, 1000,
                                                         (u_char *) "BYE", 3),
                         NGX_OK);
    }
}


/* one masked frame; first is FIN, RSV and the opcode; returns its length */

static size_t
frame(u_char *buf, u_char first, const void *data, size_t len)
{
    u_char         *p;
    size_t          i;
    const u_char   *payload;

    static const u_char  mask[4] = { 0x37, 0xfa, 0x21, 0x3d };

    p = buf;
    payload = data;

    *p++ = first;

    if (len < 126) {
        *p++ = (u_char) (0x80 | len);

    } else if (len < 65536) {
        *p++ = 0x80 | 126;
        *p++ = (u_char) (len >> 8);
        *p++ = (u_char) len;

    } else {
        *p++ = 0x80 | 127;

        for (i = 0; i < 8; i++) {
            *p++ = (u_char) ((uint64_t) len >> (56 - 8 * i));
        }
    }

    p = ngx_cpymem(p, mask, 4);

    for (i = 0; i < len; i++) {
        *p++ = payload[i] ^ mask[i % 4];
    }

    return p - buf;
}


static void
start(ngx_webrtc_websocket_t *ws, seen_t *seen)
{
    memset(seen, 0, sizeof(seen_t));
    ngx_webrtc_websocket_init(ws, 1000, 4000, handler, seen);
}


/* the code of the close frame that comes out */

static ngx_uint_t
closed_with(ngx_webrtc_websocket_t *ws)
{
    size_t  n;

    n = ngx_webrtc_websocket_output(ws, out, sizeof(out));

    assert_true(n >= 4);
    assert_int_equal(out[0], 0x88);
    assert_int_equal(ngx_webrtc_websocket_output(ws, out, sizeof(out)), 0);

    n = out[2] << 8 | out[3];
    assert_int_equal(ws->close_code, n);

    return n;
}


static void
the_masked_hello_of_the_rfc_is_read(void **state)
{
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    /* RFC 6455, section 5.7 */

    static const u_char  hello[] = {
        0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58
    };

    (void) state;

    start(&ws, &seen);

    assert_int_equal(ngx_webrtc_websocket_input(&ws, hello,
                                                hello + sizeof(hello)),
                     NGX_OK);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.opcodes[0], NGX_WEBRTC_WEBSOCKET_TEXT);
    assert_memory_equal(seen.texts[0], "Hello", 5);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
bytes_may_come_one_by_one(void **state)
{
    u_char                  buf[1024], blob[300];
    size_t                  i, n;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);
    memset(blob, 0xff, sizeof(blob));

    n = frame(buf, 0x01, "ab", 2);
    n += frame(buf + n, 0x89, "ping", 4);
    n += frame(buf + n, 0x80, "cd", 2);
    n += frame(buf + n, 0x82, blob, sizeof(blob));

    for (i = 0; i < n; i++) {
        assert_int_equal(ngx_webrtc_websocket_input(&ws, buf + i, buf + i + 1),
                         NGX_OK);
    }

    assert_int_equal(seen.n, 3);
    assert_int_equal(seen.opcodes[0], NGX_WEBRTC_WEBSOCKET_PING);
    assert_int_equal(seen.opcodes[1], NGX_WEBRTC_WEBSOCKET_TEXT);
    assert_int_equal(seen.lens[1], 4);
    assert_memory_equal(seen.texts[1], "abcd", 4);
    assert_int_equal(seen.opcodes[2], NGX_WEBRTC_WEBSOCKET_BINARY);
    assert_int_equal(seen.lens[2], 300);

    n = ngx_webrtc_websocket_output(&ws, out, sizeof(out));
    assert_int_equal(n, 6);
    assert_memory_equal(out, "\x8a\x04ping", 6);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
an_idle_connection_holds_no_context(void **state)
{
    u_char                  buf[1024];
    size_t                  i, n;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);
    assert_null(ws.wslay);

    memset(buf, 'a', sizeof(buf));
    n = frame(buf + 300, 0x81, buf, 200);
    memmove(buf, buf + 300, n);

    for (i = 0; i < n; i++) {
        assert_int_equal(ngx_webrtc_websocket_input(&ws, buf + i, buf + i + 1),
                         NGX_OK);
        assert_true((i + 1 == n) == (ws.wslay == NULL));
    }

    n = frame(buf, 0x01, "a", 1);
    assert_int_equal(ngx_webrtc_websocket_input(&ws, buf, buf + n), NGX_OK);
    assert_non_null(ws.wslay);

    n = frame(buf, 0x80, "b", 1);
    assert_int_equal(ngx_webrtc_websocket_input(&ws, buf, buf + n), NGX_OK);
    assert_null(ws.wslay);

    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, (u_char *) "x", 1),
                     NGX_OK);
    assert_null(ws.wslay);
    assert_non_null(ws.queue);
    assert_int_equal(ngx_webrtc_websocket_pending(&ws), 3);
    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, sizeof(out)), 3);
    assert_null(ws.queue);
    assert_int_equal(ngx_webrtc_websocket_pending(&ws), 0);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
output_fits_any_buffer(void **state)
{
    size_t                  n, total;
    u_char                  text[2000];
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);
    memset(text, 'x', sizeof(text));

    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text, 2000), NGX_OK);
    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text, 10), NGX_OK);

    total = 0;

    while ((n = ngx_webrtc_websocket_output(&ws, out + total, 7)) != 0) {
        assert_true(n <= 7);
        total += n;
    }

    assert_int_equal(total, 4 + 2000 + 2 + 10);
    assert_memory_equal(out, "\x81\x7e\x07\xd0", 4);
    assert_memory_equal(out + 4 + 2000, "\x81\x0a", 2);
    assert_int_equal(ngx_webrtc_websocket_pending(&ws), 0);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
what_waits_can_be_taken_with_its_memory(void **state)
{
    u_char                  *queue, *pos, *last;
    seen_t                   seen;
    ngx_webrtc_websocket_t   ws;

    (void) state;

    start(&ws, &seen);

    assert_null(ngx_webrtc_websocket_take(&ws, 1024, &pos, &last));

    assert_int_equal(ngx_webrtc_websocket_send_text(&ws,
                                                    (u_char *) "first", 5),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_websocket_send_text(&ws,
                                                    (u_char *) "second", 6),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, 3), 3);

    queue = ngx_webrtc_websocket_take(&ws, 1024, &pos, &last);

    assert_non_null(queue);
    assert_int_equal(last - pos, 2 + 5 + 2 + 6 - 3);
    assert_memory_equal(pos, "irst\x81\x06second", last - pos);
    assert_int_equal(ngx_webrtc_websocket_pending(&ws), 0);

    /* what comes then does not touch it */

    assert_int_equal(ngx_webrtc_websocket_send_text(&ws,
                                                    (u_char *) "third", 5),
                     NGX_OK);
    assert_memory_equal(pos, "irst", 4);
    free(queue);

    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, sizeof(out)), 7);
    assert_memory_equal(out, "\x81\x05third", 7);
    assert_null(ngx_webrtc_websocket_take(&ws, 1024, &pos, &last));

    ngx_webrtc_websocket_cleanup(&ws);
}


/* or a slow client would keep two large queues */

static void
the_rest_of_what_was_long_is_not_taken(void **state)
{
    u_char                  *pos, *last;
    ngx_uint_t               i;
    seen_t                   seen;
    ngx_webrtc_websocket_t   ws;

    (void) state;

    start(&ws, &seen);

    for (i = 0; i < 50; i++) {
        assert_int_equal(ngx_webrtc_websocket_send_text(&ws,
                                                        (u_char *) "message",
                                                        7),
                         NGX_OK);
    }

    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, 49 * 9), 49 * 9);
    assert_int_equal(ngx_webrtc_websocket_pending(&ws), 9);

    assert_null(ngx_webrtc_websocket_take(&ws, 100, &pos, &last));

    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, sizeof(out)), 9);
    assert_null(ws.queue);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
a_queue_moves_while_it_is_sent(void **state)
{
    size_t                  n, total;
    u_char                  text[300];
    ngx_uint_t              i;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);

    total = 0;

    for (i = 0; i < 100; i++) {
        memset(text, (int) i, sizeof(text));

        assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text,
                                                        sizeof(text)),
                         NGX_OK);

        total += ngx_webrtc_websocket_output(&ws, out + total, 290);

        assert_true(ws.size <= 2 * 4000);
    }

    while ((n = ngx_webrtc_websocket_output(&ws, out + total, 290)) != 0) {
        total += n;
    }

    assert_int_equal(total, 100 * (4 + sizeof(text)));

    for (i = 0; i < 100; i++) {
        memset(text, (int) i, sizeof(text));
        assert_memory_equal(out + i * (4 + sizeof(text)), "\x81\x7e\x01\x2c",
                            4);
        assert_memory_equal(out + i * (4 + sizeof(text)) + 4, text,
                            sizeof(text));
    }

    ngx_webrtc_websocket_cleanup(&ws);
}


/* whatever waits for a slow client, to add a message takes no longer */

static void
a_queue_is_not_moved_for_each_message(void **state)
{
    size_t                  moved;
    u_char                  text[100];
    ngx_uint_t              i, n;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    memset(text, 'x', sizeof(text));

    for (n = 1; n < 38; n++) {
        start(&ws, &seen);

        for (i = 0; i < n; i++) {
            assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text,
                                                            sizeof(text)),
                             NGX_OK);
        }

        moved = 0;

        for (i = 0; i < 100; i++) {
            (void) ngx_webrtc_websocket_output(&ws, out, 51);
            assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text,
                                                            sizeof(text)),
                             NGX_OK);

            if (ws.head == 0) {
                moved += ws.tail;
            }

            (void) ngx_webrtc_websocket_output(&ws, out, 51);
        }

        assert_true(moved <= 2 * 100 * (2 + sizeof(text)));

        ngx_webrtc_websocket_cleanup(&ws);
    }
}


static void
lengths_are_in_their_shortest_form(void **state)
{
    size_t                  i, n;
    u_char                 *text, *buf;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    static const struct {
        size_t       len;
        size_t       header;
        const char  *bytes;
    } lengths[] = {
        { 0, 2, "\x82\x00" },
        { 125, 2, "\x82\x7d" },
        { 126, 4, "\x82\x7e\x00\x7e" },
        { 65535, 4, "\x82\x7e\xff\xff" },
        { 65536, 10, "\x82\x7f\0\0\0\0\0\x01\0\0" }
    };

    (void) state;

    text = calloc(1, 65536);
    buf = malloc(65536 + 10);
    assert_true(text && buf);

    for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        ngx_webrtc_websocket_init(&ws, 1000, 70000, handler, &seen);

        assert_int_equal(ngx_webrtc_websocket_send(&ws,
                                                NGX_WEBRTC_WEBSOCKET_BINARY,
                                                text, lengths[i].len),
                         NGX_OK);

        n = ngx_webrtc_websocket_output(&ws, buf, 65536 + 10);

        assert_int_equal(n, lengths[i].header + lengths[i].len);
        assert_memory_equal(buf, lengths[i].bytes, lengths[i].header);

        ngx_webrtc_websocket_cleanup(&ws);
    }

    free(text);
    free(buf);
}


static void
no_pong_follows_our_close(void **state)
{
    u_char                  buf[64];
    size_t                  n;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);

    n = frame(buf, 0x89, "ping", 4);
    assert_int_equal(ngx_webrtc_websocket_input(&ws, buf, buf + n), NGX_OK);

    assert_int_equal(ngx_webrtc_websocket_send_close(&ws, 1000, NULL, 0),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_websocket_input(&ws, buf, buf + n), NGX_OK);

    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, sizeof(out)),
                     6 + 4);
    assert_memory_equal(out, "\x8a\x04ping\x88\x02\x03\xe8", 10);
    assert_int_equal(seen.n, 1);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
nothing_is_read_after_the_peers_close(void **state)
{
    u_char                  buf[64];
    size_t                  n;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);

    n = frame(buf, 0x88, "\x03\xe8", 2);
    assert_int_equal(ngx_webrtc_websocket_input(&ws, buf, buf + n), NGX_DONE);
    assert_null(ws.wslay);

    n = frame(buf, 0x81, "more", 4);
    assert_int_equal(ngx_webrtc_websocket_input(&ws, buf, buf + n), NGX_DONE);
    assert_int_equal(seen.n, 1);
    assert_int_equal(closed_with(&ws), 1000);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
a_full_queue_refuses_but_still_closes(void **state)
{
    size_t                  n;
    u_char                  text[1900];
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);
    memset(text, 'x', sizeof(text));

    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text, 1900), NGX_OK);
    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text, 1900), NGX_OK);
    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text, 1900),
                     NGX_BUSY);
    assert_true(ngx_webrtc_websocket_pending(&ws) <= 4000);

    assert_int_equal(ngx_webrtc_websocket_send_close(&ws, 4490,
                                                     (u_char *) "SLOW", 4),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_websocket_send_close(&ws, 1000, NULL, 0),
                     NGX_DONE);
    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text, 1), NGX_DONE);

    /* it comes after what was sent before it */

    n = ngx_webrtc_websocket_output(&ws, out, sizeof(out));
    assert_int_equal(n, 2 * 1904 + 2 + 2 + 4);
    assert_memory_equal(out + 2 * 1904, "\x88\x06\x11\x8aSLOW", 8);
    assert_int_equal(ws.close_code, 4490);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
a_close_that_was_never_flushed_is_freed(void **state)
{
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);

    assert_int_equal(ngx_webrtc_websocket_send_close(&ws, 1000, NULL, 0),
                     NGX_OK);
    ngx_webrtc_websocket_cleanup(&ws);
}


static void
a_long_reason_is_cut_between_characters(void **state)
{
    size_t                  i, n;
    u_char                  reason[150];
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);

    for (i = 0; i < sizeof(reason); i += 3) {
        memcpy(reason + i, "\xe3\x81\x82", 3);
    }

    reason[0] = 'a';
    reason[1] = 'b';
    reason[2] = 'c';
    memmove(reason + 1, reason, sizeof(reason) - 1);

    assert_int_equal(ngx_webrtc_websocket_send_close(&ws, 4490, reason, 150),
                     NGX_OK);

    n = ngx_webrtc_websocket_output(&ws, out, sizeof(out));

    /* 123 would split one: "aabc" and 39 characters of three bytes */

    assert_int_equal(n, 2 + 2 + 4 + 39 * 3);
    assert_int_equal(out[n - 3], 0xe3);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
the_peers_close_is_answered(void **state)
{
    u_char                  buf[256];
    size_t                  n;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);

    n = frame(buf, 0x88, "\x03\xe9gone", 6);
    assert_int_equal(ngx_webrtc_websocket_input(&ws, buf, buf + n), NGX_DONE);

    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.opcodes[0], NGX_WEBRTC_WEBSOCKET_CLOSE);
    assert_int_equal(seen.codes[0], 1001);
    assert_int_equal(seen.lens[0], 4);
    assert_memory_equal(seen.texts[0], "gone", 4);
    assert_int_equal(closed_with(&ws), 1001);
    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, buf, 1), NGX_DONE);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
a_close_without_a_code_is_answered(void **state)
{
    u_char                  buf[256];
    size_t                  n;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);

    n = frame(buf, 0x88, "", 0);
    assert_int_equal(ngx_webrtc_websocket_input(&ws, buf, buf + n), NGX_DONE);
    assert_int_equal(seen.codes[0], 0);
    assert_int_equal(ws.close_code, 1005);

    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, sizeof(out)), 2);
    assert_memory_equal(out, "\x88\x00", 2);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
nothing_is_delivered_after_our_own_close(void **state)
{
    u_char                  buf[256];
    size_t                  n;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);
    seen.close_on_message = 1;

    n = frame(buf, 0x81, "one", 3);
    n += frame(buf + n, 0x81, "two", 3);
    assert_int_equal(ngx_webrtc_websocket_input(&ws, buf, buf + n), NGX_OK);
    assert_int_equal(seen.n, 1);
    assert_int_equal(closed_with(&ws), 1000);

    seen.close_on_message = 0;

    n = frame(buf, 0x81, "three", 5);
    n += frame(buf + n, 0x88, "\x03\xe8", 2);
    assert_int_equal(ngx_webrtc_websocket_input(&ws, buf, buf + n), NGX_DONE);
    assert_int_equal(seen.n, 2);
    assert_int_equal(seen.opcodes[1], NGX_WEBRTC_WEBSOCKET_CLOSE);

    /* and no second close frame goes out */

    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, sizeof(out)), 0);

    ngx_webrtc_websocket_cleanup(&ws);
}


/* feeds bytes to a fresh connection; returns the code of our close frame */

static ngx_uint_t
refused(const u_char *buf, size_t n)
{
    seen_t                  seen;
    ngx_uint_t              code;
    ngx_webrtc_websocket_t  ws;

    start(&ws, &seen);

    assert_int_equal(ngx_webrtc_websocket_input(&ws, buf, buf + n), NGX_DONE);
    code = closed_with(&ws);
    assert_int_equal(seen.n, 0);

    ngx_webrtc_websocket_cleanup(&ws);

    return code;
}


static void
a_message_over_the_limit_is_1009(void **state)
{
    u_char                  buf[4096];
    size_t                  n;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    memset(buf, 'a', sizeof(buf));

    /* exactly the limit is well */

    start(&ws, &seen);
    n = frame(buf + 1500, 0x81, buf, 1000);
    assert_int_equal(ngx_webrtc_websocket_input(&ws, buf + 1500,
                                                buf + 1500 + n),
                     NGX_OK);
    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.lens[0], 1000);
    ngx_webrtc_websocket_cleanup(&ws);

    n = frame(buf + 1500, 0x81, buf, 1001);
    assert_int_equal(refused(buf + 1500, n), 1009);

    /* before it has come */

    assert_int_equal(refused((u_char *) "\x81\xff\0\0\0\0\x7f\0\0\0abcdx",
                             15),
                     1009);

    /* fragments are counted together */

    memset(buf, 'a', sizeof(buf));
    n = frame(buf + 1500, 0x01, buf, 600);
    n += frame(buf + 1500 + n, 0x00, buf, 300);
    n += frame(buf + 1500 + n, 0x80, buf, 101);
    assert_int_equal(refused(buf + 1500, n), 1009);
}


static void
what_breaks_the_protocol_is_1002(void **state)
{
    u_char  buf[1024];
    size_t  n;

    (void) state;

    memset(buf, 'a', sizeof(buf));

    /* not masked */
    assert_int_equal(refused((u_char *) "\x81\x05Hello", 7), 1002);

    /* reserved bits, of which one asks for permessage-deflate */
    n = frame(buf, 0xc1, "abc", 3);
    assert_int_equal(refused(buf, n), 1002);
    n = frame(buf, 0xa1, "abc", 3);
    assert_int_equal(refused(buf, n), 1002);
    n = frame(buf, 0x91, "abc", 3);
    assert_int_equal(refused(buf, n), 1002);

    /* control frames: too long, in fragments */
    memset(buf, 'a', sizeof(buf));
    n = frame(buf + 300, 0x89, buf, 126);
    assert_int_equal(refused(buf + 300, n), 1002);
    n = frame(buf, 0x09, "abc", 3);
    assert_int_equal(refused(buf, n), 1002);

    /* a continuation of nothing, a message inside a message */
    n = frame(buf, 0x80, "abc", 3);
    assert_int_equal(refused(buf, n), 1002);
    n = frame(buf, 0x01, "abc", 3);
    n += frame(buf + n, 0x81, "abc", 3);
    assert_int_equal(refused(buf, n), 1002);

    /* opcodes that do not exist */
    n = frame(buf, 0x83, "abc", 3);
    assert_int_equal(refused(buf, n), 1002);
    n = frame(buf, 0x8b, "abc", 3);
    assert_int_equal(refused(buf, n), 1002);

    /* lengths not in their shortest form, or with the highest bit */
    assert_int_equal(refused((u_char *) "\x81\xfe\0\x05" "maskHello", 13),
                     1002);
    assert_int_equal(refused((u_char *) "\x81\xff\0\0\0\0\0\0\0\x05"
                             "maskHello", 19),
                     1002);
    assert_int_equal(refused((u_char *) "\x81\xff\x80\0\0\0\0\0\0\x05"
                             "maskHello", 19),
                     1002);

    /* a close with a code that must not be sent */
    n = frame(buf, 0x88, "\x03\xee", 2);
    assert_int_equal(refused(buf, n), 1002);

    /* a close with half a code */
    n = frame(buf, 0x88, "\x03", 1);
    assert_int_equal(refused(buf, n), 1002);
}


static void
a_broken_frame_header_does_not_split_a_frame_of_ours(void **state)
{
    size_t                  n;
    u_char                  text[500];
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);
    memset(text, 'x', sizeof(text));

    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text, sizeof(text)),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, 100), 100);

    n = frame(text, 0x09, "abc", 3);
    assert_int_equal(ngx_webrtc_websocket_input(&ws, text, text + n),
                     NGX_DONE);

    /* the rest of it, then the close */

    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, sizeof(out)),
                     4 + 500 - 100 + 4);
    assert_int_equal(out[4 + 500 - 100 - 1], 'x');
    assert_memory_equal(out + 4 + 500 - 100, "\x88\x02\x03\xea", 4);
    assert_int_equal(ws.close_code, 1002);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
text_that_is_not_utf8_is_1007(void **state)
{
    u_char  buf[256];
    size_t  n;

    (void) state;

    n = frame(buf, 0x81, "\xff\xfe", 2);
    assert_int_equal(refused(buf, n), 1007);

    n = frame(buf, 0x81, "\xed\xa0\x80", 3);
    assert_int_equal(refused(buf, n), 1007);

    n = frame(buf, 0x81, "cut \xe3\x81", 6);
    assert_int_equal(refused(buf, n), 1007);

    /* a character may be split between fragments */

    n = frame(buf, 0x01, "\xe3\x81", 2);
    n += frame(buf + n, 0x80, "a", 1);
    assert_int_equal(refused(buf, n), 1007);
}


static void
a_flood_of_pings_is_bounded(void **state)
{
    u_char                  buf[4000];
    size_t                  i, n;
    seen_t                  seen;
    ngx_int_t               rc;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);

    for (n = 0; n < sizeof(buf) - 200; /* void */ ) {
        n += frame(buf + n, 0x89, "0123456789", 10);
    }

    for (i = 0; i < 100; i++) {
        rc = ngx_webrtc_websocket_input(&ws, buf, buf + n);

        if (rc == NGX_ERROR) {
            break;
        }
    }

    assert_true(i < 3);

    ngx_webrtc_websocket_cleanup(&ws);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_masked_hello_of_the_rfc_is_read),
        cmocka_unit_test(bytes_may_come_one_by_one),
        cmocka_unit_test(an_idle_connection_holds_no_context),
        cmocka_unit_test(output_fits_any_buffer),
        cmocka_unit_test(what_waits_can_be_taken_with_its_memory),
        cmocka_unit_test(the_rest_of_what_was_long_is_not_taken),
        cmocka_unit_test(a_queue_moves_while_it_is_sent),
        cmocka_unit_test(a_queue_is_not_moved_for_each_message),
        cmocka_unit_test(lengths_are_in_their_shortest_form),
        cmocka_unit_test(no_pong_follows_our_close),
        cmocka_unit_test(nothing_is_read_after_the_peers_close),
        cmocka_unit_test(a_full_queue_refuses_but_still_closes),
        cmocka_unit_test(a_close_that_was_never_flushed_is_freed),
        cmocka_unit_test(a_long_reason_is_cut_between_characters),
        cmocka_unit_test(the_peers_close_is_answered),
        cmocka_unit_test(a_close_without_a_code_is_answered),
        cmocka_unit_test(nothing_is_delivered_after_our_own_close),
        cmocka_unit_test(a_message_over_the_limit_is_1009),
        cmocka_unit_test(what_breaks_the_protocol_is_1002),
        cmocka_unit_test(a_broken_frame_header_does_not_split_a_frame_of_ours),
        cmocka_unit_test(text_that_is_not_utf8_is_1007),
        cmocka_unit_test(a_flood_of_pings_is_bounded)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
