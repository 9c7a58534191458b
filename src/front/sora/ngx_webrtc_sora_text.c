
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_text.h>
#include <proto/ngx_webrtc_json.h>
#include <front/sora/ngx_webrtc_sora_text.h>


#define NGX_WEBRTC_SORA_TEXT_MIN    1024

/* bytes of a string for which room is made at once, and of the worst escape */
#define NGX_WEBRTC_SORA_TEXT_SLICE  512
#define NGX_WEBRTC_SORA_TEXT_ESCAPE  6

#define NGX_WEBRTC_SORA_DAY         86400


static u_char *ngx_webrtc_sora_text_reserve(ngx_webrtc_sora_text_t *text,
    size_t len);
static u_char *ngx_webrtc_sora_text_escape(u_char *p, u_char ch);

#define ngx_webrtc_sora_text_wants_comma(text)                               \
    ((text)->len                                                             \
     && (text)->start[(text)->len - 1] != '['                                \
     && (text)->start[(text)->len - 1] != '{')


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
    size_t         n;
    u_char        *p;
    const u_char  *last, *end;

    ngx_webrtc_sora_text_bytes(text, "\"", 1);

    for (last = data + len; data < last; /* void */) {

        end = data + ngx_min(last - data, NGX_WEBRTC_SORA_TEXT_SLICE);

        p = ngx_webrtc_sora_text_reserve(text, (end - data)
                                              * NGX_WEBRTC_SORA_TEXT_ESCAPE);
        if (p == NULL) {
            return;
        }

        while (data < end) {

            n = ngx_webrtc_json_plain(data, end);

            if (n) {
                p = ngx_cpymem(p, data, n);
                data += n;

            } else if (*data >= 0x80) {
                *p++ = *data++;

            } else {
                p = ngx_webrtc_sora_text_escape(p, *data++);
            }
        }

        text->len = p - text->start;
    }

    ngx_webrtc_sora_text_bytes(text, "\"", 1);
}


static u_char *
ngx_webrtc_sora_text_escape(u_char *p, u_char ch)
{
    static const u_char  hex[] = "0123456789abcdef";

    *p++ = '\\';

    switch (ch) {

    case '\r':
        *p++ = 'r';
        return p;

    case '\n':
        *p++ = 'n';
        return p;

    case '"':
    case '\\':
        *p++ = ch;
        return p;

    default:
        *p++ = 'u';
        *p++ = '0';
        *p++ = '0';
        *p++ = hex[ch >> 4];
        *p++ = hex[ch & 0xf];
        return p;
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
    if (ngx_webrtc_sora_text_wants_comma(text)) {
        ngx_webrtc_sora_text_bytes(text, ",", 1);
    }
}


void
ngx_webrtc_sora_text_key(ngx_webrtc_sora_text_t *text, const char *key)
{
    size_t   len;
    u_char  *p;

    len = ngx_strlen(key);

    p = ngx_webrtc_sora_text_reserve(text, len + sizeof(",\"\":") - 1);
    if (p == NULL) {
        return;
    }

    if (ngx_webrtc_sora_text_wants_comma(text)) {
        *p++ = ',';
    }

    *p++ = '"';
    p = ngx_cpymem(p, key, len);
    *p++ = '"';
    *p++ = ':';

    text->len = p - text->start;
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
