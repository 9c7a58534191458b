
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the way of a media server to its room, and what happens in there */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/ers.h"


#define JOIN                                                                 \
    "5:1+::{\"name\":\"join\",\"args\":[\"testRoom\","                       \
    "{\"index\":1600000000,\"EMS\":true,\"RMS\":true,"                       \
    "\"emsToken\":\"secret\",\"rmsToken\":\"secret\",\"instance\":\"we\","   \
    "\"capabilities\":\"hasHeartBeat,multiClient\"}]}\n"


static void
a_handshake_then_an_upgrade_then_the_room(void **state)
{
    u_char  buf[512];

    (void) state;

    ers_init();
    ers_create();
    ers_flush(7);

    assert_int_equal(ers.requests, 1);
    assert_string_equal(ers.request,
                        "GET /socket.io/1/?t=1600000000123 HTTP/1.1\r\n"
                        "Connection: keep-alive\r\n"
                        "Host: ers.example:3535\r\n"
                        "Origin: http://ers.example:3535\r\n"
                        "User-Agent: ngx_webrtc_module\r\n"
                        "\r\n");

    ers_http(HANDSHAKE);
    ers_flush(7);

    assert_int_equal(ers.requests, 2);
    assert_string_equal(ers.request,
                        "GET /socket.io/1/websocket/4d4f185e96a7b HTTP/1.1\r\n"
                        "Upgrade: websocket\r\n"
                        "Connection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: WlpaWlpaWlpaWlpaWlpaWg==\r\n"
                        "Host: ers.example:3535\r\n"
                        "Origin: http://ers.example:3535\r\n"
                        "User-Agent: ngx_webrtc_module\r\n"
                        "\r\n");

    ers_input(buf, ers_put_upgrade(buf, sizeof(buf)));
    ers_packet(CONNECTED);
    ers_sent("");

    ers_packet(ERSID);
    ers_sent(JOIN);
    ers_told("");

    ers_packet(ACK);
    ers_told("JOINED\n");
    assert_false(ngx_webrtc_ers_client_is_shared(ers.client));

    /* once */

    ers_packet(ACK);
    ers_packet(ERSID);
    ers_packet(CONNECTED);
    ngx_webrtc_ers_client_tick(ers.client, ers.now + 2 * NGX_WEBRTC_SEC);
    ers_sent("");
    ers_told("");

    ers_destroy();
}


static void
bytes_may_come_one_by_one(void **state)
{
    size_t  i, n;
    u_char  buf[2048];

    (void) state;

    ers_init();
    ers_create();
    ers_flush(4096);

    for (i = 0; i < sizeof(HANDSHAKE) - 1; i++) {
        ers_input(&HANDSHAKE[i], 1);
    }

    ers_flush(4096);

    n = ers_put_upgrade(buf, sizeof(buf));
    n += ers_put_frame(buf + n, CONNECTED);
    n += ers_put_frame(buf + n, ERSID);
    n += ers_put_frame(buf + n, ACK);

    for (i = 0; i < n; i++) {
        ers_input(buf + i, 1);
    }

    ers_sent(JOIN);
    ers_told("JOINED\n");

    ers_destroy();
}


static void
frames_may_come_with_the_upgrade(void **state)
{
    size_t  n;
    u_char  buf[2048];

    (void) state;

    ers_init();
    ers_create();
    ers_flush(4096);
    ers_http(HANDSHAKE);
    ers_flush(4096);

    n = ers_put_upgrade(buf, sizeof(buf));
    n += ers_put_frame(buf + n, CONNECTED);
    n += ers_put_frame(buf + n, ERSID);
    ers_input(buf, n);

    ers_sent(JOIN);

    ers_destroy();
}


static void
a_server_without_an_ersid_is_joined_after_a_second(void **state)
{
    (void) state;

    ers_init();
    ers_open();
    ers_packet(CONNECTED);

    assert_int_equal(ngx_webrtc_ers_client_expires(ers.client),
                     ers.now + NGX_WEBRTC_SEC);

    ers.now += NGX_WEBRTC_SEC - 1;
    ngx_webrtc_ers_client_tick(ers.client, ers.now);
    ers_sent("");

    ers.now += 1;
    ngx_webrtc_ers_client_tick(ers.client, ers.now);
    ers_flush(4096);
    assert_non_null(strstr(ers.packets, "\"index\":1600000001,"));
    ers.packets[0] = '\0';

    ers_packet(ERSID);
    ers_sent("");

    ers_packet(ACK);
    ers_told("JOINED\n");

    ers_destroy();
}


static void
our_own_server_serves_all_viewers_on_one_socket(void **state)
{
    (void) state;

    ers_init();
    ers_open();
    ers_packet("5:::{\"name\":\"ersid\",\"args\":[{\"id\":\"ems\","
               "\"multiClient\":true}]}");
    ers_packet(ACK);
    ers_told("JOINED\n");
    assert_true(ngx_webrtc_ers_client_is_shared(ers.client));

    ers_destroy();
}


static void
names_are_quoted(void **state)
{
    ngx_str_t  to, text;

    (void) state;

    ers_init();
    ngx_str_set(&ers.conf.room, "a \"taken\" offer\\\xc3\xa9");
    ngx_str_null(&ers.conf.token);
    ngx_str_null(&ers.conf.instance);
    ers_open();
    ers_packet(ERSID);

    ers_sent("5:1+::{\"name\":\"join\",\"args\":["
             "\"a \\\"taken\\\" offer\\\\\xc3\xa9\","
             "{\"index\":1600000000,\"EMS\":true,\"RMS\":true,"
             "\"emsToken\":\"\",\"rmsToken\":\"\",\"instance\":\"\","
             "\"capabilities\":\"hasHeartBeat,multiClient\"}]}\n");

    ers_packet(ACK);
    ers_told("JOINED\n");

    /* names that a search in the text would take for events */

    ers_packet("5:::{\"name\":\"clientJoined\",\"args\":[{\"id\":\"v\","
               "\"streamName\":\"remove \\\"taken\\\" invalidRoom "
               "\\u00e9\"}]}");
    ers_told("VIEWER id=v stream=remove \"taken\" invalidRoom \xc3\xa9\n");

    ngx_str_set(&to, "v\"w");
    ngx_str_set(&text, "Unable to retrieve stream!");
    assert_int_equal(ngx_webrtc_ers_client_text(ers.client, &to, &text),
                     NGX_OK);
    ers_sent("5:::{\"name\":\"message\",\"args\":[{\"to\":\"v\\\"w\","
             "\"message\":\"Unable to retrieve stream!\","
             "\"prefix\":\"webkit\"}]}\n");

    ers_destroy();
}


static void
viewers_come_and_go(void **state)
{
    (void) state;

    ers_init();
    ers_join();

    ers_packet("5:::{\"name\":\"clientJoined\",\"args\":[{\"id\":\"v1\","
               "\"emsid\":\"ems\",\"streamName\":\"cam\","
               "\"transport\":\"srtp\",\"name\":\"Ann\",\"cwa\":\"true\"}]}");
    ers_told("VIEWER id=v1 stream=cam transport=srtp name=Ann\n");

    /* it is for others to say that a stream must be named */

    ers_packet("5:::{\"name\":\"clientJoined\",\"args\":[{\"id\":\"v2\"}]}");
    ers_told("VIEWER id=v2\n");

    ers_packet("5:::{\"name\":\"remove\",\"args\":[{\"id\":\"v1\","
               "\"type\":\"video\"}]}");
    ers_told("REMOVE id=v1\n");

    /* no viewer at all */

    ers_packet("5:::{\"name\":\"clientJoined\",\"args\":[{}]}");
    ers_packet("5:::{\"name\":\"clientJoined\",\"args\":[{\"id\":7}]}");
    ers_packet("5:::{\"name\":\"clientJoined\",\"args\":[]}");
    ers_packet("5:::{\"name\":\"clientJoined\"}");
    ers_packet("5:::{\"name\":\"remove\",\"args\":[null]}");
    ers_told("");

    ers_destroy();
}


static void
a_viewer_may_come_before_the_ack(void **state)
{
    (void) state;

    ers_init();
    ers_open();

    ers_packet("5:::{\"name\":\"clientJoined\",\"args\":[{\"id\":\"v\","
               "\"streamName\":\"cam\"}]}");
    ers_told("");

    ers_packet(ERSID);
    ers_packet("5:::{\"name\":\"clientJoined\",\"args\":[{\"id\":\"v\","
               "\"streamName\":\"cam\"}]}");
    ers_told("JOINED\nVIEWER id=v stream=cam\n");

    ers_packet(ACK);
    ers_told("");

    ers_destroy();
}


static void
viewers_may_wait_in_the_room(void **state)
{
    (void) state;

    ers_init();
    ers_open();
    ers_packet(ERSID);
    ers_packet("6:::1+[null,{\"clients\":{"
               "\"s\":{\"screen\":false,\"video\":true,\"audio\":false},"
               "\"v\":{\"streamName\":\"cam\",\"transport\":\"srtp\"},"
               "\"\":{\"streamName\":\"cam\"}}}]");
    ers_told("JOINED\nVIEWER id=v stream=cam transport=srtp\n");

    ers_destroy();
}


static void
an_ack_may_be_empty(void **state)
{
    ngx_uint_t  i;

    static const char  *acks[] = {
        "6:::1", "6:::1+[]", "6:::1+[null]", "6:::1+[null,null]",
        "6:::1+[null,[]]", "6:::1+[false,{\"clients\":[1]}]",
        "6:::1+[null,{\"clients\":{\"a\":null}}]"
    };

    (void) state;

    for (i = 0; i < sizeof(acks) / sizeof(acks[0]); i++) {
        ers_init();
        ers_open();
        ers_packet(ERSID);
        ers_packet(acks[i]);
        ers_told("JOINED\n");
        ers_destroy();
    }
}


static void
messages_of_viewers_are_told(void **state)
{
    (void) state;

    ers_init();
    ers_join();

    ers_packet("5:::{\"name\":\"message\",\"args\":[{\"to\":\"ems\","
               "\"from\":\"v\",\"sid\":\"9\",\"roomType\":\"video\","
               "\"type\":\"answer\",\"payload\":{\"type\":\"answer\","
               "\"sdp\":\"v=0\"},\"prefix\":\"webkit\"}]}");
    ers_told("MESSAGE answer id=v sid=9 sdp=v=0\n");

    ers_packet("5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
               "\"type\":\"offer\",\"payload\":{\"sdp\":\"v=1\"}}]}");
    ers_told("MESSAGE offer id=v sdp=v=1\n");

    ers_packet("5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
               "\"sid\":\"9\",\"type\":\"candidate\",\"payload\":"
               "{\"candidate\":{\"candidate\":\"candidate:1\","
               "\"sdpMid\":\"0\",\"sdpMLineIndex\":0}}}]}");
    ers_told("MESSAGE candidate id=v sid=9 candidate=candidate:1 mid=0\n");

    ers_packet("5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
               "\"type\":\"candidate\",\"payload\":{\"candidate\":"
               "\"candidate:2\",\"sdpMid\":\"1\"}}]}");
    ers_told("MESSAGE candidate id=v candidate=candidate:2 mid=1\n");

    ers_packet("5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
               "\"type\":\"candidate\",\"payload\":{\"candidate\":null}}]}");
    ers_packet("5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
               "\"type\":\"endOfCandidates\"}]}");
    ers_told("MESSAGE candidate id=v\nMESSAGE candidate id=v\n");

    ers_packet("5:::{\"name\":\"message\",\"args\":[{\"from\":\"v\","
               "\"type\":\"command\",\"payload\":{\"command\":\"Pause\","
               "\"argument\":\"\"}}]}");
    ers_told("MESSAGE command id=v command=Pause\n");

    ers_destroy();
}


static void
messages_to_viewers_are_sent(void **state)
{
    ngx_str_t  to, sid, none, mid, text;

    (void) state;

    ers_init();
    ers_join();

    ngx_str_set(&to, "v");
    ngx_str_set(&sid, "9");
    ngx_str_null(&none);
    ngx_str_set(&mid, "video");

    ngx_str_set(&text, "v=0\r\n");
    assert_int_equal(ngx_webrtc_ers_client_offer(ers.client, &to, &sid, &text),
                     NGX_OK);
    ers_sent("5:::{\"name\":\"message\",\"args\":[{\"to\":\"v\",\"sid\":\"9\","
             "\"roomType\":\"video\",\"type\":\"offer\",\"payload\":{"
             "\"type\":\"offer\",\"sdp\":\"v=0\\r\\n\"},"
             "\"prefix\":\"webkit\"}]}\n");

    assert_int_equal(ngx_webrtc_ers_client_answer(ers.client, &to, &none,
                                                  &text),
                     NGX_OK);
    ers_sent("5:::{\"name\":\"message\",\"args\":[{\"to\":\"v\",\"sid\":\"1\","
             "\"roomType\":\"video\",\"type\":\"answer\",\"payload\":{"
             "\"type\":\"answer\",\"sdp\":\"v=0\\r\\n\"},"
             "\"prefix\":\"webkit\"}]}\n");

    ngx_str_set(&text, "candidate:1 1 UDP 1 192.0.2.1 9 typ host");
    assert_int_equal(ngx_webrtc_ers_client_candidate(ers.client, &to, &sid,
                                                     &mid, &text),
                     NGX_OK);
    ers_sent("5:::{\"name\":\"message\",\"args\":[{\"to\":\"v\",\"sid\":\"9\","
             "\"roomType\":\"video\",\"type\":\"candidate\",\"payload\":{"
             "\"candidate\":{"
             "\"candidate\":\"candidate:1 1 UDP 1 192.0.2.1 9 typ host\","
             "\"sdpMid\":\"video\",\"sdpMLineIndex\":0}},"
             "\"prefix\":\"webkit\"}]}\n");

    ers_destroy();
}


static void
servers_are_listed(void **state)
{
    const ngx_webrtc_ers_server_t  *servers;

    (void) state;

    ers_init();
    ers_open();

    ers_packet("5:::{\"name\":\"stunservers\",\"args\":[["
               "{\"url\":\"stun:192.0.2.1:3478\"},"
               "{\"urls\":[\"stun:a:1\",\"stun:b:2\",7,\"http://c\"]},"
               "{\"url\":\"stun:d:1\",\"urls\":\"stun:d:1\"},"
               "7,{},null]]}");
    ers_packet("5:::{\"name\":\"turnservers\",\"args\":[["
               "{\"username\":\"u\",\"credential\":\"c\","
               "\"url\":\"turn:e:1?transport=tcp\"},"
               "{\"username\":\"x\",\"urls\":[\"turns:f:1\","
               "\"turn:with blank\"]}]]}");

    assert_int_equal(ngx_webrtc_ers_client_servers(ers.client, &servers), 6);
    assert_string_equal(servers[0].url.data, "stun:192.0.2.1:3478");
    assert_string_equal(servers[0].username.data, "");
    assert_string_equal(servers[1].url.data, "stun:a:1");
    assert_string_equal(servers[2].url.data, "stun:b:2");
    assert_string_equal(servers[3].url.data, "stun:d:1");
    assert_string_equal(servers[4].url.data, "turn:e:1?transport=tcp");
    assert_string_equal(servers[4].username.data, "u");
    assert_string_equal(servers[4].credential.data, "c");
    assert_int_equal(servers[4].credential.len, 1);
    assert_string_equal(servers[5].url.data, "turns:f:1");
    assert_string_equal(servers[5].username.data, "x");
    assert_string_equal(servers[5].credential.data, "");

    /* a list has the place of the one before it */

    ers_packet("5:::{\"name\":\"stunservers\",\"args\":[[]]}");
    assert_int_equal(ngx_webrtc_ers_client_servers(ers.client, &servers), 2);
    assert_string_equal(servers[0].url.data, "turn:e:1?transport=tcp");

    ers_packet("5:::{\"name\":\"stunservers\",\"args\":[{\"url\":1}]}");
    ers_packet("5:::{\"name\":\"turnservers\",\"args\":[]}");
    assert_int_equal(ngx_webrtc_ers_client_servers(ers.client, &servers), 2);

    ers_told("");
    ers_destroy();
}


static void
servers_are_bounded(void **state)
{
    char                            text[4096];
    size_t                          n;
    ngx_uint_t                      i;
    const ngx_webrtc_ers_server_t  *servers;

    (void) state;

    ers_init();
    ers_open();

    n = sprintf(text, "5:::{\"name\":\"stunservers\",\"args\":[[");

    for (i = 0; i < 100; i++) {
        n += sprintf(text + n, "{\"url\":\"stun:h:%u\"},", (unsigned) i);
    }

    sprintf(text + n, "{}]]}");
    ers_packet(text);

    assert_int_equal(ngx_webrtc_ers_client_servers(ers.client, &servers), 16);

    ers_destroy();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(a_handshake_then_an_upgrade_then_the_room),
        cmocka_unit_test(bytes_may_come_one_by_one),
        cmocka_unit_test(frames_may_come_with_the_upgrade),
        cmocka_unit_test(a_server_without_an_ersid_is_joined_after_a_second),
        cmocka_unit_test(our_own_server_serves_all_viewers_on_one_socket),
        cmocka_unit_test(names_are_quoted),
        cmocka_unit_test(viewers_come_and_go),
        cmocka_unit_test(a_viewer_may_come_before_the_ack),
        cmocka_unit_test(viewers_may_wait_in_the_room),
        cmocka_unit_test(an_ack_may_be_empty),
        cmocka_unit_test(messages_of_viewers_are_told),
        cmocka_unit_test(messages_to_viewers_are_sent),
        cmocka_unit_test(servers_are_listed),
        cmocka_unit_test(servers_are_bounded),
    };

    return cmocka_run_group_tests_name("ers_client", tests, NULL, NULL);
}
