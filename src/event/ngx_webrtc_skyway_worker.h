
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The gateway and its front-end in a worker with a media port: made and freed
 * with the engine, and joined to the registry, the ports and the other
 * workers.
 */


#ifndef _NGX_WEBRTC_SKYWAY_WORKER_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_WORKER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_worker.h>


ngx_int_t ngx_webrtc_skyway_worker_open(ngx_cycle_t *cycle,
    ngx_webrtc_worker_t *worker);
/* everybody hears of it, while hub and engine still work */
void ngx_webrtc_skyway_worker_shutdown(ngx_webrtc_worker_t *worker);
void ngx_webrtc_skyway_worker_close(ngx_webrtc_worker_t *worker);

void ngx_webrtc_skyway_worker_tick(ngx_webrtc_worker_t *worker,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_skyway_worker_expires(
    ngx_webrtc_worker_t *worker);


#endif /* _NGX_WEBRTC_SKYWAY_WORKER_H_INCLUDED_ */
