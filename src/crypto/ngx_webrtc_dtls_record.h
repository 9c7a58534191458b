
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_WEBRTC_DTLS_RECORD_H_INCLUDED_
#define _NGX_WEBRTC_DTLS_RECORD_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


#define NGX_WEBRTC_DTLS_RECORD_HDR      13

#define NGX_WEBRTC_DTLS_CCS             20
#define NGX_WEBRTC_DTLS_ALERT           21
#define NGX_WEBRTC_DTLS_HANDSHAKE       22
#define NGX_WEBRTC_DTLS_DATA            23

/* of the largest handshake message we take, a certificate chain */
#define NGX_WEBRTC_DTLS_MESSAGE_MAX     8192


/*
 * A look at the record headers of one datagram (RFC 6347, section 4.1), and
 * into those records that are not encrypted, which anybody can forge: one
 * bad length there would end the handshake, so they do not reach OpenSSL.
 * NGX_ERROR: drop the datagram.
 */
ngx_int_t ngx_webrtc_dtls_record_check(const u_char *pos, const u_char *last);


#endif /* _NGX_WEBRTC_DTLS_RECORD_H_INCLUDED_ */
