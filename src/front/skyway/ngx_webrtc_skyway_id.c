
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_info.h>
#include <front/skyway/ngx_webrtc_skyway_id.h>


#define NGX_WEBRTC_SKYWAY_ID_SEAT_BITS  10
#define NGX_WEBRTC_SKYWAY_ID_TERM_BITS  48

#define NGX_WEBRTC_SKYWAY_ID_OWNER_BITS                                      \
    (NGX_WEBRTC_SKYWAY_ID_SEAT_BITS + NGX_WEBRTC_SKYWAY_ID_TERM_BITS)

#define ngx_webrtc_skyway_id_mask(bits)  ((1ULL << (bits)) - 1)


static uint64_t ngx_webrtc_skyway_id_veil(uint64_t high);


static const char  ngx_webrtc_skyway_id_prefixes[NGX_WEBRTC_SKYWAY_IDS][4] = {
    "pt-", "da-", "vi-", "au-", "rc-", "dc-", "mc-"
};


ngx_int_t
ngx_webrtc_skyway_id_generate(u_char *id, ngx_webrtc_skyway_id_e kind,
    ngx_uint_t seat, uint64_t term)
{
    u_char      ch;
    uint64_t    half[2], random[2], owner;
    ngx_uint_t  i, n;

    static const u_char  hex[] = "0123456789abcdef";

    if (ngx_webrtc_random_bytes(random, sizeof(random)) != NGX_OK) {
        return NGX_ERROR;
    }

    /* the version among 60 random bits, the variant before 4 more */

    half[0] = (random[0] & ~0xf000ULL) | 0x4000;

    owner = (uint64_t) seat << NGX_WEBRTC_SKYWAY_ID_TERM_BITS
            | (term
               & ngx_webrtc_skyway_id_mask(NGX_WEBRTC_SKYWAY_ID_TERM_BITS));

    half[1] = 2ULL << 62
              | (random[1] & 0xf) << NGX_WEBRTC_SKYWAY_ID_OWNER_BITS
              | (owner ^ ngx_webrtc_skyway_id_veil(half[0]));

    id = ngx_cpymem(id, ngx_webrtc_skyway_id_prefixes[kind], 3);

    for (i = 0; i < 32; i++) {

        if (i == 8 || i == 12 || i == 16 || i == 20) {
            *id++ = '-';
        }

        n = 60 - (i & 15) * 4;
        ch = hex[(half[i >> 4] >> n) & 0xf];

        *id++ = ch;
    }

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_skyway_id_parse(const ngx_str_t *id, ngx_webrtc_skyway_id_e kind,
    ngx_uint_t *seat, uint64_t *term)
{
    u_char      ch, *p;
    uint64_t    half[2], owner;
    ngx_uint_t  i;

    if (id->len != NGX_WEBRTC_SKYWAY_OBJECT_ID
        || ngx_memcmp(id->data, ngx_webrtc_skyway_id_prefixes[kind], 3) != 0)
    {
        return NGX_ERROR;
    }

    p = id->data + 3;
    half[0] = 0;
    half[1] = 0;

    for (i = 0; i < 32; i++) {

        if (i == 8 || i == 12 || i == 16 || i == 20) {
            if (*p++ != '-') {
                return NGX_ERROR;
            }
        }

        ch = *p++;

        if (ch >= '0' && ch <= '9') {
            ch -= '0';

        } else if (ch >= 'a' && ch <= 'f') {
            ch -= 'a' - 10;

        } else {
            return NGX_ERROR;
        }

        half[i >> 4] = half[i >> 4] << 4 | ch;
    }

    if ((half[0] & 0xf000) != 0x4000 || half[1] >> 62 != 2) {
        return NGX_ERROR;
    }

    owner = (half[1] ^ ngx_webrtc_skyway_id_veil(half[0]))
            & ngx_webrtc_skyway_id_mask(NGX_WEBRTC_SKYWAY_ID_OWNER_BITS);

    *seat = (ngx_uint_t) (owner >> NGX_WEBRTC_SKYWAY_ID_TERM_BITS);
    *term = owner & ngx_webrtc_skyway_id_mask(NGX_WEBRTC_SKYWAY_ID_TERM_BITS);

    return NGX_OK;
}


/* people tell ids apart by their ends, which would be alike without it */

static uint64_t
ngx_webrtc_skyway_id_veil(uint64_t high)
{
    high *= 0x9e3779b97f4a7c15ULL;
    high ^= high >> 29;

    return high & ngx_webrtc_skyway_id_mask(NGX_WEBRTC_SKYWAY_ID_OWNER_BITS);
}
