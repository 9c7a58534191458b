
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the traffic of connections, for statistics */


#ifndef _NGX_WEBRTC_TRAFFIC_H_INCLUDED_
#define _NGX_WEBRTC_TRAFFIC_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_hub.h>


/* as of now; it is in the info after this */
const ngx_webrtc_traffic_t *ngx_webrtc_connection_measure(
    ngx_webrtc_connection_t *connection);

typedef void (*ngx_webrtc_survey_pt)(void *data,
    const ngx_webrtc_connection_info_t *info);

/*
 * Measures a quarter of the hub's live connections and tells of each; the
 * next call goes on with the next quarter.
 */
void ngx_webrtc_hub_survey(ngx_webrtc_hub_t *hub,
    ngx_webrtc_survey_pt handler, void *data);

/* asks for a key frame of its video; NGX_DECLINED: it sends none */
ngx_int_t ngx_webrtc_connection_want_key_frame(
    ngx_webrtc_connection_t *connection, ngx_webrtc_usec_t now);


#endif /* _NGX_WEBRTC_TRAFFIC_H_INCLUDED_ */
