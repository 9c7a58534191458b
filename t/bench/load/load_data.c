
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_data.h"

#include <peer/ngx_webrtc_sctp.h>
#include <proto/ngx_webrtc_dcep.h>
#include <proto/ngx_webrtc_zlib.h>


#define LOAD_DATA_STREAMS       64
#define LOAD_DATA_BUFFER        (1024 * 1024)
#define LOAD_DATA_MAX           65536

/* by which the server asks for statistics, for the first time at once */
#define LOAD_DATA_STATS         "stats"

/* what nobody has got by then was sent before anybody could hear it */
#define LOAD_DATA_GONE          (100 * NGX_WEBRTC_MSEC)

/* a sender that is later than this leaves messages out */
#define LOAD_DATA_LATE          NGX_WEBRTC_SEC


/* belongs to its client */

struct load_data_s {
    load_client_t              *client;
    ngx_webrtc_sctp_t          *sctp;
    load_timer_t                timer;
    ngx_webrtc_usec_t           due;
    uint64_t                    index;
    uint64_t                    seen;       /* what a receiver has, with
                                               --window */
    ngx_queue_t                 queue;      /* likewise, if "windowed" */
    uint16_t                    stream;
    uint16_t                    stats;      /* if "asked" */
    load_source_t              *source;     /* one of the client's */
    unsigned                    open:1;
    unsigned                    asked:1;    /* for statistics, at times */
    unsigned                    windowed:1;
};


static void load_data_record(void *extra, u_char *pos, u_char *last);
static ngx_int_t load_data_output(void *extra, const u_char *pos,
    const u_char *last);
static void load_data_tick(load_timer_t *timer);
static void load_data_events(load_t *load);
static void load_data_event(load_data_t *data,
    const ngx_webrtc_sctp_event_t *event);
static void load_data_dcep(load_data_t *data,
    const ngx_webrtc_sctp_event_t *event);
static void load_data_answer(load_data_t *data);
static void load_data_message(load_data_t *data,
    const ngx_webrtc_sctp_event_t *event);
static void load_data_seen(load_t *load, const load_stamp_t *stamp);
static void load_data_send(load_timer_t *timer);
static void load_data_fill(load_data_t *data);
static ngx_int_t load_data_burst(load_data_t *data);


ngx_int_t
load_data_init(load_t *load)
{
    load_media_t  *media;

    media = load->media;

    ngx_queue_init(&media->ready);
    ngx_queue_init(&media->windows);
    media->sctp_timer.handler = load_data_tick;
    media->sctp_timer.data = load;

    if (load->options.mode != LOAD_MODE_DATA) {
        return NGX_OK;
    }

    media->sctp = ngx_webrtc_sctp_ctx_create(NULL);
    media->zlib = ngx_webrtc_zlib_create(NULL);

    return (media->sctp && media->zlib) ? NGX_OK : NGX_ERROR;
}


void
load_data_cleanup(load_t *load)
{
    if (load->media->sctp) {
        ngx_webrtc_sctp_ctx_destroy(load->media->sctp);
    }

    if (load->media->zlib) {
        ngx_webrtc_zlib_destroy(load->media->zlib);
    }
}


void
load_data_attach(load_client_t *client)
{
    if (client->load->media->sctp) {
        ngx_webrtc_dtls_set_handler(client->dtls, load_data_record, client);
    }
}


static void
load_data_record(void *extra, u_char *pos, u_char *last)
{
    load_client_t  *client;

    client = extra;

    if (client->channel && client->channel->sctp) {
        ngx_webrtc_sctp_input(client->channel->sctp, pos, last,
                              client->load->loop.now);
    }
}


void
load_data_start(load_client_t *client)
{
    load_data_t             *data;
    load_media_t            *media;
    ngx_webrtc_sctp_conf_t   conf;

    media = client->load->media;

    if (media->sctp == NULL || client->session.sctp_port == 0) {
        return;
    }

    data = calloc(1, sizeof(load_data_t));
    if (data == NULL) {
        load_client_fail(client, "no memory");
        return;
    }

    client->channel = data;

    data->client = client;
    data->timer.handler = load_data_send;
    data->timer.data = data;

    ngx_memzero(&conf, sizeof(ngx_webrtc_sctp_conf_t));

    conf.local_port = 5000;
    conf.remote_port = client->session.sctp_port;
    conf.streams = LOAD_DATA_STREAMS;
    conf.max_message = LOAD_DATA_MAX;
    conf.send_buffer = LOAD_DATA_BUFFER;
    conf.output = load_data_output;
    conf.data = data;
    conf.ready = &media->ready;

    data->sctp = ngx_webrtc_sctp_create(media->sctp, &conf,
                                        client->load->loop.now);
    if (data->sctp == NULL) {
        load_client_fail(client, "SCTP cannot start");
        return;
    }

    load_data_drain(client->load);
}


void
load_data_stop(load_client_t *client)
{
    load_data_t  *data;

    data = client->channel;

    if (data == NULL) {
        return;
    }

    client->channel = NULL;

    if (data->windowed) {
        ngx_queue_remove(&data->queue);
    }

    load_timer_remove(&client->load->loop, &data->timer);

    if (data->sctp) {
        ngx_webrtc_sctp_destroy(data->sctp);
    }

    free(data);
}


/* straight to the socket, usrsctp is not called from here */

static ngx_int_t
load_data_output(void *extra, const u_char *pos, const u_char *last)
{
    size_t          n;
    u_char          buf[LOAD_DATAGRAM_MAX];
    load_client_t  *client;

    client = ((load_data_t *) extra)->client;

    (void) ngx_webrtc_dtls_write(client->dtls, pos, last);

    while ((n = ngx_webrtc_dtls_output(client->dtls, buf, sizeof(buf)))) {
        load_udp_send(client, buf, n, NULL);
    }

    return NGX_OK;
}


static void
load_data_tick(load_timer_t *timer)
{
    load_t  *load;

    load = timer->data;

    ngx_webrtc_sctp_ctx_tick(load->media->sctp, load->loop.now);
    load_data_drain(load);
}


/* what has happened to associations, and when usrsctp wants to be called */

void
load_data_drain(load_t *load)
{
    load_media_t  *media;

    media = load->media;

    if (media->sctp == NULL) {
        return;
    }

    load_data_events(load);
    load_timer_at(&load->loop, &media->sctp_timer,
                  ngx_webrtc_sctp_ctx_expires(media->sctp));
}


static void
load_data_events(load_t *load)
{
    load_data_t              *data;
    ngx_webrtc_sctp_event_t   event;

    while ((data = ngx_webrtc_sctp_ready(&load->media->ready))) {

        while (!data->client->ended
               && ngx_webrtc_sctp_next(data->sctp, &event) == NGX_OK)
        {
            load_data_event(data, &event);
        }
    }
}


static void
load_data_event(load_data_t *data, const ngx_webrtc_sctp_event_t *event)
{
    switch (event->type) {

    case NGX_WEBRTC_SCTP_MESSAGE:

        if (event->ppid == NGX_WEBRTC_PPID_DCEP) {
            load_data_dcep(data, event);

        } else if (data->asked && event->stream == data->stats) {
            load_data_answer(data);

        } else if (data->open && event->stream == data->stream) {
            load_data_message(data, event);
        }

        break;

    case NGX_WEBRTC_SCTP_LOST:
        load_client_fail(data->client, event->reason);
        break;

    default:
        break;
    }
}


static void
load_data_dcep(load_data_t *data, const ngx_webrtc_sctp_event_t *event)
{
    load_client_t            *client;
    ngx_webrtc_dcep_t         dcep;
    ngx_webrtc_sctp_send_t    send;

    static const u_char  ack = NGX_WEBRTC_DCEP_ACK;

    client = data->client;

    if (ngx_webrtc_dcep_parse(event->data, event->data + event->len, &dcep)
        != NGX_OK
        || dcep.type != NGX_WEBRTC_DCEP_OPEN)
    {
        return;
    }

    ngx_memzero(&send, sizeof(ngx_webrtc_sctp_send_t));
    send.ppid = NGX_WEBRTC_PPID_DCEP;
    send.stream = event->stream;

    if (ngx_webrtc_sctp_send(data->sctp, &send, &ack, 1,
                             client->load->loop.now)
        != NGX_OK)
    {
        load_client_fail(client, "a data channel cannot be acknowledged");
        return;
    }

    if (dcep.label.len == sizeof(LOAD_DATA_STATS) - 1
        && ngx_memcmp(dcep.label.data, LOAD_DATA_STATS, dcep.label.len) == 0)
    {
        data->stats = event->stream;
        data->asked = 1;
    }

    if (dcep.label.len != sizeof(LOAD_DATA_LABEL) - 1
        || ngx_memcmp(dcep.label.data, LOAD_DATA_LABEL, dcep.label.len) != 0)
    {
        return;
    }

    data->stream = event->stream;
    data->open = 1;

    if (client->ways & LOAD_SEND) {
        data->due = client->load->loop.now;
        load_timer_set(&client->load->loop, &data->timer, 0);

        if (client->load->options.window && !data->windowed) {
            data->windowed = 1;
            ngx_queue_insert_tail(&client->load->media->windows,
                                  &data->queue);
        }
    }

    client->handler(client, LOAD_CLIENT_OPEN, NULL, client->data);
}


/*
 * A client that says nothing here is taken for one that is not ready yet, and
 * what it is to hear waits for a second.
 */

static void
load_data_answer(load_data_t *data)
{
    ngx_str_t                message;
    load_client_t           *client;
    ngx_webrtc_sctp_send_t   send;

    static const u_char  none[] = "{\"type\":\"stats\",\"reports\":[]}";

    client = data->client;

    ngx_memzero(&send, sizeof(ngx_webrtc_sctp_send_t));
    send.ppid = NGX_WEBRTC_PPID_BINARY;
    send.stream = data->stats;

    if (ngx_webrtc_zlib_deflate(client->load->media->zlib, none,
                                sizeof(none) - 1, &message)
        != NGX_OK
        || ngx_webrtc_sctp_send(data->sctp, &send, message.data, message.len,
                                client->load->loop.now)
           != NGX_OK)
    {
        load_client_fail(client, "statistics cannot be sent");
    }
}


static void
load_data_message(load_data_t *data, const ngx_webrtc_sctp_event_t *event)
{
    load_media_t   *media;
    load_stamp_t    stamp;
    load_client_t  *client;

    client = data->client;
    media = client->load->media;

    if (load_stamp_parse(event->data, event->data + event->len, &stamp)
        != NGX_OK)
    {
        return;
    }

    if (media->measuring) {
        media->meter.forwarded++;
        media->meter.bytes += event->len;
    }

    load_receive_stamp(client, &data->source, &stamp, load_nsec(), 0);
    load_data_seen(client->load, &stamp);
}


/* room in the window of who has sent it, which is filled after this turn */

static void
load_data_seen(load_t *load, const load_stamp_t *stamp)
{
    ngx_queue_t  *q;
    load_data_t  *data;

    for (q = ngx_queue_head(&load->media->windows);
         q != ngx_queue_sentinel(&load->media->windows);
         q = ngx_queue_next(q))
    {
        data = ngx_queue_data(q, load_data_t, queue);

        if (data->client->member->number == stamp->member
            && data->seen <= stamp->index)
        {
            data->seen = stamp->index + 1;
            data->due = load->loop.now + LOAD_DATA_GONE;
            load_timer_set(&load->loop, &data->timer, 0);
        }
    }
}


static void
load_data_send(load_timer_t *timer)
{
    load_t             *load;
    load_data_t        *data;
    load_media_t       *media;
    ngx_webrtc_usec_t   now, interval;

    data = timer->data;

    if (data->client->ended) {
        return;
    }

    load = data->client->load;

    if (data->windowed) {
        load_data_fill(data);
        load_data_drain(load);
        return;
    }

    media = load->media;
    now = load->loop.now;
    interval = NGX_WEBRTC_SEC * load->options.burst / load->options.rate;

    if (interval == 0) {
        interval = 1;
    }

    if (data->due + LOAD_DATA_LATE < now) {
        media->skipped += media->measuring;
        data->due = now;
    }

    while (data->due <= now) {

        if (media->measuring) {
            load_histogram_add(&media->lag, (now - data->due) * 1000);
        }

        if (load_data_burst(data) != NGX_OK) {

            /* its buffer is full: the receiver is at its limit */

            media->skipped += media->measuring;
            data->due = now + interval;
            break;
        }

        data->due += interval;
    }

    load_timer_at(&load->loop, timer, data->due);
    load_data_drain(load);
}


static void
load_data_fill(load_data_t *data)
{
    load_t  *load;

    load = data->client->load;

    if (data->due <= load->loop.now) {
        data->seen = data->index;
        data->due = load->loop.now + LOAD_DATA_GONE;
    }

    while (data->index < data->seen + load->options.window) {

        if (load_data_burst(data) != NGX_OK) {
            load->media->skipped += load->media->measuring;
            break;
        }
    }

    load_timer_at(&load->loop, &data->timer, data->due);
}


static ngx_int_t
load_data_burst(load_data_t *data)
{
    u_char                   buf[LOAD_DATAGRAM_MAX];
    ngx_uint_t               i;
    load_stamp_t             stamp;
    load_client_t           *client;
    load_options_t          *options;
    ngx_webrtc_sctp_send_t   send;

    client = data->client;
    options = &client->load->options;

    ngx_memzero(&send, sizeof(ngx_webrtc_sctp_send_t));
    send.ppid = NGX_WEBRTC_PPID_BINARY;
    send.stream = data->stream;

    ngx_memset(buf, 0xa5, options->message);

    for (i = 0; i < options->burst; i++) {
        stamp.member = (uint32_t) client->member->number;
        stamp.index = data->index;
        stamp.time = load_nsec();
        stamp.kind = LOAD_DATA;
        stamp.measured = client->load->media->measuring;
        stamp.key = 0;

        load_stamp_write(buf, &stamp);

        if (ngx_webrtc_sctp_send(data->sctp, &send, buf, options->message,
                                 client->load->loop.now)
            != NGX_OK)
        {
            return NGX_AGAIN;
        }

        data->index++;
        client->member->sent += stamp.measured;
    }

    return NGX_OK;
}
