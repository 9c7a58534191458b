
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Sources that come from another worker: their packets out of its trunk,
 * what they want of their origin.
 */


#include <media/ngx_webrtc_distant_internal.h>


static void ngx_webrtc_mirror_ask(ngx_webrtc_source_t *source,
    ngx_uint_t layer);
static ngx_uint_t ngx_webrtc_mirrors_forward(ngx_webrtc_peer_t *peer);


void
ngx_webrtc_mirror_use(ngx_webrtc_source_t *source)
{
    ngx_webrtc_trunks_t  *trunks;

    if (source->users++) {
        return;
    }

    trunks = source->peer->engine->trunks;

    ngx_queue_insert_tail(&trunks->mirrors, &source->mirrors);
    ngx_webrtc_trunks_open(trunks, source->seat);

    if (source->peer->distant) {
        ngx_webrtc_distant_export(source, 1);
    }
}


void
ngx_webrtc_mirror_leave(ngx_webrtc_source_t *source)
{
    if (--source->users) {
        return;
    }

    ngx_queue_remove(&source->mirrors);
    ngx_webrtc_trunks_close(source->peer->engine->trunks, source->seat);

    if (source->peer->distant) {
        ngx_webrtc_distant_export(source, -1);
        return;
    }

    ngx_webrtc_source_destroy(source);
}


void
ngx_webrtc_mirrors_tick(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now,
    ngx_webrtc_outbox_t *out)
{
    ngx_uint_t            i;
    ngx_queue_t          *q;
    ngx_webrtc_track_t   *track;
    ngx_webrtc_source_t  *source;

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        for (i = 0; i < source->ntracks; i++) {
            track = &source->tracks[i];

            if (!ngx_webrtc_key_frame_request(&track->key_frame, now)) {
                continue;
            }

            ngx_webrtc_mirror_ask(source, i);

            if (source->users == 0) {

                /* we shall not see it come */

                ngx_webrtc_key_frame_found(&track->key_frame);
            }
        }
    }

    if (!ngx_webrtc_mirrors_forward(peer)) {
        peer->report_due = NGX_WEBRTC_NEVER;

    } else if (peer->report_due == NGX_WEBRTC_NEVER) {
        peer->report_due = now + NGX_WEBRTC_REPORT_INTERVAL;

    } else if (peer->report_due <= now) {
        peer->report_due = now + NGX_WEBRTC_REPORT_INTERVAL;
        ngx_webrtc_forwards_report(peer, now, out);
    }

    ngx_webrtc_peer_schedule(peer);
}


static ngx_uint_t
ngx_webrtc_mirrors_forward(ngx_webrtc_peer_t *peer)
{
    ngx_queue_t          *q;
    ngx_webrtc_source_t  *source;

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        if (!ngx_queue_empty(&source->forwards)) {
            return 1;
        }
    }

    return 0;
}


ngx_webrtc_usec_t
ngx_webrtc_mirrors_expires(ngx_webrtc_peer_t *peer)
{
    ngx_uint_t            i;
    ngx_queue_t          *q;
    ngx_webrtc_usec_t     expires;
    ngx_webrtc_source_t  *source;

    expires = peer->report_due;

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        for (i = 0; i < source->ntracks; i++) {
            expires = ngx_min(expires, source->tracks[i].key_frame.due);
        }
    }

    return expires;
}


/*
 * For a key frame: the resident that has the origin, or the home, over the
 * way of anybody who gets the mirror.
 */

static void
ngx_webrtc_mirror_ask(ngx_webrtc_source_t *source, ngx_uint_t layer)
{
    u_char                      buf[NGX_WEBRTC_NOTE_MAX];
    ngx_queue_t                *q;
    ngx_webrtc_note_t           note;
    ngx_webrtc_subscription_t  *sub;

    ngx_webrtc_note_init(&note, buf, sizeof(buf), NGX_WEBRTC_NOTE_KEY_FRAME);
    ngx_webrtc_note_put64(&note, source->id);
    ngx_webrtc_note_put8(&note, (uint32_t) layer);

    if (source->peer->distant) {
        ngx_webrtc_distant_send(source->peer->distant, &note, NULL, 0);
        return;
    }

    for (q = ngx_queue_head(&source->subs);
         q != ngx_queue_sentinel(&source->subs);
         q = ngx_queue_next(q))
    {
        sub = ngx_queue_data(q, ngx_webrtc_subscription_t, source_queue);

        if (sub->peer->resident && !sub->peer->resident->mute) {
            ngx_webrtc_resident_send(sub->peer->resident, &note, NULL, 0);
            return;
        }
    }
}
