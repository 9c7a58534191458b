
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* RTCP of a peer, as it goes out */


#include <media/ngx_webrtc_media.h>


#define NGX_WEBRTC_REPORT_NACKS     64


static void ngx_webrtc_report_receivers(ngx_webrtc_peer_t *peer,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
static void ngx_webrtc_report_senders(ngx_webrtc_peer_t *peer,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
static u_char *ngx_webrtc_report_sender(ngx_webrtc_subscription_t *sub,
    u_char *p, u_char *last, ngx_webrtc_usec_t now);
static void ngx_webrtc_report_repair(ngx_webrtc_track_t *track,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
static void ngx_webrtc_report_arrivals(ngx_webrtc_peer_t *peer,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
static uint32_t ngx_webrtc_report_media(ngx_webrtc_peer_t *peer);
static u_char *ngx_webrtc_report_begin(ngx_webrtc_outbox_t *out,
    u_char **last);
static void ngx_webrtc_report_send(ngx_webrtc_peer_t *peer, u_char *start,
    u_char *p, ngx_webrtc_outbox_t *out);


ngx_webrtc_usec_t
ngx_webrtc_report_expires(ngx_webrtc_peer_t *peer)
{
    ngx_uint_t            i;
    ngx_queue_t          *q;
    ngx_webrtc_track_t   *track;
    ngx_webrtc_usec_t     expires;
    ngx_webrtc_source_t  *source;

    expires = ngx_webrtc_adapt_expires(peer);
    expires = ngx_min(expires, peer->report_due);

    if (peer->arrivals) {
        expires = ngx_min(expires, peer->arrivals->due);
    }

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        for (i = 0; i < source->ntracks; i++) {
            track = &source->tracks[i];

            expires = ngx_min(expires, track->nack.due);

            if (track->ssrc) {
                expires = ngx_min(expires, track->key_frame.due);
            }
        }
    }

    return expires;
}


void
ngx_webrtc_report_tick(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    ngx_uint_t            i;
    ngx_queue_t          *q;
    ngx_webrtc_source_t  *source;

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        for (i = 0; i < source->ntracks; i++) {
            ngx_webrtc_report_repair(&source->tracks[i], now, out);
        }
    }

    if (peer->arrivals && peer->arrivals->due <= now) {
        ngx_webrtc_report_arrivals(peer, now, out);
    }

    ngx_webrtc_adapt_tick(peer, now, out);

    if (peer->report_due <= now) {
        peer->report_due = now + NGX_WEBRTC_REPORT_INTERVAL;

        if (peer->bandwidth) {
            ngx_webrtc_bandwidth_check(peer->bandwidth, now);
        }

        ngx_webrtc_report_receivers(peer, now, out);
        ngx_webrtc_report_senders(peer, now, out);
        ngx_webrtc_forwards_report(peer, now, out);

        ngx_webrtc_srtp_in_rest(peer->transport.srtp_in);
        ngx_webrtc_srtp_out_rest(peer->transport.srtp_out);
    }
}


/* NACK and PLI of one track */

static void
ngx_webrtc_report_repair(ngx_webrtc_track_t *track, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    u_char             *p, *start, *last, *end;
    uint16_t            seqs[NGX_WEBRTC_REPORT_NACKS];
    ngx_uint_t          n, written, given_up;
    ngx_webrtc_peer_t  *peer;

    if (track->nack.due > now && track->key_frame.due > now) {
        return;
    }

    if (track->ssrc == 0) {

        /* nobody to ask; the first packet wakes us */

        return;
    }

    peer = track->source->peer;

    start = ngx_webrtc_report_begin(out, &last);
    if (start == NULL) {
        return;
    }

    p = start;
    given_up = 0;

    n = ngx_webrtc_nack_request(&track->nack, seqs, NGX_WEBRTC_REPORT_NACKS,
                                now, &given_up);

    if (given_up) {
        ngx_webrtc_track_want_key_frame(track, now);
    }

    if (n) {
        end = ngx_webrtc_rtcp_write_nack(p, last, peer->ssrc, track->ssrc,
                                         seqs, n, &written);
        if (end) {
            p = end;
            track->stats.nacks += written;
        }
    }

    if (ngx_webrtc_key_frame_request(&track->key_frame, now)) {
        end = ngx_webrtc_rtcp_write_pli(p, last, peer->ssrc, track->ssrc);
        if (end) {
            p = end;
            track->stats.key_frame_requests++;
        }
    }

    ngx_webrtc_report_send(peer, start, p, out);
}


static void
ngx_webrtc_report_arrivals(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    u_char                *p, *start, *last;
    uint32_t               media;

    media = ngx_webrtc_report_media(peer);

    do {
        start = ngx_webrtc_report_begin(out, &last);
        if (start == NULL) {
            return;
        }

        p = ngx_webrtc_arrivals_write(peer->arrivals, start, last, peer->ssrc,
                                      media, now);
        if (p == NULL) {
            return;
        }

        ngx_webrtc_report_send(peer, start, p, out);

    } while (peer->arrivals->count);
}


/* libwebrtc takes TWCC that names one of its streams, whichever */

static uint32_t
ngx_webrtc_report_media(ngx_webrtc_peer_t *peer)
{
    ngx_uint_t            i;
    ngx_queue_t          *q;
    ngx_webrtc_source_t  *source;

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        for (i = 0; i < source->ntracks; i++) {
            if (source->tracks[i].ssrc) {
                return source->tracks[i].ssrc;
            }
        }
    }

    return 0;
}


/* RR on what the peer publishes, with the REMB that caps it */

static void
ngx_webrtc_report_receivers(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    u_char                   *p, *start, *last;
    uint32_t                  ssrcs[NGX_WEBRTC_RTCP_BLOCKS_MAX];
    ngx_uint_t                i, n, nvideo;
    ngx_queue_t              *q;
    ngx_webrtc_track_t       *track;
    ngx_webrtc_source_t      *source;
    ngx_webrtc_rtcp_block_t   blocks[NGX_WEBRTC_RTCP_BLOCKS_MAX];

    n = 0;
    nvideo = 0;

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        for (i = 0;
             i < source->ntracks && n < NGX_WEBRTC_RTCP_BLOCKS_MAX;
             i++)
        {
            track = &source->tracks[i];

            if (track->ssrc == 0 || track->highest == 0) {
                continue;
            }

            ngx_webrtc_report_make_block(track, &blocks[n++], now);

            if (source->video && source->format.remb) {
                ssrcs[nvideo++] = track->ssrc;
            }
        }
    }

    if (n == 0) {
        return;
    }

    start = ngx_webrtc_report_begin(out, &last);
    if (start == NULL) {
        return;
    }

    p = ngx_webrtc_rtcp_write_rr(start, last, peer->ssrc, blocks, n);

    if (p && nvideo && peer->bit_rate) {
        p = ngx_webrtc_rtcp_write_remb(p, last, peer->ssrc, peer->bit_rate,
                                       ssrcs, nvideo);
    }

    if (p) {
        ngx_webrtc_report_send(peer, start, p, out);
    }
}


void
ngx_webrtc_report_make_block(ngx_webrtc_track_t *track,
    ngx_webrtc_rtcp_block_t *block, ngx_webrtc_usec_t now)
{
    int64_t   lost;
    uint64_t  expected, expected_interval, received_interval;

    /*
     * RFC 3550 A.3.  Repaired packets count as lost: without TWCC this is how
     * a sender learns of congestion.
     */

    expected = track->highest - track->first + 1 - track->skipped;
    lost = (int64_t) (expected - track->received);

    expected_interval = expected - track->expected_prior;
    received_interval = track->received - track->received_prior;

    track->expected_prior = expected;
    track->received_prior = track->received;

    block->ssrc = track->ssrc;
    block->highest = (uint32_t) (track->highest - 0x10000);
    block->jitter = track->jitter >> 4;
    block->lost = (int32_t) ngx_max(ngx_min(lost, 0x7fffff), -0x800000);

    block->fraction = (expected_interval > received_interval)
                      ? (uint8_t) (((expected_interval - received_interval)
                                    * 255) / expected_interval)
                      : 0;

    if (track->sr_ntp) {
        block->lsr = ngx_webrtc_ntp_middle(track->sr_ntp);
        block->dlsr = (uint32_t) (((now - track->sr_arrival) << 16)
                                  / NGX_WEBRTC_SEC);
    } else {
        block->lsr = 0;
        block->dlsr = 0;
    }
}


/* SR and SDES for what is sent to the peer */

static void
ngx_webrtc_report_senders(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    u_char                     *p, *start, *last, *end;
    ngx_queue_t                *q;
    ngx_webrtc_subscription_t  *sub;

    p = NULL;
    start = NULL;
    last = NULL;

    for (q = ngx_queue_head(&peer->subscriptions);
         q != ngx_queue_sentinel(&peer->subscriptions);
         q = ngx_queue_next(q))
    {
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, peer_queue);

        /* a switch that has sent nothing yet has no timestamps either */

        if (sub->track == NULL || sub->line.span.track != sub->track
            || !sub->track->timed)
        {
            continue;
        }

        /* who sends nothing is no sender: RFC 3550, 6.4 */

        if (sub->stats.packets == sub->reported_packets) {
            continue;
        }

        for ( ;; ) {

            if (start == NULL) {
                start = ngx_webrtc_report_begin(out, &last);
                if (start == NULL) {
                    return;
                }

                p = start;
            }

            end = ngx_webrtc_report_sender(sub, p, last, now);

            if (end) {
                p = end;
                break;
            }

            /* full: send it and begin another, unless that is no help */

            if (p == start) {
                return;
            }

            ngx_webrtc_report_send(peer, start, p, out);
            start = NULL;
        }
    }

    if (start) {
        ngx_webrtc_report_send(peer, start, p, out);
    }
}


/* returns the end, or NULL when it does not fit */

static u_char *
ngx_webrtc_report_sender(ngx_webrtc_subscription_t *sub, u_char *p,
    u_char *last, ngx_webrtc_usec_t now)
{
    ngx_webrtc_rtcp_report_t  report;

    report.ssrc = sub->ssrc;
    report.packets = (uint32_t) sub->stats.packets;
    report.octets = (uint32_t) sub->stats.bytes;

    ngx_webrtc_report_time(sub->track, &sub->line.span, &report, now);

    p = ngx_webrtc_rtcp_write_sr(p, last, &report, NULL, 0);

    if (p) {
        p = ngx_webrtc_rtcp_write_sdes(p, last, sub->ssrc, &sub->cname);
    }

    if (p) {
        sub->reported_packets = sub->stats.packets;
    }

    return p;
}


void
ngx_webrtc_report_time(const ngx_webrtc_track_t *track,
    const ngx_webrtc_span_t *span, ngx_webrtc_rtcp_report_t *report,
    ngx_webrtc_usec_t now)
{
    int64_t               age;
    ngx_webrtc_source_t  *source;

    source = track->source;

    /* since the publisher's last report, and by its clock */

    age = (int64_t) now - track->sr_time;

    report->ntp = ngx_webrtc_ntp(now + source->peer->engine->wall_offset);
    report->timestamp = track->sr_timestamp + span->timestamp_offset
                        + (uint32_t) (age
                                      * (int64_t) source->format.clock_rate
                                      / (int64_t) NGX_WEBRTC_SEC);
}


static u_char *
ngx_webrtc_report_begin(ngx_webrtc_outbox_t *out, u_char **last)
{
    u_char  *p;

    p = ngx_webrtc_outbox_reserve(out, NGX_WEBRTC_RTCP_MAX
                                       + NGX_WEBRTC_SRTCP_TAG_MAX);
    if (p == NULL) {
        out->dropped++;
        return NULL;
    }

    *last = p + NGX_WEBRTC_RTCP_MAX;

    return p;
}


static void
ngx_webrtc_report_send(ngx_webrtc_peer_t *peer, u_char *start, u_char *p,
    ngx_webrtc_outbox_t *out)
{
    if (p == start) {
        return;
    }

    peer->sent_bytes += ngx_webrtc_transport_send_rtcp(&peer->transport,
                                                       start, p - start, out);
}
