
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_ice_conf.h>
#include <proto/ngx_webrtc_ice_url.h>


static char *ngx_webrtc_ice_url(ngx_conf_t *cf,
    ngx_webrtc_agent_server_t *server, ngx_str_t *text);
static char *ngx_webrtc_ice_resolve(ngx_conf_t *cf,
    ngx_webrtc_agent_server_t *server, ngx_str_t *host);
static char *ngx_webrtc_ice_transport(ngx_conf_t *cf,
    ngx_webrtc_agent_server_t *server, ngx_str_t *value);
static char *ngx_webrtc_ice_check(ngx_conf_t *cf,
    ngx_webrtc_ice_conf_t *conf, ngx_webrtc_agent_server_t *server);
static ngx_uint_t ngx_webrtc_ice_begins(ngx_str_t *value, const char *text,
    ngx_str_t *rest);


void
ngx_webrtc_ice_create_conf(ngx_webrtc_ice_conf_t *conf)
{
    /*
     * set by ngx_pcalloc():
     *
     *     conf->servers = NULL;
     *     conf->first_port = 0;
     *     conf->last_port = 0;
     */

    conf->max_agents = NGX_CONF_UNSET_UINT;
}


void
ngx_webrtc_ice_init_conf(ngx_webrtc_ice_conf_t *conf)
{
    ngx_conf_init_uint_value(conf->max_agents, 100);
}


char *
ngx_webrtc_ice_server(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webrtc_conf_t *wcf = conf;

    ngx_str_t                  *value, rest;
    ngx_uint_t                  i;
    ngx_webrtc_agent_server_t   server, *s;

    ngx_memzero(&server, sizeof(ngx_webrtc_agent_server_t));

    value = cf->args->elts;

    if (ngx_webrtc_ice_url(cf, &server, &value[1]) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    for (i = 2; i < cf->args->nelts; i++) {

        if (ngx_webrtc_ice_begins(&value[i], "username=", &rest)) {
            server.username = rest;

        } else if (ngx_webrtc_ice_begins(&value[i], "credential=", &rest)) {
            server.credential = rest;

        } else if (ngx_webrtc_ice_begins(&value[i], "transport=", &rest)) {
            if (ngx_webrtc_ice_transport(cf, &server, &rest) != NGX_CONF_OK) {
                return NGX_CONF_ERROR;
            }

        } else {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\"", &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    if (ngx_webrtc_ice_check(cf, &wcf->ice, &server) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    if (wcf->ice.servers == NULL) {
        wcf->ice.servers = ngx_array_create(cf->pool, 4,
                                            sizeof(ngx_webrtc_agent_server_t));
        if (wcf->ice.servers == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    s = ngx_array_push(wcf->ice.servers);
    if (s == NULL) {
        return NGX_CONF_ERROR;
    }

    *s = server;

    return NGX_CONF_OK;
}


static char *
ngx_webrtc_ice_url(ngx_conf_t *cf, ngx_webrtc_agent_server_t *server,
    ngx_str_t *text)
{
    const char            *reason;
    ngx_webrtc_ice_url_t   url;

    if (ngx_webrtc_ice_url_parse(text->data, text->data + text->len, &url,
                                 &reason)
        != NGX_OK)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid server \"%V\": %s",
                           text, reason);
        return NGX_CONF_ERROR;
    }

    server->port = url.port;
    server->turn = url.turn;
    server->tcp = url.tcp;

    return ngx_webrtc_ice_resolve(cf, server, &url.host);
}


/* now: there is nobody who could wait for names later */

static char *
ngx_webrtc_ice_resolve(ngx_conf_t *cf, ngx_webrtc_agent_server_t *server,
    ngx_str_t *host)
{
    ngx_url_t          u;
    ngx_webrtc_addr_t  addr;

    if (ngx_webrtc_addr_parse_ip(&addr, host) != NGX_OK) {
        ngx_memzero(&u, sizeof(ngx_url_t));

        u.url = *host;
        u.default_port = server->port;

        if (ngx_parse_url(cf->pool, &u) != NGX_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%s in \"%V\"",
                               u.err ? u.err : "invalid address", host);
            return NGX_CONF_ERROR;
        }

        if (u.naddrs == 0
            || ngx_webrtc_addr_from_sockaddr(&addr, u.addrs[0].sockaddr)
               != NGX_OK)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid address \"%V\"", host);
            return NGX_CONF_ERROR;
        }
    }

    (void) ngx_webrtc_addr_ip_text(&addr, server->ip, sizeof(server->ip));

    return NGX_CONF_OK;
}


static char *
ngx_webrtc_ice_transport(ngx_conf_t *cf, ngx_webrtc_agent_server_t *server,
    ngx_str_t *value)
{
    if (value->len == 3 && ngx_strncmp(value->data, "udp", 3) == 0) {
        server->tcp = 0;
        return NGX_CONF_OK;
    }

    if (value->len == 3 && ngx_strncmp(value->data, "tcp", 3) == 0) {
        server->tcp = 1;
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "invalid transport \"%V\", it must be \"udp\" or "
                       "\"tcp\"", value);

    return NGX_CONF_ERROR;
}


static char *
ngx_webrtc_ice_check(ngx_conf_t *cf, ngx_webrtc_ice_conf_t *conf,
    ngx_webrtc_agent_server_t *server)
{
    ngx_uint_t                  i, n, same;
    ngx_webrtc_agent_server_t  *s;

    if (server->turn && (server->username.len == 0
                         || server->credential.len == 0))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "a \"turn:\" server needs \"username=\" and "
                           "\"credential=\"");
        return NGX_CONF_ERROR;
    }

    if (!server->turn && (server->username.len || server->credential.len
                          || server->tcp))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "a \"stun:\" server takes no \"username=\", no "
                           "\"credential=\" and no \"transport=tcp\"");
        return NGX_CONF_ERROR;
    }

    n = conf->servers ? conf->servers->nelts : 0;
    s = n ? conf->servers->elts : NULL;
    same = 0;

    for (i = 0; i < n; i++) {
        same += (s[i].turn == server->turn);
    }

    if (same == (server->turn ? NGX_WEBRTC_ICE_TURN_MAX
                              : NGX_WEBRTC_ICE_STUN_MAX))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "there can be one \"stun:\" server and %ui "
                           "\"turn:\" servers",
                           (ngx_uint_t) NGX_WEBRTC_ICE_TURN_MAX);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_webrtc_ice_ports(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webrtc_conf_t *wcf = conf;

    u_char     *p, *last;
    ngx_int_t   from, to;
    ngx_str_t  *value;

    if (wcf->ice.first_port) {
        return "is duplicate";
    }

    value = cf->args->elts;

    last = value[1].data + value[1].len;
    p = ngx_strlchr(value[1].data, last, '-');

    from = p ? ngx_atoi(value[1].data, p - value[1].data) : NGX_ERROR;
    to = p ? ngx_atoi(p + 1, last - (p + 1)) : NGX_ERROR;

    if (from < 1 || to > 65535 || from > to) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid range of ports \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    wcf->ice.first_port = (in_port_t) from;
    wcf->ice.last_port = (in_port_t) to;

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_webrtc_ice_begins(ngx_str_t *value, const char *text, ngx_str_t *rest)
{
    size_t  n;

    n = ngx_strlen(text);

    if (value->len < n || ngx_strncmp(value->data, text, n) != 0) {
        return 0;
    }

    rest->data = value->data + n;
    rest->len = value->len - n;

    return 1;
}
