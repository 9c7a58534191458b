
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Socket.IO, protocol 4 (versions 2.x), over messages of Engine.IO: what
 * stands in a text message.  The attachments of a binary event follow as
 * binary messages; in its JSON each of them is
 * {"_placeholder":true,"num":N}.
 */


#ifndef _NGX_WEBRTC_SOCKET_IO_H_INCLUDED_
#define _NGX_WEBRTC_SOCKET_IO_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_json.h>


#define NGX_WEBRTC_SOCKET_IO_ATTACHMENTS  10    /* of one event, at most */


typedef enum {
    NGX_WEBRTC_SOCKET_IO_CONNECT = 0,
    NGX_WEBRTC_SOCKET_IO_DISCONNECT,
    NGX_WEBRTC_SOCKET_IO_EVENT,
    NGX_WEBRTC_SOCKET_IO_ACK,
    NGX_WEBRTC_SOCKET_IO_ERROR,
    NGX_WEBRTC_SOCKET_IO_BINARY_EVENT,
    NGX_WEBRTC_SOCKET_IO_BINARY_ACK
} ngx_webrtc_socket_io_e;


typedef struct {
    ngx_webrtc_socket_io_e    type;
    ngx_uint_t                attachments;
    ngx_str_t                 nsp;      /* "/chat"; empty: the main one */
    ngx_str_t                 id;       /* digits; empty: no ack is wanted */
    ngx_str_t                 data;     /* JSON that is not looked at; empty:
                                           none */
} ngx_webrtc_socket_io_packet_t;


ngx_int_t ngx_webrtc_socket_io_parse(u_char *pos, u_char *last,
    ngx_webrtc_socket_io_packet_t *packet);

/*
 * The data of an event, ["NAME",argument]: its name, and the text of what
 * follows, which is empty if nothing does.  NGX_ERROR: not an event, or its
 * name has escapes.
 */
ngx_int_t ngx_webrtc_socket_io_event(const ngx_str_t *data, ngx_str_t *name,
    ngx_str_t *argument);

/*
 * Whether all placeholders in there tell of one of "n" attachments: an
 * unchecked one that is passed on breaks the client that gets it.
 */
ngx_int_t ngx_webrtc_socket_io_check(const json_t *json, ngx_uint_t n);


#endif /* _NGX_WEBRTC_SOCKET_IO_H_INCLUDED_ */
