
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Who was left out can go on with a key frame only, and key frames are for all
 * of a track.  So at each of them a share of the track's subscriptions is
 * chosen, beginning behind those of the last time.  The share is one of the
 * engine: it falls when something waits too long, and grows while nothing
 * does.
 */


#include <media/ngx_webrtc_media.h>


/* the parts of a share */
#define NGX_WEBRTC_SHED_ALL    0x10000

/* it never falls below this, so that it can grow again */
#define NGX_WEBRTC_SHED_LEAST  (NGX_WEBRTC_SHED_ALL / 64)

/* it grows by this part of itself, the next time by a quarter more */
#define NGX_WEBRTC_SHED_STEP   (NGX_WEBRTC_SHED_ALL / 16)

/* golden section: of tracks with few subscribers some begin with each turn */
#define NGX_WEBRTC_SHED_NEXT   40503


static ngx_webrtc_usec_t ngx_webrtc_shed_waited(ngx_webrtc_ring_t *ring,
    uint32_t behind, ngx_webrtc_usec_t delay, ngx_webrtc_usec_t now);
static void ngx_webrtc_shed_less(ngx_webrtc_engine_t *engine,
    ngx_webrtc_usec_t waited, ngx_webrtc_usec_t before,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_shed_more(ngx_webrtc_engine_t *engine,
    ngx_webrtc_usec_t now);
static uint64_t ngx_webrtc_shed_due(ngx_webrtc_track_t *track);
static void ngx_webrtc_shed_next(ngx_webrtc_track_t *track,
    ngx_webrtc_usec_t now);
static ngx_queue_t *ngx_webrtc_shed_first(ngx_webrtc_track_t *track);
static void ngx_webrtc_shed_some(ngx_webrtc_track_t *track,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_shed_one(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now);


void
ngx_webrtc_shed_init(ngx_webrtc_shed_t *shed)
{
    shed->share = NGX_WEBRTC_SHED_ALL;
    shed->step = NGX_WEBRTC_SHED_STEP;
}


void
ngx_webrtc_shed_begin(ngx_webrtc_track_t *track)
{
    ngx_webrtc_shed_t  *shed;

    shed = &track->source->peer->engine->shed;

    shed->rest = (shed->rest + NGX_WEBRTC_SHED_NEXT) % NGX_WEBRTC_SHED_ALL;
    track->rest = shed->rest;
}


void
ngx_webrtc_shed_late(ngx_webrtc_subscription_t *sub, ngx_uint_t again,
    ngx_webrtc_usec_t now)
{
    uint32_t              skipped, behind;
    ngx_webrtc_ring_t    *ring;
    ngx_webrtc_usec_t     waited, before, delay;
    ngx_webrtc_engine_t  *engine;

    ring = &sub->track->ring;
    behind = ring->arrivals - sub->cursor;

    if (behind == 0) {
        return;
    }

    engine = sub->peer->engine;
    delay = engine->conf.max_delay;

    waited = ngx_webrtc_shed_waited(ring, behind, delay, now);
    before = sub->waited;

    if (!again) {
        sub->waited = (uint32_t) waited;
    }

    if (waited <= delay / 2) {
        return;
    }

    /* there is too much for all; sound has little to save */

    if (sub->video && sub->started) {
        if (!again) {
            ngx_webrtc_shed_less(engine, waited, before, now);
        }

        ngx_webrtc_shed_some(sub->track, now);
    }

    /* and what is too old is not sent */

    skipped = ngx_webrtc_ring_late(ring, sub->cursor, delay, now);

    if (skipped) {
        ngx_webrtc_subscription_skip(sub, skipped, now);
    }
}


/*
 * A ring that holds packets for less than the delay is another limit, so time
 * counts for more there.  Many packets are not late if they have just come.
 */

static ngx_webrtc_usec_t
ngx_webrtc_shed_waited(ngx_webrtc_ring_t *ring, uint32_t behind,
    ngx_webrtc_usec_t delay, ngx_webrtc_usec_t now)
{
    uint32_t           size;
    ngx_webrtc_usec_t  waited, held;

    size = ngx_webrtc_ring_size(ring);

    if (behind >= size) {
        return delay * behind / size;
    }

    waited = now - ngx_webrtc_ring_get(ring, ring->arrivals - behind)->arrived;

    if (ring->arrivals < size) {
        return waited;
    }

    /* something else may be where the oldest one was */

    held = now - ngx_webrtc_ring_get(ring, ring->arrivals + 1)->arrived;

    return (waited && held < delay) ? waited * delay / held : waited;
}


/*
 * Rounds of the fan-out that get longer grow in proportion to those who are
 * served, so what has waited longer than in the round before says how many are
 * too many.  A change shows in the next round, and long rounds get shorter by
 * and by: until then only what waits longer still counts.
 */

static void
ngx_webrtc_shed_less(ngx_webrtc_engine_t *engine, ngx_webrtc_usec_t waited,
    ngx_webrtc_usec_t before, ngx_webrtc_usec_t now)
{
    uint64_t            share;
    ngx_webrtc_shed_t  *shed;
    ngx_webrtc_usec_t   since;

    shed = &engine->shed;

    shed->late = now;
    shed->step = NGX_WEBRTC_SHED_STEP;

    if (before < engine->conf.max_delay / 4) {

        /* all at once: a pause, which does not say that there is too much */

        return;
    }

    before = ngx_max(before, engine->conf.max_delay / 2);
    since = now - shed->changed;

    if (waited <= before || since < waited
        || (waited <= shed->waited && since < engine->conf.key_frame_interval))
    {
        return;
    }

    share = shed->share * before / waited;

    shed->share = (uint32_t) ngx_max(share, NGX_WEBRTC_SHED_LEAST);
    shed->changed = now;
    shed->waited = waited;
}


/*
 * By a step for each interval that there was enough time in.  Key frames come
 * about once in one, a little sooner or later.
 */

static void
ngx_webrtc_shed_more(ngx_webrtc_engine_t *engine, ngx_webrtc_usec_t now)
{
    uint64_t            share;
    ngx_webrtc_shed_t  *shed;
    ngx_webrtc_usec_t   last, interval;

    shed = &engine->shed;
    last = ngx_max(shed->changed, shed->late);
    interval = engine->conf.key_frame_interval;

    while (shed->share < NGX_WEBRTC_SHED_ALL
           && now + interval / 4 >= last + interval)
    {
        share = shed->share
                + (uint64_t) shed->share * shed->step / NGX_WEBRTC_SHED_ALL;

        shed->share = (uint32_t) ngx_min(share, NGX_WEBRTC_SHED_ALL);
        shed->step += shed->step / 4;
        shed->changed = now;
        shed->waited = 0;

        last += interval;
    }
}


/* in parts of a subscription, with what the last turn has left of one */

static uint64_t
ngx_webrtc_shed_due(ngx_webrtc_track_t *track)
{
    return (uint64_t) track->nsubs * track->source->peer->engine->shed.share
           + track->rest;
}


static void
ngx_webrtc_shed_next(ngx_webrtc_track_t *track, ngx_webrtc_usec_t now)
{
    track->rest = ngx_webrtc_shed_due(track) % NGX_WEBRTC_SHED_ALL;
    track->turned = now;
}


static ngx_queue_t *
ngx_webrtc_shed_first(ngx_webrtc_track_t *track)
{
    return track->turn ? &track->turn->queue : ngx_queue_head(&track->subs);
}


/*
 * Those who came last this time come first the next time.  Nobody asks for a
 * key frame of a track that has all its subscribers; its turns go on here.
 */

static void
ngx_webrtc_shed_some(ngx_webrtc_track_t *track, ngx_webrtc_usec_t now)
{
    uint64_t              n;
    ngx_queue_t          *q;
    ngx_webrtc_engine_t  *engine;

    engine = track->source->peer->engine;

    if (now - track->turned >= engine->conf.key_frame_interval) {
        ngx_webrtc_shed_next(track, now);
    }

    n = ngx_webrtc_shed_due(track) / NGX_WEBRTC_SHED_ALL;

    while (track->nsubs - track->nleft > n) {
        q = ngx_queue_prev(ngx_webrtc_shed_first(track));

        if (q == ngx_queue_sentinel(&track->subs)) {
            q = ngx_queue_last(&track->subs);
        }

        track->turn = ngx_queue_data(q, ngx_webrtc_subscription_t, queue);

        ngx_webrtc_shed_one(track->turn, now);
    }
}


static void
ngx_webrtc_shed_one(ngx_webrtc_subscription_t *sub, ngx_webrtc_usec_t now)
{
    if (sub->left_out) {
        return;
    }

    sub->left_out = 1;
    sub->track->nleft++;

    ngx_webrtc_subscription_skip(sub, sub->track->ring.arrivals - sub->cursor,
                                 now);
}


void
ngx_webrtc_shed_turn(ngx_webrtc_track_t *track, ngx_webrtc_usec_t now)
{
    uint64_t                    i, n;
    ngx_queue_t                *q;
    ngx_webrtc_engine_t        *engine;
    ngx_webrtc_subscription_t  *sub;

    engine = track->source->peer->engine;

    if (!track->source->video
        || (engine->shed.share == NGX_WEBRTC_SHED_ALL && track->nleft == 0)
        || now - track->turned < engine->conf.key_frame_interval / 2)
    {
        return;
    }

    ngx_webrtc_shed_more(engine, now);

    ngx_webrtc_shed_next(track, now);

    n = ngx_webrtc_shed_due(track) / NGX_WEBRTC_SHED_ALL;

    q = ngx_webrtc_shed_first(track);

    for (i = 0; i < track->nsubs; i++, q = ngx_queue_next(q)) {

        if (q == ngx_queue_sentinel(&track->subs)) {
            q = ngx_queue_head(&track->subs);
        }

        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, queue);

        if (i < n) {
            track->nleft -= sub->left_out;
            sub->left_out = 0;
            continue;
        }

        if (i == n) {
            track->turn = sub;
        }

        ngx_webrtc_shed_one(sub, now);
    }
}


void
ngx_webrtc_shed_leave(ngx_webrtc_subscription_t *sub)
{
    ngx_queue_t         *q;
    ngx_webrtc_track_t  *track;

    track = sub->track;

    track->nsubs--;
    track->nleft -= sub->left_out;
    sub->left_out = 0;

    if (track->turn == sub) {
        q = ngx_queue_next(&sub->queue);

        track->turn = (q == ngx_queue_sentinel(&track->subs))
                      ? NULL
                      : ngx_queue_data(q, ngx_webrtc_subscription_t, queue);
    }
}
