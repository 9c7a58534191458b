
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <crypto/ngx_webrtc_random.h>
#include <media/ngx_webrtc_media.h>


static void ngx_webrtc_peer_leave(ngx_webrtc_peer_t *peer,
    ngx_webrtc_outbox_t *out);
static void ngx_webrtc_peer_check(ngx_webrtc_peer_t *peer,
    ngx_webrtc_usec_t now);


ngx_webrtc_peer_t *
ngx_webrtc_peer_create(ngx_webrtc_engine_t *engine,
    ngx_webrtc_peer_handler_pt handler, void *data, ngx_webrtc_usec_t now)
{
    return ngx_webrtc_peer_create_local(engine, NULL, handler, data, now);
}


ngx_webrtc_peer_t *
ngx_webrtc_peer_create_local(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_peer_local_t *local, ngx_webrtc_peer_handler_pt handler,
    void *data, ngx_webrtc_usec_t now)
{
    ngx_webrtc_peer_t  *peer;

    if (engine->npeers == engine->conf.max_peers) {
        return NULL;
    }

    peer = ngx_webrtc_peer_alloc(engine);
    if (peer == NULL) {
        return NULL;
    }

    peer->handler = handler;
    peer->data = data;
    peer->deadline = now + engine->conf.setup_timeout;

    if (ngx_webrtc_transport_init(&peer->transport, engine->conf.dtls)
        != NGX_OK)
    {
        ngx_destroy_pool(peer->pool);
        return NULL;
    }

    if (local) {
        ngx_webrtc_ice_set_local(&peer->transport.ice, local->ufrag.data,
                                 local->pwd.data);
    }

    ngx_webrtc_hash_add(&engine->ufrags, &peer->ufrag_node,
                        peer->transport.ice.ufrag.data,
                        peer->transport.ice.ufrag.len);
    engine->npeers++;

    ngx_webrtc_peer_schedule(peer);

    return peer;
}


ngx_webrtc_peer_t *
ngx_webrtc_peer_create_plain(ngx_webrtc_engine_t *engine,
    ngx_webrtc_plain_t *plain)
{
    ngx_webrtc_peer_t  *peer;

    if (engine->nplain == engine->conf.max_peers * NGX_WEBRTC_PLAIN_MAX) {
        return NULL;
    }

    peer = ngx_webrtc_peer_alloc(engine);
    if (peer == NULL) {
        return NULL;
    }

    peer->plain = plain;
    engine->nplain++;

    return peer;
}


ngx_webrtc_peer_t *
ngx_webrtc_peer_alloc(ngx_webrtc_engine_t *engine)
{
    ngx_pool_t         *pool;
    ngx_webrtc_peer_t  *peer;

    pool = ngx_create_pool(sizeof(ngx_webrtc_peer_t) + NGX_WEBRTC_PEER_POOL,
                           engine->log);
    if (pool == NULL) {
        return NULL;
    }

    peer = ngx_pcalloc(pool, sizeof(ngx_webrtc_peer_t));
    if (peer == NULL) {
        ngx_destroy_pool(pool);
        return NULL;
    }

    peer->engine = engine;
    peer->pool = pool;
    peer->number = ++engine->last_number;
    peer->ssrc = ngx_webrtc_random_uint32();
    peer->report_due = NGX_WEBRTC_NEVER;

    ngx_queue_init(&peer->sources);
    ngx_queue_init(&peer->subscriptions);

    return peer;
}


void
ngx_webrtc_peer_destroy(ngx_webrtc_peer_t *peer, ngx_webrtc_outbox_t *out)
{
    ngx_uint_t            i;
    ngx_queue_t          *q;
    ngx_webrtc_engine_t  *engine;
    ngx_webrtc_source_t  *source;

    engine = peer->engine;

    if (peer->distant) {
        ngx_webrtc_distant_end(peer);
    }

    ngx_webrtc_data_destroy(peer, out);

    while (!ngx_queue_empty(&peer->subscriptions)) {
        q = ngx_queue_head(&peer->subscriptions);
        ngx_webrtc_subscription_destroy(
                    ngx_queue_data(q, ngx_webrtc_subscription_t, peer_queue));
    }

    while (!ngx_queue_empty(&peer->sources)) {
        q = ngx_queue_head(&peer->sources);
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        for (i = 0; out && i < source->ntracks; i++) {
            ngx_webrtc_forwards_bye(&source->tracks[i], out);
        }

        ngx_webrtc_source_destroy(source);
    }

    if (peer->plain) {
        engine->nplain--;

    } else if (peer->distant) {
        ngx_webrtc_distant_free(peer);

    } else if (!peer->mirrors) {
        ngx_webrtc_peer_leave(peer, out);
    }

    ngx_webrtc_timer_remove(&engine->timers, &peer->timer);

    if (peer->arrivals) {
        ngx_free(peer->arrivals);
    }

    if (peer->bandwidth) {
        ngx_webrtc_bandwidth_destroy(peer->bandwidth);
    }

    ngx_destroy_pool(peer->pool);
}


/* the transport, and all by which it is found */

static void
ngx_webrtc_peer_leave(ngx_webrtc_peer_t *peer, ngx_webrtc_outbox_t *out)
{
    ngx_uint_t            i;
    ngx_webrtc_engine_t  *engine;

    engine = peer->engine;

    for (i = 0; i < NGX_WEBRTC_ICE_PATHS; i++) {
        if (peer->addrs[i].addr.port) {
            ngx_webrtc_hash_remove(&engine->addrs, &peer->addrs[i].node);
        }
    }

    if (!peer->transport.ice.external) {
        ngx_webrtc_hash_remove(&engine->ufrags, &peer->ufrag_node);
    }

    ngx_webrtc_transport_cleanup(&peer->transport, out);

    engine->npeers--;
}


void
ngx_webrtc_peer_set_deadline(ngx_webrtc_peer_t *peer,
    ngx_webrtc_usec_t deadline)
{
    if (peer->distant) {
        ngx_webrtc_distant_set_deadline(peer, deadline);
        return;
    }

    peer->deadline = deadline;

    ngx_webrtc_peer_schedule(peer);
}


void
ngx_webrtc_peer_close(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now)
{
    if (peer->distant) {
        ngx_webrtc_distant_close(peer);
        return;
    }

    peer->closing = 1;

    ngx_webrtc_peer_wake(peer, now);
}


void
ngx_webrtc_peer_local(ngx_webrtc_peer_t *peer, ngx_webrtc_peer_local_t *local)
{
    if (peer->distant) {
        ngx_webrtc_distant_local(peer, local);
        return;
    }

    local->ufrag = peer->transport.ice.ufrag;
    local->pwd = peer->transport.ice.pwd;
}


void
ngx_webrtc_peer_set_external(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_addr_t *way)
{
    ngx_webrtc_engine_t  *engine;

    engine = peer->engine;

    ngx_webrtc_hash_remove(&engine->ufrags, &peer->ufrag_node);

    ngx_webrtc_ice_set_external(&peer->transport.ice, way);
    ngx_webrtc_engine_bind(peer, way);
}


void
ngx_webrtc_peer_set_reachable(ngx_webrtc_peer_t *peer, ngx_uint_t reachable,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_ice_set_reachable(&peer->transport.ice, reachable);
    ngx_webrtc_peer_wake(peer, now);
}


ngx_int_t
ngx_webrtc_peer_set_remote(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_peer_remote_t *remote, ngx_webrtc_usec_t now)
{
    ngx_str_t                      ufrag;
    ngx_webrtc_transport_remote_t  tr;

    if (peer->distant) {
        return ngx_webrtc_distant_set_remote(peer, remote);
    }

    ufrag = peer->transport.ice.remote_ufrag;

    /* the answers of a long call all have the same one */

    if (!ngx_webrtc_str_equal(&ufrag, &remote->ufrag)) {
        ufrag.len = remote->ufrag.len;
        ufrag.data = ngx_pnalloc(peer->pool, ufrag.len + 1);
        if (ufrag.data == NULL) {
            return NGX_ERROR;
        }

        ngx_memcpy(ufrag.data, remote->ufrag.data, ufrag.len);
    }

    tr.ufrag = &ufrag;
    tr.fingerprints = remote->fingerprints;
    tr.nfingerprints = remote->nfingerprints;
    tr.active = remote->active;

    if (ngx_webrtc_transport_set_remote(&peer->transport, &tr) != NGX_OK) {
        return NGX_DECLINED;
    }

    ngx_webrtc_peer_wake(peer, now);

    return NGX_OK;
}


void
ngx_webrtc_peer_set_extensions(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_ext_map_t *map)
{
    peer->exts = *map;

    if (peer->distant) {
        ngx_webrtc_distant_set_extensions(peer);
    }
}


void
ngx_webrtc_peer_set_bit_rate(ngx_webrtc_peer_t *peer, uint64_t bps)
{
    peer->bit_rate = bps;

    if (peer->distant) {
        ngx_webrtc_distant_set_bit_rate(peer);
    }
}


void
ngx_webrtc_peer_stats(ngx_webrtc_peer_t *peer, ngx_webrtc_peer_stats_t *stats)
{
    ngx_uint_t                  i;
    ngx_queue_t                *q;
    ngx_webrtc_ice_t           *ice;
    ngx_webrtc_track_t         *track;
    ngx_webrtc_source_t        *source;
    ngx_webrtc_subscription_t  *sub;

    if (peer->distant) {
        ngx_webrtc_distant_stats(peer, stats);
        return;
    }

    ice = &peer->transport.ice;

    ngx_memzero(stats, sizeof(ngx_webrtc_peer_stats_t));

    stats->received_bytes = peer->received_bytes;
    stats->sent_bytes = peer->sent_bytes;
    stats->round_trip = peer->round_trip;
    stats->out = peer->past;

    if (ice->selected && !ice->external) {
        stats->remote = ice->selected->path.remote;
    }

    if (peer->bandwidth) {
        stats->available = peer->bandwidth->estimate.bit_rate;
    }

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        for (i = 0; i < source->ntracks; i++) {
            track = &source->tracks[i];

            stats->in.packets += track->stats.packets;
            stats->in.bytes += track->stats.bytes;
            stats->in.lost += track->nack.lost;
            stats->in.nacks += track->stats.nacks;
            stats->in.retransmitted += track->stats.retransmitted;
            stats->in.key_frame_requests += track->stats.key_frame_requests;
        }
    }

    for (q = ngx_queue_head(&peer->subscriptions);
         q != ngx_queue_sentinel(&peer->subscriptions);
         q = ngx_queue_next(q))
    {
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, peer_queue);

        ngx_webrtc_peer_add_stats(&stats->out, sub);
    }
}


void
ngx_webrtc_peer_add_stats(ngx_webrtc_stream_stats_t *stats,
    const ngx_webrtc_subscription_t *sub)
{
    stats->packets += sub->stats.packets;
    stats->bytes += sub->stats.bytes;
    stats->lost += sub->reported_lost;
    stats->nacks += sub->stats.nacks;
    stats->retransmitted += sub->stats.retransmitted;
    stats->key_frame_requests += sub->stats.key_frame_requests;
}


void
ngx_webrtc_peer_tell(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now)
{
    ngx_queue_t                *q;
    ngx_webrtc_subscription_t  *sub;

    switch (peer->transport.state) {

    case NGX_WEBRTC_TRANSPORT_NEW:
        return;

    case NGX_WEBRTC_TRANSPORT_CONNECTED:
        if (peer->connected) {
            return;
        }

        peer->connected = 1;

        for (q = ngx_queue_head(&peer->subscriptions);
             q != ngx_queue_sentinel(&peer->subscriptions);
             q = ngx_queue_next(q))
        {
            sub = ngx_queue_data(q, ngx_webrtc_subscription_t, peer_queue);
            ngx_webrtc_subscription_ready(sub, now);
        }

        /* those who come together must not report together */

        peer->report_due = now + NGX_WEBRTC_REPORT_INTERVAL / 4
                           + peer->number % 16
                             * (NGX_WEBRTC_REPORT_INTERVAL / 16);
        ngx_webrtc_peer_wake(peer, peer->report_due);

        ngx_webrtc_data_connect(peer, now);

        peer->handler(peer, NGX_WEBRTC_PEER_CONNECTED, "", peer->data, now);
        return;

    case NGX_WEBRTC_TRANSPORT_CLOSED:
        if (peer->told) {
            return;
        }

        peer->told = 1;
        peer->handler(peer, NGX_WEBRTC_PEER_CLOSED, peer->transport.reason,
                      peer->data, now);
        return;

    case NGX_WEBRTC_TRANSPORT_FAILED:
        if (peer->told) {
            return;
        }

        peer->told = 1;
        peer->handler(peer, NGX_WEBRTC_PEER_FAILED, peer->transport.reason,
                      peer->data, now);
        return;
    }
}


void
ngx_webrtc_peer_tick(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    ngx_webrtc_source_t  *speaker;

    if (peer->plain) {
        ngx_webrtc_plain_tick(peer->plain, now, out);
        return;
    }

    if (peer->mirrors) {
        ngx_webrtc_mirrors_tick(peer, now, out);
        return;
    }

    speaker = NULL;

    ngx_webrtc_transport_tick(&peer->transport, now, out);

    if (peer->closing) {
        ngx_webrtc_transport_close(&peer->transport, now, out);
    }

    ngx_webrtc_peer_check(peer, now);

    if (peer->transport.state == NGX_WEBRTC_TRANSPORT_CONNECTED) {
        ngx_webrtc_report_tick(peer, now, out);
        ngx_webrtc_data_tick(peer, now);

        if (peer->resident) {
            ngx_webrtc_resident_tick(peer, now);
        }

        if (peer->connected) {
            speaker = ngx_webrtc_peer_speaker(peer, now);
        }
    }

    ngx_webrtc_peer_schedule(peer);

    if (peer->timer.index && peer->timer.expires <= now
        && ngx_webrtc_outbox_reserve(out, NGX_WEBRTC_TICK_ROOM))
    {
        /*
         * What stays due must not hold the others up, or us for ever.  When
         * the outbox is full it is their turn later, too.
         */

        ngx_webrtc_timer_set(&peer->engine->timers, &peer->timer,
                             now + NGX_WEBRTC_MSEC);
    }

    /* the handler may be the end of the peer */

    if (speaker) {
        speaker->speech_handler(speaker, speaker->speech_told, speaker->data,
                                now);
        return;
    }

    ngx_webrtc_peer_tell(peer, now);
}


/* what has taken too long, or will not come any more */

static void
ngx_webrtc_peer_check(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now)
{
    const char              *reason;
    ngx_webrtc_transport_t  *transport;

    reason = NULL;
    transport = &peer->transport;

    switch (transport->state) {

    case NGX_WEBRTC_TRANSPORT_NEW:

        if (peer->deadline <= now) {
            reason = transport->ice.selected ? "DTLS-TIMEOUT" : "ICE-TIMEOUT";

        } else if (transport->ice.lost) {
            reason = "ICE-FAILED";
        }

        break;

    case NGX_WEBRTC_TRANSPORT_CONNECTED:

        if (ngx_webrtc_ice_expires(&transport->ice,
                                   peer->engine->conf.consent_timeout)
            <= now)
        {
            reason = "ICE-CONSENT-EXPIRED";
        }

        break;

    default:
        break;
    }

    if (reason) {
        transport->state = NGX_WEBRTC_TRANSPORT_FAILED;
        transport->reason = reason;
    }
}


void
ngx_webrtc_peer_schedule(ngx_webrtc_peer_t *peer)
{
    ngx_webrtc_usec_t          expires, t;
    ngx_webrtc_engine_conf_t  *conf;

    if (peer->plain) {
        ngx_webrtc_timer_set(&peer->engine->timers, &peer->timer,
                             ngx_webrtc_plain_expires(peer->plain));
        return;
    }

    if (peer->mirrors) {
        ngx_webrtc_timer_set(&peer->engine->timers, &peer->timer,
                             ngx_webrtc_mirrors_expires(peer));
        return;
    }

    conf = &peer->engine->conf;

    expires = ngx_webrtc_transport_expires(&peer->transport);

    switch (peer->transport.state) {

    case NGX_WEBRTC_TRANSPORT_NEW:
        t = peer->transport.ice.lost ? 0 : peer->deadline;
        expires = ngx_min(expires, t);
        break;

    case NGX_WEBRTC_TRANSPORT_CONNECTED:
        t = ngx_webrtc_ice_expires(&peer->transport.ice,
                                   conf->consent_timeout);
        expires = ngx_min(expires, t);

        t = ngx_webrtc_report_expires(peer);
        expires = ngx_min(expires, t);

        t = ngx_webrtc_peer_speech_expires(peer);
        expires = ngx_min(expires, t);
        break;

    default:
        expires = NGX_WEBRTC_NEVER;
        break;
    }

    ngx_webrtc_timer_set(&peer->engine->timers, &peer->timer, expires);
}


void
ngx_webrtc_peer_wake(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t when)
{
    if (peer->timer.index == 0 || peer->timer.expires > when) {
        ngx_webrtc_timer_set(&peer->engine->timers, &peer->timer, when);
    }
}


void
ngx_webrtc_peer_rtp(ngx_webrtc_peer_t *peer, u_char *pos, size_t len,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_rtp_t       rtp;
    ngx_webrtc_usec_t      arrival;
    ngx_webrtc_track_t    *track;
    ngx_webrtc_rtp_ext_t   ext;

    if (ngx_webrtc_rtp_parse(pos, pos + len, &rtp) != NGX_OK
        || ngx_webrtc_rtp_ext_parse(&rtp, &peer->exts, &ext) != NGX_OK)
    {
        peer->engine->stats.dropped_rtp++;
        return;
    }

    if (peer->arrivals && ngx_webrtc_rtp_ext_has(&ext, NGX_WEBRTC_EXT_TWCC)) {
        arrival = peer->engine->arrival;

        ngx_webrtc_arrivals_add(peer->arrivals, ext.twcc_seq,
                                arrival ? arrival : now);
        ngx_webrtc_peer_wake(peer, peer->arrivals->due);
    }

    track = ngx_webrtc_source_track(peer, &rtp, &ext);
    if (track == NULL) {
        peer->engine->stats.dropped_rtp++;
        return;
    }

    ngx_webrtc_track_input(track, &rtp, &ext, now);

    if (track->source->speech_handler
        && ngx_webrtc_rtp_ext_has(&ext, NGX_WEBRTC_EXT_AUDIO_LEVEL))
    {
        ngx_webrtc_source_heard(track->source, ext.audio_level, now);
    }
}
