
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_member.h>
#include <hub/ngx_webrtc_traffic.h>


#define NGX_WEBRTC_SURVEY_PARTS  4


const ngx_webrtc_traffic_t *
ngx_webrtc_connection_measure(ngx_webrtc_connection_t *connection)
{
    ngx_webrtc_traffic_t     *traffic;
    ngx_webrtc_peer_stats_t   stats;

    traffic = &connection->info.traffic;

    if (connection->peer == NULL) {
        return traffic;
    }

    ngx_webrtc_peer_stats(connection->peer, &stats);

    traffic->received_bytes = stats.received_bytes;
    traffic->received_rtp = stats.in.packets;
    traffic->received_payload = stats.in.bytes;
    traffic->received_nacks = stats.out.nacks;
    traffic->received_key_frame_requests = stats.out.key_frame_requests;
    traffic->sent_bytes = stats.sent_bytes;
    traffic->sent_rtp = stats.out.packets;
    traffic->sent_payload = stats.out.bytes;
    traffic->sent_nacks = stats.in.nacks;
    traffic->sent_key_frame_requests = stats.in.key_frame_requests;
    traffic->lost = stats.in.lost;
    traffic->retransmitted = stats.out.retransmitted;
    traffic->round_trip = stats.round_trip;
    traffic->bit_rate = connection->bit_rate;

    return traffic;
}


void
ngx_webrtc_hub_survey(ngx_webrtc_hub_t *hub, ngx_webrtc_survey_pt handler,
    void *data)
{
    ngx_uint_t                i, last;
    ngx_webrtc_hash_node_t   *node;
    ngx_webrtc_connection_t  *connection;

    i = hub->surveyed;
    last = i + (hub->connections.mask + 1) / NGX_WEBRTC_SURVEY_PARTS;

    for ( /* void */ ; i < last; i++) {

        for (node = hub->connections.buckets[i & hub->connections.mask];
             node;
             node = node->next)
        {
            connection = ngx_webrtc_hash_data(node, ngx_webrtc_connection_t,
                                              node);

            if (connection->live && !connection->left) {
                (void) ngx_webrtc_connection_measure(connection);
                handler(data, &connection->info);
            }
        }
    }

    hub->surveyed = i & hub->connections.mask;
}


ngx_int_t
ngx_webrtc_connection_want_key_frame(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_source_t  *source;

    source = connection->tracks[NGX_WEBRTC_VIDEO].source;

    if (source == NULL) {
        return NGX_DECLINED;
    }

    ngx_webrtc_source_want_key_frame(source, now);

    return NGX_OK;
}
