
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_forwarding.h>
#include <hub/ngx_webrtc_member.h>
#include <hub/ngx_webrtc_tap.h>


static ngx_uint_t ngx_webrtc_tap_sends(ngx_webrtc_connection_t *connection);


ngx_int_t
ngx_webrtc_tap_add(ngx_webrtc_tap_t *tap, ngx_webrtc_hub_t *hub,
    const ngx_str_t *channel_id, const ngx_str_t *connection_id)
{
    ngx_webrtc_channel_t     *channel;
    ngx_webrtc_connection_t  *connection;

    tap->connection = NULL;

    if (connection_id->len) {
        connection = ngx_webrtc_hub_find(hub, channel_id, connection_id);

    } else {
        channel = ngx_webrtc_hub_channel(hub, channel_id);
        connection = channel ? ngx_webrtc_channel_next(channel, NULL) : NULL;

        while (connection && !ngx_webrtc_tap_sends(connection)) {
            connection = ngx_webrtc_channel_next(channel, connection);
        }
    }

    if (connection == NULL || !ngx_webrtc_tap_sends(connection)) {
        return NGX_DECLINED;
    }

    tap->connection = connection;
    ngx_queue_insert_tail(&connection->taps, &tap->queue);

    return NGX_OK;
}


static ngx_uint_t
ngx_webrtc_tap_sends(ngx_webrtc_connection_t *connection)
{
    return connection->live && !connection->left
           && ngx_webrtc_connection_sends(connection);
}


void
ngx_webrtc_tap_remove(ngx_webrtc_tap_t *tap)
{
    if (tap->connection) {
        ngx_queue_remove(&tap->queue);
        tap->connection = NULL;
    }
}


void
ngx_webrtc_tap_track(const ngx_webrtc_tap_t *tap, ngx_uint_t video,
    ngx_webrtc_tap_track_t *track)
{
    const ngx_webrtc_publication_t  *publication;

    ngx_memzero(track, sizeof(ngx_webrtc_tap_track_t));

    if (tap->connection == NULL) {
        return;
    }

    publication = &tap->connection->tracks[video ? NGX_WEBRTC_VIDEO
                                                 : NGX_WEBRTC_AUDIO];

    track->source = publication->source;
    track->codec = publication->codec;
    track->fmtp = publication->fmtp;
}


void
ngx_webrtc_tap_tell(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t       *q;
    ngx_webrtc_tap_t  *tap;

    for (q = ngx_queue_head(&connection->taps);
         q != ngx_queue_sentinel(&connection->taps);
         q = ngx_queue_next(q))
    {
        tap = ngx_queue_data(q, ngx_webrtc_tap_t, queue);
        tap->handler(tap, now);
    }
}


void
ngx_webrtc_tap_end(ngx_webrtc_connection_t *connection, ngx_webrtc_usec_t now)
{
    ngx_webrtc_tap_t  *tap;

    while (!ngx_queue_empty(&connection->taps)) {
        tap = ngx_queue_data(ngx_queue_head(&connection->taps),
                             ngx_webrtc_tap_t, queue);

        ngx_webrtc_tap_remove(tap);
        tap->handler(tap, now);
    }
}
