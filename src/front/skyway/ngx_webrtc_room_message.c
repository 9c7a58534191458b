
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <front/skyway/ngx_webrtc_room.h>


ngx_int_t
ngx_webrtc_room_parse(u_char *pos, u_char *last,
    ngx_webrtc_room_message_t *message)
{
    size_t      len;
    ngx_uint_t  i;

    if (last - pos < 2) {
        return NGX_ERROR;
    }

    message->verb = *pos++;
    message->n = *pos++;

    if (message->n == 0 || message->n > NGX_WEBRTC_ROOM_PARTS) {
        return NGX_ERROR;
    }

    for (i = 0; i < message->n; i++) {

        if (last - pos < 4) {
            return NGX_ERROR;
        }

        len = ngx_webrtc_get32(pos);
        pos += 4;

        if (len > (size_t) (last - pos)) {
            return NGX_ERROR;
        }

        message->parts[i].data = pos;
        message->parts[i].len = len;

        pos += len;
    }

    return (pos == last) ? NGX_OK : NGX_ERROR;
}


size_t
ngx_webrtc_room_len(const ngx_webrtc_room_message_t *message)
{
    size_t      len;
    ngx_uint_t  i;

    len = 2;

    for (i = 0; i < message->n; i++) {
        len += 4 + message->parts[i].len;
    }

    return len;
}


u_char *
ngx_webrtc_room_write(u_char *p, const ngx_webrtc_room_message_t *message)
{
    ngx_uint_t        i;
    const ngx_str_t  *part;

    *p++ = message->verb;
    *p++ = (u_char) message->n;

    for (i = 0; i < message->n; i++) {
        part = &message->parts[i];

        p = ngx_webrtc_put32(p, part->len);

        if (part->len) {
            p = ngx_cpymem(p, part->data, part->len);
        }
    }

    return p;
}
