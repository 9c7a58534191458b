
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Requests of the gateway's REST API on their way to the worker that has the
 * object, which may be this one, and answers on their way back.
 */


#ifndef _NGX_WEBRTC_SKYWAY_REST_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_REST_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <front/skyway/ngx_webrtc_skyway_api.h>


typedef struct ngx_webrtc_rest_s  ngx_webrtc_rest_t;


/* at most once, never from within request(); the answer is the handler's */
typedef void (*ngx_webrtc_rest_handler_pt)(void *data,
    ngx_webrtc_skyway_answer_t *answer);


/* NULL: "answer" is there already */
ngx_webrtc_rest_t *ngx_webrtc_rest_request(
    const ngx_webrtc_skyway_request_t *request,
    ngx_webrtc_rest_handler_pt handler, void *data,
    ngx_webrtc_skyway_answer_t *answer);
/*
 * The client has its answer, or has gone, before it or with it under way: then
 * an event in it is somebody else's.
 */
void ngx_webrtc_rest_done(ngx_webrtc_rest_t *rest, ngx_uint_t written);


/* this worker serves the requests of all; after the relay was made */
void ngx_webrtc_rest_init(void);


#endif /* _NGX_WEBRTC_SKYWAY_REST_H_INCLUDED_ */
