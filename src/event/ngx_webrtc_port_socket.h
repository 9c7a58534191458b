
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The plain UDP ports of the gateway in one worker: their sockets, those of
 * other workers that feed links here, and what leaves from them.  The
 * functions with "data" are the glue of front-end and gateway; "data" is not
 * used.
 */


#ifndef _NGX_WEBRTC_PORT_SOCKET_H_INCLUDED_
#define _NGX_WEBRTC_PORT_SOCKET_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_mailbox.h>
#include <event/ngx_webrtc_relay_mail.h>
#include <front/skyway/ngx_webrtc_skyway.h>
#include <hub/ngx_webrtc_gateway.h>


/* when the gateway is there; the worker must have a seat */
ngx_int_t ngx_webrtc_port_sockets_open(ngx_cycle_t *cycle,
    ngx_webrtc_gateway_t *gateway);
/* all; links must have released theirs, and the gateway must still be there */
void ngx_webrtc_port_sockets_close(void);
/* the worker begins to quit: ports without links go to others */
void ngx_webrtc_port_sockets_quit(void);


/* ngx_webrtc_skyway_glue_t */

ngx_int_t ngx_webrtc_port_socket_open(void *data, ngx_webrtc_port_e kind,
    u_char *id, ngx_webrtc_addr_t *addr);
ngx_webrtc_port_t *ngx_webrtc_port_socket_acquire(void *data,
    ngx_webrtc_port_e kind, const ngx_str_t *id);
void ngx_webrtc_port_socket_release(void *data, ngx_webrtc_port_t *port);
ngx_int_t ngx_webrtc_port_socket_remove(void *data, ngx_webrtc_port_e kind,
    const ngx_str_t *id);
ngx_uint_t ngx_webrtc_port_socket_may_redirect(void *data,
    const ngx_webrtc_addr_t *addr);

/*
 * Viewers of a port, which do not count as its use.  NULL: it is not this
 * worker's, or is being closed; then all who watch hear so first.
 */

typedef void (*ngx_webrtc_port_closed_pt)(ngx_webrtc_port_t *port);

void ngx_webrtc_port_socket_watchers(ngx_webrtc_port_closed_pt handler);
ngx_webrtc_port_t *ngx_webrtc_port_socket_watch(ngx_webrtc_port_e kind,
    const ngx_str_t *id);
void ngx_webrtc_port_socket_unwatch(ngx_webrtc_port_t *port);

/* ngx_webrtc_gateway_glue_t; what cannot be sent at once is dropped */

void ngx_webrtc_port_socket_send(void *data, ngx_webrtc_port_t *port,
    const ngx_webrtc_addr_t *to, const u_char *pos, size_t len);


/* for the relay: a mail about a port has come */
void ngx_webrtc_port_socket_mail_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail);


#endif /* _NGX_WEBRTC_PORT_SOCKET_H_INCLUDED_ */
