
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_hash.h>
#include <crypto/ngx_webrtc_random.h>
#include <event/ngx_webrtc_evostream_file.h>
#include <event/ngx_webrtc_seat.h>
#include <event/ngx_webrtc_zone_sh.h>


/* a zone that cannot hold so many connections is a mistake */
#define NGX_WEBRTC_ZONE_ROWS_MIN  32


static ngx_int_t ngx_webrtc_zone_create(ngx_webrtc_zone_t *zone);
static ngx_int_t ngx_webrtc_zone_create_tables(ngx_webrtc_zone_t *zone);
static ngx_int_t ngx_webrtc_zone_create_registry(ngx_webrtc_zone_t *zone,
    size_t size);
static void ngx_webrtc_zone_check_registry(ngx_webrtc_zone_t *zone);
static size_t ngx_webrtc_zone_needs(ngx_webrtc_zone_t *zone);
static void ngx_webrtc_zone_repair_rows(ngx_webrtc_zone_t *zone);
static void ngx_webrtc_zone_repair_chunks(ngx_webrtc_zone_t *zone);


/* the zone of the running configuration, in the master */
static ngx_webrtc_zone_t  *ngx_webrtc_zone_running;


ngx_int_t
ngx_webrtc_zone_init(ngx_shm_zone_t *shm_zone, void *data)
{
    ngx_webrtc_zone_t  *old = data;

    ngx_webrtc_zone_t  *zone;

    zone = shm_zone->data;
    zone->shpool = (ngx_slab_pool_t *) shm_zone->shm.addr;
    zone->log = shm_zone->shm.log;

    if (old) {
        zone->sh = old->sh;

    } else if (ngx_webrtc_zone_running) {

        /* two workers would sit on the same ports, each in its own zone */

        ngx_log_error(NGX_LOG_EMERG, zone->log, 0,
                      "name and size of \"webrtc_zone\" cannot be changed by "
                      "a reload, restart nginx, in %s:%ui",
                      zone->conf->zone_file, zone->conf->zone_line);
        return NGX_ERROR;

    } else if (ngx_webrtc_zone_create(zone) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_zone_lock(zone);

    if (ngx_webrtc_seats_prepare(zone) != NGX_OK) {
        ngx_webrtc_zone_unlock(zone);

        ngx_log_error(NGX_LOG_EMERG, zone->log, 0,
                      "\"webrtc_zone\" is too small, the mailboxes of %ui "
                      "media ports and %ui workers need %uzm, in %s:%ui",
                      zone->conf->media ? zone->conf->media->nports : 0,
                      zone->conf->workers, ngx_webrtc_zone_needs(zone),
                      zone->conf->zone_file, zone->conf->zone_line);
        return NGX_ERROR;
    }

    ngx_webrtc_zone_unlock(zone);

    if (old) {
        ngx_webrtc_zone_check_registry(zone);
        ngx_webrtc_evostream_rows_check(zone);
        ngx_webrtc_ers_zone_check(zone);
        return NGX_OK;
    }

    if (ngx_webrtc_zone_create_tables(zone) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_webrtc_evostream_file_read(zone);

    return NGX_OK;
}


void
ngx_webrtc_zone_start(ngx_webrtc_zone_t *zone)
{
    ngx_webrtc_zone_running = zone;
}


static ngx_int_t
ngx_webrtc_zone_create(ngx_webrtc_zone_t *zone)
{
    zone->shpool->log_nomem = 0;

    zone->sh = ngx_slab_calloc(zone->shpool, sizeof(ngx_webrtc_zone_sh_t));
    if (zone->sh == NULL) {
        ngx_log_error(NGX_LOG_EMERG, zone->log, 0,
                      "\"webrtc_zone\" is too small, in %s:%ui",
                      zone->conf->zone_file, zone->conf->zone_line);
        return NGX_ERROR;
    }

    zone->shpool->data = zone->sh;
    zone->sh->seed = ngx_webrtc_random_uint32();
    zone->sh->started = ngx_time();

    return ngx_webrtc_ers_zone_init(zone);
}


/*
 * A quarter of the zone is for stats, an eighth stays for the mailboxes of
 * ports that a reload may add, what the mailboxes of now and the tables of
 * the gateway leave is for channels and connections, as many of the one as of
 * the other.
 */

static ngx_int_t
ngx_webrtc_zone_create_tables(ngx_webrtc_zone_t *zone)
{
    size_t                 size, taken, row;
    ngx_uint_t             n;
    ngx_webrtc_zone_sh_t  *sh;

    sh = zone->sh;
    size = zone->shpool->end - (u_char *) zone->shpool;
    taken = size / 4 + size / 8 + size / 64;

    /* up to two pointers a row in either bucket array */

    row = sizeof(ngx_webrtc_zone_row_t) + sizeof(ngx_webrtc_zone_channel_t)
          + 4 * sizeof(void *);

    n = 0;

    if (ngx_webrtc_zone_create_registry(zone, size) == NGX_OK
        && ngx_webrtc_evostream_rows_init(zone) == NGX_OK)
    {
        n = zone->shpool->pfree * ngx_pagesize;
        n = (n > taken) ? (n - taken) / row : 0;
    }

    if (n < NGX_WEBRTC_ZONE_ROWS_MIN
        || ngx_webrtc_zone_table_init(zone, &sh->chunks,
                                      sizeof(ngx_webrtc_zone_chunk_t),
                                      size / 4
                                      / sizeof(ngx_webrtc_zone_chunk_t), 0)
           != NGX_OK
        || ngx_webrtc_zone_table_init(zone, &sh->channels,
                                      sizeof(ngx_webrtc_zone_channel_t), n, 1)
           != NGX_OK
        || ngx_webrtc_zone_table_init(zone, &sh->rows,
                                      sizeof(ngx_webrtc_zone_row_t), n, 1)
           != NGX_OK)
    {
        ngx_log_error(NGX_LOG_EMERG, zone->log, 0,
                      "\"webrtc_zone\" is too small, with %ui mailboxes it "
                      "needs %uzm, in %s:%ui", sh->nseats,
                      ngx_webrtc_zone_needs(zone),
                      zone->conf->zone_file, zone->conf->zone_line);
        return NGX_ERROR;
    }

    ngx_log_debug2(NGX_LOG_DEBUG_CORE, zone->log, 0,
                   "webrtc zone seats:%ui connections:%ui", sh->nseats, n);

    return NGX_OK;
}


/* unless told otherwise, peers have a sixteenth of the zone */

static ngx_int_t
ngx_webrtc_zone_create_registry(ngx_webrtc_zone_t *zone, size_t size)
{
    ngx_uint_t             peers, ports;
    ngx_webrtc_zone_sh_t  *sh;

    sh = zone->sh;

    peers = zone->conf->skyway.registry;
    ports = zone->conf->skyway.last_port - zone->conf->skyway.first_port + 1;

    if (peers == 0) {
        peers = size / 16 / (sizeof(ngx_webrtc_zone_peer_t)
                             + 2 * sizeof(void *));
    }

    if (ngx_webrtc_zone_table_init(zone, &sh->peers,
                                   sizeof(ngx_webrtc_zone_peer_t), peers, 1)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_webrtc_zone_table_init(zone, &sh->ports,
                                      sizeof(ngx_webrtc_zone_port_t), ports,
                                      1);
}


/* a reload has other sizes, the tables stay as they are */

static void
ngx_webrtc_zone_check_registry(ngx_webrtc_zone_t *zone)
{
    ngx_uint_t                      ports;
    ngx_webrtc_zone_sh_t           *sh;
    ngx_webrtc_skyway_main_conf_t  *smcf;

    sh = zone->sh;
    smcf = &zone->conf->skyway;

    if (smcf->registry && smcf->registry != sh->peers.max) {
        ngx_log_error(NGX_LOG_WARN, zone->log, 0,
                      "\"webrtc_peer_registry\" stays %ui until nginx is "
                      "restarted", sh->peers.max);
    }

    ports = smcf->last_port - smcf->first_port + 1;

    if (ports > sh->ports.max) {
        ngx_log_error(NGX_LOG_WARN, zone->log, 0,
                      "%ui of \"webrtc_gateway_ports\" can be open at the "
                      "same time until nginx is restarted", sh->ports.max);
    }
}


/* the size, in megabytes, that leaves room for some connections */

static size_t
ngx_webrtc_zone_needs(ngx_webrtc_zone_t *zone)
{
    size_t      size;
    ngx_uint_t  n;

    n = zone->conf->workers * 2;

    if (zone->conf->media) {
        n += zone->conf->media->nports;
    }

    size = n * zone->conf->mailbox_size
           + zone->conf->skyway.registry
             * (sizeof(ngx_webrtc_zone_peer_t) + 2 * sizeof(void *))
           + (zone->conf->skyway.last_port - zone->conf->skyway.first_port + 1)
             * (sizeof(ngx_webrtc_zone_port_t) + 2 * sizeof(void *))
           + ngx_webrtc_evostream_rows_needs(zone)
           + zone->conf->evostream.ers_max_tokens
             * sizeof(ngx_webrtc_ers_use_t)
           + 2 * NGX_WEBRTC_ZONE_ROWS_MIN
             * (sizeof(ngx_webrtc_zone_row_t)
                + sizeof(ngx_webrtc_zone_channel_t));

    /* what create_tables() sets aside first */

    return (size / 35 * 64) / (1024 * 1024) + 2;
}


void
ngx_webrtc_zone_lock(ngx_webrtc_zone_t *zone)
{
    ngx_shmtx_lock(&zone->shpool->mutex);

    if (zone->sh->busy) {
        zone->sh->repairs++;
        ngx_webrtc_zone_repair(zone);
    }

    zone->sh->busy = 1;
    ngx_memory_barrier();
}


void
ngx_webrtc_zone_unlock(ngx_webrtc_zone_t *zone)
{
    ngx_memory_barrier();
    zone->sh->busy = 0;

    ngx_shmtx_unlock(&zone->shpool->mutex);
}


ngx_int_t
ngx_webrtc_zone_table_init(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_table_t *table, size_t size, ngx_uint_t max,
    ngx_uint_t hashed)
{
    ngx_uint_t  n;

    if (max == 0) {
        return NGX_ERROR;
    }

    /* a new mapping is zero already; rows are cleared when first used */

    table->start = ngx_slab_alloc(zone->shpool, max * size);
    if (table->start == NULL) {
        return NGX_ERROR;
    }

    table->size = size;
    table->max = max;

    if (!hashed) {
        return NGX_OK;
    }

    for (n = 1; n < max; n *= 2) { /* void */ }

    table->mask = n - 1;

    table->buckets = ngx_slab_calloc(zone->shpool, n * sizeof(void *));

    return table->buckets ? NGX_OK : NGX_ERROR;
}


void *
ngx_webrtc_zone_table_alloc(ngx_webrtc_zone_table_t *table)
{
    ngx_webrtc_zone_node_t  *node;

    node = table->free;

    if (node) {
        table->free = node->next;

    } else if (table->top < table->max) {
        node = ngx_webrtc_zone_table_row(table, table->top);
        node->used = 0;

        ngx_memory_barrier();
        table->top++;

    } else {
        return NULL;
    }

    ngx_memzero(node, table->size);

    return node;
}


void
ngx_webrtc_zone_table_add(ngx_webrtc_zone_table_t *table,
    ngx_webrtc_zone_node_t *node, uint32_t hash)
{
    ngx_webrtc_zone_node_t  **bucket;

    node->hash = hash;

    ngx_memory_barrier();
    node->used = 1;

    table->count++;

    if (table->buckets) {
        bucket = &table->buckets[hash & table->mask];
        node->next = *bucket;

        ngx_memory_barrier();
        *bucket = node;
    }
}


void
ngx_webrtc_zone_table_remove(ngx_webrtc_zone_table_t *table,
    ngx_webrtc_zone_node_t *node)
{
    ngx_webrtc_zone_node_t  **p;

    if (table->buckets) {
        p = &table->buckets[node->hash & table->mask];

        while (*p) {
            if (*p == node) {
                *p = node->next;
                break;
            }

            p = &(*p)->next;
        }
    }

    ngx_memory_barrier();
    node->used = 0;

    table->count--;

    node->next = table->free;

    ngx_memory_barrier();
    table->free = node;
}


void
ngx_webrtc_zone_table_repair(ngx_webrtc_zone_table_t *table)
{
    ngx_uint_t                i;
    ngx_webrtc_zone_node_t   *node, **head;

    if (table->buckets) {
        ngx_memzero(table->buckets, (table->mask + 1) * sizeof(void *));
    }

    table->free = NULL;
    table->count = 0;

    for (i = table->top; i-- > 0; /* void */ ) {
        node = ngx_webrtc_zone_table_row(table, i);

        if (!node->used) {
            head = &table->free;

        } else {
            table->count++;

            if (table->buckets == NULL) {
                continue;
            }

            head = &table->buckets[node->hash & table->mask];
        }

        node->next = *head;
        *head = node;
    }
}


void
ngx_webrtc_zone_repair(ngx_webrtc_zone_t *zone)
{
    ngx_uint_t                  i, n;
    ngx_webrtc_seat_t          *seat;
    ngx_webrtc_zone_sh_t       *sh;
    ngx_webrtc_zone_channel_t  *channel;

    sh = zone->sh;

    for (i = 0; i < sh->nseats; i++) {
        seat = &sh->seats[i];

        seat->connections = 0;
        seat->channels = 0;
        seat->empty = 0;

        /* given to a spare seat, not yet taken from the free one */

        for (n = 0; n < sh->nseats; n++) {
            if (n != i && seat->port && seat->port == sh->seats[n].port
                && seat->pid == 0)
            {
                seat->port = 0;
            }
        }
    }

    for (i = 0; i < sh->channels.top; i++) {
        channel = ngx_webrtc_zone_table_row(&sh->channels, i);
        channel->first = NULL;
        channel->members = 0;
    }

    ngx_webrtc_zone_repair_rows(zone);
    ngx_webrtc_zone_repair_chunks(zone);

    ngx_webrtc_zone_table_repair(&sh->channels);
    ngx_webrtc_zone_table_repair(&sh->rows);
    ngx_webrtc_zone_table_repair(&sh->chunks);

    ngx_webrtc_registry_repair(zone);
    ngx_webrtc_registry_ports_repair(zone);
    ngx_webrtc_evostream_rows_repair(zone);

    for (i = 0; i < sh->channels.top; i++) {
        channel = ngx_webrtc_zone_table_row(&sh->channels, i);

        if (!channel->node.used) {
            continue;
        }

        seat = &sh->seats[channel->home.seat];
        seat->channels++;
        seat->connections += channel->members;
        seat->empty += (channel->members == 0);
    }
}


static void
ngx_webrtc_zone_repair_rows(ngx_webrtc_zone_t *zone)
{
    ngx_uint_t                i;
    ngx_webrtc_zone_row_t    *row;
    ngx_webrtc_zone_table_t  *table;

    table = &zone->sh->rows;
    zone->sh->counters.ongoing = 0;

    for (i = table->top; i-- > 0; /* void */ ) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (!row->node.used) {
            continue;
        }

        if (!row->channel->node.used) {
            row->node.used = 0;
            continue;
        }

        row->next = row->channel->first;
        row->channel->first = row;
        row->channel->members++;

        zone->sh->counters.ongoing += row->live;
    }
}


static void
ngx_webrtc_zone_repair_chunks(ngx_webrtc_zone_t *zone)
{
    ngx_uint_t                i;
    ngx_webrtc_zone_sh_t     *sh;
    ngx_webrtc_zone_row_t    *row;
    ngx_webrtc_zone_chunk_t  *chunk;

    sh = zone->sh;

    for (i = 0; i < sh->chunks.top; i++) {
        chunk = ngx_webrtc_zone_table_row(&sh->chunks, i);
        chunk->node.used = 0;
    }

    for (i = 0; i < sh->rows.top; i++) {
        row = ngx_webrtc_zone_table_row(&sh->rows, i);

        if (!row->node.used) {
            continue;
        }

        for (chunk = row->stats; chunk; chunk = chunk->more) {
            if (chunk->node.used) {
                row->stats = NULL;
                row->stats_len = 0;
                break;
            }

            chunk->node.used = 1;
        }
    }
}
