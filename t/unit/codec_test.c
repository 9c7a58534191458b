
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <proto/ngx_webrtc_codec.h>

#include "hostile.h"


#define key(codec, str)                                                      \
    ngx_webrtc_codec_keyframe(NGX_WEBRTC_CODEC_##codec, (u_char *) str,      \
                              sizeof(str) - 1)


static void
codecs_are_found_by_name_in_any_case(void **state)
{
    ngx_str_t                  name;
    ngx_uint_t                 codec;
    const ngx_webrtc_codec_t  *info;

    (void) state;

    for (codec = 1; codec < NGX_WEBRTC_CODEC_MAX; codec++) {
        info = ngx_webrtc_codec_info(codec);
        assert_int_equal(ngx_webrtc_codec_find(&info->name), codec);
        assert_int_equal(info->video, info->channels == 0);
    }

    ngx_str_set(&name, "OPUS");
    assert_int_equal(ngx_webrtc_codec_find(&name), NGX_WEBRTC_CODEC_OPUS);
    ngx_str_set(&name, "vp8");
    assert_int_equal(ngx_webrtc_codec_find(&name), NGX_WEBRTC_CODEC_VP8);
    ngx_str_set(&name, "vp80");
    assert_int_equal(ngx_webrtc_codec_find(&name), NGX_WEBRTC_CODEC_NONE);
    ngx_str_set(&name, "rtx");
    assert_int_equal(ngx_webrtc_codec_find(&name), NGX_WEBRTC_CODEC_NONE);

    info = ngx_webrtc_codec_info(NGX_WEBRTC_CODEC_OPUS);
    assert_int_equal(info->clock_rate, 48000);
    assert_int_equal(info->channels, 2);

    assert_null(ngx_webrtc_codec_info(NGX_WEBRTC_CODEC_NONE));
    assert_null(ngx_webrtc_codec_info(NGX_WEBRTC_CODEC_MAX));
}


static void
audio_may_start_anywhere(void **state)
{
    (void) state;

    assert_true(key(OPUS, ""));
    assert_true(key(PCMU, "\x00"));
    assert_false(key(NONE, "\x00"));
    assert_false(key(MAX, "\x00"));
}


static void
a_full_vp8_descriptor_is_read(void **state)
{
    u_char            data[] = "\xb0\xf0\x92\x34\x56\xa7\x10\x02\x00";
    ngx_webrtc_vp8_t  vp8;

    (void) state;

    assert_int_equal(ngx_webrtc_vp8_parse(data, data + 9, &vp8), NGX_OK);
    assert_int_equal(vp8.non_reference, 1);
    assert_int_equal(vp8.start, 1);
    assert_int_equal(vp8.partition, 0);
    assert_ptr_equal(vp8.picture_id_pos, data + 2);
    assert_int_equal(vp8.picture_id_long, 1);
    assert_int_equal(vp8.picture_id, 0x1234);
    assert_ptr_equal(vp8.tl0picidx_pos, data + 4);
    assert_int_equal(vp8.tl0picidx, 0x56);
    assert_int_equal(vp8.has_tid, 1);
    assert_int_equal(vp8.tid, 2);
    assert_int_equal(vp8.sync, 1);
    assert_int_equal(vp8.keyidx, 7);
    assert_ptr_equal(vp8.payload, data + 6);
    assert_int_equal(vp8.keyframe, 1);
}


static void
a_vp8_descriptor_may_have_any_part_of_it(void **state)
{
    u_char            data[] = "\x80\x80\x12\x00";
    ngx_webrtc_vp8_t  vp8;

    (void) state;

    assert_int_equal(ngx_webrtc_vp8_parse(data, data + 4, &vp8), NGX_OK);
    assert_int_equal(vp8.picture_id, 0x12);
    assert_int_equal(vp8.picture_id_long, 0);
    assert_null(vp8.tl0picidx_pos);
    assert_ptr_equal(vp8.payload, data + 3);
    assert_int_equal(vp8.keyframe, 0);

    assert_int_equal(ngx_webrtc_vp8_parse(data, data + 3, &vp8), NGX_ERROR);

    data[0] = 0x10;
    assert_int_equal(ngx_webrtc_vp8_parse(data, data + 2, &vp8), NGX_OK);
    assert_null(vp8.picture_id_pos);
    assert_int_equal(vp8.has_tid, 0);
    assert_ptr_equal(vp8.payload, data + 1);
    assert_int_equal(vp8.keyframe, 1);
}


static void
every_cut_of_a_vp8_descriptor_is_an_error(void **state)
{
    size_t            len;
    u_char            data[] = "\xb0\xf0\x92\x34\x56\xa7";
    ngx_webrtc_vp8_t  vp8;

    (void) state;

    for (len = 0; len <= 6; len++) {
        assert_int_equal(ngx_webrtc_vp8_parse(data, data + len, &vp8),
                         NGX_ERROR);
    }
}


static void
vp8_key_frames_start_in_the_first_partition(void **state)
{
    (void) state;

    assert_true(key(VP8, "\x10\x10\x02\x00\x9d\x01\x2a"));
    assert_false(key(VP8, "\x10\x11\x02\x00"));         /* inter frame */
    assert_false(key(VP8, "\x00\x10\x02\x00"));         /* continued */
    assert_false(key(VP8, "\x11\x10\x02\x00"));         /* partition 1 */
    assert_false(key(VP8, "\x10"));
    assert_false(key(VP8, ""));
}


static void
vp9_key_frames_start_in_the_lowest_layer(void **state)
{
    (void) state;

    assert_true(key(VP9, "\x8c\x81\x23" "data"));
    assert_true(key(VP9, "\x8c\x12" "data"));
    assert_false(key(VP9, "\xcc\x12" "data"));          /* predicted */
    assert_false(key(VP9, "\x84\x12" "data"));          /* not the beginning */

    assert_true(key(VP9, "\xac\x12\x00\x05" "data"));
    assert_false(key(VP9, "\xac\x12\x02\x05" "data"));  /* spatial layer 1 */
    assert_true(key(VP9, "\xbc\x12\x00" "d"));          /* flexible */

    assert_false(key(VP9, "\x8c\x81"));
    assert_false(key(VP9, "\x8c"));
    assert_false(key(VP9, "\xac\x12"));
    assert_false(key(VP9, "\xac\x12\x00"));
    assert_false(key(VP9, "\xac\x12\x00\x05"));
}


static void
a_vp9_descriptor_is_read_as_far_as_its_counters(void **state)
{
    ngx_uint_t         i;
    ngx_webrtc_vp9_t   vp9;
    u_char             buf[] = { 0xac, 0x92, 0x34, 0x26, 0x11, 0x05 };

    (void) state;

    assert_int_equal(ngx_webrtc_vp9_parse(buf, buf + 6, &vp9), NGX_OK);
    assert_ptr_equal(vp9.picture_id_pos, buf + 1);
    assert_ptr_equal(vp9.tl0picidx_pos, buf + 4);
    assert_int_equal(vp9.picture_id, 0x1234);
    assert_true(vp9.picture_id_long);
    assert_int_equal(vp9.tl0picidx, 0x11);
    assert_int_equal(vp9.tid, 1);
    assert_int_equal(vp9.sid, 3);
    assert_true(vp9.start);
    assert_false(vp9.predicted);
    assert_false(vp9.flexible);
    assert_false(vp9.keyframe);

    for (i = 0; i < 6; i++) {
        assert_int_equal(ngx_webrtc_vp9_parse(buf, buf + i, &vp9),
                         NGX_ERROR);
    }

    /* flexible, and a picture id of seven bits */

    memcpy(buf, "\xf8\x12\x20\x03", 4);
    assert_int_equal(ngx_webrtc_vp9_parse(buf, buf + 4, &vp9), NGX_OK);
    assert_int_equal(vp9.picture_id, 0x12);
    assert_false(vp9.picture_id_long);
    assert_null(vp9.tl0picidx_pos);
    assert_int_equal(vp9.tid, 1);
    assert_true(vp9.flexible);
    assert_true(vp9.predicted);
}


static void
av1_key_frames_have_the_n_bit_or_a_sequence_header(void **state)
{
    (void) state;

    assert_true(key(AV1, "\x18\x0a\x01"));
    assert_false(key(AV1, "\x10\x30\x01"));             /* a frame alone */
    assert_false(key(AV1, "\x98\x0a\x01"));             /* continued */

    /* one element; two, the first a temporal delimiter; lengths for all */

    assert_true(key(AV1, "\x10\x0a\x01"));
    assert_true(key(AV1, "\x20\x01\x10\x0a\x01"));
    assert_true(key(AV1, "\x00\x01\x10\x02\x0a\x01"));
    assert_true(key(AV1, "\x00\x00\x02\x0a\x01"));

    assert_false(key(AV1, "\x00\x09\x0a\x01"));         /* beyond the end */
    assert_false(key(AV1, "\x00\xff\xff\xff\xff\xff"));
    assert_false(key(AV1, "\x20\x02\x10\x00"));
    assert_false(key(AV1, "\x18"));
}


static void
h264_key_frames_start_with_sps_or_idr(void **state)
{
    (void) state;

    assert_true(key(H264, "\x67\x42"));
    assert_true(key(H264, "\x65\x88"));
    assert_false(key(H264, "\x61\x88"));
    assert_false(key(H264, "\x68\xce"));                /* PPS alone */

    assert_true(key(H264, "\x78\x00\x02\x67\x42\x00\x01\x68"));
    assert_true(key(H264, "\x78\x00\x01\x09\x00\x02\x65\x88"));
    assert_false(key(H264, "\x78\x00\x01\x09\x00\x02\x61\x88"));
    assert_true(key(H264, "\x79\x00\x05\x00\x01\x67"));

    /* the first fragment of an IDR slice, a later one, one of another */

    assert_true(key(H264, "\x7c\x85\x88"));
    assert_false(key(H264, "\x7c\x05\x88"));
    assert_false(key(H264, "\x7c\x81\x88"));

    assert_false(key(H264, "\x7c"));
    assert_false(key(H264, "\x78\x00\x03\x67\x42"));
    assert_false(key(H264, "\x78\x00\x00\x67\x42"));
    assert_false(key(H264, "\x79\x00"));

    /* an aggregate does not nest */

    assert_false(key(H264, "\x78\x00\x04\x78\x00\x01\x67"));
}


static void
h265_key_frames_start_with_parameter_sets_or_irap(void **state)
{
    (void) state;

    assert_true(key(H265, "\x40\x01\x0c"));             /* VPS */
    assert_true(key(H265, "\x42\x01\x01"));             /* SPS */
    assert_true(key(H265, "\x26\x01\xaf"));             /* IDR_W_RADL */
    assert_true(key(H265, "\x2a\x01\xaf"));             /* CRA */
    assert_false(key(H265, "\x02\x01\xd0"));            /* TRAIL_R */
    assert_false(key(H265, "\x44\x01\xc1"));            /* PPS */

    assert_true(key(H265, "\x60\x01\x00\x03\x40\x01\x0c\x00\x02\x42\x01"));
    assert_true(key(H265, "\x60\x01\x00\x02\x46\x01\x00\x02\x26\x01"));
    assert_false(key(H265, "\x60\x01\x00\x02\x02\x01"));

    assert_true(key(H265, "\x62\x01\x93\xaf"));
    assert_false(key(H265, "\x62\x01\x13\xaf"));
    assert_false(key(H265, "\x62\x01\x81\xaf"));

    assert_false(key(H265, "\x40"));
    assert_false(key(H265, "\x62\x01"));
    assert_false(key(H265, "\x60\x01\x00\x04\x40\x01\x0c"));
}


static void
touch(u_char *pos, u_char *last)
{
    ngx_uint_t               codec;
    ngx_webrtc_vp8_t         vp8;
    ngx_webrtc_codec_view_t  view;

    for (codec = 0; codec <= NGX_WEBRTC_CODEC_MAX; codec++) {
        ngx_webrtc_codec_look(codec, pos, last - pos, &view);

        assert_int_equal(view.keyframe,
                         ngx_webrtc_codec_keyframe(codec, pos, last - pos));

        /* what is rewritten in place is inside */

        if (view.picture_id_pos) {
            assert_true(view.picture_id_pos > pos);
            assert_true(view.picture_id_pos + view.picture_id_long < last);
        }

        if (view.tl0picidx_pos) {
            assert_true(view.tl0picidx_pos > pos);
            assert_true(view.tl0picidx_pos < last);
        }
    }

    if (ngx_webrtc_vp8_parse(pos, last, &vp8) == NGX_OK) {
        assert_true(vp8.payload < last);
    }
}


static void
damaged_payloads_are_read_within_their_bounds(void **state)
{
    ngx_uint_t  i;

    static const char  *payloads[] = {
        "\xb0\xf0\x92\x34\x56\xa7\x10\x02\x01\x9d\x01\x2a",
        "\xac\x92\x34\x11\x05\x18\x02\x03\x04\x05\x06\x07",
        "\x30\x01\x10\x02\x12\x01\x81\x01\x01\x01\x01\x01",
        "\x78\xff\x02\x61\x42\xff\x01\x68\xff\x01\x61\x01",
        "\x60\x01\xff\x02\x02\x01\xff\x02\x44\x01\xff\x01"
    };

    (void) state;

    for (i = 0; i < 5; i++) {
        hostile_all((const u_char *) payloads[i], 12, touch);
    }

    hostile_random(24, 2000, touch);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(codecs_are_found_by_name_in_any_case),
        cmocka_unit_test(audio_may_start_anywhere),
        cmocka_unit_test(a_full_vp8_descriptor_is_read),
        cmocka_unit_test(a_vp8_descriptor_may_have_any_part_of_it),
        cmocka_unit_test(every_cut_of_a_vp8_descriptor_is_an_error),
        cmocka_unit_test(vp8_key_frames_start_in_the_first_partition),
        cmocka_unit_test(vp9_key_frames_start_in_the_lowest_layer),
        cmocka_unit_test(a_vp9_descriptor_is_read_as_far_as_its_counters),
        cmocka_unit_test(av1_key_frames_have_the_n_bit_or_a_sequence_header),
        cmocka_unit_test(h264_key_frames_start_with_sps_or_idr),
        cmocka_unit_test(h265_key_frames_start_with_parameter_sets_or_irap),
        cmocka_unit_test(damaged_payloads_are_read_within_their_bounds),
    };

    return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
