
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_CALL_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_CALL_INTERNAL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <event/ngx_webrtc_evostream_call.h>
#include <event/ngx_webrtc_relay.h>
#include <event/ngx_webrtc_skyway_rest.h>


/*
 * Its own, from call() until the handler was called or cancel().  The event
 * is posted when the answer, or what the command waits for, is known.
 */

struct ngx_webrtc_evostream_call_s {
    ngx_pool_t                       *pool;
    ngx_webrtc_evostream_api_t        api;
    ngx_webrtc_evostream_run_t        run;
    ngx_webrtc_evostream_form_e       form;
    ngx_webrtc_evostream_call_pt      handler;
    void                             *data;
    ngx_event_t                       event;
    ngx_int_t                         rc;       /* of the command */
    ngx_int_t                         result;   /* of what it waits for */

    /* what is under way */
    ngx_resolver_ctx_t               *resolving;
    ngx_webrtc_api_call_t            *sora;
    ngx_webrtc_rest_t                *rest;
};


/* what it waits for is known: it goes on from the event loop */
void ngx_webrtc_evostream_call_tell(ngx_webrtc_evostream_call_t *call,
    ngx_int_t result);
/* ends the stream of the command; tell() follows */
void ngx_webrtc_evostream_call_close(ngx_webrtc_evostream_call_t *call);


#endif /* _NGX_WEBRTC_EVOSTREAM_CALL_INTERNAL_H_INCLUDED_ */
