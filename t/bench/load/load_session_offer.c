
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_session_internal.h"

#include <proto/ngx_webrtc_codec.h>
#include <proto/ngx_webrtc_rtp_ext.h>
#include <proto/ngx_webrtc_sdp_write.h>


/* what we offer */

#define LOAD_OPUS_PT        111
#define LOAD_VIDEO_PT       96
#define LOAD_RTX_PT         97


static void load_session_offer_kind(load_session_t *session, ngx_uint_t kind,
    ngx_uint_t mid, ngx_webrtc_text_t *text);


ngx_int_t
load_session_offer(load_session_t *session, ngx_str_t *offer)
{
    ngx_uint_t         kind, mid;
    ngx_webrtc_text_t  text;

    free(session->answer);
    session->answer = malloc(LOAD_SDP_MAX);

    if (session->answer == NULL) {
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, (u_char *) session->answer,
                         (u_char *) session->answer + LOAD_SDP_MAX);

    ngx_webrtc_sdp_write_session(&text, session->ssrc[0], ++session->version);

    ngx_webrtc_text_cstr(&text, session->kinds[LOAD_AUDIO]
                                && session->kinds[LOAD_VIDEO]
                                ? "a=group:BUNDLE 0 1\r\n"
                                : "a=group:BUNDLE 0\r\n");

    mid = 0;

    for (kind = 0; kind < LOAD_KINDS; kind++) {
        if (session->kinds[kind]) {
            load_session_offer_kind(session, kind, mid++, &text);
        }
    }

    if (text.overflow) {
        return NGX_ERROR;
    }

    offer->data = text.start;
    offer->len = ngx_webrtc_text_len(&text);

    return NGX_OK;
}


static void
load_session_offer_kind(load_session_t *session, ngx_uint_t kind,
    ngx_uint_t mid, ngx_webrtc_text_t *text)
{
    ngx_webrtc_sdp_format_t  format;

    ngx_memzero(&format, sizeof(ngx_webrtc_sdp_format_t));

    if (kind == LOAD_AUDIO) {
        format.codec = NGX_WEBRTC_CODEC_OPUS;
        format.pt = LOAD_OPUS_PT;
        format.rtx_pt = NGX_WEBRTC_SDP_NO_PT;
        ngx_str_set(&format.fmtp, "minptime=10;useinbandfec=1");

    } else {
        format.codec = session->codec;
        format.pt = LOAD_VIDEO_PT;
        format.rtx_pt = LOAD_RTX_PT;
        format.feedback = NGX_WEBRTC_SDP_FB_NACK | NGX_WEBRTC_SDP_FB_NACK_PLI
                          | NGX_WEBRTC_SDP_FB_CCM_FIR;

        if (session->codec == NGX_WEBRTC_CODEC_H264) {
            ngx_str_set(&format.fmtp, "level-asymmetry-allowed=1;"
                                      "packetization-mode=1;"
                                      "profile-level-id=42e01f");
        }
    }

    if (session->twcc) {
        format.feedback |= NGX_WEBRTC_SDP_FB_TRANSPORT_CC;
    }

    ngx_webrtc_text_cstr(text, kind == LOAD_AUDIO ? "m=audio" : "m=video");
    ngx_webrtc_text_cstr(text, " 9 UDP/TLS/RTP/SAVPF ");
    ngx_webrtc_sdp_write_formats(text, &format);
    load_session_write_transport(session, text, NGX_WEBRTC_SDP_SETUP_ACTPASS);

    ngx_webrtc_text_cstr(text, "a=mid:");
    ngx_webrtc_text_uint(text, mid);
    ngx_webrtc_text_cstr(text, "\r\n");

    ngx_webrtc_sdp_write_direction(text,
                                   (session->ways & LOAD_SEND
                                    ? NGX_WEBRTC_SDP_SENDONLY : 0)
                                   | (session->ways & LOAD_RECEIVE
                                      ? NGX_WEBRTC_SDP_RECVONLY : 0));
    ngx_webrtc_text_cstr(text, "a=rtcp-mux\r\na=rtcp-rsize\r\n");

    ngx_webrtc_sdp_write_extmap(text, NGX_WEBRTC_EXT_MID, 4);

    if (kind == LOAD_AUDIO) {
        ngx_webrtc_sdp_write_extmap(text, NGX_WEBRTC_EXT_AUDIO_LEVEL, 1);
    }

    if (session->twcc) {
        ngx_webrtc_sdp_write_extmap(text, NGX_WEBRTC_EXT_TWCC, 3);
    }

    ngx_webrtc_sdp_write_format(text, &format);

    if (session->ways & LOAD_SEND) {
        load_session_write_stream(session, kind, text);
    }
}


ngx_int_t
load_session_answered(load_session_t *session, const ngx_str_t *answer,
    const char **reason)
{
    ngx_uint_t                 i, kind, direction;
    ngx_webrtc_sdp_t           sdp;
    ngx_webrtc_sdp_codec_t    *codec;
    ngx_webrtc_sdp_section_t  *section;

    if (load_session_parse(session, answer, &sdp, reason) != NGX_OK) {
        free(sdp.sections);
        return NGX_ERROR;
    }

    for (i = 0; i < sdp.nsections; i++) {
        section = &sdp.sections[i];

        if (ngx_webrtc_sdp_rejected(section)
            || section->kind == NGX_WEBRTC_SDP_APPLICATION)
        {
            continue;
        }

        codec = load_track_codec(session, section);
        if (codec == NULL) {
            continue;
        }

        kind = (section->kind == NGX_WEBRTC_SDP_AUDIO) ? LOAD_AUDIO
                                                       : LOAD_VIDEO;
        direction = load_track_direction(session, section, kind);
        load_track_add(session, section, codec, direction);
    }

    free(sdp.sections);

    if (session->ntracks == 0) {
        *reason = "the answer takes no media";
        return NGX_ERROR;
    }

    return NGX_OK;
}
