
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* two links of this server, without anything between them but addresses */


#include <hub/ngx_webrtc_gateway_internal.h>


static void ngx_webrtc_link_describe_media(
    const ngx_webrtc_link_media_t *conf, ngx_webrtc_inside_media_t *media);


/* all bytes are set, so that descriptions can be compared */

void
ngx_webrtc_link_describe(ngx_webrtc_link_t *link, ngx_webrtc_inside_t *inside)
{
    ngx_memzero(inside, sizeof(ngx_webrtc_inside_t));

    if (link->conf.is_data) {
        inside->redirect = link->conf.data.redirect;
        return;
    }

    ngx_webrtc_link_describe_media(&link->conf.video, &inside->video);
    ngx_webrtc_link_describe_media(&link->conf.audio, &inside->audio);
}


static void
ngx_webrtc_link_describe_media(const ngx_webrtc_link_media_t *conf,
    ngx_webrtc_inside_media_t *media)
{
    media->codec = conf->any ? NGX_WEBRTC_CODEC_NONE : conf->codec;
    media->pt = conf->pt;
    media->redirect = conf->redirect;
    media->rtcp_redirect = conf->rtcp_redirect;
    media->send = conf->send;
    media->receive = conf->receive;
}


void
ngx_webrtc_link_inside(ngx_webrtc_link_t *link,
    const ngx_webrtc_inside_t *other, ngx_webrtc_usec_t now)
{
    ngx_webrtc_gateway_t  *gateway;

    gateway = link->gateway;

    ngx_webrtc_gateway_begin(gateway);

    link->other = *other;

    if (link->inside) {
        ngx_webrtc_link_apply(link, now);

    } else if (link->conf.is_data) {
        link->inside = 1;
        link->open = 1;

        ngx_webrtc_link_apply(link, now);
        ngx_webrtc_link_tell(link, NGX_WEBRTC_LINK_OPEN, "", now);

    } else {
        link->inside = 1;
        link->ready = 1;

        ngx_webrtc_link_apply(link, now);
        ngx_webrtc_link_tell(link, NGX_WEBRTC_LINK_READY, "", now);
    }

    ngx_webrtc_gateway_end(gateway);
}
