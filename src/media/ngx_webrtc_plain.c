
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_seq.h>
#include <media/ngx_webrtc_plain_internal.h>


/* older than this is no packet that was overtaken, but a jump */
#define NGX_WEBRTC_PLAIN_LATE       1024

/* timestamps that leap by more than this have begun anew */
#define NGX_WEBRTC_PLAIN_LEAP       10

/* one who was replaced is heard again when the other is silent so long */
#define NGX_WEBRTC_PLAIN_SILENCE    NGX_WEBRTC_SEC

/* with the header, an extension for a number and RTX it fits a packet */
#define NGX_WEBRTC_PLAIN_PAYLOAD                                             \
    (NGX_WEBRTC_PACKET_MAX - NGX_WEBRTC_RTP_HEADER_LEN - 8 - 2)


static ngx_int_t ngx_webrtc_plain_follow(ngx_webrtc_plain_t *plain,
    const ngx_webrtc_rtp_t *rtp, ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_plain_go_on(ngx_webrtc_plain_t *plain,
    const ngx_webrtc_rtp_t *rtp, ngx_webrtc_usec_t now);
static void ngx_webrtc_plain_begin(ngx_webrtc_plain_t *plain,
    const ngx_webrtc_rtp_t *rtp, ngx_webrtc_usec_t now);
static void ngx_webrtc_plain_align(ngx_webrtc_plain_t *plain,
    const ngx_webrtc_rtp_t *rtp, ngx_webrtc_usec_t now);
static void ngx_webrtc_plain_time(ngx_webrtc_plain_t *plain,
    uint32_t timestamp, ngx_webrtc_usec_t now);


ngx_webrtc_plain_t *
ngx_webrtc_plain_create(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_plain_conf_t *conf, ngx_webrtc_usec_t now)
{
    ngx_webrtc_plain_t        *plain;
    ngx_webrtc_source_conf_t   source;

    plain = ngx_calloc(sizeof(ngx_webrtc_plain_t), engine->log);
    if (plain == NULL) {
        return NULL;
    }

    plain->handler = conf->handler;
    plain->data = conf->data;
    plain->cname = conf->cname;
    plain->arrived = now;
    plain->passed = now;

    plain->peer = ngx_webrtc_peer_create_plain(engine, plain);
    if (plain->peer == NULL) {
        ngx_free(plain);
        return NULL;
    }

    ngx_memzero(&source, sizeof(ngx_webrtc_source_conf_t));

    ngx_str_set(&source.mid, "");
    source.format.codec = conf->format.codec;
    source.format.clock_rate = conf->format.clock_rate;
    source.format.pt = conf->format.pt;
    source.format.remb = (conf->bit_rate != 0);

    plain->source = ngx_webrtc_source_create(plain->peer, &source);
    if (plain->source == NULL) {
        ngx_webrtc_plain_destroy(plain);
        return NULL;
    }

    ngx_webrtc_peer_set_bit_rate(plain->peer, conf->bit_rate);

    return plain;
}


void
ngx_webrtc_plain_destroy(ngx_webrtc_plain_t *plain)
{
    ngx_webrtc_peer_destroy(plain->peer, NULL);
    ngx_free(plain);
}


ngx_webrtc_source_t *
ngx_webrtc_plain_source(ngx_webrtc_plain_t *plain)
{
    return plain->source;
}


ngx_webrtc_plain_e
ngx_webrtc_plain_input(ngx_webrtc_plain_t *plain, u_char *pos, size_t len,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_rtp_t      rtp;
    ngx_webrtc_rtp_ext_t  ext;

    if (ngx_webrtc_rtp_is_rtcp(pos, pos + len)
        || ngx_webrtc_rtp_parse(pos, pos + len, &rtp) != NGX_OK
        || rtp.payload_len > NGX_WEBRTC_PLAIN_PAYLOAD)
    {
        return NGX_WEBRTC_PLAIN_BAD;
    }

    if (plain->source->format.pt == NGX_WEBRTC_PLAIN_ANY) {
        rtp.pt = NGX_WEBRTC_PLAIN_ANY;
    }

    if (rtp.pt != plain->source->format.pt) {
        return NGX_WEBRTC_PLAIN_TYPE;
    }

    if (ngx_webrtc_plain_follow(plain, &rtp, now) != NGX_OK) {
        return NGX_WEBRTC_PLAIN_BAD;
    }

    plain->peer->received_bytes += len;

    if (!plain->sends) {
        plain->sends = 1;

        if (plain->peer->report_due == NGX_WEBRTC_NEVER) {
            plain->peer->report_due = now + NGX_WEBRTC_REPORT_INTERVAL;
            ngx_webrtc_peer_wake(plain->peer, plain->peer->report_due);
        }
    }

    /* its ids of header extensions are its own */

    ngx_memzero(&ext, sizeof(ngx_webrtc_rtp_ext_t));

    rtp.seq += (uint16_t) plain->base;
    rtp.timestamp += plain->timestamp_offset;

    ngx_webrtc_plain_time(plain, rtp.timestamp, now);
    ngx_webrtc_track_input(ngx_webrtc_plain_track(plain), &rtp, &ext, now);
    ngx_webrtc_engine_tell(plain->peer->engine, now);

    return NGX_WEBRTC_PLAIN_TAKEN;
}


/* which run it belongs to; NGX_DECLINED: to none that is heard */

static ngx_int_t
ngx_webrtc_plain_follow(ngx_webrtc_plain_t *plain,
    const ngx_webrtc_rtp_t *rtp, ngx_webrtc_usec_t now)
{
    uint32_t  ssrc;

    ssrc = ngx_webrtc_plain_track(plain)->ssrc;

    if (plain->begun && rtp->ssrc == ssrc) {

        if (ngx_webrtc_plain_go_on(plain, rtp, now) != NGX_OK) {
            return NGX_DECLINED;
        }

    } else {

        if (plain->begun) {

            /* two at once must not take the line from each other */

            if (plain->was_replaced
                && rtp->ssrc == plain->replaced
                && plain->arrived + NGX_WEBRTC_PLAIN_SILENCE > now)
            {
                return NGX_DECLINED;
            }

            plain->was_replaced = 1;
            plain->replaced = ssrc;
        }

        ngx_webrtc_plain_begin(plain, rtp, now);
    }

    if (ngx_webrtc_seq16_diff(rtp->seq, plain->seq) >= 0) {
        plain->seq = rtp->seq;
        plain->timestamp = rtp->timestamp;
        plain->arrived = now;
    }

    return NGX_OK;
}


/* the same SSRC: its numbers go on, or they begin anew */

static ngx_int_t
ngx_webrtc_plain_go_on(ngx_webrtc_plain_t *plain,
    const ngx_webrtc_rtp_t *rtp, ngx_webrtc_usec_t now)
{
    int32_t   ahead;
    int64_t   passed, leap, limit;

    ahead = ngx_webrtc_seq16_diff(rtp->seq, plain->seq);
    leap = ngx_webrtc_seq32_diff(rtp->timestamp, plain->timestamp);
    limit = (int64_t) NGX_WEBRTC_PLAIN_LEAP * plain->source->format.clock_rate;

    if (ahead > 0 && ahead <= NGX_WEBRTC_SEQUENCE_JUMP) {
        passed = (int64_t) ((now - plain->arrived)
                            * plain->source->format.clock_rate
                            / NGX_WEBRTC_SEC);

        if (leap > passed + limit || leap < -limit) {
            ngx_webrtc_plain_align(plain, rtp, now);
        }

        return NGX_OK;
    }

    if (ahead <= 0 && ahead > -NGX_WEBRTC_PLAIN_LATE) {
        return NGX_OK;
    }

    /*
     * A program that was started again, or one packet that was held up for
     * long: then the next one does not follow it (RFC 3550 A.1).
     */

    if (ahead < 0 && leap < 0 && leap > -limit && rtp->seq != plain->stale) {
        plain->stale = rtp->seq + 1;
        return NGX_DECLINED;
    }

    ngx_webrtc_plain_begin(plain, rtp, now);

    return NGX_OK;
}


static void
ngx_webrtc_plain_begin(ngx_webrtc_plain_t *plain,
    const ngx_webrtc_rtp_t *rtp, ngx_webrtc_usec_t now)
{
    ngx_webrtc_track_t  *track;

    track = ngx_webrtc_plain_track(plain);

    if (track->highest == 0) {

        /* as track_input() begins */

        plain->base = 0x10000;
        plain->timestamp_offset = 0;

    } else {
        ngx_webrtc_plain_align(plain, rtp, now);

        /* subscribers begin anew behind a hole of this size */

        track->highest += NGX_WEBRTC_SEQUENCE_JUMP + 1;
        track->first = track->highest + 1;
        track->skipped = 0;
        track->received = 0;
        track->expected_prior = 0;
        track->received_prior = 0;
        track->jitter = 0;

        plain->base = track->first - rtp->seq;
    }

    track->transit = 0;
    track->timed = 0;
    track->sr_ntp = 0;

    if (track->ssrc != rtp->ssrc) {

        /* perhaps on another machine */

        plain->peer->ntp_delta = 0;
        track->ssrc = rtp->ssrc;
    }

    plain->begun = 1;
    plain->seq = rtp->seq;
    plain->nreports = 0;

    ngx_webrtc_peer_wake(plain->peer, track->key_frame.due);
}


/* the track's timestamps go on by the time that has passed */

static void
ngx_webrtc_plain_align(ngx_webrtc_plain_t *plain,
    const ngx_webrtc_rtp_t *rtp, ngx_webrtc_usec_t now)
{
    ngx_webrtc_track_t  *track;

    track = ngx_webrtc_plain_track(plain);

    plain->timestamp_offset += plain->timestamp - rtp->timestamp
                               + (uint32_t) ((now - plain->arrived)
                                       * plain->source->format.clock_rate
                                       / NGX_WEBRTC_SEC);

    /* what was reported is of the timestamps before */

    track->transit = 0;
    track->timed = 0;
    track->sr_ntp = 0;
}


/*
 * The moment of a timestamp is when the first packet with it came.  What
 * comes early counts at once, what comes late little: a queue on the way only
 * adds to it.
 */

static void
ngx_webrtc_plain_time(ngx_webrtc_plain_t *plain, uint32_t timestamp,
    ngx_webrtc_usec_t now)
{
    int32_t              ahead;
    int64_t              late;
    ngx_webrtc_track_t  *track;

    track = ngx_webrtc_plain_track(plain);

    if (track->sr_ntp) {
        return;
    }

    if (!track->timed) {
        track->timed = 1;
        track->sr_timestamp = timestamp;
        track->sr_time = (int64_t) now;
        return;
    }

    ahead = ngx_webrtc_seq32_diff(timestamp, track->sr_timestamp);

    if (ahead <= 0) {
        return;
    }

    track->sr_timestamp = timestamp;
    track->sr_time += (int64_t) ahead * (int64_t) NGX_WEBRTC_SEC
                      / (int64_t) plain->source->format.clock_rate;

    late = (int64_t) now - track->sr_time;

    if (late > 0 && late < (int64_t) NGX_WEBRTC_SEC) {
        late /= 64;
    }

    track->sr_time += late;
}
