
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/sora/ngx_webrtc_sora_auth.h>
#include <front/sora/ngx_webrtc_sora_hook.h>


/* a key of the answer that is a member of "audio" or "video" */

typedef struct {
    const char               *name;
    const char               *media;
    const char               *member;
} ngx_webrtc_sora_auth_media_t;


static void ngx_webrtc_sora_auth_write(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_auth_facts_t *facts,
    ngx_webrtc_sora_connect_t *connect, const u_char *data, size_t len);
static void ngx_webrtc_sora_auth_flag(ngx_webrtc_sora_text_t *text,
    const json_t *connect, const char *key);
static void ngx_webrtc_sora_auth_raw(ngx_webrtc_sora_text_t *text,
    const char *name, const char *key, const u_char *data, size_t len);
static void ngx_webrtc_sora_auth_client(ngx_webrtc_sora_text_t *text,
    const json_t *connect);
static void ngx_webrtc_sora_auth_string(ngx_webrtc_sora_text_t *text,
    const char *name, const json_t *value);
static ngx_int_t ngx_webrtc_sora_auth_overlay_media(json_t *connect,
    const json_t *authz);


#define ngx_webrtc_sora_auth_has(authz, key)                                 \
    (json_object_get(authz, key) && !json_is_null(json_object_get(authz, key)))


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


/* told as they were sent, if they were */

static const char *const  ngx_webrtc_sora_auth_raws[] = {
    "simulcast_rid",
    "simulcast_request_rid",
    "spotlight_number",
    "spotlight_focus_rid",
    "spotlight_unfocus_rid",
    "data_channels",
    "forwarding_filter",
    "forwarding_filters",
    "audio_streaming_language_code",
    "metadata",
    "signaling_notify_metadata",
    NULL
};


ngx_int_t
ngx_webrtc_sora_auth_request(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_auth_facts_t *facts, const u_char *data, size_t len,
    const char **reason)
{
    ngx_webrtc_sora_connect_t  connect;

    if (ngx_webrtc_sora_connect_parse(&connect, data, len, NULL, reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_webrtc_sora_auth_write(text, facts, &connect, data, len);

    ngx_webrtc_sora_connect_free(&connect);

    if (text->failed) {
        *reason = "NO-MEMORY";
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_webrtc_sora_auth_write(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_auth_facts_t *facts,
    ngx_webrtc_sora_connect_t *connect, const u_char *data, size_t len)
{
    const char *const                   *key;
    const ngx_webrtc_connection_info_t  *info;

    info = &connect->join.info;

    ngx_webrtc_sora_text_cstr(text, "{");
    ngx_webrtc_sora_hook_head(text, facts->node, facts->id, NULL,
                              facts->wall);

    ngx_webrtc_sora_text_key_cstr(text, "role",
                                  ngx_webrtc_sora_role_name(info->role));
    ngx_webrtc_sora_text_key_str(text, "channel_id", &info->channel_id);

    if (facts->session_id[0]) {
        ngx_webrtc_sora_text_key_bytes(text, "session_id", facts->session_id,
                                       NGX_WEBRTC_ID_LEN);
    }

    if (info->client_id.len) {
        ngx_webrtc_sora_text_key_str(text, "client_id", &info->client_id);
    }

    if (info->bundle_id.len) {
        ngx_webrtc_sora_text_key_str(text, "bundle_id", &info->bundle_id);
    }

    ngx_webrtc_sora_text_key_bytes(text, "connection_id",
                                   facts->connection_id, NGX_WEBRTC_ID_LEN);

    ngx_webrtc_sora_text_key_bool(text, "multistream", 1);
    ngx_webrtc_sora_auth_flag(text, connect->json, "simulcast");
    ngx_webrtc_sora_auth_flag(text, connect->json, "spotlight");
    ngx_webrtc_sora_hook_media(text, info);
    ngx_webrtc_sora_auth_flag(text, connect->json, "data_channel_signaling");
    ngx_webrtc_sora_auth_flag(text, connect->json,
                              "ignore_disconnect_websocket");

    for (key = ngx_webrtc_sora_auth_raws; *key; key++) {
        ngx_webrtc_sora_auth_raw(text, *key, *key, data, len);
    }

    /* "metadata" is the older name */

    ngx_webrtc_sora_auth_raw(text, "auth_metadata", "metadata", data, len);

    ngx_webrtc_sora_auth_client(text, connect->json);
    ngx_webrtc_sora_hook_counts(text, &facts->counts);
    ngx_webrtc_sora_text_key_bool(text, "e2ee", 0);

    ngx_webrtc_sora_text_cstr(text, "}");
}


/* a number as it once was counts too */

static void
ngx_webrtc_sora_auth_flag(ngx_webrtc_sora_text_t *text, const json_t *connect,
    const char *key)
{
    json_t  *value;

    value = json_object_get(connect, key);

    ngx_webrtc_sora_text_key_bool(text, key,
                                  json_is_true(value)
                                  || json_integer_value(value) != 0);
}


static void
ngx_webrtc_sora_auth_raw(ngx_webrtc_sora_text_t *text, const char *name,
    const char *key, const u_char *data, size_t len)
{
    ngx_str_t  value;

    if (ngx_webrtc_json_find_raw((u_char *) data, (u_char *) data + len, key,
                                 &value)
        == NGX_OK)
    {
        ngx_webrtc_sora_text_key(text, name);
        ngx_webrtc_sora_text_bytes(text, value.data, value.len);
    }
}


/* "Sora C++ SDK 2025.4.0 (5d9ef2f1)": type, version and commit */

static void
ngx_webrtc_sora_auth_client(ngx_webrtc_sora_text_t *text,
    const json_t *connect)
{
    size_t       len;
    json_t      *json;
    const char  *raw, *p, *last, *version;

    json = json_object_get(connect, "sora_client");

    if (!json_is_string(json)) {
        return;
    }

    raw = json_string_value(json);
    last = raw + json_string_length(json);
    version = NULL;

    for (p = raw; p + 1 < last; p++) {
        if (p[0] == ' ' && p[1] >= '0' && p[1] <= '9') {
            version = p + 1;
            break;
        }
    }

    ngx_webrtc_sora_text_key(text, "sora_client");
    ngx_webrtc_sora_text_cstr(text, "{");
    ngx_webrtc_sora_auth_string(text, "raw", json);

    len = version ? (size_t) (version - 1 - raw) : (size_t) (last - raw);
    ngx_webrtc_sora_text_key_bytes(text, "type", (u_char *) raw, len);

    if (version) {
        for (p = version; p < last && *p != ' '; p++) { /* void */ }

        ngx_webrtc_sora_text_key_bytes(text, "version", (u_char *) version,
                                       p - version);

        if (last - p > 3 && p[1] == '(' && last[-1] == ')') {
            ngx_webrtc_sora_text_key_bytes(text, "commit_short",
                                           (u_char *) p + 2, last - p - 3);
        }
    }

    ngx_webrtc_sora_auth_string(text, "libwebrtc",
                                json_object_get(connect, "libwebrtc"));
    ngx_webrtc_sora_auth_string(text, "environment",
                                json_object_get(connect, "environment"));

    ngx_webrtc_sora_text_cstr(text, "}");
}


static void
ngx_webrtc_sora_auth_string(ngx_webrtc_sora_text_t *text, const char *name,
    const json_t *value)
{
    if (json_is_string(value)) {
        ngx_webrtc_sora_text_key_bytes(text, name,
                                       (u_char *) json_string_value(value),
                                       json_string_length(value));
    }
}


ngx_int_t
ngx_webrtc_sora_auth_answer(ngx_uint_t status, const ngx_str_t *body,
    u_char *buf, ngx_str_t *reason)
{
    size_t       i;
    json_t      *json, *allowed, *value;
    ngx_int_t    rc;
    const char  *ignored;

    ngx_str_set(reason, NGX_WEBRTC_SORA_AUTH_FAILED);

    if (status != 200) {
        return NGX_ERROR;
    }

    json = ngx_webrtc_json_parse(body->data, body->data + body->len,
                                 NGX_WEBRTC_SORA_MESSAGE_MAX, &ignored);
    if (json == NULL) {
        return NGX_ERROR;
    }

    allowed = json_object_get(json, "allowed");
    value = json_object_get(json, "reason");

    rc = json_is_true(allowed) ? NGX_OK
                               : json_is_false(allowed) ? NGX_DECLINED
                                                        : NGX_ERROR;

    if (rc == NGX_DECLINED) {
        ngx_str_set(reason, NGX_WEBRTC_SORA_AUTH_DENIED);

        if (json_string_length(value)) {
            reason->data = buf;
            reason->len = ngx_min(json_string_length(value),
                                  NGX_WEBRTC_SORA_REASON_LEN - 1);

            ngx_memcpy(buf, json_string_value(value), reason->len);

            /* not within a character of UTF-8 */

            if (reason->len < json_string_length(value)) {
                while (((u_char) json_string_value(value)[reason->len] & 0xc0)
                       == 0x80)
                {
                    reason->len--;
                }
            }

            /* it goes into the log, too */

            for (i = 0; i < reason->len; i++) {
                if (buf[i] < ' ' || buf[i] == 0x7f) {
                    buf[i] = ' ';
                }
            }
        }
    }

    json_decref(json);

    return rc;
}


ngx_int_t
ngx_webrtc_sora_auth_overlay(json_t *connect, const json_t *authz)
{
    json_t             *value;
    const char *const  *key;

    /* two names of one thing, of which only one may be given */

    if (ngx_webrtc_sora_auth_has(authz, "forwarding_filter")
        || ngx_webrtc_sora_auth_has(authz, "forwarding_filters"))
    {
        json_object_del(connect, "forwarding_filter");
        json_object_del(connect, "forwarding_filters");
    }

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
