
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * ers_dial <port> <room> <silence in ms>: the client of a rendezvous server
 * on a socket, for tests with servers of others.  Prints what it is told as
 * JSON, a line for each event.  It makes each viewer an offer, "offer for
 * STREAM", answers offers likewise, returns candidates, and leaves at the
 * command "Stop".
 */


#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <core/ngx_webrtc_text.h>
#include <crypto/ngx_webrtc_hmac.h>
#include <crypto/ngx_webrtc_random.h>
#include <front/evostream/ngx_webrtc_ers_client.h>


typedef struct {
    in_port_t          port;
    int                fd;
    ngx_uint_t         over;
    ngx_uint_t         reconnect;
} dial_t;


static ngx_webrtc_usec_t
now_usec(clockid_t clock)
{
    struct timespec  ts;

    clock_gettime(clock, &ts);

    return ts.tv_sec * NGX_WEBRTC_SEC + ts.tv_nsec / 1000;
}


static int
dial_connect(in_port_t port)
{
    int                 fd;
    struct sockaddr_in  sin;

    memset(&sin, 0, sizeof(sin));
    sin.sin_family = AF_INET;
    sin.sin_port = htons(port);
    sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd == -1
        || connect(fd, (struct sockaddr *) &sin, sizeof(sin)) == -1)
    {
        perror("connect()");
        exit(1);
    }

    return fd;
}


static void
dial_print(const ngx_webrtc_ers_client_event_t *event)
{
    json_t  *json;

    static const char  *types[] = {
        "joined", "viewer", "message", "remove", "taken", "invalid room",
        "invalid token", "reconnect", "broken"
    };

    json = json_pack("{s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:s}",
                     "type", types[event->type],
                     "id", ngx_webrtc_json_str(&event->id),
                     "stream", ngx_webrtc_json_str(&event->stream),
                     "sid", ngx_webrtc_json_str(&event->sid),
                     "sdp", ngx_webrtc_json_str(&event->sdp),
                     "candidate", ngx_webrtc_json_str(&event->candidate),
                     "command", ngx_webrtc_json_str(&event->command),
                     "reason", event->reason ? event->reason : "");

    json_dumpf(json, stdout, JSON_COMPACT);
    json_decref(json);

    printf("\n");
    fflush(stdout);
}


static void
dial_handler(ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_ers_client_event_t *event, void *data,
    ngx_webrtc_usec_t now)
{
    dial_t             *dial;
    u_char              buf[256];
    ngx_str_t           sid, sdp;
    ngx_webrtc_text_t   text;

    (void) now;

    dial = data;
    dial_print(event);

    ngx_webrtc_text_init(&text, buf, buf + sizeof(buf));
    ngx_str_set(&sid, "7");

    switch (event->type) {

    case NGX_WEBRTC_ERS_VIEWER:
        ngx_webrtc_text_cstr(&text, "offer for ");
        ngx_webrtc_text_str(&text, &event->stream);

        sdp.data = buf;
        sdp.len = ngx_webrtc_text_len(&text);

        (void) ngx_webrtc_ers_client_offer(client, &event->id, &sid, &sdp);
        break;

    case NGX_WEBRTC_ERS_MESSAGE:

        if (event->message == NGX_WEBRTC_ERS_CANDIDATE) {
            (void) ngx_webrtc_ers_client_candidate(client, &event->id,
                                                   &event->sid, &event->mid,
                                                   &event->candidate);
        }

        if (event->message == NGX_WEBRTC_ERS_COMMAND) {
            ngx_webrtc_ers_client_leave(client);
            dial->over = 1;
        }

        break;

    case NGX_WEBRTC_ERS_RECONNECT:
        dial->reconnect = 1;
        break;

    case NGX_WEBRTC_ERS_JOINED:
    case NGX_WEBRTC_ERS_REMOVE:
        break;

    default:
        dial->over = 1;
        break;
    }
}


static ngx_int_t
dial_random(void *data, u_char *buf, size_t len)
{
    (void) data;

    return ngx_webrtc_random_bytes(buf, len);
}


static void
dial_flush(ngx_webrtc_ers_client_t *client, dial_t *dial)
{
    size_t   n, sent;
    u_char   buf[4096];
    ssize_t  rc;

    while ((n = ngx_webrtc_ers_client_output(client, buf, sizeof(buf))) > 0) {

        for (sent = 0; sent < n; sent += rc) {
            rc = send(dial->fd, buf + sent, n - sent, MSG_NOSIGNAL);

            if (rc <= 0) {
                return;
            }
        }
    }
}


/* one turn of the loop */

static void
dial_turn(ngx_webrtc_ers_client_t *client, dial_t *dial)
{
    int                timeout;
    u_char             buf[4096];
    ssize_t            n;
    struct pollfd      pfd;
    ngx_webrtc_usec_t  now, expires;

    now = now_usec(CLOCK_MONOTONIC);
    expires = ngx_webrtc_ers_client_expires(client);

    timeout = (expires == NGX_WEBRTC_NEVER) ? -1
              : (expires <= now) ? 0
              : (int) ((expires - now) / NGX_WEBRTC_MSEC) + 1;

    pfd.fd = dial->fd;
    pfd.events = POLLIN;

    if (poll(&pfd, 1, timeout) == 1) {
        n = recv(dial->fd, buf, sizeof(buf), 0);
        now = now_usec(CLOCK_MONOTONIC);

        if (n > 0) {
            ngx_webrtc_ers_client_input(client, buf, n, now);

        } else {
            ngx_webrtc_ers_client_eof(client, now);
        }
    }

    ngx_webrtc_ers_client_tick(client, now_usec(CLOCK_MONOTONIC));

    if (dial->reconnect) {
        dial->reconnect = 0;
        close(dial->fd);
        dial->fd = dial_connect(dial->port);
        ngx_webrtc_ers_client_reconnected(client, now);
    }
}


int
main(int argc, char **argv)
{
    char                           host[32];
    dial_t                         dial;
    ngx_webrtc_usec_t              now;
    ngx_webrtc_ers_client_t       *client;
    ngx_webrtc_ers_client_conf_t   conf;

    if (argc != 4) {
        fprintf(stderr, "usage: ers_dial <port> <room> <silence>\n");
        return 1;
    }

    memset(&dial, 0, sizeof(dial_t));
    memset(&conf, 0, sizeof(conf));

    dial.port = (in_port_t) atoi(argv[1]);
    dial.fd = dial_connect(dial.port);

    conf.host.data = (u_char *) host;
    conf.host.len = sprintf(host, "127.0.0.1:%d", dial.port);
    conf.room.data = (u_char *) argv[2];
    conf.room.len = strlen(argv[2]);
    ngx_str_set(&conf.token, "secret");
    ngx_str_set(&conf.instance, "we");
    conf.message_size = 65536;
    conf.send_queue = 65536;
    conf.join_timeout = 5 * NGX_WEBRTC_SEC;
    conf.silence = atoi(argv[3]) * NGX_WEBRTC_MSEC;
    conf.wall = now_usec(CLOCK_REALTIME);
    conf.random = dial_random;
    conf.sha1 = ngx_webrtc_sha1;

    now = now_usec(CLOCK_MONOTONIC);

    client = ngx_webrtc_ers_client_create(&conf, dial_handler, &dial, now);
    if (client == NULL) {
        return 1;
    }

    dial_flush(client, &dial);

    while (!dial.over) {
        dial_turn(client, &dial);
        dial_flush(client, &dial);
    }

    ngx_webrtc_ers_client_destroy(client);
    close(dial.fd);

    return 0;
}
