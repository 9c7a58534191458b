
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <crypto/ngx_webrtc_random.h>
#include <media/ngx_webrtc_media.h>


/* consent is renewed every 5 s (RFC 7675 5.1), by browsers twice as often */
#define NGX_WEBRTC_ENGINE_HOLD      (6 * NGX_WEBRTC_SEC)


static void ngx_webrtc_engine_fetch(ngx_webrtc_peer_t *peer,
    ngx_uint_t stage);
static void ngx_webrtc_engine_stun(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_path_t *path, u_char *pos, u_char *last,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);
static ngx_uint_t ngx_webrtc_engine_holds(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_addr_t *remote, ngx_webrtc_usec_t now);
static ngx_webrtc_peer_addr_t *ngx_webrtc_engine_find(
    ngx_webrtc_engine_t *engine, const ngx_webrtc_addr_t *addr);
static void ngx_webrtc_engine_unbind(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_addr_t *addr);
static ngx_int_t ngx_webrtc_engine_fan_out(ngx_webrtc_engine_t *engine,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);


ngx_webrtc_engine_t *
ngx_webrtc_engine_create(const ngx_webrtc_engine_conf_t *conf, ngx_log_t *log)
{
    uint32_t              seed;
    ngx_pool_t           *pool;
    ngx_webrtc_engine_t  *engine;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, log);
    if (pool == NULL) {
        return NULL;
    }

    engine = ngx_pcalloc(pool, sizeof(ngx_webrtc_engine_t));
    if (engine == NULL) {
        goto failed;
    }

    engine->conf = *conf;
    engine->pool = pool;
    engine->log = log;

    seed = ngx_webrtc_random_uint32();

    if (ngx_webrtc_hash_init(&engine->ufrags, pool, conf->max_peers, seed)
        != NGX_OK
        || ngx_webrtc_hash_init(&engine->addrs, pool, conf->max_peers, seed)
           != NGX_OK
        || ngx_webrtc_hash_init(&engine->ssrcs, pool, 4 * conf->max_peers,
                                seed)
           != NGX_OK
        || ngx_webrtc_timers_init(&engine->timers, pool,
                                  conf->max_peers * (2 + NGX_WEBRTC_PLAIN_MAX)
                                  + 1)
           != NGX_OK)
    {
        goto failed;
    }

    ngx_queue_init(&engine->dirty);
    ngx_queue_init(&engine->changed);
    ngx_queue_init(&engine->data_ready);
    ngx_queue_init(&engine->data_sending);
    ngx_webrtc_shed_init(&engine->shed);

    return engine;

failed:

    ngx_destroy_pool(pool);

    return NULL;
}


void
ngx_webrtc_engine_destroy(ngx_webrtc_engine_t *engine)
{
    ngx_webrtc_trunks_destroy(engine);
    ngx_destroy_pool(engine->pool);
}


void
ngx_webrtc_engine_input(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_path_t *path, u_char *pos, size_t len,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    size_t                   received;
    ngx_webrtc_peer_t       *peer;
    ngx_webrtc_ice_path_t   *ice;
    ngx_webrtc_peer_addr_t  *addr;

    engine->stats.received++;
    engine->stats.received_bytes += len;

    if (path->remote.port == 0) {

        /* nobody can be answered there, and 0 means "free" in our tables */

        engine->stats.dropped_unknown++;
        return;
    }

    if (ngx_webrtc_stun_is_stun(pos, pos + len)
        && !ngx_webrtc_addr_is_external(&path->remote))
    {
        ngx_webrtc_engine_stun(engine, path, pos, pos + len, now, out);
        return;
    }

    addr = ngx_webrtc_engine_find(engine, &path->remote);
    if (addr == NULL || len > NGX_WEBRTC_PACKET_MAX) {
        engine->stats.dropped_unknown++;
        return;
    }

    peer = addr->peer;
    peer->received_bytes += len;

    ice = ngx_webrtc_ice_find(&peer->transport.ice, &path->remote);

    engine->out = out;
    engine->now = now;

    if (peer->transport.state == NGX_WEBRTC_TRANSPORT_NEW) {
        engine->active = now;
    }

    received = len;

    switch (ngx_webrtc_transport_input(&peer->transport, ice, pos, &len, now,
                                       out))
    {
    case NGX_WEBRTC_PACKET_RTP:
        engine->active = now;
        engine->stats.received_srtp++;
        engine->stats.received_srtp_bytes += received;
        engine->stats.decrypted_srtp++;
        engine->stats.decrypted_srtp_bytes += len;
        ngx_webrtc_peer_rtp(peer, pos, len, now);
        ngx_webrtc_engine_tell(engine, now);
        break;

    case NGX_WEBRTC_PACKET_RTCP:
        ngx_webrtc_report_input(peer, pos, pos + len, now, out);
        break;

    case NGX_WEBRTC_PACKET_BAD:
        engine->stats.received_srtp++;
        engine->stats.received_srtp_bytes += received;
        engine->stats.dropped_srtp++;
        break;

    default:

        /* DTLS may have moved on, or what is in it */

        ngx_webrtc_peer_schedule(peer);
        ngx_webrtc_peer_tell(peer, now);
        ngx_webrtc_data_process(engine, now);
        break;
    }

    engine->out = NULL;
}


/* each step reads what the one before has fetched */

void
ngx_webrtc_engine_prefetch(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_addr_t *remotes, ngx_uint_t n)
{
    ngx_uint_t                i, k, stage;
    ngx_webrtc_peer_t        *peers[NGX_WEBRTC_ENGINE_AHEAD];
    ngx_webrtc_peer_addr_t   *addr;
    ngx_webrtc_hash_node_t  **buckets[NGX_WEBRTC_ENGINE_AHEAD];

    for (i = 0; i < n; i++) {
        buckets[i] = ngx_webrtc_hash_prefetch(&engine->addrs, &remotes[i],
                                              NGX_WEBRTC_ADDR_LEN);
    }

    for (i = 0; i < n; i++) {
        if (*buckets[i]) {
            ngx_webrtc_prefetch_range(*buckets[i],
                                      sizeof(ngx_webrtc_peer_addr_t));
        }
    }

    /* of two in a bucket it may be the wrong one */

    for (i = 0, k = 0; i < n; i++) {
        if (*buckets[i]) {
            addr = ngx_webrtc_hash_data(*buckets[i], ngx_webrtc_peer_addr_t,
                                        node);
            peers[k++] = addr->peer;
        }
    }

    for (stage = NGX_WEBRTC_PREFETCH_STAGES; stage > 0; stage--) {
        for (i = 0; i < k; i++) {
            ngx_webrtc_engine_fetch(peers[i], stage - 1);
        }
    }
}


/* what feedback of a receiver will touch, by stages that count down to 0 */

static void
ngx_webrtc_engine_fetch(ngx_webrtc_peer_t *peer, ngx_uint_t stage)
{
    ngx_webrtc_bandwidth_t  *bandwidth;
    ngx_webrtc_transport_t  *transport;

    transport = &peer->transport;

    if (stage == 3) {
        ngx_webrtc_prefetch(peer);
        ngx_webrtc_prefetch(&transport->ice.paths[0]);
        ngx_webrtc_prefetch(&transport->srtp_in);
        ngx_webrtc_prefetch(&peer->bandwidth);
        return;
    }

    bandwidth = peer->bandwidth;

    if (bandwidth == NULL || transport->srtp_in == NULL) {
        return;
    }

    ngx_webrtc_srtp_in_prefetch(transport->srtp_in, stage);

    switch (stage) {

    case 2:
        ngx_webrtc_prefetch_range(bandwidth,
                                  offsetof(ngx_webrtc_bandwidth_t, reported));
        break;

    case 1:
        ngx_webrtc_prefetch(bandwidth->departures);
        break;

    case 0:
        if (bandwidth->departures) {
            ngx_webrtc_prefetch(ngx_webrtc_departures_next(
                                                     bandwidth->departures));
        }

        break;
    }
}


static void
ngx_webrtc_engine_stun(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_path_t *path, u_char *pos, u_char *last,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    ngx_webrtc_addr_t        evicted;
    ngx_webrtc_peer_t       *peer;
    ngx_webrtc_stun_t        stun;
    ngx_webrtc_ice_path_t   *ice;
    ngx_webrtc_peer_addr_t  *addr;
    ngx_webrtc_hash_node_t  *node;

    if (ngx_webrtc_stun_parse(pos, last, &stun) != NGX_OK) {
        engine->stats.dropped_stun++;
        return;
    }

    node = ngx_webrtc_hash_find(&engine->ufrags, stun.local_ufrag.data,
                                stun.local_ufrag.len);
    if (node == NULL) {
        engine->stats.dropped_stun++;
        return;
    }

    peer = ngx_webrtc_hash_data(node, ngx_webrtc_peer_t, ufrag_node);

    addr = ngx_webrtc_engine_find(engine, &path->remote);

    if (addr && addr->peer != peer
        && ngx_webrtc_engine_holds(addr->peer, &path->remote, now))
    {
        /* whoever can forge a source must not take a member's path away */

        engine->stats.dropped_stun++;
        return;
    }

    peer->received_bytes += last - pos;

    if (ngx_webrtc_ice_input(&peer->transport.ice, &stun, path, now, out,
                             &ice, &evicted)
        != NGX_OK)
    {
        engine->stats.dropped_stun++;
        return;
    }

    if (evicted.port) {
        ngx_webrtc_engine_unbind(peer, &evicted);
    }

    if (peer->transport.state == NGX_WEBRTC_TRANSPORT_NEW) {
        engine->active = now;
    }

    if (addr == NULL || addr->peer != peer) {

        engine->active = now;

        if (addr) {

            /* an address that was another peer's before: a NAT reused it */

            ngx_webrtc_ice_forget(&addr->peer->transport.ice, &path->remote);
            ngx_webrtc_engine_unbind(addr->peer, &path->remote);
        }

        ngx_webrtc_engine_bind(peer, &path->remote);

        /* a DTLS client has waited for its path */

        ngx_webrtc_peer_schedule(peer);
    }
}


/* the peer has shown a short while ago that the address is its own */

static ngx_uint_t
ngx_webrtc_engine_holds(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_addr_t *remote, ngx_webrtc_usec_t now)
{
    ngx_webrtc_ice_path_t  *ice;

    ice = ngx_webrtc_ice_find(&peer->transport.ice, remote);

    return ice && ice->checked + NGX_WEBRTC_ENGINE_HOLD > now;
}


static ngx_webrtc_peer_addr_t *
ngx_webrtc_engine_find(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_addr_t *addr)
{
    ngx_webrtc_hash_node_t  *node;

    node = ngx_webrtc_hash_find(&engine->addrs, addr, NGX_WEBRTC_ADDR_LEN);

    return node ? ngx_webrtc_hash_data(node, ngx_webrtc_peer_addr_t, node)
                : NULL;
}


void
ngx_webrtc_engine_bind(ngx_webrtc_peer_t *peer, const ngx_webrtc_addr_t *addr)
{
    ngx_uint_t               i;
    ngx_webrtc_peer_addr_t  *entry;

    /* ICE has as many paths, so there is a free one */

    for (i = 0; i < NGX_WEBRTC_ICE_PATHS; i++) {
        entry = &peer->addrs[i];

        if (entry->addr.port == 0) {
            entry->addr = *addr;
            entry->peer = peer;
            ngx_webrtc_hash_add(&peer->engine->addrs, &entry->node,
                                &entry->addr, NGX_WEBRTC_ADDR_LEN);
            return;
        }
    }
}


static void
ngx_webrtc_engine_unbind(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_addr_t *addr)
{
    ngx_uint_t               i;
    ngx_webrtc_peer_addr_t  *entry;

    for (i = 0; i < NGX_WEBRTC_ICE_PATHS; i++) {
        entry = &peer->addrs[i];

        if (entry->addr.port && ngx_webrtc_addr_equal(&entry->addr, addr)) {
            ngx_webrtc_hash_remove(&peer->engine->addrs, &entry->node);
            entry->addr.port = 0;
            return;
        }
    }
}


ngx_int_t
ngx_webrtc_engine_output(ngx_webrtc_engine_t *engine, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    ngx_int_t  rc;

    /* a slice is what is in the outbox, so what may fill it comes behind */

    rc = ngx_webrtc_engine_fan_out(engine, now, out);

    if (ngx_webrtc_data_output(engine, now, out) == NGX_AGAIN) {
        rc = NGX_AGAIN;
    }

    return rc;
}


static ngx_int_t
ngx_webrtc_engine_fan_out(ngx_webrtc_engine_t *engine, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    ngx_int_t            rc;
    ngx_queue_t         *q;
    ngx_webrtc_track_t  *track;

    rc = NGX_OK;

    if (!ngx_queue_empty(&engine->dirty)) {
        engine->active = now;
    }

    while (!ngx_queue_empty(&engine->dirty)) {
        q = ngx_queue_head(&engine->dirty);
        track = ngx_queue_data(q, ngx_webrtc_track_t, dirty);

        rc = ngx_webrtc_track_output(track, now, out);

        if (rc == NGX_AGAIN) {
            break;
        }

        ngx_queue_remove(q);

        if (rc == NGX_BUSY) {

            /* other tracks first */

            ngx_queue_insert_tail(&engine->dirty, q);
            continue;
        }

        track->is_dirty = 0;
    }

    ngx_webrtc_srtp_finish();

    return (rc == NGX_AGAIN) ? NGX_AGAIN : NGX_OK;
}


void
ngx_webrtc_engine_tick(ngx_webrtc_engine_t *engine, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    ngx_webrtc_peer_t   *peer;
    ngx_webrtc_timer_t  *timer;

    engine->out = out;
    engine->now = now;

    if (engine->conf.sctp) {
        ngx_webrtc_sctp_ctx_tick(engine->conf.sctp, now);
        ngx_webrtc_data_process(engine, now);
    }

    /* what does not fit into the outbox stays due for the next call */

    while (ngx_webrtc_outbox_reserve(out, NGX_WEBRTC_TICK_ROOM)
           && (timer = ngx_webrtc_timers_next(&engine->timers, now)) != NULL)
    {
        peer = ngx_webrtc_timer_data(timer, ngx_webrtc_peer_t, timer);

        /* the peer may be gone after this */

        ngx_webrtc_peer_tick(peer, now, out);
    }

    ngx_webrtc_engine_tell(engine, now);

    engine->out = NULL;

    (void) ngx_webrtc_data_output(engine, now, out);
}


ngx_webrtc_usec_t
ngx_webrtc_engine_expires(ngx_webrtc_engine_t *engine)
{
    ngx_webrtc_usec_t  expires, t;

    if (!ngx_queue_empty(&engine->data_ready)) {
        return 0;
    }

    expires = ngx_webrtc_timers_expires(&engine->timers);

    if (engine->conf.sctp) {
        t = ngx_webrtc_sctp_ctx_expires(engine->conf.sctp);
        expires = ngx_min(expires, t);
    }

    return expires;
}


ngx_webrtc_usec_t
ngx_webrtc_engine_active(ngx_webrtc_engine_t *engine)
{
    return engine->active;
}


ngx_uint_t
ngx_webrtc_engine_pending(ngx_webrtc_engine_t *engine)
{
    return !ngx_queue_empty(&engine->dirty)
           || !ngx_queue_empty(&engine->data_sending);
}


ngx_uint_t
ngx_webrtc_engine_peers(ngx_webrtc_engine_t *engine)
{
    return engine->npeers;
}


const ngx_webrtc_engine_stats_t *
ngx_webrtc_engine_stats(ngx_webrtc_engine_t *engine)
{
    return &engine->stats;
}


void
ngx_webrtc_engine_set_arrival(ngx_webrtc_engine_t *engine,
    ngx_webrtc_usec_t arrival)
{
    engine->arrival = arrival;
}


void
ngx_webrtc_engine_set_wall_offset(ngx_webrtc_engine_t *engine, int64_t offset)
{
    engine->wall_offset = offset;
}
