
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The viewers of the streams of this worker: each is a session of WebRTC and
 * a row of the zone, and has a wire as long as there is signalling for it.
 */


#ifndef _NGX_WEBRTC_VIEWING_SESSION_H_INCLUDED_
#define _NGX_WEBRTC_VIEWING_SESSION_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_worker.h>


/* with hub, gateway and ports */
ngx_int_t ngx_webrtc_viewing_sessions_open(ngx_cycle_t *cycle,
    ngx_webrtc_worker_t *worker);
/* before the ports, all sessions have been shut down */
void ngx_webrtc_viewing_sessions_close(ngx_webrtc_worker_t *worker);
/* ends all of them, while wires and media still work */
void ngx_webrtc_viewing_sessions_shutdown(ngx_webrtc_worker_t *worker);

void ngx_webrtc_viewing_sessions_tick(ngx_webrtc_worker_t *worker,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_viewing_sessions_expires(
    ngx_webrtc_worker_t *worker);
/* for a graceful quit */
ngx_uint_t ngx_webrtc_viewing_sessions_busy(void);

/* rows may have been removed: ends those that have to; by the mail */
void ngx_webrtc_viewing_sessions_check(void);


#endif /* _NGX_WEBRTC_VIEWING_SESSION_H_INCLUDED_ */
