
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What signallers speak: HTTP/1.1 and WebSocket as clients, never blocking.
 * Hosts are numeric addresses or "localhost": a load tool waits for no
 * resolver.
 */


#ifndef _LOAD_NET_H_INCLUDED_
#define _LOAD_NET_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>
#include <proto/ngx_webrtc_http_reply.h>

#include "load_loop.h"


#define LOAD_HTTP_REPLY_MAX     (256 * 1024)
#define LOAD_WS_MESSAGE_MAX     (256 * 1024)


/* of "ws://host:port/path?query"; points into the text */

typedef struct {
    ngx_str_t                 scheme;       /* "ws" */
    ngx_str_t                 host;         /* "host:port", for Host: */
    ngx_str_t                 path;         /* with the query; "/" at least */
    ngx_webrtc_addr_t         addr;
} load_url_t;

/* "raw:host:port" has an empty path; NGX_ERROR: *reason is a text */
ngx_int_t load_url_parse(const ngx_str_t *text, load_url_t *url,
    const char **reason);

/* a connecting TCP socket (TCP_NODELAY), or -1 */
int load_tcp_connect(const ngx_webrtc_addr_t *addr);


/*
 * A connection that is kept alive, and connected again when the server has
 * closed it; requests wait for each other.  The handler gets each reply in
 * order; "reply" is NULL when there is none, and "reason" says why.
 */

typedef struct load_http_s  load_http_t;

typedef void (*load_http_handler_pt)(load_http_t *http,
    const ngx_webrtc_http_reply_t *reply, const char *reason, void *data);

/* the URL's texts must outlive it; NULL: no memory */
load_http_t *load_http_create(load_loop_t *loop, const load_url_t *url);
/* requests that wait are forgotten, their handlers are not called */
void load_http_destroy(load_http_t *http);

/* all is copied; "path" NULL: that of the URL; "body" NULL: none */
ngx_int_t load_http_request(load_http_t *http, const char *method,
    const ngx_str_t *path, const ngx_str_t *body,
    load_http_handler_pt handler, void *data);

/* in the handler: when the kernel had the reply, as load_nsec() */
uint64_t load_http_arrival(const load_http_t *http);


typedef enum {
    LOAD_WS_OPEN = 0,
    LOAD_WS_TEXT,
    LOAD_WS_BINARY,
    LOAD_WS_CLOSED                  /* "text" says why; the last event */
} load_ws_event_e;


/* the connection belongs to its creator, who destroys it after CLOSED too */

typedef struct load_ws_s  load_ws_t;

/* "text" is valid during the call */
typedef void (*load_ws_handler_pt)(load_ws_t *ws, load_ws_event_e event,
    const ngx_str_t *text, void *data);

load_ws_t *load_ws_create(load_loop_t *loop, const load_url_t *url,
    const char *protocol, load_ws_handler_pt handler, void *data);
void load_ws_destroy(load_ws_t *ws);

ngx_int_t load_ws_send_text(load_ws_t *ws, const char *text, size_t len);


#endif /* _LOAD_NET_H_INCLUDED_ */
