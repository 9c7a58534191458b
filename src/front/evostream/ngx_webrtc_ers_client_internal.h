
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* What the files of the client of a rendezvous server share. */


#ifndef _NGX_WEBRTC_ERS_CLIENT_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_ERS_CLIENT_INTERNAL_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_text.h>
#include <front/evostream/ngx_webrtc_ers_client.h>
#include <proto/ngx_webrtc_http_reply.h>
#include <proto/ngx_webrtc_socket_io_1.h>
#include <proto/ngx_webrtc_websocket.h>


/* a request of HTTP, a reply with its body */
#define NGX_WEBRTC_ERS_CLIENT_REQUEST   1024
#define NGX_WEBRTC_ERS_CLIENT_REPLY     8192

#define NGX_WEBRTC_ERS_CLIENT_HOST      300     /* with a port */
#define NGX_WEBRTC_ERS_CLIENT_SESSION   128     /* its id */
#define NGX_WEBRTC_ERS_CLIENT_ACCEPT    28      /* 20 bytes in base64 */
#define NGX_WEBRTC_ERS_CLIENT_ID        255     /* of a viewer */
#define NGX_WEBRTC_ERS_CLIENT_SERVERS   16      /* STUN and TURN */

/* servers that tell no "ersid" are joined after this */
#define NGX_WEBRTC_ERS_CLIENT_WAIT      (1 * NGX_WEBRTC_SEC)


typedef enum {
    NGX_WEBRTC_ERS_CLIENT_HANDSHAKE = 0,
    NGX_WEBRTC_ERS_CLIENT_APART,        /* until reconnected() */
    NGX_WEBRTC_ERS_CLIENT_UPGRADE,
    NGX_WEBRTC_ERS_CLIENT_OPEN,         /* a WebSocket */
    NGX_WEBRTC_ERS_CLIENT_OVER
} ngx_webrtc_ers_client_phase_e;


struct ngx_webrtc_ers_client_s {
    ngx_webrtc_ers_client_handler_pt  handler;
    void                             *data;
    ngx_webrtc_ers_client_conf_t      conf;     /* texts follow this struct */

    ngx_webrtc_ers_client_phase_e     phase;
    const char                       *reason;   /* BROKEN is to be told */
    ngx_webrtc_usec_t                 created;
    ngx_webrtc_usec_t                 join;     /* when "ersid" is given up */
    ngx_webrtc_usec_t                 heard;

    /* until the WebSocket stands */
    ngx_webrtc_http_reply_t           reply;
    u_char                           *replied;  /* its buffer */
    u_char                            accept[NGX_WEBRTC_ERS_CLIENT_ACCEPT];
    u_char                            session[NGX_WEBRTC_ERS_CLIENT_SESSION];
    u_char                            request[NGX_WEBRTC_ERS_CLIENT_REQUEST];
    size_t                            session_len;
    size_t                            request_len;
    size_t                            sent;     /* of the request */

    ngx_webrtc_websocket_t            ws;

    /* what the ERS names; the texts belong to the lists */
    ngx_webrtc_ers_server_t           servers[NGX_WEBRTC_ERS_CLIENT_SERVERS];
    ngx_uint_t                        nservers;
    json_t                           *stun;
    json_t                           *turn;

    unsigned                          retried:1;    /* reconnected() */
    unsigned                          beats:1;      /* heartbeats will come */
    unsigned                          beat:1;       /* to be answered */
    unsigned                          warned:1;     /* HBTimeout was said */
    unsigned                          connected:1;  /* "1::" */
    unsigned                          asked:1;      /* to join */
    unsigned                          joined:1;
    unsigned                          shared:1;
};


#define ngx_webrtc_ers_client_is_open(client)                                \
    ((client)->phase == NGX_WEBRTC_ERS_CLIENT_OPEN                           \
     && (client)->reason == NULL)


/* client.c */

/* the first reason stays; BROKEN is told at the end of input(), tick() ... */
void ngx_webrtc_ers_client_break(ngx_webrtc_ers_client_t *client,
    const char *reason);
/* nothing is told after it */
void ngx_webrtc_ers_client_refused(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_ers_client_event_e type, const char *reason,
    ngx_webrtc_usec_t now);
void ngx_webrtc_ers_client_tell(ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_ers_client_event_t *event, ngx_webrtc_usec_t now);

/* client_handshake.c */

void ngx_webrtc_ers_client_handshake(ngx_webrtc_ers_client_t *client);
/* takes what belongs to replies of HTTP */
void ngx_webrtc_ers_client_replies(ngx_webrtc_ers_client_t *client,
    const u_char **pos, const u_char *last, ngx_webrtc_usec_t now);
/* the connection has ended */
void ngx_webrtc_ers_client_parted(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now);

/* client_packet.c */

/* it is a WebSocket from now on */
void ngx_webrtc_ers_client_open(ngx_webrtc_ers_client_t *client);
ngx_int_t ngx_webrtc_ers_client_send(ngx_webrtc_ers_client_t *client,
    const ngx_webrtc_socket_io_1_packet_t *packet);
/* takes the reference of "args"; NULL: there was no memory for them */
ngx_int_t ngx_webrtc_ers_client_emit(ngx_webrtc_ers_client_t *client,
    const char *name, json_t *args, ngx_uint_t ack);
/* once */
void ngx_webrtc_ers_client_join(ngx_webrtc_ers_client_t *client,
    ngx_webrtc_usec_t now);

/* client_event.c */

void ngx_webrtc_ers_client_event(ngx_webrtc_ers_client_t *client,
    const char *name, const json_t *argument, ngx_webrtc_usec_t now);
/* to "join" */
void ngx_webrtc_ers_client_answered(ngx_webrtc_ers_client_t *client,
    const json_t *args, ngx_webrtc_usec_t now);

/* client_message.c */

void ngx_webrtc_ers_client_message(ngx_webrtc_ers_client_t *client,
    const json_t *message, ngx_webrtc_usec_t now);
/* empty: there is no such text, or it is too long */
ngx_str_t ngx_webrtc_ers_client_str(const json_t *object, const char *key,
    size_t max);

/* client_servers.c */

/* they have the place of those that were named before */
void ngx_webrtc_ers_client_list(ngx_webrtc_ers_client_t *client,
    json_t **list, const json_t *value);


#endif /* _NGX_WEBRTC_ERS_CLIENT_INTERNAL_H_INCLUDED_ */
