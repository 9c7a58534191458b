
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The data channels of a distant peer, at the home.  Ids are chosen and
 * states kept here as they are where the association is, see
 * ngx_webrtc_data_channel.c; and how much is on its way or in buffers there.
 */


#include <media/ngx_webrtc_distant_internal.h>


static ngx_int_t ngx_webrtc_distant_data_choose(ngx_webrtc_peer_t *peer,
    uint16_t *stream);
static void ngx_webrtc_distant_data_add(ngx_webrtc_distant_data_t *dc,
    uint16_t stream, ngx_webrtc_channel_state_e state);
static void ngx_webrtc_distant_data_remove(ngx_webrtc_distant_data_t *dc,
    uint16_t stream);
static ngx_webrtc_data_channel_t *ngx_webrtc_distant_data_find(
    ngx_webrtc_peer_t *peer, uint16_t stream);
static void ngx_webrtc_distant_data_ask(ngx_webrtc_peer_t *peer);
static ngx_uint_t ngx_webrtc_distant_data_happened(
    ngx_webrtc_distant_data_t *dc, const ngx_webrtc_data_event_t *event);
static ngx_uint_t ngx_webrtc_distant_data_opened(
    ngx_webrtc_distant_data_t *dc, const ngx_webrtc_data_event_t *event);


#define ngx_webrtc_distant_data_waits(dc)  ((dc)->sent - (dc)->gone)


ngx_int_t
ngx_webrtc_distant_data_start(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_conf_t *conf, ngx_webrtc_data_handler_pt handler,
    void *data)
{
    u_char                      buf[NGX_WEBRTC_NOTE_MAX];
    ngx_uint_t                  n;
    ngx_webrtc_note_t           note;
    ngx_webrtc_distant_data_t  *dc;

    if (peer->distant->dc) {
        return NGX_OK;
    }

    if (peer->engine->conf.sctp == NULL || conf->max_channels == 0) {
        return NGX_DECLINED;
    }

    n = ngx_min(conf->max_channels * 2, NGX_WEBRTC_SCTP_STREAMS_MAX);

    dc = ngx_calloc(sizeof(ngx_webrtc_distant_data_t)
                    + n * sizeof(ngx_webrtc_data_channel_t),
                    peer->engine->log);
    if (dc == NULL) {
        return NGX_ERROR;
    }

    dc->conf = *conf;
    dc->handler = handler;
    dc->data = data;
    dc->size = n;

    peer->distant->dc = dc;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_DATA_START);
    ngx_webrtc_note_put16(&note, conf->remote_port);
    ngx_webrtc_note_put64(&note, conf->max_send);
    ngx_webrtc_note_put64(&note, conf->max_receive);
    ngx_webrtc_note_put64(&note, conf->max_buffered);
    ngx_webrtc_note_put64(&note, conf->max_channels);

    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_distant_data_open(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_channel_conf_t *conf, uint16_t *stream)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    if (peer->distant->dc == NULL
        || (conf->max_retransmits >= 0 && conf->max_packet_life_time >= 0)
        || ngx_webrtc_distant_data_choose(peer, stream) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_DATA_OPEN);
    ngx_webrtc_note_put16(&note, *stream);
    ngx_webrtc_note_put_channel(&note, conf);

    if (note.bad) {
        return NGX_DECLINED;
    }

    ngx_webrtc_distant_data_add(peer->distant->dc, *stream,
                                NGX_WEBRTC_CHANNEL_OPENING);
    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_distant_data_join(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_channel_conf_t *conf, uint16_t stream)
{
    u_char                      buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t           note;
    ngx_webrtc_distant_data_t  *dc;

    dc = peer->distant->dc;

    if (dc == NULL
        || stream >= dc->nstreams
        || dc->nchannels == dc->conf.max_channels
        || dc->channels[stream].state != NGX_WEBRTC_CHANNEL_FREE)
    {
        return NGX_DECLINED;
    }

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_DATA_JOIN);
    ngx_webrtc_note_put16(&note, stream);
    ngx_webrtc_note_put_channel(&note, conf);

    if (note.bad) {
        return NGX_DECLINED;
    }

    ngx_webrtc_distant_data_add(dc, stream, NGX_WEBRTC_CHANNEL_OPEN);
    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_distant_data_choose(ngx_webrtc_peer_t *peer, uint16_t *stream)
{
    ngx_uint_t                  i;
    ngx_webrtc_distant_data_t  *dc;

    dc = peer->distant->dc;

    if (dc->nchannels == dc->conf.max_channels) {
        return NGX_DECLINED;
    }

    for (i = peer->distant->client ? 0 : 1; i < dc->nstreams; i += 2) {
        if (dc->channels[i].state == NGX_WEBRTC_CHANNEL_FREE) {
            *stream = (uint16_t) i;
            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


static void
ngx_webrtc_distant_data_add(ngx_webrtc_distant_data_t *dc, uint16_t stream,
    ngx_webrtc_channel_state_e state)
{
    dc->channels[stream].state = state;
    dc->channels[stream].ended = 0;
    dc->nchannels++;
}


static void
ngx_webrtc_distant_data_remove(ngx_webrtc_distant_data_t *dc, uint16_t stream)
{
    dc->channels[stream].state = NGX_WEBRTC_CHANNEL_FREE;
    dc->nchannels--;
}


/* a channel that can be used */

static ngx_webrtc_data_channel_t *
ngx_webrtc_distant_data_find(ngx_webrtc_peer_t *peer, uint16_t stream)
{
    ngx_webrtc_distant_data_t  *dc;
    ngx_webrtc_data_channel_t  *channel;

    dc = peer->distant->dc;

    if (dc == NULL || stream >= dc->nstreams) {
        return NULL;
    }

    channel = &dc->channels[stream];

    return (channel->state == NGX_WEBRTC_CHANNEL_OPENING
            || channel->state == NGX_WEBRTC_CHANNEL_OPEN)
           ? channel : NULL;
}


ngx_int_t
ngx_webrtc_distant_data_send(ngx_webrtc_peer_t *peer, uint16_t stream,
    ngx_uint_t binary, const u_char *data, size_t len)
{
    u_char                      buf[NGX_WEBRTC_NOTE_MAX];
    uint64_t                    waits;
    ngx_webrtc_note_t           note;
    ngx_webrtc_distant_data_t  *dc;

    dc = peer->distant->dc;

    if (ngx_webrtc_distant_data_find(peer, stream) == NULL
        || len > dc->conf.max_buffered
        || (dc->conf.max_send && len > dc->conf.max_send)
        || len > NGX_WEBRTC_DISTANT_MESSAGE_MAX - NGX_WEBRTC_DISTANT_HEAD)
    {
        return NGX_DECLINED;
    }

    waits = ngx_webrtc_distant_data_waits(dc);

    if (waits
        && waits + len + NGX_WEBRTC_DISTANT_CHARGE > dc->conf.max_buffered)
    {
        if (!dc->full) {
            dc->full = 1;
            ngx_webrtc_distant_data_ask(peer);
        }

        return NGX_AGAIN;
    }

    dc->sent += len + NGX_WEBRTC_DISTANT_CHARGE;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_DATA_SEND);
    ngx_webrtc_note_put16(&note, stream);
    ngx_webrtc_note_put8(&note, binary != 0);

    ngx_webrtc_distant_send(peer->distant, &note, data, len);

    return NGX_OK;
}


void
ngx_webrtc_distant_data_last(ngx_webrtc_peer_t *peer, uint16_t stream,
    ngx_uint_t binary, const u_char *data, size_t len)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_DATA_LAST);
    ngx_webrtc_note_put16(&note, stream);
    ngx_webrtc_note_put8(&note, binary != 0);
    ngx_webrtc_note_put_bytes(&note, data, len);

    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);
}


/* to be told as soon as half of it is gone */

static void
ngx_webrtc_distant_data_ask(ngx_webrtc_peer_t *peer)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_DATA_FULL);

    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);
}


void
ngx_webrtc_distant_data_close(ngx_webrtc_peer_t *peer, uint16_t stream)
{
    u_char                      buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t           note;
    ngx_webrtc_data_channel_t  *channel;

    channel = ngx_webrtc_distant_data_find(peer, stream);

    if (channel == NULL) {
        return;
    }

    channel->state = NGX_WEBRTC_CHANNEL_CLOSING;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_DATA_CLOSE);
    ngx_webrtc_note_put16(&note, stream);

    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);
}


size_t
ngx_webrtc_distant_data_buffered(ngx_webrtc_peer_t *peer)
{
    ngx_webrtc_distant_data_t  *dc;

    dc = peer->distant->dc;

    return dc ? (size_t) ngx_webrtc_distant_data_waits(dc) : 0;
}


void
ngx_webrtc_distant_data_event(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    uint32_t                         bits, nstreams;
    ngx_str_t                        reason;
    ngx_webrtc_data_event_t          event;
    ngx_webrtc_distant_data_t       *dc;
    ngx_webrtc_data_channel_conf_t   channel;

    dc = peer->distant->dc;

    ngx_memzero(&event, sizeof(ngx_webrtc_data_event_t));

    event.type = (ngx_webrtc_data_event_e) ngx_webrtc_note_get8(note);
    event.stream = (uint16_t) ngx_webrtc_note_get16(note);
    bits = ngx_webrtc_note_get8(note);

    event.binary = ((bits & NGX_WEBRTC_DISTANT_BINARY) != 0);
    event.by_peer = ((bits & NGX_WEBRTC_DISTANT_BY_PEER) != 0);
    event.reason = "";

    if (bits & NGX_WEBRTC_DISTANT_CHANNEL) {
        ngx_webrtc_note_get_channel(note, &channel);
        event.channel = &channel;
    }

    switch (event.type) {

    case NGX_WEBRTC_DATA_READY:
        nstreams = ngx_webrtc_note_get16(note);

        if (dc && !note->bad) {
            dc->nstreams = ngx_min(nstreams, dc->size);
        }

        break;

    case NGX_WEBRTC_DATA_FAILED:
        ngx_webrtc_note_get_str(note, &reason);
        event.reason = ngx_webrtc_trunks_reason(peer->engine, &reason);
        break;

    default:
        event.data = note->pos;
        event.len = note->last - note->pos;
        break;
    }

    if (dc && !note->bad && ngx_webrtc_distant_data_happened(dc, &event)) {
        dc->handler(peer, &event, dc->data, now);
    }
}


/* whether it is told */

static ngx_uint_t
ngx_webrtc_distant_data_happened(ngx_webrtc_distant_data_t *dc,
    const ngx_webrtc_data_event_t *event)
{
    ngx_webrtc_data_channel_t  *channel;

    switch (event->type) {

    case NGX_WEBRTC_DATA_READY:
        return 1;

    case NGX_WEBRTC_DATA_FAILED:
        dc->nstreams = 0;
        return 1;

    default:
        break;
    }

    if (event->stream >= dc->nstreams) {
        return 0;
    }

    channel = &dc->channels[event->stream];

    switch (event->type) {

    case NGX_WEBRTC_DATA_OPEN:
        return ngx_webrtc_distant_data_opened(dc, event);

    case NGX_WEBRTC_DATA_MESSAGE:

        /* the one who closes hears nothing more */

        return channel->state == NGX_WEBRTC_CHANNEL_OPEN;

    case NGX_WEBRTC_DATA_CLOSED:

        if (channel->state == NGX_WEBRTC_CHANNEL_FREE
            || channel->state == NGX_WEBRTC_CHANNEL_CLOSED)
        {
            return 0;
        }

        channel->state = NGX_WEBRTC_CHANNEL_CLOSED;

        if (channel->ended) {
            ngx_webrtc_distant_data_remove(dc, event->stream);
        }

        return 1;

    default:
        return 0;
    }
}


static ngx_uint_t
ngx_webrtc_distant_data_opened(ngx_webrtc_distant_data_t *dc,
    const ngx_webrtc_data_event_t *event)
{
    ngx_webrtc_data_channel_t  *channel;

    channel = &dc->channels[event->stream];

    if (event->channel) {

        if (channel->state != NGX_WEBRTC_CHANNEL_FREE) {
            return 0;
        }

        ngx_webrtc_distant_data_add(dc, event->stream,
                                    NGX_WEBRTC_CHANNEL_OPEN);
        return 1;
    }

    if (channel->state != NGX_WEBRTC_CHANNEL_OPENING) {
        return 0;
    }

    channel->state = NGX_WEBRTC_CHANNEL_OPEN;

    return 1;
}


void
ngx_webrtc_distant_data_gone(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    uint64_t                    gone;
    ngx_webrtc_data_event_t     event;
    ngx_webrtc_distant_data_t  *dc;

    dc = peer->distant->dc;
    gone = ngx_webrtc_note_get64(note);

    if (note->bad || dc == NULL || gone > dc->sent || gone < dc->gone) {
        return;
    }

    dc->gone = gone;

    if (!dc->full) {
        return;
    }

    if (ngx_webrtc_distant_data_waits(dc) > dc->conf.max_buffered / 2) {
        ngx_webrtc_distant_data_ask(peer);
        return;
    }

    dc->full = 0;

    ngx_memzero(&event, sizeof(ngx_webrtc_data_event_t));
    event.type = NGX_WEBRTC_DATA_DRAINED;
    event.reason = "";

    dc->handler(peer, &event, dc->data, now);
}


/* its id can be used again, perhaps before we have heard that it closed */

void
ngx_webrtc_distant_data_freed(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note)
{
    uint16_t                    stream;
    ngx_webrtc_distant_data_t  *dc;
    ngx_webrtc_data_channel_t  *channel;

    dc = peer->distant->dc;
    stream = (uint16_t) ngx_webrtc_note_get16(note);

    if (note->bad || dc == NULL || stream >= dc->nstreams) {
        return;
    }

    channel = &dc->channels[stream];

    switch (channel->state) {

    case NGX_WEBRTC_CHANNEL_FREE:
        break;

    case NGX_WEBRTC_CHANNEL_CLOSED:
        ngx_webrtc_distant_data_remove(dc, stream);
        break;

    default:
        channel->ended = 1;
        break;
    }
}
