
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_rtp.h>


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char            *pos;
    ngx_webrtc_rtp_t   rtp;

    pos = (u_char *) data;

    (void) ngx_webrtc_rtp_is_rtcp(pos, pos + size);
    (void) ngx_webrtc_rtp_parse_header(pos, pos + size, &rtp);

    if (ngx_webrtc_rtp_parse(pos, pos + size, &rtp) == NGX_OK
        && rtp.header_len + rtp.payload_len + rtp.padding != size)
    {
        abort();
    }

    return 0;
}
