
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_zlib.h>


#define MAX  100000


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char             *plain;
    size_t              len;
    ngx_str_t           out;
    ngx_webrtc_zlib_t  *zlib;

    zlib = ngx_webrtc_zlib_create(NULL);
    if (zlib == NULL) {
        return 0;
    }

    if (ngx_webrtc_zlib_inflate(zlib, data, size, MAX, &out) == NGX_OK) {

        if (out.len > MAX) {
            abort();
        }

        /* it is the same after there and back again */

        len = out.len;
        plain = malloc(len ? len : 1);

        if (plain == NULL) {
            abort();
        }

        memcpy(plain, out.data, len);

        if (ngx_webrtc_zlib_deflate(zlib, plain, len, &out) != NGX_OK
            || ngx_webrtc_zlib_inflate(zlib, out.data, out.len, len, &out)
               != NGX_OK
            || out.len != len
            || memcmp(out.data, plain, len) != 0)
        {
            abort();
        }

        free(plain);
    }

    ngx_webrtc_zlib_destroy(zlib);

    return 0;
}
