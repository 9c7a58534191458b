
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* of ngx_webrtc_dial*.c alone */


#ifndef _NGX_WEBRTC_DIAL_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_DIAL_INTERNAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_event_connect.h>
#include <event/ngx_webrtc_dial.h>


#define NGX_WEBRTC_DIAL_BUFFER  16384


/*
 * Lives in a pool of its own, until closed() was called or close() was; in
 * the latter case from within a handler until that returns.
 */

struct ngx_webrtc_dial_s {
    ngx_pool_t                         *pool;
    ngx_log_t                           log;
    ngx_webrtc_dial_conf_t              conf;
    const ngx_webrtc_dial_handlers_t   *handlers;
    void                               *data;

    ngx_str_t                           host;   /* without brackets, with a
                                                   zero after it */
    ngx_resolver_ctx_t                 *resolving;
    ngx_addr_t                         *addrs;
    ngx_uint_t                          naddrs;
    ngx_uint_t                          tried;
    ngx_peer_connection_t               peer;
    const char                         *reason; /* of addresses before */

    u_char                             *buffer;     /* to be sent */
    u_char                             *pos;
    u_char                             *last;

    ngx_event_t                         event;      /* it begins, again */

    unsigned                            literal:1;
    unsigned                            reached:1;  /* this address */
    unsigned                            answered:1; /* the one of "reason" */
    unsigned                            connected:1;
    unsigned                            busy:1;     /* in a handler */
    unsigned                            closed:1;
};


/* without brackets */
ngx_str_t ngx_webrtc_dial_bare(const ngx_str_t *host);
/* its addresses: connect() follows, or fail() */
void ngx_webrtc_dial_find(ngx_webrtc_dial_t *dial);
/* to the first address that was not tried */
void ngx_webrtc_dial_connect(ngx_webrtc_dial_t *dial);
/* the next address, or the end */
void ngx_webrtc_dial_next(ngx_webrtc_dial_t *dial, const char *reason);
/* TCP and TLS stand */
void ngx_webrtc_dial_ready(ngx_webrtc_dial_t *dial);
/* nothing is heard of it any more; "goodbye": what is left is sent */
void ngx_webrtc_dial_disconnect(ngx_webrtc_dial_t *dial, ngx_uint_t goodbye);
void ngx_webrtc_dial_fail(ngx_webrtc_dial_t *dial, const char *reason);

void ngx_webrtc_dial_tls(ngx_webrtc_dial_t *dial);

void ngx_webrtc_dial_read_handler(ngx_event_t *ev);
void ngx_webrtc_dial_write_handler(ngx_event_t *ev);
/* NGX_AGAIN: the kernel takes no more for now */
ngx_int_t ngx_webrtc_dial_send(ngx_webrtc_dial_t *dial);


#endif /* _NGX_WEBRTC_DIAL_INTERNAL_H_INCLUDED_ */
