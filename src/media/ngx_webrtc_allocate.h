
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * How much of each simulcast video one receiver gets, given what its way
 * carries.  Everything else that it gets comes first; every video gets at
 * least its lowest layer; then all are raised evenly.
 *
 * Down: as soon as it is clear that too much is being sent.  Up: with head
 * room, after a probe, and the more seldom the more often it went wrong.
 */


#ifndef _NGX_WEBRTC_ALLOCATE_H_INCLUDED_
#define _NGX_WEBRTC_ALLOCATE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_layer.h>


/* one video of the receiver */

typedef struct {
    ngx_queue_t               queue;
    uint64_t                  rates[NGX_WEBRTC_LAYERS]; /* bit/s; 0: not
                                                           being sent */
    ngx_int_t                 wanted;   /* a layer or LAYER_AUTO */
    ngx_int_t                 cap;      /* the highest layer that it gets */
} ngx_webrtc_allocate_item_t;


/* bits per second */

typedef struct {
    uint64_t                  estimate; /* of what the way carries */
    uint64_t                  base;     /* of all else that is sent on it */
    uint64_t                  probed;   /* what a probe has shown; 0: none */
    unsigned                  full:1;   /* and that there is no more */
    unsigned                  probes:1; /* can be made */
} ngx_webrtc_allocate_way_t;


typedef struct {
    ngx_queue_t               items;
    uint64_t                  probe;    /* a bit rate worth a probe; 0: none */
    ngx_webrtc_usec_t         scarce;   /* since when; 0: it is not */
    ngx_webrtc_usec_t         raised;   /* the last time; 0: never */
    ngx_webrtc_usec_t         hold;     /* how long after a failure */
    ngx_webrtc_usec_t         held;     /* nothing is raised until then */
} ngx_webrtc_allocate_t;


void ngx_webrtc_allocate_init(ngx_webrtc_allocate_t *allocate);

/* of a video that the receiver begins to get; its rates are not known yet */
void ngx_webrtc_allocate_add(ngx_webrtc_allocate_t *allocate,
    ngx_webrtc_allocate_item_t *item, ngx_int_t wanted);
void ngx_webrtc_allocate_remove(ngx_webrtc_allocate_item_t *item);

/* somebody has asked for another layer, or for AUTO */
void ngx_webrtc_allocate_want(ngx_webrtc_allocate_item_t *item,
    ngx_int_t wanted);

/* a few times a second: chooses the "cap" of all items, and "probe" */
void ngx_webrtc_allocate_review(ngx_webrtc_allocate_t *allocate,
    const ngx_webrtc_allocate_way_t *way, ngx_webrtc_usec_t now);

#endif /* _NGX_WEBRTC_ALLOCATE_H_INCLUDED_ */
