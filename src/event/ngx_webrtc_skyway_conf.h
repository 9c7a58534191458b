
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What is configured of the SkyWay WebRTC Gateway: its keys, its broker
 * ("webrtc_peer_...") and its programs ("webrtc_gateway_...").
 */


#ifndef _NGX_WEBRTC_SKYWAY_CONF_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_CONF_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_acl.h>
#include <core/ngx_webrtc_addr.h>
#include <front/skyway/ngx_webrtc_skyway.h>


/* a part of ngx_webrtc_conf_t */

typedef struct {
    ngx_array_t              *keys;     /* of ngx_webrtc_skyway_key_t */

    ngx_uint_t                registry;     /* peers; 0: as many as fit */
    ngx_uint_t                waiting;
    size_t                    waiting_buffer;
    ngx_uint_t                room_members;
    ngx_uint_t                rooms;
    size_t                    room_log;
    ngx_msec_t                expire_timeout;
    ngx_msec_t                alive_timeout;
    ngx_msec_t                ping_timeout;
    ngx_flag_t                discovery;

    ngx_uint_t                first_port;   /* 0: not set yet */
    ngx_uint_t                last_port;
    u_char                   *ports_file;   /* NULL: the default */
    ngx_uint_t                ports_line;
    ngx_webrtc_addr_t        *bind;
    ngx_webrtc_addr_t        *address;      /* NULL: to be found out */
    u_char                   *address_file;
    ngx_uint_t                address_line;
    size_t                    receive_buffer;
    ngx_webrtc_acl_t         *redirect_allow;

    ngx_uint_t                max_peers;
    ngx_uint_t                peer_connections;
    ngx_uint_t                max_events;
    ngx_uint_t                max_links;
    ngx_msec_t                poll_timeout;
    ngx_msec_t                poll_grace;
    ngx_msec_t                linger;
    ngx_msec_t                idle;
    size_t                    message_size;
    size_t                    data_buffer;
    size_t                    early_data;
    ngx_flag_t                unpack;
} ngx_webrtc_skyway_main_conf_t;


/*
 * For the front-end and the hub's gateway.  What is not configured is zero:
 * candidates and fingerprint.
 */
void ngx_webrtc_skyway_conf_get(ngx_cycle_t *cycle,
    ngx_webrtc_skyway_conf_t *skyway, ngx_webrtc_gateway_conf_t *gateway);


#endif /* _NGX_WEBRTC_SKYWAY_CONF_H_INCLUDED_ */
