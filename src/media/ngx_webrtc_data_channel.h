
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The channels of one association, by stream id, and what the two files of
 * data channels share.
 */


#ifndef _NGX_WEBRTC_DATA_CHANNEL_H_INCLUDED_
#define _NGX_WEBRTC_DATA_CHANNEL_H_INCLUDED_


#include <media/ngx_webrtc_data.h>
#include <media/ngx_webrtc_media.h>


/* that of our offers */
#define NGX_WEBRTC_DATA_PORT        5000


typedef enum {
    NGX_WEBRTC_CHANNEL_FREE = 0,
    NGX_WEBRTC_CHANNEL_OPENING,     /* our OPEN is not acknowledged */
    NGX_WEBRTC_CHANNEL_OPEN,
    NGX_WEBRTC_CHANNEL_CLOSING,     /* by us, the peer has not followed */
    NGX_WEBRTC_CHANNEL_CLOSED       /* told; our reset is under way */
} ngx_webrtc_channel_state_e;


typedef struct {
    uint32_t                     value;     /* of the policy */
    uint8_t                      policy;    /* ngx_webrtc_sctp_policy_e */
    uint8_t                      state;
    unsigned                     unordered:1;
    unsigned                     ended:1;   /* our reset was acknowledged */
} ngx_webrtc_data_channel_t;


/*
 * Belongs to its peer.  "peer" is NULL after that has gone while one of our
 * events was being handled: then it is freed by who told the event.
 */

struct ngx_webrtc_data_s {
    ngx_webrtc_peer_t           *peer;
    ngx_webrtc_data_conf_t       conf;
    ngx_webrtc_data_handler_pt   handler;
    void                        *data;

    ngx_webrtc_sctp_t           *sctp;      /* NULL: not begun, or failed */
    ngx_uint_t                   nstreams;  /* 0 until it is up */
    ngx_uint_t                   nchannels;
    ngx_uint_t                   size;
    ngx_webrtc_usec_t            active;    /* the last packet; 0: rests */
    ngx_queue_t                  queue;     /* if "sending" */

    unsigned                     begun:1;
    unsigned                     stalled:1; /* DTLS had no room */
    unsigned                     busy:1;
    unsigned                     sending:1;

    ngx_webrtc_data_channel_t    channels[];
};


/* what an event of the association means for a channel; dc->peer may go */

void ngx_webrtc_data_channel_message(ngx_webrtc_data_t *dc,
    const ngx_webrtc_sctp_event_t *event, ngx_webrtc_usec_t now);
void ngx_webrtc_data_channel_reset(ngx_webrtc_data_t *dc,
    const ngx_webrtc_sctp_event_t *event, ngx_webrtc_usec_t now);

/* a stream that is free and of our parity; returns as data_open() does */
ngx_int_t ngx_webrtc_data_open_stream(ngx_webrtc_data_t *dc,
    const ngx_webrtc_data_channel_conf_t *conf, uint16_t stream,
    ngx_webrtc_usec_t now);

void ngx_webrtc_data_tell(ngx_webrtc_data_t *dc,
    ngx_webrtc_data_event_t *event, ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_DATA_CHANNEL_H_INCLUDED_ */
