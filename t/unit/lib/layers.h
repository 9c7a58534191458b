
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A publisher of three layers for tests of the media engine: rids "r0" to
 * "r2", each with its own SSRC, numbers, timestamps and picture ids, sent as
 * a browser does.
 */


#ifndef _NGX_WEBRTC_TEST_LAYERS_H_INCLUDED_
#define _NGX_WEBRTC_TEST_LAYERS_H_INCLUDED_


#include "lib/client.h"

#include <core/ngx_webrtc_seq.h>
#include <proto/ngx_webrtc_codec.h>
#include <proto/ngx_webrtc_rtp_ext.h>


#define LAYERS_MID         1
#define LAYERS_RID         2
#define LAYERS_RRID        3
#define LAYERS_DEPENDENCY  4


typedef struct {
    const char  *rid;
    uint32_t     ssrc;
    uint32_t     rtx_ssrc;
    uint32_t     timestamp;         /* of moment 0 */
    uint64_t     seq;               /* of the next packet */
    uint16_t     rtx_seq;
    uint16_t     picture_id;        /* of the next frame; AV1: its number */
    uint8_t      tl0picidx;
    ngx_uint_t   frames;
    ngx_uint_t   packets;           /* of a frame */
    ngx_uint_t   off;               /* is not sent */
    ngx_uint_t   pli;
    ngx_uint_t   wanted;            /* the next frame is a key frame */
} layer_t;


typedef struct {
    u_char       payload[1200];
    size_t       len;
    uint32_t     timestamp;
    uint32_t     number;            /* of the frame */
    uint8_t      marker;
    uint8_t      key;
    uint8_t      index;             /* of the packet in it */
    uint16_t     id;
    uint8_t      tl0picidx;
} layer_packet_t;


typedef struct {
    client_t               *client;
    ngx_webrtc_source_t    *source;
    ngx_webrtc_codec_e      codec;
    layer_t                 layers[3];
} layers_t;


/* of the only publisher, the last ones of each layer */

static layer_packet_t  layers_packets[3][1024];


static inline void layers_feedback(client_t *client, ngx_webrtc_rtcp_e kind,
    uint32_t ssrc, uint16_t seq);


static inline void
layers_extensions(client_t *client)
{
    ngx_webrtc_ext_map_t  map;

    memset(&map, 0, sizeof(map));

    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_MID, LAYERS_MID);
    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_RID, LAYERS_RID);
    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_RRID, LAYERS_RRID);
    ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_DEPENDENCY,
                           LAYERS_DEPENDENCY);

    ngx_webrtc_peer_set_extensions(client->peer, &map);
}


static inline void
layers_publish(layers_t *pub, client_t *client, ngx_webrtc_codec_e codec)
{
    ngx_uint_t                 i;
    ngx_webrtc_source_conf_t   conf;

    static const layer_t  layers[] = {
        { .rid = "r0", .ssrc = 3000, .rtx_ssrc = 3001,
          .timestamp = 0x10000000, .seq = 100, .rtx_seq = 1,
          .picture_id = 100, .tl0picidx = 250, .packets = 1 },
        { .rid = "r1", .ssrc = 3100, .rtx_ssrc = 3101,
          .timestamp = 0xfffffff0, .seq = 65500, .rtx_seq = 1,
          .picture_id = 0x7ff0, .tl0picidx = 3, .packets = 2 },
        { .rid = "r2", .ssrc = 3200, .rtx_ssrc = 3201,
          .timestamp = 0x777, .seq = 30000, .rtx_seq = 1,
          .picture_id = 9000, .tl0picidx = 77, .packets = 3 }
    };

    memset(&conf, 0, sizeof(conf));
    memcpy(pub->layers, layers, sizeof(layers));

    ngx_str_set(&conf.mid, "video_0");
    conf.format.codec = codec;
    conf.format.clock_rate = 90000;
    conf.format.pt = 96;
    conf.format.rtx_pt = 97;
    conf.format.nack = 1;
    conf.format.pli = 1;
    conf.format.remb = 1;
    conf.nrids = 3;

    for (i = 0; i < 3; i++) {
        conf.rids[i].data = (u_char *) layers[i].rid;
        conf.rids[i].len = 2;
    }

    layers_extensions(client);

    client->feedback = layers_feedback;
    client->feedback_data = pub;

    pub->client = client;
    pub->codec = codec;
    pub->source = ngx_webrtc_source_create(client->peer, &conf);
    assert_non_null(pub->source);
}


/* an RTP packet with the mid and what else is not NULL */

static inline void
layers_send_rtp(client_t *client, const ngx_webrtc_rtp_t *rtp,
    uint32_t roc, const char *rid, const char *rrid, const u_char *dd,
    size_t dd_len)
{
    size_t                  n;
    u_char                 *p, buf[2048];
    ngx_uint_t              nitems;
    ngx_webrtc_rtp_t        head;
    ngx_webrtc_ext_item_t   items[4];

    nitems = 0;

    items[nitems].id = LAYERS_MID;
    items[nitems].data = (u_char *) "video_0";
    items[nitems++].len = 7;

    if (rid) {
        items[nitems].id = LAYERS_RID;
        items[nitems].data = (u_char *) rid;
        items[nitems++].len = (u_char) strlen(rid);
    }

    if (rrid) {
        items[nitems].id = LAYERS_RRID;
        items[nitems].data = (u_char *) rrid;
        items[nitems++].len = (u_char) strlen(rrid);
    }

    if (dd) {
        items[nitems].id = LAYERS_DEPENDENCY;
        items[nitems].data = dd;
        items[nitems++].len = (u_char) dd_len;
    }

    head = *rtp;
    head.extension = 1;
    head.padded = 0;

    p = ngx_webrtc_rtp_write(buf, &head);
    p = ngx_webrtc_rtp_ext_write(p, buf + sizeof(buf), items, nitems);
    assert_non_null(p);

    n = p - buf;
    memcpy(p, rtp->payload, rtp->payload_len);

    n = ngx_webrtc_srtp_protect(client->out, buf, n, n + rtp->payload_len,
                                roc);
    assert_true(n > 0);

    client_input(client, buf, n);
}


static inline layer_packet_t *
layers_sent(ngx_uint_t layer, uint16_t seq)
{
    return &layers_packets[layer][seq % 1024];
}


static inline size_t
layers_descriptor(layers_t *pub, const layer_packet_t *packet, u_char *p)
{
    u_char  *start;

    start = p;

    switch (pub->codec) {

    case NGX_WEBRTC_CODEC_VP8:
        *p++ = 0x80 | (packet->index == 0 ? 0x10 : 0);
        *p++ = 0xc0;
        p = ngx_webrtc_put16(p, 0x8000 | packet->id);
        *p++ = packet->tl0picidx;
        *p++ = packet->key ? 0 : 1;
        break;

    case NGX_WEBRTC_CODEC_VP9:
        *p++ = 0xa0 | (packet->key ? 0 : 0x40)
               | (packet->index == 0 ? 0x08 : 0)
               | (packet->marker ? 0x04 : 0);
        p = ngx_webrtc_put16(p, 0x8000 | packet->id);
        *p++ = 0;
        *p++ = packet->tl0picidx;
        break;

    case NGX_WEBRTC_CODEC_AV1:
        *p++ = 0x10 | (packet->key && packet->index == 0 ? 0x08 : 0)
               | (packet->index ? 0x80 : 0);
        *p++ = 6 << 3;                          /* OBU_FRAME */
        break;

    default:
        *p++ = (packet->key && packet->index == 0) ? 0x67 : 0x61;
        break;
    }

    return p - start;
}


/* the original, or by RTX what was sent under this number */

static inline void
layers_send_packet(layers_t *pub, ngx_uint_t i, uint64_t seq, ngx_uint_t rtx)
{
    size_t             len;
    layer_t           *layer;
    u_char             dd[24], payload[1300];
    layer_packet_t    *packet;
    ngx_webrtc_rtp_t   rtp;

    layer = &pub->layers[i];
    packet = layers_sent(i, (uint16_t) seq);

    memset(&rtp, 0, sizeof(rtp));
    memset(dd, 0x5a, sizeof(dd));

    dd[0] = (packet->index == 0 ? 0x80 : 0) | (packet->marker ? 0x40 : 0);
    ngx_webrtc_put16(dd + 1, packet->id);

    rtp.marker = packet->marker;
    rtp.timestamp = packet->timestamp;
    rtp.pt = rtx ? 97 : 96;
    rtp.ssrc = rtx ? layer->rtx_ssrc : layer->ssrc;
    rtp.seq = rtx ? layer->rtx_seq++ : (uint16_t) seq;

    len = 0;

    if (rtx) {
        ngx_webrtc_put16(payload, (uint16_t) seq);
        len = 2;
    }

    memcpy(payload + len, packet->payload, packet->len);
    rtp.payload = payload;
    rtp.payload_len = packet->len + len;

    /* the key frame's structure makes the descriptor long */

    layers_send_rtp(pub->client, &rtp, rtx ? 0 : (uint32_t) (seq >> 16),
                    rtx ? NULL : layer->rid, rtx ? layer->rid : NULL,
                    pub->codec == NGX_WEBRTC_CODEC_AV1 ? dd : NULL,
                    packet->key && packet->index == 0 ? sizeof(dd) : 3);
}


static inline void
layers_send_frame(layers_t *pub, ngx_uint_t i)
{
    size_t           n;
    layer_t         *layer;
    ngx_uint_t       k, key;
    layer_packet_t  *packet;

    layer = &pub->layers[i];

    key = layer->wanted || layer->frames == 0;
    layer->wanted = 0;
    layer->frames++;
    layer->tl0picidx++;
    layer->picture_id++;

    if (pub->codec != NGX_WEBRTC_CODEC_AV1) {
        layer->picture_id &= 0x7fff;
    }

    for (k = 0; k < layer->packets; k++) {
        packet = layers_sent(i, (uint16_t) layer->seq);
        memset(packet, 0, sizeof(layer_packet_t));

        packet->timestamp = layer->timestamp
                            + (uint32_t) (pub->client->world->now * 9 / 100);
        packet->number = (uint32_t) layer->frames;
        packet->marker = (k == layer->packets - 1);
        packet->key = (key != 0);
        packet->index = (uint8_t) k;
        packet->id = layer->picture_id;
        packet->tl0picidx = layer->tl0picidx;

        /* what tells the test where it came from */

        n = layers_descriptor(pub, packet, packet->payload);
        memset(packet->payload + n, (u_char) layer->seq,
               sizeof(packet->payload) - n);

        packet->len = 300 * (i + 1);
        packet->payload[20] = (u_char) i;
        ngx_webrtc_put32(packet->payload + 21, packet->number);
        ngx_webrtc_put32(packet->payload + 25,
                         (uint32_t) (pub->client->world->now / 1000));
        packet->payload[29] = packet->key;
        packet->payload[30] = packet->index;
        packet->payload[31] = packet->marker;

        layers_send_packet(pub, i, layer->seq++, 0);
    }
}


static inline void
layers_send_report(layers_t *pub, ngx_uint_t i)
{
    u_char                    *p, buf[200];
    ngx_webrtc_rtcp_report_t   report;

    memset(&report, 0, sizeof(report));

    /* a publisher's clock that is nobody else's */

    report.ssrc = pub->layers[i].ssrc;
    report.ntp = ngx_webrtc_ntp(pub->client->world->now + 777000000000ULL);
    report.timestamp = pub->layers[i].timestamp
                       + (uint32_t) (pub->client->world->now * 9 / 100);

    p = ngx_webrtc_rtcp_write_sr(buf, buf + 150, &report, NULL, 0);
    client_send_rtcp(pub->client, buf, p);
}


static inline void
layers_feedback(client_t *client, ngx_webrtc_rtcp_e kind, uint32_t ssrc,
    uint16_t seq)
{
    layers_t    *pub;
    uint64_t     ext;
    ngx_uint_t   i;

    pub = client->feedback_data;

    for (i = 0; i < 3 && pub->layers[i].ssrc != ssrc; i++) { /* void */ }

    assert_true(i < 3);

    if (kind == NGX_WEBRTC_RTCP_NACK) {
        ext = ngx_webrtc_seq16_extend(seq, pub->layers[i].seq);
        layers_send_packet(pub, i, ext, 1);
        return;
    }

    pub->layers[i].pli++;
    pub->layers[i].wanted = 1;
}


/* 30 frames a second of all that is on, the reports of each second */

static inline void
layers_run(layers_t *pub, ngx_uint_t frames)
{
    ngx_uint_t  i;
    world_t    *world;

    world = pub->client->world;

    while (frames--) {
        for (i = 0; i < 3; i++) {
            if (!pub->layers[i].off) {
                layers_send_frame(pub, i);

                if (pub->layers[i].frames % 30 == 10 + i) {
                    layers_send_report(pub, i);
                }
            }
        }

        world_run(world, 33);
    }
}


/*
 * What one receiver saw.  It fails the test at once when the stream is not
 * one that a decoder of the codec can take.
 */

typedef struct {
    layers_t    *pub;
    ngx_uint_t   packets;
    ngx_uint_t   frames;            /* complete */
    ngx_uint_t   switches;
    ngx_uint_t   reordered;         /* is allowed */
    ngx_uint_t   layer;             /* of the last packet */
    ngx_uint_t   number;            /* of its frame, at the publisher */
    uint64_t     seq;
    uint32_t     timestamp;
    uint32_t     sent;              /* when, ms */
    uint16_t     id;
    uint8_t      tl0picidx;
    int32_t      drift;             /* of timestamps against moments */
    int32_t      drift_min;
    int32_t      drift_max;
    u_char       got[65536];
    uint64_t     sums[65536];       /* of packets by number */
    ngx_uint_t   rtx;
} receiver_t;


static inline uint64_t
receiver_sum(const ngx_webrtc_rtp_t *rtp)
{
    size_t    i;
    uint64_t  sum;

    sum = rtp->timestamp * 31 + rtp->marker;

    for (i = 0; i < rtp->payload_len; i++) {
        sum = sum * 1099511628211ULL + rtp->payload[i];
    }

    for (i = 0; i < rtp->ext_len; i++) {
        sum = sum * 1099511628211ULL + rtp->ext[i];
    }

    return sum;
}


static inline uint16_t
receiver_id(receiver_t *receiver, const ngx_webrtc_rtp_t *rtp, uint8_t *tl0)
{
    ngx_webrtc_vp8_t       vp8;
    ngx_webrtc_vp9_t       vp9;
    ngx_webrtc_ext_map_t   map;
    ngx_webrtc_rtp_ext_t   ext;

    *tl0 = 0;

    switch (receiver->pub->codec) {

    case NGX_WEBRTC_CODEC_VP8:
        assert_int_equal(ngx_webrtc_vp8_parse(rtp->payload,
                                              rtp->payload
                                              + rtp->payload_len, &vp8),
                         NGX_OK);
        *tl0 = vp8.tl0picidx;
        return vp8.picture_id;

    case NGX_WEBRTC_CODEC_VP9:
        assert_int_equal(ngx_webrtc_vp9_parse(rtp->payload,
                                              rtp->payload
                                              + rtp->payload_len, &vp9),
                         NGX_OK);
        *tl0 = vp9.tl0picidx;
        return vp9.picture_id;

    case NGX_WEBRTC_CODEC_AV1:
        memset(&map, 0, sizeof(map));
        ngx_webrtc_ext_map_add(&map, NGX_WEBRTC_EXT_DEPENDENCY,
                               LAYERS_DEPENDENCY);

        assert_int_equal(ngx_webrtc_rtp_ext_parse(rtp, &map, &ext), NGX_OK);
        assert_true(ngx_webrtc_rtp_ext_has(&ext, NGX_WEBRTC_EXT_DEPENDENCY));

        return ngx_webrtc_get16(ext.values[NGX_WEBRTC_EXT_DEPENDENCY] + 1);

    default:
        return 0;
    }
}


/* a packet that begins a frame, next to the one before */

static inline void
receiver_frame(receiver_t *receiver, const ngx_webrtc_rtp_t *rtp,
    uint16_t id, uint8_t tl0)
{
    uint16_t  mask;

    assert_true((int32_t) (rtp->timestamp - receiver->timestamp) > 0);

    mask = (receiver->pub->codec == NGX_WEBRTC_CODEC_AV1) ? 0xffff : 0x7fff;

    if (receiver->pub->codec != NGX_WEBRTC_CODEC_H264) {
        assert_int_equal(id, (receiver->id + 1) & mask);
    }

    if (receiver->pub->codec == NGX_WEBRTC_CODEC_VP8
        || receiver->pub->codec == NGX_WEBRTC_CODEC_VP9)
    {
        assert_int_equal(tl0, (uint8_t) (receiver->tl0picidx + 1));
    }
}


static inline void
receiver_watch(client_t *client, const ngx_webrtc_rtp_t *rtp, ngx_uint_t rtx)
{
    int32_t        drift;
    uint8_t        tl0;
    uint16_t       id;
    uint32_t       number, sent;
    uint64_t       sum;
    ngx_uint_t     layer, same;
    receiver_t    *receiver;

    receiver = client->watch_data;

    sum = receiver_sum(rtp);

    if (receiver->got[rtp->seq] && receiver->packets < 60000) {
        assert_true(receiver->sums[rtp->seq] == sum);
    }

    receiver->got[rtp->seq] = 1;
    receiver->sums[rtp->seq] = sum;
    receiver->rtx += rtx;

    layer = rtp->payload[20];
    number = ngx_webrtc_get32(rtp->payload + 21);
    sent = ngx_webrtc_get32(rtp->payload + 25);
    id = receiver_id(receiver, rtp, &tl0);

    if (receiver->packets == 0) {
        receiver->seq = (uint64_t) 0x10000 + rtp->seq;
        receiver->drift = (int32_t) (rtp->timestamp - sent * 90);
        assert_true(rtp->payload[29]);

    } else {
        if (rtx || receiver->reordered) {
            return;
        }

        assert_int_equal(rtp->seq, (uint16_t) (receiver->seq + 1));
        receiver->seq++;

        same = (layer == receiver->layer && number == receiver->number);

        if (!same) {
            receiver_frame(receiver, rtp, id, tl0);
            assert_int_equal(rtp->payload[30], 0);

        } else {
            assert_int_equal(rtp->timestamp, receiver->timestamp);
            assert_int_equal(id, receiver->id);
        }

        /* another layer begins with a key frame */

        if (layer != receiver->layer) {
            assert_true(rtp->payload[29]);
            assert_int_equal(rtp->payload[30], 0);
            receiver->switches++;

        } else if (!same && number != receiver->number + 1) {
            assert_true(rtp->payload[29]);
        }
    }

    drift = (int32_t) (rtp->timestamp - sent * 90) - receiver->drift;
    receiver->drift_min = ngx_min(receiver->drift_min, drift);
    receiver->drift_max = ngx_max(receiver->drift_max, drift);

    receiver->packets++;
    receiver->frames += rtp->payload[31];
    receiver->layer = layer;
    receiver->number = number;
    receiver->sent = sent;
    receiver->timestamp = rtp->timestamp;
    receiver->id = id;
    receiver->tl0picidx = tl0;
}


static inline ngx_webrtc_subscription_t *
receiver_subscribe(receiver_t *receiver, client_t *client, layers_t *pub,
    uint32_t ssrc, ngx_webrtc_subscription_conf_t *extra)
{
    ngx_webrtc_subscription_t       *sub;
    ngx_webrtc_subscription_conf_t   conf;

    memset(receiver, 0, sizeof(receiver_t));
    memset(&conf, 0, sizeof(conf));

    if (extra) {
        conf = *extra;
    }

    conf.format.codec = pub->codec;
    conf.format.clock_rate = 90000;
    conf.format.pt = 120;
    conf.format.rtx_pt = 121;
    conf.ssrc = ssrc;
    conf.rtx_ssrc = ssrc + 1;
    ngx_str_set(&conf.cname, "publisher");

    client->media_ssrc = ssrc;
    client->rtx_ssrc = ssrc + 1;
    client->watch = receiver_watch;
    client->watch_data = receiver;

    receiver->pub = pub;

    sub = ngx_webrtc_subscription_create(client->peer, pub->source, &conf,
                                         client->world->now);
    assert_non_null(sub);

    return sub;
}


static inline void
receiver_nack(client_t *client, uint16_t seq)
{
    u_char      *p, buf[1400];
    ngx_uint_t   n;

    p = ngx_webrtc_rtcp_write_nack(buf, buf + 1200, 1, client->media_ssrc,
                                   &seq, 1, &n);
    assert_non_null(p);
    client_send_rtcp(client, buf, p);
}

#endif /* _NGX_WEBRTC_TEST_LAYERS_H_INCLUDED_ */
