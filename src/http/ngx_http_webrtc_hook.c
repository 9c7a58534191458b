
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The session and the event webhook leave through locations of the servers
 * that name them.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_hook.h>
#include <http/ngx_http_webrtc_background.h>
#include <http/ngx_http_webrtc_module.h>


static ngx_int_t ngx_http_webrtc_hook_conf(ngx_webrtc_hook_e type,
    ngx_webrtc_hook_conf_t *conf);
static void *ngx_http_webrtc_hook_send(ngx_webrtc_hook_e type,
    const ngx_str_t *connection_id, const ngx_str_t *text,
    ngx_webrtc_hook_done_pt done, void *data);
static void ngx_http_webrtc_hook_cancel(void *request);


static const ngx_webrtc_hook_sender_t  ngx_http_webrtc_hook_sender = {
    ngx_http_webrtc_hook_conf,
    ngx_http_webrtc_hook_send,
    ngx_http_webrtc_hook_cancel
};


/* uri | off */

char *
ngx_http_webrtc_set_uri(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webrtc_uri_t  *uri;

    u_char     *p, *last;
    ngx_str_t  *value;

    uri = (ngx_http_webrtc_uri_t *) ((u_char *) conf + cmd->offset);

    if (uri->set) {
        return "is duplicate";
    }

    value = cf->args->elts;

    uri->set = 1;

    if (ngx_strcmp(value[1].data, "off") == 0) {
        return NGX_CONF_OK;
    }

    if (value[1].data[0] != '/') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid URI \"%V\", it must begin with \"/\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    uri->uri = value[1];

    last = value[1].data + value[1].len;
    p = ngx_strlchr(value[1].data, last, '?');

    if (p) {
        uri->uri.len = p - value[1].data;
        uri->args.data = p + 1;
        uri->args.len = last - uri->args.data;
    }

    return NGX_CONF_OK;
}


/* of a server; there is one for all channels */

char *
ngx_http_webrtc_hook_uri(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webrtc_main_conf_t  *wmcf;

    wmcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_webrtc_module);

    wmcf->hooks[(uintptr_t) cmd->post].conf = cf->ctx;

    return ngx_http_webrtc_set_uri(cf, cmd, wmcf);
}


void
ngx_http_webrtc_hook_init(void)
{
    ngx_webrtc_hook_set_sender(&ngx_http_webrtc_hook_sender);
}


static ngx_int_t
ngx_http_webrtc_hook_conf(ngx_webrtc_hook_e type, ngx_webrtc_hook_conf_t *conf)
{
    ngx_http_webrtc_main_conf_t  *wmcf;

    wmcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                               ngx_http_webrtc_module);

    if (wmcf == NULL || wmcf->hooks[type].uri.uri.len == 0) {
        return NGX_DECLINED;
    }

    conf->queue = wmcf->webhook_queue;
    conf->lanes = wmcf->webhook_lanes;

    return NGX_OK;
}


static void *
ngx_http_webrtc_hook_send(ngx_webrtc_hook_e type,
    const ngx_str_t *connection_id, const ngx_str_t *text,
    ngx_webrtc_hook_done_pt done, void *data)
{
    ngx_http_webrtc_hook_t                *hook;
    ngx_http_webrtc_loc_conf_t            *wlcf;
    ngx_http_webrtc_main_conf_t           *wmcf;
    ngx_http_webrtc_background_request_t   request;

    wmcf = ngx_http_cycle_get_module_main_conf(ngx_cycle,
                                               ngx_http_webrtc_module);
    hook = &wmcf->hooks[type];
    wlcf = hook->conf->loc_conf[ngx_http_webrtc_module.ctx_index];

    ngx_memzero(&request, sizeof(ngx_http_webrtc_background_request_t));

    request.conf = hook->conf;
    request.uri = hook->uri.uri;
    request.args = hook->uri.args;
    request.connection_id = *connection_id;
    request.text = *text;
    request.max = wlcf->webhook_answer;
    request.timeout = wlcf->webhook_timeout;

    return ngx_http_webrtc_background_start(&request, done, data);
}


static void
ngx_http_webrtc_hook_cancel(void *request)
{
    ngx_http_webrtc_background_cancel(request);
}
