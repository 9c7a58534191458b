
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "raw.h"

#include <crypto/ngx_webrtc_srtp_mb.h>

#include <netinet/in.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>


#define RAW_EVENTS   64
#define RAW_BUFFER   (8 * 1024 * 1024)


static void raw_usage(void);
static int raw_socket(int type, in_port_t port);
static ngx_int_t raw_watch(raw_t *raw, int fd, void *data);
static ngx_int_t raw_init(raw_t *raw, in_port_t port);
static void raw_run(raw_t *raw);


int
main(int argc, char *const *argv)
{
    int            i, port, openssl;
    static raw_t   raw;

    port = 0;
    openssl = 0;

    for (i = 1; i < argc; i++) {

        if (strcmp(argv[i], "--segment") == 0) {
            raw.segment = 1;

        } else if (strcmp(argv[i], "--openssl") == 0) {
            openssl = 1;

        } else if (strcmp(argv[i], "--port") == 0 && i + 1 < argc) {
            port = atoi(argv[++i]);

        } else {
            raw_usage();
            return 2;
        }
    }

    if (port < 1 || port > 65535) {
        raw_usage();
        return 2;
    }

#if (NGX_WEBRTC_HAVE_IPSEC_MB)

    if (!openssl) {
        ngx_webrtc_srtp_mb_init();
    }

#endif

    if (raw_init(&raw, (in_port_t) port) != NGX_OK) {
        return 1;
    }

    printf("forwarding on port %d%s%s\n", port,
           raw.segment ? " with UDP_SEGMENT" : "",
           openssl ? " by OpenSSL" : "");
    fflush(stdout);

    raw_run(&raw);

    return 1;
}


static void
raw_usage(void)
{
    fprintf(stderr, "usage: raw_forwarder --port N [--segment] [--openssl]\n"
            "  --port     UDP of the packets, TCP of those who say who is"
            " there\n"
            "  --segment  packets of one batch go to a subscriber together\n"
            "  --openssl  not by libipsec-mb, even if it is there\n");
}


static int
raw_socket(int type, in_port_t port)
{
    int                 fd, on, size;
    struct sockaddr_in  sin;

    ngx_memzero(&sin, sizeof(struct sockaddr_in));

    sin.sin_family = AF_INET;
    sin.sin_port = htons(port);
    sin.sin_addr.s_addr = htonl(INADDR_ANY);

    fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd == -1) {
        return -1;
    }

    on = 1;
    size = RAW_BUFFER;

    if (type == SOCK_STREAM) {
        (void) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(int));

    } else if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(int))
               == -1
               || setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size,
                             sizeof(int))
                  == -1)
    {
        (void) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(int));
        (void) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(int));
    }

    if (bind(fd, (struct sockaddr *) &sin, sizeof(struct sockaddr_in)) == -1
        || (type == SOCK_STREAM && listen(fd, 16) == -1))
    {
        (void) close(fd);
        return -1;
    }

    return fd;
}


static ngx_int_t
raw_watch(raw_t *raw, int fd, void *data)
{
    struct epoll_event  ee;

    ee.events = EPOLLIN;
    ee.data.ptr = data;

    return epoll_ctl(raw->epoll, EPOLL_CTL_ADD, fd, &ee) == -1 ? NGX_ERROR
                                                               : NGX_OK;
}


static ngx_int_t
raw_init(raw_t *raw, in_port_t port)
{
    raw->pool = ngx_create_pool(4096, NULL);
    raw->epoll = epoll_create1(EPOLL_CLOEXEC);
    raw->udp = raw_socket(SOCK_DGRAM, port);
    raw->listener = raw_socket(SOCK_STREAM, port);

    if (raw->pool == NULL || raw->epoll == -1 || raw->udp == -1
        || raw->listener == -1
        || ngx_webrtc_hash_init(&raw->peers, raw->pool, RAW_PEERS, 1) != NGX_OK
        || raw_watch(raw, raw->udp, &raw->udp) != NGX_OK
        || raw_watch(raw, raw->listener, &raw->listener) != NGX_OK)
    {
        perror("raw_forwarder");
        return NGX_ERROR;
    }

    return raw_forward_init(raw);
}


static void
raw_run(raw_t *raw)
{
    int                  i, n;
    void                *data;
    struct epoll_event   events[RAW_EVENTS];

    for ( ;; ) {
        n = epoll_wait(raw->epoll, events, RAW_EVENTS, -1);

        for (i = 0; i < n; i++) {
            data = events[i].data.ptr;

            if (data == &raw->udp) {
                raw_forward(raw);

            } else if (data == &raw->listener) {
                raw_control_accept(raw);

            } else {
                raw_control_input(data);
            }
        }
    }
}
