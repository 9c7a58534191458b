
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


#include <hub/ngx_webrtc_member.h>
#include <hub/ngx_webrtc_simulcast.h>


static void ngx_webrtc_simulcast_forget_all(
    ngx_webrtc_connection_t *receiver);
static void ngx_webrtc_simulcast_handler(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_layer_change_t *change, void *data,
    ngx_webrtc_usec_t now);


/* a section that was offered with rids, and answered with some of them */

#define ngx_webrtc_simulcast_has_layers(section)                             \
    ((section)->nrids && (section)->answer.rids)


static const ngx_str_t  ngx_webrtc_simulcast_rids[NGX_WEBRTC_LAYERS] = {
    ngx_string("r0"), ngx_string("r1"), ngx_string("r2")
};


ngx_int_t
ngx_webrtc_simulcast_offer(ngx_webrtc_connection_t *connection,
    ngx_webrtc_negotiation_section_t *section)
{
    ngx_uint_t                     i;
    const ngx_webrtc_simulcast_t  *simulcast;

    if (!connection->info.simulcast) {
        return NGX_OK;
    }

    simulcast = &connection->simulcast;

    for (i = 0; i < simulcast->nlayers; i++) {

        if (ngx_webrtc_negotiation_add_rid(section,
                                           &ngx_webrtc_simulcast_rids[i],
                                           simulcast->inactive >> i & 1)
            != NGX_OK)
        {
            return NGX_ERROR;
        }
    }

    return NGX_OK;
}


/*
 * All layers that were offered keep their places: one that was not taken, or
 * is paused, is one that does not come for now.
 */

void
ngx_webrtc_simulcast_source(const ngx_webrtc_negotiation_section_t *section,
    ngx_webrtc_source_conf_t *conf)
{
    ngx_uint_t  i;

    if (!ngx_webrtc_simulcast_has_layers(section)) {
        return;
    }

    conf->ssrc = 0;
    conf->rtx_ssrc = 0;
    conf->nrids = section->nrids;

    for (i = 0; i < section->nrids; i++) {
        conf->rids[i] = ngx_webrtc_simulcast_rids[i];
    }
}


void
ngx_webrtc_simulcast_subscription(ngx_webrtc_reception_t *reception,
    ngx_webrtc_subscription_conf_t *conf)
{
    if (ngx_webrtc_simulcast_has_layers(reception->track->section)) {
        conf->handler = ngx_webrtc_simulcast_handler;
        conf->data = reception;
    }
}


ngx_int_t
ngx_webrtc_simulcast_layer(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender)
{
    ngx_webrtc_pair_t  *pair;

    pair = ngx_webrtc_pair_find(receiver, sender);

    if (pair && pair->has_layer) {
        return pair->layer;
    }

    return receiver->has_layer ? receiver->layer : receiver->simulcast.layer;
}


ngx_uint_t
ngx_webrtc_simulcast_is_asked(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender)
{
    ngx_webrtc_pair_t  *pair;

    pair = ngx_webrtc_pair_find(receiver, sender);

    return receiver->has_layer || (pair && pair->has_layer);
}


const char *
ngx_webrtc_simulcast_request(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, ngx_int_t layer, ngx_webrtc_usec_t now)
{
    const char               *reason;
    ngx_webrtc_pair_t        *pair;
    ngx_webrtc_connection_t  *sender;

    reason = ngx_webrtc_pair_check(receiver, sender_id, &sender);

    if (reason) {
        return reason;
    }

    ngx_webrtc_hub_begin(receiver->hub);

    if (sender == NULL) {
        receiver->layer = layer;
        receiver->has_layer = 1;

        ngx_webrtc_reception_apply_all(receiver, now);

    } else {
        pair = ngx_webrtc_pair_get(receiver, sender);

        if (pair) {
            pair->layer = layer;
            pair->has_layer = 1;

            ngx_webrtc_reception_apply_video(receiver, sender, now);

        } else {
            reason = "NO-MEMORY";
        }
    }

    ngx_webrtc_hub_end(receiver->hub);

    return reason;
}


const char *
ngx_webrtc_simulcast_reset(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, ngx_webrtc_usec_t now)
{
    const char               *reason;
    ngx_webrtc_pair_t        *pair;
    ngx_webrtc_connection_t  *sender;

    reason = ngx_webrtc_pair_check(receiver, sender_id, &sender);

    if (reason) {
        return reason;
    }

    ngx_webrtc_hub_begin(receiver->hub);

    if (sender == NULL) {
        receiver->has_layer = 0;

        ngx_webrtc_simulcast_forget_all(receiver);
        ngx_webrtc_reception_apply_all(receiver, now);

    } else {
        pair = ngx_webrtc_pair_find(receiver, sender);

        if (pair) {
            pair->has_layer = 0;
            ngx_webrtc_pair_release(pair);

            ngx_webrtc_reception_apply_video(receiver, sender, now);
        }
    }

    ngx_webrtc_hub_end(receiver->hub);

    return NULL;
}


static void
ngx_webrtc_simulcast_forget_all(ngx_webrtc_connection_t *receiver)
{
    ngx_queue_t        *q, *next;
    ngx_webrtc_pair_t  *pair;

    for (q = ngx_queue_head(&receiver->senders);
         q != ngx_queue_sentinel(&receiver->senders);
         q = next)
    {
        next = ngx_queue_next(q);
        pair = ngx_queue_data(q, ngx_webrtc_pair_t, by_receiver);

        pair->has_layer = 0;
        ngx_webrtc_pair_release(pair);
    }
}


ngx_uint_t
ngx_webrtc_simulcast_may_request(ngx_webrtc_connection_t *receiver,
    ngx_int_t layer)
{
    return !(receiver->simulcast.refused >> (layer + 1) & 1);
}


/* from within the media engine: nobody is called from here */

static void
ngx_webrtc_simulcast_handler(ngx_webrtc_subscription_t *sub,
    const ngx_webrtc_layer_change_t *change, void *data,
    ngx_webrtc_usec_t now)
{
    ngx_webrtc_switch_t                news;
    ngx_webrtc_reception_t            *reception;
    ngx_webrtc_negotiation_section_t  *section;

    (void) sub;

    reception = data;
    section = reception->track->section;

    news.requested = ngx_webrtc_reception_layer(reception);
    news.current = change->current;
    news.previous = change->previous;
    news.sent = section->answer.rids & ~section->answer.paused;
    news.by_sender = change->by_sender;

    ngx_webrtc_event_queue_switch(reception, &news, now);
}


const ngx_webrtc_simulcast_t *
ngx_webrtc_connection_simulcast(ngx_webrtc_connection_t *connection)
{
    return &connection->simulcast;
}
