
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_engine_io.h>
#include <proto/ngx_webrtc_socket_io.h>


static void
socket_io_message(const ngx_str_t *data)
{
    json_t                         *json;
    ngx_str_t                       name, argument;
    const char                     *reason;
    ngx_webrtc_socket_io_packet_t   packet;

    if (ngx_webrtc_socket_io_parse(data->data, data->data + data->len,
                                   &packet)
        != NGX_OK
        || ngx_webrtc_socket_io_event(&packet.data, &name, &argument)
           != NGX_OK)
    {
        return;
    }

    json = ngx_webrtc_json_parse(argument.data, argument.data + argument.len,
                                 65536, &reason);

    if (json) {
        (void) ngx_webrtc_socket_io_check(json, packet.attachments);
        json_decref(json);
    }
}


/* the first byte says which form of a payload follows */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                          len;
    u_char                         *copy, *pos, *last, *out;
    ngx_webrtc_engine_io_form_e     form;
    ngx_webrtc_engine_io_packet_t   packet;

    if (size == 0) {
        return 0;
    }

    copy = malloc(size);
    if (copy == NULL) {
        return 0;
    }

    memcpy(copy, data, size);

    form = (*copy & 1) ? NGX_WEBRTC_ENGINE_IO_BINARY
                       : NGX_WEBRTC_ENGINE_IO_TEXT;
    pos = copy + 1;
    last = copy + size;

    while (ngx_webrtc_engine_io_next(&pos, last, form, &packet) == NGX_OK) {

        len = ngx_webrtc_engine_io_len(&packet, form);

        if (len == 0) {
            abort();
        }

        out = malloc(len);

        if (out == NULL
            || ngx_webrtc_engine_io_write(out, &packet, form) != out + len)
        {
            abort();
        }

        free(out);

        if (!packet.binary && packet.type == NGX_WEBRTC_ENGINE_IO_MESSAGE) {
            socket_io_message(&packet.data);
        }
    }

    free(copy);

    return 0;
}
