
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what browsers tell: reports, holes, arrivals, and that they see nothing */


#include "load_client.h"

#include <proto/ngx_webrtc_rtcp.h>

#include <time.h>


#define LOAD_RTCP_INTERVAL      NGX_WEBRTC_SEC
#define LOAD_RTCP_MAX           1200

#define LOAD_NACK_INTERVAL      (100 * NGX_WEBRTC_MSEC)
#define LOAD_NACK_TRIES         10


static void load_rtcp_packet(load_client_t *client,
    const ngx_webrtc_rtcp_t *rtcp);
static void load_rtcp_sr(load_client_t *client,
    const ngx_webrtc_rtcp_t *rtcp);
static void load_rtcp_nack(load_client_t *client,
    const ngx_webrtc_rtcp_fb_t *fb);
static void load_rtcp_report(load_client_t *client);
static ngx_uint_t load_rtcp_blocks(load_client_t *client,
    ngx_webrtc_rtcp_block_t *blocks);
static void load_rtcp_block(load_client_t *client, load_stream_t *stream,
    ngx_webrtc_rtcp_block_t *block);
static void load_rtcp_arrivals(load_client_t *client);
static void load_rtcp_holes(load_client_t *client);
static ngx_uint_t load_rtcp_due(load_stream_t *stream, uint16_t *seqs,
    ngx_webrtc_usec_t now, ngx_webrtc_usec_t *next);
static uint32_t load_rtcp_ssrc(const load_client_t *client);
static void load_rtcp_send(load_client_t *client, u_char *start, u_char *pos);


void
load_rtcp_input(load_client_t *client, u_char *pos, size_t len)
{
    u_char             *last;
    ngx_webrtc_rtcp_t   rtcp;

    if (ngx_webrtc_srtp_unprotect_rtcp(client->rtcp, pos, &len) != NGX_OK) {
        return;
    }

    last = pos + len;

    while (ngx_webrtc_rtcp_next(&pos, last, &rtcp) == NGX_OK) {
        load_rtcp_packet(client, &rtcp);
    }
}


static void
load_rtcp_packet(load_client_t *client, const ngx_webrtc_rtcp_t *rtcp)
{
    ngx_webrtc_rtcp_fb_t  fb;

    switch (rtcp->kind) {

    case NGX_WEBRTC_RTCP_SR:
        load_rtcp_sr(client, rtcp);
        break;

    case NGX_WEBRTC_RTCP_PLI:
    case NGX_WEBRTC_RTCP_FIR:
        load_send_key(client);
        break;

    case NGX_WEBRTC_RTCP_NACK:
        if (ngx_webrtc_rtcp_parse_fb(rtcp, &fb) == NGX_OK) {
            load_rtcp_nack(client, &fb);
        }

        break;

    default:
        break;
    }
}


static void
load_rtcp_sr(load_client_t *client, const ngx_webrtc_rtcp_t *rtcp)
{
    load_stream_t             *stream;
    ngx_webrtc_rtcp_report_t   report;

    if (ngx_webrtc_rtcp_parse_report(rtcp, &report) != NGX_OK) {
        return;
    }

    stream = load_receive_find(client, report.ssrc);

    if (stream) {
        stream->lsr = ngx_webrtc_ntp_middle(report.ntp);
        stream->sr_time = client->load->loop.now;
    }
}


static void
load_rtcp_nack(load_client_t *client, const ngx_webrtc_rtcp_fb_t *fb)
{
    uint16_t                 seq;
    ngx_webrtc_rtcp_nack_t   nack;

    ngx_webrtc_rtcp_nack_init(&nack, fb);

    while (ngx_webrtc_rtcp_nack_next(&nack, &seq) == NGX_OK) {
        load_send_again(client, fb->media, seq);
    }
}


void
load_rtcp_tick(load_client_t *client)
{
    ngx_webrtc_usec_t  now;

    now = client->load->loop.now;

    if (client->report_due <= now) {
        load_rtcp_report(client);
        client->report_due += LOAD_RTCP_INTERVAL;

        if (client->report_due <= now) {
            client->report_due = now + LOAD_RTCP_INTERVAL;
        }
    }

    if (client->twcc_due <= now) {
        load_rtcp_arrivals(client);
    }

    if (client->nack_due <= now) {
        load_rtcp_holes(client);
    }
}


/* one compound: SR of each kind that is sent, or RR, and the CNAME */

static void
load_rtcp_report(load_client_t *client)
{
    u_char                    *p, *last, buf[LOAD_DATAGRAM_MAX];
    ngx_uint_t                 i, n;
    load_sender_t             *sender;
    struct timespec            ts;
    ngx_webrtc_rtcp_block_t    blocks[NGX_WEBRTC_RTCP_BLOCKS_MAX];
    ngx_webrtc_rtcp_report_t   report;

    p = buf;
    last = buf + LOAD_RTCP_MAX;
    n = load_rtcp_blocks(client, blocks);

    clock_gettime(CLOCK_REALTIME, &ts);

    for (i = 0; p && i < LOAD_KINDS; i++) {
        sender = &client->senders[i];

        if (sender->packets == 0) {
            continue;
        }

        ngx_memzero(&report, sizeof(ngx_webrtc_rtcp_report_t));

        report.ntp = ngx_webrtc_ntp((uint64_t) ts.tv_sec * NGX_WEBRTC_SEC
                                    + (uint64_t) ts.tv_nsec / 1000);
        report.ssrc = sender->track.ssrc;
        report.timestamp = sender->timestamp;
        report.packets = (uint32_t) sender->packets;
        report.octets = (uint32_t) sender->octets;

        p = ngx_webrtc_rtcp_write_sr(p, last, &report, blocks, n);
        n = 0;
    }

    if (p == buf) {
        p = ngx_webrtc_rtcp_write_rr(p, last, load_rtcp_ssrc(client), blocks,
                                     n);
    }

    if (p) {
        p = ngx_webrtc_rtcp_write_sdes(p, last, load_rtcp_ssrc(client),
                                       &client->session.ufrag);
    }

    load_rtcp_send(client, buf, p);
}


static ngx_uint_t
load_rtcp_blocks(load_client_t *client, ngx_webrtc_rtcp_block_t *blocks)
{
    ngx_uint_t  i, n;

    n = 0;

    for (i = 0; i < client->nstreams && n < NGX_WEBRTC_RTCP_BLOCKS_MAX; i++) {
        load_rtcp_block(client, &client->streams[i], &blocks[n++]);
    }

    return n;
}


/* RFC 3550, A.3 */

static void
load_rtcp_block(load_client_t *client, load_stream_t *stream,
    ngx_webrtc_rtcp_block_t *block)
{
    int64_t   lost;
    uint64_t  expected, interval, received;

    expected = stream->highest - stream->base + 1;
    interval = expected - stream->expected_prior;
    received = stream->received - stream->received_prior;

    stream->expected_prior = expected;
    stream->received_prior = stream->received;

    lost = (int64_t) interval - (int64_t) received;

    block->ssrc = stream->ssrc;
    block->fraction = (interval == 0 || lost <= 0)
                      ? 0 : (uint8_t) ngx_min(lost * 256 / (int64_t) interval,
                                              255);
    block->lost = (int32_t) ((int64_t) expected - (int64_t) stream->received);
    block->highest = (uint32_t) (stream->highest - 0x10000);
    block->jitter = stream->jitter >> 4;
    block->lsr = stream->lsr;
    block->dlsr = stream->lsr == 0
                  ? 0 : (uint32_t) ((client->load->loop.now - stream->sr_time)
                                    * 65536 / NGX_WEBRTC_SEC);
}


static void
load_rtcp_arrivals(load_client_t *client)
{
    u_char    *p, buf[LOAD_DATAGRAM_MAX];
    uint32_t   media;

    media = client->nstreams ? client->streams[0].ssrc : 0;

    while (client->arrivals->count) {
        p = ngx_webrtc_arrivals_write(client->arrivals, buf,
                                      buf + LOAD_RTCP_MAX,
                                      load_rtcp_ssrc(client), media,
                                      client->load->loop.now);
        if (p == NULL) {
            break;
        }

        load_rtcp_send(client, buf, p);
    }

    client->twcc_due = NGX_WEBRTC_NEVER;
}


static void
load_rtcp_holes(load_client_t *client)
{
    u_char             *p, buf[LOAD_DATAGRAM_MAX];
    uint16_t            seqs[LOAD_NACK_MAX];
    ngx_uint_t          i, n, written;
    load_stream_t      *stream;
    ngx_webrtc_usec_t   next;

    next = NGX_WEBRTC_NEVER;

    for (i = 0; i < client->nstreams; i++) {
        stream = &client->streams[i];

        n = load_rtcp_due(stream, seqs, client->load->loop.now, &next);

        if (n) {
            p = ngx_webrtc_rtcp_write_nack(buf, buf + LOAD_RTCP_MAX,
                                           load_rtcp_ssrc(client),
                                           stream->ssrc, seqs, n, &written);
            load_rtcp_send(client, buf, p);
        }
    }

    client->nack_due = next;
}


/* who was asked for too often is given up */

static ngx_uint_t
load_rtcp_due(load_stream_t *stream, uint16_t *seqs, ngx_webrtc_usec_t now,
    ngx_webrtc_usec_t *next)
{
    ngx_uint_t    i, n, kept;
    load_hole_t  *hole;

    n = 0;
    kept = 0;

    for (i = 0; i < stream->nholes; i++) {
        hole = &stream->holes[i];

        if (hole->due <= now) {

            if (hole->tries == LOAD_NACK_TRIES) {
                continue;
            }

            hole->tries++;
            hole->due = now + LOAD_NACK_INTERVAL;
            seqs[n++] = hole->seq;
        }

        *next = ngx_min(*next, hole->due);
        stream->holes[kept++] = *hole;
    }

    stream->nholes = kept;

    return n;
}


void
load_rtcp_pli(load_client_t *client, load_stream_t *stream)
{
    u_char  *p, buf[LOAD_DATAGRAM_MAX];

    stream->pli_time = client->load->loop.now;

    p = ngx_webrtc_rtcp_write_pli(buf, buf + LOAD_RTCP_MAX,
                                  load_rtcp_ssrc(client), stream->ssrc);
    load_rtcp_send(client, buf, p);
}


/* who sends nothing has one all the same */

static uint32_t
load_rtcp_ssrc(const load_client_t *client)
{
    ngx_uint_t  kind;

    kind = client->senders[LOAD_VIDEO].running ? LOAD_VIDEO : LOAD_AUDIO;

    return client->session.ssrc[kind];
}


static void
load_rtcp_send(load_client_t *client, u_char *start, u_char *pos)
{
    size_t  len;

    if (pos == NULL) {
        return;
    }

    len = ngx_webrtc_srtp_protect_rtcp(client->out, start, pos - start);

    if (len) {
        load_udp_send(client, start, len, NULL);
    }
}
