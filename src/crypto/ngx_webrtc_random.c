
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_random.h>
#include <core/ngx_webrtc_cursor.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>


#define NGX_WEBRTC_RANDOM_AHEAD     1024

/* of one call; more are made for it */
#define NGX_WEBRTC_RANDOM_SMALL     64


static ngx_int_t ngx_webrtc_random_make(void *buf, size_t len);


/* of the process, as the generator is; the bytes that are left are the last */

static u_char      ngx_webrtc_random_block[NGX_WEBRTC_RANDOM_AHEAD];
static size_t      ngx_webrtc_random_left;
static ngx_uint_t  ngx_webrtc_random_is_ahead;


static const u_char  ngx_webrtc_id_alphabet[] =
    "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static const u_char  ngx_webrtc_ice_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";


void
ngx_webrtc_random_ahead(void)
{
    ngx_webrtc_random_is_ahead = 1;
    ngx_webrtc_random_left = 0;
}


ngx_int_t
ngx_webrtc_random_bytes(void *buf, size_t len)
{
    u_char  *p;

    if (!ngx_webrtc_random_is_ahead || len > NGX_WEBRTC_RANDOM_SMALL) {
        return ngx_webrtc_random_make(buf, len);
    }

    if (ngx_webrtc_random_left < len) {

        if (ngx_webrtc_random_make(ngx_webrtc_random_block,
                                   NGX_WEBRTC_RANDOM_AHEAD)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

        ngx_webrtc_random_left = NGX_WEBRTC_RANDOM_AHEAD;
    }

    p = ngx_webrtc_random_block + NGX_WEBRTC_RANDOM_AHEAD
        - ngx_webrtc_random_left;

    ngx_memcpy(buf, p, len);
    OPENSSL_cleanse(p, len);

    ngx_webrtc_random_left -= len;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_random_make(void *buf, size_t len)
{
    if (RAND_bytes(buf, (int) len) != 1) {
        ERR_clear_error();
        return NGX_ERROR;
    }

    return NGX_OK;
}


uint32_t
ngx_webrtc_random_uint32(void)
{
    u_char  bytes[4];

    if (ngx_webrtc_random_bytes(bytes, 4) != NGX_OK) {
        return 0;
    }

    return ngx_webrtc_get32(bytes);
}


ngx_int_t
ngx_webrtc_id_generate(u_char *id)
{
    u_char  bytes[16];

    if (ngx_webrtc_random_bytes(bytes, 16) != NGX_OK) {
        return NGX_ERROR;
    }

    /* version 4, the variant of RFC 9562 */

    bytes[6] = (u_char) ((bytes[6] & 0x0f) | 0x40);
    bytes[8] = (u_char) ((bytes[8] & 0x3f) | 0x80);

    ngx_webrtc_id_format(id, bytes);

    return NGX_OK;
}


void
ngx_webrtc_id_format(u_char *id, const u_char *bytes)
{
    uint32_t    acc;
    ngx_uint_t  i, bits;

    acc = 0;
    bits = 0;

    for (i = 0; i < 16; i++) {
        acc = (acc << 8) | bytes[i];
        bits += 8;

        while (bits >= 5) {
            bits -= 5;
            *id++ = ngx_webrtc_id_alphabet[(acc >> bits) & 0x1f];
        }
    }

    /* 128 bits are 25 characters and 3 bits */

    *id = ngx_webrtc_id_alphabet[(acc << 2) & 0x1f];
}


ngx_int_t
ngx_webrtc_random_ice(u_char *buf, size_t len)
{
    size_t  i;

    if (ngx_webrtc_random_bytes(buf, len) != NGX_OK) {
        return NGX_ERROR;
    }

    /* 64 characters divide 256, so no one of them is favoured */

    for (i = 0; i < len; i++) {
        buf[i] = ngx_webrtc_ice_alphabet[buf[i] & 0x3f];
    }

    return NGX_OK;
}
