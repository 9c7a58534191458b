
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what data and media connections have in common */


#include <core/ngx_webrtc_str.h>
#include <hub/ngx_webrtc_token.h>
#include <front/skyway/ngx_webrtc_skyway_program.h>


/* digits of a connection between peers, after "dc_" */
#define NGX_WEBRTC_SKYWAY_NAME  16


static ngx_int_t ngx_webrtc_skyway_name_generate(u_char *text, size_t len);
static void ngx_webrtc_skyway_connection_leave(
    ngx_webrtc_skyway_connection_t *connection);
static void ngx_webrtc_skyway_connection_handler(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_event_t *event, void *data, ngx_webrtc_usec_t now);
static void ngx_webrtc_skyway_connection_candidate(
    ngx_webrtc_skyway_connection_t *connection,
    const ngx_webrtc_link_event_t *event, ngx_webrtc_usec_t now);


ngx_webrtc_skyway_connection_t *
ngx_webrtc_skyway_connection_create(ngx_webrtc_skyway_peer_t *peer,
    ngx_uint_t is_data, const ngx_str_t *remote, const ngx_str_t *name)
{
    ngx_pool_t                      *pool;
    ngx_webrtc_skyway_api_t         *api;
    ngx_webrtc_skyway_connection_t  *connection;

    api = peer->object.api;

    if (peer->nconnections >= api->skyway->conf.max_connections) {
        return NULL;
    }

    pool = ngx_create_pool(1024, api->skyway->log);
    if (pool == NULL) {
        return NULL;
    }

    connection = ngx_pcalloc(pool, sizeof(ngx_webrtc_skyway_connection_t));

    if (connection == NULL
        || ngx_webrtc_str_copy(pool, &connection->remote, remote) != NGX_OK
        || ngx_webrtc_str_copy(pool, &connection->name, name) != NGX_OK
        || ngx_webrtc_skyway_id_generate(connection->id,
                             is_data ? NGX_WEBRTC_SKYWAY_ID_DATA_CONNECTION
                                     : NGX_WEBRTC_SKYWAY_ID_MEDIA_CONNECTION,
                             api->skyway->glue.seat, api->skyway->glue.term)
           != NGX_OK)
    {
        ngx_destroy_pool(pool);
        return NULL;
    }

    connection->pool = pool;
    connection->object.api = api;
    connection->peer = peer;
    connection->is_data = is_data ? 1 : 0;
    connection->label = connection->name;
    connection->reliable = 1;

    ngx_webrtc_skyway_events_init(&connection->object.events, &api->polls);

    ngx_webrtc_hash_add(&api->ids, &connection->object.node, connection->id,
                        NGX_WEBRTC_SKYWAY_OBJECT_ID);
    ngx_queue_insert_tail(&peer->connections, &connection->queue);
    peer->nconnections++;

    if (!is_data) {
        api->nmedia++;
    }

    return connection;
}


ngx_webrtc_skyway_connection_t *
ngx_webrtc_skyway_connection_start(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_skyway_turn_t *turn, ngx_uint_t is_data)
{
    u_char                           text[3 + NGX_WEBRTC_SKYWAY_NAME];
    ngx_str_t                        target, name;
    ngx_webrtc_skyway_peer_t        *peer;
    ngx_webrtc_skyway_connection_t  *connection;

    peer = ngx_webrtc_skyway_peer_find(api, turn, 0);
    if (peer == NULL) {
        return NULL;
    }

    (void) ngx_webrtc_json_get_str(turn->call->args, "target_id", 1, 255,
                                   &target);

    if (!ngx_webrtc_skyway_is_id(&target)
        || ngx_webrtc_str_equal(&target, &peer->endpoint.id))
    {
        (void) ngx_webrtc_skyway_turn_error(turn, 400, "target_id",
                                            "is no other peer");
        return NULL;
    }

    ngx_memcpy(text, is_data ? "dc_" : "mc_", 3);

    name.data = text;
    name.len = sizeof(text);

    connection = NULL;

    if (ngx_webrtc_skyway_name_generate(text + 3, sizeof(text) - 3) == NGX_OK)
    {
        connection = ngx_webrtc_skyway_connection_create(peer, is_data,
                                                         &target, &name);
    }

    if (connection == NULL) {
        (void) ngx_webrtc_skyway_turn_status(turn, 503);
        return NULL;
    }

    connection->is_caller = 1;

    ngx_webrtc_skyway_signal_look(connection);

    return connection;
}


/* base 36, as browsers do it */

static ngx_int_t
ngx_webrtc_skyway_name_generate(u_char *text, size_t len)
{
    size_t  i;

    static const u_char  digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";

    if (ngx_webrtc_token_random(text, len) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i < len; i++) {
        text[i] = digits[text[i] % 36];
    }

    return NGX_OK;
}


void
ngx_webrtc_skyway_connection_discard(
    ngx_webrtc_skyway_connection_t *connection, ngx_webrtc_usec_t now)
{
    if (connection->link) {
        ngx_webrtc_link_destroy(connection->link, now);
        connection->link = NULL;
    }

    ngx_webrtc_skyway_feeds_release(connection->object.api,
                                    connection->feeds);

    /* a verb of the link may have closed it */

    if (connection->peer) {
        ngx_webrtc_skyway_connection_leave(connection);
    }

    ngx_webrtc_skyway_object_destroy(&connection->object);
}


ngx_webrtc_skyway_connection_t *
ngx_webrtc_skyway_connection_find(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_skyway_turn_t *turn)
{
    ngx_webrtc_hash_node_t          *node;
    ngx_webrtc_skyway_connection_t  *connection;

    node = ngx_webrtc_hash_find(&api->ids, turn->call->id.data,
                                turn->call->id.len);

    if (node == NULL) {
        (void) ngx_webrtc_skyway_turn_status(turn, 404);
        return NULL;
    }

    connection = (ngx_webrtc_skyway_connection_t *)
                 ngx_webrtc_hash_data(node, ngx_webrtc_skyway_object_t, node);

    if (connection->peer) {
        connection->peer->used = turn->now;
    }

    return connection;
}


void
ngx_webrtc_skyway_connection_close(
    ngx_webrtc_skyway_connection_t *connection, const char *error,
    ngx_uint_t tell, ngx_webrtc_usec_t now)
{
    if (connection->object.closed) {
        return;
    }

    if (tell) {
        ngx_webrtc_skyway_signal_send(connection,
                                      NGX_WEBRTC_SKYWAY_FORCE_CLOSE,
                                      json_object(), now);
    }

    if (error) {
        ngx_webrtc_skyway_connection_event(connection, "ERROR", error, now);
    }

    ngx_webrtc_skyway_connection_event(connection, "CLOSE", NULL, now);

    if (connection->link) {
        ngx_webrtc_link_destroy(connection->link, now);
        connection->link = NULL;
    }

    ngx_webrtc_skyway_feeds_release(connection->object.api,
                                    connection->feeds);

    ngx_webrtc_skyway_connection_leave(connection);
    ngx_webrtc_skyway_object_linger(&connection->object, now);
}


static void
ngx_webrtc_skyway_connection_leave(
    ngx_webrtc_skyway_connection_t *connection)
{
    ngx_queue_remove(&connection->queue);
    connection->peer->nconnections--;
    connection->peer = NULL;

    if (!connection->is_data) {
        connection->object.api->nmedia--;
    }
}


ngx_webrtc_skyway_operation(delete_connection)
{
    ngx_webrtc_skyway_connection_t  *connection;

    connection = ngx_webrtc_skyway_connection_find(api, turn);
    if (connection == NULL) {
        return NGX_OK;
    }

    if (connection->object.deleted) {
        return ngx_webrtc_skyway_turn_status(turn, 404);
    }

    connection->object.deleted = 1;

    ngx_webrtc_skyway_connection_close(connection, NULL, 1, turn->now);

    return ngx_webrtc_skyway_turn_status(turn, 204);
}


ngx_webrtc_skyway_operation(poll_connection)
{
    ngx_webrtc_skyway_connection_t  *connection;

    connection = ngx_webrtc_skyway_connection_find(api, turn);
    if (connection == NULL) {
        return NGX_OK;
    }

    return ngx_webrtc_skyway_object_poll(&connection->object, turn);
}


ngx_int_t
ngx_webrtc_skyway_connection_link(ngx_webrtc_skyway_connection_t *connection,
    const ngx_webrtc_link_conf_t *conf, ngx_webrtc_usec_t now)
{
    connection->link = ngx_webrtc_link_create(
                                    connection->object.api->skyway->gateway,
                                    conf,
                                    ngx_webrtc_skyway_connection_handler,
                                    connection, now);

    return connection->link ? NGX_OK : NGX_ERROR;
}


static void
ngx_webrtc_skyway_connection_handler(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_event_t *event, void *data, ngx_webrtc_usec_t now)
{
    ngx_webrtc_skyway_connection_t *connection = data;

    /* one that was given up for another says goodbye */

    if (link != connection->link) {
        return;
    }

    switch (event->type) {

    case NGX_WEBRTC_LINK_READY:

        if (!connection->is_data) {
            ngx_webrtc_skyway_connection_event(connection, "READY", NULL,
                                               now);
            ngx_webrtc_skyway_connection_event(connection, "STREAM", NULL,
                                               now);
        }

        break;

    case NGX_WEBRTC_LINK_OPEN:
        ngx_webrtc_skyway_connection_event(connection, "OPEN", NULL, now);
        break;

    case NGX_WEBRTC_LINK_CANDIDATE:
        ngx_webrtc_skyway_connection_candidate(connection, event, now);
        break;

    case NGX_WEBRTC_LINK_GATHERED:
        break;

    case NGX_WEBRTC_LINK_NEWS:
        ngx_webrtc_skyway_signal_inside(connection, now);
        break;

    case NGX_WEBRTC_LINK_FAILED:
        ngx_webrtc_skyway_connection_close(connection,
                                           event->reason ? event->reason
                                                         : "FAILED",
                                           1, now);
        break;

    default: /* NGX_WEBRTC_LINK_CLOSED */
        ngx_webrtc_skyway_connection_close(connection, NULL, 0, now);
        break;
    }
}


/* browsers want to know the section too, and all of ours are bundled */

static void
ngx_webrtc_skyway_connection_candidate(
    ngx_webrtc_skyway_connection_t *connection,
    const ngx_webrtc_link_event_t *event, ngx_webrtc_usec_t now)
{
    json_t  *payload;

    payload = json_pack("{s:{s:o, s:o, s:i}}", "candidate",
                        "candidate", ngx_webrtc_json_str(&event->candidate),
                        "sdpMid", ngx_webrtc_json_str(&event->mid),
                        "sdpMLineIndex", 0);

    ngx_webrtc_skyway_signal_send(connection, NGX_WEBRTC_SKYWAY_CANDIDATE,
                                  payload, now);
}


void
ngx_webrtc_skyway_connection_event(
    ngx_webrtc_skyway_connection_t *connection, const char *event,
    const char *error, ngx_webrtc_usec_t now)
{
    json_t  *json;

    json = json_pack("{s:s}", "event", event);

    if (json && error) {
        json_object_set_new(json, "error_message", json_string(error));
    }

    ngx_webrtc_skyway_object_event(&connection->object, json,
                                   ngx_strcmp(event, "CLOSE") == 0, now);
}


void
ngx_webrtc_skyway_connection_watch(ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t                 i;
    ngx_webrtc_skyway_feed_t  *feed;

    static const struct {
        ngx_webrtc_skyway_feed_e   feed;
        const char                *error;
    } kinds[] = {
        { NGX_WEBRTC_SKYWAY_FEED_VIDEO, "WRONG_VIDEO_PAYLOAD_TYPE" },
        { NGX_WEBRTC_SKYWAY_FEED_AUDIO, "WRONG_AUDIO_PAYLOAD_TYPE" }
    };

    if (connection->blamed) {
        return;
    }

    for (i = 0; i < 2; i++) {
        feed = &connection->feeds[kinds[i].feed];

        if (feed->port
            && ngx_webrtc_port_stats(feed->port)->wrong_type > feed->wrong)
        {
            connection->blamed = 1;
            ngx_webrtc_skyway_connection_event(connection, "ERROR",
                                               kinds[i].error, now);
            return;
        }
    }
}


ngx_int_t
ngx_webrtc_skyway_connection_metadata(
    ngx_webrtc_skyway_connection_t *connection, const json_t *metadata)
{
    char       *text;
    ngx_int_t   rc;
    ngx_str_t   str;

    if (metadata == NULL || json_is_null(metadata)) {
        return NGX_OK;
    }

    text = NULL;

    if (json_is_string(metadata)) {
        str.data = (u_char *) json_string_value(metadata);
        str.len = json_string_length(metadata);

    } else {
        text = json_dumps(metadata, JSON_COMPACT | JSON_ENCODE_ANY);

        if (text == NULL) {
            return NGX_ERROR;
        }

        str.data = (u_char *) text;
        str.len = ngx_strlen(text);
    }

    rc = NGX_ERROR;

    if (str.len <= NGX_WEBRTC_SKYWAY_METADATA_MAX) {
        rc = ngx_webrtc_str_copy(connection->pool, &connection->metadata,
                                 &str);
    }

    free(text);

    return rc;
}


ngx_webrtc_packing_e
ngx_webrtc_skyway_packing(const ngx_webrtc_skyway_connection_t *connection)
{
    ngx_uint_t  json;

    if (!connection->is_known
        || connection->is_inside
        || connection->serialization == NGX_WEBRTC_SKYWAY_NONE
        || !connection->object.api->skyway->conf.unpack)
    {
        return NGX_WEBRTC_PACKING_NONE;
    }

    json = (connection->serialization == NGX_WEBRTC_SKYWAY_JSON);

    if (connection->dialect == NGX_WEBRTC_SKYWAY_PEERJS) {
        return json ? NGX_WEBRTC_PACKING_JSON_BINARY
                    : NGX_WEBRTC_PACKING_PEERJS;
    }

    return json ? NGX_WEBRTC_PACKING_JSON_TEXT : NGX_WEBRTC_PACKING_SKYWAY;
}


void
ngx_webrtc_skyway_link_conf(const ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_link_conf_t *conf)
{
    const ngx_webrtc_skyway_conf_t  *sconf;

    sconf = &connection->object.api->skyway->conf;

    ngx_memzero(conf, sizeof(ngx_webrtc_link_conf_t));

    conf->is_data = connection->is_data;
    conf->full_ice = connection->peer->turn && sconf->has_ice_servers;

    if (connection->is_data) {
        conf->data.label = connection->label;
        conf->data.packing = ngx_webrtc_skyway_packing(connection);
        conf->data.max_retransmits = -1;
        conf->data.max_packet_life_time = -1;
        conf->data.id = -1;
        conf->data.ordered = 1;
        return;
    }

    conf->hang_up = connection->is_known
                    && connection->dialect == NGX_WEBRTC_SKYWAY_PEERJS;
}
