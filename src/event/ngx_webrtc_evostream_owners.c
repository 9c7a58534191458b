
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* who runs which configuration */


#include <ngx_config.h>
#include <ngx_core.h>
#include <event/ngx_webrtc_evostream_file.h>
#include <event/ngx_webrtc_evostream_sh.h>


static ngx_uint_t ngx_webrtc_evostream_own_one(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_config_t *row, const ngx_webrtc_owner_t *self,
    ngx_uint_t quitting);


/*
 * A worker that quits is chosen only if there are no others, and is not
 * taken: it would give the row back.
 */

ngx_int_t
ngx_webrtc_evostream_config_place(ngx_webrtc_zone_t *zone,
    ngx_webrtc_owner_t *owner)
{
    ngx_int_t  rc;

    rc = ngx_webrtc_zone_choose(zone, owner);

    if (rc != NGX_OK) {
        return rc;
    }

    return zone->sh->seats[owner->seat].quitting ? NGX_DECLINED : NGX_OK;
}


/* by the term one knows whose it is: it comes last */

void
ngx_webrtc_evostream_config_give(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_config_t *row, const ngx_webrtc_owner_t *owner)
{
    ngx_webrtc_zone_sh_t  *sh;

    sh = zone->sh;

    if (row->owner.term) {
        row->owner.term = 0;
        sh->seats[row->owner.seat].configs--;
    }

    if (owner) {
        row->owner.seat = owner->seat;
        ngx_memory_barrier();
        row->owner.term = owner->term;

        sh->seats[owner->seat].configs++;
    }
}


void
ngx_webrtc_evostream_config_own(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self, ngx_uint_t quitting,
    ngx_webrtc_evostream_config_pt handler, void *data)
{
    ngx_uint_t                      i, told;
    ngx_webrtc_zone_table_t        *table;
    ngx_webrtc_zone_config_t       *row;
    ngx_webrtc_evostream_config_t   config;

    table = &zone->sh->evostream.configs;
    told = 0;

    ngx_webrtc_zone_lock(zone);

    for (i = 0; i < table->top; i++) {

        if (i % NGX_WEBRTC_EVOSTREAM_BATCH == NGX_WEBRTC_EVOSTREAM_BATCH - 1) {
            ngx_webrtc_zone_unlock(zone);
            ngx_webrtc_zone_lock(zone);
        }

        if (ngx_webrtc_zone_seat(zone, self) == NULL) {
            break;
        }

        row = ngx_webrtc_zone_table_row(table, i);

        if (!row->node.used || row->state == NGX_WEBRTC_EVOSTREAM_ENDED) {
            continue;
        }

        told |= ngx_webrtc_evostream_own_one(zone, row, self, quitting);

        if (row->owner.term == self->term) {
            ngx_webrtc_evostream_config_show(row, &config);
            handler(data, &config);
        }
    }

    ngx_webrtc_zone_unlock(zone);

    ngx_webrtc_evostream_file_check(zone);

    if (told) {
        ngx_webrtc_evostream_rows_tell(zone);
    }
}


/* not zero: another worker has to look */

static ngx_uint_t
ngx_webrtc_evostream_own_one(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_config_t *row, const ngx_webrtc_owner_t *self,
    ngx_uint_t quitting)
{
    ngx_webrtc_owner_t  owner;

    if (row->owner.term != self->term) {

        if (quitting || ngx_webrtc_zone_seat(zone, &row->owner)) {
            return 0;
        }

    } else if (!quitting) {
        return 0;
    }

    if (ngx_webrtc_evostream_config_place(zone, &owner) != NGX_OK) {

        /* signalling needs no media port of its own */

        owner = *self;
    }

    row->state = NGX_WEBRTC_EVOSTREAM_QUEUED;
    row->changed = ngx_time();

    if (owner.term != self->term) {
        ngx_webrtc_evostream_config_give(zone, row, &owner);
        return 1;
    }

    ngx_webrtc_evostream_config_give(zone, row, quitting ? NULL : &owner);

    return quitting;
}


void
ngx_webrtc_evostream_config_set(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *self,
    const ngx_webrtc_evostream_config_t *config)
{
    ngx_uint_t                 ended;
    ngx_webrtc_zone_config_t  *row;

    ended = 0;

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_evostream_config_look(zone, config->id);

    if (row == NULL || row->owner.term != self->term) {
        goto done;
    }

    if (row->state != config->state) {
        row->changed = ngx_time();
    }

    row->attempts = config->attempts;

    row->fault_len = 0;
    row->fault_len = ngx_webrtc_evostream_copy(row->fault, sizeof(row->fault),
                                               &config->fault);
    row->state = config->state;

    if (row->state == NGX_WEBRTC_EVOSTREAM_ENDED) {
        ngx_webrtc_evostream_config_give(zone, row, NULL);
        ngx_webrtc_evostream_rows_changed(zone);
        ended = 1;
    }

done:

    ngx_webrtc_zone_unlock(zone);

    if (ended) {
        ngx_webrtc_evostream_file_touch(zone);
    }
}


void
ngx_webrtc_evostream_rows_clean(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_owner_t *owner)
{
    ngx_uint_t                 i;
    ngx_webrtc_zone_table_t   *table;
    ngx_webrtc_zone_config_t  *row;

    table = &zone->sh->evostream.configs;

    for (i = 0; i < table->top; i++) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (row->node.used && row->owner.term == owner->term) {
            row->state = NGX_WEBRTC_EVOSTREAM_QUEUED;
            row->changed = ngx_time();
            ngx_webrtc_evostream_config_give(zone, row, NULL);
        }
    }

    ngx_webrtc_evostream_viewers_clean(zone, owner);
}


void
ngx_webrtc_evostream_rows_repair(ngx_webrtc_zone_t *zone)
{
    ngx_uint_t                 i;
    ngx_webrtc_zone_sh_t      *sh;
    ngx_webrtc_zone_table_t   *table;
    ngx_webrtc_zone_config_t  *row;

    sh = zone->sh;
    table = &sh->evostream.configs;

    ngx_webrtc_zone_table_repair(table);
    ngx_webrtc_zone_table_repair(&sh->evostream.viewers);

    for (i = 0; i < sh->nseats; i++) {
        sh->seats[i].configs = 0;
    }

    for (i = 0; i < table->top; i++) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (!row->node.used) {
            continue;
        }

        /* who died had taken the number, and may not have said so */

        sh->evostream.config = ngx_max(sh->evostream.config, row->id);

        if (row->owner.term) {
            sh->seats[row->owner.seat].configs++;
        }
    }

    ngx_webrtc_evostream_viewers_repair(zone);
}
