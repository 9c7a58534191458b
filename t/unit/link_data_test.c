
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* programs and browsers: data */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "lib/gateway.h"
#include "lib/offer.h"


#define OFFER                                                                \
    OFFER_HEAD "a=group:BUNDLE 1\r\n" OFFER_APPLICATION


/* the browser calls, and is not connected yet */

static void
call_offered(call_t *call, const ngx_webrtc_link_conf_t *conf)
{
    call_create(call, conf);
    call_browser(call);
    assert_null(call_answer(call, OFFER, NULL));
    call_begin(call);
}


static void
call_up(call_t *call)
{
    ngx_uint_t  i;

    for (i = 0;
         i < 200 && strstr(call->data.theirs.journal, "up") == NULL;
         i++)
    {
        scene_run(10);
    }

    scene_run(50);
}


static void
text_from_browser(call_t *call, const char *text)
{
    assert_true(data_client_send(&call->data, call->link->stream,
                                 NGX_WEBRTC_PPID_STRING, text,
                                 strlen(text)));
    scene_run(20);
}


static void
we_open_a_channel_with_the_options_asked_for(void **state)
{
    call_t                   call;
    ngx_webrtc_port_t       *port;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    port = port_of(NGX_WEBRTC_PORT_DATA);
    conf = data_conf(port, 8001);
    ngx_str_set(&conf.data.protocol, "p");
    conf.data.ordered = 0;
    conf.data.max_retransmits = 3;

    call_create(&call, &conf);
    call_browser(&call);
    assert_null(call_offer_and_answer(&call));

    port_data(port, "early");
    assert_int_equal(ngx_webrtc_port_stats(port)->dropped, 1);
    assert_false(ngx_webrtc_link_is_open(call.link));

    call_connect(&call, "open");
    assert_heard(&call, "open");
    assert_true(ngx_webrtc_link_is_open(call.link));

    assert_string_equal(call.data.theirs.journal, "up open:chat/p:1:1:3:1");
    call.data.theirs.journal[0] = '\0';

    port_data(port, "hello");
    scene_run(20);
    assert_string_equal(call.data.theirs.journal, "text:1:hello");

    text_from_browser(&call, "one");
    text_from_browser(&call, "two");
    assert_got(8001, "one two");
    assert_ptr_equal(program(8001)->from, port);

    assert_int_equal(ngx_webrtc_link_stats(call.link)->sent, 1);
    assert_int_equal(ngx_webrtc_link_stats(call.link)->received, 2);
    assert_int_equal(ngx_webrtc_link_buffered(call.link), 0);

    call_end(&call);
    ngx_webrtc_port_destroy(port);
    scene_cleanup();
}


static void
a_browser_opens_one_and_says_what_it_is(void **state)
{
    call_t                         call;
    ngx_webrtc_port_t             *port;
    ngx_webrtc_link_conf_t         conf;
    const ngx_webrtc_link_data_t  *data;

    (void) state;

    scene_init();

    port = port_of(NGX_WEBRTC_PORT_DATA);
    conf = data_conf(NULL, 0);
    call_offered(&call, &conf);

    /* feed and redirect before it is open, as many clients do */

    conf = data_conf(port, 8001);
    assert_int_equal(ngx_webrtc_link_configure(call.link, &conf,
                                               scene.world.now), NGX_OK);
    call_up(&call);
    assert_heard(&call, "");

    /* unordered, 3 retransmits, a protocol */

    assert_true(data_client_send(&call.data, 0, NGX_WEBRTC_PPID_DCEP,
                                 "\3\x81\1\0\0\0\0\3\0\5\0\2#chatp2", 19));
    scene_run(20);
    assert_heard(&call, "open");

    data = &ngx_webrtc_link_conf(call.link)->data;
    assert_int_equal(data->label.len, 5);
    assert_memory_equal(data->label.data, "#chat", 5);
    assert_int_equal(data->protocol.len, 2);
    assert_false(data->ordered);
    assert_int_equal(data->max_retransmits, 3);
    assert_int_equal(data->max_packet_life_time, -1);
    assert_int_equal(data->id, 0);

    text_from_browser(&call, "hi");
    assert_got(8001, "hi");

    /* a second one is closed again, the first one stays */

    call.data.theirs.journal[0] = '\0';
    data_client_open(&call.data, 2, "more");
    scene_run(500);
    assert_string_equal(call.data.theirs.journal, "ack:2 reset:2");

    port_data(port, "still");
    scene_run(20);
    assert_string_equal(call.data.theirs.journal,
                        "ack:2 reset:2 text:0:still");

    /* it ends with its channel */

    assert_int_equal(ngx_webrtc_sctp_reset(call.data.sctp, 0,
                                           scene.world.now), NGX_OK);
    scene_run(500);
    assert_heard(&call, "closed");

    port_data(port, "late");
    assert_int_equal(ngx_webrtc_port_stats(port)->dropped, 1);

    call_end(&call);
    ngx_webrtc_port_destroy(port);
    scene_cleanup();
}


static void
a_negotiated_channel_needs_no_word(void **state)
{
    call_t                   call;
    ngx_webrtc_port_t       *port;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    port = port_of(NGX_WEBRTC_PORT_DATA);
    conf = data_conf(port, 8001);
    conf.data.negotiated = 1;
    conf.data.id = 101;

    call_offered(&call, &conf);
    call_up(&call);

    assert_heard(&call, "open");
    assert_string_equal(call.data.theirs.journal, "up");

    text_from_browser(&call, "hi");
    assert_got(8001, "hi");

    port_data(port, "hello");
    scene_run(20);
    assert_string_equal(call.data.theirs.journal, "up text:101:hello");
    call_end(&call);

    /* one without an id cannot be known */

    conf.data.id = -1;
    call_offered(&call, &conf);
    call_up(&call);
    assert_heard(&call, "failed");
    assert_string_equal(call.reason, "DATA-CHANNEL-REFUSED");
    call_end(&call);

    /* nor one that is not offered */

    call_create(&call, &conf);
    call_browser(&call);
    assert_string_equal(call_answer(&call, OFFER_MEDIA, NULL),
                        "NO-DATA-CHANNEL");
    call_end(&call);

    ngx_webrtc_port_destroy(port);
    scene_cleanup();
}


static void
what_a_browser_says_early_is_held(void **state)
{
    call_t                   call;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    scene.gateway->conf.early_data = 3 * (sizeof(ngx_webrtc_held_t) + 4);

    conf = data_conf(NULL, 0);
    call_offered(&call, &conf);
    call_up(&call);

    data_client_open(&call.data, 0, "");
    scene_run(20);

    text_from_browser(&call, "num0");
    text_from_browser(&call, "num1");
    text_from_browser(&call, "num2");
    text_from_browser(&call, "num3");

    assert_int_equal(scene.nprograms, 0);
    assert_int_equal(ngx_webrtc_link_stats(call.link)->dropped, 1);

    conf = data_conf(NULL, 8001);
    assert_int_equal(ngx_webrtc_link_configure(call.link, &conf,
                                               scene.world.now), NGX_OK);
    assert_got(8001, "num1 num2 num3");
    assert_null(program(8001)->from);

    /* and it moves */

    conf = data_conf(NULL, 8002);
    assert_int_equal(ngx_webrtc_link_configure(call.link, &conf,
                                               scene.world.now), NGX_OK);
    text_from_browser(&call, "num4");
    assert_got(8001, "");
    assert_got(8002, "num4");

    call_end(&call);
    scene_cleanup();
}


static void
a_datagram_that_is_no_text_makes_all_of_them_binary(void **state)
{
    call_t                   call;
    ngx_uint_t               i;
    ngx_webrtc_port_t       *port;
    ngx_webrtc_link_conf_t   conf;

    static const char *const  texts[] = {
        "hello", "{\"a\": 1}\r\n\t", "\xc3\xa9", "\xe3\x81\x82",
        "\xf0\x9f\x98\x80", NULL
    };

    static const char *const  bytes[] = {
        "\x01", "\x7f", "\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80",
        "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80",
        "\xe3\x81\x22", NULL
    };

    (void) state;

    scene_init();

    port = port_of(NGX_WEBRTC_PORT_DATA);
    conf = data_conf(port, 8001);
    call_offered(&call, &conf);
    call_up(&call);
    data_client_open(&call.data, 0, "");
    scene_run(20);

    for (i = 0; texts[i]; i++) {
        port_data(port, texts[i]);
        scene_run(20);
        assert_false(call.link->binary);
    }

    assert_int_equal(call.data.theirs.messages, i);
    assert_non_null(strstr(call.data.theirs.journal, "text:0:\xe3\x81\x82"));

    for (i = 0; bytes[i]; i++) {
        call.link->binary = 0;
        call.data.theirs.journal[0] = '\0';

        port_data(port, bytes[i]);
        scene_run(20);
        assert_int_equal(strncmp(call.data.theirs.journal, "binary:", 7), 0);
    }

    call.data.theirs.journal[0] = '\0';
    port_data(port, "hello");
    scene_run(20);
    assert_string_equal(call.data.theirs.journal, "binary:0:5");

    /* nothing is no message */

    ngx_webrtc_port_input(port, (u_char *) "", 0, scene.world.now);
    assert_int_equal(ngx_webrtc_port_stats(port)->dropped, 1);

    call_end(&call);
    ngx_webrtc_port_destroy(port);
    scene_cleanup();
}


static void
port_input_zeros(ngx_webrtc_port_t *port, size_t len)
{
    static u_char  zeros[65507];

    ngx_webrtc_port_input(port, zeros, len, scene.world.now);
}


/* a connection whose page packs what it sends */

static void
call_packed(call_t *call, ngx_webrtc_port_t *port, ngx_webrtc_packing_e kind)
{
    ngx_webrtc_link_conf_t  conf;

    conf = data_conf(port, 8001);
    conf.data.packing = kind;

    call_offered(call, &conf);
    call_up(call);
    data_client_open(&call->data, 0, "");
    scene_run(20);
    assert_heard(call, "open");

    call->data.theirs.journal[0] = '\0';
}


static void
values_are_packed_as_the_page_expects(void **state)
{
    call_t              call;
    ngx_webrtc_port_t  *port;

    (void) state;

    scene_init();

    port = port_of(NGX_WEBRTC_PORT_DATA);

    call_packed(&call, port, NGX_WEBRTC_PACKING_JSON_TEXT);

    port_data(port, "hello");
    port_data(port, "{\"a\":1}");
    scene_run(20);
    assert_string_equal(call.data.theirs.journal,
                        "text:0:\"hello\" text:0:{\"a\":1}");

    text_from_browser(&call, "\"hi\"");
    assert_got(8001, "hi");

    /* bytes cannot be said in JSON */

    port_data(port, "\xff");
    assert_int_equal(ngx_webrtc_link_stats(call.link)->dropped, 1);
    assert_int_equal(ngx_webrtc_port_stats(port)->dropped, 1);
    call_end(&call);

    /* BinaryPack of "hi", and what says that the page has closed */

    call_packed(&call, port, NGX_WEBRTC_PACKING_PEERJS);

    port_data(port, "hi");
    scene_run(20);
    assert_string_equal(call.data.theirs.journal, "binary:0:3");

    assert_true(data_client_send(&call.data, 0, NGX_WEBRTC_PPID_BINARY,
                                 "\xb2hi", 3));
    scene_run(20);
    assert_got(8001, "hi");

    assert_true(data_client_send(&call.data, 0, NGX_WEBRTC_PPID_BINARY,
                                 "\x81\xba__peerData\x81\xb4type\xb5" "close",
                                 24));
    scene_run(20);
    assert_heard(&call, "closed");
    assert_false(ngx_webrtc_link_is_open(call.link));
    call_end(&call);

    /* an envelope; what is none is passed on if it is text */

    call_packed(&call, port, NGX_WEBRTC_PACKING_SKYWAY);

    port_data(port, "hi");
    scene_run(20);
    assert_int_equal(strncmp(call.data.theirs.journal, "binary:0:", 9), 0);
    assert_true(atoi(call.data.theirs.journal + 9) > 50);

    text_from_browser(&call, "bare");
    assert_got(8001, "bare");

    assert_true(data_client_send(&call.data, 0, NGX_WEBRTC_PPID_BINARY,
                                 "bytes", 5));
    scene_run(20);
    assert_got(8001, "");
    assert_int_equal(ngx_webrtc_link_stats(call.link)->dropped, 1);

    /* a large one is sent whole or not at all */

    scene.gateway->conf.data_buffer = 50000;

    while (ngx_webrtc_link_stats(call.link)->dropped == 1) {
        port_input_zeros(port, 30000);
    }

    assert_true(ngx_webrtc_link_buffered(call.link) < 50000);
    call_end(&call);

    ngx_webrtc_port_destroy(port);
    scene_cleanup();
}


static void
large_messages_are_datagrams_as_long_as_they_fit(void **state)
{
    call_t                   call;
    ngx_webrtc_port_t       *port;
    ngx_webrtc_link_conf_t   conf;

    static u_char  large[65508];

    (void) state;

    scene_init();

    port = port_of(NGX_WEBRTC_PORT_DATA);
    conf = data_conf(port, 8001);
    call_offered(&call, &conf);
    call_up(&call);
    data_client_open(&call.data, 0, "");
    scene_run(20);

    assert_true(data_client_send(&call.data, 0, NGX_WEBRTC_PPID_BINARY,
                                 large, 65508));
    scene_run(500);
    assert_int_equal(scene.nprograms, 0);
    assert_int_equal(ngx_webrtc_link_stats(call.link)->dropped, 1);

    assert_true(data_client_send(&call.data, 0, NGX_WEBRTC_PPID_BINARY,
                                 large, 65507));
    scene_run(500);
    assert_int_equal(program(8001)->datagrams, 1);

    ngx_webrtc_port_input(port, large, 65507, scene.world.now);
    assert_true(ngx_webrtc_link_buffered(call.link) > 0);
    scene_run(500);
    assert_int_equal(call.data.theirs.bytes, 65507);
    assert_int_equal(ngx_webrtc_link_buffered(call.link), 0);

    /* a browser that takes nothing fills a buffer that has an end */

    call.data.deaf = 1;

    while (ngx_webrtc_port_stats(port)->dropped == 0) {
        ngx_webrtc_port_input(port, large, 65507, scene.world.now);
        scene_run(1);
        assert_true(ngx_webrtc_link_stats(call.link)->sent < 200);
    }

    assert_int_equal(ngx_webrtc_link_stats(call.link)->dropped, 2);

    call_end(&call);
    ngx_webrtc_port_destroy(port);
    scene_cleanup();
}


static void
end_it(ngx_webrtc_link_t *link, const ngx_webrtc_link_event_t *event)
{
    (void) event;

    ngx_webrtc_link_destroy(link, scene.world.now);
}


/* its acknowledgement comes when nobody is interested any more */

static void
a_link_may_end_while_its_channel_opens(void **state)
{
    call_t                   call;
    ngx_uint_t               i;
    ngx_webrtc_link_t       *link;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    conf = data_conf(NULL, 8001);
    conf.data.packing = NGX_WEBRTC_PACKING_SKYWAY;

    call_create(&call, &conf);
    call_browser(&call);
    assert_null(call_offer_and_answer(&call));
    call_begin(&call);

    link = call.link;

    for (i = 0; i < 2000 && !link->has_stream; i++) {
        scene_run(1);
    }

    assert_true(link->has_stream);
    assert_false(link->open);

    call_destroy(&call);
    scene_run(1);
    assert_string_equal(call.journal, "");

    scene_run(3000);
    call_end(&call);
    scene_cleanup();
}


static void
a_goodbye_closes_the_channel_and_then_the_rest(void **state)
{
    call_t                   call;
    ngx_webrtc_link_conf_t   conf;

    (void) state;

    scene_init();

    conf = data_conf(NULL, 8001);

    call_offered(&call, &conf);
    call_up(&call);
    data_client_open(&call.data, 0, "");
    scene_run(20);
    text_from_browser(&call, "hi");

    call_destroy(&call);
    assert_int_equal(ngx_webrtc_gateway_links(scene.gateway), 0);
    scene_run(20);

    assert_string_equal(call.data.theirs.journal, "up ack:0 reset:0");
    assert_int_equal(ngx_webrtc_dtls_state(call.client->dtls),
                     NGX_WEBRTC_DTLS_CLOSED);
    assert_int_equal(ngx_webrtc_engine_peers(scene.world.engine), 0);
    call_browser_cleanup(&call);

    /* one that does not answer is not waited for */

    call_offered(&call, &conf);
    call_up(&call);
    data_client_open(&call.data, 0, "");
    scene_run(20);

    call.data.lazy = 1;
    call_destroy(&call);
    scene_run(900);
    assert_int_equal(ngx_webrtc_engine_peers(scene.world.engine), 1);
    scene_run(200);
    assert_int_equal(ngx_webrtc_engine_peers(scene.world.engine), 0);
    call_browser_cleanup(&call);

    /* within its own event, and while it says goodbye */

    call_offered(&call, &conf);
    call.react = end_it;
    call_up(&call);
    data_client_open(&call.data, 0, "");

    while (call.journal[0] == '\0') {
        scene_run(1);
    }

    call.client->silent = 1;
    call.link = NULL;
    assert_heard(&call, "open");
    assert_int_equal(ngx_webrtc_gateway_links(scene.gateway), 0);

    call_browser_cleanup(&call);
    assert_int_equal(ngx_webrtc_engine_peers(scene.world.engine), 1);
    scene_cleanup();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(we_open_a_channel_with_the_options_asked_for),
        cmocka_unit_test(a_browser_opens_one_and_says_what_it_is),
        cmocka_unit_test(a_negotiated_channel_needs_no_word),
        cmocka_unit_test(what_a_browser_says_early_is_held),
        cmocka_unit_test(a_datagram_that_is_no_text_makes_all_of_them_binary),
        cmocka_unit_test(values_are_packed_as_the_page_expects),
        cmocka_unit_test(large_messages_are_datagrams_as_long_as_they_fit),
        cmocka_unit_test(a_link_may_end_while_its_channel_opens),
        cmocka_unit_test(a_goodbye_closes_the_channel_and_then_the_rest),
    };

    return cmocka_run_group_tests_name("link_data", tests, NULL, NULL);
}
