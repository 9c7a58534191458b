
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What the two ends of an inside connection tell each other, as a part of
 * their messages:
 *
 *     {"data": ADDRESS}
 *     {"video": {"codec": "VP8", "pt": 96, "redirect": ADDRESS,
 *                "rtcp_redirect": ADDRESS, "send": true, "receive": true},
 *      "audio": ...}
 *
 * An address is {"ip": "192.0.2.1", "port": 20000}, absent if there is none.
 * "term" tells the worker, so that its death is the end of the connection.
 */


#include <proto/ngx_webrtc_codec.h>
#include <front/skyway/ngx_webrtc_skyway_program.h>


static json_t *ngx_webrtc_skyway_inside_media(
    const ngx_webrtc_inside_media_t *media);
static void ngx_webrtc_skyway_inside_addr(json_t *object, const char *key,
    const ngx_webrtc_addr_t *addr);
static ngx_int_t ngx_webrtc_skyway_inside_read_media(const json_t *object,
    const char *key, ngx_webrtc_inside_media_t *media);
static ngx_int_t ngx_webrtc_skyway_inside_read_addr(const json_t *object,
    const char *key, ngx_webrtc_addr_t *addr);


json_t *
ngx_webrtc_skyway_inside_write(
    const ngx_webrtc_skyway_connection_t *connection)
{
    json_t               *json;
    ngx_webrtc_inside_t   inside;

    ngx_memzero(&inside, sizeof(ngx_webrtc_inside_t));

    ngx_webrtc_link_describe(connection->link, &inside);

    json = json_pack("{s:I}", "term", (json_int_t)
                     connection->object.api->skyway->glue.term);
    if (json == NULL) {
        return NULL;
    }

    ngx_webrtc_skyway_inside_addr(json, "data", &inside.redirect);

    json_object_set_new(json, "video",
                        ngx_webrtc_skyway_inside_media(&inside.video));
    json_object_set_new(json, "audio",
                        ngx_webrtc_skyway_inside_media(&inside.audio));

    return json;
}


static json_t *
ngx_webrtc_skyway_inside_media(const ngx_webrtc_inside_media_t *media)
{
    json_t                    *json;
    const ngx_webrtc_codec_t  *codec;

    codec = ngx_webrtc_codec_info(media->codec);

    json = json_pack("{s:i, s:b, s:b}", "pt", (int) media->pt,
                     "send", media->send, "receive", media->receive);

    if (json == NULL) {
        return NULL;
    }

    if (codec) {
        json_object_set_new(json, "codec", ngx_webrtc_json_str(&codec->name));
    }

    ngx_webrtc_skyway_inside_addr(json, "redirect", &media->redirect);
    ngx_webrtc_skyway_inside_addr(json, "rtcp_redirect",
                                  &media->rtcp_redirect);

    return json;
}


static void
ngx_webrtc_skyway_inside_addr(json_t *object, const char *key,
    const ngx_webrtc_addr_t *addr)
{
    size_t  len;
    u_char  ip[NGX_WEBRTC_ADDR_TEXT];

    if (addr->port == 0) {
        return;
    }

    len = ngx_webrtc_addr_ip_text(addr, ip, sizeof(ip));

    json_object_set_new(object, key,
                        json_pack("{s:s%, s:i}", "ip", ip, len,
                                  "port", addr->port));
}


ngx_int_t
ngx_webrtc_skyway_inside_read(const json_t *json,
    ngx_webrtc_skyway_connection_t *connection)
{
    json_int_t            term;
    ngx_webrtc_inside_t  *inside;

    inside = &connection->inside;

    ngx_memzero(inside, sizeof(ngx_webrtc_inside_t));

    if (!json_is_object(json)
        || ngx_webrtc_json_get_int(json, "term", 0,
                                   INT64_MAX, &term)
           != NGX_OK
        || ngx_webrtc_skyway_inside_read_addr(json, "data", &inside->redirect)
           != NGX_OK
        || ngx_webrtc_skyway_inside_read_media(json, "video", &inside->video)
           != NGX_OK
        || ngx_webrtc_skyway_inside_read_media(json, "audio", &inside->audio)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    connection->term = (uint64_t) term;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_skyway_inside_read_media(const json_t *object, const char *key,
    ngx_webrtc_inside_media_t *media)
{
    json_t      *json;
    ngx_int_t    rc;
    ngx_str_t    codec;
    ngx_uint_t   send, receive;
    json_int_t   pt;

    rc = ngx_webrtc_json_get_object(object, key, &json);

    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED) ? NGX_OK : NGX_ERROR;
    }

    if (ngx_webrtc_json_get_int(json, "pt", 0, 127, &pt) != NGX_OK
        || ngx_webrtc_json_get_bool(json, "send", &send) != NGX_OK
        || ngx_webrtc_json_get_bool(json, "receive", &receive) != NGX_OK
        || ngx_webrtc_skyway_inside_read_addr(json, "redirect",
                                              &media->redirect)
           != NGX_OK
        || ngx_webrtc_skyway_inside_read_addr(json, "rtcp_redirect",
                                              &media->rtcp_redirect)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_webrtc_json_get_str(json, "codec", 1, 32, &codec) == NGX_OK) {
        media->codec = ngx_webrtc_codec_find(&codec);
    }

    media->pt = (ngx_uint_t) pt;
    media->send = send ? 1 : 0;
    media->receive = receive ? 1 : 0;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_skyway_inside_read_addr(const json_t *object, const char *key,
    ngx_webrtc_addr_t *addr)
{
    json_t      *json;
    ngx_int_t    rc;
    ngx_str_t    ip;
    json_int_t   port;

    rc = ngx_webrtc_json_get_object(object, key, &json);

    if (rc != NGX_OK) {
        return (rc == NGX_DECLINED) ? NGX_OK : NGX_ERROR;
    }

    if (ngx_webrtc_json_get_str(json, "ip", 1, 64, &ip) != NGX_OK
        || ngx_webrtc_json_get_int(json, "port", 1, 65535, &port) != NGX_OK
        || ngx_webrtc_addr_parse_ip(addr, &ip) != NGX_OK)
    {
        return NGX_ERROR;
    }

    addr->port = (uint16_t) port;

    return NGX_OK;
}
