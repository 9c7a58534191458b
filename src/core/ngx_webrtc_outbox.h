
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What protocol code wants sent: a bounded list of messages in one contiguous
 * buffer.  A message with a "segment" is a run of equal datagrams (the last
 * may be smaller) that the kernel splits (UDP_SEGMENT).  The loop's glue sends
 * from the head and calls reset() when all is gone.
 */


#ifndef _NGX_WEBRTC_OUTBOX_H_INCLUDED_
#define _NGX_WEBRTC_OUTBOX_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>


/* limits of one UDP_SEGMENT message */

#define NGX_WEBRTC_SEGMENTS_MAX     64
#define NGX_WEBRTC_MESSAGE_MAX      65507


/* a path is the pair of addresses that ICE selected */

typedef struct {
    ngx_webrtc_addr_t        remote;
    ngx_webrtc_addr_t        local;     /* where the peer reaches us */
} ngx_webrtc_path_t;


typedef struct {
    ngx_webrtc_path_t        path;
    u_char                  *data;
    uint32_t                 len;
    uint32_t                 segment;   /* 0: one datagram */
} ngx_webrtc_message_t;


typedef struct {
    u_char                  *start;
    u_char                  *pos;
    u_char                  *end;
    ngx_webrtc_message_t    *messages;
    ngx_uint_t               nmessages;
    ngx_uint_t               max;
    ngx_uint_t               head;      /* the first one not yet sent */
    uint64_t                 dropped;   /* had no room */
} ngx_webrtc_outbox_t;


ngx_int_t ngx_webrtc_outbox_init(ngx_webrtc_outbox_t *out, ngx_pool_t *pool,
    size_t size, ngx_uint_t max);

/*
 * Room for "size" bytes, or NULL when the outbox is full (counted in
 * "dropped" only if the caller gives up).  commit() makes the first "len" of
 * them a message; without a commit() nothing happened.
 */
u_char *ngx_webrtc_outbox_reserve(ngx_webrtc_outbox_t *out, size_t size);
void ngx_webrtc_outbox_commit(ngx_webrtc_outbox_t *out,
    const ngx_webrtc_path_t *path, size_t len, size_t segment);

/*
 * commit() of one datagram, which becomes a part of the last message if that
 * goes the same way and the kernel can split it.
 */
void ngx_webrtc_outbox_append(ngx_webrtc_outbox_t *out,
    const ngx_webrtc_path_t *path, size_t len);

/* reserve(), copy, commit(); NGX_DECLINED: full, counted as dropped */
ngx_int_t ngx_webrtc_outbox_add(ngx_webrtc_outbox_t *out,
    const ngx_webrtc_path_t *path, const void *data, size_t len);

void ngx_webrtc_outbox_reset(ngx_webrtc_outbox_t *out);


#define ngx_webrtc_outbox_empty(out)  ((out)->head == (out)->nmessages)


#endif /* _NGX_WEBRTC_OUTBOX_H_INCLUDED_ */
