
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The inside of a client, for the files that are parts of it: load_client.c
 * (its life, DTLS), load_ice.c, load_udp.c, load_receive.c, load_rtcp.c,
 * load_send.c.
 */


#ifndef _LOAD_CLIENT_H_INCLUDED_
#define _LOAD_CLIENT_H_INCLUDED_


#include <crypto/ngx_webrtc_certificate.h>
#include <crypto/ngx_webrtc_dtls.h>
#include <crypto/ngx_webrtc_srtp_cipher.h>
#include <media/ngx_webrtc_arrivals.h>
#include <peer/ngx_webrtc_sctp.h>
#include <proto/ngx_webrtc_rtp_ext.h>

#include "load.h"
#include "load_meter.h"
#include "load_session.h"


#define LOAD_NACK_MAX           128     /* holes that are asked for */
#define LOAD_SENT_MAX           1024    /* packets that can be sent again */
#define LOAD_BURST_MAX          64
#define LOAD_DATAGRAM_MAX       2048


/* a hole in the numbers of a stream */

typedef struct {
    uint16_t                    seq;
    uint16_t                    tries;
    ngx_webrtc_usec_t           due;
} load_hole_t;


/* what arrives with one SSRC */

typedef struct load_data_s  load_data_t;

typedef struct {
    uint32_t                    ssrc;
    uint8_t                     kind;       /* load_kind_e */
    unsigned                    rtx:1;
    unsigned                    nack:1;
    unsigned                    keyed:1;    /* a key frame has come */
    uint32_t                    clock_rate;
    uint64_t                    highest;    /* extended, 0x10000 ahead */
    uint64_t                    base;       /* the first one */
    uint64_t                    received;
    uint64_t                    received_prior;     /* at the last report */
    uint64_t                    expected_prior;
    uint32_t                    transit;
    uint32_t                    jitter;     /* times 16, RFC 3550 A.8 */
    uint32_t                    lsr;
    ngx_webrtc_usec_t           sr_time;
    ngx_webrtc_usec_t           pli_time;
    load_source_t              *source;     /* of the last packet */
    load_hole_t                *holes;      /* allocated with the first one */
    ngx_uint_t                  nholes;
} load_stream_t;


/* what a payload type means */

typedef struct {
    uint8_t                     kind;
    unsigned                    known:1;
    unsigned                    rtx:1;
    unsigned                    nack:1;
    uint32_t                    clock_rate;
} load_format_t;


/* enough of a packet to write it again */

typedef struct {
    uint64_t                    index;
    uint64_t                    time;
    uint32_t                    timestamp;
    uint16_t                    seq;
    uint16_t                    picture;
    unsigned                    marker:1;
    unsigned                    start:1;    /* of a frame */
    unsigned                    key:1;
    unsigned                    measured:1;
} load_sent_t;


/* what is sent of one kind */

typedef struct {
    load_client_t              *client;
    load_track_t                track;
    load_timer_t                timer;
    uint64_t                    due;        /* ns */
    uint64_t                    seq;        /* extended */
    uint64_t                    rtx_seq;
    uint64_t                    index;
    uint64_t                    packets;
    uint64_t                    octets;
    uint32_t                    timestamp;
    uint16_t                    picture;
    size_t                      size;
    ngx_uint_t                  burst;
    ngx_uint_t                  header_len;
    load_sent_t                *sent;       /* NULL: nothing is repaired */
    unsigned                    key_wanted:1;
    unsigned                    running:1;
} load_sender_t;


struct load_client_s {
    load_t                     *load;
    load_member_t              *member;
    load_client_handler_pt      handler;
    void                       *data;

    load_session_t              session;
    load_event_t                event;
    load_timer_t                timer;
    load_later_t                later;
    ngx_uint_t                  ways;

    /* ICE */
    ngx_webrtc_addr_t           remote;     /* "selected" only */
    ngx_uint_t                  candidate;  /* that is being checked */
    ngx_uint_t                  unanswered;
    ngx_webrtc_usec_t           check_due;
    ngx_webrtc_usec_t           consent;    /* the last answer */
    uint64_t                    tie_breaker;
    u_char                      transaction[12];

    /* DTLS and SRTP */
    ngx_webrtc_dtls_t          *dtls;
    ngx_webrtc_srtp_in_t       *rtcp;
    ngx_webrtc_srtp_out_t      *out;
    ngx_webrtc_srtp_cipher_t   *in;
    ngx_uint_t                  profile;
    load_data_t                *channel;    /* NULL: no data channels */

    /* receiving */
    load_stream_t              *streams;
    ngx_uint_t                  nstreams;
    ngx_uint_t                  recent;
    load_source_t             **sources;
    ngx_uint_t                  nsources;
    load_format_t               formats[128];
    ngx_webrtc_ext_map_t        exts;
    ngx_webrtc_arrivals_t      *arrivals;   /* NULL: no feedback */
    ngx_webrtc_usec_t           twcc_due;
    ngx_webrtc_usec_t           nack_due;
    ngx_webrtc_usec_t           report_due;
    uint16_t                    twcc_seq;   /* of what we send */

    load_sender_t               senders[LOAD_KINDS];

    uint32_t                    overflow;   /* lost in our own socket */

    unsigned                    selected:1;
    unsigned                    connected:1;
    unsigned                    ended:1;
    unsigned                    direct:1;
    unsigned                    destroyed:1;
};


/* what all clients share; the buffers are of one turn */

#define LOAD_BATCH              16

typedef struct load_media_s {
    ngx_webrtc_certificate_t   *cert;
    ngx_webrtc_dtls_ctx_t      *dtls;
    ngx_webrtc_addr_t           addr;       /* of our sockets, port 0 */
    ngx_uint_t                  codec;

    load_meter_t                meter;
    unsigned                    measuring:1;
    unsigned                    playing:1;  /* publishers may send */
    uint64_t                    skipped;    /* bursts that came too late */
    load_histogram_t            lag;        /* ns behind the plan */

    ngx_webrtc_sctp_ctx_t      *sctp;       /* NULL: no data channels */
    struct ngx_webrtc_zlib_s   *zlib;
    ngx_queue_t                 ready;
    ngx_queue_t                 windows;    /* of senders, with --window */
    load_timer_t                sctp_timer;

    uint32_t                    seed;       /* of --loss */

    u_char                     *batch;      /* LOAD_BATCH messages */
    size_t                      batch_size; /* of one */
    u_char                     *burst;
} load_media_t;


/* load_client.c */
ngx_int_t load_media_init(load_t *load);
void load_media_cleanup(load_t *load);
void load_client_schedule(load_client_t *client);
void load_client_fail(load_client_t *client, const char *reason);
void load_client_reached(load_client_t *client);
void load_client_datagram(load_client_t *client, u_char *pos, size_t len,
    const ngx_webrtc_addr_t *from, uint64_t arrival);

/* load_ice.c */
void load_ice_start(load_client_t *client);
void load_ice_tick(load_client_t *client);
void load_ice_input(load_client_t *client, u_char *pos, size_t len,
    const ngx_webrtc_addr_t *from);

/* load_udp.c; a "to" of NULL: the selected address */
ngx_int_t load_udp_open(load_client_t *client);
ngx_int_t load_udp_connect(load_client_t *client,
    const ngx_webrtc_addr_t *addr);
void load_udp_send(load_client_t *client, const u_char *pos, size_t len,
    const ngx_webrtc_addr_t *to);
/* "n" datagrams of "len" bytes, one after another */
void load_udp_burst(load_client_t *client, u_char *pos, size_t len,
    ngx_uint_t n);

/* load_receive.c */
void load_receive_formats(load_client_t *client);
void load_receive_rtp(load_client_t *client, u_char *pos, size_t len,
    uint64_t arrival);
/* "*source" is where the last one was; NULL: it is looked for */
void load_receive_stamp(load_client_t *client, load_source_t **source,
    const load_stamp_t *stamp, uint64_t arrival, ngx_uint_t repair);
load_stream_t *load_receive_find(load_client_t *client, uint32_t ssrc);
void load_receive_cleanup(load_client_t *client);

/* load_rtcp.c */
void load_rtcp_input(load_client_t *client, u_char *pos, size_t len);
void load_rtcp_tick(load_client_t *client);
void load_rtcp_pli(load_client_t *client, load_stream_t *stream);

/* load_send.c */
void load_send_start(load_client_t *client);
void load_send_stop(load_client_t *client);
void load_send_again(load_client_t *client, uint32_t ssrc, uint16_t seq);
void load_send_key(load_client_t *client);


#endif /* _LOAD_CLIENT_H_INCLUDED_ */
