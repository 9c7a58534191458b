
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_agent.h>
#include <event/ngx_webrtc_udp_internal.h>
#include <event/ngx_webrtc_worker.h>


/* after ENOBUFS, which no event follows, ms */
#define NGX_WEBRTC_UDP_RETRY  2


#define ngx_webrtc_udp_reaches(listen, to_v6)                                \
    ((to_v6) ? (listen)->v6 : (!(listen)->v6 || (listen)->dual))


static ngx_uint_t ngx_webrtc_udp_send_many(ngx_webrtc_udp_t *udp);
static ngx_int_t ngx_webrtc_udp_send_message(ngx_webrtc_udp_t *udp,
    ngx_webrtc_message_t *message);
static ngx_int_t ngx_webrtc_udp_send_singly(ngx_webrtc_udp_t *udp,
    ngx_webrtc_udp_socket_t *socket, ngx_webrtc_message_t *message);
static ngx_err_t ngx_webrtc_udp_sendmsg(ngx_webrtc_udp_socket_t *socket,
    ngx_webrtc_message_t *message, size_t len, size_t segment);
static void ngx_webrtc_udp_fill(ngx_webrtc_udp_socket_t *socket,
    ngx_webrtc_message_t *message, size_t len, size_t segment,
    ngx_webrtc_udp_parcel_t *parcel, struct msghdr *msg);
static ngx_int_t ngx_webrtc_udp_failed(ngx_webrtc_udp_t *udp,
    ngx_webrtc_udp_socket_t *socket, ngx_err_t err);
static ngx_webrtc_udp_socket_t *ngx_webrtc_udp_socket(ngx_webrtc_udp_t *udp,
    ngx_webrtc_path_t *path);
static size_t ngx_webrtc_udp_put_control(ngx_webrtc_udp_socket_t *socket,
    ngx_webrtc_addr_t *local, size_t segment, struct msghdr *msg);


ngx_int_t
ngx_webrtc_udp_send(ngx_webrtc_udp_t *udp)
{
    ngx_uint_t            n;
    ngx_webrtc_outbox_t  *out;

    if (udp->blocked) {
        return NGX_AGAIN;
    }

    out = &udp->out;

    while (!ngx_webrtc_outbox_empty(out)) {

        n = ngx_webrtc_udp_send_many(udp);

        if (n) {
            out->head += n;
            continue;
        }

        if (ngx_webrtc_udp_send_message(udp, &out->messages[out->head])
            == NGX_AGAIN)
        {
            udp->blocked = 1;
            udp->stats.blocked++;
            return NGX_AGAIN;
        }

        out->head++;
    }

    ngx_webrtc_outbox_reset(out);

    return NGX_OK;
}


/*
 * Of those that go out of the same socket, as far as they can be sent as they
 * are; returns how many were.  What is wrong with the next one is seen when it
 * is sent alone.
 */

static ngx_uint_t
ngx_webrtc_udp_send_many(ngx_webrtc_udp_t *udp)
{
    int                       sent;
    ngx_uint_t                n, i;
    ngx_webrtc_outbox_t      *out;
    ngx_webrtc_message_t     *message;
    ngx_webrtc_udp_socket_t  *socket, *first;

    out = &udp->out;
    first = NULL;

    for (n = 0, i = out->head;
         n < NGX_WEBRTC_UDP_VECTOR && i < out->nmessages;
         n++, i++)
    {
        message = &out->messages[i];

        if (ngx_webrtc_addr_is_external(&message->path.remote)
            || (message->segment && !udp->segment))
        {
            break;
        }

        socket = ngx_webrtc_udp_socket(udp, &message->path);

        if (first == NULL) {
            first = socket;
        }

        if (socket == NULL || socket != first) {
            break;
        }

        ngx_webrtc_udp_fill(socket, message, message->len, message->segment,
                            &udp->parcels[n], &udp->vector[n].msg_hdr);
    }

    if (n < 2) {
        return 0;
    }

    sent = sendmmsg(first->connection->fd, udp->vector, (unsigned) n,
                    MSG_DONTWAIT);

    return (sent > 0) ? (ngx_uint_t) sent : 0;
}


/* NGX_AGAIN: what was not sent of the message is still there */

static ngx_int_t
ngx_webrtc_udp_send_message(ngx_webrtc_udp_t *udp,
    ngx_webrtc_message_t *message)
{
    ngx_err_t                 err;
    ngx_webrtc_udp_socket_t  *socket;

    if (ngx_webrtc_addr_is_external(&message->path.remote)) {
        ngx_webrtc_agent_send(message);
        return NGX_OK;
    }

    socket = ngx_webrtc_udp_socket(udp, &message->path);

    if (socket == NULL) {
        udp->stats.unsent++;
        return NGX_OK;
    }

    if (message->segment >= message->len) {
        message->segment = 0;
    }

    if (message->segment && !udp->segment) {
        return ngx_webrtc_udp_send_singly(udp, socket, message);
    }

    err = ngx_webrtc_udp_sendmsg(socket, message, message->len,
                                 message->segment);
    if (err == 0) {
        return NGX_OK;
    }

    if (message->segment == 0) {
        return ngx_webrtc_udp_failed(udp, socket, err);
    }

    switch (err) {

    case EIO:
    case NGX_ENOPROTOOPT:
    case NGX_EOPNOTSUPP:

        /* the card or the kernel cannot */

        ngx_log_error(NGX_LOG_NOTICE, udp->log, err,
                      "webrtc UDP_SEGMENT does not work on port %ui, packets "
                      "are sent one by one", (ngx_uint_t) udp->port);
        udp->segment = 0;

        /* fall through */

    case NGX_EINVAL:
    case EMSGSIZE:

        /* or this path cannot: its MTU is less than a segment */

        return ngx_webrtc_udp_send_singly(udp, socket, message);
    }

    return ngx_webrtc_udp_failed(udp, socket, err);
}


static ngx_int_t
ngx_webrtc_udp_send_singly(ngx_webrtc_udp_t *udp,
    ngx_webrtc_udp_socket_t *socket, ngx_webrtc_message_t *message)
{
    size_t     n;
    ngx_err_t  err;

    udp->stats.unsegmented++;

    while (message->len) {
        n = ngx_min(message->len, message->segment);

        err = ngx_webrtc_udp_sendmsg(socket, message, n, 0);

        if (err && ngx_webrtc_udp_failed(udp, socket, err) == NGX_AGAIN) {
            return NGX_AGAIN;
        }

        message->data += n;
        message->len -= n;
    }

    return NGX_OK;
}


static ngx_err_t
ngx_webrtc_udp_sendmsg(ngx_webrtc_udp_socket_t *socket,
    ngx_webrtc_message_t *message, size_t len, size_t segment)
{
    ssize_t                  n;
    ngx_err_t                err;
    struct msghdr            msg;
    ngx_webrtc_udp_parcel_t  parcel;

    ngx_webrtc_udp_fill(socket, message, len, segment, &parcel, &msg);

    do {
        n = sendmsg(socket->connection->fd, &msg, MSG_DONTWAIT);
        err = (n == -1) ? ngx_socket_errno : 0;

    } while (err == NGX_EINTR);

    return err;
}


static void
ngx_webrtc_udp_fill(ngx_webrtc_udp_socket_t *socket,
    ngx_webrtc_message_t *message, size_t len, size_t segment,
    ngx_webrtc_udp_parcel_t *parcel, struct msghdr *msg)
{
    parcel->iov.iov_base = message->data;
    parcel->iov.iov_len = len;

    msg->msg_name = &parcel->remote;
    msg->msg_namelen = ngx_webrtc_addr_to_sockaddr(&message->path.remote,
                                                   &parcel->remote,
                                                   socket->listen->v6);
    msg->msg_iov = &parcel->iov;
    msg->msg_iovlen = 1;
    msg->msg_flags = 0;
    msg->msg_control = &parcel->control;
    msg->msg_controllen = sizeof(parcel->control.data);
    msg->msg_controllen = ngx_webrtc_udp_put_control(socket,
                                                     &message->path.local,
                                                     segment, msg);

    if (msg->msg_controllen == 0) {
        msg->msg_control = NULL;
    }
}


/* NGX_AGAIN: later; NGX_OK: never */

static ngx_int_t
ngx_webrtc_udp_failed(ngx_webrtc_udp_t *udp, ngx_webrtc_udp_socket_t *socket,
    ngx_err_t err)
{
    ngx_event_t  *wev;

    switch (err) {

    case NGX_EAGAIN:
        wev = socket->connection->write;

        if (!wev->active
            && ngx_add_event(wev, NGX_WRITE_EVENT, NGX_CLEAR_EVENT) != NGX_OK)
        {
            ngx_add_timer(&udp->retry, NGX_WEBRTC_UDP_RETRY);
        }

        return NGX_AGAIN;

    case ENOBUFS:
    case NGX_ENOMEM:
        ngx_add_timer(&udp->retry, NGX_WEBRTC_UDP_RETRY);
        return NGX_AGAIN;
    }

    /* the message alone: its destination cannot be reached, or is refused */

    udp->stats.unsent++;

    switch (err) {

    case EMSGSIZE:
    case NGX_EINVAL:
    case NGX_ECONNREFUSED:
    case NGX_ENETUNREACH:
    case NGX_EHOSTUNREACH:
    case NGX_ENETDOWN:
    case NGX_EHOSTDOWN:
    case NGX_EPERM:
    case NGX_EACCES:
    case EADDRNOTAVAIL:
        ngx_webrtc_udp_log(udp, NGX_LOG_INFO, err, "sendmsg() failed");
        break;

    default:
        ngx_webrtc_udp_log(udp, NGX_LOG_ERR, err, "sendmsg() failed");
        break;
    }

    return NGX_OK;
}


ngx_err_t
ngx_webrtc_udp_sendto(ngx_webrtc_udp_t *udp, const ngx_webrtc_addr_t *to,
    const u_char *pos, size_t len)
{
    ngx_webrtc_message_t      message;
    ngx_webrtc_udp_socket_t  *socket;

    ngx_memzero(&message, sizeof(ngx_webrtc_message_t));

    message.path.remote = *to;
    message.data = (u_char *) pos;

    socket = ngx_webrtc_udp_socket(udp, &message.path);

    return socket ? ngx_webrtc_udp_sendmsg(socket, &message, len, 0)
                  : NGX_ENETUNREACH;
}


ngx_uint_t
ngx_webrtc_udp_has(ngx_webrtc_udp_t *udp, ngx_uint_t v6)
{
    ngx_uint_t  i;

    for (i = 0; i < udp->nsockets; i++) {
        if (ngx_webrtc_udp_reaches(udp->sockets[i].listen, v6)) {
            return 1;
        }
    }

    return 0;
}


/* the socket that has the local address of a path, or may use it */

static ngx_webrtc_udp_socket_t *
ngx_webrtc_udp_socket(ngx_webrtc_udp_t *udp, ngx_webrtc_path_t *path)
{
    ngx_uint_t                i, any, v6;
    ngx_webrtc_listen_t      *listen;
    ngx_webrtc_udp_socket_t  *found;

    found = NULL;
    v6 = !ngx_webrtc_addr_is_v4(&path->remote);
    any = ngx_webrtc_addr_is_unspecified(&path->local);

    for (i = 0; i < udp->nsockets; i++) {
        listen = udp->sockets[i].listen;

        if (!ngx_webrtc_udp_reaches(listen, v6)) {
            continue;
        }

        if (ngx_memcmp(listen->addr.ip, path->local.ip, 16) == 0) {
            return &udp->sockets[i];
        }

        /* what is forwarded has no address of ours yet: any will do */

        if (listen->wildcard || (any && found == NULL)) {
            found = &udp->sockets[i];
        }
    }

    return found;
}


static size_t
ngx_webrtc_udp_put_control(ngx_webrtc_udp_socket_t *socket,
    ngx_webrtc_addr_t *local, size_t segment, struct msghdr *msg)
{
    size_t               len;
    uint16_t             size;
    struct cmsghdr      *cmsg;
    struct in_pktinfo    info;
    struct in6_pktinfo   info6;

    len = 0;
    cmsg = CMSG_FIRSTHDR(msg);

    if (socket->listen->wildcard && !ngx_webrtc_addr_is_unspecified(local)) {

        if (socket->listen->v6) {
            ngx_memzero(&info6, sizeof(struct in6_pktinfo));
            ngx_memcpy(&info6.ipi6_addr, local->ip, 16);
            info6.ipi6_ifindex = local->scope;

            cmsg->cmsg_level = IPPROTO_IPV6;
            cmsg->cmsg_type = IPV6_PKTINFO;
            cmsg->cmsg_len = CMSG_LEN(sizeof(struct in6_pktinfo));
            ngx_memcpy(CMSG_DATA(cmsg), &info6, sizeof(struct in6_pktinfo));
            len += CMSG_SPACE(sizeof(struct in6_pktinfo));

        } else {
            ngx_memzero(&info, sizeof(struct in_pktinfo));
            ngx_memcpy(&info.ipi_spec_dst, local->ip + 12, 4);

            cmsg->cmsg_level = IPPROTO_IP;
            cmsg->cmsg_type = IP_PKTINFO;
            cmsg->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
            ngx_memcpy(CMSG_DATA(cmsg), &info, sizeof(struct in_pktinfo));
            len += CMSG_SPACE(sizeof(struct in_pktinfo));
        }

        cmsg = (struct cmsghdr *) ((u_char *) msg->msg_control + len);
    }

    if (segment) {
        size = (uint16_t) segment;

        cmsg->cmsg_level = SOL_UDP;
        cmsg->cmsg_type = UDP_SEGMENT;
        cmsg->cmsg_len = CMSG_LEN(sizeof(uint16_t));
        ngx_memcpy(CMSG_DATA(cmsg), &size, sizeof(uint16_t));
        len += CMSG_SPACE(sizeof(uint16_t));
    }

    return len;
}


void
ngx_webrtc_udp_write_handler(ngx_event_t *wev)
{
    ngx_connection_t         *c;
    ngx_webrtc_udp_socket_t  *socket;

    c = wev->data;
    socket = c->data;

    if (wev->active) {
        (void) ngx_del_event(wev, NGX_WRITE_EVENT, 0);
    }

    socket->udp->blocked = 0;

    ngx_webrtc_worker_touch();
}


void
ngx_webrtc_udp_retry_handler(ngx_event_t *ev)
{
    ngx_webrtc_udp_t  *udp;

    udp = ev->data;
    udp->blocked = 0;

    ngx_webrtc_worker_touch();
}
