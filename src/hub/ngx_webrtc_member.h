
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The insides of the hub, for its own files only.
 *
 * Verbs may be said from within an event handler, so nothing is freed and no
 * handler is called where it happens.  A verb runs between begin() and end():
 * it changes state and queues events; when the outermost verb ends the events
 * are delivered in their order and what is gone is freed.
 */


#ifndef _NGX_WEBRTC_MEMBER_H_INCLUDED_
#define _NGX_WEBRTC_MEMBER_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_hash.h>
#include <peer/ngx_webrtc_negotiation.h>
#include <media/ngx_webrtc_data.h>
#include <media/ngx_webrtc_forward.h>
#include <media/ngx_webrtc_peer.h>
#include <proto/ngx_webrtc_zlib.h>
#include <hub/ngx_webrtc_hub.h>
#include <hub/ngx_webrtc_session.h>
#include <hub/ngx_webrtc_messaging.h>


/* those that a connection has in itself; SWITCHED is in its reception */
#define NGX_WEBRTC_EVENTS       (NGX_WEBRTC_EVENT_CLOSED + 1)

#define NGX_WEBRTC_AUDIO        0
#define NGX_WEBRTC_VIDEO        1
#define NGX_WEBRTC_TRACKS       2

/* how often UPDATED is said */
#define NGX_WEBRTC_MINUTE       (60 * NGX_WEBRTC_SEC)

/* what a receiver gets in a spotlight channel unless it asks */
#define NGX_WEBRTC_SPOTLIGHT_FOCUS      1
#define NGX_WEBRTC_SPOTLIGHT_UNFOCUS    0

/* for the last words over data channels, and for the client to see them */
#define NGX_WEBRTC_PARTING      (3 * NGX_WEBRTC_SEC)


typedef struct ngx_webrtc_publication_s  ngx_webrtc_publication_t;
typedef struct ngx_webrtc_reception_s    ngx_webrtc_reception_t;
typedef struct ngx_webrtc_pair_s         ngx_webrtc_pair_t;
typedef struct ngx_webrtc_messaging_s    ngx_webrtc_messaging_t;


/* embedded in its subject, one of a type, so that queueing never fails */

typedef struct {
    ngx_queue_t                        queue;
    ngx_webrtc_usec_t                  now;
    uint64_t                           serial;
    uint32_t                           all;         /* counts */
    uint32_t                           roles[NGX_WEBRTC_ROLES];
    uint32_t                           minutes;
    uint16_t                           type;
    uint16_t                           queued;      /* unsigned:1 */
} ngx_webrtc_pending_t;


/* a place in a list that is sorted by time */

typedef struct {
    ngx_queue_t                        queue;
    ngx_webrtc_usec_t                  expires;
    unsigned                           set:1;
} ngx_webrtc_deadline_t;


/* the spotlight of a channel, and a member's part in it */

typedef struct {
    ngx_queue_t                        focused;     /* for longest first */
    ngx_queue_t                        waiting;     /* speakers */
    ngx_uint_t                         nfocused;
    ngx_uint_t                         number;      /* 0: no spotlight */
    ngx_webrtc_usec_t                  replaced;    /* the last time */
    ngx_webrtc_deadline_t              deadline;
} ngx_webrtc_spotlight_t;


typedef struct {
    ngx_queue_t                        queue;
    ngx_webrtc_usec_t                  silent;      /* NEVER: it speaks */
    ngx_webrtc_spotlight_rids_t        joined;      /* what it receives */
    ngx_webrtc_spotlight_rids_t        rids;
    unsigned                           focused:1;
    unsigned                           fixed:1;
    unsigned                           waiting:1;
    unsigned                           audible:1;
    unsigned                           hushed:1;    /* though it speaks */
} ngx_webrtc_spotlight_member_t;


/* what a connection publishes; part of the connection */

struct ngx_webrtc_publication_s {
    ngx_webrtc_connection_t           *connection;
    ngx_webrtc_negotiation_section_t  *section;     /* NULL: not wanted */
    ngx_webrtc_source_t               *source;      /* NULL: not accepted */
    ngx_webrtc_forward_t              *forward;     /* NULL: there is none */
    ngx_queue_t                        receptions;
    ngx_str_t                          fmtp;        /* for its receivers */
    ngx_webrtc_codec_e                 codec;
    u_char                             id[NGX_WEBRTC_ID_LEN];
};


/* a data channel of ours */

typedef struct {
    uint16_t                           stream;
    unsigned                           opened:1;    /* "stream" is set */
    unsigned                           open:1;      /* acknowledged */
} ngx_webrtc_duct_t;


/* of the pool of its connection */

struct ngx_webrtc_messaging_s {
    ngx_webrtc_negotiation_section_t  *section;
    ngx_webrtc_label_t                *labels;
    ngx_webrtc_duct_t                 *lines;       /* of the labels */
    ngx_uint_t                         nlabels;

    ngx_webrtc_usec_t                  refilled;
    ngx_uint_t                         allowance;   /* messages / 1000 */

    unsigned                           open:1;      /* DATA_OPEN was said */
};


/* a track as one receiver has it; ends with whichever of them ends first */

struct ngx_webrtc_reception_s {
    ngx_queue_t                        by_track;
    ngx_queue_t                        by_receiver;
    ngx_webrtc_publication_t          *track;
    ngx_webrtc_connection_t           *receiver;
    ngx_webrtc_negotiation_section_t  *section;
    ngx_webrtc_subscription_t         *sub;         /* since it was accepted */

    ngx_webrtc_pending_t               switched;
    ngx_webrtc_switch_t                change;

    unsigned                           refused:1;   /* by the last answer */
};


/*
 * What is asked of one sender for one receiver, also before there is a track;
 * there while it says something, ends with whichever of them ends first.
 */

struct ngx_webrtc_pair_s {
    ngx_queue_t                        by_receiver;
    ngx_queue_t                        by_sender;
    ngx_webrtc_connection_t           *receiver;
    ngx_webrtc_connection_t           *sender;
    ngx_int_t                          layer;       /* or LAYER_NONE */
    ngx_webrtc_spotlight_rids_t        rids;
    unsigned                           has_layer:1;
    unsigned                           has_rids:1;
    unsigned                           paused:1;
};


/*
 * Owns its pool; freed when the verb in which it left has ended, or when it
 * has said goodbye over its data channels: then it is of no channel any more.
 */

struct ngx_webrtc_connection_s {
    ngx_queue_t                        queue;       /* of the channel */
    ngx_queue_t                        gone;
    ngx_webrtc_hash_node_t             node;

    ngx_webrtc_hub_t                  *hub;
    ngx_webrtc_channel_t              *channel;
    ngx_pool_t                        *pool;

    ngx_webrtc_event_handler_pt        handler;
    void                              *data;

    ngx_webrtc_peer_t                 *peer;
    ngx_webrtc_negotiation_t           negotiation;
    ngx_webrtc_publication_t           tracks[NGX_WEBRTC_TRACKS];
    ngx_queue_t                        receptions;
    ngx_queue_t                        taps;
    ngx_webrtc_messaging_t            *messaging;   /* NULL: none */

    ngx_queue_t                        senders;     /* pairs: it receives */
    ngx_queue_t                        receivers;   /* pairs: it sends */
    ngx_webrtc_simulcast_t             simulcast;
    ngx_int_t                          layer;       /* asked for of all */

    ngx_webrtc_connection_info_t       info;
    ngx_str_t                          metadata;
    ngx_str_t                          metadata_ext;    /* malloc()ed */
    ngx_str_t                          authz_metadata;
    ngx_str_t                          event_metadata;
    ngx_str_t                          detail;          /* of its end */
    ngx_queue_t                        filters;         /* by priority */

    ngx_webrtc_spotlight_member_t      spotlight;

    ngx_webrtc_pending_t               pending[NGX_WEBRTC_EVENTS];
    ngx_webrtc_deadline_t              answer;
    ngx_webrtc_deadline_t              minute;
    ngx_webrtc_deadline_t              lifetime;
    ngx_webrtc_deadline_t              parting;

    ngx_webrtc_usec_t                  joined;
    ngx_webrtc_usec_t                  created;     /* when it became live */
    ngx_webrtc_usec_t                  ended;       /* when it left */
    uint64_t                           serial;      /* of its CREATED */

    ngx_webrtc_close_e                 cause;
    const char                        *reason;

    uint32_t                           bit_rate;    /* of video, kbit/s */

    ngx_webrtc_addr_t                  forward_to[NGX_WEBRTC_TRACKS];

    unsigned                           fixed_rate:1;    /* by an operation */
    unsigned                           forwarding:1;
    unsigned                           has_metadata:1;
    unsigned                           offered:1;
    unsigned                           live:1;
    unsigned                           left:1;
    unsigned                           starved:1;   /* tracks had no room */
    unsigned                           has_layer:1;
};


/* freed when the last member is, or when nobody came back to it */

struct ngx_webrtc_channel_s {
    ngx_webrtc_hash_node_t             node;
    ngx_webrtc_hub_t                  *hub;
    ngx_queue_t                        members;     /* by their joining */
    ngx_queue_t                        filters;     /* by priority */
    ngx_uint_t                         nmembers;    /* not those who left */
    ngx_webrtc_counts_t                counts;      /* live ones */
    ngx_str_t                          id;
    ngx_webrtc_session_info_t          session;
    ngx_webrtc_deadline_t              keep;        /* without members */
    void                              *data;        /* of the glue */
    ngx_webrtc_spotlight_t             spotlight;
    unsigned                           begun:1;     /* the session */
};


struct ngx_webrtc_hub_s {
    ngx_webrtc_hub_conf_t              conf;
    ngx_webrtc_hub_glue_t              glue;
    ngx_webrtc_engine_t               *engine;
    ngx_log_t                         *log;
    ngx_pool_t                        *pool;

    ngx_webrtc_hash_t                  channels;
    ngx_webrtc_hash_t                  connections;
    ngx_uint_t                         nconnections;
    ngx_uint_t                         nforwarding;
    ngx_uint_t                         surveyed;    /* buckets */

    ngx_queue_t                        events;
    ngx_queue_t                        gone;
    ngx_queue_t                        answers;     /* of deadlines */
    ngx_queue_t                        minutes;
    ngx_queue_t                        lifetimes;
    ngx_queue_t                        kept;        /* of channels */
    ngx_queue_t                        spotlights;  /* of channels */
    ngx_queue_t                        partings;

    ngx_webrtc_zlib_t                 *zlib;
    ngx_str_t                          fingerprint;
    ngx_str_t                          buffer;
    int64_t                            wall_offset;
    uint64_t                           serial;
    ngx_uint_t                         depth;       /* of verbs */
};


/* ngx_webrtc_hub.c */

void ngx_webrtc_deadline_set(ngx_queue_t *list,
    ngx_webrtc_deadline_t *deadline, ngx_webrtc_usec_t expires);
void ngx_webrtc_deadline_remove(ngx_webrtc_deadline_t *deadline);
/* for one text at a time, of the hub; NULL: no memory */
u_char *ngx_webrtc_hub_buffer(ngx_webrtc_hub_t *hub, size_t size);

/* ngx_webrtc_channel.c */

/* NULL: no memory */
ngx_webrtc_channel_t *ngx_webrtc_channel_create(ngx_webrtc_hub_t *hub,
    const ngx_str_t *id);
void ngx_webrtc_channel_destroy(ngx_webrtc_hub_t *hub,
    ngx_webrtc_channel_t *channel);
/* NGX_DECLINED: the channel is full; NGX_ERROR: no id for its session */
ngx_int_t ngx_webrtc_channel_add(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection, ngx_webrtc_usec_t now);
void ngx_webrtc_channel_remove(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection);
/* one live member more or less */
void ngx_webrtc_channel_count(ngx_webrtc_channel_t *channel,
    ngx_webrtc_role_e role, ngx_int_t n);

/* ngx_webrtc_filter.c */

/* those that a newcomer brings */
ngx_int_t ngx_webrtc_filter_join(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_join_t *join, ngx_webrtc_usec_t now,
    const char **reason);
void ngx_webrtc_filter_free_all(ngx_queue_t *filters);

/* ngx_webrtc_event.c */

void ngx_webrtc_event_queue(ngx_webrtc_connection_t *connection,
    ngx_webrtc_event_e type, ngx_webrtc_usec_t now);
/* this layer is sent now; told when the hub has its turn */
void ngx_webrtc_event_queue_switch(ngx_webrtc_reception_t *reception,
    const ngx_webrtc_switch_t *change, ngx_webrtc_usec_t now);
void ngx_webrtc_event_remove(ngx_webrtc_pending_t *pending);
void ngx_webrtc_event_deliver_all(ngx_webrtc_hub_t *hub);

/* ngx_webrtc_connection.c */

void ngx_webrtc_connection_live(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);
/* if it does: the glue is told */
void ngx_webrtc_connection_tell_sends(ngx_webrtc_connection_t *connection);
void ngx_webrtc_connection_minute(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);
void ngx_webrtc_connection_free(ngx_webrtc_connection_t *connection);

/* ngx_webrtc_bit_rate.c */

/* members came or went: what each may send has changed */
void ngx_webrtc_bit_rate_share(ngx_webrtc_channel_t *channel,
    ngx_webrtc_usec_t now);

/* ngx_webrtc_session.c */

/* for a channel that gets a member; NGX_ERROR: no id */
ngx_int_t ngx_webrtc_session_enter(ngx_webrtc_hub_t *hub,
    ngx_webrtc_channel_t *channel, ngx_webrtc_usec_t now);
/* it has that member */
void ngx_webrtc_session_begin(ngx_webrtc_hub_t *hub,
    ngx_webrtc_channel_t *channel, ngx_webrtc_connection_t *first,
    ngx_webrtc_usec_t now);
/* a member of it has become live */
void ngx_webrtc_session_count(ngx_webrtc_channel_t *channel);
/* it has none any more, the last one left then; may free it */
void ngx_webrtc_session_leave(ngx_webrtc_hub_t *hub,
    ngx_webrtc_channel_t *channel, ngx_webrtc_usec_t now);
/* ends those that nobody has come back to */
void ngx_webrtc_session_expire(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now);

/* ngx_webrtc_spotlight.c */

/* after it was added to its channel; NGX_DECLINED: it does not fit in */
ngx_int_t ngx_webrtc_spotlight_join(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_join_t *join, const char **reason);
void ngx_webrtc_spotlight_leave(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);
/* makes a source of audio tell when it speaks */
void ngx_webrtc_spotlight_listen(ngx_webrtc_connection_t *connection,
    ngx_webrtc_source_conf_t *conf);
/* gives places to those who wait for one, as far as there are any */
void ngx_webrtc_spotlight_fill(ngx_webrtc_channel_t *channel,
    ngx_webrtc_usec_t now);

/* it is to be seen only, if at all */
ngx_uint_t ngx_webrtc_spotlight_is_mute(ngx_webrtc_connection_t *connection);

/* ngx_webrtc_spotlight_rid.c */

/* what the receiver gets of the sender's video */
ngx_int_t ngx_webrtc_spotlight_layer(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender);

/* ngx_webrtc_exchange.c */

/* peer, negotiation and own sections; "reason" says what is missing */
ngx_int_t ngx_webrtc_exchange_init(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_join_t *join, ngx_webrtc_usec_t now,
    const char **reason);
/* offers it what the others publish, as far as there is room */
void ngx_webrtc_exchange_fill(ngx_webrtc_connection_t *connection);
/* so that the first offer has a section to connect with */
ngx_int_t ngx_webrtc_exchange_placeholders(
    ngx_webrtc_connection_t *connection);
/* offers a track to the others, if there is something to it */
void ngx_webrtc_exchange_publish(ngx_webrtc_publication_t *track,
    ngx_webrtc_usec_t now);
/* ends all that the connection sends and receives */
void ngx_webrtc_exchange_withdraw(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);
/* NGX_DECLINED: there is nothing to say; "sdp" is the hub's */
ngx_int_t ngx_webrtc_exchange_offer(ngx_webrtc_connection_t *connection,
    ngx_str_t *sdp);

/* of the sender's video at the receiver; NULL: there is none */
ngx_webrtc_reception_t *ngx_webrtc_exchange_video(
    ngx_webrtc_connection_t *receiver, ngx_webrtc_connection_t *sender);

/* ngx_webrtc_forwarding.c */

/* the track has a source now, or its connection a destination */
ngx_int_t ngx_webrtc_forwarding_begin(ngx_webrtc_publication_t *track,
    ngx_webrtc_usec_t now);

/* ngx_webrtc_exchange_answer.c */

/* applies an answer that was read */
ngx_int_t ngx_webrtc_exchange_answered(ngx_webrtc_connection_t *connection,
    ngx_uint_t first, ngx_webrtc_usec_t now, const char **reason);

/* ngx_webrtc_pair.c */

/* NULL: nothing is asked */
ngx_webrtc_pair_t *ngx_webrtc_pair_find(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender);
/* makes it if need be; NULL: no memory */
ngx_webrtc_pair_t *ngx_webrtc_pair_get(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender);
/* frees it if it says nothing any more */
void ngx_webrtc_pair_release(ngx_webrtc_pair_t *pair);
/* all of which the connection is one half */
void ngx_webrtc_pair_remove_all(ngx_webrtc_connection_t *connection);
/* finds the sender; "sender" is NULL for all of them; NULL or a reason */
const char *ngx_webrtc_pair_check(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, ngx_webrtc_connection_t **sender);

/* ngx_webrtc_reception.c */

/* what the receiver shall get, from all that has a say: a new subscription */
void ngx_webrtc_reception_conf(ngx_webrtc_reception_t *reception,
    ngx_webrtc_subscription_conf_t *conf);
/* the same after whatever changes it */
void ngx_webrtc_reception_apply(ngx_webrtc_reception_t *reception,
    ngx_webrtc_usec_t now);
/* the layer of a video, LAYER_NONE or LAYER_AUTO */
ngx_int_t ngx_webrtc_reception_layer(ngx_webrtc_reception_t *reception);
/* all receptions of one receiver */
void ngx_webrtc_reception_apply_all(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_usec_t now);
/* the video of one sender, if the receiver has it */
void ngx_webrtc_reception_apply_video(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender, ngx_webrtc_usec_t now);

/* ngx_webrtc_tap.c */

/* it sends another track */
void ngx_webrtc_tap_tell(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);
/* its sources are about to go */
void ngx_webrtc_tap_end(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);

/* ngx_webrtc_simulcast.c */

/* own rids of a sender's section */
ngx_int_t ngx_webrtc_simulcast_offer(ngx_webrtc_connection_t *connection,
    ngx_webrtc_negotiation_section_t *section);
/* those that the answer took, for the source */
void ngx_webrtc_simulcast_source(
    const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_source_conf_t *conf);
/* the handler of a subscription to layers of video */
void ngx_webrtc_simulcast_subscription(ngx_webrtc_reception_t *reception,
    ngx_webrtc_subscription_conf_t *conf);
/* a layer was asked for after the join */
ngx_uint_t ngx_webrtc_simulcast_is_asked(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender);
/* what was asked for, then or with the join, or LAYER_AUTO */
ngx_int_t ngx_webrtc_simulcast_layer(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender);

/* ngx_webrtc_messaging.c */

/* the section and the labels of the join, if it has any */
ngx_int_t ngx_webrtc_messaging_init(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_join_t *join);
/* with the first answer */
ngx_int_t ngx_webrtc_messaging_start(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);
/* whether the client hears more easily over them that it is over */
ngx_uint_t ngx_webrtc_messaging_is_open(
    const ngx_webrtc_connection_t *connection);
/* as it is; the return codes are those of ngx_webrtc_hub_send() */
ngx_int_t ngx_webrtc_messaging_send(ngx_webrtc_connection_t *connection,
    ngx_uint_t label, const ngx_str_t *message, ngx_uint_t binary,
    ngx_webrtc_usec_t now);
void ngx_webrtc_messaging_close(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);
/* its transport is of no use any more */
void ngx_webrtc_messaging_lost(ngx_webrtc_connection_t *connection);
/* a connection that has left: there is nothing more to say */
void ngx_webrtc_messaging_parted(ngx_webrtc_connection_t *connection);

/* ngx_webrtc_messaging_fanout.c */

/* a message to everybody who wants it */
void ngx_webrtc_messaging_fanout(ngx_webrtc_connection_t *connection,
    ngx_uint_t label, const ngx_str_t *message, ngx_uint_t binary,
    ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_MEMBER_H_INCLUDED_ */
