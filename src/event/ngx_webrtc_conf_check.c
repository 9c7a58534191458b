
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* post handlers that several directives have in common */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_conf.h>


char *
ngx_webrtc_check_size_bounds(ngx_conf_t *cf, void *post, void *data)
{
    ngx_webrtc_size_bounds_t *bounds = post;
    size_t *sp = data;

    if (*sp < bounds->low || *sp > bounds->high) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "value must be between %uz and %uz bytes",
                           bounds->low, bounds->high);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_webrtc_check_msec_bounds(ngx_conf_t *cf, void *post, void *data)
{
    ngx_webrtc_msec_bounds_t *bounds = post;
    ngx_msec_t *msp = data;

    if (*msp < bounds->low || *msp > bounds->high) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "time must be between %Mms and %Mms",
                           bounds->low, bounds->high);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* it goes into JSON */

char *
ngx_webrtc_check_ascii(ngx_conf_t *cf, void *post, void *data)
{
    ngx_str_t *value = data;

    size_t  i;

    for (i = 0; i < value->len; i++) {

        if (value->data[i] < ' ' || value->data[i] > '~') {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "value must be printable ASCII");
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


char *
ngx_webrtc_check_positive_msec(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t *msp = data;

    if (*msp == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "time must be greater than zero");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_webrtc_check_power_of_two(ngx_conf_t *cf, void *post, void *data)
{
    ngx_int_t *np = data;

    if (*np < 16 || *np > 32768 || (*np & (*np - 1))) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "value must be a power of two between 16 and "
                           "32768");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
