
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_client.h"

#include <errno.h>
#include <netinet/udp.h>
#include <time.h>
#include <unistd.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT             103
#endif

#ifndef UDP_GRO
#define UDP_GRO                 104
#endif


/* rounds of one socket before others have their turn */
#define LOAD_UDP_ROUNDS         4

/* a burst of everything must fit while the tool is somewhere else */
#define LOAD_UDP_RCVBUF         (2 * 1024 * 1024)

#define LOAD_UDP_CONTROL        (CMSG_SPACE(sizeof(int))                      \
                                 + CMSG_SPACE(sizeof(uint32_t))               \
                                 + CMSG_SPACE(sizeof(struct timespec)))


typedef union {
    char                        buf[LOAD_UDP_CONTROL];
    struct cmsghdr              align;
} load_udp_control_t;


static void load_udp_options(load_client_t *client);
static void load_udp_event(load_event_t *ev, uint32_t events);
static ngx_uint_t load_udp_read(load_client_t *client);
static void load_udp_overflow(load_client_t *client, uint32_t overflow);
static void load_udp_message(load_client_t *client, struct msghdr *msg,
    size_t len, int64_t offset, uint64_t now);
static void load_udp_segments(load_client_t *client, u_char *pos, size_t len,
    ngx_uint_t n);


ngx_int_t
load_udp_open(load_client_t *client)
{
    socklen_t               len;
    ngx_webrtc_sockaddr_t   sa;
    ngx_webrtc_addr_t      *addr;

    addr = &client->load->media->addr;

    len = ngx_webrtc_addr_to_sockaddr(addr, &sa,
                                      !ngx_webrtc_addr_is_v4(addr));

    client->event.handler = load_udp_event;
    client->event.data = client;
    client->event.fd = socket(sa.sockaddr.sa_family,
                              SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (client->event.fd == -1) {
        return NGX_ERROR;
    }

    load_udp_options(client);

    if (bind(client->event.fd, &sa.sockaddr, len) == -1) {
        return NGX_ERROR;
    }

    len = sizeof(ngx_webrtc_sockaddr_t);

    if (getsockname(client->event.fd, &sa.sockaddr, &len) == -1
        || ngx_webrtc_addr_from_sockaddr(&client->session.addr, &sa.sockaddr)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return load_event_set(&client->load->loop, &client->event, EPOLLIN);
}


static void
load_udp_options(load_client_t *client)
{
    int  fd, one, size;

    fd = client->event.fd;
    one = 1;
    size = LOAD_UDP_RCVBUF;

    /* more than the limit of the system needs privileges */

    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(int)) == -1) {
        (void) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(int));
    }

    (void) setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof(int));

    if (client->load->options.gro) {
        (void) setsockopt(fd, SOL_UDP, UDP_GRO, &one, sizeof(int));
    }

    if (client->load->options.kernel_time) {
        (void) setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(int));
    }
}


ngx_int_t
load_udp_connect(load_client_t *client, const ngx_webrtc_addr_t *addr)
{
    socklen_t               len;
    ngx_webrtc_sockaddr_t   sa;

    len = ngx_webrtc_addr_to_sockaddr(addr, &sa,
                                      !ngx_webrtc_addr_is_v4(addr));

    return connect(client->event.fd, &sa.sockaddr, len) == -1 ? NGX_ERROR
                                                              : NGX_OK;
}


/* what cannot be sent is lost, as on any network */

void
load_udp_send(load_client_t *client, const u_char *pos, size_t len,
    const ngx_webrtc_addr_t *to)
{
    socklen_t              salen;
    ngx_webrtc_sockaddr_t  sa;

    if (to == NULL) {
        to = &client->remote;
    }

    salen = ngx_webrtc_addr_to_sockaddr(to, &sa, !ngx_webrtc_addr_is_v4(to));

    (void) sendto(client->event.fd, pos, len, 0, &sa.sockaddr, salen);
}


void
load_udp_burst(load_client_t *client, u_char *pos, size_t len, ngx_uint_t n)
{
    ngx_uint_t               i;
    socklen_t                salen;
    struct iovec             iovs[LOAD_BURST_MAX];
    struct mmsghdr           msgs[LOAD_BURST_MAX];
    ngx_webrtc_sockaddr_t    sa;

    if (client->load->options.gso && n > 1) {
        load_udp_segments(client, pos, len, n);
        return;
    }

    salen = ngx_webrtc_addr_to_sockaddr(&client->remote, &sa,
                                     !ngx_webrtc_addr_is_v4(&client->remote));

    ngx_memzero(msgs, n * sizeof(struct mmsghdr));

    for (i = 0; i < n; i++) {
        iovs[i].iov_base = pos + i * len;
        iovs[i].iov_len = len;

        msgs[i].msg_hdr.msg_name = &sa;
        msgs[i].msg_hdr.msg_namelen = salen;
        msgs[i].msg_hdr.msg_iov = &iovs[i];
        msgs[i].msg_hdr.msg_iovlen = 1;
    }

    (void) sendmmsg(client->event.fd, msgs, (unsigned) n, 0);
}


static void
load_udp_segments(load_client_t *client, u_char *pos, size_t len,
    ngx_uint_t n)
{
    uint16_t                size;
    struct iovec            iov;
    struct msghdr           msg;
    struct cmsghdr         *cmsg;
    load_udp_control_t      control;
    ngx_webrtc_sockaddr_t   sa;

    ngx_memzero(&msg, sizeof(struct msghdr));
    ngx_memzero(&control, sizeof(load_udp_control_t));

    iov.iov_base = pos;
    iov.iov_len = n * len;

    msg.msg_name = &sa;
    msg.msg_namelen = ngx_webrtc_addr_to_sockaddr(&client->remote, &sa,
                                     !ngx_webrtc_addr_is_v4(&client->remote));
    msg.msg_iov = &iov;
    msg.msg_iovlen = 1;
    msg.msg_control = control.buf;
    msg.msg_controllen = CMSG_SPACE(sizeof(uint16_t));

    cmsg = CMSG_FIRSTHDR(&msg);
    cmsg->cmsg_level = SOL_UDP;
    cmsg->cmsg_type = UDP_SEGMENT;
    cmsg->cmsg_len = CMSG_LEN(sizeof(uint16_t));

    size = (uint16_t) len;
    ngx_memcpy(CMSG_DATA(cmsg), &size, sizeof(uint16_t));

    (void) sendmsg(client->event.fd, &msg, 0);
}


static void
load_udp_event(load_event_t *ev, uint32_t events)
{
    ngx_uint_t      i;
    load_client_t  *client;

    (void) events;

    client = ev->data;

    for (i = 0; i < LOAD_UDP_ROUNDS && !client->ended; i++) {
        if (load_udp_read(client) < LOAD_BATCH) {
            break;
        }
    }

    if (!client->ended) {
        load_client_schedule(client);

    } else if (ev->fd != -1) {

        /* nobody reads any more */

        (void) load_event_set(&client->load->loop, ev, 0);
    }
}


static ngx_uint_t
load_udp_read(load_client_t *client)
{
    int                      i, n;
    int64_t                  offset;
    uint64_t                 now;
    load_media_t            *media;
    struct iovec             iovs[LOAD_BATCH];
    struct mmsghdr           msgs[LOAD_BATCH];
    struct timespec          ts;
    load_udp_control_t       controls[LOAD_BATCH];
    ngx_webrtc_sockaddr_t    addrs[LOAD_BATCH];

    media = client->load->media;

    for (i = 0; i < LOAD_BATCH; i++) {
        iovs[i].iov_base = media->batch + (size_t) i * media->batch_size;
        iovs[i].iov_len = media->batch_size;

        msgs[i].msg_hdr.msg_name = &addrs[i];
        msgs[i].msg_hdr.msg_namelen = sizeof(ngx_webrtc_sockaddr_t);
        msgs[i].msg_hdr.msg_iov = &iovs[i];
        msgs[i].msg_hdr.msg_iovlen = 1;
        msgs[i].msg_hdr.msg_control = controls[i].buf;
        msgs[i].msg_hdr.msg_controllen = LOAD_UDP_CONTROL;
        msgs[i].msg_hdr.msg_flags = 0;
    }

    n = recvmmsg(client->event.fd, msgs, LOAD_BATCH, 0, NULL);

    if (n <= 0) {

        /* a port that is closed tells so once for each datagram */

        return (n == -1 && errno == ECONNREFUSED) ? LOAD_BATCH : 0;
    }

    /* the kernel's times are of the other clock */

    clock_gettime(CLOCK_REALTIME, &ts);
    now = load_nsec();
    offset = (int64_t) now
             - ((int64_t) ts.tv_sec * 1000000000 + (int64_t) ts.tv_nsec);

    for (i = 0; i < n && !client->ended; i++) {
        load_udp_message(client, &msgs[i].msg_hdr, msgs[i].msg_len, offset,
                         now);
    }

    return (ngx_uint_t) n;
}


static void
load_udp_message(load_client_t *client, struct msghdr *msg, size_t len,
    int64_t offset, uint64_t now)
{
    int                 segment;
    size_t              size;
    u_char             *pos, *last;
    uint32_t            overflow;
    uint64_t            arrival;
    struct cmsghdr     *cmsg;
    struct timespec     ts;
    ngx_webrtc_addr_t   from;

    segment = 0;
    arrival = now;

    for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {

        if (cmsg->cmsg_level == SOL_UDP && cmsg->cmsg_type == UDP_GRO) {
            ngx_memcpy(&segment, CMSG_DATA(cmsg), sizeof(int));

        } else if (cmsg->cmsg_level == SOL_SOCKET
                   && cmsg->cmsg_type == SO_RXQ_OVFL)
        {
            ngx_memcpy(&overflow, CMSG_DATA(cmsg), sizeof(uint32_t));
            load_udp_overflow(client, overflow);

        } else if (cmsg->cmsg_level == SOL_SOCKET
                   && cmsg->cmsg_type == SCM_TIMESTAMPNS)
        {
            ngx_memcpy(&ts, CMSG_DATA(cmsg), sizeof(struct timespec));
            arrival = (uint64_t) ((int64_t) ts.tv_sec * 1000000000
                                  + (int64_t) ts.tv_nsec + offset);
        }
    }

    if (ngx_webrtc_addr_from_sockaddr(&from, msg->msg_name) != NGX_OK) {
        return;
    }

    pos = msg->msg_iov->iov_base;
    last = pos + len;

    while (pos < last && !client->ended) {
        size = (segment > 0 && segment < last - pos) ? (size_t) segment
                                                     : (size_t) (last - pos);
        load_client_datagram(client, pos, size, &from, arrival);
        pos += size;
    }
}


/* what the tool was too slow for is not the server's loss */

static void
load_udp_overflow(load_client_t *client, uint32_t overflow)
{
    if (client->load->media->measuring) {
        client->load->media->meter.overflow += overflow - client->overflow;
    }

    client->overflow = overflow;
}
