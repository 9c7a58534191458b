
/*
 * Copyright (C) ngx_webrtc_module contributors
 */


/* which layers of video a receiver gets in a channel with a spotlight */


#include <hub/ngx_webrtc_member.h>
#include <hub/ngx_webrtc_spotlight.h>


static const char *ngx_webrtc_spotlight_find(
    ngx_webrtc_connection_t *receiver, const ngx_str_t *sender_id,
    ngx_webrtc_connection_t **sender);
static const char *ngx_webrtc_spotlight_set(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender, const ngx_webrtc_spotlight_rids_t *rids);
static void ngx_webrtc_spotlight_forget(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender);


ngx_int_t
ngx_webrtc_spotlight_layer(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender)
{
    ngx_webrtc_pair_t            *pair;
    ngx_webrtc_spotlight_rids_t  *rids;

    pair = ngx_webrtc_pair_find(receiver, sender);

    rids = (pair && pair->has_rids) ? &pair->rids : &receiver->spotlight.rids;

    return sender->spotlight.focused ? rids->focus : rids->unfocus;
}


const char *
ngx_webrtc_spotlight_request(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, const ngx_webrtc_spotlight_rids_t *rids,
    ngx_webrtc_usec_t now)
{
    const char               *reason;
    ngx_webrtc_connection_t  *sender;

    reason = ngx_webrtc_spotlight_find(receiver, sender_id, &sender);

    if (reason) {
        return reason;
    }

    ngx_webrtc_hub_begin(receiver->hub);

    if (sender) {
        reason = ngx_webrtc_spotlight_set(receiver, sender, rids);
        ngx_webrtc_reception_apply_video(receiver, sender, now);

    } else {
        receiver->spotlight.rids = *rids;
        ngx_webrtc_reception_apply_all(receiver, now);
    }

    ngx_webrtc_hub_end(receiver->hub);

    return reason;
}


const char *
ngx_webrtc_spotlight_reset(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, ngx_webrtc_usec_t now)
{
    const char               *reason;
    ngx_webrtc_connection_t  *sender;

    reason = ngx_webrtc_spotlight_find(receiver, sender_id, &sender);

    if (reason) {
        return reason;
    }

    ngx_webrtc_hub_begin(receiver->hub);

    ngx_webrtc_spotlight_forget(receiver, sender);

    if (sender) {
        ngx_webrtc_reception_apply_video(receiver, sender, now);

    } else {
        receiver->spotlight.rids = receiver->spotlight.joined;
        ngx_webrtc_reception_apply_all(receiver, now);
    }

    ngx_webrtc_hub_end(receiver->hub);

    return NULL;
}


const char *
ngx_webrtc_spotlight_check(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id)
{
    ngx_webrtc_connection_t  *sender;

    return ngx_webrtc_spotlight_find(receiver, sender_id, &sender);
}


static const char *
ngx_webrtc_spotlight_find(ngx_webrtc_connection_t *receiver,
    const ngx_str_t *sender_id, ngx_webrtc_connection_t **sender)
{
    if (!receiver->info.spotlight) {
        return "NO-SPOTLIGHT";
    }

    return ngx_webrtc_pair_check(receiver, sender_id, sender);
}


static const char *
ngx_webrtc_spotlight_set(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender, const ngx_webrtc_spotlight_rids_t *rids)
{
    ngx_webrtc_pair_t  *pair;

    pair = ngx_webrtc_pair_get(receiver, sender);
    if (pair == NULL) {
        return "NO-MEMORY";
    }

    pair->rids = *rids;
    pair->has_rids = 1;

    return NULL;
}


/* what was said of one sender, of each if it is NULL */

static void
ngx_webrtc_spotlight_forget(ngx_webrtc_connection_t *receiver,
    ngx_webrtc_connection_t *sender)
{
    ngx_queue_t        *q, *next;
    ngx_webrtc_pair_t  *pair;

    for (q = ngx_queue_head(&receiver->senders);
         q != ngx_queue_sentinel(&receiver->senders);
         q = next)
    {
        next = ngx_queue_next(q);
        pair = ngx_queue_data(q, ngx_webrtc_pair_t, by_receiver);

        if (sender == NULL || pair->sender == sender) {
            pair->has_rids = 0;
            ngx_webrtc_pair_release(pair);
        }
    }
}
