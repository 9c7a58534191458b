
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the client's side of websocket.c */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_websocket.h>


typedef struct {
    ngx_uint_t  n;              /* messages */
    ngx_uint_t  opcode;         /* of the last one */
    ngx_uint_t  code;
    size_t      len;
    u_char      text[256];

    ngx_uint_t  masks;          /* random() was called */
    ngx_int_t   broken;         /* and fails */
} seen_t;


static u_char  out[8192];


static void
handler(ngx_webrtc_websocket_t *ws,
    const ngx_webrtc_websocket_message_t *message)
{
    seen_t  *seen;

    seen = ws->data;

    seen->n++;
    seen->opcode = message->opcode;
    seen->code = message->code;
    seen->len = message->len;

    if (message->len) {
        memcpy(seen->text, message->data, ngx_min(message->len, 256));
    }
}


static ngx_int_t
random_bytes(void *data, u_char *buf, size_t len)
{
    size_t   i;
    seen_t  *seen;

    seen = data;
    seen->masks++;

    for (i = 0; i < len; i++) {
        buf[i] = (u_char) (16 * seen->masks + i);
    }

    return seen->broken ? NGX_ERROR : NGX_OK;
}


static void
start(ngx_webrtc_websocket_t *ws, seen_t *seen)
{
    memset(seen, 0, sizeof(seen_t));
    ngx_webrtc_websocket_init_client(ws, 1000, 4000, random_bytes, handler,
                                     seen);
}


#define input(ws, text)                                                      \
    ngx_webrtc_websocket_input(ws, (u_char *) text,                          \
                               (u_char *) text + sizeof(text) - 1)


/* takes the mask away from a frame of less than 126 bytes */

static size_t
unmask(u_char *frame)
{
    size_t  i, len;

    assert_true(frame[1] & 0x80);

    len = frame[1] & 0x7f;

    for (i = 0; i < len; i++) {
        frame[6 + i] ^= frame[2 + i % 4];
    }

    return 6 + len;
}


static void
the_plain_hello_of_the_rfc_is_read(void **state)
{
    size_t                  i;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    /* RFC 6455, section 5.7 */

    static const u_char  hello[] = { 0x01, 0x03, 0x48, 0x65, 0x6c,
                                     0x80, 0x02, 0x6c, 0x6f };

    (void) state;

    start(&ws, &seen);

    for (i = 0; i < sizeof(hello); i++) {
        assert_int_equal(ngx_webrtc_websocket_input(&ws, hello + i,
                                                    hello + i + 1),
                         NGX_OK);
        assert_true((i + 1 == sizeof(hello)) == (ws.wslay == NULL));
    }

    assert_int_equal(seen.n, 1);
    assert_int_equal(seen.opcode, NGX_WEBRTC_WEBSOCKET_TEXT);
    assert_int_equal(seen.len, 5);
    assert_memory_equal(seen.text, "Hello", 5);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
each_frame_has_a_mask_of_its_own(void **state)
{
    size_t                  n;
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);

    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, (u_char *) "Hello",
                                                    5),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, (u_char *) "Hello",
                                                    5),
                     NGX_OK);
    assert_true(ngx_webrtc_websocket_pending(&ws) >= 22);

    n = ngx_webrtc_websocket_output(&ws, out, sizeof(out));
    assert_int_equal(n, 22);
    assert_int_equal(seen.masks, 2);

    assert_memory_equal(out, "\x81\x85\x10\x11\x12\x13", 6);
    assert_memory_equal(out + 11, "\x81\x85\x20\x21\x22\x23", 6);

    assert_int_equal(unmask(out), 11);
    assert_memory_equal(out + 6, "Hello", 5);
    assert_int_equal(unmask(out + 11), 11);
    assert_memory_equal(out + 11 + 6, "Hello", 5);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
a_long_message_is_masked_across_buffers(void **state)
{
    size_t                  i, n, total;
    seen_t                  seen;
    u_char                  text[3000];
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);
    memset(text, 'x', sizeof(text));

    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text, sizeof(text)),
                     NGX_OK);

    total = 0;

    while ((n = ngx_webrtc_websocket_output(&ws, out + total, 7)) != 0) {
        total += n;
    }

    assert_int_equal(total, 8 + sizeof(text));
    assert_memory_equal(out, "\x81\xfe\x0b\xb8", 4);

    for (i = 0; i < sizeof(text); i++) {
        assert_int_equal(out[8 + i] ^ out[4 + i % 4], 'x');
    }

    assert_int_equal(seen.masks, 1);
    assert_int_equal(ngx_webrtc_websocket_pending(&ws), 0);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
the_queue_counts_masks(void **state)
{
    seen_t                  seen;
    u_char                  text[3987];
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);
    memset(text, 'x', sizeof(text));

    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text, 3987),
                     NGX_BUSY);
    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text, 3986), NGX_OK);
    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, text, 0), NGX_BUSY);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
pings_and_closes_are_answered_with_masks(void **state)
{
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);

    assert_int_equal(input(&ws, "\x89\x04ping"), NGX_OK);
    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, sizeof(out)), 10);
    assert_int_equal(out[0], 0x8a);
    unmask(out);
    assert_memory_equal(out + 6, "ping", 4);

    assert_int_equal(input(&ws, "\x88\x06\x03\xe9gone"), NGX_DONE);
    assert_int_equal(seen.opcode, NGX_WEBRTC_WEBSOCKET_CLOSE);
    assert_int_equal(seen.code, 1001);

    assert_true(ngx_webrtc_websocket_output(&ws, out, sizeof(out)) >= 8);
    assert_int_equal(out[0], 0x88);
    unmask(out);
    assert_memory_equal(out + 6, "\x03\xe9", 2);
    assert_int_equal(ws.close_code, 1001);

    ngx_webrtc_websocket_cleanup(&ws);
}


static void
we_close(void **state)
{
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);

    assert_int_equal(ngx_webrtc_websocket_send_close(&ws, 1000,
                                                     (u_char *) "bye", 3),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, sizeof(out)), 11);
    assert_int_equal(out[0], 0x88);
    unmask(out);
    assert_memory_equal(out + 6, "\x03\xe8" "bye", 5);
    assert_int_equal(ws.close_code, 1000);

    ngx_webrtc_websocket_cleanup(&ws);
}


/* the code of our close frame */

static ngx_uint_t
refused(const char *text, size_t len)
{
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    start(&ws, &seen);

    assert_int_equal(ngx_webrtc_websocket_input(&ws, (u_char *) text,
                                                (u_char *) text + len),
                     NGX_DONE);
    assert_int_equal(seen.n, 0);

    assert_true(ngx_webrtc_websocket_output(&ws, out, sizeof(out)) >= 8);
    assert_int_equal(out[0], 0x88);
    unmask(out);

    ngx_webrtc_websocket_cleanup(&ws);

    return out[6] << 8 | out[7];
}


static void
a_server_that_breaks_the_protocol_is_refused(void **state)
{
    (void) state;

    /* masked */
    assert_int_equal(refused("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58",
                             11),
                     1002);
    assert_int_equal(refused("\x81\x80\x37\xfa\x21\x3d", 6), 1002);

    /* deflated */
    assert_int_equal(refused("\xc1\x05Hello", 7), 1002);

    /* a continuation of nothing; half a code */
    assert_int_equal(refused("\x80\x05Hello", 7), 1002);
    assert_int_equal(refused("\x88\x01\x03", 3), 1002);

    assert_int_equal(refused("\x81\x02\xff\xfe", 4), 1007);

    /* over the limit, before it has come */
    assert_int_equal(refused("\x81\x7e\x03\xe9x", 5), 1009);
    assert_int_equal(refused("\x81\x7f\0\0\0\0\x7f\0\0\0x", 11), 1009);
}


static void
nothing_is_sent_without_random_bytes(void **state)
{
    seen_t                  seen;
    ngx_webrtc_websocket_t  ws;

    (void) state;

    start(&ws, &seen);
    seen.broken = 1;

    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, (u_char *) "Hello",
                                                    5),
                     NGX_ERROR);
    assert_true(ws.failed);

    assert_int_equal(ngx_webrtc_websocket_output(&ws, out, sizeof(out)), 0);
    assert_int_equal(ngx_webrtc_websocket_send_text(&ws, (u_char *) "Hello",
                                                    5),
                     NGX_ERROR);
    assert_int_equal(input(&ws, "\x81\x05Hello"), NGX_ERROR);
    assert_int_equal(seen.n, 0);

    ngx_webrtc_websocket_cleanup(&ws);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_plain_hello_of_the_rfc_is_read),
        cmocka_unit_test(each_frame_has_a_mask_of_its_own),
        cmocka_unit_test(a_long_message_is_masked_across_buffers),
        cmocka_unit_test(the_queue_counts_masks),
        cmocka_unit_test(pings_and_closes_are_answered_with_masks),
        cmocka_unit_test(we_close),
        cmocka_unit_test(a_server_that_breaks_the_protocol_is_refused),
        cmocka_unit_test(nothing_is_sent_without_random_bytes),
    };

    return cmocka_run_group_tests_name("websocket_client", tests, NULL, NULL);
}
