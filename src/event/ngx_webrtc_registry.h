
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
 * tells where; NGX_DECLINED: with another token; NGX_BUSY: the table is full.
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
/* key empty: all */
void ngx_webrtc_registry_list(ngx_webrtc_zone_t *zone, const ngx_str_t *key,
    ngx_webrtc_skyway_list_pt handler, void *data);


/* how many REST peers, for the choice of a worker for a new one */
ngx_int_t ngx_webrtc_registry_place(ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *owner);


/*
 * Rows of ports.  A row that no link uses may be taken over by another
 * worker: then "before" was its owner, who has to close its socket.
 */

typedef struct {
    ngx_webrtc_port_e         kind;
    in_port_t                 port;
    ngx_webrtc_owner_t        owner;
    ngx_uint_t                refs;
    u_char                    id[NGX_WEBRTC_SKYWAY_OBJECT_ID];
} ngx_webrtc_port_row_t;


/*
 * The next free number of the range is ours, "id" must be written by the
 * caller before; NGX_BUSY: none is left.
 */
ngx_int_t ngx_webrtc_port_row_add(ngx_webrtc_zone_t *zone,
    ngx_webrtc_port_row_t *row);
/* NGX_OK; NGX_DONE: taken over, NGX_AGAIN: in use at row->owner;
   NGX_DECLINED: unknown or of another kind */
ngx_int_t ngx_webrtc_port_row_acquire(ngx_webrtc_zone_t *zone,
    ngx_webrtc_port_row_t *row, const ngx_webrtc_owner_t *self,
    ngx_webrtc_owner_t *before);
/* the references that are left; with 0 the row is free again */
ngx_uint_t ngx_webrtc_port_row_release(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_port_row_t *row);
/* NGX_DECLINED: unknown; NGX_BUSY: in use; "row" tells the owner */
ngx_int_t ngx_webrtc_port_row_remove(ngx_webrtc_zone_t *zone,
    ngx_webrtc_port_row_t *row);


#endif /* _NGX_WEBRTC_REGISTRY_H_INCLUDED_ */
