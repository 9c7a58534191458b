
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_token.h>
#include <front/skyway/ngx_webrtc_skyway_program.h>


#define NGX_WEBRTC_SKYWAY_HASH      4096

/* objects that linger, as a multiple of max_peers */
#define NGX_WEBRTC_SKYWAY_LINGERING  4

/* how often feeds are looked at for what is wrong with them */
#define NGX_WEBRTC_SKYWAY_WATCH     NGX_WEBRTC_SEC


static void *ngx_webrtc_skyway_program_create(ngx_webrtc_skyway_t *skyway);
static void ngx_webrtc_skyway_program_destroy(void *part);
static void ngx_webrtc_skyway_program_shutdown(void *part,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_skyway_program_tick(void *part, ngx_webrtc_usec_t now);
static ngx_webrtc_usec_t ngx_webrtc_skyway_program_expires(void *part);
static ngx_uint_t ngx_webrtc_skyway_program_busy(void *part);
static void ngx_webrtc_skyway_program_watch(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_usec_t now);
static ngx_webrtc_skyway_object_t *ngx_webrtc_skyway_oldest(
    ngx_webrtc_skyway_api_t *api);
static ngx_uint_t ngx_webrtc_skyway_object_is_done(
    ngx_webrtc_skyway_object_t *object);


const ngx_webrtc_skyway_part_t  ngx_webrtc_skyway_api_part = {
    ngx_webrtc_skyway_program_create,
    ngx_webrtc_skyway_program_destroy,
    ngx_webrtc_skyway_program_shutdown,
    ngx_webrtc_skyway_program_tick,
    ngx_webrtc_skyway_program_expires,
    ngx_webrtc_skyway_program_busy
};


static void *
ngx_webrtc_skyway_program_create(ngx_webrtc_skyway_t *skyway)
{
    uint32_t                  seeds[2];
    ngx_webrtc_skyway_api_t  *api;

    api = ngx_calloc(sizeof(ngx_webrtc_skyway_api_t), skyway->log);
    if (api == NULL) {
        return NULL;
    }

    api->skyway = skyway;

    ngx_queue_init(&api->peers);
    ngx_queue_init(&api->lingering);

    ngx_webrtc_skyway_polls_init(&api->polls, skyway->conf.max_events,
                                 skyway->conf.poll_timeout,
                                 skyway->conf.poll_grace, skyway->log);

    api->pool = ngx_create_pool(NGX_DEFAULT_POOL_SIZE, skyway->log);

    if (api->pool == NULL
        || ngx_webrtc_token_random(seeds, sizeof(seeds)) != NGX_OK
        || ngx_webrtc_hash_init(&api->tokens, api->pool,
                                NGX_WEBRTC_SKYWAY_HASH, seeds[0])
           != NGX_OK
        || ngx_webrtc_hash_init(&api->ids, api->pool, NGX_WEBRTC_SKYWAY_HASH,
                                seeds[1])
           != NGX_OK
        || ngx_webrtc_timers_init(&api->timers, api->pool,
                                  skyway->conf.max_peers)
           != NGX_OK)
    {
        ngx_webrtc_skyway_program_destroy(api);
        return NULL;
    }

    return api;
}


static void
ngx_webrtc_skyway_program_destroy(void *part)
{
    ngx_webrtc_skyway_api_t *api = part;

    ngx_webrtc_skyway_program_shutdown(api, api->now);

    while (!ngx_queue_empty(&api->lingering)) {
        ngx_webrtc_skyway_object_destroy(ngx_webrtc_skyway_oldest(api));
    }

    if (api->pool) {
        ngx_destroy_pool(api->pool);
    }

    ngx_free(api);
}


static void
ngx_webrtc_skyway_program_shutdown(void *part, ngx_webrtc_usec_t now)
{
    ngx_webrtc_skyway_api_t *api = part;

    ngx_queue_t               *q;
    ngx_webrtc_skyway_peer_t  *peer;

    while (!ngx_queue_empty(&api->peers)) {
        q = ngx_queue_head(&api->peers);
        peer = ngx_queue_data(q, ngx_webrtc_skyway_peer_t, queue);

        ngx_webrtc_skyway_peer_close(peer, "SERVER_DISCONNECTED", now);
    }
}


static void
ngx_webrtc_skyway_program_tick(void *part, ngx_webrtc_usec_t now)
{
    ngx_webrtc_skyway_api_t *api = part;

    ngx_webrtc_timer_t          *timer;
    ngx_webrtc_skyway_object_t  *object;

    api->now = now;

    while ((timer = ngx_webrtc_timers_next(&api->timers, now)) != NULL) {
        ngx_webrtc_skyway_peer_expire(
            ngx_webrtc_timer_data(timer, ngx_webrtc_skyway_peer_t, timer),
            now);
    }

    if (api->nmedia && now >= api->watch) {
        ngx_webrtc_skyway_program_watch(api, now);
    }

    ngx_webrtc_skyway_polls_tick(&api->polls, now);

    while (!ngx_queue_empty(&api->lingering)) {
        object = ngx_webrtc_skyway_oldest(api);

        if (object->until > now) {
            break;
        }

        ngx_webrtc_skyway_object_destroy(object);
    }
}


static void
ngx_webrtc_skyway_program_watch(ngx_webrtc_skyway_api_t *api,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t               *q, *c;
    ngx_webrtc_skyway_peer_t  *peer;

    api->watch = now + NGX_WEBRTC_SKYWAY_WATCH;

    for (q = ngx_queue_head(&api->peers);
         q != ngx_queue_sentinel(&api->peers);
         q = ngx_queue_next(q))
    {
        peer = ngx_queue_data(q, ngx_webrtc_skyway_peer_t, queue);

        for (c = ngx_queue_head(&peer->connections);
             c != ngx_queue_sentinel(&peer->connections);
             c = ngx_queue_next(c))
        {
            ngx_webrtc_skyway_connection_watch(
                ngx_queue_data(c, ngx_webrtc_skyway_connection_t, queue),
                now);
        }
    }
}


static ngx_webrtc_usec_t
ngx_webrtc_skyway_program_expires(void *part)
{
    ngx_webrtc_skyway_api_t *api = part;

    ngx_webrtc_usec_t            expires;
    ngx_webrtc_skyway_object_t  *object;

    expires = ngx_webrtc_timers_expires(&api->timers);
    expires = ngx_min(expires, ngx_webrtc_skyway_polls_expires(&api->polls));

    if (api->nmedia) {
        expires = ngx_min(expires, api->watch);
    }

    /* busy() has to know what time it is, more or less */

    if (api->npeers && api->skyway->conf.idle) {
        expires = ngx_min(expires, api->now + api->skyway->conf.idle);
    }

    if (!ngx_queue_empty(&api->lingering)) {
        object = ngx_webrtc_skyway_oldest(api);
        expires = ngx_min(expires, object->until);
    }

    return expires;
}


void
ngx_webrtc_skyway_gone(ngx_webrtc_skyway_t *skyway, uint64_t term,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t                     *q, *c;
    ngx_webrtc_skyway_api_t         *api;
    ngx_webrtc_skyway_peer_t        *peer;
    ngx_webrtc_skyway_connection_t  *connection;

    api = skyway->parts[NGX_WEBRTC_SKYWAY_REST];

    for (q = ngx_queue_head(&api->peers);
         q != ngx_queue_sentinel(&api->peers);
         q = ngx_queue_next(q))
    {
        peer = ngx_queue_data(q, ngx_webrtc_skyway_peer_t, queue);

        for (c = ngx_queue_head(&peer->connections);
             c != ngx_queue_sentinel(&peer->connections);
             /* void */ )
        {
            connection = ngx_queue_data(c, ngx_webrtc_skyway_connection_t,
                                        queue);
            c = ngx_queue_next(c);

            ngx_webrtc_skyway_signal_gone(connection, term, now);
        }
    }
}


/* a peer whose program has died must not hold up a worker for ever */

static ngx_uint_t
ngx_webrtc_skyway_program_busy(void *part)
{
    ngx_webrtc_skyway_api_t *api = part;

    ngx_uint_t                   n;
    ngx_queue_t                 *q;
    ngx_webrtc_skyway_peer_t    *peer;
    ngx_webrtc_skyway_object_t  *object;

    n = 0;

    for (q = ngx_queue_head(&api->peers);
         q != ngx_queue_sentinel(&api->peers);
         q = ngx_queue_next(q))
    {
        peer = ngx_queue_data(q, ngx_webrtc_skyway_peer_t, queue);

        if (peer->nconnections
            || !ngx_webrtc_skyway_peer_is_idle(peer, api->now))
        {
            n++;
        }
    }

    /* somebody may come for the CLOSE */

    for (q = ngx_queue_head(&api->lingering);
         q != ngx_queue_sentinel(&api->lingering);
         q = ngx_queue_next(q))
    {
        object = ngx_queue_data(q, ngx_webrtc_skyway_object_t, lingering);

        n += !object->events.ended;
    }

    return n;
}


static ngx_webrtc_skyway_object_t *
ngx_webrtc_skyway_oldest(ngx_webrtc_skyway_api_t *api)
{
    ngx_queue_t  *q;

    q = ngx_queue_head(&api->lingering);

    return ngx_queue_data(q, ngx_webrtc_skyway_object_t, lingering);
}


void
ngx_webrtc_skyway_object_event(ngx_webrtc_skyway_object_t *object,
    json_t *event, ngx_uint_t last, ngx_webrtc_usec_t now)
{
    char       *text;
    ngx_str_t   str;

    text = event ? json_dumps(event, JSON_COMPACT) : NULL;
    json_decref(event);

    if (text == NULL) {
        object->api->polls.dropped++;
        return;
    }

    str.data = (u_char *) text;
    str.len = ngx_strlen(text);

    ngx_webrtc_skyway_events_push(&object->events, &str, last, now);

    free(text);
}


void
ngx_webrtc_skyway_object_linger(ngx_webrtc_skyway_object_t *object,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_skyway_api_t  *api;

    api = object->api;

    object->closed = 1;
    object->until = now + api->skyway->conf.linger;

    ngx_queue_insert_tail(&api->lingering, &object->lingering);
    api->nlingering++;

    /* nor must objects that nobody asks for pile up */

    if (api->nlingering
        > NGX_WEBRTC_SKYWAY_LINGERING * api->skyway->conf.max_peers)
    {
        ngx_webrtc_skyway_object_destroy(ngx_webrtc_skyway_oldest(api));
    }
}


void
ngx_webrtc_skyway_object_destroy(ngx_webrtc_skyway_object_t *object)
{
    ngx_webrtc_skyway_api_t         *api;
    ngx_webrtc_skyway_connection_t  *connection;

    api = object->api;

    ngx_webrtc_skyway_events_cleanup(&object->events);

    if (object->closed) {
        ngx_queue_remove(&object->lingering);
        api->nlingering--;
    }

    if (object->is_peer) {
        ngx_webrtc_hash_remove(&api->tokens, &object->node);
        ngx_free(object);
        return;
    }

    connection = (ngx_webrtc_skyway_connection_t *) object;

    ngx_webrtc_hash_remove(&api->ids, &object->node);
    ngx_destroy_pool(connection->pool);
}


static ngx_uint_t
ngx_webrtc_skyway_object_is_done(ngx_webrtc_skyway_object_t *object)
{
    return object->deleted && object->events.ended;
}


ngx_int_t
ngx_webrtc_skyway_object_poll(ngx_webrtc_skyway_object_t *object,
    ngx_webrtc_skyway_turn_t *turn)
{
    if (ngx_webrtc_skyway_events_poll(&object->events, turn->poller,
                                      turn->now)
        == NGX_OK)
    {
        return NGX_AGAIN;
    }

    /* nobody needs it any more */

    if (ngx_webrtc_skyway_object_is_done(object)) {
        ngx_webrtc_skyway_object_destroy(object);
    }

    return ngx_webrtc_skyway_turn_status(turn, 404);
}


ngx_int_t
ngx_webrtc_skyway_api_execute(ngx_webrtc_skyway_t *skyway,
    ngx_webrtc_skyway_call_t *call, ngx_webrtc_skyway_poller_t *poller,
    ngx_webrtc_usec_t now, uint64_t wall, ngx_webrtc_skyway_answer_t *answer)
{
    ngx_webrtc_skyway_api_t   *api;
    ngx_webrtc_skyway_turn_t   turn;

    ngx_memzero(answer, sizeof(ngx_webrtc_skyway_answer_t));

    api = skyway->parts[NGX_WEBRTC_SKYWAY_REST];
    api->now = now;

    turn.call = call;
    turn.poller = poller;
    turn.answer = answer;
    turn.now = now;
    turn.wall = wall;

    return call->route->handler(api, &turn);
}
