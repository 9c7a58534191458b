
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* of ngx_webrtc_evostream_{service,socket,viewer}.c alone */


#ifndef _NGX_WEBRTC_EVOSTREAM_SERVICE_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_SERVICE_INTERNAL_H_INCLUDED_


#include <core/ngx_webrtc_hash.h>
#include <front/evostream/ngx_webrtc_evostream_service.h>


#define NGX_WEBRTC_EVOSTREAM_SID_MAX        64


/* the service owns its sockets and viewers; each is freed by remove() */

struct ngx_webrtc_evostream_service_s {
    ngx_pool_t                           *pool;
    ngx_log_t                            *log;
    ngx_webrtc_evostream_service_conf_t   conf;
    ngx_webrtc_evostream_config_t         config;
    ngx_str_t                             host;     /* with its port */

    ngx_queue_t                           sockets;
    ngx_webrtc_evostream_socket_t        *front;    /* NULL: none */
    ngx_webrtc_hash_t                     viewers;

    ngx_webrtc_usec_t                     next;     /* a new front */
    ngx_webrtc_usec_t                     refresh;
    ngx_webrtc_usec_t                     joined;
    ngx_webrtc_usec_t                     end;      /* it has quit */
    ngx_uint_t                            failures;
    const char                           *told;     /* the last reason */

    unsigned                              known:1;  /* joined, as told */
    unsigned                              retry:1;
    unsigned                              quit:1;
    unsigned                              changed:1;
};


struct ngx_webrtc_evostream_socket_s {
    ngx_queue_t                           queue;
    ngx_webrtc_evostream_service_t       *service;
    void                                 *connection;   /* NULL: it has gone */
    ngx_webrtc_ers_client_t              *client;   /* NULL: not connected */
    ngx_queue_t                           viewers;
    const char                           *reason;   /* why it is over */
    unsigned                              joined:1;
    unsigned                              again:1;  /* connect once more */
    unsigned                              over:1;
    unsigned                              refused:1;
};


struct ngx_webrtc_evostream_viewer_s {
    ngx_queue_t                           queue;    /* of its socket */
    ngx_webrtc_hash_node_t                node;
    ngx_webrtc_evostream_socket_t        *socket;
    void                                 *viewing;  /* NULL: it has gone */
    ngx_str_t                             sid;
    unsigned                              offered:1;
    unsigned                              playing:1;
    unsigned                              named:1;  /* it has said a sid */
    u_char                                id[NGX_WEBRTC_EVOSTREAM_VIEWER_MAX];
    u_char                                sid_buf[
                                               NGX_WEBRTC_EVOSTREAM_SID_MAX];
};


/* what happened in a call is carried out; sockets may be gone then */
void ngx_webrtc_evostream_service_settle(
    ngx_webrtc_evostream_service_t *service, ngx_webrtc_usec_t now);

/* the front is in the room */
void ngx_webrtc_evostream_service_joined(
    ngx_webrtc_evostream_service_t *service, ngx_webrtc_usec_t now);

/* it connects; NULL: no memory */
ngx_webrtc_evostream_socket_t *ngx_webrtc_evostream_socket_create(
    ngx_webrtc_evostream_service_t *service);
/* "viewers": their sessions end too */
void ngx_webrtc_evostream_socket_remove(ngx_webrtc_evostream_socket_t *socket,
    ngx_uint_t viewers);
/* after anything that the client has heard or said */
void ngx_webrtc_evostream_socket_flush(ngx_webrtc_evostream_socket_t *socket);

void ngx_webrtc_evostream_viewer_come(ngx_webrtc_evostream_socket_t *socket,
    const ngx_webrtc_ers_client_event_t *event);
void ngx_webrtc_evostream_viewer_message(
    ngx_webrtc_evostream_socket_t *socket,
    const ngx_webrtc_ers_client_event_t *event);
void ngx_webrtc_evostream_viewer_left(ngx_webrtc_evostream_socket_t *socket,
    const ngx_webrtc_ers_client_event_t *event);
/* "end": of its session too */
void ngx_webrtc_evostream_viewer_drop(ngx_webrtc_evostream_viewer_t *viewer,
    ngx_uint_t end);


#endif /* _NGX_WEBRTC_EVOSTREAM_SERVICE_INTERNAL_H_INCLUDED_ */
