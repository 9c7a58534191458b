
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Messages of a browser's data channel: a byte says how they are packed, then
 * each has a length of two bytes before it.  What comes of one is packed.
 */


#include <stdlib.h>

#include <core/ngx_webrtc_cursor.h>
#include <hub/ngx_webrtc_packing.h>


typedef struct {
    size_t      bytes;
    ngx_uint_t  n;
} sent_t;


static volatile u_char  sink;


static ngx_int_t
send_handler(void *data, ngx_uint_t binary, const u_char *pos, size_t len)
{
    sent_t  *sent = data;

    (void) binary;

    if (len) {
        sink = pos[len - 1];
    }

    sent->bytes += len;
    sent->n++;

    return NGX_OK;
}


static void
message(ngx_webrtc_packing_t *packing, const uint8_t *data, size_t size)
{
    sent_t      sent;
    u_char     *copy;
    ngx_str_t   datagram;

    copy = malloc(size ? size : 1);
    if (copy == NULL) {
        abort();
    }

    memcpy(copy, data, size);

    if (ngx_webrtc_packing_unpack(packing, size & 7, copy, size, 1, &datagram)
        == NGX_OK)
    {
        memset(&sent, 0, sizeof(sent_t));

        (void) ngx_webrtc_packing_pack(packing, datagram.data, datagram.len,
                                       send_handler, &sent);

        if (sent.n > 1
            && sent.bytes > ngx_webrtc_packing_size(packing, datagram.len))
        {
            abort();
        }
    }

    free(copy);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                 len;
    ngx_webrtc_packing_t  *packing;

    if (size == 0) {
        return 0;
    }

    packing = ngx_webrtc_packing_create(data[0] % 5, 100000, NULL);
    if (packing == NULL) {
        abort();
    }

    data++;
    size--;

    while (size >= 2) {
        len = ngx_webrtc_get16(data);
        data += 2;
        size -= 2;

        len = ngx_min(len, size);
        message(packing, data, len);

        data += len;
        size -= len;
    }

    ngx_webrtc_packing_destroy(packing);

    return 0;
}
