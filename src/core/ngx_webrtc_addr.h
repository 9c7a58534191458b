
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A transport address as the packet path compares and hashes it: 20 bytes,
 * no padding, IPv4 kept as v4-mapped IPv6, so that equality is a memcmp().
 */


#ifndef _NGX_WEBRTC_ADDR_H_INCLUDED_
#define _NGX_WEBRTC_ADDR_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef struct {
    u_char              ip[16];         /* ::ffff:a.b.c.d for IPv4 */
    uint16_t            port;           /* host byte order; 0: unset */
    uint16_t            scope;          /* of a link-local address */
} ngx_webrtc_addr_t;


typedef union {
    struct sockaddr      sockaddr;
    struct sockaddr_in   in;
    struct sockaddr_in6  in6;
} ngx_webrtc_sockaddr_t;


#define NGX_WEBRTC_ADDR_LEN     20

/* "[" 45 "]:65535" */
#define NGX_WEBRTC_ADDR_TEXT    56


#define ngx_webrtc_addr_equal(a, b)                                          \
    (ngx_memcmp(a, b, NGX_WEBRTC_ADDR_LEN) == 0)


ngx_uint_t ngx_webrtc_addr_is_v4(const ngx_webrtc_addr_t *addr);
void ngx_webrtc_addr_set_v4(ngx_webrtc_addr_t *addr, const void *ip,
    uint16_t port);

/* NGX_DECLINED: neither AF_INET nor AF_INET6 */
ngx_int_t ngx_webrtc_addr_from_sockaddr(ngx_webrtc_addr_t *addr,
    const struct sockaddr *sa);

/* an IPv4 or IPv6 literal; the port is unset.  NGX_ERROR: it is none */
ngx_int_t ngx_webrtc_addr_parse_ip(ngx_webrtc_addr_t *addr,
    const ngx_str_t *text);

/*
 * With "v6" an IPv4 address is written as a v4-mapped sockaddr_in6, for an
 * IPv6 socket; returns the length.
 */
socklen_t ngx_webrtc_addr_to_sockaddr(const ngx_webrtc_addr_t *addr,
    ngx_webrtc_sockaddr_t *sa, ngx_uint_t v6);

/* the IP address alone as text, no port; returns the length */
size_t ngx_webrtc_addr_ip_text(const ngx_webrtc_addr_t *addr, u_char *text,
    size_t size);

/*
 * A way that is no address: what goes by an ICE agent has the agent's number
 * in the place of the remote address.  Nothing that comes from a socket
 * equals it, since addresses with a scope are link-local there.
 */
void ngx_webrtc_addr_set_external(ngx_webrtc_addr_t *addr, uint32_t number);
uint32_t ngx_webrtc_addr_external(const ngx_webrtc_addr_t *addr);

#define ngx_webrtc_addr_is_external(addr)                                    \
    ((addr)->scope != 0 && (addr)->ip[0] == 0)

/* loopback, link-local, RFC 1918, RFC 4193, RFC 6598 */
ngx_uint_t ngx_webrtc_addr_is_private(const ngx_webrtc_addr_t *addr);
ngx_uint_t ngx_webrtc_addr_is_loopback(const ngx_webrtc_addr_t *addr);
ngx_uint_t ngx_webrtc_addr_is_unspecified(const ngx_webrtc_addr_t *addr);
/* IPv4's broadcast address too */
ngx_uint_t ngx_webrtc_addr_is_multicast(const ngx_webrtc_addr_t *addr);


#endif /* _NGX_WEBRTC_ADDR_H_INCLUDED_ */
