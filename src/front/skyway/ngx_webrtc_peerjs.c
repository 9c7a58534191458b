
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_text.h>
#include <front/skyway/ngx_webrtc_peerjs_internal.h>
#include <front/skyway/ngx_webrtc_skyway_auth.h>
#include <hub/ngx_webrtc_token.h>


#define ngx_webrtc_peerjs_error(msg)                                         \
    ngx_string("{\"type\":\"ERROR\",\"payload\":{\"msg\":\"" msg "\"}}")


static void *ngx_webrtc_peerjs_create(ngx_webrtc_skyway_t *skyway);
static void ngx_webrtc_peerjs_destroy(void *part);
static void ngx_webrtc_peerjs_shutdown(void *part, ngx_webrtc_usec_t now);
static void ngx_webrtc_peerjs_tick(void *part, ngx_webrtc_usec_t now);
static ngx_webrtc_usec_t ngx_webrtc_peerjs_expires(void *part);
static ngx_uint_t ngx_webrtc_peerjs_busy(void *part);
static void ngx_webrtc_peerjs_watch(ngx_webrtc_peerjs_t *peerjs,
    ngx_webrtc_peerjs_client_t *client, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_peerjs_is_text(const ngx_str_t *id);
static const ngx_str_t *ngx_webrtc_peerjs_check(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_peerjs_hello_t *hello, uint64_t wall, uint64_t *left);
static ngx_int_t ngx_webrtc_peerjs_token(const ngx_str_t *given, u_char *buf,
    ngx_str_t *token);
static ngx_webrtc_peerjs_client_t *ngx_webrtc_peerjs_client(
    ngx_webrtc_peerjs_t *peerjs, const ngx_webrtc_peerjs_hello_t *hello,
    const ngx_str_t *token);
static u_char *ngx_webrtc_peerjs_copy(u_char *p, ngx_str_t *dst,
    const ngx_str_t *src);
static void ngx_webrtc_peerjs_replaced(ngx_webrtc_skyway_endpoint_t *endpoint,
    ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_peerjs_add_peer(void *data,
    const ngx_webrtc_skyway_registration_t *registration);


const ngx_webrtc_skyway_part_t  ngx_webrtc_peerjs_part = {
    ngx_webrtc_peerjs_create,
    ngx_webrtc_peerjs_destroy,
    ngx_webrtc_peerjs_shutdown,
    ngx_webrtc_peerjs_tick,
    ngx_webrtc_peerjs_expires,
    ngx_webrtc_peerjs_busy
};


static const ngx_webrtc_skyway_endpoint_handlers_t
    ngx_webrtc_peerjs_handlers =
{
    ngx_webrtc_peerjs_message,
    ngx_webrtc_peerjs_replaced
};


static const ngx_str_t  ngx_webrtc_peerjs_opened =
    ngx_string("{\"type\":\"OPEN\"}");

/* the texts of the server that comes with PeerJS */

static const ngx_str_t  ngx_webrtc_peerjs_no_parameters =
    ngx_webrtc_peerjs_error("No id, token, or key supplied to websocket "
                            "server");
static const ngx_str_t  ngx_webrtc_peerjs_bad_key =
    ngx_webrtc_peerjs_error("Invalid key provided");
static const ngx_str_t  ngx_webrtc_peerjs_bad_token =
    ngx_webrtc_peerjs_error("Invalid token provided");
static const ngx_str_t  ngx_webrtc_peerjs_too_many =
    ngx_webrtc_peerjs_error("Server has reached its concurrent user limit");
static const ngx_str_t  ngx_webrtc_peerjs_taken =
    ngx_string("{\"type\":\"ID-TAKEN\",\"payload\":{\"msg\":"
               "\"ID is taken\"}}");

/* and our own */

static const ngx_str_t  ngx_webrtc_peerjs_bad_id =
    ngx_webrtc_peerjs_error("Invalid id provided");
static const ngx_str_t  ngx_webrtc_peerjs_bad_domain =
    ngx_webrtc_peerjs_error("The key is for another domain");
static const ngx_str_t  ngx_webrtc_peerjs_expired =
    ngx_webrtc_peerjs_error("The credential has expired");
static const ngx_str_t  ngx_webrtc_peerjs_failure =
    ngx_webrtc_peerjs_error("Server failure");


static void *
ngx_webrtc_peerjs_create(ngx_webrtc_skyway_t *skyway)
{
    ngx_webrtc_peerjs_t  *peerjs;

    peerjs = ngx_calloc(sizeof(ngx_webrtc_peerjs_t), skyway->log);
    if (peerjs == NULL) {
        return NULL;
    }

    peerjs->skyway = skyway;
    ngx_queue_init(&peerjs->clients);

    if (ngx_webrtc_token_random(&peerjs->seed, sizeof(peerjs->seed))
        != NGX_OK)
    {
        ngx_free(peerjs);
        return NULL;
    }

    return peerjs;
}


static void
ngx_webrtc_peerjs_destroy(void *part)
{
    ngx_webrtc_peerjs_shutdown(part, 0);
    ngx_free(part);
}


static void
ngx_webrtc_peerjs_shutdown(void *part, ngx_webrtc_usec_t now)
{
    ngx_webrtc_peerjs_t *peerjs = part;

    ngx_queue_t  *q;

    (void) now;

    while (!ngx_queue_empty(&peerjs->clients)) {
        q = ngx_queue_head(&peerjs->clients);

        ngx_webrtc_peerjs_end(ngx_queue_data(q, ngx_webrtc_peerjs_client_t,
                                             queue),
                              NGX_WEBRTC_PEERJS_RESTART, "SERVICE-RESTART");
    }
}


/* the interval is the same for all, so the queue is in order */

static void
ngx_webrtc_peerjs_tick(void *part, ngx_webrtc_usec_t now)
{
    ngx_webrtc_peerjs_t *peerjs = part;

    ngx_queue_t                 *q;
    ngx_webrtc_peerjs_client_t  *client;

    while (!ngx_queue_empty(&peerjs->clients)) {
        q = ngx_queue_head(&peerjs->clients);
        client = ngx_queue_data(q, ngx_webrtc_peerjs_client_t, queue);

        if (client->ping > now) {
            break;
        }

        ngx_webrtc_peerjs_watch(peerjs, client, now);
    }
}


static void
ngx_webrtc_peerjs_watch(ngx_webrtc_peerjs_t *peerjs,
    ngx_webrtc_peerjs_client_t *client, ngx_webrtc_usec_t now)
{
    ngx_webrtc_usec_t          interval;
    ngx_webrtc_skyway_conf_t  *conf;

    conf = &peerjs->skyway->conf;
    interval = conf->ping_timeout / 3;

    /* when it was this process that slept, what came is still unread */

    if (now - client->ping > interval) {
        client->heard = now;
        client->said = now;
    }

    client->ping = now + interval;

    ngx_queue_remove(&client->queue);
    ngx_queue_insert_tail(&peerjs->clients, &client->queue);

    if (now >= client->deadline) {

        if (client->handlers->send(client->pipe,
                                   ngx_webrtc_peerjs_expired.data,
                                   ngx_webrtc_peerjs_expired.len)
            != NGX_OK)
        {
            ngx_webrtc_peerjs_end(client, 0, NULL);
            return;
        }

        ngx_webrtc_peerjs_end(client, NGX_WEBRTC_PEERJS_NORMAL,
                              "CREDENTIAL-EXPIRED");
        return;
    }

    if (now - client->heard >= conf->ping_timeout
        || now - client->said >= conf->alive_timeout)
    {
        ngx_webrtc_peerjs_end(client, NGX_WEBRTC_PEERJS_NORMAL, "TIMEOUT");
        return;
    }

    if (client->handlers->ping(client->pipe) != NGX_OK) {
        ngx_webrtc_peerjs_end(client, 0, NULL);
    }
}


static ngx_webrtc_usec_t
ngx_webrtc_peerjs_expires(void *part)
{
    ngx_webrtc_peerjs_t *peerjs = part;

    ngx_webrtc_peerjs_client_t  *client;

    if (ngx_queue_empty(&peerjs->clients)) {
        return NGX_WEBRTC_NEVER;
    }

    client = ngx_queue_data(ngx_queue_head(&peerjs->clients),
                            ngx_webrtc_peerjs_client_t, queue);

    return client->ping;
}


static ngx_uint_t
ngx_webrtc_peerjs_busy(void *part)
{
    ngx_webrtc_peerjs_t *peerjs = part;

    return peerjs->count;
}


ngx_webrtc_peerjs_client_t *
ngx_webrtc_peerjs_open(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_peerjs_hello_t *hello,
    const ngx_webrtc_peerjs_pipe_t *handlers, void *pipe, uint64_t wall,
    ngx_webrtc_usec_t now, ngx_str_t *refusal)
{
    u_char                       buf[NGX_WEBRTC_SKYWAY_TOKEN_MAX];
    uint64_t                     left;
    ngx_int_t                    rc;
    ngx_str_t                    token;
    const ngx_str_t             *error;
    ngx_webrtc_peerjs_t         *peerjs;
    ngx_webrtc_peerjs_client_t  *client;

    error = ngx_webrtc_peerjs_check(skyway, hello, wall, &left);

    if (error) {
        *refusal = *error;
        return NULL;
    }

    *refusal = ngx_webrtc_peerjs_failure;

    if (ngx_webrtc_peerjs_token(&hello->token, buf, &token) != NGX_OK) {
        return NULL;
    }

    peerjs = skyway->parts[NGX_WEBRTC_SKYWAY_PEERJS];

    client = ngx_webrtc_peerjs_client(peerjs, hello, &token);
    if (client == NULL) {
        return NULL;
    }

    client->handlers = handlers;
    client->pipe = pipe;
    client->heard = now;
    client->said = now;
    client->ping = now + skyway->conf.ping_timeout / 3;
    client->deadline = left ? now + left * NGX_WEBRTC_SEC : NGX_WEBRTC_NEVER;

    rc = ngx_webrtc_skyway_endpoint_add(skyway, &client->endpoint, now);

    if (rc != NGX_OK) {

        if (rc == NGX_DECLINED) {
            *refusal = ngx_webrtc_peerjs_taken;

        } else if (rc == NGX_BUSY) {
            *refusal = ngx_webrtc_peerjs_too_many;

        } else {
            *refusal = ngx_webrtc_peerjs_bad_id;
        }

        ngx_free(client);
        return NULL;
    }

    ngx_queue_insert_tail(&peerjs->clients, &client->queue);
    peerjs->count++;

    /* a client that is back does not expect another one */

    if (!client->endpoint.resumed
        && handlers->send(pipe, ngx_webrtc_peerjs_opened.data,
                          ngx_webrtc_peerjs_opened.len)
           != NGX_OK)
    {
        ngx_webrtc_peerjs_end(client, 0, NULL);
        ngx_str_null(refusal);
        return NULL;
    }

    return client;
}


/* NULL, or what the client is told */

static const ngx_str_t *
ngx_webrtc_peerjs_check(ngx_webrtc_skyway_t *skyway,
    const ngx_webrtc_peerjs_hello_t *hello, uint64_t wall, uint64_t *left)
{
    ngx_int_t                       rc;
    const char                     *reason;
    ngx_webrtc_skyway_credential_t  credential;
    const ngx_webrtc_skyway_key_t  *key;

    if (hello->id.len == 0 || hello->token.len == 0 || hello->key.len == 0) {
        return &ngx_webrtc_peerjs_no_parameters;
    }

    rc = ngx_webrtc_skyway_auth_key(&skyway->conf, &hello->key,
                                    &hello->origin, &key);

    if (rc == NGX_ABORT) {
        return &ngx_webrtc_peerjs_bad_domain;
    }

    if (rc != NGX_OK || hello->key.len > NGX_WEBRTC_SKYWAY_KEY_MAX) {
        return &ngx_webrtc_peerjs_bad_key;
    }

    if (!ngx_webrtc_peerjs_is_text(&hello->id)) {
        return &ngx_webrtc_peerjs_bad_id;
    }

    /* PeerJS has no place for a credential but its token */

    rc = ngx_webrtc_skyway_credential_parse(&hello->token, &credential);

    if (ngx_webrtc_skyway_auth_check(key, &hello->id,
                                     rc == NGX_OK ? &credential : NULL, wall,
                                     left, &reason)
        != NGX_OK)
    {
        return &ngx_webrtc_peerjs_bad_token;
    }

    return NULL;
}


/* it becomes a part of JSON texts */

static ngx_uint_t
ngx_webrtc_peerjs_is_text(const ngx_str_t *id)
{
    json_t  *json;

    json = ngx_webrtc_json_str(id);

    if (json == NULL) {
        return 0;
    }

    json_decref(json);

    return 1;
}


/* one that is too long for the registry is known by its digest */

static ngx_int_t
ngx_webrtc_peerjs_token(const ngx_str_t *given, u_char *buf, ngx_str_t *token)
{
    u_char             digest[NGX_WEBRTC_SIGNATURE_LEN];
    ngx_webrtc_text_t  text;

    static const ngx_str_t  name = ngx_string("token");

    if (given->len <= NGX_WEBRTC_SKYWAY_TOKEN_MAX) {
        *token = *given;
        return NGX_OK;
    }

    if (ngx_webrtc_token_sign(&name, given, digest) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, buf, buf + NGX_WEBRTC_SKYWAY_TOKEN_MAX);
    ngx_webrtc_text_hex(&text, digest, sizeof(digest), 0);

    token->data = buf;
    token->len = ngx_webrtc_text_len(&text);

    return NGX_OK;
}


static ngx_webrtc_peerjs_client_t *
ngx_webrtc_peerjs_client(ngx_webrtc_peerjs_t *peerjs,
    const ngx_webrtc_peerjs_hello_t *hello, const ngx_str_t *token)
{
    u_char                      *p;
    ngx_webrtc_peerjs_client_t  *client;

    client = ngx_calloc(sizeof(ngx_webrtc_peerjs_client_t) + hello->key.len
                        + hello->id.len + token->len, peerjs->skyway->log);
    if (client == NULL) {
        return NULL;
    }

    client->peerjs = peerjs;

    client->endpoint.handlers = &ngx_webrtc_peerjs_handlers;
    client->endpoint.data = client;
    client->endpoint.dialect = NGX_WEBRTC_SKYWAY_PEERJS;

    p = (u_char *) (client + 1);
    p = ngx_webrtc_peerjs_copy(p, &client->endpoint.key, &hello->key);
    p = ngx_webrtc_peerjs_copy(p, &client->endpoint.id, &hello->id);
    (void) ngx_webrtc_peerjs_copy(p, &client->endpoint.token, token);

    return client;
}


static u_char *
ngx_webrtc_peerjs_copy(u_char *p, ngx_str_t *dst, const ngx_str_t *src)
{
    dst->data = p;
    dst->len = src->len;

    return ngx_cpymem(p, src->data, src->len);
}


ngx_int_t
ngx_webrtc_peerjs_input(ngx_webrtc_peerjs_client_t *client, u_char *data,
    size_t len, ngx_webrtc_usec_t now)
{
    client->heard = now;
    client->said = now;

    return ngx_webrtc_peerjs_message_input(client, data, len, now);
}


void
ngx_webrtc_peerjs_heard(ngx_webrtc_peerjs_client_t *client,
    ngx_webrtc_usec_t now)
{
    client->heard = now;
}


void
ngx_webrtc_peerjs_closed(ngx_webrtc_peerjs_client_t *client)
{
    ngx_webrtc_peerjs_end(client, 0, NULL);
}


static void
ngx_webrtc_peerjs_replaced(ngx_webrtc_skyway_endpoint_t *endpoint,
    ngx_webrtc_usec_t now)
{
    (void) now;

    ngx_webrtc_peerjs_end(endpoint->data, NGX_WEBRTC_PEERJS_NORMAL,
                          "REPLACED");
}


void
ngx_webrtc_peerjs_end(ngx_webrtc_peerjs_client_t *client, ngx_uint_t code,
    const char *reason)
{
    ngx_webrtc_peerjs_t  *peerjs;

    peerjs = client->peerjs;

    ngx_webrtc_skyway_endpoint_remove(peerjs->skyway, &client->endpoint);

    ngx_queue_remove(&client->queue);
    peerjs->count--;

    if (code) {
        client->handlers->close(client->pipe, code, reason);
    }

    ngx_free(client);
}


ngx_int_t
ngx_webrtc_peerjs_id(u_char *id)
{
    return ngx_webrtc_token_uuid(id);
}


char *
ngx_webrtc_peerjs_peers(ngx_webrtc_skyway_t *skyway, const ngx_str_t *key,
    ngx_int_t *rc)
{
    char    *text;
    json_t  *peers;

    *rc = NGX_DECLINED;

    /* the others have no keys to tell them apart */

    if (!skyway->conf.discovery || key->len == 0) {
        return NULL;
    }

    *rc = NGX_ERROR;

    peers = json_array();
    if (peers == NULL) {
        return NULL;
    }

    skyway->glue.list(skyway->glue.data, key, ngx_webrtc_peerjs_add_peer,
                      peers);

    text = json_dumps(peers, JSON_COMPACT);
    json_decref(peers);

    if (text) {
        *rc = NGX_OK;
    }

    return text;
}


static ngx_int_t
ngx_webrtc_peerjs_add_peer(void *data,
    const ngx_webrtc_skyway_registration_t *registration)
{
    json_t  *id;

    id = ngx_webrtc_json_str(&registration->id);

    /* takes over the reference, also when it fails */

    return id && json_array_append_new(data, id) == 0 ? NGX_OK : NGX_ERROR;
}
