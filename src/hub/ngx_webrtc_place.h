
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Where the media of a member are.  The glue is asked before its peer is
 * made, and may make it itself: a peer whose transport is at another worker,
 * which the hub uses like any other.
 */


#ifndef _NGX_WEBRTC_PLACE_H_INCLUDED_
#define _NGX_WEBRTC_PLACE_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <core/ngx_webrtc_addr.h>
#include <media/ngx_webrtc_peer.h>
#include <hub/ngx_webrtc_hub.h>


struct ngx_webrtc_place_s {
    /* of the peer */
    ngx_webrtc_peer_handler_pt  handler;
    void                       *data;

    /* what the glue has made; the addresses outlive the peer */
    ngx_webrtc_peer_t          *peer;
    const ngx_webrtc_addr_t    *candidates;
    ngx_uint_t                  ncandidates;
};


#endif /* _NGX_WEBRTC_PLACE_H_INCLUDED_ */
