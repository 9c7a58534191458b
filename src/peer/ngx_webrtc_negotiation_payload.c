
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The payload types of a bundle: one for each codec with its parameters, the
 * same in every section.
 */


#include <peer/ngx_webrtc_negotiation.h>


/* payload types are 7 bits; 64 to 95 are RTCP's (RFC 5761, section 4) */

#define NGX_WEBRTC_NEGOTIATION_PTS     128


typedef struct {
    uint8_t                  pt;
    uint8_t                  rtx_pt;
} ngx_webrtc_negotiation_pt_t;


/* what a codec gets first; a second fmtp of it gets what is left */

static const ngx_webrtc_negotiation_pt_t
    ngx_webrtc_negotiation_pts[NGX_WEBRTC_CODEC_MAX] =
{
    { NGX_WEBRTC_SDP_NO_PT, NGX_WEBRTC_SDP_NO_PT },
    { 109, NGX_WEBRTC_SDP_NO_PT },              /* Opus */
    { 0, NGX_WEBRTC_SDP_NO_PT },                /* PCMU */
    { 8, NGX_WEBRTC_SDP_NO_PT },                /* PCMA */
    { 96, 97 },                                 /* VP8 */
    { 98, 99 },                                 /* VP9 */
    { 100, 101 },                               /* AV1 */
    { 102, 103 },                               /* H264 */
    { 104, 105 }                                /* H265 */
};


static ngx_webrtc_payload_t *ngx_webrtc_negotiation_new_payload(
    ngx_webrtc_negotiation_t *neg, ngx_uint_t codec, size_t size);
static ngx_uint_t ngx_webrtc_negotiation_next_pt(
    const ngx_webrtc_negotiation_t *neg, ngx_uint_t after);
static ngx_webrtc_payload_t *ngx_webrtc_negotiation_unused_payload(
    ngx_webrtc_negotiation_t *neg, ngx_uint_t video);


ngx_webrtc_payload_t *
ngx_webrtc_negotiation_get_payload(ngx_webrtc_negotiation_t *neg,
    const ngx_webrtc_negotiation_codec_t *codec)
{
    size_t                 len;
    u_char                *p, buf[NGX_WEBRTC_FMTP_LEN];
    ngx_webrtc_text_t      text;
    ngx_webrtc_payload_t  *payload;

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));

    if (ngx_webrtc_negotiation_write_fmtp(&text, codec) != NGX_OK) {
        return NULL;
    }

    len = ngx_webrtc_text_len(&text);

    for (payload = neg->payloads; payload; payload = payload->next) {
        if (payload->codec == codec->codec
            && payload->fmtp.len == len
            && ngx_memcmp(payload->fmtp.data, buf, len) == 0)
        {
            return payload;
        }
    }

    payload = ngx_webrtc_negotiation_new_payload(neg, codec->codec, len);
    if (payload == NULL) {
        return NULL;
    }

    if (payload->size < len) {

        /* one that is used again, and may be yet again: room for any */

        p = ngx_pnalloc(neg->pool, NGX_WEBRTC_FMTP_LEN);
        if (p == NULL) {
            return NULL;
        }

        payload->fmtp.data = p;
        payload->size = NGX_WEBRTC_FMTP_LEN;
    }

    payload->codec = codec->codec;
    payload->fmtp.len = len;
    ngx_memcpy(payload->fmtp.data, buf, len);

    return payload;
}


ngx_int_t
ngx_webrtc_negotiation_write_fmtp(ngx_webrtc_text_t *text,
    const ngx_webrtc_negotiation_codec_t *codec)
{
    u_char  *p;

    if (ngx_webrtc_codec_info(codec->codec) == NULL) {
        return NGX_ERROR;
    }

    p = text->pos;

    if (codec->fmtp.len) {
        ngx_webrtc_text_str(text, &codec->fmtp);

    } else if (codec->codec == NGX_WEBRTC_CODEC_OPUS) {
        ngx_webrtc_fmtp_opus(text, NULL);

    } else {
        ngx_webrtc_fmtp_video(text, codec->codec, NULL);
    }

    if (text->overflow) {
        return NGX_ERROR;
    }

    for ( /* void */ ; p < text->pos; p++) {
        if (*p < 0x20 || *p >= 0x7f) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_webrtc_payload_t *
ngx_webrtc_negotiation_new_payload(ngx_webrtc_negotiation_t *neg,
    ngx_uint_t codec, size_t size)
{
    ngx_uint_t             pt, rtx_pt, video, used;
    ngx_webrtc_payload_t  *payload;

    video = ngx_webrtc_codec_info(codec)->video;

    ngx_webrtc_negotiation_default_pt(codec, &pt, &rtx_pt);

    if (ngx_webrtc_negotiation_find_pt(neg, pt, &used)) {
        pt = ngx_webrtc_negotiation_next_pt(neg, 0);
        rtx_pt = video ? ngx_webrtc_negotiation_next_pt(neg, pt)
                       : NGX_WEBRTC_SDP_NO_PT;

        if (pt == 0 || rtx_pt == 0) {
            return ngx_webrtc_negotiation_unused_payload(neg, video);
        }
    }

    payload = ngx_pcalloc(neg->pool, sizeof(ngx_webrtc_payload_t) + size);
    if (payload == NULL) {
        return NULL;
    }

    payload->fmtp.data = (u_char *) (payload + 1);
    payload->size = (uint8_t) size;

    payload->pt = (uint8_t) pt;
    payload->rtx_pt = (uint8_t) rtx_pt;

    payload->next = neg->payloads;
    neg->payloads = payload;

    return payload;
}


void
ngx_webrtc_negotiation_default_pt(ngx_uint_t codec, ngx_uint_t *pt,
    ngx_uint_t *rtx_pt)
{
    *pt = ngx_webrtc_negotiation_pts[codec].pt;
    *rtx_pt = ngx_webrtc_negotiation_pts[codec].rtx_pt;
}


/* a free one that is no codec's default: 110 to 127, then 35 to 63 */

static ngx_uint_t
ngx_webrtc_negotiation_next_pt(const ngx_webrtc_negotiation_t *neg,
    ngx_uint_t after)
{
    ngx_uint_t  pt, used;

    pt = after ? after + 1 : 110;

    for ( ;; ) {

        if (pt == NGX_WEBRTC_NEGOTIATION_PTS) {
            pt = 35;

        } else if (pt == 64) {
            return 0;
        }

        if (ngx_webrtc_negotiation_find_pt(neg, pt, &used) == NULL) {
            return pt;
        }

        pt++;
    }
}


/*
 * After a long life with many profiles the payload types are all taken: one
 * that only free sections still name gets a new meaning.
 */

static ngx_webrtc_payload_t *
ngx_webrtc_negotiation_unused_payload(ngx_webrtc_negotiation_t *neg,
    ngx_uint_t video)
{
    ngx_uint_t                         i;
    ngx_webrtc_payload_t              *payload;
    ngx_webrtc_negotiation_section_t  *section;

    for (payload = neg->payloads; payload; payload = payload->next) {

        if (ngx_webrtc_codec_info(payload->codec)->video != video
            || payload->pt < 35)
        {
            continue;
        }

        for (i = 0; i < neg->nsections; i++) {
            section = neg->sections[i];

            if (section->payload == payload
                && (section->in_use || section->live))
            {
                break;
            }
        }

        if (i == neg->nsections) {
            return payload;
        }
    }

    return NULL;
}


ngx_webrtc_payload_t *
ngx_webrtc_negotiation_find_pt(const ngx_webrtc_negotiation_t *neg,
    ngx_uint_t pt, ngx_uint_t *rtx)
{
    ngx_webrtc_payload_t  *payload;

    if (pt >= NGX_WEBRTC_NEGOTIATION_PTS) {
        return NULL;
    }

    for (payload = neg->payloads; payload; payload = payload->next) {

        if (payload->pt == pt || payload->rtx_pt == pt) {
            *rtx = (payload->rtx_pt == pt);
            return payload;
        }
    }

    return NULL;
}
