
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_hmac.h>
#include <crypto/ngx_webrtc_random.h>
#include <hub/ngx_webrtc_token.h>


ngx_int_t
ngx_webrtc_token_random(void *buf, size_t len)
{
    return ngx_webrtc_random_bytes(buf, len);
}


ngx_int_t
ngx_webrtc_token_uuid(u_char *text)
{
    u_char  bytes[16];

    if (ngx_webrtc_random_bytes(bytes, sizeof(bytes)) != NGX_OK) {
        return NGX_ERROR;
    }

    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;

    ngx_webrtc_token_uuid_format(text, bytes);

    return NGX_OK;
}


void
ngx_webrtc_token_uuid_format(u_char *text, const u_char *bytes)
{
    ngx_uint_t  i;

    static const u_char  hex[] = "0123456789abcdef";

    for (i = 0; i < 16; i++) {

        if (i == 4 || i == 6 || i == 8 || i == 10) {
            *text++ = '-';
        }

        *text++ = hex[bytes[i] >> 4];
        *text++ = hex[bytes[i] & 0x0f];
    }
}


ngx_int_t
ngx_webrtc_token_sign(const ngx_str_t *secret, const ngx_str_t *data,
    u_char *signature)
{
    return ngx_webrtc_hmac_sha256(signature, secret->data, secret->len,
                                  data->data, data->len);
}


void
ngx_webrtc_token_sign_short(const ngx_str_t *secret, const ngx_str_t *data,
    u_char *signature)
{
    ngx_webrtc_hmac_sha1(signature, secret->data, secret->len, data->data,
                         data->len);
}


ngx_uint_t
ngx_webrtc_token_equal(const ngx_str_t *a, const ngx_str_t *b)
{
    return a->len == b->len
           && (a->len == 0
               || ngx_webrtc_secret_equal(a->data, b->data, a->len));
}
