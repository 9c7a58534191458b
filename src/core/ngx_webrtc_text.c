
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_text.h>


void
ngx_webrtc_text_init(ngx_webrtc_text_t *text, u_char *start, u_char *last)
{
    text->start = start;
    text->pos = start;
    text->last = last;
    text->overflow = 0;
}


void
ngx_webrtc_text_bytes(ngx_webrtc_text_t *text, const void *data, size_t len)
{
    if ((size_t) (text->last - text->pos) < len) {
        text->overflow = 1;
        return;
    }

    if (len) {
        text->pos = ngx_cpymem(text->pos, data, len);
    }
}


void
ngx_webrtc_text_str(ngx_webrtc_text_t *text, const ngx_str_t *str)
{
    ngx_webrtc_text_bytes(text, str->data, str->len);
}


void
ngx_webrtc_text_cstr(ngx_webrtc_text_t *text, const char *str)
{
    ngx_webrtc_text_bytes(text, str, ngx_strlen(str));
}


void
ngx_webrtc_text_uint(ngx_webrtc_text_t *text, uint64_t n)
{
    ngx_webrtc_text_fixed(text, n, 1);
}


void
ngx_webrtc_text_fixed(ngx_webrtc_text_t *text, uint64_t n, ngx_uint_t digits)
{
    u_char   *p;
    u_char    buf[24];

    p = buf + sizeof(buf);

    while (n || digits) {
        *--p = (u_char) ('0' + n % 10);
        n /= 10;

        if (digits) {
            digits--;
        }
    }

    ngx_webrtc_text_bytes(text, p, buf + sizeof(buf) - p);
}


void
ngx_webrtc_text_hex(ngx_webrtc_text_t *text, const u_char *data, size_t len,
    u_char separator)
{
    size_t       i;
    u_char       buf[3];
    const char  *hex;

    hex = separator ? "0123456789ABCDEF" : "0123456789abcdef";

    for (i = 0; i < len; i++) {
        buf[0] = hex[data[i] >> 4];
        buf[1] = hex[data[i] & 0xf];
        buf[2] = separator;

        ngx_webrtc_text_bytes(text, buf,
                              (separator && i + 1 < len) ? 3 : 2);
    }
}


void
ngx_webrtc_text_base64(ngx_webrtc_text_t *text, const u_char *data,
    size_t len)
{
    size_t         n;
    u_char         buf[4];
    uint32_t       bits;
    const u_char  *last;

    static const u_char  digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    last = data + len;

    for ( /* void */ ; data < last && !text->overflow; data += n) {

        n = ngx_min(last - data, 3);

        bits = (uint32_t) data[0] << 16;

        if (n > 1) {
            bits |= (uint32_t) data[1] << 8;
        }

        if (n > 2) {
            bits |= data[2];
        }

        buf[0] = digits[bits >> 18];
        buf[1] = digits[(bits >> 12) & 63];
        buf[2] = (n > 1) ? digits[(bits >> 6) & 63] : '=';
        buf[3] = (n > 2) ? digits[bits & 63] : '=';

        ngx_webrtc_text_bytes(text, buf, sizeof(buf));
    }
}
