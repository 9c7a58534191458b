
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Unguessable and signed words for the front-ends, which do not reach down to
 * the crypto room.
 */


#ifndef _NGX_WEBRTC_TOKEN_H_INCLUDED_
#define _NGX_WEBRTC_TOKEN_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


#define NGX_WEBRTC_UUID_LEN        36
#define NGX_WEBRTC_SIGNATURE_LEN   32
#define NGX_WEBRTC_SHORT_SIGNATURE_LEN  20


/* NGX_ERROR: the generator failed, the buffer must not be used */
ngx_int_t ngx_webrtc_token_random(void *buf, size_t len);
/* a random UUID (RFC 9562, version 4) in lower case, not terminated */
ngx_int_t ngx_webrtc_token_uuid(u_char *text);
/* 16 bytes as a UUID */
void ngx_webrtc_token_uuid_format(u_char *text, const u_char *bytes);

/* HMAC-SHA256, NGX_WEBRTC_SIGNATURE_LEN bytes */
ngx_int_t ngx_webrtc_token_sign(const ngx_str_t *secret,
    const ngx_str_t *data, u_char *signature);
/* HMAC-SHA1, NGX_WEBRTC_SHORT_SIGNATURE_LEN bytes: TURN servers want it */
void ngx_webrtc_token_sign_short(const ngx_str_t *secret,
    const ngx_str_t *data, u_char *signature);
/* in a time that depends on the lengths alone */
ngx_uint_t ngx_webrtc_token_equal(const ngx_str_t *a, const ngx_str_t *b);


#endif /* _NGX_WEBRTC_TOKEN_H_INCLUDED_ */
