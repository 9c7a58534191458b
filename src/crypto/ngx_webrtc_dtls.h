
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * DTLS 1.2 (RFC 6347) with use_srtp (RFC 5764), sans IO: datagrams go in by
 * input() and come out by output(); time is what the caller says it is.
 *
 * After every call of start(), input(), tick(), write() or close() the caller
 * drains output() and looks at state() and expires().
 */


#ifndef _NGX_WEBRTC_DTLS_H_INCLUDED_
#define _NGX_WEBRTC_DTLS_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <crypto/ngx_webrtc_certificate.h>
#include <crypto/ngx_webrtc_fingerprint.h>
#include <crypto/ngx_webrtc_srtp.h>


/* no datagram of output() is longer */
#define NGX_WEBRTC_DTLS_MTU                 1200

#define NGX_WEBRTC_DTLS_FINGERPRINTS_MAX    4

/* from start() to "connected", or the handshake has failed */
#define NGX_WEBRTC_DTLS_TIMEOUT             (30 * NGX_WEBRTC_SEC)


typedef enum {
    NGX_WEBRTC_DTLS_SERVER = 0,             /* a=setup:passive */
    NGX_WEBRTC_DTLS_CLIENT                  /* a=setup:active */
} ngx_webrtc_dtls_role_e;


typedef enum {
    NGX_WEBRTC_DTLS_HANDSHAKING = 0,
    NGX_WEBRTC_DTLS_CONNECTED,              /* and the fingerprint is right */
    NGX_WEBRTC_DTLS_CLOSED,                 /* by close_notify of either */
    NGX_WEBRTC_DTLS_FAILED                  /* see reason() */
} ngx_webrtc_dtls_state_e;


/* the settings that all sessions share; outlives them */
typedef struct ngx_webrtc_dtls_ctx_s  ngx_webrtc_dtls_ctx_t;

/* one session; belongs to the transport that created it */
typedef struct ngx_webrtc_dtls_s      ngx_webrtc_dtls_t;

/*
 * Called from input() with one record of application data, only when
 * connected.  It may call write(), but not input() or destroy().
 */
typedef void (*ngx_webrtc_dtls_handler_pt)(void *data, u_char *pos,
    u_char *last);


/* the certificate may be destroyed afterwards; inherited by fork() */
ngx_webrtc_dtls_ctx_t *ngx_webrtc_dtls_ctx_create(
    const ngx_webrtc_certificate_t *cert);
void ngx_webrtc_dtls_ctx_destroy(ngx_webrtc_dtls_ctx_t *ctx);

ngx_webrtc_dtls_t *ngx_webrtc_dtls_create(ngx_webrtc_dtls_ctx_t *ctx,
    ngx_webrtc_dtls_role_e role);
void ngx_webrtc_dtls_destroy(ngx_webrtc_dtls_t *dtls);

/*
 * Whom we expect.  May come during the handshake, or after it: until then the
 * session stays "handshaking" and gives nothing away.
 * NGX_DECLINED: the certificate that the peer has shown is another one; a
 * handshake fails by this, an established session goes on as it was.
 * NGX_ERROR: n is 0 or over the limit, or there is no memory.
 */
ngx_int_t ngx_webrtc_dtls_set_fingerprints(ngx_webrtc_dtls_t *dtls,
    const ngx_webrtc_fingerprint_t *fp, ngx_uint_t n);

/* without a handler application data is dropped */
void ngx_webrtc_dtls_set_handler(ngx_webrtc_dtls_t *dtls,
    ngx_webrtc_dtls_handler_pt handler, void *data);

/* starts the clock; a client produces its ClientHello */
ngx_int_t ngx_webrtc_dtls_start(ngx_webrtc_dtls_t *dtls,
    ngx_webrtc_usec_t now);

/*
 * One datagram.  NGX_OK, also for what was dropped silently; NGX_ERROR: the
 * session has failed or is closed, by this datagram or before.
 */
ngx_int_t ngx_webrtc_dtls_input(ngx_webrtc_dtls_t *dtls, u_char *pos,
    u_char *last, ngx_webrtc_usec_t now);

/*
 * Copies the next datagram to send and returns its length; 0: there is none.
 * "size" should be NGX_WEBRTC_DTLS_MTU or more, what does not fit is lost.
 */
size_t ngx_webrtc_dtls_output(ngx_webrtc_dtls_t *dtls, u_char *buf,
    size_t size);

/* when to call tick(), or NGX_WEBRTC_NEVER */
ngx_webrtc_usec_t ngx_webrtc_dtls_expires(ngx_webrtc_dtls_t *dtls);
ngx_int_t ngx_webrtc_dtls_tick(ngx_webrtc_dtls_t *dtls,
    ngx_webrtc_usec_t now);

ngx_webrtc_dtls_state_e ngx_webrtc_dtls_state(const ngx_webrtc_dtls_t *dtls);

/* why it failed, for the log; "" when it has not */
const char *ngx_webrtc_dtls_reason(const ngx_webrtc_dtls_t *dtls);

/* NGX_DECLINED: not connected, or released; the role is taken care of */
ngx_int_t ngx_webrtc_dtls_export(ngx_webrtc_dtls_t *dtls,
    ngx_webrtc_srtp_keys_t *keys);

/*
 * Gives back what was there for the handshake, some 45 kB; the session goes
 * on.  Of no effect before it is connected, and with suites other than
 * AES_128_GCM.
 */
void ngx_webrtc_dtls_release(ngx_webrtc_dtls_t *dtls);

/*
 * Application data, one record.  NGX_DECLINED: not connected; NGX_AGAIN: the
 * queue of output() is full, nothing was written; NGX_ERROR: too long for the
 * MTU, or the session has failed.
 */
ngx_int_t ngx_webrtc_dtls_write(ngx_webrtc_dtls_t *dtls, const u_char *pos,
    const u_char *last);

/*
 * Gives back the buffers of a session that has been quiet for a while; they
 * come again with the next record.
 */
void ngx_webrtc_dtls_rest(ngx_webrtc_dtls_t *dtls);

/* the longest application data that write() takes */
#define NGX_WEBRTC_DTLS_DATA_MAX            (NGX_WEBRTC_DTLS_MTU - 13 - 24)

/* sends close_notify */
void ngx_webrtc_dtls_close(ngx_webrtc_dtls_t *dtls);


#endif /* _NGX_WEBRTC_DTLS_H_INCLUDED_ */
