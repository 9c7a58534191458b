
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The data channels of a resident.  What the home wants is done in its order;
 * what finds SCTP's buffer full waits, with all that follows.  The home counts
 * what it has sent and hears what is gone, so that no more than max_buffered
 * waits in both.
 */


#include <media/ngx_webrtc_distant_internal.h>


/* the home is told of each such part of max_buffered */
#define NGX_WEBRTC_RESIDENT_PARTS   8


static void ngx_webrtc_resident_data_keep(ngx_webrtc_resident_t *resident,
    const u_char *pos, size_t len);
static ngx_int_t ngx_webrtc_resident_data_do(ngx_webrtc_resident_t *resident,
    const u_char *pos, size_t len, ngx_webrtc_usec_t now);
static void ngx_webrtc_resident_data_start(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_resident_data_open(
    ngx_webrtc_resident_t *resident, ngx_webrtc_note_t *note,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_resident_data_join(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_resident_data_put(
    ngx_webrtc_resident_t *resident, ngx_webrtc_note_t *note,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_resident_data_wait(ngx_webrtc_resident_t *resident,
    const u_char *pos, size_t len, ngx_webrtc_usec_t now);
static ngx_webrtc_resident_wait_t *ngx_webrtc_resident_data_copy(
    ngx_webrtc_resident_t *resident, const u_char *pos, size_t len);
static void ngx_webrtc_resident_data_flush(ngx_webrtc_resident_t *resident,
    ngx_webrtc_usec_t now);
static size_t ngx_webrtc_resident_data_cost(const u_char *pos, size_t len);
static void ngx_webrtc_resident_data_refuse(ngx_webrtc_resident_t *resident,
    uint16_t stream, ngx_webrtc_usec_t now);
static void ngx_webrtc_resident_data_handler(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_event_t *event, void *data, ngx_webrtc_usec_t now);
static void ngx_webrtc_resident_data_head(ngx_webrtc_note_t *note,
    u_char *buf, size_t size, const ngx_webrtc_data_event_t *event);
static void ngx_webrtc_resident_data_opened(ngx_webrtc_resident_t *resident,
    const ngx_webrtc_data_event_t *event);


void
ngx_webrtc_resident_data(ngx_webrtc_resident_t *resident, const u_char *pos,
    size_t len, ngx_webrtc_usec_t now)
{
    if (pos[0] == NGX_WEBRTC_NOTE_DATA_FULL) {
        resident->asked = 1;
        ngx_webrtc_resident_data_check(resident->peer, 0);
        return;
    }

    if (pos[0] == NGX_WEBRTC_NOTE_DATA_LAST) {
        ngx_webrtc_resident_data_keep(resident, pos, len);
        return;
    }

    resident->taken += ngx_webrtc_resident_data_cost(pos, len);

    if (!ngx_queue_empty(&resident->waiting)
        || ngx_webrtc_resident_data_do(resident, pos, len, now) == NGX_AGAIN)
    {
        ngx_webrtc_resident_data_wait(resident, pos, len, now);
    }
}


/* it becomes one that is to be sent */

static void
ngx_webrtc_resident_data_keep(ngx_webrtc_resident_t *resident,
    const u_char *pos, size_t len)
{
    ngx_webrtc_resident_wait_t  *last;

    last = ngx_webrtc_resident_data_copy(resident, pos, len);
    if (last == NULL) {
        return;
    }

    last->data[0] = NGX_WEBRTC_NOTE_DATA_SEND;

    if (resident->last) {
        ngx_free(resident->last);
    }

    resident->last = last;
}


void
ngx_webrtc_resident_leave(ngx_webrtc_resident_t *resident,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_resident_wait_t  *last;

    last = resident->last;

    if (last && resident->peer) {
        (void) ngx_webrtc_resident_data_do(resident, last->data, last->len,
                                           now);
    }
}


/* what the home has counted for it */

static size_t
ngx_webrtc_resident_data_cost(const u_char *pos, size_t len)
{
    return (pos[0] == NGX_WEBRTC_NOTE_DATA_SEND
            && len >= NGX_WEBRTC_DISTANT_SEND_HEAD)
           ? len - NGX_WEBRTC_DISTANT_SEND_HEAD + NGX_WEBRTC_DISTANT_CHARGE
           : 0;
}


/* NGX_AGAIN: there is no room for it now */

static ngx_int_t
ngx_webrtc_resident_data_do(ngx_webrtc_resident_t *resident,
    const u_char *pos, size_t len, ngx_webrtc_usec_t now)
{
    uint16_t           stream;
    ngx_webrtc_note_t  note;

    note.start = (u_char *) pos;
    note.pos = note.start;
    note.last = note.start + len;
    note.bad = 0;

    switch (ngx_webrtc_note_get8(&note)) {

    case NGX_WEBRTC_NOTE_DATA_START:
        ngx_webrtc_resident_data_start(resident, &note, now);
        break;

    case NGX_WEBRTC_NOTE_DATA_OPEN:
        return ngx_webrtc_resident_data_open(resident, &note, now);

    case NGX_WEBRTC_NOTE_DATA_JOIN:
        ngx_webrtc_resident_data_join(resident, &note, now);
        break;

    case NGX_WEBRTC_NOTE_DATA_SEND:
        return ngx_webrtc_resident_data_put(resident, &note, now);

    case NGX_WEBRTC_NOTE_DATA_CLOSE:
        stream = (uint16_t) ngx_webrtc_note_get16(&note);

        if (!note.bad) {
            ngx_webrtc_data_close(resident->peer, stream, now);
        }

        break;

    default:
        break;
    }

    return NGX_OK;
}


static void
ngx_webrtc_resident_data_start(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_conf_t   conf;
    ngx_webrtc_data_event_t  event;

    ngx_memzero(&conf, sizeof(ngx_webrtc_data_conf_t));

    conf.remote_port = (in_port_t) ngx_webrtc_note_get16(note);
    conf.max_send = (size_t) ngx_webrtc_note_get64(note);
    conf.max_receive = (size_t) ngx_webrtc_note_get64(note);
    conf.max_buffered = (size_t) ngx_webrtc_note_get64(note);
    conf.max_channels = (ngx_uint_t) ngx_webrtc_note_get64(note);

    if (note->bad || conf.max_channels > NGX_WEBRTC_SCTP_STREAMS_MAX) {
        return;
    }

    if (ngx_webrtc_data_start(resident->peer, &conf,
                              ngx_webrtc_resident_data_handler, resident, now)
        == NGX_OK)
    {
        return;
    }

    ngx_memzero(&event, sizeof(ngx_webrtc_data_event_t));
    event.type = NGX_WEBRTC_DATA_FAILED;
    event.reason = "NO-MEMORY";

    ngx_webrtc_resident_data_handler(resident->peer, &event, resident, now);
}


static ngx_int_t
ngx_webrtc_resident_data_open(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    uint16_t                         stream;
    ngx_int_t                        rc;
    ngx_webrtc_data_t               *dc;
    ngx_webrtc_data_channel_conf_t   conf;

    stream = (uint16_t) ngx_webrtc_note_get16(note);
    ngx_webrtc_note_get_channel(note, &conf);

    dc = resident->peer->dc;

    if (note->bad || dc == NULL || stream >= dc->nstreams) {
        return NGX_OK;
    }

    rc = (dc->channels[stream].state == NGX_WEBRTC_CHANNEL_FREE)
         ? ngx_webrtc_data_open_stream(dc, &conf, stream, now) : NGX_DECLINED;

    if (rc == NGX_DECLINED || rc == NGX_ERROR) {
        ngx_webrtc_resident_data_refuse(resident, stream, now);
    }

    return rc;
}


static void
ngx_webrtc_resident_data_join(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    uint16_t                         stream;
    ngx_webrtc_data_channel_conf_t   conf;

    stream = (uint16_t) ngx_webrtc_note_get16(note);
    ngx_webrtc_note_get_channel(note, &conf);

    if (!note->bad
        && ngx_webrtc_data_join(resident->peer, &conf, stream) != NGX_OK)
    {
        ngx_webrtc_resident_data_refuse(resident, stream, now);
    }
}


/* one that the home takes for open, but that could not be opened here */

static void
ngx_webrtc_resident_data_refuse(ngx_webrtc_resident_t *resident,
    uint16_t stream, ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_event_t  event;

    ngx_memzero(&event, sizeof(ngx_webrtc_data_event_t));
    event.type = NGX_WEBRTC_DATA_CLOSED;
    event.stream = stream;

    ngx_webrtc_resident_data_handler(resident->peer, &event, resident, now);
    ngx_webrtc_resident_data_free(resident->peer, stream);
}


static ngx_int_t
ngx_webrtc_resident_data_put(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    uint16_t   stream;
    uint32_t   binary;
    ngx_int_t  rc;

    stream = (uint16_t) ngx_webrtc_note_get16(note);
    binary = ngx_webrtc_note_get8(note);

    if (note->bad) {
        return NGX_OK;
    }

    rc = ngx_webrtc_data_send(resident->peer, stream, binary, note->pos,
                              note->last - note->pos, now);

    if (rc == NGX_ERROR) {

        /* what is lost would not be missed otherwise */

        ngx_webrtc_data_close(resident->peer, stream, now);
    }

    return rc;
}


static void
ngx_webrtc_resident_data_wait(ngx_webrtc_resident_t *resident,
    const u_char *pos, size_t len, ngx_webrtc_usec_t now)
{
    ngx_webrtc_resident_wait_t  *wait;

    wait = ngx_webrtc_resident_data_copy(resident, pos, len);

    if (wait == NULL) {

        /* all channels have lost their order */

        ngx_webrtc_peer_close(resident->peer, now);
        return;
    }

    ngx_queue_insert_tail(&resident->waiting, &wait->queue);
    resident->held += ngx_webrtc_resident_data_cost(pos, len);
}


static ngx_webrtc_resident_wait_t *
ngx_webrtc_resident_data_copy(ngx_webrtc_resident_t *resident,
    const u_char *pos, size_t len)
{
    ngx_webrtc_resident_wait_t  *wait;

    wait = ngx_alloc(sizeof(ngx_webrtc_resident_wait_t) + len,
                     resident->engine->log);
    if (wait == NULL) {
        return NULL;
    }

    wait->len = len;
    ngx_memcpy(wait->data, pos, len);

    return wait;
}


static void
ngx_webrtc_resident_data_flush(ngx_webrtc_resident_t *resident,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                 *q;
    ngx_webrtc_resident_wait_t  *wait;

    while (!ngx_queue_empty(&resident->waiting)) {
        q = ngx_queue_head(&resident->waiting);
        wait = ngx_queue_data(q, ngx_webrtc_resident_wait_t, queue);

        if (ngx_webrtc_resident_data_do(resident, wait->data, wait->len, now)
            == NGX_AGAIN)
        {
            return;
        }

        resident->held -= ngx_webrtc_resident_data_cost(wait->data, wait->len);

        ngx_queue_remove(q);
        ngx_free(wait);
    }
}


void
ngx_webrtc_resident_data_cleanup(ngx_webrtc_resident_t *resident)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&resident->waiting)) {
        q = ngx_queue_head(&resident->waiting);
        ngx_queue_remove(q);
        ngx_free(ngx_queue_data(q, ngx_webrtc_resident_wait_t, queue));
    }

    if (resident->last) {
        ngx_free(resident->last);
    }
}


/* what has gone is told in parts, and when whoever waits for room has it */

void
ngx_webrtc_resident_data_check(ngx_webrtc_peer_t *peer, ngx_uint_t all)
{
    u_char                  buf[NGX_WEBRTC_NOTE_MAX];
    size_t                  max;
    uint64_t                gone, held;
    ngx_webrtc_note_t       note;
    ngx_webrtc_resident_t  *resident;

    resident = peer->resident;

    if (peer->dc == NULL || resident->gone == resident->taken) {
        return;
    }

    held = ngx_webrtc_data_buffered(peer) + resident->held;
    gone = resident->taken - ngx_min(held, resident->taken);

    max = peer->dc->conf.max_buffered;

    if (gone <= resident->gone
        || (!all
            && gone - resident->gone < max / NGX_WEBRTC_RESIDENT_PARTS
            && !(resident->asked && held <= max / 2)))
    {
        return;
    }

    if (held <= max / 2) {
        resident->asked = 0;
    }

    resident->gone = gone;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_DATA_GONE);
    ngx_webrtc_note_put64(&note, gone);

    ngx_webrtc_resident_send(resident, &note, NULL, 0);
}


void
ngx_webrtc_resident_data_free(ngx_webrtc_peer_t *peer, uint16_t stream)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_DATA_FREE);
    ngx_webrtc_note_put16(&note, stream);

    ngx_webrtc_resident_send(peer->resident, &note, NULL, 0);
}


static void
ngx_webrtc_resident_data_handler(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_event_t *event, void *data, ngx_webrtc_usec_t now)
{
    ngx_webrtc_resident_t *resident = data;

    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_str_t          reason;
    ngx_webrtc_note_t  note;

    if (event->type == NGX_WEBRTC_DATA_DRAINED) {
        ngx_webrtc_resident_data_flush(resident, now);
        ngx_webrtc_resident_data_check(peer, 0);
        return;
    }

    if (event->type == NGX_WEBRTC_DATA_FAILED) {

        /* nothing of it can be sent any more */

        ngx_webrtc_resident_data_flush(resident, now);
    }

    if (event->channel) {
        ngx_webrtc_resident_data_opened(resident, event);
        return;
    }

    if (event->len > NGX_WEBRTC_DISTANT_MESSAGE_MAX - NGX_WEBRTC_DISTANT_HEAD)
    {
        ngx_webrtc_data_close(peer, event->stream, now);
        return;
    }

    ngx_webrtc_resident_data_head(&note, buf, sizeof(buf), event);

    if (event->type == NGX_WEBRTC_DATA_READY) {
        ngx_webrtc_note_put16(&note, (uint32_t) peer->dc->nstreams);
    }

    if (event->type == NGX_WEBRTC_DATA_FAILED) {
        reason.data = (u_char *) event->reason;
        reason.len = ngx_strlen(event->reason);

        ngx_webrtc_note_put_str(&note, &reason);
    }

    ngx_webrtc_resident_send(resident, &note, event->data, event->len);
}


static void
ngx_webrtc_resident_data_head(ngx_webrtc_note_t *note, u_char *buf,
    size_t size, const ngx_webrtc_data_event_t *event)
{
    ngx_webrtc_note_init(note, buf, size, NGX_WEBRTC_NOTE_DATA_EVENT);
    ngx_webrtc_note_put8(note, event->type);
    ngx_webrtc_note_put16(note, event->stream);
    ngx_webrtc_note_put8(note,
                         (event->binary ? NGX_WEBRTC_DISTANT_BINARY : 0)
                         | (event->by_peer ? NGX_WEBRTC_DISTANT_BY_PEER : 0)
                         | (event->channel ? NGX_WEBRTC_DISTANT_CHANNEL : 0));
}


/* what peers call their channels may be long */

static void
ngx_webrtc_resident_data_opened(ngx_webrtc_resident_t *resident,
    const ngx_webrtc_data_event_t *event)
{
    size_t              size;
    u_char             *buf;
    ngx_webrtc_note_t   note;

    size = event->channel->label.len + event->channel->protocol.len
           + NGX_WEBRTC_NOTE_MAX;

    buf = ngx_alloc(size, resident->engine->log);
    if (buf == NULL) {
        return;
    }

    ngx_webrtc_resident_data_head(&note, buf, size, event);
    ngx_webrtc_note_put_channel(&note, event->channel);

    ngx_webrtc_resident_send(resident, &note, NULL, 0);

    ngx_free(buf);
}
