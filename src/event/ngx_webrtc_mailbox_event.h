
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the mailbox as its worker sees it; others only send and handle */


#ifndef _NGX_WEBRTC_MAILBOX_EVENT_H_INCLUDED_
#define _NGX_WEBRTC_MAILBOX_EVENT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_zone.h>


/* one can send from now on; "self" must stay where it is */
ngx_int_t ngx_webrtc_mailbox_init(ngx_cycle_t *cycle, ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *self);
/* and with a seat be sent to */
ngx_int_t ngx_webrtc_mailbox_open(ngx_cycle_t *cycle);
/* what waits is forgotten */
void ngx_webrtc_mailbox_close(void);

/* reads without having been woken; bounded, the rest in the next turn */
void ngx_webrtc_mailbox_poll(void);


#endif /* _NGX_WEBRTC_MAILBOX_EVENT_H_INCLUDED_ */
