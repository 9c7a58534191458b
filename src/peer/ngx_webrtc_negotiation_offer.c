
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* our offers (RFC 9429, sections 5.2.1 and 5.2.2) */


#include <peer/ngx_webrtc_negotiation.h>


/* more than each part ever takes, apart from the texts we were given */

#define NGX_WEBRTC_OFFER_SESSION    512
#define NGX_WEBRTC_OFFER_SECTION    2560
#define NGX_WEBRTC_OFFER_CANDIDATE  128


/* where an extension is offered */

#define NGX_WEBRTC_OFFER_AUDIO      0x01
#define NGX_WEBRTC_OFFER_VIDEO      0x02
#define NGX_WEBRTC_OFFER_OWN        0x04    /* not for what we send */
#define NGX_WEBRTC_OFFER_AV1        0x08


typedef struct {
    ngx_uint_t               kind;          /* ngx_webrtc_ext_e */
    ngx_uint_t               where;
} ngx_webrtc_offer_ext_t;


/*
 * The absolute send time is offered for what we receive only: we write the
 * transport-wide number, and who does not take that estimates without.
 */

static const ngx_webrtc_offer_ext_t  ngx_webrtc_offer_exts[] = {

    { NGX_WEBRTC_EXT_MID,
      NGX_WEBRTC_OFFER_AUDIO | NGX_WEBRTC_OFFER_VIDEO },

    { NGX_WEBRTC_EXT_RID,
      NGX_WEBRTC_OFFER_VIDEO | NGX_WEBRTC_OFFER_OWN },

    { NGX_WEBRTC_EXT_RRID,
      NGX_WEBRTC_OFFER_VIDEO | NGX_WEBRTC_OFFER_OWN },

    { NGX_WEBRTC_EXT_AUDIO_LEVEL,
      NGX_WEBRTC_OFFER_AUDIO },

    { NGX_WEBRTC_EXT_ABS_SEND_TIME,
      NGX_WEBRTC_OFFER_AUDIO | NGX_WEBRTC_OFFER_VIDEO | NGX_WEBRTC_OFFER_OWN },

    { NGX_WEBRTC_EXT_TWCC,
      NGX_WEBRTC_OFFER_AUDIO | NGX_WEBRTC_OFFER_VIDEO },

    { NGX_WEBRTC_EXT_DEPENDENCY,
      NGX_WEBRTC_OFFER_VIDEO | NGX_WEBRTC_OFFER_AV1 },

    { NGX_WEBRTC_EXT_ORIENTATION,
      NGX_WEBRTC_OFFER_VIDEO },

    { NGX_WEBRTC_EXT_UNKNOWN, 0 }
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
static void ngx_webrtc_offer_candidates(const ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_offer_extmaps(
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_offer_codec(
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_offer_feedback(
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_offer_own(
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_offer_remote(
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text);
static void ngx_webrtc_offer_ssrc(ngx_webrtc_text_t *text, uint32_t ssrc,
    const ngx_str_t *cname);
static void ngx_webrtc_offer_pt(ngx_webrtc_text_t *text,
    const char *attribute, ngx_uint_t pt);
static void ngx_webrtc_offer_line(ngx_webrtc_text_t *text, const char *name,
    const ngx_str_t *value);


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


size_t
ngx_webrtc_negotiation_offer_size(const ngx_webrtc_negotiation_t *neg)
{
    const ngx_webrtc_negotiation_params_t  *params;

    params = &neg->params;

    return NGX_WEBRTC_OFFER_SESSION
           + params->ncandidates * NGX_WEBRTC_OFFER_CANDIDATE
           + neg->nsections * (NGX_WEBRTC_OFFER_SECTION + params->ufrag.len
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

    ngx_webrtc_text_cstr(text, "v=0\r\no=- ");
    ngx_webrtc_text_uint(text, neg->session_id);
    ngx_webrtc_text_cstr(text, " ");
    ngx_webrtc_text_uint(text, neg->version + 1);
    ngx_webrtc_text_cstr(text, " IN IP4 127.0.0.1\r\n"
                         "s=-\r\n"
                         "t=0 0\r\n"
                         "a=group:BUNDLE");

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
    ngx_uint_t             i;
    ngx_webrtc_offered_e   state;

    state = ngx_webrtc_offer_state(section);

    ngx_webrtc_offer_media(section, text);
    ngx_webrtc_offer_line(text, "mid:", &section->mid);

    if (state == NGX_WEBRTC_OFFERED_ACTIVE && section->payload) {
        ngx_webrtc_text_cstr(text, section->own ? "a=recvonly\r\n"
                                                : "a=sendonly\r\n");

    } else if (section->payload) {
        ngx_webrtc_text_cstr(text, "a=inactive\r\n");
    }

    if (section->payload) {
        ngx_webrtc_text_cstr(text, "a=rtcp-mux\r\na=rtcp-rsize\r\n");
    }

    ngx_webrtc_offer_transport(neg, text);

    if (section->payload == NULL) {
        ngx_webrtc_text_cstr(text, "a=sctp-port:5000\r\n"
                             "a=max-message-size:");
        ngx_webrtc_text_uint(text, neg->params.max_message);
        ngx_webrtc_text_cstr(text, "\r\n");

    } else {
        ngx_webrtc_offer_extmaps(section, text);
        ngx_webrtc_offer_codec(section, text);

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
        ngx_webrtc_offer_candidates(neg, text);
    }
}


static void
ngx_webrtc_offer_media(const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text)
{
    ngx_webrtc_text_cstr(text,
                         section->kind == NGX_WEBRTC_SDP_AUDIO ? "m=audio "
                         : section->kind == NGX_WEBRTC_SDP_VIDEO ? "m=video "
                         : "m=application ");

    ngx_webrtc_text_cstr(text, section->refused ? "0 " : "9 ");

    if (section->payload == NULL) {
        ngx_webrtc_text_cstr(text, "UDP/DTLS/SCTP webrtc-datachannel");

    } else {
        ngx_webrtc_text_cstr(text, "UDP/TLS/RTP/SAVPF ");
        ngx_webrtc_text_uint(text, section->payload->pt);

        if (section->payload->rtx_pt != NGX_WEBRTC_SDP_NO_PT) {
            ngx_webrtc_text_cstr(text, " ");
            ngx_webrtc_text_uint(text, section->payload->rtx_pt);
        }
    }

    ngx_webrtc_text_cstr(text, "\r\nc=IN IP4 0.0.0.0\r\n");

    /*
     * An offer's bandwidth limits what the answerer may send.  For audio the
     * codec's own parameter says it better.
     */

    if (section->own && section->bit_rate
        && section->kind == NGX_WEBRTC_SDP_VIDEO)
    {
        ngx_webrtc_text_cstr(text, "b=AS:");
        ngx_webrtc_text_uint(text, section->bit_rate);
        ngx_webrtc_text_cstr(text, "\r\nb=TIAS:");
        ngx_webrtc_text_uint(text, (uint64_t) section->bit_rate * 1000);
        ngx_webrtc_text_cstr(text, "\r\n");
    }
}


static void
ngx_webrtc_offer_transport(const ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_text_t *text)
{
    ngx_webrtc_offer_line(text, "ice-ufrag:", &neg->params.ufrag);
    ngx_webrtc_offer_line(text, "ice-pwd:", &neg->params.pwd);
    ngx_webrtc_offer_line(text, "fingerprint:", &neg->params.fingerprint);

    ngx_webrtc_text_cstr(text,
                         neg->params.setup == NGX_WEBRTC_SDP_SETUP_ACTIVE
                         ? "a=setup:active\r\n"
                         : neg->params.setup == NGX_WEBRTC_SDP_SETUP_PASSIVE
                         ? "a=setup:passive\r\n"
                         : "a=setup:actpass\r\n");
}


static void
ngx_webrtc_offer_candidates(const ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_text_t *text)
{
    u_char                    ip[NGX_WEBRTC_ADDR_TEXT];
    size_t                    len;
    uint32_t                  priority;
    ngx_uint_t                i;
    const ngx_webrtc_addr_t  *addr;

    for (i = 0; i < neg->params.ncandidates; i++) {
        addr = &neg->params.candidates[i];

        len = ngx_webrtc_addr_ip_text(addr, ip, sizeof(ip));

        /* type preference of hosts, local preference, component 1 */

        priority = 126u << 24 | (uint32_t) (65535 - i) << 8 | 255;

        ngx_webrtc_text_cstr(text, "a=candidate:");
        ngx_webrtc_text_uint(text, i + 1);
        ngx_webrtc_text_cstr(text, " 1 udp ");
        ngx_webrtc_text_uint(text, priority);
        ngx_webrtc_text_cstr(text, " ");
        ngx_webrtc_text_bytes(text, ip, len);
        ngx_webrtc_text_cstr(text, " ");
        ngx_webrtc_text_uint(text, addr->port);
        ngx_webrtc_text_cstr(text, " typ host\r\n");
    }

    ngx_webrtc_text_cstr(text, "a=end-of-candidates\r\n");
}


static void
ngx_webrtc_offer_extmaps(const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text)
{
    ngx_uint_t                     kind;
    const ngx_webrtc_offer_ext_t  *ext;

    kind = (section->kind == NGX_WEBRTC_SDP_AUDIO) ? NGX_WEBRTC_OFFER_AUDIO
                                                   : NGX_WEBRTC_OFFER_VIDEO;

    for (ext = ngx_webrtc_offer_exts; ext->where; ext++) {

        if (!(ext->where & kind)
            || ((ext->where & NGX_WEBRTC_OFFER_OWN) && !section->own)
            || ((ext->where & NGX_WEBRTC_OFFER_AV1)
                && section->payload->codec != NGX_WEBRTC_CODEC_AV1))
        {
            continue;
        }

        ngx_webrtc_text_cstr(text, "a=extmap:");
        ngx_webrtc_text_uint(text, ngx_webrtc_negotiation_ext_id(ext->kind));
        ngx_webrtc_text_cstr(text, " ");
        ngx_webrtc_text_str(text, ngx_webrtc_ext_uri(ext->kind));
        ngx_webrtc_text_cstr(text, "\r\n");
    }
}


static void
ngx_webrtc_offer_codec(const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text)
{
    const ngx_webrtc_codec_t    *codec;
    const ngx_webrtc_payload_t  *payload;

    payload = section->payload;
    codec = ngx_webrtc_codec_info(payload->codec);

    ngx_webrtc_offer_pt(text, "a=rtpmap:", payload->pt);
    ngx_webrtc_text_str(text, &codec->name);
    ngx_webrtc_text_cstr(text, "/");
    ngx_webrtc_text_uint(text, codec->clock_rate);

    if (codec->channels > 1) {
        ngx_webrtc_text_cstr(text, "/");
        ngx_webrtc_text_uint(text, codec->channels);
    }

    ngx_webrtc_text_cstr(text, "\r\n");

    ngx_webrtc_offer_feedback(section, text);

    if (payload->fmtp.len) {
        ngx_webrtc_offer_pt(text, "a=fmtp:", payload->pt);
        ngx_webrtc_text_str(text, &payload->fmtp);
        ngx_webrtc_text_cstr(text, "\r\n");
    }

    if (payload->rtx_pt == NGX_WEBRTC_SDP_NO_PT) {
        return;
    }

    ngx_webrtc_offer_pt(text, "a=rtpmap:", payload->rtx_pt);
    ngx_webrtc_text_cstr(text, "rtx/90000\r\n");

    ngx_webrtc_offer_pt(text, "a=fmtp:", payload->rtx_pt);
    ngx_webrtc_text_cstr(text, "apt=");
    ngx_webrtc_text_uint(text, payload->pt);
    ngx_webrtc_text_cstr(text, "\r\n");
}


static void
ngx_webrtc_offer_feedback(const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_text_t *text)
{
    ngx_uint_t   pt;
    const char  *const *fb;

    static const char  *const video[] = {
        "nack\r\n", "nack pli\r\n", "ccm fir\r\n", "goog-remb\r\n", NULL
    };

    pt = section->payload->pt;

    if (section->kind == NGX_WEBRTC_SDP_VIDEO) {
        for (fb = video; *fb; fb++) {
            ngx_webrtc_offer_pt(text, "a=rtcp-fb:", pt);
            ngx_webrtc_text_cstr(text, *fb);
        }
    }

    ngx_webrtc_offer_pt(text, "a=rtcp-fb:", pt);
    ngx_webrtc_text_cstr(text, "transport-cc\r\n");
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
    ngx_webrtc_text_cstr(text, "a=msid:");
    ngx_webrtc_text_str(text, &section->stream);
    ngx_webrtc_text_cstr(text, " ");
    ngx_webrtc_text_str(text, &section->track);
    ngx_webrtc_text_cstr(text, "\r\n");

    if (section->rtx_ssrc) {
        ngx_webrtc_text_cstr(text, "a=ssrc-group:FID ");
        ngx_webrtc_text_uint(text, section->ssrc);
        ngx_webrtc_text_cstr(text, " ");
        ngx_webrtc_text_uint(text, section->rtx_ssrc);
        ngx_webrtc_text_cstr(text, "\r\n");
    }

    ngx_webrtc_offer_ssrc(text, section->ssrc, &section->stream);

    if (section->rtx_ssrc) {
        ngx_webrtc_offer_ssrc(text, section->rtx_ssrc, &section->stream);
    }
}


static void
ngx_webrtc_offer_ssrc(ngx_webrtc_text_t *text, uint32_t ssrc,
    const ngx_str_t *cname)
{
    ngx_webrtc_text_cstr(text, "a=ssrc:");
    ngx_webrtc_text_uint(text, ssrc);
    ngx_webrtc_text_cstr(text, " cname:");
    ngx_webrtc_text_str(text, cname);
    ngx_webrtc_text_cstr(text, "\r\n");
}


static void
ngx_webrtc_offer_pt(ngx_webrtc_text_t *text, const char *attribute,
    ngx_uint_t pt)
{
    ngx_webrtc_text_cstr(text, attribute);
    ngx_webrtc_text_uint(text, pt);
    ngx_webrtc_text_cstr(text, " ");
}


static void
ngx_webrtc_offer_line(ngx_webrtc_text_t *text, const char *name,
    const ngx_str_t *value)
{
    ngx_webrtc_text_cstr(text, "a=");
    ngx_webrtc_text_cstr(text, name);
    ngx_webrtc_text_str(text, value);
    ngx_webrtc_text_cstr(text, "\r\n");
}
