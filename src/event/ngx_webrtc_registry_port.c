
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the plain UDP ports of the gateway that all workers know */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_seat.h>
#include <event/ngx_webrtc_zone_sh.h>


static ngx_webrtc_zone_port_t *ngx_webrtc_port_row_look(
    ngx_webrtc_zone_t *zone, const ngx_webrtc_port_row_t *row);
static ngx_webrtc_zone_port_t *ngx_webrtc_port_row_look_alive(
    ngx_webrtc_zone_t *zone, const ngx_webrtc_port_row_t *row);
static ngx_int_t ngx_webrtc_port_row_number(ngx_webrtc_zone_t *zone,
    in_port_t *number);
static void ngx_webrtc_port_row_drop(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_port_t *port);
static void ngx_webrtc_port_row_give(ngx_webrtc_zone_port_t *port,
    const ngx_webrtc_owner_t *owner);
static ngx_int_t ngx_webrtc_port_row_heir(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_zone_port_t *port, ngx_webrtc_owner_t *heir);
static ngx_uint_t ngx_webrtc_port_row_is_used(
    const ngx_webrtc_zone_port_t *port);


/* or viewed: it stays where it is */

#define ngx_webrtc_port_row_is_held(port)                                    \
    ((port)->watched || ngx_webrtc_port_row_is_used(port))

#define ngx_webrtc_port_row_bit(n)  ((uint64_t) 1 << ((n) % 64))

#define ngx_webrtc_port_row_set(bits, n)                                     \
    (bits)[(n) / 64] |= ngx_webrtc_port_row_bit(n)

#define ngx_webrtc_port_row_clear(bits, n)                                   \
    (bits)[(n) / 64] &= ~ngx_webrtc_port_row_bit(n)

#define ngx_webrtc_port_row_test(bits, n)                                    \
    (((bits)[(n) / 64] & ngx_webrtc_port_row_bit(n)) != 0)


static ngx_webrtc_zone_port_t *
ngx_webrtc_port_row_look(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_port_row_t *row)
{
    uint32_t                  hash;
    ngx_webrtc_zone_node_t   *node;
    ngx_webrtc_zone_port_t   *port;
    ngx_webrtc_zone_table_t  *table;

    table = &zone->sh->ports;
    hash = ngx_webrtc_zone_hash(zone, row->id, NGX_WEBRTC_SKYWAY_OBJECT_ID);

    for (node = table->buckets[hash & table->mask]; node; node = node->next) {
        port = (ngx_webrtc_zone_port_t *) node;

        if (node->hash == hash
            && port->row.kind == row->kind
            && ngx_memcmp(port->row.id, row->id, NGX_WEBRTC_SKYWAY_OBJECT_ID)
               == 0)
        {
            return port;
        }
    }

    return NULL;
}


/* one that can be used: its worker lives, and it is not being closed */

static ngx_webrtc_zone_port_t *
ngx_webrtc_port_row_look_alive(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_port_row_t *row)
{
    ngx_webrtc_seat_t       *seat;
    ngx_webrtc_owner_t       owner;
    ngx_webrtc_zone_port_t  *port;

    port = ngx_webrtc_port_row_look(zone, row);

    if (port == NULL
        || (port->closing && !ngx_webrtc_port_row_is_used(port)))
    {
        return NULL;
    }

    seat = ngx_webrtc_zone_seat(zone, &port->row.owner);

    if (seat && !ngx_webrtc_seat_is_dead(seat)) {
        return port;
    }

    if (seat) {
        seat->dead = 1;
    }

    owner = port->row.owner;
    ngx_webrtc_zone_clean(zone, &owner);

    return NULL;
}


static ngx_uint_t
ngx_webrtc_port_row_is_used(const ngx_webrtc_zone_port_t *port)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_WEBRTC_SEATS_MAX / 64; i++) {
        if (port->users[i]) {
            return 1;
        }
    }

    return 0;
}


/* the one after the last that was given: the same again as late as possible */

static ngx_int_t
ngx_webrtc_port_row_number(ngx_webrtc_zone_t *zone, in_port_t *number)
{
    ngx_uint_t                n, i, first, last;
    ngx_webrtc_zone_sh_t     *sh;

    sh = zone->sh;
    first = zone->conf->skyway.first_port;
    last = zone->conf->skyway.last_port;

    n = sh->next_port;

    for (i = first; i <= last; i++, n++) {

        if (n < first || n > last) {
            n = first;
        }

        if (!ngx_webrtc_port_row_test(sh->taken_ports, n)) {
            *number = (in_port_t) n;
            return NGX_OK;
        }
    }

    return NGX_BUSY;
}


ngx_int_t
ngx_webrtc_port_row_add(ngx_webrtc_zone_t *zone, ngx_webrtc_port_row_t *row)
{
    uint32_t                 hash;
    ngx_int_t                rc;
    ngx_webrtc_zone_port_t  *port;

    rc = NGX_BUSY;
    hash = ngx_webrtc_zone_hash(zone, row->id, NGX_WEBRTC_SKYWAY_OBJECT_ID);

    ngx_webrtc_zone_lock(zone);

    if (ngx_webrtc_port_row_number(zone, &row->port) != NGX_OK) {
        goto done;
    }

    port = ngx_webrtc_zone_table_alloc(&zone->sh->ports);
    if (port == NULL) {
        goto done;
    }

    port->row = *row;
    port->number = ++zone->sh->evostream.number;
    port->created = ngx_time();

    ngx_webrtc_zone_table_add(&zone->sh->ports, &port->node, hash);
    ngx_webrtc_port_row_set(zone->sh->taken_ports, row->port);

    zone->sh->next_port = row->port + 1;

    rc = NGX_OK;

done:

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


void
ngx_webrtc_port_row_free(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_port_row_t *row)
{
    ngx_webrtc_zone_port_t  *port;

    ngx_webrtc_zone_lock(zone);

    port = ngx_webrtc_port_row_look(zone, row);

    if (port && port->row.owner.term == row->owner.term) {
        ngx_webrtc_port_row_drop(zone, port);
    }

    ngx_webrtc_zone_unlock(zone);
}


static void
ngx_webrtc_port_row_drop(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_port_t *port)
{
    ngx_webrtc_port_row_clear(zone->sh->taken_ports, port->row.port);

    ngx_webrtc_zone_table_remove(&zone->sh->ports, &port->node);
}


ngx_int_t
ngx_webrtc_port_row_find(ngx_webrtc_zone_t *zone, ngx_webrtc_port_row_t *row)
{
    ngx_int_t                rc;
    ngx_webrtc_zone_port_t  *port;

    ngx_webrtc_zone_lock(zone);

    port = ngx_webrtc_port_row_look_alive(zone, row);

    if (port == NULL) {
        rc = NGX_DECLINED;

    } else {
        rc = ngx_webrtc_port_row_is_held(port) ? NGX_BUSY : NGX_OK;
        *row = port->row;
    }

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


ngx_int_t
ngx_webrtc_port_row_acquire(ngx_webrtc_zone_t *zone,
    ngx_webrtc_port_row_t *row, const ngx_webrtc_owner_t *self,
    ngx_webrtc_owner_t *before)
{
    ngx_int_t                rc;
    ngx_webrtc_zone_port_t  *port;

    ngx_webrtc_zone_lock(zone);

    port = ngx_webrtc_port_row_look_alive(zone, row);

    if (port == NULL) {
        ngx_webrtc_zone_unlock(zone);
        return NGX_DECLINED;
    }

    if (port->row.owner.term == self->term) {
        rc = NGX_OK;

    } else if (ngx_webrtc_port_row_is_held(port)) {
        rc = NGX_AGAIN;

    } else {
        rc = NGX_DONE;
        *before = port->row.owner;
    }

    port->closing = 1;
    ngx_webrtc_port_row_set(port->users, self->seat);

    if (rc == NGX_DONE) {
        ngx_webrtc_port_row_give(port, self);
    }

    *row = port->row;

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


/* by the term one knows whose it is: it comes last */

static void
ngx_webrtc_port_row_give(ngx_webrtc_zone_port_t *port,
    const ngx_webrtc_owner_t *owner)
{
    port->watched = 0;
    port->row.owner.seat = owner->seat;
    ngx_memory_barrier();
    port->row.owner.term = owner->term;
}


ngx_int_t
ngx_webrtc_port_row_take(ngx_webrtc_zone_t *zone, ngx_webrtc_port_row_t *row,
    const ngx_webrtc_owner_t *self, ngx_webrtc_owner_t *before)
{
    ngx_int_t                rc;
    ngx_webrtc_zone_port_t  *port;

    rc = NGX_DECLINED;

    ngx_webrtc_zone_lock(zone);

    port = ngx_webrtc_port_row_look_alive(zone, row);

    if (port
        && port->row.owner.term != self->term
        && !port->watched
        && !ngx_webrtc_port_row_test(port->users, port->row.owner.seat))
    {
        *before = port->row.owner;
        ngx_webrtc_port_row_give(port, self);

        *row = port->row;
        rc = NGX_OK;
    }

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


void
ngx_webrtc_port_row_release(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_port_row_t *row, const ngx_webrtc_owner_t *self)
{
    ngx_webrtc_zone_port_t  *port;

    ngx_webrtc_zone_lock(zone);

    port = ngx_webrtc_port_row_look(zone, row);

    if (port) {
        ngx_webrtc_port_row_clear(port->users, self->seat);
    }

    ngx_webrtc_zone_unlock(zone);
}


ngx_int_t
ngx_webrtc_port_row_watch(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_port_row_t *row, const ngx_webrtc_owner_t *self,
    ngx_uint_t watched)
{
    ngx_int_t                rc;
    ngx_webrtc_zone_port_t  *port;

    rc = NGX_DECLINED;

    ngx_webrtc_zone_lock(zone);

    port = ngx_webrtc_port_row_look(zone, row);

    if (port && port->row.owner.term == self->term) {
        port->watched = watched;
        rc = NGX_OK;
    }

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


ngx_int_t
ngx_webrtc_port_row_check(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_port_row_t *row, const ngx_webrtc_owner_t *self)
{
    ngx_int_t                rc;
    ngx_webrtc_zone_port_t  *port;

    ngx_webrtc_zone_lock(zone);

    port = ngx_webrtc_port_row_look(zone, row);

    if (port == NULL || port->row.owner.term != self->term) {
        rc = NGX_DECLINED;

    } else if (port->closing && !ngx_webrtc_port_row_is_used(port)) {
        rc = NGX_DONE;

    } else {
        rc = NGX_OK;
    }

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


ngx_int_t
ngx_webrtc_port_row_remove(ngx_webrtc_zone_t *zone,
    ngx_webrtc_port_row_t *row)
{
    ngx_int_t                rc;
    ngx_webrtc_zone_port_t  *port;

    ngx_webrtc_zone_lock(zone);

    port = ngx_webrtc_port_row_look_alive(zone, row);

    if (port == NULL) {
        rc = NGX_DECLINED;

    } else if (ngx_webrtc_port_row_is_used(port)) {
        rc = NGX_BUSY;

    } else {
        port->closing = 1;
        *row = port->row;
        rc = NGX_OK;
    }

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


void
ngx_webrtc_registry_ports_clean(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *owner)
{
    ngx_uint_t                i, sits;
    ngx_webrtc_owner_t        heir;
    ngx_webrtc_zone_port_t   *port;
    ngx_webrtc_zone_table_t  *table;

    table = &zone->sh->ports;
    sits = zone->sh->seats[owner->seat].term == owner->term;

    for (i = 0; i < table->top; i++) {
        port = ngx_webrtc_zone_table_row(table, i);

        if (!port->node.used) {
            continue;
        }

        /* its worker closes it if nobody else uses it */

        if (sits) {
            ngx_webrtc_port_row_clear(port->users, owner->seat);
        }

        if (port->row.owner.term != owner->term) {
            continue;
        }

        if (ngx_webrtc_port_row_heir(zone, port, &heir) == NGX_OK) {
            ngx_webrtc_port_row_give(port, &heir);

        } else {
            ngx_webrtc_port_row_drop(zone, port);
        }
    }
}


/* one of those whose links use it: it opens a socket when it sees this */

static ngx_int_t
ngx_webrtc_port_row_heir(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_zone_port_t *port, ngx_webrtc_owner_t *heir)
{
    ngx_uint_t          i;
    ngx_webrtc_seat_t  *seat;

    if (!ngx_webrtc_port_row_is_used(port)) {
        return NGX_DECLINED;
    }

    for (i = 0; i < zone->sh->nseats; i++) {
        seat = &zone->sh->seats[i];

        if (ngx_webrtc_port_row_test(port->users, i)
            && seat->pid && !seat->dead)
        {
            heir->seat = i;
            heir->term = seat->term;

            return NGX_OK;
        }
    }

    return NGX_DECLINED;
}


void
ngx_webrtc_registry_ports_repair(ngx_webrtc_zone_t *zone)
{
    ngx_uint_t                i;
    ngx_webrtc_zone_port_t   *port;
    ngx_webrtc_zone_table_t  *table;

    table = &zone->sh->ports;

    ngx_webrtc_zone_table_repair(table);

    ngx_memzero(zone->sh->taken_ports, sizeof(zone->sh->taken_ports));

    for (i = 0; i < table->top; i++) {
        port = ngx_webrtc_zone_table_row(table, i);

        if (port->node.used) {
            ngx_webrtc_port_row_set(zone->sh->taken_ports, port->row.port);
        }
    }
}
