
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Offers, and answers to ours.  The first byte says which, and what is
 * wanted; the rest is the description.  An offer is read again after it was
 * answered, as in a call.
 */


#include <peer/ngx_webrtc_agreement.h>


#define ANSWER  0x01
#define AUDIO   0x02
#define VIDEO   0x04
#define DATA    0x08
#define SEND    0x10
#define CODEC   0x20        /* H264 and Opus, not whatever there is */
#define FULL    0x40


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
want(ngx_webrtc_agreement_t *agreement, uint8_t flags)
{
    agreement->audio.wanted = (flags & AUDIO) != 0;
    agreement->audio.send = (flags & SEND) != 0;
    agreement->audio.receive = 1;
    agreement->audio.ssrc = 1;

    agreement->video = agreement->audio;
    agreement->video.wanted = (flags & VIDEO) != 0;
    agreement->video.ssrc = 2;
    agreement->video.rtx_ssrc = 3;
    agreement->video.bit_rate = 1500;

    agreement->data.wanted = (flags & DATA) != 0;

    if (flags & (CODEC|ANSWER)) {
        agreement->audio.codec = NGX_WEBRTC_CODEC_OPUS;
        agreement->video.codec = NGX_WEBRTC_CODEC_H264;
    }
}


static ngx_int_t
start(ngx_webrtc_agreement_t *agreement, ngx_pool_t *pool, uint8_t flags)
{
    ngx_webrtc_negotiation_params_t  params;

    /* outlives the agreement */
    static ngx_webrtc_addr_t         addr;

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
    params.max_sections = 8;
    params.max_message = 262144;
    params.random = next_random;
    params.ice_lite = !(flags & FULL);

    seed = 1;

    return ngx_webrtc_agreement_init(agreement, pool, &params);
}


/* a text of ours always fits and is one that we can read */

static ngx_int_t
write_text(ngx_webrtc_agreement_t *agreement, ngx_uint_t offer)
{
    size_t                     size;
    u_char                    *buf;
    ngx_int_t                  rc;
    const char                *reason;
    ngx_webrtc_sdp_t          *sdp;
    ngx_webrtc_text_t          text;
    ngx_webrtc_sdp_section_t  *sections;

    size = ngx_webrtc_agreement_size(agreement);
    buf = malloc(size);
    sdp = malloc(sizeof(ngx_webrtc_sdp_t));
    sections = malloc(8 * sizeof(ngx_webrtc_sdp_section_t));

    if (buf == NULL || sdp == NULL || sections == NULL) {
        abort();
    }

    ngx_webrtc_text_init(&text, buf, buf + size);
    reason = NULL;

    rc = offer ? ngx_webrtc_agreement_write_offer(agreement, &text, &reason)
               : ngx_webrtc_agreement_write_answer(agreement, &text, &reason);

    if (rc != NGX_OK) {
        if (reason == NULL || text.overflow) {
            abort();
        }

    } else if (ngx_webrtc_sdp_parse(sdp, buf, text.pos, sections, 8)
               != NGX_OK)
    {
        abort();
    }

    free(sections);
    free(sdp);
    free(buf);

    return rc;
}


static ngx_int_t
read_text(ngx_webrtc_agreement_t *agreement, const uint8_t *data, size_t size,
    ngx_uint_t answer)
{
    u_char      *copy;
    ngx_int_t    rc;
    const char  *reason;

    copy = malloc(size ? size : 1);
    if (copy == NULL) {
        abort();
    }

    memcpy(copy, data, size);
    reason = NULL;

    rc = answer ? ngx_webrtc_agreement_read_answer(agreement, copy,
                                                   copy + size, &reason)
                : ngx_webrtc_agreement_read_offer(agreement, copy,
                                                  copy + size, &reason);

    if ((rc == NGX_OK) != (reason == NULL)) {
        abort();
    }

    /* nothing may lead into the text that is gone */

    free(copy);

    return rc;
}


static void
check(const ngx_webrtc_agreement_t *agreement)
{
    if (agreement->remote == NULL
        || memchr(agreement->remote->ufrag.data, '\n',
                  agreement->remote->ufrag.len)
        || memchr(agreement->remote->pwd.data, '\n',
                  agreement->remote->pwd.len)
        || (agreement->audio.sends && !agreement->audio.accepted)
        || (agreement->video.sends && !agreement->video.accepted)
        || (agreement->video.mid.len
            && memchr(agreement->video.mid.data, '\n',
                      agreement->video.mid.len)))
    {
        abort();
    }
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t                  flags;
    ngx_uint_t               i;
    ngx_pool_t              *pool;
    ngx_webrtc_agreement_t   agreement;

    if (size == 0) {
        return 0;
    }

    flags = data[0];
    pool = ngx_create_pool(4096, NULL);

    if (pool == NULL || start(&agreement, pool, flags) != NGX_OK) {
        abort();
    }

    want(&agreement, flags);

    if (flags & ANSWER) {

        if (write_text(&agreement, 1) == NGX_OK
            && read_text(&agreement, data + 1, size - 1, 1) == NGX_OK)
        {
            check(&agreement);
            (void) write_text(&agreement, 1);
        }

    } else {

        for (i = 0; i < 2; i++) {

            if (read_text(&agreement, data + 1, size - 1, 0) != NGX_OK
                || write_text(&agreement, 0) != NGX_OK)
            {
                break;
            }

            check(&agreement);
            want(&agreement, (uint8_t) ~flags);
        }
    }

    ngx_webrtc_agreement_cleanup(&agreement);
    ngx_destroy_pool(pool);

    return 0;
}
