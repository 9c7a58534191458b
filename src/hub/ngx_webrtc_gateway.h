
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The gateway: plain UDP on one side, WebRTC on the other.
 *
 *     gateway                one per worker, beside the hub
 *       port                 a local UDP port that a program sends to
 *       link                 one connection of the program's peer: media
 *                            (audio and video) or data
 *
 * A link ends at a browser (ICE, DTLS, SDP) or at another program's link on
 * this server ("inside"): then each side sends what its program feeds
 * straight to the address that the other program named, and nothing is
 * encrypted on the way.  A port may feed several links.
 *
 * As with the hub, no API is known here: no JSON, no ids but opaque ones.
 */


#ifndef _NGX_WEBRTC_GATEWAY_H_INCLUDED_
#define _NGX_WEBRTC_GATEWAY_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>
#include <core/ngx_webrtc_text.h>
#include <proto/ngx_webrtc_ice_url.h>
#include <proto/ngx_webrtc_sdp.h>


typedef struct ngx_webrtc_engine_s   ngx_webrtc_engine_t;
typedef struct ngx_webrtc_source_s   ngx_webrtc_source_t;
typedef struct ngx_webrtc_gateway_s  ngx_webrtc_gateway_t;
typedef struct ngx_webrtc_port_s     ngx_webrtc_port_t;
typedef struct ngx_webrtc_link_s     ngx_webrtc_link_t;


typedef enum {
    NGX_WEBRTC_PORT_DATA = 0,
    NGX_WEBRTC_PORT_VIDEO,
    NGX_WEBRTC_PORT_AUDIO,
    NGX_WEBRTC_PORT_RTCP
} ngx_webrtc_port_e;


/*
 * A full ICE agent of the glue, for a link with full_ice.  It tells what
 * happens from the loop, never from within a verb.
 */

typedef enum {
    NGX_WEBRTC_AGENT_CANDIDATE = 0,     /* a local one */
    NGX_WEBRTC_AGENT_GATHERED,          /* there are no more */
    NGX_WEBRTC_AGENT_UP,                /* a way was found */
    NGX_WEBRTC_AGENT_DOWN               /* it is lost, or there is none */
} ngx_webrtc_agent_event_e;

/* "candidate": "candidate:...", with that event alone */
typedef void (*ngx_webrtc_agent_handler_pt)(void *data,
    ngx_webrtc_agent_event_e event, const ngx_str_t *candidate,
    ngx_webrtc_usec_t now);

typedef struct {
    ngx_str_t                       ufrag;      /* ours, of the peer */
    ngx_str_t                       pwd;
    ngx_webrtc_agent_handler_pt     handler;
    void                           *data;
    const ngx_webrtc_ice_server_t  *servers;    /* asked before those that are
                                                   configured */
    ngx_uint_t                      nservers;
    unsigned                        controlling:1;  /* we offer first */
} ngx_webrtc_agent_conf_t;


/* what the gateway asks of the glue around it */

typedef struct {
    void                     *data;

    /* a datagram from the socket of "port" (NULL: from any) */
    void                    (*send)(void *data, ngx_webrtc_port_t *port,
                                const ngx_webrtc_addr_t *to,
                                const u_char *pos, size_t len);

    /*
     * Full ICE; agent_create is NULL: there is none.  It begins to gather;
     * "way" becomes what ngx_webrtc_peer_set_external() needs.  NULL: too
     * many, or no socket.  add_candidate(): NULL, the remote has no more;
     * what is of no use (TCP, names) is ignored.
     */
    void                   *(*agent_create)(void *data,
                                const ngx_webrtc_agent_conf_t *conf,
                                ngx_webrtc_addr_t *way);
    void                    (*agent_destroy)(void *data, void *agent);
    ngx_int_t               (*agent_set_remote)(void *data, void *agent,
                                const ngx_str_t *ufrag,
                                const ngx_str_t *pwd);
    void                    (*agent_add_candidate)(void *data, void *agent,
                             const ngx_webrtc_sdp_candidate_t *candidate);
    /* where the remote is; NGX_DECLINED: there is no way to it yet */
    ngx_int_t               (*agent_address)(void *data, void *agent,
                                ngx_webrtc_addr_t *remote);
} ngx_webrtc_gateway_glue_t;


typedef struct {
    ngx_uint_t                max_links;
    size_t                    message_size;     /* of a data channel */
    size_t                    data_buffer;      /* bytes not yet sent */
    size_t                    early_data;       /* held for a redirect that
                                                   is not known yet */
    ngx_uint_t                max_sections;
    ngx_webrtc_usec_t         setup_timeout;
    const ngx_webrtc_addr_t  *candidates;       /* of this worker */
    ngx_uint_t                ncandidates;
    ngx_str_t                 fingerprint;      /* sha-256, "AA:BB" */
} ngx_webrtc_gateway_conf_t;


ngx_webrtc_gateway_t *ngx_webrtc_gateway_create(
    const ngx_webrtc_gateway_conf_t *conf,
    const ngx_webrtc_gateway_glue_t *glue, ngx_webrtc_engine_t *engine,
    ngx_log_t *log);
/* there must be no links and no ports left */
void ngx_webrtc_gateway_destroy(ngx_webrtc_gateway_t *gateway);


/* ports: datagrams come in here, "socket" is the glue's own */

ngx_webrtc_port_t *ngx_webrtc_port_create(ngx_webrtc_gateway_t *gateway,
    ngx_webrtc_port_e kind, void *socket);
/* no link may use it any more */
void ngx_webrtc_port_destroy(ngx_webrtc_port_t *port);
void *ngx_webrtc_port_socket(ngx_webrtc_port_t *port);

/* as its links have declared it; NGX_DECLINED: none has */
ngx_int_t ngx_webrtc_port_format(ngx_webrtc_port_t *port, ngx_uint_t *codec,
    ngx_uint_t *pt);

/* one datagram, changed in place; what is not for a link is counted */
void ngx_webrtc_port_input(ngx_webrtc_port_t *port, u_char *pos, size_t len,
    ngx_webrtc_usec_t now);

typedef struct {
    uint64_t                  received;
    uint64_t                  dropped;      /* not RTP, RTCP on an RTP port,
                                               empty, too long, no link */
    uint64_t                  wrong_type;   /* RTP of another payload type
                                               than was declared */
} ngx_webrtc_port_stats_t;

const ngx_webrtc_port_stats_t *ngx_webrtc_port_stats(ngx_webrtc_port_t *port);


/* how values are packed into messages of a browser's data channel */

typedef enum {
    NGX_WEBRTC_PACKING_NONE = 0,        /* bytes as they are */
    NGX_WEBRTC_PACKING_SKYWAY,          /* BinaryPack in SkyWay's envelopes */
    NGX_WEBRTC_PACKING_PEERJS,          /* BinaryPack, bare or in chunks */
    NGX_WEBRTC_PACKING_JSON_TEXT,       /* JSON strings in text messages */
    NGX_WEBRTC_PACKING_JSON_BINARY
} ngx_webrtc_packing_e;


/* in place of a payload type: whatever comes in */
#define NGX_WEBRTC_PORT_ANY_TYPE    255     /* as in ngx_webrtc_plain.h */


/* audio or video of a link */

typedef struct {
    ngx_uint_t                codec;        /* ngx_webrtc_codec_e */
    ngx_uint_t                pt;           /* on the UDP side */
    uint32_t                  clock_rate;   /* as declared; of RTP it is the
                                               codec's */
    uint32_t                  bit_rate;     /* kbit/s, 0: no limit */
    ngx_webrtc_port_t        *feed;         /* NULL: nothing is sent */
    ngx_webrtc_port_t        *rtcp_feed;    /* NULL: reports are our own */
    ngx_webrtc_source_t      *source;       /* in place of a feed; to be taken
                                               away before it ends */
    ngx_str_t                 fmtp;         /* of an offer; not copied; empty:
                                               the default */
    ngx_webrtc_addr_t         redirect;     /* port 0: none */
    ngx_webrtc_addr_t         rtcp_redirect;
    unsigned                  send:1;
    unsigned                  receive:1;
    unsigned                  paused:1;     /* nothing is sent for a while */
    unsigned                  any:1;        /* the format was not named:
                                               inside, what the other sends */
} ngx_webrtc_link_media_t;


typedef struct {
    ngx_str_t                 label;
    ngx_str_t                 protocol;
    ngx_int_t                 max_retransmits;      /* -1: not limited */
    ngx_int_t                 max_packet_life_time; /* ms; -1: not limited */
    ngx_int_t                 id;                   /* -1: ours to choose */
    ngx_webrtc_packing_e      packing;
    ngx_webrtc_port_t        *feed;                 /* NULL: none (yet) */
    ngx_webrtc_addr_t         redirect;             /* port 0: none (yet) */
    unsigned                  ordered:1;
    unsigned                  negotiated:1;         /* no DCEP */
} ngx_webrtc_link_data_t;


typedef struct {
    ngx_webrtc_link_media_t   video;
    ngx_webrtc_link_media_t   audio;
    ngx_webrtc_link_data_t    data;         /* of a data link */
    const ngx_webrtc_ice_server_t  *servers;    /* for full ICE */
    ngx_uint_t                nservers;
    unsigned                  is_data:1;
    unsigned                  full_ice:1;   /* candidates are gathered and
                                               told as events */
    unsigned                  or_lite:1;    /* without an agent for what we
                                               offer ICE-lite will do */
    unsigned                  hang_up:1;    /* media: with a data channel
                                               whose closing ends the call */
    unsigned                  commands:1;   /* media: the remote may open the
                                               channel data.label, whose
                                               messages are told.  Max_links
                                               is not for such links, their
                                               owner counts them */
} ngx_webrtc_link_conf_t;


typedef enum {
    NGX_WEBRTC_LINK_READY = 0,  /* connected: media can flow */
    NGX_WEBRTC_LINK_OPEN,       /* data: the channel is open */
    NGX_WEBRTC_LINK_CANDIDATE,  /* "candidate" for the remote; full ICE */
    NGX_WEBRTC_LINK_GATHERED,   /* there are no more of them */
    NGX_WEBRTC_LINK_CLOSED,     /* by the remote */
    NGX_WEBRTC_LINK_FAILED,     /* "reason" says why */
    NGX_WEBRTC_LINK_NEWS,       /* for the other end of an inside link: its
                                   link_inside() has to be called with what
                                   link_describe() gives now */
    NGX_WEBRTC_LINK_COMMAND     /* "text", valid during the call */
} ngx_webrtc_link_event_e;


typedef struct {
    ngx_webrtc_link_event_e   type;
    ngx_str_t                 candidate;    /* "candidate:..." */
    ngx_str_t                 mid;
    const char               *reason;       /* constant, upper case */
    ngx_str_t                 text;
} ngx_webrtc_link_event_t;


/* from within input() or tick() or a verb; may destroy the link */
typedef void (*ngx_webrtc_link_handler_pt)(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_event_t *event, void *data, ngx_webrtc_usec_t now);


/* everything is copied; NULL: no memory or too many */
ngx_webrtc_link_t *ngx_webrtc_link_create(ngx_webrtc_gateway_t *gateway,
    const ngx_webrtc_link_conf_t *conf, ngx_webrtc_link_handler_pt handler,
    void *data, ngx_webrtc_usec_t now);
/* says goodbye: the data channel is closed, then DTLS */
void ngx_webrtc_link_destroy(ngx_webrtc_link_t *link, ngx_webrtc_usec_t now);


/*
 * With a browser.  The text is valid until the next verb.  NGX_ERROR with a
 * constant "reason": the link lives on, its owner decides.
 *
 * The one who calls: offer(), set_answer().  The one who is called:
 * set_offer(), configure() with what it wants, answer().  A further offer of
 * the browser during a call is set_offer(), answer() again.
 */
ngx_int_t ngx_webrtc_link_offer(ngx_webrtc_link_t *link, ngx_str_t *sdp,
    ngx_webrtc_usec_t now, const char **reason);
ngx_int_t ngx_webrtc_link_set_answer(ngx_webrtc_link_t *link, ngx_str_t *sdp,
    ngx_webrtc_usec_t now, const char **reason);
ngx_int_t ngx_webrtc_link_set_offer(ngx_webrtc_link_t *link, ngx_str_t *sdp,
    ngx_webrtc_usec_t now, const char **reason);
ngx_int_t ngx_webrtc_link_answer(ngx_webrtc_link_t *link, ngx_str_t *sdp,
    ngx_webrtc_usec_t now, const char **reason);
/* "candidate:..." of the remote, empty: no more; of use with full ICE */
ngx_int_t ngx_webrtc_link_add_candidate(ngx_webrtc_link_t *link,
    const ngx_str_t *candidate, const ngx_str_t *mid, ngx_webrtc_usec_t now);


/*
 * Inside: what one link tells the other.  Addresses are where this link's
 * program listens; the payload types are what it calls its formats.
 */

typedef struct {
    ngx_uint_t                codec;        /* NONE: any, with its pt */
    ngx_uint_t                pt;
    ngx_webrtc_addr_t         redirect;
    ngx_webrtc_addr_t         rtcp_redirect;
    unsigned                  send:1;
    unsigned                  receive:1;
} ngx_webrtc_inside_media_t;

typedef struct {
    ngx_webrtc_inside_media_t  video;
    ngx_webrtc_inside_media_t  audio;
    ngx_webrtc_addr_t          redirect;    /* data */
} ngx_webrtc_inside_t;

void ngx_webrtc_link_describe(ngx_webrtc_link_t *link,
    ngx_webrtc_inside_t *inside);
/* joins it, or tells a change; the first call makes it READY or OPEN */
void ngx_webrtc_link_inside(ngx_webrtc_link_t *link,
    const ngx_webrtc_inside_t *other, ngx_webrtc_usec_t now);


/* both kinds */

/* feeds and redirects (and, before an answer, all else) anew */
ngx_int_t ngx_webrtc_link_configure(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_conf_t *conf, ngx_webrtc_usec_t now);
/*
 * A key frame of what is received: the remote sender is asked.  NGX_DECLINED:
 * inside, the other end has to be told; its key_frame_wanted() asks its
 * program.
 */
ngx_int_t ngx_webrtc_link_want_key_frame(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now);
void ngx_webrtc_link_key_frame_wanted(ngx_webrtc_link_t *link,
    ngx_webrtc_usec_t now);

/* as configured, with what was negotiated filled in (data, from DCEP) */
const ngx_webrtc_link_conf_t *ngx_webrtc_link_conf(ngx_webrtc_link_t *link);
ngx_uint_t ngx_webrtc_link_is_open(ngx_webrtc_link_t *link);

/* data: messages, as datagrams or in a channel */

typedef struct {
    uint64_t                  sent;         /* to the remote */
    uint64_t                  received;
    uint64_t                  dropped;      /* either way: too long, too many
                                               that wait */
} ngx_webrtc_link_stats_t;

const ngx_webrtc_link_stats_t *ngx_webrtc_link_stats(ngx_webrtc_link_t *link);
/* bytes that wait to be sent */
size_t ngx_webrtc_link_buffered(ngx_webrtc_link_t *link);
/* commands: a text for the remote; other than NGX_OK: it was dropped */
ngx_int_t ngx_webrtc_link_say(ngx_webrtc_link_t *link, const ngx_str_t *text,
    ngx_webrtc_usec_t now);

/* of a browser: datagrams, and where it is (port 0: not known) */

typedef struct {
    uint64_t                  sent_bytes;
    uint64_t                  received_bytes;
    ngx_webrtc_addr_t         remote;
} ngx_webrtc_link_traffic_t;

void ngx_webrtc_link_traffic(ngx_webrtc_link_t *link,
    ngx_webrtc_link_traffic_t *traffic);

/* of what is received; 0: not known yet */
uint32_t ngx_webrtc_link_ssrc(ngx_webrtc_link_t *link, ngx_uint_t video);

ngx_uint_t ngx_webrtc_gateway_links(ngx_webrtc_gateway_t *gateway);
void ngx_webrtc_gateway_tick(ngx_webrtc_gateway_t *gateway,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_gateway_expires(ngx_webrtc_gateway_t *gateway);


#endif /* _NGX_WEBRTC_GATEWAY_H_INCLUDED_ */
