
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_WEBRTC_STR_H_INCLUDED_
#define _NGX_WEBRTC_STR_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* an empty string may have no data at all, which memcmp() must not see */

static ngx_inline ngx_uint_t
ngx_webrtc_str_equal(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len
           && (a->len == 0 || ngx_memcmp(a->data, b->data, a->len) == 0);
}


/* an empty string becomes one without data */

static ngx_inline ngx_int_t
ngx_webrtc_str_copy(ngx_pool_t *pool, ngx_str_t *dst, const ngx_str_t *src)
{
    ngx_str_null(dst);

    if (src->len == 0) {
        return NGX_OK;
    }

    dst->data = ngx_pnalloc(pool, src->len);
    if (dst->data == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(dst->data, src->data, src->len);
    dst->len = src->len;

    return NGX_OK;
}


#endif /* _NGX_WEBRTC_STR_H_INCLUDED_ */
