
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <peer/ngx_webrtc_agreement_internal.h>


static void ngx_webrtc_agreement_apply_line(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t i);
static void ngx_webrtc_agreement_apply_media(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t n);
static void ngx_webrtc_agreement_apply_data(
    ngx_webrtc_agreement_draft_t *draft);


ngx_int_t
ngx_webrtc_agreement_init(ngx_webrtc_agreement_t *agreement,
    ngx_pool_t *pool, const ngx_webrtc_negotiation_params_t *params)
{
    u_char                         buf[8];
    ngx_uint_t                     i;
    ngx_webrtc_text_t              text;
    ngx_webrtc_agreement_state_t  *state;

    ngx_memzero(agreement, sizeof(ngx_webrtc_agreement_t));

    agreement->pool = pool;

    state = ngx_pcalloc(pool, sizeof(ngx_webrtc_agreement_state_t));

    if (state == NULL
        || ngx_webrtc_negotiation_copy_params(&agreement->params, pool,
                                              params)
           != NGX_OK
        || ngx_webrtc_negotiation_new_session(params, &state->session_id)
           != NGX_OK
        || params->random(params->data, buf, sizeof(buf)) != NGX_OK)
    {
        return NGX_ERROR;
    }

    agreement->state = state;

    state->max_lines = ngx_min(params->max_sections,
                               NGX_WEBRTC_AGREEMENT_LINES);

    for (i = 0; i < NGX_WEBRTC_AGREEMENT_PARTS; i++) {
        state->parts[i].line = NGX_WEBRTC_AGREEMENT_NONE;
    }

    ngx_webrtc_text_init(&text, state->stream,
                         state->stream + sizeof(state->stream));
    ngx_webrtc_text_hex(&text, buf, sizeof(buf), 0);

    agreement->stream.data = state->stream;
    agreement->stream.len = ngx_webrtc_text_len(&text);

    return NGX_OK;
}


void
ngx_webrtc_agreement_cleanup(ngx_webrtc_agreement_t *agreement)
{
    ngx_webrtc_agreement_state_t  *state;

    state = agreement->state;

    if (state) {
        free(state->offer);
        state->offer = NULL;
    }
}


size_t
ngx_webrtc_agreement_size(const ngx_webrtc_agreement_t *agreement)
{
    size_t                                  section;
    ngx_uint_t                              n;
    const ngx_webrtc_agreement_state_t     *state;
    const ngx_webrtc_negotiation_params_t  *params;

    state = agreement->state;
    params = &agreement->params;

    section = NGX_WEBRTC_SDP_WRITE_SECTION + NGX_WEBRTC_AGREEMENT_MID
              + params->ufrag.len + params->pwd.len + params->fingerprint.len;

    /* an offer that is answered has its words repeated */

    n = state->offer ? state->max_lines
                     : state->nlines + NGX_WEBRTC_AGREEMENT_PARTS;

    return NGX_WEBRTC_SDP_WRITE_SESSION
           + params->ncandidates * NGX_WEBRTC_SDP_WRITE_CANDIDATE
           + n * section + state->offer_len;
}


ngx_webrtc_agreement_media_t *
ngx_webrtc_agreement_media(ngx_webrtc_agreement_t *agreement, ngx_uint_t part)
{
    switch (part) {

    case NGX_WEBRTC_AGREEMENT_AUDIO:
        return &agreement->audio;

    case NGX_WEBRTC_AGREEMENT_VIDEO:
        return &agreement->video;

    default:
        return NULL;
    }
}


ngx_webrtc_sdp_kind_e
ngx_webrtc_agreement_kind(ngx_uint_t part)
{
    switch (part) {

    case NGX_WEBRTC_AGREEMENT_AUDIO:
        return NGX_WEBRTC_SDP_AUDIO;

    case NGX_WEBRTC_AGREEMENT_VIDEO:
        return NGX_WEBRTC_SDP_VIDEO;

    default:
        return NGX_WEBRTC_SDP_APPLICATION;
    }
}


ngx_uint_t
ngx_webrtc_agreement_wanted(const ngx_webrtc_agreement_t *agreement,
    ngx_uint_t part)
{
    switch (part) {

    case NGX_WEBRTC_AGREEMENT_AUDIO:
        return agreement->audio.wanted;

    case NGX_WEBRTC_AGREEMENT_VIDEO:
        return agreement->video.wanted;

    default:
        return agreement->data.wanted;
    }
}


/*
 * Simulcast is not for two equals.  What is inactive has the extensions for
 * both ways: browsers do not offer again what was not taken.
 */

ngx_uint_t
ngx_webrtc_agreement_wants_ext(const ngx_webrtc_agreement_part_t *part,
    ngx_uint_t kind)
{
    return kind != NGX_WEBRTC_EXT_UNKNOWN
           && kind != NGX_WEBRTC_EXT_RID
           && kind != NGX_WEBRTC_EXT_RRID
           && ngx_webrtc_negotiation_wants_ext(kind, part->format.codec,
                                 part->direction != NGX_WEBRTC_SDP_SENDONLY);
}


ngx_uint_t
ngx_webrtc_agreement_part(const ngx_webrtc_agreement_part_t *parts,
    ngx_uint_t line)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_WEBRTC_AGREEMENT_PARTS; i++) {
        if (parts[i].line == line) {
            break;
        }
    }

    return i;
}


ngx_int_t
ngx_webrtc_agreement_new_mid(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n)
{
    ngx_str_t                     mid;
    ngx_uint_t                    i;
    ngx_webrtc_agreement_part_t  *part;
    ngx_webrtc_agreement_line_t  *line;

    part = &draft->parts[n];

again:

    if (ngx_webrtc_negotiation_make_mid(&draft->agreement->params,
                                        ngx_webrtc_agreement_kind(n),
                                        part->mid_buf, &part->mid)
        != NGX_OK)
    {
        return ngx_webrtc_agreement_fail(draft, "NO-RANDOM");
    }

    for (i = 0; i < draft->state->nlines; i++) {
        line = draft->state->lines[i];

        mid.data = line->mid;
        mid.len = line->mid_len;

        if (ngx_webrtc_str_equal(&mid, &part->mid)) {
            goto again;
        }
    }

    return NGX_OK;
}


void
ngx_webrtc_agreement_mid(const ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t line, ngx_str_t *mid)
{
    ngx_uint_t                    n;
    ngx_webrtc_agreement_line_t  *known;

    if (draft->sdp) {
        *mid = draft->sdp->sections[line].mid;
        return;
    }

    n = ngx_webrtc_agreement_part(draft->parts, line);

    if (n < NGX_WEBRTC_AGREEMENT_PARTS && draft->parts[n].live) {
        *mid = draft->parts[n].mid;
        return;
    }

    known = draft->state->lines[line];

    mid->data = known->mid;
    mid->len = known->mid_len;
}


void
ngx_webrtc_agreement_draft(ngx_webrtc_agreement_draft_t *draft,
    ngx_webrtc_agreement_t *agreement, const char **reason)
{
    ngx_uint_t  i;

    ngx_memzero(draft, sizeof(ngx_webrtc_agreement_draft_t));

    draft->agreement = agreement;
    draft->state = agreement->state;
    draft->reason = reason;

    for (i = 0; i < NGX_WEBRTC_AGREEMENT_PARTS; i++) {
        draft->parts[i].line = NGX_WEBRTC_AGREEMENT_NONE;
    }
}


ngx_int_t
ngx_webrtc_agreement_check_stream(ngx_webrtc_agreement_draft_t *draft)
{
    size_t            i;
    const ngx_str_t  *stream;

    stream = &draft->agreement->stream;

    if (stream->len == 0 || stream->len > NGX_WEBRTC_AGREEMENT_STREAM) {
        return ngx_webrtc_agreement_fail(draft, "BAD-STREAM");
    }

    for (i = 0; i < stream->len; i++) {
        if (stream->data[i] <= 0x20 || stream->data[i] >= 0x7f) {
            return ngx_webrtc_agreement_fail(draft, "BAD-STREAM");
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_agreement_parse(ngx_webrtc_agreement_draft_t *draft, u_char *pos,
    u_char *last)
{
    ngx_uint_t         max;
    ngx_webrtc_sdp_t  *sdp;

    /*
     * The parsed form is large and short-lived, and the peer's pool gives
     * nothing back.
     */

    max = draft->state->max_lines;

    sdp = malloc(sizeof(ngx_webrtc_sdp_t)
                 + max * sizeof(ngx_webrtc_sdp_section_t));
    if (sdp == NULL) {
        return ngx_webrtc_agreement_fail(draft, "NO-MEMORY");
    }

    draft->sdp = sdp;

    if (ngx_webrtc_sdp_parse(sdp, pos, last,
                             (ngx_webrtc_sdp_section_t *) (sdp + 1), max)
        != NGX_OK)
    {
        return ngx_webrtc_agreement_fail(draft, sdp->reason);
    }

    draft->nlines = sdp->nsections;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_agreement_reserve(ngx_webrtc_agreement_draft_t *draft)
{
    ngx_uint_t                     i;
    ngx_webrtc_agreement_line_t   *line;
    ngx_webrtc_agreement_state_t  *state;

    state = draft->state;

    for (i = 0; i < draft->nlines; i++) {

        if (state->lines[i]) {
            continue;
        }

        line = ngx_pcalloc(draft->agreement->pool,
                           sizeof(ngx_webrtc_agreement_line_t));
        if (line == NULL) {
            return ngx_webrtc_agreement_fail(draft, "NO-MEMORY");
        }

        state->lines[i] = line;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_agreement_take_remote(ngx_webrtc_agreement_draft_t *draft)
{
    ngx_webrtc_agreement_t  *agreement;

    agreement = draft->agreement;

    if (agreement->remote || !draft->has_remote) {
        return NGX_OK;
    }

    agreement->remote = ngx_webrtc_remote_copy(agreement->pool,
                                               &draft->remote);

    return agreement->remote ? NGX_OK
                             : ngx_webrtc_agreement_fail(draft, "NO-MEMORY");
}


void
ngx_webrtc_agreement_apply(ngx_webrtc_agreement_draft_t *draft)
{
    ngx_uint_t                     i, n;
    ngx_webrtc_ext_map_t          *exts;
    ngx_webrtc_agreement_part_t   *part;
    ngx_webrtc_agreement_state_t  *state;

    state = draft->state;

    for (i = 0; i < draft->nlines; i++) {
        ngx_webrtc_agreement_apply_line(draft, i);
    }

    state->nlines = draft->nlines;

    for (n = 0; n < NGX_WEBRTC_AGREEMENT_PARTS; n++) {
        part = &state->parts[n];

        *part = draft->parts[n];
        part->format.fmtp.data = part->fmtp;
        ngx_str_null(&part->mid);

        if (part->line != NGX_WEBRTC_AGREEMENT_NONE) {
            part->mid.data = state->lines[part->line]->mid;
            part->mid.len = state->lines[part->line]->mid_len;
        }
    }

    if (draft->sdp == NULL) {
        return;
    }

    exts = &draft->agreement->exts;
    ngx_memzero(exts, sizeof(ngx_webrtc_ext_map_t));

    ngx_webrtc_agreement_apply_media(draft, NGX_WEBRTC_AGREEMENT_AUDIO);
    ngx_webrtc_agreement_apply_media(draft, NGX_WEBRTC_AGREEMENT_VIDEO);
    ngx_webrtc_agreement_apply_data(draft);
}


/* what is refused keeps its name until there is something in its place */

static void
ngx_webrtc_agreement_apply_line(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t i)
{
    ngx_str_t                     media, mid;
    ngx_uint_t                    n;
    ngx_webrtc_sdp_kind_e         kind;
    ngx_webrtc_sdp_section_t     *section;
    ngx_webrtc_agreement_line_t  *line;

    line = draft->state->lines[i];
    n = ngx_webrtc_agreement_part(draft->parts, i);

    line->rejected = !ngx_webrtc_agreement_alive(draft, i);

    if (line->media_len
        && (line->rejected
            || (draft->sdp == NULL && n == NGX_WEBRTC_AGREEMENT_PARTS)))
    {
        return;
    }

    if (draft->sdp) {
        section = &draft->sdp->sections[i];
        kind = section->kind;
        media = section->media;
        mid = section->mid;

    } else {
        kind = ngx_webrtc_agreement_kind(n);
        media.data = (u_char *) ngx_webrtc_sdp_write_kind(kind) + 2;
        media.len = ngx_strlen(media.data);
        mid = draft->parts[n].mid;
    }

    line->kind = kind;

    line->media_len = (uint8_t) ngx_min(media.len,
                                        NGX_WEBRTC_AGREEMENT_WORD);
    ngx_memcpy(line->media, media.data, line->media_len);

    line->mid_len = (uint8_t) ngx_min(mid.len, NGX_WEBRTC_AGREEMENT_MID);

    if (line->mid_len) {
        ngx_memcpy(line->mid, mid.data, line->mid_len);
    }
}


static void
ngx_webrtc_agreement_apply_media(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n)
{
    ngx_uint_t                     kind;
    ngx_webrtc_ext_map_t          *exts;
    ngx_webrtc_agreement_part_t   *part;
    ngx_webrtc_agreement_media_t  *media;

    exts = &draft->agreement->exts;
    part = &draft->state->parts[n];
    media = ngx_webrtc_agreement_media(draft->agreement, n);

    media->accepted = part->live;
    media->sends = 0;
    media->receives = 0;
    media->remote_ssrc = 0;
    media->remote_rtx_ssrc = 0;

    if (!part->live) {
        return;
    }

    media->mid = part->mid;

    if (media->wanted) {
        media->codec = part->format.codec;
    }

    media->pt = part->format.pt;
    media->rtx_pt = part->format.rtx_pt;
    media->rtx = (part->format.rtx_pt != NGX_WEBRTC_SDP_NO_PT);
    media->feedback = part->format.feedback;

    media->sends = (part->direction & NGX_WEBRTC_SDP_SENDONLY)
                   && (media->direction & NGX_WEBRTC_SDP_RECVONLY);
    media->receives = (part->direction & NGX_WEBRTC_SDP_RECVONLY)
                      && (media->direction & NGX_WEBRTC_SDP_SENDONLY);

    (void) ngx_webrtc_remote_ssrcs(&draft->sdp->sections[part->line],
                                   &media->remote_ssrc,
                                   &media->remote_rtx_ssrc, 1);

    if (!media->rtx) {
        media->remote_rtx_ssrc = 0;
    }

    for (kind = 1; kind < NGX_WEBRTC_EXT_MAX; kind++) {

        if (part->exts.ids[kind]) {
            (void) ngx_webrtc_ext_map_add(exts, kind, part->exts.ids[kind]);
        }
    }
}


static void
ngx_webrtc_agreement_apply_data(ngx_webrtc_agreement_draft_t *draft)
{
    ngx_webrtc_sdp_section_t     *section;
    ngx_webrtc_agreement_data_t  *data;
    ngx_webrtc_agreement_part_t  *part;

    data = &draft->agreement->data;
    part = &draft->state->parts[NGX_WEBRTC_AGREEMENT_DATA];

    data->accepted = part->live;

    if (!part->live) {
        return;
    }

    section = &draft->sdp->sections[part->line];

    data->mid = part->mid;
    data->sctp_port = section->sctp_port ? section->sctp_port : 5000;
    data->max_message_size = section->max_message_size;
}


void
ngx_webrtc_agreement_note(ngx_webrtc_agreement_draft_t *draft)
{
    ngx_uint_t                     n;
    ngx_webrtc_agreement_part_t   *part;
    ngx_webrtc_agreement_media_t  *media;

    for (n = 0; n < NGX_WEBRTC_AGREEMENT_PARTS; n++) {
        part = &draft->parts[n];
        media = ngx_webrtc_agreement_media(draft->agreement, n);

        if (media == NULL) {
            draft->agreement->data.present = part->live;
            continue;
        }

        media->present = part->live;
        media->direction = NGX_WEBRTC_SDP_INACTIVE;

        if (part->live) {
            media->direction = draft->sdp->sections[part->line].direction;
        }
    }
}


ngx_int_t
ngx_webrtc_agreement_fail(ngx_webrtc_agreement_draft_t *draft,
    const char *reason)
{
    *draft->reason = reason;

    return NGX_ERROR;
}
