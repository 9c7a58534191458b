
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What all workers know of the rendezvous server: the secret of its session
 * ids, and which client uses a viewer's token.  A token that is not used any
 * more is anybody's ten minutes after its first use.
 */


#ifndef _NGX_WEBRTC_ERS_ZONE_H_INCLUDED_
#define _NGX_WEBRTC_ERS_ZONE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_zone.h>
#include <front/evostream/ngx_webrtc_ers.h>


/* tokens that are used at the same time */
#define NGX_WEBRTC_ERS_USES  256

#define NGX_WEBRTC_ERS_HASH  16


/* counts from the one store that sets "used" */

typedef struct {
    u_char                    token[NGX_WEBRTC_ERS_HASH];
    u_char                    address[NGX_WEBRTC_ERS_HASH];
    ngx_msec_t                first;
    ngx_msec_t                until;    /* its home has said so */
    ngx_uint_t                used;
} ngx_webrtc_ers_use_t;


/* in the zone */

typedef struct {
    u_char                    secret[NGX_WEBRTC_ERS_SECRET_LEN];
    ngx_webrtc_ers_use_t      uses[NGX_WEBRTC_ERS_USES];
} ngx_webrtc_ers_sh_t;


ngx_str_t ngx_webrtc_ers_zone_secret(ngx_webrtc_zone_t *zone);

/*
 * By the home of who uses it, now and again after KEEP at the latest.
 * NGX_DECLINED: another client uses it; NGX_BUSY: the table is full.
 */
ngx_int_t ngx_webrtc_ers_zone_take(ngx_webrtc_zone_t *zone,
    const ngx_str_t *token, const ngx_str_t *address, ngx_msec_t time);


#endif /* _NGX_WEBRTC_ERS_ZONE_H_INCLUDED_ */
