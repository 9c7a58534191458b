
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * Events wait in one list and are told in the order in which they happened.
 * An offer is written when its turn comes, so that it tells everything that
 * changed until then.
 */


#include <hub/ngx_webrtc_member.h>


static ngx_webrtc_connection_t *ngx_webrtc_event_subject(
    ngx_webrtc_pending_t *pending);
static void ngx_webrtc_event_switched(ngx_webrtc_reception_t *reception,
    ngx_webrtc_event_t *event);
static void ngx_webrtc_event_offer(ngx_webrtc_connection_t *connection,
    ngx_webrtc_event_t *event);
static void ngx_webrtc_event_broadcast(ngx_webrtc_event_t *event);


void
ngx_webrtc_event_queue(ngx_webrtc_connection_t *connection,
    ngx_webrtc_event_e type, ngx_webrtc_usec_t now)
{
    ngx_uint_t             i;
    ngx_webrtc_hub_t      *hub;
    ngx_webrtc_counts_t   *counts;
    ngx_webrtc_pending_t  *pending;

    hub = connection->hub;
    pending = &connection->pending[type];

    if (pending->queued) {
        return;
    }

    pending->queued = 1;
    pending->type = type;
    pending->now = now;
    pending->serial = ++hub->serial;
    pending->minutes = 0;

    counts = &connection->channel->counts;
    pending->all = (uint32_t) counts->all;

    for (i = 0; i < NGX_WEBRTC_ROLES; i++) {
        pending->roles[i] = (uint32_t) counts->roles[i];
    }

    if (connection->live) {
        pending->minutes = (uint32_t) ((now - connection->created)
                                       / NGX_WEBRTC_MINUTE);
    }

    ngx_queue_insert_tail(&hub->events, &pending->queue);
}


void
ngx_webrtc_event_queue_switch(ngx_webrtc_reception_t *reception,
    const ngx_webrtc_switch_t *change, ngx_webrtc_usec_t now)
{
    ngx_int_t              previous;
    ngx_webrtc_hub_t      *hub;
    ngx_webrtc_pending_t  *pending;

    hub = reception->receiver->hub;
    pending = &reception->switched;

    previous = pending->queued ? reception->change.previous
                               : change->previous;

    reception->change = *change;
    reception->change.previous = previous;

    if (previous == change->current) {
        ngx_webrtc_event_remove(pending);
        return;
    }

    pending->type = NGX_WEBRTC_EVENT_SWITCHED;
    pending->now = now;

    if (!pending->queued) {
        pending->queued = 1;
        pending->serial = ++hub->serial;

        ngx_queue_insert_tail(&hub->events, &pending->queue);
    }
}


void
ngx_webrtc_event_remove(ngx_webrtc_pending_t *pending)
{
    if (pending->queued) {
        ngx_queue_remove(&pending->queue);
        pending->queued = 0;
    }
}


void
ngx_webrtc_event_deliver_all(ngx_webrtc_hub_t *hub)
{
    ngx_uint_t                i;
    ngx_queue_t              *q;
    ngx_webrtc_event_t        event;
    ngx_webrtc_pending_t     *pending;
    ngx_webrtc_connection_t  *connection;

    while (!ngx_queue_empty(&hub->events)) {
        q = ngx_queue_head(&hub->events);
        ngx_queue_remove(q);

        pending = ngx_queue_data(q, ngx_webrtc_pending_t, queue);
        pending->queued = 0;

        connection = ngx_webrtc_event_subject(pending);

        ngx_memzero(&event, sizeof(ngx_webrtc_event_t));

        event.type = pending->type;
        event.subject = connection;
        event.now = pending->now;
        event.serial = pending->serial;
        event.counts.all = pending->all;
        event.minutes = pending->minutes;
        event.cause = connection->cause;
        event.reason = connection->reason;

        for (i = 0; i < NGX_WEBRTC_ROLES; i++) {
            event.counts.roles[i] = pending->roles[i];
        }

        switch (event.type) {

        case NGX_WEBRTC_EVENT_OFFER:
            ngx_webrtc_event_offer(connection, &event);
            break;

        case NGX_WEBRTC_EVENT_CLOSED:
            if (hub->glue.event && !connection->live) {
                hub->glue.event(hub->glue.data, &event);
            }

            connection->handler(connection, &event, connection->data);

            if (connection->peer) {
                ngx_webrtc_messaging_close(connection, event.now);
            }

            break;

        case NGX_WEBRTC_EVENT_SWITCHED:
            ngx_webrtc_event_switched(
                            ngx_queue_data(pending, ngx_webrtc_reception_t,
                                           switched),
                            &event);
            break;

        default: /* CREATED, UPDATED, DESTROYED */
            if (hub->glue.event) {
                hub->glue.event(hub->glue.data, &event);
            }

            ngx_webrtc_event_broadcast(&event);
            break;
        }
    }
}


/* they are part of their subject */

static ngx_webrtc_connection_t *
ngx_webrtc_event_subject(ngx_webrtc_pending_t *pending)
{
    ngx_webrtc_reception_t  *reception;

    if (pending->type == NGX_WEBRTC_EVENT_SWITCHED) {
        reception = ngx_queue_data(pending, ngx_webrtc_reception_t, switched);

        return reception->track->connection;
    }

    pending -= pending->type;

    return ngx_queue_data(pending, ngx_webrtc_connection_t, pending);
}


static void
ngx_webrtc_event_offer(ngx_webrtc_connection_t *connection,
    ngx_webrtc_event_t *event)
{
    ngx_int_t          rc;
    ngx_webrtc_hub_t  *hub;

    if (connection->left) {
        return;
    }

    /* what changes while it connects waits until it has connected */

    if (connection->offered && !connection->live) {
        return;
    }

    hub = connection->hub;

    rc = ngx_webrtc_exchange_offer(connection, &event->sdp);

    if (rc == NGX_DECLINED) {
        return;
    }

    if (rc != NGX_OK) {
        ngx_webrtc_hub_leave(connection, NGX_WEBRTC_CLOSE_FAULT,
                             "SDP-GENERATION-ERROR", event->now);
        return;
    }

    event->again = connection->offered;
    connection->offered = 1;

    ngx_webrtc_deadline_set(&hub->answers, &connection->answer,
                            event->now + hub->conf.answer_timeout);

    connection->handler(connection, event, connection->data);
}


static void
ngx_webrtc_event_switched(ngx_webrtc_reception_t *reception,
    ngx_webrtc_event_t *event)
{
    ngx_webrtc_connection_t  *receiver;

    receiver = reception->receiver;

    if (!receiver->live || receiver->left) {
        return;
    }

    event->change = reception->change;

    receiver->handler(receiver, event, receiver->data);
}


static void
ngx_webrtc_event_broadcast(ngx_webrtc_event_t *event)
{
    ngx_webrtc_channel_t     *channel;
    ngx_webrtc_connection_t  *connection, *subject;

    subject = event->subject;
    channel = subject->channel;

    for (connection = ngx_webrtc_channel_next(channel, NULL);
         connection;
         connection = ngx_webrtc_channel_next(channel, connection))
    {
        /* who was not there yet when it happened does not hear of it */

        if (!connection->live || connection->serial > event->serial) {
            continue;
        }

        if (connection != subject
            && !ngx_webrtc_connection_apart(connection, subject))
        {
            continue;
        }

        connection->handler(connection, event, connection->data);
    }
}


void
ngx_webrtc_hub_push(ngx_webrtc_connection_t *connection,
    const ngx_str_t *text, ngx_webrtc_usec_t now)
{
    ngx_webrtc_event_t  event;

    if (!ngx_webrtc_connection_is_live(connection)) {
        return;
    }

    ngx_memzero(&event, sizeof(ngx_webrtc_event_t));

    event.type = NGX_WEBRTC_EVENT_PUSH;
    event.subject = connection;
    event.now = now;
    event.text = *text;

    /* who hears it may be closed for not reading */

    ngx_webrtc_hub_begin(connection->hub);

    connection->handler(connection, &event, connection->data);

    ngx_webrtc_hub_end(connection->hub);
}
