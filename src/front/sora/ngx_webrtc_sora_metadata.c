
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The extended signalling notify metadata: a JSON object of each connection
 * that programs keep through the API.  The hub holds it as text.
 */


#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_operation.h>
#include <front/sora/ngx_webrtc_sora_session.h>


static json_t *ngx_webrtc_sora_metadata_load(
    ngx_webrtc_connection_t *connection);
static ngx_int_t ngx_webrtc_sora_metadata_store(
    ngx_webrtc_connection_t *connection, const json_t *metadata,
    const char **reason);
static void ngx_webrtc_sora_metadata_push(ngx_webrtc_sora_t *sora,
    ngx_webrtc_connection_t *connection, const char *action, const char *key,
    const char *name, json_t *value, ngx_webrtc_usec_t now);
static void ngx_webrtc_sora_metadata_answer(ngx_webrtc_sora_call_t *call,
    json_t *json, const char *reason, ngx_webrtc_sora_answer_t *answer);


#define ngx_webrtc_sora_call_push(call)                                      \
    json_is_true(json_object_get((call)->args, "push"))


void
ngx_webrtc_sora_list_metadata(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    json_t                              *list;
    ngx_webrtc_channel_t                *channel;
    ngx_webrtc_connection_t             *connection;
    const ngx_webrtc_connection_info_t  *info;

    (void) now;

    channel = ngx_webrtc_sora_call_channel(sora, call, answer);
    if (channel == NULL) {
        return;
    }

    list = json_array();

    for (connection = ngx_webrtc_channel_next(channel, NULL);
         connection;
         connection = ngx_webrtc_channel_next(channel, connection))
    {
        if (!ngx_webrtc_connection_is_live(connection)) {
            continue;
        }

        info = ngx_webrtc_connection_info(connection);

        json_array_append_new(list,
            json_pack("{s:s%, s:s%, s:o}",
                      "client_id", info->client_id.data, info->client_id.len,
                      "connection_id", info->connection_id,
                      (size_t) NGX_WEBRTC_ID_LEN,
                      "metadata", ngx_webrtc_sora_metadata_load(connection)));
    }

    ngx_webrtc_sora_answer_value(list, answer);
}


void
ngx_webrtc_sora_get_metadata(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    ngx_webrtc_connection_t  *connection;

    (void) now;

    connection = ngx_webrtc_sora_call_connection(sora, call, "connection_id",
                                                 answer);
    if (connection == NULL) {
        return;
    }

    ngx_webrtc_sora_answer_value(ngx_webrtc_sora_metadata_load(connection),
                                 answer);
}


void
ngx_webrtc_sora_put_metadata(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    json_t                   *json;
    const char               *reason;
    ngx_webrtc_connection_t  *connection;

    connection = ngx_webrtc_sora_call_connection(sora, call, "connection_id",
                                                 answer);
    if (connection == NULL) {
        return;
    }

    json = ngx_webrtc_sora_set_metadata(sora, connection,
                                   json_object_get(call->args, "metadata"),
                                   ngx_webrtc_sora_call_push(call), now,
                                   &reason);

    ngx_webrtc_sora_metadata_answer(call, json, reason, answer);
}


void
ngx_webrtc_sora_put_metadata_item(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    json_t                   *json;
    const char               *key, *reason;
    ngx_webrtc_connection_t  *connection;

    connection = ngx_webrtc_sora_call_connection(sora, call, "connection_id",
                                                 answer);
    if (connection == NULL) {
        return;
    }

    key = json_string_value(json_object_get(call->args, "key"));

    json = ngx_webrtc_sora_set_metadata_item(sora, connection, key,
                                      json_object_get(call->args, "value"),
                                      ngx_webrtc_sora_call_push(call), now,
                                      &reason);

    ngx_webrtc_sora_metadata_answer(call, json, reason, answer);
}


/* answers what there was before */

void
ngx_webrtc_sora_delete_metadata(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    json_t                   *json;
    ngx_webrtc_connection_t  *connection;

    static const ngx_str_t  none = ngx_null_string;

    connection = ngx_webrtc_sora_call_connection(sora, call, "connection_id",
                                                 answer);
    if (connection == NULL) {
        return;
    }

    json = ngx_webrtc_sora_metadata_load(connection);

    (void) ngx_webrtc_connection_set_metadata_ext(connection, &none);

    if (ngx_webrtc_sora_call_push(call)) {
        ngx_webrtc_sora_metadata_push(sora, connection, "DeleteMetadata",
                                      NULL, NULL, NULL, now);
    }

    ngx_webrtc_sora_answer_value(json, answer);
}


void
ngx_webrtc_sora_delete_metadata_item(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer)
{
    json_t                   *json;
    const char               *key, *reason;
    ngx_webrtc_connection_t  *connection;

    connection = ngx_webrtc_sora_call_connection(sora, call, "connection_id",
                                                 answer);
    if (connection == NULL) {
        return;
    }

    key = json_string_value(json_object_get(call->args, "key"));

    json = ngx_webrtc_sora_metadata_load(connection);
    json_object_del(json, key);

    if (ngx_webrtc_sora_metadata_store(connection, json, &reason) != NGX_OK) {
        json_decref(json);
        ngx_webrtc_sora_metadata_answer(call, NULL, reason, answer);
        return;
    }

    if (ngx_webrtc_sora_call_push(call)) {
        ngx_webrtc_sora_metadata_push(sora, connection, "DeleteMetadataItem",
                                      key, NULL, NULL, now);
    }

    ngx_webrtc_sora_answer_value(json, answer);
}


json_t *
ngx_webrtc_sora_set_metadata(ngx_webrtc_sora_t *sora,
    ngx_webrtc_connection_t *connection, json_t *metadata, ngx_uint_t push,
    ngx_webrtc_usec_t now, const char **reason)
{
    if (ngx_webrtc_sora_metadata_store(connection, metadata, reason)
        != NGX_OK)
    {
        return NULL;
    }

    if (push) {
        ngx_webrtc_sora_metadata_push(sora, connection, "PutMetadata", NULL,
                                      "metadata", metadata, now);
    }

    return json_incref(metadata);
}


json_t *
ngx_webrtc_sora_set_metadata_item(ngx_webrtc_sora_t *sora,
    ngx_webrtc_connection_t *connection, const char *key, json_t *value,
    ngx_uint_t push, ngx_webrtc_usec_t now, const char **reason)
{
    json_t  *metadata;

    metadata = ngx_webrtc_sora_metadata_load(connection);
    json_object_set(metadata, key, value);

    if (ngx_webrtc_sora_metadata_store(connection, metadata, reason)
        != NGX_OK)
    {
        json_decref(metadata);
        return NULL;
    }

    if (push) {
        ngx_webrtc_sora_metadata_push(sora, connection, "PutMetadataItem",
                                      key, "value", value, now);
    }

    return metadata;
}


/* a new object, empty when there is none */

static json_t *
ngx_webrtc_sora_metadata_load(ngx_webrtc_connection_t *connection)
{
    json_t           *json;
    const ngx_str_t  *text;

    text = ngx_webrtc_connection_metadata_ext(connection);
    json = NULL;

    if (text->len) {
        json = json_loadb((char *) text->data, text->len, 0, NULL);
    }

    return json ? json : json_object();
}


/* without a reason there was no memory */

static ngx_int_t
ngx_webrtc_sora_metadata_store(ngx_webrtc_connection_t *connection,
    const json_t *metadata, const char **reason)
{
    u_char     buf[NGX_WEBRTC_SORA_METADATA_MAX];
    ngx_str_t  text;

    *reason = NULL;

    text.data = buf;
    text.len = ngx_webrtc_json_dump_buf(metadata, buf, sizeof(buf));

    if (text.len == 0) {
        *reason = "METADATA-TOO-LARGE";
        return NGX_ERROR;
    }

    return ngx_webrtc_connection_set_metadata_ext(connection, &text);
}


/* "key" and "name" may be NULL, "value" is that of "name" */

static void
ngx_webrtc_sora_metadata_push(ngx_webrtc_sora_t *sora,
    ngx_webrtc_connection_t *connection, const char *action, const char *key,
    const char *name, json_t *value, ngx_webrtc_usec_t now)
{
    json_t                              *data;
    ngx_webrtc_channel_t                *channel;
    const ngx_webrtc_connection_info_t  *info;

    info = ngx_webrtc_connection_info(connection);
    channel = ngx_webrtc_hub_channel(sora->hub, &info->channel_id);

    data = json_pack("{s:s, s:s%, s:s}", "action", action,
                     "connection_id", info->connection_id,
                     (size_t) NGX_WEBRTC_ID_LEN,
                     "type", "signaling_notify_metadata_ext");

    if (key) {
        json_object_set_new(data, "key", json_string(key));
    }

    if (name) {
        json_object_set(data, name, value);
    }

    (void) ngx_webrtc_sora_push(sora, channel, NULL, -1, data, now);

    json_decref(data);
}


/* takes over the reference; NULL: an error */

static void
ngx_webrtc_sora_metadata_answer(ngx_webrtc_sora_call_t *call, json_t *json,
    const char *reason, ngx_webrtc_sora_answer_t *answer)
{
    if (json == NULL && reason) {
        ngx_webrtc_sora_api_error(call, reason, answer);
        return;
    }

    ngx_webrtc_sora_answer_value(json, answer);
}
