
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Which layer of a source each of its subscriptions gets, and the change from
 * one to another at a key frame.
 */


#include <media/ngx_webrtc_media.h>


/*
 * A layer has ended when it missed some of its frames while others were sent.
 * When all are silent (a muted or frozen picture) nothing can be said.
 */
#define NGX_WEBRTC_LAYERS_MISSED    6
#define NGX_WEBRTC_LAYERS_OTHERS    4
#define NGX_WEBRTC_LAYERS_MIN       (400 * NGX_WEBRTC_MSEC)
#define NGX_WEBRTC_LAYERS_MAX       (1200 * NGX_WEBRTC_MSEC)

#define NGX_WEBRTC_LAYERS_INTERVAL  (100 * NGX_WEBRTC_MSEC)

/* all layers begin together, but their packets come one after another */
#define NGX_WEBRTC_LAYERS_GRACE     (100 * NGX_WEBRTC_MSEC)


static ngx_webrtc_track_t *ngx_webrtc_subscription_choose(
    ngx_webrtc_subscription_t *sub);
static void ngx_webrtc_subscription_wait(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_subscription_cancel(ngx_webrtc_subscription_t *sub);
static void ngx_webrtc_subscription_leave(ngx_webrtc_subscription_t *sub);
static void ngx_webrtc_track_pace(ngx_webrtc_track_t *track,
    uint32_t timestamp, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_track_ended(ngx_webrtc_track_t *track,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_subscription_changed(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now);


void
ngx_webrtc_subscription_set_layer(ngx_webrtc_subscription_t *sub,
    ngx_int_t layer, ngx_webrtc_usec_t now)
{
    sub->layer = layer;

    if (sub->peer->distant) {
        ngx_webrtc_distant_set_layer(sub);
        return;
    }

    ngx_webrtc_adapt_want(sub);
    ngx_webrtc_subscription_review(sub, 0, now);
}


void
ngx_webrtc_subscription_set_cap(ngx_webrtc_subscription_t *sub,
    ngx_int_t cap, ngx_webrtc_usec_t now)
{
    sub->cap = cap;
    ngx_webrtc_subscription_review(sub, 0, now);
}


ngx_int_t
ngx_webrtc_subscription_layer(ngx_webrtc_subscription_t *sub)
{
    if (sub->peer->distant) {
        return ngx_webrtc_distant_layer(sub);
    }

    return sub->track ? (ngx_int_t) sub->track->layer : NGX_WEBRTC_LAYER_NONE;
}


void
ngx_webrtc_subscription_set_paused(ngx_webrtc_subscription_t *sub,
    ngx_uint_t paused, ngx_webrtc_usec_t now)
{
    sub->paused = (paused != 0);

    if (sub->peer->distant) {
        ngx_webrtc_distant_set_paused(sub);
        return;
    }

    ngx_webrtc_subscription_review(sub, 0, now);
}


void
ngx_webrtc_subscription_review(ngx_webrtc_subscription_t *sub,
    ngx_uint_t by_sender, ngx_webrtc_usec_t now)
{
    ngx_webrtc_track_t  *track;

    track = ngx_webrtc_subscription_choose(sub);

    if (track && track == sub->target) {
        return;
    }

    ngx_webrtc_subscription_cancel(sub);

    if (track == sub->track) {
        return;
    }

    sub->by_sender = (by_sender != 0);

    if (track) {
        sub->target = track;
        ngx_webrtc_subscription_wait(sub, now);
        return;
    }

    ngx_webrtc_subscription_leave(sub);
    ngx_webrtc_subscription_changed(sub, now);
}


/* NULL: nothing is to be sent */

static ngx_webrtc_track_t *
ngx_webrtc_subscription_choose(ngx_webrtc_subscription_t *sub)
{
    ngx_int_t             i, n, layer;
    ngx_webrtc_track_t   *tracks;

    layer = (sub->layer == NGX_WEBRTC_LAYER_AUTO)
            ? sub->cap : ngx_min(sub->layer, sub->cap);

    if (sub->paused || layer < 0) {
        return NULL;
    }

    tracks = sub->source->tracks;
    n = (ngx_int_t) sub->source->ntracks;

    layer = ngx_min(layer, n - 1);

    for (i = layer; i >= 0; i--) {
        if (tracks[i].active) {
            return &tracks[i];
        }
    }

    for (i = layer + 1; i < n; i++) {
        if (tracks[i].active) {
            return &tracks[i];
        }
    }

    return &tracks[layer];
}


/* for a key frame of the target */

static void
ngx_webrtc_subscription_wait(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now)
{
    if (!sub->peer->connected) {
        return;
    }

    sub->waiting = 1;
    ngx_queue_insert_tail(&sub->target->waiting, &sub->target_queue);

    ngx_webrtc_track_want_key_frame(sub->target, now);
}


void
ngx_webrtc_subscription_ready(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now)
{
    if (sub->target) {
        ngx_webrtc_subscription_wait(sub, now);
    }
}


static void
ngx_webrtc_subscription_cancel(ngx_webrtc_subscription_t *sub)
{
    sub->target = NULL;

    if (sub->waiting) {
        sub->waiting = 0;
        ngx_queue_remove(&sub->target_queue);
    }
}


static void
ngx_webrtc_subscription_leave(ngx_webrtc_subscription_t *sub)
{
    ngx_queue_t         *q;
    ngx_webrtc_track_t  *track;

    track = sub->track;

    if (track == NULL) {
        return;
    }

    if (track->next == sub) {

        /* a round of the fan-out stands here: it goes on with the next */

        q = ngx_queue_next(&sub->queue);

        track->next = (q == ngx_queue_sentinel(&track->subs))
                      ? NULL
                      : ngx_queue_data(q, ngx_webrtc_subscription_t, queue);
    }

    ngx_webrtc_shed_leave(sub);
    ngx_queue_remove(&sub->queue);

    sub->track = NULL;
    sub->started = 0;
}


void
ngx_webrtc_subscription_detach(ngx_webrtc_subscription_t *sub)
{
    ngx_webrtc_subscription_cancel(sub);
    ngx_webrtc_subscription_leave(sub);

    if (sub->is_changed) {
        sub->is_changed = 0;
        ngx_queue_remove(&sub->changed);
    }
}


void
ngx_webrtc_track_switch(ngx_webrtc_track_t *track, ngx_webrtc_usec_t now)
{
    ngx_queue_t                *q;
    ngx_webrtc_subscription_t  *sub;

    while (!ngx_queue_empty(&track->waiting)) {
        q = ngx_queue_head(&track->waiting);
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, target_queue);

        /* what the other layer had left is worth nothing any more */

        ngx_webrtc_subscription_cancel(sub);
        ngx_webrtc_subscription_leave(sub);

        sub->track = track;
        sub->cursor = track->ring.arrivals - 1;
        ngx_queue_insert_tail(&track->subs, &sub->queue);
        track->nsubs++;

        ngx_webrtc_subscription_changed(sub, now);
    }
}


void
ngx_webrtc_subscription_want_key_frame(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now)
{
    if (sub->track) {
        ngx_webrtc_track_want_key_frame(sub->track, now);
    }

    if (sub->waiting) {
        ngx_webrtc_track_want_key_frame(sub->target, now);
    }
}


void
ngx_webrtc_track_watch(ngx_webrtc_track_t *track, uint32_t timestamp,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t            i, changed;
    ngx_queue_t          *q;
    ngx_webrtc_source_t  *source;

    source = track->source;

    ngx_webrtc_track_pace(track, timestamp, now);

    if (source->began == 0) {
        source->began = now;
        source->review = now + NGX_WEBRTC_LAYERS_GRACE;
    }

    if (!track->active) {
        track->active = 1;
        source->is_changed = 1;

        /* at once: its first packet is likely to start a key frame */

        source->review = ngx_min(source->review, ngx_max(now,
                                   source->began + NGX_WEBRTC_LAYERS_GRACE));
    }

    if (source->review > now) {
        return;
    }

    changed = source->is_changed;

    source->is_changed = 0;
    source->review = now + NGX_WEBRTC_LAYERS_INTERVAL;

    for (i = 0; i < source->ntracks; i++) {
        changed |= ngx_webrtc_track_ended(&source->tracks[i], now);
    }

    if (!changed) {
        return;
    }

    for (q = ngx_queue_head(&source->subs);
         q != ngx_queue_sentinel(&source->subs);
         q = ngx_queue_next(q))
    {
        ngx_webrtc_subscription_review(
                    ngx_queue_data(q, ngx_webrtc_subscription_t, source_queue),
                    1, now);
    }

    ngx_webrtc_forwards_review(source, now);
}


static void
ngx_webrtc_track_pace(ngx_webrtc_track_t *track, uint32_t timestamp,
    ngx_webrtc_usec_t now)
{
    int64_t            off;
    ngx_webrtc_usec_t  max, interval;

    max = NGX_WEBRTC_LAYERS_MAX / NGX_WEBRTC_LAYERS_MISSED;

    if (track->arrived == 0) {
        track->interval = max;

    } else if (timestamp != track->frame) {
        interval = ngx_min(now - track->frame_arrived, max);
        off = (int64_t) (interval - track->interval);
        track->interval += off / 8;
    }

    if (track->arrived == 0 || timestamp != track->frame) {
        track->frame = timestamp;
        track->frame_arrived = now;
        track->source->frames++;
    }

    track->arrived = now;
    track->frames = track->source->frames;
}


static ngx_uint_t
ngx_webrtc_track_ended(ngx_webrtc_track_t *track, ngx_webrtc_usec_t now)
{
    ngx_webrtc_usec_t  silence;

    silence = ngx_max(track->interval * NGX_WEBRTC_LAYERS_MISSED,
                      NGX_WEBRTC_LAYERS_MIN);

    if (!track->active
        || track->source->frames - track->frames < NGX_WEBRTC_LAYERS_OTHERS
        || track->arrived + silence > now)
    {
        return 0;
    }

    track->active = 0;

    return 1;
}


/* handlers are called later, when they may do what they like */

static void
ngx_webrtc_subscription_changed(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now)
{
    if (sub->handler == NULL || sub->is_changed) {
        return;
    }

    sub->is_changed = 1;
    ngx_queue_insert_tail(&sub->peer->engine->changed, &sub->changed);

    ngx_webrtc_peer_wake(sub->peer, now);
}


void
ngx_webrtc_engine_tell(ngx_webrtc_engine_t *engine, ngx_webrtc_usec_t now)
{
    ngx_queue_t                *q;
    ngx_webrtc_subscription_t  *sub;
    ngx_webrtc_layer_change_t   change;

    while (!ngx_queue_empty(&engine->changed)) {
        q = ngx_queue_head(&engine->changed);
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, changed);

        ngx_queue_remove(q);
        sub->is_changed = 0;

        change.current = ngx_webrtc_subscription_layer(sub);
        change.previous = sub->told;
        change.by_sender = sub->by_sender;

        if (change.current == change.previous) {
            continue;
        }

        sub->told = change.current;
        sub->handler(sub, &change, sub->data, now);
    }
}
