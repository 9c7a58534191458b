
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Payloads of one dialect in the words of the other.
 *
 *               skyway-js and REST                 PeerJS
 *
 *     OFFER     offer, connectionType,             sdp, type, reliable
 *               dcInit
 *     ANSWER    answer, connectionType             sdp, type
 *     CANDIDATE connectionType                     type
 *
 * "serialization" is none there and raw here.  src and dst are not parts of a
 * payload: what a client of skyway-js puts there is not looked at, and the
 * receiver's side adds src.  All other keys are the same, or go through as
 * they are.
 */


#ifndef _NGX_WEBRTC_SKYWAY_BRIDGE_H_INCLUDED_
#define _NGX_WEBRTC_SKYWAY_BRIDGE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <front/skyway/ngx_webrtc_skyway.h>
#include <proto/ngx_webrtc_json.h>


/*
 * The payload of an OFFER, ANSWER, CANDIDATE or FORCE_CLOSE as "to" knows it,
 * a new reference; without src and dst.  NULL: no object, not known there (a
 * room, FORCE_CLOSE to PeerJS), or no memory.
 */
json_t *ngx_webrtc_skyway_bridge(const ngx_webrtc_skyway_message_t *message,
    ngx_webrtc_skyway_dialect_e to);


#endif /* _NGX_WEBRTC_SKYWAY_BRIDGE_H_INCLUDED_ */
