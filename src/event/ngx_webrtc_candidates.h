
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the addresses at which clients are told to reach a media port */


#ifndef _NGX_WEBRTC_CANDIDATES_H_INCLUDED_
#define _NGX_WEBRTC_CANDIDATES_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_conf.h>


#define NGX_WEBRTC_CANDIDATES_MAX  16


/*
 * The public addresses of the configuration; without them the addresses that
 * are listened on, and for a wildcard those of the interfaces.  The most
 * public ones come first.  Returns their number.
 */
ngx_uint_t ngx_webrtc_candidates_get(ngx_webrtc_media_t *media,
    in_port_t port, ngx_webrtc_addr_t *addrs, ngx_log_t *log);

/* the family of a public address that nothing listens for, or NULL */
const char *ngx_webrtc_candidates_unreachable(ngx_webrtc_media_t *media);

/* warns when clients elsewhere have no chance */
void ngx_webrtc_candidates_check(ngx_webrtc_media_t *media, ngx_log_t *log);


#endif /* _NGX_WEBRTC_CANDIDATES_H_INCLUDED_ */
