
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The auth webhook: what it is asked, what it answers, and how its answer
 * changes a connect message.
 */


#ifndef _NGX_WEBRTC_SORA_AUTH_H_INCLUDED_
#define _NGX_WEBRTC_SORA_AUTH_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/sora/ngx_webrtc_sora.h>
#include <front/sora/ngx_webrtc_sora_connect.h>
#include <front/sora/ngx_webrtc_sora_text.h>


/* close reason: the answer is no JSON, or a value in it breaks its rule */
#define NGX_WEBRTC_SORA_AUTH_INVALID  "INVALID-AUTH-WEBHOOK-ANSWER"

/* close reasons of refusals that have none of their own */
#define NGX_WEBRTC_SORA_AUTH_DENIED   "AUTH-WEBHOOK-DENIED"
#define NGX_WEBRTC_SORA_AUTH_FAILED   "AUTH-WEBHOOK-FAILED"
#define NGX_WEBRTC_SORA_AUTH_BUSY     "AUTH-WEBHOOK-BUSY"

/* s; a year */
#define NGX_WEBRTC_SORA_LIFETIME_MAX  31536000


/* what the webhook is told beside the connect message */

typedef struct {
    const ngx_webrtc_sora_node_t  *node;
    uint64_t                       wall;    /* us since 1970 */
    u_char                         id[NGX_WEBRTC_ID_LEN];
    u_char                         connection_id[NGX_WEBRTC_ID_LEN];
    /* of the channel; all zero: it is empty */
    u_char                         session_id[NGX_WEBRTC_ID_LEN];
    ngx_webrtc_counts_t            counts;
} ngx_webrtc_sora_auth_facts_t;


/*
 * The request for a connect message; "text" is the caller's to free.
 * NGX_ERROR: as of connect_parse().
 */
ngx_int_t ngx_webrtc_sora_auth_request(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_sora_auth_facts_t *facts, const u_char *data, size_t len,
    const char **reason);

/*
 * NGX_OK: let it in, with the answer as its "authz".  NGX_DECLINED: "reason"
 * is that of the webhook, cut to what a close frame takes.  NGX_ERROR: this is
 * no answer.  "buf" has NGX_WEBRTC_SORA_REASON_LEN bytes.
 */
ngx_int_t ngx_webrtc_sora_auth_answer(ngx_uint_t status,
    const ngx_str_t *body, u_char *buf, ngx_str_t *reason);

/*
 * Puts those keys of the answer over the message that a client could have
 * sent itself, as far as they are not null.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_webrtc_sora_auth_overlay(json_t *connect, const json_t *authz);


#endif /* _NGX_WEBRTC_SORA_AUTH_H_INCLUDED_ */
