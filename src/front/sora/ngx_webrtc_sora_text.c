
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_text.h>
#include <front/sora/ngx_webrtc_sora_text.h>


#define NGX_WEBRTC_SORA_TEXT_MIN    1024

#define NGX_WEBRTC_SORA_DAY         86400


static u_char *ngx_webrtc_sora_text_reserve(ngx_webrtc_sora_text_t *text,
    size_t len);
static void ngx_webrtc_sora_text_escape(ngx_webrtc_sora_text_t *text,
    u_char ch);


static u_char *
ngx_webrtc_sora_text_reserve(ngx_webrtc_sora_text_t *text, size_t len)
{
    size_t   size;
    u_char  *p;

    if (text->failed) {
        return NULL;
    }

    if (text->size - text->len < len) {

        size = ngx_max(text->size, NGX_WEBRTC_SORA_TEXT_MIN);

        while (size - text->len < len) {
            size *= 2;
        }

        /* realloc(): listings of megabytes grow without a copy */

        p = realloc(text->start, size);
        if (p == NULL) {
            text->failed = 1;
            return NULL;
        }

        text->start = p;
        text->size = size;
    }

    return text->start + text->len;
}


void
ngx_webrtc_sora_text_bytes(ngx_webrtc_sora_text_t *text, const void *data,
    size_t len)
{
    u_char  *p;

    if (len == 0) {
        return;
    }

    p = ngx_webrtc_sora_text_reserve(text, len);

    if (p) {
        ngx_memcpy(p, data, len);
        text->len += len;
    }
}


void
ngx_webrtc_sora_text_cstr(ngx_webrtc_sora_text_t *text, const char *str)
{
    ngx_webrtc_sora_text_bytes(text, str, ngx_strlen(str));
}


void
ngx_webrtc_sora_text_uint(ngx_webrtc_sora_text_t *text, uint64_t n)
{
    u_char             buf[24];
    ngx_webrtc_text_t  number;

    ngx_webrtc_text_init(&number, buf, buf + sizeof(buf));
    ngx_webrtc_text_uint(&number, n);

    ngx_webrtc_sora_text_bytes(text, buf, ngx_webrtc_text_len(&number));
}


void
ngx_webrtc_sora_text_bool(ngx_webrtc_sora_text_t *text, ngx_uint_t on)
{
    ngx_webrtc_sora_text_cstr(text, on ? "true" : "false");
}


void
ngx_webrtc_sora_text_string(ngx_webrtc_sora_text_t *text, const u_char *data,
    size_t len)
{
    size_t  i, start;

    ngx_webrtc_sora_text_bytes(text, "\"", 1);

    start = 0;

    for (i = 0; i < len; i++) {

        if (data[i] >= 0x20 && data[i] != '"' && data[i] != '\\') {
            continue;
        }

        ngx_webrtc_sora_text_bytes(text, data + start, i - start);
        ngx_webrtc_sora_text_escape(text, data[i]);

        start = i + 1;
    }

    ngx_webrtc_sora_text_bytes(text, data + start, len - start);
    ngx_webrtc_sora_text_bytes(text, "\"", 1);
}


static void
ngx_webrtc_sora_text_escape(ngx_webrtc_sora_text_t *text, u_char ch)
{
    u_char  buf[6];

    static const u_char  hex[] = "0123456789abcdef";

    switch (ch) {

    case '\r':
        ngx_webrtc_sora_text_bytes(text, "\\r", 2);
        return;

    case '\n':
        ngx_webrtc_sora_text_bytes(text, "\\n", 2);
        return;

    case '"':
    case '\\':
        buf[0] = '\\';
        buf[1] = ch;
        ngx_webrtc_sora_text_bytes(text, buf, 2);
        return;

    default:
        ngx_memcpy(buf, "\\u00", 4);
        buf[4] = hex[ch >> 4];
        buf[5] = hex[ch & 0xf];
        ngx_webrtc_sora_text_bytes(text, buf, 6);
        return;
    }
}


void
ngx_webrtc_sora_text_time(ngx_webrtc_sora_text_t *text, uint64_t wall,
    ngx_uint_t digits)
{
    u_char             buf[40];
    uint64_t           days, era, doe, yoe, doy, mp, year, month, sec;
    ngx_webrtc_text_t  t;

    sec = wall / NGX_WEBRTC_SEC;

    /*
     * The civil date of a day: years begin in March, so that a leap day is
     * the last one, in eras of 400 years that are all equal.
     */

    days = sec / NGX_WEBRTC_SORA_DAY + 719468;
    era = days / 146097;
    doe = days % 146097;
    yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    mp = (5 * doy + 2) / 153;
    month = (mp < 10) ? mp + 3 : mp - 9;
    year = yoe + era * 400 + (month <= 2);

    sec %= NGX_WEBRTC_SORA_DAY;

    ngx_webrtc_text_init(&t, buf, buf + sizeof(buf));

    ngx_webrtc_text_fixed(&t, year, 4);
    ngx_webrtc_text_bytes(&t, "-", 1);
    ngx_webrtc_text_fixed(&t, month, 2);
    ngx_webrtc_text_bytes(&t, "-", 1);
    ngx_webrtc_text_fixed(&t, doy - (153 * mp + 2) / 5 + 1, 2);
    ngx_webrtc_text_bytes(&t, "T", 1);
    ngx_webrtc_text_fixed(&t, sec / 3600, 2);
    ngx_webrtc_text_bytes(&t, ":", 1);
    ngx_webrtc_text_fixed(&t, sec / 60 % 60, 2);
    ngx_webrtc_text_bytes(&t, ":", 1);
    ngx_webrtc_text_fixed(&t, sec % 60, 2);
    ngx_webrtc_text_bytes(&t, ".", 1);

    if (digits == 3) {
        ngx_webrtc_text_fixed(&t, wall % NGX_WEBRTC_SEC / NGX_WEBRTC_MSEC, 3);

    } else {
        ngx_webrtc_text_fixed(&t, wall % NGX_WEBRTC_SEC, 6);
    }

    ngx_webrtc_text_bytes(&t, "Z", 1);

    ngx_webrtc_sora_text_string(text, buf, ngx_webrtc_text_len(&t));
}


void
ngx_webrtc_sora_text_item(ngx_webrtc_sora_text_t *text)
{
    u_char  ch;

    ch = text->len ? text->start[text->len - 1] : '[';

    if (ch != '[' && ch != '{') {
        ngx_webrtc_sora_text_bytes(text, ",", 1);
    }
}


void
ngx_webrtc_sora_text_key(ngx_webrtc_sora_text_t *text, const char *key)
{
    ngx_webrtc_sora_text_item(text);
    ngx_webrtc_sora_text_bytes(text, "\"", 1);
    ngx_webrtc_sora_text_cstr(text, key);
    ngx_webrtc_sora_text_bytes(text, "\":", 2);
}


void
ngx_webrtc_sora_text_key_str(ngx_webrtc_sora_text_t *text, const char *key,
    const ngx_str_t *value)
{
    ngx_webrtc_sora_text_key(text, key);
    ngx_webrtc_sora_text_string(text, value->data, value->len);
}


void
ngx_webrtc_sora_text_key_bytes(ngx_webrtc_sora_text_t *text, const char *key,
    const u_char *data, size_t len)
{
    ngx_webrtc_sora_text_key(text, key);
    ngx_webrtc_sora_text_string(text, data, len);
}


void
ngx_webrtc_sora_text_key_cstr(ngx_webrtc_sora_text_t *text, const char *key,
    const char *value)
{
    ngx_webrtc_sora_text_key(text, key);
    ngx_webrtc_sora_text_string(text, (const u_char *) value,
                                ngx_strlen(value));
}


void
ngx_webrtc_sora_text_key_uint(ngx_webrtc_sora_text_t *text, const char *key,
    uint64_t n)
{
    ngx_webrtc_sora_text_key(text, key);
    ngx_webrtc_sora_text_uint(text, n);
}


void
ngx_webrtc_sora_text_key_bool(ngx_webrtc_sora_text_t *text, const char *key,
    ngx_uint_t on)
{
    ngx_webrtc_sora_text_key(text, key);
    ngx_webrtc_sora_text_bool(text, on);
}


void
ngx_webrtc_sora_text_free(ngx_webrtc_sora_text_t *text)
{
    free(text->start);

    ngx_memzero(text, sizeof(ngx_webrtc_sora_text_t));
}
