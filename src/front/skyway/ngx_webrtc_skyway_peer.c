
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <hub/ngx_webrtc_token.h>
#include <front/skyway/ngx_webrtc_skyway_auth.h>
#include <front/skyway/ngx_webrtc_skyway_program.h>


static ngx_int_t ngx_webrtc_skyway_peer_check(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_skyway_turn_t *turn, uint64_t *left);
static ngx_int_t ngx_webrtc_skyway_peer_verify(
    ngx_webrtc_skyway_turn_t *turn, const ngx_webrtc_skyway_key_t *key,
    const ngx_str_t *id, const json_t *json, uint64_t *left);
static ngx_webrtc_skyway_peer_t *ngx_webrtc_skyway_peer_create(
    ngx_webrtc_skyway_api_t *api, ngx_webrtc_skyway_call_t *call);
static ngx_int_t ngx_webrtc_skyway_peer_claim(
    ngx_webrtc_skyway_peer_t *peer, ngx_webrtc_usec_t now);
static void ngx_webrtc_skyway_peer_valid(ngx_webrtc_skyway_peer_t *peer,
    uint64_t left, ngx_webrtc_usec_t now);
static json_t *ngx_webrtc_skyway_peer_params(ngx_webrtc_skyway_peer_t *peer);


ngx_webrtc_skyway_operation(create_peer)
{
    uint64_t                   left;
    ngx_int_t                  rc;
    ngx_webrtc_skyway_peer_t  *peer;

    if (ngx_webrtc_skyway_peer_check(api, turn, &left) != NGX_OK) {
        return NGX_OK;
    }

    if (api->npeers >= api->skyway->conf.max_peers) {
        return ngx_webrtc_skyway_turn_status(turn, 503);
    }

    peer = ngx_webrtc_skyway_peer_create(api, turn->call);
    if (peer == NULL) {
        return ngx_webrtc_skyway_turn_status(turn, 500);
    }

    rc = ngx_webrtc_skyway_peer_claim(peer, turn->now);

    if (rc != NGX_OK) {
        ngx_free(peer);

        return (rc == NGX_DECLINED)
               ? ngx_webrtc_skyway_turn_error(turn, 403, "peer_id",
                                              "is already in use")
               : ngx_webrtc_skyway_turn_status(turn, 503);
    }

    ngx_webrtc_hash_add(&api->tokens, &peer->object.node, peer->token,
                        NGX_WEBRTC_SKYWAY_OBJECT_ID);
    ngx_queue_insert_tail(&api->peers, &peer->queue);
    api->npeers++;

    peer->used = turn->now;

    ngx_webrtc_skyway_peer_valid(peer, left, turn->now);
    ngx_webrtc_skyway_peer_event(peer, "OPEN", NULL, turn->now);

    return ngx_webrtc_skyway_turn_json(turn, 201,
                     json_pack("{s:s, s:o}", "command_type", "PEERS_CREATE",
                               "params",
                               ngx_webrtc_skyway_peer_params(peer)));
}


/* NGX_DECLINED: the answer is there */

static ngx_int_t
ngx_webrtc_skyway_peer_check(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_skyway_turn_t *turn, uint64_t *left)
{
    json_t                         *credential;
    ngx_int_t                       rc;
    ngx_str_t                       domain;
    ngx_webrtc_skyway_call_t       *call;
    const ngx_webrtc_skyway_key_t  *key;

    call = turn->call;
    credential = NULL;
    ngx_str_null(&domain);

    (void) ngx_webrtc_json_get_str(call->args, "domain", 0, 255, &domain);
    (void) ngx_webrtc_json_get_object(call->args, "credential", &credential);

    rc = ngx_webrtc_skyway_auth_key(&api->skyway->conf, &call->key, &domain,
                                    &key);

    if (rc != NGX_OK) {
        (void) ngx_webrtc_skyway_turn_error(turn, 403,
                                            (rc == NGX_ABORT) ? "domain"
                                                              : "key",
                                            "is wrong");
        return NGX_DECLINED;
    }

    if (call->id.len && !ngx_webrtc_skyway_is_id(&call->id)) {
        (void) ngx_webrtc_skyway_turn_error(turn, 400, "peer_id",
                                            "has a control character");
        return NGX_DECLINED;
    }

    rc = ngx_webrtc_skyway_peer_verify(turn, key, &call->id, credential,
                                       left);

    if (rc != NGX_OK) {
        (void) ngx_webrtc_skyway_turn_error(turn, 403, "credential",
                                            "is not valid");
    }

    return rc;
}


static ngx_int_t
ngx_webrtc_skyway_peer_verify(ngx_webrtc_skyway_turn_t *turn,
    const ngx_webrtc_skyway_key_t *key, const ngx_str_t *id,
    const json_t *json, uint64_t *left)
{
    const char                       *reason;
    ngx_webrtc_skyway_credential_t    credential, *given;

    given = NULL;

    if (json
        && ngx_webrtc_skyway_credential_read(json, &credential, &reason)
           == NGX_OK)
    {
        given = &credential;
    }

    return ngx_webrtc_skyway_auth_check(key, id, given,
                                        turn->wall / NGX_WEBRTC_SEC, left,
                                        &reason);
}


static ngx_webrtc_skyway_peer_t *
ngx_webrtc_skyway_peer_create(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_skyway_call_t *call)
{
    ngx_uint_t                     turn;
    ngx_webrtc_skyway_peer_t      *peer;
    ngx_webrtc_skyway_endpoint_t  *endpoint;

    peer = ngx_calloc(sizeof(ngx_webrtc_skyway_peer_t), api->skyway->log);
    if (peer == NULL) {
        return NULL;
    }

    peer->object.api = api;
    peer->object.is_peer = 1;

    ngx_webrtc_skyway_events_init(&peer->object.events, &api->polls);
    ngx_queue_init(&peer->connections);

    if (ngx_webrtc_json_get_bool(call->args, "turn", &turn) != NGX_OK) {
        turn = 1;
    }

    peer->turn = turn ? 1 : 0;

    endpoint = &peer->endpoint;

    endpoint->handlers = &ngx_webrtc_skyway_program_handlers;
    endpoint->data = peer;
    endpoint->dialect = NGX_WEBRTC_SKYWAY_REST;

    endpoint->token.data = peer->token;
    endpoint->token.len = NGX_WEBRTC_SKYWAY_OBJECT_ID;

    endpoint->key.data = peer->key;
    endpoint->key.len = call->key.len;
    ngx_memcpy(peer->key, call->key.data, call->key.len);

    endpoint->id.data = peer->id;
    endpoint->id.len = call->id.len ? call->id.len : NGX_WEBRTC_UUID_LEN;

    if (call->id.len) {
        ngx_memcpy(peer->id, call->id.data, call->id.len);
    }

    if ((call->id.len == 0 && ngx_webrtc_token_uuid(peer->id) != NGX_OK)
        || ngx_webrtc_skyway_id_generate(peer->token,
                                         NGX_WEBRTC_SKYWAY_ID_TOKEN,
                                         api->skyway->glue.seat,
                                         api->skyway->glue.term)
           != NGX_OK)
    {
        ngx_free(peer);
        return NULL;
    }

    return peer;
}


/* an idle peer gives way: its program has died and was started again */

static ngx_int_t
ngx_webrtc_skyway_peer_claim(ngx_webrtc_skyway_peer_t *peer,
    ngx_webrtc_usec_t now)
{
    ngx_int_t                  rc;
    ngx_queue_t               *q;
    ngx_webrtc_skyway_api_t   *api;
    ngx_webrtc_skyway_peer_t  *other;

    api = peer->object.api;

    rc = ngx_webrtc_skyway_endpoint_add(api->skyway, &peer->endpoint, now);

    if (rc != NGX_DECLINED) {
        return rc;
    }

    for (q = ngx_queue_head(&api->peers);
         q != ngx_queue_sentinel(&api->peers);
         q = ngx_queue_next(q))
    {
        other = ngx_queue_data(q, ngx_webrtc_skyway_peer_t, queue);

        if (ngx_webrtc_str_equal(&other->endpoint.id, &peer->endpoint.id)
            && ngx_webrtc_str_equal(&other->endpoint.key, &peer->endpoint.key))
        {
            if (!ngx_webrtc_skyway_peer_is_idle(other, now)) {
                return NGX_DECLINED;
            }

            ngx_webrtc_skyway_peer_close(other, "UNAVAILABLE_ID", now);

            return ngx_webrtc_skyway_endpoint_add(api->skyway,
                                                  &peer->endpoint, now);
        }
    }

    return NGX_DECLINED;
}


ngx_webrtc_skyway_operation(delete_peer)
{
    ngx_webrtc_skyway_peer_t  *peer;

    peer = ngx_webrtc_skyway_peer_find(api, turn, 1);
    if (peer == NULL) {
        return NGX_OK;
    }

    if (peer->object.deleted) {
        return ngx_webrtc_skyway_turn_status(turn, 404);
    }

    peer->object.deleted = 1;

    if (!peer->object.closed) {
        ngx_webrtc_skyway_peer_close(peer, NULL, turn->now);
    }

    return ngx_webrtc_skyway_turn_status(turn, 204);
}


ngx_webrtc_skyway_operation(update_credential)
{
    uint64_t                        left;
    ngx_str_t                       domain;
    ngx_webrtc_skyway_peer_t       *peer;
    const ngx_webrtc_skyway_key_t  *key;

    peer = ngx_webrtc_skyway_peer_find(api, turn, 0);
    if (peer == NULL) {
        return NGX_OK;
    }

    /* the domain was checked when the peer was made */

    ngx_str_null(&domain);

    if (ngx_webrtc_skyway_auth_key(&api->skyway->conf, &peer->endpoint.key,
                                   &domain, &key)
        == NGX_DECLINED
        || ngx_webrtc_skyway_peer_verify(turn, key, &peer->endpoint.id,
                                         turn->call->args, &left)
           != NGX_OK)
    {
        return ngx_webrtc_skyway_turn_error(turn, 400, "credential",
                                            "is not valid");
    }

    ngx_webrtc_skyway_peer_valid(peer, left, turn->now);

    return ngx_webrtc_skyway_turn_json(turn, 200,
                        json_pack("{s:s, s:{s:O}}", "command_type",
                                  "PEERS_CREDENTIAL_UPDATE", "params",
                                  "credential", (json_t *) turn->call->args));
}


ngx_webrtc_skyway_operation(poll_peer)
{
    ngx_webrtc_skyway_peer_t  *peer;

    peer = ngx_webrtc_skyway_peer_find(api, turn, 1);
    if (peer == NULL) {
        return NGX_OK;
    }

    return ngx_webrtc_skyway_object_poll(&peer->object, turn);
}


ngx_webrtc_skyway_operation(show_peer)
{
    ngx_webrtc_skyway_peer_t  *peer;

    peer = ngx_webrtc_skyway_peer_find(api, turn, 1);
    if (peer == NULL) {
        return NGX_OK;
    }

    if (peer->object.deleted) {
        return ngx_webrtc_skyway_turn_status(turn, 404);
    }

    return ngx_webrtc_skyway_turn_json(turn, 200,
                                  json_pack("{s:o, s:b}", "peer_id",
                                  ngx_webrtc_json_str(&peer->endpoint.id),
                                  "disconnected", peer->object.closed));
}


ngx_webrtc_skyway_peer_t *
ngx_webrtc_skyway_peer_find(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_skyway_turn_t *turn, ngx_uint_t lingering)
{
    ngx_webrtc_hash_node_t    *node;
    ngx_webrtc_skyway_peer_t  *peer;
    ngx_webrtc_skyway_call_t  *call;

    call = turn->call;

    node = ngx_webrtc_hash_find(&api->tokens, call->token.data,
                                call->token.len);

    if (node) {
        peer = (ngx_webrtc_skyway_peer_t *)
               ngx_webrtc_hash_data(node, ngx_webrtc_skyway_object_t, node);

        if (ngx_webrtc_str_equal(&peer->endpoint.id, &call->id)
            && (lingering || !peer->object.closed))
        {
            peer->used = turn->now;
            return peer;
        }
    }

    (void) ngx_webrtc_skyway_turn_status(turn, call->known ? 403 : 404);

    return NULL;
}


void
ngx_webrtc_skyway_peer_event(ngx_webrtc_skyway_peer_t *peer,
    const char *event, json_t *more, ngx_webrtc_usec_t now)
{
    json_t      *json;
    ngx_uint_t   last;

    last = (ngx_strcmp(event, "CLOSE") == 0);

    json = json_pack("{s:s, s:o}", "event", event,
                     "params", ngx_webrtc_skyway_peer_params(peer));

    if (json && more) {
        json_object_update(json, more);
    }

    json_decref(more);

    ngx_webrtc_skyway_object_event(&peer->object, json, last, now);
}


static json_t *
ngx_webrtc_skyway_peer_params(ngx_webrtc_skyway_peer_t *peer)
{
    return json_pack("{s:o, s:o}",
                     "peer_id", ngx_webrtc_json_str(&peer->endpoint.id),
                     "token", ngx_webrtc_json_str(&peer->endpoint.token));
}


void
ngx_webrtc_skyway_peer_close(ngx_webrtc_skyway_peer_t *peer,
    const char *error, ngx_webrtc_usec_t now)
{
    ngx_queue_t              *q;
    ngx_webrtc_skyway_api_t  *api;

    api = peer->object.api;

    while (!ngx_queue_empty(&peer->connections)) {
        q = ngx_queue_head(&peer->connections);

        ngx_webrtc_skyway_connection_close(
            ngx_queue_data(q, ngx_webrtc_skyway_connection_t, queue), NULL, 1,
            now);
    }

    if (error) {
        ngx_webrtc_skyway_peer_event(peer, "ERROR",
                                     json_pack("{s:s}", "error_message",
                                               error),
                                     now);
    }

    ngx_webrtc_skyway_peer_event(peer, "CLOSE", NULL, now);

    ngx_webrtc_skyway_endpoint_remove(api->skyway, &peer->endpoint);
    ngx_webrtc_timer_remove(&api->timers, &peer->timer);

    ngx_queue_remove(&peer->queue);
    api->npeers--;

    ngx_webrtc_skyway_object_linger(&peer->object, now);
}


/* "left" seconds from now; 0: for ever */

static void
ngx_webrtc_skyway_peer_valid(ngx_webrtc_skyway_peer_t *peer, uint64_t left,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_usec_t         at;
    ngx_webrtc_skyway_api_t  *api;

    api = peer->object.api;

    peer->warned = 0;

    if (left == 0) {
        ngx_webrtc_timer_remove(&api->timers, &peer->timer);
        return;
    }

    peer->expires = now + left * NGX_WEBRTC_SEC;

    at = peer->expires - ngx_min(left, NGX_WEBRTC_SKYWAY_EXPIRES_IN)
                         * NGX_WEBRTC_SEC;

    ngx_webrtc_timer_set(&api->timers, &peer->timer, at);
}


void
ngx_webrtc_skyway_peer_expire(ngx_webrtc_skyway_peer_t *peer,
    ngx_webrtc_usec_t now)
{
    json_int_t  left;

    if (peer->warned) {
        ngx_webrtc_skyway_peer_close(peer, "SERVER_DISCONNECTED", now);
        return;
    }

    peer->warned = 1;

    left = (json_int_t) ((peer->expires - now + NGX_WEBRTC_SEC / 2)
                         / NGX_WEBRTC_SEC);

    ngx_webrtc_skyway_peer_event(peer, "EXPIRESIN",
                                 json_pack("{s:I}", "remainingSec", left),
                                 now);

    ngx_webrtc_timer_set(&peer->object.api->timers, &peer->timer,
                         peer->expires);
}


ngx_uint_t
ngx_webrtc_skyway_peer_is_idle(ngx_webrtc_skyway_peer_t *peer,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                     *q;
    ngx_webrtc_usec_t                idle;
    ngx_webrtc_skyway_connection_t  *connection;

    idle = peer->object.api->skyway->conf.idle;

    if (idle == 0
        || now < peer->used + idle
        || !ngx_queue_empty(&peer->object.events.waiting))
    {
        return 0;
    }

    for (q = ngx_queue_head(&peer->connections);
         q != ngx_queue_sentinel(&peer->connections);
         q = ngx_queue_next(q))
    {
        connection = ngx_queue_data(q, ngx_webrtc_skyway_connection_t, queue);

        if (!ngx_queue_empty(&connection->object.events.waiting)) {
            return 0;
        }
    }

    return 1;
}
