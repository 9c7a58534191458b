
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* all viewers of this worker's streams: their life, and their rows */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <crypto/ngx_webrtc_random.h>
#include <front/evostream/ngx_webrtc_evostream_channel.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_port_socket.h>
#include <event/ngx_webrtc_viewing_internal.h>
#include <event/ngx_webrtc_viewing_wire.h>


/*
 * ms between two looks at the rows, and after how many of them what a row
 * tells is renewed
 */
#define NGX_WEBRTC_VIEWING_CHECK    1000
#define NGX_WEBRTC_VIEWING_RENEW    10

#define NGX_WEBRTC_VIEWING_BUCKETS  1024


static void ngx_webrtc_viewing_session_codec(ngx_str_t *name, u_char *buf,
    ngx_uint_t codec);
static void ngx_webrtc_viewing_session_doom(void *data,
    const ngx_webrtc_evostream_stream_t *row);
static void ngx_webrtc_viewing_sessions_timer_handler(ngx_event_t *ev);


static ngx_webrtc_viewing_sessions_t  ngx_webrtc_these_viewing_sessions;


ngx_webrtc_viewing_sessions_t *
ngx_webrtc_viewing_sessions(void)
{
    return &ngx_webrtc_these_viewing_sessions;
}


ngx_int_t
ngx_webrtc_viewing_sessions_open(ngx_cycle_t *cycle,
    ngx_webrtc_worker_t *worker)
{
    ngx_webrtc_conf_t              *wcf;
    ngx_webrtc_viewers_conf_t       conf;
    ngx_webrtc_viewing_sessions_t  *sessions;

    wcf = ngx_webrtc_get_conf(cycle);
    sessions = &ngx_webrtc_these_viewing_sessions;

    ngx_memzero(sessions, sizeof(ngx_webrtc_viewing_sessions_t));
    ngx_queue_init(&sessions->sessions);

    sessions->pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, cycle->log);

    if (sessions->pool == NULL
        || ngx_webrtc_hash_init(&sessions->hash, sessions->pool,
                                NGX_WEBRTC_VIEWING_BUCKETS,
                                ngx_webrtc_random_uint32())
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    ngx_str_set(&conf.label, NGX_WEBRTC_EVOSTREAM_LABEL);
    conf.answer_timeout = wcf->answer_timeout * NGX_WEBRTC_MSEC;

    worker->viewers = ngx_webrtc_viewers_create(&conf, worker->hub,
                                                worker->gateway, cycle->log);
    if (worker->viewers == NULL) {
        return NGX_ERROR;
    }

    sessions->check.handler = ngx_webrtc_viewing_sessions_timer_handler;
    sessions->check.log = cycle->log;
    sessions->check.data = sessions;
    sessions->check.cancelable = 1;

    ngx_webrtc_wire_service(NGX_WEBRTC_WIRE_VIEWING,
                            ngx_webrtc_viewing_session_accept);
    ngx_webrtc_port_socket_watchers(ngx_webrtc_viewing_session_port_closed);

    sessions->worker = worker;

    return NGX_OK;
}


void
ngx_webrtc_viewing_sessions_close(ngx_webrtc_worker_t *worker)
{
    ngx_webrtc_viewing_sessions_t  *sessions;

    sessions = &ngx_webrtc_these_viewing_sessions;

    if (worker->viewers) {
        ngx_webrtc_viewers_destroy(worker->viewers);
        worker->viewers = NULL;
    }

    if (sessions->pool) {
        ngx_destroy_pool(sessions->pool);
        sessions->pool = NULL;
    }

    sessions->worker = NULL;
}


void
ngx_webrtc_viewing_sessions_shutdown(ngx_webrtc_worker_t *worker)
{
    ngx_queue_t                    *q;
    ngx_webrtc_viewing_sessions_t  *sessions;

    sessions = &ngx_webrtc_these_viewing_sessions;

    if (sessions->worker == NULL) {
        return;
    }

    while (!ngx_queue_empty(&sessions->sessions)) {
        q = ngx_queue_head(&sessions->sessions);

        ngx_webrtc_viewing_session_end(
                    ngx_queue_data(q, ngx_webrtc_viewing_session_t, queue),
                    NGX_WEBRTC_VIEWING_WIRE_ENDED, "SHUTDOWN");
    }

    if (sessions->check.timer_set) {
        ngx_del_timer(&sessions->check);
    }
}


void
ngx_webrtc_viewing_sessions_tick(ngx_webrtc_worker_t *worker,
    ngx_webrtc_usec_t now)
{
    if (worker->viewers && ngx_webrtc_viewers_expires(worker->viewers) <= now)
    {
        ngx_webrtc_viewers_tick(worker->viewers, now);
    }
}


ngx_webrtc_usec_t
ngx_webrtc_viewing_sessions_expires(ngx_webrtc_worker_t *worker)
{
    return worker->viewers ? ngx_webrtc_viewers_expires(worker->viewers)
                           : NGX_WEBRTC_NEVER;
}


ngx_uint_t
ngx_webrtc_viewing_sessions_busy(void)
{
    ngx_webrtc_viewing_sessions_t  *sessions;

    sessions = &ngx_webrtc_these_viewing_sessions;

    return sessions->worker && !ngx_queue_empty(&sessions->sessions);
}


void
ngx_webrtc_viewing_sessions_add(ngx_webrtc_viewing_session_t *session)
{
    ngx_webrtc_viewing_sessions_t  *sessions;

    sessions = &ngx_webrtc_these_viewing_sessions;

    ngx_queue_insert_tail(&sessions->sessions, &session->queue);
    ngx_webrtc_hash_add(&sessions->hash, &session->node, &session->row.number,
                        sizeof(uint64_t));

    if (!sessions->check.timer_set) {
        ngx_add_timer(&sessions->check, NGX_WEBRTC_VIEWING_CHECK);
    }
}


void
ngx_webrtc_viewing_sessions_remove(ngx_webrtc_viewing_session_t *session)
{
    ngx_webrtc_hash_remove(&ngx_webrtc_these_viewing_sessions.hash,
                           &session->node);
    ngx_queue_remove(&session->queue);
}


/* what its row tells */

void
ngx_webrtc_viewing_session_row(ngx_webrtc_viewing_session_t *session)
{
    size_t                          n;
    u_char                         *last, ip[NGX_WEBRTC_ADDR_TEXT];
    ngx_uint_t                      v4;
    ngx_webrtc_worker_t            *worker;
    ngx_webrtc_viewer_info_t        info;
    ngx_webrtc_evostream_stream_t  *row;

    row = &session->row;
    worker = ngx_webrtc_these_viewing_sessions.worker;

    ngx_webrtc_viewer_info(session->viewer, &info);

    row->sent = info.traffic.sent_bytes;

    ngx_webrtc_viewing_session_codec(&row->audio, session->audio, info.audio);
    ngx_webrtc_viewing_session_codec(&row->video, session->video, info.video);

    ngx_str_null(&row->address);

    if (info.traffic.remote.port) {
        last = session->address + NGX_WEBRTC_ADDR_TEXT;
        n = ngx_webrtc_addr_ip_text(&info.traffic.remote, ip, sizeof(ip));
        v4 = ngx_webrtc_addr_is_v4(&info.traffic.remote);

        row->address.data = session->address;
        row->address.len = ngx_slprintf(session->address, last,
                                        v4 ? "%*s:%ui" : "[%*s]:%ui", n, ip,
                                        (ngx_uint_t) info.traffic.remote.port)
                           - session->address;
    }

    ngx_webrtc_evostream_viewer_set(worker->zone, &worker->self, row);
}


/* as the listings write them */

static void
ngx_webrtc_viewing_session_codec(ngx_str_t *name, u_char *buf,
    ngx_uint_t codec)
{
    size_t                     i;
    const ngx_webrtc_codec_t  *info;

    ngx_str_null(name);

    info = ngx_webrtc_codec_info(codec);

    if (info == NULL || info->name.len > NGX_WEBRTC_VIEWING_CODEC) {
        return;
    }

    for (i = 0; i < info->name.len; i++) {
        buf[i] = ngx_toupper(info->name.data[i]);
    }

    name->data = buf;
    name->len = info->name.len;
}


void
ngx_webrtc_viewing_sessions_check(void)
{
    ngx_queue_t                    *q, *next;
    ngx_webrtc_worker_t            *worker;
    ngx_webrtc_viewing_session_t   *session;
    ngx_webrtc_viewing_sessions_t  *sessions;

    sessions = &ngx_webrtc_these_viewing_sessions;
    worker = sessions->worker;

    if (worker == NULL || ngx_queue_empty(&sessions->sessions)) {
        return;
    }

    ngx_webrtc_evostream_viewer_check(worker->zone, &worker->self,
                                      ngx_webrtc_viewing_session_doom,
                                      sessions);

    for (q = ngx_queue_head(&sessions->sessions);
         q != ngx_queue_sentinel(&sessions->sessions);
         q = next)
    {
        next = ngx_queue_next(q);
        session = ngx_queue_data(q, ngx_webrtc_viewing_session_t, queue);

        if (session->doomed) {
            ngx_webrtc_viewing_session_end(session,
                                           NGX_WEBRTC_VIEWING_WIRE_ENDED,
                                           "REMOVED");
        }
    }

    ngx_webrtc_worker_touch();
}


/* under the lock of the zone */

static void
ngx_webrtc_viewing_session_doom(void *data,
    const ngx_webrtc_evostream_stream_t *row)
{
    ngx_webrtc_viewing_sessions_t *sessions = data;

    ngx_webrtc_hash_node_t        *node;
    ngx_webrtc_viewing_session_t  *session;

    node = ngx_webrtc_hash_find(&sessions->hash, &row->number,
                                sizeof(uint64_t));
    if (node) {
        session = ngx_webrtc_hash_data(node, ngx_webrtc_viewing_session_t,
                                       node);
        session->doomed = 1;
    }
}


static void
ngx_webrtc_viewing_sessions_timer_handler(ngx_event_t *ev)
{
    ngx_queue_t                    *q;
    ngx_webrtc_viewing_session_t   *session;
    ngx_webrtc_viewing_sessions_t  *sessions;

    sessions = ev->data;

    ngx_webrtc_viewing_sessions_check();

    sessions->turn++;

    for (q = ngx_queue_head(&sessions->sessions);
         q != ngx_queue_sentinel(&sessions->sessions);
         q = ngx_queue_next(q))
    {
        session = ngx_queue_data(q, ngx_webrtc_viewing_session_t, queue);

        if ((sessions->turn + session->row.number) % NGX_WEBRTC_VIEWING_RENEW
            == 0)
        {
            ngx_webrtc_viewing_session_row(session);
        }
    }

    if (!ngx_queue_empty(&sessions->sessions)) {
        ngx_add_timer(ev, NGX_WEBRTC_VIEWING_CHECK);
    }
}
