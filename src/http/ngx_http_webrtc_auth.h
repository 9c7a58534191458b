
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* The auth webhook of a signalling location, asked once for each client. */


#ifndef _NGX_HTTP_WEBRTC_AUTH_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_AUTH_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>
#include <front/sora/ngx_webrtc_sora.h>


typedef struct ngx_http_webrtc_auth_s  ngx_http_webrtc_auth_t;


/*
 * Once, from the event loop, unless it was cancelled.  NGX_OK: "admission" is
 * that of the client, with the connect message in "text"; else "reason" is for
 * its close frame.  All is valid during the call.
 */
typedef void (*ngx_http_webrtc_auth_pt)(void *data, ngx_int_t rc,
    const ngx_webrtc_sora_admission_t *admission, const ngx_str_t *text,
    const ngx_str_t *reason);


/* NULL: "reason" says why not */
ngx_http_webrtc_auth_t *ngx_http_webrtc_auth_start(ngx_http_request_t *r,
    const ngx_str_t *channel_id, const u_char *text, size_t len,
    ngx_http_webrtc_auth_pt handler, void *data, const char **reason);
/* the client has gone */
void ngx_http_webrtc_auth_cancel(ngx_http_webrtc_auth_t *auth);


#endif /* _NGX_HTTP_WEBRTC_AUTH_H_INCLUDED_ */
