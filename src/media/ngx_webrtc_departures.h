
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What was sent to a receiver, by transport-wide sequence number, until its
 * feedback tells what became of it.
 */


#ifndef _NGX_WEBRTC_DEPARTURES_H_INCLUDED_
#define _NGX_WEBRTC_DEPARTURES_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* a power of two: the packets of a second at 8 Mbit/s */
#define NGX_WEBRTC_DEPARTURES_MAX       1024


typedef struct {
    uint32_t                  sent;     /* us; wraps */
    uint16_t                  size;     /* of the datagram; 0: arrived */
    uint16_t                  lost;     /* it has been reported as lost */
} ngx_webrtc_departure_t;


typedef struct {
    uint64_t                  next;     /* extended; see init() */
    uint64_t                  bytes;    /* ever */
    ngx_webrtc_departure_t    items[NGX_WEBRTC_DEPARTURES_MAX];
} ngx_webrtc_departures_t;


typedef struct {
    uint64_t                  seq;      /* extended */
    ngx_webrtc_usec_t         sent;
    size_t                    size;
    unsigned                  lost:1;   /* was reported as lost before */
} ngx_webrtc_departed_t;


void ngx_webrtc_departures_init(ngx_webrtc_departures_t *departures);

/*
 * What is known of a packet that was reported on.  NGX_DECLINED: nothing: it
 * was never sent, is forgotten, or this has been told before.
 */
ngx_int_t ngx_webrtc_departures_arrived(ngx_webrtc_departures_t *departures,
    uint16_t seq, ngx_webrtc_usec_t now, ngx_webrtc_departed_t *departed);
ngx_int_t ngx_webrtc_departures_lost(ngx_webrtc_departures_t *departures,
    uint16_t seq);


/* the number of a packet that leaves now */

static ngx_inline uint16_t
ngx_webrtc_departures_add(ngx_webrtc_departures_t *departures, size_t size,
    ngx_webrtc_usec_t now)
{
    uint64_t                 seq;
    ngx_webrtc_departure_t  *item;

    seq = departures->next++;
    item = &departures->items[seq % NGX_WEBRTC_DEPARTURES_MAX];

    item->sent = (uint32_t) now;
    item->size = (uint16_t) size;
    item->lost = 0;

    departures->bytes += size;

    return (uint16_t) seq;
}


#endif /* _NGX_WEBRTC_DEPARTURES_H_INCLUDED_ */
