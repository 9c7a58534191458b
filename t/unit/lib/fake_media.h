
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

#include <media/ngx_webrtc_data.h>
#include <media/ngx_webrtc_forward.h>
#include <media/ngx_webrtc_peer.h>


#define FAKE_LINES  32


/* a data channel, and the last message that was sent on it */

typedef struct {
    char                             label[64];
    char                             protocol[64];
    ngx_webrtc_data_channel_conf_t   conf;
    char                            *data;
    char                            *last;  /* should its worker go */
    size_t                           len;
    ngx_uint_t                       sent;
    unsigned                         binary:1;
    unsigned                         closed:1;
} fake_line_t;


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

    ngx_webrtc_data_handler_pt       data_handler;
    void                            *data_data;
    ngx_webrtc_data_conf_t           data_conf;
    fake_line_t                      lines[FAKE_LINES];
    ngx_uint_t                       nlines;
    ngx_int_t                        data_rc;   /* of what is sent next */
};


struct ngx_webrtc_source_s {
    ngx_queue_t                      queue;
    ngx_queue_t                      subs;
    ngx_queue_t                      forwards;
    ngx_uint_t                       wanted;        /* key frames */
    ngx_webrtc_source_conf_t         conf;
};


struct ngx_webrtc_subscription_s {
    ngx_queue_t                      by_peer;
    ngx_queue_t                      by_source;
    ngx_webrtc_source_t             *source;
    ngx_webrtc_subscription_conf_t   conf;
};


struct ngx_webrtc_forward_s {
    ngx_queue_t                      queue;
    ngx_webrtc_forward_conf_t        conf;
};


typedef struct {
    ngx_uint_t                       peers;
    ngx_uint_t                       sources;
    ngx_uint_t                       subs;
    ngx_uint_t                       forwards;
    ngx_uint_t                       made;
    ngx_uint_t                       max_peers;     /* 0: no limit */
    unsigned                         decline:1;     /* set_remote() */
    unsigned                         by_peer:1;     /* of failed data */
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

    while (peer->nlines) {
        peer->nlines--;
        free(peer->lines[peer->nlines].data);
        free(peer->lines[peer->nlines].last);
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
    ngx_queue_init(&source->forwards);
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

    while (!ngx_queue_empty(&source->forwards)) {
        ngx_webrtc_forward_destroy(
                            ngx_queue_data(ngx_queue_head(&source->forwards),
                                           ngx_webrtc_forward_t, queue));
    }

    ngx_queue_remove(&source->queue);

    fake_media.sources--;
    free(source);
}


void
ngx_webrtc_source_want_key_frame(ngx_webrtc_source_t *source,
    ngx_webrtc_usec_t now)
{
    (void) now;

    source->wanted++;
}


ngx_webrtc_forward_t *
ngx_webrtc_forward_create(ngx_webrtc_source_t *source,
    const ngx_webrtc_forward_conf_t *conf, ngx_webrtc_usec_t now)
{
    ngx_webrtc_forward_t  *forward;

    (void) now;

    forward = calloc(1, sizeof(ngx_webrtc_forward_t));

    forward->conf = *conf;
    ngx_queue_insert_tail(&source->forwards, &forward->queue);

    fake_media.forwards++;

    return forward;
}


void
ngx_webrtc_forward_destroy(ngx_webrtc_forward_t *forward)
{
    ngx_queue_remove(&forward->queue);

    fake_media.forwards--;
    free(forward);
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


ngx_int_t
ngx_webrtc_data_start(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_conf_t *conf, ngx_webrtc_data_handler_pt handler,
    void *data, ngx_webrtc_usec_t now)
{
    (void) now;

    peer->data_conf = *conf;
    peer->data_handler = handler;
    peer->data_data = data;

    return NGX_OK;
}


/* odd streams, as a DTLS server has them */

ngx_int_t
ngx_webrtc_data_open(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_data_channel_conf_t *conf, uint16_t *stream,
    ngx_webrtc_usec_t now)
{
    fake_line_t  *line;

    (void) now;

    if (peer->nlines == FAKE_LINES
        || peer->nlines == peer->data_conf.max_channels)
    {
        return NGX_ERROR;
    }

    line = &peer->lines[peer->nlines];

    line->conf = *conf;
    snprintf(line->label, sizeof(line->label), "%.*s", (int) conf->label.len,
             conf->label.data);
    snprintf(line->protocol, sizeof(line->protocol), "%.*s",
             (int) conf->protocol.len, conf->protocol.data);

    *stream = (uint16_t) (peer->nlines++ * 2 + 1);

    return NGX_OK;
}


ngx_int_t
ngx_webrtc_data_send(ngx_webrtc_peer_t *peer, uint16_t stream,
    ngx_uint_t binary, const u_char *data, size_t len, ngx_webrtc_usec_t now)
{
    fake_line_t  *line;

    (void) now;

    if (peer->data_rc != NGX_OK) {
        return peer->data_rc;
    }

    line = &peer->lines[stream / 2];

    if (line->closed || len > peer->data_conf.max_send) {
        return NGX_DECLINED;
    }

    free(line->data);

    line->data = calloc(1, len + 1);
    line->len = len;
    line->binary = (binary != 0);
    line->sent++;

    memcpy(line->data, data, len);

    return NGX_OK;
}


void
ngx_webrtc_data_set_last(ngx_webrtc_peer_t *peer, uint16_t stream,
    ngx_uint_t binary, const u_char *data, size_t len)
{
    fake_line_t  *line;

    (void) binary;

    line = &peer->lines[stream / 2];

    free(line->last);
    line->last = strndup((const char *) data, len);
}


void
ngx_webrtc_data_close(ngx_webrtc_peer_t *peer, uint16_t stream,
    ngx_webrtc_usec_t now)
{
    (void) now;

    peer->lines[stream / 2].closed = 1;
}


size_t
ngx_webrtc_data_buffered(ngx_webrtc_peer_t *peer)
{
    (void) peer;

    return 0;
}


static ngx_inline void
fake_data(ngx_webrtc_peer_t *peer, ngx_webrtc_data_event_e type,
    ngx_uint_t line, ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_event_t  event;

    ngx_memzero(&event, sizeof(ngx_webrtc_data_event_t));

    event.type = type;
    event.stream = (uint16_t) (line * 2 + 1);
    event.reason = "SCTP-GIVEN-UP";
    event.by_peer = fake_media.by_peer;

    peer->data_handler(peer, &event, peer->data_data, now);
}


/* a message of the client, in memory of its own */

static ngx_inline void
fake_message(ngx_webrtc_peer_t *peer, ngx_uint_t line, ngx_uint_t binary,
    const void *data, size_t len, ngx_webrtc_usec_t now)
{
    ngx_webrtc_data_event_t  event;

    ngx_memzero(&event, sizeof(ngx_webrtc_data_event_t));

    event.type = NGX_WEBRTC_DATA_MESSAGE;
    event.stream = (uint16_t) (line * 2 + 1);
    event.binary = (binary != 0);
    event.len = len;
    event.data = malloc(len ? len : 1);

    memcpy(event.data, data, len);

    peer->data_handler(peer, &event, peer->data_data, now);

    free(event.data);
}


static ngx_inline fake_line_t *
fake_line(ngx_webrtc_peer_t *peer, const char *label)
{
    ngx_uint_t  i;

    for (i = 0; i < peer->nlines; i++) {
        if (strcmp(peer->lines[i].label, label) == 0) {
            return &peer->lines[i];
        }
    }

    return NULL;
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


static ngx_inline ngx_webrtc_subscription_t *
fake_sub(ngx_webrtc_peer_t *peer, ngx_uint_t n)
{
    ngx_queue_t  *q;

    for (q = ngx_queue_head(&peer->subs); n; n--) {
        q = ngx_queue_next(q);
    }

    return ngx_queue_data(q, ngx_webrtc_subscription_t, by_peer);
}


static ngx_inline void
fake_event(ngx_webrtc_peer_t *peer, ngx_webrtc_peer_event_e event,
    const char *reason, ngx_webrtc_usec_t now)
{
    peer->handler(peer, event, reason, peer->data, now);
}


#endif /* _NGX_WEBRTC_FAKE_MEDIA_H_INCLUDED_ */
