
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* RTCP from and to a sender of plain RTP */


#include <core/ngx_webrtc_seq.h>
#include <media/ngx_webrtc_plain_internal.h>


static u_char *ngx_webrtc_plain_compose(ngx_webrtc_plain_t *plain, u_char *p,
    u_char *last, ngx_webrtc_usec_t now);
static u_char *ngx_webrtc_plain_compose_passed(ngx_webrtc_plain_t *plain,
    u_char *p, u_char *last, ngx_webrtc_usec_t now);
static void ngx_webrtc_plain_read_blocks(const ngx_webrtc_rtcp_t *rtcp,
    ngx_webrtc_plain_wants_t *wants);


ngx_int_t
ngx_webrtc_plain_rtcp(ngx_webrtc_plain_t *plain, u_char *pos, size_t len,
    ngx_webrtc_usec_t now)
{
    u_char                    *last;
    ngx_webrtc_rtcp_t          rtcp;
    ngx_webrtc_track_t        *track;
    ngx_webrtc_rtcp_report_t   report;

    last = pos + len;

    if (len == 0 || ngx_webrtc_rtcp_check(pos, last) != NGX_OK) {
        return NGX_DECLINED;
    }

    track = ngx_webrtc_plain_track(plain);

    while (ngx_webrtc_rtcp_next(&pos, last, &rtcp) == NGX_OK) {

        if (rtcp.kind == NGX_WEBRTC_RTCP_SR
            && plain->begun
            && ngx_webrtc_rtcp_parse_report(&rtcp, &report) == NGX_OK
            && report.ssrc == track->ssrc)
        {
            report.timestamp += plain->timestamp_offset;
            ngx_webrtc_report_set(track, &report, now);
        }
    }

    return NGX_OK;
}


void
ngx_webrtc_plain_heard(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_rtcp_block_t *block, ngx_webrtc_usec_t now)
{
    uint64_t                    seq;
    ngx_webrtc_track_t         *track;
    ngx_webrtc_plain_t         *plain;
    ngx_webrtc_usec_t           due;
    ngx_webrtc_plain_report_t  *report;

    plain = sub->source->peer->plain;
    track = ngx_webrtc_plain_track(plain);

    if (!plain->begun || plain->handler == NULL || track->highest == 0) {
        return;
    }

    if (sub->reported_ssrc != track->ssrc) {
        sub->reported_ssrc = track->ssrc;
        sub->reported_before = sub->reported_lost;
    }

    /* of what is on the line before this run the sender knows nothing */

    seq = ngx_webrtc_seq16_extend((uint16_t) block->highest,
                                  sub->line.next_seq - 1);

    if (sub->line.span.track != track || seq < sub->line.span.first
        || seq - sub->line.span.seq_offset < track->first
        || plain->nreports == NGX_WEBRTC_PLAIN_REPORTS)
    {
        return;
    }

    report = &plain->reports[plain->nreports++];

    report->ssrc = sub->peer->ssrc;
    report->block = *block;
    report->block.ssrc = track->ssrc;
    report->block.highest = (uint32_t) (seq - sub->line.span.seq_offset
                                        - plain->base);
    report->block.lost -= (int32_t) sub->reported_before;

    due = plain->passed + NGX_WEBRTC_PLAIN_INTERVAL;
    ngx_webrtc_peer_wake(plain->peer, ngx_max(due, now));
}


ngx_webrtc_usec_t
ngx_webrtc_plain_expires(ngx_webrtc_plain_t *plain)
{
    ngx_webrtc_usec_t  expires, t;

    expires = plain->peer->report_due;

    if (plain->begun) {
        t = ngx_webrtc_plain_track(plain)->key_frame.due;
        expires = ngx_min(expires, t);
    }

    if (plain->nreports) {
        t = plain->passed + NGX_WEBRTC_PLAIN_INTERVAL;
        expires = ngx_min(expires, t);
    }

    return expires;
}


void
ngx_webrtc_plain_tick(ngx_webrtc_plain_t *plain, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    u_char             *p, buf[NGX_WEBRTC_RTCP_MAX];
    ngx_webrtc_peer_t  *peer;

    peer = plain->peer;

    p = ngx_webrtc_plain_compose(plain, buf, buf + NGX_WEBRTC_RTCP_MAX, now);

    if (peer->report_due <= now) {

        /* who has stopped is not told so for ever */

        peer->report_due = plain->sends ? now + NGX_WEBRTC_REPORT_INTERVAL
                                        : NGX_WEBRTC_NEVER;
        plain->sends = 0;

        ngx_webrtc_forwards_report(peer, now, out);
    }

    ngx_webrtc_peer_schedule(peer);

    if (p != buf && plain->handler) {
        peer->sent_bytes += p - buf;

        plain->handler(plain, buf, p - buf, plain->data, now);
    }
}


/* returns the end of what there is to say */

static u_char *
ngx_webrtc_plain_compose(ngx_webrtc_plain_t *plain, u_char *p, u_char *last,
    ngx_webrtc_usec_t now)
{
    u_char                   *start;
    ngx_uint_t                asked, due;
    ngx_webrtc_peer_t        *peer;
    ngx_webrtc_track_t       *track;
    ngx_webrtc_rtcp_block_t   block;

    peer = plain->peer;
    track = ngx_webrtc_plain_track(plain);

    asked = plain->begun
            && ngx_webrtc_key_frame_request(&track->key_frame, now);
    due = (peer->report_due <= now);

    if (!asked && !due
        && (plain->nreports == 0
            || plain->passed + NGX_WEBRTC_PLAIN_INTERVAL > now))
    {
        return p;
    }

    /*
     * Many programs want what RFC 3550 6.1 says: a report comes first.  All
     * of it fits.
     */

    start = p;

    ngx_webrtc_report_make_block(track, &block, now);
    block.highest = (uint32_t) (track->highest - plain->base);

    p = ngx_webrtc_rtcp_write_rr(p, last, peer->ssrc, &block,
                                 track->highest ? 1 : 0);

    if (p && plain->cname.len) {
        p = ngx_webrtc_rtcp_write_sdes(p, last, peer->ssrc, &plain->cname);
    }

    if (p) {
        p = ngx_webrtc_plain_compose_passed(plain, p, last, now);
    }

    if (p && due && peer->bit_rate) {
        p = ngx_webrtc_rtcp_write_remb(p, last, peer->ssrc, peer->bit_rate,
                                       &track->ssrc, 1);
    }

    if (p && asked) {
        p = ngx_webrtc_rtcp_write_pli(p, last, peer->ssrc, track->ssrc);
        track->stats.key_frame_requests++;
    }

    return p ? p : start;
}


static u_char *
ngx_webrtc_plain_compose_passed(ngx_webrtc_plain_t *plain, u_char *p,
    u_char *last, ngx_webrtc_usec_t now)
{
    ngx_uint_t                  i;
    ngx_webrtc_track_t         *track;
    ngx_webrtc_rtcp_block_t     block;
    ngx_webrtc_plain_report_t  *report;

    track = ngx_webrtc_plain_track(plain);

    for (i = 0; p && i < plain->nreports; i++) {
        report = &plain->reports[i];
        block = report->block;

        /* our reports, which it answers, are not the sender's */

        block.lsr = 0;
        block.dlsr = 0;

        if (track->sr_ntp) {
            block.lsr = ngx_webrtc_ntp_middle(track->sr_ntp);
            block.dlsr = (uint32_t) (((now - track->sr_arrival) << 16)
                                     / NGX_WEBRTC_SEC);
        }

        p = ngx_webrtc_rtcp_write_rr(p, last, report->ssrc, &block, 1);
    }

    plain->nreports = 0;
    plain->passed = now;

    return p;
}


ngx_int_t
ngx_webrtc_plain_read(u_char *pos, size_t len,
    ngx_webrtc_plain_wants_t *wants)
{
    u_char                  *last;
    ngx_webrtc_rtcp_t        rtcp;
    ngx_webrtc_rtcp_fb_t     fb;
    ngx_webrtc_rtcp_remb_t   remb;

    ngx_memzero(wants, sizeof(ngx_webrtc_plain_wants_t));

    last = pos + len;

    if (len == 0 || ngx_webrtc_rtcp_check(pos, last) != NGX_OK) {
        return NGX_DECLINED;
    }

    while (ngx_webrtc_rtcp_next(&pos, last, &rtcp) == NGX_OK) {

        switch (rtcp.kind) {

        case NGX_WEBRTC_RTCP_SR:
        case NGX_WEBRTC_RTCP_RR:
            ngx_webrtc_plain_read_blocks(&rtcp, wants);
            break;

        case NGX_WEBRTC_RTCP_PLI:
        case NGX_WEBRTC_RTCP_FIR:
            wants->key_frame = 1;
            break;

        case NGX_WEBRTC_RTCP_REMB:
            if (ngx_webrtc_rtcp_parse_fb(&rtcp, &fb) == NGX_OK
                && ngx_webrtc_rtcp_parse_remb(&fb, &remb) == NGX_OK)
            {
                wants->bit_rate = remb.bitrate;
            }

            break;

        default:
            break;
        }
    }

    return NGX_OK;
}


static void
ngx_webrtc_plain_read_blocks(const ngx_webrtc_rtcp_t *rtcp,
    ngx_webrtc_plain_wants_t *wants)
{
    ngx_uint_t                i;
    ngx_webrtc_rtcp_block_t   block;
    ngx_webrtc_rtcp_report_t  report;

    if (ngx_webrtc_rtcp_parse_report(rtcp, &report) != NGX_OK) {
        return;
    }

    for (i = 0; i < report.nblocks; i++) {
        ngx_webrtc_rtcp_parse_block(&report, i, &block);

        if (wants->nblocks++ == 0 || block.fraction > wants->block.fraction) {
            wants->block = block;
        }
    }
}
