
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The rendezvous server in a worker: sockets here, rooms of which this is the
 * home, and links to those of which it is not.
 */


#ifndef _NGX_WEBRTC_ERS_WORKER_H_INCLUDED_
#define _NGX_WEBRTC_ERS_WORKER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_worker.h>
#include <front/evostream/ngx_webrtc_ers.h>


/* worker->ers stays NULL without a zone, or memory */
void ngx_webrtc_ers_worker_open(ngx_cycle_t *cycle,
    ngx_webrtc_worker_t *worker);
/* all sockets are closed, all rooms are left to other workers */
void ngx_webrtc_ers_worker_quit(ngx_webrtc_worker_t *worker);
void ngx_webrtc_ers_worker_close(ngx_webrtc_worker_t *worker);

void ngx_webrtc_ers_worker_tick(ngx_webrtc_worker_t *worker,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_ers_worker_expires(
    ngx_webrtc_worker_t *worker);


#endif /* _NGX_WEBRTC_ERS_WORKER_H_INCLUDED_ */
