
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The messages of PeerJS: {"type":"OFFER","src":...,"dst":...,"payload":...}.
 * A payload is passed on as the text that it is.
 */


#include <core/ngx_webrtc_text.h>
#include <front/skyway/ngx_webrtc_peerjs_internal.h>
#include <front/skyway/ngx_webrtc_skyway_bridge.h>


/* names, braces and quotes */
#define NGX_WEBRTC_PEERJS_FRAME   64

/* a character of a name may become \u0000 */
#define NGX_WEBRTC_PEERJS_ESCAPE  6


typedef struct {
    const char                   *name;
    ngx_webrtc_skyway_message_e   type;
} ngx_webrtc_peerjs_type_t;


static ngx_int_t ngx_webrtc_peerjs_say(ngx_webrtc_peerjs_client_t *client,
    const char *name, const json_t *message, const ngx_str_t *payload,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_peerjs_write(ngx_webrtc_peerjs_client_t *client,
    const ngx_webrtc_skyway_message_t *message, const ngx_str_t *payload);
static const char *ngx_webrtc_peerjs_type_name(
    ngx_webrtc_skyway_message_e type);
static void ngx_webrtc_peerjs_name(ngx_webrtc_text_t *text,
    const ngx_str_t *name);
static ngx_uint_t ngx_webrtc_peerjs_is_again(
    ngx_webrtc_peerjs_client_t *client,
    const ngx_webrtc_skyway_message_t *message, const json_t *payload);


static const ngx_webrtc_peerjs_type_t  ngx_webrtc_peerjs_types[] = {
    { "OFFER", NGX_WEBRTC_SKYWAY_OFFER },
    { "ANSWER", NGX_WEBRTC_SKYWAY_ANSWER },
    { "CANDIDATE", NGX_WEBRTC_SKYWAY_CANDIDATE },
    { "LEAVE", NGX_WEBRTC_SKYWAY_LEAVE },
    { "EXPIRE", NGX_WEBRTC_SKYWAY_EXPIRE }
};

#define NGX_WEBRTC_PEERJS_TYPES                                              \
    (sizeof(ngx_webrtc_peerjs_types) / sizeof(ngx_webrtc_peerjs_type_t))


/* what is not understood is not answered */

ngx_int_t
ngx_webrtc_peerjs_message_input(ngx_webrtc_peerjs_client_t *client,
    u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    json_t      *message;
    ngx_int_t    rc;
    ngx_str_t    payload;
    const char  *name, *reason;

    message = ngx_webrtc_json_parse(data, data + len, len, &reason);
    if (message == NULL) {
        return NGX_OK;
    }

    name = json_string_value(json_object_get(message, "type"));

    if (ngx_webrtc_json_find_raw(data, data + len, "payload", &payload)
        != NGX_OK)
    {
        ngx_str_null(&payload);
    }

    rc = name ? ngx_webrtc_peerjs_say(client, name, message, &payload, now)
              : NGX_OK;

    json_decref(message);

    return rc;
}


static ngx_int_t
ngx_webrtc_peerjs_say(ngx_webrtc_peerjs_client_t *client, const char *name,
    const json_t *message, const ngx_str_t *payload, ngx_webrtc_usec_t now)
{
    ngx_str_t                        dst;
    ngx_uint_t                       i;
    const ngx_webrtc_peerjs_type_t  *type;

    for (i = 0; i < NGX_WEBRTC_PEERJS_TYPES; i++) {
        type = &ngx_webrtc_peerjs_types[i];

        if (ngx_strcmp(type->name, name) == 0) {
            break;
        }
    }

    if (i == NGX_WEBRTC_PEERJS_TYPES) {
        return NGX_OK;
    }

    if (ngx_webrtc_json_get_str(message, "dst", 1, SIZE_MAX, &dst) == NGX_OK)
    {
        ngx_webrtc_skyway_send(client->peerjs->skyway, &client->endpoint,
                               type->type, &dst, payload, now);
        return NGX_OK;
    }

    if (type->type == NGX_WEBRTC_SKYWAY_LEAVE) {
        ngx_webrtc_peerjs_end(client, NGX_WEBRTC_PEERJS_NORMAL, "LEAVE");
        return NGX_DONE;
    }

    return NGX_OK;
}


void
ngx_webrtc_peerjs_message(ngx_webrtc_skyway_endpoint_t *endpoint,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now)
{
    char                        *text;
    json_t                      *json;
    ngx_str_t                    payload;
    ngx_webrtc_peerjs_client_t  *client;

    (void) now;

    client = endpoint->data;

    if (message->dialect == NGX_WEBRTC_SKYWAY_PEERJS
        || message->type == NGX_WEBRTC_SKYWAY_LEAVE
        || message->type == NGX_WEBRTC_SKYWAY_EXPIRE)
    {
        ngx_webrtc_peerjs_write(client, message, &message->payload);
        return;
    }

    json = ngx_webrtc_skyway_bridge(message, NGX_WEBRTC_SKYWAY_PEERJS);

    if (json == NULL) {
        return;
    }

    text = NULL;

    if (!ngx_webrtc_peerjs_is_again(client, message, json)) {
        text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17));
    }

    json_decref(json);

    if (text == NULL) {
        return;
    }

    payload.data = (u_char *) text;
    payload.len = ngx_strlen(text);

    ngx_webrtc_peerjs_write(client, message, &payload);

    free(text);
}


static void
ngx_webrtc_peerjs_write(ngx_webrtc_peerjs_client_t *client,
    const ngx_webrtc_skyway_message_t *message, const ngx_str_t *payload)
{
    size_t             size;
    u_char            *buf;
    ngx_int_t          rc;
    const char        *name;
    ngx_webrtc_text_t  text;

    name = ngx_webrtc_peerjs_type_name(message->type);
    if (name == NULL) {
        return;
    }

    size = NGX_WEBRTC_PEERJS_FRAME + payload->len
           + (message->src.len + message->dst.len) * NGX_WEBRTC_PEERJS_ESCAPE;

    buf = ngx_alloc(size, client->peerjs->skyway->log);
    if (buf == NULL) {
        return;
    }

    ngx_webrtc_text_init(&text, buf, buf + size);

    ngx_webrtc_text_cstr(&text, "{\"type\":\"");
    ngx_webrtc_text_cstr(&text, name);
    ngx_webrtc_text_cstr(&text, "\",\"src\":");
    ngx_webrtc_peerjs_name(&text, &message->src);
    ngx_webrtc_text_cstr(&text, ",\"dst\":");
    ngx_webrtc_peerjs_name(&text, &message->dst);

    if (payload->len) {
        ngx_webrtc_text_cstr(&text, ",\"payload\":");
        ngx_webrtc_text_str(&text, payload);
    }

    ngx_webrtc_text_cstr(&text, "}");

    rc = client->handlers->send(client->pipe, buf, ngx_webrtc_text_len(&text));

    ngx_free(buf);

    if (rc != NGX_OK) {
        ngx_webrtc_peerjs_end(client, 0, NULL);
    }
}


/* NULL: there is no such message in PeerJS */

static const char *
ngx_webrtc_peerjs_type_name(ngx_webrtc_skyway_message_e type)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_WEBRTC_PEERJS_TYPES; i++) {
        if (ngx_webrtc_peerjs_types[i].type == type) {
            return ngx_webrtc_peerjs_types[i].name;
        }
    }

    return NULL;
}


static void
ngx_webrtc_peerjs_name(ngx_webrtc_text_t *text, const ngx_str_t *name)
{
    json_t  *json;

    json = ngx_webrtc_json_str(name);

    if (json) {
        text->pos += ngx_webrtc_json_dump_buf(json, text->pos,
                                              text->last - text->pos);
        json_decref(json);
    }
}


/*
 * To PeerJS a further offer for a connection is a new one in its place, so
 * none of them is passed on.
 */

static ngx_uint_t
ngx_webrtc_peerjs_is_again(ngx_webrtc_peerjs_client_t *client,
    const ngx_webrtc_skyway_message_t *message, const json_t *payload)
{
    uint32_t     hash;
    ngx_uint_t   i, n;
    const char  *id;

    id = json_string_value(json_object_get(payload, "connectionId"));

    if (message->type != NGX_WEBRTC_SKYWAY_OFFER || id == NULL) {
        return 0;
    }

    hash = ngx_webrtc_hash_key(client->peerjs->seed, message->src.data,
                               message->src.len);
    hash = ngx_webrtc_hash_key(hash, id, ngx_strlen(id));

    n = ngx_min(client->noffers, NGX_WEBRTC_PEERJS_OFFERS);

    for (i = 0; i < n; i++) {
        if (client->offers[i] == hash) {
            return 1;
        }
    }

    client->offers[client->noffers++ % NGX_WEBRTC_PEERJS_OFFERS] = hash;

    return 0;
}
