
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stun/stunmessage.h>
#include <zlib.h>

#include <core/ngx_webrtc_cursor.h>
#include <crypto/ngx_webrtc_hmac.h>
#include <crypto/ngx_webrtc_stun_sign.h>


/* with their headers */

#define NGX_WEBRTC_STUN_SIGN_INTEGRITY  (4 + NGX_WEBRTC_STUN_INTEGRITY_LEN)
#define NGX_WEBRTC_STUN_SIGN_PRINT      8

#define NGX_WEBRTC_STUN_SIGN_XOR        0x5354554e

/* RFC 8489, 5: the bits of the class */

#define NGX_WEBRTC_STUN_SIGN_SUCCESS    0x0100
#define NGX_WEBRTC_STUN_SIGN_ERROR      0x0110

#define ngx_webrtc_stun_sign_padded(len)  (((len) + 3) & ~(size_t) 3)


static u_char *ngx_webrtc_stun_sign_begin(u_char *p, u_char *last,
    size_t attrs, const ngx_str_t *password, ngx_uint_t type,
    const u_char *transaction);
static u_char *ngx_webrtc_stun_sign_attr(u_char *p, ngx_uint_t type,
    size_t len);
static u_char *ngx_webrtc_stun_sign_end(u_char *start, u_char *p,
    const ngx_str_t *password);
static uint32_t ngx_webrtc_stun_sign_print(const u_char *start,
    const u_char *last);


ngx_int_t
ngx_webrtc_stun_check(const ngx_webrtc_stun_t *stun, const ngx_str_t *password)
{
    size_t  len;
    u_char  buf[NGX_WEBRTC_STUN_MAX], mac[NGX_WEBRTC_SHA1_LEN];

    if (stun->integrity == NULL || stun->fingerprint == NULL) {
        return NGX_DECLINED;
    }

    if (ngx_webrtc_stun_sign_print(stun->start, stun->fingerprint)
        != ngx_webrtc_get32(stun->fingerprint + 4))
    {
        return NGX_ERROR;
    }

    /* signed was a length that ends with the integrity */

    len = stun->integrity - stun->start;

    ngx_memcpy(buf, stun->start, len);
    ngx_webrtc_put16(buf + 2, (uint32_t) (len + NGX_WEBRTC_STUN_SIGN_INTEGRITY
                                          - NGX_WEBRTC_STUN_HEADER_LEN));

    ngx_webrtc_hmac_sha1(mac, password->data, password->len, buf, len);

    return ngx_webrtc_secret_equal(mac, stun->integrity + 4,
                                   NGX_WEBRTC_SHA1_LEN)
           ? NGX_OK : NGX_ERROR;
}


u_char *
ngx_webrtc_stun_write_success(u_char *p, u_char *last,
    const ngx_webrtc_stun_t *stun, const ngx_webrtc_addr_t *mapped,
    const ngx_str_t *password)
{
    u_char      *start;
    size_t       i, len;
    ngx_uint_t   v4;

    v4 = ngx_webrtc_addr_is_v4(mapped);
    len = v4 ? 4 : 16;
    start = p;

    p = ngx_webrtc_stun_sign_begin(p, last, 4 + 4 + len, password,
                                   ngx_webrtc_get16(stun->start)
                                   | NGX_WEBRTC_STUN_SIGN_SUCCESS,
                                   stun->transaction);
    if (p == NULL) {
        return NULL;
    }

    p = ngx_webrtc_stun_sign_attr(p, STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS,
                                  4 + len);
    p = ngx_webrtc_put16(p, v4 ? NGX_WEBRTC_STUN_FAMILY_V4
                               : NGX_WEBRTC_STUN_FAMILY_V6);
    p = ngx_webrtc_put16(p, mapped->port ^ (NGX_WEBRTC_STUN_COOKIE >> 16));

    /* the mask is the cookie, followed by the transaction id */

    for (i = 0; i < len; i++) {
        *p++ = mapped->ip[16 - len + i] ^ start[4 + i];
    }

    return ngx_webrtc_stun_sign_end(start, p, password);
}


u_char *
ngx_webrtc_stun_write_error(u_char *p, u_char *last,
    const ngx_webrtc_stun_t *stun, ngx_uint_t code, const ngx_str_t *password)
{
    u_char      *start;
    size_t       len, list;
    ngx_uint_t   i, n;

    n = (code == NGX_WEBRTC_STUN_UNKNOWN_ATTRIBUTE) ? stun->nunknown : 0;
    list = ngx_webrtc_stun_sign_padded(2 * n);

    len = 4 + 4 + (n ? 4 + list : 0);
    start = p;

    p = ngx_webrtc_stun_sign_begin(p, last, len, password,
                                   ngx_webrtc_get16(stun->start)
                                   | NGX_WEBRTC_STUN_SIGN_ERROR,
                                   stun->transaction);
    if (p == NULL) {
        return NULL;
    }

    /* without words: the code says it */

    p = ngx_webrtc_stun_sign_attr(p, STUN_ATTRIBUTE_ERROR_CODE, 4);
    p = ngx_webrtc_put32(p, (uint32_t) (code / 100 << 8 | code % 100));

    if (n) {
        p = ngx_webrtc_stun_sign_attr(p, STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES,
                                      2 * n);

        for (i = 0; i < n; i++) {
            ngx_webrtc_put16(p + 2 * i, stun->unknown[i]);
        }

        p += list;
    }

    p = ngx_webrtc_stun_sign_end(start, p, password);

    /* a source that proved nothing gets no more bytes than it sent */

    if (password == NULL && p - start > stun->last - stun->start) {
        return NULL;
    }

    return p;
}


u_char *
ngx_webrtc_stun_write_request(u_char *p, u_char *last,
    const ngx_webrtc_stun_request_t *request)
{
    u_char  *start;
    size_t   len, name;

    name = ngx_webrtc_stun_sign_padded(request->username.len);
    len = 4 + name + 4 + 4 + 4 + 8 + (request->use_candidate ? 4 : 0);
    start = p;

    p = ngx_webrtc_stun_sign_begin(p, last, len, &request->password,
                                   NGX_WEBRTC_STUN_BINDING,
                                   request->transaction);
    if (p == NULL) {
        return NULL;
    }

    p = ngx_webrtc_stun_sign_attr(p, STUN_ATTRIBUTE_USERNAME,
                                  request->username.len);
    ngx_memcpy(p, request->username.data, request->username.len);
    p += name;

    p = ngx_webrtc_stun_sign_attr(p, STUN_ATTRIBUTE_PRIORITY, 4);
    p = ngx_webrtc_put32(p, request->priority);

    p = ngx_webrtc_stun_sign_attr(p, request->controlling
                                     ? STUN_ATTRIBUTE_ICE_CONTROLLING
                                     : STUN_ATTRIBUTE_ICE_CONTROLLED, 8);
    p = ngx_webrtc_put64(p, request->tie_breaker);

    if (request->use_candidate) {
        p = ngx_webrtc_stun_sign_attr(p, STUN_ATTRIBUTE_USE_CANDIDATE, 0);
    }

    return ngx_webrtc_stun_sign_end(start, p, &request->password);
}


/* the header, if "attrs" bytes and what signs them fit behind it */

static u_char *
ngx_webrtc_stun_sign_begin(u_char *p, u_char *last, size_t attrs,
    const ngx_str_t *password, ngx_uint_t type, const u_char *transaction)
{
    size_t  len;

    len = NGX_WEBRTC_STUN_HEADER_LEN + attrs + NGX_WEBRTC_STUN_SIGN_PRINT
          + (password ? NGX_WEBRTC_STUN_SIGN_INTEGRITY : 0);

    if ((size_t) (last - p) < len || len > NGX_WEBRTC_STUN_MAX) {
        return NULL;
    }

    p = ngx_webrtc_put32(p, (uint32_t) type << 16);
    p = ngx_webrtc_put32(p, NGX_WEBRTC_STUN_COOKIE);

    return ngx_cpymem(p, transaction, 12);
}


/* the header of an attribute, and zeros where it will be padded */

static u_char *
ngx_webrtc_stun_sign_attr(u_char *p, ngx_uint_t type, size_t len)
{
    p = ngx_webrtc_put32(p, (uint32_t) (type << 16 | len));

    if (len % 4) {
        ngx_memzero(p + (len & ~(size_t) 3), 4);
    }

    return p;
}


static u_char *
ngx_webrtc_stun_sign_end(u_char *start, u_char *p, const ngx_str_t *password)
{
    size_t  len;

    if (password) {
        len = p - start;
        ngx_webrtc_put16(start + 2,
                         (uint32_t) (len + NGX_WEBRTC_STUN_SIGN_INTEGRITY
                                     - NGX_WEBRTC_STUN_HEADER_LEN));

        p = ngx_webrtc_stun_sign_attr(p, STUN_ATTRIBUTE_MESSAGE_INTEGRITY,
                                      NGX_WEBRTC_STUN_INTEGRITY_LEN);
        ngx_webrtc_hmac_sha1(p, password->data, password->len, start, len);
        p += NGX_WEBRTC_STUN_INTEGRITY_LEN;
    }

    ngx_webrtc_put16(start + 2,
                     (uint32_t) (p - start + NGX_WEBRTC_STUN_SIGN_PRINT
                                 - NGX_WEBRTC_STUN_HEADER_LEN));

    ngx_webrtc_put32(p + 4, ngx_webrtc_stun_sign_print(start, p));

    return ngx_webrtc_stun_sign_attr(p, STUN_ATTRIBUTE_FINGERPRINT, 4) + 4;
}


static uint32_t
ngx_webrtc_stun_sign_print(const u_char *start, const u_char *last)
{
    return (uint32_t) crc32(0, start, (uInt) (last - start))
           ^ NGX_WEBRTC_STUN_SIGN_XOR;
}
