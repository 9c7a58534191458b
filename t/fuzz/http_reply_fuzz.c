
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <proto/ngx_webrtc_http_reply.h>


#define SIZE  512


/* in pieces of "step" bytes; the end of the connection is after the last */

static ngx_int_t
read_reply(ngx_webrtc_http_reply_t *reply, const u_char *data, size_t size,
    size_t step)
{
    size_t         n;
    u_char        *buf, *copy;
    ngx_int_t      rc;
    const u_char  *pos, *last;

    buf = malloc(SIZE);
    if (buf == NULL) {
        abort();
    }

    ngx_webrtc_http_reply_init(reply, buf, SIZE);
    rc = NGX_AGAIN;

    for ( /* void */ ; size && rc == NGX_AGAIN; data += n, size -= n) {
        n = ngx_min(step, size);

        copy = malloc(n);
        if (copy == NULL) {
            abort();
        }

        ngx_memcpy(copy, data, n);

        pos = copy;
        last = copy + n;

        rc = ngx_webrtc_http_reply_parse(reply, &pos, last);

        if (pos > last || (rc == NGX_AGAIN && pos != last)) {
            abort();
        }

        free(copy);
    }

    return (rc == NGX_AGAIN) ? ngx_webrtc_http_reply_eof(reply) : rc;
}


/* it does not matter in which pieces a reply comes */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ngx_int_t                 rc;
    ngx_str_t                 value;
    ngx_webrtc_http_reply_t   whole, pieces;

    rc = read_reply(&whole, data, size, size);

    if (read_reply(&pieces, data, size, 1) != rc) {
        abort();
    }

    if (rc == NGX_OK) {

        if (whole.status != pieces.status
            || whole.body.len != pieces.body.len
            || memcmp(whole.body.data, pieces.body.data, whole.body.len) != 0)
        {
            abort();
        }

        (void) ngx_webrtc_http_reply_header(&whole, "sec-websocket-accept",
                                            &value);
        (void) ngx_webrtc_http_reply_has(&whole, "connection", "upgrade");
    }

    free(whole.start);
    free(pieces.start);

    return 0;
}
