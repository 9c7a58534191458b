
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The services of the configurations that this worker owns: made and freed as
 * the rows of the zone say, joined to connections, viewings and the log.
 * Without a media port there are none.
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_WORKER_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_WORKER_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_worker.h>


ngx_int_t ngx_webrtc_evostream_worker_open(ngx_cycle_t *cycle,
    ngx_webrtc_worker_t *worker);
/* everybody hears of it, while relay and viewings still work */
void ngx_webrtc_evostream_worker_close(ngx_webrtc_worker_t *worker);

/* rooms are another worker's; viewers under way have a moment */
void ngx_webrtc_evostream_worker_quit(ngx_webrtc_worker_t *worker);
/* a worker that quits still has such viewers */
ngx_uint_t ngx_webrtc_evostream_worker_is_busy(void);

/* several times a second: looks at the rows when it is time for it */
void ngx_webrtc_evostream_worker_check(ngx_webrtc_worker_t *worker);

void ngx_webrtc_evostream_worker_tick(ngx_webrtc_worker_t *worker,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_evostream_worker_expires(
    ngx_webrtc_worker_t *worker);


#endif /* _NGX_WEBRTC_EVOSTREAM_WORKER_H_INCLUDED_ */
