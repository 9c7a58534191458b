
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <front/evostream/ngx_webrtc_evostream_saved.h>


#define TEST_ONE                                                             \
    "{\"configId\":4,\"ersip\":\"192.0.2.1\",\"ersport\":3535,"              \
    "\"roomid\":\"r\"}"


typedef struct {
    ngx_uint_t                     n;
    ngx_uint_t                     refuse;      /* this id */
    ngx_webrtc_evostream_config_t  last;
    char                           texts[6][2048];
} test_seen_t;


static test_seen_t                   test_seen;
static ngx_webrtc_evostream_saved_t  test_saved;


static void
test_keep(ngx_uint_t i, ngx_str_t *str)
{
    assert_true(str->len < sizeof(test_seen.texts[0]));

    if (str->len) {
        ngx_memcpy(test_seen.texts[i], str->data, str->len);
    }

    test_seen.texts[i][str->len] = '\0';

    str->data = (u_char *) test_seen.texts[i];
}


static ngx_int_t
test_handler(void *data, const ngx_webrtc_evostream_config_t *config)
{
    (void) data;

    if (config->id == test_seen.refuse) {
        return NGX_DECLINED;
    }

    test_seen.n++;
    test_seen.last = *config;

    test_keep(0, &test_seen.last.ers);
    test_keep(1, &test_seen.last.ersip);
    test_keep(2, &test_seen.last.roomid);
    test_keep(3, &test_seen.last.token);
    test_keep(4, &test_seen.last.vars);

    return NGX_OK;
}


static ngx_int_t
test_parse(const char *text)
{
    u_char     *copy;
    size_t      len;
    ngx_int_t   rc;

    len = strlen(text);
    copy = malloc(len + 1);
    ngx_memcpy(copy, text, len);

    test_seen.n = 0;
    rc = ngx_webrtc_evostream_saved_parse(copy, copy + len, &test_saved,
                                          test_handler, NULL);
    free(copy);

    return rc;
}


static int
test_setup(void **state)
{
    (void) state;

    ngx_memzero(&test_seen, sizeof(test_seen_t));

    return 0;
}


static void
what_was_written_is_read(void **state)
{
    char                           *text;
    json_t                         *saved;
    ngx_webrtc_evostream_config_t   config;

    (void) state;

    ngx_memzero(&config, sizeof(ngx_webrtc_evostream_config_t));

    config.id = 5;
    config.ersport = 65535;
    config.ers_over_ssl = 1;
    ngx_str_set(&config.ers, "ers.example");
    ngx_str_set(&config.roomid, "\"ro\\om\"\n\xe9\x83\xa8");
    ngx_str_set(&config.token, "t");
    ngx_str_set(&config.vars, "{\"_b\":\"2\",\"_a\":\"1\"}");

    saved = ngx_webrtc_evostream_saved_create(17);
    assert_non_null(saved);
    assert_int_equal(ngx_webrtc_evostream_saved_add(saved, &config), NGX_OK);

    config.id = 6;
    config.ers_over_ssl = 0;
    config.ers.len = 0;
    config.vars.len = 0;
    ngx_str_set(&config.ersip, "::1");
    assert_int_equal(ngx_webrtc_evostream_saved_add(saved, &config), NGX_OK);

    text = json_dumps(saved, 0);
    json_decref(saved);

    test_seen.refuse = 6;
    assert_int_equal(test_parse(text), NGX_OK);
    assert_int_equal(test_saved.last_id, 17);
    assert_int_equal(test_saved.skipped, 1);
    assert_int_equal(test_seen.n, 1);
    assert_int_equal(test_seen.last.id, 5);
    assert_int_equal(test_seen.last.ersport, 65535);
    assert_int_equal(test_seen.last.ers_over_ssl, 1);
    assert_int_equal(test_seen.last.keep_alive, 1);
    assert_string_equal(test_seen.texts[0], "ers.example");
    assert_string_equal(test_seen.texts[1], "");
    assert_string_equal(test_seen.texts[2], "\"ro\\om\"\n\xe9\x83\xa8");
    assert_string_equal(test_seen.texts[3], "t");
    assert_string_equal(test_seen.texts[4], "{\"_b\":\"2\",\"_a\":\"1\"}");

    test_seen.refuse = 5;
    assert_int_equal(test_parse(text), NGX_OK);
    assert_int_equal(test_seen.n, 1);
    assert_int_equal(test_seen.last.ers_over_ssl, 0);
    assert_string_equal(test_seen.texts[1], "::1");
    assert_string_equal(test_seen.texts[4], "");

    free(text);
}


static void
what_is_no_text_is_not_written(void **state)
{
    json_t                         *saved;
    ngx_webrtc_evostream_config_t   config;

    (void) state;

    ngx_memzero(&config, sizeof(ngx_webrtc_evostream_config_t));
    ngx_str_set(&config.roomid, "\xff");

    saved = ngx_webrtc_evostream_saved_create(1);

    assert_int_equal(ngx_webrtc_evostream_saved_add(saved, &config),
                     NGX_ERROR);

    ngx_str_set(&config.roomid, "r");
    ngx_str_set(&config.vars, "{");
    assert_int_equal(ngx_webrtc_evostream_saved_add(saved, &config),
                     NGX_ERROR);

    assert_int_equal(json_array_size(json_object_get(saved, "webrtc")), 0);

    json_decref(saved);
}


static void
other_files_are_refused(void **state)
{
    size_t              i;
    static const char  *texts[] = {
        "",
        "{",
        "[]",
        "{}",
        "null",
        "{\"lastConfigId\":1,\"webrtc\":[" TEST_ONE,
        "{\"lastConfigId\":1,\"webrtc\":[" TEST_ONE "]} x",
        "{\"lastConfigId\":1}",
        "{\"lastConfigId\":1,\"webrtc\":{}}",
        "{\"webrtc\":[]}",
        "{\"lastConfigId\":-1,\"webrtc\":[]}",
        "{\"lastConfigId\":1e300,\"webrtc\":[]}",
        "{\"lastConfigId\":\"1\",\"webrtc\":[]}",
    };

    (void) state;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        test_saved.reason = NULL;
        assert_int_equal(test_parse(texts[i]), NGX_ERROR);
        assert_non_null(test_saved.reason);
        assert_int_equal(test_seen.n, 0);
    }
}


static void
what_is_no_configuration_is_skipped(void **state)
{
    char                text[4096], token[600];
    size_t              i;
    static const char  *bad[] = {
        "1",
        "null",
        "{}",
        "{\"ersip\":\"a\",\"ersport\":1,\"roomid\":\"r\"}",
        "{\"configId\":0,\"ersip\":\"a\",\"ersport\":1,\"roomid\":\"r\"}",
        "{\"configId\":1,\"ersip\":\"a\",\"ersport\":0,\"roomid\":\"r\"}",
        "{\"configId\":1,\"ersip\":\"a\",\"ersport\":65536,\"roomid\":\"r\"}",
        "{\"configId\":1,\"ersip\":\"a\",\"ersport\":1,\"roomid\":\"\"}",
        "{\"configId\":1,\"ersip\":\"a\",\"ersport\":1}",
        "{\"configId\":1,\"ersport\":1,\"roomid\":\"r\"}",
        "{\"configId\":1,\"ersip\":1,\"ersport\":1,\"roomid\":\"r\"}",
        "{\"configId\":1,\"ersip\":\"a\",\"ersport\":1,\"roomid\":\"r\","
            "\"ersOverSsl\":1}",
        "{\"configId\":1,\"ersip\":\"a\",\"ersport\":1,\"roomid\":\"r\","
            "\"vars\":[]}",
        "{\"configId\":1,\"ersip\":\"a\",\"ersport\":1,\"roomid\":\"r\","
            "\"token\":5}",
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        (void) snprintf(text, sizeof(text),
                        "{\"lastConfigId\":2,\"webrtc\":[%s," TEST_ONE ",%s]}",
                        bad[i], bad[i]);

        assert_int_equal(test_parse(text), NGX_OK);
        assert_int_equal(test_saved.skipped, 2);
        assert_int_equal(test_seen.n, 1);
        assert_int_equal(test_saved.last_id, 4);
        assert_string_equal(test_seen.texts[2], "r");
    }

    /* texts have maxima */

    ngx_memset(token, 'x', sizeof(token));

    for (i = 512; i < 514; i++) {
        token[i] = '\0';
        (void) snprintf(text, sizeof(text),
                        "{\"lastConfigId\":0,\"webrtc\":[{\"configId\":1,"
                        "\"ersip\":\"a\",\"ersport\":1,\"roomid\":\"r\","
                        "\"token\":\"%s\"}]}", token);
        token[i] = 'x';

        assert_int_equal(test_parse(text), NGX_OK);
        assert_int_equal(test_saved.skipped, i - 512);
    }
}


int
main(void)
{
#define test(name)  cmocka_unit_test_setup(name, test_setup)

    const struct CMUnitTest  tests[] = {
        test(what_was_written_is_read),
        test(what_is_no_text_is_not_written),
        test(other_files_are_refused),
        test(what_is_no_configuration_is_skipped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
