
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <crypto/ngx_webrtc_random.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_evostream_rows.h>
#include <event/ngx_webrtc_evostream_worker.h>
#include <event/ngx_webrtc_evostream_worker_internal.h>
#include <event/ngx_webrtc_relay_mail.h>
#include <event/ngx_webrtc_viewing_session.h>
#include <event/ngx_webrtc_zone_sh.h>


/* the rows are looked at without having been told */
#define NGX_WEBRTC_EVOSTREAM_LOOK    NGX_WEBRTC_SEC

/* services that have their turn at a time; others are served in between */
#define NGX_WEBRTC_EVOSTREAM_TURN    32

/* for viewers under way when a worker quits */
#define NGX_WEBRTC_EVOSTREAM_SETTLE  (5 * NGX_WEBRTC_SEC)


typedef struct {
    ngx_pool_t              *pool;      /* NULL: not open */
    ngx_queue_t              entries;
    ngx_webrtc_hash_t        hash;
    ngx_webrtc_timers_t      timers;
    ngx_webrtc_usec_t        next;      /* look */
    ngx_uint_t               round;
    unsigned                 quit:1;
} ngx_webrtc_evostream_worker_t;


static void ngx_webrtc_evostream_worker_look(ngx_webrtc_worker_t *worker);
static void ngx_webrtc_evostream_worker_own(void *data,
    const ngx_webrtc_evostream_config_t *config);
static ngx_webrtc_evostream_service_t *ngx_webrtc_evostream_worker_service(
    ngx_webrtc_evostream_entry_t *entry,
    const ngx_webrtc_evostream_config_t *config);
static void ngx_webrtc_evostream_worker_remove(
    ngx_webrtc_evostream_entry_t *entry, ngx_uint_t viewers);


/* of this process */
static ngx_webrtc_evostream_worker_t  ngx_webrtc_evostream_worker;


#define ngx_webrtc_evostream_worker_first(list)                              \
    ngx_queue_data(ngx_queue_head(list), ngx_webrtc_evostream_entry_t, queue)


ngx_int_t
ngx_webrtc_evostream_worker_open(ngx_cycle_t *cycle,
    ngx_webrtc_worker_t *worker)
{
    ngx_uint_t                      max;
    ngx_pool_t                     *pool;
    ngx_webrtc_evostream_worker_t  *services;

    services = &ngx_webrtc_evostream_worker;
    max = worker->zone->sh->evostream.configs.max;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, cycle->log);
    if (pool == NULL) {
        return NGX_ERROR;
    }

    /* services of rows that were removed may last until the next look */

    if (ngx_webrtc_hash_init(&services->hash, pool, max,
                             ngx_webrtc_random_uint32())
        != NGX_OK
        || ngx_webrtc_timers_init(&services->timers, pool, 2 * max) != NGX_OK)
    {
        ngx_destroy_pool(pool);
        return NGX_ERROR;
    }

    ngx_queue_init(&services->entries);

    services->pool = pool;
    services->next = ngx_webrtc_now();

    return NGX_OK;
}


void
ngx_webrtc_evostream_worker_close(ngx_webrtc_worker_t *worker)
{
    ngx_webrtc_evostream_worker_t  *services;

    services = &ngx_webrtc_evostream_worker;

    if (services->pool == NULL) {
        return;
    }

    while (!ngx_queue_empty(&services->entries)) {
        ngx_webrtc_evostream_worker_remove(
                    ngx_webrtc_evostream_worker_first(&services->entries), 0);
    }

    ngx_destroy_pool(services->pool);
    services->pool = NULL;
}


void
ngx_webrtc_evostream_worker_quit(ngx_webrtc_worker_t *worker)
{
    ngx_queue_t                    *q, *next;
    ngx_webrtc_evostream_entry_t   *entry;
    ngx_webrtc_evostream_worker_t  *services;

    services = &ngx_webrtc_evostream_worker;

    if (services->pool == NULL) {
        return;
    }

    services->quit = 1;

    for (q = ngx_queue_head(&services->entries);
         q != ngx_queue_sentinel(&services->entries);
         q = next)
    {
        next = ngx_queue_next(q);
        entry = ngx_queue_data(q, ngx_webrtc_evostream_entry_t, queue);

        ngx_webrtc_evostream_service_quit(entry->service, ngx_webrtc_now());
        ngx_webrtc_evostream_worker_settle(entry);
    }

    /* the rooms are free, others may have them */

    ngx_webrtc_evostream_worker_look(worker);
}


ngx_uint_t
ngx_webrtc_evostream_worker_is_busy(void)
{
    return ngx_webrtc_evostream_worker.pool
           && !ngx_queue_empty(&ngx_webrtc_evostream_worker.entries);
}


void
ngx_webrtc_evostream_worker_check(ngx_webrtc_worker_t *worker)
{
    if (ngx_webrtc_evostream_worker.pool
        && ngx_webrtc_evostream_worker.next <= ngx_webrtc_now())
    {
        ngx_webrtc_evostream_worker_look(worker);
    }
}


void
ngx_webrtc_evostream_mail_handler(ngx_webrtc_relay_t *relay,
    ngx_webrtc_mail_t *mail)
{
    if (ngx_webrtc_evostream_worker.pool) {
        ngx_webrtc_evostream_worker_look(relay->worker);
    }

    ngx_webrtc_viewing_sessions_check();
}


static void
ngx_webrtc_evostream_worker_look(ngx_webrtc_worker_t *worker)
{
    ngx_queue_t                    *q, *next;
    ngx_webrtc_evostream_entry_t   *entry;
    ngx_webrtc_evostream_worker_t  *services;

    services = &ngx_webrtc_evostream_worker;
    services->next = ngx_webrtc_now() + NGX_WEBRTC_EVOSTREAM_LOOK;

    if (!ngx_webrtc_evostream_is_used(worker->zone)
        && ngx_queue_empty(&services->entries))
    {
        return;
    }

    services->round++;

    ngx_webrtc_evostream_config_own(worker->zone, &worker->self,
                                    services->quit,
                                    ngx_webrtc_evostream_worker_own, worker);

    if (services->quit) {
        return;
    }

    for (q = ngx_queue_head(&services->entries);
         q != ngx_queue_sentinel(&services->entries);
         q = next)
    {
        next = ngx_queue_next(q);
        entry = ngx_queue_data(q, ngx_webrtc_evostream_entry_t, queue);

        if (entry->round != services->round) {
            ngx_webrtc_evostream_worker_remove(entry, 1);
        }
    }

    ngx_webrtc_worker_touch();
}


/* under the lock of the zone: what is new begins later, by its timer */

static void
ngx_webrtc_evostream_worker_own(void *data,
    const ngx_webrtc_evostream_config_t *config)
{
    ngx_webrtc_hash_node_t         *node;
    ngx_webrtc_evostream_entry_t   *entry;
    ngx_webrtc_evostream_worker_t  *services;

    services = &ngx_webrtc_evostream_worker;

    node = ngx_webrtc_hash_find(&services->hash, &config->id,
                                sizeof(ngx_uint_t));
    if (node) {
        entry = ngx_webrtc_hash_data(node, ngx_webrtc_evostream_entry_t, node);
        entry->round = services->round;
        return;
    }

    /* without memory it is new at the next look too */

    entry = ngx_calloc(sizeof(ngx_webrtc_evostream_entry_t), ngx_cycle->log);
    if (entry == NULL) {
        return;
    }

    entry->worker = data;
    entry->id = config->id;
    entry->round = services->round;
    entry->service = ngx_webrtc_evostream_worker_service(entry, config);

    if (entry->service == NULL) {
        ngx_free(entry);
        return;
    }

    ngx_webrtc_hash_add(&services->hash, &entry->node, &entry->id,
                        sizeof(ngx_uint_t));
    ngx_queue_insert_tail(&services->entries, &entry->queue);

    ngx_webrtc_timer_set(&services->timers, &entry->timer, ngx_webrtc_now());
}


static ngx_webrtc_evostream_service_t *
ngx_webrtc_evostream_worker_service(ngx_webrtc_evostream_entry_t *entry,
    const ngx_webrtc_evostream_config_t *config)
{
    ngx_webrtc_evostream_main_conf_t     *emcf;
    ngx_webrtc_evostream_service_conf_t   conf;

    emcf = &ngx_webrtc_get_conf(ngx_cycle)->evostream;

    ngx_memzero(&conf, sizeof(ngx_webrtc_evostream_service_conf_t));

    conf.glue = &ngx_webrtc_evostream_worker_glue;
    conf.data = entry;
    conf.instance = ngx_webrtc_evostream_instance(entry->worker->zone);
    conf.max_viewers = entry->worker->zone->sh->evostream.viewers.max;
    conf.message_size = emcf->message_size;
    conf.send_queue = emcf->send_queue;
    conf.join_timeout = emcf->join_timeout * NGX_WEBRTC_MSEC;
    conf.silence = emcf->silence * NGX_WEBRTC_MSEC;
    conf.retry_min = emcf->retry_min * NGX_WEBRTC_MSEC;
    conf.retry_max = emcf->retry_max * NGX_WEBRTC_MSEC;
    conf.refresh = emcf->refresh * NGX_WEBRTC_MSEC;
    conf.settle = NGX_WEBRTC_EVOSTREAM_SETTLE;

    return ngx_webrtc_evostream_service_create(&conf, config, ngx_cycle->log,
                                               ngx_webrtc_now());
}


static void
ngx_webrtc_evostream_worker_remove(ngx_webrtc_evostream_entry_t *entry,
    ngx_uint_t viewers)
{
    ngx_webrtc_evostream_worker_t  *services;

    services = &ngx_webrtc_evostream_worker;

    ngx_webrtc_evostream_service_destroy(entry->service, viewers);

    ngx_webrtc_timer_remove(&services->timers, &entry->timer);
    ngx_webrtc_hash_remove(&services->hash, &entry->node);
    ngx_queue_remove(&entry->queue);
    ngx_free(entry);
}


void
ngx_webrtc_evostream_worker_settle(ngx_webrtc_evostream_entry_t *entry)
{
    ngx_webrtc_usec_t               expires;
    ngx_webrtc_evostream_worker_t  *services;

    services = &ngx_webrtc_evostream_worker;

    if (services->quit
        && !ngx_webrtc_evostream_service_is_busy(entry->service))
    {
        ngx_webrtc_evostream_worker_remove(entry, 0);
        return;
    }

    expires = ngx_webrtc_evostream_service_expires(entry->service);

    ngx_webrtc_timer_set(&services->timers, &entry->timer, expires);
    ngx_webrtc_worker_touch();
}


void
ngx_webrtc_evostream_worker_tick(ngx_webrtc_worker_t *worker,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t                      i;
    ngx_webrtc_timer_t             *timer;
    ngx_webrtc_evostream_entry_t   *entry;
    ngx_webrtc_evostream_worker_t  *services;

    services = &ngx_webrtc_evostream_worker;

    if (services->pool == NULL) {
        return;
    }

    for (i = 0; i < NGX_WEBRTC_EVOSTREAM_TURN; i++) {

        timer = ngx_webrtc_timers_next(&services->timers, now);
        if (timer == NULL) {
            return;
        }

        entry = ngx_webrtc_timer_data(timer, ngx_webrtc_evostream_entry_t,
                                      timer);

        ngx_webrtc_evostream_service_tick(entry->service, now);
        ngx_webrtc_evostream_worker_settle(entry);
    }
}


ngx_webrtc_usec_t
ngx_webrtc_evostream_worker_expires(ngx_webrtc_worker_t *worker)
{
    return ngx_webrtc_evostream_worker.pool
           ? ngx_webrtc_timers_expires(&ngx_webrtc_evostream_worker.timers)
           : NGX_WEBRTC_NEVER;
}
