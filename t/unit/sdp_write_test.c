
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_sdp_write.h>


static u_char             buf[4096];
static ngx_webrtc_text_t  text;


static int
setup(void **state)
{
    (void) state;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));

    return 0;
}


static void
wrote(const char *expected)
{
    assert_false(text.overflow);
    assert_int_equal(ngx_webrtc_text_len(&text), strlen(expected));
    assert_memory_equal(buf, expected, strlen(expected));
}


static void
test_session(void **state)
{
    (void) state;

    ngx_webrtc_sdp_write_session(&text, 7, 2);

    wrote("v=0\r\no=- 7 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n");
}


static void
test_format_with_repair(void **state)
{
    ngx_webrtc_sdp_format_t  format;

    (void) state;

    format.codec = NGX_WEBRTC_CODEC_VP9;
    format.pt = 98;
    format.rtx_pt = 99;
    format.feedback = NGX_WEBRTC_SDP_FB_NACK | NGX_WEBRTC_SDP_FB_CCM_FIR;
    ngx_str_set(&format.fmtp, "profile-id=0");

    ngx_webrtc_sdp_write_formats(&text, &format);
    ngx_webrtc_sdp_write_format(&text, &format);

    wrote("98 99\r\nc=IN IP4 0.0.0.0\r\n"
          "a=rtpmap:98 VP9/90000\r\n"
          "a=rtcp-fb:98 nack\r\n"
          "a=rtcp-fb:98 ccm fir\r\n"
          "a=fmtp:98 profile-id=0\r\n"
          "a=rtpmap:99 rtx/90000\r\n"
          "a=fmtp:99 apt=98\r\n");
}


static void
test_format_of_two_channels(void **state)
{
    ngx_webrtc_sdp_format_t  format;

    (void) state;

    format.codec = NGX_WEBRTC_CODEC_OPUS;
    format.pt = 111;
    format.rtx_pt = NGX_WEBRTC_SDP_NO_PT;
    format.feedback = 0;
    ngx_str_null(&format.fmtp);

    ngx_webrtc_sdp_write_formats(&text, &format);
    ngx_webrtc_sdp_write_format(&text, &format);

    wrote("111\r\nc=IN IP4 0.0.0.0\r\na=rtpmap:111 opus/48000/2\r\n");
}


static void
test_stream(void **state)
{
    ngx_webrtc_sdp_stream_t  stream;

    (void) state;

    ngx_str_set(&stream.stream, "S");
    ngx_str_set(&stream.track, "T");
    stream.ssrc = 1;
    stream.rtx_ssrc = 2;

    ngx_webrtc_sdp_write_stream(&text, &stream);

    wrote("a=msid:S T\r\na=ssrc-group:FID 1 2\r\n"
          "a=ssrc:1 cname:S\r\na=ssrc:2 cname:S\r\n");
}


static void
test_other_lines(void **state)
{
    ngx_webrtc_addr_t  addrs[2];

    static const u_char  v4[4] = { 192, 0, 2, 10 };

    (void) state;

    memset(addrs, 0, sizeof(addrs));
    ngx_webrtc_addr_set_v4(&addrs[0], v4, 40000);
    ngx_webrtc_addr_set_v4(&addrs[1], v4, 40001);

    ngx_webrtc_sdp_write_direction(&text, NGX_WEBRTC_SDP_RECVONLY);
    ngx_webrtc_sdp_write_setup(&text, NGX_WEBRTC_SDP_SETUP_PASSIVE);
    ngx_webrtc_sdp_write_bit_rate(&text, 5000000);
    ngx_webrtc_sdp_write_extmap(&text, NGX_WEBRTC_EXT_MID, 9);
    ngx_webrtc_sdp_write_sctp(&text, 65536);
    ngx_webrtc_sdp_write_candidates(&text, addrs, 2);

    wrote("a=recvonly\r\na=setup:passive\r\n"
          "b=AS:5000000\r\nb=TIAS:5000000000\r\n"
          "a=extmap:9 urn:ietf:params:rtp-hdrext:sdes:mid\r\n"
          "a=sctp-port:5000\r\na=max-message-size:65536\r\n"
          "a=candidate:1 1 udp 2130706431 192.0.2.10 40000 typ host\r\n"
          "a=candidate:2 1 udp 2130706175 192.0.2.10 40001 typ host\r\n");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test_setup(test_session, setup),
        cmocka_unit_test_setup(test_format_with_repair, setup),
        cmocka_unit_test_setup(test_format_of_two_channels, setup),
        cmocka_unit_test_setup(test_stream, setup),
        cmocka_unit_test_setup(test_other_lines, setup)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
