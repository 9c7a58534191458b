
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the "listen" directives of a server, as each version of nginx has them */


#ifndef _NGX_STREAM_WEBRTC_LISTENS_H_INCLUDED_
#define _NGX_STREAM_WEBRTC_LISTENS_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_stream.h>


#if (nginx_version >= 1025005)
typedef ngx_stream_listen_opt_t  ngx_stream_webrtc_listen_t;
#else
typedef ngx_stream_listen_t      ngx_stream_webrtc_listen_t;
#endif


/* "shared": another server listens there too; not NGX_OK ends it */
typedef ngx_int_t (*ngx_stream_webrtc_listen_pt)(ngx_conf_t *cf,
    const ngx_stream_webrtc_listen_t *listen, ngx_uint_t shared, void *data);

/* when all of the configuration was read */
ngx_int_t ngx_stream_webrtc_listens(ngx_conf_t *cf,
    ngx_stream_core_srv_conf_t *cscf, ngx_stream_webrtc_listen_pt handler,
    void *data);


#endif /* _NGX_STREAM_WEBRTC_LISTENS_H_INCLUDED_ */
