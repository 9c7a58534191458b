
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * The gateway's tables of the shared zone: peers by key and id, and the plain
 * UDP ports of the configured range.  As with all tables there, rows of a
 * worker that has died are taken away by whoever sees it first.
 */


#ifndef _NGX_WEBRTC_REGISTRY_H_INCLUDED_
#define _NGX_WEBRTC_REGISTRY_H_INCLUDED_


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_zone.h>
#include <front/skyway/ngx_webrtc_skyway.h>


typedef struct {
    ngx_webrtc_owner_t        owner;
    uint64_t                  endpoint;     /* a number of that worker */
    ngx_webrtc_skyway_dialect_e  dialect;
} ngx_webrtc_registered_t;


/*
 * NGX_OK: new; NGX_DONE: the same key, id and token was registered, "before"
 * tells where; NGX_DECLINED: with another token; NGX_BUSY: the table is full
 * (which is logged); NGX_ERROR: an empty id, or a text over its maximum.
 */
ngx_int_t ngx_webrtc_registry_claim(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_skyway_registration_t *reg,
    const ngx_webrtc_registered_t *now, ngx_webrtc_registered_t *before);
/* only if it is still that endpoint's */
void ngx_webrtc_registry_release(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_skyway_registration_t *reg,
    const ngx_webrtc_registered_t *now);
/* NGX_DECLINED */
ngx_int_t ngx_webrtc_registry_find(ngx_webrtc_zone_t *zone,
    const ngx_str_t *key, const ngx_str_t *id, ngx_webrtc_registered_t *found);
/* of a REST peer with that id under any key; NGX_DECLINED */
ngx_int_t ngx_webrtc_registry_find_rest(ngx_webrtc_zone_t *zone,
    const ngx_str_t *id, ngx_webrtc_registered_t *found);
/* key empty: all; until the handler returns something else than NGX_OK */
void ngx_webrtc_registry_list(ngx_webrtc_zone_t *zone, const ngx_str_t *key,
    ngx_webrtc_skyway_list_pt handler, void *data);


/* where a new REST peer shall live; NGX_ABORT: no worker has a seat */
ngx_int_t ngx_webrtc_registry_place(ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *owner);
/*
 * ... and a new port: with the newest REST peer, because a program makes its
 * peer and then the ports for it; else with "self".
 */
void ngx_webrtc_registry_place_port(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self, ngx_webrtc_owner_t *owner);


/*
 * Rows of ports.  The owner has the socket; it alone takes the row away, when
 * the socket is closed.  Each worker whose links use the port is marked in
 * the row, so that one that dies is no longer counted.
 */

typedef struct {
    ngx_webrtc_port_e         kind;
    in_port_t                 port;
    ngx_webrtc_owner_t        owner;
    u_char                    id[NGX_WEBRTC_SKYWAY_OBJECT_ID];
} ngx_webrtc_port_row_t;


/*
 * The next free number of the range is the owner's; all but "port" must be
 * set.  NGX_BUSY: none is left.
 */
ngx_int_t ngx_webrtc_port_row_add(ngx_webrtc_zone_t *zone,
    ngx_webrtc_port_row_t *row);
/* by its owner, after the socket was closed */
void ngx_webrtc_port_row_free(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_port_row_t *row);

/* by kind and id.  NGX_BUSY: in use; NGX_OK: not yet; NGX_DECLINED: unknown */
ngx_int_t ngx_webrtc_port_row_find(ngx_webrtc_zone_t *zone,
    ngx_webrtc_port_row_t *row);
/*
 * "self" uses it.  NGX_OK: its own; NGX_DONE: it was not in use at another
 * worker, "before", and is taken over; NGX_AGAIN: in use at row->owner too,
 * who has the socket; NGX_DECLINED: unknown.
 */
ngx_int_t ngx_webrtc_port_row_acquire(ngx_webrtc_zone_t *zone,
    ngx_webrtc_port_row_t *row, const ngx_webrtc_owner_t *self,
    ngx_webrtc_owner_t *before);
/*
 * "self" takes over what its owner does not use itself; NGX_OK; NGX_DECLINED:
 * it does, or has gone, or is "self".
 */
ngx_int_t ngx_webrtc_port_row_take(ngx_webrtc_zone_t *zone,
    ngx_webrtc_port_row_t *row, const ngx_webrtc_owner_t *self,
    ngx_webrtc_owner_t *before);
/* "self" uses it no more */
void ngx_webrtc_port_row_release(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_port_row_t *row, const ngx_webrtc_owner_t *self);
/*
 * Its owner has viewers of it, or none any more: nobody takes it over, but it
 * may be closed.  NGX_DECLINED: it is not the owner (any more).
 */
ngx_int_t ngx_webrtc_port_row_watch(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_port_row_t *row, const ngx_webrtc_owner_t *self,
    ngx_uint_t watched);
/*
 * What has become of a port of "self".  NGX_OK: it stays; NGX_DONE: nobody
 * uses it any more; NGX_DECLINED: it was taken over.
 */
ngx_int_t ngx_webrtc_port_row_check(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_port_row_t *row, const ngx_webrtc_owner_t *self);
/*
 * NGX_OK: nobody finds it any more, and row->owner has to close the socket;
 * NGX_DECLINED: unknown; NGX_BUSY: in use.
 */
ngx_int_t ngx_webrtc_port_row_remove(ngx_webrtc_zone_t *zone,
    ngx_webrtc_port_row_t *row);


#endif /* _NGX_WEBRTC_REGISTRY_H_INCLUDED_ */
