
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#ifndef _NGX_HTTP_WEBRTC_URI_H_INCLUDED_
#define _NGX_HTTP_WEBRTC_URI_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>


/* what follows the last slash, which is taken away with it */
ngx_str_t ngx_http_webrtc_uri_segment(ngx_str_t *uri);


#endif /* _NGX_HTTP_WEBRTC_URI_H_INCLUDED_ */
