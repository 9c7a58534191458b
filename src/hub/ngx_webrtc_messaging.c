
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <hub/ngx_webrtc_member.h>


/* channels that a client may open at us before it is told not to */
#define NGX_WEBRTC_MESSAGING_STRAY  4

/* the SCTP port of a client that says none is ours */
#define NGX_WEBRTC_MESSAGING_PORT   5000


static void ngx_webrtc_messaging_handler(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_event_t *event, void *data, ngx_webrtc_usec_t now);
static void ngx_webrtc_messaging_ready(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_messaging_opened(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now);
static void ngx_webrtc_messaging_closed(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now);
static void ngx_webrtc_messaging_message(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_messaging_inflate(
    ngx_webrtc_connection_t *connection, ngx_str_t *message,
    ngx_webrtc_usec_t now);
static ngx_uint_t ngx_webrtc_messaging_allows(
    ngx_webrtc_connection_t *connection, ngx_webrtc_usec_t now);
static void ngx_webrtc_messaging_tell(ngx_webrtc_connection_t *connection,
    ngx_webrtc_event_t *event, ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_messaging_pack(
    ngx_webrtc_connection_t *connection, ngx_uint_t n, const u_char *data,
    size_t len, ngx_str_t *message);
static ngx_int_t ngx_webrtc_messaging_find(ngx_webrtc_messaging_t *messaging,
    uint16_t stream);


ngx_int_t
ngx_webrtc_messaging_init(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_join_t *join)
{
    ngx_uint_t               i;
    ngx_pool_t              *pool;
    ngx_webrtc_label_t      *label;
    ngx_webrtc_messaging_t  *messaging;

    if (join->nlabels == 0) {
        return NGX_OK;
    }

    pool = connection->pool;

    messaging = ngx_pcalloc(pool, sizeof(ngx_webrtc_messaging_t));
    if (messaging == NULL) {
        return NGX_ERROR;
    }

    messaging->labels = ngx_pcalloc(pool, join->nlabels
                                          * sizeof(ngx_webrtc_label_t));
    messaging->lines = ngx_pcalloc(pool, join->nlabels
                                         * sizeof(ngx_webrtc_duct_t));

    if (messaging->labels == NULL || messaging->lines == NULL) {
        return NGX_ERROR;
    }

    messaging->nlabels = join->nlabels;

    for (i = 0; i < join->nlabels; i++) {
        label = &messaging->labels[i];
        *label = join->labels[i];

        if (ngx_webrtc_str_copy(connection->pool, &label->name,
                                &join->labels[i].name)
            != NGX_OK
            || ngx_webrtc_str_copy(connection->pool, &label->protocol,
                                   &join->labels[i].protocol)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    messaging->section = ngx_webrtc_negotiation_add_data(
                                                    &connection->negotiation);
    if (messaging->section == NULL) {
        return NGX_ERROR;
    }

    connection->messaging = messaging;

    return NGX_OK;
}


/* a client that refuses the section goes on without data channels */

ngx_int_t
ngx_webrtc_messaging_start(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    uint64_t                  size;
    ngx_int_t                 rc;
    ngx_webrtc_hub_t         *hub;
    ngx_webrtc_data_conf_t    conf;
    ngx_webrtc_messaging_t   *messaging;
    ngx_webrtc_negotiated_t  *answer;

    messaging = connection->messaging;

    if (messaging == NULL || !messaging->section->answer.accepted) {
        return NGX_OK;
    }

    hub = connection->hub;
    answer = &messaging->section->answer;

    size = answer->max_message_size;

    conf.remote_port = answer->sctp_port ? answer->sctp_port
                                         : NGX_WEBRTC_MESSAGING_PORT;
    conf.max_send = (size > SIZE_MAX) ? SIZE_MAX : (size_t) size;
    conf.max_receive = hub->conf.message_size;
    conf.max_buffered = hub->conf.data_buffer;
    conf.max_channels = messaging->nlabels + NGX_WEBRTC_MESSAGING_STRAY;

    rc = ngx_webrtc_data_start(connection->peer, &conf,
                               ngx_webrtc_messaging_handler, connection, now);

    return (rc == NGX_ERROR) ? NGX_ERROR : NGX_OK;
}


/* called by the engine, so not from within a verb */

static void
ngx_webrtc_messaging_handler(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_event_t *event, void *data, ngx_webrtc_usec_t now)
{
    ngx_webrtc_connection_t  *connection;

    connection = data;

    if (connection->left) {

        if (event->type == NGX_WEBRTC_DATA_FAILED) {
            ngx_webrtc_messaging_parted(connection);
        }

        return;
    }

    switch (event->type) {

    case NGX_WEBRTC_DATA_READY:
        ngx_webrtc_messaging_ready(connection, now);
        break;

    case NGX_WEBRTC_DATA_OPEN:

        /* clients have nothing to open here */

        if (event->channel) {
            ngx_webrtc_data_close(peer, event->stream, now);
            break;
        }

        ngx_webrtc_messaging_opened(connection, event, now);
        break;

    case NGX_WEBRTC_DATA_MESSAGE:
        ngx_webrtc_messaging_message(connection, event, now);
        break;

    case NGX_WEBRTC_DATA_CLOSED:
        ngx_webrtc_messaging_closed(connection, event, now);
        break;

    case NGX_WEBRTC_DATA_FAILED:
        ngx_webrtc_messaging_lost(connection);
        ngx_webrtc_hub_leave(connection,
                             event->by_peer ? NGX_WEBRTC_CLOSE_CLIENT
                                            : NGX_WEBRTC_CLOSE_FAULT,
                             event->by_peer ? NULL : event->reason, now);
        break;

    case NGX_WEBRTC_DATA_DRAINED:
        break;
    }
}


static void
ngx_webrtc_messaging_ready(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t                       i;
    ngx_webrtc_duct_t               *line;
    ngx_webrtc_label_t              *label;
    ngx_webrtc_messaging_t          *messaging;
    ngx_webrtc_data_channel_conf_t   conf;

    messaging = connection->messaging;

    for (i = 0; i < messaging->nlabels; i++) {
        line = &messaging->lines[i];
        label = &messaging->labels[i];

        conf.label = label->name;
        conf.protocol = label->protocol;
        conf.max_retransmits = label->max_retransmits;
        conf.max_packet_life_time = label->max_packet_life_time;
        conf.ordered = label->ordered;

        if (ngx_webrtc_data_open(connection->peer, &conf, &line->stream, now)
            != NGX_OK)
        {
            ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_FAULT,
                                 "DATA-CHANNEL-NOT-OPENED", now);
            return;
        }

        line->opened = 1;
    }
}


static void
ngx_webrtc_messaging_opened(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now)
{
    ngx_int_t                n;
    ngx_uint_t               i;
    ngx_webrtc_event_t       told;
    ngx_webrtc_messaging_t  *messaging;

    messaging = connection->messaging;

    n = ngx_webrtc_messaging_find(messaging, event->stream);

    if (n == NGX_ERROR || messaging->lines[n].open) {
        return;
    }

    messaging->lines[n].open = 1;

    for (i = 0; i < messaging->nlabels; i++) {
        if (!messaging->lines[i].open) {
            return;
        }
    }

    messaging->open = 1;

    ngx_memzero(&told, sizeof(ngx_webrtc_event_t));
    told.type = NGX_WEBRTC_EVENT_DATA_OPEN;

    ngx_webrtc_messaging_tell(connection, &told, now);
}


/*
 * A client may give up one of its own labels, but not the channels by which
 * it hears from us.
 */

static void
ngx_webrtc_messaging_closed(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now)
{
    ngx_int_t                n;
    ngx_webrtc_messaging_t  *messaging;

    messaging = connection->messaging;

    n = ngx_webrtc_messaging_find(messaging, event->stream);

    if (n == NGX_ERROR) {
        return;
    }

    if (!messaging->labels[n].forward || !messaging->open) {
        ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_CLIENT, NULL, now);
        return;
    }

    messaging->lines[n].opened = 0;
    messaging->lines[n].open = 0;
}


static void
ngx_webrtc_messaging_message(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now)
{
    ngx_int_t                n;
    ngx_str_t                message;
    ngx_webrtc_event_t       told;
    ngx_webrtc_label_t      *label;
    ngx_webrtc_messaging_t  *messaging;

    messaging = connection->messaging;

    n = ngx_webrtc_messaging_find(messaging, event->stream);

    if (n == NGX_ERROR) {
        return;
    }

    if (!ngx_webrtc_messaging_allows(connection, now)) {
        ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_FAULT,
                             "MESSAGE-RATE", now);
        return;
    }

    label = &messaging->labels[n];

    if (!label->sends) {
        return;
    }

    message.data = event->data;
    message.len = event->len;

    if (label->compress
        && ngx_webrtc_messaging_inflate(connection, &message, now) != NGX_OK)
    {
        return;
    }

    if (label->forward) {
        ngx_webrtc_messaging_fanout(connection, n, &message,
                                    event->binary || label->compress, now);
        return;
    }

    ngx_memzero(&told, sizeof(ngx_webrtc_event_t));

    told.type = NGX_WEBRTC_EVENT_DATA;
    told.label = n;
    told.data = message;

    ngx_webrtc_messaging_tell(connection, &told, now);
}


static ngx_int_t
ngx_webrtc_messaging_inflate(ngx_webrtc_connection_t *connection,
    ngx_str_t *message, ngx_webrtc_usec_t now)
{
    ngx_int_t          rc;
    const char        *reason;
    ngx_webrtc_hub_t  *hub;

    hub = connection->hub;

    rc = ngx_webrtc_zlib_inflate(hub->zlib, message->data, message->len,
                                 hub->conf.inflated_size, message);

    switch (rc) {

    case NGX_OK:
        return NGX_OK;

    case NGX_ABORT:
        reason = "INFLATED-MESSAGE-TOO-LARGE";
        break;

    case NGX_DECLINED:
        reason = "INVALID-COMPRESSED-MESSAGE";
        break;

    default:
        reason = "NO-MEMORY";
        break;
    }

    ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_FAULT, reason, now);

    return NGX_ERROR;
}


/* as many as the rate says, and as many again at once */

static ngx_uint_t
ngx_webrtc_messaging_allows(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    uint64_t                 rate, allowance, max;
    ngx_webrtc_usec_t        passed;
    ngx_webrtc_messaging_t  *messaging;

    rate = connection->hub->conf.message_rate;

    if (rate == 0) {
        return 1;
    }

    messaging = connection->messaging;

    max = 2 * rate * 1000;
    passed = ngx_min(now - messaging->refilled, 2 * NGX_WEBRTC_SEC);

    allowance = messaging->allowance + rate * passed / NGX_WEBRTC_MSEC;
    allowance = ngx_min(allowance, max);

    messaging->refilled = now;

    if (allowance < 1000) {
        return 0;
    }

    messaging->allowance = allowance - 1000;

    return 1;
}


static void
ngx_webrtc_messaging_tell(ngx_webrtc_connection_t *connection,
    ngx_webrtc_event_t *event, ngx_webrtc_usec_t now)
{
    ngx_webrtc_hub_t  *hub;

    hub = connection->hub;

    event->subject = connection;
    event->now = now;

    ngx_webrtc_hub_begin(hub);

    connection->handler(connection, event, connection->data);

    ngx_webrtc_hub_end(hub);
}


static ngx_int_t
ngx_webrtc_messaging_find(ngx_webrtc_messaging_t *messaging, uint16_t stream)
{
    ngx_uint_t  i;

    for (i = 0; i < messaging->nlabels; i++) {

        if (messaging->lines[i].opened
            && messaging->lines[i].stream == stream)
        {
            return i;
        }
    }

    return NGX_ERROR;
}


ngx_int_t
ngx_webrtc_hub_send(ngx_webrtc_connection_t *connection, ngx_uint_t n,
    const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    ngx_int_t  rc;
    ngx_str_t  message;

    rc = ngx_webrtc_messaging_pack(connection, n, data, len, &message);

    if (rc == NGX_ERROR) {
        ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_FAULT, "NO-MEMORY",
                             now);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    return ngx_webrtc_messaging_send(connection, n, &message,
                                     connection->messaging->labels[n].compress,
                                     now);
}


void
ngx_webrtc_hub_set_last(ngx_webrtc_connection_t *connection, ngx_uint_t n,
    const u_char *data, size_t len)
{
    ngx_str_t                message;
    ngx_webrtc_messaging_t  *messaging;

    messaging = connection->messaging;

    if (ngx_webrtc_messaging_pack(connection, n, data, len, &message) == NGX_OK
        && messaging->lines[n].open
        && connection->peer)
    {
        ngx_webrtc_data_set_last(connection->peer, messaging->lines[n].stream,
                                 messaging->labels[n].compress, message.data,
                                 message.len);
    }
}


/* what a label makes of a text */

static ngx_int_t
ngx_webrtc_messaging_pack(ngx_webrtc_connection_t *connection, ngx_uint_t n,
    const u_char *data, size_t len, ngx_str_t *message)
{
    ngx_webrtc_messaging_t  *messaging;

    messaging = connection->messaging;

    if (messaging == NULL || n >= messaging->nlabels) {
        return NGX_DECLINED;
    }

    message->data = (u_char *) data;
    message->len = len;

    return messaging->labels[n].compress
           ? ngx_webrtc_zlib_deflate(connection->hub->zlib, data, len, message)
           : NGX_OK;
}


/* what waits is bounded: nobody must suffer from one who does not read */

ngx_int_t
ngx_webrtc_messaging_send(ngx_webrtc_connection_t *connection, ngx_uint_t n,
    const ngx_str_t *message, ngx_uint_t binary, ngx_webrtc_usec_t now)
{
    ngx_int_t            rc;
    ngx_webrtc_duct_t   *line;
    ngx_webrtc_label_t  *label;

    line = &connection->messaging->lines[n];
    label = &connection->messaging->labels[n];

    if (!line->open || connection->peer == NULL) {
        return NGX_DECLINED;
    }

    rc = ngx_webrtc_data_send(connection->peer, line->stream, binary,
                              message->data, message->len, now);

    if (rc == NGX_OK || rc == NGX_DECLINED) {
        return rc;
    }

    /* what may be lost on the way may be lost here */

    if (rc == NGX_AGAIN
        && (label->max_retransmits >= 0 || label->max_packet_life_time >= 0))
    {
        return NGX_DECLINED;
    }

    ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_FAULT,
                         (rc == NGX_AGAIN) ? "DATA-CHANNEL-BUFFER-FULL"
                                           : "NO-MEMORY", now);
    return NGX_ERROR;
}


const ngx_webrtc_label_t *
ngx_webrtc_connection_labels(ngx_webrtc_connection_t *connection,
    ngx_uint_t *n)
{
    *n = 0;

    if (connection->messaging == NULL) {
        return NULL;
    }

    *n = connection->messaging->nlabels;

    return connection->messaging->labels;
}


ngx_uint_t
ngx_webrtc_messaging_is_open(const ngx_webrtc_connection_t *connection)
{
    return connection->messaging && connection->messaging->open;
}


void
ngx_webrtc_messaging_close(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t               i;
    ngx_webrtc_duct_t       *line;
    ngx_webrtc_messaging_t  *messaging;

    messaging = connection->messaging;

    for (i = 0; i < messaging->nlabels; i++) {
        line = &messaging->lines[i];

        if (line->open) {
            line->open = 0;
            ngx_webrtc_data_close(connection->peer, line->stream, now);
        }
    }
}


void
ngx_webrtc_messaging_lost(ngx_webrtc_connection_t *connection)
{
    if (connection->messaging) {
        connection->messaging->open = 0;
    }
}


void
ngx_webrtc_messaging_parted(ngx_webrtc_connection_t *connection)
{
    ngx_webrtc_hub_t  *hub;

    if (connection->peer == NULL) {
        return;
    }

    hub = connection->hub;

    ngx_webrtc_deadline_remove(&connection->parting);

    ngx_webrtc_peer_destroy(connection->peer, NULL);
    connection->peer = NULL;

    ngx_webrtc_hub_begin(hub);
    ngx_queue_insert_tail(&hub->gone, &connection->gone);
    ngx_webrtc_hub_end(hub);
}
