
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* listings of the zone's tables; others get the lock in between */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_zone_sh.h>


/* rows that a listing looks at before others get the lock */
#define NGX_WEBRTC_ZONE_BATCH  64


static ngx_int_t ngx_webrtc_zone_tell(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_row_t *row, ngx_uint_t stats,
    ngx_webrtc_zone_connection_pt handler, void *data);
static void ngx_webrtc_zone_tell_all(ngx_webrtc_zone_t *zone,
    ngx_uint_t stats, ngx_webrtc_zone_connection_pt handler, void *data);


static ngx_int_t
ngx_webrtc_zone_tell(ngx_webrtc_zone_t *zone, ngx_webrtc_zone_row_t *row,
    ngx_uint_t stats, ngx_webrtc_zone_connection_pt handler, void *data)
{
    size_t                    n;
    u_char                   *p;
    ngx_str_t                 text;
    ngx_webrtc_zone_chunk_t  *chunk;

    if (!row->live || ngx_webrtc_name_is_private(&row->info.channel_id)) {
        return NGX_OK;
    }

    if (stats && row->stats_len && zone->stats == NULL) {
        zone->stats = ngx_alloc(zone->conf->stats_size, ngx_cycle->log);
    }

    if (!stats || row->stats_len == 0 || zone->stats == NULL
        || row->stats_len > zone->conf->stats_size)
    {
        return handler(data, &row->info, NULL, 0);
    }

    p = zone->stats;
    text.data = p;
    text.len = row->stats_len;

    for (chunk = row->stats; chunk; chunk = chunk->more) {
        n = ngx_min(text.len - (size_t) (p - text.data),
                    NGX_WEBRTC_ZONE_CHUNK);
        p = ngx_cpymem(p, chunk->text, n);
    }

    return handler(data, &row->info, &text, row->stats_wall);
}


void
ngx_webrtc_zone_connections(ngx_webrtc_zone_t *zone,
    const ngx_str_t *channel_id, const ngx_str_t *connection_id,
    ngx_uint_t stats, ngx_webrtc_zone_connection_pt handler, void *data)
{
    uint32_t                    hash;
    ngx_webrtc_zone_row_t      *row;
    ngx_webrtc_zone_channel_t  *channel;

    ngx_webrtc_zone_lock(zone);

    if (connection_id->len == NGX_WEBRTC_ID_LEN) {

        hash = ngx_webrtc_zone_hash(zone, connection_id->data,
                                    NGX_WEBRTC_ID_LEN);
        row = ngx_webrtc_zone_find_row(zone, connection_id->data, hash);

        if (row
            && (channel_id->len == 0
                || (channel_id->len == row->channel->len
                    && ngx_memcmp(channel_id->data, row->channel->id,
                                  channel_id->len)
                       == 0)))
        {
            (void) ngx_webrtc_zone_tell(zone, row, stats, handler, data);
        }

    } else if (connection_id->len) {

        /* nobody has such an id */

    } else if (channel_id->len) {

        hash = ngx_webrtc_zone_hash(zone, channel_id->data, channel_id->len);
        channel = ngx_webrtc_zone_find_channel(zone, channel_id, hash);

        for (row = channel ? channel->first : NULL; row; row = row->next) {
            if (ngx_webrtc_zone_tell(zone, row, stats, handler, data)
                != NGX_OK)
            {
                break;
            }
        }

    } else {
        ngx_webrtc_zone_tell_all(zone, stats, handler, data);
    }

    ngx_webrtc_zone_unlock(zone);
}


static void
ngx_webrtc_zone_tell_all(ngx_webrtc_zone_t *zone, ngx_uint_t stats,
    ngx_webrtc_zone_connection_pt handler, void *data)
{
    ngx_uint_t                i;
    ngx_webrtc_zone_row_t    *row;
    ngx_webrtc_zone_table_t  *table;

    table = &zone->sh->rows;

    for (i = 0; i < table->top; i++) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (row->node.used
            && ngx_webrtc_zone_tell(zone, row, stats, handler, data)
               != NGX_OK)
        {
            return;
        }

        if (i % NGX_WEBRTC_ZONE_BATCH == NGX_WEBRTC_ZONE_BATCH - 1) {
            ngx_webrtc_zone_unlock(zone);
            ngx_webrtc_zone_lock(zone);
        }
    }
}


void
ngx_webrtc_zone_channels(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_channel_pt handler, void *data)
{
    ngx_uint_t                  i;
    ngx_webrtc_zone_row_t      *row;
    ngx_webrtc_zone_table_t    *table;
    ngx_webrtc_zone_channel_t  *channel;

    ngx_webrtc_zone_lock(zone);

    table = &zone->sh->channels;

    for (i = 0; i < table->top; i++) {
        channel = ngx_webrtc_zone_table_row(table, i);

        if (i % NGX_WEBRTC_ZONE_BATCH == NGX_WEBRTC_ZONE_BATCH - 1) {
            ngx_webrtc_zone_unlock(zone);
            ngx_webrtc_zone_lock(zone);
        }

        if (!channel->node.used) {
            continue;
        }

        for (row = channel->first; row && !row->live; row = row->next) {
            /* void */
        }

        if (row == NULL
            || ngx_webrtc_name_is_private(&row->info.channel_id))
        {
            continue;
        }

        if (handler(data, &row->info) != NGX_OK) {
            break;
        }
    }

    ngx_webrtc_zone_unlock(zone);
}
