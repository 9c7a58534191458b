
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


#endif /* _NGX_WEBRTC_STR_H_INCLUDED_ */
