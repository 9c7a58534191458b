
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the tables themselves, and the configurations as the API has them */


#include <ngx_config.h>
#include <ngx_core.h>
#include <core/ngx_webrtc_str.h>
#include <crypto/ngx_webrtc_random.h>
#include <event/ngx_webrtc_evostream_file.h>
#include <event/ngx_webrtc_evostream_sh.h>
#include <event/ngx_webrtc_seat.h>


/* of the zone, one in so many bytes, and no more rows than that */
#define NGX_WEBRTC_EVOSTREAM_CONFIGS_PART  256
#define NGX_WEBRTC_EVOSTREAM_CONFIGS       100
#define NGX_WEBRTC_EVOSTREAM_VIEWERS_PART  64
#define NGX_WEBRTC_EVOSTREAM_VIEWERS       1000


static ngx_uint_t ngx_webrtc_evostream_rows_of(ngx_webrtc_zone_t *zone,
    ngx_uint_t wanted, size_t size, ngx_uint_t part, ngx_uint_t max);
static ngx_uint_t ngx_webrtc_evostream_config_matches(
    const ngx_webrtc_zone_config_t *row, const ngx_str_t *ersip,
    in_port_t ersport, const ngx_str_t *roomid);
static ngx_uint_t ngx_webrtc_evostream_is_host(const u_char *text, size_t len,
    const ngx_str_t *host);
static ngx_webrtc_zone_config_t *ngx_webrtc_evostream_config_alloc(
    ngx_webrtc_zone_t *zone);
static void ngx_webrtc_evostream_config_drop(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_config_t *row);


ngx_int_t
ngx_webrtc_evostream_rows_init(ngx_webrtc_zone_t *zone)
{
    u_char                             bytes[NGX_WEBRTC_ZONE_INSTANCE / 2];
    ngx_uint_t                         n;
    ngx_webrtc_zone_evostream_t       *evo;
    ngx_webrtc_evostream_main_conf_t  *emcf;

    evo = &zone->sh->evostream;
    emcf = &zone->conf->evostream;

    if (ngx_webrtc_random_bytes(bytes, sizeof(bytes)) != NGX_OK) {
        return NGX_ERROR;
    }

    (void) ngx_hex_dump(evo->instance, bytes, sizeof(bytes));

    n = ngx_webrtc_evostream_rows_of(zone, emcf->max_configs,
                                     sizeof(ngx_webrtc_zone_config_t),
                                     NGX_WEBRTC_EVOSTREAM_CONFIGS_PART,
                                     NGX_WEBRTC_EVOSTREAM_CONFIGS);

    if (ngx_webrtc_zone_table_init(zone, &evo->configs,
                                   sizeof(ngx_webrtc_zone_config_t), n, 1)
        != NGX_OK)
    {
        return NGX_ERROR;
    }

    n = ngx_webrtc_evostream_rows_of(zone, emcf->max_viewers,
                                     sizeof(ngx_webrtc_zone_viewer_t),
                                     NGX_WEBRTC_EVOSTREAM_VIEWERS_PART,
                                     NGX_WEBRTC_EVOSTREAM_VIEWERS);

    return ngx_webrtc_zone_table_init(zone, &evo->viewers,
                                      sizeof(ngx_webrtc_zone_viewer_t), n, 1);
}


/* unless told otherwise, as many as a part of the zone holds, up to "max" */

static ngx_uint_t
ngx_webrtc_evostream_rows_of(ngx_webrtc_zone_t *zone, ngx_uint_t wanted,
    size_t size, ngx_uint_t part, ngx_uint_t max)
{
    size_t  all;

    if (wanted) {
        return wanted;
    }

    all = zone->shpool->end - (u_char *) zone->shpool;

    return ngx_min(all / part / (size + 2 * sizeof(void *)), max);
}


size_t
ngx_webrtc_evostream_rows_needs(ngx_webrtc_zone_t *zone)
{
    ngx_webrtc_evostream_main_conf_t  *emcf;

    emcf = &zone->conf->evostream;

    return emcf->max_configs
           * (sizeof(ngx_webrtc_zone_config_t) + 2 * sizeof(void *))
           + emcf->max_viewers
             * (sizeof(ngx_webrtc_zone_viewer_t) + 2 * sizeof(void *));
}


/* a reload has other sizes, the tables stay as they are */

void
ngx_webrtc_evostream_rows_check(ngx_webrtc_zone_t *zone)
{
    ngx_webrtc_zone_evostream_t       *evo;
    ngx_webrtc_evostream_main_conf_t  *emcf;

    evo = &zone->sh->evostream;
    emcf = &zone->conf->evostream;

    if (emcf->max_configs && emcf->max_configs != evo->configs.max) {
        ngx_log_error(NGX_LOG_WARN, zone->log, 0,
                      "\"webrtc_evostream_max_configs\" stays %ui until nginx "
                      "is restarted", evo->configs.max);
    }

    if (emcf->max_viewers && emcf->max_viewers != evo->viewers.max) {
        ngx_log_error(NGX_LOG_WARN, zone->log, 0,
                      "\"webrtc_evostream_max_viewers\" stays %ui until nginx "
                      "is restarted", evo->viewers.max);
    }
}


ngx_str_t
ngx_webrtc_evostream_instance(ngx_webrtc_zone_t *zone)
{
    ngx_str_t  instance;

    instance.data = zone->sh->evostream.instance;
    instance.len = NGX_WEBRTC_ZONE_INSTANCE;

    return instance;
}


ngx_uint_t
ngx_webrtc_evostream_is_used(ngx_webrtc_zone_t *zone)
{
    return zone->sh->evostream.configs.count
           || zone->sh->evostream.viewers.count;
}


void
ngx_webrtc_evostream_rows_changed(ngx_webrtc_zone_t *zone)
{
    zone->sh->evostream.version++;
    zone->sh->evostream.changed = ngx_current_msec;
}


void
ngx_webrtc_evostream_rows_tell(ngx_webrtc_zone_t *zone)
{
    ngx_webrtc_seats_tell(zone, NGX_WEBRTC_MAIL_EVOSTREAM, NULL, 0);
}


void
ngx_webrtc_evostream_rows_warn(ngx_webrtc_zone_t *zone,
    const char *directive, ngx_uint_t max)
{
    if (zone->refused == ngx_time()) {
        return;
    }

    zone->refused = ngx_time();

    ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                  "there are %ui already, as many as \"%s\" allows, one was "
                  "refused", max, directive);
}


uint16_t
ngx_webrtc_evostream_copy(u_char *dst, size_t max, const ngx_str_t *src)
{
    size_t  len;

    len = ngx_min(src->len, max);

    if (len) {
        ngx_memcpy(dst, src->data, len);
    }

    return (uint16_t) len;
}


ngx_webrtc_zone_config_t *
ngx_webrtc_evostream_config_look(ngx_webrtc_zone_t *zone, ngx_uint_t id)
{
    uint32_t                   hash;
    ngx_webrtc_zone_node_t    *node;
    ngx_webrtc_zone_table_t   *table;
    ngx_webrtc_zone_config_t  *row;

    table = &zone->sh->evostream.configs;
    hash = ngx_webrtc_zone_hash(zone, (u_char *) &id, sizeof(ngx_uint_t));

    for (node = table->buckets[hash & table->mask]; node; node = node->next) {
        row = (ngx_webrtc_zone_config_t *) node;

        if (row->id == id) {
            return row;
        }
    }

    return NULL;
}


void
ngx_webrtc_evostream_config_show(const ngx_webrtc_zone_config_t *row,
    ngx_webrtc_evostream_config_t *config)
{
    config->id = row->id;
    config->ers.data = (u_char *) row->ers;
    config->ers.len = row->ers_len;
    config->ersip.data = (u_char *) row->ersip;
    config->ersip.len = row->ersip_len;
    config->roomid.data = (u_char *) row->roomid;
    config->roomid.len = row->roomid_len;
    config->token.data = (u_char *) row->token;
    config->token.len = row->token_len;
    config->vars.data = (u_char *) row->vars;
    config->vars.len = row->vars_len;
    config->ersport = row->ersport;
    config->ers_over_ssl = row->ers_over_ssl;
    config->keep_alive = row->keep_alive;

    config->state = row->state;
    config->fault.data = (u_char *) row->fault;
    config->fault.len = row->fault_len;
    config->changed = row->changed;
    config->attempts = row->attempts;
    config->viewers = row->viewers;
}


ngx_uint_t
ngx_webrtc_evostream_config_fits(const ngx_webrtc_evostream_config_t *config)
{
    return config->ers.len <= NGX_WEBRTC_EVOSTREAM_HOST_MAX
           && config->ersip.len <= NGX_WEBRTC_EVOSTREAM_HOST_MAX
           && config->ers.len + config->ersip.len > 0
           && config->ersport > 0
           && config->roomid.len <= NGX_WEBRTC_EVOSTREAM_ROOM_MAX
           && config->roomid.len > 0
           && config->token.len <= NGX_WEBRTC_EVOSTREAM_TOKEN_MAX
           && config->vars.len <= NGX_WEBRTC_EVOSTREAM_VARS_MAX;
}


/* names of hosts have no case */

static ngx_uint_t
ngx_webrtc_evostream_is_host(const u_char *text, size_t len,
    const ngx_str_t *host)
{
    return len == host->len
           && (len == 0
               || ngx_strncasecmp((u_char *) text, host->data, len) == 0);
}


/* the same room of the same server */

ngx_webrtc_zone_config_t *
ngx_webrtc_evostream_config_same(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_evostream_config_t *config)
{
    ngx_uint_t                 i;
    ngx_webrtc_zone_table_t   *table;
    ngx_webrtc_zone_config_t  *row;

    table = &zone->sh->evostream.configs;

    for (i = 0; i < table->top; i++) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (row->node.used
            && ngx_webrtc_evostream_config_matches(row,
                                                   config->ers.len
                                                   ? &config->ers
                                                   : &config->ersip,
                                                   config->ersport,
                                                   &config->roomid))
        {
            return row;
        }
    }

    return NULL;
}


/* empty and 0: any; the server is what "ers" says, or else "ersip" */

static ngx_uint_t
ngx_webrtc_evostream_config_matches(const ngx_webrtc_zone_config_t *row,
    const ngx_str_t *ersip, in_port_t ersport, const ngx_str_t *roomid)
{
    ngx_str_t  room;

    if (row->state == NGX_WEBRTC_EVOSTREAM_ENDED) {
        return 0;
    }

    if (ersport && ersport != row->ersport) {
        return 0;
    }

    room.data = (u_char *) row->roomid;
    room.len = row->roomid_len;

    if (roomid->len && !ngx_webrtc_str_equal(&room, roomid)) {
        return 0;
    }

    if (ersip->len == 0) {
        return 1;
    }

    return row->ers_len
           ? ngx_webrtc_evostream_is_host(row->ers, row->ers_len, ersip)
           : ngx_webrtc_evostream_is_host(row->ersip, row->ersip_len, ersip);
}


/* the oldest that has ended makes way: it is there to be looked at only */

static ngx_webrtc_zone_config_t *
ngx_webrtc_evostream_config_alloc(ngx_webrtc_zone_t *zone)
{
    ngx_uint_t                 i;
    ngx_webrtc_zone_table_t   *table;
    ngx_webrtc_zone_config_t  *row, *oldest;

    table = &zone->sh->evostream.configs;

    row = ngx_webrtc_zone_table_alloc(table);

    if (row) {
        return row;
    }

    oldest = NULL;

    for (i = 0; i < table->top; i++) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (row->node.used
            && row->state == NGX_WEBRTC_EVOSTREAM_ENDED
            && (oldest == NULL || row->id < oldest->id))
        {
            oldest = row;
        }
    }

    if (oldest == NULL) {
        return NULL;
    }

    ngx_webrtc_evostream_config_drop(zone, oldest);

    return ngx_webrtc_zone_table_alloc(table);
}


ngx_webrtc_zone_config_t *
ngx_webrtc_evostream_config_put(ngx_webrtc_zone_t *zone,
    const ngx_webrtc_evostream_config_t *config)
{
    uint32_t                   hash;
    ngx_webrtc_zone_config_t  *row;

    row = ngx_webrtc_evostream_config_alloc(zone);
    if (row == NULL) {
        return NULL;
    }

    row->id = config->id;
    row->state = NGX_WEBRTC_EVOSTREAM_QUEUED;
    row->changed = ngx_time();

    row->ersport = config->ersport;
    row->ers_over_ssl = config->ers_over_ssl;
    row->keep_alive = config->keep_alive;

    row->ers_len = ngx_webrtc_evostream_copy(row->ers, sizeof(row->ers),
                                             &config->ers);
    row->ersip_len = ngx_webrtc_evostream_copy(row->ersip, sizeof(row->ersip),
                                               &config->ersip);
    row->roomid_len = ngx_webrtc_evostream_copy(row->roomid,
                                                sizeof(row->roomid),
                                                &config->roomid);
    row->token_len = ngx_webrtc_evostream_copy(row->token, sizeof(row->token),
                                               &config->token);
    row->vars_len = ngx_webrtc_evostream_copy(row->vars, sizeof(row->vars),
                                              &config->vars);

    hash = ngx_webrtc_zone_hash(zone, (u_char *) &row->id,
                                sizeof(ngx_uint_t));
    ngx_webrtc_zone_table_add(&zone->sh->evostream.configs, &row->node, hash);

    return row;
}


ngx_int_t
ngx_webrtc_evostream_config_add(ngx_webrtc_zone_t *zone,
    ngx_webrtc_evostream_config_t *config)
{
    ngx_int_t                     rc;
    ngx_webrtc_owner_t            owner;
    ngx_webrtc_zone_config_t     *row;
    ngx_webrtc_zone_evostream_t  *evo;

    if (!ngx_webrtc_evostream_config_fits(config)) {
        return NGX_ERROR;
    }

    evo = &zone->sh->evostream;

    ngx_webrtc_zone_lock(zone);

    if (ngx_webrtc_evostream_config_same(zone, config)) {
        rc = NGX_DECLINED;
        goto done;
    }

    rc = ngx_webrtc_evostream_config_place(zone, &owner);

    if (rc == NGX_ABORT) {
        goto done;
    }

    config->id = evo->config + 1;

    row = ngx_webrtc_evostream_config_put(zone, config);

    if (row == NULL) {
        rc = NGX_BUSY;
        goto done;
    }

    evo->config = config->id;
    ngx_webrtc_evostream_rows_changed(zone);

    if (rc == NGX_OK) {
        ngx_webrtc_evostream_config_give(zone, row, &owner);
    }

    rc = NGX_OK;

done:

    ngx_webrtc_zone_unlock(zone);

    if (rc == NGX_OK) {
        ngx_webrtc_evostream_rows_tell(zone);
        ngx_webrtc_evostream_file_touch(zone);

    } else if (rc == NGX_BUSY) {
        ngx_webrtc_evostream_rows_warn(zone, "webrtc_evostream_max_configs",
                                  evo->configs.max);
    }

    return rc;
}


ngx_uint_t
ngx_webrtc_evostream_config_stop(ngx_webrtc_zone_t *zone,
    const ngx_str_t *ersip, in_port_t ersport, const ngx_str_t *roomid)
{
    ngx_uint_t                 i, n;
    ngx_webrtc_zone_table_t   *table;
    ngx_webrtc_zone_config_t  *row;

    table = &zone->sh->evostream.configs;
    n = 0;

    ngx_webrtc_zone_lock(zone);

    for (i = 0; i < table->top; i++) {
        row = ngx_webrtc_zone_table_row(table, i);

        if (row->node.used
            && ngx_webrtc_evostream_config_matches(row, ersip, ersport,
                                                   roomid))
        {
            ngx_webrtc_evostream_config_drop(zone, row);
            n++;
        }
    }

    if (n) {
        ngx_webrtc_evostream_rows_changed(zone);
    }

    ngx_webrtc_zone_unlock(zone);

    if (n) {
        ngx_webrtc_evostream_rows_tell(zone);
        ngx_webrtc_evostream_file_touch(zone);
    }

    return n;
}


ngx_int_t
ngx_webrtc_evostream_config_remove(ngx_webrtc_zone_t *zone, ngx_uint_t id,
    ngx_webrtc_evostream_config_pt handler, void *data)
{
    ngx_webrtc_zone_config_t       *row;
    ngx_webrtc_evostream_config_t   config;

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_evostream_config_look(zone, id);

    if (row) {
        ngx_webrtc_evostream_config_show(row, &config);
        handler(data, &config);

        ngx_webrtc_evostream_config_drop(zone, row);
        ngx_webrtc_evostream_rows_changed(zone);
    }

    ngx_webrtc_zone_unlock(zone);

    if (row == NULL) {
        return NGX_DECLINED;
    }

    ngx_webrtc_evostream_rows_tell(zone);
    ngx_webrtc_evostream_file_touch(zone);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_evostream_config_find(ngx_webrtc_zone_t *zone, ngx_uint_t id,
    ngx_webrtc_evostream_config_pt handler, void *data)
{
    ngx_webrtc_zone_config_t       *row;
    ngx_webrtc_evostream_config_t   config;

    ngx_webrtc_zone_lock(zone);

    row = ngx_webrtc_evostream_config_look(zone, id);

    if (row) {
        ngx_webrtc_evostream_config_show(row, &config);
        handler(data, &config);
    }

    ngx_webrtc_zone_unlock(zone);

    return row ? NGX_OK : NGX_DECLINED;
}


static void
ngx_webrtc_evostream_config_drop(ngx_webrtc_zone_t *zone,
    ngx_webrtc_zone_config_t *row)
{
    ngx_webrtc_evostream_config_give(zone, row, NULL);

    ngx_webrtc_zone_table_remove(&zone->sh->evostream.configs, &row->node);
}
