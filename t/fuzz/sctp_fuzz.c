
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What the peer of an association may send once it is up.  Each step of the
 * input is a byte of time that passes (in 8 ms; the highest bit: with a tag
 * of 0) and a byte of length before so many chunks, which get a header with
 * the right tag and checksum.
 */


#include <usrsctp.h>

#include <core/ngx_webrtc_cursor.h>
#include <peer/ngx_webrtc_sctp.h>

#include "../unit/lib/clock.h"


#define WIRE     64
#define MESSAGE  16384


typedef struct {
    ngx_webrtc_sctp_t       *sctp;
    ngx_webrtc_sctp_conf_t   conf;
    ngx_queue_t              ready;
    u_char                   wire[WIRE][1200];
    size_t                   len[WIRE];
    ngx_uint_t               sent;
    ngx_uint_t               up;
} end_t;


static ngx_webrtc_usec_t  now;
static volatile u_char    sink;


static ngx_int_t
wire(void *data, const u_char *pos, const u_char *last)
{
    end_t  *end = data;

    if (last - pos > NGX_WEBRTC_SCTP_PACKET_MAX) {
        abort();
    }

    if (end->sent < WIRE) {
        memcpy(end->wire[end->sent], pos, last - pos);
        end->len[end->sent++] = last - pos;
    }

    return NGX_OK;
}


static void
look(end_t *end)
{
    size_t                   i;
    ngx_webrtc_sctp_event_t  event;

    while (ngx_webrtc_sctp_ready(&end->ready)) {
        while (ngx_webrtc_sctp_next(end->sctp, &event) == NGX_OK) {

            if (event.type == NGX_WEBRTC_SCTP_UP) {
                end->up = 1;
            }

            if (event.type == NGX_WEBRTC_SCTP_MESSAGE
                && (event.len == 0 || event.len > MESSAGE))
            {
                abort();
            }

            for (i = 0; i < event.len; i++) {
                sink = event.data[i];
            }

            for (i = 0; event.streams && i < event.nstreams; i++) {
                sink = (u_char) event.streams[i];
            }
        }
    }
}


/* returns the tag that "from" sends with */

static uint32_t
deliver(end_t *from, end_t *to)
{
    uint32_t    tag;
    ngx_uint_t  i;

    tag = 0;

    for (i = 0; i < from->sent; i++) {
        tag = ngx_webrtc_get32(from->wire[i] + 4);
        ngx_webrtc_sctp_input(to->sctp, from->wire[i],
                              from->wire[i] + from->len[i], now);
    }

    from->sent = 0;

    return tag;
}


static void
begin(ngx_webrtc_sctp_ctx_t *ctx, end_t *end)
{
    memset(end, 0, sizeof(end_t));
    ngx_queue_init(&end->ready);

    end->conf.local_port = 5000;
    end->conf.remote_port = 5000;
    end->conf.streams = 16;
    end->conf.max_message = MESSAGE;
    end->conf.send_buffer = 65536;
    end->conf.output = wire;
    end->conf.data = end;
    end->conf.ready = &end->ready;

    end->sctp = ngx_webrtc_sctp_create(ctx, &end->conf, now);

    if (end->sctp == NULL) {
        abort();
    }
}


static void
inject(end_t *end, uint32_t tag, const uint8_t *chunks, size_t len)
{
    u_char    *buf;
    uint32_t   crc;

    buf = malloc(12 + len);
    if (buf == NULL) {
        return;
    }

    ngx_webrtc_put16(buf, 5000);
    ngx_webrtc_put16(buf + 2, 5000);
    ngx_webrtc_put32(buf + 4, tag);
    memset(buf + 8, 0, 4);
    memcpy(buf + 12, chunks, len);

    crc = usrsctp_crc32c(buf, 12 + len);
    memcpy(buf + 8, &crc, 4);

    ngx_webrtc_sctp_input(end->sctp, buf, buf + 12 + len, now);

    free(buf);
}


static void
attack(ngx_webrtc_sctp_ctx_t *ctx, end_t *end, uint32_t tag,
    const uint8_t *data, size_t size)
{
    size_t                  len;
    ngx_webrtc_sctp_send_t  send;

    memset(&send, 0, sizeof(ngx_webrtc_sctp_send_t));
    send.stream = 1;
    send.ppid = 51;

    while (size >= 2) {
        (void) ngx_webrtc_sctp_send(end->sctp, &send, data, size, now);

        now += (data[0] & 0x7f) * 8 * NGX_WEBRTC_MSEC;
        ngx_webrtc_sctp_ctx_tick(ctx, now);

        len = data[1];
        len = ngx_min(len, size - 2);

        inject(end, (data[0] & 0x80) ? 0 : tag, data + 2, len);

        look(end);
        end->sent = 0;

        data += 2 + len;
        size -= 2 + len;
    }

    now += 10 * NGX_WEBRTC_SEC;
    ngx_webrtc_sctp_ctx_tick(ctx, now);
    look(end);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint32_t                 tag, n;
    ngx_uint_t               i;
    ngx_webrtc_sctp_ctx_t   *ctx;

    static end_t  a, b;

    now = 5 * NGX_WEBRTC_SEC;
    test_clock = &now;
    tag = 0;

    ctx = ngx_webrtc_sctp_ctx_create(NULL);
    if (ctx == NULL) {
        return 0;
    }

    begin(ctx, &a);
    begin(ctx, &b);

    for (i = 0; i < 8; i++) {
        n = deliver(&a, &b);
        tag = n ? n : tag;
        (void) deliver(&b, &a);

        look(&a);
        look(&b);
    }

    if (!a.up || !b.up) {
        abort();
    }

    attack(ctx, &b, tag, data, size);

    ngx_webrtc_sctp_destroy(a.sctp);
    ngx_webrtc_sctp_destroy(b.sctp);
    ngx_webrtc_sctp_ctx_destroy(ctx);

    test_clock = NULL;

    return 0;
}
