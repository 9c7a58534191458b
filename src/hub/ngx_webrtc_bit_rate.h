
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What a sender's video may use.  It is told in REMB, which takes effect at
 * once, and in the next offer, whose bandwidth bounds the client's encoder
 * and makes it look for more when it was raised.
 */


#ifndef _NGX_WEBRTC_BIT_RATE_H_INCLUDED_
#define _NGX_WEBRTC_BIT_RATE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_hub.h>


/*
 * In kbit/s; it stays until it is set again, and is not shared any more.
 * NGX_DECLINED: the connection sends no video; NGX_ABORT: not with spotlight.
 */
ngx_int_t ngx_webrtc_connection_set_bit_rate(
    ngx_webrtc_connection_t *connection, uint32_t bit_rate,
    ngx_webrtc_usec_t now);

/* the one of now, kbit/s */
uint32_t ngx_webrtc_connection_bit_rate(ngx_webrtc_connection_t *connection);


#endif /* _NGX_WEBRTC_BIT_RATE_H_INCLUDED_ */
