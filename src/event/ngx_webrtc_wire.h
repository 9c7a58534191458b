
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A wire joins two workers, or two parts of one: the one who opens it says
 * which service of which worker it wants, then both ends send messages, which
 * arrive whole and in order, until one of them closes it.  A long poll is a
 * wire with one message back; a socket that is not at the worker of its
 * session is a wire with many.
 *
 * Handlers are called from the event loop, never from within a call of this
 * file.
 */


#ifndef _NGX_WEBRTC_WIRE_H_INCLUDED_
#define _NGX_WEBRTC_WIRE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_zone.h>


typedef struct ngx_webrtc_wire_s  ngx_webrtc_wire_t;


typedef enum {
    NGX_WEBRTC_WIRE_REST = 0,       /* one REST request */
    NGX_WEBRTC_WIRE_SOCKETIO,       /* one request or WebSocket of a session */
    NGX_WEBRTC_WIRE_ROOM,           /* a member of a room */
    NGX_WEBRTC_WIRE_FEED,           /* datagrams of a port of another worker */
    NGX_WEBRTC_WIRE_VIEWING,        /* a viewer of a stream */
    NGX_WEBRTC_WIRE_ERS,            /* a member of a rendezvous room */
    NGX_WEBRTC_WIRE_MEDIA,          /* the media of a channel's member */
    NGX_WEBRTC_WIRE_SERVICES
} ngx_webrtc_wire_service_e;


typedef struct {
    /* valid during the call */
    void                    (*message)(ngx_webrtc_wire_t *wire, void *data,
                                u_char *pos, size_t len);
    /* by the other end, or its worker has gone; after it the wire is gone */
    void                    (*closed)(ngx_webrtc_wire_t *wire, void *data);
} ngx_webrtc_wire_handlers_t;


/*
 * Somebody wants the service.  It calls ngx_webrtc_wire_set_handlers() to
 * take the wire, and may send at once; else the wire is closed.
 */
typedef void (*ngx_webrtc_wire_accept_pt)(ngx_webrtc_wire_t *wire,
    u_char *hello, size_t len);

void ngx_webrtc_wire_service(ngx_webrtc_wire_service_e service,
    ngx_webrtc_wire_accept_pt accept);

/* NULL: that worker has gone, or no room, or no memory */
ngx_webrtc_wire_t *ngx_webrtc_wire_open(const ngx_webrtc_owner_t *to,
    ngx_webrtc_wire_service_e service, const void *hello, size_t len,
    const ngx_webrtc_wire_handlers_t *handlers, void *data);
void ngx_webrtc_wire_set_handlers(ngx_webrtc_wire_t *wire,
    const ngx_webrtc_wire_handlers_t *handlers, void *data);
/* when the worker stops, its owner closes it, after all others have ended */
void ngx_webrtc_wire_set_last(ngx_webrtc_wire_t *wire);
/* NGX_ERROR: it is broken; close it, or hear soon that it was closed */
ngx_int_t ngx_webrtc_wire_send(ngx_webrtc_wire_t *wire, const void *head,
    size_t head_len, const void *data, size_t len);
/* as if a message had been refused: hear soon that it was closed */
void ngx_webrtc_wire_break(ngx_webrtc_wire_t *wire);
/* what was sent before arrives before the other end hears "closed" */
void ngx_webrtc_wire_close(ngx_webrtc_wire_t *wire);
/* it is this worker at the other end */
ngx_uint_t ngx_webrtc_wire_is_local(const ngx_webrtc_wire_t *wire);
/* what was sent there waits: what can be left out should be */
ngx_uint_t ngx_webrtc_wire_is_late(const ngx_webrtc_wire_t *wire);


#endif /* _NGX_WEBRTC_WIRE_H_INCLUDED_ */
