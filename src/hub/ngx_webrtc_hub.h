
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The hub of one worker: the channels that live here, their connections, the
 * verbs that a front-end may say and the events that it hears.  It joins SDP
 * negotiation, the media engine and membership, and knows no API: no JSON,
 * no WebSocket.
 *
 * Order of events (every front-end may rely on it): the offer that brings a
 * newcomer's tracks is produced before the CREATED of the newcomer, the offer
 * that takes them away before its DESTROYED.  One negotiation at a time: an
 * offer is not followed by another before its answer, and then the news goes
 * first.
 */


#ifndef _NGX_WEBRTC_HUB_H_INCLUDED_
#define _NGX_WEBRTC_HUB_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_acl.h>
#include <core/ngx_webrtc_addr.h>
#include <proto/ngx_webrtc_fmtp.h>
#include <proto/ngx_webrtc_layer.h>
#include <hub/ngx_webrtc_info.h>


typedef struct ngx_webrtc_engine_s      ngx_webrtc_engine_t;
typedef struct ngx_webrtc_hub_s         ngx_webrtc_hub_t;
typedef struct ngx_webrtc_channel_s     ngx_webrtc_channel_t;
typedef struct ngx_webrtc_connection_s  ngx_webrtc_connection_t;
typedef struct ngx_webrtc_filter_s      ngx_webrtc_filter_t;
typedef struct ngx_webrtc_label_s       ngx_webrtc_label_t;
typedef struct ngx_webrtc_place_s       ngx_webrtc_place_t;


typedef enum {
    NGX_WEBRTC_EVENT_OFFER = 0,     /* sdp; "again" for a re-offer */
    NGX_WEBRTC_EVENT_CREATED,       /* subject joined (may be the hearer) */
    NGX_WEBRTC_EVENT_UPDATED,       /* a minute of subject went by */
    NGX_WEBRTC_EVENT_DESTROYED,     /* subject left */
    NGX_WEBRTC_EVENT_FOCUSED,       /* the spotlight is on subject, or it is
                                       fixed there from now on */
    NGX_WEBRTC_EVENT_UNFOCUSED,
    NGX_WEBRTC_EVENT_CLOSED,        /* the hearer's connection has ended */
    NGX_WEBRTC_EVENT_SWITCHED,      /* the hearer gets another layer of
                                       subject's video; nobody else hears */

    /* told at once, to the one it is about */
    NGX_WEBRTC_EVENT_PUSH,          /* a text for the hearer */
    NGX_WEBRTC_EVENT_DATA_OPEN,     /* every data channel is open */
    NGX_WEBRTC_EVENT_DATA           /* a message that is not forwarded */
} ngx_webrtc_event_e;


typedef enum {
    NGX_WEBRTC_CLOSE_CLIENT = 0,    /* the client asked or its pipe broke */
    NGX_WEBRTC_CLOSE_API,           /* an API operation */
    NGX_WEBRTC_CLOSE_LIFETIME,      /* the time it was given is over */
    NGX_WEBRTC_CLOSE_FAULT,         /* "reason" says what */
    NGX_WEBRTC_CLOSE_SHUTDOWN       /* this worker is going */
} ngx_webrtc_close_e;


/* members of the channel after the event */

typedef struct {
    ngx_uint_t                all;
    ngx_uint_t                roles[NGX_WEBRTC_ROLES];
} ngx_webrtc_counts_t;


/* layers, or LAYER_NONE, or LAYER_AUTO in "requested" */

typedef struct {
    ngx_int_t                 requested;
    ngx_int_t                 current;
    ngx_int_t                 previous;
    ngx_uint_t                sent;     /* bits of layers: agreed to send */
    unsigned                  by_sender:1;
} ngx_webrtc_switch_t;


typedef struct {
    ngx_webrtc_event_e        type;
    ngx_webrtc_connection_t  *subject;  /* whom it is about */
    ngx_webrtc_usec_t         now;
    uint64_t                  serial;   /* one and the same for all hearers */

    /* OFFER */
    ngx_str_t                 sdp;
    unsigned                  again:1;

    /* CREATED, UPDATED, DESTROYED */
    ngx_webrtc_counts_t       counts;
    ngx_uint_t                minutes;

    /* PUSH */
    ngx_str_t                 text;

    /* CLOSED, DESTROYED */
    ngx_webrtc_close_e        cause;
    const char               *reason;

    /* SWITCHED */
    ngx_webrtc_switch_t       change;

    /* DATA */
    ngx_uint_t                label;
    ngx_str_t                 data;
} ngx_webrtc_event_t;


/*
 * Called for each event of a connection; must not free it.  After CLOSED the
 * connection is gone when the handler returns.
 */
typedef void (*ngx_webrtc_event_handler_pt)(
    ngx_webrtc_connection_t *connection, const ngx_webrtc_event_t *event,
    void *data);


/*
 * What a client has to do with the layers of video; all zero is what one
 * expects who says nothing.  As a sender it has layers if "info.simulcast" is
 * set.
 */

typedef struct {
    ngx_int_t                 layer;    /* to receive first, or LAYER_NONE */
    ngx_uint_t                refused;  /* bits of layer + 1: those it may
                                           not ask for by itself */
    ngx_uint_t                nlayers;  /* to send, 0: all */
    ngx_uint_t                inactive; /* bits of those, not sent at first */
    ngx_str_t                 encodings;    /* opaque, for the first offer */
    unsigned                  has_layer:1;  /* else LAYER_AUTO */
} ngx_webrtc_simulcast_t;


/* layers of video, or LAYER_NONE */

typedef struct {
    ngx_int_t                 focus;
    ngx_int_t                 unfocus;
} ngx_webrtc_spotlight_rids_t;


/* what a front-end asks for; the hub copies everything */

typedef struct {
    ngx_webrtc_connection_info_t  info;     /* ids and times may be empty */
    ngx_webrtc_opus_params_t      opus;
    ngx_webrtc_video_params_t     video;
    ngx_webrtc_simulcast_t        simulcast;
    ngx_str_t                     metadata; /* opaque, shown to the others */
    ngx_str_t                     metadata_ext; /* set_metadata_ext() */
    ngx_uint_t                    spotlight_number; /* 0: as it is */
    ngx_webrtc_spotlight_rids_t   spotlight_rids;
    ngx_webrtc_filter_t         **filters;  /* NULL: it is the hub's now */
    ngx_uint_t                    nfilters;
    unsigned                  has_focus_rid:1;
    unsigned                  has_unfocus_rid:1;
    /* the same, of who let it in; empty: none */
    ngx_str_t                     authz_metadata;
    ngx_str_t                     event_metadata;   /* opaque, for webhooks */
    ngx_webrtc_usec_t             lifetime;         /* 0: no end is set */
    const ngx_webrtc_label_t     *labels;   /* its data channels */
    ngx_uint_t                    nlabels;
    unsigned                      has_metadata:1;
} ngx_webrtc_join_t;


/* what the hub asks of the glue around it; any of them may be NULL */

typedef struct {
    void                     *data;

    /* rows of the shared zone; NGX_DECLINED refuses the join: zone full */
    ngx_int_t               (*connection_add)(void *data,
                                ngx_webrtc_connection_t *connection);
    void                    (*connection_remove)(void *data,
                                ngx_webrtc_connection_t *connection);
    /* NGX_OK: its media are elsewhere (see ngx_webrtc_place.h); else here */
    ngx_int_t               (*place)(void *data, ngx_webrtc_place_t *place);
    /* it is live, and a track has begun */
    void                    (*connection_sends)(void *data,
                                ngx_webrtc_connection_t *connection);
    /* the last member has gone */
    void                    (*channel_empty)(void *data,
                                const ngx_str_t *channel_id);
    /* the last member has gone, the session is kept for those who return */
    void                    (*channel_keep)(void *data,
                                const ngx_str_t *channel_id,
                                ngx_webrtc_usec_t time);
    /* a session begins, or ends (see ngx_webrtc_session.h) */
    void                    (*session)(void *data,
                                ngx_webrtc_channel_t *channel,
                                ngx_uint_t begins, ngx_webrtc_usec_t now);
    /*
     * What a channel is told, once for each event however many hear it, and
     * the CLOSED of a connection that was never CREATED.
     */
    void                    (*event)(void *data,
                                const ngx_webrtc_event_t *event);
    /* created, updated, destroyed, failed: for counters */
    void                    (*count)(void *data,
                                ngx_webrtc_connection_t *connection,
                                ngx_webrtc_event_e type, ngx_uint_t failed);
} ngx_webrtc_hub_glue_t;


typedef struct {
    ngx_uint_t                max_connections;      /* in one channel */
    ngx_uint_t                max_sections;         /* m-lines of one offer */
    uint32_t                  video_bit_rate;       /* default, kbit/s */
    uint32_t                  max_video_bit_rate;   /* kbit/s */
    uint32_t                  simulcast_bit_rate;   /* default, kbit/s */
    ngx_uint_t                max_filters;      /* of a channel, a member */
    ngx_webrtc_usec_t         answer_timeout;
    ngx_webrtc_usec_t         session_keep;         /* 0: not at all */
    ngx_uint_t                spotlight_number;     /* default */
    ngx_webrtc_usec_t         spotlight_interval;   /* of replacements */
    size_t                    message_size;     /* of a data channel */
    size_t                    inflated_size;    /* of a compressed one */
    size_t                    data_buffer;      /* of one client */
    ngx_uint_t                message_rate;     /* a second; 0: no limit */
    const ngx_webrtc_addr_t  *candidates;           /* of this worker */
    ngx_uint_t                ncandidates;
    ngx_str_t                 fingerprint;          /* sha-256, "AA:BB" */

    /* RTP forwarding: where to, and the media ports of all workers */
    const ngx_webrtc_acl_t   *forwarding_allow;     /* NULL: nowhere */
    ngx_uint_t                max_forwardings;
    const in_port_t          *ports;
    ngx_uint_t                nports;
    unsigned                  v4:1;                 /* can be sent to */
    unsigned                  v6:1;

    unsigned                  bit_rate_sharing:1;
} ngx_webrtc_hub_conf_t;


/* the conf's arrays must outlive the hub */
ngx_webrtc_hub_t *ngx_webrtc_hub_create(const ngx_webrtc_hub_conf_t *conf,
    const ngx_webrtc_hub_glue_t *glue, ngx_webrtc_engine_t *engine,
    ngx_log_t *log);
/*
 * Ends every connection with CLOSE_SHUTDOWN.  What is said over data channels
 * then leaves with the next tick of the engine, so it comes before destroy().
 */
void ngx_webrtc_hub_shutdown(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now);
void ngx_webrtc_hub_destroy(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now);

void ngx_webrtc_hub_tick(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_hub_expires(ngx_webrtc_hub_t *hub);
ngx_uint_t ngx_webrtc_hub_connections(ngx_webrtc_hub_t *hub);

/* wall clock minus monotonic clock, us; set it as often as one likes */
void ngx_webrtc_hub_set_wall_offset(ngx_webrtc_hub_t *hub, int64_t offset);
uint64_t ngx_webrtc_hub_wall(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now);


/*
 * Verbs.  They may be said from within an event handler; the events of those
 * are heard after the handler has returned.
 */

/*
 * What is said between begin() and end() becomes one change: events are heard
 * at end(), and one offer tells all of it.
 */
void ngx_webrtc_hub_begin(ngx_webrtc_hub_t *hub);
void ngx_webrtc_hub_end(ngx_webrtc_hub_t *hub);

/*
 * Makes a connection and produces its OFFER before it returns.  On a refusal
 * it returns NULL with a constant in "reason" ("CHANNEL-FULL").
 */
ngx_webrtc_connection_t *ngx_webrtc_hub_join(ngx_webrtc_hub_t *hub,
    const ngx_webrtc_join_t *join, ngx_webrtc_event_handler_pt handler,
    void *data, ngx_webrtc_usec_t now, const char **reason);

/*
 * The last offer, which was "sdp", as a new version of the same for a client
 * that may have it or not: an answer to either, or one to each, is taken.
 * NGX_INT64_LEN bytes more at the most.  NGX_DECLINED: none is waiting for an
 * answer.
 */
ngx_int_t ngx_webrtc_hub_offer_again(ngx_webrtc_connection_t *connection,
    const ngx_str_t *sdp, ngx_webrtc_text_t *text);

/*
 * An answer to the last offer, first or repeated.  NGX_ERROR: "reason" says
 * what is wrong; the connection still lives, its owner decides.
 * NGX_DECLINED: no offer is waiting for an answer, or not for this one.
 */
ngx_int_t ngx_webrtc_hub_answer(ngx_webrtc_connection_t *connection,
    ngx_str_t *sdp, ngx_webrtc_usec_t now, const char **reason);

/*
 * Ends a connection: its handler hears CLOSED, the others DESTROYED (only if
 * it had been CREATED).
 */
void ngx_webrtc_hub_leave(ngx_webrtc_connection_t *connection,
    ngx_webrtc_close_e cause, const char *reason, ngx_webrtc_usec_t now);

/*
 * A text of the front-end's own for one member, heard at once; nothing is
 * told to one that is not live.
 */
void ngx_webrtc_hub_push(ngx_webrtc_connection_t *connection,
    const ngx_str_t *text, ngx_webrtc_usec_t now);

/*
 * A second text that goes with a connection, which the front-end may change
 * during its life; copied, empty: none.
 */
ngx_int_t ngx_webrtc_connection_set_metadata_ext(
    ngx_webrtc_connection_t *connection, const ngx_str_t *text);
/* empty: none; valid until it is set again */
const ngx_str_t *ngx_webrtc_connection_metadata_ext(
    ngx_webrtc_connection_t *connection);


/* lookups; the returned connection is valid until the next verb */

ngx_webrtc_channel_t *ngx_webrtc_hub_channel(ngx_webrtc_hub_t *hub,
    const ngx_str_t *channel_id);
ngx_webrtc_connection_t *ngx_webrtc_hub_find(ngx_webrtc_hub_t *hub,
    const ngx_str_t *channel_id, const ngx_str_t *connection_id);

/*
 * Iteration over the members of a channel in order of their joining; start
 * with NULL.  To end members on the way, take the next one first.
 */
ngx_webrtc_connection_t *ngx_webrtc_channel_next(
    ngx_webrtc_channel_t *channel, ngx_webrtc_connection_t *connection);

const ngx_webrtc_connection_info_t *ngx_webrtc_connection_info(
    ngx_webrtc_connection_t *connection);
/* NULL: none was given */
const ngx_str_t *ngx_webrtc_connection_metadata(
    ngx_webrtc_connection_t *connection);
/* empty: none */
const ngx_str_t *ngx_webrtc_connection_authz_metadata(
    ngx_webrtc_connection_t *connection);
const ngx_str_t *ngx_webrtc_connection_event_metadata(
    ngx_webrtc_connection_t *connection);
/* as it joined, with what it did not say filled in */
const ngx_webrtc_simulcast_t *ngx_webrtc_connection_simulcast(
    ngx_webrtc_connection_t *connection);
/* of different bundles: they see and hear each other */
ngx_uint_t ngx_webrtc_connection_apart(const ngx_webrtc_connection_t *a,
    const ngx_webrtc_connection_t *b);
/* CREATED has been said, DESTROYED has not */
ngx_uint_t ngx_webrtc_connection_is_live(ngx_webrtc_connection_t *connection);
/* time from join to CREATED, us; 0 before it */
ngx_webrtc_usec_t ngx_webrtc_connection_setup_time(
    ngx_webrtc_connection_t *connection);
/* time since CREATED, us */
ngx_webrtc_usec_t ngx_webrtc_connection_duration(
    ngx_webrtc_connection_t *connection, ngx_webrtc_usec_t now);
/* mids of the m-sections for the connection's own media; empty: none */
void ngx_webrtc_connection_mids(ngx_webrtc_connection_t *connection,
    ngx_str_t *audio, ngx_str_t *video);


#endif /* _NGX_WEBRTC_HUB_H_INCLUDED_ */
