
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The session and event webhooks of this worker: what happened waits in lanes,
 * one request at a time in each, so that what concerns one connection keeps
 * its order and a server that was away is not run over when it is back.  What
 * does not fit into the queue is dropped and counted.
 */


#ifndef _NGX_WEBRTC_HOOK_H_INCLUDED_
#define _NGX_WEBRTC_HOOK_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <hub/ngx_webrtc_hub.h>
#include <event/ngx_webrtc_worker.h>


#define NGX_WEBRTC_HOOK_LANES  64


typedef enum {
    NGX_WEBRTC_HOOK_SESSION = 0,
    NGX_WEBRTC_HOOK_EVENT,
    NGX_WEBRTC_HOOKS
} ngx_webrtc_hook_e;


/* "status" is 0 when there was no answer */
typedef void (*ngx_webrtc_hook_done_pt)(void *data, ngx_uint_t status,
    const ngx_str_t *body);


typedef struct {
    size_t                    queue;    /* bytes that may wait */
    ngx_uint_t                lanes;    /* of each webhook */
} ngx_webrtc_hook_conf_t;


/* how webhooks leave: the http module's part */

typedef struct {
    /* NGX_DECLINED: no URI is configured for it */
    ngx_int_t               (*conf)(ngx_webrtc_hook_e type,
                                ngx_webrtc_hook_conf_t *conf);
    /* "done" is called later, unless it is cancelled; NULL: no memory */
    void                   *(*send)(ngx_webrtc_hook_e type,
                                const ngx_str_t *connection_id,
                                const ngx_str_t *text,
                                ngx_webrtc_hook_done_pt done, void *data);
    void                    (*cancel)(void *request);
} ngx_webrtc_hook_sender_t;


/* before the worker is set up */
void ngx_webrtc_hook_set_sender(const ngx_webrtc_hook_sender_t *sender);

void ngx_webrtc_hook_init(ngx_cycle_t *cycle, ngx_webrtc_worker_t *worker);
/* the worker must go now: what is left has a moment */
void ngx_webrtc_hook_quit(void);
/* the process ends: nothing is sent any more */
void ngx_webrtc_hook_close(void);

/* a new one, as webhooks and connections have */
ngx_int_t ngx_webrtc_hook_id(u_char *id);

/* for the glue of the hub */
void ngx_webrtc_hook_event(ngx_webrtc_hub_t *hub,
    const ngx_webrtc_event_t *event);
void ngx_webrtc_hook_session(ngx_webrtc_hub_t *hub,
    ngx_webrtc_channel_t *channel, ngx_uint_t begins, ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_HOOK_H_INCLUDED_ */
