
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <event/ngx_webrtc_candidates.h>


typedef struct {
    ngx_webrtc_addr_t        *addrs;
    ngx_uint_t                n;
} ngx_webrtc_candidates_t;


static void ngx_webrtc_candidates_public(ngx_webrtc_media_t *media,
    in_port_t port, ngx_webrtc_candidates_t *list);
static void ngx_webrtc_candidates_interfaces(ngx_webrtc_listen_t *listen,
    ngx_webrtc_candidates_t *list, ngx_log_t *log);
static void ngx_webrtc_candidates_add(ngx_webrtc_candidates_t *list,
    const ngx_webrtc_addr_t *addr, in_port_t port);
static ngx_uint_t ngx_webrtc_candidates_rank(const ngx_webrtc_addr_t *addr);


/* an IPv6 socket speaks IPv4 too with ipv6only=off */

#define ngx_webrtc_candidates_speaks(listen, addr)                           \
    (ngx_webrtc_addr_is_v4(addr) ? (!(listen)->v6 || (listen)->dual)         \
                                 : (listen)->v6)


ngx_uint_t
ngx_webrtc_candidates_get(ngx_webrtc_media_t *media, in_port_t port,
    ngx_webrtc_addr_t *addrs, ngx_log_t *log)
{
    ngx_uint_t                i;
    ngx_webrtc_listen_t      *listen;
    ngx_webrtc_candidates_t   list;

    list.addrs = addrs;
    list.n = 0;

    if (media->addresses) {
        ngx_webrtc_candidates_public(media, port, &list);
        return list.n;
    }

    listen = media->listen.elts;

    for (i = 0; i < media->listen.nelts; i++) {

        if (listen[i].addr.port != port) {
            continue;
        }

        if (listen[i].wildcard) {
            ngx_webrtc_candidates_interfaces(&listen[i], &list, log);

        } else {
            ngx_webrtc_candidates_add(&list, &listen[i].addr, port);
        }
    }

    return list.n;
}


static void
ngx_webrtc_candidates_public(ngx_webrtc_media_t *media, in_port_t port,
    ngx_webrtc_candidates_t *list)
{
    ngx_uint_t            i, n;
    ngx_webrtc_addr_t    *addr;
    ngx_webrtc_listen_t  *listen;

    addr = media->addresses->elts;
    listen = media->listen.elts;

    for (i = 0; i < media->addresses->nelts; i++) {

        for (n = 0; n < media->listen.nelts; n++) {

            if (listen[n].addr.port == port
                && ngx_webrtc_candidates_speaks(&listen[n], &addr[i]))
            {
                ngx_webrtc_candidates_add(list, &addr[i], port);
                break;
            }
        }
    }
}


const char *
ngx_webrtc_candidates_unreachable(ngx_webrtc_media_t *media)
{
    ngx_uint_t            i, n;
    ngx_webrtc_addr_t    *addr;
    ngx_webrtc_listen_t  *listen;

    if (media->addresses == NULL) {
        return NULL;
    }

    addr = media->addresses->elts;
    listen = media->listen.elts;

    for (i = 0; i < media->addresses->nelts; i++) {

        for (n = 0; n < media->listen.nelts; n++) {
            if (ngx_webrtc_candidates_speaks(&listen[n], &addr[i])) {
                break;
            }
        }

        if (n == media->listen.nelts) {
            return ngx_webrtc_addr_is_v4(&addr[i]) ? "IPv4" : "IPv6";
        }
    }

    return NULL;
}


static void
ngx_webrtc_candidates_interfaces(ngx_webrtc_listen_t *listen,
    ngx_webrtc_candidates_t *list, ngx_log_t *log)
{
    struct ifaddrs     *first, *ifa;
    ngx_webrtc_addr_t   addr;

    if (getifaddrs(&first) == -1) {
        ngx_log_error(NGX_LOG_ERR, log, ngx_errno, "getifaddrs() failed");
        return;
    }

    for (ifa = first; ifa; ifa = ifa->ifa_next) {

        if (ifa->ifa_addr == NULL
            || !(ifa->ifa_flags & IFF_UP)
            || ngx_webrtc_addr_from_sockaddr(&addr, ifa->ifa_addr) != NGX_OK
            || !ngx_webrtc_candidates_speaks(listen, &addr))
        {
            continue;
        }

        /* link-local: a client would have to know our interface */

        if (addr.scope
            || (ngx_webrtc_addr_is_v4(&addr)
                && addr.ip[12] == 169 && addr.ip[13] == 254))
        {
            continue;
        }

        ngx_webrtc_candidates_add(list, &addr, listen->addr.port);
    }

    freeifaddrs(first);
}


/* keeps the list sorted by rank, and what comes first in front */

static void
ngx_webrtc_candidates_add(ngx_webrtc_candidates_t *list,
    const ngx_webrtc_addr_t *addr, in_port_t port)
{
    ngx_uint_t         i, rank;
    ngx_webrtc_addr_t  new;

    new = *addr;
    new.port = port;

    for (i = 0; i < list->n; i++) {
        if (ngx_webrtc_addr_equal(&list->addrs[i], &new)) {
            return;
        }
    }

    rank = ngx_webrtc_candidates_rank(&new);

    i = list->n;

    if (i == NGX_WEBRTC_CANDIDATES_MAX) {
        i--;

        if (ngx_webrtc_candidates_rank(&list->addrs[i]) <= rank) {
            return;
        }

    } else {
        list->n++;
    }

    while (i > 0 && ngx_webrtc_candidates_rank(&list->addrs[i - 1]) > rank) {
        list->addrs[i] = list->addrs[i - 1];
        i--;
    }

    list->addrs[i] = new;
}


static ngx_uint_t
ngx_webrtc_candidates_rank(const ngx_webrtc_addr_t *addr)
{
    static const u_char  loopback6[16] = { [15] = 1 };

    if (!ngx_webrtc_addr_is_private(addr)) {
        return 0;
    }

    if (ngx_webrtc_addr_is_v4(addr) ? addr->ip[12] == 127
                                    : ngx_memcmp(addr->ip, loopback6, 16) == 0)
    {
        return 2;
    }

    return 1;
}


void
ngx_webrtc_candidates_check(ngx_webrtc_media_t *media, ngx_log_t *log)
{
    u_char             *p, *last, text[512];
    ngx_uint_t          i, n;
    ngx_webrtc_addr_t   addrs[NGX_WEBRTC_CANDIDATES_MAX];

    n = ngx_webrtc_candidates_get(media, media->ports[0], addrs, log);

    if (n && ngx_webrtc_candidates_rank(&addrs[0]) == 0) {
        return;
    }

    p = text;
    last = text + sizeof(text);

    for (i = 0; i < n && last - p > NGX_WEBRTC_ADDR_TEXT + 2; i++) {
        p = ngx_cpymem(p, i ? ", " : "", i ? 2 : 0);
        p += ngx_webrtc_addr_ip_text(&addrs[i], p, last - p);
    }

    if (n == 0) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "webrtc: no address is known at which clients could "
                      "reach the media ports; set \"webrtc_public_address\", "
                      "in %s:%ui", media->file, media->line);

    } else if (ngx_webrtc_candidates_rank(&addrs[0]) == 2) {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "webrtc: clients are told to send media to %*s, which "
                      "works on this machine alone; set "
                      "\"webrtc_public_address\" for others, in %s:%ui",
                      (size_t) (p - text), text, media->file, media->line);

    } else {
        ngx_log_error(NGX_LOG_WARN, log, 0,
                      "webrtc: clients are told to send media to %*s, which "
                      "does not work from the internet; set "
                      "\"webrtc_public_address\" if they come from there, "
                      "in %s:%ui",
                      (size_t) (p - text), text, media->file, media->line);
    }
}
