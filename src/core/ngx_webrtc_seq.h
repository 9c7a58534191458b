
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* serial number arithmetic (RFC 1982) for RTP's wrapping counters */


#ifndef _NGX_WEBRTC_SEQ_H_INCLUDED_
#define _NGX_WEBRTC_SEQ_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* how far "a" is ahead of "b"; negative when it is behind */

static ngx_inline int32_t
ngx_webrtc_seq16_diff(uint16_t a, uint16_t b)
{
    return (int16_t) (uint16_t) (a - b);
}


static ngx_inline int32_t
ngx_webrtc_seq32_diff(uint32_t a, uint32_t b)
{
    return (int32_t) (a - b);
}


/*
 * Extends a 16-bit number to the 64-bit one that is nearest to "reference",
 * the last extended number (start with the first number + 0x10000, so that
 * early reordering cannot go below zero).
 */

static ngx_inline uint64_t
ngx_webrtc_seq16_extend(uint16_t seq, uint64_t reference)
{
    return reference
           + (int64_t) ngx_webrtc_seq16_diff(seq, (uint16_t) reference);
}


#endif /* _NGX_WEBRTC_SEQ_H_INCLUDED_ */
