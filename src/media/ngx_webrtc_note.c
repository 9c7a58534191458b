
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_cursor.h>
#include <media/ngx_webrtc_note.h>


/* bits of a format */
#define NGX_WEBRTC_NOTE_NACK        0x01
#define NGX_WEBRTC_NOTE_PLI         0x02
#define NGX_WEBRTC_NOTE_REMB        0x04
#define NGX_WEBRTC_NOTE_TWCC        0x08


static u_char *ngx_webrtc_note_room(ngx_webrtc_note_t *note, size_t len);
static void ngx_webrtc_note_put_stream(ngx_webrtc_note_t *note,
    const ngx_webrtc_stream_stats_t *stats);
static void ngx_webrtc_note_get_stream(ngx_webrtc_note_t *note,
    ngx_webrtc_stream_stats_t *stats);


void
ngx_webrtc_note_init(ngx_webrtc_note_t *note, u_char *buf, size_t size,
    ngx_webrtc_note_e type)
{
    note->start = buf;
    note->pos = buf;
    note->last = buf + size;
    note->bad = 0;

    ngx_webrtc_note_put8(note, type);
}


/* the place of the next "len" bytes, NULL: behind the end */

static u_char *
ngx_webrtc_note_room(ngx_webrtc_note_t *note, size_t len)
{
    u_char  *p;

    if ((size_t) (note->last - note->pos) < len) {
        note->bad = 1;
        note->pos = note->last;
        return NULL;
    }

    p = note->pos;
    note->pos += len;

    return p;
}


void
ngx_webrtc_note_put8(ngx_webrtc_note_t *note, uint32_t v)
{
    u_char  *p;

    p = ngx_webrtc_note_room(note, 1);

    if (p) {
        *p = (u_char) v;
    }
}


void
ngx_webrtc_note_put16(ngx_webrtc_note_t *note, uint32_t v)
{
    u_char  *p;

    p = ngx_webrtc_note_room(note, 2);

    if (p) {
        (void) ngx_webrtc_put16(p, v);
    }
}


void
ngx_webrtc_note_put32(ngx_webrtc_note_t *note, uint32_t v)
{
    u_char  *p;

    p = ngx_webrtc_note_room(note, 4);

    if (p) {
        (void) ngx_webrtc_put32(p, v);
    }
}


void
ngx_webrtc_note_put64(ngx_webrtc_note_t *note, uint64_t v)
{
    u_char  *p;

    p = ngx_webrtc_note_room(note, 8);

    if (p) {
        (void) ngx_webrtc_put64(p, v);
    }
}


void
ngx_webrtc_note_put_bytes(ngx_webrtc_note_t *note, const void *data,
    size_t len)
{
    u_char  *p;

    p = ngx_webrtc_note_room(note, len);

    if (p && len) {
        ngx_memcpy(p, data, len);
    }
}


void
ngx_webrtc_note_put_str(ngx_webrtc_note_t *note, const ngx_str_t *str)
{
    ngx_webrtc_note_put32(note, (uint32_t) str->len);
    ngx_webrtc_note_put_bytes(note, str->data, str->len);
}


void
ngx_webrtc_note_put_format(ngx_webrtc_note_t *note,
    const ngx_webrtc_format_t *format)
{
    ngx_webrtc_note_put8(note, format->codec);
    ngx_webrtc_note_put32(note, format->clock_rate);
    ngx_webrtc_note_put8(note, format->pt);
    ngx_webrtc_note_put8(note, format->rtx_pt);
    ngx_webrtc_note_put8(note, (format->nack ? NGX_WEBRTC_NOTE_NACK : 0)
                               | (format->pli ? NGX_WEBRTC_NOTE_PLI : 0)
                               | (format->remb ? NGX_WEBRTC_NOTE_REMB : 0)
                               | (format->twcc ? NGX_WEBRTC_NOTE_TWCC : 0));
}


void
ngx_webrtc_note_put_channel(ngx_webrtc_note_t *note,
    const ngx_webrtc_data_channel_conf_t *conf)
{
    ngx_webrtc_note_put_str(note, &conf->label);
    ngx_webrtc_note_put_str(note, &conf->protocol);
    ngx_webrtc_note_put64(note, (uint64_t) conf->max_retransmits);
    ngx_webrtc_note_put64(note, (uint64_t) conf->max_packet_life_time);
    ngx_webrtc_note_put8(note, conf->ordered);
}


void
ngx_webrtc_note_put_stats(ngx_webrtc_note_t *note,
    const ngx_webrtc_peer_stats_t *stats)
{
    ngx_webrtc_note_put64(note, stats->received_bytes);
    ngx_webrtc_note_put64(note, stats->sent_bytes);
    ngx_webrtc_note_put32(note, stats->round_trip);
    ngx_webrtc_note_put64(note, stats->available);
    ngx_webrtc_note_put_stream(note, &stats->in);
    ngx_webrtc_note_put_stream(note, &stats->out);
    ngx_webrtc_note_put_bytes(note, stats->remote.ip,
                              sizeof(stats->remote.ip));
    ngx_webrtc_note_put16(note, stats->remote.port);
    ngx_webrtc_note_put16(note, stats->remote.scope);
}


static void
ngx_webrtc_note_put_stream(ngx_webrtc_note_t *note,
    const ngx_webrtc_stream_stats_t *stats)
{
    ngx_webrtc_note_put64(note, stats->packets);
    ngx_webrtc_note_put64(note, stats->bytes);
    ngx_webrtc_note_put64(note, stats->lost);
    ngx_webrtc_note_put64(note, stats->nacks);
    ngx_webrtc_note_put64(note, stats->retransmitted);
    ngx_webrtc_note_put64(note, stats->key_frame_requests);
}


uint32_t
ngx_webrtc_note_get8(ngx_webrtc_note_t *note)
{
    u_char  *p;

    p = ngx_webrtc_note_room(note, 1);

    return p ? *p : 0;
}


uint32_t
ngx_webrtc_note_get16(ngx_webrtc_note_t *note)
{
    u_char  *p;

    p = ngx_webrtc_note_room(note, 2);

    return p ? ngx_webrtc_get16(p) : 0;
}


uint32_t
ngx_webrtc_note_get32(ngx_webrtc_note_t *note)
{
    u_char  *p;

    p = ngx_webrtc_note_room(note, 4);

    return p ? ngx_webrtc_get32(p) : 0;
}


uint64_t
ngx_webrtc_note_get64(ngx_webrtc_note_t *note)
{
    u_char  *p;

    p = ngx_webrtc_note_room(note, 8);

    return p ? ngx_webrtc_get64(p) : 0;
}


u_char *
ngx_webrtc_note_get_bytes(ngx_webrtc_note_t *note, size_t len)
{
    return ngx_webrtc_note_room(note, len);
}


void
ngx_webrtc_note_get_str(ngx_webrtc_note_t *note, ngx_str_t *str)
{
    str->len = ngx_webrtc_note_get32(note);
    str->data = ngx_webrtc_note_room(note, str->len);

    if (str->data == NULL) {
        ngx_str_set(str, "");
    }
}


void
ngx_webrtc_note_get_format(ngx_webrtc_note_t *note,
    ngx_webrtc_format_t *format)
{
    uint32_t  bits;

    format->codec = (ngx_webrtc_codec_e) ngx_webrtc_note_get8(note);
    format->clock_rate = ngx_webrtc_note_get32(note);
    format->pt = (u_char) ngx_webrtc_note_get8(note);
    format->rtx_pt = (u_char) ngx_webrtc_note_get8(note);

    bits = ngx_webrtc_note_get8(note);

    format->nack = ((bits & NGX_WEBRTC_NOTE_NACK) != 0);
    format->pli = ((bits & NGX_WEBRTC_NOTE_PLI) != 0);
    format->remb = ((bits & NGX_WEBRTC_NOTE_REMB) != 0);
    format->twcc = ((bits & NGX_WEBRTC_NOTE_TWCC) != 0);

    if (ngx_webrtc_codec_info(format->codec) == NULL
        || format->clock_rate == 0)
    {
        note->bad = 1;
    }
}


void
ngx_webrtc_note_get_channel(ngx_webrtc_note_t *note,
    ngx_webrtc_data_channel_conf_t *conf)
{
    ngx_webrtc_note_get_str(note, &conf->label);
    ngx_webrtc_note_get_str(note, &conf->protocol);

    conf->max_retransmits = (ngx_int_t) ngx_webrtc_note_get64(note);
    conf->max_packet_life_time = (ngx_int_t) ngx_webrtc_note_get64(note);
    conf->ordered = (ngx_webrtc_note_get8(note) != 0);
}


void
ngx_webrtc_note_get_stats(ngx_webrtc_note_t *note,
    ngx_webrtc_peer_stats_t *stats)
{
    u_char  *ip;

    ngx_memzero(stats, sizeof(ngx_webrtc_peer_stats_t));

    stats->received_bytes = ngx_webrtc_note_get64(note);
    stats->sent_bytes = ngx_webrtc_note_get64(note);
    stats->round_trip = ngx_webrtc_note_get32(note);
    stats->available = ngx_webrtc_note_get64(note);

    ngx_webrtc_note_get_stream(note, &stats->in);
    ngx_webrtc_note_get_stream(note, &stats->out);

    ip = ngx_webrtc_note_get_bytes(note, sizeof(stats->remote.ip));

    if (ip) {
        ngx_memcpy(stats->remote.ip, ip, sizeof(stats->remote.ip));
    }

    stats->remote.port = (uint16_t) ngx_webrtc_note_get16(note);
    stats->remote.scope = (uint16_t) ngx_webrtc_note_get16(note);
}


static void
ngx_webrtc_note_get_stream(ngx_webrtc_note_t *note,
    ngx_webrtc_stream_stats_t *stats)
{
    stats->packets = ngx_webrtc_note_get64(note);
    stats->bytes = ngx_webrtc_note_get64(note);
    stats->lost = ngx_webrtc_note_get64(note);
    stats->nacks = ngx_webrtc_note_get64(note);
    stats->retransmitted = ngx_webrtc_note_get64(note);
    stats->key_frame_requests = ngx_webrtc_note_get64(note);
}
