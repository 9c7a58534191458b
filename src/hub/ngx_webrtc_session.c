
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_member.h>
#include <hub/ngx_webrtc_session.h>
#include <hub/ngx_webrtc_traffic.h>
#include <crypto/ngx_webrtc_random.h>


static void ngx_webrtc_session_end(ngx_webrtc_hub_t *hub,
    ngx_webrtc_channel_t *channel, ngx_webrtc_usec_t now);


/* for a channel that gets a member */

ngx_int_t
ngx_webrtc_session_enter(ngx_webrtc_hub_t *hub, ngx_webrtc_channel_t *channel,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_session_info_t  *session;

    session = &channel->session;

    if (channel->nmembers) {
        return NGX_OK;
    }

    if (channel->keep.set) {
        ngx_webrtc_deadline_remove(&channel->keep);
        return NGX_OK;
    }

    /* all have left, and this one comes before that was noticed */

    ngx_webrtc_session_end(hub, channel, now);

    ngx_memzero(session, sizeof(ngx_webrtc_session_info_t));

    session->channel_id = channel->id;
    session->created_time = ngx_webrtc_hub_wall(hub, now);

    return ngx_webrtc_id_generate(session->session_id);
}


/* it has one */

void
ngx_webrtc_session_begin(ngx_webrtc_hub_t *hub, ngx_webrtc_channel_t *channel,
    ngx_webrtc_connection_t *first, ngx_webrtc_usec_t now)
{
    if (channel->begun) {
        return;
    }

    channel->begun = 1;
    channel->session.spotlight = first->info.spotlight;

    if (hub->glue.session) {
        hub->glue.session(hub->glue.data, channel, 1, now);
    }
}


void
ngx_webrtc_session_count(ngx_webrtc_channel_t *channel)
{
    ngx_webrtc_session_info_t  *session;

    session = &channel->session;

    session->total++;
    session->max = ngx_max(session->max, channel->counts.all);
}


/* it has none any more; "now" is when the last one left */

void
ngx_webrtc_session_leave(ngx_webrtc_hub_t *hub, ngx_webrtc_channel_t *channel,
    ngx_webrtc_usec_t now)
{
    if (!channel->begun || hub->conf.session_keep == 0) {
        ngx_webrtc_session_end(hub, channel, now);
        ngx_webrtc_channel_destroy(hub, channel);
        return;
    }

    ngx_webrtc_deadline_set(&hub->kept, &channel->keep,
                            now + hub->conf.session_keep);

    if (hub->glue.channel_keep) {
        hub->glue.channel_keep(hub->glue.data, &channel->id,
                               hub->conf.session_keep);
    }
}


static void
ngx_webrtc_session_end(ngx_webrtc_hub_t *hub, ngx_webrtc_channel_t *channel,
    ngx_webrtc_usec_t now)
{
    if (!channel->begun) {
        return;
    }

    channel->begun = 0;

    if (hub->glue.session) {
        hub->glue.session(hub->glue.data, channel, 0, now);
    }

    channel->data = NULL;

    ngx_webrtc_filter_free_all(&channel->filters);
}


ngx_webrtc_channel_t *
ngx_webrtc_hub_session(ngx_webrtc_hub_t *hub, const ngx_str_t *channel_id)
{
    ngx_webrtc_channel_t    *channel;
    ngx_webrtc_hash_node_t  *node;

    node = ngx_webrtc_hash_find(&hub->channels, channel_id->data,
                                channel_id->len);
    if (node == NULL) {
        return NULL;
    }

    channel = ngx_webrtc_hash_data(node, ngx_webrtc_channel_t, node);

    return (channel->nmembers || channel->keep.set) ? channel : NULL;
}


void
ngx_webrtc_hub_end_session(ngx_webrtc_hub_t *hub, const ngx_str_t *channel_id,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_channel_t  *channel;

    channel = ngx_webrtc_hub_session(hub, channel_id);

    if (channel == NULL || !channel->keep.set) {
        return;
    }

    ngx_webrtc_deadline_remove(&channel->keep);

    ngx_webrtc_session_end(hub, channel, now);
    ngx_webrtc_channel_destroy(hub, channel);
}


/* those that nobody has come back to */

void
ngx_webrtc_session_expire(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now)
{
    ngx_queue_t            *q;
    ngx_webrtc_channel_t   *channel;
    ngx_webrtc_deadline_t  *deadline;

    while (!ngx_queue_empty(&hub->kept)) {
        q = ngx_queue_head(&hub->kept);
        deadline = ngx_queue_data(q, ngx_webrtc_deadline_t, queue);

        if (deadline->expires > now && hub->conf.session_keep) {
            return;
        }

        channel = ngx_queue_data(deadline, ngx_webrtc_channel_t, keep);

        ngx_webrtc_deadline_remove(deadline);

        ngx_webrtc_session_end(hub, channel, now);
        ngx_webrtc_channel_destroy(hub, channel);
    }
}


void
ngx_webrtc_session_keep_none(ngx_webrtc_hub_t *hub, ngx_webrtc_usec_t now)
{
    hub->conf.session_keep = 0;

    ngx_webrtc_session_expire(hub, now);
}


const ngx_webrtc_session_info_t *
ngx_webrtc_channel_session(ngx_webrtc_channel_t *channel)
{
    return &channel->session;
}


ngx_webrtc_channel_t *
ngx_webrtc_connection_channel(ngx_webrtc_connection_t *connection)
{
    return connection->channel;
}


void *
ngx_webrtc_session_data(ngx_webrtc_channel_t *channel)
{
    return channel->data;
}


void
ngx_webrtc_session_set_data(ngx_webrtc_channel_t *channel, void *data)
{
    channel->data = data;
}


void
ngx_webrtc_connection_set_detail(ngx_webrtc_connection_t *connection,
    const ngx_str_t *detail)
{
    u_char  *p;

    if (connection->left) {
        return;
    }

    p = detail->len ? ngx_pnalloc(connection->pool, detail->len) : NULL;

    connection->detail.len = p ? detail->len : 0;
    connection->detail.data = p;

    if (p) {
        ngx_memcpy(p, detail->data, detail->len);
    }
}


void
ngx_webrtc_connection_bytes(ngx_webrtc_connection_t *connection,
    uint64_t *received, uint64_t *sent)
{
    const ngx_webrtc_traffic_t  *traffic;

    traffic = connection->left ? &connection->info.traffic
                               : ngx_webrtc_connection_measure(connection);

    *received = traffic->received_bytes;
    *sent = traffic->sent_bytes;
}


const ngx_str_t *
ngx_webrtc_connection_detail(ngx_webrtc_connection_t *connection)
{
    return &connection->detail;
}


const ngx_str_t *
ngx_webrtc_connection_authz_metadata(ngx_webrtc_connection_t *connection)
{
    return &connection->authz_metadata;
}


const ngx_str_t *
ngx_webrtc_connection_event_metadata(ngx_webrtc_connection_t *connection)
{
    return &connection->event_metadata;
}
