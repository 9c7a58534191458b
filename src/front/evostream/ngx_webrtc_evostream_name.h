
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Names of streams as viewers ask for them:
 *
 *     channel_id                    the first sender of a Sora channel
 *     channel_id/connection_id      that one
 *     vi-UUID, au-UUID              media ports of the gateway, one of them or
 *                                   both with a "/" between them
 *
 * A channel_id may have slashes too: the whole name is looked for first.
 */


#ifndef _NGX_WEBRTC_EVOSTREAM_NAME_H_INCLUDED_
#define _NGX_WEBRTC_EVOSTREAM_NAME_H_INCLUDED_


#include <core/ngx_webrtc_core.h>


/* NGX_DECLINED: it does not name ports; else one of them may be empty */
ngx_int_t ngx_webrtc_evostream_name_ports(const ngx_str_t *name,
    ngx_str_t *video, ngx_str_t *audio);
/* at the last slash; NGX_DECLINED: there is none, or nothing on a side */
ngx_int_t ngx_webrtc_evostream_name_split(const ngx_str_t *name,
    ngx_str_t *channel_id, ngx_str_t *connection_id);


#endif /* _NGX_WEBRTC_EVOSTREAM_NAME_H_INCLUDED_ */
