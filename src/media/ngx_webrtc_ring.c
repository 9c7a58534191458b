
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_ring.h>


ngx_int_t
ngx_webrtc_ring_init(ngx_webrtc_ring_t *ring, ngx_uint_t size, ngx_log_t *log)
{
    ring->packets = ngx_alloc(size * sizeof(ngx_webrtc_packet_t), log);
    if (ring->packets == NULL) {
        return NGX_ERROR;
    }

    ring->index = ngx_calloc(size * sizeof(ngx_webrtc_ring_index_t), log);
    if (ring->index == NULL) {
        ngx_free(ring->packets);
        ring->packets = NULL;
        return NGX_ERROR;
    }

    ring->mask = (uint32_t) size - 1;
    ring->arrivals = 0;

    return NGX_OK;
}


void
ngx_webrtc_ring_cleanup(ngx_webrtc_ring_t *ring)
{
    if (ring->packets) {
        ngx_free(ring->packets);
        ngx_free(ring->index);
        ring->packets = NULL;
    }
}


ngx_webrtc_packet_t *
ngx_webrtc_ring_find(ngx_webrtc_ring_t *ring, uint64_t seq)
{
    ngx_webrtc_packet_t      *packet;
    ngx_webrtc_ring_index_t  *index;

    index = &ring->index[seq & ring->mask];

    if (index->seq != seq || ring->arrivals - index->arrival - 1 > ring->mask)
    {
        return NULL;
    }

    packet = ngx_webrtc_ring_get(ring, index->arrival);

    return (packet->seq == seq) ? packet : NULL;
}


void
ngx_webrtc_ring_add(ngx_webrtc_ring_t *ring, uint64_t seq)
{
    ngx_webrtc_ring_index_t  *index;

    index = &ring->index[seq & ring->mask];

    index->seq = seq;
    index->arrival = ring->arrivals;

    ngx_webrtc_ring_next(ring)->seq = seq;
    ring->arrivals++;
}


uint32_t
ngx_webrtc_ring_late(ngx_webrtc_ring_t *ring, uint32_t cursor,
    ngx_webrtc_usec_t max_delay, ngx_webrtc_usec_t now)
{
    uint32_t  n, behind;

    behind = ring->arrivals - cursor;
    n = 0;

    if (behind == 0) {
        return 0;
    }

    if (behind > ngx_webrtc_ring_size(ring)) {
        n = behind - ngx_webrtc_ring_size(ring) / 2;

    } else if (ngx_webrtc_ring_get(ring, cursor)->arrived + max_delay >= now) {
        return 0;
    }

    while (n < behind
           && ngx_webrtc_ring_get(ring, cursor + n)->arrived + max_delay / 2
              < now)
    {
        n++;
    }

    return n;
}


/* a cursor that still comes by finds nothing to send */

void
ngx_webrtc_ring_spoil(ngx_webrtc_ring_t *ring)
{
    ngx_webrtc_packet_t  *packet;

    packet = ngx_webrtc_ring_next(ring);

    packet->seq = 0;
    packet->keyframe = 0;
}
