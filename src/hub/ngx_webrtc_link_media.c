
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Audio or video of a link: what our program sends is subscribed to by the
 * browser, what the browser sends is forwarded to our program.  Inside, what
 * our program sends is forwarded to the other one.
 */


#include <hub/ngx_webrtc_gateway_internal.h>
#include <proto/ngx_webrtc_codec.h>


static void ngx_webrtc_link_media_inside(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_link_media_browser(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_link_media_watch(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_link_media_source(ngx_webrtc_medium_t *medium);
static void ngx_webrtc_link_media_unsource(ngx_webrtc_medium_t *medium);
static void ngx_webrtc_link_media_subscribe(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now);
static ngx_webrtc_source_t *ngx_webrtc_link_media_from(
    ngx_webrtc_medium_t *medium);
static void ngx_webrtc_link_media_unsubscribe(ngx_webrtc_medium_t *medium);
static void ngx_webrtc_link_media_format(
    const ngx_webrtc_medium_t *medium, ngx_webrtc_format_t *format);
static void ngx_webrtc_link_media_forward(ngx_webrtc_medium_t *medium,
    ngx_webrtc_source_t *source, ngx_webrtc_forward_conf_t *to,
    ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_link_media_is_twin(
    const ngx_webrtc_medium_t *medium);


/* before an answer there is nothing that could flow */

void
ngx_webrtc_link_media_apply(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_t  *link;

    link = medium->link;

    if (!link->inside && !link->agreed) {
        return;
    }

    if (medium->feed.port && medium->inlet == NULL) {
        medium->inlet = ngx_webrtc_inlet_get(medium, now);
    }

    if (link->inside) {
        ngx_webrtc_link_media_inside(medium, now);

    } else {
        ngx_webrtc_link_media_browser(medium, now);
    }
}


static void
ngx_webrtc_link_media_inside(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t                  any;
    ngx_webrtc_source_t        *source;
    ngx_webrtc_forward_conf_t   to;

    source = NULL;
    any = (medium->other->codec == NGX_WEBRTC_CODEC_NONE);

    if (medium->inlet
        && medium->other->receive
        && (any || medium->other->codec == medium->conf->codec))
    {
        source = ngx_webrtc_plain_source(medium->inlet->plain);
    }

    ngx_memzero(&to, sizeof(ngx_webrtc_forward_conf_t));

    to.rtp = medium->other->redirect;
    to.pt = (ngx_int_t) (any ? medium->conf->pt : medium->other->pt);

    /* a program that reports itself is believed */

    if (medium->rtcp_feed.port == NULL) {
        to.rtcp = medium->other->rtcp_redirect;
    }

    ngx_webrtc_link_media_forward(medium, source, &to, now);
}


static void
ngx_webrtc_link_media_browser(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_forward_conf_t      to;
    ngx_webrtc_agreement_media_t  *agreed;

    agreed = medium->agreed;

    /*
     * It stays while the browser sends nothing: should it go on under the
     * same SSRC, SRTP has to know how often its numbers have rolled over.
     */

    if (medium->source
        && (!agreed->accepted
            || (agreed->receives
                && medium->source_ssrc != agreed->remote_ssrc)))
    {
        ngx_webrtc_link_media_unsource(medium);
    }

    if (medium->source == NULL && agreed->receives) {
        ngx_webrtc_link_media_source(medium);
    }

    ngx_memzero(&to, sizeof(ngx_webrtc_forward_conf_t));

    to.rtp = medium->conf->redirect;
    to.rtcp = medium->conf->rtcp_redirect;
    to.pt = (ngx_int_t) medium->conf->pt;

    ngx_webrtc_link_media_forward(medium,
                                  agreed->receives ? medium->source : NULL,
                                  &to, now);
    ngx_webrtc_link_media_watch(medium, now);

    ngx_webrtc_link_media_subscribe(medium, now);
}


/* whether the program needs key frames that it does not ask for */

static void
ngx_webrtc_link_media_watch(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_t    *link;
    ngx_webrtc_timers_t  *timers;

    link = medium->link;
    timers = &link->gateway->timers;

    if (medium != &link->media[NGX_WEBRTC_LINK_VIDEO]) {
        return;
    }

    if (medium->forward == NULL || medium->to.rtp.port == 0
        || medium->rtcp_feed.port)
    {
        ngx_webrtc_timer_remove(timers, &link->timer);

    } else if (link->timer.index == 0) {
        link->interval = NGX_WEBRTC_LINK_REFRESHED;
        ngx_webrtc_timer_set(timers, &link->timer, now + link->interval);
    }
}


void
ngx_webrtc_link_media_refresh(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now)
{
    ngx_webrtc_source_t  *source;

    source = link->media[NGX_WEBRTC_LINK_VIDEO].source;

    if (link->ready && !link->ended) {

        if (ngx_webrtc_source_ssrc(source)) {
            ngx_webrtc_source_want_key_frame(source, now);
        }

        link->interval = ngx_min(link->interval * 2, NGX_WEBRTC_LINK_REFRESH);
    }

    ngx_webrtc_timer_set(&link->gateway->timers, &link->timer,
                         now + link->interval);
}


void
ngx_webrtc_link_media_want_key_frame(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now)
{
    if (medium->source && medium->agreed->receives) {
        ngx_webrtc_source_want_key_frame(medium->source, now);
    }
}


static void
ngx_webrtc_link_media_source(ngx_webrtc_medium_t *medium)
{
    ngx_webrtc_source_conf_t       conf;
    ngx_webrtc_agreement_media_t  *agreed;

    agreed = medium->agreed;

    ngx_memzero(&conf, sizeof(ngx_webrtc_source_conf_t));

    ngx_webrtc_link_media_format(medium, &conf.format);

    conf.mid = agreed->mid;
    conf.ssrc = agreed->remote_ssrc;
    conf.rtx_ssrc = agreed->remote_rtx_ssrc;

    medium->source = ngx_webrtc_source_create(medium->link->peer, &conf);
    medium->source_ssrc = agreed->remote_ssrc;
}


static void
ngx_webrtc_link_media_unsource(ngx_webrtc_medium_t *medium)
{
    if (medium->forward) {
        ngx_webrtc_forward_destroy(medium->forward);
        medium->forward = NULL;
    }

    ngx_webrtc_source_destroy(medium->source);
    medium->source = NULL;
}


static void
ngx_webrtc_link_media_subscribe(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t                       sends;
    ngx_webrtc_source_t             *source;
    ngx_webrtc_agreement_media_t    *agreed;
    ngx_webrtc_subscription_conf_t   conf;

    agreed = medium->agreed;
    sends = agreed->accepted && agreed->sends && !medium->conf->paused;
    source = ngx_webrtc_link_media_from(medium);

    if (medium->from != source) {
        ngx_webrtc_link_media_unsubscribe(medium);
    }

    if (medium->sub) {

        /*
         * It is paused and does not end: another one would use the SRTP
         * indices of this one again, for other packets.
         */

        ngx_webrtc_subscription_set_paused(medium->sub, !sends, now);
        return;
    }

    if (!sends || source == NULL) {
        return;
    }

    ngx_memzero(&conf, sizeof(ngx_webrtc_subscription_conf_t));

    ngx_webrtc_link_media_format(medium, &conf.format);

    if (medium->has_sent) {

        /* for the same reason another feed begins as another stream */

        agreed->ssrc = ngx_webrtc_link_new_ssrc();
        agreed->rtx_ssrc = ngx_webrtc_link_new_ssrc();
    }

    conf.ssrc = agreed->ssrc;
    conf.rtx_ssrc = agreed->rtx_ssrc;
    conf.cname = medium->link->name;

    /* of simulcast what the browser's bandwidth allows */

    conf.layer = NGX_WEBRTC_LAYER_AUTO;

    medium->sub = ngx_webrtc_subscription_create(medium->link->peer, source,
                                                 &conf, now);
    if (medium->sub) {
        medium->from = source;
        medium->has_sent = 1;
    }
}


static ngx_webrtc_source_t *
ngx_webrtc_link_media_from(ngx_webrtc_medium_t *medium)
{
    if (medium->inlet) {
        return ngx_webrtc_plain_source(medium->inlet->plain);
    }

    return medium->conf->source;
}


static void
ngx_webrtc_link_media_unsubscribe(ngx_webrtc_medium_t *medium)
{
    if (medium->sub) {
        ngx_webrtc_subscription_destroy(medium->sub);
    }

    medium->sub = NULL;
    medium->from = NULL;
}


static void
ngx_webrtc_link_media_format(const ngx_webrtc_medium_t *medium,
    ngx_webrtc_format_t *format)
{
    const ngx_webrtc_agreement_media_t  *agreed;

    agreed = medium->agreed;

    format->codec = agreed->codec;
    format->clock_rate = ngx_webrtc_codec_info(agreed->codec)->clock_rate;
    format->pt = agreed->pt;
    format->rtx_pt = agreed->rtx ? agreed->rtx_pt : 0;
    format->nack = (agreed->feedback & NGX_WEBRTC_SDP_FB_NACK) != 0;
    format->pli = (agreed->feedback & NGX_WEBRTC_SDP_FB_NACK_PLI) != 0;
    format->remb = (agreed->feedback & NGX_WEBRTC_SDP_FB_REMB) != 0;
    format->twcc = (agreed->feedback & NGX_WEBRTC_SDP_FB_TRANSPORT_CC) != 0
                   && medium->link->agreement.exts.ids[NGX_WEBRTC_EXT_TWCC]
                      != 0;
}


/* told only what changes, since it begins with a key frame then */

static void
ngx_webrtc_link_media_forward(ngx_webrtc_medium_t *medium,
    ngx_webrtc_source_t *source, ngx_webrtc_forward_conf_t *to,
    ngx_webrtc_usec_t now)
{
    to->cname = medium->link->name;
    to->bare = 1;

    if (source == NULL) {

        if (medium->forward) {
            ngx_webrtc_forward_destroy(medium->forward);
            medium->forward = NULL;
        }

        return;
    }

    if (medium->forward == NULL) {

        if (to->rtp.port) {
            medium->to = *to;
            medium->forward = ngx_webrtc_forward_create(source, to, now);
        }

        return;
    }

    if (!ngx_webrtc_addr_equal(&medium->to.rtp, &to->rtp)
        || !ngx_webrtc_addr_equal(&medium->to.rtcp, &to->rtcp)
        || medium->to.pt != to->pt)
    {
        medium->to = *to;
        ngx_webrtc_forward_set(medium->forward, to, now);
    }
}


void
ngx_webrtc_link_media_unfeed(ngx_webrtc_medium_t *medium)
{
    ngx_webrtc_link_media_unsubscribe(medium);

    if (medium->forward && medium->link->inside) {
        ngx_webrtc_forward_destroy(medium->forward);
        medium->forward = NULL;
    }

    ngx_webrtc_inlet_release(medium);
}


void
ngx_webrtc_link_media_cleanup(ngx_webrtc_medium_t *medium)
{
    ngx_webrtc_link_media_unfeed(medium);

    if (medium->source) {
        ngx_webrtc_link_media_unsource(medium);
    }

    ngx_webrtc_feed_set(&medium->feed, NULL);
    ngx_webrtc_feed_set(&medium->rtcp_feed, NULL);

    ngx_webrtc_timer_remove(&medium->link->gateway->timers,
                            &medium->link->timer);
}


/* sound's RTCP comes in and goes out with that of the picture */

static ngx_uint_t
ngx_webrtc_link_media_is_twin(const ngx_webrtc_medium_t *medium)
{
    const ngx_webrtc_medium_t  *video;

    video = &medium->link->media[NGX_WEBRTC_LINK_VIDEO];

    return medium != video
           && medium->rtcp_feed.port == video->rtcp_feed.port
           && ngx_webrtc_addr_equal(&medium->other->rtcp_redirect,
                                    &video->other->rtcp_redirect);
}


void
ngx_webrtc_link_media_rtcp(ngx_webrtc_medium_t *medium, u_char *pos,
    size_t len, ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_t         *link;
    ngx_webrtc_plain_wants_t   wants;

    link = medium->link;

    if (link->inside) {

        if (!ngx_webrtc_link_media_is_twin(medium)) {
            ngx_webrtc_gateway_send(link->gateway, medium->rtcp_feed.port,
                                    &medium->other->rtcp_redirect, pos, len);
        }

    } else if (ngx_webrtc_plain_read(pos, len, &wants) == NGX_OK
               && wants.key_frame)
    {
        ngx_webrtc_link_media_want_key_frame(medium, now);
    }

    if (medium->inlet) {
        (void) ngx_webrtc_plain_rtcp(medium->inlet->plain, pos, len, now);
    }
}
