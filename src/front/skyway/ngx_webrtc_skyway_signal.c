
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what peers of programs and other peers tell each other */


#include <core/ngx_webrtc_str.h>
#include <front/skyway/ngx_webrtc_skyway_bridge.h>
#include <front/skyway/ngx_webrtc_skyway_program.h>


#define NGX_WEBRTC_SKYWAY_PAYLOAD_MAX  (1024 * 1024)


static void ngx_webrtc_skyway_signal_message(
    ngx_webrtc_skyway_endpoint_t *endpoint,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now);
static void ngx_webrtc_skyway_signal_replaced(
    ngx_webrtc_skyway_endpoint_t *endpoint, ngx_webrtc_usec_t now);
static json_t *ngx_webrtc_skyway_signal_payload(
    const ngx_webrtc_skyway_message_t *message);
static ngx_webrtc_skyway_connection_t *ngx_webrtc_skyway_signal_find(
    ngx_webrtc_skyway_peer_t *peer,
    const ngx_webrtc_skyway_message_t *message, const json_t *payload);
static void ngx_webrtc_skyway_signal_answered(
    ngx_webrtc_skyway_connection_t *connection,
    const ngx_webrtc_skyway_message_t *message, const json_t *payload,
    ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_skyway_signal_switch(
    ngx_webrtc_skyway_connection_t *connection, ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_skyway_signal_repack(
    ngx_webrtc_skyway_connection_t *connection, ngx_webrtc_usec_t now);
static void ngx_webrtc_skyway_signal_candidate(
    ngx_webrtc_skyway_connection_t *connection, const json_t *payload,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_skyway_signal_news(
    ngx_webrtc_skyway_connection_t *connection, const json_t *payload,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_skyway_signal_left(ngx_webrtc_skyway_peer_t *peer,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now);


const ngx_webrtc_skyway_endpoint_handlers_t
    ngx_webrtc_skyway_program_handlers = {
    ngx_webrtc_skyway_signal_message,
    ngx_webrtc_skyway_signal_replaced
};


static void
ngx_webrtc_skyway_signal_message(ngx_webrtc_skyway_endpoint_t *endpoint,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now)
{
    json_t                          *payload;
    ngx_webrtc_skyway_peer_t        *peer;
    ngx_webrtc_skyway_connection_t  *connection;

    peer = endpoint->data;

    if (message->type == NGX_WEBRTC_SKYWAY_LEAVE
        || message->type == NGX_WEBRTC_SKYWAY_EXPIRE)
    {
        ngx_webrtc_skyway_signal_left(peer, message, now);
        return;
    }

    payload = ngx_webrtc_skyway_signal_payload(message);
    if (payload == NULL) {
        return;
    }

    connection = ngx_webrtc_skyway_signal_find(peer, message, payload);

    if (message->type == NGX_WEBRTC_SKYWAY_OFFER) {
        ngx_webrtc_skyway_incoming(peer, connection, message, payload, now);
        json_decref(payload);
        return;
    }

    if (connection) {

        switch (message->type) {

        case NGX_WEBRTC_SKYWAY_ANSWER:
            ngx_webrtc_skyway_signal_answered(connection, message, payload,
                                              now);
            break;

        case NGX_WEBRTC_SKYWAY_CANDIDATE:
            ngx_webrtc_skyway_signal_candidate(connection, payload, now);
            break;

        case NGX_WEBRTC_SKYWAY_FORCE_CLOSE:
            ngx_webrtc_skyway_connection_close(connection, NULL, 0, now);
            break;

        default: /* NGX_WEBRTC_SKYWAY_INSIDE */

            if (message->dialect == NGX_WEBRTC_SKYWAY_REST) {
                ngx_webrtc_skyway_signal_news(connection, payload, now);
            }
        }
    }

    json_decref(payload);
}


/* no other client has our token */

static void
ngx_webrtc_skyway_signal_replaced(ngx_webrtc_skyway_endpoint_t *endpoint,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_skyway_peer_close(endpoint->data, "UNAVAILABLE_ID", now);
}


static json_t *
ngx_webrtc_skyway_signal_payload(const ngx_webrtc_skyway_message_t *message)
{
    json_t      *payload;
    const char  *reason;

    if (message->dialect == NGX_WEBRTC_SKYWAY_PEERJS) {
        return ngx_webrtc_skyway_bridge(message, NGX_WEBRTC_SKYWAY_REST);
    }

    payload = ngx_webrtc_json_parse(message->payload.data,
                                    message->payload.data
                                    + message->payload.len,
                                    NGX_WEBRTC_SKYWAY_PAYLOAD_MAX, &reason);

    if (payload && !json_is_object(payload)) {
        json_decref(payload);
        return NULL;
    }

    return payload;
}


static ngx_webrtc_skyway_connection_t *
ngx_webrtc_skyway_signal_find(ngx_webrtc_skyway_peer_t *peer,
    const ngx_webrtc_skyway_message_t *message, const json_t *payload)
{
    ngx_str_t                        name;
    ngx_queue_t                     *q;
    ngx_webrtc_skyway_connection_t  *connection;

    if (ngx_webrtc_json_get_str(payload, "connectionId", 1,
                                NGX_WEBRTC_SKYWAY_NAME_MAX, &name)
        != NGX_OK)
    {
        return NULL;
    }

    for (q = ngx_queue_head(&peer->connections);
         q != ngx_queue_sentinel(&peer->connections);
         q = ngx_queue_next(q))
    {
        connection = ngx_queue_data(q, ngx_webrtc_skyway_connection_t, queue);

        if (ngx_webrtc_str_equal(&connection->name, &name)
            && ngx_webrtc_str_equal(&connection->remote, &message->src))
        {
            return connection;
        }
    }

    return NULL;
}


static void
ngx_webrtc_skyway_signal_answered(ngx_webrtc_skyway_connection_t *connection,
    const ngx_webrtc_skyway_message_t *message, const json_t *payload,
    ngx_webrtc_usec_t now)
{
    json_t      *answer, *inside;
    ngx_int_t    rc;
    ngx_str_t    sdp;
    const char  *reason;

    if (!connection->is_caller || connection->answered) {
        return;
    }

    connection->answered = 1;
    connection->dialect = message->dialect;

    reason = "INVALID_ANSWER";
    inside = json_object_get(payload, "inside");

    if (message->dialect == NGX_WEBRTC_SKYWAY_REST && inside) {
        rc = ngx_webrtc_skyway_inside_read(inside, connection);

        if (rc == NGX_OK && !connection->is_inside) {
            rc = ngx_webrtc_skyway_signal_switch(connection, now);
        }

        connection->is_known = 1;

        if (rc == NGX_OK) {
            ngx_webrtc_link_inside(connection->link, &connection->inside,
                                   now);
            return;
        }

    } else {
        rc = NGX_ERROR;
        connection->is_known = 1;

        if (!connection->is_inside
            && ngx_webrtc_json_get_object(payload, "answer", &answer)
               == NGX_OK
            && ngx_webrtc_json_get_str(answer, "sdp", 1,
                                       NGX_WEBRTC_SKYWAY_PAYLOAD_MAX, &sdp)
               == NGX_OK)
        {
            rc = ngx_webrtc_skyway_signal_repack(connection, now);
        }

        if (rc == NGX_OK) {
            rc = ngx_webrtc_link_set_answer(connection->link, &sdp, now,
                                            &reason);
        }
    }

    if (rc != NGX_OK) {
        ngx_webrtc_skyway_connection_close(connection, reason, 1, now);
    }
}


/* the one who was called came after the offer, which was for a browser */

static ngx_int_t
ngx_webrtc_skyway_signal_switch(ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_t       *before;
    ngx_webrtc_link_conf_t   conf;

    before = connection->link;
    conf = *ngx_webrtc_link_conf(before);

    if (ngx_webrtc_skyway_connection_link(connection, &conf, now) != NGX_OK) {
        connection->link = before;
        return NGX_ERROR;
    }

    ngx_webrtc_link_destroy(before, now);

    connection->is_inside = 1;

    return NGX_OK;
}


/* now it is known what the remote packs its messages with */

static ngx_int_t
ngx_webrtc_skyway_signal_repack(ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_conf_t  conf;

    if (!connection->is_data) {
        return NGX_OK;
    }

    conf = *ngx_webrtc_link_conf(connection->link);
    conf.data.packing = ngx_webrtc_skyway_packing(connection);

    if (ngx_webrtc_link_configure(connection->link, &conf, now) != NGX_OK
        || connection->link == NULL)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_webrtc_skyway_signal_candidate(ngx_webrtc_skyway_connection_t *connection,
    const json_t *payload, ngx_webrtc_usec_t now)
{
    json_t     *json;
    ngx_str_t   candidate, mid;

    if (connection->is_inside
        || ngx_webrtc_json_get_object(payload, "candidate", &json) != NGX_OK
        || ngx_webrtc_json_get_str(json, "candidate", 0, 1024, &candidate)
           != NGX_OK)
    {
        return;
    }

    if (ngx_webrtc_json_get_str(json, "sdpMid", 0, 255, &mid) != NGX_OK) {
        ngx_str_null(&mid);
    }

    (void) ngx_webrtc_link_add_candidate(connection->link, &candidate, &mid,
                                         now);
}


static void
ngx_webrtc_skyway_signal_news(ngx_webrtc_skyway_connection_t *connection,
    const json_t *payload, ngx_webrtc_usec_t now)
{
    json_t  *inside;

    if (!connection->is_inside) {
        return;
    }

    if (json_is_true(json_object_get(payload, "keyFrame"))) {
        ngx_webrtc_link_key_frame_wanted(connection->link, now);
        return;
    }

    inside = json_object_get(payload, "inside");

    if (ngx_webrtc_skyway_inside_read(inside, connection) == NGX_OK
        && connection->answered)
    {
        ngx_webrtc_link_inside(connection->link, &connection->inside, now);
    }
}


/* the remote has gone for good, or was never there */

static void
ngx_webrtc_skyway_signal_left(ngx_webrtc_skyway_peer_t *peer,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now)
{
    ngx_queue_t                     *q;
    ngx_webrtc_skyway_connection_t  *connection;

    for (q = ngx_queue_head(&peer->connections);
         q != ngx_queue_sentinel(&peer->connections);
         /* void */ )
    {
        connection = ngx_queue_data(q, ngx_webrtc_skyway_connection_t, queue);
        q = ngx_queue_next(q);

        if (!ngx_webrtc_str_equal(&connection->remote, &message->src)) {
            continue;
        }

        if (message->type == NGX_WEBRTC_SKYWAY_LEAVE) {
            ngx_webrtc_skyway_connection_close(connection, NULL, 0, now);

        } else if (connection->is_caller && !connection->answered) {
            ngx_webrtc_skyway_connection_close(connection, "PEER_UNAVAILABLE",
                                               0, now);
        }
    }
}


void
ngx_webrtc_skyway_signal_look(ngx_webrtc_skyway_connection_t *connection)
{
    ngx_webrtc_skyway_glue_t  *glue;

    glue = &connection->object.api->skyway->glue;

    if (glue->find(glue->data, &connection->peer->endpoint.key,
                   &connection->remote, &connection->dialect)
        == NGX_OK)
    {
        connection->is_known = 1;
        connection->is_inside =
                         (connection->dialect == NGX_WEBRTC_SKYWAY_REST);
    }
}


ngx_int_t
ngx_webrtc_skyway_signal_offer(ngx_webrtc_skyway_connection_t *connection,
    json_t *payload, ngx_webrtc_usec_t now, const char **reason)
{
    ngx_str_t  sdp;

    if (!connection->is_inside) {

        if (ngx_webrtc_link_offer(connection->link, &sdp, now, reason)
            != NGX_OK)
        {
            json_decref(payload);
            return NGX_ERROR;
        }

        json_object_set_new(payload, "offer",
                            json_pack("{s:s, s:o}", "type", "offer", "sdp",
                                      ngx_webrtc_json_str(&sdp)));
    }

    /* somebody who is not there yet may turn out to be either */

    if (connection->link
        && (connection->is_inside || !connection->is_known))
    {
        json_object_set_new(payload, "inside",
                            ngx_webrtc_skyway_inside_write(connection));
    }

    ngx_webrtc_skyway_signal_send(connection, NGX_WEBRTC_SKYWAY_OFFER,
                                  payload, now);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_skyway_signal_answer(ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_usec_t now, const char **reason)
{
    json_t     *payload;
    ngx_str_t   sdp;

    if (connection->is_inside) {
        payload = json_pack("{s:o}", "inside",
                            ngx_webrtc_skyway_inside_write(connection));

    } else {

        if (ngx_webrtc_link_answer(connection->link, &sdp, now, reason)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        payload = json_pack("{s:{s:s, s:o}}", "answer", "type", "answer",
                            "sdp", ngx_webrtc_json_str(&sdp));
    }

    connection->answered = 1;

    ngx_webrtc_skyway_signal_send(connection, NGX_WEBRTC_SKYWAY_ANSWER,
                                  payload, now);

    if (connection->is_inside && connection->link) {
        ngx_webrtc_link_inside(connection->link, &connection->inside, now);
    }

    return NGX_OK;
}


void
ngx_webrtc_skyway_signal_send(ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_skyway_message_e type, json_t *payload, ngx_webrtc_usec_t now)
{
    char       *dump;
    ngx_str_t   text;

    if (payload) {
        json_object_set_new(payload, "connectionId",
                            ngx_webrtc_json_str(&connection->name));
        json_object_set_new(payload, "connectionType",
                            json_string(connection->is_data ? "data"
                                                            : "media"));
    }

    dump = payload ? json_dumps(payload, JSON_COMPACT) : NULL;
    json_decref(payload);

    if (dump == NULL) {
        return;
    }

    /* a verb of the link may have closed it */

    if (connection->peer == NULL) {
        free(dump);
        return;
    }

    text.data = (u_char *) dump;
    text.len = ngx_strlen(dump);

    ngx_webrtc_skyway_send(connection->object.api->skyway,
                           &connection->peer->endpoint, type,
                           &connection->remote, &text, now);
    free(dump);
}


void
ngx_webrtc_skyway_signal_inside(ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    json_t  *payload;

    if (!connection->is_inside || !connection->answered) {
        return;
    }

    payload = json_pack("{s:o}", "inside",
                        ngx_webrtc_skyway_inside_write(connection));

    ngx_webrtc_skyway_signal_send(connection, NGX_WEBRTC_SKYWAY_INSIDE,
                                  payload, now);
}


/* browsers come back elsewhere, and ICE tells when their media have ended */

void
ngx_webrtc_skyway_signal_gone(ngx_webrtc_skyway_connection_t *connection,
    uint64_t term, ngx_webrtc_usec_t now)
{
    ngx_webrtc_skyway_glue_t     *glue;
    ngx_webrtc_skyway_dialect_e   dialect;

    if (!connection->is_inside) {
        return;
    }

    if (connection->term) {

        if (connection->term == term) {
            ngx_webrtc_skyway_connection_close(connection, NULL, 0, now);
        }

        return;
    }

    /* who has not answered yet is still where it was called, or dead */

    glue = &connection->object.api->skyway->glue;

    if (glue->find(glue->data, &connection->peer->endpoint.key,
                   &connection->remote, &dialect)
        != NGX_OK)
    {
        ngx_webrtc_skyway_connection_close(connection, "PEER_UNAVAILABLE", 0,
                                           now);
    }
}
