
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


/*
 * Powers of two: the packets of a second at 8 Mbit/s, and those of audio, with
 * which every list begins.
 */
#define NGX_WEBRTC_DEPARTURES_MAX       1024
#define NGX_WEBRTC_DEPARTURES_MIN       64

/* feedback comes much sooner than this */
#define NGX_WEBRTC_DEPARTURES_TIME      NGX_WEBRTC_SEC


typedef struct {
    uint32_t                  sent;     /* us; wraps */
    uint16_t                  size;     /* of the datagram; 0: arrived */
    uint16_t                  lost;     /* it has been reported as lost */
} ngx_webrtc_departure_t;


typedef struct {
    uint64_t                  next;     /* extended; see init() */
    uint64_t                  bytes;    /* ever */
    ngx_webrtc_departure_t   *items;
    uint32_t                  mask;
    uint32_t                  tight;    /* some are forgotten too soon */
    ngx_log_t                *log;
} ngx_webrtc_departures_t;


typedef struct {
    uint64_t                  seq;      /* extended */
    ngx_webrtc_usec_t         sent;
    size_t                    size;
    unsigned                  lost:1;   /* was reported as lost before */
} ngx_webrtc_departed_t;


/* NGX_ERROR: no memory */
ngx_int_t ngx_webrtc_departures_init(ngx_webrtc_departures_t *departures,
    ngx_log_t *log);
void ngx_webrtc_departures_cleanup(ngx_webrtc_departures_t *departures);

/* when feedback comes: makes room for more if there were too many */
void ngx_webrtc_departures_review(ngx_webrtc_departures_t *departures);

/*
 * What is known of a packet that was reported on.  NGX_DECLINED: nothing: it
 * was never sent, is forgotten, or this has been told before.
 */
ngx_int_t ngx_webrtc_departures_arrived(ngx_webrtc_departures_t *departures,
    uint16_t seq, ngx_webrtc_usec_t now, ngx_webrtc_departed_t *departed);
ngx_int_t ngx_webrtc_departures_lost(ngx_webrtc_departures_t *departures,
    uint16_t seq);


#define ngx_webrtc_departures_next(departures)                               \
    (&(departures)->items[(departures)->next & (departures)->mask])


/* the number of a packet that leaves now */

static ngx_inline uint16_t
ngx_webrtc_departures_add(ngx_webrtc_departures_t *departures, size_t size,
    ngx_webrtc_usec_t now)
{
    uint64_t                 seq;
    ngx_webrtc_departure_t  *item;

    seq = departures->next++;
    item = &departures->items[seq & departures->mask];

    if (item->size
        && (uint32_t) now - item->sent < NGX_WEBRTC_DEPARTURES_TIME)
    {
        departures->tight = 1;
    }

    item->sent = (uint32_t) now;
    item->size = (uint16_t) size;
    item->lost = 0;

    departures->bytes += size;

    return (uint16_t) seq;
}


#endif /* _NGX_WEBRTC_DEPARTURES_H_INCLUDED_ */
