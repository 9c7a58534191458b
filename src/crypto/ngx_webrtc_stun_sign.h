
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * STUN messages that are signed: MESSAGE-INTEGRITY, which is HMAC-SHA1 with a
 * short-term credential, and FINGERPRINT (RFC 8489 14.5, 14.7).  Nothing is
 * kept between calls.
 */


#ifndef _NGX_WEBRTC_STUN_SIGN_H_INCLUDED_
#define _NGX_WEBRTC_STUN_SIGN_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>
#include <proto/ngx_webrtc_stun.h>


/* a binding request to write */

typedef struct {
    u_char              transaction[12];
    ngx_str_t           username;       /* "theirs:ours" */
    ngx_str_t           password;       /* theirs */
    uint64_t            tie_breaker;
    uint32_t            priority;
    unsigned            controlling:1;
    unsigned            use_candidate:1;
} ngx_webrtc_stun_request_t;


/*
 * NGX_OK: MESSAGE-INTEGRITY and FINGERPRINT are there and right.
 * NGX_DECLINED: one is absent (400).  NGX_ERROR: one is wrong (401).
 */
ngx_int_t ngx_webrtc_stun_check(const ngx_webrtc_stun_t *stun,
    const ngx_str_t *password);

/*
 * Writers return the end of the message, or NULL when it does not fit.
 * write_error() with a NULL password leaves MESSAGE-INTEGRITY out, as 400
 * and 401 demand, and then never writes more than the request had: NULL asks
 * for silence.  420 lists stun->unknown.  "stun" must be a request.
 */
u_char *ngx_webrtc_stun_write_success(u_char *p, u_char *last,
    const ngx_webrtc_stun_t *stun, const ngx_webrtc_addr_t *mapped,
    const ngx_str_t *password);
u_char *ngx_webrtc_stun_write_error(u_char *p, u_char *last,
    const ngx_webrtc_stun_t *stun, ngx_uint_t code,
    const ngx_str_t *password);
u_char *ngx_webrtc_stun_write_request(u_char *p, u_char *last,
    const ngx_webrtc_stun_request_t *request);


#endif /* _NGX_WEBRTC_STUN_SIGN_H_INCLUDED_ */
