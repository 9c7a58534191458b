
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Plain RTP of a source, as it would be without SRTP, to one address; what
 * was sent again by RTX is in its place, what comes with other payload types
 * is left out.  It ends with its source.  What the address may be is for the
 * caller to check.
 */


#ifndef _NGX_WEBRTC_FORWARD_H_INCLUDED_
#define _NGX_WEBRTC_FORWARD_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>
#include <media/ngx_webrtc_engine.h>


typedef struct ngx_webrtc_forward_s  ngx_webrtc_forward_t;


/* the payload type as it came in */
#define NGX_WEBRTC_FORWARD_SAME_PT  (-1)


typedef struct {
    ngx_webrtc_addr_t         rtp;      /* port 0: none, for the time being */
    ngx_webrtc_addr_t         rtcp;     /* of sender reports and BYE; port 0:
                                           none */
    ngx_str_t                 cname;    /* outlives it */
    ngx_int_t                 pt;       /* or SAME_PT */
    unsigned                  bare:1;   /* no header extensions */
} ngx_webrtc_forward_conf_t;


/*
 * Begins with a key frame, which the publisher is asked for; of layers it
 * sends the highest one that there is.  NULL: no memory.
 */
ngx_webrtc_forward_t *ngx_webrtc_forward_create(ngx_webrtc_source_t *source,
    const ngx_webrtc_forward_conf_t *conf, ngx_webrtc_usec_t now);
/* a new address begins with a key frame; the line goes on */
void ngx_webrtc_forward_set(ngx_webrtc_forward_t *forward,
    const ngx_webrtc_forward_conf_t *conf, ngx_webrtc_usec_t now);
void ngx_webrtc_forward_destroy(ngx_webrtc_forward_t *forward);


#endif /* _NGX_WEBRTC_FORWARD_H_INCLUDED_ */
