
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
} layer_t;


typedef struct {
    client_t               *client;
    ngx_webrtc_source_t    *source;
    ngx_webrtc_codec_e      codec;
    layer_t                 layers[3];
} layers_t;


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
        { "r0", 3000, 3001, 0x10000000, 100, 1, 100, 250, 0, 1, 0 },
        { "r1", 3100, 3101, 0xfffffff0, 65500, 1, 0x7ff0, 3, 0, 2, 0 },
        { "r2", 3200, 3201, 0x00000777, 30000, 1, 9000, 77, 0, 3, 0 }
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


#endif /* _NGX_WEBRTC_TEST_LAYERS_H_INCLUDED_ */
