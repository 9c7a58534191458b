
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The dialect of PeerJS:
 *
 *     ngx_webrtc_peerjs.c
 *     ngx_webrtc_peerjs_message.c
 */


#include <front/skyway/ngx_webrtc_peerjs.h>
#include <hub/ngx_webrtc_token.h>

#include "skyway_fixture.h"


#define TEST_WALL   1700000000

/* of Node's crypto, for "1700000000:600:alice" under "secret" */
#define TEST_TOKEN                                                           \
    "1700000000:600:dN4gatC1NJjGSGkiNHUifcVOTDeRYHwSp7ikzZlariM="


typedef struct {
    ngx_webrtc_peerjs_client_t   *client;
    ngx_uint_t                    pings;
    ngx_uint_t                    mute;     /* answers no pings */
    ngx_uint_t                    full;     /* send() fails */
    ngx_uint_t                    code;
    char                          reason[64];
    char                          heard[TEST_TEXT];
} test_socket_t;


typedef struct {
    ngx_webrtc_skyway_endpoint_t  endpoint;
    char                          heard[TEST_TEXT];
} test_other_t;


static ngx_int_t
test_socket_send(void *pipe, const u_char *data, size_t len)
{
    size_t          n;
    test_socket_t  *socket = pipe;

    assert_int_equal(socket->code, 0);

    if (socket->full) {
        socket->client = NULL;
        return NGX_ERROR;
    }

    n = strlen(socket->heard);
    snprintf(socket->heard + n, sizeof(socket->heard) - n, "%.*s\n",
             (int) len, (const char *) data);

    return NGX_OK;
}


static ngx_int_t
test_socket_ping(void *pipe)
{
    test_socket_t  *socket = pipe;

    socket->pings++;

    if (socket->full) {
        socket->client = NULL;
        return NGX_ERROR;
    }

    if (!socket->mute) {
        ngx_webrtc_peerjs_heard(socket->client, test.now);
    }

    return NGX_OK;
}


static void
test_socket_close(void *pipe, ngx_uint_t code, const char *reason)
{
    test_socket_t  *socket = pipe;

    assert_int_equal(socket->code, 0);

    socket->code = code;
    socket->client = NULL;
    snprintf(socket->reason, sizeof(socket->reason), "%s", reason);
}


static const ngx_webrtc_peerjs_pipe_t  test_pipe = {
    test_socket_send,
    test_socket_ping,
    test_socket_close
};


static const char *
test_open(test_socket_t *socket, const char *key, const char *id,
    const char *token)
{
    static char                text[256];
    ngx_str_t                  refusal;
    ngx_webrtc_peerjs_hello_t  hello;

    memset(socket, 0, sizeof(test_socket_t));

    hello.key = test_str(key);
    hello.id = test_str(id);
    hello.token = test_str(token);
    hello.origin = test_str("https://example.com:8443");

    socket->client = ngx_webrtc_peerjs_open(test.skyway, &hello, &test_pipe,
                                            socket, TEST_WALL, test.now,
                                            &refusal);
    if (socket->client) {
        return NULL;
    }

    snprintf(text, sizeof(text), "%.*s", (int) refusal.len,
             (char *) refusal.data);

    return text;
}


static ngx_int_t
test_input(test_socket_t *socket, const char *text)
{
    size_t     len;
    u_char    *copy;
    ngx_int_t  rc;

    /* of its own, so that ASan sees what is read behind it */

    len = strlen(text);
    copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, text, len);
    copy = realloc(copy, len ? len : 1);

    rc = ngx_webrtc_peerjs_input(socket->client, copy, len, test.now);

    free(copy);

    return rc;
}


static void
test_close(test_socket_t *socket)
{
    if (socket->client) {
        ngx_webrtc_peerjs_closed(socket->client);
        socket->client = NULL;
    }
}


static void
test_other_message(ngx_webrtc_skyway_endpoint_t *endpoint,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now)
{
    size_t         n;
    test_other_t  *other;

    (void) now;

    other = endpoint->data;
    n = strlen(other->heard);

    snprintf(other->heard + n, sizeof(other->heard) - n, "%d %.*s;",
             message->type, (int) message->payload.len,
             (char *) message->payload.data);
}


static const ngx_webrtc_skyway_endpoint_handlers_t  test_other_handlers = {
    test_other_message,
    NULL
};


/* somebody with skyway-js */

static void
test_other(test_other_t *other, const char *id)
{
    memset(other, 0, sizeof(test_other_t));

    other->endpoint.handlers = &test_other_handlers;
    other->endpoint.data = other;
    other->endpoint.dialect = NGX_WEBRTC_SKYWAY_SOCKETIO;
    other->endpoint.key = test_str("k");
    other->endpoint.id = test_str(id);
    other->endpoint.token = test_str("t");

    assert_int_equal(ngx_webrtc_skyway_endpoint_add(test.skyway,
                                                    &other->endpoint,
                                                    test.now),
                     NGX_OK);
}


static void
test_other_say(test_other_t *other, ngx_webrtc_skyway_message_e type,
    const char *dst, const char *payload)
{
    ngx_str_t  to, what;

    to = test_str(dst);
    what = test_str(payload);

    ngx_webrtc_skyway_send(test.skyway, &other->endpoint, type, &to, &what,
                           test.now);
}


static void
a_new_client_hears_open(void **state)
{
    test_socket_t  a;

    (void) state;

    assert_null(test_open(&a, "k", "alice", "t"));
    assert_string_equal(a.heard, "{\"type\":\"OPEN\"}\n");
    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 1);

    test_close(&a);
    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 0);
    assert_int_equal(test.released, 1);
}


static void
refusals_have_the_texts_of_the_server(void **state)
{
    test_socket_t  a, b;

    static const char  none[] =
        "{\"type\":\"ERROR\",\"payload\":{\"msg\":\"No id, token, or key "
        "supplied to websocket server\"}}";

    (void) state;

    assert_string_equal(test_open(&b, "", "bob", "t"), none);
    assert_string_equal(test_open(&b, "k", "", "t"), none);
    assert_string_equal(test_open(&b, "k", "bob", ""), none);

    assert_null(test_open(&a, "k", "alice", "t"));
    assert_string_equal(test_open(&b, "k", "alice", "u"),
                        "{\"type\":\"ID-TAKEN\",\"payload\":{\"msg\":"
                        "\"ID is taken\"}}");

    test.rows_max = 1;
    assert_string_equal(test_open(&b, "k", "bob", "t"),
                        "{\"type\":\"ERROR\",\"payload\":{\"msg\":\"Server "
                        "has reached its concurrent user limit\"}}");

    assert_string_equal(b.heard, "");
    test_close(&a);
}


static void
keys_and_credentials_are_checked(void **state)
{
    ngx_uint_t     i;
    test_socket_t  a;

    static const ngx_webrtc_skyway_key_t  keys[] = {
        { ngx_string("free"), ngx_null_string, ngx_null_string },
        { ngx_string("elsewhere"), ngx_null_string,
          ngx_string("example.org") },
        { ngx_string("closed"), ngx_string("secret"),
          ngx_string("example.com") }
    };

    (void) state;

    test.conf.keys = keys;
    test.conf.nkeys = 3;
    ngx_webrtc_skyway_destroy(test.skyway);
    test_create();

    assert_string_equal(test_open(&a, "k", "alice", "t"),
                        "{\"type\":\"ERROR\",\"payload\":{\"msg\":"
                        "\"Invalid key provided\"}}");
    assert_string_equal(test_open(&a, "elsewhere", "alice", "t"),
                        "{\"type\":\"ERROR\",\"payload\":{\"msg\":"
                        "\"The key is for another domain\"}}");
    assert_string_equal(test_open(&a, "closed", "alice", "t"),
                        "{\"type\":\"ERROR\",\"payload\":{\"msg\":"
                        "\"Invalid token provided\"}}");
    assert_string_equal(test_open(&a, "closed", "bob", TEST_TOKEN),
                        "{\"type\":\"ERROR\",\"payload\":{\"msg\":"
                        "\"Invalid token provided\"}}");

    assert_null(test_open(&a, "free", "alice", "t"));
    test_close(&a);

    assert_null(test_open(&a, "closed", "alice", TEST_TOKEN));

    /* the credential is for ten minutes */

    for (i = 0; i < 59; i++) {
        test_run(10 * NGX_WEBRTC_SEC);
        assert_non_null(a.client);
        test_input(&a, "{\"type\":\"HEARTBEAT\"}");
    }

    test_run(16 * NGX_WEBRTC_SEC);
    assert_null(a.client);
    assert_string_equal(a.reason, "CREDENTIAL-EXPIRED");
    assert_non_null(strstr(a.heard, "The credential has expired"));
}


static void
names_have_their_limits(void **state)
{
    char           id[256];
    test_socket_t  a, b;

    static const char  bad[] =
        "{\"type\":\"ERROR\",\"payload\":{\"msg\":\"Invalid id provided\"}}";

    (void) state;

    memset(id, 'x', sizeof(id));
    id[sizeof(id) - 1] = '\0';

    assert_string_equal(test_open(&a, "k", id, "t"), bad);
    assert_string_equal(test_open(&a, "k", "\xff", "t"), bad);
    assert_string_equal(test_open(&a, "k", "a\nb", "t"), bad);
    assert_string_equal(test_open(&a, "k", "\x7f", "t"), bad);
    assert_string_equal(test_open(&a, id, "alice", "t"),
                        "{\"type\":\"ERROR\",\"payload\":{\"msg\":"
                        "\"Invalid key provided\"}}");

    /* a token may be as long as it likes, and all of it counts */

    assert_null(test_open(&a, "k", "alice", id));

    id[200] = 'y';
    assert_string_equal(test_open(&b, "k", "alice", id),
                        "{\"type\":\"ID-TAKEN\",\"payload\":{\"msg\":"
                        "\"ID is taken\"}}");

    id[200] = 'x';
    assert_null(test_open(&b, "k", "alice", id));
    test_run(0);
    assert_string_equal(a.reason, "REPLACED");

    test_close(&b);
}


static void
the_same_token_replaces_the_socket(void **state)
{
    test_socket_t  a, again, b;

    (void) state;

    assert_null(test_open(&a, "k", "alice", "t"));
    assert_null(test_open(&b, "k", "bob", "t"));
    assert_null(test_open(&again, "k", "alice", "t"));
    assert_string_equal(again.heard, "");

    test_run(0);
    assert_null(a.client);
    assert_int_equal(a.code, 1000);

    test_input(&b, "{\"type\":\"OFFER\",\"dst\":\"alice\",\"payload\":{}}");
    test_run(0);
    assert_string_equal(again.heard,
                        "{\"type\":\"OFFER\",\"src\":\"bob\","
                        "\"dst\":\"alice\",\"payload\":{}}\n");

    test_close(&again);
    test_close(&b);
}


static void
messages_are_passed_on_as_they_are(void **state)
{
    test_socket_t  a, b;

    (void) state;

    assert_null(test_open(&a, "k", "alice", "t"));
    assert_null(test_open(&b, "k", "b \"\xc3\xa4\"", "t"));
    b.heard[0] = '\0';

    test_input(&a, "{\"type\":\"OFFER\",\"src\":\"liar\","
                   "\"dst\":\"b \\\"\\u00e4\\\"\","
                   "\"payload\":{ \"x\": [1.50, \"\\u0041\"] },\"more\":1}");
    test_input(&a, "{\"type\":\"ANSWER\",\"dst\":\"b \\\"\xc3\xa4\\\"\","
                   "\"payload\":7}");
    test_input(&a, "{\"type\":\"CANDIDATE\","
                   "\"dst\":\"b \\\"\xc3\xa4\\\"\"}");
    test_input(&a, "{\"type\":\"LEAVE\",\"dst\":\"b \\\"\xc3\xa4\\\"\"}");
    test_input(&a, "{\"type\":\"EXPIRE\",\"dst\":\"b \\\"\xc3\xa4\\\"\"}");
    test_run(0);

    assert_string_equal(b.heard,
        "{\"type\":\"OFFER\",\"src\":\"alice\",\"dst\":\"b \\\"\xc3\xa4\\\"\","
        "\"payload\":{ \"x\": [1.50, \"\\u0041\"] }}\n"
        "{\"type\":\"ANSWER\",\"src\":\"alice\","
        "\"dst\":\"b \\\"\xc3\xa4\\\"\",\"payload\":7}\n"
        "{\"type\":\"CANDIDATE\",\"src\":\"alice\","
        "\"dst\":\"b \\\"\xc3\xa4\\\"\"}\n"
        "{\"type\":\"LEAVE\",\"src\":\"alice\","
        "\"dst\":\"b \\\"\xc3\xa4\\\"\"}\n"
        "{\"type\":\"EXPIRE\",\"src\":\"alice\","
        "\"dst\":\"b \\\"\xc3\xa4\\\"\"}\n");

    test_close(&a);
    test_close(&b);
}


static void
what_is_not_understood_vanishes(void **state)
{
    ngx_uint_t     i;
    test_socket_t  a, b;

    static const char  *bad[] = {
        "", "{", "7", "[]", "null", "{}", "{\"type\":7}",
        "{\"type\":\"HEARTBEAT\"}", "{\"type\":\"BOGUS\",\"dst\":\"bob\"}",
        "{\"type\":\"OPEN\",\"dst\":\"bob\"}", "{\"type\":\"OFFER\"}",
        "{\"type\":\"OFFER\",\"dst\":\"\"}",
        "{\"type\":\"OFFER\",\"dst\":7}",
        "{\"type\":\"offer\",\"dst\":\"bob\"}",
        "{\"type\":\"FORCE_CLOSE\",\"dst\":\"bob\"}",
        "{\"type\":\"OFFER\",\"dst\":\"bob\"} x",
        "{\"type\":\"OFFER\",\"dst\":\"b\\u0000b\"}",
        "{\"type\":\"EXPIRE\"}", "{\"type\":\"LEAVE\",\"dst\":\"nobody\"}"
    };

    (void) state;

    assert_null(test_open(&a, "k", "alice", "t"));
    assert_null(test_open(&b, "k", "bob", "t"));
    a.heard[0] = b.heard[0] = '\0';

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(test_input(&a, bad[i]), NGX_OK);
    }

    test_run(6 * NGX_WEBRTC_SEC);
    assert_string_equal(a.heard, "");
    assert_string_equal(b.heard, "");

    test_close(&a);
    test_close(&b);
}


static void
an_offer_expires(void **state)
{
    char           text[512], expected[1024];
    test_socket_t  a;

    (void) state;

    assert_null(test_open(&a, "k", "alice", "t"));
    a.heard[0] = '\0';

    test_input(&a, "{\"type\":\"OFFER\",\"dst\":\"bob\",\"payload\":{}}");
    test_input(&a, "{\"type\":\"CANDIDATE\",\"dst\":\"bob\",\"payload\":{}}");
    test_run(6 * NGX_WEBRTC_SEC);
    assert_string_equal(a.heard, "{\"type\":\"EXPIRE\",\"src\":\"bob\","
                                 "\"dst\":\"alice\"}\n");

    /* also when nobody can be called like that */

    a.heard[0] = '\0';
    memset(text, 'x', 500);
    text[500] = '\0';
    snprintf(expected, sizeof(expected), "{\"type\":\"OFFER\",\"dst\":\"%s\"}",
             text);
    test_input(&a, expected);
    test_run(6 * NGX_WEBRTC_SEC);

    snprintf(expected, sizeof(expected),
             "{\"type\":\"EXPIRE\",\"src\":\"%s\",\"dst\":\"alice\"}\n", text);
    assert_string_equal(a.heard, expected);

    test_close(&a);
}


static void
what_waits_comes_after_open(void **state)
{
    test_socket_t  a, b;

    (void) state;

    assert_null(test_open(&a, "k", "alice", "t"));
    test_input(&a, "{\"type\":\"OFFER\",\"dst\":\"bob\",\"payload\":1}");
    test_input(&a, "{\"type\":\"CANDIDATE\",\"dst\":\"bob\",\"payload\":2}");
    test_run(NGX_WEBRTC_SEC);

    assert_null(test_open(&b, "k", "bob", "t"));
    test_run(0);

    assert_string_equal(b.heard,
                        "{\"type\":\"OPEN\"}\n"
                        "{\"type\":\"OFFER\",\"src\":\"alice\","
                        "\"dst\":\"bob\",\"payload\":1}\n"
                        "{\"type\":\"CANDIDATE\",\"src\":\"alice\","
                        "\"dst\":\"bob\",\"payload\":2}\n");

    test_close(&a);
    test_close(&b);
}


static void
leave_without_anybody_is_the_end(void **state)
{
    test_socket_t  a, b;

    (void) state;

    assert_null(test_open(&a, "k", "alice", "t"));
    assert_int_equal(test_input(&a, "{\"type\":\"LEAVE\"}"), NGX_DONE);
    assert_int_equal(a.code, 1000);

    assert_null(test_open(&b, "k", "alice", "u"));
    test_close(&b);
}


static void
a_dead_socket_is_noticed(void **state)
{
    test_socket_t  a, b;

    (void) state;

    assert_null(test_open(&a, "k", "alice", "t"));
    assert_null(test_open(&b, "k", "bob", "t"));
    a.mute = 1;

    test_run(14 * NGX_WEBRTC_SEC);
    assert_non_null(a.client);
    assert_int_equal(a.pings, 2);

    test_run(2 * NGX_WEBRTC_SEC);
    assert_null(a.client);
    assert_string_equal(a.reason, "TIMEOUT");

    /* one that answers, but whose page says nothing any more */

    test_run(30 * NGX_WEBRTC_SEC);
    assert_non_null(b.client);
    assert_int_equal(b.pings, 9);
    test_input(&b, "{\"type\":\"HEARTBEAT\"}");

    test_run(50 * NGX_WEBRTC_SEC);
    assert_non_null(b.client);

    test_run(20 * NGX_WEBRTC_SEC);
    assert_null(b.client);
    assert_string_equal(b.reason, "TIMEOUT");
}


/* a worker that was stopped has not read what came */

static void
our_own_sleep_closes_nobody(void **state)
{
    test_socket_t  a;

    (void) state;

    assert_null(test_open(&a, "k", "alice", "t"));
    a.mute = 1;

    test_run(4 * NGX_WEBRTC_SEC);
    test.now += 200 * NGX_WEBRTC_SEC;
    ngx_webrtc_skyway_tick(test.skyway, test.now);
    assert_non_null(a.client);

    test_run(16 * NGX_WEBRTC_SEC);
    assert_null(a.client);
}


static void
a_pipe_that_fails_ends_its_client(void **state)
{
    test_socket_t  a, b;

    (void) state;

    assert_null(test_open(&a, "k", "alice", "t"));
    assert_null(test_open(&b, "k", "bob", "t"));
    b.full = 1;

    test_input(&a, "{\"type\":\"OFFER\",\"dst\":\"bob\",\"payload\":{}}");
    test_run(0);
    assert_null(b.client);
    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 1);

    a.full = 1;
    test_run(5 * NGX_WEBRTC_SEC);
    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 0);
    assert_int_equal(a.code, 0);
}


static void
a_shutdown_closes_all(void **state)
{
    test_socket_t  a, b;

    (void) state;

    assert_null(test_open(&a, "k", "alice", "t"));
    assert_null(test_open(&b, "k", "bob", "t"));

    ngx_webrtc_skyway_shutdown(test.skyway, test.now);

    assert_int_equal(a.code, 1012);
    assert_int_equal(b.code, 1012);
    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 0);

    /* and who comes later is closed with the front-end */

    assert_null(test_open(&a, "k", "alice", "t"));
    ngx_webrtc_skyway_destroy(test.skyway);
    assert_int_equal(a.code, 1012);

    test_create();
}


static void
calls_of_skyway_js_are_translated(void **state)
{
    test_other_t   other;
    test_socket_t  a;

    (void) state;

    test_other(&other, "other");
    assert_null(test_open(&a, "k", "alice", "t"));
    a.heard[0] = '\0';

    test_other_say(&other, NGX_WEBRTC_SKYWAY_OFFER, "alice",
                   "{\"offer\":{\"n\":1.5},\"dst\":\"alice\","
                   "\"connectionId\":\"mc_1\",\"connectionType\":\"media\"}");
    test_other_say(&other, NGX_WEBRTC_SKYWAY_CANDIDATE, "alice",
                   "{\"candidate\":{},\"connectionId\":\"mc_1\","
                   "\"connectionType\":\"media\"}");

    /* a further offer would end the call, and a room is unknown */

    test_other_say(&other, NGX_WEBRTC_SKYWAY_OFFER, "alice",
                   "{\"offer\":{\"n\":2},\"connectionId\":\"mc_1\","
                   "\"connectionType\":\"media\"}");
    test_other_say(&other, NGX_WEBRTC_SKYWAY_OFFER, "alice",
                   "{\"offer\":{},\"connectionId\":\"mc_2\","
                   "\"connectionType\":\"media\",\"roomName\":\"r\"}");
    test_other_say(&other, NGX_WEBRTC_SKYWAY_FORCE_CLOSE, "alice",
                   "{\"connectionId\":\"mc_1\"}");
    test_other_say(&other, NGX_WEBRTC_SKYWAY_INSIDE, "alice", "{}");
    test_other_say(&other, NGX_WEBRTC_SKYWAY_LEAVE, "alice", NULL);
    test_run(0);

    assert_string_equal(a.heard,
        "{\"type\":\"OFFER\",\"src\":\"other\",\"dst\":\"alice\","
        "\"payload\":{\"connectionId\":\"mc_1\",\"sdp\":{\"n\":1.5},"
        "\"type\":\"media\"}}\n"
        "{\"type\":\"CANDIDATE\",\"src\":\"other\",\"dst\":\"alice\","
        "\"payload\":{\"candidate\":{},\"connectionId\":\"mc_1\","
        "\"type\":\"media\"}}\n"
        "{\"type\":\"LEAVE\",\"src\":\"other\",\"dst\":\"alice\"}\n");

    /* the receiver's side translates */

    test_input(&a, "{\"type\":\"ANSWER\",\"dst\":\"other\","
                   "\"payload\":{\"sdp\":{}}}");
    test_run(0);
    assert_string_equal(other.heard, "1 {\"sdp\":{}};");

    test_close(&a);
}


static void
ids_are_fresh(void **state)
{
    u_char  a[NGX_WEBRTC_UUID_LEN], b[NGX_WEBRTC_UUID_LEN];

    (void) state;

    assert_int_equal(ngx_webrtc_peerjs_id(a), NGX_OK);
    assert_int_equal(ngx_webrtc_peerjs_id(b), NGX_OK);
    assert_memory_not_equal(a, b, sizeof(a));
}


static void
peers_are_listed_when_it_is_allowed(void **state)
{
    char           *text;
    ngx_int_t       rc;
    ngx_str_t       key, none;
    test_socket_t   a, b, c;

    (void) state;

    key = test_str("k");
    none = test_str("");

    assert_null(ngx_webrtc_peerjs_peers(test.skyway, &key, &rc));
    assert_int_equal(rc, NGX_DECLINED);

    test.conf.discovery = 1;
    ngx_webrtc_skyway_destroy(test.skyway);
    test_create();

    text = ngx_webrtc_peerjs_peers(test.skyway, &key, &rc);
    assert_string_equal(text, "[]");
    free(text);

    assert_null(test_open(&a, "k", "alice", "t"));
    assert_null(test_open(&b, "k", "\"bob\"", "t"));
    assert_null(test_open(&c, "other", "carol", "t"));

    text = ngx_webrtc_peerjs_peers(test.skyway, &key, &rc);
    assert_string_equal(text, "[\"alice\",\"\\\"bob\\\"\"]");
    assert_int_equal(rc, NGX_OK);
    free(text);

    assert_null(ngx_webrtc_peerjs_peers(test.skyway, &none, &rc));
    assert_int_equal(rc, NGX_DECLINED);

    test_close(&a);
    test_close(&b);
    test_close(&c);
}


#define test_case(name)                                                      \
    cmocka_unit_test_setup_teardown(name, test_setup, test_teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        test_case(a_new_client_hears_open),
        test_case(refusals_have_the_texts_of_the_server),
        test_case(keys_and_credentials_are_checked),
        test_case(names_have_their_limits),
        test_case(the_same_token_replaces_the_socket),
        test_case(messages_are_passed_on_as_they_are),
        test_case(what_is_not_understood_vanishes),
        test_case(an_offer_expires),
        test_case(what_waits_comes_after_open),
        test_case(leave_without_anybody_is_the_end),
        test_case(a_dead_socket_is_noticed),
        test_case(our_own_sleep_closes_nobody),
        test_case(a_pipe_that_fails_ends_its_client),
        test_case(a_shutdown_closes_all),
        test_case(calls_of_skyway_js_are_translated),
        test_case(ids_are_fresh),
        test_case(peers_are_listed_when_it_is_allowed)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
