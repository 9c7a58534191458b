
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* RTCP of a peer, as it comes in */


#include <media/ngx_webrtc_media.h>


/* a publisher's NTP clock that is further off than this has been set */
#define NGX_WEBRTC_REPORT_LEAP      (5 * (int64_t) NGX_WEBRTC_SEC)


static void ngx_webrtc_report_read(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_rtcp_t *rtcp, ngx_webrtc_usec_t now);
static void ngx_webrtc_report_bye(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_rtcp_t *rtcp, ngx_webrtc_outbox_t *out);
static ngx_webrtc_track_t *ngx_webrtc_report_track(ngx_webrtc_peer_t *peer,
    uint32_t ssrc);
static int64_t ngx_webrtc_report_moment(ngx_webrtc_peer_t *peer, uint64_t ntp,
    ngx_webrtc_usec_t now);
static uint64_t ngx_webrtc_report_block(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_rtcp_block_t *block, ngx_webrtc_usec_t now);
static void ngx_webrtc_report_feedback(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_rtcp_t *rtcp, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out);
static ngx_webrtc_subscription_t *ngx_webrtc_report_find(
    ngx_webrtc_peer_t *peer, uint32_t ssrc);


void
ngx_webrtc_report_input(ngx_webrtc_peer_t *peer, u_char *pos, u_char *last,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    ngx_webrtc_rtcp_t  rtcp;

    /* a compound with a lie in it is dropped whole */

    if (ngx_webrtc_rtcp_check(pos, last) != NGX_OK) {
        peer->engine->stats.dropped_rtp++;
        return;
    }

    while (ngx_webrtc_rtcp_next(&pos, last, &rtcp) == NGX_OK) {

        switch (rtcp.kind) {

        case NGX_WEBRTC_RTCP_SR:
        case NGX_WEBRTC_RTCP_RR:
            ngx_webrtc_report_read(peer, &rtcp, now);
            break;

        case NGX_WEBRTC_RTCP_NACK:
        case NGX_WEBRTC_RTCP_PLI:
        case NGX_WEBRTC_RTCP_FIR:
            ngx_webrtc_report_feedback(peer, &rtcp, now, out);
            break;

        case NGX_WEBRTC_RTCP_TWCC:
            if (peer->bandwidth) {
                ngx_webrtc_bandwidth_feedback(peer->bandwidth, &rtcp,
                                              peer->round_trip, now);
                ngx_webrtc_adapt_heard(peer, now);
            }

            break;

        case NGX_WEBRTC_RTCP_REMB:
            if (peer->bandwidth) {
                ngx_webrtc_bandwidth_remb(peer->bandwidth, &rtcp);
            }

            break;

        case NGX_WEBRTC_RTCP_BYE:
            ngx_webrtc_report_bye(peer, &rtcp, out);
            break;

        default:
            break;
        }
    }
}


/* who gets the plain stream may wait for more of it otherwise */

static void
ngx_webrtc_report_bye(ngx_webrtc_peer_t *peer, const ngx_webrtc_rtcp_t *rtcp,
    ngx_webrtc_outbox_t *out)
{
    ngx_uint_t              i;
    ngx_webrtc_track_t     *track;
    ngx_webrtc_rtcp_bye_t   bye;

    if (ngx_webrtc_rtcp_parse_bye(rtcp, &bye) != NGX_OK) {
        return;
    }

    for (i = 0; i < bye.nssrcs; i++) {
        track = ngx_webrtc_report_track(peer,
                                        ngx_webrtc_rtcp_ssrc(bye.ssrcs, i));

        /* of layers another one takes its place */

        if (track && track->source->ntracks == 1) {
            ngx_webrtc_forwards_bye(track, out);

            if (peer->resident) {
                ngx_webrtc_resident_bye(track->source);
            }
        }
    }
}


static void
ngx_webrtc_report_read(ngx_webrtc_peer_t *peer, const ngx_webrtc_rtcp_t *rtcp,
    ngx_webrtc_usec_t now)
{
    uint64_t                   n, expected, lost;
    ngx_uint_t                 i;
    ngx_webrtc_track_t        *track;
    ngx_webrtc_rtcp_block_t    block;
    ngx_webrtc_rtcp_report_t   report;

    if (ngx_webrtc_rtcp_parse_report(rtcp, &report) != NGX_OK) {
        return;
    }

    expected = 0;
    lost = 0;

    for (i = 0; i < report.nblocks; i++) {
        ngx_webrtc_rtcp_parse_block(&report, i, &block);

        n = ngx_webrtc_report_block(peer, &block, now);

        expected += n;
        lost += n * block.fraction / 256;
    }

    if (peer->bandwidth) {
        ngx_webrtc_bandwidth_report(peer->bandwidth, expected, lost,
                                    peer->sent_bytes, now);
    }

    if (rtcp->kind != NGX_WEBRTC_RTCP_SR) {
        return;
    }

    track = ngx_webrtc_report_track(peer, report.ssrc);

    if (track) {
        ngx_webrtc_report_set(track, &report, now);
    }
}


void
ngx_webrtc_report_set(ngx_webrtc_track_t *track,
    const ngx_webrtc_rtcp_report_t *report, ngx_webrtc_usec_t now)
{
    if (report->ntp == 0) {

        /* who has no clock says so (RFC 3550 6.4.1) */

        return;
    }

    track->sr_ntp = report->ntp;
    track->sr_arrival = now;
    track->sr_timestamp = report->timestamp;
    track->sr_time = ngx_webrtc_report_moment(track->source->peer,
                                              report->ntp, now);
    track->timed = 1;
}


static ngx_webrtc_track_t *
ngx_webrtc_report_track(ngx_webrtc_peer_t *peer, uint32_t ssrc)
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
            if (source->tracks[i].ssrc == ssrc) {
                return &source->tracks[i];
            }
        }
    }

    return NULL;
}


/* a moment of the publisher's NTP clock by ours */

static int64_t
ngx_webrtc_report_moment(ngx_webrtc_peer_t *peer, uint64_t ntp,
    ngx_webrtc_usec_t now)
{
    int64_t  usec, off;

    usec = (int64_t) ((ntp >> 32) * NGX_WEBRTC_SEC
                      + (((ntp & 0xffffffff) * NGX_WEBRTC_SEC) >> 32));

    /*
     * One constant for all tracks of this publisher: what it meant to be
     * simultaneous stays so at the receivers.
     */

    off = (int64_t) now - usec - peer->ntp_delta;

    if (peer->ntp_delta == 0
        || off > NGX_WEBRTC_REPORT_LEAP || off < -NGX_WEBRTC_REPORT_LEAP)
    {
        peer->ntp_delta = (int64_t) now - usec;
    }

    return usec + peer->ntp_delta;
}


/* returns how many packets the receiver has expected since the last one */

static uint64_t
ngx_webrtc_report_block(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_rtcp_block_t *block, ngx_webrtc_usec_t now)
{
    uint32_t                    rtt, middle, expected;
    ngx_webrtc_subscription_t  *sub;

    sub = ngx_webrtc_report_find(peer, block->ssrc);
    if (sub == NULL) {
        return 0;
    }

    if (sub->source->peer->plain) {
        ngx_webrtc_plain_heard(sub, block, now);
    }

    sub->reported_lost = (block->lost > 0) ? (uint32_t) block->lost : 0;

    expected = sub->reported_highest ? block->highest - sub->reported_highest
                                     : 0;
    sub->reported_highest = block->highest;

    /* a lie, or a new beginning */

    if (expected > 0xffff) {
        expected = 0;
    }

    if (block->lsr == 0) {
        return expected;
    }

    /* RFC 3550 6.4.1, in 1/65536 s */

    middle = ngx_webrtc_ntp_middle(
                          ngx_webrtc_ntp(now + peer->engine->wall_offset));

    rtt = middle - block->lsr - block->dlsr;

    if (rtt < 60 * 65536) {
        peer->round_trip = (uint32_t) (((uint64_t) rtt * 1000000) >> 16);
    }

    return expected;
}


static void
ngx_webrtc_report_feedback(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_rtcp_t *rtcp, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    uint8_t                     n;
    uint16_t                    seq;
    uint32_t                    ssrc;
    ngx_uint_t                  served;
    ngx_webrtc_rtcp_fb_t        fb;
    ngx_webrtc_rtcp_nack_t      nack;
    ngx_webrtc_subscription_t  *sub;

    if (ngx_webrtc_rtcp_parse_fb(rtcp, &fb) != NGX_OK) {
        return;
    }

    ssrc = fb.media;

    if (rtcp->kind == NGX_WEBRTC_RTCP_FIR
        && ngx_webrtc_rtcp_fir_next(&fb, &ssrc, &n) != NGX_OK)
    {
        return;
    }

    sub = ngx_webrtc_report_find(peer, ssrc);
    if (sub == NULL) {
        return;
    }

    if (rtcp->kind != NGX_WEBRTC_RTCP_NACK) {
        sub->stats.key_frame_requests++;
        ngx_webrtc_subscription_want_key_frame(sub, now);
        return;
    }

    ngx_webrtc_rtcp_nack_init(&nack, &fb);

    for (served = 0;
         served < NGX_WEBRTC_REPAIR_MAX
         && ngx_webrtc_rtcp_nack_next(&nack, &seq) == NGX_OK;
         served++)
    {
        ngx_webrtc_subscription_repair(sub, seq, now, out);
    }
}


static ngx_webrtc_subscription_t *
ngx_webrtc_report_find(ngx_webrtc_peer_t *peer, uint32_t ssrc)
{
    ngx_webrtc_ssrc_key_t    key;
    ngx_webrtc_hash_node_t  *node;

    key.peer = peer->number;
    key.ssrc = ssrc;

    node = ngx_webrtc_hash_find(&peer->engine->ssrcs, &key, sizeof(key));

    return node ? ngx_webrtc_hash_data(node, ngx_webrtc_subscription_t, node)
                : NULL;
}
