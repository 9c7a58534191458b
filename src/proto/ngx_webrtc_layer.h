
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The simulcast layers of a video, the smallest picture first; the rids of
 * Sora, "r0", "r1" and "r2", are layers 0, 1 and 2.
 */


#ifndef _NGX_WEBRTC_LAYER_H_INCLUDED_
#define _NGX_WEBRTC_LAYER_H_INCLUDED_


#define NGX_WEBRTC_LAYERS       3

/* in place of a layer: nothing; what the receiver's bandwidth allows */
#define NGX_WEBRTC_LAYER_NONE   -1
#define NGX_WEBRTC_LAYER_AUTO   -2


#endif /* _NGX_WEBRTC_LAYER_H_INCLUDED_ */
