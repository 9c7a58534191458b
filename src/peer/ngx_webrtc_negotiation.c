
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <peer/ngx_webrtc_negotiation.h>


#define NGX_WEBRTC_NEGOTIATION_SUFFIX  6


static ngx_webrtc_negotiation_section_t *ngx_webrtc_negotiation_add(
    ngx_webrtc_negotiation_t *neg, ngx_webrtc_sdp_kind_e kind);
static ngx_int_t ngx_webrtc_negotiation_grow(ngx_webrtc_negotiation_t *neg);
static ngx_webrtc_negotiation_section_t *ngx_webrtc_negotiation_find_free(
    ngx_webrtc_negotiation_t *neg, ngx_webrtc_sdp_kind_e kind);
static ngx_int_t ngx_webrtc_negotiation_set_msid(
    ngx_webrtc_negotiation_t *neg, ngx_webrtc_negotiation_section_t *section,
    const ngx_str_t *stream, const ngx_str_t *track);
static ngx_uint_t ngx_webrtc_negotiation_is_token(const ngx_str_t *text);


ngx_int_t
ngx_webrtc_negotiation_init(ngx_webrtc_negotiation_t *neg, ngx_pool_t *pool,
    const ngx_webrtc_negotiation_params_t *params)
{
    ngx_memzero(neg, sizeof(ngx_webrtc_negotiation_t));

    neg->pool = pool;

    if (ngx_webrtc_negotiation_copy_params(&neg->params, pool, params)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (neg->params.max_sections > NGX_WEBRTC_SDP_MAX_SECTIONS) {
        neg->params.max_sections = NGX_WEBRTC_SDP_MAX_SECTIONS;
    }

    return ngx_webrtc_negotiation_new_session(params, &neg->session_id);
}


ngx_int_t
ngx_webrtc_negotiation_copy_params(ngx_webrtc_negotiation_params_t *copy,
    ngx_pool_t *pool, const ngx_webrtc_negotiation_params_t *params)
{
    *copy = *params;

    if (ngx_webrtc_str_copy(pool, &copy->ufrag, &params->ufrag) != NGX_OK
        || ngx_webrtc_str_copy(pool, &copy->pwd, &params->pwd) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


/* 62 random bits (RFC 9429, section 5.2.1), and never zero */

ngx_int_t
ngx_webrtc_negotiation_new_session(
    const ngx_webrtc_negotiation_params_t *params, uint64_t *id)
{
    u_char      buf[8];
    uint64_t    n;
    ngx_uint_t  i;

    if (params->random(params->data, buf, sizeof(buf)) != NGX_OK) {
        return NGX_ERROR;
    }

    n = 0;

    for (i = 0; i < sizeof(buf); i++) {
        n = n << 8 | buf[i];
    }

    *id = (n >> 2) | 1;

    return NGX_OK;
}


ngx_webrtc_negotiation_section_t *
ngx_webrtc_negotiation_add_own(ngx_webrtc_negotiation_t *neg,
    const ngx_webrtc_negotiation_codec_t *codec, ngx_uint_t bit_rate)
{
    ngx_webrtc_payload_t              *payload;
    ngx_webrtc_negotiation_section_t  *section;

    payload = ngx_webrtc_negotiation_get_payload(neg, codec);
    if (payload == NULL) {
        return NULL;
    }

    section = ngx_webrtc_negotiation_add(neg,
                                 ngx_webrtc_codec_info(codec->codec)->video
                                 ? NGX_WEBRTC_SDP_VIDEO
                                 : NGX_WEBRTC_SDP_AUDIO);
    if (section == NULL) {
        return NULL;
    }

    section->own = 1;
    section->in_use = 1;
    section->payload = payload;
    section->bit_rate = (uint32_t) bit_rate;

    return section;
}


ngx_int_t
ngx_webrtc_negotiation_add_rid(ngx_webrtc_negotiation_section_t *section,
    const ngx_str_t *rid, ngx_uint_t paused)
{
    u_char                         c;
    size_t                         i;
    ngx_webrtc_negotiation_rid_t  *r;

    if (section->nrids == NGX_WEBRTC_NEGOTIATION_RIDS
        || rid->len == 0
        || rid->len > NGX_WEBRTC_NEGOTIATION_RID)
    {
        return NGX_ERROR;
    }

    for (i = 0; i < rid->len; i++) {
        c = rid->data[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')))
        {
            return NGX_ERROR;
        }
    }

    r = &section->rids[section->nrids++];

    ngx_memcpy(r->id, rid->data, rid->len);
    r->len = (uint8_t) rid->len;
    r->paused = (uint8_t) paused;

    return NGX_OK;
}


ngx_webrtc_negotiation_section_t *
ngx_webrtc_negotiation_add_data(ngx_webrtc_negotiation_t *neg)
{
    ngx_webrtc_negotiation_section_t  *section;

    section = ngx_webrtc_negotiation_add(neg, NGX_WEBRTC_SDP_APPLICATION);

    if (section) {
        section->own = 1;
        section->in_use = 1;
    }

    return section;
}


ngx_webrtc_negotiation_section_t *
ngx_webrtc_negotiation_add_placeholder(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_sdp_kind_e kind)
{
    ngx_webrtc_payload_t              *payload;
    ngx_webrtc_negotiation_codec_t     codec;
    ngx_webrtc_negotiation_section_t  *section;

    /* a section cannot be without a codec */

    ngx_str_null(&codec.fmtp);
    codec.codec = (kind == NGX_WEBRTC_SDP_VIDEO) ? NGX_WEBRTC_CODEC_VP8
                                                 : NGX_WEBRTC_CODEC_OPUS;

    payload = ngx_webrtc_negotiation_get_payload(neg, &codec);
    if (payload == NULL) {
        return NULL;
    }

    section = ngx_webrtc_negotiation_add(neg, kind);

    if (section) {
        section->payload = payload;
    }

    return section;
}


ngx_webrtc_negotiation_section_t *
ngx_webrtc_negotiation_add_remote(ngx_webrtc_negotiation_t *neg,
    const ngx_webrtc_negotiation_codec_t *codec, const ngx_str_t *stream,
    const ngx_str_t *track, uint32_t ssrc, uint32_t rtx_ssrc)
{
    ngx_webrtc_payload_t              *payload;
    ngx_webrtc_sdp_kind_e              kind;
    ngx_webrtc_negotiation_section_t  *section;

    if (!ngx_webrtc_negotiation_is_token(stream)
        || !ngx_webrtc_negotiation_is_token(track))
    {
        return NULL;
    }

    payload = ngx_webrtc_negotiation_get_payload(neg, codec);
    if (payload == NULL) {
        return NULL;
    }

    kind = ngx_webrtc_codec_info(codec->codec)->video
           ? NGX_WEBRTC_SDP_VIDEO : NGX_WEBRTC_SDP_AUDIO;

    section = ngx_webrtc_negotiation_find_free(neg, kind);

    if (section == NULL) {
        section = ngx_webrtc_negotiation_add(neg, kind);

    } else if (section->refused) {

        /*
         * The client has stopped what belonged to this m-line; it may be
         * recycled, but with a new mid only (RFC 9429, section 5.2.2).
         */

        if (ngx_webrtc_negotiation_new_mid(neg, section) != NGX_OK) {
            return NULL;
        }
    }

    if (section == NULL
        || ngx_webrtc_negotiation_set_msid(neg, section, stream, track)
           != NGX_OK)
    {
        return NULL;
    }

    ngx_memzero(&section->answer, sizeof(ngx_webrtc_negotiated_t));

    section->refused = 0;
    section->in_use = 1;
    section->changed = 1;
    section->payload = payload;
    section->ssrc = ssrc;
    section->rtx_ssrc = rtx_ssrc;

    return section;
}


void
ngx_webrtc_negotiation_remove_remote(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_negotiation_section_t *section)
{
    (void) neg;

    section->in_use = 0;

    /* nobody needs to hear of what was never offered */

    section->changed = section->live;
}


void
ngx_webrtc_negotiation_set_bit_rate(ngx_webrtc_negotiation_section_t *section,
    uint32_t bit_rate)
{
    if (section->bit_rate != bit_rate) {
        section->bit_rate = bit_rate;
        section->changed = 1;
    }
}


static ngx_webrtc_negotiation_section_t *
ngx_webrtc_negotiation_add(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_sdp_kind_e kind)
{
    ngx_webrtc_negotiation_section_t  *section;

    if (neg->nsections == neg->allocated
        && ngx_webrtc_negotiation_grow(neg) != NGX_OK)
    {
        return NULL;
    }

    section = ngx_pcalloc(neg->pool, sizeof(ngx_webrtc_negotiation_section_t));
    if (section == NULL) {
        return NULL;
    }

    section->kind = kind;
    section->index = neg->nsections;
    section->changed = 1;

    if (ngx_webrtc_negotiation_new_mid(neg, section) != NGX_OK) {
        return NULL;
    }

    neg->sections[neg->nsections++] = section;

    return section;
}


static ngx_int_t
ngx_webrtc_negotiation_grow(ngx_webrtc_negotiation_t *neg)
{
    ngx_uint_t                          n;
    ngx_webrtc_negotiation_section_t  **sections;

    n = neg->allocated ? neg->allocated * 2 : 4;
    n = ngx_min(n, neg->params.max_sections);

    if (n == neg->allocated) {
        return NGX_ERROR;
    }

    sections = ngx_palloc(neg->pool, n * sizeof(void *));
    if (sections == NULL) {
        return NGX_ERROR;
    }

    if (neg->nsections) {
        ngx_memcpy(sections, neg->sections, neg->nsections * sizeof(void *));
    }

    neg->sections = sections;
    neg->allocated = n;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_negotiation_new_mid(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_negotiation_section_t *section)
{
    ngx_str_t  mid;

    ngx_str_null(&section->mid);

    do {
        if (ngx_webrtc_negotiation_make_mid(&neg->params, section->kind,
                                            section->mid_buf, &mid)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

    } while (ngx_webrtc_negotiation_find_mid(neg, &mid));

    section->mid = mid;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_negotiation_make_mid(
    const ngx_webrtc_negotiation_params_t *params, ngx_webrtc_sdp_kind_e kind,
    u_char *p, ngx_str_t *mid)
{
    u_char             buf[NGX_WEBRTC_NEGOTIATION_SUFFIX];
    ngx_uint_t         i;
    ngx_webrtc_text_t  text;

    static const u_char  alphabet[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                      "abcdefghijklmnopqrstuvwxyz";

    if (params->random(params->data, buf, sizeof(buf)) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, p, p + NGX_WEBRTC_NEGOTIATION_MID);

    ngx_webrtc_text_cstr(&text,
                         kind == NGX_WEBRTC_SDP_AUDIO ? "audio_"
                         : kind == NGX_WEBRTC_SDP_VIDEO ? "video_" : "data_");

    for (i = 0; i < sizeof(buf); i++) {
        ngx_webrtc_text_bytes(&text, &alphabet[buf[i] % 62], 1);
    }

    mid->data = p;
    mid->len = ngx_webrtc_text_len(&text);

    return NGX_OK;
}


static ngx_webrtc_negotiation_section_t *
ngx_webrtc_negotiation_find_free(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_sdp_kind_e kind)
{
    ngx_uint_t                         i;
    ngx_webrtc_negotiation_section_t  *section;

    for (i = 0; i < neg->nsections; i++) {
        section = neg->sections[i];

        /*
         * A section is free when the client knows that nothing is sent on it:
         * a track that replaced another one between two offers would not be
         * announced by browsers.
         */

        if (section->kind == kind
            && !section->own
            && !section->in_use
            && !section->live)
        {
            return section;
        }
    }

    return NULL;
}


static ngx_int_t
ngx_webrtc_negotiation_set_msid(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_negotiation_section_t *section, const ngx_str_t *stream,
    const ngx_str_t *track)
{
    if (section->msid_buf == NULL) {
        section->msid_buf = ngx_pnalloc(neg->pool,
                                        2 * NGX_WEBRTC_NEGOTIATION_MSID);
        if (section->msid_buf == NULL) {
            return NGX_ERROR;
        }
    }

    section->stream.data = section->msid_buf;
    section->stream.len = stream->len;
    ngx_memcpy(section->stream.data, stream->data, stream->len);

    section->track.data = section->msid_buf + NGX_WEBRTC_NEGOTIATION_MSID;
    section->track.len = track->len;
    ngx_memcpy(section->track.data, track->data, track->len);

    return NGX_OK;
}


/* neither blanks nor line ends may come into a description from outside */

static ngx_uint_t
ngx_webrtc_negotiation_is_token(const ngx_str_t *text)
{
    size_t  i;

    if (text->len == 0 || text->len > NGX_WEBRTC_NEGOTIATION_MSID) {
        return 0;
    }

    for (i = 0; i < text->len; i++) {
        if (text->data[i] <= 0x20 || text->data[i] >= 0x7f) {
            return 0;
        }
    }

    return 1;
}


ngx_webrtc_negotiation_section_t *
ngx_webrtc_negotiation_find_mid(const ngx_webrtc_negotiation_t *neg,
    const ngx_str_t *mid)
{
    ngx_uint_t                         i;
    ngx_webrtc_negotiation_section_t  *section;

    for (i = 0; i < neg->nsections; i++) {
        section = neg->sections[i];

        if (ngx_webrtc_str_equal(&section->mid, mid)) {
            return section;
        }
    }

    return NULL;
}


ngx_uint_t
ngx_webrtc_negotiation_wants_offer(const ngx_webrtc_negotiation_t *neg)
{
    ngx_uint_t  i;

    if (neg->outstanding) {
        return 0;
    }

    for (i = 0; i < neg->nsections; i++) {
        if (neg->sections[i]->changed) {
            return 1;
        }
    }

    return 0;
}
