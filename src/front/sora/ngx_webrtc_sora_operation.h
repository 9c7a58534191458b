
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The operations of the HTTP API that the home worker of a channel carries
 * out, a file for each group, and what they share.
 */


#ifndef _NGX_WEBRTC_SORA_OPERATION_H_INCLUDED_
#define _NGX_WEBRTC_SORA_OPERATION_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/sora/ngx_webrtc_sora_schema.h>


/* NULL: it is not there, the answer says so */

ngx_webrtc_channel_t *ngx_webrtc_sora_call_channel(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_sora_answer_t *answer);
/* of the channel; "key" holds its connection_id */
ngx_webrtc_connection_t *ngx_webrtc_sora_call_connection(
    ngx_webrtc_sora_t *sora, ngx_webrtc_sora_call_t *call, const char *key,
    ngx_webrtc_sora_answer_t *answer);

/* a string of the request, empty when it is not given */
void ngx_webrtc_sora_call_str(const ngx_webrtc_sora_call_t *call,
    const char *key, ngx_str_t *str);
/* its index in "words"; NGX_ERROR: not given */
ngx_int_t ngx_webrtc_sora_call_word(const ngx_webrtc_sora_call_t *call,
    const char *key, const char *const *words);

/* answers the ids and names of the request; "reason" is not among them */
void ngx_webrtc_sora_echo(ngx_webrtc_sora_call_t *call,
    ngx_webrtc_sora_answer_t *answer);


/* ngx_webrtc_sora_disconnect.c */

void ngx_webrtc_sora_disconnect_channel(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_disconnect_client(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_disconnect_connection(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);
void ngx_webrtc_sora_disconnect_role(ngx_webrtc_sora_t *sora,
    ngx_webrtc_sora_call_t *call, ngx_webrtc_usec_t now,
    ngx_webrtc_sora_answer_t *answer);


#endif /* _NGX_WEBRTC_SORA_OPERATION_H_INCLUDED_ */
