
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A sender of plain RTP: a peer without a transport, with one source.  What
 * it sends comes in as unprotected datagrams; its source is subscribed to and
 * forwarded like any other, so that repair, reports, key frame requests and
 * rewriting are those of the engine.
 */


#ifndef _NGX_WEBRTC_PLAIN_H_INCLUDED_
#define _NGX_WEBRTC_PLAIN_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>
#include <media/ngx_webrtc_peer.h>


typedef struct ngx_webrtc_plain_s  ngx_webrtc_plain_t;


typedef enum {
    NGX_WEBRTC_PLAIN_TAKEN = 0,
    NGX_WEBRTC_PLAIN_BAD,       /* not RTP: too short, RTCP, malformed */
    NGX_WEBRTC_PLAIN_TYPE       /* another payload type than declared */
} ngx_webrtc_plain_e;


/* what a receiver of the source wants said to the sender: RTCP, composed */
typedef void (*ngx_webrtc_plain_rtcp_pt)(ngx_webrtc_plain_t *plain,
    const u_char *pos, size_t len, void *data, ngx_webrtc_usec_t now);


typedef struct {
    ngx_webrtc_format_t       format;       /* pt: as it comes in */
    ngx_webrtc_plain_rtcp_pt  handler;      /* NULL: nothing is said */
    void                     *data;
} ngx_webrtc_plain_conf_t;


/* NULL: no memory */
ngx_webrtc_plain_t *ngx_webrtc_plain_create(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_plain_conf_t *conf, ngx_webrtc_usec_t now);
/* ends the subscriptions and forwards of its source */
void ngx_webrtc_plain_destroy(ngx_webrtc_plain_t *plain);

ngx_webrtc_source_t *ngx_webrtc_plain_source(ngx_webrtc_plain_t *plain);

/* one RTP datagram, changed in place; the SSRC may change at any time */
ngx_webrtc_plain_e ngx_webrtc_plain_input(ngx_webrtc_plain_t *plain,
    u_char *pos, size_t len, ngx_webrtc_usec_t now);
/*
 * RTCP of the sender: its reports are used for what goes out in its place.
 * NGX_DECLINED: it is none.
 */
ngx_int_t ngx_webrtc_plain_rtcp(ngx_webrtc_plain_t *plain, u_char *pos,
    size_t len, ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_PLAIN_H_INCLUDED_ */
