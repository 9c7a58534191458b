
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A sender of plain RTP: a peer without a transport, with one source.  What
 * it sends comes in as unprotected datagrams; its source is subscribed to and
 * forwarded like any other, so that repair, reports, key frame requests and
 * rewriting are those of the engine.
 *
 * A new SSRC or a jump of its numbers begins a new run: receivers get all
 * runs as one stream.  Until the sender reports, its time is that at which
 * its packets come.
 *
 * An engine has room for twice as many of them as for other peers.
 */


#ifndef _NGX_WEBRTC_PLAIN_H_INCLUDED_
#define _NGX_WEBRTC_PLAIN_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>
#include <media/ngx_webrtc_peer.h>
#include <proto/ngx_webrtc_rtcp.h>


typedef struct ngx_webrtc_plain_s  ngx_webrtc_plain_t;


typedef enum {
    NGX_WEBRTC_PLAIN_TAKEN = 0,
    NGX_WEBRTC_PLAIN_BAD,       /* not RTP: too short, RTCP, malformed; too
                                   long; of a sender that was replaced */
    NGX_WEBRTC_PLAIN_TYPE       /* another payload type than declared */
} ngx_webrtc_plain_e;


/*
 * What is said to the sender, RTCP, composed: reports about it, each second
 * while it sends; what its receivers report; key frame requests, with a cap
 * the REMB.  From within tick(); may destroy any peer.
 */
typedef void (*ngx_webrtc_plain_rtcp_pt)(ngx_webrtc_plain_t *plain,
    const u_char *pos, size_t len, void *data, ngx_webrtc_usec_t now);


#define NGX_WEBRTC_PLAIN_ANY    255         /* type */


typedef struct {
    ngx_webrtc_format_t       format;       /* pt: as it comes in, or ANY; the
                                               rest but codec and clock is
                                               unused */
    uint64_t                  bit_rate;     /* cap, bits per second; 0: none */
    ngx_str_t                 cname;        /* ours, outlives it; or empty */
    ngx_webrtc_plain_rtcp_pt  handler;      /* NULL: nothing is said */
    void                     *data;
} ngx_webrtc_plain_conf_t;


/* NULL: no memory, too many, or an unknown codec */
ngx_webrtc_plain_t *ngx_webrtc_plain_create(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_plain_conf_t *conf, ngx_webrtc_usec_t now);
/* ends the subscriptions and forwards of its source */
void ngx_webrtc_plain_destroy(ngx_webrtc_plain_t *plain);

ngx_webrtc_source_t *ngx_webrtc_plain_source(ngx_webrtc_plain_t *plain);

/*
 * One RTP datagram, changed in place; the SSRC may change at any time.  The
 * engine may be pending() after it; "plain" may be gone.
 */
ngx_webrtc_plain_e ngx_webrtc_plain_input(ngx_webrtc_plain_t *plain,
    u_char *pos, size_t len, ngx_webrtc_usec_t now);
/*
 * RTCP of the sender: its reports are used for what goes out in its place.
 * NGX_DECLINED: it is none.
 */
ngx_int_t ngx_webrtc_plain_rtcp(ngx_webrtc_plain_t *plain, u_char *pos,
    size_t len, ngx_webrtc_usec_t now);


/* what a compound of a receiver of plain RTP asks for or tells */

typedef struct {
    uint64_t                  bit_rate;     /* REMB; 0: not told */
    ngx_uint_t                nblocks;      /* of receiver reports */
    ngx_webrtc_rtcp_block_t   block;        /* the one with most loss */
    unsigned                  key_frame:1;  /* PLI or FIR */
} ngx_webrtc_plain_wants_t;


/* NGX_DECLINED: it is no RTCP */
ngx_int_t ngx_webrtc_plain_read(u_char *pos, size_t len,
    ngx_webrtc_plain_wants_t *wants);


#endif /* _NGX_WEBRTC_PLAIN_H_INCLUDED_ */
