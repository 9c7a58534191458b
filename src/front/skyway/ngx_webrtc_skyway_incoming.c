
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Offers of other peers.  One for data is answered at once; one for media
 * waits until the program does it.
 */


#include <core/ngx_webrtc_str.h>
#include <front/skyway/ngx_webrtc_skyway_program.h>


static void ngx_webrtc_skyway_incoming_again(
    ngx_webrtc_skyway_connection_t *connection, const json_t *payload,
    ngx_webrtc_usec_t now);
static ngx_webrtc_skyway_connection_t *ngx_webrtc_skyway_incoming_create(
    ngx_webrtc_skyway_peer_t *peer,
    const ngx_webrtc_skyway_message_t *message, const json_t *payload,
    ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_skyway_incoming_read(
    ngx_webrtc_skyway_connection_t *connection, const json_t *payload);
static ngx_int_t ngx_webrtc_skyway_incoming_data(
    ngx_webrtc_skyway_connection_t *connection, const json_t *payload);
static ngx_int_t ngx_webrtc_skyway_incoming_link(
    ngx_webrtc_skyway_connection_t *connection, const json_t *payload,
    ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_skyway_incoming_sdp(const json_t *payload,
    ngx_str_t *sdp);
static void ngx_webrtc_skyway_incoming_refuse(ngx_webrtc_skyway_peer_t *peer,
    const ngx_webrtc_skyway_message_t *message, const json_t *payload,
    ngx_webrtc_usec_t now);


void
ngx_webrtc_skyway_incoming(ngx_webrtc_skyway_peer_t *peer,
    ngx_webrtc_skyway_connection_t *connection,
    const ngx_webrtc_skyway_message_t *message, json_t *payload,
    ngx_webrtc_usec_t now)
{
    json_t      *more;
    const char  *reason;

    if (connection) {

        if (message->dialect != NGX_WEBRTC_SKYWAY_PEERJS) {
            ngx_webrtc_skyway_incoming_again(connection, payload, now);
            return;
        }

        /* PeerJS knows no other way to begin anew */

        ngx_webrtc_skyway_connection_close(connection, NULL, 0, now);
    }

    connection = ngx_webrtc_skyway_incoming_create(peer, message, payload,
                                                   now);
    if (connection == NULL) {
        ngx_webrtc_skyway_incoming_refuse(peer, message, payload, now);
        return;
    }

    more = json_pack("{s:{s:s%}}",
                     connection->is_data ? "data_params" : "call_params",
                     connection->is_data ? "data_connection_id"
                                         : "media_connection_id",
                     connection->id, NGX_WEBRTC_SKYWAY_OBJECT_ID);

    ngx_webrtc_skyway_peer_event(peer, connection->is_data ? "CONNECTION"
                                                           : "CALL",
                                 more, now);

    if (connection->is_data
        && ngx_webrtc_skyway_signal_answer(connection, now, &reason) != NGX_OK)
    {
        ngx_webrtc_skyway_connection_close(connection, reason, 1, now);
    }
}


/* skyway-js changes what it sends */

static void
ngx_webrtc_skyway_incoming_again(ngx_webrtc_skyway_connection_t *connection,
    const json_t *payload, ngx_webrtc_usec_t now)
{
    ngx_str_t    sdp;
    const char  *reason;

    reason = "INVALID_OFFER";

    if (connection->is_caller
        || connection->is_inside
        || ngx_webrtc_skyway_incoming_sdp(payload, &sdp) != NGX_OK)
    {
        return;
    }

    if (ngx_webrtc_link_set_offer(connection->link, &sdp, now, &reason)
        != NGX_OK
        || (connection->answered
            && ngx_webrtc_skyway_signal_answer(connection, now, &reason)
               != NGX_OK))
    {
        ngx_webrtc_skyway_connection_close(connection, reason, 1, now);
    }
}


static ngx_webrtc_skyway_connection_t *
ngx_webrtc_skyway_incoming_create(ngx_webrtc_skyway_peer_t *peer,
    const ngx_webrtc_skyway_message_t *message, const json_t *payload,
    ngx_webrtc_usec_t now)
{
    json_t                          *inside;
    ngx_str_t                        name, type;
    ngx_uint_t                       is_data;
    ngx_webrtc_skyway_connection_t  *connection;

    static const ngx_str_t  data = ngx_string("data");
    static const ngx_str_t  media = ngx_string("media");

    if (ngx_webrtc_json_get_str(payload, "connectionId", 1,
                                NGX_WEBRTC_SKYWAY_NAME_MAX, &name)
        != NGX_OK
        || ngx_webrtc_json_get_str(payload, "connectionType", 1, 5, &type)
           != NGX_OK
        || json_object_get(payload, "roomName"))
    {
        return NULL;
    }

    is_data = ngx_webrtc_str_equal(&type, &data);

    if (!is_data && !ngx_webrtc_str_equal(&type, &media)) {
        return NULL;
    }

    connection = ngx_webrtc_skyway_connection_create(peer, is_data,
                                                     &message->src, &name);
    if (connection == NULL) {
        return NULL;
    }

    connection->dialect = message->dialect;
    connection->is_known = 1;

    inside = json_object_get(payload, "inside");

    /* nobody else may tell us where to send */

    if (message->dialect == NGX_WEBRTC_SKYWAY_REST && inside) {
        connection->is_inside = 1;

        if (ngx_webrtc_skyway_inside_read(inside, connection)
            != NGX_OK)
        {
            ngx_webrtc_skyway_connection_discard(connection, now);
            return NULL;
        }
    }

    if (ngx_webrtc_skyway_incoming_read(connection, payload) != NGX_OK
        || ngx_webrtc_skyway_incoming_link(connection, payload, now) != NGX_OK)
    {
        ngx_webrtc_skyway_connection_discard(connection, now);
        return NULL;
    }

    return connection;
}


static ngx_int_t
ngx_webrtc_skyway_incoming_read(ngx_webrtc_skyway_connection_t *connection,
    const json_t *payload)
{
    if (ngx_webrtc_skyway_connection_metadata(connection,
                                      json_object_get(payload, "metadata"))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return connection->is_data
           ? ngx_webrtc_skyway_incoming_data(connection, payload) : NGX_OK;
}


static ngx_int_t
ngx_webrtc_skyway_incoming_data(ngx_webrtc_skyway_connection_t *connection,
    const json_t *payload)
{
    json_t      *init;
    ngx_str_t    str;
    ngx_uint_t   limited;

    if (ngx_webrtc_json_get_str(payload, "label", 1,
                                NGX_WEBRTC_SKYWAY_NAME_MAX, &str)
        == NGX_OK
        && ngx_webrtc_str_copy(connection->pool, &connection->label, &str)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_webrtc_json_get_str(payload, "serialization", 1, 32, &str)
        == NGX_OK)
    {
        connection->serialization = ngx_webrtc_skyway_serialization(&str);
    }

    if (ngx_webrtc_json_get_object(payload, "dcInit", &init) != NGX_OK) {
        return NGX_OK;
    }

    limited = json_is_integer(json_object_get(init, "maxRetransmits"))
              || json_is_integer(json_object_get(init, "maxPacketLifeTime"));

    if (limited) {
        connection->reliable = 0;

        /* what skyway-js makes of it, on both sides */

        if (connection->dialect == NGX_WEBRTC_SKYWAY_SOCKETIO) {
            connection->serialization = NGX_WEBRTC_SKYWAY_BINARY;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_skyway_incoming_link(ngx_webrtc_skyway_connection_t *connection,
    const json_t *payload, ngx_webrtc_usec_t now)
{
    ngx_str_t                 sdp;
    const char               *reason;
    ngx_webrtc_link_conf_t    conf;

    ngx_webrtc_skyway_link_conf(connection, &conf);

    if (ngx_webrtc_skyway_connection_link(connection, &conf, now) != NGX_OK) {
        return NGX_ERROR;
    }

    if (connection->is_inside) {
        return NGX_OK;
    }

    if (ngx_webrtc_skyway_incoming_sdp(payload, &sdp) != NGX_OK) {
        return NGX_ERROR;
    }

    return ngx_webrtc_link_set_offer(connection->link, &sdp, now, &reason);
}


static ngx_int_t
ngx_webrtc_skyway_incoming_sdp(const json_t *payload, ngx_str_t *sdp)
{
    json_t  *offer;

    if (ngx_webrtc_json_get_object(payload, "offer", &offer) != NGX_OK
        || ngx_webrtc_json_get_str(offer, "sdp", 1, 1024 * 1024, sdp)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_webrtc_skyway_incoming_refuse(ngx_webrtc_skyway_peer_t *peer,
    const ngx_webrtc_skyway_message_t *message, const json_t *payload,
    ngx_webrtc_usec_t now)
{
    char       *dump;
    json_t     *json, *name, *type;
    ngx_str_t   text;

    name = json_object_get(payload, "connectionId");
    type = json_object_get(payload, "connectionType");

    if (!json_is_string(name) || !json_is_string(type)) {
        return;
    }

    json = json_pack("{s:O, s:O}", "connectionId", name, "connectionType",
                     type);
    dump = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);

    if (dump == NULL) {
        return;
    }

    text.data = (u_char *) dump;
    text.len = ngx_strlen(dump);

    ngx_webrtc_skyway_send(peer->object.api->skyway, &peer->endpoint,
                           NGX_WEBRTC_SKYWAY_FORCE_CLOSE, &message->src,
                           &text, now);
    free(dump);
}
