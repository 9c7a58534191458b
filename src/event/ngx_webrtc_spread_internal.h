
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* shared by the files that let a channel be on several workers */


#ifndef _NGX_WEBRTC_SPREAD_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_SPREAD_INTERNAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <media/ngx_webrtc_distant.h>
#include <event/ngx_webrtc_candidates.h>
#include <event/ngx_webrtc_spread.h>
#include <event/ngx_webrtc_wire.h>
#include <event/ngx_webrtc_zone_sh.h>


/* where the media port of a seat is reached */

typedef struct {
    in_port_t                 port;
    ngx_uint_t                n;
    ngx_webrtc_addr_t         addrs[NGX_WEBRTC_CANDIDATES_MAX];
} ngx_webrtc_spread_addrs_t;


typedef struct {
    ngx_webrtc_worker_t      *worker;   /* NULL: channels are on one */
    ngx_webrtc_conf_t        *conf;
    ngx_webrtc_outbox_t      *out;
    ngx_webrtc_trunk_t       *trunk;
    ngx_webrtc_seat_t        *seat;

    ngx_queue_t               ends;     /* of wires */
    ngx_queue_t               late;     /* those that have messages waiting */
    ngx_event_t               retry;

    ngx_webrtc_usec_t         counted;  /* when packets were, the last time */
    uint64_t                  packets;
    ngx_uint_t                transports;   /* as told last */
    ngx_uint_t                added;        /* what others had made of it */

    ngx_webrtc_spread_addrs_t  *addrs[NGX_WEBRTC_TRUNK_READERS];
} ngx_webrtc_spread_t;


/* of this process */
ngx_webrtc_spread_t *ngx_webrtc_spread_get(void);


/* ngx_webrtc_spread_end.c */

void ngx_webrtc_spread_ends_init(ngx_webrtc_spread_t *spread);
void ngx_webrtc_spread_ends_leave(ngx_webrtc_spread_t *spread,
    ngx_webrtc_usec_t now);
/* residents and what has lost its owner; messages leave as far as they can */
void ngx_webrtc_spread_ends_close(ngx_webrtc_spread_t *spread);

/* the peer of a member whose media are there; NULL: it cannot be */
ngx_webrtc_peer_t *ngx_webrtc_spread_peer(ngx_webrtc_spread_t *spread,
    const ngx_webrtc_owner_t *to, ngx_webrtc_peer_handler_pt handler,
    void *data);


#endif /* _NGX_WEBRTC_SPREAD_INTERNAL_H_INCLUDED_ */
