
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* of ngx_webrtc_evostream_worker*.c alone */


#ifndef _NGX_WEBRTC_EVOSTREAM_WORKER_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_WORKER_INTERNAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_hash.h>
#include <core/ngx_webrtc_timer.h>
#include <event/ngx_webrtc_worker.h>
#include <front/evostream/ngx_webrtc_evostream_service.h>


/* a configuration of this worker; lives as long as its service */

typedef struct {
    ngx_queue_t                      queue;
    ngx_webrtc_hash_node_t           node;
    ngx_webrtc_timer_t               timer;
    ngx_webrtc_worker_t             *worker;
    ngx_webrtc_evostream_service_t  *service;
    ngx_uint_t                       id;
    ngx_uint_t                       round;     /* of the last look */
} ngx_webrtc_evostream_entry_t;


/* what services want of the event loop; their data is the entry */
extern const ngx_webrtc_evostream_glue_t  ngx_webrtc_evostream_worker_glue;


/*
 * After any call to the service: its timer is set.  The entry is gone then if
 * it had nothing left to do.
 */
void ngx_webrtc_evostream_worker_settle(ngx_webrtc_evostream_entry_t *entry);


#endif /* _NGX_WEBRTC_EVOSTREAM_WORKER_INTERNAL_H_INCLUDED_ */
