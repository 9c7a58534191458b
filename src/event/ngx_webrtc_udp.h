
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The UDP sockets of a seat: what arrives goes to the engine, what is in the
 * outbox goes out, many datagrams at a time in both directions (UDP_GRO and
 * UDP_SEGMENT).  Belongs to the worker that sits on the seat.
 */


#ifndef _NGX_WEBRTC_UDP_H_INCLUDED_
#define _NGX_WEBRTC_UDP_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_outbox.h>
#include <event/ngx_webrtc_conf.h>


/* a longer datagram is not for us */
#define NGX_WEBRTC_DATAGRAM_MAX  1500


typedef struct ngx_webrtc_udp_s  ngx_webrtc_udp_t;


/*
 * By the master: no worker shall poll the media sockets on nginx's behalf,
 * and their buffers shall be as large as configured.
 */
void ngx_webrtc_udp_prepare(ngx_cycle_t *cycle, ngx_webrtc_conf_t *conf);

/* the listening socket of nginx behind one of ours, or NULL */
ngx_listening_t *ngx_webrtc_udp_listening(ngx_cycle_t *cycle,
    ngx_webrtc_listen_t *listen);

/*
 * Before nginx opens its sockets: another program has the port.  nginx sets
 * SO_REUSEADDR, with which the kernel lets two programs have one UDP port and
 * gives the packets to the last; so this has to be looked for.
 */
ngx_uint_t ngx_webrtc_udp_is_taken(ngx_cycle_t *cycle,
    ngx_webrtc_listen_t *listen);

/* all sockets of a port; NULL on failure, which is logged */
ngx_webrtc_udp_t *ngx_webrtc_udp_open(ngx_cycle_t *cycle,
    ngx_webrtc_conf_t *conf, in_port_t port);
void ngx_webrtc_udp_close(ngx_webrtc_udp_t *udp);

/* there is a socket to send to IPv6 ("v6") or IPv4 addresses from */
ngx_uint_t ngx_webrtc_udp_has(ngx_webrtc_udp_t *udp, ngx_uint_t v6);

/* one datagram, at once or never; 0 or the error, which is not logged */
ngx_err_t ngx_webrtc_udp_sendto(ngx_webrtc_udp_t *udp,
    const ngx_webrtc_addr_t *to, const u_char *pos, size_t len);

ngx_webrtc_outbox_t *ngx_webrtc_udp_outbox(ngx_webrtc_udp_t *udp);

/*
 * Sends what is in the outbox.  NGX_OK: it is empty; NGX_AGAIN: the kernel
 * takes no more now, ngx_webrtc_worker_touch() will be called when it does.
 */
ngx_int_t ngx_webrtc_udp_send(ngx_webrtc_udp_t *udp);

/*
 * While the worker is idle: milliseconds until it looks into its sockets
 * again, which other timers should wait for; else 0.
 */
ngx_msec_t ngx_webrtc_udp_idle_left(ngx_webrtc_udp_t *udp);


#endif /* _NGX_WEBRTC_UDP_H_INCLUDED_ */
