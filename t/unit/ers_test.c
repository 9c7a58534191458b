
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The rendezvous server, from socket to room and back:
 *
 *     ngx_webrtc_ers.c
 *     ngx_webrtc_ers_event.c
 *     ngx_webrtc_ers_greeting.c
 *     ngx_webrtc_ers_member.c
 *     ngx_webrtc_ers_room.c
 *     ngx_webrtc_ers_session.c
 *     ngx_webrtc_ers_sid.c
 */


#include <stdarg.h>
#include <setjmp.h>
#include <stdio.h>
#include <cmocka.h>

#include <front/evostream/ngx_webrtc_ers.h>


#define TEST_TEXT  65536
#define TEST_WALL  1700000000


typedef struct {
    ngx_webrtc_ers_session_t  *session;     /* NULL: it has ended */
    char                       id[NGX_WEBRTC_ERS_ID_LEN + 1];
    ngx_uint_t                 full;        /* send() fails */
    ngx_uint_t                 pings;
    ngx_uint_t                 established;
    ngx_uint_t                 refused;
    ngx_uint_t                 code;
    char                       reason[64];
    size_t                     len;
    char                       heard[TEST_TEXT];
} test_socket_t;


/* what wires are: everything arrives later, in order */

typedef struct test_link_s  test_link_t;

struct test_link_s {
    test_link_t               *next;
    ngx_webrtc_ers_session_t  *session;     /* NULL: that end is closed */
    ngx_webrtc_ers_member_t   *member;
};


typedef struct test_mail_s  test_mail_t;

struct test_mail_s {
    test_mail_t               *next;
    test_link_t               *link;
    char                       type;        /* hello, input, leave, output */
    size_t                     len;
    u_char                    *data;
};


static struct {
    ngx_webrtc_ers_t          *ers;
    ngx_webrtc_ers_conf_t      conf;
    ngx_webrtc_usec_t          now;
    test_link_t               *links;
    test_mail_t               *mail;
    ngx_int_t                  kept;        /* what keep() returns */
    ngx_uint_t                 dropped;
    ngx_int_t                  token;       /* what token() returns */
    ngx_uint_t                 tokens;
    ngx_uint_t                 place;       /* where they should be */
    ngx_uint_t                 no_home;
} test;


static ngx_str_t
test_str(const char *text)
{
    ngx_str_t  str;

    str.data = (u_char *) text;
    str.len = strlen(text);

    return str;
}


static void
test_post(test_link_t *link, char type, const u_char *data, size_t len)
{
    test_mail_t  *mail, **last;

    mail = calloc(1, sizeof(test_mail_t));
    assert_non_null(mail);

    mail->link = link;
    mail->type = type;
    mail->len = len;
    mail->data = malloc(len ? len : 1);
    assert_non_null(mail->data);

    if (len) {
        memcpy(mail->data, data, len);
    }

    for (last = &test.mail; *last; last = &(*last)->next) { /* void */ }

    *last = mail;
}


static void
test_near_send(void *link, const u_char *pos, size_t len)
{
    test_post(link, 'O', pos, len);
}


static void
test_near_close(void *data)
{
    test_link_t  *link = data;

    link->member = NULL;
    test_post(link, 'C', NULL, 0);
}


static const ngx_webrtc_ers_member_handlers_t  test_member_handlers = {
    test_near_send,
    test_near_close
};


static void
test_deliver(test_mail_t *mail)
{
    u_char                     said[2];
    test_link_t               *link;
    ngx_webrtc_ers_refusal_e   refusal;

    link = mail->link;

    switch (mail->type) {

    case 'H':

        link->member = ngx_webrtc_ers_member_join(test.ers, mail->data,
                                                  mail->len,
                                                  &test_member_handlers,
                                                  link, &refusal);
        if (link->member == NULL) {

            if (refusal != NGX_WEBRTC_ERS_NREFUSALS) {
                said[0] = NGX_WEBRTC_ERS_VERB_REFUSED;
                said[1] = (u_char) refusal;
                test_post(link, 'O', said, 2);
            }

            test_post(link, 'C', NULL, 0);
        }

        break;

    case 'I':

        if (link->member) {
            ngx_webrtc_ers_member_input(link->member, mail->data, mail->len);
        }

        break;

    case 'L':

        if (link->member) {
            ngx_webrtc_ers_member_leave(link->member, test.now);
            link->member = NULL;
        }

        break;

    case 'O':

        if (link->session) {
            ngx_webrtc_ers_link_input(link->session, mail->data, mail->len);
        }

        break;

    default: /* 'C' */

        if (link->session) {
            ngx_webrtc_ers_link_closed(link->session, test.now);
            link->session = NULL;
        }

        break;
    }
}


static void
test_pump(void)
{
    test_mail_t  *mail;

    while (test.mail) {
        mail = test.mail;
        test.mail = mail->next;

        test_deliver(mail);

        free(mail->data);
        free(mail);
    }
}


static void *
test_join(void *data, ngx_webrtc_ers_session_t *session,
    const ngx_str_t *room, const u_char *hello, size_t len)
{
    test_link_t  *link;

    (void) data;

    assert_true(room->len > 0 && room->len <= 255);

    if (test.no_home) {
        return NULL;
    }

    link = calloc(1, sizeof(test_link_t));
    assert_non_null(link);

    link->session = session;
    link->next = test.links;
    test.links = link;

    test_post(link, 'H', hello, len);

    return link;
}


static ngx_int_t
test_send(void *link, const u_char *pos, size_t len)
{
    test_post(link, 'I', pos, len);

    return NGX_OK;
}


static void
test_leave(void *data)
{
    test_link_t  *link = data;

    link->session = NULL;
    test_post(link, 'L', NULL, 0);
}


static ngx_int_t
test_keep(void *data, const ngx_str_t *room, ngx_webrtc_usec_t time)
{
    (void) data;
    (void) room;

    if (time == 0) {
        test.dropped++;
        return NGX_OK;
    }

    return test.kept;
}


static ngx_int_t
test_token(void *data, const ngx_str_t *token, const ngx_str_t *address,
    ngx_webrtc_usec_t time, ngx_uint_t *place)
{
    (void) data;
    (void) token;
    (void) address;

    assert_true(time > 0);
    assert_int_equal(*place, test.place);
    *place = 7;
    test.tokens++;

    return test.token;
}


static ngx_int_t
test_pipe_send(void *pipe, const u_char *data, size_t len)
{
    test_socket_t  *socket = pipe;

    assert_int_equal(socket->code, 0);

    if (socket->full) {
        socket->session = NULL;
        return NGX_ERROR;
    }

    if (socket->len + len + 2 < TEST_TEXT) {
        memcpy(socket->heard + socket->len, data, len);
        socket->len += len;
        socket->heard[socket->len++] = '\n';
        socket->heard[socket->len] = '\0';
    }

    return NGX_OK;
}


static void
test_pipe_ping(void *pipe)
{
    test_socket_t  *socket = pipe;

    socket->pings++;
}


static void
test_pipe_established(void *pipe)
{
    test_socket_t  *socket = pipe;

    socket->established++;
}


static void
test_pipe_refused(void *pipe, const char *reason)
{
    test_socket_t  *socket = pipe;

    assert_true(reason[0] != '\0');

    socket->refused++;
}


static void
test_pipe_close(void *pipe, ngx_uint_t code, const char *reason)
{
    test_socket_t  *socket = pipe;

    assert_int_equal(socket->code, 0);

    socket->code = code;
    socket->session = NULL;
    snprintf(socket->reason, sizeof(socket->reason), "%s", reason);
}


static const ngx_webrtc_ers_pipe_t  test_pipe = {
    test_pipe_send,
    test_pipe_ping,
    test_pipe_established,
    test_pipe_refused,
    test_pipe_close
};


static void
test_start(void)
{
    ngx_webrtc_ers_glue_t  glue;

    memset(&glue, 0, sizeof(glue));

    glue.join = test_join;
    glue.send = test_send;
    glue.leave = test_leave;
    glue.keep = test_keep;
    glue.token = test_token;

    test.ers = ngx_webrtc_ers_create(&test.conf, &glue, NULL);
    assert_non_null(test.ers);
}


static int
setup(void **state)
{
    memset(&test, 0, sizeof(test));

    (void) state;

    test.now = 1000 * NGX_WEBRTC_SEC;
    test.conf.max_rooms = 10;
    test.conf.room_viewers = 20;
    test.conf.heartbeat = 25 * NGX_WEBRTC_SEC;
    test.conf.heartbeat_timeout = 60 * NGX_WEBRTC_SEC;
    test.conf.join_timeout = 30 * NGX_WEBRTC_SEC;
    test.conf.credential_time = 86400 * NGX_WEBRTC_SEC;
    test.conf.return_timeout = 10 * NGX_WEBRTC_SEC;
    test.conf.secret = test_str("0123456789abcdef0123456789abcdef");

    test_start();

    return 0;
}


static int
teardown(void **state)
{
    test_link_t  *link;

    (void) state;

    if (test.ers) {
        ngx_webrtc_ers_quit(test.ers);
        test_pump();
        ngx_webrtc_ers_destroy(test.ers);
    }

    while (test.links) {
        link = test.links;
        test.links = link->next;

        assert_null(link->member);
        assert_null(link->session);
        free(link);
    }

    return 0;
}


static test_socket_t *
test_open_from(const char *address, ngx_uint_t plain, const char *stream)
{
    char                    *p;
    test_socket_t           *socket;
    ngx_webrtc_ers_hello_t   hello;

    socket = test_calloc(1, sizeof(test_socket_t));

    memset(&hello, 0, sizeof(hello));
    hello.address = test_str(address);
    hello.stream = test_str(stream);
    hello.plain = plain ? 1 : 0;

    socket->session = ngx_webrtc_ers_open(test.ers, &hello, &test_pipe,
                                          socket, TEST_WALL, test.now);
    assert_non_null(socket->session);

    p = strstr(socket->heard, "\"ersid\",\"args\":[{\"id\":\"");
    assert_non_null(p);
    memcpy(socket->id, p + 23, NGX_WEBRTC_ERS_ID_LEN);

    return socket;
}


static test_socket_t *
test_open(void)
{
    return test_open_from("192.0.2.1", 0, "");
}


/* what it has heard since; all of it is forgotten */

static void
test_hears(test_socket_t *socket, const char *text)
{
    test_pump();
    assert_string_equal(socket->heard, text);

    socket->len = 0;
    socket->heard[0] = '\0';
}


static void
test_say(test_socket_t *socket, const char *format, ...)
{
    char      text[8192];
    u_char   *copy;
    va_list   args;

    assert_non_null(socket->session);

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);

    /* of its own, so that ASan sees what is read behind it */

    copy = malloc(strlen(text) ? strlen(text) : 1);
    assert_non_null(copy);
    memcpy(copy, text, strlen(text));

    ngx_webrtc_ers_input(socket->session, copy, strlen(text), test.now);

    free(copy);
    test_pump();
}


static void
test_forget(test_socket_t *socket)
{
    test_pump();
    socket->len = 0;
    socket->heard[0] = '\0';
}


static test_socket_t *
test_enter(const char *options)
{
    test_socket_t  *socket;

    socket = test_open();
    test_forget(socket);

    test_say(socket, "5:1+::{\"name\":\"join\",\"args\":[\"lobby\"%s%s]}",
             *options ? "," : "", options);

    return socket;
}


#define test_server(options)                                                 \
    test_enter("{\"EMS\":true,\"RMS\":true" options "}")

#define test_ours(instance)                                                  \
    test_server(",\"instance\":\"" instance "\","                            \
                "\"capabilities\":\"hasHeartBeat,multiClient\"")


static void
test_gone(test_socket_t *socket)
{
    ngx_webrtc_ers_closed(socket->session);
    socket->session = NULL;
    test_pump();
}


static const char *
test_text(const char *format, ...)
{
    va_list      args;
    static char  text[4][4096];
    static int   n;

    n = (n + 1) % 4;

    va_start(args, format);
    vsnprintf(text[n], sizeof(text[n]), format, args);
    va_end(args);

    return text[n];
}


static const char *
test_joined(test_socket_t *viewer, test_socket_t *server, const char *profile)
{
    return test_text("5:::{\"name\":\"clientJoined\",\"args\":[{%s"
                     "\"id\":\"%s\",\"emsid\":\"%s\",\"rmsid\":\"%s\"}]}\n",
                     profile, viewer->id, server->id, server->id);
}


static const char *
test_removed(test_socket_t *socket)
{
    return test_text("5:::{\"name\":\"remove\",\"args\":[{\"id\":\"%s\"}]}\n",
                     socket->id);
}


static void
test_answer(test_socket_t *viewer, test_socket_t *server)
{
    test_say(viewer, "5:::{\"name\":\"message\",\"args\":[{\"to\":\"%s\","
             "\"type\":\"answer\"}]}", server->id);
    test_hears(server, test_text("5:::{\"name\":\"message\",\"args\":[{"
                                 "\"to\":\"%s\",\"type\":\"answer\","
                                 "\"from\":\"%s\"}]}\n",
                                 server->id, viewer->id));
}


/* what a worker says of somebody who joins */

#define TEST_HELLO                                                           \
    "{\"server\":false,\"room\":\"lobby\",\"token\":\"\","      \
    "\"id\":\"0123456789abcdef0123456789abcdef\",\"address\":\"192.0.2.1\"}"

#define TEST_EMPTY  "6:::1+[null,{\"clients\":{}}]\n"


static void
test_tick(ngx_webrtc_usec_t time)
{
    ngx_webrtc_usec_t  until, expires;

    until = test.now + time;

    while ((expires = ngx_webrtc_ers_expires(test.ers)) <= until) {
        test.now = ngx_max(test.now, expires);
        ngx_webrtc_ers_tick(test.ers, test.now);
        test_pump();
    }

    test.now = until;
}


static void
test_greeting(void **state)
{
    test_socket_t                   *socket;
    static ngx_webrtc_ers_listed_t   servers[3];

    (void) state;

    servers[0].url = test_str("stun:192.0.2.3:3478");
    servers[1].url = test_str("turn:192.0.2.3:3478?transport=tcp");
    servers[1].username = test_str("\"me\"");
    servers[1].credential = test_str("word");
    servers[2].url = test_str("turns:turn.example:5349");
    servers[2].secret = test_str("north");

    ngx_webrtc_ers_destroy(test.ers);
    test.conf.servers = servers;
    test.conf.nservers = 3;
    test_start();

    socket = test_open();

    /* base64(HMAC-SHA1("north", "1700086400")), of another program */

    test_hears(socket,
               test_text("1::\n5:::{\"name\":\"stunservers\",\"args\":[["
               "{\"url\":\"stun:192.0.2.3:3478\","
               "\"urls\":[\"stun:192.0.2.3:3478\"]}]]}\n"
               "5:::{\"name\":\"turnservers\",\"args\":[["
               "{\"url\":\"turn:192.0.2.3:3478?transport=tcp\","
               "\"urls\":[\"turn:192.0.2.3:3478?transport=tcp\"],"
               "\"username\":\"\\\"me\\\"\",\"credential\":\"word\"},"
               "{\"url\":\"turns:turn.example:5349\","
               "\"urls\":[\"turns:turn.example:5349\"],"
               "\"username\":\"1700086400\","
               "\"credential\":\"%s\"}]]}\n"
               "5:::{\"name\":\"ersid\",\"args\":[{\"id\":\"%s\","
               "\"multiClient\":true}]}\n",
               "K+RlgFj3QLvB7WAVHfjfgMgyBeA=", socket->id));
    test_gone(socket);
    test_free(socket);
}


static void
test_meeting(void **state)
{
    test_socket_t  *server, *early, *late, *bare;

    (void) state;

    early = test_enter("{\"stream\":\"a/b\",\"transport\":\"srtp\","
                       "\"name\":\"N\",\"more\":1}");
    test_hears(early, TEST_EMPTY);
    assert_int_equal(early->established, 1);

    server = test_ours("one");
    test_hears(server, test_text(TEST_EMPTY "%s",
                                 test_joined(early, server,
                                             "\"streamName\":\"a/b\","
                                             "\"transport\":\"srtp\","
                                             "\"name\":\"N\",")));
    late = test_enter("{\"streamName\":\"c\",\"cwa\":\"true\","
                      "\"capabilities\":\"x\"}");
    test_hears(server, test_joined(late, server, "\"streamName\":\"c\","
                                   "\"cwa\":\"true\","
                                   "\"capabilities\":\"x\","));
    test_hears(late, test_text("6:::1+[null,{\"clients\":{\"%s\":{"
                               "\"screen\":false,\"video\":false,"
                               "\"audio\":false}}}]\n", server->id));

    /* without an acknowledgement, and with the name in the URL */

    bare = test_open_from("192.0.2.9", 0, "d");
    test_forget(bare);
    test_say(bare, "5:::{\"name\":\"join\",\"args\":[\"lobby\"]}");
    test_hears(bare, "");
    test_hears(server, test_joined(bare, server, "\"streamName\":\"d\","));

    test_gone(bare);
    test_hears(server, test_removed(bare));
    test_say(late, "5:::{\"name\":\"leave\",\"args\":[]}");
    test_hears(server, test_removed(late));
    test_say(early, "0::");
    test_hears(server, test_removed(early));
    assert_int_equal(early->code, 1000);
    assert_null(early->session);

    test_free(early);
    test_free(bare);
    test_gone(server);
    test_gone(late);
    test_free(server);
    test_free(late);
    assert_int_equal(test.dropped, 1);
}


static void
test_messages(void **state)
{
    test_socket_t  *server, *a, *b, *other;

    (void) state;

    server = test_ours("one");
    a = test_enter("");
    b = test_enter("");

    other = test_open();
    test_say(other, "5:::{\"name\":\"join\",\"args\":[\"another\","
             "{\"EMS\":true}]}");
    test_forget(server);
    test_forget(a);
    test_forget(b);
    test_forget(other);

    test_say(server, "5:::{\"name\":\"message\",\"args\":[{\"to\":\"%s\","
             "\"payload\":{\"sdp\":\"v=0\\r\\n\"},\"from\":\"liar\"}]}",
             a->id);
    test_hears(a, test_text("5:::{\"name\":\"message\",\"args\":[{"
                            "\"to\":\"%s\",\"payload\":{"
                            "\"sdp\":\"v=0\\r\\n\"},\"from\":\"%s\"}]}\n",
                            a->id, server->id));

    /* neither to another viewer, nor to another room, nor to nobody */

    test_say(b, "5:::{\"name\":\"message\",\"args\":[{\"to\":\"%s\"}]}",
             a->id);
    test_say(b, "5:::{\"name\":\"message\",\"args\":[{\"to\":\"%s\"}]}",
             other->id);
    test_say(b, "5:::{\"name\":\"message\",\"args\":[{\"to\":\"x\"}]}");
    test_say(b, "5:::{\"name\":\"message\",\"args\":[{\"to\":1}]}");
    test_say(b, "5:::{\"name\":\"message\",\"args\":[\"%s\"]}", server->id);
    test_say(b, "5:::{\"name\":\"message\"}");
    test_say(other, "5:::{\"name\":\"message\",\"args\":[{\"to\":\"%s\"}]}",
             a->id);
    test_hears(a, "");
    test_hears(other, "");
    test_hears(server, "");

    /* a packet that wants to be acknowledged as such */

    test_say(b, "5:7::{\"name\":\"message\",\"args\":[{\"to\":\"%s\"}]}",
             server->id);
    test_hears(b, "6:::7\n");
    test_hears(server, test_text("5:::{\"name\":\"message\",\"args\":[{"
                                 "\"to\":\"%s\",\"from\":\"%s\"}]}\n",
                                 server->id, b->id));

    test_gone(a);
    test_gone(b);
    test_gone(server);
    test_gone(other);
    test_free(a);
    test_free(b);
    test_free(server);
    test_free(other);
}


static void
test_instances(void **state)
{
    test_socket_t  *first, *second, *thief, *a, *b;

    (void) state;

    first = test_ours("one");
    a = test_enter("");
    test_forget(first);
    test_forget(a);

    thief = test_ours("two");
    test_hears(thief, "6:::1+[\"taken\"]\n"
                      "5:::{\"name\":\"taken\",\"args\":[]}\n");
    assert_int_equal(thief->established, 0);
    assert_non_null(thief->session);

    /* the newest socket takes new viewers, the older one keeps its own */

    test_answer(a, first);

    second = test_ours("one");
    test_hears(second, TEST_EMPTY);
    b = test_enter("");
    test_hears(first, "");
    test_hears(second, test_joined(b, second, ""));

    test_gone(first);
    test_hears(a, "");

    test_gone(a);
    test_hears(second, test_removed(a));

    /* who was refused may try again */

    test_gone(second);
    test_forget(b);
    test_say(thief, "5:::{\"name\":\"join\",\"args\":[\"lobby\","
             "{\"RMS\":true,\"instance\":\"two\"}]}");
    test_hears(thief, test_joined(b, thief, ""));
    test_hears(b, test_removed(second));

    test_gone(thief);
    test_gone(b);
    test_free(thief);
    test_free(first);
    test_free(second);
    test_free(a);
    test_free(b);
}


static void
test_away(void **state)
{
    test_socket_t  *server, *back, *plays, *waits;

    (void) state;

    server = test_ours("one");
    plays = test_enter("");
    waits = test_enter("");
    test_forget(server);
    test_forget(plays);
    test_forget(waits);
    test_answer(plays, server);

    /* it comes back: nothing has happened to who has media */

    test_gone(server);
    test_tick(9 * NGX_WEBRTC_SEC);
    test_hears(plays, "");
    test_hears(waits, "");

    back = test_ours("one");
    test_hears(back, test_text(TEST_EMPTY "%s",
                               test_joined(waits, back, "")));
    test_hears(waits, test_removed(server));
    test_hears(plays, "");
    test_free(server);
    server = back;

    test_tick(20 * NGX_WEBRTC_SEC);
    test_hears(plays, "2::\n");

    /* it does not */

    test_gone(server);
    test_tick(11 * NGX_WEBRTC_SEC);
    test_hears(plays, test_removed(server));
    test_hears(waits, test_text("2::\n%s", test_removed(server)));
    test_free(server);

    server = test_ours("one");
    test_hears(server, test_text(TEST_EMPTY "%s%s",
                                 test_joined(plays, server, ""),
                                 test_joined(waits, server, "")));
    test_gone(server);
    test_gone(plays);
    test_gone(waits);
    test_free(server);
    test_free(plays);
    test_free(waits);
}


static void
test_foreign(void **state)
{
    test_socket_t  *first, *second, *third, *a, *b;

    (void) state;

    first = test_server("");
    test_hears(first, TEST_EMPTY);

    second = test_server("");
    test_hears(second, "6:::1+[\"taken\"]\n"
                       "5:::{\"name\":\"taken\",\"args\":[]}\n");

    a = test_enter("");
    b = test_enter("");
    test_hears(first, test_joined(a, first, ""));

    /* from elsewhere, with another token, and then the same one again */

    third = test_open_from("192.0.2.77", 0, "");
    test_say(third, "5:::{\"name\":\"join\",\"args\":[\"lobby\","
             "{\"EMS\":true}]}");
    assert_non_null(strstr(third->heard, "taken"));
    test_gone(third);
    test_free(third);

    third = test_server(",\"emsToken\":\"x\"");
    test_hears(third, "6:::1+[\"taken\"]\n"
                      "5:::{\"name\":\"taken\",\"args\":[]}\n");

    test_say(second, "5:1+::{\"name\":\"join\",\"args\":[\"lobby\","
             "{\"EMS\":true}]}");
    test_hears(second, test_text(TEST_EMPTY "%s",
                                 test_joined(b, second, "")));

    /* a socket is a session: it ends, and is not tried again */

    test_forget(a);
    test_gone(first);
    test_hears(a, test_removed(first));

    test_free(first);
    first = test_server("");
    test_hears(first, TEST_EMPTY);
    test_gone(first);
    test_gone(second);
    test_forget(b);

    /* but by a media server that comes when this one has gone */

    test_say(third, "5:1+::{\"name\":\"join\",\"args\":[\"lobby\","
             "{\"EMS\":true}]}");
    test_hears(third, test_text(TEST_EMPTY "%s", test_joined(a, third, "")));
    test_gone(a);
    test_hears(third, test_removed(a));
    test_free(a);
    a = test_server("");
    test_hears(a, test_text(TEST_EMPTY "%s", test_joined(b, a, "")));

    test_gone(third);
    test_gone(a);
    test_gone(b);
    test_free(first);
    test_free(second);
    test_free(third);
    test_free(a);
    test_free(b);
}


static void
test_lost_links(void **state)
{
    test_link_t    *link;
    test_socket_t  *server, *a;

    (void) state;

    server = test_ours("one");
    a = test_enter("");
    test_forget(server);

    /* the worker of the viewer's socket has died */

    link = test.links;
    assert_ptr_equal(link->session, a->session);

    ngx_webrtc_ers_member_leave(link->member, test.now);
    link->member = NULL;
    ngx_webrtc_ers_link_closed(a->session, test.now);
    link->session = NULL;

    test_hears(server, "");
    assert_int_equal(a->code, 1001);
    test_free(a);

    /* the home is somewhere else */

    test.kept = NGX_DECLINED;
    test_tick(6 * NGX_WEBRTC_SEC);
    test_hears(server, "");
    assert_int_equal(server->code, 1001);
    test_free(server);
}


static void
test_quit(void **state)
{
    test_link_t              link;
    test_socket_t           *server, *a, *plain;
    ngx_webrtc_ers_hello_t   hello;

    (void) state;

    server = test_ours("one");
    a = test_enter("");
    plain = test_open_from("192.0.2.1", 1, "");
    test_forget(server);
    test_forget(a);
    test_forget(plain);

    ngx_webrtc_ers_quit(test.ers);

    test_hears(server, "");
    test_hears(a, "");
    test_hears(plain, "");
    assert_int_equal(server->code, 1001);
    assert_int_equal(a->code, 1001);
    assert_int_equal(plain->code, 1001);
    assert_string_equal(plain->reason, "SERVICE-RESTART");
    assert_int_equal(test.dropped, 1);

    /* another worker has not seen it yet: the next time it looks elsewhere */

    memset(&link, 0, sizeof(link));
    test_post(&link, 'H', (u_char *) TEST_HELLO, sizeof(TEST_HELLO) - 1);
    test_pump();
    assert_null(link.member);
    assert_int_equal(test.dropped, 2);

    memset(&hello, 0, sizeof(hello));
    assert_null(ngx_webrtc_ers_open(test.ers, &hello, &test_pipe, plain,
                                    TEST_WALL, test.now));
    assert_true(ngx_webrtc_ers_expires(test.ers) == NGX_WEBRTC_NEVER);

    test_free(server);
    test_free(a);
    test_free(plain);
}


static void
test_time(void **state)
{
    test_socket_t  *stranger, *a, *plain;

    (void) state;

    stranger = test_open();
    a = test_enter("");
    plain = test_open_from("192.0.2.1", 1, "");
    test_say(plain, "{\"name\":\"join\",\"args\":[\"lobby\"]}");
    test_forget(stranger);
    test_forget(a);

    test_tick(24 * NGX_WEBRTC_SEC);
    test_hears(a, "");
    test_tick(2 * NGX_WEBRTC_SEC);
    test_hears(a, "2::\n");
    test_hears(stranger, "2::\n");
    assert_int_equal(plain->pings, 1);

    test_say(stranger, "2::");
    test_say(a, "2::");
    test_tick(4 * NGX_WEBRTC_SEC);
    test_hears(stranger, "0::\n");
    assert_string_equal(stranger->reason, "JOIN-TIMEOUT");
    test_free(stranger);

    ngx_webrtc_ers_heard(plain->session, test.now);

    /* at the time, and without "0::", after which nobody connects again */

    test_forget(a);
    test_tick(55 * NGX_WEBRTC_SEC);
    assert_non_null(a->session);
    test_hears(a, "2::\n2::\n");
    test_tick(1 * NGX_WEBRTC_SEC);
    test_hears(a, "");
    assert_int_equal(a->code, 1001);
    assert_string_equal(a->reason, "TIMEOUT");

    test_tick(3 * NGX_WEBRTC_SEC);
    assert_non_null(plain->session);
    test_tick(1 * NGX_WEBRTC_SEC);
    assert_string_equal(plain->reason, "TIMEOUT");
    assert_true(ngx_webrtc_ers_expires(test.ers) == NGX_WEBRTC_NEVER);

    test_free(a);
    test_free(plain);
}


static void
test_refusals(void **state)
{
    ngx_uint_t               i;
    test_socket_t           *s, *many[25];
    static const ngx_str_t   rooms[] = { ngx_string("lobby"),
                                         ngx_string("hall") };
    static const ngx_str_t   tokens[] = { ngx_string("t1"),
                                          ngx_string("t2") };

    (void) state;

    ngx_webrtc_ers_destroy(test.ers);
    test.conf.rooms = rooms;
    test.conf.nrooms = 2;
    test.conf.tokens = tokens;
    test.conf.ntokens = 2;
    test.conf.viewer_tokens = tokens;
    test.conf.nviewer_tokens = 1;
    test.conf.max_rooms = 1;
    test_start();

    s = test_server(",\"emsToken\":\"t\"");
    test_hears(s, "6:::1+[\"invalidEmsToken\"]\n"
                  "5:::{\"name\":\"invalidEmsToken\",\"args\":[]}\n"
                  "5:::{\"name\":\"invalidRmsToken\",\"args\":[]}\n");
    test_say(s, "5:2+::{\"name\":\"join\",\"args\":[\"cellar\"]}");
    test_hears(s, "6:::2+[\"invalidRoom\"]\n"
                  "5:::{\"name\":\"invalidRoom\",\"args\":[]}\n");
    test_say(s, "5:3+::{\"name\":\"join\",\"args\":[\"lobby\","
             "{\"token\":\"t2\"}]}");
    test_hears(s, "6:::3+[\"invalidToken\"]\n"
                  "5:::{\"name\":\"invalidToken\",\"args\":[]}\n");
    assert_int_equal(s->refused, 3);
    assert_int_equal(test.dropped, 3);

    test_say(s, "5:4+::{\"name\":\"join\",\"args\":[\"lobby\","
             "{\"RMS\":true,\"rmsToken\":\"t2\"}]}");
    test_hears(s, "6:::4+[null,{\"clients\":{}}]\n");

    /* another client uses it; too many are used */

    test.token = NGX_DECLINED;
    many[0] = test_enter("{\"token\":\"t1\"}");
    test_hears(many[0], "6:::1+[\"invalidToken\"]\n"
                        "5:::{\"name\":\"invalidToken\",\"args\":[]}\n");
    test_gone(many[0]);
    test_free(many[0]);

    test.token = NGX_BUSY;
    many[0] = test_enter("{\"token\":\"t1\"}");
    test_hears(many[0], "6:::1+[\"full\"]\n"
                        "5:::{\"name\":\"full\",\"args\":[]}\n");
    test.token = NGX_OK;

    test_say(many[0], "5:2+::{\"name\":\"join\",\"args\":[\"hall\","
             "{\"token\":\"t1\"}]}");
    test_hears(many[0], "6:::2+[\"full\"]\n"
                        "5:::{\"name\":\"full\",\"args\":[]}\n");
    test_gone(many[0]);
    test_free(many[0]);

    for (i = 0; i < 20; i++) {
        many[i] = test_enter("{\"token\":\"t1\"}");
        assert_int_equal(many[i]->established, 1);
    }

    many[20] = test_enter("{\"token\":\"t1\"}");
    test_hears(many[20], "6:::1+[\"full\"]\n"
                         "5:::{\"name\":\"full\",\"args\":[]}\n");

    /* tokens are kept as long as they are used */

    test.tokens = 0;
    test.place = 7;
    test_tick(5 * NGX_WEBRTC_SEC);
    assert_true(test.tokens >= 20);

    for (i = 0; i <= 20; i++) {
        test_gone(many[i]);
        test_free(many[i]);
    }

    test_gone(s);
    test_free(s);
}


static void
test_bad_joins(void **state)
{
    ngx_uint_t          i;
    test_socket_t      *s;
    static const char  *rooms[] = { "", "\"\"", "1", "null", "\"a\\u0001\"",
                                    "\"a\\nb\"", "{}" };
    static const char  *options[] = { "{\"streamName\":1}",
                                      "{\"token\":[]}",
                                      "{\"EMS\":true,\"instance\":{}}",
                                      "{\"EMS\":true,\"emsToken\":1}" };

    (void) state;

    s = test_open();
    test_forget(s);

    for (i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        test_say(s, "5:1+::{\"name\":\"join\",\"args\":[%s]}", rooms[i]);
        test_hears(s, "6:::1+[\"invalidRoom\"]\n"
                      "5:::{\"name\":\"invalidRoom\",\"args\":[]}\n");
    }

    for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
        test_say(s, "5:1+::{\"name\":\"join\",\"args\":[\"lobby\",%s]}",
                 options[i]);
        test_hears(s, "6:::1+[\"invalidArguments\"]\n"
                      "5:::{\"name\":\"invalidArguments\",\"args\":[]}\n");
    }

    test.no_home = 1;
    test_say(s, "5:1+::{\"name\":\"join\",\"args\":[\"lobby\"]}");
    test_hears(s, "6:::1+[\"full\"]\n5:::{\"name\":\"full\",\"args\":[]}\n");
    test.no_home = 0;

    /* options that are none */

    test_say(s, "5:1+::{\"name\":\"join\",\"args\":[\"lobby\",\"x\"]}");
    test_hears(s, TEST_EMPTY);

    /* another room, before the answer has come */

    test_say(s, "5:2+::{\"name\":\"join\",\"args\":[\"hall\"]}");
    test_hears(s, "6:::2+[null,{\"clients\":{}}]\n");
    assert_int_equal(s->established, 2);

    test_gone(s);
    test_free(s);
}


/* what a URL says is looked at as if it were said in the join */

static void
test_bad_urls(void **state)
{
    ngx_uint_t               i;
    test_socket_t            s;
    ngx_webrtc_ers_hello_t   hello;
    static const ngx_str_t   streams[] = { ngx_string("a\0b"),
                                           ngx_string("\xff\xfe"),
                                           ngx_string("a\x01") };

    (void) state;

    for (i = 0; i < 6; i++) {
        memset(&s, 0, sizeof(s));
        memset(&hello, 0, sizeof(hello));
        hello.address = test_str("192.0.2.1");

        switch (i) {

        case 3:
            hello.stream = test_str(test_text("%0641d", 0));
            break;

        case 4:
            hello.token = test_str(test_text("%0513d", 0));
            break;

        case 5:
            hello.transport = test_str(test_text("%033d", 0));
            break;

        default:
            hello.stream = streams[i];
            break;
        }

        s.session = ngx_webrtc_ers_open(test.ers, &hello, &test_pipe, &s,
                                        TEST_WALL, test.now);
        assert_non_null(s.session);
        test_forget(&s);

        test_say(&s, "5:1+::{\"name\":\"join\",\"args\":[\"lobby\"]}");
        test_hears(&s, "6:::1+[\"invalidArguments\"]\n"
                       "5:::{\"name\":\"invalidArguments\",\"args\":[]}\n");
        test_gone(&s);
    }
}


static void
test_garbage(void **state)
{
    ngx_uint_t          i;
    test_socket_t      *s, *plain;
    static const char  *texts[] = { "", "5", "5:::", "5:::{}", "5:::[]",
                                    "5:::{\"name\":1}", "9::", "x",
                                    "5:::{\"name\":\"join\"", "1::/x",
                                    "3:::x", "4:::{}", "6:::1", "7:::", "8::",
                                    "0::/room",
                                    "5::/x:{\"name\":\"join\","
                                    "\"args\":[\"lobby\"]}",
                                    "5:::{\"name\":\"create\","
                                    "\"args\":[\"lobby\"]}" };

    (void) state;

    s = test_open();
    plain = test_open_from("192.0.2.1", 1, "");
    test_forget(s);
    test_forget(plain);

    for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        test_say(s, "%s", texts[i]);
        test_hears(s, "");

        test_say(plain, "%s", texts[i]);
        test_hears(plain, "{\"name\":\"error\","
                          "\"args\":[\"invalid message\"]}\n");
    }

    test_gone(s);
    test_gone(plain);
    test_free(s);
    test_free(plain);
}


static void
test_plain(void **state)
{
    test_socket_t  *server, *viewer;

    (void) state;

    viewer = test_open_from("192.0.2.1", 1, "");
    test_hears(viewer, test_text("{\"name\":\"stunservers\",\"args\":[[]]}\n"
                                 "{\"name\":\"turnservers\",\"args\":[[]]}\n"
                                 "{\"name\":\"ersid\",\"args\":[{"
                                 "\"id\":\"%s\",\"multiClient\":true}]}\n",
                                 viewer->id));

    test_say(viewer, "{\"name\":\"join\",\"args\":[\"lobby\"],\"id\":0}");
    test_hears(viewer, "{\"ack\":0,\"args\":[null,{\"clients\":{}}]}\n");

    server = test_ours("one");
    test_forget(server);

    test_say(server, "5:::{\"name\":\"message\",\"args\":[{\"to\":\"%s\"}]}",
             viewer->id);
    test_hears(viewer, test_text("{\"name\":\"message\",\"args\":[{"
                                 "\"to\":\"%s\",\"from\":\"%s\"}]}\n",
                                 viewer->id, server->id));

    /* it reads no more */

    viewer->full = 1;
    test_say(server, "5:::{\"name\":\"message\",\"args\":[{\"to\":\"%s\"}]}",
             viewer->id);
    assert_null(viewer->session);
    test_hears(server, test_removed(viewer));

    test_gone(server);
    test_free(server);
    test_free(viewer);
}


static void
test_sids(void **state)
{
    size_t      i;
    u_char      buf[NGX_WEBRTC_ERS_SID_MAX], copy[NGX_WEBRTC_ERS_SID_MAX];
    u_char      name[NGX_WEBRTC_ERS_STREAM_MAX];
    ngx_str_t   sid, stream, long_name;

    (void) state;

    stream = test_str("a stream");
    assert_int_equal(ngx_webrtc_ers_sid_make(test.ers, &stream, TEST_WALL,
                                             buf, &sid), NGX_OK);
    assert_int_equal(sid.len, 2 * (28 + stream.len));

    assert_int_equal(ngx_webrtc_ers_sid_check(test.ers, &sid, TEST_WALL + 60,
                                              name, &stream), NGX_OK);
    assert_int_equal(stream.len, 8);
    assert_memory_equal(stream.data, "a stream", 8);

    assert_int_equal(ngx_webrtc_ers_sid_check(test.ers, &sid, TEST_WALL + 61,
                                              name, &stream), NGX_DECLINED);
    assert_int_equal(ngx_webrtc_ers_sid_check(test.ers, &sid, TEST_WALL - 5,
                                              name, &stream), NGX_OK);

    memcpy(copy, sid.data, sid.len);
    sid.data = copy;

    for (i = 0; i < sid.len; i++) {
        copy[i] ^= 1;
        assert_int_equal(ngx_webrtc_ers_sid_check(test.ers, &sid, TEST_WALL,
                                                  name, &stream),
                         NGX_DECLINED);
        copy[i] ^= 1;
    }

    for (i = 0; i < sid.len; i++) {
        stream = sid;
        stream.len = i;
        assert_int_equal(ngx_webrtc_ers_sid_check(test.ers, &stream,
                                                  TEST_WALL, name, &stream),
                         NGX_DECLINED);
    }

    long_name.data = calloc(1, NGX_WEBRTC_ERS_STREAM_MAX + 1);
    assert_non_null(long_name.data);
    long_name.len = NGX_WEBRTC_ERS_STREAM_MAX;
    assert_int_equal(ngx_webrtc_ers_sid_make(test.ers, &long_name, TEST_WALL,
                                             buf, &sid), NGX_OK);
    assert_int_equal(ngx_webrtc_ers_sid_check(test.ers, &sid, TEST_WALL,
                                              name, &stream), NGX_OK);
    assert_int_equal(stream.len, NGX_WEBRTC_ERS_STREAM_MAX);

    long_name.len++;
    assert_int_equal(ngx_webrtc_ers_sid_make(test.ers, &long_name, TEST_WALL,
                                             buf, &sid), NGX_ERROR);
    free(long_name.data);
}


#define test_unit(name)                                                      \
    cmocka_unit_test_setup_teardown(name, setup, teardown)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        test_unit(test_greeting),
        test_unit(test_meeting),
        test_unit(test_messages),
        test_unit(test_instances),
        test_unit(test_away),
        test_unit(test_foreign),
        test_unit(test_lost_links),
        test_unit(test_quit),
        test_unit(test_time),
        test_unit(test_refusals),
        test_unit(test_bad_joins),
        test_unit(test_bad_urls),
        test_unit(test_garbage),
        test_unit(test_plain),
        test_unit(test_sids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
