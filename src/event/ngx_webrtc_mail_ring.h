
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A ring of messages in shared memory.  Writers exclude each other by a lock
 * of their own; the one reader needs none: a message is there when "tail" has
 * moved over it, and its place is free when "head" has.  Each of the two is
 * changed by one side, by one store, so that a process which dies in between
 * leaves a ring that works.
 */


#ifndef _NGX_WEBRTC_MAIL_RING_H_INCLUDED_
#define _NGX_WEBRTC_MAIL_RING_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef struct {
    u_char                   *start;
    size_t                    size;     /* a multiple of 8 */
    volatile uint64_t         head;     /* bytes ever read */
    volatile uint64_t         tail;     /* bytes ever written */
} ngx_webrtc_mail_ring_t;


/* in front of each message */

typedef struct {
    uint32_t                  len;      /* of the body */
    uint32_t                  type;
    uint64_t                  seat;     /* who sent it */
    uint64_t                  term;
    uint64_t                  id;
} ngx_webrtc_mail_head_t;


#define ngx_webrtc_mail_ring_empty(ring)  ((ring)->head == (ring)->tail)

/* the longest body */
#define ngx_webrtc_mail_ring_max(ring)                                       \
    ((ring)->size - sizeof(ngx_webrtc_mail_head_t))


void ngx_webrtc_mail_ring_init(ngx_webrtc_mail_ring_t *ring, u_char *start,
    size_t size);
void ngx_webrtc_mail_ring_reset(ngx_webrtc_mail_ring_t *ring);

/*
 * The body is "a" and then "b", head->len bytes together.  NGX_OK; NGX_DONE:
 * written, and the reader must be woken; NGX_AGAIN: no room now; NGX_ERROR:
 * too large for ever.
 */
ngx_int_t ngx_webrtc_mail_ring_write(ngx_webrtc_mail_ring_t *ring,
    const ngx_webrtc_mail_head_t *head, const void *a, size_t alen,
    const void *b, size_t blen);

/*
 * The oldest message; its body stays in the ring until next(), unless
 * it lies around the end: then it is copied to "buf" of max() bytes.
 * NGX_AGAIN: empty (the next write says NGX_DONE); NGX_ERROR: the ring held
 * nonsense and was emptied.
 */
ngx_int_t ngx_webrtc_mail_ring_read(ngx_webrtc_mail_ring_t *ring,
    ngx_webrtc_mail_head_t *head, u_char **body, u_char *buf);
void ngx_webrtc_mail_ring_next(ngx_webrtc_mail_ring_t *ring,
    const ngx_webrtc_mail_head_t *head);


#endif /* _NGX_WEBRTC_MAIL_RING_H_INCLUDED_ */
