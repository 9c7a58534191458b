
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The packets of one track, plain and ready to be copied: in order of their
 * arrival for the fan-out (each subscription has a cursor), found by sequence
 * number for retransmission.  The oldest packet gives way, so a slow
 * subscriber costs nothing but its own gap.
 */


#ifndef _NGX_WEBRTC_RING_H_INCLUDED_
#define _NGX_WEBRTC_RING_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* datagrams over 1500 bytes are not taken in */
#define NGX_WEBRTC_PACKET_MAX       1500


/* what goes on over a change of layers */

typedef struct {
    uint16_t                  picture_id;       /* of VP8 and VP9 */
    uint16_t                  frame;            /* AV1's frame_number */
    uint8_t                   tl0picidx;
} ngx_webrtc_counters_t;


/*
 * data[] begins with 12 bytes for the RTP header, then the header extension
 * that subscribers get, then the payload.  Positions in it are those of
 * the counters, 0: there is none.
 */

typedef struct {
    uint64_t                  seq;      /* extended */
    ngx_webrtc_usec_t         arrived;
    uint32_t                  timestamp;
    uint16_t                  len;      /* of data */
    uint16_t                  header_len;
    uint16_t                  frame_pos;
    uint16_t                  picture_id_pos;
    uint16_t                  tl0picidx_pos;
    ngx_webrtc_counters_t     counters;
    uint8_t                   counted;  /* there are some */
    uint8_t                   picture_id_long;
    uint8_t                   marker;
    uint8_t                   extension;
    uint8_t                   keyframe; /* starts one */
    u_char                    data[NGX_WEBRTC_PACKET_MAX];
} ngx_webrtc_packet_t;


/* the last packet with a number that is the same modulo the ring's size */

typedef struct {
    uint64_t                  seq;
    uint32_t                  arrival;
} ngx_webrtc_ring_index_t;


typedef struct {
    ngx_webrtc_packet_t      *packets;
    ngx_webrtc_ring_index_t  *index;    /* by seq; 0: none yet */
    uint32_t                  mask;
    uint32_t                  arrivals; /* packets ever put in; wraps */
} ngx_webrtc_ring_t;


/* "size" is a power of two; numbers are never 0 */
ngx_int_t ngx_webrtc_ring_init(ngx_webrtc_ring_t *ring, ngx_uint_t size,
    ngx_log_t *log);
void ngx_webrtc_ring_cleanup(ngx_webrtc_ring_t *ring);

/* the packet with this number, or NULL */
ngx_webrtc_packet_t *ngx_webrtc_ring_find(ngx_webrtc_ring_t *ring,
    uint64_t seq);

/*
 * Whether it was ever put in, though it may have given way to others that
 * came later; reliable for the last "size" numbers.
 */
#define ngx_webrtc_ring_has(ring, number)                                    \
    ((ring)->index[(number) & (ring)->mask].seq == (number))

/* the place of the next packet; it counts after add() */
#define ngx_webrtc_ring_next(ring)                                           \
    (&(ring)->packets[(ring)->arrivals & (ring)->mask])
void ngx_webrtc_ring_add(ngx_webrtc_ring_t *ring, uint64_t seq);
/*
 * How many packets from a cursor on are to be skipped: when the ring has gone
 * round, or the first one waits longer than "max_delay", what is older than
 * half of that.
 */
uint32_t ngx_webrtc_ring_late(ngx_webrtc_ring_t *ring, uint32_t cursor,
    ngx_webrtc_usec_t max_delay, ngx_webrtc_usec_t now);
/* something else was written there: what it had, the oldest one, is no more */
void ngx_webrtc_ring_spoil(ngx_webrtc_ring_t *ring);

#define ngx_webrtc_ring_get(ring, arrival)                                   \
    (&(ring)->packets[(arrival) & (ring)->mask])
#define ngx_webrtc_ring_size(ring)  ((ring)->mask + 1)


#endif /* _NGX_WEBRTC_RING_H_INCLUDED_ */
