
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_udp_internal.h>
#include <event/ngx_webrtc_worker.h>


/* of a datagram in the socket's buffer; else the wall clock was stepped */
#define NGX_WEBRTC_UDP_AGE   NGX_WEBRTC_SEC


/* what the kernel says of a message */

typedef struct {
    size_t                    segment;  /* of a coalesced one, or 0 */
    ngx_webrtc_usec_t         arrival;  /* 0: not known */
} ngx_webrtc_udp_info_t;


static ngx_int_t ngx_webrtc_udp_read(ngx_webrtc_udp_socket_t *socket,
    ngx_uint_t *count);
static void ngx_webrtc_udp_prefetch(ngx_webrtc_udp_t *udp, ngx_uint_t n);
static ngx_uint_t ngx_webrtc_udp_input(ngx_webrtc_udp_socket_t *socket,
    struct msghdr *msg, size_t len);
static void ngx_webrtc_udp_control(ngx_webrtc_udp_t *udp, struct msghdr *msg,
    ngx_webrtc_addr_t *local, ngx_webrtc_udp_info_t *info);
static ngx_webrtc_usec_t ngx_webrtc_udp_arrival(ngx_webrtc_udp_t *udp,
    const struct timespec *ts);


void
ngx_webrtc_udp_read_handler(ngx_event_t *rev)
{
    ngx_uint_t                count;
    ngx_connection_t         *c;
    ngx_webrtc_udp_socket_t  *socket;

    c = rev->data;
    socket = c->data;

    if (c->close) {

        /* worker_shutdown_timeout */

        c->close = 0;
        ngx_webrtc_worker_quit(1);
        return;
    }

    count = ngx_webrtc_udp_read_turn(socket);

    ngx_webrtc_udp_idle(socket, count);
}


ngx_uint_t
ngx_webrtc_udp_read_turn(ngx_webrtc_udp_socket_t *socket)
{
    ngx_int_t          rc;
    ngx_uint_t         count;
    ngx_webrtc_udp_t  *udp;

    udp = socket->udp;

    ngx_webrtc_now_update();
    udp->wall_offset = ngx_webrtc_worker_wall_offset();

    count = 0;

    do {
        rc = ngx_webrtc_udp_read(socket, &count);

        /* answers go out before they fill the outbox */

        if (udp->out.nmessages > udp->out.max / 2) {
            (void) ngx_webrtc_udp_send(udp);
        }

    } while (rc == NGX_OK && count < NGX_WEBRTC_UDP_TURN);

    if (rc == NGX_OK) {
        ngx_post_event(socket->connection->read, &ngx_posted_next_events);
    }

    ngx_webrtc_worker_touch();

    return count;
}


/* NGX_OK: there may be more; NGX_AGAIN: there is not */

static ngx_int_t
ngx_webrtc_udp_read(ngx_webrtc_udp_socket_t *socket, ngx_uint_t *count)
{
    int                     i, n;
    ngx_err_t               err;
    struct msghdr          *msg;
    ngx_webrtc_udp_t       *udp;
    ngx_webrtc_udp_slot_t  *slot;

    udp = socket->udp;

    for (i = 0; i < NGX_WEBRTC_UDP_BATCH; i++) {
        slot = &udp->slots[i];
        msg = &udp->messages[i].msg_hdr;

        msg->msg_name = &slot->remote;
        msg->msg_namelen = sizeof(ngx_webrtc_sockaddr_t);
        msg->msg_iov = &slot->iov;
        msg->msg_iovlen = 1;
        msg->msg_control = &slot->control;
        msg->msg_controllen = sizeof(slot->control.data);
        msg->msg_flags = 0;
    }

    n = recvmmsg(socket->connection->fd, udp->messages, NGX_WEBRTC_UDP_BATCH,
                 MSG_DONTWAIT, NULL);

    if (n == -1) {
        err = ngx_socket_errno;

        if (err == NGX_EAGAIN) {
            return NGX_AGAIN;
        }

        /* counted, so that an error that stays does not hold us here */

        (*count)++;

        if (err == NGX_EINTR) {
            return NGX_OK;
        }

        ngx_webrtc_udp_log(udp, NGX_LOG_ERR, err, "recvmmsg() failed");

        return (err == NGX_ECONNREFUSED) ? NGX_OK : NGX_AGAIN;
    }

    ngx_webrtc_udp_prefetch(udp, (ngx_uint_t) n);

    for (i = 0; i < n; i++) {
        *count += ngx_webrtc_udp_input(socket, &udp->messages[i].msg_hdr,
                                       udp->messages[i].msg_len);
    }

    return (n == NGX_WEBRTC_UDP_BATCH) ? NGX_OK : NGX_AGAIN;
}


/* with hundreds of peers the one who has sent is far away in memory */

static void
ngx_webrtc_udp_prefetch(ngx_webrtc_udp_t *udp, ngx_uint_t n)
{
    ngx_uint_t            i, k;
    ngx_webrtc_addr_t     remotes[NGX_WEBRTC_UDP_BATCH];
    ngx_webrtc_worker_t  *worker;

    worker = ngx_webrtc_worker();

    if (worker->engine == NULL) {
        return;
    }

    for (i = 0, k = 0; i < n; i++) {
        if (ngx_webrtc_addr_from_sockaddr(&remotes[k],
                                          udp->messages[i].msg_hdr.msg_name)
            == NGX_OK)
        {
            k++;
        }
    }

    ngx_webrtc_engine_prefetch(worker->engine, remotes, k);
}


/* returns the number of datagrams in the message */

static ngx_uint_t
ngx_webrtc_udp_input(ngx_webrtc_udp_socket_t *socket, struct msghdr *msg,
    size_t len)
{
    size_t                  n;
    u_char                 *p, *last;
    ngx_uint_t              count;
    ngx_webrtc_udp_t       *udp;
    ngx_webrtc_path_t       path;
    ngx_webrtc_worker_t    *worker;
    ngx_webrtc_udp_info_t   info;

    udp = socket->udp;
    worker = ngx_webrtc_worker();

    if (msg->msg_flags & (MSG_TRUNC|MSG_CTRUNC)) {
        udp->stats.truncated++;
        return 1;
    }

    if (ngx_webrtc_addr_from_sockaddr(&path.remote, msg->msg_name)
        != NGX_OK)
    {
        return 1;
    }

    path.local = socket->listen->addr;

    ngx_webrtc_udp_control(udp, msg, &path.local, &info);

    if (worker->engine) {
        ngx_webrtc_engine_set_arrival(worker->engine, info.arrival);
    }

    p = msg->msg_iov->iov_base;
    last = p + len;
    count = 0;

    do {
        n = last - p;

        if (info.segment && n > info.segment) {
            n = info.segment;
        }

        count++;

        if (n > NGX_WEBRTC_DATAGRAM_MAX) {
            udp->stats.oversized++;

        } else if (worker->engine) {
            ngx_webrtc_engine_input(worker->engine, &path, p, n,
                                    ngx_webrtc_now(), &udp->out);
        }

        p += n;

    } while (p < last);

    return count;
}


static void
ngx_webrtc_udp_control(ngx_webrtc_udp_t *udp, struct msghdr *msg,
    ngx_webrtc_addr_t *local, ngx_webrtc_udp_info_t *info)
{
    int                  size;
    in_port_t            port;
    struct cmsghdr      *cmsg;
    struct timespec      ts;
    struct in_pktinfo    pktinfo;
    struct in6_pktinfo   pktinfo6;

    ngx_memzero(info, sizeof(ngx_webrtc_udp_info_t));

    port = local->port;

    for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {

        if (cmsg->cmsg_level == SOL_UDP && cmsg->cmsg_type == UDP_GRO) {
            ngx_memcpy(&size, CMSG_DATA(cmsg), sizeof(int));
            info->segment = (size > 0) ? (size_t) size : 0;

        } else if (cmsg->cmsg_level == SOL_SOCKET
                   && cmsg->cmsg_type == SCM_TIMESTAMPNS)
        {
            ngx_memcpy(&ts, CMSG_DATA(cmsg), sizeof(struct timespec));
            info->arrival = ngx_webrtc_udp_arrival(udp, &ts);

        } else if (cmsg->cmsg_level == IPPROTO_IP
                   && cmsg->cmsg_type == IP_PKTINFO)
        {
            ngx_memcpy(&pktinfo, CMSG_DATA(cmsg), sizeof(struct in_pktinfo));
            ngx_webrtc_addr_set_v4(local, &pktinfo.ipi_addr, port);

        } else if (cmsg->cmsg_level == IPPROTO_IPV6
                   && cmsg->cmsg_type == IPV6_PKTINFO)
        {
            ngx_memcpy(&pktinfo6, CMSG_DATA(cmsg),
                       sizeof(struct in6_pktinfo));
            ngx_memcpy(local->ip, &pktinfo6.ipi6_addr, 16);

            /* an interface is part of link-local addresses alone */

            local->scope = IN6_IS_ADDR_LINKLOCAL(&pktinfo6.ipi6_addr)
                           ? (uint16_t) pktinfo6.ipi6_ifindex : 0;
        }
    }
}


static ngx_webrtc_usec_t
ngx_webrtc_udp_arrival(ngx_webrtc_udp_t *udp, const struct timespec *ts)
{
    int64_t            arrival;
    ngx_webrtc_usec_t  now;

    now = ngx_webrtc_now();

    arrival = (int64_t) ts->tv_sec * NGX_WEBRTC_SEC + ts->tv_nsec / 1000
              - udp->wall_offset;

    if (arrival <= 0 || (ngx_webrtc_usec_t) arrival > now + NGX_WEBRTC_UDP_AGE
        || (ngx_webrtc_usec_t) arrival + NGX_WEBRTC_UDP_AGE < now)
    {
        return 0;
    }

    return arrival;
}
