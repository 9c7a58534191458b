
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Verbs about the layers of video that a receiver gets.  What is asked for one
 * sender goes before what is asked for all, that before what the receiver
 * joined with, and that is LAYER_AUTO when it said nothing.
 *
 * "sender_id" is a connection_id of the receiver's channel; NULL or empty for
 * all senders, also those who come later.  The verbs return NULL, or why they
 * did nothing as a constant:
 *
 *     CONNECTION-NOT-FOUND     there is no such sender
 *     SAME-CONNECTION          the sender is the receiver
 *     SAME-BUNDLE              of one bundle: they do not see each other
 *     NOT-A-RECEIVER           it receives no video
 *     NOT-A-SENDER             it sends no video
 *     NO-MEMORY
 */


#ifndef _NGX_WEBRTC_SIMULCAST_H_INCLUDED_
#define _NGX_WEBRTC_SIMULCAST_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_hub.h>


/* a layer or LAYER_NONE; of a sender without layers the video it has */
const char *ngx_webrtc_simulcast_request(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, ngx_int_t layer, ngx_webrtc_usec_t now);

/* for all senders it forgets what was asked for single ones, too */
const char *ngx_webrtc_simulcast_reset(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, ngx_webrtc_usec_t now);

/* whether a client may ask for this layer by itself; its owner checks it */
ngx_uint_t ngx_webrtc_simulcast_may_request(
    ngx_webrtc_connection_t *receiver, ngx_int_t layer);


#endif /* _NGX_WEBRTC_SIMULCAST_H_INCLUDED_ */
