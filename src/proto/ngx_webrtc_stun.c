
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <stun/stunmessage.h>

#include <core/ngx_webrtc_cursor.h>
#include <proto/ngx_webrtc_stun.h>


/* attributes that may come once only */

#define NGX_WEBRTC_STUN_SEEN_USERNAME       0x0001
#define NGX_WEBRTC_STUN_SEEN_PRIORITY       0x0002
#define NGX_WEBRTC_STUN_SEEN_USE            0x0004
#define NGX_WEBRTC_STUN_SEEN_ROLE           0x0008
#define NGX_WEBRTC_STUN_SEEN_MAPPED         0x0010
#define NGX_WEBRTC_STUN_SEEN_ERROR          0x0020


typedef struct {
    u_char             *value;
    uint16_t            type;
    uint16_t            len;
} ngx_webrtc_stun_attr_t;


static ngx_int_t ngx_webrtc_stun_parse_attr(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr, ngx_uint_t *seen);
static ngx_int_t ngx_webrtc_stun_parse_username(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr);
static ngx_int_t ngx_webrtc_stun_parse_mapped(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr);
static ngx_int_t ngx_webrtc_stun_parse_error(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr);


ngx_uint_t
ngx_webrtc_stun_is_stun(const u_char *pos, const u_char *last)
{
    return last - pos >= NGX_WEBRTC_STUN_HEADER_LEN
           && pos[0] <= 3
           && ngx_webrtc_get32(pos + 4) == NGX_WEBRTC_STUN_COOKIE;
}


ngx_int_t
ngx_webrtc_stun_parse(u_char *pos, u_char *last, ngx_webrtc_stun_t *stun)
{
    u_char                  *p;
    size_t                   len;
    uint16_t                 type;
    ngx_uint_t               seen;
    ngx_webrtc_stun_attr_t   attr;

    if (!ngx_webrtc_stun_is_stun(pos, last)) {
        return NGX_DECLINED;
    }

    len = NGX_WEBRTC_STUN_HEADER_LEN + ngx_webrtc_get16(pos + 2);

    if (len > NGX_WEBRTC_STUN_MAX
        || len % 4
        || len != (size_t) (last - pos))
    {
        return NGX_ERROR;
    }

    ngx_memzero(stun, sizeof(ngx_webrtc_stun_t));

    type = ngx_webrtc_get16(pos);

    stun->start = pos;
    stun->last = last;
    stun->transaction = pos + 8;
    stun->class = (uint8_t) (((type >> 7) & 2) | ((type >> 4) & 1));
    stun->method = (uint16_t) ((type & 0xf) | ((type >> 1) & 0x70)
                               | ((type >> 2) & 0xf80));

    seen = 0;

    /* whole words all along, so a header fits wherever one begins */

    for (p = pos + NGX_WEBRTC_STUN_HEADER_LEN; p < last; /* void */ ) {

        attr.type = ngx_webrtc_get16(p);
        attr.len = ngx_webrtc_get16(p + 2);
        attr.value = p + 4;

        if (stun->fingerprint || last - attr.value < ((attr.len + 3) & ~3)) {
            return NGX_ERROR;
        }

        if (ngx_webrtc_stun_parse_attr(stun, &attr, &seen) != NGX_OK) {
            return NGX_ERROR;
        }

        p = attr.value + ((attr.len + 3) & ~3);
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_stun_once(const ngx_webrtc_stun_attr_t *attr, ngx_uint_t len,
    ngx_uint_t *seen, ngx_uint_t bit)
{
    if (attr->len != len || (*seen & bit)) {
        return NGX_ERROR;
    }

    *seen |= bit;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_stun_parse_attr(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr, ngx_uint_t *seen)
{
    ngx_int_t  rc;

    if (attr->type == STUN_ATTRIBUTE_FINGERPRINT) {
        stun->fingerprint = attr->value - 4;
        return (attr->len == 4) ? NGX_OK : NGX_ERROR;
    }

    /* RFC 8489 14.5: nothing protects what comes behind the integrity */

    if (stun->integrity) {
        return (attr->type == STUN_ATTRIBUTE_MESSAGE_INTEGRITY) ? NGX_ERROR
                                                                : NGX_OK;
    }

    switch (attr->type) {

    case STUN_ATTRIBUTE_MESSAGE_INTEGRITY:
        stun->integrity = attr->value - 4;
        return (attr->len == NGX_WEBRTC_STUN_INTEGRITY_LEN) ? NGX_OK
                                                            : NGX_ERROR;

    case STUN_ATTRIBUTE_USERNAME:
        rc = ngx_webrtc_stun_once(attr, attr->len, seen,
                                  NGX_WEBRTC_STUN_SEEN_USERNAME);

        return rc == NGX_OK ? ngx_webrtc_stun_parse_username(stun, attr) : rc;

    case STUN_ATTRIBUTE_PRIORITY:
        rc = ngx_webrtc_stun_once(attr, 4, seen,
                                  NGX_WEBRTC_STUN_SEEN_PRIORITY);
        if (rc == NGX_OK) {
            stun->priority = ngx_webrtc_get32(attr->value);
        }

        return rc;

    case STUN_ATTRIBUTE_USE_CANDIDATE:
        stun->use_candidate = 1;
        return ngx_webrtc_stun_once(attr, 0, seen, NGX_WEBRTC_STUN_SEEN_USE);

    case STUN_ATTRIBUTE_ICE_CONTROLLING:
    case STUN_ATTRIBUTE_ICE_CONTROLLED:
        rc = ngx_webrtc_stun_once(attr, 8, seen, NGX_WEBRTC_STUN_SEEN_ROLE);
        if (rc == NGX_OK) {
            stun->tie_breaker = ngx_webrtc_get64(attr->value);
            stun->controlling = (attr->type == STUN_ATTRIBUTE_ICE_CONTROLLING);
            stun->controlled = !stun->controlling;
        }

        return rc;

    case STUN_ATTRIBUTE_XOR_MAPPED_ADDRESS:
        rc = ngx_webrtc_stun_once(attr, attr->len, seen,
                                  NGX_WEBRTC_STUN_SEEN_MAPPED);

        return rc == NGX_OK ? ngx_webrtc_stun_parse_mapped(stun, attr) : rc;

    case STUN_ATTRIBUTE_ERROR_CODE:
        rc = ngx_webrtc_stun_once(attr, attr->len, seen,
                                  NGX_WEBRTC_STUN_SEEN_ERROR);

        return rc == NGX_OK ? ngx_webrtc_stun_parse_error(stun, attr) : rc;

    case STUN_ATTRIBUTE_MAPPED_ADDRESS:
    case STUN_ATTRIBUTE_UNKNOWN_ATTRIBUTES:
    case STUN_ATTRIBUTE_REALM:
    case STUN_ATTRIBUTE_NONCE:
        return NGX_OK;

    default:

        if (attr->type < 0x8000
            && stun->nunknown < NGX_WEBRTC_STUN_UNKNOWN_MAX)
        {
            stun->unknown[stun->nunknown++] = attr->type;
        }

        return NGX_OK;
    }
}


static ngx_int_t
ngx_webrtc_stun_parse_username(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr)
{
    u_char  *colon;

    if (attr->len == 0 || attr->len > 2 * NGX_WEBRTC_STUN_UFRAG_MAX + 1) {
        return NGX_ERROR;
    }

    stun->username.data = attr->value;
    stun->username.len = attr->len;
    stun->local_ufrag = stun->username;

    colon = memchr(attr->value, ':', attr->len);

    if (colon) {
        stun->local_ufrag.len = colon - attr->value;
        stun->remote_ufrag.data = colon + 1;
        stun->remote_ufrag.len = attr->len - stun->local_ufrag.len - 1;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_stun_parse_mapped(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr)
{
    u_char      ip[16];
    uint16_t    port;
    ngx_uint_t  i, len;

    if (attr->len < 8) {
        return NGX_ERROR;
    }

    switch (attr->value[1]) {

    case NGX_WEBRTC_STUN_FAMILY_V4:
        len = 4;
        break;

    case NGX_WEBRTC_STUN_FAMILY_V6:
        len = 16;
        break;

    default:
        return NGX_ERROR;
    }

    if (attr->len != 4 + len) {
        return NGX_ERROR;
    }

    /* the mask is the cookie, followed by the transaction id */

    port = (uint16_t) (ngx_webrtc_get16(attr->value + 2)
                       ^ ngx_webrtc_get16(stun->start + 4));

    for (i = 0; i < len; i++) {
        ip[i] = attr->value[4 + i] ^ stun->start[4 + i];
    }

    if (len == 4) {
        ngx_webrtc_addr_set_v4(&stun->mapped, ip, port);

    } else {
        ngx_memcpy(stun->mapped.ip, ip, 16);
        stun->mapped.port = port;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_stun_parse_error(ngx_webrtc_stun_t *stun,
    const ngx_webrtc_stun_attr_t *attr)
{
    ngx_uint_t  hundreds;

    if (attr->len < 4) {
        return NGX_ERROR;
    }

    hundreds = attr->value[2] & 7;

    if (hundreds < 3 || hundreds > 6 || attr->value[3] > 99) {
        return NGX_ERROR;
    }

    stun->error = (uint16_t) (hundreds * 100 + attr->value[3]);

    return NGX_OK;
}
