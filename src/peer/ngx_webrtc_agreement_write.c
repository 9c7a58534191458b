
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* offers and answers as texts */


#include <peer/ngx_webrtc_agreement_internal.h>


static void ngx_webrtc_agreement_write_session(
    ngx_webrtc_agreement_draft_t *draft, ngx_webrtc_text_t *text);
static ngx_int_t ngx_webrtc_agreement_write_idle(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t line,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_agreement_write_part(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t n,
    const ngx_webrtc_agreement_part_t *part, ngx_webrtc_text_t *text);
static void ngx_webrtc_agreement_write_media(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t n,
    const ngx_webrtc_agreement_part_t *part, ngx_webrtc_text_t *text);
static void ngx_webrtc_agreement_write_stream(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t n,
    const ngx_webrtc_agreement_part_t *part, ngx_webrtc_text_t *text);
static void ngx_webrtc_agreement_write_transport(
    ngx_webrtc_agreement_draft_t *draft, ngx_webrtc_text_t *text);
static void ngx_webrtc_agreement_write_candidates(
    ngx_webrtc_agreement_draft_t *draft, ngx_webrtc_text_t *text);
static void ngx_webrtc_agreement_write_refused(
    ngx_webrtc_agreement_draft_t *draft, ngx_uint_t line,
    ngx_webrtc_text_t *text);


ngx_int_t
ngx_webrtc_agreement_write(ngx_webrtc_agreement_draft_t *draft,
    ngx_webrtc_text_t *text)
{
    ngx_uint_t  i, n;

    ngx_webrtc_agreement_write_session(draft, text);

    for (i = 0; i < draft->nlines; i++) {

        if (!ngx_webrtc_agreement_alive(draft, i)) {
            ngx_webrtc_agreement_write_refused(draft, i, text);
            continue;
        }

        n = ngx_webrtc_agreement_part(draft->parts, i);

        if (n < NGX_WEBRTC_AGREEMENT_PARTS) {
            ngx_webrtc_agreement_write_part(draft, n, &draft->parts[n], text);

        } else if (ngx_webrtc_agreement_write_idle(draft, i, text)
                   != NGX_OK)
        {
            return NGX_ERROR;
        }

        /* only the section that gives the bundle its transport has them */

        if ((draft->alive & ((1u << i) - 1)) == 0) {
            ngx_webrtc_agreement_write_candidates(draft, text);
        }
    }

    return text->overflow ? NGX_ERROR : NGX_OK;
}


static void
ngx_webrtc_agreement_write_session(ngx_webrtc_agreement_draft_t *draft,
    ngx_webrtc_text_t *text)
{
    ngx_str_t   mid;
    ngx_uint_t  i;

    ngx_webrtc_sdp_write_session(text, draft->state->session_id,
                                 draft->state->version + 1);

    /* an answer has only what the offer had */

    if (draft->sdp == NULL || draft->sdp->bundle.len) {
        ngx_webrtc_text_cstr(text, "a=group:BUNDLE");

        for (i = 0; i < draft->nlines; i++) {

            if (ngx_webrtc_agreement_alive(draft, i)) {
                ngx_webrtc_agreement_mid(draft, i, &mid);

                ngx_webrtc_text_cstr(text, " ");
                ngx_webrtc_text_str(text, &mid);
            }
        }

        ngx_webrtc_text_cstr(text, "\r\n");
    }

    if (draft->sdp == NULL) {
        ngx_webrtc_text_cstr(text, "a=extmap-allow-mixed\r\n");
    }

    ngx_webrtc_text_cstr(text, "a=msid-semantic: WMS *\r\n");

    ngx_webrtc_text_cstr(text, draft->agreement->params.ice_lite
                               ? "a=ice-lite\r\n"
                               : "a=ice-options:trickle\r\n");
}


/* an m-line beside those of the parts: nothing is sent on it */

static ngx_int_t
ngx_webrtc_agreement_write_idle(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t line, ngx_webrtc_text_t *text)
{
    ngx_uint_t                    n, pt, rtx_pt;
    ngx_webrtc_sdp_kind_e         kind;
    ngx_webrtc_agreement_part_t   part;

    kind = draft->sdp ? draft->sdp->sections[line].kind
                      : draft->state->lines[line]->kind;

    n = (kind == NGX_WEBRTC_SDP_VIDEO) ? NGX_WEBRTC_AGREEMENT_VIDEO
                                       : NGX_WEBRTC_AGREEMENT_AUDIO;

    ngx_memzero(&part, sizeof(ngx_webrtc_agreement_part_t));

    part.line = line;
    ngx_webrtc_agreement_mid(draft, line, &part.mid);

    if (draft->sdp) {
        if (ngx_webrtc_agreement_format_any(&part,
                                            &draft->sdp->sections[line])
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        ngx_webrtc_agreement_take_exts(draft, &part);

    } else if (draft->parts[n].live) {
        part.format = draft->parts[n].format;

    } else {
        part.format.codec = (kind == NGX_WEBRTC_SDP_VIDEO)
                            ? NGX_WEBRTC_CODEC_VP8 : NGX_WEBRTC_CODEC_OPUS;

        ngx_webrtc_negotiation_default_pt(part.format.codec, &pt, &rtx_pt);

        part.format.pt = (uint8_t) pt;
        part.format.rtx_pt = (uint8_t) rtx_pt;
    }

    ngx_webrtc_agreement_write_part(draft, n, &part, text);

    return NGX_OK;
}


static void
ngx_webrtc_agreement_write_part(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n, const ngx_webrtc_agreement_part_t *part,
    ngx_webrtc_text_t *text)
{
    ngx_webrtc_agreement_media_t  *media;

    media = ngx_webrtc_agreement_media(draft->agreement, n);

    ngx_webrtc_text_cstr(text, ngx_webrtc_sdp_write_kind(
                                           ngx_webrtc_agreement_kind(n)));
    ngx_webrtc_text_cstr(text, " 9 ");

    if (draft->sdp) {
        ngx_webrtc_text_str(text, &draft->sdp->sections[part->line].proto);
        ngx_webrtc_text_cstr(text, " ");

    } else {
        ngx_webrtc_text_cstr(text, media ? "UDP/TLS/RTP/SAVPF "
                                         : "UDP/DTLS/SCTP ");
    }

    if (media) {
        ngx_webrtc_agreement_write_media(draft, n, part, text);
        return;
    }

    ngx_webrtc_text_cstr(text, "webrtc-datachannel\r\n"
                         "c=IN IP4 0.0.0.0\r\n");

    if (part->mid.len) {
        ngx_webrtc_sdp_write_line(text, "mid:", &part->mid);
    }

    ngx_webrtc_agreement_write_transport(draft, text);
    ngx_webrtc_sdp_write_sctp(text, draft->agreement->params.max_message);
}


static void
ngx_webrtc_agreement_write_media(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n, const ngx_webrtc_agreement_part_t *part,
    ngx_webrtc_text_t *text)
{
    ngx_uint_t                     kind;
    ngx_webrtc_agreement_media_t  *media;

    media = ngx_webrtc_agreement_media(draft->agreement, n);

    ngx_webrtc_sdp_write_formats(text, &part->format);

    if (media->bit_rate && (part->direction & NGX_WEBRTC_SDP_RECVONLY)) {
        ngx_webrtc_sdp_write_bit_rate(text, media->bit_rate);
    }

    if (part->mid.len) {
        ngx_webrtc_sdp_write_line(text, "mid:", &part->mid);
    }

    ngx_webrtc_sdp_write_direction(text, part->direction);
    ngx_webrtc_text_cstr(text, "a=rtcp-mux\r\na=rtcp-rsize\r\n");

    ngx_webrtc_agreement_write_transport(draft, text);

    for (kind = 1; kind < NGX_WEBRTC_EXT_MAX; kind++) {
        if (part->exts.ids[kind]) {
            ngx_webrtc_sdp_write_extmap(text, kind, part->exts.ids[kind]);
        }
    }

    ngx_webrtc_sdp_write_format(text, &part->format);

    if (part->direction & NGX_WEBRTC_SDP_SENDONLY) {
        ngx_webrtc_agreement_write_stream(draft, n, part, text);
    }
}


static void
ngx_webrtc_agreement_write_stream(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t n, const ngx_webrtc_agreement_part_t *part,
    ngx_webrtc_text_t *text)
{
    u_char                         buf[NGX_WEBRTC_AGREEMENT_STREAM + 8];
    ngx_webrtc_text_t              track;
    ngx_webrtc_sdp_stream_t        stream;
    ngx_webrtc_agreement_media_t  *media;

    media = ngx_webrtc_agreement_media(draft->agreement, n);

    stream.stream = draft->agreement->stream;

    /* a page may have tracks of several streams */

    ngx_webrtc_text_init(&track, buf, buf + sizeof(buf));
    ngx_webrtc_text_str(&track, &stream.stream);
    ngx_webrtc_text_cstr(&track, n == NGX_WEBRTC_AGREEMENT_VIDEO ? "-video"
                                                                 : "-audio");
    stream.track.data = buf;
    stream.track.len = ngx_webrtc_text_len(&track);

    stream.ssrc = media->ssrc;
    stream.rtx_ssrc = (part->format.rtx_pt == NGX_WEBRTC_SDP_NO_PT)
                      ? 0 : media->rtx_ssrc;

    ngx_webrtc_sdp_write_stream(text, &stream);
}


static void
ngx_webrtc_agreement_write_transport(ngx_webrtc_agreement_draft_t *draft,
    ngx_webrtc_text_t *text)
{
    const ngx_webrtc_negotiation_params_t  *params;

    params = &draft->agreement->params;

    ngx_webrtc_sdp_write_line(text, "ice-ufrag:", &params->ufrag);
    ngx_webrtc_sdp_write_line(text, "ice-pwd:", &params->pwd);
    ngx_webrtc_sdp_write_line(text, "fingerprint:", &params->fingerprint);
    ngx_webrtc_sdp_write_setup(text, draft->setup);
}


static void
ngx_webrtc_agreement_write_candidates(ngx_webrtc_agreement_draft_t *draft,
    ngx_webrtc_text_t *text)
{
    const ngx_webrtc_negotiation_params_t  *params;

    params = &draft->agreement->params;

    ngx_webrtc_sdp_write_candidates(text, params->candidates,
                                    params->ncandidates);

    /* with full ICE more of them may be found */

    if (params->ice_lite) {
        ngx_webrtc_text_cstr(text, "a=end-of-candidates\r\n");
    }
}


static void
ngx_webrtc_agreement_write_refused(ngx_webrtc_agreement_draft_t *draft,
    ngx_uint_t line, ngx_webrtc_text_t *text)
{
    ngx_str_t                     media, proto, formats, mid;
    ngx_webrtc_sdp_kind_e         kind;
    ngx_webrtc_sdp_section_t     *section;
    ngx_webrtc_agreement_line_t  *known;

    if (draft->sdp) {
        section = &draft->sdp->sections[line];
        kind = section->kind;
        media = section->media;
        proto = section->proto;
        formats = section->formats;

    } else {
        known = draft->state->lines[line];
        kind = known->kind;
        media.data = known->media;
        media.len = known->media_len;

        ngx_str_set(&proto, "UDP/DTLS/SCTP");
        ngx_str_set(&formats, "webrtc-datachannel");
    }

    ngx_webrtc_agreement_mid(draft, line, &mid);

    /* one format there has to be, and of media this is the shortest */

    if (kind == NGX_WEBRTC_SDP_AUDIO || kind == NGX_WEBRTC_SDP_VIDEO) {
        ngx_str_set(&formats, "0");

        if (draft->sdp == NULL) {
            ngx_str_set(&proto, "UDP/TLS/RTP/SAVPF");
        }
    }

    ngx_webrtc_text_cstr(text, "m=");
    ngx_webrtc_text_str(text, &media);
    ngx_webrtc_text_cstr(text, " 0 ");
    ngx_webrtc_text_str(text, &proto);
    ngx_webrtc_text_cstr(text, " ");
    ngx_webrtc_text_str(text, &formats);
    ngx_webrtc_text_cstr(text, "\r\nc=IN IP4 0.0.0.0\r\n");

    if (mid.len) {
        ngx_webrtc_sdp_write_line(text, "mid:", &mid);
    }

    ngx_webrtc_sdp_write_direction(text, NGX_WEBRTC_SDP_INACTIVE);
}
