
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* RTP forwarding as the API sees it: destinations, and the SDP of them */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/member.h"

#include <hub/ngx_webrtc_forwarding.h>


static ngx_webrtc_network_t  networks[3];
static ngx_webrtc_acl_t      acl = { networks, 3 };


static void
forwarding_start(ngx_uint_t max)
{
    ngx_uint_t             i;
    ngx_webrtc_hub_conf_t  conf;

    static const in_port_t  ports[] = { 10000, 10002 };

    static ngx_str_t  allowed[] = {
        ngx_string("127.0.0.0/8"), ngx_string("192.0.2.0/24"),
        ngx_string("::1")
    };

    for (i = 0; i < 3; i++) {
        assert_int_equal(ngx_webrtc_network_parse(&networks[i], &allowed[i]),
                         NGX_OK);
    }

    ngx_memzero(&conf, sizeof(ngx_webrtc_hub_conf_t));

    conf.max_connections = 100;
    conf.max_sections = 64;
    conf.video_bit_rate = 500;
    conf.max_video_bit_rate = 15000;
    conf.answer_timeout = SEC(30);
    conf.forwarding_allow = &acl;
    conf.max_forwardings = max;
    conf.ports = ports;
    conf.nports = 2;
    conf.v4 = 1;

    world_start(&conf);
}


static const char *
forward(member_t *member, const char *ip, uint16_t audio, uint16_t video)
{
    ngx_int_t                rc;
    const char              *reason;
    ngx_webrtc_forwarding_t  to;

    to.ip_address.data = (u_char *) ip;
    to.ip_address.len = strlen(ip);
    to.audio_port = audio;
    to.video_port = video;

    reason = NULL;
    rc = ngx_webrtc_connection_forward(member->connection, &to, world.now,
                                       &reason);

    if (rc == NGX_OK) {
        assert_null(reason);
        return "";
    }

    assert_int_equal(rc, NGX_DECLINED);

    return reason;
}


static ngx_webrtc_forward_conf_t *
conf_of(member_t *member, ngx_uint_t n)
{
    ngx_webrtc_source_t  *source;

    source = member->connection->tracks[n].source;
    assert_false(ngx_queue_empty(&source->forwards));

    return &ngx_queue_data(ngx_queue_head(&source->forwards),
                           ngx_webrtc_forward_t, queue)->conf;
}


static void
it_is_replaced_repeated_and_stopped(void **state)
{
    member_t  *a;

    (void) state;

    forwarding_start(1);

    a = member_arrive("a", NGX_WEBRTC_SENDONLY);
    assert_true(ngx_webrtc_connection_sends(a->connection));

    assert_int_equal(
        ngx_webrtc_connection_stop_forwarding(a->connection), NGX_DECLINED);

    assert_string_equal(forward(a, "127.0.0.1", 60001, 60003), "");
    assert_int_equal(fake_media.forwards, 2);
    assert_int_equal(conf_of(a, NGX_WEBRTC_AUDIO)->rtp.port, 60001);
    assert_int_equal(conf_of(a, NGX_WEBRTC_AUDIO)->rtcp.port, 60002);
    assert_int_equal(conf_of(a, NGX_WEBRTC_VIDEO)->rtp.port, 60003);
    assert_int_equal(conf_of(a, NGX_WEBRTC_VIDEO)->rtcp.port, 60004);
    assert_memory_equal(conf_of(a, NGX_WEBRTC_VIDEO)->cname.data,
                        a->connection->info.connection_id,
                        NGX_WEBRTC_ID_LEN);

    /* again: a key frame for a receiver that has just begun */

    assert_string_equal(forward(a, "127.0.0.1", 60001, 60003), "");
    assert_int_equal(fake_media.forwards, 2);
    assert_int_equal(a->connection->tracks[NGX_WEBRTC_VIDEO].source->wanted,
                     1);

    assert_string_equal(forward(a, "127.0.0.2", 5000, 5002), "");
    assert_int_equal(fake_media.forwards, 2);
    assert_int_equal(conf_of(a, NGX_WEBRTC_VIDEO)->rtp.port, 5002);

    /* a refused one leaves it as it is */

    assert_string_equal(forward(a, "198.51.100.1", 1, 2),
                        "DESTINATION-NOT-ALLOWED");
    assert_int_equal(conf_of(a, NGX_WEBRTC_VIDEO)->rtp.port, 5002);

    assert_int_equal(
        ngx_webrtc_connection_stop_forwarding(a->connection), NGX_OK);
    assert_int_equal(fake_media.forwards, 0);

    world_stop();
}


static void
it_ends_with_the_connection(void **state)
{
    member_t  *a, *b;

    (void) state;

    forwarding_start(1);

    a = member_arrive("a", NGX_WEBRTC_SENDONLY);
    b = member_arrive("b", NGX_WEBRTC_SENDRECV);

    assert_string_equal(forward(a, "127.0.0.1", 60001, 60003), "");
    assert_string_equal(forward(b, "127.0.0.1", 60005, 60007),
                        "TOO-MANY-FORWARDINGS");

    member_leave(a);
    assert_int_equal(fake_media.forwards, 0);

    assert_string_equal(forward(b, "127.0.0.1", 60005, 60007), "");
    assert_string_equal(forward(b, "127.0.0.1", 60005, 60009), "");
    assert_int_equal(fake_media.forwards, 2);

    world_stop();
    assert_int_equal(fake_media.forwards, 0);
}


static void
destinations_are_refused_by_reason(void **state)
{
    ngx_uint_t   i;
    member_t    *a, *viewer;

    static const struct {
        const char  *ip;
        uint16_t     audio;
        uint16_t     video;
        const char  *reason;
    } cases[] = {
        { "", 1, 2, "INVALID-IP-ADDRESS" },
        { "localhost", 1, 2, "INVALID-IP-ADDRESS" },
        { "127.0.0.1:80", 1, 2, "INVALID-IP-ADDRESS" },
        { "fe80::1%lo", 1, 2, "INVALID-IP-ADDRESS" },
        { "10.0.0.1", 1, 2, "DESTINATION-NOT-ALLOWED" },
        { "8.8.8.8", 1, 2, "DESTINATION-NOT-ALLOWED" },
        { "224.0.0.1", 1, 2, "DESTINATION-NOT-ALLOWED" },
        { "255.255.255.255", 1, 2, "DESTINATION-NOT-ALLOWED" },
        { "0.0.0.0", 1, 2, "DESTINATION-NOT-ALLOWED" },
        { "::ffff:8.8.8.8", 1, 2, "DESTINATION-NOT-ALLOWED" },
        { "127.0.0.1", 0, 2, "DESTINATION-NOT-ALLOWED" },
        { "127.0.0.1", 1, 0, "DESTINATION-NOT-ALLOWED" },

        /* one's own media ports, and the RTCP that would come there */
        { "127.0.0.1", 10000, 2, "DESTINATION-NOT-ALLOWED" },
        { "::ffff:127.0.0.1", 10000, 2, "DESTINATION-NOT-ALLOWED" },
        { "127.1.2.3", 1, 10002, "DESTINATION-NOT-ALLOWED" },
        { "127.0.0.1", 9999, 2, "DESTINATION-NOT-ALLOWED" },
        { "192.0.2.1", 10000, 2, "DESTINATION-NOT-ALLOWED" },
        { "::1", 10000, 2, "DESTINATION-NOT-ALLOWED" },

        /* no socket for it */
        { "::1", 1, 2, "DESTINATION-UNREACHABLE" },

        /* somebody else's port of that number */
        { "192.0.2.2", 10000, 2, "" },
        { "::ffff:127.0.0.1", 1, 2, "" },
    };

    (void) state;

    forwarding_start(10);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_string_equal(forward(a, cases[i].ip, cases[i].audio,
                                    cases[i].video), cases[i].reason);
    }

    viewer = member_arrive("viewer", NGX_WEBRTC_RECVONLY);
    assert_false(ngx_webrtc_connection_sends(viewer->connection));
    assert_string_equal(forward(viewer, "127.0.0.1", 1, 3),
                        "NO-UPSTREAM-MEDIA");

    world_stop();
}


static void
reports_keep_away_from_the_other_kind(void **state)
{
    member_t  *a;

    (void) state;

    forwarding_start(10);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);

    assert_string_equal(forward(a, "127.0.0.1", 60001, 60002), "");
    assert_int_equal(conf_of(a, NGX_WEBRTC_AUDIO)->rtcp.port, 0);
    assert_int_equal(conf_of(a, NGX_WEBRTC_VIDEO)->rtcp.port, 60003);

    assert_string_equal(forward(a, "127.0.0.1", 60002, 60001), "");
    assert_int_equal(conf_of(a, NGX_WEBRTC_AUDIO)->rtcp.port, 60003);
    assert_int_equal(conf_of(a, NGX_WEBRTC_VIDEO)->rtcp.port, 0);

    assert_string_equal(forward(a, "127.0.0.1", 65535, 65534), "");
    assert_int_equal(conf_of(a, NGX_WEBRTC_AUDIO)->rtcp.port, 0);
    assert_int_equal(conf_of(a, NGX_WEBRTC_VIDEO)->rtcp.port, 0);

    world_stop();
}


static void
assert_sdp(member_t *member, const char *want)
{
    char               buf[NGX_WEBRTC_FORWARDING_SDP + 1];
    ngx_webrtc_text_t  text;

    ngx_webrtc_text_init(&text, (u_char *) buf,
                         (u_char *) buf + NGX_WEBRTC_FORWARDING_SDP);
    ngx_webrtc_connection_forwarding_sdp(member->connection, &text);
    assert_false(text.overflow);

    buf[ngx_webrtc_text_len(&text)] = '\0';
    assert_string_equal(buf, want);
}


static void
the_sdp_says_what_comes(void **state)
{
    member_t           *a, *b;
    ngx_webrtc_join_t   join;

    (void) state;

    forwarding_start(10);

    a = member_arrive("a", NGX_WEBRTC_SENDRECV);
    assert_string_equal(forward(a, "127.0.0.1", 60001, 60003), "");

    assert_sdp(a, "v=0\r\n"
                  "o=- 0 0 IN IP4 0.0.0.0\r\n"
                  "s=-\r\n"
                  "t=0 0\r\n"
                  "m=audio 60001 RTP/SAVPF 109\r\n"
                  "c=IN IP4 127.0.0.1\r\n"
                  "a=rtpmap:109 opus/48000/2\r\n"
                  "a=fmtp:109 minptime=10;useinbandfec=1\r\n"
                  "m=video 60003 RTP/SAVPF 98\r\n"
                  "c=IN IP4 127.0.0.1\r\n"
                  "a=rtpmap:98 VP9/90000\r\n"
                  "a=fmtp:98 profile-id=0\r\n");

    /* a kind that is not sent is not there */

    b = member_new("b");
    member_join_init(&join, b, NGX_WEBRTC_SENDONLY);
    join.info.audio = 0;
    join.info.video_codec = NGX_WEBRTC_CODEC_VP8;
    assert_null(member_enter(b, &join));
    member_answer(b);
    member_connect(b);

    assert_string_equal(forward(b, "127.0.0.1", 60001, 60003), "");
    assert_int_equal(fake_media.forwards, 3);

    assert_sdp(b, "v=0\r\n"
                  "o=- 0 0 IN IP4 0.0.0.0\r\n"
                  "s=-\r\n"
                  "t=0 0\r\n"
                  "m=video 60003 RTP/SAVPF 96\r\n"
                  "c=IN IP4 127.0.0.1\r\n"
                  "a=rtpmap:96 VP8/90000\r\n");

    world_stop();
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(it_is_replaced_repeated_and_stopped),
        cmocka_unit_test(it_ends_with_the_connection),
        cmocka_unit_test(destinations_are_refused_by_reason),
        cmocka_unit_test(reports_keep_away_from_the_other_kind),
        cmocka_unit_test(the_sdp_says_what_comes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
