
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Session ids of socket.io.  Nobody keeps them: what is in one is signed, so
 * that the worker to which the WebSocket comes need not be the one that was
 * asked for it.
 *
 *     signature (16)  s since 1970 (4)  random (8)  name of a stream
 */


#include <core/ngx_webrtc_cursor.h>
#include <hub/ngx_webrtc_token.h>
#include <front/evostream/ngx_webrtc_ers_internal.h>


#define NGX_WEBRTC_ERS_SID_SIGNATURE  16
#define NGX_WEBRTC_ERS_SID_RANDOM     8
#define NGX_WEBRTC_ERS_SID_HEAD                                              \
    (NGX_WEBRTC_ERS_SID_SIGNATURE + 4 + NGX_WEBRTC_ERS_SID_RANDOM)

/* seconds */
#define NGX_WEBRTC_ERS_SID_LIFE       60


static ngx_int_t ngx_webrtc_ers_sid_sign(ngx_webrtc_ers_t *ers,
    u_char *bytes, size_t len, u_char *signature);
static ngx_int_t ngx_webrtc_ers_sid_digit(u_char ch);


ngx_int_t
ngx_webrtc_ers_sid_make(ngx_webrtc_ers_t *ers, const ngx_str_t *stream,
    uint64_t wall, u_char *buf, ngx_str_t *sid)
{
    size_t             len;
    u_char            *p, signature[NGX_WEBRTC_SIGNATURE_LEN];
    u_char             bytes[NGX_WEBRTC_ERS_SID_MAX / 2];
    ngx_webrtc_text_t  text;

    if (stream->len > NGX_WEBRTC_ERS_STREAM_MAX) {
        return NGX_ERROR;
    }

    p = ngx_webrtc_put32(bytes + NGX_WEBRTC_ERS_SID_SIGNATURE,
                         (uint32_t) wall);

    if (ngx_webrtc_token_random(p, NGX_WEBRTC_ERS_SID_RANDOM) != NGX_OK) {
        return NGX_ERROR;
    }

    if (stream->len) {
        ngx_memcpy(bytes + NGX_WEBRTC_ERS_SID_HEAD, stream->data,
                   stream->len);
    }

    len = NGX_WEBRTC_ERS_SID_HEAD + stream->len;

    if (ngx_webrtc_ers_sid_sign(ers, bytes, len, signature) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memcpy(bytes, signature, NGX_WEBRTC_ERS_SID_SIGNATURE);

    ngx_webrtc_text_init(&text, buf, buf + NGX_WEBRTC_ERS_SID_MAX);
    ngx_webrtc_text_hex(&text, bytes, len, 0);

    sid->data = buf;
    sid->len = ngx_webrtc_text_len(&text);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_ers_sid_check(ngx_webrtc_ers_t *ers, const ngx_str_t *sid,
    uint64_t wall, u_char *buf, ngx_str_t *stream)
{
    size_t     i, len;
    u_char     signature[NGX_WEBRTC_SIGNATURE_LEN];
    u_char     bytes[NGX_WEBRTC_ERS_SID_MAX / 2];
    uint32_t   age;
    ngx_int_t  high, low;
    ngx_str_t  said, right;

    if (sid->len > NGX_WEBRTC_ERS_SID_MAX
        || sid->len < 2 * NGX_WEBRTC_ERS_SID_HEAD
        || sid->len % 2)
    {
        return NGX_DECLINED;
    }

    len = sid->len / 2;

    for (i = 0; i < len; i++) {
        high = ngx_webrtc_ers_sid_digit(sid->data[2 * i]);
        low = ngx_webrtc_ers_sid_digit(sid->data[2 * i + 1]);

        if (high == NGX_ERROR || low == NGX_ERROR) {
            return NGX_DECLINED;
        }

        bytes[i] = (u_char) ((high << 4) | low);
    }

    said.data = bytes;
    said.len = NGX_WEBRTC_ERS_SID_SIGNATURE;

    right.data = signature;
    right.len = NGX_WEBRTC_ERS_SID_SIGNATURE;

    if (ngx_webrtc_ers_sid_sign(ers, bytes, len, signature) != NGX_OK
        || !ngx_webrtc_token_equal(&said, &right))
    {
        return NGX_DECLINED;
    }

    /* the clock may have been set back a little meanwhile */

    age = (uint32_t) wall
          - ngx_webrtc_get32(bytes + NGX_WEBRTC_ERS_SID_SIGNATURE);

    if (age > NGX_WEBRTC_ERS_SID_LIFE
        && age < (uint32_t) -NGX_WEBRTC_ERS_SID_LIFE)
    {
        return NGX_DECLINED;
    }

    stream->data = buf;
    stream->len = len - NGX_WEBRTC_ERS_SID_HEAD;
    ngx_memcpy(buf, bytes + NGX_WEBRTC_ERS_SID_HEAD, stream->len);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_ers_sid_sign(ngx_webrtc_ers_t *ers, u_char *bytes, size_t len,
    u_char *signature)
{
    ngx_str_t  data;

    data.data = bytes + NGX_WEBRTC_ERS_SID_SIGNATURE;
    data.len = len - NGX_WEBRTC_ERS_SID_SIGNATURE;

    return ngx_webrtc_token_sign(&ers->conf.secret, &data, signature);
}


static ngx_int_t
ngx_webrtc_ers_sid_digit(u_char ch)
{
    if (ch >= '0' && ch <= '9') {
        return ch - '0';
    }

    if (ch >= 'a' && ch <= 'f') {
        return ch - 'a' + 10;
    }

    return NGX_ERROR;
}
