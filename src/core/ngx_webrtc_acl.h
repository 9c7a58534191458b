
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Networks to which media may be sent that nobody has asked for by ICE.  IPv4
 * and v4-mapped IPv6 addresses are one and the same.
 */


#ifndef _NGX_WEBRTC_ACL_H_INCLUDED_
#define _NGX_WEBRTC_ACL_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>


typedef struct {
    u_char                    ip[16];
    ngx_uint_t                bits;     /* of 128 */
} ngx_webrtc_network_t;


typedef struct {
    ngx_webrtc_network_t     *networks;
    ngx_uint_t                n;
} ngx_webrtc_acl_t;


/*
 * "10.0.0.0/8", "fc00::/7", a single address.  NGX_ERROR: it is none;
 * NGX_DONE: it is one, but bits below the mask are set (they are cleared).
 */
ngx_int_t ngx_webrtc_network_parse(ngx_webrtc_network_t *network,
    const ngx_str_t *text);

/*
 * Nobody is sent anything at a multicast, broadcast or unspecified address or
 * at port 0, whatever the networks are.
 */
ngx_uint_t ngx_webrtc_acl_allows(const ngx_webrtc_acl_t *acl,
    const ngx_webrtc_addr_t *addr);


#endif /* _NGX_WEBRTC_ACL_H_INCLUDED_ */
