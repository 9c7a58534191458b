
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_socket_io_1.h>


/* what is read is written, and read again as the same */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char                           *copy, *out;
    ngx_str_t                         id, args;
    ngx_webrtc_text_t                 text;
    ngx_webrtc_socket_io_1_packet_t   packet, again;

    copy = malloc(size ? size : 1);
    out = malloc(size ? size : 1);

    if (copy == NULL || out == NULL) {
        abort();
    }

    if (size) {
        memcpy(copy, data, size);
    }

    if (ngx_webrtc_socket_io_1_parse(copy, copy + size, &packet) == NGX_OK) {

        ngx_webrtc_text_init(&text, out, out + size);
        ngx_webrtc_socket_io_1_write(&text, &packet);

        if (text.overflow
            || ngx_webrtc_socket_io_1_parse(out, text.pos, &again) != NGX_OK
            || again.type != packet.type
            || again.ack != packet.ack
            || again.id.len != packet.id.len
            || again.endpoint.len != packet.endpoint.len
            || again.data.len != packet.data.len)
        {
            abort();
        }

        (void) ngx_webrtc_socket_io_1_ack(&packet.data, &id, &args);
    }

    free(copy);
    free(out);

    return 0;
}
