
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_fmtp.h>


static u_char             buf[NGX_WEBRTC_FMTP_LEN + 1];
static ngx_webrtc_text_t  text;


static void
start(void)
{
    memset(buf, 0, sizeof(buf));
    ngx_webrtc_text_init(&text, buf, buf + NGX_WEBRTC_FMTP_LEN);
}


static void
assert_text(const char *expected)
{
    assert_false(text.overflow);
    assert_string_equal((char *) buf, expected);
}


static void
opus_says_only_what_was_asked_for(void **state)
{
    ngx_webrtc_opus_params_t  params;

    (void) state;

    start();
    ngx_webrtc_fmtp_opus(&text, NULL);
    assert_text("minptime=10;useinbandfec=1");

    ngx_webrtc_opus_params_init(&params);
    params.minptime = 3;
    params.useinbandfec = 0;
    params.maxplaybackrate = 16000;
    params.stereo = 0;
    params.sprop_stereo = 0;
    params.usedtx = 1;
    params.bit_rate = 64;

    start();
    ngx_webrtc_fmtp_opus(&text, &params);
    assert_text("minptime=3;useinbandfec=0;maxplaybackrate=16000;stereo=0;"
                "sprop-stereo=0;usedtx=1;maxaveragebitrate=64000");

    params.usedtx = 0;
    params.bit_rate = 510;

    start();
    ngx_webrtc_fmtp_opus(&text, &params);
    assert_null(strstr((char *) buf, "usedtx"));
}


static void
a_receiver_of_opus_is_told_of_stereo(void **state)
{
    ngx_webrtc_opus_params_t  params;

    (void) state;

    start();
    ngx_webrtc_fmtp_opus_remote(&text, NULL);
    assert_text("minptime=10;useinbandfec=1");

    ngx_webrtc_opus_params_init(&params);
    params.stereo = 1;
    params.usedtx = 1;
    params.bit_rate = 64;

    start();
    ngx_webrtc_fmtp_opus_remote(&text, &params);
    assert_text("minptime=10;useinbandfec=1;stereo=1");
}


static void
video_codecs_have_their_defaults(void **state)
{
    (void) state;

    start();
    ngx_webrtc_fmtp_video(&text, NGX_WEBRTC_CODEC_VP8, NULL);
    assert_text("");

    start();
    ngx_webrtc_fmtp_video(&text, NGX_WEBRTC_CODEC_VP9, NULL);
    assert_text("profile-id=0");

    start();
    ngx_webrtc_fmtp_video(&text, NGX_WEBRTC_CODEC_AV1, NULL);
    assert_text("level-idx=5;profile=0;tier=0");

    start();
    ngx_webrtc_fmtp_video(&text, NGX_WEBRTC_CODEC_H264, NULL);
    assert_text("level-asymmetry-allowed=1;packetization-mode=1;"
                "profile-level-id=42e01f");

    start();
    ngx_webrtc_fmtp_video(&text, NGX_WEBRTC_CODEC_H265, NULL);
    assert_text("level-id=93;profile-id=1;tier-flag=0;tx-mode=SRST");
}


static void
a_users_profile_is_taken_if_it_is_one(void **state)
{
    ngx_webrtc_video_params_t  params;

    (void) state;

    ngx_webrtc_video_params_init(&params);
    ngx_str_set(&params.profile_level_id, "640C34");

    start();
    ngx_webrtc_fmtp_video(&text, NGX_WEBRTC_CODEC_H264, &params);
    assert_text("level-asymmetry-allowed=1;packetization-mode=1;"
                "profile-level-id=640c34");

    ngx_str_set(&params.profile_level_id, "42\r\na=");

    start();
    ngx_webrtc_fmtp_video(&text, NGX_WEBRTC_CODEC_H264, &params);
    assert_text("level-asymmetry-allowed=1;packetization-mode=1;"
                "profile-level-id=42e01f");

    params.profile_id = 2;
    params.level_id = 120;
    params.tier = 1;
    ngx_str_set(&params.tx_mode, "MRST");

    start();
    ngx_webrtc_fmtp_video(&text, NGX_WEBRTC_CODEC_H265, &params);
    assert_text("level-id=120;profile-id=2;tier-flag=1;tx-mode=MRST");

    ngx_str_set(&params.tx_mode, "a\r\nb");

    start();
    ngx_webrtc_fmtp_video(&text, NGX_WEBRTC_CODEC_H265, &params);
    assert_text("level-id=120;profile-id=2;tier-flag=1;tx-mode=SRST");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(opus_says_only_what_was_asked_for),
        cmocka_unit_test(a_receiver_of_opus_is_told_of_stereo),
        cmocka_unit_test(video_codecs_have_their_defaults),
        cmocka_unit_test(a_users_profile_is_taken_if_it_is_one)
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
