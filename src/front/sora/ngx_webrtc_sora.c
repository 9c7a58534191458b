
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <front/sora/ngx_webrtc_sora_session.h>


/* turns of the loop in which all pings of an interval go out, at most */
#define NGX_WEBRTC_SORA_PING_TURNS  50


static void ngx_webrtc_sora_free(ngx_webrtc_sora_session_t *session);
static void ngx_webrtc_sora_ping(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now);


ngx_webrtc_sora_t *
ngx_webrtc_sora_create(const ngx_webrtc_sora_conf_t *conf,
    const ngx_webrtc_sora_glue_t *glue, ngx_webrtc_hub_t *hub,
    ngx_log_t *log)
{
    ngx_webrtc_sora_t  *sora;

    sora = ngx_calloc(sizeof(ngx_webrtc_sora_t), log);
    if (sora == NULL) {
        return NULL;
    }

    sora->conf = *conf;
    sora->glue = *glue;
    sora->hub = hub;
    sora->log = log;

    ngx_queue_init(&sora->sessions);
    ngx_queue_init(&sora->pings);
    ngx_queue_init(&sora->graces);

    return sora;
}


void
ngx_webrtc_sora_destroy(ngx_webrtc_sora_t *sora)
{
    ngx_queue_t  *q;

    while (!ngx_queue_empty(&sora->sessions)) {
        q = ngx_queue_head(&sora->sessions);

        ngx_webrtc_sora_free(ngx_queue_data(q, ngx_webrtc_sora_session_t,
                                            queue));
    }

    ngx_webrtc_sora_text_free(&sora->text);
    ngx_webrtc_sora_text_free(&sora->notify);

    ngx_free(sora);
}


ngx_webrtc_sora_session_t *
ngx_webrtc_sora_open(ngx_webrtc_sora_t *sora, void *pipe,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_sora_session_t  *session;

    session = ngx_calloc(sizeof(ngx_webrtc_sora_session_t), sora->log);
    if (session == NULL) {
        return NULL;
    }

    session->sora = sora;
    session->pipe = pipe;
    session->heard = now;

    ngx_queue_init(&session->held);
    ngx_queue_insert_tail(&sora->sessions, &session->queue);

    return session;
}


ngx_int_t
ngx_webrtc_sora_admit(ngx_webrtc_sora_session_t *session,
    const ngx_webrtc_sora_admission_t *admission, const u_char *data,
    size_t len, ngx_webrtc_usec_t now)
{
    ngx_int_t  rc;

    session->admission = admission;

    rc = ngx_webrtc_sora_input(session, data, len, now);

    if (rc != NGX_DONE) {
        session->admission = NULL;
    }

    return rc;
}


ngx_int_t
ngx_webrtc_sora_input(ngx_webrtc_sora_session_t *session, const u_char *data,
    size_t len, ngx_webrtc_usec_t now)
{
    session->busy = 1;
    session->heard = now;

    ngx_webrtc_sora_session_input(session, data, len, now);

    session->busy = 0;

    if (session->ended) {
        ngx_webrtc_sora_free(session);
        return NGX_DONE;
    }

    return NGX_OK;
}


void
ngx_webrtc_sora_closed(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t         detached;
    ngx_webrtc_hub_t  *hub;

    hub = session->sora->hub;
    session->pipe = NULL;

    ngx_webrtc_hub_begin(hub);
    detached = ngx_webrtc_sora_data_detached(session, now);
    ngx_webrtc_hub_end(hub);

    if (detached) {
        return;
    }

    /* the CLOSED that follows, now or after the verb under way, ends it */

    if (session->connection) {
        ngx_webrtc_hub_leave(session->connection, NGX_WEBRTC_CLOSE_CLIENT,
                             NULL, now);
        return;
    }

    ngx_webrtc_sora_end(session, NGX_WEBRTC_SORA_NORMAL, NULL);
}


void
ngx_webrtc_sora_end(ngx_webrtc_sora_session_t *session, ngx_uint_t code,
    const char *reason)
{
    void               *pipe;
    ngx_webrtc_sora_t  *sora;

    if (session->ended) {
        return;
    }

    sora = session->sora;
    pipe = session->pipe;

    session->ended = 1;
    session->pipe = NULL;

    if (session->pinging) {
        ngx_queue_remove(&session->pings);
        session->pinging = 0;
    }

    ngx_webrtc_sora_data_cleanup(session);

    if (pipe) {
        sora->glue.close(pipe, code, reason);
    }

    if (!session->busy) {
        ngx_webrtc_sora_free(session);
    }
}


static void
ngx_webrtc_sora_free(ngx_webrtc_sora_session_t *session)
{
    if (session->pinging) {
        ngx_queue_remove(&session->pings);
    }

    ngx_webrtc_sora_data_cleanup(session);

    ngx_queue_remove(&session->queue);

    if (session->reason) {
        ngx_free(session->reason);
    }

    ngx_free(session);
}


/* the interval is the same for all, so the search from the end is short */

void
ngx_webrtc_sora_start_pings(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                *q;
    ngx_webrtc_sora_t          *sora;
    ngx_webrtc_sora_session_t  *other;

    sora = session->sora;

    if (session->pinging) {
        ngx_queue_remove(&session->pings);
    }

    session->pinging = 1;
    session->ping = now + sora->conf.ping_interval;

    for (q = ngx_queue_last(&sora->pings);
         q != ngx_queue_sentinel(&sora->pings);
         q = ngx_queue_prev(q))
    {
        other = ngx_queue_data(q, ngx_webrtc_sora_session_t, pings);

        if (other->ping <= session->ping) {
            break;
        }
    }

    ngx_queue_insert_head(q, &session->pings);
}


void
ngx_webrtc_sora_tick(ngx_webrtc_sora_t *sora, ngx_webrtc_usec_t now)
{
    ngx_webrtc_usec_t           until;
    ngx_webrtc_sora_session_t  *session;

    /*
     * Who is due within a moment gets the ping with the others, and from then
     * on always: a turn of the loop for each costs more than the ping.
     */

    until = now + sora->conf.ping_interval / NGX_WEBRTC_SORA_PING_TURNS;

    /* sessions that end on the way are freed at the end */

    ngx_webrtc_hub_begin(sora->hub);

    ngx_webrtc_sora_data_tick(sora, now);

    while (!ngx_queue_empty(&sora->pings)) {
        session = ngx_queue_data(ngx_queue_head(&sora->pings),
                                 ngx_webrtc_sora_session_t, pings);

        if (session->ping > until) {
            break;
        }

        ngx_webrtc_sora_ping(session, now);
    }

    ngx_webrtc_hub_end(sora->hub);
}


static void
ngx_webrtc_sora_ping(ngx_webrtc_sora_session_t *session,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_sora_t  *sora;

    static const u_char  ping[] = "{\"type\":\"ping\",\"stats\":true}";

    sora = session->sora;

    /* when it was this process that slept, the pongs are still unread */

    if (session->ping + sora->conf.ping_interval < now) {
        session->heard = now;
    }

    ngx_webrtc_sora_start_pings(session, now);

    if (now - session->heard >= sora->conf.pong_timeout) {

        if (session->connection) {
            ngx_webrtc_hub_leave(session->connection,
                                 NGX_WEBRTC_CLOSE_FAULT, "TIMEOUT", now);
        }

        return;
    }

    if (session->pipe) {
        sora->glue.send(session->pipe, ping, sizeof(ping) - 1);
    }

    ngx_webrtc_sora_request_stats(session, now);
}


ngx_webrtc_usec_t
ngx_webrtc_sora_expires(ngx_webrtc_sora_t *sora)
{
    ngx_webrtc_usec_t           expires;
    ngx_webrtc_sora_session_t  *session;

    expires = ngx_webrtc_sora_data_expires(sora);

    if (ngx_queue_empty(&sora->pings)) {
        return expires;
    }

    session = ngx_queue_data(ngx_queue_head(&sora->pings),
                             ngx_webrtc_sora_session_t, pings);

    return ngx_min(expires, session->ping);
}
