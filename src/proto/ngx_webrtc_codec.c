
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <proto/ngx_webrtc_codec.h>


/* NAL unit types of H264 and H265 */

#define NGX_WEBRTC_H264_IDR         5
#define NGX_WEBRTC_H264_SPS         7
#define NGX_WEBRTC_H264_STAP_A      24
#define NGX_WEBRTC_H264_STAP_B      25
#define NGX_WEBRTC_H264_FU_A        28
#define NGX_WEBRTC_H264_FU_B        29

#define NGX_WEBRTC_H265_IRAP_FIRST  16
#define NGX_WEBRTC_H265_IRAP_LAST   21
#define NGX_WEBRTC_H265_VPS         32
#define NGX_WEBRTC_H265_SPS         33
#define NGX_WEBRTC_H265_AP          48
#define NGX_WEBRTC_H265_FU          49

#define NGX_WEBRTC_AV1_SEQUENCE     1


typedef ngx_uint_t (*ngx_webrtc_codec_keyframe_pt)(u_char *pos, u_char *last);


typedef struct {
    ngx_webrtc_codec_t            info;
    ngx_webrtc_codec_keyframe_pt  keyframe;
} ngx_webrtc_codec_entry_t;


static u_char *ngx_webrtc_vp8_parse_optional(u_char *p, u_char *last,
    u_char flags, ngx_webrtc_vp8_t *vp8);
static ngx_uint_t ngx_webrtc_vp8_keyframe(u_char *pos, u_char *last);
static ngx_uint_t ngx_webrtc_vp9_keyframe(u_char *pos, u_char *last);
static ngx_uint_t ngx_webrtc_av1_keyframe(u_char *pos, u_char *last);
static ngx_uint_t ngx_webrtc_h264_keyframe(u_char *pos, u_char *last);
static ngx_uint_t ngx_webrtc_h265_keyframe(u_char *pos, u_char *last);


static const ngx_webrtc_codec_entry_t
    ngx_webrtc_codecs[NGX_WEBRTC_CODEC_MAX] =
{
    { { ngx_null_string, 0, 0, 0 }, NULL },
    { { ngx_string("opus"), 48000, 2, 0 }, NULL },
    { { ngx_string("PCMU"), 8000, 1, 0 }, NULL },
    { { ngx_string("PCMA"), 8000, 1, 0 }, NULL },
    { { ngx_string("VP8"), 90000, 0, 1 }, ngx_webrtc_vp8_keyframe },
    { { ngx_string("VP9"), 90000, 0, 1 }, ngx_webrtc_vp9_keyframe },
    { { ngx_string("AV1"), 90000, 0, 1 }, ngx_webrtc_av1_keyframe },
    { { ngx_string("H264"), 90000, 0, 1 }, ngx_webrtc_h264_keyframe },
    { { ngx_string("H265"), 90000, 0, 1 }, ngx_webrtc_h265_keyframe }
};


const ngx_webrtc_codec_t *
ngx_webrtc_codec_info(ngx_uint_t codec)
{
    if (codec == NGX_WEBRTC_CODEC_NONE || codec >= NGX_WEBRTC_CODEC_MAX) {
        return NULL;
    }

    return &ngx_webrtc_codecs[codec].info;
}


static u_char
ngx_webrtc_codec_lower(u_char ch)
{
    return (u_char) ((ch >= 'A' && ch <= 'Z') ? ch | 0x20 : ch);
}


ngx_uint_t
ngx_webrtc_codec_find(const ngx_str_t *name)
{
    size_t            i;
    ngx_uint_t        codec;
    const ngx_str_t  *known;

    for (codec = 1; codec < NGX_WEBRTC_CODEC_MAX; codec++) {
        known = &ngx_webrtc_codecs[codec].info.name;

        if (known->len != name->len) {
            continue;
        }

        for (i = 0; i < name->len; i++) {
            if (ngx_webrtc_codec_lower(known->data[i])
                != ngx_webrtc_codec_lower(name->data[i]))
            {
                break;
            }
        }

        if (i == name->len) {
            return codec;
        }
    }

    return NGX_WEBRTC_CODEC_NONE;
}


ngx_uint_t
ngx_webrtc_codec_keyframe(ngx_uint_t codec, u_char *payload, size_t len)
{
    if (codec == NGX_WEBRTC_CODEC_NONE || codec >= NGX_WEBRTC_CODEC_MAX) {
        return 0;
    }

    if (ngx_webrtc_codecs[codec].keyframe == NULL) {
        return 1;
    }

    if (len == 0) {
        return 0;
    }

    return ngx_webrtc_codecs[codec].keyframe(payload, payload + len);
}


void
ngx_webrtc_codec_look(ngx_uint_t codec, u_char *payload, size_t len,
    ngx_webrtc_codec_view_t *view)
{
    ngx_webrtc_vp8_t  vp8;
    ngx_webrtc_vp9_t  vp9;

    ngx_memzero(view, sizeof(ngx_webrtc_codec_view_t));

    switch (codec) {

    case NGX_WEBRTC_CODEC_VP8:

        if (ngx_webrtc_vp8_parse(payload, payload + len, &vp8) == NGX_OK) {
            view->picture_id_pos = vp8.picture_id_pos;
            view->tl0picidx_pos = vp8.tl0picidx_pos;
            view->picture_id = vp8.picture_id;
            view->picture_id_long = vp8.picture_id_long;
            view->tl0picidx = vp8.tl0picidx;
            view->keyframe = vp8.keyframe;
        }

        return;

    case NGX_WEBRTC_CODEC_VP9:

        if (ngx_webrtc_vp9_parse(payload, payload + len, &vp9) == NGX_OK) {
            view->picture_id_pos = vp9.picture_id_pos;
            view->tl0picidx_pos = vp9.tl0picidx_pos;
            view->picture_id = vp9.picture_id;
            view->picture_id_long = vp9.picture_id_long;
            view->tl0picidx = vp9.tl0picidx;
            view->keyframe = vp9.keyframe;
        }

        return;

    default:
        view->keyframe = (uint8_t) ngx_webrtc_codec_keyframe(codec, payload,
                                                             len);
        return;
    }
}


ngx_int_t
ngx_webrtc_vp8_parse(u_char *pos, u_char *last, ngx_webrtc_vp8_t *vp8)
{
    u_char  *p, first, flags;

    if (pos == last) {
        return NGX_ERROR;
    }

    ngx_memzero(vp8, sizeof(ngx_webrtc_vp8_t));

    p = pos;
    first = *p++;
    flags = 0;

    vp8->non_reference = (first >> 5) & 1;
    vp8->start = (first >> 4) & 1;
    vp8->partition = first & 7;

    if (first & 0x80) {
        if (p == last) {
            return NGX_ERROR;
        }

        flags = *p++;
    }

    p = ngx_webrtc_vp8_parse_optional(p, last, flags, vp8);

    if (p == NULL || p == last) {
        return NGX_ERROR;
    }

    /* the payload header is in the first packet of a frame, its P bit last */

    vp8->payload = p;
    vp8->keyframe = vp8->start && vp8->partition == 0 && (*p & 1) == 0;

    return NGX_OK;
}


/* what the extension's flags announce: I, L, T and K; NULL: cut short */

static u_char *
ngx_webrtc_vp8_parse_optional(u_char *p, u_char *last, u_char flags,
    ngx_webrtc_vp8_t *vp8)
{
    if (flags & 0x80) {
        if (last - p < 1 || last - p < 1 + (*p >> 7)) {
            return NULL;
        }

        vp8->picture_id_pos = p;
        vp8->picture_id_long = *p >> 7;

        if (vp8->picture_id_long) {
            vp8->picture_id = ngx_webrtc_get16(p) & 0x7fff;
            p += 2;

        } else {
            vp8->picture_id = *p++;
        }
    }

    if (flags & 0x40) {
        if (p == last) {
            return NULL;
        }

        vp8->tl0picidx_pos = p;
        vp8->tl0picidx = *p++;
    }

    if (flags & 0x30) {
        if (p == last) {
            return NULL;
        }

        if (flags & 0x20) {
            vp8->has_tid = 1;
            vp8->tid = *p >> 6;
            vp8->sync = (*p >> 5) & 1;
        }

        if (flags & 0x10) {
            vp8->keyidx = *p & 0x1f;
        }

        p++;
    }

    return p;
}


static ngx_uint_t
ngx_webrtc_vp8_keyframe(u_char *pos, u_char *last)
{
    ngx_webrtc_vp8_t  vp8;

    return ngx_webrtc_vp8_parse(pos, last, &vp8) == NGX_OK && vp8.keyframe;
}


ngx_int_t
ngx_webrtc_vp9_parse(u_char *pos, u_char *last, ngx_webrtc_vp9_t *vp9)
{
    u_char  *p, first;

    if (pos == last) {
        return NGX_ERROR;
    }

    ngx_memzero(vp9, sizeof(ngx_webrtc_vp9_t));

    p = pos;
    first = *p++;

    vp9->predicted = (first >> 6) & 1;
    vp9->flexible = (first >> 4) & 1;
    vp9->start = (first >> 3) & 1;

    if (first & 0x80) {
        if (last - p < 1 || last - p < 1 + (*p >> 7)) {
            return NGX_ERROR;
        }

        vp9->picture_id_pos = p;
        vp9->picture_id_long = *p >> 7;

        if (vp9->picture_id_long) {
            vp9->picture_id = ngx_webrtc_get16(p) & 0x7fff;
            p += 2;

        } else {
            vp9->picture_id = *p++;
        }
    }

    if (first & 0x20) {
        if (p == last) {
            return NGX_ERROR;
        }

        vp9->tid = *p >> 5;
        vp9->sid = (*p++ >> 1) & 7;

        if (!vp9->flexible) {
            if (p == last) {
                return NGX_ERROR;
            }

            vp9->tl0picidx_pos = p;
            vp9->tl0picidx = *p++;
        }
    }

    if (p == last) {
        return NGX_ERROR;
    }

    /*
     * With layers the lowest spatial one starts the key frame; the others of
     * that picture are not predicted from another one either.
     */

    vp9->keyframe = vp9->start && !vp9->predicted && vp9->sid == 0;

    return NGX_OK;
}


static ngx_uint_t
ngx_webrtc_vp9_keyframe(u_char *pos, u_char *last)
{
    ngx_webrtc_vp9_t  vp9;

    return ngx_webrtc_vp9_parse(pos, last, &vp9) == NGX_OK && vp9.keyframe;
}


/* NGX_ERROR: cut short, or longer than any element can be */

static ngx_int_t
ngx_webrtc_av1_leb128(u_char **pos, u_char *last, size_t *value)
{
    ngx_uint_t  i;

    *value = 0;

    for (i = 0; i < 4 && *pos < last; i++) {
        *value |= (size_t) (**pos & 0x7f) << (7 * i);

        if ((*(*pos)++ & 0x80) == 0) {
            return NGX_OK;
        }
    }

    return NGX_ERROR;
}


static ngx_uint_t
ngx_webrtc_av1_keyframe(u_char *pos, u_char *last)
{
    u_char      first;
    size_t      len;
    ngx_uint_t  n, count;

    first = *pos++;

    /* Z: goes on with an element of the packet before */

    if (pos == last || (first & 0x80)) {
        return 0;
    }

    /* N: the first packet of a coded video sequence */

    if (first & 0x08) {
        return 1;
    }

    /* senders that do not set N still send a sequence header first */

    count = (first >> 4) & 3;

    for (n = 1; pos < last; n++) {

        /* with a count the last element has no length */

        if (n == count) {
            len = last - pos;

        } else if (ngx_webrtc_av1_leb128(&pos, last, &len) != NGX_OK
                   || (size_t) (last - pos) < len)
        {
            return 0;
        }

        if (len && ((*pos >> 3) & 0xf) == NGX_WEBRTC_AV1_SEQUENCE) {
            return 1;
        }

        pos += len;
    }

    return 0;
}


static ngx_uint_t
ngx_webrtc_h264_keyframe(u_char *pos, u_char *last)
{
    size_t      len;
    ngx_uint_t  type;

    type = *pos++ & 0x1f;

    switch (type) {

    case NGX_WEBRTC_H264_STAP_B:

        if (last - pos < 2) {
            return 0;
        }

        pos += 2;

        /* fall through */

    case NGX_WEBRTC_H264_STAP_A:

        while (last - pos > 2) {
            len = ngx_webrtc_get16(pos);
            pos += 2;

            if (len == 0 || (size_t) (last - pos) < len) {
                return 0;
            }

            type = *pos & 0x1f;

            if (type == NGX_WEBRTC_H264_SPS || type == NGX_WEBRTC_H264_IDR) {
                return 1;
            }

            pos += len;
        }

        return 0;

    case NGX_WEBRTC_H264_FU_A:
    case NGX_WEBRTC_H264_FU_B:

        if (pos == last || (*pos & 0x80) == 0) {
            return 0;
        }

        type = *pos & 0x1f;
        break;
    }

    return type == NGX_WEBRTC_H264_SPS || type == NGX_WEBRTC_H264_IDR;
}


static ngx_uint_t
ngx_webrtc_h265_is_key(ngx_uint_t type)
{
    return (type >= NGX_WEBRTC_H265_IRAP_FIRST
            && type <= NGX_WEBRTC_H265_IRAP_LAST)
           || type == NGX_WEBRTC_H265_VPS
           || type == NGX_WEBRTC_H265_SPS;
}


static ngx_uint_t
ngx_webrtc_h265_keyframe(u_char *pos, u_char *last)
{
    size_t      len;
    ngx_uint_t  type;

    if (last - pos < 2) {
        return 0;
    }

    type = (*pos >> 1) & 0x3f;
    pos += 2;

    switch (type) {

    case NGX_WEBRTC_H265_AP:

        /* without DONL: sprop-max-don-diff is zero in WebRTC */

        while (last - pos > 2) {
            len = ngx_webrtc_get16(pos);
            pos += 2;

            if (len == 0 || (size_t) (last - pos) < len) {
                return 0;
            }

            if (ngx_webrtc_h265_is_key((*pos >> 1) & 0x3f)) {
                return 1;
            }

            pos += len;
        }

        return 0;

    case NGX_WEBRTC_H265_FU:

        return pos < last
               && (*pos & 0x80)
               && ngx_webrtc_h265_is_key(*pos & 0x3f);
    }

    return ngx_webrtc_h265_is_key(type);
}
