
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * One clean RTP stream made of pieces of several: numbers without a hole,
 * timestamps that ascend and stay in step with the publisher's clock, the
 * counters of VP8, VP9 and of the dependency descriptor going on by one.
 *
 * Within a span all numbers differ from those of its track by constants, so
 * whatever is sent again is the same packet to the last byte.
 */


#ifndef _NGX_WEBRTC_LINE_H_INCLUDED_
#define _NGX_WEBRTC_LINE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <media/ngx_webrtc_ring.h>


typedef struct ngx_webrtc_track_s  ngx_webrtc_track_t;


/* offsets are what is added to a track's numbers */

typedef struct {
    ngx_webrtc_track_t       *track;    /* NULL: not in use */
    uint64_t                  first;    /* number on the line */
    int64_t                   seq_offset;
    uint32_t                  timestamp_offset;
    ngx_webrtc_counters_t     offsets;
    uint8_t                   rewrite;  /* they are not all zero */
} ngx_webrtc_span_t;


/* zero it, then set "next_seq" and the timestamp_offset of the first span */

typedef struct {
    ngx_webrtc_span_t         span;
    ngx_webrtc_span_t         previous; /* for what has to be repaired */

    uint64_t                  next_seq; /* extended */

    /* of the newest packet */
    uint32_t                  timestamp;    /* as it was sent */
    ngx_webrtc_counters_t     counters;     /* as they came */
    ngx_webrtc_usec_t         arrived;

    /* what this span's timestamps got so that they ascend */
    uint32_t                  shift;
} ngx_webrtc_line_t;


/* goes on with this packet of the track, which starts a key frame */
void ngx_webrtc_line_start(ngx_webrtc_line_t *line,
    ngx_webrtc_track_t *track, const ngx_webrtc_packet_t *packet,
    uint32_t clock_rate);

/* the span that this number was sent in; NULL: not known any more */
const ngx_webrtc_span_t *ngx_webrtc_line_find(const ngx_webrtc_line_t *line,
    uint64_t seq);

/* notes the packet as the newest that was sent, in the current span */
void ngx_webrtc_line_sent(ngx_webrtc_line_t *line,
    const ngx_webrtc_packet_t *packet);

/*
 * Rewrites the counters in a copy of the packet; "gap" is by how much its
 * payload has moved, to the front if its extension was left out.  Only where
 * needs_rewrite().
 */
#define ngx_webrtc_span_needs_rewrite(span, packet)                          \
    ((span)->rewrite && (packet)->counted)

void ngx_webrtc_span_rewrite(const ngx_webrtc_span_t *span,
    const ngx_webrtc_packet_t *packet, u_char *p, ssize_t gap);


#endif /* _NGX_WEBRTC_LINE_H_INCLUDED_ */
