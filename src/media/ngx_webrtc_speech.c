
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <media/ngx_webrtc_media.h>
#include <media/ngx_webrtc_speech.h>


void
ngx_webrtc_speech_input(ngx_webrtc_speech_t *speech,
    const ngx_webrtc_speech_conf_t *conf, ngx_uint_t level,
    ngx_webrtc_usec_t now)
{
    if (level > conf->level) {
        return;
    }

    switch (speech->state) {

    case NGX_WEBRTC_SPEECH_NONE:
        speech->state = NGX_WEBRTC_SPEECH_BEGUN;
        speech->begun = now;
        break;

    case NGX_WEBRTC_SPEECH_BEGUN:

        if (now - speech->last > NGX_WEBRTC_SPEECH_GAP) {
            speech->begun = now;
        }

        if (now - speech->begun >= conf->activation) {
            speech->state = NGX_WEBRTC_SPEECH_LASTING;
        }

        break;

    case NGX_WEBRTC_SPEECH_LASTING:
        break;
    }

    speech->last = now;
}


/* without packets, too, silence is silence: DTX sends none */

void
ngx_webrtc_speech_tick(ngx_webrtc_speech_t *speech,
    const ngx_webrtc_speech_conf_t *conf, ngx_webrtc_usec_t now)
{
    if (ngx_webrtc_speech_expires(speech, conf) <= now) {
        speech->state = NGX_WEBRTC_SPEECH_NONE;
    }
}


ngx_webrtc_usec_t
ngx_webrtc_speech_expires(const ngx_webrtc_speech_t *speech,
    const ngx_webrtc_speech_conf_t *conf)
{
    return (speech->state == NGX_WEBRTC_SPEECH_NONE)
           ? NGX_WEBRTC_NEVER : speech->last + conf->hold;
}


/* of a source: what has changed is told in the next tick, which is at once */

void
ngx_webrtc_source_heard(ngx_webrtc_source_t *source, ngx_uint_t level,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_speech_input(&source->speech,
                            &source->peer->engine->conf.speech, level, now);

    if (source->speech.state != source->speech_told) {
        ngx_webrtc_peer_wake(source->peer, now);
    }
}


ngx_webrtc_source_t *
ngx_webrtc_peer_speaker(ngx_webrtc_peer_t *peer, ngx_webrtc_usec_t now)
{
    ngx_queue_t          *q;
    ngx_webrtc_source_t  *source;

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        if (source->speech_handler == NULL) {
            continue;
        }

        ngx_webrtc_speech_tick(&source->speech, &peer->engine->conf.speech,
                               now);

        if (source->speech.state != source->speech_told) {
            source->speech_told = source->speech.state;
            return source;
        }
    }

    return NULL;
}


ngx_webrtc_usec_t
ngx_webrtc_peer_speech_expires(ngx_webrtc_peer_t *peer)
{
    ngx_queue_t          *q;
    ngx_webrtc_usec_t     expires, t;
    ngx_webrtc_source_t  *source;

    expires = NGX_WEBRTC_NEVER;

    for (q = ngx_queue_head(&peer->sources);
         q != ngx_queue_sentinel(&peer->sources);
         q = ngx_queue_next(q))
    {
        source = ngx_queue_data(q, ngx_webrtc_source_t, queue);

        if (source->speech_handler == NULL) {
            continue;
        }

        if (source->speech.state != source->speech_told) {
            return 0;
        }

        t = ngx_webrtc_speech_expires(&source->speech,
                                      &peer->engine->conf.speech);
        expires = ngx_min(expires, t);
    }

    return expires;
}
