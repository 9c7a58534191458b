
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Requests at random times, so many per second, over connections that are
 * kept: an open loop, so that a server that is slow for a while has all of it
 * counted.  Each takes from when it is sent, or waits for its connection, to
 * when the kernel has the reply: how late we are ourselves is not in it.
 * "http_load <url> <per second> <connections> <seconds> [awake]"; prints JSON,
 * times in microseconds.  One that is awake never sleeps, so that no reply has
 * to wake it.
 */


#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "load/load_histogram.h"
#include "load/load_loop.h"
#include "load/load_net.h"


#define HTTP_LOAD_CONNECTIONS_MAX  1000
#define HTTP_LOAD_DRAIN            NGX_WEBRTC_SEC


typedef struct {
    load_loop_t          loop;
    load_timer_t         timer;
    load_http_t         *connections[HTTP_LOAD_CONNECTIONS_MAX];
    ngx_uint_t           nconnections;
    load_histogram_t     times;
    double               due;           /* the next request, ns */
    double               interval;      /* the mean */
    uint64_t             total;         /* of requests */
    uint64_t             sent;
    uint64_t             ended;
    uint64_t             errors;
} http_load_t;


static http_load_t  bench;


/* like those of many users who do not know of each other */

static void
http_load_next(void)
{
    bench.due -= bench.interval * log(1 - drand48());
}


/* "data" is the time of the request */

static void
http_load_replied(load_http_t *http, const ngx_webrtc_http_reply_t *reply,
    const char *reason, void *data)
{
    (void) reason;

    bench.ended++;

    if (reply == NULL || reply->status != 200) {
        bench.errors++;

    } else {
        load_histogram_add(&bench.times,
                           load_http_arrival(http) - (uintptr_t) data);
    }

    if (bench.ended == bench.total) {
        load_loop_stop(&bench.loop);
    }
}


static void
http_load_tick(load_timer_t *timer)
{
    uint64_t      now;
    load_http_t  *http;

    for (now = load_nsec();
         bench.sent < bench.total && bench.due <= now;
         now = load_nsec())
    {
        http = bench.connections[bench.sent % bench.nconnections];

        if (load_http_request(http, "GET", NULL, NULL, http_load_replied,
                              (void *) (uintptr_t) now)
            != NGX_OK)
        {
            bench.errors++;
            bench.ended++;
        }

        bench.sent++;
        http_load_next();
    }

    if (bench.sent < bench.total) {
        load_timer_at(&bench.loop, timer,
                      (ngx_webrtc_usec_t) bench.due / 1000 + 1);
        return;
    }

    /* what has no answer by then has failed; the first call only waits */

    if (bench.ended == bench.total
        || now > bench.due + HTTP_LOAD_DRAIN * 1000)
    {
        bench.errors += bench.total - bench.ended;
        load_loop_stop(&bench.loop);
        return;
    }

    load_timer_set(&bench.loop, timer, HTTP_LOAD_DRAIN / 10);
}


static ngx_int_t
http_load_connect(const load_url_t *url, ngx_uint_t n)
{
    ngx_uint_t  i;

    for (i = 0; i < n; i++) {
        bench.connections[i] = load_http_create(&bench.loop, url);

        if (bench.connections[i] == NULL) {
            return NGX_ERROR;
        }

        bench.nconnections++;
    }

    return NGX_OK;
}


static void
http_load_report(void)
{
    printf("{\"requests\":%lu,\"errors\":%lu,\"p50\":%.1f,\"p90\":%.1f,"
           "\"p99\":%.1f,\"p999\":%.1f}\n",
           bench.total, bench.errors,
           load_histogram_at(&bench.times, 500000) / 1e3,
           load_histogram_at(&bench.times, 900000) / 1e3,
           load_histogram_at(&bench.times, 990000) / 1e3,
           load_histogram_at(&bench.times, 999000) / 1e3);
}


int
main(int argc, char **argv)
{
    double       rate, seconds;
    ngx_str_t    text;
    ngx_uint_t   i, n, awake;
    load_url_t   url;
    const char  *reason;

    awake = (argc == 6 && strcmp(argv[5], "awake") == 0);
    argc -= awake;

    rate = (argc == 5) ? atof(argv[2]) : 0;
    n = (argc == 5) ? (ngx_uint_t) atol(argv[3]) : 0;
    seconds = (argc == 5) ? atof(argv[4]) : 0;

    if (rate <= 0 || n == 0 || n > HTTP_LOAD_CONNECTIONS_MAX || seconds <= 0)
    {
        fprintf(stderr, "usage: http_load <url> <per second> <connections>"
                " <seconds> [awake]\n");
        return 2;
    }

    text.data = (u_char *) argv[1];
    text.len = strlen(argv[1]);

    if (load_url_parse(&text, &url, &reason) != NGX_OK) {
        fprintf(stderr, "http_load: %s: %s\n", argv[1], reason);
        return 2;
    }

    load_histogram_reset(&bench.times);
    bench.interval = 1e9 / rate;
    bench.total = (uint64_t) (rate * seconds);

    if (load_loop_init(&bench.loop, n + 1) != NGX_OK
        || http_load_connect(&url, n) != NGX_OK)
    {
        fprintf(stderr, "http_load: no memory\n");
        return 1;
    }

    bench.loop.awake = awake;
    bench.due = load_nsec();
    bench.timer.handler = http_load_tick;
    http_load_tick(&bench.timer);
    load_loop_run(&bench.loop);

    http_load_report();

    for (i = 0; i < bench.nconnections; i++) {
        load_http_destroy(bench.connections[i]);
    }

    load_loop_cleanup(&bench.loop);

    return 0;
}
