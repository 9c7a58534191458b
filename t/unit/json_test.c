
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_json.h>

#include "hostile.h"


static json_t *
parse(const char *text, const char **reason)
{
    u_char  *p;

    p = (u_char *) text;

    return ngx_webrtc_json_parse(p, p + strlen(text), 65536, reason);
}


static void
assert_refused(const char *text, const char *why)
{
    json_t      *json;
    const char  *reason;

    reason = NULL;
    json = parse(text, &reason);

    assert_null(json);
    assert_string_equal(reason, why);
}


static void
what_is_not_json_is_refused_with_a_reason(void **state)
{
    (void) state;

    assert_refused("", "invalid JSON");
    assert_refused("{", "invalid JSON");
    assert_refused("nonsense", "invalid JSON");
    assert_refused("1", "invalid JSON");
    assert_refused("{\"a\":NaN}", "invalid JSON");
    assert_refused("{\"a\":\"\\ud800\"}", "invalid JSON");
    assert_refused("{\"a\":1,\"a\":2}", "duplicate key");
    assert_refused("{\"a\":\"\\u0000\"}", "NUL in a string");
    assert_refused("{\"a\":\"\xff\"}", "invalid UTF-8");
    assert_refused("{\"a\":1e400}", "number out of range");
    assert_refused("{\"a\":92233720368547758080}", "number out of range");
    assert_refused("{} x", "trailing bytes");
}


static void
a_zero_byte_is_not_json(void **state)
{
    ngx_uint_t   i;
    const char  *reason;

    static u_char  texts[][6] = {
        "{}\0 ", "\0{}", "{\"\0\"}", "[1\0]", "[0\0]", "[1.5\0]"
    };

    static const size_t  lens[] = { 4, 3, 5, 4, 4, 6 };

    (void) state;

    for (i = 0; i < sizeof(lens) / sizeof(lens[0]); i++) {
        assert_null(ngx_webrtc_json_parse(texts[i], texts[i] + lens[i], 6,
                                          &reason));
        assert_string_equal(reason, "invalid JSON");
        assert_int_equal(ngx_webrtc_json_check(texts[i], texts[i] + lens[i]),
                         NGX_ERROR);
    }
}


static void
a_text_over_the_limit_is_refused_before_it_is_read(void **state)
{
    const char  *reason;

    u_char       text[] = "{\"a\":1}";

    (void) state;

    assert_null(ngx_webrtc_json_parse(text, text + 7, 6, &reason));
    assert_string_equal(reason, "too large");
}


static void
depth_is_limited_to_32(void **state)
{
    char         text[30000];
    json_t      *json;
    ngx_str_t    raw;
    ngx_uint_t   i;
    const char  *reason;

    (void) state;

    memset(text, '[', 10000);
    memset(text + 10000, ']', 10000);
    text[20000] = '\0';
    assert_refused(text, "too deep");

    memset(text, '[', 32);
    memset(text + 32, ']', 32);
    text[64] = '\0';

    json = parse(text, &reason);
    assert_non_null(json);
    json_decref(json);

    strcpy(text, "{\"k\":");

    for (i = 0; i < 10000; i++) {
        strcpy(text + 5 + i, "[");
    }

    assert_int_equal(ngx_webrtc_json_find_raw((u_char *) text,
                                              (u_char *) text + 10005, "k",
                                              &raw),
                     NGX_ERROR);

    /* brackets in strings are no depth */

    strcpy(text, "{\"k\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\\\"[\"}");
    json = parse(text, &reason);
    assert_non_null(json);
    json_decref(json);
}


static void
getters_tell_absent_wrong_and_out_of_range_apart(void **state)
{
    double       real;
    json_t      *json, *value;
    ngx_str_t    str;
    json_int_t   n;
    ngx_uint_t   flag;
    const char  *reason;

    (void) state;

    json = parse("{\"b\":true,\"i\":500,\"r\":1.5,\"s\":\"text\",\"n\":null,"
                 "\"o\":{},\"a\":[]}", &reason);
    assert_non_null(json);

    assert_int_equal(ngx_webrtc_json_get_bool(json, "b", &flag), NGX_OK);
    assert_int_equal(flag, 1);
    assert_int_equal(ngx_webrtc_json_get_bool(json, "i", &flag), NGX_ERROR);
    assert_int_equal(ngx_webrtc_json_get_bool(json, "x", &flag),
                     NGX_DECLINED);
    assert_int_equal(ngx_webrtc_json_get_bool(json, "n", &flag),
                     NGX_DECLINED);

    assert_int_equal(ngx_webrtc_json_get_int(json, "i", 1, 1000, &n), NGX_OK);
    assert_int_equal(n, 500);
    assert_int_equal(ngx_webrtc_json_get_int(json, "i", 1, 499, &n),
                     NGX_ABORT);
    assert_int_equal(ngx_webrtc_json_get_int(json, "i", 501, 1000, &n),
                     NGX_ABORT);
    assert_int_equal(ngx_webrtc_json_get_int(json, "r", 1, 1000, &n),
                     NGX_ERROR);
    assert_int_equal(ngx_webrtc_json_get_int(json, "x", 1, 1000, &n),
                     NGX_DECLINED);

    assert_int_equal(ngx_webrtc_json_get_real(json, "r", 0, 2, &real), NGX_OK);
    assert_true(real == 1.5);
    assert_int_equal(ngx_webrtc_json_get_real(json, "i", 0, 500, &real),
                     NGX_OK);
    assert_int_equal(ngx_webrtc_json_get_real(json, "r", 2, 3, &real),
                     NGX_ABORT);
    assert_int_equal(ngx_webrtc_json_get_real(json, "s", 2, 3, &real),
                     NGX_ERROR);

    assert_int_equal(ngx_webrtc_json_get_str(json, "s", 1, 4, &str), NGX_OK);
    assert_int_equal(str.len, 4);
    assert_memory_equal(str.data, "text", 4);
    assert_int_equal(ngx_webrtc_json_get_str(json, "s", 1, 3, &str),
                     NGX_ABORT);
    assert_int_equal(ngx_webrtc_json_get_str(json, "s", 5, 9, &str),
                     NGX_ABORT);
    assert_int_equal(ngx_webrtc_json_get_str(json, "o", 1, 3, &str),
                     NGX_ERROR);

    assert_int_equal(ngx_webrtc_json_get_object(json, "o", &value), NGX_OK);
    assert_int_equal(ngx_webrtc_json_get_object(json, "a", &value),
                     NGX_ERROR);
    assert_int_equal(ngx_webrtc_json_get_array(json, "a", &value), NGX_OK);
    assert_int_equal(ngx_webrtc_json_get_array(json, "n", &value),
                     NGX_DECLINED);

    json_decref(json);
}


static void
values_survive_parsing_and_writing(void **state)
{
    u_char       buf[256];
    size_t       len;
    json_t      *json, *again;
    ngx_str_t    text;
    ngx_pool_t  *pool;
    const char  *reason;

    /* keys keep their order, integers stay integers */

    const char   in[] = "{\"z\":0.1,\"a\":1605869105862.0171,"
                        "\"i\":9007199254740993,\"s\":\"\xe3\x81\x82\",\"n\":"
                        "null,\"e\":[1.0,-3,true]}";

    (void) state;

    json = parse(in, &reason);
    assert_non_null(json);

    len = ngx_webrtc_json_dump_buf(json, buf, sizeof(buf));
    assert_true(len > 0);
    assert_memory_equal(buf, "{\"z\":0.1", 8);

    again = ngx_webrtc_json_parse(buf, buf + len, 4096, &reason);
    assert_non_null(again);
    assert_true(json_equal(json, again));
    json_decref(again);

    pool = ngx_create_pool(1024, NULL);
    assert_int_equal(ngx_webrtc_json_dump(json, pool, &text), NGX_OK);
    assert_int_equal(text.len, len);
    assert_memory_equal(text.data, buf, len);
    ngx_destroy_pool(pool);

    assert_int_equal(ngx_webrtc_json_dump_buf(json, buf, len - 1), 0);

    json_decref(json);
}


static void
strings_are_made_of_utf8_only(void **state)
{
    json_t     *json;
    ngx_str_t   good = ngx_string("caf\xc3\xa9");
    ngx_str_t   bad = ngx_string("caf\xe9");
    ngx_str_t   empty = ngx_null_string;

    (void) state;

    json = ngx_webrtc_json_str(&good);
    assert_non_null(json);
    json_decref(json);

    json = ngx_webrtc_json_str(&empty);
    assert_non_null(json);
    json_decref(json);

    assert_null(ngx_webrtc_json_str(&bad));
}


static ngx_int_t
find(const char *text, const char *key, ngx_str_t *raw)
{
    return ngx_webrtc_json_find_raw((u_char *) text,
                                    (u_char *) text + strlen(text), key, raw);
}


static void
the_text_of_a_value_is_found_as_it_was_written(void **state)
{
    ngx_str_t  raw;

    const char  text[] = " { \"type\" : \"pong\" , \"stats\" :\n [ {\"t\":"
                         "1605869105862.0171, \"type\":\"x\"} ,1E+3 ] } ";

    (void) state;

    assert_int_equal(find(text, "stats", &raw), NGX_OK);
    assert_int_equal(raw.len, 46);
    assert_memory_equal(raw.data, "[ {\"t\":1605869105862.0171, \"type\":"
                        "\"x\"} ,1E+3 ]", 46);

    assert_int_equal(find(text, "type", &raw), NGX_OK);
    assert_int_equal(raw.len, 6);
    assert_memory_equal(raw.data, "\"pong\"", 6);

    assert_int_equal(find(text, "t", &raw), NGX_DECLINED);
    assert_int_equal(find("{}", "t", &raw), NGX_DECLINED);
}


static void
of_two_values_the_first_is_found_or_none(void **state)
{
    ngx_str_t  raw;
    u_char     twice[] = "{\"k\":1,\"l\":{\"k\":2},\"k\":3}";
    u_char     once[] = "{\"l\":{\"k\":2,\"k\":2},\"k\":3,\"l\":4}";

    (void) state;

    assert_int_equal(find((char *) twice, "k", &raw), NGX_OK);
    assert_int_equal(raw.len, 1);
    assert_int_equal(raw.data[0], '1');

    assert_int_equal(ngx_webrtc_json_find_once(twice,
                                               twice + sizeof(twice) - 1,
                                               "k", &raw),
                     NGX_ERROR);
    assert_int_equal(ngx_webrtc_json_find_once(once, once + sizeof(once) - 1,
                                               "k", &raw),
                     NGX_OK);
    assert_int_equal(raw.data[0], '3');
    assert_int_equal(ngx_webrtc_json_find_once(once, once + sizeof(once) - 1,
                                               "m", &raw),
                     NGX_DECLINED);
}


static void
a_value_is_not_found_in_text_that_is_not_json(void **state)
{
    size_t     i;
    ngx_str_t  raw;

    static const char  *bad[] = {
        "", " ", "[]", "\"k\"", "{\"k\":1", "{\"k\":1}x", "{\"k\":1,}",
        "{\"k\":01}", "{\"k\":1.}", "{\"k\":.5}", "{\"k\":1e}", "{\"k\":-}",
        "{\"k\":+1}", "{\"k\":tru}", "{\"k\":NaN}", "{\"k\":}", "{k:1}",
        "{\"k\" 1}", "{\"k\":[1,]}", "{\"k\":[1 2]}", "{\"k\":\"a\nb\"}",
        "{\"k\":\"\\x\"}", "{\"k\":\"\\u12g4\"}", "{\"k\":\"\\ud800\"}",
        "{\"k\":\"\\ud800\\u0041\"}", "{\"k\":\"\\udc00\"}",
        "{\"k\":\"\\u0000\"}", "{\"k\":\"\xff\"}", "{\"k\":\"\xc0\x80\"}",
        "{\"k\":\"\xed\xa0\x80\"}", "{\"k\":\"\xf4\x90\x80\x80\"}",
        "{\"k\":\"\xe3\x81\"}", "{\"k\":\"\\", "{\"k\":\"\\u12", NULL
    };

    (void) state;

    for (i = 0; bad[i]; i++) {
        assert_int_equal(find(bad[i], "k", &raw), NGX_ERROR);
    }

    assert_int_equal(find("{\"k\":\"\\ud83d\\ude00\xf0\x9f\x98\x80\"}", "k",
                          &raw),
                     NGX_OK);
}


static void
try_both(unsigned char *pos, unsigned char *last)
{
    json_t      *json;
    ngx_int_t    rc;
    ngx_str_t    raw;
    const char  *reason;

    rc = ngx_webrtc_json_find_raw(pos, last, "a", &raw);
    json = ngx_webrtc_json_parse(pos, last, 4096, &reason);

    /* the two readers agree about what is JSON, but for its numbers */

    if (json && json_is_object(json)) {
        assert_true(rc != NGX_ERROR);
    }

    if (rc == NGX_OK) {
        assert_true(json != NULL
                    || strcmp(reason, "number out of range") == 0
                    || strcmp(reason, "duplicate key") == 0);
        assert_true(raw.data >= pos && raw.data + raw.len <= last);
    }

    json_decref(json);
}


static void
no_flipped_bit_is_read_past_the_end(void **state)
{
    static const u_char  text[] = "{\"a\":[1.5e3,\"\\ud83d\\ude00\xc3\xa9\","
                                  "null,{\"b\":false}],\"c\":-1}";

    (void) state;

    hostile_all(text, sizeof(text) - 1, try_both);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_is_not_json_is_refused_with_a_reason),
        cmocka_unit_test(a_zero_byte_is_not_json),
        cmocka_unit_test(a_text_over_the_limit_is_refused_before_it_is_read),
        cmocka_unit_test(depth_is_limited_to_32),
        cmocka_unit_test(getters_tell_absent_wrong_and_out_of_range_apart),
        cmocka_unit_test(values_survive_parsing_and_writing),
        cmocka_unit_test(strings_are_made_of_utf8_only),
        cmocka_unit_test(the_text_of_a_value_is_found_as_it_was_written),
        cmocka_unit_test(of_two_values_the_first_is_found_or_none),
        cmocka_unit_test(a_value_is_not_found_in_text_that_is_not_json),
        cmocka_unit_test(no_flipped_bit_is_read_past_the_end)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
