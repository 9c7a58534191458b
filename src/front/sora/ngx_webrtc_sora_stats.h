
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the server's own statistics, as JSON */


#ifndef _NGX_WEBRTC_SORA_STATS_H_INCLUDED_
#define _NGX_WEBRTC_SORA_STATS_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_info.h>
#include <front/sora/ngx_webrtc_sora_text.h>


/* one connection; wall: now, in us */
void ngx_webrtc_sora_write_traffic(ngx_webrtc_sora_text_t *text,
    const ngx_webrtc_connection_info_t *info, uint64_t wall);


#endif /* _NGX_WEBRTC_SORA_STATS_H_INCLUDED_ */
