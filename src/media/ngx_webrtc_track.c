
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <core/ngx_webrtc_seq.h>
#include <media/ngx_webrtc_media.h>


/* SRTP's replay window: nothing that is older comes here */
#define NGX_WEBRTC_TRACK_LATE       1024


static void ngx_webrtc_track_key_frame(ngx_webrtc_track_t *track,
    const ngx_webrtc_packet_t *packet, ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_track_repair(ngx_webrtc_track_t *track,
    ngx_webrtc_rtp_t *rtp);
static ngx_int_t ngx_webrtc_track_sequence(ngx_webrtc_track_t *track,
    const ngx_webrtc_rtp_t *rtp, ngx_uint_t repaired, uint64_t *seq,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_track_gap(ngx_webrtc_track_t *track, uint64_t seq,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_track_jitter(ngx_webrtc_track_t *track,
    const ngx_webrtc_rtp_t *rtp, ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_track_store(ngx_webrtc_track_t *track,
    ngx_webrtc_packet_t *packet, const ngx_webrtc_rtp_t *rtp,
    const ngx_webrtc_rtp_ext_t *ext);
static uint16_t ngx_webrtc_track_frame_pos(
    const ngx_webrtc_packet_t *packet);
static void ngx_webrtc_track_look(ngx_webrtc_track_t *track,
    ngx_webrtc_packet_t *packet, u_char *payload, size_t len);
static void ngx_webrtc_track_prefetch(ngx_webrtc_track_t *track,
    ngx_queue_t *q);


/*
 * What subscribers get of the header extensions; the rest belongs to one hop.
 * Ids are the same in every bundle that subscribes to another one, because all
 * offers there are ours.  Others only forward, without extensions, or get
 * plain RTP, which has none.
 */

static const u_char  ngx_webrtc_track_exts[] = {
    NGX_WEBRTC_EXT_DEPENDENCY,          /* the first: store() relies on it */
    NGX_WEBRTC_EXT_AUDIO_LEVEL,
    NGX_WEBRTC_EXT_ORIENTATION
};


void
ngx_webrtc_track_init(ngx_webrtc_track_t *track, ngx_webrtc_source_t *source,
    ngx_uint_t layer)
{
    track->source = source;
    track->layer = layer;

    ngx_queue_init(&track->subs);
    ngx_queue_init(&track->waiting);
    ngx_webrtc_nack_init(&track->nack);
    ngx_webrtc_key_frame_init(&track->key_frame,
                              source->peer->engine->conf.key_frame_interval);
    ngx_webrtc_shed_begin(track);
}


void
ngx_webrtc_track_cleanup(ngx_webrtc_track_t *track)
{
    if (track->is_dirty) {
        ngx_queue_remove(&track->dirty);
        track->is_dirty = 0;
    }

    ngx_webrtc_ring_cleanup(&track->ring);
}


void
ngx_webrtc_track_input(ngx_webrtc_track_t *track, ngx_webrtc_rtp_t *rtp,
    const ngx_webrtc_rtp_ext_t *ext, ngx_webrtc_usec_t now)
{
    uint64_t              seq;
    ngx_uint_t            repaired;
    ngx_webrtc_packet_t  *packet;
    ngx_webrtc_source_t  *source;
    ngx_webrtc_engine_t  *engine;

    source = track->source;
    engine = source->peer->engine;

    repaired = (rtp->ssrc != track->ssrc);

    if (repaired) {
        if (ngx_webrtc_track_repair(track, rtp) != NGX_OK) {
            return;
        }

    } else if (rtp->pt != source->format.pt) {
        engine->stats.dropped_rtp++;
        return;

    } else {
        if (track->ring.packets == NULL
            && ngx_webrtc_track_begin(track) != NGX_OK)
        {
            engine->stats.dropped_rtp++;
            return;
        }

        ngx_webrtc_track_jitter(track, rtp, now);
    }

    if (ngx_webrtc_track_sequence(track, rtp, repaired, &seq, now) != NGX_OK) {
        return;
    }

    packet = ngx_webrtc_ring_next(&track->ring);

    if (ngx_webrtc_track_store(track, packet, rtp, ext) != NGX_OK) {
        engine->stats.dropped_rtp++;
        return;
    }

    packet->arrived = now;
    track->received += !repaired;

    ngx_webrtc_track_stored(track, seq, repaired, now);

    if (source->exported) {
        ngx_webrtc_mirror_export(track, packet, repaired);
    }
}


void
ngx_webrtc_track_stored(ngx_webrtc_track_t *track, uint64_t seq,
    ngx_uint_t repaired, ngx_webrtc_usec_t now)
{
    size_t                len;
    ngx_webrtc_packet_t  *packet;
    ngx_webrtc_source_t  *source;

    source = track->source;
    packet = ngx_webrtc_ring_next(&track->ring);
    len = packet->len - packet->header_len;

    ngx_webrtc_ring_add(&track->ring, seq);

    track->stats.packets++;
    track->stats.bytes += len;
    ngx_webrtc_rate_add(&track->rate, packet->len, now);

    if (source->ntracks > 1 && !repaired && len) {
        ngx_webrtc_track_watch(track, packet->timestamp, now);
    }

    ngx_webrtc_track_key_frame(track, packet, now);

    if (!track->is_dirty
        && (!ngx_queue_empty(&track->subs)
            || !ngx_queue_empty(&source->forwards)))
    {
        track->is_dirty = 1;
        ngx_queue_insert_tail(&source->peer->engine->dirty, &track->dirty);
    }
}


/* one begins, or somebody needs one */

static void
ngx_webrtc_track_key_frame(ngx_webrtc_track_t *track,
    const ngx_webrtc_packet_t *packet, ngx_webrtc_usec_t now)
{
    if (packet->keyframe) {
        ngx_webrtc_key_frame_found(&track->key_frame);
        ngx_webrtc_track_switch(track, now);
        ngx_webrtc_shed_turn(track, now);
        ngx_webrtc_forwards_switch(track);

    } else if (track->key_frame.due == NGX_WEBRTC_NEVER
               && (!ngx_queue_empty(&track->waiting)
                   || ngx_webrtc_forwards_wait(track)))
    {
        /* it was asked for in vain while nothing was sent */

        ngx_webrtc_track_want_key_frame(track, now);
    }
}


/* a layer that is never sent costs no memory for packets */

ngx_int_t
ngx_webrtc_track_begin(ngx_webrtc_track_t *track)
{
    ngx_webrtc_engine_t  *engine;

    engine = track->source->peer->engine;

    return ngx_webrtc_ring_init(&track->ring,
                                track->source->video
                                ? engine->conf.video_packets
                                : engine->conf.audio_packets,
                                engine->log);
}


static ngx_int_t
ngx_webrtc_track_repair(ngx_webrtc_track_t *track, ngx_webrtc_rtp_t *rtp)
{
    /* RFC 4588 4: the original sequence number, then the payload */

    if (track->source->format.rtx_pt == 0
        || rtp->pt != track->source->format.rtx_pt)
    {
        track->source->peer->engine->stats.dropped_rtp++;
        return NGX_DECLINED;
    }

    if (rtp->payload_len <= 2 || track->highest == 0) {

        /* padding only is how bandwidth is probed */

        return NGX_DECLINED;
    }

    rtp->seq = ngx_webrtc_get16(rtp->payload);
    rtp->payload += 2;
    rtp->payload_len -= 2;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_track_sequence(ngx_webrtc_track_t *track,
    const ngx_webrtc_rtp_t *rtp, ngx_uint_t repaired, uint64_t *seq,
    ngx_webrtc_usec_t now)
{
    int64_t   ahead;
    uint64_t  ext;

    if (track->highest == 0) {
        track->first = 0x10000 + rtp->seq;
        track->highest = track->first - 1;
    }

    ext = ngx_webrtc_seq16_extend(rtp->seq, track->highest);
    ahead = (int64_t) (ext - track->highest);

    if (ahead < -NGX_WEBRTC_TRACK_LATE && !repaired) {

        /* what seems so old went ahead by more than half of the numbers */

        ext += 0x10000;
        ahead += 0x10000;
    }

    if (ahead <= 0) {

        if (ahead <= -(int64_t) ngx_webrtc_ring_size(&track->ring)
            || ext < track->first
            || ngx_webrtc_ring_has(&track->ring, ext))
        {
            /*
             * Too old, or a duplicate.  Were one let in again that has left
             * the ring, with another payload by repair, subscribers would
             * get two packets under one SRTP index.
             */

            return NGX_DECLINED;
        }

        if (ngx_webrtc_nack_found(&track->nack, ext) && repaired) {
            track->stats.retransmitted++;
        }

    } else {

        if (repaired) {

            /* nothing ahead was asked for: a probe with old payload */

            return NGX_DECLINED;
        }

        if (ahead > 1) {
            ngx_webrtc_track_gap(track, ext, now);
        }

        track->highest = ext;
    }

    *seq = ext;

    return NGX_OK;
}


/* between the highest number so far and this one */

static void
ngx_webrtc_track_gap(ngx_webrtc_track_t *track, uint64_t seq,
    ngx_webrtc_usec_t now)
{
    uint64_t  missing;

    missing = seq - track->highest - 1;

    if (missing >= NGX_WEBRTC_SEQUENCE_JUMP) {
        track->skipped += missing;
        ngx_webrtc_track_want_key_frame(track, now);
        return;
    }

    if (!track->source->format.nack) {
        return;
    }

    if (ngx_webrtc_nack_gap(&track->nack, track->highest + 1, seq, now)
        != NGX_OK)
    {
        ngx_webrtc_track_want_key_frame(track, now);
    }

    ngx_webrtc_peer_wake(track->source->peer, track->nack.due);
}


static void
ngx_webrtc_track_jitter(ngx_webrtc_track_t *track,
    const ngx_webrtc_rtp_t *rtp, ngx_webrtc_usec_t now)
{
    uint32_t  d, transit;

    /* RFC 3550 A.8, kept times 16 */

    transit = (uint32_t) (now * track->source->format.clock_rate
                          / NGX_WEBRTC_SEC)
              - rtp->timestamp;

    if (track->transit) {
        d = transit - track->transit;
        d = (d & 0x80000000) ? 0 - d : d;
        track->jitter += d - ((track->jitter + 8) >> 4);
    }

    track->transit = transit;
}


static ngx_int_t
ngx_webrtc_track_store(ngx_webrtc_track_t *track, ngx_webrtc_packet_t *packet,
    const ngx_webrtc_rtp_t *rtp, const ngx_webrtc_rtp_ext_t *ext)
{
    u_char                 *p, *last, *ext_start;
    ngx_uint_t              i, n, kind;
    ngx_webrtc_ext_item_t   items[sizeof(ngx_webrtc_track_exts)];

    n = 0;

    for (i = 0; i < sizeof(ngx_webrtc_track_exts); i++) {
        kind = ngx_webrtc_track_exts[i];

        if (ngx_webrtc_rtp_ext_has(ext, kind)) {
            items[n].id = track->source->peer->exts.ids[kind];
            items[n].data = ext->values[kind];
            items[n].len = ext->lens[kind];
            n++;
        }
    }

    /* RTX makes it two bytes longer */

    last = packet->data + NGX_WEBRTC_PACKET_MAX - 2;
    p = packet->data + NGX_WEBRTC_RTP_HEADER_LEN;

    ext_start = p;

    if (n) {
        p = ngx_webrtc_rtp_ext_write(p, last, items, n);
        if (p == NULL) {
            return NGX_ERROR;
        }
    }

    /* for the number that each subscriber counts for itself */

    p = ngx_webrtc_rtp_ext_reserve(ext_start, p, last);
    if (p == NULL) {
        return NGX_ERROR;
    }

    if ((size_t) (last - p) < rtp->payload_len) {
        return NGX_ERROR;
    }

    ngx_memcpy(p, rtp->payload, rtp->payload_len);

    packet->header_len = (uint16_t) (p - packet->data);
    packet->len = (uint16_t) (packet->header_len + rtp->payload_len);
    packet->extension = 1;
    packet->marker = rtp->marker;
    packet->timestamp = rtp->timestamp;
    packet->frame_pos = 0;
    packet->counters.frame = 0;

    if (ngx_webrtc_rtp_ext_has(ext, NGX_WEBRTC_EXT_DEPENDENCY)) {
        packet->frame_pos = ngx_webrtc_track_frame_pos(packet);
        packet->counters.frame = ngx_webrtc_get16(packet->data
                                                  + packet->frame_pos);
    }

    ngx_webrtc_track_look(track, packet, p, rtp->payload_len);

    return NGX_OK;
}


/* the position of the first extension's value, behind a byte of its own */

static uint16_t
ngx_webrtc_track_frame_pos(const ngx_webrtc_packet_t *packet)
{
    const u_char  *p;

    p = packet->data + NGX_WEBRTC_RTP_HEADER_LEN;

    /* an element's head is one byte or two */

    return NGX_WEBRTC_RTP_HEADER_LEN + 4
           + ((ngx_webrtc_get16(p) == NGX_WEBRTC_EXT_ONE_BYTE) ? 1 : 2) + 1;
}


static void
ngx_webrtc_track_look(ngx_webrtc_track_t *track, ngx_webrtc_packet_t *packet,
    u_char *payload, size_t len)
{
    ngx_webrtc_codec_view_t  view;

    ngx_webrtc_codec_look(track->source->format.codec, payload, len, &view);

    packet->keyframe = view.keyframe;

    packet->picture_id_long = view.picture_id_long;
    packet->counters.picture_id = view.picture_id;
    packet->counters.tl0picidx = view.tl0picidx;

    packet->picture_id_pos = view.picture_id_pos
                             ? (uint16_t) (view.picture_id_pos - packet->data)
                             : 0;
    packet->tl0picidx_pos = view.tl0picidx_pos
                            ? (uint16_t) (view.tl0picidx_pos - packet->data)
                            : 0;

    packet->counted = (packet->frame_pos || packet->picture_id_pos
                       || packet->tl0picidx_pos);
}


ngx_int_t
ngx_webrtc_track_output(ngx_webrtc_track_t *track, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    ngx_queue_t                *q;
    ngx_webrtc_subscription_t  *sub;

    if (ngx_webrtc_forwards_output(track->source, now, out) == NGX_AGAIN) {
        return NGX_AGAIN;
    }

    if (ngx_queue_empty(&track->subs)) {
        return NGX_OK;
    }

    if (track->next) {
        q = &track->next->queue;

    } else {
        q = ngx_queue_head(&track->subs);
        track->round = track->ring.arrivals;
    }

    while (q != ngx_queue_sentinel(&track->subs)) {
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, queue);

        ngx_webrtc_track_prefetch(track, q);
        ngx_webrtc_shed_late(sub, track->next == sub, now);

        if (ngx_webrtc_subscription_output(sub, now, out) == NGX_AGAIN) {
            track->next = sub;
            return NGX_AGAIN;
        }

        q = ngx_queue_next(q);
    }

    track->next = NULL;

    /* packets that came while the round was interrupted */

    return (track->round == track->ring.arrivals) ? NGX_OK : NGX_BUSY;
}


/* with hundreds of subscribers each one is far away in memory */

static void
ngx_webrtc_track_prefetch(ngx_webrtc_track_t *track, ngx_queue_t *q)
{
    ngx_uint_t                  stage;
    ngx_webrtc_subscription_t  *sub;

    for (stage = 0; stage < NGX_WEBRTC_PREFETCH_STAGES; stage++) {
        q = ngx_queue_next(q);

        if (q == ngx_queue_sentinel(&track->subs)) {
            return;
        }

        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, queue);
        ngx_webrtc_subscription_prefetch(sub, stage);
    }
}


void
ngx_webrtc_track_want_key_frame(ngx_webrtc_track_t *track,
    ngx_webrtc_usec_t now)
{
    if (!track->source->video) {
        return;
    }

    ngx_webrtc_key_frame_want(&track->key_frame, now);
    ngx_webrtc_peer_wake(track->source->peer, track->key_frame.due);
}


uint64_t
ngx_webrtc_track_bit_rate(ngx_webrtc_track_t *track, ngx_webrtc_usec_t now)
{
    return ngx_webrtc_rate_get(&track->rate, now);
}
