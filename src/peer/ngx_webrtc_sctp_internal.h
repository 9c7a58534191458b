
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the files of SCTP share */


#ifndef _NGX_WEBRTC_SCTP_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_SCTP_INTERNAL_H_INCLUDED_


#include <errno.h>
#include <usrsctp.h>
#include <peer/ngx_webrtc_sctp.h>


#define NGX_WEBRTC_SCTP_TICK            (20 * NGX_WEBRTC_MSEC)

/*
 * What a peer that takes nothing may leave with us: each message costs more
 * than its bytes.  Every so many messages the sum of bytes is noted.
 */
#define NGX_WEBRTC_SCTP_MARK            64
#define NGX_WEBRTC_SCTP_MARKS           64
#define NGX_WEBRTC_SCTP_MESSAGES_MAX                                         \
    (NGX_WEBRTC_SCTP_MARKS * NGX_WEBRTC_SCTP_MARK)


/*
 * A message may come in pieces as small as this, on average, with some more
 * of them: each one costs hundreds of bytes until the message is whole.
 */
#define NGX_WEBRTC_SCTP_CHUNK_MIN       256
#define NGX_WEBRTC_SCTP_CHUNKS          512


/*
 * What usrsctp takes for an address.  It cannot forget one without the thread
 * that we do not run, so they are used again and live as long as it does.
 */

typedef struct {
    ngx_queue_t                 queue;
    ngx_webrtc_sctp_t          *sctp;           /* NULL: free */
} ngx_webrtc_sctp_addr_t;


struct ngx_webrtc_sctp_ctx_s {
    ngx_log_t                  *log;
    ngx_queue_t                 addrs;          /* the free ones */

    u_char                     *buf;            /* one event */
    u_char                     *old;            /* it may be in here yet */
    size_t                      size;

    ngx_uint_t                  count;
    uint32_t                    chunks;
    ngx_webrtc_usec_t           now;            /* of the last call */
    ngx_webrtc_usec_t           ticked;         /* what usrsctp knows of it */
    ngx_webrtc_usec_t           active;
    unsigned                    crc:1;          /* checksums are ours */
};


struct ngx_webrtc_sctp_s {
    ngx_webrtc_sctp_ctx_t      *ctx;
    ngx_webrtc_sctp_addr_t     *addr;
    ngx_webrtc_sctp_conf_t      conf;
    struct socket              *so;
    ngx_queue_t                 queue;          /* of those ready */

    uint64_t                    messages;       /* sent so far */
    uint64_t                    bytes;
    uint64_t                    marks[NGX_WEBRTC_SCTP_MARKS];

    size_t                      crumbs;         /* short of CHUNK_MIN so far */

    unsigned                    ready:1;
    unsigned                    lost:1;
    unsigned                    crumbled:1;     /* next() has to say so */
    unsigned                    full:1;         /* send() had no room */
    unsigned                    drained:1;      /* next() has to say so */
};


/* an address, and room for a message; NULL: no memory */
ngx_webrtc_sctp_addr_t *ngx_webrtc_sctp_acquire(ngx_webrtc_sctp_ctx_t *ctx,
    size_t max_message, ngx_webrtc_usec_t now);
void ngx_webrtc_sctp_release(ngx_webrtc_sctp_ctx_t *ctx,
    ngx_webrtc_sctp_addr_t *addr);

/* tells usrsctp the time if it is "step" late or more */
void ngx_webrtc_sctp_advance(ngx_webrtc_sctp_ctx_t *ctx,
    ngx_webrtc_usec_t now, ngx_webrtc_usec_t step);

/* there is something for next() */
void ngx_webrtc_sctp_post(ngx_webrtc_sctp_t *sctp);


#endif /* _NGX_WEBRTC_SCTP_INTERNAL_H_INCLUDED_ */
