
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* BinaryPack to JSON, in one go and without memory of its own */


#include <math.h>
#include <stdio.h>

#include <core/ngx_webrtc_utf8.h>
#include <proto/ngx_webrtc_binarypack.h>


static ngx_int_t ngx_webrtc_binarypack_json_value(
    ngx_webrtc_binarypack_t *pack, ngx_webrtc_text_t *text, ngx_uint_t depth);
static ngx_int_t ngx_webrtc_binarypack_json_inside(
    ngx_webrtc_binarypack_t *pack, const ngx_webrtc_binarypack_value_t *value,
    ngx_webrtc_text_t *text, ngx_uint_t depth);
static void ngx_webrtc_binarypack_json_real(ngx_webrtc_text_t *text,
    double real);


ngx_int_t
ngx_webrtc_binarypack_json(ngx_webrtc_binarypack_t *pack,
    ngx_webrtc_text_t *text)
{
    return ngx_webrtc_binarypack_json_value(pack, text, 0);
}


static ngx_int_t
ngx_webrtc_binarypack_json_value(ngx_webrtc_binarypack_t *pack,
    ngx_webrtc_text_t *text, ngx_uint_t depth)
{
    ngx_webrtc_binarypack_value_t  value;

    /* what does not fit is not worth reading */

    if (text->overflow
        || ngx_webrtc_binarypack_read(pack, &value) != NGX_OK)
    {
        return NGX_ERROR;
    }

    switch (value.type) {

    case NGX_WEBRTC_BINARYPACK_NULL:
        ngx_webrtc_text_cstr(text, "null");
        break;

    case NGX_WEBRTC_BINARYPACK_BOOL:
        ngx_webrtc_text_cstr(text, value.number ? "true" : "false");
        break;

    case NGX_WEBRTC_BINARYPACK_INT:
        if (value.number < 0) {
            ngx_webrtc_text_cstr(text, "-");
        }

        ngx_webrtc_text_uint(text, (value.number < 0)
                                   ? 0 - (uint64_t) value.number
                                   : (uint64_t) value.number);
        break;

    case NGX_WEBRTC_BINARYPACK_REAL:
        ngx_webrtc_binarypack_json_real(text, value.real);
        break;

    case NGX_WEBRTC_BINARYPACK_STR:
        ngx_webrtc_text_cstr(text, "\"");
        ngx_webrtc_utf8_json(text, value.str.data,
                             value.str.data + value.str.len);
        ngx_webrtc_text_cstr(text, "\"");
        break;

    case NGX_WEBRTC_BINARYPACK_RAW:
        ngx_webrtc_text_cstr(text, "\"");
        ngx_webrtc_text_base64(text, value.str.data, value.str.len);
        ngx_webrtc_text_cstr(text, "\"");
        break;

    case NGX_WEBRTC_BINARYPACK_ARRAY:
    case NGX_WEBRTC_BINARYPACK_MAP:
        return ngx_webrtc_binarypack_json_inside(pack, &value, text,
                                                 depth + 1);
    }

    return text->overflow ? NGX_ERROR : NGX_OK;
}


static ngx_int_t
ngx_webrtc_binarypack_json_inside(ngx_webrtc_binarypack_t *pack,
    const ngx_webrtc_binarypack_value_t *value, ngx_webrtc_text_t *text,
    ngx_uint_t depth)
{
    u_char      code;
    uint64_t    i;
    ngx_uint_t  map;

    if (depth > NGX_WEBRTC_BINARYPACK_DEPTH) {
        return NGX_ERROR;
    }

    map = (value->type == NGX_WEBRTC_BINARYPACK_MAP);

    ngx_webrtc_text_cstr(text, map ? "{" : "[");

    for (i = 0; i < value->count; i++) {

        if (pack->pos == pack->last) {
            return NGX_ERROR;
        }

        if (map && (i & 1) == 0) {
            code = *pack->pos;

            if ((code & 0xf0) != 0xb0 && code != 0xd8 && code != 0xd9) {
                return NGX_ERROR;
            }
        }

        if (i) {
            ngx_webrtc_text_cstr(text, (map && (i & 1)) ? ":" : ",");
        }

        if (ngx_webrtc_binarypack_json_value(pack, text, depth) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    ngx_webrtc_text_cstr(text, map ? "}" : "]");

    return text->overflow ? NGX_ERROR : NGX_OK;
}


/* as few digits as name the number */

static void
ngx_webrtc_binarypack_json_real(ngx_webrtc_text_t *text, double real)
{
    int         n, digits;
    char        buf[40];

    if (!isfinite(real)) {
        ngx_webrtc_text_cstr(text, "null");
        return;
    }

    n = 0;

    for (digits = 15; digits <= 17; digits++) {
        n = snprintf(buf, sizeof(buf), "%.*g", digits, real);

        if (strtod(buf, NULL) == real) {
            break;
        }
    }

    ngx_webrtc_text_bytes(text, buf, n);
}
