
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* our offers and the remote's answers (RFC 9429, sections 5.2 and 5.11) */


#include <peer/ngx_webrtc_agreement_internal.h>


static ngx_int_t ngx_webrtc_agreement_offer_part(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t n);
static ngx_int_t ngx_webrtc_agreement_offer_line(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t n);
static ngx_int_t ngx_webrtc_agreement_offer_media(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t n);
static void ngx_webrtc_agreement_offer_exts(
    ngx_webrtc_agreement_draft_t *draft, ngx_webrtc_agreement_part_t *part);
static ngx_int_t ngx_webrtc_agreement_check_answer(
    ngx_webrtc_agreement_draft_t *draft);
static ngx_int_t ngx_webrtc_agreement_answered_line(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t i,
    ngx_webrtc_sdp_transport_t **transport);
static ngx_int_t ngx_webrtc_agreement_answered_media(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t n,
    ngx_webrtc_sdp_section_t *section);
static ngx_int_t ngx_webrtc_agreement_answer_remote(
    ngx_webrtc_agreement_draft_t *draft,
    const ngx_webrtc_sdp_transport_t *transport);


ngx_int_t
ngx_webrtc_agreement_write_offer(ngx_webrtc_agreement_t *agreement,
    ngx_webrtc_text_t *text, const char **reason)
{
    ngx_uint_t                     i;
    ngx_webrtc_agreement_draft_t   draft;
    ngx_webrtc_agreement_state_t  *state;

    ngx_webrtc_agreement_draft(&draft, agreement, reason);
    state = draft.state;

    if (state->outstanding) {
        return ngx_webrtc_agreement_fail(&draft, "ANSWER-AWAITED");
    }

    if (state->offer) {
        return ngx_webrtc_agreement_fail(&draft, "OFFER-PENDING");
    }

    if (ngx_webrtc_agreement_check_stream(&draft) != NGX_OK) {
        return NGX_ERROR;
    }

    draft.nlines = state->nlines;
    draft.setup = agreement->params.setup;

    for (i = 0; i < state->nlines; i++) {
        if (!state->lines[i]->rejected) {
            draft.alive |= 1u << i;
        }
    }

    for (i = 0; i < NGX_WEBRTC_AGREEMENT_PARTS; i++) {
        if (ngx_webrtc_agreement_offer_part(&draft, i) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    if (draft.nlines == 0) {
        return ngx_webrtc_agreement_fail(&draft, "NOTHING-WANTED");
    }

    if (ngx_webrtc_agreement_reserve(&draft) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_webrtc_agreement_write(&draft, text) != NGX_OK) {
        return ngx_webrtc_agreement_fail(&draft, "NO-ROOM");
    }

    ngx_webrtc_agreement_apply(&draft);

    state->version++;
    state->outstanding = 1;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_agreement_offer_part(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n)
{
    ngx_webrtc_agreement_part_t   *part;
    ngx_webrtc_agreement_state_t  *state;

    state = draft->state;
    part = &draft->parts[n];
    part->line = state->parts[n].line;

    if (ngx_webrtc_agreement_wanted(draft->agreement, n)) {

        if (ngx_webrtc_agreement_offer_line(draft, n) != NGX_OK) {
            return NGX_ERROR;
        }

        part->live = 1;
        draft->alive |= 1u << part->line;

        return (n == NGX_WEBRTC_AGREEMENT_DATA)
               ? NGX_OK : ngx_webrtc_agreement_offer_media(draft, n);
    }

    if (part->line == NGX_WEBRTC_AGREEMENT_NONE
        || state->lines[part->line]->rejected)
    {
        return NGX_OK;
    }

    /* what is no longer wanted; data cannot be inactive */

    if (n == NGX_WEBRTC_AGREEMENT_DATA) {
        draft->alive &= ~(1u << part->line);
        return NGX_OK;
    }

    *part = state->parts[n];
    part->direction = NGX_WEBRTC_SDP_INACTIVE;

    return NGX_OK;
}


/* an m-line that was refused is used again with another mid only */

static ngx_int_t
ngx_webrtc_agreement_offer_line(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n)
{
    ngx_webrtc_agreement_line_t   *line;
    ngx_webrtc_agreement_part_t   *part;
    ngx_webrtc_agreement_state_t  *state;

    state = draft->state;
    part = &draft->parts[n];

    if (part->line == NGX_WEBRTC_AGREEMENT_NONE) {

        if (draft->nlines == state->max_lines) {
            return ngx_webrtc_agreement_fail(draft, "TOO-MANY-SECTIONS");
        }

        part->line = draft->nlines++;

    } else {
        line = state->lines[part->line];

        if (!line->rejected) {
            part->mid.data = line->mid;
            part->mid.len = line->mid_len;
            return NGX_OK;
        }
    }

    return ngx_webrtc_agreement_new_mid(draft, n);
}


static ngx_int_t
ngx_webrtc_agreement_offer_media(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n)
{
    ngx_uint_t                       pt, rtx_pt;
    ngx_webrtc_text_t                text;
    const ngx_webrtc_codec_t        *info;
    ngx_webrtc_agreement_part_t     *part;
    ngx_webrtc_agreement_media_t    *media;
    ngx_webrtc_negotiation_codec_t   codec;

    part = &draft->parts[n];
    media = ngx_webrtc_agreement_media(draft->agreement, n);
    info = ngx_webrtc_codec_info(media->codec);

    codec.codec = media->codec;
    codec.fmtp = media->fmtp;

    ngx_webrtc_text_init(&text, part->fmtp,
                         part->fmtp + NGX_WEBRTC_FMTP_LEN);

    if (media->send && media->ssrc == 0) {
        return ngx_webrtc_agreement_fail(draft, "NO-SSRC");
    }

    if (info == NULL
        || info->video != (n == NGX_WEBRTC_AGREEMENT_VIDEO)
        || ngx_webrtc_negotiation_write_fmtp(&text, &codec) != NGX_OK)
    {
        return ngx_webrtc_agreement_fail(draft, "BAD-FORMAT");
    }

    ngx_webrtc_negotiation_default_pt(media->codec, &pt, &rtx_pt);

    part->format.codec = media->codec;
    part->format.pt = (uint8_t) pt;
    part->format.rtx_pt = (uint8_t) rtx_pt;
    part->format.feedback = info->video ? NGX_WEBRTC_NEGOTIATION_VIDEO_FB
                                        : NGX_WEBRTC_NEGOTIATION_AUDIO_FB;
    part->format.fmtp.data = part->fmtp;
    part->format.fmtp.len = ngx_webrtc_text_len(&text);

    /* what is agreed keeps its numbers, whoever chose them */

    if (media->accepted && draft->state->parts[n].format.codec == media->codec)
    {
        part->format.pt = draft->state->parts[n].format.pt;
        part->format.rtx_pt = draft->state->parts[n].format.rtx_pt;
    }

    part->direction = (uint8_t)
                      ((media->send ? NGX_WEBRTC_SDP_SENDONLY : 0)
                       | (media->receive ? NGX_WEBRTC_SDP_RECVONLY : 0));

    ngx_webrtc_agreement_offer_exts(draft, part);

    return NGX_OK;
}


/* as agreed already, else by our own numbers where they are free */

static void
ngx_webrtc_agreement_offer_exts(ngx_webrtc_agreement_draft_t *draft,
    ngx_webrtc_agreement_part_t *part)
{
    ngx_uint_t                   kind, id;
    const ngx_webrtc_ext_map_t  *agreed;

    agreed = &draft->agreement->exts;

    for (kind = 1; kind < NGX_WEBRTC_EXT_MAX; kind++) {

        if (!ngx_webrtc_agreement_wants_ext(part, kind)) {
            continue;
        }

        id = agreed->ids[kind];

        if (id == 0) {
            id = ngx_webrtc_negotiation_ext_id(kind);

            if (agreed->kinds[id]) {
                continue;
            }
        }

        (void) ngx_webrtc_ext_map_add(&part->exts, kind, id);
    }
}


ngx_int_t
ngx_webrtc_agreement_read_answer(ngx_webrtc_agreement_t *agreement,
    u_char *pos, u_char *last, const char **reason)
{
    ngx_int_t                     rc;
    ngx_webrtc_agreement_draft_t  draft;

    ngx_webrtc_agreement_draft(&draft, agreement, reason);

    if (!draft.state->outstanding) {
        return ngx_webrtc_agreement_fail(&draft, "UNEXPECTED-ANSWER");
    }

    rc = ngx_webrtc_agreement_parse(&draft, pos, last);

    if (rc == NGX_OK) {
        rc = ngx_webrtc_agreement_check_answer(&draft);
    }

    if (rc == NGX_OK) {
        rc = ngx_webrtc_agreement_take_remote(&draft);
    }

    if (rc == NGX_OK) {
        ngx_webrtc_agreement_note(&draft);
        ngx_webrtc_agreement_apply(&draft);

        draft.state->outstanding = 0;
    }

    free(draft.sdp);

    return rc;
}


static ngx_int_t
ngx_webrtc_agreement_check_answer(ngx_webrtc_agreement_draft_t *draft)
{
    ngx_uint_t                     i;
    ngx_webrtc_sdp_section_t      *section;
    ngx_webrtc_sdp_transport_t    *transport;
    ngx_webrtc_agreement_line_t   *line;
    ngx_webrtc_agreement_state_t  *state;

    state = draft->state;
    transport = NULL;

    if (draft->nlines != state->nlines) {
        return ngx_webrtc_agreement_fail(draft, "M-LINE-COUNT-MISMATCH");
    }

    ngx_memcpy(draft->parts, state->parts, sizeof(draft->parts));

    for (i = 0; i < draft->nlines; i++) {
        section = &draft->sdp->sections[i];
        line = state->lines[i];

        if (line->rejected) {
            continue;
        }

        if (section->kind != line->kind) {
            return ngx_webrtc_agreement_fail(draft, "M-LINE-MISMATCH");
        }

        if (ngx_webrtc_agreement_answered_line(draft, i, &transport)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    if (transport == NULL) {
        return draft->agreement->remote
               ? NGX_OK : ngx_webrtc_agreement_fail(draft, "ALL-REJECTED");
    }

    return ngx_webrtc_agreement_answer_remote(draft, transport);
}


static ngx_int_t
ngx_webrtc_agreement_answered_line(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t i, ngx_webrtc_sdp_transport_t **transport)
{
    ngx_str_t                     mid;
    ngx_uint_t                    n;
    ngx_webrtc_sdp_section_t     *section;
    ngx_webrtc_agreement_line_t  *line;

    section = &draft->sdp->sections[i];
    line = draft->state->lines[i];
    n = ngx_webrtc_agreement_part(draft->parts, i);

    if (ngx_webrtc_sdp_rejected(section)) {

        if (n < NGX_WEBRTC_AGREEMENT_PARTS) {
            draft->parts[n].live = 0;
        }

        return NGX_OK;
    }

    mid.data = line->mid;
    mid.len = line->mid_len;

    if (!ngx_webrtc_str_equal(&mid, &section->mid)) {
        return ngx_webrtc_agreement_fail(draft, "MID-MISMATCH");
    }

    if (ngx_webrtc_remote_bundle(draft->sdp, section, transport,
                                 draft->reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    draft->alive |= 1u << i;

    return (n < NGX_WEBRTC_AGREEMENT_DATA)
           ? ngx_webrtc_agreement_answered_media(draft, n, section) : NGX_OK;
}


static ngx_int_t
ngx_webrtc_agreement_answered_media(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n, ngx_webrtc_sdp_section_t *section)
{
    ngx_uint_t                    i, kind;
    ngx_webrtc_ext_map_t          offered;
    ngx_webrtc_sdp_codec_t       *codec, *rtx;
    ngx_webrtc_sdp_extmap_t      *extmap;
    ngx_webrtc_agreement_part_t  *part;

    part = &draft->parts[n];

    if (!section->rtcp_mux) {
        return ngx_webrtc_agreement_fail(draft, "RTCP-MUX-REQUIRED");
    }

    codec = ngx_webrtc_sdp_find_codec(section, part->format.pt);

    if (codec == NULL
        || ngx_webrtc_codec_find(&codec->name) != part->format.codec)
    {
        return ngx_webrtc_agreement_fail(draft, "NO-COMMON-CODEC");
    }

    rtx = ngx_webrtc_sdp_find_codec(section, part->format.rtx_pt);

    if (rtx == NULL || rtx->apt != codec->pt) {
        part->format.rtx_pt = NGX_WEBRTC_SDP_NO_PT;
    }

    part->format.feedback &= codec->feedback;

    offered = part->exts;
    ngx_memzero(&part->exts, sizeof(ngx_webrtc_ext_map_t));

    for (i = 0; i < section->nextmaps; i++) {
        extmap = &section->extmaps[i];
        kind = ngx_webrtc_ext_find(&extmap->uri);

        if (kind != NGX_WEBRTC_EXT_UNKNOWN
            && extmap->id == offered.ids[kind])
        {
            (void) ngx_webrtc_ext_map_add(&part->exts, kind, extmap->id);
        }
    }

    if (part->exts.ids[NGX_WEBRTC_EXT_TWCC] == 0) {
        part->format.feedback &= (uint8_t) ~NGX_WEBRTC_SDP_FB_TRANSPORT_CC;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_agreement_answer_remote(ngx_webrtc_agreement_draft_t *draft,
    const ngx_webrtc_sdp_transport_t *transport)
{
    ngx_webrtc_negotiation_remote_t  *known;

    known = draft->agreement->remote;

    if (ngx_webrtc_remote_answered(&draft->remote, draft->sdp, transport,
                                   &draft->agreement->params, draft->reason)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    draft->has_remote = 1;

    /* we offer neither an ICE restart nor another certificate */

    if (known && !ngx_webrtc_remote_same(known, &draft->remote)) {
        return ngx_webrtc_agreement_fail(draft, "TRANSPORT-CHANGED");
    }

    return NGX_OK;
}
