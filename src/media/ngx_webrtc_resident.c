
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* the transport of a peer whose home is another worker */


#include <media/ngx_webrtc_distant_internal.h>


/* what has changed is told so often at most */
#define NGX_WEBRTC_RESIDENT_INTERVAL    (NGX_WEBRTC_SEC / 2)


static void ngx_webrtc_resident_message(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);
static void ngx_webrtc_resident_begin(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);
static void ngx_webrtc_resident_handler(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_event_e event, const char *reason, void *data,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_resident_tell(ngx_webrtc_resident_t *resident,
    ngx_webrtc_peer_event_e event, const char *reason);
static void ngx_webrtc_resident_tell_stats(ngx_webrtc_resident_t *resident,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_resident_remote(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);
static void ngx_webrtc_resident_extensions(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note);


ngx_webrtc_resident_t *
ngx_webrtc_resident_create(ngx_webrtc_engine_t *engine,
    const ngx_webrtc_distant_way_t *way)
{
    ngx_webrtc_resident_t  *resident;

    if (engine->trunks == NULL || engine->npeers == engine->conf.max_peers) {
        return NULL;
    }

    resident = ngx_calloc(sizeof(ngx_webrtc_resident_t), engine->log);
    if (resident == NULL) {
        return NULL;
    }

    resident->engine = engine;
    resident->way = *way;

    ngx_queue_init(&resident->waiting);

    engine->trunks->nresidents++;

    return resident;
}


void
ngx_webrtc_resident_destroy(ngx_webrtc_resident_t *resident,
    ngx_webrtc_outbox_t *out)
{
    resident->mute = 1;

    if (resident->peer) {
        ngx_webrtc_peer_destroy(resident->peer, out);
    }

    ngx_webrtc_resident_data_cleanup(resident);

    resident->engine->trunks->nresidents--;

    ngx_free(resident);
}


ngx_uint_t
ngx_webrtc_engine_residents(ngx_webrtc_engine_t *engine)
{
    return engine->trunks ? engine->trunks->nresidents : 0;
}


/* when the way has broken, destroy() follows from the loop */

void
ngx_webrtc_resident_send(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, const u_char *pos, size_t len)
{
    ngx_webrtc_distant_way_t  *way;

    way = &resident->way;

    if (resident->mute || note->bad) {
        return;
    }

    if (way->send(way->data, note->start, note->pos - note->start, pos, len)
        != NGX_OK)
    {
        resident->mute = 1;
    }
}


void
ngx_webrtc_resident_input(ngx_webrtc_resident_t *resident, u_char *pos,
    size_t len, ngx_webrtc_usec_t now, ngx_webrtc_outbox_t *out)
{
    ngx_webrtc_note_t     note;
    ngx_webrtc_engine_t  *engine;

    engine = resident->engine;

    note.start = pos;
    note.pos = pos;
    note.last = pos + len;
    note.bad = 0;

    engine->out = out;
    engine->now = now;

    ngx_webrtc_resident_message(resident, &note, now);

    engine->out = NULL;
}


static void
ngx_webrtc_resident_message(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    uint64_t            value;
    ngx_webrtc_note_e   type;
    ngx_webrtc_peer_t  *peer;

    peer = resident->peer;
    type = (ngx_webrtc_note_e) ngx_webrtc_note_get8(note);

    if (type == NGX_WEBRTC_NOTE_BEGIN) {
        ngx_webrtc_resident_begin(resident, note, now);
        return;
    }

    if (peer == NULL || note->bad) {
        return;
    }

    switch (type) {

    case NGX_WEBRTC_NOTE_REMOTE:
        ngx_webrtc_resident_remote(resident, note, now);
        break;

    case NGX_WEBRTC_NOTE_EXTENSIONS:
        ngx_webrtc_resident_extensions(resident, note);
        break;

    case NGX_WEBRTC_NOTE_BIT_RATE:
        value = ngx_webrtc_note_get64(note);

        if (!note->bad) {
            ngx_webrtc_peer_set_bit_rate(peer, value);
        }

        break;

    case NGX_WEBRTC_NOTE_DEADLINE:
        value = ngx_webrtc_note_get64(note);

        if (!note->bad) {
            ngx_webrtc_peer_set_deadline(peer, value);
        }

        break;

    case NGX_WEBRTC_NOTE_CLOSE:
        ngx_webrtc_peer_close(peer, now);
        break;

    case NGX_WEBRTC_NOTE_KEY_FRAME:
        ngx_webrtc_trunks_want_key_frame(resident->engine, note, now);
        break;

    case NGX_WEBRTC_NOTE_DATA_START:
    case NGX_WEBRTC_NOTE_DATA_OPEN:
    case NGX_WEBRTC_NOTE_DATA_JOIN:
    case NGX_WEBRTC_NOTE_DATA_SEND:
    case NGX_WEBRTC_NOTE_DATA_CLOSE:
    case NGX_WEBRTC_NOTE_DATA_FULL:
    case NGX_WEBRTC_NOTE_DATA_LAST:
        ngx_webrtc_resident_data(resident, note->start,
                                 note->last - note->start, now);
        break;

    default:
        ngx_webrtc_resident_media(resident, type, note, now);
        break;
    }
}


static void
ngx_webrtc_resident_begin(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    ngx_webrtc_peer_t        *peer;
    ngx_webrtc_peer_local_t   local;

    local.ufrag.len = NGX_WEBRTC_ICE_UFRAG_LEN;
    local.ufrag.data = ngx_webrtc_note_get_bytes(note, local.ufrag.len);
    local.pwd.len = NGX_WEBRTC_ICE_PWD_LEN;
    local.pwd.data = ngx_webrtc_note_get_bytes(note, local.pwd.len);

    if (note->bad || resident->peer) {
        return;
    }

    peer = ngx_webrtc_peer_create_local(resident->engine, &local,
                                        ngx_webrtc_resident_handler,
                                        resident, now);
    if (peer == NULL) {
        ngx_webrtc_resident_tell(resident, NGX_WEBRTC_PEER_FAILED,
                                 "TOO-MANY-CONNECTIONS");
        return;
    }

    peer->resident = resident;
    resident->peer = peer;
}


static void
ngx_webrtc_resident_handler(ngx_webrtc_peer_t *peer,
    ngx_webrtc_peer_event_e event, const char *reason, void *data,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_resident_t *resident = data;

    (void) peer;

    ngx_webrtc_resident_tell_stats(resident, now);
    ngx_webrtc_resident_tell(resident, event, reason);
}


static void
ngx_webrtc_resident_tell(ngx_webrtc_resident_t *resident,
    ngx_webrtc_peer_event_e event, const char *reason)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_str_t          text;
    ngx_webrtc_note_t  note;

    text.data = (u_char *) reason;
    text.len = ngx_strlen(reason);

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_STATE);
    ngx_webrtc_note_put8(&note, event);
    ngx_webrtc_note_put_str(&note, &text);

    ngx_webrtc_resident_send(resident, &note, NULL, 0);
}


void
ngx_webrtc_resident_tick(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now)
{
    ngx_webrtc_resident_t  *resident;

    resident = peer->resident;

    ngx_webrtc_resident_data_check(peer, 1);

    /* a connected peer has a tick for its reports every second at least */

    if (resident->told + NGX_WEBRTC_RESIDENT_INTERVAL <= now) {
        ngx_webrtc_resident_tell_stats(resident, now);
    }
}


static void
ngx_webrtc_resident_tell_stats(ngx_webrtc_resident_t *resident,
    ngx_webrtc_usec_t now)
{
    u_char                   buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t        note;
    ngx_webrtc_peer_stats_t  stats;

    ngx_webrtc_peer_stats(resident->peer, &stats);

    if (ngx_memcmp(&stats, &resident->stats, sizeof(stats)) == 0) {
        return;
    }

    resident->stats = stats;
    resident->told = now;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_STATS);
    ngx_webrtc_note_put_stats(&note, &stats);

    ngx_webrtc_resident_send(resident, &note, NULL, 0);
}


static void
ngx_webrtc_resident_remote(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    u_char                    *p;
    ngx_uint_t                 i, n;
    ngx_webrtc_fingerprint_t   fps[NGX_WEBRTC_DTLS_FINGERPRINTS_MAX];
    ngx_webrtc_peer_remote_t   remote;

    ngx_memzero(&remote, sizeof(ngx_webrtc_peer_remote_t));

    ngx_webrtc_note_get_str(note, &remote.ufrag);
    remote.active = (ngx_webrtc_note_get8(note) != 0);
    n = ngx_webrtc_note_get8(note);

    if (n > NGX_WEBRTC_DTLS_FINGERPRINTS_MAX) {
        return;
    }

    for (i = 0; i < n; i++) {
        ngx_memzero(&fps[i], sizeof(ngx_webrtc_fingerprint_t));

        fps[i].hash = ngx_webrtc_note_get8(note);
        fps[i].len = ngx_webrtc_note_get8(note);
        p = ngx_webrtc_note_get_bytes(note, fps[i].len);

        if (p == NULL || fps[i].len > NGX_WEBRTC_FINGERPRINT_LEN) {
            return;
        }

        ngx_memcpy(fps[i].data, p, fps[i].len);
    }

    remote.fingerprints = fps;
    remote.nfingerprints = n;

    if (ngx_webrtc_peer_set_remote(resident->peer, &remote, now) != NGX_OK) {

        /* what the home would have heard from its own peer at once */

        ngx_webrtc_resident_tell(resident, NGX_WEBRTC_PEER_FAILED,
                                 "FINGERPRINT-MISMATCH");
    }
}


static void
ngx_webrtc_resident_extensions(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note)
{
    u_char                *ids;
    ngx_uint_t             kind;
    ngx_webrtc_ext_map_t   map;

    ids = ngx_webrtc_note_get_bytes(note, NGX_WEBRTC_EXT_MAX);
    if (ids == NULL) {
        return;
    }

    ngx_memzero(&map, sizeof(ngx_webrtc_ext_map_t));

    for (kind = 0; kind < NGX_WEBRTC_EXT_MAX; kind++) {
        if (ids[kind]) {
            (void) ngx_webrtc_ext_map_add(&map, kind, ids[kind]);
        }
    }

    ngx_webrtc_peer_set_extensions(resident->peer, &map);
}
