
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What a program sends to a media port, with time passing: records of a kind,
 * a length and so many bytes.  A forward takes what comes of it.
 */


#include <stdlib.h>

#include <core/ngx_webrtc_cursor.h>
#include <media/ngx_webrtc_engine.h>
#include <media/ngx_webrtc_forward.h>
#include <media/ngx_webrtc_plain.h>
#include <proto/ngx_webrtc_rtcp.h>
#include <proto/ngx_webrtc_rtp.h>


#define START  (1000 * NGX_WEBRTC_SEC)


static ngx_webrtc_outbox_t  out;
static ngx_webrtc_usec_t    now;

/* of the line that is forwarded */
static uint32_t             ssrc;
static uint16_t             seq;
static size_t               packets;


static void
rtcp_handler(ngx_webrtc_plain_t *plain, const u_char *pos, size_t len,
    void *data, ngx_webrtc_usec_t time)
{
    (void) plain;
    (void) data;
    (void) time;

    if (ngx_webrtc_rtcp_check((u_char *) pos, (u_char *) pos + len)
        != NGX_OK)
    {
        abort();
    }
}


static void
check(u_char *pos, size_t len)
{
    ngx_webrtc_rtp_t  rtp;

    if (ngx_webrtc_rtp_is_rtcp(pos, pos + len)) {
        rtcp_handler(NULL, pos, len, NULL, now);
        return;
    }

    if (ngx_webrtc_rtp_parse(pos, pos + len, &rtp) != NGX_OK
        || (packets && rtp.ssrc != ssrc)
        || rtp.pt != 33)
    {
        abort();
    }

    packets++;
    ssrc = rtp.ssrc;
    seq = rtp.seq;
}


static void
turn(ngx_webrtc_engine_t *engine)
{
    size_t                 n, left;
    u_char                *p;
    ngx_int_t              rc;
    ngx_uint_t             i;
    ngx_webrtc_message_t  *message;

    do {
        rc = ngx_webrtc_engine_output(engine, now, &out);
        ngx_webrtc_engine_tick(engine, now, &out);

        for (i = 0; i < out.nmessages; i++) {
            message = &out.messages[i];
            p = message->data;

            for (left = message->len; left; left -= n, p += n) {
                n = message->segment ? ngx_min(message->segment, left) : left;
                check(p, n);
            }
        }

        ngx_webrtc_outbox_reset(&out);

    } while (rc == NGX_AGAIN);
}


static void
feed(ngx_webrtc_plain_t *plain, ngx_uint_t kind, const uint8_t *data,
    size_t len)
{
    u_char                    *copy;
    ngx_webrtc_plain_wants_t   wants;

    copy = malloc(len ? len : 1);
    if (copy == NULL) {
        abort();
    }

    memcpy(copy, data, len);

    if (kind == 0) {

        /* more of it is RTP than would be by chance */

        if (len >= NGX_WEBRTC_RTP_HEADER_LEN) {
            copy[0] = 0x80 | (copy[0] & 0x33);
            copy[1] = (copy[1] & 0x80) | 100;
            copy[11] &= 1;
            memset(copy + 8, 0, 3);
        }

        (void) ngx_webrtc_plain_input(plain, copy, len, now);

    } else if (kind == 1) {
        (void) ngx_webrtc_plain_rtcp(plain, copy, len, now);
        (void) ngx_webrtc_plain_read(copy, len, &wants);

    } else {
        (void) ngx_webrtc_plain_input(plain, copy, len, now);
    }

    free(copy);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t                       len;
    ngx_uint_t                   kind;
    ngx_pool_t                  *pool;
    ngx_webrtc_plain_t          *plain;
    ngx_webrtc_engine_t         *engine;
    ngx_webrtc_plain_conf_t      conf;
    ngx_webrtc_engine_conf_t     engine_conf;
    ngx_webrtc_forward_conf_t    to;

    if (size == 0) {
        return 0;
    }

    now = START;
    packets = 0;

    memset(&engine_conf, 0, sizeof(engine_conf));
    engine_conf.max_peers = 1;
    engine_conf.video_packets = 64;
    engine_conf.audio_packets = 16;
    engine_conf.key_frame_interval = 500 * NGX_WEBRTC_MSEC;
    engine_conf.max_delay = 500 * NGX_WEBRTC_MSEC;

    pool = ngx_create_pool(4096, NULL);
    engine = ngx_webrtc_engine_create(&engine_conf, NULL);

    if (pool == NULL || engine == NULL
        || ngx_webrtc_outbox_init(&out, pool, 32768, 64) != NGX_OK)
    {
        abort();
    }

    memset(&conf, 0, sizeof(conf));
    conf.format.codec = NGX_WEBRTC_CODEC_OPUS + data[0] % 8;
    conf.format.clock_rate = 90000;
    conf.format.pt = 100;
    conf.bit_rate = 1000000;
    conf.handler = rtcp_handler;

    plain = ngx_webrtc_plain_create(engine, &conf, now);
    if (plain == NULL) {
        abort();
    }

    memset(&to, 0, sizeof(to));
    ngx_webrtc_addr_set_v4(&to.rtp, "\x0a\0\0\7", 4000);
    ngx_webrtc_addr_set_v4(&to.rtcp, "\x0a\0\0\7", 4001);
    ngx_str_set(&to.cname, "program");
    to.pt = 33;
    to.bare = data[0] & 1;

    if (ngx_webrtc_forward_create(ngx_webrtc_plain_source(plain), &to, now)
        == NULL)
    {
        abort();
    }

    data++;
    size--;

    while (size >= 3) {
        kind = data[0] & 3;
        len = ngx_webrtc_get16(data + 1);

        now += (ngx_webrtc_usec_t) (data[0] >> 2) * 10 * NGX_WEBRTC_MSEC;

        data += 3;
        size -= 3;
        len = ngx_min(len, size);

        feed(plain, kind, data, len);

        if (kind == 3) {
            turn(engine);
        }

        data += len;
        size -= len;
    }

    turn(engine);

    ngx_webrtc_plain_destroy(plain);
    ngx_webrtc_engine_destroy(engine);
    ngx_destroy_pool(pool);

    return 0;
}
