
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * STUN binding messages as ICE uses them (RFC 8489, RFC 8445 7).  Parsing
 * needs no password, so that the peer can be looked up by its user name first;
 * then crypto/ngx_webrtc_stun_sign.h says whether the message is genuine.
 */


#ifndef _NGX_WEBRTC_STUN_H_INCLUDED_
#define _NGX_WEBRTC_STUN_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>


#define NGX_WEBRTC_STUN_HEADER_LEN      20
#define NGX_WEBRTC_STUN_COOKIE          0x2112a442

#define NGX_WEBRTC_STUN_INTEGRITY_LEN   20

/* longer messages are refused; ours never are longer */
#define NGX_WEBRTC_STUN_MAX             1280

#define NGX_WEBRTC_STUN_UNKNOWN_MAX     8

/* RFC 8445 5.3: ufrags have at most 256 characters */
#define NGX_WEBRTC_STUN_UFRAG_MAX       256

#define NGX_WEBRTC_STUN_BINDING         1

/* of XOR-MAPPED-ADDRESS */
#define NGX_WEBRTC_STUN_FAMILY_V4       1
#define NGX_WEBRTC_STUN_FAMILY_V6       2


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


/* RFC 7983 7 and the cookie; cheap, for demultiplexing */
ngx_uint_t ngx_webrtc_stun_is_stun(const u_char *pos, const u_char *last);

/*
 * NGX_DECLINED: not STUN; NGX_ERROR: malformed (an attribute beyond the end,
 * a wrong length, one that may not repeat, something after FINGERPRINT).
 * Unknown attributes that require comprehension are only listed.
 */
ngx_int_t ngx_webrtc_stun_parse(u_char *pos, u_char *last,
    ngx_webrtc_stun_t *stun);


#endif /* _NGX_WEBRTC_STUN_H_INCLUDED_ */
