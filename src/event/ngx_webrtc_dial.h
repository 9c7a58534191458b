
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A connection to a server: its name is resolved, its addresses are tried in
 * turn, TLS is spoken if it is wanted.  Nothing blocks.
 */


#ifndef _NGX_WEBRTC_DIAL_H_INCLUDED_
#define _NGX_WEBRTC_DIAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>


typedef struct ngx_webrtc_dial_s  ngx_webrtc_dial_t;


/* copied; what it points to lives as long as the configuration */

typedef struct {
    ngx_str_t                 host;     /* a name, an address, or an IPv6
                                           address in brackets */
    in_port_t                 port;
    ngx_resolver_t           *resolver; /* NULL: no names, but localhost */
    ngx_msec_t                resolver_timeout;
    ngx_msec_t                connect_timeout;  /* of an address, with TLS */
    unsigned                  tls:1;
    unsigned                  verify:1;
    ngx_ssl_t                *ssl;      /* NULL: there is no TLS */
} ngx_webrtc_dial_conf_t;


/* from the event loop, never from within a call of this file */

typedef struct {
    void                    (*connected)(void *data);
    void                    (*input)(void *data, u_char *pos, size_t len);
    /*
     * Moves what is to be sent to the buffer and returns its length; from
     * within close() too.
     */
    size_t                  (*output)(void *data, u_char *buf, size_t size);
    /*
     * The dial is gone, unless again() is called from here; "reason" is a
     * constant, NULL: closed by the server.
     */
    void                    (*closed)(void *data, const char *reason);
} ngx_webrtc_dial_handlers_t;


/* an address, in brackets or not, or localhost: no resolver is needed */
ngx_uint_t ngx_webrtc_dial_is_address(const ngx_str_t *host);

/* connected() or closed() follows.  NULL: no memory */
ngx_webrtc_dial_t *ngx_webrtc_dial_open(const ngx_webrtc_dial_conf_t *conf,
    const ngx_webrtc_dial_handlers_t *handlers, void *data);
/* output() will be asked in this turn of the loop, if it is connected */
void ngx_webrtc_dial_flush(ngx_webrtc_dial_t *dial);
/* another connection, to the same address if it can be; as open() */
void ngx_webrtc_dial_again(ngx_webrtc_dial_t *dial);
/* what the kernel does not take at once is lost; no handler is called later */
void ngx_webrtc_dial_close(ngx_webrtc_dial_t *dial);


#endif /* _NGX_WEBRTC_DIAL_H_INCLUDED_ */
