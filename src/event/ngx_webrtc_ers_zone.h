
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What all workers know of the rendezvous server: the secret of its session
 * ids, and which client uses a viewer's token.  A token that is not used any
 * more is anybody's some time ("ers_token_time") after its first use.
 */


#ifndef _NGX_WEBRTC_ERS_ZONE_H_INCLUDED_
#define _NGX_WEBRTC_ERS_ZONE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_zone.h>
#include <front/evostream/ngx_webrtc_ers.h>


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
    ngx_webrtc_ers_use_t     *uses;
    ngx_uint_t                nuses;
} ngx_webrtc_ers_sh_t;


/* of a new zone; NGX_ERROR has been logged */
ngx_int_t ngx_webrtc_ers_zone_init(ngx_webrtc_zone_t *zone);
/* after a reload */
void ngx_webrtc_ers_zone_check(ngx_webrtc_zone_t *zone);

ngx_str_t ngx_webrtc_ers_zone_secret(ngx_webrtc_zone_t *zone);

/*
 * By the home of who uses it, now and again after KEEP at the latest; "place"
 * is where it is, so that it need not be looked for again.  NGX_DECLINED:
 * another client uses it; NGX_BUSY: the table is full.
 */
ngx_int_t ngx_webrtc_ers_zone_take(ngx_webrtc_zone_t *zone,
    const ngx_str_t *token, const ngx_str_t *address, ngx_msec_t time,
    ngx_uint_t *place);


#endif /* _NGX_WEBRTC_ERS_ZONE_H_INCLUDED_ */
