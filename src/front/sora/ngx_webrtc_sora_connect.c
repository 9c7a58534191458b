
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/sora/ngx_webrtc_sora.h>
#include <front/sora/ngx_webrtc_sora_auth.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_program.h>
#include <front/sora/ngx_webrtc_sora_keys.h>


typedef struct {
    ngx_str_t                 channel_id;
    ngx_str_t                 client_id;
    ngx_str_t                 bundle_id;
    ngx_int_t                 role;
} ngx_webrtc_sora_values_t;


typedef struct {
    ngx_int_t                 notify;
    ngx_int_t                 lifetime;
} ngx_webrtc_sora_grants_t;


static ngx_int_t ngx_webrtc_sora_read_values(
    ngx_webrtc_sora_connect_t *connect, const char **reason);
static ngx_int_t ngx_webrtc_sora_read_authz(
    ngx_webrtc_sora_connect_t *connect, const ngx_str_t *text,
    const char **reason);
static ngx_int_t ngx_webrtc_sora_read_raw(const u_char *data, size_t len,
    const char *key, ngx_str_t *value, const char **reason);


const char *const  ngx_webrtc_sora_roles[] = {
    "sendrecv", "sendonly", "recvonly", NULL
};

const char *const  ngx_webrtc_sora_rids[] = {
    "none", "r0", "r1", "r2", NULL
};


#define ngx_webrtc_sora_value(field)                                         \
    offsetof(ngx_webrtc_sora_values_t, field)


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_keys[] = {

    { "role", NGX_WEBRTC_SORA_KEY_WORD, 0, 0, ngx_webrtc_sora_roles,
      ngx_webrtc_sora_value(role), "INVALID-ROLE" },

    { "channel_id", NGX_WEBRTC_SORA_KEY_STR, 1, NGX_WEBRTC_NAME_MAX, NULL,
      ngx_webrtc_sora_value(channel_id), "INVALID-CHANNEL-ID" },

    { "client_id", NGX_WEBRTC_SORA_KEY_STR, 1, NGX_WEBRTC_NAME_MAX, NULL,
      ngx_webrtc_sora_value(client_id), "INVALID-CLIENT-ID" },

    { "bundle_id", NGX_WEBRTC_SORA_KEY_STR, 1, NGX_WEBRTC_NAME_MAX, NULL,
      ngx_webrtc_sora_value(bundle_id), "INVALID-BUNDLE-ID" },


    { NULL, 0, 0, 0, NULL, 0, NULL }
};


static const ngx_webrtc_sora_key_t  ngx_webrtc_sora_grant_keys[] = {

    { "signaling_notify", NGX_WEBRTC_SORA_KEY_BOOL, 0, 0, NULL,
      offsetof(ngx_webrtc_sora_grants_t, notify),
      NGX_WEBRTC_SORA_AUTH_INVALID },

    { "connection_lifetime", NGX_WEBRTC_SORA_KEY_INT, 1,
      NGX_WEBRTC_SORA_LIFETIME_MAX, NULL,
      offsetof(ngx_webrtc_sora_grants_t, lifetime),
      NGX_WEBRTC_SORA_AUTH_INVALID },

    { NULL, 0, 0, 0, NULL, 0, NULL }
};


ngx_int_t
ngx_webrtc_sora_connect_parse(ngx_webrtc_sora_connect_t *connect,
    const u_char *data, size_t len, const ngx_str_t *authz,
    const char **reason)
{
    json_t      *json;
    const char  *ignored;

    json = ngx_webrtc_json_parse((u_char *) data, (u_char *) data + len,
                                 NGX_WEBRTC_SORA_MESSAGE_MAX, &ignored);

    if (json == NULL) {
        *reason = "INVALID-JSON";
        return NGX_ERROR;
    }

    return ngx_webrtc_sora_connect_read(connect, json, data, len, authz,
                                        reason);
}


ngx_int_t
ngx_webrtc_sora_connect_read(ngx_webrtc_sora_connect_t *connect, json_t *json,
    const u_char *data, size_t len, const ngx_str_t *authz,
    const char **reason)
{
    ngx_str_t  type;

    ngx_memzero(connect, sizeof(ngx_webrtc_sora_connect_t));

    ngx_webrtc_opus_params_init(&connect->join.opus);
    ngx_webrtc_video_params_init(&connect->join.video);

    connect->json = json;

    if (!json_is_object(connect->json)
        || ngx_webrtc_json_get_str(connect->json, "type", 1,
                                   NGX_WEBRTC_NAME_MAX, &type)
           != NGX_OK)
    {
        *reason = "INVALID-MESSAGE";
        goto failed;
    }

    if (type.len != 7 || ngx_memcmp(type.data, "connect", 7) != 0) {
        *reason = "CONNECT-EXPECTED";
        goto failed;
    }

    if (authz
        && authz->len
        && ngx_webrtc_sora_read_authz(connect, authz, reason) != NGX_OK)
    {
        goto failed;
    }

    if (ngx_webrtc_sora_read_values(connect, reason) != NGX_OK
        || ngx_webrtc_sora_read_audio(connect, reason) != NGX_OK
        || ngx_webrtc_sora_read_video(connect, reason) != NGX_OK
        || ngx_webrtc_sora_read_simulcast(connect, reason) != NGX_OK
        || ngx_webrtc_sora_read_spotlight(connect, reason) != NGX_OK
        || ngx_webrtc_sora_read_data(connect, reason) != NGX_OK
        || ngx_webrtc_sora_read_raw(data, len, "signaling_notify_metadata",
                                    &connect->join.metadata, reason)
           != NGX_OK)
    {
        goto failed;
    }

    connect->join.has_metadata = (connect->join.metadata.len != 0);

    return NGX_OK;

failed:

    ngx_webrtc_sora_connect_free(connect);

    return NGX_ERROR;
}


void
ngx_webrtc_sora_connect_free(ngx_webrtc_sora_connect_t *connect)
{
    json_decref(connect->json);
    json_decref(connect->authz);
    free(connect->labels);
    free(connect->encodings);

    connect->labels = NULL;
    connect->json = NULL;
    connect->authz = NULL;
    connect->encodings = NULL;
}


static ngx_int_t
ngx_webrtc_sora_read_values(ngx_webrtc_sora_connect_t *connect,
    const char **reason)
{
    json_t                        *program;
    ngx_webrtc_sora_values_t       values;
    ngx_webrtc_connection_info_t  *info;

    ngx_memzero(&values, sizeof(ngx_webrtc_sora_values_t));

    values.role = -1;

    if (ngx_webrtc_sora_read(connect->json, ngx_webrtc_sora_keys, &values,
                             reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (values.role == -1) {
        *reason = "MISSING-ROLE";
        return NGX_ERROR;
    }

    if (values.channel_id.len == 0) {
        *reason = "MISSING-CHANNEL-ID";
        return NGX_ERROR;
    }

    info = &connect->join.info;

    info->role = values.role;
    info->channel_id = values.channel_id;
    info->client_id = values.client_id;
    info->bundle_id = values.bundle_id;

    program = json_object_get(connect->json, "sora_client");

    if (json_is_string(program)) {
        info->program = (uint8_t) ngx_webrtc_sora_program(
                                        (u_char *) json_string_value(program),
                                        json_string_length(program));
    }

    return NGX_OK;
}


/* what only the auth webhook may say */

static ngx_int_t
ngx_webrtc_sora_read_authz(ngx_webrtc_sora_connect_t *connect,
    const ngx_str_t *text, const char **reason)
{
    const char               *ignored;
    ngx_webrtc_sora_grants_t  grants;

    *reason = NGX_WEBRTC_SORA_AUTH_INVALID;

    connect->authz = ngx_webrtc_json_parse(text->data,
                                           text->data + text->len,
                                           NGX_WEBRTC_SORA_MESSAGE_MAX,
                                           &ignored);

    if (connect->authz == NULL
        || ngx_webrtc_sora_auth_overlay(connect->json, connect->authz)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    grants.notify = 1;
    grants.lifetime = 0;

    if (ngx_webrtc_sora_read(connect->authz, ngx_webrtc_sora_grant_keys,
                             &grants, &ignored)
        != NGX_OK
        || ngx_webrtc_sora_read_raw(text->data, text->len, "metadata",
                                    &connect->metadata, &ignored)
           != NGX_OK
        || ngx_webrtc_sora_read_raw(text->data, text->len,
                                    "signaling_notify_metadata",
                                    &connect->join.authz_metadata, &ignored)
           != NGX_OK
        || ngx_webrtc_sora_read_raw(text->data, text->len,
                                    "signaling_notify_metadata_ext",
                                    &connect->join.metadata_ext, &ignored)
           != NGX_OK
        || ngx_webrtc_sora_read_raw(text->data, text->len, "event_metadata",
                                    &connect->join.event_metadata, &ignored)
           != NGX_OK
        || (connect->join.metadata_ext.len
            && connect->join.metadata_ext.data[0] != '{'))
    {
        return NGX_ERROR;
    }

    connect->silent = !grants.notify;
    connect->join.lifetime = grants.lifetime * NGX_WEBRTC_SEC;

    return NGX_OK;
}


/*
 * Kept as it was written, so that no number changes; empty when absent or
 * null.
 */

static ngx_int_t
ngx_webrtc_sora_read_raw(const u_char *data, size_t len, const char *key,
    ngx_str_t *value, const char **reason)
{
    ngx_int_t  rc;

    rc = ngx_webrtc_json_find_raw((u_char *) data, (u_char *) data + len, key,
                                  value);

    if (rc == NGX_DECLINED
        || (rc == NGX_OK
            && value->len == 4 && ngx_memcmp(value->data, "null", 4) == 0))
    {
        ngx_str_null(value);
        return NGX_OK;
    }

    if (rc != NGX_OK) {
        *reason = "INVALID-JSON";
        return NGX_ERROR;
    }

    if (value->len > NGX_WEBRTC_SORA_METADATA_MAX) {
        *reason = "SIGNALING-NOTIFY-METADATA-TOO-LARGE";
        return NGX_ERROR;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_sora_route(const u_char *data, size_t len, u_char *buf,
    ngx_str_t *channel_id, json_t **json, const char **reason)
{
    ngx_webrtc_sora_connect_t  connect;

    if (ngx_webrtc_sora_connect_parse(&connect, data, len, NULL, reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    channel_id->len = connect.join.info.channel_id.len;
    channel_id->data = buf;

    ngx_memcpy(buf, connect.join.info.channel_id.data, channel_id->len);

    *json = json_incref(connect.json);

    ngx_webrtc_sora_connect_free(&connect);

    return NGX_OK;
}


const char *
ngx_webrtc_sora_role_name(ngx_webrtc_role_e role)
{
    return ngx_webrtc_sora_roles[role];
}
