
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_random.h>
#include <media/ngx_webrtc_media.h>


/*
 * Messages and bytes of a fan-out; then others have their turn, HTTP among
 * them.  SHA-1 is fast for so many, and from what was written to what is sent
 * the fastest cache remembers them.
 */
#define NGX_WEBRTC_SUBSCRIPTION_SLICE  16
#define NGX_WEBRTC_SUBSCRIPTION_BYTES  (32 * 1024)


static ngx_webrtc_packet_t *ngx_webrtc_subscription_peek(
    ngx_webrtc_subscription_t *sub, ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_subscription_wants(
    ngx_webrtc_subscription_t *sub, ngx_webrtc_packet_t *packet);
static void ngx_webrtc_subscription_estimate(ngx_webrtc_subscription_t *sub);


ngx_webrtc_subscription_t *
ngx_webrtc_subscription_create(ngx_webrtc_peer_t *peer,
    ngx_webrtc_source_t *source, const ngx_webrtc_subscription_conf_t *conf,
    ngx_webrtc_usec_t now)
{
    uint32_t                    random[4];
    ngx_webrtc_subscription_t  *sub;

    if (peer->distant) {
        return ngx_webrtc_distant_subscribe(peer, source, conf);
    }

    if (ngx_webrtc_random_bytes(random, sizeof(random)) != NGX_OK) {
        return NULL;
    }

    sub = ngx_calloc(sizeof(ngx_webrtc_subscription_t) + conf->cname.len,
                     peer->engine->log);
    if (sub == NULL) {
        return NULL;
    }

    sub->peer = peer;
    sub->source = source;
    sub->format = conf->format;
    sub->ssrc = conf->ssrc;
    sub->rtx_ssrc = conf->format.rtx_pt ? conf->rtx_ssrc : 0;
    sub->cname.len = conf->cname.len;
    sub->cname.data = (u_char *) &sub[1];
    ngx_memcpy(sub->cname.data, conf->cname.data, conf->cname.len);
    sub->video = source->video;
    sub->layer = conf->layer;
    sub->cap = NGX_WEBRTC_LAYERS - 1;
    sub->told = NGX_WEBRTC_LAYER_NONE;
    sub->paused = conf->paused;
    sub->handler = conf->handler;
    sub->data = conf->data;

    /*
     * Random beginnings (RFC 3550 5.1), in the lower half, so that the first
     * roll-over cannot come before the receiver has seen a packet.
     */

    sub->line.next_seq = (random[0] & 0x7fff) + 1;
    sub->rtx_seq = (random[1] & 0x7fff) + 1;
    sub->line.span.timestamp_offset = random[2];

    ngx_webrtc_subscription_estimate(sub);
    ngx_webrtc_adapt_begin(sub, now);

    sub->key.peer = peer->number;
    sub->key.ssrc = sub->ssrc;

    ngx_webrtc_hash_add(&peer->engine->ssrcs, &sub->node, &sub->key,
                        sizeof(ngx_webrtc_ssrc_key_t));

    ngx_queue_insert_tail(&source->subs, &sub->source_queue);
    ngx_queue_insert_tail(&peer->subscriptions, &sub->peer_queue);

    if (source->mirror) {
        ngx_webrtc_mirror_use(source);
    }

    ngx_webrtc_subscription_review(sub, 0, now);

    return sub;
}


/* without memory for it there is no estimate, and nobody misses a packet */

static void
ngx_webrtc_subscription_estimate(ngx_webrtc_subscription_t *sub)
{
    ngx_webrtc_peer_t    *peer;
    ngx_webrtc_engine_t  *engine;

    peer = sub->peer;
    engine = peer->engine;

    if (peer->bandwidth == NULL) {
        peer->bandwidth = ngx_webrtc_bandwidth_create(
                                           engine->conf.max_receive_bit_rate,
                                           engine->log);
        if (peer->bandwidth == NULL) {
            return;
        }
    }

    /*
     * What may be resent as it was must stay as it was: a new number in it
     * would be another plaintext under the same SRTP index.
     */

    if (!sub->format.twcc || (sub->format.nack && sub->rtx_ssrc == 0)) {
        return;
    }

    sub->departures = ngx_webrtc_bandwidth_departures(peer->bandwidth,
                                                      engine->log);
    sub->twcc_id = peer->exts.ids[NGX_WEBRTC_EXT_TWCC];
}


void
ngx_webrtc_subscription_destroy(ngx_webrtc_subscription_t *sub)
{
    ngx_webrtc_source_t  *source;

    if (sub->peer->distant) {
        ngx_webrtc_distant_unsubscribe(sub);
        return;
    }

    source = sub->source;

    ngx_webrtc_peer_add_stats(&sub->peer->past, sub);

    ngx_webrtc_subscription_detach(sub);
    ngx_webrtc_adapt_end(sub);

    ngx_webrtc_hash_remove(&sub->peer->engine->ssrcs, &sub->node);
    ngx_queue_remove(&sub->source_queue);
    ngx_queue_remove(&sub->peer_queue);

    if (sub->last_repairs) {
        ngx_free(sub->last_repairs);
    }

    ngx_free(sub);

    if (source->mirror) {
        ngx_webrtc_mirror_leave(source);
    }
}


/*
 * Writes what this subscriber has not got yet, in runs of equal datagrams
 * that the kernel can split.  NGX_AGAIN: the outbox has all that goes into a
 * slice.
 */

ngx_int_t
ngx_webrtc_subscription_output(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    u_char                  *p;
    size_t                   n, tag, run, segment;
    ngx_uint_t               segments;
    ngx_webrtc_packet_t     *packet;
    ngx_webrtc_transport_t  *transport;

    transport = &sub->peer->transport;

    if (!ngx_webrtc_transport_ready(transport)) {
        sub->cursor = sub->track->ring.arrivals;
        return NGX_OK;
    }

    tag = ngx_webrtc_srtp_tag_len(transport->srtp_out);

    while ((packet = ngx_webrtc_subscription_peek(sub, now)) != NULL) {

        run = 0;
        segments = 0;
        segment = packet->len + tag;

        p = ngx_webrtc_outbox_reserve(out, segment);

        if (p == NULL || out->nmessages >= NGX_WEBRTC_SUBSCRIPTION_SLICE
            || out->pos - out->start >= NGX_WEBRTC_SUBSCRIPTION_BYTES)
        {
            return NGX_AGAIN;
        }

        do {
            n = ngx_webrtc_subscription_write(sub, &sub->line.span, packet,
                                              p + run, now);
            sub->cursor++;

            if (n == 0) {
                break;
            }

            run += n;
            segments++;

            if (n < segment || segments == NGX_WEBRTC_SEGMENTS_MAX) {
                break;
            }

            packet = ngx_webrtc_subscription_peek(sub, now);

        } while (packet && packet->len + tag <= segment
                 && run + segment <= NGX_WEBRTC_MESSAGE_MAX
                 && ngx_webrtc_outbox_reserve(out, run + segment));

        if (run) {
            ngx_webrtc_outbox_commit(out, &transport->ice.selected->path, run,
                                     segment);
            sub->peer->sent_bytes += run;
        }
    }

    return NGX_OK;
}


void
ngx_webrtc_subscription_prefetch(ngx_webrtc_subscription_t *sub,
    ngx_uint_t stage)
{
    ngx_webrtc_transport_t  *transport;

    if (stage == 3) {
        ngx_webrtc_prefetch_range(sub, offsetof(ngx_webrtc_subscription_t,
                                                source));
        return;
    }

    transport = &sub->peer->transport;

    switch (stage) {

    case 2:
        ngx_webrtc_prefetch(sub->peer);
        ngx_webrtc_prefetch(&transport->ice.selected);
        ngx_webrtc_prefetch(&transport->state);
        ngx_webrtc_prefetch(sub->departures);
        break;

    case 1:
        ngx_webrtc_prefetch(transport->ice.selected);
        ngx_webrtc_prefetch(transport->srtp_out);

        if (sub->departures) {
            ngx_webrtc_prefetch(ngx_webrtc_departures_next(sub->departures));
        }

        break;

    case 0:
        if (transport->srtp_out) {
            ngx_webrtc_srtp_prefetch(transport->srtp_out);
        }

        break;
    }
}


/* video goes on with a key frame and without a hole in its numbers */

void
ngx_webrtc_subscription_skip(ngx_webrtc_subscription_t *sub, uint32_t packets,
    ngx_webrtc_usec_t now)
{
    sub->cursor += packets;
    sub->peer->engine->stats.overrun_srtp += packets;

    if (sub->video) {
        sub->started = 0;
        ngx_webrtc_track_want_key_frame(sub->track, now);
    }
}


/* the next packet that this subscriber should get; skips the others */

static ngx_webrtc_packet_t *
ngx_webrtc_subscription_peek(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_ring_t    *ring;
    ngx_webrtc_packet_t  *packet;

    ring = &sub->track->ring;

    while (sub->cursor != ring->arrivals) {
        packet = ngx_webrtc_ring_get(ring, sub->cursor);

        if (ngx_webrtc_subscription_wants(sub, packet)) {
            return packet;
        }

        if (!sub->started
            && sub->track->key_frame.due == NGX_WEBRTC_NEVER)
        {
            /* the one that was asked for came before we could send it */

            ngx_webrtc_track_want_key_frame(sub->track, now);
        }

        sub->peer->engine->stats.overrun_srtp += sub->left_out;
        sub->cursor++;
    }

    return NULL;
}


static ngx_uint_t
ngx_webrtc_subscription_wants(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_packet_t *packet)
{
    int64_t             ahead;
    ngx_webrtc_line_t  *line;

    line = &sub->line;

    if (sub->started) {
        ahead = (int64_t) (packet->seq + line->span.seq_offset
                           - line->next_seq);

        if (ahead > NGX_WEBRTC_SEQUENCE_JUMP) {
            sub->started = 0;
        }
    }

    if (!sub->started) {

        if (!packet->keyframe || sub->left_out) {
            return 0;
        }

        sub->started = 1;

        ngx_webrtc_line_start(line, sub->track, packet,
                              sub->format.clock_rate);
    }

    /* what is older than the key frame is not sent */

    return (int64_t) (packet->seq + line->span.seq_offset)
           >= (int64_t) line->span.first;
}


/*
 * Of the subscription's line; returns the length, 0 on failure.  It is
 * protected with the next ngx_webrtc_srtp_finish().
 */

size_t
ngx_webrtc_subscription_write(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_span_t *span, const ngx_webrtc_packet_t *packet,
    u_char *p, ngx_webrtc_usec_t now)
{
    size_t                 n;
    uint64_t               seq;
    ngx_webrtc_rtp_t       rtp;
    ngx_webrtc_engine_t   *engine;

    seq = packet->seq + span->seq_offset;

    if (seq >= sub->line.next_seq) {
        ngx_webrtc_line_sent(&sub->line, packet);
    }

    rtp.marker = packet->marker;
    rtp.extension = packet->extension;
    rtp.padded = 0;
    rtp.pt = sub->format.pt;
    rtp.seq = (uint16_t) seq;
    rtp.timestamp = packet->timestamp + span->timestamp_offset;
    rtp.ssrc = sub->ssrc;

    ngx_webrtc_rtp_write(p, &rtp);
    ngx_memcpy(p + NGX_WEBRTC_RTP_HEADER_LEN,
               packet->data + NGX_WEBRTC_RTP_HEADER_LEN,
               packet->len - NGX_WEBRTC_RTP_HEADER_LEN);

    if (ngx_webrtc_span_needs_rewrite(span, packet)) {
        ngx_webrtc_span_rewrite(span, packet, p, 0);
    }

    if (sub->departures) {
        ngx_webrtc_subscription_number(sub, p, packet->header_len,
                                       packet->len, now);
    }

    n = ngx_webrtc_srtp_protect_later(sub->peer->transport.srtp_out, p,
                                      packet->header_len, packet->len,
                                      (uint32_t) (seq >> 16));
    if (n == 0) {
        return 0;
    }

    sub->stats.packets++;
    sub->stats.bytes += packet->len - packet->header_len;

    engine = sub->peer->engine;
    engine->stats.sent_srtp++;
    engine->stats.sent_srtp_bytes += n;

    return n;
}


void
ngx_webrtc_subscription_number(ngx_webrtc_subscription_t *sub, u_char *p,
    size_t header_len, size_t len, ngx_webrtc_usec_t now)
{
    uint16_t  seq;

    seq = ngx_webrtc_departures_add(sub->departures, len, now);

    ngx_webrtc_rtp_ext_put_twcc(p + NGX_WEBRTC_RTP_HEADER_LEN, p + header_len,
                                sub->twcc_id, seq);
}
