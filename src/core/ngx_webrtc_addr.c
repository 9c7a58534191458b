
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_addr.h>
#include <core/ngx_webrtc_text.h>


static const u_char  ngx_webrtc_addr_v4_prefix[12] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff
};

static const u_char  ngx_webrtc_addr_zero[16];


ngx_uint_t
ngx_webrtc_addr_is_v4(const ngx_webrtc_addr_t *addr)
{
    return ngx_memcmp(addr->ip, ngx_webrtc_addr_v4_prefix, 12) == 0;
}


void
ngx_webrtc_addr_set_v4(ngx_webrtc_addr_t *addr, const void *ip, uint16_t port)
{
    ngx_memcpy(addr->ip, ngx_webrtc_addr_v4_prefix, 12);
    ngx_memcpy(addr->ip + 12, ip, 4);
    addr->port = port;
    addr->scope = 0;
}


ngx_int_t
ngx_webrtc_addr_from_sockaddr(ngx_webrtc_addr_t *addr,
    const struct sockaddr *sa)
{
    const struct sockaddr_in   *in;
    const struct sockaddr_in6  *in6;

    switch (sa->sa_family) {

    case AF_INET:
        in = (const struct sockaddr_in *) sa;
        ngx_webrtc_addr_set_v4(addr, &in->sin_addr, ntohs(in->sin_port));
        return NGX_OK;

    case AF_INET6:
        in6 = (const struct sockaddr_in6 *) sa;
        ngx_memcpy(addr->ip, &in6->sin6_addr, 16);
        addr->port = ntohs(in6->sin6_port);

        /* only link-local addresses mean something with a scope */

        addr->scope = (addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0) == 0x80)
                      ? (uint16_t) in6->sin6_scope_id : 0;
        return NGX_OK;
    }

    return NGX_DECLINED;
}


ngx_int_t
ngx_webrtc_addr_parse_ip(ngx_webrtc_addr_t *addr, const ngx_str_t *text)
{
    u_char  ip[4];
    char    buf[INET6_ADDRSTRLEN];

    ngx_memzero(addr, sizeof(ngx_webrtc_addr_t));

    /* a zero inside would end the text for inet_pton() */

    if (text->len == 0
        || text->len >= sizeof(buf)
        || memchr(text->data, '\0', text->len) != NULL)
    {
        return NGX_ERROR;
    }

    ngx_memcpy(buf, text->data, text->len);
    buf[text->len] = '\0';

    if (inet_pton(AF_INET, buf, ip) == 1) {
        ngx_webrtc_addr_set_v4(addr, ip, 0);
        return NGX_OK;
    }

    return (inet_pton(AF_INET6, buf, addr->ip) == 1) ? NGX_OK : NGX_ERROR;
}


socklen_t
ngx_webrtc_addr_to_sockaddr(const ngx_webrtc_addr_t *addr,
    ngx_webrtc_sockaddr_t *sa, ngx_uint_t v6)
{
    if (!v6 && ngx_webrtc_addr_is_v4(addr)) {
        ngx_memzero(&sa->in, sizeof(struct sockaddr_in));
        sa->in.sin_family = AF_INET;
        sa->in.sin_port = htons(addr->port);
        ngx_memcpy(&sa->in.sin_addr, addr->ip + 12, 4);
        return sizeof(struct sockaddr_in);
    }

    ngx_memzero(&sa->in6, sizeof(struct sockaddr_in6));
    sa->in6.sin6_family = AF_INET6;
    sa->in6.sin6_port = htons(addr->port);
    sa->in6.sin6_scope_id = addr->scope;
    ngx_memcpy(&sa->in6.sin6_addr, addr->ip, 16);

    return sizeof(struct sockaddr_in6);
}


size_t
ngx_webrtc_addr_ip_text(const ngx_webrtc_addr_t *addr, u_char *text,
    size_t size)
{
    ngx_uint_t         i;
    ngx_webrtc_text_t  ip;

    if (ngx_webrtc_addr_is_v4(addr)) {

        /* every offer has some; inet_ntop() takes ten times as long */

        ngx_webrtc_text_init(&ip, text, text + size);

        for (i = 12; i < 16; i++) {
            ngx_webrtc_text_uint(&ip, addr->ip[i]);
            ngx_webrtc_text_bytes(&ip, (i < 15) ? "." : "", 1);
        }

        return ip.overflow ? 0 : ngx_webrtc_text_len(&ip) - 1;
    }

    if (inet_ntop(AF_INET6, addr->ip, (char *) text, (socklen_t) size)
        == NULL)
    {
        return 0;
    }

    return ngx_strlen(text);
}


void
ngx_webrtc_addr_set_external(ngx_webrtc_addr_t *addr, uint32_t number)
{
    ngx_memzero(addr, sizeof(ngx_webrtc_addr_t));
    ngx_memcpy(addr->ip + 12, &number, sizeof(uint32_t));

    addr->port = 1;
    addr->scope = 1;
}


uint32_t
ngx_webrtc_addr_external(const ngx_webrtc_addr_t *addr)
{
    uint32_t  number;

    ngx_memcpy(&number, addr->ip + 12, sizeof(uint32_t));

    return number;
}


ngx_uint_t
ngx_webrtc_addr_is_private(const ngx_webrtc_addr_t *addr)
{
    const u_char  *p;

    if (!ngx_webrtc_addr_is_v4(addr)) {
        p = addr->ip;

        if (ngx_memcmp(p, ngx_webrtc_addr_zero, 15) == 0) {
            return p[15] <= 1;
        }

        return (p[0] & 0xfe) == 0xfc
               || (p[0] == 0xfe && (p[1] & 0xc0) == 0x80);
    }

    p = addr->ip + 12;

    return p[0] == 10
           || p[0] == 127
           || p[0] == 0
           || (p[0] == 172 && (p[1] & 0xf0) == 16)
           || (p[0] == 192 && p[1] == 168)
           || (p[0] == 169 && p[1] == 254)
           || (p[0] == 100 && (p[1] & 0xc0) == 64);
}


ngx_uint_t
ngx_webrtc_addr_is_loopback(const ngx_webrtc_addr_t *addr)
{
    if (ngx_webrtc_addr_is_v4(addr)) {
        return addr->ip[12] == 127;
    }

    return ngx_memcmp(addr->ip, ngx_webrtc_addr_zero, 15) == 0
           && addr->ip[15] == 1;
}


ngx_uint_t
ngx_webrtc_addr_is_unspecified(const ngx_webrtc_addr_t *addr)
{
    if (ngx_webrtc_addr_is_v4(addr)) {
        return ngx_memcmp(addr->ip + 12, ngx_webrtc_addr_zero, 4) == 0;
    }

    return ngx_memcmp(addr->ip, ngx_webrtc_addr_zero, 16) == 0;
}


ngx_uint_t
ngx_webrtc_addr_is_multicast(const ngx_webrtc_addr_t *addr)
{
    if (ngx_webrtc_addr_is_v4(addr)) {
        return (addr->ip[12] & 0xf0) == 0xe0
               || ngx_memcmp(addr->ip + 12, "\xff\xff\xff\xff", 4) == 0;
    }

    return addr->ip[0] == 0xff;
}
