
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <core/ngx_webrtc_seq.h>
#include <media/ngx_webrtc_media.h>


/* sender reports that disagree more than this with what we see are wrong */
#define NGX_WEBRTC_LINE_SKEW        5


static uint32_t ngx_webrtc_line_align(const ngx_webrtc_line_t *line,
    const ngx_webrtc_track_t *track, const ngx_webrtc_packet_t *packet,
    uint32_t clock_rate);
static void ngx_webrtc_line_count(const ngx_webrtc_line_t *line,
    const ngx_webrtc_packet_t *packet, ngx_webrtc_span_t *span);


void
ngx_webrtc_line_start(ngx_webrtc_line_t *line, ngx_webrtc_track_t *track,
    const ngx_webrtc_packet_t *packet, uint32_t clock_rate)
{
    int32_t             ahead;
    ngx_webrtc_span_t   span;

    ngx_memzero(&span, sizeof(ngx_webrtc_span_t));

    span.track = track;
    span.first = line->next_seq;
    span.seq_offset = (int64_t) (line->next_seq - packet->seq);
    span.timestamp_offset = line->span.timestamp_offset;

    if (line->span.track) {
        span.timestamp_offset = ngx_webrtc_line_align(line, track, packet,
                                                      clock_rate);
        line->shift = 0;

        /* two frames must not share a timestamp */

        ahead = ngx_webrtc_seq32_diff(packet->timestamp
                                      + span.timestamp_offset,
                                      line->timestamp + 1);
        if (ahead < 0) {
            line->shift = 0 - (uint32_t) ahead;
            span.timestamp_offset += line->shift;
        }

        ngx_webrtc_line_count(line, packet, &span);
    }

    line->previous = line->span;
    line->span = span;
}


/* what makes the packet's counters the next ones of the line */

static void
ngx_webrtc_line_count(const ngx_webrtc_line_t *line,
    const ngx_webrtc_packet_t *packet, ngx_webrtc_span_t *span)
{
    ngx_webrtc_counters_t        *offsets;
    const ngx_webrtc_counters_t  *to, *from, *last;

    offsets = &span->offsets;
    from = &packet->counters;
    to = &line->counters;
    last = &line->span.offsets;

    offsets->picture_id = (uint16_t) (to->picture_id + last->picture_id + 1
                                      - from->picture_id);
    offsets->frame = (uint16_t) (to->frame + last->frame + 1 - from->frame);
    offsets->tl0picidx = (uint8_t) (to->tl0picidx + last->tl0picidx + 1
                                    - from->tl0picidx);

    span->rewrite = (offsets->picture_id || offsets->frame
                     || offsets->tl0picidx);
}


/* what makes the track's timestamps those of the line */

static uint32_t
ngx_webrtc_line_align(const ngx_webrtc_line_t *line,
    const ngx_webrtc_track_t *track, const ngx_webrtc_packet_t *packet,
    uint32_t clock_rate)
{
    int32_t                    skew;
    int64_t                    time;
    uint32_t                   reported, arrived;
    const ngx_webrtc_track_t  *last;

    last = line->span.track;

    /* by the time that has passed since the newest packet came */

    time = (int64_t) (packet->arrived - line->arrived);
    arrived = line->timestamp - packet->timestamp
              + (uint32_t) (time * (int64_t) clock_rate
                            / (int64_t) NGX_WEBRTC_SEC);

    if (track != last && (track->sr_ntp == 0 || last->sr_ntp == 0)) {
        return arrived;
    }

    /* by what the publisher says; shifts must not add up */

    reported = line->span.timestamp_offset - line->shift;

    if (track != last) {
        time = track->sr_time - last->sr_time;
        reported += last->sr_timestamp - track->sr_timestamp
                    + (uint32_t) (time * (int64_t) clock_rate
                                  / (int64_t) NGX_WEBRTC_SEC);
    }

    skew = ngx_webrtc_seq32_diff(reported, arrived);

    if (skew > (int32_t) (NGX_WEBRTC_LINE_SKEW * clock_rate)
        || skew < -(int32_t) (NGX_WEBRTC_LINE_SKEW * clock_rate))
    {
        return arrived;
    }

    return reported;
}


const ngx_webrtc_span_t *
ngx_webrtc_line_find(const ngx_webrtc_line_t *line, uint64_t seq)
{
    if (seq >= line->next_seq) {
        return NULL;
    }

    if (line->span.track && seq >= line->span.first) {
        return &line->span;
    }

    if (line->previous.track && seq >= line->previous.first) {
        return &line->previous;
    }

    return NULL;
}


void
ngx_webrtc_line_sent(ngx_webrtc_line_t *line,
    const ngx_webrtc_packet_t *packet)
{
    line->next_seq = packet->seq + line->span.seq_offset + 1;
    line->timestamp = packet->timestamp + line->span.timestamp_offset;
    line->arrived = packet->arrived;

    if (packet->counted) {
        line->counters = packet->counters;
    }
}


void
ngx_webrtc_span_rewrite(const ngx_webrtc_span_t *span,
    const ngx_webrtc_packet_t *packet, u_char *p, ssize_t gap)
{
    u_char    *pos;
    uint16_t   id;

    if (packet->frame_pos && gap >= 0) {
        (void) ngx_webrtc_put16(p + packet->frame_pos,
                                (uint16_t) (packet->counters.frame
                                            + span->offsets.frame));
    }

    if (packet->picture_id_pos) {
        pos = p + packet->picture_id_pos + gap;
        id = (uint16_t) (packet->counters.picture_id
                         + span->offsets.picture_id);

        if (packet->picture_id_long) {
            (void) ngx_webrtc_put16(pos, 0x8000 | id);

        } else {
            *pos = id & 0x7f;
        }
    }

    if (packet->tl0picidx_pos) {
        p[packet->tl0picidx_pos + gap] = (u_char) (packet->counters.tl0picidx
                                                  + span->offsets.tl0picidx);
    }
}
