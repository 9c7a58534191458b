
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_data_channel.h>
#include <proto/ngx_webrtc_dcep.h>


/* an OPEN has to fit into it */
#define NGX_WEBRTC_DATA_OPEN_MAX    1024


static ngx_webrtc_data_channel_t *ngx_webrtc_data_find(
    ngx_webrtc_peer_t *peer, uint16_t stream);
static void ngx_webrtc_data_policy(const ngx_webrtc_data_channel_conf_t *conf,
    ngx_webrtc_dcep_t *dcep);
static void ngx_webrtc_data_add(ngx_webrtc_data_t *dc, uint16_t stream,
    const ngx_webrtc_dcep_t *dcep, ngx_webrtc_channel_state_e state);
static ngx_int_t ngx_webrtc_data_choose(ngx_webrtc_data_t *dc,
    uint16_t *stream);
static ngx_int_t ngx_webrtc_data_send_dcep(ngx_webrtc_data_t *dc,
    uint16_t stream, const ngx_webrtc_dcep_t *dcep, ngx_webrtc_usec_t now);
static void ngx_webrtc_data_dcep(ngx_webrtc_data_t *dc,
    const ngx_webrtc_sctp_event_t *event, ngx_webrtc_usec_t now);
static void ngx_webrtc_data_opened(ngx_webrtc_data_t *dc, uint16_t stream,
    const ngx_webrtc_dcep_t *dcep, ngx_webrtc_usec_t now);
static void ngx_webrtc_data_confirmed(ngx_webrtc_data_t *dc, uint16_t stream,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_data_reset_stream(ngx_webrtc_data_t *dc,
    uint16_t stream, ngx_webrtc_sctp_event_e type, ngx_webrtc_usec_t now);
static void ngx_webrtc_data_free(ngx_webrtc_data_t *dc,
    ngx_webrtc_data_channel_t *channel);


/* a DTLS client has the even ids (RFC 8832, section 6) */

#define ngx_webrtc_data_is_ours(dc, stream)                                  \
    ((((stream) & 1) == 0) == (dc)->peer->transport.client)


ngx_int_t
ngx_webrtc_data_open(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_channel_conf_t *conf, uint16_t *stream,
    ngx_webrtc_usec_t now)
{
    if (peer->distant) {
        return ngx_webrtc_distant_data_open(peer, conf, stream);
    }

    if (peer->dc == NULL
        || (conf->max_retransmits >= 0 && conf->max_packet_life_time >= 0)
        || ngx_webrtc_data_choose(peer->dc, stream) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    return ngx_webrtc_data_open_stream(peer->dc, conf, *stream, now);
}


ngx_int_t
ngx_webrtc_data_open_stream(ngx_webrtc_data_t *dc,
    const ngx_webrtc_data_channel_conf_t *conf, uint16_t stream,
    ngx_webrtc_usec_t now)
{
    ngx_int_t          rc;
    ngx_webrtc_dcep_t  dcep;

    ngx_webrtc_data_policy(conf, &dcep);

    dcep.type = NGX_WEBRTC_DCEP_OPEN;
    dcep.label = conf->label;
    dcep.protocol = conf->protocol;

    rc = ngx_webrtc_data_send_dcep(dc, stream, &dcep, now);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_webrtc_data_add(dc, stream, &dcep, NGX_WEBRTC_CHANNEL_OPENING);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_data_join(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_channel_conf_t *conf, uint16_t stream)
{
    ngx_webrtc_data_t  *dc;
    ngx_webrtc_dcep_t   dcep;

    if (peer->distant) {
        return ngx_webrtc_distant_data_join(peer, conf, stream);
    }

    dc = peer->dc;

    if (dc == NULL
        || stream >= dc->nstreams
        || dc->nchannels == dc->conf.max_channels
        || dc->channels[stream].state != NGX_WEBRTC_CHANNEL_FREE)
    {
        return NGX_DECLINED;
    }

    ngx_webrtc_data_policy(conf, &dcep);
    ngx_webrtc_data_add(dc, stream, &dcep, NGX_WEBRTC_CHANNEL_OPEN);

    return NGX_OK;
}


static void
ngx_webrtc_data_policy(const ngx_webrtc_data_channel_conf_t *conf,
    ngx_webrtc_dcep_t *dcep)
{
    ngx_memzero(dcep, sizeof(ngx_webrtc_dcep_t));

    dcep->unordered = !conf->ordered;

    if (conf->max_retransmits >= 0) {
        dcep->reliability = NGX_WEBRTC_DCEP_REXMIT;
        dcep->parameter = (uint32_t) conf->max_retransmits;

    } else if (conf->max_packet_life_time >= 0) {
        dcep->reliability = NGX_WEBRTC_DCEP_TIMED;
        dcep->parameter = (uint32_t) conf->max_packet_life_time;
    }
}


static void
ngx_webrtc_data_add(ngx_webrtc_data_t *dc, uint16_t stream,
    const ngx_webrtc_dcep_t *dcep, ngx_webrtc_channel_state_e state)
{
    ngx_webrtc_data_channel_t  *channel;

    channel = &dc->channels[stream];

    channel->state = state;
    channel->unordered = dcep->unordered;
    channel->policy = dcep->reliability;
    channel->value = dcep->parameter;
    channel->ended = 0;

    dc->nchannels++;
}


static ngx_int_t
ngx_webrtc_data_choose(ngx_webrtc_data_t *dc, uint16_t *stream)
{
    ngx_uint_t  i;

    if (dc->nchannels == dc->conf.max_channels) {
        return NGX_DECLINED;
    }

    for (i = dc->peer->transport.client ? 0 : 1; i < dc->nstreams; i += 2) {
        if (dc->channels[i].state == NGX_WEBRTC_CHANNEL_FREE) {
            *stream = (uint16_t) i;
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


static ngx_int_t
ngx_webrtc_data_send_dcep(ngx_webrtc_data_t *dc, uint16_t stream,
    const ngx_webrtc_dcep_t *dcep, ngx_webrtc_usec_t now)
{
    u_char                  *last, buf[NGX_WEBRTC_DATA_OPEN_MAX];
    ngx_webrtc_sctp_send_t   send;

    last = ngx_webrtc_dcep_write(buf, buf + sizeof(buf), dcep);
    if (last == NULL) {
        return NGX_DECLINED;
    }

    ngx_memzero(&send, sizeof(ngx_webrtc_sctp_send_t));
    send.stream = stream;
    send.ppid = NGX_WEBRTC_PPID_DCEP;

    return ngx_webrtc_sctp_send(dc->sctp, &send, buf, last - buf, now);
}


ngx_int_t
ngx_webrtc_data_send(ngx_webrtc_peer_t *peer, uint16_t stream,
    ngx_uint_t binary, const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_t          *dc;
    ngx_webrtc_sctp_send_t      send;
    ngx_webrtc_data_channel_t  *channel;

    if (peer->distant) {
        return ngx_webrtc_distant_data_send(peer, stream, binary, data, len);
    }

    dc = peer->dc;
    channel = ngx_webrtc_data_find(peer, stream);

    if (channel == NULL || len > dc->conf.max_buffered
        || (dc->conf.max_send && len > dc->conf.max_send))
    {
        return NGX_DECLINED;
    }

    ngx_memzero(&send, sizeof(ngx_webrtc_sctp_send_t));

    send.stream = stream;
    send.policy = channel->policy;
    send.value = channel->value;

    /* nothing may overtake the OPEN (RFC 8832, section 6) */

    send.unordered = (channel->unordered
                      && channel->state == NGX_WEBRTC_CHANNEL_OPEN);

    if (len == 0) {

        /* SCTP has no empty messages (RFC 8831, section 6.6) */

        send.ppid = binary ? NGX_WEBRTC_PPID_BINARY_EMPTY
                           : NGX_WEBRTC_PPID_STRING_EMPTY;

        return ngx_webrtc_sctp_send(dc->sctp, &send, (u_char *) "", 1, now);
    }

    send.ppid = binary ? NGX_WEBRTC_PPID_BINARY : NGX_WEBRTC_PPID_STRING;

    return ngx_webrtc_sctp_send(dc->sctp, &send, data, len, now);
}


void
ngx_webrtc_data_set_last(ngx_webrtc_peer_t *peer, uint16_t stream,
    ngx_uint_t binary, const u_char *data, size_t len)
{
    if (peer->distant) {
        ngx_webrtc_distant_data_last(peer, stream, binary, data, len);
    }
}


void
ngx_webrtc_data_close(ngx_webrtc_peer_t *peer, uint16_t stream,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_channel_t  *channel;

    if (peer->distant) {
        ngx_webrtc_distant_data_close(peer, stream);
        return;
    }

    channel = ngx_webrtc_data_find(peer, stream);

    if (channel) {
        channel->state = NGX_WEBRTC_CHANNEL_CLOSING;
        (void) ngx_webrtc_sctp_reset(peer->dc->sctp, stream, now);
    }
}


/* a channel that can be used */

static ngx_webrtc_data_channel_t *
ngx_webrtc_data_find(ngx_webrtc_peer_t *peer, uint16_t stream)
{
    ngx_webrtc_data_t          *dc;
    ngx_webrtc_data_channel_t  *channel;

    dc = peer->dc;

    if (dc == NULL || stream >= dc->nstreams) {
        return NULL;
    }

    channel = &dc->channels[stream];

    return (channel->state == NGX_WEBRTC_CHANNEL_OPENING
            || channel->state == NGX_WEBRTC_CHANNEL_OPEN)
           ? channel : NULL;
}


void
ngx_webrtc_data_channel_message(ngx_webrtc_data_t *dc,
    const ngx_webrtc_sctp_event_t *event, ngx_webrtc_usec_t now)
{
    ngx_webrtc_peer_t        *peer;
    ngx_webrtc_data_event_t   tell;

    if (event->ppid == NGX_WEBRTC_PPID_DCEP) {
        ngx_webrtc_data_dcep(dc, event, now);
        return;
    }

    ngx_memzero(&tell, sizeof(ngx_webrtc_data_event_t));

    tell.type = NGX_WEBRTC_DATA_MESSAGE;
    tell.stream = event->stream;
    tell.data = event->data;
    tell.len = event->len;

    switch (event->ppid) {

    case NGX_WEBRTC_PPID_STRING:
        break;

    case NGX_WEBRTC_PPID_BINARY:
        tell.binary = 1;
        break;

    case NGX_WEBRTC_PPID_STRING_EMPTY:
        tell.len = 0;
        break;

    case NGX_WEBRTC_PPID_BINARY_EMPTY:
        tell.len = 0;
        tell.binary = 1;
        break;

    case NGX_WEBRTC_PPID_STRING_PART:
    case NGX_WEBRTC_PPID_BINARY_PART:

        /* its messages would be lost without a word */

        ngx_webrtc_data_close(dc->peer, event->stream, now);
        return;

    default:
        return;
    }

    /* the acknowledgement may be late, or overtaken */

    ngx_webrtc_data_confirmed(dc, event->stream, now);

    peer = dc->peer;

    if (peer && ngx_webrtc_data_find(peer, event->stream)) {
        ngx_webrtc_data_tell(dc, &tell, now);
    }
}


static void
ngx_webrtc_data_dcep(ngx_webrtc_data_t *dc,
    const ngx_webrtc_sctp_event_t *event, ngx_webrtc_usec_t now)
{
    ngx_int_t          rc;
    ngx_webrtc_dcep_t  dcep;

    rc = ngx_webrtc_dcep_parse(event->data, event->data + event->len, &dcep);

    if (rc == NGX_OK && dcep.type == NGX_WEBRTC_DCEP_ACK) {
        ngx_webrtc_data_confirmed(dc, event->stream, now);
        return;
    }

    if (event->stream >= dc->nstreams
        || ngx_webrtc_data_is_ours(dc, event->stream)
        || dc->channels[event->stream].state != NGX_WEBRTC_CHANNEL_FREE)
    {
        return;
    }

    if (rc != NGX_OK || dc->nchannels == dc->conf.max_channels) {

        /* this is how a channel is refused */

        (void) ngx_webrtc_sctp_reset(dc->sctp, event->stream, now);
        return;
    }

    ngx_webrtc_data_opened(dc, event->stream, &dcep, now);
}


/* by the peer */

static void
ngx_webrtc_data_opened(ngx_webrtc_data_t *dc, uint16_t stream,
    const ngx_webrtc_dcep_t *dcep, ngx_webrtc_usec_t now)
{
    ngx_webrtc_dcep_t                ack;
    ngx_webrtc_data_event_t          event;
    ngx_webrtc_data_channel_conf_t   conf;

    ngx_memzero(&ack, sizeof(ngx_webrtc_dcep_t));
    ack.type = NGX_WEBRTC_DCEP_ACK;

    if (ngx_webrtc_data_send_dcep(dc, stream, &ack, now) != NGX_OK) {
        (void) ngx_webrtc_sctp_reset(dc->sctp, stream, now);
        return;
    }

    ngx_webrtc_data_add(dc, stream, dcep, NGX_WEBRTC_CHANNEL_OPEN);

    conf.label = dcep->label;
    conf.protocol = dcep->protocol;
    conf.ordered = !dcep->unordered;
    conf.max_retransmits = (dcep->reliability == NGX_WEBRTC_DCEP_REXMIT)
                           ? (ngx_int_t) dcep->parameter : -1;
    conf.max_packet_life_time = (dcep->reliability == NGX_WEBRTC_DCEP_TIMED)
                                ? (ngx_int_t) dcep->parameter : -1;

    ngx_memzero(&event, sizeof(ngx_webrtc_data_event_t));
    event.type = NGX_WEBRTC_DATA_OPEN;
    event.stream = stream;
    event.channel = &conf;

    ngx_webrtc_data_tell(dc, &event, now);
}


/* one that we have opened */

static void
ngx_webrtc_data_confirmed(ngx_webrtc_data_t *dc, uint16_t stream,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_event_t  event;

    if (stream >= dc->nstreams
        || dc->channels[stream].state != NGX_WEBRTC_CHANNEL_OPENING)
    {
        return;
    }

    dc->channels[stream].state = NGX_WEBRTC_CHANNEL_OPEN;

    ngx_memzero(&event, sizeof(ngx_webrtc_data_event_t));
    event.type = NGX_WEBRTC_DATA_OPEN;
    event.stream = stream;

    ngx_webrtc_data_tell(dc, &event, now);
}


void
ngx_webrtc_data_channel_reset(ngx_webrtc_data_t *dc,
    const ngx_webrtc_sctp_event_t *event, ngx_webrtc_usec_t now)
{
    ngx_uint_t  i, n;

    n = event->nstreams ? event->nstreams : dc->nstreams;

    for (i = 0; i < n && dc->sctp; i++) {
        ngx_webrtc_data_reset_stream(dc,
                                     event->nstreams ? event->streams[i]
                                                     : (uint16_t) i,
                                     event->type, now);
    }
}


/*
 * Each side ends its own direction of a stream, the second one because the
 * first one did (RFC 8831, section 6.7).  Only then the id is free.
 */

static void
ngx_webrtc_data_reset_stream(ngx_webrtc_data_t *dc, uint16_t stream,
    ngx_webrtc_sctp_event_e type, ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_event_t     event;
    ngx_webrtc_data_channel_t  *channel;

    if (stream >= dc->nstreams) {
        return;
    }

    channel = &dc->channels[stream];

    switch (channel->state) {

    case NGX_WEBRTC_CHANNEL_FREE:
        return;

    case NGX_WEBRTC_CHANNEL_OPENING:
    case NGX_WEBRTC_CHANNEL_OPEN:

        if (type != NGX_WEBRTC_SCTP_RESET_IN) {
            return;
        }

        (void) ngx_webrtc_sctp_reset(dc->sctp, stream, now);
        break;

    default:

        if (type == NGX_WEBRTC_SCTP_RESET_REFUSED) {
            (void) ngx_webrtc_sctp_reset(dc->sctp, stream, now);
            return;
        }

        if (type == NGX_WEBRTC_SCTP_RESET_OUT) {
            channel->ended = 1;

            if (channel->state == NGX_WEBRTC_CHANNEL_CLOSED) {
                ngx_webrtc_data_free(dc, channel);
            }

            return;
        }

        if (channel->state == NGX_WEBRTC_CHANNEL_CLOSED) {
            return;
        }
    }

    channel->state = NGX_WEBRTC_CHANNEL_CLOSED;

    if (channel->ended) {
        ngx_webrtc_data_free(dc, channel);
    }

    ngx_memzero(&event, sizeof(ngx_webrtc_data_event_t));
    event.type = NGX_WEBRTC_DATA_CLOSED;
    event.stream = stream;

    ngx_webrtc_data_tell(dc, &event, now);
}


static void
ngx_webrtc_data_free(ngx_webrtc_data_t *dc,
    ngx_webrtc_data_channel_t *channel)
{
    channel->state = NGX_WEBRTC_CHANNEL_FREE;
    dc->nchannels--;

    if (dc->peer->resident) {
        ngx_webrtc_resident_data_free(dc->peer,
                                      (uint16_t) (channel - dc->channels));
    }
}
