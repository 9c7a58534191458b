
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what stands between the quotes of a JSON string (RFC 8259, section 7) */


#include <proto/ngx_webrtc_json.h>

#include <endian.h>


static uint64_t ngx_webrtc_json_special(const u_char *p);
static u_char *ngx_webrtc_json_character(u_char *p, const u_char **pos);
static uint32_t ngx_webrtc_json_code(const u_char *p);
static u_char *ngx_webrtc_json_utf8(u_char *p, uint32_t code);


size_t
ngx_webrtc_json_plain(const u_char *pos, const u_char *last)
{
    uint64_t       special;
    const u_char  *p;

    for (p = pos; last - p >= 8; p += 8) {
        special = ngx_webrtc_json_special(p);

        if (special) {
            return p - pos + __builtin_ctzll(special) / 8;
        }
    }

    while (p < last && *p >= 0x20 && *p < 0x80 && *p != '"' && *p != '\\') {
        p++;
    }

    return p - pos;
}


/*
 * Of eight bytes: the upper bits of those that are not plain, the first one
 * lowest.  A subtraction sets the upper bit of a byte that was less, and
 * borrows from the next: behind the first, others may be set as well.
 */

static uint64_t
ngx_webrtc_json_special(const u_char *p)
{
    uint64_t  bytes, quote, slash;

#define ngx_webrtc_json_each(byte)                                           \
    (0x0101010101010101 * (uint64_t) (byte))

    ngx_memcpy(&bytes, p, sizeof(uint64_t));
    bytes = le64toh(bytes);

    quote = bytes ^ ngx_webrtc_json_each('"');
    slash = bytes ^ ngx_webrtc_json_each('\\');

    bytes |= (bytes - ngx_webrtc_json_each(0x20))
             | (quote - ngx_webrtc_json_each(1))
             | (slash - ngx_webrtc_json_each(1));

    return bytes & ngx_webrtc_json_each(0x80);
}


void
ngx_webrtc_json_unescape(const ngx_str_t *raw, u_char *buf, ngx_str_t *value)
{
    size_t         n;
    u_char        *p;
    const u_char  *pos, *last;

    p = buf;
    pos = raw->data + 1;
    last = raw->data + raw->len - 1;

    while (pos < last) {

        if (*pos == '\\') {
            p = ngx_webrtc_json_character(p, &pos);
            continue;
        }

        n = ngx_max(ngx_webrtc_json_plain(pos, last), 1);

        p = ngx_cpymem(p, pos, n);
        pos += n;
    }

    value->data = buf;
    value->len = p - buf;
}


/* of an escape, which has been checked */

static u_char *
ngx_webrtc_json_character(u_char *p, const u_char **pos)
{
    u_char         ch;
    uint32_t       code;
    const u_char  *found;

    static const u_char  letters[] = "bfnrt";
    static const u_char  meant[] = "\b\f\n\r\t";

    ch = (*pos)[1];

    if (ch != 'u') {
        *pos += 2;

        found = memchr(letters, ch, sizeof(letters) - 1);
        *p++ = found ? meant[found - letters] : ch;

        return p;
    }

    code = ngx_webrtc_json_code(*pos);
    *pos += 6;

    if ((code & 0xfc00) == 0xd800) {
        code = 0x10000 + ((code & 0x3ff) << 10)
               + (ngx_webrtc_json_code(*pos) & 0x3ff);
        *pos += 6;
    }

    return ngx_webrtc_json_utf8(p, code);
}


static uint32_t
ngx_webrtc_json_code(const u_char *p)
{
    u_char      ch;
    uint32_t    code;
    ngx_uint_t  i;

    code = 0;

    for (i = 2; i < 6; i++) {
        ch = p[i];
        code = code << 4
               | ((ch <= '9') ? ch - '0' : (ch | 0x20) - 'a' + 10);
    }

    return code;
}


static u_char *
ngx_webrtc_json_utf8(u_char *p, uint32_t code)
{
    if (code < 0x80) {
        *p++ = (u_char) code;
        return p;
    }

    if (code < 0x800) {
        *p++ = (u_char) (0xc0 | code >> 6);

    } else {

        if (code < 0x10000) {
            *p++ = (u_char) (0xe0 | code >> 12);

        } else {
            *p++ = (u_char) (0xf0 | code >> 18);
            *p++ = (u_char) (0x80 | (code >> 12 & 0x3f));
        }

        *p++ = (u_char) (0x80 | (code >> 6 & 0x3f));
    }

    *p++ = (u_char) (0x80 | (code & 0x3f));

    return p;
}
