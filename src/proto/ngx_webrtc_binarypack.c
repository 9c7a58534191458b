
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <core/ngx_webrtc_utf8.h>
#include <proto/ngx_webrtc_binarypack.h>


/* a string with a length in UTF-16 up to this may be "wide" */
#define NGX_WEBRTC_BINARYPACK_SHORT     600


static ngx_int_t ngx_webrtc_binarypack_number(ngx_webrtc_binarypack_t *pack,
    u_char code, ngx_webrtc_binarypack_value_t *value);
static ngx_int_t ngx_webrtc_binarypack_sized(ngx_webrtc_binarypack_t *pack,
    u_char code, ngx_webrtc_binarypack_value_t *value);
static ngx_int_t ngx_webrtc_binarypack_set(ngx_webrtc_binarypack_t *pack,
    ngx_webrtc_binarypack_e type, uint32_t n,
    ngx_webrtc_binarypack_value_t *value);
static size_t ngx_webrtc_binarypack_narrow(
    const ngx_webrtc_binarypack_t *pack, size_t len);
static uint64_t ngx_webrtc_binarypack_get(const u_char *p, size_t size);


ngx_int_t
ngx_webrtc_binarypack_read(ngx_webrtc_binarypack_t *pack,
    ngx_webrtc_binarypack_value_t *value)
{
    u_char  code;

    if (pack->pos == pack->last) {
        return NGX_ERROR;
    }

    code = *pack->pos++;

    value->type = NGX_WEBRTC_BINARYPACK_INT;
    value->count = 0;

    if (code < 0x80) {
        value->number = code;
        return NGX_OK;
    }

    if (code >= 0xe0) {
        value->number = (int64_t) code - 0x100;
        return NGX_OK;
    }

    switch (code & 0xf0) {

    case 0x80:
        return ngx_webrtc_binarypack_set(pack, NGX_WEBRTC_BINARYPACK_MAP,
                                         code & 0x0f, value);
    case 0x90:
        return ngx_webrtc_binarypack_set(pack, NGX_WEBRTC_BINARYPACK_ARRAY,
                                         code & 0x0f, value);
    case 0xa0:
        return ngx_webrtc_binarypack_set(pack, NGX_WEBRTC_BINARYPACK_RAW,
                                         code & 0x0f, value);
    case 0xb0:
        return ngx_webrtc_binarypack_set(pack, NGX_WEBRTC_BINARYPACK_STR,
                                         code & 0x0f, value);
    default:
        break;
    }

    switch (code) {

    case 0xc0:
    case 0xc1:
        value->type = NGX_WEBRTC_BINARYPACK_NULL;
        return NGX_OK;

    case 0xc2:
    case 0xc3:
        value->type = NGX_WEBRTC_BINARYPACK_BOOL;
        value->number = code & 1;
        return NGX_OK;

    default:
        break;
    }

    return (code < 0xd4) ? ngx_webrtc_binarypack_number(pack, code, value)
                         : ngx_webrtc_binarypack_sized(pack, code, value);
}


/* ca to d3 */

static ngx_int_t
ngx_webrtc_binarypack_number(ngx_webrtc_binarypack_t *pack, u_char code,
    ngx_webrtc_binarypack_value_t *value)
{
    float     f;
    size_t    size;
    uint32_t  bits;
    uint64_t  n;

    if (code < 0xca) {
        return NGX_ERROR;
    }

    if (code < 0xcc) {
        size = (code == 0xca) ? 4 : 8;

    } else {
        size = (size_t) 1 << (code & 3);
    }

    if ((size_t) (pack->last - pack->pos) < size) {
        return NGX_ERROR;
    }

    n = ngx_webrtc_binarypack_get(pack->pos, size);
    pack->pos += size;

    if (code == 0xca) {
        bits = (uint32_t) n;
        ngx_memcpy(&f, &bits, sizeof(float));
        value->type = NGX_WEBRTC_BINARYPACK_REAL;
        value->real = f;

    } else if (code == 0xcb) {
        ngx_memcpy(&value->real, &n, sizeof(double));
        value->type = NGX_WEBRTC_BINARYPACK_REAL;

    } else if (code == 0xcf && n > INT64_MAX) {
        value->type = NGX_WEBRTC_BINARYPACK_REAL;
        value->real = (double) n;

    } else if (code < 0xd0 || size == 8) {
        value->number = (int64_t) n;

    } else {

        /* the sign of one that is shorter */

        value->number = (n >> (8 * size - 1))
                        ? (int64_t) n - ((int64_t) 1 << (8 * size))
                        : (int64_t) n;
    }

    return NGX_OK;
}


/* d8 to df, of which the odd ones have 32 bits; d4 to d7 are nothing */

static ngx_int_t
ngx_webrtc_binarypack_sized(ngx_webrtc_binarypack_t *pack, u_char code,
    ngx_webrtc_binarypack_value_t *value)
{
    size_t    size;
    uint32_t  n;

    static const ngx_webrtc_binarypack_e  types[] = {
        NGX_WEBRTC_BINARYPACK_STR, NGX_WEBRTC_BINARYPACK_RAW,
        NGX_WEBRTC_BINARYPACK_ARRAY, NGX_WEBRTC_BINARYPACK_MAP
    };

    size = (code & 1) ? 4 : 2;

    if (code < 0xd8 || (size_t) (pack->last - pack->pos) < size) {
        return NGX_ERROR;
    }

    n = (uint32_t) ngx_webrtc_binarypack_get(pack->pos, size);
    pack->pos += size;

    return ngx_webrtc_binarypack_set(pack, types[(code - 0xd8) / 2], n, value);
}


static ngx_int_t
ngx_webrtc_binarypack_set(ngx_webrtc_binarypack_t *pack,
    ngx_webrtc_binarypack_e type, uint32_t n,
    ngx_webrtc_binarypack_value_t *value)
{
    size_t  len;

    value->type = type;

    switch (type) {

    case NGX_WEBRTC_BINARYPACK_ARRAY:
        value->count = n;
        return NGX_OK;

    case NGX_WEBRTC_BINARYPACK_MAP:
        value->count = 2 * (uint64_t) n;
        return NGX_OK;

    default:
        break;
    }

    len = n;

    if (pack->wide && type == NGX_WEBRTC_BINARYPACK_STR) {
        len = ngx_webrtc_binarypack_narrow(pack, len);
    }

    if ((size_t) (pack->last - pack->pos) < len) {
        return NGX_ERROR;
    }

    value->str.data = pack->pos;
    value->str.len = len;

    pack->pos += len;

    return NGX_OK;
}


/* how many bytes a string of this length really has, if it is short */

static size_t
ngx_webrtc_binarypack_narrow(const ngx_webrtc_binarypack_t *pack, size_t len)
{
    size_t         counted, units;
    uint32_t       code;
    const u_char  *p, *start;

    p = pack->pos;
    counted = 0;
    units = 0;

    while (counted < len) {
        start = p;

        if (ngx_webrtc_utf8_next(&p, pack->last, &code) != NGX_OK) {
            return len;
        }

        if (code < 0x10000) {
            counted += p - start;
            units++;

        } else {
            counted += 6;
            units += 2;
        }
    }

    return (counted == len && units <= NGX_WEBRTC_BINARYPACK_SHORT)
           ? (size_t) (p - pack->pos) : len;
}


static uint64_t
ngx_webrtc_binarypack_get(const u_char *p, size_t size)
{
    uint64_t  n;

    n = 0;

    while (size--) {
        n = (n << 8) | *p++;
    }

    return n;
}


ngx_int_t
ngx_webrtc_binarypack_skip(ngx_webrtc_binarypack_t *pack,
    const ngx_webrtc_binarypack_value_t *value)
{
    uint64_t                       left;
    ngx_webrtc_binarypack_value_t  inner;

    /* each value takes a byte, so that the packet bounds the sum too */

    for (left = value->count; left; left--) {

        if (left > (uint64_t) (pack->last - pack->pos)
            || ngx_webrtc_binarypack_read(pack, &inner) != NGX_OK)
        {
            return NGX_ERROR;
        }

        left += inner.count;
    }

    return NGX_OK;
}


u_char *
ngx_webrtc_binarypack_write_uint(u_char *p, uint32_t n)
{
    if (n < 0x80) {
        *p++ = (u_char) n;

    } else if (n <= 0xff) {
        *p++ = 0xcc;
        *p++ = (u_char) n;

    } else if (n <= 0xffff) {
        *p++ = 0xcd;
        p = ngx_webrtc_put16(p, n);

    } else {
        *p++ = 0xce;
        p = ngx_webrtc_put32(p, n);
    }

    return p;
}


u_char *
ngx_webrtc_binarypack_write_head(u_char *p, ngx_webrtc_binarypack_e type,
    uint32_t n)
{
    u_char  small, large;

    switch (type) {

    case NGX_WEBRTC_BINARYPACK_MAP:
        small = 0x80;
        large = 0xde;
        break;

    case NGX_WEBRTC_BINARYPACK_ARRAY:
        small = 0x90;
        large = 0xdc;
        break;

    case NGX_WEBRTC_BINARYPACK_RAW:
        small = 0xa0;
        large = 0xda;
        break;

    default:                            /* NGX_WEBRTC_BINARYPACK_STR */
        small = 0xb0;
        large = 0xd8;
        break;
    }

    if (n <= 0x0f) {
        *p++ = (u_char) (small + n);

    } else if (n <= 0xffff) {
        *p++ = large;
        p = ngx_webrtc_put16(p, n);

    } else {
        *p++ = large + 1;
        p = ngx_webrtc_put32(p, n);
    }

    return p;
}


u_char *
ngx_webrtc_binarypack_write_str(u_char *p, const char *str)
{
    size_t  len;

    len = ngx_strlen(str);

    p = ngx_webrtc_binarypack_write_head(p, NGX_WEBRTC_BINARYPACK_STR,
                                         (uint32_t) len);

    return ngx_cpymem(p, str, len);
}
