
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the gateway of a worker: what it asks of sockets and agents */


#ifndef _NGX_WEBRTC_GATEWAY_WORKER_H_INCLUDED_
#define _NGX_WEBRTC_GATEWAY_WORKER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_worker.h>


/* "candidates" outlive it */
ngx_int_t ngx_webrtc_gateway_worker_open(ngx_cycle_t *cycle,
    ngx_webrtc_worker_t *worker, const ngx_webrtc_addr_t *candidates,
    ngx_uint_t ncandidates);
/* after the front-end and the ports, before the engine */
void ngx_webrtc_gateway_worker_close(ngx_webrtc_worker_t *worker);

void ngx_webrtc_gateway_worker_tick(ngx_webrtc_worker_t *worker,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_gateway_worker_expires(
    ngx_webrtc_worker_t *worker);


#endif /* _NGX_WEBRTC_GATEWAY_WORKER_H_INCLUDED_ */
