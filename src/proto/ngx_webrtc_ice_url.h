
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * How STUN and TURN servers are named (RFC 7064, RFC 7065):
 *
 *     stun:host[:port]
 *     turn:host[:port][?transport=udp|tcp]
 */


#ifndef _NGX_WEBRTC_ICE_URL_H_INCLUDED_
#define _NGX_WEBRTC_ICE_URL_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* as configurations and rendezvous servers name one */

typedef struct {
    ngx_str_t                 url;
    ngx_str_t                 username;     /* TURN */
    ngx_str_t                 credential;
} ngx_webrtc_ice_server_t;


typedef struct {
    ngx_str_t                 host;         /* a name, or an address without
                                               brackets; within the text */
    in_port_t                 port;         /* 3478 if none is named */
    unsigned                  turn:1;
    unsigned                  tcp:1;        /* between us and the server */
} ngx_webrtc_ice_url_t;


/*
 * NGX_ERROR with a constant "reason", which TLS ("stuns:", "turns:") is as
 * well.
 */
ngx_int_t ngx_webrtc_ice_url_parse(u_char *pos, u_char *last,
    ngx_webrtc_ice_url_t *url, const char **reason);

/*
 * What it takes to ask the server: "url" is parsed, and names and passwords
 * are there where TURN needs them.  As above.
 */
ngx_int_t ngx_webrtc_ice_server_parse(const ngx_webrtc_ice_server_t *server,
    ngx_webrtc_ice_url_t *url, const char **reason);


#endif /* _NGX_WEBRTC_ICE_URL_H_INCLUDED_ */
