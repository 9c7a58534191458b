
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* our offers (RFC 9429, sections 5.2.1 and 5.2.2) */


#include <proto/ngx_webrtc_sdp_write.h>
#include <peer/ngx_webrtc_negotiation.h>


/* where an extension is offered */

#define NGX_WEBRTC_OFFER_AUDIO      0x01
#define NGX_WEBRTC_OFFER_VIDEO      0x02
#define NGX_WEBRTC_OFFER_RECEIVED   0x04    /* not for what we only send */
#define NGX_WEBRTC_OFFER_AV1        0x08


/*
 * By kind.  The absolute send time is offered for what we receive only: we
 * write the transport-wide number, and who does not take that estimates
 * without.
 */

static const u_char  ngx_webrtc_offer_exts[NGX_WEBRTC_EXT_MAX] = {

    [NGX_WEBRTC_EXT_MID] =
        NGX_WEBRTC_OFFER_AUDIO | NGX_WEBRTC_OFFER_VIDEO,

    [NGX_WEBRTC_EXT_RID] =
        NGX_WEBRTC_OFFER_VIDEO | NGX_WEBRTC_OFFER_RECEIVED,

    [NGX_WEBRTC_EXT_RRID] =
        NGX_WEBRTC_OFFER_VIDEO | NGX_WEBRTC_OFFER_RECEIVED,

    [NGX_WEBRTC_EXT_AUDIO_LEVEL] =
        NGX_WEBRTC_OFFER_AUDIO,

    [NGX_WEBRTC_EXT_ABS_SEND_TIME] =
        NGX_WEBRTC_OFFER_AUDIO | NGX_WEBRTC_OFFER_VIDEO
        | NGX_WEBRTC_OFFER_RECEIVED,

    [NGX_WEBRTC_EXT_TWCC] =
        NGX_WEBRTC_OFFER_AUDIO | NGX_WEBRTC_OFFER_VIDEO,

    [NGX_WEBRTC_EXT_DEPENDENCY] =
        NGX_WEBRTC_OFFER_VIDEO | NGX_WEBRTC_OFFER_AV1,

    [NGX_WEBRTC_EXT_ORIENTATION] =
        NGX_WEBRTC_OFFER_VIDEO
};


static ngx_webrtc_offered_e ngx_webrtc_offer_state(
    const ngx_webrtc_negotiation_section_t *section);
static void ngx_webrtc_offer_session(const ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_offer_section(const ngx_webrtc_negotiation_t *neg,
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_offer_media(
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_offer_transport(const ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_offer_extmaps(
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_offer_format(
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_sdp_format_t *format);
static void ngx_webrtc_offer_own(
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_offer_remote(
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text);


ngx_int_t
ngx_webrtc_negotiation_write_offer(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_text_t *text)
{
    ngx_uint_t                         i;
    ngx_webrtc_negotiation_section_t  *section;

    if (neg->outstanding) {
        return NGX_BUSY;
    }

    if (neg->nsections == 0) {
        return NGX_DECLINED;
    }

    ngx_webrtc_offer_session(neg, text);

    for (i = 0; i < neg->nsections; i++) {
        ngx_webrtc_offer_section(neg, neg->sections[i], text);
    }

    if (text->overflow) {
        return NGX_ERROR;
    }

    for (i = 0; i < neg->nsections; i++) {
        section = neg->sections[i];

        section->offered = ngx_webrtc_offer_state(section);
        section->changed = 0;

        if (section->offered == NGX_WEBRTC_OFFERED_ACTIVE) {
            section->live = 1;
        }
    }

    neg->version++;
    neg->noffered = neg->nsections;
    neg->outstanding = 1;

    return NGX_OK;
}


/* nothing else is written anew: an answer to either is one to the other */

ngx_int_t
ngx_webrtc_negotiation_repeat_offer(ngx_webrtc_negotiation_t *neg,
    const ngx_str_t *sdp, ngx_webrtc_text_t *text)
{
    size_t             len;
    u_char             buf[NGX_WEBRTC_SDP_WRITE_SESSION];
    ngx_webrtc_text_t  old;

    if (!neg->outstanding) {
        return NGX_DECLINED;
    }

    ngx_webrtc_text_init(&old, buf, buf + sizeof(buf));
    ngx_webrtc_sdp_write_session(&old, neg->session_id, neg->version);
    len = ngx_webrtc_text_len(&old);

    ngx_webrtc_sdp_write_session(text, neg->session_id, neg->version + 1);
    ngx_webrtc_text_bytes(text, sdp->data + len, sdp->len - len);

    if (text->overflow) {
        return NGX_ERROR;
    }

    neg->version++;
    neg->surplus++;

    return NGX_OK;
}


size_t
ngx_webrtc_negotiation_offer_size(const ngx_webrtc_negotiation_t *neg)
{
    const ngx_webrtc_negotiation_params_t  *params;

    params = &neg->params;

    return NGX_WEBRTC_SDP_WRITE_SESSION
           + params->ncandidates * NGX_WEBRTC_SDP_WRITE_CANDIDATE
           + neg->nsections * (NGX_WEBRTC_SDP_WRITE_SECTION + params->ufrag.len
                               + params->pwd.len + params->fingerprint.len);
}


static ngx_webrtc_offered_e
ngx_webrtc_offer_state(const ngx_webrtc_negotiation_section_t *section)
{
    if (section->refused) {
        return NGX_WEBRTC_OFFERED_REJECTED;
    }

    return section->in_use ? NGX_WEBRTC_OFFERED_ACTIVE
                           : NGX_WEBRTC_OFFERED_INACTIVE;
}


static void
ngx_webrtc_offer_session(const ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_text_t *text)
{
    ngx_uint_t                         i;
    ngx_webrtc_negotiation_section_t  *section;

    ngx_webrtc_sdp_write_session(text, neg->session_id, neg->version + 1);
    ngx_webrtc_text_cstr(text, "a=group:BUNDLE");

    for (i = 0; i < neg->nsections; i++) {
        section = neg->sections[i];

        if (!section->refused) {
            ngx_webrtc_text_cstr(text, " ");
            ngx_webrtc_text_str(text, &section->mid);
        }
    }

    ngx_webrtc_text_cstr(text, "\r\n");

    if (neg->params.ice_lite) {
        ngx_webrtc_text_cstr(text, "a=ice-lite\r\n");
    }

    ngx_webrtc_text_cstr(text, "a=extmap-allow-mixed\r\n"
                         "a=msid-semantic: WMS *\r\n");
}


static void
ngx_webrtc_offer_section(const ngx_webrtc_negotiation_t *neg,
    const ngx_webrtc_negotiation_section_t *section, ngx_webrtc_text_t *text)
{
    ngx_uint_t               i;
    ngx_webrtc_offered_e     state;
    ngx_webrtc_sdp_format_t  format;

    state = ngx_webrtc_offer_state(section);

    ngx_webrtc_offer_media(section, text);
    ngx_webrtc_sdp_write_line(text, "mid:", &section->mid);

    if (section->payload) {
        ngx_webrtc_sdp_write_direction(text,
                                       state != NGX_WEBRTC_OFFERED_ACTIVE
                                       ? NGX_WEBRTC_SDP_INACTIVE
                                       : section->own
                                       ? NGX_WEBRTC_SDP_RECVONLY
                                       : NGX_WEBRTC_SDP_SENDONLY);
        ngx_webrtc_text_cstr(text, "a=rtcp-mux\r\na=rtcp-rsize\r\n");
    }

    ngx_webrtc_offer_transport(neg, text);

    if (section->payload == NULL) {
        ngx_webrtc_sdp_write_sctp(text, neg->params.max_message);

    } else {
        ngx_webrtc_offer_extmaps(section, text);
        ngx_webrtc_offer_format(section, &format);
        ngx_webrtc_sdp_write_format(text, &format);

        if (state == NGX_WEBRTC_OFFERED_ACTIVE) {
            if (section->own) {
                ngx_webrtc_offer_own(section, text);

            } else {
                ngx_webrtc_offer_remote(section, text);
            }
        }
    }

    /* only the section that gives the bundle its transport has candidates */

    for (i = 0; i < neg->nsections; i++) {
        if (!neg->sections[i]->refused) {
            break;
        }
    }

    if (i == section->index) {
        ngx_webrtc_sdp_write_candidates(text, neg->params.candidates,
                                        neg->params.ncandidates);
        ngx_webrtc_text_cstr(text, "a=end-of-candidates\r\n");
    }
}


static void
ngx_webrtc_offer_media(const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text)
{
    ngx_webrtc_sdp_format_t  format;

    ngx_webrtc_text_cstr(text, ngx_webrtc_sdp_write_kind(section->kind));
    ngx_webrtc_text_cstr(text, section->refused ? " 0 " : " 9 ");

    if (section->payload == NULL) {
        ngx_webrtc_text_cstr(text, "UDP/DTLS/SCTP webrtc-datachannel\r\n"
                             "c=IN IP4 0.0.0.0\r\n");

    } else {
        ngx_webrtc_offer_format(section, &format);
        ngx_webrtc_text_cstr(text, "UDP/TLS/RTP/SAVPF ");
        ngx_webrtc_sdp_write_formats(text, &format);
    }

    /*
     * An offer's bandwidth limits what the answerer may send.  For audio the
     * codec's own parameter says it better.
     */

    if (section->own && section->bit_rate
        && section->kind == NGX_WEBRTC_SDP_VIDEO)
    {
        ngx_webrtc_sdp_write_bit_rate(text, section->bit_rate);
    }
}


static void
ngx_webrtc_offer_transport(const ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_text_t *text)
{
    ngx_webrtc_sdp_write_line(text, "ice-ufrag:", &neg->params.ufrag);
    ngx_webrtc_sdp_write_line(text, "ice-pwd:", &neg->params.pwd);
    ngx_webrtc_sdp_write_line(text, "fingerprint:", &neg->params.fingerprint);
    ngx_webrtc_sdp_write_setup(text, neg->params.setup);
}


static void
ngx_webrtc_offer_extmaps(const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text)
{
    ngx_uint_t  kind;

    for (kind = 1; kind < NGX_WEBRTC_EXT_MAX; kind++) {

        if (ngx_webrtc_negotiation_wants_ext(kind, section->payload->codec,
                                             section->own))
        {
            ngx_webrtc_sdp_write_extmap(text, kind,
                                        ngx_webrtc_negotiation_ext_id(kind));
        }
    }
}


ngx_uint_t
ngx_webrtc_negotiation_wants_ext(ngx_uint_t kind, ngx_uint_t codec,
    ngx_uint_t receive)
{
    ngx_uint_t  where;

    where = ngx_webrtc_offer_exts[kind];

    if (!(where & (ngx_webrtc_codec_info(codec)->video
                   ? NGX_WEBRTC_OFFER_VIDEO : NGX_WEBRTC_OFFER_AUDIO))
        || ((where & NGX_WEBRTC_OFFER_RECEIVED) && !receive)
        || ((where & NGX_WEBRTC_OFFER_AV1)
            && codec != NGX_WEBRTC_CODEC_AV1))
    {
        return 0;
    }

    return 1;
}


static void
ngx_webrtc_offer_format(const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_sdp_format_t *format)
{
    format->codec = section->payload->codec;
    format->pt = section->payload->pt;
    format->rtx_pt = section->payload->rtx_pt;
    format->fmtp = section->payload->fmtp;
    format->feedback = (section->kind == NGX_WEBRTC_SDP_VIDEO)
                       ? NGX_WEBRTC_NEGOTIATION_VIDEO_FB
                       : NGX_WEBRTC_NEGOTIATION_AUDIO_FB;
}


/* a=rid and a=simulcast as we receive them (RFC 8853) */

static void
ngx_webrtc_offer_own(const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text)
{
    ngx_uint_t                           i;
    const ngx_webrtc_negotiation_rid_t  *rid;

    if (section->nrids == 0) {
        return;
    }

    for (i = 0; i < section->nrids; i++) {
        rid = &section->rids[i];

        ngx_webrtc_text_cstr(text, "a=rid:");
        ngx_webrtc_text_bytes(text, rid->id, rid->len);
        ngx_webrtc_text_cstr(text, " recv\r\n");
    }

    ngx_webrtc_text_cstr(text, "a=simulcast:recv ");

    for (i = 0; i < section->nrids; i++) {
        rid = &section->rids[i];

        ngx_webrtc_text_cstr(text, i ? ";" : "");
        ngx_webrtc_text_cstr(text, rid->paused ? "~" : "");
        ngx_webrtc_text_bytes(text, rid->id, rid->len);
    }

    ngx_webrtc_text_cstr(text, "\r\n");
}


static void
ngx_webrtc_offer_remote(const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text)
{
    ngx_webrtc_sdp_stream_t  stream;

    stream.stream = section->stream;
    stream.track = section->track;
    stream.ssrc = section->ssrc;
    stream.rtx_ssrc = section->rtx_ssrc;

    ngx_webrtc_sdp_write_stream(text, &stream);
}
