
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A peer is one WebRTC transport and the media on it.  What is negotiated in
 * SDP arrives here as numbers: the engine knows no signalling.
 */


#ifndef _NGX_WEBRTC_PEER_H_INCLUDED_
#define _NGX_WEBRTC_PEER_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_fingerprint.h>
#include <proto/ngx_webrtc_codec.h>
#include <proto/ngx_webrtc_layer.h>
#include <proto/ngx_webrtc_rtp_ext.h>
#include <media/ngx_webrtc_engine.h>


typedef enum {
    NGX_WEBRTC_PEER_CONNECTED = 0,  /* ICE, DTLS and the fingerprint */
    NGX_WEBRTC_PEER_CLOSED,         /* close_notify */
    NGX_WEBRTC_PEER_FAILED          /* see the reason */
} ngx_webrtc_peer_event_e;


/*
 * "reason" is a constant in upper case with hyphens.  After CLOSED or FAILED
 * the peer is mute; its owner destroys it.
 */
typedef void (*ngx_webrtc_peer_handler_pt)(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_event_e event, const char *reason, void *data,
    ngx_webrtc_usec_t now);


/* our half of ICE, for the SDP */

typedef struct {
    ngx_str_t                 ufrag;
    ngx_str_t                 pwd;
} ngx_webrtc_peer_local_t;


typedef struct {
    ngx_str_t                 ufrag;
    ngx_str_t                 pwd;
    const ngx_webrtc_fingerprint_t  *fingerprints;
    ngx_uint_t                nfingerprints;
    unsigned                  active:1;     /* the remote is DTLS client */
} ngx_webrtc_peer_remote_t;


/* a negotiated format (payload type) of one m-section */

typedef struct {
    ngx_webrtc_codec_e        codec;
    uint32_t                  clock_rate;
    u_char                    pt;
    u_char                    rtx_pt;       /* 0: no RTX */
    unsigned                  nack:1;
    unsigned                  pli:1;
    unsigned                  remb:1;
    unsigned                  twcc:1;
} ngx_webrtc_format_t;


/*
 * Somebody began to speak, goes on to speak, is silent; within tick(), at
 * most once per state.  May create, change or destroy any peer.
 */
typedef void (*ngx_webrtc_speech_handler_pt)(ngx_webrtc_source_t *source,
    ngx_webrtc_speech_e speech, void *data, ngx_webrtc_usec_t now);


/*
 * A source without rids has one layer, whose SSRC is declared or learnt from
 * the mid.  With rids ("nrids" layers, the smallest first; ids of at most 16
 * bytes, copied) each layer's SSRCs are learnt from the rid.
 */

typedef struct {
    ngx_str_t                 mid;          /* over 16 bytes: as if empty */
    ngx_webrtc_format_t       format;
    uint32_t                  ssrc;         /* 0: learnt from the mid */
    uint32_t                  rtx_ssrc;
    ngx_uint_t                nrids;
    ngx_str_t                 rids[NGX_WEBRTC_LAYERS];
    ngx_webrtc_speech_handler_pt  speech_handler;   /* NULL: not told */
    void                     *data;
} ngx_webrtc_source_conf_t;


/* what a receiver gets of a source has changed, at the packet that shows it */

typedef struct {
    ngx_int_t                 current;      /* a layer or LAYER_NONE */
    ngx_int_t                 previous;     /* likewise */
    unsigned                  by_sender:1;  /* a layer began or ended; else
                                               asked for, or bandwidth */
} ngx_webrtc_layer_change_t;


/* not from within a verb, but from input() or tick(), as all handlers */
typedef void (*ngx_webrtc_layer_handler_pt)(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_layer_change_t *change, void *data,
    ngx_webrtc_usec_t now);


typedef struct {
    ngx_webrtc_format_t       format;
    uint32_t                  ssrc;         /* as declared in our SDP */
    uint32_t                  rtx_ssrc;
    ngx_str_t                 cname;        /* copied */
    ngx_int_t                 layer;        /* see set_layer() */
    unsigned                  paused:1;
    ngx_webrtc_layer_handler_pt  handler;   /* NULL: not told */
    void                     *data;
} ngx_webrtc_subscription_conf_t;


typedef struct {
    uint64_t                  packets;
    uint64_t                  bytes;        /* RTP payload */
    uint64_t                  lost;
    uint64_t                  nacks;        /* sequence numbers asked for */
    uint64_t                  retransmitted;
    uint64_t                  key_frame_requests;
} ngx_webrtc_stream_stats_t;


typedef struct {
    uint64_t                  received_bytes;   /* datagrams */
    uint64_t                  sent_bytes;
    uint32_t                  round_trip;       /* us; 0: not known */
    uint64_t                  available;        /* bits per second that its
                                                   way carries; 0: not known */
    ngx_webrtc_stream_stats_t in;
    ngx_webrtc_stream_stats_t out;
    ngx_webrtc_addr_t         remote;           /* port 0: not known, or what
                                                   an agent knows */
} ngx_webrtc_peer_stats_t;


/* NULL: no memory or max_peers reached */
ngx_webrtc_peer_t *ngx_webrtc_peer_create(ngx_webrtc_engine_t *engine,
    ngx_webrtc_peer_handler_pt handler, void *data, ngx_webrtc_usec_t now);

/*
 * Ends every source and subscription of the peer.  "out" gets the
 * close_notify and may be NULL.
 */
void ngx_webrtc_peer_destroy(ngx_webrtc_peer_t *peer,
    ngx_webrtc_outbox_t *out);

/*
 * Until when it has to be connected, in place of setup_timeout after its
 * creation; NGX_WEBRTC_NEVER: it may wait for ever.
 */
void ngx_webrtc_peer_set_deadline(ngx_webrtc_peer_t *peer,
    ngx_webrtc_usec_t deadline);

/*
 * A close_notify leaves with the next tick, which is due at once; in that tick
 * the handler hears CLOSED.
 */
void ngx_webrtc_peer_close(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now);

void ngx_webrtc_peer_local(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_local_t *local);

/*
 * From now on an agent elsewhere makes the ICE checks, with the ufrag and the
 * password of local().  Its datagrams come in, and those for it go out, with
 * "way" as the remote address (ngx_webrtc_addr_set_external()), which no
 * other peer has; STUN for this peer is ignored.  To be called before there
 * can have been any.
 */
void ngx_webrtc_peer_set_external(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_addr_t *way);
/* the agent has found a way, or has lost it: that fails the peer */
void ngx_webrtc_peer_set_reachable(ngx_webrtc_peer_t *peer,
    ngx_uint_t reachable, ngx_webrtc_usec_t now);

/* NGX_DECLINED: not the certificate seen; everything is copied */
ngx_int_t ngx_webrtc_peer_set_remote(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_peer_remote_t *remote, ngx_webrtc_usec_t now);

/* ids of the header extensions, the same for all m-sections of the bundle */
void ngx_webrtc_peer_set_extensions(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_ext_map_t *map);

/*
 * What the publisher's video may use in all, bits per second; 0: no cap.
 * It is told in REMB.
 */
void ngx_webrtc_peer_set_bit_rate(ngx_webrtc_peer_t *peer, uint64_t bps);

void ngx_webrtc_peer_stats(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_stats_t *stats);

/* what this peer publishes; NULL: no memory */
ngx_webrtc_source_t *ngx_webrtc_source_create(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_source_conf_t *conf);
/* ends its subscriptions too: subscription_destroy() must not follow */
void ngx_webrtc_source_destroy(ngx_webrtc_source_t *source);

/* of its first layer; 0: not known yet */
uint32_t ngx_webrtc_source_ssrc(ngx_webrtc_source_t *source);

/* copies "source" to "peer", beginning with a key frame if it is video */
ngx_webrtc_subscription_t *ngx_webrtc_subscription_create(
    ngx_webrtc_peer_t *peer, ngx_webrtc_source_t *source,
    const ngx_webrtc_subscription_conf_t *conf, ngx_webrtc_usec_t now);
void ngx_webrtc_subscription_destroy(ngx_webrtc_subscription_t *sub);

/*
 * Which layer the receiver shall get: a layer (the next lower one while it is
 * not sent, and the lowest if none is lower), LAYER_AUTO, or LAYER_NONE for
 * nothing.  A switch takes place at the next key frame of the new layer.
 */
void ngx_webrtc_subscription_set_layer(ngx_webrtc_subscription_t *sub,
    ngx_int_t layer, ngx_webrtc_usec_t now);
/* the layer that is being sent, or LAYER_NONE */
ngx_int_t ngx_webrtc_subscription_layer(ngx_webrtc_subscription_t *sub);

/* nothing is sent while it is paused; video goes on with a key frame */
void ngx_webrtc_subscription_set_paused(ngx_webrtc_subscription_t *sub,
    ngx_uint_t paused, ngx_webrtc_usec_t now);

/* asks the publisher for one, on every layer; merged and throttled */
void ngx_webrtc_source_want_key_frame(ngx_webrtc_source_t *source,
    ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_PEER_H_INCLUDED_ */
