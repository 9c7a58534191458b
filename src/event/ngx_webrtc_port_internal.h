
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* shared by the files that keep the plain UDP ports of a worker */


#ifndef _NGX_WEBRTC_PORT_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_PORT_INTERNAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <core/ngx_webrtc_hash.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_port_socket.h>
#include <event/ngx_webrtc_registry.h>
#include <event/ngx_webrtc_wire.h>


/* messages of one recvmmsg(), each as long as a datagram can be */
#define NGX_WEBRTC_PORT_BATCH     32
#define NGX_WEBRTC_PORT_DATAGRAM  65536

/* a message to another worker, and when it is sent without more to come */
#define NGX_WEBRTC_PORT_FEED        (NGX_WEBRTC_PORT_DATAGRAM + 4)
#define NGX_WEBRTC_PORT_FEED_USUAL  12000

/* addresses of this machine that are known as its own */
#define NGX_WEBRTC_PORT_ADDRS     64


/*
 * One port: with a socket, or fed by the worker that has it.  Lives as long
 * as its row is this worker's, or links of this worker use it.
 */

typedef struct {
    ngx_webrtc_hash_node_t    node;     /* by row.id */
    ngx_queue_t               queue;
    ngx_webrtc_port_row_t     row;
    ngx_webrtc_port_t        *port;
    ngx_connection_t         *connection;   /* NULL: fed */
    ngx_webrtc_wire_t        *wire;     /* fed; NULL: it broke */
    uint64_t                  received; /* bytes over that wire */
    ngx_queue_t               feeds;    /* of other workers */
    ngx_uint_t                refs;     /* of links here */
    ngx_uint_t                watchers;     /* likewise, of viewers */
    unsigned                  fed:1;
    unsigned                  closing:1;    /* at the end of this turn */
    unsigned                  owned:1;  /* ... and its number is free then */
} ngx_webrtc_port_socket_t;


/* for a debugger */

typedef struct {
    uint64_t                  opened;
    uint64_t                  closed;
    uint64_t                  taken;    /* numbers that others have */
    uint64_t                  received;
    uint64_t                  sent;
    uint64_t                  unsent;
    uint64_t                  fed;      /* to other workers */
    uint64_t                  unfed;
} ngx_webrtc_port_sockets_stats_t;


typedef struct {
    ngx_webrtc_gateway_t     *gateway;      /* NULL: not open */
    ngx_webrtc_zone_t        *zone;
    ngx_webrtc_owner_t       *self;
    ngx_webrtc_skyway_main_conf_t  *conf;
    ngx_webrtc_media_t       *media;
    ngx_pool_t               *pool;
    ngx_log_t                *log;

    ngx_queue_t               sockets;
    ngx_queue_t               closed;
    ngx_webrtc_hash_t         hash;

    ngx_event_t               closing;
    ngx_event_t               check;

    /* of this turn */
    struct mmsghdr            messages[NGX_WEBRTC_PORT_BATCH];
    struct iovec              iovs[NGX_WEBRTC_PORT_BATCH];
    u_char                   *batch;        /* for other workers */
    size_t                    batch_len;

    /* of this machine, and when they were looked up */
    ngx_webrtc_addr_t         addrs[NGX_WEBRTC_PORT_ADDRS];
    ngx_uint_t                naddrs;
    time_t                    looked;

    ngx_webrtc_port_closed_pt closed_handler;
    time_t                    logged;
    ngx_uint_t                offers;       /* still to be made */
    ngx_webrtc_port_sockets_stats_t  stats;

    unsigned                  taken_logged:1;
} ngx_webrtc_port_sockets_t;


/* of this process */
ngx_webrtc_port_sockets_t *ngx_webrtc_port_sockets(void);

/* with a descriptor of ours, or (-1) fed; NULL: it is closed */
ngx_webrtc_port_socket_t *ngx_webrtc_port_socket_add(
    const ngx_webrtc_port_row_t *row, ngx_socket_t fd);
/* one that was fed gets a descriptor of its own; NGX_ERROR: it is closed */
ngx_int_t ngx_webrtc_port_socket_connect(ngx_webrtc_port_socket_t *socket,
    ngx_socket_t fd);
ngx_webrtc_port_socket_t *ngx_webrtc_port_socket_find(
    ngx_webrtc_port_e kind, const u_char *id);
/* at the end of this turn: we may be in the middle of its datagrams */
void ngx_webrtc_port_socket_close(ngx_webrtc_port_socket_t *socket);
/* closes what nobody uses any more, or another worker has */
void ngx_webrtc_port_socket_check(ngx_webrtc_port_socket_t *socket);


/* ngx_webrtc_port_share.c */

/*
 * A port that no link of this worker uses yet and one will, with or without a
 * socket; NULL
 */
ngx_webrtc_port_socket_t *ngx_webrtc_port_share(ngx_webrtc_port_row_t *row);
/* one that was fed until now: by whom it is, or it is ours now */
void ngx_webrtc_port_share_again(ngx_webrtc_port_socket_t *socket);
/* its worker shall see what has become of it */
void ngx_webrtc_port_share_tell(const ngx_webrtc_owner_t *to,
    const ngx_webrtc_port_row_t *row);
/* one that its worker neither uses nor shows to viewers becomes ours */
void ngx_webrtc_port_share_pull(ngx_webrtc_port_row_t *row);
/* a worker that uses it, or any, shall take it */
void ngx_webrtc_port_share_offer(ngx_webrtc_port_socket_t *socket);


/* ngx_webrtc_port_udp.c */

/*
 * A bound descriptor; "shared": the worker that hands the port over to us
 * has it too.  -1: "err" says why, it is not logged.
 */
ngx_socket_t ngx_webrtc_port_udp_bind(in_port_t port, ngx_uint_t shared,
    ngx_err_t *err);
void ngx_webrtc_port_udp_read_handler(ngx_event_t *rev);
void ngx_webrtc_port_udp_write_handler(ngx_event_t *wev);
/* at most one line a second */
void ngx_webrtc_port_udp_log(ngx_uint_t level, ngx_err_t err,
    const char *text);


/* ngx_webrtc_port_feed.c */

void ngx_webrtc_port_feed_init(void);
/* from the worker that has the socket; NGX_ERROR */
ngx_int_t ngx_webrtc_port_feed_open(ngx_webrtc_port_socket_t *socket);
/* the first one that is fed; NULL: none is */
const ngx_webrtc_owner_t *ngx_webrtc_port_feed_owner(
    ngx_webrtc_port_socket_t *socket);
/* to others: one datagram, and at the end of a batch what is left of it */
void ngx_webrtc_port_feed_put(ngx_webrtc_port_socket_t *socket,
    const u_char *pos, size_t len);
void ngx_webrtc_port_feed_flush(ngx_webrtc_port_socket_t *socket);
/* both ends */
void ngx_webrtc_port_feed_close(ngx_webrtc_port_socket_t *socket);


/* ngx_webrtc_port_address.c */

/* what programs are told; its port is not set */
void ngx_webrtc_port_address(ngx_webrtc_addr_t *addr);


#endif /* _NGX_WEBRTC_PORT_INTERNAL_H_INCLUDED_ */
