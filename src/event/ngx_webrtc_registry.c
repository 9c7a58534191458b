
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the peers of the gateway that all workers know */


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_str.h>
#include <crypto/ngx_webrtc_hmac.h>
#include <event/ngx_webrtc_seat.h>
#include <event/ngx_webrtc_zone_sh.h>


/* rows that a listing looks at before others get the lock */
#define NGX_WEBRTC_REGISTRY_BATCH  64


static ngx_uint_t ngx_webrtc_registry_is_valid(
    const ngx_webrtc_skyway_registration_t *reg);
static ngx_webrtc_zone_peer_t *ngx_webrtc_registry_look(
    ngx_webrtc_zone_t *zone, const ngx_str_t *key, const ngx_str_t *id);
static ngx_webrtc_zone_peer_t *ngx_webrtc_registry_look_alive(
    ngx_webrtc_zone_t *zone, const ngx_str_t *key, const ngx_str_t *id);
static ngx_uint_t ngx_webrtc_registry_is_token(
    const ngx_webrtc_zone_peer_t *peer, const ngx_str_t *token);
static void ngx_webrtc_registry_add(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_peer_t *peer, const ngx_webrtc_skyway_registration_t *reg,
    const ngx_webrtc_registered_t *now);
static void ngx_webrtc_registry_remove(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_peer_t *peer);
static ngx_int_t ngx_webrtc_registry_tell(ngx_webrtc_zone_peer_t *peer,
    const ngx_str_t *key, ngx_webrtc_skyway_list_pt handler, void *data);


static ngx_uint_t
ngx_webrtc_registry_is_valid(const ngx_webrtc_skyway_registration_t *reg)
{
    return reg->id.len > 0
           && reg->id.len <= NGX_WEBRTC_SKYWAY_ID_MAX
           && reg->key.len <= NGX_WEBRTC_SKYWAY_KEY_MAX
           && reg->token.len <= NGX_WEBRTC_SKYWAY_TOKEN_MAX;
}


/* key NULL: a REST peer of any */

static ngx_webrtc_zone_peer_t *
ngx_webrtc_registry_look(ngx_webrtc_zone_t *zone, const ngx_str_t *key,
    const ngx_str_t *id)
{
    uint32_t                  hash;
    ngx_str_t                 name;
    ngx_webrtc_zone_node_t   *node;
    ngx_webrtc_zone_peer_t   *peer;
    ngx_webrtc_zone_table_t  *table;

    table = &zone->sh->peers;
    hash = ngx_webrtc_zone_hash(zone, id->data, id->len);

    for (node = table->buckets[hash & table->mask]; node; node = node->next) {
        peer = (ngx_webrtc_zone_peer_t *) node;

        if (node->hash != hash) {
            continue;
        }

        name.data = peer->id;
        name.len = peer->id_len;

        if (!ngx_webrtc_str_equal(&name, id)) {
            continue;
        }

        name.data = peer->key;
        name.len = peer->key_len;

        if (key ? ngx_webrtc_str_equal(&name, key)
                : peer->at.dialect == NGX_WEBRTC_SKYWAY_REST)
        {
            return peer;
        }
    }

    return NULL;
}


/* rows of a worker that has died are nobody's */

static ngx_webrtc_zone_peer_t *
ngx_webrtc_registry_look_alive(ngx_webrtc_zone_t *zone, const ngx_str_t *key,
    const ngx_str_t *id)
{
    ngx_webrtc_seat_t       *seat;
    ngx_webrtc_owner_t       owner;
    ngx_webrtc_zone_peer_t  *peer;

    peer = ngx_webrtc_registry_look(zone, key, id);
    if (peer == NULL) {
        return NULL;
    }

    seat = ngx_webrtc_zone_seat(zone, &peer->at.owner);

    if (seat && !ngx_webrtc_seat_is_dead(seat)) {
        return peer;
    }

    if (seat) {
        seat->dead = 1;
    }

    owner = peer->at.owner;
    ngx_webrtc_zone_clean(zone, &owner);

    return NULL;
}


static ngx_uint_t
ngx_webrtc_registry_is_token(const ngx_webrtc_zone_peer_t *peer,
    const ngx_str_t *token)
{
    return token->len == peer->token_len
           && (token->len == 0
               || ngx_webrtc_secret_equal(token->data, peer->token,
                                          token->len));
}


static void
ngx_webrtc_registry_add(ngx_webrtc_zone_t *zone, ngx_webrtc_zone_peer_t *peer,
    const ngx_webrtc_skyway_registration_t *reg,
    const ngx_webrtc_registered_t *now)
{
    uint32_t  hash;

    peer->at = *now;

    peer->key_len = (uint8_t) reg->key.len;
    peer->id_len = (uint8_t) reg->id.len;
    peer->token_len = (uint8_t) reg->token.len;

    ngx_memcpy(peer->id, reg->id.data, reg->id.len);

    if (reg->key.len) {
        ngx_memcpy(peer->key, reg->key.data, reg->key.len);
    }

    if (reg->token.len) {
        ngx_memcpy(peer->token, reg->token.data, reg->token.len);
    }

    hash = ngx_webrtc_zone_hash(zone, peer->id, reg->id.len);
    ngx_webrtc_zone_table_add(&zone->sh->peers, &peer->node, hash);

    if (now->dialect == NGX_WEBRTC_SKYWAY_REST) {
        zone->sh->seats[now->owner.seat].peers++;
        zone->sh->newest = now->owner;
    }
}


static void
ngx_webrtc_registry_remove(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_peer_t *peer)
{
    if (peer->at.dialect == NGX_WEBRTC_SKYWAY_REST) {
        zone->sh->seats[peer->at.owner.seat].peers--;
    }

    ngx_webrtc_zone_table_remove(&zone->sh->peers, &peer->node);
}


ngx_int_t
ngx_webrtc_registry_claim(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_skyway_registration_t *reg,
    const ngx_webrtc_registered_t *now, ngx_webrtc_registered_t *before)
{
    ngx_int_t                rc;
    ngx_webrtc_zone_peer_t  *peer;

    if (!ngx_webrtc_registry_is_valid(reg)) {
        return NGX_ERROR;
    }

    rc = NGX_OK;

    ngx_webrtc_zone_lock(zone);

    peer = ngx_webrtc_registry_look_alive(zone, &reg->key, &reg->id);

    if (peer && !ngx_webrtc_registry_is_token(peer, &reg->token)) {
        rc = NGX_DECLINED;
        goto done;
    }

    if (peer) {

        /* not changed in place: a row is one worker's or the other's */

        *before = peer->at;
        ngx_webrtc_registry_remove(zone, peer);
        rc = NGX_DONE;
    }

    peer = ngx_webrtc_zone_table_alloc(&zone->sh->peers);

    if (peer == NULL) {
        rc = NGX_BUSY;
        goto done;
    }

    ngx_webrtc_registry_add(zone, peer, reg, now);

done:

    ngx_webrtc_zone_unlock(zone);

    if (rc == NGX_BUSY) {
        ngx_webrtc_zone_warn_peers(zone);
    }

    return rc;
}


void
ngx_webrtc_registry_release(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_skyway_registration_t *reg,
    const ngx_webrtc_registered_t *now)
{
    ngx_webrtc_zone_peer_t  *peer;

    ngx_webrtc_zone_lock(zone);

    peer = ngx_webrtc_registry_look(zone, &reg->key, &reg->id);

    if (peer
        && peer->at.owner.term == now->owner.term
        && peer->at.endpoint == now->endpoint)
    {
        ngx_webrtc_registry_remove(zone, peer);
    }

    ngx_webrtc_zone_unlock(zone);
}


ngx_int_t
ngx_webrtc_registry_find(ngx_webrtc_zone_t *zone, const ngx_str_t *key,
    const ngx_str_t *id, ngx_webrtc_registered_t *found)
{
    ngx_webrtc_zone_peer_t  *peer;

    ngx_webrtc_zone_lock(zone);

    peer = ngx_webrtc_registry_look_alive(zone, key, id);

    if (peer) {
        *found = peer->at;
    }

    ngx_webrtc_zone_unlock(zone);

    return peer ? NGX_OK : NGX_DECLINED;
}


ngx_int_t
ngx_webrtc_registry_find_rest(ngx_webrtc_zone_t *zone, const ngx_str_t *id,
    ngx_webrtc_registered_t *found)
{
    return ngx_webrtc_registry_find(zone, NULL, id, found);
}


void
ngx_webrtc_registry_list(ngx_webrtc_zone_t *zone, const ngx_str_t *key,
    ngx_webrtc_skyway_list_pt handler, void *data)
{
    ngx_int_t                 rc;
    ngx_uint_t                i;
    ngx_webrtc_zone_table_t  *table;

    table = &zone->sh->peers;
    rc = NGX_OK;

    ngx_webrtc_zone_lock(zone);

    for (i = 0; i < table->top && rc == NGX_OK; i++) {
        rc = ngx_webrtc_registry_tell(ngx_webrtc_zone_table_row(table, i),
                                      key, handler, data);

        if (i % NGX_WEBRTC_REGISTRY_BATCH == NGX_WEBRTC_REGISTRY_BATCH - 1) {
            ngx_webrtc_zone_unlock(zone);
            ngx_webrtc_zone_lock(zone);
        }
    }

    ngx_webrtc_zone_unlock(zone);
}


static ngx_int_t
ngx_webrtc_registry_tell(ngx_webrtc_zone_peer_t *peer, const ngx_str_t *key,
    ngx_webrtc_skyway_list_pt handler, void *data)
{
    ngx_webrtc_skyway_registration_t  reg;

    if (!peer->node.used) {
        return NGX_OK;
    }

    reg.dialect = peer->at.dialect;
    reg.key.data = peer->key;
    reg.key.len = peer->key_len;
    reg.id.data = peer->id;
    reg.id.len = peer->id_len;
    reg.token.data = peer->token;
    reg.token.len = peer->token_len;

    if (key->len && !ngx_webrtc_str_equal(key, &reg.key)) {
        return NGX_OK;
    }

    return handler(data, &reg);
}


ngx_int_t
ngx_webrtc_registry_place(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *owner)
{
    ngx_int_t  rc;

    ngx_webrtc_zone_lock(zone);

    rc = ngx_webrtc_zone_choose(zone, owner);

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


void
ngx_webrtc_registry_place_port(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self, ngx_webrtc_owner_t *owner)
{
    ngx_webrtc_seat_t  *seat, *own;

    *owner = *self;

    ngx_webrtc_zone_lock(zone);

    seat = ngx_webrtc_zone_seat(zone, &zone->sh->newest);
    own = ngx_webrtc_zone_seat(zone, self);

    if (seat && own && seat != own
        && !seat->quitting
        && seat->generation >= own->generation
        && !ngx_webrtc_seat_is_dead(seat))
    {
        *owner = zone->sh->newest;
    }

    ngx_webrtc_zone_unlock(zone);
}


void
ngx_webrtc_registry_clean(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *owner)
{
    ngx_uint_t                i;
    ngx_webrtc_zone_peer_t   *peer;
    ngx_webrtc_zone_table_t  *table;

    table = &zone->sh->peers;

    for (i = 0; i < table->top; i++) {
        peer = ngx_webrtc_zone_table_row(table, i);

        if (peer->node.used && peer->at.owner.term == owner->term) {
            ngx_webrtc_registry_remove(zone, peer);
        }
    }
}


void
ngx_webrtc_registry_repair(ngx_webrtc_zone_t *zone)
{
    ngx_uint_t                i;
    ngx_webrtc_zone_peer_t   *peer;
    ngx_webrtc_zone_table_t  *table;

    table = &zone->sh->peers;

    ngx_webrtc_zone_table_repair(table);

    for (i = 0; i < zone->sh->nseats; i++) {
        zone->sh->seats[i].peers = 0;
    }

    for (i = 0; i < table->top; i++) {
        peer = ngx_webrtc_zone_table_row(table, i);

        if (peer->node.used && peer->at.dialect == NGX_WEBRTC_SKYWAY_REST) {
            zone->sh->seats[peer->at.owner.seat].peers++;
        }
    }
}
