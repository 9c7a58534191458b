
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* what a service of EvoStream has of its worker */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <crypto/ngx_webrtc_hmac.h>
#include <crypto/ngx_webrtc_random.h>
#include <event/ngx_webrtc_conf.h>
#include <event/ngx_webrtc_dial.h>
#include <event/ngx_webrtc_evostream_rows.h>
#include <event/ngx_webrtc_evostream_worker_internal.h>
#include <event/ngx_webrtc_viewing.h>


static void *ngx_webrtc_evostream_glue_connect(void *data,
    ngx_webrtc_evostream_socket_t *socket);
static void ngx_webrtc_evostream_glue_flush(void *connection);
static void ngx_webrtc_evostream_glue_again(void *connection);
static void ngx_webrtc_evostream_glue_close(void *connection);
static void ngx_webrtc_evostream_glue_connected(void *data);
static void ngx_webrtc_evostream_glue_input(void *data, u_char *pos,
    size_t len);
static size_t ngx_webrtc_evostream_glue_output(void *data, u_char *buf,
    size_t size);
static void ngx_webrtc_evostream_glue_closed(void *data, const char *reason);
static void *ngx_webrtc_evostream_glue_view(void *data,
    ngx_webrtc_evostream_viewer_t *viewer,
    const ngx_webrtc_evostream_view_t *view);
static void ngx_webrtc_evostream_glue_answer(void *viewing,
    const ngx_str_t *sdp);
static void ngx_webrtc_evostream_glue_candidate(void *viewing,
    const ngx_str_t *candidate, const ngx_str_t *mid);
static void ngx_webrtc_evostream_glue_pause(void *viewing, ngx_uint_t paused);
static void ngx_webrtc_evostream_glue_end(void *viewing);
static void ngx_webrtc_evostream_glue_detach(void *viewing);
static void ngx_webrtc_evostream_glue_viewing(ngx_webrtc_viewing_t *viewing,
    const ngx_webrtc_viewing_event_t *event, void *data);
static void ngx_webrtc_evostream_glue_changed(void *data);
static void ngx_webrtc_evostream_glue_tell(void *data,
    ngx_webrtc_evostream_told_e what, const char *reason, ngx_uint_t last);
static ngx_int_t ngx_webrtc_evostream_glue_random(void *data, u_char *buf,
    size_t len);
static uint64_t ngx_webrtc_evostream_glue_wall(void *data);


const ngx_webrtc_evostream_glue_t  ngx_webrtc_evostream_worker_glue = {
    .connect = ngx_webrtc_evostream_glue_connect,
    .flush = ngx_webrtc_evostream_glue_flush,
    .again = ngx_webrtc_evostream_glue_again,
    .close = ngx_webrtc_evostream_glue_close,
    .view = ngx_webrtc_evostream_glue_view,
    .answer = ngx_webrtc_evostream_glue_answer,
    .candidate = ngx_webrtc_evostream_glue_candidate,
    .pause = ngx_webrtc_evostream_glue_pause,
    .end = ngx_webrtc_evostream_glue_end,
    .detach = ngx_webrtc_evostream_glue_detach,
    .changed = ngx_webrtc_evostream_glue_changed,
    .tell = ngx_webrtc_evostream_glue_tell,
    .random = ngx_webrtc_evostream_glue_random,
    .sha1 = ngx_webrtc_sha1,
    .wall = ngx_webrtc_evostream_glue_wall
};


static const ngx_webrtc_dial_handlers_t  ngx_webrtc_evostream_glue_dial = {
    ngx_webrtc_evostream_glue_connected,
    ngx_webrtc_evostream_glue_input,
    ngx_webrtc_evostream_glue_output,
    ngx_webrtc_evostream_glue_closed
};


static void *
ngx_webrtc_evostream_glue_connect(void *data,
    ngx_webrtc_evostream_socket_t *socket)
{
    ngx_webrtc_evostream_entry_t *entry = data;

    ngx_webrtc_dial_conf_t                conf;
    ngx_webrtc_evostream_main_conf_t     *emcf;
    const ngx_webrtc_evostream_config_t  *config;

    emcf = &ngx_webrtc_get_conf(ngx_cycle)->evostream;
    config = ngx_webrtc_evostream_service_status(entry->service);

    ngx_memzero(&conf, sizeof(ngx_webrtc_dial_conf_t));

    conf.host = config->ers.len ? config->ers : config->ersip;
    conf.port = config->ersport;
    conf.resolver = emcf->resolver;
    conf.resolver_timeout = emcf->resolver_timeout;
    conf.connect_timeout = emcf->connect_timeout;
    conf.tls = config->ers_over_ssl;
    conf.verify = (emcf->ssl_verify != 0);
    conf.ssl = emcf->ssl;

    return ngx_webrtc_dial_open(&conf, &ngx_webrtc_evostream_glue_dial,
                                socket);
}


static void
ngx_webrtc_evostream_glue_flush(void *connection)
{
    ngx_webrtc_dial_flush(connection);
}


static void
ngx_webrtc_evostream_glue_again(void *connection)
{
    ngx_webrtc_dial_again(connection);
}


static void
ngx_webrtc_evostream_glue_close(void *connection)
{
    ngx_webrtc_dial_close(connection);
}


/* of the connection */

static void
ngx_webrtc_evostream_glue_connected(void *data)
{
    ngx_webrtc_evostream_entry_t  *entry;

    entry = ngx_webrtc_evostream_socket_data(data);

    ngx_webrtc_evostream_socket_connected(data, ngx_webrtc_now());
    ngx_webrtc_evostream_worker_settle(entry);
}


static void
ngx_webrtc_evostream_glue_input(void *data, u_char *pos, size_t len)
{
    ngx_webrtc_evostream_entry_t  *entry;

    entry = ngx_webrtc_evostream_socket_data(data);

    ngx_webrtc_evostream_socket_input(data, pos, len, ngx_webrtc_now());
    ngx_webrtc_evostream_worker_settle(entry);
}


static size_t
ngx_webrtc_evostream_glue_output(void *data, u_char *buf, size_t size)
{
    return ngx_webrtc_evostream_socket_output(data, buf, size);
}


static void
ngx_webrtc_evostream_glue_closed(void *data, const char *reason)
{
    ngx_webrtc_evostream_entry_t  *entry;

    entry = ngx_webrtc_evostream_socket_data(data);

    ngx_webrtc_evostream_socket_closed(data, reason, ngx_webrtc_now());
    ngx_webrtc_evostream_worker_settle(entry);
}


static void *
ngx_webrtc_evostream_glue_view(void *data,
    ngx_webrtc_evostream_viewer_t *viewer,
    const ngx_webrtc_evostream_view_t *view)
{
    ngx_webrtc_evostream_entry_t *entry = data;

    ngx_webrtc_viewing_conf_t  conf;

    ngx_memzero(&conf, sizeof(ngx_webrtc_viewing_conf_t));

    conf.config = entry->id;
    conf.id = view->id;
    conf.stream = view->stream;
    conf.servers = view->servers;
    conf.nservers = view->nservers;

    return ngx_webrtc_viewing_open(&conf, ngx_webrtc_evostream_glue_viewing,
                                   viewer);
}


static void
ngx_webrtc_evostream_glue_answer(void *viewing, const ngx_str_t *sdp)
{
    ngx_webrtc_viewing_answer(viewing, sdp);
}


static void
ngx_webrtc_evostream_glue_candidate(void *viewing, const ngx_str_t *candidate,
    const ngx_str_t *mid)
{
    ngx_webrtc_viewing_candidate(viewing, candidate, mid);
}


static void
ngx_webrtc_evostream_glue_pause(void *viewing, ngx_uint_t paused)
{
    ngx_webrtc_viewing_pause(viewing, paused);
}


static void
ngx_webrtc_evostream_glue_end(void *viewing)
{
    ngx_webrtc_viewing_close(viewing);
}


static void
ngx_webrtc_evostream_glue_detach(void *viewing)
{
    ngx_webrtc_viewing_detach(viewing);
}


/* of the session */

static void
ngx_webrtc_evostream_glue_viewing(ngx_webrtc_viewing_t *viewing,
    const ngx_webrtc_viewing_event_t *event, void *data)
{
    ngx_webrtc_usec_t              now;
    ngx_webrtc_evostream_entry_t  *entry;

    entry = ngx_webrtc_evostream_viewer_data(data);
    now = ngx_webrtc_now();

    switch (event->type) {

    case NGX_WEBRTC_VIEWING_OFFER:
        ngx_webrtc_evostream_viewer_offer(data, &event->text, now);
        break;

    case NGX_WEBRTC_VIEWING_CANDIDATE:
        ngx_webrtc_evostream_viewer_candidate(data, &event->text, &event->mid,
                                              now);
        break;

    case NGX_WEBRTC_VIEWING_PLAYING:
        ngx_webrtc_evostream_viewer_playing(data, now);
        break;

    case NGX_WEBRTC_VIEWING_MISSING:
        ngx_webrtc_evostream_viewer_missing(data, now);
        break;

    case NGX_WEBRTC_VIEWING_ENDED:
        ngx_log_error(NGX_LOG_INFO, ngx_cycle->log, 0,
                      "webrtc: a viewer of configuration %ui has gone: %V",
                      entry->id, &event->text);

        ngx_webrtc_evostream_viewer_ended(data, now);
        break;
    }

    ngx_webrtc_evostream_worker_settle(entry);
}


static void
ngx_webrtc_evostream_glue_changed(void *data)
{
    ngx_webrtc_evostream_entry_t *entry = data;

    ngx_webrtc_evostream_config_set(entry->worker->zone, &entry->worker->self,
                         ngx_webrtc_evostream_service_status(entry->service));
}


static void
ngx_webrtc_evostream_glue_tell(void *data, ngx_webrtc_evostream_told_e what,
    const char *reason, ngx_uint_t last)
{
    ngx_webrtc_evostream_entry_t *entry = data;

    u_char                                room[NGX_WEBRTC_EVOSTREAM_ROOM_MAX];
    size_t                                i, len;
    const ngx_str_t                      *ers;
    const ngx_webrtc_evostream_config_t  *config;

    static const struct {
        ngx_uint_t                        level;
        const char                       *text;
    } lines[] = {
        { NGX_LOG_NOTICE, "is in" },
        { NGX_LOG_NOTICE, "has lost" },
        { NGX_LOG_WARN, "cannot reach" },
        { NGX_LOG_ERR, "is refused in" }
    };

    config = ngx_webrtc_evostream_service_status(entry->service);
    ers = config->ers.len ? &config->ers : &config->ersip;
    len = ngx_min(config->roomid.len, NGX_WEBRTC_EVOSTREAM_ROOM_MAX);

    /* a line of the log stays one */

    for (i = 0; i < len; i++) {
        room[i] = (config->roomid.data[i] < 0x20) ? '?'
                                                  : config->roomid.data[i];
    }

    ngx_log_error(lines[what].level, ngx_cycle->log, 0,
                  "webrtc: configuration %ui %s room \"%*s\" of ERS %V:%ui"
                  "%s%s%s", entry->id, lines[what].text, len, room, ers,
                  (ngx_uint_t) config->ersport, reason ? ": " : "",
                  reason ? reason : "",
                  last ? ", it is not tried again" : "");
}


static ngx_int_t
ngx_webrtc_evostream_glue_random(void *data, u_char *buf, size_t len)
{
    return ngx_webrtc_random_bytes(buf, len);
}


static uint64_t
ngx_webrtc_evostream_glue_wall(void *data)
{
    return (uint64_t) ((int64_t) ngx_webrtc_now()
                       + ngx_webrtc_worker_wall_offset());
}
