
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Channels that outgrow a worker.  Members and events of a channel stay at
 * its home; when that forwards more than "webrtc_spread" packets per second,
 * those who come get their media at the worker that forwards least.  The two
 * speak over a wire (media/ngx_webrtc_distant.h), packets take the trunks.
 */


#ifndef _NGX_WEBRTC_SPREAD_H_INCLUDED_
#define _NGX_WEBRTC_SPREAD_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_outbox.h>
#include <hub/ngx_webrtc_place.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_worker.h>


/* with the engine, whose outbox it is */
ngx_int_t ngx_webrtc_spread_open(ngx_webrtc_conf_t *wcf,
    ngx_webrtc_worker_t *worker, ngx_webrtc_outbox_t *out);
/* the worker goes: those whose homes are elsewhere hear it, while they can */
void ngx_webrtc_spread_leave(ngx_webrtc_usec_t now);
/* when the hub has gone, before the engine: ends what others have here */
void ngx_webrtc_spread_close(void);

/* the hub asks, data is the worker */
ngx_int_t ngx_webrtc_spread_place(void *data, ngx_webrtc_place_t *place);

/*
 * Once in a turn of the loop, before media are sent: reads what others have
 * written, wakes them when we have.  NGX_AGAIN: there is more to be read.
 */
ngx_int_t ngx_webrtc_spread_turn(void);
/* a few times a second: tells others how much we do */
void ngx_webrtc_spread_check(void);

/* members of other workers' channels: they hold one that wants to quit */
ngx_uint_t ngx_webrtc_spread_busy(void);


#endif /* _NGX_WEBRTC_SPREAD_H_INCLUDED_ */
