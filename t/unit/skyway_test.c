
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The broker's core:
 *
 *     ngx_webrtc_skyway.c
 *     ngx_webrtc_skyway_waiting.c
 */


#include "skyway_fixture.h"


typedef struct {
    ngx_webrtc_skyway_endpoint_t   endpoint;
    ngx_uint_t                     replaced;
    ngx_uint_t                     removes;     /* itself, when called */
    char                           heard[TEST_TEXT];
} test_peer_t;


static const char  *test_types[] = {
    "OFFER", "ANSWER", "CANDIDATE", "LEAVE", "FORCE_CLOSE", "EXPIRE", "INSIDE"
};


static void
test_message(ngx_webrtc_skyway_endpoint_t *endpoint,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now)
{
    size_t        len;
    test_peer_t  *peer;

    (void) now;

    peer = endpoint->data;
    len = strlen(peer->heard);

    snprintf(peer->heard + len, sizeof(peer->heard) - len,
             "%s %.*s>%.*s %.*s;", test_types[message->type],
             (int) message->src.len, (char *) message->src.data,
             (int) message->dst.len, (char *) message->dst.data,
             (int) message->payload.len, (char *) message->payload.data);

    if (peer->removes) {
        ngx_webrtc_skyway_endpoint_remove(test.skyway, endpoint);
    }
}


static void
test_replaced(ngx_webrtc_skyway_endpoint_t *endpoint, ngx_webrtc_usec_t now)
{
    test_peer_t  *peer;

    (void) now;

    peer = endpoint->data;
    peer->replaced++;

    assert_int_equal(endpoint->number, 0);
}


static const ngx_webrtc_skyway_endpoint_handlers_t  test_handlers = {
    test_message,
    test_replaced
};


static ngx_int_t
test_join(test_peer_t *peer, const char *key, const char *id,
    const char *token)
{
    memset(peer, 0, sizeof(test_peer_t));

    peer->endpoint.handlers = &test_handlers;
    peer->endpoint.data = peer;
    peer->endpoint.dialect = NGX_WEBRTC_SKYWAY_PEERJS;
    peer->endpoint.key = test_str(key);
    peer->endpoint.id = test_str(id);
    peer->endpoint.token = test_str(token);

    return ngx_webrtc_skyway_endpoint_add(test.skyway, &peer->endpoint,
                                          test.now);
}


static void
test_say(test_peer_t *peer, ngx_webrtc_skyway_message_e type, const char *dst,
    const char *payload)
{
    ngx_str_t  to, what;

    to = test_str(dst);
    what = test_str(payload);

    ngx_webrtc_skyway_send(test.skyway, &peer->endpoint, type, &to, &what,
                           test.now);
}


static void
a_message_goes_to_its_endpoint(void **state)
{
    test_peer_t  a, b, c;

    (void) state;

    assert_int_equal(test_join(&a, "k", "a", "t"), NGX_OK);
    assert_int_equal(test_join(&b, "k", "b", "t"), NGX_OK);
    assert_int_equal(test_join(&c, "other", "b", "t"), NGX_OK);

    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "b", "{\"x\":1}");
    assert_string_equal(b.heard, "");

    test_run(0);
    assert_string_equal(b.heard, "OFFER a>b {\"x\":1};");
    assert_string_equal(c.heard, "");

    test_say(&b, NGX_WEBRTC_SKYWAY_LEAVE, "a", NULL);
    test_run(0);
    assert_string_equal(a.heard, "LEAVE b>a ;");

    assert_int_equal(ngx_webrtc_skyway_expires(test.skyway),
                     NGX_WEBRTC_NEVER);
}


static void
an_id_belongs_to_one_token(void **state)
{
    test_peer_t  a, b;

    (void) state;

    assert_int_equal(test_join(&a, "k", "a", "t"), NGX_OK);
    assert_int_equal(test_join(&b, "k", "a", "u"), NGX_DECLINED);
    assert_int_equal(b.endpoint.number, 0);

    /* to remove what was not added does no harm */

    ngx_webrtc_skyway_endpoint_remove(test.skyway, &b.endpoint);
    assert_int_equal(test.released, 0);

    ngx_webrtc_skyway_endpoint_remove(test.skyway, &a.endpoint);
    assert_int_equal(test_join(&b, "k", "a", "u"), NGX_OK);
}


static void
the_same_token_takes_its_id_back(void **state)
{
    test_peer_t  old, new, b;

    (void) state;

    assert_int_equal(test_join(&old, "k", "a", "t"), NGX_OK);
    assert_int_equal(test_join(&b, "k", "b", "t"), NGX_OK);
    assert_int_equal(test_join(&new, "k", "a", "t"), NGX_OK);
    assert_int_equal(old.replaced, 0);

    test_run(0);
    assert_int_equal(old.replaced, 1);
    assert_int_equal(new.replaced, 0);

    ngx_webrtc_skyway_endpoint_remove(test.skyway, &old.endpoint);

    test_say(&b, NGX_WEBRTC_SKYWAY_OFFER, "a", "{}");
    test_run(0);
    assert_string_equal(old.heard, "");
    assert_string_equal(new.heard, "OFFER b>a {};");
}


static void
names_that_are_too_long_are_refused(void **state)
{
    char         text[NGX_WEBRTC_SKYWAY_ID_MAX + 2];
    test_peer_t  a;

    (void) state;

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';

    assert_int_equal(test_join(&a, "k", text, "t"), NGX_ERROR);
    assert_int_equal(test_join(&a, "k", "", "t"), NGX_ERROR);

    text[NGX_WEBRTC_SKYWAY_ID_MAX] = '\0';
    assert_int_equal(test_join(&a, "k", text, "t"), NGX_OK);

    text[NGX_WEBRTC_SKYWAY_KEY_MAX + 1] = '\0';
    assert_int_equal(test_join(&a, text, "a", "t"), NGX_ERROR);
    assert_int_equal(test_join(&a, "k", "a", text), NGX_ERROR);

    text[NGX_WEBRTC_SKYWAY_KEY_MAX] = '\0';
    assert_int_equal(test_join(&a, text, "a", text), NGX_OK);
}


static void
a_full_registry_refuses(void **state)
{
    test_peer_t  a, b;

    (void) state;

    test.rows_max = 1;

    assert_int_equal(test_join(&a, "k", "a", "t"), NGX_OK);
    assert_int_equal(test_join(&b, "k", "b", "t"), NGX_BUSY);
    assert_int_equal(b.endpoint.number, 0);
}


static void
messages_wait_in_order(void **state)
{
    test_peer_t  a, b;

    (void) state;

    test_join(&a, "k", "a", "t");

    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "b", "1");
    test_say(&a, NGX_WEBRTC_SKYWAY_CANDIDATE, "b", "2");
    test_run(2 * NGX_WEBRTC_SEC);
    test_say(&a, NGX_WEBRTC_SKYWAY_CANDIDATE, "b", "3");
    test_run(NGX_WEBRTC_SEC);

    test_join(&b, "k", "b", "t");
    assert_string_equal(b.heard, "");

    test_run(0);
    assert_string_equal(b.heard, "OFFER a>b 1;CANDIDATE a>b 2;"
                                 "CANDIDATE a>b 3;");
    assert_int_equal(test.skyway->waiting.size, 0);

    test_run(10 * NGX_WEBRTC_SEC);
    assert_string_equal(a.heard, "");
}


/* between the arrival and the next try */

static void
what_comes_later_does_not_overtake(void **state)
{
    test_peer_t  a, b;

    (void) state;

    test_join(&a, "k", "a", "t");

    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "b", "1");
    test_join(&b, "k", "b", "t");
    test_say(&a, NGX_WEBRTC_SKYWAY_CANDIDATE, "b", "2");

    test_run(0);
    assert_string_equal(b.heard, "OFFER a>b 1;CANDIDATE a>b 2;");
}


static void
one_expire_per_pair_comes_back(void **state)
{
    test_peer_t  a, b, c;

    (void) state;

    test_join(&a, "k", "a", "t");
    test_join(&c, "k", "c", "t");

    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "b", "1");
    test_run(NGX_WEBRTC_SEC);
    test_say(&a, NGX_WEBRTC_SKYWAY_CANDIDATE, "b", "2");
    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "d", "3");
    test_say(&c, NGX_WEBRTC_SKYWAY_OFFER, "b", "4");

    test_run(3900 * NGX_WEBRTC_MSEC);
    assert_string_equal(a.heard, "");

    test_run(200 * NGX_WEBRTC_MSEC);
    assert_string_equal(a.heard, "EXPIRE b>a ;");
    assert_string_equal(c.heard, "");

    test_run(NGX_WEBRTC_SEC);
    assert_string_equal(a.heard, "EXPIRE b>a ;EXPIRE d>a ;");
    assert_string_equal(c.heard, "EXPIRE b>c ;");

    assert_int_equal(test.skyway->waiting.size, 0);
    assert_int_equal(test.skyway->waiting.senders.count, 0);
    assert_int_equal(ngx_webrtc_skyway_expires(test.skyway),
                     NGX_WEBRTC_NEVER);

    /* it is over */

    test_join(&b, "k", "b", "t");
    test_run(NGX_WEBRTC_SEC);
    assert_string_equal(b.heard, "");
}


static void
only_calls_wait(void **state)
{
    test_peer_t  a, b;

    (void) state;

    test_join(&a, "k", "a", "t");

    test_say(&a, NGX_WEBRTC_SKYWAY_LEAVE, "b", NULL);
    test_say(&a, NGX_WEBRTC_SKYWAY_EXPIRE, "b", NULL);
    test_say(&a, NGX_WEBRTC_SKYWAY_FORCE_CLOSE, "b", "{}");
    test_say(&a, NGX_WEBRTC_SKYWAY_INSIDE, "b", "{}");
    assert_int_equal(test.skyway->waiting.size, 0);

    /* the end of a call waits with the call */

    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "b", "1");
    test_say(&a, NGX_WEBRTC_SKYWAY_FORCE_CLOSE, "b", "2");
    test_say(&a, NGX_WEBRTC_SKYWAY_LEAVE, "b", NULL);

    test_join(&b, "k", "b", "t");
    test_run(0);
    assert_string_equal(b.heard, "OFFER a>b 1;FORCE_CLOSE a>b 2;");

    test_run(10 * NGX_WEBRTC_SEC);
    assert_string_equal(a.heard, "");
}


static void
a_sender_has_so_many_waiting(void **state)
{
    ngx_uint_t   i;
    test_peer_t  a, b, c;

    (void) state;

    test_join(&a, "k", "a", "t");
    test_join(&c, "k", "c", "t");

    for (i = 0; i < 20; i++) {
        test_say(&a, NGX_WEBRTC_SKYWAY_CANDIDATE, "b", "x");
    }

    /* one more pair hears at once that there is no room */

    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "d", "x");
    test_say(&c, NGX_WEBRTC_SKYWAY_OFFER, "d", "x");
    test_run(0);
    assert_string_equal(a.heard, "EXPIRE d>a ;");
    assert_string_equal(c.heard, "");

    test_join(&b, "k", "b", "t");
    test_run(0);
    assert_int_equal(strlen(b.heard), 8 * strlen("CANDIDATE a>b x;"));

    /* there is room again */

    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "e", "x");
    test_run(0);
    assert_string_equal(a.heard, "EXPIRE d>a ;");
}


static void
all_of_them_have_so_many_bytes(void **state)
{
    char         text[4096], id[16];
    ngx_uint_t   i, refused;
    test_peer_t  peers[32];

    (void) state;

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    refused = 0;

    for (i = 0; i < 32; i++) {
        snprintf(id, sizeof(id), "p%u", (unsigned) i);

        /* the id is copied by the fixture's registry, not by the endpoint */

        assert_int_equal(test_join(&peers[i], "k", id, "t"), NGX_OK);
        test_say(&peers[i], NGX_WEBRTC_SKYWAY_OFFER, "nobody", text);
        peers[i].endpoint.id = test_str("");

        assert_true(test.skyway->waiting.size
                    <= test.conf.waiting_buffer + 1024);
    }

    test_run(0);

    for (i = 0; i < 32; i++) {
        refused += (peers[i].heard[0] != '\0');
    }

    assert_in_range(refused, 16, 20);
}


/* the other worker did not know yet, or the endpoint has moved */

static void
a_message_follows_an_endpoint(void **state)
{
    test_peer_t  a, b, again;

    (void) state;

    test_join(&a, "k", "a", "t");
    test_join(&b, "k", "b", "t");

    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "b", "1");
    ngx_webrtc_skyway_endpoint_remove(test.skyway, &b.endpoint);
    test_run(NGX_WEBRTC_SEC);
    assert_string_equal(b.heard, "");

    test_join(&again, "k", "b", "u");
    test_run(0);
    assert_string_equal(again.heard, "OFFER a>b 1;");
}


static void
a_stale_row_is_taken_away(void **state)
{
    test_peer_t  a;

    (void) state;

    test_join(&a, "k", "a", "t");

    test.rows[9].endpoint = 12345;
    strcpy(test.rows[9].key, "k");
    strcpy(test.rows[9].id, "ghost");

    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "ghost", "1");
    test_run(6 * NGX_WEBRTC_SEC);

    assert_string_equal(a.heard, "EXPIRE ghost>a ;");
    assert_int_equal(test.rows[9].endpoint, 0);
}


static void
a_handler_may_remove_its_endpoint(void **state)
{
    test_peer_t  a, b;

    (void) state;

    test_join(&a, "k", "a", "t");
    test_join(&b, "k", "b", "t");
    b.removes = 1;

    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "b", "1");
    test_say(&a, NGX_WEBRTC_SKYWAY_CANDIDATE, "b", "2");
    test_run(6 * NGX_WEBRTC_SEC);

    assert_string_equal(b.heard, "OFFER a>b 1;");
    assert_string_equal(a.heard, "EXPIRE b>a ;");
}


static void
a_sender_may_go_while_its_messages_wait(void **state)
{
    test_peer_t  a, b;

    (void) state;

    test_join(&a, "k", "a", "t");
    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "b", "1");
    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "c", "2");
    ngx_webrtc_skyway_endpoint_remove(test.skyway, &a.endpoint);

    test_run(NGX_WEBRTC_SEC);
    test_join(&b, "k", "b", "t");
    test_run(6 * NGX_WEBRTC_SEC);

    assert_string_equal(b.heard, "OFFER a>b 1;");
    assert_int_equal(test.skyway->waiting.size, 0);
}


static void
a_full_ring_delays(void **state)
{
    test_peer_t  a, b;

    (void) state;

    test_join(&a, "k", "a", "t");
    test_join(&b, "k", "b", "t");

    test.deaf = 1;
    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "b", "1");
    test_say(&a, NGX_WEBRTC_SKYWAY_CANDIDATE, "b", "2");
    test.deaf = 0;

    test_run(100 * NGX_WEBRTC_MSEC);
    assert_string_equal(b.heard, "OFFER a>b 1;CANDIDATE a>b 2;");
}


static void
an_empty_destination_is_nobody(void **state)
{
    test_peer_t  a;

    (void) state;

    test_join(&a, "", "a", "");
    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, NULL, NULL);
    test_run(6 * NGX_WEBRTC_SEC);

    assert_string_equal(a.heard, "EXPIRE >a ;");
}


static void
what_waits_is_freed_at_the_end(void **state)
{
    test_peer_t  a;

    (void) state;

    test_join(&a, "k", "a", "t");
    test_say(&a, NGX_WEBRTC_SKYWAY_OFFER, "b", "1");

    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 0);
    ngx_webrtc_skyway_shutdown(test.skyway, test.now);
}


#define test_case(name)                                                      \
    cmocka_unit_test_setup_teardown(name, test_setup, test_teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        test_case(a_message_goes_to_its_endpoint),
        test_case(an_id_belongs_to_one_token),
        test_case(the_same_token_takes_its_id_back),
        test_case(names_that_are_too_long_are_refused),
        test_case(a_full_registry_refuses),
        test_case(messages_wait_in_order),
        test_case(what_comes_later_does_not_overtake),
        test_case(one_expire_per_pair_comes_back),
        test_case(only_calls_wait),
        test_case(a_sender_has_so_many_waiting),
        test_case(all_of_them_have_so_many_bytes),
        test_case(a_message_follows_an_endpoint),
        test_case(a_stale_row_is_taken_away),
        test_case(a_handler_may_remove_its_endpoint),
        test_case(a_sender_may_go_while_its_messages_wait),
        test_case(a_full_ring_delays),
        test_case(an_empty_destination_is_nobody),
        test_case(what_waits_is_freed_at_the_end)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
