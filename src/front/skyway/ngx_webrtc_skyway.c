
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/skyway/ngx_webrtc_skyway_internal.h>
#include <front/skyway/ngx_webrtc_socketio_session.h>


/* by dialect */

static const ngx_webrtc_skyway_part_t
    *const ngx_webrtc_skyway_parts[NGX_WEBRTC_SKYWAY_PARTS] = {
    &ngx_webrtc_socketio_part,
    &ngx_webrtc_peerjs_part,
    &ngx_webrtc_skyway_api_part
};


static ngx_int_t ngx_webrtc_skyway_init(ngx_webrtc_skyway_t *skyway);
static void ngx_webrtc_skyway_registration(
    const ngx_webrtc_skyway_endpoint_t *endpoint,
    ngx_webrtc_skyway_registration_t *reg);


ngx_webrtc_skyway_t *
ngx_webrtc_skyway_create(const ngx_webrtc_skyway_conf_t *conf,
    const ngx_webrtc_skyway_glue_t *glue, ngx_webrtc_hub_t *hub,
    ngx_webrtc_gateway_t *gateway, ngx_log_t *log)
{
    ngx_webrtc_skyway_t  *skyway;

    skyway = ngx_calloc(sizeof(ngx_webrtc_skyway_t), log);
    if (skyway == NULL) {
        return NULL;
    }

    skyway->conf = *conf;
    skyway->glue = *glue;
    skyway->hub = hub;
    skyway->gateway = gateway;
    skyway->log = log;

    /* it is the registry that knows how many there may be */

    ngx_webrtc_slots_init(&skyway->endpoints, UINT32_MAX, log);

    if (ngx_webrtc_skyway_init(skyway) != NGX_OK) {
        ngx_webrtc_skyway_destroy(skyway);
        return NULL;
    }

    return skyway;
}


static ngx_int_t
ngx_webrtc_skyway_init(ngx_webrtc_skyway_t *skyway)
{
    ngx_uint_t                       i;
    const ngx_webrtc_skyway_part_t  *part;

    if (ngx_webrtc_skyway_waiting_init(skyway) != NGX_OK) {
        return NGX_ERROR;
    }

    for (i = 0; i < NGX_WEBRTC_SKYWAY_PARTS; i++) {
        part = ngx_webrtc_skyway_parts[i];

        if (part == NULL) {
            continue;
        }

        skyway->parts[i] = part->create(skyway);

        if (skyway->parts[i] == NULL) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


void
ngx_webrtc_skyway_shutdown(ngx_webrtc_skyway_t *skyway, ngx_webrtc_usec_t now)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_WEBRTC_SKYWAY_PARTS; i++) {
        if (skyway->parts[i]) {
            ngx_webrtc_skyway_parts[i]->shutdown(skyway->parts[i], now);
        }
    }
}


void
ngx_webrtc_skyway_destroy(ngx_webrtc_skyway_t *skyway)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_WEBRTC_SKYWAY_PARTS; i++) {
        if (skyway->parts[i]) {
            ngx_webrtc_skyway_parts[i]->destroy(skyway->parts[i]);
        }
    }

    ngx_webrtc_skyway_waiting_cleanup(skyway);
    ngx_webrtc_slots_cleanup(&skyway->endpoints);

    ngx_free(skyway);
}


void
ngx_webrtc_skyway_tick(ngx_webrtc_skyway_t *skyway, ngx_webrtc_usec_t now)
{
    ngx_uint_t  i;

    ngx_webrtc_skyway_waiting_tick(skyway, now);

    for (i = 0; i < NGX_WEBRTC_SKYWAY_PARTS; i++) {
        if (skyway->parts[i]) {
            ngx_webrtc_skyway_parts[i]->tick(skyway->parts[i], now);
        }
    }
}


ngx_webrtc_usec_t
ngx_webrtc_skyway_expires(ngx_webrtc_skyway_t *skyway)
{
    ngx_uint_t         i;
    ngx_webrtc_usec_t  expires, earliest;

    earliest = ngx_webrtc_skyway_waiting_expires(skyway);

    for (i = 0; i < NGX_WEBRTC_SKYWAY_PARTS; i++) {
        if (skyway->parts[i]) {
            expires = ngx_webrtc_skyway_parts[i]->expires(skyway->parts[i]);
            earliest = ngx_min(earliest, expires);
        }
    }

    return earliest;
}


ngx_uint_t
ngx_webrtc_skyway_busy(ngx_webrtc_skyway_t *skyway)
{
    ngx_uint_t  i, n;

    n = 0;

    for (i = 0; i < NGX_WEBRTC_SKYWAY_PARTS; i++) {
        if (skyway->parts[i]) {
            n += ngx_webrtc_skyway_parts[i]->busy(skyway->parts[i]);
        }
    }

    return n;
}


static void
ngx_webrtc_skyway_registration(const ngx_webrtc_skyway_endpoint_t *endpoint,
    ngx_webrtc_skyway_registration_t *reg)
{
    reg->key = endpoint->key;
    reg->id = endpoint->id;
    reg->token = endpoint->token;
    reg->dialect = endpoint->dialect;
}


/* others have to say it in JSON, and it may come into logs */

ngx_uint_t
ngx_webrtc_skyway_is_id(const ngx_str_t *id)
{
    size_t  i;

    for (i = 0; i < id->len; i++) {
        if (id->data[i] < 0x20 || id->data[i] == 0x7f) {
            return 0;
        }
    }

    return id->len > 0 && id->len <= NGX_WEBRTC_SKYWAY_ID_MAX;
}


ngx_int_t
ngx_webrtc_skyway_endpoint_add(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_endpoint_t *endpoint, ngx_webrtc_usec_t now)
{
    ngx_int_t                         rc;
    ngx_webrtc_skyway_registration_t  reg;

    endpoint->number = 0;

    if (!ngx_webrtc_skyway_is_id(&endpoint->id)
        || endpoint->key.len > NGX_WEBRTC_SKYWAY_KEY_MAX
        || endpoint->token.len > NGX_WEBRTC_SKYWAY_TOKEN_MAX)
    {
        return NGX_ERROR;
    }

    endpoint->number = ngx_webrtc_slots_add(&skyway->endpoints, endpoint);

    if (endpoint->number == 0) {
        return NGX_BUSY;
    }

    ngx_webrtc_skyway_registration(endpoint, &reg);

    rc = skyway->glue.claim(skyway->glue.data, &reg, endpoint->number);

    endpoint->resumed = (rc == NGX_DONE);

    if (rc != NGX_OK && rc != NGX_DONE) {
        ngx_webrtc_slots_remove(&skyway->endpoints, endpoint->number);
        endpoint->number = 0;
        return rc;
    }

    /* somebody may have waited for it */

    skyway->waiting.retry = now;

    return NGX_OK;
}


void
ngx_webrtc_skyway_endpoint_remove(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_endpoint_t *endpoint)
{
    ngx_webrtc_skyway_registration_t  reg;

    if (endpoint->number == 0) {
        return;
    }

    ngx_webrtc_skyway_registration(endpoint, &reg);

    skyway->glue.release(skyway->glue.data, &reg, endpoint->number);

    ngx_webrtc_slots_remove(&skyway->endpoints, endpoint->number);
    endpoint->number = 0;
}


void
ngx_webrtc_skyway_send(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_endpoint_t *src, ngx_webrtc_skyway_message_e type,
    const ngx_str_t *dst, const ngx_str_t *payload, ngx_webrtc_usec_t now)
{
    ngx_webrtc_skyway_message_t  message;

    message.type = type;
    message.dialect = src->dialect;
    message.key = src->key;
    message.src = src->id;
    message.dst = *dst;
    message.payload = *payload;

    ngx_webrtc_skyway_route(skyway, &message, now);
}


void
ngx_webrtc_skyway_deliver(ngx_webrtc_skyway_t *skyway, uint64_t number,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now)
{
    ngx_webrtc_skyway_endpoint_t      *endpoint;
    ngx_webrtc_skyway_registration_t   reg;

    endpoint = ngx_webrtc_slots_find(&skyway->endpoints, number);

    if (endpoint) {
        endpoint->handlers->message(endpoint, message, now);
        return;
    }

    /*
     * It went while the message was on its way, perhaps to another worker.
     * With a row that still led here the message would go round for ever.
     */

    reg.key = message->key;
    reg.id = message->dst;
    ngx_str_null(&reg.token);
    reg.dialect = message->dialect;

    skyway->glue.release(skyway->glue.data, &reg, number);

    ngx_webrtc_skyway_route(skyway, message, now);
}


void
ngx_webrtc_skyway_replaced(ngx_webrtc_skyway_t *skyway, uint64_t number,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_skyway_endpoint_t  *endpoint;

    endpoint = ngx_webrtc_slots_find(&skyway->endpoints, number);

    if (endpoint == NULL) {
        return;
    }

    /* its registration is another's now */

    ngx_webrtc_slots_remove(&skyway->endpoints, number);
    endpoint->number = 0;

    endpoint->handlers->replaced(endpoint, now);
}
