
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* which worker gets the media of a channel's new member */


#ifndef _NGX_WEBRTC_SPREAD_CHOOSE_H_INCLUDED_
#define _NGX_WEBRTC_SPREAD_CHOOSE_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_zone_sh.h>


/*
 * NGX_DECLINED: the home, "self".  Elsewhere it counts at once, until that
 * worker tells its numbers anew.
 */
ngx_int_t ngx_webrtc_spread_choose(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self, ngx_webrtc_owner_t *to);


#endif /* _NGX_WEBRTC_SPREAD_CHOOSE_H_INCLUDED_ */
