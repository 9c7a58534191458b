
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* What the files of the PeerJS dialect share. */


#ifndef _NGX_WEBRTC_PEERJS_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_PEERJS_INTERNAL_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/skyway/ngx_webrtc_peerjs.h>
#include <front/skyway/ngx_webrtc_skyway_internal.h>


/* connections of which it is remembered that they were offered */
#define NGX_WEBRTC_PEERJS_OFFERS  32


typedef struct {
    ngx_webrtc_skyway_t                *skyway;
    ngx_queue_t                         clients;    /* by their next ping */
    ngx_uint_t                          count;
    uint32_t                            seed;
} ngx_webrtc_peerjs_t;


/* of its socket: it lives until either end closes */

struct ngx_webrtc_peerjs_client_s {
    ngx_webrtc_skyway_endpoint_t        endpoint;
    ngx_webrtc_peerjs_t                *peerjs;
    ngx_queue_t                         queue;
    const ngx_webrtc_peerjs_pipe_t     *handlers;
    void                               *pipe;
    ngx_webrtc_usec_t                   ping;       /* the next one */
    ngx_webrtc_usec_t                   heard;
    ngx_webrtc_usec_t                   said;
    ngx_webrtc_usec_t                   deadline;   /* of the credential */
    ngx_uint_t                          noffers;    /* ever */
    uint32_t                            offers[NGX_WEBRTC_PEERJS_OFFERS];
};


/* NGX_DONE: the client has left */
ngx_int_t ngx_webrtc_peerjs_message_input(ngx_webrtc_peerjs_client_t *client,
    u_char *data, size_t len, ngx_webrtc_usec_t now);
/* the handler of the endpoint */
void ngx_webrtc_peerjs_message(ngx_webrtc_skyway_endpoint_t *endpoint,
    const ngx_webrtc_skyway_message_t *message, ngx_webrtc_usec_t now);

/* closes the pipe and frees the client; code 0: the pipe is closed */
void ngx_webrtc_peerjs_end(ngx_webrtc_peerjs_client_t *client,
    ngx_uint_t code, const char *reason);


#endif /* _NGX_WEBRTC_PEERJS_INTERNAL_H_INCLUDED_ */
