
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <front/skyway/ngx_webrtc_skyway_auth.h>


#define TEST_WALL   1700000100

/* of Node's crypto, for "1700000000:3600:peer-1" under "secret" */
#define TEST_TOKEN  "JQfx699P8EZIybtDXBo5TugCK6vN2PyVrPOIKRWbpX4="


static const ngx_webrtc_skyway_key_t  test_keys[] = {
    { ngx_string("open"), ngx_null_string, ngx_null_string },
    { ngx_string("closed"), ngx_string("secret"),
      ngx_string("Example.com") }
};


static ngx_str_t
test_str(const char *text)
{
    ngx_str_t  str;

    str.data = (u_char *) text;
    str.len = strlen(text);

    return str;
}


static ngx_int_t
test_key(ngx_uint_t nkeys, const char *name, const char *domain,
    const ngx_webrtc_skyway_key_t **key)
{
    ngx_str_t                 n, d;
    ngx_webrtc_skyway_conf_t  conf;

    memset(&conf, 0, sizeof(conf));
    conf.keys = test_keys;
    conf.nkeys = nkeys;

    n = test_str(name);
    d = test_str(domain);

    return ngx_webrtc_skyway_auth_key(&conf, &n, &d, key);
}


static ngx_int_t
test_check(uint64_t timestamp, uint64_t ttl, const char *token,
    const char *id, uint64_t wall, uint64_t *left)
{
    ngx_int_t                       rc;
    ngx_str_t                       peer_id;
    const char                     *reason;
    ngx_webrtc_skyway_credential_t  credential;

    peer_id = test_str(id);
    credential.timestamp = timestamp;
    credential.ttl = ttl;
    credential.token = test_str(token);

    rc = ngx_webrtc_skyway_auth_check(&test_keys[1], &peer_id, &credential,
                                      wall, left, &reason);

    assert_int_equal(rc == NGX_OK, reason == NULL);

    return rc;
}


static void
without_keys_any_is_accepted(void **state)
{
    const ngx_webrtc_skyway_key_t  *key;

    (void) state;

    assert_int_equal(test_key(0, "whatever", "", &key), NGX_OK);
    assert_null(key);
}


static void
keys_are_those_of_the_configuration(void **state)
{
    const ngx_webrtc_skyway_key_t  *key;

    (void) state;

    assert_int_equal(test_key(2, "open", "anywhere", &key), NGX_OK);
    assert_ptr_equal(key, &test_keys[0]);

    assert_int_equal(test_key(2, "open", "", &key), NGX_OK);
    assert_int_equal(test_key(2, "Open", "", &key), NGX_DECLINED);
    assert_int_equal(test_key(2, "", "", &key), NGX_DECLINED);
    assert_int_equal(test_key(2, "ope", "", &key), NGX_DECLINED);
}


static void
a_key_is_for_its_domain(void **state)
{
    ngx_uint_t                      i;
    const ngx_webrtc_skyway_key_t  *key;

    static const char  *good[] = {
        "example.com", "EXAMPLE.COM", "https://example.com",
        "http://example.com:8080", "example.com:443", "https://example.com/"
    };

    static const char  *bad[] = {
        "", "example.org", "www.example.com", "https://", "null", "://",
        "http://example.com.evil", "[example.com", "example.co",
        "https://evil/example.com"
    };

    (void) state;

    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_int_equal(test_key(2, "closed", good[i], &key), NGX_OK);
        assert_ptr_equal(key, &test_keys[1]);
    }

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(test_key(2, "closed", bad[i], &key), NGX_ABORT);
        assert_ptr_equal(key, &test_keys[1]);
    }
}


static void
an_ipv6_address_is_a_domain(void **state)
{
    ngx_str_t                       name, domain;
    ngx_webrtc_skyway_key_t         v6;
    ngx_webrtc_skyway_conf_t        conf;
    const ngx_webrtc_skyway_key_t  *key;

    (void) state;

    memset(&conf, 0, sizeof(conf));
    memset(&v6, 0, sizeof(v6));
    v6.name = test_str("k");
    v6.domain = test_str("[::1]");
    conf.keys = &v6;
    conf.nkeys = 1;

    name = test_str("k");
    domain = test_str("http://[::1]:8080");

    assert_int_equal(ngx_webrtc_skyway_auth_key(&conf, &name, &domain, &key),
                     NGX_OK);
}


static void
a_credential_is_for_one_peer(void **state)
{
    uint64_t  left;

    (void) state;

    assert_int_equal(test_check(1700000000, 3600, TEST_TOKEN, "peer-1",
                                TEST_WALL, &left), NGX_OK);
    assert_int_equal(left, 3500);

    assert_int_equal(test_check(1700000000, 3600, TEST_TOKEN "\n", "peer-1",
                                TEST_WALL, &left), NGX_OK);

    assert_int_equal(test_check(1700000000, 3600, TEST_TOKEN, "peer-2",
                                TEST_WALL, &left), NGX_DECLINED);
    assert_int_equal(test_check(1700000001, 3600, TEST_TOKEN, "peer-1",
                                TEST_WALL, &left), NGX_DECLINED);
    assert_int_equal(test_check(1700000000, 3601, TEST_TOKEN, "peer-1",
                                TEST_WALL, &left), NGX_DECLINED);
    assert_int_equal(test_check(1700000000, 3600, "", "peer-1",
                                TEST_WALL, &left), NGX_DECLINED);
    assert_int_equal(test_check(1700000000, 3600, "\n", "peer-1",
                                TEST_WALL, &left), NGX_DECLINED);
    assert_int_equal(left, 0);
}


static void
a_credential_has_its_time(void **state)
{
    uint64_t  left;

    (void) state;

    /* the last second, and the one after it */

    assert_int_equal(test_check(1700000000, 3600, TEST_TOKEN, "peer-1",
                                1700003599, &left), NGX_OK);
    assert_int_equal(left, 1);
    assert_int_equal(test_check(1700000000, 3600, TEST_TOKEN, "peer-1",
                                1700003600, &left), NGX_DECLINED);

    /* clocks that differ */

    assert_int_equal(test_check(1700000000, 3600, TEST_TOKEN, "peer-1",
                                1700000000 - 60, &left), NGX_OK);
    assert_int_equal(left, 3660);
    assert_int_equal(test_check(1700000000, 3600, TEST_TOKEN, "peer-1",
                                1700000000 - 61, &left), NGX_DECLINED);
}


static void
a_ttl_has_its_range(void **state)
{
    uint64_t    left;
    ngx_uint_t  i;

    /* of Node's crypto for ttl 599, 600, 90000, 90001 */

    static const struct {
        uint64_t     ttl;
        const char  *token;
        ngx_int_t    rc;
    } cases[] = {
        { 599, "DmAi0kVj9I4L6wooRyEcCXn4Ud10MoDhUcRBtmztLG4=",
          NGX_DECLINED },
        { 600, "dyMkrXchmoZjcxHzQSMdJmpJg2F+DKonWmWiF4M8AyM=",
          NGX_OK },
        { 90000, "0ZITJOzwVlYyyl/RuFZ4W3esHWxGymFvZs5kYvf1Up4=",
          NGX_OK },
        { 90001, "F8VodKOACHm7bZR1tCqgtqomKHuG3WJ92Njgmu5vsBM=",
          NGX_DECLINED }
    };

    (void) state;

    for (i = 0; i < 4; i++) {
        assert_int_equal(test_check(1700000000, cases[i].ttl, cases[i].token,
                                    "peer-1", TEST_WALL, &left),
                         cases[i].rc);
    }

    assert_int_equal(test_check(UINT64_MAX, UINT64_MAX, TEST_TOKEN, "peer-1",
                                TEST_WALL, &left), NGX_DECLINED);
}


static void
without_a_secret_nobody_is_asked(void **state)
{
    uint64_t     left;
    ngx_str_t    id;
    const char  *reason;

    (void) state;

    id = test_str("peer-1");

    assert_int_equal(ngx_webrtc_skyway_auth_check(&test_keys[0], &id, NULL,
                                                  TEST_WALL, &left, &reason),
                     NGX_OK);
    assert_int_equal(left, 0);

    assert_int_equal(ngx_webrtc_skyway_auth_check(NULL, &id, NULL, TEST_WALL,
                                                  &left, &reason),
                     NGX_OK);

    assert_int_equal(ngx_webrtc_skyway_auth_check(&test_keys[1], &id, NULL,
                                                  TEST_WALL, &left, &reason),
                     NGX_DECLINED);
    assert_string_equal(reason, "there is no credential");
}


static void
credentials_are_read_from_json(void **state)
{
    json_t                         *object;
    ngx_uint_t                      i;
    const char                     *field, *reason;
    ngx_webrtc_skyway_credential_t  credential;

    static const struct {
        const char  *text;
        const char  *field;
    } cases[] = {
        { "{\"timestamp\":17,\"ttl\":600,\"authToken\":\"x\","
          "\"peerId\":\"y\"}", NULL },
        { "{\"ttl\":600,\"authToken\":\"x\"}", "timestamp" },
        { "{\"timestamp\":\"17\",\"ttl\":600,\"authToken\":\"x\"}",
          "timestamp" },
        { "{\"timestamp\":-1,\"ttl\":600,\"authToken\":\"x\"}",
          "timestamp" },
        { "{\"timestamp\":17,\"ttl\":1.5,\"authToken\":\"x\"}", "ttl" },
        { "{\"timestamp\":17,\"ttl\":600}", "authToken" },
        { "{\"timestamp\":17,\"ttl\":600,\"authToken\":7}", "authToken" }
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        object = ngx_webrtc_json_parse((u_char *) cases[i].text,
                                       (u_char *) cases[i].text
                                       + strlen(cases[i].text), 1024,
                                       &reason);
        assert_non_null(object);

        if (cases[i].field) {
            assert_int_equal(ngx_webrtc_skyway_credential_read(object,
                                                               &credential,
                                                               &field),
                             NGX_ERROR);
            assert_string_equal(field, cases[i].field);

        } else {
            assert_int_equal(ngx_webrtc_skyway_credential_read(object,
                                                               &credential,
                                                               &field),
                             NGX_OK);
            assert_int_equal(credential.timestamp, 17);
            assert_int_equal(credential.ttl, 600);
            assert_int_equal(credential.token.len, 1);
        }

        json_decref(object);
    }
}


static void
credentials_are_read_from_text(void **state)
{
    ngx_str_t                       text;
    ngx_uint_t                      i;
    ngx_webrtc_skyway_credential_t  credential;

    static const char  *bad[] = {
        "", ":", "1", "1:", "1:2", ":2:x", "1::x", "a:2:x", "-1:2:x",
        "1:2x:y", "1234567890123456789:600:x"
    };

    (void) state;

    text = test_str("1700000000:3600:" TEST_TOKEN);
    assert_int_equal(ngx_webrtc_skyway_credential_parse(&text, &credential),
                     NGX_OK);
    assert_int_equal(credential.timestamp, 1700000000);
    assert_int_equal(credential.ttl, 3600);
    assert_int_equal(credential.token.len, strlen(TEST_TOKEN));

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        text = test_str(bad[i]);
        assert_int_equal(ngx_webrtc_skyway_credential_parse(&text,
                                                            &credential),
                         NGX_ERROR);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(without_keys_any_is_accepted),
        cmocka_unit_test(keys_are_those_of_the_configuration),
        cmocka_unit_test(a_key_is_for_its_domain),
        cmocka_unit_test(an_ipv6_address_is_a_domain),
        cmocka_unit_test(a_credential_is_for_one_peer),
        cmocka_unit_test(a_credential_has_its_time),
        cmocka_unit_test(a_ttl_has_its_range),
        cmocka_unit_test(without_a_secret_nobody_is_asked),
        cmocka_unit_test(credentials_are_read_from_json),
        cmocka_unit_test(credentials_are_read_from_text)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
