
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* a peer at the home whose media are at another worker */


#include <crypto/ngx_webrtc_random.h>
#include <media/ngx_webrtc_distant_internal.h>


static void ngx_webrtc_distant_state(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);
static void ngx_webrtc_distant_message(ngx_webrtc_peer_t *peer,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out);


ngx_webrtc_peer_t *
ngx_webrtc_distant_create(ngx_webrtc_engine_t *engine, ngx_uint_t seat,
    const ngx_webrtc_distant_way_t *way, ngx_webrtc_peer_handler_pt handler,
    void *data)
{
    u_char                 buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t      note;
    ngx_webrtc_peer_t     *peer;
    ngx_webrtc_distant_t  *distant;

    if (engine->trunks == NULL || engine->ndistant == engine->conf.max_peers) {
        return NULL;
    }

    peer = ngx_webrtc_peer_alloc(engine);
    if (peer == NULL) {
        return NULL;
    }

    distant = ngx_pcalloc(peer->pool, sizeof(ngx_webrtc_distant_t));

    if (distant == NULL
        || ngx_webrtc_random_ice(distant->ufrag, NGX_WEBRTC_ICE_UFRAG_LEN)
           != NGX_OK
        || ngx_webrtc_random_ice(distant->pwd, NGX_WEBRTC_ICE_PWD_LEN)
           != NGX_OK)
    {
        ngx_destroy_pool(peer->pool);
        return NULL;
    }

    distant->peer = peer;
    distant->way = *way;
    distant->seat = seat;

    peer->distant = distant;
    peer->mirrors = 1;
    peer->handler = handler;
    peer->data = data;

    engine->ndistant++;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_BEGIN);
    ngx_webrtc_note_put_bytes(&note, distant->ufrag, NGX_WEBRTC_ICE_UFRAG_LEN);
    ngx_webrtc_note_put_bytes(&note, distant->pwd, NGX_WEBRTC_ICE_PWD_LEN);

    ngx_webrtc_distant_send(distant, &note, NULL, 0);

    return peer;
}


/* the way is told to break by lost(), not from within a verb */

void
ngx_webrtc_distant_send(ngx_webrtc_distant_t *distant,
    ngx_webrtc_note_t *note, const u_char *pos, size_t len)
{
    ngx_webrtc_distant_way_t  *way;

    way = &distant->way;

    if (distant->mute || note->bad) {
        return;
    }

    if (way->send(way->data, note->start, note->pos - note->start, pos, len)
        != NGX_OK)
    {
        distant->mute = 1;
    }
}


/* whatever is ended after this, the resident ends it with itself */

void
ngx_webrtc_distant_end(ngx_webrtc_peer_t *peer)
{
    peer->distant->mute = 1;
}


void
ngx_webrtc_distant_free(ngx_webrtc_peer_t *peer)
{
    ngx_webrtc_distant_t  *distant;

    distant = peer->distant;

    if (distant->dc) {
        ngx_free(distant->dc);
    }

    peer->engine->ndistant--;

    distant->way.close(distant->way.data);
}


void
ngx_webrtc_distant_local(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_local_t *local)
{
    local->ufrag.len = NGX_WEBRTC_ICE_UFRAG_LEN;
    local->ufrag.data = peer->distant->ufrag;
    local->pwd.len = NGX_WEBRTC_ICE_PWD_LEN;
    local->pwd.data = peer->distant->pwd;
}


ngx_int_t
ngx_webrtc_distant_set_remote(ngx_webrtc_peer_t *peer,
    const ngx_webrtc_peer_remote_t *remote)
{
    u_char                           buf[NGX_WEBRTC_NOTE_MAX];
    ngx_uint_t                       i, n;
    ngx_webrtc_note_t                note;
    const ngx_webrtc_fingerprint_t  *fp;

    n = ngx_min(remote->nfingerprints, NGX_WEBRTC_DTLS_FINGERPRINTS_MAX);
    if (n == 0) {
        return NGX_DECLINED;
    }

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_REMOTE);
    ngx_webrtc_note_put_str(&note, &remote->ufrag);
    ngx_webrtc_note_put8(&note, remote->active);
    ngx_webrtc_note_put8(&note, (uint32_t) n);

    for (i = 0; i < n; i++) {
        fp = &remote->fingerprints[i];

        ngx_webrtc_note_put8(&note, (uint32_t) fp->hash);
        ngx_webrtc_note_put8(&note, (uint32_t) fp->len);
        ngx_webrtc_note_put_bytes(&note, fp->data, fp->len);
    }

    if (note.bad) {
        return NGX_ERROR;
    }

    if (!peer->connected) {
        peer->distant->client = !remote->active;
    }

    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);

    return NGX_OK;
}


void
ngx_webrtc_distant_set_extensions(ngx_webrtc_peer_t *peer)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_EXTENSIONS);
    ngx_webrtc_note_put_bytes(&note, peer->exts.ids, NGX_WEBRTC_EXT_MAX);

    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);
}


void
ngx_webrtc_distant_set_bit_rate(ngx_webrtc_peer_t *peer)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_BIT_RATE);
    ngx_webrtc_note_put64(&note, peer->bit_rate);

    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);
}


void
ngx_webrtc_distant_set_deadline(ngx_webrtc_peer_t *peer,
    ngx_webrtc_usec_t deadline)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_DEADLINE);
    ngx_webrtc_note_put64(&note, deadline);

    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);
}


void
ngx_webrtc_distant_close(ngx_webrtc_peer_t *peer)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_CLOSE);

    ngx_webrtc_distant_send(peer->distant, &note, NULL, 0);
}


void
ngx_webrtc_distant_stats(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_stats_t *stats)
{
    *stats = peer->distant->stats;
}


void
ngx_webrtc_distant_lost(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now)
{
    ngx_webrtc_distant_t  *distant;

    distant = peer->distant;
    distant->mute = 1;

    if (!distant->told) {
        distant->told = 1;
        peer->handler(peer, NGX_WEBRTC_PEER_FAILED, "WORKER-LOST", peer->data,
                      now);
    }
}


void
ngx_webrtc_distant_input(ngx_webrtc_peer_t *peer, u_char *pos, size_t len,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    ngx_webrtc_note_t     note;
    ngx_webrtc_engine_t  *engine;

    engine = peer->engine;

    note.start = pos;
    note.pos = pos;
    note.last = pos + len;
    note.bad = 0;

    engine->out = out;
    engine->now = now;

    ngx_webrtc_distant_message(peer, &note, now, out);

    engine->out = NULL;
}


/* the peer may be gone after a handler */

static void
ngx_webrtc_distant_message(ngx_webrtc_peer_t *peer, ngx_webrtc_note_t *note,
    ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    ngx_webrtc_peer_stats_t  stats;

    switch (ngx_webrtc_note_get8(note)) {

    case NGX_WEBRTC_NOTE_STATE:
        ngx_webrtc_distant_state(peer, note, now);
        break;

    case NGX_WEBRTC_NOTE_STATS:
        ngx_webrtc_note_get_stats(note, &stats);

        if (!note->bad) {
            peer->distant->stats = stats;
        }

        break;

    case NGX_WEBRTC_NOTE_KEY_FRAME:
        ngx_webrtc_trunks_want_key_frame(peer->engine, note, now);
        break;

    case NGX_WEBRTC_NOTE_LAYER:
        ngx_webrtc_distant_media_layer(peer, note, now);
        break;

    case NGX_WEBRTC_NOTE_SPEECH:
        ngx_webrtc_distant_media_speech(peer, note, now);
        break;

    case NGX_WEBRTC_NOTE_BYE:
        ngx_webrtc_distant_media_bye(peer, note, out);
        break;

    case NGX_WEBRTC_NOTE_DATA_EVENT:
        ngx_webrtc_distant_data_event(peer, note, now);
        break;

    case NGX_WEBRTC_NOTE_DATA_GONE:
        ngx_webrtc_distant_data_gone(peer, note, now);
        break;

    case NGX_WEBRTC_NOTE_DATA_FREE:
        ngx_webrtc_distant_data_freed(peer, note);
        break;

    default:
        break;
    }
}


static void
ngx_webrtc_distant_state(ngx_webrtc_peer_t *peer, ngx_webrtc_note_t *note,
    ngx_webrtc_usec_t now)
{
    ngx_str_t                reason;
    ngx_webrtc_peer_event_e  event;

    event = (ngx_webrtc_peer_event_e) ngx_webrtc_note_get8(note);
    ngx_webrtc_note_get_str(note, &reason);

    if (note->bad || peer->distant->told) {
        return;
    }

    if (event == NGX_WEBRTC_PEER_CONNECTED) {

        if (!peer->connected) {
            peer->connected = 1;
            peer->handler(peer, event, "", peer->data, now);
        }

        return;
    }

    if (event == NGX_WEBRTC_PEER_CLOSED || event == NGX_WEBRTC_PEER_FAILED) {
        peer->distant->told = 1;
        peer->handler(peer, event, ngx_webrtc_trunks_reason(peer->engine,
                                                            &reason),
                      peer->data, now);
    }
}
