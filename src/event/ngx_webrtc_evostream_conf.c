
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The directives of EvoStream's API, its services and its rendezvous server.
 * A module of its own, so that they have a table of their own; their values
 * are in ngx_webrtc_conf_t.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_evostream_conf.h>
#include <event/ngx_webrtc_evostream_file.h>
#include <front/evostream/ngx_webrtc_evostream.h>


static void *ngx_webrtc_evostream_create_conf(ngx_cycle_t *cycle);
static char *ngx_webrtc_evostream_init_conf(ngx_cycle_t *cycle, void *conf);
static char *ngx_webrtc_evostream_config_file(ngx_conf_t *cf,
    ngx_command_t *cmd, void *conf);
static char *ngx_webrtc_evostream_resolver(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_webrtc_evostream_retry(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_webrtc_evostream_check_name(ngx_conf_t *cf, void *post,
    void *data);
static char *ngx_webrtc_evostream_check_heartbeat(ngx_conf_t *cf, void *post,
    void *data);


static ngx_conf_num_bounds_t  ngx_webrtc_evostream_configs_bounds = {
    ngx_conf_check_num_bounds, 1, 10000
};

static ngx_conf_num_bounds_t  ngx_webrtc_evostream_viewers_bounds = {
    ngx_conf_check_num_bounds, 1, 100000
};

static ngx_conf_num_bounds_t  ngx_webrtc_evostream_ers_bounds = {
    ngx_conf_check_num_bounds, 1, 1000000
};

static ngx_webrtc_size_bounds_t  ngx_webrtc_evostream_line_bounds = {
    ngx_webrtc_check_size_bounds, 4096, 1024 * 1024
};

static ngx_webrtc_size_bounds_t  ngx_webrtc_evostream_message_bounds = {
    ngx_webrtc_check_size_bounds, 16 * 1024, 16 * 1024 * 1024
};

static ngx_webrtc_size_bounds_t  ngx_webrtc_evostream_queue_bounds = {
    ngx_webrtc_check_size_bounds, 64 * 1024, 64 * 1024 * 1024
};

static size_t  ngx_webrtc_evostream_room_max = NGX_WEBRTC_EVOSTREAM_ROOM_MAX;

static size_t  ngx_webrtc_evostream_token_max = NGX_WEBRTC_EVOSTREAM_TOKEN_MAX;

static ngx_conf_post_t  ngx_webrtc_evostream_name_post = {
    ngx_webrtc_evostream_check_name
};

static ngx_conf_post_t  ngx_webrtc_evostream_msec_post = {
    ngx_webrtc_check_positive_msec
};

static ngx_conf_post_t  ngx_webrtc_evostream_heartbeat_post = {
    ngx_webrtc_evostream_check_heartbeat
};


static ngx_command_t  ngx_webrtc_evostream_commands[] = {

    { ngx_string("webrtc_evostream_config_file"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_webrtc_evostream_config_file,
      0,
      0,
      NULL },

    { ngx_string("webrtc_evostream_name"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, name),
      &ngx_webrtc_evostream_name_post },

    { ngx_string("webrtc_evostream_max_configs"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, max_configs),
      &ngx_webrtc_evostream_configs_bounds },

    { ngx_string("webrtc_evostream_max_viewers"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, max_viewers),
      &ngx_webrtc_evostream_viewers_bounds },

    { ngx_string("webrtc_evostream_line_size"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, line_size),
      &ngx_webrtc_evostream_line_bounds },

    { ngx_string("webrtc_evostream_wrapped_answer"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, wrapped),
      NULL },

#if (NGX_SSL)

    { ngx_string("webrtc_evostream_ssl"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_over_ssl),
      NULL },

    { ngx_string("webrtc_evostream_ssl_verify"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ssl_verify),
      NULL },

    { ngx_string("webrtc_evostream_ssl_trusted_certificate"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_webrtc_evostream_certificate,
      0,
      0,
      NULL },

#endif

    { ngx_string("webrtc_evostream_resolver"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_1MORE,
      ngx_webrtc_evostream_resolver,
      0,
      0,
      NULL },

    { ngx_string("webrtc_evostream_resolver_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, resolver_timeout),
      &ngx_webrtc_evostream_msec_post },

    { ngx_string("webrtc_evostream_connect_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, connect_timeout),
      &ngx_webrtc_evostream_msec_post },

    { ngx_string("webrtc_evostream_join_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, join_timeout),
      &ngx_webrtc_evostream_msec_post },

    { ngx_string("webrtc_evostream_heartbeat_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, silence),
      &ngx_webrtc_evostream_msec_post },

    { ngx_string("webrtc_evostream_retry"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE2,
      ngx_webrtc_evostream_retry,
      0,
      0,
      NULL },

    { ngx_string("webrtc_evostream_refresh"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, refresh),
      &ngx_webrtc_evostream_msec_post },

    { ngx_string("webrtc_evostream_message_size"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, message_size),
      &ngx_webrtc_evostream_message_bounds },

    { ngx_string("webrtc_evostream_send_queue"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, send_queue),
      &ngx_webrtc_evostream_queue_bounds },

    { ngx_string("webrtc_evostream_full_ice"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, full_ice),
      NULL },

    { ngx_string("webrtc_evostream_ers_rooms"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_1MORE,
      ngx_webrtc_evostream_ers_texts,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_rooms),
      &ngx_webrtc_evostream_room_max },

    { ngx_string("webrtc_evostream_ers_token"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_1MORE,
      ngx_webrtc_evostream_ers_texts,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_tokens),
      &ngx_webrtc_evostream_token_max },

    { ngx_string("webrtc_evostream_ers_viewer_token"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_1MORE,
      ngx_webrtc_evostream_ers_texts,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_viewer_tokens),
      &ngx_webrtc_evostream_token_max },

    { ngx_string("webrtc_evostream_ers_server"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE123,
      ngx_webrtc_evostream_ers_server,
      0,
      0,
      NULL },

    { ngx_string("webrtc_evostream_ers_max_rooms"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_max_rooms),
      &ngx_webrtc_evostream_ers_bounds },

    { ngx_string("webrtc_evostream_ers_room_viewers"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_room_viewers),
      &ngx_webrtc_evostream_ers_bounds },

    { ngx_string("webrtc_evostream_ers_heartbeat"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_heartbeat),
      &ngx_webrtc_evostream_heartbeat_post },

    { ngx_string("webrtc_evostream_ers_heartbeat_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_heartbeat_timeout),
      &ngx_webrtc_evostream_heartbeat_post },

    { ngx_string("webrtc_evostream_ers_join_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_join_timeout),
      &ngx_webrtc_evostream_msec_post },

    { ngx_string("webrtc_evostream_ers_credential_time"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_credential_time),
      &ngx_webrtc_evostream_msec_post },

    { ngx_string("webrtc_evostream_ers_return_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_return_timeout),
      &ngx_webrtc_evostream_msec_post },

    { ngx_string("webrtc_evostream_ers_token_time"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_token_time),
      &ngx_webrtc_evostream_msec_post },

    { ngx_string("webrtc_evostream_ers_max_tokens"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_evostream_main_conf_t, ers_max_tokens),
      &ngx_webrtc_evostream_configs_bounds },

      ngx_null_command
};


static ngx_core_module_t  ngx_webrtc_evostream_module_ctx = {
    ngx_string("webrtc_evostream"),
    ngx_webrtc_evostream_create_conf,
    ngx_webrtc_evostream_init_conf
};


ngx_module_t  ngx_webrtc_evostream_module = {
    NGX_MODULE_V1,
    &ngx_webrtc_evostream_module_ctx,      /* module context */
    ngx_webrtc_evostream_commands,         /* module directives */
    NGX_CORE_MODULE,                       /* module type */
    NULL,                                  /* init master */
    ngx_webrtc_evostream_file_prepare,     /* init module */
    ngx_webrtc_evostream_file_open,        /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    ngx_webrtc_evostream_file_close,       /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static void *
ngx_webrtc_evostream_create_conf(ngx_cycle_t *cycle)
{
    ngx_webrtc_evostream_main_conf_t  *emcf;

    emcf = &ngx_webrtc_get_conf(cycle)->evostream;

    /*
     * set by ngx_pcalloc():
     *
     *     emcf->configs_file = { 0, NULL };
     *     emcf->name = { 0, NULL };
     *     emcf->ssl_trusted_certificate = { 0, NULL };
     *     emcf->ssl = NULL;
     *     emcf->resolver = NULL;
     *     emcf->ers_rooms = NULL;
     *     emcf->ers_tokens = NULL;
     *     emcf->ers_viewer_tokens = NULL;
     *     emcf->ers_servers = NULL;
     */

    emcf->max_configs = NGX_CONF_UNSET_UINT;
    emcf->max_viewers = NGX_CONF_UNSET_UINT;
    emcf->line_size = NGX_CONF_UNSET_SIZE;
    emcf->wrapped = NGX_CONF_UNSET;
    emcf->ers_over_ssl = NGX_CONF_UNSET;
    emcf->ssl_verify = NGX_CONF_UNSET;
    emcf->resolver_timeout = NGX_CONF_UNSET_MSEC;
    emcf->connect_timeout = NGX_CONF_UNSET_MSEC;
    emcf->join_timeout = NGX_CONF_UNSET_MSEC;
    emcf->silence = NGX_CONF_UNSET_MSEC;
    emcf->retry_min = NGX_CONF_UNSET_MSEC;
    emcf->retry_max = NGX_CONF_UNSET_MSEC;
    emcf->refresh = NGX_CONF_UNSET_MSEC;
    emcf->message_size = NGX_CONF_UNSET_SIZE;
    emcf->send_queue = NGX_CONF_UNSET_SIZE;
    emcf->full_ice = NGX_CONF_UNSET;
    emcf->ers_max_rooms = NGX_CONF_UNSET_UINT;
    emcf->ers_room_viewers = NGX_CONF_UNSET_UINT;
    emcf->ers_heartbeat = NGX_CONF_UNSET_MSEC;
    emcf->ers_heartbeat_timeout = NGX_CONF_UNSET_MSEC;
    emcf->ers_join_timeout = NGX_CONF_UNSET_MSEC;
    emcf->ers_credential_time = NGX_CONF_UNSET_MSEC;
    emcf->ers_return_timeout = NGX_CONF_UNSET_MSEC;
    emcf->ers_token_time = NGX_CONF_UNSET_MSEC;
    emcf->ers_max_tokens = NGX_CONF_UNSET_UINT;

    return emcf;
}


static char *
ngx_webrtc_evostream_init_conf(ngx_cycle_t *cycle, void *conf)
{
    ngx_webrtc_evostream_main_conf_t *emcf = conf;

    if (emcf->name.data == NULL) {
        ngx_str_set(&emcf->name, "evostreamms");
    }

    ngx_conf_init_uint_value(emcf->max_configs, 0);
    ngx_conf_init_uint_value(emcf->max_viewers, 0);
    ngx_conf_init_size_value(emcf->line_size, 16 * 1024);
    ngx_conf_init_value(emcf->wrapped, 0);
    ngx_conf_init_value(emcf->ers_over_ssl, 0);
    ngx_conf_init_value(emcf->ssl_verify, 1);
    ngx_conf_init_msec_value(emcf->resolver_timeout, 30000);
    ngx_conf_init_msec_value(emcf->connect_timeout, 10000);
    ngx_conf_init_msec_value(emcf->join_timeout, 10000);
    ngx_conf_init_msec_value(emcf->silence, 55000);
    ngx_conf_init_msec_value(emcf->retry_min, 1000);
    ngx_conf_init_msec_value(emcf->retry_max, 10000);
    ngx_conf_init_msec_value(emcf->refresh, 20 * 3600 * 1000);
    ngx_conf_init_size_value(emcf->message_size, 128 * 1024);
    ngx_conf_init_size_value(emcf->send_queue, 256 * 1024);
    ngx_conf_init_value(emcf->full_ice, 1);
    ngx_conf_init_uint_value(emcf->ers_max_rooms, 1000);
    ngx_conf_init_uint_value(emcf->ers_room_viewers, 1000);
    ngx_conf_init_msec_value(emcf->ers_heartbeat, 25000);
    ngx_conf_init_msec_value(emcf->ers_heartbeat_timeout, 60000);
    ngx_conf_init_msec_value(emcf->ers_join_timeout, 30000);
    ngx_conf_init_msec_value(emcf->ers_credential_time, 24 * 3600 * 1000);
    ngx_conf_init_msec_value(emcf->ers_return_timeout, 10000);
    ngx_conf_init_msec_value(emcf->ers_token_time, 10 * 60 * 1000);
    ngx_conf_init_uint_value(emcf->ers_max_tokens, 256);

    /* where both are given the line has been told already */

    if (emcf->ers_heartbeat_timeout <= emcf->ers_heartbeat) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "\"webrtc_evostream_ers_heartbeat_timeout\" is %Mms and "
                      "must be greater than "
                      "\"webrtc_evostream_ers_heartbeat\", which is %Mms",
                      emcf->ers_heartbeat_timeout, emcf->ers_heartbeat);
        return NGX_CONF_ERROR;
    }

#if (NGX_SSL)

    /* without a media server there is nobody who would connect */

    if (ngx_webrtc_get_conf(cycle)->media) {
        return ngx_webrtc_evostream_init_ssl(cycle, emcf);
    }

#endif

    return NGX_CONF_OK;
}


static char *
ngx_webrtc_evostream_config_file(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf)
{
    ngx_webrtc_evostream_main_conf_t *emcf = conf;

    ngx_str_t  *value;

    if (emcf->configs_file.data) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0 || value[1].data[value[1].len - 1] == '/') {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not the name of a file", &value[1]);
        return NGX_CONF_ERROR;
    }

    emcf->configs_file = value[1];

    if (ngx_conf_full_name(cf->cycle, &emcf->configs_file, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webrtc_evostream_resolver(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webrtc_evostream_main_conf_t *emcf = conf;

    ngx_str_t  *value;

    if (emcf->resolver) {
        return "is duplicate";
    }

    value = cf->args->elts;

    emcf->resolver = ngx_resolver_create(cf, &value[1], cf->args->nelts - 1);

    if (emcf->resolver == NULL) {
        return NGX_CONF_ERROR;
    }

    if (emcf->resolver->connections.nelts == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "no name servers defined");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webrtc_evostream_retry(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webrtc_evostream_main_conf_t *emcf = conf;

    ngx_int_t    time;
    ngx_str_t   *value;
    ngx_uint_t   i;

    if (emcf->retry_min != NGX_CONF_UNSET_MSEC) {
        return "is duplicate";
    }

    value = cf->args->elts;

    for (i = 1; i < 3; i++) {
        time = ngx_parse_time(&value[i], 0);

        if (time == NGX_ERROR || time == 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid time \"%V\"",
                               &value[i]);
            return NGX_CONF_ERROR;
        }

        *((i == 1) ? &emcf->retry_min : &emcf->retry_max) = time;
    }

    if (emcf->retry_max < emcf->retry_min) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" must not be less than \"%V\"",
                           &value[2], &value[1]);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webrtc_evostream_check_name(ngx_conf_t *cf, void *post, void *data)
{
    ngx_str_t *value = data;

    if (value->len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "value must not be empty");
        return NGX_CONF_ERROR;
    }

    return ngx_webrtc_check_ascii(cf, post, data);
}


static char *
ngx_webrtc_evostream_check_heartbeat(ngx_conf_t *cf, void *post, void *data)
{
    ngx_webrtc_evostream_main_conf_t  *emcf;

    if (ngx_webrtc_check_positive_msec(cf, post, data) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    emcf = &ngx_webrtc_get_conf(cf->cycle)->evostream;

    if (emcf->ers_heartbeat != NGX_CONF_UNSET_MSEC
        && emcf->ers_heartbeat_timeout != NGX_CONF_UNSET_MSEC
        && emcf->ers_heartbeat_timeout <= emcf->ers_heartbeat)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"webrtc_evostream_ers_heartbeat_timeout\" must "
                           "be greater than "
                           "\"webrtc_evostream_ers_heartbeat\"");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
