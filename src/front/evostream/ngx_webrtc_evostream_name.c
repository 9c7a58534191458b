
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/evostream/ngx_webrtc_evostream_name.h>
#include <front/skyway/ngx_webrtc_skyway_id.h>


static ngx_int_t ngx_webrtc_evostream_name_port(const ngx_str_t *id,
    ngx_str_t *video, ngx_str_t *audio);


ngx_int_t
ngx_webrtc_evostream_name_ports(const ngx_str_t *name, ngx_str_t *video,
    ngx_str_t *audio)
{
    ngx_str_t  first, second;

    ngx_str_null(video);
    ngx_str_null(audio);

    if (ngx_webrtc_evostream_name_split(name, &first, &second) != NGX_OK) {
        return ngx_webrtc_evostream_name_port(name, video, audio);
    }

    if (ngx_webrtc_evostream_name_port(&first, video, audio) != NGX_OK
        || ngx_webrtc_evostream_name_port(&second, video, audio) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_evostream_name_port(const ngx_str_t *id, ngx_str_t *video,
    ngx_str_t *audio)
{
    uint64_t    term;
    ngx_uint_t  seat;

    if (video->len == 0
        && ngx_webrtc_skyway_id_parse(id, NGX_WEBRTC_SKYWAY_ID_VIDEO, &seat,
                                      &term)
           == NGX_OK)
    {
        *video = *id;
        return NGX_OK;
    }

    if (audio->len == 0
        && ngx_webrtc_skyway_id_parse(id, NGX_WEBRTC_SKYWAY_ID_AUDIO, &seat,
                                      &term)
           == NGX_OK)
    {
        *audio = *id;
        return NGX_OK;
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_webrtc_evostream_name_split(const ngx_str_t *name, ngx_str_t *channel_id,
    ngx_str_t *connection_id)
{
    size_t  i;

    for (i = name->len; i > 0; i--) {

        if (name->data[i - 1] != '/') {
            continue;
        }

        channel_id->data = name->data;
        channel_id->len = i - 1;

        connection_id->data = name->data + i;
        connection_id->len = name->len - i;

        return (channel_id->len && connection_id->len) ? NGX_OK
                                                       : NGX_DECLINED;
    }

    return NGX_DECLINED;
}
