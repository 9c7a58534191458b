
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_udp_internal.h>


/* no worker has this number */
#define NGX_WEBRTC_UDP_NOBODY  ((ngx_uint_t) -1)

/* messages in the outbox: what is sent in one turn of the loop */
#define NGX_WEBRTC_UDP_SLICE   256


static void ngx_webrtc_udp_buffer(ngx_socket_t fd, int force, int plain,
    size_t size);
static ngx_int_t ngx_webrtc_udp_init_buffers(ngx_webrtc_udp_t *udp,
    ngx_webrtc_conf_t *conf);
static ngx_int_t ngx_webrtc_udp_open_socket(ngx_webrtc_udp_t *udp,
    ngx_listening_t *ls, ngx_webrtc_listen_t *listen);
static void ngx_webrtc_udp_set_options(ngx_webrtc_udp_t *udp, ngx_socket_t fd,
    ngx_webrtc_listen_t *listen);
static void ngx_webrtc_udp_close_socket(ngx_webrtc_udp_socket_t *socket);


ngx_listening_t *
ngx_webrtc_udp_listening(ngx_cycle_t *cycle, ngx_webrtc_listen_t *listen)
{
    ngx_uint_t        i;
    ngx_listening_t  *ls;

    ls = cycle->listening.elts;

    for (i = 0; i < cycle->listening.nelts; i++) {

        if (ls[i].type == SOCK_DGRAM
            && ngx_cmp_sockaddr(ls[i].sockaddr, ls[i].socklen,
                                listen->sockaddr, listen->socklen, 1)
               == NGX_OK)
        {
            return &ls[i];
        }
    }

    return NULL;
}


ngx_uint_t
ngx_webrtc_udp_is_taken(ngx_cycle_t *cycle, ngx_webrtc_listen_t *listen)
{
    ngx_uint_t    taken;
    ngx_socket_t  fd;
#if (NGX_HAVE_INET6)
    int           on;
#endif

    /* a reload or an upgrade has it already: nginx takes it over */

    if (ngx_webrtc_udp_listening(cycle->old_cycle, listen)) {
        return 0;
    }

    fd = ngx_socket(listen->sockaddr->sa_family, SOCK_DGRAM, 0);

    if (fd == (ngx_socket_t) -1) {
        return 0;
    }

#if (NGX_HAVE_INET6)
    on = !listen->dual;

    if (listen->v6) {
        (void) setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(int));
    }
#endif

    taken = bind(fd, listen->sockaddr, listen->socklen) == -1
            && ngx_socket_errno == NGX_EADDRINUSE;

    (void) ngx_close_socket(fd);

    return taken;
}


void
ngx_webrtc_udp_prepare(ngx_cycle_t *cycle, ngx_webrtc_conf_t *conf)
{
    ngx_uint_t            i;
    ngx_listening_t      *ls;
    ngx_webrtc_listen_t  *listen;

    listen = conf->media->listen.elts;

    for (i = 0; i < conf->media->listen.nelts; i++) {

        ls = ngx_webrtc_udp_listening(cycle, &listen[i]);
        if (ls == NULL) {
            continue;
        }

        /*
         * A socket with "reuseport" is polled by the one worker that has it;
         * the socket itself is opened, without that option.
         */

#if (NGX_HAVE_REUSEPORT)
        ls->reuseport = 1;
        ls->worker = NGX_WEBRTC_UDP_NOBODY;
#endif

        if (ls->rcvbuf == -1) {
            ngx_webrtc_udp_buffer(ls->fd, SO_RCVBUFFORCE, SO_RCVBUF,
                                  conf->receive_buffer);
        }

        if (ls->sndbuf == -1) {
            ngx_webrtc_udp_buffer(ls->fd, SO_SNDBUFFORCE, SO_SNDBUF,
                                  conf->send_buffer);
        }
    }
}


/* best effort: only root may go beyond net.core.rmem_max and wmem_max */

static void
ngx_webrtc_udp_buffer(ngx_socket_t fd, int force, int plain, size_t size)
{
    int  value;

    value = (int) size;

    if (setsockopt(fd, SOL_SOCKET, force, &value, sizeof(int)) == -1) {
        (void) setsockopt(fd, SOL_SOCKET, plain, &value, sizeof(int));
    }
}


ngx_webrtc_udp_t *
ngx_webrtc_udp_open(ngx_cycle_t *cycle, ngx_webrtc_conf_t *conf,
    in_port_t port)
{
    ngx_uint_t            i;
    ngx_pool_t           *pool;
    ngx_core_conf_t      *ccf;
    ngx_listening_t      *ls;
    ngx_webrtc_udp_t     *udp;
    ngx_webrtc_listen_t  *listen;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, cycle->log);
    if (pool == NULL) {
        return NULL;
    }

    udp = ngx_pcalloc(pool, sizeof(ngx_webrtc_udp_t));
    if (udp == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    udp->port = port;
    udp->pool = pool;
    udp->log = cycle->log;
    udp->segment = 1;

    udp->retry.handler = ngx_webrtc_udp_retry_handler;
    udp->retry.data = udp;
    udp->retry.log = cycle->log;
    udp->retry.cancelable = 1;

    udp->idle.handler = ngx_webrtc_udp_idle_handler;
    udp->idle.data = udp;
    udp->idle.log = cycle->log;
    udp->idle.cancelable = 1;

    /* "timer_resolution": the timer would be later than is allowed */

    ccf = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);

    udp->idle_delay = (ccf->timer_resolution > conf->idle_delay)
                      ? 0 : conf->idle_delay;

    if (ngx_webrtc_udp_init_buffers(udp, conf) != NGX_OK) {
        goto failed;
    }

    listen = conf->media->listen.elts;

    for (i = 0; i < conf->media->listen.nelts; i++) {

        if (listen[i].addr.port != port) {
            continue;
        }

        ls = ngx_webrtc_udp_listening(cycle, &listen[i]);

        if (ls == NULL
            || ngx_webrtc_udp_open_socket(udp, ls, &listen[i]) != NGX_OK)
        {
            goto failed;
        }
    }

    return udp;

failed:

    ngx_webrtc_udp_close(udp);

    return NULL;
}


static ngx_int_t
ngx_webrtc_udp_init_buffers(ngx_webrtc_udp_t *udp, ngx_webrtc_conf_t *conf)
{
    ngx_uint_t     i;
    struct iovec  *iov;

    for (i = 0; i < NGX_WEBRTC_UDP_BATCH; i++) {
        iov = &udp->slots[i].iov;

        iov->iov_len = NGX_WEBRTC_MESSAGE_MAX + 28;
        iov->iov_base = ngx_palloc(udp->pool, iov->iov_len);

        if (iov->iov_base == NULL) {
            return NGX_ERROR;
        }
    }

    return ngx_webrtc_outbox_init(&udp->out, udp->pool, conf->outbox_size,
                                  NGX_WEBRTC_UDP_SLICE);
}


/*
 * A descriptor of our own: it stays when a worker that quits closes the
 * listening sockets.
 */

static ngx_int_t
ngx_webrtc_udp_open_socket(ngx_webrtc_udp_t *udp, ngx_listening_t *ls,
    ngx_webrtc_listen_t *listen)
{
    ngx_socket_t              fd;
    ngx_connection_t         *c;
    ngx_webrtc_udp_socket_t  *socket;

    if (udp->nsockets == NGX_WEBRTC_UDP_SOCKETS || ls->fd == -1) {
        return NGX_ERROR;
    }

    fd = fcntl(ls->fd, F_DUPFD_CLOEXEC, 0);

    if (fd == -1) {
        ngx_log_error(NGX_LOG_ALERT, udp->log, ngx_errno,
                      "dup() of %V failed", &ls->addr_text);
        return NGX_ERROR;
    }

    c = ngx_get_connection(fd, udp->log);

    if (c == NULL) {
        (void) ngx_close_socket(fd);
        return NGX_ERROR;
    }

    socket = &udp->sockets[udp->nsockets++];
    socket->udp = udp;
    socket->listen = listen;
    socket->connection = c;

    c->data = socket;
    c->type = SOCK_DGRAM;
    c->log = udp->log;
    c->number = ngx_atomic_fetch_add(ngx_connection_counter, 1);

    c->read->handler = ngx_webrtc_udp_read_handler;
    c->read->log = udp->log;
    c->write->handler = ngx_webrtc_udp_write_handler;
    c->write->log = udp->log;

    ngx_webrtc_udp_set_options(udp, fd, listen);
    ngx_webrtc_udp_idle_init(socket);

    /*
     * Not ngx_add_conn(): the send buffer of a datagram socket drains with
     * every packet, and each time that would be an event.
     */

    if (ngx_add_event(c->read, NGX_READ_EVENT, NGX_CLEAR_EVENT) != NGX_OK) {
        return NGX_ERROR;
    }

    return NGX_OK;
}


static void
ngx_webrtc_udp_set_options(ngx_webrtc_udp_t *udp, ngx_socket_t fd,
    ngx_webrtc_listen_t *listen)
{
    int        value, level, name;
    socklen_t  len;

    value = 1;

    if (setsockopt(fd, SOL_UDP, UDP_GRO, &value, sizeof(int)) == -1) {
        ngx_log_error(NGX_LOG_INFO, udp->log, ngx_errno,
                      "setsockopt(UDP_GRO) failed, ignored");
    }

    if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &value, sizeof(int)) == -1)
    {
        ngx_log_error(NGX_LOG_INFO, udp->log, ngx_errno,
                      "setsockopt(SO_TIMESTAMPNS) failed, ignored");
    }

    len = sizeof(int);

    if (getsockopt(fd, SOL_UDP, UDP_SEGMENT, &value, &len) == -1) {
        udp->segment = 0;
    }

    if (!listen->wildcard) {
        return;
    }

    value = 1;
    level = listen->v6 ? IPPROTO_IPV6 : IPPROTO_IP;
    name = listen->v6 ? IPV6_RECVPKTINFO : IP_PKTINFO;

    if (setsockopt(fd, level, name, &value, sizeof(int)) == -1) {
        ngx_log_error(NGX_LOG_ALERT, udp->log, ngx_errno,
                      "setsockopt(IP_PKTINFO) on %V failed", &listen->text);
    }
}


void
ngx_webrtc_udp_close(ngx_webrtc_udp_t *udp)
{
    ngx_uint_t  i;

    for (i = 0; i < udp->nsockets; i++) {
        ngx_webrtc_udp_close_socket(&udp->sockets[i]);
    }

    if (udp->retry.timer_set) {
        ngx_del_timer(&udp->retry);
    }

    if (udp->idle.timer_set) {
        ngx_del_timer(&udp->idle);
    }

    ngx_destroy_pool(udp->pool);
}


static void
ngx_webrtc_udp_close_socket(ngx_webrtc_udp_socket_t *socket)
{
    ngx_connection_t  *c;

    c = socket->connection;

    /*
     * Said aloud: the master and other workers have the socket open, so
     * closing our descriptor does not take it out of our epoll.
     */

    if (c->write->active) {
        (void) ngx_del_event(c->write, NGX_WRITE_EVENT, 0);
    }

    if (c->read->active) {
        (void) ngx_del_event(c->read, NGX_READ_EVENT, 0);
    }

    ngx_close_connection(c);
}


ngx_webrtc_outbox_t *
ngx_webrtc_udp_outbox(ngx_webrtc_udp_t *udp)
{
    return &udp->out;
}


void
ngx_webrtc_udp_log(ngx_webrtc_udp_t *udp, ngx_uint_t level, ngx_err_t err,
    const char *text)
{
    if (udp->logged == ngx_time()) {
        return;
    }

    udp->logged = ngx_time();

    ngx_log_error(level, udp->log, err, "webrtc %s on port %ui", text,
                  (ngx_uint_t) udp->port);
}
