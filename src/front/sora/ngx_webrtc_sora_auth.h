
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
#include <front/sora/ngx_webrtc_sora_connect.h>


/* close reason: the answer is no JSON, or a value in it breaks its rule */
#define NGX_WEBRTC_SORA_AUTH_INVALID  "INVALID-AUTH-WEBHOOK-ANSWER"

/* s; a year */
#define NGX_WEBRTC_SORA_LIFETIME_MAX  31536000


/*
 * Puts those keys of the answer over the message that a client could have
 * sent itself, as far as they are not null.  NGX_ERROR: no memory.
 */
ngx_int_t ngx_webrtc_sora_auth_overlay(json_t *connect, const json_t *authz);


#endif /* _NGX_WEBRTC_SORA_AUTH_H_INCLUDED_ */
