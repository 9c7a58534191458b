
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The video of one sender is kept from one receiver.  It may be said before
 * there is any, and it ends with either of the two.
 */


#ifndef _NGX_WEBRTC_PAUSE_H_INCLUDED_
#define _NGX_WEBRTC_PAUSE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_hub.h>


/* NULL, or a reason as in ngx_webrtc_simulcast.h */
const char *ngx_webrtc_pause_set(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, ngx_uint_t paused, ngx_webrtc_usec_t now);


typedef void (*ngx_webrtc_pause_pt)(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender, void *data);

/* all that is paused in a channel; the handler says no verbs */
void ngx_webrtc_pause_each(ngx_webrtc_channel_t *channel,
    ngx_webrtc_pause_pt handler, void *data);


#endif /* _NGX_WEBRTC_PAUSE_H_INCLUDED_ */
