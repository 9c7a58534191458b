
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the directives of the main context */


#include <ngx_config.h>
#include <ngx_core.h>
#include <hub/ngx_webrtc_spotlight.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_conf_acl.h>
#include <event/ngx_webrtc_zone_sh.h>


#define NGX_WEBRTC_ZONE_SIZE_MIN  (1024 * 1024)


static char *ngx_webrtc_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_webrtc_speech_threshold(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_webrtc_bit_rate(ngx_conf_t *cf, void *post, void *data);
static char *ngx_webrtc_ping(ngx_conf_t *cf, void *post, void *data);


static ngx_conf_num_bounds_t  ngx_webrtc_connections_bounds = {
    ngx_conf_check_num_bounds, 1, 1000000
};

static ngx_conf_num_bounds_t  ngx_webrtc_forwardings_bounds = {
    ngx_conf_check_num_bounds, 0, 1000000
};

static ngx_conf_num_bounds_t  ngx_webrtc_agents_bounds = {
    ngx_conf_check_num_bounds, 1, 100000
};

static ngx_conf_num_bounds_t  ngx_webrtc_sections_bounds = {
    ngx_conf_check_num_bounds, 2, 10000
};

static ngx_conf_num_bounds_t  ngx_webrtc_filters_bounds = {
    ngx_conf_check_num_bounds, 1, 64
};

static ngx_conf_num_bounds_t  ngx_webrtc_bit_rate_bounds = {
    ngx_webrtc_bit_rate, 1, 1000000
};

static ngx_conf_num_bounds_t  ngx_webrtc_spotlight_bounds = {
    ngx_conf_check_num_bounds, 1, NGX_WEBRTC_SPOTLIGHT_MAX
};

static ngx_webrtc_size_bounds_t  ngx_webrtc_mailbox_bounds = {
    ngx_webrtc_check_size_bounds, 64 * 1024, 64 * 1024 * 1024
};

static ngx_webrtc_size_bounds_t  ngx_webrtc_outbox_bounds = {
    ngx_webrtc_check_size_bounds, 128 * 1024, 64 * 1024 * 1024
};

static ngx_webrtc_size_bounds_t  ngx_webrtc_buffer_bounds = {
    ngx_webrtc_check_size_bounds, 4096, 1024 * 1024 * 1024
};

static ngx_conf_post_t  ngx_webrtc_ascii_post = { ngx_webrtc_check_ascii };

static ngx_conf_num_bounds_t  ngx_webrtc_channels_bounds = {
    ngx_conf_check_num_bounds, 0, 1000
};

static ngx_conf_num_bounds_t  ngx_webrtc_rate_bounds = {
    ngx_conf_check_num_bounds, 1, 1000000
};

static ngx_webrtc_size_bounds_t  ngx_webrtc_message_bounds = {
    ngx_webrtc_check_size_bounds, 16 * 1024, 16 * 1024 * 1024
};

static ngx_conf_post_t  ngx_webrtc_packets_post = {
    ngx_webrtc_check_power_of_two
};

static ngx_conf_post_t  ngx_webrtc_msec_post = {
    ngx_webrtc_check_positive_msec
};

/* within the shortest, rounds to hundreds of receivers have an end */

static ngx_webrtc_msec_bounds_t  ngx_webrtc_max_delay_bounds = {
    ngx_webrtc_check_msec_bounds, 10, 10 * 1000
};

/* no client would take the longest for a loss yet */

static ngx_webrtc_msec_bounds_t  ngx_webrtc_idle_delay_bounds = {
    ngx_webrtc_check_msec_bounds, 0, 100
};

static ngx_conf_post_t  ngx_webrtc_trunk_post = { ngx_webrtc_trunk_size };

static ngx_conf_post_t  ngx_webrtc_ping_post = { ngx_webrtc_ping };


ngx_command_t  ngx_webrtc_commands[] = {

    { ngx_string("webrtc_zone"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_webrtc_zone,
      0,
      0,
      NULL },

    { ngx_string("webrtc_max_connections"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, max_connections),
      &ngx_webrtc_connections_bounds },

    { ngx_string("webrtc_channel_connections"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, channel_connections),
      &ngx_webrtc_connections_bounds },

    { ngx_string("webrtc_max_sections"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, max_sections),
      &ngx_webrtc_sections_bounds },

    { ngx_string("webrtc_forwarding_filters"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, max_filters),
      &ngx_webrtc_filters_bounds },

    { ngx_string("webrtc_mailbox_size"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_conf_t, mailbox_size),
      &ngx_webrtc_mailbox_bounds },

    { ngx_string("webrtc_mailbox_backlog"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_conf_t, mailbox_backlog),
      &ngx_webrtc_mailbox_bounds },

    { ngx_string("webrtc_outbox_size"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_conf_t, outbox_size),
      &ngx_webrtc_outbox_bounds },

    { ngx_string("webrtc_receive_buffer"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_conf_t, receive_buffer),
      &ngx_webrtc_buffer_bounds },

    { ngx_string("webrtc_send_buffer"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_conf_t, send_buffer),
      &ngx_webrtc_buffer_bounds },

    { ngx_string("webrtc_stats_size"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_conf_t, stats_size),
      &ngx_webrtc_buffer_bounds },

    { ngx_string("webrtc_video_packets"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, video_packets),
      &ngx_webrtc_packets_post },

    { ngx_string("webrtc_audio_packets"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, audio_packets),
      &ngx_webrtc_packets_post },

    { ngx_string("webrtc_video_bit_rate"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, video_bit_rate),
      &ngx_webrtc_bit_rate_bounds },

    { ngx_string("webrtc_simulcast_video_bit_rate"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, simulcast_video_bit_rate),
      &ngx_webrtc_bit_rate_bounds },

    { ngx_string("webrtc_max_video_bit_rate"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, max_video_bit_rate),
      &ngx_webrtc_bit_rate_bounds },

    { ngx_string("webrtc_bit_rate_sharing"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_webrtc_conf_t, bit_rate_sharing),
      NULL },

    { ngx_string("webrtc_max_receive_bit_rate"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, max_receive_bit_rate),
      &ngx_webrtc_bit_rate_bounds },

    { ngx_string("webrtc_forwarding_allow"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_1MORE,
      ngx_webrtc_conf_set_acl_slot,
      0,
      offsetof(ngx_webrtc_conf_t, forwarding_allow),
      NULL },

    { ngx_string("webrtc_max_forwardings"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, max_forwardings),
      &ngx_webrtc_forwardings_bounds },

    { ngx_string("webrtc_ice_server"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1234,
      ngx_webrtc_ice_server,
      0,
      0,
      NULL },

    { ngx_string("webrtc_ice_ports"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_webrtc_ice_ports,
      0,
      0,
      NULL },

    { ngx_string("webrtc_ice_agents"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, ice.max_agents),
      &ngx_webrtc_agents_bounds },

    { ngx_string("webrtc_consent_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_conf_t, consent_timeout),
      &ngx_webrtc_msec_post },

    { ngx_string("webrtc_setup_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_conf_t, setup_timeout),
      &ngx_webrtc_msec_post },

    { ngx_string("webrtc_answer_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_conf_t, answer_timeout),
      &ngx_webrtc_msec_post },

    { ngx_string("webrtc_label"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_webrtc_conf_t, node.label),
      &ngx_webrtc_ascii_post },

    { ngx_string("webrtc_node_name"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      0,
      offsetof(ngx_webrtc_conf_t, node.node_name),
      &ngx_webrtc_ascii_post },

    { ngx_string("webrtc_session_connections"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, session_connections),
      &ngx_webrtc_connections_bounds },

    { ngx_string("webrtc_session_keep"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_conf_t, session_keep),
      NULL },

    { ngx_string("webrtc_key_frame_interval"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_conf_t, key_frame_interval),
      &ngx_webrtc_msec_post },

    { ngx_string("webrtc_max_delay"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_conf_t, max_delay),
      &ngx_webrtc_max_delay_bounds },

    { ngx_string("webrtc_idle_delay"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_conf_t, idle_delay),
      &ngx_webrtc_idle_delay_bounds },

    { ngx_string("webrtc_speech_threshold"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_webrtc_speech_threshold,
      0,
      0,
      NULL },

    { ngx_string("webrtc_speech_time"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_conf_t, speech_time),
      &ngx_webrtc_msec_post },

    { ngx_string("webrtc_speech_hold"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_conf_t, speech_hold),
      &ngx_webrtc_msec_post },

    { ngx_string("webrtc_spotlight_number"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, spotlight_number),
      &ngx_webrtc_spotlight_bounds },

    { ngx_string("webrtc_spotlight_interval"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_conf_t, spotlight_interval),
      &ngx_webrtc_msec_post },

    { ngx_string("webrtc_ping_interval"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_conf_t, ping_interval),
      &ngx_webrtc_ping_post },

    { ngx_string("webrtc_pong_timeout"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      0,
      offsetof(ngx_webrtc_conf_t, pong_timeout),
      &ngx_webrtc_ping_post },

    { ngx_string("webrtc_data_channel_signaling"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_webrtc_conf_t, data_channel_signaling),
      NULL },

    { ngx_string("webrtc_ignore_disconnect_websocket"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_webrtc_conf_t, ignore_disconnect_websocket),
      NULL },

    { ngx_string("webrtc_data_compress"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      0,
      offsetof(ngx_webrtc_conf_t, data_compress),
      NULL },

    { ngx_string("webrtc_data_channels"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, data_channels),
      &ngx_webrtc_channels_bounds },

    { ngx_string("webrtc_data_message_size"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_conf_t, data_message_size),
      &ngx_webrtc_message_bounds },

    { ngx_string("webrtc_data_inflated_size"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_conf_t, data_inflated_size),
      &ngx_webrtc_message_bounds },

    { ngx_string("webrtc_data_message_rate"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      0,
      offsetof(ngx_webrtc_conf_t, data_message_rate),
      &ngx_webrtc_rate_bounds },

    { ngx_string("webrtc_data_buffer"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_conf_t, data_buffer),
      &ngx_webrtc_mailbox_bounds },

    { ngx_string("webrtc_rpc_methods"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_1MORE,
      ngx_webrtc_rpc_methods,
      0,
      0,
      NULL },

    { ngx_string("webrtc_spread"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_webrtc_spread,
      0,
      0,
      NULL },

    { ngx_string("webrtc_trunk_size"),
      NGX_MAIN_CONF|NGX_DIRECT_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      0,
      offsetof(ngx_webrtc_conf_t, trunk_size),
      &ngx_webrtc_trunk_post },

      ngx_null_command
};


static char *
ngx_webrtc_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webrtc_conf_t *wcf = conf;

    u_char          *p;
    ssize_t          size;
    ngx_str_t       *value, name, s;
    ngx_shm_zone_t  *shm_zone;

    if (wcf->zone) {
        return "is duplicate";
    }

    value = cf->args->elts;

    name = value[1];
    p = (u_char *) ngx_strchr(name.data, ':');

    if (p == NULL || p == name.data) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone \"%V\", name:size is expected",
                           &value[1]);
        return NGX_CONF_ERROR;
    }

    name.len = p - name.data;

    s.data = p + 1;
    s.len = value[1].data + value[1].len - s.data;

    size = ngx_parse_size(&s);

    if (size == NGX_ERROR) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "invalid zone size \"%V\"", &value[1]);
        return NGX_CONF_ERROR;
    }

    if (size < NGX_WEBRTC_ZONE_SIZE_MIN) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "zone \"%V\" is too small", &value[1]);
        return NGX_CONF_ERROR;
    }

    wcf->zone = ngx_pcalloc(cf->pool, sizeof(ngx_webrtc_zone_t));
    if (wcf->zone == NULL) {
        return NGX_CONF_ERROR;
    }

    shm_zone = ngx_shared_memory_add(cf, &name, size, &ngx_webrtc_module);
    if (shm_zone == NULL) {
        return NGX_CONF_ERROR;
    }

    wcf->zone->conf = wcf;
    wcf->shm_zone = shm_zone;
    wcf->zone_file = cf->conf_file->file.name.data;
    wcf->zone_line = cf->conf_file->line;

    shm_zone->init = ngx_webrtc_zone_init;
    shm_zone->data = wcf->zone;

    return NGX_CONF_OK;
}


/* dBov are negative, packets carry them without the sign */

static char *
ngx_webrtc_speech_threshold(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_webrtc_conf_t *wcf = conf;

    ngx_int_t   level;
    ngx_str_t  *value;

    if (wcf->speech_level != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }

    value = cf->args->elts;

    level = (value[1].data[0] == '-')
            ? ngx_atoi(value[1].data + 1, value[1].len - 1) : NGX_ERROR;

    if (level == NGX_ERROR || level == 0 || level > 126) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "value must be between -126 and -1");
        return NGX_CONF_ERROR;
    }

    wcf->speech_level = level;

    return NGX_CONF_OK;
}


static char *
ngx_webrtc_bit_rate(ngx_conf_t *cf, void *post, void *data)
{
    ngx_webrtc_conf_t  *wcf;

    if (ngx_conf_check_num_bounds(cf, post, data) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    wcf = ngx_webrtc_get_conf(cf->cycle);

    if (wcf->video_bit_rate != NGX_CONF_UNSET_UINT
        && wcf->max_video_bit_rate != NGX_CONF_UNSET_UINT
        && wcf->video_bit_rate > wcf->max_video_bit_rate)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"webrtc_video_bit_rate\" must not be greater "
                           "than \"webrtc_max_video_bit_rate\"");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static char *
ngx_webrtc_ping(ngx_conf_t *cf, void *post, void *data)
{
    ngx_webrtc_conf_t  *wcf;

    if (ngx_webrtc_check_positive_msec(cf, post, data) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }

    wcf = ngx_webrtc_get_conf(cf->cycle);

    if (wcf->ping_interval != NGX_CONF_UNSET_MSEC
        && wcf->pong_timeout != NGX_CONF_UNSET_MSEC
        && wcf->pong_timeout <= wcf->ping_interval)
    {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"webrtc_pong_timeout\" must be greater than "
                           "\"webrtc_ping_interval\"");
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}
