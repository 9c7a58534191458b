
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Which STUN and TURN servers an agent asks: first those that were named for
 * it, then those that are configured.  It begins when the addresses of all of
 * them are known, or after a short while; relays whose addresses come later
 * are asked then.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_agent_internal.h>


/* of those that were named */
#define NGX_WEBRTC_AGENT_NAMED_MAX  16

/* for their names, ms */
#define NGX_WEBRTC_AGENT_WAIT       500

#define NGX_WEBRTC_AGENT_URL_LOG    128


static void ngx_webrtc_agent_server_init(ngx_webrtc_agent_named_t *named,
    const ngx_webrtc_ice_server_t *server);
static ngx_int_t ngx_webrtc_agent_server_copy(
    ngx_webrtc_agent_named_t *named, const ngx_webrtc_ice_server_t *server);
static u_char *ngx_webrtc_agent_server_text(u_char *p, ngx_str_t *dst,
    const ngx_str_t *src);
static void ngx_webrtc_agent_server_resolve(ngx_webrtc_agent_named_t *named,
    const ngx_str_t *host);
static void ngx_webrtc_agent_server_resolved(ngx_resolver_ctx_t *ctx);
static void ngx_webrtc_agent_server_found(ngx_webrtc_agent_named_t *named,
    const ngx_webrtc_addr_t *addr);
static void ngx_webrtc_agent_servers_begin(ngx_webrtc_agent_t *agent);
static void ngx_webrtc_agent_server_set(ngx_webrtc_agent_t *agent,
    const ngx_webrtc_agent_server_t *server);
static ngx_uint_t ngx_webrtc_agent_server_is_same(
    const ngx_webrtc_agent_server_t *a, const ngx_webrtc_agent_server_t *b);
static void ngx_webrtc_agent_server_useless(const ngx_str_t *url,
    const char *reason);


ngx_int_t
ngx_webrtc_agent_servers_init(ngx_webrtc_agent_t *agent,
    const ngx_webrtc_agent_conf_t *conf)
{
    ngx_uint_t  i, n;

    n = ngx_min(conf->nservers, NGX_WEBRTC_AGENT_NAMED_MAX);

    if (n == 0) {
        return NGX_OK;
    }

    agent->named = ngx_pcalloc(agent->pool,
                               n * sizeof(ngx_webrtc_agent_named_t));
    if (agent->named == NULL) {
        return NGX_ERROR;
    }

    agent->nnamed = n;

    for (i = 0; i < n; i++) {
        agent->named[i].agent = agent;
        ngx_webrtc_agent_server_init(&agent->named[i], &conf->servers[i]);
    }

    if (agent->unknown == 0) {
        return NGX_OK;
    }

    agent->waiting = 1;
    ngx_add_timer(&agent->wait, NGX_WEBRTC_AGENT_WAIT);

    return NGX_AGAIN;
}


static void
ngx_webrtc_agent_server_init(ngx_webrtc_agent_named_t *named,
    const ngx_webrtc_ice_server_t *server)
{
    const char            *reason;
    ngx_webrtc_addr_t      addr;
    ngx_webrtc_ice_url_t   url;

    if (ngx_webrtc_ice_server_parse(server, &url, &reason) != NGX_OK) {
        ngx_webrtc_agent_server_useless(&server->url, reason);
        return;
    }

    if (ngx_webrtc_agent_server_copy(named, server) != NGX_OK) {
        return;
    }

    named->server.port = url.port;
    named->server.turn = url.turn;
    named->server.tcp = url.tcp;

    if (ngx_webrtc_addr_parse_ip(&addr, &url.host) == NGX_OK) {
        ngx_webrtc_agent_server_found(named, &addr);

    } else {
        ngx_webrtc_agent_server_resolve(named, &url.host);
    }
}


/* with zeros at the ends */

static ngx_int_t
ngx_webrtc_agent_server_copy(ngx_webrtc_agent_named_t *named,
    const ngx_webrtc_ice_server_t *server)
{
    u_char      *p;
    size_t       len;
    ngx_pool_t  *pool;

    pool = named->agent->pool;
    len = server->url.len + server->username.len + server->credential.len;

    p = ngx_pcalloc(pool, len + 3);
    if (p == NULL) {
        return NGX_ERROR;
    }

    p = ngx_webrtc_agent_server_text(p, &named->url, &server->url);
    p = ngx_webrtc_agent_server_text(p, &named->server.username,
                                     &server->username);
    (void) ngx_webrtc_agent_server_text(p, &named->server.credential,
                                        &server->credential);

    return NGX_OK;
}


static u_char *
ngx_webrtc_agent_server_text(u_char *p, ngx_str_t *dst, const ngx_str_t *src)
{
    dst->data = p;
    dst->len = src->len;

    if (src->len) {
        p = ngx_cpymem(p, src->data, src->len);
    }

    return p + 1;
}


static void
ngx_webrtc_agent_server_resolve(ngx_webrtc_agent_named_t *named,
    const ngx_str_t *host)
{
    ngx_resolver_ctx_t   *ctx;
    ngx_webrtc_agents_t  *agents;

    agents = ngx_webrtc_agents();

    ctx = agents->resolver ? ngx_resolve_start(agents->resolver, NULL)
                           : NGX_NO_RESOLVER;

    if (ctx == NULL) {
        return;
    }

    if (ctx == NGX_NO_RESOLVER) {
        ngx_webrtc_agent_server_useless(&named->url,
                                        "there is no resolver for its name");
        return;
    }

    ctx->name.len = host->len;
    ctx->name.data = ngx_pstrdup(named->agent->pool, (ngx_str_t *) host);
    ctx->handler = ngx_webrtc_agent_server_resolved;
    ctx->data = named;
    ctx->timeout = agents->timeout;
    ctx->cancelable = 1;

    if (ctx->name.data == NULL) {
        ngx_resolve_name_done(ctx);
        return;
    }

    named->ctx = ctx;
    named->agent->unknown++;

    if (ngx_resolve_name(ctx) != NGX_OK) {
        named->ctx = NULL;
        named->agent->unknown--;
    }
}


static void
ngx_webrtc_agent_server_resolved(ngx_resolver_ctx_t *ctx)
{
    ngx_uint_t                 i;
    ngx_webrtc_addr_t          addr;
    ngx_webrtc_agent_t        *agent;
    ngx_webrtc_agent_named_t  *named;

    named = ctx->data;
    agent = named->agent;

    if (ctx->state) {
        ngx_webrtc_agent_server_useless(&named->url,
                                        ngx_resolver_strerror(ctx->state));
    } else {

        /* an IPv4 address if there is one */

        for (i = 0; i < ctx->naddrs; i++) {

            if (ctx->addrs[i].sockaddr->sa_family == AF_INET) {
                break;
            }
        }

        if (ngx_webrtc_addr_from_sockaddr(&addr,
                               ctx->addrs[i % ctx->naddrs].sockaddr) == NGX_OK)
        {
            ngx_webrtc_agent_server_found(named, &addr);
        }
    }

    ngx_resolve_name_done(ctx);

    named->ctx = NULL;
    agent->unknown--;

    if (agent->gathering && named->known) {
        ngx_webrtc_glib_enter(agent->glib);
        ngx_webrtc_agent_server_set(agent, &named->server);
        ngx_webrtc_glib_leave(agent->glib);
        return;
    }

    if (agent->waiting && agent->unknown == 0) {
        ngx_webrtc_agent_servers_begin(agent);
    }
}


static void
ngx_webrtc_agent_server_found(ngx_webrtc_agent_named_t *named,
    const ngx_webrtc_addr_t *addr)
{
    if (ngx_webrtc_addr_is_unspecified(addr)
        || ngx_webrtc_addr_is_multicast(addr))
    {
        ngx_webrtc_agent_server_useless(&named->url, "invalid address");
        return;
    }

    (void) ngx_webrtc_addr_ip_text(addr, named->server.ip,
                                   sizeof(named->server.ip));
    named->known = 1;
}


void
ngx_webrtc_agent_wait_handler(ngx_event_t *ev)
{
    ngx_webrtc_agent_servers_begin(ev->data);
}


static void
ngx_webrtc_agent_servers_begin(ngx_webrtc_agent_t *agent)
{
    agent->waiting = 0;

    if (agent->wait.timer_set) {
        ngx_del_timer(&agent->wait);
    }

    if (ngx_webrtc_agent_gather(agent) != NGX_OK) {
        agent->failed = 1;
        agent->complete = 1;
        ngx_post_event(&agent->notify, &ngx_posted_events);
    }
}


void
ngx_webrtc_agent_servers_forget(ngx_webrtc_agent_t *agent)
{
    ngx_uint_t                 i;
    ngx_webrtc_agent_named_t  *named;

    agent->waiting = 0;

    if (agent->wait.timer_set) {
        ngx_del_timer(&agent->wait);
    }

    for (i = 0; i < agent->nnamed; i++) {
        named = &agent->named[i];

        if (named->ctx) {
            ngx_resolve_name_done(named->ctx);
            named->ctx = NULL;
        }
    }
}


void
ngx_webrtc_agent_servers_set(ngx_webrtc_agent_t *agent)
{
    ngx_uint_t                  i;
    const ngx_array_t          *configured;
    ngx_webrtc_agent_server_t  *server;

    for (i = 0; i < agent->nnamed; i++) {

        if (agent->named[i].known) {
            ngx_webrtc_agent_server_set(agent, &agent->named[i].server);
        }
    }

    configured = ngx_webrtc_agents()->conf->servers;

    if (configured == NULL) {
        return;
    }

    server = configured->elts;

    for (i = 0; i < configured->nelts; i++) {
        ngx_webrtc_agent_server_set(agent, &server[i]);
    }
}


/* of what is one too many libnice would take none */

static void
ngx_webrtc_agent_server_set(ngx_webrtc_agent_t *agent,
    const ngx_webrtc_agent_server_t *server)
{
    ngx_uint_t  i;

    if (!server->turn) {

        if (!agent->has_stun) {
            agent->has_stun = 1;
            g_object_set(agent->nice, "stun-server", (char *) server->ip,
                         "stun-server-port", (guint) server->port, NULL);
        }

        return;
    }

    for (i = 0; i < agent->nrelays; i++) {
        if (ngx_webrtc_agent_server_is_same(agent->relays[i], server)) {
            return;
        }
    }

    if (agent->nrelays == NGX_WEBRTC_ICE_TURN_MAX) {
        return;
    }

    agent->relays[agent->nrelays++] = server;

    (void) nice_agent_set_relay_info(agent->nice, agent->stream,
                                     NGX_WEBRTC_AGENT_COMPONENT,
                                     (char *) server->ip, server->port,
                                     (char *) server->username.data,
                                     (char *) server->credential.data,
                                     server->tcp ? NICE_RELAY_TYPE_TURN_TCP
                                                 : NICE_RELAY_TYPE_TURN_UDP);
}


static ngx_uint_t
ngx_webrtc_agent_server_is_same(const ngx_webrtc_agent_server_t *a,
    const ngx_webrtc_agent_server_t *b)
{
    return a->tcp == b->tcp && a->port == b->port
           && ngx_strcmp(a->ip, b->ip) == 0
           && ngx_strcmp(a->username.data, b->username.data) == 0
           && ngx_strcmp(a->credential.data, b->credential.data) == 0;
}


/* once, however many agents hear of it */

static void
ngx_webrtc_agent_server_useless(const ngx_str_t *url, const char *reason)
{
    size_t                i, len;
    u_char                text[NGX_WEBRTC_AGENT_URL_LOG];
    uint32_t              crc;
    ngx_webrtc_agents_t  *agents;

    agents = ngx_webrtc_agents();

    crc = ngx_crc32_short(url->data, url->len);

    for (i = 0; i < NGX_WEBRTC_AGENT_TOLD; i++) {
        if (i < agents->ntold && agents->told[i] == crc) {
            return;
        }
    }

    agents->told[agents->ntold++ % NGX_WEBRTC_AGENT_TOLD] = crc;

    len = ngx_min(url->len, NGX_WEBRTC_AGENT_URL_LOG);

    for (i = 0; i < len; i++) {
        text[i] = (url->data[i] > ' ' && url->data[i] < 0x7f) ? url->data[i]
                                                             : '?';
    }

    ngx_log_error(NGX_LOG_INFO, agents->log, 0,
                  "webrtc: no ICE agent asks \"%*s\": %s", len, text, reason);
}
