
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <core/ngx_webrtc_str.h>
#include <front/evostream/ngx_webrtc_evostream_channel.h>
#include <hub/ngx_webrtc_viewer.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_evostream_rows.h>
#include <event/ngx_webrtc_port_socket.h>
#include <event/ngx_webrtc_viewing_internal.h>
#include <event/ngx_webrtc_viewing_wire.h>


/* two who answer each other's heartbeats do so at this pace */
#define NGX_WEBRTC_VIEWING_PULSE    (500 * NGX_WEBRTC_MSEC)


static void ngx_webrtc_viewing_session_begin(ngx_webrtc_wire_t *wire,
    ngx_webrtc_viewing_hello_t *hello);
static ngx_int_t ngx_webrtc_viewing_session_init(
    ngx_webrtc_viewing_session_t *session,
    const ngx_webrtc_viewing_hello_t *hello, const char **reason);
static ngx_int_t ngx_webrtc_viewing_session_view(
    ngx_webrtc_viewing_session_t *session,
    const ngx_webrtc_viewing_hello_t *hello, const char **reason);
static void ngx_webrtc_viewing_session_unview(
    ngx_webrtc_viewing_session_t *session);
static void ngx_webrtc_viewing_session_message(ngx_webrtc_wire_t *wire,
    void *data, u_char *pos, size_t len);
static void ngx_webrtc_viewing_session_answer(
    ngx_webrtc_viewing_session_t *session, u_char *pos, size_t len);
static void ngx_webrtc_viewing_session_closed(ngx_webrtc_wire_t *wire,
    void *data);
static void ngx_webrtc_viewing_session_handler(ngx_webrtc_viewer_t *viewer,
    const ngx_webrtc_viewer_event_t *event, void *data, ngx_webrtc_usec_t now);
static void ngx_webrtc_viewing_session_command(
    ngx_webrtc_viewing_session_t *session, const ngx_str_t *text,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_viewing_session_send(
    ngx_webrtc_viewing_session_t *session, u_char head,
    const ngx_str_t *text);
static void ngx_webrtc_viewing_session_tell(ngx_webrtc_wire_t *wire,
    u_char head, const char *reason);


static const ngx_webrtc_wire_handlers_t  ngx_webrtc_viewing_session_wire = {
    ngx_webrtc_viewing_session_message,
    ngx_webrtc_viewing_session_closed
};


void
ngx_webrtc_viewing_session_accept(ngx_webrtc_wire_t *wire, u_char *pos,
    size_t len)
{
    ngx_webrtc_viewing_hello_t  hello;

    /*
     * A server that announces more viewers than workers can take must not
     * fill what others have to say to each other: such a wire is closed.
     */

    if (ngx_webrtc_viewing_sessions()->worker
        && !ngx_webrtc_wire_is_late(wire)
        && ngx_webrtc_viewing_hello_read(pos, len, &hello) == NGX_OK)
    {
        ngx_webrtc_viewing_session_begin(wire, &hello);
        ngx_webrtc_worker_touch();
    }
}


static void
ngx_webrtc_viewing_session_begin(ngx_webrtc_wire_t *wire,
    ngx_webrtc_viewing_hello_t *hello)
{
    ngx_int_t                      rc;
    ngx_pool_t                    *pool;
    const char                    *reason;
    ngx_webrtc_viewing_session_t  *session;

    pool = ngx_create_pool(512, ngx_cycle->log);
    if (pool == NULL) {
        return;
    }

    session = ngx_pcalloc(pool, sizeof(ngx_webrtc_viewing_session_t));
    if (session == NULL) {
        ngx_destroy_pool(pool);
        return;
    }

    session->pool = pool;
    session->wire = wire;

    rc = ngx_webrtc_viewing_session_init(session, hello, &reason);

    if (rc != NGX_OK) {

        ngx_log_debug2(NGX_LOG_DEBUG_EVENT, ngx_cycle->log, 0,
                       "webrtc viewing refused rc:%i reason:%s", rc, reason);

        ngx_webrtc_viewing_session_unview(session);
        ngx_webrtc_viewing_session_tell(wire,
                     (rc == NGX_DECLINED) ? NGX_WEBRTC_VIEWING_WIRE_MISSING
                                          : NGX_WEBRTC_VIEWING_WIRE_ENDED,
                     reason);
        ngx_destroy_pool(pool);
        return;
    }

    ngx_webrtc_wire_set_handlers(wire, &ngx_webrtc_viewing_session_wire,
                                 session);

    ngx_webrtc_viewing_sessions_add(session);
}


/*
 * NGX_DECLINED: no such stream, or no room for the viewer, of which the zone
 * has told; NGX_ERROR: for that reason
 */

static ngx_int_t
ngx_webrtc_viewing_session_init(ngx_webrtc_viewing_session_t *session,
    const ngx_webrtc_viewing_hello_t *hello, const char **reason)
{
    ngx_int_t                       rc;
    ngx_webrtc_worker_t            *worker;
    ngx_webrtc_evostream_stream_t  *row;

    worker = ngx_webrtc_viewing_sessions()->worker;
    row = &session->row;

    *reason = "NO-MEMORY";

    row->kind = NGX_WEBRTC_EVOSTREAM_VIEWER;
    row->config = hello->config;
    row->created = ngx_time();

    if (ngx_webrtc_str_copy(session->pool, &row->name, &hello->stream)
        != NGX_OK
        || ngx_webrtc_str_copy(session->pool, &row->viewer, &hello->id)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    rc = ngx_webrtc_viewing_session_view(session, hello, reason);

    if (rc != NGX_OK) {
        return rc;
    }

    if (ngx_webrtc_evostream_viewer_add(worker->zone, &worker->self, row)
        != NGX_OK)
    {
        *reason = "TOO-MANY-VIEWERS";
        return NGX_DECLINED;
    }

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_viewing_session_view(ngx_webrtc_viewing_session_t *session,
    const ngx_webrtc_viewing_hello_t *hello, const char **reason)
{
    ngx_int_t                  rc;
    ngx_webrtc_worker_t       *worker;
    ngx_webrtc_viewer_conf_t   conf;

    worker = ngx_webrtc_viewing_sessions()->worker;

    ngx_memzero(&conf, sizeof(ngx_webrtc_viewer_conf_t));

    conf.channel_id = hello->channel_id;
    conf.connection_id = hello->connection_id;
    conf.servers = hello->servers;
    conf.nservers = hello->nservers;
    conf.full_ice = (hello->nservers > 0);

    if (hello->video.len) {
        conf.video = ngx_webrtc_port_socket_watch(NGX_WEBRTC_PORT_VIDEO,
                                                  &hello->video);
        session->ports[0] = conf.video;
    }

    if (hello->audio.len) {
        conf.audio = ngx_webrtc_port_socket_watch(NGX_WEBRTC_PORT_AUDIO,
                                                  &hello->audio);
        session->ports[1] = conf.audio;
    }

    rc = ngx_webrtc_viewer_create(worker->viewers, &conf,
                                  ngx_webrtc_viewing_session_handler, session,
                                  ngx_webrtc_now(), &session->viewer);

    if (rc == NGX_DECLINED) {
        *reason = "";
    }

    return rc;
}


static void
ngx_webrtc_viewing_session_unview(ngx_webrtc_viewing_session_t *session)
{
    ngx_uint_t  i;

    if (session->viewer) {
        ngx_webrtc_viewer_destroy(session->viewer, ngx_webrtc_now());
        session->viewer = NULL;
    }

    for (i = 0; i < 2; i++) {
        if (session->ports[i]) {
            ngx_webrtc_port_socket_unwatch(session->ports[i]);
            session->ports[i] = NULL;
        }
    }
}


static void
ngx_webrtc_viewing_session_message(ngx_webrtc_wire_t *wire, void *data,
    u_char *pos, size_t len)
{
    ngx_webrtc_viewing_session_t *session = data;

    ngx_str_t  candidate, mid;

    if (len == 0) {
        return;
    }

    switch (*pos) {

    case NGX_WEBRTC_VIEWING_WIRE_ANSWER:
        ngx_webrtc_viewing_session_answer(session, pos + 1, len - 1);
        break;

    case NGX_WEBRTC_VIEWING_WIRE_CANDIDATE:

        if (ngx_webrtc_viewing_wire_read_candidate(pos + 1, len - 1,
                                                   &candidate, &mid)
            == NGX_OK)
        {
            ngx_webrtc_viewer_candidate(session->viewer, &candidate, &mid,
                                        ngx_webrtc_now());
        }

        break;

    case NGX_WEBRTC_VIEWING_WIRE_PAUSE:

        if (len == 2) {
            ngx_webrtc_viewer_pause(session->viewer, pos[1],
                                    ngx_webrtc_now());
        }

        break;

    case NGX_WEBRTC_VIEWING_WIRE_LEAVE:
        ngx_webrtc_viewing_session_end(session,
                                       NGX_WEBRTC_VIEWING_WIRE_ENDED, "LEFT");
        break;
    }

    ngx_webrtc_worker_touch();
}


static void
ngx_webrtc_viewing_session_answer(ngx_webrtc_viewing_session_t *session,
    u_char *pos, size_t len)
{
    ngx_str_t    sdp;
    const char  *reason;

    sdp.data = pos;
    sdp.len = len;

    if (ngx_webrtc_viewer_answer(session->viewer, &sdp, ngx_webrtc_now(),
                                 &reason)
        == NGX_OK)
    {
        return;
    }

    if (!session->refused) {
        session->refused = 1;

        ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                      "webrtc evostream: the answer of viewer %uL was "
                      "refused: %s", session->row.number, reason);
    }

    /* one who plays goes on as before */

    if (!session->row.playing) {
        ngx_webrtc_viewing_session_end(session,
                                       NGX_WEBRTC_VIEWING_WIRE_ENDED, reason);
    }
}


/* of signalling, or its worker: what plays goes on */

static void
ngx_webrtc_viewing_session_closed(ngx_webrtc_wire_t *wire, void *data)
{
    ngx_webrtc_viewing_session_t *session = data;

    session->wire = NULL;

    if (!session->row.playing) {
        ngx_webrtc_viewing_session_end(session,
                                       NGX_WEBRTC_VIEWING_WIRE_ENDED,
                                       "SIGNALING-LOST");
        ngx_webrtc_worker_touch();
    }
}


static void
ngx_webrtc_viewing_session_handler(ngx_webrtc_viewer_t *viewer,
    const ngx_webrtc_viewer_event_t *event, void *data, ngx_webrtc_usec_t now)
{
    ngx_webrtc_viewing_session_t *session = data;

    ngx_str_t  none = ngx_null_string;

    switch (event->type) {

    case NGX_WEBRTC_VIEWER_OFFER:
        ngx_webrtc_viewing_session_send(session, NGX_WEBRTC_VIEWING_WIRE_OFFER,
                                        &event->text);
        break;

    case NGX_WEBRTC_VIEWER_CANDIDATE:

        if (session->wire && !ngx_webrtc_wire_is_late(session->wire)) {
            (void) ngx_webrtc_viewing_wire_candidate(session->wire,
                                                     &event->text,
                                                     &event->mid);
        }

        break;

    case NGX_WEBRTC_VIEWER_PLAYING:
        session->row.playing = 1;
        ngx_webrtc_viewing_session_row(session);
        ngx_webrtc_viewing_session_send(session,
                                        NGX_WEBRTC_VIEWING_WIRE_PLAYING,
                                        &none);
        break;

    case NGX_WEBRTC_VIEWER_COMMAND:
        ngx_webrtc_viewing_session_command(session, &event->text, now);
        break;

    case NGX_WEBRTC_VIEWER_MISSING:
        ngx_webrtc_viewing_session_end(session,
                                       NGX_WEBRTC_VIEWING_WIRE_MISSING, "");
        break;

    case NGX_WEBRTC_VIEWER_ENDED:
        ngx_webrtc_viewing_session_end(session,
                                       NGX_WEBRTC_VIEWING_WIRE_ENDED,
                                       event->reason);
        break;
    }
}


static void
ngx_webrtc_viewing_session_command(ngx_webrtc_viewing_session_t *session,
    const ngx_str_t *text, ngx_webrtc_usec_t now)
{
    u_char                       buf[NGX_WEBRTC_EVOSTREAM_REPLY_MAX];
    ngx_str_t                    reply;
    ngx_webrtc_evostream_said_e  command;

    command = ngx_webrtc_evostream_channel(text->data, text->data + text->len,
                                           buf, &reply);
    switch (command) {

    case NGX_WEBRTC_EVOSTREAM_SAID_STOP:
        ngx_webrtc_viewing_session_end(session, NGX_WEBRTC_VIEWING_WIRE_ENDED,
                                       "STOPPED-BY-VIEWER");
        return;

    case NGX_WEBRTC_EVOSTREAM_SAID_PAUSE:
        ngx_webrtc_viewer_pause(session->viewer, 1, now);
        break;

    case NGX_WEBRTC_EVOSTREAM_SAID_RESUME:
        ngx_webrtc_viewer_pause(session->viewer, 0, now);
        break;

    case NGX_WEBRTC_EVOSTREAM_SAID_HEARTBEAT:

        if (session->pulse && now < session->pulse + NGX_WEBRTC_VIEWING_PULSE)
        {
            return;
        }

        session->pulse = now;
        break;

    default:
        break;
    }

    if (reply.len) {
        (void) ngx_webrtc_viewer_say(session->viewer, &reply, now);
    }
}


void
ngx_webrtc_viewing_session_port_closed(ngx_webrtc_port_t *port)
{
    ngx_queue_t                    *q, *next;
    ngx_webrtc_viewing_session_t   *session;
    ngx_webrtc_viewing_sessions_t  *sessions;

    sessions = ngx_webrtc_viewing_sessions();

    for (q = ngx_queue_head(&sessions->sessions);
         q != ngx_queue_sentinel(&sessions->sessions);
         q = next)
    {
        next = ngx_queue_next(q);
        session = ngx_queue_data(q, ngx_webrtc_viewing_session_t, queue);

        if (session->ports[0] == port || session->ports[1] == port) {
            ngx_webrtc_viewing_session_end(session,
                                           NGX_WEBRTC_VIEWING_WIRE_MISSING,
                                           "");
        }
    }

    ngx_webrtc_worker_touch();
}


/* without the other end it goes on, as long as it plays */

static void
ngx_webrtc_viewing_session_send(ngx_webrtc_viewing_session_t *session,
    u_char head, const ngx_str_t *text)
{
    if (session->wire) {
        (void) ngx_webrtc_wire_send(session->wire, &head, 1, text->data,
                                    text->len);
    }
}


static void
ngx_webrtc_viewing_session_tell(ngx_webrtc_wire_t *wire, u_char head,
    const char *reason)
{
    (void) ngx_webrtc_wire_send(wire, &head, 1, reason, ngx_strlen(reason));
}


void
ngx_webrtc_viewing_session_end(ngx_webrtc_viewing_session_t *session,
    u_char head, const char *reason)
{
    ngx_webrtc_worker_t  *worker;

    worker = ngx_webrtc_viewing_sessions()->worker;

    ngx_log_debug3(NGX_LOG_DEBUG_EVENT, ngx_cycle->log, 0,
                   "webrtc viewing end number:%uL how:%c reason:%s",
                   session->row.number, head, reason);

    ngx_webrtc_viewing_sessions_remove(session);

    ngx_webrtc_evostream_viewer_remove(worker->zone, &worker->self,
                                       session->row.number);

    ngx_webrtc_viewing_session_unview(session);

    if (session->wire) {
        ngx_webrtc_viewing_session_tell(session->wire, head, reason);
        ngx_webrtc_wire_close(session->wire);
    }

    ngx_destroy_pool(session->pool);
}
