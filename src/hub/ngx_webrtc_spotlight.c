
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_member.h>
#include <hub/ngx_webrtc_spotlight.h>


static void ngx_webrtc_spotlight_heard(ngx_webrtc_source_t *source,
    ngx_webrtc_speech_e speech, void *data, ngx_webrtc_usec_t now);
static void ngx_webrtc_spotlight_add(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_spotlight_remove(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);
static void ngx_webrtc_spotlight_wait(ngx_webrtc_connection_t *connection,
    ngx_uint_t waiting);
static ngx_webrtc_connection_t *ngx_webrtc_spotlight_quietest(
    ngx_webrtc_channel_t *channel);
static void ngx_webrtc_spotlight_apply(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now);


ngx_int_t
ngx_webrtc_spotlight_join(ngx_webrtc_connection_t *connection,
    const ngx_webrtc_join_t *join, const char **reason)
{
    ngx_uint_t                      number;
    ngx_webrtc_channel_t           *channel;
    ngx_webrtc_spotlight_t         *spotlight;
    ngx_webrtc_spotlight_member_t  *member;

    channel = connection->channel;
    spotlight = &channel->spotlight;

    /* the first member says what kind of session it is */

    if (!channel->begun) {
        spotlight->number = 0;
        spotlight->replaced = 0;

        if (connection->info.spotlight) {
            number = channel->hub->conf.spotlight_number;

            if (join->spotlight_number) {
                number = join->spotlight_number;
            }

            spotlight->number = ngx_max(number, 1);
        }
    }

    if (connection->info.spotlight != (spotlight->number != 0)) {
        *reason = "SPOTLIGHT-MISMATCH";
        return NGX_DECLINED;
    }

    if (spotlight->number && join->spotlight_number
        && join->spotlight_number != spotlight->number)
    {
        *reason = "SPOTLIGHT-NUMBER-MISMATCH";
        return NGX_DECLINED;
    }

    member = &connection->spotlight;

    member->joined.focus = join->has_focus_rid
                           ? join->spotlight_rids.focus
                           : NGX_WEBRTC_SPOTLIGHT_FOCUS;
    member->joined.unfocus = join->has_unfocus_rid
                             ? join->spotlight_rids.unfocus
                             : NGX_WEBRTC_SPOTLIGHT_UNFOCUS;
    member->rids = member->joined;

    return NGX_OK;
}


void
ngx_webrtc_spotlight_leave(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_spotlight_member_t  *member;

    member = &connection->spotlight;

    ngx_webrtc_spotlight_wait(connection, 0);

    /* news that nobody has heard yet are of no use any more */

    ngx_webrtc_event_remove(&connection->pending[NGX_WEBRTC_EVENT_FOCUSED]);
    ngx_webrtc_event_remove(&connection->pending[NGX_WEBRTC_EVENT_UNFOCUSED]);

    if (member->focused) {
        member->focused = 0;

        ngx_queue_remove(&member->queue);
        connection->channel->spotlight.nfocused--;

        ngx_webrtc_spotlight_fill(connection->channel, now);
    }
}


void
ngx_webrtc_spotlight_listen(ngx_webrtc_connection_t *connection,
    ngx_webrtc_source_conf_t *conf)
{
    if (connection->info.spotlight) {
        conf->speech_handler = ngx_webrtc_spotlight_heard;
        conf->data = connection;
    }
}


static void
ngx_webrtc_spotlight_heard(ngx_webrtc_source_t *source,
    ngx_webrtc_speech_e speech, void *data, ngx_webrtc_usec_t now)
{
    ngx_uint_t                      speaks, audible;
    ngx_webrtc_connection_t        *connection;
    ngx_webrtc_spotlight_member_t  *member;

    (void) source;

    connection = data;
    member = &connection->spotlight;

    ngx_webrtc_hub_begin(connection->hub);

    speaks = (speech != NGX_WEBRTC_SPEECH_NONE);

    member->silent = speaks ? NGX_WEBRTC_NEVER : now;

    if (!speaks) {
        member->hushed = 0;
    }

    audible = speaks && !member->hushed;

    if (member->audible != audible) {
        member->audible = audible;
        ngx_webrtc_spotlight_apply(connection, now);
    }

    if (!member->focused) {
        ngx_webrtc_spotlight_wait(connection,
                                  audible
                                  && speech == NGX_WEBRTC_SPEECH_LASTING);
    }

    ngx_webrtc_spotlight_fill(connection->channel, now);

    ngx_webrtc_hub_end(connection->hub);
}


void
ngx_webrtc_spotlight_fill(ngx_webrtc_channel_t *channel,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t              *q;
    ngx_webrtc_usec_t         next;
    ngx_webrtc_spotlight_t   *spotlight;
    ngx_webrtc_connection_t  *connection, *other;

    spotlight = &channel->spotlight;

    ngx_webrtc_deadline_remove(&spotlight->deadline);

    while (!ngx_queue_empty(&spotlight->waiting)) {
        q = ngx_queue_head(&spotlight->waiting);
        connection = ngx_queue_data(q, ngx_webrtc_connection_t,
                                    spotlight.queue);

        if (spotlight->nfocused >= spotlight->number) {
            other = ngx_webrtc_spotlight_quietest(channel);

            if (other == NULL || other->spotlight.silent == NGX_WEBRTC_NEVER) {
                return;
            }

            /* who shout together must not make all pictures flicker */

            next = spotlight->replaced + channel->hub->conf.spotlight_interval;

            if (spotlight->replaced && now < next) {
                ngx_webrtc_deadline_set(&channel->hub->spotlights,
                                        &spotlight->deadline, next);
                return;
            }

            spotlight->replaced = now;
            ngx_webrtc_spotlight_remove(other, now);
        }

        ngx_webrtc_spotlight_wait(connection, 0);
        ngx_webrtc_spotlight_add(connection, now);
    }
}


static void
ngx_webrtc_spotlight_add(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_spotlight_t         *spotlight;
    ngx_webrtc_spotlight_member_t  *member;

    member = &connection->spotlight;
    spotlight = &connection->channel->spotlight;

    member->focused = 1;

    ngx_queue_insert_tail(&spotlight->focused, &member->queue);
    spotlight->nfocused++;

    ngx_webrtc_spotlight_apply(connection, now);

    if (connection->pending[NGX_WEBRTC_EVENT_UNFOCUSED].queued) {

        /* nobody has heard of it yet */

        ngx_webrtc_event_remove(
                          &connection->pending[NGX_WEBRTC_EVENT_UNFOCUSED]);
        return;
    }

    ngx_webrtc_event_queue(connection, NGX_WEBRTC_EVENT_FOCUSED, now);
}


static void
ngx_webrtc_spotlight_remove(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_spotlight_member_t  *member;

    member = &connection->spotlight;

    member->focused = 0;
    member->fixed = 0;

    ngx_queue_remove(&member->queue);
    connection->channel->spotlight.nfocused--;

    ngx_webrtc_spotlight_apply(connection, now);

    ngx_webrtc_event_queue(connection, NGX_WEBRTC_EVENT_UNFOCUSED, now);
}


static void
ngx_webrtc_spotlight_wait(ngx_webrtc_connection_t *connection,
    ngx_uint_t waiting)
{
    ngx_webrtc_spotlight_member_t  *member;

    member = &connection->spotlight;

    if (member->waiting == waiting) {
        return;
    }

    member->waiting = waiting;

    if (waiting) {
        ngx_queue_insert_tail(&connection->channel->spotlight.waiting,
                              &member->queue);

    } else {
        ngx_queue_remove(&member->queue);
    }
}


/*
 * Who has been silent for longest, and among those who speak, who has been
 * focused for longest.  NULL: all are fixed.
 */

static ngx_webrtc_connection_t *
ngx_webrtc_spotlight_quietest(ngx_webrtc_channel_t *channel)
{
    ngx_queue_t              *q, *focused;
    ngx_webrtc_connection_t  *connection, *found;

    found = NULL;
    focused = &channel->spotlight.focused;

    for (q = ngx_queue_head(focused);
         q != ngx_queue_sentinel(focused);
         q = ngx_queue_next(q))
    {
        connection = ngx_queue_data(q, ngx_webrtc_connection_t,
                                    spotlight.queue);

        if (!connection->spotlight.fixed
            && (found == NULL
                || connection->spotlight.silent < found->spotlight.silent))
        {
            found = connection;
        }
    }

    return found;
}


/* tells the media what the others get of it */

static void
ngx_webrtc_spotlight_apply(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_uint_t               i;
    ngx_queue_t             *q, *receptions;
    ngx_webrtc_reception_t  *reception;

    for (i = 0; i < NGX_WEBRTC_TRACKS; i++) {
        receptions = &connection->tracks[i].receptions;

        for (q = ngx_queue_head(receptions);
             q != ngx_queue_sentinel(receptions);
             q = ngx_queue_next(q))
        {
            reception = ngx_queue_data(q, ngx_webrtc_reception_t, by_track);
            ngx_webrtc_reception_apply(reception, now);
        }
    }
}


const char *
ngx_webrtc_spotlight_focus(ngx_webrtc_connection_t *connection,
    ngx_uint_t fixed, ngx_webrtc_usec_t now)
{
    ngx_webrtc_hub_t               *hub;
    ngx_webrtc_spotlight_t         *spotlight;
    ngx_webrtc_connection_t        *other;
    ngx_webrtc_spotlight_member_t  *member;

    hub = connection->hub;
    member = &connection->spotlight;
    spotlight = &connection->channel->spotlight;

    if (spotlight->number == 0) {
        return "NO-SPOTLIGHT";
    }

    if (!ngx_webrtc_connection_is_live(connection)) {
        return "CONNECTION-NOT-FOUND";
    }

    if (connection->info.role == NGX_WEBRTC_RECVONLY
        || (!connection->info.audio && !connection->info.video))
    {
        return "NOT-A-SENDER";
    }

    other = NULL;

    if (!member->focused && spotlight->nfocused >= spotlight->number) {
        other = ngx_webrtc_spotlight_quietest(connection->channel);

        if (other == NULL) {
            return "SPOTLIGHT-FULL";
        }
    }

    ngx_webrtc_hub_begin(hub);

    if (other) {
        ngx_webrtc_spotlight_remove(other, now);
    }

    if (!member->focused) {

        /* not to be the next who is replaced */

        if (member->silent != NGX_WEBRTC_NEVER) {
            member->silent = now;
        }

        member->hushed = 0;

        ngx_webrtc_spotlight_wait(connection, 0);
        ngx_webrtc_spotlight_add(connection, now);
    }

    if (fixed && !member->fixed) {
        member->fixed = 1;
        ngx_webrtc_event_queue(connection, NGX_WEBRTC_EVENT_FOCUSED, now);
    }

    ngx_webrtc_hub_end(hub);

    return NULL;
}


const char *
ngx_webrtc_spotlight_unfocus(ngx_webrtc_connection_t *connection,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_spotlight_member_t  *member;

    if (connection->channel->spotlight.number == 0) {
        return "NO-SPOTLIGHT";
    }

    member = &connection->spotlight;

    if (!member->focused) {
        return NULL;
    }

    ngx_webrtc_hub_begin(connection->hub);

    /* its voice goes too, though it may be speaking: until it is silent */

    member->audible = 0;
    member->hushed = (member->silent == NGX_WEBRTC_NEVER);

    ngx_webrtc_spotlight_remove(connection, now);
    ngx_webrtc_spotlight_fill(connection->channel, now);

    ngx_webrtc_hub_end(connection->hub);

    return NULL;
}


const char *
ngx_webrtc_spotlight_set_number(ngx_webrtc_channel_t *channel,
    ngx_uint_t number, ngx_webrtc_usec_t now)
{
    ngx_webrtc_spotlight_t   *spotlight;
    ngx_webrtc_connection_t  *connection;

    spotlight = &channel->spotlight;

    if (spotlight->number == 0) {
        return "NO-SPOTLIGHT";
    }

    ngx_webrtc_hub_begin(channel->hub);

    spotlight->number = number;

    while (spotlight->nfocused > number) {
        connection = ngx_webrtc_spotlight_quietest(channel);

        if (connection == NULL) {
            break;
        }

        ngx_webrtc_spotlight_remove(connection, now);
    }

    ngx_webrtc_spotlight_fill(channel, now);

    ngx_webrtc_hub_end(channel->hub);

    return NULL;
}


ngx_uint_t
ngx_webrtc_spotlight_is_focused(ngx_webrtc_connection_t *connection)
{
    return connection->spotlight.focused;
}


ngx_uint_t
ngx_webrtc_spotlight_is_fixed(ngx_webrtc_connection_t *connection)
{
    return connection->spotlight.fixed;
}


ngx_uint_t
ngx_webrtc_spotlight_number(ngx_webrtc_channel_t *channel)
{
    return channel->spotlight.number;
}


ngx_uint_t
ngx_webrtc_spotlight_is_mute(ngx_webrtc_connection_t *connection)
{
    return connection->info.spotlight
           && !connection->spotlight.focused
           && !connection->spotlight.audible;
}
