
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Synthetic media: video in frames of "--burst" packets, audio in packets of
 * 20 ms.  Nothing of a packet but what its record holds is kept: one that is
 * asked for again is written again.
 */


#include "load_client.h"

#include <core/ngx_webrtc_cursor.h>
#include <proto/ngx_webrtc_codec.h>
#include <proto/ngx_webrtc_rtp.h>


#define LOAD_AUDIO_RATE         50
#define LOAD_AUDIO_SIZE         120
#define LOAD_AUDIO_LEVEL        (0x80 | 30)     /* voice, -30 dBov */

/* a publisher that is late catches up to this, in nanoseconds */
#define LOAD_SEND_LATE          1000000000ULL

#define LOAD_SEND_BURSTS        16              /* in one go */


static void load_send_create(load_client_t *client, ngx_uint_t kind,
    const load_track_t *track);
static void load_send_tick(load_timer_t *timer);
static uint64_t load_send_interval(const load_sender_t *sender);
static void load_send_frame(load_sender_t *sender, uint64_t now);
static size_t load_send_write(load_sender_t *sender, const load_sent_t *sent,
    ngx_uint_t rtx, u_char *pos);
static u_char *load_send_extension(load_sender_t *sender, u_char *p);
static void load_send_payload(load_sender_t *sender, const load_sent_t *sent,
    u_char *p, u_char *last);
static u_char *load_send_descriptor(ngx_uint_t codec,
    const load_sent_t *sent, u_char *p);


/* what was agreed on and is not sent yet */

void
load_send_start(load_client_t *client)
{
    ngx_uint_t           kind;
    const load_track_t  *track;

    for (kind = 0; kind < LOAD_KINDS; kind++) {
        track = load_client_sends(client, kind);

        if (track && !client->senders[kind].running) {
            load_send_create(client, kind, track);
        }
    }
}


static void
load_send_create(load_client_t *client, ngx_uint_t kind,
    const load_track_t *track)
{
    load_sender_t   *sender;
    load_options_t  *options;

    sender = &client->senders[kind];
    options = &client->load->options;

    sender->client = client;
    sender->track = *track;
    sender->timer.handler = load_send_tick;
    sender->timer.data = sender;
    sender->seq = ngx_webrtc_random_uint32() & 0x7fff;
    sender->rtx_seq = ngx_webrtc_random_uint32() & 0x7fff;
    sender->picture = (uint16_t) (ngx_webrtc_random_uint32() & 0x7fff);
    sender->key_wanted = (kind == LOAD_VIDEO);
    sender->running = 1;

    if (kind == LOAD_VIDEO) {
        sender->burst = options->burst;
        sender->size = options->size;

        if (track->nack) {
            sender->sent = calloc(LOAD_SENT_MAX, sizeof(load_sent_t));
        }

    } else {
        sender->burst = 1;
        sender->size = LOAD_AUDIO_SIZE;
    }

    /* publishers do not send in step */

    sender->due = load_nsec()
                  + ngx_webrtc_random_uint32() % load_send_interval(sender);
    load_timer_at(&client->load->loop, &sender->timer, sender->due / 1000);
}


void
load_send_stop(load_client_t *client)
{
    ngx_uint_t  kind;

    for (kind = 0; kind < LOAD_KINDS; kind++) {
        load_timer_remove(&client->load->loop, &client->senders[kind].timer);
    }
}


static void
load_send_tick(load_timer_t *timer)
{
    uint64_t        now;
    ngx_uint_t      n;
    load_media_t   *media;
    load_sender_t  *sender;

    sender = timer->data;
    media = sender->client->load->media;

    for (n = 0; n < LOAD_SEND_BURSTS; n++) {
        now = load_nsec();

        if (now < sender->due) {
            break;
        }

        if (now - sender->due > LOAD_SEND_LATE) {
            media->skipped += media->measuring;

        } else if (media->playing) {
            if (media->measuring) {
                load_histogram_add(&media->lag, now - sender->due);
            }

            load_send_frame(sender, now);
        }

        sender->due += load_send_interval(sender);
    }

    load_timer_at(&sender->client->load->loop, timer,
                  (sender->due + 999) / 1000);
}


/* nanoseconds from burst to burst; the rate may change from step to step */

static uint64_t
load_send_interval(const load_sender_t *sender)
{
    ngx_uint_t  rate;

    rate = (sender->track.kind == LOAD_VIDEO)
           ? sender->client->load->options.rate : LOAD_AUDIO_RATE;

    return 1000000000ULL * sender->burst / rate;
}


/* one burst: a frame of video */

static void
load_send_frame(load_sender_t *sender, uint64_t now)
{
    u_char         *p;
    size_t          len;
    ngx_uint_t      i, key, measured;
    load_sent_t     sent;
    load_media_t   *media;
    load_client_t  *client;

    client = sender->client;
    media = client->load->media;

    /* who joins for the sake of joining is not kept waiting for one */

    key = sender->key_wanted || client->load->options.mode == LOAD_MODE_SETUP;
    measured = media->measuring;
    sender->key_wanted = 0;
    sender->timestamp = (uint32_t) (now / 1000
                                    * (sender->track.kind == LOAD_VIDEO
                                       ? 90 : 48) / 1000);

    p = media->burst;
    len = 0;

    for (i = 0; i < sender->burst; i++) {
        sent.index = sender->index++;
        sent.time = now;
        sent.timestamp = sender->timestamp;
        sent.seq = (uint16_t) sender->seq;
        sent.picture = sender->picture;
        sent.start = (i == 0);
        sent.marker = (i == sender->burst - 1);
        sent.key = key;
        sent.measured = measured;

        len = load_send_write(sender, &sent, 0, p);
        len = ngx_webrtc_srtp_protect(client->out, p, sender->header_len, len,
                                      (uint32_t) (sender->seq >> 16));

        if (sender->sent) {
            sender->sent[sender->seq % LOAD_SENT_MAX] = sent;
        }

        sender->seq++;
        p += len;
    }

    sender->picture = (sender->picture + 1) & 0x7fff;
    sender->packets += sender->burst;
    sender->octets += sender->burst * (sender->size - sender->header_len);
    client->member->sent += measured ? sender->burst : 0;

    load_udp_burst(client, media->burst, len, sender->burst);
}


/* a plain packet; sets sender->header_len */

static size_t
load_send_write(load_sender_t *sender, const load_sent_t *sent,
    ngx_uint_t rtx, u_char *pos)
{
    u_char            *p;
    ngx_webrtc_rtp_t   rtp;

    ngx_memzero(&rtp, sizeof(ngx_webrtc_rtp_t));

    rtp.marker = sent->marker;
    rtp.pt = rtx ? sender->track.rtx_pt : sender->track.pt;
    rtp.seq = rtx ? (uint16_t) sender->rtx_seq : sent->seq;
    rtp.ssrc = rtx ? sender->track.rtx_ssrc : sender->track.ssrc;
    rtp.timestamp = sent->timestamp;
    rtp.extension = (sender->track.level_id || sender->track.twcc);

    p = ngx_webrtc_rtp_write(pos, &rtp);
    p = load_send_extension(sender, p);

    sender->header_len = p - pos;

    if (rtx) {
        p = ngx_webrtc_put16(p, sent->seq);
    }

    load_send_payload(sender, sent, p, pos + sender->size + (rtx ? 2 : 0));

    return sender->size + (rtx ? 2 : 0);
}


static u_char *
load_send_extension(load_sender_t *sender, u_char *p)
{
    u_char                  level, seq[2];
    ngx_uint_t              n;
    ngx_webrtc_ext_item_t   items[2];

    n = 0;

    if (sender->track.level_id) {
        level = LOAD_AUDIO_LEVEL;

        items[n].id = sender->track.level_id;
        items[n].data = &level;
        items[n++].len = 1;
    }

    if (sender->track.twcc) {
        (void) ngx_webrtc_put16(seq, sender->client->twcc_seq++);

        items[n].id = sender->track.twcc_id;
        items[n].data = seq;
        items[n++].len = 2;
    }

    return n ? ngx_webrtc_rtp_ext_write(p, p + 32, items, n) : p;
}


static void
load_send_payload(load_sender_t *sender, const load_sent_t *sent, u_char *p,
    u_char *last)
{
    u_char        *end;
    load_stamp_t   stamp;

    stamp.member = (uint32_t) sender->client->member->number;
    stamp.index = sent->index;
    stamp.time = sent->time;
    stamp.kind = (uint8_t) sender->track.kind;
    stamp.measured = sent->measured;
    stamp.key = sent->key;

    end = load_send_descriptor(sender->track.codec, sent, p);

    ngx_memset(end, 0xa5, last - end);
    load_stamp_write(p + LOAD_STAMP_OFFSET, &stamp);
}


static u_char *
load_send_descriptor(ngx_uint_t codec, const load_sent_t *sent, u_char *p)
{
    switch (codec) {

    case NGX_WEBRTC_CODEC_VP8:

        /* RFC 7741: S, a picture id of 15 bits, the payload header */

        *p++ = sent->start ? 0x90 : 0x80;
        *p++ = 0x80;
        p = ngx_webrtc_put16(p, 0x8000 | sent->picture);

        if (sent->start) {
            p = ngx_cpymem(p, sent->key ? "\x10\x02\x00" : "\x11\x02\x00", 3);

            if (sent->key) {
                p = ngx_cpymem(p, "\x9d\x01\x2a\x80\x02\x68\x01", 7);
            }
        }

        break;

    case NGX_WEBRTC_CODEC_VP9:

        /* RFC 9628: I, P, B and E of the non-flexible mode */

        *p++ = (u_char) (0x80 | (sent->key ? 0 : 0x40)
                         | (sent->start ? 0x08 : 0)
                         | (sent->marker ? 0x04 : 0));
        p = ngx_webrtc_put16(p, 0x8000 | sent->picture);
        break;

    case NGX_WEBRTC_CODEC_H264:

        /* a slice of an IDR picture or of another one, as FU-A (RFC 6184) */

        *p++ = 0x7c;
        *p++ = (u_char) ((sent->start ? 0x80 : 0) | (sent->marker ? 0x40 : 0)
                         | (sent->key ? 5 : 1));
        break;

    case NGX_WEBRTC_CODEC_OPUS:
        *p++ = 0x78;                            /* CELT, 20 ms */
        break;
    }

    return p;
}


void
load_send_again(load_client_t *client, uint32_t ssrc, uint16_t seq)
{
    u_char         *p;
    size_t          len;
    uint32_t        roc;
    ngx_uint_t      rtx;
    load_sent_t    *sent;
    load_sender_t  *sender;

    sender = &client->senders[LOAD_VIDEO];
    sent = sender->sent ? &sender->sent[seq % LOAD_SENT_MAX] : NULL;

    if (sent == NULL || sender->track.ssrc != ssrc || sent->time == 0
        || sent->seq != seq)
    {
        return;
    }

    p = client->load->media->burst;
    rtx = (sender->track.rtx_pt != 0);

    if (!rtx && sender->track.twcc) {

        /* with another number of its own it would be another packet */

        return;
    }

    roc = rtx ? (uint32_t) (sender->rtx_seq >> 16)
              : (uint32_t) ((sender->seq - (uint16_t) (sender->seq - seq))
                            >> 16);

    len = load_send_write(sender, sent, rtx, p);
    len = ngx_webrtc_srtp_protect(client->out, p, sender->header_len, len,
                                  roc);
    sender->rtx_seq += rtx;

    load_udp_burst(client, p, len, 1);
}


void
load_send_key(load_client_t *client)
{
    client->senders[LOAD_VIDEO].key_wanted = 1;
}
