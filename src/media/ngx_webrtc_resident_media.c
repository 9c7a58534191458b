
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* sources and subscriptions of residents */


#include <media/ngx_webrtc_distant_internal.h>


static void ngx_webrtc_resident_source(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);
static ngx_webrtc_source_t *ngx_webrtc_resident_find_source(
    ngx_webrtc_resident_t *resident, ngx_webrtc_note_t *note);
static void ngx_webrtc_resident_export(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note);
static void ngx_webrtc_resident_speech(ngx_webrtc_source_t *source,
    ngx_webrtc_speech_e speech, void *data, ngx_webrtc_usec_t now);
static void ngx_webrtc_resident_subscribe(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now);
static ngx_webrtc_source_t *ngx_webrtc_resident_mirror(
    ngx_webrtc_resident_t *resident, ngx_webrtc_note_t *note);
static void ngx_webrtc_resident_adopt(ngx_webrtc_source_t *source,
    ngx_webrtc_source_t *mirror, ngx_webrtc_usec_t now);
static void ngx_webrtc_resident_layer(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_layer_change_t *change, void *data,
    ngx_webrtc_usec_t now);
static ngx_webrtc_subscription_t *ngx_webrtc_resident_find(
    ngx_webrtc_resident_t *resident, ngx_webrtc_note_t *note);


void
ngx_webrtc_resident_media(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_e type, ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    uint32_t                    value;
    ngx_webrtc_source_t        *source;
    ngx_webrtc_subscription_t  *sub;

    switch (type) {

    case NGX_WEBRTC_NOTE_SOURCE:
        ngx_webrtc_resident_source(resident, note, now);
        break;

    case NGX_WEBRTC_NOTE_SOURCE_END:
        source = ngx_webrtc_resident_find_source(resident, note);

        if (source) {
            ngx_webrtc_source_destroy(source);
        }

        break;

    case NGX_WEBRTC_NOTE_EXPORT:
        ngx_webrtc_resident_export(resident, note);
        break;

    case NGX_WEBRTC_NOTE_SUBSCRIBE:
        ngx_webrtc_resident_subscribe(resident, note, now);
        break;

    case NGX_WEBRTC_NOTE_UNSUBSCRIBE:
        sub = ngx_webrtc_resident_find(resident, note);

        if (sub) {
            ngx_webrtc_subscription_destroy(sub);
        }

        break;

    case NGX_WEBRTC_NOTE_SET_LAYER:
        sub = ngx_webrtc_resident_find(resident, note);
        value = ngx_webrtc_note_get32(note);

        if (sub && !note->bad) {
            ngx_webrtc_subscription_set_layer(sub, (int32_t) value, now);
        }

        break;

    case NGX_WEBRTC_NOTE_SET_PAUSED:
        sub = ngx_webrtc_resident_find(resident, note);
        value = ngx_webrtc_note_get8(note);

        if (sub && !note->bad) {
            ngx_webrtc_subscription_set_paused(sub, value, now);
        }

        break;

    default:
        break;
    }
}


static void
ngx_webrtc_resident_source(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    uint64_t                   id;
    ngx_uint_t                 i;
    ngx_webrtc_source_t       *source, *mirror;
    ngx_webrtc_source_conf_t   conf;

    ngx_memzero(&conf, sizeof(ngx_webrtc_source_conf_t));

    id = ngx_webrtc_note_get64(note);
    ngx_webrtc_note_get_str(note, &conf.mid);
    ngx_webrtc_note_get_format(note, &conf.format);
    conf.ssrc = ngx_webrtc_note_get32(note);
    conf.rtx_ssrc = ngx_webrtc_note_get32(note);

    if (ngx_webrtc_note_get8(note)) {
        conf.speech_handler = ngx_webrtc_resident_speech;
    }

    conf.nrids = ngx_webrtc_note_get8(note);

    for (i = 0; i < conf.nrids && i < NGX_WEBRTC_LAYERS; i++) {
        ngx_webrtc_note_get_str(note, &conf.rids[i]);
    }

    mirror = ngx_webrtc_trunks_find(resident->engine, id);

    if (note->bad || id == 0
        || (mirror && mirror->peer != resident->engine->trunks->peer))
    {
        return;
    }

    source = ngx_webrtc_source_create(resident->peer, &conf);
    if (source == NULL) {
        return;
    }

    if (mirror) {
        ngx_webrtc_resident_adopt(source, mirror, now);
    }

    ngx_webrtc_trunks_add(source, id);
}


/* NULL: it has ended in the meantime */

static ngx_webrtc_source_t *
ngx_webrtc_resident_find_source(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note)
{
    ngx_webrtc_source_t  *source;

    source = ngx_webrtc_trunks_find(resident->engine,
                                    ngx_webrtc_note_get64(note));

    return (source && source->peer == resident->peer) ? source : NULL;
}


static void
ngx_webrtc_resident_export(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note)
{
    uint32_t              exported;
    ngx_webrtc_source_t  *source;

    source = ngx_webrtc_resident_find_source(resident, note);
    exported = ngx_webrtc_note_get8(note);

    if (source && !note->bad) {
        source->exported = (exported != 0);
    }
}


static void
ngx_webrtc_resident_speech(ngx_webrtc_source_t *source,
    ngx_webrtc_speech_e speech, void *data, ngx_webrtc_usec_t now)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    (void) data;
    (void) now;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_SPEECH);
    ngx_webrtc_note_put64(&note, source->id);
    ngx_webrtc_note_put8(&note, speech);

    ngx_webrtc_resident_send(source->peer->resident, &note, NULL, 0);
}


void
ngx_webrtc_resident_bye(ngx_webrtc_source_t *source)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_BYE);
    ngx_webrtc_note_put64(&note, source->id);

    ngx_webrtc_resident_send(source->peer->resident, &note, NULL, 0);
}


static void
ngx_webrtc_resident_subscribe(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note, ngx_webrtc_usec_t now)
{
    uint32_t                         id;
    ngx_webrtc_source_t             *source;
    ngx_webrtc_subscription_t       *sub;
    ngx_webrtc_subscription_conf_t   conf;

    ngx_memzero(&conf, sizeof(ngx_webrtc_subscription_conf_t));

    id = ngx_webrtc_note_get32(note);

    source = ngx_webrtc_resident_mirror(resident, note);
    if (source == NULL) {
        return;
    }

    ngx_webrtc_note_get_format(note, &conf.format);
    conf.ssrc = ngx_webrtc_note_get32(note);
    conf.rtx_ssrc = ngx_webrtc_note_get32(note);
    ngx_webrtc_note_get_str(note, &conf.cname);
    conf.layer = (int32_t) ngx_webrtc_note_get32(note);
    conf.paused = (ngx_webrtc_note_get8(note) != 0);
    conf.handler = ngx_webrtc_resident_layer;

    sub = NULL;

    if (!note->bad) {
        sub = ngx_webrtc_subscription_create(resident->peer, source, &conf,
                                             now);
    }

    if (sub) {
        sub->id = id;

    } else if (source->mirror && source->users == 0) {
        ngx_webrtc_source_destroy(source);
    }
}


/*
 * The source that the note names, or a mirror of it.  One that is of this
 * seat, but is not here yet, gets a mirror too, into which nothing comes.
 */

static ngx_webrtc_source_t *
ngx_webrtc_resident_mirror(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note)
{
    uint64_t                   id;
    ngx_uint_t                 i, seat, ntracks;
    ngx_webrtc_source_t       *source;
    ngx_webrtc_source_conf_t   conf;

    ngx_memzero(&conf, sizeof(ngx_webrtc_source_conf_t));

    id = ngx_webrtc_note_get64(note);
    seat = ngx_webrtc_note_get16(note);
    ngx_webrtc_note_get_format(note, &conf.format);
    ntracks = ngx_webrtc_note_get8(note);

    if (note->bad || id == 0 || ntracks == 0 || ntracks > NGX_WEBRTC_LAYERS) {
        return NULL;
    }

    source = ngx_webrtc_trunks_find(resident->engine, id);

    if (source) {
        return source;
    }

    /* names that are never looked for: packets come with their layer */

    ngx_str_set(&conf.mid, "");
    conf.nrids = (ntracks > 1) ? ntracks : 0;

    for (i = 0; i < conf.nrids; i++) {
        ngx_str_set(&conf.rids[i], "r");
    }

    source = ngx_webrtc_source_create(resident->engine->trunks->peer, &conf);
    if (source == NULL) {
        return NULL;
    }

    source->mirror = 1;
    source->seat = seat;

    ngx_webrtc_trunks_add(source, id);

    return source;
}


/* it has come, and takes over who waits for it: they have got nothing yet */

static void
ngx_webrtc_resident_adopt(ngx_webrtc_source_t *source,
    ngx_webrtc_source_t *mirror, ngx_webrtc_usec_t now)
{
    ngx_uint_t                  n;
    ngx_queue_t                *q;
    ngx_webrtc_subscription_t  *sub;

    for (n = mirror->users; n; n--) {
        q = ngx_queue_head(&mirror->subs);
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, source_queue);

        ngx_webrtc_subscription_detach(sub);

        ngx_queue_remove(q);
        ngx_queue_insert_tail(&source->subs, q);
        sub->source = source;

        ngx_webrtc_subscription_review(sub, 0, now);

        ngx_webrtc_mirror_leave(mirror);
    }
}


static void
ngx_webrtc_resident_layer(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_layer_change_t *change, void *data,
    ngx_webrtc_usec_t now)
{
    u_char             buf[NGX_WEBRTC_NOTE_MAX];
    ngx_webrtc_note_t  note;

    (void) data;
    (void) now;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_LAYER);
    ngx_webrtc_note_put32(&note, sub->id);
    ngx_webrtc_note_put32(&note, (uint32_t) change->current);
    ngx_webrtc_note_put8(&note, change->by_sender);

    ngx_webrtc_resident_send(sub->peer->resident, &note, NULL, 0);
}


/* NULL: it has ended in the meantime, with its source */

static ngx_webrtc_subscription_t *
ngx_webrtc_resident_find(ngx_webrtc_resident_t *resident,
    ngx_webrtc_note_t *note)
{
    uint32_t                    id;
    ngx_queue_t                *q;
    ngx_webrtc_subscription_t  *sub;

    id = ngx_webrtc_note_get32(note);

    for (q = ngx_queue_head(&resident->peer->subscriptions);
         q != ngx_queue_sentinel(&resident->peer->subscriptions);
         q = ngx_queue_next(q))
    {
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, peer_queue);

        if (sub->id == id) {
            return sub;
        }
    }

    return NULL;
}
