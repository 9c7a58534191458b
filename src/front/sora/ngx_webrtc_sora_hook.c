
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_spotlight.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_filter.h>
#include <front/sora/ngx_webrtc_sora_hook.h>


static void ngx_webrtc_sora_hook_connection(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info);
static void ngx_webrtc_sora_hook_spotlight(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_event_t *event);
static void ngx_webrtc_sora_hook_data(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_hub_t *hub, const ngx_webrtc_event_t *event);
static void ngx_webrtc_sora_hook_failed(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_event_t *event);
static void ngx_webrtc_sora_hook_end(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_hub_t *hub, const ngx_webrtc_event_t *event);
static void ngx_webrtc_sora_hook_bytes(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_connection_t *connection);
static void ngx_webrtc_sora_hook_time(ngx_webrtc_sora_text_t *text,
    const char *key, uint64_t wall);
static uint64_t ngx_webrtc_sora_hook_created(ngx_webrtc_hub_t *hub,
    const ngx_webrtc_event_t *event);
static void ngx_webrtc_sora_hook_filters(ngx_webrtc_channel_t *channel,
    const json_t *json, ngx_webrtc_usec_t now, ngx_log_t *log);
static void ngx_webrtc_sora_hook_metadata(
    ngx_webrtc_sora_hook_session_t *session, const ngx_str_t *body);
static void ngx_webrtc_sora_hook_raw(ngx_webrtc_sora_text_t *text,
    const char *key, const ngx_str_t *value);


void
ngx_webrtc_sora_hook_head(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_node_t *node, const u_char *id, const char *type,
    uint64_t wall)
{
    ngx_webrtc_sora_text_key_bytes(text, "id", id, NGX_WEBRTC_ID_LEN);

    if (type) {
        ngx_webrtc_sora_text_key_cstr(text, "type", type);
    }

    ngx_webrtc_sora_text_key(text, "timestamp");
    ngx_webrtc_sora_text_time(text, wall, 6);

    ngx_webrtc_sora_text_key_str(text, "version", &node->version);
    ngx_webrtc_sora_text_key_str(text, "label", &node->label);
    ngx_webrtc_sora_text_key_str(text, "node_name", &node->node_name);
}


void
ngx_webrtc_sora_hook_media(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info)
{
    const char  *key;

    ngx_webrtc_sora_text_key_bool(text, "audio", info->audio);

    if (info->audio) {
        ngx_webrtc_sora_text_key_cstr(text, "audio_codec_type",
                              ngx_webrtc_sora_codec_name(info->audio_codec));

        if (info->audio_bit_rate) {
            ngx_webrtc_sora_text_key_uint(text, "audio_bit_rate",
                                          info->audio_bit_rate);
        }
    }

    ngx_webrtc_sora_text_key_bool(text, "video", info->video);

    if (!info->video) {
        return;
    }

    ngx_webrtc_sora_text_key_cstr(text, "video_codec_type",
                              ngx_webrtc_sora_codec_name(info->video_codec));

    if (info->video_bit_rate) {
        ngx_webrtc_sora_text_key_uint(text, "video_bit_rate",
                                      info->video_bit_rate);
    }

    key = ngx_webrtc_sora_params_key(info->video_codec);

    if (key && info->video_params.len) {
        ngx_webrtc_sora_text_cstr(text, ",\"video_");
        ngx_webrtc_sora_text_cstr(text, key);
        ngx_webrtc_sora_text_cstr(text, "\":");
        ngx_webrtc_sora_text_bytes(text, info->video_params.data,
                                   info->video_params.len);
    }
}


void
ngx_webrtc_sora_hook_counts(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_counts_t *counts)
{
    ngx_webrtc_sora_text_key_uint(text, "channel_connections", counts->all);
    ngx_webrtc_sora_text_key_uint(text, "channel_sendrecv_connections",
                                  counts->roles[NGX_WEBRTC_SENDRECV]);
    ngx_webrtc_sora_text_key_uint(text, "channel_sendonly_connections",
                                  counts->roles[NGX_WEBRTC_SENDONLY]);
    ngx_webrtc_sora_text_key_uint(text, "channel_recvonly_connections",
                                  counts->roles[NGX_WEBRTC_RECVONLY]);
}


ngx_int_t
ngx_webrtc_sora_hook_event(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_node_t *node, const u_char *id,
    ngx_webrtc_hub_t *hub, const ngx_webrtc_event_t *event)
{
    const char  *type;

    switch (event->type) {

    case NGX_WEBRTC_EVENT_CREATED:
        type = "connection.created";
        break;

    case NGX_WEBRTC_EVENT_UPDATED:
        type = "connection.updated";
        break;

    case NGX_WEBRTC_EVENT_DESTROYED:
        type = "connection.destroyed";
        break;

    case NGX_WEBRTC_EVENT_CLOSED:
        type = "connection.failed";
        break;

    case NGX_WEBRTC_EVENT_FOCUSED:
        type = "spotlight.focused";
        break;

    case NGX_WEBRTC_EVENT_UNFOCUSED:
        type = "spotlight.unfocused";
        break;

    default:
        return NGX_DECLINED;
    }

    ngx_webrtc_sora_text_cstr(text, "{");
    ngx_webrtc_sora_hook_head(text, node, id, type,
                              ngx_webrtc_hub_wall(hub, event->now));

    if (event->type == NGX_WEBRTC_EVENT_FOCUSED
        || event->type == NGX_WEBRTC_EVENT_UNFOCUSED)
    {
        ngx_webrtc_sora_hook_spotlight(text, event);
        ngx_webrtc_sora_text_cstr(text, "}");
        return NGX_OK;
    }

    ngx_webrtc_sora_hook_connection(text,
                                  ngx_webrtc_connection_info(event->subject));
    ngx_webrtc_sora_hook_raw(text, "event_metadata",
                         ngx_webrtc_connection_event_metadata(event->subject));

    ngx_webrtc_sora_text_key(text, "data");
    ngx_webrtc_sora_text_cstr(text, "{");

    if (event->type == NGX_WEBRTC_EVENT_CLOSED) {
        ngx_webrtc_sora_hook_failed(text, event);

    } else {
        ngx_webrtc_sora_hook_data(text, hub, event);
    }

    ngx_webrtc_sora_text_cstr(text, "}}");

    return NGX_OK;
}


static void
ngx_webrtc_sora_hook_connection(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info)
{
    ngx_webrtc_sora_text_key_bool(text, "log_written", 0);
    ngx_webrtc_sora_text_key_cstr(text, "role",
                                  ngx_webrtc_sora_role_name(info->role));
    ngx_webrtc_sora_text_key_str(text, "channel_id", &info->channel_id);
    ngx_webrtc_sora_text_key_bytes(text, "session_id", info->session_id,
                                   NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_key_str(text, "client_id", &info->client_id);
    ngx_webrtc_sora_text_key_str(text, "bundle_id", &info->bundle_id);
    ngx_webrtc_sora_text_key_bytes(text, "connection_id",
                                   info->connection_id, NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_key_bool(text, "multistream", 1);
    ngx_webrtc_sora_text_key_bool(text, "simulcast", info->simulcast);
    ngx_webrtc_sora_text_key_bool(text, "spotlight", info->spotlight);
}


/* has no "data": all is on one level */

static void
ngx_webrtc_sora_hook_spotlight(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_event_t *event)
{
    ngx_webrtc_channel_t                *channel;
    const ngx_webrtc_connection_info_t  *info;

    info = ngx_webrtc_connection_info(event->subject);
    channel = ngx_webrtc_connection_channel(event->subject);

    ngx_webrtc_sora_text_key_str(text, "channel_id", &info->channel_id);
    ngx_webrtc_sora_text_key_bytes(text, "session_id", info->session_id,
                                   NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_key_str(text, "client_id", &info->client_id);
    ngx_webrtc_sora_text_key_str(text, "bundle_id", &info->bundle_id);
    ngx_webrtc_sora_text_key_bytes(text, "connection_id",
                                   info->connection_id, NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_key_uint(text, "spotlight_number",
                                  ngx_webrtc_spotlight_number(channel));

    if (event->type == NGX_WEBRTC_EVENT_FOCUSED) {
        ngx_webrtc_sora_text_key_bool(text, "fixed",
                              ngx_webrtc_spotlight_is_fixed(event->subject));
    }

    ngx_webrtc_sora_text_key_bool(text, "audio", info->audio);
    ngx_webrtc_sora_text_key_bool(text, "video", info->video);
}


static void
ngx_webrtc_sora_hook_data(ngx_webrtc_sora_text_t *text, ngx_webrtc_hub_t *hub,
    const ngx_webrtc_event_t *event)
{
    ngx_webrtc_sora_text_key_uint(text, "minutes", event->minutes);
    ngx_webrtc_sora_hook_media(text,
                               ngx_webrtc_connection_info(event->subject));
    ngx_webrtc_sora_hook_counts(text, &event->counts);
    ngx_webrtc_sora_text_key_cstr(text, "turn_transport_type", "udp");
    ngx_webrtc_sora_hook_time(text, "created",
                              ngx_webrtc_sora_hook_created(hub, event));
    ngx_webrtc_sora_hook_bytes(text, event->subject);

    if (event->type == NGX_WEBRTC_EVENT_DESTROYED) {
        ngx_webrtc_sora_hook_end(text, hub, event);
    }
}


static void
ngx_webrtc_sora_hook_failed(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_event_t *event)
{
    const char  *message;

    switch (event->cause) {

    case NGX_WEBRTC_CLOSE_CLIENT:
        message = "TYPE-DISCONNECT";
        break;

    case NGX_WEBRTC_CLOSE_API:
        message = "DISCONNECTED-API";
        break;

    case NGX_WEBRTC_CLOSE_LIFETIME:
        message = "LIFETIME-EXPIRED";
        break;

    default:
        message = event->reason ? event->reason : "SERVICE-RESTART";
        break;
    }

    ngx_webrtc_sora_text_key_cstr(text, "message", message);
    ngx_webrtc_sora_hook_counts(text, &event->counts);
    ngx_webrtc_sora_hook_bytes(text, event->subject);
}


static void
ngx_webrtc_sora_hook_end(ngx_webrtc_sora_text_t *text, ngx_webrtc_hub_t *hub,
    const ngx_webrtc_event_t *event)
{
    const ngx_str_t  *detail;

    ngx_webrtc_sora_hook_time(text, "destroyed",
                              ngx_webrtc_hub_wall(hub, event->now));

    detail = ngx_webrtc_connection_detail(event->subject);

    switch (event->cause) {

    case NGX_WEBRTC_CLOSE_API:
        ngx_webrtc_sora_hook_raw(text, "reason", detail);
        ngx_webrtc_sora_hook_raw(text, "disconnect_api_reason", detail);
        break;

    case NGX_WEBRTC_CLOSE_CLIENT:
        ngx_webrtc_sora_hook_raw(text, "type_disconnect_reason", detail);
        break;

    default:
        break;
    }
}


static void
ngx_webrtc_sora_hook_bytes(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_connection_t *connection)
{
    uint64_t  received, sent;

    ngx_webrtc_connection_bytes(connection, &received, &sent);

    ngx_webrtc_sora_text_key_uint(text, "total_received_bytes", received);
    ngx_webrtc_sora_text_key_uint(text, "total_sent_bytes", sent);
}


/* "created" becomes "created_time" and "created_timestamp" */

static void
ngx_webrtc_sora_hook_time(ngx_webrtc_sora_text_t *text, const char *key,
    uint64_t wall)
{
    ngx_webrtc_sora_text_cstr(text, ",\"");
    ngx_webrtc_sora_text_cstr(text, key);
    ngx_webrtc_sora_text_cstr(text, "_time\":");
    ngx_webrtc_sora_text_uint(text, wall / NGX_WEBRTC_SEC);

    ngx_webrtc_sora_text_cstr(text, ",\"");
    ngx_webrtc_sora_text_cstr(text, key);
    ngx_webrtc_sora_text_cstr(text, "_timestamp\":");
    ngx_webrtc_sora_text_time(text, wall, 6);
}


/* when it came up */

static uint64_t
ngx_webrtc_sora_hook_created(ngx_webrtc_hub_t *hub,
    const ngx_webrtc_event_t *event)
{
    return ngx_webrtc_hub_wall(hub, event->now)
           - ngx_webrtc_connection_duration(event->subject, event->now);
}


static void
ngx_webrtc_sora_hook_raw(ngx_webrtc_sora_text_t *text, const char *key,
    const ngx_str_t *value)
{
    if (value->len) {
        ngx_webrtc_sora_text_key(text, key);
        ngx_webrtc_sora_text_bytes(text, value->data, value->len);
    }
}


void
ngx_webrtc_sora_hook_lost(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_node_t *node, const u_char *id,
    const ngx_webrtc_connection_info_t *info, ngx_uint_t session,
    uint64_t wall)
{
    ngx_webrtc_sora_text_cstr(text, "{");

    if (session) {
        ngx_webrtc_sora_hook_head(text, node, id, "session.destroyed", wall);
        ngx_webrtc_sora_text_key_str(text, "channel_id", &info->channel_id);
        ngx_webrtc_sora_text_key_bytes(text, "session_id", info->session_id,
                                       NGX_WEBRTC_ID_LEN);
        ngx_webrtc_sora_text_key_bool(text, "multistream", 1);
        ngx_webrtc_sora_text_key_bool(text, "spotlight", info->spotlight);
        ngx_webrtc_sora_hook_time(text, "destroyed", wall);
        ngx_webrtc_sora_text_cstr(text, "}");
        return;
    }

    ngx_webrtc_sora_hook_head(text, node, id, "connection.destroyed", wall);
    ngx_webrtc_sora_hook_connection(text, info);

    ngx_webrtc_sora_text_key(text, "data");
    ngx_webrtc_sora_text_cstr(text, "{");

    ngx_webrtc_sora_text_key_uint(text, "minutes",
                                  (wall - info->created_time)
                                  / (60 * NGX_WEBRTC_SEC));
    ngx_webrtc_sora_hook_media(text, info);
    ngx_webrtc_sora_hook_time(text, "created", info->created_time);
    ngx_webrtc_sora_hook_time(text, "destroyed", wall);

    ngx_webrtc_sora_text_cstr(text, "}}");
}


void
ngx_webrtc_sora_hook_remember(ngx_webrtc_sora_hook_session_t *session,
    ngx_webrtc_hub_t *hub, const ngx_webrtc_event_t *event)
{
    ngx_webrtc_sora_text_t              *text;
    const ngx_webrtc_connection_info_t  *info;

    text = &session->connections;
    info = ngx_webrtc_connection_info(event->subject);

    ngx_webrtc_sora_text_cstr(text, text->len ? ",{" : "{");

    ngx_webrtc_sora_text_key_cstr(text, "role",
                                  ngx_webrtc_sora_role_name(info->role));
    ngx_webrtc_sora_text_key_str(text, "client_id", &info->client_id);
    ngx_webrtc_sora_text_key_str(text, "bundle_id", &info->bundle_id);
    ngx_webrtc_sora_text_key_bytes(text, "connection_id",
                                   info->connection_id, NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_key_bool(text, "simulcast", info->simulcast);
    ngx_webrtc_sora_hook_media(text, info);

    ngx_webrtc_sora_text_key(text, "connection_created_timestamp");
    ngx_webrtc_sora_text_time(text, ngx_webrtc_sora_hook_created(hub, event),
                              6);
    ngx_webrtc_sora_text_key(text, "connection_destroyed_timestamp");
    ngx_webrtc_sora_text_time(text, ngx_webrtc_hub_wall(hub, event->now), 6);

    ngx_webrtc_sora_hook_raw(text, "event_metadata",
                         ngx_webrtc_connection_event_metadata(event->subject));

    ngx_webrtc_sora_text_cstr(text, "}");

    session->nconnections++;
}


void
ngx_webrtc_sora_hook_answer(ngx_webrtc_sora_hook_session_t *session,
    ngx_webrtc_channel_t *channel, const ngx_str_t *body,
    ngx_webrtc_usec_t now, ngx_log_t *log)
{
    json_t      *json;
    json_int_t   number;
    const char  *ignored;

    json = ngx_webrtc_json_parse(body->data, body->data + body->len,
                                 NGX_WEBRTC_SORA_MESSAGE_MAX, &ignored);

    if (json == NULL) {
        return;
    }

    if (ngx_webrtc_json_get_int(json, "spotlight_number", 1,
                                NGX_WEBRTC_SPOTLIGHT_MAX, &number)
        == NGX_OK)
    {
        (void) ngx_webrtc_spotlight_set_number(channel, number, now);
    }

    ngx_webrtc_sora_hook_filters(channel, json, now, log);

    json_decref(json);

    ngx_webrtc_sora_hook_metadata(session, body);
}


/* of the channel, besides those that it has already */

static void
ngx_webrtc_sora_hook_filters(ngx_webrtc_channel_t *channel,
    const json_t *json, ngx_webrtc_usec_t now, ngx_log_t *log)
{
    ngx_uint_t            i, n;
    const char           *ignored;
    ngx_webrtc_filter_t  *filters[NGX_WEBRTC_SORA_FILTERS_MAX];

    if (ngx_webrtc_sora_filters_read(json, filters, &n, log, &ignored)
        != NGX_OK)
    {
        return;
    }

    for (i = 0; i < n; i++) {
        if (ngx_webrtc_hub_add_filter(channel, NULL, filters[i], now)
            == NULL)
        {
            filters[i] = NULL;
        }
    }

    ngx_webrtc_sora_filters_free(filters, n);
}


static void
ngx_webrtc_sora_hook_metadata(ngx_webrtc_sora_hook_session_t *session,
    const ngx_str_t *body)
{
    u_char     *p;
    ngx_str_t   value;

    if (ngx_webrtc_json_find_raw(body->data, body->data + body->len,
                                 "session_metadata", &value)
        != NGX_OK)
    {
        return;
    }

    p = malloc(value.len);
    if (p == NULL) {
        return;
    }

    ngx_memcpy(p, value.data, value.len);

    free(session->metadata.data);

    session->metadata.data = p;
    session->metadata.len = value.len;
}


void
ngx_webrtc_sora_hook_session_free(ngx_webrtc_sora_hook_session_t *session)
{
    ngx_webrtc_sora_text_free(&session->connections);

    free(session->metadata.data);
    ngx_str_null(&session->metadata);
}


void
ngx_webrtc_sora_hook_session(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_node_t *node, const u_char *id,
    const ngx_webrtc_session_info_t *info,
    const ngx_webrtc_sora_hook_session_t *session, uint64_t wall)
{
    ngx_webrtc_sora_text_cstr(text, "{");
    ngx_webrtc_sora_hook_head(text, node, id,
                              session ? "session.destroyed"
                                      : "session.created", wall);

    ngx_webrtc_sora_text_key_str(text, "channel_id", &info->channel_id);
    ngx_webrtc_sora_text_key_bytes(text, "session_id", info->session_id,
                                   NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_text_key_bool(text, "multistream", 1);
    ngx_webrtc_sora_text_key_bool(text, "spotlight", info->spotlight);
    ngx_webrtc_sora_hook_time(text, "created", info->created_time);

    if (session) {
        ngx_webrtc_sora_hook_time(text, "destroyed", wall);
        ngx_webrtc_sora_text_key_uint(text, "max_connections", info->max);
        ngx_webrtc_sora_text_key_uint(text, "total_connections", info->total);
        ngx_webrtc_sora_hook_raw(text, "session_metadata",
                                 &session->metadata);

        ngx_webrtc_sora_text_key(text, "connections");
        ngx_webrtc_sora_text_cstr(text, "[");
        ngx_webrtc_sora_text_bytes(text, session->connections.start,
                                   session->connections.failed
                                   ? 0 : session->connections.len);
        ngx_webrtc_sora_text_cstr(text, "]");
    }

    ngx_webrtc_sora_text_cstr(text, "}");
}


void
ngx_webrtc_sora_hook_vanished(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_node_t *node, const u_char *id, uint64_t wall)
{
    ngx_webrtc_sora_text_cstr(text, "{");
    ngx_webrtc_sora_hook_head(text, node, id, "session.vanished", wall);
    ngx_webrtc_sora_text_cstr(text, "}");
}
