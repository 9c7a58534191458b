
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_session_internal.h"

#include <proto/ngx_webrtc_codec.h>
#include <proto/ngx_webrtc_rtp_ext.h>
#include <proto/ngx_webrtc_sdp_write.h>

#include <stdio.h>


static ngx_int_t load_session_remote(load_session_t *session,
    const ngx_webrtc_sdp_t *sdp, const char **reason);
static void load_session_candidate(load_session_t *session,
    const ngx_webrtc_sdp_candidate_t *candidate);
static void load_session_section(load_session_t *session,
    ngx_webrtc_sdp_section_t *section, ngx_webrtc_text_t *text);
static void load_session_application(load_session_t *session,
    const ngx_webrtc_sdp_section_t *section, ngx_webrtc_text_t *text);


ngx_int_t
load_session_init(load_session_t *session)
{
    ngx_uint_t  i;

    session->ufrag.data = session->ufrag_buf;
    session->ufrag.len = NGX_WEBRTC_ICE_UFRAG_LEN;
    session->pwd.data = session->pwd_buf;
    session->pwd.len = NGX_WEBRTC_ICE_PWD_LEN;
    session->remote_ufrag.data = session->remote_ufrag_buf;
    session->remote_pwd.data = session->remote_pwd_buf;
    session->active = 1;

    for (i = 0; i < LOAD_KINDS; i++) {
        session->ssrc[i] = ngx_webrtc_random_uint32() | 1;
        session->rtx_ssrc[i] = (i == LOAD_VIDEO)
                               ? ngx_webrtc_random_uint32() & ~1u : 0;
    }

    if (ngx_webrtc_random_ice(session->ufrag_buf, NGX_WEBRTC_ICE_UFRAG_LEN)
        != NGX_OK
        || ngx_webrtc_random_ice(session->pwd_buf, NGX_WEBRTC_ICE_PWD_LEN)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return NGX_OK;
}


void
load_session_cleanup(load_session_t *session)
{
    free(session->tracks);
    free(session->answer);
}


ngx_int_t
load_session_answer(load_session_t *session, const ngx_str_t *offer,
    ngx_str_t *answer, const char **reason)
{
    ngx_uint_t         i;
    ngx_webrtc_sdp_t   sdp;
    ngx_webrtc_text_t  text;

    if (load_session_parse(session, offer, &sdp, reason) != NGX_OK) {
        free(sdp.sections);
        return NGX_ERROR;
    }

    free(session->answer);
    session->answer = malloc(LOAD_SDP_MAX);

    if (session->answer == NULL) {
        free(sdp.sections);
        *reason = "no memory";
        return NGX_ERROR;
    }

    ngx_webrtc_text_init(&text, (u_char *) session->answer,
                         (u_char *) session->answer + LOAD_SDP_MAX);

    ngx_webrtc_sdp_write_session(&text, session->ssrc[0], ++session->version);
    ngx_webrtc_sdp_write_line(&text, "group:BUNDLE ", &sdp.bundle);

    for (i = 0; i < sdp.nsections; i++) {
        if (sdp.sections[i].kind == NGX_WEBRTC_SDP_APPLICATION) {
            load_session_application(session, &sdp.sections[i], &text);

        } else {
            load_session_section(session, &sdp.sections[i], &text);
        }
    }

    free(sdp.sections);

    if (text.overflow) {
        *reason = "the answer is too long";
        return NGX_ERROR;
    }

    answer->data = text.start;
    answer->len = ngx_webrtc_text_len(&text);

    return NGX_OK;
}


ngx_int_t
load_session_parse(load_session_t *session, const ngx_str_t *text,
    ngx_webrtc_sdp_t *sdp, const char **reason)
{
    ngx_uint_t     max;
    const u_char  *p, *last;

    max = 0;
    last = text->data + text->len;

    for (p = text->data; p + 3 < last; p++) {
        max += (p[0] == '\n' && p[1] == 'm' && p[2] == '=');
    }

    ngx_memzero(sdp, sizeof(ngx_webrtc_sdp_t));

    sdp->sections = malloc((max + 1) * sizeof(ngx_webrtc_sdp_section_t));

    free(session->tracks);
    session->tracks = calloc(2 * max + 1, sizeof(load_track_t));
    session->ntracks = 0;

    if (sdp->sections == NULL || session->tracks == NULL) {
        *reason = "no memory";
        return NGX_ERROR;
    }

    if (ngx_webrtc_sdp_parse(sdp, text->data, text->data + text->len,
                             sdp->sections, max)
        != NGX_OK)
    {
        *reason = sdp->reason;
        return NGX_ERROR;
    }

    return load_session_remote(session, sdp, reason);
}


/* the transport of the first section that is not rejected */

static ngx_int_t
load_session_remote(load_session_t *session, const ngx_webrtc_sdp_t *sdp,
    const char **reason)
{
    ngx_uint_t                         i;
    ngx_webrtc_fingerprint_t          *fp;
    const ngx_webrtc_sdp_transport_t  *transport;

    for (i = 0; i < sdp->nsections; i++) {
        if (!ngx_webrtc_sdp_rejected(&sdp->sections[i])) {
            break;
        }
    }

    if (i == sdp->nsections) {
        *reason = "every section is rejected";
        return NGX_ERROR;
    }

    transport = &sdp->sections[i].transport;

    if (ngx_webrtc_sdp_check_transport(transport, reason) != NGX_OK) {
        return NGX_ERROR;
    }

    session->active = (transport->setup != NGX_WEBRTC_SDP_SETUP_ACTIVE);

    session->remote_ufrag.len = ngx_min(transport->ufrag.len, 256u);
    ngx_memcpy(session->remote_ufrag_buf, transport->ufrag.data,
               session->remote_ufrag.len);

    session->remote_pwd.len = ngx_min(transport->pwd.len, 256u);
    ngx_memcpy(session->remote_pwd_buf, transport->pwd.data,
               session->remote_pwd.len);

    session->nfingerprints = 0;
    session->lite = sdp->ice_lite;

    for (i = 0; i < transport->nfingerprints; i++) {
        fp = &session->fingerprints[session->nfingerprints];

        if (session->nfingerprints < LOAD_FINGERPRINTS_MAX
            && ngx_webrtc_fingerprint_parse(&transport->fingerprints[i].hash,
                                            &transport->fingerprints[i].value,
                                            fp)
               == NGX_OK)
        {
            session->nfingerprints++;
        }
    }

    for (i = 0; i < sdp->ncandidates; i++) {
        load_session_candidate(session, &sdp->candidates[i]);
    }

    return NGX_OK;
}


/* each section may list the same ones */

static void
load_session_candidate(load_session_t *session,
    const ngx_webrtc_sdp_candidate_t *candidate)
{
    ngx_uint_t          i;
    ngx_webrtc_addr_t   addr;

    addr = candidate->addr;
    addr.port = candidate->port;

    if (candidate->component != 1 || candidate->tcp || !candidate->numeric
        || ngx_webrtc_addr_is_v4(&addr)
           != ngx_webrtc_addr_is_v4(&session->addr)
        || session->ncandidates == LOAD_CANDIDATES_MAX)
    {
        return;
    }

    for (i = 0; i < session->ncandidates; i++) {
        if (ngx_webrtc_addr_equal(&session->candidates[i], &addr)) {
            return;
        }
    }

    session->candidates[session->ncandidates++] = addr;
}


static void
load_session_section(load_session_t *session,
    ngx_webrtc_sdp_section_t *section, ngx_webrtc_text_t *text)
{
    ngx_uint_t                i, n, id, kind, direction;
    ngx_webrtc_sdp_codec_t   *codec;
    ngx_webrtc_sdp_format_t   format;

    static const ngx_uint_t  exts[] = {
        NGX_WEBRTC_EXT_MID, NGX_WEBRTC_EXT_AUDIO_LEVEL, NGX_WEBRTC_EXT_TWCC
    };

    kind = (section->kind == NGX_WEBRTC_SDP_AUDIO) ? LOAD_AUDIO : LOAD_VIDEO;
    codec = load_track_codec(session, section);

    ngx_webrtc_text_cstr(text, ngx_webrtc_sdp_write_kind(section->kind));

    if (ngx_webrtc_sdp_rejected(section) || codec == NULL) {
        ngx_webrtc_text_cstr(text, " 0 UDP/TLS/RTP/SAVPF 0\r\n"
                                   "c=IN IP4 0.0.0.0\r\n");
        ngx_webrtc_sdp_write_line(text, "mid:", &section->mid);
        return;
    }

    direction = load_track_direction(session, section, kind);
    load_track_add(session, section, codec, direction);

    format.codec = ngx_webrtc_codec_find(&codec->name);
    format.pt = codec->pt;
    format.rtx_pt = load_track_rtx(section, codec->pt);
    format.fmtp = codec->fmtp;
    format.feedback = codec->feedback & (NGX_WEBRTC_SDP_FB_NACK_PLI
                                         | NGX_WEBRTC_SDP_FB_CCM_FIR
                                         | NGX_WEBRTC_SDP_FB_NACK
                                         | NGX_WEBRTC_SDP_FB_TRANSPORT_CC);
    if (!session->twcc) {
        format.feedback &= ~NGX_WEBRTC_SDP_FB_TRANSPORT_CC;
    }

    ngx_webrtc_text_cstr(text, " 9 UDP/TLS/RTP/SAVPF ");
    ngx_webrtc_sdp_write_formats(text, &format);
    load_session_write_transport(session, text, session->active
                                          ? NGX_WEBRTC_SDP_SETUP_ACTIVE
                                          : NGX_WEBRTC_SDP_SETUP_PASSIVE);

    ngx_webrtc_sdp_write_line(text, "mid:", &section->mid);
    ngx_webrtc_sdp_write_direction(text, direction);
    ngx_webrtc_text_cstr(text, "a=rtcp-mux\r\na=rtcp-rsize\r\n");

    n = sizeof(exts) / sizeof(exts[0]);

    for (i = 0; i < n; i++) {
        id = load_track_ext(session, section, exts[i]);

        if (id) {
            ngx_webrtc_sdp_write_extmap(text, exts[i], id);
        }
    }

    ngx_webrtc_sdp_write_format(text, &format);

    if (direction & NGX_WEBRTC_SDP_SENDONLY) {
        load_session_write_stream(session, kind, text);
    }
}


static void
load_session_application(load_session_t *session,
    const ngx_webrtc_sdp_section_t *section, ngx_webrtc_text_t *text)
{
    ngx_uint_t  taken;

    taken = session->data && !ngx_webrtc_sdp_rejected(section);

    ngx_webrtc_text_cstr(text, "m=application ");
    ngx_webrtc_text_cstr(text, taken ? "9" : "0");
    ngx_webrtc_text_cstr(text, " UDP/DTLS/SCTP webrtc-datachannel\r\n"
                               "c=IN IP4 0.0.0.0\r\n");

    if (taken) {
        session->sctp_port = section->sctp_port;
        load_session_write_transport(session, text, session->active
                                              ? NGX_WEBRTC_SDP_SETUP_ACTIVE
                                              : NGX_WEBRTC_SDP_SETUP_PASSIVE);
    }

    ngx_webrtc_sdp_write_line(text, "mid:", &section->mid);
    ngx_webrtc_sdp_write_sctp(text, 262144);
}


void
load_session_write_transport(load_session_t *session, ngx_webrtc_text_t *text,
    ngx_webrtc_sdp_setup_e setup)
{
    ngx_webrtc_sdp_write_line(text, "ice-ufrag:", &session->ufrag);
    ngx_webrtc_sdp_write_line(text, "ice-pwd:", &session->pwd);
    ngx_webrtc_sdp_write_line(text, "fingerprint:sha-256 ",
                              &session->fingerprint);
    ngx_webrtc_sdp_write_setup(text, setup);
    ngx_webrtc_sdp_write_candidates(text, &session->addr, 1);
}


void
load_session_write_stream(load_session_t *session, ngx_uint_t kind,
    ngx_webrtc_text_t *text)
{
    char                     track[16];
    ngx_webrtc_sdp_stream_t  stream;

    stream.stream = session->ufrag;
    stream.track.data = (u_char *) track;
    stream.track.len = (size_t) snprintf(track, sizeof(track), "track%u",
                                         (unsigned) kind);
    stream.ssrc = session->ssrc[kind];
    stream.rtx_ssrc = session->rtx_ssrc[kind];

    ngx_webrtc_sdp_write_stream(text, &stream);
}
