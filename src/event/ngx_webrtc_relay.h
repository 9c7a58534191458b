
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Carries a client's signalling between the worker that holds its WebSocket
 * (the pipe) and the home worker of its channel (the session), and API calls
 * likewise.  When both are the same worker no mailbox is used.
 */


#ifndef _NGX_WEBRTC_RELAY_H_INCLUDED_
#define _NGX_WEBRTC_RELAY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <front/sora/ngx_webrtc_sora_api.h>


typedef struct ngx_webrtc_pipe_s  ngx_webrtc_pipe_t;


/* what the holder of the WebSocket is told; called from the event loop */

typedef struct {
    void                    (*send)(void *data, const u_char *text,
                                size_t len);
    /* the pipe is gone when this returns */
    void                    (*close)(void *data, ngx_uint_t code,
                                const ngx_str_t *reason);
    void                    (*describe)(void *data,
                                const ngx_str_t *connection_id,
                                ngx_webrtc_role_e role);
} ngx_webrtc_pipe_handlers_t;


/*
 * Opens a pipe to the home of "channel_id" with the client's first message
 * and what is known of the client beside it.
 * NULL: refused, "reason" says why ("ZONE-FULL", "NO-WORKER").  The handlers
 * may be called before it returns only through the posted queue, never
 * directly.
 */
ngx_webrtc_pipe_t *ngx_webrtc_pipe_open(const ngx_str_t *channel_id,
    const ngx_webrtc_sora_admission_t *admission, const u_char *text,
    size_t len,
    const ngx_webrtc_pipe_handlers_t *handlers, void *data,
    const char **reason);
/* NGX_ERROR: the pipe broke; close the client and pipe_close() it */
ngx_int_t ngx_webrtc_pipe_input(ngx_webrtc_pipe_t *pipe, const u_char *text,
    size_t len);
/* the client has gone; no handler is called any more */
void ngx_webrtc_pipe_close(ngx_webrtc_pipe_t *pipe);


typedef struct ngx_webrtc_api_call_s  ngx_webrtc_api_call_t;

/* once, from the event loop; the answer is the handler's */
typedef void (*ngx_webrtc_api_handler_pt)(void *data,
    ngx_webrtc_sora_answer_t *answer);

/*
 * Carries out a parsed call of scope HOME where its channel lives.  A channel
 * that does not exist, a dead worker and a deadline become answers too.
 * NULL: "answer" is there and is the caller's, the handler is not called.
 */
ngx_webrtc_api_call_t *ngx_webrtc_api_call(ngx_webrtc_sora_call_t *call,
    const ngx_str_t *target, const u_char *body, size_t len,
    ngx_webrtc_api_handler_pt handler, void *data,
    ngx_webrtc_sora_answer_t *answer);
/* the requester has gone */
void ngx_webrtc_api_cancel(ngx_webrtc_api_call_t *call);


/*
 * For the worker.  init() comes after the seat was claimed (or not) and
 * before sora_create(), which takes the glue; without memory it leaves
 * ngx_webrtc_worker()->relay NULL and everything is refused.  shutdown()
 * comes first at the exit, while sora, hub and the seat still work: it tells
 * every client, here and at other workers, that this worker is going.  close()
 * comes when the media have ended too, which may have the last wires.
 */
void ngx_webrtc_relay_init(ngx_cycle_t *cycle);
void ngx_webrtc_relay_shutdown(void);
void ngx_webrtc_relay_close(void);
/* valid as long as the relay is; NULL: no relay */
const ngx_webrtc_sora_glue_t *ngx_webrtc_relay_sora_glue(void);
/* clients and sessions that this worker holds, for a graceful quit */
ngx_uint_t ngx_webrtc_relay_busy(void);


#endif /* _NGX_WEBRTC_RELAY_H_INCLUDED_ */
