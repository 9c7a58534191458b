
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * STUN binding messages as ICE uses them (RFC 8489, RFC 8445 7).  Integrity
 * and the building of messages are libnice's stun library's; nothing is kept
 * between calls.  Parsing needs no password, so that the peer can be looked
 * up by its user name first.
 */


#ifndef _NGX_WEBRTC_STUN_H_INCLUDED_
#define _NGX_WEBRTC_STUN_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>


#define NGX_WEBRTC_STUN_HEADER_LEN      20
#define NGX_WEBRTC_STUN_COOKIE          0x2112a442

/* longer messages are refused; ours never are longer */
#define NGX_WEBRTC_STUN_MAX             1280

#define NGX_WEBRTC_STUN_UNKNOWN_MAX     8

/* RFC 8445 5.3: ufrags have at most 256 characters */
#define NGX_WEBRTC_STUN_UFRAG_MAX       256

#define NGX_WEBRTC_STUN_BINDING         1


typedef enum {
    NGX_WEBRTC_STUN_REQUEST = 0,
    NGX_WEBRTC_STUN_INDICATION,
    NGX_WEBRTC_STUN_RESPONSE,
    NGX_WEBRTC_STUN_ERROR
} ngx_webrtc_stun_class_e;


#define NGX_WEBRTC_STUN_BAD_REQUEST         400
#define NGX_WEBRTC_STUN_UNAUTHORIZED        401
#define NGX_WEBRTC_STUN_UNKNOWN_ATTRIBUTE   420
#define NGX_WEBRTC_STUN_ROLE_CONFLICT       487
#define NGX_WEBRTC_STUN_SERVER_ERROR        500


/* points into the message it was parsed from */

typedef struct {
    u_char             *start;
    u_char             *last;
    u_char             *transaction;    /* 12 bytes */
    u_char             *integrity;      /* the attribute, or NULL */
    u_char             *fingerprint;    /* the attribute, or NULL */
    ngx_str_t           username;       /* whole; len 0: absent */
    ngx_str_t           local_ufrag;    /* before the colon: ours */
    ngx_str_t           remote_ufrag;   /* after it: the sender's */
    uint64_t            tie_breaker;
    uint32_t            priority;       /* 0: absent */
    ngx_webrtc_addr_t   mapped;         /* port 0: absent */
    uint16_t            method;
    uint16_t            error;          /* code of an error response */
    uint16_t            unknown[NGX_WEBRTC_STUN_UNKNOWN_MAX];
    uint8_t             nunknown;       /* comprehension-required ones */
    uint8_t             class;          /* ngx_webrtc_stun_class_e */
    unsigned            use_candidate:1;
    unsigned            controlling:1;
    unsigned            controlled:1;
} ngx_webrtc_stun_t;


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


/* RFC 7983 7 and the cookie; cheap, for demultiplexing */
ngx_uint_t ngx_webrtc_stun_is_stun(const u_char *pos, const u_char *last);

/*
 * NGX_DECLINED: not STUN; NGX_ERROR: malformed (an attribute beyond the end,
 * a wrong length, one that may not repeat, something after FINGERPRINT).
 * Unknown attributes that require comprehension are only listed.
 */
ngx_int_t ngx_webrtc_stun_parse(u_char *pos, u_char *last,
    ngx_webrtc_stun_t *stun);

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


#endif /* _NGX_WEBRTC_STUN_H_INCLUDED_ */
