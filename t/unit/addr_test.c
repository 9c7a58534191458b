
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/ngx_webrtc_addr.h>


static void
test_addr_parse(ngx_webrtc_addr_t *addr, const char *ip, uint16_t port)
{
    ngx_webrtc_sockaddr_t  sa;

    memset(&sa, 0, sizeof(sa));

    if (inet_pton(AF_INET, ip, &sa.in.sin_addr) == 1) {
        sa.in.sin_family = AF_INET;
        sa.in.sin_port = htons(port);

    } else {
        assert_int_equal(inet_pton(AF_INET6, ip, &sa.in6.sin6_addr), 1);
        sa.in6.sin6_family = AF_INET6;
        sa.in6.sin6_port = htons(port);
    }

    assert_int_equal(ngx_webrtc_addr_from_sockaddr(addr, &sa.sockaddr),
                     NGX_OK);
}


static void
addr_has_no_padding(void **state)
{
    (void) state;

    assert_int_equal(sizeof(ngx_webrtc_addr_t), NGX_WEBRTC_ADDR_LEN);
}


static void
addr_v4_survives_the_way_there_and_back(void **state)
{
    socklen_t              len;
    ngx_webrtc_addr_t      addr, copy;
    ngx_webrtc_sockaddr_t  sa;

    (void) state;

    test_addr_parse(&addr, "192.0.2.7", 10001);

    assert_true(ngx_webrtc_addr_is_v4(&addr));
    assert_int_equal(addr.port, 10001);

    len = ngx_webrtc_addr_to_sockaddr(&addr, &sa, 0);

    assert_int_equal(len, sizeof(struct sockaddr_in));
    assert_int_equal(sa.in.sin_family, AF_INET);
    assert_int_equal(sa.in.sin_port, htons(10001));
    assert_int_equal(sa.in.sin_addr.s_addr, inet_addr("192.0.2.7"));

    memset(&copy, 0xa5, sizeof(copy));
    assert_int_equal(ngx_webrtc_addr_from_sockaddr(&copy, &sa.sockaddr),
                     NGX_OK);
    assert_true(ngx_webrtc_addr_equal(&addr, &copy));
}


static void
addr_v4_is_mapped_for_a_v6_socket_and_equal_when_it_returns(void **state)
{
    socklen_t              len;
    ngx_webrtc_addr_t      addr, copy;
    ngx_webrtc_sockaddr_t  sa;

    (void) state;

    test_addr_parse(&addr, "192.0.2.7", 5);

    len = ngx_webrtc_addr_to_sockaddr(&addr, &sa, 1);

    assert_int_equal(len, sizeof(struct sockaddr_in6));
    assert_int_equal(sa.in6.sin6_family, AF_INET6);
    assert_true(IN6_IS_ADDR_V4MAPPED(&sa.in6.sin6_addr));

    assert_int_equal(ngx_webrtc_addr_from_sockaddr(&copy, &sa.sockaddr),
                     NGX_OK);
    assert_true(ngx_webrtc_addr_equal(&addr, &copy));
    assert_true(ngx_webrtc_addr_is_v4(&copy));
}


static void
addr_v6_survives_the_way_there_and_back(void **state)
{
    ngx_webrtc_addr_t      addr, copy;
    ngx_webrtc_sockaddr_t  sa;

    (void) state;

    test_addr_parse(&addr, "2001:db8::1", 65535);

    assert_false(ngx_webrtc_addr_is_v4(&addr));
    assert_int_equal(ngx_webrtc_addr_to_sockaddr(&addr, &sa, 0),
                     sizeof(struct sockaddr_in6));
    assert_int_equal(ngx_webrtc_addr_from_sockaddr(&copy, &sa.sockaddr),
                     NGX_OK);
    assert_true(ngx_webrtc_addr_equal(&addr, &copy));
}


static void
addr_differs_by_port_and_by_ip(void **state)
{
    ngx_webrtc_addr_t  a, b;

    (void) state;

    test_addr_parse(&a, "192.0.2.7", 1);
    test_addr_parse(&b, "192.0.2.7", 2);
    assert_false(ngx_webrtc_addr_equal(&a, &b));

    test_addr_parse(&b, "192.0.2.8", 1);
    assert_false(ngx_webrtc_addr_equal(&a, &b));
}


static void
addr_scope_counts_for_link_local_only(void **state)
{
    ngx_webrtc_addr_t      addr;
    ngx_webrtc_sockaddr_t  sa;

    (void) state;

    memset(&sa, 0, sizeof(sa));
    sa.in6.sin6_family = AF_INET6;
    sa.in6.sin6_scope_id = 3;

    assert_int_equal(inet_pton(AF_INET6, "fe80::1", &sa.in6.sin6_addr), 1);
    assert_int_equal(ngx_webrtc_addr_from_sockaddr(&addr, &sa.sockaddr),
                     NGX_OK);
    assert_int_equal(addr.scope, 3);

    ngx_webrtc_addr_to_sockaddr(&addr, &sa, 0);
    assert_int_equal(sa.in6.sin6_scope_id, 3);

    assert_int_equal(inet_pton(AF_INET6, "2001:db8::1", &sa.in6.sin6_addr),
                     1);
    assert_int_equal(ngx_webrtc_addr_from_sockaddr(&addr, &sa.sockaddr),
                     NGX_OK);
    assert_int_equal(addr.scope, 0);
}


static void
addr_declines_other_families(void **state)
{
    struct sockaddr    sa;
    ngx_webrtc_addr_t  addr;

    (void) state;

    memset(&sa, 0, sizeof(sa));
    sa.sa_family = AF_UNIX;

    assert_int_equal(ngx_webrtc_addr_from_sockaddr(&addr, &sa), NGX_DECLINED);
}


static void
addr_text_is_the_ip_without_a_port(void **state)
{
    u_char             text[NGX_WEBRTC_ADDR_TEXT];
    size_t             len;
    ngx_webrtc_addr_t  addr;

    (void) state;

    test_addr_parse(&addr, "203.0.113.255", 9);
    len = ngx_webrtc_addr_ip_text(&addr, text, sizeof(text));
    assert_int_equal(len, 13);
    assert_memory_equal(text, "203.0.113.255", 13);

    test_addr_parse(&addr, "2001:db8::a:b", 9);
    len = ngx_webrtc_addr_ip_text(&addr, text, sizeof(text));
    assert_int_equal(len, 13);
    assert_memory_equal(text, "2001:db8::a:b", 13);
}


static void
addr_text_that_does_not_fit_is_empty(void **state)
{
    u_char             text[8];
    ngx_webrtc_addr_t  addr;

    (void) state;

    test_addr_parse(&addr, "203.0.113.255", 9);
    assert_int_equal(ngx_webrtc_addr_ip_text(&addr, text, sizeof(text)), 0);
}


static void
addr_knows_private_from_public(void **state)
{
    ngx_uint_t         i;
    ngx_webrtc_addr_t  addr;

    static const struct {
        const char  *ip;
        ngx_uint_t   is_private;
    } tests[] = {
        { "127.0.0.1", 1 },
        { "10.255.0.1", 1 },
        { "11.0.0.1", 0 },
        { "172.15.255.255", 0 },
        { "172.16.0.0", 1 },
        { "172.31.255.255", 1 },
        { "172.32.0.0", 0 },
        { "192.167.0.1", 0 },
        { "192.168.0.1", 1 },
        { "169.254.1.1", 1 },
        { "100.63.255.255", 0 },
        { "100.64.0.0", 1 },
        { "100.127.255.255", 1 },
        { "100.128.0.0", 0 },
        { "0.0.0.0", 1 },
        { "203.0.113.7", 0 },
        { "::", 1 },
        { "::1", 1 },
        { "::2", 0 },
        { "fc00::1", 1 },
        { "fdff::1", 1 },
        { "fe00::1", 0 },
        { "fe80::1", 1 },
        { "febf::1", 1 },
        { "fec0::1", 0 },
        { "2001:db8::1", 0 },
        { "::ffff:10.0.0.1", 1 },
        { "::ffff:203.0.113.7", 0 }
    };

    (void) state;

    for (i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        test_addr_parse(&addr, tests[i].ip, 1);

        if (!!ngx_webrtc_addr_is_private(&addr) != tests[i].is_private) {
            fail_msg("%s", tests[i].ip);
        }
    }
}


static void
addr_knows_this_machine(void **state)
{
    ngx_uint_t         i;
    ngx_webrtc_addr_t  addr;

    static const char *const  here[] = {
        "127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1"
    };

    static const char *const  elsewhere[] = {
        "126.255.255.255", "128.0.0.1", "10.0.0.127", "0.0.0.0", "::", "::2",
        "100::1", "::ffff:1.0.0.127"
    };

    (void) state;

    for (i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
        test_addr_parse(&addr, here[i], 1);
        assert_true(ngx_webrtc_addr_is_loopback(&addr));
    }

    for (i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
        test_addr_parse(&addr, elsewhere[i], 1);
        assert_false(ngx_webrtc_addr_is_loopback(&addr));
    }
}


static void
addr_knows_the_wildcards(void **state)
{
    ngx_webrtc_addr_t  addr;

    (void) state;

    test_addr_parse(&addr, "0.0.0.0", 1);
    assert_true(ngx_webrtc_addr_is_unspecified(&addr));

    test_addr_parse(&addr, "::", 1);
    assert_true(ngx_webrtc_addr_is_unspecified(&addr));

    test_addr_parse(&addr, "127.0.0.1", 1);
    assert_false(ngx_webrtc_addr_is_unspecified(&addr));

    test_addr_parse(&addr, "::1", 1);
    assert_false(ngx_webrtc_addr_is_unspecified(&addr));
}


static void
literals_are_read_and_nothing_else(void **state)
{
    ngx_uint_t         i;
    ngx_str_t          text;
    ngx_webrtc_addr_t  addr;

    static const char *const  bad[] = {
        "", "localhost", "1.2.3", "1.2.3.4.5", "01.2.3.4.", "1.2.3.4:5",
        "[::1]", "fe80::1%eth0", "::g", "1.2.3.4 ",
    };

    (void) state;

    ngx_str_set(&text, "127.0.0.1");
    addr.port = 7;
    assert_int_equal(ngx_webrtc_addr_parse_ip(&addr, &text), NGX_OK);
    assert_true(ngx_webrtc_addr_is_v4(&addr));
    assert_int_equal(addr.port, 0);

    ngx_str_set(&text, "::ffff:127.0.0.1");
    assert_int_equal(ngx_webrtc_addr_parse_ip(&addr, &text), NGX_OK);
    assert_true(ngx_webrtc_addr_is_v4(&addr));

    ngx_str_set(&text, "2001:db8::1");
    assert_int_equal(ngx_webrtc_addr_parse_ip(&addr, &text), NGX_OK);
    assert_false(ngx_webrtc_addr_is_v4(&addr));

    ngx_str_set(&text, "127.0.0.1\0x");
    assert_int_equal(ngx_webrtc_addr_parse_ip(&addr, &text), NGX_ERROR);

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        text.data = (u_char *) bad[i];
        text.len = strlen(bad[i]);
        assert_int_equal(ngx_webrtc_addr_parse_ip(&addr, &text), NGX_ERROR);
    }
}


static void
ways_over_agents_are_no_addresses(void **state)
{
    ngx_uint_t             i;
    ngx_webrtc_addr_t      a, b;
    ngx_webrtc_sockaddr_t  sa;

    static const uint32_t  numbers[] = { 0, 1, 77, 0xffffffff };

    (void) state;

    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        ngx_webrtc_addr_set_external(&a, numbers[i]);

        assert_true(ngx_webrtc_addr_is_external(&a));
        assert_int_equal(ngx_webrtc_addr_external(&a), numbers[i]);
        assert_true(a.port != 0);

        /* who sends with these bytes as the source does not equal it */

        memset(&sa, 0, sizeof(sa));
        sa.in6.sin6_family = AF_INET6;
        sa.in6.sin6_port = htons(a.port);
        sa.in6.sin6_scope_id = a.scope;
        memcpy(&sa.in6.sin6_addr, a.ip, 16);

        assert_int_equal(ngx_webrtc_addr_from_sockaddr(&b, &sa.sockaddr),
                         NGX_OK);
        assert_false(ngx_webrtc_addr_is_external(&b));
        assert_false(ngx_webrtc_addr_equal(&a, &b));
    }

    memset(&sa, 0, sizeof(sa));
    sa.in6.sin6_family = AF_INET6;
    sa.in6.sin6_scope_id = 3;
    sa.in6.sin6_addr.s6_addr[0] = 0xfe;
    sa.in6.sin6_addr.s6_addr[1] = 0x80;

    assert_int_equal(ngx_webrtc_addr_from_sockaddr(&b, &sa.sockaddr), NGX_OK);
    assert_int_equal(b.scope, 3);
    assert_false(ngx_webrtc_addr_is_external(&b));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(literals_are_read_and_nothing_else),
        cmocka_unit_test(addr_has_no_padding),
        cmocka_unit_test(addr_v4_survives_the_way_there_and_back),
        cmocka_unit_test(
            addr_v4_is_mapped_for_a_v6_socket_and_equal_when_it_returns),
        cmocka_unit_test(addr_v6_survives_the_way_there_and_back),
        cmocka_unit_test(addr_differs_by_port_and_by_ip),
        cmocka_unit_test(addr_scope_counts_for_link_local_only),
        cmocka_unit_test(addr_declines_other_families),
        cmocka_unit_test(addr_text_is_the_ip_without_a_port),
        cmocka_unit_test(addr_text_that_does_not_fit_is_empty),
        cmocka_unit_test(addr_knows_private_from_public),
        cmocka_unit_test(addr_knows_this_machine),
        cmocka_unit_test(addr_knows_the_wildcards),
        cmocka_unit_test(ways_over_agents_are_no_addresses)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
