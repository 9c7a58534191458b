
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_seat.h>
#include <event/ngx_webrtc_zone_sh.h>


static void ngx_webrtc_zone_remove_channel(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_channel_t *channel);


ngx_webrtc_seat_t *
ngx_webrtc_zone_seat(ngx_webrtc_zone_t *zone, const ngx_webrtc_owner_t *owner)
{
    ngx_webrtc_seat_t  *seat;

    if (owner->seat >= zone->sh->nseats) {
        return NULL;
    }

    seat = &zone->sh->seats[owner->seat];

    return (seat->pid && !seat->dead && seat->term == owner->term) ? seat
                                                                   : NULL;
}


ngx_webrtc_zone_channel_t *
ngx_webrtc_zone_find_channel(ngx_webrtc_zone_t *zone, const ngx_str_t *id,
    uint32_t hash)
{
    ngx_webrtc_zone_node_t     *node;
    ngx_webrtc_zone_table_t    *table;
    ngx_webrtc_zone_channel_t  *channel;

    table = &zone->sh->channels;

    for (node = table->buckets[hash & table->mask]; node; node = node->next) {
        channel = (ngx_webrtc_zone_channel_t *) node;

        if (node->hash == hash
            && channel->len == id->len
            && ngx_memcmp(channel->id, id->data, id->len) == 0)
        {
            return channel;
        }
    }

    return NULL;
}


ngx_webrtc_zone_channel_t *
ngx_webrtc_zone_add_channel(ngx_webrtc_zone_t *zone, const ngx_str_t *id,
    uint32_t hash, const ngx_webrtc_owner_t *home)
{
    ngx_webrtc_seat_t          *seat;
    ngx_webrtc_zone_channel_t  *channel;

    channel = ngx_webrtc_zone_table_alloc(&zone->sh->channels);
    if (channel == NULL) {
        return NULL;
    }

    channel->home = *home;
    channel->len = id->len;
    ngx_memcpy(channel->id, id->data, id->len);

    ngx_webrtc_zone_table_add(&zone->sh->channels, &channel->node, hash);

    seat = &zone->sh->seats[home->seat];
    seat->channels++;
    seat->empty++;

    return channel;
}


static void
ngx_webrtc_zone_remove_channel(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_channel_t *channel)
{
    ngx_webrtc_seat_t  *seat;

    seat = &zone->sh->seats[channel->home.seat];
    seat->channels--;
    seat->empty--;

    ngx_webrtc_zone_table_remove(&zone->sh->channels, &channel->node);
}


#define ngx_webrtc_zone_load(seat)                                           \
    ((seat)->connections + (seat)->empty + (seat)->peers + (seat)->configs)


/*
 * The newest generation first, whoever is quitting last, then the smallest
 * load.  Old workers are the last resort: without a free seat for the new
 * ones, they are all there is.
 */

ngx_int_t
ngx_webrtc_zone_choose(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *home)
{
    ngx_uint_t          i;
    ngx_webrtc_seat_t  *seat, *best;

    for ( ;; ) {

        best = NULL;

        for (i = 0; i < zone->sh->nseats; i++) {
            seat = &zone->sh->seats[i];

            if (seat->pid == 0 || seat->dead || seat->port == 0) {
                continue;
            }

            if (best) {
                if (seat->quitting != best->quitting) {
                    if (seat->quitting) {
                        continue;
                    }

                } else if (seat->generation != best->generation) {
                    if (seat->generation < best->generation) {
                        continue;
                    }

                } else if (ngx_webrtc_zone_load(seat)
                           >= ngx_webrtc_zone_load(best))
                {
                    continue;
                }
            }

            best = seat;
            home->seat = i;
            home->term = seat->term;
        }

        if (best == NULL) {
            return NGX_ABORT;
        }

        if (!ngx_webrtc_seat_is_dead(best)) {
            return NGX_OK;
        }

        /* whoever checks the seats next tells everybody and frees it */

        ngx_webrtc_zone_clean(zone, home);
        best->dead = 1;
    }
}


ngx_int_t
ngx_webrtc_zone_channel(ngx_webrtc_zone_t *zone, const ngx_str_t *channel_id,
    ngx_uint_t create, ngx_webrtc_owner_t *home)
{
    uint32_t                    hash;
    ngx_int_t                   rc;
    ngx_webrtc_seat_t          *seat;
    ngx_webrtc_zone_channel_t  *channel;

    if (channel_id->len == 0 || channel_id->len > NGX_WEBRTC_NAME_MAX) {
        return NGX_DECLINED;
    }

    hash = ngx_webrtc_zone_hash(zone, channel_id->data, channel_id->len);

    ngx_webrtc_zone_lock(zone);

    channel = ngx_webrtc_zone_find_channel(zone, channel_id, hash);

    if (channel) {
        seat = ngx_webrtc_zone_seat(zone, &channel->home);

        if (seat == NULL || ngx_webrtc_seat_is_dead(seat)) {

            if (seat) {
                seat->dead = 1;
            }

            *home = channel->home;
            ngx_webrtc_zone_clean(zone, home);
            channel = NULL;
        }
    }

    if (channel == NULL) {
        rc = create ? ngx_webrtc_zone_choose(zone, home) : NGX_DECLINED;

        if (rc != NGX_OK) {
            goto done;
        }

        channel = ngx_webrtc_zone_add_channel(zone, channel_id, hash, home);

        if (channel == NULL) {
            rc = NGX_BUSY;
            goto done;
        }
    }

    if (create) {
        channel->pending++;
        channel->until = ngx_current_msec + NGX_WEBRTC_ZONE_BIRTH;
    }

    *home = channel->home;

    rc = NGX_OK;

done:

    ngx_webrtc_zone_unlock(zone);

    if (rc == NGX_BUSY) {
        ngx_webrtc_zone_warn(zone);
    }

    return rc;
}


void
ngx_webrtc_zone_warn(ngx_webrtc_zone_t *zone)
{
    if (zone->full == ngx_time()) {
        return;
    }

    zone->full = ngx_time();

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "\"webrtc_zone\" is full, a connection was refused");
}


void
ngx_webrtc_zone_warn_peers(ngx_webrtc_zone_t *zone)
{
    if (zone->full == ngx_time()) {
        return;
    }

    zone->full = ngx_time();

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "%ui peers are registered, as many as "
                  "\"webrtc_peer_registry\" allows, one was refused",
                  zone->sh->peers.max);
}


#define ngx_webrtc_zone_unwanted(channel)                                    \
    ((channel)->members == 0                                                 \
     && ((channel)->pending == 0                                             \
         || (ngx_msec_int_t) ((channel)->until - ngx_current_msec) <= 0))


void
ngx_webrtc_zone_channel_release(ngx_webrtc_zone_t *zone,
    const ngx_str_t *channel_id, ngx_webrtc_owner_t *home)
{
    uint32_t                    hash;
    ngx_webrtc_zone_channel_t  *channel;

    hash = ngx_webrtc_zone_hash(zone, channel_id->data, channel_id->len);

    ngx_webrtc_zone_lock(zone);

    channel = ngx_webrtc_zone_find_channel(zone, channel_id, hash);

    if (channel
        && channel->home.term == home->term
        && ngx_webrtc_zone_unwanted(channel))
    {
        ngx_webrtc_zone_remove_channel(zone, channel);
    }

    ngx_webrtc_zone_unlock(zone);
}


void
ngx_webrtc_zone_channel_drop(ngx_webrtc_zone_t *zone,
    const ngx_str_t *channel_id, ngx_webrtc_owner_t *home)
{
    uint32_t                    hash;
    ngx_webrtc_zone_channel_t  *channel;

    hash = ngx_webrtc_zone_hash(zone, channel_id->data, channel_id->len);

    ngx_webrtc_zone_lock(zone);

    channel = ngx_webrtc_zone_find_channel(zone, channel_id, hash);

    if (channel
        && channel->home.term == home->term
        && channel->members == 0)
    {
        ngx_webrtc_zone_remove_channel(zone, channel);
    }

    ngx_webrtc_zone_unlock(zone);
}


ngx_int_t
ngx_webrtc_zone_channel_keep(ngx_webrtc_zone_t *zone,
    const ngx_str_t *channel_id, ngx_webrtc_owner_t *home, ngx_msec_t time)
{
    uint32_t                    hash;
    ngx_int_t                   rc;
    ngx_msec_t                  until;
    ngx_webrtc_zone_channel_t  *channel;

    hash = ngx_webrtc_zone_hash(zone, channel_id->data, channel_id->len);

    ngx_webrtc_zone_lock(zone);

    rc = NGX_DECLINED;
    channel = ngx_webrtc_zone_find_channel(zone, channel_id, hash);

    if (channel && channel->home.term == home->term) {
        rc = NGX_OK;
        until = ngx_current_msec + time;

        if (channel->pending == 0
            || (ngx_msec_int_t) (channel->until - until) < 0)
        {
            channel->until = until;
        }

        channel->pending = ngx_max(channel->pending, 1);
    }

    ngx_webrtc_zone_unlock(zone);

    return rc;
}


void
ngx_webrtc_zone_reap(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *self)
{
    ngx_uint_t                  i;
    ngx_webrtc_seat_t          *seat;
    ngx_webrtc_zone_table_t    *table;
    ngx_webrtc_zone_channel_t  *channel;

    /* a look without the lock: mostly there is nothing to do */

    if (self->seat >= zone->sh->nseats
        || zone->sh->seats[self->seat].empty == 0)
    {
        return;
    }

    ngx_webrtc_zone_lock(zone);

    seat = ngx_webrtc_zone_seat(zone, self);
    table = &zone->sh->channels;

    for (i = 0; seat && seat->empty && i < table->top; i++) {
        channel = ngx_webrtc_zone_table_row(table, i);

        if (channel->node.used
            && channel->home.term == self->term
            && ngx_webrtc_zone_unwanted(channel))
        {
            ngx_webrtc_zone_remove_channel(zone, channel);
        }
    }

    ngx_webrtc_zone_unlock(zone);
}


void
ngx_webrtc_zone_clean(ngx_webrtc_zone_t *zone, ngx_webrtc_owner_t *owner)
{
    ngx_uint_t                  i;
    ngx_webrtc_zone_row_t      *row;
    ngx_webrtc_zone_table_t    *table;
    ngx_webrtc_zone_channel_t  *channel;

    ngx_webrtc_registry_clean(zone, owner);
    ngx_webrtc_registry_ports_clean(zone, owner);
    ngx_webrtc_evostream_rows_clean(zone, owner);

    table = &zone->sh->channels;

    for (i = 0; i < table->top; i++) {
        channel = ngx_webrtc_zone_table_row(table, i);

        if (!channel->node.used || channel->home.term != owner->term) {
            continue;
        }

        while ((row = channel->first)) {

            if (zone->lost && row->live) {
                zone->lost(NULL, &row->info, 0);
            }

            if (zone->lost && row->next == NULL) {
                zone->lost(NULL, &row->info, 1);
            }

            ngx_webrtc_zone_remove_row(zone, row);
        }

        ngx_webrtc_zone_remove_channel(zone, channel);
    }
}


time_t
ngx_webrtc_zone_started(ngx_webrtc_zone_t *zone)
{
    return zone->sh->started;
}


ngx_webrtc_counters_t *
ngx_webrtc_zone_counters(ngx_webrtc_zone_t *zone)
{
    return &zone->sh->counters;
}
