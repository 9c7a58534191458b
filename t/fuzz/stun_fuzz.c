
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_stun_sign.h>


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char             *pos, *p, out[NGX_WEBRTC_STUN_MAX];
    ngx_str_t           password = ngx_string("VOkJxbRl1RmTxUk/WvJxBt");
    ngx_webrtc_stun_t   stun, reply;

    pos = (u_char *) data;

    if (ngx_webrtc_stun_parse(pos, pos + size, &stun) != NGX_OK) {
        return 0;
    }

    (void) ngx_webrtc_stun_check(&stun, &password);

    if (stun.class != NGX_WEBRTC_STUN_REQUEST) {
        return 0;
    }

    p = ngx_webrtc_stun_write_error(out, out + sizeof(out), &stun,
                                    NGX_WEBRTC_STUN_UNKNOWN_ATTRIBUTE,
                                    &password);

    if (p == NULL || ngx_webrtc_stun_parse(out, p, &reply) != NGX_OK
        || ngx_webrtc_stun_check(&reply, &password) != NGX_OK)
    {
        abort();
    }

    return 0;
}
