
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Datagrams of a program as the values that skyway-js (4.4) and PeerJS (1.5)
 * send and receive over a data channel, and back.  Of one channel; knows no
 * sockets.
 *
 *     NONE          bytes, in binary messages
 *     SKYWAY        BinaryPack in envelopes, large values in several
 *     PEERJS        BinaryPack, large values in chunks
 *     JSON_TEXT     a JSON value in a text message (skyway-js)
 *     JSON_BINARY   likewise in a binary message (PeerJS)
 *
 * To the browser a datagram that is text (UTF-8 without control characters)
 * becomes a String, any other an ArrayBuffer, and from then on all of them, so
 * that the type changes once at most.  With JSON an object or array is sent as
 * that, all other text as a String.  To the program a String becomes its text,
 * an ArrayBuffer (typed array, Blob, File) its bytes, all else JSON.
 */


#ifndef _NGX_WEBRTC_PACKING_H_INCLUDED_
#define _NGX_WEBRTC_PACKING_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_gateway.h>


/* of UDP */
#define NGX_WEBRTC_PACKING_DATAGRAM     65507


typedef struct ngx_webrtc_packing_s  ngx_webrtc_packing_t;


/* one message of the channel; "pos" is valid during the call */
typedef ngx_int_t (*ngx_webrtc_packing_send_pt)(void *data,
    ngx_uint_t binary, const u_char *pos, size_t len);


/*
 * "max" is what the parts of values that have not come whole may take, all
 * together.  NULL: no memory.
 */
ngx_webrtc_packing_t *ngx_webrtc_packing_create(ngx_webrtc_packing_e kind,
    size_t max, ngx_log_t *log);
void ngx_webrtc_packing_destroy(ngx_webrtc_packing_t *packing);

/*
 * At least as many bytes as the parts have that pack() gives to send() for a
 * datagram of "len": a value of which one is missing is of no use to anybody.
 * Where it is always one message, just "len".
 */
size_t ngx_webrtc_packing_size(ngx_webrtc_packing_t *packing, size_t len);

/*
 * Calls send() once or more; if that does not return NGX_OK its code is
 * returned at once.  NGX_DECLINED: JSON cannot say these bytes.
 */
ngx_int_t ngx_webrtc_packing_pack(ngx_webrtc_packing_t *packing,
    const u_char *pos, size_t len, ngx_webrtc_packing_send_pt send,
    void *data);

/*
 * A message of the channel, changed in place.  NGX_OK: "datagram" is one,
 * valid until the next call or the end of the message; NGX_AGAIN: a part;
 * NGX_DONE: the browser asks to close the connection; NGX_DECLINED: not what
 * this packing looks like; NGX_ERROR: malformed, too large, no memory.
 */
ngx_int_t ngx_webrtc_packing_unpack(ngx_webrtc_packing_t *packing,
    ngx_uint_t binary, u_char *pos, size_t len, ngx_webrtc_usec_t now,
    ngx_str_t *datagram);


#endif /* _NGX_WEBRTC_PACKING_H_INCLUDED_ */
