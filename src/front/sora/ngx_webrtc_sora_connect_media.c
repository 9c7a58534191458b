
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* "audio" and "video" of a connect message, and the names of codecs */


#include <core/ngx_webrtc_text.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_keys.h>


typedef struct {
    ngx_int_t                 codec;
    ngx_int_t                 bit_rate;
} ngx_webrtc_sora_media_t;


static ngx_int_t ngx_webrtc_sora_read_media(
    ngx_webrtc_sora_connect_t *connect, const char *name,
    const ngx_webrtc_sora_key_t *keys, ngx_webrtc_sora_media_t *media,
    json_t **object, ngx_uint_t *on, const char **reason);
static ngx_int_t ngx_webrtc_sora_read_params(
    ngx_webrtc_sora_connect_t *connect, const json_t *object,
    const char **reason);
static void ngx_webrtc_sora_write_params(ngx_webrtc_sora_connect_t *connect,
    const json_t *object, const ngx_webrtc_sora_key_t *keys);


static const char *const  ngx_webrtc_sora_audio_codecs[] = { "OPUS", NULL };

static const char *const  ngx_webrtc_sora_video_codecs[] = {
    "VP8", "VP9", "AV1", "H264", "H265", NULL
};

static const char *const  ngx_webrtc_sora_tx_modes[] = {
    "SRST", "MRST", "MRMT", NULL
};


#define ngx_webrtc_sora_media(field)                                         \
    offsetof(ngx_webrtc_sora_media_t, field)


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_audio_keys[] = {

    { "codec_type", NGX_WEBRTC_SORA_KEY_WORD, 0, 0,
      ngx_webrtc_sora_audio_codecs, ngx_webrtc_sora_media(codec),
      "INVALID-AUDIO-CODEC-TYPE" },

    { "bit_rate", NGX_WEBRTC_SORA_KEY_INT, 6, 510, NULL,
      ngx_webrtc_sora_media(bit_rate), "INVALID-AUDIO-BIT-RATE" },

    { NULL, 0, 0, 0, NULL, 0, NULL }
};


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_video_keys[] = {

    { "codec_type", NGX_WEBRTC_SORA_KEY_WORD, 0, 0,
      ngx_webrtc_sora_video_codecs, ngx_webrtc_sora_media(codec),
      "INVALID-VIDEO-CODEC-TYPE" },

    { "bit_rate", NGX_WEBRTC_SORA_KEY_INT, 1, 50000, NULL,
      ngx_webrtc_sora_media(bit_rate), "INVALID-VIDEO-BIT-RATE" },

    { NULL, 0, 0, 0, NULL, 0, NULL }
};


#define ngx_webrtc_sora_opus(field)                                          \
    offsetof(ngx_webrtc_opus_params_t, field)


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_opus_keys[] = {

    { "channels", NGX_WEBRTC_SORA_KEY_INT, 1, 8, NULL,
      ngx_webrtc_sora_opus(channels), "INVALID-OPUS-PARAMS" },

    { "maxplaybackrate", NGX_WEBRTC_SORA_KEY_INT, 8000, 48000, NULL,
      ngx_webrtc_sora_opus(maxplaybackrate), "INVALID-OPUS-PARAMS" },

    { "minptime", NGX_WEBRTC_SORA_KEY_INT, 3, 120, NULL,
      ngx_webrtc_sora_opus(minptime), "INVALID-OPUS-PARAMS" },

    { "ptime", NGX_WEBRTC_SORA_KEY_INT, 3, 120, NULL,
      ngx_webrtc_sora_opus(ptime), "INVALID-OPUS-PARAMS" },

    { "stereo", NGX_WEBRTC_SORA_KEY_BOOL, 0, 0, NULL,
      ngx_webrtc_sora_opus(stereo), "INVALID-OPUS-PARAMS" },

    { "sprop_stereo", NGX_WEBRTC_SORA_KEY_BOOL, 0, 0, NULL,
      ngx_webrtc_sora_opus(sprop_stereo), "INVALID-OPUS-PARAMS" },

    { "useinbandfec", NGX_WEBRTC_SORA_KEY_BOOL, 0, 0, NULL,
      ngx_webrtc_sora_opus(useinbandfec), "INVALID-OPUS-PARAMS" },

    { "usedtx", NGX_WEBRTC_SORA_KEY_BOOL, 0, 0, NULL,
      ngx_webrtc_sora_opus(usedtx), "INVALID-OPUS-PARAMS" },

    { NULL, 0, 0, 0, NULL, 0, NULL }
};


#define ngx_webrtc_sora_video(field)                                         \
    offsetof(ngx_webrtc_video_params_t, field)


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_vp9_keys[] = {

    { "profile_id", NGX_WEBRTC_SORA_KEY_INT, 0, 3, NULL,
      ngx_webrtc_sora_video(profile_id), "INVALID-VP9-PARAMS" },

    { NULL, 0, 0, 0, NULL, 0, NULL }
};


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_av1_keys[] = {

    { "profile", NGX_WEBRTC_SORA_KEY_INT, 0, 2, NULL,
      ngx_webrtc_sora_video(profile_id), "INVALID-AV1-PARAMS" },

    { "level_idx", NGX_WEBRTC_SORA_KEY_INT, 0, 31, NULL,
      ngx_webrtc_sora_video(level_id), "INVALID-AV1-PARAMS" },

    { "tier", NGX_WEBRTC_SORA_KEY_INT, 0, 1, NULL,
      ngx_webrtc_sora_video(tier), "INVALID-AV1-PARAMS" },

    { NULL, 0, 0, 0, NULL, 0, NULL }
};


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_h264_keys[] = {

    { "profile_level_id", NGX_WEBRTC_SORA_KEY_STR, 6, 6, NULL,
      ngx_webrtc_sora_video(profile_level_id), "INVALID-H264-PARAMS" },

    { NULL, 0, 0, 0, NULL, 0, NULL }
};


/* tx_mode is checked as a word and taken as a string */

static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_h265_keys[] = {

    { "profile_id", NGX_WEBRTC_SORA_KEY_INT, 0, 31, NULL,
      ngx_webrtc_sora_video(profile_id), "INVALID-H265-PARAMS" },

    { "level_id", NGX_WEBRTC_SORA_KEY_INT, 0, 255, NULL,
      ngx_webrtc_sora_video(level_id), "INVALID-H265-PARAMS" },

    { "tier_flag", NGX_WEBRTC_SORA_KEY_INT, 0, 1, NULL,
      ngx_webrtc_sora_video(tier), "INVALID-H265-PARAMS" },

    { "tx_mode", NGX_WEBRTC_SORA_KEY_STR, 4, 4, ngx_webrtc_sora_tx_modes,
      ngx_webrtc_sora_video(tx_mode), "INVALID-H265-PARAMS" },

    { NULL, 0, 0, 0, NULL, 0, NULL }
};


/* in the order of ngx_webrtc_sora_video_codecs */

static const struct {
    ngx_webrtc_codec_e            codec;
    const char                   *name;
    const char                   *params;
    const ngx_webrtc_sora_key_t  *keys;
    const char                   *reason;
} ngx_webrtc_sora_codecs[] = {
    { NGX_WEBRTC_CODEC_VP8, "VP8", NULL, NULL, NULL },
    { NGX_WEBRTC_CODEC_VP9, "VP9", "vp9_params", ngx_webrtc_sora_vp9_keys,
      "INVALID-VP9-PARAMS" },
    { NGX_WEBRTC_CODEC_AV1, "AV1", "av1_params", ngx_webrtc_sora_av1_keys,
      "INVALID-AV1-PARAMS" },
    { NGX_WEBRTC_CODEC_H264, "H264", "h264_params",
      ngx_webrtc_sora_h264_keys, "INVALID-H264-PARAMS" },
    { NGX_WEBRTC_CODEC_H265, "H265", "h265_params",
      ngx_webrtc_sora_h265_keys, "INVALID-H265-PARAMS" },
    { NGX_WEBRTC_CODEC_OPUS, "OPUS", NULL, NULL, NULL },
    { NGX_WEBRTC_CODEC_NONE, "", NULL, NULL, NULL }
};


/*
 * true, false or an object; NGX_DECLINED: nothing more is said of it, "on" is
 * set
 */

static ngx_int_t
ngx_webrtc_sora_read_media(ngx_webrtc_sora_connect_t *connect,
    const char *name, const ngx_webrtc_sora_key_t *keys,
    ngx_webrtc_sora_media_t *media, json_t **object, ngx_uint_t *on,
    const char **reason)
{
    json_t  *json;

    json = json_object_get(connect->json, name);

    *on = !json_is_false(json);

    if (json == NULL || json_is_null(json) || json_is_boolean(json)) {
        return NGX_DECLINED;
    }

    if (!json_is_object(json)) {
        return NGX_ERROR;
    }

    *object = json;

    media->codec = -1;
    media->bit_rate = 0;

    return ngx_webrtc_sora_read(json, keys, media, reason);
}


ngx_int_t
ngx_webrtc_sora_read_audio(ngx_webrtc_sora_connect_t *connect,
    const char **reason)
{
    json_t                        *object, *opus;
    ngx_int_t                      rc;
    ngx_uint_t                     on;
    ngx_webrtc_sora_media_t        media;
    ngx_webrtc_connection_info_t  *info;

    *reason = "INVALID-AUDIO";

    rc = ngx_webrtc_sora_read_media(connect, "audio",
                                    ngx_webrtc_sora_audio_keys, &media,
                                    &object, &on, reason);
    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    info = &connect->join.info;

    info->audio = on;
    info->audio_codec = NGX_WEBRTC_CODEC_OPUS;

    if (rc == NGX_DECLINED) {
        return NGX_OK;
    }

    info->audio_bit_rate = media.bit_rate;

    opus = json_object_get(object, "opus_params");

    if (opus == NULL || json_is_null(opus)) {
        return NGX_OK;
    }

    if (!json_is_object(opus)) {
        *reason = "INVALID-OPUS-PARAMS";
        return NGX_ERROR;
    }

    return ngx_webrtc_sora_read(opus, ngx_webrtc_sora_opus_keys,
                                &connect->join.opus, reason);
}


ngx_int_t
ngx_webrtc_sora_read_video(ngx_webrtc_sora_connect_t *connect,
    const char **reason)
{
    json_t                        *object;
    ngx_int_t                      rc;
    ngx_uint_t                     on;
    ngx_webrtc_sora_media_t        media;
    ngx_webrtc_connection_info_t  *info;

    *reason = "INVALID-VIDEO";

    rc = ngx_webrtc_sora_read_media(connect, "video",
                                    ngx_webrtc_sora_video_keys, &media,
                                    &object, &on, reason);
    if (rc == NGX_ERROR) {
        return NGX_ERROR;
    }

    info = &connect->join.info;

    info->video = on;
    info->video_codec = NGX_WEBRTC_CODEC_VP9;

    if (rc == NGX_DECLINED) {
        return NGX_OK;
    }

    info->video_bit_rate = media.bit_rate;

    if (media.codec != -1) {
        info->video_codec = ngx_webrtc_sora_codecs[media.codec].codec;
    }

    return ngx_webrtc_sora_read_params(connect, object, reason);
}


/* those of every codec are checked, those of the chosen one are used */

static ngx_int_t
ngx_webrtc_sora_read_params(ngx_webrtc_sora_connect_t *connect,
    const json_t *object, const char **reason)
{
    json_t                     *params;
    ngx_uint_t                  i, n;
    ngx_webrtc_video_params_t   values;

    for (i = 0; ngx_webrtc_sora_codecs[i].codec; i++) {

        if (ngx_webrtc_sora_codecs[i].params == NULL) {
            continue;
        }

        params = json_object_get(object, ngx_webrtc_sora_codecs[i].params);

        if (params == NULL || json_is_null(params)) {
            continue;
        }

        *reason = ngx_webrtc_sora_codecs[i].reason;

        if (!json_is_object(params)) {
            return NGX_ERROR;
        }

        ngx_webrtc_video_params_init(&values);

        if (ngx_webrtc_sora_read(params, ngx_webrtc_sora_codecs[i].keys,
                                 &values, reason)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        /* it goes into SDP */

        for (n = 0; n < values.profile_level_id.len; n++) {

            if (memchr("0123456789abcdefABCDEF",
                       values.profile_level_id.data[n], 22)
                == NULL)
            {
                return NGX_ERROR;
            }
        }

        if (ngx_webrtc_sora_codecs[i].codec
            == connect->join.info.video_codec)
        {
            connect->join.video = values;
            ngx_webrtc_sora_write_params(connect, params,
                                         ngx_webrtc_sora_codecs[i].keys);
        }
    }

    return NGX_OK;
}


/* the keys we know, as compact JSON for listings */

static void
ngx_webrtc_sora_write_params(ngx_webrtc_sora_connect_t *connect,
    const json_t *object, const ngx_webrtc_sora_key_t *keys)
{
    json_t                       *json;
    ngx_str_t                    *params;
    ngx_webrtc_text_t             text;
    const ngx_webrtc_sora_key_t  *key;

    ngx_webrtc_text_init(&text, connect->params,
                         connect->params + NGX_WEBRTC_SORA_PARAMS_MAX);

    for (key = keys; key->name; key++) {
        json = json_object_get(object, key->name);

        if (json == NULL || json_is_null(json)) {
            continue;
        }

        ngx_webrtc_text_cstr(&text, (text.pos == text.start) ? "{\"" : ",\"");
        ngx_webrtc_text_cstr(&text, key->name);
        ngx_webrtc_text_cstr(&text, "\":");

        if (json_is_string(json)) {
            ngx_webrtc_text_cstr(&text, "\"");
            ngx_webrtc_text_cstr(&text, json_string_value(json));
            ngx_webrtc_text_cstr(&text, "\"");

        } else {
            ngx_webrtc_text_uint(&text, json_integer_value(json));
        }
    }

    if (text.pos == text.start) {
        return;
    }

    ngx_webrtc_text_cstr(&text, "}");

    if (!text.overflow) {
        params = &connect->join.info.video_params;
        params->data = text.start;
        params->len = ngx_webrtc_text_len(&text);
    }
}


const char *
ngx_webrtc_sora_codec_name(ngx_webrtc_codec_e codec)
{
    ngx_uint_t  i;

    for (i = 0; ngx_webrtc_sora_codecs[i].codec; i++) {
        if (ngx_webrtc_sora_codecs[i].codec == codec) {
            break;
        }
    }

    return ngx_webrtc_sora_codecs[i].name;
}


const char *
ngx_webrtc_sora_params_key(ngx_webrtc_codec_e codec)
{
    ngx_uint_t  i;

    for (i = 0; ngx_webrtc_sora_codecs[i].codec; i++) {
        if (ngx_webrtc_sora_codecs[i].codec == codec) {
            break;
        }
    }

    return ngx_webrtc_sora_codecs[i].params;
}
