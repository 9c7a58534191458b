
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_conf.h>
#include <http/ngx_http_webrtc_background.h>
#include <http/ngx_http_webrtc_ers.h>
#include <http/ngx_http_webrtc_module.h>
#include <http/ngx_http_webrtc_socketio.h>


static char *ngx_http_webrtc_sora_signaling(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_webrtc_sora_api(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_webrtc_peerjs(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_webrtc_skyway_api(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_webrtc_skyway_signaling(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_webrtc_evostream_ers(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_http_webrtc_evostream_api(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_webrtc_handler(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_webrtc_loc_conf_t *wlcf, ngx_http_handler_pt handler);
static char *ngx_http_webrtc_cors_origin(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_http_webrtc_message_rate(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static void *ngx_http_webrtc_create_main_conf(ngx_conf_t *cf);
static char *ngx_http_webrtc_init_main_conf(ngx_conf_t *cf, void *conf);
static ngx_int_t ngx_http_webrtc_init_process(ngx_cycle_t *cycle);
static void ngx_http_webrtc_exit_process(ngx_cycle_t *cycle);
static void *ngx_http_webrtc_create_loc_conf(ngx_conf_t *cf);
static char *ngx_http_webrtc_merge_loc_conf(ngx_conf_t *cf, void *parent,
    void *child);


static ngx_conf_post_t  ngx_http_webrtc_timeout_post = {
    ngx_webrtc_check_positive_msec
};

static ngx_conf_num_bounds_t  ngx_http_webrtc_pending_bounds = {
    ngx_conf_check_num_bounds, 1, 1000000
};

static ngx_conf_num_bounds_t  ngx_http_webrtc_lanes_bounds = {
    ngx_conf_check_num_bounds, 1, NGX_WEBRTC_HOOK_LANES
};

static ngx_webrtc_size_bounds_t  ngx_http_webrtc_queue_bounds = {
    ngx_webrtc_check_size_bounds, 16 * 1024, 1024 * 1024 * 1024
};

static ngx_webrtc_size_bounds_t  ngx_http_webrtc_answer_bounds = {
    ngx_webrtc_check_size_bounds, 1024, 8 * 1024 * 1024
};


/* a message is kept whole in memory, so is the output of a slow client */

static ngx_webrtc_size_bounds_t  ngx_http_webrtc_message_size_bounds = {
    ngx_webrtc_check_size_bounds, 4096, 16 * 1024 * 1024
};

static ngx_webrtc_size_bounds_t  ngx_http_webrtc_api_bounds = {
    ngx_webrtc_check_size_bounds, 1024 * 1024, 4095UL * 1024 * 1024
};

static ngx_webrtc_size_bounds_t  ngx_http_webrtc_send_queue_bounds = {
    ngx_webrtc_check_size_bounds, 65536, 1024 * 1024 * 1024
};


static ngx_command_t  ngx_http_webrtc_commands[] = {

    { ngx_string("webrtc_sora_signaling"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_webrtc_sora_signaling,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webrtc_sora_api"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_webrtc_sora_api,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webrtc_peerjs"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_webrtc_peerjs,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webrtc_skyway_api"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_webrtc_skyway_api,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webrtc_evostream_api"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_webrtc_evostream_api,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webrtc_skyway_signaling"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_http_webrtc_skyway_signaling,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webrtc_evostream_ers"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_http_webrtc_evostream_ers,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webrtc_sora_api_cors_origin"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_webrtc_cors_origin,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webrtc_sora_api_buffers"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_webrtc_main_conf_t, api_buffers),
      &ngx_http_webrtc_api_bounds },

    { ngx_string("webrtc_message_size"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_webrtc_loc_conf_t, message_size),
      &ngx_http_webrtc_message_size_bounds },

    { ngx_string("webrtc_send_queue"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_webrtc_loc_conf_t, send_queue),
      &ngx_http_webrtc_send_queue_bounds },

    { ngx_string("webrtc_message_rate"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_http_webrtc_message_rate,
      NGX_HTTP_LOC_CONF_OFFSET,
      0,
      NULL },

    { ngx_string("webrtc_connect_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_webrtc_loc_conf_t, connect_timeout),
      &ngx_http_webrtc_timeout_post },

    { ngx_string("webrtc_auth_uri"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_http_webrtc_set_uri,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_webrtc_loc_conf_t, auth_uri),
      NULL },

    { ngx_string("webrtc_session_uri"),
      NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_http_webrtc_hook_uri,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_webrtc_main_conf_t,
               hooks[NGX_WEBRTC_HOOK_SESSION].uri),
      (void *) NGX_WEBRTC_HOOK_SESSION },

    { ngx_string("webrtc_event_uri"),
      NGX_HTTP_SRV_CONF|NGX_CONF_TAKE1,
      ngx_http_webrtc_hook_uri,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_webrtc_main_conf_t,
               hooks[NGX_WEBRTC_HOOK_EVENT].uri),
      (void *) NGX_WEBRTC_HOOK_EVENT },

    { ngx_string("webrtc_auth_pending"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_webrtc_main_conf_t, auth_pending),
      &ngx_http_webrtc_pending_bounds },

    { ngx_string("webrtc_webhook_queue"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_webrtc_main_conf_t, webhook_queue),
      &ngx_http_webrtc_queue_bounds },

    { ngx_string("webrtc_webhook_lanes"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET,
      offsetof(ngx_http_webrtc_main_conf_t, webhook_lanes),
      &ngx_http_webrtc_lanes_bounds },

    { ngx_string("webrtc_webhook_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_webrtc_loc_conf_t, webhook_timeout),
      &ngx_http_webrtc_timeout_post },

    { ngx_string("webrtc_webhook_answer_size"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_LOC_CONF_OFFSET,
      offsetof(ngx_http_webrtc_loc_conf_t, webhook_answer),
      &ngx_http_webrtc_answer_bounds },

      ngx_null_command
};


static ngx_http_module_t  ngx_http_webrtc_module_ctx = {
    ngx_http_webrtc_add_variables,         /* preconfiguration */
    NULL,                                  /* postconfiguration */

    ngx_http_webrtc_create_main_conf,      /* create main configuration */
    ngx_http_webrtc_init_main_conf,        /* init main configuration */

    NULL,                                  /* create server configuration */
    NULL,                                  /* merge server configuration */

    ngx_http_webrtc_create_loc_conf,       /* create location configuration */
    ngx_http_webrtc_merge_loc_conf         /* merge location configuration */
};


ngx_module_t  ngx_http_webrtc_module = {
    NGX_MODULE_V1,
    &ngx_http_webrtc_module_ctx,           /* module context */
    ngx_http_webrtc_commands,              /* module directives */
    NGX_HTTP_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    ngx_http_webrtc_init_process,          /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_http_webrtc_exit_process,          /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


/* the origin that the API's manual shows */

static ngx_str_t  ngx_http_webrtc_default_origin =
    ngx_string("http://127.0.0.1:5000");

static ngx_http_complex_value_t  ngx_http_webrtc_no_origin;


static char *
ngx_http_webrtc_sora_signaling(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_http_webrtc_handler(cf, cmd, conf,
                                   ngx_http_webrtc_sora_signaling_handler);
}


static char *
ngx_http_webrtc_sora_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webrtc_loc_conf_t *wlcf = conf;

    wlcf->is_api = 1;

    return ngx_http_webrtc_handler(cf, cmd, conf,
                                   ngx_http_webrtc_sora_api_handler);
}


/* [domain=name] */

static char *
ngx_http_webrtc_skyway_signaling(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_http_webrtc_loc_conf_t *wlcf = conf;

    ngx_str_t  *value;

    value = cf->args->elts;

    if (cf->args->nelts > 1) {

        if (value[1].len < 8
            || ngx_strncmp(value[1].data, "domain=", 7) != 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\"", &value[1]);
            return NGX_CONF_ERROR;
        }

        wlcf->skyway_domain.data = value[1].data + 7;
        wlcf->skyway_domain.len = value[1].len - 7;
    }

    wlcf->is_socketio = 1;

    return ngx_http_webrtc_handler(cf, cmd, conf,
                                   ngx_http_webrtc_socketio_handler);
}


static char *
ngx_http_webrtc_peerjs(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_http_webrtc_handler(cf, cmd, conf,
                                   ngx_http_webrtc_peerjs_handler);
}


static char *
ngx_http_webrtc_skyway_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webrtc_loc_conf_t *wlcf = conf;

    wlcf->is_api = 1;

    return ngx_http_webrtc_handler(cf, cmd, conf,
                                   ngx_http_webrtc_skyway_api_handler);
}


static char *
ngx_http_webrtc_evostream_ers(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webrtc_loc_conf_t *wlcf = conf;

    wlcf->is_ers = 1;

    return ngx_http_webrtc_handler(cf, cmd, conf,
                                   ngx_http_webrtc_ers_handler);
}


static char *
ngx_http_webrtc_evostream_api(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    return ngx_http_webrtc_handler(cf, cmd, conf,
                                   ngx_http_webrtc_evostream_api_handler);
}


static char *
ngx_http_webrtc_handler(ngx_conf_t *cf, ngx_command_t *cmd,
    ngx_http_webrtc_loc_conf_t *wlcf, ngx_http_handler_pt handler)
{
    ngx_http_core_loc_conf_t  *clcf;

    if (wlcf->handler.data == cmd->name.data) {
        return "is duplicate";
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

    if (clcf->handler) {
        return "meets another content handler in this location";
    }

    clcf->handler = handler;
    wlcf->handler = cmd->name;

    ngx_webrtc_require(cf, (const char *) cmd->name.data);

    return NGX_CONF_OK;
}


static char *
ngx_http_webrtc_cors_origin(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webrtc_loc_conf_t *wlcf = conf;

    ngx_str_t                         *value;
    ngx_http_compile_complex_value_t   ccv;

    if (wlcf->cors_origin != NGX_CONF_UNSET_PTR) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "must not be empty";
    }

    if (ngx_strcmp(value[1].data, "off") == 0) {
        wlcf->cors_origin = &ngx_http_webrtc_no_origin;
        return NGX_CONF_OK;
    }

    wlcf->cors_origin = ngx_palloc(cf->pool, sizeof(ngx_http_complex_value_t));
    if (wlcf->cors_origin == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(&ccv, sizeof(ngx_http_compile_complex_value_t));

    ccv.cf = cf;
    ccv.value = &value[1];
    ccv.complex_value = wlcf->cors_origin;

    if (ngx_http_compile_complex_value(&ccv) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


/* off | number [burst=number] */

static char *
ngx_http_webrtc_message_rate(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_http_webrtc_loc_conf_t *wlcf = conf;

    ngx_int_t   rate, burst;
    ngx_str_t  *value;

    if (wlcf->rate != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strcmp(value[1].data, "off") == 0) {

        if (cf->args->nelts > 2) {
            return "takes no burst with \"off\"";
        }

        wlcf->rate = 0;
        wlcf->burst = 0;

        return NGX_CONF_OK;
    }

    rate = ngx_atoi(value[1].data, value[1].len);

    if (rate < 1 || rate > 1000000) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid rate \"%V\"",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    burst = rate * 2;

    if (cf->args->nelts > 2) {

        burst = NGX_ERROR;

        if (ngx_strncmp(value[2].data, "burst=", 6) == 0) {
            burst = ngx_atoi(value[2].data + 6, value[2].len - 6);
        }

        if (burst < 1 || burst > 1000000) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "invalid parameter \"%V\"", &value[2]);
            return NGX_CONF_ERROR;
        }
    }

    wlcf->rate = rate;
    wlcf->burst = burst;

    return NGX_CONF_OK;
}


static void *
ngx_http_webrtc_create_main_conf(ngx_conf_t *cf)
{
    ngx_http_webrtc_main_conf_t  *wmcf;

    wmcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_webrtc_main_conf_t));
    if (wmcf == NULL) {
        return NULL;
    }

    wmcf->auth_pending = NGX_CONF_UNSET_UINT;
    wmcf->webhook_queue = NGX_CONF_UNSET_SIZE;
    wmcf->webhook_lanes = NGX_CONF_UNSET_UINT;
    wmcf->api_buffers = NGX_CONF_UNSET_SIZE;

    return wmcf;
}


static char *
ngx_http_webrtc_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_http_webrtc_main_conf_t *wmcf = conf;

    ngx_conf_init_uint_value(wmcf->auth_pending, 1000);
    ngx_conf_init_size_value(wmcf->webhook_queue, 4 * 1024 * 1024);
    ngx_conf_init_uint_value(wmcf->webhook_lanes, 8);
    ngx_conf_init_size_value(wmcf->api_buffers, 64 * 1024 * 1024);

    return NGX_CONF_OK;
}


static ngx_int_t
ngx_http_webrtc_init_process(ngx_cycle_t *cycle)
{
    ngx_http_webrtc_hook_init();

    return NGX_OK;
}


static void
ngx_http_webrtc_exit_process(ngx_cycle_t *cycle)
{
    ngx_webrtc_hook_close();
    ngx_http_webrtc_background_shutdown();
}


static void *
ngx_http_webrtc_create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_webrtc_loc_conf_t  *wlcf;

    wlcf = ngx_pcalloc(cf->pool, sizeof(ngx_http_webrtc_loc_conf_t));
    if (wlcf == NULL) {
        return NULL;
    }

    wlcf->message_size = NGX_CONF_UNSET_SIZE;
    wlcf->send_queue = NGX_CONF_UNSET_SIZE;
    wlcf->rate = NGX_CONF_UNSET_UINT;
    wlcf->burst = NGX_CONF_UNSET_UINT;
    wlcf->connect_timeout = NGX_CONF_UNSET_MSEC;
    wlcf->webhook_timeout = NGX_CONF_UNSET_MSEC;
    wlcf->webhook_answer = NGX_CONF_UNSET_SIZE;
    wlcf->cors_origin = NGX_CONF_UNSET_PTR;

    return wlcf;
}


static char *
ngx_http_webrtc_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_webrtc_loc_conf_t *prev = parent;
    ngx_http_webrtc_loc_conf_t *conf = child;

    ngx_http_core_loc_conf_t  *clcf;

    /* pongs with statistics reach 200 kB, answers with 512 m-lines 500 kB */

    ngx_conf_merge_size_value(conf->message_size, prev->message_size,
                              1024 * 1024);
    ngx_conf_merge_size_value(conf->send_queue, prev->send_queue,
                              4 * 1024 * 1024);

    if (conf->rate == NGX_CONF_UNSET_UINT) {
        conf->rate = prev->rate;
        conf->burst = prev->burst;
    }

    if (conf->rate == NGX_CONF_UNSET_UINT && conf->handler.len) {

        /*
         * Who joins a mesh room says a lot to everybody at once, and a media
         * server to all viewers of a room.
         */

        conf->rate = conf->is_ers ? 1000 : conf->is_socketio ? 500 : 100;
        conf->burst = conf->is_ers ? 10000 : conf->is_socketio ? 2000 : 200;
    }

    ngx_conf_merge_msec_value(conf->connect_timeout, prev->connect_timeout,
                              15000);
    ngx_conf_merge_msec_value(conf->webhook_timeout, prev->webhook_timeout,
                              5000);
    ngx_conf_merge_size_value(conf->webhook_answer, prev->webhook_answer,
                              64 * 1024);

    if (!conf->auth_uri.set) {
        conf->auth_uri = prev->auth_uri;
    }

    if (conf->cors_origin == NGX_CONF_UNSET_PTR) {
        conf->cors_origin = prev->cors_origin;
    }

    if (conf->cors_origin == NGX_CONF_UNSET_PTR) {

        conf->cors_origin = ngx_pcalloc(cf->pool,
                                        sizeof(ngx_http_complex_value_t));
        if (conf->cors_origin == NULL) {
            return NGX_CONF_ERROR;
        }

        conf->cors_origin->value = ngx_http_webrtc_default_origin;
    }

    if (conf->is_api) {

        /*
         * A body that is too large has its own answer in the API, so the
         * limit is taken over from nginx, which would answer with a page.
         */

        clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);

        conf->max_body = clcf->client_max_body_size;
        clcf->client_max_body_size = 0;
    }

    if (conf->is_socketio) {

        /* a body has messages: their limit is "webrtc_message_size" */

        clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
        clcf->client_max_body_size = 0;
    }

    return NGX_CONF_OK;
}
