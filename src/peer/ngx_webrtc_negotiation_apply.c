
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what an answer means for the sections that were offered */


#include <core/ngx_webrtc_str.h>
#include <peer/ngx_webrtc_negotiation.h>
#include <peer/ngx_webrtc_remote.h>


static void ngx_webrtc_apply_inactive(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_sdp_section_t *media);
static void ngx_webrtc_apply_codec(
    ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_sdp_section_t *media, ngx_webrtc_sdp_codec_t *codec);
static void ngx_webrtc_apply_exts(ngx_webrtc_negotiated_t *result,
    ngx_webrtc_sdp_section_t *media);
static void ngx_webrtc_apply_rids(
    ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_sdp_section_t *media);


void
ngx_webrtc_negotiation_apply(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_negotiation_section_t *section, ngx_webrtc_sdp_section_t *media)
{
    ngx_webrtc_sdp_codec_t   *codec;
    ngx_webrtc_negotiated_t  *result;

    switch (section->offered) {

    case NGX_WEBRTC_OFFERED_INACTIVE:
        ngx_webrtc_apply_inactive(neg, section, media);
        return;

    case NGX_WEBRTC_OFFERED_ACTIVE:
        break;

    default:
        return;
    }

    result = &section->answer;
    ngx_memzero(result, sizeof(ngx_webrtc_negotiated_t));

    if (ngx_webrtc_sdp_rejected(media)) {
        section->live = 0;
        section->refused = 1;
        return;
    }

    if (section->kind == NGX_WEBRTC_SDP_APPLICATION) {
        result->accepted = 1;
        result->sctp_port = media->sctp_port ? media->sctp_port : 5000;
        result->max_message_size = media->max_message_size;
        return;
    }

    codec = ngx_webrtc_negotiation_find_codec(section, media);

    if (codec) {
        ngx_webrtc_apply_codec(section, media, codec);
    }
}


static void
ngx_webrtc_apply_inactive(ngx_webrtc_negotiation_t *neg,
    ngx_webrtc_negotiation_section_t *section, ngx_webrtc_sdp_section_t *media)
{
    section->live = 0;

    if (!section->in_use) {
        ngx_memzero(&section->answer, sizeof(ngx_webrtc_negotiated_t));
    }

    if (!ngx_webrtc_sdp_rejected(media)) {
        return;
    }

    /* a track that came here since then is recycling a stopped m-line */

    if (section->in_use) {
        (void) ngx_webrtc_negotiation_new_mid(neg, section);

    } else {
        section->refused = 1;
    }
}


static void
ngx_webrtc_apply_codec(ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_sdp_section_t *media, ngx_webrtc_sdp_codec_t *codec)
{
    ngx_webrtc_sdp_codec_t   *rtx;
    ngx_webrtc_negotiated_t  *result;

    result = &section->answer;

    result->accepted = 1;
    result->feedback = codec->feedback;
    result->direction = media->direction
                        & (section->own ? NGX_WEBRTC_SDP_SENDONLY
                                        : NGX_WEBRTC_SDP_RECVONLY);

    rtx = ngx_webrtc_sdp_find_codec(media, section->payload->rtx_pt);
    result->rtx = (rtx && rtx->apt == codec->pt);

    ngx_webrtc_apply_exts(result, media);

    if (section->own) {
        result->nssrcs = (uint8_t) ngx_webrtc_remote_ssrcs(media,
                                                  result->ssrcs,
                                                  result->rtx_ssrcs,
                                                  NGX_WEBRTC_NEGOTIATION_RIDS);
        ngx_webrtc_apply_rids(section, media);
    }
}


static void
ngx_webrtc_apply_exts(ngx_webrtc_negotiated_t *result,
    ngx_webrtc_sdp_section_t *media)
{
    ngx_uint_t                i, kind;
    ngx_webrtc_sdp_extmap_t  *extmap;

    for (i = 0; i < media->nextmaps; i++) {
        extmap = &media->extmaps[i];
        kind = ngx_webrtc_ext_find(&extmap->uri);

        if (kind != NGX_WEBRTC_EXT_UNKNOWN
            && extmap->id == ngx_webrtc_negotiation_ext_id(kind))
        {
            (void) ngx_webrtc_ext_map_add(&result->exts, kind, extmap->id);
        }
    }
}


static void
ngx_webrtc_apply_rids(ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_sdp_section_t *media)
{
    ngx_str_t                      id;
    ngx_uint_t                     i, j;
    ngx_webrtc_sdp_rid_t          *rid;
    ngx_webrtc_negotiation_rid_t  *own;

    for (i = 0; i < section->nrids; i++) {
        own = &section->rids[i];

        id.data = own->id;
        id.len = own->len;

        for (j = 0; j < media->nrids; j++) {
            rid = &media->rids[j];

            if (rid->simulcast
                && rid->direction == NGX_WEBRTC_SDP_SENDONLY
                && ngx_webrtc_str_equal(&rid->id, &id))
            {
                section->answer.rids |= (uint8_t) (1 << i);
                section->answer.paused |= (uint8_t) (rid->paused << i);
            }
        }
    }
}


/* what we offered, if the answer has it with the same meaning */

ngx_webrtc_sdp_codec_t *
ngx_webrtc_negotiation_find_codec(ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_sdp_section_t *media)
{
    ngx_webrtc_sdp_codec_t  *codec;

    codec = ngx_webrtc_sdp_find_codec(media, section->payload->pt);

    if (codec
        && ngx_webrtc_codec_find(&codec->name) == section->payload->codec)
    {
        return codec;
    }

    return NULL;
}
