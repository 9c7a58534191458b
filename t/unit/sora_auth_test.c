
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* The auth webhook: its question, its answer, what that does to a connect. */


#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <front/sora/ngx_webrtc_sora_auth.h>


#define CONNECT  "{\"type\":\"connect\",\"channel_id\":\"sora\","             \
                 "\"role\":\"sendrecv\""


static ngx_webrtc_sora_connect_t  connect_message;


/* NULL: the connect message was taken */

static const char *
let_in(const char *text, const char *answer)
{
    ngx_int_t    rc;
    ngx_str_t    authz;
    const char  *reason;

    authz.data = (u_char *) answer;
    authz.len = strlen(answer);

    rc = ngx_webrtc_sora_connect_parse(&connect_message, (u_char *) text,
                                       strlen(text), &authz, &reason);

    return (rc == NGX_OK) ? NULL : reason;
}


static void
done(void)
{
    ngx_webrtc_sora_connect_free(&connect_message);
}


static void
assert_str(ngx_str_t str, const char *text)
{
    assert_int_equal(str.len, strlen(text));
    assert_memory_equal(str.data, text, str.len);
}


static void
what_the_webhook_says_goes_over_what_the_client_said(void **state)
{
    const ngx_webrtc_connection_info_t  *info;

    (void) state;

    assert_null(let_in(CONNECT ",\"client_id\":\"me\",\"bundle_id\":\"b\","
                       "\"audio\":{\"bit_rate\":20},"
                       "\"video\":{\"codec_type\":\"VP8\",\"bit_rate\":500}}",
                       "{\"allowed\":true,\"client_id\":\"you\","
                       "\"bundle_id\":null,"
                       "\"video_codec_type\":\"H264\","
                       "\"video_h264_params\":"
                       "{\"profile_level_id\":\"42e01f\"},"
                       "\"audio\":true,"
                       "\"audio_opus_params\":{\"stereo\":true}}"));

    info = &connect_message.join.info;

    assert_str(info->client_id, "you");
    assert_str(info->bundle_id, "b");
    assert_int_equal(info->video_codec, NGX_WEBRTC_CODEC_H264);
    assert_int_equal(info->video_bit_rate, 500);
    assert_int_equal(info->audio_bit_rate, 20);
    assert_int_equal(connect_message.join.opus.stereo, 1);

    done();
}


static void
media_can_be_taken_away_and_given(void **state)
{
    (void) state;

    assert_null(let_in(CONNECT ",\"video\":{\"codec_type\":\"VP8\"}}",
                       "{\"allowed\":true,\"video\":false,"
                       "\"video_bit_rate\":300}"));
    assert_int_equal(connect_message.join.info.video, 0);
    done();

    assert_null(let_in(CONNECT ",\"video\":false}",
                       "{\"allowed\":true,\"video\":true,"
                       "\"video_bit_rate\":300}"));
    assert_int_equal(connect_message.join.info.video, 1);
    assert_int_equal(connect_message.join.info.video_bit_rate, 300);
    done();
}


static void
what_is_the_servers_alone_is_not_read_from_the_client(void **state)
{
    (void) state;

    assert_null(let_in(CONNECT ",\"connection_lifetime\":3,"
                       "\"signaling_notify\":false,"
                       "\"event_metadata\":{\"a\":1},"
                       "\"metadata\":{\"secret\":1},"
                       "\"signaling_notify_metadata\":\"from the client\"}",
                       "{\"allowed\":true}"));

    assert_int_equal(connect_message.join.lifetime, 0);
    assert_int_equal(connect_message.silent, 0);
    assert_int_equal(connect_message.join.event_metadata.len, 0);
    assert_int_equal(connect_message.metadata.len, 0);
    assert_int_equal(connect_message.join.authz_metadata.len, 0);
    assert_str(connect_message.join.metadata, "\"from the client\"");
    done();

    assert_null(let_in(CONNECT "}",
                       "{\"allowed\":true,\"connection_lifetime\":3,"
                       "\"signaling_notify\":false,"
                       "\"event_metadata\":{\"a\":1.50},"
                       "\"metadata\":[1e2],"
                       "\"signaling_notify_metadata\":\"from the server\"}"));

    assert_int_equal(connect_message.join.lifetime, 3 * NGX_WEBRTC_SEC);
    assert_int_equal(connect_message.silent, 1);
    assert_str(connect_message.join.event_metadata, "{\"a\":1.50}");
    assert_str(connect_message.metadata, "[1e2]");
    assert_str(connect_message.join.authz_metadata, "\"from the server\"");
    assert_int_equal(connect_message.join.has_metadata, 0);
    done();
}


static void
an_answer_that_breaks_a_rule_is_refused(void **state)
{
    (void) state;

    assert_string_equal(let_in(CONNECT "}", "{\"allowed\":true,"
                               "\"connection_lifetime\":0}"),
                        "INVALID-AUTH-WEBHOOK-ANSWER");
    assert_string_equal(let_in(CONNECT "}", "{\"allowed\":true,"),
                        "INVALID-AUTH-WEBHOOK-ANSWER");
    assert_string_equal(let_in(CONNECT "}", "{\"allowed\":true,"
                               "\"video_codec_type\":\"VP7\"}"),
                        "INVALID-VIDEO-CODEC-TYPE");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(what_the_webhook_says_goes_over_what_the_client_said),
        cmocka_unit_test(media_can_be_taken_away_and_given),
        cmocka_unit_test(
            what_is_the_servers_alone_is_not_read_from_the_client),
        cmocka_unit_test(an_answer_that_breaks_a_rule_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
