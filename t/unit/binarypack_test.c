
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* against what js-binarypack 0.0.9 and peerjs-js-binarypack 2.1.0 write */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <core/ngx_webrtc_cursor.h>
#include <proto/ngx_webrtc_binarypack.h>

#include "hostile.h"


typedef struct {
    const char  *packed;        /* hexadecimal */
    const char  *json;
} vector_t;


static u_char  packed[65536];
static u_char  json[65536];


static size_t
unhex(const char *hex)
{
    size_t    n;
    unsigned  byte;

    for (n = 0; hex[2 * n]; n++) {
        assert_int_equal(sscanf(hex + 2 * n, "%2x", &byte), 1);
        packed[n] = (u_char) byte;
    }

    return n;
}


/* NULL: it is refused */

static const char *
to_json(const u_char *data, size_t len, ngx_uint_t wide, size_t room)
{
    u_char                   *copy;
    ngx_int_t                 rc;
    ngx_webrtc_text_t         text;
    ngx_webrtc_binarypack_t   pack;

    copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, data, len);

    pack.pos = copy;
    pack.last = copy + len;
    pack.wide = wide;

    ngx_webrtc_text_init(&text, json, json + room);
    rc = ngx_webrtc_binarypack_json(&pack, &text);

    if (rc == NGX_OK && pack.pos != pack.last) {
        rc = NGX_ERROR;
    }

    free(copy);

    *text.pos = '\0';

    return (rc == NGX_OK) ? (char *) json : NULL;
}


static void
values_of_both_packages_are_read(void **state)
{
    size_t      n, len, room;
    ngx_uint_t  i;

    static const vector_t  vectors[] = {
        { "c0", "null" }, { "c1", "null" }, { "c2", "false" },
        { "c3", "true" }, { "00", "0" }, { "7f", "127" },
        { "cc80", "128" }, { "ccff", "255" }, { "cd0100", "256" },
        { "cdffff", "65535" }, { "ce00010000", "65536" },
        { "ceffffffff", "4294967295" },
        { "d30000000100000000", "4294967296" },
        { "d3001fffffffffffff", "9007199254740991" },
        { "d3ffe0000000000001", "-9007199254740991" },
        { "ff", "-1" }, { "e0", "-32" }, { "d0df", "-33" },
        { "d080", "-128" }, { "d1ff7f", "-129" }, { "d18000", "-32768" },
        { "d2ffff7fff", "-32769" }, { "d280000000", "-2147483648" },
        { "d3ffffffff7fffffff", "-2147483649" },
        { "d38000000000000000", "-9223372036854775808" },
        { "cf7fffffffffffffff", "9223372036854775807" },
        { "cf8000000000000000", "9.223372036854776e+18" },
        { "cb3fe0000000000000", "0.5" },
        { "cb400921fb54442d18", "3.141592653589793" },
        { "cbbe8421f5f40d8376", "-1.5e-07" },
        { "cb3fb999999999999a", "0.1" },
        { "cb7ff0000000000000", "null" }, { "cbfff8000000000000", "null" },
        { "ca3fc00000", "1.5" }, { "ca7f800000", "null" },
        { "b0", "\"\"" }, { "b26869", "\"hi\"" },
        { "bf787878787878787878787878787878", "\"xxxxxxxxxxxxxxx\"" },
        { "d8001078787878787878787878787878787878",
          "\"xxxxxxxxxxxxxxxx\"" },
        { "d90000000278ff", "\"x\xef\xbf\xbd\"" },
        { "bfe38193e38293e381abe381a1e381af",
          "\"\xe3\x81\x93\xe3\x82\x93\xe3\x81\xab\xe3\x81\xa1"
          "\xe3\x81\xaf\"" },
        { "bbf09f9880f09f918d206f6b",
          "\"\xf0\x9f\x98\x80\xf0\x9f\x91\x8d ok\"" },
        { "a0", "\"\"" }, { "a101", "\"AQ==\"" }, { "a20102", "\"AQI=\"" },
        { "a300ff01", "\"AP8B\"" }, { "db00000001fb", "\"+w==\"" },
        { "da0010000102030405060708090a0b0c0d0e0f",
          "\"AAECAwQFBgcICQoLDA0ODw==\"" },
        { "9401b161c092c390", "[1,\"a\",null,[true,[]]]" },
        { "86b16101b462225c0a82b16392cb3fd0000000000000fbb164bae697a5e69cac"
          "f09f9880b165a401020304b166a101b167a20102b168c0",
          "{\"a\":1,\"b\\\"\\\\\\n\":{\"c\":[0.25,-5],\"d\":\"\xe6\x97\xa5"
          "\xe6\x9c\xac\xf0\x9f\x98\x80\"},\"e\":\"AQIDBA==\","
          "\"f\":\"AQ==\",\"g\":\"AQI=\",\"h\":null}" },
        { "dc0010000102030405060708090a0b0c0d0e0f",
          "[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15]" },
        { "dd0000000105", "[5]" }, { "df00000001b16b05", "{\"k\":5}" },
        { "de0010b26b3000b26b3101b26b3202b26b3303b26b3404b26b3505b26b3606"
          "b26b3707b26b3808b26b3909b36b31300ab36b31310bb36b31320cb36b31330d"
          "b36b31340eb36b31350f",
          "{\"k0\":0,\"k1\":1,\"k2\":2,\"k3\":3,\"k4\":4,\"k5\":5,"
          "\"k6\":6,\"k7\":7,\"k8\":8,\"k9\":9,\"k10\":10,\"k11\":11,"
          "\"k12\":12,\"k13\":13,\"k14\":14,\"k15\":15}" }
    };

    (void) state;

    for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        n = unhex(vectors[i].packed);
        len = strlen(vectors[i].json);

        assert_string_equal(to_json(packed, n, 0, len), vectors[i].json);
        assert_string_equal(to_json(packed, n, 1, len), vectors[i].json);

        /* cut short, or without room */

        for (room = 0; room < len; room++) {
            assert_null(to_json(packed, n, 0, room));
        }

        while (n--) {
            assert_null(to_json(packed, n, 0, sizeof(json) - 1));
        }
    }
}


/* js-binarypack counts what it writes as 4 bytes as 6 */

static void
short_strings_of_js_binarypack_are_read(void **state)
{
    size_t  n;

    (void) state;

    n = unhex("bff09f9880f09f918d206f6b");
    assert_null(to_json(packed, n, 0, 100));
    assert_string_equal(to_json(packed, n, 1, 100),
                        "\"\xf0\x9f\x98\x80\xf0\x9f\x91\x8d ok\"");

    n = unhex("82b16db7f09f988021b16e01");
    assert_null(to_json(packed, n, 0, 100));
    assert_string_equal(to_json(packed, n, 1, 100),
                        "{\"m\":\"\xf0\x9f\x98\x80!\",\"n\":1}");

    /* of long ones it knows the length */

    packed[0] = 0xd8;
    (void) ngx_webrtc_put16(packed + 1, 700 * 4);

    for (n = 0; n < 700; n++) {
        memcpy(packed + 3 + 4 * n, "\xf0\x9f\x98\x80", 4);
    }

    assert_int_equal(strlen(to_json(packed, 3 + 2800, 0, 3000)), 2802);
    assert_int_equal(strlen(to_json(packed, 3 + 2800, 1, 3000)), 2802);
}


static void
what_is_malformed_is_refused(void **state)
{
    size_t  i, n;

    static const char  *wrong[] = {
        "", "c4", "c9", "d4", "d7", "cc", "b161ff00",
        "91", "81b161", "8101b161", "81a16101", "8190c0",
        "dcffff00", "ddffffffff00", "dfffffffffb16100", "d9ffffffff61",
        "dbffffffff61", "0000"
    };

    (void) state;

    for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        n = unhex(wrong[i]);
        assert_null(to_json(packed, n, 0, sizeof(json) - 1));
    }

    /* as deep as it may be, and deeper */

    memset(packed, 0x91, 100);
    packed[32] = 0x01;
    assert_non_null(to_json(packed, 33, 0, sizeof(json) - 1));

    memset(packed, 0x91, 60000);
    packed[33] = 0x01;
    assert_null(to_json(packed, 34, 0, sizeof(json) - 1));
    packed[33] = 0x91;
    assert_null(to_json(packed, 60000, 0, sizeof(json) - 1));
}


static void
values_are_skipped(void **state)
{
    size_t                         n;
    ngx_uint_t                     i;
    ngx_webrtc_binarypack_t        pack;
    ngx_webrtc_binarypack_value_t  value;

    (void) state;

    n = unhex("94820192c0c0b16101a3010203909100");

    pack.pos = packed;
    pack.last = packed + n;
    pack.wide = 0;

    assert_int_equal(ngx_webrtc_binarypack_read(&pack, &value), NGX_OK);
    assert_int_equal(value.type, NGX_WEBRTC_BINARYPACK_ARRAY);
    assert_int_equal(value.count, 4);

    for (i = 0; i < 4; i++) {
        assert_int_equal(ngx_webrtc_binarypack_read(&pack, &value), NGX_OK);
        assert_int_equal(ngx_webrtc_binarypack_skip(&pack, &value), NGX_OK);
    }

    assert_ptr_equal(pack.pos, pack.last);

    /* counts that nothing can be behind; deep ones need no stack */

    n = unhex("ddffffffffddffffffffddffffffff0000");
    pack.pos = packed;
    pack.last = packed + n;
    assert_int_equal(ngx_webrtc_binarypack_read(&pack, &value), NGX_OK);
    assert_int_equal(ngx_webrtc_binarypack_skip(&pack, &value), NGX_ERROR);

    memset(packed, 0x91, sizeof(packed));
    packed[sizeof(packed) - 1] = 0;
    pack.pos = packed;
    pack.last = packed + sizeof(packed);
    assert_int_equal(ngx_webrtc_binarypack_read(&pack, &value), NGX_OK);
    assert_int_equal(ngx_webrtc_binarypack_skip(&pack, &value), NGX_OK);
    assert_ptr_equal(pack.pos, pack.last);
}


static void
written(u_char *end, const char *hex)
{
    size_t  n;
    u_char  out[64];

    n = end - packed;
    memcpy(out, packed, n);

    assert_int_equal(unhex(hex), n);
    assert_memory_equal(packed, out, n);
}


static void
heads_are_written_as_the_packages_do(void **state)
{
    (void) state;

    written(ngx_webrtc_binarypack_write_uint(packed, 0), "00");
    written(ngx_webrtc_binarypack_write_uint(packed, 127), "7f");
    written(ngx_webrtc_binarypack_write_uint(packed, 128), "cc80");
    written(ngx_webrtc_binarypack_write_uint(packed, 256), "cd0100");
    written(ngx_webrtc_binarypack_write_uint(packed, 65536), "ce00010000");
    written(ngx_webrtc_binarypack_write_uint(packed, 0xffffffff),
            "ceffffffff");

    written(ngx_webrtc_binarypack_write_head(packed,
                                      NGX_WEBRTC_BINARYPACK_MAP, 15), "8f");
    written(ngx_webrtc_binarypack_write_head(packed,
                                      NGX_WEBRTC_BINARYPACK_MAP, 16),
            "de0010");
    written(ngx_webrtc_binarypack_write_head(packed,
                                      NGX_WEBRTC_BINARYPACK_ARRAY, 0), "90");
    written(ngx_webrtc_binarypack_write_head(packed,
                                      NGX_WEBRTC_BINARYPACK_ARRAY, 65536),
            "dd00010000");
    written(ngx_webrtc_binarypack_write_head(packed,
                                      NGX_WEBRTC_BINARYPACK_RAW, 3), "a3");
    written(ngx_webrtc_binarypack_write_head(packed,
                                      NGX_WEBRTC_BINARYPACK_RAW, 65535),
            "daffff");
    written(ngx_webrtc_binarypack_write_head(packed,
                                      NGX_WEBRTC_BINARYPACK_RAW, 65536),
            "db00010000");
    written(ngx_webrtc_binarypack_write_head(packed,
                                      NGX_WEBRTC_BINARYPACK_STR, 16),
            "d80010");
    written(ngx_webrtc_binarypack_write_str(packed, "hi"), "b26869");
}


static void
anything(u_char *pos, u_char *last)
{
    (void) to_json(pos, last - pos, 0, 300);
    (void) to_json(pos, last - pos, 1, 300);
}


static void
no_byte_beyond_the_end_is_read(void **state)
{
    size_t  n;
    u_char  data[128];

    (void) state;

    n = unhex("86b16101b462225c0a82b16392cb3fd0000000000000fbb164bae697a5e69c"
              "acf09f9880b165a401020304b166a101b167a20102b168c0");
    memcpy(data, packed, n);

    hostile_all(data, n, anything);
    hostile_random(64, 100, anything);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(values_of_both_packages_are_read),
        cmocka_unit_test(short_strings_of_js_binarypack_are_read),
        cmocka_unit_test(what_is_malformed_is_refused),
        cmocka_unit_test(values_are_skipped),
        cmocka_unit_test(heads_are_written_as_the_packages_do),
        cmocka_unit_test(no_byte_beyond_the_end_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
