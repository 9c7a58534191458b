
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_rtp_ext.h>


static volatile u_char  sink;


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char                *pos, sum;
    ngx_uint_t             i, kind;
    ngx_webrtc_rtp_t       rtp;
    ngx_webrtc_ext_map_t   map;
    ngx_webrtc_rtp_ext_t   ext;

    ngx_memzero(&map, sizeof(map));

    for (kind = 1; kind < NGX_WEBRTC_EXT_MAX; kind++) {
        (void) ngx_webrtc_ext_map_add(&map, kind, kind);
    }

    pos = (u_char *) data;

    if (ngx_webrtc_rtp_parse(pos, pos + size, &rtp) != NGX_OK
        || ngx_webrtc_rtp_ext_parse(&rtp, &map, &ext) != NGX_OK)
    {
        return 0;
    }

    sum = 0;

    for (kind = 1; kind < NGX_WEBRTC_EXT_MAX; kind++) {
        if (ngx_webrtc_rtp_ext_has(&ext, kind)) {
            for (i = 0; i < ext.lens[kind]; i++) {
                sum ^= ext.values[kind][i];
            }
        }
    }

    sink = sum;

    return 0;
}
