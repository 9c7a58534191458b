
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The structures that the files of this room share; other rooms include
 * ngx_webrtc_engine.h and ngx_webrtc_peer.h.
 *
 *     engine
 *       peer                    a transport, found by address or ufrag
 *         source                an m-section that the peer publishes
 *           track               one RTP stream (layer) of it, with its ring
 *         subscription          a copy of a track for this peer
 */


#ifndef _NGX_WEBRTC_MEDIA_H_INCLUDED_
#define _NGX_WEBRTC_MEDIA_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_hash.h>
#include <core/ngx_webrtc_timer.h>
#include <proto/ngx_webrtc_rtcp.h>
#include <proto/ngx_webrtc_rtp.h>
#include <proto/ngx_webrtc_rtp_ext.h>
#include <peer/ngx_webrtc_sctp.h>
#include <peer/ngx_webrtc_transport.h>
#include <media/ngx_webrtc_arrivals.h>
#include <media/ngx_webrtc_bandwidth.h>
#include <media/ngx_webrtc_data.h>
#include <media/ngx_webrtc_distant.h>
#include <media/ngx_webrtc_engine.h>
#include <media/ngx_webrtc_forward.h>
#include <media/ngx_webrtc_key_frame.h>
#include <media/ngx_webrtc_line.h>
#include <media/ngx_webrtc_nack.h>
#include <media/ngx_webrtc_peer.h>
#include <media/ngx_webrtc_plain.h>
#include <media/ngx_webrtc_rate.h>
#include <media/ngx_webrtc_ring.h>
#include <media/ngx_webrtc_shed.h>


#define NGX_WEBRTC_REPORT_INTERVAL  NGX_WEBRTC_SEC

/* RTCP that we compose stays below this */
#define NGX_WEBRTC_RTCP_MAX         1200

/* of mids and rids, which are ours */
#define NGX_WEBRTC_MID_MAX          16

/* a jump by more than this is a new beginning, not a loss */
#define NGX_WEBRTC_SEQUENCE_JUMP    3000

/* senders of plain RTP, for each peer with a transport: sound and picture */
#define NGX_WEBRTC_PLAIN_MAX        2

/* what one peer may want to say in a tick, as a rule */
#define NGX_WEBRTC_TICK_ROOM        8192

/* what a peer needs of its pool beside itself */
#define NGX_WEBRTC_PEER_POOL        128

/* numbers of one subscriber's NACKs that are served in 100 ms */
#define NGX_WEBRTC_REPAIR_MAX       128
#define NGX_WEBRTC_REPAIR_INTERVAL  (100 * NGX_WEBRTC_MSEC)

/* the last repairs that a subscription knows of */
#define NGX_WEBRTC_REPAIRS          32


typedef struct ngx_webrtc_data_s         ngx_webrtc_data_t;
typedef struct ngx_webrtc_distant_s      ngx_webrtc_distant_t;
typedef struct ngx_webrtc_trunks_s       ngx_webrtc_trunks_t;


/*
 * One RTP stream as it comes in.  Belongs to its source.  Subscriptions in
 * "subs" are served in turn by the fan-out; "next" is the one where a round
 * was interrupted, NULL between rounds.
 */

struct ngx_webrtc_track_s {
    ngx_webrtc_source_t      *source;
    ngx_webrtc_ring_t         ring;     /* there since the first packet */
    ngx_queue_t               subs;
    ngx_queue_t               waiting;  /* subscriptions, for a key frame */
    ngx_queue_t               dirty;    /* of the engine */
    ngx_webrtc_subscription_t  *next;
    uint32_t                  round;    /* arrivals when it began */

    /* if the worker has too much to send */
    ngx_webrtc_subscription_t  *turn;   /* first with the next key frame */
    uint32_t                  nsubs;
    uint32_t                  nleft;    /* of them, left out */
    uint32_t                  rest;     /* of the shares of the last turn */
    ngx_webrtc_usec_t         turned;

    uint32_t                  ssrc;     /* 0: not known yet */
    uint32_t                  rtx_ssrc;
    ngx_uint_t                layer;
    ngx_str_t                 rid;      /* len 0: bound by the mid alone */
    u_char                    rid_buf[NGX_WEBRTC_MID_MAX];

    uint64_t                  first;    /* extended numbers; 0: none yet */
    uint64_t                  highest;
    uint64_t                  skipped;  /* by jumps: never meant to come */
    uint64_t                  received; /* not by repair */
    uint64_t                  expected_prior;
    uint64_t                  received_prior;

    uint32_t                  transit;
    uint32_t                  jitter;   /* times 16 */

    /* the last sender report */
    uint64_t                  sr_ntp;   /* 0: none yet */
    ngx_webrtc_usec_t         sr_arrival;

    /* a timestamp and its moment by our clock, as reported; if "timed" */
    uint32_t                  sr_timestamp;
    int64_t                   sr_time;

    ngx_webrtc_nack_t         nack;
    ngx_webrtc_key_frame_t    key_frame;
    ngx_webrtc_stream_stats_t stats;
    ngx_webrtc_rate_t         rate;     /* as it goes to a subscriber */

    /* of packets with a payload, if the source has layers */
    ngx_webrtc_usec_t         arrived;  /* the last one; 0: none yet */
    ngx_webrtc_usec_t         frame_arrived;
    ngx_webrtc_usec_t         interval; /* of frames, smoothed */
    uint32_t                  frame;    /* its timestamp */
    uint32_t                  frames;   /* the source's count, at the last */

    uint64_t                  ahead;    /* of the origin; if mirror */

    unsigned                  timed:1;
    unsigned                  active:1; /* this layer is being sent */
    unsigned                  is_dirty:1;
};


/*
 * "tracks" are allocated with their source, one per layer.  A mirror is filled
 * from a trunk while it has users; without a distant peer it ends with them.
 */

struct ngx_webrtc_source_s {
    ngx_webrtc_peer_t        *peer;
    ngx_queue_t               queue;    /* of the peer */
    ngx_webrtc_format_t       format;
    ngx_str_t                 mid;
    ngx_uint_t                ntracks;
    ngx_webrtc_track_t       *tracks;
    ngx_queue_t               subs;     /* all that there are */
    uint32_t                  frames;   /* of all layers; wraps */
    ngx_queue_t               forwards;
    ngx_webrtc_usec_t         began;    /* 0: no layer was sent yet */
    ngx_webrtc_usec_t         review;   /* of which layers are sent */
    u_char                    mid_buf[NGX_WEBRTC_MID_MAX];

    ngx_webrtc_speech_t       speech;
    ngx_webrtc_speech_e       speech_told;
    ngx_webrtc_speech_handler_pt  speech_handler;
    void                     *data;

    uint64_t                  id;       /* 0: only known here */
    ngx_webrtc_hash_node_t    id_node;
    ngx_queue_t               mirrors;  /* of the engine, if it has users */
    ngx_queue_t               distant;  /* subscriptions of distant peers */
    ngx_uint_t                exports;  /* users at other seats; at home */
    ngx_uint_t                users;    /* of a mirror, here */
    ngx_uint_t                seat;     /* of the origin; if mirror */

    unsigned                  video:1;
    unsigned                  mirror:1;
    unsigned                  exported:1;       /* goes into our trunk */
    unsigned                  is_changed:1;     /* a layer has begun */
};


typedef struct {
    uint32_t                  peer;     /* number */
    uint32_t                  ssrc;
} ngx_webrtc_ssrc_key_t;


typedef struct {
    uint64_t                  seq;      /* outgoing */
    ngx_webrtc_usec_t         sent;
} ngx_webrtc_repair_t;


/*
 * Belongs to its peer and to its source.  It is served by "track", and goes
 * on with "target" when that begins a key frame.
 */

struct ngx_webrtc_subscription_s {

    /* what the fan-out needs comes first, so that it is close together */

    ngx_queue_t               queue;        /* of the track */
    ngx_webrtc_peer_t        *peer;
    ngx_webrtc_track_t       *track;        /* NULL: nothing is sent */

    /* NULL: the receiver did not take transport-wide numbers for it */
    ngx_webrtc_departures_t  *departures;
    ngx_uint_t                twcc_id;

    uint32_t                  ssrc;
    uint32_t                  cursor;       /* arrivals already dealt with */
    uint32_t                  waited;       /* us, what was due last */

    unsigned                  started:1;    /* in sync with the track */
    unsigned                  video:1;
    unsigned                  paused:1;
    unsigned                  waiting:1;    /* in the target's queue */
    unsigned                  is_changed:1;
    unsigned                  is_adapted:1; /* has layers to choose from */
    unsigned                  by_sender:1;  /* why the target was chosen */
    unsigned                  left_out:1;   /* until it is its turn */

    ngx_webrtc_format_t       format;
    ngx_webrtc_stream_stats_t stats;
    ngx_webrtc_line_t         line;

    ngx_webrtc_source_t      *source;
    ngx_webrtc_track_t       *target;       /* NULL: no switch is wanted */
    ngx_queue_t               target_queue; /* if "waiting" */
    ngx_queue_t               source_queue;
    ngx_queue_t               peer_queue;
    ngx_queue_t               changed;      /* of the engine */
    ngx_webrtc_hash_node_t    node;         /* by out ssrc */
    ngx_webrtc_ssrc_key_t     key;

    uint32_t                  rtx_ssrc;
    uint64_t                  rtx_seq;      /* out, extended */

    ngx_int_t                 layer;        /* as asked for */
    ngx_int_t                 cap;          /* what there is bandwidth for */
    ngx_int_t                 told;         /* to the handler */
    ngx_webrtc_layer_handler_pt  handler;
    void                     *data;

    ngx_webrtc_usec_t         repaired;     /* start of the interval */
    ngx_uint_t                repairs;      /* in it */
    ngx_webrtc_repair_t      *last_repairs; /* NULL: none yet */

    ngx_webrtc_allocate_item_t  item;       /* if "is_adapted" */

    uint32_t                  id;           /* of a distant peer or resident */

    ngx_str_t                 cname;        /* behind this struct */
    uint64_t                  reported_packets; /* in our last report */
    uint32_t                  reported_lost;
    uint32_t                  reported_before;  /* of it, to another SSRC */
    uint32_t                  reported_ssrc;    /* of a plain sender */
    uint32_t                  reported_highest; /* 0: not reported yet */
};


/* a validated remote address, as the engine finds its peer by it */

typedef struct {
    ngx_webrtc_hash_node_t    node;
    ngx_webrtc_addr_t         addr;         /* port 0: free */
    ngx_webrtc_peer_t        *peer;
} ngx_webrtc_peer_addr_t;


/* "pool" is the peer's; its sources and subscriptions are malloc()ed */

struct ngx_webrtc_peer_s {
    ngx_webrtc_engine_t      *engine;
    uint64_t                  received_bytes;
    uint64_t                  sent_bytes;
    ngx_pool_t               *pool;
    ngx_webrtc_peer_handler_pt  handler;
    void                     *data;

    ngx_webrtc_plain_t       *plain;        /* NULL: it has a transport */
    ngx_webrtc_distant_t     *distant;      /* NULL: its media are here */
    ngx_webrtc_resident_t    *resident;     /* NULL: its home is here */
    ngx_webrtc_transport_t    transport;
    ngx_webrtc_timer_t        timer;
    ngx_webrtc_hash_node_t    ufrag_node;
    ngx_webrtc_peer_addr_t    addrs[NGX_WEBRTC_ICE_PATHS];

    ngx_queue_t               sources;
    ngx_queue_t               subscriptions;
    ngx_webrtc_data_t        *dc;           /* NULL: no data channels */

    uint32_t                  number;
    uint32_t                  ssrc;         /* of our feedback */
    ngx_webrtc_usec_t         deadline;     /* to be connected */
    ngx_webrtc_usec_t         report_due;

    ngx_webrtc_ext_map_t      exts;
    ngx_webrtc_arrivals_t    *arrivals;     /* NULL: TWCC not negotiated */
    ngx_webrtc_bandwidth_t   *bandwidth;    /* NULL: gets nothing yet */
    uint64_t                  bit_rate;

    /* our clock minus the publisher's NTP clock, 0: not known */
    int64_t                   ntp_delta;

    uint32_t                  round_trip;   /* us */
    ngx_webrtc_stream_stats_t past;     /* of subscriptions that ended */

    unsigned                  told:1;       /* the handler knows the state */
    unsigned                  connected:1;
    unsigned                  closing:1;    /* by us, with the next tick */
    unsigned                  mirrors:1;    /* has them and nothing else */
};


struct ngx_webrtc_engine_s {
    ngx_webrtc_engine_conf_t  conf;
    ngx_pool_t               *pool;
    ngx_log_t                *log;

    ngx_webrtc_hash_t         ufrags;
    ngx_webrtc_hash_t         addrs;
    ngx_webrtc_hash_t         ssrcs;        /* subscriptions */
    ngx_webrtc_timers_t       timers;
    ngx_queue_t               dirty;        /* tracks to fan out */
    ngx_queue_t               changed;      /* subscriptions to tell of */
    ngx_queue_t               data_ready;   /* associations with events */
    ngx_queue_t               data_sending; /* with records for output() */
    ngx_webrtc_shed_t         shed;
    ngx_webrtc_trunks_t      *trunks;       /* NULL: no others take part */

    /* of the call of input() or tick() that we are in; NULL: of none */
    ngx_webrtc_outbox_t      *out;
    ngx_webrtc_usec_t         now;

    ngx_webrtc_usec_t         arrival;      /* 0: now */
    ngx_webrtc_usec_t         active;       /* see engine_active() */

    ngx_uint_t                npeers;       /* with a transport */
    ngx_uint_t                nplain;
    ngx_uint_t                ndistant;
    uint32_t                  last_number;
    int64_t                   wall_offset;
    ngx_webrtc_engine_stats_t stats;
};


/* source: one that is known to be good */

ngx_webrtc_source_t *ngx_webrtc_source_add(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_source_conf_t *conf);

/* the track that a packet of the peer belongs to; NULL: none */

ngx_webrtc_track_t *ngx_webrtc_source_track(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_rtp_t *rtp, const ngx_webrtc_rtp_ext_t *ext);

/* track: an unprotected RTP packet of its source, original or repair */

void ngx_webrtc_track_init(ngx_webrtc_track_t *track,
    ngx_webrtc_source_t *source, ngx_uint_t layer);
void ngx_webrtc_track_cleanup(ngx_webrtc_track_t *track);
void ngx_webrtc_track_input(ngx_webrtc_track_t *track,
    ngx_webrtc_rtp_t *rtp, const ngx_webrtc_rtp_ext_t *ext,
    ngx_webrtc_usec_t now);
/* makes the ring */
ngx_int_t ngx_webrtc_track_begin(ngx_webrtc_track_t *track);
/* the packet in the next place of the ring counts from now on */
void ngx_webrtc_track_stored(ngx_webrtc_track_t *track, uint64_t seq,
    ngx_uint_t repaired, ngx_webrtc_usec_t now);
/*
 * A round over the subscribers.  NGX_AGAIN: the outbox is full; NGX_BUSY: all
 * were served, but the first have got something new since; NGX_OK: all done.
 */
ngx_int_t ngx_webrtc_track_output(ngx_webrtc_track_t *track,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
void ngx_webrtc_track_want_key_frame(ngx_webrtc_track_t *track,
    ngx_webrtc_usec_t now);

/* what a subscriber gets of it, bits per second */
uint64_t ngx_webrtc_track_bit_rate(ngx_webrtc_track_t *track,
    ngx_webrtc_usec_t now);

/* subscription */

/* what it has not got of the next packets, it never will */
void ngx_webrtc_subscription_skip(ngx_webrtc_subscription_t *sub,
    uint32_t packets, ngx_webrtc_usec_t now);
ngx_int_t ngx_webrtc_subscription_output(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);

/*
 * Its turn comes after "stage" others: memory that is needed then, as far as
 * the stages before have brought the pointers to it.
 */
#define NGX_WEBRTC_PREFETCH_STAGES  4
void ngx_webrtc_subscription_prefetch(ngx_webrtc_subscription_t *sub,
    ngx_uint_t stage);

/* 0 on failure; ngx_webrtc_srtp_finish() is the caller's */
size_t ngx_webrtc_subscription_write(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_span_t *span, const ngx_webrtc_packet_t *packet,
    u_char *p, ngx_webrtc_usec_t now);
/* the transport-wide number of a packet that leaves */
void ngx_webrtc_subscription_number(ngx_webrtc_subscription_t *sub, u_char *p,
    size_t header_len, size_t len, ngx_webrtc_usec_t now);
void ngx_webrtc_subscription_repair(ngx_webrtc_subscription_t *sub,
    uint16_t seq, ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);

/* about so many bytes of padding, if it has RTX and numbers */
void ngx_webrtc_subscription_pad(ngx_webrtc_subscription_t *sub, size_t size,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);

/* adaption of what a receiver gets to what its way carries */

void ngx_webrtc_adapt_begin(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now);
void ngx_webrtc_adapt_end(ngx_webrtc_subscription_t *sub);
/* another layer is wanted */
void ngx_webrtc_adapt_want(ngx_webrtc_subscription_t *sub);
/* there is news of the way */
void ngx_webrtc_adapt_heard(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now);
void ngx_webrtc_adapt_tick(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out);
ngx_webrtc_usec_t ngx_webrtc_adapt_expires(ngx_webrtc_peer_t *peer);

/* which layer a subscription gets */

/* the highest one that the receiver's bandwidth allows */
void ngx_webrtc_subscription_set_cap(ngx_webrtc_subscription_t *sub,
    ngx_int_t cap, ngx_webrtc_usec_t now);
/* chooses anew; "by_sender": because a layer began or ended */
void ngx_webrtc_subscription_review(ngx_webrtc_subscription_t *sub,
    ngx_uint_t by_sender, ngx_webrtc_usec_t now);
/* its peer is connected: there is no use in a key frame before */
void ngx_webrtc_subscription_ready(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now);
void ngx_webrtc_subscription_want_key_frame(ngx_webrtc_subscription_t *sub,
    ngx_webrtc_usec_t now);
/* leaves all queues but those of its peer and source */
void ngx_webrtc_subscription_detach(ngx_webrtc_subscription_t *sub);
/* the packet that has just arrived starts a key frame */
void ngx_webrtc_track_switch(ngx_webrtc_track_t *track,
    ngx_webrtc_usec_t now);
/* a packet with payload: looks now and then which layers are sent */
void ngx_webrtc_track_watch(ngx_webrtc_track_t *track, uint32_t timestamp,
    ngx_webrtc_usec_t now);
/* datagrams from there are the peer's */
void ngx_webrtc_engine_bind(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_addr_t *addr);
/* tells the handlers; anything may be gone after this */
void ngx_webrtc_engine_tell(ngx_webrtc_engine_t *engine,
    ngx_webrtc_usec_t now);

/* mirrors, and what goes into our trunk */

/* of a source that is exported; the packet has its number */
void ngx_webrtc_mirror_export(ngx_webrtc_track_t *track,
    const ngx_webrtc_packet_t *packet, ngx_uint_t repaired);
/* somebody begins or ends to read it here; the last one may be its end */
void ngx_webrtc_mirror_use(ngx_webrtc_source_t *source);
void ngx_webrtc_mirror_leave(ngx_webrtc_source_t *source);
/* of a peer whose sources are mirrors */
void ngx_webrtc_mirrors_tick(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out);
ngx_webrtc_usec_t ngx_webrtc_mirrors_expires(ngx_webrtc_peer_t *peer);
/* the source has gone from all tables of the engine */
void ngx_webrtc_trunks_remove(ngx_webrtc_source_t *source);
void ngx_webrtc_trunks_destroy(ngx_webrtc_engine_t *engine);

/* forwards of a source */

/* which layers are sent has changed */
void ngx_webrtc_forwards_review(ngx_webrtc_source_t *source,
    ngx_webrtc_usec_t now);
/* the packet that has just arrived starts a key frame */
void ngx_webrtc_forwards_switch(ngx_webrtc_track_t *track);
/* whether some could use one */
ngx_uint_t ngx_webrtc_forwards_wait(ngx_webrtc_track_t *track);
/* NGX_AGAIN: the outbox is full */
ngx_int_t ngx_webrtc_forwards_output(ngx_webrtc_source_t *source,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
/* sender reports of all that the peer's sources have */
void ngx_webrtc_forwards_report(ngx_webrtc_peer_t *peer,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
/* BYE, where the track is sent */
void ngx_webrtc_forwards_bye(ngx_webrtc_track_t *track,
    ngx_webrtc_outbox_t *out);
void ngx_webrtc_forwards_cleanup(ngx_webrtc_source_t *source);

/* speech */

/* the audio level of a packet; for sources with a handler */
void ngx_webrtc_source_heard(ngx_webrtc_source_t *source, ngx_uint_t level,
    ngx_webrtc_usec_t now);
/* a source of which there is news, which counts as told then; NULL: none */
ngx_webrtc_source_t *ngx_webrtc_peer_speaker(ngx_webrtc_peer_t *peer,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_peer_speech_expires(ngx_webrtc_peer_t *peer);

/* RTCP of a peer, in and out */

void ngx_webrtc_report_input(ngx_webrtc_peer_t *peer, u_char *pos,
    u_char *last, ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
void ngx_webrtc_report_tick(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out);
ngx_webrtc_usec_t ngx_webrtc_report_expires(ngx_webrtc_peer_t *peer);
/* "now" by the wall clock and by a span that goes on with the track */
void ngx_webrtc_report_time(const ngx_webrtc_track_t *track,
    const ngx_webrtc_span_t *span, ngx_webrtc_rtcp_report_t *report,
    ngx_webrtc_usec_t now);

/* what its sender says of it, in the track's own numbers */
void ngx_webrtc_report_set(ngx_webrtc_track_t *track,
    const ngx_webrtc_rtcp_report_t *report, ngx_webrtc_usec_t now);
/* a report on the track, which counts from here for the next one */
void ngx_webrtc_report_make_block(ngx_webrtc_track_t *track,
    ngx_webrtc_rtcp_block_t *block, ngx_webrtc_usec_t now);

/* a sender of plain RTP: what is due, what a receiver reports of it */

void ngx_webrtc_plain_tick(ngx_webrtc_plain_t *plain, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out);
ngx_webrtc_usec_t ngx_webrtc_plain_expires(ngx_webrtc_plain_t *plain);
void ngx_webrtc_plain_heard(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_rtcp_block_t *block, ngx_webrtc_usec_t now);

/* data channels: the peer is connected, it goes, something has happened */

void ngx_webrtc_data_connect(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now);
void ngx_webrtc_data_destroy(ngx_webrtc_peer_t *peer,
    ngx_webrtc_outbox_t *out);
/* with each tick of the peer */
void ngx_webrtc_data_tick(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now);
/* any peer may be gone after it */
void ngx_webrtc_data_process(ngx_webrtc_engine_t *engine,
    ngx_webrtc_usec_t now);
/* what associations have sent in this turn; NGX_AGAIN: "out" is full */
ngx_int_t ngx_webrtc_data_output(ngx_webrtc_engine_t *engine,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);

/* what the functions of ngx_webrtc_peer.h mean for a distant peer */

void ngx_webrtc_distant_end(ngx_webrtc_peer_t *peer);
void ngx_webrtc_distant_free(ngx_webrtc_peer_t *peer);
void ngx_webrtc_distant_local(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_local_t *local);
ngx_int_t ngx_webrtc_distant_set_remote(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_peer_remote_t *remote);
void ngx_webrtc_distant_set_extensions(ngx_webrtc_peer_t *peer);
void ngx_webrtc_distant_set_bit_rate(ngx_webrtc_peer_t *peer);
void ngx_webrtc_distant_set_deadline(ngx_webrtc_peer_t *peer,
    ngx_webrtc_usec_t deadline);
void ngx_webrtc_distant_close(ngx_webrtc_peer_t *peer);
void ngx_webrtc_distant_stats(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_stats_t *stats);
ngx_webrtc_source_t *ngx_webrtc_distant_publish(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_source_conf_t *conf);
void ngx_webrtc_distant_unpublish(ngx_webrtc_source_t *source);
ngx_webrtc_subscription_t *ngx_webrtc_distant_subscribe(
    ngx_webrtc_peer_t *peer, ngx_webrtc_source_t *source,
    const ngx_webrtc_subscription_conf_t *conf);
void ngx_webrtc_distant_unsubscribe(ngx_webrtc_subscription_t *sub);
void ngx_webrtc_distant_set_layer(ngx_webrtc_subscription_t *sub);
void ngx_webrtc_distant_set_paused(ngx_webrtc_subscription_t *sub);
ngx_int_t ngx_webrtc_distant_layer(const ngx_webrtc_subscription_t *sub);

/* and those of ngx_webrtc_data.h */

ngx_int_t ngx_webrtc_distant_data_start(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_conf_t *conf, ngx_webrtc_data_handler_pt handler,
    void *data);
ngx_int_t ngx_webrtc_distant_data_open(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_channel_conf_t *conf, uint16_t *stream);
ngx_int_t ngx_webrtc_distant_data_join(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_channel_conf_t *conf, uint16_t stream);
ngx_int_t ngx_webrtc_distant_data_send(ngx_webrtc_peer_t *peer,
    uint16_t stream, ngx_uint_t binary, const u_char *data, size_t len);
void ngx_webrtc_distant_data_last(ngx_webrtc_peer_t *peer, uint16_t stream,
    ngx_uint_t binary, const u_char *data, size_t len);
void ngx_webrtc_distant_data_close(ngx_webrtc_peer_t *peer, uint16_t stream);
size_t ngx_webrtc_distant_data_buffered(ngx_webrtc_peer_t *peer);

/* of a peer with a resident: what its home is told */

void ngx_webrtc_resident_tick(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now);
void ngx_webrtc_resident_bye(ngx_webrtc_source_t *source);
/* SCTP's buffer may have got room; "all": even if it is not much */
void ngx_webrtc_resident_data_check(ngx_webrtc_peer_t *peer, ngx_uint_t all);
/* the id of a channel can be used again */
void ngx_webrtc_resident_data_free(ngx_webrtc_peer_t *peer, uint16_t stream);

/* a peer without anything; NULL: no memory */
ngx_webrtc_peer_t *ngx_webrtc_peer_alloc(ngx_webrtc_engine_t *engine);
/* "local": NULL, or what its home has told already */
ngx_webrtc_peer_t *ngx_webrtc_peer_create_local(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_peer_local_t *local, ngx_webrtc_peer_handler_pt handler,
    void *data, ngx_webrtc_usec_t now);
/* a peer without transport; NULL: no memory or too many */
ngx_webrtc_peer_t *ngx_webrtc_peer_create_plain(ngx_webrtc_engine_t *engine,
    ngx_webrtc_plain_t *plain);
/* moves the peer's deadline; cheap when nothing changed */
void ngx_webrtc_peer_schedule(ngx_webrtc_peer_t *peer);
/* makes it due at "when" if that is earlier */
void ngx_webrtc_peer_wake(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t when);
void ngx_webrtc_peer_tick(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out);
/* what one subscription has done, on top of others */
void ngx_webrtc_peer_add_stats(ngx_webrtc_stream_stats_t *stats,
    const ngx_webrtc_subscription_t *sub);
/* tells the handler what became of the transport; the peer may be gone */
void ngx_webrtc_peer_tell(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now);
void ngx_webrtc_peer_rtp(ngx_webrtc_peer_t *peer, u_char *pos, size_t len,
    ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_MEDIA_H_INCLUDED_ */
