
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The raw forwarder of the benchmarks: what the kernel and the cryptography
 * of this machine cost, and nothing else.  It takes SRTP packets from those
 * who publish in a room, opens them, and seals them again for each subscriber
 * of the room under a key of its own.  There are no ICE, DTLS, RTCP, numbers
 * of one's own, repair or timers.
 *
 * Who is there is told over TCP, see raw_control.c.
 */


#ifndef _RAW_H_INCLUDED_
#define _RAW_H_INCLUDED_


#include <core/ngx_webrtc_addr.h>
#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_hash.h>
#include <crypto/ngx_webrtc_srtp.h>
#include <crypto/ngx_webrtc_srtp_cipher.h>

#include <sys/socket.h>


#define RAW_ROOMS           4096
#define RAW_PEERS           65536       /* buckets */
#define RAW_ROOM_STREAMS    256
#define RAW_PEER_STREAMS    4           /* SSRCs that one publisher has */

#define RAW_BATCH           64          /* messages of one system call */
#define RAW_DATAGRAM_MAX    65536
#define RAW_PACKETS         1024        /* opened, not yet forwarded */

/* what is sealed until it is sent stays in the cache of a core */

#define RAW_OUT_SIZE        (256 * 1024)


typedef struct raw_s          raw_t;
typedef struct raw_room_s     raw_room_t;
typedef struct raw_peer_s     raw_peer_t;
typedef struct raw_control_s  raw_control_t;


/* of one publisher's SSRC */

typedef struct {
    uint32_t                   ssrc;
    uint32_t                   number;      /* in its room */
    uint64_t                   highest;     /* extended */
} raw_stream_t;


/* somebody at an address, who publishes, subscribes or both */

struct raw_peer_s {
    ngx_webrtc_hash_node_t     node;        /* by address */
    ngx_webrtc_addr_t          addr;
    struct sockaddr_in         sockaddr;
    raw_room_t                *room;
    raw_control_t             *control;     /* who has made it */
    raw_peer_t                *next;        /* of the same connection */
    ngx_uint_t                 profile;

    ngx_webrtc_srtp_cipher_t  *open;        /* NULL: does not publish */
    ngx_uint_t                 nstreams;
    raw_stream_t               streams[RAW_PEER_STREAMS];

    ngx_webrtc_srtp_out_t     *seal;        /* NULL: does not subscribe */

    /*
     * A receiver takes the first number that it sees for one that has not
     * rolled over yet.  By stream: roll-overs before that; -1: none seen.
     */
    int32_t                    before[RAW_ROOM_STREAMS];
};


/* free when nobody is in it */

struct raw_room_s {
    uint64_t                   number;
    raw_peer_t               **subs;
    ngx_uint_t                 nsubs;
    ngx_uint_t                 max;
    ngx_uint_t                 npeers;
    ngx_uint_t                 nstreams;
};


/* an opened packet, in the buffer that it came in */

typedef struct {
    raw_peer_t                *from;
    raw_stream_t              *stream;
    u_char                    *data;
    size_t                     header_len;
    size_t                     len;         /* without the tag */
    uint64_t                   index;
} raw_packet_t;


struct raw_s {
    int                        epoll;
    int                        udp;
    int                        listener;
    ngx_pool_t                *pool;
    ngx_webrtc_hash_t          peers;
    raw_room_t                 rooms[RAW_ROOMS];
    unsigned                   segment:1;

    /* received */
    struct mmsghdr             in[RAW_BATCH];
    struct iovec               in_iov[RAW_BATCH];
    struct sockaddr_in         in_addr[RAW_BATCH];
    u_char                     in_control[RAW_BATCH][64];
    raw_packet_t               packets[RAW_PACKETS];
    ngx_uint_t                 npackets;

    /* to be sent */
    u_char                    *out_pos;
    u_char                    *out_buf;
    ngx_uint_t                 nout;
    struct mmsghdr             out[RAW_BATCH];
    struct iovec               out_iov[RAW_BATCH];
    union {
        u_char                 buf[CMSG_SPACE(sizeof(uint16_t))];
        struct cmsghdr         align;
    }                          out_control[RAW_BATCH];
};


/* raw_control.c */

void raw_control_accept(raw_t *raw);
/* "control" is what epoll has for the connection; it may be gone then */
void raw_control_input(raw_control_t *control);

/* raw_forward.c: everything that has come, to everybody who is to have it */

ngx_int_t raw_forward_init(raw_t *raw);
void raw_forward(raw_t *raw);

/* raw_srtp.c */

/* in place; the stream is found or added.  NGX_ERROR: not authentic */
ngx_int_t raw_srtp_open(raw_peer_t *peer, u_char *data, size_t len,
    raw_packet_t *packet);
/*
 * Of a packet that "p" has a copy of; returns the length.  It is done when
 * ngx_webrtc_srtp_finish() is.
 */
size_t raw_srtp_seal(raw_peer_t *sub, const raw_packet_t *packet, u_char *p);

#define raw_srtp_tag(peer)                                                   \
    ((peer)->profile == NGX_WEBRTC_SRTP_AEAD_AES_128_GCM                     \
     ? NGX_WEBRTC_SRTP_GCM_TAG : NGX_WEBRTC_SRTP_SHA1_TAG)


#endif /* _RAW_H_INCLUDED_ */
