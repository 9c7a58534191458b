
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The one instance of everything in this process: seat, engine, hub and
 * front-ends, with the timer and the posted event that drive them.
 */


#ifndef _NGX_WEBRTC_WORKER_H_INCLUDED_
#define _NGX_WEBRTC_WORKER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_zone.h>
#include <front/evostream/ngx_webrtc_ers.h>
#include <front/skyway/ngx_webrtc_skyway.h>
#include <front/sora/ngx_webrtc_sora.h>
#include <hub/ngx_webrtc_gateway.h>
#include <hub/ngx_webrtc_hub.h>
#include <hub/ngx_webrtc_viewer.h>
#include <media/ngx_webrtc_engine.h>


typedef struct {
    ngx_webrtc_zone_t        *zone;     /* NULL: not configured */
    ngx_webrtc_owner_t        self;
    ngx_webrtc_engine_t      *engine;   /* NULL: no media port was free */
    ngx_webrtc_hub_t         *hub;
    ngx_webrtc_sora_t        *sora;
    ngx_webrtc_gateway_t     *gateway;
    ngx_webrtc_viewers_t     *viewers;
    ngx_webrtc_skyway_t      *skyway;
    ngx_webrtc_ers_t         *ers;
    struct ngx_webrtc_relay_s  *relay;  /* of ngx_webrtc_relay.c alone */
} ngx_webrtc_worker_t;


/* of this process; never NULL in a worker */
ngx_webrtc_worker_t *ngx_webrtc_worker(void);

/* monotonic microseconds, read once per loop turn */
ngx_webrtc_usec_t ngx_webrtc_now(void);
/* read now, for where accuracy matters */
ngx_webrtc_usec_t ngx_webrtc_now_precise(void);
/* wall clock minus monotonic clock, us */
int64_t ngx_webrtc_worker_wall_offset(void);
/* at the start of a handler that time or datagrams have called */
void ngx_webrtc_now_update(void);

/*
 * To be called after anything that may have changed timers, the outbox or the
 * engine's pending packets from outside the UDP and timer handlers: posts one
 * flush for the end of this loop turn.
 */
void ngx_webrtc_worker_touch(void);


/* init_process and exit_process of the module */
ngx_int_t ngx_webrtc_worker_init(ngx_cycle_t *cycle);
void ngx_webrtc_worker_exit(ngx_cycle_t *cycle);

/*
 * The worker begins to quit: it takes no new channels, and stays while those
 * it has go on.  With "now" (worker_shutdown_timeout) it ends them.
 */
void ngx_webrtc_worker_quit(ngx_uint_t now);


#endif /* _NGX_WEBRTC_WORKER_H_INCLUDED_ */
