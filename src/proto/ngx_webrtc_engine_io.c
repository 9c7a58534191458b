
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_text.h>
#include <core/ngx_webrtc_utf8.h>
#include <proto/ngx_webrtc_engine_io.h>


/* of a packet's length; no body is longer */
#define NGX_WEBRTC_ENGINE_IO_DIGITS  9

/* between the length and the data of a packet in a binary payload */
#define NGX_WEBRTC_ENGINE_IO_MARK    255

/* a character that is two code units in UTF-16 */
#define ngx_webrtc_engine_io_wide(code)  ((code) > 0xffff)


static ngx_int_t ngx_webrtc_engine_io_next_text(u_char **pos, u_char *last,
    ngx_webrtc_engine_io_packet_t *packet);
static ngx_int_t ngx_webrtc_engine_io_next_binary(u_char **pos, u_char *last,
    ngx_webrtc_engine_io_packet_t *packet);
static ngx_int_t ngx_webrtc_engine_io_base64(u_char *pos, u_char *last,
    ngx_webrtc_engine_io_packet_t *packet);
static ngx_int_t ngx_webrtc_engine_io_sextet(u_char c);
static size_t ngx_webrtc_engine_io_digits(size_t n);
static u_char *ngx_webrtc_engine_io_number(u_char *p, size_t n,
    u_char zero);


ngx_int_t
ngx_webrtc_engine_io_parse(u_char *pos, u_char *last, ngx_uint_t binary,
    ngx_webrtc_engine_io_packet_t *packet)
{
    u_char  zero;

    if (pos == last) {
        return NGX_ERROR;
    }

    if (!binary && *pos == 'b') {
        return ngx_webrtc_engine_io_base64(pos + 1, last, packet);
    }

    zero = binary ? 0 : '0';

    if (*pos < zero || *pos > zero + NGX_WEBRTC_ENGINE_IO_NOOP) {
        return NGX_ERROR;
    }

    packet->type = *pos - zero;
    packet->binary = binary ? 1 : 0;
    packet->data.data = pos + 1;
    packet->data.len = last - pos - 1;

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_engine_io_next(u_char **pos, u_char *last,
    ngx_webrtc_engine_io_form_e form, ngx_webrtc_engine_io_packet_t *packet)
{
    if (*pos == last) {
        return NGX_DONE;
    }

    if (form == NGX_WEBRTC_ENGINE_IO_BINARY) {
        return ngx_webrtc_engine_io_next_binary(pos, last, packet);
    }

    return ngx_webrtc_engine_io_next_text(pos, last, packet);
}


static ngx_int_t
ngx_webrtc_engine_io_next_text(u_char **pos, u_char *last,
    ngx_webrtc_engine_io_packet_t *packet)
{
    u_char        *p, *start;
    uint32_t       code;
    ngx_uint_t     n, units;
    const u_char  *end;

    units = 0;
    start = *pos;

    for (p = start; p < last && *p != ':'; p++) {

        if (*p < '0' || *p > '9' || p - start == NGX_WEBRTC_ENGINE_IO_DIGITS) {
            return NGX_ERROR;
        }

        units = units * 10 + (*p - '0');
    }

    /* a packet has its type at least */

    if (p == start || p == last || units == 0) {
        return NGX_ERROR;
    }

    start = ++p;
    end = start;

    while (units) {

        if (ngx_webrtc_utf8_next(&end, last, &code) != NGX_OK) {
            return NGX_ERROR;
        }

        n = ngx_webrtc_engine_io_wide(code) ? 2 : 1;

        if (n > units) {
            return NGX_ERROR;
        }

        units -= n;
    }

    *pos = start + (end - start);

    return ngx_webrtc_engine_io_parse(start, *pos, 0, packet);
}


/* 0 (a string) or 1, the digits of the length as numbers, 255, the packet */

static ngx_int_t
ngx_webrtc_engine_io_next_binary(u_char **pos, u_char *last,
    ngx_webrtc_engine_io_packet_t *packet)
{
    size_t   len;
    u_char  *p, *start, kind;

    start = *pos;
    kind = *start++;
    len = 0;

    if (kind > 1) {
        return NGX_ERROR;
    }

    for (p = start; p < last && *p != NGX_WEBRTC_ENGINE_IO_MARK; p++) {

        if (*p > 9 || p - start == NGX_WEBRTC_ENGINE_IO_DIGITS) {
            return NGX_ERROR;
        }

        len = len * 10 + *p;
    }

    if (p == start || p == last) {
        return NGX_ERROR;
    }

    p++;

    if (len == 0 || len > (size_t) (last - p)) {
        return NGX_ERROR;
    }

    if (kind == 0 && ngx_webrtc_engine_io_units(p, p + len) == NGX_ERROR) {
        return NGX_ERROR;
    }

    *pos = p + len;

    return ngx_webrtc_engine_io_parse(p, p + len, kind, packet);
}


static ngx_int_t
ngx_webrtc_engine_io_base64(u_char *pos, u_char *last,
    ngx_webrtc_engine_io_packet_t *packet)
{
    u_char      *p, *out;
    uint32_t     bits;
    ngx_int_t    sextet;
    ngx_uint_t   n;

    if (pos == last || *pos < '0' || *pos > '0' + NGX_WEBRTC_ENGINE_IO_NOOP) {
        return NGX_ERROR;
    }

    packet->type = *pos - '0';
    packet->binary = 1;

    pos++;

    if ((last - pos) % 4) {
        return NGX_ERROR;
    }

    if (last - pos >= 4 && last[-1] == '=') {
        last -= (last[-2] == '=') ? 2 : 1;
    }

    bits = 0;
    n = 0;
    out = pos;

    for (p = pos; p < last; p++) {

        sextet = ngx_webrtc_engine_io_sextet(*p);

        if (sextet == NGX_ERROR) {
            return NGX_ERROR;
        }

        bits = (bits << 6) | (uint32_t) sextet;
        n += 6;

        if (n >= 8) {
            n -= 8;
            *out++ = (u_char) (bits >> n);
        }
    }

    packet->data.data = pos;
    packet->data.len = out - pos;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_engine_io_sextet(u_char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }

    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }

    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }

    return (c == '+') ? 62 : (c == '/') ? 63 : NGX_ERROR;
}


ngx_int_t
ngx_webrtc_engine_io_units(const u_char *pos, const u_char *last)
{
    uint32_t   code;
    ngx_int_t  units;

    units = 0;

    while (pos < last) {

        if (ngx_webrtc_utf8_next(&pos, last, &code) != NGX_OK) {
            return NGX_ERROR;
        }

        units += ngx_webrtc_engine_io_wide(code) ? 2 : 1;
    }

    return units;
}


size_t
ngx_webrtc_engine_io_len(const ngx_webrtc_engine_io_packet_t *packet,
    ngx_webrtc_engine_io_form_e form)
{
    size_t     len;
    ngx_int_t  units;

    len = packet->data.len;

    if (form == NGX_WEBRTC_ENGINE_IO_BINARY) {
        return 1 + ngx_webrtc_engine_io_digits(1 + len) + 1 + 1 + len;
    }

    if (packet->binary) {
        len = 2 + (len + 2) / 3 * 4;
        return ngx_webrtc_engine_io_digits(len) + 1 + len;
    }

    units = ngx_webrtc_engine_io_units(packet->data.data,
                                       packet->data.data + len);
    if (units == NGX_ERROR) {
        return 0;
    }

    return ngx_webrtc_engine_io_digits(1 + units) + 1 + 1 + len;
}


u_char *
ngx_webrtc_engine_io_write(u_char *p,
    const ngx_webrtc_engine_io_packet_t *packet,
    ngx_webrtc_engine_io_form_e form)
{
    size_t              len;
    const ngx_str_t    *data;
    ngx_webrtc_text_t   text;

    data = &packet->data;

    if (form == NGX_WEBRTC_ENGINE_IO_BINARY) {
        *p++ = packet->binary;
        p = ngx_webrtc_engine_io_number(p, 1 + data->len, 0);
        *p++ = NGX_WEBRTC_ENGINE_IO_MARK;
        *p++ = (u_char) (packet->type + (packet->binary ? 0 : '0'));

        return data->len ? ngx_cpymem(p, data->data, data->len) : p;
    }

    if (packet->binary) {
        len = 2 + (data->len + 2) / 3 * 4;

        p = ngx_webrtc_engine_io_number(p, len, '0');
        *p++ = ':';
        *p++ = 'b';
        *p++ = (u_char) (packet->type + '0');

        ngx_webrtc_text_init(&text, p, p + len - 2);
        ngx_webrtc_text_base64(&text, data->data, data->len);

        return text.pos;
    }

    len = 1 + ngx_webrtc_engine_io_units(data->data, data->data + data->len);

    p = ngx_webrtc_engine_io_number(p, len, '0');
    *p++ = ':';
    *p++ = (u_char) (packet->type + '0');

    return data->len ? ngx_cpymem(p, data->data, data->len) : p;
}


static size_t
ngx_webrtc_engine_io_digits(size_t n)
{
    size_t  digits;

    for (digits = 1; n > 9; n /= 10) {
        digits++;
    }

    return digits;
}


static u_char *
ngx_webrtc_engine_io_number(u_char *p, size_t n, u_char zero)
{
    size_t  i, digits;

    digits = ngx_webrtc_engine_io_digits(n);

    for (i = digits; i; i--) {
        p[i - 1] = (u_char) (zero + n % 10);
        n /= 10;
    }

    return p + digits;
}
