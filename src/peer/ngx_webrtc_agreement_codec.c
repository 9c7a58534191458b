
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* which of the remote's formats is taken, and what is answered to it */


#include <peer/ngx_webrtc_agreement_internal.h>


/* constrained baseline, level 3.1 */

#define NGX_WEBRTC_H264_PLAIN  { 0x42, 0xe0, 0x1f }


/* what a=fmtp of H264 says (RFC 6184, section 8.1) */

typedef enum {
    NGX_WEBRTC_H264_OTHER = 0,
    NGX_WEBRTC_H264_BASELINE,
    NGX_WEBRTC_H264_CONSTRAINED
} ngx_webrtc_h264_rank_e;


typedef struct {
    u_char                   profile[3];    /* idc, iop, level */
    ngx_webrtc_h264_rank_e   rank;
    unsigned                 mode:1;        /* packetization-mode 1 */
    unsigned                 given:1;       /* there is a profile */
} ngx_webrtc_h264_fmtp_t;


static ngx_uint_t ngx_webrtc_agreement_score(
    const ngx_webrtc_agreement_media_t *media, ngx_uint_t wanted,
    const ngx_webrtc_sdp_codec_t *codec);
static ngx_uint_t ngx_webrtc_agreement_score_h264(
    const ngx_webrtc_agreement_media_t *media,
    const ngx_webrtc_sdp_codec_t *codec);
static void ngx_webrtc_h264_fmtp(const ngx_str_t *fmtp,
    ngx_webrtc_h264_fmtp_t *h264);
static ngx_int_t ngx_webrtc_h264_profile(const ngx_str_t *value,
    u_char *profile);
static ngx_uint_t ngx_webrtc_agreement_same_value(const ngx_str_t *a,
    const ngx_str_t *b, const char *key, const char *def);
static ngx_uint_t ngx_webrtc_agreement_rtx(ngx_webrtc_sdp_section_t *section,
    ngx_uint_t pt);
static ngx_int_t ngx_webrtc_agreement_answer_fmtp(ngx_webrtc_text_t *text,
    const ngx_webrtc_agreement_media_t *media,
    const ngx_webrtc_sdp_codec_t *codec, ngx_uint_t kind);


ngx_webrtc_sdp_codec_t *
ngx_webrtc_agreement_choose(const ngx_webrtc_agreement_media_t *media,
    ngx_webrtc_sdp_section_t *section)
{
    ngx_uint_t               i, kind, score, best;
    ngx_webrtc_sdp_codec_t  *codec, *chosen;

    kind = media->codec;
    chosen = NULL;
    best = 0;

    for (i = 0; i < section->ncodecs; i++) {
        codec = &section->codecs[i];
        score = ngx_webrtc_agreement_score(media, kind, codec);

        /* of equals the first is what the remote likes best */

        if (score > best) {
            best = score;
            chosen = codec;
            kind = ngx_webrtc_codec_find(&codec->name);
        }
    }

    return chosen;
}


/* 0: another codec, or another profile where profiles do not mix */

static ngx_uint_t
ngx_webrtc_agreement_score(const ngx_webrtc_agreement_media_t *media,
    ngx_uint_t wanted, const ngx_webrtc_sdp_codec_t *codec)
{
    ngx_uint_t                 kind, score;
    const ngx_webrtc_codec_t  *info;

    kind = ngx_webrtc_codec_find(&codec->name);

    if (kind == NGX_WEBRTC_CODEC_NONE
        || (wanted != NGX_WEBRTC_CODEC_NONE && wanted != kind))
    {
        return 0;
    }

    info = ngx_webrtc_codec_info(kind);

    if (codec->clock != info->clock_rate
        || (!info->video && codec->channels != info->channels))
    {
        return 0;
    }

    switch (kind) {

    case NGX_WEBRTC_CODEC_H264:
        score = ngx_webrtc_agreement_score_h264(media, codec);
        break;

    case NGX_WEBRTC_CODEC_VP9:
        score = ngx_webrtc_agreement_same_value(&media->fmtp, &codec->fmtp,
                                                "profile-id", "0");
        break;

    case NGX_WEBRTC_CODEC_AV1:
        score = ngx_webrtc_agreement_same_value(&media->fmtp, &codec->fmtp,
                                                "profile", "0");
        break;

    case NGX_WEBRTC_CODEC_H265:
        score = ngx_webrtc_agreement_same_value(&media->fmtp, &codec->fmtp,
                                                "profile-id", "1")
                && ngx_webrtc_agreement_same_value(&media->fmtp, &codec->fmtp,
                                                   "tx-mode", "SRST");
        break;

    default:
        score = 1;
    }

    /* what was taken once stays, if it is still there */

    if (score && media->accepted && media->pt == codec->pt) {
        score += 32;
    }

    return score;
}


/*
 * Decoders take more than they say, so every profile will do; the mode comes
 * first, since programs fragment what they send.
 */

static ngx_uint_t
ngx_webrtc_agreement_score_h264(const ngx_webrtc_agreement_media_t *media,
    const ngx_webrtc_sdp_codec_t *codec)
{
    ngx_uint_t              score;
    ngx_webrtc_h264_fmtp_t  own, other;

    ngx_webrtc_h264_fmtp(&media->fmtp, &own);
    ngx_webrtc_h264_fmtp(&codec->fmtp, &other);

    score = 1 + other.rank;

    if (other.mode == (media->fmtp.len ? own.mode : 1)) {
        score += 8;
    }

    if (own.rank == other.rank
        && (own.rank != NGX_WEBRTC_H264_OTHER
            || own.profile[0] == other.profile[0]))
    {
        score += 4;
    }

    return score;
}


static void
ngx_webrtc_h264_fmtp(const ngx_str_t *fmtp, ngx_webrtc_h264_fmtp_t *h264)
{
    ngx_str_t  value;

    static const u_char  plain[] = NGX_WEBRTC_H264_PLAIN;

    ngx_memzero(h264, sizeof(ngx_webrtc_h264_fmtp_t));

    h264->mode = (ngx_webrtc_sdp_fmtp_value(fmtp, "packetization-mode",
                                            &value)
                  == NGX_OK
                  && value.len == 1 && value.data[0] == '1');

    h264->given = (ngx_webrtc_sdp_fmtp_value(fmtp, "profile-level-id", &value)
                   == NGX_OK
                   && ngx_webrtc_h264_profile(&value, h264->profile)
                      == NGX_OK);

    if (!h264->given) {
        ngx_memcpy(h264->profile, plain, sizeof(h264->profile));
    }

    /* table 5 of RFC 6184, as far as it concerns baseline */

    switch (h264->profile[0]) {

    case 0x42:
        h264->rank = (h264->profile[1] & 0x40) ? NGX_WEBRTC_H264_CONSTRAINED
                                               : NGX_WEBRTC_H264_BASELINE;
        break;

    case 0x4d:
        h264->rank = (h264->profile[1] & 0x80) ? NGX_WEBRTC_H264_CONSTRAINED
                                               : NGX_WEBRTC_H264_OTHER;
        break;
    }
}


static ngx_int_t
ngx_webrtc_h264_profile(const ngx_str_t *value, u_char *profile)
{
    u_char  c;
    size_t  i;

    if (value->len != 6) {
        return NGX_ERROR;
    }

    for (i = 0; i < value->len; i++) {
        c = value->data[i];

        if (c >= '0' && c <= '9') {
            c -= '0';

        } else {
            c |= 0x20;

            if (c < 'a' || c > 'f') {
                return NGX_ERROR;
            }

            c = c - 'a' + 10;
        }

        profile[i / 2] = (u_char) (profile[i / 2] << 4 | c);
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_webrtc_agreement_same_value(const ngx_str_t *a, const ngx_str_t *b,
    const char *key, const char *def)
{
    ngx_str_t  va, vb;

    if (ngx_webrtc_sdp_fmtp_value(a, key, &va) != NGX_OK) {
        va.data = (u_char *) def;
        va.len = ngx_strlen(def);
    }

    if (ngx_webrtc_sdp_fmtp_value(b, key, &vb) != NGX_OK) {
        vb.data = (u_char *) def;
        vb.len = ngx_strlen(def);
    }

    return ngx_webrtc_str_equal(&va, &vb);
}


ngx_int_t
ngx_webrtc_agreement_format(ngx_webrtc_agreement_part_t *part,
    const ngx_webrtc_agreement_media_t *media,
    ngx_webrtc_sdp_section_t *section, const ngx_webrtc_sdp_codec_t *codec)
{
    ngx_uint_t                kind;
    ngx_webrtc_text_t         text;
    ngx_webrtc_sdp_format_t  *format;

    kind = ngx_webrtc_codec_find(&codec->name);
    format = &part->format;

    format->codec = kind;
    format->pt = codec->pt;
    format->rtx_pt = NGX_WEBRTC_SDP_NO_PT;
    format->feedback = codec->feedback & NGX_WEBRTC_NEGOTIATION_AUDIO_FB;

    if (ngx_webrtc_codec_info(kind)->video) {
        format->rtx_pt = (uint8_t) ngx_webrtc_agreement_rtx(section,
                                                            codec->pt);
        format->feedback = codec->feedback & NGX_WEBRTC_NEGOTIATION_VIDEO_FB;
    }

    ngx_webrtc_text_init(&text, part->fmtp,
                         part->fmtp + NGX_WEBRTC_FMTP_LEN);

    if (ngx_webrtc_agreement_answer_fmtp(&text, media, codec, kind)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    format->fmtp.data = part->fmtp;
    format->fmtp.len = ngx_webrtc_text_len(&text);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_agreement_format_any(ngx_webrtc_agreement_part_t *part,
    ngx_webrtc_sdp_section_t *section)
{
    ngx_webrtc_sdp_codec_t        *codec;
    ngx_webrtc_agreement_media_t   any;

    ngx_memzero(&any, sizeof(ngx_webrtc_agreement_media_t));

    codec = ngx_webrtc_agreement_choose(&any, section);

    return codec ? ngx_webrtc_agreement_format(part, &any, section, codec)
                 : NGX_ERROR;
}


static ngx_uint_t
ngx_webrtc_agreement_rtx(ngx_webrtc_sdp_section_t *section, ngx_uint_t pt)
{
    ngx_uint_t  i;

    for (i = 0; i < section->ncodecs; i++) {

        if (section->codecs[i].apt == pt) {
            return section->codecs[i].pt;
        }
    }

    return NGX_WEBRTC_SDP_NO_PT;
}


static ngx_int_t
ngx_webrtc_agreement_answer_fmtp(ngx_webrtc_text_t *text,
    const ngx_webrtc_agreement_media_t *media,
    const ngx_webrtc_sdp_codec_t *codec, ngx_uint_t kind)
{
    ngx_webrtc_h264_fmtp_t          h264;
    ngx_webrtc_negotiation_codec_t  own;

    if (kind != NGX_WEBRTC_CODEC_H264) {
        own.codec = kind;
        own.fmtp = media->fmtp;

        if (media->codec == NGX_WEBRTC_CODEC_NONE) {
            ngx_str_null(&own.fmtp);
        }

        return ngx_webrtc_negotiation_write_fmtp(text, &own);
    }

    /* profile and mode are the offer's, only levels may differ */

    ngx_webrtc_h264_fmtp(&codec->fmtp, &h264);

    ngx_webrtc_text_cstr(text, "level-asymmetry-allowed=1;"
                         "packetization-mode=");
    ngx_webrtc_text_uint(text, h264.mode);

    if (h264.given) {
        ngx_webrtc_text_cstr(text, ";profile-level-id=");
        ngx_webrtc_text_hex(text, h264.profile, sizeof(h264.profile), 0);
    }

    return NGX_OK;
}
