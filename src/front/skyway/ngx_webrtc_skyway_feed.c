
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* where a connection gets its media and data from, and where it sends them */


#include <front/skyway/ngx_webrtc_skyway_program.h>


ngx_int_t
ngx_webrtc_skyway_feed_acquire(ngx_webrtc_skyway_turn_t *turn,
    ngx_webrtc_skyway_api_t *api, ngx_webrtc_skyway_feed_t *feed,
    ngx_webrtc_port_e kind, const json_t *params, const char *key)
{
    ngx_str_t                  id;
    ngx_webrtc_skyway_glue_t  *glue;

    feed->port = NULL;

    if (ngx_webrtc_json_get_str(params, key, 1, 255, &id) != NGX_OK) {
        return NGX_OK;
    }

    glue = &api->skyway->glue;

    if (id.len == NGX_WEBRTC_SKYWAY_OBJECT_ID) {
        feed->port = glue->port_acquire(glue->data, kind, &id);
    }

    if (feed->port == NULL) {
        (void) ngx_webrtc_skyway_turn_error(turn, 400, key, "is not found");
        return NGX_DECLINED;
    }

    feed->wrong = ngx_webrtc_port_stats(feed->port)->wrong_type;

    ngx_memcpy(feed->id, id.data, NGX_WEBRTC_SKYWAY_OBJECT_ID);

    return NGX_OK;
}


void
ngx_webrtc_skyway_feeds_release(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_skyway_feed_t *feeds)
{
    ngx_uint_t                 i;
    ngx_webrtc_skyway_glue_t  *glue;

    glue = &api->skyway->glue;

    for (i = 0; i < NGX_WEBRTC_SKYWAY_FEEDS; i++) {

        if (feeds[i].port) {
            glue->port_release(glue->data, feeds[i].port);
            feeds[i].port = NULL;
        }
    }
}


void
ngx_webrtc_skyway_feed_name(const ngx_webrtc_skyway_feed_t *feed,
    json_t *object, const char *key)
{
    if (feed->port) {
        (void) json_object_set_new(object, key,
                                   json_stringn((char *) feed->id,
                                                NGX_WEBRTC_SKYWAY_OBJECT_ID));
    }
}


/* the link uses the new ones already */

void
ngx_webrtc_skyway_feeds_commit(ngx_webrtc_skyway_connection_t *connection,
    ngx_webrtc_skyway_feed_t *feeds)
{
    ngx_webrtc_skyway_feeds_release(connection->object.api,
                                    connection->feeds);

    ngx_memcpy(connection->feeds, feeds, sizeof(connection->feeds));
}


ngx_int_t
ngx_webrtc_skyway_redirect_read(ngx_webrtc_skyway_turn_t *turn,
    ngx_webrtc_skyway_api_t *api, const json_t *params, const char *field,
    ngx_webrtc_addr_t *addr)
{
    ngx_int_t                  rc;
    ngx_str_t                  ip;
    json_int_t                 port;
    const char                *key;
    ngx_webrtc_skyway_glue_t  *glue;

    ngx_memzero(addr, sizeof(ngx_webrtc_addr_t));

    key = "ip_v4";

    rc = ngx_webrtc_json_get_str(params, key, 1, 64, &ip);

    if (rc != NGX_OK) {
        key = "ip_v6";
        rc = ngx_webrtc_json_get_str(params, key, 1, 64, &ip);
    }

    if (ngx_webrtc_json_get_int(params, "port", 1, 65535, &port) != NGX_OK) {

        if (rc != NGX_OK) {
            return NGX_OK;
        }

        (void) ngx_webrtc_skyway_turn_error(turn, 400, field,
                                            "has no port");
        return NGX_DECLINED;
    }

    if (rc != NGX_OK) {
        (void) ngx_webrtc_skyway_turn_error(turn, 400, field,
                                            "has neither ip_v4 nor ip_v6");
        return NGX_DECLINED;
    }

    if (ngx_webrtc_addr_parse_ip(addr, &ip) != NGX_OK) {
        (void) ngx_webrtc_skyway_turn_error(turn, 400, field,
                                            "has no valid address");
        return NGX_DECLINED;
    }

    addr->port = (uint16_t) port;

    glue = &api->skyway->glue;

    if (!glue->may_redirect(glue->data, addr)) {
        (void) ngx_webrtc_skyway_turn_error(turn, 403, field,
                                            "is not in webrtc_gateway_redirect"
                                            "_allow, or a port of ours");
        return NGX_DECLINED;
    }

    return NGX_OK;
}
