
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what a rendezvous server should not do, and what it may refuse */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/ers.h"


#define BROKEN(reason)  "BROKEN reason=" reason "\n"

/* it is of no use any more, and says nothing */

static void
over(void)
{
    ngx_str_t  to, text;

    assert_true(ngx_webrtc_ers_client_expires(ers.client)
                == NGX_WEBRTC_NEVER);

    ngx_str_set(&to, "v");
    ngx_str_set(&text, "text");
    assert_int_equal(ngx_webrtc_ers_client_text(ers.client, &to, &text),
                     NGX_ERROR);

    ers.now += 1000 * NGX_WEBRTC_SEC;
    ngx_webrtc_ers_client_tick(ers.client, ers.now);
    ers_packet(ACK);
    ers_packet("5:::{\"name\":\"clientJoined\",\"args\":[{\"id\":\"v\"}]}");
    ngx_webrtc_ers_client_eof(ers.client, ers.now);
    ngx_webrtc_ers_client_reconnected(ers.client, ers.now);
    ers_flush(4096);
    ers_told("");

    ers_destroy();
}


static void
tick(ngx_webrtc_usec_t after)
{
    ers.now += after;
    ngx_webrtc_ers_client_tick(ers.client, ers.now);
}


static void
refusals_come_as_acks_and_as_events(void **state)
{
    char        packet[128];
    ngx_uint_t  i;

    static const char  *refusals[][2] = {
        { "taken",
          "TAKEN reason=the room is taken by another media server\n" },
        { "invalidRoom",
          "INVALID_ROOM reason=the server does not allow this room\n" },
        { "invalidEmsToken",
          "INVALID_TOKEN reason=the server does not know the token\n" },
        { "invalidRmsToken",
          "INVALID_TOKEN reason=the server does not know the token\n" },
        { "invalidToken",
          "INVALID_TOKEN reason=the server does not know the token\n" },
        { "validateFailed",
          "INVALID_TOKEN reason=the server could not check the token\n" },
    };

    (void) state;

    for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {

        ers_init();
        ers_open();
        ers_packet(ERSID);
        sprintf(packet, "6:::1+[\"%s\"]", refusals[i][0]);
        ers_packet(packet);
        ers_told(refusals[i][1]);
        over();

        ers_init();
        ers_open();
        ers_packet(ERSID);
        sprintf(packet, "5:::{\"name\":\"%s\",\"args\":[]}", refusals[i][0]);
        ers_packet(packet);
        ers_told(refusals[i][1]);
        over();

        /* later as well, and without arguments */

        ers_init();
        ers_join();
        sprintf(packet, "5:::{\"name\":\"%s\"}", refusals[i][0]);
        ers_packet(packet);
        ers_told(refusals[i][1]);
        over();
    }

    ers_init();
    ers_open();
    ers_packet(ERSID);
    ers_packet("6:::1+[\"full\"]");
    ers_told(BROKEN("the server refused \"join\""));
    over();

    ers_init();
    ers_open();
    ers_packet(ERSID);
    ers_packet("6:::1+[{\"error\":1}]");
    ers_told(BROKEN("the server refused \"join\""));
    over();
}


static void
handshake(const char *reply, const char *told)
{
    ers_init();
    ers_create();
    ers_flush(4096);
    ers_input(reply, strlen(reply));
    ers_told(told);
    over();
}


static void
a_handshake_may_fail(void **state)
{
    char  text[10000];

    (void) state;

    handshake("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
              BROKEN("the server refused the handshake"));
    handshake("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n",
              BROKEN("the server refused the handshake"));

    handshake("SSH-2.0-OpenSSH_9.2\r\n\r\n",
              BROKEN("the server does not speak HTTP"));
    handshake("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
              BROKEN("the server does not speak HTTP"));

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    handshake(text, BROKEN("the server does not speak HTTP"));

#define OK(len)  "HTTP/1.1 200 OK\r\nContent-Length: " #len "\r\n\r\n"

    handshake(OK(4) "page",
              BROKEN("the server does not speak socket.io 0.9"));
    handshake(OK(4) ":60:",
              BROKEN("the server does not speak socket.io 0.9"));
    handshake(OK(12) "a b:60:60:ws",
              BROKEN("the server does not speak socket.io 0.9"));
    handshake(OK(12) "../:60:60:ws",
              BROKEN("the server does not speak socket.io 0.9"));
    handshake(OK(12) "a\r\nb:60:60:w",
              BROKEN("the server does not speak socket.io 0.9"));
    handshake(OK(12) "a\x7f" "b:60:60:ws",
              BROKEN("the server does not speak socket.io 0.9"));

    strcpy(text, OK(200));
    memset(text + strlen(OK(200)), 'a', 129);
    memset(text + strlen(OK(200)) + 129, ':', 71);
    text[strlen(OK(200)) + 200] = '\0';
    handshake(text, BROKEN("the server does not speak socket.io 0.9"));

    handshake(OK(30) "abc:60:60:xhr-polling,websocke",
              BROKEN("the server has no WebSocket"));
}


/* whether the request of an upgrade follows */

static void
handshake_of(const char *reply)
{
    ers_init();
    ers_create();
    ers_flush(4096);
    ers_input(reply, strlen(reply));
    ers_flush(4096);
    assert_int_equal(ers.requests, 2);
    assert_non_null(strstr(ers.request, "GET /socket.io/1/websocket/abc "));
    ers_told("");
    ers_destroy();
}


static void
handshakes_differ(void **state)
{
    (void) state;

    handshake_of(OK(19) "abc:60:60:websocket");
    handshake_of(OK(35) "abc:::xhr-polling,websocket,unheard");
    handshake_of(OK(4) "abc:");
    handshake_of(OK(21) "abc:60:60:websocket\r\n");
    handshake_of("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n"
                 "Content-Length: 19\r\n\r\nabc:60:60:websocket");
}


static void
reconnected(void)
{
    u_char  buf[512];

    ers_told("RECONNECT\n");
    ers_flush(4096);
    assert_int_equal(ers.len, 0);

    /* the rest of the old connection is of no interest */

    ers_input("HTTP/1.1 408 \r\n\r\n", 17);
    ngx_webrtc_ers_client_eof(ers.client, ers.now);
    tick(NGX_WEBRTC_SEC);
    ers_told("");

    ers.requests = 0;
    ngx_webrtc_ers_client_reconnected(ers.client, ers.now);
    ers_flush(4096);
    assert_int_equal(ers.requests, 1);
    assert_non_null(strstr(ers.request, "GET /socket.io/1/websocket/abc "));

    ers_input(buf, ers_put_upgrade(buf, sizeof(buf)));
    ers_packet(ERSID);
    ers_packet(ACK);
    ers_told("JOINED\n");

    ers_destroy();
}


static void
a_server_may_close_after_the_handshake(void **state)
{
    (void) state;

    /* it says so */

    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 19\r\n"
             "\r\nabc:60:60:websocket");
    reconnected();

    /* the end is the end of the reply */

    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http("HTTP/1.0 200 OK\r\n\r\nabc:60:60:websocket");
    ers_told("");
    ngx_webrtc_ers_client_eof(ers.client, ers.now);
    reconnected();

    /* it just does */

    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http(OK(19) "abc:60:60:websocket");
    assert_int_equal(ngx_webrtc_ers_client_output(ers.client, ers.bytes, 20),
                     20);
    ngx_webrtc_ers_client_eof(ers.client, ers.now);
    reconnected();
}


static void
a_server_that_closes_again_is_broken(void **state)
{
    (void) state;

    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http(OK(19) "abc:60:60:websocket");
    ers_flush(4096);
    ngx_webrtc_ers_client_eof(ers.client, ers.now);
    ers_told("RECONNECT\n");

    ngx_webrtc_ers_client_reconnected(ers.client, ers.now);
    ers_flush(4096);
    ngx_webrtc_ers_client_eof(ers.client, ers.now);
    ers_told(BROKEN("the server closed the connection"));
    over();

    /* early, or in the middle of a reply */

    ers_init();
    ers_create();
    ngx_webrtc_ers_client_eof(ers.client, ers.now);
    ers_told(BROKEN("the server closed the connection"));
    over();

    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http(OK(19) "abc:60:");
    ngx_webrtc_ers_client_eof(ers.client, ers.now);
    ers_told(BROKEN("the server closed the connection"));
    over();

    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http(HANDSHAKE);
    ers_flush(4096);
    ers_http("HTTP/1.1 101");
    ngx_webrtc_ers_client_eof(ers.client, ers.now);
    ers_told(BROKEN("the server closed the connection"));
    over();

    ers_init();
    ers_join();
    ngx_webrtc_ers_client_eof(ers.client, ers.now);
    ers_told(BROKEN("the server closed the connection"));
    over();
}


#define UPGRADED                                                             \
    "HTTP/1.1 101 Switching Protocols\r\n"                                   \
    "Upgrade: websocket\r\nConnection: Upgrade\r\n"


static void
upgrade(const char *reply, const char *told)
{
    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http(HANDSHAKE);
    ers_flush(4096);
    ers_input(reply, strlen(reply));
    ers_told(told);
    over();
}


static void
an_upgrade_may_fail(void **state)
{
    u_char  buf[512];
    size_t  n;

    (void) state;

    upgrade("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
            BROKEN("the server refused the upgrade"));
    upgrade("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
            BROKEN("the server refused the upgrade"));
    upgrade("HTTP/1.1 101 Switching Protocols\r\n\r\n",
            BROKEN("the server refused the upgrade"));
    upgrade("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n"
            "Connection: Upgrade\r\n\r\n",
            BROKEN("the server refused the upgrade"));
    upgrade(UPGRADED "\r\n",
            BROKEN("the server does not speak WebSocket"));
    upgrade(UPGRADED "Sec-WebSocket-Accept: \r\n\r\n",
            BROKEN("the server does not speak WebSocket"));
    upgrade(UPGRADED "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "\r\n",
            BROKEN("the server does not speak WebSocket"));

    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http(HANDSHAKE);
    ers_flush(4096);
    n = ers_put_upgrade(buf, sizeof(buf)) - 2;
    n += sprintf((char *) buf + n, "Sec-WebSocket-Extensions: "
                                   "permessage-deflate\r\n\r\n");
    ers_input(buf, n);
    ers_told(BROKEN("the server uses an extension of WebSocket"));
    over();

    /* before it was asked */

    ers_init();
    ers_create();
    ers_http(HANDSHAKE);
    ers_told(BROKEN("the server answered before it was asked"));
    over();

    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http(HANDSHAKE "HTTP/1.1 101 OK\r\n\r\n");
    ers_told(BROKEN("the server answered before it was asked"));
    over();
}


static void
a_server_may_fall_silent_on_the_way(void **state)
{
    (void) state;

    ers_init();
    ers_create();
    assert_int_equal(ngx_webrtc_ers_client_expires(ers.client),
                     ers.now + 10 * NGX_WEBRTC_SEC);
    tick(10 * NGX_WEBRTC_SEC - 1);
    ers_told("");
    tick(1);
    ers_told(BROKEN("no answer to the handshake"));
    over();

    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http("HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\nabc:");
    ers_told("RECONNECT\n");
    tick(10 * NGX_WEBRTC_SEC);
    ers_told(BROKEN("no second connection to the server"));
    over();

    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http(HANDSHAKE);
    tick(10 * NGX_WEBRTC_SEC);
    ers_told(BROKEN("no answer to the upgrade"));
    over();

    ers_init();
    ers_open();
    ers_packet("2::");
    tick(9 * NGX_WEBRTC_SEC);
    ers_packet("2::");
    tick(NGX_WEBRTC_SEC);
    ers_told(BROKEN("nothing came after the upgrade"));
    over();

    ers_init();
    ers_open();
    ers_packet(ERSID);
    tick(10 * NGX_WEBRTC_SEC);
    ers_told(BROKEN("no answer to \"join\""));
    over();
}


static void
heartbeats_are_answered(void **state)
{
    size_t      n;
    u_char      buf[4096];
    ngx_uint_t  i;

    (void) state;

    ers_init();
    ers_join();

    ers_packet("2::");
    ers_sent("2::\n");
    ers_packet("2::");
    ers_sent("2::\n");

    /* once for a crowd of them */

    n = 0;

    for (i = 0; i < 100; i++) {
        n += ers_put_frame(buf + n, "2:::and much more");
    }

    ers_input(buf, n);
    ers_sent("2::\n");

    ers_told("");
    ers_destroy();
}


static void
silence_is_warned_of_then_ends(void **state)
{
    (void) state;

    ers_init();
    ers_join();

    assert_int_equal(ngx_webrtc_ers_client_expires(ers.client),
                     ers.now + 50 * NGX_WEBRTC_SEC);

    tick(49 * NGX_WEBRTC_SEC);
    ers_sent("");
    ers_packet("2::");
    ers_sent("2::\n");

    tick(49 * NGX_WEBRTC_SEC);
    ers_sent("");
    tick(NGX_WEBRTC_SEC);
    ers_sent("5:::{\"name\":\"HBTimeout\",\"args\":[\"Heartbeat Time-out\","
             "{\"EMS\":true,\"RMS\":true}]}\n");
    assert_int_equal(ngx_webrtc_ers_client_expires(ers.client),
                     ers.now + 5 * NGX_WEBRTC_SEC);

    /* a sign of life */

    tick(4 * NGX_WEBRTC_SEC);
    ers_packet("2::");
    ers_sent("2::\n");

    tick(50 * NGX_WEBRTC_SEC);
    ers_flush(4096);
    assert_non_null(strstr(ers.packets, "HBTimeout"));
    ers_told("");

    tick(5 * NGX_WEBRTC_SEC - 1);
    ers_told("");
    tick(1);
    ers_told(BROKEN("the server fell silent"));
    over();
}


static void
a_server_without_heartbeats_may_be_silent(void **state)
{
    u_char  buf[512];

    (void) state;

    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http(OK(15) "abc:::websocket");
    ers_flush(4096);
    ers_input(buf, ers_put_upgrade(buf, sizeof(buf)));
    ers_packet(ERSID);
    ers_packet(ACK);
    ers_told("JOINED\n");
    ers_flush(4096);
    ers.packets[0] = '\0';

    assert_true(ngx_webrtc_ers_client_expires(ers.client)
                == NGX_WEBRTC_NEVER);
    tick(3600 * NGX_WEBRTC_SEC);
    ers_sent("");
    ers_told("");

    ers_destroy();
}


static void
garbage_is_harmless(void **state)
{
    ngx_uint_t  i;

    static const char  *packets[] = {
        "", ":", "::", "hello", "9::", "5::", "5:::", "5:::x", "5:::[]",
        "5:::{}", "5:::{\"name\":7}", "5:::{\"name\":\"message\"}",
        "5:::{\"name\":\"message\",\"args\":{}}",
        "5:::{\"name\":\"message\",\"args\":[[]]}",
        "5:::{\"name\":\"message\",\"args\":[{\"type\":\"offer\"}]}",
        "5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\"}]}",
        "5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
            "\"type\":\"offer\"}]}",
        "5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
            "\"type\":\"offer\",\"payload\":{\"sdp\":7}}]}",
        "5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
            "\"type\":\"candidate\",\"payload\":{}}]}",
        "5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
            "\"type\":\"candidate\",\"payload\":\"x\"}]}",
        "5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
            "\"type\":\"candidate\",\"payload\":{\"candidate\":7}}]}",
        "5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
            "\"type\":\"command\",\"payload\":[]}]}",
        "5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
            "\"type\":\"dance\",\"payload\":{}}]}",
        "5:::{\"name\":\"message\",\"args\":[{\"from\":\"\\u0000\","
            "\"type\":\"offer\",\"payload\":{\"sdp\":\"x\"}}]}",
        "5:::{\"name\":\"iceparam\",\"args\":[{\"maxretries\":\"3\"}]}",
        "5:::{\"name\":\"unheard of\",\"args\":[1,2,3]}",
        "5:::{\"name\":\"ersid\",\"args\":[null]}",
        "5:::{\"name\":\"stunservers\",\"args\":[[[[[[[[[[[[[[[[[[[[[[[[[[["
            "[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}",
        "5:::{\"name\":\"ersid\",\"name\":\"ersid\"}",
        "5::/room:{\"name\":\"taken\"}", "0::/room", "1::/room", "7::/room",
        "6:::", "6:::1", "6:::2+[\"taken\"]", "6:::1+[", "6:::x+[\"taken\"]",
        "3:::{\"name\":\"taken\"}", "4:::{\"name\":\"taken\"}", "8::"
    };

    (void) state;

    ers_init();
    ers_join();

    for (i = 0; i < sizeof(packets) / sizeof(packets[0]); i++) {
        ers_packet(packets[i]);
        ers_told("");
    }

    ers_input("\x82\x03" "1::", 5);
    ers_sent("");
    ers_told("");

    ers_packet("5:::{\"name\":\"clientJoined\",\"args\":[{\"id\":\"v\"}]}");
    ers_told("VIEWER id=v\n");

    ers_destroy();
}


static void
what_comes_too_early_is_ignored(void **state)
{
    (void) state;

    ers_init();
    ers_open();

    ers_packet(ACK);
    ers_packet("6:::1+[\"taken\"]");
    ers_packet("5:::{\"name\":\"clientJoined\",\"args\":[{\"id\":\"v\"}]}");
    ers_packet("5:::{\"name\":\"remove\",\"args\":[{\"id\":\"v\"}]}");
    ers_packet("5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
               "\"type\":\"answer\",\"payload\":{\"sdp\":\"x\"}}]}");
    ers_told("");

    ers_packet(ERSID);
    ers_packet("5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
               "\"type\":\"answer\",\"payload\":{\"sdp\":\"x\"}}]}");
    ers_told("");

    ers_packet(ACK);
    ers_told("JOINED\n");

    ers_destroy();
}


static void
who_wants_an_ack_gets_one(void **state)
{
    (void) state;

    ers_init();
    ers_join();

    ers_packet("5:7+::{\"name\":\"clientJoined\",\"args\":[{\"id\":\"v\"}]}");
    ers_told("VIEWER id=v\n");
    ers_sent("6:::7\n");

    ers_packet("5:8::{\"name\":\"unheard of\"}");
    ers_sent("");

    ers_destroy();
}


static void
broken(const void *bytes, size_t len, const char *told)
{
    ers_init();
    ers_join();
    ers_input(bytes, len);
    ers_told(told);
    ers_flush(4096);
    over();
}


static void
some_things_cannot_be_ignored(void **state)
{
    u_char  pings[16800];
    size_t  n;

    (void) state;

    broken("\x81\x03" "0::", 5,
           BROKEN("the server has disconnected us"));
    broken("\x81\x08" "7:::1+0x", 10,
           BROKEN("the server told an error"));
    broken("\x88\x02\x03\xe8", 4,
           BROKEN("the server closed the WebSocket"));

#define RULES  BROKEN("the server broke the rules of WebSocket, or a "       \
                      "message of its was too large")

    broken("\x81\x83maskxyz", 9, RULES);
    broken("\xc1\x03" "2::", 5, RULES);
    broken("\x81\x02\xff\xff", 4, RULES);
    broken("\x81\x7e\x20\x01x", 5, RULES);
    broken("\x01\x01" "2\x81\x03" "2::", 8, RULES);

    for (n = 0; n < sizeof(pings); n += 4) {
        memcpy(pings + n, "\x89\x02xx", 4);
    }

    broken(pings, sizeof(pings),
           BROKEN("no memory or random bytes, or too many pings"));
}


static void
a_server_that_does_not_read_is_broken(void **state)
{
    u_char      sdp[1024];
    ngx_str_t   to, sid, text;
    ngx_uint_t  i;

    (void) state;

    ers_init();
    ers_join();

    ngx_str_set(&to, "v");
    ngx_str_set(&sid, "1");
    memset(sdp, 'x', sizeof(sdp));
    text.data = sdp;
    text.len = sizeof(sdp);

    for (i = 0; i < 100; i++) {
        if (ngx_webrtc_ers_client_offer(ers.client, &to, &sid, &text)
            != NGX_OK)
        {
            break;
        }
    }

    assert_in_range(i, 20, 31);
    ers_told("");
    assert_int_equal(ngx_webrtc_ers_client_expires(ers.client), 0);

    tick(0);
    ers_told(BROKEN("too much waits to be sent to the server"));
    over();
}


static void
we_leave(void **state)
{
    (void) state;

    ers_init();
    ers_join();
    ngx_webrtc_ers_client_leave(ers.client);
    ers_sent("0::\n<8>\n");
    over();

    /* before there is anything to leave */

    ers_init();
    ers_create();
    assert_int_equal(ngx_webrtc_ers_client_output(ers.client, ers.bytes, 20),
                     20);
    ngx_webrtc_ers_client_leave(ers.client);
    assert_int_equal(ngx_webrtc_ers_client_output(ers.client, ers.bytes, 20),
                     0);
    over();
}


static void
leave(const ngx_webrtc_ers_client_event_t *event)
{
    (void) event;

    ngx_webrtc_ers_client_leave(ers.client);
}


static void
we_may_leave_at_any_event(void **state)
{
    u_char  buf[1024];
    size_t  n;

    (void) state;

    ers_init();
    ers_open();
    ers_packet(ERSID);
    ers_flush(4096);
    ers.packets[0] = '\0';

    ers.on_event = leave;

    n = ers_put_frame(buf, "6:::1+[null,{\"clients\":{"
                           "\"v\":{\"streamName\":\"cam\"}}}]");
    n += ers_put_frame(buf + n, "2::");
    n += ers_put_frame(buf + n, "0::");
    ers_input(buf, n);

    ers_told("JOINED\n");
    ers_sent("0::\n<8>\n");
    over();

    ers_init();
    ers_open();
    ers_packet(ERSID);
    ers.on_event = leave;
    ers_packet("5:::{\"name\":\"clientJoined\",\"args\":[{\"id\":\"v\"}]}");
    ers_told("JOINED\n");
    over();

    ers_init();
    ers_join();
    ers.on_event = leave;
    ers_packet("5:::{\"name\":\"taken\"}");
    ers_told("TAKEN reason=the room is taken by another media server\n");
    over();
}


static void
random_bytes_may_be_missing(void **state)
{
    (void) state;

    ers_init();
    ers_create();
    ers_flush(4096);
    ers.no_random = 1;
    ers_http(HANDSHAKE);
    ers_told(BROKEN("no random bytes"));
    over();

    ers_init();
    ers_join();
    ers.no_random = 1;
    ers_packet("2::");
    ers_told(BROKEN("no random bytes"));
    over();
}


static void
names_may_be_of_no_use(void **state)
{
    static const char  *hosts[] = {
        "", "a b", "a\r\nX: y", "a/b", "a\xc3\xa9", "a?b"
    };

    ngx_uint_t  i;

    (void) state;

    for (i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        ers_init();
        ers.conf.host.data = (u_char *) hosts[i];
        ers.conf.host.len = strlen(hosts[i]);
        ers_create();
        ers_flush(4096);
        assert_int_equal(ers.requests, 0);
        assert_int_equal(ngx_webrtc_ers_client_expires(ers.client), 0);
        tick(0);
        ers_told(BROKEN("the server's name is invalid"));
        over();
    }

    ers_init();
    ngx_str_set(&ers.conf.room, "\xff");
    ers_open();
    ers_packet(ERSID);
    ers_told(BROKEN("no memory, or a name that is no UTF-8"));
    over();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(refusals_come_as_acks_and_as_events),
        cmocka_unit_test(a_handshake_may_fail),
        cmocka_unit_test(handshakes_differ),
        cmocka_unit_test(a_server_may_close_after_the_handshake),
        cmocka_unit_test(a_server_that_closes_again_is_broken),
        cmocka_unit_test(an_upgrade_may_fail),
        cmocka_unit_test(a_server_may_fall_silent_on_the_way),
        cmocka_unit_test(heartbeats_are_answered),
        cmocka_unit_test(silence_is_warned_of_then_ends),
        cmocka_unit_test(a_server_without_heartbeats_may_be_silent),
        cmocka_unit_test(garbage_is_harmless),
        cmocka_unit_test(what_comes_too_early_is_ignored),
        cmocka_unit_test(who_wants_an_ack_gets_one),
        cmocka_unit_test(some_things_cannot_be_ignored),
        cmocka_unit_test(a_server_that_does_not_read_is_broken),
        cmocka_unit_test(we_leave),
        cmocka_unit_test(we_may_leave_at_any_event),
        cmocka_unit_test(random_bytes_may_be_missing),
        cmocka_unit_test(names_may_be_of_no_use),
    };

    return cmocka_run_group_tests_name("ers_client_hostile", tests, NULL,
                                       NULL);
}
