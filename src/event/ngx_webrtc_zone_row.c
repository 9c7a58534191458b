
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the rows of connections */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_zone_sh.h>


static void ngx_webrtc_zone_fill_row(ngx_webrtc_zone_row_t *row,
    const ngx_webrtc_connection_info_t *info);
static u_char *ngx_webrtc_zone_copy(u_char *p, ngx_str_t *dst,
    const ngx_str_t *src, size_t max);
static void ngx_webrtc_zone_free_stats(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_row_t *row);


ngx_webrtc_zone_row_t *
ngx_webrtc_zone_find_row(ngx_webrtc_zone_t *zone, const u_char *connection_id,
    uint32_t hash)
{
    ngx_webrtc_zone_row_t    *row;
    ngx_webrtc_zone_node_t   *node;
    ngx_webrtc_zone_table_t  *table;

    table = &zone->sh->rows;

    for (node = table->buckets[hash & table->mask]; node; node = node->next) {
        row = (ngx_webrtc_zone_row_t *) node;

        if (node->hash == hash
            && ngx_memcmp(row->info.connection_id, connection_id,
                          NGX_WEBRTC_ID_LEN)
               == 0)
        {
            return row;
        }
    }

    return NULL;
}


ngx_int_t
ngx_webrtc_zone_connection_add(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_connection_info_t *info, ngx_webrtc_owner_t *home)
{
    uint32_t                     hash;
    ngx_int_t                    rc;
    ngx_webrtc_seat_t           *seat;
    ngx_webrtc_zone_row_t       *row, **last;
    ngx_webrtc_zone_channel_t   *channel;

    hash = ngx_webrtc_zone_hash(zone, info->channel_id.data,
                                info->channel_id.len);
    rc = NGX_BUSY;

    ngx_webrtc_zone_lock(zone);

    seat = ngx_webrtc_zone_seat(zone, home);
    channel = ngx_webrtc_zone_find_channel(zone, &info->channel_id, hash);

    if (seat == NULL || (channel && channel->home.term != home->term)) {
        rc = NGX_DECLINED;
        goto done;
    }

    if (channel) {
        channel->pending -= (channel->pending > 0);
    }

    row = ngx_webrtc_zone_table_alloc(&zone->sh->rows);
    if (row == NULL) {
        goto done;
    }

    if (channel == NULL) {
        channel = ngx_webrtc_zone_add_channel(zone, &info->channel_id, hash,
                                              home);
    }

    if (channel == NULL) {
        row->node.next = zone->sh->rows.free;
        zone->sh->rows.free = &row->node;
        goto done;
    }

    row->channel = channel;
    row->joined = ++zone->sh->joined;
    ngx_webrtc_zone_fill_row(row, info);

    hash = ngx_webrtc_zone_hash(zone, row->info.connection_id,
                                NGX_WEBRTC_ID_LEN);
    ngx_webrtc_zone_table_add(&zone->sh->rows, &row->node, hash);

    for (last = &channel->first; *last; last = &(*last)->next) { /* void */ }

    *last = row;

    seat->empty -= (channel->members == 0);
    seat->connections++;

    channel->members++;

    rc = NGX_OK;

done:

    ngx_webrtc_zone_unlock(zone);

    if (rc == NGX_BUSY) {
        ngx_webrtc_zone_warn(zone);
    }

    return rc;
}


static void
ngx_webrtc_zone_fill_row(ngx_webrtc_zone_row_t *row,
    const ngx_webrtc_connection_info_t *info)
{
    u_char  *p;

    row->info = *info;
    row->info.channel_id.data = row->channel->id;
    row->info.channel_id.len = row->channel->len;

    p = row->text;

    p = ngx_webrtc_zone_copy(p, &row->info.client_id, &info->client_id,
                             NGX_WEBRTC_NAME_MAX);
    p = ngx_webrtc_zone_copy(p, &row->info.bundle_id, &info->bundle_id,
                             NGX_WEBRTC_NAME_MAX);
    (void) ngx_webrtc_zone_copy(p, &row->info.video_params,
                                &info->video_params, NGX_WEBRTC_ZONE_PARAMS);
}


static u_char *
ngx_webrtc_zone_copy(u_char *p, ngx_str_t *dst, const ngx_str_t *src,
    size_t max)
{
    dst->data = p;
    dst->len = (src->len <= max) ? src->len : 0;

    return dst->len ? ngx_cpymem(p, src->data, dst->len) : p;
}


void
ngx_webrtc_zone_connection_remove(ngx_webrtc_zone_t *zone,
    const u_char *connection_id)
{
    uint32_t                hash;
    ngx_webrtc_zone_row_t  *row;

    hash = ngx_webrtc_zone_hash(zone, connection_id, NGX_WEBRTC_ID_LEN);

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_zone_find_row(zone, connection_id, hash);

    if (row) {
        ngx_webrtc_zone_remove_row(zone, row);
    }

    ngx_webrtc_zone_unlock(zone);
}


void
ngx_webrtc_zone_remove_row(ngx_webrtc_zone_t *zone, ngx_webrtc_zone_row_t *row)
{
    ngx_webrtc_seat_t          *seat;
    ngx_webrtc_zone_row_t     **p;
    ngx_webrtc_zone_channel_t  *channel;

    channel = row->channel;

    for (p = &channel->first; *p; p = &(*p)->next) {
        if (*p == row) {
            *p = row->next;
            break;
        }
    }

    seat = &zone->sh->seats[channel->home.seat];
    seat->connections--;

    channel->members--;
    seat->empty += (channel->members == 0);

    if (row->live) {

        /* its worker has died, or it would have told the duration itself */

        row->live = 0;
        (void) ngx_atomic_fetch_add(&zone->sh->counters.ongoing, -1);
        (void) ngx_atomic_fetch_add(&zone->sh->counters.destroyed, 1);
        (void) ngx_atomic_fetch_add(&zone->sh->counters.duration_sec,
                                    ngx_max(ngx_time()
                                            - (time_t) (row->info.created_time
                                                        / 1000000), 0));
    }

    ngx_webrtc_zone_free_stats(zone, row);
    ngx_webrtc_zone_table_remove(&zone->sh->rows, &row->node);
}


/* a row that is removed while live counts as destroyed too */

void
ngx_webrtc_zone_connection_live(ngx_webrtc_zone_t *zone,
    const u_char *connection_id, ngx_uint_t live)
{
    uint32_t                hash;
    ngx_webrtc_zone_row_t  *row;

    hash = ngx_webrtc_zone_hash(zone, connection_id, NGX_WEBRTC_ID_LEN);

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_zone_find_row(zone, connection_id, hash);

    if (row && row->live != live) {
        row->live = live;

        if (live) {
            (void) ngx_atomic_fetch_add(&zone->sh->counters.ongoing, 1);
            (void) ngx_atomic_fetch_add(&zone->sh->counters.created, 1);

        } else {
            (void) ngx_atomic_fetch_add(&zone->sh->counters.ongoing, -1);
            (void) ngx_atomic_fetch_add(&zone->sh->counters.destroyed, 1);
        }
    }

    ngx_webrtc_zone_unlock(zone);
}


void
ngx_webrtc_zone_connection_sends(ngx_webrtc_zone_t *zone,
    const u_char *connection_id)
{
    uint32_t                hash;
    ngx_webrtc_zone_row_t  *row;

    hash = ngx_webrtc_zone_hash(zone, connection_id, NGX_WEBRTC_ID_LEN);

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_zone_find_row(zone, connection_id, hash);

    if (row && row->number == 0) {
        row->number = ++zone->sh->evostream.number;
    }

    ngx_webrtc_zone_unlock(zone);
}


void
ngx_webrtc_zone_stats_set(ngx_webrtc_zone_t *zone,
    const u_char *connection_id, const u_char *text, size_t len, uint64_t wall)
{
    size_t                     n, left;
    uint32_t                   hash;
    ngx_webrtc_zone_row_t     *row;
    ngx_webrtc_zone_table_t   *table;
    ngx_webrtc_zone_chunk_t   *chunk, **last;

    if (len > zone->conf->stats_size) {
        return;
    }

    table = &zone->sh->chunks;
    hash = ngx_webrtc_zone_hash(zone, connection_id, NGX_WEBRTC_ID_LEN);

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_zone_find_row(zone, connection_id, hash);

    if (row == NULL) {
        goto done;
    }

    ngx_webrtc_zone_free_stats(zone, row);

    if ((table->max - table->count) * NGX_WEBRTC_ZONE_CHUNK < len) {
        goto done;
    }

    last = &row->stats;

    for (left = len; left; left -= n) {
        n = ngx_min(left, NGX_WEBRTC_ZONE_CHUNK);

        chunk = ngx_webrtc_zone_table_alloc(table);
        if (chunk == NULL) {
            ngx_webrtc_zone_free_stats(zone, row);
            goto done;
        }

        ngx_memcpy(chunk->text, text + len - left, n);
        ngx_webrtc_zone_table_add(table, &chunk->node, 0);

        *last = chunk;
        last = &chunk->more;
    }

    row->stats_len = len;
    row->stats_wall = wall;

done:

    ngx_webrtc_zone_unlock(zone);
}


static void
ngx_webrtc_zone_free_stats(ngx_webrtc_zone_t *zone, ngx_webrtc_zone_row_t *row)
{
    ngx_webrtc_zone_chunk_t  *chunk, *more;

    chunk = row->stats;

    row->stats = NULL;
    row->stats_len = 0;

    while (chunk) {
        more = chunk->more;
        ngx_webrtc_zone_table_remove(&zone->sh->chunks, &chunk->node);
        chunk = more;
    }
}


void
ngx_webrtc_zone_traffic_set(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_connection_info_t *info)
{
    uint32_t                hash;
    ngx_webrtc_zone_row_t  *row;

    hash = ngx_webrtc_zone_hash(zone, info->connection_id, NGX_WEBRTC_ID_LEN);

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_zone_find_row(zone, info->connection_id, hash);

    if (row) {
        row->info.traffic = info->traffic;
    }

    ngx_webrtc_zone_unlock(zone);
}
