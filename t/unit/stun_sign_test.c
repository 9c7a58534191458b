
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What is signed here is held against libnice's agent of STUN: byte by byte,
 * and verdict by verdict on messages that were tampered with.
 */


#include <core/ngx_webrtc_cursor.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stun/stunagent.h>

#include <crypto/ngx_webrtc_stun_sign.h>


#define ROUNDS  300


typedef struct {
    u_char                      name[2 * NGX_WEBRTC_STUN_UFRAG_MAX + 1];
    u_char                      key[256];
    ngx_webrtc_stun_request_t   request;
} sample_t;


static const uint16_t  known[] = {
    STUN_ATTRIBUTE_USERNAME, STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
    STUN_ATTRIBUTE_ERROR_CODE, STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES,
    STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS, STUN_ATTRIBUTE_PRIORITY,
    STUN_ATTRIBUTE_USE_CANDIDATE, 0
};


static bool
password_of(StunAgent *agent, StunMessage *msg, uint8_t *username,
    uint16_t len, uint8_t **password, size_t *password_len, void *data)
{
    ngx_str_t  *key;

    (void) agent;
    (void) msg;
    (void) username;
    (void) len;

    key = data;

    *password = key->data;
    *password_len = key->len;

    return true;
}


static void
agent_init(StunAgent *agent)
{
    stun_agent_init(agent, (uint16_t *) known, STUN_COMPATIBILITY_RFC5389,
                    STUN_AGENT_USAGE_SHORT_TERM_CREDENTIALS
                    | STUN_AGENT_USAGE_USE_FINGERPRINT);
}


/* libnice's verdict on a request; "msg" can be answered */

static ngx_uint_t
theirs(StunAgent *agent, StunMessage *msg, u_char *buf, size_t len,
    ngx_str_t *password)
{
    agent_init(agent);

    return stun_agent_validate(agent, msg, buf, len, password_of, password)
           == STUN_VALIDATION_SUCCESS;
}


static ngx_uint_t
ours(u_char *buf, size_t len, ngx_str_t *password, ngx_webrtc_stun_t *stun)
{
    return ngx_webrtc_stun_parse(buf, buf + len, stun) == NGX_OK
           && ngx_webrtc_stun_check(stun, password) == NGX_OK;
}


/* names and passwords of all lengths modulo 4, and of more than a block */

static void
sample_init(sample_t *s, ngx_uint_t i)
{
    ngx_uint_t  n;

    ngx_memzero(s, sizeof(sample_t));

    for (n = 0; n < sizeof(s->name); n++) {
        s->name[n] = (u_char) ('a' + (n * 7 + i) % 26);
    }

    for (n = 0; n < sizeof(s->key); n++) {
        s->key[n] = (u_char) (n * 31 + i) | 1;   /* HMAC pads with 0 */
    }

    for (n = 0; n < 12; n++) {
        s->request.transaction[n] = (u_char) (n * 17 + i * 3);
    }

    s->request.username.data = s->name;
    s->request.username.len = 3 + i * 5 % (sizeof(s->name) - 2);
    s->name[1] = ':';

    s->request.password.data = s->key;
    s->request.password.len = 1 + i * 3 % sizeof(s->key);

    s->request.tie_breaker = 0x0123456789abcdef * (i + 1);
    s->request.priority = (uint32_t) (0x6e7f1eff + i);
    s->request.controlling = i & 1;
    s->request.use_candidate = (i >> 1) & 1;
}


/* libnice pads with what there was: a name of whole words, or none is equal */

static void
requests_are_what_libnice_writes(void **state)
{
    u_char              buf[1024], other[1024], *p;
    size_t              len;
    sample_t            s;
    StunAgent           agent;
    ngx_uint_t          i;
    StunMessage         msg;
    ngx_webrtc_stun_t   stun;
    StunTransactionId   id;

    (void) state;

    for (i = 0; i < ROUNDS; i++) {
        sample_init(&s, i);
        ngx_memzero(other, sizeof(other));

        p = ngx_webrtc_stun_write_request(buf, buf + sizeof(buf), &s.request);
        assert_non_null(p);

        agent_init(&agent);
        ngx_memzero(&msg, sizeof(StunMessage));
        msg.agent = &agent;
        msg.buffer = other;
        msg.buffer_len = sizeof(other);

        ngx_webrtc_put32(id, NGX_WEBRTC_STUN_COOKIE);
        ngx_memcpy(id + 4, s.request.transaction, 12);

        assert_true(stun_message_init(&msg, STUN_REQUEST, STUN_BINDING, id));
        stun_message_append_bytes(&msg, STUN_ATTRIBUTE_USERNAME, s.name,
                                  s.request.username.len);
        stun_message_append32(&msg, STUN_ATTRIBUTE_PRIORITY,
                              s.request.priority);
        stun_message_append64(&msg, s.request.controlling
                                    ? STUN_ATTRIBUTE_ICE_CONTROLLING
                                    : STUN_ATTRIBUTE_ICE_CONTROLLED,
                              s.request.tie_breaker);

        if (s.request.use_candidate) {
            stun_message_append_flag(&msg, STUN_ATTRIBUTE_USE_CANDIDATE);
        }

        len = stun_agent_finish_message(&agent, &msg, s.key,
                                        s.request.password.len);

        assert_int_equal(p - buf, len);

        if (s.request.username.len % 4 == 0) {
            assert_memory_equal(buf, other, len);
        }

        assert_true(theirs(&agent, &msg, buf, len, &s.request.password));
        assert_true(ours(other, len, &s.request.password, &stun));
    }
}


static void
successes_are_what_libnice_writes(void **state)
{
    u_char                  buf[1024], reply[1024], other[1024], *p, *last;
    size_t                  len;
    sample_t                s;
    StunAgent               agent;
    socklen_t               socklen;
    ngx_uint_t              i;
    StunMessage             request, msg;
    ngx_webrtc_addr_t       addr;
    ngx_webrtc_stun_t       stun;
    ngx_webrtc_sockaddr_t   sa;

    (void) state;

    for (i = 0; i < ROUNDS; i++) {
        sample_init(&s, i);

        last = ngx_webrtc_stun_write_request(buf, buf + sizeof(buf),
                                             &s.request);
        assert_true(ours(buf, last - buf, &s.request.password, &stun));
        assert_true(theirs(&agent, &request, buf, last - buf,
                           &s.request.password));

        if (i & 1) {
            ngx_webrtc_addr_set_v4(&addr, s.key + i % 200, 1 + i * 211);

        } else {
            ngx_memzero(&addr, sizeof(ngx_webrtc_addr_t));
            ngx_memcpy(addr.ip, s.key + i % 200, 16);
            addr.port = (uint16_t) (1 + i * 211);
        }

        p = ngx_webrtc_stun_write_success(reply, reply + sizeof(reply), &stun,
                                          &addr, &s.request.password);
        assert_non_null(p);

        socklen = ngx_webrtc_addr_to_sockaddr(&addr, &sa, 0);

        assert_true(stun_agent_init_response(&agent, &msg, other,
                                             sizeof(other), &request));
        stun_message_append_xor_addr(&msg, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
                                     (struct sockaddr_storage *) &sa,
                                     socklen);
        len = stun_agent_finish_message(&agent, &msg, s.key,
                                        s.request.password.len);

        assert_int_equal(p - reply, len);
        assert_memory_equal(reply, other, len);
    }
}


static void
errors_are_read_by_libnice(void **state)
{
    int                 code;
    u_char              buf[1024], reply[1024], *p;
    uint16_t            len;
    sample_t            s;
    StunAgent           agent;
    ngx_uint_t          i, n;
    StunMessage         msg;
    const u_char       *list;
    ngx_webrtc_stun_t   stun;

    static const uint16_t  codes[] = { 400, 401, 420, 487, 500 };

    (void) state;

    for (i = 0; i < ROUNDS; i++) {
        sample_init(&s, i);

        p = ngx_webrtc_stun_write_request(buf, buf + sizeof(buf), &s.request);
        assert_true(ours(buf, p - buf, &s.request.password, &stun));

        stun.nunknown = (uint8_t) (i % (NGX_WEBRTC_STUN_UNKNOWN_MAX + 1));

        for (n = 0; n < stun.nunknown; n++) {
            stun.unknown[n] = (uint16_t) (0x7f00 + n);
        }

        ngx_memset(reply, 0xff, sizeof(reply));
        p = ngx_webrtc_stun_write_error(reply, reply + sizeof(reply), &stun,
                                        codes[i % 5], &s.request.password);
        assert_non_null(p);

        agent_init(&agent);
        ngx_memzero(&msg, sizeof(StunMessage));
        msg.agent = &agent;
        msg.buffer = reply;
        msg.buffer_len = p - reply;

        assert_int_equal(stun_message_validate_buffer_length(reply, p - reply,
                                                             true),
                         p - reply);
        assert_int_equal(stun_message_get_class(&msg), STUN_ERROR);
        assert_int_equal(stun_message_find_error(&msg, &code),
                         STUN_MESSAGE_RETURN_SUCCESS);
        assert_int_equal(code, codes[i % 5]);

        if (codes[i % 5] == 420 && stun.nunknown) {
            list = stun_message_find(&msg, STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES,
                                     &len);
            assert_non_null(list);
            assert_int_equal(len, 2 * stun.nunknown);
            assert_int_equal(ngx_webrtc_get16(list + len - 2),
                             0x7f00 + stun.nunknown - 1);
        }

        assert_true(ours(reply, p - reply, &s.request.password, &stun));
    }
}


static void
what_was_tampered_with_is_refused_by_both(void **state)
{
    u_char              buf[1024], copy[1024], *p;
    size_t              i, len;
    sample_t            s;
    ngx_str_t           key;
    StunAgent           agent;
    ngx_uint_t          n;
    StunMessage         msg;
    ngx_webrtc_stun_t   stun;

    (void) state;

    for (n = 0; n < 24; n++) {
        sample_init(&s, n);

        p = ngx_webrtc_stun_write_request(buf, buf + sizeof(buf), &s.request);
        len = p - buf;

        assert_true(ours(buf, len, &s.request.password, &stun));

        for (i = 0; i < 8 * len; i++) {
            ngx_memcpy(copy, buf, len);
            copy[i / 8] ^= (u_char) (1 << (i % 8));

            assert_false(ours(copy, len, &s.request.password, &stun));
            assert_false(theirs(&agent, &msg, copy, len,
                                &s.request.password));
        }

        for (i = 0; i < len; i++) {
            assert_false(ours(buf, i, &s.request.password, &stun));
            assert_false(theirs(&agent, &msg, buf, i, &s.request.password));
        }

        key = s.request.password;

        for (key.len = 0; key.len < s.request.password.len; key.len++) {
            assert_false(ours(buf, len, &key, &stun));

            /* libnice signs with no key at all in its own way */

            if (key.len) {
                assert_false(theirs(&agent, &msg, buf, len, &key));
            }
        }
    }
}


/* longer than what may be read is not written */

static void
a_name_that_is_too_long_is_not_written(void **state)
{
    u_char    buf[8192], name[4096];
    sample_t  s;

    (void) state;

    ngx_memset(name, 'n', sizeof(name));
    sample_init(&s, 0);

    s.request.username.data = name;
    s.request.username.len = sizeof(name);

    assert_null(ngx_webrtc_stun_write_request(buf, buf + sizeof(buf),
                                              &s.request));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(requests_are_what_libnice_writes),
        cmocka_unit_test(successes_are_what_libnice_writes),
        cmocka_unit_test(errors_are_read_by_libnice),
        cmocka_unit_test(what_was_tampered_with_is_refused_by_both),
        cmocka_unit_test(a_name_that_is_too_long_is_not_written),
    };

    return cmocka_run_group_tests_name("stun_sign", tests, NULL, NULL);
}
