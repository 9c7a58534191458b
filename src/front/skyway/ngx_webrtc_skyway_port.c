
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* POST and DELETE of /data, /media and /media/rtcp */


#include <front/skyway/ngx_webrtc_skyway_program.h>


static ngx_int_t ngx_webrtc_skyway_port_open(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_skyway_turn_t *turn, ngx_webrtc_port_e kind, const char *name);
static ngx_int_t ngx_webrtc_skyway_port_remove(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_skyway_turn_t *turn, ngx_webrtc_port_e kind);


ngx_webrtc_skyway_operation(create_data)
{
    return ngx_webrtc_skyway_port_open(api, turn, NGX_WEBRTC_PORT_DATA,
                                       "data_id");
}


ngx_webrtc_skyway_operation(create_media)
{
    ngx_uint_t  video;

    (void) ngx_webrtc_json_get_bool(turn->call->args, "is_video", &video);

    return ngx_webrtc_skyway_port_open(api, turn,
                                       video ? NGX_WEBRTC_PORT_VIDEO
                                             : NGX_WEBRTC_PORT_AUDIO,
                                       "media_id");
}


ngx_webrtc_skyway_operation(create_rtcp)
{
    return ngx_webrtc_skyway_port_open(api, turn, NGX_WEBRTC_PORT_RTCP,
                                       "rtcp_id");
}


/* one of ip_v4 and ip_v6, never both: there are clients that fail then */

static ngx_int_t
ngx_webrtc_skyway_port_open(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_skyway_turn_t *turn, ngx_webrtc_port_e kind, const char *name)
{
    size_t                     len;
    u_char                     id[NGX_WEBRTC_SKYWAY_OBJECT_ID];
    u_char                     ip[NGX_WEBRTC_ADDR_TEXT];
    ngx_int_t                  rc;
    ngx_webrtc_addr_t          addr;
    ngx_webrtc_skyway_glue_t  *glue;

    glue = &api->skyway->glue;

    rc = glue->port_open(glue->data, kind, id, &addr);

    if (rc == NGX_BUSY) {
        return ngx_webrtc_skyway_turn_error(turn, 503, "ports",
                                            "are all in use");
    }

    if (rc != NGX_OK) {
        return ngx_webrtc_skyway_turn_status(turn, 503);
    }

    len = ngx_webrtc_addr_ip_text(&addr, ip, sizeof(ip));

    return ngx_webrtc_skyway_turn_json(turn, 201,
                      json_pack("{s:s%, s:i, s:s%}",
                                name, id, NGX_WEBRTC_SKYWAY_OBJECT_ID,
                                "port", addr.port,
                                ngx_webrtc_addr_is_v4(&addr) ? "ip_v4"
                                                             : "ip_v6",
                                ip, len));
}


ngx_webrtc_skyway_operation(delete_data)
{
    return ngx_webrtc_skyway_port_remove(api, turn, NGX_WEBRTC_PORT_DATA);
}


ngx_webrtc_skyway_operation(delete_media)
{
    u_char  *id;

    id = turn->call->id.data;

    return ngx_webrtc_skyway_port_remove(api, turn,
                                         (id[0] == 'a')
                                         ? NGX_WEBRTC_PORT_AUDIO
                                         : NGX_WEBRTC_PORT_VIDEO);
}


ngx_webrtc_skyway_operation(delete_rtcp)
{
    return ngx_webrtc_skyway_port_remove(api, turn, NGX_WEBRTC_PORT_RTCP);
}


static ngx_int_t
ngx_webrtc_skyway_port_remove(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_skyway_turn_t *turn, ngx_webrtc_port_e kind)
{
    ngx_int_t                  rc;
    ngx_webrtc_skyway_glue_t  *glue;

    glue = &api->skyway->glue;

    if (turn->call->id.len != NGX_WEBRTC_SKYWAY_OBJECT_ID) {
        return ngx_webrtc_skyway_turn_status(turn, 404);
    }

    rc = glue->port_remove(glue->data, kind, &turn->call->id);

    switch (rc) {

    case NGX_OK:
        return ngx_webrtc_skyway_turn_status(turn, 204);

    case NGX_BUSY:
        return ngx_webrtc_skyway_turn_error(turn, 403, turn->call->route->id,
                                            "is used by a connection");

    default:
        return ngx_webrtc_skyway_turn_status(turn, 404);
    }
}
