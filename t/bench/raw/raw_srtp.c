
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "raw.h"

#include <core/ngx_webrtc_cursor.h>
#include <core/ngx_webrtc_seq.h>
#include <proto/ngx_webrtc_rtp.h>


static raw_stream_t *raw_srtp_stream(raw_peer_t *peer,
    const ngx_webrtc_rtp_t *rtp);


ngx_int_t
raw_srtp_open(raw_peer_t *peer, u_char *data, size_t len,
    raw_packet_t *packet)
{
    size_t             tag;
    u_char            *p, tail[4], mac[NGX_WEBRTC_SRTP_SHA1_TAG];
    raw_stream_t      *stream;
    ngx_webrtc_rtp_t   rtp;

    tag = raw_srtp_tag(peer);

    if (ngx_webrtc_rtp_parse_header(data, data + len, &rtp) != NGX_OK
        || rtp.payload_len < tag)
    {
        return NGX_ERROR;
    }

    stream = raw_srtp_stream(peer, &rtp);
    if (stream == NULL) {
        return NGX_ERROR;
    }

    p = (u_char *) rtp.payload;

    packet->from = peer;
    packet->stream = stream;
    packet->data = data;
    packet->header_len = p - data;
    packet->len = len - tag;
    packet->index = ngx_webrtc_seq16_extend(rtp.seq, stream->highest);

    if (peer->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM) {

        if (ngx_webrtc_srtp_gcm_open(peer->open, rtp.ssrc, packet->index, data,
                                     packet->header_len, NULL, p,
                                     packet->len - packet->header_len,
                                     data + packet->len)
            != NGX_OK)
        {
            return NGX_ERROR;
        }

    } else {
        (void) ngx_webrtc_put32(tail, (uint32_t) (packet->index >> 16));
        ngx_webrtc_srtp_mac(peer->open, data, packet->len, tail, mac);

        if (ngx_memcmp(mac, data + packet->len, sizeof(mac)) != 0
            || ngx_webrtc_srtp_ctr(peer->open, rtp.ssrc, packet->index, p,
                                   packet->len - packet->header_len)
               != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    stream->highest = ngx_max(stream->highest, packet->index);

    return NGX_OK;
}


static raw_stream_t *
raw_srtp_stream(raw_peer_t *peer, const ngx_webrtc_rtp_t *rtp)
{
    ngx_uint_t     i;
    raw_stream_t  *stream;

    for (i = 0; i < peer->nstreams; i++) {
        if (peer->streams[i].ssrc == rtp->ssrc) {
            return &peer->streams[i];
        }
    }

    if (peer->nstreams == RAW_PEER_STREAMS
        || peer->room->nstreams == RAW_ROOM_STREAMS)
    {
        return NULL;
    }

    stream = &peer->streams[peer->nstreams++];

    stream->ssrc = rtp->ssrc;
    stream->number = (uint32_t) peer->room->nstreams++;
    stream->highest = rtp->seq;

    return stream;
}


size_t
raw_srtp_seal(raw_peer_t *sub, const raw_packet_t *packet, u_char *p)
{
    int32_t   *before;
    uint32_t   roc;

    before = &sub->before[packet->stream->number];
    roc = (uint32_t) (packet->index >> 16);

    if (*before < 0) {
        *before = (int32_t) roc;
    }

    return ngx_webrtc_srtp_protect_later(sub->seal, p, packet->header_len,
                                         packet->len, roc - *before);
}
