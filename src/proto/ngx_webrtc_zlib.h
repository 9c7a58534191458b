
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Messages as zlib streams (RFC 1950), each of its own: no window is shared
 * between them.  The states of zlib are made when they are first needed and
 * used for every message.
 */


#ifndef _NGX_WEBRTC_ZLIB_H_INCLUDED_
#define _NGX_WEBRTC_ZLIB_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef struct ngx_webrtc_zlib_s  ngx_webrtc_zlib_t;


/* NULL: no memory */
ngx_webrtc_zlib_t *ngx_webrtc_zlib_create(ngx_log_t *log);
void ngx_webrtc_zlib_destroy(ngx_webrtc_zlib_t *zlib);

/*
 * "out" is valid until the next call of the same function.  What equals the
 * last message is not compressed again.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_webrtc_zlib_deflate(ngx_webrtc_zlib_t *zlib,
    const u_char *data, size_t len, ngx_str_t *out);

/*
 * NGX_DECLINED: not one whole stream, or something follows it; NGX_ABORT: it
 * is of more than "max" bytes; NGX_ERROR: no memory.
 */
ngx_int_t ngx_webrtc_zlib_inflate(ngx_webrtc_zlib_t *zlib,
    const u_char *data, size_t len, size_t max, ngx_str_t *out);


#endif /* _NGX_WEBRTC_ZLIB_H_INCLUDED_ */
