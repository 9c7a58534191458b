
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/*
 * What of a track goes to a receiver.  Several have a say in it: layers that
 * were asked for, the spotlight, pauses, the receiver's answers.
 */


#include <hub/ngx_webrtc_filter.h>
#include <hub/ngx_webrtc_member.h>


static ngx_uint_t ngx_webrtc_reception_paused(
    ngx_webrtc_reception_t *reception);


#define ngx_webrtc_reception_is_video(reception)                             \
    ((reception)->section->kind == NGX_WEBRTC_SDP_VIDEO)


void
ngx_webrtc_reception_conf(ngx_webrtc_reception_t *reception,
    ngx_webrtc_subscription_conf_t *conf)
{
    conf->paused = ngx_webrtc_reception_paused(reception);

    if (ngx_webrtc_reception_is_video(reception)) {
        conf->layer = ngx_webrtc_reception_layer(reception);
        ngx_webrtc_simulcast_subscription(reception, conf);
    }
}


void
ngx_webrtc_reception_apply(ngx_webrtc_reception_t *reception,
    ngx_webrtc_usec_t now)
{
    if (reception->sub == NULL) {
        return;
    }

    if (ngx_webrtc_reception_is_video(reception)) {
        ngx_webrtc_subscription_set_layer(reception->sub,
                                       ngx_webrtc_reception_layer(reception),
                                       now);
    }

    ngx_webrtc_subscription_set_paused(reception->sub,
                                      ngx_webrtc_reception_paused(reception),
                                      now);
}


void
ngx_webrtc_reception_apply_all(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_usec_t now)
{
    ngx_queue_t             *q;
    ngx_webrtc_reception_t  *reception;

    for (q = ngx_queue_head(&receiver->receptions);
         q != ngx_queue_sentinel(&receiver->receptions);
         q = ngx_queue_next(q))
    {
        reception = ngx_queue_data(q, ngx_webrtc_reception_t, by_receiver);
        ngx_webrtc_reception_apply(reception, now);
    }
}


void
ngx_webrtc_reception_apply_video(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender, ngx_webrtc_usec_t now)
{
    ngx_webrtc_reception_t  *reception;

    reception = ngx_webrtc_exchange_video(receiver, sender);

    if (reception) {
        ngx_webrtc_reception_apply(reception, now);
    }
}


static ngx_uint_t
ngx_webrtc_reception_paused(ngx_webrtc_reception_t *reception)
{
    ngx_webrtc_pair_t        *pair;
    ngx_webrtc_connection_t  *sender;

    if (reception->refused) {
        return 1;
    }

    sender = reception->track->connection;

    if (ngx_webrtc_hub_filtered(reception->receiver, sender,
                                ngx_webrtc_reception_is_video(reception)))
    {
        return 1;
    }

    if (!ngx_webrtc_reception_is_video(reception)) {
        return ngx_webrtc_spotlight_is_mute(sender);
    }

    pair = ngx_webrtc_pair_find(reception->receiver, sender);

    return pair && pair->paused;
}


/* who asks for a layer gets it, also in a spotlight */

ngx_int_t
ngx_webrtc_reception_layer(ngx_webrtc_reception_t *reception)
{
    ngx_webrtc_connection_t  *receiver, *sender;

    receiver = reception->receiver;
    sender = reception->track->connection;

    if (sender->info.spotlight
        && !ngx_webrtc_simulcast_is_asked(receiver, sender))
    {
        return ngx_webrtc_spotlight_layer(receiver, sender);
    }

    return ngx_webrtc_simulcast_layer(receiver, sender);
}
