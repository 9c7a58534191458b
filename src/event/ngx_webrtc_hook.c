
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_event.h>
#include <crypto/ngx_webrtc_random.h>
#include <front/sora/ngx_webrtc_sora_hook.h>
#include <event/ngx_webrtc_hook.h>
#include <event/ngx_webrtc_zone_sh.h>


/* ms that a lane rests after a failure */
#define NGX_WEBRTC_HOOK_REST    1000

/* ms after the last event in which a worker that quits may go on sending */
#define NGX_WEBRTC_HOOK_DRAIN   30000

/* ... and when it must go now */
#define NGX_WEBRTC_HOOK_LAST    2000


/* one webhook that waits; the text follows the struct */

typedef struct {
    ngx_queue_t                 queue;
    size_t                      len;
    unsigned                    session:1;      /* it begins */
    unsigned                    connection:1;
    u_char                      connection_id[NGX_WEBRTC_ID_LEN];
    u_char                      session_id[NGX_WEBRTC_ID_LEN];
    size_t                      channel_len;
    u_char                      channel_id[NGX_WEBRTC_NAME_MAX];
} ngx_webrtc_hook_item_t;


/* the head of "items" is under way as long as there is a request */

typedef struct {
    ngx_webrtc_hook_e           type;
    ngx_queue_t                 items;
    void                       *request;
    ngx_event_t                 rest;
} ngx_webrtc_hook_lane_t;


typedef struct {
    const ngx_webrtc_hook_sender_t  *sender;
    ngx_webrtc_worker_t         *worker;
    ngx_webrtc_counters_t       *counters;
    ngx_webrtc_sora_text_t       text;
    size_t                       bytes;         /* that wait */
    ngx_uint_t                   connections;   /* of a session, told */
    ngx_msec_t                   last;          /* event */
    time_t                       logged;
    time_t                       warned;
    ngx_event_t                  end;
    unsigned                     ready:1;
    unsigned                     closed:1;
    ngx_webrtc_hook_lane_t       lanes[NGX_WEBRTC_HOOKS]
                                      [NGX_WEBRTC_HOOK_LANES];
} ngx_webrtc_hooks_t;


static void ngx_webrtc_hook_lost(void *data,
    const ngx_webrtc_connection_info_t *info, ngx_uint_t session);
static ngx_int_t ngx_webrtc_hook_start(ngx_webrtc_hook_e type, u_char *id);
static ngx_webrtc_hook_item_t *ngx_webrtc_hook_add(ngx_webrtc_hook_e type,
    const u_char *key, size_t len);
static void ngx_webrtc_hook_next(ngx_webrtc_hook_lane_t *lane);
static void ngx_webrtc_hook_done(void *data, ngx_uint_t status,
    const ngx_str_t *body);
static void ngx_webrtc_hook_answer(ngx_webrtc_hook_item_t *item,
    const ngx_str_t *body);
static void ngx_webrtc_hook_failed(ngx_webrtc_hook_lane_t *lane,
    ngx_uint_t status);
static void ngx_webrtc_hook_drop(ngx_webrtc_hook_lane_t *lane);
static void ngx_webrtc_hook_free(ngx_webrtc_hook_item_t *item);
static ngx_uint_t ngx_webrtc_hook_is_idle(void);
static void ngx_webrtc_hook_rest_handler(ngx_event_t *ev);
static void ngx_webrtc_hook_end_handler(ngx_event_t *ev);
static ngx_webrtc_hook_counters_t *ngx_webrtc_hook_counters(
    ngx_webrtc_hook_e type);
static uint64_t ngx_webrtc_hook_wall(void);


/* of this process */
static ngx_webrtc_hooks_t  ngx_webrtc_hooks;


static const char *const  ngx_webrtc_hook_names[] = { "session", "event" };


void
ngx_webrtc_hook_set_sender(const ngx_webrtc_hook_sender_t *sender)
{
    ngx_webrtc_hooks.sender = sender;
}


void
ngx_webrtc_hook_init(ngx_cycle_t *cycle, ngx_webrtc_worker_t *worker)
{
    u_char                   id[NGX_WEBRTC_ID_LEN];
    ngx_uint_t               i, n;
    ngx_webrtc_hooks_t      *hooks;
    ngx_webrtc_hook_lane_t  *lane;

    hooks = &ngx_webrtc_hooks;

    hooks->worker = worker;
    hooks->counters = ngx_webrtc_zone_counters(worker->zone);
    hooks->connections = ngx_webrtc_get_conf(cycle)->session_connections;

    for (i = 0; i < NGX_WEBRTC_HOOKS; i++) {
        for (n = 0; n < NGX_WEBRTC_HOOK_LANES; n++) {
            lane = &hooks->lanes[i][n];

            lane->type = i;
            ngx_queue_init(&lane->items);

            lane->rest.handler = ngx_webrtc_hook_rest_handler;
            lane->rest.data = lane;
            lane->rest.log = cycle->log;
        }
    }

    hooks->end.handler = ngx_webrtc_hook_end_handler;
    hooks->end.log = cycle->log;

    hooks->ready = 1;

    worker->zone->lost = ngx_webrtc_hook_lost;

    /*
     * A new zone: whatever there was before the start is gone.  Not so when a
     * reload brings the webhook.
     */

    if (ngx_atomic_cmp_set(&worker->zone->sh->vanished, 0, 1)
        && !ngx_inherited
        && ngx_webrtc_hook_start(NGX_WEBRTC_HOOK_SESSION, id) == NGX_OK)
    {
        ngx_webrtc_sora_hook_vanished(&hooks->text,
                                      &ngx_webrtc_get_conf(cycle)->node, id,
                                      ngx_webrtc_hook_wall());

        (void) ngx_webrtc_hook_add(NGX_WEBRTC_HOOK_SESSION, id,
                                   NGX_WEBRTC_ID_LEN);
    }
}


void
ngx_webrtc_hook_event(ngx_webrtc_hub_t *hub, const ngx_webrtc_event_t *event)
{
    u_char                               id[NGX_WEBRTC_ID_LEN];
    const u_char                        *connection_id;
    ngx_webrtc_hook_item_t              *item;
    ngx_webrtc_sora_hook_session_t      *session;
    const ngx_webrtc_connection_info_t  *info;

    session = ngx_webrtc_session_data(
                             ngx_webrtc_connection_channel(event->subject));

    if (session
        && event->type == NGX_WEBRTC_EVENT_DESTROYED
        && session->nconnections < ngx_webrtc_hooks.connections)
    {
        ngx_webrtc_sora_hook_remember(session, hub, event);
    }

    info = ngx_webrtc_connection_info(event->subject);

    if (ngx_webrtc_name_is_private(&info->channel_id)
        || ngx_webrtc_hook_start(NGX_WEBRTC_HOOK_EVENT, id) != NGX_OK
        || ngx_webrtc_sora_hook_event(&ngx_webrtc_hooks.text,
                                      &ngx_webrtc_get_conf(ngx_cycle)->node,
                                      id, hub, event)
           != NGX_OK)
    {
        return;
    }

    connection_id = info->connection_id;

    item = ngx_webrtc_hook_add(NGX_WEBRTC_HOOK_EVENT, connection_id,
                               NGX_WEBRTC_ID_LEN);

    if (item) {
        item->connection = 1;
        ngx_memcpy(item->connection_id, connection_id, NGX_WEBRTC_ID_LEN);
    }
}


void
ngx_webrtc_hook_session(ngx_webrtc_hub_t *hub, ngx_webrtc_channel_t *channel,
    ngx_uint_t begins, ngx_webrtc_usec_t now)
{
    u_char                            id[NGX_WEBRTC_ID_LEN];
    ngx_webrtc_hook_item_t           *item;
    ngx_webrtc_sora_hook_session_t   *session;
    const ngx_webrtc_session_info_t  *info;

    info = ngx_webrtc_channel_session(channel);
    session = begins ? NULL : ngx_webrtc_session_data(channel);

    if ((!begins && session == NULL)
        || ngx_webrtc_name_is_private(&info->channel_id)
        || ngx_webrtc_hook_start(NGX_WEBRTC_HOOK_SESSION, id) != NGX_OK)
    {
        goto done;
    }

    if (begins) {

        /* without memory its end is not told */

        ngx_webrtc_session_set_data(channel,
                         ngx_calloc(sizeof(ngx_webrtc_sora_hook_session_t),
                                    ngx_cycle->log));
    }

    ngx_webrtc_sora_hook_session(&ngx_webrtc_hooks.text,
                                 &ngx_webrtc_get_conf(ngx_cycle)->node, id,
                                 info, session,
                                 ngx_webrtc_hub_wall(hub, now));

    item = ngx_webrtc_hook_add(NGX_WEBRTC_HOOK_SESSION, info->channel_id.data,
                               info->channel_id.len);

    if (item) {
        item->session = begins;
        item->channel_len = info->channel_id.len;

        ngx_memcpy(item->channel_id, info->channel_id.data,
                   info->channel_id.len);
        ngx_memcpy(item->session_id, info->session_id, NGX_WEBRTC_ID_LEN);
    }

done:

    if (session) {
        ngx_webrtc_sora_hook_session_free(session);
        ngx_free(session);
    }
}


/* of a worker that has died; under the lock of the zone */

static void
ngx_webrtc_hook_lost(void *data, const ngx_webrtc_connection_info_t *info,
    ngx_uint_t session)
{
    u_char                   id[NGX_WEBRTC_ID_LEN];
    ngx_webrtc_hook_e        type;
    ngx_webrtc_hook_item_t  *item;

    type = session ? NGX_WEBRTC_HOOK_SESSION : NGX_WEBRTC_HOOK_EVENT;

    if (ngx_webrtc_name_is_private(&info->channel_id)
        || ngx_webrtc_hook_start(type, id) != NGX_OK)
    {
        return;
    }

    ngx_webrtc_sora_hook_lost(&ngx_webrtc_hooks.text,
                              &ngx_webrtc_get_conf(ngx_cycle)->node, id, info,
                              session, ngx_webrtc_hook_wall());

    if (session) {
        (void) ngx_webrtc_hook_add(type, info->channel_id.data,
                                   info->channel_id.len);
        return;
    }

    item = ngx_webrtc_hook_add(type, info->connection_id, NGX_WEBRTC_ID_LEN);

    if (item) {
        item->connection = 1;
        ngx_memcpy(item->connection_id, info->connection_id,
                   NGX_WEBRTC_ID_LEN);
    }
}


ngx_int_t
ngx_webrtc_hook_id(u_char *id)
{
    return ngx_webrtc_id_generate(id);
}


/* NGX_OK: somebody wants to know; the text is empty, "id" is a new one */

static ngx_int_t
ngx_webrtc_hook_start(ngx_webrtc_hook_e type, u_char *id)
{
    ngx_webrtc_hooks_t      *hooks;
    ngx_webrtc_hook_conf_t   conf;

    hooks = &ngx_webrtc_hooks;

    if (!hooks->ready || hooks->closed || hooks->sender == NULL
        || hooks->sender->conf(type, &conf) != NGX_OK)
    {
        return NGX_DECLINED;
    }

    ngx_webrtc_sora_text_reset(&hooks->text);

    return ngx_webrtc_id_generate(id);
}


/* the text that was written; NULL: dropped */

static ngx_webrtc_hook_item_t *
ngx_webrtc_hook_add(ngx_webrtc_hook_e type, const u_char *key, size_t len)
{
    size_t                    size;
    ngx_uint_t                n;
    ngx_webrtc_hooks_t       *hooks;
    ngx_webrtc_hook_conf_t    conf;
    ngx_webrtc_hook_item_t   *item;
    ngx_webrtc_hook_lane_t   *lane;

    hooks = &ngx_webrtc_hooks;

    (void) hooks->sender->conf(type, &conf);

    size = sizeof(ngx_webrtc_hook_item_t) + hooks->text.len;
    item = NULL;

    if (!hooks->text.failed && size <= conf.queue
        && hooks->bytes <= conf.queue - size)
    {
        item = ngx_alloc(size, ngx_cycle->log);
    }

    if (item == NULL) {
        (void) ngx_atomic_fetch_add(&ngx_webrtc_hook_counters(type)->ignored,
                                    1);

        if (hooks->warned != ngx_time()) {
            hooks->warned = ngx_time();
            ngx_log_error(NGX_LOG_WARN, ngx_cycle->log, 0,
                          "webrtc %s webhook dropped, "
                          "\"webrtc_webhook_queue\" is full",
                          ngx_webrtc_hook_names[type]);
        }

        return NULL;
    }

    ngx_memzero(item, sizeof(ngx_webrtc_hook_item_t));

    item->len = hooks->text.len;
    ngx_memcpy((u_char *) (item + 1), hooks->text.start, hooks->text.len);

    hooks->bytes += size;
    hooks->last = ngx_current_msec;

    n = ngx_min(conf.lanes, NGX_WEBRTC_HOOK_LANES);
    lane = &hooks->lanes[type][ngx_crc32_short((u_char *) key, len) % n];

    ngx_queue_insert_tail(&lane->items, &item->queue);

    /* the caller may have more to say of it */

    if (lane->request == NULL && !lane->rest.timer_set && !lane->rest.posted) {
        ngx_post_event(&lane->rest, &ngx_posted_events);
    }

    return item;
}


static void
ngx_webrtc_hook_next(ngx_webrtc_hook_lane_t *lane)
{
    ngx_str_t                id, text;
    ngx_queue_t             *q;
    ngx_webrtc_hooks_t      *hooks;
    ngx_webrtc_hook_item_t  *item;

    hooks = &ngx_webrtc_hooks;

    if (ngx_exiting
        && ngx_current_msec - hooks->last > NGX_WEBRTC_HOOK_DRAIN)
    {
        ngx_webrtc_hook_drop(lane);
    }

    if (ngx_queue_empty(&lane->items)) {

        if (hooks->end.timer_set && ngx_webrtc_hook_is_idle()) {
            ngx_del_timer(&hooks->end);
        }

        return;
    }

    q = ngx_queue_head(&lane->items);
    item = ngx_queue_data(q, ngx_webrtc_hook_item_t, queue);

    text.data = (u_char *) (item + 1);
    text.len = item->len;

    id.data = item->connection_id;
    id.len = item->connection ? NGX_WEBRTC_ID_LEN : 0;

    lane->request = hooks->sender->send(lane->type, &id, &text,
                                        ngx_webrtc_hook_done, lane);

    if (lane->request == NULL) {
        ngx_webrtc_hook_free(item);
        ngx_webrtc_hook_failed(lane, 0);
    }
}


static void
ngx_webrtc_hook_done(void *data, ngx_uint_t status, const ngx_str_t *body)
{
    ngx_webrtc_hook_lane_t *lane = data;

    ngx_queue_t             *q;
    ngx_webrtc_hook_item_t  *item;

    lane->request = NULL;

    q = ngx_queue_head(&lane->items);
    item = ngx_queue_data(q, ngx_webrtc_hook_item_t, queue);

    if (status == 200) {
        (void) ngx_atomic_fetch_add(
                    &ngx_webrtc_hook_counters(lane->type)->successful, 1);

        if (item->session) {
            ngx_webrtc_hook_answer(item, body);
        }

        ngx_webrtc_hook_free(item);
        ngx_webrtc_hook_next(lane);

        return;
    }

    ngx_webrtc_hook_free(item);
    ngx_webrtc_hook_failed(lane, status);
}


/* of "session.created", if the session still goes on */

static void
ngx_webrtc_hook_answer(ngx_webrtc_hook_item_t *item, const ngx_str_t *body)
{
    ngx_str_t                         id;
    ngx_webrtc_hub_t                 *hub;
    ngx_webrtc_channel_t             *channel;
    ngx_webrtc_sora_hook_session_t   *session;
    const ngx_webrtc_session_info_t  *info;

    hub = ngx_webrtc_hooks.worker->hub;

    id.data = item->channel_id;
    id.len = item->channel_len;

    channel = hub ? ngx_webrtc_hub_channel(hub, &id) : NULL;

    if (channel == NULL) {
        return;
    }

    info = ngx_webrtc_channel_session(channel);
    session = ngx_webrtc_session_data(channel);

    if (session
        && ngx_memcmp(info->session_id, item->session_id, NGX_WEBRTC_ID_LEN)
           == 0)
    {
        ngx_webrtc_sora_hook_answer(session, channel, body, ngx_webrtc_now(),
                                    ngx_cycle->log);
        ngx_webrtc_worker_touch();
    }
}


/* what could not be sent is lost; the next one has better chances later */

static void
ngx_webrtc_hook_failed(ngx_webrtc_hook_lane_t *lane, ngx_uint_t status)
{
    ngx_webrtc_hooks_t  *hooks;

    hooks = &ngx_webrtc_hooks;

    (void) ngx_atomic_fetch_add(
                    &ngx_webrtc_hook_counters(lane->type)->failed, 1);

    if (hooks->logged != ngx_time()) {
        hooks->logged = ngx_time();

        if (status) {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                          "webrtc %s webhook failed with status %ui",
                          ngx_webrtc_hook_names[lane->type], status);

        } else {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                          "webrtc %s webhook failed without an answer",
                          ngx_webrtc_hook_names[lane->type]);
        }
    }

    if (ngx_exiting) {
        ngx_webrtc_hook_drop(lane);
        ngx_webrtc_hook_next(lane);
        return;
    }

    ngx_add_timer(&lane->rest, NGX_WEBRTC_HOOK_REST);
}


/* all that wait */

static void
ngx_webrtc_hook_drop(ngx_webrtc_hook_lane_t *lane)
{
    ngx_queue_t             *q;
    ngx_webrtc_hook_item_t  *item;

    while (!ngx_queue_empty(&lane->items)) {
        q = ngx_queue_head(&lane->items);
        item = ngx_queue_data(q, ngx_webrtc_hook_item_t, queue);

        (void) ngx_atomic_fetch_add(
                    &ngx_webrtc_hook_counters(lane->type)->ignored, 1);

        ngx_webrtc_hook_free(item);
    }
}


static void
ngx_webrtc_hook_free(ngx_webrtc_hook_item_t *item)
{
    ngx_webrtc_hooks.bytes -= sizeof(ngx_webrtc_hook_item_t) + item->len;

    ngx_queue_remove(&item->queue);
    ngx_free(item);
}


static ngx_uint_t
ngx_webrtc_hook_is_idle(void)
{
    return ngx_webrtc_hooks.bytes == 0;
}


static void
ngx_webrtc_hook_rest_handler(ngx_event_t *ev)
{
    ngx_webrtc_hook_next(ev->data);
}


void
ngx_webrtc_hook_quit(void)
{
    ngx_webrtc_hooks_t  *hooks;

    hooks = &ngx_webrtc_hooks;

    if (hooks->ready && !hooks->closed && !ngx_webrtc_hook_is_idle()) {
        ngx_add_timer(&hooks->end, NGX_WEBRTC_HOOK_LAST);
    }
}


static void
ngx_webrtc_hook_end_handler(ngx_event_t *ev)
{
    ngx_webrtc_hook_close();
}


void
ngx_webrtc_hook_close(void)
{
    ngx_uint_t               i, n;
    ngx_webrtc_hooks_t      *hooks;
    ngx_webrtc_hook_lane_t  *lane;

    hooks = &ngx_webrtc_hooks;

    if (!hooks->ready || hooks->closed) {
        return;
    }

    hooks->closed = 1;

    for (i = 0; i < NGX_WEBRTC_HOOKS; i++) {
        for (n = 0; n < NGX_WEBRTC_HOOK_LANES; n++) {
            lane = &hooks->lanes[i][n];

            if (lane->request) {
                hooks->sender->cancel(lane->request);
                lane->request = NULL;
            }

            if (lane->rest.timer_set) {
                ngx_del_timer(&lane->rest);
            }

            if (lane->rest.posted) {
                ngx_delete_posted_event(&lane->rest);
            }

            ngx_webrtc_hook_drop(lane);
        }
    }

    if (hooks->end.timer_set) {
        ngx_del_timer(&hooks->end);
    }

    ngx_webrtc_sora_text_free(&hooks->text);
}


static ngx_webrtc_hook_counters_t *
ngx_webrtc_hook_counters(ngx_webrtc_hook_e type)
{
    return (type == NGX_WEBRTC_HOOK_SESSION)
           ? &ngx_webrtc_hooks.counters->session_hook
           : &ngx_webrtc_hooks.counters->event_hook;
}


static uint64_t
ngx_webrtc_hook_wall(void)
{
    ngx_time_t  *tp;

    tp = ngx_timeofday();

    return (uint64_t) tp->sec * NGX_WEBRTC_SEC
           + tp->msec * NGX_WEBRTC_MSEC;
}
