
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what of a section is taken, and the track that comes of it */


#include "load_session_internal.h"

#include <proto/ngx_webrtc_codec.h>
#include <proto/ngx_webrtc_rtp_ext.h>


static ngx_uint_t load_track_sent(const load_session_t *session,
    ngx_uint_t kind);


ngx_webrtc_sdp_codec_t *
load_track_codec(load_session_t *session, ngx_webrtc_sdp_section_t *section)
{
    ngx_uint_t                 i, kind;
    ngx_webrtc_sdp_codec_t    *codec, *first;
    const ngx_webrtc_codec_t  *info;

    first = NULL;

    for (i = 0; i < section->ncodecs; i++) {
        codec = &section->codecs[i];
        kind = ngx_webrtc_codec_find(&codec->name);
        info = ngx_webrtc_codec_info(kind);

        if (info == NULL
            || info->video != (section->kind == NGX_WEBRTC_SDP_VIDEO))
        {
            continue;
        }

        if (kind == session->codec || kind == NGX_WEBRTC_CODEC_OPUS) {
            return codec;
        }

        if (first == NULL) {
            first = codec;
        }
    }

    return first;
}


ngx_uint_t
load_track_direction(const load_session_t *session,
    const ngx_webrtc_sdp_section_t *section, ngx_uint_t kind)
{
    ngx_uint_t  direction;

    direction = NGX_WEBRTC_SDP_INACTIVE;

    if ((section->direction & NGX_WEBRTC_SDP_SENDONLY)
        && (session->ways & LOAD_RECEIVE))
    {
        direction |= NGX_WEBRTC_SDP_RECVONLY;
    }

    if ((section->direction & NGX_WEBRTC_SDP_RECVONLY)
        && (session->ways & LOAD_SEND) && session->kinds[kind]
        && !load_track_sent(session, kind))
    {
        direction |= NGX_WEBRTC_SDP_SENDONLY;
    }

    return direction;
}


static ngx_uint_t
load_track_sent(const load_session_t *session, ngx_uint_t kind)
{
    ngx_uint_t  i;

    for (i = 0; i < session->ntracks; i++) {
        if (session->tracks[i].kind == kind
            && session->tracks[i].way == LOAD_SEND)
        {
            return 1;
        }
    }

    return 0;
}


/* "direction" is ours */

void
load_track_add(load_session_t *session, ngx_webrtc_sdp_section_t *section,
    const ngx_webrtc_sdp_codec_t *codec, ngx_uint_t direction)
{
    ngx_uint_t     i;
    load_track_t   common, *track;

    ngx_memzero(&common, sizeof(load_track_t));

    common.kind = (section->kind == NGX_WEBRTC_SDP_AUDIO) ? LOAD_AUDIO
                                                          : LOAD_VIDEO;
    common.codec = ngx_webrtc_codec_find(&codec->name);
    common.pt = codec->pt;
    common.rtx_pt = load_track_rtx(section, codec->pt);

    if (common.rtx_pt == NGX_WEBRTC_SDP_NO_PT) {
        common.rtx_pt = 0;
    }

    common.nack = session->nack && (codec->feedback & NGX_WEBRTC_SDP_FB_NACK);
    common.mid_id = (u_char) load_track_ext(session, section,
                                            NGX_WEBRTC_EXT_MID);
    common.level_id = (u_char) load_track_ext(session, section,
                                              NGX_WEBRTC_EXT_AUDIO_LEVEL);
    common.twcc_id = (u_char) load_track_ext(session, section,
                                             NGX_WEBRTC_EXT_TWCC);
    common.twcc = (common.twcc_id != 0);
    common.mid_len = (u_char) ngx_min(section->mid.len, sizeof(common.mid));
    ngx_memcpy(common.mid, section->mid.data, common.mid_len);

    if (direction & NGX_WEBRTC_SDP_SENDONLY) {
        track = &session->tracks[session->ntracks++];
        *track = common;
        track->way = LOAD_SEND;
        track->ssrc = session->ssrc[track->kind];
        track->rtx_ssrc = track->rtx_pt ? session->rtx_ssrc[track->kind] : 0;
    }

    if (direction & NGX_WEBRTC_SDP_RECVONLY) {
        track = &session->tracks[session->ntracks++];
        *track = common;
        track->way = LOAD_RECEIVE;

        if (section->nssrcs) {
            track->ssrc = section->ssrcs[0].ssrc;
        }

        for (i = 0; i < section->nssrc_groups; i++) {
            if (section->ssrc_groups[i].semantics == NGX_WEBRTC_SDP_GROUP_FID
                && section->ssrc_groups[i].n == 2)
            {
                track->ssrc = section->ssrc_groups[i].ssrc[0];
                track->rtx_ssrc = section->ssrc_groups[i].ssrc[1];
            }
        }
    }
}


uint8_t
load_track_rtx(const ngx_webrtc_sdp_section_t *section, uint8_t pt)
{
    ngx_uint_t  i;

    for (i = 0; i < section->ncodecs; i++) {
        if (section->codecs[i].apt == pt) {
            return section->codecs[i].pt;
        }
    }

    return NGX_WEBRTC_SDP_NO_PT;
}


ngx_uint_t
load_track_ext(const load_session_t *session,
    const ngx_webrtc_sdp_section_t *section, ngx_uint_t kind)
{
    ngx_uint_t  i;

    if (kind == NGX_WEBRTC_EXT_TWCC && !session->twcc) {
        return 0;
    }

    for (i = 0; i < section->nextmaps; i++) {
        if (ngx_webrtc_ext_find(&section->extmaps[i].uri) == kind
            && section->extmaps[i].id <= NGX_WEBRTC_EXT_ID_MAX)
        {
            return section->extmaps[i].id;
        }
    }

    return 0;
}
