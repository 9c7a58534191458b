
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/skyway/ngx_webrtc_skyway_bridge.h>


typedef struct {
    const char               *skyway;
    const char               *peerjs;
} ngx_webrtc_bridge_word_t;


static ngx_int_t ngx_webrtc_skyway_to_peerjs(json_t *payload,
    ngx_webrtc_skyway_message_e type);
static ngx_int_t ngx_webrtc_skyway_data_to_peerjs(json_t *payload);
static ngx_int_t ngx_webrtc_skyway_from_peerjs(json_t *payload,
    ngx_webrtc_skyway_message_e type);
static ngx_int_t ngx_webrtc_skyway_data_from_peerjs(json_t *payload);
static ngx_uint_t ngx_webrtc_bridge_is_data(const json_t *payload,
    const char *key);
static ngx_int_t ngx_webrtc_bridge_rename(json_t *payload, const char *from,
    const char *to);
static ngx_int_t ngx_webrtc_bridge_serialize(json_t *payload,
    ngx_uint_t to_peerjs);


/*
 * What is not here is unknown to one side: its bytes are passed on as they
 * are, which is what the last row means.
 */

static const ngx_webrtc_bridge_word_t  ngx_webrtc_bridge_words[] = {
    { "binary", "binary" },
    { "binary", "default" },
    { "binary-utf8", "binary-utf8" },
    { "json", "json" },
    { "none", "raw" }
};

#define NGX_WEBRTC_BRIDGE_WORDS                                              \
    (sizeof(ngx_webrtc_bridge_words) / sizeof(ngx_webrtc_bridge_word_t))


json_t *
ngx_webrtc_skyway_bridge(const ngx_webrtc_skyway_message_t *message,
    ngx_webrtc_skyway_dialect_e to)
{
    json_t      *payload;
    ngx_int_t    rc;
    ngx_uint_t   from_peerjs, to_peerjs;
    const char  *reason;

    from_peerjs = (message->dialect == NGX_WEBRTC_SKYWAY_PEERJS);
    to_peerjs = (to == NGX_WEBRTC_SKYWAY_PEERJS);

    payload = ngx_webrtc_json_parse(message->payload.data,
                                    message->payload.data
                                    + message->payload.len,
                                    message->payload.len, &reason);
    if (payload == NULL) {
        return NULL;
    }

    if (!json_is_object(payload)) {
        json_decref(payload);
        return NULL;
    }

    (void) json_object_del(payload, "src");
    (void) json_object_del(payload, "dst");

    /* where programs are is not for pages */

    if (to != NGX_WEBRTC_SKYWAY_REST) {
        (void) json_object_del(payload, "inside");
    }

    if (from_peerjs == to_peerjs) {
        return payload;
    }

    rc = to_peerjs ? ngx_webrtc_skyway_to_peerjs(payload, message->type)
                   : ngx_webrtc_skyway_from_peerjs(payload, message->type);

    if (rc != NGX_OK) {
        json_decref(payload);
        return NULL;
    }

    return payload;
}


static ngx_int_t
ngx_webrtc_skyway_to_peerjs(json_t *payload, ngx_webrtc_skyway_message_e type)
{
    /* there are no rooms, and the connection is one of a room */

    if (json_object_get(payload, "roomName")) {
        return NGX_DECLINED;
    }

    switch (type) {

    case NGX_WEBRTC_SKYWAY_OFFER:

        if (ngx_webrtc_bridge_rename(payload, "offer", "sdp") != NGX_OK
            || ngx_webrtc_skyway_data_to_peerjs(payload) != NGX_OK)
        {
            return NGX_ERROR;
        }

        break;

    case NGX_WEBRTC_SKYWAY_ANSWER:

        if (ngx_webrtc_bridge_rename(payload, "answer", "sdp") != NGX_OK) {
            return NGX_ERROR;
        }

        break;

    case NGX_WEBRTC_SKYWAY_CANDIDATE:
        break;

    default:
        return NGX_DECLINED;
    }

    return ngx_webrtc_bridge_rename(payload, "connectionType", "type");
}


static ngx_int_t
ngx_webrtc_skyway_data_to_peerjs(json_t *payload)
{
    json_t      *init, *label;
    ngx_uint_t   reliable;

    if (!ngx_webrtc_bridge_is_data(payload, "connectionType")) {
        return NGX_OK;
    }

    init = json_object_get(payload, "dcInit");

    reliable = !json_is_false(json_object_get(init, "ordered"))
               && !json_is_number(json_object_get(init, "maxRetransmits"))
               && !json_is_number(json_object_get(init,
                                                  "maxPacketLifeTime"));

    if (json_object_set_new(payload, "reliable", json_boolean(reliable))
        != 0)
    {
        return NGX_ERROR;
    }

    (void) json_object_del(payload, "dcInit");

    /* a client of PeerJS shows it, and takes none from elsewhere */

    label = json_object_get(payload, "label");

    if (label == NULL || json_is_null(label)) {
        label = json_object_get(payload, "connectionId");

        if (label && json_object_set(payload, "label", label) != 0) {
            return NGX_ERROR;
        }
    }

    return ngx_webrtc_bridge_serialize(payload, 1);
}


static ngx_int_t
ngx_webrtc_skyway_from_peerjs(json_t *payload,
    ngx_webrtc_skyway_message_e type)
{
    switch (type) {

    case NGX_WEBRTC_SKYWAY_OFFER:

        if (ngx_webrtc_bridge_rename(payload, "sdp", "offer") != NGX_OK
            || ngx_webrtc_skyway_data_from_peerjs(payload) != NGX_OK)
        {
            return NGX_ERROR;
        }

        break;

    case NGX_WEBRTC_SKYWAY_ANSWER:

        if (ngx_webrtc_bridge_rename(payload, "sdp", "answer") != NGX_OK) {
            return NGX_ERROR;
        }

        break;

    case NGX_WEBRTC_SKYWAY_CANDIDATE:
        break;

    default:
        return NGX_DECLINED;
    }

    return ngx_webrtc_bridge_rename(payload, "type", "connectionType");
}


static ngx_int_t
ngx_webrtc_skyway_data_from_peerjs(json_t *payload)
{
    json_t      *init;
    ngx_uint_t   reliable;

    if (!ngx_webrtc_bridge_is_data(payload, "type")) {
        return NGX_OK;
    }

    /*
     * Without "reliable" the channel of PeerJS is not ordered, but what gets
     * lost is sent again.
     */

    reliable = json_is_true(json_object_get(payload, "reliable"));

    init = json_object();

    if (init == NULL
        || json_object_set_new(init, "ordered", json_boolean(reliable)) != 0)
    {
        json_decref(init);
        return NGX_ERROR;
    }

    if (json_object_set_new(payload, "dcInit", init) != 0) {
        return NGX_ERROR;
    }

    (void) json_object_del(payload, "reliable");

    return ngx_webrtc_bridge_serialize(payload, 0);
}


static ngx_uint_t
ngx_webrtc_bridge_is_data(const json_t *payload, const char *key)
{
    const char  *type;

    type = json_string_value(json_object_get(payload, key));

    return type && ngx_strcmp(type, "data") == 0;
}


/* the key that the other dialect uses is never taken from the sender */

static ngx_int_t
ngx_webrtc_bridge_rename(json_t *payload, const char *from, const char *to)
{
    json_t  *value;

    value = json_incref(json_object_get(payload, from));

    if (value == NULL) {
        return NGX_DECLINED;
    }

    (void) json_object_del(payload, from);

    return json_object_set_new(payload, to, value) == 0 ? NGX_OK : NGX_ERROR;
}


static ngx_int_t
ngx_webrtc_bridge_serialize(json_t *payload, ngx_uint_t to_peerjs)
{
    json_t                          *value;
    ngx_uint_t                       i;
    const char                      *name;
    const ngx_webrtc_bridge_word_t  *word;

    value = json_object_get(payload, "serialization");

    /* both have the same default */

    name = (value == NULL || json_is_null(value)) ? "binary"
                                                  : json_string_value(value);

    for (i = 0; i < NGX_WEBRTC_BRIDGE_WORDS - 1; i++) {
        word = &ngx_webrtc_bridge_words[i];

        if (name
            && ngx_strcmp(name, to_peerjs ? word->skyway : word->peerjs) == 0)
        {
            break;
        }
    }

    word = &ngx_webrtc_bridge_words[i];
    name = to_peerjs ? word->peerjs : word->skyway;

    return json_object_set_new(payload, "serialization", json_string(name))
           == 0 ? NGX_OK : NGX_ERROR;
}
