
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A request of our own to a location of this nginx, without a client: POST of
 * a JSON text.  The location, usually "internal" with "proxy_pass", decides
 * where it goes, so that TLS, balancing and timeouts are nginx's.
 *
 * It is a subrequest, so that access rules which a server has for its clients
 * do not apply, of a main request on a connection that has no socket of its
 * own but counts among worker_connections.  What the location sends comes to
 * us instead of going to a client.
 */


#ifndef _NGX_HTTP_WEBRTC_BACKGROUND_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_BACKGROUND_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>


typedef struct ngx_http_webrtc_background_s  ngx_http_webrtc_background_t;


/*
 * Once, from the event loop, unless it was cancelled.  "status" is 0 when no
 * answer came: a timeout, a body longer than allowed, no memory or connection.
 * "body" is valid during the call.
 */
typedef void (*ngx_http_webrtc_background_pt)(void *data, ngx_uint_t status,
    const ngx_str_t *body);


/* all is copied but "conf", which is that of a server */

typedef struct {
    ngx_http_conf_ctx_t            *conf;
    ngx_str_t                       uri;
    ngx_str_t                       args;
    ngx_str_t                       connection_id;  /* for a header */
    ngx_str_t                       text;
    size_t                          max;            /* bytes of an answer */
    ngx_msec_t                      timeout;
    ngx_connection_t               *client; /* whose addresses; or NULL */
} ngx_http_webrtc_background_request_t;


/* NULL: no memory */
ngx_http_webrtc_background_t *ngx_http_webrtc_background_start(
    const ngx_http_webrtc_background_request_t *request,
    ngx_http_webrtc_background_pt handler, void *data);
void ngx_http_webrtc_background_cancel(
    ngx_http_webrtc_background_t *background);

/* at the end of the process: all are given up, no handler is called */
void ngx_http_webrtc_background_shutdown(void);


#endif /* _NGX_HTTP_WEBRTC_BACKGROUND_H_INCLUDED_ */
