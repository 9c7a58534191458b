
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the attributes that only sections have: formats, streams, layers, SCTP */


#include <proto/ngx_webrtc_sdp.h>
#include <proto/ngx_webrtc_sdp_attr.h>


/* what fits one-byte header extensions, and ours are shorter */

#define NGX_WEBRTC_SDP_RID_MAX    16


/* the codec of the payload type at *pos, or NULL */

static ngx_webrtc_sdp_codec_t *
ngx_webrtc_sdp_line_codec(ngx_webrtc_sdp_section_t *section, u_char **pos,
    u_char *last)
{
    uint64_t   pt;
    ngx_str_t  word;

    if (ngx_webrtc_sdp_word(pos, last, &word) != NGX_OK
        || ngx_webrtc_sdp_uint(&word, 127, &pt) != NGX_OK)
    {
        return NULL;
    }

    return ngx_webrtc_sdp_find_codec(section, (ngx_uint_t) pt);
}


/* a=rtpmap:<pt> <name>/<clock rate>[/<channels>] */

ngx_int_t
ngx_webrtc_sdp_rtpmap(ngx_webrtc_sdp_t *sdp, ngx_webrtc_sdp_section_t *section,
    u_char *pos, u_char *last)
{
    uint64_t                 n;
    ngx_str_t                name, clock, channels;
    ngx_webrtc_sdp_codec_t  *codec;

    codec = ngx_webrtc_sdp_line_codec(section, &pos, last);
    if (codec == NULL) {
        return NGX_OK;
    }

    if (ngx_webrtc_sdp_word(&pos, last, &name) != NGX_OK) {
        return ngx_webrtc_sdp_fail(sdp, "BAD-RTPMAP");
    }

    ngx_webrtc_sdp_cut(&name, '/', &clock);
    ngx_webrtc_sdp_cut(&clock, '/', &channels);

    if (name.len == 0
        || ngx_webrtc_sdp_uint(&clock, UINT32_MAX, &n) != NGX_OK
        || n == 0)
    {
        return ngx_webrtc_sdp_fail(sdp, "BAD-RTPMAP");
    }

    codec->name = name;
    codec->clock = (uint32_t) n;

    if (channels.len) {
        if (ngx_webrtc_sdp_uint(&channels, 255, &n) != NGX_OK || n == 0) {
            return ngx_webrtc_sdp_fail(sdp, "BAD-RTPMAP");
        }

        codec->channels = (uint8_t) n;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_sdp_fmtp(ngx_webrtc_sdp_t *sdp, ngx_webrtc_sdp_section_t *section,
    u_char *pos, u_char *last)
{
    ngx_webrtc_sdp_codec_t  *codec;

    (void) sdp;

    codec = ngx_webrtc_sdp_line_codec(section, &pos, last);

    if (codec && codec->fmtp.len == 0) {

        while (pos < last && *pos == ' ') {
            pos++;
        }

        codec->fmtp.data = pos;
        codec->fmtp.len = last - pos;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_sdp_rtcp_fb(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last)
{
    uint8_t                  bit;
    ngx_str_t                word, type, param;
    ngx_uint_t               i;
    ngx_webrtc_sdp_codec_t  *codec;

    (void) sdp;

    codec = NULL;

    if (last - pos > 2 && pos[0] == '*' && pos[1] == ' ') {
        (void) ngx_webrtc_sdp_word(&pos, last, &word);

    } else {
        codec = ngx_webrtc_sdp_line_codec(section, &pos, last);
        if (codec == NULL) {
            return NGX_OK;
        }
    }

    if (ngx_webrtc_sdp_word(&pos, last, &type) != NGX_OK) {
        return NGX_OK;
    }

    if (ngx_webrtc_sdp_word(&pos, last, &param) != NGX_OK) {
        ngx_str_null(&param);
    }

    bit = 0;

    if (ngx_webrtc_sdp_is(&type, "nack")) {
        if (param.len == 0) {
            bit = NGX_WEBRTC_SDP_FB_NACK;

        } else if (ngx_webrtc_sdp_is(&param, "pli")) {
            bit = NGX_WEBRTC_SDP_FB_NACK_PLI;
        }

    } else if (ngx_webrtc_sdp_is(&type, "ccm")) {
        if (ngx_webrtc_sdp_is(&param, "fir")) {
            bit = NGX_WEBRTC_SDP_FB_CCM_FIR;
        }

    } else if (ngx_webrtc_sdp_is(&type, "goog-remb")) {
        bit = NGX_WEBRTC_SDP_FB_REMB;

    } else if (ngx_webrtc_sdp_is(&type, "transport-cc")) {
        bit = NGX_WEBRTC_SDP_FB_TRANSPORT_CC;
    }

    if (codec) {
        codec->feedback |= bit;
        return NGX_OK;
    }

    for (i = 0; i < section->ncodecs; i++) {
        section->codecs[i].feedback |= bit;
    }

    return NGX_OK;
}


/* a=extmap:<id>[/<direction>] <URI> [<attributes>] (RFC 8285, section 8) */

ngx_int_t
ngx_webrtc_sdp_extmap(ngx_webrtc_sdp_t *sdp, ngx_webrtc_sdp_section_t *section,
    u_char *pos, u_char *last)
{
    uint64_t                  id;
    ngx_str_t                 word, direction, uri;
    ngx_uint_t                i;
    ngx_webrtc_sdp_extmap_t  *extmap;

    if (ngx_webrtc_sdp_word(&pos, last, &word) != NGX_OK) {
        return ngx_webrtc_sdp_fail(sdp, "BAD-EXTMAP");
    }

    ngx_webrtc_sdp_cut(&word, '/', &direction);

    if (ngx_webrtc_sdp_uint(&word, 4351, &id) != NGX_OK
        || id == 0
        || ngx_webrtc_sdp_word(&pos, last, &uri) != NGX_OK)
    {
        return ngx_webrtc_sdp_fail(sdp, "BAD-EXTMAP");
    }

    for (i = 0; i < section->nextmaps; i++) {
        if (section->extmaps[i].id == id) {
            return ngx_webrtc_sdp_fail(sdp, "DUPLICATE-EXTMAP-ID");
        }
    }

    if (section->nextmaps == NGX_WEBRTC_SDP_MAX_EXTMAPS) {
        return ngx_webrtc_sdp_fail(sdp, "TOO-MANY-EXTMAPS");
    }

    extmap = &section->extmaps[section->nextmaps++];

    extmap->id = (uint16_t) id;
    extmap->uri = uri;
    extmap->direction = ngx_webrtc_sdp_is(&direction, "sendonly")
                        ? NGX_WEBRTC_SDP_SENDONLY
                        : ngx_webrtc_sdp_is(&direction, "recvonly")
                        ? NGX_WEBRTC_SDP_RECVONLY
                        : ngx_webrtc_sdp_is(&direction, "inactive")
                        ? NGX_WEBRTC_SDP_INACTIVE
                        : NGX_WEBRTC_SDP_SENDRECV;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_sdp_msid(ngx_webrtc_sdp_t *sdp, ngx_webrtc_sdp_section_t *section,
    u_char *pos, u_char *last)
{
    if (section->stream.len) {
        return NGX_OK;
    }

    if (ngx_webrtc_sdp_word(&pos, last, &section->stream) != NGX_OK) {
        return ngx_webrtc_sdp_fail(sdp, "BAD-MSID");
    }

    (void) ngx_webrtc_sdp_word(&pos, last, &section->track);

    return NGX_OK;
}


/* a=ssrc:<ssrc> <attribute>[:<value>]; those over the limit are skipped */

ngx_int_t
ngx_webrtc_sdp_ssrc(ngx_webrtc_sdp_t *sdp, ngx_webrtc_sdp_section_t *section,
    u_char *pos, u_char *last)
{
    uint64_t                n;
    ngx_str_t               word, value;
    ngx_uint_t              i;
    ngx_webrtc_sdp_ssrc_t  *ssrc;

    if (ngx_webrtc_sdp_word(&pos, last, &word) != NGX_OK
        || ngx_webrtc_sdp_uint(&word, UINT32_MAX, &n) != NGX_OK
        || n == 0)
    {
        return ngx_webrtc_sdp_fail(sdp, "BAD-SSRC");
    }

    for (i = 0; i < section->nssrcs; i++) {
        if (section->ssrcs[i].ssrc == n) {
            break;
        }
    }

    if (i == NGX_WEBRTC_SDP_MAX_SSRCS) {
        return NGX_OK;
    }

    ssrc = &section->ssrcs[i];

    if (i == section->nssrcs) {
        section->nssrcs++;
        ssrc->ssrc = (uint32_t) n;
    }

    if (ngx_webrtc_sdp_word(&pos, last, &word) == NGX_OK) {
        ngx_webrtc_sdp_cut(&word, ':', &value);

        if (ngx_webrtc_sdp_is(&word, "cname")) {
            ssrc->cname = value;
        }
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_sdp_ssrc_group(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last)
{
    uint64_t                      n;
    ngx_str_t                     word;
    ngx_webrtc_sdp_ssrc_group_t  *group;

    if (section->nssrc_groups == NGX_WEBRTC_SDP_MAX_SSRC_GROUPS) {
        return NGX_OK;
    }

    if (ngx_webrtc_sdp_word(&pos, last, &word) != NGX_OK) {
        return ngx_webrtc_sdp_fail(sdp, "BAD-SSRC");
    }

    group = &section->ssrc_groups[section->nssrc_groups++];

    if (ngx_webrtc_sdp_is(&word, "FID")) {
        group->semantics = NGX_WEBRTC_SDP_GROUP_FID;

    } else if (ngx_webrtc_sdp_is(&word, "SIM")) {
        group->semantics = NGX_WEBRTC_SDP_GROUP_SIM;
    }

    while (ngx_webrtc_sdp_word(&pos, last, &word) == NGX_OK) {

        if (ngx_webrtc_sdp_uint(&word, UINT32_MAX, &n) != NGX_OK || n == 0) {
            return ngx_webrtc_sdp_fail(sdp, "BAD-SSRC");
        }

        if (group->n < 4) {
            group->ssrc[group->n++] = (uint32_t) n;
        }
    }

    return NGX_OK;
}


/* a=rid:<id> send|recv [pt=...;...] (RFC 8851, section 4) */

ngx_int_t
ngx_webrtc_sdp_rid(ngx_webrtc_sdp_t *sdp, ngx_webrtc_sdp_section_t *section,
    u_char *pos, u_char *last)
{
    u_char                 c;
    size_t                 i;
    ngx_str_t              id, word;
    ngx_webrtc_sdp_rid_t  *rid;

    if (ngx_webrtc_sdp_word(&pos, last, &id) != NGX_OK
        || ngx_webrtc_sdp_word(&pos, last, &word) != NGX_OK
        || id.len > NGX_WEBRTC_SDP_RID_MAX)
    {
        return ngx_webrtc_sdp_fail(sdp, "BAD-RID");
    }

    for (i = 0; i < id.len; i++) {
        c = id.data[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z') || c == '-' || c == '_'))
        {
            return ngx_webrtc_sdp_fail(sdp, "BAD-RID");
        }
    }

    for (i = 0; i < section->nrids; i++) {
        if (ngx_webrtc_str_equal(&section->rids[i].id, &id)) {
            return ngx_webrtc_sdp_fail(sdp, "DUPLICATE-RID");
        }
    }

    if (section->nrids == NGX_WEBRTC_SDP_MAX_RIDS) {
        return ngx_webrtc_sdp_fail(sdp, "TOO-MANY-RIDS");
    }

    rid = &section->rids[section->nrids++];
    rid->id = id;

    if (ngx_webrtc_sdp_is(&word, "send")) {
        rid->direction = NGX_WEBRTC_SDP_SENDONLY;

    } else if (ngx_webrtc_sdp_is(&word, "recv")) {
        rid->direction = NGX_WEBRTC_SDP_RECVONLY;

    } else {
        return ngx_webrtc_sdp_fail(sdp, "BAD-RID");
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_sdp_simulcast(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last)
{
    if (section->simulcast.data) {
        return ngx_webrtc_sdp_fail(sdp, "BAD-SIMULCAST");
    }

    section->simulcast.data = pos;
    section->simulcast.len = last - pos;

    return NGX_OK;
}


/* a=sctp-port:5000, and the older a=sctpmap:5000 webrtc-datachannel 1024 */

ngx_int_t
ngx_webrtc_sdp_sctp_port(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last)
{
    uint64_t   port;
    ngx_str_t  word;

    if (ngx_webrtc_sdp_word(&pos, last, &word) != NGX_OK
        || ngx_webrtc_sdp_uint(&word, 65535, &port) != NGX_OK)
    {
        return ngx_webrtc_sdp_fail(sdp, "BAD-SCTP-PORT");
    }

    section->sctp_port = (uint16_t) port;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_sdp_max_message(ngx_webrtc_sdp_t *sdp,
    ngx_webrtc_sdp_section_t *section, u_char *pos, u_char *last)
{
    ngx_str_t  word;

    if (ngx_webrtc_sdp_word(&pos, last, &word) != NGX_OK
        || ngx_webrtc_sdp_uint(&word, UINT64_MAX, &section->max_message_size)
           != NGX_OK)
    {
        return ngx_webrtc_sdp_fail(sdp, "BAD-MAX-MESSAGE-SIZE");
    }

    /* zero says that there is no limit (RFC 8841, section 6.1) */

    if (section->max_message_size == 0) {
        section->max_message_size = UINT64_MAX;
    }

    return NGX_OK;
}
