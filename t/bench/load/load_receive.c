
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "load_client.h"

#include <core/ngx_webrtc_cursor.h>
#include <core/ngx_webrtc_seq.h>
#include <proto/ngx_webrtc_codec.h>
#include <proto/ngx_webrtc_rtp.h>


/* a hole is asked for when this much has come behind it */
#define LOAD_NACK_DELAY         (10 * NGX_WEBRTC_MSEC)
/* a wider one is a new beginning */
#define LOAD_HOLE_MAX           1000

#define LOAD_TWCC_INTERVAL      (100 * NGX_WEBRTC_MSEC)
#define LOAD_PLI_INTERVAL       NGX_WEBRTC_SEC


static ngx_int_t load_receive_open(load_client_t *client, u_char *pos,
    size_t *len, const ngx_webrtc_rtp_t *rtp, uint64_t index);
static load_stream_t *load_receive_stream(load_client_t *client,
    const ngx_webrtc_rtp_t *rtp);
static void load_receive_count(load_client_t *client, load_stream_t *stream,
    const ngx_webrtc_rtp_t *rtp, uint64_t index, uint64_t arrival);
static void load_receive_twcc(load_client_t *client,
    const ngx_webrtc_rtp_t *rtp, uint64_t arrival);
static void load_receive_holes(load_client_t *client, load_stream_t *stream,
    uint64_t index);
static void load_receive_filled(load_stream_t *stream, uint16_t seq);
static void load_receive_payload(load_client_t *client, load_stream_t *stream,
    const ngx_webrtc_rtp_t *rtp, uint64_t arrival);
static load_source_t *load_receive_source(load_client_t *client,
    const load_stamp_t *stamp);


/* from the tracks that were agreed on; what was known before stays */

void
load_receive_formats(load_client_t *client)
{
    ngx_uint_t      i;
    load_track_t   *track;
    load_format_t  *format;

    for (i = 0; i < client->session.ntracks; i++) {
        track = &client->session.tracks[i];

        if (track->way != LOAD_RECEIVE) {
            continue;
        }

        format = &client->formats[track->pt & 0x7f];

        format->known = 1;
        format->rtx = 0;
        format->kind = (uint8_t) track->kind;
        format->nack = track->nack;
        format->clock_rate = track->kind == LOAD_VIDEO ? 90000 : 48000;

        if (track->rtx_pt) {
            format = &client->formats[track->rtx_pt & 0x7f];

            format->known = 1;
            format->rtx = 1;
            format->kind = (uint8_t) track->kind;
            format->clock_rate = 90000;
        }

        if (track->twcc) {
            (void) ngx_webrtc_ext_map_add(&client->exts, NGX_WEBRTC_EXT_TWCC,
                                          track->twcc_id);

            if (client->arrivals == NULL) {
                client->arrivals = malloc(sizeof(ngx_webrtc_arrivals_t));

                if (client->arrivals) {
                    ngx_webrtc_arrivals_init(client->arrivals);
                }
            }
        }
    }
}


void
load_receive_cleanup(load_client_t *client)
{
    ngx_uint_t  i;

    for (i = 0; i < client->nstreams; i++) {
        free(client->streams[i].holes);
    }

    for (i = 0; i < client->nsources; i++) {
        free(client->sources[i]);
    }

    free(client->streams);
    free(client->sources);
}


void
load_receive_rtp(load_client_t *client, u_char *pos, size_t len,
    uint64_t arrival)
{
    uint64_t          index;
    load_stream_t    *stream;
    ngx_webrtc_rtp_t  rtp;

    if (ngx_webrtc_rtp_parse_header(pos, pos + len, &rtp) != NGX_OK) {
        return;
    }

    stream = load_receive_find(client, rtp.ssrc);

    index = stream ? ngx_webrtc_seq16_extend(rtp.seq, stream->highest)
                   : (uint64_t) 0x10000 + rtp.seq;

    if (load_receive_open(client, pos, &len, &rtp, index - 0x10000)
        != NGX_OK
        || ngx_webrtc_rtp_parse(pos, pos + len, &rtp) != NGX_OK)
    {
        client->load->media->meter.bad++;
        return;
    }

    if (stream == NULL) {
        stream = load_receive_stream(client, &rtp);

        if (stream == NULL) {
            return;
        }
    }

    if (client->arrivals && rtp.ext) {
        load_receive_twcc(client, &rtp, arrival);
    }

    load_receive_count(client, stream, &rtp, index, arrival);
    load_receive_payload(client, stream, &rtp, arrival);
}


/* "index" without what the extended number is ahead */

static ngx_int_t
load_receive_open(load_client_t *client, u_char *pos, size_t *len,
    const ngx_webrtc_rtp_t *rtp, uint64_t index)
{
    u_char  *data, roc[4], mac[NGX_WEBRTC_SRTP_SHA1_TAG];
    size_t   n, tag;

    tag = (client->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM)
          ? NGX_WEBRTC_SRTP_GCM_TAG : NGX_WEBRTC_SRTP_SHA1_TAG;

    if (*len < rtp->header_len + tag) {
        return NGX_ERROR;
    }

    data = pos + rtp->header_len;
    n = *len - rtp->header_len - tag;
    *len -= tag;

    if (client->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM) {
        return ngx_webrtc_srtp_gcm_open(client->in, rtp->ssrc, index, pos,
                                        rtp->header_len, NULL, data, n,
                                        data + n);
    }

    (void) ngx_webrtc_put32(roc, (uint32_t) (index >> 16));
    ngx_webrtc_srtp_mac(client->in, pos, *len, roc, mac);

    if (ngx_memcmp(mac, pos + *len, NGX_WEBRTC_SRTP_SHA1_TAG) != 0) {
        return NGX_ERROR;
    }

    return ngx_webrtc_srtp_ctr(client->in, rtp->ssrc, index, data, n);
}


load_stream_t *
load_receive_find(load_client_t *client, uint32_t ssrc)
{
    ngx_uint_t  i;

    if (client->recent < client->nstreams
        && client->streams[client->recent].ssrc == ssrc)
    {
        return &client->streams[client->recent];
    }

    for (i = 0; i < client->nstreams; i++) {
        if (client->streams[i].ssrc == ssrc) {
            client->recent = i;
            return &client->streams[i];
        }
    }

    return NULL;
}


static load_stream_t *
load_receive_stream(load_client_t *client, const ngx_webrtc_rtp_t *rtp)
{
    load_format_t  *format;
    load_stream_t  *streams, *stream;

    format = &client->formats[rtp->pt];

    if (!format->known) {
        return NULL;
    }

    streams = realloc(client->streams,
                      (client->nstreams + 1) * sizeof(load_stream_t));
    if (streams == NULL) {
        return NULL;
    }

    client->streams = streams;
    client->recent = client->nstreams++;

    stream = &streams[client->recent];
    ngx_memzero(stream, sizeof(load_stream_t));

    stream->ssrc = rtp->ssrc;
    stream->kind = format->kind;
    stream->rtx = format->rtx;
    stream->nack = format->nack;
    stream->clock_rate = format->clock_rate;
    stream->highest = (uint64_t) 0x10000 + rtp->seq;
    stream->base = stream->highest;

    return stream;
}


/* RFC 3550, A.3 and A.8 */

static void
load_receive_count(load_client_t *client, load_stream_t *stream,
    const ngx_webrtc_rtp_t *rtp, uint64_t index, uint64_t arrival)
{
    int32_t   d;
    uint32_t  transit;

    stream->received++;

    transit = (uint32_t) (arrival / 1000 * stream->clock_rate / 1000000)
              - rtp->timestamp;
    d = (int32_t) (transit - stream->transit);
    d = (d < 0) ? -d : d;

    if (stream->received > 1) {
        stream->jitter += (uint32_t) d - ((stream->jitter + 8) >> 4);
    }

    stream->transit = transit;

    if (index > stream->highest) {
        if (stream->nack && index > stream->highest + 1) {
            load_receive_holes(client, stream, index);
        }

        stream->highest = index;

    } else if (stream->nholes) {
        load_receive_filled(stream, rtp->seq);
    }
}


static void
load_receive_twcc(load_client_t *client, const ngx_webrtc_rtp_t *rtp,
    uint64_t arrival)
{
    ngx_webrtc_usec_t      now;
    ngx_webrtc_rtp_ext_t   ext;

    if (ngx_webrtc_rtp_ext_parse(rtp, &client->exts, &ext) != NGX_OK
        || !ngx_webrtc_rtp_ext_has(&ext, NGX_WEBRTC_EXT_TWCC))
    {
        return;
    }

    now = client->load->loop.now;

    ngx_webrtc_arrivals_add(client->arrivals, ext.twcc_seq, arrival / 1000);

    if (client->arrivals->count >= NGX_WEBRTC_ARRIVALS_MAX / 2) {
        client->twcc_due = now;

    } else if (client->twcc_due == NGX_WEBRTC_NEVER) {
        client->twcc_due = now + LOAD_TWCC_INTERVAL;
    }
}


static void
load_receive_holes(load_client_t *client, load_stream_t *stream,
    uint64_t index)
{
    uint64_t            n;
    load_hole_t        *hole;
    ngx_webrtc_usec_t   due;

    if (index - stream->highest > LOAD_HOLE_MAX) {
        stream->nholes = 0;
        return;
    }

    if (stream->holes == NULL) {
        stream->holes = malloc(LOAD_NACK_MAX * sizeof(load_hole_t));

        if (stream->holes == NULL) {
            return;
        }
    }

    due = client->load->loop.now + LOAD_NACK_DELAY;

    for (n = stream->highest + 1;
         n < index && stream->nholes < LOAD_NACK_MAX;
         n++)
    {
        hole = &stream->holes[stream->nholes++];
        hole->seq = (uint16_t) n;
        hole->tries = 0;
        hole->due = due;
    }

    client->nack_due = ngx_min(client->nack_due, due);
}


static void
load_receive_filled(load_stream_t *stream, uint16_t seq)
{
    ngx_uint_t  i;

    for (i = 0; i < stream->nholes; i++) {

        if (stream->holes[i].seq == seq) {
            stream->nholes--;
            ngx_memmove(&stream->holes[i], &stream->holes[i + 1],
                        (stream->nholes - i) * sizeof(load_hole_t));
            return;
        }
    }
}


/* of RTX the payload behind the original number */

static void
load_receive_payload(load_client_t *client, load_stream_t *stream,
    const ngx_webrtc_rtp_t *rtp, uint64_t arrival)
{
    u_char         *p, *last;
    ngx_uint_t      i;
    load_meter_t   *meter;
    load_stamp_t    stamp;

    p = rtp->payload;
    last = p + rtp->payload_len;

    if (stream->rtx) {
        if (rtp->payload_len < 2) {
            return;
        }

        for (i = 0; i < client->nstreams; i++) {
            if (client->streams[i].nholes && !client->streams[i].rtx) {
                load_receive_filled(&client->streams[i], ngx_webrtc_get16(p));
            }
        }

        p += 2;
    }

    if (last - p < LOAD_STAMP_OFFSET
        || load_stamp_parse(p + LOAD_STAMP_OFFSET, last, &stamp) != NGX_OK)
    {
        return;
    }

    meter = &client->load->media->meter;

    if (client->load->media->measuring) {
        meter->forwarded++;
        meter->bytes += rtp->header_len + rtp->payload_len;
    }

    load_receive_stamp(client, &stream->source, &stamp, arrival, stream->rtx);

    if (stream->kind == LOAD_VIDEO && !stream->rtx && !stream->keyed) {
        stream->keyed = stamp.key;

        if (!stamp.key && !client->direct
            && stream->pli_time + LOAD_PLI_INTERVAL <= client->load->loop.now)
        {
            load_rtcp_pli(client, stream);
        }
    }
}


void
load_receive_stamp(load_client_t *client, load_source_t **source,
    const load_stamp_t *stamp, uint64_t arrival, ngx_uint_t repair)
{
    if (*source == NULL || (*source)->member != stamp->member
        || (*source)->kind != stamp->kind)
    {
        *source = load_receive_source(client, stamp);

        if (*source == NULL) {
            return;
        }
    }

    client->member->received += load_meter_add(&client->load->media->meter,
                                               *source, stamp, arrival,
                                               repair);
}


static load_source_t *
load_receive_source(load_client_t *client, const load_stamp_t *stamp)
{
    ngx_uint_t       i;
    load_source_t   *source, **sources;

    for (i = 0; i < client->nsources; i++) {
        source = client->sources[i];

        if (source->member == stamp->member && source->kind == stamp->kind) {
            return source;
        }
    }

    sources = realloc(client->sources,
                      (client->nsources + 1) * sizeof(load_source_t *));
    if (sources == NULL) {
        return NULL;
    }

    client->sources = sources;

    source = calloc(1, sizeof(load_source_t));
    if (source == NULL) {
        return NULL;
    }

    source->member = stamp->member;
    source->kind = stamp->kind;

    sources[client->nsources++] = source;
    load_member_source(client->member);

    return source;
}
