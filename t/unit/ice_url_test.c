
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <proto/ngx_webrtc_ice_url.h>


static char        host[300];
static const char *reason;


static ngx_int_t
parse(ngx_webrtc_ice_url_t *url, const char *text)
{
    size_t      len;
    u_char     *copy;
    ngx_int_t   rc;

    /* of its own, so that a read beyond the end is seen */

    len = strlen(text);
    copy = malloc(len ? len : 1);
    assert_non_null(copy);
    memcpy(copy, text, len);

    reason = NULL;
    rc = ngx_webrtc_ice_url_parse(copy, copy + len, url, &reason);

    if (rc == NGX_OK) {
        assert_true(url->host.data >= copy);
        assert_true(url->host.data + url->host.len <= copy + len);

        memcpy(host, url->host.data, url->host.len);
        host[url->host.len] = '\0';

    } else {
        assert_int_equal(rc, NGX_ERROR);
        assert_non_null(reason);
    }

    free(copy);

    return rc;
}


static void
assert_url(const char *text, const char *name, unsigned port, unsigned turn,
    unsigned tcp)
{
    ngx_webrtc_ice_url_t  url;

    if (parse(&url, text) != NGX_OK) {
        fail_msg("\"%s\": %s", text, reason);
    }

    assert_string_equal(host, name);
    assert_int_equal(url.port, port);
    assert_int_equal(url.turn, turn);
    assert_int_equal(url.tcp, tcp);
}


static void
assert_refused(const char *text, const char *why)
{
    ngx_webrtc_ice_url_t  url;

    if (parse(&url, text) == NGX_OK) {
        fail_msg("\"%s\" was taken", text);
    }

    if (strstr(reason, why) == NULL) {
        fail_msg("\"%s\": \"%s\", not \"%s\"", text, reason, why);
    }
}


static void
urls_are_understood(void **state)
{
    (void) state;

    assert_url("stun:192.0.2.1", "192.0.2.1", 3478, 0, 0);
    assert_url("stun:stun.example.org:19302", "stun.example.org", 19302, 0, 0);
    assert_url("STUN:Host_1:1", "Host_1", 1, 0, 0);
    assert_url("stun:[2001:db8::1]", "2001:db8::1", 3478, 0, 0);
    assert_url("turn:192.0.2.1:65535", "192.0.2.1", 65535, 1, 0);
    assert_url("turn:[2001:db8::1]:443?transport=tcp", "2001:db8::1", 443, 1,
               1);
    assert_url("turn:host?transport=udp", "host", 3478, 1, 0);
    assert_url("Turn:host?Transport=TCP", "host", 3478, 1, 1);
}


static void
others_are_refused_with_a_reason(void **state)
{
    char  text[400];

    (void) state;

    assert_refused("", "must begin");
    assert_refused("stun", "must begin");
    assert_refused("192.0.2.1:3478", "must begin");
    assert_refused("http://192.0.2.1", "must begin");
    assert_refused("stunx:host", "must begin");
    assert_refused("stu:host", "must begin");
    assert_refused("stun\x1ahost", "must begin");

    assert_refused("stuns:host", "TLS");
    assert_refused("TURNS:host:443?transport=tcp", "TLS");

    assert_refused("stun:", "no host");
    assert_refused("turn:?transport=udp", "no host");

    assert_refused("stun::3478", "invalid host");
    assert_refused("stun://host", "invalid host");
    assert_refused("stun:a b", "invalid host");
    assert_refused("stun:user@host", "invalid host");
    assert_refused("stun:host\n", "invalid host");
    assert_refused("stun:[", "invalid host");
    assert_refused("stun:[]", "invalid host");
    assert_refused("stun:[2001:db8::1", "invalid host");
    assert_refused("stun:[192.0.2.1]", "invalid host");
    assert_refused("stun:[::ffff:192.0.2.1]", "invalid host");
    assert_refused("stun:[host]", "invalid host");

    assert_refused("stun:host:", "invalid port");
    assert_refused("stun:host:0", "invalid port");
    assert_refused("stun:host:65536", "invalid port");
    assert_refused("stun:host:000001", "invalid port");
    assert_refused("stun:host:-1", "invalid port");
    assert_refused("stun:2001:db8::1", "invalid port");
    assert_refused("stun:[2001:db8::1]3478", "invalid port");

    assert_refused("turn:host?", "can follow");
    assert_refused("turn:host?transport=tls", "can follow");
    assert_refused("turn:host?transport=tcp&x=y", "can follow");
    assert_refused("turn:host?x=y", "can follow");

    memset(text, 'a', sizeof(text));
    memcpy(text, "stun:", 5);

    text[5 + 255] = '\0';
    assert_url(text, text + 5, 3478, 0, 0);

    text[5 + 255] = 'a';
    text[5 + 256] = '\0';
    assert_refused(text, "invalid host");
}


static ngx_int_t
ask(const char *url, const char *username, const char *credential)
{
    ngx_webrtc_ice_url_t      parsed;
    ngx_webrtc_ice_server_t   server;

    server.url.data = (u_char *) url;
    server.url.len = strlen(url);
    server.username.data = (u_char *) username;
    server.username.len = strlen(username);
    server.credential.data = (u_char *) credential;
    server.credential.len = strlen(credential);

    return ngx_webrtc_ice_server_parse(&server, &parsed, &reason);
}


static void
turn_needs_credentials_and_stun_does_not(void **state)
{
    char                      text[600];
    ngx_webrtc_ice_url_t      url;
    ngx_webrtc_ice_server_t   server;

    (void) state;

    assert_int_equal(ask("stun:192.0.2.1", "", ""), NGX_OK);
    assert_int_equal(ask("stun:192.0.2.1", "u", "c"), NGX_OK);
    assert_int_equal(ask("turn:192.0.2.1", "u", "c"), NGX_OK);

    assert_int_equal(ask("stun:192.0.2.1?transport=tcp", "", ""), NGX_ERROR);
    assert_non_null(strstr(reason, "UDP"));

    assert_int_equal(ask("nonsense", "u", "c"), NGX_ERROR);
    assert_non_null(strstr(reason, "must begin"));

    assert_int_equal(ask("turn:192.0.2.1", "", "c"), NGX_ERROR);
    assert_non_null(strstr(reason, "username"));
    assert_int_equal(ask("turn:192.0.2.1", "u", ""), NGX_ERROR);

    memset(text, 'x', sizeof(text));

    text[512] = '\0';
    assert_int_equal(ask("turn:192.0.2.1", text, text), NGX_OK);

    text[512] = 'x';
    text[513] = '\0';
    assert_int_equal(ask("turn:192.0.2.1", "u", text), NGX_ERROR);
    assert_int_equal(ask("turn:192.0.2.1", text, "c"), NGX_ERROR);

    /* it could not be told to libnice */

    ngx_str_set(&server.url, "turn:192.0.2.1");
    ngx_str_set(&server.username, "u\0x");
    ngx_str_set(&server.credential, "c");
    assert_int_equal(ngx_webrtc_ice_server_parse(&server, &url, &reason),
                     NGX_ERROR);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(urls_are_understood),
        cmocka_unit_test(others_are_refused_with_a_reason),
        cmocka_unit_test(turn_needs_credentials_and_stun_does_not),
    };

    return cmocka_run_group_tests_name("ice_url", tests, NULL, NULL);
}
