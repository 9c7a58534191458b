
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* against what skyway-js 4.4.5 and PeerJS 1.5.5 put on a data channel */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <hub/ngx_webrtc_packing.h>
#include <proto/ngx_webrtc_binarypack.h>

#include "hostile.h"


#define MAX  200000

/* the envelope of skyway-js up to its type */
#define ENVELOPE  "86b26964d80010" "30303030303030303030303030303031"        \
                  "b474797065"


typedef struct {
    u_char       data[8][70000];
    size_t       len[8];
    ngx_uint_t   binary[8];
    ngx_uint_t   n;
    size_t       bytes;
    ngx_uint_t   full;          /* after so many; 0: never */
} sent_t;


static sent_t             sent;
static ngx_webrtc_usec_t  now;
static char               hex[64 * 1024];


static ngx_int_t
send_handler(void *data, ngx_uint_t binary, const u_char *pos, size_t len)
{
    assert_ptr_equal(data, &sent);

    if (sent.full && sent.n == sent.full) {
        return NGX_AGAIN;
    }

    assert_true(sent.n < 8 && len <= sizeof(sent.data[0]));

    memcpy(sent.data[sent.n], pos, len);
    sent.len[sent.n] = len;
    sent.binary[sent.n++] = binary;
    sent.bytes += len;

    return NGX_OK;
}


static ngx_int_t
pack(ngx_webrtc_packing_t *packing, const void *data, size_t len)
{
    u_char     *copy;
    ngx_int_t   rc;

    copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, data, len);

    memset(&sent, 0, offsetof(sent_t, full));
    rc = ngx_webrtc_packing_pack(packing, copy, len, send_handler, &sent);

    free(copy);

    if (sent.n > 1) {
        assert_true(sent.bytes <= ngx_webrtc_packing_size(packing, len));
    }

    return rc;
}


static const char *
sent_hex(void)
{
    size_t  i;

    assert_int_equal(sent.n, 1);
    assert_true(2 * sent.len[0] < sizeof(hex));

    for (i = 0; i < sent.len[0]; i++) {
        sprintf(hex + 2 * i, "%02x", sent.data[0][i]);
    }

    hex[2 * i] = '\0';

    return hex;
}


static size_t
unhex(const char *str, u_char *out)
{
    size_t    n;
    unsigned  byte;

    for (n = 0; str[2 * n]; n++) {
        assert_int_equal(sscanf(str + 2 * n, "%2x", &byte), 1);
        out[n] = (u_char) byte;
    }

    return n;
}


static ngx_webrtc_packing_t *
create(ngx_webrtc_packing_e kind)
{
    ngx_webrtc_packing_t  *packing;

    packing = ngx_webrtc_packing_create(kind, MAX, NULL);
    assert_non_null(packing);

    return packing;
}


/* a message of the browser; "datagram" is what comes of it */

static ngx_int_t
unpack(ngx_webrtc_packing_t *packing, ngx_uint_t binary, const u_char *data,
    size_t len, const void *datagram, size_t size)
{
    u_char     *copy;
    ngx_int_t   rc;
    ngx_str_t   out;

    copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, data, len);

    rc = ngx_webrtc_packing_unpack(packing, binary, copy, len, now, &out);

    if (rc == NGX_OK && datagram) {
        assert_int_equal(out.len, size);
        assert_memory_equal(out.data, datagram, size);
    }

    free(copy);

    return rc;
}


static ngx_int_t
unpack_hex(ngx_webrtc_packing_t *packing, const char *str,
    const char *datagram)
{
    size_t  n;
    u_char  data[512];

    n = unhex(str, data);

    return unpack(packing, 1, data, n, datagram, strlen(datagram));
}


/* and back: what was packed last */

static void
unpack_sent(ngx_webrtc_packing_t *packing, const void *datagram, size_t size)
{
    ngx_uint_t  i;

    for (i = 0; i < sent.n; i++) {
        assert_int_equal(unpack(packing, sent.binary[i], sent.data[i],
                                sent.len[i], datagram, size),
                         (i + 1 < sent.n) ? NGX_AGAIN : NGX_OK);
    }
}


static void
nothing_is_packed_if_none_is_wanted(void **state)
{
    ngx_webrtc_packing_t  *packing;

    (void) state;

    packing = create(NGX_WEBRTC_PACKING_NONE);

    assert_int_equal(pack(packing, "hi", 2), NGX_OK);
    assert_string_equal(sent_hex(), "6869");
    assert_int_equal(sent.binary[0], 1);

    assert_int_equal(unpack(packing, 0, (u_char *) "text", 4, "text", 4),
                     NGX_OK);
    assert_int_equal(unpack(packing, 1, (u_char *) "\0\1", 2, "\0\1", 2),
                     NGX_OK);

    ngx_webrtc_packing_destroy(packing);
}


static void
skyway_js_gets_envelopes(void **state)
{
    ngx_webrtc_packing_t  *packing;

    (void) state;

    packing = create(NGX_WEBRTC_PACKING_SKYWAY);

    /* as js-binarypack packs them */

    assert_int_equal(pack(packing, "hi", 2), NGX_OK);
    assert_string_equal(sent_hex(),
                        ENVELOPE "b6537472696e67b473697a6503"
                        "ba746f74616c506172747301b5696e64657800"
                        "b464617461a3b26869");
    assert_int_equal(sent.binary[0], 1);
    ngx_webrtc_packing_destroy(packing);

    packing = create(NGX_WEBRTC_PACKING_SKYWAY);
    assert_int_equal(pack(packing, "\0\xff\1", 3), NGX_OK);
    assert_string_equal(sent_hex(),
                        ENVELOPE "bb4172726179427566666572b473697a6504"
                        "ba746f74616c506172747301b5696e64657800"
                        "b464617461a4a300ff01");

    /* ids are not used twice */

    assert_int_equal(pack(packing, "\0\xff\1", 3), NGX_OK);
    sent_hex();
    hex[46] = '\0';
    assert_string_equal(hex + 14, "30303030303030303030303030303032");

    ngx_webrtc_packing_destroy(packing);
}


/* its decoder knows no more than three bytes, which may be half a pair */

static void
skyway_js_gets_pairs_for_what_is_beyond_the_plane(void **state)
{
    ngx_webrtc_packing_t  *packing;

    (void) state;

    packing = create(NGX_WEBRTC_PACKING_SKYWAY);

    assert_int_equal(pack(packing, "a\xf0\x9f\x98\x80\xe3\x81\x93", 8),
                     NGX_OK);
    assert_string_equal(sent_hex(),
                        ENVELOPE "b6537472696e67b473697a650b"
                        "ba746f74616c506172747301b5696e64657800"
                        "b464617461abba61eda0bdedb880e38193");

    ngx_webrtc_packing_destroy(packing);
}


static void
skyway_js_is_read(void **state)
{
    ngx_webrtc_packing_t  *packing;

    (void) state;

    packing = create(NGX_WEBRTC_PACKING_SKYWAY);

    assert_int_equal(unpack_hex(packing, ENVELOPE
                     "b6537472696e67b473697a6503ba746f74616c506172747301"
                     "b5696e64657800b464617461a3b26869", "hi"), NGX_OK);

    assert_int_equal(unpack_hex(packing, ENVELOPE
                     "bb4172726179427566666572b473697a6504"
                     "ba746f74616c506172747301b5696e64657800b464617461"
                     "a4a3614201", "aB\1"), NGX_OK);

    assert_int_equal(unpack_hex(packing, ENVELOPE
                     "b64f626a656374b473697a6504ba746f74616c506172747301"
                     "b5696e64657800b464617461a481b16101", "{\"a\":1}"),
                     NGX_OK);

    /* a File */

    assert_int_equal(unpack_hex(packing, "88" "b26964d80010"
                     "30303030303030303030303030303031b474797065"
                     "b446696c65b473697a6504ba746f74616c506172747301"
                     "b46e616d65b5612e62696eb86d696d6554797065b3782f79"
                     "b5696e64657800b464617461a4a3010203", "\1\2\3"), NGX_OK);

    /* lengths that js-binarypack counts wrong, alone and inside */

    assert_int_equal(unpack_hex(packing, ENVELOPE
                     "b6537472696e67b473697a6505ba746f74616c506172747301"
                     "b5696e64657800b464617461a5b6f09f9880",
                     "\xf0\x9f\x98\x80"), NGX_OK);
    assert_int_equal(unpack_hex(packing, ENVELOPE
                     "b64f626a656374b473697a650cba746f74616c506172747301"
                     "b5696e64657800b464617461ac82b16db7f09f988021b16e01",
                     "{\"m\":\"\xf0\x9f\x98\x80!\",\"n\":1}"), NGX_OK);

    /* what it would not understand itself */

    assert_int_equal(unpack_hex(packing, "b26869", ""), NGX_DECLINED);
    assert_int_equal(unpack_hex(packing, "80", ""), NGX_DECLINED);
    assert_int_equal(unpack_hex(packing, "", ""), NGX_DECLINED);
    assert_int_equal(unpack_hex(packing, "84b2696401b5696e64657800"
                     "ba746f74616c506172747301b464617461b26869", ""),
                     NGX_DECLINED);
    assert_int_equal(unpack_hex(packing, "84b2696401b5696e646578ff"
                     "ba746f74616c506172747301b464617461a26869", ""),
                     NGX_DECLINED);
    assert_int_equal(unpack_hex(packing, "84b2696401b5696e64657800"
                     "ba746f74616c506172747301b464617461a2b268", ""),
                     NGX_ERROR);
    assert_int_equal(unpack_hex(packing, "84b2696401b5696e64657801"
                     "ba746f74616c506172747301b464617461a2b161", ""),
                     NGX_ERROR);

    /* text that somebody has put in by hand */

    assert_int_equal(unpack(packing, 0, (u_char *) "hi", 2, "hi", 2), NGX_OK);

    ngx_webrtc_packing_destroy(packing);
}


static void
peerjs_gets_values_and_chunks(void **state)
{
    u_char                *big;
    ngx_webrtc_packing_t  *packing;

    (void) state;

    packing = create(NGX_WEBRTC_PACKING_PEERJS);

    assert_int_equal(pack(packing, "hi", 2), NGX_OK);
    assert_string_equal(sent_hex(), "b26869");
    assert_int_equal(pack(packing, "", 0), NGX_OK);
    assert_string_equal(sent_hex(), "b0");
    assert_int_equal(pack(packing, "\xf0\x9f\x98\x80", 4), NGX_OK);
    assert_string_equal(sent_hex(), "b4f09f9880");
    assert_int_equal(pack(packing, "\0\xff\1", 3), NGX_OK);
    assert_string_equal(sent_hex(), "a300ff01");

    /* the page of a binary protocol does not get a String now and then */

    assert_int_equal(pack(packing, "hi", 2), NGX_OK);
    assert_string_equal(sent_hex(), "a26869");

    big = malloc(40000);
    memset(big, 0, 40000);

    /* the largest that goes bare, then more */

    assert_int_equal(pack(packing, big, 16300 - 3), NGX_OK);
    assert_int_equal(sent.n, 1);
    assert_int_equal(sent.len[0], 16300);

    assert_int_equal(pack(packing, big, 40000), NGX_OK);
    assert_int_equal(sent.n, 3);

    /* {__peerData: 1, n: 0, data: ..., total: 3} */

    assert_memory_equal(sent.data[0], "\x84\xba__peerData\x01\xb1n\0\xb4"
                                      "data\xda\x3f\xac\xda\x9c\x40", 29);
    assert_memory_equal(sent.data[0] + sent.len[0] - 7, "\xb5total\x03", 7);
    assert_memory_equal(sent.data[2], "\x84\xba__peerData\x01\xb1n\2\xb4"
                                      "data\xda\x1c\xeb", 26);

    assert_int_equal(pack(packing, big, 40000), NGX_OK);
    assert_int_equal(sent.data[0][12], 2);

    free(big);
    ngx_webrtc_packing_destroy(packing);
}


static void
peerjs_is_read(void **state)
{
    ngx_webrtc_packing_t  *packing;

    (void) state;

    packing = create(NGX_WEBRTC_PACKING_PEERJS);

    assert_int_equal(unpack_hex(packing, "b26869", "hi"), NGX_OK);
    assert_int_equal(unpack_hex(packing, "b0", ""), NGX_OK);
    assert_int_equal(unpack_hex(packing, "a3614201", "aB\1"), NGX_OK);
    assert_int_equal(unpack_hex(packing, "cb3fb999999999999a", "0.1"),
                     NGX_OK);
    assert_int_equal(unpack_hex(packing, "81b16101", "{\"a\":1}"), NGX_OK);
    assert_int_equal(unpack_hex(packing, "93c0c3a101", "[null,true,\"AQ==\"]"),
                     NGX_OK);

    /* chunks, the second before the first */

    assert_int_equal(unpack_hex(packing, "84ba5f5f706565724461746105b16e01"
                     "b464617461a16ab5746f74616c02", ""), NGX_AGAIN);
    assert_int_equal(unpack_hex(packing, "84ba5f5f706565724461746105b16e00"
                     "b464617461a2b268b5746f74616c02", "hj"), NGX_OK);

    /* the end, and what only looks like it */

    assert_int_equal(unpack_hex(packing, "81ba5f5f7065657244617461"
                     "81b474797065b5636c6f7365", ""), NGX_DONE);
    assert_int_equal(unpack_hex(packing, "81ba5f5f7065657244617461"
                     "81b474797065b5636c6f7366",
                     "{\"__peerData\":{\"type\":\"closf\"}}"), NGX_OK);
    assert_int_equal(unpack_hex(packing, "83b16e05b5746f74616cc3"
                     "b464617461b178",
                     "{\"n\":5,\"total\":true,\"data\":\"x\"}"), NGX_OK);

    assert_int_equal(unpack_hex(packing, "", ""), NGX_ERROR);
    assert_int_equal(unpack_hex(packing, "b268", ""), NGX_ERROR);
    assert_int_equal(unpack_hex(packing, "b1686a", ""), NGX_ERROR);
    assert_int_equal(unpack_hex(packing, "81ba5f5f7065657244617461", ""),
                     NGX_ERROR);

    ngx_webrtc_packing_destroy(packing);
}


static void
json_goes_both_ways(void **state)
{
    ngx_uint_t             i;
    ngx_webrtc_packing_e   kind;
    ngx_webrtc_packing_t  *packing;

    static const char  *pairs[][2] = {
        { "hi", "\"hi\"" }, { "", "\"\"" }, { "5", "\"5\"" },
        { "say \"\\\n", "\"say \\\"\\\\\\n\"" },
        { "{\"a\": [1, 2]}", "{\"a\": [1, 2]}" }, { "[]", "[]" },
        { "{not json}", "\"{not json}\"" }, { "\x01", "\"\\u0001\"" },
        { "\xe3\x81\x93\xf0\x9f\x98\x80",
          "\"\xe3\x81\x93\xf0\x9f\x98\x80\"" }
    };

    (void) state;

    for (kind = NGX_WEBRTC_PACKING_JSON_TEXT;
         kind <= NGX_WEBRTC_PACKING_JSON_BINARY;
         kind++)
    {
        packing = create(kind);

        for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
            assert_int_equal(pack(packing, pairs[i][0], strlen(pairs[i][0])),
                             NGX_OK);
            assert_int_equal(sent.n, 1);
            assert_int_equal(sent.binary[0],
                             kind == NGX_WEBRTC_PACKING_JSON_BINARY);
            assert_int_equal(sent.len[0], strlen(pairs[i][1]));
            assert_memory_equal(sent.data[0], pairs[i][1], sent.len[0]);

            unpack_sent(packing, pairs[i][0], strlen(pairs[i][0]));
        }

        /* bytes that JSON has no words for */

        assert_int_equal(pack(packing, "\xff\xfe", 2), NGX_DECLINED);
        assert_int_equal(sent.n, 0);

        /* other values as they are; escapes are undone */

        assert_int_equal(unpack(packing, 1, (u_char *) "23.50", 5, "23.50", 5),
                         NGX_OK);
        assert_int_equal(unpack(packing, 1, (u_char *) "null", 4, "null", 4),
                         NGX_OK);
        assert_int_equal(unpack(packing, 1,
                                (u_char *) "\"\\ud83d\\ude00\\u0000\"", 20,
                                "\xf0\x9f\x98\x80\0", 5), NGX_OK);
        assert_int_equal(unpack(packing, 1, (u_char *) "\"\\ud83d\"", 8,
                                "\"\\ud83d\"", 8), NGX_OK);
        assert_int_equal(unpack(packing, 1, (u_char *) "junk", 4, "junk", 4),
                         NGX_OK);

        /* how PeerJS closes */

        assert_int_equal(unpack(packing, 1, (u_char *)
                                "{\"__peerData\":{\"type\":\"close\"}}", 31,
                                "{\"__peerData\":{\"type\":\"close\"}}", 31),
                         (kind == NGX_WEBRTC_PACKING_JSON_BINARY)
                         ? NGX_DONE : NGX_OK);

        ngx_webrtc_packing_destroy(packing);
    }
}


/* every size that a datagram can have comes back, text and bytes */

static void
datagrams_of_any_size_go_both_ways(void **state)
{
    size_t                 i, len;
    u_char                *data;
    ngx_uint_t             n, text;
    ngx_webrtc_packing_e   kind;
    ngx_webrtc_packing_t  *packing;

    static const size_t  sizes[] = {
        0, 1, 15, 16, 17, 255, 256, 1472, 15996, 15997, 15998, 16297, 16298,
        31997, 32000, 32597, 48000, 65507
    };

    (void) state;

    data = malloc(NGX_WEBRTC_PACKING_DATAGRAM);

    for (kind = NGX_WEBRTC_PACKING_SKYWAY;
         kind <= NGX_WEBRTC_PACKING_JSON_BINARY;
         kind++)
    {
        packing = create(kind);

        for (text = 2; text-- > 0; /* void */ ) {
            for (n = 0; n < sizeof(sizes) / sizeof(sizes[0]); n++) {
                len = sizes[n];

                for (i = 0; i < len; i++) {
                    data[i] = text ? 'a' + (u_char) (i % 26)
                                   : (u_char) (i * 7 % 255);
                }

                if (kind >= NGX_WEBRTC_PACKING_JSON_TEXT && !text) {
                    continue;
                }

                assert_int_equal(pack(packing, data, len), NGX_OK);
                unpack_sent(packing, data, len);

                for (i = 0; i < sent.n; i++) {
                    assert_true(kind >= NGX_WEBRTC_PACKING_JSON_TEXT
                                || sent.len[i] <= 16300 + 40);
                }
            }
        }

        ngx_webrtc_packing_destroy(packing);
    }

    free(data);
}


static void
what_does_not_fit_a_datagram_is_refused(void **state)
{
    size_t                 i;
    u_char                *data, *p;
    ngx_webrtc_packing_t  *packing;

    (void) state;

    data = malloc(70000);
    memset(data, 'x', 70000);

    packing = create(NGX_WEBRTC_PACKING_NONE);
    assert_int_equal(unpack(packing, 1, data, 65507, NULL, 0), NGX_OK);
    assert_int_equal(unpack(packing, 1, data, 65508, NULL, 0), NGX_ERROR);
    ngx_webrtc_packing_destroy(packing);

    /* it grows by being written as JSON */

    packing = create(NGX_WEBRTC_PACKING_PEERJS);

    p = ngx_webrtc_binarypack_write_head(data, NGX_WEBRTC_BINARYPACK_ARRAY,
                                         20000);
    for (i = 0; i < 20000; i++) {
        *p++ = 0xe0;                            /* -32, and a comma */
    }

    assert_int_equal(unpack(packing, 1, data, p - data, NULL, 0), NGX_ERROR);
    assert_int_equal(unpack_hex(packing, "b26869", "hi"), NGX_OK);

    ngx_webrtc_packing_destroy(packing);
    free(data);
}


static void
a_full_channel_is_told(void **state)
{
    u_char                *data;
    ngx_webrtc_packing_e   kind;
    ngx_webrtc_packing_t  *packing;

    (void) state;

    data = calloc(1, 60000);

    for (kind = NGX_WEBRTC_PACKING_SKYWAY;
         kind <= NGX_WEBRTC_PACKING_PEERJS;
         kind++)
    {
        packing = create(kind);

        sent.full = 2;
        assert_int_equal(pack(packing, data, 60000), NGX_AGAIN);
        assert_int_equal(sent.n, 2);
        sent.full = 0;

        /* what is left of it there does no harm to the next one */

        (void) unpack(packing, 1, sent.data[0], sent.len[0], NULL, 0);
        assert_int_equal(pack(packing, data, 60000), NGX_OK);
        unpack_sent(packing, data, 60000);

        ngx_webrtc_packing_destroy(packing);
    }

    free(data);
}


static ngx_webrtc_packing_t  *victim;

static void
anything(u_char *pos, u_char *last)
{
    ngx_str_t  out;

    if (ngx_webrtc_packing_unpack(victim, 1, pos, last - pos, now++, &out)
        == NGX_OK)
    {
        (void) pack(victim, out.data, out.len);
    }
}


static void
no_byte_beyond_the_end_is_read(void **state)
{
    size_t                n, i;
    u_char                data[256];
    ngx_webrtc_packing_e  kind;

    static const char  *messages[] = {
        ENVELOPE "b64f626a656374b473697a650cba746f74616c506172747302"
        "b5696e64657800b464617461ac82b16db7f09f988021b16e01",
        "84ba5f5f706565724461746105b16e00b464617461a2b268b5746f74616c02",
        "81ba5f5f706565724461746181b474797065b5636c6f7365",
        "7b225f5f7065657244617461223a7b2274797065223a22636c6f7365227d7d",
        "225c75643833645c756465303022"
    };

    (void) state;

    for (kind = NGX_WEBRTC_PACKING_NONE;
         kind <= NGX_WEBRTC_PACKING_JSON_BINARY;
         kind++)
    {
        victim = create(kind);

        for (i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
            n = unhex(messages[i], data);
            hostile_all(data, n, anything);
        }

        hostile_random(64, 20, anything);

        ngx_webrtc_packing_destroy(victim);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(nothing_is_packed_if_none_is_wanted),
        cmocka_unit_test(skyway_js_gets_envelopes),
        cmocka_unit_test(skyway_js_gets_pairs_for_what_is_beyond_the_plane),
        cmocka_unit_test(skyway_js_is_read),
        cmocka_unit_test(peerjs_gets_values_and_chunks),
        cmocka_unit_test(peerjs_is_read),
        cmocka_unit_test(json_goes_both_ways),
        cmocka_unit_test(datagrams_of_any_size_go_both_ways),
        cmocka_unit_test(what_does_not_fit_a_datagram_is_refused),
        cmocka_unit_test(a_full_channel_is_told),
        cmocka_unit_test(no_byte_beyond_the_end_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
