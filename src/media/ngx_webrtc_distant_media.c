
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* sources and subscriptions of distant peers, at the home */


#include <media/ngx_webrtc_distant_internal.h>


static ngx_webrtc_subscription_t *ngx_webrtc_distant_find(
    ngx_webrtc_peer_t *peer, uint32_t id);
static ngx_uint_t ngx_webrtc_source_seat(const ngx_webrtc_source_t *source);
static ngx_webrtc_source_t *ngx_webrtc_distant_source(
    ngx_webrtc_peer_t *peer, ngx_webrtc_note_t *note);


ngx_webrtc_source_t *
ngx_webrtc_distant_publish(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_source_conf_t *conf)
{
    u_char                 buf[NGX_WEBRTC_NOTE_MAX];
    ngx_uint_t             i;
    ngx_webrtc_note_t      note;
    ngx_webrtc_source_t   *source;

    source = ngx_webrtc_source_add(peer, conf);
    if (source == NULL) {
        return NULL;
    }

    source->mirror = 1;
    source->seat = peer->distant->seat;

    ngx_webrtc_trunks_add(source, ngx_webrtc_trunks_id(peer->engine));

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_SOURCE);
    ngx_webrtc_note_put64(&note, source->id);
    ngx_webrtc_note_put_str(&note, &source->mid);
    ngx_webrtc_note_put_format(&note, &conf->format);
    ngx_webrtc_note_put32(&note, conf->ssrc);
    ngx_webrtc_note_put32(&note, conf->rtx_ssrc);
    ngx_webrtc_note_put8(&note, conf->speech_handler != NULL);
    ngx_webrtc_note_put8(&note, (uint32_t) conf->nrids);

    for (i = 0; i < conf->nrids; i++) {
        ngx_webrtc_note_put_str(&note, &conf->rids[i]);
    }

    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);

    return source;
}


void
ngx_webrtc_distant_unpublish(ngx_webrtc_source_t *source)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_SOURCE_END);
    ngx_webrtc_note_put64(&note, source->id);

    ngx_webrtc_distant_send(source->peer->distant, &note, NULL, 0);
}


void
ngx_webrtc_distant_export(ngx_webrtc_source_t *source, ngx_int_t n)
{
    u_char              buf[NGX_WEBRTC_NOTE_MAX];
    ngx_uint_t          exported;
    ngx_webrtc_note_t   note;

    exported = (source->exports != 0);
    source->exports += n;

    if (exported == (source->exports != 0)) {
        return;
    }

    if (source->peer->distant == NULL) {
        source->exported = !exported;
        return;
    }

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_EXPORT);
    ngx_webrtc_note_put64(&note, source->id);
    ngx_webrtc_note_put8(&note, !exported);

    ngx_webrtc_distant_send(source->peer->distant, &note, NULL, 0);
}


static ngx_uint_t
ngx_webrtc_source_seat(const ngx_webrtc_source_t *source)
{
    return source->mirror ? source->seat
                          : source->peer->engine->trunks->conf.self;
}


/* most of the structure is the resident's business, and not used here */

ngx_webrtc_subscription_t *
ngx_webrtc_distant_subscribe(ngx_webrtc_peer_t *peer,
    ngx_webrtc_source_t *source, const ngx_webrtc_subscription_conf_t *conf)
{
    u_char                      buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t           note;
    ngx_webrtc_subscription_t  *sub;

    sub = ngx_calloc(sizeof(ngx_webrtc_subscription_t), peer->engine->log);
    if (sub == NULL) {
        return NULL;
    }

    if (source->id == 0) {
        ngx_webrtc_trunks_add(source, ngx_webrtc_trunks_id(peer->engine));
    }

    sub->peer = peer;
    sub->source = source;
    sub->id = ++peer->distant->last_sub;
    sub->layer = conf->layer;
    sub->told = NGX_WEBRTC_LAYER_NONE;
    sub->paused = conf->paused;
    sub->handler = conf->handler;
    sub->data = conf->data;

    ngx_queue_insert_tail(&source->distant, &sub->source_queue);
    ngx_queue_insert_tail(&peer->subscriptions, &sub->peer_queue);

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_SUBSCRIBE);
    ngx_webrtc_note_put32(&note, sub->id);

    ngx_webrtc_note_put64(&note, source->id);
    ngx_webrtc_note_put16(&note, (uint32_t) ngx_webrtc_source_seat(source));
    ngx_webrtc_note_put_format(&note, &source->format);
    ngx_webrtc_note_put8(&note, (uint32_t) source->ntracks);

    ngx_webrtc_note_put_format(&note, &conf->format);
    ngx_webrtc_note_put32(&note, conf->ssrc);
    ngx_webrtc_note_put32(&note, conf->rtx_ssrc);
    ngx_webrtc_note_put_str(&note, &conf->cname);
    ngx_webrtc_note_put32(&note, (uint32_t) conf->layer);
    ngx_webrtc_note_put8(&note, conf->paused);

    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);

    if (ngx_webrtc_source_seat(source) != peer->distant->seat) {
        ngx_webrtc_distant_export(source, 1);
    }

    return sub;
}


void
ngx_webrtc_distant_unsubscribe(ngx_webrtc_subscription_t *sub)
{
    u_char                 buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t      note;
    ngx_webrtc_distant_t  *distant;

    distant = sub->peer->distant;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_UNSUBSCRIBE);
    ngx_webrtc_note_put32(&note, sub->id);

    ngx_webrtc_distant_send(distant, &note, NULL, 0);

    if (ngx_webrtc_source_seat(sub->source) != distant->seat) {
        ngx_webrtc_distant_export(sub->source, -1);
    }

    ngx_queue_remove(&sub->source_queue);
    ngx_queue_remove(&sub->peer_queue);
    ngx_free(sub);
}


void
ngx_webrtc_distant_set_layer(ngx_webrtc_subscription_t *sub)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_SET_LAYER);
    ngx_webrtc_note_put32(&note, sub->id);
    ngx_webrtc_note_put32(&note, (uint32_t) sub->layer);

    ngx_webrtc_distant_send(sub->peer->distant, &note, NULL, 0);
}


void
ngx_webrtc_distant_set_paused(ngx_webrtc_subscription_t *sub)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_SET_PAUSED);
    ngx_webrtc_note_put32(&note, sub->id);
    ngx_webrtc_note_put8(&note, sub->paused);

    ngx_webrtc_distant_send(sub->peer->distant, &note, NULL, 0);
}


/* what is stopped here counts as stopped there */

ngx_int_t
ngx_webrtc_distant_layer(const ngx_webrtc_subscription_t *sub)
{
    return (sub->paused || sub->layer == NGX_WEBRTC_LAYER_NONE)
           ? NGX_WEBRTC_LAYER_NONE : sub->told;
}


/* NULL: it has ended in the meantime */

static ngx_webrtc_subscription_t *
ngx_webrtc_distant_find(ngx_webrtc_peer_t *peer, uint32_t id)
{
    ngx_queue_t                *q;
    ngx_webrtc_subscription_t  *sub;

    for (q = ngx_queue_head(&peer->subscriptions);
         q != ngx_queue_sentinel(&peer->subscriptions);
         q = ngx_queue_next(q))
    {
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, peer_queue);

        if (sub->id == id) {
            return sub;
        }
    }

    return NULL;
}


void
ngx_webrtc_distant_media_layer(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    uint32_t                    id;
    ngx_webrtc_subscription_t  *sub;
    ngx_webrtc_layer_change_t   change;

    id = ngx_webrtc_note_get32(note);
    change.current = (int32_t) ngx_webrtc_note_get32(note);
    change.by_sender = (ngx_webrtc_note_get8(note) != 0);

    sub = ngx_webrtc_distant_find(peer, id);

    if (note->bad || sub == NULL || sub->told == change.current
        || change.current < NGX_WEBRTC_LAYER_NONE
        || change.current >= (ngx_int_t) sub->source->ntracks)
    {
        return;
    }

    change.previous = sub->told;
    sub->told = change.current;

    if (sub->handler) {
        sub->handler(sub, &change, sub->data, now);
    }
}


static ngx_webrtc_source_t *
ngx_webrtc_distant_source(ngx_webrtc_peer_t *peer, ngx_webrtc_note_t *note)
{
    ngx_webrtc_source_t  *source;

    source = ngx_webrtc_trunks_find(peer->engine, ngx_webrtc_note_get64(note));

    return (source && source->peer == peer) ? source : NULL;
}


void
ngx_webrtc_distant_media_speech(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    uint32_t              speech;
    ngx_webrtc_source_t  *source;

    source = ngx_webrtc_distant_source(peer, note);
    speech = ngx_webrtc_note_get8(note);

    if (note->bad || source == NULL || source->speech_handler == NULL
        || speech > NGX_WEBRTC_SPEECH_LASTING)
    {
        return;
    }

    source->speech_handler(source, (ngx_webrtc_speech_e) speech, source->data,
                           now);
}


void
ngx_webrtc_distant_media_bye(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note, ngx_webrtc_outbox_t *out)
{
    ngx_webrtc_source_t  *source;

    source = ngx_webrtc_distant_source(peer, note);

    if (source) {
        ngx_webrtc_forwards_bye(&source->tracks[0], out);
    }
}
