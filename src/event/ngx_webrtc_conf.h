
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The configuration of the core module and what the stream module tells it
 * about the media server.
 */


#ifndef _NGX_WEBRTC_CONF_H_INCLUDED_
#define _NGX_WEBRTC_CONF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_acl.h>
#include <core/ngx_webrtc_addr.h>
#include <crypto/ngx_webrtc_certificate.h>
#include <event/ngx_webrtc_evostream_conf.h>
#include <event/ngx_webrtc_skyway_conf.h>
#include <event/ngx_webrtc_ice_conf.h>
#include <event/ngx_webrtc_zone.h>
#include <front/sora/ngx_webrtc_sora.h>


/* a UDP address to listen on; belongs to the seat of its port */

typedef struct {
    struct sockaddr          *sockaddr;
    socklen_t                 socklen;
    ngx_webrtc_addr_t         addr;
    ngx_str_t                 text;
    unsigned                  wildcard:1;
    unsigned                  v6:1;
    unsigned                  dual:1;       /* IPv4 too: ipv6only=off */
} ngx_webrtc_listen_t;


/* the server with "webrtc_media" */

typedef struct {
    u_char                   *file;
    ngx_uint_t                line;
    ngx_array_t               listen;       /* of ngx_webrtc_listen_t */
    ngx_array_t              *addresses;    /* ngx_webrtc_addr_t, public */
    in_port_t                *ports;        /* distinct */
    ngx_uint_t                nports;
} ngx_webrtc_media_t;


typedef struct {
    ngx_shm_zone_t           *shm_zone;
    ngx_webrtc_zone_t        *zone;
    u_char                   *zone_file;
    ngx_uint_t                zone_line;
    ngx_webrtc_media_t       *media;
    ngx_uint_t                workers;

    /* the first directive elsewhere that needs zone and media server */
    const char               *user;
    u_char                   *user_file;
    ngx_uint_t                user_line;

    ngx_uint_t                max_connections;
    ngx_uint_t                channel_connections;
    ngx_uint_t                session_connections;
    ngx_uint_t                max_sections;
    ngx_uint_t                max_filters;
    size_t                    mailbox_size;
    size_t                    mailbox_backlog;
    size_t                    outbox_size;
    size_t                    receive_buffer;
    size_t                    send_buffer;
    size_t                    stats_size;
    ngx_uint_t                video_packets;
    ngx_uint_t                audio_packets;
    ngx_uint_t                video_bit_rate;
    ngx_uint_t                simulcast_video_bit_rate;
    ngx_uint_t                max_video_bit_rate;
    ngx_flag_t                bit_rate_sharing;
    ngx_uint_t                max_receive_bit_rate;
    ngx_webrtc_acl_t         *forwarding_allow;
    ngx_uint_t                max_forwardings;
    ngx_msec_t                consent_timeout;
    ngx_msec_t                setup_timeout;
    ngx_msec_t                answer_timeout;
    ngx_msec_t                session_keep;
    ngx_webrtc_sora_node_t    node;
    ngx_msec_t                key_frame_interval;
    ngx_msec_t                max_delay;
    ngx_msec_t                idle_delay;
    ngx_uint_t                speech_level;     /* -dBov */
    ngx_msec_t                speech_time;
    ngx_msec_t                speech_hold;
    ngx_uint_t                spotlight_number;
    ngx_msec_t                spotlight_interval;
    ngx_msec_t                ping_interval;
    ngx_msec_t                pong_timeout;

    ngx_webrtc_ice_conf_t     ice;

    /* ngx_webrtc_data_conf.c */
    ngx_flag_t                data_channel_signaling;
    ngx_flag_t                ignore_disconnect_websocket;
    ngx_flag_t                data_compress;
    ngx_uint_t                data_channels;
    ngx_uint_t                data_message_rate;
    size_t                    data_message_size;
    size_t                    data_inflated_size;
    size_t                    data_buffer;
    ngx_uint_t                rpc_methods;      /* as bits */

    /* ngx_webrtc_spread_conf.c */
    ngx_uint_t                spread;           /* packets per second */
    size_t                    trunk_size;       /* 0: there are none */

    ngx_webrtc_skyway_main_conf_t  skyway;
    ngx_webrtc_evostream_main_conf_t  evostream;
} ngx_webrtc_conf_t;


#define ngx_webrtc_get_conf(cycle)                                           \
    ((ngx_webrtc_conf_t *) ngx_get_conf((cycle)->conf_ctx, ngx_webrtc_module))


/*
 * To be called while a directive is parsed that cannot work without a zone
 * and a media server ("webrtc_sora_signaling"); whether they are there is
 * checked when all is read.
 */
void ngx_webrtc_require(ngx_conf_t *cf, const char *directive);

/* ngx_webrtc_directives.c */

extern ngx_command_t  ngx_webrtc_commands[];

/* ngx_webrtc_conf_check.c: post handlers of directives */

typedef struct {
    ngx_conf_post_handler_pt  post_handler;
    size_t                    low;
    size_t                    high;
} ngx_webrtc_size_bounds_t;

typedef struct {
    ngx_conf_post_handler_pt  post_handler;
    ngx_msec_t                low;
    ngx_msec_t                high;
} ngx_webrtc_msec_bounds_t;

char *ngx_webrtc_check_size_bounds(ngx_conf_t *cf, void *post, void *data);
char *ngx_webrtc_check_msec_bounds(ngx_conf_t *cf, void *post, void *data);
char *ngx_webrtc_check_ascii(ngx_conf_t *cf, void *post, void *data);
char *ngx_webrtc_check_positive_msec(ngx_conf_t *cf, void *post, void *data);
char *ngx_webrtc_check_power_of_two(ngx_conf_t *cf, void *post, void *data);

/* ngx_webrtc_data_conf.c */

void ngx_webrtc_data_create_conf(ngx_webrtc_conf_t *wcf);
char *ngx_webrtc_data_init_conf(ngx_cycle_t *cycle, ngx_webrtc_conf_t *wcf);
char *ngx_webrtc_rpc_methods(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* ngx_webrtc_spread_conf.c */

#define NGX_WEBRTC_SPREAD_OFF  ((ngx_uint_t) -2)

void ngx_webrtc_spread_create_conf(ngx_webrtc_conf_t *wcf);
void ngx_webrtc_spread_init_conf(ngx_webrtc_conf_t *wcf);
char *ngx_webrtc_spread(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_webrtc_trunk_size(ngx_conf_t *cf, void *post, void *data);
/* what a trunk takes; 0: a channel is never on several workers */
size_t ngx_webrtc_spread_needs(const ngx_webrtc_conf_t *wcf);

/* in the master or a single process, NULL before the first configuration */
ngx_webrtc_certificate_t *ngx_webrtc_certificate(void);


extern ngx_module_t  ngx_webrtc_module;


#endif /* _NGX_WEBRTC_CONF_H_INCLUDED_ */
