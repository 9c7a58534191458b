
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_net.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <unistd.h>


static ngx_int_t load_url_host(load_url_t *url, const char **reason);
static ngx_int_t load_url_port(const ngx_str_t *text, uint16_t *port);


ngx_int_t
load_url_parse(const ngx_str_t *text, load_url_t *url, const char **reason)
{
    u_char  *p, *last;

    ngx_memzero(url, sizeof(load_url_t));

    p = text->data;
    last = text->data + text->len;

    while (p < last && *p != ':') {
        p++;
    }

    if (p == last) {
        *reason = "no scheme";
        return NGX_ERROR;
    }

    url->scheme.data = text->data;
    url->scheme.len = p - text->data;
    p++;

    if (last - p >= 2 && p[0] == '/' && p[1] == '/') {
        p += 2;
    }

    url->host.data = p;

    while (p < last && *p != '/' && *p != '?') {
        p++;
    }

    url->host.len = p - url->host.data;

    url->path.data = p;
    url->path.len = last - p;

    if (url->path.len == 0) {
        ngx_str_set(&url->path, "/");
    }

    return load_url_host(url, reason);
}


static ngx_int_t
load_url_host(load_url_t *url, const char **reason)
{
    uint16_t   port;
    ngx_str_t  host, digits;

    host = url->host;
    ngx_str_null(&digits);

    while (host.len && host.data[host.len - 1] != ':'
           && host.data[host.len - 1] != ']')
    {
        host.len--;
    }

    if (host.len && host.data[host.len - 1] == ':') {
        digits.data = host.data + host.len;
        digits.len = url->host.len - host.len;
        host.len--;

    } else {
        host = url->host;
    }

    port = 80;

    if (digits.data && load_url_port(&digits, &port) != NGX_OK) {
        *reason = "a bad port";
        return NGX_ERROR;
    }

    if (host.len >= 2 && host.data[0] == '[') {
        host.data++;
        host.len -= 2;
    }

    if (host.len == 9 && ngx_memcmp(host.data, "localhost", 9) == 0) {
        ngx_webrtc_addr_set_v4(&url->addr, "\x7f\0\0\1", port);
        return NGX_OK;
    }

    if (ngx_webrtc_addr_parse_ip(&url->addr, &host) != NGX_OK) {
        *reason = "the host must be an IP address or localhost";
        return NGX_ERROR;
    }

    url->addr.port = port;

    return NGX_OK;
}


static ngx_int_t
load_url_port(const ngx_str_t *text, uint16_t *port)
{
    size_t    i;
    uint32_t  value;

    value = 0;

    for (i = 0; i < text->len && i < 5; i++) {
        if (text->data[i] < '0' || text->data[i] > '9') {
            return NGX_ERROR;
        }

        value = value * 10 + (text->data[i] - '0');
    }

    if (i == 0 || i < text->len || value == 0 || value > 65535) {
        return NGX_ERROR;
    }

    *port = (uint16_t) value;

    return NGX_OK;
}


int
load_tcp_connect(const ngx_webrtc_addr_t *addr)
{
    int                     fd, one;
    socklen_t               len;
    ngx_webrtc_sockaddr_t   sa;

    len = ngx_webrtc_addr_to_sockaddr(addr, &sa,
                                      !ngx_webrtc_addr_is_v4(addr));

    fd = socket(sa.sockaddr.sa_family,
                SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd == -1) {
        return -1;
    }

    one = 1;
    (void) setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(int));

    if (connect(fd, &sa.sockaddr, len) == -1 && errno != EINPROGRESS) {
        (void) close(fd);
        return -1;
    }

    return fd;
}
