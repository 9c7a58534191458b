
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_HTTP_WEBRTC_API_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_API_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <front/sora/ngx_webrtc_sora_api.h>
#include <http/ngx_http_webrtc_body.h>
#include <http/ngx_http_webrtc_module.h>


/*
 * Carries out a call whose scope is the shared zone.  NGX_ERROR: no memory,
 * the answer is empty.
 */
ngx_int_t ngx_http_webrtc_sora_list(ngx_webrtc_sora_call_t *call,
    ngx_log_t *log, ngx_webrtc_sora_answer_t *answer);


#endif /* _NGX_HTTP_WEBRTC_API_H_INCLUDED_ */
