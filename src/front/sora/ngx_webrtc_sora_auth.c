
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/sora/ngx_webrtc_sora_auth.h>


/* a key of the answer that is a member of "audio" or "video" */

typedef struct {
    const char               *name;
    const char               *media;
    const char               *member;
} ngx_webrtc_sora_auth_media_t;


static ngx_int_t ngx_webrtc_sora_auth_overlay_media(json_t *connect,
    const json_t *authz);


static const char *const  ngx_webrtc_sora_auth_keys[] = {
    "client_id",
    "bundle_id",
    "simulcast",
    "simulcast_rid",
    "simulcast_request_rid",
    "simulcast_multicodec",
    "spotlight",
    "spotlight_number",
    "spotlight_focus_rid",
    "spotlight_unfocus_rid",
    "data_channel_signaling",
    "ignore_disconnect_websocket",
    "data_channels",
    "forwarding_filter",
    "forwarding_filters",
    NULL
};


static const ngx_webrtc_sora_auth_media_t  ngx_webrtc_sora_auth_media[] = {
    { "audio_codec_type", "audio", "codec_type" },
    { "audio_bit_rate", "audio", "bit_rate" },
    { "audio_opus_params", "audio", "opus_params" },
    { "video_codec_type", "video", "codec_type" },
    { "video_bit_rate", "video", "bit_rate" },
    { "video_vp9_params", "video", "vp9_params" },
    { "video_av1_params", "video", "av1_params" },
    { "video_h264_params", "video", "h264_params" },
    { "video_h265_params", "video", "h265_params" },
    { NULL, NULL, NULL }
};


ngx_int_t
ngx_webrtc_sora_auth_overlay(json_t *connect, const json_t *authz)
{
    json_t             *value;
    const char *const  *key;

    for (key = ngx_webrtc_sora_auth_keys; *key; key++) {
        value = json_object_get(authz, *key);

        if (value
            && !json_is_null(value)
            && json_object_set(connect, *key, value) != 0)
        {
            return NGX_ERROR;
        }
    }

    return ngx_webrtc_sora_auth_overlay_media(connect, authz);
}


static ngx_int_t
ngx_webrtc_sora_auth_overlay_media(json_t *connect, const json_t *authz)
{
    json_t                              *value, *object;
    ngx_uint_t                           i;
    const ngx_webrtc_sora_auth_media_t  *key;

    static const char *const  kinds[] = { "audio", "video" };

    for (i = 0; i < 2; i++) {
        value = json_object_get(authz, kinds[i]);

        if (value == NULL || json_is_null(value)) {
            continue;
        }

        /* "true" says nothing against what the client wants in detail */

        if (json_is_true(value)
            && json_is_object(json_object_get(connect, kinds[i])))
        {
            continue;
        }

        if (json_object_set(connect, kinds[i], value) != 0) {
            return NGX_ERROR;
        }
    }

    for (key = ngx_webrtc_sora_auth_media; key->name; key++) {
        value = json_object_get(authz, key->name);
        object = json_object_get(connect, key->media);

        if (value == NULL || json_is_null(value) || json_is_false(object)) {
            continue;
        }

        if (!json_is_object(object)) {
            object = json_object();

            if (json_object_set_new(connect, key->media, object) != 0) {
                return NGX_ERROR;
            }
        }

        if (json_object_set(object, key->member, value) != 0) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}
