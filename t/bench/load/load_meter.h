
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What is in each packet of the load, behind the codec's own bytes, and what
 * is counted of the packets that come.  A server may give them other SSRCs,
 * numbers and times; this it does not touch.
 */


#ifndef _LOAD_METER_H_INCLUDED_
#define _LOAD_METER_H_INCLUDED_


#include <core/ngx_webrtc_core.h>

#include "load_histogram.h"


/* in the payload: behind the longest descriptor that a codec puts before it */

#define LOAD_STAMP_OFFSET       40
#define LOAD_STAMP_LEN          28

/* packets that may be overtaken */

#define LOAD_SOURCE_WINDOW      4096


typedef struct {
    uint32_t            member;         /* who has sent it */
    uint64_t            index;          /* one more in each packet */
    uint64_t            time;           /* CLOCK_MONOTONIC, ns */
    uint8_t             kind;           /* load_kind_e */
    unsigned            measured:1;     /* sent within the interval */
    unsigned            key:1;          /* of a key frame */
} load_stamp_t;


/* the packets of one sender and kind at one receiver */

typedef struct {
    uint32_t            member;
    uint8_t             kind;
    unsigned            begun:1;
    uint64_t            highest;
    uint64_t            seen[LOAD_SOURCE_WINDOW / 64];
} load_source_t;


typedef enum {
    LOAD_PACKET_NEW = 0,
    LOAD_PACKET_LATE,                   /* new, but overtaken */
    LOAD_PACKET_TWICE
} load_packet_e;


/* all counts are of packets that were sent within the interval */

typedef struct {
    uint64_t            sent;
    uint64_t            expected;       /* at all receivers together */
    uint64_t            received;       /* each counts once */
    uint64_t            bytes;          /* of UDP payload */
    uint64_t            reordered;
    uint64_t            duplicates;
    uint64_t            repaired;       /* came as retransmissions */
    uint64_t            bad;            /* not authentic */
    uint64_t            overflow;       /* lost in our own sockets */
    uint64_t            forwarded;      /* everything that came in it */
    load_histogram_t    latency;        /* ns */
} load_meter_t;


/* "p" is at LOAD_STAMP_OFFSET of the payload; NGX_DECLINED: no stamp there */
void load_stamp_write(u_char *p, const load_stamp_t *stamp);
ngx_int_t load_stamp_parse(const u_char *p, const u_char *last,
    load_stamp_t *stamp);

load_packet_e load_source_add(load_source_t *source, uint64_t index);

/*
 * A packet; "arrival" on the clock of the stamp.  1: it is one more that was
 * received.
 */
ngx_uint_t load_meter_add(load_meter_t *meter, load_source_t *source,
    const load_stamp_t *stamp, uint64_t arrival, ngx_uint_t repair);


#endif /* _LOAD_METER_H_INCLUDED_ */
