
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include "raw.h"

#include <core/ngx_webrtc_outbox.h>
#include <proto/ngx_webrtc_rtp.h>

#include <errno.h>
#include <poll.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdio.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT  103
#endif

#ifndef UDP_GRO
#define UDP_GRO      104
#endif


/* so that the last packet of a buffer has room for its tag */
#define RAW_ROOM  NGX_WEBRTC_SRTP_TAG_MAX


static size_t raw_forward_segment(struct msghdr *msg, size_t len);
static void raw_forward_open(raw_t *raw, raw_peer_t *peer, u_char *data,
    size_t len);
static void raw_forward_all(raw_t *raw);
static void raw_forward_packets(raw_t *raw, raw_packet_t *packets,
    ngx_uint_t n);
static ngx_uint_t raw_forward_run(raw_t *raw, raw_peer_t *sub,
    raw_packet_t *packets, ngx_uint_t n);
static void raw_forward_message(raw_t *raw, raw_peer_t *sub, size_t len,
    size_t segment);
static void raw_forward_flush(raw_t *raw);


ngx_int_t
raw_forward_init(raw_t *raw)
{
    int         on;
    u_char     *p;
    ngx_uint_t  i;

    on = 1;

    if (raw->segment
        && setsockopt(raw->udp, SOL_UDP, UDP_GRO, &on, sizeof(int)) == -1)
    {
        perror("setsockopt(UDP_GRO)");
        return NGX_ERROR;
    }

    p = malloc(RAW_BATCH * RAW_DATAGRAM_MAX);
    raw->out_buf = malloc(RAW_OUT_SIZE);

    if (p == NULL || raw->out_buf == NULL) {
        return NGX_ERROR;
    }

    raw->out_pos = raw->out_buf;

    for (i = 0; i < RAW_BATCH; i++) {
        raw->in_iov[i].iov_base = p + i * RAW_DATAGRAM_MAX;
        raw->in_iov[i].iov_len = RAW_DATAGRAM_MAX;

        raw->in[i].msg_hdr.msg_iov = &raw->in_iov[i];
        raw->in[i].msg_hdr.msg_iovlen = 1;
        raw->in[i].msg_hdr.msg_name = &raw->in_addr[i];

        raw->out[i].msg_hdr.msg_iov = &raw->out_iov[i];
        raw->out[i].msg_hdr.msg_iovlen = 1;
    }

    return NGX_OK;
}


void
raw_forward(raw_t *raw)
{
    int                      i, n;
    size_t                   left, size, segment;
    u_char                  *p;
    struct msghdr           *msg;
    ngx_webrtc_addr_t        addr;
    ngx_webrtc_hash_node_t  *node;

    for (i = 0; i < RAW_BATCH; i++) {
        raw->in[i].msg_hdr.msg_namelen = sizeof(struct sockaddr_in);
        raw->in[i].msg_hdr.msg_control = raw->segment ? raw->in_control[i]
                                                      : NULL;
        raw->in[i].msg_hdr.msg_controllen = raw->segment
                                            ? sizeof(raw->in_control[i]) : 0;
    }

    n = recvmmsg(raw->udp, raw->in, RAW_BATCH, MSG_DONTWAIT, NULL);

    for (i = 0; i < n; i++) {
        msg = &raw->in[i].msg_hdr;
        left = raw->in[i].msg_len;

        if (ngx_webrtc_addr_from_sockaddr(&addr, msg->msg_name) != NGX_OK) {
            continue;
        }

        node = ngx_webrtc_hash_find(&raw->peers, &addr, NGX_WEBRTC_ADDR_LEN);
        if (node == NULL) {
            continue;
        }

        segment = raw_forward_segment(msg, left);

        for (p = raw->in_iov[i].iov_base; left; p += size, left -= size) {
            size = ngx_min(segment, left);

            raw_forward_open(raw, ngx_webrtc_hash_data(node, raw_peer_t, node),
                             p, size);
        }
    }

    raw_forward_all(raw);
}


/* of a run that the kernel has put together, or all of it */

static size_t
raw_forward_segment(struct msghdr *msg, size_t len)
{
    int              value;
    struct cmsghdr  *cmsg;

    for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {

        if (cmsg->cmsg_level == SOL_UDP && cmsg->cmsg_type == UDP_GRO) {
            ngx_memcpy(&value, CMSG_DATA(cmsg), sizeof(int));

            return value > 0 ? (size_t) value : len;
        }
    }

    return len;
}


/* RTCP, and whatever is sent by somebody who does not publish, is dropped */

static void
raw_forward_open(raw_t *raw, raw_peer_t *peer, u_char *data, size_t len)
{
    if (peer->open == NULL || len < NGX_WEBRTC_RTP_HEADER_LEN
        || ngx_webrtc_rtp_is_rtcp(data, data + len))
    {
        return;
    }

    if (raw->npackets == RAW_PACKETS) {
        raw_forward_all(raw);
    }

    if (raw_srtp_open(peer, data, len, &raw->packets[raw->npackets])
        == NGX_OK)
    {
        raw->npackets++;
    }
}


/* what one publisher has sent goes to each subscriber together */

static void
raw_forward_all(raw_t *raw)
{
    ngx_uint_t  i, first;

    for (first = 0; first < raw->npackets; first = i) {

        for (i = first + 1;
             i < raw->npackets
             && raw->packets[i].from == raw->packets[first].from;
             i++)
        {
            /* void */
        }

        raw_forward_packets(raw, &raw->packets[first], i - first);
    }

    raw_forward_flush(raw);
    raw->npackets = 0;
}


static void
raw_forward_packets(raw_t *raw, raw_packet_t *packets, ngx_uint_t n)
{
    ngx_uint_t   i, k;
    raw_peer_t  *sub;
    raw_room_t  *room;

    room = packets[0].from->room;

    for (i = 0; i < room->nsubs; i++) {
        sub = room->subs[i];

        if (sub == packets[0].from) {
            continue;
        }

        for (k = 0; k < n; /* void */ ) {
            k += raw_forward_run(raw, sub, &packets[k], n - k);
        }
    }
}


/* equal packets, and a last one that may be smaller; returns how many */

static ngx_uint_t
raw_forward_run(raw_t *raw, raw_peer_t *sub, raw_packet_t *packets,
    ngx_uint_t n)
{
    size_t      len, run, max, segment;
    u_char     *p;
    ngx_uint_t  i;

    segment = packets[0].len + raw_srtp_tag(sub);
    max = raw->segment ? ngx_min(n, NGX_WEBRTC_SEGMENTS_MAX) : 1;
    max = ngx_min(max, NGX_WEBRTC_MESSAGE_MAX / segment);

    if (raw->nout == RAW_BATCH
        || raw->out_pos + max * segment + RAW_ROOM
           > raw->out_buf + RAW_OUT_SIZE)
    {
        raw_forward_flush(raw);
    }

    p = raw->out_pos;
    run = 0;

    for (i = 0; i < max && packets[i].len <= packets[0].len; /* void */ ) {
        ngx_memcpy(p + run, packets[i].data, packets[i].len);
        len = raw_srtp_seal(sub, &packets[i], p + run);

        run += len;
        i++;

        if (len < segment) {
            break;
        }
    }

    raw_forward_message(raw, sub, run, i > 1 ? segment : 0);

    return i;
}


static void
raw_forward_message(raw_t *raw, raw_peer_t *sub, size_t len, size_t segment)
{
    uint16_t         size;
    struct msghdr   *msg;
    struct cmsghdr  *cmsg;

    raw->out_iov[raw->nout].iov_base = raw->out_pos;
    raw->out_iov[raw->nout].iov_len = len;

    msg = &raw->out[raw->nout].msg_hdr;

    msg->msg_name = &sub->sockaddr;
    msg->msg_namelen = sizeof(struct sockaddr_in);
    msg->msg_control = NULL;
    msg->msg_controllen = 0;

    if (segment) {
        msg->msg_control = raw->out_control[raw->nout].buf;
        msg->msg_controllen = CMSG_SPACE(sizeof(uint16_t));

        cmsg = CMSG_FIRSTHDR(msg);
        cmsg->cmsg_level = SOL_UDP;
        cmsg->cmsg_type = UDP_SEGMENT;
        cmsg->cmsg_len = CMSG_LEN(sizeof(uint16_t));

        size = (uint16_t) segment;
        ngx_memcpy(CMSG_DATA(cmsg), &size, sizeof(uint16_t));
    }

    raw->nout++;
    raw->out_pos += len;
}


/* a full socket buffer is waited for: that is what the machine can do */

static void
raw_forward_flush(raw_t *raw)
{
    int            n;
    ngx_uint_t     sent;
    struct pollfd  pfd;

    ngx_webrtc_srtp_finish();

    for (sent = 0; sent < raw->nout; sent += n) {
        n = sendmmsg(raw->udp, raw->out + sent,
                     (unsigned) (raw->nout - sent), 0);

        if (n > 0) {
            continue;
        }

        n = 0;

        if (errno == EAGAIN) {
            pfd.fd = raw->udp;
            pfd.events = POLLOUT;
            (void) poll(&pfd, 1, 1000);

        } else {

            /* a client that has gone */

            n = 1;
        }
    }

    raw->nout = 0;
    raw->out_pos = raw->out_buf;
}
