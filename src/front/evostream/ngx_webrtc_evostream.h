
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What EvoStream's API speaks of: configurations, each of which is one room
 * on one rendezvous server, and streams: what comes in from publishers, and
 * what goes out to viewers.
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


#define NGX_WEBRTC_EVOSTREAM_HOST_MAX   255
#define NGX_WEBRTC_EVOSTREAM_ROOM_MAX   255
#define NGX_WEBRTC_EVOSTREAM_TOKEN_MAX  512
#define NGX_WEBRTC_EVOSTREAM_VARS_MAX   1024
#define NGX_WEBRTC_EVOSTREAM_NAME_MAX   640     /* of a stream */
#define NGX_WEBRTC_EVOSTREAM_VIEWER_MAX 255     /* its id */

/* of a configuration or stream: numbers of JSON are exact up to here */
#define NGX_WEBRTC_EVOSTREAM_NUMBER_MAX 9007199254740991

/* the codec of what comes in at a port, and is passed on whatever it is */
#define NGX_WEBRTC_EVOSTREAM_CODEC_UNKNOWN  "UNK"


/*
 * How a configuration fares; told in getConfigInfo.  Those that have ENDED
 * are kept for that alone.
 */

#define NGX_WEBRTC_EVOSTREAM_STATES(X)                                       \
    X(QUEUED,       "Queued")           /* its worker has not begun yet */   \
    X(CONNECTING,   "Connecting")                                            \
    X(JOINED,       "Connected")        /* the room is ours */               \
    X(WAITING,      "Waiting to reconnect")                                  \
    X(ENDED,        "Ended")

#define NGX_WEBRTC_EVOSTREAM_STATE(name, text)                               \
    NGX_WEBRTC_EVOSTREAM_##name,

typedef enum {
    NGX_WEBRTC_EVOSTREAM_STATES(NGX_WEBRTC_EVOSTREAM_STATE)
    NGX_WEBRTC_EVOSTREAM_NSTATES
} ngx_webrtc_evostream_state_e;


typedef struct {
    ngx_uint_t                id;           /* configId; 0: not yet */
    ngx_str_t                 ers;          /* a name or an address */
    ngx_str_t                 ersip;        /* likewise, if "ers" is empty */
    ngx_str_t                 roomid;
    ngx_str_t                 token;
    ngx_str_t                 vars;         /* of the user: the text of a JSON
                                               object; empty: none */
    in_port_t                 ersport;
    unsigned                  ers_over_ssl:1;
    unsigned                  keep_alive:1;

    /* how it fares */
    ngx_webrtc_evostream_state_e  state;
    ngx_str_t                 fault;        /* the last one; empty: none */
    time_t                    changed;      /* s since 1970 */
    ngx_uint_t                attempts;     /* to connect, all of them */
    ngx_uint_t                viewers;
} ngx_webrtc_evostream_config_t;


typedef enum {
    NGX_WEBRTC_EVOSTREAM_SENDER = 0,        /* of a Sora channel */
    NGX_WEBRTC_EVOSTREAM_PORT,              /* of the gateway */
    NGX_WEBRTC_EVOSTREAM_VIEWER
} ngx_webrtc_evostream_stream_e;


/* numbers are of one sequence for all kinds, and are not used again */

typedef struct {
    ngx_webrtc_evostream_stream_e  kind;
    uint64_t                  number;
    ngx_str_t                 name;         /* as viewers ask for it */
    time_t                    created;      /* s since 1970 */
    ngx_str_t                 audio;        /* "OPUS"; empty: none */
    ngx_str_t                 video;

    /* SENDER */
    ngx_str_t                 channel_id;
    ngx_str_t                 connection_id;

    /* VIEWER */
    ngx_uint_t                config;       /* configId */
    ngx_str_t                 viewer;       /* its id at the ERS */
    ngx_str_t                 address;      /* of its media; empty: not yet */
    uint64_t                  sent;         /* bytes */
    unsigned                  playing:1;
} ngx_webrtc_evostream_stream_t;


/* told under a lock: copy and return */

typedef void (*ngx_webrtc_evostream_config_pt)(void *data,
    const ngx_webrtc_evostream_config_t *config);
typedef void (*ngx_webrtc_evostream_stream_pt)(void *data,
    const ngx_webrtc_evostream_stream_t *stream);


#endif /* _NGX_WEBRTC_EVOSTREAM_H_INCLUDED_ */
