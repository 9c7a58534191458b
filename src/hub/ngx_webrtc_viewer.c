
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <core/ngx_webrtc_str.h>
#include <hub/ngx_webrtc_member.h>
#include <hub/ngx_webrtc_tap.h>
#include <hub/ngx_webrtc_viewer.h>


/* the stream of its owner's, as the link knows it */

struct ngx_webrtc_viewer_s {
    ngx_webrtc_viewers_t          *viewers;
    ngx_queue_t                    queue;       /* of those with news */
    ngx_webrtc_viewer_handler_pt   handler;
    void                          *data;

    ngx_webrtc_link_t             *link;
    ngx_webrtc_link_conf_t         conf;
    ngx_webrtc_tap_t               tap;
    ngx_webrtc_deadline_t          answer;
    const char                    *reason;      /* NULL: it has not failed */

    u_char                         video[NGX_WEBRTC_FMTP_LEN];
    u_char                         audio[NGX_WEBRTC_FMTP_LEN];

    unsigned                       of_ports:1;
    unsigned                       has_news:1;
    unsigned                       changed:1;   /* an offer has to be made */
    unsigned                       offered:1;   /* its answer is awaited */
    unsigned                       playing:1;
    unsigned                       ended:1;     /* so it was told */
};


struct ngx_webrtc_viewers_s {
    ngx_webrtc_viewers_conf_t      conf;
    ngx_webrtc_hub_t              *hub;
    ngx_webrtc_gateway_t          *gateway;
    ngx_log_t                     *log;
    ngx_queue_t                    news;
    ngx_queue_t                    answers;     /* of deadlines */
    ngx_uint_t                     nviewers;
};


static ngx_int_t ngx_webrtc_viewer_init(ngx_webrtc_viewer_t *viewer,
    const ngx_webrtc_viewer_conf_t *conf, ngx_webrtc_usec_t now);
static void ngx_webrtc_viewer_watch(ngx_webrtc_viewer_t *viewer);
static void ngx_webrtc_viewer_track(ngx_webrtc_viewer_t *viewer,
    ngx_webrtc_link_media_t *media, ngx_uint_t video, u_char *fmtp);
static void ngx_webrtc_viewer_port(ngx_webrtc_link_media_t *media,
    ngx_webrtc_port_t *port, ngx_uint_t codec);
static void ngx_webrtc_viewer_tap_handler(ngx_webrtc_tap_t *tap,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_viewer_note(ngx_webrtc_viewer_t *viewer);
static void ngx_webrtc_viewer_news(ngx_webrtc_viewer_t *viewer,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_viewer_offer(ngx_webrtc_viewer_t *viewer,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_viewer_link_handler(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_event_t *event, void *data, ngx_webrtc_usec_t now);
static void ngx_webrtc_viewer_tell(ngx_webrtc_viewer_t *viewer,
    ngx_webrtc_viewer_event_e type, const char *reason,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_viewer_tell_event(ngx_webrtc_viewer_t *viewer,
    const ngx_webrtc_viewer_event_t *event, ngx_webrtc_usec_t now);


ngx_webrtc_viewers_t *
ngx_webrtc_viewers_create(const ngx_webrtc_viewers_conf_t *conf,
    ngx_webrtc_hub_t *hub, ngx_webrtc_gateway_t *gateway, ngx_log_t *log)
{
    ngx_webrtc_viewers_t  *viewers;

    viewers = ngx_calloc(sizeof(ngx_webrtc_viewers_t), log);
    if (viewers == NULL) {
        return NULL;
    }

    viewers->conf = *conf;
    viewers->hub = hub;
    viewers->gateway = gateway;
    viewers->log = log;

    ngx_queue_init(&viewers->news);
    ngx_queue_init(&viewers->answers);

    return viewers;
}


void
ngx_webrtc_viewers_destroy(ngx_webrtc_viewers_t *viewers)
{
    ngx_free(viewers);
}


ngx_uint_t
ngx_webrtc_viewers_count(ngx_webrtc_viewers_t *viewers)
{
    return viewers->nviewers;
}


void
ngx_webrtc_viewers_tick(ngx_webrtc_viewers_t *viewers, ngx_webrtc_usec_t now)
{
    ngx_webrtc_viewer_t  *viewer;

    while (!ngx_queue_empty(&viewers->news)) {
        viewer = ngx_queue_data(ngx_queue_head(&viewers->news),
                                ngx_webrtc_viewer_t, queue);

        ngx_queue_remove(&viewer->queue);
        viewer->has_news = 0;

        ngx_webrtc_viewer_news(viewer, now);
    }

    while (!ngx_queue_empty(&viewers->answers)) {
        viewer = ngx_queue_data(ngx_queue_head(&viewers->answers),
                                ngx_webrtc_viewer_t, answer.queue);

        if (viewer->answer.expires > now) {
            break;
        }

        ngx_webrtc_deadline_remove(&viewer->answer);

        /* its signalling may have gone: who plays goes on with what it has */

        if (!viewer->playing) {
            ngx_webrtc_viewer_tell(viewer, NGX_WEBRTC_VIEWER_ENDED,
                                   "NO-ANSWER", now);
        }
    }
}


ngx_webrtc_usec_t
ngx_webrtc_viewers_expires(ngx_webrtc_viewers_t *viewers)
{
    ngx_webrtc_viewer_t  *viewer;

    if (!ngx_queue_empty(&viewers->news)) {
        return 0;
    }

    if (ngx_queue_empty(&viewers->answers)) {
        return NGX_WEBRTC_NEVER;
    }

    viewer = ngx_queue_data(ngx_queue_head(&viewers->answers),
                            ngx_webrtc_viewer_t, answer.queue);

    return viewer->answer.expires;
}


ngx_int_t
ngx_webrtc_viewer_create(ngx_webrtc_viewers_t *viewers,
    const ngx_webrtc_viewer_conf_t *conf,
    ngx_webrtc_viewer_handler_pt handler, void *data, ngx_webrtc_usec_t now,
    ngx_webrtc_viewer_t **created)
{
    ngx_int_t             rc;
    ngx_webrtc_viewer_t  *viewer;

    viewer = ngx_calloc(sizeof(ngx_webrtc_viewer_t), viewers->log);
    if (viewer == NULL) {
        return NGX_ERROR;
    }

    viewer->viewers = viewers;
    viewer->handler = handler;
    viewer->data = data;

    rc = ngx_webrtc_viewer_init(viewer, conf, now);

    if (rc != NGX_OK) {
        ngx_webrtc_tap_remove(&viewer->tap);
        ngx_free(viewer);
        return rc;
    }

    viewers->nviewers++;

    viewer->changed = 1;
    ngx_webrtc_viewer_note(viewer);

    *created = viewer;

    return NGX_OK;
}


static ngx_int_t
ngx_webrtc_viewer_init(ngx_webrtc_viewer_t *viewer,
    const ngx_webrtc_viewer_conf_t *conf, ngx_webrtc_usec_t now)
{
    ngx_int_t              rc;
    ngx_webrtc_viewers_t  *viewers;

    viewers = viewer->viewers;

    viewer->conf.commands = 1;
    viewer->conf.full_ice = conf->full_ice;
    viewer->conf.or_lite = 1;
    viewer->conf.servers = conf->servers;
    viewer->conf.nservers = conf->nservers;
    viewer->conf.data.label = viewers->conf.label;

    if (conf->channel_id.len) {
        viewer->tap.handler = ngx_webrtc_viewer_tap_handler;
        viewer->tap.data = viewer;

        rc = ngx_webrtc_tap_add(&viewer->tap, viewers->hub,
                                &conf->channel_id, &conf->connection_id);
        if (rc != NGX_OK) {
            return rc;
        }

        ngx_webrtc_viewer_watch(viewer);

    } else if (conf->video || conf->audio) {
        viewer->of_ports = 1;

        ngx_webrtc_viewer_port(&viewer->conf.video, conf->video,
                               NGX_WEBRTC_CODEC_H264);
        ngx_webrtc_viewer_port(&viewer->conf.audio, conf->audio,
                               NGX_WEBRTC_CODEC_OPUS);
    } else {
        return NGX_DECLINED;
    }

    viewer->link = ngx_webrtc_link_create(viewers->gateway, &viewer->conf,
                                          ngx_webrtc_viewer_link_handler,
                                          viewer, now);

    /* the link has copied them */

    viewer->conf.servers = NULL;
    viewer->conf.nservers = 0;

    return viewer->link ? NGX_OK : NGX_ERROR;
}


void
ngx_webrtc_viewer_destroy(ngx_webrtc_viewer_t *viewer, ngx_webrtc_usec_t now)
{
    ngx_webrtc_link_destroy(viewer->link, now);
    ngx_webrtc_tap_remove(&viewer->tap);
    ngx_webrtc_deadline_remove(&viewer->answer);

    if (viewer->has_news) {
        ngx_queue_remove(&viewer->queue);
    }

    viewer->viewers->nviewers--;

    ngx_free(viewer);
}


/* what the connection sends now; a track that was there stays in the offer */

static void
ngx_webrtc_viewer_watch(ngx_webrtc_viewer_t *viewer)
{
    ngx_webrtc_viewer_track(viewer, &viewer->conf.video, 1, viewer->video);
    ngx_webrtc_viewer_track(viewer, &viewer->conf.audio, 0, viewer->audio);
}


static void
ngx_webrtc_viewer_track(ngx_webrtc_viewer_t *viewer,
    ngx_webrtc_link_media_t *media, ngx_uint_t video, u_char *fmtp)
{
    ngx_webrtc_tap_track_t  track;

    ngx_webrtc_tap_track(&viewer->tap, video, &track);

    media->source = track.source;

    if (track.source == NULL) {
        return;
    }

    media->send = 1;
    media->codec = track.codec;
    media->fmtp.data = fmtp;
    media->fmtp.len = ngx_min(track.fmtp.len, NGX_WEBRTC_FMTP_LEN);

    if (media->fmtp.len) {
        ngx_memcpy(fmtp, track.fmtp.data, media->fmtp.len);
    }
}


/* as a link has declared it, else what most programs send */

static void
ngx_webrtc_viewer_port(ngx_webrtc_link_media_t *media,
    ngx_webrtc_port_t *port, ngx_uint_t codec)
{
    if (port == NULL) {
        return;
    }

    media->send = 1;
    media->feed = port;

    if (ngx_webrtc_port_format(port, &media->codec, &media->pt) != NGX_OK) {
        media->codec = codec;
        media->pt = NGX_WEBRTC_PORT_ANY_TYPE;
    }
}


/* its sources must not be used when this returns, the rest can wait */

static void
ngx_webrtc_viewer_tap_handler(ngx_webrtc_tap_t *tap, ngx_webrtc_usec_t now)
{
    ngx_webrtc_viewer_t *viewer = tap->data;

    ngx_webrtc_viewer_watch(viewer);

    if (tap->connection) {
        viewer->changed = 1;

    } else {
        (void) ngx_webrtc_link_configure(viewer->link, &viewer->conf, now);
    }

    ngx_webrtc_viewer_note(viewer);
}


static void
ngx_webrtc_viewer_note(ngx_webrtc_viewer_t *viewer)
{
    if (!viewer->has_news) {
        viewer->has_news = 1;
        ngx_queue_insert_tail(&viewer->viewers->news, &viewer->queue);
    }
}


static void
ngx_webrtc_viewer_news(ngx_webrtc_viewer_t *viewer, ngx_webrtc_usec_t now)
{
    if (viewer->reason) {
        ngx_webrtc_viewer_tell(viewer, NGX_WEBRTC_VIEWER_ENDED, viewer->reason,
                               now);
        return;
    }

    if (!viewer->of_ports && viewer->tap.connection == NULL) {
        ngx_webrtc_viewer_tell(viewer, NGX_WEBRTC_VIEWER_MISSING, "", now);
        return;
    }

    if (viewer->changed && !viewer->offered && !viewer->ended) {
        ngx_webrtc_viewer_offer(viewer, now);
    }
}


static void
ngx_webrtc_viewer_offer(ngx_webrtc_viewer_t *viewer, ngx_webrtc_usec_t now)
{
    const char                 *reason;
    ngx_webrtc_viewers_t       *viewers;
    ngx_webrtc_viewer_event_t   event;

    viewers = viewer->viewers;
    viewer->changed = 0;

    ngx_memzero(&event, sizeof(ngx_webrtc_viewer_event_t));

    event.type = NGX_WEBRTC_VIEWER_OFFER;
    event.reason = "";
    reason = "NO-MEMORY";

    if (ngx_webrtc_link_configure(viewer->link, &viewer->conf, now) != NGX_OK
        || ngx_webrtc_link_offer(viewer->link, &event.text, now, &reason)
           != NGX_OK)
    {
        ngx_webrtc_viewer_tell(viewer, NGX_WEBRTC_VIEWER_ENDED, reason, now);
        return;
    }

    viewer->offered = 1;

    ngx_webrtc_deadline_set(&viewers->answers, &viewer->answer,
                            now + viewers->conf.answer_timeout);

    ngx_webrtc_viewer_tell_event(viewer, &event, now);
}


ngx_int_t
ngx_webrtc_viewer_answer(ngx_webrtc_viewer_t *viewer, ngx_str_t *sdp,
    ngx_webrtc_usec_t now, const char **reason)
{
    if (!viewer->offered) {
        *reason = "UNEXPECTED-ANSWER";
        return NGX_ERROR;
    }

    if (ngx_webrtc_link_set_answer(viewer->link, sdp, now, reason) != NGX_OK) {
        return NGX_ERROR;
    }

    viewer->offered = 0;
    ngx_webrtc_deadline_remove(&viewer->answer);

    if (viewer->changed) {
        ngx_webrtc_viewer_note(viewer);
    }

    return NGX_OK;
}


void
ngx_webrtc_viewer_candidate(ngx_webrtc_viewer_t *viewer,
    const ngx_str_t *candidate, const ngx_str_t *mid, ngx_webrtc_usec_t now)
{
    (void) ngx_webrtc_link_add_candidate(viewer->link, candidate, mid, now);
}


void
ngx_webrtc_viewer_pause(ngx_webrtc_viewer_t *viewer, ngx_uint_t paused,
    ngx_webrtc_usec_t now)
{
    viewer->conf.video.paused = (paused != 0);
    viewer->conf.audio.paused = (paused != 0);

    (void) ngx_webrtc_link_configure(viewer->link, &viewer->conf, now);
}


ngx_int_t
ngx_webrtc_viewer_say(ngx_webrtc_viewer_t *viewer, const ngx_str_t *text,
    ngx_webrtc_usec_t now)
{
    return ngx_webrtc_link_say(viewer->link, text, now);
}


void
ngx_webrtc_viewer_info(ngx_webrtc_viewer_t *viewer,
    ngx_webrtc_viewer_info_t *info)
{
    info->playing = viewer->playing;
    info->video = viewer->conf.video.codec;
    info->audio = viewer->conf.audio.codec;

    ngx_webrtc_link_traffic(viewer->link, &info->traffic);
}


static void
ngx_webrtc_viewer_link_handler(ngx_webrtc_link_t *link,
    const ngx_webrtc_link_event_t *event, void *data, ngx_webrtc_usec_t now)
{
    ngx_webrtc_viewer_t *viewer = data;

    ngx_webrtc_viewer_event_t  told;

    (void) link;

    ngx_memzero(&told, sizeof(ngx_webrtc_viewer_event_t));
    told.reason = "";

    switch (event->type) {

    case NGX_WEBRTC_LINK_READY:
        viewer->playing = 1;
        told.type = NGX_WEBRTC_VIEWER_PLAYING;
        break;

    case NGX_WEBRTC_LINK_CANDIDATE:
        told.type = NGX_WEBRTC_VIEWER_CANDIDATE;
        told.text = event->candidate;
        told.mid = event->mid;
        break;

    case NGX_WEBRTC_LINK_COMMAND:
        told.type = NGX_WEBRTC_VIEWER_COMMAND;
        told.text = event->text;
        break;

    /* these may come from within a verb, whose viewer has to last */

    case NGX_WEBRTC_LINK_CLOSED:
        viewer->reason = "CLOSED-BY-VIEWER";
        ngx_webrtc_viewer_note(viewer);
        return;

    case NGX_WEBRTC_LINK_FAILED:
        viewer->reason = event->reason;
        ngx_webrtc_viewer_note(viewer);
        return;

    default:
        return;
    }

    ngx_webrtc_viewer_tell_event(viewer, &told, now);
}


static void
ngx_webrtc_viewer_tell(ngx_webrtc_viewer_t *viewer,
    ngx_webrtc_viewer_event_e type, const char *reason, ngx_webrtc_usec_t now)
{
    ngx_webrtc_viewer_event_t  event;

    ngx_memzero(&event, sizeof(ngx_webrtc_viewer_event_t));

    event.type = type;
    event.reason = reason;

    ngx_webrtc_viewer_tell_event(viewer, &event, now);
}


static void
ngx_webrtc_viewer_tell_event(ngx_webrtc_viewer_t *viewer,
    const ngx_webrtc_viewer_event_t *event, ngx_webrtc_usec_t now)
{
    if (viewer->ended) {
        return;
    }

    if (event->type == NGX_WEBRTC_VIEWER_MISSING
        || event->type == NGX_WEBRTC_VIEWER_ENDED)
    {
        viewer->ended = 1;
        ngx_webrtc_deadline_remove(&viewer->answer);
    }

    viewer->handler(viewer, event, viewer->data, now);
}
