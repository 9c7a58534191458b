
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * For the directives of http and stream at configuration time.  The stream
 * block may follow the http block, so what a directive needs is only noted
 * with its file and line, and checked by the core module's init_conf, when
 * the whole configuration has been read.
 */


#ifndef _NGX_WEBRTC_REQUIRE_H_INCLUDED_
#define _NGX_WEBRTC_REQUIRE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


#define NGX_WEBRTC_REQUIRE_ZONE     1       /* webrtc_zone */
#define NGX_WEBRTC_REQUIRE_MEDIA    2       /* a server with webrtc_media */


/* returns NGX_CONF_OK or NGX_CONF_ERROR (no memory) */
char *ngx_webrtc_require(ngx_conf_t *cf, ngx_str_t *directive,
    ngx_uint_t what);


#endif /* _NGX_WEBRTC_REQUIRE_H_INCLUDED_ */
