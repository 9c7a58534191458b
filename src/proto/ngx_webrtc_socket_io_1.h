
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Socket.IO, protocol 1 (versions 0.9): what stands in one text message of a
 * WebSocket, "type:[id][+]:[endpoint][:data]".
 */


#ifndef _NGX_WEBRTC_SOCKET_IO_1_H_INCLUDED_
#define _NGX_WEBRTC_SOCKET_IO_1_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_text.h>


typedef enum {
    NGX_WEBRTC_SOCKET_IO_1_DISCONNECT = 0,
    NGX_WEBRTC_SOCKET_IO_1_CONNECT,
    NGX_WEBRTC_SOCKET_IO_1_HEARTBEAT,
    NGX_WEBRTC_SOCKET_IO_1_MESSAGE,
    NGX_WEBRTC_SOCKET_IO_1_JSON,
    NGX_WEBRTC_SOCKET_IO_1_EVENT,       /* {"name":"...","args":[...]} */
    NGX_WEBRTC_SOCKET_IO_1_ACK,         /* data: "id" or "id+[...]" */
    NGX_WEBRTC_SOCKET_IO_1_ERROR,
    NGX_WEBRTC_SOCKET_IO_1_NOOP
} ngx_webrtc_socket_io_1_e;


typedef struct {
    ngx_webrtc_socket_io_1_e  type;
    ngx_str_t                 id;       /* digits; empty: no ack is wanted */
    ngx_str_t                 endpoint; /* empty: the main one */
    ngx_str_t                 data;     /* not looked at; empty: none */
    unsigned                  ack:1;    /* "+": by the application */
} ngx_webrtc_socket_io_1_packet_t;


/* strings point into the bytes */
ngx_int_t ngx_webrtc_socket_io_1_parse(u_char *pos, u_char *last,
    ngx_webrtc_socket_io_1_packet_t *packet);
void ngx_webrtc_socket_io_1_write(ngx_webrtc_text_t *text,
    const ngx_webrtc_socket_io_1_packet_t *packet);
/* the data of an ACK: which packet it is for, and its JSON (empty: none) */
ngx_int_t ngx_webrtc_socket_io_1_ack(const ngx_str_t *data, ngx_str_t *id,
    ngx_str_t *args);


#endif /* _NGX_WEBRTC_SOCKET_IO_1_H_INCLUDED_ */
