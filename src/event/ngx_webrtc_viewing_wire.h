
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What the worker of a viewer's signalling and the worker of its stream say
 * to each other over a wire.  Each message begins with one of the letters.
 */


#ifndef _NGX_WEBRTC_VIEWING_WIRE_H_INCLUDED_
#define _NGX_WEBRTC_VIEWING_WIRE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <proto/ngx_webrtc_ice_url.h>
#include <event/ngx_webrtc_viewing.h>
#include <event/ngx_webrtc_wire.h>


/* to the stream: SDP; a candidate; a byte, 1 or 0; its viewer has left */
#define NGX_WEBRTC_VIEWING_WIRE_ANSWER     'A'
#define NGX_WEBRTC_VIEWING_WIRE_PAUSE      'P'
#define NGX_WEBRTC_VIEWING_WIRE_LEAVE      'L'

/* both ways: the length of a mid (1), the mid, "candidate:..." */
#define NGX_WEBRTC_VIEWING_WIRE_CANDIDATE  'C'

/* from the stream: SDP; connected; it is over: a reason */
#define NGX_WEBRTC_VIEWING_WIRE_OFFER      'O'
#define NGX_WEBRTC_VIEWING_WIRE_PLAYING    'R'
#define NGX_WEBRTC_VIEWING_WIRE_MISSING    'M'
#define NGX_WEBRTC_VIEWING_WIRE_ENDED      'E'


/* more are not passed on */
#define NGX_WEBRTC_VIEWING_SERVERS         16


/* of the wire: the viewer, what it is for, with what */

typedef struct {
    ngx_uint_t                config;
    ngx_str_t                 id;
    ngx_str_t                 stream;       /* as it was asked for */
    ngx_str_t                 channel_id;   /* of a channel ... */
    ngx_str_t                 connection_id;
    ngx_str_t                 video;        /* ... or ids of ports */
    ngx_str_t                 audio;
    ngx_webrtc_ice_server_t   servers[NGX_WEBRTC_VIEWING_SERVERS];
    ngx_uint_t                nservers;
} ngx_webrtc_viewing_hello_t;


/* allocated, to be freed; NULL: no memory */
u_char *ngx_webrtc_viewing_hello_write(
    const ngx_webrtc_viewing_hello_t *hello, size_t *len);
/* the texts are those of the message */
ngx_int_t ngx_webrtc_viewing_hello_read(u_char *pos, size_t len,
    ngx_webrtc_viewing_hello_t *hello);

ngx_int_t ngx_webrtc_viewing_wire_candidate(ngx_webrtc_wire_t *wire,
    const ngx_str_t *candidate, const ngx_str_t *mid);
/* behind the letter; NGX_ERROR: it is none */
ngx_int_t ngx_webrtc_viewing_wire_read_candidate(u_char *pos, size_t len,
    ngx_str_t *candidate, ngx_str_t *mid);


#endif /* _NGX_WEBRTC_VIEWING_WIRE_H_INCLUDED_ */
