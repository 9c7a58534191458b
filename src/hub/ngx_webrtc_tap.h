
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Somebody watches what a connection sends without being a member of its
 * channel: nobody there hears of it.
 */


#ifndef _NGX_WEBRTC_TAP_H_INCLUDED_
#define _NGX_WEBRTC_TAP_H_INCLUDED_


#include <core/ngx_webrtc_core.h>
#include <hub/ngx_webrtc_hub.h>


typedef struct ngx_webrtc_source_s  ngx_webrtc_source_t;
typedef struct ngx_webrtc_tap_s     ngx_webrtc_tap_t;


/*
 * Another track has come, or (then the connection is NULL) all of them end
 * when this returns.  Within a verb of the hub: say none.
 */
typedef void (*ngx_webrtc_tap_handler_pt)(ngx_webrtc_tap_t *tap,
    ngx_webrtc_usec_t now);


/* in the memory of who watches */

struct ngx_webrtc_tap_s {
    ngx_queue_t                queue;       /* of the connection */
    ngx_webrtc_connection_t   *connection;  /* NULL: none */
    ngx_webrtc_tap_handler_pt  handler;
    void                      *data;
};


typedef struct {
    ngx_webrtc_source_t       *source;      /* NULL: there is no such track */
    ngx_webrtc_codec_e         codec;
    ngx_str_t                  fmtp;        /* for who receives it; lasts as
                                               long as the connection */
} ngx_webrtc_tap_track_t;


/*
 * On one connection of the channel, or (empty) on the first one that sends
 * anything.  NGX_DECLINED: there is none that does.
 */
ngx_int_t ngx_webrtc_tap_add(ngx_webrtc_tap_t *tap, ngx_webrtc_hub_t *hub,
    const ngx_str_t *channel_id, const ngx_str_t *connection_id);
/* does nothing if it has ended */
void ngx_webrtc_tap_remove(ngx_webrtc_tap_t *tap);

void ngx_webrtc_tap_track(const ngx_webrtc_tap_t *tap, ngx_uint_t video,
    ngx_webrtc_tap_track_t *track);


#endif /* _NGX_WEBRTC_TAP_H_INCLUDED_ */
