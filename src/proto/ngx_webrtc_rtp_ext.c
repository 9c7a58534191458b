
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <core/ngx_webrtc_str.h>
#include <proto/ngx_webrtc_rtp_ext.h>


#define ngx_webrtc_ext_bit(kind)    ((uint32_t) 1 << (kind))


typedef struct {
    ngx_str_t           uri;
    u_char              min;            /* lengths that a value may have */
    u_char              max;
} ngx_webrtc_ext_kind_t;


static void ngx_webrtc_rtp_ext_read(ngx_webrtc_rtp_ext_t *ext,
    ngx_uint_t kind, u_char *p, u_char len);


static const ngx_webrtc_ext_kind_t
    ngx_webrtc_ext_kinds[NGX_WEBRTC_EXT_MAX] =
{
    { ngx_null_string, 0, 0 },

    /* RFC 9143 15.1, RFC 8852 3 */
    { ngx_string("urn:ietf:params:rtp-hdrext:sdes:mid"), 1, 255 },
    { ngx_string("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id"), 1, 255 },
    { ngx_string("urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id"),
      1, 255 },

    /* RFC 6464; the two-byte form may carry a byte of padding */
    { ngx_string("urn:ietf:params:rtp-hdrext:ssrc-audio-level"), 1, 2 },

    { ngx_string("http://www.webrtc.org/experiments/rtp-hdrext/"
                 "abs-send-time"), 3, 3 },

    /* the second version of it appends a feedback request of 2 bytes */
    { ngx_string("http://www.ietf.org/id/"
                 "draft-holmer-rmcat-transport-wide-cc-extensions-01"), 2, 4 },

    { ngx_string("https://aomediacodec.github.io/av1-rtp-spec/"
                 "#dependency-descriptor-rtp-header-extension"), 3, 255 },

    /* 3GPP TS 26.114 */
    { ngx_string("urn:3gpp:video-orientation"), 1, 2 },

    { ngx_string("http://www.webrtc.org/experiments/rtp-hdrext/"
                 "playout-delay"), 3, 3 },

    { ngx_string("http://www.webrtc.org/experiments/rtp-hdrext/"
                 "color-space"), 4, 28 },

    /* RFC 5450 */
    { ngx_string("urn:ietf:params:rtp-hdrext:toffset"), 3, 3 },

    { ngx_string("http://www.webrtc.org/experiments/rtp-hdrext/"
                 "video-content-type"), 1, 255 },

    { ngx_string("http://www.webrtc.org/experiments/rtp-hdrext/"
                 "video-timing"), 12, 13 },

    { ngx_string("http://www.webrtc.org/experiments/rtp-hdrext/"
                 "video-layers-allocation00"), 1, 255 }
};


const ngx_str_t *
ngx_webrtc_ext_uri(ngx_uint_t kind)
{
    if (kind == NGX_WEBRTC_EXT_UNKNOWN || kind >= NGX_WEBRTC_EXT_MAX) {
        return NULL;
    }

    return &ngx_webrtc_ext_kinds[kind].uri;
}


ngx_uint_t
ngx_webrtc_ext_find(const ngx_str_t *uri)
{
    ngx_uint_t  kind;

    for (kind = 1; kind < NGX_WEBRTC_EXT_MAX; kind++) {

        if (ngx_webrtc_str_equal(&ngx_webrtc_ext_kinds[kind].uri, uri)) {
            return kind;
        }
    }

    return NGX_WEBRTC_EXT_UNKNOWN;
}


ngx_int_t
ngx_webrtc_ext_map_add(ngx_webrtc_ext_map_t *map, ngx_uint_t kind,
    ngx_uint_t id)
{
    if (id == 0 || id > NGX_WEBRTC_EXT_ID_MAX
        || kind == NGX_WEBRTC_EXT_UNKNOWN || kind >= NGX_WEBRTC_EXT_MAX)
    {
        return NGX_ERROR;
    }

    if (map->ids[kind] || map->kinds[id]) {
        return NGX_DECLINED;
    }

    map->ids[kind] = (u_char) id;
    map->kinds[id] = (u_char) kind;

    return NGX_OK;
}


/* the head of the next element; its value, all of it, is at *pos then */

static ngx_int_t
ngx_webrtc_rtp_ext_next(u_char **pos, u_char *last, ngx_uint_t two,
    ngx_uint_t *id, u_char *len)
{
    u_char  *p;

    p = *pos;

    /* id 0 is one byte of padding, whatever its length bits say */

    while (p < last && (two ? *p == 0 : (*p >> 4) == 0)) {
        p++;
    }

    if (p == last) {
        return NGX_DONE;
    }

    if (two) {
        if (last - p < 2) {
            return NGX_ERROR;
        }

        *id = p[0];
        *len = p[1];
        p += 2;

    } else {
        *id = *p >> 4;
        *len = (u_char) ((*p++ & 0xf) + 1);

        if (*id == 15) {
            return NGX_DONE;
        }
    }

    if (last - p < *len) {
        return NGX_ERROR;
    }

    *pos = p;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_rtp_ext_parse(const ngx_webrtc_rtp_t *rtp,
    const ngx_webrtc_ext_map_t *map, ngx_webrtc_rtp_ext_t *ext)
{
    u_char      *p, *last, len;
    ngx_int_t    rc;
    ngx_uint_t   id, kind, two;

    ext->present = 0;
    ngx_str_null(&ext->mid);
    ngx_str_null(&ext->rid);
    ngx_str_null(&ext->rrid);

    if (rtp->ext_len == 0) {
        return NGX_OK;
    }

    if (rtp->ext_profile == NGX_WEBRTC_EXT_ONE_BYTE) {
        two = 0;

    } else if ((rtp->ext_profile & 0xfff0) == NGX_WEBRTC_EXT_TWO_BYTE) {
        two = 1;

    } else {
        return NGX_OK;
    }

    p = rtp->ext;
    last = p + rtp->ext_len;

    while (p < last) {

        rc = ngx_webrtc_rtp_ext_next(&p, last, two, &id, &len);

        if (rc != NGX_OK) {
            return (rc == NGX_DONE) ? NGX_OK : NGX_ERROR;
        }

        kind = (id <= NGX_WEBRTC_EXT_ID_MAX) ? map->kinds[id]
                                             : NGX_WEBRTC_EXT_UNKNOWN;

        if (kind
            && !ngx_webrtc_rtp_ext_has(ext, kind)
            && len >= ngx_webrtc_ext_kinds[kind].min
            && len <= ngx_webrtc_ext_kinds[kind].max)
        {
            ngx_webrtc_rtp_ext_read(ext, kind, p, len);
        }

        p += len;
    }

    return NGX_OK;
}


static void
ngx_webrtc_rtp_ext_read(ngx_webrtc_rtp_ext_t *ext, ngx_uint_t kind, u_char *p,
    u_char len)
{
    ext->present |= ngx_webrtc_ext_bit(kind);
    ext->values[kind] = p;
    ext->lens[kind] = len;

    switch (kind) {

    case NGX_WEBRTC_EXT_MID:
        ext->mid.data = p;
        ext->mid.len = len;
        break;

    case NGX_WEBRTC_EXT_RID:
        ext->rid.data = p;
        ext->rid.len = len;
        break;

    case NGX_WEBRTC_EXT_RRID:
        ext->rrid.data = p;
        ext->rrid.len = len;
        break;

    case NGX_WEBRTC_EXT_AUDIO_LEVEL:
        ext->voice = p[0] >> 7;
        ext->audio_level = p[0] & 0x7f;
        break;

    case NGX_WEBRTC_EXT_ABS_SEND_TIME:
        ext->abs_send_time = ngx_webrtc_get24(p);
        break;

    case NGX_WEBRTC_EXT_TWCC:
        ext->twcc_seq = ngx_webrtc_get16(p);
        break;

    default:
        break;
    }
}


static ngx_uint_t
ngx_webrtc_rtp_ext_is_two(const ngx_webrtc_ext_item_t *items, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        if (items[i].len == 0 || items[i].len > 16) {
            return 1;
        }
    }

    return 0;
}


size_t
ngx_webrtc_rtp_ext_size(const ngx_webrtc_ext_item_t *items, ngx_uint_t n)
{
    size_t      size;
    ngx_uint_t  i;

    if (n == 0) {
        return 0;
    }

    size = n * (1 + ngx_webrtc_rtp_ext_is_two(items, n));

    for (i = 0; i < n; i++) {
        size += items[i].len;
    }

    return 4 + ((size + 3) & ~(size_t) 3);
}


u_char *
ngx_webrtc_rtp_ext_write(u_char *p, u_char *last,
    const ngx_webrtc_ext_item_t *items, ngx_uint_t n)
{
    size_t       size;
    u_char      *end;
    ngx_uint_t   i, two;

    size = ngx_webrtc_rtp_ext_size(items, n);

    if (size == 0) {
        return p;
    }

    if ((size_t) (last - p) < size) {
        return NULL;
    }

    two = ngx_webrtc_rtp_ext_is_two(items, n);
    end = p + size;

    p = ngx_webrtc_put16(p, two ? NGX_WEBRTC_EXT_TWO_BYTE
                                : NGX_WEBRTC_EXT_ONE_BYTE);
    p = ngx_webrtc_put16(p, (uint32_t) (size / 4 - 1));

    for (i = 0; i < n; i++) {

        if (items[i].id == 0 || items[i].id > NGX_WEBRTC_EXT_ID_MAX) {
            return NULL;
        }

        if (two) {
            *p++ = items[i].id;
            *p++ = items[i].len;

        } else {
            *p++ = (u_char) ((items[i].id << 4) | (items[i].len - 1));
        }

        if (items[i].len) {
            p = ngx_cpymem(p, items[i].data, items[i].len);
        }
    }

    while (p < end) {
        *p++ = 0;
    }

    return p;
}


u_char *
ngx_webrtc_rtp_ext_reserve(u_char *start, u_char *p, u_char *last)
{
    if (last - p < 8) {
        return NULL;
    }

    if (p == start) {
        p = ngx_webrtc_put16(p, NGX_WEBRTC_EXT_ONE_BYTE);
        p = ngx_webrtc_put16(p, 0);
    }

    p = ngx_webrtc_put32(p, 0);

    ngx_webrtc_put16(start + 2, (uint32_t) ((p - start) / 4 - 1));

    return p;
}


void
ngx_webrtc_rtp_ext_put_twcc(u_char *start, u_char *p, ngx_uint_t id,
    uint16_t seq)
{
    if (start[0] == NGX_WEBRTC_EXT_TWO_BYTE >> 8) {
        ngx_webrtc_put32(p - 4, (uint32_t) (id << 24 | 2 << 16 | seq));
        return;
    }

    ngx_webrtc_put32(p - 4, (uint32_t) ((id << 4 | 1) << 24 | seq << 8));
}
