
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_token.h>
#include <front/evostream/ngx_webrtc_ers_internal.h>


#define NGX_WEBRTC_ERS_BUCKETS  1024


ngx_webrtc_ers_t *
ngx_webrtc_ers_create(const ngx_webrtc_ers_conf_t *conf,
    const ngx_webrtc_ers_glue_t *glue, ngx_log_t *log)
{
    uint32_t           seed;
    ngx_pool_t        *pool;
    ngx_webrtc_ers_t  *ers;

    pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, log);
    if (pool == NULL) {
        return NULL;
    }

    ers = ngx_pcalloc(pool, sizeof(ngx_webrtc_ers_t));

    if (ers == NULL
        || ngx_webrtc_token_random(&seed, sizeof(seed)) != NGX_OK
        || ngx_webrtc_hash_init(&ers->hash, pool, NGX_WEBRTC_ERS_BUCKETS,
                                seed)
           != NGX_OK
        || ngx_webrtc_hash_init(&ers->members, pool, NGX_WEBRTC_ERS_BUCKETS,
                                seed)
           != NGX_OK)
    {
        ngx_destroy_pool(pool);
        return NULL;
    }

    ers->conf = *conf;
    ers->glue = *glue;
    ers->log = log;
    ers->pool = pool;
    ers->lost = NGX_WEBRTC_NEVER;

    ngx_queue_init(&ers->sessions);
    ngx_queue_init(&ers->silent);
    ngx_queue_init(&ers->strangers);
    ngx_queue_init(&ers->rooms);

    return ers;
}


void
ngx_webrtc_ers_destroy(ngx_webrtc_ers_t *ers)
{
    ngx_webrtc_ers_quit(ers);
    ngx_destroy_pool(ers->pool);
}


/*
 * Sessions come first: their members leave without a word, so that no media
 * server hears that its viewers have left.
 */

void
ngx_webrtc_ers_quit(ngx_webrtc_ers_t *ers)
{
    ngx_queue_t               *q;
    ngx_webrtc_ers_session_t  *session;

    ers->quitting = 1;

    while (!ngx_queue_empty(&ers->sessions)) {
        q = ngx_queue_head(&ers->sessions);
        session = ngx_queue_data(q, ngx_webrtc_ers_session_t, queue);

        ngx_webrtc_ers_end(session, NGX_WEBRTC_ERS_CLOSE_AWAY,
                           "SERVICE-RESTART");
    }

    ngx_webrtc_ers_rooms_close(ers);
}


void
ngx_webrtc_ers_tick(ngx_webrtc_ers_t *ers, ngx_webrtc_usec_t now)
{
    ngx_webrtc_ers_sessions_tick(ers, now);
    ngx_webrtc_ers_rooms_tick(ers, now);
}


ngx_webrtc_usec_t
ngx_webrtc_ers_expires(ngx_webrtc_ers_t *ers)
{
    ngx_queue_t               *q;
    ngx_webrtc_usec_t          expires;
    ngx_webrtc_ers_session_t  *session;

    expires = ers->lost;

    if (!ngx_queue_empty(&ers->rooms)) {
        expires = ngx_min(expires, ers->keep);
    }

    if (!ngx_queue_empty(&ers->sessions)) {
        q = ngx_queue_head(&ers->sessions);
        session = ngx_queue_data(q, ngx_webrtc_ers_session_t, queue);

        expires = ngx_min(expires, session->next);

        q = ngx_queue_head(&ers->silent);
        session = ngx_queue_data(q, ngx_webrtc_ers_session_t, silent);

        expires = ngx_min(expires,
                          session->heard + ers->conf.heartbeat_timeout);
    }

    if (!ngx_queue_empty(&ers->strangers)) {
        q = ngx_queue_head(&ers->strangers);
        session = ngx_queue_data(q, ngx_webrtc_ers_session_t, stranger);

        expires = ngx_min(expires, session->deadline);
    }

    return expires;
}
