
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Engine.IO, protocol 3: packets, and the payloads that carry several of them
 * in one HTTP body.  In a text payload ("LEN:packet", again and again) LEN
 * counts UTF-16 code units, as JavaScript does.
 */


#ifndef _NGX_WEBRTC_ENGINE_IO_H_INCLUDED_
#define _NGX_WEBRTC_ENGINE_IO_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


typedef enum {
    NGX_WEBRTC_ENGINE_IO_OPEN = 0,
    NGX_WEBRTC_ENGINE_IO_CLOSE,
    NGX_WEBRTC_ENGINE_IO_PING,
    NGX_WEBRTC_ENGINE_IO_PONG,
    NGX_WEBRTC_ENGINE_IO_MESSAGE,
    NGX_WEBRTC_ENGINE_IO_UPGRADE,
    NGX_WEBRTC_ENGINE_IO_NOOP
} ngx_webrtc_engine_io_e;


typedef struct {
    ngx_webrtc_engine_io_e    type;
    ngx_str_t                 data;
    unsigned                  binary:1;
} ngx_webrtc_engine_io_packet_t;


/* how a payload is written, for all packets of it */

typedef enum {
    NGX_WEBRTC_ENGINE_IO_TEXT = 0,      /* binary data becomes base64 */
    NGX_WEBRTC_ENGINE_IO_BINARY
} ngx_webrtc_engine_io_form_e;


/*
 * One packet, as in a text or binary message of a WebSocket.  Base64 is
 * decoded in place.
 */
ngx_int_t ngx_webrtc_engine_io_parse(u_char *pos, u_char *last,
    ngx_uint_t binary, ngx_webrtc_engine_io_packet_t *packet);

/*
 * The next packet of a payload, "*pos" is moved behind it.  NGX_DONE: there
 * are no more.
 */
ngx_int_t ngx_webrtc_engine_io_next(u_char **pos, u_char *last,
    ngx_webrtc_engine_io_form_e form, ngx_webrtc_engine_io_packet_t *packet);

/* bytes of the packet in a payload; 0: its text is not UTF-8 */
size_t ngx_webrtc_engine_io_len(const ngx_webrtc_engine_io_packet_t *packet,
    ngx_webrtc_engine_io_form_e form);
/* as many are written; the end of them is returned */
u_char *ngx_webrtc_engine_io_write(u_char *p,
    const ngx_webrtc_engine_io_packet_t *packet,
    ngx_webrtc_engine_io_form_e form);

/* UTF-16 code units of UTF-8; NGX_ERROR: it is none */
ngx_int_t ngx_webrtc_engine_io_units(const u_char *pos, const u_char *last);


#endif /* _NGX_WEBRTC_ENGINE_IO_H_INCLUDED_ */
