
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_utf8.h>


ngx_int_t
ngx_webrtc_utf8_next(const u_char **pos, const u_char *last, uint32_t *code)
{
    uint32_t       c, min;
    ngx_uint_t     i, n;
    const u_char  *p;

    p = *pos;

    if (p == last) {
        return NGX_ERROR;
    }

    if (p[0] < 0x80) {
        n = 0;
        min = 0;
        c = p[0];

    } else if ((p[0] & 0xe0) == 0xc0) {
        n = 1;
        min = 0x80;
        c = p[0] & 0x1f;

    } else if ((p[0] & 0xf0) == 0xe0) {
        n = 2;
        min = 0x800;
        c = p[0] & 0x0f;

    } else if ((p[0] & 0xf8) == 0xf0) {
        n = 3;
        min = 0x10000;
        c = p[0] & 0x07;

    } else {
        return NGX_ERROR;
    }

    if ((size_t) (last - p) <= n) {
        return NGX_ERROR;
    }

    for (i = 1; i <= n; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return NGX_ERROR;
        }

        c = c << 6 | (p[i] & 0x3f);
    }

    if (c < min || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
        return NGX_ERROR;
    }

    *code = c;
    *pos = p + n + 1;

    return NGX_OK;
}


ngx_uint_t
ngx_webrtc_utf8_is_text(const u_char *pos, const u_char *last)
{
    uint32_t  code;

    while (pos < last) {

        if (ngx_webrtc_utf8_next(&pos, last, &code) != NGX_OK) {
            return 0;
        }

        if ((code < 0x20 && code != '\t' && code != '\n' && code != '\r')
            || (code >= 0x7f && code < 0xa0))
        {
            return 0;
        }
    }

    return 1;
}


ngx_uint_t
ngx_webrtc_utf8_is_line(const u_char *pos, const u_char *last)
{
    const u_char  *p;

    for (p = pos; p < last; p++) {
        if (*p < ' ') {
            return 0;
        }
    }

    return ngx_webrtc_utf8_is_text(pos, last);
}


void
ngx_webrtc_utf8_json(ngx_webrtc_text_t *text, const u_char *pos,
    const u_char *last)
{
    uint32_t       code;
    const u_char  *start;

    while (pos < last && !text->overflow) {
        start = pos;

        if (ngx_webrtc_utf8_next(&pos, last, &code) != NGX_OK) {
            ngx_webrtc_text_bytes(text, "\xef\xbf\xbd", 3);
            pos++;
            continue;
        }

        switch (code) {

        case '"':
        case '\\':
            ngx_webrtc_text_cstr(text, "\\");
            ngx_webrtc_text_bytes(text, start, 1);
            break;

        case '\n':
            ngx_webrtc_text_cstr(text, "\\n");
            break;

        case '\r':
            ngx_webrtc_text_cstr(text, "\\r");
            break;

        case '\t':
            ngx_webrtc_text_cstr(text, "\\t");
            break;

        default:
            if (code < 0x20) {
                ngx_webrtc_text_cstr(text, "\\u00");
                ngx_webrtc_text_hex(text, start, 1, 0);
                break;
            }

            ngx_webrtc_text_bytes(text, start, pos - start);
            break;
        }
    }
}
