
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A client with data channels and the engine's peer for it, which has them
 * too.  What each of the two hears is written into its journal, as in
 * "ready open:1 text:1:hello binary:1:5 closed:1".
 */


#ifndef _NGX_WEBRTC_CLIENT_DATA_H_INCLUDED_
#define _NGX_WEBRTC_CLIENT_DATA_H_INCLUDED_


#include <stdarg.h>
#include <stdio.h>

#include "lib/client.h"
#include "lib/clock.h"

#include <media/ngx_webrtc_data.h>
#include <proto/ngx_webrtc_dcep.h>


#define DATA_MESSAGE_MAX  262144


typedef struct data_s  data_t;


typedef struct {
    char                       journal[65536];
    ngx_uint_t                 messages;
    uint64_t                   bytes;
    uint32_t                   sum;         /* of all bytes, in their order */
    ngx_uint_t                 numbers;     /* that were in their order */
    uint32_t                   number;
} data_end_t;


struct data_s {
    world_t                   *world;
    client_t                  *client;
    ngx_webrtc_data_conf_t     conf;

    /* the client's end */
    ngx_webrtc_sctp_t         *sctp;
    ngx_webrtc_sctp_conf_t     sctp_conf;
    ngx_queue_t                ready;
    ngx_uint_t                 nstreams;
    ngx_uint_t                 deaf;        /* takes nothing from its buffer */
    ngx_uint_t                 lazy;        /* does not answer resets */
    ngx_uint_t                 mute;        /* sends no packets */
    ngx_uint_t                 max_packet;

    data_end_t                 ours;        /* the engine's */
    data_end_t                 theirs;

    /* instead of the journal */
    void                     (*react)(data_t *data,
                                    const ngx_webrtc_data_event_t *event);
};


static inline void
data_note(data_end_t *end, const char *fmt, ...)
{
    size_t   len;
    va_list  args;

    len = strlen(end->journal);
    assert_true(len < sizeof(end->journal) - 512);

    if (len) {
        end->journal[len++] = ' ';
    }

    va_start(args, fmt);
    (void) vsnprintf(end->journal + len, 500, fmt, args);
    va_end(args);
}


static inline uint32_t
data_sum(uint32_t sum, const u_char *pos, size_t len)
{
    while (len--) {
        sum = sum * 31 + *pos++;
    }

    return sum;
}


static inline void
data_got(data_end_t *end, uint16_t stream, ngx_uint_t binary,
    const u_char *data, size_t len)
{
    end->messages++;
    end->bytes += len;
    end->sum = data_sum(end->sum, data, len);

    if (len >= 8 && memcmp(data, "num:", 4) == 0) {
        end->numbers += (ngx_webrtc_get32(data + 4) == end->number);
        end->number = ngx_webrtc_get32(data + 4) + 1;
        return;
    }

    if (!binary && len <= 100) {
        data_note(end, "text:%u:%.*s", stream, (int) len,
                  (const char *) data);
        return;
    }

    data_note(end, "%s:%u:%zu", binary ? "binary" : "text", stream, len);
}


static inline void
data_handler(ngx_webrtc_peer_t *peer, const ngx_webrtc_data_event_t *event,
    void *extra, ngx_webrtc_usec_t now)
{
    data_t  *data = extra;

    assert_ptr_equal(peer, data->client->peer);
    assert_true(now == data->world->now);

    switch (event->type) {

    case NGX_WEBRTC_DATA_READY:
        data_note(&data->ours, "ready");
        break;

    case NGX_WEBRTC_DATA_OPEN:
        if (event->channel) {
            data_note(&data->ours, "open:%.*s/%.*s:%d:%d:%d:%u",
                      (int) event->channel->label.len,
                      event->channel->label.data,
                      (int) event->channel->protocol.len,
                      event->channel->protocol.data,
                      event->channel->ordered,
                      (int) event->channel->max_retransmits,
                      (int) event->channel->max_packet_life_time,
                      event->stream);
            break;
        }

        data_note(&data->ours, "open:%u", event->stream);
        break;

    case NGX_WEBRTC_DATA_MESSAGE:
        data_got(&data->ours, event->stream, event->binary, event->data,
                 event->len);
        break;

    case NGX_WEBRTC_DATA_DRAINED:
        data_note(&data->ours, "drained");
        break;

    case NGX_WEBRTC_DATA_CLOSED:
        data_note(&data->ours, "closed:%u", event->stream);
        break;

    case NGX_WEBRTC_DATA_FAILED:
        data_note(&data->ours, "failed:%s", event->reason);
        break;
    }

    if (data->react) {
        data->react(data, event);
    }
}


/* sends from the client; false: its buffer is full or the stream is bad */

static inline ngx_uint_t
data_client_send(data_t *data, uint16_t stream, uint32_t ppid,
    const void *buf, size_t len)
{
    ngx_webrtc_sctp_send_t  send;

    memset(&send, 0, sizeof(send));
    send.stream = stream;
    send.ppid = ppid;

    return ngx_webrtc_sctp_send(data->sctp, &send, buf, len, data->world->now)
           == NGX_OK;
}


static inline void
data_client_open(data_t *data, uint16_t stream, const char *label)
{
    u_char             *last, buf[512];
    ngx_webrtc_dcep_t   dcep;

    memset(&dcep, 0, sizeof(dcep));
    dcep.type = NGX_WEBRTC_DCEP_OPEN;
    dcep.label.data = (u_char *) label;
    dcep.label.len = strlen(label);

    last = ngx_webrtc_dcep_write(buf, buf + sizeof(buf), &dcep);
    assert_true(data_client_send(data, stream, NGX_WEBRTC_PPID_DCEP, buf,
                                 last - buf));
}


static inline void
data_client_dcep(data_t *data, const ngx_webrtc_sctp_event_t *event)
{
    ngx_webrtc_dcep_t  dcep;

    assert_int_equal(ngx_webrtc_dcep_parse(event->data,
                                           event->data + event->len, &dcep),
                     NGX_OK);

    if (dcep.type == NGX_WEBRTC_DCEP_ACK) {
        data_note(&data->theirs, "ack:%u", event->stream);
        return;
    }

    data_note(&data->theirs, "open:%.*s/%.*s:%d:%d:%d:%u",
              (int) dcep.label.len, dcep.label.data,
              (int) dcep.protocol.len, dcep.protocol.data,
              dcep.unordered, dcep.reliability, (int) dcep.parameter,
              event->stream);

    assert_true(data_client_send(data, event->stream, NGX_WEBRTC_PPID_DCEP,
                                 "\2", 1));
}


static inline void
data_client_event(data_t *data, const ngx_webrtc_sctp_event_t *event)
{
    ngx_uint_t  i;

    switch (event->type) {

    case NGX_WEBRTC_SCTP_UP:
        data->nstreams = event->nstreams;
        data_note(&data->theirs, "up");
        break;

    case NGX_WEBRTC_SCTP_MESSAGE:
        if (event->ppid == NGX_WEBRTC_PPID_DCEP) {
            data_client_dcep(data, event);
            break;
        }

        data_got(&data->theirs, event->stream,
                 event->ppid == NGX_WEBRTC_PPID_BINARY
                 || event->ppid == NGX_WEBRTC_PPID_BINARY_EMPTY,
                 event->data,
                 event->ppid >= NGX_WEBRTC_PPID_STRING_EMPTY ? 0
                                                             : event->len);
        break;

    case NGX_WEBRTC_SCTP_RESET_IN:
        for (i = 0; i < event->nstreams; i++) {
            data_note(&data->theirs, "reset:%u", event->streams[i]);

            if (!data->lazy) {
                (void) ngx_webrtc_sctp_reset(data->sctp, event->streams[i],
                                             data->world->now);
            }
        }

        break;

    case NGX_WEBRTC_SCTP_LOST:
        data_note(&data->theirs, "lost:%s", event->reason);
        break;

    default:
        break;
    }
}


static inline void
data_client_record(void *extra, u_char *pos, u_char *last)
{
    data_t  *data = extra;

    data->max_packet = ngx_max(data->max_packet, (ngx_uint_t) (last - pos));

    if (data->sctp) {
        ngx_webrtc_sctp_input(data->sctp, pos, last, data->world->now);
    }
}


static inline ngx_int_t
data_client_output(void *extra, const u_char *pos, const u_char *last)
{
    data_t  *data = extra;

    /* it leaves with the next turn, usrsctp must not be called from here */

    if (!data->mute) {
        (void) ngx_webrtc_dtls_write(data->client->dtls, pos, last);
    }

    return NGX_OK;
}


static inline void
data_client_connect(data_t *data)
{
    data->sctp = ngx_webrtc_sctp_create(data->world->sctp, &data->sctp_conf,
                                        data->world->now);
    assert_non_null(data->sctp);
}


static inline void
data_client_turn(void *extra)
{
    data_t  *data = extra;

    ngx_webrtc_sctp_event_t  event;

    if (data->sctp == NULL && data->sctp_conf.output && data->client->in) {
        data_client_connect(data);
    }

    if (data->deaf) {
        return;
    }

    while (ngx_webrtc_sctp_ready(&data->ready)) {
        while (ngx_webrtc_sctp_next(data->sctp, &event) == NGX_OK) {
            data_client_event(data, &event);
        }
    }
}


/* everything but the connection */

static inline void
data_init(data_t *data, world_t *world)
{
    memset(data, 0, sizeof(data_t));

    data->world = world;
    test_clock = &world->now;
    ngx_queue_init(&data->ready);

    data->conf.remote_port = 5000;
    data->conf.max_send = DATA_MESSAGE_MAX;
    data->conf.max_receive = DATA_MESSAGE_MAX;
    data->conf.max_buffered = 1048576;
    data->conf.max_channels = 32;

    data->sctp_conf.local_port = 5000;
    data->sctp_conf.remote_port = 5000;
    data->sctp_conf.streams = 256;
    data->sctp_conf.max_message = DATA_MESSAGE_MAX;
    data->sctp_conf.send_buffer = 1048576;
    data->sctp_conf.output = data_client_output;
    data->sctp_conf.data = data;
    data->sctp_conf.ready = &data->ready;
}


static inline void
data_begin(data_t *data)
{
    client_t  *client;

    client = client_create(data->world, 0);

    client->record = data_client_record;
    client->turn = data_client_turn;
    client->extra = data;

    data->client = client;

    assert_int_equal(ngx_webrtc_data_start(client->peer, &data->conf,
                                           data_handler, data,
                                           data->world->now), NGX_OK);
}


static inline void
data_connect(data_t *data)
{
    ngx_uint_t  i;

    data_begin(data);
    client_connect(data->client);

    for (i = 0; i < 100 && strstr(data->ours.journal, "ready") == NULL; i++) {
        world_run(data->world, 100);
    }

    world_run(data->world, 10);
    assert_string_equal(data->ours.journal, "ready");
    assert_string_equal(data->theirs.journal, "up");

    data->ours.journal[0] = '\0';
    data->theirs.journal[0] = '\0';
}


static inline ngx_webrtc_data_channel_conf_t
data_reliable(const char *label)
{
    ngx_webrtc_data_channel_conf_t  conf;

    memset(&conf, 0, sizeof(conf));
    conf.label.data = (u_char *) label;
    conf.label.len = strlen(label);
    conf.max_retransmits = -1;
    conf.max_packet_life_time = -1;
    conf.ordered = 1;

    return conf;
}


/* a channel of the engine's that both ends know */

static inline uint16_t
data_open(data_t *data, const char *label)
{
    uint16_t                        stream;
    ngx_webrtc_data_channel_conf_t  conf;

    conf = data_reliable(label);

    assert_int_equal(ngx_webrtc_data_open(data->client->peer, &conf, &stream,
                                          data->world->now), NGX_OK);
    world_run(data->world, 10);

    data->ours.journal[0] = '\0';
    data->theirs.journal[0] = '\0';

    return stream;
}


static inline ngx_int_t
data_send(data_t *data, uint16_t stream, const char *text)
{
    return ngx_webrtc_data_send(data->client->peer, stream, 0,
                                (u_char *) text, strlen(text),
                                data->world->now);
}


/* after it the client has no association; its DTLS goes with the world */

static inline void
data_cleanup(data_t *data)
{
    if (data->sctp) {
        ngx_webrtc_sctp_destroy(data->sctp);
        data->sctp = NULL;
    }

    data->client->turn = NULL;
    data->sctp_conf.output = NULL;
    test_clock = NULL;
}


#endif /* _NGX_WEBRTC_CLIENT_DATA_H_INCLUDED_ */
