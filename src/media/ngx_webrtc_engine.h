
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The media engine of one worker: peers (ICE-lite, DTLS, SRTP), the tracks
 * they publish and the subscriptions that copy a track to another peer.  It
 * is sans-IO: datagrams and time go in, messages come out in an outbox, what
 * happened to a peer is told to its handler.
 *
 * Inside input() and tick() a handler may create, change or destroy any
 * peer, its own included.
 */


#ifndef _NGX_WEBRTC_ENGINE_H_INCLUDED_
#define _NGX_WEBRTC_ENGINE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_outbox.h>
#include <proto/ngx_webrtc_codec.h>
#include <media/ngx_webrtc_speech.h>


/* datagrams whose senders are fetched together */
#define NGX_WEBRTC_ENGINE_AHEAD  16


typedef struct ngx_webrtc_engine_s        ngx_webrtc_engine_t;
typedef struct ngx_webrtc_peer_s          ngx_webrtc_peer_t;
typedef struct ngx_webrtc_source_s        ngx_webrtc_source_t;
typedef struct ngx_webrtc_subscription_s  ngx_webrtc_subscription_t;
typedef struct ngx_webrtc_dtls_ctx_s      ngx_webrtc_dtls_ctx_t;
typedef struct ngx_webrtc_sctp_ctx_s      ngx_webrtc_sctp_ctx_t;


typedef struct {
    ngx_webrtc_dtls_ctx_t    *dtls;             /* outlives the engine */
    ngx_webrtc_sctp_ctx_t    *sctp;             /* likewise; NULL: no data */
    ngx_uint_t                max_peers;        /* with a transport */
    ngx_uint_t                video_packets;    /* ring of a video track */
    ngx_uint_t                audio_packets;    /* both powers of two */
    ngx_webrtc_usec_t         consent_timeout;  /* RFC 7675: 30 s */
    ngx_webrtc_usec_t         setup_timeout;    /* until DTLS is up */
    ngx_webrtc_usec_t         key_frame_interval;   /* 500 ms */
    ngx_webrtc_usec_t         max_delay;        /* in a ring */
    uint64_t                  max_receive_bit_rate; /* of a peer; 0: none */
    ngx_webrtc_speech_conf_t  speech;
} ngx_webrtc_engine_conf_t;


typedef struct {
    uint64_t                  received;         /* datagrams */
    uint64_t                  received_bytes;
    uint64_t                  received_srtp;
    uint64_t                  received_srtp_bytes;
    uint64_t                  decrypted_srtp;
    uint64_t                  decrypted_srtp_bytes;
    uint64_t                  received_sctp;
    uint64_t                  received_sctp_bytes;
    uint64_t                  sent_sctp;
    uint64_t                  sent_sctp_bytes;
    uint64_t                  sent_srtp;
    uint64_t                  sent_srtp_bytes;
    uint64_t                  forwarded;        /* plain RTP */
    uint64_t                  forwarded_bytes;
    uint64_t                  dropped_unknown;  /* address of no peer */
    uint64_t                  dropped_stun;     /* malformed, bad integrity */
    uint64_t                  dropped_dtls;
    uint64_t                  dropped_srtp;     /* bad tag, replayed */
    uint64_t                  dropped_rtp;      /* malformed, unknown SSRC */
    uint64_t                  overrun_srtp;     /* there was no time for */
    uint64_t                  missed_trunk_bytes;
} ngx_webrtc_engine_stats_t;


/* NULL: no memory */
ngx_webrtc_engine_t *ngx_webrtc_engine_create(
    const ngx_webrtc_engine_conf_t *conf, ngx_log_t *log);
/* there must be no peers left */
void ngx_webrtc_engine_destroy(ngx_webrtc_engine_t *engine);

/* one datagram, changed in place; replies are in "out" on return */
void ngx_webrtc_engine_input(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_path_t *path, u_char *pos, size_t len,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);

/*
 * From where the next datagrams come, at most NGX_WEBRTC_ENGINE_AHEAD: what
 * their senders have in memory is fetched for all of them together.
 */
void ngx_webrtc_engine_prefetch(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_addr_t *remotes, ngx_uint_t n);

/*
 * When the datagrams of the calls that follow were received, as far as it is
 * known better than by their "now", which may be that of many: senders reckon
 * with it.  0: at "now".
 */
void ngx_webrtc_engine_set_arrival(ngx_webrtc_engine_t *engine,
    ngx_webrtc_usec_t arrival);

/*
 * Fills "out", which is empty, with packets that subscribers have waiting, and
 * with records of data channels that wait for the end of the turn.  NGX_AGAIN:
 * there is more (this was a slice), send it and call again; NGX_OK: nothing is
 * left.
 */
ngx_int_t ngx_webrtc_engine_output(ngx_webrtc_engine_t *engine,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);

/*
 * Retransmissions, RTCP, consent.  expires() is the time of the next tick; 0
 * when something waits for it, such as messages that were sent in between.
 */
void ngx_webrtc_engine_tick(ngx_webrtc_engine_t *engine,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
ngx_webrtc_usec_t ngx_webrtc_engine_expires(ngx_webrtc_engine_t *engine);

/*
 * When something was worked on last that somebody waits for: media, messages,
 * a set-up.  What else comes, reports and consent, may wait a little.
 */
ngx_webrtc_usec_t ngx_webrtc_engine_active(ngx_webrtc_engine_t *engine);

/* there is something for output() to do */
ngx_uint_t ngx_webrtc_engine_pending(ngx_webrtc_engine_t *engine);

ngx_uint_t ngx_webrtc_engine_peers(ngx_webrtc_engine_t *engine);
const ngx_webrtc_engine_stats_t *ngx_webrtc_engine_stats(
    ngx_webrtc_engine_t *engine);

/*
 * Wall clock minus monotonic clock in microseconds, for the NTP times of
 * sender reports; set it at start and leave it, so that they stay continuous
 * when the wall clock is stepped.
 */
void ngx_webrtc_engine_set_wall_offset(ngx_webrtc_engine_t *engine,
    int64_t offset);


#endif /* _NGX_WEBRTC_ENGINE_H_INCLUDED_ */
