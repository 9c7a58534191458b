
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The messages that open a data channel inside its SCTP stream (RFC 8832),
 * and the payload protocol ids of what is sent there (RFC 8831, section 8).
 */


#ifndef _NGX_WEBRTC_DCEP_H_INCLUDED_
#define _NGX_WEBRTC_DCEP_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


#define NGX_WEBRTC_PPID_DCEP            50
#define NGX_WEBRTC_PPID_STRING          51
#define NGX_WEBRTC_PPID_BINARY_PART     52      /* deprecated */
#define NGX_WEBRTC_PPID_BINARY          53
#define NGX_WEBRTC_PPID_STRING_PART     54      /* deprecated */
#define NGX_WEBRTC_PPID_STRING_EMPTY    56
#define NGX_WEBRTC_PPID_BINARY_EMPTY    57


typedef enum {
    NGX_WEBRTC_DCEP_ACK = 2,
    NGX_WEBRTC_DCEP_OPEN
} ngx_webrtc_dcep_e;


typedef enum {
    NGX_WEBRTC_DCEP_RELIABLE = 0,
    NGX_WEBRTC_DCEP_REXMIT,             /* the parameter is a number */
    NGX_WEBRTC_DCEP_TIMED               /* milliseconds */
} ngx_webrtc_dcep_reliability_e;


/* all but "type" are of OPEN only; the strings point into the message */

typedef struct {
    ngx_webrtc_dcep_e               type;
    ngx_webrtc_dcep_reliability_e   reliability;
    uint32_t                        parameter;
    uint16_t                        priority;
    ngx_str_t                       label;
    ngx_str_t                       protocol;
    unsigned                        unordered:1;
} ngx_webrtc_dcep_t;


/* bytes of an OPEN without its strings */
#define NGX_WEBRTC_DCEP_OPEN_LEN        12


/*
 * NGX_ERROR: malformed, also bytes behind the end; NGX_DECLINED: neither of
 * the two, or an OPEN of a reliability that we do not know.
 */
ngx_int_t ngx_webrtc_dcep_parse(u_char *pos, u_char *last,
    ngx_webrtc_dcep_t *dcep);

/* NULL: no room, or a string is too long for its length field */
u_char *ngx_webrtc_dcep_write(u_char *pos, u_char *last,
    const ngx_webrtc_dcep_t *dcep);


#endif /* _NGX_WEBRTC_DCEP_H_INCLUDED_ */
