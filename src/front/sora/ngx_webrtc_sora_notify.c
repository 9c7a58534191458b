
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The texts of "offer", "re-offer" and "notify".  Clients of several makes
 * read them, and some refuse an offer that lacks a key which others never look
 * at: keys are not to be left out.
 */


#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_session.h>


static void ngx_webrtc_sora_write_ids(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info);
static void ngx_webrtc_sora_write_media(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info);
static void ngx_webrtc_sora_write_mids(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_connection_t *connection);
static void ngx_webrtc_sora_write_metadata(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_connection_t *connection);
static void ngx_webrtc_sora_write_members(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_hub_t *hub, ngx_webrtc_connection_t *subject);


void
ngx_webrtc_sora_write_offer(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_sora_session_t *session, const ngx_webrtc_event_t *event)
{
    ngx_webrtc_connection_t             *connection;
    const ngx_webrtc_sora_connect_t     *connect;
    const ngx_webrtc_connection_info_t  *info;

    if (event->again) {
        ngx_webrtc_sora_text_cstr(text, "{\"type\":\"re-offer\"");
        ngx_webrtc_sora_text_key_str(text, "sdp", &event->sdp);
        ngx_webrtc_sora_text_cstr(text, "}");
        return;
    }

    connection = event->subject;
    connect = session->connect;
    info = ngx_webrtc_connection_info(connection);

    ngx_webrtc_sora_text_cstr(text, "{\"type\":\"offer\"");
    ngx_webrtc_sora_text_key_str(text, "version",
                                 &session->sora->conf.version);
    ngx_webrtc_sora_text_key_str(text, "channel_id", &info->channel_id);
    ngx_webrtc_sora_text_key_bytes(text, "session_id", info->session_id,
                                   NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_write_ids(text, info);

    ngx_webrtc_sora_text_key_bool(text, "multistream", 1);
    ngx_webrtc_sora_write_simulcast(text, connection);
    ngx_webrtc_sora_text_key_bool(text, "spotlight", info->spotlight);
    ngx_webrtc_sora_write_data(text, session, connection);

    ngx_webrtc_sora_text_key(text, "config");
    ngx_webrtc_sora_text_cstr(text,
                        "{\"iceServers\":[],\"iceTransportPolicy\":\"all\"}");

    ngx_webrtc_sora_write_mids(text, connection);
    ngx_webrtc_sora_write_media(text, info);

    if (connect && connect->metadata.len) {
        ngx_webrtc_sora_text_key(text, "metadata");
        ngx_webrtc_sora_text_bytes(text, connect->metadata.data,
                                   connect->metadata.len);
    }

    ngx_webrtc_sora_text_key_str(text, "sdp", &event->sdp);
    ngx_webrtc_sora_text_cstr(text, "}");
}


static void
ngx_webrtc_sora_write_ids(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info)
{
    ngx_webrtc_sora_text_key_str(text, "client_id", &info->client_id);
    ngx_webrtc_sora_text_key_str(text, "bundle_id", &info->bundle_id);
    ngx_webrtc_sora_text_key_bytes(text, "connection_id",
                                   info->connection_id, NGX_WEBRTC_ID_LEN);
}


/* only senders have the key, and in it only the kinds that they send */

static void
ngx_webrtc_sora_write_mids(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_connection_t *connection)
{
    ngx_str_t  audio, video;

    ngx_webrtc_connection_mids(connection, &audio, &video);

    if (audio.len == 0 && video.len == 0) {
        return;
    }

    ngx_webrtc_sora_text_key(text, "mid");
    ngx_webrtc_sora_text_cstr(text, "{");

    if (audio.len) {
        ngx_webrtc_sora_text_key_str(text, "audio", &audio);
    }

    if (video.len) {
        ngx_webrtc_sora_text_key_str(text, "video", &video);
    }

    ngx_webrtc_sora_text_cstr(text, "}");
}


static void
ngx_webrtc_sora_write_media(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info)
{
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

    if (info->video) {
        ngx_webrtc_sora_text_key_cstr(text, "video_codec_type",
                              ngx_webrtc_sora_codec_name(info->video_codec));
        ngx_webrtc_sora_text_key_uint(text, "video_bit_rate",
                                      info->video_bit_rate);
    }
}


void
ngx_webrtc_sora_write_notify(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_hub_t *hub, const ngx_webrtc_event_t *event,
    ngx_uint_t members)
{
    const ngx_webrtc_counts_t           *counts;
    const ngx_webrtc_connection_info_t  *info;

    if (event->type == NGX_WEBRTC_EVENT_FOCUSED
        || event->type == NGX_WEBRTC_EVENT_UNFOCUSED)
    {
        ngx_webrtc_sora_write_spotlight(text, hub, event);
        return;
    }

    counts = &event->counts;
    info = ngx_webrtc_connection_info(event->subject);

    ngx_webrtc_sora_text_cstr(text, "{\"type\":\"notify\"");
    ngx_webrtc_sora_text_key_cstr(text, "event_type",
                              event->type == NGX_WEBRTC_EVENT_CREATED
                              ? "connection.created"
                              : event->type == NGX_WEBRTC_EVENT_UPDATED
                                ? "connection.updated"
                                : "connection.destroyed");

    ngx_webrtc_sora_text_key(text, "timestamp");
    ngx_webrtc_sora_text_time(text, ngx_webrtc_hub_wall(hub, event->now), 6);

    ngx_webrtc_sora_text_key_cstr(text, "role",
                                  ngx_webrtc_sora_role_name(info->role));
    ngx_webrtc_sora_text_key_bytes(text, "session_id", info->session_id,
                                   NGX_WEBRTC_ID_LEN);
    ngx_webrtc_sora_write_ids(text, info);

    ngx_webrtc_sora_text_key_bool(text, "audio", info->audio);
    ngx_webrtc_sora_text_key_bool(text, "video", info->video);

    ngx_webrtc_sora_write_metadata(text, event->subject);

    if (members) {
        ngx_webrtc_sora_write_members(text, hub, event->subject);
    }

    ngx_webrtc_sora_text_key_uint(text, "minutes", event->minutes);
    ngx_webrtc_sora_text_key_uint(text, "channel_connections", counts->all);
    ngx_webrtc_sora_text_key_uint(text, "channel_sendrecv_connections",
                                  counts->roles[NGX_WEBRTC_SENDRECV]);
    ngx_webrtc_sora_text_key_uint(text, "channel_sendonly_connections",
                                  counts->roles[NGX_WEBRTC_SENDONLY]);
    ngx_webrtc_sora_text_key_uint(text, "channel_recvonly_connections",
                                  counts->roles[NGX_WEBRTC_RECVONLY]);
    ngx_webrtc_sora_text_key_cstr(text, "turn_transport_type", "udp");

    ngx_webrtc_sora_text_cstr(text, "}");
}


/* "metadata" is the older name */

static void
ngx_webrtc_sora_write_metadata(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_connection_t *connection)
{
    const ngx_str_t  *metadata;

    metadata = ngx_webrtc_connection_authz_metadata(connection);

    if (metadata->len) {
        ngx_webrtc_sora_text_key(text, "authz_metadata");
        ngx_webrtc_sora_text_bytes(text, metadata->data, metadata->len);
    }

    metadata = ngx_webrtc_connection_metadata(connection);

    if (metadata == NULL) {
        return;
    }

    ngx_webrtc_sora_text_key(text, "authn_metadata");
    ngx_webrtc_sora_text_bytes(text, metadata->data, metadata->len);

    ngx_webrtc_sora_text_key(text, "metadata");
    ngx_webrtc_sora_text_bytes(text, metadata->data, metadata->len);
}


static void
ngx_webrtc_sora_write_members(ngx_webrtc_sora_text_t *text,
    ngx_webrtc_hub_t *hub, ngx_webrtc_connection_t *subject)
{
    ngx_webrtc_channel_t                *channel;
    ngx_webrtc_connection_t             *connection;
    const ngx_webrtc_connection_info_t  *info;

    info = ngx_webrtc_connection_info(subject);
    channel = ngx_webrtc_hub_channel(hub, &info->channel_id);

    ngx_webrtc_sora_text_key(text, "data");
    ngx_webrtc_sora_text_cstr(text, "[");

    for (connection = ngx_webrtc_channel_next(channel, NULL);
         connection;
         connection = ngx_webrtc_channel_next(channel, connection))
    {
        if (!ngx_webrtc_connection_is_live(connection)
            || !ngx_webrtc_connection_apart(connection, subject))
        {
            continue;
        }

        info = ngx_webrtc_connection_info(connection);

        ngx_webrtc_sora_text_item(text);
        ngx_webrtc_sora_text_cstr(text, "{");
        ngx_webrtc_sora_write_ids(text, info);
        ngx_webrtc_sora_write_metadata(text, connection);
        ngx_webrtc_sora_text_cstr(text, "}");
    }

    ngx_webrtc_sora_text_cstr(text, "]");
}
