
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What is configured of EvoStream's API and its services, and of the
 * rendezvous server that is built in ("webrtc_evostream_ers_...").
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_CONF_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_CONF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* all texts end with a zero */

typedef struct {
    ngx_str_t                 url;          /* "stun:host:port" */
    ngx_str_t                 username;     /* TURN */
    ngx_str_t                 credential;
    ngx_str_t                 secret;       /* credentials are made of it, as
                                               a TURN REST API does */
} ngx_webrtc_evostream_server_t;


/* a part of ngx_webrtc_conf_t */

typedef struct {
    /* webrtc_evostream_... */
    ngx_str_t                 configs_file;     /* empty: not kept */
    ngx_str_t                 name;             /* "evostreamms" */
    ngx_uint_t                max_configs;      /* of the zone; 0: by its */
    ngx_uint_t                max_viewers;      /* size */
    size_t                    line_size;        /* of a command: 16k */
    ngx_flag_t                wrapped;          /* answer to startWebRTC */

    ngx_flag_t                ers_over_ssl;     /* the default */
    ngx_flag_t                ssl_verify;
    ngx_str_t                 ssl_trusted_certificate;
    u_char                   *ssl_file;     /* where that stands */
    ngx_uint_t                ssl_line;
    ngx_ssl_t                *ssl;              /* NULL: without OpenSSL */
    ngx_resolver_t           *resolver;         /* NULL: no names */
    ngx_msec_t                resolver_timeout;
    ngx_msec_t                connect_timeout;  /* TCP and TLS */
    ngx_msec_t                join_timeout;
    ngx_msec_t                silence;          /* heartbeats: 55 s */
    ngx_msec_t                retry_min;        /* 1 s */
    ngx_msec_t                retry_max;        /* 10 s */
    ngx_msec_t                refresh;          /* 20 h */
    size_t                    message_size;
    size_t                    send_queue;
    ngx_flag_t                full_ice;     /* if the ERS names servers */

    /* webrtc_evostream_ers_... */
    ngx_array_t              *ers_rooms;    /* of ngx_str_t; NULL: any */
    ngx_array_t              *ers_tokens;   /* of media servers; NULL: none
                                               is asked for */
    ngx_array_t              *ers_viewer_tokens;    /* likewise */
    ngx_array_t              *ers_servers;  /* STUN and TURN, for both */
    ngx_uint_t                ers_max_rooms;
    ngx_uint_t                ers_room_viewers;
    ngx_msec_t                ers_heartbeat;
    ngx_msec_t                ers_heartbeat_timeout;
    ngx_msec_t                ers_join_timeout;     /* connected, silent */
    ngx_msec_t                ers_credential_time;  /* of TURN secrets */
    ngx_msec_t                ers_return_timeout;   /* of media servers */
    ngx_msec_t                ers_token_time;   /* for who used it first */
    ngx_uint_t                ers_max_tokens;   /* of viewers, in use */
} ngx_webrtc_evostream_main_conf_t;


/* ngx_webrtc_evostream_ers_conf.c */

char *ngx_webrtc_evostream_ers_texts(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_webrtc_evostream_ers_server(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* ngx_webrtc_evostream_ssl_conf.c */

#if (NGX_SSL)
char *ngx_webrtc_evostream_certificate(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
char *ngx_webrtc_evostream_init_ssl(ngx_cycle_t *cycle,
    ngx_webrtc_evostream_main_conf_t *emcf);
#endif


#endif /* _NGX_WEBRTC_EVOSTREAM_CONF_H_INCLUDED_ */
