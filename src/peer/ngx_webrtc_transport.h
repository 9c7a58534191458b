
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The transport of one peer: ICE-lite, DTLS and SRTP over one 5-tuple,
 * demultiplexed by the first byte (RFC 7983).
 */


#ifndef _NGX_WEBRTC_TRANSPORT_H_INCLUDED_
#define _NGX_WEBRTC_TRANSPORT_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_outbox.h>
#include <crypto/ngx_webrtc_dtls.h>
#include <crypto/ngx_webrtc_srtp.h>
#include <peer/ngx_webrtc_ice.h>


typedef enum {
    NGX_WEBRTC_PACKET_NONE = 0,         /* consumed or dropped */
    NGX_WEBRTC_PACKET_RTP,
    NGX_WEBRTC_PACKET_RTCP,
    NGX_WEBRTC_PACKET_BAD               /* not authentic or replayed */
} ngx_webrtc_packet_e;


typedef enum {
    NGX_WEBRTC_TRANSPORT_NEW = 0,
    NGX_WEBRTC_TRANSPORT_CONNECTED,     /* SRTP is keyed */
    NGX_WEBRTC_TRANSPORT_CLOSED,
    NGX_WEBRTC_TRANSPORT_FAILED         /* see "reason" */
} ngx_webrtc_transport_state_e;


/* lives in its peer; the DTLS and SRTP objects are its own */

typedef struct {
    ngx_webrtc_ice_t                 ice;
    ngx_webrtc_dtls_ctx_t           *ctx;
    ngx_webrtc_dtls_t               *dtls;      /* made when needed */
    ngx_webrtc_srtp_in_t            *srtp_in;
    ngx_webrtc_srtp_out_t           *srtp_out;

    ngx_webrtc_transport_state_e     state;
    const char                      *reason;
    ngx_webrtc_usec_t                connected;

    ngx_webrtc_dtls_handler_pt       handler;   /* of application data */
    void                            *data;

    /* until there is "dtls", which has its own */
    ngx_webrtc_fingerprint_t        *fingerprints;
    ngx_uint_t                       nfingerprints;

    unsigned                         has_remote:1;
    unsigned                         client:1;  /* we are the DTLS client */
    unsigned                         waiting:1; /* DTLS has more to send */
    unsigned                         later:1;   /* and output() will do it */
} ngx_webrtc_transport_t;


typedef struct {
    const ngx_str_t                 *ufrag;     /* copied by the caller */
    const ngx_webrtc_fingerprint_t  *fingerprints;
    ngx_uint_t                       nfingerprints;
    unsigned                         active:1;  /* the remote's a=setup */
} ngx_webrtc_transport_remote_t;


ngx_int_t ngx_webrtc_transport_init(ngx_webrtc_transport_t *transport,
    ngx_webrtc_dtls_ctx_t *ctx);
/* "out" gets close_notify, and may be NULL */
void ngx_webrtc_transport_cleanup(ngx_webrtc_transport_t *transport,
    ngx_webrtc_outbox_t *out);

/*
 * NGX_DECLINED: the certificate seen is another one, or none can match.
 * Call tick() next: the handshake may have waited only for this.
 */
ngx_int_t ngx_webrtc_transport_set_remote(ngx_webrtc_transport_t *transport,
    const ngx_webrtc_transport_remote_t *remote);

/* see ngx_webrtc_dtls_set_handler() */
void ngx_webrtc_transport_set_handler(ngx_webrtc_transport_t *transport,
    ngx_webrtc_dtls_handler_pt handler, void *data);

/*
 * A datagram from a validated path that is not STUN.  RTP and RTCP are
 * unprotected in place, "*len" becomes the plain length.  The caller looks
 * at "state" afterwards.
 */
ngx_webrtc_packet_e ngx_webrtc_transport_input(
    ngx_webrtc_transport_t *transport, ngx_webrtc_ice_path_t *path,
    u_char *pos, size_t *len, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out);

/* close_notify, if there is anybody to hear it; "state" is CLOSED then */
void ngx_webrtc_transport_close(ngx_webrtc_transport_t *transport,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);

/* DTLS retransmissions; a client's first flight once a path is there */
void ngx_webrtc_transport_tick(ngx_webrtc_transport_t *transport,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
ngx_webrtc_usec_t ngx_webrtc_transport_expires(
    ngx_webrtc_transport_t *transport);

/*
 * Protects the plain compound at outbox_reserve()'s place, which has
 * NGX_WEBRTC_SRTCP_TAG_MAX bytes to spare, and commits it.  Returns the size
 * on the wire, 0: it could not be sent.
 */
size_t ngx_webrtc_transport_send_rtcp(ngx_webrtc_transport_t *transport,
    u_char *pos, size_t len, ngx_webrtc_outbox_t *out);

/*
 * One record of application data, which waits for output(), so that what one
 * turn of the loop has for a peer leaves together; "out" is for what has no
 * room to wait.  Without "out", or when that is full, it waits for a tick(),
 * which is due at once then.  NGX_AGAIN: there is no room, not before that
 * tick(); NGX_DECLINED: not connected; NGX_ERROR: too long, or DTLS has
 * failed.
 */
ngx_int_t ngx_webrtc_transport_send_data(ngx_webrtc_transport_t *transport,
    const u_char *pos, const u_char *last, ngx_webrtc_outbox_t *out);
/* NGX_AGAIN: "out" is full, there is more */
ngx_int_t ngx_webrtc_transport_output(ngx_webrtc_transport_t *transport,
    ngx_webrtc_outbox_t *out);


/* media can be sent */
#define ngx_webrtc_transport_ready(transport)                                \
    ((transport)->state == NGX_WEBRTC_TRANSPORT_CONNECTED                    \
     && (transport)->ice.selected != NULL)


#endif /* _NGX_WEBRTC_TRANSPORT_H_INCLUDED_ */
