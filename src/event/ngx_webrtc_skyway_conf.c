
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The directives of the SkyWay WebRTC Gateway.  A module of its own, so that
 * they have a table of their own; their values are in ngx_webrtc_conf_t.
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_conf_acl.h>


/* the first port is that of the original, and there are enough of them */
#define NGX_WEBRTC_SKYWAY_FIRST_PORT  50001
#define NGX_WEBRTC_SKYWAY_LAST_PORT   51000

/* what one datagram can hold */
#define NGX_WEBRTC_SKYWAY_DATAGRAM    65507


static void *ngx_webrtc_skyway_create_conf(ngx_cycle_t *cycle);
static char *ngx_webrtc_skyway_init_conf(ngx_cycle_t *cycle, void *conf);
static char *ngx_webrtc_skyway_check_addresses(ngx_cycle_t *cycle,
    ngx_webrtc_skyway_main_conf_t *smcf);
static char *ngx_webrtc_skyway_check_ports(ngx_cycle_t *cycle,
    ngx_webrtc_skyway_main_conf_t *smcf);
static char *ngx_webrtc_skyway_key(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_webrtc_skyway_key_parameter(ngx_conf_t *cf,
    ngx_webrtc_skyway_key_t *key, ngx_str_t *value);
static ngx_uint_t ngx_webrtc_skyway_is_key(ngx_str_t *name);
static char *ngx_webrtc_skyway_ports(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_webrtc_skyway_bind(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_webrtc_skyway_address(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static ngx_webrtc_addr_t *ngx_webrtc_skyway_parse(ngx_conf_t *cf,
    ngx_str_t *value);


static ngx_conf_num_bounds_t  ngx_webrtc_skyway_registry_bounds = {
    ngx_conf_check_num_bounds, 16, 10000000
};

static ngx_conf_num_bounds_t  ngx_webrtc_skyway_bounds = {
    ngx_conf_check_num_bounds, 1, 1000000
};

static ngx_conf_post_t  ngx_webrtc_skyway_msec_post = {
    ngx_webrtc_check_positive_msec
};

static ngx_webrtc_size_bounds_t  ngx_webrtc_skyway_buffer_bounds = {
    ngx_webrtc_check_size_bounds, 64 * 1024, 1024 * 1024 * 1024
};

static ngx_webrtc_size_bounds_t  ngx_webrtc_skyway_message_bounds = {
    ngx_webrtc_check_size_bounds, 1024, NGX_WEBRTC_SKYWAY_DATAGRAM
};

static ngx_webrtc_size_bounds_t  ngx_webrtc_skyway_log_bounds = {
    ngx_webrtc_check_size_bounds, 0, 4 * 1024 * 1024
};

static ngx_webrtc_size_bounds_t  ngx_webrtc_skyway_early_bounds = {
    ngx_webrtc_check_size_bounds, 0, 64 * 1024 * 1024
};


static ngx_command_t  ngx_webrtc_skyway_commands[] = {

    { ngx_string("webrtc_key"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE123,
      ngx_webrtc_skyway_key,
      0,
      0,
      NULL },

    { ngx_string("webrtc_peer_registry"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, registry),
      &ngx_webrtc_skyway_registry_bounds },

    { ngx_string("webrtc_peer_waiting"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, waiting),
      &ngx_webrtc_skyway_bounds },

    { ngx_string("webrtc_peer_waiting_buffer"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, waiting_buffer),
      &ngx_webrtc_skyway_buffer_bounds },

    { ngx_string("webrtc_peer_room_members"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, room_members),
      &ngx_webrtc_skyway_bounds },

    { ngx_string("webrtc_peer_rooms"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, rooms),
      &ngx_webrtc_skyway_bounds },

    { ngx_string("webrtc_peer_room_log"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, room_log),
      &ngx_webrtc_skyway_log_bounds },

    { ngx_string("webrtc_peer_expire_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, expire_timeout),
      &ngx_webrtc_skyway_msec_post },

    { ngx_string("webrtc_peer_alive_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, alive_timeout),
      &ngx_webrtc_skyway_msec_post },

    { ngx_string("webrtc_peer_ping_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, ping_timeout),
      &ngx_webrtc_skyway_msec_post },

    { ngx_string("webrtc_peer_discovery"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, discovery),
      NULL },

    { ngx_string("webrtc_gateway_ports"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_webrtc_skyway_ports,
      0,
      0,
      NULL },

    { ngx_string("webrtc_gateway_bind"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_webrtc_skyway_bind,
      0,
      0,
      NULL },

    { ngx_string("webrtc_gateway_address"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_webrtc_skyway_address,
      0,
      0,
      NULL },

    { ngx_string("webrtc_gateway_receive_buffer"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, receive_buffer),
      &ngx_webrtc_skyway_buffer_bounds },

    { ngx_string("webrtc_gateway_redirect_allow"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_1MORE,
      ngx_webrtc_conf_set_acl_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, redirect_allow),
      NULL },

    { ngx_string("webrtc_gateway_max_peers"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, max_peers),
      &ngx_webrtc_skyway_bounds },

    { ngx_string("webrtc_gateway_peer_connections"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, peer_connections),
      &ngx_webrtc_skyway_bounds },

    { ngx_string("webrtc_gateway_max_links"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, max_links),
      &ngx_webrtc_skyway_bounds },

    { ngx_string("webrtc_gateway_max_events"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, max_events),
      &ngx_webrtc_skyway_bounds },

    { ngx_string("webrtc_gateway_poll_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, poll_timeout),
      &ngx_webrtc_skyway_msec_post },

    { ngx_string("webrtc_gateway_poll_grace"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, poll_grace),
      &ngx_webrtc_skyway_msec_post },

    { ngx_string("webrtc_gateway_idle"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, idle),
      NULL },

    { ngx_string("webrtc_gateway_linger"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, linger),
      &ngx_webrtc_skyway_msec_post },

    { ngx_string("webrtc_gateway_message_size"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, message_size),
      &ngx_webrtc_skyway_message_bounds },

    { ngx_string("webrtc_gateway_data_buffer"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, data_buffer),
      &ngx_webrtc_skyway_buffer_bounds },

    { ngx_string("webrtc_gateway_early_data"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, early_data),
      &ngx_webrtc_skyway_early_bounds },

    { ngx_string("webrtc_gateway_unpack"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_webrtc_skyway_main_conf_t, unpack),
      NULL },

      ngx_null_command
};


static ngx_core_module_t  ngx_webrtc_skyway_module_ctx = {
    ngx_string("webrtc_skyway"),
    ngx_webrtc_skyway_create_conf,
    ngx_webrtc_skyway_init_conf
};


ngx_module_t  ngx_webrtc_skyway_module = {
    NGX_MODULE_V1,
    &ngx_webrtc_skyway_module_ctx,         /* module context */
    ngx_webrtc_skyway_commands,            /* module directives */
    NGX_CORE_MODULE,                       /* module type */
    NULL,                                  /* init master */
    NULL,                                  /* init module */
    NULL,                                  /* init process */
    NULL,                                  /* init thread */
    NULL,                                  /* exit thread */
    NULL,                                  /* exit process */
    NULL,                                  /* exit master */
    NGX_MODULE_V1_PADDING
};


static void *
ngx_webrtc_skyway_create_conf(ngx_cycle_t *cycle)
{
    ngx_webrtc_skyway_main_conf_t  *smcf;

    smcf = &ngx_webrtc_get_conf(cycle)->skyway;

    /*
     * set by ngx_pcalloc():
     *
     *     smcf->keys = NULL;
     *     smcf->first_port = 0;
     *     smcf->bind = NULL;
     *     smcf->address = NULL;
     *     smcf->redirect_allow = NULL;
     */

    smcf->registry = NGX_CONF_UNSET_UINT;
    smcf->waiting = NGX_CONF_UNSET_UINT;
    smcf->waiting_buffer = NGX_CONF_UNSET_SIZE;
    smcf->room_members = NGX_CONF_UNSET_UINT;
    smcf->rooms = NGX_CONF_UNSET_UINT;
    smcf->room_log = NGX_CONF_UNSET_SIZE;
    smcf->expire_timeout = NGX_CONF_UNSET_MSEC;
    smcf->alive_timeout = NGX_CONF_UNSET_MSEC;
    smcf->ping_timeout = NGX_CONF_UNSET_MSEC;
    smcf->discovery = NGX_CONF_UNSET;
    smcf->receive_buffer = NGX_CONF_UNSET_SIZE;
    smcf->max_peers = NGX_CONF_UNSET_UINT;
    smcf->peer_connections = NGX_CONF_UNSET_UINT;
    smcf->max_events = NGX_CONF_UNSET_UINT;
    smcf->max_links = NGX_CONF_UNSET_UINT;
    smcf->poll_timeout = NGX_CONF_UNSET_MSEC;
    smcf->poll_grace = NGX_CONF_UNSET_MSEC;
    smcf->linger = NGX_CONF_UNSET_MSEC;
    smcf->idle = NGX_CONF_UNSET_MSEC;
    smcf->message_size = NGX_CONF_UNSET_SIZE;
    smcf->data_buffer = NGX_CONF_UNSET_SIZE;
    smcf->early_data = NGX_CONF_UNSET_SIZE;
    smcf->unpack = NGX_CONF_UNSET;

    return smcf;
}


static char *
ngx_webrtc_skyway_init_conf(ngx_cycle_t *cycle, void *conf)
{
    ngx_webrtc_skyway_main_conf_t *smcf = conf;

    ngx_conf_init_uint_value(smcf->registry, 0);
    ngx_conf_init_uint_value(smcf->waiting, 100);
    ngx_conf_init_size_value(smcf->waiting_buffer, 16 * 1024 * 1024);
    ngx_conf_init_uint_value(smcf->room_members, 100);
    ngx_conf_init_uint_value(smcf->rooms, 16);
    ngx_conf_init_size_value(smcf->room_log, 64 * 1024);
    ngx_conf_init_msec_value(smcf->expire_timeout, 5000);
    ngx_conf_init_msec_value(smcf->alive_timeout, 90000);
    ngx_conf_init_msec_value(smcf->ping_timeout, 15000);
    ngx_conf_init_value(smcf->discovery, 0);
    ngx_conf_init_size_value(smcf->receive_buffer, 1024 * 1024);
    ngx_conf_init_uint_value(smcf->max_peers, 1000);
    ngx_conf_init_uint_value(smcf->peer_connections, 100);
    ngx_conf_init_uint_value(smcf->max_events, 1000);
    ngx_conf_init_uint_value(smcf->max_links, 1000);
    ngx_conf_init_msec_value(smcf->poll_timeout, 29000);
    ngx_conf_init_msec_value(smcf->poll_grace, 200);
    ngx_conf_init_msec_value(smcf->linger, 30000);
    ngx_conf_init_msec_value(smcf->idle, 60000);
    ngx_conf_init_size_value(smcf->message_size, NGX_WEBRTC_SKYWAY_DATAGRAM);
    ngx_conf_init_size_value(smcf->data_buffer, 1024 * 1024);
    ngx_conf_init_size_value(smcf->early_data, 64 * 1024);
    ngx_conf_init_value(smcf->unpack, 1);

    if (smcf->redirect_allow == NULL) {
        smcf->redirect_allow = ngx_webrtc_conf_private_acl(cycle->pool);
        if (smcf->redirect_allow == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    if (smcf->poll_grace >= smcf->poll_timeout) {
        ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                      "\"webrtc_gateway_poll_grace\" is %Mms and must be less "
                      "than \"webrtc_gateway_poll_timeout\", which is %Mms",
                      smcf->poll_grace, smcf->poll_timeout);
        return NGX_CONF_ERROR;
    }

    if (ngx_webrtc_skyway_check_addresses(cycle, smcf) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_webrtc_skyway_check_ports(cycle, smcf);
}


/* an IPv6 wildcard takes both families */

static char *
ngx_webrtc_skyway_check_addresses(ngx_cycle_t *cycle,
    ngx_webrtc_skyway_main_conf_t *smcf)
{
    ngx_uint_t  v4;

    if (smcf->bind == NULL) {
        smcf->bind = ngx_palloc(cycle->pool, sizeof(ngx_webrtc_addr_t));
        if (smcf->bind == NULL) {
            return NGX_CONF_ERROR;
        }

        ngx_webrtc_addr_set_v4(smcf->bind, "\0\0\0\0", 0);
    }

    if (smcf->address == NULL) {
        return NGX_CONF_OK;
    }

    v4 = ngx_webrtc_addr_is_v4(smcf->bind);

    if (v4 == ngx_webrtc_addr_is_v4(smcf->address)
        || (!v4 && ngx_webrtc_addr_is_unspecified(smcf->bind)))
    {
        return NGX_CONF_OK;
    }

    ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                  "\"webrtc_gateway_address\" is not of the family of "
                  "\"webrtc_gateway_bind\", in %s:%ui",
                  smcf->address_file, smcf->address_line);

    return NGX_CONF_ERROR;
}


static char *
ngx_webrtc_skyway_check_ports(ngx_cycle_t *cycle,
    ngx_webrtc_skyway_main_conf_t *smcf)
{
    ngx_uint_t           i, port;
    ngx_webrtc_media_t  *media;

    if (smcf->first_port == 0) {
        smcf->first_port = NGX_WEBRTC_SKYWAY_FIRST_PORT;
        smcf->last_port = NGX_WEBRTC_SKYWAY_LAST_PORT;
        return NGX_CONF_OK;
    }

    media = ngx_webrtc_get_conf(cycle)->media;

    for (i = 0; media && i < media->nports; i++) {
        port = media->ports[i];

        if (port >= smcf->first_port && port <= smcf->last_port) {
            ngx_log_error(NGX_LOG_EMERG, cycle->log, 0,
                          "\"webrtc_gateway_ports\" has %ui, which is a media "
                          "port, in %s:%ui",
                          port, smcf->ports_file, smcf->ports_line);
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_webrtc_skyway_key(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webrtc_skyway_main_conf_t *smcf = conf;

    ngx_str_t                *value;
    ngx_uint_t                i;
    ngx_webrtc_skyway_key_t  *key, *keys;

    value = cf->args->elts;

    if (!ngx_webrtc_skyway_is_key(&value[1])) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid key \"%V\", up to %i letters, digits and "
                           "\"-._~\" are expected",
                           &value[1], (ngx_int_t) NGX_WEBRTC_SKYWAY_KEY_MAX);
        return NGX_CONF_ERROR;
    }

    if (smcf->keys == NULL) {
        smcf->keys = ngx_array_create(cf->pool, 4,
                                      sizeof(ngx_webrtc_skyway_key_t));
        if (smcf->keys == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    keys = smcf->keys->elts;

    for (i = 0; i < smcf->keys->nelts; i++) {
        if (keys[i].name.len == value[1].len
            && ngx_strcmp(keys[i].name.data, value[1].data) == 0)
        {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "duplicate key \"%V\"",
                               &value[1]);
            return NGX_CONF_ERROR;
        }
    }

    key = ngx_array_push(smcf->keys);
    if (key == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memzero(key, sizeof(ngx_webrtc_skyway_key_t));

    key->name = value[1];

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_webrtc_skyway_key_parameter(cf, key, &value[i])
            != NGX_CONF_OK)
        {
            return NGX_CONF_ERROR;
        }
    }

    return NGX_CONF_OK;
}


static char *
ngx_webrtc_skyway_key_parameter(ngx_conf_t *cf, ngx_webrtc_skyway_key_t *key,
    ngx_str_t *value)
{
    size_t      len;
    ngx_str_t  *field;

    if (ngx_strncmp(value->data, "secret=", 7) == 0) {
        field = &key->secret;
        len = 7;

    } else if (ngx_strncmp(value->data, "domain=", 7) == 0) {
        field = &key->domain;
        len = 7;

    } else {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid parameter \"%V\"",
                           value);
        return NGX_CONF_ERROR;
    }

    if (field->len) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "duplicate parameter \"%*s\"",
                           len - 1, value->data);
        return NGX_CONF_ERROR;
    }

    field->data = value->data + len;
    field->len = value->len - len;

    if (field->len == 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "empty parameter \"%V\"",
                           value);
        return NGX_CONF_ERROR;
    }

    if (field == &key->domain) {
        ngx_strlow(field->data, field->data, field->len);
    }

    return NGX_CONF_OK;
}


/* it is a part of URLs */

static ngx_uint_t
ngx_webrtc_skyway_is_key(ngx_str_t *name)
{
    u_char  ch;
    size_t  i;

    for (i = 0; i < name->len; i++) {
        ch = name->data[i];

        if (!(ch >= '0' && ch <= '9') && !(ch >= 'a' && ch <= 'z')
            && !(ch >= 'A' && ch <= 'Z') && ch != '-' && ch != '.'
            && ch != '_' && ch != '~')
        {
            return 0;
        }
    }

    return name->len > 0 && name->len <= NGX_WEBRTC_SKYWAY_KEY_MAX;
}


static char *
ngx_webrtc_skyway_ports(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webrtc_skyway_main_conf_t *smcf = conf;

    u_char     *p, *last;
    ngx_int_t   from, to;
    ngx_str_t  *value;

    if (smcf->first_port) {
        return "is duplicate";
    }

    value = cf->args->elts;

    last = value[1].data + value[1].len;
    p = ngx_strlchr(value[1].data, last, '-');

    if (p) {
        from = ngx_atoi(value[1].data, p - value[1].data);
        to = ngx_atoi(p + 1, last - p - 1);

    } else {
        from = ngx_atoi(value[1].data, value[1].len);
        to = from;
    }

    if (from < 1 || to < from || to > 65535) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid range of ports \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    smcf->first_port = from;
    smcf->last_port = to;
    smcf->ports_file = cf->conf_file->file.name.data;
    smcf->ports_line = cf->conf_file->line;

    return NGX_CONF_OK;
}


static char *
ngx_webrtc_skyway_bind(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webrtc_skyway_main_conf_t *smcf = conf;

    ngx_str_t  *value;

    if (smcf->bind) {
        return "is duplicate";
    }

    value = cf->args->elts;

    smcf->bind = ngx_webrtc_skyway_parse(cf, &value[1]);

    return smcf->bind ? NGX_CONF_OK : NGX_CONF_ERROR;
}


static char *
ngx_webrtc_skyway_address(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webrtc_skyway_main_conf_t *smcf = conf;

    ngx_str_t  *value;

    if (smcf->address) {
        return "is duplicate";
    }

    value = cf->args->elts;

    smcf->address = ngx_webrtc_skyway_parse(cf, &value[1]);
    if (smcf->address == NULL) {
        return NGX_CONF_ERROR;
    }

    if (ngx_webrtc_addr_is_unspecified(smcf->address)) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is not an address one can send to",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    smcf->address_file = cf->conf_file->file.name.data;
    smcf->address_line = cf->conf_file->line;

    return NGX_CONF_OK;
}


static ngx_webrtc_addr_t *
ngx_webrtc_skyway_parse(ngx_conf_t *cf, ngx_str_t *value)
{
    ngx_webrtc_addr_t  *addr;

    addr = ngx_pcalloc(cf->pool, sizeof(ngx_webrtc_addr_t));
    if (addr == NULL) {
        return NULL;
    }

    if (ngx_webrtc_addr_parse_ip(addr, value) != NGX_OK
        || ngx_webrtc_addr_is_multicast(addr))
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "invalid address \"%V\"",
                           value);
        return NULL;
    }

    return addr;
}


void
ngx_webrtc_skyway_conf_get(ngx_cycle_t *cycle,
    ngx_webrtc_skyway_conf_t *skyway, ngx_webrtc_gateway_conf_t *gateway)
{
    ngx_webrtc_conf_t              *wcf;
    ngx_webrtc_skyway_main_conf_t  *smcf;

    wcf = ngx_webrtc_get_conf(cycle);
    smcf = &wcf->skyway;

    ngx_memzero(skyway, sizeof(ngx_webrtc_skyway_conf_t));

    if (smcf->keys) {
        skyway->keys = smcf->keys->elts;
        skyway->nkeys = smcf->keys->nelts;
    }

    skyway->max_peers = smcf->max_peers;
    skyway->max_connections = smcf->peer_connections;
    skyway->max_events = smcf->max_events;
    skyway->max_waiting = smcf->waiting;
    skyway->waiting_buffer = smcf->waiting_buffer;
    skyway->poll_timeout = smcf->poll_timeout * NGX_WEBRTC_MSEC;
    skyway->poll_grace = smcf->poll_grace * NGX_WEBRTC_MSEC;
    skyway->linger = smcf->linger * NGX_WEBRTC_MSEC;
    skyway->idle = smcf->idle * NGX_WEBRTC_MSEC;
    skyway->expire_timeout = smcf->expire_timeout * NGX_WEBRTC_MSEC;
    skyway->alive_timeout = smcf->alive_timeout * NGX_WEBRTC_MSEC;
    skyway->ping_timeout = smcf->ping_timeout * NGX_WEBRTC_MSEC;
    skyway->redirect_allow = smcf->redirect_allow;
    skyway->max_room_members = smcf->room_members;
    skyway->has_ice_servers = wcf->ice.servers ? 1 : 0;
    skyway->max_rooms = smcf->rooms;
    skyway->room_log = smcf->room_log;
    skyway->unpack = smcf->unpack ? 1 : 0;
    skyway->discovery = smcf->discovery ? 1 : 0;

    ngx_memzero(gateway, sizeof(ngx_webrtc_gateway_conf_t));

    gateway->max_links = smcf->max_links;
    gateway->message_size = smcf->message_size;
    gateway->data_buffer = smcf->data_buffer;
    gateway->early_data = smcf->early_data;
    gateway->max_sections = wcf->max_sections;
    gateway->setup_timeout = wcf->setup_timeout * NGX_WEBRTC_MSEC;
}
