
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Big-endian reads and writes at a byte pointer.  They check nothing: the
 * caller compares with "last" before it reads, as in "if (last - pos < 4)".
 */


#ifndef _NGX_WEBRTC_CURSOR_H_INCLUDED_
#define _NGX_WEBRTC_CURSOR_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


static ngx_inline uint16_t
ngx_webrtc_get16(const u_char *p)
{
    return (uint16_t) ((p[0] << 8) | p[1]);
}


static ngx_inline uint32_t
ngx_webrtc_get24(const u_char *p)
{
    return ((uint32_t) p[0] << 16) | ((uint32_t) p[1] << 8) | p[2];
}


static ngx_inline uint32_t
ngx_webrtc_get32(const u_char *p)
{
    return ((uint32_t) p[0] << 24) | ((uint32_t) p[1] << 16)
           | ((uint32_t) p[2] << 8) | p[3];
}


static ngx_inline uint64_t
ngx_webrtc_get64(const u_char *p)
{
    return ((uint64_t) ngx_webrtc_get32(p) << 32) | ngx_webrtc_get32(p + 4);
}


static ngx_inline u_char *
ngx_webrtc_put16(u_char *p, uint32_t v)
{
    p[0] = (u_char) (v >> 8);
    p[1] = (u_char) v;

    return p + 2;
}


static ngx_inline u_char *
ngx_webrtc_put24(u_char *p, uint32_t v)
{
    p[0] = (u_char) (v >> 16);
    p[1] = (u_char) (v >> 8);
    p[2] = (u_char) v;

    return p + 3;
}


static ngx_inline u_char *
ngx_webrtc_put32(u_char *p, uint32_t v)
{
    p[0] = (u_char) (v >> 24);
    p[1] = (u_char) (v >> 16);
    p[2] = (u_char) (v >> 8);
    p[3] = (u_char) v;

    return p + 4;
}


static ngx_inline u_char *
ngx_webrtc_put64(u_char *p, uint64_t v)
{
    p = ngx_webrtc_put32(p, (uint32_t) (v >> 32));

    return ngx_webrtc_put32(p, (uint32_t) v);
}


#endif /* _NGX_WEBRTC_CURSOR_H_INCLUDED_ */
