
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* datagrams of the gateway's ports, in and out */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_port_internal.h>
#include <event/ngx_webrtc_worker.h>
#include <event/ngx_webrtc_worker_media.h>


/* datagrams of one port in one turn of the loop; then others are served */
#define NGX_WEBRTC_PORT_TURN  256


static ngx_int_t ngx_webrtc_port_udp_options(ngx_socket_t fd, ngx_uint_t v6,
    ngx_uint_t shared);
static ngx_int_t ngx_webrtc_port_udp_read(ngx_webrtc_port_socket_t *socket,
    ngx_uint_t *count);
static void ngx_webrtc_port_udp_input(ngx_webrtc_port_socket_t *socket,
    u_char *pos, size_t len);


ngx_socket_t
ngx_webrtc_port_udp_bind(in_port_t port, ngx_uint_t shared, ngx_err_t *err)
{
    int                     on;
    socklen_t               socklen;
    ngx_uint_t              v6;
    ngx_socket_t            fd;
    ngx_webrtc_addr_t       addr;
    ngx_webrtc_sockaddr_t   sa;

    addr = *ngx_webrtc_port_sockets()->conf->bind;
    addr.port = port;

    v6 = !ngx_webrtc_addr_is_v4(&addr);
    socklen = ngx_webrtc_addr_to_sockaddr(&addr, &sa, v6);

    fd = socket(sa.sockaddr.sa_family,
                SOCK_DGRAM|SOCK_NONBLOCK|SOCK_CLOEXEC, 0);

    if (fd == (ngx_socket_t) -1) {
        *err = ngx_socket_errno;
        return fd;
    }

    if (ngx_webrtc_port_udp_options(fd, v6, shared) != NGX_OK
        || bind(fd, &sa.sockaddr, socklen) == -1)
    {
        *err = ngx_socket_errno;
        (void) ngx_close_socket(fd);
        return (ngx_socket_t) -1;
    }

    if (shared) {
        return fd;
    }

    /*
     * Not before: with this option the kernel would have given us a number
     * that another program with the same option has.
     */

    on = 1;

    (void) setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(int));

    return fd;
}


static ngx_int_t
ngx_webrtc_port_udp_options(ngx_socket_t fd, ngx_uint_t v6, ngx_uint_t shared)
{
    int                             value;
    ngx_webrtc_skyway_main_conf_t  *conf;

    conf = ngx_webrtc_port_sockets()->conf;

    value = 1;

    if (shared
        && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &value, sizeof(int)) == -1)
    {
        return NGX_ERROR;
    }

    value = !ngx_webrtc_addr_is_unspecified(conf->bind);

    if (v6
        && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &value, sizeof(int))
           == -1)
    {
        return NGX_ERROR;
    }

    /* best effort: only root may go beyond net.core.rmem_max */

    value = (int) conf->receive_buffer;

    if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &value, sizeof(int)) == -1)
    {
        (void) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, sizeof(int));
    }

    return NGX_OK;
}


void
ngx_webrtc_port_udp_read_handler(ngx_event_t *rev)
{
    ngx_int_t                  rc;
    ngx_uint_t                 count;
    ngx_connection_t          *c;
    ngx_webrtc_port_socket_t  *socket;

    c = rev->data;
    socket = c->data;

    if (c->close) {

        /* worker_shutdown_timeout: we are closed with the worker */

        c->close = 0;
        return;
    }

    ngx_webrtc_now_update();

    count = 0;

    do {
        rc = ngx_webrtc_port_udp_read(socket, &count);

    } while (rc == NGX_OK && count < NGX_WEBRTC_PORT_TURN);

    if (rc == NGX_OK) {
        ngx_post_event(rev, &ngx_posted_next_events);
    }

    ngx_webrtc_worker_touch();
}


/* NGX_OK: there may be more; NGX_AGAIN: there is not */

static ngx_int_t
ngx_webrtc_port_udp_read(ngx_webrtc_port_socket_t *socket, ngx_uint_t *count)
{
    int                         i, n;
    ngx_err_t                   err;
    ngx_webrtc_port_sockets_t  *ports;

    ports = ngx_webrtc_port_sockets();

    if (socket->closing) {
        return NGX_AGAIN;
    }

    n = recvmmsg(socket->connection->fd, ports->messages,
                 NGX_WEBRTC_PORT_BATCH, MSG_DONTWAIT, NULL);

    if (n == -1) {
        err = ngx_socket_errno;

        /* counted, so that an error that stays does not hold us here */

        (*count)++;

        if (err == NGX_EAGAIN) {
            return NGX_AGAIN;
        }

        if (err != NGX_EINTR) {
            ngx_webrtc_port_udp_log(NGX_LOG_ERR, err, "recvmmsg() failed");
        }

        return NGX_OK;
    }

    for (i = 0; i < n && !socket->closing; i++) {
        ngx_webrtc_port_udp_input(socket, ports->iovs[i].iov_base,
                                  ports->messages[i].msg_len);
    }

    ngx_webrtc_port_feed_flush(socket);

    *count += n;

    return (n == NGX_WEBRTC_PORT_BATCH) ? NGX_OK : NGX_AGAIN;
}


static void
ngx_webrtc_port_udp_input(ngx_webrtc_port_socket_t *socket, u_char *pos,
    size_t len)
{
    ngx_webrtc_port_sockets()->stats.received++;

    /* first: what links get they may change */

    if (!ngx_queue_empty(&socket->feeds)) {
        ngx_webrtc_port_feed_put(socket, pos, len);

        if (socket->refs == 0) {
            return;
        }
    }

    ngx_webrtc_port_input(socket->port, pos, len, ngx_webrtc_now());
}


/* we never ask for it */

void
ngx_webrtc_port_udp_write_handler(ngx_event_t *wev)
{
}


void
ngx_webrtc_port_socket_send(void *data, ngx_webrtc_port_t *port,
    const ngx_webrtc_addr_t *to, const u_char *pos, size_t len)
{
    ssize_t                     n;
    socklen_t                   socklen;
    ngx_err_t                   err;
    ngx_uint_t                  v4;
    ngx_webrtc_addr_t          *bind;
    ngx_webrtc_sockaddr_t       sa;
    ngx_webrtc_port_socket_t   *socket;
    ngx_webrtc_port_sockets_t  *ports;

    ports = ngx_webrtc_port_sockets();
    socket = port ? ngx_webrtc_port_socket(port) : NULL;

    bind = ports->conf->bind;
    v4 = ngx_webrtc_addr_is_v4(bind);

    if (socket == NULL
        || socket->connection == NULL
        || (v4 != ngx_webrtc_addr_is_v4(to)
            && (v4 || !ngx_webrtc_addr_is_unspecified(bind))))
    {
        /* without a socket that reaches it, that of the worker's media */

        err = ngx_webrtc_worker_sendto(to, pos, len);

    } else {
        socklen = ngx_webrtc_addr_to_sockaddr(to, &sa, !v4);

        n = sendto(socket->connection->fd, pos, len, MSG_DONTWAIT,
                   &sa.sockaddr, socklen);

        err = (n == -1) ? ngx_socket_errno : 0;
    }

    if (err == 0) {
        ports->stats.sent++;
        return;
    }

    ports->stats.unsent++;

    if (err != NGX_EAGAIN) {
        ngx_webrtc_port_udp_log(NGX_LOG_INFO, err, "sendto() failed");
    }
}


void
ngx_webrtc_port_udp_log(ngx_uint_t level, ngx_err_t err, const char *text)
{
    ngx_webrtc_port_sockets_t  *ports;

    ports = ngx_webrtc_port_sockets();

    if (ports->logged == ngx_time()) {
        return;
    }

    ports->logged = ngx_time();

    ngx_log_error(level, ports->log, err, "webrtc gateway: %s", text);
}
