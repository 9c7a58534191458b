
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Messages that come in parts, in any order: bounded in number, in bytes and
 * in time.  The oldest gives way.
 */


#ifndef _NGX_WEBRTC_ASSEMBLY_H_INCLUDED_
#define _NGX_WEBRTC_ASSEMBLY_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* at a time, of one message, of its id */
#define NGX_WEBRTC_ASSEMBLY_MESSAGES    8
#define NGX_WEBRTC_ASSEMBLY_PARTS       256
#define NGX_WEBRTC_ASSEMBLY_ID          64

/* since its last part */
#define NGX_WEBRTC_ASSEMBLY_TIMEOUT     (30 * NGX_WEBRTC_SEC)


typedef struct {
    ngx_queue_t               messages;     /* the oldest first */
    ngx_uint_t                count;
    size_t                    held;         /* bytes of parts */
    size_t                    max;
    ngx_log_t                *log;
} ngx_webrtc_assembly_t;


typedef struct {
    ngx_str_t                 id;           /* of the message */
    uint64_t                  index;        /* from 0 */
    uint64_t                  total;
    ngx_str_t                 data;
} ngx_webrtc_assembly_part_t;


void ngx_webrtc_assembly_init(ngx_webrtc_assembly_t *assembly, size_t max,
    ngx_log_t *log);
void ngx_webrtc_assembly_cleanup(ngx_webrtc_assembly_t *assembly);

/*
 * Copies the part.  NGX_OK: it was the last one, "whole" is for the caller to
 * ngx_free(); NGX_AGAIN: others are missing; NGX_ERROR: it does not fit
 * others, is too large, no memory.
 */
ngx_int_t ngx_webrtc_assembly_add(ngx_webrtc_assembly_t *assembly,
    const ngx_webrtc_assembly_part_t *part, ngx_webrtc_usec_t now,
    ngx_str_t *whole);


#endif /* _NGX_WEBRTC_ASSEMBLY_H_INCLUDED_ */
