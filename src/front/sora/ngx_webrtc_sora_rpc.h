
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Remote procedure calls of a client, JSON-RPC 2.0 over the data channel
 * "rpc".  A client may say the methods that it was granted, by the
 * configuration or by the auth webhook.
 */


#ifndef _NGX_WEBRTC_SORA_RPC_H_INCLUDED_
#define _NGX_WEBRTC_SORA_RPC_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <proto/ngx_webrtc_json.h>
#include <front/sora/ngx_webrtc_sora.h>
#include <front/sora/ngx_webrtc_sora_text.h>


/* the methods of "rpc_methods" in the answer of an auth webhook, or NULL */
ngx_uint_t ngx_webrtc_sora_rpc_grants(const json_t *authz);

/* the key "rpc_methods" of an offer */
void ngx_webrtc_sora_write_rpc(ngx_webrtc_sora_text_t *text,
    ngx_uint_t methods);

/* a message on the label */
void ngx_webrtc_sora_rpc_input(ngx_webrtc_sora_session_t *session,
    const u_char *data, size_t len, ngx_webrtc_usec_t now);

/*
 * Methods, for the table: the result, or NULL and what is wrong with the
 * parameters.
 */

typedef json_t *(*ngx_webrtc_sora_rpc_pt)(
    ngx_webrtc_sora_session_t *session, json_t *params,
    ngx_webrtc_usec_t now, const char **reason);

/* ngx_webrtc_sora_rpc_rid.c */

json_t *ngx_webrtc_sora_rpc_request_simulcast_rid(
    ngx_webrtc_sora_session_t *session, json_t *params,
    ngx_webrtc_usec_t now, const char **reason);
json_t *ngx_webrtc_sora_rpc_request_spotlight_rid(
    ngx_webrtc_sora_session_t *session, json_t *params,
    ngx_webrtc_usec_t now, const char **reason);
json_t *ngx_webrtc_sora_rpc_reset_spotlight_rid(
    ngx_webrtc_sora_session_t *session, json_t *params,
    ngx_webrtc_usec_t now, const char **reason);


#endif /* _NGX_WEBRTC_SORA_RPC_H_INCLUDED_ */
