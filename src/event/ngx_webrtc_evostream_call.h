
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* a command of EvoStream's API, from a line to its answer, at any worker */


#ifndef _NGX_WEBRTC_EVOSTREAM_CALL_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_CALL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <front/evostream/ngx_webrtc_evostream_api.h>


typedef struct ngx_webrtc_evostream_call_s  ngx_webrtc_evostream_call_t;


/*
 * Exactly once, from the event loop, never from within call(); the call is
 * gone then.  The answer is valid during the handler; empty: no memory.  With
 * "quit" the connection ends behind it.
 */
typedef void (*ngx_webrtc_evostream_call_pt)(void *data,
    const ngx_str_t *answer, ngx_uint_t quit);


/* a line without its end; NULL: no memory */
ngx_webrtc_evostream_call_t *ngx_webrtc_evostream_call(const ngx_str_t *line,
    ngx_webrtc_evostream_form_e form, ngx_webrtc_evostream_call_pt handler,
    void *data);
/* a command with the arguments of a URI, in which its parameters are */
ngx_webrtc_evostream_call_t *ngx_webrtc_evostream_call_uri(
    const ngx_str_t *command, const ngx_str_t *args,
    ngx_webrtc_evostream_call_pt handler, void *data);
/* who asked has gone; what the command has begun goes on */
void ngx_webrtc_evostream_call_cancel(ngx_webrtc_evostream_call_t *call);

/* of a line, with its end */
size_t ngx_webrtc_evostream_call_line_size(void);


#endif /* _NGX_WEBRTC_EVOSTREAM_CALL_H_INCLUDED_ */
