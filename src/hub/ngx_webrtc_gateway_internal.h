
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the files of ports and links share */


#ifndef _NGX_WEBRTC_GATEWAY_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_GATEWAY_INTERNAL_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_str.h>
#include <core/ngx_webrtc_timer.h>
#include <crypto/ngx_webrtc_random.h>
#include <hub/ngx_webrtc_gateway.h>
#include <hub/ngx_webrtc_packing.h>
#include <media/ngx_webrtc_data.h>
#include <media/ngx_webrtc_engine.h>
#include <media/ngx_webrtc_forward.h>
#include <media/ngx_webrtc_peer.h>
#include <media/ngx_webrtc_plain.h>
#include <peer/ngx_webrtc_agreement.h>


/*
 * A program that cannot ask for key frames gets them so often, at first
 * sooner: who begins to listen late sees a picture.
 */
#define NGX_WEBRTC_LINK_REFRESH     (10 * NGX_WEBRTC_SEC)
#define NGX_WEBRTC_LINK_REFRESHED   NGX_WEBRTC_SEC

/* for a goodbye to arrive */
#define NGX_WEBRTC_LINK_PARTING     NGX_WEBRTC_SEC

#define NGX_WEBRTC_LINK_VIDEO       0
#define NGX_WEBRTC_LINK_AUDIO       1
#define NGX_WEBRTC_LINK_MEDIA       2


typedef struct ngx_webrtc_medium_s  ngx_webrtc_medium_t;


/*
 * "depth" counts the calls that we are in; links that were destroyed within
 * are freed when the last one ends.
 */

struct ngx_webrtc_gateway_s {
    ngx_webrtc_gateway_conf_t  conf;
    ngx_webrtc_gateway_glue_t  glue;
    ngx_webrtc_engine_t       *engine;
    ngx_log_t                 *log;
    ngx_pool_t                *pool;
    ngx_str_t                  fingerprint;     /* "sha-256 AA:BB" */
    ngx_str_t                  name;            /* cname of what programs are
                                                   told about their streams */
    ngx_str_t                  buffer;          /* of SDP */

    ngx_queue_t                links;
    ngx_queue_t                partings;        /* the next one to go first */
    ngx_queue_t                gone;
    ngx_webrtc_timers_t        timers;          /* of links: key frames */
    ngx_uint_t                 nlinks;
    ngx_uint_t                 nports;
    ngx_uint_t                 depth;
};


struct ngx_webrtc_port_s {
    ngx_webrtc_gateway_t      *gateway;
    ngx_webrtc_port_e          kind;
    void                      *socket;
    ngx_queue_t                feeds;
    ngx_queue_t                inlets;
    ngx_webrtc_port_stats_t    stats;
};


/* that a link is fed by a port; a part of the link */

typedef struct {
    ngx_webrtc_port_t         *port;            /* NULL: by none */
    ngx_queue_t                queue;           /* of the port */
    ngx_webrtc_link_t         *link;
    ngx_webrtc_medium_t       *medium;          /* NULL: data */
} ngx_webrtc_feed_t;


/*
 * What comes into a port as one format.  Belongs to the media that use it and
 * goes with the last one.
 */

typedef struct {
    ngx_webrtc_port_t         *port;
    ngx_queue_t                queue;           /* of the port */
    ngx_queue_t                media;
    ngx_webrtc_format_t        format;
    ngx_webrtc_plain_t        *plain;
} ngx_webrtc_inlet_t;


/*
 * Audio or video of a link.  The forward goes to our program if the link ends
 * at a browser; inside it goes to the other's.
 */

struct ngx_webrtc_medium_s {
    ngx_webrtc_link_t             *link;
    ngx_webrtc_link_media_t       *conf;        /* these are of the link */
    ngx_webrtc_agreement_media_t  *agreed;
    ngx_webrtc_inside_media_t     *other;

    ngx_webrtc_feed_t              feed;
    ngx_webrtc_feed_t              rtcp_feed;
    ngx_webrtc_inlet_t            *inlet;
    ngx_queue_t                    queue;       /* of the inlet */

    ngx_webrtc_source_t           *source;      /* of the browser, which may
                                                   be silent just now */
    uint32_t                       source_ssrc; /* as it was declared */
    ngx_webrtc_subscription_t     *sub;
    ngx_webrtc_source_t           *from;        /* what "sub" is to */
    ngx_webrtc_forward_t          *forward;
    ngx_webrtc_forward_conf_t      to;          /* of the forward */

    unsigned                       has_sent:1;  /* under our SSRC */
};


/* a message that waits for a redirect */

typedef struct {
    ngx_queue_t                queue;
    size_t                     len;
    u_char                     data[];
} ngx_webrtc_held_t;


/*
 * "queue" is the gateway's, of links; after link_destroy() of partings, while
 * the peer says goodbye, or of those to be freed.
 */

struct ngx_webrtc_link_s {
    ngx_queue_t                queue;
    ngx_webrtc_gateway_t      *gateway;
    ngx_pool_t                *pool;
    ngx_webrtc_link_handler_pt  handler;
    void                      *data;
    ngx_webrtc_link_conf_t     conf;
    ngx_webrtc_link_stats_t    stats;
    ngx_str_t                  name;            /* cname and msid */

    ngx_webrtc_medium_t        media[NGX_WEBRTC_LINK_MEDIA];
    ngx_webrtc_timer_t         timer;           /* of the next key frame */
    ngx_webrtc_usec_t          interval;

    /* data */
    ngx_webrtc_feed_t          feed;
    ngx_webrtc_packing_t      *packing;         /* NULL: as they are */
    ngx_queue_t                held;
    size_t                     held_size;

    /* with a browser */
    ngx_webrtc_peer_t         *peer;            /* NULL: not yet, or inside */
    ngx_webrtc_agreement_t     agreement;
    ngx_webrtc_usec_t          deadline;        /* of the parting */
    uint16_t                   stream;

    /* with an agent */
    void                      *agent;           /* NULL: not yet, or none */
    ngx_str_t                  mid;             /* of the first section */
    ngx_str_t                 *candidates;      /* that wait for it */
    ngx_uint_t                 ncandidates;

    /* inside */
    ngx_webrtc_inside_t        other;

    unsigned                   caller:1;
    unsigned                   has_agreement:1;
    unsigned                   agreed:1;        /* offer and answer */
    unsigned                   inside:1;
    unsigned                   ready:1;         /* connected */
    unsigned                   open:1;          /* the channel */
    unsigned                   has_stream:1;    /* it may not be open yet */
    unsigned                   binary:1;        /* a datagram was no text */
    unsigned                   ended:1;         /* CLOSED or FAILED was told */
    unsigned                   mute:1;          /* the peer has ended */
    unsigned                   closing:1;       /* we end it */
    unsigned                   left:1;
};


#define ngx_webrtc_link_has_agent(link)                                      \
    ((link)->conf.full_ice && (link)->gateway->glue.agent_create != NULL)


/* gateway */

void ngx_webrtc_gateway_begin(ngx_webrtc_gateway_t *gateway);
void ngx_webrtc_gateway_end(ngx_webrtc_gateway_t *gateway);
/* NULL: no memory */
u_char *ngx_webrtc_gateway_buffer(ngx_webrtc_gateway_t *gateway, size_t size);
/* a datagram to "to", which may be unset, from the port if there is one */
void ngx_webrtc_gateway_send(ngx_webrtc_gateway_t *gateway,
    ngx_webrtc_port_t *port, const ngx_webrtc_addr_t *to, const u_char *pos,
    size_t len);

/* port */

/* takes a port in place of the one before; NULL: none */
void ngx_webrtc_feed_set(ngx_webrtc_feed_t *feed, ngx_webrtc_port_t *port);
/* NULL: no memory */
ngx_webrtc_inlet_t *ngx_webrtc_inlet_get(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now);
void ngx_webrtc_inlet_release(ngx_webrtc_medium_t *medium);

/* link */

/* within begin() and end(): the link may have left after it */
void ngx_webrtc_link_tell(ngx_webrtc_link_t *link,
    ngx_webrtc_link_event_e type, const char *reason, ngx_webrtc_usec_t now);
/* feeds, redirects and what was agreed are put into effect */
void ngx_webrtc_link_apply(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now);

void ngx_webrtc_link_tell_event(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_event_t *event, ngx_webrtc_usec_t now);

/* agent */

/* of "conf", copied */
ngx_int_t ngx_webrtc_link_agent_servers(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_conf_t *conf);
/* does nothing if there is one, or none is wanted (any more: or_lite) */
ngx_int_t ngx_webrtc_link_agent_start(ngx_webrtc_link_t *link,
    const char **reason);
void ngx_webrtc_link_agent_destroy(ngx_webrtc_link_t *link);
/* the remote's half of ICE, and what it trickled, are known to the agent */
ngx_int_t ngx_webrtc_link_agent_remote(ngx_webrtc_link_t *link);
/* "candidate:..." or "a=candidate:..."; empty: there are no more */
void ngx_webrtc_link_agent_candidate(ngx_webrtc_link_t *link,
    const ngx_str_t *text);
/* what a description says besides: candidates of the remote's */
void ngx_webrtc_link_agent_read(ngx_webrtc_link_t *link,
    const ngx_str_t *sdp);
/* and which section comes first in ours */
void ngx_webrtc_link_agent_wrote(ngx_webrtc_link_t *link,
    const ngx_str_t *sdp);

/* peer */

/* never 0 */
uint32_t ngx_webrtc_link_new_ssrc(void);
/* the goodbye; NGX_DONE: there is none, or no need of one */
ngx_int_t ngx_webrtc_link_part(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now);
/* the time for it is over; NGX_DONE: for good */
ngx_int_t ngx_webrtc_link_parted(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now);

/* media */

void ngx_webrtc_link_media_apply(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now);
/* it is not fed any more by the port that it has */
void ngx_webrtc_link_media_unfeed(ngx_webrtc_medium_t *medium);
void ngx_webrtc_link_media_cleanup(ngx_webrtc_medium_t *medium);
/* the time of a key frame has come */
void ngx_webrtc_link_media_refresh(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now);
/* of the browser, if it sends anything */
void ngx_webrtc_link_media_want_key_frame(ngx_webrtc_medium_t *medium,
    ngx_webrtc_usec_t now);
/* RTCP of our program */
void ngx_webrtc_link_media_rtcp(ngx_webrtc_medium_t *medium, u_char *pos,
    size_t len, ngx_webrtc_usec_t now);

/* data */

ngx_int_t ngx_webrtc_link_data_start(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now);

/* messages */

/* the channel is open: what comes and goes is packed as it was agreed */
void ngx_webrtc_link_message_open(ngx_webrtc_link_t *link);
/* of our program; other than NGX_OK: it was dropped */
ngx_int_t ngx_webrtc_link_datagram(ngx_webrtc_link_t *link,
    const u_char *pos, size_t len, ngx_webrtc_usec_t now);
/* of the browser; the link may have left after it */
void ngx_webrtc_link_message(ngx_webrtc_link_t *link,
    const ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now);
/* what was held, as soon as there is somewhere for it to go */
void ngx_webrtc_link_message_flush(ngx_webrtc_link_t *link);
void ngx_webrtc_link_message_cleanup(ngx_webrtc_link_t *link);


#endif /* _NGX_WEBRTC_GATEWAY_INTERNAL_H_INCLUDED_ */
