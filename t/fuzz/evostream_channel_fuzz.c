
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_json.h>
#include <front/evostream/ngx_webrtc_evostream_channel.h>


/* what is answered is JSON, and fits */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char     *copy, *buf;
    ngx_str_t   reply;

    copy = malloc(size ? size : 1);
    buf = malloc(NGX_WEBRTC_EVOSTREAM_REPLY_MAX);

    if (copy == NULL || buf == NULL) {
        abort();
    }

    if (size) {
        memcpy(copy, data, size);
    }

    (void) ngx_webrtc_evostream_channel(copy, copy + size, buf, &reply);

    if (reply.len
        && (reply.len > NGX_WEBRTC_EVOSTREAM_REPLY_MAX
            || ngx_webrtc_json_check(reply.data, reply.data + reply.len)
               != NGX_OK))
    {
        abort();
    }

    free(copy);
    free(buf);

    return 0;
}
