
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The data channels of a peer (RFC 8831, RFC 8832): one SCTP association
 * over its DTLS.
 */


#ifndef _NGX_WEBRTC_DATA_H_INCLUDED_
#define _NGX_WEBRTC_DATA_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <media/ngx_webrtc_engine.h>


/* the strings are copied */

typedef struct {
    ngx_str_t                 label;
    ngx_str_t                 protocol;
    ngx_int_t                 max_retransmits;      /* -1: not limited */
    ngx_int_t                 max_packet_life_time; /* ms; -1: not limited */
    unsigned                  ordered:1;
} ngx_webrtc_data_channel_conf_t;


typedef struct {
    in_port_t                 remote_port;      /* a=sctp-port of the peer */
    size_t                    max_send;         /* a=max-message-size of it */
    size_t                    max_receive;      /* that of ours */
    size_t                    max_buffered;     /* bytes not yet sent */
    ngx_uint_t                max_channels;
} ngx_webrtc_data_conf_t;


typedef enum {
    NGX_WEBRTC_DATA_READY = 0,  /* the association is up */
    NGX_WEBRTC_DATA_OPEN,       /* a channel: our own was acknowledged, or the
                                   peer has opened one ("channel" is set) */
    NGX_WEBRTC_DATA_MESSAGE,
    NGX_WEBRTC_DATA_DRAINED,    /* below half of max_buffered again */
    NGX_WEBRTC_DATA_CLOSED,     /* a channel, by either side */
    NGX_WEBRTC_DATA_FAILED      /* the association; see the reason */
} ngx_webrtc_data_event_e;


typedef struct {
    ngx_webrtc_data_event_e   type;
    uint16_t                  stream;
    const ngx_webrtc_data_channel_conf_t  *channel; /* NULL: we opened it */
    u_char                   *data;             /* valid during the call */
    size_t                    len;
    unsigned                  binary:1;
    unsigned                  by_peer:1;        /* FAILED: it has closed */
    const char               *reason;           /* a constant */
} ngx_webrtc_data_event_t;


/* within engine input() or tick(); may create, change, destroy any peer */
typedef void (*ngx_webrtc_data_handler_pt)(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_event_t *event, void *data, ngx_webrtc_usec_t now);


/*
 * From the first answer on; the association begins when DTLS is up.  Calling
 * it again changes nothing.
 */
ngx_int_t ngx_webrtc_data_start(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_conf_t *conf, ngx_webrtc_data_handler_pt handler,
    void *data, ngx_webrtc_usec_t now);

/*
 * These may be called at any time, also outside of input() and tick(); what
 * they produce leaves with the next tick, which is due at once.
 */

/* after READY; "stream" becomes its id, by which it is known from then on */
ngx_int_t ngx_webrtc_data_open(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_channel_conf_t *conf, uint16_t *stream,
    ngx_webrtc_usec_t now);
/*
 * One that both sides know without a word, open at once.  NGX_DECLINED: the
 * id is in use or too large.
 */
ngx_int_t ngx_webrtc_data_join(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_channel_conf_t *conf, uint16_t stream);
/*
 * NGX_AGAIN: over max_buffered, NGX_DECLINED: no such open channel or larger
 * than max_send, NGX_ERROR: no memory; nothing of it was sent then.
 */
ngx_int_t ngx_webrtc_data_send(ngx_webrtc_peer_t *peer, uint16_t stream,
    ngx_uint_t binary, const u_char *data, size_t len,
    ngx_webrtc_usec_t now);
void ngx_webrtc_data_close(ngx_webrtc_peer_t *peer, uint16_t stream,
    ngx_webrtc_usec_t now);

/*
 * What a peer whose transport is at another worker is sent should that worker
 * go: from here it could not be any more.  Others are not touched.
 */
void ngx_webrtc_data_set_last(ngx_webrtc_peer_t *peer, uint16_t stream,
    ngx_uint_t binary, const u_char *data, size_t len);

/* bytes that wait in our buffers */
size_t ngx_webrtc_data_buffered(ngx_webrtc_peer_t *peer);


#endif /* _NGX_WEBRTC_DATA_H_INCLUDED_ */
