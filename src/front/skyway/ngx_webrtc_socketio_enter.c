
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* whom a session is of: ids, keys and credentials */


#include <hub/ngx_webrtc_token.h>
#include <front/skyway/ngx_webrtc_skyway_auth.h>
#include <front/skyway/ngx_webrtc_socketio_session.h>


/* characters of an id, and of a token, that we make */
#define NGX_WEBRTC_SOCKETIO_WORD  16


static ngx_int_t ngx_webrtc_socketio_identify(
    ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_query_t *query);
static void ngx_webrtc_socketio_word(u_char *word, const u_char *random);
static const char *ngx_webrtc_socketio_admit(
    ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_query_t *query, ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_socketio_credential(
    ngx_webrtc_socketio_session_t *session, const json_t *object,
    ngx_webrtc_usec_t now);
static uint64_t ngx_webrtc_socketio_wall(
    ngx_webrtc_socketio_session_t *session, ngx_webrtc_usec_t now);


void
ngx_webrtc_socketio_enter(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_query_t *query, ngx_webrtc_usec_t now)
{
    const char  *type;

    if (session->closing) {
        return;
    }

    if (ngx_webrtc_socketio_identify(session, query) != NGX_OK) {
        ngx_webrtc_socketio_end(session);
        return;
    }

    type = ngx_webrtc_socketio_admit(session, query, now);

    if (type) {
        ngx_webrtc_socketio_fail(session, type,
                                 "The server has refused the peer.");
        ngx_webrtc_socketio_close(session);
        return;
    }

    if (session->endpoint.resumed) {
        ngx_webrtc_socketio_return(session, now);
        return;
    }

    ngx_webrtc_socketio_opened(session);
    ngx_webrtc_socketio_flush(session);
}


/* copies what the endpoint is known by; who has no id gets one */

static ngx_int_t
ngx_webrtc_socketio_identify(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_query_t *query)
{
    u_char                        *p, random[2 * NGX_WEBRTC_SOCKETIO_WORD];
    ngx_str_t                      key, id, token;
    u_char                         words[2 * NGX_WEBRTC_SOCKETIO_WORD];
    ngx_webrtc_skyway_endpoint_t  *endpoint;

    key = query->key;
    id = query->id;
    token = query->token;

    if (ngx_webrtc_token_random(random, sizeof(random)) != NGX_OK) {
        return NGX_ERROR;
    }

    if (id.len == 0) {
        ngx_webrtc_socketio_word(words, random);
        id.data = words;
        id.len = NGX_WEBRTC_SOCKETIO_WORD;
    }

    if (token.len == 0) {
        token.data = words + NGX_WEBRTC_SOCKETIO_WORD;
        token.len = NGX_WEBRTC_SOCKETIO_WORD;
        ngx_webrtc_socketio_word(token.data,
                                 random + NGX_WEBRTC_SOCKETIO_WORD);
    }

    p = ngx_alloc(key.len + id.len + token.len,
                  session->socketio->skyway->log);
    if (p == NULL) {
        return NGX_ERROR;
    }

    endpoint = &session->endpoint;

    endpoint->handlers = &ngx_webrtc_socketio_handlers;
    endpoint->data = session;
    endpoint->dialect = NGX_WEBRTC_SKYWAY_SOCKETIO;

    endpoint->key.data = p;
    endpoint->key.len = key.len;

    if (key.len) {
        p = ngx_cpymem(p, key.data, key.len);
    }

    endpoint->id.data = p;
    endpoint->id.len = id.len;
    p = ngx_cpymem(p, id.data, id.len);

    endpoint->token.data = p;
    endpoint->token.len = token.len;
    ngx_memcpy(p, token.data, token.len);

    return NGX_OK;
}


static void
ngx_webrtc_socketio_word(u_char *word, const u_char *random)
{
    ngx_uint_t  i;

    static const u_char  alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789Zz";

    for (i = 0; i < NGX_WEBRTC_SOCKETIO_WORD; i++) {
        word[i] = alphabet[random[i] & 63];
    }
}


/* NULL: it is in; else the type of the error */

static const char *
ngx_webrtc_socketio_admit(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_query_t *query, ngx_webrtc_usec_t now)
{
    json_t                        *json;
    ngx_int_t                      rc;
    const char                    *reason;
    ngx_webrtc_skyway_t           *skyway;
    ngx_webrtc_skyway_endpoint_t  *endpoint;

    skyway = session->socketio->skyway;
    endpoint = &session->endpoint;

    rc = ngx_webrtc_skyway_auth_key(&skyway->conf, &endpoint->key,
                                    &query->origin, &session->key);

    if (rc != NGX_OK || endpoint->key.len == 0
        || endpoint->key.len > NGX_WEBRTC_SKYWAY_KEY_MAX)
    {
        return (rc == NGX_ABORT) ? "invalid-domain" : "invalid-key";
    }

    if (!ngx_webrtc_skyway_is_id(&endpoint->id)
        || ngx_webrtc_engine_io_units(endpoint->id.data,
                                      endpoint->id.data + endpoint->id.len)
           == NGX_ERROR)
    {
        return "invalid-id";
    }

    json = NULL;

    if (query->credential.len) {
        json = ngx_webrtc_json_parse(query->credential.data,
                                     query->credential.data
                                     + query->credential.len,
                                     query->credential.len, &reason);
    }

    rc = ngx_webrtc_socketio_credential(session, json, now);

    json_decref(json);

    if (rc != NGX_OK) {
        return "authentication";
    }

    rc = ngx_webrtc_skyway_endpoint_add(skyway, endpoint, now);

    return (rc == NGX_OK) ? NULL
           : (rc == NGX_DECLINED) ? "unavailable-id" : "server-error";
}


/* "object" may be NULL */

static ngx_int_t
ngx_webrtc_socketio_credential(ngx_webrtc_socketio_session_t *session,
    const json_t *object, ngx_webrtc_usec_t now)
{
    uint64_t                         left;
    const char                      *reason;
    ngx_webrtc_skyway_credential_t   credential, *given;

    given = NULL;

    if (json_is_object(object)
        && ngx_webrtc_skyway_credential_read(object, &credential, &reason)
           == NGX_OK)
    {
        given = &credential;
    }

    if (ngx_webrtc_skyway_auth_check(session->key, &session->endpoint.id,
                                     given,
                                     ngx_webrtc_socketio_wall(session, now),
                                     &left, &reason)
        != NGX_OK)
    {
        return NGX_DECLINED;
    }

    if (session->until) {
        ngx_queue_remove(&session->guest);
        session->until = 0;
    }

    if (left) {
        session->until = now + left * NGX_WEBRTC_SEC;
        session->warned = 0;
        ngx_queue_insert_tail(&session->socketio->guests, &session->guest);
    }

    return NGX_OK;
}


void
ngx_webrtc_socketio_opened(ngx_webrtc_socketio_session_t *session)
{
    json_t  *json;

    json = json_pack("{s:o}", "peerId",
                     ngx_webrtc_json_str(&session->endpoint.id));

    ngx_webrtc_socketio_emit(session, "OPEN", json);

    json_decref(json);
}


void
ngx_webrtc_socketio_update(ngx_webrtc_socketio_session_t *session,
    const ngx_webrtc_socketio_said_t *said)
{
    if (ngx_webrtc_socketio_credential(session, said->json, said->now)
        != NGX_OK)
    {
        ngx_webrtc_socketio_fail(session, "authentication",
                                 "The credential is not valid.");
    }
}


void
ngx_webrtc_socketio_guests(ngx_webrtc_socketio_t *socketio,
    ngx_webrtc_usec_t now)
{
    json_t                         *json;
    ngx_queue_t                    *q;
    ngx_webrtc_usec_t               left;
    ngx_webrtc_socketio_session_t  *session;

    q = ngx_queue_head(&socketio->guests);

    while (q != ngx_queue_sentinel(&socketio->guests)) {

        session = ngx_queue_data(q, ngx_webrtc_socketio_session_t, guest);
        q = ngx_queue_next(q);

        if (now >= session->until) {
            ngx_webrtc_socketio_fail(session, "authentication",
                                     "The credential has expired.");
            ngx_webrtc_socketio_close(session);
            continue;
        }

        left = (session->until - now) / NGX_WEBRTC_SEC;

        if (left >= NGX_WEBRTC_SKYWAY_EXPIRES_IN || session->warned) {
            continue;
        }

        session->warned = 1;

        json = json_integer(left);
        ngx_webrtc_socketio_emit(session, "AUTH_EXPIRES_IN", json);
        json_decref(json);

        ngx_webrtc_socketio_flush(session);
    }
}


/* s since 1970 */

static uint64_t
ngx_webrtc_socketio_wall(ngx_webrtc_socketio_session_t *session,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_hub_t  *hub;

    hub = session->socketio->skyway->hub;

    return (hub ? ngx_webrtc_hub_wall(hub, now) : now) / NGX_WEBRTC_SEC;
}
