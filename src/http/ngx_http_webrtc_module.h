
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_HTTP_WEBRTC_MODULE_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_MODULE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <event/ngx_webrtc_hook.h>


/* empty: none */

typedef struct {
    ngx_str_t                 uri;
    ngx_str_t                 args;
    unsigned                  set:1;
} ngx_http_webrtc_uri_t;


typedef struct {
    ngx_http_conf_ctx_t      *conf;     /* of the server */
    ngx_http_webrtc_uri_t     uri;
} ngx_http_webrtc_hook_t;


typedef struct {
    ngx_http_webrtc_hook_t    hooks[NGX_WEBRTC_HOOKS];
    ngx_uint_t                auth_pending;
    size_t                    webhook_queue;
    ngx_uint_t                webhook_lanes;
    size_t                    api_buffers;      /* of unread answers */
} ngx_http_webrtc_main_conf_t;


typedef struct {
    /* signalling */
    size_t                    message_size;
    size_t                    send_queue;
    ngx_uint_t                rate;             /* messages/s; 0: any */
    ngx_uint_t                burst;
    ngx_msec_t                connect_timeout;

    /* webhooks */
    ngx_http_webrtc_uri_t     auth_uri;
    ngx_msec_t                webhook_timeout;
    size_t                    webhook_answer;

    /* the dispatcher of skyway-js; empty: this host */
    ngx_str_t                 skyway_domain;

    /* API */
    ngx_http_complex_value_t *cors_origin;      /* NULL: no CORS headers */
    off_t                     max_body;         /* 0: any */

    ngx_str_t                 handler;          /* the directive that set it */
    unsigned                  is_api:1;
    unsigned                  is_socketio:1;
    unsigned                  is_ers:1;
} ngx_http_webrtc_loc_conf_t;


typedef struct ngx_http_webrtc_websocket_s  ngx_http_webrtc_websocket_t;
typedef struct ngx_http_webrtc_body_s       ngx_http_webrtc_body_t;


/* the handler's state, and what the variables tell; in r->pool */

typedef struct {
    ngx_http_webrtc_websocket_t  *socket;
    ngx_http_webrtc_body_t       *body;
    ngx_str_t                     channel_id;
    ngx_str_t                     connection_id;
    ngx_str_t                     role;
    ngx_str_t                     close_reason;
} ngx_http_webrtc_ctx_t;


ngx_int_t ngx_http_webrtc_add_variables(ngx_conf_t *cf);

/* handlers of directives: any URI; a session or event webhook's */
char *ngx_http_webrtc_set_uri(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *ngx_http_webrtc_hook_uri(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
/* before the worker is set up */
void ngx_http_webrtc_hook_init(void);

ngx_int_t ngx_http_webrtc_sora_signaling_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_webrtc_sora_api_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_webrtc_peerjs_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_webrtc_skyway_api_handler(ngx_http_request_t *r);
ngx_int_t ngx_http_webrtc_evostream_api_handler(ngx_http_request_t *r);


extern ngx_module_t  ngx_http_webrtc_module;


#endif /* _NGX_HTTP_WEBRTC_MODULE_H_INCLUDED_ */
