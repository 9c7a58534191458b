
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * SCTP over DTLS (RFC 8261) by usrsctp without its threads: packets go in by
 * input() and come out through the output handler; what has happened is
 * asked for with next(), so that nothing is told from inside of usrsctp.
 */


#ifndef _NGX_WEBRTC_SCTP_H_INCLUDED_
#define _NGX_WEBRTC_SCTP_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* no packet of ours is longer: it has to fit into one DTLS record */
#define NGX_WEBRTC_SCTP_PACKET_MAX      1160

#define NGX_WEBRTC_SCTP_STREAMS_MAX     65535


/* usrsctp itself, which is one for the whole process */
typedef struct ngx_webrtc_sctp_ctx_s  ngx_webrtc_sctp_ctx_t;

/* an association; belongs to whoever created it */
typedef struct ngx_webrtc_sctp_s      ngx_webrtc_sctp_t;


/*
 * Must neither call anything of this room's SCTP nor keep the bytes.
 * NGX_AGAIN: no room now, flush() is called when there is.
 */
typedef ngx_int_t (*ngx_webrtc_sctp_output_pt)(void *data, const u_char *pos,
    const u_char *last);


typedef struct {
    in_port_t                   local_port;
    in_port_t                   remote_port;
    ngx_uint_t                  streams;        /* each way */
    size_t                      max_message;    /* to us */
    size_t                      send_buffer;
    ngx_webrtc_sctp_output_pt   output;
    void                       *data;
    ngx_queue_t                *ready;          /* where it waits for next() */
} ngx_webrtc_sctp_conf_t;


typedef enum {
    NGX_WEBRTC_SCTP_UP = 0,     /* "nstreams" both ways */
    NGX_WEBRTC_SCTP_MESSAGE,
    NGX_WEBRTC_SCTP_RESET_IN,   /* the peer has ended its side of "streams" */
    NGX_WEBRTC_SCTP_RESET_OUT,  /* our side has been ended */
    NGX_WEBRTC_SCTP_RESET_REFUSED,
    NGX_WEBRTC_SCTP_DRAINED,    /* after NGX_AGAIN: half of it has left */
    NGX_WEBRTC_SCTP_LOST        /* the last event, see "reason" */
} ngx_webrtc_sctp_event_e;


/* what is pointed to is valid until the next call of next() */

typedef struct {
    ngx_webrtc_sctp_event_e     type;
    const char                 *reason;         /* a constant */
    ngx_uint_t                  nstreams;       /* 0 in a reset: all */
    const uint16_t             *streams;
    u_char                     *data;
    size_t                      len;
    uint32_t                    ppid;
    uint16_t                    stream;
    unsigned                    by_peer:1;      /* LOST: it wants no more */
} ngx_webrtc_sctp_event_t;


/* how hard a message is tried; the value is a number or milliseconds */

typedef enum {
    NGX_WEBRTC_SCTP_RELIABLE = 0,
    NGX_WEBRTC_SCTP_RETRANSMITS,
    NGX_WEBRTC_SCTP_LIFE_TIME
} ngx_webrtc_sctp_policy_e;


typedef struct {
    uint32_t                    ppid;
    uint32_t                    value;
    ngx_webrtc_sctp_policy_e    policy;
    uint16_t                    stream;
    unsigned                    unordered:1;
} ngx_webrtc_sctp_send_t;


/* after the fork, once at a time; NULL: no memory */
ngx_webrtc_sctp_ctx_t *ngx_webrtc_sctp_ctx_create(ngx_log_t *log);
/* there must be no associations left */
void ngx_webrtc_sctp_ctx_destroy(ngx_webrtc_sctp_ctx_t *ctx);

/* retransmissions; NGX_WEBRTC_NEVER while there are no associations */
void ngx_webrtc_sctp_ctx_tick(ngx_webrtc_sctp_ctx_t *ctx,
    ngx_webrtc_usec_t now);
ngx_webrtc_usec_t ngx_webrtc_sctp_ctx_expires(ngx_webrtc_sctp_ctx_t *ctx);


/* sends an INIT, whether or not the peer does; NULL: no memory */
ngx_webrtc_sctp_t *ngx_webrtc_sctp_create(ngx_webrtc_sctp_ctx_t *ctx,
    const ngx_webrtc_sctp_conf_t *conf, ngx_webrtc_usec_t now);
/* sends an ABORT if the peer does not know it yet */
void ngx_webrtc_sctp_destroy(ngx_webrtc_sctp_t *sctp);

/* a packet that nobody waits for (RFC 9260, 3.3.5 and 3.3.6) */
ngx_uint_t ngx_webrtc_sctp_is_heartbeat(const u_char *pos,
    const u_char *last);

/* bad ones are dropped */
void ngx_webrtc_sctp_input(ngx_webrtc_sctp_t *sctp, const u_char *pos,
    const u_char *last, ngx_webrtc_usec_t now);

/*
 * Takes the first association off a queue of those that something has
 * happened to, and returns its "data"; NULL: there is none.
 */
void *ngx_webrtc_sctp_ready(ngx_queue_t *ready);

/* sends what the output handler had no room for */
void ngx_webrtc_sctp_flush(ngx_webrtc_sctp_t *sctp, ngx_webrtc_usec_t now);

/* NGX_DECLINED: nothing more has happened */
ngx_int_t ngx_webrtc_sctp_next(ngx_webrtc_sctp_t *sctp,
    ngx_webrtc_sctp_event_t *event);

/*
 * All or nothing, and not empty.  NGX_AGAIN: the buffer is full;
 * NGX_DECLINED: no such stream, or the association is not up; NGX_ERROR: no
 * memory.
 */
ngx_int_t ngx_webrtc_sctp_send(ngx_webrtc_sctp_t *sctp,
    const ngx_webrtc_sctp_send_t *send, const u_char *data, size_t len,
    ngx_webrtc_usec_t now);

/* ends our side of a stream behind what was sent there (RFC 6525) */
ngx_int_t ngx_webrtc_sctp_reset(ngx_webrtc_sctp_t *sctp, uint16_t stream,
    ngx_webrtc_usec_t now);

/* bytes that are not yet acknowledged */
size_t ngx_webrtc_sctp_buffered(ngx_webrtc_sctp_t *sctp);


#endif /* _NGX_WEBRTC_SCTP_H_INCLUDED_ */
