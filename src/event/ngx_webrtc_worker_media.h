
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What a worker with a media port has beside the mailbox: sockets, engine,
 * hub and front-ends.  Made and freed together.
 */


#ifndef _NGX_WEBRTC_WORKER_MEDIA_H_INCLUDED_
#define _NGX_WEBRTC_WORKER_MEDIA_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_worker.h>


ngx_int_t ngx_webrtc_worker_open_media(ngx_cycle_t *cycle,
    ngx_webrtc_worker_t *worker);
/* the last packets are sent; does nothing without media */
void ngx_webrtc_worker_close_media(ngx_webrtc_worker_t *worker);

/*
 * NGX_OK: all is sent; NGX_AGAIN: the socket is full; NGX_BUSY: there is
 * more, call again in the next turn of the loop.
 */
ngx_int_t ngx_webrtc_worker_send_media(ngx_webrtc_worker_t *worker);

/*
 * One datagram from a media socket, past everything that waits; what the
 * kernel does not take is lost.  0 or the error.
 */
ngx_err_t ngx_webrtc_worker_sendto(const ngx_webrtc_addr_t *to,
    const u_char *pos, size_t len);

/* brings the numbers in the zone up to date */
void ngx_webrtc_worker_tell_media(ngx_webrtc_worker_t *worker);

void ngx_webrtc_worker_tick_media(ngx_webrtc_worker_t *worker,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_worker_media_expires(
    ngx_webrtc_worker_t *worker);
/* see ngx_webrtc_udp_idle_left() */
ngx_msec_t ngx_webrtc_worker_media_left(void);


#endif /* _NGX_WEBRTC_WORKER_MEDIA_H_INCLUDED_ */
