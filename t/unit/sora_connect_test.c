
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The connect message and the tables that it is read by.  It tests these
 * together:
 *
 *     ngx_webrtc_sora_keys.c
 */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <front/sora/ngx_webrtc_sora.h>
#include <front/sora/ngx_webrtc_sora_connect.h>


#define CONNECT  "{\"type\":\"connect\",\"channel_id\":\"sora\","             \
                 "\"role\":\"sendrecv\""


static ngx_webrtc_sora_connect_t  connect_message;


static const char *
parse(const char *text)
{
    size_t       len;
    u_char      *data;
    ngx_int_t    rc;
    const char  *reason;

    /* of its own, so that a read beyond the end is seen */

    static u_char  *kept;

    len = strlen(text);
    data = malloc(len ? len : 1);
    memcpy(data, text, len);

    free(kept);
    kept = data;

    if (connect_message.json) {
        ngx_webrtc_sora_connect_free(&connect_message);
    }

    reason = NULL;
    rc = ngx_webrtc_sora_connect_parse(&connect_message, data, len, NULL,
                                       &reason);

    if (text[0] == '\0') {
        free(kept);
        kept = NULL;
    }

    if (rc == NGX_OK) {
        return NULL;
    }

    assert_non_null(reason);

    return reason;
}


static void
done(void)
{
    if (connect_message.json) {
        ngx_webrtc_sora_connect_free(&connect_message);
    }

    (void) parse("");
}


#define assert_str(str, text)                                                \
    assert_int_equal((str).len, strlen(text));                               \
    assert_memory_equal((str).data, text, strlen(text))


static void
the_least_that_a_client_sends_has_defaults(void **state)
{
    ngx_webrtc_join_t  *join;

    (void) state;

    assert_null(parse(CONNECT "}"));

    join = &connect_message.join;

    assert_str(join->info.channel_id, "sora");
    assert_int_equal(join->info.role, NGX_WEBRTC_SENDRECV);
    assert_int_equal(join->info.client_id.len, 0);
    assert_true(join->info.audio);
    assert_true(join->info.video);
    assert_int_equal(join->info.audio_codec, NGX_WEBRTC_CODEC_OPUS);
    assert_int_equal(join->info.video_codec, NGX_WEBRTC_CODEC_VP9);
    assert_int_equal(join->info.video_bit_rate, 0);
    assert_false(join->has_metadata);

    done();
}


static void
every_key_is_read(void **state)
{
    ngx_webrtc_join_t  *join;

    (void) state;

    assert_null(parse("{\"type\":\"connect\",\"role\":\"sendonly\","
        "\"channel_id\":\"\xc3\xa9\\u0000x\"}") ? NULL : "accepted");

    assert_null(parse("{\"role\":\"recvonly\",\"type\":\"connect\","
        "\"channel_id\":\"c\\n\\\"\",\"client_id\":\"cl\","
        "\"bundle_id\":\"bu\",\"multistream\":false,\"e2ee\":{},"
        "\"simulcast\":true,\"spotlight\":2,\"spotlight_number\":8,"
        "\"spotlight_focus_rid\":\"r1\",\"spotlight_unfocus_rid\":\"none\","
        "\"data_channel_signaling\":true,"
        "\"ignore_disconnect_websocket\":false,"
        "\"audio\":{\"codec_type\":\"OPUS\",\"bit_rate\":64,"
        "\"opus_params\":{\"channels\":2,\"maxplaybackrate\":16000,"
        "\"minptime\":3,\"ptime\":120,\"stereo\":true,"
        "\"sprop_stereo\":false,\"useinbandfec\":false,\"usedtx\":true,"
        "\"maxaveragebitrate\":1}},"
        "\"video\":{\"codec_type\":\"H264\",\"bit_rate\":700,"
        "\"h264_params\":{\"profile_level_id\":\"42e034\","
        "\"b_frame\":true}},"
        "\"metadata\":{\"secret\":1},"
        "\"signaling_notify_metadata\": {\"n\": 1.50, \"t\":\"\\u00e9\"} ,"
        "\"sdp\":\"v=0\",\"sora_client\":\"x\",\"libwebrtc\":\"M\","
        "\"environment\":\"e\",\"redirect\":true}"));

    join = &connect_message.join;

    assert_str(join->info.channel_id, "c\n\"");
    assert_str(join->info.client_id, "cl");
    assert_str(join->info.bundle_id, "bu");
    assert_int_equal(join->info.role, NGX_WEBRTC_RECVONLY);
    assert_true(join->info.simulcast);
    assert_true(join->info.spotlight);
    assert_int_equal(join->spotlight_number, 8);
    assert_true(join->has_focus_rid);
    assert_int_equal(join->spotlight_rids.focus, 1);
    assert_true(join->has_unfocus_rid);
    assert_int_equal(join->spotlight_rids.unfocus, NGX_WEBRTC_LAYER_NONE);
    assert_int_equal(join->info.audio_bit_rate, 64);
    assert_int_equal(join->opus.channels, 2);
    assert_int_equal(join->opus.maxplaybackrate, 16000);
    assert_int_equal(join->opus.minptime, 3);
    assert_int_equal(join->opus.ptime, 120);
    assert_int_equal(join->opus.stereo, 1);
    assert_int_equal(join->opus.sprop_stereo, 0);
    assert_int_equal(join->opus.useinbandfec, 0);
    assert_int_equal(join->opus.usedtx, 1);
    assert_int_equal(join->info.video_codec, NGX_WEBRTC_CODEC_H264);
    assert_int_equal(join->info.video_bit_rate, 700);
    assert_str(join->video.profile_level_id, "42e034");
    assert_str(join->info.video_params, "{\"profile_level_id\":\"42e034\"}");

    /* as it was written */

    assert_true(join->has_metadata);
    assert_str(join->metadata, "{\"n\": 1.50, \"t\":\"\\u00e9\"}");

    done();
}


static void
parameters_of_each_codec_are_read(void **state)
{
    ngx_webrtc_join_t  *join;

    (void) state;

    join = &connect_message.join;

    assert_null(parse(CONNECT ",\"video\":{\"vp9_params\":"
                      "{\"profile_id\":2}}}"));
    assert_int_equal(join->video.profile_id, 2);
    assert_str(join->info.video_params, "{\"profile_id\":2}");

    assert_null(parse(CONNECT ",\"video\":{\"codec_type\":\"AV1\","
                      "\"av1_params\":{\"profile\":1,\"level_idx\":31,"
                      "\"tier\":1}}}"));
    assert_int_equal(join->info.video_codec, NGX_WEBRTC_CODEC_AV1);
    assert_int_equal(join->video.profile_id, 1);
    assert_int_equal(join->video.level_id, 31);
    assert_int_equal(join->video.tier, 1);

    assert_null(parse(CONNECT ",\"video\":{\"codec_type\":\"H265\","
                      "\"h265_params\":{\"profile_id\":1,\"level_id\":120,"
                      "\"tier_flag\":0,\"tx_mode\":\"MRST\"}}}"));
    assert_int_equal(join->info.video_codec, NGX_WEBRTC_CODEC_H265);
    assert_int_equal(join->video.level_id, 120);
    assert_str(join->video.tx_mode, "MRST");
    assert_str(join->info.video_params, "{\"profile_id\":1,\"level_id\":120,"
               "\"tier_flag\":0,\"tx_mode\":\"MRST\"}");

    /* those of another codec than the chosen one do nothing */

    assert_null(parse(CONNECT ",\"video\":{\"codec_type\":\"VP8\","
                      "\"vp9_params\":{\"profile_id\":2}}}"));
    assert_int_equal(join->info.video_codec, NGX_WEBRTC_CODEC_VP8);
    assert_int_equal(join->info.video_params.len, 0);

    done();
}


static void
true_false_null_and_absent_media(void **state)
{
    ngx_webrtc_join_t  *join;

    (void) state;

    join = &connect_message.join;

    assert_null(parse(CONNECT ",\"audio\":false,\"video\":true}"));
    assert_false(join->info.audio);
    assert_true(join->info.video);

    assert_null(parse(CONNECT ",\"audio\":null,\"video\":false,"
                      "\"client_id\":null,\"spotlight_focus_rid\":null,"
                      "\"signaling_notify_metadata\":null}"));
    assert_true(join->info.audio);
    assert_false(join->info.video);
    assert_false(join->has_metadata);

    assert_null(parse(CONNECT ",\"audio\":{},\"video\":{\"bit_rate\":null}}"));
    assert_true(join->info.audio);

    done();
}


static void
what_breaks_a_rule_is_refused_with_its_reason(void **state)
{
    char         text[2048], name[300];
    ngx_uint_t   i;

    static const struct {
        const char  *text;
        const char  *reason;
    } cases[] = {
        { "", "INVALID-JSON" },
        { "{", "INVALID-JSON" },
        { CONNECT "} ", NULL },
        { CONNECT "}x", "INVALID-JSON" },
        { CONNECT ",\"role\":\"sendonly\"}", "INVALID-JSON" },
        { CONNECT ",\"metadata\":1e400}", "INVALID-JSON" },
        { "[]", "INVALID-MESSAGE" },
        { "\"connect\"", "INVALID-JSON" },
        { "{}", "INVALID-MESSAGE" },
        { "{\"type\":1}", "INVALID-MESSAGE" },
        { "{\"type\":\"answer\",\"sdp\":\"\"}", "CONNECT-EXPECTED" },
        { "{\"type\":\"disconnect\"}", "CONNECT-EXPECTED" },
        { "{\"type\":\"connect\",\"role\":\"sendrecv\"}",
          "MISSING-CHANNEL-ID" },
        { "{\"type\":\"connect\",\"channel_id\":\"a\"}", "MISSING-ROLE" },
        { "{\"type\":\"connect\",\"channel_id\":null,"
          "\"role\":\"sendrecv\"}", "MISSING-CHANNEL-ID" },
        { "{\"type\":\"connect\",\"channel_id\":\"\","
          "\"role\":\"sendrecv\"}", "INVALID-CHANNEL-ID" },
        { "{\"type\":\"connect\",\"channel_id\":{},"
          "\"role\":\"sendrecv\"}", "INVALID-CHANNEL-ID" },
        { "{\"type\":\"connect\",\"channel_id\":\"a\","
          "\"role\":\"upstream\"}", "INVALID-ROLE" },
        { "{\"type\":\"connect\",\"channel_id\":\"a\",\"role\":1}",
          "INVALID-ROLE" },
        { CONNECT ",\"client_id\":\"\"}", "INVALID-CLIENT-ID" },
        { CONNECT ",\"client_id\":5}", "INVALID-CLIENT-ID" },
        { CONNECT ",\"bundle_id\":\"\"}", "INVALID-BUNDLE-ID" },
        { CONNECT ",\"simulcast\":1}", "INVALID-SIMULCAST" },
        { CONNECT ",\"spotlight\":\"yes\"}", "INVALID-SPOTLIGHT" },
        { CONNECT ",\"spotlight_number\":9}", "INVALID-SPOTLIGHT-NUMBER" },
        { CONNECT ",\"spotlight\":true,\"spotlight_focus_rid\":\"r3\"}",
          "INVALID-SPOTLIGHT-FOCUS-RID" },
        { CONNECT ",\"spotlight\":true,\"spotlight_focus_rid\":\"r0\"}",
          NULL },
        { CONNECT ",\"spotlight_focus_rid\":\"r0\"}",
          "SPOTLIGHT-FOCUS-RID-WITHOUT-SPOTLIGHT" },
        { CONNECT ",\"spotlight\":false,\"spotlight_unfocus_rid\":\"r0\"}",
          "SPOTLIGHT-UNFOCUS-RID-WITHOUT-SPOTLIGHT" },
        { CONNECT ",\"data_channel_signaling\":\"x\"}",
          "INVALID-DATA-CHANNEL-SIGNALING" },
        { CONNECT ",\"ignore_disconnect_websocket\":1}",
          "INVALID-IGNORE-DISCONNECT-WEBSOCKET" },
        { CONNECT ",\"audio\":\"yes\"}", "INVALID-AUDIO" },
        { CONNECT ",\"audio\":1}", "INVALID-AUDIO" },
        { CONNECT ",\"audio\":{\"codec_type\":\"MP3\"}}",
          "INVALID-AUDIO-CODEC-TYPE" },
        { CONNECT ",\"audio\":{\"bit_rate\":5}}", "INVALID-AUDIO-BIT-RATE" },
        { CONNECT ",\"audio\":{\"bit_rate\":6}}", NULL },
        { CONNECT ",\"audio\":{\"bit_rate\":510}}", NULL },
        { CONNECT ",\"audio\":{\"bit_rate\":511}}",
          "INVALID-AUDIO-BIT-RATE" },
        { CONNECT ",\"audio\":{\"bit_rate\":64.5}}",
          "INVALID-AUDIO-BIT-RATE" },
        { CONNECT ",\"audio\":{\"opus_params\":[]}}", "INVALID-OPUS-PARAMS" },
        { CONNECT ",\"audio\":{\"opus_params\":{\"ptime\":2}}}",
          "INVALID-OPUS-PARAMS" },
        { CONNECT ",\"audio\":{\"opus_params\":{\"stereo\":1}}}",
          "INVALID-OPUS-PARAMS" },
        { CONNECT ",\"video\":[]}", "INVALID-VIDEO" },
        { CONNECT ",\"video\":{\"codec_type\":\"H263\"}}",
          "INVALID-VIDEO-CODEC-TYPE" },
        { CONNECT ",\"video\":{\"codec_type\":\"\"}}",
          "INVALID-VIDEO-CODEC-TYPE" },
        { CONNECT ",\"video\":{\"bit_rate\":0}}", "INVALID-VIDEO-BIT-RATE" },
        { CONNECT ",\"video\":{\"bit_rate\":50001}}",
          "INVALID-VIDEO-BIT-RATE" },
        { CONNECT ",\"video\":{\"bit_rate\":\"500\"}}",
          "INVALID-VIDEO-BIT-RATE" },
        { CONNECT ",\"video\":{\"vp9_params\":{\"profile_id\":4}}}",
          "INVALID-VP9-PARAMS" },
        { CONNECT ",\"video\":{\"vp9_params\":1}}", "INVALID-VP9-PARAMS" },
        { CONNECT ",\"video\":{\"av1_params\":{\"tier\":2}}}",
          "INVALID-AV1-PARAMS" },
        { CONNECT ",\"video\":{\"h264_params\":"
          "{\"profile_level_id\":\"42e0zz\"}}}", "INVALID-H264-PARAMS" },
        { CONNECT ",\"video\":{\"h264_params\":"
          "{\"profile_level_id\":\"\\r\\na=x:\"}}}", "INVALID-H264-PARAMS" },
        { CONNECT ",\"video\":{\"h265_params\":{\"tx_mode\":\"XXXX\"}}}",
          "INVALID-H265-PARAMS" },
    };

    (void) state;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char  *reason;

        reason = parse(cases[i].text);

        if (cases[i].reason == NULL) {
            assert_null(reason);

        } else {
            if (reason == NULL) {
                print_error("accepted: %s\n", cases[i].text);
            }

            assert_non_null(reason);
            assert_string_equal(reason, cases[i].reason);
        }
    }

    memset(name, 'x', sizeof(name));

    snprintf(text, sizeof(text), "{\"type\":\"connect\",\"role\":"
             "\"sendrecv\",\"channel_id\":\"%.*s\"}", 255, name);
    assert_null(parse(text));

    snprintf(text, sizeof(text), "{\"type\":\"connect\",\"role\":"
             "\"sendrecv\",\"channel_id\":\"%.*s\"}", 256, name);
    assert_string_equal(parse(text), "INVALID-CHANNEL-ID");

    done();
}


static void
metadata_that_is_too_large_is_refused(void **state)
{
    char    *text;
    size_t   len;

    (void) state;

    text = malloc(NGX_WEBRTC_SORA_METADATA_MAX + 256);

    len = sprintf(text, CONNECT ",\"signaling_notify_metadata\":\"");
    memset(text + len, 'x', NGX_WEBRTC_SORA_METADATA_MAX - 2);
    strcpy(text + len + NGX_WEBRTC_SORA_METADATA_MAX - 2, "\"}");
    assert_null(parse(text));

    memset(text + len, 'x', NGX_WEBRTC_SORA_METADATA_MAX - 1);
    strcpy(text + len + NGX_WEBRTC_SORA_METADATA_MAX - 1, "\"}");
    assert_string_equal(parse(text), "SIGNALING-NOTIFY-METADATA-TOO-LARGE");

    free(text);
    done();
}


static void
a_long_message_is_left_to_the_limit_of_the_socket(void **state)
{
    char    *text;
    size_t   len;

    (void) state;

    text = malloc(4 * 1024 * 1024);

    len = sprintf(text, CONNECT ",\"metadata\":\"");
    memset(text + len, 'x', 3 * 1024 * 1024);
    strcpy(text + len + 3 * 1024 * 1024, "\"}");
    assert_null(parse(text));

    free(text);
    done();
}


static void
the_channel_of_a_connect_is_found_for_routing(void **state)
{
    u_char       buf[NGX_WEBRTC_NAME_MAX];
    json_t      *json;
    ngx_str_t    channel_id;
    const char  *reason, *text;

    (void) state;

    text = CONNECT "}";
    assert_int_equal(ngx_webrtc_sora_route((u_char *) text, strlen(text), buf,
                                           &channel_id, &json, &reason),
                     NGX_OK);
    assert_str(channel_id, "sora");

    /* what was parsed is good for the home as well */

    assert_int_equal(ngx_webrtc_sora_connect_read(&connect_message, json,
                                                  (u_char *) text,
                                                  strlen(text), NULL,
                                                  &reason),
                     NGX_OK);
    assert_str(connect_message.join.info.channel_id, "sora");

    ngx_webrtc_sora_connect_free(&connect_message);

    text = "{\"type\":\"pong\"}";
    assert_int_equal(ngx_webrtc_sora_route((u_char *) text, strlen(text), buf,
                                           &channel_id, &json, &reason),
                     NGX_ERROR);
    assert_string_equal(reason, "CONNECT-EXPECTED");
}


static void
names_are_those_of_the_api(void **state)
{
    (void) state;

    assert_string_equal(ngx_webrtc_sora_codec_name(NGX_WEBRTC_CODEC_OPUS),
                        "OPUS");
    assert_string_equal(ngx_webrtc_sora_codec_name(NGX_WEBRTC_CODEC_AV1),
                        "AV1");
    assert_string_equal(ngx_webrtc_sora_codec_name(NGX_WEBRTC_CODEC_NONE),
                        "");
    assert_string_equal(ngx_webrtc_sora_params_key(NGX_WEBRTC_CODEC_H265),
                        "h265_params");
    assert_null(ngx_webrtc_sora_params_key(NGX_WEBRTC_CODEC_VP8));
    assert_string_equal(ngx_webrtc_sora_role_name(NGX_WEBRTC_RECVONLY),
                        "recvonly");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_least_that_a_client_sends_has_defaults),
        cmocka_unit_test(every_key_is_read),
        cmocka_unit_test(parameters_of_each_codec_are_read),
        cmocka_unit_test(true_false_null_and_absent_media),
        cmocka_unit_test(what_breaks_a_rule_is_refused_with_its_reason),
        cmocka_unit_test(metadata_that_is_too_large_is_refused),
        cmocka_unit_test(a_long_message_is_left_to_the_limit_of_the_socket),
        cmocka_unit_test(the_channel_of_a_connect_is_found_for_routing),
        cmocka_unit_test(names_are_those_of_the_api),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
