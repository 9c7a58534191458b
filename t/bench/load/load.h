
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The load tool: members who join rooms of a server by a signaller, with one
 * or more clients each; a client is a peer connection.
 *
 * Who calls whom: the run (load_run.c) makes members and has the signaller
 * let them join.  The signaller makes clients, carries their descriptions to
 * the server and back, and tells the run when a member is up, has left or has
 * failed.  Media, feedback and meter are the client's; a signaller knows
 * nothing of them.
 */


#ifndef _LOAD_H_INCLUDED_
#define _LOAD_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>
#include <crypto/ngx_webrtc_srtp.h>

#include "load_loop.h"
#include "load_net.h"


/* no description is longer: 500 m-lines of a large room */

#define LOAD_SDP_MAX        (256 * 1024)

#define LOAD_STEPS_MAX      16


typedef struct load_s            load_t;
typedef struct load_member_s     load_member_t;
typedef struct load_client_s     load_client_t;
typedef struct load_signaller_s  load_signaller_t;


typedef enum {
    LOAD_AUDIO = 0,
    LOAD_VIDEO,
    LOAD_KINDS
} load_kind_e;

/* the kind of a message of a data channel, in its stamp */

#define LOAD_DATA           LOAD_KINDS


/* what clients send or receive, as bits */

#define LOAD_SEND           1
#define LOAD_RECEIVE        2


typedef enum {
    LOAD_MODE_MEDIA = 0,
    LOAD_MODE_SETUP,
    LOAD_MODE_IDLE,
    LOAD_MODE_DATA
} load_mode_e;


/* the command line */

typedef struct {
    const char               *target;       /* "sora:ws://..." */
    const char               *codec;        /* "VP8" */
    const char               *pids;
    const char               *room;         /* how names of rooms begin */
    load_mode_e               mode;

    const char               *bind;         /* address of our sockets */

    ngx_uint_t                nsteps;       /* of --growth; 0: none */
    ngx_uint_t                steps[LOAD_STEPS_MAX];
    ngx_uint_t                total;        /* of forwarded packets; 0: no */

    ngx_uint_t                rooms;
    ngx_uint_t                publishers;   /* of each room, who only send */
    ngx_uint_t                subscribers;  /* who only receive */
    ngx_uint_t                both;         /* who do both, "--per-room" */

    ngx_uint_t                size;         /* bytes of RTP, header and all */
    ngx_uint_t                message;      /* bytes, on data channels */
    ngx_uint_t                window;       /* of messages; 0: by the rate */
    ngx_uint_t                rate;         /* packets per second of video */
    ngx_uint_t                burst;
    ngx_uint_t                loss;         /* per cent, of received media */
    ngx_uint_t                concurrency;  /* members who join at a time */

    ngx_webrtc_usec_t         warmup;
    ngx_webrtc_usec_t         duration;
    ngx_webrtc_usec_t         timeout;      /* of one member's set-up */

    ngx_uint_t                profile;      /* NGX_WEBRTC_SRTP_*; 0: both */

    unsigned                  audio:1;
    unsigned                  video:1;
    unsigned                  nack:1;
    unsigned                  twcc:1;
    unsigned                  gso:1;        /* bursts by UDP_SEGMENT */
    unsigned                  gro:1;        /* receive with UDP_GRO */
    unsigned                  kernel_time:1;    /* arrival by the kernel */
    unsigned                  awake:1;      /* never sleeps */
    unsigned                  json:1;
} load_options_t;


/*
 * A peer connection of the load: its own UDP socket, a full ICE agent that is
 * controlling, DTLS by a=setup, SRTP, RTCP as of a browser.
 */

typedef enum {
    LOAD_CLIENT_CONNECTED = 0,      /* ICE and DTLS are up, SRTP is keyed */
    LOAD_CLIENT_OPEN,               /* --mode data: the channel is there */
    LOAD_CLIENT_FAILED,             /* "reason" says why; the last event */
    LOAD_CLIENT_CLOSED              /* by the server; the last event */
} load_client_event_e;

typedef void (*load_client_handler_pt)(load_client_t *client,
    load_client_event_e event, const char *reason, void *data);

/*
 * "ways": LOAD_SEND, LOAD_RECEIVE or both: what of a server's offer is taken,
 * and what offer() asks for.  The kinds are those of the options.
 */
load_client_t *load_client_create(load_member_t *member, ngx_uint_t ways,
    load_client_handler_pt handler, void *data);
void load_client_destroy(load_client_t *client);

/*
 * The server's offer, also each later one; "answer" lies in a buffer of the
 * client until its next call.  NGX_ERROR: *reason says what is wrong.
 */
ngx_int_t load_client_answer(load_client_t *client, const ngx_str_t *offer,
    ngx_str_t *answer, const char **reason);

/*
 * Or the other way round: our offer (audio first, then video, mids "0" and
 * "1"), and what the server answers.
 */
ngx_int_t load_client_offer(load_client_t *client, ngx_str_t *offer);
ngx_int_t load_client_answered(load_client_t *client,
    const ngx_str_t *answer, const char **reason);

/* a way of media, as the descriptions agreed on it */

typedef struct {
    ngx_uint_t                kind;         /* load_kind_e */
    ngx_uint_t                codec;        /* ngx_webrtc_codec_e */
    ngx_uint_t                way;          /* LOAD_SEND or LOAD_RECEIVE */
    uint32_t                  ssrc;         /* 0: any (receive) */
    uint32_t                  rtx_ssrc;     /* 0: none */
    uint8_t                   pt;
    uint8_t                   rtx_pt;       /* 0: none */
    unsigned                  nack:1;
    unsigned                  twcc:1;
    u_char                    mid_id;       /* ids of extensions; 0: none */
    u_char                    level_id;
    u_char                    twcc_id;
    u_char                    mid_len;
    u_char                    mid[16];
} load_track_t;

/*
 * Or without ICE and DTLS: the server is at "addr" and the keys are agreed
 * on by other means.  CONNECTED follows from the loop.  "local" is our
 * address, for a server that must know it.
 */
ngx_int_t load_client_direct(load_client_t *client,
    const ngx_webrtc_addr_t *addr, const ngx_webrtc_srtp_keys_t *keys,
    const load_track_t *tracks, ngx_uint_t n);
ngx_int_t load_client_local(load_client_t *client, ngx_webrtc_addr_t *local);

/* NULL, or the track of this kind that is sent */
const load_track_t *load_client_sends(load_client_t *client,
    ngx_uint_t kind);


/*
 * Somebody in a room; made by the run.  "session" is the signaller's, made in
 * join() and freed in leave() or cleanup() of it.
 */

typedef enum {
    LOAD_MEMBER_NEW = 0,
    LOAD_MEMBER_JOINING,
    LOAD_MEMBER_UP,
    LOAD_MEMBER_LEAVING,
    LOAD_MEMBER_GONE,
    LOAD_MEMBER_FAILED
} load_member_state_e;

struct load_member_s {
    load_t                   *load;
    void                     *session;
    ngx_uint_t                number;       /* unique in the process */
    ngx_uint_t                room;         /* from 0 */
    ngx_uint_t                ways;         /* LOAD_SEND, LOAD_RECEIVE */
    load_member_state_e       state;

    /* times of the loop; 0: not yet */
    ngx_webrtc_usec_t         joined;       /* join() was called */
    ngx_webrtc_usec_t         offered;      /* the first description came */
    ngx_webrtc_usec_t         answered;     /* ours is on its way */
    ngx_webrtc_usec_t         reached;      /* ICE: the first check answered */
    ngx_webrtc_usec_t         secured;      /* DTLS */
    ngx_webrtc_usec_t         played;       /* the first packet of media */

    ngx_uint_t                sources;      /* of others, that have come */
    uint64_t                  sent;         /* packets in the interval */
    uint64_t                  received;     /* of it, each once */

    load_timer_t              timer;        /* the run's */
    ngx_queue_t               queue;        /* the run's */
};

/*
 * What signallers tell; each may be called from within join() and leave().
 * After left() and failed() the member is nothing to the signaller any more,
 * apart from leave() that follows a failed(), if its session is not NULL.
 */
void load_member_offered(load_member_t *member);
void load_member_answered(load_member_t *member);
void load_member_up(load_member_t *member);
void load_member_left(load_member_t *member);
/* by the client itself: the first packet of a source has come */
void load_member_source(load_member_t *member);
void load_member_failed(load_member_t *member, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));


/*
 * A kind of server.  join() returns NGX_ERROR after load_member_failed();
 * leave() is of a member that is joining, up or has failed, gives everything
 * of its session back, clients too, and ends in load_member_left(), at once
 * or when the server has heard of it.
 */

struct load_signaller_s {
    const char               *name;         /* the scheme of --target */

    /* "address" is what follows the scheme; NGX_ERROR: said on stderr */
    ngx_int_t               (*init)(load_t *load, const ngx_str_t *address);
    void                    (*cleanup)(load_t *load);

    ngx_int_t               (*join)(load_member_t *member);
    void                    (*leave)(load_member_t *member);
};

extern const load_signaller_t  load_signaller_sora;
extern const load_signaller_t  load_signaller_janus;
extern const load_signaller_t  load_signaller_raw;


struct load_s {
    load_loop_t               loop;
    load_options_t            options;
    const load_signaller_t   *signaller;
    void                     *signalling;   /* the signaller's own */
    ngx_str_t                 address;      /* what follows the scheme */

    /* private to the tool's own files */
    struct load_media_s      *media;
    struct load_run_s        *run;
};


#endif /* _LOAD_H_INCLUDED_ */
