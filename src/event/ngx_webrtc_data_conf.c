
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what is configured of data channels */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_conf.h>
#include <front/sora/ngx_webrtc_sora.h>


void
ngx_webrtc_data_create_conf(ngx_webrtc_conf_t *wcf)
{
    wcf->data_channel_signaling = NGX_CONF_UNSET;
    wcf->ignore_disconnect_websocket = NGX_CONF_UNSET;
    wcf->data_compress = NGX_CONF_UNSET;
    wcf->data_channels = NGX_CONF_UNSET_UINT;
    wcf->data_message_rate = NGX_CONF_UNSET_UINT;
    wcf->data_message_size = NGX_CONF_UNSET_SIZE;
    wcf->data_inflated_size = NGX_CONF_UNSET_SIZE;
    wcf->data_buffer = NGX_CONF_UNSET_SIZE;
}


char *
ngx_webrtc_data_init_conf(ngx_cycle_t *cycle, ngx_webrtc_conf_t *wcf)
{
    ngx_conf_init_value(wcf->data_channel_signaling, 0);
    ngx_conf_init_value(wcf->ignore_disconnect_websocket, 0);
    ngx_conf_init_value(wcf->data_compress, 1);
    ngx_conf_init_uint_value(wcf->data_channels, 16);
    ngx_conf_init_uint_value(wcf->data_message_rate, 1000);
    ngx_conf_init_size_value(wcf->data_message_size, 256 * 1024);
    ngx_conf_init_size_value(wcf->data_inflated_size, 1024 * 1024);
    ngx_conf_init_size_value(wcf->data_buffer, 4 * 1024 * 1024);

    if (wcf->data_buffer < wcf->data_message_size) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "\"webrtc_data_buffer\" is %uz and must not be less "
                      "than \"webrtc_data_message_size\", which is %uz",
                      wcf->data_buffer, wcf->data_message_size);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


char *
ngx_webrtc_rpc_methods(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webrtc_conf_t *wcf = conf;

    ngx_str_t   *value;
    ngx_uint_t   i, bit;

    if (wcf->rpc_methods) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        bit = ngx_webrtc_sora_rpc_method(&value[i]);

        if (bit == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "unknown method \"%V\" in \"%V\"", &value[i],
                               &cmd->name);
            return NGX_CONF_ERROR;
        }

        wcf->rpc_methods |= bit;
    }

    return NGX_CONF_OK;
}
