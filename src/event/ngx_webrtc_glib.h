
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A main context of GLib that nginx's loop drives: its descriptors are in
 * nginx's epoll, its timeout is a timer of nginx that exists only while GLib
 * has one, and every wake-up is one round of check and dispatch.  There are
 * as many as there are users of GLib that have nothing to do with each other
 * (one for each ICE agent), so that a round costs the same however many there
 * are.  No threads.
 */


#ifndef _NGX_WEBRTC_GLIB_H_INCLUDED_
#define _NGX_WEBRTC_GLIB_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <glib.h>


typedef struct ngx_webrtc_glib_s  ngx_webrtc_glib_t;


/* NULL: no memory */
ngx_webrtc_glib_t *ngx_webrtc_glib_create(ngx_log_t *log);
/* not from within a round, and after all that uses the context */
void ngx_webrtc_glib_destroy(ngx_webrtc_glib_t *glib);

GMainContext *ngx_webrtc_glib_context(ngx_webrtc_glib_t *glib);

/*
 * Around every call of a library that works with the context.  leave() looks
 * in this turn of nginx's loop for what the call has left to do.
 */
void ngx_webrtc_glib_enter(ngx_webrtc_glib_t *glib);
void ngx_webrtc_glib_leave(ngx_webrtc_glib_t *glib);
/*
 * In between, not from within a round: what is ready is done now, before
 * something goes that it works with.
 */
void ngx_webrtc_glib_flush(ngx_webrtc_glib_t *glib);


#endif /* _NGX_WEBRTC_GLIB_H_INCLUDED_ */
