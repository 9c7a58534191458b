
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the answer to an offer with every kind of section that there is */


#include <peer/ngx_webrtc_negotiation.h>


static uint32_t  seed;


static ngx_int_t
next_random(void *data, u_char *buf, size_t len)
{
    size_t  i;

    (void) data;

    for (i = 0; i < len; i++) {
        seed = seed * 1664525 + 1013904223;
        buf[i] = (u_char) (seed >> 24);
    }

    return NGX_OK;
}


static void
add_sections(ngx_webrtc_negotiation_t *neg)
{
    ngx_str_t                          stream, track, rid;
    ngx_uint_t                         i;
    ngx_webrtc_negotiation_codec_t     codec;
    ngx_webrtc_negotiation_section_t  *video;

    static u_char  rids[] = "r0r1r2";

    ngx_str_null(&codec.fmtp);
    ngx_str_set(&stream, "STREAM");
    ngx_str_set(&track, "TRACK");

    codec.codec = NGX_WEBRTC_CODEC_OPUS;
    (void) ngx_webrtc_negotiation_add_own(neg, &codec, 0);

    codec.codec = NGX_WEBRTC_CODEC_VP8;
    video = ngx_webrtc_negotiation_add_own(neg, &codec, 1500);

    for (i = 0; video && i < 3; i++) {
        rid.data = rids + 2 * i;
        rid.len = 2;
        (void) ngx_webrtc_negotiation_add_rid(video, &rid, i == 2);
    }

    codec.codec = NGX_WEBRTC_CODEC_H264;
    (void) ngx_webrtc_negotiation_add_remote(neg, &codec, &stream, &track,
                                             1001, 1002);
    (void) ngx_webrtc_negotiation_add_data(neg);
}


static ngx_int_t
make_offer(ngx_webrtc_negotiation_t *neg, ngx_pool_t *pool)
{
    u_char                           *buf;
    size_t                            size;
    ngx_webrtc_text_t                 text;
    ngx_webrtc_addr_t                 addr;
    ngx_webrtc_negotiation_params_t   params;

    static const u_char  v4[4] = { 192, 0, 2, 10 };

    memset(&params, 0, sizeof(ngx_webrtc_negotiation_params_t));
    memset(&addr, 0, sizeof(ngx_webrtc_addr_t));

    ngx_webrtc_addr_set_v4(&addr, v4, 40000);

    ngx_str_set(&params.ufrag, "abcd1234");
    ngx_str_set(&params.pwd, "abcdefghijklmnopqrstuvwx");
    ngx_str_set(&params.fingerprint, "sha-256 00:11");
    params.setup = NGX_WEBRTC_SDP_SETUP_ACTPASS;
    params.candidates = &addr;
    params.ncandidates = 1;
    params.max_sections = 16;
    params.max_message = 262144;
    params.random = next_random;
    params.ice_lite = 1;

    seed = 1;

    if (ngx_webrtc_negotiation_init(neg, pool, &params) != NGX_OK) {
        return NGX_ERROR;
    }

    add_sections(neg);

    size = ngx_webrtc_negotiation_offer_size(neg);
    buf = ngx_palloc(pool, size);

    if (buf == NULL) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, buf, buf + size);

    return ngx_webrtc_negotiation_write_offer(neg, &text);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    u_char                    *copy;
    ngx_pool_t                *pool;
    const char                *reason;
    ngx_webrtc_negotiation_t   neg;

    pool = ngx_create_pool(4096, NULL);
    copy = malloc(size ? size : 1);

    if (pool == NULL || copy == NULL || make_offer(&neg, pool) != NGX_OK) {
        abort();
    }

    memcpy(copy, data, size);
    reason = NULL;

    if (ngx_webrtc_negotiation_read_answer(&neg, copy, copy + size, &reason)
        == NGX_OK)
    {
        /* nothing of it may lead into the text that is gone */

        free(copy);
        copy = NULL;

        if (neg.remote == NULL
            || neg.remote->naddrs > NGX_WEBRTC_NEGOTIATION_ADDRS
            || ngx_webrtc_negotiation_offer_size(&neg) == 0
            || memchr(neg.remote->ufrag.data, '\n', neg.remote->ufrag.len)
            || memchr(neg.remote->pwd.data, '\n', neg.remote->pwd.len))
        {
            abort();
        }

    } else if (reason == NULL) {
        abort();
    }

    free(copy);
    ngx_destroy_pool(pool);

    return 0;
}
