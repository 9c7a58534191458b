
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

#include <core/ngx_webrtc_acl.h>


static ngx_int_t
parse(ngx_webrtc_network_t *network, const char *text)
{
    ngx_int_t   rc;
    ngx_str_t   str;

    /* of its own, so that a read beyond the end is seen */

    str.len = strlen(text);
    str.data = malloc(str.len ? str.len : 1);
    memcpy(str.data, text, str.len);

    rc = ngx_webrtc_network_parse(network, &str);

    free(str.data);

    return rc;
}


static ngx_uint_t
allows(const char *network, const char *ip, uint16_t port)
{
    ngx_str_t             text;
    ngx_webrtc_acl_t      acl;
    ngx_webrtc_addr_t     addr;
    ngx_webrtc_network_t  one;

    assert_int_not_equal(parse(&one, network), NGX_ERROR);

    text.data = (u_char *) ip;
    text.len = strlen(ip);
    assert_int_equal(ngx_webrtc_addr_parse_ip(&addr, &text), NGX_OK);
    addr.port = port;

    acl.networks = &one;
    acl.n = 1;

    return ngx_webrtc_acl_allows(&acl, &addr);
}


static void
networks_are_read(void **state)
{
    ngx_webrtc_network_t  network;

    (void) state;

    assert_int_equal(parse(&network, "10.0.0.0/8"), NGX_OK);
    assert_int_equal(network.bits, 104);
    assert_int_equal(parse(&network, "192.0.2.1"), NGX_OK);
    assert_int_equal(network.bits, 128);
    assert_int_equal(parse(&network, "0.0.0.0/0"), NGX_OK);
    assert_int_equal(network.bits, 96);
    assert_int_equal(parse(&network, "fc00::/7"), NGX_OK);
    assert_int_equal(network.bits, 7);
    assert_int_equal(parse(&network, "::/0"), NGX_OK);
    assert_int_equal(network.bits, 0);
    assert_int_equal(parse(&network, "::1"), NGX_OK);
    assert_int_equal(network.bits, 128);
    assert_int_equal(parse(&network, "::ffff:10.0.0.0/104"), NGX_OK);
    assert_int_equal(network.bits, 104);

    assert_int_equal(parse(&network, "10.1.2.3/8"), NGX_DONE);
    assert_int_equal(network.ip[13], 0);
    assert_int_equal(parse(&network, "172.16.0.1/12"), NGX_DONE);
    assert_int_equal(parse(&network, "172.16.0.0/12"), NGX_OK);
}


static void
what_is_none_is_refused(void **state)
{
    ngx_uint_t            i;
    ngx_webrtc_network_t  network;

    static const char *const  bad[] = {
        "", "/", "/8", "10", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1",
        "10.0.0.0/8x", "10.0.0.0/0008", "10.0.0.0/8/8", "::/129", "fe80::1%1",
        "localhost", "10.0.0.256", "1.2.3.4:80", "[::1]", " 10.0.0.0/8",
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/8",
    };

    (void) state;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(parse(&network, bad[i]), NGX_ERROR);
    }
}


static void
addresses_match_their_network(void **state)
{
    ngx_uint_t  i;

    static const struct {
        const char  *network;
        const char  *ip;
        ngx_uint_t   allowed;
    } cases[] = {
        { "10.0.0.0/8", "10.255.0.1", 1 },
        { "10.0.0.0/8", "11.0.0.1", 0 },
        { "172.16.0.0/12", "172.31.255.255", 1 },
        { "172.16.0.0/12", "172.32.0.0", 0 },
        { "192.0.2.7", "192.0.2.7", 1 },
        { "192.0.2.7", "192.0.2.6", 0 },
        { "0.0.0.0/0", "198.51.100.1", 1 },
        { "0.0.0.0/0", "2001:db8::1", 0 },
        { "::/0", "2001:db8::1", 1 },
        { "::/0", "198.51.100.1", 1 },
        { "fc00::/7", "fd12::1", 1 },
        { "fc00::/7", "fe80::1", 0 },
        { "::1", "::1", 1 },

        /* one and the same host */
        { "127.0.0.0/8", "::ffff:127.0.0.1", 1 },
        { "::ffff:127.0.0.0/104", "127.0.0.1", 1 },
        { "::1", "::ffff:127.0.0.1", 0 },

        /* never */
        { "::/0", "224.0.0.1", 0 },
        { "::/0", "255.255.255.255", 0 },
        { "::/0", "::ffff:239.1.2.3", 0 },
        { "::/0", "ff02::1", 0 },
        { "::/0", "0.0.0.0", 0 },
        { "::/0", "::", 0 },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (allows(cases[i].network, cases[i].ip, 5000) != cases[i].allowed) {
            fail_msg("%s, %s", cases[i].network, cases[i].ip);
        }
    }

    assert_false(allows("::/0", "10.0.0.1", 0));
}


static void
an_empty_list_allows_nothing(void **state)
{
    ngx_webrtc_acl_t   acl;
    ngx_webrtc_addr_t  addr;

    (void) state;

    ngx_memzero(&acl, sizeof(ngx_webrtc_acl_t));
    ngx_webrtc_addr_set_v4(&addr, "\x7f\0\0\1", 5000);

    assert_false(ngx_webrtc_acl_allows(&acl, &addr));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(networks_are_read),
        cmocka_unit_test(what_is_none_is_refused),
        cmocka_unit_test(addresses_match_their_network),
        cmocka_unit_test(an_empty_list_allows_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
