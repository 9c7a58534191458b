
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* media connections, as programs ask for them */


#include <front/skyway/ngx_webrtc_skyway_program.h>


static ngx_int_t ngx_webrtc_skyway_call_link(
    ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_skyway_turn_t *turn);
static ngx_uint_t ngx_webrtc_skyway_is_redirect(
    const ngx_webrtc_link_media_t *media, const ngx_webrtc_addr_t *addr);
static void ngx_webrtc_skyway_show_ssrc(
    ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_skyway_feed_e feed, ngx_uint_t video, json_t *list);


ngx_webrtc_skyway_operation(call)
{
    ngx_webrtc_skyway_connection_t  *connection;

    connection = ngx_webrtc_skyway_connection_start(api, turn, 0);
    if (connection == NULL) {
        return NGX_OK;
    }

    if (ngx_webrtc_skyway_call_link(connection, turn) != NGX_OK) {
        ngx_webrtc_skyway_connection_discard(connection, turn->now);
        return NGX_OK;
    }

    return ngx_webrtc_skyway_turn_json(turn, 202,
                              json_pack("{s:s, s:{s:s%}}", "command_type",
                                        "PEERS_CALL", "params",
                                        "media_connection_id", connection->id,
                                        NGX_WEBRTC_SKYWAY_OBJECT_ID));
}


/* NGX_DECLINED: the answer is there */

static ngx_int_t
ngx_webrtc_skyway_call_link(ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_skyway_turn_t *turn)
{
    json_t                  *payload, *metadata;
    const char              *reason;
    ngx_webrtc_link_conf_t   conf;

    reason = "failed";

    ngx_webrtc_skyway_link_conf(connection, &conf);

    if (ngx_webrtc_skyway_constraints_read(turn, connection->object.api, &conf,
                                           connection->feeds)
        != NGX_OK)
    {
        return NGX_DECLINED;
    }

    metadata = json_object_get(json_object_get(turn->call->args,
                                               "constraints"),
                               "metadata");

    if (ngx_webrtc_skyway_connection_metadata(connection, metadata) != NGX_OK)
    {
        (void) ngx_webrtc_skyway_turn_error(turn, 400, "metadata",
                                            "is too long");
        return NGX_DECLINED;
    }

    payload = json_object();

    if (payload && metadata) {
        json_object_set(payload, "metadata", metadata);
    }

    if (payload == NULL
        || ngx_webrtc_skyway_connection_link(connection, &conf, turn->now)
           != NGX_OK)
    {
        json_decref(payload);
        (void) ngx_webrtc_skyway_turn_status(turn, 503);
        return NGX_DECLINED;
    }

    if (ngx_webrtc_skyway_signal_offer(connection, payload, turn->now,
                                       &reason)
        != NGX_OK)
    {
        (void) ngx_webrtc_skyway_turn_error(turn, 400, "constraints", reason);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


ngx_webrtc_skyway_operation(answer_call)
{
    json_t                          *params;
    const char                      *reason;
    ngx_webrtc_link_conf_t           conf;
    ngx_webrtc_skyway_feed_t         feeds[NGX_WEBRTC_SKYWAY_FEEDS];
    ngx_webrtc_skyway_connection_t  *connection;

    connection = ngx_webrtc_skyway_connection_find(api, turn);
    if (connection == NULL) {
        return NGX_OK;
    }

    if (connection->object.deleted) {
        return ngx_webrtc_skyway_turn_status(turn, 404);
    }

    if (connection->object.closed || connection->is_caller
        || connection->answered)
    {
        return ngx_webrtc_skyway_turn_error(turn, 403, turn->call->route->id,
                                            "does not wait for an answer");
    }

    ngx_webrtc_skyway_link_conf(connection, &conf);

    if (ngx_webrtc_skyway_constraints_read(turn, api, &conf, feeds) != NGX_OK)
    {
        return NGX_OK;
    }

    reason = "failed";

    if (ngx_webrtc_link_configure(connection->link, &conf, turn->now)
        != NGX_OK)
    {
        ngx_webrtc_skyway_feeds_release(api, feeds);
        return ngx_webrtc_skyway_turn_status(turn, 500);
    }

    /* the link has them, whatever becomes of the answer */

    ngx_webrtc_skyway_feeds_commit(connection, feeds);

    if (ngx_webrtc_skyway_signal_answer(connection, turn->now, &reason)
        != NGX_OK)
    {
        return ngx_webrtc_skyway_turn_error(turn, 400, "constraints", reason);
    }

    params = json_object();

    ngx_webrtc_skyway_feed_name(&feeds[NGX_WEBRTC_SKYWAY_FEED_VIDEO], params,
                                "video_id");
    ngx_webrtc_skyway_feed_name(&feeds[NGX_WEBRTC_SKYWAY_FEED_AUDIO], params,
                                "audio_id");

    return ngx_webrtc_skyway_turn_json(turn, 202,
                     json_pack("{s:s, s:o}", "command_type",
                               "MEDIA_CONNECTION_ANSWER", "params", params));
}


/* the address is where the program receives what it wants a key frame of */

ngx_webrtc_skyway_operation(request_key_frame)
{
    ngx_str_t                        ip;
    json_int_t                       port;
    ngx_webrtc_addr_t                addr;
    const ngx_webrtc_link_conf_t    *conf;
    ngx_webrtc_skyway_connection_t  *connection;

    connection = ngx_webrtc_skyway_connection_find(api, turn);
    if (connection == NULL) {
        return NGX_OK;
    }

    if (connection->object.closed) {
        return ngx_webrtc_skyway_turn_status(turn, connection->object.deleted
                                                   ? 404 : 403);
    }

    ngx_memzero(&addr, sizeof(ngx_webrtc_addr_t));

    if ((ngx_webrtc_json_get_str(turn->call->args, "ip_v4", 1, 64, &ip)
         != NGX_OK
         && ngx_webrtc_json_get_str(turn->call->args, "ip_v6", 1, 64, &ip)
            != NGX_OK)
        || ngx_webrtc_addr_parse_ip(&addr, &ip) != NGX_OK)
    {
        return ngx_webrtc_skyway_turn_error(turn, 400, "ip_v4",
                                            "is not a valid address");
    }

    (void) ngx_webrtc_json_get_int(turn->call->args, "port", 1, 65535, &port);

    addr.port = (uint16_t) port;
    conf = ngx_webrtc_link_conf(connection->link);

    if (!ngx_webrtc_skyway_is_redirect(&conf->video, &addr)) {

        /* of audio every frame is a key frame */

        if (ngx_webrtc_skyway_is_redirect(&conf->audio, &addr)) {
            return ngx_webrtc_skyway_turn_json(turn, 201, json_object());
        }

        return ngx_webrtc_skyway_turn_error(turn, 400, "port",
                                            "is not where media is sent to");
    }

    if (ngx_webrtc_link_want_key_frame(connection->link, turn->now)
        == NGX_DECLINED
        && connection->is_inside)
    {
        ngx_webrtc_skyway_signal_send(connection, NGX_WEBRTC_SKYWAY_INSIDE,
                                      json_pack("{s:b}", "keyFrame", 1),
                                      turn->now);
    }

    return ngx_webrtc_skyway_turn_json(turn, 201, json_object());
}


static ngx_uint_t
ngx_webrtc_skyway_is_redirect(const ngx_webrtc_link_media_t *media,
    const ngx_webrtc_addr_t *addr)
{
    return media->redirect.port == addr->port
           && ngx_memcmp(media->redirect.ip, addr->ip, 16) == 0;
}


ngx_webrtc_skyway_operation(show_media_connection)
{
    json_t                          *json, *list;
    ngx_uint_t                       open;
    ngx_webrtc_skyway_connection_t  *connection;

    connection = ngx_webrtc_skyway_connection_find(api, turn);
    if (connection == NULL) {
        return NGX_OK;
    }

    if (connection->object.deleted) {
        return ngx_webrtc_skyway_turn_status(turn, 404);
    }

    open = connection->link ? ngx_webrtc_link_is_open(connection->link) : 0;

    json = json_pack("{s:o, s:o, s:b}",
                     "remote_id", ngx_webrtc_json_str(&connection->remote),
                     "metadata", ngx_webrtc_json_str(&connection->metadata),
                     "open", (int) open);
    list = json_array();

    if (connection->link) {
        ngx_webrtc_skyway_show_ssrc(connection, NGX_WEBRTC_SKYWAY_FEED_VIDEO,
                                    1, list);
        ngx_webrtc_skyway_show_ssrc(connection, NGX_WEBRTC_SKYWAY_FEED_AUDIO,
                                    0, list);
    }

    if (json_array_size(list)) {
        json_object_set(json, "ssrc", list);
    }

    json_decref(list);

    return ngx_webrtc_skyway_turn_json(turn, 200, json);
}


/* an id is all that tells kinds apart, so there has to be one */

static void
ngx_webrtc_skyway_show_ssrc(ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_skyway_feed_e feed, ngx_uint_t video, json_t *list)
{
    uint32_t  ssrc;

    ssrc = ngx_webrtc_link_ssrc(connection->link, video);

    if (ssrc && connection->feeds[feed].port) {
        json_array_append_new(list,
                    json_pack("{s:s%, s:I}",
                              "media_id", connection->feeds[feed].id,
                              NGX_WEBRTC_SKYWAY_OBJECT_ID,
                              "ssrc", (json_int_t) ssrc));
    }
}
