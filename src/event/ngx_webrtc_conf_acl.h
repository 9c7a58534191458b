
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* directives whose value is a list of networks */


#ifndef _NGX_WEBRTC_CONF_ACL_H_INCLUDED_
#define _NGX_WEBRTC_CONF_ACL_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_acl.h>


/* set handler: networks, "all" or "off"; the field is a ngx_webrtc_acl_t * */
char *ngx_webrtc_conf_set_acl_slot(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);

/* loopback and private networks; NULL: no memory */
ngx_webrtc_acl_t *ngx_webrtc_conf_private_acl(ngx_pool_t *pool);


#endif /* _NGX_WEBRTC_CONF_ACL_H_INCLUDED_ */
