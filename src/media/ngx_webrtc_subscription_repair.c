
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <core/ngx_webrtc_seq.h>
#include <media/ngx_webrtc_media.h>


/* the longest that a packet can have */
#define NGX_WEBRTC_PADDING          255


static ngx_uint_t ngx_webrtc_subscription_may_repair(
    ngx_webrtc_subscription_t *sub, uint64_t seq, ngx_webrtc_usec_t now);
static size_t ngx_webrtc_subscription_write_rtx(
    ngx_webrtc_subscription_t *sub, const ngx_webrtc_span_t *span,
    const ngx_webrtc_packet_t *packet, u_char *p, ngx_webrtc_usec_t now);
static size_t ngx_webrtc_subscription_write_padding(
    ngx_webrtc_subscription_t *sub, u_char *p, ngx_webrtc_usec_t now);


void
ngx_webrtc_subscription_repair(ngx_webrtc_subscription_t *sub, uint16_t seq16,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    u_char                   *p;
    size_t                    n;
    uint64_t                  seq;
    ngx_webrtc_packet_t      *packet;
    ngx_webrtc_transport_t   *transport;
    const ngx_webrtc_span_t  *span;

    sub->stats.nacks++;

    /* a packet with a transport-wide number is never sent as it was */

    if (sub->track == NULL || (sub->departures && sub->rtx_ssrc == 0)) {
        return;
    }

    seq = ngx_webrtc_seq16_extend(seq16, sub->line.next_seq);

    span = ngx_webrtc_line_find(&sub->line, seq);
    if (span == NULL) {
        return;
    }

    packet = ngx_webrtc_ring_find(&span->track->ring, seq - span->seq_offset);

    if (packet == NULL || !ngx_webrtc_subscription_may_repair(sub, seq, now)) {
        return;
    }

    transport = &sub->peer->transport;

    p = ngx_webrtc_outbox_reserve(out, packet->len + 2
                                       + NGX_WEBRTC_SRTP_TAG_MAX);
    if (p == NULL || !ngx_webrtc_transport_ready(transport)) {
        out->dropped++;
        return;
    }

    /* without RTX the same bytes go out again: identical, so safe with GCM */

    n = sub->rtx_ssrc
        ? ngx_webrtc_subscription_write_rtx(sub, span, packet, p, now)
        : ngx_webrtc_subscription_write(sub, span, packet, p, now);
    if (n == 0) {
        return;
    }

    ngx_webrtc_srtp_finish();
    ngx_webrtc_outbox_append(out, &transport->ice.selected->path, n);

    if (sub->rtx_ssrc) {

        /* write() has counted its own */

        sub->peer->engine->stats.sent_srtp++;
        sub->peer->engine->stats.sent_srtp_bytes += n;
    }

    sub->peer->sent_bytes += n;
    sub->stats.retransmitted++;
}


static ngx_uint_t
ngx_webrtc_subscription_may_repair(ngx_webrtc_subscription_t *sub,
    uint64_t seq, ngx_webrtc_usec_t now)
{
    ngx_webrtc_repair_t  *last;

    /* one NACK repeated in a burst is one repair; a flood is not served */

    if (sub->last_repairs == NULL) {
        sub->last_repairs = ngx_calloc(NGX_WEBRTC_REPAIRS
                                       * sizeof(ngx_webrtc_repair_t),
                                       sub->peer->engine->log);
        if (sub->last_repairs == NULL) {
            return 0;
        }
    }

    last = &sub->last_repairs[seq % NGX_WEBRTC_REPAIRS];

    if (last->seq == seq && last->sent + 10 * NGX_WEBRTC_MSEC > now) {
        return 0;
    }

    if (sub->repaired + NGX_WEBRTC_REPAIR_INTERVAL <= now) {
        sub->repaired = now;
        sub->repairs = 0;
    }

    if (sub->repairs == NGX_WEBRTC_REPAIR_MAX) {
        return 0;
    }

    sub->repairs++;

    last->seq = seq;
    last->sent = now;

    return 1;
}


static size_t
ngx_webrtc_subscription_write_rtx(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_span_t *span, const ngx_webrtc_packet_t *packet,
    u_char *p, ngx_webrtc_usec_t now)
{
    u_char            *pos;
    ngx_webrtc_rtp_t   rtp;

    rtp.marker = packet->marker;
    rtp.extension = packet->extension;
    rtp.padded = 0;
    rtp.pt = sub->format.rtx_pt;
    rtp.seq = (uint16_t) sub->rtx_seq;
    rtp.timestamp = packet->timestamp + span->timestamp_offset;
    rtp.ssrc = sub->rtx_ssrc;

    ngx_webrtc_rtp_write(p, &rtp);

    pos = ngx_cpymem(p + NGX_WEBRTC_RTP_HEADER_LEN,
                     packet->data + NGX_WEBRTC_RTP_HEADER_LEN,
                     packet->header_len - NGX_WEBRTC_RTP_HEADER_LEN);

    pos = ngx_webrtc_put16(pos, (uint32_t) (packet->seq + span->seq_offset));

    ngx_memcpy(pos, packet->data + packet->header_len,
               packet->len - packet->header_len);

    if (ngx_webrtc_span_needs_rewrite(span, packet)) {
        ngx_webrtc_span_rewrite(span, packet, p, 2);
    }

    if (sub->departures) {
        ngx_webrtc_subscription_number(sub, p, packet->header_len,
                                       packet->len + 2, now);
    }

    return ngx_webrtc_srtp_protect(sub->peer->transport.srtp_out, p,
                                   packet->header_len, packet->len + 2,
                                   (uint32_t) (sub->rtx_seq++ >> 16));
}


void
ngx_webrtc_subscription_pad(ngx_webrtc_subscription_t *sub, size_t size,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    u_char                  *p;
    size_t                   n, run;
    ngx_uint_t               i, count;
    ngx_webrtc_transport_t  *transport;

    transport = &sub->peer->transport;

    count = (size + NGX_WEBRTC_PADDING / 2) / NGX_WEBRTC_PADDING;
    count = ngx_min(count, NGX_WEBRTC_SEGMENTS_MAX);

    n = NGX_WEBRTC_RTP_HEADER_LEN + 8 + NGX_WEBRTC_PADDING
        + NGX_WEBRTC_SRTP_TAG_MAX;

    p = ngx_webrtc_outbox_reserve(out, count * n);

    if (p == NULL || !ngx_webrtc_transport_ready(transport)) {
        return;
    }

    run = 0;
    n = 0;

    for (i = 0; i < count; i++) {
        n = ngx_webrtc_subscription_write_padding(sub, p + run, now);
        if (n == 0) {
            break;
        }

        run += n;
    }

    if (run) {
        n = run / i;

        ngx_webrtc_outbox_commit(out, &transport->ice.selected->path, run, n);

        sub->peer->sent_bytes += run;
        sub->peer->engine->stats.sent_srtp += i;
        sub->peer->engine->stats.sent_srtp_bytes += run;
    }
}


static size_t
ngx_webrtc_subscription_write_padding(ngx_webrtc_subscription_t *sub,
    u_char *p, ngx_webrtc_usec_t now)
{
    size_t             header_len, len;
    u_char            *pos;
    ngx_webrtc_rtp_t   rtp;

    rtp.marker = 0;
    rtp.extension = 1;
    rtp.padded = 1;
    rtp.pt = sub->format.rtx_pt;
    rtp.seq = (uint16_t) sub->rtx_seq;
    rtp.timestamp = sub->line.timestamp;
    rtp.ssrc = sub->rtx_ssrc;

    pos = ngx_webrtc_rtp_write(p, &rtp);
    pos = ngx_webrtc_rtp_ext_reserve(pos, pos, pos + 8);

    header_len = pos - p;
    len = header_len + NGX_WEBRTC_PADDING;

    ngx_memzero(pos, NGX_WEBRTC_PADDING);
    p[len - 1] = NGX_WEBRTC_PADDING;

    ngx_webrtc_subscription_number(sub, p, header_len, len, now);

    return ngx_webrtc_srtp_protect(sub->peer->transport.srtp_out, p,
                                   header_len, len,
                                   (uint32_t) (sub->rtx_seq++ >> 16));
}
