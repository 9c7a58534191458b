
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Fits what a receiver gets to what its way carries: tells the allocation
 * what there is, does what it says, and sends the probes that it wants.
 */


#include <media/ngx_webrtc_media.h>


#define NGX_WEBRTC_ADAPT_INTERVAL   (200 * NGX_WEBRTC_MSEC)
#define NGX_WEBRTC_ADAPT_IDLE       NGX_WEBRTC_SEC

/* what a probe has shown may be relied on for so long */
#define NGX_WEBRTC_ADAPT_FRESH      (3 * NGX_WEBRTC_SEC)


static void ngx_webrtc_adapt_probe(ngx_webrtc_peer_t *peer,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
static void ngx_webrtc_adapt_result(ngx_webrtc_bandwidth_t *bandwidth,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_adapt_review(ngx_webrtc_peer_t *peer,
    ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_adapt_measure(ngx_webrtc_peer_t *peer,
    ngx_webrtc_allocate_way_t *way, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_adapt_rates(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now);
static ngx_webrtc_subscription_t *ngx_webrtc_adapt_prober(
    ngx_webrtc_peer_t *peer);


void
ngx_webrtc_adapt_begin(ngx_webrtc_subscription_t *sub, ngx_webrtc_usec_t now)
{
    ngx_webrtc_bandwidth_t  *bandwidth;

    bandwidth = sub->peer->bandwidth;

    if (bandwidth == NULL || sub->source->ntracks < 2) {
        return;
    }

    ngx_webrtc_allocate_add(&bandwidth->allocate, &sub->item, sub->layer);

    sub->is_adapted = 1;
    sub->cap = sub->item.cap;

    bandwidth->review = ngx_min(bandwidth->review, now);
    ngx_webrtc_peer_wake(sub->peer, now);
}


void
ngx_webrtc_adapt_end(ngx_webrtc_subscription_t *sub)
{
    if (sub->is_adapted) {
        ngx_webrtc_allocate_remove(&sub->item);
    }
}


void
ngx_webrtc_adapt_want(ngx_webrtc_subscription_t *sub)
{
    if (sub->is_adapted) {
        ngx_webrtc_allocate_want(&sub->item, sub->layer);
        sub->cap = sub->item.cap;
    }
}


void
ngx_webrtc_adapt_heard(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now)
{
    ngx_webrtc_probe_t  *probe;

    probe = &peer->bandwidth->probe;

    if (probe->state == NGX_WEBRTC_PROBE_SENT && probe->complete) {
        probe->due = now;
        ngx_webrtc_peer_wake(peer, now);
    }
}


ngx_webrtc_usec_t
ngx_webrtc_adapt_expires(ngx_webrtc_peer_t *peer)
{
    ngx_webrtc_usec_t        expires;
    ngx_webrtc_bandwidth_t  *bandwidth;

    bandwidth = peer->bandwidth;

    if (bandwidth == NULL) {
        return NGX_WEBRTC_NEVER;
    }

    expires = ngx_webrtc_probe_expires(&bandwidth->probe);

    return ngx_min(expires, bandwidth->review);
}


void
ngx_webrtc_adapt_tick(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    ngx_webrtc_bandwidth_t  *bandwidth;

    bandwidth = peer->bandwidth;

    if (bandwidth == NULL) {
        return;
    }

    if (ngx_webrtc_probe_expires(&bandwidth->probe) != NGX_WEBRTC_NEVER) {
        ngx_webrtc_adapt_probe(peer, now, out);
    }

    if (bandwidth->review > now) {
        return;
    }

    if (ngx_queue_empty(&bandwidth->allocate.items)) {
        bandwidth->review = NGX_WEBRTC_NEVER;
        return;
    }

    bandwidth->review = now + NGX_WEBRTC_ADAPT_INTERVAL;

    /* nothing is raised or lowered before something was heard */

    if (bandwidth->heard || bandwidth->reported) {
        ngx_webrtc_adapt_review(peer, now);
    }
}


static void
ngx_webrtc_adapt_probe(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    size_t                      size;
    ngx_webrtc_bandwidth_t     *bandwidth;
    ngx_webrtc_subscription_t  *sub;

    bandwidth = peer->bandwidth;

    size = ngx_webrtc_probe_padding(&bandwidth->probe, bandwidth->departures,
                                    now);

    if (size) {
        sub = ngx_webrtc_adapt_prober(peer);

        if (sub) {
            ngx_webrtc_subscription_pad(sub, size, now, out);
        }

        return;
    }

    ngx_webrtc_adapt_result(bandwidth, now);
}


static void
ngx_webrtc_adapt_result(ngx_webrtc_bandwidth_t *bandwidth,
    ngx_webrtc_usec_t now)
{
    uint64_t   bit_rate;
    ngx_int_t  rc;

    rc = ngx_webrtc_probe_result(&bandwidth->probe, &bit_rate, now);

    if (rc == NGX_AGAIN) {
        return;
    }

    if (rc == NGX_DONE) {
        bit_rate = 0;

    } else {
        ngx_webrtc_estimate_probed(&bandwidth->estimate, bit_rate,
                                   rc == NGX_DECLINED);
    }

    bandwidth->probed = bit_rate;
    bandwidth->probed_at = now;
    bandwidth->full = (rc != NGX_OK);

    bandwidth->review = now;
}


static void
ngx_webrtc_adapt_review(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now)
{
    uint64_t                    bit_rate;
    ngx_queue_t                *q;
    ngx_webrtc_bandwidth_t     *bandwidth;
    ngx_webrtc_subscription_t  *sub;
    ngx_webrtc_allocate_way_t   way;

    bandwidth = peer->bandwidth;

    if (ngx_webrtc_adapt_measure(peer, &way, now) == 0) {
        bandwidth->review = now + NGX_WEBRTC_ADAPT_IDLE;
        return;
    }

    ngx_webrtc_allocate_review(&bandwidth->allocate, &way, now);

    for (q = ngx_queue_head(&peer->subscriptions);
         q != ngx_queue_sentinel(&peer->subscriptions);
         q = ngx_queue_next(q))
    {
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, peer_queue);

        if (sub->is_adapted && sub->cap != sub->item.cap) {
            ngx_webrtc_subscription_set_cap(sub, sub->item.cap, now);
        }
    }

    bit_rate = bandwidth->allocate.probe;

    if (bit_rate == 0
        || bit_rate > bandwidth->estimate.max
        || ngx_webrtc_probe_expires(&bandwidth->probe) != NGX_WEBRTC_NEVER)
    {
        return;
    }

    /* step by step: what is too much makes a queue that audio waits in */

    bit_rate = ngx_min(bit_rate, 2 * bandwidth->estimate.bit_rate);

    ngx_webrtc_probe_start(&bandwidth->probe, bandwidth->departures, bit_rate,
                           now);
}


/* what there is; returns the number of layers that can be had */

static ngx_uint_t
ngx_webrtc_adapt_measure(ngx_webrtc_peer_t *peer,
    ngx_webrtc_allocate_way_t *way, ngx_webrtc_usec_t now)
{
    ngx_uint_t                  sent;
    ngx_queue_t                *q;
    ngx_webrtc_bandwidth_t     *bandwidth;
    ngx_webrtc_subscription_t  *sub;

    bandwidth = peer->bandwidth;

    way->estimate = bandwidth->estimate.bit_rate;
    way->base = 0;
    way->probed = (bandwidth->probed_at + NGX_WEBRTC_ADAPT_FRESH > now)
                  ? bandwidth->probed : 0;
    way->full = bandwidth->full;
    way->probes = (bandwidth->heard && ngx_webrtc_adapt_prober(peer) != NULL);

    bandwidth->full = 0;
    sent = 0;

    for (q = ngx_queue_head(&peer->subscriptions);
         q != ngx_queue_sentinel(&peer->subscriptions);
         q = ngx_queue_next(q))
    {
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, peer_queue);

        if (sub->is_adapted) {
            sent += ngx_webrtc_adapt_rates(sub, now);

        } else if (sub->track) {
            way->base += ngx_webrtc_track_bit_rate(sub->track, now);
        }
    }

    return sent;
}


/* likewise, of one subscription */

static ngx_uint_t
ngx_webrtc_adapt_rates(ngx_webrtc_subscription_t *sub, ngx_webrtc_usec_t now)
{
    uint64_t             bit_rate;
    ngx_uint_t           i, sent;
    ngx_webrtc_track_t  *track;

    sent = 0;

    for (i = 0; i < sub->source->ntracks; i++) {
        track = &sub->source->tracks[i];

        if (!track->active || sub->paused
            || sub->layer == NGX_WEBRTC_LAYER_NONE)
        {
            sub->item.rates[i] = 0;
            continue;
        }

        /* a picture that does not move for a moment will move again */

        bit_rate = ngx_webrtc_track_bit_rate(track, now);
        bit_rate = ngx_max(bit_rate, sub->item.rates[i]
                                     - sub->item.rates[i] / 32);

        sub->item.rates[i] = ngx_max(bit_rate, 1);
        sent++;
    }

    return sent;
}


/* whose RTX takes the padding; NULL: there is none */

static ngx_webrtc_subscription_t *
ngx_webrtc_adapt_prober(ngx_webrtc_peer_t *peer)
{
    ngx_queue_t                *q;
    ngx_webrtc_subscription_t  *sub;

    for (q = ngx_queue_head(&peer->subscriptions);
         q != ngx_queue_sentinel(&peer->subscriptions);
         q = ngx_queue_next(q))
    {
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, peer_queue);

        if (sub->departures && sub->rtx_ssrc && sub->stats.packets) {
            return sub;
        }
    }

    return NULL;
}
