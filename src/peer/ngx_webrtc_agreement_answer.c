
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The remote's offers and our answers (RFC 9429, sections 5.3 and 5.10).  An
 * offer is checked when it comes, and kept as a text until it is known what
 * is wanted of it.
 */


#include <peer/ngx_webrtc_agreement_internal.h>


static ngx_int_t ngx_webrtc_agreement_keep(
    ngx_webrtc_agreement_state_t *state, const u_char *pos, size_t len);
static ngx_int_t ngx_webrtc_agreement_check_offer(
    ngx_webrtc_agreement_draft_t *draft);
static ngx_int_t ngx_webrtc_agreement_check_line(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t i);
static void ngx_webrtc_agreement_find_part(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t n);
static ngx_uint_t ngx_webrtc_agreement_usable(
    const ngx_webrtc_agreement_draft_t *draft, ngx_uint_t n, ngx_uint_t i);
static ngx_uint_t ngx_webrtc_agreement_ends_with(const ngx_str_t *text,
    const char *end);
static ngx_int_t ngx_webrtc_agreement_offer_remote(
    ngx_webrtc_agreement_draft_t *draft);
static ngx_int_t ngx_webrtc_agreement_offer_setup(
    ngx_webrtc_agreement_draft_t *draft, ngx_webrtc_sdp_setup_e setup);
static ngx_uint_t ngx_webrtc_agreement_has_common(
    ngx_webrtc_agreement_draft_t *draft);
static ngx_int_t ngx_webrtc_agreement_accept(
    ngx_webrtc_agreement_draft_t *draft);
static ngx_int_t ngx_webrtc_agreement_accept_media(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t n);
static void ngx_webrtc_agreement_accept_idle(
    ngx_webrtc_agreement_draft_t *draft);
static ngx_uint_t ngx_webrtc_agreement_clash(
    const ngx_webrtc_agreement_draft_t *draft);


ngx_int_t
ngx_webrtc_agreement_read_offer(ngx_webrtc_agreement_t *agreement,
    u_char *pos, u_char *last, const char **reason)
{
    ngx_int_t                     rc;
    ngx_webrtc_agreement_draft_t  draft;

    ngx_webrtc_agreement_draft(&draft, agreement, reason);

    if (draft.state->outstanding) {
        return ngx_webrtc_agreement_fail(&draft, "ANSWER-AWAITED");
    }

    rc = ngx_webrtc_agreement_parse(&draft, pos, last);

    if (rc == NGX_OK) {
        rc = ngx_webrtc_agreement_check_offer(&draft);
    }

    if (rc == NGX_OK
        && ngx_webrtc_agreement_keep(draft.state, pos, last - pos) != NGX_OK)
    {
        rc = ngx_webrtc_agreement_fail(&draft, "NO-MEMORY");
    }

    if (rc == NGX_OK) {
        ngx_webrtc_agreement_note(&draft);
    }

    free(draft.sdp);

    return rc;
}


static ngx_int_t
ngx_webrtc_agreement_keep(ngx_webrtc_agreement_state_t *state,
    const u_char *pos, size_t len)
{
    u_char  *copy;

    copy = malloc(len);
    if (copy == NULL) {
        return NGX_ERROR;
    }

    ngx_memcpy(copy, pos, len);

    free(state->offer);

    state->offer = copy;
    state->offer_len = len;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_agreement_check_offer(ngx_webrtc_agreement_draft_t *draft)
{
    ngx_uint_t         i;
    ngx_webrtc_sdp_t  *sdp;

    sdp = draft->sdp;

    if (sdp->nsections < draft->state->nlines) {
        return ngx_webrtc_agreement_fail(draft, "M-LINE-COUNT-MISMATCH");
    }

    if (sdp->ice_lite && draft->agreement->params.ice_lite) {
        return ngx_webrtc_agreement_fail(draft, "BOTH-ICE-LITE");
    }

    if (sdp->nsections > 1 && sdp->bundle.len == 0) {
        return ngx_webrtc_agreement_fail(draft, "BUNDLE-REQUIRED");
    }

    for (i = 0; i < sdp->nsections; i++) {
        if (ngx_webrtc_agreement_check_line(draft, i) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    for (i = 0; i < NGX_WEBRTC_AGREEMENT_PARTS; i++) {
        ngx_webrtc_agreement_find_part(draft, i);
    }

    return ngx_webrtc_agreement_offer_remote(draft);
}


static ngx_int_t
ngx_webrtc_agreement_check_line(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t i)
{
    ngx_str_t                     mid;
    ngx_webrtc_sdp_section_t     *section;
    ngx_webrtc_agreement_line_t  *line;

    section = &draft->sdp->sections[i];

    if (section->mid.len > NGX_WEBRTC_AGREEMENT_MID
        || section->media.len > NGX_WEBRTC_AGREEMENT_WORD)
    {
        return ngx_webrtc_agreement_fail(draft, "NAME-TOO-LONG");
    }

    /* an m-line that was refused may be used for something else */

    if (i < draft->state->nlines && !draft->state->lines[i]->rejected) {
        line = draft->state->lines[i];

        if (line->kind != section->kind) {
            return ngx_webrtc_agreement_fail(draft, "M-LINE-MISMATCH");
        }

        mid.data = line->mid;
        mid.len = line->mid_len;

        if (!ngx_webrtc_sdp_rejected(section)
            && !ngx_webrtc_str_equal(&mid, &section->mid))
        {
            return ngx_webrtc_agreement_fail(draft, "MID-MISMATCH");
        }
    }

    if (!ngx_webrtc_sdp_rejected(section)
        && (section->kind == NGX_WEBRTC_SDP_AUDIO
            || section->kind == NGX_WEBRTC_SDP_VIDEO)
        && !section->rtcp_mux)
    {
        return ngx_webrtc_agreement_fail(draft, "RTCP-MUX-REQUIRED");
    }

    return NGX_OK;
}


/*
 * Where it was, or the first m-line of its kind that will do; but where the
 * remote sends: a browser that adds a track once more does it on another
 * m-line and leaves the first one as it is.
 */

static void
ngx_webrtc_agreement_find_part(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n)
{
    ngx_uint_t                    i, best;
    ngx_webrtc_sdp_section_t     *sections;
    ngx_webrtc_agreement_part_t  *part;

    part = &draft->parts[n];
    sections = draft->sdp->sections;
    best = draft->state->parts[n].line;

    if (best != NGX_WEBRTC_AGREEMENT_NONE
        && !ngx_webrtc_agreement_usable(draft, n, best))
    {
        best = NGX_WEBRTC_AGREEMENT_NONE;
    }

    for (i = 0; i < draft->sdp->nsections; i++) {

        if (!ngx_webrtc_agreement_usable(draft, n, i)) {
            continue;
        }

        if (best == NGX_WEBRTC_AGREEMENT_NONE
            || (!(sections[best].direction & NGX_WEBRTC_SDP_SENDONLY)
                && (sections[i].direction & NGX_WEBRTC_SDP_SENDONLY)))
        {
            best = i;
        }
    }

    part->line = best;
    part->live = (best != NGX_WEBRTC_AGREEMENT_NONE);

    if (part->live) {
        part->mid = sections[best].mid;
        draft->alive |= 1u << best;
    }
}


static ngx_uint_t
ngx_webrtc_agreement_usable(const ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n, ngx_uint_t i)
{
    ngx_str_t                        formats;
    const ngx_webrtc_sdp_section_t  *section;

    section = &draft->sdp->sections[i];

    if (section->kind != ngx_webrtc_agreement_kind(n)
        || ngx_webrtc_sdp_rejected(section)
        || (draft->sdp->nsections > 1 && !section->bundled))
    {
        return 0;
    }

    if (n != NGX_WEBRTC_AGREEMENT_DATA) {
        return ngx_webrtc_agreement_ends_with(&section->proto, "RTP/SAVPF");
    }

    ngx_str_set(&formats, "webrtc-datachannel");

    return ngx_webrtc_agreement_ends_with(&section->proto, "DTLS/SCTP")
           && ngx_webrtc_str_equal(&section->formats, &formats);
}


static ngx_uint_t
ngx_webrtc_agreement_ends_with(const ngx_str_t *text, const char *end)
{
    size_t  len;

    len = ngx_strlen(end);

    return text->len >= len
           && ngx_memcmp(text->data + text->len - len, end, len) == 0;
}


/*
 * The transport is that of the first section that we take, or that we might.
 * One that is offered only for the bundle does not name it, but the first of
 * all does.
 */

static ngx_int_t
ngx_webrtc_agreement_offer_remote(ngx_webrtc_agreement_draft_t *draft)
{
    ngx_uint_t                        i;
    ngx_webrtc_sdp_t                 *sdp;
    ngx_webrtc_sdp_transport_t       *transport;
    ngx_webrtc_negotiation_remote_t  *known;

    sdp = draft->sdp;
    known = draft->agreement->remote;

    if (draft->alive == 0) {

        /* a call goes on without media; it cannot start without */

        return known ? NGX_OK
                     : ngx_webrtc_agreement_fail(draft, "ALL-REJECTED");
    }

    for (i = 0; !ngx_webrtc_agreement_alive(draft, i); i++) { /* void */ }

    while (i > 0 && sdp->sections[i].transport.ufrag.len == 0) {
        i--;
    }

    transport = &sdp->sections[i].transport;

    if (ngx_webrtc_sdp_check_transport(transport, draft->reason) != NGX_OK
        || ngx_webrtc_remote_read(&draft->remote, sdp, transport,
                                  draft->reason)
           != NGX_OK
        || ngx_webrtc_agreement_offer_setup(draft, transport->setup)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    draft->has_remote = 1;

    /* neither an ICE restart nor another certificate can be followed */

    if (known && !ngx_webrtc_remote_same(known, &draft->remote)) {
        return ngx_webrtc_agreement_fail(draft, "TRANSPORT-CHANGED");
    }

    return NGX_OK;
}


/* who is to be the DTLS client (RFC 5763, section 5); later it stays so */

static ngx_int_t
ngx_webrtc_agreement_offer_setup(ngx_webrtc_agreement_draft_t *draft,
    ngx_webrtc_sdp_setup_e setup)
{
    ngx_webrtc_sdp_setup_e            own;
    ngx_webrtc_negotiation_remote_t  *known;

    known = draft->agreement->remote;
    own = draft->agreement->params.setup;

    if (setup == NGX_WEBRTC_SDP_SETUP_ACTPASS) {

        if (known) {
            setup = known->setup;

        } else if (own == NGX_WEBRTC_SDP_SETUP_ACTIVE) {
            setup = NGX_WEBRTC_SDP_SETUP_PASSIVE;

        } else {
            setup = NGX_WEBRTC_SDP_SETUP_ACTIVE;
        }
    }

    if (setup == own) {
        return ngx_webrtc_agreement_fail(draft, "BAD-SETUP");
    }

    draft->remote.setup = setup;
    draft->setup = (setup == NGX_WEBRTC_SDP_SETUP_ACTIVE)
                   ? NGX_WEBRTC_SDP_SETUP_PASSIVE
                   : NGX_WEBRTC_SDP_SETUP_ACTIVE;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_agreement_write_answer(ngx_webrtc_agreement_t *agreement,
    ngx_webrtc_text_t *text, const char **reason)
{
    ngx_int_t                      rc;
    ngx_webrtc_agreement_draft_t   draft;
    ngx_webrtc_agreement_state_t  *state;

    ngx_webrtc_agreement_draft(&draft, agreement, reason);
    state = draft.state;

    if (state->offer == NULL) {
        return ngx_webrtc_agreement_fail(&draft, "NO-OFFER");
    }

    if (ngx_webrtc_agreement_check_stream(&draft) != NGX_OK) {
        return NGX_ERROR;
    }

    rc = ngx_webrtc_agreement_parse(&draft, state->offer,
                                    state->offer + state->offer_len);

    if (rc == NGX_OK) {
        rc = ngx_webrtc_agreement_check_offer(&draft);
    }

    if (rc == NGX_OK) {
        rc = ngx_webrtc_agreement_accept(&draft);
    }

    if (rc == NGX_OK && ngx_webrtc_agreement_write(&draft, text) != NGX_OK) {
        rc = ngx_webrtc_agreement_fail(&draft, "NO-ROOM");
    }

    /* nothing has changed yet, another answer may follow */

    if (rc == NGX_OK && !ngx_webrtc_agreement_has_common(&draft)) {
        rc = ngx_webrtc_agreement_fail(&draft, "NO-COMMON-CODEC");
    }

    if (rc == NGX_OK) {
        rc = ngx_webrtc_agreement_reserve(&draft);
    }

    if (rc == NGX_OK) {
        rc = ngx_webrtc_agreement_take_remote(&draft);
    }

    if (rc == NGX_OK) {
        ngx_webrtc_agreement_apply(&draft);

        state->version++;
        ngx_webrtc_agreement_cleanup(agreement);
    }

    free(draft.sdp);

    return rc;
}


/* something of the media that are wanted, if any are */

static ngx_uint_t
ngx_webrtc_agreement_has_common(ngx_webrtc_agreement_draft_t *draft)
{
    ngx_uint_t  audio, video;

    audio = draft->agreement->audio.wanted;
    video = draft->agreement->video.wanted;

    return !draft->agreement->needs_media
           || (audio && draft->parts[NGX_WEBRTC_AGREEMENT_AUDIO].live)
           || (video && draft->parts[NGX_WEBRTC_AGREEMENT_VIDEO].live)
           || (!audio && !video);
}


static ngx_int_t
ngx_webrtc_agreement_accept(ngx_webrtc_agreement_draft_t *draft)
{
    ngx_uint_t                    n;
    ngx_webrtc_agreement_part_t  *part;

    draft->alive = 0;

    for (n = 0; n < NGX_WEBRTC_AGREEMENT_PARTS; n++) {
        part = &draft->parts[n];

        if (!part->live) {
            continue;
        }

        if (n == NGX_WEBRTC_AGREEMENT_DATA) {
            part->live = draft->agreement->data.wanted;

        } else if (ngx_webrtc_agreement_accept_media(draft, n) != NGX_OK) {
            return NGX_ERROR;
        }

        if (part->live) {
            draft->alive |= 1u << part->line;
        }
    }

    ngx_webrtc_agreement_accept_idle(draft);

    if (ngx_webrtc_agreement_clash(draft)) {
        return ngx_webrtc_agreement_fail(draft, "DUPLICATE-PAYLOAD-TYPE");
    }

    return ngx_webrtc_agreement_offer_remote(draft);
}


static ngx_int_t
ngx_webrtc_agreement_accept_media(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n)
{
    ngx_webrtc_sdp_codec_t        *codec;
    ngx_webrtc_sdp_section_t      *section;
    ngx_webrtc_agreement_part_t   *part;
    ngx_webrtc_agreement_media_t  *media;

    part = &draft->parts[n];
    section = &draft->sdp->sections[part->line];
    media = ngx_webrtc_agreement_media(draft->agreement, n);

    part->direction = NGX_WEBRTC_SDP_INACTIVE;

    if (!media->wanted) {
        part->live = (ngx_webrtc_agreement_format_any(part, section)
                      == NGX_OK);

        if (part->live) {
            ngx_webrtc_agreement_take_exts(draft, part);
        }

        return NGX_OK;
    }

    codec = ngx_webrtc_agreement_choose(media, section);

    if (codec == NULL) {
        part->live = 0;
        return NGX_OK;
    }

    if (ngx_webrtc_agreement_format(part, media, section, codec) != NGX_OK) {
        return ngx_webrtc_agreement_fail(draft, "BAD-FORMAT");
    }

    if (media->send && media->ssrc == 0) {
        return ngx_webrtc_agreement_fail(draft, "NO-SSRC");
    }

    if (media->send && (section->direction & NGX_WEBRTC_SDP_RECVONLY)) {
        part->direction |= NGX_WEBRTC_SDP_SENDONLY;
    }

    if (media->receive && (section->direction & NGX_WEBRTC_SDP_SENDONLY)) {
        part->direction |= NGX_WEBRTC_SDP_RECVONLY;
    }

    ngx_webrtc_agreement_take_exts(draft, part);

    return NGX_OK;
}


/* further m-lines of audio and video */

static void
ngx_webrtc_agreement_accept_idle(ngx_webrtc_agreement_draft_t *draft)
{
    ngx_uint_t                   i, n;
    ngx_webrtc_agreement_part_t  part;

    for (i = 0; i < draft->sdp->nsections; i++) {

        if (ngx_webrtc_agreement_part(draft->parts, i)
            != NGX_WEBRTC_AGREEMENT_PARTS)
        {
            continue;
        }

        for (n = 0; n < NGX_WEBRTC_AGREEMENT_DATA; n++) {

            if (ngx_webrtc_agreement_usable(draft, n, i)
                && ngx_webrtc_agreement_format_any(&part,
                                                   &draft->sdp->sections[i])
                   == NGX_OK)
            {
                draft->alive |= 1u << i;
            }
        }
    }
}


void
ngx_webrtc_agreement_take_exts(ngx_webrtc_agreement_draft_t *draft,
    ngx_webrtc_agreement_part_t *part)
{
    ngx_uint_t                 i, kind;
    ngx_webrtc_sdp_extmap_t   *extmap;
    ngx_webrtc_sdp_section_t  *section;

    section = &draft->sdp->sections[part->line];

    for (i = 0; i < section->nextmaps; i++) {
        extmap = &section->extmaps[i];
        kind = ngx_webrtc_ext_find(&extmap->uri);

        if (extmap->direction != NGX_WEBRTC_SDP_SENDRECV
            || !ngx_webrtc_agreement_wants_ext(part, kind))
        {
            continue;
        }

        /* an id means the same in all the bundle */

        (void) ngx_webrtc_ext_map_add(&draft->exts, kind, extmap->id);

        if (draft->exts.ids[kind] == extmap->id) {
            (void) ngx_webrtc_ext_map_add(&part->exts, kind, extmap->id);
        }
    }

    /* who cannot number the packets of the transport cannot report on them */

    if (part->exts.ids[NGX_WEBRTC_EXT_TWCC] == 0) {
        part->format.feedback &= (uint8_t) ~NGX_WEBRTC_SDP_FB_TRANSPORT_CC;
    }
}


static ngx_uint_t
ngx_webrtc_agreement_clash(const ngx_webrtc_agreement_draft_t *draft)
{
    const ngx_webrtc_agreement_part_t  *audio, *video;

    audio = &draft->parts[NGX_WEBRTC_AGREEMENT_AUDIO];
    video = &draft->parts[NGX_WEBRTC_AGREEMENT_VIDEO];

    return audio->live && video->live
           && (audio->format.pt == video->format.pt
               || audio->format.pt == video->format.rtx_pt);
}
