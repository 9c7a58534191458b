
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what the two halves of a packing share */


#ifndef _NGX_WEBRTC_PACKING_INTERNAL_H_INCLUDED_
#define _NGX_WEBRTC_PACKING_INTERNAL_H_INCLUDED_


#include <hub/ngx_webrtc_assembly.h>
#include <hub/ngx_webrtc_packing.h>


/* "whole" and "json" hold the last datagram, if it was not in the message */

struct ngx_webrtc_packing_s {
    ngx_webrtc_packing_e      kind;
    uint32_t                  number;       /* of values sent in parts */
    ngx_webrtc_assembly_t     assembly;
    u_char                   *whole;        /* NULL: none */
    u_char                   *json;         /* of a datagram's size */
    ngx_log_t                *log;
    unsigned                  binary:1;     /* there was one that is no text */
};


#endif /* _NGX_WEBRTC_PACKING_INTERNAL_H_INCLUDED_ */
