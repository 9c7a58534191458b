
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * A media engine without media, for tests of what stands on it: peers connect
 * when the test says so, sources and subscriptions are counted.  A test
 * program includes it once; then the real engine is not linked.
 */


#ifndef _NGX_WEBRTC_FAKE_MEDIA_H_INCLUDED_
#define _NGX_WEBRTC_FAKE_MEDIA_H_INCLUDED_


#include <stdio.h>

#include <media/ngx_webrtc_peer.h>


struct ngx_webrtc_peer_s {
    ngx_webrtc_peer_handler_pt       handler;
    void                            *data;
    ngx_queue_t                      sources;
    ngx_queue_t                      subs;
    ngx_webrtc_ext_map_t             exts;
    uint64_t                         bit_rate;
    unsigned                         remote:1;
    unsigned                         active:1;
    char                             ufrag[16];
};


struct ngx_webrtc_source_s {
    ngx_queue_t                      queue;
    ngx_queue_t                      subs;
    ngx_webrtc_source_conf_t         conf;
};


struct ngx_webrtc_subscription_s {
    ngx_queue_t                      by_peer;
    ngx_queue_t                      by_source;
    ngx_webrtc_source_t             *source;
    ngx_webrtc_subscription_conf_t   conf;
};


typedef struct {
    ngx_uint_t                       peers;
    ngx_uint_t                       sources;
    ngx_uint_t                       subs;
    ngx_uint_t                       made;
    ngx_uint_t                       max_peers;     /* 0: no limit */
    unsigned                         decline:1;     /* set_remote() */
    const char                      *fail;          /* in set_remote() */
} fake_media_t;


static fake_media_t  fake_media;


ngx_webrtc_peer_t *
ngx_webrtc_peer_create(ngx_webrtc_engine_t *engine,
    ngx_webrtc_peer_handler_pt handler, void *data, ngx_webrtc_usec_t now)
{
    ngx_webrtc_peer_t  *peer;

    (void) engine;
    (void) now;

    if (fake_media.max_peers && fake_media.peers == fake_media.max_peers) {
        return NULL;
    }

    peer = calloc(1, sizeof(ngx_webrtc_peer_t));

    peer->handler = handler;
    peer->data = data;

    ngx_queue_init(&peer->sources);
    ngx_queue_init(&peer->subs);

    snprintf(peer->ufrag, sizeof(peer->ufrag), "srv%05u",
             (unsigned) ++fake_media.made);

    fake_media.peers++;

    return peer;
}


void
ngx_webrtc_peer_destroy(ngx_webrtc_peer_t *peer, ngx_webrtc_outbox_t *out)
{
    (void) out;

    while (!ngx_queue_empty(&peer->subs)) {
        ngx_webrtc_subscription_destroy(
                            ngx_queue_data(ngx_queue_head(&peer->subs),
                                           ngx_webrtc_subscription_t,
                                           by_peer));
    }

    while (!ngx_queue_empty(&peer->sources)) {
        ngx_webrtc_source_destroy(
                            ngx_queue_data(ngx_queue_head(&peer->sources),
                                           ngx_webrtc_source_t, queue));
    }

    fake_media.peers--;
    free(peer);
}


void
ngx_webrtc_peer_local(ngx_webrtc_peer_t *peer, ngx_webrtc_peer_local_t *local)
{
    local->ufrag.data = (u_char *) peer->ufrag;
    local->ufrag.len = strlen(peer->ufrag);
    ngx_str_set(&local->pwd, "serverserverserverserver");
}


ngx_int_t
ngx_webrtc_peer_set_remote(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_peer_remote_t *remote, ngx_webrtc_usec_t now)
{
    if (fake_media.fail) {
        peer->handler(peer, NGX_WEBRTC_PEER_FAILED, fake_media.fail,
                      peer->data, now);
        return NGX_OK;
    }

    if (fake_media.decline) {
        return NGX_DECLINED;
    }

    peer->remote = 1;
    peer->active = remote->active;

    return remote->nfingerprints ? NGX_OK : NGX_DECLINED;
}


void
ngx_webrtc_peer_set_extensions(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_ext_map_t *map)
{
    peer->exts = *map;
}


void
ngx_webrtc_peer_set_bit_rate(ngx_webrtc_peer_t *peer, uint64_t bps)
{
    peer->bit_rate = bps;
}


void
ngx_webrtc_peer_stats(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_stats_t *stats)
{
    (void) peer;

    ngx_memzero(stats, sizeof(ngx_webrtc_peer_stats_t));
}


ngx_webrtc_source_t *
ngx_webrtc_source_create(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_source_conf_t *conf)
{
    ngx_webrtc_source_t  *source;

    source = calloc(1, sizeof(ngx_webrtc_source_t));

    source->conf = *conf;
    ngx_queue_init(&source->subs);
    ngx_queue_insert_tail(&peer->sources, &source->queue);

    fake_media.sources++;

    return source;
}


void
ngx_webrtc_source_destroy(ngx_webrtc_source_t *source)
{
    while (!ngx_queue_empty(&source->subs)) {
        ngx_webrtc_subscription_destroy(
                            ngx_queue_data(ngx_queue_head(&source->subs),
                                           ngx_webrtc_subscription_t,
                                           by_source));
    }

    ngx_queue_remove(&source->queue);

    fake_media.sources--;
    free(source);
}


ngx_webrtc_subscription_t *
ngx_webrtc_subscription_create(ngx_webrtc_peer_t *peer,
    ngx_webrtc_source_t *source, const ngx_webrtc_subscription_conf_t *conf,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_subscription_t  *sub;

    (void) now;

    sub = calloc(1, sizeof(ngx_webrtc_subscription_t));

    sub->source = source;
    sub->conf = *conf;

    ngx_queue_insert_tail(&peer->subs, &sub->by_peer);
    ngx_queue_insert_tail(&source->subs, &sub->by_source);

    fake_media.subs++;

    return sub;
}


void
ngx_webrtc_subscription_destroy(ngx_webrtc_subscription_t *sub)
{
    ngx_queue_remove(&sub->by_peer);
    ngx_queue_remove(&sub->by_source);

    fake_media.subs--;
    free(sub);
}


void
ngx_webrtc_subscription_set_layer(ngx_webrtc_subscription_t *sub,
    ngx_int_t layer, ngx_webrtc_usec_t now)
{
    (void) now;

    sub->conf.layer = layer;
}


void
ngx_webrtc_subscription_set_paused(ngx_webrtc_subscription_t *sub,
    ngx_uint_t paused, ngx_webrtc_usec_t now)
{
    (void) now;

    sub->conf.paused = paused;
}


/* what the receiver gets changes, as the handler of the subscription hears */

static ngx_inline void
fake_layer(ngx_webrtc_subscription_t *sub, ngx_int_t previous,
    ngx_int_t current, ngx_uint_t by_sender, ngx_webrtc_usec_t now)
{
    ngx_webrtc_layer_change_t  change;

    change.previous = previous;
    change.current = current;
    change.by_sender = by_sender;

    sub->conf.handler(sub, &change, sub->conf.data, now);
}


static ngx_inline ngx_uint_t
fake_subs(ngx_webrtc_peer_t *peer)
{
    ngx_uint_t    n;
    ngx_queue_t  *q;

    n = 0;

    for (q = ngx_queue_head(&peer->subs);
         q != ngx_queue_sentinel(&peer->subs);
         q = ngx_queue_next(q))
    {
        n++;
    }

    return n;
}


static ngx_inline void
fake_event(ngx_webrtc_peer_t *peer, ngx_webrtc_peer_event_e event,
    const char *reason, ngx_webrtc_usec_t now)
{
    peer->handler(peer, event, reason, peer->data, now);
}


#endif /* _NGX_WEBRTC_FAKE_MEDIA_H_INCLUDED_ */
