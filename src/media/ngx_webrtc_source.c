
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <media/ngx_webrtc_media.h>


static ngx_int_t ngx_webrtc_source_check(
    const ngx_webrtc_source_conf_t *conf);
static void ngx_webrtc_source_init_tracks(ngx_webrtc_source_t *source,
    const ngx_webrtc_source_conf_t *conf);
static ngx_webrtc_track_t *ngx_webrtc_source_bind(
    ngx_webrtc_source_t *source, const ngx_webrtc_rtp_t *rtp,
    const ngx_webrtc_rtp_ext_t *ext);


ngx_webrtc_source_t *
ngx_webrtc_source_create(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_source_conf_t *conf)
{
    if (ngx_webrtc_source_check(conf) != NGX_OK) {
        return NULL;
    }

    if (peer->distant) {
        return ngx_webrtc_distant_publish(peer, conf);
    }

    return ngx_webrtc_source_add(peer, conf);
}


ngx_webrtc_source_t *
ngx_webrtc_source_add(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_source_conf_t *conf)
{
    ngx_uint_t            n;
    ngx_webrtc_source_t  *source;

    n = ngx_max(conf->nrids, 1);

    source = ngx_calloc(sizeof(ngx_webrtc_source_t)
                        + n * sizeof(ngx_webrtc_track_t),
                        peer->engine->log);
    if (source == NULL) {
        return NULL;
    }

    source->peer = peer;
    source->format = conf->format;
    source->video = ngx_webrtc_codec_info(conf->format.codec)->video;
    source->speech_handler = conf->speech_handler;
    source->data = conf->data;
    source->mid.data = source->mid_buf;

    if (conf->mid.len <= NGX_WEBRTC_MID_MAX) {
        source->mid.len = conf->mid.len;
        ngx_memcpy(source->mid_buf, conf->mid.data, conf->mid.len);
    }

    source->ntracks = n;
    source->tracks = (ngx_webrtc_track_t *) &source[1];

    ngx_queue_init(&source->subs);
    ngx_queue_init(&source->forwards);
    ngx_queue_init(&source->distant);

    ngx_webrtc_source_init_tracks(source, conf);

    if (conf->format.twcc && peer->arrivals == NULL && !peer->mirrors) {
        peer->arrivals = ngx_alloc(sizeof(ngx_webrtc_arrivals_t),
                                   peer->engine->log);
        if (peer->arrivals) {
            ngx_webrtc_arrivals_init(peer->arrivals);
        }
    }

    ngx_queue_insert_tail(&peer->sources, &source->queue);

    return source;
}


static ngx_int_t
ngx_webrtc_source_check(const ngx_webrtc_source_conf_t *conf)
{
    ngx_uint_t  i;

    if (ngx_webrtc_codec_info(conf->format.codec) == NULL
        || conf->nrids > NGX_WEBRTC_LAYERS)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < conf->nrids; i++) {
        if (conf->rids[i].len == 0 || conf->rids[i].len > NGX_WEBRTC_MID_MAX) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static void
ngx_webrtc_source_init_tracks(ngx_webrtc_source_t *source,
    const ngx_webrtc_source_conf_t *conf)
{
    ngx_uint_t           i;
    ngx_webrtc_track_t  *track;

    for (i = 0; i < source->ntracks; i++) {
        ngx_webrtc_track_init(&source->tracks[i], source, i);
    }

    for (i = 0; i < conf->nrids; i++) {
        track = &source->tracks[i];

        track->rid.len = conf->rids[i].len;
        track->rid.data = track->rid_buf;
        ngx_memcpy(track->rid_buf, conf->rids[i].data, conf->rids[i].len);
    }

    if (conf->nrids == 0) {
        source->tracks[0].ssrc = conf->ssrc;
        source->tracks[0].rtx_ssrc = conf->rtx_ssrc;
    }
}


uint32_t
ngx_webrtc_source_ssrc(ngx_webrtc_source_t *source)
{
    return source->tracks[0].ssrc;
}


void
ngx_webrtc_source_destroy(ngx_webrtc_source_t *source)
{
    ngx_uint_t             i;
    ngx_queue_t           *q;
    ngx_webrtc_track_t    *track;
    ngx_webrtc_srtp_in_t  *srtp;

    while (!ngx_queue_empty(&source->distant)) {
        q = ngx_queue_head(&source->distant);
        ngx_webrtc_subscription_destroy(
                  ngx_queue_data(q, ngx_webrtc_subscription_t, source_queue));
    }

    while (!ngx_queue_empty(&source->subs)) {
        q = ngx_queue_head(&source->subs);
        ngx_webrtc_subscription_destroy(
                  ngx_queue_data(q, ngx_webrtc_subscription_t, source_queue));
    }

    ngx_webrtc_forwards_cleanup(source);

    if (source->peer->distant) {
        ngx_webrtc_distant_unpublish(source);
    }

    if (source->id) {
        ngx_webrtc_trunks_remove(source);
    }

    srtp = source->peer->transport.srtp_in;

    for (i = 0; i < source->ntracks; i++) {
        track = &source->tracks[i];

        /* SRTP bounds the streams of a peer: these two are no more */

        if (srtp) {
            ngx_webrtc_srtp_in_remove(srtp, track->ssrc);
            ngx_webrtc_srtp_in_remove(srtp, track->rtx_ssrc);
        }

        ngx_webrtc_track_cleanup(track);
    }

    ngx_queue_remove(&source->queue);
    ngx_free(source);
}


ngx_webrtc_track_t *
ngx_webrtc_source_track(ngx_webrtc_peer_t *peer, const ngx_webrtc_rtp_t *rtp,
    const ngx_webrtc_rtp_ext_t *ext)
{
    ngx_uint_t            i;
    ngx_queue_t          *q;
    ngx_webrtc_track_t   *track;
    ngx_webrtc_source_t  *source;

    if (rtp->ssrc == 0) {
        return NULL;
    }

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        for (i = 0; i < source->ntracks; i++) {
            track = &source->tracks[i];

            if (track->ssrc == rtp->ssrc || track->rtx_ssrc == rtp->ssrc) {
                return track;
            }
        }
    }

    /* an SSRC that was not declared is bound once, by its mid */

    if (ext->mid.len == 0) {
        return NULL;
    }

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        if (ngx_webrtc_str_equal(&source->mid, &ext->mid)) {
            return ngx_webrtc_source_bind(source, rtp, ext);
        }
    }

    return NULL;
}


/* by the rid too, if the source has layers: RTX tells it in its own way */

static ngx_webrtc_track_t *
ngx_webrtc_source_bind(ngx_webrtc_source_t *source,
    const ngx_webrtc_rtp_t *rtp, const ngx_webrtc_rtp_ext_t *ext)
{
    uint32_t            *ssrc;
    ngx_uint_t           i, rtx;
    ngx_webrtc_track_t  *track;

    rtx = (source->format.rtx_pt && rtp->pt == source->format.rtx_pt);

    if (!rtx && rtp->pt != source->format.pt) {
        return NULL;
    }

    for (i = 0; i < source->ntracks; i++) {
        track = &source->tracks[i];

        if (track->rid.len
            && !ngx_webrtc_str_equal(&track->rid, rtx ? &ext->rrid
                                                      : &ext->rid))
        {
            continue;
        }

        ssrc = rtx ? &track->rtx_ssrc : &track->ssrc;

        if (*ssrc) {
            return NULL;
        }

        *ssrc = rtp->ssrc;

        ngx_webrtc_peer_wake(source->peer, track->key_frame.due);

        return track;
    }

    return NULL;
}


void
ngx_webrtc_source_want_key_frame(ngx_webrtc_source_t *source,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t  i;

    for (i = 0; i < source->ntracks; i++) {
        ngx_webrtc_track_want_key_frame(&source->tracks[i], now);
    }
}
