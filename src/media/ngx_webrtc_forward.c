
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_media.h>


struct ngx_webrtc_forward_s {
    ngx_webrtc_source_t      *source;
    ngx_queue_t               queue;        /* of the source */

    ngx_webrtc_path_t         rtp;
    ngx_webrtc_path_t         rtcp;         /* port 0: none */
    ngx_str_t                 cname;
    ngx_int_t                 pt;
    uint32_t                  ssrc;

    ngx_webrtc_track_t       *track;        /* NULL: none began yet */
    ngx_webrtc_track_t       *target;       /* NULL: no switch */
    uint32_t                  cursor;       /* arrivals already dealt with */
    uint32_t                  target_cursor;

    ngx_webrtc_line_t         line;
    ngx_webrtc_stream_stats_t stats;

    unsigned                  bare:1;
    unsigned                  sends:1;      /* BYE was not said since */
    unsigned                  started:1;    /* in sync with the track */
};


#define ngx_webrtc_forward_is_on(forward)                                    \
    ((forward)->rtp.remote.port != 0)


static ngx_webrtc_track_t *ngx_webrtc_forward_best(
    ngx_webrtc_source_t *source);
static ngx_uint_t ngx_webrtc_forward_waits(
    const ngx_webrtc_forward_t *forward, const ngx_webrtc_track_t *track);
static ngx_int_t ngx_webrtc_forward_drain(ngx_webrtc_forward_t *forward,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
static ngx_webrtc_packet_t *ngx_webrtc_forward_peek(
    ngx_webrtc_forward_t *forward, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_forward_wants(ngx_webrtc_forward_t *forward,
    const ngx_webrtc_packet_t *packet);
static size_t ngx_webrtc_forward_len(const ngx_webrtc_forward_t *forward,
    const ngx_webrtc_packet_t *packet);
static size_t ngx_webrtc_forward_write(ngx_webrtc_forward_t *forward,
    const ngx_webrtc_packet_t *packet, u_char *p);
static ngx_int_t ngx_webrtc_forward_report(ngx_webrtc_forward_t *forward,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);


ngx_webrtc_forward_t *
ngx_webrtc_forward_create(ngx_webrtc_source_t *source,
    const ngx_webrtc_forward_conf_t *conf, ngx_webrtc_usec_t now)
{
    ngx_webrtc_forward_t  *forward;

    forward = ngx_calloc(sizeof(ngx_webrtc_forward_t),
                         source->peer->engine->log);
    if (forward == NULL) {
        return NULL;
    }

    forward->source = source;

    ngx_queue_insert_tail(&source->forwards, &forward->queue);

    if (source->mirror) {
        ngx_webrtc_mirror_use(source);
        ngx_webrtc_peer_wake(source->peer, now);
    }

    ngx_webrtc_forward_set(forward, conf, now);

    return forward;
}


void
ngx_webrtc_forward_set(ngx_webrtc_forward_t *forward,
    const ngx_webrtc_forward_conf_t *conf, ngx_webrtc_usec_t now)
{
    ngx_uint_t  other;

    other = !ngx_webrtc_addr_equal(&forward->rtp.remote, &conf->rtp);

    forward->rtp.remote = conf->rtp;
    forward->rtcp.remote = conf->rtcp;
    forward->cname = conf->cname;
    forward->pt = conf->pt;
    forward->bare = conf->bare;

    if (other && ngx_webrtc_forward_is_on(forward)) {
        forward->started = 0;

        ngx_webrtc_track_want_key_frame(
                             ngx_webrtc_forward_best(forward->source), now);
    }
}


void
ngx_webrtc_forward_destroy(ngx_webrtc_forward_t *forward)
{
    ngx_webrtc_source_t  *source;

    source = forward->source;

    ngx_queue_remove(&forward->queue);
    ngx_free(forward);

    if (source->mirror) {
        ngx_webrtc_mirror_leave(source);
    }
}


void
ngx_webrtc_forwards_cleanup(ngx_webrtc_source_t *source)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&source->forwards)) {
        q = ngx_queue_head(&source->forwards);
        ngx_webrtc_forward_destroy(
                             ngx_queue_data(q, ngx_webrtc_forward_t, queue));
    }
}


/* the highest layer that is being sent, or would be */

static ngx_webrtc_track_t *
ngx_webrtc_forward_best(ngx_webrtc_source_t *source)
{
    ngx_uint_t  i;

    for (i = source->ntracks; i > 0; i--) {
        if (source->tracks[i - 1].active) {
            return &source->tracks[i - 1];
        }
    }

    return &source->tracks[source->ntracks - 1];
}


void
ngx_webrtc_forwards_review(ngx_webrtc_source_t *source, ngx_webrtc_usec_t now)
{
    ngx_queue_t           *q;
    ngx_webrtc_track_t    *best;
    ngx_webrtc_forward_t  *forward;

    best = ngx_webrtc_forward_best(source);

    for (q = ngx_queue_head(&source->forwards);
         q != ngx_queue_sentinel(&source->forwards);
         q = ngx_queue_next(q))
    {
        forward = ngx_queue_data(q, ngx_webrtc_forward_t, queue);

        if (forward->track != best && ngx_webrtc_forward_is_on(forward)) {
            ngx_webrtc_track_want_key_frame(best, now);
        }
    }
}


void
ngx_webrtc_forwards_switch(ngx_webrtc_track_t *track)
{
    ngx_queue_t           *q;
    ngx_webrtc_source_t   *source;
    ngx_webrtc_forward_t  *forward;

    source = track->source;

    for (q = ngx_queue_head(&source->forwards);
         q != ngx_queue_sentinel(&source->forwards);
         q = ngx_queue_next(q))
    {
        forward = ngx_queue_data(q, ngx_webrtc_forward_t, queue);

        if (ngx_webrtc_forward_waits(forward, track)) {
            forward->target = track;
            forward->target_cursor = track->ring.arrivals - 1;
        }
    }
}


ngx_uint_t
ngx_webrtc_forwards_wait(ngx_webrtc_track_t *track)
{
    ngx_queue_t          *q;
    ngx_webrtc_source_t  *source;

    source = track->source;

    for (q = ngx_queue_head(&source->forwards);
         q != ngx_queue_sentinel(&source->forwards);
         q = ngx_queue_next(q))
    {
        if (ngx_webrtc_forward_waits(
                             ngx_queue_data(q, ngx_webrtc_forward_t, queue),
                             track))
        {
            return 1;
        }
    }

    return 0;
}


static ngx_uint_t
ngx_webrtc_forward_waits(const ngx_webrtc_forward_t *forward,
    const ngx_webrtc_track_t *track)
{
    if (forward->track == track || forward->target == track
        || !ngx_webrtc_forward_is_on(forward))
    {
        return 0;
    }

    /* anything is better than nothing */

    if (forward->track == NULL && forward->target == NULL) {
        return 1;
    }

    return track == ngx_webrtc_forward_best(forward->source);
}


ngx_int_t
ngx_webrtc_forwards_output(ngx_webrtc_source_t *source, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    ngx_queue_t           *q;
    ngx_webrtc_forward_t  *forward;

    for (q = ngx_queue_head(&source->forwards);
         q != ngx_queue_sentinel(&source->forwards);
         q = ngx_queue_next(q))
    {
        forward = ngx_queue_data(q, ngx_webrtc_forward_t, queue);

        if (!ngx_webrtc_forward_is_on(forward)) {

            /* it begins anew when it has an address */

            forward->track = NULL;
            forward->target = NULL;
            forward->started = 0;
            continue;
        }

        if (forward->track
            && ngx_webrtc_forward_drain(forward, now, out) != NGX_OK)
        {
            return NGX_AGAIN;
        }

        if (forward->target == NULL) {
            continue;
        }

        /* what there was of the other layer has gone out */

        forward->track = forward->target;
        forward->cursor = forward->target_cursor;
        forward->target = NULL;
        forward->started = 0;

        if (ngx_webrtc_forward_drain(forward, now, out) != NGX_OK) {
            return NGX_AGAIN;
        }
    }

    return NGX_OK;
}


/* runs of equal datagrams, see ngx_webrtc_subscription_output() */

static ngx_int_t
ngx_webrtc_forward_drain(ngx_webrtc_forward_t *forward, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    u_char               *p;
    size_t                len, run, segment;
    ngx_uint_t            segments;
    ngx_webrtc_packet_t  *packet;

    while ((packet = ngx_webrtc_forward_peek(forward, now)) != NULL) {

        run = 0;
        segments = 0;
        segment = ngx_webrtc_forward_len(forward, packet);

        p = ngx_webrtc_outbox_reserve(out, segment);
        if (p == NULL) {
            return NGX_AGAIN;
        }

        do {
            len = ngx_webrtc_forward_write(forward, packet, p + run);
            forward->cursor++;

            run += len;
            segments++;

            if (len < segment || segments == NGX_WEBRTC_SEGMENTS_MAX) {
                break;
            }

            packet = ngx_webrtc_forward_peek(forward, now);

        } while (packet
                 && ngx_webrtc_forward_len(forward, packet) <= segment
                 && run + segment <= NGX_WEBRTC_MESSAGE_MAX
                 && ngx_webrtc_outbox_reserve(out, run + segment));

        ngx_webrtc_outbox_commit(out, &forward->rtp, run, segment);
    }

    return NGX_OK;
}


/* the next packet to be sent; skips the others */

static ngx_webrtc_packet_t *
ngx_webrtc_forward_peek(ngx_webrtc_forward_t *forward, ngx_webrtc_usec_t now)
{
    uint32_t              skipped;
    ngx_webrtc_ring_t    *ring;
    ngx_webrtc_packet_t  *packet;
    ngx_webrtc_engine_t  *engine;

    ring = &forward->track->ring;
    engine = forward->source->peer->engine;

    skipped = ngx_webrtc_ring_late(ring, forward->cursor,
                                   engine->conf.max_delay, now);

    if (skipped) {
        forward->cursor += skipped;
        engine->stats.overrun_srtp += skipped;
        forward->started = 0;

        ngx_webrtc_track_want_key_frame(forward->track, now);
    }

    while (forward->cursor != ring->arrivals) {
        packet = ngx_webrtc_ring_get(ring, forward->cursor);

        if (ngx_webrtc_forward_wants(forward, packet)) {
            return packet;
        }

        if (!forward->started
            && forward->track->key_frame.due == NGX_WEBRTC_NEVER)
        {
            /* the one that was asked for came before we could send it */

            ngx_webrtc_track_want_key_frame(forward->track, now);
        }

        forward->cursor++;
    }

    return NULL;
}


static ngx_uint_t
ngx_webrtc_forward_wants(ngx_webrtc_forward_t *forward,
    const ngx_webrtc_packet_t *packet)
{
    int64_t             seq;
    ngx_webrtc_line_t  *line;

    line = &forward->line;

    seq = (int64_t) packet->seq + line->span.seq_offset;

    if (forward->started
        && seq - (int64_t) line->next_seq > NGX_WEBRTC_SEQUENCE_JUMP)
    {
        forward->started = 0;
    }

    if (forward->started) {
        return seq >= (int64_t) line->span.first;
    }

    if (!packet->keyframe) {
        return 0;
    }

    if (line->span.track == NULL) {

        /*
         * The publisher's own numbers to begin with: a receiver that goes on
         * while it is stopped and started again sees one stream.
         */

        forward->ssrc = forward->track->ssrc;
        line->next_seq = packet->seq;
    }

    ngx_webrtc_line_start(line, forward->track, packet,
                          forward->source->format.clock_rate);
    forward->started = 1;

    return 1;
}


static size_t
ngx_webrtc_forward_len(const ngx_webrtc_forward_t *forward,
    const ngx_webrtc_packet_t *packet)
{
    return forward->bare
           ? NGX_WEBRTC_RTP_HEADER_LEN + packet->len - packet->header_len
           : packet->len;
}


/* returns the length */

static size_t
ngx_webrtc_forward_write(ngx_webrtc_forward_t *forward,
    const ngx_webrtc_packet_t *packet, u_char *p)
{
    size_t                len, skip;
    uint64_t              seq;
    ngx_webrtc_rtp_t      rtp;
    ngx_webrtc_line_t    *line;
    ngx_webrtc_engine_t  *engine;

    line = &forward->line;
    engine = forward->source->peer->engine;

    seq = packet->seq + line->span.seq_offset;

    rtp.marker = packet->marker;
    rtp.extension = forward->bare ? 0 : packet->extension;
    rtp.padded = 0;
    rtp.pt = (forward->pt == NGX_WEBRTC_FORWARD_SAME_PT)
             ? forward->source->format.pt : (uint8_t) forward->pt;
    rtp.seq = (uint16_t) seq;
    rtp.timestamp = packet->timestamp + line->span.timestamp_offset;
    rtp.ssrc = forward->ssrc;

    len = ngx_webrtc_forward_len(forward, packet);
    skip = packet->len - len;

    ngx_webrtc_rtp_write(p, &rtp);
    ngx_memcpy(p + NGX_WEBRTC_RTP_HEADER_LEN,
               packet->data + NGX_WEBRTC_RTP_HEADER_LEN + skip,
               len - NGX_WEBRTC_RTP_HEADER_LEN);

    if (ngx_webrtc_span_needs_rewrite(&line->span, packet)) {
        ngx_webrtc_span_rewrite(&line->span, packet, p, -(ssize_t) skip);
    }

    if (seq >= line->next_seq) {
        ngx_webrtc_line_sent(line, packet);
    }

    forward->sends = 1;
    forward->stats.packets++;
    forward->stats.bytes += packet->len - packet->header_len;

    engine->stats.forwarded++;
    engine->stats.forwarded_bytes += len;

    return len;
}


/* sender reports, so that a receiver plays sound and picture together */

void
ngx_webrtc_forwards_report(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    ngx_queue_t           *q, *f;
    ngx_webrtc_source_t   *source;
    ngx_webrtc_forward_t  *forward;

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        for (f = ngx_queue_head(&source->forwards);
             f != ngx_queue_sentinel(&source->forwards);
             f = ngx_queue_next(f))
        {
            forward = ngx_queue_data(f, ngx_webrtc_forward_t, queue);

            if (ngx_webrtc_forward_report(forward, now, out) != NGX_OK) {
                out->dropped++;
                return;
            }
        }
    }
}


static ngx_int_t
ngx_webrtc_forward_report(ngx_webrtc_forward_t *forward,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    u_char                    *p, *end, *last;
    ngx_webrtc_track_t        *track;
    ngx_webrtc_rtcp_report_t   report;

    track = forward->track;

    if (forward->rtcp.remote.port == 0
        || !forward->started
        || !track->timed)
    {
        return NGX_OK;
    }

    p = ngx_webrtc_outbox_reserve(out, NGX_WEBRTC_RTCP_MAX);
    if (p == NULL) {
        return NGX_AGAIN;
    }

    last = p + NGX_WEBRTC_RTCP_MAX;

    report.ssrc = forward->ssrc;
    report.packets = (uint32_t) forward->stats.packets;
    report.octets = (uint32_t) forward->stats.bytes;

    ngx_webrtc_report_time(track, &forward->line.span, &report, now);

    end = ngx_webrtc_rtcp_write_sr(p, last, &report, NULL, 0);

    if (end) {
        end = ngx_webrtc_rtcp_write_sdes(end, last, forward->ssrc,
                                         &forward->cname);
    }

    if (end) {
        ngx_webrtc_outbox_commit(out, &forward->rtcp, end - p, 0);
    }

    return NGX_OK;
}


/* the sender has said that it is gone, or is gone */

void
ngx_webrtc_forwards_bye(ngx_webrtc_track_t *track, ngx_webrtc_outbox_t *out)
{
    u_char                *p, *end, *last;
    ngx_queue_t           *q;
    ngx_webrtc_source_t   *source;
    ngx_webrtc_forward_t  *forward;

    source = track->source;

    for (q = ngx_queue_head(&source->forwards);
         q != ngx_queue_sentinel(&source->forwards);
         q = ngx_queue_next(q))
    {
        forward = ngx_queue_data(q, ngx_webrtc_forward_t, queue);

        if (forward->rtcp.remote.port == 0
            || forward->track != track
            || !forward->sends)
        {
            continue;
        }

        forward->sends = 0;

        p = ngx_webrtc_outbox_reserve(out, NGX_WEBRTC_RTCP_MAX);
        if (p == NULL) {
            out->dropped++;
            return;
        }

        last = p + NGX_WEBRTC_RTCP_MAX;

        end = ngx_webrtc_rtcp_write_rr(p, last, forward->ssrc, NULL, 0);

        if (end) {
            end = ngx_webrtc_rtcp_write_sdes(end, last, forward->ssrc,
                                             &forward->cname);
        }

        if (end) {
            end = ngx_webrtc_rtcp_write_bye(end, last, &forward->ssrc, 1);
        }

        if (end) {
            ngx_webrtc_outbox_commit(out, &forward->rtcp, end - p, 0);
        }
    }
}
