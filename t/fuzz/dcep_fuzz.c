
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_dcep.h>


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char             *pos, *last, *copy;
    ngx_webrtc_dcep_t   dcep;

    pos = (u_char *) data;

    if (ngx_webrtc_dcep_parse(pos, pos + size, &dcep) != NGX_OK) {
        return 0;
    }

    /* what is well formed is written as it was */

    copy = malloc(size);
    if (copy == NULL) {
        return 0;
    }

    last = ngx_webrtc_dcep_write(copy, copy + size, &dcep);

    if (last != copy + size || memcmp(copy, data, size) != 0) {
        abort();
    }

    free(copy);

    return 0;
}
