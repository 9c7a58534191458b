
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_stream.h>
#include <event/ngx_webrtc_candidates.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_worker.h>
#include <stream/ngx_stream_webrtc_cli.h>
#include <stream/ngx_stream_webrtc_listens.h>


typedef struct {
    ngx_flag_t                media;
    ngx_array_t              *addresses;    /* ngx_webrtc_addr_t */
    u_char                   *file;
    ngx_uint_t                line;
    ngx_stream_webrtc_cli_conf_t  cli;
} ngx_stream_webrtc_srv_conf_t;


static void ngx_stream_webrtc_handler(ngx_stream_session_t *s);
static void ngx_stream_webrtc_cli_handler(ngx_stream_session_t *s);
static ngx_int_t ngx_stream_webrtc_add_listen(ngx_conf_t *cf,
    ngx_webrtc_media_t *media, struct sockaddr *sockaddr, socklen_t socklen);
static ngx_int_t ngx_stream_webrtc_add_port(ngx_webrtc_media_t *media,
    ngx_array_t *ports, in_port_t port);
static ngx_int_t ngx_stream_webrtc_media_listen(ngx_conf_t *cf,
    const ngx_stream_webrtc_listen_t *listen, ngx_uint_t shared, void *data);
static ngx_int_t ngx_stream_webrtc_ports(ngx_conf_t *cf,
    ngx_webrtc_media_t *media);
static ngx_int_t ngx_stream_webrtc_init(ngx_conf_t *cf);
static ngx_int_t ngx_stream_webrtc_cli_listen(ngx_conf_t *cf,
    const ngx_stream_webrtc_listen_t *listen, ngx_uint_t shared, void *data);
static ngx_int_t ngx_stream_webrtc_init_media(ngx_conf_t *cf,
    ngx_stream_core_srv_conf_t *cscf, ngx_stream_webrtc_srv_conf_t *wscf);
static void *ngx_stream_webrtc_create_srv_conf(ngx_conf_t *cf);
static char *ngx_stream_webrtc_merge_srv_conf(ngx_conf_t *cf, void *parent,
    void *child);
static char *ngx_stream_webrtc_media(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_stream_webrtc_public_address(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_stream_webrtc_cli(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);


static ngx_conf_post_t  ngx_stream_webrtc_msec_post = {
    ngx_webrtc_check_positive_msec
};


static ngx_command_t  ngx_stream_webrtc_commands[] = {

    { ngx_string("webrtc_media"),
      NGX_STREAM_SRV_CONF|NGX_CONF_NOARGS,
      ngx_stream_webrtc_media,
      NGX_STREAM_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webrtc_public_address"),
      NGX_STREAM_SRV_CONF|NGX_CONF_1MORE,
      ngx_stream_webrtc_public_address,
      NGX_STREAM_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webrtc_evostream_cli"),
      NGX_STREAM_SRV_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_stream_webrtc_cli,
      NGX_STREAM_SRV_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webrtc_evostream_cli_timeout"),
      NGX_STREAM_MAIN_CONF|NGX_STREAM_SRV_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_STREAM_SRV_CONF_OFFSET,
      offsetof(ngx_stream_webrtc_srv_conf_t, cli.timeout),
      &ngx_stream_webrtc_msec_post },

      ngx_null_command
};


static ngx_stream_module_t  ngx_stream_webrtc_module_ctx = {
    NULL,                                  /* preconfiguration */
    ngx_stream_webrtc_init,                /* postconfiguration */

    NULL,                                  /* create main configuration */
    NULL,                                  /* init main configuration */

    ngx_stream_webrtc_create_srv_conf,     /* create server configuration */
    ngx_stream_webrtc_merge_srv_conf       /* merge server configuration */
};


ngx_module_t  ngx_stream_webrtc_module = {
    NGX_MODULE_V1,
    &ngx_stream_webrtc_module_ctx,         /* module context */
    ngx_stream_webrtc_commands,            /* module directives */
    NGX_STREAM_MODULE,                     /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_webrtc_worker_init,                /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_webrtc_worker_exit,                /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/* no worker polls the sockets for nginx, so no session is ever made */

static void
ngx_stream_webrtc_handler(ngx_stream_session_t *s)
{
    ngx_stream_finalize_session(s, NGX_STREAM_OK);
}


static void
ngx_stream_webrtc_cli_handler(ngx_stream_session_t *s)
{
    ngx_stream_webrtc_srv_conf_t  *wscf;

    wscf = ngx_stream_get_module_srv_conf(s, ngx_stream_webrtc_module);

    ngx_stream_webrtc_cli_start(s, &wscf->cli);
}


static ngx_int_t
ngx_stream_webrtc_init(ngx_conf_t *cf)
{
    ngx_uint_t                      i;
    ngx_webrtc_conf_t              *wcf;
    ngx_stream_core_srv_conf_t    **cscfp;
    ngx_stream_core_main_conf_t    *cmcf;
    ngx_stream_webrtc_srv_conf_t   *wscf;

    cmcf = ngx_stream_conf_get_module_main_conf(cf, ngx_stream_core_module);
    wcf = ngx_webrtc_get_conf(cf->cycle);

    cscfp = cmcf->servers.elts;

    for (i = 0; i < cmcf->servers.nelts; i++) {
        wscf = cscfp[i]->ctx->srv_conf[ngx_stream_webrtc_module.ctx_index];

        if (wscf->cli.enabled
            && cscfp[i]->handler != ngx_stream_webrtc_cli_handler)
        {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"webrtc_evostream_cli\" and another directive "
                          "that handles connections are in one server, "
                          "in %s:%ui", wscf->file, wscf->line);
            return NGX_ERROR;
        }

        if (wscf->cli.enabled
            && ngx_stream_webrtc_listens(cf, cscfp[i],
                                         ngx_stream_webrtc_cli_listen, wscf)
               != NGX_OK)
        {
            return NGX_ERROR;
        }

        if (!wscf->media) {
            continue;
        }

        if (wcf->media) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "another server has \"webrtc_media\" in %s:%ui, "
                          "there can be only one, in %s:%ui",
                          wcf->media->file, wcf->media->line,
                          wscf->file, wscf->line);
            return NGX_ERROR;
        }

        if (cscfp[i]->handler != ngx_stream_webrtc_handler) {
            ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                          "\"webrtc_media\" and a directive that handles "
                          "connections are in one server, in %s:%ui",
                          wscf->file, wscf->line);
            return NGX_ERROR;
        }

        if (ngx_stream_webrtc_init_media(cf, cscfp[i], wscf) != NGX_OK) {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_stream_webrtc_cli_listen(ngx_conf_t *cf,
    const ngx_stream_webrtc_listen_t *listen, ngx_uint_t shared, void *data)
{
    ngx_stream_webrtc_srv_conf_t *wscf = data;

    if (listen->type == SOCK_STREAM) {
        return NGX_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                  "\"listen %V\" of the server with \"webrtc_evostream_cli\" "
                  "must not have \"udp\", in %s:%ui",
                  &listen->addr_text, wscf->file, wscf->line);

    return NGX_ERROR;
}


static ngx_int_t
ngx_stream_webrtc_init_media(ngx_conf_t *cf, ngx_stream_core_srv_conf_t *cscf,
    ngx_stream_webrtc_srv_conf_t *wscf)
{
    ngx_webrtc_conf_t   *wcf;
    ngx_webrtc_media_t  *media;

    media = ngx_pcalloc(cf->pool, sizeof(ngx_webrtc_media_t));
    if (media == NULL) {
        return NGX_ERROR;
    }

    media->file = wscf->file;
    media->line = wscf->line;
    media->addresses = wscf->addresses;

    if (ngx_array_init(&media->listen, cf->pool, 16,
                       sizeof(ngx_webrtc_listen_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_stream_webrtc_listens(cf, cscf, ngx_stream_webrtc_media_listen,
                                  media)
        != NGX_OK
        || ngx_stream_webrtc_ports(cf, media) != NGX_OK)
    {
        return NGX_ERROR;
    }

    wcf = ngx_webrtc_get_conf(cf->cycle);
    wcf->media = media;

    return NGX_OK;
}


static ngx_int_t
ngx_stream_webrtc_media_listen(ngx_conf_t *cf,
    const ngx_stream_webrtc_listen_t *listen, ngx_uint_t shared, void *data)
{
    ngx_webrtc_media_t *media = data;

    const char  *what;

    what = listen->type != SOCK_DGRAM ? "must have \"udp\""
           : listen->ssl ? "must not have \"ssl\""
           : listen->proxy_protocol ? "must not have \"proxy_protocol\""
           : listen->reuseport ? "must not have \"reuseport\""
           : shared ? "must be of this server alone" : NULL;

    if (what) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"listen %V\" of the server with \"webrtc_media\" "
                      "%s, in %s:%ui",
                      &listen->addr_text, what, media->file, media->line);
        return NGX_ERROR;
    }

    return ngx_stream_webrtc_add_listen(cf, media, listen->sockaddr,
                                        listen->socklen);
}


static ngx_int_t
ngx_stream_webrtc_add_listen(ngx_conf_t *cf, ngx_webrtc_media_t *media,
    struct sockaddr *sockaddr, socklen_t socklen)
{
    u_char               *p;
    ngx_webrtc_listen_t  *listen;

    listen = ngx_array_push(&media->listen);
    if (listen == NULL) {
        return NGX_ERROR;
    }

    ngx_memzero(listen, sizeof(ngx_webrtc_listen_t));

    if (ngx_webrtc_addr_from_sockaddr(&listen->addr, sockaddr) != NGX_OK) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "the server with \"webrtc_media\" listens on an address "
                      "that is neither IPv4 nor IPv6, in %s:%ui",
                      media->file, media->line);
        return NGX_ERROR;
    }

    p = ngx_pnalloc(cf->pool, NGX_SOCKADDR_STRLEN);
    if (p == NULL) {
        return NGX_ERROR;
    }

    listen->text.data = p;
    listen->text.len = ngx_sock_ntop(sockaddr, socklen, p,
                                     NGX_SOCKADDR_STRLEN, 1);
    listen->sockaddr = sockaddr;
    listen->socklen = socklen;
    listen->wildcard = ngx_inet_wildcard(sockaddr);
    listen->v6 = (sockaddr->sa_family != AF_INET);

    return NGX_OK;
}


/* the distinct ports: each makes one seat */

static ngx_int_t
ngx_stream_webrtc_ports(ngx_conf_t *cf, ngx_webrtc_media_t *media)
{
    ngx_uint_t            i;
    ngx_array_t           ports;
    ngx_webrtc_listen_t  *listen;

    if (ngx_array_init(&ports, cf->pool, media->listen.nelts,
                       sizeof(in_port_t))
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    listen = media->listen.elts;

    for (i = 0; i < media->listen.nelts; i++) {
        if (ngx_stream_webrtc_add_port(media, &ports, listen[i].addr.port)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


static ngx_int_t
ngx_stream_webrtc_add_port(ngx_webrtc_media_t *media, ngx_array_t *ports,
    in_port_t port)
{
    in_port_t   *p;
    ngx_uint_t   i;

    for (i = 0; i < media->nports; i++) {
        if (media->ports[i] == port) {
            return NGX_OK;
        }
    }

    p = ngx_array_push(ports);
    if (p == NULL) {
        return NGX_ERROR;
    }

    *p = port;

    media->ports = ports->elts;
    media->nports = ports->nelts;

    return NGX_OK;
}


static void *
ngx_stream_webrtc_create_srv_conf(ngx_conf_t *cf)
{
    ngx_stream_webrtc_srv_conf_t  *wscf;

    /*
     * set by ngx_pcalloc():
     *
     *     wscf->media = 0;
     *     wscf->addresses = NULL;
     *     wscf->cli.enabled = 0;
     */

    wscf = ngx_pcalloc(cf->pool, sizeof(ngx_stream_webrtc_srv_conf_t));
    if (wscf == NULL) {
        return NULL;
    }

    wscf->cli.timeout = NGX_CONF_UNSET_MSEC;

    return wscf;
}


static char *
ngx_stream_webrtc_merge_srv_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_stream_webrtc_srv_conf_t *prev = parent;
    ngx_stream_webrtc_srv_conf_t *conf = child;

    ngx_conf_merge_msec_value(conf->cli.timeout, prev->cli.timeout, 600000);

    if (conf->addresses && !conf->media) {
        ngx_log_error(NGX_LOG_EMERG, cf->log, 0,
                      "\"webrtc_public_address\" without \"webrtc_media\", "
                      "in %s:%ui", conf->file, conf->line);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_stream_webrtc_media(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_stream_webrtc_srv_conf_t *wscf = conf;

    ngx_stream_core_srv_conf_t  *cscf;

    if (wscf->media) {
        return "is duplicate";
    }

    cscf = ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_core_module);

    if (cscf->handler) {
        return "cannot be used together with a directive that handles "
               "connections, such as \"proxy_pass\"";
    }

    cscf->handler = ngx_stream_webrtc_handler;

    wscf->media = 1;
    wscf->file = cf->conf_file->file.name.data;
    wscf->line = cf->conf_file->line;

    return NGX_CONF_OK;
}


static char *
ngx_stream_webrtc_public_address(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_stream_webrtc_srv_conf_t *wscf = conf;

    ngx_str_t          *value;
    ngx_addr_t          parsed;
    ngx_uint_t          i, n;
    ngx_webrtc_addr_t  *addr, *other;

    if (wscf->addresses) {
        return "is duplicate";
    }

    wscf->addresses = ngx_array_create(cf->pool, 2,
                                       sizeof(ngx_webrtc_addr_t));
    if (wscf->addresses == NULL) {
        return NGX_CONF_ERROR;
    }

    if (wscf->file == NULL) {
        wscf->file = cf->conf_file->file.name.data;
        wscf->line = cf->conf_file->line;
    }

    value = cf->args->elts;

    if (cf->args->nelts - 1 > NGX_WEBRTC_CANDIDATES_MAX) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "%ui addresses are too many, at most %d go into "
                           "an offer", cf->args->nelts - 1,
                           NGX_WEBRTC_CANDIDATES_MAX);
        return NGX_CONF_ERROR;
    }

    for (i = 1; i < cf->args->nelts; i++) {

        addr = ngx_array_push(wscf->addresses);
        if (addr == NULL) {
            return NGX_CONF_ERROR;
        }

        if (ngx_parse_addr(cf->pool, &parsed, value[i].data, value[i].len)
            != NGX_OK
            || ngx_webrtc_addr_from_sockaddr(addr, parsed.sockaddr) != NGX_OK)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid address \"%V\", an IPv4 or IPv6 "
                               "address is expected", &value[i]);
            return NGX_CONF_ERROR;
        }

        addr->port = 0;

        if (ngx_webrtc_addr_is_unspecified(addr)
            || ngx_webrtc_addr_is_multicast(addr))
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is not an address that clients can "
                               "reach", &value[i]);
            return NGX_CONF_ERROR;
        }

        other = wscf->addresses->elts;

        for (n = 0; n < i - 1; n++) {
            if (ngx_webrtc_addr_equal(&other[n], addr)) {
                ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                                   "duplicate address \"%V\"", &value[i]);
                return NGX_CONF_ERROR;
            }
        }
    }

    return NGX_CONF_OK;
}


/* [json | text] */

static char *
ngx_stream_webrtc_cli(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_stream_webrtc_srv_conf_t *wscf = conf;

    ngx_str_t                   *value;
    ngx_stream_core_srv_conf_t  *cscf;

    if (wscf->cli.enabled) {
        return "is duplicate";
    }

    cscf = ngx_stream_conf_get_module_srv_conf(cf, ngx_stream_core_module);

    if (cscf->handler) {
        return "cannot be used together with a directive that handles "
               "connections, such as \"proxy_pass\"";
    }

    value = cf->args->elts;

    wscf->cli.form = NGX_WEBRTC_EVOSTREAM_FRAMED;

    if (cf->args->nelts > 1) {

        if (ngx_strcmp(value[1].data, "text") == 0) {
            wscf->cli.form = NGX_WEBRTC_EVOSTREAM_TEXT;

        } else if (ngx_strcmp(value[1].data, "json") != 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid value \"%V\", it must be \"json\" "
                               "or \"text\"", &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    cscf->handler = ngx_stream_webrtc_cli_handler;

    wscf->cli.enabled = 1;
    wscf->file = cf->conf_file->file.name.data;
    wscf->line = cf->conf_file->line;

    ngx_webrtc_require(cf, "webrtc_evostream_cli");

    return NGX_CONF_OK;
}
