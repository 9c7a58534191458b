
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_acl.h>


static ngx_int_t ngx_webrtc_network_bits(const u_char *pos,
    const u_char *last, ngx_uint_t max);


ngx_int_t
ngx_webrtc_network_parse(ngx_webrtc_network_t *network, const ngx_str_t *text)
{
    u_char             *slash, mask;
    ngx_int_t           bits, rc;
    ngx_str_t           ip;
    ngx_uint_t          i, max;
    ngx_webrtc_addr_t   addr;

    ip = *text;

    slash = ip.len ? memchr(ip.data, '/', ip.len) : NULL;

    if (slash) {
        ip.len = slash - ip.data;
    }

    if (ngx_webrtc_addr_parse_ip(&addr, &ip) != NGX_OK) {
        return NGX_ERROR;
    }

    /* "::ffff:10.0.0.0/104" counts in IPv6's bits */

    max = memchr(ip.data, ':', ip.len) ? 128 : 32;
    bits = max;

    if (slash) {
        bits = ngx_webrtc_network_bits(slash + 1, text->data + text->len,
                                       max);
        if (bits == NGX_ERROR) {
            return NGX_ERROR;
        }
    }

    network->bits = bits + 128 - max;
    ngx_memcpy(network->ip, addr.ip, 16);

    rc = NGX_OK;

    for (i = network->bits / 8; i < 16; i++) {

        mask = (i == network->bits / 8)
               ? (u_char) (0xff << (8 - network->bits % 8)) : 0;

        if (network->ip[i] & ~mask) {
            network->ip[i] &= mask;
            rc = NGX_DONE;
        }
    }

    return rc;
}


static ngx_int_t
ngx_webrtc_network_bits(const u_char *pos, const u_char *last, ngx_uint_t max)
{
    ngx_uint_t  n;

    if (pos == last || last - pos > 3) {
        return NGX_ERROR;
    }

    for (n = 0; pos < last; pos++) {

        if (*pos < '0' || *pos > '9') {
            return NGX_ERROR;
        }

        n = n * 10 + (*pos - '0');
    }

    return (n <= max) ? (ngx_int_t) n : NGX_ERROR;
}


ngx_uint_t
ngx_webrtc_acl_allows(const ngx_webrtc_acl_t *acl,
    const ngx_webrtc_addr_t *addr)
{
    u_char                       mask;
    ngx_uint_t                   i, bytes;
    const ngx_webrtc_network_t  *network;

    if (addr->port == 0
        || ngx_webrtc_addr_is_unspecified(addr)
        || ngx_webrtc_addr_is_multicast(addr))
    {
        return 0;
    }

    for (i = 0; i < acl->n; i++) {
        network = &acl->networks[i];
        bytes = network->bits / 8;

        if (ngx_memcmp(network->ip, addr->ip, bytes) != 0) {
            continue;
        }

        mask = (u_char) (0xff << (8 - network->bits % 8));

        if (bytes == 16 || (addr->ip[bytes] & mask) == network->ip[bytes]) {
            return 1;
        }
    }

    return 0;
}
