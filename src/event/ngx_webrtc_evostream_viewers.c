
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* viewers, as those who serve them tell the zone, and as the API ends them */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_evostream_sh.h>


static ngx_webrtc_zone_viewer_t *ngx_webrtc_evostream_viewer_look(
    ngx_webrtc_zone_t *zone, uint64_t number);
static void ngx_webrtc_evostream_viewer_fill(ngx_webrtc_zone_viewer_t *row,
    const ngx_webrtc_evostream_stream_t *viewer);
static void ngx_webrtc_evostream_viewer_count(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_zone_viewer_t *row, ngx_int_t n);
static void ngx_webrtc_evostream_viewer_drop(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_viewer_t *row);


static ngx_webrtc_zone_viewer_t *
ngx_webrtc_evostream_viewer_look(ngx_webrtc_zone_t *zone, uint64_t number)
{
    uint32_t                   hash;
    ngx_webrtc_zone_node_t    *node;
    ngx_webrtc_zone_table_t   *table;
    ngx_webrtc_zone_viewer_t  *row;

    table = &zone->sh->evostream.viewers;
    hash = ngx_webrtc_zone_hash(zone, (u_char *) &number, sizeof(uint64_t));

    for (node = table->buckets[hash & table->mask]; node; node = node->next) {
        row = (ngx_webrtc_zone_viewer_t *) node;

        if (row->number == number) {
            return row;
        }
    }

    return NULL;
}


ngx_int_t
ngx_webrtc_evostream_viewer_add(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self, ngx_webrtc_evostream_stream_t *viewer)
{
    uint32_t                      hash;
    ngx_webrtc_zone_viewer_t     *row;
    ngx_webrtc_zone_evostream_t  *evo;

    evo = &zone->sh->evostream;

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_zone_table_alloc(&evo->viewers);

    if (row == NULL) {
        ngx_webrtc_zone_unlock(zone);

        ngx_webrtc_evostream_rows_warn(zone, "webrtc_evostream_max_viewers",
                                  evo->viewers.max);
        return NGX_BUSY;
    }

    viewer->number = ++evo->number;

    row->owner = *self;
    row->number = viewer->number;
    row->config = viewer->config;
    row->created = viewer->created;

    row->name_len = ngx_webrtc_evostream_copy(row->name, sizeof(row->name),
                                              &viewer->name);
    row->viewer_len = ngx_webrtc_evostream_copy(row->viewer,
                                                sizeof(row->viewer),
                                                &viewer->viewer);

    ngx_webrtc_evostream_viewer_fill(row, viewer);

    hash = ngx_webrtc_zone_hash(zone, (u_char *) &row->number,
                                sizeof(uint64_t));
    ngx_webrtc_zone_table_add(&evo->viewers, &row->node, hash);
    ngx_webrtc_evostream_viewer_count(zone, row, 1);

    ngx_webrtc_zone_unlock(zone);

    return NGX_OK;
}


void
ngx_webrtc_evostream_viewer_set(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self,
    const ngx_webrtc_evostream_stream_t *viewer)
{
    ngx_webrtc_zone_viewer_t  *row;

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_evostream_viewer_look(zone, viewer->number);

    if (row && row->owner.term == self->term) {
        ngx_webrtc_evostream_viewer_fill(row, viewer);
    }

    ngx_webrtc_zone_unlock(zone);
}


/* what changes while it is there */

static void
ngx_webrtc_evostream_viewer_fill(ngx_webrtc_zone_viewer_t *row,
    const ngx_webrtc_evostream_stream_t *viewer)
{
    row->playing = viewer->playing;
    row->sent = viewer->sent;

    row->address_len = ngx_webrtc_evostream_copy(row->address,
                                                 sizeof(row->address),
                                                 &viewer->address);
    row->audio_len = (uint8_t) ngx_webrtc_evostream_copy(row->audio,
                                                         sizeof(row->audio),
                                                         &viewer->audio);
    row->video_len = (uint8_t) ngx_webrtc_evostream_copy(row->video,
                                                         sizeof(row->video),
                                                         &viewer->video);
}


void
ngx_webrtc_evostream_viewer_show(const ngx_webrtc_zone_viewer_t *row,
    ngx_webrtc_evostream_stream_t *stream)
{
    ngx_memzero(stream, sizeof(ngx_webrtc_evostream_stream_t));

    stream->kind = NGX_WEBRTC_EVOSTREAM_VIEWER;
    stream->number = row->number;
    stream->created = row->created;
    stream->config = row->config;
    stream->sent = row->sent;
    stream->playing = row->playing;

    stream->name.data = (u_char *) row->name;
    stream->name.len = row->name_len;
    stream->viewer.data = (u_char *) row->viewer;
    stream->viewer.len = row->viewer_len;
    stream->address.data = (u_char *) row->address;
    stream->address.len = row->address_len;
    stream->audio.data = (u_char *) row->audio;
    stream->audio.len = row->audio_len;
    stream->video.data = (u_char *) row->video;
    stream->video.len = row->video_len;
}


void
ngx_webrtc_evostream_viewer_remove(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self, uint64_t number)
{
    ngx_webrtc_zone_viewer_t  *row;

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_evostream_viewer_look(zone, number);

    if (row && row->owner.term == self->term) {
        ngx_webrtc_evostream_viewer_drop(zone, row);
    }

    ngx_webrtc_zone_unlock(zone);
}


ngx_int_t
ngx_webrtc_evostream_viewer_end(ngx_webrtc_zone_t *zone, uint64_t number)
{
    ngx_int_t                  rc;
    ngx_webrtc_zone_viewer_t  *row;

    rc = NGX_DECLINED;

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_evostream_viewer_look(zone, number);

    if (row && !row->ending) {
        ngx_webrtc_evostream_viewer_count(zone, row, -1);
        row->ending = 1;
        rc = NGX_OK;
    }

    ngx_webrtc_zone_unlock(zone);

    if (rc == NGX_OK) {
        ngx_webrtc_evostream_rows_tell(zone);
    }

    return rc;
}


void
ngx_webrtc_evostream_viewer_check(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self, ngx_webrtc_evostream_stream_pt handler,
    void *data)
{
    ngx_uint_t                      i;
    ngx_webrtc_zone_table_t        *table;
    ngx_webrtc_zone_viewer_t       *row;
    ngx_webrtc_evostream_stream_t   stream;

    table = &zone->sh->evostream.viewers;

    if (table->count == 0) {
        return;
    }

    ngx_webrtc_zone_lock(zone);

    for (i = 0; i < table->top; i++) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (row->node.used
            && row->owner.term == self->term
            && (row->ending
                || ngx_webrtc_evostream_config_look(zone, row->config)
                   == NULL))
        {
            ngx_webrtc_evostream_viewer_show(row, &stream);
            handler(data, &stream);
        }

        if (i % NGX_WEBRTC_EVOSTREAM_BATCH == NGX_WEBRTC_EVOSTREAM_BATCH - 1) {
            ngx_webrtc_zone_unlock(zone);
            ngx_webrtc_zone_lock(zone);
        }
    }

    ngx_webrtc_zone_unlock(zone);
}


/* its configuration may be no more */

static void
ngx_webrtc_evostream_viewer_count(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_zone_viewer_t *row, ngx_int_t n)
{
    ngx_webrtc_zone_config_t  *config;

    config = ngx_webrtc_evostream_config_look(zone, row->config);

    if (config) {
        config->viewers += n;
    }
}


static void
ngx_webrtc_evostream_viewer_drop(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_viewer_t *row)
{
    if (!row->ending) {
        ngx_webrtc_evostream_viewer_count(zone, row, -1);
    }

    ngx_webrtc_zone_table_remove(&zone->sh->evostream.viewers, &row->node);
}


void
ngx_webrtc_evostream_viewers_repair(ngx_webrtc_zone_t *zone)
{
    ngx_uint_t                 i;
    ngx_webrtc_zone_table_t   *table;
    ngx_webrtc_zone_config_t  *config;
    ngx_webrtc_zone_viewer_t  *row;

    table = &zone->sh->evostream.configs;

    for (i = 0; i < table->top; i++) {
        config = ngx_webrtc_zone_table_row(table, i);
        config->viewers = 0;
    }

    table = &zone->sh->evostream.viewers;

    for (i = 0; i < table->top; i++) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (row->node.used && !row->ending) {
            ngx_webrtc_evostream_viewer_count(zone, row, 1);
        }
    }
}


void
ngx_webrtc_evostream_viewers_clean(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *owner)
{
    ngx_uint_t                 i;
    ngx_webrtc_zone_table_t   *table;
    ngx_webrtc_zone_viewer_t  *row;

    table = &zone->sh->evostream.viewers;

    for (i = 0; i < table->top; i++) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (row->node.used && row->owner.term == owner->term) {
            ngx_webrtc_evostream_viewer_drop(zone, row);
        }
    }
}
