
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* What the two files of background requests share. */


#ifndef _NGX_HTTP_WEBRTC_BACKGROUND_REQUEST_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_BACKGROUND_REQUEST_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <ngx_http.h>
#include <http/ngx_http_webrtc_background.h>


/*
 * Lives from start() until the handler was called, or the request is gone
 * after cancel(); in its own pool.
 */

struct ngx_http_webrtc_background_s {
    ngx_queue_t                     queue;
    ngx_pool_t                     *pool;
    ngx_http_conf_ctx_t            *conf;
    ngx_str_t                       uri;
    ngx_str_t                       args;
    ngx_str_t                       connection_id;
    ngx_str_t                       text;
    ngx_msec_t                      timeout;

    struct sockaddr                *sockaddr;
    socklen_t                       socklen;
    ngx_str_t                       addr_text;
    struct sockaddr                *local_sockaddr;
    socklen_t                       local_socklen;

    ngx_connection_t               *connection; /* NULL: none yet, or gone */
    ngx_http_request_t             *subrequest;
    ngx_event_t                     event;      /* start, timeout, end */

    ngx_uint_t                      status;
    u_char                         *answer;
    size_t                          len;
    size_t                          size;
    size_t                          max;

    ngx_http_webrtc_background_pt   handler;    /* NULL: cancelled */
    void                           *data;

    unsigned                        started:1;
    unsigned                        overflow:1;
};


/* ngx_http_webrtc_background.c */

/* NGX_ERROR: the answer is too long, or there is no memory */
ngx_int_t ngx_http_webrtc_background_append(ngx_http_webrtc_background_t *bg,
    const u_char *data, size_t len);
/* of the connection's pool: it is gone */
void ngx_http_webrtc_background_cleanup(void *data);

/* ngx_http_webrtc_background_request.c */

/* a connection without a client; NULL: there is none */
ngx_connection_t *ngx_http_webrtc_background_connect(
    ngx_http_webrtc_background_t *bg);
/* its main request; NULL: no memory, the connection is still there */
ngx_http_request_t *ngx_http_webrtc_background_request(
    ngx_http_webrtc_background_t *bg, ngx_connection_t *c);
void ngx_http_webrtc_background_close_socket(void);


#endif /* _NGX_HTTP_WEBRTC_BACKGROUND_REQUEST_H_INCLUDED_ */
