
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What a program wants to send and to receive.  A kind that is sent is
 * received as well, unless videoReceiveEnabled or audioReceiveEnabled says
 * otherwise; one that is not sent is received only if its flag is true; with
 * neither anything to send nor a flag both kinds are received.
 */


#include <core/ngx_webrtc_str.h>
#include <proto/ngx_webrtc_codec.h>
#include <front/skyway/ngx_webrtc_skyway_program.h>


/* what goes for one kind */

typedef struct {
    const char                *name;
    const char                *receive;
    const char                *params;
    const char                *rtcp;        /* of redirect_params */
    ngx_webrtc_port_e          port;
    ngx_webrtc_skyway_feed_e   feed;
    ngx_webrtc_skyway_feed_e   rtcp_feed;
    ngx_uint_t                 codec;       /* unless one is named */
    unsigned                   video;
} ngx_webrtc_skyway_kind_t;


static ngx_uint_t ngx_webrtc_skyway_receives_all(const json_t *constraints);
static ngx_int_t ngx_webrtc_skyway_constraints_kind(
    ngx_webrtc_skyway_turn_t *turn, ngx_webrtc_skyway_api_t *api,
    const ngx_webrtc_skyway_kind_t *kind, ngx_webrtc_link_media_t *media,
    ngx_webrtc_skyway_feed_t *feeds);
static ngx_int_t ngx_webrtc_skyway_constraints_params(
    ngx_webrtc_skyway_turn_t *turn, const ngx_webrtc_skyway_kind_t *kind,
    const json_t *params, ngx_webrtc_link_media_t *media);
static ngx_uint_t ngx_webrtc_skyway_codec(const ngx_str_t *name);
static ngx_uint_t ngx_webrtc_skyway_payload_type(ngx_uint_t codec);
static ngx_int_t ngx_webrtc_skyway_constraints_feeds(
    ngx_webrtc_skyway_turn_t *turn, ngx_webrtc_skyway_api_t *api,
    const ngx_webrtc_skyway_kind_t *kind, const json_t *params,
    ngx_webrtc_link_media_t *media, ngx_webrtc_skyway_feed_t *feeds);


static const ngx_webrtc_skyway_kind_t  ngx_webrtc_skyway_video = {
    "video", "videoReceiveEnabled", "video_params", "video_rtcp",
    NGX_WEBRTC_PORT_VIDEO, NGX_WEBRTC_SKYWAY_FEED_VIDEO,
    NGX_WEBRTC_SKYWAY_FEED_VIDEO_RTCP, NGX_WEBRTC_CODEC_VP8, 1
};

static const ngx_webrtc_skyway_kind_t  ngx_webrtc_skyway_audio = {
    "audio", "audioReceiveEnabled", "audio_params", "audio_rtcp",
    NGX_WEBRTC_PORT_AUDIO, NGX_WEBRTC_SKYWAY_FEED_AUDIO,
    NGX_WEBRTC_SKYWAY_FEED_AUDIO_RTCP, NGX_WEBRTC_CODEC_OPUS, 0
};


ngx_int_t
ngx_webrtc_skyway_constraints_read(ngx_webrtc_skyway_turn_t *turn,
    ngx_webrtc_skyway_api_t *api, ngx_webrtc_link_conf_t *conf,
    ngx_webrtc_skyway_feed_t *feeds)
{
    ngx_memzero(feeds, NGX_WEBRTC_SKYWAY_FEEDS
                       * sizeof(ngx_webrtc_skyway_feed_t));

    if (ngx_webrtc_skyway_constraints_kind(turn, api,
                                           &ngx_webrtc_skyway_video,
                                           &conf->video, feeds)
        != NGX_OK
        || ngx_webrtc_skyway_constraints_kind(turn, api,
                                              &ngx_webrtc_skyway_audio,
                                              &conf->audio, feeds)
           != NGX_OK)
    {
        ngx_webrtc_skyway_feeds_release(api, feeds);
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_skyway_constraints_kind(ngx_webrtc_skyway_turn_t *turn,
    ngx_webrtc_skyway_api_t *api, const ngx_webrtc_skyway_kind_t *kind,
    ngx_webrtc_link_media_t *media, ngx_webrtc_skyway_feed_t *feeds)
{
    json_t      *constraints, *redirects, *params;
    ngx_uint_t   send, receive;

    constraints = json_object_get(turn->call->args, "constraints");
    redirects = json_object_get(turn->call->args, "redirect_params");

    if (ngx_webrtc_json_get_bool(constraints, kind->name, &send) != NGX_OK) {
        send = 0;
    }

    if (ngx_webrtc_json_get_bool(constraints, kind->receive, &receive)
        != NGX_OK)
    {
        receive = send || ngx_webrtc_skyway_receives_all(constraints);
    }

    ngx_memzero(media, sizeof(ngx_webrtc_link_media_t));

    media->send = send ? 1 : 0;
    media->receive = receive ? 1 : 0;

    params = json_object_get(constraints, kind->params);

    if (send && !json_is_object(params)) {
        (void) ngx_webrtc_skyway_turn_error(turn, 400, kind->params,
                                            "field is not specified");
        return NGX_DECLINED;
    }

    if (ngx_webrtc_skyway_constraints_params(turn, kind, params, media)
        != NGX_OK
        || ngx_webrtc_skyway_redirect_read(turn, api,
                                           json_object_get(redirects,
                                                           kind->name),
                                           "redirect_params",
                                           &media->redirect)
           != NGX_OK
        || ngx_webrtc_skyway_redirect_read(turn, api,
                                           json_object_get(redirects,
                                                           kind->rtcp),
                                           "redirect_params",
                                           &media->rtcp_redirect)
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    return send ? ngx_webrtc_skyway_constraints_feeds(turn, api, kind, params,
                                                      media, feeds)
                : NGX_OK;
}


static ngx_uint_t
ngx_webrtc_skyway_receives_all(const json_t *constraints)
{
    ngx_uint_t  flag;

    return !json_is_true(json_object_get(constraints, "video"))
           && !json_is_true(json_object_get(constraints, "audio"))
           && ngx_webrtc_json_get_bool(constraints, "videoReceiveEnabled",
                                       &flag)
              != NGX_OK
           && ngx_webrtc_json_get_bool(constraints, "audioReceiveEnabled",
                                       &flag)
              != NGX_OK;
}


static ngx_int_t
ngx_webrtc_skyway_constraints_params(ngx_webrtc_skyway_turn_t *turn,
    const ngx_webrtc_skyway_kind_t *kind, const json_t *params,
    ngx_webrtc_link_media_t *media)
{
    ngx_str_t                  name;
    json_int_t                 n;
    const ngx_webrtc_codec_t  *codec;

    media->codec = kind->codec;

    if (ngx_webrtc_json_get_str(params, "codec", 1, 32, &name) == NGX_OK) {
        media->codec = ngx_webrtc_skyway_codec(&name);

    } else {
        media->any = 1;
    }

    codec = ngx_webrtc_codec_info(media->codec);

    if (codec == NULL || codec->video != kind->video) {
        (void) ngx_webrtc_skyway_turn_error(turn, 400, kind->params,
                                            "has an unknown codec");
        return NGX_DECLINED;
    }

    media->pt = ngx_webrtc_skyway_payload_type(media->codec);
    media->clock_rate = codec->clock_rate;

    if (ngx_webrtc_json_get_int(params, "payload_type", 0, 127, &n)
        == NGX_OK)
    {
        media->pt = (ngx_uint_t) n;
    }

    if (ngx_webrtc_json_get_int(params, "sampling_rate", 1, 1000000, &n)
        == NGX_OK)
    {
        media->clock_rate = (uint32_t) n;
    }

    if (ngx_webrtc_json_get_int(params, "band_width", 0, 10000000, &n)
        == NGX_OK)
    {
        media->bit_rate = (uint32_t) n;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_webrtc_skyway_codec(const ngx_str_t *name)
{
    ngx_uint_t  i;

    static const struct {
        ngx_str_t   name;
        ngx_uint_t  codec;
    } others[] = {
        { ngx_string("G711"), NGX_WEBRTC_CODEC_PCMU },
        { ngx_string("G.711"), NGX_WEBRTC_CODEC_PCMU },
        { ngx_string("H.264"), NGX_WEBRTC_CODEC_H264 },
        { ngx_string("H.265"), NGX_WEBRTC_CODEC_H265 }
    };

    for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {

        if (others[i].name.len == name->len
            && strncasecmp((char *) others[i].name.data, (char *) name->data,
                           name->len) == 0)
        {
            return others[i].codec;
        }
    }

    return ngx_webrtc_codec_find(name);
}


static ngx_uint_t
ngx_webrtc_skyway_payload_type(ngx_uint_t codec)
{
    switch (codec) {

    case NGX_WEBRTC_CODEC_OPUS:
        return 111;

    case NGX_WEBRTC_CODEC_PCMU:
        return 0;

    case NGX_WEBRTC_CODEC_PCMA:
        return 8;

    case NGX_WEBRTC_CODEC_VP8:
        return 96;

    case NGX_WEBRTC_CODEC_VP9:
        return 98;

    case NGX_WEBRTC_CODEC_AV1:
        return 99;

    case NGX_WEBRTC_CODEC_H265:
        return 101;

    default: /* NGX_WEBRTC_CODEC_H264 */
        return 100;
    }
}


static ngx_int_t
ngx_webrtc_skyway_constraints_feeds(ngx_webrtc_skyway_turn_t *turn,
    ngx_webrtc_skyway_api_t *api, const ngx_webrtc_skyway_kind_t *kind,
    const json_t *params, ngx_webrtc_link_media_t *media,
    ngx_webrtc_skyway_feed_t *feeds)
{
    if (ngx_webrtc_skyway_feed_acquire(turn, api, &feeds[kind->feed],
                                       kind->port, params, "media_id")
        != NGX_OK
        || ngx_webrtc_skyway_feed_acquire(turn, api, &feeds[kind->rtcp_feed],
                                          NGX_WEBRTC_PORT_RTCP, params,
                                          "rtcp_id")
           != NGX_OK)
    {
        return NGX_DECLINED;
    }

    media->feed = feeds[kind->feed].port;
    media->rtcp_feed = feeds[kind->rtcp_feed].port;

    return NGX_OK;
}
