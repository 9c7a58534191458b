
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Sessions of Socket.IO, with carriers that note what they are told, and the
 * rooms they are in:
 *
 *     ngx_webrtc_socketio.c
 *     ngx_webrtc_socketio_enter.c
 *     ngx_webrtc_socketio_event.c
 *     ngx_webrtc_socketio_resume.c
 *     ngx_webrtc_socketio_room.c
 *     ngx_webrtc_socketio_output.c
 *     ngx_webrtc_socketio_transport.c
 *     ngx_webrtc_room.c
 *     ngx_webrtc_room_input.c
 *     ngx_webrtc_room_message.c
 *     ngx_webrtc_room_sfu.c
 */


#include <front/skyway/ngx_webrtc_socketio_session.h>

#include "skyway_fixture.h"


#define TEST_KEY   "k"
#define TEST_SAID  4096

/* HMAC-SHA256 under "secret" of "1000:600:a" and "1500:600:a" */
#define TEST_TOKEN_1000  "MmlH99KTDpNPidRVsLjCc+xbbpnKdORBaVh/djK6RTk="
#define TEST_TOKEN_1500  "Qp6WZlv8EkcBzfwErLEMCQHLS2YbPuS6elEb4kWarDM="


/* a request or a WebSocket */

typedef struct {
    ngx_webrtc_socketio_carrier_t  carrier;
    ngx_uint_t                     status;      /* of the answer; 0: none */
    ngx_webrtc_socketio_type_e     type;
    ngx_uint_t                     pings;
    ngx_uint_t                     closed;
    size_t                         len;
    char                           said[TEST_SAID];
} test_carrier_t;


/* a link between a session and its room; what is said waits for run() */

typedef struct test_link_s  test_link_t;

struct test_link_s {
    ngx_webrtc_socketio_member_t  *session;
    ngx_webrtc_room_member_t      *room;
    test_link_t                   *next;
    ngx_uint_t                     dead;
};

typedef struct test_note_s  test_note_t;

struct test_note_s {
    test_note_t                   *next;
    test_link_t                   *link;
    ngx_uint_t                     home;        /* to the room */
    ngx_uint_t                     closed;
    size_t                         len;
    u_char                        *data;
};


static test_link_t  *test_links;
static test_note_t  *test_notes;
static ngx_uint_t    test_kept;
static ngx_uint_t    test_rate;


static void
test_say(test_carrier_t *carrier, const void *data, size_t len)
{
    assert_true(carrier->len + len + 1 < TEST_SAID);

    memcpy(carrier->said + carrier->len, data, len);
    carrier->len += len;
    carrier->said[carrier->len] = '\0';
}


static void
test_answer(ngx_webrtc_socketio_carrier_t *c, ngx_uint_t status,
    ngx_webrtc_socketio_type_e type, const ngx_str_t *body)
{
    test_carrier_t  *carrier = c->data;

    assert_int_equal(carrier->status, 0);
    assert_null(c->session);

    carrier->status = status;
    carrier->type = type;

    if (body->len) {
        test_say(carrier, body->data, body->len);
    }
}


static void
test_frame(ngx_webrtc_socketio_carrier_t *c, ngx_uint_t binary, u_char head,
    const ngx_str_t *data)
{
    test_carrier_t  *carrier = c->data;

    assert_false(carrier->closed);

    test_say(carrier, binary ? "<" : "|", 1);
    test_say(carrier, &head, 1);

    if (data->len) {
        test_say(carrier, data->data, data->len);
    }
}


static void
test_ping(ngx_webrtc_socketio_carrier_t *c)
{
    ((test_carrier_t *) c->data)->pings++;
}


static void
test_close(ngx_webrtc_socketio_carrier_t *c)
{
    test_carrier_t  *carrier = c->data;

    assert_null(c->session);
    assert_false(carrier->closed);

    carrier->closed = 1;
}


static const ngx_webrtc_socketio_handlers_t  test_carriers = {
    test_answer,
    test_frame,
    test_ping,
    test_close
};


static void
test_note(test_link_t *link, ngx_uint_t home, ngx_uint_t closed,
    const u_char *pos, size_t len)
{
    test_note_t  *note, **last;

    note = calloc(1, sizeof(test_note_t));
    assert_non_null(note);

    note->link = link;
    note->home = home;
    note->closed = closed;
    note->len = len;
    note->data = malloc(len + 1);
    assert_non_null(note->data);

    if (len) {
        memcpy(note->data, pos, len);
    }

    for (last = &test_notes; *last; last = &(*last)->next) { /* void */ }

    *last = note;
}


static void
test_room_send(void *link, const u_char *pos, size_t len)
{
    test_note(link, 0, 0, pos, len);
}


static void
test_room_close(void *data)
{
    test_link_t  *link = data;

    link->room = NULL;
    test_note(link, 0, 1, NULL, 0);
}


static const ngx_webrtc_room_handlers_t  test_room_links = {
    test_room_send,
    test_room_close
};


static void *
test_room_join(void *data, ngx_webrtc_socketio_member_t *member,
    const ngx_webrtc_room_join_t *join)
{
    test_link_t  *link;

    (void) data;

    link = calloc(1, sizeof(test_link_t));
    assert_non_null(link);

    link->next = test_links;
    test_links = link;

    link->session = member;
    link->room = ngx_webrtc_room_join(test.skyway, join, &test_room_links,
                                      link, test.now);
    if (link->room == NULL) {
        test_note(link, 0, 1, NULL, 0);
    }

    return link;
}


static ngx_int_t
test_link_send(void *link, const u_char *pos, size_t len)
{
    test_note(link, 1, 0, pos, len);

    return NGX_OK;
}


static void
test_link_leave(void *data)
{
    test_link_t  *link = data;

    link->session = NULL;
    test_note(link, 1, 1, NULL, 0);
}


static void
test_keep_row(void *data, const ngx_str_t *channel_id, ngx_webrtc_usec_t time)
{
    (void) data;

    assert_int_equal(channel_id->data[0], NGX_WEBRTC_NAME_PRIVATE);
    assert_true(time > 5 * NGX_WEBRTC_SEC);

    test_kept++;
}


static void
test_note_deliver(test_note_t *note)
{
    ngx_webrtc_room_member_t      *room;
    ngx_webrtc_socketio_member_t  *session;

    room = note->link->room;
    session = note->link->session;

    if (note->home && room) {

        if (note->closed) {
            note->link->room = NULL;
            ngx_webrtc_room_leave(room, test.now);

        } else {
            ngx_webrtc_room_input(room, note->data, note->len, test.now);
        }

    } else if (!note->home && session) {

        if (note->closed) {
            note->link->session = NULL;
            ngx_webrtc_socketio_room_closed(session);

        } else {
            ngx_webrtc_socketio_room_input(session, note->data, note->len);
        }
    }

    free(note->data);
    free(note);
}


static void
run(ngx_webrtc_usec_t later)
{
    test_note_t  *note;

    do {
        while ((note = test_notes)) {
            test_notes = note->next;
            test_note_deliver(note);
        }

        test_run(0);
    } while (test_notes);

    test_run(later);

    while ((note = test_notes)) {
        test_notes = note->next;
        test_note_deliver(note);
    }
}


static int
setup(void **state)
{
    ngx_webrtc_room_glue_t      room;
    ngx_webrtc_socketio_glue_t  glue;

    (void) test_setup(state);

    test_kept = 0;
    test_rate = 0;

    test.skyway->conf.max_room_members = 3;
    test.skyway->conf.max_rooms = 2;
    test.skyway->conf.room_log = 4096;

    glue.data = NULL;
    glue.join = test_room_join;
    glue.send = test_link_send;
    glue.leave = test_link_leave;

    ngx_webrtc_socketio_set_glue(test.skyway, &glue);

    room.data = NULL;
    room.keep = test_keep_row;

    ngx_webrtc_room_set_glue(test.skyway, &room);

    return 0;
}


static int
teardown(void **state)
{
    test_link_t  *link;
    test_note_t  *note;

    (void) test_teardown(state);

    while ((note = test_notes)) {
        test_notes = note->next;
        free(note->data);
        free(note);
    }

    while ((link = test_links)) {
        test_links = link->next;
        free(link);
    }

    return 0;
}


static test_carrier_t *
carrier(ngx_uint_t websocket, ngx_uint_t b64)
{
    static ngx_uint_t      n;
    static test_carrier_t  carriers[256];

    test_carrier_t  *c;

    c = &carriers[n++ % 256];

    memset(c, 0, sizeof(test_carrier_t));

    c->carrier.handlers = &test_carriers;
    c->carrier.data = c;
    c->carrier.websocket = websocket ? 1 : 0;
    c->carrier.b64 = b64 ? 1 : 0;

    return c;
}


static test_carrier_t *
open_with(ngx_uint_t websocket, const char *id, const char *token,
    const char *credential, char *sid)
{
    test_carrier_t               *c;
    const char                   *p;
    ngx_webrtc_socketio_query_t   query;

    c = carrier(websocket, 0);

    memset(&query, 0, sizeof(query));

    query.key = test_str(TEST_KEY);
    query.id = test_str(id);
    query.token = test_str(token);
    query.credential = test_str(credential);
    query.send_queue = 65536;
    query.message_size = 1000;
    query.rate = test_rate;
    query.burst = 2 * test_rate;

    ngx_webrtc_socketio_open(test.skyway, &c->carrier, &query, test.now);

    p = strstr(c->said, "\"sid\":\"");
    assert_non_null(p);

    memcpy(sid, p + 7, NGX_WEBRTC_SOCKETIO_SID);
    sid[NGX_WEBRTC_SOCKETIO_SID] = '\0';

    return c;
}


static test_carrier_t *
polled(const char *sid)
{
    ngx_str_t        str;
    test_carrier_t  *c;

    str = test_str(sid);
    c = carrier(0, 0);

    ngx_webrtc_socketio_poll(test.skyway, &c->carrier, &str, test.now);

    return c;
}


static test_carrier_t *
posted(const char *sid, const char *body, size_t len, ngx_uint_t binary)
{
    u_char          *copy;
    ngx_str_t        str;
    test_carrier_t  *c;

    str = test_str(sid);
    c = carrier(0, 0);

    copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, body, len);

    ngx_webrtc_socketio_post(test.skyway, &c->carrier, &str, binary, copy,
                             len, test.now);
    free(copy);

    assert_int_not_equal(c->status, 0);

    return c;
}


static void
post(const char *sid, const char *packet)
{
    char             body[2048];
    test_carrier_t  *c;

    snprintf(body, sizeof(body), "%zu:%s", strlen(packet), packet);

    c = posted(sid, body, strlen(body), 0);

    assert_int_equal(c->status, 200);
    assert_int_equal(c->type, NGX_WEBRTC_SOCKETIO_HTML);
    assert_string_equal(c->said, "ok");
}


static void
input(test_carrier_t *c, const char *text)
{
    u_char  buf[2048];

    memcpy(buf, text, strlen(text));

    ngx_webrtc_socketio_input(&c->carrier, 0, buf, strlen(text), test.now);
}


static void
forget(test_carrier_t *c)
{
    c->len = 0;
    c->said[0] = '\0';
}


#define heard(c, text)                                                       \
    assert_string_equal((c)->said, text);                                    \
    forget(c)


static test_carrier_t *
websocket(const char *id)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    test_carrier_t  *c;

    c = open_with(1, id, id, NULL, sid);
    forget(c);

    return c;
}


static void
a_session_begins_as_was_recorded(void **state)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1], want[256];
    test_carrier_t  *c;

    (void) state;

    c = open_with(0, "p1", "t", NULL, sid);

    snprintf(want, sizeof(want),
             "108:0{\"sid\":\"%s\",\"upgrades\":[\"websocket\"],"
             "\"pingInterval\":25000,\"pingTimeout\":5000}2:40", sid);

    assert_int_equal(c->status, 200);
    assert_int_equal(c->type, NGX_WEBRTC_SOCKETIO_TEXT);
    assert_string_equal(c->said, want);

    c = polled(sid);
    assert_string_equal(c->said, "26:42[\"OPEN\",{\"peerId\":\"p1\"}]");

    c = open_with(1, "p2", "t", NULL, sid);

    snprintf(want, sizeof(want),
             "|0{\"sid\":\"%s\",\"upgrades\":[],"
             "\"pingInterval\":25000,\"pingTimeout\":5000}|40"
             "|42[\"OPEN\",{\"peerId\":\"p2\"}]", sid);

    assert_string_equal(c->said, want);
}


static void
a_session_id_tells_its_worker(void **state)
{
    char        sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    ngx_str_t   str;
    uint64_t    term;
    ngx_uint_t  seat;

    (void) state;

    test.skyway->glue.seat = 513;
    test.skyway->glue.term = 0x123456789abcULL;

    (void) open_with(0, "p", "t", NULL, sid);

    str = test_str(sid);

    assert_int_equal(ngx_webrtc_socketio_sid_parse(&str, &seat, &term),
                     NGX_OK);
    assert_int_equal(seat, 513);
    assert_int_equal(term, 0x123456789abcULL);

    sid[5] = '/';
    assert_int_equal(ngx_webrtc_socketio_sid_parse(&str, &seat, &term),
                     NGX_ERROR);
    str.len--;
    assert_int_equal(ngx_webrtc_socketio_sid_parse(&str, &seat, &term),
                     NGX_ERROR);
}


static void
who_has_no_id_gets_one(void **state)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    test_carrier_t  *c;

    (void) state;

    (void) open_with(0, NULL, NULL, NULL, sid);
    c = polled(sid);

    assert_int_equal(c->len, 43);
    assert_memory_equal(c->said, "40:42[\"OPEN\",{\"peerId\":\"", 23);
}


static void
an_offer_reaches_its_peer(void **state)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    test_carrier_t  *a, *b, *c;

    (void) state;

    a = open_with(0, "a", "ta", NULL, sid);
    a = polled(sid);
    b = websocket("b");

    post(sid, "42[\"SEND_OFFER\",{\"offer\":{\"sdp\":\"s\"},\"dst\":\"b\","
              "\"src\":\"liar\",\"connectionId\":\"c1\"}]");
    run(0);

    heard(b, "|42[\"OFFER\",{\"offer\":{\"sdp\":\"s\"},"
             "\"connectionId\":\"c1\",\"src\":\"a\"}]");

    c = polled(sid);
    assert_int_equal(c->status, 0);

    input(b, "42[\"SEND_FORCE_CLOSE\",{\"dst\":\"a\","
             "\"connectionId\":\"c\"}]");
    run(0);

    assert_int_equal(c->status, 200);
    heard(c, "48:42[\"FORCE_CLOSE\",{\"connectionId\":\"c\",\"src\":\"b\"}]");

    (void) a;
}


static void
an_offer_to_nobody_is_an_error(void **state)
{
    test_carrier_t  *a;

    (void) state;

    a = websocket("a");

    input(a, "42[\"SEND_OFFER\",{\"offer\":{},\"dst\":\"x\"}]");
    run(4 * NGX_WEBRTC_SEC);
    heard(a, "");

    run(2 * NGX_WEBRTC_SEC);
    assert_non_null(strstr(a->said, "peer-unavailable"));
}


static void
pings_are_answered_and_silence_is_noticed(void **state)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    test_carrier_t  *a, *c;

    (void) state;

    a = websocket("a");

    input(a, "2");
    heard(a, "|3");

    /* a WebSocket is asked before it is given up */

    run(8 * NGX_WEBRTC_SEC);
    assert_int_equal(a->pings, 1);

    ngx_webrtc_socketio_alive(&a->carrier, test.now);
    run(14 * NGX_WEBRTC_SEC);
    assert_int_equal(a->pings, 2);
    assert_int_equal(a->closed, 0);

    run(2 * NGX_WEBRTC_SEC);
    assert_int_equal(a->closed, 1);
    assert_int_equal(test.released, 1);

    /* a GET comes back with nothing, and another one has to follow */

    (void) open_with(0, "b", "t", NULL, sid);
    (void) polled(sid);
    c = polled(sid);

    run(8 * NGX_WEBRTC_SEC);
    assert_int_equal(c->status, 200);
    heard(c, "1:6");

    c = polled(sid);
    run(8 * NGX_WEBRTC_SEC);
    heard(c, "1:6");

    run(8 * NGX_WEBRTC_SEC);
    c = polled(sid);
    assert_int_equal(c->status, 400);
    heard(c, "{\"code\":1,\"message\":\"Session ID unknown\"}");
}


static void
polling_becomes_a_websocket(void **state)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    ngx_str_t        str;
    test_carrier_t  *get, *ws, *other;

    (void) state;

    (void) open_with(0, "a", "t", NULL, sid);
    (void) polled(sid);
    get = polled(sid);

    str = test_str(sid);
    ws = carrier(1, 0);
    ngx_webrtc_socketio_attach(test.skyway, &ws->carrier, &str, test.now);

    /* only one at a time */

    other = carrier(1, 0);
    ngx_webrtc_socketio_attach(test.skyway, &other->carrier, &str, test.now);
    assert_int_equal(other->closed, 1);

    input(ws, "2probe");
    heard(ws, "|3probe");
    heard(get, "1:6");

    /* a GET that was on its way is not left waiting */

    get = polled(sid);
    assert_int_equal(get->status, 0);
    run(200 * NGX_WEBRTC_MSEC);
    heard(get, "1:6");

    post(sid, "2");
    input(ws, "5");
    heard(ws, "|3");

    get = polled(sid);
    assert_int_equal(get->status, 400);
    heard(get, "{\"code\":3,\"message\":\"Bad request\"}");

    input(ws, "41");
    input(ws, "1");
    assert_int_equal(ws->closed, 1);
}


static void
an_upgrade_that_fails_changes_nothing(void **state)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    ngx_str_t        str;
    test_carrier_t  *get, *ws;

    (void) state;

    (void) open_with(0, "a", "t", NULL, sid);
    (void) polled(sid);

    str = test_str(sid);

    ws = carrier(1, 0);
    ngx_webrtc_socketio_attach(test.skyway, &ws->carrier, &str, test.now);
    input(ws, "40");
    assert_int_equal(ws->closed, 1);

    ws = carrier(1, 0);
    ngx_webrtc_socketio_attach(test.skyway, &ws->carrier, &str, test.now);
    input(ws, "nonsense");
    assert_int_equal(ws->closed, 1);

    ws = carrier(1, 0);
    ngx_webrtc_socketio_attach(test.skyway, &ws->carrier, &str, test.now);
    ngx_webrtc_socketio_gone(&ws->carrier, test.now);

    ws = carrier(1, 0);
    ngx_webrtc_socketio_attach(test.skyway, &ws->carrier, &str, test.now);
    input(ws, "2probe");
    (void) polled(sid);
    run(5 * NGX_WEBRTC_SEC);
    (void) polled(sid);
    run(6 * NGX_WEBRTC_SEC);
    assert_int_equal(ws->closed, 1);

    get = polled(sid);
    post(sid, "2");
    heard(get, "1:3");
}


static void
a_client_that_goes_gives_its_id_back(void **state)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    test_carrier_t  *a, *b;

    (void) state;

    a = websocket("a");
    ngx_webrtc_socketio_gone(&a->carrier, test.now);
    assert_int_equal(test.released, 1);

    (void) open_with(0, "b", "t", NULL, sid);
    (void) polled(sid);
    b = polled(sid);
    ngx_webrtc_socketio_gone(&b->carrier, test.now);
    assert_int_equal(test.released, 2);

    (void) open_with(0, "c", "t", NULL, sid);
    (void) polled(sid);
    b = polled(sid);
    post(sid, "1");
    assert_int_equal(test.released, 3);
    heard(b, "1:6");
}


static void
an_id_is_taken_until_its_client_is_back(void **state)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    test_carrier_t  *a, *b;

    (void) state;

    a = websocket("a");

    /* another client */

    b = open_with(1, "a", "other", NULL, sid);
    assert_non_null(strstr(b->said, "|42[\"ERROR\",{\"type\":"
                                    "\"unavailable-id\""));
    assert_non_null(strstr(b->said, "|41|1"));
    assert_int_equal(b->closed, 1);

    /* over polling the error waits for the next GET */

    (void) open_with(0, "a", "other", NULL, sid);
    b = polled(sid);
    assert_non_null(strstr(b->said, "unavailable-id"));
    assert_non_null(strstr(b->said, "2:411:1"));
    assert_int_equal(polled(sid)->status, 400);

    /* the same client */

    b = open_with(1, "a", "a", NULL, sid);
    assert_null(strstr(b->said, "OPEN"));

    run(0);
    assert_non_null(strstr(b->said, "|42[\"OPEN\",{\"peerId\":\"a\"}]"));
    assert_int_equal(a->closed, 1);
    assert_int_equal(b->closed, 0);
}


static void
keys_are_checked(void **state)
{
    char                     sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    test_carrier_t          *c;
    ngx_webrtc_skyway_key_t  keys[1];

    (void) state;

    memset(keys, 0, sizeof(keys));
    keys[0].name = test_str("another");

    test.skyway->conf.keys = keys;
    test.skyway->conf.nkeys = 1;

    c = open_with(1, "a", "t", NULL, sid);
    assert_non_null(strstr(c->said, "invalid-key"));
    assert_int_equal(c->closed, 1);

    keys[0].name = test_str(TEST_KEY);
    keys[0].secret = test_str("secret");

    c = open_with(1, "a", "t", NULL, sid);
    assert_non_null(strstr(c->said, "\"authentication\""));

    c = open_with(1, "a", "t", "{\"timestamp\":1,\"ttl\":600,"
                  "\"authToken\":\"AAAA\"}", sid);
    assert_non_null(strstr(c->said, "\"authentication\""));

    keys[0].secret.len = 0;

    c = open_with(1, "\xff", "t", NULL, sid);
    assert_non_null(strstr(c->said, "invalid-id"));

    test.rows_max = 0;

    c = open_with(1, "a", "t", NULL, sid);
    assert_non_null(strstr(c->said, "server-error"));
}


static void
those_who_were_refused_have_a_bound(void **state)
{
    char                     sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    ngx_uint_t               i;
    ngx_webrtc_socketio_t   *socketio;
    ngx_webrtc_skyway_key_t  keys[1];

    (void) state;

    memset(keys, 0, sizeof(keys));
    keys[0].name = test_str("another");

    test.skyway->conf.keys = keys;
    test.skyway->conf.nkeys = 1;

    socketio = test.skyway->parts[NGX_WEBRTC_SKYWAY_SOCKETIO];

    for (i = 0; i < 1010; i++) {
        (void) open_with(0, "a", "t", NULL, sid);
    }

    assert_int_equal(socketio->hash.count, 1000);

    /* they have not fetched what there is to say */

    run(16 * NGX_WEBRTC_SEC);
    assert_int_equal(socketio->hash.count, 0);
    assert_int_equal(socketio->nstrays, 0);
}


static void
who_has_left_cannot_stay(void **state)
{
    char                    sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    ngx_uint_t              i;
    test_carrier_t         *c;
    ngx_webrtc_socketio_t  *socketio;

    (void) state;

    socketio = test.skyway->parts[NGX_WEBRTC_SKYWAY_SOCKETIO];

    c = open_with(1, "a", "t", NULL, sid);
    input(c, "41");

    for (i = 0; i < 20 && !c->closed; i++) {
        input(c, "2");
        run(NGX_WEBRTC_SEC);
    }

    assert_int_equal(c->closed, 1);
    assert_int_equal(socketio->nstrays, 0);
}


static void
a_credential_ends_and_is_renewed(void **state)
{
    char                     sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    test_carrier_t          *c;
    ngx_webrtc_skyway_key_t  keys[1];

    (void) state;

    static const char  first[] = "{\"timestamp\":1000,\"ttl\":600,"
        "\"authToken\":\"" TEST_TOKEN_1000 "\"}";
    static const char  next[] = "42[\"UPDATE_CREDENTIAL\","
        "{\"timestamp\":1500,\"ttl\":600,"
        "\"authToken\":\"" TEST_TOKEN_1500 "\"}]";

    memset(keys, 0, sizeof(keys));
    keys[0].name = test_str(TEST_KEY);
    keys[0].secret = test_str("secret");

    test.skyway->conf.keys = keys;
    test.skyway->conf.nkeys = 1;

    c = open_with(1, "a", "t", first, sid);
    assert_non_null(strstr(c->said, "OPEN"));
    forget(c);

    while (c->len == 0) {
        run(NGX_WEBRTC_SEC);
        ngx_webrtc_socketio_alive(&c->carrier, test.now);
        assert_true(test.now < 1400 * NGX_WEBRTC_SEC);
    }

    heard(c, "|42[\"AUTH_EXPIRES_IN\",299]");

    while (test.now < 1501 * NGX_WEBRTC_SEC) {
        run(NGX_WEBRTC_SEC);
        ngx_webrtc_socketio_alive(&c->carrier, test.now);
    }

    input(c, "42[\"UPDATE_CREDENTIAL\",{}]");
    assert_non_null(strstr(c->said, "\"authentication\""));
    forget(c);

    input(c, next);
    heard(c, "");

    while (test.now < 2099 * NGX_WEBRTC_SEC) {
        run(NGX_WEBRTC_SEC);
        ngx_webrtc_socketio_alive(&c->carrier, test.now);
        assert_int_equal(c->closed, 0);
    }

    run(3 * NGX_WEBRTC_SEC);
    assert_int_equal(c->closed, 1);
    assert_non_null(strstr(c->said, "\"authentication\""));
}


static void
what_is_no_packet_ends_the_session(void **state)
{
    ngx_uint_t       i;
    test_carrier_t  *c;

    static const char *const  texts[] = {
        "x", "9", "4", "49", "42", "42{}", "42[1]", "451[\"x\"]",
        "4599-[\"x\"]", "b4!!!!"
    };

    (void) state;

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        c = websocket("a");
        input(c, texts[i]);
        assert_int_equal(c->closed, 1);
    }

    /* these are only of no use */

    c = websocket("a");
    input(c, "42[\"UNKNOWN\",{}]");
    input(c, "42[\"SEND_OFFER\"]");
    input(c, "42[\"SEND_OFFER\",null]");
    input(c, "42[\"SEND_OFFER\",{\"dst\":1}]");
    input(c, "42[\"SEND_OFFER\",{\"dst\":\"\\ud800\"}]");
    input(c, "42[\"PING\",null]");
    input(c, "6");
    heard(c, "");

    input(c, "40/chat?a=b");
    heard(c, "|44/chat,\"Invalid namespace\"");
    assert_int_equal(c->closed, 0);
}


static void
a_bad_payload_ends_the_session(void **state)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    test_carrier_t  *c;

    (void) state;

    (void) open_with(0, "a", "t", NULL, sid);
    (void) polled(sid);

    (void) posted(sid, "1:2" "7:4", 6, 0);

    c = polled(sid);
    assert_int_equal(c->status, 400);

    (void) open_with(0, "b", "t", NULL, sid);
    (void) polled(sid);
    (void) posted(sid, "", 0, 0);
    assert_int_equal(polled(sid)->status, 400);

    /* two at a time */

    (void) open_with(0, "c", "t", NULL, sid);
    (void) polled(sid);
    c = polled(sid);
    assert_int_equal(polled(sid)->status, 500);
    assert_int_equal(c->status, 200);
    assert_int_equal(polled(sid)->status, 400);
}


static void
a_client_that_says_too_much_is_closed(void **state)
{
    char        body[2048], sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    ngx_uint_t  i;

    (void) state;

    test_rate = 10;

    (void) open_with(0, "a", "t", NULL, sid);
    (void) polled(sid);

    for (i = 0; i < 30; i++) {
        post(sid, "2");
        (void) polled(sid);
        run(100 * NGX_WEBRTC_MSEC);
    }

    body[0] = '\0';

    for (i = 0; i < 21; i++) {
        strcat(body, "1:6");
    }

    (void) posted(sid, body, strlen(body), 0);
    assert_int_equal(polled(sid)->status, 400);
}


static void
a_client_that_does_not_read_is_closed(void **state)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    ngx_uint_t       i;
    test_carrier_t  *b;

    (void) state;

    (void) open_with(0, "a", "t", NULL, sid);
    b = websocket("b");

    for (i = 0; i < 500; i++) {
        input(b, "42[\"SEND_CANDIDATE\",{\"dst\":\"a\",\"candidate\":{"
                 "\"candidate\":\"candidate:1 1 udp 1 1.2.3.4 5 typ "
                 "host\"}}]");
        run(0);
    }

    assert_int_equal(polled(sid)->status, 400);
}


static void
members_of_a_room_hear_each_other(void **state)
{
    test_carrier_t  *a, *b;

    (void) state;

    a = websocket("a");
    b = websocket("b");

    input(a, "42[\"ROOM_JOIN\",{\"roomName\":\"r\",\"roomType\":\"mesh\"}]");
    run(0);
    heard(a, "|42[\"ROOM_USER_JOIN\",{\"roomName\":\"r\","
             "\"roomType\":\"mesh\",\"src\":\"a\"}]");

    input(b, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    run(0);
    heard(a, "|42[\"ROOM_USER_JOIN\",{\"roomName\":\"r\","
             "\"roomType\":\"mesh\",\"src\":\"b\"}]");
    forget(b);

    input(b, "42[\"ROOM_GET_USERS\",{\"roomName\":\"r\",\"type\":\"media\"}]");
    run(0);
    heard(b, "|42[\"ROOM_USERS\",{\"roomName\":\"r\",\"type\":\"media\","
             "\"userList\":[\"a\",\"b\"]}]");

    input(a, "42[\"ROOM_SEND_DATA\",{\"roomName\":\"r\","
             "\"data\":{\"x\": 1.0}}]");
    run(0);
    heard(a, "");
    heard(b, "|42[\"ROOM_DATA\",{\"roomName\":\"r\",\"src\":\"a\","
             "\"data\":{\"x\": 1.0}}]");

    input(a, "42[\"ROOM_GET_LOGS\",{\"roomName\":\"r\"}]");
    run(0);
    assert_non_null(strstr(a->said, "|42[\"ROOM_LOGS\",{\"roomName\":\"r\","
                           "\"log\":[\"{\\\"timestamp\\\":"));
    assert_non_null(strstr(a->said, "\\\"messageType\\\":\\\"ROOM_DATA\\\""));
    assert_non_null(strstr(a->said, "\\\"data\\\":{\\\"x\\\":1.0}"));
    forget(a);

    input(b, "42[\"ROOM_LEAVE\",{\"roomName\":\"r\"}]");
    run(0);
    heard(b, "");
    heard(a, "|42[\"ROOM_USER_LEAVE\",{\"roomName\":\"r\",\"src\":\"b\"}]");

    /* not a member any more */

    input(b, "42[\"ROOM_SEND_DATA\",{\"roomName\":\"r\",\"data\":1}]");
    run(0);
    heard(a, "");

    run(6 * NGX_WEBRTC_SEC);
    assert_true(test_kept > 0);
}


static void
binary_data_go_with_their_event(void **state)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    test_carrier_t  *a, *b, *c;

    (void) state;

    a = websocket("a");
    b = websocket("b");
    (void) open_with(0, "c", "c", NULL, sid);

    input(a, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    input(b, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    post(sid, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    run(0);
    forget(b);
    (void) polled(sid);
    c = polled(sid);

    input(a, "451-[\"ROOM_SEND_DATA\",{\"roomName\":\"r\",\"data\":"
             "{\"_placeholder\":true,\"num\":0}}]");
    heard(b, "");
    input(a, "b4AQID");
    run(0);

    heard(b, "|451-[\"ROOM_DATA\",{\"roomName\":\"r\",\"src\":\"a\",\"data\":"
             "{\"_placeholder\":true,\"num\":0}}]<\4\1\2\3");

    /* in a binary payload, for a request that takes it */

    assert_int_equal(c->status, 200);
    assert_int_equal(c->type, NGX_WEBRTC_SOCKETIO_BINARY);
    assert_memory_equal(c->said + c->len - 7, "\1\4\xff\4\1\2\3", 7);

    /* a placeholder that lies would break them all */

    input(a, "451-[\"ROOM_SEND_DATA\",{\"roomName\":\"r\",\"data\":"
             "{\"_placeholder\":true,\"num\":1}}]");
    input(a, "b4AQID");
    run(0);
    heard(b, "");

    /* a text in between, or more than the limit */

    input(a, "451-[\"ROOM_SEND_DATA\",{\"roomName\":\"r\",\"data\":0}]");
    input(a, "2");
    assert_int_equal(a->closed, 0);
    input(a, "42[\"PING\",null]");
    assert_int_equal(a->closed, 1);

    input(b, "b4AQID");
    assert_int_equal(b->closed, 1);
}


static void
a_member_that_goes_leaves_its_rooms(void **state)
{
    test_carrier_t  *a, *b, *c;

    (void) state;

    a = websocket("a");
    b = websocket("b");

    input(a, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    input(b, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    run(0);
    forget(a);

    input(b, "41");
    run(0);
    heard(a, "|42[\"ROOM_USER_LEAVE\",{\"roomName\":\"r\",\"src\":\"b\"}]");

    /* joining twice is leaving and joining */

    c = websocket("c");
    input(c, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    run(0);
    forget(a);
    input(c, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    run(0);
    heard(a, "|42[\"ROOM_USER_LEAVE\",{\"roomName\":\"r\",\"src\":\"c\"}]"
             "|42[\"ROOM_USER_JOIN\",{\"roomName\":\"r\","
             "\"roomType\":\"mesh\",\"src\":\"c\"}]");
}


static void
a_member_that_is_lost_stays_for_a_while(void **state)
{
    char             sid[NGX_WEBRTC_SOCKETIO_SID + 1];
    test_carrier_t  *a, *b;

    (void) state;

    a = websocket("a");
    input(a, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");

    b = open_with(1, "b", "b", NULL, sid);
    input(b, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    run(0);
    forget(a);

    run(7 * NGX_WEBRTC_SEC);
    ngx_webrtc_socketio_alive(&a->carrier, test.now);
    ngx_webrtc_socketio_gone(&b->carrier, test.now);
    assert_true(ngx_webrtc_skyway_busy(test.skyway) > 0);

    /* nobody else gets the id, and the session cannot be used any more */

    b = open_with(1, "b", "other", NULL, sid);
    assert_non_null(strstr(b->said, "unavailable-id"));

    run(14 * NGX_WEBRTC_SEC);
    ngx_webrtc_socketio_alive(&a->carrier, test.now);
    heard(a, "");
    assert_int_equal(test.released, 0);

    run(2 * NGX_WEBRTC_SEC);
    heard(a, "|42[\"ROOM_USER_LEAVE\",{\"roomName\":\"r\",\"src\":\"b\"}]");
    assert_int_equal(test.released, 1);

    /* over polling too */

    (void) open_with(0, "c", "c", NULL, sid);
    (void) polled(sid);
    post(sid, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    run(0);
    forget(a);

    (void) polled(sid);
    b = polled(sid);
    post(sid, "1");
    heard(b, "1:6");
    run(0);
    heard(a, "");
    assert_int_equal(polled(sid)->status, 400);

    ngx_webrtc_socketio_alive(&a->carrier, test.now);
    run(14 * NGX_WEBRTC_SEC);
    ngx_webrtc_socketio_alive(&a->carrier, test.now);
    run(2 * NGX_WEBRTC_SEC);
    heard(a, "|42[\"ROOM_USER_LEAVE\",{\"roomName\":\"r\",\"src\":\"c\"}]");
}


static void
a_member_that_is_back_is_in_its_rooms(void **state)
{
    u_char           bytes[] = { 4, 1, 2, 3 };
    ngx_uint_t       noticed;
    test_carrier_t  *a, *b, *again;

    (void) state;

    a = websocket("a");
    b = websocket("b");

    input(a, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    input(b, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    input(b, "42[\"ROOM_JOIN\",{\"roomName\":\"s\",\"roomType\":\"sfu\"}]");
    run(0);

    for (noticed = 0; noticed < 2; noticed++) {
        forget(a);

        if (noticed) {
            ngx_webrtc_socketio_gone(&b->carrier, test.now);

            /* what it is told meanwhile waits for it, in order */

            input(a, "42[\"ROOM_SEND_DATA\",{\"roomName\":\"r\","
                     "\"data\":1}]");
            input(a, "451-[\"ROOM_SEND_DATA\",{\"roomName\":\"r\",\"data\":"
                     "{\"_placeholder\":true,\"num\":0}}]");
            ngx_webrtc_socketio_input(&a->carrier, 1, bytes, sizeof(bytes),
                                      test.now);
            input(a, "42[\"SEND_LEAVE\",{\"dst\":\"b\"}]");
            run(NGX_WEBRTC_SEC);
        }

        again = websocket("b");
        run(0);

        heard(again, noticed ? "|42[\"OPEN\",{\"peerId\":\"b\"}]"
                               "|42[\"ROOM_DATA\",{\"roomName\":\"r\","
                               "\"src\":\"a\",\"data\":1}]"
                               "|451-[\"ROOM_DATA\",{\"roomName\":\"r\","
                               "\"src\":\"a\",\"data\":"
                               "{\"_placeholder\":true,\"num\":0}}]"
                               "<\x04\x01\x02\x03"
                               "|42[\"LEAVE\",\"a\"]"
                             : "|42[\"OPEN\",{\"peerId\":\"b\"}]");
        heard(a, "");
        assert_true(b->closed || noticed);

        b = again;

        /* it says and hears what members do */

        input(b, "42[\"ROOM_SEND_DATA\",{\"roomName\":\"r\",\"data\":2}]");
        run(0);
        heard(a, "|42[\"ROOM_DATA\",{\"roomName\":\"r\",\"src\":\"b\","
                 "\"data\":2}]");

        input(b, "42[\"ROOM_GET_USERS\",{\"roomName\":\"s\","
                 "\"type\":\"media\"}]");
        input(a, "42[\"ROOM_SEND_DATA\",{\"roomName\":\"r\",\"data\":3}]");
        run(0);
        heard(b, "|42[\"ROOM_USERS\",{\"roomName\":\"s\",\"type\":\"media\","
                 "\"userList\":[\"b\"]}]"
                 "|42[\"ROOM_DATA\",{\"roomName\":\"r\",\"src\":\"a\","
                 "\"data\":3}]");
    }

    /* of the old sessions nothing is left */

    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 4);

    input(b, "41");
    run(0);
    heard(a, "|42[\"ROOM_USER_LEAVE\",{\"roomName\":\"r\",\"src\":\"b\"}]");
}


static void
a_client_may_flap(void **state)
{
    ngx_uint_t       i;
    test_carrier_t  *a, *b;

    (void) state;

    a = websocket("a");
    b = websocket("b");

    input(a, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    input(b, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    run(0);
    forget(a);

    /* each is lost or replaced before it hears of the one before it */

    for (i = 0; i < 3; i++) {
        b = websocket("b");
        ngx_webrtc_socketio_gone(&b->carrier, test.now);
    }

    b = websocket("b");
    run(0);
    heard(b, "|42[\"OPEN\",{\"peerId\":\"b\"}]");
    heard(a, "");

    input(b, "42[\"ROOM_SEND_DATA\",{\"roomName\":\"r\",\"data\":1}]");
    run(0);
    heard(a, "|42[\"ROOM_DATA\",{\"roomName\":\"r\",\"src\":\"b\","
             "\"data\":1}]");

    assert_int_equal(ngx_webrtc_skyway_busy(test.skyway), 3);

    /* the session of a worker that says nothing is not waited for long */

    b = websocket("b");
    test.nmail = 0;
    run(NGX_WEBRTC_SEC / 2);
    heard(b, "");
    run(NGX_WEBRTC_SEC / 2);
    heard(b, "|42[\"OPEN\",{\"peerId\":\"b\"}]");
}


static void
rooms_have_limits(void **state)
{
    ngx_uint_t       i;
    test_carrier_t  *c;

    static const char *const  ids[] = { "a", "b", "c", "d" };

    (void) state;

    c = NULL;

    for (i = 0; i < 4; i++) {
        c = websocket(ids[i]);
        input(c, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
        run(0);
    }

    heard(c, "|42[\"ERROR\",{\"type\":\"room-error\","
             "\"message\":\"The room is full.\"}]");

    /* the same name of another type is another room */

    input(c, "42[\"ROOM_JOIN\",{\"roomName\":\"r\",\"roomType\":\"sfu\"}]");
    run(0);
    heard(c, "|42[\"ROOM_USER_JOIN\",{\"roomName\":\"r\","
             "\"roomType\":\"sfu\",\"src\":\"d\",\"roomMembers\":[\"d\"]}]");

    input(c, "42[\"ROOM_JOIN\",{\"roomName\":\"r2\"}]");
    run(0);
    forget(c);

    input(c, "42[\"ROOM_JOIN\",{\"roomName\":\"r3\"}]");
    run(0);
    assert_non_null(strstr(c->said, "room-error"));
    forget(c);

    input(c, "42[\"ROOM_JOIN\",{\"roomName\":\"\"}]");
    assert_non_null(strstr(c->said, "room-error"));
}


static void
a_log_forgets_the_oldest(void **state)
{
    ngx_uint_t       i;
    test_carrier_t  *a;

    (void) state;

    test.skyway->conf.room_log = 400;

    a = websocket("a");
    input(a, "42[\"ROOM_JOIN\",{\"roomName\":\"r\"}]");
    run(0);

    for (i = 0; i < 50; i++) {
        input(a, "42[\"ROOM_SEND_DATA\",{\"roomName\":\"r\",\"data\":\"x\"}]");
    }

    run(0);
    forget(a);

    input(a, "42[\"ROOM_GET_LOGS\",{\"roomName\":\"r\"}]");
    run(0);

    assert_true(a->len > 100 && a->len < 600);
    assert_null(strstr(a->said, "ROOM_USER_JOIN"));
}


static void
messages_between_worker_and_room_are_checked(void **state)
{
    size_t                      len, i;
    u_char                      buf[128], *copy;
    ngx_webrtc_room_message_t   message, again;

    (void) state;

    memset(&message, 0, sizeof(message));
    message.verb = NGX_WEBRTC_ROOM_DATA;
    message.n = 3;
    message.parts[0] = test_str("text");
    message.parts[2] = test_str("more");

    len = ngx_webrtc_room_len(&message);
    assert_ptr_equal(ngx_webrtc_room_write(buf, &message), buf + len);

    assert_int_equal(ngx_webrtc_room_parse(buf, buf + len, &again), NGX_OK);
    assert_int_equal(again.n, 3);
    assert_true(test_is(&again.parts[0], "text"));
    assert_int_equal(again.parts[1].len, 0);
    assert_true(test_is(&again.parts[2], "more"));

    for (i = 0; i < len; i++) {
        copy = malloc(i + 1);
        assert_non_null(copy);
        memcpy(copy, buf, i);
        assert_int_equal(ngx_webrtc_room_parse(copy, copy + i, &again),
                         NGX_ERROR);
        free(copy);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup_teardown(a_session_begins_as_was_recorded,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_session_id_tells_its_worker,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(who_has_no_id_gets_one,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(an_offer_reaches_its_peer,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(an_offer_to_nobody_is_an_error,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
                        pings_are_answered_and_silence_is_noticed,
                        setup, teardown),
        cmocka_unit_test_setup_teardown(polling_becomes_a_websocket,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(an_upgrade_that_fails_changes_nothing,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_that_goes_gives_its_id_back,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
                        an_id_is_taken_until_its_client_is_back,
                        setup, teardown),
        cmocka_unit_test_setup_teardown(keys_are_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(
            those_who_were_refused_have_a_bound, setup, teardown),
        cmocka_unit_test_setup_teardown(who_has_left_cannot_stay, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_credential_ends_and_is_renewed,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_packet_ends_the_session,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_bad_payload_ends_the_session,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_that_says_too_much_is_closed,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_that_does_not_read_is_closed,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(members_of_a_room_hear_each_other,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(binary_data_go_with_their_event,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_member_that_goes_leaves_its_rooms,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
                        a_member_that_is_lost_stays_for_a_while,
                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_member_that_is_back_is_in_its_rooms,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_client_may_flap, setup, teardown),
        cmocka_unit_test_setup_teardown(rooms_have_limits, setup, teardown),
        cmocka_unit_test_setup_teardown(a_log_forgets_the_oldest,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
                        messages_between_worker_and_room_are_checked,
                        setup, teardown),
    };

    return cmocka_run_group_tests_name("socketio", tests, NULL, NULL);
}
