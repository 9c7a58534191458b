
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what is configured of channels that outgrow a worker */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_conf.h>


#define NGX_WEBRTC_SPREAD_TRUNK_MIN  (256 * 1024)
#define NGX_WEBRTC_SPREAD_TRUNK_MAX  (1024 * 1024 * 1024)


void
ngx_webrtc_spread_create_conf(ngx_webrtc_conf_t *wcf)
{
    wcf->spread = NGX_CONF_UNSET_UINT;
    wcf->trunk_size = NGX_CONF_UNSET_SIZE;
}


void
ngx_webrtc_spread_init_conf(ngx_webrtc_conf_t *wcf)
{
    ngx_conf_init_uint_value(wcf->spread, 100000);
    ngx_conf_init_size_value(wcf->trunk_size, 4 * 1024 * 1024);

    wcf->trunk_size = ngx_align(wcf->trunk_size, ngx_pagesize);
}


char *
ngx_webrtc_spread(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webrtc_conf_t *wcf = conf;

    ngx_int_t   n;
    ngx_str_t  *value;

    if (wcf->spread != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        wcf->spread = NGX_WEBRTC_SPREAD_OFF;
        return NGX_CONF_OK;
    }

    n = ngx_atoi(value[1].data, value[1].len);

    if (n == NGX_ERROR) {
        return "must be a number of packets per second, or \"off\"";
    }

    wcf->spread = n;

    return NGX_CONF_OK;
}


char *
ngx_webrtc_trunk_size(ngx_conf_t *cf, void *post, void *data)
{
    size_t *sp = data;

    if (*sp && (*sp < NGX_WEBRTC_SPREAD_TRUNK_MIN
                || *sp > NGX_WEBRTC_SPREAD_TRUNK_MAX))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "value must be 0 or between %uz and %uz bytes",
                           (size_t) NGX_WEBRTC_SPREAD_TRUNK_MIN,
                           (size_t) NGX_WEBRTC_SPREAD_TRUNK_MAX);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


size_t
ngx_webrtc_spread_needs(const ngx_webrtc_conf_t *wcf)
{
    if (wcf->spread == NGX_WEBRTC_SPREAD_OFF || wcf->workers < 2) {
        return 0;
    }

    return wcf->trunk_size;
}
