
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what is configured of full ICE: servers, ports, how many agents */


#ifndef _NGX_WEBRTC_ICE_CONF_H_INCLUDED_
#define _NGX_WEBRTC_ICE_CONF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_addr.h>


/* limits of libnice, of an agent */
#define NGX_WEBRTC_ICE_STUN_MAX     1
#define NGX_WEBRTC_ICE_TURN_MAX     8


/* a STUN or TURN server that agents ask; texts end with a zero, for libnice */

typedef struct {
    u_char                    ip[NGX_WEBRTC_ADDR_TEXT];
    in_port_t                 port;
    ngx_str_t                 username;     /* TURN */
    ngx_str_t                 credential;
    unsigned                  turn:1;
    unsigned                  tcp:1;        /* between us and the server */
} ngx_webrtc_agent_server_t;


typedef struct {
    ngx_array_t              *servers;      /* of ngx_webrtc_agent_server_t */
    ngx_uint_t                max_agents;   /* of a worker */
    in_port_t                 first_port;   /* 0: any */
    in_port_t                 last_port;
} ngx_webrtc_ice_conf_t;


void ngx_webrtc_ice_create_conf(ngx_webrtc_ice_conf_t *conf);
void ngx_webrtc_ice_init_conf(ngx_webrtc_ice_conf_t *conf);

/* the directives' handlers; "conf" is the ngx_webrtc_conf_t */
char *ngx_webrtc_ice_server(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_webrtc_ice_ports(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);


#endif /* _NGX_WEBRTC_ICE_CONF_H_INCLUDED_ */
