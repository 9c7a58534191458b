
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <hub/ngx_webrtc_forwarding.h>
#include <hub/ngx_webrtc_member.h>
#include <crypto/ngx_webrtc_random.h>


/* texts and sections come bit by bit; the connection itself is apart */
#define NGX_WEBRTC_CONNECTION_POOL  1024


static ngx_webrtc_connection_t *ngx_webrtc_connection_create(
    ngx_webrtc_hub_t *hub, const ngx_webrtc_join_t *join,
    ngx_webrtc_usec_t now);
static ngx_int_t ngx_webrtc_connection_init(
    ngx_webrtc_connection_t *connection, const ngx_webrtc_join_t *join,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_connection_defaults(
    ngx_webrtc_connection_t *connection);
static ngx_int_t ngx_webrtc_connection_enroll(
    ngx_webrtc_connection_t *connection, const ngx_webrtc_join_t *join,
    ngx_webrtc_usec_t now, const char **reason);
static void ngx_webrtc_connection_drop(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);


ngx_webrtc_connection_t *
ngx_webrtc_hub_join(ngx_webrtc_hub_t *hub, const ngx_webrtc_join_t *join,
    ngx_webrtc_event_handler_pt handler, void *data, ngx_webrtc_usec_t now,
    const char **reason)
{
    ngx_webrtc_connection_t  *connection;

    *reason = "NO-MEMORY";

    connection = ngx_webrtc_connection_create(hub, join, now);
    if (connection == NULL) {
        return NULL;
    }

    connection->handler = handler;
    connection->data = data;

    ngx_webrtc_hub_begin(hub);

    if (ngx_webrtc_connection_set_metadata_ext(connection,
                                               &join->metadata_ext)
        != NGX_OK
        || ngx_webrtc_connection_enroll(connection, join, now, reason)
           != NGX_OK)
    {
        ngx_webrtc_connection_drop(connection, now);
        connection = NULL;

    } else {
        ngx_webrtc_event_queue(connection, NGX_WEBRTC_EVENT_OFFER, now);

        if (hub->depth == 1) {
            ngx_webrtc_event_deliver_all(hub);
        }

        /* it has already heard CLOSED */

        if (connection->left) {
            *reason = connection->reason;
            connection = NULL;
        }
    }

    ngx_webrtc_hub_end(hub);

    return connection;
}


static ngx_webrtc_connection_t *
ngx_webrtc_connection_create(ngx_webrtc_hub_t *hub,
    const ngx_webrtc_join_t *join, ngx_webrtc_usec_t now)
{
    ngx_pool_t               *pool;
    ngx_webrtc_connection_t  *connection;

    pool = ngx_create_pool(NGX_WEBRTC_CONNECTION_POOL, hub->log);
    if (pool == NULL) {
        return NULL;
    }

    connection = ngx_pcalloc(pool, sizeof(ngx_webrtc_connection_t));
    if (connection == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    connection->pool = pool;
    connection->hub = hub;

    ngx_queue_init(&connection->receptions);
    ngx_queue_init(&connection->taps);
    ngx_queue_init(&connection->senders);
    ngx_queue_init(&connection->receivers);
    ngx_queue_init(&connection->filters);

    if (ngx_webrtc_connection_init(connection, join, now) != NGX_OK) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    ngx_webrtc_hash_add(&hub->connections, &connection->node,
                        connection->info.connection_id, NGX_WEBRTC_ID_LEN);
    hub->nconnections++;

    return connection;
}


static ngx_int_t
ngx_webrtc_connection_init(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_join_t *join, ngx_webrtc_usec_t now)
{
    ngx_str_t                            id;
    ngx_pool_t                          *pool;
    ngx_webrtc_connection_info_t        *info;
    const ngx_webrtc_connection_info_t  *given;

    given = &join->info;
    info = &connection->info;

    *info = *given;
    connection->simulcast = join->simulcast;

    if (given->connection_id[0] == '\0'
        && ngx_webrtc_id_generate(info->connection_id) != NGX_OK)
    {
        return NGX_ERROR;
    }

    id.len = NGX_WEBRTC_ID_LEN;
    id.data = info->connection_id;

    pool = connection->pool;

    if (ngx_webrtc_str_copy(pool, &info->channel_id, &given->channel_id)
        != NGX_OK
        || ngx_webrtc_str_copy(pool, &info->client_id,
                               given->client_id.len ? &given->client_id : &id)
           != NGX_OK
        || ngx_webrtc_str_copy(pool, &info->bundle_id,
                               given->bundle_id.len ? &given->bundle_id : &id)
           != NGX_OK
        || ngx_webrtc_str_copy(pool, &info->video_params,
                               &given->video_params)
           != NGX_OK
        || ngx_webrtc_str_copy(pool, &connection->metadata, &join->metadata)
           != NGX_OK
        || ngx_webrtc_str_copy(pool, &connection->authz_metadata,
                               &join->authz_metadata)
           != NGX_OK
        || ngx_webrtc_str_copy(pool, &connection->event_metadata,
                               &join->event_metadata)
           != NGX_OK
        || ngx_webrtc_str_copy(pool, &connection->simulcast.encodings,
                               &join->simulcast.encodings)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    connection->has_metadata = join->has_metadata;
    connection->joined = now;

    if (info->created_time == 0) {
        info->created_time = ngx_webrtc_hub_wall(connection->hub, now);
    }

    ngx_webrtc_connection_defaults(connection);

    return NGX_OK;
}


static void
ngx_webrtc_connection_defaults(ngx_webrtc_connection_t *connection)
{
    uint32_t                       max, rate;
    ngx_webrtc_simulcast_t        *simulcast;
    ngx_webrtc_connection_info_t  *info;

    info = &connection->info;
    simulcast = &connection->simulcast;

    if (info->audio && info->audio_codec == NGX_WEBRTC_CODEC_NONE) {
        info->audio_codec = NGX_WEBRTC_CODEC_OPUS;
    }

    if (info->video && info->video_codec == NGX_WEBRTC_CODEC_NONE) {
        info->video_codec = NGX_WEBRTC_CODEC_VP9;
    }

    if (info->video) {
        max = connection->hub->conf.max_video_bit_rate;
        rate = info->video_bit_rate;

        if (rate == 0) {
            rate = (info->simulcast && info->role != NGX_WEBRTC_RECVONLY)
                   ? connection->hub->conf.simulcast_bit_rate
                   : connection->hub->conf.video_bit_rate;
        }

        info->video_bit_rate = max ? ngx_min(rate, max) : rate;
        connection->bit_rate = info->video_bit_rate;
    }

    if (!simulcast->has_layer) {
        simulcast->layer = NGX_WEBRTC_LAYER_AUTO;
    }

    if (simulcast->nlayers == 0) {
        simulcast->nlayers = NGX_WEBRTC_LAYERS;
    }
}


static ngx_int_t
ngx_webrtc_connection_enroll(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_join_t *join, ngx_webrtc_usec_t now,
    const char **reason)
{
    ngx_int_t                rc;
    ngx_str_t               *id;
    ngx_webrtc_hub_t        *hub;
    ngx_webrtc_channel_t    *channel;
    ngx_webrtc_hash_node_t  *node;

    hub = connection->hub;
    id = &connection->info.channel_id;

    node = ngx_webrtc_hash_find(&hub->channels, id->data, id->len);

    channel = node ? ngx_webrtc_hash_data(node, ngx_webrtc_channel_t, node)
                   : ngx_webrtc_channel_create(hub, id);
    if (channel == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_webrtc_channel_add(channel, connection, now);

    if (rc != NGX_OK) {
        if (ngx_queue_empty(&channel->members)) {
            ngx_webrtc_session_leave(hub, channel, now);
        }

        if (rc == NGX_DECLINED) {
            *reason = "CHANNEL-FULL";
        }

        return NGX_ERROR;
    }

    if (ngx_webrtc_spotlight_join(connection, join, reason) != NGX_OK
        || ngx_webrtc_filter_join(connection, join, now, reason) != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = ngx_webrtc_exchange_init(connection, join, now, reason);
    if (rc != NGX_OK) {
        return NGX_ERROR;
    }

    if (hub->glue.connection_add
        && hub->glue.connection_add(hub->glue.data, connection) != NGX_OK)
    {
        *reason = "ZONE-FULL";
        return NGX_ERROR;
    }

    ngx_webrtc_exchange_fill(connection);

    if (ngx_webrtc_exchange_placeholders(connection) != NGX_OK) {

        if (hub->glue.connection_remove) {
            hub->glue.connection_remove(hub->glue.data, connection);
        }

        *reason = "NO-MEDIA";
        return NGX_ERROR;
    }

    ngx_webrtc_session_begin(hub, channel, connection, now);

    if (join->lifetime) {
        ngx_webrtc_deadline_set(&hub->lifetimes, &connection->lifetime,
                                now + join->lifetime);
    }

    return NGX_OK;
}


/* undoes a join that failed; nobody has heard of it */

static void
ngx_webrtc_connection_drop(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_exchange_withdraw(connection, now);

    connection->left = 1;
    connection->ended = now;

    if (connection->channel == NULL) {
        ngx_webrtc_connection_free(connection);
        return;
    }

    ngx_webrtc_channel_remove(connection->channel, connection);
    ngx_queue_insert_tail(&connection->hub->gone, &connection->gone);
}


void
ngx_webrtc_connection_free(ngx_webrtc_connection_t *connection)
{
    ngx_webrtc_hub_t  *hub;

    hub = connection->hub;

    ngx_webrtc_hash_remove(&hub->connections, &connection->node);
    hub->nconnections--;

    if (connection->metadata_ext.data) {
        ngx_free(connection->metadata_ext.data);
    }

    ngx_webrtc_filter_free_all(&connection->filters);

    ngx_destroy_pool(connection->pool);
}


ngx_int_t
ngx_webrtc_hub_offer_again(ngx_webrtc_connection_t *connection,
    const ngx_str_t *sdp, ngx_webrtc_text_t *text)
{
    if (connection->left) {
        return NGX_DECLINED;
    }

    return ngx_webrtc_negotiation_repeat_offer(&connection->negotiation, sdp,
                                               text);
}


ngx_int_t
ngx_webrtc_hub_answer(ngx_webrtc_connection_t *connection, ngx_str_t *sdp,
    ngx_webrtc_usec_t now, const char **reason)
{
    ngx_int_t          rc;
    ngx_uint_t         first;
    ngx_webrtc_hub_t  *hub;

    if (connection->left) {
        return NGX_DECLINED;
    }

    hub = connection->hub;
    first = (connection->negotiation.remote == NULL);

    rc = ngx_webrtc_negotiation_read_answer(&connection->negotiation,
                                            sdp->data, sdp->data + sdp->len,
                                            reason);
    if (rc != NGX_OK) {
        return rc;
    }

    ngx_webrtc_hub_begin(hub);

    ngx_webrtc_deadline_remove(&connection->answer);

    rc = ngx_webrtc_exchange_answered(connection, first, now, reason);

    if (rc == NGX_OK && connection->starved) {
        connection->starved = 0;
        ngx_webrtc_exchange_fill(connection);
    }

    if (rc == NGX_OK) {
        ngx_webrtc_event_queue(connection, NGX_WEBRTC_EVENT_OFFER, now);
    }

    ngx_webrtc_hub_end(hub);

    return rc;
}


/* ICE and DTLS are up: the others may see it */

void
ngx_webrtc_connection_live(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_hub_t  *hub;

    if (connection->left || connection->live) {
        return;
    }

    hub = connection->hub;

    ngx_webrtc_hub_begin(hub);

    connection->live = 1;
    connection->created = now;

    ngx_webrtc_channel_count(connection->channel, connection->info.role, 1);
    ngx_webrtc_session_count(connection->channel);

    ngx_webrtc_event_queue(connection, NGX_WEBRTC_EVENT_OFFER, now);
    ngx_webrtc_exchange_publish(&connection->tracks[NGX_WEBRTC_AUDIO], now);
    ngx_webrtc_exchange_publish(&connection->tracks[NGX_WEBRTC_VIDEO], now);
    ngx_webrtc_bit_rate_share(connection->channel, now);

    ngx_webrtc_event_queue(connection, NGX_WEBRTC_EVENT_CREATED, now);
    connection->serial = hub->serial;

    ngx_webrtc_deadline_set(&hub->minutes, &connection->minute,
                            now + NGX_WEBRTC_MINUTE);

    if (hub->glue.count) {
        hub->glue.count(hub->glue.data, connection,
                        NGX_WEBRTC_EVENT_CREATED, 0);
    }

    ngx_webrtc_connection_tell_sends(connection);

    ngx_webrtc_hub_end(hub);
}


void
ngx_webrtc_connection_tell_sends(ngx_webrtc_connection_t *connection)
{
    ngx_webrtc_hub_t  *hub;

    hub = connection->hub;

    if (hub->glue.connection_sends && ngx_webrtc_connection_sends(connection))
    {
        hub->glue.connection_sends(hub->glue.data, connection);
    }
}


void
ngx_webrtc_connection_minute(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_hub_t   *hub;
    ngx_webrtc_usec_t   next;

    hub = connection->hub;

    ngx_webrtc_event_queue(connection, NGX_WEBRTC_EVENT_UPDATED, now);

    /* minutes that were slept through are not made up for */

    next = now - connection->created;
    next = connection->created
           + (next / NGX_WEBRTC_MINUTE + 1) * NGX_WEBRTC_MINUTE;

    ngx_webrtc_deadline_set(&hub->minutes, &connection->minute, next);

    if (hub->glue.count) {
        hub->glue.count(hub->glue.data, connection,
                        NGX_WEBRTC_EVENT_UPDATED, 0);
    }
}


void
ngx_webrtc_hub_leave(ngx_webrtc_connection_t *connection,
    ngx_webrtc_close_e cause, const char *reason, ngx_webrtc_usec_t now)
{
    uint64_t           received, sent;
    ngx_webrtc_hub_t  *hub;

    if (connection->left) {
        return;
    }

    hub = connection->hub;

    ngx_webrtc_hub_begin(hub);

    /* the last look at them */

    ngx_webrtc_connection_bytes(connection, &received, &sent);

    connection->left = 1;
    connection->ended = now;
    connection->cause = cause;
    connection->reason = reason;

    ngx_webrtc_deadline_remove(&connection->answer);
    ngx_webrtc_deadline_remove(&connection->minute);
    ngx_webrtc_deadline_remove(&connection->lifetime);

    ngx_webrtc_channel_remove(connection->channel, connection);

    ngx_webrtc_event_queue(connection, NGX_WEBRTC_EVENT_CLOSED, now);

    /* the offers that take its tracks away go before the news */

    ngx_webrtc_exchange_withdraw(connection, now);
    ngx_webrtc_bit_rate_share(connection->channel, now);
    ngx_webrtc_pair_remove_all(connection);
    ngx_webrtc_spotlight_leave(connection, now);

    if (connection->live) {
        ngx_webrtc_event_queue(connection, NGX_WEBRTC_EVENT_DESTROYED, now);
    }

    if (hub->glue.count) {
        hub->glue.count(hub->glue.data, connection,
                        NGX_WEBRTC_EVENT_DESTROYED, !connection->live);
    }

    if (hub->glue.connection_remove) {
        hub->glue.connection_remove(hub->glue.data, connection);
    }

    ngx_queue_insert_tail(&hub->gone, &connection->gone);

    ngx_webrtc_hub_end(hub);
}


ngx_uint_t
ngx_webrtc_connection_apart(const ngx_webrtc_connection_t *a,
    const ngx_webrtc_connection_t *b)
{
    return !ngx_webrtc_str_equal(&a->info.bundle_id, &b->info.bundle_id);
}


const ngx_webrtc_connection_info_t *
ngx_webrtc_connection_info(ngx_webrtc_connection_t *connection)
{
    return &connection->info;
}


ngx_uint_t
ngx_webrtc_connection_is_live(ngx_webrtc_connection_t *connection)
{
    return connection->live && !connection->left;
}


ngx_webrtc_usec_t
ngx_webrtc_connection_setup_time(ngx_webrtc_connection_t *connection)
{
    return connection->live ? connection->created - connection->joined : 0;
}


ngx_webrtc_usec_t
ngx_webrtc_connection_duration(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    return connection->live ? now - connection->created : 0;
}


void
ngx_webrtc_connection_mids(ngx_webrtc_connection_t *connection,
    ngx_str_t *audio, ngx_str_t *video)
{
    ngx_uint_t                         i;
    ngx_str_t                         *mids[NGX_WEBRTC_TRACKS];
    ngx_webrtc_negotiation_section_t  *section;

    mids[NGX_WEBRTC_AUDIO] = audio;
    mids[NGX_WEBRTC_VIDEO] = video;

    for (i = 0; i < NGX_WEBRTC_TRACKS; i++) {
        section = connection->tracks[i].section;

        ngx_str_null(mids[i]);

        if (section) {
            *mids[i] = section->mid;
        }
    }
}
