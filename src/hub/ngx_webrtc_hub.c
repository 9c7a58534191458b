
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <hub/ngx_webrtc_member.h>
#include <crypto/ngx_webrtc_random.h>


#define NGX_WEBRTC_HUB_CHANNELS     1024
#define NGX_WEBRTC_HUB_CONNECTIONS  8192


static ngx_int_t ngx_webrtc_hub_init(ngx_webrtc_hub_t *hub);
static void ngx_webrtc_hub_sweep(ngx_webrtc_hub_t *hub);
static void ngx_webrtc_hub_part(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now);


ngx_webrtc_hub_t *
ngx_webrtc_hub_create(const ngx_webrtc_hub_conf_t *conf,
    const ngx_webrtc_hub_glue_t *glue, ngx_webrtc_engine_t *engine,
    ngx_log_t *log)
{
    ngx_pool_t        *pool;
    ngx_webrtc_hub_t  *hub;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, log);
    if (pool == NULL) {
        return NULL;
    }

    hub = ngx_pcalloc(pool, sizeof(ngx_webrtc_hub_t));
    if (hub == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    hub->conf = *conf;
    hub->glue = *glue;
    hub->engine = engine;
    hub->log = log;
    hub->pool = pool;

    hub->zlib = ngx_webrtc_zlib_create(log);

    if (hub->zlib == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    if (ngx_webrtc_hub_init(hub) != NGX_OK) {
        ngx_webrtc_zlib_destroy(hub->zlib);
        ngx_destroy_pool(pool);
        return NULL;
    }

    return hub;
}


static ngx_int_t
ngx_webrtc_hub_init(ngx_webrtc_hub_t *hub)
{
    u_char     *p;
    uint32_t    seed;
    ngx_str_t  *fp;

    ngx_queue_init(&hub->events);
    ngx_queue_init(&hub->gone);
    ngx_queue_init(&hub->answers);
    ngx_queue_init(&hub->minutes);
    ngx_queue_init(&hub->lifetimes);
    ngx_queue_init(&hub->kept);
    ngx_queue_init(&hub->spotlights);
    ngx_queue_init(&hub->partings);

    seed = ngx_webrtc_random_uint32();

    if (ngx_webrtc_hash_init(&hub->channels, hub->pool,
                             NGX_WEBRTC_HUB_CHANNELS, seed)
        != NGX_OK
        || ngx_webrtc_hash_init(&hub->connections, hub->pool,
                                NGX_WEBRTC_HUB_CONNECTIONS, seed)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    /* as the SDP writes it */

    fp = &hub->fingerprint;

    fp->len = sizeof("sha-256 ") - 1 + hub->conf.fingerprint.len;

    fp->data = ngx_pnalloc(hub->pool, fp->len);
    if (fp->data == NULL) {
        return NGX_ERROR;
    }

    p = ngx_cpymem(fp->data, "sha-256 ", sizeof("sha-256 ") - 1);

    if (hub->conf.fingerprint.len) {
        ngx_memcpy(p, hub->conf.fingerprint.data, hub->conf.fingerprint.len);
    }

    return NGX_OK;
}


void
ngx_webrtc_hub_shutdown(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now)
{
    ngx_uint_t                i;
    ngx_webrtc_connection_t  *connection;
    ngx_webrtc_hash_node_t   *node;

    ngx_webrtc_session_keep_none(hub, now);

    ngx_webrtc_hub_begin(hub);

    for (i = 0; i <= hub->connections.mask; i++) {

        for (node = hub->connections.buckets[i]; node; node = node->next) {
            connection = ngx_webrtc_hash_data(node, ngx_webrtc_connection_t,
                                              node);

            ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_SHUTDOWN,
                                 "SHUTDOWN", now);
        }
    }

    ngx_webrtc_hub_end(hub);
}


void
ngx_webrtc_hub_destroy(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now)
{
    ngx_webrtc_hub_shutdown(hub, now);
    ngx_webrtc_hub_part(hub, NGX_WEBRTC_NEVER);

    if (hub->buffer.data) {
        ngx_free(hub->buffer.data);
    }

    ngx_webrtc_zlib_destroy(hub->zlib);
    ngx_destroy_pool(hub->pool);
}


u_char *
ngx_webrtc_hub_buffer(ngx_webrtc_hub_t *hub, size_t size)
{
    ngx_str_t  *buffer;

    buffer = &hub->buffer;

    if (buffer->len < size) {

        if (buffer->data) {
            ngx_free(buffer->data);
        }

        buffer->len = 0;

        buffer->data = ngx_alloc(size, hub->log);
        if (buffer->data == NULL) {
            return NULL;
        }

        buffer->len = size;
    }

    return buffer->data;
}


void
ngx_webrtc_hub_begin(ngx_webrtc_hub_t *hub)
{
    hub->depth++;
}


void
ngx_webrtc_hub_end(ngx_webrtc_hub_t *hub)
{
    if (hub->depth == 1) {

        /* the glue may say a verb when it hears that a channel is empty */

        do {
            ngx_webrtc_event_deliver_all(hub);
            ngx_webrtc_hub_sweep(hub);
        } while (!ngx_queue_empty(&hub->events));
    }

    hub->depth--;
}


static void
ngx_webrtc_hub_sweep(ngx_webrtc_hub_t *hub)
{
    ngx_queue_t              *q;
    ngx_webrtc_usec_t         ended;
    ngx_webrtc_channel_t     *channel;
    ngx_webrtc_connection_t  *connection;

    while (!ngx_queue_empty(&hub->gone)) {
        q = ngx_queue_head(&hub->gone);
        ngx_queue_remove(q);

        connection = ngx_queue_data(q, ngx_webrtc_connection_t, gone);
        channel = connection->channel;
        ended = connection->ended;

        if (channel) {
            ngx_queue_remove(&connection->queue);
            connection->channel = NULL;
        }

        if (connection->peer == NULL) {
            ngx_webrtc_connection_free(connection);
        }

        if (channel && ngx_queue_empty(&channel->members)) {
            ngx_webrtc_session_leave(hub, channel, ended);
        }
    }
}


/* deadlines come nearly in order, so the search from the end is short */

void
ngx_webrtc_deadline_set(ngx_queue_t *list, ngx_webrtc_deadline_t *deadline,
    ngx_webrtc_usec_t expires)
{
    ngx_queue_t            *q;
    ngx_webrtc_deadline_t  *other;

    ngx_webrtc_deadline_remove(deadline);

    for (q = ngx_queue_last(list);
         q != ngx_queue_sentinel(list);
         q = ngx_queue_prev(q))
    {
        other = ngx_queue_data(q, ngx_webrtc_deadline_t, queue);

        if (other->expires <= expires) {
            break;
        }
    }

    ngx_queue_insert_head(q, &deadline->queue);

    deadline->expires = expires;
    deadline->set = 1;
}


void
ngx_webrtc_deadline_remove(ngx_webrtc_deadline_t *deadline)
{
    if (deadline->set) {
        ngx_queue_remove(&deadline->queue);
        deadline->set = 0;
    }
}


static ngx_webrtc_deadline_t *
ngx_webrtc_deadline_next(ngx_queue_t *list, ngx_webrtc_usec_t now)
{
    ngx_webrtc_deadline_t  *deadline;

    if (ngx_queue_empty(list)) {
        return NULL;
    }

    deadline = ngx_queue_data(ngx_queue_head(list), ngx_webrtc_deadline_t,
                              queue);

    return (deadline->expires <= now) ? deadline : NULL;
}


void
ngx_webrtc_hub_tick(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now)
{
    ngx_webrtc_channel_t     *channel;
    ngx_webrtc_deadline_t    *deadline;
    ngx_webrtc_connection_t  *connection;

    ngx_webrtc_hub_begin(hub);

    while ((deadline = ngx_webrtc_deadline_next(&hub->answers, now))) {
        connection = ngx_queue_data(deadline, ngx_webrtc_connection_t,
                                    answer);

        ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_FAULT,
                             "ANSWER-TIMEOUT", now);
    }

    while ((deadline = ngx_webrtc_deadline_next(&hub->minutes, now))) {
        connection = ngx_queue_data(deadline, ngx_webrtc_connection_t,
                                    minute);

        ngx_webrtc_connection_minute(connection, now);
    }

    while ((deadline = ngx_webrtc_deadline_next(&hub->lifetimes, now))) {
        connection = ngx_queue_data(deadline, ngx_webrtc_connection_t,
                                    lifetime);

        ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_LIFETIME, NULL,
                             now);
    }

    while ((deadline = ngx_webrtc_deadline_next(&hub->spotlights, now))) {
        channel = ngx_queue_data(deadline, ngx_webrtc_channel_t,
                                 spotlight.deadline);

        ngx_webrtc_spotlight_fill(channel, now);
    }

    ngx_webrtc_session_expire(hub, now);

    ngx_webrtc_hub_end(hub);

    ngx_webrtc_hub_part(hub, now);
}


/* ends those who had time enough to say goodbye */

static void
ngx_webrtc_hub_part(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now)
{
    ngx_webrtc_deadline_t  *deadline;

    while ((deadline = ngx_webrtc_deadline_next(&hub->partings, now))) {
        ngx_webrtc_messaging_parted(ngx_queue_data(deadline,
                                                   ngx_webrtc_connection_t,
                                                   parting));
    }
}


ngx_webrtc_usec_t
ngx_webrtc_hub_expires(ngx_webrtc_hub_t *hub)
{
    ngx_uint_t              i;
    ngx_webrtc_usec_t       expires;
    ngx_webrtc_deadline_t  *deadline;

    ngx_queue_t  *lists[] = {
        &hub->answers, &hub->minutes, &hub->lifetimes, &hub->kept,
        &hub->spotlights, &hub->partings
    };

    /* what the media engine noticed is told in a turn of its own */

    if (!ngx_queue_empty(&hub->events)) {
        return 0;
    }

    expires = NGX_WEBRTC_NEVER;

    for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        deadline = ngx_webrtc_deadline_next(lists[i], NGX_WEBRTC_NEVER);

        if (deadline) {
            expires = ngx_min(expires, deadline->expires);
        }
    }

    return expires;
}


ngx_uint_t
ngx_webrtc_hub_connections(ngx_webrtc_hub_t *hub)
{
    return hub->nconnections;
}


void
ngx_webrtc_hub_set_wall_offset(ngx_webrtc_hub_t *hub, int64_t offset)
{
    hub->wall_offset = offset;
}


uint64_t
ngx_webrtc_hub_wall(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now)
{
    return now + hub->wall_offset;
}


ngx_webrtc_channel_t *
ngx_webrtc_hub_channel(ngx_webrtc_hub_t *hub, const ngx_str_t *channel_id)
{
    ngx_webrtc_channel_t    *channel;
    ngx_webrtc_hash_node_t  *node;

    node = ngx_webrtc_hash_find(&hub->channels, channel_id->data,
                                channel_id->len);
    if (node == NULL) {
        return NULL;
    }

    channel = ngx_webrtc_hash_data(node, ngx_webrtc_channel_t, node);

    return channel->nmembers ? channel : NULL;
}


ngx_webrtc_connection_t *
ngx_webrtc_hub_find(ngx_webrtc_hub_t *hub, const ngx_str_t *channel_id,
    const ngx_str_t *connection_id)
{
    ngx_webrtc_hash_node_t   *node;
    ngx_webrtc_connection_t  *connection;

    node = ngx_webrtc_hash_find(&hub->connections, connection_id->data,
                                connection_id->len);
    if (node == NULL) {
        return NULL;
    }

    connection = ngx_webrtc_hash_data(node, ngx_webrtc_connection_t, node);

    if (connection->left
        || !ngx_webrtc_str_equal(&connection->info.channel_id, channel_id))
    {
        return NULL;
    }

    return connection;
}
