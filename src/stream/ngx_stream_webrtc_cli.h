
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* EvoStream's API over a TCP connection: lines in, answers out, in order */


#ifndef _NGX_STREAM_WEBRTC_CLI_H_INCLUDED_
#define _NGX_STREAM_WEBRTC_CLI_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>
#include <event/ngx_webrtc_evostream_call.h>


typedef struct {
    ngx_flag_t                   enabled;
    ngx_webrtc_evostream_form_e  form;
    ngx_msec_t                   timeout;
} ngx_stream_webrtc_cli_conf_t;


/* the handler of the server's connections; "conf" outlives them */
void ngx_stream_webrtc_cli_start(ngx_stream_session_t *s,
    const ngx_stream_webrtc_cli_conf_t *conf);


extern ngx_module_t  ngx_stream_webrtc_module;


#endif /* _NGX_STREAM_WEBRTC_CLI_H_INCLUDED_ */
