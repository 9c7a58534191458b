
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Who may be a peer: the key, the domain it is for, and with a secret the
 * credential that a server of the operator made for one peer id:
 *
 *     authToken = base64(HMAC-SHA256(secret, "timestamp:ttl:peerId"))
 */


#ifndef _NGX_WEBRTC_SKYWAY_AUTH_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_AUTH_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/skyway/ngx_webrtc_skyway.h>
#include <proto/ngx_webrtc_json.h>


/* s */
#define NGX_WEBRTC_SKYWAY_TTL_MIN       600
#define NGX_WEBRTC_SKYWAY_TTL_MAX       90000

/* s; how much the clock that made a timestamp may be ahead */
#define NGX_WEBRTC_SKYWAY_SKEW          60

/* s before the end a peer is told */
#define NGX_WEBRTC_SKYWAY_EXPIRES_IN    300


/* strings are those of what it was read from */

typedef struct {
    uint64_t                  timestamp;    /* s since 1970 */
    uint64_t                  ttl;          /* s */
    ngx_str_t                 token;        /* base64 */
} ngx_webrtc_skyway_credential_t;


/*
 * NGX_OK, with "key" NULL when any key is accepted; NGX_DECLINED: it is none
 * of ours; NGX_ABORT: this "key" is for another domain.  "domain" is a host
 * name, or the value of an Origin header.
 */
ngx_int_t ngx_webrtc_skyway_auth_key(const ngx_webrtc_skyway_conf_t *conf,
    const ngx_str_t *name, const ngx_str_t *domain,
    const ngx_webrtc_skyway_key_t **key);

/* a JSON object; NGX_ERROR: "field" has not the form that it must have */
ngx_int_t ngx_webrtc_skyway_credential_read(const json_t *object,
    ngx_webrtc_skyway_credential_t *credential, const char **field);
/* "timestamp:ttl:authToken" */
ngx_int_t ngx_webrtc_skyway_credential_parse(const ngx_str_t *text,
    ngx_webrtc_skyway_credential_t *credential);

/*
 * NGX_OK: valid for "left" seconds from "wall", s since 1970; 0: for ever, as
 * the key has no secret (or is NULL), and the credential was not looked at.
 * NGX_DECLINED: not valid, "reason" is for the log.  "credential" may be NULL:
 * there is none.
 */
ngx_int_t ngx_webrtc_skyway_auth_check(const ngx_webrtc_skyway_key_t *key,
    const ngx_str_t *peer_id,
    const ngx_webrtc_skyway_credential_t *credential, uint64_t wall,
    uint64_t *left, const char **reason);


#endif /* _NGX_WEBRTC_SKYWAY_AUTH_H_INCLUDED_ */
