
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the addresses of what is dialled */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <core/ngx_webrtc_addr.h>
#include <event/ngx_webrtc_dial_internal.h>


static ngx_uint_t ngx_webrtc_dial_is_localhost(const ngx_str_t *host);
static ngx_int_t ngx_webrtc_dial_literal(ngx_webrtc_dial_t *dial);
static ngx_int_t ngx_webrtc_dial_address(ngx_webrtc_dial_t *dial,
    const ngx_webrtc_addr_t *addr);
static void ngx_webrtc_dial_resolve(ngx_webrtc_dial_t *dial);
static void ngx_webrtc_dial_resolve_handler(ngx_resolver_ctx_t *ctx);
static const char *ngx_webrtc_dial_resolve_copy(ngx_webrtc_dial_t *dial,
    ngx_resolver_ctx_t *ctx);


void
ngx_webrtc_dial_find(ngx_webrtc_dial_t *dial)
{
    ngx_int_t  rc;

    rc = ngx_webrtc_dial_literal(dial);

    if (rc == NGX_OK) {
        ngx_webrtc_dial_connect(dial);

    } else if (rc == NGX_DECLINED) {
        ngx_webrtc_dial_resolve(dial);

    } else {
        ngx_webrtc_dial_fail(dial, "no memory");
    }
}


ngx_uint_t
ngx_webrtc_dial_is_address(const ngx_str_t *host)
{
    ngx_str_t          bare;
    ngx_webrtc_addr_t  addr;

    bare = ngx_webrtc_dial_bare(host);

    return ngx_webrtc_addr_parse_ip(&addr, &bare) == NGX_OK
           || ngx_webrtc_dial_is_localhost(host);
}


ngx_str_t
ngx_webrtc_dial_bare(const ngx_str_t *host)
{
    ngx_str_t  bare;

    bare = *host;

    if (bare.len > 2 && bare.data[0] == '[' && bare.data[bare.len - 1] == ']')
    {
        bare.data++;
        bare.len -= 2;
    }

    return bare;
}


static ngx_uint_t
ngx_webrtc_dial_is_localhost(const ngx_str_t *host)
{
    return host->len == sizeof("localhost") - 1
           && ngx_strncasecmp(host->data, (u_char *) "localhost", host->len)
              == 0;
}


/* NGX_DECLINED: a name */

static ngx_int_t
ngx_webrtc_dial_literal(ngx_webrtc_dial_t *dial)
{
    ngx_webrtc_addr_t  addr;

    static const u_char  v4[4] = { 127, 0, 0, 1 };

    if (ngx_webrtc_addr_parse_ip(&addr, &dial->host) == NGX_OK) {
        dial->literal = 1;

        return ngx_webrtc_dial_address(dial, &addr);
    }

    if (!ngx_webrtc_dial_is_localhost(&dial->host)) {
        return NGX_DECLINED;
    }

    ngx_memzero(&addr, sizeof(ngx_webrtc_addr_t));
    ngx_webrtc_addr_set_v4(&addr, v4, 0);

    if (ngx_webrtc_dial_address(dial, &addr) != NGX_OK) {
        return NGX_ERROR;
    }

#if (NGX_HAVE_INET6)

    ngx_memzero(&addr, sizeof(ngx_webrtc_addr_t));
    addr.ip[15] = 1;

    return ngx_webrtc_dial_address(dial, &addr);

#else

    return NGX_OK;

#endif
}


static ngx_int_t
ngx_webrtc_dial_address(ngx_webrtc_dial_t *dial, const ngx_webrtc_addr_t *addr)
{
    ngx_webrtc_addr_t       to;
    ngx_webrtc_sockaddr_t  *sa;

    if (dial->addrs == NULL) {

        /* two: localhost */

        dial->addrs = ngx_pcalloc(dial->pool, 2 * sizeof(ngx_addr_t));
        if (dial->addrs == NULL) {
            return NGX_ERROR;
        }
    }

    sa = ngx_pcalloc(dial->pool, sizeof(ngx_webrtc_sockaddr_t));
    if (sa == NULL) {
        return NGX_ERROR;
    }

    to = *addr;
    to.port = dial->conf.port;

    dial->addrs[dial->naddrs].socklen = ngx_webrtc_addr_to_sockaddr(&to, sa,
                                                                    0);
    dial->addrs[dial->naddrs].sockaddr = &sa->sockaddr;
    dial->naddrs++;

    return NGX_OK;
}


static void
ngx_webrtc_dial_resolve(ngx_webrtc_dial_t *dial)
{
    ngx_resolver_ctx_t  *ctx;

    if (dial->conf.resolver == NULL) {
        ngx_webrtc_dial_fail(dial, "there is no resolver for its name");
        return;
    }

    ctx = ngx_resolve_start(dial->conf.resolver, NULL);

    if (ctx == NULL) {
        ngx_webrtc_dial_fail(dial, "no memory");
        return;
    }

    if (ctx == NGX_NO_RESOLVER) {
        ngx_webrtc_dial_fail(dial, "there is no resolver for its name");
        return;
    }

    ctx->name = dial->host;
    ctx->handler = ngx_webrtc_dial_resolve_handler;
    ctx->data = dial;
    ctx->timeout = dial->conf.resolver_timeout;

    dial->resolving = ctx;

    if (ngx_resolve_name(ctx) != NGX_OK) {
        dial->resolving = NULL;
        ngx_webrtc_dial_fail(dial, "its name cannot be resolved");
    }
}


static void
ngx_webrtc_dial_resolve_handler(ngx_resolver_ctx_t *ctx)
{
    const char         *reason;
    ngx_webrtc_dial_t  *dial;

    dial = ctx->data;

    reason = ngx_webrtc_dial_resolve_copy(dial, ctx);

    ngx_resolve_name_done(ctx);
    dial->resolving = NULL;

    if (reason) {
        ngx_webrtc_dial_fail(dial, reason);
        return;
    }

    ngx_webrtc_dial_connect(dial);
}


static const char *
ngx_webrtc_dial_resolve_copy(ngx_webrtc_dial_t *dial, ngx_resolver_ctx_t *ctx)
{
    ngx_uint_t        i;
    struct sockaddr  *sa;

    switch (ctx->state) {

    case NGX_OK:
        break;

    case NGX_RESOLVE_NXDOMAIN:
        return "its name does not exist";

    case NGX_RESOLVE_TIMEDOUT:
        return "its name was not resolved in time";

    default:
        return "its name cannot be resolved";
    }

    dial->addrs = ngx_pcalloc(dial->pool, ctx->naddrs * sizeof(ngx_addr_t));
    if (dial->addrs == NULL) {
        return "no memory";
    }

    for (i = 0; i < ctx->naddrs; i++) {
        sa = ngx_pcalloc(dial->pool, ctx->addrs[i].socklen);
        if (sa == NULL) {
            return "no memory";
        }

        ngx_memcpy(sa, ctx->addrs[i].sockaddr, ctx->addrs[i].socklen);
        ngx_inet_set_port(sa, dial->conf.port);

        dial->addrs[i].sockaddr = sa;
        dial->addrs[i].socklen = ctx->addrs[i].socklen;
    }

    dial->naddrs = ctx->naddrs;

    return NULL;
}
