
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_outbox.h>


ngx_int_t
ngx_webrtc_outbox_init(ngx_webrtc_outbox_t *out, ngx_pool_t *pool, size_t size,
    ngx_uint_t max)
{
    ngx_memzero(out, sizeof(ngx_webrtc_outbox_t));

    out->start = ngx_palloc(pool, size);
    if (out->start == NULL) {
        return NGX_ERROR;
    }

    out->messages = ngx_palloc(pool, max * sizeof(ngx_webrtc_message_t));
    if (out->messages == NULL) {
        return NGX_ERROR;
    }

    out->pos = out->start;
    out->end = out->start + size;
    out->max = max;

    return NGX_OK;
}


u_char *
ngx_webrtc_outbox_reserve(ngx_webrtc_outbox_t *out, size_t size)
{
    if (out->nmessages == out->max || (size_t) (out->end - out->pos) < size) {
        return NULL;
    }

    return out->pos;
}


void
ngx_webrtc_outbox_commit(ngx_webrtc_outbox_t *out,
    const ngx_webrtc_path_t *path, size_t len, size_t segment)
{
    ngx_webrtc_message_t  *message;

    message = &out->messages[out->nmessages++];

    message->path = *path;
    message->data = out->pos;
    message->len = (uint32_t) len;
    message->segment = (segment < len) ? (uint32_t) segment : 0;

    out->pos += len;
}


void
ngx_webrtc_outbox_append(ngx_webrtc_outbox_t *out,
    const ngx_webrtc_path_t *path, size_t len)
{
    size_t                 segment;
    ngx_webrtc_message_t  *message;

    if (!ngx_webrtc_outbox_empty(out)) {
        message = &out->messages[out->nmessages - 1];
        segment = message->segment ? message->segment : message->len;

        /* only the last datagram of a run may be shorter */

        if (len <= segment
            && message->len % segment == 0
            && message->len / segment < NGX_WEBRTC_SEGMENTS_MAX
            && message->len + len <= NGX_WEBRTC_MESSAGE_MAX
            && message->data + message->len == out->pos
            && ngx_webrtc_addr_equal(&message->path.remote, &path->remote)
            && ngx_webrtc_addr_equal(&message->path.local, &path->local))
        {
            message->segment = (uint32_t) segment;
            message->len += (uint32_t) len;
            out->pos += len;
            return;
        }
    }

    ngx_webrtc_outbox_commit(out, path, len, 0);
}


ngx_int_t
ngx_webrtc_outbox_add(ngx_webrtc_outbox_t *out, const ngx_webrtc_path_t *path,
    const void *data, size_t len)
{
    u_char  *p;

    p = ngx_webrtc_outbox_reserve(out, len);
    if (p == NULL) {
        out->dropped++;
        return NGX_DECLINED;
    }

    ngx_memcpy(p, data, len);
    ngx_webrtc_outbox_commit(out, path, len, 0);

    return NGX_OK;
}


void
ngx_webrtc_outbox_reset(ngx_webrtc_outbox_t *out)
{
    out->pos = out->start;
    out->nmessages = 0;
    out->head = 0;
}
