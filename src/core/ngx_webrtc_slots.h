
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Numbers for objects that other processes refer to.  An id is the index of
 * a slot and the generation of its use, so an id that comes back late finds
 * nothing instead of the slot's next tenant.  Ids are never 0.
 */


#ifndef _NGX_WEBRTC_SLOTS_H_INCLUDED_
#define _NGX_WEBRTC_SLOTS_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef struct {
    void                   *data;           /* NULL: free */
    uint32_t                generation;
    uint32_t                next;           /* free slot */
} ngx_webrtc_slot_t;


/* the objects are the caller's; the array grows and never shrinks */

typedef struct {
    ngx_webrtc_slot_t      *slots;
    ngx_log_t              *log;
    uint32_t                size;
    uint32_t                max;
    uint32_t                free;
    uint32_t                count;
} ngx_webrtc_slots_t;


void ngx_webrtc_slots_init(ngx_webrtc_slots_t *slots, uint32_t max,
    ngx_log_t *log);
void ngx_webrtc_slots_cleanup(ngx_webrtc_slots_t *slots);

/* 0: "max" objects are there, or no memory */
uint64_t ngx_webrtc_slots_add(ngx_webrtc_slots_t *slots, void *data);
void ngx_webrtc_slots_remove(ngx_webrtc_slots_t *slots, uint64_t id);
void *ngx_webrtc_slots_find(ngx_webrtc_slots_t *slots, uint64_t id);

/*
 * The first object at or after "*index", which is moved behind it; NULL: no
 * more.  Objects may be removed and added between calls.
 */
void *ngx_webrtc_slots_next(ngx_webrtc_slots_t *slots, uint32_t *index);


#endif /* _NGX_WEBRTC_SLOTS_H_INCLUDED_ */
