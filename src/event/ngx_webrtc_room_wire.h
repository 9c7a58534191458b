
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* Members of rooms whose home is another worker, or this one. */


#ifndef _NGX_WEBRTC_ROOM_WIRE_H_INCLUDED_
#define _NGX_WEBRTC_ROOM_WIRE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <front/skyway/ngx_webrtc_skyway.h>


void ngx_webrtc_room_wire_init(ngx_webrtc_skyway_t *skyway);


#endif /* _NGX_WEBRTC_ROOM_WIRE_H_INCLUDED_ */
