
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* shared by the files that open, read and write the sockets of a seat */


#ifndef _NGX_WEBRTC_UDP_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_UDP_INTERNAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <netinet/udp.h>
#include <event/ngx_webrtc_udp.h>
#include <media/ngx_webrtc_engine.h>


#ifndef UDP_SEGMENT
#define UDP_SEGMENT  103
#endif

#ifndef UDP_GRO
#define UDP_GRO      104
#endif

#ifndef SOL_UDP
#define SOL_UDP      17
#endif


/* sockets of one port: wildcards or addresses, IPv4 and IPv6 */
#define NGX_WEBRTC_UDP_SOCKETS  16

/* messages of one recvmmsg(), each up to 64 kB with UDP_GRO */
#define NGX_WEBRTC_UDP_BATCH    NGX_WEBRTC_ENGINE_AHEAD

/* messages of one sendmmsg(): more than a slice of a fan-out */
#define NGX_WEBRTC_UDP_VECTOR   64


/* datagrams of one turn of the event loop; then others are served */
#define NGX_WEBRTC_UDP_TURN     512


/* for a debugger */

typedef struct {
    uint64_t                  oversized;    /* longer than the maximum */
    uint64_t                  truncated;
    uint64_t                  unsent;       /* refused by the kernel */
    uint64_t                  blocked;      /* times the socket was full */
    uint64_t                  unsegmented;  /* runs sent one by one */
} ngx_webrtc_udp_stats_t;


typedef struct {
    ngx_webrtc_udp_t         *udp;
    ngx_webrtc_listen_t      *listen;
    ngx_connection_t         *connection;

    /* see ngx_webrtc_udp_idle.c */
    ngx_webrtc_usec_t         read;         /* the last time of its event */
    ngx_webrtc_usec_t         crowded;      /* the last time of too many */
    ngx_uint_t                many;         /* datagrams of half its buffer */
    unsigned                  rests:1;      /* read by the timer "idle" */
} ngx_webrtc_udp_socket_t;


typedef struct {
    ngx_webrtc_sockaddr_t     remote;
    struct iovec              iov;
    union {
        struct cmsghdr        align;
        u_char                data[CMSG_SPACE(sizeof(struct in6_pktinfo))
                                   + CMSG_SPACE(sizeof(struct timespec))
                                   + CMSG_SPACE(sizeof(int))];
    } control;
} ngx_webrtc_udp_slot_t;


/* what a message that is sent points to */

typedef struct {
    ngx_webrtc_sockaddr_t     remote;
    struct iovec              iov;
    union {
        struct cmsghdr        align;
        u_char                data[CMSG_SPACE(sizeof(struct in6_pktinfo))
                                   + CMSG_SPACE(sizeof(uint16_t))];
    } control;
} ngx_webrtc_udp_parcel_t;


struct ngx_webrtc_udp_s {
    in_port_t                 port;
    ngx_uint_t                nsockets;
    ngx_webrtc_udp_socket_t   sockets[NGX_WEBRTC_UDP_SOCKETS];

    ngx_pool_t               *pool;
    ngx_log_t                *log;
    ngx_webrtc_outbox_t       out;

    struct mmsghdr            messages[NGX_WEBRTC_UDP_BATCH];
    ngx_webrtc_udp_slot_t     slots[NGX_WEBRTC_UDP_BATCH];

    struct mmsghdr            vector[NGX_WEBRTC_UDP_VECTOR];
    ngx_webrtc_udp_parcel_t   parcels[NGX_WEBRTC_UDP_VECTOR];

    /* wall clock minus monotonic clock, us, of this turn */
    int64_t                   wall_offset;

    ngx_event_t               retry;        /* after ENOBUFS */
    ngx_event_t               idle;
    ngx_msec_t                idle_delay;   /* 0: never idle */
    time_t                    logged;
    ngx_webrtc_udp_stats_t    stats;

    unsigned                  segment:1;    /* UDP_SEGMENT works */
    unsigned                  blocked:1;
};


void ngx_webrtc_udp_read_handler(ngx_event_t *rev);
/* returns how many datagrams there were */
ngx_uint_t ngx_webrtc_udp_read_turn(ngx_webrtc_udp_socket_t *socket);

void ngx_webrtc_udp_idle_init(ngx_webrtc_udp_socket_t *socket);
void ngx_webrtc_udp_idle(ngx_webrtc_udp_socket_t *socket, ngx_uint_t count);
void ngx_webrtc_udp_idle_handler(ngx_event_t *ev);

void ngx_webrtc_udp_write_handler(ngx_event_t *wev);
void ngx_webrtc_udp_retry_handler(ngx_event_t *ev);

/* at most one line a second */
void ngx_webrtc_udp_log(ngx_webrtc_udp_t *udp, ngx_uint_t level,
    ngx_err_t err, const char *text);


#endif /* _NGX_WEBRTC_UDP_INTERNAL_H_INCLUDED_ */
