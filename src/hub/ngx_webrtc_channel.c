
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_member.h>


ngx_webrtc_channel_t *
ngx_webrtc_channel_create(ngx_webrtc_hub_t *hub, const ngx_str_t *id)
{
    ngx_webrtc_channel_t  *channel;

    channel = ngx_calloc(sizeof(ngx_webrtc_channel_t) + id->len, hub->log);
    if (channel == NULL) {
        return NULL;
    }

    channel->hub = hub;

    channel->id.len = id->len;
    channel->id.data = (u_char *) (channel + 1);
    ngx_memcpy(channel->id.data, id->data, id->len);

    ngx_queue_init(&channel->members);
    ngx_queue_init(&channel->filters);
    ngx_queue_init(&channel->spotlight.focused);
    ngx_queue_init(&channel->spotlight.waiting);

    ngx_webrtc_hash_add(&hub->channels, &channel->node, channel->id.data,
                        channel->id.len);

    return channel;
}


void
ngx_webrtc_channel_destroy(ngx_webrtc_hub_t *hub,
    ngx_webrtc_channel_t *channel)
{
    ngx_webrtc_hash_remove(&hub->channels, &channel->node);

    if (hub->glue.channel_empty) {
        hub->glue.channel_empty(hub->glue.data, &channel->id);
    }

    ngx_free(channel);
}


ngx_int_t
ngx_webrtc_channel_add(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection, ngx_webrtc_usec_t now)
{
    ngx_uint_t  max;

    max = connection->hub->conf.max_connections;

    if (max && channel->nmembers >= max) {
        return NGX_DECLINED;
    }

    if (ngx_webrtc_session_enter(connection->hub, channel, now) != NGX_OK) {
        return NGX_ERROR;
    }

    ngx_memcpy(connection->info.session_id, channel->session.session_id,
               NGX_WEBRTC_ID_LEN);

    ngx_queue_insert_tail(&channel->members, &connection->queue);
    channel->nmembers++;

    connection->channel = channel;

    return NGX_OK;
}


/* it stays in the list for those who are just walking there */

void
ngx_webrtc_channel_remove(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection)
{
    if (connection->live) {
        ngx_webrtc_channel_count(channel, connection->info.role, -1);
    }

    channel->nmembers--;
}


void
ngx_webrtc_channel_count(ngx_webrtc_channel_t *channel,
    ngx_webrtc_role_e role, ngx_int_t n)
{
    channel->counts.all += n;
    channel->counts.roles[role] += n;
}


ngx_webrtc_connection_t *
ngx_webrtc_channel_next(ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *connection)
{
    ngx_queue_t  *q;

    q = connection ? ngx_queue_next(&connection->queue)
                   : ngx_queue_head(&channel->members);

    for ( /* void */ ;
         q != ngx_queue_sentinel(&channel->members);
         q = ngx_queue_next(q))
    {
        connection = ngx_queue_data(q, ngx_webrtc_connection_t, queue);

        if (!connection->left) {
            return connection;
        }
    }

    return NULL;
}
