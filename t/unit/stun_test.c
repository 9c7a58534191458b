
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <crypto/ngx_webrtc_stun_sign.h>

#include "hostile.h"


/* RFC 5769 2.1, 2.2, 2.3 */

static u_char  sample_request[] =
    "\x00\x01\x00\x58\x21\x12\xa4\x42"
    "\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
    "\x80\x22\x00\x10" "STUN test client"
    "\x00\x24\x00\x04\x6e\x00\x01\xff"
    "\x80\x29\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36"
    "\x00\x06\x00\x09" "evtj:h6vY" "\x20\x20\x20"
    "\x00\x08\x00\x14\x9a\xea\xa7\x0c\xbf\xd8\xcb\x56\x78\x1e\xf2\xb5"
    "\xb2\xd3\xf2\x49\xc1\xb5\x71\xa2"
    "\x80\x28\x00\x04\xe5\x7a\x3b\xcf";

static u_char  sample_ipv4_response[] =
    "\x01\x01\x00\x3c\x21\x12\xa4\x42"
    "\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
    "\x80\x22\x00\x0b" "test vector" "\x20"
    "\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43"
    "\x00\x08\x00\x14\x2b\x91\xf5\x99\xfd\x9e\x90\xc3\x8c\x74\x89\xf9"
    "\x2a\xf9\xba\x53\xf0\x6b\xe7\xd7"
    "\x80\x28\x00\x04\xc0\x7d\x4c\x96";

static u_char  sample_ipv6_response[] =
    "\x01\x01\x00\x48\x21\x12\xa4\x42"
    "\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"
    "\x80\x22\x00\x0b" "test vector" "\x20"
    "\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79"
    "\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9"
    "\x00\x08\x00\x14\xa3\x82\x95\x4e\x4b\xe6\x7b\xf1\x17\x84\xc9\x7c"
    "\x82\x92\xc2\x75\xbf\xe3\xed\x41"
    "\x80\x28\x00\x04\xc8\xfb\x0b\x4c";

static ngx_str_t  sample_password = ngx_string("VOkJxbRl1RmTxUk/WvJxBt");

#define REQUEST_LEN  (sizeof(sample_request) - 1)


static ngx_webrtc_stun_request_t  check_request = {
    { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 },
    ngx_string("theirs:ours"),
    ngx_string("a password of 22 bytes"),
    0x0123456789abcdef,
    0x6e7f1eff,
    1,
    1
};


static void
the_sample_request_is_read_and_verified(void **state)
{
    ngx_webrtc_stun_t  stun;

    (void) state;

    assert_int_equal(ngx_webrtc_stun_parse(sample_request,
                                           sample_request + REQUEST_LEN,
                                           &stun),
                     NGX_OK);

    assert_int_equal(stun.class, NGX_WEBRTC_STUN_REQUEST);
    assert_int_equal(stun.method, NGX_WEBRTC_STUN_BINDING);
    assert_ptr_equal(stun.transaction, sample_request + 8);
    assert_int_equal(stun.username.len, 9);
    assert_int_equal(stun.local_ufrag.len, 4);
    assert_memory_equal(stun.local_ufrag.data, "evtj", 4);
    assert_int_equal(stun.remote_ufrag.len, 4);
    assert_memory_equal(stun.remote_ufrag.data, "h6vY", 4);
    assert_int_equal(stun.priority, 0x6e0001ff);
    assert_int_equal(stun.tie_breaker, 0x932ff9b151263b36);
    assert_int_equal(stun.controlled, 1);
    assert_int_equal(stun.controlling, 0);
    assert_int_equal(stun.use_candidate, 0);
    assert_int_equal(stun.nunknown, 0);

    assert_int_equal(ngx_webrtc_stun_check(&stun, &sample_password), NGX_OK);
}


static void
the_sample_responses_are_read_and_verified(void **state)
{
    u_char             text[NGX_WEBRTC_ADDR_TEXT];
    ngx_webrtc_stun_t  stun;

    (void) state;

    assert_int_equal(ngx_webrtc_stun_parse(sample_ipv4_response,
                                           sample_ipv4_response
                                           + sizeof(sample_ipv4_response) - 1,
                                           &stun),
                     NGX_OK);
    assert_int_equal(stun.class, NGX_WEBRTC_STUN_RESPONSE);
    assert_int_equal(stun.mapped.port, 32853);
    assert_true(ngx_webrtc_addr_is_v4(&stun.mapped));
    ngx_webrtc_addr_ip_text(&stun.mapped, text, sizeof(text));
    assert_string_equal((char *) text, "192.0.2.1");
    assert_int_equal(ngx_webrtc_stun_check(&stun, &sample_password), NGX_OK);

    assert_int_equal(ngx_webrtc_stun_parse(sample_ipv6_response,
                                           sample_ipv6_response
                                           + sizeof(sample_ipv6_response) - 1,
                                           &stun),
                     NGX_OK);
    assert_int_equal(stun.mapped.port, 32853);
    ngx_webrtc_addr_ip_text(&stun.mapped, text, sizeof(text));
    assert_string_equal((char *) text,
                        "2001:db8:1234:5678:11:2233:4455:6677");
    assert_int_equal(ngx_webrtc_stun_check(&stun, &sample_password), NGX_OK);
}


static void
a_wrong_password_is_refused(void **state)
{
    ngx_str_t          empty = ngx_null_string;
    ngx_str_t          wrong = ngx_string("VOkJxbRl1RmTxUk/WvJxBu");
    ngx_webrtc_stun_t  stun;

    (void) state;

    ngx_webrtc_stun_parse(sample_request, sample_request + REQUEST_LEN,
                          &stun);

    assert_int_equal(ngx_webrtc_stun_check(&stun, &wrong), NGX_ERROR);

    wrong.len--;
    assert_int_equal(ngx_webrtc_stun_check(&stun, &wrong), NGX_ERROR);

    empty.data = wrong.data;
    assert_int_equal(ngx_webrtc_stun_check(&stun, &empty), NGX_ERROR);
}


static void
no_flipped_bit_passes_the_check(void **state)
{
    size_t             i;
    u_char             buf[REQUEST_LEN];
    ngx_int_t          rc;
    ngx_webrtc_stun_t  stun;

    (void) state;

    for (i = 0; i < REQUEST_LEN * 8; i++) {
        ngx_memcpy(buf, sample_request, REQUEST_LEN);
        buf[i / 8] ^= (u_char) (1 << (i % 8));

        rc = ngx_webrtc_stun_parse(buf, buf + REQUEST_LEN, &stun);

        if (rc == NGX_OK) {
            rc = ngx_webrtc_stun_check(&stun, &sample_password);
        }

        assert_int_not_equal(rc, NGX_OK);
    }
}


static void
without_integrity_or_fingerprint_there_is_nothing_to_check(void **state)
{
    u_char             buf[REQUEST_LEN];
    ngx_webrtc_stun_t  stun;

    (void) state;

    ngx_memcpy(buf, sample_request, REQUEST_LEN);

    buf[3] = 0x50;
    assert_int_equal(ngx_webrtc_stun_parse(buf, buf + REQUEST_LEN - 8, &stun),
                     NGX_OK);
    assert_null(stun.fingerprint);
    assert_non_null(stun.integrity);
    assert_int_equal(ngx_webrtc_stun_check(&stun, &sample_password),
                     NGX_DECLINED);

    buf[3] = 0x38;
    assert_int_equal(ngx_webrtc_stun_parse(buf, buf + REQUEST_LEN - 32,
                                           &stun),
                     NGX_OK);
    assert_null(stun.integrity);
    assert_int_equal(ngx_webrtc_stun_check(&stun, &sample_password),
                     NGX_DECLINED);
}


static void
every_truncation_is_refused(void **state)
{
    size_t             len;
    ngx_int_t          rc;
    ngx_webrtc_stun_t  stun;

    (void) state;

    for (len = 0; len < REQUEST_LEN; len++) {
        rc = ngx_webrtc_stun_parse(sample_request, sample_request + len,
                                   &stun);

        assert_int_equal(rc, len < 20 ? NGX_DECLINED : NGX_ERROR);
    }

    /* one byte more than the length says is as wrong */

    assert_int_equal(ngx_webrtc_stun_parse(sample_request,
                                           sample_request + REQUEST_LEN + 1,
                                           &stun),
                     NGX_ERROR);
}


static void
another_cookie_is_not_stun(void **state)
{
    u_char             buf[REQUEST_LEN];
    ngx_webrtc_stun_t  stun;

    (void) state;

    ngx_memcpy(buf, sample_request, REQUEST_LEN);
    buf[4] ^= 1;

    assert_false(ngx_webrtc_stun_is_stun(buf, buf + REQUEST_LEN));
    assert_int_equal(ngx_webrtc_stun_parse(buf, buf + REQUEST_LEN, &stun),
                     NGX_DECLINED);

    buf[4] ^= 1;
    buf[0] = 4;
    assert_false(ngx_webrtc_stun_is_stun(buf, buf + REQUEST_LEN));
}


/* a header and these attributes */

static ngx_int_t
parse(const void *attrs, size_t len, ngx_webrtc_stun_t *stun)
{
    static u_char  buf[2048];

    ngx_memcpy(buf, sample_request, 20);
    ngx_webrtc_put16(buf + 2, (uint32_t) len);
    ngx_memcpy(buf + 20, attrs, len);

    return ngx_webrtc_stun_parse(buf, buf + 20 + len, stun);
}


#define PARSE(str, stun)  parse(str, sizeof(str) - 1, stun)


static void
attributes_of_a_wrong_length_are_refused(void **state)
{
    u_char             attr[24];
    ngx_uint_t         i;
    ngx_webrtc_stun_t  stun;

    /* type, right length; none of them may be 12 bytes long */

    static const uint16_t  types[][2] = {
        { 0x0008, 20 }, { 0x8028, 4 }, { 0x0024, 4 }, { 0x0025, 0 },
        { 0x8029, 8 }, { 0x802a, 8 }
    };

    (void) state;

    for (i = 0; i < 6; i++) {
        ngx_memzero(attr, sizeof(attr));
        ngx_webrtc_put16(attr, types[i][0]);
        ngx_webrtc_put16(attr + 2, types[i][1]);
        assert_int_equal(parse(attr, 4 + types[i][1], &stun), NGX_OK);

        ngx_webrtc_put16(attr + 2, 12);
        assert_int_equal(parse(attr, 16, &stun), NGX_ERROR);
    }

    assert_int_equal(PARSE("\x00\x06\x00\x05" "abcd", &stun), NGX_ERROR);
    assert_int_equal(PARSE("\x00\x06\x00\x00", &stun), NGX_ERROR);
    assert_int_equal(PARSE("\x00\x20\x00\x08\x00\x02\x00\x00\x00\x00\x00\x00",
                           &stun),
                     NGX_ERROR);
    assert_int_equal(PARSE("\x00\x20\x00\x08\x00\x03\x00\x00\x00\x00\x00\x00",
                           &stun),
                     NGX_ERROR);
}


static void
repeated_attributes_are_refused(void **state)
{
    ngx_webrtc_stun_t  stun;

    (void) state;

    assert_int_equal(PARSE("\x00\x25\x00\x00\x00\x25\x00\x00", &stun),
                     NGX_ERROR);
    assert_int_equal(PARSE("\x00\x06\x00\x01" "a   " "\x00\x06\x00\x01" "b   ",
                           &stun),
                     NGX_ERROR);

    /* nobody is controlling and controlled */

    assert_int_equal(PARSE("\x80\x29\x00\x08" "12345678"
                           "\x80\x2a\x00\x08" "12345678", &stun),
                     NGX_ERROR);
}


static void
nothing_may_follow_the_fingerprint(void **state)
{
    ngx_webrtc_stun_t  stun;

    (void) state;

    assert_int_equal(PARSE("\x80\x28\x00\x04" "1234", &stun), NGX_OK);
    assert_int_equal(PARSE("\x80\x28\x00\x04" "1234" "\x80\x22\x00\x00",
                           &stun),
                     NGX_ERROR);
}


static void
what_follows_the_integrity_is_not_believed(void **state)
{
    ngx_webrtc_stun_t  stun;

    (void) state;

    assert_int_equal(PARSE("\x00\x08\x00\x14" "12345678901234567890"
                           "\x00\x25\x00\x00"
                           "\x00\x06\x00\x03" "a:b ", &stun),
                     NGX_OK);
    assert_int_equal(stun.use_candidate, 0);
    assert_int_equal(stun.username.len, 0);
}


static void
a_username_is_split_at_its_first_colon(void **state)
{
    u_char             attr[600];
    ngx_webrtc_stun_t  stun;

    (void) state;

    assert_int_equal(PARSE("\x00\x06\x00\x05" "a:b:c   ", &stun), NGX_OK);
    assert_int_equal(stun.local_ufrag.len, 1);
    assert_int_equal(stun.remote_ufrag.len, 3);

    assert_int_equal(PARSE("\x00\x06\x00\x04" "abcd", &stun), NGX_OK);
    assert_int_equal(stun.local_ufrag.len, 4);
    assert_int_equal(stun.remote_ufrag.len, 0);

    assert_int_equal(PARSE("\x00\x06\x00\x04" "abc:", &stun), NGX_OK);
    assert_int_equal(stun.local_ufrag.len, 3);
    assert_int_equal(stun.remote_ufrag.len, 0);

    ngx_memset(attr, 'x', sizeof(attr));
    ngx_webrtc_put32(attr, 0x00060201);
    assert_int_equal(parse(attr, 4 + 516, &stun), NGX_OK);
    ngx_webrtc_put32(attr, 0x00060202);
    assert_int_equal(parse(attr, 4 + 516, &stun), NGX_ERROR);
}


static void
unknown_attributes_are_listed_up_to_a_limit(void **state)
{
    u_char             attrs[64];
    ngx_uint_t         i;
    ngx_webrtc_stun_t  stun;

    (void) state;

    /* above 0x8000 comprehension is optional */

    assert_int_equal(PARSE("\x7f\x01\x00\x00\xc0\x57\x00\x00"
                           "\x00\x1e\x00\x01" "x\0\0\0", &stun),
                     NGX_OK);
    assert_int_equal(stun.nunknown, 2);
    assert_int_equal(stun.unknown[0], 0x7f01);
    assert_int_equal(stun.unknown[1], 0x1e);

    for (i = 0; i < 16; i++) {
        ngx_webrtc_put32(attrs + 4 * i, (uint32_t) (0x7f00 + i) << 16);
    }

    assert_int_equal(parse(attrs, 64, &stun), NGX_OK);
    assert_int_equal(stun.nunknown, NGX_WEBRTC_STUN_UNKNOWN_MAX);
}


static void
class_and_method_come_from_interleaved_bits(void **state)
{
    u_char             buf[20];
    ngx_webrtc_stun_t  stun;

    (void) state;

    ngx_memcpy(buf, sample_request, 20);
    buf[3] = 0;

    ngx_webrtc_put16(buf, 0x0011);
    assert_int_equal(ngx_webrtc_stun_parse(buf, buf + 20, &stun), NGX_OK);
    assert_int_equal(stun.class, NGX_WEBRTC_STUN_INDICATION);
    assert_int_equal(stun.method, NGX_WEBRTC_STUN_BINDING);

    ngx_webrtc_put16(buf, 0x0111);
    assert_int_equal(ngx_webrtc_stun_parse(buf, buf + 20, &stun), NGX_OK);
    assert_int_equal(stun.class, NGX_WEBRTC_STUN_ERROR);

    ngx_webrtc_put16(buf, 0x02ef);
    assert_int_equal(ngx_webrtc_stun_parse(buf, buf + 20, &stun), NGX_OK);
    assert_int_equal(stun.class, NGX_WEBRTC_STUN_REQUEST);
    assert_int_equal(stun.method, 0xff);
}


static void
a_written_request_reads_back(void **state)
{
    u_char             buf[256], *p;
    ngx_webrtc_stun_t  stun;

    (void) state;

    p = ngx_webrtc_stun_write_request(buf, buf + 256, &check_request);
    assert_non_null(p);
    assert_int_equal(ngx_webrtc_stun_parse(buf, p, &stun), NGX_OK);

    assert_int_equal(stun.class, NGX_WEBRTC_STUN_REQUEST);
    assert_int_equal(stun.method, NGX_WEBRTC_STUN_BINDING);
    assert_memory_equal(stun.transaction, check_request.transaction, 12);
    assert_int_equal(stun.local_ufrag.len, 6);
    assert_memory_equal(stun.remote_ufrag.data, "ours", 4);
    assert_int_equal(stun.priority, 0x6e7f1eff);
    assert_int_equal(stun.tie_breaker, 0x0123456789abcdef);
    assert_int_equal(stun.controlling, 1);
    assert_int_equal(stun.use_candidate, 1);
    assert_int_equal(ngx_webrtc_stun_check(&stun, &check_request.password),
                     NGX_OK);
}


static void
a_success_response_tells_the_address(void **state)
{
    u_char              buf[256], reply[256], *p;
    ngx_webrtc_addr_t   addr;
    ngx_webrtc_stun_t   stun, response;

    (void) state;

    p = ngx_webrtc_stun_write_request(buf, buf + 256, &check_request);
    assert_int_equal(ngx_webrtc_stun_parse(buf, p, &stun), NGX_OK);

    ngx_webrtc_addr_set_v4(&addr, "\xcb\x00\x71\x07", 40000);
    p = ngx_webrtc_stun_write_success(reply, reply + 256, &stun, &addr,
                                      &check_request.password);
    assert_non_null(p);
    assert_true(p - reply <= stun.last - stun.start);

    assert_int_equal(ngx_webrtc_stun_parse(reply, p, &response), NGX_OK);
    assert_int_equal(response.class, NGX_WEBRTC_STUN_RESPONSE);
    assert_memory_equal(response.transaction, stun.transaction, 12);
    assert_true(ngx_webrtc_addr_equal(&response.mapped, &addr));
    assert_int_equal(ngx_webrtc_stun_check(&response,
                                           &check_request.password),
                     NGX_OK);

    ngx_memset(addr.ip, 0x20, 16);
    p = ngx_webrtc_stun_write_success(reply, reply + 256, &stun, &addr,
                                      &check_request.password);
    assert_non_null(p);
    assert_true(p - reply <= stun.last - stun.start);
    assert_int_equal(ngx_webrtc_stun_parse(reply, p, &response), NGX_OK);
    assert_true(ngx_webrtc_addr_equal(&response.mapped, &addr));
}


static void
an_error_response_carries_its_code(void **state)
{
    u_char             buf[256], reply[256], *p;
    ngx_str_t         *password;
    ngx_uint_t         i;
    ngx_webrtc_stun_t  stun, response;

    static const uint16_t  codes[] = { 400, 401, 420, 487, 500 };

    (void) state;

    p = ngx_webrtc_stun_write_request(buf, buf + 256, &check_request);
    assert_int_equal(ngx_webrtc_stun_parse(buf, p, &stun), NGX_OK);

    stun.nunknown = 2;
    stun.unknown[0] = 0x7f00;
    stun.unknown[1] = 0x0003;

    for (i = 0; i < 5; i++) {
        password = (codes[i] < 402) ? NULL : &check_request.password;

        p = ngx_webrtc_stun_write_error(reply, reply + 256, &stun, codes[i],
                                        password);
        assert_non_null(p);

        assert_int_equal(ngx_webrtc_stun_parse(reply, p, &response), NGX_OK);
        assert_int_equal(response.class, NGX_WEBRTC_STUN_ERROR);
        assert_int_equal(response.error, codes[i]);
        assert_memory_equal(response.transaction, stun.transaction, 12);
        assert_int_equal(ngx_webrtc_stun_check(&response,
                                               &check_request.password),
                         password ? NGX_OK : NGX_DECLINED);

        if (codes[i] == 420) {
            assert_non_null(memmem(reply, p - reply,
                                   "\x00\x0a\x00\x04\x7f\x00\x00\x03", 8));
        }
    }
}


static void
an_unproven_source_gets_no_more_than_it_sent(void **state)
{
    u_char             buf[20], reply[256];
    ngx_webrtc_stun_t  stun;

    (void) state;

    ngx_memcpy(buf, sample_request, 20);
    buf[3] = 0;

    assert_int_equal(ngx_webrtc_stun_parse(buf, buf + 20, &stun), NGX_OK);
    assert_null(ngx_webrtc_stun_write_error(reply, reply + 256, &stun, 400,
                                            NULL));
}


static void
replies_do_not_depend_on_what_was_in_the_buffer(void **state)
{
    u_char              buf[256], a[256], b[256], *p, *q;
    ngx_uint_t          i;
    ngx_webrtc_addr_t   addr;
    ngx_webrtc_stun_t   stun;

    static const uint16_t  codes[] = { 400, 401, 420, 487, 500 };

    (void) state;

    ngx_memset(a, 0, sizeof(a));
    ngx_memset(b, 0xff, sizeof(b));

    p = ngx_webrtc_stun_write_request(a, a + 256, &check_request);
    q = ngx_webrtc_stun_write_request(b, b + 256, &check_request);
    assert_int_equal(p - a, q - b);
    assert_memory_equal(a, b, p - a);

    p = ngx_webrtc_stun_write_request(buf, buf + 256, &check_request);
    assert_int_equal(ngx_webrtc_stun_parse(buf, p, &stun), NGX_OK);
    stun.nunknown = 1;
    stun.unknown[0] = 0x7f00;

    for (i = 0; i < 5; i++) {
        ngx_memset(a, 0, sizeof(a));
        ngx_memset(b, 0xff, sizeof(b));

        p = ngx_webrtc_stun_write_error(a, a + 256, &stun, codes[i],
                                        &check_request.password);
        q = ngx_webrtc_stun_write_error(b, b + 256, &stun, codes[i],
                                        &check_request.password);
        assert_int_equal(p - a, q - b);
        assert_memory_equal(a, b, p - a);
    }

    for (i = 0; i < 2; i++) {
        ngx_webrtc_addr_set_v4(&addr, "\xcb\x00\x71\x07", 40000);

        if (i) {
            ngx_memset(addr.ip, 0x20, 16);
        }

        ngx_memset(a, 0, sizeof(a));
        ngx_memset(b, 0xff, sizeof(b));

        p = ngx_webrtc_stun_write_success(a, a + 256, &stun, &addr,
                                          &check_request.password);
        q = ngx_webrtc_stun_write_success(b, b + 256, &stun, &addr,
                                          &check_request.password);
        assert_int_equal(p - a, q - b);
        assert_memory_equal(a, b, p - a);
    }
}


/* writes into every size that is too small, each a block of its own */

static void
a_message_that_does_not_fit_is_not_written(void **state)
{
    u_char             *small, buf[256], reply[256], *p;
    size_t              size, need;
    ngx_webrtc_addr_t   addr;
    ngx_webrtc_stun_t   stun;

    (void) state;

    p = ngx_webrtc_stun_write_request(buf, buf + 256, &check_request);
    assert_int_equal(ngx_webrtc_stun_parse(buf, p, &stun), NGX_OK);

    for (size = 1; size < (size_t) (p - buf); size++) {
        small = malloc(size);
        assert_null(ngx_webrtc_stun_write_request(small, small + size,
                                                  &check_request));
        free(small);
    }

    ngx_webrtc_addr_set_v4(&addr, "\xcb\x00\x71\x07", 40000);
    p = ngx_webrtc_stun_write_success(reply, reply + 256, &stun, &addr,
                                      &check_request.password);
    need = p - reply;

    for (size = 1; size < need; size++) {
        small = malloc(size);
        assert_null(ngx_webrtc_stun_write_success(small, small + size, &stun,
                                                  &addr,
                                                  &check_request.password));
        free(small);
    }

    p = ngx_webrtc_stun_write_error(reply, reply + 256, &stun, 487,
                                    &check_request.password);
    need = p - reply;

    for (size = 1; size < need; size++) {
        small = malloc(size);
        assert_null(ngx_webrtc_stun_write_error(small, small + size, &stun,
                                                487,
                                                &check_request.password));
        free(small);
    }
}


static void
touch(u_char *pos, u_char *last)
{
    u_char             out[256];
    ngx_webrtc_stun_t  stun;

    if (ngx_webrtc_stun_parse(pos, last, &stun) != NGX_OK) {
        return;
    }

    (void) ngx_webrtc_stun_check(&stun, &sample_password);

    if (stun.class == NGX_WEBRTC_STUN_REQUEST) {
        (void) ngx_webrtc_stun_write_error(out, out + 256, &stun, 420, NULL);
    }
}


static void
damaged_messages_are_read_within_their_bounds(void **state)
{
    (void) state;

    hostile_all(sample_request, REQUEST_LEN, touch);
    hostile_all(sample_ipv4_response, sizeof(sample_ipv4_response) - 1,
                touch);
    hostile_all(sample_ipv6_response, sizeof(sample_ipv6_response) - 1,
                touch);
    hostile_random(80, 50, touch);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_sample_request_is_read_and_verified),
        cmocka_unit_test(the_sample_responses_are_read_and_verified),
        cmocka_unit_test(a_wrong_password_is_refused),
        cmocka_unit_test(no_flipped_bit_passes_the_check),
        cmocka_unit_test(
            without_integrity_or_fingerprint_there_is_nothing_to_check),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(another_cookie_is_not_stun),
        cmocka_unit_test(attributes_of_a_wrong_length_are_refused),
        cmocka_unit_test(repeated_attributes_are_refused),
        cmocka_unit_test(nothing_may_follow_the_fingerprint),
        cmocka_unit_test(what_follows_the_integrity_is_not_believed),
        cmocka_unit_test(a_username_is_split_at_its_first_colon),
        cmocka_unit_test(unknown_attributes_are_listed_up_to_a_limit),
        cmocka_unit_test(class_and_method_come_from_interleaved_bits),
        cmocka_unit_test(a_written_request_reads_back),
        cmocka_unit_test(a_success_response_tells_the_address),
        cmocka_unit_test(an_error_response_carries_its_code),
        cmocka_unit_test(an_unproven_source_gets_no_more_than_it_sent),
        cmocka_unit_test(replies_do_not_depend_on_what_was_in_the_buffer),
        cmocka_unit_test(a_message_that_does_not_fit_is_not_written),
        cmocka_unit_test(damaged_messages_are_read_within_their_bounds),
    };

    return cmocka_run_group_tests_name("stun", tests, NULL, NULL);
}
