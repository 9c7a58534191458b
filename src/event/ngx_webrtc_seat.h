
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Seats: who sits where, how they are woken, who has died.  A seat of the
 * zone is a mailbox, an eventfd and, unless it is a spare one, a media port.
 */


#ifndef _NGX_WEBRTC_SEAT_H_INCLUDED_
#define _NGX_WEBRTC_SEAT_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_trunk.h>
#include <event/ngx_webrtc_mailbox.h>
#include <event/ngx_webrtc_zone_sh.h>


/* no seat at all */
#define NGX_WEBRTC_SEAT_NONE  ((ngx_uint_t) -1)


/* rows for the ports of the configuration and spare ones; under the lock */
ngx_int_t ngx_webrtc_seats_prepare(ngx_webrtc_zone_t *zone);

/*
 * By the master, before it makes new workers: eventfds for all seats, and a
 * new generation.  They keep their numbers, so that workers of all
 * generations can wake each other.
 */
ngx_int_t ngx_webrtc_seats_start(ngx_webrtc_zone_t *zone, ngx_log_t *log);

/*
 * Takes a free seat whose port is in the configuration, or else a spare one.
 * NGX_OK; NGX_DECLINED: there is none.
 */
ngx_int_t ngx_webrtc_seat_claim(ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *self);
/*
 * A spare seat gets the port of a free one: who sits on it stays who it is.
 * NGX_OK; NGX_DECLINED: no port is free.
 */
ngx_int_t ngx_webrtc_seat_upgrade(ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *self);
/* everybody else is told */
void ngx_webrtc_seat_release(ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *self);
/* no new channels, please */
void ngx_webrtc_seat_quit(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *self);
/* channels that have members or wait for them */
ngx_uint_t ngx_webrtc_seat_channels(ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *self);
/* 0: a spare one */
in_port_t ngx_webrtc_seat_port(ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *self);

/* frees the seats of dead workers, with all they had, and tells everybody */
void ngx_webrtc_seats_check(ngx_webrtc_zone_t *zone, ngx_log_t *log);

/* a message to everybody who has a seat, also to us */
void ngx_webrtc_seats_tell(ngx_webrtc_zone_t *zone, ngx_webrtc_mail_e type,
    const void *body, size_t len);

/* -1: made after this process */
ngx_socket_t ngx_webrtc_seat_eventfd(ngx_uint_t seat);
void ngx_webrtc_seat_wake(ngx_uint_t seat);

/*
 * By the master too: shared memory for what the worker on each seat writes,
 * once, 0: no more of it.  Without it a worker's channels stay with it.
 */
void ngx_webrtc_seat_trunks_start(ngx_webrtc_zone_t *zone, size_t size,
    ngx_log_t *log);
/* NULL: there is none, or it was made after this process */
ngx_webrtc_trunk_t *ngx_webrtc_seat_trunk(ngx_uint_t seat, size_t *size);

ngx_uint_t ngx_webrtc_seat_is_dead(ngx_webrtc_seat_t *seat);


#endif /* _NGX_WEBRTC_SEAT_H_INCLUDED_ */
