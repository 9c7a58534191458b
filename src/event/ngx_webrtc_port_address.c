
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the addresses of this machine, as far as the gateway's ports need them */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <event/ngx_webrtc_port_internal.h>


/* interfaces come and go, s */
#define NGX_WEBRTC_PORT_ADDRESS_AGE  10


static void ngx_webrtc_port_address_look(ngx_webrtc_port_sockets_t *ports);
static ngx_uint_t ngx_webrtc_port_address_is_loopback(
    const ngx_webrtc_addr_t *addr);
static ngx_uint_t ngx_webrtc_port_address_is_far(
    const ngx_webrtc_addr_t *addr);
static ngx_uint_t ngx_webrtc_port_address_is_own(
    ngx_webrtc_port_sockets_t *ports, const ngx_webrtc_addr_t *addr);


static void
ngx_webrtc_port_address_look(ngx_webrtc_port_sockets_t *ports)
{
    struct ifaddrs     *first, *ifa;
    ngx_webrtc_addr_t  *addr;

    if (ports->looked
        && ngx_time() - ports->looked < NGX_WEBRTC_PORT_ADDRESS_AGE)
    {
        return;
    }

    ports->looked = ngx_time();

    if (getifaddrs(&first) == -1) {
        ngx_webrtc_port_udp_log(NGX_LOG_ERR, ngx_errno, "getifaddrs() failed");
        return;
    }

    ports->naddrs = 0;

    for (ifa = first; ifa && ports->naddrs < NGX_WEBRTC_PORT_ADDRS;
         ifa = ifa->ifa_next)
    {
        if (ifa->ifa_addr == NULL || !(ifa->ifa_flags & IFF_UP)) {
            continue;
        }

        addr = &ports->addrs[ports->naddrs];

        if (ngx_webrtc_addr_from_sockaddr(addr, ifa->ifa_addr) == NGX_OK) {
            ports->naddrs++;
        }
    }

    freeifaddrs(first);
}


static ngx_uint_t
ngx_webrtc_port_address_is_loopback(const ngx_webrtc_addr_t *addr)
{
    static const u_char  v6[16] = { [15] = 1 };

    return ngx_webrtc_addr_is_v4(addr) ? addr->ip[12] == 127
                                       : ngx_memcmp(addr->ip, v6, 16) == 0;
}


/* programs elsewhere can send to it */

static ngx_uint_t
ngx_webrtc_port_address_is_far(const ngx_webrtc_addr_t *addr)
{
    if (ngx_webrtc_port_address_is_loopback(addr)) {
        return 0;
    }

    if (ngx_webrtc_addr_is_v4(addr)) {
        return addr->ip[12] != 169 || addr->ip[13] != 254;
    }

    return addr->ip[0] != 0xfe || (addr->ip[1] & 0xc0) != 0x80;
}


void
ngx_webrtc_port_address(ngx_webrtc_addr_t *addr)
{
    ngx_uint_t                      i, v4;
    ngx_webrtc_port_sockets_t      *ports;
    ngx_webrtc_skyway_main_conf_t  *conf;

    static const u_char  loopback4[4] = { 127, 0, 0, 1 };

    ports = ngx_webrtc_port_sockets();
    conf = ports->conf;

    if (conf->address) {
        *addr = *conf->address;
        return;
    }

    if (!ngx_webrtc_addr_is_unspecified(conf->bind)) {
        *addr = *conf->bind;
        return;
    }

    ngx_webrtc_port_address_look(ports);

    v4 = ngx_webrtc_addr_is_v4(conf->bind);

    for (i = 0; i < ports->naddrs; i++) {

        if (ngx_webrtc_addr_is_v4(&ports->addrs[i]) == v4
            && ngx_webrtc_port_address_is_far(&ports->addrs[i]))
        {
            *addr = ports->addrs[i];
            return;
        }
    }

    if (v4) {
        ngx_webrtc_addr_set_v4(addr, loopback4, 0);
        return;
    }

    ngx_memzero(addr, sizeof(ngx_webrtc_addr_t));
    addr->ip[15] = 1;
}


/* one of this machine, as far as we know */

static ngx_uint_t
ngx_webrtc_port_address_is_own(ngx_webrtc_port_sockets_t *ports,
    const ngx_webrtc_addr_t *addr)
{
    ngx_uint_t  i;

    if (ngx_webrtc_port_address_is_loopback(addr)
        || ngx_webrtc_addr_is_unspecified(addr))
    {
        return 1;
    }

    if (ports->conf->address
        && ngx_memcmp(ports->conf->address->ip, addr->ip, 16) == 0)
    {
        return 1;
    }

    ngx_webrtc_port_address_look(ports);

    for (i = 0; i < ports->naddrs; i++) {
        if (ngx_memcmp(ports->addrs[i].ip, addr->ip, 16) == 0) {
            return 1;
        }
    }

    return 0;
}


ngx_uint_t
ngx_webrtc_port_socket_may_redirect(void *data, const ngx_webrtc_addr_t *addr)
{
    ngx_uint_t                  i;
    ngx_webrtc_media_t         *media;
    ngx_webrtc_port_sockets_t  *ports;

    ports = ngx_webrtc_port_sockets();

    if (ports->gateway == NULL
        || !ngx_webrtc_acl_allows(ports->conf->redirect_allow, addr))
    {
        return 0;
    }

    if (!ngx_webrtc_port_address_is_own(ports, addr)) {
        return 1;
    }

    if (addr->port >= ports->conf->first_port
        && addr->port <= ports->conf->last_port)
    {
        return 0;
    }

    media = ports->media;

    for (i = 0; i < media->nports; i++) {
        if (addr->port == media->ports[i]) {
            return 0;
        }
    }

    return 1;
}
