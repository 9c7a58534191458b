
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Ids of the REST API's objects: a prefix and a version 4 UUID (RFC 9562) in
 * lower case.  64 bits of it are random, the rest tells the seat and the term
 * of the worker that made it, so that any worker knows where the object is.
 */


#ifndef _NGX_WEBRTC_SKYWAY_ID_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_ID_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/skyway/ngx_webrtc_skyway.h>


typedef enum {
    NGX_WEBRTC_SKYWAY_ID_TOKEN = 0,         /* pt- */
    NGX_WEBRTC_SKYWAY_ID_DATA,              /* da- */
    NGX_WEBRTC_SKYWAY_ID_VIDEO,             /* vi- */
    NGX_WEBRTC_SKYWAY_ID_AUDIO,             /* au- */
    NGX_WEBRTC_SKYWAY_ID_RTCP,              /* rc- */
    NGX_WEBRTC_SKYWAY_ID_DATA_CONNECTION,   /* dc- */
    NGX_WEBRTC_SKYWAY_ID_MEDIA_CONNECTION,  /* mc- */
    NGX_WEBRTC_SKYWAY_IDS
} ngx_webrtc_skyway_id_e;


/*
 * Writes NGX_WEBRTC_SKYWAY_OBJECT_ID bytes.  The seat must be below 1024 and
 * of the term 48 bits count.  NGX_ERROR: there is no randomness.
 */
ngx_int_t ngx_webrtc_skyway_id_generate(u_char *id,
    ngx_webrtc_skyway_id_e kind, ngx_uint_t seat, uint64_t term);

/* who made it; NGX_ERROR: it is no such id */
ngx_int_t ngx_webrtc_skyway_id_parse(const ngx_str_t *id,
    ngx_webrtc_skyway_id_e kind, ngx_uint_t *seat, uint64_t *term);


#endif /* _NGX_WEBRTC_SKYWAY_ID_H_INCLUDED_ */
